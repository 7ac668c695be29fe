-- Endpoints: from a name in the configuration to what the helper needs to reach it.
local address = require('hum.address')
local config = require('hum.config')
local helper = require('hum.server.helper')
local notify = require('hum.notify')
local preset = require('hum.server.provider.preset')
local providers = require('hum.server.provider')
local secret = require('hum.server.secret')
local steps_of = require('hum.server.steps').new

local M = {}

---@class hum.EndpointSpec  as the helper wants it
---@field name string
---@field title? string          what people call the service
---@field dialect hum.Dialect
---@field url string             base of the API
---@field url_from? string       the environment variable that has it, "$OLLAMA_HOST"
---@field root? string           base of what is not the API's own; without one it is url
---@field as_written? string     another base, for where url holds nothing
---@field chat_url? string       the whole URL of a chat
---@field fill_url? string       the whole URL of filling in
---@field query? string          added to every URL
---@field socket? string         path of a Unix socket
---@field headers table<string, string>
---@field key? string
---@field key_from? string       what the user calls its source
---@field key_header? string     that it goes in, alone
---@field key_variable? string   where the key of such a service usually stands
---@field configured? string     another text with another configuration
---@field tls? { ca?: string, client_cert?: string, client_key?: string, insecure?: boolean }
---@field proxy? string          "": none
---@field no_proxy? string
---@field quirks? hum.Quirks
---@field connect_timeout number
---@field first_timeout number
---@field idle_timeout number

---@class hum.Quirks  what is known of a service before it was asked
---@field refuses? string[]   names of what it refuses, as in src/server/learned.h
---@field limit? 'max_tokens'|'max_completion_tokens'
---@field think? string       how levels of thinking are sent
---@field thoughts? string    field in which thoughts go back; "": none
---@field prefill? string     how the beginning of a reply is given, as in src/server/prefill.h
---@field progress? string    field that has it tell how far it is in the prompt

---@class hum.Resolved
---@field endpoint hum.EndpointSpec
---@field model? string       the configured model; nil: see hum.server.models
---@field options table<string, any>
---@field keep_alive? string|number
---@field think? hum.Think

---@param name? string  nil: the default one
---@return string
function M.name_of(name) return name or config.get().endpoint end

--- An endpoint and where it is.
---@param name string
---@return hum.Endpoint|nil endpoint, hum.Address|nil address, string|nil err
local function find(name)
  local endpoint, err = config.endpoint(name)
  if not endpoint then return nil, nil, err end
  local found, why = address.of_endpoint(endpoint)
  if found then return endpoint, found end
  local option = why and why:match('^%l[%w_]*: ') and 'endpoints.' .. name .. '.' or ''
  return nil, nil, option .. (why or 'no address')
end

--- The base URL of an endpoint. Its key is not needed for that.
---@param name? string
---@return string|nil url, string|nil err
function M.url(name)
  local _, found, err = find(M.name_of(name))
  return found and found.url, err
end

-- ---- keys ----------------------------------------------------------------------------------------

--- Whether a header of the user's own brings the key.
---@param endpoint hum.Endpoint
---@param header? string  that the key would go in
---@return boolean
local function has_own_header(endpoint, header)
  for name in pairs(endpoint.headers) do
    local lower = name:lower()
    if lower == 'authorization' or lower == 'x-api-key' or lower == (header or '') then return true end
  end
  return false
end

--- Where the key of an endpoint comes from. That of a preset goes to the service's own address and
--- no other, but for what people run themselves.
---@param endpoint hum.Endpoint
---@param found hum.Address
---@return hum.Secret|nil source, string|nil missing  the variable that is not set, where a key is needed
local function key_of(endpoint, found)
  local known = preset.of(endpoint)
  if endpoint.key or not known or not known.key then return endpoint.key end
  if has_own_header(endpoint, known.key_header) then return nil end
  if not known.self_hosted and not address.is_own(known, found) then return nil end
  local variable = preset.key_variable(known)
  if variable then return { env = variable } end
  return nil, not known.self_hosted and known.key[1] or nil
end

--- Where the key of an endpoint comes from, in words that do not show it; nil: it has none.
---@param name string
---@return hum.Secret|nil source, string|nil missing  the variable that is not set, where a key is needed
function M.key(name)
  local endpoint, found = find(name)
  if endpoint and found then return key_of(endpoint, found) end
end

-- ---- what the helper is told ---------------------------------------------------------------------

local hashes = setmetatable({}, { __mode = 'k' }) ---@type table<hum.Endpoint, string>

--- What the helper has learned of an endpoint holds as long as this is the same.
---@param endpoint hum.Endpoint
---@return string
local function hash_of(endpoint)
  hashes[endpoint] = hashes[endpoint] or vim.fn.sha256(vim.inspect(endpoint))
  return hashes[endpoint]
end

--- The same, by an endpoint's name.
---@param name string
---@return string|nil
function M.configured(name)
  local endpoint = config.get().endpoints[name]
  return endpoint and hash_of(endpoint)
end

--- Whether an endpoint can be reached without running a command for its secrets.
---@param name string
---@return boolean
function M.is_at_hand(name)
  local endpoint = config.get().endpoints[name]
  for _, source in ipairs(endpoint and secret.sources(endpoint) or {}) do
    if not secret.is_at_hand(source) then return false end
  end
  return endpoint ~= nil
end

--- Whether an endpoint has that name, be it a faulty one, or a service that is offered.
---@param name string
---@return boolean
function M.is_named(name)
  local options = config.get()
  if options.endpoints[name] or options.faults[name] then return true end
  for _, offer in ipairs(config.offers()) do
    if offer.name == name then return true end
  end
  return false
end

--- Splits "endpoint/model". Models may have slashes of their own, so the first part
--- counts as an endpoint only if one has that name, be it a faulty one, or there is no other.
---@param text string
---@return string|nil endpoint, string|nil model
function M.split_model(text)
  local name, model = text:match('^([^/]+)/(.*)$')
  local options = config.get()
  if name and (model == '' or options.endpoints[name] or options.faults[name]) then
    return name, model ~= '' and model or nil
  end
  return nil, text ~= '' and text or nil
end

--- A file of the configuration, with "~" and variables resolved.
---@param path? string
---@return string|nil
local function file_of(path) return path and vim.fs.normalize(path) end

--- The certificates of an endpoint, if anything is said of them.
---@param endpoint hum.Endpoint
---@return table|nil
local function tls_of(endpoint)
  local tls = {
    ca = file_of(endpoint.ca),
    client_cert = file_of(endpoint.client_cert),
    client_key = file_of(endpoint.client_key),
    insecure = endpoint.insecure or nil,
  }
  return next(tls) and tls or nil
end

---@param field? string|false
---@return string|nil  "" says that there is none
local function or_none(field)
  if field == false then return '' end
  return field or nil
end

---@param endpoint hum.Endpoint
---@return hum.Quirks|nil
local function quirks_of(endpoint)
  local known = preset.spoken(endpoint) or {} ---@type hum.Preset|{}
  local thoughts = endpoint.thoughts
  if thoughts == nil then thoughts = known.thoughts end
  local quirks = {
    refuses = known.refuses,
    limit = known.limit,
    think = known.think,
    progress = known.progress,
    thoughts = or_none(thoughts),
  }
  return next(quirks) and quirks or nil
end

local warned = {} ---@type table<string, boolean>  endpoints without a check, in the life of a helper
helper.on_lost(function() warned = {} end)

---@param spec hum.EndpointSpec
local function warn_insecure(spec)
  local name = spec.name
  if not (spec.tls and spec.tls.insecure and vim.startswith(spec.url, 'https:')) or warned[name] then return end
  warned[name] = true
  notify.warn(
    ('hum: the certificate of endpoint "%s" is not checked\n'):format(name)
      .. ('Remove endpoints.%s.insecure, or set its ca instead (:help hum-tls).'):format(name)
  )
end

---@param name string
---@param endpoint hum.Endpoint
---@param found hum.Address
---@return hum.EndpointSpec
local function spec_of(name, endpoint, found)
  local known = preset.of(endpoint) or {} ---@type hum.Preset|{}
  local spec = {
    name = name,
    title = known.title,
    url = found.url,
    dialect = endpoint.dialect,
    headers = vim.empty_dict(),
    key_header = known.key_header,
    key_variable = known.key and known.key[1],
    configured = hash_of(endpoint),
    tls = tls_of(endpoint),
    proxy = or_none(endpoint.proxy),
    no_proxy = endpoint.no_proxy and table.concat(endpoint.no_proxy, ','),
    quirks = quirks_of(endpoint),
    connect_timeout = endpoint.connect_timeout,
    first_timeout = endpoint.first_timeout,
    idle_timeout = endpoint.idle_timeout,
  }
  return vim.tbl_extend('force', spec, found) --[[@as hum.EndpointSpec]]
end

--- What is needed to reach an endpoint without its key and its headers.
---@param name string
---@return hum.EndpointSpec|nil
function M.without_secrets(name)
  local endpoint, found = find(name)
  return endpoint and found and spec_of(name, endpoint, found) or nil
end

--- How the models of an endpoint are listed; nil: it has no list.
---@param name string
---@return hum.ProviderList|nil
function M.list(name)
  local endpoint = config.get().endpoints[name]
  local known = endpoint and preset.spoken(endpoint)
  if known and known.list ~= nil then return known.list or nil end
  return providers[endpoint and endpoint.dialect or 'ollama'].list
end

--- Replaces each secret among `headers` by its value, then calls back.
---@param headers table<string, string|hum.Secret>
---@param steps hum.Steps
---@param cb fun(err: string?, name: string?, headers: table<string, string>?)
local function resolve_headers(headers, steps, cb)
  -- Empty, it is a map on the other side of the pipe all the same.
  local out, names = vim.empty_dict(), vim.tbl_keys(headers)
  table.sort(names)
  local function resolve_from(i)
    local name = names[i]
    if not name then return cb(nil, nil, out) end
    steps.add(secret.resolve(headers[name], function(err, value)
      if err then return cb(err, name) end
      local source = headers[name]
      out[name] = (type(source) == 'table' and source.prefix or '') .. value
      resolve_from(i + 1)
    end))
  end
  resolve_from(1)
end

--- All that a request to an endpoint needs. The callback runs at once unless a key has
--- to be fetched from a command. What comes out holds secrets: not for logs or buffers.
---@param name? string  nil: the default one
---@param cb fun(err: string?, resolved: hum.Resolved?)  called once at most
---@return hum.Cancel
function M.resolve(name, cb)
  name = M.name_of(name)
  local steps = steps_of(cb)
  local endpoint, found, why = find(name)
  if not endpoint or not found then
    steps.finish(why)
    return steps.cancel
  end
  local source, missing = key_of(endpoint, found)
  if missing then
    steps.finish(('no key: set $%s, or endpoints.%s.key'):format(missing, name))
    return steps.cancel
  end
  local function finish(key, headers)
    local spec = spec_of(name, endpoint, found)
    warn_insecure(spec)
    spec.headers, spec.key = headers, key
    spec.key_from = source and (source.env and '$' .. source.env or 'its command') or nil
    steps.finish(nil, {
      endpoint = spec,
      model = endpoint.model,
      options = vim.deepcopy(endpoint.options),
      keep_alive = endpoint.keep_alive,
      think = endpoint.think,
    })
  end
  local function fail(path, reason) steps.finish(('no key: endpoints.%s.%s: %s'):format(name, path, reason)) end
  resolve_headers(endpoint.headers, steps, function(problem, header, headers)
    if problem then
      return fail('headers.' .. header, problem)
    elseif not source then
      return finish(nil, headers)
    end
    steps.add(secret.resolve(source, function(reason, key)
      if reason then return fail('key', reason) end
      finish(key, headers)
    end))
  end)
  return steps.cancel
end

return M
