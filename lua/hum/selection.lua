-- The lines that are selected.
local M = {}

--- Those of visual mode, which this ends.
---@return { buf: integer, first: integer, last: integer }  lines from 1
function M.take()
  local here, there = vim.fn.line('.'), vim.fn.line('v')
  vim.api.nvim_feedkeys(vim.keycode('<Esc>'), 'nx', false)
  return { buf = vim.api.nvim_get_current_buf(), first = math.min(here, there), last = math.max(here, there) }
end

return M
