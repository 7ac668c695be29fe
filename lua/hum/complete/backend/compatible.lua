-- How an OpenAI-compatible server fills in. llama-server is known by its /props and has /infill; an
-- Ollama is asked in its own way; services have an address of their own, or none. All others have
-- /completions, which takes a raw prompt of a known family's tokens, or with some servers a suffix.
-- Where a server that fills in by itself tells its tokens, they are used for raw prompts (see
-- hum.complete.backend.tokens). A server that takes a suffix and makes nothing of it is found out by what
-- it counts.
local answers = require('hum.server.answer')
local candidates = require('hum.complete.backend.candidates')
local catalog = require('hum.server.catalog')
local endpoints = require('hum.server.endpoint')
local families = require('hum.complete.backend.families')
local found_by = require('hum.complete.backend.found')
local learned = require('hum.server.learned')
local lists = require('hum.server.lists')
local native = require('hum.complete.backend.native')
local task = require('hum.complete.backend.task')
local tokens = require('hum.complete.backend.tokens')

local M = {}

--- A trial may have to wait for a free slot. In seconds.
local TRY_WITHIN = 60

---@param opts hum.DiscoverOpts
---@param where hum.QuerySpec  its path
---@param body table
---@return hum.ServerError|nil err, any answer
local function try(opts, where, body)
  local spec = { method = 'POST', body = body, model = body.model, timeout = TRY_WITHIN }
  return task.query(opts.endpoint, vim.tbl_extend('error', spec, where) --[[@as hum.QuerySpec]])
end

--- The models of a server as it lists them. A list that cannot be had is none where a model is known
--- already.
---@param opts hum.DiscoverOpts
---@param known boolean
---@return string|nil err, table[] items
local function listed(opts, known)
  local list = endpoints.list(opts.endpoint)
  if not list then return not known and found_by.nothing(opts, 'set complete.model') or nil, {} end
  local spec = { path = list.path, at_root = list.at_root, timeout = lists.WITHIN }
  local err, answer = task.query(opts.endpoint, spec)
  return err and not known and found_by.text(err) or nil, catalog.entries(answer)
end

--- The models of a server, and which of them is to fill in.
---@param opts hum.DiscoverOpts
---@return string|nil err, string|nil model, string|nil why
---@return table[]|nil items  of the list, if it was queried
local function choose(opts)
  if opts.model then return nil, opts.model, found_by.NAMED end
  local chat = opts.chat_model and (opts.tokens or families.unasked(opts.chat_model)) and opts.chat_model
  local err, models = listed(opts, chat ~= nil)
  if err then return err end
  local loaded, only = {}, nil
  for _, item in ipairs(models) do
    local status = type(item.status) == 'table' and item.status.value -- of llama-server's router
    only = catalog.id(item)
    loaded[only or ''] = status == 'loaded' or nil
  end
  if #models == 1 and only then
    return nil, only, found_by.ONLY, models
  elseif chat then
    return nil, chat, found_by.CHATS, models
  end
  local first = candidates.order(models, loaded)[1]
  if first then return nil, first.model, first.loaded and found_by.LOADED or found_by.FOUND, models end
  return found_by.nothing(opts, 'serve one, such as Qwen2.5-Coder, or set complete.model')
end

-- ---- services -------------------------------------------------------------------------------

--- The model of a service that fills in: the one that it has for this, else any that does not think.
---@param opts hum.DiscoverOpts
---@return string|nil err, string|nil model, string|nil why
local function choose_at_service(opts)
  local chat, usual = opts.chat_model, opts.preset and opts.preset.fill_model
  if opts.model then
    return nil, opts.model, found_by.NAMED
  elseif chat and families.unasked(chat) then
    return nil, chat, found_by.CHATS
  elseif usual then
    return nil, usual, found_by.USUAL
  elseif chat and not families.is_thinker(chat) then
    return nil, chat, found_by.CHATS
  end
  local err, items = listed(opts, false)
  if err then return err end
  for _, item in ipairs(items) do
    local id = catalog.id(item)
    if id and not families.is_thinker(id) then return nil, id, found_by.FOUND end
  end
  return found_by.nothing(opts, 'set complete.model')
end

--- A service that fills in by a suffix at an address of its own. Nothing is tried there: it costs.
---@param opts hum.DiscoverOpts
---@return string|nil err, hum.FoundBackend|nil found
local function at_service(opts)
  local err, model, why = choose_at_service(opts)
  if not model or not why then return err end
  local found = { model = model, api = 'fim', why = why, how = found_by.DOCUMENTED, load = false, parallel = true }
  local family = families.of(model)
  found_by.use_ends(found, family and family.tokens)
  return nil, found
end

-- ---- servers --------------------------------------------------------------------------------

--- /infill of llama-server, or of one behind another server; with what it tells of its tokens.
---@param opts hum.DiscoverOpts
---@param found hum.FoundBackend  what is known of it
---@param family hum.Family|nil
---@param told? string[]          what ends an answer, as the server tells it
---@return hum.ServerError|nil refused, hum.FoundBackend|nil found
local function by_infill(opts, found, family, told)
  local body = { model = found.model, input_prefix = tokens.BEFORE, input_suffix = tokens.AFTER, n_predict = 1 }
  local refused, answer = try(opts, { path = '/infill', at_root = true, quiet = true }, body)
  if refused then return refused end
  found.api, found.how = 'infill', found_by.BY_SERVER
  local quoted = tokens.from_infill(answer.prompt)
  if found_by.use_learned(found, opts, quoted, family, told) then
    found.api, found.how = 'completions', found_by.BY_INFILL
  end
  return nil, found
end

---@param opts hum.DiscoverOpts
---@param props table  answer of /props
---@return string|nil err, hum.FoundBackend|nil found
local function on_llama_server(opts, props)
  local err, model, why = choose(opts)
  if not model or not why then return err end
  local slots, settings = answers.number(props.total_slots), props.default_generation_settings
  local context = type(settings) == 'table' and answers.number(settings.n_ctx) or 0
  -- Its one model may be served under any name; a router tells none here.
  local family = families.of_listed(model, { root = props.model_path })
  local told = props.eos_token ~= '</s>' and answers.strings({ props.eos_token }) or {} -- that is markup, too
  ---@type hum.FoundBackend
  local found = {
    model = model,
    api = 'completions',
    why = why,
    how = opts.tokens and found_by.OWN or families.of(model) and found_by.BY_NAME or found_by.BY_LIST,
    load = false,
    parallel = slots ~= nil and slots > 1,
    slots = slots and slots >= 1 and math.floor(slots) or nil,
    context = context > 0 and context or nil, -- a router says 0
  }
  if not opts.tokens then
    local refused, able = by_infill(opts, found, family, told)
    if able then return nil, able end
    if refused and refused.status ~= 501 and refused.status ~= 404 then return found_by.text(refused) end
  end
  if found_by.use_known(found, opts, family, told) then return nil, found end
  local cannot = 'hum: llama-server has no FIM tokens for "%s"; set complete.fim or serve a FIM model'
  return cannot:format(model)
end

--- So many words, of a token each at least.
local SUFFIX_TOKENS = 32

--- What a server makes of a suffix, beside found_by.COUNTED and .NOT_COUNTED.
local IGNORED = 'the server ignores the suffix'

---@param answer table
---@return number|nil tokens  of the prompt; nil: the server does not count
local function counted(answer)
  local usage = type(answer.usage) == 'table' and answer.usage or {}
  local count = answers.number(usage.prompt_tokens) or answers.number(usage.input_tokens)
  return count and count > 0 and count or nil
end

--- What a server makes of the suffix. One that takes it without a word and makes nothing of it counts as many
--- tokens without it, and what it would say is no code for this place. It may count tokens of a template, too:
--- so many that only the difference tells.
---@param opts hum.DiscoverOpts
---@param model string
---@return hum.ServerError|nil refused, string|nil use  found out once
local function use_of_suffix(opts, model)
  local fact = 'suffix with ' .. model
  local kept = learned.kept(opts.endpoint, fact)
  if kept then return nil, kept end
  local where = function() return { path = '/completions', at_fill = true } end
  local body = { model = model, prompt = 'a', suffix = vim.trim(('b '):rep(SUFFIX_TOKENS)), max_tokens = 1 }
  local refused, with = try(opts, where(), body)
  if refused then return refused end
  local count = counted(with)
  if count and count >= SUFFIX_TOKENS / 2 then
    body.suffix = nil
    local failed, without = try(opts, where(), body)
    if failed then return nil, found_by.NOT_COUNTED end
    count = count - (counted(without) or 0)
  end
  local use = not count and found_by.NOT_COUNTED or count < SUFFIX_TOKENS / 2 and IGNORED or found_by.COUNTED
  learned.keep(opts.endpoint, fact, use)
  if use == IGNORED then learned.add(opts.endpoint, ('"%s": %s'):format(model, use)) end
  return nil, use
end

--- Mistral's API, as Azure and others have it: there is no /completions, but a path for filling in, by a suffix.
---@param opts hum.DiscoverOpts
---@param found hum.FoundBackend
---@param refused hum.ServerError  what /completions answered
---@return hum.FoundBackend|nil
local function by_fim_path(opts, found, refused)
  if refused.status ~= 404 and refused.status ~= 405 then return nil end
  local body = { model = found.model, prompt = 'a', max_tokens = 1 }
  if try(opts, { path = '/fim/completions', at_fill = true, quiet = true }, body) then return nil end
  found.api, found.how, found.tokens = 'fim', found_by.FIM_PATH, nil
  return found
end

--- Whether and how a server fills in by a suffix. One that does not take it may have llama-server's
--- /infill, as llama-swap has.
---@param opts hum.DiscoverOpts
---@param found hum.FoundBackend
---@return string|nil err, hum.FoundBackend|nil found
local function by_suffix(opts, found)
  local refused, use = use_of_suffix(opts, found.model)
  if use and use ~= IGNORED then
    found.how = use
    return nil, found
  end
  local able = refused and by_fim_path(opts, found, refused)
  if able then return nil, able end
  local one = vim.tbl_extend('force', found, { parallel = false }) --[[@as hum.FoundBackend]]
  local _, infills = by_infill(opts, one, (families.of(found.model)))
  if infills then return nil, infills end
  if refused then return found_by.text(refused) end
  local cannot = 'hum: endpoint "%s" ignores the text behind the cursor with "%s"; '
    .. 'set complete.model to a model that hum knows, or complete.fim (:help hum-fim)'
  return cannot:format(opts.endpoint, found.model)
end

--- The family of a model, by its name or by what a server on one's own machines says that it serves under
--- that name.
---@param opts hum.DiscoverOpts
---@param model string
---@param items table[]|nil  of the list, if it was queried
---@return hum.Family|nil family, string how
local function family_of(opts, model, items)
  local family = families.of(model)
  local is_service = opts.preset and not opts.preset.self_hosted
  if family or opts.tokens or is_service then return family, found_by.BY_NAME end
  if not items then
    local _, queried = listed(opts, true)
    items = queried
  end
  for _, item in ipairs(items) do
    if catalog.id(item) == model then family = family or families.of_listed(model, item) end
  end
  return family, found_by.BY_LIST
end

--- Whether a server takes raw prompts.
---@param opts hum.DiscoverOpts
---@param found hum.FoundBackend
---@return string|nil err, hum.FoundBackend|nil found
local function by_tokens(opts, found)
  local body = { model = found.model, prompt = 'a', max_tokens = 1 }
  local refused = try(opts, { path = '/completions', at_fill = true }, body)
  if not refused then return nil, found end
  local able = by_fim_path(opts, found, refused)
  return not able and found_by.text(refused) or nil, able
end

---@param opts hum.DiscoverOpts
---@return string|nil err, hum.FoundBackend|nil found
local function on_completions(opts)
  local err, model, why, items = choose(opts)
  if not model or not why then return err end
  local family, how = family_of(opts, model, items)
  ---@type hum.FoundBackend
  local found = {
    model = model,
    api = 'completions',
    why = why,
    how = opts.tokens and found_by.OWN or how,
    load = false,
    parallel = true,
    stop_max = tokens.MAX_STOP,
  }
  if found_by.use_known(found, opts, family) then
    return by_tokens(opts, found)
  elseif opts.preset and opts.preset.suffix == false then
    local cannot =
      'hum: %s fills in with FIM tokens only, and those of "%s" are not known; set complete.fim or complete.model'
    return cannot:format(opts.preset.title, model)
  end
  return by_suffix(opts, found)
end

--- Ollama's own way: its /v1/completions puts prompts into the template of chats, and what it answers
--- is no code.
---@param opts hum.DiscoverOpts
---@return string|nil err, hum.FoundBackend|nil found
local function on_ollama(opts)
  local err, found = native.find(opts)
  if found then found.native = true end
  return err, found
end

--- Runs in a task.
---@param opts hum.DiscoverOpts
---@return string|nil err, hum.FoundBackend|nil found
function M.find(opts)
  if opts.fill_url then return at_service(opts) end
  if opts.preset and not opts.preset.self_hosted then return on_completions(opts) end
  local err, props = task.query(opts.endpoint, { path = '/props', at_root = true, quiet = true })
  if type(props) == 'table' and type(props.default_generation_settings) == 'table' then
    return on_llama_server(opts, props)
  elseif err and err.code and (err.code ~= 'http' or err.status == 401 or err.status == 503) then
    return found_by.text(err) -- no answer, no access, or still loading: that says nothing about the API
  end
  if native.is_there(opts.endpoint) then return on_ollama(opts) end
  return on_completions(opts)
end

return M
