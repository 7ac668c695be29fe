-- Which models an endpoint has, and which one new chats use: the one of `:Hum model` since
-- Neovim started, else the configured one, else the one that the user chose from the list.
-- Lists and choices are kept, so that the command line knows names before a server was queried
-- and nobody has to choose twice.
local answers = require('hum.server.answer')
local config = require('hum.config')
local endpoints = require('hum.server.endpoint')
local known = require('hum.server.known')
local listing = require('hum.server.listing')
local lists = require('hum.server.lists')
local query = require('hum.server.query')
local steps_of = require('hum.server.steps').new

local M = {}

--- What `:Hum model` set since Neovim started.
local override = { models = {} } ---@type { endpoint?: string, models: table<string, string> }
local fresh = {} ---@type table<string, boolean>  listed since Neovim started
local now = {} ---@type table<string, table<string, hum.Model>>  of the last list of an endpoint, by model
local llama_servers = {} ---@type table<string, boolean>  by endpoint
local on_change = {} ---@type fun()[]

--- Calls `fn` whenever new chats use another model.
---@param fn fun()
function M.on_change(fn) on_change[#on_change + 1] = fn end

-- ---- lists ----------------------------------------------------------------------------------

--- The models that the user has listed for an endpoint: then no server is asked.
---@param name string
---@return string[]|nil
local function configured(name)
  local endpoint = config.get().endpoints[name]
  local names = endpoint and endpoint.models
  return names and #names > 0 and names or nil
end

--- Keeps by its list that a server is a llama-server.
---@param name string
---@param models hum.Model[]
local function note_server(name, models)
  for _, model in ipairs(models) do
    llama_servers[name] = llama_servers[name] or model.item.owned_by == 'llamacpp'
  end
end

--- Whether a server's list has told that it is a llama-server, which can say how far it is in a prompt.
---@param name string  of the endpoint
---@return boolean
function M.is_llama_server(name) return llama_servers[name] == true end

--- The models of an endpoint, as its server lists them now.
---@param name string
---@param marked boolean  what is loaded is wanted, too
---@param cb fun(err: hum.ServerError?, names: string[]?)  called once at most
---@return hum.Cancel
function M.ask(name, marked, cb)
  local steps, names = steps_of(cb), configured(name)
  if names then
    steps.finish(nil, names)
    return steps.cancel
  end
  steps.add(lists.ask(name, marked, function(err, models)
    if not models then return steps.finish(err) end
    fresh[name], now[name] = true, {}
    for _, model in ipairs(models) do
      now[name][model.id] = model
    end
    note_server(name, models)
    known.keep(name, models)
    steps.finish(nil, known.names(name))
  end))
  return steps.cancel
end

---@param name? string  of the endpoint
---@param cb fun(err: string?, names: string[]?)  called once at most
---@return hum.Cancel
function M.list(name, cb)
  return M.ask(M.endpoint(name), false, function(err, names) cb(err and query.text(err), names) end)
end

--- Has the list of an endpoint read for what it says of its models, quietly. One that was read since Neovim started is
--- not read again, and one that stands in the configuration never.
---@param name string
function M.learn(name)
  if fresh[name] or configured(name) then return end
  fresh[name] = true
  lists.ask(name, false, function(_, models)
    if not models then return end
    note_server(name, models)
    known.keep(name, models)
  end)
end

--- The models of an endpoint as configured, else as last seen, perhaps by an earlier Neovim.
---@param name? string
---@return string[]  not to be changed
function M.known(name)
  name = M.endpoint(name)
  return configured(name) or known.names(name) or {}
end

--- The longest reply that a model of an endpoint can give, in tokens, as its list last said.
---@param name string
---@param model string
---@return integer|nil
function M.limit(name, model) return lists.provider(name).list.limit and known.of('limits', name, model) or nil end

--- The length of its context in tokens, likewise.
---@param name string
---@param model string
---@return integer|nil
function M.context(name, model) return known.of('contexts', name, model) end

--- The host of another server that a model runs at, as the list said that was read last.
---@param name string
---@param model string
---@return string|nil
function M.remote(name, model)
  local last = (now[name] or {})[model]
  return last and last.remote
end

--- What a million tokens in and out cost in dollars, likewise.
---@param name string
---@param model string
---@return number[]|nil
function M.price(name, model) return known.of('prices', name, model) end

--- For the command line: models of the default endpoint by name, those of others as
--- "endpoint/model". Queries each server once, for the next time; a <Tab> is no reason to
--- want a passphrase from the user.
---@return string[]
function M.completions()
  local default = M.endpoint()
  local out = vim.list_slice(M.known(default))
  for _, name in ipairs(config.endpoint_names()) do
    if not fresh[name] and not configured(name) and endpoints.is_at_hand(name) then
      fresh[name] = true
      M.list(name, function() end)
    end
    out[#out + 1] = name ~= default and name .. '/' or nil
    for _, model in ipairs(name ~= default and M.known(name) or {}) do
      out[#out + 1] = name .. '/' .. model
    end
  end
  for _, offer in ipairs(config.offers()) do
    out[#out + 1] = offer.name .. '/'
  end
  return out
end

--- Whether a word names a model, as far as is known without asking a server, or an endpoint: "team/", "team/qwen3".
--- Ollama's lists spell the tag that a name without one stands for.
---@param word string
---@return boolean
function M.is_known(word)
  local name, model = endpoints.split_model(word)
  if name then return endpoints.is_named(name) end
  name = M.endpoint()
  return model == M.decided(name)
    or vim.list_contains(M.known(name), model)
    or (model ~= nil and vim.list_contains(M.known(name), model .. ':latest'))
end

-- ---- which one ------------------------------------------------------------------------------

--- The endpoint of new chats: as chosen with `:Hum model`, else as configured.
---@param name? string
---@return string
function M.endpoint(name)
  local options, chosen = config.get(), override.endpoint
  return name or (chosen and options.endpoints[chosen] and chosen) or options.endpoint
end

---@param name string  of the endpoint
---@param model string
local function remember(name, model)
  known.choose(name, model)
  for _, fn in ipairs(on_change) do
    fn()
  end
end

--- From now on new chats use this one.
---@param name string  of the endpoint
---@param model string
function M.set_default(name, model)
  override.endpoint, override.models[name] = name, model
  remember(name, model)
end

--- The model of new chats as far as it is decided without a query or a choice of the user.
---@param name? string  of the endpoint
---@return string|nil
function M.decided(name)
  name = M.endpoint(name)
  local endpoint = config.get().endpoints[name]
  return override.models[name] or (endpoint and endpoint.model) or known.chosen(name)
end

---@param name string
---@return string
function M.none_text(name)
  local cure = lists.provider(name).no_models:format(name)
  return ('hum: endpoint "%s" has no models; %s'):format(name, cure)
end

--- Lets the user choose one of those of an endpoint.
---@param name string
---@param names string[]
---@param in_use? string  the one that is used now
---@param cb fun(err: string?, model: string?)  called once at most
---@param waits? boolean  nobody has asked for it: not while the user types
---@return hum.Cancel
function M.pick(name, names, in_use, cb, waits)
  local function listed(model) return { text = model, in_use = model == in_use, facts = M.facts(name, model) } end
  local shown, lines = {}, listing.lines(vim.tbl_map(listed, names), vim.o.columns)
  for i, model in ipairs(names) do
    shown[model] = lines[i]
  end
  return require('hum.server.pick').choose({
    prompt = ('Select a model (%s):'):format(name),
    items = names,
    waits = waits,
    shown = function(model) return shown[model] or model end,
  }, cb)
end

--- The model of new chats. The user has to choose only if nothing says it and the server has
--- several.
---@param name? string  of the endpoint
---@param cb fun(err: string?, model: string?)  called once at most
---@param waits? boolean  the user is not asked while typing
---@return hum.Cancel
function M.resolve(name, cb, waits)
  name = M.endpoint(name)
  local steps = steps_of(cb)
  local decided = M.decided(name)
  if decided then
    steps.finish(nil, decided)
    return steps.cancel
  end
  steps.add(M.list(name, function(err, names)
    if not names or #names < 2 then
      return steps.finish(names and #names == 0 and M.none_text(name) or err, names and names[1])
    end
    steps.add(M.pick(name, names, nil, function(why, model)
      if model then remember(name, model) end
      steps.finish(why, model)
    end, waits))
  end))
  return steps.cancel
end

-- ---- in words -------------------------------------------------------------------------------

--- What is known of a model, without asking for it.
---@param name string  of the endpoint
---@param model string
---@return hum.ModelFacts
function M.facts(name, model)
  local last = (now[name] or {})[model]
  return {
    loaded = last and last.loaded,
    remote = last and last.remote,
    context = M.context(name, model),
    price = M.price(name, model),
    abilities = known.of('abilities', name, model) or {},
  }
end

--- The same in words, of a word that names a model as `:Hum model` takes it: "model", "endpoint/model".
---@param word string
---@return string|nil  nil: nothing is known of it
function M.facts_of(word)
  local name, model = endpoints.split_model(word)
  name = M.endpoint(name)
  if not model then return nil end
  local words = listing.words(M.facts(name, model), name == M.endpoint() and model == M.decided(name))
  return words ~= '' and words or nil
end

-- ---- capabilities ---------------------------------------------------------------------------

--- What a model can do: "completion", "thinking", "tools", "insert" ... Few servers tell.
---@param name string
---@param model string
---@param cb fun(err: string?, capabilities: string[]?)  nil, nil: the server does not say
---@return hum.Cancel
function M.capabilities(name, model, cb)
  local path = config.get().endpoints[name] and lists.provider(name).show
  if not path then
    cb()
    return function() end
  end
  local body = { model = model }
  local spec = { method = 'POST', path = path, body = body, model = model }
  return query.query(name, spec, function(err, answer)
    if err then return cb(query.text(err)) end
    cb(nil, type(answer.capabilities) == 'table' and answers.strings(answer.capabilities) or nil)
  end)
end

return M
