-- How a reply ends: the text that it still needs, its undo step, its notes, the notification.
local bounds = require('hum.chat.reply.bounds')
local config = require('hum.config')
local edit = require('hum.chat.text.edit')
local follow = require('hum.chat.reply.follow')
local format = require('hum.chat.text.format')
local interrupt = require('hum.interrupt')
local notes = require('hum.chat.view.notes')
local notify = require('hum.notify')
local turns = require('hum.chat.text.turns')
local undo = require('hum.chat.reply.undo')

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

--- What to do, with the key for it if there is one.
---@param hint? string
---@return string
local function with_key(hint)
  local key = config.keys('retry')[1]
  if not key or not hint then return hint or '' end
  return (hint:gsub(':Hum retry', function(command) return ('%s (%s)'):format(key, command) end, 1))
end

--- The lines that close a reply: they replace all that comes after its last word.
---@param lines string[]
---@param heading integer  which of them is its heading
---@param added string[]
---@param draft string[]
---@return integer kept  lines of the reply before them
---@return string[] closing
local function closing_of(lines, heading, added, draft)
  local kept = #lines
  while kept > heading and not lines[kept]:find('%S') do
    kept = kept - 1
  end
  local closing = {}
  if kept == heading and #added > 0 then closing[1] = '' end
  vim.list_extend(closing, added)
  vim.list_extend(closing, { '', format.heading('user', nil, lines[heading]), '' })
  vim.list_extend(closing, #draft > 0 and draft or { '' })
  return kept, closing
end

--- Writes what the reply's text still needs.
---@param record hum.UndoRecord
---@param mark? string
---@param draft string[]
---@return boolean|nil ok, any err  E565: not now
---@return { heading: integer, mark: integer }|nil rows
local function write(record, mark, draft)
  if record.undone and record.touched then
    -- What was done since then must not be undone with it: the text stays as it is.
    record.undone, record.broken = nil, true
  end
  if record.undone then
    local ok, err = undo.unwind(record)
    if not ok then return nil, err end
  end
  local row = undo.heading(record)
  if not row then
    record.broken = true
    undo.settle(record, {})
    return true
  end
  local start = record.broken and row or record.row
  local lines, heading = vim.api.nvim_buf_get_lines(record.buf, start, -1, false), row - start + 1
  local body = vim.list_slice(lines, heading + 1)
  local changed, added = format.finish(body, mark)
  local kept, closing = closing_of(lines, heading, added, draft)
  local reply = vim.list_slice(lines, 1, kept)
  for i, line in pairs(changed) do
    reply[heading + i] = line
  end
  vim.list_extend(reply, closing)
  if not record.undone then
    local wins = follow.windows(record.buf)
    local done = false
    local ok, err = undo.join(record, function()
      for i in pairs(changed) do
        vim.api.nvim_buf_set_text(record.buf, row + i, 0, row + i, 0, { '\\' })
      end
      edit.replace(record.buf, start + kept, -1, closing)
      done = true
    end)
    -- Interrupted behind the edit it must not be made again.
    if not done then return nil, err end
    if not ok then interrupt.give_back() end
    interrupt.guard(follow.to_end, record.buf, wins)
  end
  undo.settle(record, reply)
  return true, nil, { heading = row, mark = start + kept + (closing[1] == '' and 1 or 0) + #added - 1 }
end

--- Finishes a reply's text.
---@param reply hum.Reply
---@param ending hum.Ending
---@return boolean done  false: the text cannot be changed now, try again
function M.finish(reply, ending)
  local buf, record = reply.buf, reply.record
  undo.check(record)
  local ok, err, rows = write(record, mark_of(ending), reply.draft)
  if not ok and tostring(err):find('E565', 1, true) then
    return false
  elseif not ok then
    error(err, 0)
  elseif rows and not record.undone then
    bounds.set(buf, rows.mark)
    notes.stats(buf, rows.heading, rows.mark, ending.data.stats)
    if ending.name == 'error' or ending.data.ending == 'told' then
      notes.failure(buf, rows.mark, { hint = with_key(ending.data.hint) })
    elseif ending.data.ending == 'good' and (ending.data.message or '') ~= '' then
      -- Beside a good reply there is no mark that says it.
      notes.failure(buf, rows.mark, { message = ending.data.message, hint = with_key(ending.data.hint) })
    end
  end
  return true
end

--- Writes only what the next message needs, when `finish` has failed: a mark, the draft under its heading.
---@param reply hum.Reply
---@param ending hum.Ending
function M.patch(reply, ending)
  local buf = reply.buf
  undo.forget(buf)
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

--- Notifies the user of an ending that is not as expected.
---@param ending hum.Ending
function M.notify(ending)
  local data = ending.data
  if not data.message or data.message == '' then return end
  local hint = with_key(data.hint)
  local text = 'hum: ' .. data.message .. (hint ~= '' and '\n' .. hint or '')
  if ending.name == 'error' then
    notify.error(text, true)
  else
    notify.warn(text, true)
  end
end

return M
