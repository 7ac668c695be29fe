-- Text that a prompt puts in, such as lines of a file, messages of a compiler or of commits: nobody has written it to
-- refer to anything, so nothing in it is a reference, whatever it reads like.
local kinds = require('hum.reference.kinds')

local M = {}

--- Whether something in a text may be read as a reference, in whatever it is put.
---@param text string
---@return boolean
function M.is_risky(text)
  if text:find('![', 1, true) then return true end
  for name in text:gmatch('#(%a[%w_]*)') do
    if kinds.get(name) then return true end
  end
  return false
end

--- The text with a backslash before what would be one, unless it has that.
---@param text string
---@return string
function M.escaped(text)
  if not M.is_risky(text) then return text end
  local function escape(slashes, rest) return slashes .. (#slashes % 2 == 0 and '\\' or '') .. rest end
  text = text:gsub('(\\*)(!%[)', escape)
  return (
    text:gsub(
      '(\\*)#(%a[%w_]*)',
      function(slashes, name) return kinds.get(name) and escape(slashes, '#' .. name) or nil end
    )
  )
end

return M
