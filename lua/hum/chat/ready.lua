-- What is done before a message is sent, so that it is on its way at once: the helper is started and loads libcurl, and
-- over TLS, whose beginning takes several ways there and back, the connection is made. What goes wrong is told when a
-- message is sent.
local client = require('hum.server.client')
local endpoints = require('hum.server.endpoint')
local fault = require('hum.fault')
local front = require('hum.chat.front')
local models = require('hum.server.models')

local M = {}

local group = vim.api.nvim_create_augroup('hum.ready', {})

--- Starting a process takes the main thread 10 ms: the chat is drawn before.
local LATER = 20

--- The user has opened a chat.
function M.opened() vim.defer_fn(client.start, LATER) end

--- One request without key and headers; its answer is of no interest.
---@param buf integer
local function connect(buf)
  if not vim.api.nvim_buf_is_loaded(buf) then return end
  local endpoint = endpoints.without_secrets(models.endpoint(front.endpoint(buf)))
  if not endpoint or not vim.startswith(endpoint.url, 'https://') then return end
  client.query({ endpoint = endpoint, method = 'GET', path = '/', at_root = true, timeout = 10 }, function() end)
end

--- Modules that a first message needs beside those of a chat that is shown.
local SENDING = { 'hum.chat.system', 'hum.chat.fit', 'hum.server.tokenize', 'hum.chat.reply.put' }

--- Loads them, one after the other: none keeps the user's next key waiting for all.
---@param i? integer
local function load(i)
  local name = SENDING[i or 1]
  if not name then return end
  fault.guard('loading ' .. name, require, name)
  vim.schedule(function() load((i or 1) + 1) end)
end

--- Waits for the first edit by the user: a chat that came from a file may be only read.
---@param buf integer
function M.watch(buf)
  vim.api.nvim_clear_autocmds({ group = group, buffer = buf })
  vim.api.nvim_create_autocmd({ 'TextChangedI', 'TextChanged' }, {
    group = group,
    buffer = buf,
    callback = function()
      if vim.fn.changenr() == 0 then return end -- not by the user: a model was found for a new chat
      vim.defer_fn(function()
        client.start()
        client.warm()
        fault.guard('making a connection', connect, buf)
        load()
      end, LATER)
      return true
    end,
  })
end

return M
