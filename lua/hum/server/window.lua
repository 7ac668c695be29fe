-- How many tokens the context window of a model holds: of a server of one's own what it has loaded, and never what the
-- model was trained with; of a service what its list says. What is not known is nil, and shown as unknown. And whether
-- a model is loaded at all.
local config = require('hum.config')
local loaded = require('hum.server.loaded')
local models = require('hum.server.models')
local steps_of = require('hum.server.steps').new

local M = {}

--- Ms for which an answer holds where a reply is shown, and where a prompt is made to fit: a server may load the model
--- anew, with another window.
local HOLDS, FRESH = 600000, 15000

--- Ms that the list of a service is waited for.
local LIST_WITHIN = 3000

---@class hum.WindowFound: hum.LoadedModel
---@field at integer  ms

local found = {} ---@type table<string, hum.WindowFound>  by endpoint and model
local listed = {} ---@type table<string, true>  services whose list was read for it
local on_change = function(_, _) end ---@type fun(name: string, model: string)

--- Sets the function that is called when another window is known of a model.
---@param fn fun(name: string, model: string)
function M.on_change(fn) on_change = fn end

---@param name string
---@param model string
---@return string
local function key_of(name, model) return name .. '\0' .. model end

---@param name string
---@param model string
---@param news hum.LoadedModel|nil
local function keep(name, model, news)
  local key = key_of(name, model)
  if not news then
    -- It is not asked again at once; what was known stays.
    found[key] = vim.tbl_extend('force', found[key] or {}, { at = vim.uv.now() }) --[[@as hum.WindowFound]]
    return
  end
  local before = found[key]
  local one = { at = vim.uv.now(), told = news.told }
  -- Of a model that is not loaded it holds what was loaded before: the server chooses by its memory.
  one.context = news.context or before and before.context
  one.is_loaded, one.bytes, one.vram = news.is_loaded, news.bytes, news.vram
  found[key] = one
  if not before or before.context ~= one.context then on_change(name, model) end
end

--- The window of a request that names it: no model holds more than it was trained with.
---@param name string
---@param model string
---@param num_ctx integer
---@return integer
local function asked(name, model, num_ctx)
  local trained = models.context(name, model)
  return trained and math.min(num_ctx, trained) or num_ctx
end

--- Whether a request can name the window: Ollama's own API alone takes it.
---@param name string  of the endpoint
---@return boolean
function M.takes_num_ctx(name)
  local endpoint = config.get().endpoints[name]
  return endpoint ~= nil and endpoint.dialect == 'ollama'
end

--- Whether a request names the window. What is no number of tokens names none.
---@param name string  of the endpoint
---@param num_ctx any  of the request's options
---@return boolean
local function names_it(name, num_ctx) return type(num_ctx) == 'number' and num_ctx >= 1 and M.takes_num_ctx(name) end

--- The window of a model, as far as it is known without asking.
---@param name string       of the endpoint
---@param model string
---@param num_ctx? integer  of the request's options
---@return integer|nil tokens
function M.of(name, model, num_ctx)
  local known = found[key_of(name, model)]
  if not loaded.can_tell(name, model) then return known and known.context or models.context(name, model) end
  if num_ctx and names_it(name, num_ctx) then return asked(name, model, math.floor(num_ctx)) end
  return known and known.context
end

--- The list of a service, read once since Neovim started.
---@param name string
---@param cb fun()
---@return hum.Cancel
local function read_list(name, cb)
  local steps = steps_of(cb)
  listed[name] = true
  steps.add(models.ask(name, false, function() steps.finish() end))
  vim.defer_fn(steps.finish, LIST_WITHIN)
  return steps.cancel
end

---@class hum.WindowOpts
---@field num_ctx? integer  of the request's options
---@field fresh? boolean    what was found before does not count

--- Finds the window of a model. Calls back at once where nothing has to be asked.
---@param name string   of the endpoint
---@param model string
---@param opts? hum.WindowOpts
---@param cb fun(tokens: integer?)  nil: unknown; called once at most
---@return hum.Cancel
function M.find(name, model, opts, cb)
  opts = opts or {}
  local num_ctx, steps = opts.num_ctx, steps_of(cb)
  local known = found[key_of(name, model)]
  local function finish() steps.finish(M.of(name, model, num_ctx)) end
  if not config.get().endpoints[name] then
    steps.finish()
  elseif not loaded.can_tell(name, model) then
    local must_list = not listed[name] and not M.of(name, model) and config.get().endpoints[name].dialect ~= 'ollama'
    if must_list then
      steps.add(read_list(name, finish))
    else
      finish()
    end
  elseif names_it(name, num_ctx) then
    finish()
  elseif known and not opts.fresh and vim.uv.now() - known.at < FRESH then
    finish()
  else
    steps.add(loaded.ask(name, model, function(news)
      keep(name, model, news)
      finish()
    end))
  end
  return steps.cancel
end

-- ---- what a server says by itself -------------------------------------------------------------

--- The words of an error told the window.
---@param name string  of the endpoint
---@param model string
---@param tokens integer
function M.told(name, model, tokens) keep(name, model, { context = tokens, is_loaded = true, told = true }) end

--- A model was loaded for a request: its window may be another one now.
---@param name string  of the endpoint
---@param model string
function M.reloaded(name, model)
  local known = found[key_of(name, model)]
  if known then known.at = -HOLDS end
end

--- The memory that a model takes as it is loaded, as far as its server has told it.
---@param name string  of the endpoint
---@param model string
---@return { context?: integer, bytes?: number, vram?: number }
function M.memory(name, model)
  local known = found[key_of(name, model)] or {}
  return { context = known.context, bytes = known.bytes, vram = known.vram }
end

local costs = {} ---@type table<string, number|false>  bytes of a token of the window, by endpoint and model

--- Finds out what a larger window would cost, where Ollama tells it.
---@param name string  of the endpoint
---@param model string
function M.weigh(name, model)
  local key = key_of(name, model)
  if costs[key] ~= nil or loaded.kind(name) ~= 'ollama' or not loaded.can_tell(name, model) then return end
  costs[key] = false
  loaded.ask_cost(name, model, function(bytes) costs[key] = bytes or false end)
end

--- Bytes of memory that so many more tokens of the window take, if that is known.
---@param name string  of the endpoint
---@param model string
---@param tokens integer
---@return number|nil
function M.cost(name, model, tokens)
  local each = costs[key_of(name, model)]
  return each and each * tokens or nil
end

local waiting = {} ---@type table<string, true>  asked for when a reply came

--- Finds it out once the server has answered, so that it is known when the reply has ended.
---@param name string  of the endpoint
---@param model string
---@param num_ctx? integer
function M.learn(name, model, num_ctx)
  local key = key_of(name, model)
  local known = found[key]
  if waiting[key] or (known and vim.uv.now() - known.at < HOLDS) then return end
  if not loaded.can_tell(name, model) then return end
  if names_it(name, num_ctx) then return end
  -- A server that nothing is known of, and that said nothing, is not asked again.
  if not loaded.is_known(name, model) and listed[key] then return end
  listed[key], waiting[key] = true, true
  loaded.ask(name, model, function(news)
    waiting[key] = nil
    keep(name, model, news)
  end)
end

-- ---- whether it is loaded ---------------------------------------------------------------------

--- Whether a server tells that a model is not loaded yet: Ollama, of models that run there.
---@param name string  of the endpoint
---@param model string
---@return boolean
function M.tells_loading(name, model) return M.takes_num_ctx(name) and loaded.can_tell(name, model) end

--- Asks whether a model is loaded. What a server that is loading it does not list is not.
---@param name string  of the endpoint
---@param model string
---@param cb fun(is_loaded: boolean|nil)  nil: the server does not say; called once at most
---@return hum.Cancel
function M.ask_loaded(name, model, cb)
  return loaded.ask_running(name, model, function(news)
    if news and news.is_loaded then keep(name, model, news) end
    cb(news and news.is_loaded)
  end)
end

return M
