-- Prompts that were written for others: those of codecompanion's prompt library, and the prompt files of VS Code. Pure.
-- What of their fields has a meaning here is taken over; the rest is said in the prompt's notes, and is no fault.
-- Nothing in them is run: codecompanion's `${file.function}` stays text.
--
-- Sources: codecompanion's doc/configuration/prompt-library (name, interaction, opts, context, `## system`, `## user`);
-- code.visualstudio.com/docs/copilot/customization/prompt-files (description, agent, model, tools, `${input:name}`).
local yaml = require('hum.prompt.yaml')

local M = {}

local NAME = '^[%w][%w_.-]*$'

---@param lines string[]
---@return string[] front, integer below  the first line behind it
local function front_of(lines)
  if not (lines[1] or ''):find('^%-%-%-%s*$') then return {}, 1 end
  for i = 2, #lines do
    if lines[i]:find('^%-%-%-%s*$') then return vim.list_slice(lines, 2, i - 1), i + 1 end
  end
  return {}, 1
end

---@param front string[]
---@param keys string[]
---@return boolean
local function has_key(front, keys)
  return vim.iter(front):any(function(line)
    local key = line:match('^([%w_-]+):')
    return key ~= nil and vim.list_contains(keys, key)
  end)
end

local CODECOMPANION = { 'interaction', 'strategy', 'opts' }
local VSCODE = { 'agent', 'tools', 'argument-hint' }

--- Whether a file is one of theirs.
---@param lines string[]
---@param stem string
---@return boolean
function M.is(lines, stem)
  local front = front_of(lines)
  return stem:find('%.prompt$') ~= nil or has_key(front, CODECOMPANION) or has_key(front, VSCODE)
end

--- A name as it is typed in a command line.
---@param text string
---@return string
local function slug(text)
  local name = text:lower():gsub('[^%w_.-]+', '-'):gsub('^[^%w]+', ''):gsub('%-+$', '')
  return name ~= '' and name or 'prompt'
end

---@param value any
---@return string|nil
local function text_of(value)
  return type(value) == 'string' and value ~= '' and vim.trim((value:gsub('%c+', ' '))) or nil
end

---@param path string
---@return string  a reference
local function file_reference(path)
  return path:find('[%s"]') and ('#file:"%s"'):format(path:gsub('"', '')) or '#file:' .. path
end

-- ---- codecompanion ---------------------------------------------------------------------------

--- Their expressions, as ours have them.
local CONTEXT = {
  code = 'selection',
  filetype = 'filetype',
  start_line = 'first',
  end_line = 'last',
  filename = 'path',
  relative_path = 'path',
}

---@param text string
---@param notes string[]
---@return string
local function codecompanion_text(text, notes)
  text = text:gsub('%${([%w_]+)%.([%w_]+)}', function(of, what)
    if of == 'context' and CONTEXT[what] then return '{{' .. CONTEXT[what] .. '}}' end
    notes[#notes + 1] = ('${%s.%s} stays as text: hum runs no Lua of a prompt'):format(of, what)
  end)
  text = text:gsub('#{([%w_]+)([^}]*)}', function(kind, rest)
    if kind == 'viewport' then
      notes[#notes + 1] = '#{viewport} stays as text'
      return nil
    end
    return '#' .. kind .. (rest:match('^:[^{]*') or '')
  end)
  text = text:gsub(
    '@{([%w_]+)}',
    function(name) notes[#notes + 1] = ('@{%s} stays as text: hum has no tools for prompts'):format(name) end
  )
  return text
end

--- The parts below the headings, without the options of each that may stand first, as a block of YAML.
---@param lines string[]
---@param first integer
---@return { role: string, text: string }[]
local function sections(lines, first)
  local list, fence = {}, nil
  for i = first, #lines do
    local line = lines[i]
    local marks = line:match('^%s*(```+)')
    local role = not fence and line:lower():match('^##%s+(%a+)%s*$')
    if marks and not fence then
      fence = marks
    elseif marks and vim.startswith(marks, fence) and line:find('^%s*`+%s*$') then
      fence = nil
    end
    if role == 'system' or role == 'user' then
      list[#list + 1] = { role = role, lines = {} }
    elseif #list > 0 then
      table.insert(list[#list].lines, line)
    end
  end
  return vim.tbl_map(function(part)
    local text = vim.trim(table.concat(part.lines, '\n'))
    local rest = text:match('^```ya?ml\n%s*opts:.-\n```%s*(.*)$')
    return { role = part.role, text = rest or text }
  end, list)
end

---@param values table
---@param opts table
---@return hum.PromptMode
local function codecompanion_mode(values, opts)
  local how = values.interaction or values.strategy
  if how ~= 'inline' then return 'chat' end
  if opts.placement == 'chat' then return 'chat' end
  if opts.placement == 'add' or opts.placement == 'before' or opts.placement == 'new' then return 'insert' end
  return 'edit'
end

--- What is shown to the model besides.
---@param context any
---@param notes string[]
---@return string|nil
local function codecompanion_references(context, notes)
  local out = {}
  for _, one in ipairs(type(context) == 'table' and context or {}) do
    local kind = type(one) == 'table' and one.type
    local paths = type(one) == 'table' and yaml.texts(one.path or one.url) or {}
    for _, path in ipairs(paths) do
      if kind == 'file' or kind == 'symbols' then out[#out + 1] = file_reference(path) end
      if kind == 'url' then out[#out + 1] = '#url:' .. path end
    end
    if kind == 'symbols' then notes[#notes + 1] = '"context:": files are shown, not their symbols alone' end
  end
  return #out > 0 and table.concat(out, ' ') or nil
end

--- Options that mean something here, or that change nothing if they are not heeded.
local HEEDED = 'adapter alias auto_submit enabled placement user_prompt is_slash_cmd is_workflow modes index mapping'
local HEEDED_SET = {}
for name in HEEDED:gmatch('%S+') do
  HEEDED_SET[name] = true
end

---@param values table
---@param opts table
---@param notes string[]
local function codecompanion_notes(values, opts, notes)
  local names = vim.tbl_keys(opts)
  table.sort(names)
  for _, name in ipairs(names) do
    if not HEEDED_SET[name] then notes[#notes + 1] = ('"opts.%s" has no meaning here'):format(name) end
  end
  for _, name in ipairs({ 'rules', 'tools', 'mcp_servers', 'picker', 'condition' }) do
    if values[name] ~= nil then notes[#notes + 1] = ('"%s:" has no meaning here'):format(name) end
  end
end

---@param lines string[]
---@param stem string
---@return hum.Prompt|nil, hum.PromptFault|nil
local function codecompanion(lines, stem)
  local front, below = front_of(lines)
  local values, notes = yaml.parse(front), {}
  local opts = type(values.opts) == 'table' and values.opts or {}
  local adapter = type(opts.adapter) == 'table' and opts.adapter or {}
  local system, turns = {}, {}
  for _, part in ipairs(sections(lines, below)) do
    local text = codecompanion_text(part.text, notes)
    if part.role == 'system' and text ~= '' then system[#system + 1] = text end
    if part.role == 'user' and text ~= '' then turns[#turns + 1] = { role = 'user', text = text } end
  end
  if #turns == 0 then return nil, { line = below, why = 'write what is asked below "## user": there is nothing' } end
  codecompanion_notes(values, opts, notes)
  local texts = vim.tbl_map(function(turn) return turn.text end, turns)
  local name = text_of(opts.alias) or text_of(values.name) or stem
  local own = slug(stem)
  name = name:find(NAME) and name or slug(name)
  local question = opts.user_prompt == true or type(opts.user_prompt) == 'string'
  if question then
    turns[1].text = turns[1].text .. '\n\n{{input_user}}'
    texts[1] = turns[1].text
  end
  return {
    name = name,
    aliases = own ~= name and { own } or nil,
    description = text_of(values.description) or text_of(values.name) or '',
    mode = codecompanion_mode(values, opts),
    model = text_of(adapter.model),
    references = codecompanion_references(values.context, notes),
    system = #system > 0 and table.concat(system, '\n\n') or nil,
    text = table.concat(texts, '\n\n'),
    turns = #turns > 1 and turns or nil,
    asks = question and { { name = 'input_user', title = text_of(opts.user_prompt) or 'Prompt' } } or nil,
    draft = opts.auto_submit == false or nil,
    foreign = 'codecompanion',
    disabled = opts.enabled == false or nil,
    notes = #notes > 0 and notes or nil,
  }
end

-- ---- VS Code ---------------------------------------------------------------------------------

--- Their variables, as ours have them.
local VARIABLES = {
  selection = 'selection',
  selectedText = 'selection',
  file = 'path',
  relativeFile = 'path',
  fileBasename = 'file',
  fileDirname = 'folder',
  relativeFileDirname = 'folder',
  workspaceFolder = 'project',
  lineNumber = 'first',
}

--- A path below a folder, without the steps up and down again.
---@param folder string
---@param path string
---@return string
local function joined(folder, path)
  local out = {}
  for part in (path:sub(1, 1) == '/' and path or folder .. '/' .. path):gmatch('[^/]+') do
    if part == '..' and #out > 0 and out[#out] ~= '..' then
      table.remove(out)
    elseif part ~= '.' then
      out[#out + 1] = part
    end
  end
  return ((path:sub(1, 1) == '/' or folder:sub(1, 1) == '/') and '/' or '') .. table.concat(out, '/')
end

---@param text string
---@param asks hum.PromptQuestion[]
---@param notes string[]
---@param folder? string  of the file: what its links are relative to
---@return string
local function vscode_text(text, asks, notes, folder)
  local seen = {}
  text = text:gsub('%${input:([^}:]+):?([^}]*)}', function(name, hint)
    local own = 'input_' .. name:gsub('[^%w_]', '_')
    if not seen[own] then
      asks[#asks + 1] = { name = own, title = vim.trim(name), hint = text_of(hint) }
      seen[own] = true
    end
    return '{{' .. own .. '}}'
  end)
  text = text:gsub('%${([%w_]+)}', function(name)
    if VARIABLES[name] then return '{{' .. VARIABLES[name] .. '}}' end
    notes[#notes + 1] = ('${%s} stays as text'):format(name)
  end)
  -- A link to a file beside it is what the model is to read.
  text = text:gsub('%f[%[]%[[^%]\n]*%](%b())', function(target)
    local path = target:sub(2, -2)
    if path:find('^%a[%w+.-]*:') or path:find('^#') or path == '' or not path:find('^[%w._/-]+$') then return nil end
    return file_reference(folder and joined(folder, path) or path)
  end)
  text = text:gsub(
    '#tool:([%w_/-]+)',
    function(name) notes[#notes + 1] = ('#tool:%s stays as text: hum has no tools for prompts'):format(name) end
  )
  return text
end

---@param values table
---@param notes string[]
---@return string|nil
local function vscode_model(values, notes)
  local model = yaml.texts(type(values.model) == 'table' and values.model or { values.model })[1]
  if not model then return nil end
  -- "GPT-4o (copilot)" is a model of Copilot's.
  if not model:find('%s') then return model end
  notes[#notes + 1] = ('"model: %s" is none of hum\'s: yours is used'):format(model)
end

---@param lines string[]
---@param stem string
---@param folder? string
---@return hum.Prompt|nil, hum.PromptFault|nil
local function vscode(lines, stem, folder)
  local front, below = front_of(lines)
  local values, notes, asks = yaml.parse(front), {}, {}
  local body = vim.trim(table.concat(vim.list_slice(lines, below), '\n'))
  if body == '' then
    return nil, { line = math.max(1, math.min(below, #lines)), why = 'write what is asked: there is nothing' }
  end
  local text = vscode_text(body, asks, notes, folder)
  for _, name in ipairs({ 'tools', 'mcp-servers', 'handoffs' }) do
    if values[name] ~= nil then notes[#notes + 1] = ('"%s:" has no meaning here'):format(name) end
  end
  local agent = text_of(values.agent) or text_of(values.mode)
  if agent == 'agent' or agent and not vim.list_contains({ 'ask', 'edit', 'chat' }, agent) then
    notes[#notes + 1] = ('"%s" is asked in a chat, without tools'):format(agent)
  end
  local plain = slug((stem:gsub('%.prompt$', '')))
  local name = text_of(values.name)
  return {
    name = name and slug(name) or plain,
    aliases = name and slug(name) ~= plain and { plain } or nil,
    description = text_of(values.description) or '',
    mode = agent == 'edit' and 'edit' or 'chat',
    model = vscode_model(values, notes),
    text = text,
    asks = #asks > 0 and asks or nil,
    foreign = 'VS Code',
    notes = #notes > 0 and notes or nil,
  }
end

--- Reads a prompt of theirs.
---@param lines string[]
---@param stem string  the name of its file, without ".md"
---@param folder? string  that the file is in, from the root of the project, or absolute
---@return hum.Prompt|nil prompt, hum.PromptFault|nil fault
function M.parse(lines, stem, folder)
  local front = front_of(lines)
  if has_key(front, CODECOMPANION) then return codecompanion(lines, stem) end
  return vscode(lines, stem, folder)
end

return M
