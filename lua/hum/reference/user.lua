-- Kinds of references that the user has defined (reference.kinds): a function that returns a text, or a table with
-- `resolve(arg, where, cb)` for what takes time. They are somebody else's code: what they raise or return instead of a
-- text stops the message, with their name.
local M = {}

---@class hum.UserText
---@field text string
---@field title? string

--- What a user's function may have meant.
---@param name string
---@param ref hum.Reference
---@param value any
---@return hum.Source[]|nil sources, string|nil err
local function sources_of(name, ref, value)
  if type(value) == 'string' then value = { text = value } end
  if type(value) ~= 'table' or type(value.text) ~= 'string' then
    local got = value == nil and 'nil' or type(value)
    return nil,
      ('#%s: its function returned %s\nIt has to return a string, or { text = string, title = string }.'):format(
        name,
        got
      )
  end
  local title = type(value.title) == 'string' and value.title or ref.text
  return {
    {
      id = ('%s:%s'):format(name, ref.arg or ''),
      title = title,
      tag = name,
      attributes = ref.arg and { argument = ref.arg } or nil,
      text = value.text,
      follows = false,
    },
  }
end

---@param name string
---@param err any
---@return string
local function failed(name, err)
  local line = tostring(err):match('^[^\n]*')
  return ('#%s: its function failed: %s\nMend reference.kinds.%s in your configuration.'):format(name, line, name)
end

---@param name string
---@param fn fun(arg: string|nil, where: hum.Where): any, string|nil
---@return fun(ref: hum.Reference, where: hum.Where, cb: hum.ReferenceDone)
local function at_once(name, fn)
  return function(ref, where, cb)
    local ok, value, why = pcall(fn, ref.arg, where)
    if not ok then return cb(failed(name, value)) end
    if value == nil and type(why) == 'string' then return cb(('#%s: %s'):format(name, why)) end
    local sources, err = sources_of(name, ref, value)
    cb(err, sources)
  end
end

---@param name string
---@param given table
---@return fun(ref: hum.Reference, where: hum.Where, cb: hum.ReferenceDone): fun()|nil
local function in_time(name, given)
  return function(ref, where, cb)
    local function answered(err, value)
      if err ~= nil then return cb(failed(name, err)) end
      local sources, why = sources_of(name, ref, value)
      cb(why, sources)
    end
    local ok, cancel = pcall(given.resolve, ref.arg, where, vim.schedule_wrap(answered))
    if not ok then return cb(failed(name, cancel)) end
    return type(cancel) == 'function' and function() pcall(cancel) end or nil
  end
end

---@param name string
---@param given table
---@return (fun(typed: string, where: hum.Where): table[])|nil
local function completion(name, given)
  if not given.complete then return nil end
  return function(typed, where)
    local ok, list = pcall(given.complete, typed, where)
    if not ok or type(list) ~= 'table' then
      require('hum.log').write('warn', ('completion of #%s: %s'):format(name, tostring(list)))
      return {}
    end
    local items = {}
    for _, one in ipairs(list) do
      if type(one) == 'string' then one = { word = one } end
      if type(one) == 'table' and type(one.word) == 'string' then items[#items + 1] = one end
    end
    return items
  end
end

--- The kind of a user's function or table.
---@param name string
---@param given function|table
---@return hum.ReferenceKind
function M.kind(name, given)
  local is_table = type(given) == 'table'
  return {
    name = name,
    desc = is_table and type(given.desc) == 'string' and given.desc or 'from your configuration',
    argument = is_table and given.argument or 'optional',
    asks = is_table and given.asks == true or nil,
    complete = is_table and completion(name, given) or nil,
    resolve = is_table and in_time(name, given) or at_once(name, given --[[@as function]]),
  }
end

return M
