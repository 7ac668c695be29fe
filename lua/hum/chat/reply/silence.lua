-- What a server does before anything of a reply comes, where it tells that: a model is being loaded, a prompt is read.
-- It is asked while somebody sees the chat, once a second, and not again once the model is there.
local clock = require('hum.chat.view.clock')
local status = require('hum.status')
local wait = require('hum.chat.view.wait')
local window = require('hum.server.window')

local M = {}

---@class hum.Silence
---@field stop fun()  asks no more
---@field cancel? hum.Cancel  of the question that is under way

local silences = {} ---@type table<integer, hum.Silence>  by buffer

--- Something has come, or the reply has ended.
---@param buf integer
function M.stop(buf)
  local one = silences[buf]
  if not one then return end
  silences[buf] = nil
  one.stop()
  if one.cancel then one.cancel() end
end

--- What a server has said.
---@param reply hum.Reply
---@param is_loaded boolean|nil
local function take(reply, is_loaded)
  local running = status.of(reply.buf)
  if not running or is_loaded == nil then return M.stop(reply.buf) end
  -- A model that was there from the start may be at work for others.
  if is_loaded and running.state == 'waiting' then return M.stop(reply.buf) end
  status.before(reply.id, is_loaded and 'prompt' or 'loading')
  wait.update(reply.buf)
  if is_loaded then M.stop(reply.buf) end
end

---@param reply hum.Reply
---@return boolean|nil
local function ask(reply)
  local one, running = silences[reply.buf], status.of(reply.buf)
  if not one or not running or not status.is_silent(running) then return false end
  if one.cancel or status.is_due(running) then return end
  one.cancel = window.ask_loaded(reply.endpoint, reply.model, function(is_loaded)
    if silences[reply.buf] ~= one then return end
    one.cancel = nil
    take(reply, is_loaded)
  end)
end

--- A reply has been asked for.
---@param reply hum.Reply
function M.begin(reply)
  local buf = reply.buf
  M.stop(buf)
  if not window.tells_loading(reply.endpoint, reply.model) then return end
  silences[buf] = { stop = clock.watch(buf, function() return ask(reply) end) }
end

--- The server says how much of the prompt it has read.
---@param reply hum.Reply
---@param share number  from 0 to 1
function M.read(reply, share)
  status.before(reply.id, 'prompt', share)
  wait.update(reply.buf)
end

return M
