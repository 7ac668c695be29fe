-- A real llama-server (tests/engine), for as long as something is measured with it.
local proc = require('lib.proc')
local task = require('lib.task')

local M = {}

local START_MS = 90000

---@param run { root: string }
---@param options string[]  of tests/engine/start
---@param fn fun(url: string): any
---@return any result, string|nil why
function M.with(run, options, fn)
  local engine = proc.spawn({ run.root .. '/tests/engine/start', unpack(options) })
  local said = task.await(function() return engine.out:match('^(%a+ [^\n]*)\n') or engine.code end, START_MS)
  local url = type(said) == 'string' and said:match('^ready (%S+)')
  local result = url and fn(url) or nil
  engine:finish()
  return result, not result and tostring(said) or nil
end

return M
