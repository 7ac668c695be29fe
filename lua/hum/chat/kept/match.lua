-- Whether a chat has what is searched for, piece by piece of its text, and in which line. Pure.
--
-- Text is what people and models said: not the front matter, headings, marks and system prompts, which many chats have
-- in common. As with 'smartcase', upper case matters if it is searched for.
local block = require('hum.chat.text.block')

local M = {}

---@class hum.SearchQuery
---@field phrase string
---@field words string[]  of it
---@field exact boolean   upper and lower case differ
---@field wide boolean    it has letters beyond ASCII

---@class hum.Matcher
---@field query hum.SearchQuery
---@field needles string[]  that were not found yet
---@field match? string     where the first one was
---@field line? integer
---@field role string       of the turn in which the next piece begins; 'front': the front matter
---@field lines integer     that were read

--- So much of a line is shown, in bytes; so much of it before what was found.
local SHOWN, BEFORE = 160, 40

--- Letters beyond ASCII in lower case. None of ASCII's: ripgrep knows no such pair either.
---@type table<string, string>
local lowered = setmetatable({}, {
  __index = function(map, char)
    local lower = vim.fn.tolower(char)
    map[char] = #lower > 1 and lower or char
    return map[char]
  end,
})

---@param text string
---@param wide boolean  with letters beyond ASCII: that takes ten times as long
---@return string  small letters only, line by line as before
local function folded(text, wide)
  text = text:lower()
  if wide then text = text:gsub('[\194-\244][\128-\191]+', lowered) end
  return text
end

--- The longest part of a text that has ASCII only. Where that is missing the text is, and no other letters need be made
--- small to see it.
---@param needle string
---@return string
local function probe(needle)
  local longest = ''
  for part in needle:gmatch('[\1-\127]+') do
    if #part > #longest then longest = part end
  end
  return longest
end

--- A text as it is compared.
---@param query hum.SearchQuery
---@param text string
---@return string
local function compared(query, text) return query.exact and text or folded(text, query.wide) end

--- What the user searches for; nil: nothing.
---@param text? string
---@return hum.SearchQuery|nil
function M.query(text)
  local phrase = vim.trim((text or ''):gsub('[\r\n]+', ' '))
  if phrase == '' then return nil end
  local exact, wide = folded(phrase, true) ~= phrase, phrase:find('[\128-\255]') ~= nil
  return { phrase = phrase, words = vim.split(phrase, '%s+'), exact = exact, wide = wide }
end

--- Looks for texts all of which must be there. The title counts.
---@param query hum.SearchQuery
---@param needles string[]
---@param title string
---@return hum.Matcher
function M.new(query, needles, title)
  local shown = compared(query, title)
  local function is_left(needle) return not shown:find(needle, 1, true) end
  local left = vim.tbl_filter(is_left, needles)
  local matcher = { query = query, needles = left, role = 'front', lines = 0 }
  if #left < #needles then matcher.match = title end
  return matcher
end

---@param text string
---@param at integer
---@return integer first, integer last  of the line around a byte
local function line_around(text, at)
  local first = at
  while first > 1 and text:byte(first - 1) ~= 10 do
    first = first - 1
  end
  return first, (text:find('\n', at, true) or #text + 1) - 1
end

---@class hum.MatchPlace
---@field at integer   the turn is known up to there
---@field role string

--- Finds out in which turn a byte stands.
---@param text string
---@param place hum.MatchPlace  moved there
---@param till integer
local function go_to(text, place, till)
  local heading = text:find('\n## ', place.at, true)
  if place.role == 'front' then
    local close, stop = text:find('\n%-%-%-[ \t\r]*\n', place.at)
    if not close and not heading or math.min(close or till, heading or till) >= till then return end
    place.role = 'text'
    if close and close < (heading or math.huge) then place.at = stop end
  end
  while heading and heading < till do
    place.role = block.heading(text:sub(line_around(text, heading + 1))) or place.role
    place.at = heading + 1
    heading = text:find('\n## ', place.at, true)
  end
end

---@param line string
---@param role string  of its turn
---@return boolean
local function is_text(line, role)
  return role ~= 'front' and role ~= 'system' and not block.heading(line) and not line:find('^<!%-%- hum: ')
end

---@class hum.MatchLine
---@field first integer
---@field last integer
---@field at integer  where it has what was searched for

---@param text string
---@param needle string
---@param role string
---@return hum.MatchLine|nil  the first line that has it
local function find(text, needle, role)
  local place, from = { at = 1, role = role }, 1
  while true do
    local at = text:find(needle, from, true)
    if not at then return nil end
    go_to(text, place, at)
    local first, last = line_around(text, at)
    if is_text(text:sub(first, last), place.role) then return { first = first, last = last, at = at } end
    from = last + 1
  end
end

---@param line string
---@param at integer  what was found begins there
---@return string
local function excerpt(line, at)
  local blank = #line:match('^%s*')
  if #line - blank <= SHOWN then return vim.trim(line) end
  local first = math.max(blank + 1, at - BEFORE)
  local last = math.min(#line, first + SHOWN)
  first = first + vim.str_utf_start(line, first)
  last = last + vim.str_utf_end(line, last)
  local mark = first > blank + 1 and '…' or ''
  return mark .. vim.trim(line:sub(first, last)) .. (last < #line and '…' or '')
end

---@param matcher hum.Matcher
---@param piece string
---@param text string  the same as it is compared
---@param place hum.MatchLine
local function note(matcher, piece, text, place)
  local _, breaks = text:sub(1, place.first):gsub('\n', '')
  local source = #piece == #text and piece or text -- else a letter has other bytes in lower case
  matcher.match = excerpt(source:sub(place.first, place.last), place.at - place.first + 1)
  matcher.line = matcher.lines + breaks + 1
end

--- A piece of the text as it is compared, made when it is needed: that of a query beyond ASCII is dear.
---@param query hum.SearchQuery
---@param piece string
---@return fun(needle: string): string|nil  nil: it cannot have that
local function lazily(query, piece)
  local plain, text = query.exact and piece or piece:lower(), nil
  return function(needle)
    if not plain:find(probe(needle), 1, true) then return nil end
    text = text or compared(query, piece)
    return text
  end
end

--- Looks in the next piece of the text, which begins with a line break unless it is the first.
---@param matcher hum.Matcher
---@param piece string
---@return boolean found  all that was looked for
function M.look(matcher, piece)
  local text_for, left = lazily(matcher.query, piece), {}
  for _, needle in ipairs(matcher.needles) do
    local text = text_for(needle)
    local place = text and find(text, needle, matcher.role)
    if not text or not place then
      left[#left + 1] = needle
    elseif not matcher.line then
      note(matcher, piece, text, place)
    end
  end
  matcher.needles = left
  return #left == 0
end

--- Goes on behind a piece: there is another.
---@param matcher hum.Matcher
---@param piece string
function M.pass(matcher, piece)
  local place = { at = 1, role = matcher.role }
  go_to(piece, place, #piece + 1)
  local _, breaks = piece:gsub('\n', '')
  matcher.role, matcher.lines = place.role, matcher.lines + breaks
end

return M
