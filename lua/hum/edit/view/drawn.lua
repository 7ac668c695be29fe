-- The virtual lines of one preview: what is drawn of its hunks and of its open part, as extmarks.
--
-- A hunk's rows are one mark. Those of the open part are two, as more could not be told to stand in order: one with the
-- rows that have been there for a while, to the left of one with the newest. So a line that comes has a few rows drawn
-- again, however many there are. What a place should have is compared with where the mark is: undo and redo leave marks
-- where nobody wants them.
local api = vim.api

local M = {}

M.ns = api.nvim_create_namespace('hum.edit')

--- Rows of the newest mark, at most; the square root of all where that is more.
local NEWEST = 32

---@class hum.PlacedMark
---@field id? integer
---@field row? integer    where it was put
---@field above? boolean
---@field rows? hum.VirtualRow[]  what it was given

---@class hum.Drawn
---@field buf integer
---@field overflow? 'scroll'
---@field hunks table<integer, hum.PlacedMark>  by the hunk's id
---@field old hum.PlacedMark     of the open part
---@field newest hum.PlacedMark
---@field tail hum.VirtualRow[]  what is drawn of the growing line
---@field settled hum.VirtualRow[]  rows of `old`
---@field fresh hum.VirtualRow[]    rows of `newest`

---@param buf integer
---@param overflow? 'scroll'
---@return hum.Drawn
function M.new(buf, overflow)
  return { buf = buf, overflow = overflow, hunks = {}, old = {}, newest = {}, tail = {}, settled = {}, fresh = {} }
end

--- Where rows go that stand in front of a row: behind the last one there is none.
---@param buf integer
---@param row integer
---@return integer row, boolean above
local function in_front(buf, row)
  local count = api.nvim_buf_line_count(buf)
  if row < count then return math.max(row, 0), true end
  return count - 1, false
end

---@param d hum.Drawn
---@param mark hum.PlacedMark
local function remove(d, mark)
  if mark.id then api.nvim_buf_del_extmark(d.buf, M.ns, mark.id) end
  mark.id, mark.row, mark.above, mark.rows = nil, nil, nil, nil
end

---@param d hum.Drawn
---@param mark hum.PlacedMark
---@param row integer
---@param above boolean
---@return boolean
local function is_there(d, mark, row, above)
  if not mark.id or mark.above ~= above then return false end
  local at = api.nvim_buf_get_extmark_by_id(d.buf, M.ns, mark.id, {})
  return at[1] == row and at[2] == 0
end

--- Puts rows at a place, if they are not there.
---@param d hum.Drawn
---@param mark hum.PlacedMark
---@param rows hum.VirtualRow[]
---@param at { row: integer, above: boolean, right: boolean }
---@return boolean  something has changed
local function put(d, mark, rows, at)
  if #rows == 0 then
    if not mark.id then return false end
    remove(d, mark)
    return true
  end
  if mark.rows == rows and is_there(d, mark, at.row, at.above) then return false end
  mark.id = api.nvim_buf_set_extmark(d.buf, M.ns, at.row, 0, {
    id = mark.id,
    virt_lines = rows,
    virt_lines_above = at.above,
    virt_lines_overflow = d.overflow,
    right_gravity = at.right,
    strict = false,
  })
  mark.row, mark.above, mark.rows = at.row, at.above, rows
  return true
end

--- Draws the rows of a hunk below its lines, or in front of the row that it has none before.
---@param d hum.Drawn
---@param hunk hum.edit.Hunk
---@param rows hum.VirtualRow[]
---@param is_above? boolean  they stand above its lines
function M.hunk(d, hunk, rows, is_above)
  local mark = d.hunks[hunk.id] or {}
  d.hunks[hunk.id] = mark
  local row, above = hunk.row + hunk.rows - 1, false
  if hunk.rows == 0 or is_above then
    row, above = in_front(d.buf, hunk.row)
  end
  put(d, mark, rows, { row = row, above = above, right = false })
end

---@param d hum.Drawn
---@param id integer  of a hunk
function M.forget(d, id)
  if d.hunks[id] then remove(d, d.hunks[id]) end
  d.hunks[id] = nil
end

--- Draws the open part in front of a row, as far as it is not there.
---@param d hum.Drawn
---@param row integer
function M.open(d, row)
  local at, above = in_front(d.buf, row)
  put(d, d.old, d.settled, { row = at, above = above, right = false })
  local rows = d.fresh
  if #d.tail > 0 then rows = vim.list_extend(vim.list_slice(rows), d.tail) end
  put(d, d.newest, rows, { row = at, above = above, right = true })
end

--- Adds rows to the open part, which are drawn by the next M.open.
---@param d hum.Drawn
---@param rows hum.VirtualRow[]
function M.add(d, rows)
  local most = math.max(NEWEST, math.floor(math.sqrt(#d.settled)))
  if #d.fresh + #rows > most then
    d.settled, d.fresh = vim.list_extend(vim.list_slice(d.settled), d.fresh), {}
  end
  if #rows > most then -- many at once: none of them is to be drawn again for what comes next
    vim.list_extend(d.settled, rows)
    return
  end
  d.fresh = vim.list_extend(vim.list_slice(d.fresh), rows)
end

--- The open part begins anew; what was drawn of it goes with the next M.open.
---@param d hum.Drawn
function M.reset(d)
  d.settled, d.fresh, d.tail = {}, {}, {}
end

--- So many rows of the open part are drawn.
---@param d hum.Drawn
---@return integer
function M.count(d) return #d.settled + #d.fresh + #d.tail end

---@param mark hum.PlacedMark
---@param row integer
---@return boolean
local function is_above(mark, row) return mark.id ~= nil and mark.above == true and mark.row == row end

--- Whether rows of the open part stand above a line.
---@param d hum.Drawn
---@param row integer
---@return boolean
function M.opens_at(d, row) return is_above(d.old, row) or is_above(d.newest, row) end

--- Whether rows of hunks do.
---@param d hum.Drawn
---@param row integer
---@return boolean
function M.has_hunk_at(d, row)
  for _, mark in pairs(d.hunks) do
    if is_above(mark, row) then return true end
  end
  return false
end

--- Takes all of it away.
---@param d hum.Drawn
function M.clear(d)
  if not api.nvim_buf_is_valid(d.buf) then return end
  for id in pairs(d.hunks) do
    M.forget(d, id)
  end
  remove(d, d.old)
  remove(d, d.newest)
end

return M
