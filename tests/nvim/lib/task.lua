-- Cases are coroutines on one libuv loop: whoever waits yields a condition, and the loop
-- resumes it once that holds or its limit is reached. Two cases then share two cores
-- without worker processes, and no case needs a callback. Limits are kept by the clock of
-- lib/slow.lua.
local slow = require('lib.slow')
local uv = vim.uv

local M = {}

local tasks = {}

-- How often conditions are looked at when no event at all comes in, in ms.
local TICK = 10

--- Milliseconds on the monotonic clock; uv.now() is only as new as the last turn of the loop.
---@return number
function M.now() return uv.hrtime() / 1e6 end

--- Yields until `cond` holds or `ms` have passed on the clock of limits. `cond` must not itself wait.
---@param cond fun(): any
---@param ms number
---@return any value what `cond` returned, false once the time is up
function M.await(cond, ms)
  local value = cond()
  if value then return value end
  local co, is_main = coroutine.running()
  local deadline = slow.now() + ms
  if is_main or not co then
    repeat
      vim.wait(math.min(ms, 100), cond, TICK)
      value = cond()
    until value or slow.now() >= deadline
    return value or false
  end
  local result, why = coroutine.yield(cond, deadline)
  if why then error(why, 0) end
  return result
end

--- Lets that much real time pass: for what is meant to take time, never to wait for something.
---@param ms number
function M.pause(ms)
  local till = M.now() + ms
  M.await(function() return M.now() >= till end, math.huge)
end

--- Starts `fn` as a task; errors are given to `on_end` with their traceback. If it runs longer
--- than its limit, what it waits for next is an error.
---@param fn fun()
---@param on_end fun(ok: boolean, err: any)
---@param limit number? ms; none without
function M.spawn(fn, on_end, limit)
  local co = coroutine.create(function()
    on_end(xpcall(fn, function(err) return type(err) == 'table' and err or debug.traceback(tostring(err), 2) end))
  end)
  tasks[#tasks + 1] = { co = co, began = M.now(), limit = slow.now() + (limit or math.huge) }
end

local function value_of(task)
  if not task.cond then return true end
  return task.cond() or (slow.now() >= math.min(task.deadline, task.limit) and 'late')
end

local function step(task)
  local value, why = value_of(task), nil
  if not value then return false end
  if value == 'late' then value = task.cond() or false end
  if task.cond and slow.now() >= task.limit then
    why = 'the case takes too long: ' .. slow.describe(M.now() - task.began)
    task.limit = math.huge -- it is to end in order
  end
  local ok, cond, deadline = coroutine.resume(task.co, value, why)
  if not ok then error(debug.traceback(task.co, tostring(cond)), 0) end
  task.cond, task.deadline = cond, deadline
  return true
end

--- Runs tasks until none is left; `refill` is asked for more after each one that ended.
---@param refill fun()
function M.run(refill)
  refill()
  while #tasks > 0 do
    local moved = false
    for i = #tasks, 1, -1 do
      local task = tasks[i]
      moved = step(task) or moved
      if coroutine.status(task.co) == 'dead' then
        table.remove(tasks, i)
        refill()
      end
    end
    if not moved then
      vim.wait(1000, function()
        for _, task in ipairs(tasks) do
          if value_of(task) then return true end
        end
      end, TICK)
    end
  end
end

return M
