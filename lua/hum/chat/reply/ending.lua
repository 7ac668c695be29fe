-- How a reply ends: the text that it still needs, its undo step, its notes, the notification.
local back = require('hum.chat.reply.back')
local below = require('hum.chat.reply.below')
local bounds = require('hum.chat.reply.bounds')
local cure = require('hum.chat.view.cure')
local edit = require('hum.chat.text.edit')
local figures = require('hum.chat.reply.figures')
local follow = require('hum.chat.reply.follow')
local format = require('hum.chat.text.format')
local heading_of = require('hum.chat.text.block').heading
local interrupt = require('hum.interrupt')
local notes = require('hum.chat.view.notes')
local notify = require('hum.notify')
local owner = require('hum.chat.reply.owner')
local records = require('hum.chat.reply.record')
local rows = require('hum.chat.text.rows')
local seen = require('hum.chat.view.seen')
local still = require('hum.chat.reply.still')
local turns = require('hum.chat.text.turns')
local undo = require('hum.chat.reply.undo')
local window = require('hum.server.window')

local M = {}

---@class hum.Ending
---@field name 'done'|'error'|'cancelled'
---@field data table  of the event, see hum.server.client

---@param ending hum.Ending
---@return string|nil
local function mark_of(ending)
  if ending.name == 'cancelled' then
    return 'stopped'
  elseif ending.name == 'error' then
    return 'error: ' .. ending.data.message
  elseif ending.data.ending == 'cut' then
    return 'cut'
  elseif ending.data.ending == 'told' then
    return 'ended: ' .. ending.data.message
  end
end

--- What to do after an ending.
---@param ending hum.Ending
---@param has_text boolean  there is something to go on with
---@return string
local function cure_of(ending, has_text)
  return cure.of(ending.data.hint, has_text and (ending.name ~= 'done' or ending.data.ending == 'cut'))
end

--- What is to stand below a reply: the user's heading, with a blank line before it, and what he writes there.
---@param record hum.UndoRecord
---@return string[] opening  of that, as far as it is to be written
---@return string[] rest     what is there
---@return integer first     row of the rest; -1: there is none
local function foot_of(record)
  local first, headed = below.first(record)
  if first and headed then return { '' }, vim.api.nvim_buf_get_lines(record.buf, first, -1, false), first end
  local opening = { '', format.heading('user', nil, record.heading), '' }
  if first then return opening, vim.api.nvim_buf_get_lines(record.buf, first, -1, false), first end
  return vim.list_extend(opening, #record.draft > 0 and record.draft or { '' }), {}, -1
end

---@class hum.LastWords  what a reply's text still needs
---@field row integer      of its heading
---@field start integer    of the rows that are its own
---@field kept integer     so many, up to its last word
---@field changed table<integer, string>  of the lines below the heading
---@field added string[]   behind them
---@field opening string[] behind those
---@field rest integer     the row before which they go
---@field unfinished hum.Unfinished

---@param record hum.UndoRecord
---@param row integer  of the heading
---@param mark? string
---@return hum.LastWords
local function last_words(record, row, mark)
  local start = record.broken and row or record.row
  local lines, heading = vim.api.nvim_buf_get_lines(record.buf, start, owner.foot(record), false), row - start + 1
  local changed, added = format.finish(vim.list_slice(lines, heading + 1), mark)
  local kept = rows.after_text(record.buf, start + #lines) - start
  local unfinished = { closed = #added > (mark and 1 or 0), breaks = math.min(#lines - kept, 2) }
  if kept == heading and #added > 0 then table.insert(added, 1, '') end
  local opening, rest, first = foot_of(record)
  record.reply = vim.list_extend(vim.list_slice(lines, 1, kept), added)
  for i, line in pairs(changed) do
    record.reply[heading + i] = line
  end
  record.final = vim.list_extend(vim.list_slice(opening), rest)
  return {
    row = row,
    start = start,
    kept = kept,
    changed = changed,
    added = added,
    opening = opening,
    rest = first,
    unfinished = unfinished,
  }
end

--- Where windows that followed the reply go: to the end of the turn below it.
---@param record hum.UndoRecord
---@param words hum.LastWords
---@return integer
local function next_line(record, words)
  local last = words.start + #record.reply
  for i, line in ipairs(assert(record.final)) do
    if i > #words.opening + 1 and heading_of(line) then break end
    if line:find('%S') or words.rest < 0 then last = words.start + #record.reply + i end
  end
  return last
end

---@param record hum.UndoRecord
---@param words hum.LastWords
---@return boolean|nil ok, any err
local function write_last(record, words)
  local buf, row, done = record.buf, words.row, false
  local wins = follow.windows(buf)
  local ok, err = records.join(record, function()
    for i in pairs(words.changed) do
      vim.api.nvim_buf_set_text(buf, row + i, 0, row + i, 0, { '\\' })
    end
    local closing = vim.list_extend(vim.list_slice(words.added), words.opening)
    edit.replace(buf, words.start + words.kept, words.rest, closing)
    done = true
  end)
  -- Interrupted behind the edit it must not be made again.
  if not done then return nil, err end
  if not ok then interrupt.give_back() end
  interrupt.guard(follow.to, buf, wins, next_line(record, words))
  interrupt.guard(still.keep, buf, words.start + #record.reply - 1)
  return true
end

--- Writes what the reply's text still needs.
---@param record hum.UndoRecord
---@param mark? string
---@return boolean|nil ok, any err  E565: not now
---@return { heading: integer, mark: integer, has_text: boolean, unfinished: hum.Unfinished }|nil found
local function write(record, mark)
  if record.undone and record.touched then
    -- What was done since then must not be undone with it: the text stays as it is.
    record.undone, record.broken = nil, true
  end
  if record.undone then
    local ok, err = back.unwind(record)
    if not ok then return nil, err end
  end
  local row = records.heading(record)
  if not row then
    record.broken = true
    undo.settle(record)
    return true
  end
  if record.lost then owner.refind(record, row) end
  local taken, why = pcall(below.take, record)
  if not taken then return nil, why end
  local words = last_words(record, row, mark)
  if not record.undone then
    local ok, err = write_last(record, words)
    if not ok then
      record.reply = nil
      return nil, err
    end
  end
  record.below = #record.final
  undo.settle(record)
  return true,
    nil,
    {
      heading = row,
      mark = words.start + #record.reply - 1,
      has_text = words.kept > row - words.start + 1,
      unfinished = words.unfinished,
    }
end

--- What is kept of how a reply ended.
---@param reply hum.Reply
---@param ending hum.Ending
---@param found { heading: integer, mark: integer, unfinished: hum.Unfinished }
---@return hum.Ended
local function ended_of(reply, ending, found)
  local ended = found.unfinished --[[@as hum.Ended]]
  ended.rows = found.mark - found.heading + 1
  ended.last = rows.line(reply.buf, found.mark)
  local stats = ending.data.stats ---@type hum.Stats|nil
  if stats then stats.window = window.of(reply.endpoint, reply.model, reply.num_ctx) end
  ended.stats = figures.sum(reply.before and reply.before.stats, stats)
  return ended
end

--- Shows beside a reply how it ended.
---@param reply hum.Reply
---@param ending hum.Ending
---@param found { heading: integer, mark: integer }
local function note(reply, ending, found)
  local buf, mark, stats = reply.buf, mark_of(ending), reply.ended.stats
  notes.figures(buf, found.heading, found.mark, stats)
  if mark then
    notes.ended(buf, found.mark, format.one_line(mark), { cure = reply.cure, stats = stats })
    reply.noted = found.mark
  elseif (ending.data.message or '') ~= '' then
    -- Beside a good reply there is no mark that says it.
    local hint = reply.cure ~= '' and reply.cure or nil
    notes.add(buf, found.mark, { kind = 'warning', title = 'Warning', message = ending.data.message, cure = hint })
    reply.noted = found.mark
  end
end

--- Finishes a reply's text.
---@param reply hum.Reply
---@param ending hum.Ending
---@return boolean done  false: the text cannot be changed now, try again
function M.finish(reply, ending)
  local buf, record = reply.buf, reply.record
  undo.check(record)
  local followers = follow.windows(buf)
  local ok, err, found = write(record, mark_of(ending))
  if not ok and tostring(err):find('E565', 1, true) then
    return false
  elseif not ok then
    error(err, 0)
  elseif found and not record.undone then
    bounds.set(buf, found.mark)
    reply.cure = cure_of(ending, found.has_text)
    reply.ended = ended_of(reply, ending, found)
    note(reply, ending, found)
    interrupt.guard(still.keep_below, buf, found.mark, followers)
  end
  return true
end

--- Writes only what the next message needs, when `finish` has failed: a mark, the draft under its heading.
---@param reply hum.Reply
---@param ending hum.Ending
function M.patch(reply, ending)
  local buf = reply.buf
  records.forget(buf)
  local list = turns.of(buf).turns
  if #list == 0 or list[#list].role == 'user' then return end
  local added = { '' }
  local mark = mark_of(ending)
  if mark then added = { '', ('<!-- hum: %s -->'):format(format.one_line(mark)), '' } end
  vim.list_extend(added, { format.heading('user'), '' })
  vim.list_extend(added, #reply.draft > 0 and reply.draft or { '' })
  local count = vim.api.nvim_buf_line_count(buf)
  edit.replace(buf, count, count, added)
end

--- What to do after an ending, in the words that the user reads.
---@param reply hum.Reply
---@param ending hum.Ending
---@return string|nil
function M.hint(reply, ending)
  local hint = reply.cure or cure_of(ending, false)
  return hint ~= '' and hint or nil
end

--- Notifies the user of an ending that is not as expected.
---@param reply hum.Reply
---@param ending hum.Ending
function M.notify(reply, ending)
  local data = ending.data
  if reply.joins and data.ending == 'good' and (data.stats or {}).bytes == 0 then
    return notify.info(('hum: %s has nothing to add'):format(reply.model))
  elseif not data.message or data.message == '' then
    return
  end
  local hint = M.hint(reply, ending)
  local text = 'hum: ' .. data.message .. (hint and '\n' .. hint or '')
  local tell = ending.name == 'error' and notify.error or notify.warn
  tell(text, { quotes = true, seen = function() return reply.noted ~= nil and seen.row(reply.buf, reply.noted) end })
end

return M
