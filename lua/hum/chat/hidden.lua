-- A reply that has ended where the user does not see it: in a chat that no window of the tab page shows. He is told, by
-- a message, and by the bell of the terminal if he wants it.
local chats = require('hum.chat.chats')
local config = require('hum.config')
local fault = require('hum.fault')
local front = require('hum.chat.front')
local notify = require('hum.notify')
local queue = require('hum.chat.queue')

local M = {}

local has_focus = true

--- Rings as Neovim does it for itself, so that all kinds of user interfaces hear it.
local function ring()
  local off = vim.o.belloff
  pcall(function()
    vim.cmd('noautocmd set belloff=')
    if not vim.api.nvim_get_mode().mode:find('^[vV\22t]') then
      local at = vim.api.nvim_win_get_cursor(0)
      vim.cmd('normal! \27') -- <Esc> with nothing to end
      vim.api.nvim_win_set_cursor(0, at) -- in insert mode it has gone back by one
    elseif vim.api.nvim_ui_send then
      vim.api.nvim_ui_send('\7')
    end
  end)
  vim.cmd('noautocmd set belloff=' .. off)
end

local shows = {} ---@type table<integer, string>  commands that show chats, by buffer
chats.on_drop('how it is shown', function(buf) shows[buf] = nil end)

--- Which command shows a chat that was not made to be shown.
---@param buf integer
---@param command string
function M.shown_by(buf, command) shows[buf] = command end

--- What is said, and how the chat is shown.
---@param buf integer
---@param model string
---@return string
local function message_of(buf, model)
  local latest, title = chats.latest(), front.title(buf)
  local how = shows[buf] or latest and latest.buf == buf and ':Hum chat' or (':buffer %d'):format(buf)
  local about = title and (' "%s"'):format(title) or ''
  return ('hum: %s has answered%s\n%s shows it'):format(model, about, how)
end

--- A reply has ended; of one that ended otherwise than well another message tells.
---@param data { buf: integer, model: string, status: string, ending?: string, message?: string, hidden: boolean }
local function on_finished(data)
  if config.get().chat.bell and (data.hidden or not has_focus) then ring() end
  local is_good = data.status == 'done' and (data.message or '') == ''
  if not data.hidden or not is_good or not vim.api.nvim_buf_is_loaded(data.buf) then return end
  -- The next message goes by itself: the last of them counts.
  if not queue.waits(data.buf) then notify.info(message_of(data.buf, data.model)) end
end

--- Tells of such replies from now on.
function M.watch()
  local group = vim.api.nvim_create_augroup('hum.hidden', {})
  vim.api.nvim_create_autocmd('User', {
    group = group,
    pattern = 'HumRequestFinished',
    callback = function(event)
      if chats.get(event.data.buf) then fault.guard('a reply that nobody sees', on_finished, event.data) end
    end,
  })
  vim.api.nvim_create_autocmd({ 'FocusGained', 'FocusLost' }, {
    group = group,
    callback = function(event) has_focus = event.event == 'FocusGained' end,
  })
end

return M
