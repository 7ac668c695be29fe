-- `hum.generate`: a model's reply for other plugins, piece by piece, without a chat.
local client = require('hum.server.client')
local fault = require('hum.fault')
local given = require('hum.generate.given')
local models = require('hum.server.models')
local notify = require('hum.notify')
local options = require('hum.generate.options')
local places = require('hum.place')
local requests = require('hum.server.request')
local resolve = require('hum.server.resolve')
local runs = require('hum.generate.run')
local status = require('hum.status')

local M = {}

M.preparations = runs.preparations

---@class hum.GenerateMessage
---@field role 'user'|'assistant'|'system'
---@field content string

---@class hum.GenerateOpts  of prompt and messages exactly one
---@field prompt? string                    what the user says
---@field messages? hum.GenerateMessage[]   a conversation, whose last message is answered
---@field system? string                    what the model is told first
---@field endpoint? string                  default: the one of new chats
---@field model? string                     default: the one of new chats
---@field options? table<string, any>       as in the endpoint's configuration; these win
---@field think? hum.Think                 likewise
---@field persona? string                   name of a persona; the fields above win
---@field references? string[]              as in a chat's message: "#file:src/a.lua"; they go before the last message
---@field images? string[]                  paths; likewise
---@field at? { buf: integer, row: integer, col: integer }  the text goes there, counted from 0, col in bytes
---@field on_text? fun(text: string)        each piece of the reply, in order; not with `at`
---@field on_thinking? fun(text: string)    each piece of its thinking; not with `at`
---@field on_rethink? fun(part: 'thinking'|'text')  all that has come so far is of this part after all; not with `at`
---@field on_wait? fun(seconds: number, message: string)  the server is busy: it is asked again after so many
---@field on_learned? fun(message: string)  it was asked again without what the model refuses
---@field on_done? fun(result: hum.GenerateResult)  once, whatever happens

---@class hum.GenerateError
---@field code string      as hum.Failure has it; "start": nothing was sent; "callback": a function failed
---@field message string   what happened
---@field hint? string     what to do
---@field status? integer  HTTP

---@class hum.GenerateResult
---@field status 'done'|'error'|'cancelled'
---@field reason? string       of "done": the server's word, such as "stop" or "length"; of "cancelled": why
---@field ending? 'good'|'cut'|'told'  of "done": it is whole, was cut at a limit of length, or ended otherwise
---@field message? string      of "done" that is not good: in plain words
---@field error? hum.GenerateError  of "error"
---@field stats? hum.Stats     if a request was sent

---@class hum.Generation
---@field stop fun()  ends it: "cancelled", unless it has ended by then

-- ---- what is sent ---------------------------------------------------------------------------

---@param role string
---@param content string
---@return table
local function message(role, content) return { role = role, parts = { { type = 'text', text = content } } } end

---@param opts hum.GenerateOpts
---@return table[]
local function messages_of(opts)
  local list = {}
  if opts.system then list[1] = message('system', opts.system) end
  for _, one in ipairs(opts.messages or { { role = 'user', content = opts.prompt } }) do
    local first = #list == 1 and one.role == 'system' and list[1].role == 'system' and list[1].parts[1] or nil
    if first then -- one system message: some templates refuse a second one
      first.text = first.text .. '\n\n' .. one.content
    else
      list[#list + 1] = message(one.role, one.content)
    end
  end
  return list
end

---@param run hum.GenerationRun
---@param resolved hum.Resolved
---@param model string
---@return table spec
local function spec_of(run, resolved, model)
  local opts = run.opts
  return {
    buf = run.place and opts.at.buf,
    mark = run.place,
    endpoint = resolved.endpoint,
    request = requests.of(resolved, {
      model = model,
      messages = run.messages,
      options = opts.options,
      think = opts.think,
    }),
  }
end

-- ---- the way there --------------------------------------------------------------------------

---@param run hum.GenerationRun
---@param resolved hum.Resolved
---@param model string
---@return string|nil why  nothing was sent
local function send(run, resolved, model)
  local spec = spec_of(run, resolved, model)
  local id, why = client.generate(spec, function(name, data) runs.on_event(run, name, data) end)
  if not id then return why end
  run.id = id
  status.started(id, model)
end

--- Puts what was found out before the text of the user's last message.
---@param run hum.GenerationRun
---@param parts table[]
local function add_parts(run, parts)
  for i = #run.messages, 1, -1 do
    local one = run.messages[i]
    if one.role == 'user' then
      one.parts = vim.list_extend(vim.list_slice(parts), one.parts)
      return
    end
  end
end

---@param run hum.GenerationRun
---@param why string  its second line is what to do
local function fail(run, why)
  local text, hint = notify.parts(why)
  runs.finish_soon(run, { status = 'error', error = { code = 'start', message = text, hint = hint } })
end

---@param run hum.GenerationRun
---@param resolved hum.Resolved
---@param model string
local function send_now(run, resolved, model)
  runs.prepared(run)
  local ok, problem = fault.guard('sending', send, run, resolved, model)
  if not ok or problem then fail(run, problem or 'hum failed: see :Hum log') end
end

--- Sends once all is known that the request says.
---@param run hum.GenerationRun
---@param persona? hum.Persona
---@param resolved hum.Resolved
---@param model string
local function send_with(run, persona, resolved, model)
  if not given.is_any(run.opts, persona) then return send_now(run, resolved, model) end
  local asked = { endpoint = run.endpoint, model = model }
  run.cancel = given.find(run.opts, persona, asked, function(err, parts)
    if run.over or run.why then return end
    if not parts then
      runs.prepared(run)
      return fail(run, tostring(err))
    end
    add_parts(run, parts)
    send_now(run, resolved, model)
  end)
end

--- Asks a model. What is wrong with the options is an error; all else is told to `on_done`.
---@param opts hum.GenerateOpts
---@return hum.Generation
function M.start(opts)
  local wrong = options.refusal(opts)
  local own, why_not, persona
  if not wrong then
    own, why_not, persona = given.with_persona(opts)
  end
  if not own then error('hum.generate: ' .. (wrong or 'persona: ' .. why_not), 3) end
  local run = runs.new(own, messages_of(own), models.endpoint(own.endpoint))
  if opts.at then
    local buf = opts.at.buf == 0 and vim.api.nvim_get_current_buf() or opts.at.buf
    run.opts.at = { buf = buf, row = opts.at.row, col = opts.at.col }
    local place, why = places.open(run.opts.at, function(lost) runs.stop(run, lost, true) end)
    if not place then
      runs.prepared(run)
      error('hum.generate: at: ' .. tostring(why), 3)
    end
    run.place = place
  end
  local is_resolved = false
  local cancel = resolve.start(run.endpoint, own.model, function(why, resolved, model)
    is_resolved = true
    if resolved and model then return send_with(run, persona, resolved, model) end
    runs.prepared(run)
    fail(run, tostring(why))
  end)
  if not is_resolved then run.cancel = cancel end
  return {
    stop = function()
      if not run.over and not run.why then runs.stop(run, 'it was stopped', not run.place) end
    end,
  }
end

return M
