-- `User` autocommands, for statuslines and for whatever users build on hum. Each has
-- `data`, a table made for the purpose:
--
--   HumChatOpened       { buf }
--   HumRequestStarted   { buf, id, endpoint, model }
--   HumPartStarted      { buf, id, part, ttft_ms? }   part: "thinking" or "text"
--   HumRequestFinished  { buf, id, endpoint, model, status, reason?, code?, message?, hint?,
--                         stats? }
--                       status: "done", "error" or "cancelled"
--
-- An id belongs to one request; Started and Finished come once each.
local notify = require('hum.notify')
local status = require('hum.status')

local M = {}

---@alias hum.EventName 'HumChatOpened'|'HumRequestStarted'|'HumPartStarted'|'HumRequestFinished'

M._pending = nil --[[@as { name: string, data: table }|nil]]

--- Runs the autocommands of the pending event; called by `emit` alone.
function M._fire()
  local event = assert(M._pending)
  M._pending = nil
  vim.api.nvim_exec_autocmds('User', { pattern = event.name, modeline = false, data = event.data })
end

---@param name string
---@param err string  as Neovim puts it; '' if all went well
local function report(name, err)
  local text = err:gsub('^.-User Autocommands for "%w+":%s*', '')
  text = text:gsub('^Error executing lua callback: ', ''):gsub('^Lua callback: ', '')
  text = text:gsub('\nstack traceback:.*', '')
  if err ~= '' then notify.error(('hum: an autocommand for %s failed: %s'):format(name, text)) end
end

--- A fault in the user's autocommand must not reach the request that it is about, nor stop
--- it behind a hit-enter prompt: Neovim would show a traceback. So errors, and only errors,
--- are silent here and then reported in a line.
---@param name hum.EventName
---@param data table
function M.emit(name, data)
  status.on_event(name, data)
  local errmsg = vim.v.errmsg
  vim.v.errmsg = ''
  -- The module that the command finds, which is another one once hum was loaded anew.
  require('hum.events')._pending = { name = name, data = data }
  local ok, err = pcall(vim.cmd --[[@as fun(command: string)]], "silent! unsilent lua require('hum.events')._fire()")
  report(name, vim.v.errmsg)
  report(name, not ok and tostring(err) or '')
  vim.v.errmsg = errmsg
end

return M
