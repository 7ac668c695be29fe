-- What completion says to the helper: notifications to its channel, none of which waits.
local helper = require('hum.server.helper')
local notify = require('hum.notify')

local M = {}

local rpcnotify = vim.rpcnotify

--- A helper that died is started again after this long at the earliest, in ms; twice as long
--- each time that it dies again, but for one that lived for LIVED.
local PAUSE, MAX_PAUSE, LIVED = 1000, 60000, 60000

local channel ---@type integer|nil  of the helper that was sent the backend
local opened = 0 ---@type integer  when, in ms
local pause = PAUSE
local not_before = 0
local reported ---@type string|nil  why there is no helper, as the user was told
local backend_fault ---@type string|nil  why there is no backend, as the user was told
local on_fault = {} ---@type fun()[]
local subscribed = false

---@return boolean
function M.is_open() return channel ~= nil end

--- Calls `fn` when a search has found no backend.
---@param fn fun()
function M.on_fault(fn) on_fault[#on_fault + 1] = fn end

---@return string?  why there is no helper
function M.missing() return reported end

---@return string?  why there is no completion: no helper, or no backend
function M.fault() return reported or backend_fault end

---@return boolean  the last search found none
function M.has_fault() return backend_fault ~= nil end

--- Its arguments are described in |hum-protocol|. Nothing happens without a helper.
---@param method 'backend'|'window'|'extras'|'attach'|'detach'|'scope'|'enter'|'key'|'cycle'|'leave'|'collect'|'watch'
function M.notify(method, ...)
  if channel and not pcall(rpcnotify, channel, method, ...) then
    helper.missed(channel) -- which ends in lost()
  end
end

--- Sends the backend, now or once it is found, and again whenever there is another. What
--- stands against it is told to the user, once.
local function send_backend()
  local backend = require('hum.complete.backend') -- late: where nothing is completed it is not needed
  if not subscribed then
    subscribed = true
    backend.on_change(function(window)
      if window then
        M.notify('window', window)
      elseif channel then
        send_backend()
      end
    end)
  end
  backend.resolve(function(err, spec)
    M.notify('backend', spec or vim.NIL)
    if err and err ~= backend_fault then notify.warn(err) end
    backend_fault = err
    for _, fn in ipairs(err and on_fault or {}) do
      fn()
    end
  end)
end

--- Finds or starts the helper. Told once when that fails.
---@return boolean
function M.open()
  if channel then
    return true
  elseif vim.uv.now() < not_before then
    return false
  end
  local started, why = helper.start()
  if not started then
    if why ~= reported then
      reported = why
      notify.error('hum: no completion: ' .. why)
    end
    return false
  end
  channel, reported, opened = started, nil, vim.uv.now()
  send_backend()
  return true
end

helper.on_lost(function()
  if channel then
    local now = vim.uv.now()
    pause = now - opened > LIVED and PAUSE or math.min(2 * pause, MAX_PAUSE)
    not_before, channel = now + pause, nil
  end
end)

return M
