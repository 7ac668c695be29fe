-- Where the sources of references are: the code buffer that they mean, and files as a model is told of them.
local M = {}

--- What a message says of a buffer without a name.
M.NAMELESS = '[No Name]'

--- The code buffer that a reference means.
---@param where hum.Where
---@return integer|nil buf, string|nil err  with the cure first
function M.code(where)
  local buf = where.code and where.code.buf
  if buf and vim.api.nvim_buf_is_loaded(buf) then return buf end
  return nil, 'open the file in a window beside the chat first: there is no code window'
end

--- The file of a buffer.
---@param buf integer
---@return string|nil  absolute; nil: it has none
function M.file(buf)
  local name = vim.api.nvim_buf_get_name(buf)
  if name == '' or name:find('^%w[%w+.-]+:') or vim.bo[buf].buftype ~= '' then return nil end
  return vim.fs.normalize(vim.fn.fnamemodify(name, ':p'))
end

--- A file that a user names.
---@param name string
---@param where hum.Where
---@return string  absolute
function M.absolute(name, where)
  if name:sub(1, 1) == '~' then name = vim.fs.normalize(name) end
  if name:find('^/') or name:find('^%a:[\\/]') then return vim.fs.normalize(name) end
  return vim.fs.normalize(vim.fs.joinpath(where.base, name))
end

---@param path string
---@param folder string|nil
---@return string|nil  relative to it
local function below(path, folder)
  if not folder or folder == '' then return nil end
  folder = folder:gsub('/+$', '') .. '/'
  return vim.startswith(path, folder) and path:sub(#folder + 1) or nil
end

--- A file within the project.
---@param path string  absolute
---@param where hum.Where
---@return string|nil  relative to what relative names mean; nil: it is outside
function M.inside(path, where)
  local inside = below(path, where.base) or below(path, where.project)
  if inside then return inside end
  -- Reached by a link, the same folder has another name.
  local real, base = vim.uv.fs_realpath(path), vim.uv.fs_realpath(where.base)
  return real and base and below(real, base) or nil
end

--- What a file is called. Where it is on the disk is not for a model to know.
---@param path string|nil  absolute; nil: a buffer without a file
---@param where hum.Where
---@return string
function M.shown(path, where)
  if not path then return M.NAMELESS end
  return M.inside(path, where) or vim.fs.basename(path)
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
      if real and vim.uv.fs_realpath(file) == real then return buf end
    end
  end
end

return M
