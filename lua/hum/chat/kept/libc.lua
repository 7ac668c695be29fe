-- Two calls of the C library that libuv has not, through LuaJIT's ffi.
--
-- * The time of a file to the nanosecond. hum writes a chat's file behind Neovim's back; what Neovim compares before
--   `:w` is the time at which it read or wrote that file itself, and nothing but reading or writing renews it. So the
--   file gets exactly that time back right before `:w`. uv.fs_utime() takes a double, which is not exact.
-- * A lock, so that two Neovims that write the same chat at the same moment do not write over each other.
--
-- Without ffi (a Neovim with PUC Lua) Neovim asks before `:w` whether to write over a file that was changed, and what
-- another Neovim has written is seen unless it came in the same instant.
local M = {}

local has_ffi, ffi = pcall(require, 'ffi')

-- Where `long` has not 64 bits, time_t may have another width than it. Names of our own, since other plugins may have
-- declared the functions in their way; what was declared before hum was reloaded stays.
local DECLARED = [[
  struct hum_timespec { long sec; long nsec; };
  int hum_utimensat(int dir, const char *path, const struct hum_timespec times[2], int flags) __asm__("utimensat");
  int hum_flock(int fd, int operation) __asm__("flock");
]]
local usable = has_ffi and ffi.abi('64bit') and ffi.os ~= 'Windows'
if usable then pcall(ffi.cdef, DECLARED) end

--- Exclusive, and at once or not at all: the same in Linux, BSD and macOS.
local LOCK = 2 + 4
--- EWOULDBLOCK in Linux, and in BSD and macOS.
local BUSY = { [11] = true, [35] = true }

--- Gives a file the times that a stat of it has.
---@param path string  from the root, so that the folder it would else begin in does not matter
---@param stat { atime: uv.fs_stat.result.time, mtime: uv.fs_stat.result.time }
---@return boolean done
function M.set_times(path, stat)
  if not usable then return false end
  local at = { { stat.atime.sec, stat.atime.nsec }, { stat.mtime.sec, stat.mtime.nsec } }
  local ok, result = pcall(
    function() return ffi.C.hum_utimensat(-1, path, ffi.new('struct hum_timespec[2]', at), 0) end
  )
  return ok and result == 0
end

--- Locks an open file until it is closed.
---@param fd integer
---@return boolean  false: somebody else has it. Where there are no locks it is true.
function M.lock(fd)
  if not usable then return true end
  local ok, result = pcall(function() return ffi.C.hum_flock(fd, LOCK) end)
  return not ok or result == 0 or not BUSY[ffi.errno()]
end

return M
