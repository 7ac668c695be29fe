-- Asks servers which models they have: all pages of the list, and of a server whose list does not
-- say what a model can do, that of some.
local answers = require('hum.server.answer')
local catalog = require('hum.server.catalog')
local config = require('hum.config')
local endpoints = require('hum.server.endpoint')
local log = require('hum.log')
local pages = require('hum.server.pages')
local preset = require('hum.server.provider.preset')
local providers = require('hum.server.provider')
local query = require('hum.server.query')
local steps_of = require('hum.server.steps').new

local M = {}

--- For a page. A list may be put together from those of many servers: 6 s were seen. In seconds.
M.WITHIN = 60

--- A server that says for ever that there are more pages has no more after these.
local MOST_PAGES = 50

--- So many models are asked for one by one, so many of them at a time.
local MOST_SHOWN, AT_ONCE = 24, 4

---@param name string  of the endpoint
---@return hum.Provider
function M.provider(name)
  local endpoint = config.get().endpoints[name]
  return providers[endpoint and endpoint.dialect or 'ollama']
end

--- Whether what Ollama alone has to say of a model is not there to be asked for: in its cloud all models
--- chat, and none is loaded.
---@param name string
---@return boolean
local function is_service(name)
  local endpoint = config.get().endpoints[name]
  local known = endpoint and preset.of(endpoint)
  return known ~= nil and not known.self_hosted
end

-- ---- what models can do, where the list does not say it -------------------------------------

---@class hum.ShownModel  what a server says of one
---@field can string[]
---@field context? integer

local shown = {} ---@type table<string, hum.ShownModel>  by endpoint and digest or name

---@param name string
---@param model hum.Model
---@return string
local function key_of(name, model) return table.concat({ name, model.id, tostring(model.item.digest) }, '\0') end

--- Names and families of models that only embed: these are asked for first.
---@param model hum.Model
---@return boolean
local function may_embed(model)
  local details = type(model.item.details) == 'table' and model.item.details or {}
  local said = (model.id .. ' ' .. tostring(details.family)):lower()
  for _, word in ipairs({ 'embed', 'bert', 'minilm', 'bge' }) do
    if said:find(word, 1, true) then return true end
  end
  return false
end

---@param model hum.Model
---@param seen hum.ShownModel
local function learn(model, seen)
  if #model.can == 0 then model.can = seen.can end
  model.context = model.context or seen.context
end

--- Those of which nothing is known, the suspicious ones first, and no more than are asked for.
---@param name string
---@param models hum.Model[]
---@return hum.Model[]
local function unknown(name, models)
  local first, rest = {}, {}
  for _, model in ipairs(models) do
    local seen = shown[key_of(name, model)]
    if seen then learn(model, seen) end
    if #model.can == 0 and not seen then table.insert(may_embed(model) and first or rest, model) end
  end
  return vim.list_slice(vim.list_extend(first, rest), 1, MOST_SHOWN)
end

--- Asks what models can do of which Ollama's list does not tell it (before 0.30). A server that
--- does not say it of the first (before 0.6.4) is not asked about another.
---@param name string
---@param models hum.Model[]
---@param steps hum.Steps
---@param cb fun()
local function add_capabilities(name, models, steps, cb)
  local provider = M.provider(name)
  local path = provider.list.capability and not is_service(name) and provider.show
  local waiting = path and unknown(name, models) or {}
  local open, at_once = 0, 1
  local function next_ones()
    while open < at_once and #waiting > 0 do
      local model = table.remove(waiting, 1)
      open = open + 1
      local spec = { method = 'POST', path = path or '', body = { model = model.id }, model = model.id, quiet = true }
      steps.add(query.query(name, spec, function(err, answer)
        open, at_once = open - 1, AT_ONCE
        local seen = { can = answers.strings(answer and answer.capabilities), context = catalog.shown_context(answer) }
        if not err then shown[key_of(name, model)] = seen end
        learn(model, seen)
        if #model.can == 0 then waiting = {} end
        next_ones()
        if open == 0 then cb() end
      end))
    end
  end
  if #waiting == 0 then return cb() end
  next_ones()
end

-- ---- the list -------------------------------------------------------------------------------

--- In place of a list there may be an error, whatever the status was.
---@param name string
---@param answer table
---@return hum.ServerError|nil
local function refusal(name, answer)
  local said = answers.error_words(answer)
  return said and { message = ('endpoint "%s" did not list its models: %s'):format(name, said) } or nil
end

---@class hum.ModelPages
---@field models hum.Model[]
---@field seen table<string, boolean>
---@field left integer  pages that may still come

--- Adds one page to what was found, then those behind it. What was read stays if a later page
--- fails.
---@param name string
---@param path string
---@param found hum.ModelPages
---@param steps hum.Steps
---@param cb fun(err: hum.ServerError?)
local function read_page(name, path, found, steps, cb)
  local list = endpoints.list(name) --[[@as hum.ProviderList]] -- M.ask has one
  steps.add(query.query(name, { path = path, at_root = list.at_root, timeout = M.WITHIN }, function(err, answer)
    local models = answer and catalog.read(answer, list)
    if answer and #models == 0 then err = refusal(name, answer) end
    if err and #found.models > 0 then
      log.write('warn', ('the list of models is not complete: %s'):format(query.text(err)))
      err = nil
    end
    if err or not answer or not models then return cb(err) end
    local before = #found.models
    for _, model in ipairs(models) do
      if not found.seen[model.id] then
        found.seen[model.id] = true
        found.models[#found.models + 1] = model
      end
    end
    found.left = found.left - 1
    local more = pages.next(answer, list, models[#models])
    if not more or found.left == 0 or #found.models == before then return cb(nil) end
    read_page(name, more, found, steps, cb)
  end))
end

--- What is loaded, where a server tells that at another place than its list (Ollama). It is no reason
--- to wait.
---@param name string
---@param steps hum.Steps
---@param cb fun(loaded: table<string, true>)
local function ask_loaded(name, steps, cb)
  local path = M.provider(name).loaded
  if not path or is_service(name) then return cb({}) end
  steps.add(query.query(name, { path = path, at_root = true, timeout = 1, quiet = true }, function(_, answer)
    local loaded = {} ---@type table<string, true>
    for _, item in ipairs(catalog.entries(answer)) do
      loaded[catalog.id(item) or ''] = true
    end
    cb(loaded)
  end))
end

--- The models of an endpoint that can chat, as far as its server tells that.
---@param name string  of the endpoint
---@param marked boolean  what is loaded is wanted, too
---@param cb fun(err: hum.ServerError?, models: hum.Model[]?)  called once at most
---@return hum.Cancel
function M.ask(name, marked, cb)
  local steps = steps_of(cb)
  local list = endpoints.list(name)
  if not list then
    steps.finish({
      message = ('endpoint "%s" has no list of models'):format(name),
      hint = ('name one: endpoints.%s.model, or several: endpoints.%s.models'):format(name, name),
    })
    return steps.cancel
  end
  local found, loaded, is_read = { models = {}, seen = {}, left = MOST_PAGES }, not marked and {} or nil, false
  local function finish()
    if not loaded or not is_read then return end
    for _, model in ipairs(found.models) do
      model.loaded = model.loaded or loaded[model.id]
    end
    steps.finish(nil, vim.tbl_filter(function(model) return catalog.chats(model, list) end, found.models))
  end
  if marked then ask_loaded(name, steps, function(names)
    loaded = names
    finish()
  end) end
  read_page(name, list.path, found, steps, function(err)
    if err then return steps.finish(err) end
    add_capabilities(name, found.models, steps, function()
      is_read = true
      finish()
    end)
  end)
  return steps.cancel
end

return M
