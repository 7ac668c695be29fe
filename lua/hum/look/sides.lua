-- Two buffers as a diff, in a tab page of its own. When one of the two windows goes, the other and the tab page go, and
-- the focus goes back to where it was. No option of another window is touched.
local M = {}

local group = vim.api.nvim_create_augroup('hum.diff', {})

---@param win integer
local function close_window(win)
  if not vim.api.nvim_win_is_valid(win) then return end
  vim.api.nvim_win_call(win, function() vim.cmd('diffoff') end)
  pcall(vim.api.nvim_win_close, win, true)
end

---@param wins integer[]
---@param back integer  the window that was current
local function close(wins, back)
  for _, win in ipairs(wins) do
    close_window(win)
  end
  if vim.api.nvim_win_is_valid(back) then vim.api.nvim_set_current_win(back) end
end

--- Opens a tab page, whatever 'switchbuf' says of buffers that are shown already.
---@param buf integer
local function open_tab(buf)
  local switchbuf = vim.o.switchbuf
  vim.o.switchbuf = ''
  local ok, err = pcall(vim.api.nvim_command, 'tab sbuffer ' .. buf)
  vim.o.switchbuf = switchbuf
  if not ok then error(err, 0) end
end

--- A buffer for the right side, which is no file.
---@param like integer  buffer that it is compared with
---@param name string  the number of the buffer is added
---@param lines string[]
---@return integer
function M.scratch(like, name, lines)
  local buf = vim.api.nvim_create_buf(false, true)
  vim.bo[buf].undolevels = -1 -- `u` must not take the lines away that it begins with
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  vim.bo[buf].undolevels = -123456 -- stands for "as the global value"
  vim.api.nvim_buf_set_name(buf, name .. buf)
  vim.bo[buf].bufhidden = 'wipe'
  vim.bo[buf].syntax = vim.bo[like].filetype -- no plugins of the file type: it is no file
  return buf
end

--- Shows both; the focus is in the right one.
---@param buf integer
---@param other integer
---@param on_closed? fun()  once they are not shown any more
function M.show(buf, other, on_closed)
  local back = vim.api.nvim_get_current_win()
  open_tab(buf)
  local left = vim.api.nvim_get_current_win()
  local right = vim.api.nvim_open_win(other, true, { split = 'right', win = left })
  for _, win in ipairs({ left, right }) do
    vim.api.nvim_win_call(win, function() vim.cmd('diffthis') end)
  end
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = other, nowait = true, desc = 'close' })
  vim.api.nvim_create_autocmd('WinClosed', {
    group = group,
    callback = function(event)
      local win = tonumber(event.match)
      if win ~= left and win ~= right then return end
      vim.schedule(function()
        close({ left, right }, back)
        if on_closed then on_closed() end
      end)
      return true
    end,
  })
end

return M
