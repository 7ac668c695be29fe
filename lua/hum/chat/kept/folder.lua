-- Where chats are kept: hum's folder, in it one for each project if the user wants that. Private: what was said to a
-- model is nobody else's.
local config = require('hum.config')
local errno = require('hum.errno')
local name = require('hum.chat.kept.name')

local M = {}

---@class hum.Project
---@field name string
---@field root string

--- `rwx------`
local PRIVATE = 448

--- A path as Neovim has it in the names of buffers: symlinks on the way are followed.
---@param path string
---@return string
local function resolved(path)
  local parent = vim.fs.dirname(path)
  return vim.uv.fs_realpath(path) or parent == path and path or vim.fs.joinpath(resolved(parent), vim.fs.basename(path))
end

--- hum's folder, whether it is there or not.
---@return string
function M.root()
  local set = config.get().chat.directory
  local path = set and vim.fs.normalize(set) or vim.fs.joinpath(vim.fn.stdpath('data') --[[@as string]], 'hum', 'chats')
  return resolved((vim.fn.fnamemodify(path, ':p'):gsub('(.)/+$', '%1')))
end

---@param path string
---@return hum.Project|nil
local function project_of(path)
  local root = vim.fs.root(path, '.git')
  if not root then return nil end
  root = vim.uv.fs_realpath(root) or root
  return { name = vim.fs.basename(root), root = root }
end

--- The project of what the user is at: of the file in a buffer, else of the working directory.
---@param buf? integer
---@return hum.Project|nil
function M.project(buf)
  local file = buf and vim.bo[buf].buftype == '' and vim.bo[buf].filetype ~= 'hum' and vim.api.nvim_buf_get_name(buf)
  local is_path = file and file ~= '' and not file:find('^%a[%w+.-]+://')
  return is_path and project_of(file --[[@as string]]) or project_of(vim.fn.getcwd())
end

--- Where a new chat goes. Projects of the same name have folders of their own: it ends in a hash of where they are.
---@param project? hum.Project
---@return string
function M.path(project)
  if config.get().chat.keep ~= 'project' or not project then return M.root() end
  local own = ('%s-%s'):format(name.words(project.name), vim.fn.sha256(project.root):sub(1, 8))
  return vim.fs.joinpath(M.root(), own)
end

---@param path string
---@return boolean  it is in hum's folder
function M.contains(path) return vim.startswith(path, M.root() .. '/') end

--- Makes a folder that only the user may look into, and those above it that are not there. One that is there stays as
--- it is.
---@param path string
---@return boolean|nil ok, string|nil err
function M.ensure(path)
  if vim.fn.isdirectory(path) == 1 then return true end
  local parent = vim.fs.dirname(path)
  if parent ~= path then
    local ok, err = M.ensure(parent)
    if not ok then return nil, err end
  end
  local ok, err, code = vim.uv.fs_mkdir(path, PRIVATE)
  if ok or code == 'EEXIST' and vim.fn.isdirectory(path) == 1 then return true end -- else another Neovim has made it
  return nil, ('the folder %s cannot be made: %s'):format(path, (select(2, errno.words(err))))
end

return M
