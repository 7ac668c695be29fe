-- The open part of a preview, drawn: rows that are certain, and the line that grows.
local brush = require('hum.edit.view.brush')
local drawn = require('hum.edit.view.drawn')
local rows_of = require('hum.edit.view.rows').of

local M = {}

--- Old lines beyond which the growing line is not shown: whether it is one of them would take too long to find out.
local MOST_OLD = 5000

--- Lines that are drawn again because they have got their colours, at most; ms between a few and the next ones.
local MOST_PAINTED, PAUSE = 300, 4

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

--- Colours lines that came too many at a time, some at a time; they are drawn once all of them have their colours.
---@param v hum.EditView
local function paint_later(v)
  if v.paints then return end
  v.paints = true
  local round = v.round
  vim.defer_fn(function()
    v.paints = false
    if v.round ~= round or not v.plain or v.preview.over or not vim.api.nvim_buf_is_loaded(v.buf) then return end
    local part = vim.list_slice(v.open, v.plain, v.plain + brush.AT_ONCE - 1)
    local spans = brush.open(v.brush, v.preview.open.at, part, v.plain == 1)
    for i = 1, spans and #part or 0 do
      v.spans[v.plain + i - 1] = spans[i]
    end
    if spans then
      v.plain = v.plain + #part
    elseif not brush.is_busy(v.brush) then
      v.plain = nil
      return
    end
    if v.plain <= #v.open then return paint_later(v) end
    v.plain = nil
    if #v.open > MOST_PAINTED then return end
    M.reshape(v)
    drawn.open(v.drawn, v.preview:row_of(v.preview.open.at))
  end, PAUSE)
end

--- Draws what has come since.
---@param v hum.EditView
function M.draw(v)
  local p = v.preview
  local lines = p.open.rows
  local first = #v.open + 1
  if first <= #lines then
    local come = vim.list_slice(lines, first)
    local spans = not v.plain and brush.open(v.brush, p.open.at, come, first == 1) or nil
    local rows = {}
    for i, line in ipairs(come) do
      v.open[#v.open + 1] = line
      v.spans[#v.open] = spans and spans[i] or nil
      vim.list_extend(rows, rows_of(line, v.spans[#v.open], nil, v.shape.added))
    end
    drawn.add(v.drawn, rows)
    if not spans and brush.has_colours(v.brush) then
      v.plain = v.plain or first
      paint_later(v)
    end
  end
  draw_tail(v)
  drawn.open(v.drawn, p:row_of(p.open.at))
end

--- It begins anew.
---@param v hum.EditView
function M.begin(v)
  v.open, v.spans, v.plain = {}, {}, nil
  v.round = v.round + 1
  drawn.reset(v.drawn)
end

--- The colours that lines of a hunk have had until it has finished.
---@param v hum.EditView
---@param hunk hum.edit.Hunk
---@return hum.Spans[]|nil
function M.spans_of(v, hunk)
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

--- Makes its rows anew: the windows, or the colours, are others.
---@param v hum.EditView
function M.reshape(v)
  local rows = {}
  for i, line in ipairs(v.open) do
    vim.list_extend(rows, rows_of(line, v.spans[i], nil, v.shape.added))
  end
  drawn.reset(v.drawn)
  drawn.add(v.drawn, rows)
  if not v.preview.over then draw_tail(v) end
end

return M
