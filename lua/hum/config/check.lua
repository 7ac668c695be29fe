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

--- Names of headers whose values are secret as a rule.
---@param name string
local function is_secret_header(name)
  name = name:lower()
  return name:find('authorization', 1, true)
    or name:find('key', 1, true)
    or name:find('token', 1, true)
    or name:find('secret', 1, true)
    or name:find('cookie', 1, true)
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
      return expected(what, value)
    end
  end,
  enum = function(value, node)
    local values = node.values or {}
    if not vim.tbl_contains(values, value) then
      local hint = type(value) == 'string' and hint_for(value, values) or ''
      return expected('one of ' .. quoted(values), value) .. hint
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
---@return string
local function unknown_key(node, key)
  if type(key) ~= 'string' then return 'expected option names, found a list' end
  local fields = node.fields or {} ---@type hum.Node[]
  for _, field in ipairs(fields) do
    if vim.tbl_contains(field.also or {}, key) then
      return ('no such option (did you mean "%s"?)'):format(field.name)
    end
  end
  local names = field_names(node)
  local hint = hint_for(key, names)
  return 'no such option' .. (hint ~= '' and hint or '; expected one of ' .. quoted(names))
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

local function walk_group(node, value, path, found)
  local known = {}
  for _, field in ipairs(node.fields) do
    known[field.name] = true
    if value[field.name] ~= nil then walk(field, value[field.name], path .. '.' .. field.name, found) end
  end
  for _, key in ipairs(sorted_keys(value)) do
    if not known[key] then found[#found + 1] = { path .. '.' .. tostring(key), unknown_key(node, key) } end
  end
end

local function walk_map(node, value, path, found)
  for _, name in ipairs(sorted_keys(value)) do
    local item = value[name]
    local at = path .. '.' .. tostring(name)
    local any = name == '*' and node.wildcard
    if not any and (type(name) ~= 'string' or not name:match('^[%w_.-]+$')) then
      found[#found + 1] = { at, 'expected a name of letters, digits, "-", "_" and "."' }
    elseif node.item.kind == 'header' and type(item) == 'string' and is_secret_header(name) then
      found[#found + 1] = { at, secret_fault(item) }
    elseif not (node.removable and item == false) then
      walk(node.item, item, at, found)
    end
  end
end

---@param node hum.Node
---@param value any
---@param path string
---@param found { [1]: string, [2]: string }[]
function walk(node, value, path, found)
  local inner = node.kind == 'group' and walk_group or node.kind == 'map' and walk_map
  if inner and type(value) == 'table' then return inner(node, value, path, found) end
  local why = inner and expected('a table', value) or not inner and faults[node.kind](value, node)
  if why then found[#found + 1] = { path, why } end
end

---@param schema hum.Node
---@param value any
---@return string[] problems  'path: what is wrong', empty if all is well
function M.problems(schema, value)
  local found = {}
  walk(schema, value, '', found)
  return vim.tbl_map(function(problem)
    local path = problem[1]:gsub('^%.', '')
    return path == '' and problem[2] or path .. ': ' .. problem[2]
  end, found)
end

return M
