-- "#file:src/a.lua": a file, lines of one (`a.lua:10-40`), a folder's names (`src/`), or all files of a pattern
-- (`src/*.lua`, `**/*.md`, `{a,b}.c`).
local gather = require('hum.server.gather')
local names = require('hum.reference.source.names')
local place = require('hum.reference.source.place')
local spelling = require('hum.spelling')

local M = {}

--- Files of a pattern, and names of a folder, that are taken.
local MOST = 500

local NO_LINE = 'there is no line 0\nLines are counted from 1.'
local NAME_IT = 'no file is named\nWrite its path right behind the colon: #file:src/a.lua'

-- ---- what is there ----------------------------------------------------------------------------

---@class hum.FoundFile
---@field path string
---@field type string  as uv.fs_stat has it
---@field first? integer
---@field last? integer

--- The first of some paths that is there.
---@param paths string[]
---@param cb fun(path: string|nil, type: string|nil)
local function first_there(paths, cb)
  local i = 0
  local function next_path()
    i = i + 1
    local path = paths[i]
    if not path then return cb(nil, nil) end
    vim.uv.fs_stat(path, function(_, stat)
      vim.schedule(function()
        if stat then return cb(path, stat.type) end
        next_path()
      end)
    end)
  end
  next_path()
end

--- Lines behind a path: `a.lua:12`, `a.lua:10-40`, `a.lua:10-`, and as on web pages `a.lua#L10-L40`.
---@param arg string
---@return string|nil path, integer|nil first, integer|nil last
local function split_lines(arg)
  local path, first, dash, last = arg:match('^(.+):L?(%d+)(%-?)L?(%d*)$')
  if not path then
    path, first, dash, last = arg:match('^(.+)#L(%d+)(%-?)L?(%d*)$')
  end
  if not path or not first then return nil end
  if dash == '' and last ~= '' then return nil end
  local from = tonumber(first) --[[@as integer]]
  local to = tonumber(last) --[[@as integer|nil]]
  if not to then return path, from, dash == '' and from or nil end
  return path, math.min(from, to), math.max(from, to)
end

---@param arg string
---@param where hum.Where
---@param cb fun(found: hum.FoundFile|nil)
local function find(arg, where, cb)
  first_there(where.paths(arg), function(path, type)
    if path and type then return cb({ path = path, type = type }) end
    local name, first, last = split_lines(arg)
    if not name then return cb(nil) end
    first_there(where.paths(name), function(inner, inner_type)
      if not inner or not inner_type then return cb(nil) end
      cb({ path = inner, type = inner_type, first = first, last = last })
    end)
  end)
end

-- ---- sources ----------------------------------------------------------------------------------

---@param path string  absolute
---@param where hum.Where
---@return hum.Source
local function whole(path, where)
  local shown = where.shown(path)
  return {
    id = 'file:' .. path,
    title = shown,
    tag = 'file',
    attributes = { path = shown },
    path = path,
    follows = true,
  }
end

---@param found hum.FoundFile
---@param where hum.Where
---@return hum.Source
local function lines_of(found, where)
  local shown = where.shown(found.path)
  local range = found.last and ('%d-%d'):format(found.first, found.last) or ('%d-'):format(found.first)
  if found.last == found.first then range = tostring(found.first) end
  local attributes = { path = shown, first = tostring(found.first) } ---@type table<string, string>
  if found.last then attributes.last = tostring(found.last) end
  return {
    id = ('lines:%s:%s'):format(found.path, range),
    title = ('%s:%s'):format(shown, range),
    tag = 'lines',
    attributes = attributes,
    path = found.path,
    first = found.first,
    last = found.last,
    follows = false,
  }
end

--- Names of a folder, as the helper lists them: none that git ignores, unless "!" asks for all.
---@param path string
---@param ref hum.Reference
---@param where hum.Where
---@param cb hum.ReferenceDone
---@return fun() cancel
local function folder(path, ref, where, cb)
  local shown = where.shown(path):gsub('/$', '') .. '/'
  local root = place.root(vim.uv.fs_realpath(path) or path, where)
  local asked = { dir = path, most = MOST, force = ref.force or nil }
  return gather.start({ root = root, items = { asked } }, function(err, items)
    local item = items and items[1]
    if not item or not item.names then
      return cb(('%s cannot be listed%s\nCheck the path.'):format(shown, err and ': ' .. err.message or ''))
    end
    local lines = vim.tbl_map(function(name) return (name:gsub('%c', '?')) end, item.names)
    if (item.more or 0) > 0 then lines[#lines + 1] = ('(%d more)'):format(item.more) end
    cb(nil, {
      {
        id = 'listing:' .. path,
        title = shown,
        tag = 'listing',
        attributes = { path = shown },
        text = table.concat(lines, '\n'),
        folder = path,
        note = place.ignored(item.ignored),
        follows = false,
      },
    })
  end)
end

-- ---- patterns ---------------------------------------------------------------------------------

---@param arg string
---@return boolean
local function is_pattern(arg)
  return arg:find('[*?]') ~= nil or arg:find('{[^{}]*,[^{}]*}') ~= nil or arg:find('%[[^%]/]+%]') ~= nil
end

--- Where a pattern begins to be one: a folder, and the rest. Folders may be called like one: `app/[id]/*.tsx`.
---@param path string  absolute
---@return string base, string pattern
local function split_pattern(path)
  local base = ''
  for part in path:gmatch('[^/]+') do
    local next_base = base .. '/' .. part
    if part:find('[*?{%[]') and not vim.uv.fs_stat(next_base) then break end
    base = next_base
  end
  return base == '' and '/' or base, path:sub(#base + 2)
end

--- What is left out of the files of a pattern, in words.
---@param ref hum.Reference
---@param item hum.Gathered
---@return string|nil
local function left_out(ref, item)
  local parts = {}
  if (item.more or 0) > 0 then
    parts[1] = ('only the first %d files are sent, %d are left out'):format(MOST, item.more)
  end
  parts[#parts + 1] = place.ignored(item.ignored)
  return #parts > 0 and ('%s: %s'):format(ref.text, table.concat(parts, '; ')) or nil
end

--- The sources of what a pattern has matched.
---@param ref hum.Reference
---@param where hum.Where
---@param base string
---@param item hum.Gathered
---@return hum.Source[]
local function matched(ref, where, base, item)
  local sources = vim.tbl_map(function(name)
    local source = whole(vim.fs.joinpath(base, name), where)
    source.listed = true
    return source
  end, item.names or {})
  sources[1].note = left_out(ref, item)
  return sources
end

--- Why a pattern has no files.
---@param ref hum.Reference
---@param ignored integer  names that git ignores
---@return string err, 'missing'|'refused' state
local function no_match(ref, ignored)
  if ignored > 0 then
    local words = 'git ignores all that %s matches\nWrite %s to send it all the same.'
    return words:format(ref.arg, (ref.text:gsub('^#file:', '#file!:'))), 'refused'
  end
  return ('no file matches %s\nCheck the pattern: * does not go into folders, **/ does.'):format(ref.arg), 'missing'
end

---@param ref hum.Reference
---@param where hum.Where
---@param cb hum.ReferenceDone
---@return fun() cancel
local function glob(ref, where, cb)
  local paths, i, ignored, over = where.paths(ref.arg or ''), 0, 0, false
  local stop ---@type fun()|nil
  local next_root ---@type fun()
  next_root = function()
    i = i + 1
    if over then return end
    if not paths[i] then
      local err, state = no_match(ref, ignored)
      return cb(err, nil, state)
    end
    local base, pattern = split_pattern(paths[i])
    local real = vim.uv.fs_realpath(base)
    if not real then return next_root() end
    local items = { { glob = pattern, base = base, most = MOST, force = ref.force or nil } }
    stop = gather.start({ root = place.root(real, where), items = items }, function(err, results)
      if over then return end
      local item = results and results[1]
      if not item then return cb(('%s: %s\nCheck the pattern.'):format(ref.arg, err and err.message or 'no answer')) end
      ignored = ignored + (item.ignored or 0)
      if #(item.names or {}) == 0 then return next_root() end
      cb(nil, matched(ref, where, base, item))
    end)
  end
  next_root()
  return function()
    over = true
    if stop then stop() end
  end
end

-- ---- names that are not there -----------------------------------------------------------------

--- Says what is missing, and which name was probably meant: the same file elsewhere, or a name nearby.
---@param arg string
---@param where hum.Where
---@param cb hum.ReferenceDone
---@return fun()|nil cancel
local function missing(arg, where, cb)
  local name = split_lines(arg) or arg
  if where.dry then return cb(('there is no file "%s"'):format(name)) end -- it is being typed
  local path = where.paths(name)[1]
  local folder_path, base = vim.fs.dirname(path), vim.fs.basename(path)
  local items = {
    { glob = '**/' .. base:gsub('[*?{}%[%]\\]', '\\%0'), base = where.project, most = 3 },
    { dir = folder_path, most = 2000 },
  }
  return gather.start({ root = where.project, items = items }, function(_, results)
    local elsewhere = results and results[1] and results[1].names or {}
    local beside = results and results[2] and results[2].names or {}
    local near = spelling.nearest(base, vim.tbl_map(function(one) return (one:gsub('/$', '')) end, beside))
    local meant = near and where.shown(vim.fs.joinpath(folder_path, near))
      or #elsewhere > 0 and table.concat(elsewhere, ' or ')
    local cure = meant and ('Did you mean %s?'):format(meant) or ('It was looked for in %s.'):format(place.base(where))
    cb(('there is no file "%s"\n%s'):format(name, cure))
  end)
end

-- ---- the kind ---------------------------------------------------------------------------------

M.name = 'file'
M.desc = 'a file, lines of it (a.lua:10-40), a folder, or a pattern'
M.argument = 'needed'
M.complete = names.complete

---@param ref hum.Reference
---@param where hum.Where
---@param cb hum.ReferenceDone
---@return fun()|nil cancel
function M.resolve(ref, where, cb)
  local arg = ref.arg
  if not arg or vim.trim(arg) == '' then return cb(NAME_IT) end
  local over, stop = false, nil ---@type boolean, fun()|nil
  find(arg, where, function(found)
    if over then return end
    if not found then
      stop = is_pattern(arg) and glob(ref, where, cb) or missing(arg, where, cb)
    elseif found.first == 0 then
      cb(NO_LINE)
    elseif found.type == 'directory' then
      stop = folder(found.path, ref, where, cb)
    else
      cb(nil, { found.first and lines_of(found, where) or whole(found.path, where) })
    end
  end)
  return function()
    over = true
    if stop then stop() end
  end
end

---@param id string
---@param where hum.Where
---@return hum.Source|nil
function M.again(id, where)
  local path = id:match('^file:(.+)$')
  return path and whole(path, where) or nil
end

return M
