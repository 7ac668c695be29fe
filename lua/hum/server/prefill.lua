-- How a server is given the beginning of a reply, so that the model goes on with it: as its preset or its dialect says
-- (src/server/prefill.h).
local config = require('hum.config')
local endpoints = require('hum.server.endpoint')
local identify = require('hum.server.identify')
local preset = require('hum.server.provider.preset')
local providers = require('hum.server.provider')

local M = {}

local found = {} ---@type table<string, hum.Preset|{}>  of servers that had to be asked, by endpoint as configured

--- What is known of a server that calls itself that. Behind its OpenAI-compatible API Ollama has the templates that it
--- has elsewhere.
---@param title? string
---@return hum.Preset|{}
local function of_title(title)
  for _, known in pairs(title and preset.all or {}) do
    if known.title == title then
      return known.dialect == 'ollama' and { prefill = providers.ollama.prefill } or known
    end
  end
  return {}
end

--- What is known of the server at an endpoint. One that nothing is said of is asked, once.
---@param name string  of the endpoint
---@param cb fun(known: hum.Preset|{})
---@return hum.Cancel
function M.find(name, cb)
  local endpoint, key = config.get().endpoints[name], endpoints.configured(name) or ''
  local known = preset.spoken(endpoint) or found[key]
  if known or endpoint.dialect ~= 'openai' then
    cb(known or {})
    return function() end
  end
  return identify.ask(name, function(_, server)
    found[key] = of_title(server and server.title)
    cb(found[key])
  end)
end

--- Makes an endpoint one that is given the beginning of a reply, or whose model is asked.
---@param spec hum.EndpointSpec
---@param known hum.Preset|{}
---@return boolean says  it can be told not to think, whatever is said of it else
function M.set(spec, known)
  spec.quirks = vim.tbl_extend('force', spec.quirks or {}, {
    prefill = known.prefill or providers[spec.dialect].prefill,
    think = known.prefill_think,
  })
  local origin = spec.url:match('^%a+://[^/]+')
  if known.prefill_url and origin and preset.is_own(known, origin) then spec.chat_url = known.prefill_url end
  return known.prefill_think ~= nil or spec.dialect ~= 'openai'
end

return M
