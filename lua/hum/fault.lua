-- Faults of hum itself: told in one line, logged whole, and kept from what has to go on.
local interrupt = require('hum.interrupt')
local log = require('hum.log')
local notify = require('hum.notify')
local updated = require('hum.updated')

local M = {}

---@param what string  what was being done, for the message
---@param trace string
function M.report(what, trace)
  local line = (trace:match('^[^\n]*') or ''):gsub('^.-:%d+: ', '')
  log.write('error', ('internal error in %s: %s'):format(what, trace))
  local cure = updated.is() and updated.CURE or 'see :Hum log'
  notify.error(('hum: internal error in %s: %s\n%s'):format(what, line, cure))
end

--- Calls `fn`. What it raises is reported and goes no further. A CTRL-C that interrupted it is no fault: the key is
--- given back, and `fn` is called once more, so it must bear that.
---@param what string
---@param fn function
---@return boolean ok
---@return any result
function M.guard(what, fn, ...)
  local ok, result = xpcall(fn, debug.traceback, ...)
  if not ok and interrupt.is_interrupt(result) then
    interrupt.give_back()
    ok, result = xpcall(fn, debug.traceback, ...)
  end
  if not ok then M.report(what, tostring(result)) end
  return ok, result
end

return M
