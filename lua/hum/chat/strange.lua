-- Headings in what the user has written that hum has not: pasted with a conversation, say. They would cut his message
-- into turns, so he is told before it is sent. Sending again takes them as text, with a backslash before each.
local config = require('hum.config')
local notes = require('hum.chat.view.notes')
local notify = require('hum.notify')
local rows = require('hum.chat.text.rows')
local seen = require('hum.chat.view.seen')

local M = {}

local told = {} ---@type table<integer, integer>  by buffer: its changedtick when that was said

--- The turns that such headings begin.
---@param list hum.Turn[]  below the last reply
---@param is_known fun(row: integer): boolean  hum wrote or read a heading; without one the user's first is his own
---@return hum.Turn[]
function M.find(list, is_known)
  local found, first = {}, nil
  for i, turn in ipairs(list) do
    if is_known(turn.row) then
      first = i
      break
    end
    first = first or (turn.role == 'user' and i or nil)
  end
  for i = (first or #list) + 1, #list do
    if not is_known(list[i].row) then found[#found + 1] = list[i] end
  end
  return found
end

--- The lines in words: two of them, and how many more.
---@param buf integer
---@param found hum.Turn[]
---@return string
local function what_of(buf, found)
  local named = {}
  for i = 1, math.min(#found, 2) do
    named[i] = ('line %d, "%s"'):format(found[i].row + 1, rows.line(buf, found[i].row))
  end
  local more = #found > 2 and (' and %d more'):format(#found - 2) or ''
  return ('%s%s would begin a turn'):format(table.concat(named, ', '), more)
end

---@param buf integer
---@param found hum.Turn[]
local function tell(buf, found)
  local send, as_is = config.keys('send')[1], config.keys('send_as_is')[1]
  local what = what_of(buf, found)
  local how = ('%s sends it as your text, with a backslash; %s as a heading'):format(
    send and send .. ' again' or ':Hum send',
    as_is or ':Hum! send'
  )
  notes.clear(buf)
  for _, turn in ipairs(found) do
    local is_first = turn == found[1]
    notes.add(
      buf,
      turn.row,
      is_first and { kind = 'warning', title = 'Not sent', message = what, cure = how }
        or { kind = 'warning', title = 'This line would begin a turn, too' }
    )
  end
  seen.reveal(buf)
  notify.warn(('hum: %s\n%s'):format(what, how), { seen = function() return seen.row(buf, found[1].row) end })
  told[buf] = vim.api.nvim_buf_get_changedtick(buf)
end

--- Tells the user of such headings; once he has been told, and the text is the same, they become text.
---@param buf integer
---@param found hum.Turn[]
---@return boolean settled  there is none any more
function M.settle(buf, found)
  if #found == 0 then return true end
  if told[buf] ~= vim.api.nvim_buf_get_changedtick(buf) then
    tell(buf, found)
    return false
  end
  for _, turn in ipairs(found) do
    vim.api.nvim_buf_set_text(buf, turn.row, 0, turn.row, 0, { '\\' })
  end
  notes.clear(buf)
  M.forget(buf)
  return true
end

---@param buf integer
function M.forget(buf) told[buf] = nil end

return M
