-- The lines that are selected.
local M = {}

--- What of the lines is selected by characters or as a block.
---@param mode string
---@param first integer
---@param last integer
---@return string[]|nil  nil: all of them
local function part(mode, first, last)
  if mode ~= 'v' and mode ~= '\22' then return nil end
  local text = vim.fn.getregion(vim.fn.getpos('v'), vim.fn.getpos('.'), { type = mode })
  local whole = vim.api.nvim_buf_get_lines(0, first - 1, last, false)
  return not vim.deep_equal(text, whole) and text or nil
end

--- Those of visual mode, which this ends.
---@return { buf: integer, first: integer, last: integer, text?: string[] }  lines from 1; what of them is selected
function M.take()
  local here, there = vim.fn.line('.'), vim.fn.line('v')
  local first, last = math.min(here, there), math.max(here, there)
  local text = part(vim.api.nvim_get_mode().mode, first, last)
  vim.api.nvim_feedkeys(vim.keycode('<Esc>'), 'nx', false)
  return { buf = vim.api.nvim_get_current_buf(), first = first, last = last, text = text }
end

return M
