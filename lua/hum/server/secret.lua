-- API keys and other secrets: from an environment variable or the output of a command.
-- They live in this module and in the call that needs them, never in the configuration.
local config = require('hum.config')
local preset = require('hum.server.provider.preset')
local steps = require('hum.server.steps')

local M = {}

--- A command may ask for a passphrase in a window of its own. In ms.
M.WITHIN = 120000

--- No key is longer, in bytes.
local MOST = 65536

--- What is shorter is no secret, in bytes: src/base/mask.h.
local LEAST = 6

--- From SIGTERM to SIGKILL, in ms.
local GRACE = 2000

---@class hum.SecretRun  of a command, for all who wait for its output
---@field waiting { cb: fun(err: string?, value: string?) }[]
---@field out string[]
---@field said string[]  on stderr
---@field bytes integer
---@field process? vim.SystemObj
---@field timer? uv.uv_timer_t

local cache = {} ---@type table<string, string>  command to secret
local runs = {} ---@type table<string, hum.SecretRun>  by command

---@param name string
---@return string|nil value, string|nil err
local function from_env(name)
  local value = vim.env[name] --[[@as string|nil]]
  if value and vim.trim(value) ~= '' then return vim.trim(value) end
  -- A key that was put where its variable's name belongs must not be shown.
  local seen = name:match('^[A-Z][A-Z0-9_]*$') and ('$' .. name) or 'the environment variable'
  return nil, seen .. ' is not set'
end

--- A text without these words.
---@param text string
---@param words string[]  secret, unless they are too short for that
---@return string
function M.masked(text, words)
  for _, word in ipairs(words) do
    if #word >= LEAST then text = text:gsub(vim.pesc(word), '***') end
  end
  return text
end

--- What a command says of its failure, without what it printed, which may be the key, and what looks like one.
---@param run hum.SecretRun
---@return string
local function words_of(run)
  local said = vim.trim(table.concat(run.said):match('[^\n]*') or '')
  said = M.masked(said, vim.split(table.concat(run.out), '%s+'))
  return (said:gsub('%f[%w]sk%-[%w_-]+', '***'):sub(1, 200))
end

---@param command string[]
---@param run hum.SecretRun
---@param done vim.SystemCompleted
---@return string|nil value, string|nil err
local function from_output(command, run, done)
  if done.code ~= 0 or done.signal ~= 0 then
    local how = done.signal ~= 0 and 'was killed by signal ' .. done.signal or 'failed with exit code ' .. done.code
    local said = words_of(run)
    return nil, ('"%s" %s%s'):format(command[1], how, said ~= '' and ': ' .. said or '')
  end
  for line in table.concat(run.out):gmatch('[^\r\n]+') do
    if vim.trim(line) ~= '' then return vim.trim(line) end
  end
  return nil, ('"%s" printed nothing'):format(command[1])
end

---@param command string[]
---@return string
local function id_of(command) return table.concat(command, '\0') end

--- Ends the process, with SIGKILL if it heeds nothing else.
---@param run hum.SecretRun
local function kill(run)
  local process = run.process
  if not process then return end
  pcall(process.kill, process, 'sigterm')
  vim.defer_fn(function()
    if run.process then pcall(process.kill, process, 'sigkill') end
  end, GRACE)
end

--- The run is over: it has its result, or nobody waits for it any more.
---@param id string
---@param run hum.SecretRun
local function close(id, run)
  if runs[id] == run then runs[id] = nil end
  if run.timer and not run.timer:is_closing() then run.timer:close() end
  kill(run)
end

---@param id string
---@param run hum.SecretRun
---@param err? string
---@param value? string
local function finish(id, run, err, value)
  if runs[id] ~= run then return end
  close(id, run)
  cache[id] = value
  local function callback(waiter)
    return function(...) waiter.cb(...) end -- one of them may cancel another
  end
  steps.call_all(vim.tbl_map(callback, run.waiting), err, value)
end

---@param id string
---@param run hum.SecretRun
---@param command string[]
local function start(id, run, command)
  --- Keeps output, up to the size that a key may have.
  local function into(parts)
    return function(_, data)
      if not data then return end
      run.bytes = run.bytes + #data
      if run.bytes <= MOST then
        parts[#parts + 1] = data
      elseif run.bytes - #data <= MOST then
        vim.schedule(function() finish(id, run, ('"%s" printed too much to be a key'):format(command[1])) end)
      end
    end
  end
  local ok, process = pcall(vim.system, command, { stdout = into(run.out), stderr = into(run.said) }, function(done)
    run.process = nil
    vim.schedule(function()
      local value, err = from_output(command, run, done)
      finish(id, run, err, value)
    end)
  end)
  if not ok then return finish(id, run, ('"%s" cannot be run'):format(command[1])) end
  run.process = process
  run.timer = vim.defer_fn(function()
    local seconds = math.ceil(M.WITHIN / 1000)
    finish(id, run, ('"%s" did not end within %d s'):format(command[1], seconds))
  end, M.WITHIN)
end

---@param command string[]
---@param cb fun(err: string?, value: string?)
---@return hum.Cancel
local function from_command(command, cb)
  local id = id_of(command)
  if cache[id] then
    cb(nil, cache[id])
    return function() end
  end
  local run, waiter = runs[id], { cb = cb }
  if run then
    table.insert(run.waiting, waiter)
  else
    run = { waiting = { waiter }, out = {}, said = {}, bytes = 0 }
    runs[id] = run
    start(id, run, command)
  end
  return function()
    waiter.cb = function() end
    run.waiting = vim.tbl_filter(function(one) return one ~= waiter end, run.waiting)
    if #run.waiting == 0 and runs[id] == run then close(id, run) end
  end
end

--- The secret itself. The callback runs at once if it is known already.
---@param source hum.Secret|string  a string is what it says
---@param cb fun(err: string?, value: string?)  called once at most
---@return hum.Cancel  a command that nobody else waits for is ended
function M.resolve(source, cb)
  local function checked(err, value)
    if value and value:find('%c') then return cb('it contains control characters') end
    cb(err, value)
  end
  if type(source) == 'string' then
    checked(nil, source)
  elseif source.env then
    local value, err = from_env(source.env)
    checked(err, value)
  else
    return from_command(source.command, checked)
  end
  return function() end
end

--- Whether it can be had without running a command, which may ask for a passphrase.
---@param source hum.Secret|string
---@return boolean
function M.is_at_hand(source)
  if type(source) == 'string' or source.env then return true end
  local command = source.command --[[@as string[] ]] -- one of both is set
  return cache[id_of(command)] ~= nil
end

--- Where a secret comes from, in words that do not show it.
---@param source hum.Secret
---@return boolean ok, string text
function M.describe(source)
  if source.env then
    local value, err = from_env(source.env)
    return value ~= nil, err or ('from $' .. source.env)
  end
  local program = source.command[1]
  if vim.fn.executable(program) == 0 then return false, ('the program "%s" is not executable'):format(program) end
  return true, ('from the output of "%s"'):format(program)
end

--- How variables are called that hold keys, whether hum knows of them or not.
local KEY_NAMES = { '_API_KEY$', '_APIKEY$', '_TOKEN$' }

--- Where the secrets of an endpoint come from, and headers that are none.
---@param endpoint hum.Endpoint
---@return (string|hum.Secret)[]
function M.sources(endpoint)
  local sources = vim.tbl_values(endpoint.headers)
  sources[#sources + 1] = endpoint.key
  return sources
end

--- Names of environment variables that hold keys: those of presets and those that the configuration names.
---@return table<string, true>
local function variables()
  local found = {}
  for _, known in pairs(preset.all) do
    for _, name in ipairs(known.key or {}) do
      found[name] = true
    end
  end
  for _, endpoint in pairs(config.get().endpoints) do
    for _, source in ipairs(M.sources(endpoint)) do
      if type(source) == 'table' and source.env then found[source.env] = true end
    end
  end
  return found
end

--- Neovim's environment without keys.
---@return table<string, string>
function M.environment()
  local env, held = vim.fn.environ(), variables()
  for name in pairs(env) do
    local called = false
    for _, pattern in ipairs(KEY_NAMES) do
      called = called or name:find(pattern) ~= nil
    end
    if called or held[name] then env[name] = nil end
  end
  return env
end

--- Forgets what commands gave, so that the next request runs them again: a server refused
--- the key, which may have expired.
function M.forget() cache = {} end

return M
