-- A chat's file is made: with its first message, again where it was removed, and under another name where somebody else
-- has written the one that it had. Neovim writes it then, which makes it the buffer's own for Neovim.
local belongings = require('hum.chat.kept.belongings')
local disk = require('hum.chat.kept.disk')
local folder = require('hum.chat.kept.folder')
local log = require('hum.log')
local native = require('hum.chat.kept.native')
local notify = require('hum.notify')
local snapshot = require('hum.chat.kept.snapshot')

local M = {}

--- The file has all of the text, by Neovim's own hand.
---@param k hum.KeptFile
function M.take(k)
  k.seen = vim.uv.fs_stat(k.path)
  k.known, k.wanted, k.told = k.seen, true, nil
  snapshot.take(k.buf)
end

---@param k hum.KeptFile
---@return boolean|nil ok, string|nil why
local function write_by_neovim(k)
  local ok, err = native.write(k.buf)
  if not ok then return nil, notify.plain(err or '') end
  M.take(k)
  disk.sync(k.path)
  return true
end

local move_aside ---@type fun(k: hum.KeptFile): boolean|nil, string|nil

--- Makes the file, where there is none. Another Neovim may have made one of that name a moment ago.
---@param k hum.KeptFile
---@return boolean|nil ok, string|nil why
function M.new(k)
  local ok, err = folder.ensure(vim.fs.dirname(k.path))
  if not ok then return nil, err end
  local stat, failure = disk.create(k.path)
  if failure and failure.code == 'EEXIST' then return move_aside(k) end
  if not stat then return nil, failure and failure.why end
  k.seen = stat
  snapshot.lose(k.buf)
  return write_by_neovim(k)
end

--- The path of a copy: "NAME (2).md".
---@param path string
---@return string  that nobody has
local function beside(path)
  local stem, ending = path:match('^(.*)(%.[^./]*)$')
  stem, ending = stem or path, ending or ''
  stem = stem:gsub(' %(%d+%)$', '')
  local n = 2
  while vim.uv.fs_lstat(('%s (%d)%s'):format(stem, n, ending)) do
    n = n + 1
  end
  return ('%s (%d)%s'):format(stem, n, ending)
end

--- Somebody else has written the file, and what he wrote stays: the chat goes on in another one.
---@param k hum.KeptFile
---@return boolean|nil ok, string|nil why
function move_aside(k)
  local old = k.path
  k.path, k.known = beside(old), nil
  local ok, why = native.rename(k.buf, k.path)
  if ok then
    ok, why = M.new(k)
  end
  if not ok then return nil, why end
  local copied, err = belongings.copy(old, k.path)
  if not copied then log.write('warn', ('%s has not all that belongs to it: %s'):format(k.path, err)) end
  local text = 'hum: another program wrote "%s"; the chat goes on in "%s"'
  notify.warn(text:format(vim.fs.basename(old), vim.fs.basename(k.path)))
  return true
end

--- What a file says, however its lines end.
---@param bytes string
---@return string
local function said(bytes) return (bytes:gsub('^\239\187\191', ''):gsub('\r\n', '\n'):gsub('\n$', '')) end

--- All that is in the file now stands in the buffer as well: it is a copy from somewhere, or an older one.
---@param k hum.KeptFile
---@return boolean
local function has_all_of_it(k)
  local there = disk.read(k.path)
  return there ~= nil and vim.startswith(said(snapshot.text(k.buf)), said(there))
end

--- The file is not as it was left.
---@param k hum.KeptFile
---@return boolean|nil ok  it can be written, or was
---@return string|nil why
function M.resolve(k)
  local stat = vim.uv.fs_stat(k.path)
  if stat and has_all_of_it(k) then
    k.seen = stat
    snapshot.lose(k.buf)
    return true
  elseif stat then
    return move_aside(k)
  elseif not vim.uv.fs_stat(vim.fs.dirname(k.path)) and not folder.contains(k.path) then
    return nil, 'its folder is gone' -- a disk that is not there, say; hum's own is made again
  end
  local ok, why = M.new(k)
  if ok then notify.warn(('hum: "%s" was removed; it is there again'):format(vim.fs.basename(k.path))) end
  return ok, why
end

--- What Neovim has to write, in an encoding of its own say, and what there is no file of yet.
---@param k hum.KeptFile
---@return boolean|nil ok, string|nil why
function M.write(k)
  local there = vim.uv.fs_stat(k.path)
  if not k.seen and not there then return M.new(k) end
  if not disk.same(there, k.seen) then return M.resolve(k) end
  return write_by_neovim(k)
end

return M
