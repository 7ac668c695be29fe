-- #lines:10-40, #lines:10, #lines:src/a.lua:10-40: lines of the code window's buffer, or of a file; unsaved text
-- counts.
local place = require('hum.reference.source.place')
local withheld = require('hum.reference.source.withheld')

local HOW = '%s names no lines\nWrite #lines:10-40, #lines:10 or #lines:path:10-40.'

---@param arg string
---@return { path?: string, first: integer, last: integer }|nil
local function parse(arg)
  local path, range = arg:match('^(.+):([^:]*)$')
  range = (range or arg):gsub('^L(%d)', '%1'):gsub('%-L(%d)', '-%1')
  local first, last = range:match('^(%d+)%-(%d+)$')
  first = first or range:match('^%d+$')
  if not first or #first > 9 or #(last or '') > 9 then return nil end
  local from = tonumber(first) --[[@as integer]]
  local to = tonumber(last or first) --[[@as integer]]
  return { path = path, first = from, last = to }
end

--- Lines of a buffer are counted here; those of a file that is in none the helper counts.
---@param range { first: integer, last: integer }
---@param count integer|nil
---@param name string
---@return string|nil err
local function fault(range, count, name)
  if range.first < 1 then return 'there is no line 0\nLines are counted from 1.' end
  if range.last < range.first then
    return ('line %d is behind line %d\nDid you mean %d-%d?'):format(range.first, range.last, range.last, range.first)
  end
  if count and range.last > count then
    local has = count == 1 and '1 line' or ('%d lines'):format(count)
    return ('%s has only %s\nName lines that are there.'):format(name, has)
  end
end

---@param ref hum.Reference
---@param where hum.Where
---@return hum.Source|nil, string|nil err, string|nil path
local function source_of(ref, where)
  local range = parse(ref.arg or '')
  if not range then return nil, HOW:format(ref.text) end
  local path, buf, err
  if range.path then
    path, buf = place.find(range.path, where)
  else
    buf, err = place.code(where)
    if not buf then return nil, err end
    path = place.file(buf)
  end
  local name = place.shown(path, where)
  if range.path and not buf and not vim.uv.fs_stat(path or '') then
    return nil, ('there is no file "%s"\nIt was looked for in %s.'):format(range.path, place.base(where))
  end
  err = fault(range, buf and vim.api.nvim_buf_line_count(buf), name)
  if err then return nil, err end
  local which = ('%d-%d'):format(range.first, range.last)
  return {
    id = ('lines:%s:%s'):format(path or buf, which),
    title = ('%s:%s'):format(name, range.first == range.last and range.first or which),
    tag = 'lines',
    attributes = { path = name, first = tostring(range.first), last = tostring(range.last) },
    buf = buf,
    path = not buf and path or nil,
    first = range.first,
    last = range.last,
    follows = false,
  },
    nil,
    path
end

---@type hum.ReferenceKind
return {
  name = 'lines',
  desc = 'lines of the code window, or of a file: #lines:10-40, #lines:src/a.lua:10-40',
  argument = 'needed',
  complete = function(_, where)
    local buf = place.code(where)
    if not buf then return {} end
    local win = where.code.win
    local range = win and vim.api.nvim_win_is_valid(win) and vim.fn.getwininfo(win)[1] or nil
    local list = { { word = '1-' .. vim.api.nvim_buf_line_count(buf), info = 'the whole buffer' } }
    if range then
      table.insert(list, 1, { word = ('%d-%d'):format(range.topline, range.botline), info = 'on the screen' })
    end
    return list
  end,
  resolve = function(ref, where, cb)
    local source, err, path = source_of(ref, where)
    if not source then
      vim.schedule(function() cb(err) end)
      return
    end
    return withheld.one(path, ref, where, function(why)
      if why then return cb(why, nil, 'refused') end
      cb(nil, { source })
    end)
  end,
}
