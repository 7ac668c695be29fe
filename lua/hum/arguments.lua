-- What the functions of the public API take. A wrong argument is a mistake of the caller: an error that names it,
-- before anything is done.
local spelling = require('hum.spelling')

local M = {}

---@param value any
---@param least integer
---@return boolean
local function is_whole(value, least) return type(value) == 'number' and value % 1 == 0 and value >= least end

---@class hum.Kind
---@field what string  as it must be
---@field fits fun(value: any): boolean

---@type table<string, hum.Kind>
local KINDS = {
  buffer = {
    what = 'the number of a buffer that exists',
    fits = function(value) return is_whole(value, 0) and vim.api.nvim_buf_is_valid(value) end,
  },
  count = {
    what = 'a whole number, from 1 on',
    fits = function(value) return is_whole(value, 1) end,
  },
  line = {
    what = 'the number of a line, from 1 on',
    fits = function(value) return is_whole(value, 1) end,
  },
}
KINDS.hunk = {
  what = 'the id of a hunk or "all"',
  fits = function(value) return value == 'all' or is_whole(value, 1) end,
}
KINDS.register = {
  what = 'the name of a register',
  fits = function(value) return type(value) == 'string' and value:find('^[%w"*+_-]$') ~= nil end,
}

KINDS.block = {
  what = 'the number of a code block, from 1 on, or one of hum.blocks()',
  fits = function(value)
    if type(value) == 'table' then return is_whole(value.first, 1) end
    return is_whole(value, 1)
  end,
}

---@param value any
---@param count integer
---@return boolean
local function are_positions(value, count)
  if type(value) ~= 'table' or not vim.islist(value) or #value ~= count then return false end
  for _, one in ipairs(value) do
    if not is_whole(one, 0) then return false end
  end
  return true
end

KINDS.place = {
  what = '{ row, col }, counted from 0',
  fits = function(value) return are_positions(value, 2) end,
}
KINDS.range = {
  what = '{ row, col, row, col }, counted from 0',
  fits = function(value) return are_positions(value, 4) end,
}
KINDS.columns = {
  what = '{ first, last, block }, as hum.selection() has it',
  fits = function(value)
    return type(value) == 'table' and is_whole(value.first, 1) and (is_whole(value.last, 0) or value.block == true)
  end,
}
KINDS.think = {
  what = 'a boolean, a string or a number',
  fits = function(value) return vim.list_contains({ 'boolean', 'string', 'number' }, type(value)) end,
}

--- The values of `chat.window`, and one for answers.
local WINDOWS = { 'right', 'left', 'bottom', 'top', 'float', 'tab', 'current', 'vsplit', 'split', 'cursor' }
KINDS.window = {
  what = 'one of "' .. table.concat(WINDOWS, '", "') .. '"',
  fits = function(value) return vim.list_contains(WINDOWS, value) end,
}

KINDS.strings = {
  what = 'a list of strings',
  fits = function(value)
    return type(value) == 'table'
      and vim.islist(value)
      and #vim.tbl_filter(function(one) return type(one) == 'string' end, value) == #value
  end,
}

for _, name in ipairs({ 'string', 'boolean', 'table', 'function' }) do
  KINDS[name] = { what = 'a ' .. name, fits = function(value) return type(value) == name end }
end

--- Lines of a buffer.
M.LINES = { buf = 'buffer', first = 'line', last = 'line', columns = 'columns', _needed = { 'buf', 'first', 'last' } }

M.CHAT = {
  endpoint = 'string',
  model = 'string',
  persona = 'string',
  question = 'string',
  quote = M.LINES,
  new = 'boolean',
  window = 'window',
  mods = 'table',
}

M.COMPARE = { models = 'strings', buf = 'buffer', question = 'string', quote = M.LINES, _needed = { 'models' } }

M.BACKGROUND = { question = 'string', endpoint = 'string', model = 'string', quote = M.LINES }

M.COMPACT = { buf = 'buffer', wish = 'string', back = 'boolean' }

M.CHATS = { query = 'string', limit = 'count', project = 'string' }

M.COMMIT = {
  buf = 'buffer',
  instruction = 'string',
  endpoint = 'string',
  model = 'string',
  mods = 'table',
  on_done = 'function',
}

M.PROMPT = {
  input = 'string',
  buf = 'buffer',
  first = 'line',
  last = 'line',
  range = 'range',
  values = 'table',
  mode = 'string',
  endpoint = 'string',
  model = 'string',
  new = 'boolean',
  mods = 'table',
  on_done = 'function',
}

M.REVIEW = { base = 'string', buf = 'buffer', on_done = 'function' }

M.REMARK = { buf = 'buffer', first = 'line', last = 'line', text = 'string', _needed = { 'first', 'last', 'text' } }

--- A line of a chat.
M.AT = { buf = 'buffer', line = 'line' }

M.APPLY = {
  chat = 'buffer',
  block = 'block',
  line = 'line',
  ask = 'boolean',
  allow = { outside = 'boolean', delete = 'boolean', move = 'boolean' },
  on_done = 'function',
}

M.FILE = { buf = 'buffer', name = 'string' }

M.YANK = { buf = 'buffer', line = 'line', register = 'register', reply = 'boolean' }

--- What edits have in common. `range` and `at`: rows and columns from 0.
local function edit_opts(more)
  local opts = {
    buf = 'buffer',
    instruction = 'string',
    endpoint = 'string',
    model = 'string',
    options = 'table',
    think = 'think',
    on_done = 'function',
  }
  return vim.tbl_extend('error', opts, more)
end

M.EDIT = edit_opts({ first = 'line', last = 'line', range = 'range', _needed = { 'instruction' } })

M.FIX = edit_opts({ first = 'line', last = 'line', range = 'range' })

M.INSERT = edit_opts({ at = 'place', _needed = { 'instruction' } })

M.STOP = { buf = 'buffer', all = 'boolean' }

M.ACCEPT = { buf = 'buffer', id = 'hunk', force = 'boolean' }

M.REJECT = { buf = 'buffer', id = 'hunk' }

---@alias hum.Shape string|table<string, any>  name of a kind, or the fields of a table

local why_not ---@type fun(path: string, value: any, shape: hum.Shape): string|nil

---@param path string
---@param value table
---@param fields table<string, any>
---@return string|nil why
local function why_no_table(path, value, fields)
  local names = vim.tbl_filter(function(name) return name ~= '_needed' end, vim.tbl_keys(fields))
  for _, name in ipairs(fields._needed or {}) do
    if value[name] == nil then return ('%s.%s is missing'):format(path, name) end
  end
  for name, field in pairs(value) do
    if not vim.tbl_contains(names, name) then
      local hint = spelling.hint(tostring(name), names)
      return ('%s.%s: no such option%s'):format(path, tostring(name), hint)
    end
    local why = why_not(path .. '.' .. name, field, fields[name])
    if why then return why end
  end
end

function why_not(path, value, shape)
  if type(shape) == 'string' then
    local kind = KINDS[shape]
    return not kind.fits(value) and ('%s must be %s'):format(path, kind.what) or nil
  elseif type(value) ~= 'table' then
    return path .. ' must be a table'
  end
  return why_no_table(path, value, shape)
end

--- Raises an error where the function was called, unless its argument is nil or as it should be.
---@param call string  the function's name
---@param name string  of the argument
---@param value any
---@param shape hum.Shape
function M.check(call, name, value, shape)
  local why = value ~= nil and why_not(name, value, shape)
  if why then error(('hum.%s: %s'):format(call, why), 3) end
end

return M
