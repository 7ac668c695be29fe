-- From the text of a chat to a message that is sent.
local adopt = require('hum.chat.adopt')
local chats = require('hum.chat.chats')
local config = require('hum.config')
local format = require('hum.chat.text.format')
local front = require('hum.chat.front')
local memory = require('hum.chat.reply.memory')
local models = require('hum.server.models')
local notes = require('hum.chat.view.notes')
local notify = require('hum.notify')
local prepare = require('hum.chat.prepare')
local reply = require('hum.chat.reply')
local rows = require('hum.chat.text.rows')
local settings_of = require('hum.chat.text.settings').of
local title = require('hum.chat.title')
local turns = require('hum.chat.text.turns')

local M = {}

---@param err any
local function complain(err) notify.error('hum: ' .. tostring(err)) end

--- Says below the message why it was not sent: the message area may be too narrow for that.
---@param buf integer
---@param reason any  its second line is what to do
local function refuse(buf, reason)
  local text = notify.plain(tostring(reason)):gsub('^hum: ', '')
  complain(text)
  if not vim.api.nvim_buf_is_loaded(buf) then return end
  local message, hint = notify.parts(text)
  notes.clear_failures(buf)
  notes.failure(buf, rows.after_text(buf, vim.api.nvim_buf_line_count(buf)) - 1, { message = message, hint = hint })
  notes.reveal(buf)
end

--- Warns that a reply is still streaming.
---@return string  the text of the warning
function M.busy()
  local key = config.keys('stop')[1]
  local how = key and (key .. ' or :Hum stop') or ':Hum stop'
  local text = ('a reply is still streaming; stop it with %s'):format(how)
  notify.warn('hum: ' .. text)
  return text
end

--- What to do when the last heading is a reply's.
local YOURS = ('Write below "%s", or put a backslash before that line if it is your own.'):format(
  format.heading('user')
)

--- The last turn to send, and the one after it that its reply replaces.
---@param list hum.Turn[]
---@param again boolean
---@return integer|nil sent  nil: nothing
---@return string|nil why
---@return boolean replaces  what stands below is replaced by the reply
local function choose(list, again)
  local n = #list
  if n == 0 or (n == 1 and list[1].role == 'system') then
    return nil, ('nothing to send: write a message below a "%s" heading'):format(format.heading('user')), false
  end
  local last, before, replaces = list[n], list[n - 1], false
  if last.role == 'assistant' and not again then
    local heading = format.heading('assistant', last.name)
    return nil, ('nothing to send: line %d, "%s", begins a reply\n%s'):format(last.row + 1, heading, YOURS), false
  elseif last.role == 'assistant' then
    replaces = true
  elseif last.role == 'user' and before and before.role == 'assistant' then
    -- After a reply that failed before its first word, sending nothing new requests it again.
    replaces = again or (last.text == '' and before.mark ~= nil and before.text == '')
  end
  if replaces then
    n = last.role == 'assistant' and n - 1 or n - 2
  elseif again and last.text == '' then
    return nil, 'there is no reply to regenerate', false
  end
  local sent = list[n]
  if not sent or sent.role ~= 'user' or sent.text == '' then
    return nil, ('nothing to send: write a message below the last "%s"'):format(format.heading('user')), false
  end
  return n, nil, replaces
end

--- What the user has begun to write below the reply that is replaced.
---@param buf integer
---@param last hum.Turn
---@return string[]
local function draft_of(buf, last)
  if last.role ~= 'user' or last.text == '' then return {} end
  local lines = vim.api.nvim_buf_get_lines(buf, last.row + 1, rows.after_text(buf, last.last + 1), false)
  while lines[1] == '' do
    table.remove(lines, 1)
  end
  return lines
end

--- Reads what is to be sent, and where the reply goes.
---@param buf integer
---@param again boolean
---@return hum.MessageText|nil  nil: the user was told why
local function read_message(buf, again)
  local text, err = adopt.text(buf, turns.of(buf))
  if not text then return complain(err) end
  local list, values = text.turns, text.front and text.front.values or {}
  local n, why, replaces = choose(list, again)
  if not n then return notify.warn('hum: ' .. why) end
  local settings, wrong = settings_of(text.front)
  if not settings then return complain(wrong) end
  return {
    buf = buf,
    tick = vim.api.nvim_buf_get_changedtick(buf),
    endpoint = values.endpoint ~= '' and values.endpoint or nil,
    model = values.model ~= '' and values.model or nil,
    settings = settings,
    turns = vim.list_slice(list, 1, n),
    sent = list[n].row,
    like = rows.line(buf, list[n].row),
    row = rows.after_text(buf, list[n].last + 1),
    lines = replaces and {} or text.closing,
    draft = replaces and draft_of(buf, list[#list]) or {},
  }
end

--- Sends the last message, or requests another reply to it. A message that is still being prepared is cancelled.
---@param chat hum.Chat
---@param again boolean
function M.submit(chat, again)
  local buf = chat.buf
  if reply.of(buf) then
    M.busy()
    return
  elseif not vim.bo[buf].modifiable then
    return complain("the chat is 'nomodifiable'")
  end
  local message = read_message(buf, again)
  if not message then return end
  local known = message.model
  prepare.start(chat, models.endpoint(message.endpoint), known, function(reason, resolved, model)
    if not resolved or not model then
      return refuse(buf, reason)
    elseif not vim.api.nvim_buf_is_loaded(buf) or chats.get(buf) ~= chat then
      return
    end
    if not known then front.set_model(buf, nil, model) end
    title.begin(buf, message.turns)
    -- Preparing may have taken long, and the user may have gone on writing.
    if vim.api.nvim_buf_get_changedtick(buf) ~= message.tick then message = read_message(buf, again) end
    if not message then return end
    ---@cast message hum.Message  with the fields of the next lines
    message.model, message.resolved = model, resolved
    local thoughts = memory.recall(buf, message.turns, resolved.endpoint, model)
    message.messages = format.messages(message.turns, thoughts)
    local ok, err = reply.start(message)
    if not ok then refuse(buf, err) end
  end)
end

return M
