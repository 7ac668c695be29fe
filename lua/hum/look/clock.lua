-- The one clock: once a second it calls what counts seconds on the screen, as long as somebody sees it.
--
-- A timer runs only while a window of the current tab page shows a buffer that has something to count, and what counts
-- there says so. Else it rests, and costs nothing: the next drawing of a window with that buffer, of which who draws
-- it tells (`seen`), sets it going again.
-- What is drawn must be right by itself whenever it is drawn; the clock is for when nothing else would draw it.
local fault = require('hum.fault')
local is_shown = require('hum.look.shown').buffer

local M = {}

local PERIOD = 1000

---@class hum.Counter
---@field fn hum.Strike
---@field rests boolean   nobody has seen it: it waits for a window to be drawn
---@field failed boolean  for good: its fault would come again each second

--- Called once a second. It draws its own row again, and that alone; false: there is nothing to be seen of it now.
---@alias hum.Strike fun(buf: integer): boolean|nil

local counters = {} ---@type table<integer, hum.Counter[]>  by buffer
local timer ---@type uv.uv_timer_t|nil
local began ---@type integer|nil  ms, since there is something to count: it strikes at whole seconds from then on

--- Calls what counts in a buffer.
---@param buf integer
---@param all hum.Counter[]
---@return boolean  something of it is seen
local function tell(buf, all)
  local shown, seen = is_shown(buf), false
  for _, counter in ipairs(vim.list_slice(all)) do
    if not counter.rests then
      counter.rests = true
      if shown then
        local ok, result = fault.guard('the clock', counter.fn, buf)
        counter.failed, counter.rests = not ok, not ok or result == false
      end
      seen = seen or not counter.rests
    end
  end
  return seen
end

local strike

--- Waits for the next whole second.
local function go_on()
  timer = timer or assert(vim.uv.new_timer())
  local left = PERIOD - math.floor((vim.uv.now() - began) % PERIOD)
  timer:start(left, 0, vim.schedule_wrap(function() strike() end))
end

local function rest()
  if not timer then return end
  timer:close()
  timer = nil
end

function strike()
  if not timer then return end
  local seen = false
  for buf, all in pairs(vim.tbl_extend('error', {}, counters)) do
    if not vim.api.nvim_buf_is_loaded(buf) then
      counters[buf] = nil
    elseif tell(buf, all) then
      seen = true
    end
  end
  -- A reloaded module has a clock of its own. What counts here was told once more, and takes what it shows away.
  if not seen or package.loaded['hum.look.clock'] ~= M then return rest() end
  vim.uv.update_time() -- what was called may have taken its time
  go_on()
end

--- A window with a buffer is drawn. To be called from within each redraw: one look is all that it costs.
---@param buf integer
function M.seen(buf)
  local all = counters[buf]
  if not all then return end
  for _, counter in ipairs(all) do
    counter.rests = counter.failed
  end
  if not timer then go_on() end
end

--- Calls `fn` once a second from now on, while a window shows the buffer.
---@param buf integer
---@param fn hum.Strike
---@return fun() stop  to be called when nothing counts any more; a second call does nothing
function M.watch(buf, fn)
  local counter = { fn = fn, rests = false, failed = false } ---@type hum.Counter
  if not next(counters) then began = vim.uv.now() end
  counters[buf] = counters[buf] or {}
  table.insert(counters[buf], counter)
  if not timer then go_on() end
  return function()
    local all = counters[buf] or {}
    for i, one in ipairs(all) do
      if one == counter then table.remove(all, i) end
    end
    if #all == 0 then counters[buf] = nil end
    if not next(counters) then rest() end
  end
end

--- Whether a timer runs.
---@return boolean
function M.runs() return timer ~= nil end

return M
