-- How an Ollama fills in, by /api/generate: it says what a model can do, and which template it has.
local answers = require('hum.server.answer')
local candidates = require('hum.complete.backend.candidates')
local catalog = require('hum.server.catalog')
local families = require('hum.complete.backend.families')
local found_by = require('hum.complete.backend.found')
local task = require('hum.complete.backend.task')
local tokens = require('hum.complete.backend.tokens')

local M = {}

local GET = 'run "ollama pull qwen2.5-coder:1.5b-base"'

---@param shown table  answer of /api/show
---@param num_ctx? number
---@return number|nil
local function context_of(shown, num_ctx)
  for key, value in pairs(type(shown.model_info) == 'table' and shown.model_info or {}) do
    if num_ctx and type(value) == 'number' and key:find('%.context_length$') then return math.min(num_ctx, value) end
  end
  return num_ctx
end

--- Whether and how Ollama fills in with a model.
---@param opts hum.DiscoverOpts
---@param model string
---@param why string
---@return string|nil err, hum.FoundBackend|nil found  neither: not with this model
local function examine(opts, model, why)
  local spec = { method = 'POST', path = '/api/show', at_root = true, body = { model = model }, model = model }
  local err, shown = task.query(opts.endpoint, spec)
  if err then return found_by.text(err) end
  ---@cast shown table  there is no error, so there is an answer
  local can = answers.strings(shown.capabilities)
  local is_remote = shown.remote_host ~= nil or shown.remote_model ~= nil
  if why ~= found_by.NAMED and (is_remote or vim.tbl_contains(can, 'thinking')) then return nil end
  -- Servers before 0.6.4 list no capabilities; what they have the template shows.
  local inserts = vim.tbl_contains(can, 'insert')
    or (#can == 0 and type(shown.template) == 'string' and shown.template:find('.Suffix', 1, true))
  local family = families.of_shown(model, shown)
  if family and family.named and why ~= found_by.NAMED then family = nil end
  if not inserts and not opts.tokens and not family then return nil end
  ---@type hum.FoundBackend
  local found = {
    model = model,
    api = 'generate',
    why = why,
    how = opts.tokens and found_by.OWN or inserts and found_by.BY_SERVER or found_by.BY_KIN,
    load = not is_remote,
    parallel = false,
    context = context_of(shown, opts.num_ctx),
  }
  local told = tokens.from_parameters(shown.parameters)
  if opts.tokens or not inserts then
    found_by.use_known(found, opts, family, told)
    if found.family and families.of(model) == family then found.how = found_by.BY_NAME end
  elseif found_by.use_learned(found, opts, tokens.from_template(tostring(shown.template)), family, told) then
    found.how = found_by.BY_TEMPLATE
  end
  return nil, found
end

---@param opts hum.DiscoverOpts
---@return table<string, table>  by name
local function loaded_on_ollama(opts)
  local _, answer = task.query(opts.endpoint, { path = '/api/ps', at_root = true })
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

--- Runs in a task.
---@param opts hum.DiscoverOpts
---@return string|nil err, hum.FoundBackend|nil found
function M.find(opts)
  if opts.model then
    local err, found = examine(opts, opts.model, found_by.NAMED)
    local cannot = 'hum: "%s" is not a known FIM model: Ollama lists no "insert" for it, and hum knows no FIM tokens '
      .. 'of it; set complete.fim or complete.model'
    return err or not found and cannot:format(opts.model) or nil, found
  end
  local err, answer = task.query(opts.endpoint, { path = '/api/tags', at_root = true })
  if err then return found_by.text(err) end
  local loaded = loaded_on_ollama(opts)
  local list = candidates.order(answers.objects(answer, 'models'), loaded)
  if opts.chat_model and not families.is_thinker(opts.chat_model) then
    table.insert(list, 1, { model = opts.chat_model, loaded = false, rank = 0, chat = true })
  end
  for _, one in ipairs(list) do
    local why = one.chat and found_by.CHATS or one.loaded and found_by.LOADED or found_by.FOUND
    local _, found = examine(opts, one.model, why)
    if found then return nil, with_context(found, loaded) end
  end
  return found_by.nothing(opts, GET)
end

--- Whether an Ollama stands behind an endpoint that is configured as another server. Its greeting says
--- so, or, behind a proxy that hides it, its list. Runs in a task.
---@param name string  of the endpoint
---@return boolean
function M.is_there(name)
  local _, greeting = task.query(name, { path = '/', at_root = true, text = true, quiet = true })
  if greeting and greeting.text:find('Ollama is running', 1, true) then return true end
  local _, answer = task.query(name, { path = '/api/version', at_root = true, quiet = true })
  if not answer or type(answer.version) ~= 'string' then return false end
  -- Open WebUI has a version, too.
  local _, listed = task.query(name, { path = '/api/tags', at_root = true, quiet = true })
  return listed ~= nil and type(listed.models) == 'table'
end

return M
