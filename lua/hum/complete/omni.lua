-- An 'omnifunc': `:set omnifunc=v:lua.require'hum.complete.omni'.omnifunc`, then
-- |i_CTRL-X_CTRL-O|. The menu opens when the answer is there; nothing waits for it.
local M = {}

---@param found hum.Found
local function open_menu(found)
  local cursor = vim.api.nvim_win_get_cursor(0)
  local same = vim.api.nvim_get_current_buf() == found.buf
    and cursor[1] - 1 == found.row
    and cursor[2] == found.col
    and vim.startswith(vim.api.nvim_get_mode().mode, 'i')
  if not same then
    return
  end
  local item = require('hum.complete.source').item(found)
  vim.fn.complete(item.textEdit.range.start.character + 1, {
    {
      word = item.textEdit.newText,
      abbr = item.label,
      info = item.textEdit.newText,
      menu = 'hum',
      dup = 1,
      empty = 1,
    },
  })
end

---@param findstart 0|1
---@return integer|table  as |complete-functions| want it
function M.omnifunc(findstart)
  if findstart == 0 then
    return {}
  end
  require('hum.complete.source').request(function(found)
    if found then
      vim.schedule(function()
        open_menu(found)
      end)
    end
  end)
  return -2 -- no matches yet, and no message
end

return M
