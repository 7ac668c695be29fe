-- Virtual lines: Neovim cuts them at the edge of a window instead of wrapping them.
local format = require('hum.chat.text.format')

local M = {}

--- Cells for text in the narrowest window of a buffer.
---@param buf integer
---@return integer
local function room(buf)
  local least = vim.o.columns
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    local info = vim.fn.getwininfo(win)[1]
    least = math.min(least, info.width - info.textoff)
  end
  return math.max(least - 2, 10)
end

--- A text as virtual lines, broken between words, or inside those that are longer than a line.
---@param buf integer
---@param text string
---@param group string  of highlighting
---@return [string, string][][]
function M.of(buf, text, group)
  local lines, line, width = {}, '', room(buf)
  local cells = vim.fn.strdisplaywidth
  local function push()
    lines[#lines + 1] = { { '  ' .. line, group } }
    line = ''
  end
  for word in format.one_line(text):gmatch('%S+') do
    if line ~= '' and cells(line .. ' ' .. word) > width then push() end
    while cells(word) > width do
      local fits = math.floor(width * vim.fn.strchars(word) / cells(word))
      line, word = vim.fn.strcharpart(word, 0, fits), vim.fn.strcharpart(word, fits)
      push()
    end
    line = line == '' and word or line .. ' ' .. word
  end
  if line ~= '' then push() end
  return lines
end

return M
