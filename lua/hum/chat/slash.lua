-- A message that begins with the name of a prompt: `/explain`.
local M = {}

--- What the text stands for.
---@param _ string
---@param _where hum.Where
---@param cb fun(err: string?, text: string?)
function M.expand(_, _where, cb) cb() end

return M
