-- A message for which the message area has no room, whole, in a float above it. The first key that is pressed once it
-- could be read takes it away, and does what it always does.
local wrap = require('hum.wrap')

local M = {}

--- So long a key leaves it there, in ms: it may have been pressed before the message came.
local READ = 1000
--- Cells of a line, and what the frame takes in rows or columns.
local MOST, FRAME = 76, 2

local ns = vim.api.nvim_create_namespace('hum.notice')
local group = vim.api.nvim_create_augroup('hum.notice', {})
local win ---@type integer|nil
local since = 0 -- ms
---@return string|string[]
local function border() return 'single' end
local close

--- Sets the function that says which frame it has.
---@param fn fun(): string|string[]
function M.framed(fn) border = fn end

--- Takes it away: at once, or as soon as windows may be closed.
function close()
  if win and vim.api.nvim_win_is_valid(win) and not pcall(vim.api.nvim_win_close, win, true) then
    vim.api.nvim_create_autocmd('SafeState', { group = group, once = true, callback = close })
    return
  end
  win = nil
  vim.on_key(nil, ns)
  vim.api.nvim_clear_autocmds({ group = group })
end

local function on_key()
  if vim.uv.now() - since >= READ then vim.schedule(close) end
end

--- Rows of the screen above the message area.
---@return integer
local function rows() return vim.o.lines - vim.o.cmdheight - (vim.o.laststatus > 0 and 1 or 0) end

---@param text string
---@return string[]|nil  nil: there is no room for it
local function lines_of(text)
  local lines = wrap.lines(text, math.min(vim.o.columns - FRAME, MOST))
  return #lines + FRAME <= rows() and vim.o.columns > 16 and lines or nil
end

--- Whether somebody sees floats here, and messages are not shown by another program. From the command-line window
--- none can be opened.
---@return boolean
local function has_screen()
  if vim.fn.getcmdwintype() ~= '' then return false end
  local uis = vim.api.nvim_list_uis()
  for _, ui in ipairs(uis) do
    if ui.ext_messages then return false end
  end
  return #uis > 0
end

---@param lines string[]
---@param highlight? string
---@return integer win
local function open(lines, highlight)
  local buf = vim.api.nvim_create_buf(false, true)
  vim.bo[buf].bufhidden = 'wipe'
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  local width = 1
  for _, line in ipairs(lines) do
    width = math.max(width, vim.fn.strdisplaywidth(line))
  end
  local ok, opened = pcall(vim.api.nvim_open_win, buf, false, {
    relative = 'editor',
    anchor = 'SE',
    row = rows(),
    col = vim.o.columns,
    width = width,
    height = #lines,
    style = 'minimal',
    border = border() --[[@as string[] ]],
    focusable = false,
    noautocmd = true,
    zindex = 250,
  })
  if not ok then
    pcall(vim.api.nvim_buf_delete, buf, { force = true })
    error(opened, 0)
  end
  if highlight then vim.wo[opened][0].winhighlight = 'NormalFloat:' .. highlight end
  return opened
end

--- Shows a text in place of the one that is shown.
---@param text string
---@param highlight? string  its group
---@return boolean shown  false: there is no room for it, or a float cannot be opened now
function M.show(text, highlight)
  close()
  local lines = has_screen() and lines_of(text)
  if not lines then return false end
  local ok, opened = pcall(open, lines, highlight)
  if not ok then return false end
  win, since = opened, vim.uv.now()
  vim.on_key(on_key, ns)
  vim.api.nvim_create_autocmd({ 'VimResized', 'TabLeave' }, { group = group, callback = close })
  return true
end

return M
