-- Keys become text as they are: no indentation, wrapping, comment leaders, abbreviations, pairs or
-- other help. 'paste' is the one option for which all of Neovim stands aside: InsertCharPre is not
-- fired, 'cindent' and its like do nothing, and `:set nopaste` brings back what every buffer had.
local M = {}

local is_on = false -- by this module

--- What is typed from now on is literal. 'paste' of the user stays the user's.
function M.on()
  if is_on or vim.o.paste then return end
  is_on = true
  vim.cmd('noautocmd set paste')
end

--- As it was before.
function M.off()
  if not is_on then return end
  is_on = false
  vim.cmd('noautocmd set nopaste')
end

--- Text as keys for `nvim_feedkeys`.
---@param text string
---@return string
function M.escape(text) return (text:gsub('\128', '\128\254X')) end

--- Keys as Neovim keeps them, as text and special keys.
---@param keys string
---@return string
function M.unescape(keys) return (keys:gsub('\128\254X', '\128')) end

return M
