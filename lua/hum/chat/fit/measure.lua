-- Estimated tokens of texts of a chat.
local M = {}

--- Bytes of a token, where the helper does not say.
local BYTES = 3.8

--- Measures texts.
---@param texts string[]
---@param cb fun(tokens: integer[])  for each, called once
---@return hum.Cancel|nil
function M.texts(texts, cb)
  cb(vim.tbl_map(function(text) return math.ceil(#text / BYTES) end, texts))
end

return M
