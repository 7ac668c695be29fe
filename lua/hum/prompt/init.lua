-- The prompts that are there: those in the user's folder, those of the project, and those that hum brings along. One of
-- the user's with the name of another takes its place, and one of the project's that of hum's. Files are looked at when
-- prompts are asked for, so a change holds at once.
local config = require('hum.config')
local disk = require('hum.prompt.disk')
local file = require('hum.prompt.file')
local links = require('hum.trust.link')
local spelling = require('hum.spelling')
local updated = require('hum.updated')

local M = {}

---@class hum.PromptEntry
---@field name string
---@field path string
---@field origin 'user'|'project'|'hum'
---@field prompt? hum.Prompt
---@field text? string   of its file: what the user's trust is asked for
---@field root? string   of the project that it is from
---@field file? string   the path, for pickers
---@field why? string    there is none: where the fault is, what to do, what is wrong

--- Where the user's prompts are.
---@return string
function M.folder()
  return vim.fs.joinpath(vim.fn.stdpath('config') --[[@as string]], 'hum', 'prompts')
end

---@return string
local function shipped() return vim.fs.joinpath(updated.root(), 'prompts') end

---@param path string
---@return boolean
local function is_absolute(path) return path:find('^[/~$]') ~= nil end

--- Folders of the user's own: the one of his configuration first.
---@return string[]
local function own_folders()
  local out = { M.folder() }
  for _, path in ipairs(config.get().prompts.folders) do
    if is_absolute(path) then out[#out + 1] = vim.fs.normalize(path) end
  end
  return out
end

--- Where a project has prompts: hum's own, those of VS Code, and where the user says that they are.
---@param root string
---@return string[]
function M.folders(root)
  local out = { vim.fs.joinpath(root, '.hum', 'prompts'), vim.fs.joinpath(root, '.github', 'prompts') }
  for _, path in ipairs(config.get().prompts.folders) do
    if not is_absolute(path) then out[#out + 1] = vim.fs.joinpath(root, path) end
  end
  return out
end

--- Those of hum's that are there whatever the options say: `:Hum fix` and `:Hum commit` ask by them.
local NEEDED = { fix = true, commit = true }

---@param path string
---@return string  as users know it
local function shown(path) return vim.fn.fnamemodify(path, ':~') end

--- Lines of a file with a fault that are looked at for its name.
local HEAD = 40

--- What a file with a fault calls itself: it is still the user's word on that prompt, and hum's own is not taken.
---@param lines string[]
---@return string|nil
local function said_name(lines)
  for i = 2, math.min(#lines, HEAD) do
    local name = lines[i]:match('^name:%s*["\']?([%w_.-]+)')
    if name then return name end
  end
end

---@class hum.PromptPlace
---@field path string
---@field origin 'user'|'project'|'hum'
---@field root? string

--- Where a file is: from the root of its project, if it is of one.
---@param place hum.PromptPlace
---@return string
local function folder_of(place)
  local folder = vim.fs.dirname(place.path)
  local root = place.root and place.root .. '/' or nil
  return root and vim.startswith(folder, root) and folder:sub(#root + 1) or folder
end

---@param place hum.PromptPlace
---@return hum.PromptEntry
local function read_entry(place)
  local path = place.path
  local stem = vim.fs.basename(path):gsub('%.md$', '')
  local entry = { name = stem:gsub('%.prompt$', ''), path = path, origin = place.origin, root = place.root }
  local text, why = disk.read(path)
  local led = place.root and links.refusal(path, place.root)
  if text and led then
    text, why = nil, led
  end
  if not text then
    entry.why = ('%s %s'):format(shown(path), why)
    return entry
  end
  entry.text = text
  local lines = vim.split((text:gsub('\n$', '')), '\n', { plain = true })
  local prompt, fault = file.parse(lines, stem, place.origin == 'hum', folder_of(place))
  if prompt then
    prompt.path = path
    entry.name, entry.prompt = prompt.name, prompt
    return entry
  end
  ---@cast fault -nil
  entry.why = ('%s:%d: %s'):format(shown(path), fault.line, fault.why)
  entry.name = said_name(lines) or entry.name
  return entry
end

local known = {} ---@type table<string, { stamp: string, entry: hum.PromptEntry }>  by path

--- A file is read again only when it is another one.
---@param place hum.PromptPlace
---@return hum.PromptEntry
local function entry_of(place)
  local stamp = disk.stamp(place.path)
  local before = known[place.path]
  if not stamp or not before or before.stamp ~= stamp then
    before = { stamp = stamp or '', entry = read_entry(place) }
    known[place.path] = before
  end
  local entry = vim.tbl_extend('force', {}, before.entry) --[[@as hum.PromptEntry]]
  entry.origin, entry.root = place.origin, place.root
  return entry
end

---@param folder string
---@param origin 'user'|'project'|'hum'
---@param root? string
---@return hum.PromptEntry[]  by the names of their files
local function entries_in(folder, origin, root)
  return vim.tbl_map(
    function(path) return entry_of({ path = path, origin = origin, root = root }) end,
    disk.files(folder)
  )
end

---@param list hum.PromptEntry[]
---@param by_name table<string, hum.PromptEntry>
---@param entry hum.PromptEntry
local function add(list, by_name, entry)
  local first = by_name[entry.name]
  -- One that is not to be offered takes the place of another all the same.
  if entry.prompt and entry.prompt.disabled then
    by_name[entry.name] = first or entry
    return
  end
  -- Of two of the user's the first holds, and the other has a fault.
  if first and (entry.origin ~= 'user' or first.origin ~= 'user') then return end
  if first and not entry.why then
    entry.prompt = nil
    entry.why = ('%s: write another "name:": %s has this one'):format(shown(entry.path), shown(first.path))
  end
  if not first then by_name[entry.name] = entry end
  list[#list + 1] = entry
end

--- All prompts, by name.
---@param root? string  of a project, whose own are among them, whether they are trusted or not
---@return hum.PromptEntry[] entries
function M.list(root)
  local list, by_name = {}, {} ---@type hum.PromptEntry[], table<string, hum.PromptEntry>
  local all, own = {}, own_folders()
  for _, folder in ipairs(own) do
    vim.list_extend(all, entries_in(folder, 'user'))
  end
  for _, folder in ipairs(root and M.folders(root) or {}) do
    -- In the project that is the user's configuration they are his own.
    if not vim.list_contains(own, folder) then vim.list_extend(all, entries_in(folder, 'project', root)) end
  end
  local is_offered = config.get().prompts.shipped
  for _, entry in ipairs(entries_in(shipped(), 'hum')) do
    if is_offered or NEEDED[entry.name] then all[#all + 1] = entry end
  end
  for _, entry in ipairs(all) do
    add(list, by_name, entry)
  end
  table.sort(list, function(a, b) return a.name == b.name and a.path < b.path or a.name < b.name end)
  return list
end

--- The entry with a name, or with it among its other names.
---@param name string
---@param root? string  of a project
---@return hum.PromptEntry|nil entry
---@return string[] names  of all
function M.find(name, root)
  local names, found, aliased = {}, nil, nil ---@type string[], hum.PromptEntry|nil, hum.PromptEntry|nil
  for _, entry in ipairs(M.list(root)) do
    names[#names + 1] = entry.name
    if entry.name == name and (not found or not found.prompt) then found = entry end
    local aliases = entry.prompt and entry.prompt.aliases or {}
    if vim.list_contains(aliases, name) then aliased = aliased or entry end
  end
  return found or aliased, names
end

--- What is said of a name that is none.
---@param name string
---@param names string[]
---@return string
function M.missing(name, names)
  local path = shown(vim.fs.joinpath(M.folder(), name .. '.md'))
  return ('write %s: there is no prompt "%s"%s'):format(path, name, spelling.hint(name, names))
end

--- A prompt by its name: the user's, or hum's own.
---@param name string
---@return hum.Prompt|nil prompt, string|nil err
function M.get(name)
  local entry, names = M.find(name)
  if not entry then return nil, M.missing(name, names) end
  if not entry.prompt then return nil, entry.why end
  return entry.prompt
end

return M
