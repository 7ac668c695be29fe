-- What is shown of a reply's parts as they begin, end, or turn out to be another: the waiting mark, the times of
-- thinking, the folds.
local below = require('hum.chat.reply.below')
local fault = require('hum.fault')
local fold = require('hum.chat.view.fold')
local records = require('hum.chat.reply.record')
local thoughts = require('hum.chat.view.thoughts')
local wait = require('hum.chat.view.wait')

local M = {}

--- A part begins.
---@param reply hum.Reply
---@param part 'thinking'|'text'
function M.begin(reply, part)
  local buf, thinks = reply.buf, part == 'thinking'
  reply.began = reply.began or vim.uv.now()
  if thinks and reply.joins then return end -- an afterthought: the reply goes on waiting for its text
  fault.guard('the waiting mark', wait.stop, buf)
  if not vim.api.nvim_buf_is_loaded(buf) then return end
  fault.guard('the time of thinking', thoughts.finish, buf)
  fault.guard('the folds', thinks and fold.wake or fold.sleep, buf)
  if thinks then fault.guard('the time of thinking', thoughts.begin, buf, below.last(buf)) end
end

--- No more comes.
---@param buf integer
function M.finish(buf)
  fault.guard('the waiting mark', wait.stop, buf)
  fault.guard('the time of thinking', thoughts.finish, buf)
  fault.guard('the folds', fold.sleep, buf)
end

--- The text so far has become thinking, with its tags around it.
---@param reply hum.Reply
local function note_thinking(reply)
  local row = records.heading(reply.record)
  if not row then return end
  for i, line in ipairs(vim.api.nvim_buf_get_lines(reply.buf, row + 1, row + 4, false)) do
    if line == '<think>' then return thoughts.add(reply.buf, row + i, reply.began or vim.uv.now()) end
  end
end

--- All that has come is of the other part.
---@param reply hum.Reply
---@param part 'thinking'|'text'
function M.turn(reply, part)
  if part == 'thinking' then
    fault.guard('the time of thinking', note_thinking, reply)
  else
    fault.guard('the time of thinking', thoughts.drop, reply.buf)
  end
  fault.guard('the folds', fold.rethink, reply.buf)
end

return M
