-- Completion: suggestions as ghost text while typing. What to suggest, and when to request it,
-- is the helper's business; here is what the user sees of it and does with it.
--
--   allow        which buffers are completed, and which must never leave the editor
--     contents     secrets in the text of a buffer
--     ignored      files that git ignores
--   attach       the buffers of which the helper has a copy
--   scope        the definition around the cursor, of treesitter
--   keys         what is typed
--   ghost        the suggestion at the cursor
--     typed        does the text agree with it?
--     draw         how it looks
--       text       text in cells
--       look       colours, and windows in which it is seen
--       room       the room in the window, and more by scrolling
--       float      lines that still have no room
--     menu         completion menus beside it
--   accept       the suggestion becomes text
--     redo         that Neovim repeats
--     replay       exactly
--     literal      by keys that are text and nothing else
--   maps         keys for it
--   collect      excerpts for prompts elsewhere
--     dwell      where the user was for how long
--   channel      notifications to the helper
--   backend      the server, model and API that fill in
--     discover     finds them
--   source       suggestions for other completion plugins: omni, cmp, blink, lsp
--   report       what :checkhealth says
--   word         what is going on, for statuslines
local client = require('hum.server.client')
local config = require('hum.config')
local helper = require('hum.server.helper')
local log = require('hum.log')
local notify = require('hum.notify')

local M = {}

---@alias hum.CompleteMode 'on'|'off'|'manual'

---@class hum.Suggestion  of the helper, see |hum-protocol|
---@field tick integer
---@field row integer
---@field col integer
---@field serial integer
---@field from integer
---@field text string
---@field final boolean
---@field n integer
---@field of integer
---@field cut? boolean  the answer was cut within its last line

local reported = {} ---@type table<string, boolean>  kinds of failures that the user was told
local trouble = nil ---@type string|nil  why a request failed, until text has come again

--- Completes in buffers from now on; called once the user is known to have configured hum.
function M.start()
  require('hum.complete.keys').start()
  require('hum.complete.maps').start()
end

---@param mode hum.CompleteMode
---@param here? boolean  for the current buffer alone
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
---@return hum.CompleteMode  that of the current buffer from now on
function M.toggle(opts)
  local mode = require('hum.complete.allow').mode(vim.api.nvim_get_current_buf())
  set(mode == 'on' and 'off' or 'on', opts and opts.here)
  return mode == 'on' and 'off' or 'on'
end

--- Requests a suggestion now.
function M.now()
  M.start()
  require('hum.complete.keys').request(M.status)
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

--- For a mapping with `expr`: keys that accept the suggestion, or, without one, `fallback`. If that is <Tab>, they
--- go to the next place of an active snippet first: such a mapping replaces Neovim's own.
---@param fallback string
---@param what? 'all'|'line'|'word'
---@return string
function M.accept_keys(fallback, what)
  if require('hum.complete.maps').jumps(fallback) then return '<Cmd>lua vim.snippet.jump(1)<CR>' end
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
  local is_secret
  if mode ~= 'off' then
    why, is_secret = allow.refusal(buf)
  end
  if why then
    return ('completion is off in this buffer: %s%s'):format(why, is_secret and ' (:help hum-secrets)' or '')
  end
  local missing = require('hum.complete.channel').missing()
  local backend = missing and 'there is no helper: ' .. missing or require('hum.complete.backend').text()
  if trouble then backend = ('%s; last error at %s'):format(backend, trouble) end
  if mode == 'manual' then return 'completion is manual in this buffer; ' .. backend end
  return 'completion is on in this buffer; ' .. backend
end

---@return boolean  the configuration, or somebody in this session, has switched it on somewhere
local function is_wanted()
  if package.loaded['hum.complete.keys'] or vim.b.hum_complete ~= nil then return true end
  local options = config.get().complete
  return options.mode ~= 'off' or next(options.filetypes) ~= nil
end

--- What completion is doing in the current buffer, in a word for a statusline.
---@return string  '' where it is off; 'shown 1/2', 'asking', 'loading', 'offline' (status() says why) or 'ready'
function M.statusline()
  if not is_wanted() then
    return ''
  elseif package.loaded['hum.complete.keys'] then
    return require('hum.complete.word').text(vim.api.nvim_get_current_buf())
  end
  -- Neovim has just been started, and draws for the first time.
  vim.schedule(function()
    require('hum.complete.word')
    vim.cmd.redrawstatus({ bang = true })
  end)
  return ''
end

--- For who shows that word, if anybody does.
---@param failing boolean
local function note(failing)
  local word = package.loaded['hum.complete.word']
  if word then word.note(failing) end
end

---@param failure hum.Failure
local function report(failure)
  local hint = failure.hint ~= '' and failure.hint or nil
  trouble = ('%s: %s%s'):format(os.date('%H:%M:%S'), failure.message, hint and '. ' .. hint or '')
  local text = ('hum: completion: %s%s'):format(failure.message, hint and '\n' .. hint or '')
  local kind = failure.code .. (failure.status or '')
  if not reported[kind] then
    reported[kind] = true
    notify.warn(text)
  else
    log.write('debug', text)
  end
end

---@return string?  when the latest request failed and why, until text has come again
function M.last_error() return trouble end

---@class hum.SuggestionListener
---@field on_suggest fun(buf: integer, data: hum.Suggestion)
---@field on_failed fun()

local listener ---@type hum.SuggestionListener|nil

--- Sets who takes suggestions too, beside the ghost text.
---@param other hum.SuggestionListener
function M.listen(other) listener = other end

---@param buf integer
---@param data hum.Suggestion
local function on_suggest(buf, data)
  if trouble and data.text ~= '' then
    trouble = nil
    note(false)
  end
  require('hum.complete.keys').on_suggest(buf, data)
  if listener then listener.on_suggest(buf, data) end
end

---@param failure hum.Failure
local function on_backend_error(_, failure)
  report(failure)
  note(true)
  require('hum.complete.backend').on_error(failure)
  if listener then listener.on_failed() end
end

client.on('suggest', on_suggest)
client.on('backend_error', on_backend_error)

-- With the helper goes what it knew. It learns all of it again when the user next enters insert mode.
helper.on_lost(function()
  reported, trouble = {}, nil
end)

return M
