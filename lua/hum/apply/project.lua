-- The project that a chat is about, and the files in it.
local real = require('hum.apply.real')
local turns = require('hum.chat.text.turns')

local M = {}

--- So many names are looked at: names that are not right are no reason to search a whole disk.
M.MOST = 20000

--- Folders in which nobody's own code is.
local SKIPPED = {}
local OTHERS = '.git .hg .svn .jj node_modules .venv venv __pycache__ .mypy_cache .tox target .cache .direnv'
for name in OTHERS:gmatch('%S+') do
  SKIPPED[name] = true
end

--- The folder that the paths of a chat's answers are relative to: its project, or where Neovim is.
---@param chat integer
---@return string  without links
function M.root(chat)
  local front = turns.of(chat).front
  local root = front and front.values.root or ''
  if not vim.startswith(root, '/') or vim.fn.isdirectory(root) == 0 then
    local cwd = vim.fn.getcwd()
    root = vim.fs.root(cwd, '.git') or cwd
  end
  return real.path(vim.fs.normalize(root, { expand_env = false })) or root
end

---@param root string
---@param found table<string, true>
---@return boolean all
local function add_files(root, found)
  local count = 0
  local function skip(dir) return not SKIPPED[vim.fs.basename(dir)] end
  for name, kind in vim.fs.dir(root, { depth = 12, skip = skip }) do
    count = count + 1
    if count > M.MOST then return false end
    if kind == 'file' or kind == 'link' then found[name] = true end
  end
  return true
end

--- Files that are open and that nobody has written yet are files, too.
---@param root string
---@param found table<string, true>
local function add_buffers(root, found)
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    local name = vim.bo[buf].buftype == '' and vim.bo[buf].filetype ~= 'hum' and vim.api.nvim_buf_get_name(buf) or ''
    local path = name ~= '' and vim.api.nvim_buf_is_loaded(buf) and real.path(name)
    if path and real.is_below(path, root) then found[path:sub(#root + 2)] = true end
  end
end

--- The files of a project. Of one that has too many nobody knows which name is there once: then it is only those that
--- are open.
---@param root string
---@return string[]  relative to it
function M.files(root)
  local found = {}
  if not add_files(root, found) then found = {} end
  add_buffers(root, found)
  local list = vim.tbl_keys(found)
  table.sort(list)
  return list
end

return M
