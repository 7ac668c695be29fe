-- Reading the text of a chat: lines in, turns out. Pure. What a single line is, `hum.chat.text.block` says.
--
-- In an assistant turn, outside fences: `<think>` … `</think>`, each alone on its line, hold thinking; a mark such as
-- `<!-- hum: stopped -->` as the last line says that the reply is partial.
--
-- Rows are 0-based.
local block = require('hum.chat.text.block')
local settings = require('hum.chat.text.settings')

local M = {}

--- What a turn consists of. Only text and thinking are written in a chat; what a service redacted, and the signature
--- of thinking, are remembered beside it (hum.chat.reply.memory). What is kept and images are added when it is sent:
--- the helper reads their files. The others have names, and cannot be sent yet.
---@class hum.Part
---@field type 'text'|'thinking'|'redacted'|'kept'|'image'|'call'|'result'|'note'
---@field text? string       of text and thinking, without blank lines around it
---@field signature? string  of thinking
---@field data? string       of what is redacted
---@field path? string       of what is kept and of images: absolute, named by its content
---@field media? string      of an image: 'image/png'
---@field name? string       of an image: as users know it

---@class hum.Turn
---@field role 'user'|'assistant'|'system'
---@field name string       what follows the sign in the heading
---@field row integer       of the heading
---@field last integer      last row of the turn
---@field parts hum.Part[]
---@field text string       of its text parts, with a blank line between them: what is sent; '' if there is none
---@field mark? string      'stopped', 'cut', 'error: …'

---@class hum.Front
---@field first integer
---@field last integer                 row of the closing `---`, or the last row it has
---@field rows table<string, integer>  where each key stands
---@field values table<string, string>
---@field key? string                  the one whose value may go on in the next line

---@class hum.ChatText
---@field front? hum.Front
---@field turns hum.Turn[]
---@field closing string[]     lines that close what the text leaves open at its end

---@class hum.OpenTurn  one whose end has not been read
---@field role 'user'|'assistant'|'system'
---@field name string
---@field row integer
---@field parts hum.Part[]
---@field type 'text'|'thinking'  of the part that is being read
---@field lines string[]          of that part
---@field last? hum.BlockKind     what the last line that is not blank was
---@field at integer              its place in `lines`

---@class hum.Reader
---@field row integer        of the next line
---@field id integer         state before it
---@field front? hum.Front
---@field turn? hum.OpenTurn
---@field turns hum.Turn[]   those that have ended

local MARK = '^<!%-%- hum: (.-) %-%->%s*$'
local MARK_ESCAPED = '^\\+<!%-%- hum: .* %-%->%s*$'

--- A row behind a reader's first one has the state of a line that is no first line.
local INSIDE = block.next(block.FIRST, '')

--- Lines that close what is open in this state.
---@param id integer
---@return string[]
function M.closing(id)
  local def = block.def(id)
  if def.thinking and def.role == 'assistant' then
    return { '</think>' } -- ends a fence in the thinking as well
  elseif def.fence then
    return { (' '):rep(def.fence.indent) .. def.fence.char:rep(def.fence.len) }
  end
  return {}
end

---@param lines string[]
---@return string  without blank lines at both ends
local function joined(lines)
  local first, last = 1, #lines
  while first <= last and not lines[first]:find('%S') do
    first = first + 1
  end
  while last >= first and not lines[last]:find('%S') do
    last = last - 1
  end
  return table.concat(lines, '\n', first, last)
end

---@param turn hum.OpenTurn
---@param type 'text'|'thinking'  of the next part
local function end_part(turn, type)
  local text = joined(turn.lines)
  -- Thinking without words is a part too: what is around it are two texts.
  if text ~= '' or turn.type == 'thinking' then turn.parts[#turn.parts + 1] = { type = turn.type, text = text } end
  turn.type, turn.lines = type, {}
end

--- Takes the mark from the end of a reply, or the backslash that keeps a line from being one.
---@param turn hum.OpenTurn
---@return string|nil
local function take_mark(turn)
  local line = turn.lines[turn.at] or ''
  if turn.last == 'mark' then
    local mark = line:match(MARK)
    if mark then turn.lines[turn.at] = '' end
    return mark
  elseif turn.type == 'text' and turn.last ~= 'code' and line:find(MARK_ESCAPED) then
    turn.lines[turn.at] = line:sub(2)
  end
end

---@param parts hum.Part[]
---@return string
local function text_of(parts)
  if #parts == 1 and parts[1].type == 'text' then return parts[1].text or '' end
  local texts = {}
  for _, part in ipairs(parts) do
    if part.type == 'text' then texts[#texts + 1] = part.text end
  end
  return table.concat(texts, '\n\n')
end

---@param turn hum.OpenTurn
---@param last integer
---@return hum.Turn
local function ended(turn, last)
  local mark
  if turn.role == 'assistant' then mark = take_mark(turn) end
  end_part(turn, 'text')
  return {
    role = turn.role,
    name = turn.name,
    row = turn.row,
    last = last,
    parts = turn.parts,
    text = text_of(turn.parts),
    mark = mark,
  }
end

---@param r hum.Reader
---@param line string
local function front_line(r, line)
  local front = r.front or { first = 0, last = 0, rows = {}, values = {} }
  r.front = front
  local key, value = line:match('^([%w_%-]+):%s*(.-)%s*$')
  if key and value and not front.rows[key] then
    front.rows[key] = r.row
    front.values[key] = settings.scalar(value)
    front.key = key
  elseif front.key and line:find('^[%s}%]]') and settings.goes_on(front.values[front.key]) then
    -- JSON may go on in the next line. What is indented in another way is at least not passed over.
    front.values[front.key] = settings.scalar(vim.trim(front.values[front.key] .. ' ' .. vim.trim(line)))
  else
    front.key = nil
  end
  front.last = r.row
end

---@param turn hum.OpenTurn
---@param id integer  state before the line
---@param kind hum.BlockKind
---@param line string
local function body_line(turn, id, kind, line)
  if kind == 'think_open' then
    end_part(turn, 'thinking')
  elseif kind == 'think_close' then
    end_part(turn, 'text')
  else
    if line:byte(1) == 92 then line = block.unescape(id, line) end
    turn.lines[#turn.lines + 1] = line
  end
  if kind ~= 'blank' then
    turn.last, turn.at = kind, #turn.lines
  end
end

--- A reader that begins at the first row, or at the row of a heading.
---@param row integer
---@return hum.Reader
function M.begin(row) return { row = row, id = row == 0 and block.FIRST or INSIDE, turns = {} } end

--- Reads lines.
---@param r hum.Reader
---@param lines string[]
---@param stop? fun(row: integer): boolean  true at a heading: it is not read any more
---@return boolean stopped
function M.lines(r, lines, stop)
  local next_line, heading = block.next, block.heading
  for _, line in ipairs(lines) do
    local id, kind = next_line(r.id, line)
    if kind == 'user' or kind == 'assistant' or kind == 'system' then
      if r.turn then r.turns[#r.turns + 1] = ended(r.turn, r.row - 1) end
      r.turn = nil
      if stop and stop(r.row) then return true end
      local role, name = heading(line)
      ---@cast role -nil
      r.turn = { role = role, name = name or '', row = r.row, parts = {}, type = 'text', lines = {}, at = 0 }
    elseif kind == 'front' then
      front_line(r, line)
    elseif r.turn then
      body_line(r.turn, r.id, kind, line)
    end
    r.id, r.row = id, r.row + 1
  end
  return false
end

--- Lines that close what a turn leaves open.
---@param lines string[]  from its heading on
---@return string[]
function M.closing_of(lines)
  local r = M.begin(1)
  M.lines(r, lines)
  return M.closing(r.id)
end

--- Ends the last turn: the text ends here.
---@param r hum.Reader
---@return hum.Turn|nil
function M.finish(r) return r.turn and ended(r.turn, r.row - 1) end

--- Lines of a file without a byte order mark and carriage returns.
---@param lines string[]
---@return string[]
function M.clean(lines)
  local out = {}
  for i, line in ipairs(lines) do
    out[i] = line:gsub('\r$', '')
  end
  if out[1] then out[1] = out[1]:gsub('^\239\187\191', '') end
  return out
end

--- Reads a whole chat.
---@param lines string[]
---@return hum.ChatText
function M.parse(lines)
  local r = M.begin(0)
  M.lines(r, lines)
  r.turns[#r.turns + 1] = M.finish(r)
  return { front = r.front, turns = r.turns, closing = M.closing(r.id) }
end

return M
