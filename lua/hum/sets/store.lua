-- Where sets are kept, so that they can be taken back after Neovim was started anew: what they have changed, beside the
-- chat that it came from, or without a chat in the state folder. There each set has a small file, too, that says where
-- and for which project. Private, as it holds the user's text, and bounded: old sets go.
local aside = require('hum.aside')
local belongings = require('hum.chat.kept.belongings')
local disk = require('hum.chat.kept.disk')
local folder = require('hum.chat.kept.folder')
local log = require('hum.log')
local store = require('hum.store')

local M = {}

local VERSION = 1

--- Sets that are kept, the bytes of one, and of all.
M.limits = { sets = 50, one = 8 * 1024 * 1024, all = 64 * 1024 * 1024 }

---@return string
local function root()
  return vim.fs.joinpath(vim.fn.stdpath('state') --[[@as string]], 'hum', 'sets')
end

---@param id string
---@return string  of its small file
local function path_of(id) return vim.fs.joinpath(root(), id .. '.json') end

---@param id string
---@return string  of what it has changed, if it came from no chat
local function own_path(id) return vim.fs.joinpath(root(), id .. '.set') end

---@class hum.SetEntry  of the state folder
---@field version integer
---@field root string
---@field size integer  bytes of what it has changed
---@field chat? string  path of the chat's file
---@field ref? string   of its belongings: there is what was changed

---@param id string
---@return hum.SetEntry|nil
local function read(id)
  local function valid(entry) return entry.version == VERSION and entry or nil end
  return store.read(path_of(id), { valid = valid }).value
end

--- The folder in which a chat's belongings are now: it is called as the chat, which may have been given another title.
---@param entry hum.SetEntry
---@return string|nil chat, string|nil ref
local function chat_of(entry)
  local chat, ref = entry.chat, entry.ref
  if not chat or not ref then return nil end
  if vim.uv.fs_stat(vim.fs.joinpath(belongings.folder(chat), ref)) then return chat, ref end
  for name, kind in vim.fs.dir(vim.fs.dirname(chat)) do
    local other = kind == 'directory' and name:match('^(.*)%.files$')
    local path = other and vim.fs.joinpath(vim.fs.dirname(chat), other .. '.md')
    if path and vim.uv.fs_stat(vim.fs.joinpath(belongings.folder(path), ref)) then return path, ref end
  end
end

---@param entry hum.SetEntry|nil
local function drop_belongings(entry)
  if not entry then return end
  local chat, ref = chat_of(entry)
  if chat and ref then belongings.drop(chat, ref) end
end

---@param set { id: string }
function M.drop(set)
  drop_belongings(read(set.id))
  vim.uv.fs_unlink(own_path(set.id))
  vim.uv.fs_unlink(path_of(set.id))
end

--- All that is kept, the newest first.
---@return { id: string }[]
local function all()
  local found = {}
  for name, kind in vim.fs.dir(root()) do
    local id = kind == 'file' and name:match('^(%d+%-%d+%-%d+)%.json$')
    local stat = id and vim.uv.fs_stat(path_of(id))
    if stat then found[#found + 1] = { id = id, at = stat.mtime.sec + stat.mtime.nsec / 1e9 } end
  end
  table.sort(found, function(a, b)
    if a.at ~= b.at then return a.at > b.at end
    return a.id > b.id
  end)
  return found
end

--- Old sets go.
local function sweep()
  local bytes = 0
  for i, one in ipairs(all()) do
    local entry = read(one.id)
    bytes = bytes + (entry and entry.size or 0)
    if not entry or i > M.limits.sets or bytes > M.limits.all then M.drop(one) end
  end
end

--- What a set has changed, as it is kept. Buffers without a name are not: nobody could find them again.
---@param set hum.Set
---@return table
local function what_of(set)
  local files = {}
  for _, file in ipairs(set.files) do
    local path = file.buf and vim.api.nvim_buf_is_valid(file.buf) and vim.api.nvim_buf_get_name(file.buf) or file.path
    if file.path ~= '' then files[#files + 1] = { path = path, is_new = file.is_new, snapshot = file.snapshot } end
  end
  local actions = vim.tbl_map(
    function(action)
      return vim.tbl_extend('force', action, { bytes = action.bytes and vim.base64.encode(action.bytes) })
    end,
    set.actions
  )
  return { kind = set.kind, label = set.label, files = files, actions = actions }
end

--- The file of the set's chat, if hum keeps that: else its folder would stand among the user's files. While Neovim
--- ends, nobody says so any more.
---@param set hum.Set
---@return string|nil
local function chat_file(set)
  local buf = set.chat
  if buf and vim.api.nvim_buf_is_loaded(buf) and require('hum.chat.kept.file').keeps(buf) then
    set.beside = vim.api.nvim_buf_get_name(buf)
  end
  return set.beside and vim.uv.fs_stat(set.beside) and set.beside or nil
end

---@param set hum.Set
---@param bytes string  of what it has changed
---@return boolean|nil ok, string|nil err
local function write(set, bytes)
  local former = read(set.id)
  local entry = { version = VERSION, root = set.root, size = #bytes } ---@type table
  local chat = chat_file(set)
  local ok, err = folder.ensure(root())
  if ok and chat then
    entry.chat = chat
    entry.ref, err = belongings.put(chat, bytes, 'json', true)
    ok = entry.ref ~= nil
    vim.uv.fs_unlink(own_path(set.id)) -- the chat had no file before
  elseif ok then
    ok, err = aside.write(own_path(set.id), bytes)
  end
  if ok then
    ok, err = aside.write(path_of(set.id), vim.json.encode(entry))
  end
  if ok and former and former.ref ~= entry.ref then drop_belongings(former) end
  return ok, err
end

--- Keeps a set, as it is now.
---@param set hum.Set
function M.save(set)
  local bytes = vim.json.encode(what_of(set))
  if #bytes > M.limits.one then
    log.write('info', ('a set of %d MB is kept in memory alone'):format(math.floor(#bytes / 1048576)))
    return M.drop(set)
  end
  local ok, err = write(set, bytes)
  if not ok then log.write('warn', 'a set is kept in memory alone: ' .. tostring(err)) end
  sweep()
end

---@param id string
---@param entry hum.SetEntry
---@return table|nil
local function load_what(id, entry)
  local chat, ref = chat_of(entry)
  local bytes = chat and ref and belongings.get(chat, ref) or not entry.ref and disk.read(own_path(id)) or nil
  return store.decode(bytes, function(what) return what end)
end

---@param id string
---@param entry hum.SetEntry
---@return hum.Set|nil
local function load(id, entry)
  local what = load_what(id, entry)
  if not what then return nil end
  for _, action in ipairs(what.actions) do
    action.bytes = action.bytes and vim.base64.decode(action.bytes)
  end
  return vim.tbl_extend('force', what, { id = id, root = entry.root }) --[[@as hum.Set]]
end

--- The last set that was kept for a project; one whose chat was deleted is gone.
---@param project string
---@return hum.Set|nil
function M.last(project)
  for _, one in ipairs(all()) do
    local entry = read(one.id)
    if entry and entry.root == project then
      local set = load(one.id, entry)
      if set then return set end
      M.drop(one)
    end
  end
end

return M
