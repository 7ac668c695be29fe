-- One edit's request, from what is to be edited to its single ending: endpoint, key and model are found out, the model
-- is told what to do, and what comes of its answer is handed on. An answer in a form that cannot be used is asked for
-- once more, as whole lines.
local client = require('hum.server.client')
local config = require('hum.config')
local context = require('hum.edit.context')
local disclosed = require('hum.disclosed')
local endpoints = require('hum.server.endpoint')
local excerpt = require('hum.edit.context.excerpt')
local fault = require('hum.fault')
local forms = require('hum.edit.form')
local models = require('hum.server.models')
local notify = require('hum.notify')
local references = require('hum.edit.references')
local requests = require('hum.server.request')
local rules = require('hum.edit.rules')
local resolve = require('hum.server.resolve')
local status = require('hum.status')
local vision = require('hum.server.vision')

local M = {}

---@class hum.edit.Ask  lines from 1
---@field buf integer
---@field first integer
---@field last integer       first - 1: nothing is replaced
---@field old string[]       the whole lines of the range
---@field head? string       what stands left of a range that begins in mid-line
---@field foot? string       what stands right of a range that ends in mid-line
---@field insert? boolean
---@field instruction string
---@field prompt? { system?: string, text?: string }
---@field endpoint? string   default: edit.endpoint, else the one of new chats
---@field model? string      "model" or "endpoint/model"; default: edit.model, else the one of new chats
---@field think? hum.Think   default: edit.think
---@field options? table<string, any>  as in the endpoint's configuration; these win
---@field diagnostics? table[]
---@field definitions? table[]|fun(cb: fun(list: table[]))
---@field rules? string  of the user and the project; nil: they are found out
---@field thread? table[]

--- Events: "sent" { endpoint, model, form } when it is on its way; "hunks" hum.EditNews; "again" { message }: nothing
--- of what came counts, it is asked once more; part, progress, waiting, learned, stopping as of a chat; and exactly one
--- ending: done, error or cancelled, as a chat's with { answer?, form?, shrunk?, fault? } besides. An error before
--- anything was sent has the code "start".
---@alias hum.edit.OnEvent fun(name: string, data: table)

---@class hum.edit.Run
---@field ask hum.edit.Ask
---@field on_event hum.edit.OnEvent
---@field attached? hum.AttachedParts  what the instruction refers to
---@field detach? fun()     cancels finding that out
---@field id? integer       of the request under way
---@field form? hum.EditForm
---@field hunks integer     that have finished
---@field cancel? hum.Cancel  of what is found out before
---@field cancel_rules? hum.Cancel
---@field endpoint string
---@field since integer      ms, as vim.uv.now()
---@field stopped? boolean
---@field over? boolean

local preparing = {} ---@type table<hum.edit.Run, true>  whose key, model, rules or definitions are being found out

--- What is found out before a request is sent, for |:Hum-jobs|.
---@return { endpoint: string, model?: string, since: integer }[]
function M.preparations()
  return vim.tbl_map(
    function(run) return { endpoint = run.endpoint, model = run.ask.model, since = run.since } end,
    vim.tbl_keys(preparing)
  )
end

local ENDINGS = { done = true, error = true, cancelled = true }

--- Bytes of a token, roughly; tokens of a context that nobody has told.
local TOKEN, WINDOW = 3, 8192

--- Bytes of an excerpt: at most as many as serve a model, at least what shows where it is.
local MOST, LEAST = 60000, 2000

--- The endpoint and model that are meant.
---@param ask hum.edit.Ask
---@return string endpoint
---@return string? model  nil: to be found out
local function choice(ask)
  local own = config.get().edit
  if ask.model then
    local named, model = endpoints.split_model(ask.model)
    return models.endpoint(named or ask.endpoint or own.endpoint), model
  end
  local is_own = not ask.endpoint or ask.endpoint == own.endpoint
  return models.endpoint(ask.endpoint or own.endpoint), is_own and own.model or nil
end

--- Bytes that the excerpt may have: the range goes there and back, and is shown twice.
---@param run hum.edit.Run
---@param resolved hum.Resolved
---@param model string
---@return integer
local function room_for(run, resolved, model)
  local ask = run.ask
  local options = vim.tbl_extend('force', resolved.options or {}, ask.options or {})
  local window = tonumber(options.num_ctx) or math.min(models.context(resolved.endpoint.name, model) or WINDOW, 65536)
  local old = ask.rules and math.ceil(#ask.rules / 3) or 0
  for _, line in ipairs(ask.old) do
    old = old + #line + 1
  end
  local attached = run.attached and run.attached.tokens or 0
  return math.max(LEAST, math.min(MOST, math.floor(((window - attached) * TOKEN - 3 * old) / 2)))
end

---@param run hum.edit.Run
---@param resolved hum.Resolved
---@param model string
---@return table  of the helper's method "edit"
local function spec_of(run, resolved, model)
  local ask = run.ask
  local around = excerpt.of(ask.buf, ask.first, ask.last, room_for(run, resolved, model))
  local think = ask.think
  if think == nil then think = config.get().edit.think end
  local asked = vim.tbl_extend('force', ask, around, {
    name = disclosed.name(ask.buf),
    filetype = vim.bo[ask.buf].filetype,
    head = ask.head or '',
    foot = ask.foot or '',
    form = run.form,
    references = run.attached and run.attached.parts,
  }) --[[@as hum.edit.Asked]]
  return {
    buf = ask.buf,
    endpoint = resolved.endpoint,
    request = requests.of(resolved, {
      model = model,
      messages = context.messages(asked),
      options = ask.options,
      think = think,
    }),
    old = ask.old,
    before = around.before,
    after = around.after,
    first = ask.first,
    head = asked.head,
    foot = asked.foot,
    form = run.form,
    insert = ask.insert,
    filetype = asked.filetype,
    indent = disclosed.indent(ask.buf),
    instruction = ask.instruction,
  }
end

---@param run hum.edit.Run
---@param name string
---@param data table
local function tell(run, name, data)
  if run.over then return end
  run.over = ENDINGS[name] == true
  fault.guard('an edit', run.on_event, name, data)
end

---@param run hum.edit.Run
---@param why string  its second line is what to do
local function fail(run, why)
  local text, hint = notify.parts(why)
  vim.schedule(function() tell(run, 'error', { code = 'start', message = text, hint = hint }) end)
end

--- Whether the answer failed by its form alone, so that another one may do.
---@param run hum.edit.Run
---@param name string
---@param data table
---@return boolean
local function has_failed_form(run, name, data)
  local is_form = data.fault ~= nil and data.fault.code == 'block'
  return name == 'done' and is_form and run.form ~= 'whole' and run.hunks == 0 and not run.stopped
end

--- An answer that is not whole says why as a fault: what has finished of it stays. A whole one may be to a part of what
--- was sent.
---@param data table
local function note_ending(data)
  if data.ending == 'cut' and data.complete then return end -- but for words behind it
  if data.ending ~= 'good' then
    data.fault = data.fault or { code = data.ending, message = data.message, hint = data.hint }
  elseif data.message ~= '' then
    -- The server has cut the prompt.
    notify.warn(('hum: %s\n%s'):format(data.message, data.hint))
  end
end

local send ---@type fun(run: hum.edit.Run, resolved: hum.Resolved, model: string)

---@param run hum.edit.Run
---@param resolved hum.Resolved
---@param model string
---@param name string
---@param data table
local function on_event(run, resolved, model, name, data)
  local id = run.id --[[@as integer]]
  if name == 'part' then status.on_part(id, data.part) end
  if name == 'hunks' then run.hunks = run.hunks + #data.finished end
  if not ENDINGS[name] then return tell(run, name, data) end
  status.finished(id)
  run.id = nil
  if has_failed_form(run, name, data) then
    local words = '%s was asked once more, for whole lines: %s'
    tell(run, 'again', { message = words:format(model, data.fault.message) })
    run.form = 'whole'
    return send(run, resolved, model)
  end
  if name == 'done' then note_ending(data) end
  tell(run, name, data)
end

---@param run hum.edit.Run
---@param resolved hum.Resolved
---@param model string
---@param spec table
local function send_spec(run, resolved, model, spec)
  local id, why = client.edit(spec, function(name, data) on_event(run, resolved, model, name, data) end)
  if not id then return fail(run, tostring(why)) end
  run.id = id
  status.started(id, model, run.ask.buf)
  tell(run, 'sent', { endpoint = resolved.endpoint.name, model = model, form = run.form })
end

send = function(run, resolved, model)
  if not vim.api.nvim_buf_is_loaded(run.ask.buf) then return fail(run, 'its buffer is gone') end
  local spec = spec_of(run, resolved, model)
  run.detach = vision.check(resolved.endpoint.name, model, spec.request.messages, function(blind)
    if run.over or run.stopped then return end
    if blind then return fail(run, blind) end
    send_spec(run, resolved, model, spec)
  end)
end

--- Waits for definitions, for references, and for key and model, all at once; then for rules, as they are asked about:
--- nothing is asked for an instruction that cannot be sent.
---@param run hum.edit.Run
---@param cb fun(why: string?, resolved: hum.Resolved?, model: string?)
local function gather(run, cb)
  local pending, result, refused = 4, nil, nil
  local function arrived()
    pending = pending - 1
    if pending > 0 or run.over or run.stopped then return end
    if refused then return cb(refused) end
    cb(unpack(result, 1, 3))
  end
  local name, known = choice(run.ask)
  local function find_rules()
    run.cancel_rules = rules.find(run.ask.buf, name, known, function(text)
      run.ask.rules = text
      arrived()
    end)
  end
  run.detach = references.find(run.ask, run.endpoint, function(why, attached)
    refused, run.attached = why, attached
    arrived()
    if why then return arrived() end
    find_rules()
  end)
  local definitions = run.ask.definitions
  if type(definitions) == 'function' then
    definitions(function(list)
      run.ask.definitions = list
      arrived()
    end)
  else
    arrived()
  end
  run.cancel = resolve.start(run.endpoint, known, function(...)
    result = { ... }
    arrived()
  end)
end

--- Starts an edit. No event comes before this returns.
---@param ask hum.edit.Ask
---@param on_event_fn hum.edit.OnEvent
---@return { stop: fun(discard?: boolean) }  ends it: "cancelled" follows, unless it has ended by then
function M.start(ask, on_event_fn)
  ---@type hum.edit.Run
  local run = {
    ask = vim.tbl_extend('force', {}, ask),
    on_event = on_event_fn,
    hunks = 0,
    endpoint = (choice(ask)),
    since = vim.uv.now(),
  }
  preparing[run] = true
  gather(run, function(why, resolved, model)
    vim.schedule(function()
      preparing[run] = nil
      if run.over or run.stopped then return end
      if not resolved or not model then return fail(run, tostring(why)) end
      run.form = forms.of(model, { old = ask.old, head = ask.head or '', foot = ask.foot or '', insert = ask.insert })
      if not fault.guard('sending', send, run, resolved, model) then fail(run, 'hum failed: see :Hum log') end
    end)
  end)
  return {
    stop = function(discard)
      if run.over or run.stopped then return end
      run.stopped, preparing[run] = true, nil
      if run.id then return client.stop(run.id, discard) end
      if run.cancel then run.cancel() end
      if run.detach then run.detach() end
      if run.cancel_rules then run.cancel_rules() end
      vim.schedule(function() tell(run, 'cancelled', {}) end)
    end,
  }
end

return M
