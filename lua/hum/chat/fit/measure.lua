-- Estimated tokens of texts of a chat.
local gather = require('hum.server.gather')

local M = {}

--- Bytes of a token, where the helper cannot say.
local BYTES = 3.8

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
  return gather.measure(texts, function(err, tokens) cb(not err and tokens or rough(texts)) end)
end

return M
