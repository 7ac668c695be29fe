-- What a command writes for the user: a question, lines of a file. It goes to the end of what he is writing; where a
-- message is being sent, below that.
local adopt = require('hum.chat.adopt')
local below = require('hum.chat.reply.below')
local choice = require('hum.chat.choice')
local edit = require('hum.chat.text.edit')
local format = require('hum.chat.text.format')
local front = require('hum.chat.front')
local origin = require('hum.chat.code.origin')
local queue = require('hum.chat.queue')
local quote = require('hum.chat.text.quote')
local quotes = require('hum.chat.quotes')
local reply = require('hum.chat.reply')
local setup = require('hum.chat.setup')

local M = {}

--- Sees to it that the chat ends with a turn in which the user may write.
---@param chat hum.Chat
function M.open(chat)
  if reply.of(chat.buf) then
    below.open(chat.buf)
  elseif chat.preparation and chat.preparation.sends then
    queue.open_next(chat.buf, choice.kept(chat.buf))
  else
    adopt.open(chat.buf)
  end
end

--- Adds to what the user is writing.
---@param chat hum.Chat
---@param blocks string[][]  with a blank line between them
local function write(chat, blocks)
  local buf = chat.buf
  M.open(chat)
  local count = vim.api.nvim_buf_line_count(buf)
  local last = vim.api.nvim_buf_get_lines(buf, count - 1, count, false)[1]
  local lines = last == '' and {} or { last, '' }
  for i, block in ipairs(blocks) do
    vim.list_extend(lines, i > 1 and { '' } or {})
    vim.list_extend(lines, block)
  end
  edit.replace(buf, count - 1, count, lines)
end

--- Writes what a chat is opened for.
---@param chat hum.Chat
---@param opts hum.ChatOpts
---@return boolean|nil ok, any err
function M.write(chat, opts)
  local blocks = {}
  if opts.quote then
    local quoted, err = quote.lines(opts.quote)
    if not quoted then return nil, err end
    blocks[1] = quoted
  end
  local source = opts.quote or opts.quoted
  if source then origin.note(chat.buf, source) end
  if opts.question then
    blocks[#blocks + 1] = format.body({ { type = 'text', text = opts.question } }, 'user')
  elseif #blocks > 0 then
    blocks[2] = { '' }
  end
  if #blocks == 0 and not opts.setup then return true end
  local why = front.refusal(chat.buf)
  if why then return nil, why end
  local ok, err = pcall(function()
    if opts.setup then setup.write(chat.buf, opts.setup) end
    if #blocks > 0 then write(chat, blocks) end
  end)
  if ok and source then quotes.fold_last(chat.buf) end
  return ok or nil, err
end

return M
