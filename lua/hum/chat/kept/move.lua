-- A chat's file gets another place: the text, what belongs to it, its undo file, and the name of its buffer.
local belongings = require('hum.chat.kept.belongings')
local file = require('hum.chat.kept.file')
local folder = require('hum.chat.kept.folder')
local log = require('hum.log')
local native = require('hum.chat.kept.native')

local M = {}

--- The undo file of a path, if Neovim has a folder for it.
---@param path string
---@return string|nil
local function undo_file(path)
  local undo = vim.fn.undofile(path)
  return undo ~= '' and vim.uv.fs_stat(undo) and undo or nil
end

--- Names a buffer after a file that is there and has its text.
---@param buf integer
---@param path string  that no other buffer has
---@return boolean|nil ok, string|nil err
function M.buffer(buf, path)
  local ok, err = native.rename(buf, path)
  if not ok then return nil, err end
  ok, err = native.write(buf) -- or Neovim would not know it for its own: E13
  if not ok then return nil, err end
  file.written(buf)
  return true
end

--- Moves a chat to another name in its folder.
---@param buf integer
---@param path string  that nobody has
---@return boolean|nil ok, string|nil err
function M.rename(buf, path)
  local old = vim.api.nvim_buf_get_name(buf)
  if not vim.uv.fs_stat(old) then return native.rename(buf, path) end
  local ok, err = vim.uv.fs_rename(old, path)
  if not ok then return nil, err end
  local undo = undo_file(old)
  if undo then vim.uv.fs_rename(undo, vim.fn.undofile(path)) end
  return M.buffer(buf, path)
end

--- What `:w ++ff=dos ++enc=latin1` said of the file becomes what its buffer is written with from now on.
---@param buf integer
---@param arguments string  as v:cmdarg
local function take_options(buf, arguments)
  local function given(name) return arguments:match('%+%+' .. name .. '=(%S+)') end
  local format = given('ff') or given('fileformat')
  local encoding = given('enc') or given('encoding')
  if format then vim.api.nvim_set_option_value('fileformat', format, { buf = buf }) end
  if encoding then vim.bo[buf].fileencoding = encoding end
  if arguments:find('%+%+bin') then vim.bo[buf].binary = true end
  if arguments:find('%+%+nobin') then vim.bo[buf].binary = false end
end

--- The chat stays in the list: where its file was, a link leads to where it is, if that is not in the list itself.
---@param old string
---@param path string
local function leave_link(old, path)
  vim.uv.fs_unlink(old)
  if folder.contains(path) and vim.fs.basename(path):find('^[^.].*%.md$') then return end
  local ok, err = folder.ensure(vim.fs.dirname(old))
  if ok then
    ok, err = vim.uv.fs_symlink(path, old)
  end
  if not ok then log.write('warn', ('%s is not in the list of chats: %s'):format(path, err)) end
end

--- The user has written all of a chat to a file of another name: from now on it is there.
---@param buf integer
---@param path string
---@param arguments string  as v:cmdarg
---@return boolean|nil ok, string|nil err
function M.to(buf, path, arguments)
  local old = vim.api.nvim_buf_get_name(buf)
  local undo = undo_file(old)
  take_options(buf, arguments)
  local ok, err = M.buffer(buf, path)
  if not ok then return nil, err end
  if undo then vim.uv.fs_unlink(undo) end -- it has one under its new name
  ok, err = belongings.move(old, path)
  if not ok then return nil, err end
  leave_link(old, path)
  return true
end

return M
