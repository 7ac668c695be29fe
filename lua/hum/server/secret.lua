-- API keys and other secrets: from an environment variable or the output of a command.
-- They live in this module and in the call that needs them, never in the configuration.
local M = {}

--- A command may ask for a passphrase in a window of its own.
local TIMEOUT = 120000

local cache = {} ---@type table<string, string>  command to secret
local waiting = {} ---@type table<string, fun(err: string?, value: string?)[]>

---@param name string
---@return string|nil value, string|nil err
local function from_env(name)
  local value = vim.env[name]
  if value and vim.trim(value) ~= '' then return vim.trim(value) end
  -- A key that was put where its variable's name belongs must not be shown.
  local seen = name:match('^[A-Z][A-Z0-9_]*$') and ('$' .. name) or 'the environment variable'
  return nil, seen .. ' is not set'
end

---@param command string[]
---@param done vim.SystemCompleted
---@return string|nil value, string|nil err
local function from_output(command, done)
  if done.code ~= 0 or done.signal ~= 0 then
    local how = done.signal ~= 0 and 'was killed by signal ' .. done.signal or 'failed with exit code ' .. done.code
    local said = vim.trim((done.stderr or ''):match('[^\n]*') or ''):sub(1, 200)
    return nil, ('"%s" %s%s'):format(command[1], how, said ~= '' and ': ' .. said or '')
  end
  for line in (done.stdout or ''):gmatch('[^\r\n]+') do
    if vim.trim(line) ~= '' then return vim.trim(line) end
  end
  return nil, ('"%s" printed nothing'):format(command[1])
end

---@param command string[]
---@return string
local function id_of(command) return table.concat(command, '\0') end

---@param command string[]
---@param cb fun(err: string?, value: string?)
local function from_command(command, cb)
  local id = id_of(command)
  if cache[id] then
    return cb(nil, cache[id])
  elseif waiting[id] then
    table.insert(waiting[id], cb)
    return
  end
  waiting[id] = { cb }
  local function finish(err, value)
    local callbacks = waiting[id]
    cache[id], waiting[id] = value, nil
    for _, callback in ipairs(callbacks) do
      callback(err, value)
    end
  end
  local ok = pcall(vim.system, command, { text = true, timeout = TIMEOUT }, function(done)
    vim.schedule(function()
      local value, err = from_output(command, done)
      finish(err, value)
    end)
  end)
  if not ok then finish(('"%s" cannot be run'):format(command[1])) end
end

--- The secret itself. The callback runs at once if it is known already.
---@param source hum.Secret|string  a string is what it says
---@param cb fun(err: string?, value: string?)
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
    from_command(source.command, checked)
  end
end

--- Whether it can be had without running a command, which may ask for a passphrase.
---@param source hum.Secret|string
---@return boolean
function M.is_at_hand(source)
  return type(source) == 'string' or source.env ~= nil or cache[id_of(source.command)] ~= nil
end

--- Where a secret comes from, in words that do not tell it.
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

--- Forgets what commands gave, so that the next request asks them again: a server refused
--- it, and keys may expire.
function M.forget() cache = {} end

return M
