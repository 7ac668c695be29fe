-- The factors of hum.server.tokens, kept in stdpath('state')/hum/tokens.json: endpoint and model to a number. Read
-- once, written beside and renamed soon after a change that is worth it, together with what other Neovims wrote.
local store = require('hum.store')

local M = {}

--- Models that are remembered at most.
local MOST = 500

--- A change that is smaller is not worth a write.
local WORTH = 0.02

local factors ---@type table<string, table<string, number>>|nil  by endpoint and model
local changed = {} ---@type table<string, table<string, true>>
local scheduled = false

---@param value table
---@return table<string, table<string, number>>
local function valid(value)
  local out = {}
  for endpoint, models in pairs(value) do
    if type(endpoint) == 'string' and type(models) == 'table' then
      out[endpoint] = {}
      for model, factor in pairs(models) do
        if type(model) == 'string' and type(factor) == 'number' and factor > 0.1 and factor < 10 then
          out[endpoint][model] = factor
        end
      end
    end
  end
  return out
end

local kept = store.new('hum/tokens.json', { valid = valid })

---@return table<string, table<string, number>>
local function all()
  if not factors then factors = vim.deepcopy(kept.get()) end
  return factors
end

---@param map table<string, table<string, number>>
---@return integer
local function size(map)
  local n = 0
  for _, models in pairs(map) do
    n = n + vim.tbl_count(models)
  end
  return n
end

--- Writes what has changed here into what stands there now.
function M.save()
  scheduled = false
  if not next(changed) then return end
  local mine = changed
  changed = {}
  kept.change(function(now)
    local is_full = size(now) >= MOST
    for endpoint in pairs(is_full and now or {}) do
      now[endpoint] = nil
    end
    for endpoint, models in pairs(mine) do
      now[endpoint] = now[endpoint] or {}
      for model in pairs(models) do
        now[endpoint][model] = all()[endpoint][model]
      end
    end
  end)
end

---@param endpoint string
---@param model string
---@return number|nil  nil: nothing is known
function M.get(endpoint, model) return (all()[endpoint] or {})[model] end

---@param endpoint string
---@param model string
---@param factor number
function M.set(endpoint, model, factor)
  local map = all()
  map[endpoint] = map[endpoint] or {}
  map[endpoint][model] = factor
  local before = (kept.get()[endpoint] or {})[model]
  if before and math.abs(before - factor) < WORTH then return end
  changed[endpoint] = changed[endpoint] or {}
  changed[endpoint][model] = true
  if not scheduled then vim.schedule(M.save) end
  scheduled = true
end

return M
