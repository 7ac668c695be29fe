-- Where the sources of references are: the code buffer that they mean, and files by their names.
local count = require('hum.count')

local M = {}

--- What a message says of a buffer without a name, and why a file is not sent.
M.NAMELESS = '[No Name]'
M.OUTSIDE = 'it is outside the project'
M.IGNORED = 'git ignores it'

--- The code buffer that a reference means.
---@param where hum.Where
---@return integer|nil buf, string|nil err
function M.code(where)
  local buf = where.code and where.code.buf
  if buf and vim.api.nvim_buf_is_loaded(buf) then return buf end
  return nil, 'there is no code window\nOpen the file in a window beside the chat first.'
end

--- The file of a buffer.
---@param buf integer
---@return string|nil  absolute; nil: it has none
function M.file(buf)
  local name = vim.api.nvim_buf_get_name(buf)
  if name == '' or name:find('^%w[%w+.-]+:') or vim.bo[buf].buftype ~= '' then return nil end
  return vim.fs.normalize(vim.fn.fnamemodify(name, ':p'))
end

--- Whether a file is in a folder that belongs to the project.
---@param path string  absolute
---@param where hum.Where
---@return boolean
function M.is_inside(path, where) return where.is_inside(path) or where.is_inside(vim.uv.fs_realpath(path) or path) end

--- The root within which the helper lists names of a folder: one of the project's, else itself.
---@param real string  the folder, links resolved
---@param where hum.Where
---@return string
function M.root(real, where)
  for _, root in ipairs(where.roots) do
    if real == root or vim.startswith(real, root:gsub('/$', '') .. '/') then return root end
  end
  return real
end

--- What is said of names that are left out.
---@param names integer|nil  how many git ignores
---@return string|nil
function M.ignored(names)
  return (names or 0) > 0 and count.of(names --[[@as integer]], 'name') .. ' that git ignores left out' or nil
end

--- What a file is called.
---@param path string|nil  absolute; nil: a buffer without a file
---@param where hum.Where
---@return string
function M.shown(path, where) return path and where.shown(path) or M.NAMELESS end

--- Where names are looked for first, in words.
---@param where hum.Where
---@return string
function M.base(where) return vim.fn.fnamemodify(where.base, ':~') end

--- The same place, to which what is below a folder belongs as well.
---@param where hum.Where
---@param folder string  absolute, links resolved
---@return hum.Where
function M.below(where, folder)
  local prefix = folder:gsub('/$', '') .. '/'
  local wider = vim.tbl_extend('force', {}, where) --[[@as hum.Where]]
  function wider.is_inside(path) return vim.startswith(path, prefix) or where.is_inside(path) end
  function wider.shown(path)
    if where.is_inside(path) or not vim.startswith(path, prefix) then return where.shown(path) end
    return path:sub(#prefix + 1)
  end
  return wider
end

--- The buffer that has this file loaded.
---@param path string  absolute
---@return integer|nil
function M.loaded(path)
  local real
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    local file = vim.api.nvim_buf_is_loaded(buf) and M.file(buf)
    if file == path then return buf end
    if file and vim.fs.basename(file) == vim.fs.basename(path) then
      real = real or vim.uv.fs_realpath(path)
      if
        real and vim.uv.fs_realpath(file --[[@as string]]) == real
      then
        return buf
      end
    end
  end
end

--- A file that a user names: the first that is there, else the first that is meant.
---@param name string
---@param where hum.Where
---@return string path  absolute
---@return integer|nil buf  that has it loaded
function M.find(name, where)
  local paths = where.paths(name)
  for _, path in ipairs(paths) do
    local buf = M.loaded(path)
    if buf or vim.uv.fs_stat(path) then return path, buf end
  end
  return paths[1]
end

return M
