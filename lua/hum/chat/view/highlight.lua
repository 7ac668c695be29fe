-- Colours of a chat, found again for each line that is drawn.
--
-- A decoration provider: Neovim asks for the lines it draws, so a token costs one line whatever the length
-- of the chat. The line's state comes from `scan`, its inside from `inline`. Colours of code in closed
-- blocks are not made here but lie in the buffer as extmarks (see `code`).
--
-- Of a line longer than LONG bytes NEAR bytes are coloured at most: the last ones if the end of the line is
-- visible, else the first visible ones. Such a line is drawn whole for each token, and a screen full of
-- emphasis would make each one dearer by half (three times as dear before 0.12). MARGIN bytes before are
-- read too; emphasis that begins further left is not seen.
--
-- Rows of a kind may be drawn by another module: see `draw_with`.
local block = require('hum.chat.text.block')
local config = require('hum.config')
local dresser = require('hum.chat.view.dresser')
local fault = require('hum.fault')
local guard = require('hum.interrupt').guard
local ink = require('hum.chat.view.ink')
local lines = require('hum.chat.view.lines')
local prose = require('hum.chat.view.prose')
local scan = require('hum.chat.text.scan')
local scheme = require('hum.look.scheme')
local visible = require('hum.chat.view.visible')

local M = {}

local LONG, MARGIN, NEAR = 4096, 1024, 2048

--- Columns by which a line is indented that is code, as pasted text often is (CommonMark 4.4).
local CODE_INDENT = 4

--- What is drawn, for those that draw rows (`draw_with`). It is the same table from row to row: not to be kept.
---@class hum.View
---@field win integer
---@field buf integer
---@field ns integer       of the extmarks
---@field width integer    cells for text in a row of the screen
---@field cursor integer   the row that is shown raw, -1: none
---@field growing integer  the row at the end of a reply that streams, -1: none
---@field scan hum.Scan    state before a row: `scan.at(view.scan, row)`

-- The width is asked for by few rows and costs as much as drawing one.
local view = setmetatable({ win = 0, buf = 0, ns = ink.ns, cursor = -1, growing = -1, scan = nil }, {
  __index = function(self, key)
    if key ~= 'width' then return nil end
    local width = math.max(guard(lines.width, self.win), 1)
    rawset(self, 'width', width)
    return width
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
local started = false

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
local function draw(s, row, from, to)
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

-- Before 0.12 Neovim names only the row; END is a column behind any end.
local END = 1000000000

local function on_line(_, win, buf, row)
  local s = view.scan
  if not s then return end
  local from, to = 0, LONG
  if #get_text(buf, row, 0, row, LONG, {})[1] == LONG then
    from, to = visible.bytes(win, buf, row)
  end
  draw(s, row, from, to)
end

local last_row = -1 -- the one that was drawn last, in this window

--- Draws more of the row that was drawn last: without 'wrap', what concealed bytes make room for. What is laid over
--- the row would be so twice.
---@param s hum.Scan
---@param row integer
---@param from integer
---@param to integer
local function draw_more(s, row, from, to)
  local head = get_text(s.buf, row, 0, row, LONG, {})[1]
  if #head < LONG then return end
  local def = block.def(scan.at(s, row))
  if def.front or def.thinking or def.fence or def.math then return end
  head, from = part(s.buf, row, from, to)
  prose.draw_inside(view, row, head, from, false)
end

-- From 0.12 on it names the visible bytes too.
local function on_range(_, _, _, first_row, first_col, last, last_col)
  local s = view.scan
  if not s then return end
  for row = first_row, last_col > 0 and last or last - 1 do
    local draw_it = row == last_row and first_col > 0 and draw_more or draw
    last_row = row
    draw_it(s, row, row == first_row and first_col or 0, row == last and last_col or END)
  end
end

---@type table<integer, boolean>
local coloured = {}
---@type table<any, hum.Viewer>
local viewers = {}

---@alias hum.Viewer fun(win: integer, buf: integer, top: integer, bottom: integer)

local function call_viewers(win, buf, top, bottom)
  scan.sync(buf, bottom)
  for _, fn in pairs(viewers) do
    fn(win, buf, top, bottom)
  end
end

--- Neovim's modes by their first letter, as 'concealcursor' calls them.
local MODE = { n = 'n', i = 'i', R = 'i', v = 'v', V = 'v', ['\22'] = 'v', s = 'v', S = 'v', ['\19'] = 'v', c = 'c' }

--- The row in which Neovim conceals nothing, and so nothing is drawn over: that of the cursor, by 'concealcursor'.
---@param win integer
---@return integer row  -1: none; elsewhere than in the current window Neovim conceals everywhere
local function raw_row(win)
  if win ~= vim.api.nvim_get_current_win() then return -1 end
  local modes = vim.wo[win].concealcursor
  local mode = modes ~= '' and MODE[vim.api.nvim_get_mode().mode:sub(1, 1)]
  if mode and modes:find(mode, 1, true) then return -1 end
  return vim.api.nvim_win_get_cursor(win)[1] - 1
end

--- The last row of a reply that streams into a buffer.
---@param _buf integer
---@return integer|nil
local function growing(_buf) end

local function look_at(win, buf)
  view.win, view.buf, view.scan, view.width, last_row = win, buf, scan.get(buf), nil, -1
  view.cursor, view.growing = raw_row(win), growing(buf) or -1
  dressed, others = config.get().chat.dress, dresser.of(buf)
end

local function on_win(_, win, buf, top, bottom)
  if not scan.get(buf) then return false end
  guard(call_viewers, win, buf, top, bottom)
  if not coloured[buf] then return false end
  guard(look_at, win, buf)
  return true
end

local function start()
  if started then return end
  started = true
  scheme.start()
  ink.start()
  local callbacks = { on_win = on_win }
  if vim.fn.has('nvim-0.12') == 1 then
    callbacks.on_range = on_range
  else
    callbacks.on_line = on_line
  end
  vim.api.nvim_set_decoration_provider(view.ns, callbacks)
end

--- Calls `fn` when a window with a chat is drawn, from within the redraw: it must be quick and change nothing.
---@param key any
---@param fn hum.Viewer
function M.on_view(key, fn)
  start()
  viewers[key] = fn
end

--- Sets the function that says which row a reply is being written in.
---@param fn fun(buf: integer): integer|nil
function M.growing_with(fn) growing = fn end

--- The row in which a reply is being written, -1: none.
---@param buf integer
---@return integer
function M.growing(buf) return growing(buf) or -1 end

--- Has rows of a kind drawn by `fn`, with ephemeral extmarks, from within the redraw: it must be quick and change
--- nothing else. The row may be longer than the line that it gets: that ends after 4096 bytes.
---@param kind hum.RowKind
---@param fn hum.DrawRow
function M.draw_with(kind, fn)
  start()
  drawers[kind] = fn
end

--- Stops treesitter's highlighter in a buffer. It is not loaded just to ask: from then on it would take part in each
--- redraw, and where 'conceallevel' is set be asked about each row, twice or thrice for each token.
---@param buf integer
function M.stop_treesitter(buf)
  local highlighter = package.loaded['vim.treesitter.highlighter']
  if highlighter and highlighter.active[buf] then vim.treesitter.stop(buf) end
end

-- `autocmd FileType * lua vim.treesitter.start()` is meant for files; in a chat it would parse the whole text
-- for each token. Whoever wants it starts it by hand.
---@param buf integer
local function without_treesitter(buf)
  vim.schedule(function()
    if coloured[buf] then M.stop_treesitter(buf) end
  end)
end

--- Colours a chat from now on, code blocks included, until its buffer is unloaded.
---@param buf integer
function M.attach(buf)
  if buf == 0 then buf = vim.api.nvim_get_current_buf() end
  start()
  scan.attach(buf)
  if coloured[buf] then return end
  coloured[buf] = true
  dresser.watch(buf)
  without_treesitter(buf)
  vim.api.nvim_create_autocmd('BufUnload', {
    buffer = buf,
    once = true,
    callback = function() M.forget(buf) end,
  })
end

---@param buf integer
function M.forget(buf)
  coloured[buf] = nil
  dresser.forget(buf)
  visible.forget(buf)
end

return M
