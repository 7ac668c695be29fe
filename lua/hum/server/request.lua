-- What a model is asked, as the helper wants it: |hum-protocol|.
local models = require('hum.server.models')

local M = {}

---@class hum.Asked
---@field model string
---@field messages table[]
---@field options? table<string, any>  win over those of the endpoint
---@field think? hum.Think             likewise
---@field ask? string                  the last message, the assistant's, is to be gone on with: what the user would say

--- The limit of tokens has two names, of which a request may have one.
local LIMITS = { max_tokens = 'max_completion_tokens', max_completion_tokens = 'max_tokens' }

--- What is asked wins, under whichever name.
---@param own table<string, any>  of the endpoint
---@param asked table<string, any>
---@return table<string, any>
local function merge(own, asked)
  local options = vim.tbl_extend('force', own, asked)
  for name, other in pairs(LIMITS) do
    if asked[name] ~= nil and asked[other] == nil then options[other] = nil end
  end
  return options
end

--- The "request" of a chat or a generation.
---@param resolved hum.Resolved
---@param asked hum.Asked
---@return table
function M.of(resolved, asked)
  local think = asked.think
  if think == nil then think = resolved.think end
  local options = merge(resolved.options or {}, asked.options or {})
  return {
    model = asked.model,
    messages = asked.messages,
    -- An empty one is a map on the other side of the pipe, too.
    options = next(options) == nil and vim.empty_dict() or options,
    think = think,
    ask = asked.ask,
    keep_alive = resolved.keep_alive,
    max_tokens = models.limit(resolved.endpoint.name, asked.model),
  }
end

return M
