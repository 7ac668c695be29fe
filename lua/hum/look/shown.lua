-- Whether the user can see a buffer.
local M = {}

--- Whether a window of the current tab page shows it.
---@param buf integer
---@return boolean
function M.buffer(buf)
  for _, win in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    if vim.api.nvim_win_get_buf(win) == buf then return true end
  end
  return false
end

return M
