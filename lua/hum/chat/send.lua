-- From the text of a chat to a message that is sent.
local chats = require('hum.chat.chats')
local config = require('hum.config')
local edit = require('hum.chat.text.edit')
local format = require('hum.chat.text.format')
local front = require('hum.chat.front')
local models = require('hum.server.models')
local notify = require('hum.notify')
local prepare = require('hum.chat.prepare')
local reply = require('hum.chat.reply')

local M = {}

---@param err any
local function complain(err) notify.error('hum: ' .. tostring(err)) end

---@param buf integer
---@return hum.ChatText
local function parse(buf) return format.parse(vim.api.nvim_buf_get_lines(buf, 0, -1, false)) end

--- Warns that a reply is still streaming.
---@return string  the text of the warning
function M.busy()
  local keys = config.get().chat.maps.stop
  local key = type(keys) == 'table' and keys[1] or keys
  local how = key and (key .. ' or :Hum stop') or ':Hum stop'
  local text = ('a reply is still streaming; stop it with %s'):format(how)
  notify.warn('hum: ' .. text)
  return text
end

---@param buf integer
---@param row integer
---@return integer  the row after the last one before `row` that is not blank
local function after_text(buf, row)
  while row > 0 do
    local line = vim.api.nvim_buf_get_lines(buf, row - 1, row, false)[1]
    if line:find('%S') then break end
    row = row - 1
  end
  return row
end

--- What to send, and where the reply is written.
---@param buf integer
---@param again boolean
---@return { row: integer, lines: string[], sent: integer, draft: string[], messages: table[] }|nil message
---@return string|nil why
local function message_of(buf, again)
  local text = parse(buf)
  local turns = text.turns
  local n = #turns
  if n == 0 or (n == 1 and turns[1].role == 'system') then
    return nil, ('nothing to send: write a message below a "%s" heading'):format(format.heading('user'))
  end
  local last, draft, lines = turns[n], {}, text.closing
  local reply_at = last.role == 'assistant' and n or nil
  if last.role == 'user' and n > 1 and turns[n - 1].role == 'assistant' then
    local before = turns[n - 1]
    -- After a reply that failed before its first word, sending nothing new requests it again.
    again = again or (last.content == '' and before.mark ~= nil and before.content == '')
    reply_at = again and n - 1 or nil
  end
  if again and reply_at then
    if last ~= turns[reply_at] and last.content ~= '' then
      local first = last.row + 1
      draft = vim.api.nvim_buf_get_lines(buf, first, after_text(buf, last.last + 1), false)
      while draft[1] == '' do
        table.remove(draft, 1)
      end
    end
    n, lines = reply_at - 1, {}
  elseif again and last.content == '' then
    return nil, 'there is no reply to regenerate'
  end
  local sent = turns[n]
  if not sent or sent.role ~= 'user' or sent.content == '' then
    return nil, ('nothing to send: write a message below the last "%s"'):format(format.heading('user'))
  end
  return {
    row = after_text(buf, sent.last + 1),
    lines = lines,
    sent = sent.row,
    draft = draft,
    messages = format.messages(turns, n),
  }
end

--- Text without any heading, as in a chat that was emptied, becomes the user's message.
---@param buf integer
---@return boolean|nil ok, string|nil err
local function adopt_text(buf)
  local text = parse(buf)
  if #text.turns > 0 then return true end
  local first = text.front and text.front.last + 1 or 0
  local lines = vim.api.nvim_buf_get_lines(buf, first, -1, false)
  if not table.concat(lines):find('%S') then return true end
  local heading = { format.heading('user'), '' }
  if first > 0 then table.insert(heading, 1, '') end
  local ok, err = pcall(edit.replace, buf, first, first, heading)
  return ok, not ok and tostring(err) or nil
end

---@param buf integer
---@param again boolean
---@param model string
---@param resolved hum.Resolved
local function start(buf, again, model, resolved)
  local settings, why = format.settings(parse(buf).front)
  local message, reason = message_of(buf, again)
  if not settings or not message then return complain(why or reason) end
  ---@cast message hum.Message  with the fields of the next line
  message.buf, message.model, message.resolved, message.settings = buf, model, resolved, settings
  local ok, err = reply.start(message)
  if not ok then complain(err) end
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
  local ok, err = adopt_text(buf)
  if not ok then return complain(err) end
  local message, why = message_of(buf, again)
  if not message then return notify.warn('hum: ' .. why) end
  local written = parse(buf).front
  local values = written and written.values or {}
  local name = models.endpoint(values.endpoint ~= '' and values.endpoint or nil)
  local known = values.model ~= '' and values.model or nil
  prepare.start(chat, name, known, function(reason, resolved, model)
    if not resolved or not model then
      return complain((tostring(reason):gsub('^hum: ', '')))
    elseif not vim.api.nvim_buf_is_loaded(buf) or chats.get(buf) ~= chat then
      return
    end
    if not known then front.set_model(buf, nil, model) end
    start(buf, again, model, resolved)
  end)
end

return M
