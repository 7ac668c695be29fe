-- Completion: suggestions as ghost text while typing. What to suggest, and when to ask for
-- it, is the helper's business; here is what the user sees of it and does with it.
--
--   allow    which buffers are completed, and which must never leave the editor
--   attach   what the helper knows of them
--   keys     what is typed
--   typed    is it what the suggestion has?
--   ghost    the suggestion and how far it is typed
--   draw     how it looks
--   accept   the suggestion becomes text
--   collect  other places that are worth knowing
--   link     the way to the helper
--   way      which server and model fill in
--   source   the same for other completion plugins: omni, cmp, blink, lsp
local client = require('hum.server.client')

local M = {}

---@alias hum.CompleteMode 'on'|'off'|'manual'

---@class hum.Suggest  of the helper, see |hum-protocol|
---@field tick integer
---@field row integer
---@field col integer
---@field serial integer
---@field from integer
---@field text string
---@field final boolean
---@field n integer
---@field of integer

local faults = {} ---@type table<string, boolean>  told already
local trouble = nil ---@type string|nil  what a request failed of, until text has come again

--- Begins to look after buffers; called once the user is known to have configured hum.
function M.start() require('hum.complete.keys').start() end

---@param mode hum.CompleteMode
---@param here? boolean  in the current buffer alone
local function set(mode, here)
  if here then
    vim.b.hum_complete = mode
  else
    require('hum.complete.allow').override(mode)
  end
  local keys = require('hum.complete.keys')
  keys.start()
  keys.renew()
end

--- Suggests while the user types.
---@param opts? { here?: boolean }  here: in the current buffer alone
function M.on(opts) set('on', opts and opts.here) end

--- Suggests nothing.
---@param opts? { here?: boolean }
function M.off(opts) set('off', opts and opts.here) end

---@param opts? { here?: boolean }
---@return hum.CompleteMode  in the current buffer from now on
function M.toggle(opts)
  local mode = require('hum.complete.allow').mode(vim.api.nvim_get_current_buf())
  set(mode == 'on' and 'off' or 'on', opts and opts.here)
  return mode == 'on' and 'off' or 'on'
end

--- Asks for a suggestion now.
function M.now()
  M.start()
  require('hum.complete.keys').ask()
end

---@return boolean
function M.is_visible()
  require('hum.complete.keys').catch_up()
  return require('hum.complete.ghost').is_visible()
end

--- Makes the suggestion text.
---@return boolean  false: there was none
function M.accept() return require('hum.complete.accept').accept('all') end

--- The same with its first line alone.
---@return boolean
function M.accept_line() return require('hum.complete.accept').accept('line') end

--- The same with its first word alone.
---@return boolean
function M.accept_word() return require('hum.complete.accept').accept('word') end

--- For a mapping with `expr`: keys that accept the suggestion, or, without one, `fallback`.
---@param fallback string
---@param what? 'all'|'line'|'word'
---@return string
function M.accept_keys(fallback, what)
  return M.is_visible() and require('hum.complete.accept').keys(fallback, what or 'all') or fallback
end

--- The next alternative.
function M.next() require('hum.complete.keys').cycle(1) end

--- The previous one.
function M.prev() require('hum.complete.keys').cycle(-1) end

--- Takes the suggestion away.
---@return boolean  false: there was none
function M.dismiss() return require('hum.complete.keys').dismiss() end

--- What completion does in the current buffer, and why not.
---@return string
function M.status()
  local buf = vim.api.nvim_get_current_buf()
  local allow = require('hum.complete.allow')
  local mode, why = allow.mode(buf)
  if mode ~= 'off' then why = allow.refusal(buf) end
  if why then return 'completion is off in this buffer: ' .. why end
  local backend = require('hum.complete.backend').text()
  if trouble then backend = ('%s; last error at %s'):format(backend, trouble) end
  if mode == 'manual' then return 'completion is manual in this buffer; ' .. backend end
  return 'completion is on in this buffer; ' .. backend
end

---@param failure hum.Failure
local function tell_fault(failure)
  local text = failure.message
  if failure.hint and failure.hint ~= '' then text = text .. '. ' .. failure.hint end
  trouble = ('%s: %s'):format(os.date('%H:%M:%S'), text)
  text = 'hum: completion: ' .. text
  local kind = failure.code .. (failure.status or '')
  if not faults[kind] then
    faults[kind] = true
    require('hum.notify').warn(text)
  else
    require('hum.log').write('debug', text)
  end
end

--- Other completion plugins may be waiting, if any are used.
---@param name 'on_suggest'|'on_failed'
local function tell_source(name, ...)
  local source = package.loaded['hum.complete.source']
  if source then source[name](...) end
end

client.on('suggest', function(buf, data)
  trouble = data.text == '' and trouble or nil
  require('hum.complete.keys').on_suggest(buf, data --[[@as hum.Suggest]])
  tell_source('on_suggest', buf, data)
end)

client.on('backend_error', function(_, failure)
  tell_fault(failure --[[@as hum.Failure]])
  tell_source('on_failed')
  require('hum.complete.backend').on_error(failure --[[@as hum.Failure]])
end)

-- The helper is gone, and with it what it knew. It learns all of it again when the user
-- next enters insert mode.
require('hum.server.helper').on_lost(function()
  faults, trouble = {}, nil
  require('hum.complete.channel').lost()
  require('hum.complete.attach').lost()
  require('hum.complete.collect').lost()
  require('hum.complete.keys').lost()
  tell_source('on_failed')
end)

return M
