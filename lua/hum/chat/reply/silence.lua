-- What a server does before anything of a reply comes, where it tells that: a model is being loaded, a prompt is read.
-- It is asked while somebody sees the chat, once a second, and not again once the model is there. Of a reply that takes
-- longer than a second, the size of the context is found out while it comes.
local clock = require('hum.chat.view.clock')
local status = require('hum.status')
local wait = require('hum.chat.view.wait')
local window = require('hum.server.window')

local M = {}

---@class hum.Silence
---@field stop fun()          asks no more
---@field cancel? hum.Cancel  of the question that is under way
---@field settled boolean     the server has nothing more to tell

local silences = {} ---@type table<integer, hum.Silence>  by buffer

---@param one hum.Silence
local function settle(one)
  one.settled = true
  if one.cancel then one.cancel() end
  one.cancel = nil
end

--- The reply has ended.
---@param buf integer
function M.stop(buf)
  local one = silences[buf]
  if not one then return end
  silences[buf] = nil
  one.stop()
  settle(one)
end

--- Something has come.
---@param buf integer
function M.broken(buf)
  if silences[buf] then settle(silences[buf]) end
end

--- What a server has said.
---@param one hum.Silence
---@param reply hum.Reply
---@param is_loaded boolean|nil
local function take(one, reply, is_loaded)
  local running = status.of(reply.buf)
  -- A model that was there from the start may be at work for others.
  if not running or is_loaded == nil or (is_loaded and running.state == 'waiting') then return settle(one) end
  status.before(reply.id, is_loaded and 'prompt' or 'loading')
  wait.update(reply.buf)
  if is_loaded then settle(one) end
end

---@param one hum.Silence
---@param reply hum.Reply
local function ask(one, reply)
  one.cancel = window.ask_loaded(reply.endpoint, reply.model, function(is_loaded)
    if silences[reply.buf] ~= one or one.settled then return end
    one.cancel = nil
    take(one, reply, is_loaded)
  end)
end

--- A second has passed.
---@param reply hum.Reply
---@return boolean|nil
local function tick(reply)
  local one, running = silences[reply.buf], status.of(reply.buf)
  if not one or not running then return false end
  if not status.is_silent(running) then
    window.learn(reply.endpoint, reply.model, reply.num_ctx)
    M.stop(reply.buf)
  elseif not one.settled and not one.cancel and not status.is_due(running) then
    ask(one, reply)
  end
end

--- A reply has been asked for.
---@param reply hum.Reply
function M.begin(reply)
  local buf = reply.buf
  M.stop(buf)
  silences[buf] = {
    settled = not window.tells_loading(reply.endpoint, reply.model),
    stop = clock.watch(buf, function() return tick(reply) end),
  }
end

--- The server says how much of the prompt it has read.
---@param reply hum.Reply
---@param share number  from 0 to 1
function M.read(reply, share)
  status.before(reply.id, 'prompt', share)
  wait.update(reply.buf)
end

return M
