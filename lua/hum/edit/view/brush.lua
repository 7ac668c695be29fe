-- Finds colours and changed words of hunks: at once for a small one that has just finished, else a few lines at a time
-- between other events. Hunks are handed back in the order in which they came.
local colours = require('hum.edit.view.colours')
local fault = require('hum.fault')
local words_of = require('hum.edit.view.words').changed

local M = {}

--- Lines that are coloured at once.
M.AT_ONCE = 12
--- Lines that are coloured in a slice, and ms between two of them.
local SLICE, PAUSE = 16, 3
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
---@field done hum.Spans[]  of the first one that waits
---@field busy boolean
---@field ended boolean   no other hunks come
---@field blank boolean   the file has had no colours
---@field give fun(hunk: hum.edit.Hunk, look: hum.HunkLook)
---@field side 'old'|'new'  which lines of a hunk are drawn

---@param preview hum.edit.Preview
---@return hum.Canvas|nil
local function canvas_of(preview)
  local row = vim.api.nvim_buf_line_count(preview.buf)
  row = math.max(0, math.min(preview:row_of(1), row))
  local _, canvas = fault.guard('colouring a preview', colours.new, preview.buf, row)
  return canvas
end

---@param preview hum.edit.Preview
---@param give fun(hunk: hum.edit.Hunk, look: hum.HunkLook)  called when a hunk's look is known
---@return hum.Brush
function M.new(preview, give)
  local canvas = canvas_of(preview)
  return {
    canvas = canvas,
    ended = false,
    blank = canvas == nil,
    old = preview.old,
    passed = 0,
    waiting = {},
    done = {},
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

--- Colours some more lines of the first hunk that waits.
---@param b hum.Brush
---@param count integer
---@return boolean  it has its colours
local function paint(b, count)
  local hunk = b.waiting[1]
  local lines, done = hunk[b.side], b.done
  if not b.canvas or #lines > MOST then return true end
  if #done == 0 then
    colours.begin(b.canvas, kept(b, hunk.from))
    b.passed = hunk.from + #hunk.old - 1
  end
  local part = vim.list_slice(lines, #done + 1, #done + count)
  local spans = colours.settle(b.canvas, part)
  for i = 1, #part do
    done[#done + 1] = spans and spans[i] or {}
  end
  return #done >= #lines
end

---@param b hum.Brush
local function tidy(b)
  if b.ended and b.canvas and #b.waiting == 0 then
    colours.drop(b.canvas)
    b.canvas = nil
  end
end

--- Hands back the first hunk that waits.
---@param b hum.Brush
local function finish(b)
  local hunk, spans = table.remove(b.waiting, 1), b.done
  b.done = {}
  b.give(hunk, { words = words_of(hunk.old, hunk.new), spans = #spans > 0 and spans or nil })
end

---@param b hum.Brush
local function go_on(b)
  b.busy = true
  vim.defer_fn(function()
    b.busy = false
    if #b.waiting == 0 then return end
    local ok, is_done = fault.guard('colouring a preview', paint, b, SLICE)
    if not ok or is_done then fault.guard('colouring a preview', finish, b) end
    if #b.waiting > 0 then return go_on(b) end
    tidy(b)
  end, PAUSE)
end

--- A hunk has finished.
---@param b hum.Brush
---@param hunk hum.edit.Hunk
---@param at_once boolean  if it is small, and none waits
function M.hunk(b, hunk, at_once)
  table.insert(b.waiting, hunk)
  if at_once and #b.waiting == 1 and #hunk[b.side] <= M.AT_ONCE then
    fault.guard('colouring a preview', paint, b, M.AT_ONCE)
    fault.guard('colouring a preview', finish, b)
  elseif not b.busy then
    go_on(b)
  end
end

---@param b hum.Brush
---@return boolean
function M.has_colours(b) return b.canvas ~= nil end

--- Whether hunks get their colours first.
---@param b hum.Brush
---@return boolean
function M.is_busy(b) return #b.waiting > 0 end

--- The colours of new lines of the open part.
---@param b hum.Brush
---@param at integer      the old line in front of which it stands
---@param lines string[]
---@param is_first boolean  it begins with them
---@return hum.Spans[]|nil
function M.open(b, at, lines, is_first)
  if not b.canvas or #b.waiting > 0 or #lines > M.AT_ONCE then return nil end
  if is_first then colours.begin(b.canvas, kept(b, at)) end
  return colours.growing(b.canvas, lines)
end

--- No other hunks come: what is not needed any more goes, once all have their colours.
---@param b hum.Brush
function M.finish(b)
  b.ended = true
  tidy(b)
end

--- The file may have got colours since: then hunks get theirs.
---@param b hum.Brush
---@param preview hum.edit.Preview
function M.again(b, preview)
  if not b.blank then return end
  b.canvas = canvas_of(preview)
  b.blank = b.canvas == nil
  if b.blank then return end
  for _, hunk in ipairs(preview.hunks) do
    M.hunk(b, hunk, false)
  end
  tidy(b)
end

---@param b hum.Brush
function M.drop(b)
  b.waiting, b.done = {}, {}
  if b.canvas then colours.drop(b.canvas) end
  b.canvas = nil
end

return M
