-- Which models of a server may fill in when none is named, the most suitable first: loaded
-- ones before others, as loading takes seconds and memory; then those that answer while one
-- types; then by family; base models before instructed ones; small before large.
local answers = require('hum.server.answer')
local catalog = require('hum.server.catalog')
local families = require('hum.complete.backend.families')

local M = {}

---@class hum.Candidate
---@field model string
---@field loaded boolean
---@field size? number    bytes
---@field rank integer    of the family
---@field chat? boolean   the model of chats

--- Files up to this size, about 8 billion parameters in 4 bits, answer in time on most machines.
local LIGHT = 5e9

--- Behind all known families: the server says that it can, nothing is known of how well.
local UNKNOWN = 100

---@param item table
---@param name string
---@return number|nil bytes  as listed, or guessed from "7b" in the name
local function size_of(item, name)
  local billions = name:lower():match('%f[%d](%d+%.?%d*)b%f[%W]')
  return answers.number(item.size) or (billions and tonumber(billions) * 0.6e9)
end

---@param item table
---@param name string
---@return boolean  the server would pass the user's text on to another one
local function is_remote(item, name)
  return item.remote_host ~= nil or item.remote_model ~= nil or name:find('[:-]cloud$') ~= nil
end

---@param item table  a model, as a server lists it
---@return string|nil name, integer|nil rank  nil: it cannot fill in, or should not unasked
local function judge(item)
  local name = catalog.id(item)
  if not name or families.is_thinker(name) or is_remote(item, name) then return nil end
  local can = answers.strings(item.capabilities)
  if vim.tbl_contains(can, 'thinking') then return nil end
  local _, rank = families.unasked(name, item)
  rank = rank or vim.tbl_contains(can, 'insert') and UNKNOWN or nil
  return rank and name, rank
end

---@param a hum.Candidate
---@param b hum.Candidate
---@return boolean
local function before(a, b)
  local heavy = { (a.size or 0) > LIGHT, (b.size or 0) > LIGHT }
  local instructed = { families.is_instructed(a.model), families.is_instructed(b.model) }
  if a.loaded ~= b.loaded then
    return a.loaded
  elseif heavy[1] ~= heavy[2] then
    return heavy[2]
  elseif a.rank ~= b.rank then
    return a.rank < b.rank
  elseif instructed[1] ~= instructed[2] then
    return instructed[2]
  elseif a.size ~= b.size then
    return (a.size or math.huge) < (b.size or math.huge)
  end
  return a.model < b.model
end

---@param list table[]  models as /api/tags or /v1/models have them
---@param loaded table<string, any>  names of loaded ones
---@return hum.Candidate[]
function M.order(list, loaded)
  local out = {} ---@type hum.Candidate[]
  for _, item in ipairs(list) do
    local name, rank = judge(item)
    if name and rank then
      out[#out + 1] = { model = name, loaded = loaded[name] ~= nil, size = size_of(item, name), rank = rank }
    end
  end
  table.sort(out, before)
  return out
end

return M
