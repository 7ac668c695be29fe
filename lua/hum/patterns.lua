-- Several patterns for one text.
local M = {}

--- Whether one of the patterns is in the text.
---@param text string
---@param patterns string[]
---@return boolean
function M.any(text, patterns)
  for _, pattern in ipairs(patterns) do
    if text:find(pattern) then return true end
  end
  return false
end

return M
