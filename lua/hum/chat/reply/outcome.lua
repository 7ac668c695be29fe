-- What is told and kept of a reply that has ended.
local endings = require('hum.chat.reply.ending')
local events = require('hum.events')
local fault = require('hum.fault')
local is_shown = require('hum.look.shown').buffer
local memory = require('hum.chat.reply.memory')
local records = require('hum.chat.reply.record')
local turns = require('hum.chat.text.turns')

local M = {}

--- Tells the user and whoever listens how a reply has ended.
---@param reply hum.Reply  which has an ending
function M.report(reply)
  local ending = assert(reply.ending)
  local data = ending.data
  if not reply.unloaded then fault.guard('the notification', endings.notify, reply, ending) end
  events.emit('HumRequestFinished', {
    buf = reply.buf,
    id = reply.id,
    endpoint = reply.endpoint,
    model = reply.model,
    status = ending.name,
    reason = data.reason,
    ending = data.ending,
    code = data.code,
    message = data.message,
    hint = endings.hint(reply, ending),
    stats = data.stats,
    hidden = not is_shown(reply.buf),
  })
end

--- The text of the reply as it stands there.
---@param reply hum.Reply
---@param row integer  of its heading
---@return string|nil
local function text_of(reply, row)
  for _, one in ipairs(turns.of(reply.buf).turns) do
    if one.row == row and one.text ~= '' then return one.text end
  end
end

--- Keeps whose reply it is, and what goes back with its text.
---@param reply hum.Reply
function M.remember(reply)
  if reply.unloaded or not vim.api.nvim_buf_is_loaded(reply.buf) then return end
  local row = records.heading(reply.record)
  if not row then return end
  local text = #reply.thoughts > 0 and text_of(reply, row) or nil
  memory.keep(reply.buf, row, {
    endpoint = reply.endpoint,
    model = reply.model,
    parts = text and reply.thoughts or {},
    text = text,
    ended = reply.ended,
  })
end

return M
