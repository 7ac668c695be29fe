-- Values against the schema: every wrong key, type and value is named with its path
-- and what would be right. Pure; values of secret options never enter a message.
local M = {}

--- How deep options may be nested, the table of options included; src/proto.h: LIMIT_DEPTH.
M.DEPTH = 24

--- Loaded with the first fault: most configurations have none, and are checked at start-up.
---@param word string
---@param names string[]
---@return string
local function hint_for(word, names) return require('hum.spelling').hint(word, names) end

---@param value any
---@return string
local function shown(value)
  if type(value) == 'string' then
    local text = #value > 40 and value:sub(1, 40) .. '…' or value
    return ('"%s"'):format(text:gsub('%c', '?'))
  elseif type(value) == 'table' then
    return next(value) == nil and 'an empty table' or (vim.islist(value) and 'a list' or 'a table')
  elseif type(value) == 'number' or type(value) == 'boolean' then
    return tostring(value)
  end
  return 'a ' .. type(value)
end

---@param names string[]
---@return string
local function quoted(names) return '"' .. table.concat(names, '", "') .. '"' end

local SECRET = "{ env = 'NAME' } or { command = { 'pass', 'show', 'NAME' } }"
local LEVELS = { 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max' }

local SECRET_WORDS = { 'authorization', 'key', 'token', 'secret', 'cookie', 'password' }

--- Names of headers whose values are secret as a rule: one of their words says so, or the end of
--- the last one ("X-AuthToken", but not "x-portkey-provider").
---@param name string
---@return boolean
local function is_secret_header(name)
  name = name:lower()
  for _, word in ipairs(SECRET_WORDS) do
    if name:find('%f[%w]' .. word .. '%f[%W]') or vim.endswith(name, word) then return true end
  end
  return false
end

---@param value any
---@return string|nil why
local function secret_fault(value)
  if type(value) ~= 'table' then return 'a plain-text secret is not accepted; use ' .. SECRET end
  for key in pairs(value) do
    if key ~= 'env' and key ~= 'command' then return 'expected ' .. SECRET .. ', found another field' end
  end
  local env, command = value.env, value.command
  if (env == nil) == (command == nil) then return 'expected either ' .. SECRET end
  if env ~= nil then
    -- The pattern also catches a key that was put where its variable's name belongs.
    local named = type(env) == 'string' and env:match('^[%a_][%w_]*$')
    return not named and 'env: expected the name of an environment variable' or nil
  end
  if type(command) == 'string' then
    return "command: expected a list of words, such as { 'pass', 'show', 'NAME' }, got one string"
  end
  if type(command) ~= 'table' or not vim.islist(command) or #command == 0 then
    return 'command: expected a list of words'
  end
  for _, word in ipairs(command) do
    if type(word) ~= 'string' then return 'command: expected a list of words' end
  end
end

---@param value any
---@param depth integer
---@return string|nil why
local function json_fault(value, depth)
  local kind = type(value)
  if kind == 'function' or kind == 'thread' or (kind == 'userdata' and value ~= vim.NIL) then
    return 'expected JSON-compatible values, got a ' .. kind
  end
  if kind == 'table' then
    if depth > M.DEPTH then return ('nested more than %d levels deep'):format(M.DEPTH) end
    for key, inner in pairs(value) do
      local why = json_fault(inner, depth + 1)
      if why then return depth == 1 and ('"%s": %s'):format(key, why) or why end
    end
  end
end

local function expected(what, value) return ('expected %s, got %s'):format(what, shown(value)) end

--- What is wrong with a single value, by kind of node. Groups and maps are walked below.
---@type table<string, fun(value: any, node: hum.Node): string?>
local faults = {
  string = function(value, node)
    if node.or_false and value == false then return end
    if type(value) ~= 'string' or value == '' then return expected('a non-empty string', value) end
  end,
  boolean = function(value)
    if type(value) ~= 'boolean' then return expected('true or false', value) end
  end,
  number = function(value, node)
    if node.or_false and value == false then return end
    local fits = type(value) == 'number'
      and value == value
      and value >= (node.min or -math.huge)
      and value <= (node.max or math.huge)
      and (not node.integer or value % 1 == 0)
    if not fits then
      local what = node.integer and 'a whole number' or 'a number'
      if node.min and node.max then
        what = ('%s from %g to %g'):format(what, node.min, node.max)
      elseif node.min then
        what = ('%s of at least %g'):format(what, node.min)
      end
      return expected(node.or_false and what .. ', or false' or what, value)
    end
  end,
  enum = function(value, node)
    if node.or_boolean and type(value) == 'boolean' then return end
    local values = node.values or {}
    if not vim.tbl_contains(values, value) then
      local hint = type(value) == 'string' and hint_for(value, values) or ''
      return expected((node.or_boolean and 'true, false or ' or 'one of ') .. quoted(values), value) .. hint
    end
  end,
  keys = function(value)
    local list = type(value) == 'string' and { value } or value
    local fits = value == false or type(list) == 'table' and vim.islist(list)
    for _, key in ipairs(type(list) == 'table' and list or {}) do
      fits = fits and type(key) == 'string' and key ~= ''
    end
    if not fits then return expected('a key such as "<C-s>", a list of keys, or false', value) end
  end,
  list = function(value)
    if type(value) ~= 'table' or not vim.islist(value) then return expected('a list of strings', value) end
    for _, item in ipairs(value) do
      if type(item) ~= 'string' or item == '' then
        return 'expected a list of non-empty strings, found ' .. shown(item)
      end
    end
  end,
  json = function(value)
    if type(value) ~= 'table' or (vim.islist(value) and #value > 0) then
      return expected('a table of names and values', value)
    end
    return json_fault(value, 1)
  end,
  secret = secret_fault,
  header = function(value)
    if type(value) == 'table' then
      local prefix = value.prefix
      if prefix ~= nil and (type(prefix) ~= 'string' or prefix:find('%c')) then
        return 'prefix: expected a string in a single line, such as "Bearer "'
      end
      local secret = vim.deepcopy(value)
      secret.prefix = nil
      return secret_fault(secret)
    end
    if type(value) ~= 'string' then return 'expected a string, ' .. SECRET end
    if value:find('%c') then return 'a header must be a single line without control characters' end
  end,
  think = function(value)
    local tokens = type(value) == 'number' and value >= 0 and value % 1 == 0
    if type(value) ~= 'boolean' and not tokens and not vim.tbl_contains(LEVELS, value) then
      local hint = type(value) == 'string' and hint_for(value, LEVELS) or ''
      return expected('true, false, a number of tokens, or one of ' .. quoted(LEVELS), value) .. hint
    end
  end,
  reference = function(value)
    if type(value) == 'function' then return end
    if type(value) ~= 'table' then return expected('a function, or a table with "resolve"', value) end
    if type(value.resolve) ~= 'function' then return 'resolve: ' .. expected('a function', value.resolve) end
    if value.complete ~= nil and type(value.complete) ~= 'function' then
      return 'complete: ' .. expected('a function', value.complete)
    end
  end,
  scalar = function(value)
    if type(value) == 'table' or type(value) == 'function' then
      return expected('a string, a number, true or false', value)
    end
  end,
  duration = function(value)
    -- Ollama: a number of seconds, or a Go duration, whose every number has a unit.
    if type(value) == 'number' then return end
    local text = type(value) == 'string' and value:gsub('^[-+]', '') or ''
    local unknown = text:gsub('%d*%.?%d+[mun]?[hms]', '')
    if text == '' or unknown ~= '' then
      return expected('a number of seconds, or a duration such as "10m" or "1h30m"', value)
    end
  end,
}

---@param node hum.Node
---@return string[]
local function field_names(node)
  local names = {}
  for _, field in ipairs(node.fields or {}) do
    names[#names + 1] = field.name
  end
  return names
end

---@param node hum.Node  a group
---@param key any
---@return string why, string|nil meant  the option that it is like
local function unknown_key(node, key)
  if type(key) ~= 'string' then return 'expected option names, found a list' end
  local fields = node.fields or {} ---@type hum.Node[]
  local names = field_names(node)
  local meant = require('hum.spelling').nearest(key, names)
  for _, field in ipairs(fields) do
    if vim.tbl_contains(field.also or {}, key) then meant = field.name end
  end
  if meant then return ('no such option (did you mean "%s"?)'):format(meant), meant end
  return 'no such option; expected one of ' .. quoted(names)
end

--- What is wrong with one value.
---@param kind string  of node, see hum.config.schema
---@param value any
---@return string|nil why
function M.value(kind, value) return faults[kind](value, { kind = kind }) end

--- The keys of a table in a fixed order, whatever their types.
---@param value table
---@return any[]
local function sorted_keys(value)
  local keys = vim.tbl_keys(value)
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  return keys
end

local walk

---@class hum.Problem
---@field path any[]
---@field why string
---@field unknown? boolean  there is no such option
---@field meant? string     the one that it is like

---@param path any[]
---@param key any
---@return any[]
local function below(path, key)
  local longer = vim.list_slice(path)
  longer[#longer + 1] = key
  return longer
end

---@param node hum.Node
---@param value table
---@param path any[]
---@param found hum.Problem[]
local function walk_group(node, value, path, found)
  local known, fields = {}, node.fields or {} ---@type table<string, true>, hum.Node[]
  for _, field in ipairs(fields) do
    known[field.name] = true
    if value[field.name] ~= nil then walk(field, value[field.name], below(path, field.name), found) end
  end
  for _, key in ipairs(sorted_keys(value)) do
    if not known[key] then
      local why, meant = unknown_key(node, key)
      found[#found + 1] = { path = below(path, key), why = why, unknown = true, meant = meant }
    end
  end
end

---@param node hum.Node
---@param value table
---@param path any[]
---@param found hum.Problem[]
local function walk_map(node, value, path, found)
  for _, name in ipairs(sorted_keys(value)) do
    local item = value[name]
    local at = below(path, name)
    local any = name == '*' and node.wildcard
    local fits = type(name) == 'string' and (node.models and name ~= '' or name:match('^[%w_.-]+$'))
    if not any and not fits then
      found[#found + 1] = { path = at, why = 'expected a name of letters, digits, "-", "_" and "."' }
    elseif node.item.kind == 'header' and type(item) == 'string' and is_secret_header(name) then
      found[#found + 1] = { path = at, why = secret_fault(item) or 'not accepted' }
    elseif not (node.removable and item == false) then
      walk(node.item, item, at, found)
    end
  end
end

--- Options of a request that are not the user's to set.
---@param node hum.Node
---@param value table
---@param path any[]
---@param found hum.Problem[]
local function walk_json(node, value, path, found)
  for _, key in ipairs(sorted_keys(value)) do
    local why = (node.reserved or {})[key]
    found[#found + 1] = why and { path = below(path, key), why = why } or nil
  end
end

---@param node hum.Node
---@param value any
---@param path any[]
---@param found hum.Problem[]
function walk(node, value, path, found)
  local inner = node.kind == 'group' and walk_group or node.kind == 'map' and walk_map
  if inner and type(value) == 'table' then return inner(node, value, path, found) end
  if node.switch and type(value) == 'boolean' then return end
  local what = node.switch and 'a table, true or false' or 'a table'
  local why = inner and expected(what, value) or not inner and faults[node.kind](value, node)
  if why then
    found[#found + 1] = { path = path, why = why }
  elseif node.kind == 'json' then
    walk_json(node, value, path, found)
  end
end

---@param schema hum.Node
---@param value any
---@return hum.Problem[]  empty if all is well
function M.problems(schema, value)
  local found = {}
  walk(schema, value, {}, found)
  return found
end

--- 'path: what is wrong'.
---@param problem hum.Problem
---@return string
function M.text(problem)
  local path = table.concat(vim.tbl_map(tostring, problem.path), '.')
  return path == '' and problem.why or path .. ': ' .. problem.why
end

--- The node of an option.
---@param schema hum.Node
---@param path string[]
---@return hum.Node
function M.node(schema, path)
  local node = schema
  for _, name in ipairs(path) do
    for _, field in ipairs(node.fields or {}) do
      if field.name == name then node = field end
    end
  end
  return node
end

return M
