-- Where a reply's text goes in when the chat is the current buffer and the user is not
-- inserting. Neovim then closes the undo block after each event, so each edit has to join
-- it; and only there can the user press `u`. Elsewhere the helper calls
-- nvim_buf_set_text() itself.
local M = {}

local follow = require('hum.chat.follow')
local interrupt = require('hum.chat.interrupt')
local undo = require('hum.chat.undo')

local guard, guard_change = interrupt.guard, interrupt.guard_change
local command, set_text = vim.api.nvim_command, vim.api.nvim_buf_set_text

---Raises E565 under textlock, of which the helper hears.
---@param buf integer
---@param lines string[]
---@param follows boolean  windows are due to follow
function M.joined(buf, lines, follows)
  local record = undo.record(buf)
  if record and guard(undo.check, record) then
    return -- the reply was taken back and is being stopped
  end
  pcall(guard, command, 'undojoin') -- fails after an undo: then a new block begins
  guard_change(buf, set_text, buf, -1, -1, -1, -1, lines)
  if record then
    guard(undo.check, record)
  end
  if follows then
    follow.lines(buf)
  end
end

return M
