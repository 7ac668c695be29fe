-- Whether what was typed is what a suggestion has. Pure: strings in, figures out.
local tab = require('hum.look.text').tab

-- Compiling this would cost more than it saves: see bench/README.md.
if jit then jit.off(true, true) end

local M = {}

local find, match, sub = string.find, string.match, string.sub

--- What an auto-pair plugin, or the user, puts right of the cursor.
local CLOSERS = '^[%)%]}>"\'`%s]+$'

--- What a plugin that ends blocks puts on a line of its own below the cursor: `end`, `endif`, `#endif`.
local WORD = '^\n[ \t]*[@#]?%a[%w_]*$'

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
---@return boolean  `left_over` has these characters in this order, but for the indentation of further lines
function M.closes(closers, left_over)
  closers = closers:gsub('\n[ \t]+', '\n')
  local at = 0 ---@type integer|nil
  for i = 1, #closers do
    at = find(left_over, sub(closers, i, i), at + 1, true)
    if not at then return false end
  end
  return true
end

--- A string that ends in its line, or a bracket.
local TOKEN = '()(["\'%(%)%[%]{}])'

--- A bracket that closes what was opened before the text. Brackets in strings do not count.
---@param text string
---@param right string  what stands right of the text, and closes before that bracket: a string in which the text
---    begins, and brackets
---@return integer?
local function unopened_closer(text, right)
  local quote = match(right, '^["\']')
  local at = 1 + (quote and find(text, quote, 1, true) or 0)
  local depth = select(2, right:gsub('[%)%]}]', ''))
  while true do
    local from, char = match(text, TOKEN, at) --[[@as integer?, string]]
    if not from then return nil end
    at = from + 1
    if char == '"' or char == "'" then
      local _, stop = find(text, '^[^\n' .. char .. ']*' .. char, at)
      at = stop and stop + 1 or at
    else
      depth = depth + (find(char, '[%(%[{]') and 1 or -1)
      if depth < 0 then return from end
    end
  end
end

--- A plugin has put what closes the block on a line of its own, below the cursor: where the suggestion has
--- that line.
---@param left_over string
---@param line string  the one below
---@param right string  of the cursor, in its line: what closes there comes first
---@return integer?  the line break before it; nil: it has none such
function M.closing(left_over, line, right)
  local closer = match(line, '^%s*(.-)%s*$') --[[@as string]]
  if find(closer, '^[%)%]}]') then
    local at = unopened_closer(left_over, right)
    if not at or sub(left_over, at, at) ~= sub(closer, 1, 1) then return nil end
    return (find(sub(left_over, 1, at - 1), '\n[ \t]*$'))
  end
  -- The last of several: those before it close what the suggestion opens itself.
  local found, at = nil, 0
  while closer ~= '' do
    local from, stop = find(left_over, '\n[ \t]*' .. vim.pesc(closer), at + 1)
    if not stop then break end
    if not find(left_over, '^[%w_]', stop + 1) then found = from end
    at = stop
  end
  return found
end

---@param right string  what stands right of the cursor now, with lines that came below
---@param before string  what stood there
---@return integer?  bytes of closing characters that came before it; nil: other changes
function M.grown(right, before)
  local grown = #right - #before
  if grown == 0 then
    return right == before and 0 or nil
  elseif grown < 0 or sub(right, grown + 1) ~= before then
    return nil
  end
  local new = sub(right, 1, grown)
  return (find(new, CLOSERS) or find(new, WORD)) and grown or nil
end

return M
