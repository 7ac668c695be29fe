-- A reply that was stopped, cut off or that failed goes on where it stops: the model is given what is there as the
-- beginning of its reply where the server can do that, else it is asked to go on (hum.server.provider.presets). What it
-- repeats, src/job/seam.c drops.
local adopt = require('hum.chat.adopt')
local chats = require('hum.chat.chats')
local fitting = require('hum.chat.fitting')
local front = require('hum.chat.front')
local memory = require('hum.chat.reply.memory')
local models = require('hum.server.models')
local notify = require('hum.notify')
local persona = require('hum.chat.persona')
local partial = require('hum.chat.text.partial')
local prefill = require('hum.server.prefill')
local prepare = require('hum.chat.prepare')
local refer = require('hum.chat.refer')
local reply = require('hum.chat.reply')
local rows = require('hum.chat.text.rows')
local send = require('hum.chat.send')
local settings_of = require('hum.chat.text.settings').of
local turns = require('hum.chat.text.turns')

local M = {}

--- So much of a reply's end is quoted, in bytes.
local QUOTED = 90

local ASK = 'Your last message was cut off. Go on exactly where it stops. Begin with its last words, "%s", exactly as '
  .. 'they stand there, and write on from there in the same language and format. Do not start again, do not summarize, '
  .. 'and do not say anything about this request. If it stops inside a code block, go on inside that block: do '
  .. 'not open it again.'

---@param text string
---@return string  the last words of its last line
local function last_words(text)
  local line = vim.trim(text):sub(-QUOTED - 1):match('[^\n]*$') or ''
  if #line <= QUOTED then return vim.trim(line) end
  local word = line:match('%s(%S.*)')
  return word or (line:sub(2):gsub('^[\128-\191]*', '')) -- whole characters
end

---@param list hum.Turn[]
---@return integer|nil
local function last_reply(list)
  for i = #list, 1, -1 do
    if list[i].role == 'assistant' then return i end
  end
end

--- Whether the user has begun to write below the reply, or a message of his waits there.
---@param list hum.Turn[]
---@param i integer  the reply's
---@return boolean
local function has_below(list, i)
  for n = i + 1, #list do
    if list[n].text ~= '' then return true end
  end
  return false
end

---@class hum.Joint  what there is of a reply that goes on
---@field turn hum.Turn    without its mark, and what hum has put there to close it
---@field lines string[]   from its heading on
---@field below? integer   row of what the user has below it, if that is anything
---@field above hum.Turn[]
---@field ended? hum.Ended

--- The last reply, as far as it goes.
---@param buf integer
---@param list hum.Turn[]
---@return hum.Joint|nil  nil: there is none
local function joint_of(buf, list)
  local i = last_reply(list)
  if not i then return nil end
  local turn = list[i]
  local lines = vim.api.nvim_buf_get_lines(buf, turn.row, turn.last + 1, false)
  local ended = memory.ended(buf, turn.row)
  local kept, read = partial.read(lines, turn, ended)
  local below = has_below(list, i) and list[i + 1].row or nil
  return { turn = read, lines = kept, below = below, above = vim.list_slice(list, 1, i - 1), ended = ended }
end

--- Reads what goes on, with the reply as its last turn.
---@param buf integer
---@return hum.MessageText|nil  nil: the user was told why
local function read_message(buf)
  local text, err = adopt.text(buf, turns.of(buf))
  if not text then return send.refuse(buf, err) end
  local joint = joint_of(buf, text.turns)
  if not joint then return notify.warn('hum: there is no reply to go on with') end
  local settings, wrong = settings_of(text.front)
  if settings then
    settings, wrong = persona.settings(buf, settings)
  end
  if not settings then return send.refuse(buf, wrong) end
  local values, row = text.front and text.front.values or {}, joint.turn.row
  return {
    buf = buf,
    tick = vim.api.nvim_buf_get_changedtick(buf),
    endpoint = values.endpoint ~= '' and values.endpoint or nil,
    model = values.model ~= '' and values.model or joint.turn.name,
    settings = settings,
    turns = vim.list_extend(joint.above, { joint.turn }),
    sent = row,
    like = rows.line(buf, row),
    row = row,
    below = joint.below ~= nil,
    joins = joint.lines,
    before = joint.ended,
    upto = joint.below,
    lines = {},
    draft = {},
  }
end

---@param message hum.MessageText
---@return hum.Turn  the reply
local function reply_of(message) return message.turns[#message.turns] end

---@param turn hum.Turn
---@return boolean
local function has_thought(turn)
  for _, part in ipairs(turn.parts) do
    if part.type == 'thinking' then return true end
  end
  return false
end

--- A thought has no place in the middle of a text: it is asked for none, if there is a way to say so.
---@param message hum.Message
---@param says boolean  there is one
local function without_thoughts(message, says)
  local wished = message.settings.think
  if wished == nil then wished = message.resolved.think end
  if says or wished ~= nil or has_thought(reply_of(message)) then
    message.settings = vim.tbl_extend('force', message.settings, { think = false })
  end
end

---@param message hum.Message
---@param known hum.Preset|{}  of the server
---@param made hum.ContextResult
---@return boolean|nil ok, string|nil err
local function start(message, known, made)
  without_thoughts(message, prefill.set(message.resolved.endpoint, known))
  message.messages = made.messages
  message.ask = ASK:format(last_words(reply_of(message).text))
  fitting.attach(message, made)
  local ok, err = reply.start(message)
  if ok then
    fitting.sent(message, made)
    made.commit()
  end
  return ok, err
end

--- Sends it, now that all is known.
---@param chat hum.Chat
---@param message hum.Message
---@param known hum.Preset|{}  of the server
---@param made hum.ContextResult
local function go_on(chat, message, known, made)
  local ok, err = start(message, known, made)
  if not ok then return send.refuse(chat.buf, err) end
  local model, name = message.model, reply_of(message).name
  if model ~= name then notify.info(('hum: %s goes on with the reply of %s'):format(model, name)) end
end

--- Reads it again if the user has gone on writing.
---@param message hum.MessageText
---@return hum.MessageText|nil  nil: the user was told why
local function read_again(message)
  if vim.api.nvim_buf_get_changedtick(message.buf) == message.tick then return message end
  return read_message(message.buf)
end

--- Finds out what its messages refer to, and sends it.
---@param chat hum.Chat
---@param message hum.Message
---@param known hum.Preset|{}  of the server
local function compose(chat, message, known)
  local function read(cb) return refer.prepare(message, vim.list_slice(message.turns, 1, #message.turns - 1), cb) end
  prepare.read(chat, message.resolved.endpoint.name, message.model, read, function(reason, made)
    if reason then return send.refuse(chat.buf, reason) end
    if not vim.api.nvim_buf_is_loaded(chat.buf) or chats.get(chat.buf) ~= chat then return end
    local now = read_again(message)
    if not now then return end
    ---@cast now hum.Message
    now.model, now.resolved = message.model, message.resolved
    if not refer.is_same(message, now) then return compose(chat, now, known) end
    go_on(chat, now, known, made)
  end)
end

--- Finds out what is needed, and lets the reply go on.
---@param chat hum.Chat
---@param message hum.MessageText
local function submit(chat, message)
  local buf, name = chat.buf, models.endpoint(message.endpoint)
  prepare.start(chat, name, message.model, function(reason, resolved, model)
    if not resolved or not model then return send.refuse(buf, reason) end
    prepare.identify(chat, name, function(known)
      if not vim.api.nvim_buf_is_loaded(buf) or chats.get(buf) ~= chat then return end
      local now = read_again(message)
      if not now then return end
      if reply_of(now).text == '' then return send.retry(chat) end
      ---@cast now hum.Message
      now.model, now.resolved = model, resolved
      compose(chat, now, known)
    end)
  end)
end

--- Lets the last reply go on. Nothing but thoughts is no reply yet: then it is asked for again.
---@param chat hum.Chat
function M.submit(chat)
  if send.is_busy(chat) then return send.busy() end
  local why = front.refusal(chat.buf)
  if why then return send.refuse(chat.buf, why) end
  local message = read_message(chat.buf)
  if not message then return end
  if reply_of(message).text == '' then return send.retry(chat) end
  submit(chat, message)
end

return M
