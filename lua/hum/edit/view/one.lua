-- The view of one preview: follows the model and draws what has changed of it.
--
-- What has finished is drawn once. Of the open part only the newest rows are drawn again for a line that comes, and its
-- growing line for each token. After edits of the user's, undo and redo, what is not where the model says is put there.
local above = require('hum.edit.view.above')
local brush = require('hum.edit.view.brush')
local drawn = require('hum.edit.view.drawn')
local hunks = require('hum.edit.view.hunks')
local info = require('hum.edit.view.info')
local limits = require('hum.edit.view.limits')
local marked = require('hum.edit.view.marked')
local open = require('hum.edit.view.open')
local said = require('hum.edit.view.said')
local shapes = require('hum.edit.view.shape')

local M = {}

---@class hum.EditView
---@field preview hum.edit.Preview
---@field buf integer
---@field brush hum.Brush
---@field shape table<'added'|'removed', hum.RowShape>
---@field drawn hum.Drawn
---@field marked table<integer, hum.Marked>    by the hunk's id
---@field looks table<integer, hum.HunkLook>
---@field rows table<integer, { rows: hum.VirtualRow[], conflict: boolean }>
---@field pending hum.NotReached
---@field info hum.EditInfo
---@field sorted? string[]  the old lines
---@field open string[]     lines of the open part that are drawn
---@field turn integer      what is checked later is not, if this has changed
---@field spans table<integer, hum.Spans>  of these
---@field plain? integer    the first of them that waits for its colours
---@field paints boolean    it gets them soon
---@field round integer     the open part has begun so often
---@field said? hum.Said     what the model has said instead
---@field hint fun(): string|nil  what to press then
---@field hidden boolean     a diff shows it instead
---@field visited? boolean   the cursor has been in one of its hunks
---@field had_top table<integer, true>  windows above whose first line rows stood
---@field has_room? boolean  the window has scrolled for the first rows, or need not

--- Where lines of the old text are now.
---@param v hum.EditView
---@return fun(i: integer): integer
local function places(v)
  return function(i) return v.preview:row_of(i) end
end

--- Once, when the first rows come.
---@param v hum.EditView
local function make_room(v)
  local p = v.preview
  if v.has_room or (#p.hunks == 0 and drawn.count(v.drawn) == 0) then return end
  v.has_room = true
  local first, last = p:range()
  limits.make_room(v.buf, p.hunks[1] and p.hunks[1].row or p:row_of(p.open.at), first - 1, last - 1)
end

--- More of the answer has come.
---@param v hum.EditView
---@param what { reset: boolean, finished: hum.edit.Hunk[], rows: integer }
local function on_fed(v, what)
  for _, hunk in ipairs(what.finished) do
    -- A small one has its colours in the same turn, so that it is drawn once.
    v.looks[hunk.id] = { spans = open.spans_of(v, hunk) }
    brush.hunk(v.brush, hunk, #what.finished <= 2)
    hunks.draw(v, hunk)
  end
  if what.reset or what.rows <= #v.open then open.begin(v) end
  open.draw(v)
  make_room(v)
  marked.reach(v.pending, v.preview.reached, places(v))
end

--- Puts everything where the model says.
---@param v hum.EditView
local function on_moved(v)
  hunks.put(v)
  if v.preview.over then return end
  marked.put_pending(v.pending, places(v))
  drawn.open(v.drawn, v.preview:row_of(v.preview.open.at))
end

---@param v hum.EditView
local function on_over(v)
  open.begin(v)
  drawn.open(v.drawn, 0)
  marked.forget_pending(v.pending)
  brush.finish(v.brush)
  if said.is_due(v.preview) and not v.said then v.said = said.open(v.preview, v.hint()) end
end

--- Closes the float with what the model has said.
---@param v hum.EditView
function M.close_said(v)
  if v.said then said.close(v.said) end
  v.said = nil
end

--- Whether there is something to be seen of it, and something to be done.
---@param v hum.EditView
---@return boolean
function M.is_active(v)
  if v.preview.gone then return false end
  if v.said and not said.is_open(v.said) then v.said = nil end
  return v.said ~= nil or v.preview:is_live()
end

--- Takes what is drawn away while a diff shows it, or draws it again.
---@param v hum.EditView
---@param hidden boolean
function M.hide(v, hidden)
  v.hidden = hidden
  if not v.preview.gone and vim.api.nvim_buf_is_loaded(v.buf) then on_moved(v) end
end

--- Has windows show what stands above their first line, if something does, or has just done.
---@param v hum.EditView
---@param hunks_too boolean  a token has changed none
local function show_tops(v, hunks_too)
  for _, win in ipairs(vim.fn.win_findbuf(v.buf)) do
    local top = vim.fn.line('w0', win) - 1
    local has = drawn.opens_at(v.drawn, top) or (hunks_too and drawn.has_hunk_at(v.drawn, top))
    if has or v.had_top[win] then above.changed(win) end
    v.had_top[win] = has or nil
  end
end

--- Takes everything away.
---@param v hum.EditView
function M.clear(v)
  brush.drop(v.brush)
  drawn.clear(v.drawn)
  for _, one in pairs(v.marked) do
    marked.forget(v.buf, one)
  end
  v.marked = {}
  marked.forget_pending(v.pending)
  info.take(v.preview, v.info)
  M.close_said(v)
end

---@param v hum.EditView
---@param changed hum.edit.Hunk[]
local function on_hunks(v, changed)
  for _, hunk in ipairs(changed) do
    hunks.draw(v, hunk)
  end
end

local HANDLERS = {
  fed = on_fed,
  moved = on_moved,
  over = on_over,
  hunks = on_hunks,
}

--- Says what the model does, or why it has ended, as long as there is a hunk for that to be of interest.
---@param v hum.EditView
function M.tell(v)
  if v.hidden or (v.preview.over and not v.preview:is_live()) then return info.no_life(v.preview, v.info) end
  info.life(v.preview, v.info)
end

--- Follows the model.
---@param v hum.EditView
---@param what string
---@param arg any
function M.follow(v, what, arg)
  if what == 'gone' then return M.clear(v) end
  if not vim.api.nvim_buf_is_loaded(v.buf) then return end
  if HANDLERS[what] then HANDLERS[what](v, arg) end
  M.tell(v)
  show_tops(v, what ~= 'fed' or #arg.finished > 0)
end

--- Makes all rows anew: the windows, or the colours, are others.
---@param v hum.EditView
function M.reshape(v)
  v.shape, v.rows = shapes.of(v.buf), {}
  open.reshape(v)
  on_moved(v)
  M.tell(v)
  show_tops(v, true)
end

--- A window shows it: its file may have had no colours before.
---@param v hum.EditView
function M.recolour(v) brush.again(v.brush, v.preview) end

--- Whether rows that are made now would be other ones.
---@param v hum.EditView
---@return boolean
function M.is_outdated(v)
  local now = shapes.of(v.buf)
  return not shapes.is_same(now.added, v.shape.added) or not shapes.is_same(now.removed, v.shape.removed)
end

---@param preview hum.edit.Preview
---@param hint fun(): string|nil  what to press where words of the model are shown
---@return hum.EditView
function M.new(preview, hint)
  local v ---@type hum.EditView
  local function give(hunk, look)
    v.looks[hunk.id], v.rows[hunk.id] = look, nil
    if not preview.gone and vim.api.nvim_buf_is_loaded(v.buf) and v.drawn.hunks[hunk.id] then hunks.draw(v, hunk) end
  end
  v = {
    preview = preview,
    buf = preview.buf,
    brush = brush.new(preview, give),
    shape = shapes.of(preview.buf),
    drawn = drawn.new(preview.buf, shapes.OVERFLOW),
    marked = {},
    looks = {},
    rows = {},
    pending = marked.pending(preview.buf, #preview.old),
    info = info.new(),
    open = {},
    paints = false,
    round = 0,
    turn = 0,
    spans = {},
    hint = hint,
    hidden = false,
    had_top = {},
  }
  for _, hunk in ipairs(preview.hunks) do
    brush.hunk(v.brush, hunk, #preview.hunks <= 2)
    hunks.draw(v, hunk)
  end
  if preview.over then
    on_over(v)
  else
    marked.reach(v.pending, preview.reached, places(v))
    marked.put_pending(v.pending, places(v))
    open.draw(v)
  end
  M.tell(v)
  show_tops(v, true)
  return v
end

return M
