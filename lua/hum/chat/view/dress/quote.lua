-- Quotes: bars at their side, headings and markers of lists in them, and blocks of code, which have a border as
-- elsewhere.
local block = require('hum.chat.text.block')
local fence = require('hum.chat.view.dress.fence')
local glyphs = require('hum.look.glyphs')
local hanging = require('hum.chat.view.dress.hanging')
local ink = require('hum.chat.view.ink')
local list = require('hum.chat.view.dress.list')
local prose = require('hum.chat.view.prose')
local scan = require('hum.chat.text.scan')

local M = {}

local set_extmark = vim.api.nvim_buf_set_extmark

local HASH, BRACKET = 35, 91

--- Draws the bars.
---@param view hum.View
---@param row integer
---@param line string
---@return integer at  the first byte behind them
local function draw_bars(view, row, line)
  local bar = { { glyphs.get().quote, 'HumQuote' } }
  -- They go down at the side of a text that hangs.
  local repeats = hanging.is_on(view.win)
  local at = line:find('>', 1, true) --[[@as integer]]
  while true do
    set_extmark(view.buf, view.ns, row, at - 1, {
      ephemeral = true,
      virt_text = bar,
      virt_text_pos = 'overlay',
      virt_text_repeat_linebreak = repeats,
      hl_mode = 'combine',
    })
    local next_at = line:match('^ ?()>', at + 1) --[[@as integer?]]
    if not next_at then return at + 1 end
    at = next_at
  end
end

--- Draws a line of a block of code.
---@param view hum.View
---@param row integer
---@param line string
---@param at integer    the first byte behind the bars
---@param is_code boolean
---@param opens boolean
local function draw_block(view, row, line, at, is_code, opens)
  at = line:match('^ ?()', at) --[[@as integer]]
  if is_code then return ink.whole(view.buf, row, 'HumCode', at - 1) end
  local info = line:match('^%s*[`~]+(.*)$', at) or ''
  local width = view.width - vim.api.nvim_strwidth(line:sub(1, at - 1))
  if not fence.fits(view, row, line, width) then return ink.whole(view.buf, row, 'HumFence', at - 1) end
  ink.over(view.buf, row, at - 1, opens and fence.top(info, width, true) or fence.bottom(width))
end

--- Draws what a line begins with: a heading, "[!NOTE]", a marker of a list.
---@param view hum.View
---@param row integer
---@param line string
---@param at integer  the first byte behind the bars
local function draw_head(view, row, line, at)
  local buf = view.buf
  local first = line:match('^%s*()', at) --[[@as integer]]
  local byte = line:byte(first)
  if byte == HASH and line:find('^#+%s', first) then
    ink.whole(buf, row, 'HumHeading', first - 1)
    prose.hide_heading(view, row, line, first)
  elseif byte == BRACKET then
    local last = line:match('^%[!%u+()%]%s*$', first) --[[@as integer?]]
    if not last then return end
    ink.hide(buf, row, first - 1, first + 1)
    ink.span(buf, row, first + 1, last - 1, 'HumStrong')
    ink.hide(buf, row, last - 1, last)
  else
    list.draw_marker(view, row, line, first, math.max(first - at - 1, 0))
  end
end

--- Draws a line of a quote.
---@param view hum.View
---@param row integer
---@param line string
---@return boolean
function M.draw(view, row, line)
  hanging.want(view, line)
  if row == view.cursor or list.is_scrolled(view) then return false end
  ink.whole(view.buf, row, 'HumQuote')
  local at = draw_bars(view, row, line)
  local state = scan.at(view.scan, row)
  local before, after = block.def(state).quoted, block.def((block.next(state, line))).quoted
  if before or after then
    draw_block(view, row, line, at, before ~= nil and after ~= nil, before == nil)
    return true
  end
  draw_head(view, row, line, at)
  return true
end

return M
