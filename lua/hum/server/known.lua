-- What is known of the models of endpoints: their lists as last seen, perhaps by an earlier Neovim,
-- and which model the user chose. Kept in stdpath('state')/hum.json.
local abilities_of = require('hum.server.abilities').of
local answers = require('hum.server.answer')
local log = require('hum.log')

local M = {}

---@class hum.KnownModels
---@field names table<string, string[]>  endpoint to models
---@field chosen table<string, string>   endpoint to model
---@field limits table<string, table<string, integer>>    endpoint and model to the longest reply, in tokens
---@field contexts table<string, table<string, integer>>  the same to the length of the context
---@field abilities table<string, table<string, string[]>>  the same to what it can do, in words
---@field prices table<string, table<string, number[]>>   the same to dollars for a million tokens in and out

local state ---@type hum.KnownModels|nil

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

--- Endpoint and model to what `read` makes of a value.
---@param map any
---@param read fun(value: any): any
---@return table<string, table<string, any>>
local function of_models(map, read)
  return usable(map, function(models) return usable(models, read) end)
end

---@return hum.KnownModels
local function load()
  if state then return state end
  local read, lines = pcall(vim.fn.readfile, state_path())
  local ok, value = pcall(vim.json.decode, read and table.concat(lines, '\n') or '', { luanil = { object = true } })
  value = ok and type(value) == 'table' and value or {}
  state = {
    names = usable(value.names, answers.strings),
    chosen = usable(value.chosen, answers.name),
    limits = of_models(value.limits, answers.number),
    contexts = of_models(value.contexts, answers.number),
    prices = of_models(value.prices, answers.pair),
    abilities = of_models(value.abilities, answers.strings),
  }
  return state
end

--- Of empty maps those that were always there are written.
local function save()
  local path = state_path()
  pcall(vim.fn.mkdir, vim.fs.dirname(path), 'p')
  local out = { names = vim.empty_dict(), chosen = vim.empty_dict() }
  for field, map in pairs(load()) do
    if next(map) then out[field] = map end
  end
  local ok = pcall(vim.fn.writefile, { vim.json.encode(out) }, path)
  if not ok then log.write('warn', 'cannot write ' .. path) end
end

--- What is kept of a list, by field.
---@param models hum.Model[]
---@return table<string, table|nil>
local function record_of(models)
  local names, limits, contexts, prices, abilities = {}, {}, {}, {}, {}
  for i, model in ipairs(models) do
    names[i] = model.id
    limits[model.id], contexts[model.id], prices[model.id] = model.limit, model.context, model.price
    local can = abilities_of(model.item, model.can)
    abilities[model.id] = #can > 0 and can or nil
  end
  return {
    names = names,
    limits = next(limits) and limits,
    contexts = next(contexts) and contexts,
    prices = next(prices) and prices,
    abilities = next(abilities) and abilities,
  }
end

--- Keeps the list of an endpoint.
---@param name string
---@param models hum.Model[]
function M.keep(name, models)
  local record, changed = record_of(models), false
  for _, field in ipairs({ 'names', 'limits', 'contexts', 'prices', 'abilities' }) do
    local kept = load()[field]
    changed = changed or not vim.deep_equal(record[field] or nil, kept[name])
    kept[name] = record[field] or nil
  end
  if changed then save() end
end

---@param name string  of the endpoint
---@return string[]|nil  nil: never seen. Not to be changed
function M.names(name) return load().names[name] end

--- What a list said of a model.
---@param field 'limits'|'contexts'|'prices'|'abilities'
---@param name string  of the endpoint
---@param model string
---@return any
function M.of(field, name, model) return (load()[field][name] or {})[model] end

---@param name string  of the endpoint
---@return string|nil model  that the user chose
function M.chosen(name) return load().chosen[name] end

---@param name string  of the endpoint
---@param model string
function M.choose(name, model)
  load().chosen[name] = model
  save()
end

return M
