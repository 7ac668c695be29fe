-- Estimated tokens of texts of a chat.
local gather = require('hum.server.gather')

local M = {}

--- Bytes of a token, where the helper cannot say, and is not asked: a short chat fits, and is to go at once.
local BYTES, SHORT = 3.8, 3000

---@param texts string[]
---@return integer[]
local function rough(texts)
  return vim.tbl_map(function(text) return math.ceil(#text / BYTES) end, texts)
end

--- Measures texts.
---@param texts string[]
---@param cb fun(tokens: integer[])  for each, called once
---@return hum.Cancel|nil
function M.texts(texts, cb)
  local bytes = 0
  for _, text in ipairs(texts) do
    bytes = bytes + #text
  end
  if bytes < SHORT then return cb(rough(texts)) end
  return gather.measure(texts, function(err, tokens) cb(not err and tokens or rough(texts)) end)
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
