-- Where the old lines of an edit are now, and whether its hunks stand there as they were: pure, but for a function that
-- reads rows. A change of the buffer costs a walk over the pieces; rows are read and compared when somebody asks.
local exact = require('hum.edit.exact')
local match = require('hum.edit.match')
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
  return setmetatable({
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
  }, Track)
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

-- ---- looking ---------------------------------------------------------------------------------

--- What a dirty piece is made of.
---@param piece hum.edit.Piece
---@param first integer  its first old line
---@return hum.edit.Item[]
function Track:items(piece, first)
  local sites = piece.sites --[[@as hum.edit.Site[] ]]
  local items, i = {}, first ---@type hum.edit.Item[], integer
  for _, site in ipairs(sites) do
    vim.list_extend(items, self.old, i, site.from - 1)
    items[#items + 1] = site
    i = site.from + site.n
  end
  return vim.list_extend(items, self.old, i, first + piece.n - 1)
end

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

--- What is known of the edges of a piece. A hunk that was accepted is there until the buffer goes back behind that;
--- one that was not is not there.
---@param is_first boolean
---@param is_last boolean
---@return hum.edit.Edges
function Track:edges(is_first, is_last)
  local now = self.changenr()
  local knows = not self.strange
  local function taken(site) return site.mark ~= nil and now >= site.mark end
  return {
    top = is_first,
    bottom = is_last,
    open_above = is_first and self.open_above,
    open_below = is_last and self.open_below,
    above = self.side ~= 'below',
    taken = taken,
    firm = function(site) return knows and taken(site) == (site.was == 'new') end,
  }
end

---@param piece hum.edit.Piece  a dirty one
---@param first integer    its first old line
---@param row integer      its first row
---@param is_first boolean
---@param is_last boolean
---@return hum.edit.Piece[] pieces
---@return integer above  rows that do not belong to the range
---@return integer below
function Track:look(piece, first, row, is_first, is_last)
  local above, below = is_first and self.above or 0, is_last and self.below or 0
  local before = vim.list_slice(self.before, math.max(#self.before - above, 0) + 1)
  local after = vim.list_slice(self.after, 1, below)
  local rows = self.read(row, row + piece.r)
  local items, edges = self:items(piece, first), self:edges(is_first, is_last)
  local pieces, shed_above, shed_below
  if is_first and is_last and rows[1] == '' and self.count() == 1 and exact.fits(items, {}) then
    -- A buffer is never without a row.
    pieces, shed_above, shed_below = match.resolve({}, items, {}, {}, edges), 0, 1
    self.emptied = true
  else
    pieces, shed_above, shed_below = match.resolve(before, items, after, rows, edges)
  end
  if is_first and shed_above > 0 then self.above = 0 end
  if is_last and shed_below > 0 then self.below = 0 end
  for _, one in ipairs(pieces) do
    if one.site then
      one.site.content = one.content
      one.site.was = one.content ~= 'other' and one.content or one.site.was
      if self.strange then one.site.mark = one.content == 'new' and self.changenr() or nil end
    end
  end
  return pieces, shed_above, shed_below
end

--- Looks at what was changed.
---@return boolean  something was
function Track:settle()
  if self.waits then return false end
  self:catch_up()
  if self.total ~= self.count() then self:lost() end
  if not self.dirty then
    local shifted = self.shifted
    if shifted then self:place() end
    return shifted
  end
  local out, first, row, pieces = {}, 1, self.top, parts.clusters(self.pieces)
  for i, piece in ipairs(pieces) do
    local n, r = piece.n, piece.r
    if piece.kind == 'dirty' then
      local found, above, below = self:look(piece, first, row, i == 1, i == #pieces)
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
  self:place()
  return true
end

-- ---- hunks -----------------------------------------------------------------------------------

--- A hunk is to be followed. They may come in any order, and do not overlap.
---@param site hum.edit.Site
function Track:add(site)
  site.was, site.content, site.rows = 'old', 'old', site.n
  self.waits = false
  local last = #self.old + 1 -- the old line behind the piece
  for i = #self.pieces, 1, -1 do
    local piece = self.pieces[i]
    local first = last - piece.n
    if piece.kind == 'same' and first <= site.from and site.from + site.n <= last then
      return self:split(i, site, site.from - first)
    elseif last < site.from then
      break
    end
    last = first
  end
  self.pieces, self.dirty = parts.open(self.pieces, site), true
end

--- Puts a hunk into lines that are there as they were.
---@param i integer
---@param site hum.edit.Site
---@param head integer  so many old lines of the piece are above it
function Track:split(i, site, head)
  local row = self.top + self.rows
  for k = #self.pieces, i, -1 do
    row = row - self.pieces[k].r
  end
  site.row = row + head
  local tail = self.pieces[i].n - head - site.n
  table.remove(self.pieces, i)
  if tail > 0 then table.insert(self.pieces, i, { kind = 'same', n = tail, r = tail }) end
  table.insert(self.pieces, i, { kind = 'site', n = site.n, r = site.n, site = site })
  if head > 0 then table.insert(self.pieces, i, { kind = 'same', n = head, r = head }) end
end

--- hum itself has put the one content of hunks in the place of the other.
---@param sites table<hum.edit.Site, 'old'|'new'>
function Track:turn(sites)
  for _, piece in ipairs(self.pieces) do
    local content = piece.site and sites[piece.site]
    if content then
      local site = piece.site --[[@as hum.edit.Site]]
      local lines = content == 'new' and site.new or site.old
      local grown = #lines - piece.r
      piece.r, self.rows, self.total = #lines, self.rows + grown, self.total + grown
      site.content, site.was = content, content
      if content == 'new' then site.mark = self.changenr() end
    end
  end
  -- A buffer is never without a row.
  if self.total == 0 then
    self.total, self.emptied = 1, true
  end
  self:place()
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
