-- What the model of a chat has seen, as it is kept: "context.json" in the folder of what belongs to the chat, beside
-- the contents themselves. It holds after the chat was opened again, forked, moved or renamed, since those take that
-- folder along.
--
-- Of a chat that is not kept, and where that folder cannot be written, all of it is in a private folder that goes with
-- this Neovim.
local belongings = require('hum.chat.kept.belongings')
local config = require('hum.config')
local folder = require('hum.chat.kept.folder')
local log = require('hum.log')
local notify = require('hum.notify')
local store = require('hum.store')
local valid = require('hum.chat.context.valid')

local M = {}

---@class hum.SystemNote  a rule file, say, in the system message
---@field path? string
---@field title string
---@field tokens? integer
---@field state string
---@field why? string

---@class hum.ContextSystem  what was decided of a chat's system message
---@field key string     of what it was decided by
---@field kept? string   name of the text; nil: there is none
---@field tokens integer
---@field bytes integer
---@field replaces? boolean  the chat's own system turn is not sent
---@field notes hum.SystemNote[]

---@class hum.Ledger
---@field version 1
---@field turns hum.ContextTurn[]
---@field system? hum.ContextSystem
---@field fit table  of hum.chat.fit, which alone knows what is in it
---@field choices table<string, 'outline'|'whole'>  of what is too large, by source

---@class hum.OpenLedger
---@field ledger hum.Ledger
---@field path string   of the chat, as it was last
---@field stored hum.Stored   the ledger's file as it was left
---@field private_path? string     of a chat in the private folder
---@field bytes? string  of that file, as it was written last
---@field keys table<string, string>  of texts
---@field told? boolean

local NAME = 'context.json'
--- A longer file is no ledger, in bytes.
local MOST = 8 * 1024 * 1024

local open = {} ---@type table<integer, hum.OpenLedger>  by buffer

---@return hum.Ledger
local function empty() return { version = 1, turns = {}, fit = {}, choices = {} } end

---@param buf integer
---@return string  of its file; '' if it has none
local function chat_path(buf)
  local name = vim.api.nvim_buf_get_name(buf)
  if name == '' or name:find('^%a[%w+.-]+://') then return '' end
  return vim.uv.fs_realpath(name) or name
end

---@param path string  of a chat
---@return string
local function file_of(path) return vim.fs.joinpath(belongings.folder(path), NAME) end

---@param path string  of a chat
---@return hum.Stored
local function read(path)
  local stored = store.read(file_of(path), { valid = valid.ledger, most = MOST })
  if stored.fault then log.write('warn', ('%s is not used: %s'):format(file_of(path), stored.fault)) end
  return stored
end

---@param o hum.OpenLedger
---@param path string  that the chat has now
local function follow(o, path)
  if o.path == path then return end
  local from = o.private_path or o.path
  -- What moves a chat has taken its folder along as a rule; `:file` has not, and what was in no file goes into one.
  if from ~= '' and path ~= '' and not vim.uv.fs_stat(file_of(path)) then
    local ok, err = belongings.copy(from, path)
    if not ok then log.write('warn', tostring(err)) end
  end
  if path ~= '' then o.private_path = nil end
  o.path, o.stored = path, { stat = vim.uv.fs_stat(file_of(path)) }
end

---@param buf integer
---@return hum.OpenLedger
local function get(buf)
  local o, path = open[buf], chat_path(buf)
  if not o then
    local stored = path ~= '' and read(path) or {} ---@type hum.Stored
    o = { ledger = stored.value or empty(), path = path, stored = stored, keys = {} }
    open[buf] = o
    return o
  end
  follow(o, path)
  if o.path == '' or o.private_path then return o end
  if store.has_changed(file_of(path), o.stored) then -- another Neovim has the chat open, too
    o.stored = read(path)
    o.ledger = o.stored.value or o.ledger
  end
  return o
end

--- The ledger of a chat; an empty one where there is none. What is changed in it is kept by `save`.
---@param buf integer
---@return hum.Ledger
function M.get(buf) return get(buf).ledger end

--- Whether a ledger may be there at all: else nothing is read for it.
---@param buf integer
---@return boolean
function M.has(buf)
  local ledger = M.get(buf)
  return #ledger.turns > 0 or ledger.system ~= nil or next(ledger.fit) ~= nil
end

---@param dir string
---@return boolean  something can be written there
local function is_writable(dir)
  while not vim.uv.fs_stat(dir) do
    local parent = vim.fs.dirname(dir)
    if parent == dir then return false end
    dir = parent
  end
  return vim.uv.fs_access(dir, 'W') == true
end

---@param o hum.OpenLedger
---@return string  path of a chat whose belongings are private and go with this Neovim
local function private(o)
  o.private_path = o.private_path or vim.fs.joinpath(vim.fn.tempname(), 'chat.md')
  return o.private_path
end

--- Where things that belong to a chat's context are put.
---@param o hum.OpenLedger
---@return string  path of a chat
local function home(o)
  if o.private_path or o.path == '' or config.get().chat.keep == false then return private(o) end
  if is_writable(belongings.folder(o.path)) then return o.path end
  if not o.told then
    o.told = true
    local text = 'hum: %s cannot be written: what the model has seen is forgotten when this Neovim ends'
    notify.warn(text:format(belongings.folder(o.path)))
  end
  return private(o)
end

--- The folder in which contents are kept, which need not be there yet.
---@param buf integer
---@return string
function M.folder(buf) return belongings.folder(home(get(buf))) end

--- Where things are kept for a chat, as long as it stays where it is.
---@param buf integer
---@return fun(name: string): string path
function M.paths(buf)
  local o = get(buf)
  local dir = belongings.folder(home(o))
  local other = o.private_path and o.path ~= '' and belongings.folder(o.path) or nil
  return function(name)
    local own = vim.fs.joinpath(dir, name)
    if not other or vim.uv.fs_stat(own) then return own end
    return vim.fs.joinpath(other, name)
  end
end

--- Keeps a text of hum's own.
---@param buf integer
---@param text string
---@return string|nil name, string|nil err
function M.put(buf, text)
  local path = home(get(buf))
  local ok, err = folder.ensure(vim.fs.dirname(path))
  if not ok then return nil, err end
  return belongings.put(path, text, nil, true)
end

--- Keeps a text in another folder, which need not be there yet.
---@param dir string
---@param text string
---@return string|nil name, string|nil err
function M.put_in(dir, text) return belongings.put((dir:gsub('%.files$', '.md')), text, nil, true) end

--- Whether a file ends with a line break.
---@param path string
---@return boolean
function M.is_closed(path)
  local fd = vim.uv.fs_open(path, 'r', 0)
  if not fd then return false end
  local stat = vim.uv.fs_fstat(fd)
  local last = stat and stat.size > 0 and vim.uv.fs_read(fd, 1, stat.size - 1)
  vim.uv.fs_close(fd)
  return last == '\n'
end

--- Sees to it that something that a chat has kept is in another folder as well.
---@param buf integer
---@param name string
---@param dir string
function M.link(buf, name, dir)
  local from, to = M.paths(buf)(name), vim.fs.joinpath(dir, name)
  if vim.uv.fs_stat(to) or not vim.uv.fs_stat(from) or not folder.ensure(dir) then return end
  if not vim.uv.fs_link(from, to) then vim.uv.fs_copyfile(from, to) end
end

--- Copies all that is kept for a chat's context, but for the ledger.
---@param from integer  buffer
---@param to integer
function M.copy(from, to)
  local source, target = M.folder(from), M.folder(to)
  if source == target or not vim.uv.fs_stat(source) then return end
  local ok, err = folder.ensure(target)
  for name, kind in vim.fs.dir(ok and source or '') do
    local path = vim.fs.joinpath(target, name)
    if kind == 'file' and name ~= NAME and not vim.uv.fs_stat(path) then
      ok, err = vim.uv.fs_copyfile(vim.fs.joinpath(source, name), path)
    end
  end
  if not ok then log.write('warn', tostring(err)) end
end

--- Writes the ledger. It is worth less than the chat: what fails is in the log.
---@param buf integer
function M.save(buf)
  local o = get(buf)
  local dir = M.folder(buf)
  local path = vim.fs.joinpath(dir, NAME)
  local bytes = vim.json.encode(o.ledger)
  if bytes == o.bytes and vim.uv.fs_stat(path) then return end
  local ok, err = folder.ensure(dir)
  if ok then
    ok, err = store.write(path, bytes, not o.private_path and o.stored or nil)
  end
  if not ok then log.write('warn', tostring(err)) end
  o.bytes = ok and bytes or nil
  if ok and not o.private_path then o.stored = { stat = vim.uv.fs_stat(path) } end
end

--- What texts of a chat are known by. Where the chat is, is looked up once for all of them.
---@param buf integer
---@return fun(text: string): string
function M.keys(buf)
  local keys = get(buf).keys
  return function(text)
    keys[text] = keys[text] or vim.fn.sha256(vim.base64.encode(text))
    return keys[text]
  end
end

--- A request has failed by what is kept: what somebody has changed goes, and is read again with the next message.
---@param buf integer
function M.sweep(buf)
  local chat = home(get(buf))
  for name, kind in vim.fs.dir(belongings.folder(chat)) do
    if kind == 'file' and name:find('^%x+') and not belongings.get(chat, name) then belongings.drop(chat, name) end
  end
end

--- A chat's buffer is gone.
---@param buf integer
function M.forget(buf)
  local o = open[buf]
  open[buf] = nil
  if o and o.private_path then vim.fn.delete(vim.fs.dirname(o.private_path), 'rf') end
end

return M
