-- Questions to a server one after the other, written down as such: in a coroutine that
-- waits for each answer while Neovim goes on.
local M = {}

---@param co thread
local function resume(co, ...)
  local ok, err = coroutine.resume(co, ...)
  if not ok then error(debug.traceback(co, tostring(err)), 0) end
end

--- Runs `fn`, in which the other functions here may be used.
---@param fn fun()
function M.run(fn) resume(coroutine.create(fn)) end

--- Calls `start(done)` and waits until `done` was called, at once or later.
---@param start fun(done: fun(...))
---@return any ...  what done was given
function M.wait(start)
  local co = assert(coroutine.running())
  local results, waiting
  start(function(...)
    results = vim.F.pack_len(...)
    if waiting then resume(co) end
  end)
  if not results then
    waiting = true
    coroutine.yield()
  end
  return vim.F.unpack_len(results)
end

---@param name string  of the endpoint
---@param ask hum.Ask
---@return hum.ServerError|nil err, any answer
function M.query(name, ask)
  return M.wait(function(done) require('hum.server.query').query(name, ask, done) end)
end

return M
