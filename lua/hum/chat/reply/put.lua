-- A piece of a reply, for each edit of the helper. Written for speed.
local follow = require('hum.chat.reply.follow')
local guard = require('hum.interrupt').guard
local guard_change = require('hum.interrupt').guard_change
local undo = require('hum.chat.reply.undo')

local M = {}

local is_loaded = vim.api.nvim_buf_is_loaded
local command, set_text = vim.api.nvim_command, vim.api.nvim_buf_set_text

--- Appends text to the reply that comes into a buffer. Nothing happens if that has ended, or lost its place: text that
--- was on its way then has none. Raises E565 under textlock; the helper gets the error.
---@param buf integer
---@param lines string[]
---@param follows boolean  the windows that follow are to be moved as well
---@param join boolean     the edit must join the open undo block: Neovim closes blocks of the current buffer outside
---insert mode, and only those
function M.edit(buf, lines, follows, join)
  local record = undo.record(buf)
  if not record or record.undone or not is_loaded(buf) then
    return
  elseif (join and guard(undo.check, record)) or (record.broken and guard(undo.check_lost, record)) then
    return
  end
  local joined = not join or pcall(guard, command, 'undojoin')
  guard_change(buf, set_text, buf, -1, -1, -1, -1, lines)
  if not joined then
    guard(undo.check, record) -- a block of its own began: a `u` from now on is seen by its number
  end
  if follows then follow.lines(buf) end
end

return M
