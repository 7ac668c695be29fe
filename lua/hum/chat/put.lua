-- Where a reply's text goes in when the chat is the current buffer and the user is not
-- inserting. Neovim then closes the undo block after each event, so each edit has to join
-- it; and only there can the user press `u`. Elsewhere the helper calls
-- nvim_buf_set_text() itself.
local M = {}

local follow = require('hum.chat.follow')
local undo = require('hum.chat.undo')

local command, set_text = vim.api.nvim_command, vim.api.nvim_buf_set_text

---A CTRL-C that Neovim finds while one of its functions runs becomes an error of that
---function, and is gone as a key.
---@param fn function
---@return boolean ok, any result
local function uninterrupted(fn, ...)
  local ok, result = pcall(fn, ...)
  if not ok and tostring(result):find('Keyboard interrupt', 1, true) then
    require('hum.chat.maps').on_ctrl_c()
    ok, result = pcall(fn, ...)
  end
  return ok, result
end

---Raises E565 under textlock, of which the helper hears.
---@param buf integer
---@param lines string[]
---@param follows boolean  windows are due to follow
function M.joined(buf, lines, follows)
  local record = undo.record(buf)
  if record then
    local ok, undone = uninterrupted(undo.check, record)
    if ok and undone then
      return -- the reply was taken back and is being stopped
    end
  end
  uninterrupted(command, 'undojoin') -- fails after an undo: then a new block begins
  set_text(buf, -1, -1, -1, -1, lines)
  if record then
    uninterrupted(undo.check, record)
  end
  if follows then
    uninterrupted(follow.lines, buf)
  end
end

return M
