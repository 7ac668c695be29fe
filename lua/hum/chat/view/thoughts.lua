-- How long a model thought: known for thinking parts that streamed in since the chat was opened, by an extmark on their
-- first line.
local M = {}

local ns = vim.api.nvim_create_namespace('hum.thoughts')

---@class hum.Thought
---@field since integer     ms
---@field seconds? number   once it has ended

---@class hum.Thoughts  of a buffer
---@field by_mark table<integer, hum.Thought>
---@field running? hum.Thought

local thoughts = {} ---@type table<integer, hum.Thoughts>  by buffer

---@param thought hum.Thought
---@return number
local function seconds_of(thought) return thought.seconds or (vim.uv.now() - thought.since) / 1000 end

--- A thinking part begins in the last line.
---@param buf integer
function M.begin(buf)
  local row = vim.api.nvim_buf_line_count(buf) - 1
  local mark = vim.api.nvim_buf_set_extmark(buf, ns, row, 0, { right_gravity = false })
  local all = thoughts[buf] or { by_mark = {} }
  thoughts[buf] = all
  all.running = { since = vim.uv.now() }
  all.by_mark[mark] = all.running
end

--- The running part has ended; nothing happens if there is none.
---@param buf integer
function M.finish(buf)
  local all = thoughts[buf]
  if all and all.running then
    all.running.seconds = seconds_of(all.running)
    all.running = nil
  end
end

--- Of the part that begins at a row.
---@param buf integer
---@param row integer
---@return { running: boolean, since: integer, seconds: number }|nil
function M.at(buf, row)
  local all = thoughts[buf]
  if not all then return nil end
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buf, ns, { row, 0 }, { row, -1 }, {})) do
    local thought = all.by_mark[mark[1]]
    if thought then
      return { running = thought == all.running, since = thought.since, seconds = seconds_of(thought) }
    end
  end
end

---@param buf integer
function M.forget(buf) thoughts[buf] = nil end

return M
