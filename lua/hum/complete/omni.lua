-- A 'completefunc' or 'omnifunc': `:set completefunc=v:lua.require'hum.complete.omni'.omnifunc`,
-- then |i_CTRL-X_CTRL-U|. The menu opens when the answer is there; nothing waits for it.
local notify = require('hum.notify')

local M = {}

--- The menu inserts one line; Neovim 0.10 makes a NUL of a line break.
local function add_left_over_when_done()
  vim.api.nvim_create_autocmd('CompleteDone', {
    buffer = 0,
    once = true,
    callback = function()
      local data = vim.v.completed_item.user_data
      local left_over = type(data) == 'table' and data.hum or ''
      if left_over == '' then return end
      local lines = vim.split(left_over, '\n', { plain = true })
      local row, col = unpack(vim.api.nvim_win_get_cursor(0))
      local ok, err = pcall(vim.api.nvim_buf_set_text, 0, row - 1, col, row - 1, col, lines)
      if not ok then return notify.warn('hum: of the suggestion only the first line is inserted: ' .. err) end
      vim.api.nvim_win_set_cursor(0, { row + #lines - 1, #lines[#lines] })
    end,
  })
end

---@param found hum.Found
local function open_menu(found)
  local cursor = vim.api.nvim_win_get_cursor(0)
  local same = vim.api.nvim_get_current_buf() == found.buf
    and cursor[1] - 1 == found.row
    and cursor[2] == found.col
    and vim.startswith(vim.api.nvim_get_mode().mode, 'i')
    and vim.bo.modifiable
  if not same then return end
  local item = require('hum.complete.source').item(found)
  local first, left_over = item.textEdit.newText:match('^([^\n]*)(.*)$')
  vim.fn.complete(item.textEdit.range.start.character + 1, {
    {
      word = first,
      abbr = item.label,
      info = item.textEdit.newText,
      menu = 'hum',
      dup = 1,
      empty = 1,
      user_data = { hum = left_over },
    },
  })
  add_left_over_when_done() -- only now: opening this menu was a CompleteDone too, of CTRL-X CTRL-U
end

---@param findstart 0|1
---@return integer|table  as |complete-functions| want it
function M.omnifunc(findstart)
  if findstart == 0 then return {} end
  require('hum.complete.source').request(function(found)
    if found then vim.schedule(function() open_menu(found) end) end
  end)
  return -2 -- no matches yet, and no message
end

return M
