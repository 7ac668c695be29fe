-- Text that stands under no heading of the user's, and is his: it gets one. What stands in one goes below it.
local block = require('hum.chat.text.block')
local bounds = require('hum.chat.reply.bounds')
local edit = require('hum.chat.text.edit')
local format = require('hum.chat.text.format')
local headings = require('hum.chat.headings')
local read = require('hum.chat.text.read')
local rows = require('hum.chat.text.rows')
local turns = require('hum.chat.text.turns')
local unanswered = require('hum.chat.unanswered')

local M = {}

--- The heading of the user's next message, in the form that the chat's last heading has.
---@param buf integer
---@param list hum.Turn[]
---@return string
local function heading_of(buf, list)
  local last = list[#list]
  return format.heading('user', nil, last and rows.line(buf, last.row))
end

---@param lines string[]
---@return integer|nil  of the first line that is not blank
local function first_text(lines)
  for i, line in ipairs(lines) do
    if line:find('%S') then return i end
  end
end

---@class hum.Adoption
---@field row integer      what is missing goes before this row
---@field lines string[]
---@field empty? hum.Turn  a turn behind it that is not needed then
---@field ends? integer    the row at which the reply ends then

--- In a chat that was emptied: all but the front matter.
---@param buf integer
---@param text hum.ChatText
---@return hum.Adoption|nil
local function below_front(buf, text)
  local first = text.front and text.front.last + 1 or 0
  if not first_text(vim.api.nvim_buf_get_lines(buf, first, -1, false)) then return end
  local lines = { format.heading('user'), '' }
  if first > 0 then table.insert(lines, 1, '') end
  return { row = first, lines = lines }
end

--- Below the last reply, where his heading was deleted, or is none because of what the reply left open.
---@param buf integer
---@param list hum.Turn[]
---@return hum.Adoption|nil
local function below_reply(buf, list)
  local i, last = bounds.last(buf, list)
  if not i or not last then return end
  local turn, empty = list[i], list[i + 1] ---@type hum.Turn, hum.Turn?
  if list[i + 2] or (empty and (empty.role ~= 'user' or empty.text ~= '')) then empty = nil end
  local at = first_text(vim.api.nvim_buf_get_lines(buf, last + 1, turn.last + 1, false))
  if not at then return end
  local lines, row, ends = read.closing_of(vim.api.nvim_buf_get_lines(buf, turn.row, last + 1, false)), last + at, nil
  if #lines > 0 then
    row, ends = last + 1, last + #lines
    lines[#lines + 1] = ''
  elseif at == 1 then
    lines[1] = ''
  end
  if block.heading(rows.line(buf, last + at)) ~= 'user' then vim.list_extend(lines, { heading_of(buf, list), '' }) end
  return { row = row, lines = lines, empty = empty, ends = ends }
end

---@param buf integer
---@param adoption hum.Adoption
local function apply(buf, adoption)
  local empty = adoption.empty
  if empty then edit.replace(buf, empty.row, empty.last + 1, {}) end
  edit.replace(buf, adoption.row, adoption.row, adoption.lines)
  if adoption.ends then bounds.set(buf, adoption.ends) end
end

--- Gives such text the heading that makes it the user's message.
---@param buf integer
---@param text hum.ChatText
---@return hum.ChatText|nil text  with it
---@return string|nil err
function M.text(buf, text)
  local adoption ---@type hum.Adoption|nil
  if #text.turns == 0 then
    adoption = below_front(buf, text)
  else
    adoption = below_reply(buf, text.turns)
  end
  if not adoption then return text end
  local ok, err = pcall(apply, buf, adoption)
  if not ok then return nil, tostring(err) end
  return turns.of(buf)
end

---@param buf integer
---@param row? integer  of the cursor
---@return integer[]  where the headings of his messages may be that are to be sent, the last first
local function candidates(buf, row)
  local found = unanswered.all_marks(buf)
  for _, turn in ipairs(unanswered.turns(buf)) do
    if turn.role == 'user' then found[turn.row] = 0 end
  end
  for _, turn in ipairs(row and turns.of(buf).turns or {}) do
    if turn.role == 'user' and row >= turn.row and row <= turn.last then found[turn.row] = 0 end
  end
  local list = vim.tbl_keys(found)
  table.sort(list, function(a, b) return a > b end)
  return list
end

--- Text of his in the line of a heading (`J`, <BS>) goes below it. A name that he gave himself there is none: hum has
--- read it, or it takes the place of hum's.
---@param buf integer
---@param row? integer  of the cursor: a question that he has changed
function M.tails(buf, row)
  for _, at in ipairs(candidates(buf, row)) do
    local line, own = rows.line(buf, at), headings.own(buf, at) or ''
    local role, name = block.heading(own)
    local tail = vim.trim(line:sub(#own + 1))
    if role == 'user' and name ~= '' and tail ~= '' then
      vim.api.nvim_buf_set_text(buf, at, #own, at, #line, { '', '', tail })
    end
  end
end

--- Sees to it that a chat ends with a turn of the user, for what is written there.
---@param buf integer
function M.open(buf)
  local text = assert(M.text(buf, turns.of(buf)))
  local turn = text.turns[#text.turns]
  if not turn or turn.role == 'user' then return end
  local row = rows.after_text(buf, turn.last + 1)
  local lines = vim.list_extend({}, text.closing)
  vim.list_extend(lines, { '', heading_of(buf, text.turns), '', '' })
  edit.replace(buf, row, -1, lines)
  if turn.role == 'assistant' then bounds.set(buf, row - 1 + #text.closing) end
end

return M
