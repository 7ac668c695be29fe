-- `:Hum background`: a question whose answer nobody waits for. It is a chat as any other, without a window, and is told
-- about when it is done.
local buffer = require('hum.chat.buffer')
local chats = require('hum.chat.chats')
local compose = require('hum.chat.compose')
local endpoints = require('hum.server.endpoint')
local events = require('hum.events')
local hidden = require('hum.chat.hidden')
local manage = require('hum.chat.manage')
local models = require('hum.server.models')
local notify = require('hum.notify')
local send = require('hum.chat.send')
local turns = require('hum.chat.text.turns')
local window = require('hum.chat.view.window')

local M = {}

---@class hum.Background
---@field buf integer
---@field status 'running'|'done'|'error'|'cancelled'
---@field seen boolean  the user was in it since it has ended

local all = {} ---@type hum.Background[]  the oldest first

---@param buf integer
---@return hum.Background|nil
local function of(buf)
  for _, one in ipairs(all) do
    if one.buf == buf then return one end
  end
end

--- The message that tells of its answer, or of what has failed, is the one that any chat has that is not shown.
---@param one hum.Background
---@param status 'done'|'error'|'cancelled'
local function finish(one, status)
  if one.status ~= 'running' then return end
  one.status = status
  if status == 'error' then notify.info('hum: :Hum background shows the chat in which it failed') end
  events.emit('HumBackgroundFinished', { buf = one.buf, status = status, title = manage.title(turns.of(one.buf)) })
end

local group ---@type integer|nil

--- What happens to them, from the first on.
local function watch()
  if group then return end
  group = vim.api.nvim_create_augroup('hum.background', {})
  vim.api.nvim_create_autocmd('User', {
    group = group,
    pattern = 'HumRequestFinished',
    callback = function(event)
      local one = of(event.data.buf or -1)
      if one then finish(one, event.data.status) end
    end,
  })
  vim.api.nvim_create_autocmd('BufEnter', {
    group = group,
    callback = function(event)
      local one = of(event.buf)
      if one and one.status ~= 'running' then one.seen = true end
    end,
  })
  vim.api.nvim_create_autocmd('BufWipeout', {
    group = group,
    callback = function(event)
      local gone = of(event.buf)
      if not gone then return end
      all = vim.tbl_filter(function(one) return one ~= gone end, all)
      finish(gone, 'cancelled')
    end,
  })
end

---@class hum.BackgroundOpts
---@field question? string  may have references
---@field endpoint? string
---@field model? string
---@field quote? { buf: integer, first: integer, last: integer }  lines, from 1

--- Asks in a chat that is not shown.
---@param opts hum.BackgroundOpts
---@return integer|nil buf  of that chat
---@return string|nil err
function M.start(opts)
  if vim.trim(opts.question or '') == '' and not opts.quote then return nil, 'say what to ask: there is no question' end
  local endpoint = models.endpoint(opts.endpoint)
  local url, err = endpoints.url(endpoint)
  if not url then return nil, err end
  local buf, why = buffer.create(endpoint, opts.model)
  if not buf then return nil, why end
  local chat = assert(chats.get(buf))
  local ok, fault = compose.write(chat, { question = opts.question, quote = opts.quote })
  if not ok then
    vim.api.nvim_buf_delete(buf, { force = true })
    return nil, tostring(fault)
  end
  watch()
  local one = { buf = buf, status = 'running', seen = false } ---@type hum.Background
  all[#all + 1] = one
  hidden.shown_by(buf, ':Hum background')
  send.on_refused(buf, function() finish(one, 'error') end)
  send.submit(chat, {})
  return buf
end

--- The one that the user means when he names none: the first that has ended and that he has not seen; else the last.
---@return hum.Background|nil
local function next_one()
  for _, one in ipairs(all) do
    if one.status ~= 'running' and not one.seen then return one end
  end
  return all[#all]
end

--- Shows a chat that was asked in the background.
---@param mods? table
---@return integer|nil buf, string|nil err
function M.show(mods)
  local one = next_one()
  if not one then return nil, 'say what to ask, as in ":Hum background review #diff": nothing was asked yet' end
  local ok, err = window.show(one.buf, { mods = mods })
  if not ok then return nil, err end
  window.to_end(one.buf)
  return one.buf
end

return M
