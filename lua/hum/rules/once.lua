-- The rules for a request that belongs to no chat: an edit, or the message of a commit.
local notify = require('hum.notify')
local rules = require('hum.rules')

local M = {}

local told = {} ---@type table<string, true>  what was left out, in words

--- Finds them, and asks about what is new of them. What there is no room for is told, once.
---@param wanted hum.RulesWanted
---@param cb fun(text: string?)  once, scheduled or at once; nil: there are none
---@return fun() cancel  cb is not called any more
function M.find(wanted, cb)
  return rules.collect(wanted, function(err, list, window)
    if not list then
      notify.warn(('hum: no rules were read: %s'):format(err))
      return cb(nil)
    end
    local left_out = rules.left_out(list, window)
    if left_out and not told[left_out] then
      told[left_out] = true
      notify.warn('hum: ' .. left_out)
    end
    cb(rules.text(list))
  end)
end

return M
