-- A chat's answer on its way into files: which reply is meant, and whether it has ended.
local apply = require('hum.apply')
local memory = require('hum.chat.reply.memory')
local notify = require('hum.notify')
local reply = require('hum.chat.reply')
local snippets = require('hum.chat.text.snippets')

local M = {}

local STREAMS = 'the reply is still being written: apply it when it has ended, or stop it first'

---@class hum.ApplyCall
---@field chat? integer   default: the chat in the current buffer, else the latest
---@field line? integer   of the reply; default: that of the cursor, else the last reply
---@field block? integer|hum.Block  that one alone: its number in hum.blocks(), or one of those
---@field allow? { outside?: boolean, delete?: boolean, move?: boolean }  what is done without asking
---@field ask? boolean    the user is asked about those
---@field show? boolean   the quickfix list is shown
---@field on_done? fun(result: hum.Applied)

--- The row that says which reply is meant.
---@param buf integer
---@param call hum.ApplyCall
---@return integer|nil
local function row_of(buf, call)
  if call.line then return call.line - 1 end
  if vim.api.nvim_get_current_buf() ~= buf then return nil end
  return vim.api.nvim_win_get_cursor(0)[1] - 1
end

---@param buf integer  of a chat
---@param call hum.ApplyCall
---@return true|nil ok, string|nil err
function M.start(buf, call)
  local function closed(row)
    local ended = memory.ended(buf, row)
    return ended ~= nil and ended.closed
  end
  local more = { chat = buf, row = row_of(buf, call), closed = closed }
  local opts = vim.tbl_extend('force', call, more) --[[@as hum.ApplyOpts]]
  local ok, err = nil, STREAMS ---@type true|nil, string|nil
  if not reply.of(buf) then
    ok, err = apply.start(opts)
  end
  if not ok then notify.complain(err) end
  return ok, err
end

--- Applies the code block at the cursor, or the nearest above.
---@param buf integer  the current one
function M.block(buf)
  local one = snippets.above(buf, vim.api.nvim_win_get_cursor(0)[1] - 1)
  if not one then return notify.warn('hum: there is no code block here or above') end
  M.start(buf, {
    ask = true,
    block = { first = one.row + 1, last = one.last + 1, text = one.text },
  })
end

return M
