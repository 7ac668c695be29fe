-- The front matter of a prompt: what its lines say, or what is wrong with one. Pure.
local settings = require('hum.chat.text.settings')
local spelling = require('hum.spelling')
local yaml = require('hum.prompt.yaml')

local M = {}

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
function M.fault(lines, front, notes)
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

--- A value, and the line where it stands.
---@param front hum.Front|nil
---@param key string
---@return string|nil value, integer line
function M.value(front, key)
  local value = front and front.values[key]
  return value ~= '' and value or nil, front and front.rows[key] and front.rows[key] + 1 or 1
end

--- Its name, or that of its file.
---@param front hum.Front|nil
---@param stem string
---@return string|nil name, hum.PromptFault|nil
function M.name(front, stem)
  local name, line = M.value(front, 'name')
  name = name or stem
  if name:find(M.NAME) then return name end
  return fault(
    line,
    'write "name: %s": a name has letters, digits, "-", "_" and "." alone',
    (name:gsub('[^%w_.-]+', '-'))
  )
end

--- What is done with it.
---@param front hum.Front|nil
---@return hum.PromptMode|nil mode, hum.PromptFault|nil
function M.mode(front)
  local mode, line = M.value(front, 'mode')
  if not mode then return 'chat' end
  if mode == 'ask' then return 'float' end
  if vim.list_contains(MODES, mode) then
    return mode --[[@as hum.PromptMode]]
  end
  local hint = spelling.hint(mode, MODES)
  return fault(line, 'write "mode:" with one of %s: "%s" is none%s', table.concat(MODES, ', '), mode, hint)
end

--- How the model is asked.
---@param front hum.Front|nil
---@return hum.Settings|nil, hum.PromptFault|nil
function M.settings(front)
  local found, why = settings.of(front)
  if found then return found end
  local key = why and why:match('"(%a+):"') or 'options'
  return fault(select(2, M.value(front, key)), '%s', ((why or ''):gsub('; see :help hum%-format', '')))
end

--- Values that may be lists.
---@param front hum.Front|nil
---@param lines string[]
---@return string[]|nil aliases, string|nil references
function M.lists(front, lines)
  if not front then return end
  local values = yaml.parse(vim.list_slice(lines, 2, front.last))
  local aliases = vim.tbl_filter(function(name) return name:find(M.NAME) ~= nil end, yaml.texts(values.aliases))
  local references = values.references
  if type(references) == 'table' then references = table.concat(yaml.texts(references), ' ') end
  local has_text = type(references) == 'string' and references ~= ''
  return aliases[1] and aliases or nil, has_text and references --[[@as string]] or nil
end

return M
