-- Which bytes of a very long line a window shows, for Neovims that do not say so themselves (before 0.12).
--
-- Cells are turned into bytes by measuring the line once, STEP bytes at a time, and from then on only what
-- is appended to it. An edit in the middle moves the answer by a few bytes, which the margin of the caller
-- covers; a line that shrinks or jumps is measured again.
local M = {}

local STEP, JUMP = 2048, 4096

---@class hum.MeasuredLine
---@field row integer
---@field length integer   of the line when last asked
---@field cells integer[]  at n, from 0: cells of the first n * STEP bytes

---@type table<integer, hum.MeasuredLine> by buffer: the last long line asked about
local measured = {}

---@param buf integer
---@param row integer
---@param length integer
---@return hum.MeasuredLine
local function entry(buf, row, length)
  local m = measured[buf]
  if not m or m.row ~= row or length < m.length or length > m.length + JUMP then
    m = { row = row, length = length, cells = { [0] = 0 } }
    measured[buf] = m
  end
  m.length = length
  return m
end

--- The byte at most STEP bytes before the cell.
---@param buf integer
---@param row integer
---@param length integer
---@param cell integer
---@return integer
local function byte_before(buf, row, length, cell)
  local cells = entry(buf, row, length).cells
  local n = #cells
  while cells[n] < cell and (n + 1) * STEP <= length do
    local text = vim.api.nvim_buf_get_text(buf, row, n * STEP, row, (n + 1) * STEP, {})[1]
    cells[n + 1] = cells[n] + vim.api.nvim_strwidth(text)
    n = n + 1
  end
  while cells[n] > cell do
    n = n - 1
  end
  return n * STEP
end

---@param win integer
---@return vim.fn.winsaveview.ret
local function view(win)
  if win == vim.api.nvim_get_current_win() then return vim.fn.winsaveview() end
  return vim.api.nvim_win_call(win, vim.fn.winsaveview)
end

--- Forgets a buffer.
---@param buf integer
function M.forget(buf) measured[buf] = nil end

--- The visible bytes [from, to), a little more rather than less.
---@param win integer
---@param buf integer
---@param row integer
---@return integer from
---@return integer to
function M.bytes(win, buf, row)
  local v = view(win)
  local width, height = vim.api.nvim_win_get_width(win), vim.api.nvim_win_get_height(win)
  local cell, cells = v.leftcol, width
  if vim.wo[win].wrap then
    cell, cells = row == v.topline - 1 and v.skipcol or 0, width * height
  end
  local length = vim.fn.col({ row + 1, '$' }, win) - 1
  local from = byte_before(buf, row, length, cell)
  return from, math.min(length, from + STEP + 2 * cells)
end

return M
