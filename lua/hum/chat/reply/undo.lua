-- One reply is one undo step, whatever else was changed while it streamed.
--
-- The helper's edits join the block that the reply's heading opened. Where the user edits the chat meanwhile, his
-- change and the tokens after it end up in one block, because Neovim's blocks follow one after the other. So his edits
-- are recorded (hum.chat.reply.owner), and when the reply has ended hum.chat.reply.history builds the history again.
--
-- `u` while a reply streams undoes a part of all this, which changenr() shows by going back. If it was meant for what
-- stands below the reply, that is done (hum.chat.reply.back). Else the reply is stopped, and the history built again
-- ends with the reply undone. Undo and redo that come back to where they began are none (hum.chat.reply.replay).
local back = require('hum.chat.reply.back')
local block = require('hum.place.block')
local fault = require('hum.fault')
local history = require('hum.chat.reply.history')
local log = require('hum.log')
local owner = require('hum.chat.reply.owner')
local preserve = require('hum.chat.reply.preserve')
local records = require('hum.chat.reply.record')
local replay = require('hum.chat.reply.replay')

local M = {}

--- Checks whether the heading was deleted, and calls `on_lost` the first time.
---@param record hum.UndoRecord
---@return boolean lost
function M.check_lost(record)
  if record.lost or not record.broken or record.replays or record.undone or records.of(record.buf) ~= record then
    return record.lost or false
  elseif not vim.api.nvim_buf_is_loaded(record.buf) or records.heading(record) then
    return false
  end
  record.lost = true
  if record.on_lost then record.on_lost() end
  return true
end

--- The heading is written: from now on changes are watched.
---@param record hum.UndoRecord
---@param row integer   first row that it changed
---@param head integer  the heading is line number `head` from there, counted from 1
---@param below integer  rows below the reply
function M.watch(record, row, head, below)
  record.on_broken = function() M.check_lost(record) end
  records.watch(record, row, head, below)
end

---@param record hum.UndoRecord
local function check_soon(record)
  if record.checking then return end
  record.checking = true
  vim.schedule(function()
    record.checking = false
    if records.of(record.buf) == record and vim.api.nvim_buf_is_loaded(record.buf) then M.check(record) end
  end)
end

---@param record hum.UndoRecord
local function stop_undone(record)
  if record.on_undone and not record.lost then record.on_undone() end
end

--- A change of a buffer; called for each token, so it must be quick. Changes nothing.
---@param buf integer
---@param first integer
---@param old_last integer
---@param new_last integer
function M.changed(buf, first, old_last, new_last)
  local record = records.of(buf)
  if not record or record.writing or record.own then
    return
  elseif record.undone then
    record.touched = true
    return
  end
  check_soon(record) -- it may be an undo
  if record.lost then return end -- nothing comes any more; see owner.refind
  if not record.reply then
    if replay.note(record) then return stop_undone(record) end
    return owner.sort(record, { first = first, old_last = old_last, new_last = new_last })
  end
  owner.note(record, record.later, {
    first = first,
    old_last = old_last,
    lines = vim.api.nvim_buf_get_lines(buf, first, new_last, false),
  })
end

--- Checks whether the user has undone something, before another token joins the undo block,
--- and calls `on_undone` the first time.
---@param record hum.UndoRecord
---@return boolean undone
function M.check(record)
  if record.undone or record.reply then return record.undone ~= nil end
  local now = block.changenr(record.buf)
  replay.over(record, now)
  if now >= record.newest then
    record.newest = now
    records.be_sure(record)
    return false
  end
  record.undone = vim.api.nvim_buf_call(record.buf, function() return vim.fn.undotree().seq_last end)
  records.be_as_sure(record)
  if back.below(record) then return false end
  stop_undone(record)
  return true
end

--- Insert mode was left: what is typed from now on is another step.
---@param record hum.UndoRecord
function M.insert_left(record) record.inserts = record.inserts + 1 end

---@param record hum.UndoRecord
---@return boolean
local function is_mixed(record)
  return record.undone ~= nil
    or #record.edits + #record.steps + #record.later > 0
    or block.changenr(record.buf) ~= record.block
end

---@param record hum.UndoRecord
---@return boolean done
local function settle_now(record)
  if records.of(record.buf) ~= record or not vim.api.nvim_buf_is_loaded(record.buf) then
    return true
  elseif not history.may_change() then
    return false
  end
  local ok, err
  if not record.broken and vim.bo[record.buf].modifiable and is_mixed(record) then
    local keep = preserve.save(record.buf, record.undone and record.row)
    ok, err = records.own(record, function() history.rebuild(record) end)
    preserve.restore(keep)
  else
    ok, err = records.own(record, block.close)
  end
  if not ok and tostring(err):find('E565', 1, true) then
    return false
  elseif not ok then
    log.write('warn', 'undo: ' .. tostring(err))
  end
  records.forget(record.buf)
  return true
end

--- Once, also if it fails: the next time it would as well.
---@param record hum.UndoRecord
---@return boolean done
local function try_to_settle(record)
  local ok, done = fault.guard('the undo history', settle_now, record)
  if not ok then records.forget(record.buf) end
  return not ok or done
end

--- The reply has ended: puts the history in order, at once or as soon as the user is in
--- plain normal mode.
---@param record hum.UndoRecord
function M.settle(record)
  record.reply, record.final = record.reply or {}, record.final or {}
  if settle_now(record) then return end
  local done = false
  vim.api.nvim_create_autocmd({ 'SafeState', 'InsertLeave' }, {
    group = vim.api.nvim_create_augroup('hum.undo', { clear = false }),
    callback = function(event)
      if event.event == 'InsertLeave' then
        M.insert_left(record)
        return done
      end
      done = done or try_to_settle(record)
      return done
    end,
  })
end

return M
