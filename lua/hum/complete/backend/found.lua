-- What a search for a backend is given and gives, and its words: what hum.complete.backend.native and
-- .compatible have in common.
local query = require('hum.server.query')
local tokens = require('hum.complete.backend.tokens')

local M = {}

---@alias hum.FillApi 'generate'|'infill'|'completions'|'fim'  "fim": a service's own address, a suffix

---@class hum.FoundBackend
---@field model string
---@field api hum.FillApi
---@field native? boolean         Ollama's own API, of an endpoint with another dialect
---@field tokens? hum.FimTokens  nil: the server knows them
---@field family? string         whose tokens they are
---@field learned? boolean       tokens are the server's; else, without family, the user's
---@field why string             why this model
---@field load boolean           loading it is a request of its own
---@field parallel boolean       the server does several requests at a time
---@field context? number        tokens a prompt and its answer may have together, if known

---@class hum.DiscoverOpts  what is known and what the user decided about it
---@field endpoint string
---@field preset? hum.Preset     what is known of the server or service
---@field fill_url? string       where the service fills in, by a suffix
---@field model? string          to be used and no other
---@field chat_model? string     the one of chats, if it is decided
---@field tokens? hum.FimTokens
---@field by_server boolean      prompts are the server's business where it knows how
---@field num_ctx? number

--- Why a model.
M.NAMED, M.CHATS, M.LOADED = 'set in complete.model', 'the chat model', 'already loaded'
M.ONLY, M.FOUND = 'the only model', 'chosen from the models of the server'
M.USUAL = 'the usual one of this service'

---@param err hum.ServerError
---@return string
function M.text(err) return (query.text(err):gsub('^hum: ', 'hum: completion: ')) end

---@param opts hum.DiscoverOpts
---@param cure string
---@return string
function M.nothing(opts, cure)
  local why = 'hum: no FIM model at endpoint "%s"; %s'
  return why:format(opts.endpoint, cure)
end

---@param found hum.FoundBackend
---@param opts hum.DiscoverOpts
---@param learned hum.FimTokens|nil
---@param family hum.Family|nil
---@return boolean  prompts can be put together here
function M.use_learned(found, opts, learned, family)
  if not learned or opts.by_server then return false end
  found.tokens, found.family = tokens.with_family(learned, family)
  found.learned = true
  return true
end

return M
