-- The factors of hum.server.tokens, kept in stdpath('state')/hum/tokens.json: endpoint and model to a number. Read
-- once, written beside and renamed soon after a change that is worth it, together with what other Neovims wrote.
local aside = require('hum.aside')
local log = require('hum.log')

local M = {}

--- Models that are remembered at most, and bytes of a file that can be hum's.
local MOST, LARGEST = 500, 1024 * 1024

--- A change that is smaller is not worth a write.
local WORTH = 0.02

local factors ---@type table<string, table<string, number>>|nil  by endpoint and model
local written = {} ---@type table<string, table<string, number>>
local changed = {} ---@type table<string, table<string, true>>
local scheduled = false

---@return string
local function path()
  return vim.fs.joinpath(vim.fn.stdpath('state') --[[@as string]], 'hum', 'tokens.json')
end

--- The file may be damaged, or of another version.
---@return table<string, table<string, number>>
local function read()
  local stat = vim.uv.fs_stat(path())
  local is_ours = stat and stat.type == 'file' and stat.size <= LARGEST
  local ok, lines = pcall(vim.fn.readfile, is_ours and path() or '')
  local decoded, value = pcall(vim.json.decode, ok and table.concat(lines, '\n') or '', { luanil = { object = true } })
  local out = {}
  for endpoint, models in pairs(decoded and type(value) == 'table' and value or {}) do
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

---@return table<string, table<string, number>>
local function all()
  if not factors then
    factors = read()
    written = vim.deepcopy(factors)
  end
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
  local now = read()
  if size(now) >= MOST then now = {} end
  for endpoint, models in pairs(changed) do
    now[endpoint] = now[endpoint] or {}
    for model in pairs(models) do
      now[endpoint][model] = all()[endpoint][model]
    end
  end
  changed = {}
  local file = path()
  pcall(vim.fn.mkdir, vim.fs.dirname(file), 'p', '0o700')
  local ok, err = aside.write(file, vim.json.encode(now))
  if not ok then
    log.write('warn', tostring(err))
    return
  end
  written = now
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
  local before = (written[endpoint] or {})[model]
  if before and math.abs(before - factor) < WORTH then return end
  changed[endpoint] = changed[endpoint] or {}
  changed[endpoint][model] = true
  if not scheduled then vim.schedule(M.save) end
  scheduled = true
end

return M
