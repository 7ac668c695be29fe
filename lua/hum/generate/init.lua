-- `hum.generate`: a model's reply for other plugins, piece by piece, without a chat.
local check = require('hum.config.check')
local client = require('hum.server.client')
local fault = require('hum.fault')
local given = require('hum.generate.given')
local interrupt = require('hum.interrupt')
local log = require('hum.log')
local models = require('hum.server.models')
local notify = require('hum.notify')
local places = require('hum.place')
local requests = require('hum.server.request')
local resolve = require('hum.server.resolve')
local spelling = require('hum.spelling')
local status = require('hum.status')

local M = {}

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

-- ---- what may be asked for ------------------------------------------------------------------

local TYPES = {
  prompt = { 'string' },
  messages = { 'table' },
  system = { 'string' },
  endpoint = { 'string' },
  model = { 'string' },
  options = { 'table' },
  think = { 'boolean', 'string', 'number' },
  persona = { 'string' },
  references = { 'table' },
  images = { 'table' },
  at = { 'table' },
  on_text = { 'function' },
  on_thinking = { 'function' },
  on_rethink = { 'function' },
  on_wait = { 'function' },
  on_learned = { 'function' },
  on_done = { 'function' },
}

--- Why a list is none of texts that are references, or paths.
---@param name 'references'|'images'
---@param list any[]|nil
---@return string|nil
local function check_texts(name, list)
  for i, one in ipairs(list or {}) do
    local is_text = type(one) == 'string' and one ~= ''
    if not is_text then return ('%s[%d] must be a string that is not empty'):format(name, i) end
    if name == 'references' and not one:find('^#') then return ('%s[%d] must begin with "#"'):format(name, i) end
  end
  if list and vim.tbl_count(list) ~= #list then return name .. ' must be a list' end
end

local ROLES = { user = true, assistant = true, system = true }

---@param messages any[]
---@return string|nil why
local function check_messages(messages)
  if #messages == 0 or vim.tbl_count(messages) ~= #messages then return 'messages must be a list that is not empty' end
  local any = false
  for i, message in ipairs(messages) do
    if type(message) ~= 'table' or not ROLES[message.role] then
      return ('messages[%d].role must be "user", "assistant" or "system"'):format(i)
    elseif type(message.content) ~= 'string' then
      return ('messages[%d].content must be a string'):format(i)
    end
    any = any or message.role ~= 'system' and message.content ~= ''
  end
  if not any then return 'messages must have text of the user or assistant' end
end

---@param at table
---@return string|nil why
local function check_place(at)
  for _, name in ipairs({ 'buf', 'row', 'col' }) do
    if type(at[name]) ~= 'number' or at[name] % 1 ~= 0 or at[name] < 0 then
      return ('at.%s must be a whole number, not below 0'):format(name)
    end
  end
  if not vim.api.nvim_buf_is_loaded(at.buf) then return 'at.buf must be a loaded buffer' end
  if not vim.bo[at.buf].modifiable then return "at.buf must not be 'nomodifiable'" end
  local line = vim.api.nvim_buf_get_lines(at.buf, at.row, at.row + 1, false)[1]
  if not line then return 'at.row must be a row of the buffer' end
  if at.col > #line then return 'at.col must not be behind the end of its row' end
end

---@param opts any
---@return string|nil why
local function refusal(opts)
  if type(opts) ~= 'table' then return 'the options must be a table' end
  for name, value in pairs(opts) do
    local types = TYPES[name]
    if not types then
      return ('%s is no option%s'):format(tostring(name), spelling.hint(tostring(name), vim.tbl_keys(TYPES)))
    elseif not vim.tbl_contains(types, type(value)) then
      return ('%s must be a %s'):format(name, table.concat(types, ' or a '))
    elseif value == '' and name ~= 'system' then
      return name .. ' must not be empty'
    end
  end
  if (opts.prompt == nil) == (opts.messages == nil) then return 'either prompt or messages must be given' end
  if opts.at and (opts.on_text or opts.on_thinking or opts.on_rethink) then
    return 'on_text, on_thinking and on_rethink are not called with at: the text goes into the buffer'
  end
  local odd = opts.options and check.value('json', opts.options)
  local think = opts.think ~= nil and check.value('think', opts.think)
  return odd and 'options: ' .. odd
    or think and 'think: ' .. think
    or check_texts('references', opts.references)
    or check_texts('images', opts.images)
    or opts.messages and check_messages(opts.messages)
    or opts.at and check_place(opts.at)
    or nil
end

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

-- ---- what comes back ------------------------------------------------------------------------

--- Calls a function of another plugin. A CTRL-C that waits already is not to hit it.
---@param name string
---@param fn fun(...)
---@return string|nil why  it failed
---@return boolean|nil interrupted  by a CTRL-C, which is no fault
local function call(name, fn, ...)
  interrupt.guard(vim.fn.changenr)
  local ok, trace = xpcall(fn, debug.traceback, ...)
  if ok then return end
  if interrupt.is_interrupt(trace) then
    interrupt.give_back()
    return nil, true
  end
  local why = ('%s failed: %s'):format(name, tostring(trace):match('^[^\n]*'))
  log.write('error', ('generate: %s\n%s'):format(why, trace))
  notify.error('hum: ' .. why .. '\nsee :Hum log')
  return why
end

---@class hum.GenerationRun
---@field opts hum.GenerateOpts
---@field messages table[]  as they are sent
---@field part 'thinking'|'text'
---@field thought? string[]  of a plugin that cannot be told that it was text
---@field id? integer     of the request, once it was sent
---@field place? integer  key, once it was opened
---@field endpoint string
---@field since integer   ms, as vim.uv.now()
---@field cancel? fun()    of what is done before it is sent
---@field why? string     it was stopped for
---@field failed? string  a function of the plugin did
---@field over? boolean

local preparing = {} ---@type table<hum.GenerationRun, true>  whose key or model is being found out

--- What is found out before a request is sent, for |:Hum-jobs|.
---@return { endpoint: string, model?: string, since: integer }[]
function M.preparations()
  return vim.tbl_map(
    function(run) return { endpoint = run.endpoint, model = run.opts.model, since = run.since } end,
    vim.tbl_keys(preparing)
  )
end

--- The end, once.
---@param run hum.GenerationRun
---@param result hum.GenerateResult
local function finish(run, result)
  if run.over then return end
  run.over = true
  preparing[run] = nil
  if run.place then fault.guard('closing a place', places.close, run.place) end
  if run.id then status.finished(run.id) end
  if run.opts.on_done then call('on_done', run.opts.on_done, result) end
end

--- The same, for what is found out before hum.generate returns: the plugin has its handle first.
---@param run hum.GenerationRun
---@param result hum.GenerateResult
local function finish_soon(run, result)
  vim.schedule(function() finish(run, result) end)
end

---@param run hum.GenerationRun
---@param why string
---@param discard boolean  text that has not come yet is not wanted
local function stop(run, why, discard)
  run.why = run.why or why
  if run.id then return client.stop(run.id, discard) end
  if run.cancel then run.cancel() end
  finish_soon(run, { status = 'cancelled', reason = run.why })
end

--- Calls a function of the plugin while the request runs.
---@param run hum.GenerationRun
---@param name 'on_text'|'on_thinking'|'on_rethink'|'on_wait'|'on_learned'
local function tell(run, name, ...)
  local fn = run.opts[name]
  if not fn or run.why then return end
  local failed, interrupted = call(name, fn, ...)
  run.failed = failed
  -- It would fail again with every piece: nobody is to pay for those.
  if failed then stop(run, failed, true) end
  if interrupted then stop(run, 'CTRL-C interrupted ' .. name, true) end
end

---@param run hum.GenerationRun
---@param part 'thinking'|'text'
local function on_part(run, part)
  run.part, run.thought = part, nil
  if run.id then status.on_part(run.id, part) end
end

---@param run hum.GenerationRun
---@param text string
local function on_text(run, text)
  if run.part == 'thinking' and not run.opts.on_rethink then
    run.thought = run.thought or {}
    table.insert(run.thought, text)
  end
  tell(run, run.part == 'thinking' and 'on_thinking' or 'on_text', text)
end

---@param run hum.GenerationRun
---@param part 'thinking'|'text'  of all that has come
local function on_rethought(run, part)
  local thought = run.thought
  on_part(run, part)
  tell(run, 'on_rethink', part)
  if part == 'text' and thought then tell(run, 'on_text', table.concat(thought)) end
end

---@param run hum.GenerationRun
---@param name string
---@param data table
local function on_end(run, name, data)
  if run.failed then
    finish(run, { status = 'error', error = { code = 'callback', message = run.failed }, stats = data.stats })
  elseif name == 'done' then
    local is_good = data.ending == 'good'
    finish(run, {
      status = 'done',
      reason = data.reason,
      ending = data.ending,
      message = not is_good and data.message or nil,
      stats = data.stats,
    })
  elseif name == 'cancelled' then
    finish(run, { status = 'cancelled', reason = run.why or 'it was stopped', stats = data.stats })
  else
    local stats, http = data.stats, data.status
    data.stats, data.status = nil, http ~= 0 and http or nil
    finish(run, { status = 'error', error = data, stats = stats })
  end
end

local ENDINGS = { done = true, error = true, cancelled = true }

---@param run hum.GenerationRun
---@param name string
---@param data table
local function on_event(run, name, data)
  if name == 'part' then
    on_part(run, data.part)
  elseif name == 'rethought' then
    on_rethought(run, data.part)
  elseif name == 'text' then
    on_text(run, data.text)
  elseif name == 'waiting' then
    tell(run, 'on_wait', data.seconds, data.message)
  elseif name == 'learned' then
    tell(run, 'on_learned', data.message)
  elseif ENDINGS[name] then
    on_end(run, name, data)
  end
end

-- ---- the way there --------------------------------------------------------------------------

---@param run hum.GenerationRun
---@param resolved hum.Resolved
---@param model string
---@return string|nil why  nothing was sent
local function send(run, resolved, model)
  local spec = spec_of(run, resolved, model)
  local id, why = client.generate(spec, function(name, data) on_event(run, name, data) end)
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
  finish_soon(run, { status = 'error', error = { code = 'start', message = text, hint = hint } })
end

---@param run hum.GenerationRun
---@param resolved hum.Resolved
---@param model string
local function send_now(run, resolved, model)
  preparing[run] = nil
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
      preparing[run] = nil
      return fail(run, tostring(err))
    end
    add_parts(run, parts)
    send_now(run, resolved, model)
  end)
end

---@param opts hum.GenerateOpts
---@return hum.Generation
function M.start(opts)
  local wrong = refusal(opts)
  local own, why_not, persona
  if not wrong then
    own, why_not, persona = given.with_persona(opts)
  end
  if not own then error('hum.generate: ' .. (wrong or 'persona: ' .. why_not), 3) end
  ---@type hum.GenerationRun
  local run = {
    opts = own,
    messages = messages_of(own),
    part = 'text',
    endpoint = models.endpoint(own.endpoint),
    since = vim.uv.now(),
  }
  if opts.at then
    local buf = opts.at.buf == 0 and vim.api.nvim_get_current_buf() or opts.at.buf
    run.opts.at = { buf = buf, row = opts.at.row, col = opts.at.col }
    local place, why = places.open(run.opts.at, function(lost) stop(run, lost, true) end)
    if not place then error('hum.generate: at: ' .. tostring(why), 3) end
    run.place = place
  end
  preparing[run] = true
  local is_resolved = false
  local cancel = resolve.start(run.endpoint, own.model, function(why, resolved, model)
    is_resolved = true
    if resolved and model then return send_with(run, persona, resolved, model) end
    preparing[run] = nil
    fail(run, tostring(why))
  end)
  if not is_resolved then run.cancel = cancel end
  return {
    stop = function()
      if not run.over and not run.why then stop(run, 'it was stopped', not run.place) end
    end,
  }
end

return M
