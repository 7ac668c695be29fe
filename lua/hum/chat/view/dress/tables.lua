-- Which rows of a chat are tables, found from the rows that are drawn and kept until they change.
--
-- A table is read once, up to its head; from then on a token costs nothing here. One in which a reply is being written
-- is `open`: its rows are only counted.
local block = require('hum.chat.text.block')
local cells = require('hum.chat.view.dress.cells')
local highlight = require('hum.chat.view.highlight')
local scan = require('hum.chat.text.scan')

local M = {}

--- Lines copied from the buffer at a time, and rows read above and below what is drawn, at most.
local CHUNK, FAR_UP, FAR_DOWN = 64, 20000, 5000

--- Rows by which the columns of a table are found: of a longer one half the longest, half evenly spread.
local SAMPLE = 100

---@class hum.Table
---@field first integer      row of its head
---@field last integer       its last row, as far as it was read
---@field aligns? hum.Align[]  nil: these rows have bars, but no head
---@field open boolean      it may still be written
---@field sample integer[]   rows by which its columns are found, by distance to the head
---@field grids table<integer, { width: integer, grid: hum.Grid|false }>  by window
---@field rows table<integer, hum.GridRow>  by distance to the head

---@class hum.Tables
---@field list hum.Table[]
---@field reach integer  no change below this row concerns a table
---@field open? hum.Table

local bufs = {} ---@type table<integer, hum.Tables>
local on_change ---@type fun(buf: integer, first: integer, last: integer)|nil

---@param s hum.Scan
---@param row integer
---@param line string
---@return boolean
local function is_candidate(s, row, line)
  if not line:find('|', 1, true) then return false end
  local def = block.def(scan.at(s, row))
  return not def.fence and not def.thinking and not def.front
end

--- The rows around one of a table that have bars too.
---@param s hum.Scan
---@param row integer
---@return integer first
---@return string[] lines  from there on
---@return boolean whole   the last of them is the last of all
local function around(s, row)
  local above, top = {}, row
  while top > 0 and row - top < FAR_UP do
    local from = math.max(top - CHUNK, 0)
    local chunk = vim.api.nvim_buf_get_lines(s.buf, from, top, false)
    local i = #chunk
    while i > 0 and is_candidate(s, from + i - 1, chunk[i]) do
      above[#above + 1], i = chunk[i], i - 1
    end
    top = from + i
    if i > 0 then break end
  end
  local lines = {}
  for i = #above, 1, -1 do
    lines[#lines + 1] = above[i]
  end
  local bottom = row
  while bottom - row < FAR_DOWN do
    local chunk = vim.api.nvim_buf_get_lines(s.buf, bottom, bottom + CHUNK, false)
    for _, line in ipairs(chunk) do
      if not is_candidate(s, bottom, line) then return top, lines, true end
      lines[#lines + 1], bottom = line, bottom + 1
    end
    if #chunk == 0 then return top, lines, true end
  end
  return top, lines, false
end

--- Whether a reply is being written in a table, or right below it, where its next row may come. If that needs no bar
--- to begin with, it may be one as long as it is written.
---@param s hum.Scan
---@param last integer
---@return boolean
local function is_open(s, last)
  local growing = highlight.growing(s.buf)
  if growing ~= last + 1 then return growing == last end
  local lines = vim.api.nvim_buf_get_lines(s.buf, last, growing + 1, false)
  local row, below = lines[1] or '', lines[2] or ''
  if not below:find('%S') then return true end
  return below:find('|', 1, true) ~= nil or not row:find('^%s*|')
end

--- Keeps what was found; a table that was known already is a longer one now.
---@param t hum.Tables
---@param entry hum.Table
---@return hum.Table
local function keep(t, entry)
  t.reach = math.max(t.reach, entry.last + 1)
  for _, known in ipairs(t.list) do
    if known.first == entry.first and known.aligns and vim.deep_equal(known.aligns, entry.aligns) then
      known.last, known.open, known.sample, known.grids = entry.last, entry.open, entry.sample, {}
      entry = known
    end
  end
  if not vim.list_contains(t.list, entry) then t.list[#t.list + 1] = entry end
  if entry.open then t.open = entry end
  return entry
end

--- Which rows of a table are looked at for its columns.
---@param lines string[]  of the whole, its head first
---@return integer[]
local function sample(lines)
  local rows = { 0 }
  if #lines - 2 <= SAMPLE then
    for at = 2, #lines - 1 do
      rows[#rows + 1] = at
    end
    return rows
  end
  local by_length = {}
  for at = 2, #lines - 1 do
    by_length[at - 1] = at
  end
  table.sort(by_length, function(a, b) return #lines[a + 1] > #lines[b + 1] end)
  local step = (#lines - 2) / (SAMPLE / 2)
  for i = 1, SAMPLE / 2 do
    rows[#rows + 1] = by_length[i]
    rows[#rows + 1] = 2 + math.floor((i - 1) * step)
  end
  return rows
end

---@param first integer
---@param lines string[]
---@param aligns? hum.Align[]
---@param open boolean
---@return hum.Table
local function new(first, lines, aligns, open)
  return {
    first = first,
    last = first + #lines - 1,
    aligns = aligns,
    open = open,
    sample = aligns and not open and sample(lines) or {},
    grids = {},
    rows = {},
  }
end

---@param t hum.Tables
---@param s hum.Scan
---@param row integer
---@return hum.Table|nil
local function read(t, s, row)
  local first, lines, whole = around(s, row)
  local last = first + #lines - 1
  if last < row then return nil end
  local open = whole and is_open(s, last)
  for i = 1, #lines - 1 do
    local aligns = cells.aligns(lines[i + 1])
    if aligns and #cells.split(lines[i]) == #aligns then
      local head = first + i - 1
      if head > row then return keep(t, new(first, vim.list_slice(lines, 1, i - 1), nil, false)) end
      return keep(t, new(head, vim.list_slice(lines, i), aligns, open))
    end
  end
  return keep(t, new(first, lines, nil, open))
end

--- Takes the next row into a table that is written, if it belongs to it.
---@param t hum.Tables
---@param s hum.Scan
---@param row integer
---@param line string
---@return hum.Table|nil
local function extend(t, s, row, line)
  local open = t.open
  if not open or row ~= open.last + 1 or not is_candidate(s, row, line) then return nil end
  open.last = row
  t.reach = math.max(t.reach, row + 1)
  return open
end

--- The table that a row belongs to.
---@param s hum.Scan
---@param row integer
---@param line string
---@return hum.Table|nil
function M.find(s, row, line)
  local t = bufs[s.buf]
  if not t then
    t = { list = {}, reach = 0 }
    bufs[s.buf] = t
  end
  for _, entry in ipairs(t.list) do
    if row >= entry.first and row <= entry.last then return entry end
  end
  return extend(t, s, row, line) or read(t, s, row)
end

--- Whether a row is known as one of a table.
---@param buf integer
---@param row integer
---@return boolean
function M.has(buf, row)
  for _, entry in ipairs(bufs[buf] and bufs[buf].list or {}) do
    if row >= entry.first and row <= entry.last then return true end
  end
  return false
end

---@param t hum.Tables
---@param entry hum.Table
local function forget(t, entry)
  for i, other in ipairs(t.list) do
    if other == entry then table.remove(t.list, i) end
  end
  if t.open == entry then t.open = nil end
end

--- Takes the rows into a table that have come since it was drawn.
---@param t hum.Tables
---@param s hum.Scan
---@param open hum.Table
local function catch_up(t, s, open)
  local from = open.last + 1
  for _, line in ipairs(vim.api.nvim_buf_get_lines(s.buf, from, math.max(highlight.growing(s.buf) + 1, from), false)) do
    if not extend(t, s, open.last + 1, line) then return end
  end
end

--- The table that was written, once it is complete.
---@param s hum.Scan
---@return integer|nil first
---@return integer|nil last
function M.completed(s)
  local t = bufs[s.buf]
  local open = t and t.open
  if not t or not open then return nil end
  catch_up(t, s, open)
  if is_open(s, open.last) then return nil end
  forget(t, open)
  return open.first, open.last
end

--- Sets the function that hears of a table whose rows have changed.
---@param fn fun(buf: integer, first: integer, last: integer)
function M.on_change(fn) on_change = fn end

--- What a change of rows [first, old_last) means for a table.
---@param t hum.Tables
---@param entry hum.Table
---@param buf integer
---@param first integer
---@param old_last integer
---@param shift integer
local function follow(t, entry, buf, first, old_last, shift)
  if first > entry.last + 1 then
    return
  elseif old_last <= entry.first and first < entry.first then
    entry.first, entry.last = entry.first + shift, entry.last + shift
  elseif entry.open and first >= entry.first + 2 then -- written on
    entry.last = math.min(entry.last, first)
  else
    forget(t, entry)
    local last = entry.last + math.max(shift, 0)
    if entry.aligns and not entry.open and on_change then on_change(buf, entry.first, last) end
  end
end

---@param buf integer
---@param first integer
---@param old_last integer
---@param new_last integer
local function on_lines(buf, first, old_last, new_last)
  local t = bufs[buf]
  if not t or first > t.reach then return end
  local reach = 0
  for i = #t.list, 1, -1 do
    local entry = t.list[i]
    follow(t, entry, buf, first, old_last, new_last - old_last)
    reach = math.max(reach, entry.last + 1)
  end
  t.reach = reach
end

--- Forgets the tables of a buffer.
---@param buf integer
function M.forget(buf) bufs[buf] = nil end

--- Follows what happens to the text from now on.
function M.watch() scan.listen('tables', on_lines) end

return M
