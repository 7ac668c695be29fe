-- Work that waits for others, step by step, that can be given up at any time, and whose result
-- several may wait for.
local M = {}

--- Gives up: the callback is not called any more, and what nobody else waits for is ended.
---@alias hum.Cancel fun()

---@class hum.Steps
---@field finish fun(...)                    calls the callback, once
---@field add fun(cancel: hum.Cancel|nil)    what is waited for from now on
---@field cancel hum.Cancel
---@field is_over fun(): boolean             it was called, or will not be

---@param cb fun(...)
---@return hum.Steps
function M.new(cb)
  local over = false
  local cancels = {} ---@type hum.Cancel[]  those of steps that are done do nothing
  local steps = {}
  function steps.finish(...)
    if over then return end
    over, cancels = true, {}
    cb(...)
  end
  function steps.cancel()
    over = true
    local given_up = cancels
    cancels = {}
    for _, cancel in ipairs(given_up) do
      cancel()
    end
  end
  function steps.add(cancel)
    if over then
      if cancel then cancel() end
    else
      cancels[#cancels + 1] = cancel
    end
  end
  function steps.is_over() return over end
  return steps
end

--- Calls each. A fault of one keeps nothing from the others, and is raised at the end.
---@param callbacks fun(...)[]
function M.call_all(callbacks, ...)
  local fault
  for _, cb in ipairs(callbacks) do
    local ok, why = xpcall(cb, debug.traceback, ...)
    fault = fault or not ok and why or nil
  end
  if fault then error(fault, 0) end
end

return M
