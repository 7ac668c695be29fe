-- A list of keys in a float, until it is left.
local float = require('hum.look.float')
local layout = require('hum.look.keylist').layout

local M = {}

local ns = vim.api.nvim_create_namespace('hum.keys')

--- Cells at each side of the text.
local MARGIN = 1

--- What is said below a list that is there as a whole, and below one that is not.
local WHOLE, LONG = ' q closes, :help %s says more ', ' j and k scroll, q closes '

---@param buf integer
---@param list hum.KeyList
local function fill(buf, list)
  local margin = (' '):rep(MARGIN)
  local lines = vim.tbl_map(function(line) return line == '' and '' or margin .. line end, list.lines)
  vim.bo[buf].modifiable = true
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  vim.bo[buf].modifiable = false
  vim.api.nvim_buf_clear_namespace(buf, ns, 0, -1)
  for _, mark in ipairs(list.marks) do
    local opts = { end_col = mark.last + MARGIN, hl_group = mark.group }
    vim.api.nvim_buf_set_extmark(buf, ns, mark.row, mark.first + MARGIN, opts)
  end
end

--- Where the float belongs, filled for the room that there is.
---@param buf integer
---@param keys hum.ListedKey[]
---@param topic string  of the help
---@return vim.api.keyset.win_config
local function place(buf, keys, topic)
  local width, height = vim.o.columns - float.FRAME - 2 * MARGIN, float.rows() - float.FRAME
  local list = layout(keys, width, height)
  fill(buf, list)
  local footer = #list.lines > height and LONG or WHOLE:format(topic)
  local config = float.middle(math.max(list.width, #footer) + 2 * MARGIN, #list.lines)
  config.style = 'minimal'
  config.footer, config.footer_pos = config.width >= #footer and footer or '', 'center'
  return config
end

---@param title string  whose keys they are
---@param keys hum.ListedKey[]
---@param topic string  of the help, that says more
function M.show(title, keys, topic)
  local buf = vim.api.nvim_create_buf(false, true)
  vim.bo[buf].bufhidden = 'wipe'
  local win = float.open_at(buf, function() return place(buf, keys, topic) end, (' %s '):format(title))
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
