-- Presets by name: what is known of a server or service that a user names.
local presets = require('hum.server.provider.presets')

local M = {}

M.all = presets

--- What else some are called, without the marks between words.
local ALIASES = { llamacpp = 'llama_server', azureopenai = 'azure', mlxlm = 'mlx' }

---@param name string
---@return string
local function plain(name) return (name:lower():gsub('[-_. ]', '')) end

local names = {} ---@type table<string, string>  as written together, to the name
for name in pairs(presets) do
  names[plain(name)] = name
end

--- The name of the preset that a name means: its words may be written together, or with "-" or "_".
---@param name string
---@return string|nil
function M.find(name)
  local word = plain(name)
  return names[word] or ALIASES[word]
end

---@return string[]
function M.names()
  local out = vim.tbl_keys(presets)
  table.sort(out)
  return out
end

--- The preset that an endpoint was found to have.
---@param endpoint hum.Endpoint
---@return hum.Preset|nil
function M.of(endpoint) return endpoint.preset and presets[endpoint.preset] or nil end

--- What is known of the API that an endpoint speaks: nothing if it is another than the preset's.
---@param endpoint hum.Endpoint
---@return hum.Preset|nil
function M.spoken(endpoint)
  local preset = M.of(endpoint)
  return preset and (preset.dialect or 'openai') == endpoint.dialect and preset or nil
end

--- The variable that holds the key of a service now.
---@param known hum.Preset
---@return string|nil
function M.key_variable(known)
  for _, variable in ipairs(known.key or {}) do
    local value = vim.env[variable] --[[@as string|nil]]
    if value and vim.trim(value) ~= '' then return variable end
  end
end

--- Whether an origin, "https://host", is that of the preset's own address.
---@param preset hum.Preset
---@param origin string
---@return boolean
function M.is_own(preset, origin)
  local own = preset.url:match('^%a+://[^/]+')
  return own ~= nil and origin:find('^' .. vim.pesc(own):gsub('{%w+}', '[%%w-]+') .. '$') ~= nil
end

return M
