-- What of the user's stands below a reply that streams: his next message. As long as there is nothing the reply ends
-- with the buffer. As soon as he wants to write at its end, or text comes there, his heading is placed behind what the
-- reply has so far, and the reply goes on above it.
--
-- Edits of the helper are resolved when Neovim handles them (hum.chat.reply.put), so that text which is in the pipe by
-- then goes above it as well.
local block = require('hum.place.block')
local fault = require('hum.fault')
local fold = require('hum.chat.view.fold')
local format = require('hum.chat.text.format')
local heading_of = require('hum.chat.text.block').heading
local interrupt = require('hum.interrupt')
local owner = require('hum.chat.reply.owner')
local records = require('hum.chat.reply.record')
local undo = require('hum.chat.reply.undo')

local M = {}

---@param record? hum.UndoRecord
---@return hum.UndoRecord|nil  whose reply still streams, with its heading there
local function alive(record)
  if not record or record.reply or record.lost or not vim.api.nvim_buf_is_loaded(record.buf) then
    return
  elseif record.undone or (record.replays and undo.check(record)) then
    return
  end
  return records.heading(record) and record or nil
end

--- The last row of the reply that streams into a buffer.
---@param buf integer
---@return integer
function M.last(buf)
  local record = records.of(buf)
  local last = vim.api.nvim_buf_line_count(buf) - 1
  return record and last - record.below - (record.arrived and record.arrived.rows or 0) or last
end

--- The end of the reply.
---@param buf integer
---@return integer row, integer col
function M.position(buf)
  local row = M.last(buf)
  return row, #(vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or '')
end

--- Runs `fn`, which changes the text of the reply itself. Raises what that raises.
---@param record hum.UndoRecord
---@param fn fun()
function M.write(record, fn)
  record.writing = true
  local ok, err = interrupt.try_change(record.buf, vim.api.nvim_buf_call, record.buf, fn)
  record.writing = false
  owner.rewritten(record)
  if not ok then error(err, 0) end
end

--- The first row below the reply that is not blank, and whether it is a heading of the user's.
---@param record hum.UndoRecord
---@return integer|nil row, boolean headed
function M.first(record)
  local foot = owner.foot(record)
  for i, line in ipairs(vim.api.nvim_buf_get_lines(record.buf, foot, -1, false)) do
    if line:find('%S') then return foot + i - 1, heading_of(line) == 'user' end
  end
  return nil, false
end

--- Changes what stands below, as a part of the user's step. Raises what `fn` raises; a CTRL-C costs nothing, since what
--- is written has been taken out elsewhere.
---@param record hum.UndoRecord
---@param fn fun()
local function change(record, fn)
  local foot, joins, done = owner.foot(record), block.must_join(record.buf), false
  interrupt.guard(function()
    local ok, err = records.own(record, function()
      if done then return end
      if joins then pcall(vim.api.nvim_command, 'undojoin') end
      interrupt.guard_change(record.buf, fn)
      done = true
    end)
    record.below = vim.api.nvim_buf_line_count(record.buf) - foot
    if not ok then error(err, 0) end
  end)
end

--- Rows [first, last) below the reply become `lines`.
---@param record hum.UndoRecord
---@param first integer
---@param last integer
---@param lines string[]
local function replace(record, first, last, lines)
  change(record, function() vim.api.nvim_buf_set_lines(record.buf, first, last, true, lines) end)
end

--- What the reply's own step has below it, once his heading was placed: later he writes there.
---@param record hum.UndoRecord
---@return string[] opening  with what he had begun to write before
local function opening_of(record)
  local opening = { '', format.heading('user', nil, record.heading), '' }
  return vim.list_extend(opening, record.draft)
end

--- Notes as the user's step what stands below now.
---@param record hum.UndoRecord
local function note(record)
  local lines = vim.api.nvim_buf_get_lines(record.buf, owner.foot(record), -1, false)
  owner.note(record, record.steps, { first = 0, old_last = owner.ALL, lines = lines })
end

--- Takes the user's text away from the line that grows. Where that is refused it is still known as his.
---@param record hum.UndoRecord
---@param fn fun()
local function delete(record, fn)
  local pieces = record.pieces
  local ok, err = pcall(M.write, record, fn)
  if not ok then
    record.pieces = pieces
    error(err, 0)
  end
  record.arrived = nil
end

--- Takes the user's text out of the line that grows.
---@param record hum.UndoRecord
---@return string[] lines
---@return integer[]|nil cursor  of the current window in them, counted from 0
local function take_out(record)
  local arrived = owner.arrived(record)
  if not arrived then return {} end
  local buf, row, foot = record.buf, M.last(record.buf), owner.foot(record)
  local size = #vim.api.nvim_buf_get_lines(buf, foot - 1, foot, true)[1] - arrived.tail
  local lines = vim.api.nvim_buf_get_text(buf, row, arrived.head, foot - 1, size, {})
  local at = vim.api.nvim_get_current_buf() == buf and vim.api.nvim_win_get_cursor(0)
  local line = at and at[1] - 1 - row or -1
  local inside = at and lines[line + 1] and { line, line == 0 and math.max(0, at[2] - arrived.head) or at[2] }
  delete(record, function() vim.api.nvim_buf_set_text(buf, row, arrived.head, foot - 1, size, { '' }) end)
  while #lines > 1 and lines[1] == '' do
    table.remove(lines, 1)
    if inside then inside[1] = math.max(0, inside[1] - 1) end
  end
  return lines, inside or nil
end

--- Puts his heading between the reply and what stands below it, if it is not there.
---@param record hum.UndoRecord
local function head(record)
  local first, headed = M.first(record)
  if headed then return end
  local foot, opening = owner.foot(record), opening_of(record)
  local is_own = not record.region
  if not first and #record.draft == 0 then opening[#opening + 1] = '' end
  replace(record, foot, first or foot + record.below, opening)
  if not is_own then return note(record) end
  record.steps = {}
  record.region = opening_of(record)
  if #record.draft == 0 then table.insert(record.region, '') end
  if first then note(record) end
end

--- Adds lines of his at the end.
---@param record hum.UndoRecord
---@param lines string[]
---@return integer row  of the first of them
local function add(record, lines)
  local count = vim.api.nvim_buf_line_count(record.buf)
  local row = vim.api.nvim_buf_get_lines(record.buf, count - 1, count, true)[1] == '' and count - 1 or count
  replace(record, row, count, lines)
  note(record)
  return row
end

--- All of his goes under his heading.
---@param record hum.UndoRecord
---@param always boolean  also if there is nothing of his
---@return boolean  the cursor went along with text of his
local function place(record, always)
  local lines, cursor = take_out(record)
  if not always and #lines == 0 and record.below == 0 then return false end
  local _, headed = M.first(record)
  local row = owner.foot(record) + #opening_of(record)
  if headed then
    row = #lines > 0 and add(record, lines) or row
  else
    replace(record, owner.foot(record), owner.foot(record), lines)
    head(record)
  end
  if cursor then vim.api.nvim_win_set_cursor(0, { row + 1 + cursor[1], cursor[2] }) end
  return cursor ~= nil
end

--- Text of his has come at the end of the reply: it goes under his heading. Raises E565 under textlock.
---@param record hum.UndoRecord
function M.take(record)
  if (record.arrived or record.below > 0) and alive(record) then place(record, false) end
end

--- Places the user's next heading below the running reply, at once; nothing happens if one is there.
---@param buf integer
---@return integer|nil row  in which he may write; nil: no reply streams there
function M.open(buf)
  local record = alive(records.of(buf))
  if not record then return nil end
  place(record, true)
  return vim.api.nvim_buf_line_count(buf) - 1
end

--- Takes away the line that `O` has opened above the line that grows.
---@param record hum.UndoRecord
---@param row integer  of the cursor
---@return boolean
local function was_opened(record, row)
  local buf = record.buf
  if record.opened ~= vim.api.nvim_buf_get_changedtick(buf) or row ~= M.last(buf) - 1 then return false end
  if vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1]:find('%S') then return false end
  return (records.own(record, function() vim.api.nvim_buf_set_lines(buf, row, row + 1, true, {}) end))
end

--- One blank line between the reply and his heading.
---@param record hum.UndoRecord
local function tidy(record)
  local foot, first = owner.foot(record), M.first(record)
  if first and first ~= foot + 1 then
    replace(record, foot, first, { '' })
    note(record)
  end
end

--- Where the cursor may not stay when the user begins to write: in the line that grows, between that and his heading,
--- or in a blank line that has just been opened there. Text that he has there, or further down, M.take takes care of.
---@param record hum.UndoRecord
---@param row integer  of the cursor
---@param col integer
---@return boolean
local function must_leave(record, row, col)
  local last, first, headed = M.last(record.buf), M.first(record)
  if row < last then return was_opened(record, row) end
  local arrived = owner.arrived(record)
  if arrived and row < owner.foot(record) then return row == last and col < arrived.head end
  return row == last or not first or (headed and row <= first)
end

--- The user begins to write at the end of the reply: he does so below it.
---@param record hum.UndoRecord
---@return boolean  the cursor was moved
local function go_below(record)
  local buf, cursor = record.buf, vim.api.nvim_win_get_cursor(0)
  if not must_leave(record, cursor[1] - 1, cursor[2]) then return false end
  if place(record, true) then return true end
  tidy(record)
  -- Not behind text: the cursor cannot be put there before insert mode has begun.
  local last = vim.api.nvim_buf_line_count(buf)
  if vim.api.nvim_buf_get_lines(buf, last - 1, last, true)[1] ~= '' then
    replace(record, last, last, { '' })
    note(record)
  end
  vim.api.nvim_win_set_cursor(0, { vim.api.nvim_buf_line_count(buf), 0 })
  fault.guard('the folds', fold.reclose, buf)
  return true
end

--- Once Neovim is out of what has changed the text: after textlock (an <expr> mapping waits for a key, say).
---@param record hum.UndoRecord
local function take_now(record)
  if records.of(record.buf) ~= record then return end
  local ok, err = pcall(interrupt.guard, M.take, record)
  if ok then return end
  if not tostring(err):find('E565', 1, true) then return fault.report('a message below', tostring(err)) end
  vim.api.nvim_create_autocmd('SafeState', { once = true, callback = function() take_now(record) end })
end

--- Watches where the user begins to write.
---@param record hum.UndoRecord
---@param on fun(names: string|string[], fn: fun())  makes an autocommand of the buffer
function M.watch(record, on)
  record.on_arrived = function()
    vim.schedule(function() take_now(record) end)
  end
  on('InsertEnter', function()
    -- The cursor would be put back otherwise.
    if alive(record) and go_below(record) then vim.v.char = ' ' end
  end)
  on('CursorMovedI', function()
    if record.below == 0 and alive(record) then go_below(record) end
  end)
end

return M
