-- Configuration: defaults, then `vim.g.hum` (a table or a function that returns one),
-- then what setup() was given. It is checked as a whole and applied as a whole: with one
-- fault in it nothing of it is applied, and each fault is told. Who keeps what depends on
-- options subscribes to their change.
local check = require('hum.config.check')
local log = require('hum.log')
local providers = require('hum.server.provider')
local schema = require('hum.config.schema')

local M = {}

---@alias hum.Secret { env: string, prefix?: string }|{ command: string[], prefix?: string }
---@alias hum.Think boolean|string|integer
---@alias hum.Keys string|string[]|false

---@class hum.Endpoint: hum.AddressOpts
---@field url? string
---@field dialect hum.Dialect
---@field model? string
---@field models string[]
---@field options table<string, any>
---@field headers table<string, string|hum.Secret>
---@field key? hum.Secret
---@field keep_alive? string|number
---@field think? hum.Think
---@field thoughts? string|false
---@field ca? string
---@field client_cert? string
---@field client_key? string
---@field insecure boolean
---@field proxy? string|false
---@field no_proxy? string[]
---@field connect_timeout number
---@field first_timeout number
---@field idle_timeout number

---@class hum.ChatConfig
---@field system? string
---@field window 'vsplit'|'split'|'tab'|'current'
---@field size number
---@field maps table<string, hum.Keys>
---@field fold_thinking boolean
---@field stats boolean
---@field follow boolean
---@field highlight boolean

---@class hum.FimConfig
---@field prefix? string
---@field suffix? string
---@field middle? string
---@field file? string
---@field repo? string
---@field suffix_first boolean
---@field stop string[]

---@class hum.CompleteConfig
---@field mode hum.CompleteMode
---@field filetypes table<string, hum.CompleteMode>
---@field endpoint? string
---@field model? string
---@field exclude string[]
---@field max_size number       kB
---@field max_lines integer
---@field max_tokens integer
---@field window_tokens integer
---@field ring_tokens integer
---@field debounce? number      ms
---@field cache number          MB
---@field confidence number
---@field prompts 'hum'|'server'
---@field prefetch boolean
---@field during_chat 'auto'|'always'|'never'
---@field menu 'hide'|'show'
---@field fim hum.FimConfig
---@field options table<string, any>

---@class hum.Config
---@field endpoint string
---@field endpoints table<string, hum.Endpoint>
---@field chat hum.ChatConfig
---@field complete hum.CompleteConfig
---@field helper? string
---@field log 'error'|'warn'|'info'|'debug'

local current ---@type hum.Config|nil
local given = {} ---@type table  what setup() was last given and was right
local offered = {} ---@type any  what setup() was last given
local on_change = {} ---@type (fun(config: hum.Config))[]

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
    value = value or {}
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

---@param config hum.Config
---@param problems string[]
local function check_complete(config, problems)
  local complete = config.complete
  local name = complete.endpoint or config.endpoint
  local endpoint = config.endpoints[name]
  for _, option in ipairs(endpoint and providers[endpoint.dialect].load_options or {}) do
    if complete.options[option] ~= nil then
      local text = 'complete.options.%s: set it in endpoints.%s.options instead: '
        .. 'with different values %s would reload the model between chat and completion'
      problems[#problems + 1] = text:format(option, name, providers[endpoint.dialect].title)
    end
  end
  local fim = complete.fim
  local some = fim.prefix or fim.suffix or fim.middle or fim.file or fim.repo
  if some and not (fim.prefix and fim.suffix) then
    problems[#problems + 1] = 'complete.fim: expected both "prefix" and "suffix"'
  end
end

--- Whether an endpoint needs no `url`.
---@param name string
---@param endpoint hum.Endpoint
---@return boolean
function M.has_default_url(name, endpoint)
  local provider = providers[endpoint.dialect]
  return provider.default_url ~= nil or (provider.host_variable ~= nil and name == endpoint.dialect)
end

---@return string  what needs no `url`
local function with_default_url()
  local out = {}
  for dialect, provider in vim.spairs(providers) do
    local kind = provider.default_url and 'dialect' or provider.host_variable and 'endpoint'
    out[#out + 1] = kind and ('the %s "%s"'):format(kind, dialect) or nil
  end
  return table.concat(out, ' and ')
end

--- What can only be checked in the whole configuration.
---@param config hum.Config
---@return string[] problems
local function cross_check(config)
  local problems = {}
  local names = vim.tbl_keys(config.endpoints)
  table.sort(names)
  for path, name in vim.spairs({ endpoint = config.endpoint, ['complete.endpoint'] = config.complete.endpoint }) do
    if not config.endpoints[name] then
      local hint = require('hum.spelling').hint(name, names)
      problems[#problems + 1] = ('%s: there is no endpoint "%s"%s'):format(path, name, hint)
    end
  end
  check_complete(config, problems)
  for _, name in ipairs(names) do
    local endpoint = config.endpoints[name]
    local path = 'endpoints.' .. name .. '.url: '
    if endpoint.url then
      local _, why = require('hum.address').of(endpoint.url, endpoint.dialect, endpoint)
      problems[#problems + 1] = why and path .. why
    elseif not M.has_default_url(name, endpoint) then
      problems[#problems + 1] = ('%sexpected a URL; only %s need none'):format(path, with_default_url())
    end
  end
  return problems
end

---@param user table
---@param opts table
---@return hum.Config|nil, string[] problems
local function build(user, opts)
  local problems = {}
  vim.list_extend(problems, check.problems(schema, user))
  vim.list_extend(problems, check.problems(schema, opts))
  if #problems > 0 then return nil, problems end
  local config = merge(schema, with_defaults(schema, nil), merge(schema, user, opts))
  config = with_defaults(schema, config)
  problems = cross_check(config)
  return #problems == 0 and config or nil, problems
end

---@return table|nil user, string|nil problem
local function user_table()
  local user = vim.g.hum
  if type(user) == 'function' then
    local ok, result = pcall(user)
    if not ok then return nil, 'the function in vim.g.hum failed: ' .. tostring(result) end
    user = result
  end
  if user == nil then
    return {}
  elseif type(user) ~= 'table' then
    return nil, 'vim.g.hum: expected a table or a function that returns one'
  end
  return user
end

---@param problems string[]
local function report(problems)
  local lines = vim.tbl_map(function(problem) return 'hum: ' .. problem end, problems)
  require('hum.notify').error(table.concat(lines, '\n'))
end

--- Calls `fn` with the options whenever others are in force.
---@param fn fun(config: hum.Config)
function M.on_change(fn) on_change[#on_change + 1] = fn end

--- Checks and applies options. With a fault in them everything stays as it was.
---@param opts? table
---@return boolean|nil ok, string[]|nil problems
function M.setup(opts)
  opts = opts == nil and {} or opts
  offered = opts
  local user, problem = user_table()
  local config, problems ---@type hum.Config|nil, string[]
  if type(opts) ~= 'table' then
    problems = { 'setup: expected a table of options, got a ' .. type(opts) }
  elseif not user then
    problems = { tostring(problem) }
  else
    config, problems = build(user, opts)
  end
  if not config then
    report(problems)
    return nil, problems
  end
  current, given = config, opts --[[@as table]]
  log.set_level(config.log)
  for _, fn in ipairs(on_change) do
    fn(config)
  end
  return true
end

--- The options in force. Not to be changed by the caller.
---@return hum.Config
function M.get()
  if not current and not M.setup(given) then current = assert(build({}, {})) end
  return current --[[@as hum.Config]] -- M.setup has set it
end

---@return string[] problems  of `vim.g.hum` and of what setup() was given, for the health check
function M.problems()
  local user, problem = user_table()
  if not user then return { tostring(problem) } end
  local _, problems = build(user, type(offered) == 'table' and offered or {})
  return problems
end

---@return string[]
function M.endpoint_names()
  local names = vim.tbl_keys(M.get().endpoints)
  table.sort(names)
  return names
end

return M
