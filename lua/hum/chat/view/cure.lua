-- What to do after an ending, in words that name the user's own keys.
local config = require('hum.config')

local M = {}

--- Puts the key before each command that has one.
---@param hint string
---@return string
local function with_keys(hint)
  for _, name in ipairs({ 'retry', 'continue' }) do
    local key, command = config.keys(name)[1], ':Hum ' .. name
    if key then hint = hint:gsub(command, function() return ('%s (%s)'):format(key, command) end, 1) end
  end
  return hint
end

--- A hint of the helper, and that the reply can go on.
---@param hint? string
---@param goes_on boolean  there is something to go on with
---@return string  '' if there is nothing to do
function M.of(hint, goes_on)
  hint = hint or ''
  if goes_on and not hint:find(':Hum continue', 1, true) then hint = vim.trim('Go on with :Hum continue. ' .. hint) end
  return with_keys(hint)
end

--- What to do after a reply of which no more is known than what its text says.
---@param has_text boolean
---@return string
function M.after(has_text) return M.of(has_text and '' or 'Ask again with :Hum retry.', has_text) end

return M
