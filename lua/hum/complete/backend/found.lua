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
---@field ends? string[]         all that ends an answer, what matters most first
---@field stop_max? integer      the server takes no more stop strings than this
---@field why string             why this model
---@field how string             why in this way
---@field load boolean           loading it is a request of its own
---@field parallel boolean       the server does several requests at a time
---@field slots? integer         how many, if it says so
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

--- Why a way.
M.OWN, M.BY_TEMPLATE = 'as complete.fim says', "as the model's template has them"
M.BY_INFILL, M.BY_LIST = "as the server's /infill has them", 'as the server lists it'
M.BY_NAME, M.BY_KIN = 'known by its name', 'known by what it was made from'
M.FIM_PATH = 'the server has no raw prompts, but /fim/completions'
M.BY_SERVER, M.DOCUMENTED = 'the server knows the FIM tokens', 'as the service documents it'
M.COUNTED = 'the server counts the tokens of the suffix'
M.NOT_COUNTED = 'whether the server uses the suffix is not known: it counts no tokens'

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

--- The tokens that were learned of a server, and what ends an answer, also if prompts are the
--- server's business.
---@param found hum.FoundBackend
---@param opts hum.DiscoverOpts
---@param learned hum.FimTokens|nil
---@param family hum.Family|nil
---@param told? string[]  stop strings of the model, as the server tells them
---@return boolean  prompts can be put together here
function M.use_learned(found, opts, learned, family, told)
  local all, name = tokens.with_family(learned, family)
  M.use_ends(found, all or (family and family.tokens), told)
  if not learned or opts.by_server then return false end
  found.tokens, found.family, found.learned = all, name, true
  return true
end

---@param found hum.FoundBackend
---@param all hum.FimTokens|nil  of the model
---@param told? string[]  stop strings of the model, as the server tells them
function M.use_ends(found, all, told)
  local ends = tokens.ends(all, told)
  found.ends = #ends > 0 and ends or nil
end

--- The tokens that the user or a known family has.
---@param found hum.FoundBackend
---@param opts hum.DiscoverOpts
---@param family hum.Family|nil
---@param told? string[]  stop strings of the model, as the server tells them
---@return boolean  there are any
function M.use_known(found, opts, family, told)
  found.tokens = opts.tokens or (family and family.tokens)
  found.family = not opts.tokens and family and family.name or nil
  M.use_ends(found, found.tokens, told)
  return found.tokens ~= nil
end

return M
