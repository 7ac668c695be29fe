-- What is done with a chat as a whole: it gets another title, or is deleted. With its file goes what belongs to it.
local belongings = require('hum.chat.kept.belongings')
local chats = require('hum.chat.chats')
local errno = require('hum.errno')
local file = require('hum.chat.kept.file')
local folder = require('hum.chat.kept.folder')
local front = require('hum.chat.front')
local move = require('hum.chat.kept.move')
local name = require('hum.chat.kept.name')
local native = require('hum.chat.kept.native')

local M = {}

--- What a chat is called.
---@param text hum.ChatText
---@return string
function M.title(text)
  local title = text.front and text.front.values.title or ''
  if title ~= '' then return title end
  for _, turn in ipairs(text.turns) do
    if turn.role == 'user' and turn.text ~= '' then return name.title(turn.text) end
  end
  return name.title('')
end

-- ---- another title ------------------------------------------------------------------------------

--- The name that a chat's file gets with another title: the same day, and its words. A name or place that the user has
--- given it stays.
---@param path string
---@param title string
---@return string|nil  nil: as it is
local function another_name(path, title)
  local day, words = vim.fs.basename(path):match('^(%d%d%d%d%-%d%d%-%d%d)%-(.*)%.md$')
  if not day or not words or not folder.contains(path) then return nil end
  if words == name.words(title) or words:gsub('%-%d+$', '') == name.words(title) then return nil end
  return name.file(vim.fs.dirname(path), title, day)
end

---@param buf integer
---@param title string
---@return boolean|nil ok, string|nil err
local function rename_file(buf, title)
  local path = vim.api.nvim_buf_get_name(buf)
  local new = another_name(path, title)
  if not new then return true end
  local ok, err = move.rename(buf, new)
  if not ok then return nil, ('the file keeps its name: %s'):format(select(2, errno.words(err))) end
  return belongings.move(path, new)
end

--- Writes all of a chat to its file, where the user has asked for that.
---@param buf integer
---@return boolean|nil ok, string|nil err
local function save(buf)
  if file.keeps(buf) then return file.flush(buf) end
  local ok, err = native.write(buf)
  if ok then file.written(buf) end
  return ok, err
end

--- Why a chat gets no other title.
---@param buf integer
---@return string|nil
local function refusal(buf)
  local why = front.refusal(buf)
  if why then return why end
  if vim.bo[buf].readonly then return ":set noreadonly first: the chat is 'readonly'" end
  local path = vim.api.nvim_buf_get_name(buf)
  if not file.keeps(buf) and vim.uv.fs_stat(path) and file.is_changed(buf) then
    return ':edit first: another program has changed the file'
  end
end

--- Gives a chat a title, and its file a name made of it.
---@param buf integer
---@param title string
---@param joined? boolean  as a part of what was just written
---@return boolean|nil ok, string|nil err
function M.rename(buf, title, joined)
  local why = refusal(buf)
  if why then return nil, why end
  local ok, err = front.set_title(buf, title, joined) ---@type boolean?, any
  if not ok then return nil, err end
  local path = vim.api.nvim_buf_get_name(buf)
  local unkept = joined and not file.keeps(buf) -- nobody has asked for it to be written
  if unkept or path == '' or not vim.uv.fs_stat(path) then return true end
  ok, err = save(buf)
  if not ok then return nil, ('the title is not saved: %s'):format(err) end
  return rename_file(buf, title)
end

-- ---- deleting -----------------------------------------------------------------------------------

--- Links in hum's folder that lead to a file that stands elsewhere.
---@param path string
---@return string[]
local function links_to(path)
  if folder.contains(path) then return {} end
  local found = {}
  for one, kind in vim.fs.dir(folder.root(), { depth = 2 }) do
    local link = vim.fs.joinpath(folder.root(), one)
    if kind == 'link' and vim.uv.fs_realpath(link) == path then found[#found + 1] = link end
  end
  return found
end

---@param path string
---@return boolean|nil ok, string|nil err
local function delete_file(path)
  local links = links_to(path)
  local ok, err, code = vim.uv.fs_unlink(path)
  if not ok and code ~= 'ENOENT' then
    return nil, ('the chat cannot be deleted: %s (%s)'):format(select(2, errno.words(err)), vim.fs.basename(path))
  end
  for _, link in ipairs(links) do
    vim.uv.fs_unlink(link)
  end
  local undo = vim.fn.undofile(path) -- it has the text, too
  if undo ~= '' then vim.uv.fs_unlink(undo) end
  return belongings.delete(path)
end

--- Closes the buffer of a chat that goes.
---@param buf integer
---@return boolean|nil ok, string|nil err
local function close(buf)
  local chat = chats.get(buf)
  if chat then chats.cancel_preparation(chat) end
  file.flush(buf) -- or what is being written in the background might come after the file has gone
  file.release(buf)
  local ok, err = pcall(vim.api.nvim_buf_delete, buf, { force = true })
  if not ok then return nil, tostring(err) end
  return true
end

--- Deletes a chat: its file, what belongs to it, its undo file and its buffer.
---@param path string  '' if it has none
---@return boolean|nil ok, string|nil err
function M.delete(path, buf)
  if buf and vim.api.nvim_buf_is_valid(buf) then
    local ok, err = close(buf)
    if not ok then return nil, err end
  end
  if path == '' then return true end
  return delete_file(vim.uv.fs_realpath(path) or path)
end

return M
