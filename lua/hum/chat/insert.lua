-- Insert mode in a chat: where it begins by itself, and where it goes on when a message is sent from it.
local chats = require('hum.chat.chats')
local compose = require('hum.chat.compose')
local config = require('hum.config')
local front = require('hum.chat.front')
local models = require('hum.server.models')
local notify = require('hum.notify')
local reply = require('hum.chat.reply')
local rows = require('hum.chat.text.rows')
local turns = require('hum.chat.text.turns')

local M = {}

--- Whether the cursor of the current window is where the next message is written.
---@param buf integer
---@return boolean
local function is_at_message(buf)
  local list = turns.of(buf).turns
  local last = list[#list]
  return last ~= nil and last.role == 'user' and vim.api.nvim_win_get_cursor(0)[1] - 1 > last.row
end

--- Begins insert mode in a chat that is shown in the current window for the user to write.
---@param buf integer
function M.start(buf)
  if vim.api.nvim_get_current_buf() ~= buf or reply.of(buf) or not is_at_message(buf) then return end
  vim.cmd.startinsert({ bang = true })
end

--- Whether the user is asked for the model before a message can go.
---@param buf integer
---@return boolean
local function lacks_model(buf) return not front.model(buf) and not models.decided(front.endpoint(buf)) end

--- Whether a message of the chat is on its way.
---@param chat hum.Chat
---@return boolean
local function is_sending(chat)
  return reply.of(chat.buf) ~= nil or (chat.preparation ~= nil and chat.preparation.sends == true)
end

--- The user writes on below what he has sent.
---@param chat hum.Chat
local function go_on(chat)
  local ok, err = pcall(compose.open, chat)
  if not ok then return notify.complain(err) end
  local last = vim.api.nvim_buf_line_count(chat.buf)
  vim.api.nvim_win_set_cursor(0, { last, #rows.line(chat.buf, last - 1) })
end

--- Sends what is written in the current chat from insert mode, which goes on below: if the option says so, and the user
--- is asked nothing.
---@param send fun()
---@return boolean  false: nothing was done
function M.send(send)
  local chat = chats.get(0)
  if not chat or not config.get().chat.stay_in_insert or lacks_model(chat.buf) then return false end
  send()
  if is_sending(chat) then go_on(chat) end
  return true
end

return M
