-- A piece of a reply, for each edit of the helper. Written for speed.
local below = require('hum.chat.reply.below')
local follow = require('hum.chat.reply.follow')
local guard = require('hum.interrupt').guard
local owner = require('hum.chat.reply.owner')
local records = require('hum.chat.reply.record')
local try_change = require('hum.interrupt').try_change
local undo = require('hum.chat.reply.undo')

local M = {}

--- Pieces of one line.
local MANY = 1000

local is_loaded = vim.api.nvim_buf_is_loaded
local command, set_text = vim.api.nvim_command, vim.api.nvim_buf_set_text

--- Appends text to the reply that comes into a buffer: at the buffer's end, or above what stands below the reply.
--- Nothing happens if the reply has ended, or lost its place: text that was on its way then has none. Raises E565 under
--- textlock; the helper gets the error.
---@param buf integer
---@param lines string[]
---@param follows boolean  the windows that follow are to be moved as well
---@param join boolean     the edit must join the open undo block: Neovim closes blocks of the current buffer outside
---insert mode, and only those
function M.edit(buf, lines, follows, join)
  local record = records.of(buf)
  if not record or record.undone or not is_loaded(buf) then
    return
  elseif
    ((join or record.replays) and guard(undo.check, record)) or (record.broken and guard(undo.check_lost, record))
  then
    return
  end
  if record.arrived then below.take(record) end
  local joined = not join or pcall(guard, command, 'undojoin')
  local row, pieces = -1 - record.below, record.pieces
  record.writing = true
  local ok, err = try_change(buf, set_text, buf, row, -1, row, -1, lines)
  record.writing = false
  if not ok then error(err, 0) end
  if lines[2] then
    record.pieces = { lines }
  else
    pieces[#pieces + 1] = lines
  end
  if not joined then
    guard(undo.check, record) -- a block of its own began: a `u` from now on is seen by its number
  end
  if follows then
    if #pieces > MANY then owner.compact(record) end
    follow.lines(buf)
  end
end

return M
