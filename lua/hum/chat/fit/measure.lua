-- Estimated tokens of texts of a chat.
local estimate = require('hum.server.estimate')

local M = {}

--- Bytes of a token, where the helper cannot say, and is not asked: a short chat fits, and is to go at once.
local BYTES = 3.8

--- Bytes of which the difference counts for little.
M.SHORT = 3000

---@param text string
---@return integer
local function rough(text) return math.ceil(#text / BYTES) end

---@param texts string[]
---@return integer
local function bytes_of(texts)
  local bytes = 0
  for _, text in ipairs(texts) do
    bytes = bytes + #text
  end
  return bytes
end

---@class hum.Measured
---@field tokens integer[]  of each text: as measured, or about
---@field least integer[]   not less than that
---@field most integer[]    not more
---@field bytes integer
---@field rest integer      bytes of those that are still to be measured

--- What is known of texts without asking.
---@param texts string[]
---@return hum.Measured
function M.now(texts)
  local out = { tokens = {}, least = {}, most = {}, bytes = bytes_of(texts), rest = 0 } ---@type hum.Measured
  local short = out.bytes < M.SHORT
  for i, text in ipairs(texts) do
    local known = estimate.known(text) or short and rough(text) or nil
    if not known then out.rest = out.rest + #text end
    out.tokens[i] = known or rough(text)
    out.least[i] = known or 0
    out.most[i] = known or math.ceil(#text * estimate.MOST_PER_BYTE)
  end
  return out
end

--- Measures texts.
---@param texts string[]
---@param cb fun(tokens: integer[])  for each, called once
---@return hum.Cancel|nil
function M.texts(texts, cb)
  if bytes_of(texts) < M.SHORT then return cb(vim.tbl_map(rough, texts)) end
  return estimate.of(texts, function(err, tokens) cb(not err and tokens or vim.tbl_map(rough, texts)) end)
end

---@param list integer[]
---@return integer
function M.total(list)
  local sum = 0
  for _, size in ipairs(list) do
    sum = sum + size
  end
  return sum
end

return M
