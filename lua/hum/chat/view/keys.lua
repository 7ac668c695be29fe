-- The keys of a chat in a float, until it is left.
local wrap = require('hum.wrap')

local M = {}

--- Rows and columns of the screen that stay free around the float, its border among them.
local MARGIN = 4

---@param lines string[]
---@return vim.api.keyset.win_config
local function place(lines)
  local width = 1
  for _, line in ipairs(lines) do
    width = math.max(width, vim.fn.strdisplaywidth(line))
  end
  width = math.max(1, math.min(width, vim.o.columns - MARGIN))
  local height = math.max(1, math.min(#lines, vim.o.lines - vim.o.cmdheight - MARGIN))
  return {
    relative = 'editor',
    row = math.max(0, math.floor((vim.o.lines - height - MARGIN) / 2)),
    col = math.max(0, math.floor((vim.o.columns - width - 2) / 2)),
    width = width,
    height = height,
    style = 'minimal',
    border = 'single',
    title = ' Keys of a chat ',
  }
end

---@param keys { lhs: string, modes: string, desc: string }[]
function M.show(keys)
  local rows = vim.tbl_map(
    function(key) return { key.lhs, table.concat(vim.split(key.modes, ''), ' '), key.desc } end,
    keys
  )
  local lines = wrap.columns(rows)
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  vim.bo[buf].bufhidden, vim.bo[buf].modifiable = 'wipe', false
  local win = vim.api.nvim_open_win(buf, true, place(lines))
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
