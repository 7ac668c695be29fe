-- Moving a file whose buffer goes with it, with its text and its history.
local bufload = require('hum.bufload')
local edit = require('hum.chat.text.edit')

local M = {}

--- Gives a buffer another name. Neovim leaves one with the old name behind; and as it has not read the file of the new
--- name it would not write it, so it reads that.
---@param buf integer
---@param path string
local function rename(buf, path)
  local former = vim.api.nvim_buf_get_name(buf)
  vim.api.nvim_buf_set_name(buf, vim.fn.fnamemodify(path, ':.')) -- as it is shown
  local left = bufload.named(former)
  if left and left ~= buf then pcall(vim.api.nvim_buf_delete, left, { force = true }) end
  if not vim.api.nvim_buf_is_loaded(buf) then return end
  local lines = vim.bo[buf].modified and vim.api.nvim_buf_get_lines(buf, 0, -1, false) or nil
  vim.api.nvim_buf_call(buf, function() vim.cmd('silent! keepjumps keepalt edit!') end)
  if lines then edit.replace(buf, 0, -1, lines) end
end

---@param from string
---@param to string  where nothing is, in a folder that is there
---@return boolean|nil ok, string|nil err
function M.file(from, to)
  local ok, err = vim.uv.fs_rename(from, to)
  if not ok then return nil, err end
  local buf = bufload.named(from)
  if buf then rename(buf, to) end
  return true
end

return M
