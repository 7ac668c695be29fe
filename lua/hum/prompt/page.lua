-- What is shown of a prompt before it is run: its file, and above it what hum makes of that.
local allow = require('hum.prompt.allow')

local M = {}

--- Where they are from, for users.
local ORIGINS = { user = 'yours', project = 'of this project', hum = "hum's own" }

--- What a prompt is, in one line. Nothing of a file that is not trusted is said.
---@param entry hum.PromptEntry
---@return string
function M.describe(entry)
  if not entry.prompt then return 'has a fault: ' .. (entry.why or '') end
  if entry.origin == 'project' and not allow.state(entry) then
    return 'prompt of this project: ' .. vim.fn.fnamemodify(entry.path, ':~:.')
  end
  local description = entry.prompt.description:gsub('%c', ' ')
  return description ~= '' and description or ('prompt: %s'):format(vim.fn.fnamemodify(entry.path, ':~'))
end

---@param entry hum.PromptEntry
---@return string[]
local function facts(entry)
  local prompt = entry.prompt
  if not prompt then return { 'Fault: ' .. (entry.why or '') } end
  local head = { ('%s, %s'):format(prompt.mode, ORIGINS[entry.origin]) }
  if prompt.foreign then head[#head + 1] = 'a prompt of ' .. prompt.foreign end
  if prompt.model then head[#head + 1] = prompt.model end
  if prompt.persona then head[#head + 1] = 'persona ' .. prompt.persona end
  if prompt.draft then head[#head + 1] = 'written, not sent' end
  local lines = { table.concat(head, ' · '), vim.fn.fnamemodify(entry.path, ':~') }
  if prompt.description ~= '' then table.insert(lines, 1, prompt.description) end
  if prompt.aliases then lines[#lines + 1] = 'also: ' .. table.concat(prompt.aliases, ', ') end
  if entry.origin == 'project' then
    local allowed, why = allow.state(entry)
    if not allowed then lines[#lines + 1] = 'Trust: ' .. (why or 'no') end
  end
  for _, note in ipairs(prompt.notes or {}) do
    lines[#lines + 1] = 'Note: ' .. note
  end
  return lines
end

--- The lines of the page.
---@param entry hum.PromptEntry
---@return string[]
function M.lines(entry)
  local lines = vim.tbl_map(function(line) return (line:gsub('%c', ' ')) end, facts(entry))
  lines[#lines + 1] = ''
  local text = (entry.text or ''):gsub('\r', ''):gsub('\n$', '')
  return vim.list_extend(lines, vim.split(text, '\n', { plain = true }))
end

return M
