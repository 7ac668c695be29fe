-- A short answer in a float at the cursor: it shows the reply alone, grows with it as far as there is room, and is gone
-- with a key. What is in it is a chat as any other.
local figure_row = require('hum.chat.view.figure_row')
local float = require('hum.look.float')
local rows = require('hum.chat.text.rows')
local scan = require('hum.chat.text.scan')
local seen = require('hum.chat.view.seen')
local turns = require('hum.chat.text.turns')

local M = {}

local MOST = { width = 80, height = 20 }

--- Rows before the reply is there: the end of the question, and what is said below it if it cannot be sent.
local FIRST = 3

---@class hum.Answer
---@field buf integer
---@field win integer
---@field at { row: integer, col: integer }  where it was asked for, on the screen
---@field height integer
---@field row? integer     of the reply's heading, once it is there
---@field pending boolean  the height is about to be looked at
---@field full boolean     it does not grow any more

local answer ---@type hum.Answer|nil  there is one at a time

--- Room above and below the cursor, in rows.
---@param at { row: integer }
---@return integer above, integer below
local function rooms(at) return at.row - float.FRAME, float.rows() - at.row - 1 - float.FRAME end

---@return vim.api.keyset.win_config
local function place()
  local a = answer --[[@as hum.Answer]]
  local above, below = rooms(a.at)
  local is_below = below >= MOST.height or below >= above
  local most = math.max(1, math.min(MOST.height, is_below and below or above))
  local width = math.max(1, math.min(MOST.width, vim.o.columns - float.FRAME))
  a.full = a.height >= most
  return {
    relative = 'editor',
    anchor = is_below and 'NW' or 'SW',
    row = is_below and a.at.row + 1 or a.at.row,
    col = math.max(0, math.min(a.at.col, vim.o.columns - width - float.FRAME)),
    width = width,
    height = math.min(a.height, most),
  }
end

--- The last reply of the chat.
---@param buf integer
---@return hum.Turn|nil
local function reply_of(buf)
  local list = turns.of(buf).turns
  for i = #list, 1, -1 do
    if list[i].role == 'assistant' then return list[i] end
  end
end

--- Shows the text from a row on, that of the reply's heading.
---@param a hum.Answer
---@param row integer
---@param upto { end_row?: integer, end_vcol?: integer }
local function show_from(a, row, upto)
  local range = vim.tbl_extend('error', { start_row = row }, upto)
  a.height = math.max(1, vim.api.nvim_win_text_height(a.win, range).all)
  float.place(a.win)
  vim.api.nvim_win_call(a.win, function()
    local view = vim.fn.winsaveview()
    vim.fn.winrestview(a.full and { topline = view.topline } or { topline = row + 1 })
  end)
end

---@param a hum.Answer
---@return boolean
local function is_shown(a)
  return answer == a and vim.api.nvim_win_is_valid(a.win) and vim.api.nvim_win_get_buf(a.win) == a.buf
end

---@param a hum.Answer
local function grow(a)
  a.pending = false
  if not is_shown(a) or a.full then return end
  local reply = not a.row and reply_of(a.buf)
  a.row = a.row or (reply and reply.row or nil)
  local count = vim.api.nvim_buf_line_count(a.buf)
  if a.row then return show_from(a, a.row, { end_row = count - 1 }) end
  vim.api.nvim_win_call(a.win, function() vim.fn.winrestview({ topline = count }) end)
end

--- Where a reply ends, with its figures and notes.
---@param buf integer
---@param last integer  its last row
---@return { end_row?: integer, end_vcol?: integer }
local function end_of(buf, last)
  if figure_row.is_in(buf, last + 1) then return { end_row = last + 1 } end
  if last + 1 >= vim.api.nvim_buf_line_count(buf) then return {} end
  return { end_row = last + 1, end_vcol = 0 } -- with what stands above that
end

--- A reply has ended: what stands below it, for the next message, is not shown.
---@param buf integer
function M.ended(buf)
  local a = answer
  if not a or a.buf ~= buf then return end
  vim.schedule(function()
    local reply = is_shown(a) and reply_of(buf)
    if not reply then return end
    local last = rows.after_text(buf, reply.last + 1) - 1
    local is_below = vim.api.nvim_win_get_cursor(a.win)[1] > last + 1
    if is_below then vim.api.nvim_win_set_cursor(a.win, { last + 1, 0 }) end
    a.row = reply.row
    show_from(a, reply.row, end_of(buf, last))
    if last + 1 < vim.api.nvim_buf_line_count(buf) then seen.reveal_row(a.win, last) end
    a.full = true
  end)
end

--- The question was not sent: why, stands below a row.
---@param buf integer
---@param row integer
function M.refused(buf, row)
  local a = answer
  if a and a.buf == buf and is_shown(a) then show_from(a, row, end_of(buf, row)) end
end

scan.listen('answer', function(buf)
  local a = answer
  if not a or a.buf ~= buf or a.full or a.pending then return end
  a.pending = true
  vim.schedule(function() grow(a) end)
end)

--- Elsewhere `q` begins a recording.
---@param a hum.Answer
local function unmap(a) pcall(vim.keymap.del, 'n', 'q', { buffer = a.buf }) end

--- Opens it where the cursor is; the window of another one closes.
---@param buf integer
---@param title string
---@param close fun()  hides the current window
---@return integer win
function M.open(buf, title, close)
  if vim.api.nvim_get_mode().mode:find('^i') then vim.cmd.stopinsert() end -- it is to be read
  local origin = vim.api.nvim_get_current_win()
  local row, col = unpack(vim.fn.win_screenpos(0))
  local at = { row = row + vim.fn.winline() - 2, col = col + vim.fn.wincol() - 2 }
  if answer and answer.win == origin then at = answer.at end
  local old = answer and answer.win
  if answer then unmap(answer) end
  answer = { buf = buf, win = 0, at = at, height = FIRST, pending = false, full = false }
  answer.win = float.open_chat(buf, place, ' ' .. title .. ' ')
  if old then pcall(vim.api.nvim_win_close, old, true) end
  vim.keymap.set('n', 'q', close, { buffer = buf, nowait = true, desc = 'hum: close the float of a chat' })
  return answer.win
end

--- A window has closed.
---@param win integer
function M.forget(win)
  if not answer or answer.win ~= win then return end
  unmap(answer)
  answer = nil
end

---@param win integer
---@return boolean
function M.is(win) return answer ~= nil and answer.win == win end

return M
