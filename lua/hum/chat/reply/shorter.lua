-- A message that did not fit into the context window: less of the chat is sent, at once and in the same reply.
local client = require('hum.server.client')
local opening = require('hum.chat.reply.opening')

local M = {}

--- So often a message is shortened and sent again.
local MOST = 3

---@class hum.ReplySteps  of the reply, which knows how they are done
---@field on_event fun(reply: hum.Reply, name: string, data: table)
---@field close fun(reply: hum.Reply, ending: hum.Ending)
---@field give_up fun()  it ends as it did

---@param reply hum.Reply
---@return boolean  it may be sent again: nothing of it has come
local function is_open(reply)
  local is_new = not reply.began and not reply.joins and not reply.unloaded
  return is_new and reply.message.shorten ~= nil and reply.tries < MOST
end

--- Sends it again, shortened; one that cannot be ends.
---@param reply hum.Reply
---@param data table  of the error
---@param steps hum.ReplySteps
function M.send(reply, data, steps)
  if not is_open(reply) then return steps.give_up() end
  local message, over = reply.message, false
  local cancel = message.shorten(data, function(messages)
    if over or reply.state ~= 'streaming' then return end
    over, reply.cancel = true, nil
    if not messages then return steps.give_up() end
    message.messages, reply.tries = messages, reply.tries + 1
    local id = client.chat(opening.spec(message), function(name, news) steps.on_event(reply, name, news) end)
    if not id then return steps.give_up() end
    reply.request = id
  end)
  if over then return end
  reply.cancel = function()
    over, reply.cancel = true, nil
    if cancel then cancel() end
    steps.close(reply, { name = 'cancelled', data = { stats = data.stats } })
  end
end

return M
