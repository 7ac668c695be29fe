-- Counts in words. Pure.
local M = {}

--- As people say it of things: 1 hunk, 3 hunks.
---@param n integer
---@param word string  for one of them
---@return string
function M.of(n, word) return ('%d %s%s'):format(n, word, n == 1 and '' or 's') end

--- With commas between thousands: 9,240.
---@param n number
---@return string
function M.grouped(n)
  local text = ('%d'):format(math.floor(n + 0.5)):reverse():gsub('(%d%d%d)', '%1,'):reverse()
  return (text:gsub('^,', ''))
end

--- As people say it of a context, in tokens: 128k, 200k, 1M.
---@param tokens integer
---@return string
function M.short(tokens)
  local step = tokens % 1024 == 0 and 1024 or 1000
  if tokens < 1000 then return tostring(tokens) end
  if tokens < step * step then return ('%dk'):format(math.floor(tokens / step + 0.5)) end
  return ('%.3gM'):format(tokens / (step * step))
end

return M
