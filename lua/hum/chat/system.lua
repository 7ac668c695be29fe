-- What the system message of a chat says beside its own system turn.
local M = {}

--- Decides that.
---@param _ integer  the chat's buffer
---@param _given table
---@param cb fun(text: string?, notes: hum.SystemNote[]?)
function M.decide(_, _given, cb) cb(nil) end

return M
