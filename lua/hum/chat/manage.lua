-- What is done with a chat as a whole. With its file goes what belongs to it.
local belongings = require('hum.chat.kept.belongings')
local chats = require('hum.chat.chats')
local file = require('hum.chat.kept.file')
local folder = require('hum.chat.kept.folder')
local name = require('hum.chat.kept.name')

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
  if not ok and code ~= 'ENOENT' then return nil, err end
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
