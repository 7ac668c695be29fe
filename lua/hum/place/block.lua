-- Undo blocks of a buffer, which Neovim counts and closes.
local M = {}

---@param buf integer
---@return integer  the number of the last change that is not undone
function M.changenr(buf)
  if buf == vim.api.nvim_get_current_buf() then return vim.fn.changenr() end
  return vim.api.nvim_buf_call(buf, vim.fn.changenr)
end

--- Closes the open undo block of the current buffer.
function M.close() vim.cmd('noautocmd let &l:undolevels = &l:undolevels') end

--- Must an edit join the open undo block? Neovim closes blocks of the current buffer outside insert mode, and only
--- those.
---@param buf integer
---@return boolean
function M.must_join(buf)
  return buf == vim.api.nvim_get_current_buf() and not vim.api.nvim_get_mode().mode:find('^[iR]')
end

return M
