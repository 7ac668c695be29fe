-- Endpoints: from a name in the configuration to what the helper needs to reach it.
local config = require('hum.config')
local providers = require('hum.server.provider')
local secret = require('hum.server.secret')
local spelling = require('hum.spelling')
local steps_of = require('hum.server.steps').new
local url = require('hum.url')

local M = {}

---@class hum.EndpointSpec  as the helper wants it
---@field name string
---@field url string
---@field dialect hum.Dialect
---@field headers table<string, string>
---@field key? string
---@field connect_timeout number
---@field first_timeout number
---@field idle_timeout number

---@class hum.Resolved
---@field endpoint hum.EndpointSpec
---@field model? string       the configured model; nil: see hum.server.models
---@field options table<string, any>
---@field keep_alive? string|number
---@field think? boolean|string

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

--- The URL of an endpoint. Its key is not needed for that.
---@param name? string
---@return string|nil url, string|nil err
function M.url(name)
  local endpoint, err = find(M.name_of(name))
  if not endpoint then return nil, err end
  local provider = providers[endpoint.dialect]
  local set = endpoint.url or provider.default_url
  if set then return url.endpoint(set, endpoint.dialect) end
  local found, why = url.ollama_host(vim.env[provider.host_variable] --[[@as string|nil]])
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

--- What is needed to reach an endpoint without its key and its headers.
---@param name string
---@return hum.EndpointSpec|nil
function M.without_secrets(name)
  local endpoint, address = find(name), M.url(name)
  if not endpoint or not address then return nil end
  return {
    name = name,
    url = address,
    dialect = endpoint.dialect,
    headers = vim.empty_dict(),
    connect_timeout = endpoint.connect_timeout,
    first_timeout = endpoint.first_timeout,
    idle_timeout = endpoint.idle_timeout,
  }
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

local hashes = setmetatable({}, { __mode = 'k' }) ---@type table<hum.Endpoint, string>

--- What the helper has learned of an endpoint holds as long as this is the same.
---@param endpoint hum.Endpoint
---@return string
local function hash_of(endpoint)
  hashes[endpoint] = hashes[endpoint] or vim.fn.sha256(vim.inspect(endpoint))
  return hashes[endpoint]
end

--- All that a request to an endpoint needs. The callback runs at once unless a key has
--- to be fetched from a command. What comes out holds secrets: not for logs or buffers.
---@param name? string  nil: the default one
---@param cb fun(err: string?, resolved: hum.Resolved?)  called once at most
---@return hum.Cancel
function M.resolve(name, cb)
  name = M.name_of(name)
  local steps = steps_of(cb)
  local address, err = M.url(name)
  if not address then
    steps.finish(err)
    return steps.cancel
  end
  local endpoint = config.get().endpoints[name]
  local function finish(key, headers)
    steps.finish(nil, {
      endpoint = {
        name = name,
        url = address,
        dialect = endpoint.dialect,
        headers = headers,
        key = key,
        key_from = key and (endpoint.key.env and '$' .. endpoint.key.env or 'its command') or nil,
        configured = hash_of(endpoint),
        connect_timeout = endpoint.connect_timeout,
        first_timeout = endpoint.first_timeout,
        idle_timeout = endpoint.idle_timeout,
      },
      model = endpoint.model,
      options = vim.deepcopy(endpoint.options),
      keep_alive = endpoint.keep_alive,
      think = endpoint.think,
    })
  end
  local function fail(path, why) steps.finish(('no key: endpoints.%s.%s: %s'):format(name, path, why)) end
  resolve_headers(endpoint.headers, steps, function(why, header, headers)
    if why then
      return fail('headers.' .. header, why)
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
