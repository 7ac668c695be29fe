-- A source for blink.cmp: a provider with `module = 'hum.reference.blink'`. It offers references in chats, and nothing
-- anywhere else.
local complete = require('hum.reference.complete')

local M = {}
M.__index = M

---@return table
function M.new() return setmetatable({}, M) end

---@return boolean
function M.enabled() return complete.is_attached(vim.api.nvim_get_current_buf()) end

---@return string[]
function M.get_trigger_characters() return require('hum.reference.cmp').get_trigger_characters() end

---@param callback fun(response: table)
function M.get_completions(_, _, callback)
  callback({ items = complete.lsp_items(), is_incomplete_forward = true, is_incomplete_backward = true })
end

return M
