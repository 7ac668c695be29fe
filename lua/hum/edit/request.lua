-- One edit's request, from what is to be edited to its single ending: endpoint, key and model are found out, the model
-- is told what to do, and what comes of its answer is handed on.
local client = require('hum.server.client')
local config = require('hum.config')
local context = require('hum.edit.context')
local endpoints = require('hum.server.endpoint')
local fault = require('hum.fault')
local models = require('hum.server.models')
local notify = require('hum.notify')
local requests = require('hum.server.request')
local resolve = require('hum.server.resolve')
local status = require('hum.status')

local M = {}

---@class hum.EditSpec : hum.EditPlace
---@field instruction string
---@field endpoint? string    default: edit.endpoint, else the one of new chats
---@field model? string       "model" or "endpoint/model"; default: edit.model, else the one of new chats
---@field think? hum.Think    default: edit.think
---@field options? table<string, any>  as in the endpoint's configuration; these win
---@field indent? table       {tabstop, shiftwidth, softtabstop, expandtab}

---@alias hum.EditEvent 'sent'|'part'|'progress'|'waiting'|'learned'|'hunks'|'stopping'|'done'|'error'|'cancelled'

--- Events: "sent" { endpoint, model } first; "hunks" hum.EditNews; the others as of a chat, of which done, error and
--- cancelled are the ending, exactly one: { answer?, form?, fault? } beside what a chat's has. An error before anything
--- was sent has the code "start".
---@alias hum.OnEditEvent fun(name: hum.EditEvent, data: table)

---@class hum.EditRequest
---@field id? integer  of the request, once it was sent
---@field stop fun(discard?: boolean)  ends it: "cancelled" follows, unless it has ended by then

local ENDINGS = { done = true, error = true, cancelled = true }

--- The endpoint and model that are meant.
---@param spec hum.EditSpec
---@return string endpoint
---@return string? model  nil: to be found out
local function choice(spec)
  local own = config.get().edit
  if spec.model then
    local named, model = endpoints.split_model(spec.model)
    return models.endpoint(named or spec.endpoint or own.endpoint), model
  end
  local is_own = not spec.endpoint or spec.endpoint == own.endpoint
  return models.endpoint(spec.endpoint or own.endpoint), is_own and own.model or nil
end

---@param spec hum.EditSpec
---@param resolved hum.Resolved
---@param model string
---@return table
local function spec_of(spec, resolved, model)
  local think = spec.think
  if think == nil then think = config.get().edit.think end
  return {
    endpoint = resolved.endpoint,
    request = requests.of(resolved, {
      model = model,
      messages = context.messages(spec, spec.instruction),
      options = spec.options,
      think = think,
    }),
    old = spec.old,
    before = spec.before,
    after = spec.after,
    head = spec.head,
    foot = spec.foot,
    insert = spec.insert,
    filetype = spec.filetype,
    indent = spec.indent,
    name = spec.name,
    instruction = spec.instruction,
  }
end

--- Starts an edit. No event comes before this returns.
---@param spec hum.EditSpec
---@param on_event hum.OnEditEvent
---@return hum.EditRequest
function M.start(spec, on_event)
  local over = false
  local request = {} ---@type hum.EditRequest
  local cancel ---@type hum.Cancel|nil

  local function tell(name, data)
    if over then return end
    over = ENDINGS[name] == true
    if request.id and name == 'part' then status.on_part(request.id, data.part) end
    if request.id and over then status.finished(request.id) end
    fault.guard('an edit', on_event, name, data)
  end

  local function fail(why)
    local text, hint = notify.parts(why)
    vim.schedule(function() tell('error', { code = 'start', message = text, hint = hint }) end)
  end

  local function send(name, resolved, model)
    if over then return end
    local id, why = client.edit(spec_of(spec, resolved, model), function(event, data) tell(event, data) end)
    if not id then return fail(tostring(why)) end
    request.id = id
    status.started(id, model)
    tell('sent', { endpoint = name, model = model })
  end

  function request.stop(discard)
    if over then return end
    if request.id then return client.stop(request.id, discard) end
    if cancel then cancel() end
    vim.schedule(function() tell('cancelled', {}) end)
  end

  local name, known = choice(spec)
  cancel = resolve.start(name, known, function(why, resolved, model)
    vim.schedule(function()
      if not resolved or not model then return fail(tostring(why)) end
      if not fault.guard('sending', send, name, resolved, model) then fail('hum failed: see :Hum log') end
    end)
  end)
  return request
end

return M
