-- Questions to the user by vim.ui.select() and vim.ui.input(), which he may have replaced: what comes back is always an
-- answer, and one alone. It may come late: whoever asks looks then whether what he asked about is still there.
local interrupt = require('hum.interrupt')
local log = require('hum.log')
local notify = require('hum.notify')

local M = {}

---@param name 'select'|'input'
---@return string
local function source_of(name) return debug.getinfo(vim.ui[name], 'S').source end

--- Whether a function of vim.ui is Neovim's own.
---@param name 'select'|'input'
---@return boolean
function M.is_builtin(name) return source_of(name):find('vim/ui%.lua$') ~= nil end

--- Whether vim.ui.select() is that of mini.pick.
---@return boolean
function M.is_mini() return source_of('select'):find('mini/pick%.lua$') ~= nil end

--- Calls a function of vim.ui. CTRL-C at Neovim's own list is an error of it, and no answer.
---@param name 'select'|'input'
---@param cb fun(err: string?, ...)  once at most, when that function has returned: how it failed, or what it has told
---@param ... any  what it takes but for its callback
---@return fun() cancel  the answer is not wanted any more
function M.call(name, cb, ...)
  local given, told, cancelled, returned = vim.F.pack_len(...), nil, false, false
  local function hand_on()
    if not cancelled then cb(vim.F.unpack_len(told)) end
  end
  local function answered(...)
    if told then return end
    told = vim.F.pack_len(...)
    if returned then vim.schedule(hand_on) end
  end
  given[given.n + 1] = function(...) answered(nil, ...) end
  local ok, err = pcall(vim.ui[name], unpack(given, 1, given.n + 1))
  local why = not ok and not interrupt.is_interrupt(err) and ('vim.ui.%s failed: %s'):format(name, err) or nil
  if why then log.write('error', why) end
  if not ok then answered(why) end
  returned = true
  if told then hand_on() end
  return function() cancelled = true end
end

--- Tells that the user's function has failed: nothing was asked.
---@param err string|nil
local function complain(err)
  if err then notify.complain(err) end
end

--- Which of the items a picker has told. It may tell the item alone, a number of its own list, or another thing.
---@param items any[]
---@param item any
---@param i any
---@return integer|nil
local function place_of(items, item, i)
  if item == nil then return nil end
  if items[i] == item then return i end
  for n, one in ipairs(items) do
    if one == item then return n end
  end
  return type(item) == 'table' and items[i] and i or nil -- a copy of it
end

--- Asks for one of several.
---@param items any[]
---@param opts table  of vim.ui.select()
---@param cb fun(i: integer?, item: any)  once; nil: nothing was chosen
function M.ask(items, opts, cb)
  M.call('select', function(err, item, i)
    complain(err)
    local at = place_of(items, item, i)
    cb(at, at and items[at])
  end, items, opts)
end

--- Asks for a line of text.
---@param opts table  of vim.ui.input()
---@param cb fun(text: string?)  once; nil: nothing was said
function M.input(opts, cb)
  M.call('input', function(err, text)
    complain(err)
    cb(type(text) == 'string' and text or nil)
  end, opts)
end

return M
