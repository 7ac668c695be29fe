-- What is done to a file as a whole once it is allowed: it is deleted, or moved.
local consent = require('hum.apply.consent')
local move = require('hum.sets.move')
local sets = require('hum.sets')

local M = {}

--- Larger files are not deleted, as they could not be brought back.
local MOST = 4 * 1024 * 1024

---@param file hum.ApplyFile
---@return hum.ApplyFault|nil
local function unwritten(file)
  if vim.bo[file.buf].modified then
    return { message = 'its buffer has unsaved changes', hint = 'Write or discard them first.' }
  end
end

---@param path string
---@return string|nil bytes, integer|nil mode
local function read(path)
  local fd = vim.uv.fs_open(path, 'r', 0)
  if not fd then return nil end
  local stat = vim.uv.fs_fstat(fd)
  local bytes = stat and stat.size <= MOST and vim.uv.fs_read(fd, stat.size, 0) or nil
  vim.uv.fs_close(fd)
  return bytes, stat and bit.band(stat.mode, 511) -- 511: `rwxrwxrwx`
end

--- Deletes a file. Its buffer goes, unless it is shown.
---@param given hum.ApplyConsent
---@param file hum.ApplyFile
---@param set hum.Set
---@return hum.ApplyFault|nil
function M.delete(given, file, set)
  if file.is_new then return { message = 'there is no such file to delete' } end
  local fault = unwritten(file)
  if fault then return fault end
  if not consent.delete(given, file.path) then
    return {
      message = 'it was not deleted',
      hint = not given.ask and 'Pass allow = { delete = true } to delete it.' or nil,
    }
  end
  local bytes, mode = read(file.path)
  if not bytes then return { message = 'it cannot be read, or is too large to be brought back: it was not deleted' } end
  local ok, err = vim.uv.fs_unlink(file.path)
  if not ok then return { message = ('it cannot be deleted: %s'):format(err) } end
  sets.done(set, { kind = 'delete', path = file.path, bytes = bytes, mode = mode })
  if #vim.fn.win_findbuf(file.buf) == 0 then pcall(vim.api.nvim_buf_delete, file.buf, {}) end
end

--- Moves a file, with its buffer.
---@param given hum.ApplyConsent
---@param file hum.ApplyFile
---@param to string
---@param set hum.Set
---@return hum.ApplyFault|nil
function M.move(given, file, to, set)
  local name = vim.fn.fnamemodify(to, ':~:.')
  local fault = unwritten(file)
  if fault then return { message = ('it was not moved to %s: %s'):format(name, fault.message), hint = fault.hint } end
  if not consent.move(given, file.path, to) then
    local hint = not given.ask and 'Pass allow = { move = true } to move it.' or nil
    return { message = ('it was not moved to %s'):format(name), hint = hint }
  end
  vim.fn.mkdir(vim.fs.dirname(to), 'p')
  local ok, err = move.file(file.path, to)
  if not ok then return { message = ('it cannot be moved to %s: %s'):format(name, err) } end
  sets.done(set, { kind = 'move', path = file.path, to = to })
  file.path = to
end

return M
