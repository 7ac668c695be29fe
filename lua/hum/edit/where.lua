-- The lines that an edit is about: named, selected, or around the cursor; in words, and as they move.
local ranges = require('hum.edit.range')
local selection = require('hum.selection')

local M = {}

---@class hum.EditRange : hum.EditRows
---@field chars? integer[]   row, col, row, col, end exclusive: it is not of whole lines
---@field kind? 'function'|'paragraph'  it was found around the cursor

--- Those around the cursor.
---@return hum.EditRange
function M.around()
  local buf = vim.api.nvim_get_current_buf()
  local cursor = vim.api.nvim_win_get_cursor(0)
  local found = ranges.around(buf, cursor[1] - 1, cursor[2])
  return { buf = buf, first = found.first, last = found.last, kind = found.kind }
end

--- The selected lines, if the command is run from visual mode (by <Cmd>), which this ends.
---@return { buf: integer, first: integer, last: integer }|nil
function M.selected()
  if not vim.api.nvim_get_mode().mode:find('^[vV\22]') then return nil end
  return selection.take()
end

--- Lines that were named, or those around the cursor.
---@param quote? { buf: integer, first: integer, last: integer }  lines from 1
---@return hum.EditRange
function M.of_lines(quote)
  if not quote then return M.around() end
  local count = vim.api.nvim_buf_line_count(quote.buf)
  local first = math.max(1, math.min(quote.first, count))
  return { buf = quote.buf, first = first - 1, last = math.max(first, math.min(quote.last, count)) - 1 }
end

--- The place of the cursor: behind a line's last character in normal mode, as nothing else is meant there.
---@return hum.EditRange
function M.here()
  local buf = vim.api.nvim_get_current_buf()
  local cursor = vim.api.nvim_win_get_cursor(0)
  local row, col = cursor[1] - 1, cursor[2]
  local line = vim.api.nvim_get_current_line()
  local inserts = vim.api.nvim_get_mode().mode:find('^[iR]') ~= nil
  local is_last = col + #vim.fn.matchstr(line:sub(col + 1), '.') >= #line
  if not line:find('%S') or (is_last and not inserts) then col = #line end
  return { buf = buf, first = row, last = row, chars = { row, col, row, col } }
end

--- As users are told.
---@param range hum.EditRange
---@return string
function M.words(range)
  if range.first == range.last then return ('line %d'):format(range.first + 1) end
  return ('lines %d-%d'):format(range.first + 1, range.last + 1)
end

local VERBS = { edit = 'Edit', fix = 'Fix', insert = 'Insert in' }

--- What stands above the prompt for an instruction.
---@param kind hum.OperatorKind
---@param range hum.EditRange
---@return string
function M.title(kind, range)
  local what = M.words(range)
  if range.kind then what = ('the %s, %s'):format(range.kind, what) end
  if range.chars and kind ~= 'insert' then what = 'a part of ' .. what end
  return ('%s %s'):format(VERBS[kind], what)
end

--- What hum.edit is told.
---@param range hum.EditRange
---@return table  as hum.edit.start() takes it
function M.place(range)
  local opts = { buf = range.buf, first = range.first + 1, last = range.last + 1, range = range.chars }
  if range.chars then
    opts.first, opts.last = nil, nil
  end
  return opts
end

local held_ns = vim.api.nvim_create_namespace('hum.edit.range')

--- Keeps a range where its text is, while something else may change the buffer.
---@param range hum.EditRange
---@return fun() release  after which the range is where it is by then
function M.hold(range)
  local buf = range.buf
  local stop = vim.api.nvim_buf_get_lines(buf, range.last, range.last + 1, false)[1] or ''
  local c = range.chars or { range.first, 0, range.last, #stop }
  local id = vim.api.nvim_buf_set_extmark(buf, held_ns, c[1], c[2], { end_row = c[3], end_col = c[4] })
  return function()
    if not vim.api.nvim_buf_is_loaded(buf) then return end
    local at = vim.api.nvim_buf_get_extmark_by_id(buf, held_ns, id, { details = true })
    vim.api.nvim_buf_del_extmark(buf, held_ns, id)
    local row, col = at[1], at[2]
    local last, end_col = (at[3] or {}).end_row, (at[3] or {}).end_col
    if not row or not col or not last or not end_col then return end
    range.first, range.last = row, last
    if range.chars then range.chars = { row, col, last, end_col } end
  end
end

return M
