-- What `:checkhealth hum` says of an endpoint.
local count = require('hum.count')
local health = require('hum.health.page')

local M = {}

---@class hum.Queried  what each query was given in the end, packed
---@field server table
---@field models table
---@field can? table

---@param endpoint hum.Endpoint
---@return hum.Provider
local function provider_of(endpoint) return require('hum.server.provider')[endpoint.dialect] end

--- Proxy, certificates, socket.
---@param name string
local function check_way(name)
  for _, note in ipairs(require('hum.server.way').notes(name)) do
    if note.advice then
      health.warn(note.text, { note.advice })
    else
      health.info(note.text)
    end
  end
end

---@param name string
---@param endpoint hum.Endpoint
---@param url string
local function check_address(name, endpoint, url)
  local preset = require('hum.server.provider.preset').of(endpoint)
  health.info(('%s, dialect "%s"%s'):format(url, endpoint.dialect, preset and ', ' .. preset.title or ''))
  local variable = provider_of(endpoint).host_variable
  local host = variable and vim.env[variable] --[[@as string|nil]]
  if not endpoint.url and (not preset or preset.url == '') and host and host ~= '' then
    health.info(('the address comes from $%s'):format(variable))
    if url:find(':80$') and not host:find(':80', 1, true) then
      health.info('"http://" without a port means port 80, not 11434')
    end
    local suffix = require('hum.url').api_suffix(url)
    if suffix then
      health.warn(
        ('$%s ends in "%s": every request will fail with 404'):format(variable, suffix),
        { ('Remove "%s": $%s is the base address.'):format(suffix, variable) }
      )
    end
  end
  if require('hum.server.endpoint').key(name) and url:find('^http://') and not require('hum.url').is_loopback(url) then
    health.warn(
      ('the API key of endpoint "%s" is sent unencrypted'):format(name),
      { ('Use https:// in endpoints.%s.url.'):format(name) }
    )
  end
  check_way(name)
end

--- What is wrong at an endpoint that nobody uses is no error.
---@param name string
---@return fun(message: string, advice?: string[])
local function complain(name)
  local config = require('hum.config').get()
  local used = name == config.endpoint or name == require('hum.server.models').endpoint()
  used = used or name == config.complete.endpoint
  for _, chat in ipairs(require('hum.chat.chats').all()) do
    used = used or require('hum.chat.front').endpoint(chat.buf) == name
  end
  return used and health.error or health.warn
end

---@param name string
---@param endpoint hum.Endpoint
---@return boolean
local function check_key(name, endpoint)
  local key, missing = require('hum.server.endpoint').key(name)
  local sources = { ['key'] = key }
  for header, value in pairs(endpoint.headers) do
    sources['headers.' .. header] = type(value) == 'table' and value or nil
  end
  if missing then
    complain(name)(
      ('no key: $%s is not set'):format(missing),
      { ('Set it, or endpoints.%s.key; see |hum-api-keys|.'):format(name) }
    )
    return false
  end
  local all = true
  local variable = provider_of(endpoint).key_variable
  if not next(sources) and variable and not require('hum.url').is_loopback(endpoint.url or 'https://') then
    health.info(("no API key is set; if one is needed: endpoints.%s.key = { env = '%s' }"):format(name, variable))
  end
  for path, source in vim.spairs(sources) do
    local ok, text = require('hum.server.secret').describe(source)
    if ok then
      health.ok(('%s: %s'):format(path, text))
    else
      all = false
      complain(name)(
        ('%s: %s'):format(path, text),
        { ('See endpoints.%s.%s in your configuration, and |hum-api-keys|.'):format(name, path) }
      )
    end
  end
  return all
end

--- Statuses of a server that has no list of models, which is no fault where one is named.
local NO_LIST = { [404] = true, [405] = true, [501] = true }

---@param name string
---@param err hum.ServerError|string
local function report(name, err)
  local text = type(err) == 'string' and err or require('hum.server.query').text(err --[[@as hum.ServerError]])
  local message, hint = require('hum.notify').parts(text)
  complain(name)(message, hint and { hint })
end

---@param name string
---@param provider hum.Provider
---@param asked hum.Queried
---@return boolean  it answered, as far as that is known
local function check_server(name, provider, asked)
  local err, found = asked.server[1], asked.server[2] --[[@as hum.ServerFound?]]
  if err and provider.version then
    report(name, err)
    return false
  elseif not found then
    return true
  end
  health.ok(('reachable: %s %s'):format(found.title, found.version or '(version unknown)'))
  local parsed = provider.version and vim.version.parse(found.version or '')
  if parsed and found.version ~= '0.0.0' and vim.version.lt(parsed, provider.version.least) then
    health.warn(provider.version.lacks, { provider.version.cure })
  end
  return true
end

---@param name string
---@param endpoint hum.Endpoint
---@param model string  of new chats
---@param can? string[]
local function check_model(name, endpoint, model, can)
  local list = can and (' (capabilities: %s)'):format(table.concat(can, ', ')) or ''
  health.ok(('new chats use "%s"%s'):format(model, list))
  local thinks = not can or vim.tbl_contains(can, 'thinking')
  if endpoint.think and not thinks then
    health.warn(
      ('"%s" does not support thinking, but endpoints.%s.think is set'):format(model, name),
      { 'Set it to false; otherwise the server rejects every request.' }
    )
  end
end

---@param name string
---@param endpoint hum.Endpoint
---@param asked hum.Queried
local function check_models(name, endpoint, asked)
  if not require('hum.server.endpoint').list(name) and #endpoint.models == 0 then
    local model = require('hum.server.models').decided(name)
    if model then return health.info(('new chats use "%s"; it has no list of models'):format(model)) end
    return health.warn('it has no list of models', { ('Set endpoints.%s.model, or models.'):format(name) })
  end
  local err, names = asked.models[1], asked.models[2]
  if err then
    local is_none = endpoint.dialect ~= 'ollama' and type(err) == 'table' and NO_LIST[err.status]
    local model = is_none and require('hum.server.models').decided(name)
    if not model then return report(name, err) end
    health.info(('new chats use "%s"'):format(model))
    return health.info('the server lists no models: ' .. err.message)
  end
  if #names == 0 then
    local advice = provider_of(endpoint).no_models:format(name)
    return health.warn('the server has no models', { advice:sub(1, 1):upper() .. advice:sub(2) .. '.' })
  end
  local shown = vim.list_slice(names, 1, 10)
  local more = #names > #shown and (' and %d more'):format(#names - #shown) or ''
  health.ok(('%s: %s%s'):format(count.of(#names, 'model'), table.concat(shown, ', '), more))
  local wanted = require('hum.server.models').decided(name) or (#names == 1 and names[1])
  if not wanted then
    health.info('you will be asked for a model at the first message')
  elseif vim.tbl_contains(names, wanted) or vim.tbl_contains(names, wanted .. ':latest') then
    check_model(name, endpoint, wanted, asked.can and asked.can[2])
  else
    health.warn(
      ('new chats use "%s", which the server does not have'):format(wanted),
      { ('Choose another with :Hum model, or correct endpoints.%s.model.'):format(name) }
    )
  end
end

---@param name string
local function check_learned(name)
  for _, message in ipairs(require('hum.server.learned').of(name)) do
    health.info(message)
  end
end

---@param name string
---@param asked? hum.Queried  nil: the helper cannot be asked
function M.check(name, asked)
  local config = require('hum.config').get()
  local endpoint = config.endpoints[name]
  health.start(('endpoint "%s"%s'):format(name, name == config.endpoint and ' (default)' or ''))
  local url, why = require('hum.server.endpoint').url(name)
  if not url then return complain(name)(why or 'no address', { 'See |hum-endpoints|.' }) end
  check_address(name, endpoint, url)
  check_learned(name)
  if not check_key(name, endpoint) then
    return
  elseif not asked then
    return health.warn('not checked: needs the helper')
  end
  if check_server(name, provider_of(endpoint), asked) then check_models(name, endpoint, asked) end
end

return M
