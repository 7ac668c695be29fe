-- Where lines stand in rows of a buffer that were changed: pure. Some of the lines are hunks, which stand there as they
-- were (old) or as the model wants them (new); only what is in the rows tells. So undo, redo, `:e!`, a formatter and an
-- edit of the user's are one and the same case.
local linediff = require('hum.linediff')

local M = {}

---@class hum.edit.Site  a hunk as its place is followed
---@field from integer  the line of the old text at which it begins, from 1
---@field n integer     so many old lines
---@field old string[]
---@field new string[]
---@field was 'old'|'new'  what stood there last of these two
---@field content 'old'|'new'|'other'  what stands there
---@field mark? integer  changenr() when it was accepted
---@field row integer   where, from 0
---@field rows integer  so many rows

---@class hum.edit.Piece  old lines, and the rows that are there for them now
---@field kind 'same'|'site'|'other'|'dirty'  "other": rows of the user's; "dirty": not looked at yet
---@field n integer  old lines
---@field r integer  rows
---@field site? hum.edit.Site
---@field sites? hum.edit.Site[]  of a dirty one
---@field content? 'old'|'new'|'other'  of a site

---@alias hum.edit.Item string|hum.edit.Site  an old line, or a hunk

---@class hum.edit.Placed
---@field row integer  from 0
---@field rows integer
---@field content? 'old'|'new'|'other'  of a site

---@param rows string[]
---@param at integer  from 0
---@param lines string[]
---@return boolean
local function stands(rows, at, lines)
  if at < 0 or at + #lines > #rows then return false end
  for i, line in ipairs(lines) do
    if rows[at + i] ~= line then return false end
  end
  return true
end

---@param site hum.edit.Site
---@return string[]
local function expected(site) return site.was == 'new' and site.new or site.old end

--- Both contents, the one that stood there last in front.
---@param site hum.edit.Site
---@return { [1]: 'old'|'new', [2]: string[] }[]
local function contents(site)
  local old, new = { 'old', site.old }, { 'new', site.new }
  return site.was == 'new' and { new, old } or { old, new }
end

-- ---- all of it is there, each hunk in one of its forms ---------------------------------------

---@class hum.edit.Edges  what is known of the rows beside the items
---@field top boolean     the first of the items is the first of the range
---@field bottom boolean  likewise at the end
---@field open_above boolean  rows may have come in above it
---@field open_below boolean
---@field above boolean   rows that may be above or below an empty range are above
---@field firm fun(site: hum.edit.Site): boolean  nothing says that its content is another now

--- Rows at which items may end, each with the row at which the first of them begins then.
---@alias hum.edit.Ends table<integer, integer>

--- Items may end there. If rows above are allowed, the items are to take as many rows as they can.
---@param ends hum.edit.Ends
---@param at integer
---@param begin integer
---@return boolean
local function reach(ends, at, begin)
  if ends[at] and ends[at] <= begin then return false end
  ends[at] = begin
  return true
end

---@param line string
---@param rows string[]
---@param before hum.edit.Ends
---@return hum.edit.Ends
local function past_line(line, rows, before)
  local after = {}
  for at, begin in pairs(before) do
    if rows[at + 1] == line then after[at + 1] = begin end
  end
  return after
end

---@param site hum.edit.Site
---@param rows string[]
---@param before hum.edit.Ends
---@param is_firm boolean  only what stood there last
---@return hum.edit.Ends
---@return table<integer, { [1]: integer, [2]: 'old'|'new' }> from  by end: where it begins, and what it is
local function past_site(site, rows, before, is_firm)
  local after, from = {}, {}
  for i, content in ipairs(contents(site)) do
    for at, begin in pairs((i == 1 or not is_firm) and before or {}) do
      local to = at + #content[2]
      if stands(rows, at, content[2]) and reach(after, to, begin) then from[to] = { at, content[1] } end
    end
  end
  return after, from
end

--- The rows are the items, and nothing else but rows at open edges.
---@param items hum.edit.Item[]
---@param rows string[]
---@param top boolean     rows above are allowed
---@param bottom boolean  rows below are
---@param firm fun(site: hum.edit.Site): boolean
---@return table<integer, hum.edit.Placed>|nil  by index of the item
local function exactly(items, rows, top, bottom, firm)
  local ends, from = {}, {}
  for at = 0, top and #rows or 0 do
    ends[at] = at
  end
  for i, item in ipairs(items) do
    if type(item) == 'string' then
      ends = past_line(item, rows, ends)
    else
      ends, from[i] = past_site(item, rows, ends, firm(item))
    end
    if not next(ends) then return end
  end
  local at = #rows
  if bottom then at = math.max(unpack(vim.tbl_keys(ends))) end
  if not ends[at] then return end
  local placed = {}
  for i = #items, 1, -1 do
    local one = from[i] and from[i][at] or { at - 1 }
    placed[i] = { row = one[1], rows = at - one[1], content = one[2] }
    at = one[1]
  end
  return placed
end

local function never() return false end

---@param placed table<integer, hum.edit.Placed>|nil
---@param count integer  of items
---@return table<integer, hum.edit.Placed>|nil  unless they have no rows at all
local function with_rows(placed, count)
  local last = placed and placed[count]
  return last and placed and last.row + last.rows > placed[1].row and placed or nil
end

---@param items hum.edit.Item[]
---@param rows string[]
---@param edges hum.edit.Edges
---@return table<integer, hum.edit.Placed>|nil
local function wholly(items, rows, edges)
  local placed = exactly(items, rows, false, false, edges.firm)
  -- Of what came in at an edge, nobody knows whose it is; a hunk there is not made of it if nothing says so.
  local above = edges.above or not edges.bottom
  if not placed and edges.open_above and above then placed = exactly(items, rows, true, false, edges.firm) end
  if not placed and edges.open_below then placed = exactly(items, rows, false, true, edges.firm) end
  placed = placed or exactly(items, rows, false, false, never)
  if not placed and (edges.top or edges.bottom) then
    placed = with_rows(exactly(items, rows, edges.top, edges.bottom, never), #items)
  end
  return placed
end

-- ---- some of it is there ---------------------------------------------------------------------

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
    vim.list_extend(lines, type(item) == 'string' and { item } or item[content(item, i)])
  end
  first[#items + 1] = #lines + 1
  local map, placed, sites = matched(lines, rows), {}, 0
  for i, item in ipairs(items) do
    local a, b = first[i], first[i + 1] - 1
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
  for _, content in ipairs(contents(site)) do
    if #content[2] == room and stands(self.rows, from, content[2]) then return self:add_site(site, room, content[1]) end
  end
  for _, content in ipairs(contents(site)) do
    local n = #content[2]
    if n > 0 and n < room and stands(self.rows, from, content[2]) then
      self:add_site(site, n, content[1])
      return self:add_rows(room - n)
    elseif n > 0 and n < room and stands(self.rows, to - n, content[2]) then
      self:add_rows(room - n)
      return self:add_site(site, n, content[1])
    end
  end
  if #expected(site) > 0 then return self:add_site(site, room, 'other') end
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
    if stands(self.rows, row, lines) then
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
    for _, content in ipairs(type(site) == 'table' and contents(site) or {}) do
      local row = self:only(content[2], from, to)
      if row then
        self:gap(first, i - 1, from, row)
        self:add_site(site, #content[2], content[1])
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
      local has_place = (i == first or i == last) and #expected(item) == 0
      if i == last then
        self:add_rows(left)
        left = 0
      end
      self:add_site(item, 0, has_place and item.was or 'other')
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
        self:add_site(item, one.rows, one.content)
      end
      begin, row = i + 1, one.row + one.rows
    end
  end
  self:gap(begin, last, row, stop)
  return self.pieces
end

--- Are the rows the items, and nothing else?
---@param items hum.edit.Item[]
---@param rows string[]
---@return boolean
function M.fits(items, rows) return exactly(items, rows, false, false, never) ~= nil end

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
  local placed = wholly(all, rows, edges) or partly(all, rows)
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
