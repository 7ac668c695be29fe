-- How many tokens the context of a model holds: what its server has loaded, else what the server's list says of it. And
-- whether it is loaded at all.
local answers = require('hum.server.answer')
local catalog = require('hum.server.catalog')
local config = require('hum.config')
local endpoints = require('hum.server.endpoint')
local identify = require('hum.server.identify')
local lists = require('hum.server.lists')
local models = require('hum.server.models')
local preset = require('hum.server.provider.preset')
local query = require('hum.server.query')

local M = {}

--- An answer holds for so long, in ms: a server may load the model anew, with another context.
local HOLDS = 600000

---@class hum.Loaded
---@field context? integer
---@field at integer  ms

local loaded = {} ---@type table<string, hum.Loaded>  by endpoint and model

---@param name string
---@param model string
---@return string
local function key_of(name, model) return name .. '\0' .. model end

--- Where a server tells what it has loaded: Ollama, of models that run there.
---@param name string  of the endpoint
---@param model string
---@return string|nil path
local function path_of(name, model)
  local is_elsewhere = model:find('[:-]cloud$') or models.remote(name, model) or not identify.is_self_hosted(name)
  return not is_elsewhere and lists.provider(name).loaded or nil
end

--- Whether a server tells that a model is not loaded yet.
---@param name string  of the endpoint
---@param model string
---@return boolean
function M.tells_loading(name, model) return path_of(name, model) ~= nil end

--- Asks whether a model is loaded. What a server that is loading it does not list is not.
---@param name string  of the endpoint
---@param model string
---@param cb fun(is_loaded: boolean|nil)  nil: the server does not say; called once at most
---@return hum.Cancel
function M.ask_loaded(name, model, cb)
  local path = assert(path_of(name, model))
  return query.query(name, { path = path, at_root = true, timeout = 2, quiet = true }, function(err, answer)
    if err or not answer then return cb(nil) end
    local item = catalog.entry_of(answers.objects(answer, 'models'), model)
    local context = item and answers.number(item.context_length)
    local whole = context and math.floor(context) or nil
    if item then loaded[key_of(name, model)] = { context = whole, at = vim.uv.now() } end
    cb(item ~= nil)
  end)
end

--- The context of a model, as far as it is known without asking.
---@param name string      of the endpoint
---@param model string
---@param num_ctx? integer  of the request's options
---@return integer|nil tokens
function M.of(name, model, num_ctx)
  if not path_of(name, model) then return models.context(name, model) end
  local known = loaded[key_of(name, model)]
  return num_ctx or known and known.context
end

local asked = {} ---@type table<string, true>  lists that were asked for this model

--- Whether the list of a server may say it that has not been read: of one of those that the user runs himself. A server
--- that nothing is known of gets no request for this, and the list of a service is long.
---@param name string
---@param model string
---@return boolean
local function may_list(name, model)
  local endpoint = config.get().endpoints[name]
  local known = endpoint and preset.spoken(endpoint)
  return known ~= nil
    and known.self_hosted == true
    and endpoint.dialect == 'openai'
    and not models.context(name, model)
    and endpoints.list(name) ~= nil
end

--- Finds it out once the server has answered, so that it is known when the reply has ended.
---@param name string  of the endpoint
---@param model string
---@param num_ctx? integer
function M.learn(name, model, num_ctx)
  local key = key_of(name, model)
  if path_of(name, model) then
    local known = loaded[key]
    if num_ctx or (known and vim.uv.now() - known.at < HOLDS) then return end
    M.ask_loaded(name, model, function() end)
  elseif not asked[key] and may_list(name, model) then
    asked[key] = true
    models.learn(name)
  end
end

return M
