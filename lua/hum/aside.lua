-- A whole private file at once: written beside its place under another name, and renamed. Whoever looks finds the old
-- one or the new one. (A chat's own file, which others may write as well, is for hum.chat.kept.disk.)
local errno = require('hum.errno')

local M = {}

--- What hum writes before it takes its place is called so: what a crash has left is known by that.
local NAME = '.hum-aside-%d-%d'
M.NAMES = '^%.hum%-aside%-%d+%-%d+$'

local PRIVATE = 384

--- A name for what is written before it takes its place.
---@param dir string
---@return string path
function M.path(dir) return ('%s/%s'):format(dir, NAME:format(vim.uv.os_getpid(), vim.uv.hrtime())) end

---@param path string
---@param bytes string
---@param sync boolean
---@return boolean|nil ok, string|nil err
local function fill(path, bytes, sync)
  local fd, err = vim.uv.fs_open(path, 'wx', PRIVATE)
  if not fd then return nil, err end
  local written, why = vim.uv.fs_write(fd, bytes, 0)
  local ok = written == #bytes ---@type boolean|nil
  if ok and sync then
    ok, why = vim.uv.fs_fsync(fd)
  end
  vim.uv.fs_close(fd)
  if not ok then return nil, why or 'ENOSPC' end
  return true
end

--- Writes it, for its owner alone (`rw-------`).
---@param path string  whose folder is there
---@param bytes string
---@param sync? boolean  it is not a mere cache
---@return boolean|nil ok, string|nil err
function M.write(path, bytes, sync)
  local new = M.path(vim.fs.dirname(path))
  local ok, err = fill(new, bytes, sync == true)
  if ok then
    ok, err = vim.uv.fs_rename(new, path)
  end
  if ok then return true end
  vim.uv.fs_unlink(new)
  return nil, ('%s cannot be written: %s'):format(path, select(2, errno.words(err)))
end

return M
