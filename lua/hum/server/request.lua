-- What a model is asked, as the helper wants it: |hum-protocol|.
local models = require('hum.server.models')

local M = {}

---@class hum.Asked
---@field model string
---@field messages table[]
---@field options? table<string, any>  win over those of the endpoint
---@field think? hum.Think             likewise

--- The "request" of a chat or a generation.
---@param resolved hum.Resolved
---@param asked hum.Asked
---@return table
function M.of(resolved, asked)
  local think = asked.think
  if think == nil then think = resolved.think end
  local options = vim.tbl_extend('force', resolved.options or {}, asked.options or {})
  return {
    model = asked.model,
    messages = asked.messages,
    -- An empty one is a map on the other side of the pipe, too.
    options = next(options) == nil and vim.empty_dict() or options,
    think = think,
    keep_alive = resolved.keep_alive,
    max_tokens = models.limit(resolved.endpoint.name, asked.model),
  }
end

return M
