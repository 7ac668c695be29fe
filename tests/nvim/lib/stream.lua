-- Plays the helper towards a chat: a case writes the tokens itself, one by one, in the very
-- form in which the helper sends them, and so decides what happens between two of them.
local M = {}

--- Lua for the `init` of a case: a client that only notes what it is told.
M.init = [[
stub = { specs = {}, stops = {}, join = {}, on = {}, last = 0 }
package.preload['hum.server.client'] = function()
  return {
    chat = function(spec, on_event)
      if stub.fail then return nil, stub.fail end
      stub.last = stub.last + 1
      stub.specs[stub.last], stub.on[stub.last], stub.join[stub.last] = spec, on_event, spec.join
      return stub.last
    end,
    start = function() end,
    stop = function(id) table.insert(stub.stops, id) end,
    warm = function() end,
    join = function(id, join) stub.join[id] = join end,
    query = function() return nil, 'no helper here' end,
    is_busy = function() return false end,
    on = function() end,
  }
end
vim.g.hum = { chat = { window = 'current' }, endpoints = { ollama = { model = 'fake' } } }
vim.o.shortmess = vim.o.shortmess .. 'I'
]]

--- Opens a chat.
---@param t test.Case
---@param title? string  that it has already: the first message makes none then
---@return integer buf
function M.open(t, title)
  t:cmd('Hum new')
  if title then t:lua([[require('hum.chat.front').set_title(0, ...); vim.bo.modified = false]], title) end
  return t:lua('return vim.api.nvim_get_current_buf()')
end

--- What the client was told for the request started last.
function M.spec(t) return t:lua('return stub.specs[stub.last]') end

---@return { role: string, content: string }[]  the messages that the request started last has, as texts
function M.said(t)
  return vim.tbl_map(function(message)
    local texts = vim.tbl_map(function(part) return part.type == 'text' and part.text or '' end, message.parts)
    return { role = message.role, content = table.concat(texts) }
  end, M.spec(t).request.messages)
end

---@return integer  how often the last request was told to stop
function M.stops(t)
  return t:lua([[
    return #vim.tbl_filter(function(id) return id == stub.last end, stub.stops)]])
end

---@param t test.Case
---@param text string  the user's message
function M.ask(t, text, buf)
  t:lua(
    [[
    local buf, text = ...
    buf = buf ~= 0 and buf or vim.api.nvim_get_current_buf()
    vim.api.nvim_buf_call(buf, function() vim.cmd('let &l:ul = &l:ul') end)
    vim.api.nvim_buf_set_text(buf, -1, -1, -1, -1, vim.split(text, '\n'))
    vim.api.nvim_buf_call(buf, function() vim.cmd('let &l:ul = &l:ul') end)
    require('hum').send(buf)
  ]],
    buf or 0,
    text
  )
end

-- As src/nvim/sink.c does it.
local PUT = "require('hum.chat.reply.put').edit(...)"
local FOLLOW_BYTES = 32

--- One edit of the helper.
function M.write(t, text)
  local rpc = t.child.rpc
  local now = t:lua('return { stub.specs[stub.last].buf, stub.join[stub.last] }')
  local buf, join = now[1], now[2]
  local lines = vim.split(text, '\n', { plain = true })
  t.unfollowed = (t.unfollowed or 0) + #text
  local follows = #lines > 1 or t.unfollowed >= FOLLOW_BYTES
  if follows then t.unfollowed = 0 end
  rpc:notify('nvim_exec_lua', PUT, { buf, lines, follows, join })
  -- Typed keys overtake notifications; an answered request says that these were handled.
  t:lua('return 0')
end

--- Each of the texts as an edit of its own.
function M.tokens(t, ...)
  for _, text in ipairs({ ... }) do
    M.write(t, text)
  end
end

--- An event of the helper for the last request.
function M.event(t, name, data) t:lua('stub.on[stub.last](...)', name, data) end

function M.part(t, part) M.event(t, 'part', { part = part, ttft_ms = 12 }) end

local STATS = { tokens = 3, tokens_per_second = 50, ttft_ms = 12, server = true, counted = true, total_ms = 60 }

function M.done(t) M.event(t, 'done', { reason = 'stop', stats = STATS }) end

function M.cancelled(t) M.event(t, 'cancelled', { stats = STATS }) end

return M
