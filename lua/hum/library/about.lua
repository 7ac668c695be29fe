-- What a prompt is about: lines that were named or selected, else what is around the cursor. Asked from a chat, that is
-- the cursor of the code window.
local code_window = require('hum.chat.code.window')
local folder = require('hum.chat.kept.folder')
local front = require('hum.chat.front')
local where = require('hum.edit.where')

local M = {}

---@class hum.PromptAbout
---@field range? hum.EditRange  nil: there is nothing
---@field named boolean         the user has said which lines
---@field buf integer           the one that was current
---@field root? string          of the project

---@param buf integer
---@return string|nil
local function root_of(buf)
  local values = vim.bo[buf].filetype == 'hum' and front.values(buf)
  local project = values and values.project or folder.project(buf)
  return project and project.root or vim.uv.fs_realpath(vim.fn.getcwd())
end

--- The project that the prompts of a buffer are of.
---@param buf? integer
---@return string|nil
function M.root(buf) return root_of(buf or vim.api.nvim_get_current_buf()) end

---@param opts hum.PromptOpts
---@param buf integer
---@return hum.EditRange|nil
local function named(opts, buf)
  local c = opts.range
  if c then
    local at_end = c[4] == 0 and c[3] > c[1]
    return { buf = buf, first = c[1], last = at_end and c[3] - 1 or c[3], chars = c }
  end
  if opts.first then return where.of_lines({ buf = buf, first = opts.first, last = opts.last or opts.first }) end
end

---@param buf integer
---@return hum.EditRange|nil
local function around(buf)
  if buf == vim.api.nvim_get_current_buf() and vim.bo[buf].filetype ~= 'hum' then return where.around() end
  local win = vim.bo[buf].filetype == 'hum' and code_window.nearest() or vim.fn.bufwinid(buf)
  if not win or win < 0 then return nil end
  return vim.api.nvim_win_call(win, where.around)
end

--- What is meant.
---@param opts hum.PromptOpts
---@return hum.PromptAbout
function M.of(opts)
  local buf = (opts.buf or 0) == 0 and vim.api.nvim_get_current_buf() or opts.buf --[[@as integer]]
  local range = named(opts, buf)
  return { range = range or around(buf), named = range ~= nil, buf = buf, root = root_of(buf) }
end

--- The part of a buffer that is selected in visual mode, which this ends: characters, or lines.
---@return hum.PromptOpts
function M.selected()
  local mode = vim.api.nvim_get_mode().mode
  local from, to = vim.fn.getpos('v'), vim.fn.getpos('.')
  local lines = where.selected() -- ends the mode
  if mode ~= 'v' or not lines then return lines or {} end
  if from[2] > to[2] or (from[2] == to[2] and from[3] > to[3]) then
    from, to = to, from
  end
  local line = vim.api.nvim_buf_get_lines(lines.buf, to[2] - 1, to[2], false)[1] or ''
  local last = math.min(to[3], #line)
  local char = vim.fn.matchstr(line:sub(math.max(last, 1)), '.')
  local first_col =
    math.min(from[3] - 1, #(vim.api.nvim_buf_get_lines(lines.buf, from[2] - 1, from[2], false)[1] or ''))
  local c = { from[2] - 1, first_col, to[2] - 1, math.min(#line, last - 1 + math.max(#char, 1)) }
  if c[2] == 0 and c[4] == #line then return lines end
  return { buf = lines.buf, range = c }
end

return M
