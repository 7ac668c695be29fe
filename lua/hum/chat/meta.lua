-- What a chat's front matter says about endpoint and model.
local format = require('hum.chat.text.format')
local session = require('hum.chat.session')

local M = {}

---@param buf integer
---@return hum.ChatText
local function parse(buf) return format.parse(vim.api.nvim_buf_get_lines(buf, 0, -1, false)) end

--- The endpoint that a chat uses; nil for other buffers.
---@param buf integer
---@return string|nil
function M.endpoint(buf)
  local one = session.get(buf)
  local front = one and parse(one.buf).front
  local name = front and front.values.endpoint
  return name ~= '' and name or nil
end

--- Sets a line of the front matter, which is made if there is none.
---@param buf integer
---@param key string
---@param value string
local function set_front(buf, key, value)
  local edit = require('hum.chat.text.edit')
  local front = parse(buf).front
  local line = key .. ': ' .. format.one_line(value)
  if not front then
    edit.replace(buf, 0, 0, { '---', 'hum: 1', line, '---', '' })
  elseif front.rows[key] then
    edit.replace(buf, front.rows[key], front.rows[key] + 1, { line })
  else
    edit.replace(buf, front.last, front.last, { line })
  end
end

---@param buf integer
---@param endpoint? string
---@param model string
---@return boolean  false: the buffer is no chat
function M.set_model(buf, endpoint, model)
  local one = session.get(buf)
  if not one or not vim.api.nvim_buf_is_loaded(one.buf) then return false end
  local function set()
    if endpoint then set_front(one.buf, 'endpoint', endpoint) end
    set_front(one.buf, 'model', model)
  end
  local pristine = vim.api.nvim_buf_call(one.buf, vim.fn.changenr) == 0 and not vim.bo[one.buf].modified
  local ok, err
  if pristine then
    ok, err = pcall(require('hum.chat.buffer').without_undo, one.buf, set)
  else
    ok, err = pcall(set)
  end
  if not ok then require('hum.notify').error('hum: ' .. tostring(err)) end
  return true
end

return M
