-- "#tree": the names of the project's files and folders, as a tree; `#tree:src` those below a folder. None that
-- git ignores, unless "!" asks for all.
local gather = require('hum.server.gather')
local names = require('hum.reference.source.names')
local place = require('hum.reference.source.place')

--- Names that are shown, and how deep it goes.
local MOST, DEPTH = 1000, 4

---@param list string[]
---@param more integer
---@return string
local function drawn(list, more)
  local lines = {}
  for _, name in ipairs(list) do
    name = name:gsub('%c', '?')
    local folders, base = name:match('^(.*/)([^/]+/?)$')
    local depth = select(2, (folders or ''):gsub('/', ''))
    lines[#lines + 1] = ('  '):rep(depth) .. (base or name)
  end
  if more > 0 then lines[#lines + 1] = ('(%d more)'):format(more) end
  return table.concat(lines, '\n')
end

---@param path string
---@param ref hum.Reference
---@param where hum.Where
---@param cb hum.ReferenceDone
---@return fun() cancel
local function read(path, ref, where, cb)
  local shown = where.shown(path):gsub('/$', '') .. '/'
  local root = place.root(vim.uv.fs_realpath(path) or path, where)
  local item = { tree = path, depth = DEPTH, most = MOST, force = ref.force or nil }
  return gather.start({ root = root, items = { item } }, function(err, items)
    local found = items and items[1]
    if not found or not found.names then
      return cb(('%s cannot be listed%s\nCheck the path.'):format(shown, err and ': ' .. err.message or ''))
    end
    cb(nil, {
      {
        id = 'tree:' .. path,
        title = shown,
        tag = 'tree',
        attributes = { path = shown },
        text = drawn(found.names, found.more or 0),
        folder = path,
        note = place.ignored(found.ignored),
        follows = false,
      },
    })
  end)
end

return {
  name = 'tree',
  desc = 'names of files and folders: of the project, or below one (#tree:src)',
  argument = 'optional',

  complete = function(typed, where)
    local found = names.complete(typed, where)
    return vim.tbl_filter(function(one) return one.word:find('/$') ~= nil end, found)
  end,

  resolve = function(ref, where, cb)
    local over, stop, i = false, nil, 0 ---@type boolean, fun()|nil, integer
    local paths = ref.arg and where.paths(ref.arg) or { where.project }
    local function next_path()
      i = i + 1
      local path = paths[i]
      if not path then return cb(('there is no folder "%s"\nWrite #tree for the whole project.'):format(ref.arg)) end
      vim.uv.fs_stat(path, function(_, stat)
        vim.schedule(function()
          if over then return end
          if stat and stat.type == 'directory' then
            stop = read(path, ref, where, cb)
          else
            next_path()
          end
        end)
      end)
    end
    next_path()
    return function()
      over = true
      if stop then stop() end
    end
  end,
}
