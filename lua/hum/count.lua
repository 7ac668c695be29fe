-- Counts of tokens in words. Pure.
local M = {}

--- As people say it of a context: 128k, 200k, 1M.
---@param tokens integer
---@return string
function M.short(tokens)
  local step = tokens % 1024 == 0 and 1024 or 1000
  if tokens < 1000 then return tostring(tokens) end
  if tokens < step * step then return ('%dk'):format(math.floor(tokens / step + 0.5)) end
  return ('%.3gM'):format(tokens / (step * step))
end

return M
