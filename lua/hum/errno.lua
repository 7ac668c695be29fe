-- What libuv says of a file, in words for users. Pure.
local M = {}

local WORDS = {
  EACCES = 'there is no permission to write there',
  EEXIST = 'there is something else of that name',
  EDQUOT = 'the disk quota is used up',
  EIO = 'the disk fails',
  EISDIR = 'it is a folder',
  ENOENT = 'the folder is gone',
  ENOSPC = 'the disk is full',
  ENOTDIR = 'a part of its path is a file',
  EPERM = 'there is no permission to write there',
  EROFS = 'the file system is read-only',
}

---@param err string|nil  as libuv puts it: "ENOSPC: no space left on device"
---@return string code
---@return string why
function M.words(err)
  local code = (err or ''):match('^%u+') or ''
  return code, WORDS[code] or (err or ''):match('^%u+: ([^:]+)') or tostring(err)
end

return M
