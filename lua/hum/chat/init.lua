-- Chats: opening, sending, stopping, asking again.
local buffer = require('hum.chat.buffer')
local format = require('hum.chat.text.format')
local meta = require('hum.chat.meta')
local send = require('hum.chat.send')
local session = require('hum.chat.session')

local M = {}

M.attach = buffer.attach
M.endpoint = meta.endpoint
M.set_model = meta.set_model

---@param err any
local function complain(err) require('hum.notify').error('hum: ' .. tostring(err)) end

--- The session of a buffer, told if it is not a chat.
---@param buf? integer
---@return hum.Session|nil
local function chat_of(buf)
  buf = (buf == nil or buf == 0) and vim.api.nvim_get_current_buf() or buf
  local one = session.get(buf)
  if not one then require('hum.notify').warn('hum: this buffer is not a chat; open one with :Hum chat') end
  return one
end

--- Adds to what the user is writing.
---@param buf integer
---@param blocks string[][]  with a blank line between them
local function write(buf, blocks)
  local edit = require('hum.chat.text.edit')
  local count = vim.api.nvim_buf_line_count(buf)
  local last = vim.api.nvim_buf_get_lines(buf, count - 1, count, false)[1]
  local lines = last == '' and {} or { last, '' }
  for i, block in ipairs(blocks) do
    vim.list_extend(lines, i > 1 and { '' } or {})
    vim.list_extend(lines, block)
  end
  edit.replace(buf, count - 1, count, lines)
end

---@param buf integer
---@param opts hum.ChatOpts
---@return boolean|nil ok, string|nil err
local function compose(buf, opts)
  local blocks = {}
  if opts.quote then
    local quoted, err = require('hum.chat.text.quote').quote(opts.quote)
    if not quoted then return nil, err end
    blocks[1] = quoted
  end
  if opts.question then
    blocks[#blocks + 1] = format.body(vim.split(opts.question, '\n'), 'user')
  elseif #blocks > 0 then
    blocks[2] = { '' }
  end
  if #blocks > 0 then write(buf, blocks) end
  return true
end

--- Opens a chat, or shows the latest one. Returns its buffer.
---@param opts hum.ChatOpts
---@return integer|nil buf, string|nil err
function M.open(opts)
  local window, models = require('hum.chat.view.window'), require('hum.server.models')
  local one = opts.new == false and session.latest() or nil
  local buf
  if one then
    buf = one.buf
    if one.request and (opts.question or opts.quote) then return nil, send.busy(one) end
  else
    local endpoint = models.endpoint(opts.endpoint)
    local known, err = require('hum.server.endpoint').url(endpoint)
    if not known then
      complain(err)
      return nil, err
    end
    buf = buffer.create(endpoint, opts.model)
  end
  local from = opts.quote
  local ok, err = window.show(buf, opts.mods)
  if not ok then
    complain(err)
    return nil, err
  end
  ok, err = compose(buf, { quote = from, question = opts.question })
  if not ok then
    complain(err)
    return nil, err
  end
  if not one or opts.question or opts.quote then window.to_end() end
  if not one then require('hum.events').emit('HumChatOpened', { buf = buf }) end
  if opts.question then
    M.send(buf)
  elseif not one and not opts.model then
    -- What is in the way of finding a model out is told when a message is sent.
    models.resolve(models.endpoint(opts.endpoint), function(_, model)
      if model then M.set_model(buf, nil, model) end
    end)
  end
  return buf
end

--- Sends what stands under the last heading.
---@param buf? integer
function M.send(buf)
  local one = chat_of(buf)
  if one then send.submit(one, false) end
end

--- Asks again: the last reply gives way to a new one, in one undo step.
---@param buf? integer
function M.retry(buf)
  local one = chat_of(buf)
  if one then send.submit(one, true) end
end

--- The chats that replies come into.
---@return hum.Session[]
local function running()
  return vim.tbl_filter(function(one) return one.request ~= nil end, vim.tbl_values(session.all()))
end

--- Stops the reply of a chat, or every reply. From a buffer that is no chat: the reply that
--- runs, if only one does.
---@param opts { buf?: integer, all?: boolean, quiet?: boolean }
---@return boolean stopped
function M.stop(opts)
  local one = session.get(opts.buf or 0)
  local which = { one }
  if opts.all or (not one and opts.buf == nil) then which = running() end
  if #which > 1 and not opts.all then
    require('hum.notify').warn('hum: several replies are running; stop them all with :Hum! stop')
    return false
  end
  local stopped = false
  for _, chat in ipairs(which) do
    stopped = session.stop(chat) or stopped
  end
  if not stopped and not opts.quiet then require('hum.notify').info('hum: there is no reply to stop') end
  return stopped
end

return M
