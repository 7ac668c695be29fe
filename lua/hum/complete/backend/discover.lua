-- How an endpoint fills in: which model, and by which API. Each kind of server has its own way to find
-- that out; what is not certain is tried with one token.
local compatible = require('hum.complete.backend.compatible')
local native = require('hum.complete.backend.native')
local providers = require('hum.server.provider')

local M = {}

---@type table<string, fun(opts: hum.DiscoverOpts): string|nil, hum.FoundBackend|nil>
local BY = { ollama = native.find, openai = compatible.find }

--- Runs in a task.
---@param opts hum.DiscoverOpts
---@param dialect hum.Dialect
---@return string|nil err, hum.FoundBackend|nil found
function M.find(opts, dialect)
  local find = BY[providers[dialect].fills or '']
  if find then return find(opts) end
  local cannot = 'hum: completion: endpoint "%s" cannot fill in code (dialect "%s"); set complete.endpoint to another'
  return cannot:format(opts.endpoint, dialect)
end

return M
