-- What would be sent of a chat now: found out without asking, running or fetching anything, and without a trace in the
-- chat or beside it.
local choice = require('hum.chat.choice')
local config = require('hum.config')
local contents = require('hum.chat.context.contents')
local context = require('hum.chat.context')
local counted = require('hum.chat.fit.counted')
local endpoints = require('hum.server.endpoint')
local estimate = require('hum.server.estimate')
local models = require('hum.server.models')
local persona = require('hum.chat.persona')
local queue = require('hum.chat.queue')
local refer = require('hum.chat.refer')
local settings_of = require('hum.chat.text.settings').of
local systems = require('hum.chat.context.system')
local turns = require('hum.chat.text.turns')

local M = {}

---@class hum.PreviewReference
---@field text string    as it stands in the message
---@field kind string
---@field path? string   of its file
---@field title? string
---@field tokens integer  of all that it stands for, about
---@field bytes integer
---@field state string   'ok', 'missing', 'refused', 'asks', 'large', 'empty'
---@field why? string

---@class hum.PreviewMessage
---@field role string
---@field content string
---@field tokens integer  about
---@field images? integer

---@class hum.Preview
---@field endpoint string
---@field model? string
---@field messages hum.PreviewMessage[]
---@field tokens integer   of all of it, about
---@field window? integer  that the loaded model holds; nil: unknown
---@field references hum.PreviewReference[]
---@field system hum.SystemNote[]  rule files and the like in the system message, and why others are not
---@field left_out integer  messages that do not fit any more
---@field sends boolean     there is a message to be sent

--- The turn that would be sent.
---@param buf integer
---@param list hum.Turn[]
---@return hum.Chosen|nil
local function chosen(buf, list)
  local first = queue.first(buf)
  local found = (first and choice.queued(first) or choice.latest)(list)
  return found
end

--- Whether there is something in a chat that was not sent.
---@param buf integer
---@return boolean
function M.is_there(buf)
  local list = turns.of(buf).turns
  local found = chosen(buf, list)
  return found ~= nil and found.replaces == nil and found.n == #list or queue.first(buf) ~= nil
end

--- The endpoint as far as it is known without its secrets.
---@param name string
---@param model? string
---@return hum.Resolved|nil
local function resolved(name, model)
  local spec, configured = endpoints.without_secrets(name), config.get().endpoints[name]
  if not spec or not configured then return nil end
  return { endpoint = spec, model = model, options = configured.options or {}, think = configured.think }
end

--- The message that would be sent, or without one, all that has been said.
---@param buf integer
---@return hum.Message|nil message, string|nil err
---@return boolean|nil sends
function M.message(buf)
  local text = turns.of(buf)
  local settings, wrong = settings_of(text.front)
  if settings then
    settings, wrong = persona.settings(buf, settings)
  end
  if not settings then return nil, wrong end
  local values = text.front and text.front.values or {}
  local endpoint, named = persona.choice(buf, values.endpoint, values.model)
  local name = models.endpoint(endpoint ~= '' and endpoint or nil)
  local model = named ~= '' and named or models.decided(name)
  local how = resolved(name, model)
  if not how then return nil, ('there is no endpoint "%s"'):format(name) end
  local found = chosen(buf, text.turns)
  local list = vim.list_slice(text.turns, 1, found and found.n or #text.turns)
  local message = { buf = buf, settings = settings, turns = list, model = model or '', resolved = how }
  ---@cast message hum.Message
  return message, nil, found ~= nil
end

---@param made hum.ContextResult
---@param list { role: string, content: string, images: integer }[]
---@param tokens integer[]
---@param message hum.Message
---@param sends boolean
---@return hum.Preview
local function preview_of(made, list, tokens, message, sends)
  local total, messages = 0, {}
  local plan, system = made.plan, made.run.system
  local endpoint = message.resolved.endpoint.name
  local sum = plan.tokens
  if sum and plan.estimated then
    sum = math.max(0, sum + counted.shift(message.buf, endpoint, message.model, plan --[[@as hum.Fit]]))
  end
  -- As what is known of the model's tokenizer has it, as in the sum.
  local factor = sum and (plan.estimated or 0) > 0 and sum / plan.estimated or 1
  for i, one in ipairs(list) do
    local size = math.floor(tokens[i] * factor + 0.5)
    total = total + size
    local images = one.images > 0 and one.images or nil
    messages[i] = { role = one.role, content = one.content, tokens = size, images = images }
  end
  return {
    endpoint = endpoint,
    model = message.model ~= '' and message.model or nil,
    messages = messages,
    tokens = sum or total,
    window = plan.window,
    references = made.run.references,
    system = system and system.notes or {},
    left_out = plan.left or 0,
    sends = sends,
  }
end

--- Adds the rules that the messages would have if the chat began with them.
---@param given hum.ContextGiven
---@param made hum.ContextResult
---@param preview hum.Preview
---@param cb fun()
local function add_late(given, made, preview, cb)
  local run = made.run
  if run.system ~= run.ledger.system then return cb() end -- it would be decided now
  local place = given.place()
  local wanted = { project = place.project, files = systems.files(run) }
  require('hum.chat.system').late(given.buf, preview.system, wanted, function(notes)
    preview.system = vim.list_extend(vim.list_slice(preview.system), notes)
    cb()
  end)
end

--- A folder for what a dry run reads.
---@return string dir
---@return fun() remove
function M.temporary()
  local dir = vim.fs.joinpath(vim.fn.tempname(), 'draft.files')
  return dir, function() vim.fn.delete(vim.fs.dirname(dir), 'rf') end
end

--- Finds out what would be sent.
---@param buf integer
---@param cb fun(err: string?, preview: hum.Preview?)  once, later
function M.preview(buf, cb)
  local message, err, sends = M.message(buf)
  if not message then
    vim.schedule(function() cb(err) end)
    return
  end
  local given = refer.given(message, message.turns, true)
  local dir, remove = M.temporary()
  given.folder = dir
  local function done(why, preview)
    remove()
    cb(why, preview)
  end
  context.prepare(given, function(why, made)
    if why or not made then return done(why) end
    contents.of(made.messages, function(list)
      local texts = vim.tbl_map(function(one) return one.content end, list)
      estimate.of(texts, function(err_of, tokens)
        if not tokens then return done(err_of and err_of.message or 'the messages cannot be measured') end
        local preview = preview_of(made, list, tokens, message, sends == true)
        add_late(given, made, preview, function() done(nil, preview) end)
      end)
    end)
  end)
end

--- The same, waited for.
---@param buf integer
---@return hum.Preview|nil preview, string|nil err
function M.wait(buf)
  local is_done, found, why = false, nil, nil
  M.preview(buf, function(err, preview)
    is_done, found, why = true, preview, err
  end)
  vim.wait(60000, function() return is_done end, 5)
  return found, why or not is_done and 'it took too long' or nil
end

return M
