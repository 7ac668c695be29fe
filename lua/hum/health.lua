-- `:checkhealth hum`: what is there, what is not, and what to do about it. The one place
-- where hum waits, each time for a bounded while.
local M = {}

local health = vim.health

--- Bounds of the two waits, in ms.
local HELPER_WITHIN = 3000
local SERVER_WITHIN = 6000

local function check_neovim()
  health.start('hum: Neovim')
  ---@diagnostic disable-next-line: call-non-callable  it has a metatable
  local version = tostring(vim.version())
  if vim.fn.has('nvim-0.10') == 1 then
    health.ok('Neovim ' .. version)
  else
    health.error('Neovim ' .. version .. ' is too old', { 'Install Neovim 0.10 or newer.' })
  end
end

local function check_config()
  health.start('hum: configuration')
  local problems = require('hum.config').problems()
  for _, problem in ipairs(problems) do
    health.error(problem, { 'See |hum-config|. What is wrong is left out, and an endpoint with an error is not used.' })
  end
  if #problems == 0 then health.ok('no errors in vim.g.hum and setup()') end
  health.info('log: ' .. require('hum.log').path())
end

---@return boolean usable
local function check_helper()
  health.start('hum: helper')
  local helper = require('hum.server.helper')
  local path, why = helper.find()
  if not path then
    local advice = { 'Run :Hum build, or "make" in the plugin directory.' }
    for _, program in ipairs({ 'make', 'cc', 'pkg-config' }) do
      if vim.fn.executable(program) == 0 then
        advice[#advice + 1] = ('"%s" is not installed; see |hum-requirements|.'):format(program)
      end
    end
    health.error(why or 'not found', advice)
    return false
  end
  health.ok('found: ' .. path)
  local ok, done = pcall(function() return vim.system({ path, '--version' }, { text = true }):wait(HELPER_WITHIN) end)
  if not ok or done.code ~= 0 then
    local said = ok and vim.trim((done.stderr or '') .. (done.stdout or '')) or tostring(done)
    health.error('it cannot be run: ' .. said, { 'Rebuild it with :Hum build: a library may have changed.' })
    return false
  end
  health.ok(vim.trim(done.stdout or ''))
  local channel, reason = helper.start()
  vim.wait(HELPER_WITHIN, function() return helper.state().status ~= 'starting' end, 10)
  local state = helper.state()
  if not channel or state.status ~= 'ready' then
    health.error(
      reason or 'it does not respond, or its protocol is not the one of the plugin',
      { 'Rebuild it with :Hum build. The plugin and its helper must have the same version.' }
    )
    return false
  end
  health.ok(('running: version %s, protocol %d (matches the plugin)'):format(state.version, state.protocol))
  return true
end

--- Runs `start(done)` and waits until `done(...)` was called.
---@param start fun(done: fun(...))
---@return any ...  what done was given; nothing if it was not called in time
local function wait_for(start)
  local results ---@type table?
  start(function(...) results = vim.F.pack_len(...) end)
  vim.wait(SERVER_WITHIN, function() return results ~= nil end, 10)
  if results then return vim.F.unpack_len(results) end
  return ('no response within %d s'):format(SERVER_WITHIN / 1000)
end

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
  health.info(('%s, dialect "%s"'):format(url, endpoint.dialect))
  local variable = provider_of(endpoint).host_variable
  local host = variable and vim.env[variable] --[[@as string|nil]]
  local preset = require('hum.server.provider.preset').of(endpoint)
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
    health.error(
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
      health.error(
        ('%s: %s'):format(path, text),
        { ('See endpoints.%s.%s in your configuration, and |hum-api-keys|.'):format(name, path) }
      )
    end
  end
  return all
end

---@param err hum.ServerError|string
local function report(err)
  local text = type(err) == 'string' and err or require('hum.server.query').text(err --[[@as hum.ServerError]])
  text = text:gsub('^hum: ', '')
  local lines = vim.split(text, '\n')
  if #lines == 1 then return health.error(text) end
  health.error(lines[1], { lines[2] })
end

---@param name string
---@param provider hum.Provider  one that has versions
---@return boolean
local function check_version(name, provider)
  local wanted = provider.version --[[@as hum.ProviderVersion]]
  local query = require('hum.server.query').query
  local err, answer = wait_for(function(done) query(name, { path = wanted.path }, done) end)
  if err then
    report(err)
    return false
  end
  local version = type(answer.version) == 'string' and answer.version or '?'
  health.ok(('reachable: %s %s'):format(provider.title, version))
  local parsed = vim.version.parse(version)
  if parsed and version ~= '0.0.0' and vim.version.lt(parsed, wanted.least) then
    health.warn(wanted.lacks, { wanted.cure })
  end
  return true
end

---@param name string
---@param endpoint hum.Endpoint
---@param model string  of new chats
local function check_model(name, endpoint, model)
  local _, can = wait_for(function(done) require('hum.server.models').capabilities(name, model, done) end)
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
local function check_models(name, endpoint)
  if not require('hum.server.endpoint').list(name) and #endpoint.models == 0 then
    local model = require('hum.server.models').decided(name)
    if model then return health.info(('new chats use "%s"; it has no list of models'):format(model)) end
    return health.warn('it has no list of models', { ('Set endpoints.%s.model, or models.'):format(name) })
  end
  local err, names = wait_for(function(done) require('hum.server.models').list(name, done) end)
  if err then return report(err) end
  if #names == 0 then
    local advice = provider_of(endpoint).no_models:format(name)
    return health.warn('the server has no models', { advice:sub(1, 1):upper() .. advice:sub(2) .. '.' })
  end
  local shown = vim.list_slice(names, 1, 10)
  local more = #names > #shown and (' and %d more'):format(#names - #shown) or ''
  health.ok(('%d model(s): %s%s'):format(#names, table.concat(shown, ', '), more))
  local wanted = require('hum.server.models').decided(name) or (#names == 1 and names[1])
  if not wanted then
    health.info('you will be asked for a model at the first message')
  elseif vim.tbl_contains(names, wanted) or vim.tbl_contains(names, wanted .. ':latest') then
    check_model(name, endpoint, wanted)
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
---@param usable boolean  the helper can be asked
local function check_endpoint(name, usable)
  local config = require('hum.config').get()
  local endpoint = config.endpoints[name]
  health.start(('hum: endpoint "%s"%s'):format(name, name == config.endpoint and ' (default)' or ''))
  local url, why = require('hum.server.endpoint').url(name)
  if not url then return health.error(why or 'no address', { 'See |hum-endpoints|.' }) end
  check_address(name, endpoint, url)
  check_learned(name)
  if not check_key(name, endpoint) then
    return
  elseif not usable then
    return health.warn('not checked: needs the helper')
  end
  local provider = provider_of(endpoint)
  if provider.version and not check_version(name, provider) then return end
  check_models(name, endpoint)
end

function M.check()
  check_neovim()
  check_config()
  local usable = check_helper()
  for _, name in ipairs(require('hum.config').endpoint_names()) do
    check_endpoint(name, usable)
  end
  require('hum.complete.report').check(usable, wait_for)
end

return M
