-- What one line of a chat is, given what came before it.
--
-- The only place that knows the patterns of the chat format: `format` (parse, escape) and `scan` (colours,
-- folds) both ask here, so that what is coloured as a turn is also sent as one.
--
-- A state is a small integer that stands for everything an earlier line can mean for the next one. States
-- are interned: equal states are equal numbers, so a rescan can stop where the numbers agree again.
local M = {}

---@class hum.BlockState
---@field front boolean          inside the front matter
---@field role? 'user'|'assistant'|'system'   turn; nil above the first heading
---@field thinking boolean       inside a thinking part
---@field list integer           indent of the content of the list item we are in, 0: none
---@field fence? hum.BlockFence  open fenced block
---@field math? '$$'|'\\]'  what closes the formula we are in; a blank line and a fence end it too
---@field quoted? string  the fence of a block in a quote; a line outside of the quote ends it too

---@class hum.BlockFence
---@field char string    '`' or '~'
---@field len integer    length of the opening run
---@field indent integer columns before it
---@field lang string    first word of the info string, '' without one

---@alias hum.BlockKind
---| 'front'        # a line of the front matter, its delimiters included
---| 'user'         # a turn heading
---| 'assistant'    # a turn heading
---| 'system'       # a turn heading
---| 'think_open'
---| 'think_close'
---| 'fence_open'
---| 'fence_close'
---| 'code'
---| 'mark'         # `<!-- hum: … -->`
---| 'blank'
---| 'text'         # anything else

--- Columns of a list item's content beyond which it no longer moves the limit for fences, and the bytes of
--- a language name that are kept: they bound the number of states.
local MAX_INDENT, MAX_LANG = 32, 40

---@type hum.BlockState[]
local defs = {}
---@type table<string, integer>
local ids = {}
local FIRST -- state of line 1: only there `---` opens the front matter

---@param def hum.BlockState
---@return integer
local function intern(def)
  local f = def.fence
  local key = table.concat({
    def.front and 'f' or '-',
    def.role or '-',
    def.thinking and 't' or '-',
    def.list,
    def.math or '-',
    def.quoted or '-',
    f and f.char or '-',
    f and f.len or 0,
    f and f.indent or 0,
    f and f.lang or '',
  }, '\0')
  local id = ids[key]
  if not id then
    id = #defs + 1
    defs[id] = def
    ids[key] = id
  end
  return id
end

---@param over table
---@param base? hum.BlockState
---@return integer
local function state(over, base)
  base = base or { front = false, thinking = false, list = 0 }
  local fence = base.fence
  if over.fence ~= nil then fence = over.fence or nil end
  local function pick(key)
    if over[key] ~= nil then return over[key] end
    return base[key]
  end
  return intern({
    front = pick('front'),
    role = pick('role'),
    thinking = pick('thinking'),
    list = pick('list'),
    fence = fence,
    math = over.math == nil and fence == nil and base.math or over.math or nil,
    quoted = over.quoted == nil and fence == nil and base.quoted or over.quoted or nil,
  })
end

local NORMAL = state({})
FIRST = #defs + 1
defs[FIRST] = { front = false, thinking = false, list = 0 }
local FRONT = state({ front = true })
local TURN = {
  user = state({ role = 'user' }),
  assistant = state({ role = 'assistant' }),
  system = state({ role = 'system' }),
}

--- The state before the first line.
M.FIRST = FIRST

--- What a state means. Not to be changed by the caller.
---@param id integer
---@return hum.BlockState
function M.def(id) return defs[id] end

-- The sign's bytes after `## `: U+00BB », U+00AB «, U+00A7 §.
local SIGN = { ['\194\187'] = 'user', ['\194\171'] = 'assistant', ['\194\167'] = 'system' }
local SIGN_OF = { user = '»', assistant = '«', system = '§' }

--- For keyboards and fonts without those: `## > You` and `## < model`, a single word, and nothing else, since Markdown
--- has headings such as `## > 5 MB`.
---@param line string
---@return ('user'|'assistant')? role
---@return string? name
local function ascii_heading(line)
  local byte = line:byte(4)
  if byte == 62 and line:find('^## > You%s*$') then return 'user', 'You' end
  local name = byte == 60 and line:match('^## < (%S+)%s*$')
  if name then return 'assistant', name end
end

--- Is the line a turn heading, fences not looked at?
---@param line string
---@return ('user'|'assistant'|'system')? role
---@return string? name  what follows the sign, blanks cut
function M.heading(line)
  if line:byte(1) ~= 35 or line:sub(1, 3) ~= '## ' then return nil end
  local role = SIGN[line:sub(4, 5)]
  if not role then return ascii_heading(line) end
  if #line > 5 and not line:find('^%s', 6) then return nil end
  return role, vim.trim(line:sub(6))
end

--- The heading line of a turn.
---@param role 'user'|'assistant'|'system'
---@param name string
---@param like? string  another heading of the chat: in ASCII if that is
---@return string
function M.heading_line(role, name, like)
  local plain = like and ascii_heading(like) and ('## %s %s'):format(role == 'user' and '>' or '<', name)
  if plain and ascii_heading(plain) == role then return plain end
  return ('## %s %s'):format(SIGN_OF[role], name)
end

-- A line of text that would be read as something else has a backslash before it, and one that begins with backslashes
-- already has one more: reading removes one.

---@param line string
---@return boolean  a turn heading, also behind backslashes
local function is_like_heading(line)
  local bare = line:match('^\\*(## .*)$')
  return bare ~= nil and M.heading(bare) ~= nil
end

---@param def hum.BlockState
---@param line string
---@return boolean  a tag that opens or ends thinking, and not here, also behind backslashes
local function is_like_tag(def, line)
  if def.role ~= 'assistant' then
    return false
  elseif def.thinking then
    return line:find('^\\*</think>%s*$') ~= nil
  end
  return not def.fence and line:find('^\\*</?think>%s*$') ~= nil
end

--- A line of text as it is written in a turn.
---@param id integer   state before it
---@param line string
---@return string
function M.escape(id, line)
  local def, byte = defs[id], line:byte(1)
  if not (byte == 92 or byte == 35 or byte == 60) then return line end
  if not def.fence and is_like_heading(line) or is_like_tag(def, line) then return '\\' .. line end
  return line
end

--- A line that the helper wrote. It has escaped such lines itself; a heading that is left, as one of thousands of
--- bytes, is none of its own. Tags that are left are.
---@param id integer  state before it
---@param line string
---@return string
function M.escape_streamed(id, line)
  if line:byte(1) == 35 and not defs[id].fence and M.heading(line) then return '\\' .. line end
  return line
end

--- A line of a turn as text.
---@param id integer   state before it
---@param line string
---@return string
function M.unescape(id, line)
  if line:byte(1) ~= 92 then return line end
  local def = defs[id]
  if not def.fence and is_like_heading(line) or is_like_tag(def, line) then return line:sub(2) end
  return line
end

--- Columns of white space at the start and where the text begins; tabs go to the next multiple of four.
---@param line string
---@return integer columns
---@return integer first  index of the first other byte, #line + 1 for a blank line
function M.indent(line)
  local columns, i = 0, 1
  while true do
    local b = line:byte(i)
    if b == 32 then
      columns = columns + 1
    elseif b == 9 then
      columns = columns + 4 - columns % 4
    else
      return columns, i
    end
    i = i + 1
  end
end

--- An opening fence at `first`? A backtick fence has no backtick in its info string (CommonMark 4.5).
---@param line string
---@param first integer
---@param columns integer
---@return hum.BlockFence?
local function fence_open(line, first, columns)
  local run, info = line:match('^(```+)([^`]*)$', first)
  if not run then
    run, info = line:match('^(~~~+)(.*)$', first)
  end
  if not run then return nil end
  ---@cast info string
  local lang = info:match('^%s*{?%.?([^%s,{}:]+)') or ''
  return {
    char = run:sub(1, 1),
    len = #run,
    indent = math.min(columns, MAX_INDENT),
    lang = lang:sub(1, MAX_LANG):lower(),
  }
end

---@param line string
---@param fence hum.BlockFence
---@return boolean
local function closes(line, fence)
  local columns, first = M.indent(line)
  if columns > fence.indent + 3 or line:sub(first, first) ~= fence.char then return false end
  local run = line:match(fence.char == '`' and '^(`+)%s*$' or '^(~+)%s*$', first)
  return run ~= nil and #run >= fence.len
end

-- The first bytes of list markers: `*`, `+`, `-`, digits.
local MARKER = { [42] = true, [43] = true, [45] = true }
for digit = 48, 57 do
  MARKER[digit] = true
end

--- The indent that the content of a list item has, if the text at `first` starts one, and where it begins.
---@param line string
---@param first integer
---@param columns integer
---@return integer?
---@return integer? content  nil: it is itself indented, so that it opens no fence
local function list_content(line, first, columns)
  if not MARKER[line:byte(first)] then return nil end
  local marker, gap = line:match('^([-*+])(%s+)%S', first)
  if not marker then
    marker, gap = line:match('^(%d%d?%d?%d?%d?%d?%d?%d?%d?[.)])(%s+)%S', first)
  end
  if not marker then return nil end
  -- Five blanks or more: the content starts after one and is itself indented (CommonMark 5.2).
  if #gap > 4 then return math.min(columns + #marker + 1, MAX_INDENT) end
  return math.min(columns + #marker + #gap, MAX_INDENT), first + #marker + #gap
end

-- States that differ from a state only by their list, found again without being put together.
---@type table<integer, table<integer, integer>>
local by_list = {}

---@param id integer
---@param list integer
---@return integer
local function with_list(id, list)
  local known = by_list[id]
  if not known then
    known = {}
    by_list[id] = known
  end
  if not known[list] then known[list] = state({ list = list }, defs[id]) end
  return known[list]
end

--- A line that may open or close a formula that has lines of its own.
---@param id integer
---@param def hum.BlockState
---@param line string
---@param first integer
---@return integer next
local function formula(id, def, line, first)
  if def.math then return line:find(def.math, 1, true) and state({ math = false }, defs[id]) or id end
  local opening = line:match('^%$%$', first) or line:match('^\\%[', first)
  if not opening then return id end
  local close_with = opening == '$$' and '$$' or '\\]'
  return line:find(close_with, first + 2, true) and id or state({ math = close_with }, defs[id])
end

--- The fence in a line of a quote, and whether nothing follows it.
---@param line string
---@return string? run
---@return boolean bare
local function quoted_fence(line)
  local at = line:match('^[> ]*()') --[[@as integer]]
  local fence = fence_open(line, at, 0)
  if not fence then return nil, false end
  return fence.char:rep(fence.len), line:find('^%s*$', at + fence.len) ~= nil
end

--- A line of a quote, in which a block of code may open or close, or one behind it.
---@param id integer
---@param def hum.BlockState
---@param line string
---@param is_quote boolean
---@return integer next
local function quote_line(id, def, line, is_quote)
  if not is_quote then return state({ quoted = false }, def) end
  local run, bare = quoted_fence(line)
  if not run then return id end
  if not def.quoted then return state({ quoted = run }, def) end
  local closes_it = bare and vim.startswith(run, def.quoted)
  return closes_it and state({ quoted = false }, def) or id
end

--- Text outside fences, headings and the front matter: does it open a fence, or change the list we are in?
--- Lists are followed only as far as fences need it: a fence may be three columns deeper than the content
--- of the item it stands in.
---@param id integer
---@param def hum.BlockState
---@param line string
---@return integer next
---@return hum.BlockKind
local function text_line(id, def, line)
  local columns, first = M.indent(line)
  local byte = line:byte(first)
  if not byte then return (def.math or def.quoted) and state({ math = false, quoted = false }, def) or id, 'blank' end
  if byte == 62 or def.quoted then
    id = quote_line(id, def, line, byte == 62)
    def = defs[id]
  end
  if (byte == 96 or byte == 126) and columns <= def.list + 3 then
    local fence = fence_open(line, first, columns)
    if fence then return state({ fence = fence }, def), 'fence_open' end
  end
  local list, content
  if columns <= def.list + 3 then
    list, content = list_content(line, first, columns)
  end
  local fence = list and content and fence_open(line, content, list)
  if fence then return state({ fence = fence, list = list }, def), 'fence_open' end
  list = list or math.min(def.list, columns)
  if list ~= def.list then id = with_list(id, list) end
  if byte == 36 or byte == 92 or def.math then id = formula(id, def, line, first) end
  return id, 'text'
end

--- Thinking is opened and closed by tags that stand alone on their line, marks stand alone too. A close tag
--- ends the thinking even when a fence in it was left open.
---@param def hum.BlockState
---@param line string
---@return integer? next
---@return hum.BlockKind?
local function tag_line(def, line)
  if def.thinking then
    if line:find('^</think>%s*$') then
      return state({ thinking = false, fence = false, list = 0 }, def), 'think_close'
    end
  elseif not def.fence then
    if line:find('^<think>%s*$') then return state({ thinking = true, list = 0 }, def), 'think_open' end
    if line:find('^<!%-%- hum: .*%-%->%s*$') then return state({ list = 0 }, def), 'mark' end
  end
end

---@param id integer   state before the line
---@param line string
---@return integer next  state after it
---@return hum.BlockKind
function M.next(id, line)
  local def = defs[id]
  if id == FIRST then
    if line:find('^%-%-%-%s*$') then return FRONT, 'front' end
    id = NORMAL
  end
  if not def.fence then
    local role = M.heading(line)
    if role then return TURN[role], role end
    if def.front then return line:find('^%-%-%-%s*$') and NORMAL or id, 'front' end
  end
  if def.role == 'assistant' and line:byte(1) == 60 then
    local after, kind = tag_line(def, line)
    if after and kind then return after, kind end
  end
  if def.fence then
    if closes(line, def.fence) then return state({ fence = false }, def), 'fence_close' end
    return id, 'code'
  end
  return text_line(id, def, line)
end

return M
