-- What the user has written below the last reply, and nothing has answered yet: turns, with marks on the headings that
-- hum knows. They are read by themselves, each from its mark to the next, since a fence that something above leaves
-- open is none in them.
local asked = require('hum.chat.asked')
local below = require('hum.chat.reply.below')
local bounds = require('hum.chat.reply.bounds')
local heading_of = require('hum.chat.text.block').heading
local read = require('hum.chat.text.read')
local reply = require('hum.chat.reply')
local rows = require('hum.chat.text.rows')
local turns = require('hum.chat.text.turns')

local M = {}

---@class hum.Unanswered: hum.Turn
---@field id? integer  it is queued

local ns = vim.api.nvim_create_namespace('hum.unanswered')

--- The mark of the heading under which the user writes, as hum wrote it or found it in a file. The others are those of
--- messages in the queue.
M.DRAFT = 0x7fffffff

-- ---- marks -----------------------------------------------------------------------------------

---@param buf integer
---@return table<integer, integer>  ids by their row, where text may have been joined to the heading
function M.all_marks(buf)
  local found = {}
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buf, ns, 0, -1, { details = true })) do
    if not mark[4].invalid then found[mark[2]] = mark[1] end
  end
  return found
end

---@param buf integer
---@return table<integer, integer>  ids by the row of their heading
function M.marks(buf)
  local found = M.all_marks(buf)
  for row in pairs(found) do
    if heading_of(rows.line(buf, row)) ~= 'user' then found[row] = nil end
  end
  return found
end

--- Whether hum knows the heading in a row.
---@param buf integer
---@return fun(row: integer): boolean
function M.known(buf)
  local known = M.marks(buf)
  return function(row) return known[row] ~= nil end
end

--- Marks the heading in a row.
---@param buf integer
---@param row integer
---@param id integer
---@param label? [string, string|string[]][]  to be shown behind it
function M.mark(buf, row, id, label)
  vim.api.nvim_buf_set_extmark(buf, ns, row, 0, {
    id = id,
    end_col = #rows.line(buf, row),
    invalidate = true,
    virt_text = label,
    virt_text_pos = label and 'eol' or nil,
  })
end

---@param buf integer
---@param id integer
function M.unmark(buf, id) vim.api.nvim_buf_del_extmark(buf, ns, id) end

--- What is sent has its heading in this row: it was the draft, or the draft stood above it.
---@param buf integer
---@param row integer
function M.draft_sent(buf, row)
  local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, M.DRAFT, {})
  if at[1] and at[1] <= row then M.unmark(buf, M.DRAFT) end
end

-- ---- turns -----------------------------------------------------------------------------------

--- The first row of what the user has below the last reply.
---@param buf integer
---@return integer
local function first_row(buf)
  if reply.of(buf) then return below.last(buf) + 1 end
  local list = turns.of(buf).turns
  local _, last = bounds.last(buf, list)
  if last then return last + 1 end
  -- Without a reply so far: from the first heading that is known on, with messages right above it.
  local first, i = vim.tbl_keys(M.marks(buf)), #list
  table.sort(first)
  while first[1] and i > 0 and list[i].row > first[1] do
    i = i - 1
  end
  while i > 0 and list[i].role == 'user' do
    i = i - 1
  end
  return list[i] and list[i].last + 1 or list[1] and list[1].row or 0
end

---@param buf integer
---@param first integer
---@param stop integer  the row behind them
---@return hum.Unanswered[]
local function read_turns(buf, first, stop)
  local r = read.begin(math.max(first, 1)) -- in no state that the first row of a chat has
  r.row = first
  read.lines(r, vim.api.nvim_buf_get_lines(buf, first, stop, false))
  r.turns[#r.turns + 1] = read.finish(r)
  return r.turns
end

--- Without what was answered: redo may have brought back a reply whose end is not known.
---@param buf integer
---@param list hum.Unanswered[]
---@return hum.Unanswered[]
local function behind_answers(buf, list)
  for i = #list, 2, -1 do
    if list[i].role == 'assistant' and not list[i - 1].id and asked.knows(buf, list[i - 1]) then
      return vim.list_slice(list, i + 1)
    end
  end
  return list
end

--- The turns, as they stand there. A message that leaves a fence open ends before the next mark all the same.
---@param buf integer
---@return hum.Unanswered[]
function M.turns(buf)
  local first, known = first_row(buf), M.marks(buf)
  local starts = { first }
  for row in pairs(known) do
    if row > first then starts[#starts + 1] = row end
  end
  table.sort(starts)
  local list, count = {}, vim.api.nvim_buf_line_count(buf)
  for i, row in ipairs(starts) do
    vim.list_extend(list, read_turns(buf, row, starts[i + 1] or count))
  end
  for _, turn in ipairs(list) do
    local id = known[turn.row]
    turn.id = id ~= M.DRAFT and id or nil
  end
  return behind_answers(buf, list)
end

return M
