-- The text of a chat: how it is written, and what of it is sent. Pure: turns and parts in, lines and messages out.
-- `hum.chat.text.read` reads what is written here; what a single line is, `hum.chat.text.block` says.
--
--   ---                       front matter: hum, title, project, root, persona, endpoint, model, think, options (JSON)
--   hum: 1
--   ---
--
--   ## § System               a turn: system, user (») or assistant («, with the model)
--
-- `## > You` and `## < model` are the same, for those whose keyboard or font lacks » and «; a chat keeps to them.
-- A line of text that would be read as a heading, a tag of thinking or a mark has a backslash before it.
local block = require('hum.chat.text.block')
local read = require('hum.chat.text.read')
local settings = require('hum.chat.text.settings')
local span = require('hum.chat.text.span')
local summaries = require('hum.chat.text.summary')

local M = {}

--- The version of the format that this is, and that begins a chat.
M.VERSION = 1
local BEGINNING = ('hum: %d'):format(M.VERSION)

---@class hum.WireMessage  as the helper gets it
---@field role 'user'|'assistant'|'system'
---@field parts hum.Part[]

--- The role that a new turn of the user has in its heading, for people.
local NAMES = { user = 'You', system = 'System' }

---@param role 'user'|'assistant'|'system'
---@param name? string
---@param like? string  another heading of the chat: in ASCII if that is
---@return string
function M.heading(role, name, like) return block.heading_line(role, name or NAMES[role] or '', like) end

--- Adds the parts of a turn to a message that may have some. Texts are joined by the receiver as they are.
---@param parts hum.Part[]
---@param more hum.Part[]  without text
---@param text string
local function add_parts(parts, more, text)
  local last = parts[#parts]
  if last and #more == 0 then
    last.text = last.text .. '\n\n' .. text
    return
  end
  vim.list_extend(parts, more)
  parts[#parts + 1] = { type = 'text', text = last and '\n\n' .. text or text }
end

--- What is sent: the turns with text, of those behind a summary. Neighbours of one role become one message, since some
--- servers insist on alternating roles: a reply that failed before its first word leaves two questions in a row.
--- The thinking that stands in the chat is none of that; what of it goes back, hum.chat.reply.memory knows.
---@param turns hum.Turn[]
---@param thoughts? table<hum.Turn, hum.Part[]>  that go before the text of a turn
---@return hum.WireMessage[]
function M.messages(turns, thoughts)
  local out = {} ---@type hum.WireMessage[]
  local kept, summary = summaries.split(turns)
  for _, turn in ipairs(kept) do
    local before = out[#out]
    if turn.text ~= '' then
      if not before or before.role ~= turn.role then
        before = { role = turn.role, parts = {} }
        out[#out + 1] = before
      end
      add_parts(before.parts, thoughts and thoughts[turn] or {}, turn.text)
    end
  end
  if summary then summaries.put(out, summary) end
  return out
end

--- A line of the front matter.
---@param key string
---@param value string
---@return string
function M.setting(key, value) return ('%s: %s'):format(key, settings.written(M.one_line(value))) end

---@class hum.FrontValues
---@field endpoint string
---@field model? string
---@field persona? string
---@field project? { name: string, root: string }  where the chat was begun

--- The front matter of a new chat.
---@param values hum.FrontValues
---@return string[]
function M.front(values)
  local lines = { '---', BEGINNING }
  local function set(key, value) lines[#lines + 1] = value and M.setting(key, value) end
  local project = values.project
  set('project', project and project.name)
  set('root', project and project.root)
  set('persona', values.persona)
  set('endpoint', values.endpoint)
  set('model', values.model)
  lines[#lines + 1] = '---'
  return lines
end

--- The front matter of a text that has none.
---@param line string  a setting
---@return string[]
function M.front_around(line) return { '---', BEGINNING, line, '---', '' } end

---@param role 'user'|'assistant'|'system'
---@return integer  the block state below a heading
local function state_in(role) return (block.next(block.FIRST, M.heading(role, 'x'))) end

local MARK_LIKE = '^\\*<!%-%- hum: .* %-%->%s*$'

---@param mark string
---@return string
local function mark_line(mark) return ('<!-- hum: %s -->'):format(M.one_line(mark):gsub('%-%-+>?', '-')) end

--- The lines of a turn, below its heading, reading which gives the same parts.
---@param parts hum.Part[]  text and thinking
---@param role 'user'|'assistant'|'system'
---@param mark? string
---@return string[]
function M.body(parts, role, mark)
  local out, id, text_at = {}, state_in(role), 0
  local function add(line)
    out[#out + 1] = line
    id = block.next(id, line)
  end
  for i, part in ipairs(parts) do
    if i > 1 then add('') end
    if part.type == 'thinking' then add('<think>') end
    for line in vim.gsplit(part.text or '', '\n', { plain = true }) do
      add(block.escape(id, line))
    end
    if part.type == 'text' then text_at = #out end
    for _, line in ipairs(read.closing(id)) do
      add(line)
    end
  end
  if mark then
    add(mark_line(mark))
  elseif role == 'assistant' and text_at == #out and text_at > 0 and out[text_at]:find(MARK_LIKE) then
    out[text_at] = '\\' .. out[text_at]
  end
  return out
end

--- What a reply needs when it ends, so that reading it gives what was sent: lines to be replaced, and lines to be added
--- after it. Lines that look like headings and tags the helper has escaped.
---@param lines string[]  of the turn, without its heading
---@param mark? string
---@return table<integer, string> changed
---@return string[] added
function M.finish(lines, mark)
  local changed, id = {}, state_in('assistant')
  for i, line in ipairs(lines) do
    local escaped = block.escape_streamed(id, line)
    if escaped ~= line then changed[i] = escaped end
    id = block.next(id, escaped)
  end
  local added = read.closing(id)
  local last = #lines
  while last > 0 and not lines[last]:find('%S') do
    last = last - 1
  end
  if mark then
    added[#added + 1] = mark_line(mark)
  elseif #added == 0 and lines[last] and lines[last]:find(MARK_LIKE) then
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

---@class hum.QuotedLines: hum.Span
---@field lines string[]
---@field filetype string
---@field name string  '' for a buffer without one

--- Lines of a file, quoted.
---@param quote hum.QuotedLines
---@return string[]
function M.quote(quote)
  local fence = fence_around(quote.lines)
  local name = M.one_line(quote.name):gsub('`', "'")
  local where = span.words(quote)
  local out = { name ~= '' and ('`%s`, %s:'):format(name, where) or ('From %s:'):format(where), '' }
  out[#out + 1] = fence .. quote.filetype:match('^[%w_+#-]*')
  vim.list_extend(out, quote.lines)
  out[#out + 1] = fence
  return out
end

return M
