-- A reply, from its heading to its end.
--
-- The helper writes the text by itself. Here a reply begins, its events arrive, and it ends: once, in `close`,
-- whatever happens to its buffer, to the helper, or to hum. Each step of the end is guarded, so that a fault in one of
-- them costs that step and not the chat.
local bar = require('hum.chat.view.bar')
local below = require('hum.chat.reply.below')
local client = require('hum.server.client')
local code = require('hum.chat.view.code')
local config = require('hum.config')
local details = require('hum.chat.view.details')
local edit = require('hum.chat.text.edit')
local endings = require('hum.chat.reply.ending')
local events = require('hum.events')
local fault = require('hum.fault')
local follow = require('hum.chat.reply.follow')
local interrupt = require('hum.interrupt')
local log = require('hum.log')
local memory = require('hum.chat.reply.memory')
local notes = require('hum.chat.view.notes')
local opening = require('hum.chat.reply.opening')
local outcome = require('hum.chat.reply.outcome')
local parts = require('hum.chat.reply.parts')
local records = require('hum.chat.reply.record')
local silence = require('hum.chat.reply.silence')
local status = require('hum.status')
local turn = require('hum.chat.reply.turn')
local turns = require('hum.chat.text.turns')
local undo = require('hum.chat.reply.undo')
local wait = require('hum.chat.view.wait')

local M = {}

---@class hum.Reply
---@field buf integer
---@field id integer        that events tell
---@field request integer   the helper's: another one once the message was sent again, shortened
---@field message hum.Message
---@field cancel? hum.Cancel  of what shortens the message
---@field tries integer      so often it was shortened
---@field endpoint string
---@field model string
---@field draft string[]
---@field record hum.UndoRecord
---@field thoughts hum.Part[]  that the service wants back
---@field before? hum.Ended    of one that goes on: how it ended before
---@field joins boolean        it goes on
---@field num_ctx? integer     the context that it was asked with
---@field ended? hum.Ended     how its text ended
---@field cure? string         what to do then
---@field noted? integer       the row beside which the chat says so
---@field afterthought string[]       thoughts that could not be put before its text yet
---@field began? integer      ms, as vim.uv.now(): its first part
---@field state hum.ReplyState
---@field ending? hum.Ending  how it ended; the first one counts
---@field unloaded boolean    its text is gone

---@alias hum.ReplyState
---| 'streaming'  # the helper writes its text
---| 'ending'     # nothing more comes; what the text still needs cannot be written now
---| 'closed'     # nothing more is done for it

local replies = {} ---@type table<integer, hum.Reply>  those that stream, by buffer
local on_busy = function(_) end ---@type fun(busy: boolean)
local on_change = function(_, _, _) end ---@type fun(buf: integer, what: 'begun'|'ended', ending?: hum.Ending)
local group = vim.api.nvim_create_augroup('hum.reply', {})

--- The reply that streams into a buffer.
---@param buf integer
---@return hum.Reply|nil
function M.of(buf) return replies[buf] end

--- Sets the function that is called when the first reply begins to stream and when the last one has ended.
---@param fn fun(busy: boolean)
function M.on_busy(fn) on_busy = fn end

--- Sets the function that is called when a reply begins to stream into a buffer and when its text is complete.
---@param fn fun(buf: integer, what: 'begun'|'ended', ending?: hum.Ending)
function M.on_change(fn) on_change = fn end

---@param buf integer
local function clear_autocmds(buf) vim.api.nvim_clear_autocmds({ group = group, buffer = buf }) end

-- ---- the end ---------------------------------------------------------------------------------

--- The text is complete, or cannot be completed: nothing more is done for the reply.
---@param reply hum.Reply
local function conclude(reply)
  if reply.state == 'closed' then return end
  reply.state = 'closed'
  local buf = reply.buf
  fault.guard('the memory', outcome.remember, reply)
  if replies[buf] == reply then
    replies[buf] = nil
    if vim.api.nvim_buf_is_valid(buf) then clear_autocmds(buf) end
    fault.guard('following', follow.stop, buf)
    fault.guard('the bars', bar.finish, buf)
    fault.guard('reading ahead', turns.ahead, buf)
    if vim.api.nvim_buf_is_loaded(buf) and not reply.unloaded then fault.guard('the notes', notes.watch, buf) end
  end
  if not next(replies) then fault.guard('the keys', on_busy, false) end
  fault.guard('the end of a reply', on_change, buf, 'ended', reply.ending)
  outcome.report(reply)
end

--- Puts what was thought as a reply goes on before its text; later, if that cannot be changed now.
---@param reply hum.Reply
local function put_afterthought(reply)
  while reply.afterthought[1] do
    local ok, err = pcall(turn.put_afterthought, reply.buf, reply.afterthought[1])
    if not ok and edit.is_refused(err) then return end
    table.remove(reply.afterthought, 1)
    if not ok then error(err, 0) end
  end
end

---@param reply hum.Reply
---@return boolean done  false: the text cannot be changed now
local function complete_text(reply)
  if reply.unloaded or not vim.api.nvim_buf_is_loaded(reply.buf) then return true end
  local ok, done
  edit.allowed(reply.buf, function()
    fault.guard('a thought', put_afterthought, reply)
    ok, done = fault.guard('the end of a reply', endings.finish, reply, reply.ending)
    if not ok then fault.guard('the end of a reply', endings.patch, reply, reply.ending) end
  end)
  return not ok or done == true
end

--- Each reply ends here, and only here.
---@param reply hum.Reply
---@param ending hum.Ending
local function close(reply, ending)
  if reply.state ~= 'streaming' then return end
  reply.state, reply.ending = 'ending', ending
  parts.finish(reply.buf)
  fault.guard('what its server does', silence.stop, reply.buf)
  if complete_text(reply) then return conclude(reply) end
  -- Textlock: an <expr> mapping waits for a key, say. The text is complete without this.
  vim.api.nvim_create_autocmd('SafeState', {
    group = vim.api.nvim_create_augroup('hum.reply.locked', { clear = false }),
    callback = function()
      local done = reply.state == 'closed' or complete_text(reply)
      if done then conclude(reply) end
      return done
    end,
  })
end

-- ---- events ----------------------------------------------------------------------------------

---@param reply hum.Reply
---@param data table
local function on_part(reply, data)
  fault.guard('what its server does', silence.broken, reply.buf)
  parts.begin(reply, data.part)
  events.emit('HumPartStarted', { buf = reply.buf, id = reply.id, part = data.part, ttft_ms = data.ttft_ms })
  fault.guard('the bars', bar.update, reply.buf)
end

turn.on_turned(function(buf, part)
  local reply = replies[buf]
  if reply then parts.turn(reply, part) end
end)

--- All of the reply so far belongs to the other part. Text goes on; of what follows thinking the next part tells.
---@param reply hum.Reply
---@param data { part: 'thinking'|'text' }
local function on_rethought(reply, data)
  if data.part == 'text' then events.emit('HumPartStarted', { buf = reply.buf, id = reply.id, part = 'text' }) end
end

--- The server is busy: the same message is sent again later.
---@param reply hum.Reply
---@param data { seconds: number, message: string }
local function on_waiting(reply, data)
  log.write('info', ('waiting %d s: the server is busy'):format(math.ceil(data.seconds)))
  status.again(reply.id, data.seconds)
  fault.guard('the waiting mark', wait.count_down, reply.buf, data.message)
end

local on_event ---@type fun(reply: hum.Reply, name: string, data: table)

--- The request has ended, and the reply with it, unless it is made again.
---@param reply hum.Reply
---@param name 'done'|'error'|'cancelled'
---@param data table
local function finish(reply, name, data)
  local function give_up()
    local judge = reply.message.judge
    if judge then fault.guard('what did not fit', judge, name, data) end
    close(reply, { name = name, data = data })
  end
  if name ~= 'error' or data.code ~= 'overflow' then return give_up() end
  local steps = { on_event = on_event, close = close, give_up = give_up }
  local ok = fault.guard('what did not fit', function() require('hum.chat.reply.shorter').send(reply, data, steps) end)
  if not ok then give_up() end
end

---@param reply hum.Reply
---@param name hum.ChatEvent|'rethought'|'afterthought'
---@param data table
function on_event(reply, name, data)
  if name == 'part' then
    on_part(reply, data)
  elseif name == 'thought' then
    table.insert(reply.thoughts, memory.part(data))
  elseif name == 'afterthought' then
    table.insert(reply.afterthought, data.text)
    fault.guard('a thought', put_afterthought, reply)
  elseif name == 'rethought' then
    on_rethought(reply, data)
  elseif name == 'progress' then
    silence.read(reply, data.read / data.total)
  elseif name == 'waiting' then
    on_waiting(reply, data)
  elseif name ~= 'stopping' and name ~= 'learned' then
    finish(reply, name --[[@as 'done'|'error'|'cancelled']], data)
  end
end

-- ---- the beginning ---------------------------------------------------------------------------

---@param reply hum.Reply
local function watch(reply)
  local buf, record = reply.buf, reply.record
  local function on(names, fn)
    vim.api.nvim_create_autocmd(names, {
      group = group,
      buffer = buf,
      callback = function(event) fault.guard('a chat with a reply', fn, event) end,
    })
  end
  notes.unwatch(buf)
  clear_autocmds(buf)
  record.on_undone = function() M.stop(buf) end
  record.on_lost = function() client.stop(reply.request, true) end
  on({ 'BufEnter', 'InsertLeave' }, function(event)
    undo.check(record)
    if event.event == 'InsertLeave' then undo.insert_left(record) end
    client.join(reply.request, true)
  end)
  on({ 'BufLeave', 'InsertEnter' }, function() client.join(reply.request, false) end)
  below.watch(record, on)
end

--- The context that Ollama is asked for.
---@param message hum.Message
---@return integer|nil
local function num_ctx_of(message)
  if message.resolved.endpoint.dialect ~= 'ollama' then return nil end
  local own, all = message.settings.options or {}, message.resolved.options or {}
  local asked = own.num_ctx or all.num_ctx
  return type(asked) == 'number' and math.floor(asked) or nil
end

---@param message hum.Message
---@param id integer
---@param record hum.UndoRecord
---@return hum.Reply
local function new(message, id, record)
  return {
    buf = message.buf,
    id = id,
    request = id,
    message = message,
    tries = 0,
    endpoint = message.resolved.endpoint.name,
    model = message.model,
    draft = message.draft,
    record = record,
    thoughts = {},
    joins = message.joins ~= nil,
    num_ctx = num_ctx_of(message),
    before = message.before,
    afterthought = {},
    state = 'streaming',
    unloaded = false,
  }
end

--- Notes whose the reply is and when it begins, at the right of its role line and of the message's.
---@param reply hum.Reply
---@param message hum.Message
local function note_details(reply, message)
  local buf, row = reply.buf, records.heading(reply.record)
  if not reply.joins then details.note(buf, message.sent) end
  if row then details.note(buf, row, reply.endpoint) end
  bar.begin(buf, function() return records.heading(reply.record) end)
end

--- A reply's heading is there.
---@param reply hum.Reply
---@param message hum.Message
---@param wins integer[]  that follow it
local function begin(reply, message, wins)
  local buf, first = reply.buf, not next(replies)
  replies[buf] = reply
  fault.guard('the beginning of a reply', function()
    follow.start(buf, config.get().chat.follow)
    follow.to(buf, wins, below.last(buf) + 1)
    notes.clear(buf)
    notes.replace(buf, message.row, message.below and not message.joins and (message.upto or message.row) or nil)
    watch(reply)
    fault.guard('the bars', note_details, reply, message)
    if first then on_busy(true) end
    on_change(buf, 'begun')
    wait.start(buf, below.last(buf), 'waiting for ' .. message.model)
    silence.begin(reply)
    if config.get().chat.highlight then code.prepare(function() return wait.is_waiting(buf) end) end
  end)
  events.emit('HumRequestStarted', { buf = buf, id = reply.id, endpoint = reply.endpoint, model = reply.model })
end

--- Starts a reply: writes its heading and sends the message.
---@param message hum.Message
---@return boolean|nil ok, string|nil err
function M.start(message)
  local wins = interrupt.guard(opening.followers, message)
  local reply ---@type hum.Reply|nil  once its heading is there
  local id, why = client.chat(opening.spec(message), function(name, data)
    if reply then on_event(reply, name, data) end
  end)
  if not id then return nil, why end
  local ok, record = pcall(opening.write, message)
  if not ok then
    client.stop(id, true)
    return nil, tostring(record)
  end
  reply = new(message, id, record)
  begin(reply, message, wins)
  return true
end

--- Stops the reply that streams into a buffer.
---@param buf integer
---@return boolean  there was one
function M.stop(buf)
  local reply = replies[buf]
  if not reply then return false end
  client.stop(reply.request)
  if reply.cancel then reply.cancel() end
  return true
end

--- The buffer's text is gone, or going: its reply is stopped, and ends without it.
---@param buf integer
function M.drop(buf)
  local reply = replies[buf]
  if reply then
    reply.unloaded = true
    client.stop(reply.request, true)
    if reply.cancel then reply.cancel() end
  end
end

return M
