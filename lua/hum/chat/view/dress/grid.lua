-- How wide the columns of a table are, so that each row fits into the rows of the screen that its text takes: none of
-- its text is left out, and nothing on the screen moves.
--
-- A row that takes three rows of the screen has cells of three lines at most; that makes the columns independent of
-- each other: each is as wide as the cell that needs most. Where this is more than there is room for, a few rows may do
-- as they can (`fit` widens the columns for that row alone), and a table with more of them is not drawn as one.
local flow = require('hum.chat.view.dress.flow')

local M = {}

---@class hum.GridRow
---@field cells hum.Styled[]
---@field height integer  rows of the screen that its text takes

---@class hum.Grid
---@field widths integer[]  of the columns
---@field style hum.GridStyle
---@field room integer

--- What stands between cells and at their sides, in cells: with bars at both sides "│ a │ b │", open " a │ b ", and
--- tight "a│b".
---@class hum.GridStyle
---@field closed boolean
---@field pad integer  blanks at both sides of a cell

---@type hum.GridStyle[]
local STYLES = { { closed = true, pad = 1 }, { closed = false, pad = 1 }, { closed = false, pad = 0 } }

--- A column that breaks words is no narrower than this, unless what is in it is.
local NARROW = 6
--- Of so many rows one may be wider than its columns.
local ODD = 4

--- Cells beside the columns' own.
---@param columns integer
---@param style hum.GridStyle
---@return integer
local function frame(columns, style) return (2 * style.pad + 1) * columns + (style.closed and 1 or -1) end

---@param widths integer[]
---@return integer
local function sum(widths)
  local total = 0
  for _, width in ipairs(widths) do
    total = total + width
  end
  return total
end

--- What each cell of a row needs at least.
---@param row hum.GridRow
---@param columns integer
---@param whole boolean  no word may be broken
---@return integer[]
local function needs(row, columns, whole)
  local least = {}
  for i = 1, columns do
    local cell = row.cells[i]
    local width = cell and flow.least(cell, row.height, whole) or 0
    if cell and not whole then width = math.max(width, math.min(NARROW, flow.longest(cell))) end
    least[i] = math.max(width, 1)
  end
  return least
end

---@param all integer[][]  by row, what each column needs
---@param columns integer
---@return integer[] widths
local function most(all, columns)
  local widths = {}
  for i = 1, columns do
    widths[i] = 1
    for _, least in ipairs(all) do
      widths[i] = math.max(widths[i], least[i])
    end
  end
  return widths
end

--- Takes the row away without which the columns are narrowest.
---@param all integer[][]
---@param columns integer
local function without_widest(all, columns)
  local saved = {} ---@type table<integer, integer>  by row
  for i = 1, columns do
    local widest, second, row = 0, 0, 0
    for r, least in ipairs(all) do
      if least[i] > widest then
        widest, second, row = least[i], widest, r
      elseif least[i] > second then
        second = least[i]
      end
    end
    saved[row] = (saved[row] or 0) + widest - second
  end
  local best, most_saved = #all, -1
  for row, cells in pairs(saved) do
    if cells > most_saved then
      best, most_saved = row, cells
    end
  end
  table.remove(all, best)
end

--- Widths that fit into the room for as many rows as can be.
---@param rows hum.GridRow[]
---@param columns integer
---@param room integer  for the columns alone
---@param whole boolean
---@return integer[]|nil
local function narrowed(rows, columns, room, whole)
  local all = {}
  for r, row in ipairs(rows) do
    all[r] = needs(row, columns, whole)
  end
  local widths = most(all, columns)
  for _ = 1, math.floor(#rows / ODD) do
    if sum(widths) <= room then break end
    without_widest(all, columns)
    widths = most(all, columns)
  end
  return sum(widths) <= room and widths or nil
end

--- Gives the columns what is left of the room, by how much each could use.
---@param widths integer[]
---@param natural integer[]
---@param room integer
local function widen(widths, natural, room)
  local left = room - sum(widths)
  while left > 0 do
    local column, lack = nil, 0
    for i, width in ipairs(widths) do
      if natural[i] - width > lack then
        column, lack = i, natural[i] - width
      end
    end
    if not column then return end
    widths[column], left = widths[column] + 1, left - 1
  end
end

--- The columns of a table; nil: they do not fit, and the text is better left as it is.
---@param rows hum.GridRow[]  the head first
---@param columns integer
---@param room integer  cells
---@param measure fun(rows: hum.GridRow[])  finds the heights of the rows; called only if they matter
---@return hum.Grid|nil
function M.layout(rows, columns, room, measure)
  local widths = {}
  for i = 1, columns do
    widths[i] = 1
    for _, row in ipairs(rows) do
      widths[i] = math.max(widths[i], row.cells[i] and row.cells[i].width or 0)
    end
  end
  if sum(widths) + frame(columns, STYLES[1]) <= room then return { widths = widths, style = STYLES[1], room = room } end
  measure(rows)
  for _, whole in ipairs({ true, false }) do
    for _, style in ipairs(STYLES) do
      local left = room - frame(columns, style)
      local narrow = left >= columns and narrowed(rows, columns, left, whole)
      if narrow then
        widen(narrow, widths, left)
        return { widths = narrow, style = style, room = room }
      end
    end
  end
end

---@class hum.FlowedRow
---@field widths integer[]
---@field lines hum.FlowLine[][]  by column

--- The lines of a row's cells in the columns of a table, or in wider ones where it needs them.
---@param grid hum.Grid
---@param row hum.GridRow
---@return hum.FlowedRow|nil  nil: it does not fit
function M.fit(grid, row)
  local widths, lines = vim.list_slice(grid.widths), {}
  for i, width in ipairs(widths) do
    local cell = row.cells[i]
    local flowed = cell and flow.lines(cell, width, true) or {}
    if cell and #flowed > row.height then flowed = flow.lines(cell, width) end
    if cell and #flowed > row.height then
      widths[i] = flow.least(cell, row.height, true)
      flowed = flow.lines(cell, widths[i])
    end
    lines[i] = flowed
  end
  if sum(widths) + frame(#widths, grid.style) > grid.room then return nil end
  return { widths = widths, lines = lines }
end

return M
