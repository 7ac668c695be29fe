-- `User` autocommands, for statuslines and for whatever users build on hum. Each has
-- `data`, a table made for the purpose:
--
--   HumChatOpened       { buf }
--   HumRequestStarted   { buf, id, endpoint, model }
--   HumPartStarted      { buf, id, part, ttft_ms? }   part: "thinking" or "text"
--   HumRequestFinished  { buf, id, endpoint, model, status, reason?, code?, message?, stats? }
--                       status: "done", "error" or "cancelled"
--
-- An id belongs to one request; Started and Finished come once each.
local M = {}

---@alias hum.EventName 'HumChatOpened'|'HumRequestStarted'|'HumPartStarted'|'HumRequestFinished'

---@param name hum.EventName
---@param data table
function M.emit(name, data)
  require('hum.status').on_event(name, data)
  -- A fault in the user's autocommand must not reach the request that it is about.
  local ok, err = pcall(vim.api.nvim_exec_autocmds, 'User', {
    pattern = name,
    modeline = false,
    data = data,
  })
  if not ok then
    require('hum.notify').error(('hum: an autocommand for %s failed: %s'):format(name, err))
  end
end

return M
