-- Where the last reply of a chat ends: what stands below, with no heading above it, is not the model's.
local rows = require('hum.chat.text.rows')

local M = {}

local ns = vim.api.nvim_create_namespace('hum.reply.end')

--- One for each buffer.
local ID = 1

---@param buf integer
---@param row integer  the last one of the reply
function M.set(buf, row)
  local line = vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1]
  if not line then return end
  vim.api.nvim_buf_set_extmark(buf, ns, row, 0, { id = ID, end_col = #line, invalidate = line ~= '' })
end

--- A chat was read from a file: its last reply ends with its last word.
---@param buf integer
---@param list hum.Turn[]
function M.read(buf, list)
  for i = #list, 1, -1 do
    if list[i].role == 'assistant' then return M.set(buf, rows.after_text(buf, list[i].last + 1) - 1) end
  end
end

--- The last row of the reply in this turn, if it is known; that of its heading if it has no text.
---@param buf integer
---@param turn hum.Turn
---@return integer|nil
function M.of(buf, turn)
  local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, ID, { details = true })
  local row = at[1]
  if not row or at[3].invalid or row < turn.row or row > turn.last then return nil end
  return row
end

--- The last turn of the model whose end is known.
---@param buf integer
---@param list hum.Turn[]
---@return integer|nil index, integer|nil last  row
function M.last(buf, list)
  for i = #list, 1, -1 do
    local row = list[i].role == 'assistant' and M.of(buf, list[i])
    if row then return i, row end
  end
end

--- Whether an end was known once, though what stood there may be gone.
---@param buf integer
---@return boolean
function M.was_known(buf) return #vim.api.nvim_buf_get_extmark_by_id(buf, ns, ID, {}) > 0 end

return M
