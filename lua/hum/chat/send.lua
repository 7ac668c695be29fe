-- From the text of a chat to a message that is sent. While a reply streams, or a message is prepared, it is queued.
local adopt = require('hum.chat.adopt')
local answer = require('hum.chat.view.answer')
local asked = require('hum.chat.asked')
local below = require('hum.chat.reply.below')
local chats = require('hum.chat.chats')
local choice = require('hum.chat.choice')
local config = require('hum.config')
local earlier = require('hum.chat.earlier')
local fitting = require('hum.chat.fitting')
local front = require('hum.chat.front')
local headings = require('hum.chat.headings')
local models = require('hum.server.models')
local notes = require('hum.chat.view.notes')
local notify = require('hum.notify')
local persona = require('hum.chat.persona')
local prepare = require('hum.chat.prepare')
local queue = require('hum.chat.queue')
local refer = require('hum.chat.refer')
local reply = require('hum.chat.reply')
local rows = require('hum.chat.text.rows')
local seen = require('hum.chat.view.seen')
local settings_of = require('hum.chat.text.settings').of
local strange = require('hum.chat.strange')
local title = require('hum.chat.title')
local turns = require('hum.chat.text.turns')
local unanswered = require('hum.chat.unanswered')

local M = {}

local refused = {} ---@type table<integer, fun(reason: string)>  by buffer
chats.on_drop('who waits for a refusal', function(buf) refused[buf] = nil end)

--- Calls a function if the next message of a chat is refused before it is sent; not if it is sent.
---@param buf integer
---@param fn fun(reason: string)
function M.on_refused(buf, fn) refused[buf] = fn end

--- Says below the message why it was not sent: the message area may be too narrow for that.
---@param buf integer
---@param reason any  its second line is what to do
function M.refuse(buf, reason)
  local fn = refused[buf]
  refused[buf] = nil
  if fn then vim.schedule(function() fn(tostring(reason)) end) end
  local text = notify.plain(tostring(reason)):gsub('^hum: ', '')
  if not vim.api.nvim_buf_is_loaded(buf) then return notify.complain(text) end
  local message, hint = notify.parts(text)
  local row = rows.after_text(buf, vim.api.nvim_buf_line_count(buf)) - 1
  notes.clear(buf)
  notes.add(buf, row, { kind = 'error', title = 'Not sent', message = message, cure = hint })
  seen.reveal(buf)
  answer.refused(buf, row)
  notify.error('hum: ' .. text, { seen = function() return seen.row(buf, row) end })
end

---@return string
local function send_key() return config.keys('send')[1] or ':Hum send' end

--- Warns that a reply is still streaming.
---@return string  the text of the warning
function M.busy()
  local key = config.keys('stop')[1]
  local how = key and (key .. ' or :Hum stop') or ':Hum stop'
  local text = ('a reply is still streaming; stop it with %s'):format(how)
  notify.warn('hum: ' .. text)
  return text
end

--- Whether what is sent now has to wait.
---@param chat hum.Chat
---@return boolean
function M.is_busy(chat)
  return reply.of(chat.buf) ~= nil or (chat.preparation ~= nil and chat.preparation.sends == true)
end

-- ---- what is sent ----------------------------------------------------------------------------

---@param buf integer
---@param list hum.Turn[]
---@param chosen hum.Chosen
---@param closing string[]  what the text leaves open at its end
---@return { row: integer, below?: boolean, upto?: integer, lines: string[] }
local function place_of(buf, list, chosen, closing)
  local sent, next_turn = list[chosen.n], list[choice.last(list, chosen) + 1]
  return {
    row = rows.after_text(buf, sent.last + 1),
    below = next_turn ~= nil,
    upto = next_turn and next_turn.row,
    lines = chosen.n == #list and closing or {},
  }
end

--- Reads what is to be sent, and where the reply goes.
---@param buf integer
---@param pick hum.Pick
---@return hum.MessageText|nil  nil: the user was told why
local function read_message(buf, pick)
  local text, err = adopt.text(buf, turns.of(buf))
  if not text then return M.refuse(buf, err) end
  local list, values = text.turns, text.front and text.front.values or {}
  local chosen, why = pick(list)
  if not chosen then return notify.warn('hum: ' .. why) end
  local settings, wrong = settings_of(text.front)
  if settings then
    settings, wrong = persona.settings(buf, settings)
  end
  if not settings then return M.refuse(buf, wrong) end
  return vim.tbl_extend('error', place_of(buf, list, chosen, text.closing), {
    buf = buf,
    tick = vim.api.nvim_buf_get_changedtick(buf),
    endpoint = values.endpoint ~= '' and values.endpoint or nil,
    model = values.model ~= '' and values.model or nil,
    settings = settings,
    turns = vim.list_slice(list, 1, chosen.n),
    sent = list[chosen.n].row,
    like = rows.line(buf, list[chosen.n].row),
    draft = {},
    choice = chosen,
  }) --[[@as hum.MessageText]]
end

-- ---- sending ---------------------------------------------------------------------------------

---@param message hum.Message
---@param made hum.ContextResult
local function start(message, made)
  local buf = message.buf
  if message.choice.forks then
    local kept, why = earlier.keep(buf, message.choice.n)
    if not kept then return M.refuse(buf, why) end
  end
  message.messages = made.messages
  fitting.attach(message, made)
  local ok, err = reply.start(message)
  if not ok then return M.refuse(buf, err) end
  fitting.sent(message, made)
  made.commit()
  refused[buf] = nil
  asked.note(buf, message.turns)
  headings.note(buf, vim.list_slice(turns.of(buf).turns, message.choice.n, message.choice.n + 1))
  queue.sent(buf, message.sent, message.choice.id)
end

--- Whether a chat is still there.
---@param chat hum.Chat
---@return boolean
local function is_there(chat) return vim.api.nvim_buf_is_loaded(chat.buf) and chats.get(chat.buf) == chat end

--- Reads a message again if the user has gone on writing while it was prepared.
---@param message hum.MessageText
---@param again hum.Pick
---@return hum.MessageText|nil  nil: the user was told why
local function read_again(message, again)
  local buf = message.buf
  if vim.api.nvim_buf_get_changedtick(buf) == message.tick then return message end
  return read_message(buf, again)
end

local compose ---@type fun(chat: hum.Chat, message: hum.Message, again: hum.Pick)

--- Replaces old turns by a summary, as the user wants it, and sends the message then, be there one or not.
---@param chat hum.Chat
---@param message hum.Message
---@param again hum.Pick
local function compact_first(chat, message, again)
  local function go_on()
    local now = is_there(chat) and read_again(message, again)
    if not now then return end
    ---@cast now hum.Message
    now.model, now.resolved, now.reuse, now.compacted = message.model, message.resolved, message.reuse, true
    compose(chat, now, again)
  end
  require('hum.chat.compact').run(chat, { quiet = true, done = go_on })
  if chat.preparation then chat.preparation.pick = again end
end

--- Finds out what a message refers to, and sends it. What it says may change meanwhile: then that is found out anew.
---@param chat hum.Chat
---@param message hum.Message
---@param again hum.Pick  finds it in the text as it is then
function compose(chat, message, again)
  local function read(cb) return refer.prepare(message, message.turns, cb) end
  prepare.read(chat, message.resolved.endpoint.name, message.model, read, function(reason, made)
    if reason then return M.refuse(chat.buf, reason) end
    if not is_there(chat) then return end
    local now = read_again(message, again)
    if not now then return end
    ---@cast now hum.Message
    now.model, now.resolved, now.reuse = message.model, message.resolved, message.reuse
    now.compacted = message.compacted
    if not refer.is_same(message, now) then return compose(chat, now, again) end
    if not message.compacted and fitting.is_compact_due(made.plan) then return compact_first(chat, now, again) end
    start(now, made)
  end)
  if chat.preparation then chat.preparation.pick = again end
end

--- Prepares a message and sends it. One that is being prepared is cancelled.
---@param chat hum.Chat
---@param pick hum.Pick
---@param reuse? boolean  with what it went with before
local function send(chat, pick, reuse)
  local buf = chat.buf
  local message = read_message(buf, pick)
  if not message then return end
  local known, again = message.model, choice.keep(buf, message.turns, assert(message.choice))
  prepare.start(chat, models.endpoint(message.endpoint), known, function(reason, resolved, model)
    if not resolved or not model then
      return M.refuse(buf, reason)
    elseif not is_there(chat) then
      return
    end
    if not known then front.set_model(buf, nil, model) end
    title.begin(buf, message.turns)
    -- Preparing may have taken long, and the user may have gone on writing.
    local now = read_again(message, again)
    if not now then return end
    ---@cast now hum.Message
    now.model, now.resolved, now.reuse = model, resolved, reuse
    compose(chat, now, again)
  end)
  if chat.preparation then chat.preparation.pick = again end
end

--- Sends the first message that waits.
---@param chat hum.Chat
local function send_first(chat)
  queue.mend(chat.buf)
  local first = queue.first(chat.buf)
  if first then send(chat, choice.queued(first)) end
end

--- Queues what the user has written, or tells him why there is nothing to queue.
---@param chat hum.Chat
---@param row? integer  of the cursor
local function enqueue(chat, row)
  local buf, pick = chat.buf, chat.preparation and chat.preparation.pick
  if queue.add(buf, row, pick and choice.kept(buf)) then return end
  if pick then return send(chat, pick) end
  local waiting = #queue.list(buf)
  if waiting == 0 then return M.busy() end
  notify.info(
    ('hum: %s; write the next one below'):format(waiting == 1 and 'the message waits' or waiting .. ' messages wait')
  )
end

--- Gives text of the user's its heading, and looks for headings that are not hum's.
---@param buf integer
---@param as_is boolean  those stay
---@param row? integer    of the cursor
---@return boolean  false: the user was told of some
local function settle(buf, as_is, row)
  adopt.tails(buf, row)
  if reply.of(buf) then
    if rows.after_text(buf, vim.api.nvim_buf_line_count(buf)) > below.last(buf) + 1 then below.open(buf) end
  else
    headings.mend(buf)
    assert(adopt.text(buf, turns.of(buf)))
  end
  return as_is or strange.settle(buf, strange.find(unanswered.turns(buf), unanswered.known(buf)))
end

---@class hum.SendOpts
---@field row? integer         of the cursor, if it counts
---@field by_cursor? boolean  it says what is sent
---@field as_is? boolean       headings in the user's text begin turns
---@field reuse? boolean       what the message refers to is not found out anew, if it went with that before

---@param chat hum.Chat
---@param opts hum.SendOpts
local function submit(chat, opts)
  local buf = chat.buf
  if not settle(buf, opts.as_is == true, opts.row) then return end
  if M.is_busy(chat) then
    enqueue(chat, opts.by_cursor and opts.row or nil)
  elseif queue.first(buf) then
    queue.add_all(buf)
    send_first(chat)
  else
    local chosen, waits = earlier.choose(buf, turns.of(buf).turns, opts)
    if not waits then send(chat, chosen and function() return chosen end or choice.latest, opts.reuse) end
  end
end

--- Sends the first message that waits, unless something stands above it that is not queued.
---@param chat hum.Chat
local function go_on(chat)
  adopt.tails(chat.buf) -- it may be all that waits
  if not queue.first(chat.buf) or not settle(chat.buf, false) then return end
  local _, before = queue.first(chat.buf)
  if not before then return send_first(chat) end
  notify.warn(('hum: line %d stands before the queue; %s sends it'):format(before.row + 1, send_key()))
end

--- Goes on by itself.
---@param chat hum.Chat
function M.go_on(chat)
  local why = front.refusal(chat.buf)
  if why then return M.refuse(chat.buf, why) end
  local ok, err = pcall(go_on, chat)
  if not ok then M.refuse(chat.buf, err) end
end

--- Sends what the user has written, or queues it.
---@param chat hum.Chat
---@param opts hum.SendOpts
function M.submit(chat, opts)
  local why = front.refusal(chat.buf)
  if why then return M.refuse(chat.buf, why) end
  persona.settle(chat.buf, function()
    local ok, err = pcall(submit, chat, opts)
    if not ok then M.refuse(chat.buf, err) end
  end)
end

--- Requests another reply to the last message that has one.
---@param chat hum.Chat
function M.retry(chat)
  if reply.of(chat.buf) then
    M.busy()
    return
  end
  local why = front.refusal(chat.buf)
  if why then return M.refuse(chat.buf, why) end
  local ok, settled = pcall(settle, chat.buf, false)
  if not ok then return M.refuse(chat.buf, settled) end
  if not settled then return end
  persona.settle(chat.buf, function() send(chat, choice.retry) end)
end

return M
