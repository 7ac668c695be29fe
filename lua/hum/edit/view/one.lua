-- The view of one preview: follows the model and draws what has changed of it.
--
-- What has finished is drawn once. Of the open part only the newest rows are drawn again for a line that comes, and its
-- growing line for each token. After edits of the user's, undo and redo, what is not where the model says is put there.
local brush = require('hum.edit.view.brush')
local drawn = require('hum.edit.view.drawn')
local glyphs = require('hum.look.glyphs')
local info = require('hum.edit.view.info')
local limits = require('hum.edit.view.limits')
local marked = require('hum.edit.view.marked')
local rows_of = require('hum.edit.view.rows').of
local said = require('hum.edit.view.said')
local shapes = require('hum.edit.view.shape')

local M = {}

--- Old lines beyond which the growing line is not shown: whether it is one of them would take too long to find out.
local MOST_OLD = 5000

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
---@field spans table<integer, hum.Spans>  of these
---@field said? hum.Said     what the model has said instead
---@field hint fun(): string|nil  what to press then
---@field hidden boolean     a diff shows it instead
---@field had_top? boolean   rows stood above the first line
---@field has_room? boolean  the window has scrolled for the first rows, or need not

---@param v hum.EditView
---@param hunk hum.edit.Hunk
---@return hum.VirtualRow[]
local function hunk_rows(v, hunk)
  local known = v.rows[hunk.id]
  local conflict = hunk.conflict == true
  if known and known.conflict == conflict then return known.rows end
  local side, shape = v.brush.side, v.preview.review and v.shape.removed or v.shape.added
  local look, rows = v.looks[hunk.id] or {}, {}
  if conflict then
    local text = glyphs.get().warning .. ' changed meanwhile: this hunk cannot be accepted'
    rows[1] = { { glyphs.cut(text, shape.width or shape.pad), 'HumEditFault' } }
  end
  local words = look.words and look.words[side] or {}
  for i, line in ipairs(hunk[side]) do
    vim.list_extend(rows, rows_of(line, look.spans and look.spans[i], words[i], shape))
  end
  v.rows[hunk.id] = { rows = rows, conflict = conflict }
  return rows
end

---@param v hum.EditView
---@param hunk hum.edit.Hunk
---@return boolean
local function is_shown(v, hunk)
  if v.hidden then return false end
  return hunk.state == 'finished'
end

---@param v hum.EditView
---@param hunk hum.edit.Hunk
local function forget(v, hunk)
  drawn.forget(v.drawn, hunk.id)
  if v.marked[hunk.id] then marked.forget(v.buf, v.marked[hunk.id]) end
  v.marked[hunk.id] = nil
end

--- Draws a hunk, as far as it is not.
---@param v hum.EditView
---@param hunk hum.edit.Hunk
local function draw_hunk(v, hunk)
  if not is_shown(v, hunk) then return forget(v, hunk) end
  local review = v.preview.review
  drawn.hunk(v.drawn, hunk, hunk_rows(v, hunk), review)
  if hunk.conflict then
    if v.marked[hunk.id] then marked.forget(v.buf, v.marked[hunk.id]) end
    v.marked[hunk.id] = nil
    return
  end
  local words = v.looks[hunk.id] and v.looks[hunk.id].words
  local own = words and words[review and 'new' or 'old'] or {}
  local look = { kind = review and 'Added' or 'Removed', to_edge = v.shape[review and 'added' or 'removed'].coloured }
  v.marked[hunk.id] = marked.hunk(v.buf, v.marked[hunk.id], hunk, own, look)
end

--- Where lines of the old text are now.
---@param v hum.EditView
---@return fun(i: integer): integer
local function places(v)
  return function(i) return v.preview:row_of(i) end
end

--- Whether a line that begins so can be none of the old ones: else it would be taken back when it is one.
---@param v hum.EditView
---@param beginning string
---@return boolean
local function is_certain(v, beginning)
  local old = v.preview.old
  if #old > MOST_OLD then return false end
  if not v.sorted then
    v.sorted = vim.list_slice(old)
    table.sort(v.sorted)
  end
  local low, high = 1, #v.sorted + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if v.sorted[middle] < beginning then
      low = middle + 1
    else
      high = middle
    end
  end
  return not vim.startswith(v.sorted[low] or '', beginning) or low > #v.sorted
end

---@param v hum.EditView
local function draw_tail(v)
  local tail = v.preview.tail or ''
  local rows = {}
  if tail:find('%S') and is_certain(v, tail) then rows = rows_of(tail, nil, nil, v.shape.added) end
  v.drawn.tail = rows
end

---@param v hum.EditView
local function draw_open(v)
  local p = v.preview
  local lines = p.open.rows
  local first = #v.open + 1
  if first <= #lines then
    local come = vim.list_slice(lines, first)
    local spans = brush.open(v.brush, p.open.at, come, first == 1)
    local rows = {}
    for i, line in ipairs(come) do
      v.open[#v.open + 1] = line
      v.spans[#v.open] = spans and spans[i] or nil
      vim.list_extend(rows, rows_of(line, v.spans[#v.open], nil, v.shape.added))
    end
    drawn.add(v.drawn, rows)
  end
  draw_tail(v)
  drawn.open(v.drawn, p:row_of(p.open.at))
end

---@param v hum.EditView
local function begin_open(v)
  v.open, v.spans = {}, {}
  drawn.reset(v.drawn)
end

--- The colours that lines of a hunk have had until it has finished.
---@param v hum.EditView
---@param hunk hum.edit.Hunk
---@return hum.Spans[]|nil
local function spans_of(v, hunk)
  if not next(v.spans) then return nil end
  local by_line, spans = {}, {} ---@type table<string, hum.Spans>, hum.Spans[]
  for i, line in ipairs(v.open) do
    by_line[line] = v.spans[i]
  end
  for i, line in ipairs(hunk.new) do
    spans[i] = by_line[line] or {}
  end
  return spans
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
    v.looks[hunk.id] = { spans = spans_of(v, hunk) }
    brush.hunk(v.brush, hunk, #what.finished <= 2)
    draw_hunk(v, hunk)
  end
  if what.reset or what.rows <= #v.open then begin_open(v) end
  draw_open(v)
  make_room(v)
  marked.reach(v.pending, v.preview.reached, places(v))
end

--- Puts everything where the model says.
---@param v hum.EditView
local function on_moved(v)
  for _, hunk in ipairs(v.preview.hunks) do
    draw_hunk(v, hunk)
  end
  if v.preview.over then return end
  marked.put_pending(v.pending, places(v))
  drawn.open(v.drawn, v.preview:row_of(v.preview.open.at))
end

---@param v hum.EditView
local function on_over(v)
  begin_open(v)
  drawn.open(v.drawn, 0)
  marked.forget_pending(v.pending)
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

--- Has windows show what stands above the first line, if there is anything, or was.
---@param v hum.EditView
local function show_top(v)
  local has = drawn.is_at_top(v.drawn)
  if has or v.had_top then limits.above_first(v.buf) end
  v.had_top = has
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
---@param hunks hum.edit.Hunk[]
local function on_hunks(v, hunks)
  for _, hunk in ipairs(hunks) do
    draw_hunk(v, hunk)
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
  show_top(v)
end

--- Makes all rows anew: the windows, or the colours, are others.
---@param v hum.EditView
function M.reshape(v)
  v.shape, v.rows = shapes.of(v.buf), {}
  local rows = {}
  for i, line in ipairs(v.open) do
    vim.list_extend(rows, rows_of(line, v.spans[i], nil, v.shape.added))
  end
  drawn.reset(v.drawn)
  drawn.add(v.drawn, rows)
  if not v.preview.over then draw_tail(v) end
  on_moved(v)
  M.tell(v)
  show_top(v)
end

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
    if not preview.gone and vim.api.nvim_buf_is_loaded(v.buf) and v.drawn.hunks[hunk.id] then draw_hunk(v, hunk) end
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
    spans = {},
    hint = hint,
    hidden = false,
  }
  for _, hunk in ipairs(preview.hunks) do
    brush.hunk(v.brush, hunk, #preview.hunks <= 2)
    draw_hunk(v, hunk)
  end
  if preview.over then
    on_over(v)
  else
    marked.reach(v.pending, preview.reached, places(v))
    marked.put_pending(v.pending, places(v))
    draw_open(v)
  end
  M.tell(v)
  show_top(v)
  return v
end

return M
