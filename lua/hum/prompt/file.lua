-- A prompt as a file: Markdown, with front matter that says what it is for. Pure: lines in, a prompt or what is wrong
-- with it out. Nothing in it is ever run: there are no expressions, only placeholders.
--
--   ---
--   name: fix                      default: the name of the file
--   description: Fix what is wrong
--   aliases: [mend]                other names
--   mode: edit                     chat, float, edit, insert or commit
--   endpoint, model, think, options (JSON), persona: as in the front matter of a chat
--   references: "#diff:staged"     what the model is shown besides
--   selection: "#diff"             what {{selection}} is where no lines are named
--   ask: Task                      what the user is asked for if he says nothing, and names no lines
--   enabled: false                 it is not offered, nor is another one of this name
--   ---
--   Text with {{placeholders}}. `## § System` begins what the model is told first, each `## » You` a message, `## « …`
--   an answer that the chat has already.
--
-- What other plugins and editors write is read by hum.prompt.foreign.
local foreign = require('hum.prompt.foreign')
local placeholders = require('hum.prompt.placeholders')
local read = require('hum.chat.text.read')
local settings = require('hum.chat.text.settings')
local spelling = require('hum.spelling')
local yaml = require('hum.prompt.yaml')

local M = {}

---@alias hum.PromptMode 'chat'|'float'|'edit'|'insert'|'commit'

---@class hum.PromptTurn
---@field role 'user'|'assistant'
---@field text string

---@class hum.Prompt
---@field name string
---@field description string
---@field mode hum.PromptMode
---@field aliases? string[]
---@field endpoint? string
---@field model? string
---@field think? hum.Think
---@field options? table<string, any>
---@field persona? string
---@field references? string  in a line
---@field selection? string   what {{selection}} is where no lines are named; default: what is around the cursor
---@field system? string      what the model is told first
---@field text string         what is asked: all messages
---@field turns? hum.PromptTurn[]  if there are several
---@field asks? hum.PromptQuestion[]  what the user is asked for
---@field draft? boolean      it is written, and not sent
---@field disabled? boolean   its own file says that it is not to be offered
---@field foreign? string     whose format it has: "codecompanion" or "VS Code"
---@field notes? string[]     what of the file has no meaning here
---@field path? string        the file that it is from

---@class hum.PromptQuestion
---@field name string   of its placeholder
---@field title string
---@field hint? string

---@class hum.PromptFault
---@field line integer  from 1
---@field why string    what to do about it stands first

local KEYS = {
  'name',
  'description',
  'aliases',
  'mode',
  'endpoint',
  'model',
  'think',
  'options',
  'persona',
  'references',
  'selection',
  'ask',
  'enabled',
}
local MODES = { 'chat', 'float', 'edit', 'insert', 'commit' }

--- As it is typed in a command line: no blanks.
M.NAME = '^[%w][%w_.-]*$'

---@param line integer
---@param why string
---@param ... any
---@return nil, hum.PromptFault
local function fault(line, why, ...) return nil, { line = line, why = why:format(...) } end

--- A key, a comment, nothing, or the rest of a value.
---@param line string
---@param goes_on boolean
---@return boolean
local function is_front_line(line, goes_on)
  return line:find('^[%w_%-]+:') ~= nil
    or line:find('^%s*#') ~= nil
    or not line:find('%S')
    or (goes_on and line:find('^[%s}%]%-]') ~= nil)
end

--- What is wrong with the lines of the front matter. A key that nobody here knows is said, and no fault.
---@param lines string[]
---@param front hum.Front
---@param notes string[]
---@return hum.PromptFault|nil
local function front_fault(lines, front, notes)
  local seen, goes_on = {}, false
  for i = 2, front.last do
    local key = lines[i]:match('^([%w_%-]+):')
    local hint = key and not vim.list_contains(KEYS, key) and spelling.hint(key, KEYS) or ''
    if not is_front_line(lines[i], goes_on) then
      return select(2, fault(i, 'write "key: value": this line of the front matter has no key'))
    elseif hint ~= '' then
      return select(2, fault(i, 'take out "%s:": the front matter of a prompt has no such key%s', key, hint))
    elseif key and seen[key] then
      return select(2, fault(i, 'take out this line: "%s:" stands in line %d already', key, seen[key]))
    end
    if key then
      seen[key] = i
      goes_on = settings.goes_on(lines[i]:match(':%s*(.-)%s*$') or '')
      if not vim.list_contains(KEYS, key) then
        notes[#notes + 1] = ('line %d: "%s:" has no meaning here'):format(i, key)
      end
    end
  end
end

---@param texts string[]
---@return string
local function joined(texts)
  return table.concat(vim.tbl_filter(function(part) return part ~= '' end, texts), '\n\n')
end

--- What the text below the front matter says: to the model first, and what is asked. What stands above the first
--- heading belongs to the first message.
---@param lines string[]
---@param text hum.ChatText
---@return string|nil system, hum.PromptTurn[] turns
local function body_of(lines, text)
  local front, first = text.front, text.turns[1]
  local head =
    vim.trim(table.concat(vim.list_slice(lines, front and front.last + 2 or 1, first and first.row or #lines), '\n'))
  local turns, system = {}, {} ---@type hum.PromptTurn[], string[]
  for _, turn in ipairs(text.turns) do
    local body = vim.trim(table.concat(vim.list_slice(lines, turn.row + 2, turn.last + 1), '\n'))
    if turn.role == 'system' then
      system[#system + 1] = body
    elseif body ~= '' then
      turns[#turns + 1] = { role = turn.role, text = body }
    end
  end
  if head ~= '' and turns[1] and turns[1].role == 'user' then
    turns[1].text = head .. '\n\n' .. turns[1].text
  elseif head ~= '' then
    table.insert(turns, 1, { role = 'user', text = head })
  end
  local told = joined(system)
  return told ~= '' and told or nil, turns
end

---@param front hum.Front|nil
---@param key string
---@return string|nil value, integer line
local function value_of(front, key)
  local value = front and front.values[key]
  return value ~= '' and value or nil, front and front.rows[key] and front.rows[key] + 1 or 1
end

---@param front hum.Front|nil
---@param stem string
---@return string|nil name, hum.PromptFault|nil
local function name_of(front, stem)
  local name, line = value_of(front, 'name')
  name = name or stem
  if name:find(M.NAME) then return name end
  return fault(
    line,
    'write "name: %s": a name has letters, digits, "-", "_" and "." alone',
    (name:gsub('[^%w_.-]+', '-'))
  )
end

---@param front hum.Front|nil
---@return hum.PromptMode|nil mode, hum.PromptFault|nil
local function mode_of(front)
  local mode, line = value_of(front, 'mode')
  if not mode then return 'chat' end
  if mode == 'ask' then return 'float' end
  if vim.list_contains(MODES, mode) then
    return mode --[[@as hum.PromptMode]]
  end
  local hint = spelling.hint(mode, MODES)
  return fault(line, 'write "mode:" with one of %s: "%s" is none%s', table.concat(MODES, ', '), mode, hint)
end

---@param front hum.Front|nil
---@return hum.Settings|nil, hum.PromptFault|nil
local function settings_of(front)
  local found, why = settings.of(front)
  if found then return found end
  local key = why and why:match('"(%a+):"') or 'options'
  return fault(select(2, value_of(front, key)), '%s', ((why or ''):gsub('; see :help hum%-format', '')))
end

--- Of placeholders that nobody knows: in a file of hum's own the first is a fault. In one of the user's they stay as
--- text, and he is told.
---@param lines string[]
---@param notes string[]
---@param is_own boolean
---@return hum.PromptFault|nil
local function text_fault(lines, notes, is_own)
  local seen = {}
  for _, one in ipairs(placeholders.of(lines)) do
    local why = placeholders.fault(one.name)
    if why and is_own then return { line = one.row, why = why } end
    if why and not seen[one.name] then notes[#notes + 1] = ('line %d: %s'):format(one.row, why) end
    seen[one.name] = true
  end
end

---@param turns hum.PromptTurn[]
---@return hum.PromptFault|nil
local function turns_fault(turns)
  local asks = false
  for i, turn in ipairs(turns) do
    local is_answered = turns[i + 1] and turns[i + 1].role == 'assistant'
    if turn.role == 'assistant' and asks then
      return select(2, fault(1, 'put the answers (## «) first: none can stand behind what the model answers itself'))
    end
    asks = asks or (turn.role == 'user' and not is_answered)
  end
  if not asks then
    return select(2, fault(1, 'write what is asked behind the last answer (## «): there is nothing'))
  end
end

--- Lines without a byte order mark and carriage returns.
---@param lines string[]
---@return string[]
local function clean(lines)
  local out = {}
  for i, line in ipairs(lines) do
    out[i] = line:gsub('\r$', '')
  end
  if out[1] then out[1] = out[1]:gsub('^\239\187\191', '') end
  return out
end

---@param turns hum.PromptTurn[]
---@return string
local function asked_text(turns)
  local texts = {}
  for _, turn in ipairs(turns) do
    if turn.role == 'user' then texts[#texts + 1] = turn.text end
  end
  return joined(texts)
end

---@param front hum.Front|nil
---@param lines string[]
---@return string[]|nil aliases, string|nil references
local function lists_of(front, lines)
  if not front then return end
  local values = yaml.parse(vim.list_slice(lines, 2, front.last))
  local aliases = vim.tbl_filter(function(name) return name:find(M.NAME) end, yaml.texts(values.aliases))
  local references = type(values.references) == 'table' and table.concat(yaml.texts(values.references), ' ')
    or values.references
  if references == '' then references = nil end
  return aliases[1] and aliases, references --[[@as string|nil]]
end

--- Reads a prompt.
---@param lines string[]
---@param stem string     the name of its file, without folder and ".md"
---@param is_own? boolean it is one of hum's own: nothing in it may be unknown
---@param folder? string  that the file is in, from the root of the project, or absolute
---@return hum.Prompt|nil prompt, hum.PromptFault|nil fault  the first one
function M.parse(lines, stem, is_own, folder)
  lines = clean(lines)
  if foreign.is(lines, stem) then return foreign.parse(lines, stem, folder) end
  local text = read.parse(lines)
  local front, notes = text.front, {}
  if front and (front.last == 0 or not lines[front.last + 1]:find('^%-%-%-%s*$')) then
    return fault(1, 'write "---" below the front matter: it does not end')
  end
  local wrong = front and front_fault(lines, front, notes) or text_fault(lines, notes, is_own == true)
  if wrong then return nil, wrong end
  local name, bad_name = name_of(front, stem)
  local mode, bad_mode = mode_of(front)
  local found, bad_settings = settings_of(front)
  if not name or not mode or not found then return nil, bad_name or bad_mode or bad_settings end
  local system, turns = body_of(lines, text)
  local asked = asked_text(turns)
  if asked == '' then
    return fault(#lines > 0 and #lines or 1, 'write what is asked below the front matter: there is nothing')
  end
  local bad_turns = turns_fault(turns)
  if bad_turns then return nil, bad_turns end
  local aliases, references = lists_of(front, lines)
  local ask = value_of(front, 'ask')
  return {
    name = name,
    description = value_of(front, 'description') or '',
    aliases = aliases,
    mode = mode,
    endpoint = value_of(front, 'endpoint'),
    model = value_of(front, 'model'),
    think = found.think,
    options = found.options,
    persona = value_of(front, 'persona'),
    references = references,
    selection = value_of(front, 'selection'),
    system = system,
    text = asked,
    turns = #turns > 1 and turns or nil,
    disabled = value_of(front, 'enabled') == 'false' or nil,
    asks = ask and { { name = 'input', title = ask } } or nil,
    notes = #notes > 0 and notes or nil,
  }
end

return M
