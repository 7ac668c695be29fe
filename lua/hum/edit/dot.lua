-- What "." repeats after a prompt that came to nothing: what was written there would be put into the text. What it
-- repeated before cannot be had back, so it does nothing.
local M = {}

function M.nothing() end

function M.forget()
  vim.go.operatorfunc = "v:lua.require'hum.edit.dot'.nothing"
  local view = vim.fn.winsaveview()
  pcall(vim.cmd.normal, { args = { 'g@l' }, bang = true })
  vim.fn.winrestview(view)
end

return M
