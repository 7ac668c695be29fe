-- Where the last reply of a chat ends: what stands below, with no heading above it, is not the model's.
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

--- The last row of the reply in this turn, if it is known.
---@param buf integer
---@param turn hum.Turn
---@return integer|nil
function M.of(buf, turn)
  local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, ID, { details = true })
  local row = at[1]
  if not row or at[3].invalid or row <= turn.row or row > turn.last then return nil end
  return row
end

return M
