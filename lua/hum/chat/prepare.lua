-- What runs before a message is sent: finding out endpoint, key and model, then what the message refers to. It ends at
-- once unless the key comes from a command, the model has to be requested from the server or chosen by the user, or
-- there is something to be read. That may take long, or for ever (a dialog that is closed without a choice): so it is
-- shown, can be cancelled, and is cancelled by a new attempt.
local chats = require('hum.chat.chats')
local endpoints = require('hum.server.endpoint')
local fault = require('hum.fault')
local models = require('hum.server.models')
local prefill = require('hum.server.prefill')
local wait = require('hum.chat.view.wait')

local M = {}

---@class hum.Preparation
---@field cancel fun()  ends what runs for it, as far as that can be ended
---@field endpoint string
---@field model? string   if it is known
---@field since integer   ms, as vim.uv.now()
---@field sends? boolean  a message
---@field pick? hum.Pick  which one

--- Begins a preparation, and cancels the one that runs for this chat already.
---@param chat hum.Chat
---@param name string    of the endpoint
---@param model? string  if it is known
---@param cb fun(...)    at most once, not after a cancel
---@return fun(text: string, fn: function, ...) step  runs a function, and shows it unless it has ended at once
---@return fun(...) finish                            calls back
---@return fun(): boolean is_live
local function begin(chat, name, model, cb)
  chats.cancel_preparation(chat)
  local cancel ---@type fun()|nil
  local preparation = {
    endpoint = name,
    model = model,
    since = vim.uv.now(),
    cancel = function()
      if cancel then fault.guard('cancelling', cancel) end
    end,
  }
  chat.preparation = preparation

  local function is_live()
    return chat.preparation == preparation and package.loaded['hum.chat.prepare'] == M -- else hum was reloaded
  end

  local function finish(...)
    if not is_live() then return end
    chat.preparation = nil
    fault.guard('the waiting mark', wait.stop, chat.buf)
    fault.guard('sending', cb, ...)
  end

  local steps = 0

  local function step(text, fn, ...)
    steps = steps + 1
    local this = steps
    local ok, how = fault.guard(text, fn, ...)
    if not ok then return finish(text .. ' failed') end
    if is_live() and steps == this then
      cancel = how
      if vim.api.nvim_buf_is_loaded(chat.buf) then
        wait.start(chat.buf, vim.api.nvim_buf_line_count(chat.buf) - 1, text)
      end
    end
  end

  return step, finish, is_live
end

--- Finds out endpoint and model. Cancels the preparation that runs for this chat already.
---@param chat hum.Chat
---@param name string    of the endpoint
---@param model? string  if it is known
---@param cb fun(err: string?, resolved: hum.Resolved?, model: string?)  at most once, not after a cancel
function M.start(chat, name, model, cb)
  local step, finish, is_live = begin(chat, name, model, cb)
  chat.preparation.sends = true
  step(('getting the key of endpoint "%s"'):format(name), endpoints.resolve, name, function(err, resolved)
    if not is_live() then
      return
    elseif not resolved or model then
      return finish(err, resolved, model)
    end
    step(
      ('choosing a model of endpoint "%s"'):format(name),
      models.resolve,
      name,
      function(why, found) finish(why, found and resolved, found) end
    )
  end)
end

--- Has a model chosen for a chat in which nothing else is prepared.
---@param chat hum.Chat
---@param name string  of the endpoint in use
---@param choose fun(cb: fun(...)): hum.Cancel
---@param cb fun(...)  at most once, not after a cancel
function M.choose(chat, name, choose, cb)
  local step, finish = begin(chat, name, nil, cb)
  step('choosing a model', choose, finish)
end

--- Finds out what a message refers to.
---@param chat hum.Chat
---@param name string   of the endpoint
---@param model string
---@param read fun(cb: fun(err: string?, result: any)): hum.Cancel
---@param cb fun(err: string?, result: any)  at most once, not after a cancel
function M.read(chat, name, model, read, cb)
  local step, finish = begin(chat, name, model, cb)
  chat.preparation.sends = true
  step('reading what the message refers to', read, finish)
end

--- Does something for a chat before which nothing is sent.
---@param chat hum.Chat
---@param name string    of the endpoint
---@param model? string
---@param text string    what is done
---@param work fun(cb: fun(err: string?, result: any)): hum.Cancel
---@param cb fun(err: string?, result: any)  at most once, not after a cancel
function M.work(chat, name, model, text, work, cb)
  local step, finish = begin(chat, name, model, cb)
  chat.preparation.sends = true
  step(text, work, finish)
end

--- Finds out what is known of the server at an endpoint, if it has to be asked.
---@param chat hum.Chat
---@param name string  of the endpoint
---@param cb fun(known: hum.Preset|{})  at most once, not after a cancel
function M.identify(chat, name, cb)
  local step, finish = begin(chat, name, nil, cb)
  chat.preparation.sends = true
  step('asking which server it is', prefill.find, name, finish)
end

return M
