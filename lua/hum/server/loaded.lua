-- What a server has loaded of a model: how many tokens its context window holds, and the memory that it takes. Asked
-- where each server tells it, and never taken from what the model was trained with, which says nothing about that.
--
--   Ollama        /api/ps; of a model that is not loaded yet the `num_ctx` of its Modelfile
--   llama-server  /props, of a router the list: what one slot has
--   LM Studio     /api/v1/models, before 0.4 /api/v0/models: the instances that are loaded
--   others        the list of models: vLLM, SGLang, TabbyAPI. Who owns its entries tells which server it is
local answers = require('hum.server.answer')
local catalog = require('hum.server.catalog')
local config = require('hum.config')
local endpoints = require('hum.server.endpoint')
local identify = require('hum.server.identify')
local models = require('hum.server.models')
local preset = require('hum.server.provider.preset')
local query = require('hum.server.query')
local steps_of = require('hum.server.steps').new

local M = {}

---@class hum.LoadedModel  as its server tells
---@field context? integer   tokens that one request may have
---@field is_loaded? boolean  nil: it does not say
---@field told? boolean       by the words of an error
---@field bytes? number       memory that it takes in all …
---@field vram? number        … and of the graphics card

---@alias hum.LoadedCb fun(found: hum.LoadedModel?)  nil: the server does not say

--- Seconds that a server of the user's own may take.
local WITHIN = 2

---@param value any
---@return integer|nil
local function tokens(value)
  local number = answers.number(value)
  return number and number >= 1 and number < 2 ^ 53 and math.floor(number) or nil
end

---@class hum.LoadedQuery
---@field path string
---@field at_root? boolean
---@field method? 'POST'
---@field body? table

---@param name string  of the endpoint
---@param spec hum.LoadedQuery
---@param cb fun(answer: table?)
---@return hum.Cancel
local function ask(name, spec, cb)
  return query.query(name, {
    path = spec.path,
    at_root = spec.at_root,
    method = spec.method,
    body = spec.body,
    timeout = WITHIN,
    quiet = true,
  }, function(_, answer) cb(answer) end)
end

-- ---- Ollama -----------------------------------------------------------------------------------

--- The `num_ctx` that a Modelfile sets: "num_ctx                        8192" in a list of parameters.
---@param answer table?  of /api/show
---@return integer|nil
local function modelfile_context(answer)
  local parameters = answer and answer.parameters
  if type(parameters) ~= 'string' then return nil end
  return tokens(('\n' .. parameters):match('\nnum_ctx%s+(%d+)'))
end

--- Asks which models run. One that is being loaded is not among them yet.
---@param name string  of the endpoint, of Ollama's
---@param model string
---@param cb hum.LoadedCb  called once at most
---@return hum.Cancel
function M.ask_running(name, model, cb)
  return ask(name, { path = '/api/ps', at_root = true }, function(answer)
    if not answer then return cb() end
    local item = catalog.entry_of(answers.objects(answer, 'models'), model)
    if not item then return cb({ is_loaded = false }) end
    cb({
      context = tokens(item.context_length),
      is_loaded = true,
      bytes = answers.number(item.size),
      vram = answers.number(item.size_vram),
    })
  end)
end

---@param name string
---@param model string
---@param cb hum.LoadedCb
---@return hum.Cancel
local function of_ollama(name, model, cb)
  local steps = steps_of(cb)
  steps.add(M.ask_running(name, model, function(found)
    if not found or found.is_loaded then return steps.finish(found) end
    ---@type hum.LoadedQuery
    local show = { path = '/api/show', at_root = true, method = 'POST', body = { model = model } }
    steps.add(ask(name, show, function(shown)
      found.context = modelfile_context(shown)
      steps.finish(found)
    end))
  end))
  return steps.cancel
end

-- ---- OpenAI-compatible servers ----------------------------------------------------------------

---@param name string
---@param _ string
---@param cb hum.LoadedCb
---@return hum.Cancel
local function of_llama_server(name, _, cb)
  return ask(name, { path = '/props', at_root = true }, function(answer)
    local context = tokens(answers.at(answer, 'default_generation_settings', 'n_ctx'))
    cb(context and { context = context, is_loaded = true } or nil)
  end)
end

--- The greatest context of the instances of a model that LM Studio has loaded.
---@param item table
---@return integer|nil
local function lm_context(item)
  local most = tokens(item.loaded_context_length)
  for _, one in ipairs(answers.objects(item, 'loaded_instances')) do
    local context = tokens(answers.at(one, 'config', 'context_length'))
    most = context and math.max(most or 0, context) or most
  end
  return most
end

---@param name string
---@param model string
---@param cb hum.LoadedCb
---@return hum.Cancel
local function of_lm_studio(name, model, cb)
  local steps = steps_of(cb)
  local function read(answer)
    local item = answer and catalog.entry_of(catalog.entries(answer), model)
    local context = item and lm_context(item)
    return item and { context = context, is_loaded = context ~= nil } or nil
  end
  steps.add(ask(name, { path = '/api/v1/models', at_root = true }, function(answer)
    local found = read(answer)
    if found then return steps.finish(found) end
    steps.add(ask(name, { path = '/api/v0/models', at_root = true }, function(older) steps.finish(read(older)) end))
  end))
  return steps.cancel
end

--- What an entry of a list says of what is loaded: llama-server, vLLM and SGLang, TabbyAPI, LM Studio.
---@param item table
---@return integer|nil
local function listed_context(item)
  return tokens(answers.at(item, 'meta', 'n_ctx'))
    or tokens(item.max_model_len)
    or tokens(answers.at(item, 'parameters', 'max_seq_len'))
    or lm_context(item)
end

--- Who asks further, by the owner that a server gives its models in the list.
local OWNERS = {
  llamacpp = of_llama_server,
  library = of_ollama,
  organization_owner = of_lm_studio,
}

local kinds = {} ---@type table<string, string>  by endpoint: the preset of the server that was found there

--- The presets of those.
local PRESETS = { llamacpp = 'llama_server', library = 'ollama', organization_owner = 'lm_studio', vllm = 'vllm' }

---@param name string
---@param model string
---@param cb hum.LoadedCb
---@return hum.Cancel
local function of_list(name, model, cb)
  local steps, list = steps_of(cb), endpoints.list(name)
  if not list then
    steps.add(of_llama_server(name, model, steps.finish))
    return steps.cancel
  end
  steps.add(ask(name, { path = list.path, at_root = list.at_root }, function(answer)
    local entries = catalog.entries(answer)
    local item = catalog.entry_of(entries, model) or #entries == 1 and entries[1] or nil
    -- An adapter (LoRA) of vLLM's has the window of its model.
    local base = item and type(item.parent) == 'string' and catalog.entry_of(entries, item.parent) or nil
    local context = item and (listed_context(item) or base and listed_context(base))
    kinds[name] = PRESETS[item and item.owned_by or ''] or kinds[name]
    if context then return steps.finish({ context = context, is_loaded = true }) end
    local further = OWNERS[item and item.owned_by or '']
    if not further then return steps.finish() end
    steps.add(further(name, model, steps.finish))
  end))
  return steps.cancel
end

--- A way to find it, and the list of models if that finds nothing.
---@param way fun(name: string, model: string, cb: hum.LoadedCb): hum.Cancel
---@return fun(name: string, model: string, cb: hum.LoadedCb): hum.Cancel
local function or_list(way)
  return function(name, model, cb)
    local steps = steps_of(cb)
    steps.add(way(name, model, function(found)
      if found then return steps.finish(found) end
      steps.add(of_list(name, model, steps.finish))
    end))
    return steps.cancel
  end
end

local BY_PRESET = {
  ollama = or_list(of_ollama), -- it may have been given the address of another server
  llama_server = or_list(of_llama_server), -- a router has no context of its own: its list tells that of each model
  lm_studio = of_lm_studio,
}

-- ---- which way --------------------------------------------------------------------------------

---@param name string  of the endpoint
---@param model string
---@return boolean  the server passes what it is sent on to another one
local function is_elsewhere(name, model)
  local endpoint = config.get().endpoints[name]
  return endpoint.dialect == 'ollama' and (model:find('[:-]cloud$') ~= nil or models.remote(name, model) ~= nil)
end

---@param name string  of the endpoint
---@param model string
---@return (fun(name: string, model: string, cb: hum.LoadedCb): hum.Cancel)|nil
local function way_of(name, model)
  local endpoint = config.get().endpoints[name]
  if not endpoint or is_elsewhere(name, model) or not identify.is_self_hosted(name) then return nil end
  if endpoint.dialect == 'ollama' then return of_ollama end
  return BY_PRESET[endpoint.preset or ''] or of_list
end

--- Whether a server can be asked what it has loaded: one that users run themselves. A service has nothing to load.
---@param name string  of the endpoint
---@param model string
---@return boolean
function M.can_tell(name, model) return way_of(name, model) ~= nil end

--- Whether it is known beforehand that the server tells it, and where.
---@param name string  of the endpoint
---@param model string
---@return boolean
function M.is_known(name, model)
  local endpoint = config.get().endpoints[name]
  local way = way_of(name, model)
  return way ~= nil and (way ~= of_list or preset.of(endpoint) ~= nil)
end

--- The preset of a server that users run themselves, as configured or found out.
---@param name string  of the endpoint
---@return string|nil
function M.kind(name)
  local endpoint = config.get().endpoints[name]
  if not endpoint or not identify.is_self_hosted(name) then return nil end
  return endpoint.dialect == 'ollama' and 'ollama' or kinds[name] or endpoint.preset
end

---@param info table  of /api/show: model_info
---@param field string  behind the name of the architecture
---@return number|nil
local function info_of(info, field)
  local architecture = info['general.architecture']
  return type(architecture) == 'string' and answers.number(info[architecture .. '.' .. field]) or nil
end

--- Bytes that each token of the window takes of the memory, as 16-bit numbers: keys and values of each layer. Of
--- models that attend to a sliding window, or are of another build, it is less: then it is the most.
---@param answer table?  of /api/show
---@return number|nil
local function bytes_per_token(answer)
  local info = answer and answer.model_info
  if type(info) ~= 'table' then return nil end
  local layers, heads = info_of(info, 'block_count'), info_of(info, 'attention.head_count_kv')
  local width, all = info_of(info, 'embedding_length'), info_of(info, 'attention.head_count')
  local size = width and all and all > 0 and width / all or nil
  local key, value = info_of(info, 'attention.key_length') or size, info_of(info, 'attention.value_length') or size
  return layers and (heads or all) and key and value and 2 * layers * (heads or all) * (key + value) or nil
end

--- Asks Ollama what a larger window of a model costs.
---@param name string  of the endpoint
---@param model string
---@param cb fun(bytes: number?)  for each token
---@return hum.Cancel
function M.ask_cost(name, model, cb)
  ---@type hum.LoadedQuery
  local spec = { path = '/api/show', at_root = true, method = 'POST', body = { model = model } }
  return ask(name, spec, function(answer) cb(bytes_per_token(answer)) end)
end

--- Asks what is loaded of a model.
---@param name string  of the endpoint
---@param model string
---@param cb hum.LoadedCb  called once at most
---@return hum.Cancel
function M.ask(name, model, cb)
  local way = way_of(name, model)
  if way then return way(name, model, cb) end
  cb()
  return function() end
end

return M
