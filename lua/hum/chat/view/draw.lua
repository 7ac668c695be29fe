-- Draws a row of a chat, with ephemeral extmarks, from within the redraw that `highlight` is asked in. The line's
-- state comes from `scan`, its inside from `inline`. Colours of code in closed blocks are not made here but lie in the
-- buffer as extmarks (see `code`).
--
-- Of a line longer than LONG bytes NEAR bytes are coloured at most: the last ones if the end of the line is
-- visible, else the first visible ones. Such a line is drawn whole for each token, and a screen full of
-- emphasis would make each one dearer by half (three times as dear before 0.12). MARGIN bytes before are
-- read too; emphasis that begins further left is not seen.
--
-- Rows of a kind may be drawn by another module: see `with`.
local block = require('hum.chat.text.block')
local config = require('hum.config')
local dresser = require('hum.chat.view.dresser')
local fault = require('hum.fault')
local guard = require('hum.interrupt').guard
local ink = require('hum.chat.view.ink')
local lines = require('hum.chat.view.lines')
local prose = require('hum.chat.view.prose')
local scan = require('hum.chat.text.scan')

local M = {}

local LONG, MARGIN, NEAR = 4096, 1024, 2048

--- Columns by which a line is indented that is code, as pasted text often is (CommonMark 4.4).
local CODE_INDENT = 4

--- What is drawn, for those that draw rows (`with`). It is the same table from row to row: not to be kept.
---@class hum.View
---@field win integer
---@field buf integer
---@field ns integer       of the extmarks
---@field width integer    cells for text in a row of the screen
---@field wrap boolean     the window's option
---@field cursor integer   the row that is shown raw, -1: none
---@field growing integer  the row at the end of a reply that streams, -1: none
---@field scan hum.Scan    state before a row: `scan.at(view.scan, row)`

--- What few rows ask for, found once for each redraw: the width costs as much as drawing a row.
---@type table<string, fun(win: integer): any>
local FOUND = {
  width = function(win) return math.max(guard(lines.width, win), 1) end,
  wrap = function(win) return vim.api.nvim_get_option_value('wrap', { win = win }) end,
}

local view = setmetatable({ win = 0, buf = 0, ns = ink.ns, cursor = -1, growing = -1, scan = nil }, {
  __index = function(self, key)
    local find = FOUND[key]
    if not find then return nil end
    local value = find(self.win)
    rawset(self, key, value)
    return value
  end,
}) --[[@as hum.View]]

--- Draws a row and says whether it did; `true`: nothing else is drawn, but for the inside of a line of text;
--- 'whole': that neither.
---@alias hum.DrawRow fun(view: hum.View, row: integer, line: string): boolean|'whole'|nil

--- Kinds of rows: those of `block`, 'thinking' for every other row in a thinking part, and what a line of text is by
--- its first characters ('indented': nothing else, but there are blanks before it).
---@alias hum.RowKind hum.BlockKind|'thinking'|'long'|'indented'|'heading'|'quote'|'table'|'rule'|'list'

---@type table<hum.RowKind, hum.DrawRow>
local drawers = {}
local dressed = true -- whether those are asked, in the window that is drawn
local others = false -- whether a plugin dresses Markdown there
local get_text = vim.api.nvim_buf_get_text

--- Whether a row is the first one of a closed fold: what is laid over it would lie over the fold's own line.
---@param row integer
---@return boolean
local function is_shut(row)
  local function look() return vim.fn.foldclosed(row + 1) ~= -1 end
  if view.win == vim.api.nvim_get_current_win() then return look() end
  return vim.api.nvim_win_call(view.win, look)
end

--- What is Markdown, and not hum's own.
---@type table<hum.RowKind, true>
local MARKDOWN = {
  fence_open = true,
  fence_close = true,
  code = true,
  heading = true,
  quote = true,
  table = true,
  rule = true,
  list = true,
}

--- Has a row drawn by the one who draws this kind. One who fails is not asked again: each frame would bring it anew.
---@param kind hum.RowKind
---@param row integer
---@param line string
---@return boolean|'whole'|nil
local function drawn(kind, row, line)
  local fn = dressed and not (others and MARKDOWN[kind]) and drawers[kind]
  if not fn then return nil end
  if is_shut(row) then return 'whole' end
  local ok, result = xpcall(guard, debug.traceback, fn, view, row, line)
  if ok then return result end
  drawers[kind] = nil
  vim.schedule(function() fault.report(('drawing a row (%s)'):format(kind), tostring(result)) end)
end

--- Draws the head of a line of text.
---@param row integer
---@param line string
---@param list integer  columns of the list item that it may be in
---@return boolean plain   its text may have inline markup
---@return boolean hides   its marks are concealed
local function draw_head(row, line, list)
  local hides = dressed and row ~= view.cursor
  local kind, first, last = prose.kind(line)
  if not kind then
    -- Rows of a table need no bars at their sides.
    local result = line:find('|', 1, true) and drawn('table', row, line)
    if result then return result ~= 'whole', false end
    if first == 1 then return true, hides end
    drawn('indented', row, line)
    return block.indent(line) < list + CODE_INDENT, hides
  end
  local result = drawn(kind, row, line)
  if not result then prose.draw_head(view, row, line, kind, first, last) end
  if hides and not others and kind == 'heading' then prose.hide_heading(view, row, line, first) end
  -- What stands below each other in a table is to stay there; a plugin counts on what Neovim would conceal.
  return result ~= 'whole' and kind ~= 'rule', hides and (others or kind ~= 'table')
end

local WHOLE = {
  user = 'HumUser',
  assistant = 'HumAssistant',
  system = 'HumSystem',
  front = 'HumFrontMatter',
  think_open = 'HumThinking',
  think_close = 'HumThinking',
  fence_open = 'HumFence',
  fence_close = 'HumFence',
  code = 'HumCode',
  mark = 'HumMark',
}

--- The part of a long line that is coloured.
---@param buf integer
---@param row integer
---@param from integer
---@param to integer
---@return string text
---@return integer offset
local function part(buf, row, from, to)
  from = math.max(0, from - MARGIN)
  local text = get_text(buf, row, from, row, to + NEAR, {})[1]
  if #text < to + NEAR - from then return text:sub(-NEAR), from + math.max(0, #text - NEAR) end
  return text:sub(1, MARGIN + NEAR), from
end

--- Draws one row of which the bytes [from, to) are visible.
---@param s hum.Scan
---@param row integer
---@param from integer
---@param to integer
function M.row(s, row, from, to)
  local buf = s.buf
  local head = get_text(buf, row, 0, row, LONG, {})[1]
  local state = scan.at(s, row)
  local after, kind = block.next(state, head) ---@type integer, hum.RowKind
  local group = WHOLE[kind]
  if block.def(state).thinking then
    group = 'HumThinking'
    if kind ~= 'think_close' then kind = 'thinking' end
  end
  if group then
    if not drawn(kind, row, head) then ink.whole(buf, row, group) end
    return
  end
  if kind == 'blank' then
    drawn(kind, row, head)
    return
  end
  -- A formula has neither lists nor emphasis.
  if block.def(state).math or block.def(after).math then return end
  local plain, hides = draw_head(row, head, block.def(state).list)
  -- Nor has a block of code in a quote.
  local is_code = block.def(after).quoted or block.def(state).quoted and head:find('^%s*>')
  if not plain or is_code then return end
  if #head < LONG then return prose.draw_inside(view, row, head, 0, hides) end
  drawn('long', row, head)
  head, from = part(buf, row, from, to)
  prose.draw_inside(view, row, head, from, false)
end

--- Draws more of the row that was drawn last: without 'wrap', what concealed bytes make room for. What is laid over
--- the row would be so twice.
---@param s hum.Scan
---@param row integer
---@param from integer
---@param to integer
function M.more(s, row, from, to)
  local head = get_text(s.buf, row, 0, row, LONG, {})[1]
  if #head < LONG then return end
  local def = block.def(scan.at(s, row))
  if def.front or def.thinking or def.fence or def.math then return end
  head, from = part(s.buf, row, from, to)
  prose.draw_inside(view, row, head, from, false)
end

--- Whether a row is so long that only the part of it is drawn that is visible.
---@param buf integer
---@param row integer
---@return boolean
function M.is_long(buf, row) return #get_text(buf, row, 0, row, LONG, {})[1] == LONG end

--- What is drawn from now on is a window's. Without one that shows a chat there is no scan, and nothing to draw.
---@param win integer
---@param buf integer
---@param cursor integer   the row that is shown raw, -1: none
---@param growing integer  the row at the end of a reply that streams, -1: none
function M.look_at(win, buf, cursor, growing)
  view.win, view.buf, view.scan = win, buf, scan.get(buf)
  view.width, view.wrap = nil, nil
  view.cursor, view.growing = cursor, growing
  dressed, others = config.get().chat.dress, dresser.of(buf)
end

---@return hum.Scan|nil  of the window that is drawn
function M.scan() return view.scan end

--- Has rows of a kind drawn by `fn`.
---@param kind hum.RowKind
---@param fn hum.DrawRow
function M.with(kind, fn) drawers[kind] = fn end

return M
