-- A small file of hum's own that has JSON in it: what is remembered between sessions. It is read whole, and only what
-- is valid of it is taken; it is written aside and renamed, for its owner alone. What cannot be read is not lost: it is
-- put aside under another name before anything is written there, which the log says.
local aside = require('hum.aside')
local log = require('hum.log')

local M = {}

--- Bytes of a file that can be hum's, unless a caller knows better.
local MOST = 1024 * 1024
--- The bits of a mode by which others may write.
local OTHERS = 18
--- What is added to the name of a file that is put aside.
M.UNUSED = '.unused'

---@class hum.StoreOpts
---@field valid fun(value: table): any  what is taken of it; nil: it is no such file
---@field most? integer    bytes; default: 1 MB
---@field trusted? boolean  it is the user's word: nobody else may have written it

---@class hum.Stored
---@field value any                what is valid; nil: there is none
---@field stat? uv.fs_stat.result  of the file; nil: there is none
---@field fault? string            why it is not used

--- Why a file is not read at all.
---@param stat uv.fs_stat.result
---@param opts hum.StoreOpts
---@return string|nil
local function refusal(stat, opts)
  if stat.type ~= 'file' then return 'it is no file' end
  if stat.size > (opts.most or MOST) then return 'it is too large' end
  if opts.trusted and stat.uid ~= vim.uv.getuid() then return 'it belongs to another user' end
  if opts.trusted and bit.band(stat.mode, OTHERS) ~= 0 then return 'others may write to it' end
end

---@param path string
---@param size integer
---@return string|nil
local function bytes_of(path, size)
  local fd = vim.uv.fs_open(path, 'r', 0)
  if not fd then return nil end
  local bytes = vim.uv.fs_read(fd, size, 0)
  vim.uv.fs_close(fd)
  return bytes
end

--- What a text in JSON has in it.
---@param bytes string|nil
---@param valid fun(value: table): any
---@return any  nil: it is damaged, or not what it should be
function M.decode(bytes, valid)
  local ok, value = pcall(vim.json.decode, bytes or '', { luanil = { object = true } })
  if ok and type(value) == 'table' then return valid(value) end
end

--- Reads one. Nothing is changed by that.
---@param path string
---@param opts hum.StoreOpts
---@return hum.Stored
function M.read(path, opts)
  local stat = vim.uv.fs_stat(path)
  if not stat then return {} end
  local why = refusal(stat, opts)
  if why then return { stat = stat, fault = why } end
  local value = M.decode(bytes_of(path, stat.size), opts.valid)
  return { value = value, stat = stat, fault = value == nil and 'it cannot be read' or nil }
end

--- Whether a file is another one than it was.
---@param path string
---@param before hum.Stored
---@return boolean
function M.has_changed(path, before)
  local a, b = before.stat, vim.uv.fs_stat(path)
  if not a or not b then return a ~= b end
  local same = a.ino == b.ino and a.size == b.size and a.mode == b.mode
  return not same or a.mtime.sec ~= b.mtime.sec or a.mtime.nsec ~= b.mtime.nsec
end

--- Writes one, whose folder is made if it is not there.
---@param path string
---@param bytes string        JSON
---@param before? hum.Stored  what was read there: if it cannot be used it is put aside
---@param sync? boolean       it is not a mere cache
---@return boolean|nil ok, string|nil err
function M.write(path, bytes, before, sync)
  pcall(vim.fn.mkdir, vim.fs.dirname(path), 'p', '0o700')
  if before and before.fault and vim.uv.fs_rename(path, path .. M.UNUSED) then
    log.write('warn', ('%s is %s now: %s'):format(path, path .. M.UNUSED, before.fault))
  end
  return aside.write(path, bytes, sync)
end

---@class hum.Store
---@field get fun(): any  what was read once, or written last. Never nil; not to be changed
---@field change fun(fn: fun(value: any))  changes what is there now, another Neovim's changes included

--- A store that is one file, in stdpath('state').
---@param name string  path below that folder
---@param opts hum.StoreOpts  whose `valid` makes an empty one of {}
---@return hum.Store
function M.new(name, opts)
  local now ---@type hum.Stored|nil
  local function path()
    return vim.fs.joinpath(vim.fn.stdpath('state') --[[@as string]], name)
  end
  local function read()
    now = M.read(path(), opts)
    if now.fault then log.write('warn', ('%s is not used: %s'):format(path(), now.fault)) end
    if now.value == nil then now.value = opts.valid({}) end
    return now
  end
  local function change(fn)
    local before = now and not M.has_changed(path(), now) and now or read()
    fn(before.value)
    local ok, err = M.write(path(), vim.json.encode(before.value), before)
    if not ok then log.write('warn', tostring(err)) end
    now = { value = before.value, stat = vim.uv.fs_stat(path()) }
  end
  return { get = function() return (now or read()).value end, change = change }
end

return M
