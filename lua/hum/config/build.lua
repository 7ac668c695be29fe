-- From what users set to the options in force. What is faulty is told by its name and left out, the
-- rest holds; but nothing may be sent anywhere because of a fault: an endpoint with a fault in it is
-- not used at all, and where it cannot be known which endpoint was meant, none is. Pure.
local address = require('hum.address')
local check = require('hum.config.check')
local preset = require('hum.server.provider.preset')
local providers = require('hum.server.provider')
local schema = require('hum.config.schema')

local M = {}

--- Names that no endpoint can have: of the default one, of completion's, when it is not known which
--- was meant.
local UNKNOWN, UNKNOWN_COMPLETE = '?endpoint', '?complete.endpoint'

---@class hum.Sources
---@field user table        vim.g.hum
---@field opts table        what setup() was given
---@field adopted table<string, true>  presets that the user chose in this session
---@field unreadable? string  why user or opts are not what was set

---@class hum.Build
---@field problems hum.Problem[]
---@field faults table<string, string>  of endpoints, by their names

-- ---- tables -------------------------------------------------------------------------------------

--- `over` laid on `under`, both shaped as `node` says; tables in leaves are replaced.
---@param node hum.Node
---@param under any
---@param over any
---@return any
local function merge(node, under, over)
  if over == nil then
    return vim.deepcopy(under)
  elseif (node.kind ~= 'group' and node.kind ~= 'map') or type(over) ~= 'table' then
    return vim.deepcopy(over)
  end
  local out = type(under) == 'table' and vim.deepcopy(under) or {}
  if node.kind == 'map' then
    for name, item in pairs(over) do
      out[name] = merge(node.item --[[@as hum.Node]], out[name], item)
    end
    return out
  end
  for _, field in ipairs(node.fields or {}) do
    out[field.name] = merge(field, out[field.name], over[field.name])
  end
  return out
end

--- The defaults of a node written out, in `value` where it says nothing.
---@param node hum.Node
---@param value any
---@return any
local function with_defaults(node, value)
  if value == nil then value = vim.deepcopy(node.default) end
  if node.kind == 'group' then
    if node.switch and not value then return false end
    value = type(value) == 'table' and value or {}
    for _, field in ipairs(node.fields or {}) do
      value[field.name] = with_defaults(field, value[field.name])
    end
  elseif node.kind == 'map' then
    for name, item in pairs(value) do
      value[name] = item ~= false and with_defaults(node.item --[[@as hum.Node]], item) or nil
    end
  end
  return value
end

--- The same without what stands at a path; tables that it leads through are copied.
---@param value any
---@param path any[]
---@param at integer
---@return any
local function without(value, path, at)
  if type(value) ~= 'table' or at > #path then return nil end
  local copy = {}
  for key, item in pairs(value) do
    copy[key] = item
  end
  copy[path[at]] = without(value[path[at]], path, at + 1)
  return copy
end

-- ---- faults -------------------------------------------------------------------------------------

---@param build hum.Build
---@param problem hum.Problem
local function note(build, problem)
  local path = problem.path
  table.insert(build.problems, problem)
  if path[1] ~= 'endpoints' or #path < 2 then return end
  local name, text = tostring(path[2]), check.text(problem)
  build.faults[name] = build.faults[name] and build.faults[name] .. '\n' .. text or text
end

---@param build hum.Build
---@param path any[]
---@param why string
local function add(build, path, why) note(build, { path = path, why = why }) end

--- What users set, without what is wrong in it.
---@param build hum.Build
---@param source table
---@return table
local function sound(build, source)
  for _, problem in ipairs(check.problems(schema, source)) do
    note(build, problem)
    source = without(source, problem.path, 1)
  end
  return source
end

--- Whether an unknown option may have been meant to be one of these.
---@param problem hum.Problem
---@param names string[]
---@param is_set boolean  one of them is, so that a word that is like none was hardly meant to be it
---@return boolean
local function may_mean(problem, names, is_set)
  if not problem.unknown then return vim.tbl_contains(names, problem.path[#problem.path]) end
  if problem.meant then return vim.tbl_contains(names, problem.meant) end
  return not is_set
end

--- Why it is not known which endpoint was meant.
---@param build hum.Build
---@param prefix string|nil  group that the option is in
---@param names string[]     the options that say it
---@param is_set boolean
---@return string|nil
local function doubt(build, prefix, names, is_set)
  for _, problem in ipairs(build.problems) do
    local path = problem.path
    local here = prefix and path[1] == prefix and #path == 2 or not prefix and #path == 1
    if here and may_mean(problem, names, is_set) then return check.text(problem) end
  end
end

-- ---- endpoints ----------------------------------------------------------------------------------

--- The preset of an endpoint, what it says where the configuration does not.
---@param build hum.Build
---@param name string
---@param endpoint hum.Endpoint
local function apply_preset(build, name, endpoint)
  local wanted = endpoint.preset
  if wanted == nil then
    endpoint.preset = preset.find(name)
  elseif wanted then
    endpoint.preset = preset.find(wanted)
    if not endpoint.preset then
      local hint = require('hum.spelling').hint(wanted, preset.names())
      add(build, { 'endpoints', name, 'preset' }, ('there is no preset "%s"%s'):format(wanted, hint))
    end
  end
  local known = preset.of(endpoint)
  endpoint.dialect = endpoint.dialect or known and (known.dialect or 'openai') or 'ollama'
end

--- Azure's options belong together, and to Azure.
---@param build hum.Build
---@param name string
---@param endpoint hum.Endpoint
local function check_resource(build, name, endpoint)
  local known = preset.of(endpoint)
  local function fault(option, why) add(build, { 'endpoints', name, option }, why) end
  if not known or not known.resource then
    for _, option in ipairs({ 'resource', 'deployment', 'api_version' }) do
      if endpoint[option] then fault(option, 'only for the preset "azure"; use url, query and model') end
    end
    return
  end
  endpoint.deployment = endpoint.deployment or endpoint.model
  endpoint.model = endpoint.model or endpoint.deployment or (endpoint.url or ''):match('/deployments/([^/?]+)')
  local is_whole = (endpoint.url or ''):find('/deployments/', 1, true)
  if endpoint.api_version and not endpoint.deployment and not is_whole then
    fault('deployment', 'expected the name of the deployment, beside api_version')
  end
end

--- Without `url` an address has to be known: from a preset, the dialect, or of Ollama.
---@param endpoint hum.Endpoint
---@return boolean
local function needs_url(endpoint)
  return not endpoint.url and not preset.of(endpoint) and not providers[endpoint.dialect].default_url
end

---@param build hum.Build
---@param name string
---@param endpoint hum.Endpoint
local function check_endpoint(build, name, endpoint)
  apply_preset(build, name, endpoint)
  check_resource(build, name, endpoint)
  if build.faults[name] then return end
  if needs_url(endpoint) then
    local near = require('hum.spelling').hint(name, preset.names())
    return add(build, { 'endpoints', name, 'url' }, 'expected the address of the server, or a preset' .. near)
  end
  local found, why, late = address.of_endpoint(endpoint)
  if found or late then return end
  local option, text = (why or ''):match('^([%w_]+): (.*)$')
  add(build, { 'endpoints', name, option }, text or 'no address')
end

---@param build hum.Build
---@param config hum.Config
local function check_endpoints(build, config)
  local names = vim.tbl_keys(config.endpoints)
  table.sort(names)
  for _, name in ipairs(names) do
    check_endpoint(build, name, config.endpoints[name])
    if build.faults[name] then config.endpoints[name] = nil end
  end
end

--- What to say of a name that no endpoint has. A known service is not used only because it is named:
--- whoever did that may not be the user, or have meant an endpoint of another address.
---@param name string
---@param names string[]  of those that there are
---@param removed table<string, boolean>
---@return string
function M.no_endpoint(name, names, removed)
  local known = not removed[name] and preset.find(name)
  local cure = known and ('; to use %s, set endpoints.%s = {}'):format(preset.all[known].title, name)
  local hint = require('hum.spelling').hint(name, names)
  local list = #names > 0 and '; configured are: ' .. table.concat(names, ', ') or ''
  return ('there is no endpoint "%s"%s'):format(name, hint ~= '' and hint or cure or list)
end

-- ---- what can only be checked in the whole ------------------------------------------------------

---@param build hum.Build
---@param config hum.Config
---@param path string[]
---@param name string
local function check_name(build, config, path, name)
  if config.endpoints[name] or build.faults[name] then return end
  local names = vim.tbl_keys(config.endpoints)
  table.sort(names)
  add(build, path, M.no_endpoint(name, names, config.removed))
  build.faults[name] = check.text(build.problems[#build.problems])
end

---@param build hum.Build
---@param config hum.Config
local function check_complete(build, config)
  local complete = config.complete
  local name = complete.endpoint or config.endpoint
  local endpoint = config.endpoints[name]
  for _, option in ipairs(endpoint and providers[endpoint.dialect].load_options or {}) do
    if complete.options[option] ~= nil then
      local text = 'set it in endpoints.%s.options instead: '
        .. 'with different values %s would reload the model between chat and completion'
      add(build, { 'complete', 'options', option }, text:format(name, providers[endpoint.dialect].title))
      complete.options[option] = nil
    end
  end
  local fim = complete.fim
  local some = fim.prefix or fim.suffix or fim.middle or fim.file or fim.repo
  if some and not (fim.prefix and fim.suffix) then
    add(build, { 'complete', 'fim' }, 'expected both "prefix" and "suffix"')
    complete.fim = with_defaults(check.node(schema, { 'complete', 'fim' }), nil)
  end
end

--- Where it is not known which endpoint was meant, there is none.
---@param build hum.Build
---@param config hum.Config
---@param user table  both as they were set
---@param opts table
local function check_names(build, config, user, opts)
  local function is_set(group)
    local under, over = group and user[group] or user, group and opts[group] or opts
    return type(under) == 'table' and under.endpoint ~= nil or type(over) == 'table' and over.endpoint ~= nil
  end
  local why = doubt(build, nil, { 'endpoint', 'endpoints' }, is_set())
  if why then
    config.endpoint, build.faults[UNKNOWN] = UNKNOWN, why
  else
    check_name(build, config, { 'endpoint' }, config.endpoint)
  end
  why = doubt(build, 'complete', { 'endpoint' }, is_set('complete')) or doubt(build, nil, { 'complete' }, true)
  if why then
    config.complete.endpoint, build.faults[UNKNOWN_COMPLETE] = UNKNOWN_COMPLETE, why
  elseif config.complete.endpoint then
    check_name(build, config, { 'complete', 'endpoint' }, config.complete.endpoint)
  end
end

--- What the configuration takes away by `false`.
---@param user table
---@param opts table
---@return table<string, boolean>
local function removed_names(user, opts)
  local removed = {}
  for _, source in ipairs({ user, opts }) do
    for name, item in pairs(type(source.endpoints) == 'table' and source.endpoints or {}) do
      removed[name] = item == false
    end
  end
  return removed
end

---@param sources hum.Sources
---@return hum.Config config, hum.Problem[] problems
function M.build(sources)
  local build = { problems = {}, faults = {} } ---@type hum.Build
  local user, opts = sound(build, sources.user), sound(build, sources.opts)
  local config = merge(schema, with_defaults(schema, nil), merge(schema, user, opts))
  local removed = removed_names(user, opts)
  for name in pairs(sources.adopted) do
    if config.endpoints[name] == nil then config.endpoints[name] = {} end
  end
  config = with_defaults(schema, config)
  for name in pairs(build.faults) do
    config.endpoints[name] = nil
  end
  config.faults, config.removed = build.faults, removed
  check_endpoints(build, config)
  check_names(build, config, sources.user, sources.opts)
  check_complete(build, config)
  config.unreadable = sources.unreadable or doubt(build, nil, { 'endpoints' }, true)
  if config.unreadable then
    config.endpoints, config.endpoint = {}, UNKNOWN
  end
  return config, build.problems
end

return M
