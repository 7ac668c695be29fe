-- The undo history of a chat, built again after a reply that other edits came into: back to the state before the reply,
-- then the user's edits, each a block of its own, then the reply as one block.
local block = require('hum.place.block')
local edit = require('hum.chat.text.edit')
local log = require('hum.log')

local M = {}

--- Changing history under the user's hands is only safe in plain normal mode; the command-line window refuses it (E11).
---@return boolean
function M.may_change()
  local mode = vim.api.nvim_get_mode()
  return not mode.blocking and (mode.mode == 'n' or mode.mode == 'nt') and vim.fn.getcmdwintype() == ''
end

---@class hum.Rebuild  how far the history is
---@field buf integer
---@field block? string   of the edit that came last
---@field steps integer   so many there were

---@param replay hum.Rebuild
---@param edits hum.UndoEdit[]
---@param from integer  row from which theirs are counted
local function apply_all(replay, edits, from)
  local buf = replay.buf
  for _, change in ipairs(edits) do
    if change.block ~= replay.block then
      block.close()
      replay.block, replay.steps = change.block, replay.steps + 1
    end
    local last = math.min(from + change.old_last, vim.api.nvim_buf_line_count(buf))
    edit.replace(buf, from + change.first, last, change.lines)
  end
end

---@param number integer  of changenr()
local function go_back(number)
  vim.cmd('silent undo ' .. number)
  if vim.fn.changenr() ~= number then error('the history does not reach back', 0) end
end

---@param record hum.UndoRecord
---@return integer  how many steps there are from the reply on
local function build(record)
  local buf = record.buf
  if record.prior then
    build(record.prior)
  else
    go_back(record.before)
  end
  apply_all({ buf = buf, steps = 0 }, record.edits, 0)
  block.close()
  local reply, final, replay = assert(record.reply), assert(record.final), { buf = buf, steps = 1 }
  local foot = record.row + #reply
  local lines = vim.list_extend(vim.list_slice(reply), record.region or final)
  local upto = record.stays and record.row + record.replaced or vim.api.nvim_buf_line_count(buf)
  edit.replace(buf, record.row, upto, lines)
  apply_all(replay, record.steps, foot)
  edit.replace(buf, foot, vim.api.nvim_buf_line_count(buf), final) -- an ending puts blank lines in order
  apply_all(replay, record.later, 0)
  block.close()
  return replay.steps
end

--- Builds it again in the current buffer. The text must be the same afterwards, or end with the reply undone if
--- the user undid it; otherwise `:undo` goes back to the history as it was.
---@param record hum.UndoRecord
---@return boolean  it is built again
function M.rebuild(record)
  local buf = record.buf
  local newest = vim.fn.undotree().seq_last
  local want = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
  local ok, err = pcall(build, record)
  if ok and (record.undone or vim.deep_equal(want, vim.api.nvim_buf_get_lines(buf, 0, -1, false))) then
    for _ = 1, record.undone and err or 0 do
      vim.cmd('silent undo')
    end
    return true
  end
  log.write('warn', 'undo steps stay mixed: ' .. tostring(err or 'the text differs'))
  pcall(vim.api.nvim_command, 'silent undo ' .. newest)
  if record.undone then
    want = vim.list_extend(vim.list_slice(want, 1, record.row), assert(record.reply))
    vim.list_extend(want, assert(record.final))
  end
  if not vim.deep_equal(want, vim.api.nvim_buf_get_lines(buf, 0, -1, false)) then edit.replace(buf, 0, -1, want) end
  return false
end

return M
