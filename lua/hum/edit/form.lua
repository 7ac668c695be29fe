-- Which form a model is asked to answer in. Whole lines are what every model can give, small ones nothing else; they
-- take as long as the range is long. So large ranges are asked for as blocks, of models that were measured to keep that
-- form: aider's leaderboards, per cent of answers in the correct format.
local config = require('hum.config')
local patterns = require('hum.patterns')

local M = {}

--- A range with fewer lines and bytes costs little as a whole.
local LINES, BYTES = 100, 6000

--- Families by patterns of their names, the first that fits; what is measured of them with search and replace.
---@type { pattern: string, form: hum.EditForm }[]
local FAMILIES = {
  -- Asked for by those who trained them.
  { pattern = 'codex', form = 'patch' },
  { pattern = 'gpt%-4%.1', form = 'patch' },
  { pattern = 'gpt%-5', form = 'patch' },
  -- 64 and 79 of 100; the larger ones of Mistral 63, its small and medium ones 94.
  { pattern = 'chatgpt', form = 'whole' },
  { pattern = 'gpt%-oss', form = 'whole' },
  { pattern = 'mistral%-large%-2411', form = 'search' }, -- 96
  { pattern = 'mistral%-large', form = 'whole' },
  { pattern = 'mistral%-medium', form = 'search' },
  { pattern = 'mistral%-small%-4', form = 'search' },
  { pattern = 'gemini', form = 'whole' }, -- 84, as whole 100
  { pattern = 'nemotron', form = 'whole' },
  { pattern = 'qwq', form = 'whole' },
  { pattern = 'distill', form = 'whole' },
  { pattern = 'deepseek%-v', form = 'search' }, -- 98 to 100
  { pattern = 'deepseek%-r1$', form = 'search' }, -- 95
  { pattern = 'deepseek%-chat', form = 'search' },
  { pattern = 'deepseek%-reasoner', form = 'search' },
  { pattern = 'kimi%-k2', form = 'search' }, -- 93
  { pattern = 'claude', form = 'search' },
}

--- Weights of so few bits cost a model its form: 44 of 100 instead of 95.
local COARSE = { '[%-_.:]i?q[1-4][%-_]', '[%-_.:]i?q[1-4]$', '[%-_.]int4', '[%-_.]awq', '[%-_.]gptq', '4bit' }

--- The least size that keeps the form, in billions of parameters.
local LEAST = 30

--- Billions of parameters, as a name tells them: "qwen3:32b", "Llama-3.3-70B", "qwen3-30b-a3b".
---@param name string
---@return number|nil
local function size_of(name)
  local most
  for active, digits in name:gmatch('(a?)(%d[%d.]*)b%f[^%w]') do
    local size = active == '' and tonumber(digits)
    if size and (not most or size > most) then most = size end
  end
  return most
end

--- What a model keeps best for a large range.
---@param model string
---@return hum.EditForm
function M.kept(model)
  local name = model:lower()
  if patterns.any(name, COARSE) then return 'whole' end
  for _, family in ipairs(FAMILIES) do
    if name:find(family.pattern) then return family.form end
  end
  local size = size_of(name)
  return size and size >= LEAST and 'search' or 'whole'
end

---@param lines string[]
---@return boolean
local function is_large(lines)
  if #lines >= LINES then return true end
  local bytes = 0
  for _, line in ipairs(lines) do
    bytes = bytes + #line + 1
  end
  return bytes >= BYTES
end

--- The form that is asked for.
---@param model string
---@param asked { old: string[], head: string, foot: string, insert?: boolean }
---@return hum.EditForm
function M.of(model, asked)
  if asked.insert or #asked.old == 0 or asked.head ~= '' or asked.foot ~= '' then return 'whole' end
  local forms = config.get().edit.form
  local own = forms[model] or forms['*']
  if own then return own end
  return is_large(asked.old) and M.kept(model) or 'whole'
end

return M
