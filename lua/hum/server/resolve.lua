-- What is found out before a request is sent that nobody looks at meanwhile: endpoint, key and model.
local endpoints = require('hum.server.endpoint')
local models = require('hum.server.models')
local steps_of = require('hum.server.steps').new

local M = {}

--- Finds out key and model of an endpoint.
---@param name string    of the endpoint
---@param known? string  the model, if it is known
---@param cb fun(why: string?, resolved: hum.Resolved?, model: string?)  once at most
---@return hum.Cancel
function M.start(name, known, cb)
  local steps = steps_of(cb)
  steps.add(endpoints.resolve(name, function(err, resolved)
    if not resolved or known then return steps.finish(err, resolved, known) end
    steps.add(models.resolve(name, function(why, model) steps.finish(why, model and resolved, model) end))
  end))
  return steps.cancel
end

return M
