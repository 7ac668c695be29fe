-- The keys of a chat in a float, until it is left.
local float = require('hum.chat.view.float')
local wrap = require('hum.wrap')

local M = {}

---@param keys { lhs: string, modes: string, desc: string }[]
function M.show(keys)
  local rows = vim.tbl_map(
    function(key) return { key.lhs, table.concat(vim.split(key.modes, ''), ' '), key.desc } end,
    keys
  )
  local lines = wrap.columns(rows)
  local width = math.max(1, unpack(vim.tbl_map(vim.fn.strdisplaywidth, lines)))
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  vim.bo[buf].bufhidden, vim.bo[buf].modifiable = 'wipe', false
  local function place() return vim.tbl_extend('error', float.middle(width, #lines), { style = 'minimal' }) end
  local win = float.open_at(buf, place, ' Keys of a chat ')
  vim.api.nvim_set_current_win(win)
  vim.wo[win][0].wrap = false
  local function close() pcall(vim.api.nvim_win_close, win, true) end
  for _, lhs in ipairs({ 'q', '<Esc>' }) do
    vim.keymap.set('n', lhs, close, { buffer = buf, nowait = true, desc = 'close' })
  end
  vim.api.nvim_create_autocmd(
    { 'WinLeave', 'BufLeave' },
    { buffer = buf, once = true, callback = vim.schedule_wrap(close) }
  )
end

return M
