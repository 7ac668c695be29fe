-- What servers say of their models, in whichever shape: where the list stands in an answer, what
-- is to be sent to ask for a model, and what else is told of it. What cannot be read is left out.
-- Pure.
local answers = require('hum.server.answer')

local M = {}

local at = answers.at

---@class hum.Model  as a list has it
---@field id string           what is sent
---@field context? integer    tokens
---@field limit? integer      the longest reply, in tokens
---@field price? number[]     of a million tokens in and out, in dollars
---@field can string[]        capabilities, where the list has any
---@field loaded? boolean     it answers at once
---@field remote? string      the server passes what it is sent on to this host
---@field item table          the whole entry

-- ---- where the list stands ------------------------------------------------------------------

--- A list is the answer itself, or stands in one of these, or in one of these of that.
local PLACES = { 'data', 'models', 'result', 'results', 'items', 'list' }

--- How deep that may be nested.
local DEPTH = 3

--- Objects, or, where there is none, names as they are.
---@param list any[]
---@return table[]
local function entries(list)
  local objects = vim.tbl_filter(function(item) return type(item) == 'table' end, list)
  if #objects > 0 then return objects end
  return vim.tbl_map(function(name) return { id = name } end, answers.strings(list))
end

---@param value any
---@param depth integer
---@return table[]|nil  nil: there is no list
local function find(value, depth)
  if type(value) ~= 'table' then
    return nil
  elseif vim.islist(value) then
    return entries(value)
  elseif depth == 0 then
    return nil
  end
  local empty
  for _, place in ipairs(PLACES) do
    local list = find(value[place], depth - 1)
    if list and #list > 0 then return list end
    empty = empty or list
  end
  return empty
end

--- The entries of a list of models, unread.
---@param answer any
---@return table[]  none if there is no list
function M.entries(answer) return find(answer, DEPTH) or {} end

-- ---- one model ------------------------------------------------------------------------------

--- What is sent, where a service does not say otherwise. LM Studio's own list has "key", Ollama's
--- "model"; where there is an "id" a "name" is for people (OpenRouter: "Meta: Llama 3").
local IDS = { 'id', 'key', 'model', 'name' }

---@param item table
---@param first? string  the field that has it
---@return string|nil
function M.id(item, first)
  local id = first and answers.name(item[first])
  for _, field in ipairs(IDS) do
    id = id or answers.name(item[field])
  end
  return id
end

--- Ollama lists a model with its tag, and takes it without, and in any case of its letters.
---@param items table[]
---@param model string  as it is sent
---@return table|nil  its entry
function M.entry_of(items, model)
  local lower, alike = model:lower(), nil ---@type string, table|nil
  for _, item in ipairs(items) do
    local id = M.id(item)
    if id == model or id == model .. ':latest' then return item end
    local other = id and id:lower()
    if other == lower or other == lower .. ':latest' then alike = alike or item end
  end
  return alike
end

--- A count of tokens; nothing is longer than 2^53.
---@param value any
---@return integer|nil
local function tokens(value)
  local number = answers.number(value)
  return number and number >= 1 and number < 2 ^ 53 and math.floor(number) or nil
end

---@param list any
---@param read fun(item: table): number?
---@return number|nil
local function most(list, read)
  local best
  for _, item in ipairs(type(list) == 'table' and list or {}) do
    local number = type(item) == 'table' and read(item) or nil
    best = number and math.max(best or number, number) or best
  end
  return best
end

--- Fields with the length of the context: what is loaded goes before what the model was made for.
---@type (fun(item: table): integer?)[]
local CONTEXTS = {
  function(item) return tokens(item.loaded_context_length) end,
  function(item)
    return most(item.loaded_instances, function(one) return tokens(at(one, 'config', 'context_length')) end)
  end, -- LM Studio
  function(item) return tokens(at(item, 'meta', 'n_ctx')) end, -- llama-server
  function(item) return tokens(item.max_model_len) end, -- vLLM, SGLang
  function(item) return tokens(at(item, 'parameters', 'max_seq_len')) end, -- TabbyAPI
  function(item) -- OpenRouter, which sends to a provider that may hold less; Together, llama-swap and more
    local all, one = tokens(item.context_length), tokens(at(item, 'top_provider', 'context_length'))
    return all and one and math.min(all, one) or all
  end,
  function(item) return tokens(item.max_context_length) end, -- Mistral, LM Studio
  function(item) return tokens(item.context_window) end, -- Groq
  function(item) return tokens(item.max_input_tokens) end, -- Anthropic
  function(item) return tokens(item.inputTokenLimit) end, -- Gemini's own
  function(item) return tokens(at(item, 'top_provider', 'context_length')) end,
  function(item) return tokens(at(item, 'details', 'context_length')) end, -- Ollama
  function(item)
    return most(item.providers, function(one) return tokens(one.context_length) end)
  end, -- Hugging Face
  function(item)
    return most(
      item.properties,
      function(one) return one.property_id == 'context_window' and tokens(one.value) or nil end
    )
  end, -- Cloudflare
}

---@param item table
---@return integer|nil
local function context_of(item)
  for _, read in ipairs(CONTEXTS) do
    local context = read(item)
    if context then return context end
  end
end

--- What Ollama says of one model has it under the name of its architecture: "llama.context_length".
---@param answer any
---@return integer|nil
function M.shown_context(answer)
  local architecture = at(answer, 'model_info', 'general.architecture')
  return type(architecture) == 'string' and tokens(at(answer, 'model_info', architecture .. '.context_length')) or nil
end

--- "prompt" and "completion" are dollars for a token (OpenRouter), "input" and "output" for a
--- million (Together, Hugging Face). A negative price means that it is not known beforehand.
---@param pricing any
---@return number[]|nil
local function price_in(pricing)
  if type(pricing) ~= 'table' then return nil end
  local input, output = answers.number(pricing.prompt), answers.number(pricing.completion)
  if input and output then
    input, output = input * 1e6, output * 1e6
  else
    input, output = answers.number(pricing.input), answers.number(pricing.output)
  end
  return input and output and input >= 0 and output >= 0 and { input, output } or nil
end

--- Of several providers the price of the cheapest.
---@param item table
---@return number[]|nil
local function price_of(item)
  local best = price_in(item.pricing)
  for _, provider in ipairs(type(item.providers) == 'table' and not best and item.providers or {}) do
    local price = price_in(at(provider, 'pricing'))
    if price and (not best or price[1] + price[2] < best[1] + best[2]) then best = price end
  end
  return best
end

--- LM Studio lists what is loaded of a model, others name a state: llama-server's router, llama-swap.
---@param item table
---@return boolean|nil
local function loaded_of(item)
  if type(item.loaded_instances) == 'table' and #item.loaded_instances > 0 then return true end
  for _, state in ipairs({ at(item, 'status', 'value') or false, item.status or false, item.state or false }) do
    if state == 'loaded' then return true end
  end
end

--- Ollama's models of its cloud, which it has as stubs or by their names.
---@param item table
---@param id string
---@return string|nil
local function remote_of(item, id)
  local host = answers.name(item.remote_host)
  if host then return (host:gsub('^%a+://', ''):gsub('[:/].*$', '')) end
  local is_cloud = answers.name(item.remote_model) or id:find('[:-]cloud$')
  return is_cloud and 'ollama.com' or nil
end

--- What kinds of model are called that cannot chat, in "type" (LM Studio, Together).
local OTHERS = {}
for _, kind in ipairs({
  'embedding',
  'embeddings',
  'text-embedding',
  'image',
  'video',
  'audio',
  'speech',
  'tts',
  'stt',
  'transcribe',
  'transcription',
  'rerank',
  'reranker',
  'moderation',
}) do
  OTHERS[kind] = true
end

--- Each says of an entry that it does not chat; nothing said is no reason to leave it out.
---@type (fun(item: table, can: string[]): boolean)[]
local REFUSALS = {
  function(item) return type(item.type) == 'string' and OTHERS[item.type:lower()] or false end,
  function(item) return at(item, 'capabilities', 'completion_chat') == false end, -- Mistral
  function(item) -- OpenRouter, llama-server
    local out = answers.strings(at(item, 'architecture', 'output_modalities'))
    return #out > 0 and not vim.tbl_contains(out, 'text')
  end,
  function(item) -- Cloudflare
    local task = at(item, 'task', 'name')
    return type(task) == 'string' and not task:lower():find('text generation', 1, true)
  end,
  function(_, can) return vim.tbl_contains(can, 'embedding') and not vim.tbl_contains(can, 'completion') end,
}

--- Whether a model of a list can chat, as far as that is told.
---@param model hum.Model
---@param list hum.ProviderList
---@return boolean
function M.chats(model, list)
  if list.capability and #model.can > 0 and not vim.tbl_contains(model.can, list.capability) then return false end
  for _, refuses in ipairs(REFUSALS) do
    if refuses(model.item, model.can) then return false end
  end
  return true
end

--- The models of an answer that have a name, those that cannot chat too.
---@param answer any
---@param list hum.ProviderList
---@return hum.Model[]
function M.read(answer, list)
  local models = {} ---@type hum.Model[]
  for _, item in ipairs(M.entries(answer)) do
    local id = M.id(item, list.id)
    models[#models + 1] = id
      and {
        id = id,
        context = context_of(item),
        limit = list.limit and tokens(item[list.limit]) or nil,
        price = price_of(item),
        loaded = loaded_of(item),
        remote = remote_of(item, id),
        can = answers.strings(item.capabilities),
        item = item,
      }
  end
  return models
end

return M
