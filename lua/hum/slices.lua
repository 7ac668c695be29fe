-- Work that is too much for one go: done in slices of a few milliseconds between which the editor draws and takes keys,
-- or, for scripts, at once.
local fault = require('hum.fault')

local M = {}

--- How long a slice takes, and the pause behind it, in ms. Not vim.schedule(), behind which keys would wait.
local SLICE, PAUSE = 3, 1
M.PAUSE = PAUSE

--- How long an answer is waited for at most, in ms.
local LIMIT = 60000

---@class hum.Slices  what the work is given
---@field pause fun()  called often: lets the editor go on when the slice is used up
---@field await fun(start: fun(resume: fun(answer: any))): any  what `resume` is called with later

---@param start fun(resume: fun(answer: any))
---@return any
local function wait_for(start)
  local over, answer = false, nil
  start(function(what)
    over, answer = true, what
  end)
  vim.wait(LIMIT, function() return over end, 2)
  return answer
end

--- Does the work and waits for its end.
---@generic T
---@param work fun(slices: hum.Slices): T
---@return T
function M.now(work)
  return work({ pause = function() end, await = wait_for })
end

--- Does the work in slices. The first of them comes later, too.
---@generic T
---@param what string  for the message if it fails
---@param work fun(slices: hum.Slices): T
---@param done fun(result: T)
function M.later(what, work, done)
  local since, waits = 0, false
  local co ---@type thread

  local function step(...)
    since, waits = vim.uv.hrtime(), false
    local ok, result = coroutine.resume(co, ...)
    if not ok then
      fault.report(what, debug.traceback(co, tostring(result)))
    elseif coroutine.status(co) == 'dead' then
      done(result)
    elseif not waits then
      vim.defer_fn(step, PAUSE)
    end
  end

  ---@async
  local function pause()
    if vim.uv.hrtime() - since > SLICE * 1e6 then coroutine.yield() end
  end
  ---@async
  local function await(start)
    waits = true
    start(vim.schedule_wrap(step))
    return coroutine.yield()
  end

  co = coroutine.create(function() return work({ pause = pause, await = await }) end)
  vim.defer_fn(step, 0)
end

--- Calls `fn` with each in turn, and `done` behind the last, in a slice of its own. What takes no longer than a slice
--- is done at once.
---@generic T
---@param list T[]
---@param fn fun(one: T, i: integer)
---@param done? fun()
---@param slice? number  ms; 0: a pause behind each
---@return hum.Cancel
function M.each(list, fn, done, slice)
  local at, over, is_long = 0, false, false
  local function step()
    local till = vim.uv.hrtime() + (slice or SLICE) * 1e6
    while not over and at < #list do
      at = at + 1
      fn(list[at], at)
      if at < #list and vim.uv.hrtime() >= till then
        is_long = true
        vim.defer_fn(step, PAUSE)
        return
      end
    end
    if over then return end
    if is_long then
      is_long = false
      vim.defer_fn(step, PAUSE)
      return
    end
    over = true
    if done then done() end
  end
  step()
  return function() over = true end
end

return M
