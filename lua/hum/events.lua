-- `User` autocommands, for statuslines and for whatever users build on hum. Each has
-- `data`, a table made for the purpose:
--
--   HumChatOpened       { buf }
--   HumRequestStarted   { buf, id, endpoint, model }
--   HumPartStarted      { buf, id, part, ttft_ms? }   part: "thinking" or "text"
--   HumRequestFinished  { buf, id, endpoint, model, status, reason?, ending?, code?,
--                         message?, hint?, stats?, hidden }
--                       status: "done", "error" or "cancelled"
--   HumBackgroundFinished { buf, status, title }      see hum.background
--   HumEditHunk         { buf, edit, id, first, last, at, old, new, state, conflict? }
--   HumEditFinished     { buf, id?, status, reason?, code?, message?, hint?, hunks, stats?, files? }
--                       without an id it is an apply's, see hum.apply
--   HumCompleteChanged  { buf, word }                 see hum.complete's statusline()
--
-- An id belongs to one request; Started and Finished come once each.
local interrupt = require('hum.interrupt')
local notify = require('hum.notify')
local status = require('hum.status')

local M = {}

---@alias hum.EventName
---| 'HumChatOpened'
---| 'HumRequestStarted'
---| 'HumPartStarted'
---| 'HumRequestFinished'
---| 'HumBackgroundFinished'
---| 'HumEditHunk'
---| 'HumEditFinished'
---| 'HumCompleteChanged'

M._pending = nil --[[@as { name: string, data: table }|nil]]

--- Runs the autocommands of the pending event; called by `emit` alone.
function M._fire()
  local event = assert(M._pending)
  M._pending = nil
  vim.api.nvim_exec_autocmds('User', { pattern = event.name, modeline = false, data = event.data })
end

---@param name string
---@param err string  as Neovim puts it
local function report(name, err)
  local text = err:gsub('\nstack traceback:.*', ''):gsub('^.-User Autocommands for "[^"]*":%s*', '')
  text = text:gsub('^Error executing lua callback: ', ''):gsub('^Lua callback: ', '')
  notify.error(('hum: an autocommand for %s failed: %s'):format(name, text))
end

--- Runs the autocommands of the pending event. By a function of Vim's, because Neovim turns errors in those into one
--- error here, and shows those of nvim_exec_autocmds() with a traceback; not by `silent!`, which would silence what the
--- user's code does. The function finds its module itself: it is another one once hum was reloaded.
local function fire() vim.fn.luaeval("require('hum.events')._fire()") end

--- Runs the user's autocommands. One that fails is reported in a line, and no fault of it reaches the request that the
--- event is about. A CTRL-C that Neovim has found by now would have it skip them all, and is given back first. One
--- found between two of them has it skip the later ones: those are not run again, because the earlier have been.
---@param name hum.EventName
---@param data table
function M.emit(name, data)
  status.on_event(name, data)
  require('hum.events')._pending = { name = name, data = data }
  interrupt.guard(vim.fn.changenr)
  local ok, err = pcall(fire)
  if ok then return end
  if interrupt.is_interrupt(err) then return interrupt.give_back() end
  report(name, tostring(err))
end

return M
