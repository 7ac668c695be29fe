-- Whose a change of a chat is, while a reply streams into it: the user's above the reply, the user's below it, or the
-- reply's own. What is the user's is noted, so that it can keep its undo step; rows are counted, so that the reply is
-- found: from the top where it begins, from the end of the buffer where it ends. A row counted from the end is one that
-- Neovim resolves when it handles an edit, like the end itself.
local block = require('hum.place.block')
local edit = require('hum.chat.text.edit')
local heading_of = require('hum.chat.text.block').heading
local turns = require('hum.chat.text.turns')

local M = {}

--- The end of a change that reaches to the end of the text.
M.ALL = 2 ^ 31

---@class hum.UndoEdit  a change by the user
---@field first integer      rows [first, old_last) became `lines`; below the reply they are counted from its end
---@field old_last integer
---@field lines string[]
---@field block string       edits of one block are one step: changenr() then, and the record's `inserts`

---@class hum.LineChange  as on_lines has it
---@field first integer
---@field old_last integer
---@field new_last integer

---@param buf integer
---@param row integer
---@return string|nil
function M.heading_at(buf, row)
  local line = vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or ''
  return heading_of(line) == 'assistant' and line or nil
end

--- The first row below the reply.
---@param record hum.UndoRecord
---@return integer
function M.foot(record) return vim.api.nvim_buf_line_count(record.buf) - record.below end

---@param record hum.UndoRecord
---@param list hum.UndoEdit[]
---@param change { first: integer, old_last: integer, lines: string[] }
function M.note(record, list, change)
  local step = ('%d.%d'):format(block.changenr(record.buf), record.inserts)
  list[#list + 1] = { first = change.first, old_last = change.old_last, lines = change.lines, block = step }
end

--- The line that grows, as hum wrote it.
---@param record hum.UndoRecord
---@return string
local function written(record)
  local texts = {}
  for i, lines in ipairs(record.pieces) do
    texts[i] = lines[#lines]
  end
  return table.concat(texts)
end

--- The line that grows is one that hum may not have written piece by piece.
---@param record hum.UndoRecord
function M.rewritten(record)
  local row = M.foot(record) - 1
  record.pieces = { vim.api.nvim_buf_get_lines(record.buf, row, row + 1, false) }
end

--- Its pieces have become many.
---@param record hum.UndoRecord
function M.compact(record) record.pieces = { { written(record) } } end

---@class hum.Arrived  text of the user's in the line that grows, which is so many rows now
---@field head integer  bytes of the reply's before it
---@field tail integer  and behind
---@field rows integer  more than one

--- Text that came into the line that grows. Behind the reply's end it is the user's, and before if he has put it there
--- (see M.arrived); whatever else is done to the line is done to the reply.
---@param record hum.UndoRecord
---@param row integer  that the line began in; what changed with lines above is his only behind the reply's end
---@param alone boolean  nothing above was changed
local function end_changed(record, row, alone)
  local lines = vim.api.nvim_buf_get_lines(record.buf, alone and row or M.foot(record) - 1, M.foot(record), false)
  local old, new = written(record), table.concat(lines, '\n')
  local head, tail = edit.common(old, new)
  if #new > #old and head + tail == #old and (alone or tail == 0) then
    record.arrived = { head = head, tail = tail, rows = #lines - 1 }
    record.on_arrived()
  else
    record.arrived = nil
    M.rewritten(record)
  end
end

--- Text of the user's that stands in the line that grows. Text before the reply's end is what a command has just put
--- there (`p`, `nvim_put()`), which leaves the mark '[ at its beginning; an edit by a plugin does not.
---@param record hum.UndoRecord
---@return hum.Arrived|nil
function M.arrived(record)
  local arrived = record.arrived
  if not arrived or arrived.tail == 0 then return arrived end
  local foot = M.foot(record)
  local row, at = foot - 1 - arrived.rows, vim.api.nvim_buf_get_mark(record.buf, '[')
  local old = written(record)
  local new = table.concat(vim.api.nvim_buf_get_lines(record.buf, row, foot, false), '\n')
  local rest = old:sub(at[2] + 1)
  if at[1] - 1 == row and new:sub(1, at[2]) == old:sub(1, at[2]) and new:sub(#new - #rest + 1) == rest then
    return { head = at[2], tail = #rest, rows = arrived.rows }
  end
  record.arrived = nil
  M.rewritten(record)
end

--- Lines below the reply were changed, or came there.
---@param record hum.UndoRecord
---@param change hum.LineChange
---@param foot integer
local function below_changed(record, change, foot)
  local was = record.below
  record.below = was + change.new_last - change.old_last
  M.note(record, record.steps, {
    first = change.first - foot,
    old_last = change.old_last - foot,
    lines = vim.api.nvim_buf_get_lines(record.buf, change.first, change.new_last, false),
  })
  if was == 0 then record.on_arrived() end
end

--- A change that reached from the reply to what stands below.
---@param record hum.UndoRecord
---@param change hum.LineChange
---@param foot integer
local function across(record, change, foot)
  local was, keeps = record.below, change.new_last == change.old_last
  if not keeps then record.below = vim.api.nvim_buf_line_count(record.buf) - change.new_last end
  local upto = keeps and change.new_last or -1
  M.note(record, record.steps, {
    first = 0,
    old_last = keeps and change.old_last - foot or was,
    lines = vim.api.nvim_buf_get_lines(record.buf, M.foot(record), upto, false),
  })
  record.arrived = nil
  M.rewritten(record)
end

--- Counts what a change did to the end of the reply and below it.
---@param record hum.UndoRecord
---@param change hum.LineChange
---@return boolean all  nothing of it was further up
local function sort_below(record, change)
  local count = vim.api.nvim_buf_line_count(record.buf)
  local foot = count + change.old_last - change.new_last - record.below
  local last = foot - 1 - (record.arrived and record.arrived.rows or 0)
  if change.first >= foot then
    below_changed(record, change, foot)
    return true
  elseif change.old_last <= last then
    if change.first == last then record.opened = vim.api.nvim_buf_get_changedtick(record.buf) end
    return false
  elseif change.old_last > foot or count - change.new_last < record.below then
    across(record, change, foot)
    return false
  end
  end_changed(record, last, change.first >= last)
  return change.first >= last
end

--- Where the reply begins, and the part of a change that is the user's, above it.
---@param record hum.UndoRecord
---@param change hum.LineChange
---@return integer|nil old_last  nil: nothing is the user's
---@return integer|nil new_last
local function user_part(record, change)
  local row, heading = record.row, record.row + record.head - 1
  local first, old_last, new_last = change.first, change.old_last, change.new_last
  local delta = new_last - old_last
  if old_last <= row then
    record.row = row + delta
    return old_last, new_last
  elseif old_last <= heading then
    -- Between the user's text and the heading. What reached into it from above is his.
    if first >= row then
      record.head = record.head + delta
      return
    end
    record.row, record.head = new_last, heading - old_last + 1
    return row, new_last
  elseif delta == 0 and M.heading_at(record.buf, heading) then
    if first < row then return row, row end -- `:%s` and the like
  else
    record.broken = true
    record.on_broken()
  end
end

--- A reply whose heading went is there again (`u<C-r>` at once): it ends where the next turn begins.
---@param record hum.UndoRecord
---@param row integer  of its heading
function M.refind(record, row)
  record.below, record.arrived = 0, nil
  for _, turn in ipairs(turns.of(record.buf).turns) do
    if turn.row > row then
      record.below = vim.api.nvim_buf_line_count(record.buf) - turn.row
      break
    end
  end
  M.rewritten(record)
end

--- Sorts a change that the user, or somebody for him, has made.
---@param record hum.UndoRecord
---@param change hum.LineChange
function M.sort(record, change)
  if sort_below(record, change) or record.broken or change.first >= record.row + record.head then return end
  local old_last, new_last = user_part(record, change)
  if not old_last or not new_last then return end
  M.note(record, record.edits, {
    first = change.first,
    old_last = old_last,
    lines = vim.api.nvim_buf_get_lines(record.buf, change.first, new_last, false),
  })
end

return M
