-- The window in which a page is shown.
local notify = require('hum.notify')

local M = {}

local ns = vim.api.nvim_create_namespace('hum.inspect')

--- Below all windows and as wide as the screen, unless the user says another place: a chat's window is narrow.
---@param mods table
---@return table
local function placed(mods)
  local is_said = mods.vertical or (mods.split or '') ~= '' or (mods.tab or -1) >= 0
  return vim.tbl_extend('force', mods, { noswapfile = true }, is_said and {} or { split = 'botright' })
end

--- Closes the page, and goes back to where the user came from. In the last window that is the buffer he came from.
---@param from integer  window
---@param before integer  its buffer
local function close(from, before)
  if #vim.api.nvim_list_tabpages() == 1 and vim.fn.winnr('$') == 1 and vim.api.nvim_buf_is_loaded(before) then
    return vim.api.nvim_win_set_buf(0, before)
  end
  local ok, err = pcall(vim.cmd.close)
  if not ok then return notify.complain(err) end
  if vim.api.nvim_win_is_valid(from) then vim.api.nvim_set_current_win(from) end
end

--- Opens a window with an empty page.
---@param mods? table  window modifiers, as `smods` of a user command
---@return integer|nil buf
function M.open(mods)
  local from, before = vim.api.nvim_get_current_win(), vim.api.nvim_get_current_buf()
  local ok, err = pcall(vim.cmd.split, { mods = placed(mods or {}) })
  if not ok then
    notify.error('hum: the page cannot be shown here: ' .. tostring(err):gsub('^.-(E%d+:)', '%1'))
    return
  end
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_win_set_buf(0, buf)
  vim.bo[buf].bufhidden = 'wipe'
  vim.keymap.set('n', 'q', function() close(from, before) end, { buffer = buf, nowait = true, desc = 'close' })
  vim.wo[0][0].wrap, vim.wo[0][0].linebreak = true, true
  return buf
end

--- Puts a page into its buffer.
---@param buf integer
---@param page hum.Page
function M.fill(buf, page)
  vim.bo[buf].modifiable = true
  vim.api.nvim_buf_clear_namespace(buf, ns, 0, -1)
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, page.lines)
  for _, mark in ipairs(page.marks) do
    vim.api.nvim_buf_set_extmark(buf, ns, mark.row, 0, { end_row = mark.row + 1, hl_group = mark.group })
  end
  for _, time in ipairs(page.times) do
    vim.api.nvim_buf_set_extmark(buf, ns, time.row, 0, { virt_text = { { ' ' .. time.text, 'HumFigures' } } })
  end
  vim.bo[buf].modifiable = false
  vim.bo[buf].modified = false
end

return M
