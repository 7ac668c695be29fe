-- A persona as a file: Markdown, with front matter that says what it uses; its text is the system prompt. Pure.
--
--   ---
--   description: Answers in one sentence
--   endpoint, model, think, options (JSON): as in the front matter of a chat
--   references: #diff #file:docs/api.md
--   ---
--   You answer in one sentence.
local read = require('hum.chat.text.read')
local settings = require('hum.chat.text.settings')
local spelling = require('hum.spelling')

local M = {}

local KEYS = { 'name', 'description', 'endpoint', 'model', 'think', 'options', 'references' }

--- Keys that belong to a persona in the configuration, or seem to. Others are of those who read such files as well.
local OURS = { system = true, temperature = true, top_p = true, num_ctx = true, max_tokens = true }

--- As it is typed in a command line: no blanks.
M.NAME = '^[%w][%w_.-]*$'

--- A reference as it stands in a list of YAML: what has blanks in it gets quotes of its own.
---@param text string
---@return string
local function quoted(text)
  local kind, arg = text:match('^(#%w+!?:)([^"]*%s[^"]*)$')
  return kind and ('%s"%s"'):format(kind, arg) or text
end

--- Adds the references of a text in quotes: one, or several with blanks between.
---@param out string[]
---@param text string
local function add_all(out, text)
  for part in (text:gsub('%s+#', '\0#')):gmatch('%Z+') do
    if part:find('^#%a') then out[#out + 1] = quoted(vim.trim(part)) end
  end
end

--- The references of the front matter, as they stand there: to YAML a "#" behind a blank begins a comment.
---@param lines string[]
---@param front hum.Front|nil
---@return string[]
local function references_of(lines, front)
  local row = front and front.rows.references
  if not row then return {} end
  local text, out = lines[row + 1]:gsub('^references:', ''), {}
  local at = row + 2
  while lines[at] and lines[at]:find('^%s*%-%s') or (lines[at] or ''):find('^%s+%S') do
    text, at = text .. ' ' .. lines[at], at + 1
  end
  local from = text:find('#%a')
  while from do
    local quote = text:sub(from - 1, from - 1)
    local inner = (quote == '"' or quote == "'") and text:match('^([^' .. quote .. ']*)' .. quote, from)
    local _, last = text:find('^#%w+!?:"[^"]*"', from)
    if inner then
      last = from + #inner
      add_all(out, inner)
    else
      if not last then
        _, last = text:find('^#%a[^%s,"\'%]]*', from)
      end
      out[#out + 1] = text:sub(from, last)
    end
    from = text:find('#%a', last + 1)
  end
  return out
end

--- What is wrong with the front matter.
---@param lines string[]
---@param front hum.Front
---@return string|nil
local function fault_of(lines, front)
  if front.last == 0 or not lines[front.last + 1]:find('^%-%-%-%s*$') then
    return '1: write "---" below the front matter: it does not end'
  end
  for key, row in pairs(front.rows) do
    local hint = not vim.list_contains(KEYS, key) and spelling.hint(key, KEYS) or ''
    if hint ~= '' or OURS[key] then
      return ('%d: take out "%s:": a persona has no such key%s'):format(row + 1, key, hint)
    end
  end
end

---@param front hum.Front|nil
---@param key string
---@return string|nil
local function value_of(front, key)
  local value = front and front.values[key] or ''
  return value ~= '' and value or nil
end

--- Reads a persona.
---@param lines string[]
---@param stem string  the name of its file, without folder and ".md"
---@return hum.Persona|nil persona
---@return string|nil err  the line and what to do there
function M.parse(lines, stem)
  lines = read.clean(lines)
  local text = read.parse(lines)
  local front = text.front
  local fault = front and fault_of(lines, front)
  if fault then return nil, fault end
  local name = value_of(front, 'name') or stem
  if not name:find(M.NAME) then return nil, '1: write "name:" with letters, digits, "-", "_" and "." alone' end
  local found, why = settings.of(front)
  if not found then return nil, '1: ' .. why end
  local body = vim.list_slice(lines, front and front.last + 2 or 1)
  -- "## § System" above it is fine: that is how prompts have it.
  if (text.turns[1] or {}).role == 'system' then body = vim.list_slice(lines, text.turns[1].row + 2) end
  local system = vim.trim(table.concat(body, '\n'))
  return {
    name = name,
    description = value_of(front, 'description') or '',
    system = system ~= '' and system or nil,
    endpoint = value_of(front, 'endpoint'),
    model = value_of(front, 'model'),
    think = found.think,
    options = found.options or {},
    references = references_of(lines, front),
  }
end

return M
