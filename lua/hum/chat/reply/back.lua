-- `u` while a reply streams, with something of the user's below it: of that the last step goes, and the reply goes on.
local history = require('hum.chat.reply.history')
local log = require('hum.log')
local owner = require('hum.chat.reply.owner')
local preserve = require('hum.chat.reply.preserve')
local records = require('hum.chat.reply.record')

local M = {}

--- Back to the text before `u`, as far as the history has it.
---@param record hum.UndoRecord
---@return boolean ok, any err
function M.unwind(record)
  return records.own(record, function() vim.cmd('silent undo ' .. record.undone) end)
end

--- Builds the history up to here again, so that one `u` takes back the user's last step below the reply, and does that.
--- Raises if the history does not go so far back.
---@param record hum.UndoRecord
local function take_back(record)
  local buf, foot = record.buf, owner.foot(record)
  record.reply = vim.api.nvim_buf_get_lines(buf, record.row, foot, false)
  record.final = vim.api.nvim_buf_get_lines(buf, foot, -1, false)
  local keep = preserve.save(buf)
  local ok = history.rebuild(record)
  preserve.restore(keep)
  if not ok then error('the last step below a reply cannot be told from it', 0) end
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
function M.below(record)
  if #record.steps == 0 or record.broken or not history.may_change() then return false end
  local undone, lines = record.undone, vim.api.nvim_buf_get_lines(record.buf, 0, -1, false)
  local keep = preserve.save(record.buf)
  if not M.unwind(record) then return false end
  record.undone = nil
  local ok, err = records.own(record, function()
    take_back(record)
    preserve.restore_end(keep, lines)
  end)
  if not ok then
    log.write('warn', 'undo: ' .. tostring(err))
    record.reply, record.final, record.undone = nil, nil, undone
    return false
  end
  record.newest = record.block
  records.be_sure(record)
  owner.rewritten(record)
  return true
end

return M
