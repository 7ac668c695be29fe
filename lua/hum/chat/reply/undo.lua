-- One reply is one undo step, whatever else was changed while it streamed.
--
-- The helper's edits join the block that the reply's heading opened. Where the user edits
-- the chat meanwhile, his change and the tokens after it end up in one block, because
-- Neovim's blocks follow one after the other. So his edits are recorded here, and when the reply
-- has ended hum.chat.reply.history builds the history again.
--
-- `u` while a reply streams undoes a part of all this, which changenr() shows by going back.
-- The reply is stopped, and the history built again ends with the reply undone.
local block = require('hum.place.block')
local history = require('hum.chat.reply.history')
local log = require('hum.log')
local owner = require('hum.chat.reply.owner')
local preserve = require('hum.chat.reply.preserve')

local M = {}

---@class hum.UndoRecord
---@field buf integer
---@field before integer     changenr() before the reply
---@field prior? hum.UndoRecord  of the reply before
---@field row integer        first row of the reply's block
---@field head integer       its heading is line number `head` from there, counted from 1
---@field mark integer       extmark on the heading
---@field heading? string    its text
---@field on_lost? fun()     the heading was deleted; called once
---@field lost? boolean      it was
---@field touched? boolean   the text was changed after `undone`
---@field block integer      changenr() of the block that the heading opened
---@field newest integer     the highest changenr() seen
---@field edits hum.UndoEdit[]   the user's, above the reply, in order
---@field below integer      rows below the reply: 0, and it ends with the buffer
---@field stays boolean      some of them were there before it
---@field replaced integer   above those, rows that it replaced
---@field draft string[]     what the user had begun to write next
---@field region? string[]   what the reply's own step has below it; nil: what an ending writes
---@field steps hum.UndoEdit[]   the user's, below
---@field arrived? hum.Arrived
---@field opened? integer    changedtick when a line was opened above that line
---@field writing boolean    a piece of the reply is being written
---@field pieces string[][]  of the line that grows: of each the last line
---@field on_arrived fun()   text of the user's came behind the reply
---@field on_broken fun()
---@field later hum.UndoEdit[]   the user's, anywhere, after its end
---@field sure hum.UndoSure  as of the last time that no undo was seen
---@field inserts integer    counts the times that insert mode was left: those are ends of steps
---@field own boolean        hum itself is editing
---@field broken boolean     there was an edit that cannot be distinguished from the reply's own
---@field on_undone? fun()     the user pressed `u`; called once
---@field checking? boolean    M.check is scheduled
---@field undone? integer    the newest changenr() when the user pressed `u`
---@field reply? string[]    the reply's lines from `row` on, once it has ended
---@field final? string[]    those below it, then

---@class hum.UndoSure  so many edits and steps there were, and the reply stood there
---@field edits integer
---@field steps integer
---@field row integer
---@field head integer
---@field below integer
---@field arrived? hum.Arrived

local records = {} ---@type table<integer, hum.UndoRecord>
local ns = vim.api.nvim_create_namespace('hum.undo')

--- Runs `fn`, whose changes are hum's own, with the buffer as the current one.
---@param record hum.UndoRecord
---@param fn fun()
---@return boolean ok, any err
function M.own(record, fn)
  local own = record.own
  record.own = true
  local ok, err = pcall(vim.api.nvim_buf_call, record.buf, fn)
  record.own = own
  return ok, err
end

--- Forgets what is watched, with the history as it is.
---@param buf integer
function M.forget(buf)
  local record = records[buf]
  records[buf] = nil
  if record and vim.api.nvim_buf_is_loaded(buf) then vim.api.nvim_buf_del_extmark(buf, ns, record.mark) end
end

--- A reply begins: whatever comes next in the buffer is its own block.
---@param buf integer
---@param draft string[]  what the user had begun to write below
---@return hum.UndoRecord
function M.begin(buf, draft)
  local prior = records[buf]
  M.forget(buf)
  vim.api.nvim_buf_call(buf, block.close)
  local before = block.changenr(buf)
  return {
    buf = buf,
    -- The reply before has ended, and its history cannot be put in order yet: that is done together.
    prior = prior and prior.reply and not (prior.undone or prior.broken) and prior or nil,
    before = before,
    row = 0,
    block = before,
    newest = before,
    edits = {},
    steps = {},
    later = {},
    head = 1,
    below = 0,
    stays = false,
    replaced = 0,
    draft = draft,
    mark = 0, -- until M.watch
    sure = { edits = 0, steps = 0, row = 0, head = 1, below = 0 },
    inserts = 0,
    own = false,
    writing = false,
    broken = false,
    pieces = {},
    on_arrived = function() end,
    on_broken = function() end,
  }
end

--- So it is, and no undo was seen.
---@param record hum.UndoRecord
local function be_sure(record)
  local sure = record.sure
  sure.edits, sure.steps = #record.edits, #record.steps
  sure.row, sure.head, sure.below, sure.arrived = record.row, record.head, record.below, record.arrived
end

--- The heading is written: from now on changes are watched.
---@param record hum.UndoRecord
---@param row integer   first row that it changed
---@param head integer  the heading is line number `head` from there, counted from 1
---@param below integer  rows below the reply
function M.watch(record, row, head, below)
  record.row, record.head, record.below, record.stays = row, head, below, below > 0
  record.block = block.changenr(record.buf)
  record.newest = record.block
  record.on_broken = function() M.check_lost(record) end
  be_sure(record)
  owner.rewritten(record)
  record.heading = owner.heading_at(record.buf, row + head - 1)
  record.mark = vim.api.nvim_buf_set_extmark(record.buf, ns, row + head - 1, 0, {
    end_col = 1,
    invalidate = true,
    right_gravity = false,
  })
  records[record.buf] = record
end

--- The record of the reply that streams into a buffer.
---@param buf integer
---@return hum.UndoRecord|nil
function M.record(buf) return records[buf] end

--- The row of the reply's heading; nil when it was deleted.
---@param record hum.UndoRecord
---@return integer|nil
function M.heading(record)
  local row = record.row + record.head - 1
  if record.broken then
    local at = vim.api.nvim_buf_get_extmark_by_id(record.buf, ns, record.mark, { details = true })
    -- A heading that went and came back (`u<C-r>`) is where it was, though its mark is not.
    if at[1] and not at[3].invalid then
      row = at[1]
    elseif owner.heading_at(record.buf, row) ~= record.heading then
      return nil
    end
  end
  return owner.heading_at(record.buf, row) and row or nil
end

--- Checks whether the heading was deleted, and calls `on_lost` the first time.
---@param record hum.UndoRecord
---@return boolean lost
function M.check_lost(record)
  if record.lost or not record.broken or record.undone or records[record.buf] ~= record then
    return record.lost or false
  elseif not vim.api.nvim_buf_is_loaded(record.buf) or M.heading(record) then
    return false
  end
  record.lost = true
  if record.on_lost then record.on_lost() end
  return true
end

---@param record hum.UndoRecord
local function check_soon(record)
  if record.checking then return end
  record.checking = true
  vim.schedule(function()
    record.checking = false
    if records[record.buf] == record and vim.api.nvim_buf_is_loaded(record.buf) then M.check(record) end
  end)
end

--- A change of a buffer; called for each token, so it must be quick. Changes nothing.
---@param buf integer
---@param first integer
---@param old_last integer
---@param new_last integer
function M.changed(buf, first, old_last, new_last)
  local record = records[buf]
  if not record or record.writing or record.own then
    return
  elseif record.undone then
    record.touched = true
    return
  end
  check_soon(record) -- it may be an undo
  if record.lost then return end -- nothing comes any more; see owner.refind
  if not record.reply then return owner.sort(record, { first = first, old_last = old_last, new_last = new_last }) end
  owner.note(record, record.later, {
    first = first,
    old_last = old_last,
    lines = vim.api.nvim_buf_get_lines(buf, first, new_last, false),
  })
end

--- Back to the text before `u`, as far as the history has it.
---@param record hum.UndoRecord
---@return boolean ok, any err
function M.unwind(record)
  return M.own(record, function() vim.cmd('silent undo ' .. record.undone) end)
end

--- Changing history under the user's hands is only safe in plain normal mode.
---@return boolean
local function may_settle()
  local mode = vim.api.nvim_get_mode()
  return not mode.blocking and (mode.mode == 'n' or mode.mode == 'nt')
end

--- Builds the history up to here again, so that one `u` takes back the user's last step below the reply, and does that.
---@param record hum.UndoRecord
local function take_back(record)
  local buf, foot = record.buf, owner.foot(record)
  record.reply = vim.api.nvim_buf_get_lines(buf, record.row, foot, false)
  record.final = vim.api.nvim_buf_get_lines(buf, foot, -1, false)
  local keep = preserve.save(buf)
  history.rebuild(record)
  preserve.restore(keep)
  vim.cmd('silent undo')
  record.below = vim.api.nvim_buf_line_count(buf) - record.row - #record.reply
  record.reply, record.final = nil, nil
  local last = record.steps[#record.steps].block
  while #record.steps > 0 and record.steps[#record.steps].block == last do
    table.remove(record.steps)
  end
  record.block = vim.fn.changenr()
end

--- The user has pressed `u`: of what he has written below the reply the last step goes, and the reply goes on.
---@param record hum.UndoRecord
---@return boolean done
local function undo_below(record)
  if #record.steps == 0 or record.broken or not may_settle() then return false end
  local undone, lines = record.undone, vim.api.nvim_buf_get_lines(record.buf, 0, -1, false)
  local keep = preserve.save(record.buf)
  if not M.unwind(record) then return false end
  record.undone = nil
  local ok, err = M.own(record, function()
    take_back(record)
    preserve.restore_end(keep, lines)
  end)
  if not ok then
    log.write('warn', 'undo: ' .. tostring(err))
    record.reply, record.final, record.undone = nil, nil, undone
    return false
  end
  record.newest = record.block
  be_sure(record)
  owner.rewritten(record)
  return true
end

--- Checks whether the user has undone something, before another token joins the undo block,
--- and calls `on_undone` the first time.
---@param record hum.UndoRecord
---@return boolean undone
function M.check(record)
  if record.undone or record.reply then return record.undone ~= nil end
  local now, sure = block.changenr(record.buf), record.sure
  if now >= record.newest then
    record.newest = now
    be_sure(record)
    return false
  end
  record.undone = vim.api.nvim_buf_call(record.buf, function() return vim.fn.undotree().seq_last end)
  record.edits = vim.list_slice(record.edits, 1, sure.edits)
  record.steps = vim.list_slice(record.steps, 1, sure.steps)
  record.row, record.head = sure.row, sure.head
  record.below, record.arrived = sure.below, sure.arrived
  record.broken = false
  if undo_below(record) then return false end
  if record.on_undone and not record.lost then record.on_undone() end
  return true
end

--- Insert mode was left: what is typed from now on is another step.
---@param record hum.UndoRecord
function M.insert_left(record) record.inserts = record.inserts + 1 end

--- Edits by hum that belong to the reply.
---@param record hum.UndoRecord
---@param fn fun()
---@return boolean ok, any err  E565 under textlock
function M.join(record, fn)
  return M.own(record, function()
    pcall(vim.cmd.undojoin)
    fn()
  end)
end

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
  if records[record.buf] ~= record or not vim.api.nvim_buf_is_loaded(record.buf) then
    return true
  elseif not may_settle() then
    return false
  end
  local ok, err
  if not record.broken and vim.bo[record.buf].modifiable and is_mixed(record) then
    local keep = preserve.save(record.buf, record.undone and record.row)
    ok, err = M.own(record, function() history.rebuild(record) end)
    preserve.restore(keep)
  else
    ok, err = M.own(record, block.close)
  end
  if not ok and tostring(err):find('E565', 1, true) then
    return false
  elseif not ok then
    log.write('warn', 'undo: ' .. tostring(err))
  end
  M.forget(record.buf)
  return true
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
      done = done or settle_now(record)
      return done
    end,
  })
end

return M
