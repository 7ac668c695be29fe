-- What the helper has learned of endpoints and their models (src/server/learned.h), in its words. Each is told once, in
-- the log; `:checkhealth hum` lists them. Beside it what was found out here, and is forgotten with it.
local endpoints = require('hum.server.endpoint')
local log = require('hum.log')

local M = {}

---@class hum.Learned
---@field configured? string   the helper forgets it when that changes
---@field messages string[]
---@field facts table<string, string>

local learned = {} ---@type table<string, hum.Learned>  by endpoint

---@param endpoint string
---@return hum.Learned
local function of(endpoint)
  local configured, one = endpoints.configured(endpoint), learned[endpoint]
  if not one or one.configured ~= configured then
    one = { configured = configured, messages = {}, facts = {} }
    learned[endpoint] = one
  end
  return one
end

---@param endpoint string
---@param message string
function M.add(endpoint, message)
  local messages = of(endpoint).messages
  if vim.tbl_contains(messages, message) then return end
  messages[#messages + 1] = message
  log.write('info', message)
end

--- Keeps a fact, also one that is no message.
---@param endpoint string
---@param name string
---@param fact string
function M.keep(endpoint, name, fact) of(endpoint).facts[name] = fact end

---@param endpoint string
---@param name string
---@return string|nil
function M.kept(endpoint, name) return of(endpoint).facts[name] end

---@param endpoint? string  nil: all
function M.forget(endpoint)
  if endpoint then
    learned[endpoint] = nil
  else
    learned = {}
  end
end

---@param endpoint string
---@return string[]
function M.of(endpoint) return of(endpoint).messages end

return M
