-- Prompt files of VS Code, as code.visualstudio.com/docs/copilot/customization/prompt-files has them: `description`,
-- `agent`, `model`, `tools`, `${input:name:hint}`, links to files. Pure.
local shared = require('hum.prompt.shared')
local yaml = require('hum.prompt.yaml')

local M = {}

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
local function translated(text, asks, notes, folder)
  local seen = {}
  text = text:gsub('%${input:([^}:$\n]+):?([^}$\n]*)}', function(name, hint)
    local own = 'input_' .. name:gsub('[^%w_]', '_')
    if not seen[own] then
      asks[#asks + 1] = { name = own, title = shared.trim(name), hint = shared.text(hint) }
      seen[own] = true
    end
    return '{{' .. own .. '}}'
  end)
  text = text:gsub('%${([%w_]+)}', function(name)
    if VARIABLES[name] then return '{{' .. VARIABLES[name] .. '}}' end
    notes[#notes + 1] = ('${%s} stays as text'):format(name)
  end)
  if folder then
    text = text:gsub('#file:(%.%.?/[%w._/-]*[%w_/-])', function(path) return shared.file(joined(folder, path)) end)
  end
  -- A link to a file beside it is what the model is to read.
  text = text:gsub('%[[^%]%[\n]*%](%([^()\n]*%))', function(target)
    local path = target:sub(2, -2)
    if path:find('^%a[%w+.-]*:') or path:find('^#') or path == '' or not path:find('^[%w._/-]+$') then return nil end
    return shared.file(folder and joined(folder, path) or path)
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
local function model_of(values, notes)
  local model = yaml.texts(type(values.model) == 'table' and values.model or { values.model })[1]
  if not model then return nil end
  -- "GPT-4o (copilot)" is a model of Copilot's.
  if not model:find('%s') then return model end
  notes[#notes + 1] = ('"model: %s" is none of hum\'s: yours is used'):format(model)
end

--- Reads a prompt.
---@param lines string[]
---@param stem string     the name of its file, without ".md"
---@param folder? string  that the file is in, from the root of the project, or absolute
---@return hum.Prompt|nil, hum.PromptFault|nil
function M.parse(lines, stem, folder)
  local front, below = shared.front(lines)
  local values, notes, asks = yaml.parse(front), {}, {}
  local body = shared.trim(table.concat(vim.list_slice(lines, below), '\n'))
  if body == '' then
    return nil, { line = math.max(1, math.min(below, #lines)), why = 'write what is asked: there is nothing' }
  end
  local text = translated(body, asks, notes, folder)
  for _, name in ipairs({ 'tools', 'mcp-servers', 'handoffs' }) do
    if values[name] ~= nil then notes[#notes + 1] = ('"%s:" has no meaning here'):format(name) end
  end
  local agent = shared.text(values.agent) or shared.text(values.mode)
  if agent == 'agent' or agent and not vim.list_contains({ 'ask', 'edit', 'chat' }, agent) then
    notes[#notes + 1] = ('"%s" is asked in a chat, without tools'):format(agent)
  end
  local plain = shared.slug((stem:gsub('%.prompt$', '')))
  local name = shared.text(values.name)
  return {
    name = name and shared.slug(name) or plain,
    aliases = name and shared.slug(name) ~= plain and { plain } or nil,
    description = shared.text(values.description) or '',
    mode = agent == 'edit' and 'edit' or 'chat',
    model = model_of(values, notes),
    text = text,
    asks = #asks > 0 and asks or nil,
    foreign = 'VS Code',
    notes = #notes > 0 and notes or nil,
  }
end

return M
