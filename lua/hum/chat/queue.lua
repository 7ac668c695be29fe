-- Messages that wait: the user has sent them while a reply streamed. Each stays where it was written, below the reply,
-- and may be changed until it goes; with its heading it leaves the queue.
local config = require('hum.config')
local edit = require('hum.chat.text.edit')
local follow = require('hum.chat.reply.follow')
local format = require('hum.chat.text.format')
local read = require('hum.chat.text.read')
local rows = require('hum.chat.text.rows')
local scheme = require('hum.look.scheme')
local unanswered = require('hum.chat.unanswered')

local M = {}

---@class hum.Queued
---@field id integer
---@field text string  as it is now

local last_id = 0

scheme.start()

---@return [string, string|string[]][]
local function label()
  local key = config.keys('unqueue')[1]
  return { { key and ('queued; %s takes it back'):format(key) or 'queued', { 'HumUser', 'HumQueued' } } }
end

---@param buf integer
---@param row integer  of the heading under which the user writes
local function mark_draft(buf, row) unanswered.mark(buf, row, unanswered.DRAFT) end

--- Closes what a message leaves open.
---@param buf integer
---@param turn hum.Turn
local function close(buf, turn)
  local closing = read.closing_of(vim.api.nvim_buf_get_lines(buf, turn.row, turn.last + 1, false))
  local row = rows.after_text(buf, turn.last + 1)
  if #closing > 0 then edit.replace(buf, row, row, closing) end
end

---@param buf integer
---@param id integer
---@return hum.Unanswered|nil
local function find(buf, id)
  for _, turn in ipairs(unanswered.turns(buf)) do
    if turn.id == id then return turn end
  end
end

-- ---- what others ask -------------------------------------------------------------------------

--- Whether a message waits in a chat, or one did whose text was joined to its heading since.
---@param buf integer
---@return boolean
function M.waits(buf)
  for _, id in pairs(unanswered.all_marks(buf)) do
    if id ~= unanswered.DRAFT then return true end
  end
  return false
end

--- The messages that wait in a chat, in the order in which they go.
---@param buf integer
---@return hum.Queued[]
function M.list(buf)
  local out = {}
  if not vim.api.nvim_buf_is_loaded(buf) or not M.waits(buf) then return out end
  for _, turn in ipairs(unanswered.turns(buf)) do
    if turn.id and turn.text ~= '' then out[#out + 1] = { id = turn.id, text = turn.text } end
  end
  return out
end

--- The message in a row, or the last one.
---@param buf integer
---@param row integer
---@return integer|nil id
function M.at(buf, row)
  local last
  for _, turn in ipairs(unanswered.turns(buf)) do
    if turn.id and row >= turn.row and row <= turn.last then return turn.id end
    last = turn.id or last
  end
  return last
end

--- The message that goes next, and what stands before it and is not queued.
---@param buf integer
---@return hum.Unanswered|nil turn, hum.Turn|nil before
function M.first(buf)
  local before
  if not M.waits(buf) then return end
  for _, turn in ipairs(unanswered.turns(buf)) do
    if turn.text ~= '' and turn.id then return turn, before end
    if turn.text ~= '' then before = before or turn end
  end
end

-- ---- changes ---------------------------------------------------------------------------------

---@param turn hum.Unanswered
---@return boolean  it may be queued
local function is_draft(turn) return turn.role == 'user' and not turn.id and turn.text ~= '' end

---@param list hum.Unanswered[]
---@param row? integer   of the cursor
---@param going? integer  row of a message that is being sent
---@return hum.Unanswered|nil  that is to be queued: the one with the cursor, or the last
local function choose(list, row, going)
  local last
  for _, turn in ipairs(list) do
    if is_draft(turn) and turn.row ~= going then
      if row and row >= turn.row and row <= turn.last then return turn end
      last = turn
    end
  end
  return last
end

--- A heading for what the user writes next, unless there is one.
---@param buf integer
---@param going? integer  row of a message that is being sent
function M.open_next(buf, going)
  local list = unanswered.turns(buf)
  local last = list[#list]
  if not last then return end
  if not last.id and last.row ~= going then return mark_draft(buf, last.row) end
  close(buf, last)
  local row = rows.after_text(buf, vim.api.nvim_buf_line_count(buf))
  edit.replace(buf, row, -1, {
    '',
    format.heading('user', nil, rows.line(buf, last.row --[[@as integer]])),
    '',
    '',
  })
  mark_draft(buf, row + 1)
end

--- Windows whose cursor is in a turn that was queued, or taken back, go where the user writes on.
---@param buf integer
---@param turn hum.Turn
local function go_on(buf, turn)
  local wins = vim.tbl_filter(function(win)
    local row = vim.api.nvim_win_get_cursor(win)[1] - 1
    return row >= turn.row and row <= turn.last
  end, vim.fn.win_findbuf(buf))
  follow.to(buf, wins, vim.api.nvim_buf_line_count(buf))
end

---@param buf integer
---@param turn hum.Unanswered
local function enqueue(buf, turn)
  last_id = last_id + 1
  unanswered.mark(buf, turn.row, last_id, label())
end

--- Queues what the user has written below the last reply: the turn with the cursor, or the last. Raises where the text
--- cannot be changed.
---@param buf integer
---@param row? integer    of the cursor
---@param going? integer  row of a message that is being sent
---@return integer|nil id  nil: there is nothing that is not queued already
function M.add(buf, row, going)
  local turn = choose(unanswered.turns(buf), row, going)
  if not turn then return nil end
  enqueue(buf, turn)
  M.open_next(buf)
  go_on(buf, turn)
  return last_id
end

--- Queues all that stands there.
---@param buf integer
function M.add_all(buf)
  for _, turn in ipairs(unanswered.turns(buf)) do
    if is_draft(turn) then enqueue(buf, turn) end
  end
  M.open_next(buf)
end

--- Closes what messages leave open, so that the headings below them are headings.
---@param buf integer
function M.mend(buf)
  local list = unanswered.turns(buf)
  for i = #list - 1, 1, -1 do
    close(buf, list[i])
  end
end

--- A message goes: it leaves the queue, and the heading above it is that of no draft any more.
---@param buf integer
---@param row integer  of that heading
---@param id? integer  it was queued
function M.sent(buf, row, id)
  unanswered.draft_sent(buf, row)
  if id then unanswered.unmark(buf, id) end
end

--- The lines of a turn, without blank ones at both ends.
---@param buf integer
---@param turn hum.Turn
---@return string[]
local function lines_of(buf, turn)
  local last = rows.after_text(buf, turn.last + 1)
  local lines = vim.api.nvim_buf_get_lines(buf, turn.row + 1, math.max(last, turn.row + 1), false)
  while lines[1] and not lines[1]:find('%S') do
    table.remove(lines, 1)
  end
  return lines
end

--- Takes a message out of the queue. Its text stays, as the draft at the end of the chat: before what is written there.
---@param buf integer
---@param id integer
---@return boolean  false: there is no such message
function M.drop(buf, id)
  local turn = find(buf, id)
  if not turn then return false end
  unanswered.unmark(buf, id)
  local list = unanswered.turns(buf)
  local draft = list[#list]
  if draft.row == turn.row then return true end
  go_on(buf, turn)
  local lines = vim.list_extend({ '' }, lines_of(buf, turn))
  if draft.text ~= '' then vim.list_extend(vim.list_extend(lines, { '' }), lines_of(buf, draft)) end
  edit.replace(buf, draft.row + 1, -1, lines)
  edit.replace(buf, turn.row, turn.last + 1, {})
  return true
end

--- A chat was read: messages that nothing has answered, one below the other, wait as they did when it was left.
---@param buf integer
---@param list hum.Turn[]
function M.restore(buf, list)
  local first = #list + 1
  while list[first - 1] and list[first - 1].role == 'user' do
    first = first - 1
  end
  for i = first, #list - 1 do
    if list[i].text ~= '' then enqueue(buf, list[i]) end
  end
  if list[first] then mark_draft(buf, list[#list].row) end
end

--- A reply has ended: below it stands a heading that hum wrote.
---@param buf integer
function M.settle(buf)
  local list, is_known = unanswered.turns(buf), unanswered.known(buf)
  for _, turn in ipairs(list) do
    if is_known(turn.row) then return end
  end
  if list[1] and list[1].role == 'user' then mark_draft(buf, list[1].row) end
end

return M
