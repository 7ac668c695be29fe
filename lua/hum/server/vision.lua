-- Whether a model takes images, asked before one is sent: many servers drop it without a word. Asked where each tells
-- it; what none tells is not known, and the image is sent.
--
--   Ollama        /api/show: capabilities
--   llama-server  /props: modalities, by whether it was started with --mmproj
--   LM Studio     /api/v1/models: capabilities, before 0.4 /api/v0/models: type
--   services      their lists: OpenRouter, Mistral, Anthropic, xAI, Fireworks …
local abilities = require('hum.server.abilities')
local answers = require('hum.server.answer')
local catalog = require('hum.server.catalog')
local config = require('hum.config')
local endpoints = require('hum.server.endpoint')
local identify = require('hum.server.identify')
local known = require('hum.server.known')
local models = require('hum.server.models')
local query = require('hum.server.query')
local steps_of = require('hum.server.steps').new

local M = {}

--- Seconds that a server may take to say it.
local WITHIN = 3

local seeing = {} ---@type table<string, true>  by endpoint and model: it was told that they do

---@param name string
---@param spec { path: string, at_root?: boolean, method?: 'POST', body?: table }
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

---@alias hum.VisionCb fun(sees: boolean?)

--- Servers before 0.6.4 tell no capabilities.
---@param name string
---@param model string
---@param cb hum.VisionCb
---@return hum.Cancel
local function of_ollama(name, model, cb)
  return ask(name, { path = '/api/show', at_root = true, method = 'POST', body = { model = model } }, function(answer)
    local can = answer and answer.capabilities
    if type(can) ~= 'table' or #can == 0 then return cb(nil) end
    cb(vim.list_contains(can, 'vision'))
  end)
end

---@param name string
---@param _ string
---@param cb hum.VisionCb
---@return hum.Cancel
local function of_llama_server(name, _, cb)
  return ask(name, { path = '/props', at_root = true }, function(answer)
    local vision = answers.at(answer, 'modalities', 'vision')
    if type(vision) ~= 'boolean' then vision = nil end
    cb(vision)
  end)
end

---@param path string
---@return fun(name: string, model: string, cb: hum.VisionCb): hum.Cancel
local function of_list(path)
  return function(name, model, cb)
    return ask(name, { path = path, at_root = true }, function(answer)
      local item = answer and catalog.entry_of(catalog.entries(answer), model)
      local sees
      if item then sees = abilities.images(item) end
      cb(sees)
    end)
  end
end

---@param name string
---@param model string
---@param cb hum.VisionCb
---@return hum.Cancel|nil
local function of_models(name, model, cb)
  local list = endpoints.list(name)
  if not list then return cb(nil) end
  return ask(name, { path = list.path, at_root = list.at_root }, function(answer)
    local item = answer and catalog.entry_of(catalog.entries(answer), model)
    local sees
    if item then sees = abilities.images(item) end
    -- llama-server's list names what it does not know, too: /props is certain.
    if item and item.owned_by == 'llamacpp' and not sees then sees = nil end
    cb(sees)
  end)
end

--- In this order; what the first says that says anything counts.
local WAYS_OF_OWN = { of_models, of_llama_server, of_list('/api/v1/models'), of_list('/api/v0/models') }

---@param name string
---@return (fun(name: string, model: string, cb: hum.VisionCb): hum.Cancel?)[]
local function ways_of(name)
  local endpoint = config.get().endpoints[name]
  if not endpoint then return {} end
  if endpoint.dialect == 'ollama' then return { of_ollama } end
  return identify.is_self_hosted(name) and WAYS_OF_OWN or { of_models }
end

--- Finds out whether a model takes images.
---@param name string   of the endpoint
---@param model string
---@param cb fun(sees: boolean?)  nil: nobody says; called once at most, at once or later
---@return hum.Cancel
function M.find(name, model, cb)
  local steps, ways, key, i = steps_of(cb), ways_of(name), name .. '\0' .. model, 0
  local function next_way()
    i = i + 1
    if not ways[i] then return steps.finish(nil) end
    steps.add(ways[i](name, model, function(sees)
      if sees == nil then return next_way() end
      if sees then seeing[key] = true end
      steps.finish(sees)
    end))
  end
  if seeing[key] then
    steps.finish(true)
  else
    next_way()
  end
  return steps.cancel
end

---@param messages table[]  as they are sent
---@return boolean
function M.has_images(messages)
  for _, message in ipairs(messages) do
    for _, part in ipairs(message.parts or {}) do
      if part.type == 'image' then return true end
    end
  end
  return false
end

--- Models of the endpoint that are known to take images.
---@param name string
---@return string[]
local function others(name)
  return vim.tbl_filter(
    function(model) return vim.list_contains(known.of('abilities', name, model) or {}, 'images') end,
    models.known(name)
  )
end

--- Why images cannot be sent to a model, and what to do, in two lines.
---@param name string
---@param model string
---@return string
local function refusal(name, model)
  local seen = others(name)
  local such = #seen > 0 and (' (%s)'):format(table.concat(vim.list_slice(seen, 1, 3), ', ')) or ''
  return ('the model "%s" takes no images\n'):format(model)
    .. ('Choose one that does with :Hum model%s, or take the image out of the message.'):format(such)
end

--- Refuses messages with images for a model that takes none.
---@param name string
---@param model string
---@param messages table[]
---@param cb fun(err: string?)  once, at once if there is no image
---@return hum.Cancel
function M.check(name, model, messages, cb)
  if not M.has_images(messages) then
    cb(nil)
    return function() end
  end
  return M.find(name, model, function(sees) cb(sees == false and refusal(name, model) or nil) end)
end

return M
