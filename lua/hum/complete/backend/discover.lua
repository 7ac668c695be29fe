-- How an endpoint fills in: which model, and by which kind of request. Ollama is asked for
-- the model's capabilities and template; of the others llama-server is known by its /props
-- and has /infill; the rest has /v1/completions, which takes a raw prompt of a known family's
-- tokens, or with some servers a suffix. Where a server that fills in by itself tells its
-- tokens, they are used for raw prompts (see hum.complete.backend.tokens). What is not certain is
-- tried with one token.
local ask = require('hum.complete.backend.task')
local candidates = require('hum.complete.backend.candidates')
local families = require('hum.complete.backend.families')
local learn = require('hum.complete.backend.tokens')

local M = {}

---@class hum.FoundBackend
---@field model string
---@field api 'generate'|'infill'|'completions'
---@field tokens? hum.FimTokens  nil: the server knows them
---@field family? string         whose tokens they are
---@field learned? boolean       the server told the tokens; else, without family: the user
---@field why string             why this model
---@field load boolean           loading it is a request of its own
---@field parallel boolean       the server does several requests at a time
---@field context? integer       tokens a prompt and its answer may have together, if known

---@class hum.Wish  what the user said about it
---@field endpoint string
---@field model? string          to be used and no other
---@field chat_model? string     the one of chats, if it is decided
---@field tokens? hum.FimTokens
---@field by_server boolean      prompts are the server's business where it knows how
---@field num_ctx? integer

--- Trying may have to wait for a free slot.
local TRY_WITHIN = 60

local NAMED, CHATS, LOADED, ONLY = 'set in complete.model', 'the chat model', 'already loaded', 'the only model'
local FOUND = 'chosen from the models of the server'

local GET = 'run "ollama pull qwen2.5-coder:1.5b-base"'

---@param err hum.ServerError
---@return string
local function text(err) return (require('hum.server.query').text(err):gsub('^hum: ', 'hum: completion: ')) end

---@param wish hum.Wish
---@param cure string
---@return string
local function nothing(wish, cure)
  local why = 'hum: no FIM model at endpoint "%s"; %s'
  return why:format(wish.endpoint, cure)
end

---@param answer any
---@param field string
---@return table[]
local function list_in(answer, field)
  local list = type(answer) == 'table' and answer[field]
  return type(list) == 'table' and list or {}
end

---@param shown table  answer of /api/show
---@param num_ctx? integer
---@return integer|nil
local function context_of(shown, num_ctx)
  for key, value in pairs(type(shown.model_info) == 'table' and shown.model_info or {}) do
    if num_ctx and type(value) == 'number' and key:find('%.context_length$') then return math.min(num_ctx, value) end
  end
  return num_ctx
end

---@param found hum.FoundBackend
---@param wish hum.Wish
---@param learned hum.FimTokens|nil
---@param family hum.Family|nil
---@return boolean  prompts can be put together here
local function take_learned(found, wish, learned, family)
  if not learned or wish.by_server then return false end
  found.tokens, found.family = learn.with_family(learned, family)
  found.learned = true
  return true
end

--- Whether and how Ollama fills in with a model.
---@param wish hum.Wish
---@param model string
---@param why string
---@return string|nil err, hum.FoundBackend|nil found  neither: not with this model
local function look_at(wish, model, why)
  local query = { method = 'POST', path = '/api/show', body = { model = model } }
  local err, shown = ask.query(wish.endpoint, query)
  if err then
    if err.status == 404 and not err.hint then
      err.hint = ('run "ollama pull %s", or correct the name'):format(model)
    end
    return text(err)
  end
  local can = type(shown.capabilities) == 'table' and shown.capabilities or {}
  local is_remote = shown.remote_host ~= nil or shown.remote_model ~= nil
  if why ~= NAMED and (is_remote or vim.tbl_contains(can, 'thinking')) then return nil end
  -- Servers before 0.6.4 tell no capabilities, but the template they come from.
  local inserts = vim.tbl_contains(can, 'insert')
    or (#can == 0 and type(shown.template) == 'string' and shown.template:find('.Suffix', 1, true))
  local family = families.of_shown(model, shown)
  if not inserts and not wish.tokens and not family then return nil end
  local found = {
    model = model,
    api = 'generate',
    why = why,
    load = not is_remote,
    parallel = false,
    context = context_of(shown, wish.num_ctx),
  }
  if wish.tokens then
    found.tokens = wish.tokens
  elseif not inserts then
    found.tokens, found.family = family.tokens, family.name
  elseif type(shown.template) == 'string' then
    take_learned(found, wish, learn.from_template(shown.template), family)
  end
  return nil, found
end

---@param wish hum.Wish
---@return table<string, table>  by name
local function loaded_on_ollama(wish)
  local _, answer = ask.query(wish.endpoint, { path = '/api/ps' })
  local loaded = {}
  for _, item in ipairs(list_in(answer, 'models')) do
    loaded[item.name or item.model or ''] = item
  end
  return loaded
end

---@param found hum.FoundBackend
---@param loaded table<string, table>
---@return hum.FoundBackend
local function with_context(found, loaded)
  local item = loaded[found.model] or loaded[found.model .. ':latest'] or {}
  found.context = found.context or tonumber(item.context_length)
  return found
end

---@param wish hum.Wish
---@return string|nil err, hum.FoundBackend|nil found
local function on_ollama(wish)
  if wish.model then
    local err, found = look_at(wish, wish.model, NAMED)
    local cannot = 'hum: "%s" is not a known FIM model; set complete.fim or complete.model'
    return err or not found and cannot:format(wish.model) or nil, found
  end
  local err, answer = ask.query(wish.endpoint, { path = '/api/tags' })
  if err then return text(err) end
  local loaded = loaded_on_ollama(wish)
  local list = candidates.order(list_in(answer, 'models'), loaded)
  if wish.chat_model and not families.is_thinker(wish.chat_model) then
    table.insert(list, 1, { model = wish.chat_model, chat = true })
  end
  for _, one in ipairs(list) do
    local why = one.chat and CHATS or one.loaded and LOADED or FOUND
    local _, found = look_at(wish, one.model, why)
    if found then return nil, with_context(found, loaded) end
  end
  return nothing(wish, GET)
end

---@param wish hum.Wish
---@param path string
---@param body table
---@return hum.ServerError|nil err, any answer
local function try(wish, path, body)
  local query = { method = 'POST', path = path, body = body, timeout = TRY_WITHIN }
  return ask.query(wish.endpoint, query)
end

--- The models of a server, and which of them is to fill in.
---@param wish hum.Wish
---@return string|nil err, string|nil model, string|nil why
local function choose(wish)
  if wish.model then return nil, wish.model, NAMED end
  local err, answer = ask.query(wish.endpoint, { path = '/v1/models' })
  if err then return text(err) end
  local models, loaded = list_in(answer, 'data'), {}
  for _, item in ipairs(models) do
    local status = type(item.status) == 'table' and item.status.value -- of llama-server's router
    loaded[item.id or ''] = status == 'loaded' or nil
  end
  if #models == 1 and type(models[1].id) == 'string' then
    return nil, models[1].id, ONLY
  elseif wish.chat_model and (wish.tokens or families.of(wish.chat_model)) then
    return nil, wish.chat_model, CHATS
  end
  local first = candidates.order(models, loaded)[1]
  if first then return nil, first.model, first.loaded and LOADED or FOUND end
  return nothing(wish, 'serve one, such as Qwen2.5-Coder, or set complete.model')
end

---@param wish hum.Wish
---@param props table  answer of /props
---@return string|nil err, hum.FoundBackend|nil found
local function on_llama_server(wish, props)
  local err, model, why = choose(wish)
  if not model then return err end
  local slots, settings = tonumber(props.total_slots), props.default_generation_settings
  local context = type(settings) == 'table' and tonumber(settings.n_ctx) or 0
  local found = {
    model = model,
    api = 'infill',
    why = why,
    load = false,
    parallel = slots ~= nil and slots > 1,
    context = context > 0 and context or nil, -- a router says 0
  }
  local family = families.of(model)
  if not wish.tokens then
    local body = { model = model, input_prefix = learn.BEFORE, input_suffix = learn.AFTER, n_predict = 1 }
    local refused, answer = try(wish, '/infill', body)
    if not refused then
      if take_learned(found, wish, learn.from_infill(answer.prompt), family) then found.api = 'completions' end
      return nil, found
    elseif refused.status ~= 501 and refused.status ~= 404 then
      return text(refused)
    end
  end
  found.api = 'completions'
  found.tokens, found.family = wish.tokens, nil
  if not wish.tokens and family then
    found.tokens, found.family = family.tokens, family.name
  end
  if found.tokens then return nil, found end
  local cannot = 'hum: llama-server has no FIM tokens for "%s"; set complete.fim or serve a FIM model'
  return cannot:format(model)
end

---@param wish hum.Wish
---@return string|nil err, hum.FoundBackend|nil found
local function on_completions(wish)
  local err, model, why = choose(wish)
  if not model then return err end
  local family = not wish.tokens and families.of(model) or nil
  local tokens = wish.tokens or (family and family.tokens)
  local body = { model = model, prompt = 'a', suffix = not tokens and 'b' or nil, max_tokens = 1 }
  local refused = try(wish, '/v1/completions', body)
  if refused then
    local cure = 'completion needs /v1/completions%s (:help hum-fim)'
    refused.hint = refused.hint or cure:format(tokens and '' or ' with support for "suffix", or a known FIM model')
    return text(refused)
  end
  return nil,
    {
      model = model,
      api = 'completions',
      tokens = tokens,
      family = family and family.name,
      why = why,
      load = false,
      parallel = true,
    }
end

---@param wish hum.Wish
---@return string|nil err, hum.FoundBackend|nil found
local function on_openai(wish)
  local err, props = ask.query(wish.endpoint, { path = '/props' })
  if type(props) == 'table' and type(props.default_generation_settings) == 'table' then
    return on_llama_server(wish, props)
  elseif err and (err.code or err.status == 401 or err.status == 503) then
    return text(err) -- nothing was heard, or not what could be heard
  end
  return on_completions(wish)
end

---@param wish hum.Wish
---@param dialect 'ollama'|'openai'
---@param cb fun(err: string?, found: hum.FoundBackend?)
function M.find(wish, dialect, cb)
  ask.run(function() cb((dialect == 'ollama' and on_ollama or on_openai)(wish)) end)
end

return M
