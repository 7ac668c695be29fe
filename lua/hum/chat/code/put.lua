-- Putting a code block into a file: over the lines that the question was about as long as they are what was quoted,
-- else below the cursor of the code window. The focus stays in the chat, and the cursor beside it goes to the last
-- line, so that one block after the other can be put.
local block = require('hum.place.block')
local edit = require('hum.chat.text.edit')
local indent = require('hum.chat.code.indent')
local notify = require('hum.notify')
local origin = require('hum.chat.code.origin')
local target = require('hum.chat.code.target')
local window = require('hum.chat.code.window')

local M = {}

--- How long what was put is marked, in ms.
local SHOWN = 300

local ns = vim.api.nvim_create_namespace('hum.put')

---@param buf integer
---@return string
local function name_of(buf)
  local name = vim.api.nvim_buf_get_name(buf)
  return name ~= '' and vim.fn.fnamemodify(name, ':~:.') or 'the buffer without a name'
end

--- Why a buffer may not be changed.
---@param buf integer
---@return string|nil
local function refusal(buf)
  if not vim.bo[buf].modifiable then
    return (':set modifiable first: %s cannot be changed'):format(name_of(buf))
  elseif vim.bo[buf].readonly then
    return (':set noreadonly first: %s is read-only'):format(name_of(buf))
  end
end

---@param buf integer
---@param first integer
---@param last integer
local function mark(buf, first, last)
  for row = first, last do
    vim.api.nvim_buf_set_extmark(
      buf,
      ns,
      row,
      0,
      { end_row = row + 1, hl_group = 'IncSearch', hl_eol = true, strict = false }
    )
  end
  vim.defer_fn(function()
    if vim.api.nvim_buf_is_loaded(buf) then vim.api.nvim_buf_clear_namespace(buf, ns, 0, -1) end
  end, SHOWN)
end

--- Rows [first, last) of a buffer become lines, in one undo step.
---@param buf integer
---@param first integer
---@param last integer
---@param lines string[]
local function replace(buf, first, last, lines)
  vim.api.nvim_buf_call(buf, function()
    block.close()
    edit.replace(buf, first, last, lines)
    block.close()
  end)
  vim.api.nvim_buf_set_mark(buf, '[', first + 1, 0, {})
  vim.api.nvim_buf_set_mark(buf, ']', first + #lines, 0, {})
end

--- Shows the last of rows that were put, and the first if there is room, in a window that may show another buffer.
---@param win integer
---@param buf integer
---@param first integer
---@param last integer
---@return boolean shown
local function show(win, buf, first, last)
  if vim.api.nvim_win_get_buf(win) ~= buf and not pcall(vim.api.nvim_win_set_buf, win, buf) then return false end
  vim.api.nvim_win_set_cursor(win, { first + 1, 0 })
  vim.api.nvim_win_call(win, function() vim.cmd('normal! zv') end)
  vim.api.nvim_win_set_cursor(win, { last + 1, 0 })
  mark(buf, first, last)
  return true
end

--- Says where code went that cannot be seen.
---@param buf integer
---@param row integer
local function tell(buf, row) notify.info(('hum: put into %s, line %d'):format(name_of(buf), row + 1)) end

--- The window in which the lines of a range can be seen.
---@param buf integer
---@return integer|nil
local function window_of(buf)
  for _, win in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    if vim.api.nvim_win_get_buf(win) == buf and window.is_code(win) then return win end
  end
  return window.nearest()
end

---@param chat integer
---@param range hum.Range
---@param snippet hum.Snippet
---@return string|nil err
local function put_over(chat, range, snippet)
  local buf = range.buf
  local why = refusal(buf)
  if why then return why end
  local style = indent.style(buf, range.first)
  local lines = indent.fit(vim.split(snippet.text, '\n', { plain = true }), indent.of(range), style)
  if vim.deep_equal(lines, vim.api.nvim_buf_get_lines(buf, range.first, range.last + 1, false)) then
    return notify.info('hum: the file has this code already')
  end
  local win = window_of(buf)
  origin.replaced(chat, range)
  replace(buf, range.first, range.last + 1, lines)
  if not (win and show(win, buf, range.first, range.first + #lines - 1)) then tell(buf, range.first) end
end

--- The row of a window's cursor, or of the end of the closed fold that it is in.
---@param win integer
---@return integer
local function cursor_row(win)
  local line = vim.api.nvim_win_get_cursor(win)[1]
  local fold = vim.api.nvim_win_call(win, function() return vim.fn.foldclosedend(line) end)
  return math.max(line, fold) - 1
end

---@param buf integer
---@return boolean
local function is_empty(buf)
  return vim.api.nvim_buf_line_count(buf) == 1 and vim.api.nvim_buf_get_lines(buf, 0, 1, false)[1] == ''
end

---@param snippet hum.Snippet
---@return string|nil err
local function put_below(snippet)
  local win = window.nearest() or window.reopen()
  if not win then return 'open the file beside the chat first: no window shows one' end
  local buf, row = vim.api.nvim_win_get_buf(win), cursor_row(win)
  local why = refusal(buf)
  if why then return why end
  local lines =
    indent.fit(vim.split(snippet.text, '\n', { plain = true }), indent.below(buf, row), indent.style(buf, row))
  local first, last = row + 1, row + 1
  if is_empty(buf) then
    first, last = 0, 1
  end
  replace(buf, first, last, lines)
  show(win, buf, first, first + #lines - 1)
  if vim.api.nvim_win_get_tabpage(win) ~= vim.api.nvim_get_current_tabpage() then tell(buf, first) end
end

---@param chat integer
---@param snippet hum.Snippet
function M.put(chat, snippet)
  if snippet.text == '' then return notify.warn('hum: the code block is empty') end
  local range, quoted = target.quoted(chat, snippet)
  local err ---@type string|nil
  if range then
    err = put_over(chat, range, snippet)
  else
    err = put_below(snippet)
  end
  if err then return notify.error('hum: ' .. err) end
  if quoted and not range then
    notify.info('hum: put below the cursor: the lines that the question quotes have changed')
  end
end

return M
