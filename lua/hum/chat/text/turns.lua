-- The turns of a chat's buffer, read once and kept: what a send costs does not grow with what was said before.
--
-- Kept are the turns that have ended: all but the last, which is read whenever it is asked for. A change costs O(1):
-- `on_lines` only notes the rows between which the text is no longer known. The turns above them stay; those below are
-- taken up again, moved, once reading meets one of their headings, since what a turn is does not depend on what came
-- before its heading. A chat that was opened, and a reply that has ended, are read ahead in slices.
local read = require('hum.chat.text.read')
local scan = require('hum.chat.text.scan')

local M = {}

--- Lines read at a time, and in one slice: a slice takes 1 to 3 ms, and the lines of a chunk are soon forgotten.
local CHUNK, SLICE, ALL = 500, 2000, 2 ^ 31
--- From one slice to the next, in ms.
local PAUSE = 5

---@class hum.TurnsChange  rows in the text as the turns have it
---@field first integer
---@field last integer   the first row behind what was changed
---@field shift integer  rows from `last` on are now so many rows further down

---@class hum.Turns
---@field buf integer
---@field scan hum.Scan     that tells of its changes
---@field front? hum.Front
---@field turns hum.Turn[]   that have ended
---@field known integer      row of the heading below them, or 0: from there on nothing is known
---@field changed? hum.TurnsChange  not below `known`
---@field reader? hum.Reader  has read on from `known`
---@field ahead boolean       a slice is on its way
---@field on_read? fun(text: hum.ChatText)  called once, when all is read

local kept = {} ---@type table<integer, hum.Turns>

---@param buf integer
---@param first integer
---@param old_last integer
---@param new_last integer
local function on_lines(buf, first, old_last, new_last)
  local t = kept[buf]
  if not t then return end
  if t.reader and first < t.reader.row then t.reader = nil end
  local change = t.changed
  if not change then
    if first <= t.known and t.known > 0 then
      t.changed = { first = first, last = old_last, shift = new_last - old_last }
    end
    return
  end
  local shift, known = change.shift, t.known
  if first > (change.last <= known and known + shift or change.first) then return end
  change.first = math.min(change.first, first)
  change.last = math.max(change.last, old_last - shift)
  change.shift = shift + new_last - old_last
end

---@generic T
---@param list T[]  turns, or what else stands in order
---@param is_behind fun(one: T): boolean  true for all from one on
---@return integer  index of the first such, or #list + 1
function M.first_of(list, is_behind)
  local low, high = 1, #list + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if is_behind(list[middle]) then
      high = middle
    else
      low = middle + 1
    end
  end
  return low
end

--- Reads lines until the text, the budget or a heading ends it.
---@param t hum.Turns
---@param r hum.Reader
---@param budget integer
---@param stop? fun(row: integer): boolean
---@return boolean stopped
---@return integer left  of the budget; 0: there is more to read
local function read_on(t, r, budget, stop)
  while budget > 0 do
    local lines = vim.api.nvim_buf_get_lines(t.buf, r.row, r.row + math.min(CHUNK, budget), false)
    if #lines == 0 then return false, budget end
    if read.lines(r, lines, stop) then return true, budget end
    budget = budget - #lines
  end
  return false, 0
end

--- Forgets the turns from one on.
---@param t hum.Turns
---@param turns hum.Turn[]  that stay
local function cut(t, turns)
  t.turns = turns
  t.known = #turns > 0 and turns[#turns].last + 1 or 0
end

--- Reads what was changed among the turns that are kept. Where that is much, all behind it is read later.
---@param t hum.Turns
local function mend(t)
  local change, turns, known = t.changed, t.turns, t.known
  if not change then return end
  t.changed = nil
  -- A turn whose next heading was changed may go on there.
  local above = M.first_of(turns, function(turn) return turn.last + 1 >= change.first end) - 1
  local below = M.first_of(turns, function(turn) return turn.row >= change.last end)
  local shift = change.shift
  cut(t, vim.list_slice(turns, 1, above))
  if change.last > known or change.last - change.first > SLICE then return end
  local function is_old_heading(row)
    while turns[below] and turns[below].row + shift < row do
      below = below + 1
    end
    return (turns[below] and turns[below].row or known) + shift == row
  end
  local r = read.begin(t.known)
  if not read_on(t, r, ALL, is_old_heading) then
    t.reader = r
    return
  end
  if above == 0 then t.front = r.front end
  vim.list_extend(t.turns, r.turns)
  for i = below, #turns do
    local turn = turns[i]
    turn.row, turn.last = turn.row + shift, turn.last + shift
    t.turns[#t.turns + 1] = turn
  end
  t.known = known + shift
end

--- Takes up the turns that a reader has finished.
---@param t hum.Turns
---@param r hum.Reader
local function take(t, r)
  if t.known == 0 then t.front = r.front end
  if #r.turns == 0 then return end
  vim.list_extend(t.turns, r.turns)
  t.known = r.turns[#r.turns].last + 1
  r.turns = {}
end

---@param buf integer
---@return hum.Turns|nil  nil: changes of the buffer are not watched
local function of(buf)
  local s, t = scan.get(buf), kept[buf]
  if not s then return nil end
  if not t or t.scan ~= s then
    t = { buf = buf, scan = s, turns = {}, known = 0, ahead = false }
    kept[buf] = t
  end
  return t
end

---@param t hum.Turns
---@return hum.Reader
local function reader(t)
  local r = t.reader or read.begin(t.known)
  t.reader = nil -- unless it stays one
  return r
end

--- The turns of a buffer as they are now. Not to be changed by the caller.
---@param buf integer
---@return hum.ChatText
function M.of(buf)
  local t = of(buf)
  if not t then return read.parse(vim.api.nvim_buf_get_lines(buf, 0, -1, false)) end
  mend(t)
  local r = reader(t)
  read_on(t, r, ALL)
  take(t, r)
  local turns = vim.list_slice(t.turns)
  turns[#turns + 1] = read.finish(r)
  return { front = t.front, turns = turns, closing = read.closing(r.id) }
end

--- Reads some of what is not known yet.
---@param buf integer
---@return boolean  there is more
function M.slice(buf)
  local t = of(buf)
  if not t then return false end
  mend(t)
  local r = reader(t)
  local _, left = read_on(t, r, SLICE)
  take(t, r)
  t.reader = r
  return left == 0
end

--- Reads what is not known yet, in slices, so that a send finds it.
---@param buf integer
function M.ahead(buf)
  local t = of(buf)
  if not t or t.ahead then return end
  t.ahead = true
  vim.defer_fn(function()
    t.ahead = false
    if kept[buf] ~= t or not vim.api.nvim_buf_is_loaded(buf) then return end
    if M.slice(buf) then return M.ahead(buf) end
    local fn = t.on_read
    t.on_read = nil
    if fn then fn(M.of(buf)) end
  end, PAUSE)
end

--- Calls `fn` with the turns of a buffer that has just been read from its file: at once, or when all is read.
---@param buf integer
---@param fn fun(text: hum.ChatText)
function M.when_read(buf, fn)
  local t = of(buf)
  if not t then return end
  if vim.api.nvim_buf_line_count(buf) <= SLICE then return fn(M.of(buf)) end
  t.on_read = fn
  M.ahead(buf)
end

---@param buf integer
function M.forget(buf) kept[buf] = nil end

scan.listen('turns', on_lines)

return M
