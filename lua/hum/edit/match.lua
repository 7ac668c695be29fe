-- Where lines stand in rows of a buffer that were changed: pure. Some of the lines are hunks, which stand there as they
-- were (old) or as the model wants them (new); only what is in the rows tells. So undo, redo, `:e!`, a formatter and an
-- edit of the user's are one and the same case.
local exact = require('hum.edit.exact')
local linediff = require('hum.linediff')

local M = {}

--- For each line its row, if it has one.
---@param lines string[]
---@param rows string[]
---@return table<integer, integer>  both from 1
local function matched(lines, rows)
  local map, line, row = {}, 1, 1
  local function same(upto)
    while line < upto do
      map[line] = row
      line, row = line + 1, row + 1
    end
  end
  for _, one in ipairs(linediff.changes(lines, rows)) do
    same(one.row + 1)
    line, row = line + one.count, row + one.to_count
  end
  same(#lines + 1)
  return map
end

--- Do lines tell where they belong, as a blank line or a bracket alone does not?
---@param lines string[]
---@return boolean
local function telling(lines) return #table.concat(lines):gsub('[%s%p]', '') >= 8 end

--- Is the place of these lines certain? A blank line or a bracket alone may be any.
---@param map table<integer, integer>
---@param lines string[]
---@param first integer
---@param last integer
---@param count integer  of rows
---@return boolean
local function is_sound(map, lines, first, last, count)
  local row = map[first]
  if not row then return false end
  for i = first + 1, last do
    if map[i] ~= row + i - first then return false end
  end
  local before = row == 1 and first == 1 or map[first - 1] == row - 1
  local after = last == #lines and row + last - first == count or map[last + 1] == row + last - first + 1
  return before or after or telling(vim.list_slice(lines, first, last))
end

--- The items that are found if each hunk has that content, and how many hunks are among them.
---@param items hum.edit.Item[]
---@param rows string[]
---@param content fun(site: hum.edit.Site, i: integer): 'old'|'new'
---@return table<integer, hum.edit.Placed>
---@return integer sites
local function found(items, rows, content)
  local lines, first = {}, {}
  for i, item in ipairs(items) do
    first[i] = #lines + 1
    if type(item) == 'string' then
      lines[#lines + 1] = item
    else
      vim.list_extend(lines, content(item, i) == 'new' and item.new or item.old)
    end
  end
  first[#items + 1] = #lines + 1
  local map, placed, sites = matched(lines, rows), {}, 0
  for i, item in ipairs(items) do
    local a, b = first[i], first[i + 1] - 1 ---@type integer, integer
    if type(item) == 'string' then
      placed[i] = map[a] and { row = map[a] - 1, rows = 1 }
    elseif b >= a and is_sound(map, lines, a, b, #rows) then
      placed[i] = { row = map[a] - 1, rows = b - a + 1, content = content(item, i) }
      sites = sites + 1
    end
  end
  return placed, sites
end

--- Hunks that are not there as they were last may have been taken back, or done again.
---@param items hum.edit.Item[]
---@param rows string[]
---@return table<integer, hum.edit.Placed>
local function partly(items, rows)
  local placed, sites = found(items, rows, function(site) return site.was end)
  local again, more = found(items, rows, function(site, i)
    if placed[i] then return site.was end
    return site.was == 'new' and 'old' or 'new'
  end)
  return more > sites and again or placed
end

-- ---- what that makes -------------------------------------------------------------------------

---@class hum.edit.Builder
---@field items hum.edit.Item[]
---@field rows string[]
---@field pieces hum.edit.Piece[]
---@field edges hum.edit.Edges
local Builder = {}
Builder.__index = Builder

function Builder:add(piece)
  local last = self.pieces[#self.pieces]
  if piece.n == 0 and piece.r == 0 and not piece.site then return end
  if last and last.kind == piece.kind and piece.kind ~= 'site' then
    last.n, last.r = last.n + piece.n, last.r + piece.r
  else
    self.pieces[#self.pieces + 1] = piece
  end
end

---@param site hum.edit.Site
---@param rows integer
---@param content 'old'|'new'|'other'
function Builder:add_site(site, rows, content)
  self:add({ kind = 'site', n = site.n, r = rows, site = site, content = content })
end

---@param rows integer
function Builder:add_rows(rows) self:add({ kind = 'other', n = 0, r = rows }) end

--- A hunk all of whose neighbours are there: the rows between them are its own.
---@param site hum.edit.Site
---@param from integer
---@param to integer  the row behind
function Builder:between(site, from, to)
  local room = to - from
  for _, content in ipairs(exact.contents(site)) do
    if #content[2] == room and exact.stands(self.rows, from, content[2]) then
      return self:add_site(site, room, content[1])
    end
  end
  for _, content in ipairs(exact.contents(site)) do
    local n = #content[2]
    if n > 0 and n < room and exact.stands(self.rows, from, content[2]) then
      self:add_site(site, n, content[1])
      return self:add_rows(room - n)
    elseif n > 0 and n < room and exact.stands(self.rows, to - n, content[2]) then
      self:add_rows(room - n)
      return self:add_site(site, n, content[1])
    end
  end
  if #exact.expected(site) > 0 then return self:add_site(site, room, 'other') end
  -- Nothing stood there, and what stands there now is the user's; at the top of the range it stands above it.
  local edges = self.edges
  local is_above = #self.pieces == 0 and edges.top and (edges.above or not edges.bottom)
  if is_above then self:add_rows(room) end
  self:add_site(site, 0, site.was)
  if not is_above then self:add_rows(room) end
end

--- In a larger gap (items by rows) hunks are not looked for one by one.
local SEARCHED = 20000

--- The only place of lines that tell something.
---@param lines string[]
---@param from integer
---@param to integer  the row behind
---@return integer|nil row
function Builder:only(lines, from, to)
  local place
  for row = from, telling(lines) and to - #lines or -1 do
    if exact.stands(self.rows, row, lines) then
      if place then return nil end
      place = row
    end
  end
  return place
end

--- A hunk that stands among the rows as it was or as it is to be, whatever became of the lines around it.
---@param first integer
---@param last integer
---@param from integer
---@param to integer  the row behind
---@return boolean
function Builder:among(first, last, from, to)
  if (last - first) * (to - from) > SEARCHED then return false end
  for i = first, last do
    local site = self.items[i]
    for _, content in ipairs(type(site) == 'table' and exact.contents(site) or {}) do
      local row = self:only(content[2], from, to)
      if row then
        self:gap(first, i - 1, from, row)
        self:add_site(site --[[@as hum.edit.Site]], #content[2], content[1])
        self:gap(i + 1, last, row + #content[2], to)
        return true
      end
    end
  end
  return false
end

--- Items that were not found, and the rows in whose place they are looked for.
---@param first integer
---@param last integer
---@param from integer
---@param to integer  the row behind
function Builder:gap(first, last, from, to)
  local items = self.items
  if first > last then return self:add_rows(to - from) end
  if first == last and type(items[first]) == 'table' then return self:between(items[first], from, to) end
  if self:among(first, last, from, to) then return end
  local left = to - from
  for i = first, last do
    local item = items[i]
    if type(item) == 'string' then
      self:add({ kind = 'other', n = 1, r = left })
      left = 0
    else
      -- What has a neighbour, and has no lines itself, has a place.
      local has_place = (i == first or i == last) and #exact.expected(item) == 0
      if i == last then
        self:add_rows(left)
        left = 0
      end
      -- Of lines that were taken away nothing is left to be found.
      local is_taken = #item.new == 0 and self.edges.taken(item)
      self:add_site(item, 0, has_place and item.was or is_taken and 'new' or 'other')
    end
  end
  self:add_rows(left)
end

---@param placed table<integer, hum.edit.Placed>
---@param first integer
---@param last integer
---@param row integer
---@param stop integer  the row behind
---@return hum.edit.Piece[]
function Builder:build(placed, first, last, row, stop)
  local begin = first
  for i = first, last do
    local one, item = placed[i], self.items[i]
    if one then
      if begin < i or one.row > row then self:gap(begin, i - 1, row, one.row) end
      if type(item) == 'string' then
        self:add({ kind = 'same', n = 1, r = 1 })
      else
        self:add_site(item, one.rows, one.content or item.was)
      end
      begin, row = i + 1, one.row + one.rows
    end
  end
  self:gap(begin, last, row, stop)
  return self.pieces
end

--- Finds the items in the rows. Lines that stood above and below may be among the rows.
---@param above string[]
---@param items hum.edit.Item[]
---@param below string[]
---@param rows string[]
---@param edges hum.edit.Edges
---@return hum.edit.Piece[] pieces
---@return integer shed_above  so many rows at the top are not of the items
---@return integer shed_below  likewise at the bottom
function M.resolve(above, items, below, rows, edges)
  local all = vim.list_extend(vim.list_extend(vim.list_extend({}, above), items), below)
  local placed = exact.wholly(all, rows, edges) or partly(all, rows)
  local row, stop = 0, #rows
  for i = 1, #above do
    row = placed[i] and placed[i].row + 1 or row
  end
  for i = #all, #all - #below + 1, -1 do
    stop = placed[i] and placed[i].row or stop
  end
  local builder = setmetatable({ items = all, rows = rows, pieces = {}, edges = edges }, Builder)
  return builder:build(placed, #above + 1, #all - #below, row, stop), row, #rows - stop
end

return M
