-- What models have refused, as the helper tells it: requests are made without it from then on. Each is told once, in
-- the log; `:checkhealth hum` lists them.
local log = require('hum.log')

local M = {}

local told = {} ---@type table<string, string[]>  by endpoint

---@param endpoint string
---@param message string
function M.add(endpoint, message)
  local list = told[endpoint] or {}
  told[endpoint] = list
  if vim.tbl_contains(list, message) then return end
  list[#list + 1] = message
  log.write('info', message)
end

---@param endpoint string
---@return string[]
function M.of(endpoint) return told[endpoint] or {} end

return M
