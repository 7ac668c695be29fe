-- What completion is doing, in a word for statuslines. Nothing is watched before somebody wants to know.
local allow = require('hum.complete.allow')
local attach = require('hum.complete.attach')
local backend = require('hum.complete.backend')
local channel = require('hum.complete.channel')
local client = require('hum.server.client')
local events = require('hum.events')
local ghost = require('hum.complete.ghost')
local helper = require('hum.server.helper')
local keys = require('hum.complete.keys')

local M = {}

local asking = {} ---@type table<integer, boolean>  by buffer
local loading = false
local failing = false -- the latest request failed
local watching = false -- the helper says when requests begin and end
local wanted = false -- somebody has asked for the word
local last = '' -- as it was told

---@param buf integer
---@return string
local function word(buf)
  local n, of = ghost.number()
  if n and keys.is_here(buf) then
    return ('shown %d/%d'):format(n, of)
  elseif failing or channel.fault() then
    return 'offline'
  elseif loading or backend.is_searching() then
    return 'loading'
  end
  return asking[buf] and attach.is_attached(buf) and 'asking' or 'ready'
end

---@param buf integer
---@return boolean
local function is_off(buf)
  return allow.mode(buf) == 'off' or (not attach.is_attached(buf) and allow.refusal(buf) ~= nil)
end

--- The helper, which may be another one than before, is told once that this is of interest.
local function watch()
  if watching or not channel.is_open() then return end
  watching = true
  channel.notify('watch', true)
end

--- Tells that the word of the current buffer is another one.
local function update()
  if not wanted then return end
  watch()
  local buf = vim.api.nvim_get_current_buf()
  local now = is_off(buf) and '' or word(buf)
  if now == last then return end
  last = now
  vim.schedule(function()
    events.emit('HumCompleteChanged', { buf = buf, word = now })
    vim.cmd.redrawstatus({ bang = true })
  end)
end

--- Begins to follow what happens.
local function begin()
  wanted = true
  last = M.text(vim.api.nvim_get_current_buf())
  client.on('asking', function(buf, data)
    asking[buf] = data.asking or nil
    update()
  end)
  client.on('loading', function(_, data)
    loading = data.loading
    update()
  end)
  keys.on_change(update)
  channel.on_fault(update)
  vim.api.nvim_create_autocmd('BufEnter', {
    group = vim.api.nvim_create_augroup('hum.complete.word', {}),
    callback = function(ev) last = is_off(ev.buf) and '' or word(ev.buf) end, -- its own statusline is drawn anyway
  })
end

--- A request has failed; or text has come again, of which the keys tell.
---@param value boolean
function M.note(value)
  failing = value
  if value then update() end
end

--- '' where completion is off; 'shown 1/2', 'offline', 'loading', 'asking' or 'ready'.
---@param buf integer
---@return string
function M.text(buf)
  if not wanted then begin() end
  watch()
  return is_off(buf) and '' or word(buf)
end

helper.on_lost(function()
  asking, loading, failing, watching = {}, false, false, false
  update()
end)

return M
