-- The text of a chat: what it means and how it is written. Pure: lines in, tables and
-- lines out. What a single line is, `hum.chat.text.block` says.
--
--   ---                       front matter: hum, endpoint, model, think, options (JSON)
--   hum: 1
--   ---
--
--   ## § System               a turn: system, user (») or assistant («, with the model)
--
-- In an assistant turn, outside fences: `<think>` … `</think>`, each alone on its line,
-- hold thinking, which is never sent back; a mark such as `<!-- hum: stopped -->` as the
-- last line says that the reply is partial. A line of text that would be read as a
-- heading has a backslash before it, which reading removes.
--
-- Rows are 0-based. A line of a buffer has "\n" where the file has NUL, see M.to_buffer.
local block = require('hum.chat.text.block')

local M = {}

---@class hum.Turn
---@field role 'user'|'assistant'|'system'
---@field name string          what follows the sign in the heading
---@field row integer          of the heading
---@field last integer         last row of the turn
---@field content string       as it is sent
---@field mark? string         'stopped', 'cut', 'error: …'
---@field has_thinking boolean

---@class hum.Part  text, thinking (maybe signed) or what a service redacted
---@field type 'text'|'thinking'|'redacted'
---@field text? string
---@field signature? string
---@field data? string

---@class hum.WireMessage  as the helper gets it
---@field role 'user'|'assistant'|'system'
---@field parts hum.Part[]

---@class hum.Front
---@field first integer
---@field last integer                 row of the closing `---`, or the last row it has
---@field rows table<string, integer>  where each key stands
---@field values table<string, string>

---@class hum.ChatText
---@field front? hum.Front
---@field turns hum.Turn[]
---@field closing string[]     lines that close what the text leaves open at its end

local MARK = '^<!%-%- hum: (.-) %-%->%s*$'

--- The role that a new turn of the user has in its heading, for people.
local NAMES = { user = 'You', system = 'System' }

---@param role 'user'|'assistant'|'system'
---@param name? string
---@return string
function M.heading(role, name) return block.heading_line(role, name or NAMES[role] or '') end

--- Lines of a buffer as they may be written into one: NUL is "\n" when read and "\0" when
--- written.
---@param lines string[]
---@return string[]
function M.to_buffer(lines)
  local out = {}
  for i, line in ipairs(lines) do
    out[i] = line:gsub('\n', '\0')
  end
  return out
end

---@param lines string[]
---@return string
local function joined(lines)
  local first, last = 1, #lines
  while first <= last and not lines[first]:find('%S') do
    first = first + 1
  end
  while last >= first and not lines[last]:find('%S') do
    last = last - 1
  end
  return table.concat(M.to_buffer(vim.list_slice(lines, first, last)), '\n')
end

---@param def hum.BlockState
---@return string[]  lines that close what is open in this state
local function closing(def)
  if def.thinking and def.role == 'assistant' then
    return { '</think>' } -- ends a fence in the thinking as well
  elseif def.fence then
    return { (' '):rep(def.fence.indent) .. def.fence.char:rep(def.fence.len) }
  end
  return {}
end

--- Removes the mark from a turn's last line, or the backslash that keeps it from being a mark.
---@param turn table
local function strip_mark(turn)
  local body = turn.body
  local last = #body
  while last > 0 and not body[last]:find('%S') do
    last = last - 1
  end
  local line = body[last] or ''
  turn.mark = turn.marks[last] and line:match(MARK) or nil
  if turn.mark then
    body[last] = ''
  elseif line:find('^\\+<!%-%- hum: .* %-%->%s*$') and not turn.verbatim[last] then
    body[last] = line:sub(2)
  end
end

---@param turn table
---@param last integer
local function finish_turn(turn, last)
  turn.last = last
  if turn.role == 'assistant' then strip_mark(turn) end
  turn.content = joined(turn.body)
  turn.body, turn.marks, turn.verbatim, turn.in_thinking = nil, nil, nil, nil
end

---@param front hum.Front
---@param line string
---@param row integer
local function front_line(front, line, row)
  local key, value = line:match('^([%w_%-]+):%s*(.-)%s*$')
  if key and not front.rows[key] then
    front.rows[key] = row
    front.values[key] = value
  end
  front.last = row
end

---@param turn table
---@param kind hum.BlockKind
---@param line string
local function body_line(turn, kind, line)
  if turn.in_thinking or kind == 'think_open' then
    turn.has_thinking = true
    turn.in_thinking = kind ~= 'think_close'
    line = ''
  elseif kind ~= 'code' and block.is_escaped(line) then
    line = line:sub(2)
  end
  local n = #turn.body + 1
  turn.body[n] = line
  turn.marks[n] = kind == 'mark' or nil
  turn.verbatim[n] = kind == 'code' or nil
end

--- Reads a chat.
---@param lines string[]
---@return hum.ChatText
function M.parse(lines)
  local text = { turns = {}, closing = {} } ---@type hum.ChatText
  local id, turn = block.FIRST, nil
  for i, line in ipairs(lines) do
    local kind
    id, kind = block.next(id, line)
    local role, name
    if kind == 'user' or kind == 'assistant' or kind == 'system' then
      role, name = block.heading(line)
    end
    if role then
      if turn then finish_turn(turn, i - 2) end
      turn = { role = role, name = name, row = i - 1, body = {}, marks = {}, verbatim = {} }
      turn.has_thinking = false
      text.turns[#text.turns + 1] = turn
    elseif kind == 'front' then
      text.front = text.front or { first = 0, last = 0, rows = {}, values = {} }
      front_line(text.front, line, i - 1)
    elseif turn then
      body_line(turn, kind, line)
    end
  end
  if turn then finish_turn(turn, #lines - 1) end
  text.closing = closing(block.def(id))
  return text
end

--- What is sent: the turns with content, up to and with `last`. Neighbours of one role
--- become one message, since some servers insist on alternating roles: a reply that
--- failed before its first word leaves two questions in a row.
---@param turns hum.Turn[]
---@param last? integer  index of the last turn to send
---@return hum.WireMessage[]
function M.messages(turns, last)
  local out = {} ---@type hum.WireMessage[]
  for i = 1, last or #turns do
    local turn, before = turns[i], out[#out]
    if turn.content ~= '' and before and before.role == turn.role then
      before.parts[1].text = before.parts[1].text .. '\n\n' .. turn.content
    elseif turn.content ~= '' then
      out[#out + 1] = { role = turn.role, parts = { { type = 'text', text = turn.content } } }
    end
  end
  return out
end

--- The front matter of a new chat.
---@param values { endpoint: string, model?: string }
---@return string[]
function M.front(values)
  local lines = { '---', 'hum: 1', 'endpoint: ' .. values.endpoint }
  if values.model then lines[#lines + 1] = 'model: ' .. values.model end
  lines[#lines + 1] = '---'
  return lines
end

--- What the front matter asks for beyond endpoint and model.
---@param front? hum.Front
---@return { think?: boolean|string, options?: table }|nil settings, string|nil err
function M.settings(front)
  local values = front and front.values or {}
  local out = {} ---@type { think?: boolean|string, options?: table }
  if values.think and values.think ~= '' then
    out.think = values.think
    if values.think == 'true' or values.think == 'false' then out.think = values.think == 'true' end
  end
  if values.options and values.options ~= '' then
    local ok, options = pcall(vim.json.decode, values.options)
    if not ok or type(options) ~= 'table' or (vim.islist(options) and #options > 0) then
      return nil, 'line "options:" of the front matter: expected a JSON object'
    end
    out.options = options
  end
  return out
end

--- Text that is to stand in a turn, lines escaped that would be read as headings.
---@param lines string[]
---@param role 'user'|'assistant'|'system'
---@return table<integer, string> changed  index to new line
---@return hum.BlockState state  at the end
function M.escapes(lines, role)
  local changed = {}
  local id = block.next(block.FIRST, M.heading(role, 'x'))
  for i, line in ipairs(lines) do
    if not block.def(id).fence and block.needs_escape(line) then changed[i] = '\\' .. line end
    id = block.next(id, changed[i] or line)
  end
  return changed, block.def(id)
end

---@param lines string[]
---@param role 'user'|'assistant'|'system'
---@return string[]  the lines escaped, and closed if they leave a fence open
function M.body(lines, role)
  local changed, state = M.escapes(lines, role)
  local out = {}
  for i, line in ipairs(lines) do
    out[i] = changed[i] or line
  end
  return vim.list_extend(out, closing(state))
end

--- What a reply needs when it ends, so that reading it gives what was sent: lines to be
--- replaced, and lines to be added after it.
---@param lines string[]  of the turn, without its heading
---@param mark? string
---@return table<integer, string> changed
---@return string[] added
function M.finish(lines, mark)
  local changed, state = M.escapes(lines, 'assistant')
  local added = closing(state)
  local last = #lines
  while last > 0 and not lines[last]:find('%S') do
    last = last - 1
  end
  if mark then
    added[#added + 1] = ('<!-- hum: %s -->'):format(M.one_line(mark):gsub('%-%-+>?', '-'))
  elseif #added == 0 and lines[last] and lines[last]:find('^\\*<!%-%- hum: .* %-%->%s*$') then
    changed[last] = '\\' .. lines[last]
  end
  return changed, added
end

---@param text string
---@return string  without line breaks and other control characters
function M.one_line(text) return vim.trim((text:gsub('[%c%s]+', ' '))) end

--- A fence that ends nowhere inside `lines`.
---@param lines string[]
---@return string
local function fence_around(lines)
  local longest = 2
  for _, line in ipairs(lines) do
    for run in line:gmatch('`+') do
      longest = math.max(longest, #run)
    end
  end
  return ('`'):rep(longest + 1)
end

--- Lines of a file, quoted.
---@param quote { lines: string[], filetype: string, name: string, first: integer, last: integer }
---@return string[]
function M.quote(quote)
  local fence = fence_around(quote.lines)
  local name = M.one_line(quote.name):gsub('`', "'")
  local where = quote.first == quote.last and ('line %d'):format(quote.first)
    or ('lines %d-%d'):format(quote.first, quote.last)
  local out = { name ~= '' and ('`%s`, %s:'):format(name, where) or ('From %s:'):format(where), '' }
  out[#out + 1] = fence .. quote.filetype:match('^[%w_+#-]*')
  vim.list_extend(out, quote.lines)
  out[#out + 1] = fence
  return out
end

return M
