-- Cases are coroutines on one libuv loop: whoever waits yields a condition, and the loop
-- resumes it once that holds or its deadline has passed. Two cases then share two cores
-- without worker processes, and no case needs a callback.
local uv = vim.uv

local M = {}

local tasks = {}

-- How often conditions are looked at when no event at all comes in, in ms.
local TICK = 10

--- Milliseconds on the monotonic clock; uv.now() is only as new as the last turn of the loop.
---@return number
function M.now() return uv.hrtime() / 1e6 end

--- Yields until `cond` holds or `ms` have passed. `cond` must not itself wait.
---@param cond fun(): any
---@param ms number
---@return any value what `cond` returned, false once the time is up
function M.await(cond, ms)
  local value = cond()
  if value then return value end
  local co, is_main = coroutine.running()
  if is_main or not co then
    vim.wait(ms, cond, TICK)
    return cond() or false
  end
  return coroutine.yield(cond, M.now() + ms)
end

--- Starts `fn` as a task; errors are given to `on_end` with their traceback.
---@param fn fun()
---@param on_end fun(ok: boolean, err: any)
function M.spawn(fn, on_end)
  local co = coroutine.create(function()
    on_end(xpcall(fn, function(err) return type(err) == 'table' and err or debug.traceback(tostring(err), 2) end))
  end)
  tasks[#tasks + 1] = { co = co }
end

local function value_of(task)
  if not task.cond then return true end
  return task.cond() or (M.now() >= task.deadline and 'late')
end

local function step(task)
  local value = value_of(task)
  if not value then return false end
  if value == 'late' then value = task.cond() or false end
  local ok, cond, deadline = coroutine.resume(task.co, value)
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
