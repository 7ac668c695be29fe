-- References in what the user writes: `#file:src/a.lua`, `#buffer`, `![](pic.png)`. Pure: what they stand for is found
-- out elsewhere.
--
-- None stands in a quote, in code (spans over several lines, fences, indented blocks), in a comment, in the target of a
-- link or in an address, and none behind a backslash. Names that are no kind are plain text: `#12`, `#ffcc00`, `C#`.
local block = require('hum.chat.text.block')
local token = require('hum.reference.token')

local M = {}

---@class hum.Reference
---@field text string   as it stands there
---@field kind string
---@field arg? string   without quotes; nil: there is none
---@field force boolean  "!": what would be refused is wanted
---@field row integer   from 0, within the lines
---@field col integer   bytes, from 0
---@field end_col integer  not included

--- The state within a turn of the user's.
local INSIDE = block.next(block.FIRST, block.heading_line('user', 'You'))

-- ---- blocks -----------------------------------------------------------------------------------

--- Columns by which a block of code is indented (CommonMark 4.4).
local CODE_INDENT = 4

---@param line string
---@return boolean  it is quoted, perhaps in an item of a list
local function is_quote(line)
  local _, first = block.indent(line)
  local rest = line:sub(first)
  rest = rest:match('^[-*+]%s+(.*)$') or rest:match('^%d+[.)]%s+(.*)$') or rest
  return rest:byte(1) == 62
end

---@param line string
---@return boolean
local function is_heading(line) return line:find('^%s?%s?%s?#+%s') ~= nil end

---@param line string
---@return boolean  a paragraph ends above it
local function begins_block(line)
  return is_heading(line) or line:find('^%s*[-*+]%s') ~= nil or line:find('^%s*%d+[.)]%s') ~= nil
end

--- Lines of text that belong together: a code span may go from one to the next.
---@class hum.ReferencePart
---@field first integer  from 0
---@field last integer

--- The paragraphs of a text, which are all that is not quoted and not code.
---@param lines string[]
---@return hum.ReferencePart[]
local function paragraphs(lines)
  local parts, part ---@type hum.ReferencePart[], hum.ReferencePart|nil
  parts = {}
  local id, is_open = INSIDE, false -- open: an indented line goes on with the paragraph above it
  for i, line in ipairs(lines) do
    local list = block.def(id).list
    local after, kind = block.next(id, line)
    if block.def(after).role ~= 'user' then
      after, kind = id, 'text' -- a heading of another turn, as text
    end
    id = after
    local is_code = kind == 'text' and not is_open and block.indent(line) >= list + CODE_INDENT
    is_open = kind == 'text' and not is_code
    if not is_open or is_quote(line) then
      part = nil
    elseif part and not begins_block(line) then
      part.last = i - 1
    else
      part = { first = i - 1, last = i - 1 }
      parts[#parts + 1] = part
    end
    if is_heading(line) then part = nil end
  end
  return parts
end

-- ---- within a paragraph -----------------------------------------------------------------------

--- Where a code span ends that begins with a run of backticks; a length that has no end is not looked for again.
---@param text string
---@param from integer
---@param length integer
---@param vain table<integer, true>
---@return integer|nil  the byte behind it
local function span_end(text, from, length, vain)
  if vain[length] then return nil end
  local first, last = text:find('`+', from)
  while first do
    if last - first + 1 == length then return last + 1 end
    first, last = text:find('`+', last + 1)
  end
  vain[length] = true
end

---@class hum.ReferenceScan
---@field text string     of the paragraph
---@field at integer
---@field vain table<integer, true>
---@field is_kind fun(name: string, arg?: string): any
---@field found fun(first: integer, last: integer, kind: string, arg?: string, force: boolean)

---@param s hum.ReferenceScan
---@param pattern string  that ends in "()"
---@return integer|nil  the byte behind what it matches here
local function behind(s, pattern)
  return s.text:match(pattern, s.at) --[[@as integer|nil]]
end

--- What each character that may mean something does; returns where to go on.
---@type table<string, fun(s: hum.ReferenceScan): integer|nil>
local AT = {
  ['\\'] = function(s) return s.at + 2 end,
  ['`'] = function(s)
    local run = s.text:match('^`+', s.at)
    return span_end(s.text, s.at + #run, #run, s.vain) or s.at + #run
  end,
  ['<'] = function(s)
    if s.text:find('^<!%-%-', s.at) then
      local _, stop = s.text:find('-->', s.at + 4, true)
      return stop and stop + 1
    end
    return behind(s, '^<%a[%w+.-]+://[^>%s]*>()')
  end,
  [':'] = function(s)
    if not s.text:find('^://', s.at) or not s.text:sub(s.at - 1, s.at - 1):find('%w') then return nil end
    return behind(s, '^[^%s<>"`]*()') -- all of an address
  end,
  [']'] = function(s) return behind(s, '^%]%([^()%s]*%)()') end,
  ['!'] = function(s)
    local found = s.text:find('^!%[', s.at) and s.is_kind('image', '') and token.image(s.text, s.at)
    if not found then return nil end
    s.found(s.at, found.stop, 'image', found.arg, false)
    return found.stop + 1
  end,
  ['#'] = function(s)
    local found = token.read(s.text, s.at, s.is_kind)
    if not found then return behind(s, '^#+()') end
    s.found(s.at, found.stop, found.kind, found.arg, found.force)
    return found.stop + 1
  end,
}

--- Calls `found` with bytes from 1 of the text, the last one included.
---@param text string
---@param is_kind fun(name: string, arg?: string): any
---@param found fun(first: integer, last: integer, kind: string, arg?: string, force: boolean)
local function scan(text, is_kind, found)
  ---@type hum.ReferenceScan
  local s = { text = text, at = 1, vain = {}, is_kind = is_kind, found = found }
  while true do
    local at = text:find('[\\`<:%]!#]', s.at)
    if not at then return end
    s.at = at
    s.at = AT[text:sub(at, at)](s) or at + 1
  end
end

--- Comments that stand on several lines hide paragraphs: they are covered first, each byte by one that means nothing.
---@param lines string[]
---@return string[]
local function without_comments(lines)
  local text = table.concat(lines, '\n')
  if not text:find('<!--', 1, true) then return lines end
  local out, open, id = {}, false, INSIDE
  for i, line in ipairs(lines) do
    local kind
    if not open then
      id, kind = block.next(id, line)
    end
    out[i] = line
    if open then
      local _, stop = line:find('-->', 1, true)
      open = stop == nil
      out[i] = (','):rep(stop or #line) .. line:sub((stop or #line) + 1)
    elseif kind == 'text' and line:find('^%s?%s?%s?<!%-%-') and not line:find('-->', 1, true) then
      open, out[i] = true, (','):rep(#line)
    end
  end
  return out
end

--- The references of a text, in order.
---@param lines string[]  what the user wrote: a message without its heading, or an instruction
---@param is_kind fun(name: string, arg?: string): any  whether there is such a kind, with an argument or without one
---@return hum.Reference[]
function M.of(lines, is_kind)
  local found = {} ---@type hum.Reference[]
  lines = without_comments(lines)
  for _, part in ipairs(paragraphs(lines)) do
    local text = table.concat(lines, '\n', part.first + 1, part.last + 1)
    local row, start = part.first, 1 -- the row that a byte is in, and its first byte
    scan(text, is_kind, function(first, last, kind, arg, force)
      local stop = start + #lines[row + 1]
      while first > stop do
        row, start = row + 1, stop + 1
        stop = start + #lines[row + 1]
      end
      found[#found + 1] = {
        text = text:sub(first, last),
        kind = kind,
        arg = arg,
        force = force,
        row = row,
        col = first - start,
        end_col = last + 1 - start,
      }
    end)
  end
  return found
end

return M
