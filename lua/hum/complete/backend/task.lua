-- Queries to a server one after the other, written down as such: in a coroutine that waits for
-- each answer while Neovim goes on.
local query = require('hum.server.query')

local M = {}

---@type table<thread, fun(fault: string?, ...)>  `done` of each task that runs
local waiting = setmetatable({}, { __mode = 'k' })

--- Runs it until it waits or ends. `done` is called outside of the coroutine, so that an error
--- in `done` is not taken for one of the task.
---@param co thread
local function resume(co, ...)
  local results = vim.F.pack_len(coroutine.resume(co, ...))
  if coroutine.status(co) ~= 'dead' then return end
  local done = waiting[co]
  waiting[co] = nil
  if not results[1] then return done(debug.traceback(co, tostring(results[2]))) end
  done(nil, unpack(results, 2, results.n))
end

--- Runs `fn`, in which the other functions here may be used.
---@param fn fun(): any...
---@param done fun(fault: string?, ...)  called once: with what `fn` returned, or with the fault that it died of
function M.run(fn, done)
  local co = coroutine.create(fn)
  waiting[co] = done
  resume(co)
end

--- Calls `start(done)` and waits until `done` was called, at once or later.
---@param start fun(done: fun(...))
---@return any ...  what done was given
function M.wait(start)
  local co = assert(coroutine.running())
  local results, suspended
  start(function(...)
    if results then return end
    results = vim.F.pack_len(...)
    if suspended then resume(co) end
  end)
  if not results then
    suspended = true
    ---@diagnostic disable-next-line: await-in-sync  the coroutine is the task's, see M.run
    coroutine.yield()
  end
  return vim.F.unpack_len(results)
end

---@param name string  of the endpoint
---@param spec hum.QuerySpec
---@return hum.ServerError|nil err, table|nil answer
function M.query(name, spec)
  spec.fills = true
  return M.wait(function(done) query.query(name, spec, done) end)
end

return M
