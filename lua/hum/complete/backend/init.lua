-- The backend of completion: endpoint, model, API, and the limits of the configuration, as the
-- helper wants them. Found once and kept until the configuration or the choice of models
-- changes, or the server says that it holds no longer. Who has sent it to the helper
-- subscribes to that.
local answers = require('hum.server.answer')
local client = require('hum.server.client')
local config = require('hum.config')
local discover = require('hum.complete.backend.discover')
local endpoints = require('hum.server.endpoint')
local log = require('hum.log')
local models = require('hum.server.models')
local preset = require('hum.server.provider.preset')
local steps = require('hum.server.steps')
local task = require('hum.complete.backend.task')
local window = require('hum.complete.backend.window')
local wrap = require('hum.wrap')

local M = {}

---@class hum.BackendSpec  what the helper is sent, see |hum-protocol|
---@field endpoint hum.EndpointSpec  with its key: not for logs or buffers
---@field api hum.FillApi
---@field model string
---@field tokens? hum.FimTokens
---@field ends? string[]    all that ends an answer, what matters most first
---@field stop_max? integer so many of them a request takes; else any number
---@field options table<string, any>
---@field extra table<string, any>
---@field keep_alive? string|number
---@field project string
---@field load boolean
---@field kept_ms? integer  how long the server keeps the model after a request
---@field max_tokens integer
---@field max_lines integer
---@field window_tokens integer   see hum.Window
---@field ring_tokens integer
---@field window_adapts boolean
---@field ring_adapts boolean
---@field cache_bytes integer
---@field debounce_ms? number
---@field confidence number
---@field edits boolean            prompts show the last edits
---@field prefetch boolean
---@field during_chat boolean

--- After a search that failed, and for a server that changed its mind: the next search comes
--- after this long at the earliest, in ms.
local PAUSE = 10000

---@class hum.BackendKey  what a search depends on
---@field config hum.Config
---@field endpoint string
---@field chat_model? string

---@class hum.KnownBackend
---@field key hum.BackendKey
---@field err? string
---@field found? hum.FoundBackend
---@field at integer
---@field asked? boolean  what is loaded

local known ---@type hum.KnownBackend|nil
local search ---@type { key: hum.BackendKey, callbacks: function[] }|nil  under way
local on_change = {} ---@type fun(window?: hum.Window)[]

--- Calls `fn` when what resolve() gave holds no longer: but for this window, or, without one, so that
--- another search is due.
---@param fn fun(window?: hum.Window)
function M.on_change(fn) on_change[#on_change + 1] = fn end

---@return hum.BackendKey
local function current_key()
  local options = config.get()
  local name = options.complete.endpoint or options.endpoint
  return { config = options, endpoint = name, chat_model = models.decided(name) }
end

---@param a hum.BackendKey
---@param b hum.BackendKey
---@return boolean
local function same(a, b)
  return rawequal(a.config, b.config) and a.endpoint == b.endpoint and a.chat_model == b.chat_model
end

---@param key hum.BackendKey
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
  local ms = 0 ---@type number
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

--- What Ollama is told to load; its API under another dialect is not told the options of that.
---@param resolved hum.Resolved
---@return number|nil
local function num_ctx_of(resolved)
  return resolved.endpoint.dialect == 'ollama' and answers.number(resolved.options.num_ctx) or nil
end

---@param key hum.BackendKey
---@param resolved hum.Resolved
---@return hum.DiscoverOpts
local function discover_opts(key, resolved)
  local complete = key.config.complete
  return {
    endpoint = key.endpoint,
    preset = preset.spoken(key.config.endpoints[key.endpoint]),
    fill_url = resolved.endpoint.fill_url,
    model = complete.model,
    chat_model = key.chat_model,
    tokens = own_tokens(complete.fim),
    by_server = complete.prompts == 'server',
    num_ctx = num_ctx_of(resolved),
  }
end

--- What ends an answer is sent once.
---@param tokens hum.FimTokens
---@param line 'behind'|'before'
---@return hum.FimTokens
local function tokens_to_send(tokens, line)
  local copy = vim.tbl_extend('force', {}, tokens) --[[@as hum.FimTokens]]
  copy.ends = nil
  copy.line_before = line == 'before' or nil
  return copy
end

--- The user's own stop strings are sent besides.
---@param found hum.FoundBackend
---@param own any  the user's
---@return integer|nil
local function stop_max(found, own)
  local count = type(own) == 'table' and #own or (own and 1 or 0)
  return found.stop_max and math.max(found.stop_max - count, 0)
end

---@param found hum.FoundBackend
---@param resolved hum.Resolved
---@param complete hum.CompleteConfig
---@return hum.BackendSpec
local function spec_of(found, resolved, complete)
  local during = complete.during_chat
  local sizes = window.of(found.context, complete)
  local own = found.native and {} or resolved.options -- their names are those of another API
  local options = vim.tbl_extend('force', own, complete.options)
  return {
    endpoint = resolved.endpoint,
    api = found.api,
    model = found.model,
    tokens = found.tokens and tokens_to_send(found.tokens, complete.line),
    ends = found.ends,
    stop_max = stop_max(found, options.stop),
    options = as_map(options),
    extra = vim.empty_dict(),
    keep_alive = resolved.keep_alive,
    project = vim.fs.basename(vim.fn.getcwd()),
    load = found.load,
    kept_ms = kept_ms(resolved.keep_alive),
    max_tokens = complete.max_tokens,
    max_lines = complete.max_lines,
    window_tokens = sizes.window_tokens,
    ring_tokens = sizes.ring_tokens,
    window_adapts = sizes.window_adapts,
    ring_adapts = sizes.ring_adapts,
    cache_bytes = math.floor(complete.cache * 1048576),
    debounce_ms = complete.debounce and math.floor(complete.debounce),
    confidence = complete.confidence,
    edits = complete.extras.edits,
    prefetch = complete.prefetch,
    during_chat = during == 'always' or (during == 'auto' and found.parallel),
  }
end

---@param key hum.BackendKey
---@param err? string
---@param found? hum.FoundBackend
local function finish(key, err, found)
  local callbacks = assert(search).callbacks
  search = nil
  local stale = not same(key, current_key()) -- it changed meanwhile
  if not stale then known = { key = key, err = err, found = found, at = vim.uv.now() } end
  if stale then
    steps.call_all(vim.tbl_map(function(cb)
      return function() M.find(cb) end
    end, callbacks))
  else
    steps.call_all(callbacks, err, found)
  end
end

--- A search ends in any case: that it died is a fault of hum, of which the log has the place.
---@param key hum.BackendKey
---@param fault string
---@return string err
local function fault_text(key, fault)
  log.write('error', fault)
  local text = 'hum: completion: the search for a model at endpoint "%s" ended by a fault of hum: %s'
  return text:format(key.endpoint, fault:match('^[^\n]*'))
end

--- Finds how to fill in, or remembers it. Several callers share one search.
---@param cb fun(err: string?, found: hum.FoundBackend?)
function M.find(cb)
  local key = current_key()
  if known and holds(key) then
    return cb(known.err, known.found)
  elseif search then
    table.insert(search.callbacks, cb)
    return
  end
  search = { key = key, callbacks = { cb } }
  task.run(function()
    local err, resolved = task.wait(function(done) endpoints.resolve(key.endpoint, done) end)
    if not resolved then return 'hum: completion: ' .. err end
    return discover.find(discover_opts(key, resolved), resolved.endpoint.dialect)
  end, function(fault, err, found) finish(key, fault and fault_text(key, fault) or err, found) end)
end

--- The backend as the helper wants it. It holds the endpoint's key.
---@param cb fun(err: string?, spec: hum.BackendSpec?)
function M.resolve(cb)
  M.find(function(err, found)
    if not found then return cb(err) end
    local options = config.get()
    endpoints.resolve(options.complete.endpoint or options.endpoint, function(why, resolved)
      if not resolved then return cb('hum: completion: ' .. why) end
      cb(nil, spec_of(found, resolved, options.complete))
    end)
  end)
end

--- The configuration or the choice of models may have changed, or a server that could not be
--- reached may be there now.
function M.renew()
  local key = current_key()
  local is_under_way = search ~= nil and same(search.key, key)
  if holds(key) or is_under_way then return end
  for _, fn in ipairs(on_change) do
    fn()
  end
end

config.on_change(M.renew)
models.on_change(M.renew)

--- A service loads no model, and its context is not for free.
---@param now hum.KnownBackend
---@return boolean
local function may_ask(now)
  local spoken = preset.spoken(now.key.config.endpoints[now.key.endpoint])
  return now.found ~= nil and not now.found.context and not (spoken and not spoken.self_hosted)
end

--- The backend has answered for the first time: how much is loaded can be known now.
local function on_answered()
  local now = known
  if not now or now.asked or not may_ask(now) then return end
  now.asked = true
  local found = assert(now.found)
  task.run(function() return window.ask(now.key.endpoint, found) end, function(fault, context)
    if fault then return log.write('error', fault) end
    if not context or known ~= now then return end
    found.context = context
    for _, fn in ipairs(on_change) do
      fn(window.of(context, now.key.config.complete))
    end
  end)
end

client.on('answered', on_answered)

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
  fim = "the service's own address",
}

---@param found hum.FoundBackend
---@return string
local function api_text(found)
  local api = found.native and "Ollama's own /api/generate" or APIS[found.api]
  if found.api == 'infill' or found.api == 'fim' then
    return api
  elseif not found.tokens then
    return api .. ' with a suffix'
  end
  local whose = found.family and 'the FIM tokens of ' .. found.family
    or (found.learned and 'the FIM tokens reported by the server' or 'the FIM tokens in complete.fim')
  return ('%s with %s'):format(api, whose)
end

--- A backend in words: '"qwen2.5-coder:1.5b-base" at endpoint "ollama" (already loaded), using
--- /api/generate with a suffix (the server knows the FIM tokens)'.
---@param found hum.FoundBackend
---@return string
function M.describe(found)
  local options = config.get()
  local name = options.complete.endpoint or options.endpoint
  local text = '"%s" at endpoint "%s" (%s), using %s (%s)'
  return text:format(found.model, name, found.why, api_text(found), found.how)
end

---@return boolean  a model is being looked for
function M.is_searching() return search ~= nil end

--- What is known of the backend now, in words; no server is queried for it.
---@return string
function M.text()
  if search then
    return 'looking for a FIM model'
  elseif not known or not same(known.key, current_key()) then
    return 'the FIM model will be chosen when it is needed'
  end
  if known.found then
    local sizes = window.of(known.found.context, config.get().complete)
    local size = ('prompts have up to %d tokens of this file and %d of others'):format(
      sizes.window_tokens,
      sizes.ring_tokens
    )
    return ('FIM model: %s; %s'):format(M.describe(known.found), size)
  end
  return wrap.joined(((known.err or ''):gsub('^hum: ', ''):gsub('^completion: ', '')))
end

return M
