-- The undo history of a chat, built again after a reply that other edits came into: back to the state before the reply,
-- then the user's edits, each a block of its own, then the reply as one block.
local block = require('hum.place.block')
local edit = require('hum.chat.text.edit')
local log = require('hum.log')

local M = {}

---@param buf integer
---@param edits hum.UndoEdit[]
---@param from? integer  row from which theirs are counted
---@return integer  how many steps they make
local function apply_all(buf, edits, from)
  local last, steps = nil, 0
  for _, change in ipairs(edits) do
    if change.block ~= last then
      block.close()
      last, steps = change.block, steps + 1
    end
    local count, row = vim.api.nvim_buf_line_count(buf), from or 0
    edit.replace(buf, row + change.first, math.min(row + change.old_last, count), change.lines)
  end
  return steps
end

---@param record hum.UndoRecord
---@return integer  how many steps there are from the reply on
local function build(record)
  local buf = record.buf
  vim.cmd('silent undo ' .. record.before)
  if vim.fn.changenr() ~= record.before then error('the history does not reach back', 0) end
  apply_all(buf, record.edits)
  block.close()
  local reply, final = assert(record.reply), assert(record.final)
  local foot = record.row + #reply
  local lines = vim.list_extend(vim.list_slice(reply), record.region or final)
  local upto = record.kept and record.row + record.replaced or vim.api.nvim_buf_line_count(buf)
  edit.replace(buf, record.row, upto, lines)
  local steps = apply_all(buf, record.steps, foot)
  edit.replace(buf, foot, vim.api.nvim_buf_line_count(buf), final) -- an ending puts blank lines in order
  apply_all(buf, record.later)
  block.close()
  return 1 + steps
end

--- Builds it again in the current buffer. The text must be the same afterwards, or end with the reply undone if
--- the user undid it; otherwise `:undo` goes back to the history as it was.
---@param record hum.UndoRecord
function M.rebuild(record)
  local buf = record.buf
  local newest = vim.fn.undotree().seq_last
  local want = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
  local ok, err = pcall(build, record)
  if ok and (record.undone or vim.deep_equal(want, vim.api.nvim_buf_get_lines(buf, 0, -1, false))) then
    for _ = 1, record.undone and err or 0 do
      vim.cmd('silent undo')
    end
    return
  end
  log.write('warn', 'undo steps stay mixed: ' .. tostring(err or 'the text differs'))
  pcall(vim.api.nvim_command, 'silent undo ' .. newest)
  if record.undone then
    want = vim.list_extend(vim.list_slice(want, 1, record.row), assert(record.reply))
    vim.list_extend(want, record.final)
  end
  if not vim.deep_equal(want, vim.api.nvim_buf_get_lines(buf, 0, -1, false)) then edit.replace(buf, 0, -1, want) end
end

return M
