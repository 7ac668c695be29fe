-- Where a reply's text goes in when the chat is the current buffer and the user is not
-- inserting: Neovim then closes the undo block after each event, so each edit has to join
-- it. Elsewhere the helper calls nvim_buf_set_text() itself.
local M = {}

local command, set_text = vim.api.nvim_command, vim.api.nvim_buf_set_text
local follow = require('hum.chat.follow')

---Raises E565 under textlock, of which the helper hears.
---@param buf integer
---@param lines string[]
---@param follows boolean  windows are due to follow
function M.joined(buf, lines, follows)
  pcall(command, 'undojoin') -- not allowed after an undo: then a new block begins
  set_text(buf, -1, -1, -1, -1, lines)
  if follows then
    follow.lines(buf)
  end
end

return M
