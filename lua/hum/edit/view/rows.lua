-- Lines as rows of virtual lines: with their colours and their changed words, tabs as blanks, broken at the width of a
-- window, which Neovim does not do, and with a background that goes to its edge. Knows no window.
local text_of = require('hum.look.text')

local M = {}

--- Bytes of a line beyond which it is cut, and beyond which it has no colours; and colours of one line.
local MOST_BYTES, MOST_COLOURED, MOST_SPANS = 8000, 1000, 300

---@class hum.RowShape
---@field width integer|nil  cells after which a line goes on in the next row, nil: it is left to the window
---@field pad integer        cells that each row has at least
---@field stops hum.TabStops
---@field base string        group of the whole row
---@field word string        group of changed words
---@field coloured boolean   the language's colours are laid over the base
---@field showbreak string   before what goes on
---@field indents boolean    what goes on is indented as its line is

---@alias hum.VirtualRow hum.Chunk[]

--- Where the groups of a line change.
---@param line string
---@param spans hum.Spans
---@param words hum.ChangedWord[]
---@return integer[] bytes  in order, the first is 0 and the last the end
local function cuts(line, spans, words)
  local at = { [0] = true, [#line] = true }
  for i = 1, #spans, 3 do
    at[math.min(spans[i], #line)], at[math.min(spans[i + 1], #line)] = true, true
  end
  for _, word in ipairs(words) do
    at[math.min(word.first, #line)], at[math.min(word.last, #line)] = true, true
  end
  local list = vim.tbl_keys(at) ---@type integer[]
  table.sort(list)
  return list
end

---@param from integer
---@param to integer
---@param spans hum.Spans
---@param words hum.ChangedWord[]
---@param shape hum.RowShape
---@return string|string[]  the lowest group first
local function groups_at(from, to, spans, words, shape)
  local groups = { shape.base } ---@type string[]
  for _, word in ipairs(words) do
    if word.first <= from and to <= word.last then groups[2] = shape.word end
  end
  for i = 1, #spans, 3 do
    if spans[i] <= from and to <= spans[i + 1] then groups[#groups + 1] = spans[i + 2] end
  end
  return #groups == 1 and shape.base or groups
end

--- The pieces of a line, each with its groups, as they can be drawn.
---@param line string
---@param spans hum.Spans
---@param words hum.ChangedWord[]
---@param shape hum.RowShape
---@return hum.Chunk[]
local function pieces(line, spans, words, shape)
  if #spans == 0 and #words == 0 then return { { text_of.drawable(line, '', shape.stops), shape.base } } end
  local list, bounds, has_control = {}, cuts(line, spans, words), line:find('%c') ~= nil
  for i = 1, #bounds - 1 do
    local from, to = bounds[i], bounds[i + 1]
    local part = line:sub(from + 1, to)
    if has_control then part = text_of.drawable(part, line:sub(1, from), shape.stops) end
    list[i] = { part, groups_at(from, to, spans, words, shape) }
  end
  return list
end

---@param line string
---@param shape hum.RowShape
---@return string  before each row but the first
local function lead_of(line, shape)
  local indent = shape.indents and text_of.drawable(line:match('^%s*') or '', '', shape.stops) or ''
  local lead = indent .. shape.showbreak
  -- Where little would remain, the text has the room.
  return vim.api.nvim_strwidth(lead) <= math.floor(shape.width / 2) and lead or ''
end

--- As much of a text as there is room for, at least a character where a row has nothing else.
---@param text string
---@param room integer
---@param is_empty boolean
---@return string
local function head_of(text, room, is_empty)
  local head = text_of.cut(text, room)
  if head == '' and is_empty then head = vim.fn.strcharpart(text, 0, 1) end
  return head
end

--- Pieces in rows of a width.
---@param list hum.Chunk[]
---@param line string
---@param shape hum.RowShape
---@return hum.VirtualRow[] rows, integer cells  of the last one
local function broken(list, line, shape)
  local rows, row = {}, {} ---@type hum.VirtualRow[], hum.VirtualRow
  local cells, width, lead =
    0,
    shape.width, --[[@as integer]]
    nil
  for _, piece in ipairs(list) do
    local text, wide = piece[1], vim.api.nvim_strwidth(piece[1])
    while cells + wide > width do
      local free = width - cells
      local head = head_of(text, free --[[@as integer]], #row == 0)
      if head ~= '' then row[#row + 1] = { head, piece[2] } end
      lead = lead or lead_of(line, shape)
      rows[#rows + 1] = M.padded(row, cells + vim.api.nvim_strwidth(head), shape)
      row, cells = {}, 0
      text = text:sub(#head + 1)
      wide = vim.api.nvim_strwidth(text)
      if lead ~= '' and text ~= '' then
        row[1], cells = { lead, { shape.base, 'NonText' } }, vim.api.nvim_strwidth(lead)
      end
    end
    if text ~= '' then
      row[#row + 1] = { text, piece[2] }
      cells = cells + wide
    end
  end
  if #row > 0 or #rows == 0 then rows[#rows + 1] = M.padded(row, cells, shape) end
  return rows, cells
end

--- A row whose background goes on to the edge.
---@param row hum.VirtualRow
---@param cells integer  that it has
---@param shape hum.RowShape
---@return hum.VirtualRow
function M.padded(row, cells, shape)
  if cells < shape.pad or #row == 0 then row[#row + 1] = { (' '):rep(math.max(1, shape.pad - cells)), shape.base } end
  return row
end

---@param list hum.Chunk[]
---@return integer
local function cells_of(list)
  local sum = 0
  for _, piece in ipairs(list) do
    sum = sum + vim.api.nvim_strwidth(piece[1])
  end
  return sum
end

--- The rows of a line: more than one where it is wider than the window.
---@param line string
---@param spans hum.Spans|nil
---@param words hum.ChangedWord[]|nil
---@param shape hum.RowShape
---@return hum.VirtualRow[]
function M.of(line, spans, words, shape)
  local is_cut = #line > MOST_BYTES
  if is_cut then line = vim.fn.strcharpart(line:sub(1, MOST_BYTES), 0, MOST_BYTES, true) end
  local is_plain = not shape.coloured or not spans or #line > MOST_COLOURED or #spans > 3 * MOST_SPANS
  local list = pieces(line, is_plain and {} or spans --[[@as hum.Spans]], words or {}, shape)
  if is_cut then list[#list + 1] = { '…', { shape.base, 'NonText' } } end
  if shape.width then return (broken(list, line, shape)) end
  return { M.padded(list, cells_of(list), shape) }
end

return M
