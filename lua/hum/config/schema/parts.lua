-- Nodes that several sections of the options have.
local keys = require('hum.config.keys')

local M = {}

--- What makes a request what it is.
M.RESERVED = {
  stream = 'replies are always streamed; remove it',
  messages = 'the chat is what is sent; remove it',
  prompt = 'the chat is what is sent; remove it',
  suffix = 'the text at the cursor is what is sent; remove it',
  model = 'set the option "model" of the endpoint',
  tools = 'hum calls no tools; remove it',
  functions = 'hum calls no tools; remove it',
}

--- A key of a chat or of an edit, as an option.
---@param key hum.Key
---@return hum.Node
function M.map(key)
  local help = ('%s mode: %s.'):format(keys.modes(key), keys.help(key))
  return { name = key.name, kind = 'keys', default = key.default, help = (help:gsub('^%l', string.upper)) }
end

--- The endpoint that is used for something.
---@param use string
---@return hum.Node
function M.endpoint(use)
  return {
    name = 'endpoint',
    kind = 'string',
    also = { 'provider', 'server' },
    default_help = 'the one of new chats',
    help = ('Name of the endpoint used for %s.'):format(use),
  }
end

--- The model that is used for something.
---@param use string
---@return hum.Node
function M.model(use)
  return {
    name = 'model',
    kind = 'string',
    default_help = 'the one of new chats',
    help = ('The model used for %s.'):format(use),
  }
end

return M
