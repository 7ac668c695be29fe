-- Which models an endpoint has, and which one new chats use: what `:Hum model` said in this
-- session, else the configured one, else what was chosen when it was asked for. Lists and
-- answers are kept in stdpath('state')/hum.json, so that completion knows names before it
-- has asked a server and the question is put once.
local M = {}

---@class hum.ModelState
---@field names table<string, string[]>  endpoint to models, as last seen
---@field chosen table<string, string>   endpoint to model

local session = { models = {} } ---@type { endpoint?: string, models: table<string, string> }
local state ---@type hum.ModelState|nil
local fresh = {} ---@type table<string, boolean>  asked in this session

---@return string
local function state_path()
  return vim.fs.joinpath(vim.fn.stdpath('state') --[[@as string]], 'hum.json')
end

---@return hum.ModelState
local function load()
  if state then return state end
  local read, lines = pcall(vim.fn.readfile, state_path())
  local ok, value = pcall(vim.json.decode, read and table.concat(lines, '\n') or '', { luanil = { object = true } })
  value = ok and type(value) == 'table' and value or {}
  state = {
    names = type(value.names) == 'table' and value.names or {},
    chosen = type(value.chosen) == 'table' and value.chosen or {},
  }
  return state
end

local function save()
  local path = state_path()
  pcall(vim.fn.mkdir, vim.fs.dirname(path), 'p')
  local text = vim.json.encode({
    names = next(state.names) and state.names or vim.empty_dict(),
    chosen = next(state.chosen) and state.chosen or vim.empty_dict(),
  })
  local ok = pcall(vim.fn.writefile, { text }, path)
  if not ok then require('hum.log').write('warn', 'cannot write ' .. path) end
end

--- What a server says about its models, to names. Models that cannot chat are left out
--- where the server tells (Ollama from 0.30 on).
---@param dialect string
---@param answer table
---@return string[]
local function names_in(dialect, answer)
  local list = dialect == 'ollama' and answer.models or answer.data
  local names = {}
  for _, item in ipairs(type(list) == 'table' and list or {}) do
    local name = item.name or item.model or item.id
    local able = type(item.capabilities) ~= 'table'
      or #item.capabilities == 0
      or vim.tbl_contains(item.capabilities, 'completion')
    if type(name) == 'string' and (dialect ~= 'ollama' or able) then names[#names + 1] = name end
  end
  return names
end

---@param name? string  of the endpoint
---@param cb fun(err: string?, names: string[]?)
function M.list(name, cb)
  name = M.endpoint(name)
  local endpoint = require('hum.config').get().endpoints[name] or { dialect = 'ollama' }
  local path = endpoint.dialect == 'ollama' and '/api/tags' or '/v1/models'
  local server = require('hum.server.query')
  server.query(name, { path = path }, function(err, answer)
    if err then return cb(server.text(err)) end
    local names = names_in(endpoint.dialect, answer)
    fresh[name] = true
    if not vim.deep_equal(names, load().names[name]) then
      load().names[name] = names
      save()
    end
    cb(nil, names)
  end)
end

--- The models of an endpoint as last seen, perhaps in an earlier session.
---@param name? string
---@return string[]
function M.known(name) return load().names[M.endpoint(name)] or {} end

--- The endpoint of new chats: as chosen with `:Hum model`, else as configured.
---@param name? string
---@return string
function M.endpoint(name)
  local config = require('hum.config').get()
  local chosen = session.endpoint
  return name or (chosen and config.endpoints[chosen] and chosen) or config.endpoint
end

--- For the command line: models of the default endpoint by name, those of others as
--- "endpoint/model". Asks the servers for the next time, once a session; a <Tab> is no
--- reason to ask for a passphrase.
---@return string[]
function M.completions()
  local default = M.endpoint()
  local out = vim.deepcopy(M.known(default))
  for _, name in ipairs(require('hum.config').endpoint_names()) do
    if not fresh[name] and require('hum.server.endpoint').is_at_hand(name) then
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

---@param name string
---@param names string[]
---@param cb fun(err: string?, model: string?)
local function ask(name, names, cb)
  vim.ui.select(names, { prompt = ('Select a model (%s):'):format(name), kind = 'hum_model' }, function(model)
    if not model then return cb('hum: no model selected') end
    cb(nil, model)
  end)
end

---@param name string
---@param model string
local function remember(name, model)
  load().chosen[name] = model
  save()
  local way = package.loaded['hum.complete.backend']
  if way then way.renew() end
end

---@param name string
---@return string
local function none_text(name)
  local endpoint = require('hum.config').get().endpoints[name]
  local cure = endpoint.dialect == 'ollama' and 'download one with "ollama pull qwen3:8b"'
    or ('set endpoints.%s.model'):format(name)
  return ('hum: endpoint "%s" has no models; %s'):format(name, cure)
end

--- The model of new chats as far as it is decided without asking server or user.
---@param name? string  of the endpoint
---@return string|nil
function M.decided(name)
  name = M.endpoint(name)
  local endpoint = require('hum.config').get().endpoints[name]
  return session.models[name] or (endpoint and endpoint.model) or load().chosen[name]
end

--- The model of new chats. The user is asked only if nothing says it and the server has
--- several.
---@param name? string  of the endpoint
---@param cb fun(err: string?, model: string?)
function M.resolve(name, cb)
  name = M.endpoint(name)
  local decided = M.decided(name)
  if decided then return cb(nil, decided) end
  M.list(name, function(err, names)
    if not names then
      return cb(err)
    elseif #names == 0 then
      return cb(none_text(name))
    elseif #names == 1 then
      return cb(nil, names[1])
    end
    ask(name, names, function(why, model)
      if model then remember(name, model) end
      cb(why, model)
    end)
  end)
end

--- Asks which model to use, of all that the endpoint has now.
---@param name? string
---@param cb fun(err: string?, model: string?)
function M.choose(name, cb)
  name = M.endpoint(name)
  M.list(name, function(err, names)
    if not names then
      return cb(err)
    elseif #names == 0 then
      return cb(none_text(name))
    end
    ask(name, names, cb)
  end)
end

---@param buf integer
---@param name string   endpoint
---@param model string
local function apply(buf, name, model)
  local notify = require('hum.notify')
  local chat = package.loaded['hum.chat']
  if chat and chat.set_model(buf, name, model) then
    return notify.info(('hum: this chat uses %s/%s'):format(name, model))
  end
  session.endpoint, session.models[name] = name, model
  remember(name, model)
  notify.info(('hum: new chats use %s/%s'):format(name, model))
end

--- `:Hum model`: for the chat in the current buffer, or for new chats.
---@param text? string  "model" or "endpoint/model" or "endpoint/"; nil asks
function M.set(text)
  local buf = vim.api.nvim_get_current_buf()
  local name, model = require('hum.server.endpoint').split_model(text or '')
  local chat = package.loaded['hum.chat']
  name = M.endpoint(name or (chat and chat.endpoint(buf)))
  if model then return apply(buf, name, model) end
  M.choose(name, function(err, chosen)
    if chosen then
      apply(buf, name, chosen)
    elseif err then
      require('hum.notify').warn(err)
    end
  end)
end

--- What a model can do: "completion", "thinking", "tools", "insert" ... Only Ollama tells.
---@param name string
---@param model string
---@param cb fun(err: string?, capabilities: string[]?)  nil, nil: the server does not say
function M.capabilities(name, model, cb)
  local endpoint = require('hum.config').get().endpoints[name]
  if not endpoint or endpoint.dialect ~= 'ollama' then return cb() end
  local server = require('hum.server.query')
  local body = { model = model }
  server.query(name, { method = 'POST', path = '/api/show', body = body }, function(err, answer)
    if err then return cb(server.text(err)) end
    cb(nil, type(answer.capabilities) == 'table' and answer.capabilities or nil)
  end)
end

return M
