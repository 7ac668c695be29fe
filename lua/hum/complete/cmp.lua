-- A source for nvim-cmp: `require('hum.complete.cmp').register()`, then
-- `{ name = 'hum' }` among its sources.
local source = require('hum.complete.source')

local M = {}
M.__index = M

---@return string
function M.get_position_encoding_kind() return 'utf-8' end

--- Characters behind which nvim-cmp is to want items, too; by itself it does so within words.
---@return string[]
function M.get_trigger_characters() return { ' ', '.', '(', '[', '{', '=', ',', ':', '>', '-', '\t' } end

---@param callback fun(response: table)
function M.complete(_, _, callback)
  source.request(function(found) callback({ items = found and { source.item(found) } or {}, isIncomplete = true }) end)
end

---@return table
function M.new() return setmetatable({}, M) end

--- Makes the source known to nvim-cmp as "hum".
---@diagnostic disable-next-line: unresolved-require  nvim-cmp's, where it is installed
function M.register() require('cmp').register_source('hum', M.new()) end

return M
