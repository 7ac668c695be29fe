-- Loads the model of a chat that opens (`chat.preload`): with the options that its messages will go out with, so that
-- none of them has it loaded again. Quietly: what is wrong is told when a message is sent.
local endpoints = require('hum.server.endpoint')
local front = require('hum.chat.front')
local lists = require('hum.server.lists')
local models = require('hum.server.models')
local persona = require('hum.chat.persona')
local query = require('hum.server.query')
local windows = require('hum.server.window')

local M = {}

--- Seconds that loading may take.
local WITHIN = 600

local loading = {} ---@type table<string, true>  by endpoint, model and options

--- The options of a request by which a model is loaded.
---@param endpoint string
---@param options table
---@return table|nil  nil: there are none
local function load_options(endpoint, options)
  local out = {}
  for _, name in ipairs(lists.provider(endpoint).load_options) do
    out[name] = options[name]
  end
  return next(out) and out or nil
end

---@param buf integer
---@param resolved hum.Resolved
---@param model string
local function load(buf, resolved, model)
  local name = resolved.endpoint.name
  local settings, num_ctx = persona.current(buf, name)
  local all = vim.tbl_extend('force', resolved.options or {}, settings.options or {})
  local options = load_options(name, all)
  local key = vim.inspect({ name, model, options })
  if loading[key] then return end
  loading[key] = true
  query.query(name, {
    method = 'POST',
    path = '/api/chat',
    at_root = true,
    body = { model = model, messages = {}, stream = false, options = options, keep_alive = resolved.keep_alive },
    model = model,
    timeout = WITHIN,
    quiet = true,
  }, function()
    loading[key] = nil
    windows.reloaded(name, model)
    windows.learn(name, model, num_ctx)
  end)
end

--- Loads the model of a chat, if its server has to load one.
---@param buf integer
function M.run(buf)
  if not vim.api.nvim_buf_is_loaded(buf) then return end
  local name = models.endpoint(front.endpoint(buf))
  local model = front.model(buf) or models.decided(name)
  if not model or not endpoints.is_at_hand(name) or not windows.tells_loading(name, model) then return end
  endpoints.resolve(name, function(_, resolved)
    if resolved and vim.api.nvim_buf_is_loaded(buf) then load(buf, resolved, model) end
  end)
end

return M
