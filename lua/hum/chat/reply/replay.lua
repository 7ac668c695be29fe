-- Undo and redo while a reply streams. What they change is sorted as if the user had done it, until they come back to
-- where they began (`u<C-r>` at once): then nothing was done.
local block = require('hum.place.block')
local records = require('hum.chat.reply.record')

local M = {}

--- Whether the change that is being made is an undo or a redo: only those find no undo block open.
---@param buf integer
---@return boolean
local function is_replay(buf)
  if buf ~= vim.api.nvim_get_current_buf() or vim.api.nvim_get_mode().mode:find('^[iR]') then return false end
  return vim.api.nvim_eval('undotree().synced') == 1 -- without making Lua of the tree
end

--- Whether the text has gone through a change, which is not on a branch of the history that was left.
---@param buf integer
---@param number integer  of changenr()
---@return boolean
local function has_seen(buf, number)
  for _, entry in ipairs(vim.api.nvim_buf_call(buf, vim.fn.undotree).entries) do
    if entry.seq == number then return true end
  end
  return number == 0
end

---@param record hum.UndoRecord
---@param now integer  changenr()
local function follow(record, now)
  local oldest = record.replays
  if not oldest then
    record.newest = math.max(record.newest, now)
    records.be_sure(record)
  elseif now >= record.newest and oldest < record.newest then
    records.be_as_sure(record)
    oldest = nil
  end
  record.replays = math.min(oldest or now, now)
end

--- The user changes something right behind undo and redo.
---@param record hum.UndoRecord
---@return boolean left
local function leave(record)
  local came_back = record.replays < record.newest
  record.replays = nil
  local left = not has_seen(record.buf, record.newest)
  if left then
    record.undone, record.touched = record.newest, true
  end
  if left or came_back then records.be_as_sure(record) end
  return left
end

--- A change is being made, which may be an undo or a redo, or come right behind those.
---@param record hum.UndoRecord
---@return boolean left  what was the text, which stays as the user has it: the reply is to end
function M.note(record)
  if is_replay(record.buf) then
    follow(record, block.changenr(record.buf))
    return false
  end
  return record.replays ~= nil and leave(record)
end

--- Undo and redo are over.
---@param record hum.UndoRecord
---@param now integer  changenr()
function M.over(record, now)
  if record.replays and now == record.newest then records.be_as_sure(record) end
  record.replays = nil
end

return M
