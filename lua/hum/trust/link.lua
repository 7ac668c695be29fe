-- Files of a project that are links: what they lead to may be no business of the project, or a secret.
local sensitive = require('hum.sensitive')

local M = {}

--- Why what a file leads to is not used.
---@param path string  absolute, in the project
---@param root string  the project's
---@return string|nil why  continues the file's name
function M.refusal(path, root)
  local real, top = vim.uv.fs_realpath(path), vim.uv.fs_realpath(root)
  if not real or not top or not vim.startswith(real, top .. '/') then return 'leads out of the project' end
  if (vim.uv.fs_lstat(path) or {}).type ~= 'link' then return nil end
  local inner = real:sub(#top + 2)
  local why = sensitive.of_path(inner)
  return why and ('leads to %s: %s'):format(inner, why)
end

return M
