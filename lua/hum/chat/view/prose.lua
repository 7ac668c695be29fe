-- A line of text as it is drawn: what its first characters make of it, and the emphasis, code and links within.
--
-- The marks within are concealed. Neovim breaks a line where it would without that, so no text changes its row when
-- marks are concealed or shown; a row only ends a little earlier.
--
-- The line at the end of a reply that streams is drawn as it is going to be: what is emphasis as soon as its second
-- mark has come is so with the first.
local block = require('hum.chat.text.block')
local guard = require('hum.interrupt').guard
local ink = require('hum.chat.view.ink')
local inline = require('hum.chat.text.inline')
local marks = require('hum.chat.text.marks')

local M = {}

local span, whole, hide = ink.span, ink.whole, ink.hide

---@alias hum.ProseKind 'heading'|'quote'|'table'|'rule'|'list'

-- By the first byte of the text: `#`, `>`, `|`, `-`, `*`, `+`, `_`, digits. Most lines have none of them.
local LEADING = {}
for char in ('#>|-*+_0123456789'):gmatch('.') do
  LEADING[char:byte()] = true
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

--- What the first characters of a line of text make of it.
---@param line string
---@return hum.ProseKind?
---@return integer first  where its text begins
---@return integer? last  where the white space behind a list's marker ends
function M.kind(line)
  local columns, first = block.indent(line)
  local byte = line:byte(first)
  if not LEADING[byte] then return nil, first end
  if byte == 35 then return columns <= 3 and line:find('^#+%s', first) and 'heading' or nil, first end
  if byte == 62 then return 'quote', first end
  if byte == 124 then return 'table', first end
  if is_rule(line, first) then return 'rule', first end
  local _, last = line:find('^[-*+]%s', first)
  if not last then
    _, last = line:find('^%d+[.)]%s', first)
  end
  return last and 'list' or nil, first, last
end

---@param view hum.View
---@param row integer
---@param line string
local function draw_table(view, row, line)
  local buf = view.buf
  if line:find('^[%s|:-]*%-[%s|:-]*$') then return span(buf, row, 0, #line, 'HumTable') end
  local i = line:find('|', 1, true)
  while i do
    span(buf, row, i - 1, i, 'HumTable')
    i = line:find('|', i + 1, true)
  end
end

--- The colours of a line's head.
---@param view hum.View
---@param row integer
---@param line string
---@param kind hum.ProseKind
---@param first integer
---@param last? integer
function M.draw_head(view, row, line, kind, first, last)
  local buf = view.buf
  if kind == 'heading' then
    whole(buf, row, 'HumHeading')
  elseif kind == 'quote' then
    whole(buf, row, 'HumQuote')
  elseif kind == 'table' then
    draw_table(view, row, line)
  elseif kind == 'rule' then
    whole(buf, row, 'HumRule')
  elseif last then
    span(buf, row, first - 1, last - 1, 'HumListMarker')
    local _, box_last, box = line:find('^%s*%[([ xX])%]%s', last)
    local group = box == ' ' and 'HumListUnchecked' or 'HumListChecked'
    if box_last then span(buf, row, box_last - 4, box_last - 1, group) end
  end
end

--- Conceals the signs of a heading.
---@param view hum.View
---@param row integer
---@param line string
---@param first integer
function M.hide_heading(view, row, line, first)
  local _, last = line:find('^#+%s+', first)
  ---@cast last integer
  hide(view.buf, row, first - 1, last)
  local closing = line:match('()%s+#+%s*$', last) --[[@as integer?]]
  if closing then hide(view.buf, row, closing - 1, #line) end
end

local GROUP = ink.INLINE

-- What the callbacks need; a closure per line would cost more than the line.
local at = { row = 0, offset = 0, text = '', hides = false, measured = 0 } ---@type table

--- Addresses of a line that are measured.
local MOST = 8

--- How much of the address in the bytes [first, last) is concealed. Neovim breaks the line where it would with the
--- address: one that fills a row of the screen would leave it empty, but for the last row of a line, and is shown.
---@param first integer
---@param last integer
---@return integer|nil last  nil: it is shown
local function reach(first, last)
  local view, row = at.view, at.row + 1
  if at.offset + #at.text <= view.width then return last end
  at.measured = at.measured + 1
  if at.measured > MOST then return nil end
  if not view.wrap then return last end
  local function cell(col) return guard(vim.fn.virtcol, { row, at.offset + col }, 0, view.win) - 1 end
  local left, right = cell(first), cell(last - 1)
  local above, below = math.floor(left / view.width), math.floor(right / view.width)
  if above == below then return last end
  if below > above + 1 or left % view.width == 0 then return nil end
  return at.text:byte(last) == 32 and last + 1 or last -- no row begins with a blank
end

---@param first integer
---@param last integer
local function conceal(first, last) hide(at.view.buf, at.row, at.offset + first - 1, at.offset + last - 1) end

---@param first integer
---@param last integer
---@param kind hum.InlineKind
local function emit(first, last, kind)
  local group = GROUP[kind]
  if group then span(at.view.buf, at.row, at.offset + first - 1, at.offset + last - 1, group) end
  if not at.hides then return end
  if kind == 'url' and at.text:byte(first) == 40 then
    local to = reach(first, last)
    if to then conceal(first, to) end
    return
  end
  marks.of(at.text, first, last, kind, conceal)
end

---@param first integer
---@param last integer
---@param kind? hum.InlineKind
local function emit_open(first, last, kind)
  if kind then span(at.view.buf, at.row, at.offset + first - 1, at.offset + #at.text, GROUP[kind]) end
  local is_address = not kind and at.text:byte(first) == 93
  if at.hides and (not is_address or reach(first + 1, last)) then conceal(first, last) end
end

--- Draws what is within a line.
---@param view hum.View
---@param row integer
---@param text string
---@param offset integer  of the text in its line
---@param hides boolean   marks are concealed
function M.draw_inside(view, row, text, offset, hides)
  at.view, at.row, at.text, at.offset, at.hides, at.measured = view, row, text, offset, hides, 0
  inline.parse(text, emit, row == view.growing and emit_open or nil)
end

return M
