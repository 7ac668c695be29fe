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
local fronts = require('hum.prompt.front')
local placeholders = require('hum.prompt.placeholders')
local read = require('hum.chat.text.read')
local shared = require('hum.prompt.shared')

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
---@field references? string  references, in a line
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

---@param line integer
---@param why string
---@param ... any
---@return nil, hum.PromptFault
local function fault(line, why, ...) return nil, { line = line, why = why:format(...) } end

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
    shared.trim(table.concat(vim.list_slice(lines, front and front.last + 2 or 1, first and first.row or #lines), '\n'))
  local turns, system = {}, {} ---@type hum.PromptTurn[], string[]
  for _, turn in ipairs(text.turns) do
    local body = shared.trim(table.concat(vim.list_slice(lines, turn.row + 2, turn.last + 1), '\n'))
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

---@param turns hum.PromptTurn[]
---@return string
local function asked_text(turns)
  local texts = {}
  for _, turn in ipairs(turns) do
    if turn.role == 'user' then texts[#texts + 1] = turn.text end
  end
  return joined(texts)
end

--- Reads a prompt.
---@param lines string[]
---@param stem string     the name of its file, without folder and ".md"
---@param is_own? boolean it is one of hum's own: nothing in it may be unknown
---@param folder? string  that the file is in, from the root of the project, or absolute
---@return hum.Prompt|nil prompt, hum.PromptFault|nil fault  the first one
function M.parse(lines, stem, is_own, folder)
  lines = read.clean(lines)
  local long = shared.too_long(lines)
  if long then return fault(long, 'shorten the front matter: it is too long') end
  if foreign.is(lines, stem) then return foreign.parse(lines, stem, folder) end
  local text = read.parse(lines)
  local front, notes = text.front, {}
  if front and (front.last == 0 or not lines[front.last + 1]:find('^%-%-%-%s*$')) then
    return fault(1, 'write "---" below the front matter: it does not end')
  end
  local wrong = front and fronts.fault(lines, front, notes) or text_fault(lines, notes, is_own == true)
  if wrong then return nil, wrong end
  local name, bad_name = fronts.name(front, stem)
  local mode, bad_mode = fronts.mode(front)
  local found, bad_settings = fronts.settings(front)
  if not name or not mode or not found then return nil, bad_name or bad_mode or bad_settings end
  local system, turns = body_of(lines, text)
  local asked = asked_text(turns)
  if asked == '' then
    return fault(#lines > 0 and #lines or 1, 'write what is asked below the front matter: there is nothing')
  end
  local bad_turns = turns_fault(turns)
  if bad_turns then return nil, bad_turns end
  local aliases, references = fronts.lists(front, lines)
  local ask = fronts.value(front, 'ask')
  return {
    name = name,
    description = fronts.value(front, 'description') or '',
    aliases = aliases,
    mode = mode,
    endpoint = fronts.value(front, 'endpoint'),
    model = fronts.value(front, 'model'),
    think = found.think,
    options = found.options,
    persona = fronts.value(front, 'persona'),
    references = references,
    selection = fronts.value(front, 'selection'),
    system = system,
    text = asked,
    turns = #turns > 1 and turns or nil,
    disabled = fronts.value(front, 'enabled') == 'false' or nil,
    asks = ask and { { name = 'input', title = ask } } or nil,
    notes = #notes > 0 and notes or nil,
  }
end

return M
