-- The undo history of a chat, built again after a reply that other edits came into: back to the state before the reply,
-- then the user's edits, each a block of its own, then the reply as one block.
local block = require('hum.place.block')
local edit = require('hum.chat.text.edit')
local log = require('hum.log')

local M = {}

---@class hum.UndoEdit  a change by the user
---@field first integer      rows [first, old_last) became `lines`
---@field old_last integer
---@field lines string[]
---@field block string       edits of one block are one step: changenr() then, and the record's `inserts`

---@param buf integer
---@param edits hum.UndoEdit[]
local function apply_all(buf, edits)
  local last
  for _, change in ipairs(edits) do
    if change.block ~= last then
      block.close()
      last = change.block
    end
    edit.replace(buf, change.first, change.old_last, change.lines)
  end
end

---@param record hum.UndoRecord
local function build(record)
  local buf = record.buf
  vim.cmd('silent undo ' .. record.before)
  if vim.fn.changenr() ~= record.before then error('the history does not reach back', 0) end
  apply_all(buf, record.edits)
  block.close()
  edit.replace(buf, record.row, vim.api.nvim_buf_line_count(buf), assert(record.reply))
  apply_all(buf, record.later)
  block.close()
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
    if record.undone then vim.cmd('silent undo') end
    return
  end
  log.write('warn', 'undo steps stay mixed: ' .. tostring(err or 'the text differs'))
  pcall(vim.api.nvim_command, 'silent undo ' .. newest)
  if record.undone then want = vim.list_extend(vim.list_slice(want, 1, record.row), assert(record.reply)) end
  if not vim.deep_equal(want, vim.api.nvim_buf_get_lines(buf, 0, -1, false)) then edit.replace(buf, 0, -1, want) end
end

return M
