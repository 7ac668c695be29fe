-- What a set has changed in one file: the text as it was left last, and what stood there before in the places that
-- were changed. So it can be taken back without having watched what the user did since: what he has changed is what
-- differs from the text as it was left. Pure.
local linediff = require('hum.linediff')

local M = {}

---@class hum.SetHunk  rows of the text as it was left
---@field row integer
---@field count integer  of the lines that are there now
---@field old string[]   what stood there before

---@class hum.SetText
---@field lines string[]       the text as it was left
---@field hunks hum.SetHunk[]  from the first to the last
---@field lost integer         hunks that the user has changed before the set was complete

---@return hum.SetText
function M.new() return { lines = {}, hunks = {}, lost = 0 } end

--- Does a change of the text touch a hunk? Lines beside it may change. Where a hunk has removed lines and left none,
--- new lines at their very place touch it: nobody knows on which side of them the old ones belong.
---@param change hum.LineDiff
---@param hunk hum.SetHunk
---@return boolean
local function touches(change, hunk)
  local first, last = hunk.row, hunk.row + hunk.count
  local from, to = change.row, change.row + change.count
  if hunk.count == 0 and change.count == 0 then return from == first end
  return from < last and first < to
end

---@class hum.SetPlaces
---@field standing hum.SetHunk[]  with rows of the text as it is now
---@field touched hum.SetHunk[]   with rows of the text as it is now, as far as they can be known
---@field back integer            that have been taken back already

--- The rows of a text that stand where some rows of another one stood.
---@param row integer  of the other text
---@param changes hum.LineDiff[]
---@param is_end boolean  it is the end of a stretch: what was added in front of it belongs to that
---@return integer
local function moved(row, changes, is_end)
  local shift = 0
  for _, change in ipairs(changes) do
    local last = change.row + change.count
    if last < row or last == row and (change.count > 0 or is_end) then
      shift = shift + change.to_count - change.count
    elseif change.row < row then
      return is_end and change.to_row + change.to_count or change.to_row
    end
  end
  return row + shift
end

---@param lines string[]
---@param first integer
---@param last integer  the row behind them
---@return string[]
local function slice(lines, first, last) return vim.list_slice(lines, first + 1, last) end

--- Do the lines that a hunk has removed stand in their place again? What the user has put back may be found a few
--- lines further on, where lines repeat.
---@param hunk hum.SetHunk
---@param row integer  where it is now
---@param change hum.LineDiff|nil  the next one behind it
---@param now string[]
---@return boolean
local function is_back(hunk, row, change, now)
  if hunk.count > 0 or not change or change.count > 0 or change.to_count ~= #hunk.old then return false end
  return change.row <= hunk.row + #hunk.old and vim.deep_equal(slice(now, row, row + #hunk.old), hunk.old)
end

---@param places hum.SetPlaces
---@param hunk hum.SetHunk
---@param changes hum.LineDiff[]
---@param now string[]
local function add_touched(places, hunk, changes, now)
  local first = moved(hunk.row, changes, false)
  local last = math.max(first, moved(hunk.row + hunk.count, changes, true))
  if vim.deep_equal(slice(now, first, last), hunk.old) then
    places.back = places.back + 1
  else
    places.touched[#places.touched + 1] = { row = first, count = last - first, old = hunk.old }
  end
end

--- Where the hunks are in a text as it is now, and which of them still stand.
---@param snapshot hum.SetText
---@param now string[]
---@return hum.SetPlaces
function M.places(snapshot, now)
  if vim.deep_equal(now, M.before(snapshot)) then return { standing = {}, touched = {}, back = #snapshot.hunks } end
  local changes = linediff.changes(snapshot.lines, now)
  local places, n, shift = { standing = {}, touched = {}, back = 0 }, 1, 0
  for _, hunk in ipairs(snapshot.hunks) do
    while changes[n] and changes[n].row + changes[n].count <= hunk.row and not touches(changes[n], hunk) do
      shift = shift + changes[n].to_count - changes[n].count
      n = n + 1
    end
    local row = hunk.row + shift
    if changes[n] and touches(changes[n], hunk) then
      add_touched(places, hunk, changes, now)
    elseif is_back(hunk, row, changes[n], now) then
      places.back = places.back + 1
    else
      places.standing[#places.standing + 1] = { row = row, count = hunk.count, old = hunk.old }
    end
  end
  return places
end

---@class hum.SetChange  lines that the set has replaced
---@field row integer   where the new ones stand now
---@field old string[]
---@field new string[]

--- Which hunks a change overlaps, with rows before the change: those in front of the first stand above it, those behind
--- the last below.
---@param hunks hum.SetHunk[]
---@param change hum.SetChange
---@return integer first, integer last  first - 1: none
local function overlapped(hunks, change)
  local from, to = change.row, change.row + #change.old
  local first = 1
  while hunks[first] and hunks[first].row + hunks[first].count <= from do
    first = first + 1
  end
  local last = first - 1
  while hunks[last + 1] and hunks[last + 1].row < to do
    last = last + 1
  end
  return first, last
end

--- One hunk for a change and those that it overlaps: what stood there before all of them.
---@param touched hum.SetHunk[]
---@param change hum.SetChange
---@return hum.SetHunk
local function merged(touched, change)
  local from, to = change.row, change.row + #change.old
  local last = touched[#touched]
  local row = touched[1] and math.min(from, touched[1].row) or from
  local stop = last and math.max(to, last.row + last.count) or to
  local old, at = {}, row
  for _, hunk in ipairs(touched) do
    if hunk.row > at then vim.list_extend(old, slice(change.old, at - from, hunk.row - from)) end
    vim.list_extend(old, hunk.old)
    at = hunk.row + hunk.count
  end
  if at < to then vim.list_extend(old, slice(change.old, at - from, to - from)) end
  return { row = row, count = stop - row + #change.new - #change.old, old = old }
end

---@param snapshot hum.SetText
---@param change hum.SetChange
local function add(snapshot, change)
  local hunks, shift = snapshot.hunks, #change.new - #change.old
  local first, last = overlapped(hunks, change)
  local mine = merged(vim.list_slice(hunks, first, last), change)
  for i = last + 1, #hunks do
    hunks[i].row = hunks[i].row + shift
  end
  for _ = first, last do
    table.remove(hunks, first)
  end
  table.insert(hunks, first, mine)
end

--- A hunk that puts back what stood there is none.
---@param snapshot hum.SetText
local function prune(snapshot)
  snapshot.hunks = vim.tbl_filter(function(hunk)
    if hunk.count ~= #hunk.old then return true end
    return not vim.deep_equal(slice(snapshot.lines, hunk.row, hunk.row + hunk.count), hunk.old)
  end, snapshot.hunks)
end

--- Adds what the set has changed just now.
---@param snapshot hum.SetText
---@param changes hum.SetChange[]  one after the other
---@param now string[]             the text as it is now
function M.add(snapshot, changes, now)
  for _, change in ipairs(changes) do
    add(snapshot, change)
  end
  snapshot.lines = now
  prune(snapshot)
end

--- The text as it was before some changes.
---@param changes hum.SetChange[]  one after the other
---@param now string[]             the text as it is now
---@return string[]
function M.without(changes, now)
  local snapshot = M.new()
  M.add(snapshot, changes, now)
  return M.before(snapshot)
end

--- The user has changed the text since.
---@param snapshot hum.SetText
---@param now string[]
function M.rebase(snapshot, now)
  local places = M.places(snapshot, now)
  snapshot.lost = snapshot.lost + #places.touched
  snapshot.hunks, snapshot.lines = places.standing, now
end

--- The text without what the set has changed.
---@param snapshot hum.SetText
---@return string[]
function M.before(snapshot)
  local all, at = {}, 0 ---@type string[], integer
  for _, hunk in ipairs(snapshot.hunks) do
    vim.list_extend(all, snapshot.lines, at + 1, hunk.row)
    vim.list_extend(all, hunk.old)
    at = hunk.row + hunk.count
  end
  return vim.list_extend(all, snapshot.lines, at + 1)
end

return M
