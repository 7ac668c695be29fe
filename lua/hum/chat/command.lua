-- What commands, keys and hum.*() do with a chat that is there, beside talking with it: files, forks, what is sent and
-- was seen, the queue, code. Loaded with the first use of it, and no more of it than that needs.
local buffer = require('hum.chat.buffer')
local chats = require('hum.chat.chats')
local notify = require('hum.notify')
local queue = require('hum.chat.queue')
local send = require('hum.chat.send')

local M = {}

--- Shows the chat of a file. Returns its buffer.
---@param path string
---@return integer|nil buf, string|nil err
function M.open_file(path) return require('hum.chat.browse').open(path) end

--- Lets the user choose among the chats that are kept.
---@param what hum.Browse
function M.browse(what) require('hum.chat.browse').chats(what) end

--- Shows a new chat with the first exchanges of another one. Returns its buffer.
---@param buf? integer
---@param n? integer  default: all
---@return integer|nil buf, string|nil err
function M.fork(buf, n)
  local chat = buffer.here(buf)
  if not chat then return nil, 'it is not a chat' end
  return require('hum.chat.browse').fork(chat.buf, n)
end

--- Forks the current chat behind the exchange that the cursor is in, or behind another one.
---@param n? integer
function M.fork_here(n)
  local chat = buffer.here()
  if not chat then return end
  local here = require('hum.chat.fork').at(chat.buf, vim.api.nvim_win_get_cursor(0)[1] - 1)
  M.fork(chat.buf, n or here)
end

--- Gives the current chat a title.
---@param title? string  default: the user is asked
function M.rename(title)
  local chat = buffer.here()
  if chat then require('hum.chat.browse').rename(chat.buf, title) end
end

--- Asks, and deletes the current chat.
function M.delete()
  local chat = buffer.here()
  if chat then require('hum.chat.browse').delete(chat.buf) end
end

--- Calls a function of the user's.
---@param name string  of the API
---@param fn function
local function hand_on(name, fn, ...)
  local ok, err = pcall(fn, ...)
  if not ok then notify.error(('hum: the function for hum.%s() failed: %s'):format(name, err)) end
end

--- What would be sent of a chat now. Without `fn` it waits and returns it.
---@param buf? integer
---@param fn? fun(preview: hum.Preview|nil, err: string|nil)
---@return hum.Preview|nil preview, string|nil err
function M.preview(buf, fn)
  local chat = buffer.here(buf)
  if not chat then
    if fn then hand_on('preview', fn, nil, 'it is not a chat') end
    return nil, 'it is not a chat'
  end
  local draft = require('hum.chat.draft')
  if not fn then return draft.wait(chat.buf) end
  draft.preview(chat.buf, function(err, preview) hand_on('preview', fn, preview, err) end)
end

--- What the model of a chat has seen beside its text. Without `fn` it waits and returns it.
---@param buf? integer
---@param fn? fun(items: hum.ContextItem[])
---@return hum.ContextItem[]|nil
function M.context(buf, fn)
  local chat = buffer.here(buf)
  if not chat then
    if fn then hand_on('context', fn, {}) end
    return {}
  end
  local shown = require('hum.chat.shown')
  if not fn then return shown.wait(chat.buf) end
  shown.list(chat.buf, function(items) hand_on('context', fn, items) end)
end

--- Takes something out of that list, or back into it.
---@param buf integer
---@param id string
---@param back? boolean
---@return boolean
function M.cut(buf, id, back)
  local chat = buffer.here(buf)
  return chat ~= nil and require('hum.chat.shown').cut(chat.buf, id, back ~= true)
end

--- The messages that wait in a chat.
---@param buf? integer
---@return hum.Queued[]
function M.queue(buf)
  local chat = buffer.here(buf)
  return chat and queue.list(chat.buf) or {}
end

--- Takes a message out of the queue; its text stays as a draft.
---@param buf? integer
---@param id? integer  nil: the one with the cursor, or the last
---@return boolean  false: there is no such message
function M.unqueue(buf, id)
  local chat = buffer.here(buf)
  if not chat then return false end
  local is_here = chat.buf == vim.api.nvim_get_current_buf()
  id = id or queue.at(chat.buf, is_here and vim.api.nvim_win_get_cursor(0)[1] - 1 or 2 ^ 31)
  local ok, done = pcall(queue.drop, chat.buf, id or 0)
  if not ok then notify.complain(done) end
  return ok and done == true
end

--- Replaces old messages of a chat by a summary that the model writes, or has them sent again.
---@param opts? { buf?: integer, wish?: string, back?: boolean }  wish: what is to be kept above all
function M.compact(opts)
  opts = opts or {}
  local chat, compact = buffer.here(opts.buf), require('hum.chat.compact')
  if not chat then return end
  if send.is_busy(chat) then
    send.busy()
  elseif opts.back then
    compact.take_back(chat.buf)
  else
    compact.run(chat, { wish = opts.wish, done = function() send.go_on(chat) end })
  end
end

--- The code blocks of a chat.
---@param buf? integer
---@return hum.Block[]
function M.blocks(buf)
  local chat = buffer.here(buf)
  return chat and require('hum.chat.code').blocks(chat.buf) or {}
end

--- Does something with the code of a chat: by default of the one in the current buffer, else of the latest.
---@param what 'yank'|'put'|'diff'|'file'|'quickfix'
---@param opts hum.CodeOpts
function M.take(what, opts)
  local latest = not opts.buf and vim.bo.filetype ~= 'hum' and chats.latest()
  local chat = latest or buffer.here(opts.buf)
  if chat then require('hum.chat.code')[what](chat.buf, opts) end
end

--- Brings the answer of a chat into the files that it names, as previews.
---@param call hum.ApplyCall
---@return true|nil ok, string|nil err
function M.apply(call)
  local latest = not call.chat and vim.bo.filetype ~= 'hum' and chats.latest()
  local chat = latest or buffer.here(call.chat)
  if not chat then return nil, 'it is not a chat' end
  return require('hum.chat.apply').start(chat.buf, call)
end

return M
