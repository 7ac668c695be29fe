-- Which models an endpoint has, and which one new chats use: the one of `:Hum model` since
-- Neovim started, else the configured one, else the one that the user chose from the list.
-- Lists and choices are kept in stdpath('state')/hum.json, so that the command line knows
-- names before a server was queried and nobody has to choose twice.
local answers = require('hum.server.answer')
local config = require('hum.config')
local endpoints = require('hum.server.endpoint')
local log = require('hum.log')
local providers = require('hum.server.provider')
local query = require('hum.server.query')
local steps_of = require('hum.server.steps').new

local M = {}

---@class hum.ModelState
---@field names table<string, string[]>  endpoint to models, as last seen
---@field chosen table<string, string>   endpoint to model
---@field limits table<string, table<string, integer>>  endpoint and model to the longest reply, where lists tell

--- What `:Hum model` set since Neovim started.
local override = { models = {} } ---@type { endpoint?: string, models: table<string, string> }
local state ---@type hum.ModelState|nil
local fresh = {} ---@type table<string, boolean>  listed since Neovim started
local on_change = {} ---@type fun()[]

--- Calls `fn` whenever new chats use another model.
---@param fn fun()
function M.on_change(fn) on_change[#on_change + 1] = fn end

---@return string
local function state_path()
  return vim.fs.joinpath(vim.fn.stdpath('state') --[[@as string]], 'hum.json')
end

--- The values of a map that can be used: the file may be damaged, or of another version.
---@param map any
---@param read fun(value: any): any
---@return table<string, any>
local function usable(map, read)
  local values = {}
  for name, value in pairs(type(map) == 'table' and map or {}) do
    if type(name) == 'string' then values[name] = read(value) end
  end
  return values
end

---@return hum.ModelState
local function load()
  if state then return state end
  local read, lines = pcall(vim.fn.readfile, state_path())
  local ok, value = pcall(vim.json.decode, read and table.concat(lines, '\n') or '', { luanil = { object = true } })
  value = ok and type(value) == 'table' and value or {}
  state = {
    names = usable(value.names, answers.strings),
    chosen = usable(value.chosen, answers.name),
    limits = usable(value.limits, function(map) return usable(map, answers.number) end),
  }
  return state
end

local function save()
  local path = state_path()
  pcall(vim.fn.mkdir, vim.fs.dirname(path), 'p')
  local text = vim.json.encode({
    names = next(state.names) and state.names or vim.empty_dict(),
    chosen = next(state.chosen) and state.chosen or vim.empty_dict(),
    limits = next(state.limits) and state.limits or nil,
  })
  local ok = pcall(vim.fn.writefile, { text }, path)
  if not ok then log.write('warn', 'cannot write ' .. path) end
end

---@param name string  of the endpoint
---@return hum.Provider
local function provider_of(name)
  local endpoint = config.get().endpoints[name]
  return providers[endpoint and endpoint.dialect or 'ollama']
end

--- A server that says for ever that there are more pages has no more after these.
local MOST_PAGES = 50

---@class hum.ModelList
---@field names string[]
---@field limits table<string, integer>

--- Adds one page of a server's list to `found`, and calls back with all when there is no other
--- page. Models that cannot chat are left out where the list says so.
---@param name string  of the endpoint
---@param path string
---@param found hum.ModelList
---@param steps hum.Steps
---@param pages integer  how many there may be
local function read_page(name, path, found, steps, pages)
  local list = provider_of(name).list
  steps.add(query.query(name, { path = path }, function(err, answer)
    if err then return steps.finish(query.text(err)) end
    ---@cast answer table  there is no error
    for _, item in ipairs(answers.objects(answer, list.items)) do
      local can = answers.strings(item.capabilities)
      local able = not list.capability or #can == 0 or vim.tbl_contains(can, list.capability)
      local model = able and answers.model_name(item) or nil
      found.names[#found.names + 1] = model
      if model and list.limit then found.limits[model] = answers.number(item[list.limit]) end
    end
    local more = list.next and list.next(answer)
    if not more or pages <= 1 then return steps.finish(nil, found) end
    read_page(name, more, found, steps, pages - 1)
  end))
end

---@param name? string  of the endpoint
---@param cb fun(err: string?, names: string[]?)  called once at most
---@return hum.Cancel
function M.list(name, cb)
  name = M.endpoint(name)
  local steps = steps_of(function(err, found)
    if err then return cb(err) end
    fresh[name] = true
    local limits = next(found.limits) and found.limits or nil
    if not vim.deep_equal({ found.names, limits }, { load().names[name], load().limits[name] }) then
      load().names[name], load().limits[name] = found.names, limits
      save()
    end
    cb(nil, found.names)
  end)
  read_page(name, provider_of(name).list.path, { names = {}, limits = {} }, steps, MOST_PAGES)
  return steps.cancel
end

--- The models of an endpoint as last seen, perhaps by an earlier Neovim.
---@param name? string
---@return string[]
function M.known(name) return load().names[M.endpoint(name)] or {} end

--- The longest reply that a model of an endpoint can give, in tokens, as its list last said.
---@param name string
---@param model string
---@return integer|nil
function M.limit(name, model)
  if not provider_of(name).list.limit then return nil end
  return (load().limits[name] or {})[model]
end

--- The endpoint of new chats: as chosen with `:Hum model`, else as configured.
---@param name? string
---@return string
function M.endpoint(name)
  local options, chosen = config.get(), override.endpoint
  return name or (chosen and options.endpoints[chosen] and chosen) or options.endpoint
end

--- For the command line: models of the default endpoint by name, those of others as
--- "endpoint/model". Queries each server once, for the next time; a <Tab> is no reason to
--- want a passphrase from the user.
---@return string[]
function M.completions()
  local default = M.endpoint()
  local out = vim.deepcopy(M.known(default))
  for _, name in ipairs(config.endpoint_names()) do
    if not fresh[name] and endpoints.is_at_hand(name) then
      fresh[name] = true
      M.list(name, function() end)
    end
    out[#out + 1] = name ~= default and name .. '/' or nil
    for _, model in ipairs(name ~= default and M.known(name) or {}) do
      out[#out + 1] = name .. '/' .. model
    end
  end
  return out
end

--- Lets the user choose. Whatever vim.ui.select is by now, `cb` is called once at most.
---@param name string  of the endpoint
---@param names string[]
---@param cb fun(err: string?, model: string?)
---@return hum.Cancel
local function choose_from(name, names, cb)
  local steps = steps_of(cb)
  local prompt = ('Select a model (%s):'):format(name)
  local called = false
  local ok, why = pcall(vim.ui.select, names, { prompt = prompt, kind = 'hum_model' }, function(model)
    called = true
    if type(model) ~= 'string' then return steps.finish('hum: no model selected') end
    steps.finish(nil, model)
  end)
  if not ok and called then
    error(why, 0)
  elseif not ok then
    steps.finish(('hum: no model chosen: vim.ui.select failed: %s'):format(why))
  end
  return steps.cancel
end

---@param name string  of the endpoint
---@param model string
local function remember(name, model)
  load().chosen[name] = model
  save()
  for _, fn in ipairs(on_change) do
    fn()
  end
end

--- From now on new chats use this one.
---@param name string  of the endpoint
---@param model string
function M.set_default(name, model)
  override.endpoint, override.models[name] = name, model
  remember(name, model)
end

---@param name string
---@return string
local function none_text(name)
  local cure = provider_of(name).no_models:format(name)
  return ('hum: endpoint "%s" has no models; %s'):format(name, cure)
end

--- The model of new chats as far as it is decided without a query or a choice of the user.
---@param name? string  of the endpoint
---@return string|nil
function M.decided(name)
  name = M.endpoint(name)
  local endpoint = config.get().endpoints[name]
  return override.models[name] or (endpoint and endpoint.model) or load().chosen[name]
end

--- The model of new chats. The user has to choose only if nothing says it and the server has
--- several.
---@param name? string  of the endpoint
---@param cb fun(err: string?, model: string?)  called once at most
---@return hum.Cancel
function M.resolve(name, cb)
  name = M.endpoint(name)
  local steps = steps_of(cb)
  local decided = M.decided(name)
  if decided then
    steps.finish(nil, decided)
    return steps.cancel
  end
  steps.add(M.list(name, function(err, names)
    if not names then
      return steps.finish(err)
    elseif #names == 0 then
      return steps.finish(none_text(name))
    elseif #names == 1 then
      return steps.finish(nil, names[1])
    end
    steps.add(choose_from(name, names, function(why, model)
      if model then remember(name, model) end
      steps.finish(why, model)
    end))
  end))
  return steps.cancel
end

--- Lets the user choose among all models that the endpoint has now.
---@param name? string
---@param cb fun(err: string?, model: string?)  called once at most
---@return hum.Cancel
function M.choose(name, cb)
  name = M.endpoint(name)
  local steps = steps_of(cb)
  steps.add(M.list(name, function(err, names)
    if not names then
      return steps.finish(err)
    elseif #names == 0 then
      return steps.finish(none_text(name))
    end
    steps.add(choose_from(name, names, steps.finish))
  end))
  return steps.cancel
end

--- What a model can do: "completion", "thinking", "tools", "insert" ... Few servers tell.
---@param name string
---@param model string
---@param cb fun(err: string?, capabilities: string[]?)  nil, nil: the server does not say
---@return hum.Cancel
function M.capabilities(name, model, cb)
  local path = config.get().endpoints[name] and provider_of(name).show
  if not path then
    cb()
    return function() end
  end
  local body = { model = model }
  local spec = { method = 'POST', path = path, body = body, model = model }
  return query.query(name, spec, function(err, answer)
    if err then return cb(query.text(err)) end
    cb(nil, type(answer.capabilities) == 'table' and answers.strings(answer.capabilities) or nil)
  end)
end

return M
