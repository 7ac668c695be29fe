-- From the text of a chat to a request.
local format = require('hum.chat.text.format')
local meta = require('hum.chat.meta')
local session = require('hum.chat.session')

local M = {}

---@param err any
local function complain(err) require('hum.notify').error('hum: ' .. tostring(err)) end

---@param buf integer
---@return hum.ChatText
local function parse(buf) return format.parse(vim.api.nvim_buf_get_lines(buf, 0, -1, false)) end

---@param one hum.Session
---@return string  what is in the way
function M.busy(one)
  local keys = require('hum.config').get().chat.maps.stop
  local key = type(keys) == 'table' and keys[1] or keys
  local how = key and (key .. ' or :Hum stop') or ':Hum stop'
  local text = one.request and ('a reply is still streaming; stop it with %s'):format(how)
    or 'the message is being sent'
  require('hum.notify').warn('hum: ' .. text)
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

--- What to send, and from where on the reply goes.
---@param buf integer
---@param again boolean
---@return { row: integer, lines: string[], sent: integer, draft: string[], messages: table[] }|nil job
---@return string|nil why
local function job_of(buf, again)
  local chat = parse(buf)
  local turns = chat.turns
  local n = #turns
  if n == 0 or (n == 1 and turns[1].role == 'system') then
    return nil, ('nothing to send: write a message below a "%s" heading'):format(format.heading('user'))
  end
  local last, draft, lines = turns[n], {}, chat.tail
  local reply = last.role == 'assistant' and n or nil
  if last.role == 'user' and n > 1 and turns[n - 1].role == 'assistant' then
    local before = turns[n - 1]
    -- A reply that failed before its first word: sending nothing new asks again.
    again = again or (last.content == '' and before.mark ~= nil and before.content == '')
    reply = again and n - 1 or nil
  end
  if again and reply then
    if last ~= turns[reply] and last.content ~= '' then
      local first = last.row + 1
      draft = vim.api.nvim_buf_get_lines(buf, first, after_text(buf, last.last + 1), false)
      while draft[1] == '' do
        table.remove(draft, 1)
      end
    end
    n, lines = reply - 1, {}
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

---@param one hum.Session
---@param again boolean
---@param model string
---@param resolved hum.Resolved
local function start(one, again, model, resolved)
  local settings, why = format.settings(parse(one.buf).front)
  local job, reason = job_of(one.buf, again)
  if not settings or not job then return complain(why or reason) end
  job.model, job.resolved, job.settings = model, resolved, settings
  local ok, err = session.start(one, job)
  if not ok then complain(err) end
end

--- Endpoint, key and model are found out, then the request starts. All of it at once
--- unless a key comes from a command or the model is not known yet.
---@param one hum.Session
---@param again boolean
local function prepare(one, again)
  local models = require('hum.server.models')
  local front = parse(one.buf).front
  local values = front and front.values or {}
  local name = models.endpoint(values.endpoint ~= '' and values.endpoint or nil)
  one.preparing = true
  local function fail(why)
    one.preparing = nil
    complain((why:gsub('^hum: ', '')))
  end
  require('hum.server.endpoint').resolve(name, function(err, resolved)
    if not resolved then return fail(err) end
    local function go(why, model)
      one.preparing = nil
      if not model then
        return fail(why)
      elseif vim.api.nvim_buf_is_loaded(one.buf) and session.get(one.buf) == one then
        start(one, again, model, resolved)
      end
    end
    if values.model and values.model ~= '' then return go(nil, values.model) end
    models.resolve(name, function(why, model)
      if model then meta.set_model(one.buf, nil, model) end
      go(why, model)
    end)
  end)
end

--- Sends the last message, or asks for another reply to it.
---@param one hum.Session
---@param again boolean
function M.submit(one, again)
  if one.request or one.preparing then
    M.busy(one)
    return
  elseif not vim.bo[one.buf].modifiable then
    return complain("the chat is 'nomodifiable'")
  end
  local job, why = job_of(one.buf, again)
  if not job then
    require('hum.notify').warn('hum: ' .. why)
    return
  end
  prepare(one, again)
end

return M
