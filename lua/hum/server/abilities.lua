-- What a model can do besides chatting, as servers tell it in their lists, each in its own way: think, take images,
-- fill in. What is not told is not claimed. Pure.
local answers = require('hum.server.answer')

local M = {}

local at = answers.at

---@param list any
---@param words string[]
---@return boolean
local function has(list, words)
  for _, word in ipairs(answers.strings(list)) do
    if vim.list_contains(words, word) then return true end
  end
  return false
end

--- A field that says it by being true, or by what it has: { supported = true }, { allowed_options = { … } }.
---@param value any
---@return boolean
local function says(value)
  if type(value) ~= 'table' then return value == true end
  return value.supported ~= false and next(value) ~= nil
end

local THINKING, IMAGES = { 'thinking', 'reasoning' }, { 'image', 'images', 'vision' }
local PARAMETERS = { 'reasoning', 'include_reasoning', 'reasoning_effort' }

--- Each says of an entry and its capabilities that the model can do it.
---@type { [1]: string, [2]: fun(item: table, can: string[]): boolean }[]
local READERS = {
  {
    'thinking',
    function(item, can)
      return has(can, THINKING) -- Ollama
        or has(item.supported_parameters, PARAMETERS) -- OpenRouter
        or has(item.tags, THINKING) -- Vercel
        or says(at(item, 'capabilities', 'thinking')) -- Anthropic
        or says(at(item, 'capabilities', 'reasoning')) -- LM Studio, Mistral
        or item.thinking == true -- Gemini's own
    end,
  },
  {
    'images',
    function(item, can)
      return has(can, { 'vision' }) -- Ollama
        or has(at(item, 'architecture', 'input_modalities'), IMAGES) -- OpenRouter, llama-server, Hugging Face
        or has(item.input_modalities, IMAGES) -- xAI
        or has(item.tags, IMAGES)
        or says(at(item, 'capabilities', 'vision')) -- LM Studio, Mistral
        or says(at(item, 'capabilities', 'image_input')) -- Anthropic
        or item.supports_image_input == true -- Fireworks
        or item.type == 'vlm' -- LM Studio's older list
    end,
  },
  {
    'fill-in',
    function(item, can)
      return has(can, { 'insert' }) -- Ollama
        or says(at(item, 'capabilities', 'completion_fim')) -- Mistral
    end,
  },
}

---@param value any
---@return boolean  it is told that it cannot
local function denies(value) return value == false or type(value) == 'table' and value.supported == false end

--- Whether a model takes images, by its entry in a list.
---@param item table
---@return boolean|nil  nil: the list does not say
function M.images(item)
  local can = type(item.capabilities) == 'table' and vim.islist(item.capabilities) and item.capabilities or {}
  for _, reader in ipairs(READERS) do
    if reader[1] == 'images' and (reader[2](item, can) or has(can, { 'multimodal' })) then return true end
  end
  local told = #answers.strings(at(item, 'architecture', 'input_modalities')) > 0 -- OpenRouter
    or #answers.strings(item.input_modalities) > 0 -- xAI
    or denies(at(item, 'capabilities', 'vision')) -- LM Studio, Mistral
    or denies(at(item, 'capabilities', 'image_input')) -- Anthropic
    or item.supports_image_input == false -- Fireworks
    or (item.type == 'llm' and item.object == 'model') -- LM Studio's older list, where others are "vlm"
  if told then return false end
end

--- What a model can do, in words.
---@param item table    its entry of a list
---@param can string[]  its capabilities, where they are a list
---@return string[]
function M.of(item, can)
  local out = {}
  for _, reader in ipairs(READERS) do
    if reader[2](item, can) then out[#out + 1] = reader[1] end
  end
  return out
end

return M
