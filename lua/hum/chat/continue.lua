-- A reply that was stopped, cut off or that failed goes on where it stops: the model is given what is there as the
-- beginning of its reply where the server can do that, else it is asked to go on (hum.server.provider.presets). What it
-- repeats, src/job/seam.c drops.
local adopt = require('hum.chat.adopt')
local chats = require('hum.chat.chats')
local format = require('hum.chat.text.format')
local front = require('hum.chat.front')
local memory = require('hum.chat.reply.memory')
local models = require('hum.server.models')
local notify = require('hum.notify')
local partial = require('hum.chat.text.partial')
local prefill = require('hum.server.prefill')
local prepare = require('hum.chat.prepare')
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
  local line = text:match('([^\n]*%S)%s*$') or ''
  if #line <= QUOTED then return vim.trim(line) end
  local from = #line - QUOTED + 1
  local word = line:find('%s%S', from)
  if word then return line:sub(word + 1) end
  return line:sub(from - vim.str_utf_start(line, from))
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
  local turn = i and list[i]
  if not turn then return nil end
  local lines = vim.api.nvim_buf_get_lines(buf, turn.row, turn.last + 1, false)
  local ended = memory.ended(buf, turn.row)
  local kept, read = partial.read(lines, turn, ended)
  local below = has_below(list, i) and list[i + 1].row or nil
  return { turn = read, lines = kept, below = below, above = vim.list_slice(list, 1, i - 1), ended = ended }
end

--- Reads what goes on.
---@param buf integer
---@return hum.MessageText|nil  nil: the user was told why
---@return hum.Joint|nil joint
local function read_message(buf)
  local text, err = adopt.text(buf, turns.of(buf))
  if not text then return notify.error('hum: ' .. tostring(err)) end
  local joint = joint_of(buf, text.turns)
  if not joint then return notify.warn('hum: there is no reply to go on with') end
  local settings, wrong = settings_of(text.front)
  if not settings then return notify.error('hum: ' .. tostring(wrong)) end
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
  },
    joint
end

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
  if says or wished ~= nil or has_thought(message.turns[#message.turns]) then
    message.settings = vim.tbl_extend('force', message.settings, { think = false })
  end
end

---@param message hum.Message
---@param known hum.Preset|{}
---@return boolean|nil ok, string|nil err
local function start(message, known)
  local buf, turn = message.buf, message.turns[#message.turns]
  without_thoughts(message, prefill.set(message.resolved.endpoint, known))
  local before = vim.list_slice(message.turns, 1, #message.turns - 1)
  local thoughts = memory.recall(buf, before, message.resolved.endpoint, message.model)
  message.messages = format.messages(message.turns, thoughts)
  message.ask = ASK:format(last_words(turn.text))
  return reply.start(message)
end

--- Lets the last reply go on. Nothing but thoughts is no reply yet: then it is asked for again.
---@param chat hum.Chat
function M.submit(chat)
  local buf = chat.buf
  if send.is_busy(chat) then
    send.busy()
    return
  end
  local why = front.refusal(buf)
  if why then return notify.error('hum: ' .. why) end
  local message, joint = read_message(buf)
  if not message or not joint then return end
  if joint.turn.text == '' then return send.retry(chat) end
  local name = models.endpoint(message.endpoint)
  prepare.start(chat, name, message.model, function(reason, resolved, model)
    if not resolved or not model then return send.refuse(buf, reason) end
    prepare.identify(chat, name, function(known)
      if not vim.api.nvim_buf_is_loaded(buf) or chats.get(buf) ~= chat then return end
      -- The user may have gone on writing.
      if vim.api.nvim_buf_get_changedtick(buf) ~= message.tick then message = read_message(buf) end
      if not message then return end
      ---@cast message hum.Message
      message.model, message.resolved = model, resolved
      local ok, err = start(message, known)
      if not ok then return send.refuse(buf, err) end
      local name_of = joint.turn.name
      if model ~= name_of then notify.info(('hum: %s goes on with the reply of %s'):format(model, name_of)) end
    end)
  end)
end

return M
