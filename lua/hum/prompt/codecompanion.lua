-- Prompts of codecompanion's prompt library, as its doc/configuration/prompt-library has them: `name`, `interaction`,
-- `opts`, `context`, `## system` and `## user`. Pure; its `${file.function}`, which runs Lua, stays text.
local shared = require('hum.prompt.shared')
local yaml = require('hum.prompt.yaml')

local M = {}

local NAME = '^[%w][%w_.-]*$'

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
local function translated(text, notes)
  text = text:gsub('%${([%w_]+)%.([%w_]+)}', function(of, what)
    if of == 'context' and CONTEXT[what] then return '{{' .. CONTEXT[what] .. '}}' end
    notes[#notes + 1] = ('${%s.%s} stays as text: hum runs no Lua of a prompt'):format(of, what)
  end)
  -- `#{buffer}{all}` and `{diff}` say what it sends again: hum knows what has changed.
  text = text:gsub('(#{[%w_]+[^}#\n]*}){%a+}', '%1')
  text = text:gsub('#{([%w_]+)([^}#\n]*)}', function(kind, rest)
    if kind == 'lsp' then return '#diagnostics' end
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
    elseif marks and fence and vim.startswith(marks, fence) and line:find('^%s*`+%s*$') then
      fence = nil
    end
    if role == 'system' or role == 'user' then
      list[#list + 1] = { role = role, lines = {} }
    elseif #list > 0 then
      table.insert(list[#list].lines, line)
    end
  end
  return vim.tbl_map(function(part)
    local text = shared.trim(table.concat(part.lines, '\n'))
    local rest = text:match('^```ya?ml\n%s*opts:.-\n```%s*(.*)$')
    return { role = part.role, text = rest or text }
  end, list)
end

---@param values table
---@param opts table
---@return hum.PromptMode
local function mode_of(values, opts)
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
local function references_of(context, notes)
  local out = {}
  for _, one in ipairs(type(context) == 'table' and context or {}) do
    local kind = type(one) == 'table' and one.type
    local paths = type(one) == 'table' and yaml.texts(one.path or one.url) or {}
    for _, path in ipairs(paths) do
      if kind == 'file' or kind == 'symbols' then out[#out + 1] = shared.file(path) end
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
local function note_rest(values, opts, notes)
  local names = vim.tbl_keys(opts)
  table.sort(names)
  for _, name in ipairs(names) do
    if not HEEDED_SET[name] then notes[#notes + 1] = ('"opts.%s" has no meaning here'):format(name) end
  end
  for _, name in ipairs({ 'rules', 'tools', 'mcp_servers', 'picker', 'condition' }) do
    if values[name] ~= nil then notes[#notes + 1] = ('"%s:" has no meaning here'):format(name) end
  end
end

--- Reads a prompt.
---@param lines string[]
---@param stem string  the name of its file, without ".md"
---@return hum.Prompt|nil, hum.PromptFault|nil
function M.parse(lines, stem)
  local front, below = shared.front(lines)
  local values, notes = yaml.parse(front), {}
  local opts = type(values.opts) == 'table' and values.opts or {}
  local adapter = type(opts.adapter) == 'table' and opts.adapter or {}
  local system, turns = {}, {}
  for _, part in ipairs(sections(lines, below)) do
    local text = translated(part.text, notes)
    if part.role == 'system' and text ~= '' then system[#system + 1] = text end
    if part.role == 'user' and text ~= '' then turns[#turns + 1] = { role = 'user', text = text } end
  end
  if #turns == 0 then return nil, { line = below, why = 'write what is asked below "## user": there is nothing' } end
  note_rest(values, opts, notes)
  local texts = vim.tbl_map(function(turn) return turn.text end, turns)
  local name = shared.text(opts.alias) or shared.text(values.name) or stem
  local own = shared.slug(stem)
  name = name:find(NAME) and name or shared.slug(name)
  local question = opts.user_prompt == true or type(opts.user_prompt) == 'string'
  if question then
    turns[1].text = turns[1].text .. '\n\n{{input_user}}'
    texts[1] = turns[1].text
  end
  return {
    name = name,
    aliases = own ~= name and { own } or nil,
    description = shared.text(values.description) or shared.text(values.name) or '',
    mode = mode_of(values, opts),
    model = shared.text(adapter.model),
    references = references_of(values.context, notes),
    system = #system > 0 and table.concat(system, '\n\n') or nil,
    text = table.concat(texts, '\n\n'),
    turns = #turns > 1 and turns or nil,
    asks = question and { { name = 'input_user', title = shared.text(opts.user_prompt) or 'Prompt' } } or nil,
    draft = opts.auto_submit == false or nil,
    foreign = 'codecompanion',
    disabled = opts.enabled == false or nil,
    notes = #notes > 0 and notes or nil,
  }
end

return M
