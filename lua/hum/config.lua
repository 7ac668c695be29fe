-- Configuration: defaults, then `vim.g.hum` (a table or a function that returns one), then what
-- setup() was given, then the services that the user chose in this session. Each fault is told, and
-- what it is in is not used; see hum.config.build. Who keeps what depends on options subscribes to
-- their change.
local builder = require('hum.config.build')
local check = require('hum.config.check')
local log = require('hum.log')
local preset = require('hum.server.provider.preset')

local M = {}

---@alias hum.Secret { env: string, prefix?: string }|{ command: string[], prefix?: string }
---@alias hum.Think boolean|string|integer
---@alias hum.Keys string|string[]|false

---@class hum.Endpoint: hum.AddressOpts
---@field preset? string|false  its name in hum.server.provider.presets
---@field url? string
---@field dialect hum.Dialect
---@field model? string
---@field models string[]
---@field resource? string
---@field deployment? string
---@field api_version? string
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
---@field personas table<string, hum.PersonaConfig>
---@field window string
---@field ask 'float'|'window'
---@field current_file boolean
---@field keep boolean|'project'
---@field title 'question'|'model'
---@field directory? string
---@field size number
---@field maps table<string, hum.Keys>
---@field thinking 'fold'|'show'|'hide'
---@field stats boolean
---@field winbar boolean
---@field warn_at number|false
---@field compact_at number|false
---@field preload boolean
---@field bell boolean
---@field follow boolean
---@field start_insert boolean
---@field stay_in_insert boolean
---@field highlight boolean
---@field dress boolean
---@field raw_at_cursor boolean

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
---@field ignored boolean
---@field max_size number       kB
---@field max_lines integer
---@field max_tokens integer
---@field window_tokens? integer
---@field ring_tokens? integer
---@field debounce? number      ms
---@field cache number          MB
---@field confidence number
---@field prompts 'hum'|'server'
---@field line 'behind'|'before'
---@field extras { diagnostics: boolean, edits: boolean, definitions: boolean }
---@field prefetch boolean
---@field during_chat 'auto'|'always'|'never'
---@field menu 'hide'|'show'
---@field overflow 'scroll'|'float'|'count'
---@field maps false|table<string, hum.Keys>
---@field fim hum.FimConfig
---@field options table<string, any>

---@alias hum.EditForm 'whole'|'search'|'patch'|'udiff'

---@class hum.EditConfig
---@field endpoint? string
---@field model? string
---@field think hum.Think
---@field form table<string, hum.EditForm>
---@field maps table<string, hum.Keys>

---@class hum.CommitConfig
---@field endpoint? string
---@field model? string
---@field think hum.Think
---@field tokens integer
---@field subject integer
---@field width integer
---@field rules boolean

---@class hum.FetchConfig  in seconds and bytes
---@field timeout number
---@field idle_timeout number
---@field connect_timeout number
---@field largest integer
---@field allow_redirects boolean
---@field proxy? string|false

---@class hum.ReferenceConfig
---@field kinds table<string, function|table>
---@field large integer  tokens
---@field image_size integer  pixels
---@field cmd_timeout number  s
---@field fetch hum.FetchConfig

---@class hum.PersonaConfig
---@field description? string
---@field system? string
---@field endpoint? string
---@field model? string
---@field options table<string, any>
---@field think? hum.Think
---@field references string[]

---@class hum.RulesConfig
---@field enabled boolean
---@field share number
---@field files? string[]
---@field exclude string[]
---@field text? string

---@class hum.PromptsConfig
---@field folders string[]
---@field shipped boolean

---@class hum.Config
---@field endpoint string
---@field endpoints table<string, hum.Endpoint>  that can be used
---@field faults table<string, string>  why others, by their names, cannot
---@field unreadable? string            why none can
---@field removed table<string, boolean>  names that the user does not want
---@field chat hum.ChatConfig
---@field complete hum.CompleteConfig
---@field edit hum.EditConfig
---@field commit hum.CommitConfig
---@field personas table<string, hum.PersonaConfig>
---@field rules hum.RulesConfig
---@field glyphs 'auto'|'unicode'|'ascii'
---@field helper? string
---@field log 'error'|'warn'|'info'|'debug'
---@field prompts hum.PromptsConfig
---@field reference hum.ReferenceConfig

local current ---@type hum.Config|nil
local given = {} ---@type any  what setup() was last given
local seen = nil ---@type any  what vim.g.hum was then
local adopted = {} ---@type table<string, true>  services that the user chose in this session
local on_change = {} ---@type (fun(config: hum.Config))[]

---@return table|nil user, string|nil problem
local function user_table()
  local user = vim.g.hum
  seen = user
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

--- What is set now, and why it may be less than was meant to be set.
---@return hum.Sources
local function sources()
  local user, unreadable = user_table()
  local opts = given
  if type(opts) ~= 'table' then
    opts, unreadable = {}, 'setup: expected a table of options, got a ' .. type(given)
  end
  return { user = user or {}, opts = opts, adopted = adopted, unreadable = unreadable }
end

---@return hum.Config config, string[] problems
local function build()
  local from = sources()
  local config, problems = builder.build(from)
  local texts = vim.tbl_map(check.text, problems)
  if from.unreadable then table.insert(texts, 1, from.unreadable) end
  return config, texts
end

---@param problems string[]
local function report(problems)
  local lines = vim.tbl_map(function(problem) return 'hum: ' .. problem end, problems)
  require('hum.notify').error(table.concat(lines, '\n'))
end

---@return string[] problems
local function apply()
  local config, problems = build()
  current = config
  log.set_level(config.log)
  for _, fn in ipairs(on_change) do
    fn(config)
  end
  return problems
end

--- Calls `fn` with the options whenever others are in force.
---@param fn fun(config: hum.Config)
function M.on_change(fn) on_change[#on_change + 1] = fn end

--- Checks and applies options. What is wrong in them is told and left out.
---@param opts? table
---@return boolean|nil ok, string[]|nil problems
function M.setup(opts)
  given = opts == nil and {} or opts
  local problems = apply()
  if #problems == 0 then return true end
  report(problems)
  return nil, problems
end

--- Applies `vim.g.hum` if it was set anew, as in a file that is sourced once more. A function is not called
--- again.
---@return boolean  it was
function M.follow()
  local user = vim.g.hum
  if not current or type(user) ~= 'table' or vim.deep_equal(user, seen) then return false end
  if not vim.deep_equal(user, vim.g.hum) then return false end -- it has functions, which are others each time
  M.setup(given)
  return true
end

--- The options in force. Not to be changed by the caller.
---@return hum.Config
function M.get()
  if not current then M.setup(given) end
  return current --[[@as hum.Config]] -- M.setup has set it
end

---@return string[] problems  of `vim.g.hum` and of what setup() was given, for the health check
function M.problems()
  local _, problems = build()
  return problems
end

--- The keys of chats for an action.
---@param name string  of a map
---@return string[]  none where it is switched off
function M.keys(name)
  local keys = M.get().chat.maps[name]
  if type(keys) == 'string' then return { keys } end
  return keys or {}
end

--- The keys of a buffer with a preview of an edit.
---@param name string  of a map
---@return string[]  none where it is switched off
function M.edit_keys(name)
  local keys = M.get().edit.maps[name]
  if type(keys) == 'string' then return { keys } end
  return keys or {}
end

---@return string[]
function M.endpoint_names()
  local names = vim.tbl_keys(M.get().endpoints)
  table.sort(names)
  return names
end

--- An endpoint that can be used.
---@param name string
---@return hum.Endpoint|nil endpoint, string|nil err  why not
function M.endpoint(name)
  local config = M.get()
  local endpoint, fault = config.endpoints[name], config.faults[name] or config.unreadable
  if endpoint then return endpoint end
  if fault then return nil, fault:gsub('\n', '; ') .. '; nothing was sent' end
  return nil, builder.no_endpoint(name, M.endpoint_names(), M.get().removed)
end

-- ---- services that are known ---------------------------------------------------------------------

---@class hum.Offer  a service that could be used
---@field name string
---@field title string
---@field variable string  that has its key

--- Services whose key is in the environment and that are not configured. None of them is asked for
--- anything before M.adopt.
---@return hum.Offer[]
function M.offers()
  local config, offers = M.get(), {}
  local used = {} ---@type table<string, true>
  for name in pairs(vim.tbl_extend('force', config.removed, config.faults)) do
    used[preset.find(name) or name] = true
  end
  for name, endpoint in pairs(config.endpoints) do
    used[name] = true
    used[endpoint.preset or name] = true
  end
  for _, name in ipairs(config.unreadable and {} or preset.names()) do
    local known = preset.all[name]
    local variable = not used[name] and not known.self_hosted and preset.key_variable(known)
    if variable then offers[#offers + 1] = { name = name, title = known.title, variable = variable } end
  end
  return offers
end

--- Makes a service that the user chose from M.offers an endpoint, until Neovim ends.
---@param name string
---@return boolean
function M.adopt(name)
  if M.get().endpoints[name] then return true end
  for _, offer in ipairs(M.offers()) do
    if offer.name == name then
      adopted[name] = true
      apply()
      return true
    end
  end
  return false
end

return M
