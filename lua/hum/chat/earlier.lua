-- Asking again from an earlier question that the user has changed. What followed it is kept as a chat of its own, with
-- the question as it was.
local asked = require('hum.chat.asked')
local config = require('hum.config')
local edit = require('hum.chat.text.edit')
local file = require('hum.chat.kept.file')
local fork = require('hum.chat.fork')
local format = require('hum.chat.text.format')
local notify = require('hum.notify')
local turns = require('hum.chat.text.turns')

local M = {}

local told = {} ---@type table<integer, integer>  by buffer: its changedtick when the user was told of his draft

--- With a draft at the end as well, one of the two may be meant: the user is told, and sends again.
---@param buf integer
---@param question hum.Turn
---@return boolean
local function is_meant(buf, question)
  local tick = vim.api.nvim_buf_get_changedtick(buf)
  if told[buf] == tick then return true end
  told[buf] = tick
  local key = config.keys('send')[1] or ':Hum send'
  local text = 'hum: you have a draft below; %s again asks line %d anew, %s in the draft sends that'
  notify.warn(text:format(key, question.row + 1, key))
  return false
end

--- The question that the cursor is in, if it was changed since it was answered.
---@param buf integer
---@param list hum.Turn[]
---@param opts hum.SendOpts
---@return hum.Chosen|nil choice
---@return boolean waits  the user was told that he has to choose
function M.choose(buf, list, opts)
  local n = opts.row and asked.changed(buf, list, opts.row)
  if not n then return nil, false end
  local last = list[#list]
  local drafted = last.role == 'user' and last.text ~= ''
  if drafted and not opts.by_cursor then return nil, false end
  if drafted and not is_meant(buf, list[n]) then return nil, true end
  return { n = n, replaces = drafted and 'answers' or 'all', forks = true }, false
end

--- The question as it was, in the chat that keeps it.
---@param buf integer
---@param n integer
---@param text string
local function restore(buf, n, text)
  local turn = turns.of(buf).turns[n]
  if not turn or turn.role ~= 'user' then return end
  local lines = vim.list_extend({ '' }, format.body({ { type = 'text', text = text } }, 'user'))
  edit.replace(buf, turn.row + 1, turn.last + 1, vim.list_extend(lines, { '' }))
  file.flush(buf)
end

--- Keeps what stands behind a question, before another answer takes its place.
---@param buf integer
---@param n integer  index of the question
---@return boolean|nil ok, string|nil err
function M.keep(buf, n)
  local list = turns.of(buf).turns
  local other, err = fork.make(buf)
  if not other then return nil, err end
  local original = asked.original(buf, list, n)
  if original then restore(other, n, original) end
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(other), ':t')
  local where = name ~= '' and name .. '; see :Hum chats' or 'buffer ' .. other
  notify.info('hum: what followed is kept in ' .. where)
  return true
end

return M
