-- Text that stands under no heading of the user's, and is his: it gets one.
local bounds = require('hum.chat.reply.bounds')
local edit = require('hum.chat.text.edit')
local format = require('hum.chat.text.format')
local turns = require('hum.chat.text.turns')

local M = {}

---@param lines string[]
---@return integer|nil  of the first line that is not blank
local function first_text(lines)
  for i, line in ipairs(lines) do
    if line:find('%S') then return i end
  end
end

--- In a chat that was emptied: all but the front matter.
---@param buf integer
---@param text hum.ChatText
---@return integer|nil row, string[]|nil heading
local function below_front(buf, text)
  local first = text.front and text.front.last + 1 or 0
  if not first_text(vim.api.nvim_buf_get_lines(buf, first, -1, false)) then return end
  local heading = { format.heading('user'), '' }
  if first > 0 then table.insert(heading, 1, '') end
  return first, heading
end

--- Below a reply, where his heading was deleted.
---@param buf integer
---@param turn hum.Turn
---@return integer|nil row, string[]|nil heading
local function below_reply(buf, turn)
  local last = turn.role == 'assistant' and bounds.of(buf, turn)
  if not last then return end
  local at = first_text(vim.api.nvim_buf_get_lines(buf, last + 1, turn.last + 1, false))
  if not at then return end
  local heading = { format.heading('user'), '' }
  if at == 1 then table.insert(heading, 1, '') end
  return last + at, heading
end

--- Gives such text the heading that makes it the user's message.
---@param buf integer
---@param text hum.ChatText
---@return hum.ChatText|nil text  with it
---@return string|nil err
function M.text(buf, text)
  local turn = text.turns[#text.turns]
  local row, heading
  if turn then
    row, heading = below_reply(buf, turn)
  else
    row, heading = below_front(buf, text)
  end
  if not row or not heading then return text end
  local ok, err = pcall(edit.replace, buf, row, row, heading)
  if not ok then return nil, tostring(err) end
  return turns.of(buf)
end

--- The lines that must stand between the end of a chat and what the user asks there.
---@param buf integer
---@return string[]
function M.opening(buf)
  local text = turns.of(buf)
  local turn = text.turns[#text.turns]
  if not turn or turn.role == 'user' then return {} end
  return vim.list_extend(vim.list_extend({}, text.closing), { '', format.heading('user'), '' })
end

return M
