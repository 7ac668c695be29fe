-- Finds colours and changed words of hunks: at once for a small one that has just finished, else one at a time between
-- other events. Hunks are handed back in the order in which they came.
local colours = require('hum.edit.view.colours')
local fault = require('hum.fault')
local words_of = require('hum.edit.view.words').changed

local M = {}

--- Lines of a hunk that are coloured at once, and ms between two slices.
local AT_ONCE, PAUSE = 40, 3
--- Lines of a hunk beyond which it stays without colours.
local MOST = 2000

---@class hum.HunkLook
---@field spans? hum.Spans[]
---@field words? hum.WordChanges

---@class hum.Brush
---@field canvas? hum.Canvas
---@field old string[]
---@field passed integer  so many old lines are on the canvas
---@field waiting hum.edit.Hunk[]
---@field ahead integer   rows on the canvas that are not settled
---@field busy boolean
---@field give fun(hunk: hum.edit.Hunk, look: hum.HunkLook)
---@field side 'old'|'new'  which lines of a hunk are drawn

---@param preview hum.edit.Preview
---@param give fun(hunk: hum.edit.Hunk, look: hum.HunkLook)  called when a hunk's look is known
---@return hum.Brush
function M.new(preview, give)
  local row = vim.api.nvim_buf_line_count(preview.buf)
  row = math.max(0, math.min(preview:row_of(1), row))
  local _, canvas = fault.guard('colouring a preview', colours.new, preview.buf, row)
  return {
    canvas = canvas,
    old = preview.old,
    passed = 0,
    waiting = {},
    ahead = 0,
    busy = false,
    give = give,
    side = preview.review and 'old' or 'new',
  }
end

--- The unchanged lines before an old line that are not on the canvas; where blocks come out of order, some that are.
---@param b hum.Brush
---@param from integer
---@return string[]
local function kept(b, from)
  local first = b.passed < from and b.passed + 1 or from
  return vim.list_slice(b.old, math.max(first, from - colours.KEPT), from - 1)
end

---@param b hum.Brush
---@param hunk hum.edit.Hunk
local function paint(b, hunk)
  local look = { words = words_of(hunk.old, hunk.new) } ---@type hum.HunkLook
  local lines = hunk[b.side]
  b.ahead = 0
  if b.canvas and #lines <= MOST then look.spans = colours.settle(b.canvas, kept(b, hunk.from), lines) end
  b.passed = hunk.from + #hunk.old - 1
  b.give(hunk, look)
end

---@param b hum.Brush
local function go_on(b)
  b.busy = true
  vim.defer_fn(function()
    b.busy = false
    local hunk = table.remove(b.waiting, 1)
    if not hunk then return end
    fault.guard('colouring a preview', paint, b, hunk)
    if #b.waiting > 0 then go_on(b) end
  end, PAUSE)
end

--- A hunk has finished.
---@param b hum.Brush
---@param hunk hum.edit.Hunk
---@param at_once boolean  if it is small, and none waits
function M.hunk(b, hunk, at_once)
  if at_once and #b.waiting == 0 and #hunk[b.side] <= AT_ONCE then
    return fault.guard('colouring a preview', paint, b, hunk)
  end
  table.insert(b.waiting, hunk)
  if not b.busy then go_on(b) end
end

--- The colours of new lines of the open part.
---@param b hum.Brush
---@param at integer      the old line in front of which it stands
---@param lines string[]
---@param is_first boolean  it begins with them
---@return hum.Spans[]|nil
function M.open(b, at, lines, is_first)
  if not b.canvas or #b.waiting > 0 or #lines > AT_ONCE then return nil end
  if is_first then
    local before = kept(b, at)
    b.ahead = #before
    colours.put(b.canvas, 0, before)
  end
  local found = colours.growing(b.canvas, b.ahead, lines)
  b.ahead = b.ahead + #lines
  return found
end

---@param b hum.Brush
function M.drop(b)
  b.waiting = {}
  if b.canvas then colours.drop(b.canvas) end
  b.canvas = nil
end

return M
