-- The folder for what requests refer to that belong to no chat: private, one for each Neovim, and gone with it.
local M = {}

local folder ---@type string|nil

--- Neovim deletes what stands beside tempname() when it ends; the helper makes the folder, for its owner alone.
---@return string
function M.folder()
  folder = folder or vim.fn.tempname() .. '.hum'
  return folder
end

return M
