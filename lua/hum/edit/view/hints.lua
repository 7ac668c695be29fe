-- What one may press, as it is configured, in a few words.
local config = require('hum.config')

local M = {}

--- At a hunk.
---@param is_tall boolean  not all of it can be seen
---@return string|nil
function M.at_hunk(is_tall)
  local accept, reject, show = config.edit_keys('accept')[1], config.edit_keys('reject')[1], config.edit_keys('diff')[1]
  if is_tall and show then return show .. ' shows all' end
  if not accept or not reject then return nil end
  return ('%s accepts, %s rejects'):format(accept, reject)
end

--- How to go on with an edit that has ended.
---@return string|nil
function M.onward()
  local found = {}
  for _, one in ipairs({ { 'next_hunk', 'next' }, { 'accept_all', 'accepts all' }, { 'keys', 'keys' } }) do
    local lhs = config.edit_keys(one[1])[1]
    if lhs then found[#found + 1] = ('%s %s'):format(lhs, one[2]) end
  end
  return #found > 0 and table.concat(found, ', ') or nil
end

--- What to press where words of the model are shown.
---@return string|nil
function M.said()
  local found = {}
  for _, one in ipairs({ { 'reply', 'answers' }, { 'close', 'closes' }, { 'answer', 'opens all' } }) do
    local lhs = config.edit_keys(one[1])[1]
    if lhs then found[#found + 1] = ('%s %s'):format(lhs, one[2]) end
  end
  return #found > 0 and table.concat(found, ', ') or nil
end

return M
