-- What belongs to a chat but is not its text: copies of what references held, images, snapshots. It stands in a private
-- folder beside the file, "NAME.files" beside "NAME.md", each thing under a name made of its content: the same content
-- is there once, and a reference never finds another one. The chat works without it.
local aside = require('hum.aside')
local disk = require('hum.chat.kept.disk')
local folder = require('hum.chat.kept.folder')

local M = {}

---@param chat string  path of its file
---@return string
function M.folder(chat) return (chat:gsub('%.md$', '')) .. '.files' end

--- Base64, because vim.fn.sha256() of Neovim 0.10 takes no NUL.
---@param bytes string
---@return string
local function hash(bytes) return vim.fn.sha256(vim.base64.encode(bytes)) end

---@param ref string
---@return string|nil hash  nil: it is no reference, and might be a path to somewhere else
local function hash_in(ref)
  local found = ref:match('^(%x+)$') or ref:match('^(%x+)%.%w+$')
  return found and #found == 64 and found or nil
end

--- Keeps something.
---@param chat string
---@param bytes string
---@param ext? string  such as "png"
---@param is_cache? boolean  it need not survive a crash of the machine
---@return string|nil ref, string|nil err
function M.put(chat, bytes, ext, is_cache)
  local dir = M.folder(chat)
  local ending = (ext or ''):gsub('%W', '')
  local ref = hash(bytes) .. (ending ~= '' and '.' .. ending or '')
  local path = vim.fs.joinpath(dir, ref)
  local stat = vim.uv.fs_stat(path)
  if stat and stat.size == #bytes then return ref end
  local ok, err = folder.ensure(dir)
  if ok then
    ok, err = aside.write(path, bytes, not is_cache)
  end
  if not ok then return nil, err end
  return ref
end

--- What is kept under a reference.
---@param chat string
---@param ref string
---@return string|nil bytes
---@return string|nil err  what is missing, in words
function M.get(chat, ref)
  local wanted = hash_in(ref)
  if not wanted then return nil, ('"%s" is no reference to what belongs to a chat'):format(ref) end
  local path = vim.fs.joinpath(M.folder(chat), ref)
  if not vim.uv.fs_stat(path) then return nil, ('%s is missing, which belongs to this chat'):format(path) end
  local bytes, why = disk.read(path)
  if not bytes then return nil, ('%s cannot be read: %s'):format(path, why) end
  if hash(bytes) ~= wanted then return nil, ('%s was changed, and is not used'):format(path) end
  return bytes
end

--- Keeps something no longer.
---@param chat string
---@param ref string
function M.drop(chat, ref)
  if hash_in(ref) then vim.uv.fs_unlink(vim.fs.joinpath(M.folder(chat), ref)) end
end

---@param from string
---@param to string
---@return boolean|nil ok, string|nil err
local function copy_all(from, to)
  local ok, err = folder.ensure(to)
  if not ok then return nil, err end
  for name, kind in vim.fs.dir(from) do
    if kind == 'file' then
      ok, err = vim.uv.fs_copyfile(vim.fs.joinpath(from, name), vim.fs.joinpath(to, name))
      if not ok then return nil, err end
    end
  end
  return true
end

--- Copies all for another chat.
---@param chat string
---@param to string
---@return boolean|nil ok, string|nil err
function M.copy(chat, to)
  local from = M.folder(chat)
  if not vim.uv.fs_stat(from) or from == M.folder(to) then return true end
  return copy_all(from, M.folder(to))
end

--- Moves all to where the chat was moved.
---@param chat string
---@param to string
---@return boolean|nil ok, string|nil err
function M.move(chat, to)
  local from, target = M.folder(chat), M.folder(to)
  if not vim.uv.fs_stat(from) or from == target then return true end
  if not vim.uv.fs_stat(target) and vim.uv.fs_rename(from, target) then return true end
  -- To another disk, or to where something of that name stands already.
  local ok, err = copy_all(from, target)
  if not ok then return nil, err end
  return M.delete(chat)
end

--- Deletes all.
---@param chat string
---@return boolean|nil ok, string|nil err
function M.delete(chat)
  local dir = M.folder(chat)
  if not vim.uv.fs_lstat(dir) or vim.fn.delete(dir, 'rf') == 0 then return true end
  return nil, dir .. ' cannot be deleted'
end

return M
