-- Which rows of a chat are not sent any more, and what is said of them: what a summary replaces, and what did not fit
-- into the context window. Pure.
local anchor = require('hum.chat.fit.anchor')
local count = require('hum.count')
local summaries = require('hum.chat.text.summary')

local M = {}

---@param turns hum.Turn[]
---@param from integer
---@return hum.FitEntry[]  one for each turn that would be sent
local function entries_of(turns, from)
  local out = {}
  for i = from, #turns do
    local turn = turns[i]
    if turn.role ~= 'system' and turn.text ~= '' then out[#out + 1] = { turns = { turn }, role = turn.role } end
  end
  return out
end

---@param turns hum.Turn[]
---@param first integer
---@param last integer
---@return integer row, integer n  of the first that is not the system's, and how many there are
local function first_of(turns, first, last)
  local row, n = nil, 0
  for i = first, last do
    if turns[i].role ~= 'system' and turns[i].text ~= '' then
      row, n = row or turns[i].row, n + 1
    end
  end
  return row or turns[first].row, n
end

---@param n integer
---@return string
local function messages(n) return count.of(n, 'message') end

--- The rows that are not sent.
---@param turns hum.Turn[]
---@param from? hum.FitAnchor  the first turn that is sent
---@return hum.LeftRange[]
function M.of(turns, from)
  local out, at = {}, summaries.find(turns)
  local behind = at and at + 1 or 1
  if at and at > 1 then
    local row, n = first_of(turns, 1, at - 1)
    local text = ('%s, replaced by the summary below'):format(messages(n))
    if n > 0 then out[#out + 1] = { first = row, last = turns[at].row - 1, text = text } end
  end
  local entries = from and entries_of(turns, behind) or {}
  local index = from and anchor.index(from, entries) or 1
  if index > 1 then
    local text = ('%s left out: the context window is too small for them'):format(messages(index - 1))
    out[#out + 1] = {
      first = entries[1].turns[1].row,
      last = entries[index].turns[1].row - 1,
      text = text,
      below = 'what stands above is not sent: :Hum compact makes a summary of it',
    }
  end
  return out
end

return M
