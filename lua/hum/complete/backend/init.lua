-- The way in which completion fills in: endpoint, model, kind of request, and the limits of
-- the configuration, as the helper takes it. Found once and kept until the configuration or
-- the choice of models changes, or the server says that it holds no longer.
local M = {}

---@class hum.BackendSpec  what the helper is told, see |hum-protocol|
---@field endpoint hum.EndpointSpec  with its key: not for logs or buffers
---@field api 'generate'|'infill'|'completions'
---@field model string
---@field tokens? hum.FimTokens
---@field options table<string, any>
---@field extra table<string, any>
---@field keep_alive? string|number
---@field project string
---@field load boolean
---@field kept_ms? integer  how long the server keeps the model after a request
---@field max_tokens integer
---@field max_lines integer
---@field window_tokens integer
---@field ring_tokens integer
---@field cache_bytes integer
---@field debounce_ms? number
---@field confidence number
---@field prefetch boolean
---@field during_chat boolean

--- A server that could not be asked, or that changed its mind, is asked again after this long
--- at the earliest, in ms.
local PAUSE = 10000

local known ---@type { key: table, err?: string, found?: hum.FoundBackend, at: integer }|nil
local asking ---@type { key: table, callbacks: function[] }|nil
local told ---@type string|nil  what the user was told last

--- What an answer depends on.
---@return table
local function current_key()
  local config = require('hum.config').get()
  local name = config.complete.endpoint or config.endpoint
  return { config = config, endpoint = name, chat_model = require('hum.server.models').decided(name) }
end

---@param a table
---@param b table
---@return boolean
local function same(a, b)
  return rawequal(a.config, b.config) and a.endpoint == b.endpoint and a.chat_model == b.chat_model
end

---@param key table
---@return boolean  what is known holds for it still
local function holds(key)
  return known ~= nil and same(known.key, key) and (known.found ~= nil or vim.uv.now() - known.at < PAUSE)
end

---@param map table
---@return table  so that an empty one is a map on the other side of the pipe
local function as_map(map) return next(map) == nil and vim.empty_dict() or map end

--- In ms, per unit of a Go duration.
local UNITS = { h = 3600000, m = 60000, s = 1000, ms = 1, us = 0.001, ns = 0.000001 }

---@param keep_alive? string|number  a duration, or seconds; negative: for ever
---@return integer|nil ms
local function kept_ms(keep_alive)
  local text = tostring(keep_alive or '')
  local ms = 0
  for number, unit in text:gmatch('(%d*%.?%d+)(%a*)') do
    ms = ms + tonumber(number) * (UNITS[unit] or UNITS.s)
  end
  return text ~= '' and math.floor(text:find('^%-') and UNITS.h * 1e6 or ms) or nil
end

---@param fim hum.FimConfig
---@return hum.FimTokens|nil
local function own_tokens(fim)
  if not fim.prefix then return nil end
  return vim.tbl_extend('force', { middle = '' }, fim) --[[@as hum.FimTokens]]
end

---@param key table  of current_key()
---@param resolved hum.Resolved
---@return hum.Wish
local function wish_of(key, resolved)
  local config = key.config.complete
  return {
    endpoint = key.endpoint,
    model = config.model,
    chat_model = key.chat_model,
    tokens = own_tokens(config.fim),
    by_server = config.prompts == 'server',
    num_ctx = resolved.options.num_ctx,
  }
end

---@param found hum.FoundBackend
---@param resolved hum.Resolved
---@param config hum.CompleteConfig
---@return hum.BackendSpec
local function backend_of(found, resolved, config)
  local endpoint = vim.tbl_extend('force', resolved.endpoint, { headers = as_map(resolved.endpoint.headers) })
  local during = config.during_chat
  return {
    endpoint = endpoint,
    api = found.api,
    model = found.model,
    tokens = found.tokens,
    options = as_map(vim.tbl_extend('force', resolved.options, config.options)),
    extra = vim.empty_dict(),
    keep_alive = resolved.keep_alive,
    project = vim.fs.basename(vim.fn.getcwd()),
    load = found.load,
    kept_ms = kept_ms(resolved.keep_alive),
    max_tokens = config.max_tokens,
    max_lines = config.max_lines,
    window_tokens = config.window_tokens,
    ring_tokens = config.ring_tokens,
    cache_bytes = math.floor(config.cache * 1048576),
    debounce_ms = config.debounce and math.floor(config.debounce),
    confidence = config.confidence,
    prefetch = config.prefetch,
    during_chat = during == 'always' or (during == 'auto' and found.parallel),
  }
end

---@param key table
---@param cb fun(err: string?, found: hum.FoundBackend?)
local function find(key, cb)
  require('hum.server.endpoint').resolve(key.endpoint, function(err, resolved)
    if not resolved then return cb('hum: completion: ' .. err) end
    require('hum.complete.backend.discover').find(wish_of(key, resolved), resolved.endpoint.dialect, cb)
  end)
end

---@param key table
---@param err? string
---@param found? hum.FoundBackend
local function finish(key, err, found)
  local callbacks = assert(asking).callbacks
  asking = nil
  if not same(key, current_key()) then -- it changed meanwhile
    for _, cb in ipairs(callbacks) do
      M.find(cb)
    end
    return
  end
  known = { key = key, err = err, found = found, at = vim.uv.now() }
  for _, cb in ipairs(callbacks) do
    cb(err, found)
  end
end

--- Finds how to fill in, or remembers it. Several callers share one search.
---@param cb fun(err: string?, found: hum.FoundBackend?)
function M.find(cb)
  local key = current_key()
  if known and holds(key) then
    return cb(known.err, known.found)
  elseif asking then
    table.insert(asking.callbacks, cb)
    return
  end
  asking = { key = key, callbacks = { cb } }
  find(key, function(err, found) finish(key, err, found) end)
end

--- The way as the helper takes it. It holds the endpoint's key.
---@param cb fun(err: string?, way: hum.BackendSpec?)
function M.resolve(cb)
  M.find(function(err, found)
    if not found then return cb(err) end
    local config = require('hum.config').get()
    require('hum.server.endpoint').resolve(config.complete.endpoint or config.endpoint, function(why, resolved)
      if not resolved then return cb('hum: completion: ' .. why) end
      cb(nil, backend_of(found, resolved, config.complete))
    end)
  end)
end

--- Tells the helper the backend, now or once it is found. What stands against it is told to the
--- user, once.
function M.send()
  local link = require('hum.complete.channel')
  M.resolve(function(err, backend)
    link.tell('backend', backend or vim.NIL)
    if err and err ~= told then require('hum.notify').warn(err) end
    told = err
  end)
end

--- The configuration or the choice of models may have changed, or a server that could not be
--- asked may be there now.
function M.renew()
  local key = current_key()
  local is_asked = asking ~= nil and same(asking.key, key)
  if not holds(key) and not is_asked and require('hum.complete.channel').is_open() then M.send() end
end

--- A request of completion failed: what the server said before may hold no longer. A model may
--- be gone (404), or have another template now (400).
---@param failure hum.Failure
function M.on_error(failure)
  local stale = failure.status == 400 or failure.status == 404 or failure.status == 501
  if stale and known and known.found and vim.uv.now() - known.at >= PAUSE then
    known = nil
    M.renew()
  end
end

local APIS = {
  generate = '/api/generate',
  infill = "llama-server's /infill",
  completions = '/v1/completions',
}

---@param found hum.FoundBackend
---@return string
local function api_text(found)
  local api = APIS[found.api]
  if found.api == 'infill' then
    return api
  elseif not found.tokens then
    return api .. ' with a suffix'
  end
  local whose = found.family and 'the FIM tokens of ' .. found.family
    or (found.learned and 'the FIM tokens reported by the server' or 'the FIM tokens in complete.fim')
  return ('%s with %s'):format(api, whose)
end

--- A way in words: '"qwen2.5-coder:1.5b-base" at endpoint "ollama" (already loaded), using
--- /api/generate with a suffix'.
---@param found hum.FoundBackend
---@return string
function M.describe(found)
  local config = require('hum.config').get()
  local name = config.complete.endpoint or config.endpoint
  return ('"%s" at endpoint "%s" (%s), using %s'):format(found.model, name, found.why, api_text(found))
end

--- What is known of the way now, in words, without asking anyone.
---@return string
function M.text()
  if asking then
    return 'looking for a FIM model'
  elseif not known or not same(known.key, current_key()) then
    return 'the FIM model will be chosen when it is needed'
  end
  return known.found and 'FIM model: ' .. M.describe(known.found)
    or (known.err:gsub('^hum: completion: ', ''):gsub('^hum: ', ''))
end

return M
