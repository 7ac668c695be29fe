-- Something that is done in steps, some of which wait for an answer: of the helper, or of the user.
local fault = require('hum.fault')

local M = {}

--- Runs `fn`, in which `M.await` waits. A fault of it is told.
---@param what string  for that message
---@param fn fun()
---@param on_end fun(ok: boolean)  called once; false: there was a fault
function M.run(what, fn, on_end)
  local task = coroutine.create(fn)
  local function step(...)
    local ok, wait = coroutine.resume(task, ...)
    if not ok then
      fault.report(what, debug.traceback(task, tostring(wait)))
      on_end(false)
    elseif coroutine.status(task) == 'dead' then
      on_end(true)
    else
      wait(step)
    end
  end
  step()
end

--- Waits until what `start` was given is called, and returns what that was called with.
---@param start fun(answer: fun(...))
---@return any ...
function M.await(start) return coroutine.yield(start) end ---@diagnostic disable-line: await-in-sync

return M
