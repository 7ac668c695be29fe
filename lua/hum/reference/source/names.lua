-- Names of files for completion: those of a folder, and for a word without a slash those of the whole project that
-- begin with it. Nothing waits: a folder is read for a few milliseconds at most, and what git knows of the project is
-- asked in the background when completion begins, for the next time.
local git = require('hum.git')
local sensitive = require('hum.sensitive')

local M = {}

--- A folder is read for so long, in ns, and so many names are offered.
local PATIENCE, MOST = 15 * 1000 * 1000, 200

--- Names of the whole project that are offered besides, and from how many letters on.
local ELSEWHERE, LETTERS = 30, 2

--- What git said holds so long, in ms.
local FRESH = 20000

---@class hum.ProjectFiles
---@field at integer           ms, as vim.uv.now()
---@field asking boolean
---@field files? string[]      relative to the root: all that git does not ignore
---@field known? table<string, true>  these and the folders that they are in

local projects = {} ---@type table<string, hum.ProjectFiles>

---@param one hum.ProjectFiles
---@param out string
local function take(one, out)
  one.files, one.known = {}, {}
  for path in out:gmatch('%Z+') do
    one.files[#one.files + 1] = path
    one.known[path] = true
    local folder = path:match('^(.*)/[^/]*$')
    while folder and not one.known[folder] do
      one.known[folder] = true
      folder = folder:match('^(.*)/[^/]*$')
    end
  end
end

--- Has git tell which files a project has, unless that was told a moment ago.
---@param root string
---@return hum.ProjectFiles
function M.refresh(root)
  local one = projects[root] or { at = -FRESH, asking = false }
  projects[root] = one
  if one.asking or vim.uv.now() - one.at < FRESH then return one end
  one.asking = true
  git.run({ cwd = root }, { 'ls-files', '-z', '--cached', '--others', '--exclude-standard' }, function(answer)
    one.asking, one.at = false, vim.uv.now()
    if answer.ok then take(one, answer.out) end
  end)
  return one
end

---@class hum.FileName
---@field word string
---@field rank integer  what is hidden or ignored stands last

---@param root string
---@param folder string  absolute, ending in a slash
---@return string  relative to the root, '' for itself
local function below(root, folder)
  local prefix = root:gsub('/?$', '/')
  return vim.startswith(folder, prefix) and folder:sub(#prefix + 1) or ''
end

--- The names in a folder that begin with a text.
---@param folder string  absolute, ending in a slash
---@param stem string    what is typed of the name
---@param add fun(name: string, type: string): boolean  false: it is enough
local function scan(folder, stem, add)
  local handle = vim.uv.fs_opendir(folder, nil, 100)
  if not handle then return end
  local since, lower = vim.uv.hrtime(), stem:lower()
  local goes_on = true
  while goes_on and vim.uv.hrtime() - since < PATIENCE do
    local entries = vim.uv.fs_readdir(handle)
    if not entries then break end
    for _, entry in ipairs(entries) do
      local is_meant = vim.startswith(entry.name, stem) or vim.startswith(entry.name:lower(), lower)
      if is_meant and entry.name ~= '.git' then goes_on = add(entry.name, entry.type) and goes_on end
    end
  end
  vim.uv.fs_closedir(handle)
end

---@param path string
---@param type string
---@return boolean
local function is_folder(path, type)
  if type ~= 'link' then return type == 'directory' end
  local stat = vim.uv.fs_stat(path)
  return stat ~= nil and stat.type == 'directory'
end

---@param lead string    typed before the last slash, with it
---@param folder string  absolute, ending in a slash
---@param stem string
---@param project hum.ProjectFiles
---@param root string
---@return hum.FileName[]
local function in_folder(lead, folder, stem, project, root)
  local found, relative = {}, below(root, folder)
  local known = vim.startswith(folder, root:gsub('/?$', '/')) and project.known or nil
  scan(folder, stem, function(name, type)
    local goes_in = is_folder(folder .. name, type)
    if not goes_in and sensitive.of_path(folder .. name) then return true end -- it would be refused
    local is_ignored = known ~= nil and not known[relative .. name]
    local rank = (is_ignored and 4 or 0) + (name:find('^%.') and 2 or 0) + (goes_in and 0 or 1)
    found[#found + 1] = { word = lead .. name .. (goes_in and '/' or ''), rank = rank }
    return #found < 5 * MOST
  end)
  return found
end

--- Files elsewhere in the project whose names begin with a word.
---@param stem string
---@param project hum.ProjectFiles
---@param seen table<string, true>
---@return hum.FileName[]
local function elsewhere(stem, project, seen)
  local found, lower = {}, stem:lower()
  for _, path in ipairs(project.files or {}) do
    local base = path:match('([^/]*)$')
    if base:sub(1, #lower):lower() == lower and not seen[path] and not sensitive.of_path('/' .. path) then
      found[#found + 1] = { word = path, rank = 8 }
      if #found == ELSEWHERE then break end
    end
  end
  return found
end

--- What a path that is being typed may become.
---@param typed string
---@param where hum.Where
---@return { word: string, info?: string }[]
function M.complete(typed, where)
  local lead, stem = typed:match('^(.*/)([^/]*)$')
  lead, stem = lead or '', stem or typed
  local project = M.refresh(where.project)
  local found, seen = {}, {} ---@type hum.FileName[], table<string, true>
  local function add(list)
    for _, one in ipairs(list) do
      if not seen[one.word] then
        seen[one.word] = true
        found[#found + 1] = one
      end
    end
  end
  for _, folder in ipairs(where.paths(lead == '' and '.' or lead)) do
    add(in_folder(lead, folder:gsub('/?$', '/'), stem, project, where.project))
  end
  if lead == '' and #stem >= LETTERS then add(elsewhere(stem, project, seen)) end
  table.sort(found, function(a, b)
    if a.rank ~= b.rank then return a.rank < b.rank end
    return a.word < b.word
  end)
  return vim.tbl_map(function(one) return { word = one.word } end, vim.list_slice(found, 1, MOST))
end

return M
