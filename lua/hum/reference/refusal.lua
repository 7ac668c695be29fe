-- Files that are not sent unless "!" says so: what may hold secrets, by name or by the lines at its beginning; what git
-- ignores; what is outside the project; what is no text.
local git = require('hum.git')
local named = require('hum.sensitive.named')
local sensitive = require('hum.sensitive')

local M = {}

--- The reference as it is written to be sent all the same.
---@param ref hum.Reference
---@return string
function M.forced(ref)
  if ref.kind == 'image' and ref.text:find('^!%[') then
    local arg = ref.arg or ''
    return arg:find('%s') and ('#image!:"%s"'):format(arg) or '#image!:' .. arg
  end
  local name = '#' .. ref.kind
  local rest = ref.text:sub(#name + 1):gsub('^!', '')
  return name .. '!' .. (rest == '' and ':' or rest)
end

--- Why a reference is not sent, and what to do: two lines.
---@param ref hum.Reference
---@param title string
---@param why string
---@return string
function M.words(ref, title, why)
  local text = '%s is not sent: %s\nWrite %s to send it all the same.'
  return text:format(title, why, M.forced(ref))
end

--- Why a file is not sent, beside what it may hold.
M.OUTSIDE = 'it is outside the project'
M.IGNORED = 'git ignores it'
M.BINARY = 'it is binary, not text'

---@param path string  absolute
---@param where hum.Where
---@return boolean  what is there is, with links resolved, in none of the folders that belong to the project
function M.is_outside(path, where)
  local real = vim.uv.fs_realpath(path)
  return real ~= nil and not where.is_inside(real)
end

--- Why a file is not sent, by its name and where it is.
---@param path string  absolute
---@param where hum.Where
---@return string|nil why
---@return boolean allowed  by the user's list, whatever is in it
function M.of_name(path, where)
  local why, allowed = named.of_file(path)
  if why then return why, false end
  if M.is_outside(path, where) then return M.OUTSIDE, false end
  return nil, allowed
end

--- Why a file that was sent before is not sent again: it is a link by now, and leads to what is not to be sent.
---@param path string  absolute
---@param where hum.Where
---@return string|nil why
function M.of_link(path, where)
  local real = vim.uv.fs_realpath(path)
  if not real or real == path then return nil end
  local why = M.of_name(path, where)
  if why ~= M.OUTSIDE then return why end
  -- Neovim may be in another project by now: the file is still in its own.
  local own = vim.fs.root(vim.fs.dirname(path), '.git') or vim.fs.dirname(path)
  return not vim.startswith(real, own .. '/') and why or nil
end

--- Why a text is not sent, by its first lines.
---@param head string
---@param name string
---@return string|nil why
function M.of_head(head, name)
  local lines = vim.split(head, '\n', { plain = true })
  local why, row = sensitive.of_lines(lines, name)
  return why and named.words(row and ('%s in line %d'):format(why, row) or why) or nil
end

-- ---- git --------------------------------------------------------------------------------------

--- Git takes a list whole or, where one of its files is in another repository, not at all.
---@param folder string
---@param paths string[]
---@param cb fun(ignored: table<string, true>, ok: boolean)
---@return fun() cancel
local function ask(folder, paths, cb)
  local stdin = table.concat(paths, '\0') .. '\0'
  return git.run({ cwd = folder, stdin = stdin }, { 'check-ignore', '-z', '--stdin' }, function(answer)
    local found = {}
    for path in answer.out:gmatch('%Z+') do
      found[path] = true
    end
    cb(found, answer.ok or answer.err == '')
  end)
end

---@param paths string[]
---@return table<string, string[]>  by folder
local function by_folder(paths)
  local folders = {}
  for _, path in ipairs(paths) do
    local folder = vim.fs.dirname(path)
    folders[folder] = folders[folder] or {}
    table.insert(folders[folder], path)
  end
  return folders
end

--- Which of some files git ignores. It is asked once for all of them, else once for each folder.
---@param paths string[]  absolute
---@param project string
---@param cb fun(ignored: table<string, true>)  scheduled, once
---@return fun() cancel
function M.ignored(paths, project, cb)
  if #paths == 0 then
    cb({})
    return function() end
  end
  local cancels, cancelled = {}, false
  cancels[1] = ask(project, paths, function(found, ok)
    if ok then return cb(found) end
    local folders, all = by_folder(paths), {}
    local waiting = vim.tbl_keys(folders)
    local function next_folder(some)
      all = vim.tbl_extend('force', all, some)
      local folder = table.remove(waiting)
      if not folder then return cb(all) end
      if not cancelled then cancels[1] = ask(folder, folders[folder], next_folder) end
    end
    next_folder({})
  end)
  return function()
    cancelled = true
    cancels[1]()
  end
end

return M
