-- Endpoints: from a name in the configuration to what the helper needs to reach it.
local address = require('hum.address')
local config = require('hum.config')
local helper = require('hum.server.helper')
local notify = require('hum.notify')
local providers = require('hum.server.provider')
local secret = require('hum.server.secret')
local spelling = require('hum.spelling')
local steps_of = require('hum.server.steps').new
local url = require('hum.url')

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

---@class hum.Resolved
---@field endpoint hum.EndpointSpec
---@field model? string       the configured model; nil: see hum.server.models
---@field options table<string, any>
---@field keep_alive? string|number
---@field think? hum.Think

---@param name string
---@return hum.Endpoint|nil endpoint, string|nil err
local function find(name)
  local endpoint = config.get().endpoints[name]
  if endpoint then return endpoint end
  local names = config.endpoint_names()
  local hint = spelling.hint(name, names)
  if hint == '' then hint = #names > 0 and '; configured are: ' .. table.concat(names, ', ') or '' end
  return nil, ('there is no endpoint "%s"%s'):format(name, hint)
end

---@param name? string  nil: the default one
---@return string
function M.name_of(name) return name or config.get().endpoint end

---@param endpoint hum.Endpoint
---@return hum.Address|nil address, string|nil err
local function address_of(endpoint)
  local provider = providers[endpoint.dialect]
  local set = endpoint.url or provider.default_url
  if set then return address.of(set, endpoint.dialect, endpoint) end
  local host = vim.env[provider.host_variable] --[[@as string|nil]]
  local found, why = url.ollama_host(host)
  local from = host and host ~= '' and '$' .. provider.host_variable or nil
  return found and { url = found.url, url_from = from }, why
end

--- The base URL of an endpoint. Its key is not needed for that.
---@param name? string
---@return string|nil url, string|nil err
function M.url(name)
  local endpoint, err = find(M.name_of(name))
  if not endpoint then return nil, err end
  local found, why = address_of(endpoint)
  return found and found.url, why
end

--- A text that is another one when an endpoint is configured in another way.
---@param name string
---@return string|nil
function M.configured(name)
  local endpoint = config.get().endpoints[name]
  return endpoint and vim.fn.sha256(vim.inspect(endpoint))
end

--- Whether an endpoint can be reached without running a command for its secrets.
---@param name string
---@return boolean
function M.is_at_hand(name)
  local endpoint = find(name)
  local sources = endpoint and vim.tbl_values(endpoint.headers) or {}
  sources[#sources + 1] = endpoint and endpoint.key
  for _, source in ipairs(sources) do
    if not secret.is_at_hand(source) then return false end
  end
  return endpoint ~= nil
end

--- Splits "endpoint/model". Models may have slashes of their own, so the first part
--- counts as an endpoint only if one has that name.
---@param text string
---@return string|nil endpoint, string|nil model
function M.split_model(text)
  local name, model = text:match('^([^/]+)/(.*)$')
  if name and config.get().endpoints[name] then return name, model ~= '' and model or nil end
  return nil, text ~= '' and text or nil
end

local hashes = setmetatable({}, { __mode = 'k' }) ---@type table<hum.Endpoint, string>

--- What the helper has learned of an endpoint holds as long as this is the same.
---@param endpoint hum.Endpoint
---@return string
local function hash_of(endpoint)
  hashes[endpoint] = hashes[endpoint] or vim.fn.sha256(vim.inspect(endpoint))
  return hashes[endpoint]
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

---@param endpoint hum.Endpoint
---@return hum.Quirks|nil
local function quirks_of(endpoint)
  local quirks = { thoughts = endpoint.thoughts == false and '' or endpoint.thoughts or nil }
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
  local spec = {
    name = name,
    url = found.url,
    dialect = endpoint.dialect,
    headers = vim.empty_dict(),
    configured = hash_of(endpoint),
    tls = tls_of(endpoint),
    proxy = endpoint.proxy == false and '' or endpoint.proxy or nil,
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
  local endpoint = find(name)
  local found = endpoint and address_of(endpoint)
  return endpoint and found and spec_of(name, endpoint, found) or nil
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
  local endpoint, err = find(name)
  local found, why = nil, err
  if endpoint then
    found, why = address_of(endpoint)
  end
  if not endpoint or not found then
    steps.finish(why)
    return steps.cancel
  end
  local function finish(key, headers)
    local spec = spec_of(name, endpoint, found)
    warn_insecure(spec)
    spec.headers, spec.key = headers, key
    spec.key_from = key and (endpoint.key.env and '$' .. endpoint.key.env or 'its command') or nil
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
    elseif not endpoint.key then
      return finish(nil, headers)
    end
    steps.add(secret.resolve(endpoint.key, function(reason, key)
      if reason then return fail('key', reason) end
      finish(key, headers)
    end))
  end)
  return steps.cancel
end

return M
