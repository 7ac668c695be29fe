-- The chats that are open, by buffer.
local asked = require('hum.chat.asked')
local bar = require('hum.chat.view.bar')
local code = require('hum.chat.view.code')
local context = require('hum.chat.context.ledger')
local details = require('hum.chat.view.details')
local fault = require('hum.fault')
local file = require('hum.chat.kept.file')
local fold = require('hum.chat.view.fold')
local follow = require('hum.chat.reply.follow')
local highlight = require('hum.chat.view.highlight')
local memory = require('hum.chat.reply.memory')
local notes = require('hum.chat.view.notes')
local origin = require('hum.chat.code.origin')
local records = require('hum.chat.reply.record')
local reply = require('hum.chat.reply')
local scan = require('hum.chat.text.scan')
local strange = require('hum.chat.strange')
local tables = require('hum.chat.view.dress.tables')
local thoughts = require('hum.chat.view.thoughts')
local turns = require('hum.chat.text.turns')
local undo = require('hum.chat.reply.undo')
local wait = require('hum.chat.view.wait')
local window = require('hum.chat.view.window')

local M = {}

---@class hum.Chat
---@field buf integer
---@field preparation? hum.Preparation  of the message that is being sent
---@field used integer                  when it was last entered, counted

local chats = {} ---@type table<integer, hum.Chat>
local uses = 0

---@param buf integer
---@return hum.Chat|nil
function M.get(buf) return chats[buf == 0 and vim.api.nvim_get_current_buf() or buf] end

---@return hum.Chat[]
function M.all() return vim.tbl_values(chats) end

--- The chat used last.
---@return hum.Chat|nil
function M.latest()
  local latest
  for _, chat in pairs(chats) do
    if vim.api.nvim_buf_is_loaded(chat.buf) and (not latest or chat.used > latest.used) then latest = chat end
  end
  return latest
end

---@param chat hum.Chat
function M.touch(chat)
  uses = uses + 1
  chat.used = uses
end

--- Cancels the preparation of a chat; its callback is not called.
---@param chat hum.Chat
---@return boolean  there was one
function M.cancel_preparation(chat)
  local preparation = chat.preparation
  if not preparation then return false end
  chat.preparation = nil
  wait.stop(chat.buf)
  preparation.cancel()
  return true
end

local listeners = {} ---@type { what: string, fn: fun(buf: integer) }[]

--- Calls a function with each chat that goes, however it goes.
---@param what string  that is given up then, for the log
---@param fn fun(buf: integer)
function M.on_drop(what, fn) listeners[#listeners + 1] = { what = what, fn = fn } end

--- The text of the chat is gone, or going.
---@param buf integer
function M.drop(buf)
  local chat = chats[buf]
  if not chat then return end
  chats[buf] = nil
  M.cancel_preparation(chat)
  for _, step in ipairs({
    { 'a reply', reply.drop },
    { 'the waiting mark', wait.stop },
    { 'following', follow.stop },
    { 'the undo record', records.forget },
    { 'the notes', notes.forget },
    { 'the bars', bar.forget },
    { 'the times of turns', details.forget },
    { 'the folds', fold.forget },
    { 'the colours', highlight.forget },
    { 'the tables', tables.forget },
    { 'the code blocks', code.detach },
    { 'the times of thinking', thoughts.forget },
    { 'the turns', turns.forget },
    { 'where quotes came from', origin.forget },
    { 'what was thought', memory.forget },
    { 'what was asked', asked.forget },
    { 'what its model has seen', context.forget },
    { 'strange headings', strange.forget },
    { 'how it was seen', window.forget },
  }) do
    fault.guard('giving up ' .. step[1], step[2], buf)
  end
  for _, listener in ipairs(listeners) do
    fault.guard('giving up ' .. listener.what, listener.fn, buf)
  end
end

scan.listen('chat', function(buf, first, old_last, new_last, _, tick)
  if not tick then return end
  undo.changed(buf, first, old_last, new_last)
  follow.changed(buf, old_last, new_last)
end)

-- A buffer may go without an autocommand (`:noautocmd bwipeout!`). Reloading detaches as well. In later Neovims than
-- 0.10 the text is still there now.
scan.on_detach(function(buf)
  fault.guard('saving a chat', file.flush, buf)
  vim.schedule(function()
    if vim.api.nvim_buf_is_loaded(buf) then return end
    M.drop(buf)
    file.release(buf)
  end)
end)

---@param buf integer
---@return hum.Chat
function M.new(buf)
  local chat = { buf = buf, used = 0 }
  chats[buf] = chat
  M.touch(chat)
  scan.attach(buf)
  turns.ahead(buf)
  return chat
end

return M
