-- What waits in the queue goes when a reply has ended well: not while the user is typing in it, and not under textlock.
-- After a stop, a failure or a cut it stays, until the user sends again.
local chats = require('hum.chat.chats')
local config = require('hum.config')
local notify = require('hum.notify')
local queue = require('hum.chat.queue')
local send = require('hum.chat.send')

local M = {}

local group = vim.api.nvim_create_augroup('hum.onward', {})
local due = {} ---@type table<integer, boolean>  chats whose next message goes as soon as it may

local try ---@type fun(buf: integer)

--- Tries again after an event, once.
---@param buf integer
---@param event vim.api.keyset.events
---@param only? integer  buffer
local function after(buf, event, only)
  vim.api.nvim_create_autocmd(event, {
    group = group,
    buffer = only,
    once = true,
    callback = function()
      vim.schedule(function() try(buf) end)
    end,
  })
end

--- Whether the user is typing in a turn: CTRL-O leaves insert mode for one command only.
---@param buf integer
---@param turn? hum.Turn  nil: anywhere, as its text was joined to its heading
---@return boolean
local function is_typing(buf, turn)
  if vim.api.nvim_get_current_buf() ~= buf or not vim.api.nvim_get_mode().mode:find('^n?[iR]') then return false end
  if not turn then return true end
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  return row >= turn.row and row <= turn.last
end

--- Whether text is locked: that is found before the rows, which there are none of. Lines that change nothing would be
--- a step of undo.
---@param buf integer
---@return boolean
local function is_locked(buf)
  local beyond = vim.api.nvim_buf_line_count(buf) + 1
  local _, err = pcall(vim.api.nvim_buf_set_lines, buf, beyond, beyond, true, {})
  return tostring(err):find('E565', 1, true) ~= nil
end

---@param buf integer
function try(buf)
  local chat = chats.get(buf)
  if not due[buf] or not chat or send.is_busy(chat) or not vim.api.nvim_buf_is_loaded(buf) or not queue.waits(buf) then
    due[buf] = nil
  elseif is_typing(buf, (queue.first(buf))) then
    after(buf, 'InsertLeave', buf)
  elseif is_locked(buf) then
    after(buf, 'SafeState')
  else
    due[buf] = nil
    send.go_on(chat)
  end
end

--- How many messages wait, and how they go on.
---@param buf integer
local function tell(buf)
  local n = #queue.list(buf)
  if n == 0 then return end
  local key = config.keys('send')[1] or ':Hum send'
  notify.info(
    n == 1 and ('hum: a message is queued; %s sends it'):format(key)
      or ('hum: %d messages are queued; %s sends the first'):format(n, key)
  )
end

--- A reply has ended.
---@param buf integer
---@param ending hum.Ending
function M.ended(buf, ending)
  if not vim.api.nvim_buf_is_loaded(buf) then return end
  queue.settle(buf)
  if not queue.waits(buf) then return end
  if ending.name ~= 'done' or ending.data.ending ~= 'good' then return tell(buf) end
  due[buf] = true
  vim.schedule(function() try(buf) end)
end

--- Nothing goes by itself any more.
---@param buf integer
---@param was_going boolean  a message was being prepared
---@return boolean  one was about to go
function M.stop(buf, was_going)
  local was_due = due[buf] == true
  due[buf] = nil
  if was_due or was_going then tell(buf) end
  return was_due
end

return M
