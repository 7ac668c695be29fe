-- A prompt as a file: Markdown, with front matter that says what it is for. Pure: lines in, a prompt or what is wrong
-- with it out. Nothing in it is ever run: there are no expressions, only placeholders.
--
--   ---
--   name: fix                      default: the name of the file
--   description: Fix what is wrong
--   mode: edit                     edit, insert, chat, ask or commit
--   endpoint, model, think, options (JSON): as in the front matter of a chat
--   ---
--   Text with {{placeholders}}. `## § System` and `## » You` begin what the model is told first, and what is asked.
local placeholders = require('hum.prompt.placeholders')
local read = require('hum.chat.text.read')
local settings = require('hum.chat.text.settings')
local spelling = require('hum.spelling')

local M = {}

---@alias hum.PromptMode 'edit'|'insert'|'chat'|'ask'|'commit'

---@class hum.Prompt
---@field name string
---@field description string
---@field mode hum.PromptMode
---@field endpoint? string
---@field model? string
---@field think? hum.Think
---@field options? table<string, any>
---@field system? string  what the model is told first
---@field text string     what is asked
---@field path? string    the file that it is from

---@class hum.PromptFault
---@field line integer  from 1
---@field why string    what to do about it stands first

local KEYS = { 'name', 'description', 'mode', 'endpoint', 'model', 'think', 'options' }
local MODES = { 'edit', 'insert', 'chat', 'ask', 'commit' }

--- As it is typed in a command line: no blanks.
local NAME = '^[%w][%w_.-]*$'

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
    or (goes_on and line:find('^[%s}%]]') ~= nil)
end

--- What is wrong with the lines of the front matter.
---@param lines string[]
---@param front hum.Front
---@return hum.PromptFault|nil
local function front_fault(lines, front)
  local seen, goes_on = {}, false
  for i = 2, front.last do
    local key = lines[i]:match('^([%w_%-]+):')
    if not is_front_line(lines[i], goes_on) then
      return select(2, fault(i, 'write "key: value": this line of the front matter has no key'))
    elseif key and not vim.list_contains(KEYS, key) then
      local hint = spelling.hint(key, KEYS)
      return select(2, fault(i, 'take out "%s:": the front matter of a prompt has no such key%s', key, hint))
    elseif key and seen[key] then
      return select(2, fault(i, 'take out this line: "%s:" stands in line %d already', key, seen[key]))
    end
    if key then
      seen[key] = i
      goes_on = settings.goes_on(lines[i]:match(':%s*(.-)%s*$') or '')
    end
  end
end

--- What the text below the front matter says: to the model first, and what is asked.
---@param lines string[]
---@param text hum.ChatText
---@return string|nil system, string text
local function body_of(lines, text)
  local front, first = text.front, text.turns[1]
  local head = vim.list_slice(lines, front and front.last + 2 or 1, first and first.row or #lines)
  local user, system = { vim.trim(table.concat(head, '\n')) }, {}
  for _, turn in ipairs(text.turns) do
    local list = turn.role == 'system' and system or user
    list[#list + 1] = vim.trim(table.concat(vim.list_slice(lines, turn.row + 2, turn.last + 1), '\n'))
  end
  local function joined(list)
    return table.concat(vim.tbl_filter(function(part) return part ~= '' end, list), '\n\n')
  end
  return #system > 0 and joined(system) or nil, joined(user)
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
  if name:find(NAME) then return name end
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
  if not mode then return 'edit' end
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

---@param lines string[]
---@return hum.PromptFault|nil
local function text_fault(lines)
  for _, one in ipairs(placeholders.of(lines)) do
    local why = placeholders.fault(one.name)
    if why then return { line = one.row, why = why } end
  end
end

---@param lines string[]
---@return string[]  without a byte order mark and carriage returns
local function clean(lines)
  local out = {}
  for i, line in ipairs(lines) do
    out[i] = line:gsub('\r$', '')
  end
  if out[1] then out[1] = out[1]:gsub('^\239\187\191', '') end
  return out
end

--- Reads a prompt.
---@param lines string[]
---@param stem string  the name of its file, without folder and ".md"
---@return hum.Prompt|nil prompt, hum.PromptFault|nil fault  the first one
function M.parse(lines, stem)
  lines = clean(lines)
  local text = read.parse(lines)
  local front = text.front
  if front and (front.last == 0 or not lines[front.last + 1]:find('^%-%-%-%s*$')) then
    return fault(1, 'write "---" below the front matter: it does not end')
  end
  local wrong = front and front_fault(lines, front) or text_fault(lines)
  if wrong then return nil, wrong end
  local name, bad_name = name_of(front, stem)
  local mode, bad_mode = mode_of(front)
  local found, bad_settings = settings_of(front)
  if not name or not mode or not found then return nil, bad_name or bad_mode or bad_settings end
  local system, asked = body_of(lines, text)
  if asked == '' then
    return fault(#lines > 0 and #lines or 1, 'write what is asked below the front matter: there is nothing')
  end
  return {
    name = name,
    description = value_of(front, 'description') or '',
    mode = mode,
    endpoint = value_of(front, 'endpoint'),
    model = value_of(front, 'model'),
    think = found.think,
    options = found.options,
    system = system ~= '' and system or nil,
    text = asked,
  }
end

return M
