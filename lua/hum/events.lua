-- `User` autocommands, for statuslines and for whatever users build on hum. Each has
-- `data`, which is made for the purpose and may be kept.
--
--   HumChatOpened       { buf }
--   HumRequestStarted   { buf, id, endpoint, model }
--   HumPartStarted      { buf, id, part, ttft_ms? }   part: "thinking" or "text"
--   HumRequestFinished  { buf, id, endpoint, model, status, reason?, code?, message?, stats }
--                       status: "done", "error" or "cancelled"
local M = {}

---@alias hum.Event 'HumChatOpened'|'HumRequestStarted'|'HumPartStarted'|'HumRequestFinished'

---@param name hum.Event
---@param data table
function M.emit(name, data)
  vim.api.nvim_exec_autocmds('User', { pattern = name, modeline = false, data = data })
end

return M
