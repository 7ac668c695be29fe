-- Requests to the helper and the events that come back. Each id that `chat` or `query` returns gets its events and
-- then exactly one ending, also when the helper dies, or hangs when it is told to stop.
local check = require('hum.config.check')
local fault = require('hum.fault')
local helper = require('hum.server.helper')
local hunks = require('hum.server.hunks')
local learned = require('hum.server.learned')
local log = require('hum.log')
local secret = require('hum.server.secret')

local M = {}

---@class hum.Failure
---@field code string     connect, timeout, http, server, cut, toobig, bad, spec, gone, helper
---@field message string  what happened, and at which endpoint
---@field hint string     what to do
---@field status? integer HTTP

---@class hum.Stats  figures that are not known are absent
---@field tokens integer
---@field tokens_per_second? number
---@field prompt_tokens? integer
---@field cached_tokens? integer  those of the prompt that the server's cache spared it
---@field prompt_ms? number
---@field load_ms? number
---@field window? integer  tokens that the model's context holds
---@field filled? integer  those of it that question and reply take, of a reply that has gone on
---@field ttft_ms? number   from the request to the first token
---@field total_ms number
---@field server boolean    the rate is the server's own figure
---@field counted boolean   so is the number of tokens
---@field pieces integer    as they arrived
---@field edits integer     changes of the buffer
---@field merged integer    those that carried several pieces
---@field max_unacked integer
---@field redelivered integer
---@field bytes integer

---@class hum.TraceBytes  what is between first and last was not kept
---@field first string
---@field last string
---@field bytes integer  all that there were
---@field hidden? integer  so many stand there as a few words: images

---@class hum.Try  times in ms since the beginning
---@field head string          "POST URL" and the headers
---@field body hum.TraceBytes
---@field same_body boolean    as of the try before: body has no text
---@field sent_ms integer
---@field answer_head string
---@field head_ms? integer
---@field answer hum.TraceBytes
---@field pieces [integer, integer][]  bytes before it, ms
---@field reads integer
---@field end 'open'|'whole'|'cut'|'reset'|'closed'|'none'
---@field end_ms? integer
---@field why? string

---@class hum.Inspection
---@field kind 'chat'|'generate'|'edit'
---@field id integer
---@field buf integer
---@field endpoint string
---@field dialect string
---@field model string
---@field first_timeout_ms integer
---@field idle_timeout_ms integer
---@field age_ms integer
---@field tries hum.Try[]
---@field ending? 'done'|'error'|'cancelled'  nil: it runs
---@field data? table  of the ending

---@alias hum.ChatEvent 'part'|'thought'|'progress'|'waiting'|'learned'|'stopping'|'done'|'error'|'cancelled'

---@alias hum.OnEvent fun(name: hum.ChatEvent, data: table)

local ENDINGS = { done = true, error = true, cancelled = true, result = true, jobs = true, inspection = true }

---@class hum.LiveRequest
---@field on_event fun(name: any, data: table)  name: of an event that such a request may have
---@field keyed boolean

local live = {} ---@type table<integer, hum.LiveRequest>
local last_id = 0
local stopping = {} ---@type table<integer, boolean>  ids whose stop has not been answered

--- Of events that belong to no request: their id is a buffer's number.
---@type table<string, fun(id: integer, data: table)>
local listeners = { suggest = function() end, backend_error = function() end }

--- Sets who takes the events of this name, which belong to no request: see |hum-protocol|.
---@param name 'suggest'|'backend_error'|'asking'|'loading'|'answered'
---@param fn fun(id: integer, data: table)
function M.on(name, fn) listeners[name] = fn end

--- A spec has the request, which has the options.
local DEPTH = check.DEPTH + 2

--- Bytes of one message, less what its packing takes. src/proto.h: LIMIT_MESSAGE.
local LIMIT = 63 * 1024 * 1024

---@param value any
---@param depth integer  that may still come
---@return integer|nil bytes  about; nil: nested too deeply
---@return string? path  of what is
local function weigh(value, depth)
  if type(value) == 'string' then return #value + 5 end
  if type(value) ~= 'table' then return 9 end
  if depth == 0 then return nil, '' end
  local bytes = 5
  for key, item in pairs(value) do
    local inner, path = weigh(item, depth - 1)
    if not inner then return nil, ('%s.%s'):format(key, path) end
    bytes = bytes + inner + (type(key) == 'string' and #key + 5 or 0)
  end
  return bytes
end

local TOO_LONG = {
  chat = 'the chat is too long to be sent (%d MB, the limit is %d MB): '
    .. 'start a new one with :Hum new or delete old turns',
  apply = 'the files are too long to be changed together (%d MB, the limit is %d MB): apply one block after the other',
  edit = 'the lines are too long to be sent (%d MB, the limit is %d MB): select fewer',
  gather = 'the texts are too long to be gathered (%d MB, the limit is %d MB): refer to fewer',
  generate = 'the messages are too long to be sent (%d MB, the limit is %d MB): shorten them',
}

---@param method string
---@param spec table
---@return string|nil why  it cannot be sent
local function refusal(method, spec)
  local bytes, path = weigh(spec, DEPTH)
  if not bytes then
    local name = assert(path):gsub('^request%.', ''):match('^[^.]*%.?[^.]*')
    return ('%s is nested more than %d levels deep: make it flatter'):format(name, check.DEPTH)
  end
  if bytes > LIMIT then
    return (TOO_LONG[method] or TOO_LONG.generate):format(math.ceil(bytes / 1048576), LIMIT / 1048576)
  end
end

---@param endpoint hum.EndpointSpec
---@return boolean  there is something secret in it, or may be
local function is_keyed(endpoint) return endpoint.key ~= nil or next(endpoint.headers) ~= nil end

---@param method string
---@param spec table
---@param on_event fun(name: any, data: table)
---@return integer? id
---@return string? why
local function begin(method, spec, on_event)
  local refused = refusal(method, spec)
  if refused then return nil, refused end
  local ok, err
  -- The channel of a helper that died closes before its exit is told: then start another.
  for _ = 1, 2 do
    local channel, why = helper.start()
    if not channel then return nil, why end
    ok, err = pcall(vim.rpcnotify, channel, method, last_id + 1, spec)
    if ok then
      last_id = last_id + 1
      live[last_id] = { on_event = on_event, keyed = spec.endpoint ~= nil and is_keyed(spec.endpoint) }
      return last_id
    end
    helper.missed(channel)
  end
  return nil, ('the helper cannot be reached: %s'):format(err)
end

---@param method string
local function tell(method, ...)
  local channel = helper.state().channel
  if channel then
    pcall(vim.rpcnotify, channel, method, ...) -- a dead channel has ended the id already
  end
end

--- Starts the helper, so that a request finds it running. Why that fails is told when there is a request.
function M.start() helper.start() end

--- Starts a generation into a buffer; the spec is described in |hum-protocol|.
---@param spec table
---@param on_event hum.OnEvent
---@return integer? id
---@return string? why  nothing was started
function M.chat(spec, on_event) return begin('chat', spec, on_event) end

--- Hands on the events, of texts only what is new. Each says how many bytes came before it: after one that Neovim
--- refused the helper sends again what may be missing.
---@param on_event fun(name: any, data: table)
---@return fun(name: any, data: table)
local function in_order(on_event)
  local had = 0
  return function(name, data)
    if data.at then
      if data.at > had or data.at + #data.text <= had then return end
      local new = data.text:sub(had - data.at + 1)
      had = had + #new
      data = { text = new }
    end
    on_event(name, data)
  end
end

--- Starts a generation whose text comes as events, or goes to a place in a buffer; the spec is described in
--- |hum-protocol|.
---@param spec table
---@param on_event fun(name: string, data: table)  the events of a chat, and "text"
---@return integer? id
---@return string? why  nothing was started
function M.generate(spec, on_event) return begin('generate', spec, in_order(on_event)) end

--- Starts an edit, a generation that rewrites lines; the spec is described in |hum-protocol|.
---@param spec table
---@param on_event fun(name: string, data: table)  the events of a chat, and "hunks", as hum.EditNews
---@return integer? id
---@return string? why  nothing was started
function M.edit(spec, on_event)
  local read = hunks.reader()
  return begin(
    'edit',
    spec,
    in_order(function(name, data)
      local news = name == 'hunks' and read(data.text)
      if news ~= nil then on_event(name, news or data) end
    end)
  )
end

--- A helper answers "stop" within milliseconds. One that has not after so many seconds hangs.
local STOP_WITHIN = 3

--- Replaces the helper unless the id has left the table by then.
---@param id integer
---@param seconds number
---@param waiting table<integer, any>
local function expect(id, seconds, waiting)
  helper.wait_for(seconds, function() return waiting[id] == nil end, helper.replace)
end

--- A helper that is to do something for longer than this is asked now and then whether it hangs. In seconds.
local LONG = 5

--- Replaces the helper unless the id ends in time, or as soon as the helper hangs.
---@param id integer
---@param seconds number
local function watch(id, seconds)
  if seconds <= LONG then return expect(id, seconds + STOP_WITHIN, live) end
  helper.wait_for(LONG, function() return live[id] == nil end, function()
    M.jobs(function() end)
    watch(id, seconds - LONG)
  end)
end

--- Stops what runs under an id: the server is told at once, "cancelled" follows. A helper that does not react is
--- replaced; all its requests end with an error then. Of completion's requests, whose ids are below 0, no ending comes.
---@param id integer  as it was given here, or by `jobs`
---@param discard? boolean  there is no place any more for text that has not been written yet
function M.stop(id, discard)
  if id < 0 then return tell('stop', id) end
  if not live[id] then return end
  tell('stop', id, discard)
  if not stopping[id] then
    stopping[id] = true
    expect(id, STOP_WITHIN, stopping)
  end
end

--- A request is near: a helper that runs loads what it needs for it.
function M.warm() tell('warm') end

--- Whether edits of this generation must join the open undo block.
---@param id integer
---@param join boolean
function M.join(id, join) tell('join', id, join) end

---@class hum.Query
---@field endpoint table  as |hum-protocol| says
---@field method 'GET'|'POST'
---@field path string
---@field body? table
---@field model? string   that it is about, for the words of a failure
---@field quiet? boolean  it may fail: not for the log
---@field fills? boolean  for completion, likewise
---@field timeout? number  seconds; nil: as long as it takes
---@field on_record? fun(line: string)  the answer is lines: each as it comes, and the result has none

--- Hands on whole lines of a text that comes in pieces.
---@param on_line fun(line: string)
---@return fun(text: string)
local function by_lines(on_line)
  local rest = ''
  return function(text)
    local lines = vim.split(rest .. text, '\n', { plain = true })
    rest = table.remove(lines)
    for _, line in ipairs(lines) do
      fault.guard('a record', on_line, line)
    end
  end
end

--- One question to an endpoint and its whole answer. Its id may be given to `stop`.
---@param query hum.Query
---@param cb fun(err: hum.Failure?, result: { status: integer, body: string }?)  both nil: it was stopped
---@return integer? id
---@return string? why
function M.query(query, cb)
  local on_lines = query.on_record and by_lines(query.on_record)
  local spec = vim.tbl_extend('force', { timeout = 0 }, query, {
    body = query.body and vim.json.encode(query.body),
    stream = on_lines ~= nil,
  })
  spec.on_record = nil
  local id, why = begin(
    'query',
    spec,
    in_order(function(name, data)
      if name == 'record' and on_lines then
        on_lines(data.text)
      elseif name == 'result' then
        cb(nil, data)
      elseif name ~= 'learned' then
        cb(name == 'error' and data or nil, nil)
      end
    end)
  )
  if id and query.timeout then watch(id, query.timeout) end
  return id, why
end

--- A page of the web; the spec is described in |hum-protocol|.
---@param spec table
---@param cb fun(err: hum.Failure?, page: hum.Fetched?)  both nil: it was stopped
---@return integer? id
---@return string? why
function M.fetch(spec, cb)
  return begin('fetch', spec, function(name, data)
    if name == 'result' then return cb(nil, data) end
    cb(name == 'error' and data or nil, nil)
  end)
end

--- A question that the helper answers by itself; the spec is described in |hum-protocol|.
---@param method 'blocks'|'apply'
---@param spec table
---@param cb fun(err: hum.Failure?, result: table?)
---@return integer? id
---@return string? why
local function ask(method, spec, cb)
  return begin(method, spec, function(name, data)
    if name == 'result' then return cb(nil, data) end
    cb(name == 'error' and data or { code = 'gone', message = 'it was stopped', hint = 'try again' }, nil)
  end)
end

--- The files that an answer names.
---@param spec { text: string, block?: { first: integer, last: integer }, cut?: boolean }
---@param cb fun(err: hum.Failure?, result: table?)
---@return integer? id
---@return string? why
function M.blocks(spec, cb) return ask('blocks', spec, cb) end

--- What an answer makes of the texts of files.
---@param spec { text: string, block?: { first: integer, last: integer }, cut?: boolean, files: table[] }
---@param cb fun(err: hum.Failure?, result: table?)
---@return integer? id
---@return string? why
function M.apply(spec, cb) return ask('apply', spec, cb) end

--- What messages refer to; the spec is described in |hum-protocol|. Its id may be given to `stop` and `piece`.
---@param spec table
---@param cb fun(err: hum.Failure?, result: table?)  both nil: it was stopped
---@return integer? id
---@return string? why
function M.gather(spec, cb)
  return begin(
    'gather',
    spec,
    function(name, data) cb(name == 'error' and data or nil, name == 'result' and data or nil) end
  )
end

--- A piece of a text that belongs to an item of a gathering.
---@param id integer
---@param index integer  of the item
---@param text string
function M.piece(id, index, text) tell('piece', id, index, text) end

---@class hum.Job
---@field id integer
---@field kind string      see |hum-protocol|, as state
---@field state string
---@field endpoint string
---@field model? string
---@field age_ms integer
---@field bytes integer    of the answer, that arrived

--- What runs in the helper, oldest first. A helper that does not answer is replaced.
---@param cb fun(jobs: hum.Job[])
function M.jobs(cb)
  if not helper.state().channel then return cb({}) end
  local id = begin('jobs', {}, function(_, data) cb(data.jobs or {}) end)
  if not id then return cb({}) end
  expect(id, STOP_WITHIN, live)
end

--- What was sent and received last. A helper that does not answer is replaced.
---@param buf? integer  for the chat in this buffer; nil: for whatever
---@param cb fun(last: hum.Inspection?)  nil: there was nothing, or the helper that knew it is gone
function M.inspect(buf, cb)
  if not helper.state().channel then return cb(nil) end
  local id = begin('inspect', { buf = buf }, function(_, data) cb(data.last) end)
  if not id then return cb(nil) end
  expect(id, STOP_WITHIN, live)
end

--- What was learned of an endpoint (nil: of all) is no more: it is found out again.
---@param endpoint? string
function M.forget(endpoint)
  learned.forget(endpoint)
  tell('forget', endpoint and { endpoint = endpoint } or vim.empty_dict())
end

---@return boolean  a request is under way
function M.is_busy() return next(live) ~= nil end

--- An event of the helper. Faults of handlers end here: the helper cannot act on them.
---@param name string
---@param id integer
---@param data table
function M.on_event(name, id, data)
  if name == 'learned' then learned.add(data.endpoint, data.message) end
  if name == 'ready' then
    helper.on_ready(data)
  elseif listeners[name] then
    fault.guard(('the event "%s"'):format(name), listeners[name], id, data)
  elseif live[id] then
    local request = live[id]
    stopping[id] = nil
    if ENDINGS[name] then live[id] = nil end
    if data.status == 401 and request.keyed then secret.forget() end
    fault.guard(('the event "%s"'):format(name), request.on_event, name, data)
  end
end

-- The helper is gone: every request ends with this failure.
helper.on_lost(function(failure)
  local ids = vim.tbl_keys(live)
  table.sort(ids)
  for _, id in ipairs(ids) do
    M.on_event('error', id, vim.deepcopy(failure))
  end
  if #ids == 0 then log.write('info', failure.message) end
end)

return M
