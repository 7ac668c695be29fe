-- Rows of a buffer.
local M = {}

---@param buf integer
---@param row integer
---@return string  '' below the text
function M.line(buf, row) return vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or '' end

---@param buf integer
---@param row integer
---@return integer  the row after the last one before `row` that is not blank
function M.after_text(buf, row)
  while row > 0 and not M.line(buf, row - 1):find('%S') do
    row = row - 1
  end
  return row
end

return M
