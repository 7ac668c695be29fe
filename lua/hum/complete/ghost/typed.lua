-- Whether what was typed is what a suggestion has. Pure: strings in, figures out.
local tab = require('hum.complete.ghost.text').tab

local M = {}

local find, match, sub = string.find, string.match, string.sub

--- What an auto-pair plugin, or the user, puts right of the cursor.
local CLOSERS = '^[%)%]}>"\'`%s]+$'

---@param blanks string
---@param stops hum.TabStops
---@return integer cells
local function width(blanks, stops)
  local cells = 0
  for i = 1, #blanks do
    cells = cells + (blanks:byte(i) == 9 and tab(stops, cells) or 1)
  end
  return cells
end

--- The cursor's line. Its indentation may be another than the suggestion's, because
--- 'autoindent' and the like made it: so long as it stands alone, that of the suggestion
--- is meant.
---@param want string
---@param at integer   where the line begins in `want`
---@param line string  as far as the cursor
---@param own boolean  the line began before the suggestion: its blanks were typed
---@param stops hum.TabStops
---@return integer? bytes, string? indent
local function agree_last(want, at, line, own, stops)
  if sub(want, at, at + #line - 1) == line then return at - 1 + #line end
  local blanks, text = match(line, '^([ \t]*)(.*)$')
  local indent = match(want, '^[ \t]*', at)
  ---@cast blanks string  both patterns match any text
  ---@cast indent string
  local from = at + #indent
  if sub(want, from, from + #text - 1) ~= text or (text == '' and own) then return nil end
  if text == '' and width(blanks, stops) ~= width(indent, stops) then return from - 1, indent end
  return from - 1 + #text
end

--- How much of `want` stands in the buffer.
---@param want string      the beginning of the base line, and the answer
---@param got string[]     the lines from the base to the cursor, the last one cut there
---@param stops hum.TabStops
---@return integer? bytes  of `want`; nil: something else was typed
---@return string? indent  that is to replace the blanks left of the cursor, if they differ
function M.agree(want, got, stops)
  local at = 1
  for i = 1, #got - 1 do
    local stop = find(want, '\n', at, true)
    if not stop then return nil end
    local line = sub(want, at, stop - 1)
    if line ~= got[i] and match(line, '^%s*(.*)$') ~= match(got[i], '^%s*(.*)$') then return nil end
    at = stop + 1
  end
  return agree_last(want, at, got[#got], #got == 1, stops)
end

---@param closers string
---@param left_over string
---@return boolean  `left_over` has these characters in this order
function M.closes(closers, left_over)
  local at = 0 ---@type integer|nil
  for i = 1, #closers do
    at = find(left_over, sub(closers, i, i), at + 1, true)
    if not at then return false end
  end
  return true
end

---@param right string  what stands right of the cursor now
---@param before string   what stood there
---@return integer?  bytes of closing characters that came before it; nil: other changes
function M.grown(right, before)
  local grown = #right - #before
  if grown == 0 then
    return right == before and 0 or nil
  elseif grown > 0 and sub(right, grown + 1) == before and find(sub(right, 1, grown), CLOSERS) then
    return grown
  end
  return nil
end

return M
