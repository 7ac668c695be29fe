-- Where the old lines of an edit are now, and whether its hunks stand there as they were: pure, but for a function that
-- reads rows. A change of the buffer costs a walk over the pieces; rows are read and compared when somebody asks.
local looking = require('hum.edit.looking')
local new_past = require('hum.edit.past').new
local parts = require('hum.edit.pieces')

---@class hum.edit.Track
---@field old string[]
---@field top integer      the first row of the range, from 0
---@field rows integer     of the range
---@field pieces hum.edit.Piece[]  together they are the old lines, and the rows of the range
---@field total integer    rows of the buffer, as far as changes tell
---@field before string[]  lines that stood above the range
---@field after string[]   and below it
---@field above integer    so many rows from above were changed together with the first piece
---@field below integer    likewise with the last
---@field open_above boolean  rows of the first piece may be others'
---@field open_below boolean  likewise of the last
---@field dirty boolean    there are dirty pieces
---@field shifted boolean  the range has moved as a whole
---@field emptied boolean  the range has no rows, and the buffer's only one is not of it
---@field read fun(first: integer, last: integer): string[]
---@field count fun(): integer
---@field changenr fun(): integer
---@field side? 'above'|'below'  where a change beside the range was last
---@field noted { [1]: integer, [2]: integer, [3]: integer }[]  changes that are not looked at yet
---@field hull? { first: integer, last: integer, now: integer }  all of them as one: rows first to last are now others
---@field waits boolean    for hunks that stand there already
---@field strange boolean  nothing is known of how the rows came
---@field past hum.edit.Past
---@field number integer   changenr() of the state that was kept last
---@field kept boolean     the list of pieces is kept, too, and must not be changed
---@field sites hum.edit.Site[]  by when they came
local Track = {}
Track.__index = Track

---@class hum.edit.TrackOpts
---@field old string[]
---@field top integer
---@field rows? integer   if other lines stand there than the old ones
---@field before? string[]
---@field after? string[]
---@field read fun(first: integer, last: integer): string[]  rows from 0, the last excluded
---@field count fun(): integer
---@field changenr fun(): integer  of the buffer

---@param opts hum.edit.TrackOpts
---@return hum.edit.Track
local function new(opts)
  local n = #opts.old
  local piece = opts.rows and { kind = 'dirty', n = n, r = opts.rows, sites = {} } or { kind = 'same', n = n, r = n }
  local track = setmetatable({
    old = opts.old,
    top = opts.top,
    rows = opts.rows or n,
    pieces = (n > 0 or opts.rows) and { piece } or {},
    total = opts.count(),
    before = opts.before or {},
    after = opts.after or {},
    above = 0,
    below = 0,
    open_above = false,
    open_below = false,
    dirty = opts.rows ~= nil,
    shifted = false,
    emptied = false,
    read = opts.read,
    count = opts.count,
    changenr = opts.changenr,
    strange = opts.rows ~= nil,
    waits = opts.rows ~= nil,
    noted = {},
    past = new_past(),
    number = -1,
    kept = false,
    sites = {},
  }, Track)
  if not track.dirty then track:keep() end
  return track
end

--- So many changes are looked at one by one.
local MOST = 16

-- ---- changes ---------------------------------------------------------------------------------

--- May rows that come in at an edge belong to the range? Those of an empty one that has no hunk yet never do.
---@param edge 'above'|'below'
---@return boolean
function Track:is_open(edge)
  if #self.pieces == 0 then return edge == 'above' and self.side == 'below' end
  return parts.is_loose(self.pieces[edge == 'above' and 1 or #self.pieces])
end

--- Rows of the buffer have become others.
---@param first integer
---@param last integer  excluded
---@param n integer  so many there are now
function Track:changed(first, last, n)
  local top, bottom, delta = self.top, self.top + self.rows, n - (last - first)
  self.total = self.total + delta
  local inserts = first == last
  if self.emptied then
    return self:lost()
  elseif last <= top and not (inserts and first == top and self:is_open('above')) then
    self.top, self.shifted = top + delta, self.shifted or delta ~= 0
    self.side = last == top and not inserts and 'above' or self.side
    return
  elseif first >= bottom and not (inserts and first == bottom and self:is_open('below')) then
    self.side = first == bottom and not inserts and 'below' or self.side
    return
  end
  self.above = self.above + math.max(top - first, 0)
  self.below = self.below + math.max(last - bottom, 0)
  self.open_above = self.open_above or first < top or inserts and first == top
  self.open_below = self.open_below or last > bottom or inserts and first == bottom
  local from, to = math.max(first, top), math.min(last, bottom)
  self.pieces = parts.damage(self.pieces, from - top, to - top, n)
  self.top, self.rows, self.dirty = math.min(first, top), self.rows - (to - from) + n, true
end

--- Takes a change of the buffer. It is looked at when somebody asks: undo of many hunks is many changes.
---@param first integer
---@param last integer  excluded
---@param n integer  so many rows there are now
function Track:note(first, last, n)
  if #self.noted < MOST then table.insert(self.noted, { first, last, n }) end
  local hull = self.hull or { first = first, last = last, now = last }
  hull.first = math.min(hull.first, first)
  local more = math.max(last - hull.now, 0)
  hull.last, hull.now = hull.last + more, hull.now + more + n - (last - first)
  self.hull = hull
end

--- Brings the pieces up to date with what was noted: change by change, or as one if there are many.
function Track:catch_up()
  local noted, hull = self.noted, self.hull
  if not hull then return end
  self.noted, self.hull = {}, nil
  -- All of it was gone: it may come back anywhere.
  if self.rows == 0 and #vim.tbl_filter(parts.is_strange, self.pieces) > 0 then return self:lost() end
  if #noted == MOST then noted = { { hull.first, hull.last, hull.now - hull.first } } end
  for _, one in ipairs(noted) do
    self:changed(one[1], one[2], one[3])
    if self.strange then return end
  end
end

--- Nothing is known of the rows any more.
function Track:lost()
  local gap = parts.hole()
  self.noted, self.hull = {}, nil
  for _, piece in ipairs(self.pieces) do
    parts.swallow(gap, piece)
  end
  self.total, self.emptied = self.count(), false
  gap.r = self.total
  self.pieces, self.top, self.rows, self.dirty, self.strange = { gap }, 0, gap.r, true, true
  self.above, self.below, self.open_above, self.open_below = #self.before, #self.after, true, true
end

-- ---- states of the buffer --------------------------------------------------------------------

--- What is known now is known again when undo or redo bring this state back.
function Track:keep()
  self.number, self.kept = self.changenr(), true
  self.past:keep(self.number, self)
end

--- Is the buffer in a state that is known? Hunks that have come since are looked for in it.
---@return boolean
function Track:recall()
  local number = self.changenr()
  if number == self.number then return false end
  local state = self.past:find(number, self.old, self.count(), self.read)
  if not state then return false end
  self.noted, self.hull = {}, nil
  self.kept, self.dirty, self.strange, self.shifted = true, false, false, false
  state:bring_back(self, number)
  for i = state.count + 1, #self.sites do
    self:put(self.sites[i])
  end
  return true
end

-- ---- looking ---------------------------------------------------------------------------------

--- Rows at the edges that are there for no old line are none of the range.
function Track:shed()
  local pieces = self.pieces
  local function is_foreign(piece) return piece ~= nil and piece.kind == 'other' and piece.n == 0 end
  while is_foreign(pieces[1]) do
    self.top, self.rows = self.top + pieces[1].r, self.rows - pieces[1].r
    table.remove(pieces, 1)
  end
  while is_foreign(pieces[#pieces]) do
    self.rows = self.rows - table.remove(pieces).r
  end
end

--- Tells each hunk where it stands.
function Track:place()
  local row = self.top
  self.shifted = false
  for _, piece in ipairs(self.pieces) do
    if piece.site then
      piece.site.row, piece.site.rows = row, piece.r
    end
    row = row + piece.r
  end
end

--- Looks at the dirty pieces.
function Track:look()
  local out, first, row, pieces = {}, 1, self.top, parts.clusters(self.pieces)
  for i, piece in ipairs(pieces) do
    local n, r = piece.n, piece.r
    if piece.kind == 'dirty' then
      local found, above, below = looking.look(self, piece, first, row, i == 1, i == #pieces)
      self.top, self.rows = self.top + above, self.rows - above - below
      for _, one in ipairs(found) do
        parts.push(out, one)
      end
    else
      parts.push(out, piece)
    end
    first, row = first + n, row + r
  end
  self.pieces, self.dirty, self.strange = out, false, false
  self:shed()
  local count = #self.pieces
  if parts.is_sound(self.pieces, 1, count, 1) then
    self.above, self.open_above = 0, false
  end
  if parts.is_sound(self.pieces, count, 1, -1) then
    self.below, self.open_below = 0, false
  end
end

--- Brings places and contents up to date.
---@return boolean  something is another now
function Track:settle()
  if self.waits then return false end
  local was_changed = self.hull ~= nil
  if not ((was_changed or self.strange) and self:recall()) then
    self:catch_up()
    if self.total ~= self.count() then self:lost() end
    if not self.dirty and not self.shifted then
      if was_changed then self:keep() end
      return false
    end
  end
  if self.dirty then self:look() end
  self:place()
  self:keep()
  return true
end

-- ---- hunks -----------------------------------------------------------------------------------

--- A hunk is to be followed. They may come in any order, and do not overlap.
---@param site hum.edit.Site
function Track:add(site)
  self.waits = false
  table.insert(self.sites, site)
  self:put(site)
end

--- Puts a hunk to its old lines.
---@param site hum.edit.Site
function Track:put(site)
  site.was, site.content, site.rows = 'old', 'old', site.n
  if self.kept then
    self.pieces, self.kept = vim.list_slice(self.pieces), false
  end
  local last, row = #self.old + 1, self.top + self.rows -- the old line behind the piece, and its row
  for i = #self.pieces, 1, -1 do
    local piece = self.pieces[i]
    local first = last - piece.n
    row = row - piece.r
    if piece.kind == 'same' and first <= site.from and site.from + site.n <= last then
      site.row = row + site.from - first
      return parts.split(self.pieces, i, site, site.from - first)
    elseif last < site.from then
      break
    end
    last = first
  end
  self.pieces, self.dirty = parts.open(self.pieces, site), true
end

--- hum itself has put the one content of hunks in the place of the other.
---@param sites table<hum.edit.Site, 'old'|'new'>
function Track:turn(sites)
  local pieces, grown = parts.turn(self.pieces, sites)
  self.pieces, self.rows, self.total = pieces, self.rows + grown, self.total + grown
  for site, content in pairs(sites) do
    site.content, site.was = content, content
    if content == 'new' then site.mark = self.changenr() end
  end
  -- A buffer is never without a row.
  if self.total == 0 then
    self.total, self.emptied = 1, true
  end
  self:place()
  self:keep()
end

--- Where an old line is now, or would be.
---@param i integer  from 1; one more than there are lines: the row behind the range
---@return integer row  from 0
function Track:row_of(i)
  local last, row = #self.old + 1, self.top + self.rows
  for k = #self.pieces, 1, -1 do
    local piece = self.pieces[k]
    last, row = last - piece.n, row - piece.r
    if i >= last then return row + math.min(i - last, piece.r) end
  end
  return self.top
end

return { new = new }
