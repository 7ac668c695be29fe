-- What shows this Neovim.
local M = {}

--- Whether it is a Linux console: its fonts have few characters, and it has 16 colours, whatever Neovim thinks.
---@return boolean
function M.is_console()
  local uis = vim.api.nvim_list_uis()
  for _, ui in ipairs(uis) do
    if (ui.term_name or ''):find('^linux') then return true end
  end
  return #uis == 0 and (vim.env.TERM or ''):find('^linux') ~= nil
end

return M
