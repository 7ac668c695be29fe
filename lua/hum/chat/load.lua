-- A chat from its file: for the list of chats, hum.open(), and what makes a chat that is a file at once.
local buffer = require('hum.chat.buffer')
local bufload = require('hum.bufload')
local chats = require('hum.chat.chats')
local disk = require('hum.chat.kept.disk')
local errno = require('hum.errno')
local heads = require('hum.chat.kept.head')
local swap = require('hum.chat.kept.swap')

local M = {}

---@param path string
---@return string|nil why  it cannot be opened as a chat
local function refusal(path)
  local stat = vim.uv.fs_stat(path)
  if not stat then return 'it is not there' end
  if stat.type ~= 'file' then return 'it is not a file' end
  local beginning, err = disk.read(path, 64)
  local code, words = errno.words(err)
  if not beginning and code == 'EACCES' then return 'you have no permission to read it' end
  if not beginning then return 'it cannot be read: ' .. words end
  if not heads.is_chat(beginning) then return 'it is not a chat, which begins with the lines "---" and "hum: 1"' end
end

---@param buf integer
---@return boolean
local function is_open(buf) return vim.api.nvim_buf_is_loaded(buf) and vim.bo[buf].filetype == 'hum' end

---@param path string
---@return integer|nil buf, string|nil err
local function read(path)
  local buf = vim.fn.bufadd(path) -- with any character in its name
  local ok, err, other = bufload.load(buf)
  if not ok then return nil, err end
  if other then swap.on_loaded(buf, other) end
  if not chats.get(buf) then buffer.attach(buf) end -- also with `:filetype off`
  return buf
end

--- The buffer in which a chat's file is open.
---@param path string  whole
---@return integer|nil
function M.loaded(path)
  local buf = vim.fn.bufexists(path) == 1 and vim.fn.bufadd(path) or 0
  return buf > 0 and is_open(buf) and buf or nil
end

--- The buffer of a chat's file, which is read if it is not open; then it is not listed before it is shown.
---@param path string
---@return integer|nil buf, string|nil err
function M.buffer(path)
  if not vim.uv.fs_stat(path) then path = vim.fs.normalize(path) end -- "~/x.md", and not the file "$x.md"
  local full = vim.fn.fnamemodify(path, ':p'):gsub('(.)/+$', '%1')
  local open = M.loaded(full)
  if open then return open end
  local why = refusal(full)
  if why then return nil, ('"%s" cannot be opened: %s'):format(vim.fn.fnamemodify(full, ':~'), why) end
  return read(full)
end

return M
