-- Emphasis, code spans and links of one line of Markdown. Mathematics (`$x$`, `\(x\)`) and tags of HTML have none.
--
-- A reading for the eye: one pass over the special characters. Each is looked for by itself, which is a
-- `memchr`: a set in a pattern is matched byte by byte, 0.3 ms for a screen full of one paragraph. It knows
-- one line at a time: what begins on one line and ends on the next is not seen.
local link = require('hum.chat.text.link')

local M = {}

--- 'escape' is the backslash before a character that would be a mark without it.
---@alias hum.InlineKind 'emphasis'|'strong'|'strike'|'code'|'link'|'url'|'escape'
---@alias hum.Emit fun(first: integer, last: integer, kind: hum.InlineKind)

--- Of a line that still grows: its end, from `first` on, is going to be of this kind, and begins with a mark
--- [first, last). Nil: the whole end is a mark.
---@alias hum.EmitOpen fun(first: integer, last: integer, kind?: hum.InlineKind)

local SPECIAL = { '\\', '*', '_', '~', '`', '[', '<', '$', '://' }
--- Emphasis that may be open at the same time.
local MAX_OPEN = 16

local SPACE, PUNCT, WORD = 1, 2, 3

--- Kind of the character a byte belongs to; bytes above ASCII count as letters, an edge as a space.
---@param byte integer?
---@return integer
local function kind(byte)
  if not byte or byte == 32 or (byte >= 9 and byte <= 13) then return SPACE end
  if byte >= 128 then return WORD end
  if (byte >= 48 and byte <= 57) or (byte >= 65 and byte <= 90) or (byte >= 97 and byte <= 122) then return WORD end
  return PUNCT
end

--- May the run at [i, j] open, may it close? (CommonMark 6.2, flanking)
---@param text string
---@param i integer
---@param j integer
---@param char integer
---@return boolean opens
---@return boolean closes
local function flanks(text, i, j, char)
  local before, after = kind(text:byte(i - 1)), kind(text:byte(j + 1))
  if i == 1 then before = SPACE end
  local left = after ~= SPACE and (after == WORD or before ~= WORD)
  local right = before ~= SPACE and (before == WORD or after ~= WORD)
  if char == 95 then -- `_` not within a word
    return left and (not right or before == PUNCT), right and (not left or after == PUNCT)
  end
  return left, right
end

---@class hum.InlineOpen
---@field char integer
---@field first integer
---@field len integer

---@param open hum.InlineOpen[]
---@param floor integer  those that were open before the link that the run is in
---@param char integer
---@param i integer
---@param j integer
---@param emit hum.Emit
---@return integer left  characters of the run that closed nothing
local function close(open, floor, char, i, j, emit)
  local left = j - i + 1
  local k = #open
  while k > floor and left > 0 do
    local o = open[k]
    if o.char == char and (char ~= 126 or o.len == left) then
      for n = #open, k + 1, -1 do
        open[n] = nil
      end
      local used = char == 126 and left or math.min(2, left, o.len)
      local group = char == 126 and 'strike' or used == 2 and 'strong' or 'emphasis'
      o.len = o.len - used
      emit(o.first + o.len, i + used, group)
      i, left = i + used, left - used
      if o.len == 0 then
        open[k] = nil
        k = k - 1
      end
    else
      k = k - 1
    end
  end
  return left
end

--- The run of the same length that ends a code span. A length looked for in vain is not looked for again,
--- which keeps the whole linear.
---@param text string
---@param from integer
---@param len integer
---@param vain table<integer, boolean>
---@return integer? first
local function code_end(text, from, len, vain)
  if vain[len] then return nil end
  local i, j = text:find('`+', from)
  while i do
    if j - i + 1 == len then return i end
    i, j = text:find('`+', j + 1)
  end
  vain[len] = true
end

--- A bare address around the `:` at `i`.
---@param text string
---@param i integer
---@param emit hum.Emit
---@return integer? last
local function bare_url(text, i, emit)
  local scheme = text:sub(math.max(i - 5, 1), i - 1):match('https?$')
  if not scheme then return nil end
  local _, last = text:find('^[^%s<>"`|]*', i + 3)
  ---@cast last integer
  while last > i + 2 and text:find("^[.,;:!?)%]*_']", last) do
    last = last - 1
  end
  if last <= i + 2 then return nil end
  emit(i - #scheme, last + 1, 'url')
  return last
end

-- Where each special character comes next; false: not any more.
---@type (integer|false)[]
local positions = {}

---@param text string
---@param from integer
---@return integer?
local function next_special(text, from)
  local nearest
  for n = 1, #SPECIAL do
    local position = positions[n]
    if position and position < from then
      position = text:find(SPECIAL[n], from, true) or false
      positions[n] = position
    end
    if position and (not nearest or position < nearest) then nearest = position end
  end
  return nearest
end

-- What needs a backslash to be itself: others are seldom meant when one stands before them.
local MARK = {}
for char in ('*_`~#<>$|'):gmatch('.') do
  MARK[char:byte()] = true
end

--- Dollar signs after one that opens a formula of which one may close it.
local MAX_DOLLARS = 3

--- The end of a formula that begins at `i`, by the rules of Pandoc: prices are none.
---@param text string
---@param i integer
---@return integer? last
local function formula_end(text, i)
  if text:byte(i + 1) == 36 then
    local _, last = text:find('$$', i + 2, true)
    return last
  end
  local at = not text:find('^%s', i + 1) and i or nil
  for _ = 1, MAX_DOLLARS do
    at = at and text:find('$', at + 1, true)
    if not at then return nil end
    if at > i + 1 and not text:find('^[%s\\]', at - 1) and not text:find('^%d', at + 1) then
      local inner = text:sub(i, at)
      return not (inner:find('`', 1, true) or inner:find('**', 1, true)) and at or nil
    end
  end
end

--- The last byte of an escaped character, or of a formula in `\(…\)` or `\[…\]`.
---@param text string
---@param i integer
---@param vain table<any, boolean>
---@param emit hum.Emit
---@return integer last
local function escaped(text, i, vain, emit)
  local byte = text:byte(i + 1)
  if MARK[byte] then emit(i, i + 1, 'escape') end
  local close_with = byte == 40 and '\\)' or byte == 91 and '\\]'
  if not close_with or vain[close_with] then return i + 1 end
  local _, last = text:find(close_with, i + 2, true)
  vain[close_with] = not last
  return last or i + 1
end

--- Is a run at the end of a line that still grows a part of a mark? Two signs that close come one after the other, and
--- one that opens has nothing behind it yet.
---@param open hum.InlineOpen[]
---@param char integer
---@param len integer
---@param closes boolean
---@param before? integer  the byte before it
---@return boolean
local function is_coming(open, char, len, closes, before)
  if closes then
    local top = open[#open]
    return top ~= nil and top.char == char and top.len > len
  end
  return before == 32 and (char ~= 126 or len == 2)
end

--- What is open at the end of a line that still grows.
---@param open hum.InlineOpen[]
---@param emit_open hum.EmitOpen
local function unfinished(open, emit_open)
  for _, o in ipairs(open) do
    local len = o.len
    if o.char == 126 then
      if len == 2 then emit_open(o.first, o.first + 2, 'strike') end
    else
      if len >= 2 then emit_open(o.first, o.first + len, 'strong') end
      if len % 2 == 1 then emit_open(o.first, o.first + len, 'emphasis') end
    end
  end
end

--- The text of a link, in which there may be emphasis, code and images.
---@class hum.InlineRegion
---@field last integer   where it ends
---@field resume integer where the link does
---@field floor integer  emphasis that was open before

---@param text string
---@param emit hum.Emit  gets 1-based bytes, the last one exclusive
---@param emit_open? hum.EmitOpen  the line still grows
function M.parse(text, emit, emit_open)
  for n = 1, #SPECIAL do
    positions[n] = 0
  end
  local i = next_special(text, 1)
  if not i then return end
  local open, vain = {}, {}
  local closing ---@type table<integer, integer>?  of brackets
  local regions, region ---@type hum.InlineRegion[]?, hum.InlineRegion?
  local limit = #text -- where what begins here has to end

  while i do
    local byte, last = text:byte(i), i
    if byte == 92 then
      last = escaped(text, i, vain, emit)
      if last > limit then last = i + 1 end
    elseif byte == 36 then
      last = formula_end(text, i) or i
      if last > limit then last = i end
    elseif byte == 96 then
      local _, run_end = text:find('^`+', i)
      ---@cast run_end integer
      local e = code_end(text, run_end + 1, run_end - i + 1, vain)
      last = run_end
      if e and e <= limit then
        last = e + (run_end - i)
        emit(i, last + 1, 'code')
      elseif emit_open and not e and not region then
        emit_open(i, run_end + 1, 'code')
        break
      end
    elseif byte == 91 then
      closing = closing or link.brackets(text)
      local name_end = closing[i]
      local link_end = name_end and link.find(text, i, name_end, emit)
      if name_end and not link_end and emit_open and link.find_open(text, i, name_end, emit_open) then
        link_end = #text
      end
      if name_end and link_end then
        region = { last = name_end, resume = link_end, floor = #open }
        regions = regions or {}
        regions[#regions + 1] = region
        limit = name_end - 1
      end
    elseif byte == 58 then
      last = not region and bare_url(text, i, emit) or i
    elseif byte == 60 then
      local _, e = text:find('^<%a[%w+.-]*:[^%s<>]*>', i)
      if e and e <= limit then
        emit(i, e + 1, 'url')
      elseif emit_open and text:find('^<https?[^%s<>]*$', i) then
        emit_open(i, i + 1)
      else
        _, e = text:find('^</?%a[^<>]*>', i)
      end
      last = e and e <= limit and e or i
    else
      while text:byte(last + 1) == byte do
        last = last + 1
      end
      local opens, closes = flanks(text, i, last, byte)
      local len = last - i + 1
      if byte == 126 and len > 2 then
        opens, closes = false, false
      end
      if emit_open and last == #text and is_coming(open, byte, len, closes, text:byte(i - 1)) then
        emit_open(i, last + 1)
        break
      end
      if closes then len = close(open, region and region.floor or 0, byte, i, last, emit) end
      if opens and len > 0 and #open < MAX_OPEN then
        open[#open + 1] = { char = byte, first = last - len + 1, len = len }
      end
    end
    i = next_special(text, last + 1)
    -- A link ends there: what is still open in its text is no emphasis.
    while region and (not i or i >= region.last) do
      for n = #open, region.floor + 1, -1 do
        open[n] = nil
      end
      i = i and next_special(text, region.resume + 1)
      regions[#regions] = nil
      region = regions[#regions]
      limit = region and region.last - 1 or #text
    end
  end
  if emit_open and open[1] then unfinished(open, emit_open) end
end

return M
