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

---@param buf integer
---@param row integer
---@param thought hum.Thought  that begins there
---@return hum.Thoughts
local function keep(buf, row, thought)
  local all = thoughts[buf] or { by_mark = {} }
  thoughts[buf] = all
  all.by_mark[vim.api.nvim_buf_set_extmark(buf, ns, row, 0, { right_gravity = false })] = thought
  return all
end

--- A thinking part begins in a row.
---@param buf integer
---@param row integer
function M.begin(buf, row)
  local thought = { since = vim.uv.now() }
  keep(buf, row, thought).running = thought
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

--- What came so far was thinking, which begins at a row and has ended.
---@param buf integer
---@param row integer
---@param since integer  ms, as vim.uv.now()
function M.add(buf, row, since) keep(buf, row, { since = since, seconds = (vim.uv.now() - since) / 1000 }) end

--- The running part was no thinking.
---@param buf integer
function M.drop(buf)
  local all = thoughts[buf]
  for mark, thought in pairs(all and all.by_mark or {}) do
    if thought == all.running then
      all.by_mark[mark] = nil
      vim.api.nvim_buf_del_extmark(buf, ns, mark)
    end
  end
  if all then all.running = nil end
end

--- The row in which the part begins that is running.
---@param buf integer
---@return integer|nil
function M.running(buf)
  local all = thoughts[buf]
  for mark, thought in pairs(all and all.running and all.by_mark or {}) do
    if thought == all.running then return vim.api.nvim_buf_get_extmark_by_id(buf, ns, mark, {})[1] end
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
