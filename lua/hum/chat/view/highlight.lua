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
local fault = require('hum.fault')
local groups = require('hum.look.groups')
local guard = require('hum.interrupt').guard
local inline = require('hum.chat.text.inline')
local scan = require('hum.chat.text.scan')
local scheme = require('hum.look.scheme')
local visible = require('hum.chat.view.visible')

local M = {}

local LONG, MARGIN, NEAR = 4096, 1024, 2048
--- Below treesitter's 100 and the code blocks' colours.
local BASE_PRIORITY, INLINE_PRIORITY = 90, 95

local ns = vim.api.nvim_create_namespace('hum.highlight')

--- What is drawn, for those that draw rows (`draw_with`). It is the same table from row to row: not to be kept.
---@class hum.View
---@field win integer
---@field buf integer
---@field ns integer       of the extmarks
---@field width integer    cells for text in a row of the screen
---@field cursor integer   the row that is shown raw, -1: none
---@field scan hum.Scan    state before a row: `scan.at(view.scan, row)`

-- The width is asked for by few rows and costs as much as drawing one.
local view = setmetatable({ win = 0, buf = 0, ns = ns, cursor = -1, scan = nil }, {
  __index = function(self, key)
    if key ~= 'width' then return nil end
    local info = vim.fn.getwininfo(self.win)[1]
    local width = math.max(info.width - info.textoff, 1)
    rawset(self, 'width', width)
    return width
  end,
}) --[[@as hum.View]]

--- Draws a row and says whether it did; `true`: nothing else is drawn, but for the inside of a line of text;
--- 'whole': that neither.
---@alias hum.DrawRow fun(view: hum.View, row: integer, line: string): boolean|'whole'|nil

--- Kinds of rows: those of `block`, 'thinking' for every other row in a thinking part, and what a line of text is by
--- its first characters.
---@alias hum.RowKind hum.BlockKind|'thinking'|'heading'|'quote'|'table'|'rule'|'list'

---@type table<hum.RowKind, hum.DrawRow>
local drawers = {}
local dressed = true -- whether those are asked, in the window that is drawn
local set_extmark, get_text = vim.api.nvim_buf_set_extmark, vim.api.nvim_buf_get_text
---@type table<string, integer>
local id = {}
local started = false

-- Reused for each mark: making a table per mark would be most of its cost.
local base_mark = { ephemeral = true, end_col = 0, strict = false, priority = BASE_PRIORITY }
local span_mark = { ephemeral = true, strict = false, priority = INLINE_PRIORITY }

-- Their background, if they have one, goes to the window's edge.
local BAR = { HumUser = true, HumAssistant = true, HumSystem = true, HumFence = true, HumCode = true }

---@param buf integer
---@param row integer
---@param group string
local function whole(buf, row, group)
  base_mark.end_row = row + 1
  base_mark.hl_group = id[group]
  base_mark.hl_eol = BAR[group] or false
  set_extmark(buf, ns, row, 0, base_mark)
end

---@param buf integer
---@param row integer
---@param first integer
---@param last integer
---@param group string
local function span(buf, row, first, last, group)
  span_mark.end_col = last
  span_mark.hl_group = id[group]
  set_extmark(buf, ns, row, first, span_mark)
end

---@type table<string, string>
local INLINE = {
  emphasis = 'HumEmphasis',
  strong = 'HumStrong',
  strike = 'HumStrike',
  code = 'HumCodeInline',
  link = 'HumLink',
  url = 'HumUrl',
}

-- What `emit` needs; a closure per line would cost more than the line.
local at = { buf = 0, row = 0, offset = 0 }

---@param first integer
---@param last integer
---@param group string
local function emit(first, last, group)
  local offset = at.offset - 1
  span(at.buf, at.row, offset + first, offset + last, INLINE[group])
end

---@param buf integer
---@param row integer
---@param text string
---@param offset integer  of the text in its line
local function draw_inline(buf, row, text, offset)
  at.buf, at.row, at.offset = buf, row, offset
  inline.parse(text, emit)
end

---@param row integer
---@param line string
local function draw_table(row, line)
  local buf = view.buf
  if line:find('^[%s|:-]*%-[%s|:-]*$') then return span(buf, row, 0, #line, 'HumTable') end
  local i = line:find('|', 1, true)
  while i do
    span(buf, row, i - 1, i, 'HumTable')
    i = line:find('|', i + 1, true)
  end
end

---@param row integer
---@param line string
---@param first integer  where the marker begins
---@param last integer   where the white space behind it ends
local function draw_list(row, line, first, last)
  local buf = view.buf
  span(buf, row, first - 1, last - 1, 'HumListMarker')
  local _, box_last, box = line:find('^%s*%[([ xX])%]%s', last)
  if box_last then span(buf, row, box_last - 4, box_last - 1, box == ' ' and 'HumListUnchecked' or 'HumListChecked') end
end

---@param line string
---@param first integer
---@return boolean
local function is_rule(line, first)
  local char = line:sub(first, first)
  if not char:find('[-*_]') then return false end
  local bare = #line < 200 and line:gsub('%s', '') or ''
  return #bare >= 3 and bare == char:rep(#bare)
end

-- By the first byte of the text: `#`, `>`, `|`, `-`, `*`, `+`, `_`, digits. Most lines have none of them.
local LEADING = {}
for char in ('#>|-*+_0123456789'):gmatch('.') do
  LEADING[char:byte()] = true
end

--- Whether a row is the first one of a closed fold: what is laid over it would lie over the fold's own line.
---@param row integer
---@return boolean
local function is_shut(row)
  local function look() return vim.fn.foldclosed(row + 1) ~= -1 end
  if view.win == vim.api.nvim_get_current_win() then return look() end
  return vim.api.nvim_win_call(view.win, look)
end

--- Has a row drawn by the one who draws this kind. One who fails is not asked again: each frame would bring it anew.
---@param kind hum.RowKind
---@param row integer
---@param line string
---@return boolean|'whole'|nil
local function drawn(kind, row, line)
  local fn = dressed and drawers[kind]
  if not fn then return nil end
  if is_shut(row) then return 'whole' end
  local ok, result = xpcall(guard, debug.traceback, fn, view, row, line)
  if ok then return result end
  drawers[kind] = nil
  vim.schedule(function() fault.report(('drawing a row (%s)'):format(kind), tostring(result)) end)
end

--- What the first characters of a line of text make of it.
---@param line string
---@return hum.RowKind?
---@return integer? first  where a list's marker begins
---@return integer? last   where the white space behind it ends
local function leading(line)
  local columns, first = block.indent(line)
  local byte = line:byte(first)
  if not LEADING[byte] then return nil end
  if byte == 35 then return columns <= 3 and line:find('^#+%s', first) and 'heading' or nil end
  if byte == 62 then return 'quote' end
  if byte == 124 then return 'table' end
  if is_rule(line, first) then return 'rule' end
  local _, last = line:find('^[-*+]%s', first)
  if not last then
    _, last = line:find('^%d+[.)]%s', first)
  end
  if last then return 'list', first, last end
end

--- The head of a line of text.
---@param row integer
---@param line string
---@return boolean plain  its text may have inline markup
local function draw_leading(row, line)
  local kind, first, last = leading(line)
  if not kind then return true end
  local result = drawn(kind, row, line)
  if result then return result ~= 'whole' end
  if kind == 'heading' then
    whole(view.buf, row, 'HumHeading')
  elseif kind == 'quote' then
    whole(view.buf, row, 'HumQuote')
  elseif kind == 'table' then
    draw_table(row, line)
  elseif kind == 'rule' then
    whole(view.buf, row, 'HumRule')
    return false
  else
    draw_list(row, line, first --[[@as integer]], last --[[@as integer]])
  end
  return true
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
  local after, kind = block.next(state, head)
  local group = WHOLE[kind]
  if block.def(state).thinking then
    group = 'HumThinking'
    if kind ~= 'think_close' then kind = 'thinking' end
  end
  if group or kind == 'thinking' then
    if not drawn(kind, row, head) then whole(buf, row, group) end
    return
  end
  if kind == 'blank' then
    drawn(kind, row, head)
    return
  end
  -- A formula has neither lists nor emphasis.
  if block.def(state).math or block.def(after).math then return end
  if not draw_leading(row, head) then return end
  if #head == LONG then
    head, from = part(buf, row, from, to)
  else
    from = 0
  end
  draw_inline(buf, row, head, from)
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

-- From 0.12 on it names the visible bytes too.
local function on_range(_, _, _, first_row, first_col, last_row, last_col)
  local s = view.scan
  if not s then return end
  for row = first_row, last_col > 0 and last_row or last_row - 1 do
    draw(s, row, row == first_row and first_col or 0, row == last_row and last_col or END)
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

local function on_win(_, win, buf, top, bottom)
  if not scan.get(buf) then return false end
  guard(call_viewers, win, buf, top, bottom)
  if not coloured[buf] then return false end
  local chat = config.get().chat
  view.win, view.buf, view.scan, view.width = win, buf, scan.get(buf), nil
  view.cursor, dressed = -1, chat.dress
  -- Elsewhere than in the current window Neovim conceals in the cursor's row, too.
  if chat.raw_at_cursor and win == vim.api.nvim_get_current_win() then
    view.cursor = vim.api.nvim_win_get_cursor(win)[1] - 1
  end
  return true
end

local function find_groups()
  scheme.start()
  for _, group in ipairs(groups.list) do
    id[group.name] = vim.api.nvim_get_hl_id_by_name(group.name)
  end
end

local function start()
  if started then return end
  started = true
  find_groups()
  local callbacks = { on_win = on_win }
  if vim.fn.has('nvim-0.12') == 1 then
    callbacks.on_range = on_range
  else
    callbacks.on_line = on_line
  end
  vim.api.nvim_set_decoration_provider(ns, callbacks)
end

--- Calls `fn` when a window with a chat is drawn, from within the redraw: it must be quick and change nothing.
---@param key any
---@param fn hum.Viewer
function M.on_view(key, fn)
  start()
  viewers[key] = fn
end

--- Has rows of a kind drawn by `fn`, with ephemeral extmarks, from within the redraw: it must be quick and change
--- nothing else. The row may be longer than the line that it gets: that ends after 4096 bytes.
---@param kind hum.RowKind
---@param fn hum.DrawRow
function M.draw_with(kind, fn)
  start()
  drawers[kind] = fn
end

-- `autocmd FileType * lua vim.treesitter.start()` is meant for files; in a chat it would parse the whole text
-- for each token. Whoever wants it starts it by hand.
---@param buf integer
local function without_treesitter(buf)
  vim.schedule(function()
    -- Not loaded just to ask: from then on it would take part in each redraw.
    local highlighter = package.loaded['vim.treesitter.highlighter']
    if coloured[buf] and highlighter and highlighter.active[buf] then vim.treesitter.stop(buf) end
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
  visible.forget(buf)
end

return M
