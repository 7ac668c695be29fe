-- A source for blink.cmp: a provider with `module = 'hum.complete.blink'`, best with
-- `async = true`, so that the menu does not wait for it.
local source = require('hum.complete.source')

local M = {}
M.__index = M

---@return table
function M.new() return setmetatable({}, M) end

---@return string[]
function M.get_trigger_characters() return require('hum.complete.cmp').get_trigger_characters() end

---@param callback fun(response: table)
---@return fun() cancel
function M.get_completions(_, _, callback)
  return source.request(
    function(found)
      callback({
        items = found and { source.item(found) } or {},
        is_incomplete_forward = true,
        is_incomplete_backward = true,
      })
    end
  )
end

return M
