-- Personas: a system prompt, a model, options and references that belong together, under a name. Those of the
-- configuration, the files in the user's folder, and those that a project brings along: these are other people's words,
-- and are used only once the user trusts them. One of the user's takes the place of a project's. Files are read when
-- they are asked for, so a change holds at once.
local config = require('hum.config')
local file = require('hum.persona.file')
local invisible = require('hum.invisible')
local links = require('hum.trust.link')
local spelling = require('hum.spelling')
local trust = require('hum.trust')

local M = {}

---@class hum.Persona
---@field name string
---@field description string
---@field system? string
---@field endpoint? string
---@field model? string
---@field think? hum.Think
---@field options table<string, any>
---@field references string[]
---@field item? hum.TrustItem  of a project's: what has to be trusted

---@class hum.PersonaEntry
---@field name string
---@field persona? hum.Persona
---@field why? string  there is none: where the fault is, and what to do

--- Bytes of a persona, and files in a folder: more is something else.
local LARGEST, MOST = 64 * 1024, 100

--- Where the user's are.
---@return string
function M.folder()
  return vim.fs.joinpath(vim.fn.stdpath('config') --[[@as string]], 'hum', 'personas')
end

---@param path string
---@return string|nil text, string|nil why
local function text_of(path)
  local stat = vim.uv.fs_stat(path)
  if not stat or stat.type ~= 'file' then return nil, 'it is no file' end
  if stat.size > LARGEST then return nil, ('it is larger than %d kB'):format(LARGEST / 1024) end
  local fd, err = vim.uv.fs_open(path, 'r', 0)
  if not fd then return nil, err end
  local text = vim.uv.fs_read(fd, stat.size, 0) or ''
  vim.uv.fs_close(fd)
  if text:find('%z') then return nil, 'it is no text' end
  return text
end

---@param path string
---@param project? string  that it belongs to
---@return hum.PersonaEntry
local function entry_of(path, project)
  local stem, shown = vim.fs.basename(path):gsub('%.md$', ''), vim.fn.fnamemodify(path, ':~')
  local real = vim.uv.fs_realpath(path) or path
  local text, why = text_of(path)
  local led = project and links.refusal(path, project)
  if led then
    text, why = nil, 'it ' .. led
  end
  if not text then return { name = stem, why = ('%s cannot be used: %s'):format(shown, why) } end
  local persona, fault = file.parse(vim.split((text:gsub('\n$', '')), '\n', { plain = true }), stem)
  if not persona then return { name = stem, why = ('%s:%s'):format(shown, fault) } end
  if project then
    persona.item = { path = real, text = text, what = 'persona', title = real:sub(#project + 2) }
  else
    local found = invisible.find(text)
    if #found > 0 then
      return { name = persona.name, why = ('%s has invisible characters: %s'):format(shown, invisible.words(found)) }
    end
  end
  return { name = persona.name, persona = persona }
end

---@param folder string
---@param project? string
---@param add fun(entry: hum.PersonaEntry)
local function each_in(folder, project, add)
  local paths = {}
  for name, kind in vim.fs.dir(folder) do
    if name:find('^[^.].*%.md$') and kind ~= 'directory' then paths[#paths + 1] = vim.fs.joinpath(folder, name) end
  end
  table.sort(paths)
  for _, path in ipairs(vim.list_slice(paths, 1, MOST)) do
    add(entry_of(path, project))
  end
end

---@param name string
---@param set hum.PersonaConfig
---@return hum.PersonaEntry
local function configured(name, set)
  local found = invisible.find(set.system or '')
  if #found > 0 then
    return { name = name, why = ('personas.%s has invisible characters: %s'):format(name, invisible.words(found)) }
  end
  local persona = vim.tbl_extend('force', vim.deepcopy(set), { name = name, description = set.description or '' })
  return {
    name = name,
    persona = persona --[[@as hum.Persona]],
  }
end

--- All personas, by name.
---@param project? string  its root
---@return hum.PersonaEntry[]
function M.list(project)
  local list, known = {}, {} ---@type hum.PersonaEntry[], table<string, true>
  local function add(entry)
    if known[entry.name] then return end
    known[entry.name] = true
    list[#list + 1] = entry
  end
  local options = config.get()
  for _, set in ipairs({ options.personas, options.chat.personas }) do
    for name, one in pairs(set) do
      add(configured(name, one))
    end
  end
  each_in(M.folder(), nil, add)
  if project then each_in(vim.fs.joinpath(project, '.hum', 'personas'), vim.uv.fs_realpath(project) or project, add) end
  table.sort(list, function(a, b) return a.name < b.name end)
  return list
end

---@param project? string
---@return string[]
function M.names(project)
  return vim.tbl_map(function(entry) return entry.name end, M.list(project))
end

--- A persona by its name. A project's must be trusted before it is used: see `item`.
---@param name string
---@param project? string
---@return hum.Persona|nil persona
---@return string|nil err  what to do about it stands first
function M.get(name, project)
  local options = config.get()
  local set = options.personas[name] or options.chat.personas[name]
  if set then
    local entry = configured(name, set)
    return entry.persona, entry.why
  end
  local list = M.list(project)
  for _, entry in ipairs(list) do
    if entry.name == name then return entry.persona, entry.why end
  end
  local names = vim.tbl_map(function(entry) return entry.name end, list)
  local path = vim.fn.fnamemodify(vim.fs.joinpath(M.folder(), name .. '.md'), ':~')
  if not name:find(file.NAME) then return nil, ('there is no persona "%s"'):format(name) end
  return nil, ('write %s: there is no persona "%s"%s'):format(path, name, spelling.hint(name, names))
end

--- Whether a persona may be used now.
---@param persona hum.Persona
---@return boolean
function M.is_trusted(persona) return persona.item == nil or trust.state(persona.item) == 'allowed' end

--- Asks whether a project's persona may be used, if that is not known yet.
---@param persona hum.Persona
---@param cb fun(allowed: boolean)
---@return fun() cancel
function M.ask(persona, cb)
  local item = persona.item
  if not item then
    cb(true)
    return function() end
  end
  return trust.ask({ item }, function(allowed) cb(allowed[item.path] == true) end)
end

return M
