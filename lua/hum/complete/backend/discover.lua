-- How an endpoint fills in: which model, and by which API. Ollama says what a model can do
-- and which template it has; of the others llama-server is known by its /props and has
-- /infill; all others have /v1/completions, which takes a raw prompt of a known family's
-- tokens, or with some servers a suffix. Where a server that fills in by itself tells its
-- tokens, they are used for raw prompts (see hum.complete.backend.tokens). What is not certain
-- is tried with one token.
local answers = require('hum.server.answer')
local candidates = require('hum.complete.backend.candidates')
local catalog = require('hum.server.catalog')
local families = require('hum.complete.backend.families')
local providers = require('hum.server.provider')
local query = require('hum.server.query')
local task = require('hum.complete.backend.task')
local tokens = require('hum.complete.backend.tokens')

local M = {}

---@class hum.FoundBackend
---@field model string
---@field api 'generate'|'infill'|'completions'
---@field tokens? hum.FimTokens  nil: the server knows them
---@field family? string         whose tokens they are
---@field learned? boolean       tokens are the server's; else, without family, the user's
---@field why string             why this model
---@field load boolean           loading it is a request of its own
---@field parallel boolean       the server does several requests at a time
---@field context? number        tokens a prompt and its answer may have together, if known

---@class hum.DiscoverOpts  what the user decided about it
---@field endpoint string
---@field model? string          to be used and no other
---@field chat_model? string     the one of chats, if it is decided
---@field tokens? hum.FimTokens
---@field by_server boolean      prompts are the server's business where it knows how
---@field num_ctx? number

--- A trial may have to wait for a free slot. In seconds.
local TRY_WITHIN = 60

local NAMED, CHATS, LOADED, ONLY = 'set in complete.model', 'the chat model', 'already loaded', 'the only model'
local FOUND = 'chosen from the models of the server'

local GET = 'run "ollama pull qwen2.5-coder:1.5b-base"'

---@param err hum.ServerError
---@return string
local function text(err) return (query.text(err):gsub('^hum: ', 'hum: completion: ')) end

---@param opts hum.DiscoverOpts
---@param cure string
---@return string
local function nothing(opts, cure)
  local why = 'hum: no FIM model at endpoint "%s"; %s'
  return why:format(opts.endpoint, cure)
end

---@param shown table  answer of /api/show
---@param num_ctx? number
---@return number|nil
local function context_of(shown, num_ctx)
  for key, value in pairs(type(shown.model_info) == 'table' and shown.model_info or {}) do
    if num_ctx and type(value) == 'number' and key:find('%.context_length$') then return math.min(num_ctx, value) end
  end
  return num_ctx
end

---@param found hum.FoundBackend
---@param opts hum.DiscoverOpts
---@param learned hum.FimTokens|nil
---@param family hum.Family|nil
---@return boolean  prompts can be put together here
local function use_learned(found, opts, learned, family)
  if not learned or opts.by_server then return false end
  found.tokens, found.family = tokens.with_family(learned, family)
  found.learned = true
  return true
end

--- Whether and how Ollama fills in with a model.
---@param opts hum.DiscoverOpts
---@param model string
---@param why string
---@return string|nil err, hum.FoundBackend|nil found  neither: not with this model
local function examine(opts, model, why)
  local spec = { method = 'POST', path = '/api/show', body = { model = model }, model = model }
  local err, shown = task.query(opts.endpoint, spec)
  if err then return text(err) end
  ---@cast shown table  there is no error, so there is an answer
  local can = answers.strings(shown.capabilities)
  local is_remote = shown.remote_host ~= nil or shown.remote_model ~= nil
  if why ~= NAMED and (is_remote or vim.tbl_contains(can, 'thinking')) then return nil end
  -- Servers before 0.6.4 list no capabilities; what they have the template shows.
  local inserts = vim.tbl_contains(can, 'insert')
    or (#can == 0 and type(shown.template) == 'string' and shown.template:find('.Suffix', 1, true))
  local family = families.of_shown(model, shown)
  if not inserts and not opts.tokens and not family then return nil end
  ---@type hum.FoundBackend
  local found = {
    model = model,
    api = 'generate',
    why = why,
    load = not is_remote,
    parallel = false,
    context = context_of(shown, opts.num_ctx),
  }
  if opts.tokens then
    found.tokens = opts.tokens
  elseif not inserts then
    found.tokens, found.family = family.tokens, family.name
  elseif type(shown.template) == 'string' then
    use_learned(found, opts, tokens.from_template(shown.template), family)
  end
  return nil, found
end

---@param opts hum.DiscoverOpts
---@return table<string, table>  by name
local function loaded_on_ollama(opts)
  local _, answer = task.query(opts.endpoint, { path = '/api/ps' })
  local loaded = {}
  for _, item in ipairs(answers.objects(answer, 'models')) do
    loaded[catalog.id(item) or ''] = item
  end
  return loaded
end

---@param found hum.FoundBackend
---@param loaded table<string, table>
---@return hum.FoundBackend
local function with_context(found, loaded)
  local item = loaded[found.model] or loaded[found.model .. ':latest'] or {}
  found.context = found.context or answers.number(item.context_length)
  return found
end

---@param opts hum.DiscoverOpts
---@return string|nil err, hum.FoundBackend|nil found
local function on_ollama(opts)
  if opts.model then
    local err, found = examine(opts, opts.model, NAMED)
    local cannot = 'hum: "%s" is not a known FIM model; set complete.fim or complete.model'
    return err or not found and cannot:format(opts.model) or nil, found
  end
  local err, answer = task.query(opts.endpoint, { path = '/api/tags' })
  if err then return text(err) end
  local loaded = loaded_on_ollama(opts)
  local list = candidates.order(answers.objects(answer, 'models'), loaded)
  if opts.chat_model and not families.is_thinker(opts.chat_model) then
    table.insert(list, 1, { model = opts.chat_model, loaded = false, rank = 0, chat = true })
  end
  for _, one in ipairs(list) do
    local why = one.chat and CHATS or one.loaded and LOADED or FOUND
    local _, found = examine(opts, one.model, why)
    if found then return nil, with_context(found, loaded) end
  end
  return nothing(opts, GET)
end

---@param opts hum.DiscoverOpts
---@param where hum.QuerySpec  its path
---@param body table
---@return hum.ServerError|nil err, any answer
local function try(opts, where, body)
  local spec = { method = 'POST', body = body, model = body.model, timeout = TRY_WITHIN }
  return task.query(opts.endpoint, vim.tbl_extend('error', spec, where) --[[@as hum.QuerySpec]])
end

--- The models of a server, and which of them is to fill in.
---@param opts hum.DiscoverOpts
---@return string|nil err, string|nil model, string|nil why
local function choose(opts)
  if opts.model then return nil, opts.model, NAMED end
  local err, answer = task.query(opts.endpoint, { path = '/models' })
  if err then return text(err) end
  local models, loaded, only = answers.objects(answer, 'data'), {}, nil
  for _, item in ipairs(models) do
    local status = type(item.status) == 'table' and item.status.value -- of llama-server's router
    only = catalog.id(item)
    loaded[only or ''] = status == 'loaded' or nil
  end
  if #models == 1 and only then
    return nil, only, ONLY
  elseif opts.chat_model and (opts.tokens or families.of(opts.chat_model)) then
    return nil, opts.chat_model, CHATS
  end
  local first = candidates.order(models, loaded)[1]
  if first then return nil, first.model, first.loaded and LOADED or FOUND end
  return nothing(opts, 'serve one, such as Qwen2.5-Coder, or set complete.model')
end

---@param opts hum.DiscoverOpts
---@param props table  answer of /props
---@return string|nil err, hum.FoundBackend|nil found
local function on_llama_server(opts, props)
  local err, model, why = choose(opts)
  if not model or not why then return err end
  local slots, settings = answers.number(props.total_slots), props.default_generation_settings
  local context = type(settings) == 'table' and answers.number(settings.n_ctx) or 0
  ---@type hum.FoundBackend
  local found = {
    model = model,
    api = 'infill',
    why = why,
    load = false,
    parallel = slots ~= nil and slots > 1,
    context = context > 0 and context or nil, -- a router says 0
  }
  local family = families.of(model)
  if not opts.tokens then
    local body = { model = model, input_prefix = tokens.BEFORE, input_suffix = tokens.AFTER, n_predict = 1 }
    local refused, answer = try(opts, { path = '/infill', at_root = true }, body)
    if not refused then
      if use_learned(found, opts, tokens.from_infill(answer.prompt), family) then found.api = 'completions' end
      return nil, found
    elseif refused.status ~= 501 and refused.status ~= 404 then
      return text(refused)
    end
  end
  found.api = 'completions'
  found.tokens, found.family = opts.tokens, nil
  if not opts.tokens and family then
    found.tokens, found.family = family.tokens, family.name
  end
  if found.tokens then return nil, found end
  local cannot = 'hum: llama-server has no FIM tokens for "%s"; set complete.fim or serve a FIM model'
  return cannot:format(model)
end

---@param opts hum.DiscoverOpts
---@return string|nil err, hum.FoundBackend|nil found
local function on_completions(opts)
  local err, model, why = choose(opts)
  if not model or not why then return err end
  local family = not opts.tokens and families.of(model) or nil
  local own = opts.tokens or (family and family.tokens)
  local body = { model = model, prompt = 'a', suffix = not own and 'b' or nil, max_tokens = 1 }
  local refused = try(opts, { path = '/completions', at_fill = true }, body)
  if refused then return text(refused) end
  return nil,
    {
      model = model,
      api = 'completions',
      tokens = own,
      family = family and family.name,
      why = why,
      load = false,
      parallel = true,
    }
end

---@param opts hum.DiscoverOpts
---@return string|nil err, hum.FoundBackend|nil found
local function on_openai(opts)
  local err, props = task.query(opts.endpoint, { path = '/props', at_root = true })
  if type(props) == 'table' and type(props.default_generation_settings) == 'table' then
    return on_llama_server(opts, props)
  elseif err and err.code and (err.code ~= 'http' or err.status == 401 or err.status == 503) then
    return text(err) -- no answer, no access, or still loading: that says nothing about the API
  end
  return on_completions(opts)
end

---@type table<string, fun(opts: hum.DiscoverOpts): string|nil, hum.FoundBackend|nil>
local BY = { ollama = on_ollama, openai = on_openai }

--- Runs in a task.
---@param opts hum.DiscoverOpts
---@param dialect hum.Dialect
---@return string|nil err, hum.FoundBackend|nil found
function M.find(opts, dialect)
  local find = BY[providers[dialect].fills or '']
  if find then return find(opts) end
  local cannot = 'hum: completion: endpoint "%s" cannot fill in code (dialect "%s"); set complete.endpoint to another'
  return cannot:format(opts.endpoint, dialect)
end

return M
