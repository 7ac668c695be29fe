-- What was taken back, in words.
local count = require('hum.count')

local M = {}

---@param path string
---@return string
local function short(path) return path == '' and 'the buffer without a name' or vim.fn.fnamemodify(path, ':~:.') end

---@param files hum.UndoneFile[]
---@return integer taken, integer changed  files in which something was, but for those that are gone
local function totals(files)
  local taken, changed = 0, 0
  for _, file in ipairs(files) do
    if file.taken > 0 and not file.gone then
      taken, changed = taken + file.taken, changed + 1
    end
  end
  return taken, changed
end

---@param file hum.UndoneFile
---@return string|nil  what of it stays
local function what_stays(file)
  if file.fault then return ('%s: %s'):format(short(file.path), file.fault) end
  local lines = vim.tbl_map(
    function(one) return one.first == one.last and tostring(one.first) or ('%d-%d'):format(one.first, one.last) end,
    file.kept
  )
  if #lines > 0 then return ('%s:%s'):format(short(file.path), table.concat(lines, ', ')) end
  if file.lost > 0 then return ('%s: %s'):format(short(file.path), count.of(file.lost, 'change')) end
end

---@param done hum.Undone
---@return string[]
local function actions_of(done)
  local found = {}
  for _, one in ipairs(done.actions) do
    if not one.fault then
      found[#found + 1] = one.kind == 'move' and ('moved %s back'):format(short(one.path))
        or ('put %s back'):format(short(one.path))
    end
  end
  for _, file in ipairs(done.files) do
    if file.gone then found[#found + 1] = ('deleted the new file %s'):format(short(file.path)) end
  end
  return found
end

---@param done hum.Undone
---@return string[]
local function stays_of(done)
  local found = {}
  for _, file in ipairs(done.files) do
    found[#found + 1] = what_stays(file)
  end
  for _, one in ipairs(done.actions) do
    if one.fault then found[#found + 1] = ('%s: %s'):format(short(one.path), one.fault) end
  end
  return found
end

---@param done hum.Undone
---@return string text
---@return boolean whole  nothing stays
function M.text(done)
  local taken, changed = totals(done.files)
  local parts = actions_of(done)
  if taken > 0 then
    table.insert(parts, 1, ('took back %s in %s'):format(count.of(taken, 'change'), count.of(changed, 'file')))
  end
  local text = 'hum: ' .. (#parts > 0 and table.concat(parts, '; ') or 'nothing left to take back')
  local stays = stays_of(done)
  if #stays == 0 then return text .. (taken > 0 and ' (:wall writes them)' or ''), true end
  return ('%s\nChanged since, and kept: %s'):format(text, table.concat(stays, '; ')), false
end

return M
