-- The hunks of a preview, drawn: their rows, made once, and the marks in the lines of the buffer.
local drawn = require('hum.edit.view.drawn')
local glyphs = require('hum.look.glyphs')
local marked = require('hum.edit.view.marked')
local rows_of = require('hum.edit.view.rows').of

local M = {}

--- Hunks that are looked at in one go, and ms until the next ones are.
local MANY, PAUSE = 100, 5

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
function M.draw(v, hunk)
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

--- Puts hunks where the model says, some at a time: marks go with the text, so that few are elsewhere, if any.
---@param v hum.EditView
---@param first integer
local function check_later(v, first)
  local turn = v.turn
  vim.defer_fn(function()
    if v.turn ~= turn or v.preview.gone or not vim.api.nvim_buf_is_loaded(v.buf) then return end
    for i = first, math.min(first + MANY - 1, #v.preview.hunks) do
      M.draw(v, v.preview.hunks[i])
    end
    if first + MANY <= #v.preview.hunks then check_later(v, first + MANY) end
  end, PAUSE)
end

--- Puts hunks where the model says, those that are seen at once.
---@param v hum.EditView
function M.put(v)
  local hunks = v.preview.hunks
  v.turn = v.turn + 1
  if #hunks > MANY then
    for _, win in ipairs(vim.fn.win_findbuf(v.buf)) do
      local top, bottom = vim.fn.line('w0', win) - 1, vim.fn.line('w$', win)
      for _, hunk in ipairs(hunks) do
        if hunk.row <= bottom and hunk.row + hunk.rows >= top then M.draw(v, hunk) end
      end
    end
    return check_later(v, 1)
  end
  for _, hunk in ipairs(hunks) do
    M.draw(v, hunk)
  end
end

return M
