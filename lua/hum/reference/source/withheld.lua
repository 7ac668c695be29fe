-- Files of which nothing is sent with what an editor or git says of them: those that may hold secrets, that git
-- ignores, or of which the text is that are outside the project. A "!" in the reference sends them all the same.
local git = require('hum.git')
local ignored = require('hum.ignored')
local place = require('hum.reference.source.place')
local named = require('hum.sensitive.named')

local M = {}

--- Where git does not take a list, so many files are asked about one by one.
local SINGLY = 50

---@alias hum.Withheld table<string, string>  why a file is left out, by its path

---@param path string  absolute
---@param where hum.Where
---@param limits { anywhere?: boolean }
---@return string|nil why
local function by_name(path, where, limits)
  local why = named.of_file(path)
  if why then return why end
  return not limits.anywhere and not place.is_inside(path, where) and place.OUTSIDE or nil
end

--- Asks about files one by one, each where it is: a list with one that is in another repository is refused as a whole.
---@param paths string[]
---@param found hum.Withheld
---@param cb fun(found: hum.Withheld)
local function singly(paths, found, cb)
  local pending = 1
  local function answered()
    pending = pending - 1
    if pending == 0 then cb(found) end
  end
  for _, path in ipairs(vim.list_slice(paths, 1, SINGLY)) do
    pending = pending + 1
    ignored.check(path, function(why)
      found[path] = why and place.IGNORED or nil
      answered()
    end)
  end
  answered()
end

--- Which of some files are left out.
---@param paths string[]  absolute
---@param ref hum.Reference
---@param where hum.Where
---@param limits { anywhere?: boolean }  anywhere: they may be outside the project
---@param cb fun(found: hum.Withheld)  scheduled, once
---@return fun() cancel
function M.of(paths, ref, where, limits, cb)
  local found, over = {}, false
  local inside, others = {}, {} ---@type string[], string[]
  local file_at = {} ---@type table<string, string>  where git looks for it, and what it is called here
  for _, path in ipairs(ref.force and {} or paths) do
    found[path] = by_name(path, where, limits)
    local is_inside = not found[path] and place.is_inside(path, where)
    for _, at in ipairs(is_inside and ignored.places(path) or {}) do
      inside[#inside + 1], file_at[at] = at, path
    end
    if not found[path] and not is_inside then others[#others + 1] = path end
  end
  local function done()
    if not over then cb(found) end
  end
  local stop = function() end
  if #inside == 0 then
    vim.schedule(function() singly(others, found, done) end)
  else
    local at = { cwd = where.base, stdin = table.concat(inside, '\0') .. '\0' }
    stop = git.run(at, { 'check-ignore', '-z', '--stdin' }, function(answer)
      for path in answer.out:gmatch('%Z+') do
        found[file_at[path] or path] = place.IGNORED
      end
      local is_none = answer.err == '' or answer.err:find('not a git repository', 1, true)
      if not is_none then vim.list_extend(others, vim.tbl_values(file_at)) end
      singly(others, found, done)
    end)
  end
  return function()
    over = true
    stop()
  end
end

--- Why what is in a buffer is refused: the user has opened its file, wherever it is.
---@param path string|nil  absolute; nil: nothing is refused
---@param ref hum.Reference
---@param where hum.Where
---@param cb fun(why?: string)  scheduled, once
---@return fun() cancel
function M.one(path, ref, where, cb)
  return M.of(path and { path } or {}, ref, where, { anywhere = true }, function(found)
    local why = path and found[path]
    cb(why and ('%s: %s'):format(place.shown(path, where), why) or nil)
  end)
end

--- What was left out, for the user and the model.
---@param found hum.Withheld
---@param where hum.Where
---@return string|nil  "left out: .env (it may hold secrets), …"
function M.note(found, where)
  local list = {}
  for path, why in pairs(found) do
    list[#list + 1] = ('%s (%s)'):format(place.shown(path, where), why)
  end
  if #list == 0 then return nil end
  table.sort(list)
  local more = #list > 5 and (', and %d more'):format(#list - 5) or ''
  return 'left out: ' .. table.concat(vim.list_slice(list, 1, 5), ', ') .. more
end

return M
