-- What stands at the beginning of a line of text, drawn over: bullets, boxes of tasks, rules.
--
-- Each is drawn over its own characters, and what is left of them is concealed: nothing on the screen moves.
local block = require('hum.chat.text.block')
local glyphs = require('hum.look.glyphs')
local hanging = require('hum.chat.view.dress.hanging')
local ink = require('hum.chat.view.ink')

local M = {}

--- Whether the window shows lines from a later column on: what is drawn over their beginning would stand elsewhere.
---@param view hum.View
---@return boolean
function M.is_scrolled(view)
  if view.wrap then return false end
  return vim.api.nvim_win_call(view.win, vim.fn.winsaveview).leftcol > 0
end

--- The bullet of a depth.
---@param columns integer  before it
---@return string
local function bullet(columns)
  local bullets = glyphs.get().bullets
  -- Two blanks a level or three; with four every other bullet is passed over, and no two levels look alike.
  return bullets[math.floor(columns / 2) % #bullets + 1]
end

--- The box of a task that stands at a byte of a line.
---@param line string
---@param at integer
---@return integer|nil last  the byte of its `]`
---@return boolean is_done
local function box_at(line, at)
  local box = line:match('^%[([ xX])%]%f[%s%z]', at)
  return box and at + 2, box ~= ' '
end

--- Draws a box of a task over a byte, and conceals what is left of its characters.
---@param view hum.View
---@param row integer
---@param at integer    from 1
---@param last integer  the byte of its `]`
---@param is_done boolean
local function draw_box(view, row, at, last, is_done)
  local glyph = is_done and glyphs.get().checked or glyphs.get().unchecked
  ink.over(view.buf, row, at - 1, { { glyph, is_done and 'HumListChecked' or 'HumListUnchecked' } })
  ink.hide(view.buf, row, at, last)
end

--- A marker at a byte of a line, with the box of a task behind it.
---@param view hum.View
---@param row integer
---@param line string
---@param first integer    byte of the marker, from 1
---@param columns integer  before it
---@return boolean
function M.draw_marker(view, row, line, first, columns)
  local number_last, after = line:match('^%d+()[.)]%s+()', first) ---@type any, any
  if not after then after = line:match('^[-*+]%s+()', first) end
  if not after then return false end
  local last, is_done = box_at(line, after)
  -- Where the user has all marks shown the box is seen.
  if last and vim.wo[view.win].conceallevel == 0 then last = nil end
  if number_last then
    ink.span(view.buf, row, first - 1, number_last, 'HumListMarker')
    if last then draw_box(view, row, after, last, is_done) end
  elseif last then
    draw_box(view, row, first, last, is_done)
  else
    ink.over(view.buf, row, first - 1, { { bullet(columns), 'HumListMarker' } })
  end
  return true
end

--- Draws the marker of a list's item.
---@param view hum.View
---@param row integer
---@param line string
---@return boolean
function M.draw_item(view, row, line)
  hanging.want(view, line)
  if row == view.cursor or M.is_scrolled(view) then return false end
  local columns, first = block.indent(line)
  return M.draw_marker(view, row, line, first, columns)
end

--- Draws a rule as wide as the window.
---@param view hum.View
---@param row integer
---@param line string
---@return boolean|'whole'
function M.draw_rule(view, row, line)
  local columns, first = block.indent(line)
  if row == view.cursor or #line > view.width or columns >= view.width then return false end
  ink.over(view.buf, row, first - 1, { { glyphs.get().rule:rep(view.width - columns), 'HumRule' } })
  return 'whole'
end

return M
