-- Files as chats need them: written so that there is a whole one at any moment, and never over what somebody else
-- wrote. Knows no buffers.
--
-- Each operation is a sequence of libuv's. With `done` none of them blocks, and `done` is called in a fast context;
-- without it they are made at once, and their result is returned.
local asides = require('hum.aside')
local errno = require('hum.errno')
local libc = require('hum.chat.kept.libc')

local M = {}

local uv = vim.uv

---@class hum.DiskWrite
---@field path string
---@field seen uv.fs_stat.result  the file as it was left last: nothing is written if it is another one now
---@field at integer              so many bytes of it stay
---@field tail string             what follows them

---@class hum.DiskFault
---@field kind 'busy'|'changed'|'failed'  somebody is writing; somebody has written, or removed it; it cannot be written
---@field code string                     'ENOSPC'
---@field why string                      words for it
---@field stat? uv.fs_stat.result         the file as it was left

---@alias hum.DiskCall fun(name: string, ...): any, string?  one operation of libuv's
---@alias hum.DiskDone fun(stat?: uv.fs_stat.result, fault?: hum.DiskFault)

local PRIVATE = 384 -- rw-------
local PERMISSIONS = 4095 -- all of them

---@param err string|nil
---@param stat? uv.fs_stat.result
---@return hum.DiskFault
local function failed(err, stat)
  local code, why = errno.words(err)
  return { kind = 'failed', code = code, why = why, stat = stat }
end

--- Is it the same file, unchanged?
---@param a uv.fs_stat.result|nil
---@param b uv.fs_stat.result|nil
---@return boolean
function M.same(a, b)
  return a ~= nil
    and b ~= nil
    and a.ino == b.ino
    and a.dev == b.dev
    and a.size == b.size
    and a.mtime.sec == b.mtime.sec
    and a.mtime.nsec == b.mtime.nsec
end

-- ---- at once, or in the background -----------------------------------------------------------

---@param name string
---@return any result, string? err
local function at_once(name, ...) return uv[name](...) end

---@async
---@param name string
---@return any result, string? err
local function in_background(name, ...)
  local co, args, n = assert(coroutine.running()), { ... }, select('#', ...)
  args[n + 1] = function(err, result) coroutine.resume(co, result, err) end
  local request, err = uv[name](unpack(args, 1, n + 1))
  if not request then return nil, err end
  return coroutine.yield()
end

---@param steps fun(write: hum.DiskWrite, call: hum.DiskCall): uv.fs_stat.result?, hum.DiskFault?
---@param write hum.DiskWrite
---@param done? hum.DiskDone
---@return uv.fs_stat.result|nil stat, hum.DiskFault|nil fault
local function run(steps, write, done)
  if not done then return steps(write, at_once) end
  coroutine.wrap(function()
    local ok, stat, fault = xpcall(steps, debug.traceback, write, in_background)
    if not ok then
      stat, fault = nil, failed(tostring(stat))
    end
    done(stat, fault)
  end)()
end

-- ---- steps -----------------------------------------------------------------------------------

--- Takes the file for writing.
---@param write hum.DiskWrite
---@param fd integer
---@param call hum.DiskCall
---@return hum.DiskFault|nil fault
---@return uv.fs_stat.result|nil stat  of the file as it is, without a fault
local function claim(write, fd, call)
  if not libc.lock(fd) then return { kind = 'busy', code = '', why = 'another Neovim is writing it' } end
  local open, there = call('fs_fstat', fd), call('fs_stat', write.path)
  if not M.same(there, write.seen) or not open or open.ino ~= there.ino then
    return { kind = 'changed', code = there and '' or 'ENOENT', why = 'somebody else has changed it' }
  end
  return nil, there
end

---@param fd integer
---@param text string
---@param at integer
---@param call hum.DiskCall
---@return integer written
---@return string|nil err
local function write_all(fd, text, at, call)
  local written = 0
  while written < #text do
    local n, err = call('fs_write', fd, written == 0 and text or text:sub(written + 1), at + written)
    if not n or n == 0 then return written, err or 'ENOSPC' end
    written = written + n
  end
  return written
end

--- A part of the text was written: it is cut behind its last whole line. The byte before it was the end of a line,
--- which is put back if nothing else is left.
---@param write hum.DiskWrite
---@param fd integer
---@param written integer
---@param call hum.DiskCall
local function cut(write, fd, written, call)
  local whole = write.tail:sub(1, written):match('^.*\n')
  if whole then
    call('fs_ftruncate', fd, write.at + #whole)
  elseif written > 0 then
    call('fs_write', fd, '\n', write.at)
    call('fs_ftruncate', fd, write.at + 1)
  end
end

---@param write hum.DiskWrite
---@param fd integer
---@param call hum.DiskCall
---@return uv.fs_stat.result|nil stat, hum.DiskFault|nil fault
local function write_into(write, fd, call)
  local fault = claim(write, fd, call)
  if fault then return nil, fault end
  local written, err = write_all(fd, write.tail, write.at, call)
  local size = write.at + #write.tail
  if err then
    cut(write, fd, written, call)
  elseif write.seen.size > size then
    err = select(2, call('fs_ftruncate', fd, size))
  end
  local stat, why = call('fs_fstat', fd)
  if err or not stat then return nil, failed(err or why, stat) end
  return stat
end

---@param write hum.DiskWrite
---@param call hum.DiskCall
---@return uv.fs_stat.result|nil stat, hum.DiskFault|nil fault
local function in_place(write, call)
  local fd, err = call('fs_open', write.path, 'r+', PRIVATE)
  if not fd and (err or ''):find('^ENOENT') then
    return nil, { kind = 'changed', code = 'ENOENT', why = 'it is gone' }
  end
  if not fd then return nil, failed(err) end
  local stat, fault = write_into(write, fd, call)
  call('fs_close', fd)
  return stat, fault
end

--- With these there can be no other file in the folder, while the file itself may be writable.
local FOLDER_CLOSED = { EACCES = true, EPERM = true, EROFS = true }

---@param write hum.DiskWrite
---@param from integer  the file, open
---@param to integer    the new one, open
---@param mode integer  of the file
---@param call hum.DiskCall
---@return uv.fs_stat.result|nil stat, string|nil err
local function fill(write, from, to, mode, call)
  local copied = 0
  while copied < write.at do
    local n, err = call('fs_sendfile', to, from, copied, write.at - copied)
    if not n or n == 0 then return nil, err or 'EIO' end
    copied = copied + n
  end
  local _, err = write_all(to, write.tail, write.at, call)
  if err then return nil, err end
  call('fs_fchmod', to, bit.band(mode, PERMISSIONS))
  local synced, why = call('fs_fsync', to)
  if not synced then return nil, why end
  return call('fs_fstat', to)
end

--- After a rename: the name of a file is kept by its folder, which wants a sync of its own (fsync(2)).
---@param dir string
---@param call hum.DiskCall
local function sync_folder(dir, call)
  local fd = call('fs_open', dir, 'r', 0)
  if not fd then return end
  call('fs_fsync', fd)
  call('fs_close', fd)
end

---@param write hum.DiskWrite
---@param from integer  the file, open
---@param mode integer  of the file
---@param call hum.DiskCall
---@return uv.fs_stat.result|nil stat, hum.DiskFault|nil fault
---@return boolean|nil unable  there can be no file aside
local function aside(write, from, mode, call)
  local dir = vim.fs.dirname(write.path)
  local path = asides.path(dir)
  local to, err = call('fs_open', path, 'wx', PRIVATE)
  if not to then
    local fault = failed(err)
    return nil, fault, FOLDER_CLOSED[fault.code]
  end
  local stat, why = fill(write, from, to, mode, call)
  call('fs_close', to)
  local renamed
  if stat then
    renamed, why = call('fs_rename', path, write.path)
  end
  if not renamed then
    call('fs_unlink', path)
    return nil, failed(why)
  end
  sync_folder(dir, call)
  return stat
end

---@param write hum.DiskWrite
---@param call hum.DiskCall
---@return uv.fs_stat.result|nil stat, hum.DiskFault|nil fault
local function replace(write, call)
  local from, err = call('fs_open', write.path, 'r', 0)
  if not from and (err or ''):find('^ENOENT') then
    return nil, { kind = 'changed', code = 'ENOENT', why = 'it is gone' }
  elseif not from then
    return nil, failed(err)
  end
  local stat, unable
  local fault, there = claim(write, from, call)
  -- Another name of the file, or somebody else's file, would not be it any more after a rename.
  if there and (there.nlink > 1 or there.uid ~= uv.getuid()) then
    unable = true
  elseif there then
    stat, fault, unable = aside(write, from, there.mode, call)
  end
  call('fs_close', from)
  if unable then return in_place(write, call) end
  return stat, fault
end

-- ---- what there is to call -------------------------------------------------------------------

--- Writes at the end of a file, in place: for text that only makes it longer.
---@param write hum.DiskWrite
---@param done? hum.DiskDone
---@return uv.fs_stat.result|nil stat, hum.DiskFault|nil fault  without `done`
function M.grow(write, done) return run(in_place, write, done) end

--- Writes a file anew: aside, and in the place of the old one when all is on the disk. In place where there can be none
--- aside.
---@param write hum.DiskWrite
---@param done? hum.DiskDone
---@return uv.fs_stat.result|nil stat, hum.DiskFault|nil fault  without `done`
function M.rewrite(write, done) return run(replace, write, done) end

--- Makes an empty private file where there is none.
---@param path string
---@return uv.fs_stat.result|nil stat, hum.DiskFault|nil fault
function M.create(path)
  local fd, err = uv.fs_open(path, 'wx', PRIVATE)
  if not fd then return nil, failed(err) end
  local stat = uv.fs_fstat(fd)
  uv.fs_close(fd)
  return stat
end

---@param path string
---@param most? integer  bytes of its beginning; default: all
---@return string|nil text, string|nil err
function M.read(path, most)
  local fd, err = uv.fs_open(path, 'r', 0)
  if not fd then return nil, err end
  local stat = uv.fs_fstat(fd)
  local text, why = uv.fs_read(fd, most or stat and stat.size or 0, 0)
  uv.fs_close(fd)
  return text, why
end

--- Sees to it, in the background, that what was written survives a power failure.
---@param path string
function M.sync(path)
  coroutine.wrap(function()
    local fd = in_background('fs_open', path, 'r', 0)
    if not fd then return end
    in_background('fs_fsync', fd)
    in_background('fs_close', fd)
    sync_folder(vim.fs.dirname(path), in_background)
  end)()
end

--- Files aside that are older than this, in seconds, are those of a crash.
local OLD = 600
local swept = {} ---@type table<string, boolean>

--- Removes, once for each folder and in the background, what a crash has left there.
---@param dir string
function M.sweep(dir)
  if swept[dir] then return end
  swept[dir] = true
  coroutine.wrap(function()
    local found = in_background('fs_scandir', dir)
    local name = found and uv.fs_scandir_next(found)
    while found and name do
      local path = dir .. '/' .. name
      local stat = name:find(asides.NAMES) and in_background('fs_lstat', path)
      if stat and os.time() - stat.mtime.sec > OLD then in_background('fs_unlink', path) end
      name = uv.fs_scandir_next(found)
    end
  end)()
end

return M
