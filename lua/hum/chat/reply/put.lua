-- Where a reply's text goes in when the chat is the current buffer and the user is not
-- inserting. Neovim then closes the undo block after each event, so each edit has to join
-- it; and only there can the user press `u`. In all other cases the helper calls
-- nvim_buf_set_text() itself.
local M = {}

local follow = require('hum.chat.reply.follow')
local guard = require('hum.interrupt').guard
local guard_change = require('hum.interrupt').guard_change
local undo = require('hum.chat.reply.undo')

local command, set_text = vim.api.nvim_command, vim.api.nvim_buf_set_text

--- Appends text, joined to the open undo block. Raises E565 under textlock; the helper gets the error.
---@param buf integer
---@param lines string[]
---@param follows boolean  the windows that follow are to be moved as well
function M.joined(buf, lines, follows)
  local record = undo.record(buf)
  if record and (guard(undo.check, record) or (record.broken and guard(undo.check_lost, record))) then
    return -- the reply was undone, or deleted, and is being stopped
  end
  local joined = pcall(guard, command, 'undojoin')
  guard_change(buf, set_text, buf, -1, -1, -1, -1, lines)
  if record and not joined then
    guard(undo.check, record) -- a block of its own began: a `u` from now on is seen by its number
  end
  if follows then follow.lines(buf) end
end

return M
