-- `:checkhealth hum`: what is there, what is not, and what to do about it. The one place
-- where hum waits, each time for a bounded while.
local config = require('hum.config')
local endpoint = require('hum.health.endpoint')
local health = require('hum.health.page')
local keys = require('hum.config.keys')
local updated = require('hum.updated')

local M = {}

--- Bounds of the waits, in ms: for the helper, and for all servers together.
local HELPER_WITHIN = 3000
local SERVER_WITHIN = 10000

--- Keys that are looked for on the first day.
local FIRST = { 'send', 'stop', 'retry', 'put_block', 'keys' }

local function check_keys()
  health.start('keys in chats', true)
  local missing = {}
  for _, key in ipairs(keys.list) do
    local mapped = table.concat(config.keys(key.name), ', ')
    if vim.list_contains(FIRST, key.name) then
      if mapped ~= '' then health.info(('%s: %s'):format(mapped, key.desc)) end
      if mapped == '' then missing[#missing + 1] = key.desc end
    end
  end
  if #missing > 0 then
    health.info(('no key to %s: see chat.maps in your configuration'):format(table.concat(missing, ', ')))
  end
  health.info('all of them: |hum-keys|')
end

---@param said string|nil  by the helper, about itself and its libraries
local function check_versions(said)
  health.start('versions', true)
  ---@diagnostic disable-next-line: call-non-callable  it has a metatable
  local version = tostring(vim.version())
  if vim.fn.has('nvim-0.10') == 1 then
    health.ok('Neovim ' .. version)
  else
    health.error('Neovim ' .. version .. ' is too old', { 'Install Neovim 0.10 or newer.' })
  end
  for _, one in ipairs(vim.split(said or '', ', ', { trimempty = true })) do
    health.info(one)
  end
  local address = require('hum.repository').known()
  if address then health.info('from ' .. address) end
  health.info('the log, for a bug report: ' .. require('hum.log').path())
end

local function check_config()
  health.start('configuration')
  local problems = config.problems()
  for _, problem in ipairs(problems) do
    health.error(problem)
  end
  if #problems > 0 then
    health.info('what is wrong is ignored, and an endpoint with an error is not used: see |hum-config|')
  else
    health.ok('no errors in vim.g.hum and setup()')
  end
  for _, offer in ipairs(config.offers()) do
    health.info(('$%s is set: |:Hum-model| offers %s'):format(offer.variable, offer.title))
  end
end

---@param entry hum.PromptEntry
local function check_prompt(entry)
  local allow = require('hum.prompt.allow')
  local path = vim.fn.fnamemodify(entry.path, ':~')
  local allowed, why = allow.state(entry)
  if entry.why or (not allowed and entry.origin == 'user') then return health.warn(entry.why or why or '') end
  if not allowed then return health.info(('"%s": %s: %s'):format(entry.name, path, why or 'it is not trusted')) end
  local prompt = assert(entry.prompt)
  local lines = { ('"%s": %s'):format(entry.name, path) }
  health.ok(table.concat(vim.list_extend(lines, prompt.notes or {}), '\n'))
end

--- The prompts of the user's own and of the project, if there are any.
local function check_prompts()
  local root = require('hum.library.about').root()
  local own = vim.tbl_filter(function(entry) return entry.origin ~= 'hum' end, require('hum.prompt').list(root))
  if #own == 0 then return end
  health.start('prompts')
  for _, entry in ipairs(own) do
    check_prompt(entry)
  end
end

---@return boolean usable, string|nil said  by itself, about itself
local function check_helper()
  health.start('helper')
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
  local ok, done = pcall(function() return vim.system({ path, '--version' }, { text = true }):wait(HELPER_WITHIN) end)
  if not ok or done.code ~= 0 then
    local said = ok and vim.trim((done.stderr or '') .. (done.stdout or '')) or tostring(done)
    health.error(
      ('%s cannot be run: %s'):format(path, said),
      { 'Rebuild it with :Hum build: a library may have changed.' }
    )
    return false
  end
  local said = vim.trim(done.stdout or '')
  local channel, reason = helper.start()
  vim.wait(HELPER_WITHIN, function() return helper.state().status ~= 'starting' end, 10)
  local state = helper.state()
  if not channel or state.status ~= 'ready' then
    health.error(reason or 'it does not respond, or its protocol is not the one of the plugin', {
      updated.is() and updated.CURE
        or 'Rebuild it with :Hum build. The plugin and its helper must have the same version.',
    })
    return false, said
  end
  health.ok(('it runs: %s, version %s, protocol %d (matches the plugin)'):format(path, state.version, state.protocol))
  return true, said
end

--- Runs each `start(done)`, and waits until all `done(...)` were called. What is late is given up.
---@param starts table<string, fun(done: fun(...)): hum.Cancel?>
---@return table<string, table>  what each was given, packed
local function wait_for_all(starts)
  local results, cancels, open = {}, {}, vim.tbl_count(starts)
  for key, start in pairs(starts) do
    cancels[key] = start(function(...)
      open = open - (results[key] and 0 or 1)
      results[key] = results[key] or vim.F.pack_len(...)
    end)
  end
  vim.wait(SERVER_WITHIN, function() return open == 0 end, 10)
  for key in pairs(starts) do
    if not results[key] and cancels[key] then cancels[key]() end
    results[key] = results[key] or vim.F.pack_len(('no response within %d s'):format(SERVER_WITHIN / 1000))
  end
  return results
end

--- The same for one.
---@param start fun(done: fun(...)): hum.Cancel?
---@return any ...
local function wait_for(start) return vim.F.unpack_len(wait_for_all({ one = start }).one) end

--- Asks all endpoints at once: the check takes as long as the slowest of them.
---@param names string[]
---@return table<string, hum.Queried>
local function ask(names)
  local models, starts = require('hum.server.models'), {}
  for _, name in ipairs(names) do
    starts[name .. ' server'] = function(done) return require('hum.server.identify').ask(name, done) end
    starts[name .. ' models'] = function(done) return models.ask(name, false, done) end
  end
  local first, wanted = wait_for_all(starts), {}
  for _, name in ipairs(names) do
    local list = first[name .. ' models'][2]
    local model = list and (models.decided(name) or #list == 1 and list[1])
    if model then wanted[name] = function(done) return models.capabilities(name, model, done) end end
  end
  local second, asked = wait_for_all(wanted), {}
  for _, name in ipairs(names) do
    asked[name] = { server = first[name .. ' server'], models = first[name .. ' models'], can = second[name] }
  end
  return asked
end

local function check_all()
  check_config()
  check_prompts()
  local usable, said = check_helper()
  local names = config.endpoint_names()
  local asked = usable and ask(names) or {}
  for _, name in ipairs(names) do
    endpoint.check(name, asked[name])
  end
  require('hum.complete.report').check(health, usable, wait_for)
  require('hum.health.reference').check()
  check_keys()
  check_versions(said)
end

function M.check() health.write(check_all) end

return M
