-- A whole private file at once: written beside its place under another name, and renamed. Whoever looks finds the old
-- one or the new one. (A chat's own file, which others may write as well, is for hum.chat.kept.disk.)
local M = {}

--- `rw-------`
local PRIVATE = 384

---@param path string
---@param bytes string
---@param sync boolean
---@return boolean|nil ok, string|nil err
local function fill(path, bytes, sync)
  local fd, err = vim.uv.fs_open(path, 'w', PRIVATE)
  if not fd then return nil, err end
  local written, why = vim.uv.fs_write(fd, bytes, 0)
  local ok = written == #bytes
  if ok and sync then
    ok, why = vim.uv.fs_fsync(fd) ~= nil, 'it cannot be synced'
  end
  vim.uv.fs_close(fd)
  if not ok then return nil, why or 'the disk is full' end
  return true
end

---@param path string  in a folder that is there
---@param bytes string
---@param sync? boolean  it is not a mere cache
---@return boolean|nil ok, string|nil err
function M.write(path, bytes, sync)
  local new = ('%s.%d'):format(path, vim.uv.os_getpid())
  local ok, err = fill(new, bytes, sync == true)
  if ok then
    ok, err = vim.uv.fs_rename(new, path)
  end
  if ok then return true end
  vim.uv.fs_unlink(new)
  return nil, ('%s cannot be written: %s'):format(path, (tostring(err):match('^%u+: ([^:]+)') or err))
end

--- A file whole.
---@param path string
---@return string|nil bytes, string|nil err
function M.read(path)
  local fd, err = vim.uv.fs_open(path, 'r', 0)
  if not fd then return nil, err end
  local stat, bytes = vim.uv.fs_fstat(fd), nil
  if stat and stat.type == 'file' then
    bytes, err = vim.uv.fs_read(fd, stat.size, 0)
  end
  vim.uv.fs_close(fd)
  return bytes, not bytes and (err or 'it is no file') or nil
end

return M
