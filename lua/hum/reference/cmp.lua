-- A source for nvim-cmp: `require('hum.reference.cmp').register()`, then `{ name = 'hum_reference' }` among its
-- sources. It offers references in chats, and nothing anywhere else.
local complete = require('hum.reference.complete')

local M = {}
M.__index = M

---@return table
function M.new() return setmetatable({}, M) end

---@return boolean
function M.is_available() return complete.is_attached(vim.api.nvim_get_current_buf()) end

---@return string
function M.get_position_encoding_kind() return 'utf-8' end

---@return string
function M.get_keyword_pattern() return [[#\%(\k\|[-!:/.~*"]\)*]] end

---@return string[]
function M.get_trigger_characters() return { '#', ':', '/', '"', '.' } end

---@param callback fun(response: table)
function M.complete(_, _, callback) callback({ items = complete.lsp_items(), isIncomplete = true }) end

--- Makes the source known to nvim-cmp as "hum_reference".
---@diagnostic disable-next-line: unresolved-require  nvim-cmp's, where it is installed
function M.register() require('cmp').register_source('hum_reference', M.new()) end

return M
