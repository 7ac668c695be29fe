-- What is known of the models of endpoints: their lists as last seen, perhaps by an earlier Neovim,
-- and which model the user chose. Kept in stdpath('state')/hum.json.
local abilities_of = require('hum.server.abilities').of
local answers = require('hum.server.answer')
local store = require('hum.store')

local M = {}

--- Bytes of a file that can be hum's: services list thousands of models.
local MOST = 16 * 1024 * 1024

---@class hum.KnownModels
---@field names table<string, string[]>  endpoint to models
---@field chosen table<string, string>   endpoint to model
---@field limits table<string, table<string, integer>>    endpoint and model to the longest reply, in tokens
---@field contexts table<string, table<string, integer>>  the same to the length of the context
---@field abilities table<string, table<string, string[]>>  the same to what it can do, in words
---@field prices table<string, table<string, number[]>>   the same to dollars for a million tokens in and out

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

---@param value table
---@return hum.KnownModels
local function valid(value)
  return {
    names = usable(value.names, answers.strings),
    chosen = usable(value.chosen, answers.name),
    limits = of_models(value.limits, answers.number),
    contexts = of_models(value.contexts, answers.number),
    prices = of_models(value.prices, answers.pair),
    abilities = of_models(value.abilities, answers.strings),
  }
end

local known = store.new('hum.json', { valid = valid, most = MOST })

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

local FIELDS = { 'names', 'limits', 'contexts', 'prices', 'abilities' }

--- Keeps the list of an endpoint.
---@param name string
---@param models hum.Model[]
function M.keep(name, models)
  local record, changed = record_of(models), false
  for _, field in ipairs(FIELDS) do
    changed = changed or not vim.deep_equal(record[field] or nil, known.get()[field][name])
  end
  if not changed then return end
  known.change(function(all)
    for _, field in ipairs(FIELDS) do
      all[field][name] = record[field] or nil
    end
  end)
end

---@param name string  of the endpoint
---@return string[]|nil  nil: never seen. Not to be changed
function M.names(name) return known.get().names[name] end

--- What a list said of a model.
---@param field 'limits'|'contexts'|'prices'|'abilities'
---@param name string  of the endpoint
---@param model string
---@return any
function M.of(field, name, model) return (known.get()[field][name] or {})[model] end

---@param name string  of the endpoint
---@return string|nil model  that the user chose
function M.chosen(name) return known.get().chosen[name] end

---@param name string  of the endpoint
---@param model string
function M.choose(name, model)
  known.change(function(all) all.chosen[name] = model end)
end

return M
