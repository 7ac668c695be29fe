-- `:Hum model`: which model the chat in the current buffer uses, or new chats.
local chats = require('hum.chat.chats')
local choose = require('hum.server.choose')
local config = require('hum.config')
local endpoint = require('hum.server.endpoint')
local front = require('hum.chat.front')
local models = require('hum.server.models')
local notify = require('hum.notify')
local prepare = require('hum.chat.prepare')

local M = {}

--- Ends the choice that was begun outside of chats. There it is shown what is waited for, and it
--- ends with the chat.
local cancel ---@type hum.Cancel|nil

---@param buf integer
---@param name string   of the endpoint
---@param model string
local function use(buf, name, model)
  local is_chat, set = front.set_model(buf, name, model)
  if set then notify.info(('hum: this chat uses %s/%s'):format(name, model)) end
  if is_chat then return end
  models.set_default(name, model)
  notify.info(('hum: new chats use %s/%s'):format(name, model))
end

---@param names string[]
local function tell_wait(names)
  local list = '"' .. table.concat(names, '", "') .. '"'
  notify.info(('hum: waiting for the models of %s (:Hum stop ends it)'):format(list))
end

--- Gives up the choice that has been begun outside of chats.
---@return boolean  there was one
function M.stop()
  if not cancel then return false end
  cancel()
  cancel = nil
  return true
end

---@param start fun(cb: fun(...)): hum.Cancel
---@param cb fun(...)
local function outside(start, cb)
  M.stop()
  local over = false
  local how = start(function(...)
    over, cancel = true, nil
    cb(...)
  end)
  if not over then cancel = how end
end

--- Lets the user choose: among the models of an endpoint, or of all.
---@param buf integer
---@param name? string
local function ask(buf, name)
  local used, model = models.endpoint(front.endpoint(buf)), front.model(buf)
  local in_use = { endpoint = used, model = model or models.decided(used), on_wait = tell_wait } ---@type hum.InUse
  local function start(cb)
    if name then return choose.one(name, in_use, cb) end
    return choose.any(in_use, cb)
  end
  local function done(err, of, chosen)
    if of and chosen then
      use(buf, of, chosen)
    elseif err then
      notify.warn(err)
    end
  end
  local chat = chats.get(buf)
  if not chat or chat.preparation then return outside(start, done) end
  in_use.on_wait = nil -- the chat shows it
  prepare.choose(chat, used, start, done)
end

--- The service that a text names, "openrouter/", which is offered and not configured yet.
---@param text string
---@return string|nil
local function offered(text)
  for _, offer in ipairs(config.offers()) do
    if text == offer.name .. '/' then return offer.name end
  end
end

--- Sets it: for the chat in the current buffer, else for new chats.
---@param text? string  "model" or "endpoint/model" or "endpoint/"; nil: the user chooses
function M.set(text)
  local buf = vim.api.nvim_get_current_buf()
  local name, model = endpoint.split_model(text or '')
  local service = not name and offered(text or '')
  if service or not model then return ask(buf, service or name) end
  name = models.endpoint(name or front.endpoint(buf))
  local _, fault = endpoint.url(name)
  if fault then return notify.complain(fault) end
  use(buf, name, model)
end

return M
