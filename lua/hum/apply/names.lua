-- Which file a name in an answer means. In this order: the path itself, in the project, else where Neovim is in it; the
-- only file of the project with that name; the only one whose path is close to it. Links and ".." are resolved first,
-- and what leads out of the project is said to be outside. What several files fit is never guessed.
local real = require('hum.apply.real')
local similar = require('hum.apply.similar')

local M = {}

--- How close a name must be.
local CLOSE = 0.8

--- More are not listed.
local MOST = 9

---@class hum.ApplyProject
---@field root string                 without links
---@field cwd? string                 where Neovim is, if that is below
---@field files fun(): string[]       of it, relative to it

---@class hum.ApplyTarget
---@field path string      without links
---@field is_there boolean
---@field outside boolean  of the project

---@class hum.ApplyFault
---@field message string
---@field hint? string
---@field several? string[]  files of the project, one of which is meant
---@field line? integer      of the answer

---@class hum.ApplyName
---@field name string        as the answer has it
---@field creates boolean    it need not be there
---@field is_new boolean     it is not to be there: no other file is meant

--- A file in a buffer counts, though it has not been written.
---@param path string
---@return boolean
local function is_there(path)
  local stat = vim.uv.fs_stat(path)
  if stat then return stat.type ~= 'directory' end
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buf) and vim.bo[buf].buftype == '' and vim.api.nvim_buf_get_name(buf) == path then
      return vim.api.nvim_buf_line_count(buf) > 1 or vim.api.nvim_buf_get_lines(buf, 0, 1, false)[1] ~= ''
    end
  end
  return false
end

---@param name string
---@return boolean
local function is_windows(name) return name:find('\\', 1, true) ~= nil and not name:find('/', 1, true) end

--- What a name may stand for: as it is, and without what diffs put before it, or the idea of a project as the root of
--- all; as it is elsewhere where Windows has "\\", and links "%20".
---@param name string
---@return string[]
local function forms(name)
  local found = { name } ---@type string[]
  found[2] = name:match('^[abiwco]/(.+)$') or name:match('^/(.+)$')
  if is_windows(name) then vim.list_extend(found, forms((name:gsub('\\', '/')))) end
  if name:find('%%%x%x') then found[#found + 1] = vim.uri_decode(name) end
  return found
end

---@param root string
---@param name string
---@return string
local function absolute(root, name)
  if vim.startswith(name, '~/') then return vim.fs.normalize(name, { expand_env = false }) end
  return vim.startswith(name, '/') and name or root .. '/' .. name
end

--- Hooks and settings of git run commands: they are as far from a project's code as what is outside.
---@param path string
---@param root string
---@return boolean
local function is_outside(path, root) return not real.is_below(path, root) or (path .. '/'):find('/%.git/') ~= nil end

---@param project hum.ApplyProject
---@param name string
---@param base? string  the folder that it is relative to; default: the project's
---@return hum.ApplyTarget|nil, hum.ApplyFault|nil
local function target(project, name, base)
  local path = real.path(absolute(base or project.root, name))
  if not path then return nil, { message = ('"%s" is a link that leads in a circle'):format(name) } end
  local stat = vim.uv.fs_stat(path)
  if stat and stat.type == 'directory' or vim.endswith(name, '/') then
    return nil, { message = ('"%s" is a folder'):format(name) }
  elseif stat and stat.type ~= 'file' then
    return nil, { message = ('"%s" is not a regular file'):format(name) }
  end
  return { path = path, is_there = is_there(path), outside = is_outside(path, project.root) }
end

--- The file at a path, in the forms in which it may be written.
---@param project hum.ApplyProject
---@param name string
---@return hum.ApplyTarget|nil found, hum.ApplyFault|nil fault
local function exact(project, name)
  local fault
  for _, base in ipairs({ project.root, project.cwd }) do
    for _, form in ipairs(forms(name)) do
      local found, why = target(project, form, base)
      if found and found.is_there then return found end
      fault = fault or why
    end
  end
  return nil, fault
end

---@param project hum.ApplyProject
---@param fits fun(file: string): boolean
---@return string[]
local function matching(project, fits) return vim.tbl_filter(fits, project.files()) end

--- The last parts of a path, as it may stand in an answer.
---@param name string
---@return string
local function tail(name)
  local all = forms(name)
  return (all[#all]:gsub('^%./', ''):gsub('^/+', ''))
end

--- Files of the project whose paths end as the name does, else those that are called as it.
---@param project hum.ApplyProject
---@param name string
---@return string[]
local function by_end(project, name)
  local ending, base = '/' .. tail(name), vim.fs.basename(tail(name))
  local found = matching(project, function(file) return vim.endswith('/' .. file, ending) end)
  if #found > 0 then return found end
  return matching(project, function(file) return vim.fs.basename(file) == base end)
end

--- Files of the project whose paths are close to the name, the closest first.
---@param project hum.ApplyProject
---@param name string
---@return string[]
local function by_ratio(project, name)
  local ratios, wanted = {}, tail(name)
  local found = matching(project, function(file)
    ratios[file] = similar.ratio(file, wanted, CLOSE)
    return ratios[file] ~= nil
  end)
  table.sort(found, function(a, b)
    if ratios[a] ~= ratios[b] then return ratios[a] > ratios[b] end
    return a < b
  end)
  return found
end

---@param name string
---@param found string[]
---@return hum.ApplyFault
local function several(name, found)
  local listed = vim.list_slice(found, 1, MOST)
  local more = #found > MOST and (' and %d more'):format(#found - MOST) or ''
  return {
    message = ('"%s" matches several files: %s%s'):format(name, table.concat(listed, ', '), more),
    hint = 'Ask for the whole path.',
    several = listed,
  }
end

--- A file that is called otherwise.
---@param project hum.ApplyProject
---@param wanted hum.ApplyName
---@return hum.ApplyTarget|nil found, hum.ApplyFault|nil fault
local function other(project, wanted)
  if wanted.is_new or wanted.creates and wanted.name:find('/') then return nil end
  local found = by_end(project, wanted.name)
  if #found == 0 and not wanted.creates then found = by_ratio(project, wanted.name) end
  if #found > 1 then return nil, several(wanted.name, found) end
  if #found == 1 then return target(project, found[1]) end
end

--- Where a file that is not there would be: not in folders that are a part of a diff.
---@param project hum.ApplyProject
---@param name string
---@return hum.ApplyTarget|nil, hum.ApplyFault|nil
local function new(project, name)
  if is_windows(name) then name = name:gsub('\\', '/') end
  local parent = vim.fs.dirname(name)
  if vim.startswith(name, '/') and parent ~= '/' and vim.fn.isdirectory(parent) == 0 then name = name:sub(2) end
  return target(project, name)
end

--- The file that a name means. Both nil: there is none.
---@param project hum.ApplyProject
---@param wanted hum.ApplyName
---@return hum.ApplyTarget|nil target, hum.ApplyFault|nil fault
function M.find(project, wanted)
  local name = wanted.name
  if name:find('%c') then return nil, { message = ('"%s" is not a valid file name'):format(vim.fn.strtrans(name)) } end
  local found, fault = exact(project, name)
  if found or fault then return found, fault end
  found, fault = other(project, wanted)
  if found or fault then return found, fault end
  if wanted.creates then return new(project, name) end
  local at = new(project, name)
  local where = at and at.outside and 'outside the project' or 'in ' .. vim.fn.fnamemodify(project.root, ':~')
  return nil, { message = ('there is no file "%s" %s'):format(name, where) }
end

return M
