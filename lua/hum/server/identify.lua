-- Which program answers at an endpoint, and its version, as far as it says so.
local config = require('hum.config')
local endpoints = require('hum.server.endpoint')
local preset = require('hum.server.provider.preset')
local providers = require('hum.server.provider')
local query = require('hum.server.query')
local steps_of = require('hum.server.steps').new
local url = require('hum.url')

local M = {}

---@class hum.ServerFound
---@field title string     "llama-server"
---@field version? string

---@class hum.ServerProbe
---@field path string      below the server's root
---@field version string   the field of the answer that has it
---@field title string
---@field with? string     a field that only this server's answer has

--- Of servers that have an OpenAI-compatible API beside others. The first that fits.
---@type hum.ServerProbe[]
local PROBES = {
  { path = '/props', version = 'build_info', title = 'llama-server' },
  { path = '/api/version', version = 'version', title = 'llama-swap', with = 'commit' },
  { path = '/api/version', version = 'version', title = 'Ollama' },
  { path = '/version', version = 'version', title = 'vLLM' },
}

--- How long they may take, in seconds: what they say is nice to know.
local WITHIN = 2

---@param probe hum.ServerProbe
---@param answer any
---@return hum.ServerFound|nil
local function read(probe, answer)
  local version = type(answer) == 'table' and answer[probe.version]
  if type(version) ~= 'string' or (probe.with and answer[probe.with] == nil) then return nil end
  return { title = probe.title, version = version:gsub('%c', ' '):sub(1, 60) }
end

--- Services are not asked for what they do not have.
---@param name string  of the endpoint
---@return boolean
function M.is_self_hosted(name)
  local known = preset.of(config.get().endpoints[name])
  if known then return known.self_hosted == true end
  local address = endpoints.url(name) or ''
  return address:find('^https://') == nil or url.is_loopback(address)
end

---@param name string
---@param cb fun(found: hum.ServerFound?)
---@return hum.Cancel
local function probe_all(name, cb)
  local steps = steps_of(cb)
  local answers = {} ---@type table<string, table|false>
  for _, probe in ipairs(PROBES) do
    answers[probe.path] = false
  end
  local open = vim.tbl_count(answers)
  for path in pairs(vim.deepcopy(answers)) do
    steps.add(query.query(name, { path = path, at_root = true, quiet = true, timeout = WITHIN }, function(_, answer)
      answers[path], open = answer or false, open - 1
      if open > 0 then return end
      for _, probe in ipairs(PROBES) do
        local found = read(probe, answers[probe.path])
        if found then return steps.finish(found) end
      end
      steps.finish()
    end))
  end
  return steps.cancel
end

--- Asks; several at once where the dialect has no way to tell. An error only says something where the dialect has one.
---@param name string  of the endpoint
---@param cb fun(err: hum.ServerError?, found: hum.ServerFound?)  nil, nil: it does not say
---@return hum.Cancel
function M.ask(name, cb)
  local provider = providers[config.get().endpoints[name].dialect]
  if provider.version then
    local probe = { path = provider.version.path, version = 'version', title = provider.title }
    return query.query(name, { path = probe.path, at_root = true }, function(err, answer)
      if not answer then return cb(err) end
      cb(nil, read(probe, answer) or { title = provider.title })
    end)
  elseif M.is_self_hosted(name) then
    return probe_all(name, function(found) cb(nil, found) end)
  end
  cb()
  return function() end
end

return M
