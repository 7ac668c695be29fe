-- What a chat begins with, if a prompt says so: what the model is told first, how it answers, exchanges that
-- stand there already.
local edit = require('hum.chat.text.edit')
local format = require('hum.chat.text.format')
local front = require('hum.chat.front')
local rows = require('hum.chat.text.rows')
local turns = require('hum.chat.text.turns')

local M = {}

---@class hum.ChatSetup
---@field system? string
---@field think? hum.Think
---@field options? table<string, any>
---@field title? string
---@field history? { role: 'user'|'assistant', text: string }[]

---@param role 'user'|'assistant'|'system'
---@param text string
---@param name? string
---@return string[]
local function turn_lines(role, text, name)
  local lines = { format.heading(role, name), '' }
  vim.list_extend(lines, format.body({ { type = 'text', text = text } }, role))
  return vim.list_extend(lines, { '' })
end

---@param buf integer
---@param role 'user'|'system'
---@return hum.Turn|nil
local function first_of(buf, role)
  for _, turn in ipairs(turns.of(buf).turns) do
    if turn.role == role then return turn end
  end
end

--- Behind what the chat's own system prompt says; of a chat that has been asked something, nothing changes.
---@param buf integer
---@param system string
local function add_system(buf, system)
  local own = first_of(buf, 'system')
  if own then
    local row = rows.after_text(buf, own.last + 1)
    local lines = format.body({ { type = 'text', text = system } }, 'system')
    return edit.replace(buf, row, row, vim.list_extend({ '' }, lines))
  end
  local first = first_of(buf, 'user')
  local row = first and first.row or vim.api.nvim_buf_line_count(buf)
  edit.replace(buf, row, row, turn_lines('system', system))
end

---@param buf integer
---@param history { role: 'user'|'assistant', text: string }[]
local function add_history(buf, history)
  local first = first_of(buf, 'user')
  local row, lines = first and first.row or vim.api.nvim_buf_line_count(buf), {}
  for _, turn in ipairs(history) do
    local name = turn.role == 'assistant' and (front.model(buf) or 'example') or nil
    vim.list_extend(lines, turn_lines(turn.role, turn.text, name))
  end
  edit.replace(buf, row, row, lines)
end

--- Writes it into a new chat.
---@param buf integer
---@param setup hum.ChatSetup
function M.write(buf, setup)
  local function set(key, value)
    if value ~= nil then front.set_line(buf, key, ('%s: %s'):format(key, value)) end
  end
  if setup.title then front.set_line(buf, 'title', format.setting('title', setup.title)) end
  set('think', setup.think ~= nil and tostring(setup.think) or nil)
  set('options', setup.options and next(setup.options) ~= nil and vim.json.encode(setup.options) or nil)
  if setup.system then add_system(buf, setup.system) end
  if setup.history and #setup.history > 0 then add_history(buf, setup.history) end
end

return M
