-- How a reply begins: what is asked for, the heading of what comes, and which windows are to follow it.
local block = require('hum.place.block')
local edit = require('hum.chat.text.edit')
local format = require('hum.chat.text.format')
local interrupt = require('hum.interrupt')
local models = require('hum.server.models')
local records = require('hum.chat.reply.record')
local requests = require('hum.server.request')
local undo = require('hum.chat.reply.undo')

local M = {}

---@class hum.MessageText  what is to be sent, as a chat has it, and where the reply goes
---@field buf integer
---@field tick integer       the buffer's, when it was read
---@field endpoint? string   as the front matter says, as are these two:
---@field model? string
---@field settings table
---@field turns hum.Turn[]   that are sent
---@field sent integer       row of the last of them
---@field like string        its heading: that of the reply is in ASCII if this is
---@field row integer        the reply goes here: lines from here on are replaced by it …
---@field below? boolean      … or stay, below it
---@field upto? integer       of those that stay the first, if some above it are replaced all the same
---@field joins? string[]      the lines of a reply that goes on, from its heading on: `row` is that one's
---@field lines string[]     written before the heading
---@field draft string[]     what the user had begun to write next
---@field choice? hum.Chosen  see hum.chat.choice
---@field reuse? boolean      the last of them goes with what it went with before

---@class hum.Message: hum.MessageText  that is prepared
---@field model string
---@field resolved hum.Resolved
---@field messages hum.WireMessage[]
---@field ask? string        see hum.server.request
---@field compacted? boolean  a summary was asked for before it was sent
---@field before? hum.Ended    how a reply that goes on ended before
---@field shorten? fun(data: table, cb: fun(messages: hum.WireMessage[]?)): hum.Cancel?
---   it did not fit, as the data of the error tells: less of the chat; nil: there is no less
---@field judge? fun(name: 'done'|'error'|'cancelled', data: table)
---   a request has ended: what is told of its size may be added to its data

--- What the helper writes around thinking.
local PARTS = { thinking = { open = '<think>\n', close = '\n</think>\n\n' } }

--- The endpoint, which is asked how far it is in the prompt once it is known to be able to say that.
---@param message hum.Message
---@return hum.EndpointSpec
local function endpoint_of(message)
  local spec = message.resolved.endpoint
  if spec.dialect ~= 'openai' or not models.is_llama_server(spec.name) then return spec end
  local quirks = vim.tbl_extend('force', spec.quirks or {}, { progress = 'return_progress' })
  return vim.tbl_extend('force', spec, { quirks = quirks }) --[[@as hum.EndpointSpec]]
end

--- What the helper gets.
---@param message hum.Message
---@return table spec
function M.spec(message)
  return {
    buf = message.buf,
    join = block.must_join(message.buf),
    endpoint = endpoint_of(message),
    request = requests.of(message.resolved, {
      model = message.model,
      messages = message.messages,
      options = message.settings.options,
      think = message.settings.think,
      ask = message.ask,
    }),
    parts = PARTS,
  }
end

--- The windows that follow the reply: their cursor is in the turn that is sent, or in what is replaced.
---@param message hum.Message
---@return integer[]
function M.followers(message)
  local upto = message.below and (message.upto or message.row) or math.huge
  return vim.tbl_filter(function(win)
    local line = vim.api.nvim_win_get_cursor(win)[1]
    return line > message.sent and line <= upto
  end, vim.fn.win_findbuf(message.buf))
end

---@param buf integer
---@param row integer
---@return boolean
local function is_blank(buf, row)
  local line = vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1]
  return not line or not line:find('%S')
end

--- What a reply begins with: a heading, or all that there is of one that goes on.
---@param message hum.Message
---@return string[] lines
---@return integer head  which of them is the heading
local function lines_of(message)
  if message.joins then return vim.list_extend({}, message.joins), 1 end
  local heading = format.heading('assistant', message.model, message.like)
  return vim.list_extend(vim.list_extend({}, message.lines), { '', heading, '', '' }), #message.lines + 2
end

--- Writes the heading. Raises what the edit raises. A CTRL-C that interrupts it costs neither the heading nor the key.
---@param message hum.Message
---@return hum.UndoRecord
function M.write(message)
  local buf = message.buf
  local lines, head = lines_of(message)
  local size = #lines
  local upto = message.below and (message.upto or message.row) or -1
  if message.below and not is_blank(buf, upto) then lines[size + 1] = '' end
  local record = interrupt.guard(records.begin, buf, message.draft)
  interrupt.guard_change(buf, edit.replace, buf, message.row, upto, lines)
  if message.below then
    record.region = vim.list_slice(lines, size + 1)
    record.replaced = upto - message.row
  end
  local stays = vim.api.nvim_buf_line_count(buf) - message.row - size
  interrupt.guard(undo.watch, record, message.row, head, stays)
  return record
end

return M
