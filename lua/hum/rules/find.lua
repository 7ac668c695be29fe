-- Which rules there are for files of a project: from the project's root down to the folder of each, those nearest to
-- the file at hand last, with what they import. Runs in the coroutine of hum.rules.disk.
local disk = require('hum.rules.disk')
local header = require('hum.rules.header')
local imports = require('hum.rules.imports')
local invisible = require('hum.invisible')
local names = require('hum.rules.names')
local sensitive = require('hum.sensitive')

local M = {}

--- A root that nothing is below.
local NONE = '\0'

--- Imports of imports, folders, files that the rules are for, and files in all.
local DEPTH, FOLDERS, NAMED, MOST = 5, 100, 500, 200
--- Bytes of all rules.
local TOTAL = 1024 * 1024

---@class hum.RulesSearch
---@field project? string  the root; nil: only the user's own are looked for
---@field file? string     at hand: absolute
---@field named? string[]   others that the rules are for, likewise, or folders with a slash behind them
---@field files string[]   names, as `rules.files` has them
---@field own string       the file with the user's own rules
---@field home string      what "~" stands for

---@class hum.RulesFound
---@field path string      absolute, links resolved
---@field title string     from the project's root
---@field text string      '' unless it is 'found'
---@field state 'found'|'unused'|'refused'
---@field why? string      it is not found
---@field own? boolean     the user's own
---@field outside? boolean of the project

---@class hum.rules.Finding
---@field search hum.RulesSearch
---@field root string
---@field file? string      at hand, links resolved
---@field targets string[]  all that the rules are for
---@field out hum.RulesFound[]
---@field bytes integer
---@field known table<string, hum.RulesFound>  files that were read already, by their real path

---@param path string
---@param folder string
---@return boolean
local function is_below(path, folder) return vim.startswith(path, folder == '/' and '/' or folder .. '/') end

---@param f hum.rules.Finding
---@param path string
---@return string
local function title_of(f, path)
  if is_below(path, f.root) then return path:sub(#f.root + 2) end
  return is_below(path, f.search.home) and '~' .. path:sub(#f.search.home + 1) or path
end

---@param f hum.rules.Finding
---@param one hum.RulesFound
---@return hum.RulesFound
local function add(f, one)
  f.out[#f.out + 1] = one
  return one
end

--- Why a file that a rules file leads to must not be sent, be it by an import or by a link.
---@param path string
---@param text? string
---@return string|nil
local function secret_in(path, text)
  return sensitive.of_path(path) or text and (sensitive.of_lines(vim.split(text, '\n', { plain = true }), path))
end

---@class hum.rules.Reading
---@field own? boolean
---@field led? boolean       by an import
---@field imports? boolean
---@field folder? hum.RulesName  that it is in
---@field at? string             where that folder is

--- Whether a rule of a folder is for one of the files; its text without the front matter.
---@param f hum.rules.Finding
---@param text string
---@param how hum.rules.Reading
---@return string|nil text, string|nil why
local function applied(f, text, how)
  if not how.folder then return text end
  local head, body = header.parse(text, how.folder.applies or 'named')
  local paths = {}
  for _, file in ipairs(f.targets) do
    for _, folder in ipairs({ f.root, how.at }) do
      if is_below(file, folder) then paths[#paths + 1] = file:sub(#folder + 2) end
    end
  end
  if header.applies(head, paths) then return body end
  return nil, head.applies == 'files' and 'it is for other files' or 'it is used only when it is named'
end

--- A file that was read under another name, by a link: it stands where it is found last.
---@param f hum.rules.Finding
---@param one hum.RulesFound
---@param title string
local function again(f, one, title)
  if one.outside or one.state ~= 'found' or one.text == '' then return end
  for i, other in ipairs(f.out) do
    if other == one then table.remove(f.out, i) end
  end
  one.title = title
  f.out[#f.out + 1] = one
end

local import_all ---@type async fun(f: hum.rules.Finding, from: hum.RulesFound, at: string, depth: integer)

--- Reads a file, and what it imports.
---@async
---@param f hum.rules.Finding
---@param path string
---@param how hum.rules.Reading
---@param depth integer
local function take(f, path, how, depth)
  local real = disk.real(path)
  if not real or #f.out >= MOST then return end
  local before = f.known[real]
  if before then return how.led or again(f, before, title_of(f, path)) end
  local outside = not how.own and not is_below(real, f.root)
  local title = how.own and not how.led and 'your own rules' or title_of(f, outside and real or path)
  local one = { path = real, title = title, text = '', state = 'found', own = how.own, outside = outside or nil }
  f.known[real] = one
  local why = #invisible.find(title) > 0 and 'its name has invisible characters' or nil
  why = why or (how.led or outside) and secret_in(real) or nil
  local read = not why and disk.read(real) or { why = why }
  why = read.why or ((how.led or outside) and secret_in(real, read.text) or nil)
  if why then
    one.state, one.why = 'refused', why
    return add(f, one)
  end
  local text, unused = applied(f, read.text --[[@as string]], how)
  if not text then
    one.state, one.why = 'unused', unused
    return add(f, one)
  end
  text = vim.trim(text)
  if text == '' then return end
  f.bytes = f.bytes + #text
  if f.bytes > TOTAL then
    one.state, one.why = 'refused', 'the rules before it have a megabyte already'
    return add(f, one)
  end
  one.text = text
  add(f, one)
  if how.imports then import_all(f, one, path, depth) end
end

---@async
---@param f hum.rules.Finding
---@param from hum.RulesFound
---@param at string  its path, by which what it names is found
---@param depth integer
function import_all(f, from, at, depth)
  if depth >= DEPTH then return end
  for _, name in ipairs(imports.of(from.text)) do
    local path = vim.startswith(name, '~/') and f.search.home .. name:sub(2)
      or vim.startswith(name, '/') and name
      or vim.fs.dirname(at) .. '/' .. name
    local real = disk.real(path)
    if real then
      take(f, real, { own = from.own, led = true, imports = true }, depth + 1)
    elseif imports.is_path(name) then
      local why = ('%s imports it, and it is not there'):format(from.title)
      add(f, { path = path, title = name, text = '', state = 'unused', why = why })
    end
  end
end

--- Where a folder is, which may not be there yet.
---@async
---@param path string  absolute
---@return string
local function real_folder(path)
  local real, parent = disk.real(path), vim.fs.dirname(path)
  if real or parent == path then return real or path end
  return real_folder(parent) .. '/' .. vim.fs.basename(path)
end

---@async
---@param path string
---@return string  where it is
local function real_file(path) return real_folder(vim.fs.dirname(path)) .. '/' .. vim.fs.basename(path) end

--- The folders from below the root down to that of a file.
---@param f hum.rules.Finding
---@param file? string
---@return string[]
local function chain(f, file)
  local folders, folder = {}, file and vim.fs.dirname(file)
  if not folder or not is_below(folder, f.root) then return folders end
  local at = f.root == '/' and '' or f.root
  for part in folder:sub(#f.root + 1):gmatch('[^/]+') do
    at = at .. '/' .. part
    folders[#folders + 1] = at
  end
  return folders
end

--- All folders that are looked in, each behind those that it is in, and what is beside the way to the file at hand
--- before what is on it.
---@param f hum.rules.Finding
---@return string[] folders, integer more  that are not looked in
local function folders_of(f)
  local way = vim.list_extend({ f.root }, chain(f, f.file))
  local from = {} ---@type table<string, string[]>  folders that turn off the way, by where
  for _, folder in ipairs(way) do
    from[folder] = {}
  end
  local had = {} ---@type table<string, true>
  for _, file in ipairs(f.targets) do
    local at = f.root
    for _, folder in ipairs(chain(f, file)) do
      if from[folder] then
        at = folder
      elseif not had[folder] then
        had[folder] = true
        table.insert(from[at], folder)
      end
    end
  end
  local folders = {}
  for _, folder in ipairs(way) do
    vim.list_extend(folders, vim.list_extend({ folder }, from[folder]))
  end
  return vim.list_slice(folders, 1, FOLDERS), math.max(0, #folders - FOLDERS)
end

---@async
---@param f hum.rules.Finding
---@param folder string
---@param wanted hum.RulesName[]
local function look_in(f, folder, wanted)
  for _, one in ipairs(wanted) do
    local kind = (not one.root or folder == f.root) and disk.kind(folder, one.name) or nil
    if kind == 'directory' and one.ending then
      for _, path in ipairs(disk.files(folder .. '/' .. one.name, one.ending)) do
        take(f, path, { folder = one, at = folder, imports = one.imports }, 0)
      end
    elseif kind == 'file' and not one.ending and not (one.instead and disk.kind(folder, one.instead)) then
      take(f, folder .. '/' .. one.name, { imports = one.imports }, 0)
    end
  end
end

--- Of the same text the user's own stays, else the nearest.
---@param list hum.RulesFound[]
---@return hum.RulesFound[]
local function without_twins(list)
  local out, known = {}, {} ---@type hum.RulesFound[], table<string, hum.RulesFound>
  for _, one in ipairs(list) do
    local twin = known[one.text]
    if one.state == 'found' and not (twin and twin.own) then known[one.text] = one end
  end
  for _, one in ipairs(list) do
    if one.state ~= 'found' or known[one.text] == one then out[#out + 1] = one end
  end
  return out
end

--- Says that there may be more.
---@param f hum.rules.Finding
---@param what string
---@param why string
local function limit(f, what, why)
  add(f, { path = f.root, title = what, text = '', state = 'unused', why = 'the limit is reached: ' .. why })
end

--- All rules, the user's own first, then from the root down.
---@async
---@param search hum.RulesSearch
---@return hum.RulesFound[]
function M.all(search)
  local root = search.project and (disk.real(search.project) or search.project) or NONE
  ---@type hum.rules.Finding
  local f = { search = search, root = root, targets = {}, out = {}, bytes = 0, known = {} }
  f.file = search.file and real_file(search.file)
  f.targets[1] = f.file
  for _, path in ipairs(vim.list_slice(search.named or {}, 1, NAMED)) do
    f.targets[#f.targets + 1] = real_file(path)
  end
  take(f, search.own, { own = true, imports = true }, 0)
  local wanted = search.project and names.wanted(search.files) or {}
  local folders, more = {}, 0
  if #wanted > 0 then
    folders, more = folders_of(f)
  end
  for _, folder in ipairs(folders) do
    look_in(f, folder, wanted)
  end
  if more > 0 then limit(f, ('%d more folders'):format(more), ('rules are looked for in %d'):format(FOLDERS)) end
  if #f.out >= MOST then limit(f, 'more files', ('%d are taken'):format(MOST)) end
  return without_twins(f.out)
end

return M
