-- Which turn of a chat is sent, and which turns behind it the reply replaces.
local format = require('hum.chat.text.format')

local M = {}

---@class hum.Chosen
---@field n integer                          index of the turn that is sent
---@field replaces? 'reply'|'answers'|'all'  the reply to it, all but what the user is writing, or all that follows
---@field forks? boolean                     that is kept as a chat of its own
---@field id? integer                        which it has in the queue

---@alias hum.Pick fun(list: hum.Turn[]): hum.Chosen|nil, string|nil  why there is none

--- A message that is being prepared, by an extmark on its heading: one for each buffer.
local ns = vim.api.nvim_create_namespace('hum.choice')
local MARK = 1

--- What to do when the last heading is a reply's.
local YOURS = ('Write below "%s", or put a backslash before that line if it is your own.'):format(
  format.heading('user')
)

---@param heading string
---@return nil, string
local function nothing(heading) return nil, ('nothing to send: write a message below %s'):format(heading) end

---@param turn hum.Turn|nil
---@return boolean  it can be sent
local function is_question(turn) return turn ~= nil and turn.role == 'user' and turn.text ~= '' end

--- The turn with which what the reply replaces ends.
---@param list hum.Turn[]
---@param choice hum.Chosen
---@return integer index
function M.last(list, choice)
  if choice.replaces == 'all' then return #list end
  if choice.replaces == 'answers' then return #list - 1 end
  local next_turn = list[choice.n + 1]
  return choice.n + (choice.replaces and next_turn and next_turn.role == 'assistant' and 1 or 0)
end

--- What stands under the last heading of the user. After a reply that failed before its first word, nothing new there
--- requests that again.
---@param list hum.Turn[]
---@return hum.Chosen|nil, string|nil why
function M.latest(list)
  local last, before = list[#list], list[#list - 1]
  if not last or last.role == 'system' then
    return nothing(('a "%s" heading'):format(format.heading('user')))
  elseif last.role == 'assistant' then
    local heading = format.heading('assistant', last.name)
    return nil, ('nothing to send: line %d, "%s", begins a reply\n%s'):format(last.row + 1, heading, YOURS)
  elseif last.text ~= '' then
    return { n = #list }
  end
  local failed = before and before.role == 'assistant' and before.mark ~= nil and before.text == ''
  if failed and is_question(list[#list - 2]) then return { n = #list - 2, replaces = 'all' } end
  return nothing(('the last "%s"'):format(format.heading('user')))
end

--- The last message that has a reply, which another one replaces. What the user has written below stays.
---@param list hum.Turn[]
---@return hum.Chosen|nil, string|nil why
function M.retry(list)
  local n = #list
  while n > 0 and list[n].role ~= 'assistant' do
    n = n - 1
  end
  if n > 0 and is_question(list[n - 1]) then return { n = n - 1, replaces = 'reply' } end
  if n > 0 then return nothing(('a "%s" heading'):format(format.heading('user'))) end
  local latest = M.latest(list)
  if latest then return latest end
  return nil, 'there is no reply to regenerate'
end

--- A message that waits in the queue.
---@param turn hum.Unanswered
---@return hum.Pick
function M.queued(turn)
  return function(list)
    for i, one in ipairs(list) do
      if one.row == turn.row then return { n = i, id = turn.id } end
    end
    return M.latest(list)
  end
end

--- Keeps which turn is being prepared.
---@param buf integer
---@param list hum.Turn[]
---@param choice hum.Chosen
---@return hum.Pick  finds it again
function M.keep(buf, list, choice)
  local row = list[choice.n].row
  local line = vim.api.nvim_buf_get_lines(buf, row, row + 1, true)[1]
  vim.api.nvim_buf_set_extmark(buf, ns, row, 0, { id = MARK, end_col = #line, invalidate = true })
  return function(now)
    local at = M.kept(buf)
    for i, turn in ipairs(now) do
      if turn.row == at then return vim.tbl_extend('force', choice, { n = i }) end
    end
    return M.latest(now)
  end
end

--- The row of the turn that was last prepared.
---@param buf integer
---@return integer|nil
function M.kept(buf)
  local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, MARK, { details = true })
  return at[1] and not at[3].invalid and at[1] or nil
end

return M
