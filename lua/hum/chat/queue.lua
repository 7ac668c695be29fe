-- Messages that wait: the user has sent them while a reply streamed. Each stays where it was written, below the reply,
-- and may be changed until it goes; with its heading it leaves the queue. Turns below the last reply are read by
-- themselves here, from one heading to the next, since a fence that something above leaves open is none in them.
local asked = require('hum.chat.asked')
local below = require('hum.chat.reply.below')
local bounds = require('hum.chat.reply.bounds')
local config = require('hum.config')
local edit = require('hum.chat.text.edit')
local follow = require('hum.chat.reply.follow')
local format = require('hum.chat.text.format')
local heading_of = require('hum.chat.text.block').heading
local read = require('hum.chat.text.read')
local reply = require('hum.chat.reply')
local rows = require('hum.chat.text.rows')
local turns = require('hum.chat.text.turns')

local M = {}

---@class hum.Queued
---@field id integer
---@field text string  as it is now

---@class hum.QueuedTurn: hum.Turn
---@field id? integer  it is queued

local ns = vim.api.nvim_create_namespace('hum.queue')
local last_id = 0

--- The heading under which the user writes, as hum wrote it or found it in a file.
local DRAFT = 0x7fffffff

vim.api.nvim_set_hl(0, 'HumQueued', { link = 'DiagnosticInfo', default = true })

-- ---- marks -----------------------------------------------------------------------------------

---@param buf integer
---@return table<integer, integer>  ids by the row of their heading
local function marks(buf)
  local found = {}
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buf, ns, 0, -1, { details = true })) do
    local id, row = mark[1], mark[2]
    if not mark[4].invalid and heading_of(rows.line(buf, row)) == 'user' then found[row] = id end
  end
  return found
end

---@param buf integer
---@return boolean  a message is queued
local function has_queued(buf)
  for _, id in pairs(marks(buf)) do
    if id ~= DRAFT then return true end
  end
  return false
end

---@return [string, string][]
local function label()
  local key = config.keys('unqueue')[1]
  return { { key and ('queued; %s takes it back'):format(key) or 'queued', 'HumQueued' } }
end

---@param buf integer
---@param row integer
---@param id integer
local function set_mark(buf, row, id)
  vim.api.nvim_buf_set_extmark(buf, ns, row, 0, {
    id = id,
    end_col = #rows.line(buf, row),
    invalidate = true,
    virt_text = id ~= DRAFT and label() or nil,
    virt_text_pos = id ~= DRAFT and 'eol' or nil,
  })
end

-- ---- what stands below the last reply --------------------------------------------------------

--- The first row of what the user has below the last reply.
---@param buf integer
---@return integer
local function first_row(buf)
  if reply.of(buf) then return below.last(buf) + 1 end
  local list = turns.of(buf).turns
  local _, last = bounds.last(buf, list)
  if last then return last + 1 end
  -- Without a reply so far: from the first heading that is known on, with messages right above it.
  local first, i = vim.tbl_keys(marks(buf)), #list
  table.sort(first)
  while first[1] and i > 0 and list[i].row > first[1] do
    i = i - 1
  end
  while i > 0 and list[i].role == 'user' do
    i = i - 1
  end
  return list[i] and list[i].last + 1 or list[1] and list[1].row or 0
end

--- The turn of a heading, which ends at the next mark or at the end of the text.
---@param buf integer
---@param first integer
---@param stop integer
---@return hum.QueuedTurn[] turns, string[] closing
local function read_turns(buf, first, stop)
  local r = read.begin(math.max(first, 1)) -- in no state that the first row of a chat has
  r.row = first
  read.lines(r, vim.api.nvim_buf_get_lines(buf, first, stop, false))
  r.turns[#r.turns + 1] = read.finish(r)
  return r.turns, read.closing(r.id)
end

--- Without what was answered: redo may have brought back a reply whose end is not known.
---@param buf integer
---@param list hum.QueuedTurn[]
---@return hum.QueuedTurn[]
local function unanswered(buf, list)
  for i = #list, 2, -1 do
    if list[i].role == 'assistant' and not list[i - 1].id and asked.knows(buf, list[i - 1]) then
      return vim.list_slice(list, i + 1)
    end
  end
  return list
end

--- The turns that are written there. A message that leaves a fence open ends before the next mark all the same.
---@param buf integer
---@return hum.QueuedTurn[]
function M.turns(buf)
  local first, known, starts = first_row(buf), marks(buf), {}
  local count = vim.api.nvim_buf_line_count(buf)
  for row in pairs(known) do
    if row > first then starts[#starts + 1] = row end
  end
  table.insert(starts, first)
  table.sort(starts)
  local list = {}
  for i, row in ipairs(starts) do
    vim.list_extend(list, (read_turns(buf, row, starts[i + 1] or count)))
  end
  for _, turn in ipairs(list) do
    local id = known[turn.row]
    turn.id = id ~= DRAFT and id or nil
  end
  return unanswered(buf, list)
end

---@param buf integer
---@param turn hum.Turn
local function close(buf, turn)
  local _, closing = read_turns(buf, turn.row, turn.last + 1)
  local row = rows.after_text(buf, turn.last + 1)
  if #closing > 0 then edit.replace(buf, row, row, closing) end
end

---@param buf integer
---@param id integer
---@return hum.QueuedTurn|nil
local function find(buf, id)
  for _, turn in ipairs(M.turns(buf)) do
    if turn.id == id then return turn end
  end
end

-- ---- what others ask -------------------------------------------------------------------------

--- The messages that wait in a chat, in the order in which they go.
---@param buf integer
---@return hum.Queued[]
function M.list(buf)
  local out = {}
  if not vim.api.nvim_buf_is_loaded(buf) or not has_queued(buf) then return out end
  for _, turn in ipairs(M.turns(buf)) do
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
  for _, turn in ipairs(M.turns(buf)) do
    if turn.id and row >= turn.row and row <= turn.last then return turn.id end
    last = turn.id or last
  end
  return last
end

--- Whether hum knows the heading in a row.
---@param buf integer
---@return fun(row: integer): boolean
function M.known(buf)
  local known = marks(buf)
  return function(row) return known[row] ~= nil end
end

--- The message that goes next, and what stands before it and is not queued.
---@param buf integer
---@return hum.QueuedTurn|nil turn, hum.Turn|nil before
function M.first(buf)
  local before
  if not has_queued(buf) then return end
  for _, turn in ipairs(M.turns(buf)) do
    if turn.text ~= '' and turn.id then return turn, before end
    if turn.text ~= '' then before = before or turn end
  end
end

-- ---- changes ---------------------------------------------------------------------------------

---@param turn hum.QueuedTurn
---@return boolean  it may be queued
local function is_draft(turn) return turn.role == 'user' and not turn.id and turn.text ~= '' end

---@param list hum.QueuedTurn[]
---@param row? integer   of the cursor
---@param going? integer  row of a message that is being sent
---@return hum.QueuedTurn|nil  that is to be queued: the one with the cursor, or the last
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
  local list = M.turns(buf)
  local last = list[#list]
  if not last then return end
  if not last.id and last.row ~= going then return set_mark(buf, last.row, DRAFT) end
  close(buf, last)
  local row = rows.after_text(buf, vim.api.nvim_buf_line_count(buf))
  edit.replace(buf, row, -1, { '', format.heading('user', nil, rows.line(buf, last.row)), '', '' })
  set_mark(buf, row + 1, DRAFT)
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
---@param turn hum.QueuedTurn
local function enqueue(buf, turn)
  last_id = last_id + 1
  set_mark(buf, turn.row, last_id)
end

--- Queues what the user has written below the last reply: the turn with the cursor, or the last. Raises where the text
--- cannot be changed.
---@param buf integer
---@param row? integer    of the cursor
---@param going? integer  row of a message that is being sent
---@return integer|nil id  nil: there is nothing that is not queued already
function M.add(buf, row, going)
  local turn = choose(M.turns(buf), row, going)
  if not turn then return nil end
  enqueue(buf, turn)
  M.open_next(buf)
  go_on(buf, turn)
  return last_id
end

--- Queues all that stands there.
---@param buf integer
function M.add_all(buf)
  for _, turn in ipairs(M.turns(buf)) do
    if is_draft(turn) then enqueue(buf, turn) end
  end
  M.open_next(buf)
end

--- Closes what messages leave open, so that the headings below them are headings.
---@param buf integer
function M.mend(buf)
  local list = M.turns(buf)
  for i = #list - 1, 1, -1 do
    close(buf, list[i])
  end
end

--- A message goes: it leaves the queue, and the heading above it is that of no draft any more.
---@param buf integer
---@param row integer  of that heading
---@param id? integer  it was queued
function M.sent(buf, row, id)
  local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, DRAFT, {})
  if at[1] and at[1] <= row then vim.api.nvim_buf_del_extmark(buf, ns, DRAFT) end
  if id then vim.api.nvim_buf_del_extmark(buf, ns, id) end
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
  vim.api.nvim_buf_del_extmark(buf, ns, id)
  local list = M.turns(buf)
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
  if list[first] then set_mark(buf, list[#list].row, DRAFT) end
end

--- A reply has ended: below it stands a heading that hum wrote.
---@param buf integer
function M.settle(buf)
  local list, known = M.turns(buf), marks(buf)
  for _, turn in ipairs(list) do
    if known[turn.row] then return end
  end
  if list[1] and list[1].role == 'user' then set_mark(buf, list[1].row, DRAFT) end
end

return M
