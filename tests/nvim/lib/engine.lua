-- A real llama-server of a case: tests/engine/start.
local T = require('harness')
local http = require('lib.http')

local M = {}

---@class test.Engine
---@field url string
local Engine = {}
Engine.__index = Engine

--- Starts it, or skips the case where it cannot be had.
---@param t test.Case
---@param ... string  "smollm2" or "gemma3", options of llama-server
---@return test.Engine
function M.start(t, ...)
  local p = t:spawn({ t.root .. '/tests/engine/start', ... })
  local said = t:wait(
    function() return p.out:match('^(%a+ [^\n]*)\n') or (p.code and 'skip it ended with status ' .. p.code) end,
    'the engine is ready',
    90
  )
  local url = said:match('^ready (%S+)')
  if not url then T.skip((said:gsub('^skip ', ''))) end
  return setmetatable({ url = url }, Engine)
end

--- Whether it generates something.
---@return boolean
function Engine:is_busy()
  local host, port = self.url:match('^http://(.-):(%d+)$')
  local status, body = http.request(host, tonumber(port), 'GET', '/slots')
  assert(status == 200, body)
  return vim.iter(vim.json.decode(body)):any(function(slot) return slot.is_processing end)
end

return M
