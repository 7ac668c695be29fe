-- What a range was after each change of its buffer: undo and redo bring the rows back, and with them what was known of
-- them. Pure. Pieces that are kept here are never changed any more.
local exact = require('hum.edit.exact')

---@class hum.edit.State
---@field pieces hum.edit.Piece[]
---@field top integer
---@field rows integer
---@field total integer
---@field above integer
---@field below integer
---@field open_above boolean
---@field open_below boolean
---@field emptied boolean
---@field count integer  so many hunks had come
local State = {}
State.__index = State

---@class hum.edit.Past
---@field states table<integer, hum.edit.State>  by changenr()
---@field numbers integer[]  the oldest first
---@field newest integer
local Past = {}
Past.__index = Past

--- So many states are known.
local MOST = 100

---@param number integer  changenr() of the buffer
---@param track hum.edit.Track
function Past:keep(number, track)
  if not self.states[number] then
    table.insert(self.numbers, number)
    if #self.numbers > MOST then self.states[table.remove(self.numbers, 1)] = nil end
  end
  self.states[number] = setmetatable({
    pieces = track.pieces,
    top = track.top,
    rows = track.rows,
    total = track.total,
    above = track.above,
    below = track.below,
    open_above = track.open_above,
    open_below = track.open_below,
    emptied = track.emptied,
    count = #track.sites,
  }, State)
  self.newest = math.max(self.newest, number)
end

--- Makes it what is known now.
---@param track hum.edit.Track
---@param number integer  changenr() of the buffer
function State:bring_back(track, number)
  track.pieces, track.top, track.rows, track.total = self.pieces, self.top, self.rows, self.total
  track.above, track.below, track.emptied = self.above, self.below, self.emptied
  track.open_above, track.open_below = self.open_above, self.open_below
  for _, piece in ipairs(self.pieces) do
    local site = piece.site
    if site then
      site.content, site.was = piece.content, piece.was
      if site.was == 'new' then site.mark = math.min(site.mark or number, number) end
    end
  end
end

--- Do rows hold what is known of a state? Of rows of the user's, their number is.
---@param state hum.edit.State
---@param old string[]
---@param rows string[]
---@return boolean
local function holds(state, old, rows)
  local line, row = 0, 0
  for _, piece in ipairs(state.pieces) do
    if piece.kind == 'same' then
      for i = 1, piece.n do
        if rows[row + i] ~= old[line + i] then return false end
      end
    elseif piece.site and piece.content ~= 'other' then
      if not exact.stands(rows, row, piece.content == 'new' and piece.site.new or piece.site.old) then return false end
    end
    line, row = line + piece.n, row + piece.r
  end
  return row == #rows
end

--- The state of a number, if the buffer is in it: a number may have become another's.
---@param number integer
---@param old string[]
---@param total integer  rows of the buffer
---@param read fun(first: integer, last: integer): string[]
---@return hum.edit.State|nil
function Past:find(number, old, total, read)
  local state = self.states[number]
  if not state or state.total ~= total then return end
  if state.emptied and read(0, 1)[1] ~= '' then return end
  return holds(state, old, read(state.top, state.top + state.rows)) and state or nil
end

---@return hum.edit.Past
local function new() return setmetatable({ states = {}, numbers = {}, newest = -1 }, Past) end

return { new = new }
