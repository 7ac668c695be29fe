-- Long texts on their way to the helper: in pieces, each read and sent in a slice of its own.
local PAUSE = require('hum.slices').PAUSE

local M = {}

--- Bytes of a piece, about.
local SIZE = 256 * 1024

--- So often a buffer is read again because it has changed meanwhile; then it is read at once.
local AGAIN = 3

--- How many pieces a text has, and one of them: not all at once, as each is copied.
---@param text string
---@return integer
function M.count(text) return math.max(1, math.ceil(#text / SIZE)) end

---@param text string
---@param n integer  from 1
---@return string
function M.at(text, n) return text:sub((n - 1) * SIZE + 1, n * SIZE) end

--- The row up to which a piece goes: one line at least.
---@param buf integer
---@param first integer  rows from 0
---@param last integer   exclusive
---@return integer
local function end_of_piece(buf, first, last)
  local offset = vim.api.nvim_buf_get_offset
  local from, low, high = offset(buf, first), first + 1, last
  while low < high do
    local middle = math.ceil((low + high) / 2)
    if offset(buf, middle) - from <= SIZE then
      low = middle
    else
      high = middle - 1
    end
  end
  return low
end

--- Lines as a file would have them. A NUL is a "\n" in what the API gives.
---@param buf integer
---@param first integer
---@param last integer
---@return string
local function text_of(buf, first, last)
  local lines = vim.api.nvim_buf_get_lines(buf, first, last, true)
  for i, line in ipairs(lines) do
    if line:find('\n', 1, true) then lines[i] = line:gsub('\n', '\0') end
  end
  local count = vim.api.nvim_buf_line_count(buf)
  if count == 1 and lines[1] == '' then return '' end
  local has_end = last < count or vim.bo[buf].endofline
  return table.concat(lines, '\n') .. (has_end and '\n' or '')
end

--- The text of a buffer, or of lines of it, in pieces; all of them of one moment.
---@param buf integer  loaded
---@param first integer  from 1
---@param last integer
---@param cb fun(pieces: string[]|nil)  nil: the buffer is gone, or the lines are
---@return hum.Cancel
function M.of_buffer(buf, first, last, cb)
  local over, again = false, 0
  local tick, row = 0, 0
  local pieces = {} ---@type string[]

  local function begin()
    tick, row, pieces = vim.api.nvim_buf_get_changedtick(buf), first - 1, {}
  end

  local function step()
    if over then return end
    if not vim.api.nvim_buf_is_loaded(buf) then return cb(nil) end
    if tick ~= vim.api.nvim_buf_get_changedtick(buf) then
      again = again + 1
      begin()
    end
    if last > vim.api.nvim_buf_line_count(buf) then return cb(nil) end
    repeat
      local till = end_of_piece(buf, row, last)
      pieces[#pieces + 1] = text_of(buf, row, till)
      row = till
    until row == last or again < AGAIN
    if row == last then return cb(pieces) end
    -- Each line was a string of Lua's: let go of now, not all at once in 20 ms. In kB, as many as a piece has.
    collectgarbage('step', SIZE / 1024)
    vim.defer_fn(step, PAUSE)
  end

  begin()
  step()
  return function() over = true end
end

return M
