-- What a UI attached with ext_linegrid shows: cells with text and highlight. A frame comes in
-- several messages if it is long, and is shown when it is whole.
local M = {}

---@class test.Screen
---@field rows integer
---@field cols integer
---@field flushes integer frames drawn so far
---@field cursor integer[] row and column, both from 0
---@field mode string
---@field on_frame? fun(self: test.Screen)  called with each frame
local Screen = {}
Screen.__index = Screen

function M.new()
  return setmetatable({
    rows = 0,
    cols = 0,
    cells = {},
    hls = { [0] = {} },
    terminal_hls = { [0] = {} }, -- with the numbers of a terminal's colours
    flushes = 0,
    bells = 0,
    cursor = { 0, 0 },
    mode = '',
    coming = {}, -- of the next frame
  }, Screen)
end

local function blank(self, row)
  local line = {}
  for c = 1, self.cols do
    line[c] = { ' ', 0 }
  end
  self.cells[row] = line
end

local on = {}

function on:grid_resize(_, cols, rows)
  self.cols, self.rows = cols, rows
  for r = 1, rows do
    blank(self, r)
  end
end

function on:grid_clear()
  for r = 1, self.rows do
    blank(self, r)
  end
end

function on:grid_line(_, row, col, cells)
  local line, hl = self.cells[row + 1], 0
  local c = col + 1
  for _, cell in ipairs(cells) do
    hl = cell[2] or hl
    for _ = 1, cell[3] or 1 do
      line[c] = { cell[1], hl }
      c = c + 1
    end
  end
end

function on:grid_scroll(_, top, bot, left, right, rows)
  local first, last, by = top + 1, bot, 1
  if rows < 0 then
    first, last, by = bot, top + 1, -1
  end
  for r = first, last, by do
    local from = r + rows
    if from > top and from <= bot then
      for c = left + 1, right do
        self.cells[r][c] = self.cells[from][c]
      end
    end
  end
end

function on:grid_cursor_goto(_, row, col) self.cursor = { row, col } end

function on:hl_attr_define(id, rgb, terminal)
  self.hls[id], self.terminal_hls[id] = rgb, terminal
end

function on:default_colors_set(fg, bg, _, terminal_fg, terminal_bg)
  local function number(value) return value > 0 and value - 1 or nil end
  self.default = {
    foreground = fg,
    background = bg,
    terminal_foreground = number(terminal_fg),
    terminal_background = number(terminal_bg),
  }
end

function on:mode_change(mode) self.mode = mode end

function on:flush()
  self.flushes = self.flushes + 1
  if self.on_frame then self.on_frame(self) end
end

function on:bell() self.bells = self.bells + 1 end

local function show(self)
  local events = self.coming
  self.coming = {}
  for _, event in ipairs(events) do
    for i = 2, #event do
      on[event[1]](self, unpack(event[i]))
    end
  end
end

--- Takes the arguments of one 'redraw' notification.
function Screen:redraw(events)
  for _, event in ipairs(events) do
    if on[event[1]] then table.insert(self.coming, event) end
    if event[1] == 'flush' then show(self) end
  end
end

---@return string[] lines without trailing blanks
function Screen:lines()
  local lines = {}
  for r = 1, self.rows do
    local line = {}
    for c = 1, self.cols do
      line[c] = self.cells[r][c][1]
    end
    lines[r] = (table.concat(line):gsub('%s+$', ''))
  end
  return lines
end

---@return string
function Screen:text() return table.concat(self:lines(), '\n') end

--- Highlight attributes of a cell: foreground, background, bold, italic, …
---@param row integer from 1
---@param col integer cell, from 1
---@return table
function Screen:attr(row, col) return self.hls[self.cells[row][col][2]] or {} end

--- Place of plain text on the screen, in cells.
---@return integer? row
---@return integer? col
function Screen:find(text)
  for r = 1, self.rows do
    local at, starts = {}, {}
    local size = 0
    for c = 1, self.cols do
      at[c] = self.cells[r][c][1]
      starts[size] = starts[size] or c
      size = size + #at[c]
    end
    local s = table.concat(at):find(text, 1, true)
    if s then return r, starts[s - 1] end
  end
end

return M
