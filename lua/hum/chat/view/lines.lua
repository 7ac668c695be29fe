-- Virtual lines: Neovim cuts them at the edge of a window instead of wrapping them.
local format = require('hum.chat.text.format')
local wrap = require('hum.wrap')

local M = {}

--- Cells for text in a window.
---@param win integer
---@return integer
function M.width(win)
  local info = vim.fn.getwininfo(win)[1]
  return info.width - info.textoff
end

--- Cells for text in the narrowest window of a buffer.
---@param buf integer
---@return integer
function M.room(buf)
  local least = vim.o.columns
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    least = math.min(least, M.width(win))
  end
  return least
end

--- A text as virtual lines, broken between words, or inside those that are longer than a line.
---@param buf integer
---@param text string
---@param group string  of highlighting
---@return [string, string][][]
function M.of(buf, text, group)
  return vim.tbl_map(
    function(line) return { { '  ' .. line, group } } end,
    wrap.lines(format.one_line(text), math.max(M.room(buf) - 2, 10))
  )
end

return M
