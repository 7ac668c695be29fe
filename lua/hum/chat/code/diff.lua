-- A code block as a diff against what it is for, in a tab page of its own: left the file, which can take changes over
-- with `do`, right the file as it would be with the block. When one of the two windows goes, the other and the tab
-- page go, and the focus goes back to the chat. No option of another window is touched.
local indent = require('hum.chat.code.indent')
local notify = require('hum.notify')
local target = require('hum.chat.code.target')
local window = require('hum.chat.code.window')

local M = {}

local group = vim.api.nvim_create_augroup('hum.diff', {})

---@param text string
---@return string[]
local function split(text) return vim.split(text, '\n', { plain = true }) end

--- The only row of a buffer's lines with the text of a line, white space at both ends aside.
---@param lines string[]
---@param text string
---@return integer|nil
local function only_row(lines, text)
  local found
  for row, line in ipairs(lines) do
    if vim.trim(line) == text then
      if found then return nil end
      found = row - 1
    end
  end
  return found
end

--- The lines of a file that a part of it is for: between its first and its last line, if both stand there once.
---@param lines string[]
---@param code string[]
---@return integer|nil first
---@return integer|nil last
local function part_of(lines, code)
  local first, last = only_row(lines, vim.trim(code[1])), only_row(lines, vim.trim(code[#code]))
  if first and last and first <= last then return first, last end
end

---@class hum.Comparison
---@field buf integer
---@field lines string[]  as they would be

---@param range hum.Range
---@param code string[]
---@return hum.Comparison
local function with(range, code)
  local buf = range.buf
  local fitted = indent.fit(code, indent.of(range), indent.style(buf, range.first))
  local lines = vim.api.nvim_buf_get_lines(buf, 0, range.first, false)
  vim.list_extend(lines, fitted)
  return { buf = buf, lines = vim.list_extend(lines, vim.api.nvim_buf_get_lines(buf, range.last + 1, -1, false)) }
end

--- What a block is compared with: the lines that the question was about, else its file or the one beside the chat, in
--- whole or in the part that the block begins and ends like.
---@param chat integer
---@param snippet hum.Snippet
---@return hum.Comparison|nil
local function comparison(chat, snippet)
  local code = split(snippet.text)
  local range = target.quoted(chat, snippet)
  if range then return with(range, code) end
  local win = window.find()
  local buf = snippet.file and target.buffer(chat, snippet.file) or win and vim.api.nvim_win_get_buf(win)
  if not buf then return nil end
  local first, last = part_of(vim.api.nvim_buf_get_lines(buf, 0, -1, false), code)
  if first and last then return with({ buf = buf, first = first, last = last }, code) end
  return { buf = buf, lines = code }
end

---@param win integer
local function close_window(win)
  if not vim.api.nvim_win_is_valid(win) then return end
  vim.api.nvim_win_call(win, function() vim.cmd('diffoff') end)
  pcall(vim.api.nvim_win_close, win, true)
end

--- Once one of the windows is closed, or shows something else.
---@param wins integer[]
---@param back integer  the window that was current
local function close(wins, back)
  for _, win in ipairs(wins) do
    close_window(win)
  end
  if vim.api.nvim_win_is_valid(back) then vim.api.nvim_set_current_win(back) end
end

---@param like integer  buffer that it is compared with
---@param lines string[]
---@return integer
local function scratch(like, lines)
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  vim.api.nvim_buf_set_name(buf, 'hum://diff/' .. buf)
  vim.bo[buf].bufhidden, vim.bo[buf].modifiable = 'wipe', false
  vim.bo[buf].syntax = vim.bo[like].filetype -- no plugins of the file type: it is no file
  return buf
end

--- Opens a tab page, whatever 'switchbuf' says of buffers that are shown already.
---@param buf integer
local function open_tab(buf)
  local switchbuf = vim.o.switchbuf
  vim.o.switchbuf = ''
  local ok, err = pcall(vim.cmd, 'tab sbuffer ' .. buf)
  vim.o.switchbuf = switchbuf
  assert(ok, err)
end

---@param this hum.Comparison
local function show(this)
  local back, buf = vim.api.nvim_get_current_win(), scratch(this.buf, this.lines)
  open_tab(this.buf)
  local left = vim.api.nvim_get_current_win()
  local right = vim.api.nvim_open_win(buf, true, { split = 'right', win = left })
  for _, win in ipairs({ left, right }) do
    vim.api.nvim_win_call(win, function() vim.cmd('diffthis') end)
  end
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = buf, nowait = true, desc = 'close' })
  vim.api.nvim_create_autocmd('WinClosed', {
    group = group,
    callback = function(event)
      local win = tonumber(event.match)
      if win ~= left and win ~= right then return end
      vim.schedule(function() close({ left, right }, back) end)
      return true
    end,
  })
end

---@param chat integer
---@param snippet hum.Snippet
function M.show(chat, snippet)
  if snippet.text == '' then return notify.warn('hum: the code block is empty') end
  local this = comparison(chat, snippet)
  if not this then
    return notify.error('hum: open the file beside the chat first: the block names none that is there')
  end
  if vim.deep_equal(this.lines, vim.api.nvim_buf_get_lines(this.buf, 0, -1, false)) then
    return notify.info('hum: the file has this code already')
  end
  show(this)
end

return M
