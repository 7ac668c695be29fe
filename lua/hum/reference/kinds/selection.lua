-- #selection: what was selected last in the code window, as visual mode had it: characters, lines or a block.
local columns = require('hum.columns')
local place = require('hum.reference.source.place')
local selection = require('hum.selection')
local withheld = require('hum.reference.source.withheld')

local NONE = 'nothing was selected in %s yet\nSelect something there first.'

---@type hum.ReferenceKind
return {
  name = 'selection',
  desc = 'what you selected last in the code window: characters, lines or a block',
  argument = 'none',
  resolve = function(ref, where, cb)
    local buf, err = place.code(where)
    local found = buf and selection.last(buf)
    local part = buf and found and found.columns and columns.read(buf, found.first - 1, found.last - 1, found.columns)
    if not buf or not found or (part and table.concat(part.lines) == '') then
      local name = buf and place.shown(place.file(buf), where)
      vim.schedule(function() cb(err or NONE:format(name)) end)
      return
    end
    local path = place.file(buf)
    return withheld.one(path, ref, where, function(why)
      if why then return cb(why, nil, 'refused') end
      cb(nil, {
        {
          id = 'selection:' .. (path or buf),
          title = ('the selection in %s'):format(place.shown(path, where)),
          tag = 'selection',
          attributes = {
            path = place.shown(path, where),
            first = tostring(found.first),
            last = tostring(found.last),
          },
          text = part and table.concat(part.lines, '\n') or nil,
          buf = not part and buf or nil,
          first = not part and found.first or nil,
          last = not part and found.last or nil,
          follows = false,
        },
      })
    end)
  end,
}
