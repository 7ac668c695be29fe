-- Looks at a dirty piece of a track: which of its old lines and hunks its rows are.
local exact = require('hum.edit.exact')
local match = require('hum.edit.match')

local M = {}

--- What a piece is made of.
---@param old string[]
---@param piece hum.edit.Piece
---@param first integer  its first old line
---@return hum.edit.Item[]
local function items_of(old, piece, first)
  local sites = piece.sites --[[@as hum.edit.Site[] ]]
  local items, i = {}, first ---@type hum.edit.Item[], integer
  for _, site in ipairs(sites) do
    vim.list_extend(items, old, i, site.from - 1)
    items[#items + 1] = site
    i = site.from + site.n
  end
  return vim.list_extend(items, old, i, first + piece.n - 1)
end

--- What is known of the edges of a piece. A hunk that was accepted is there until the buffer goes back behind that;
--- one that was not is not there. A change that is new leaves both as they were.
---@param track hum.edit.Track
---@param is_first boolean
---@param is_last boolean
---@return hum.edit.Edges
local function edges_of(track, is_first, is_last)
  local now = track.changenr()
  local knows, is_new = not track.strange, now > track.past.newest
  local function taken(site)
    if is_new and knows then return site.was == 'new' end
    return site.mark ~= nil and now >= site.mark
  end
  return {
    top = is_first,
    bottom = is_last,
    open_above = is_first and track.open_above,
    open_below = is_last and track.open_below,
    above = track.side ~= 'below',
    taken = taken,
    firm = function(site) return knows and taken(site) == (site.was == 'new') end,
  }
end

---@param track hum.edit.Track
---@param piece hum.edit.Piece  a dirty one
---@param first integer    its first old line
---@param row integer      its first row
---@param is_first boolean
---@param is_last boolean
---@return hum.edit.Piece[] pieces
---@return integer above  rows that do not belong to the range
---@return integer below
function M.look(track, piece, first, row, is_first, is_last)
  local above, below = is_first and track.above or 0, is_last and track.below or 0
  local before = vim.list_slice(track.before, math.max(#track.before - above, 0) + 1)
  local after = vim.list_slice(track.after, 1, below)
  local rows = track.read(row, row + piece.r)
  local items, edges = items_of(track.old, piece, first), edges_of(track, is_first, is_last)
  local pieces, shed_above, shed_below
  if is_first and is_last and rows[1] == '' and track.count() == 1 and exact.fits(items, {}) then
    -- A buffer is never without a row.
    pieces, shed_above, shed_below = match.resolve({}, items, {}, {}, edges), 0, 1
    track.emptied = true
  else
    pieces, shed_above, shed_below = match.resolve(before, items, after, rows, edges)
  end
  if is_first and shed_above > 0 then track.above = 0 end
  if is_last and shed_below > 0 then track.below = 0 end
  for _, one in ipairs(pieces) do
    local site = one.site
    if site then
      site.content = one.content
      site.was = one.content ~= 'other' and one.content or site.was
      one.was = site.was
      if track.strange then site.mark = one.content == 'new' and track.changenr() or nil end
    end
  end
  return pieces, shed_above, shed_below
end

return M
