-- A Neovim of a user without privileges: root has 'modeline' off, and may write everywhere.
local T = require('harness')

local M = {}

--- nobody, on all systems that the suite runs on.
local ID = 65534

--- A program for t:start({ program = … }) that runs Neovim as such a user; the case's folder is his. Where the suite
--- runs as one itself it is Neovim, and where it can run nothing as one the case is skipped.
---@param t test.Case
---@return string
function M.program(t)
  if vim.uv.getuid() ~= 0 then return t.run.nvim end
  if vim.fn.executable('setpriv') == 0 then T.skip('there is no setpriv to run Neovim as another user') end
  local script = ('#!/bin/sh\nexec setpriv --reuid=%d --regid=%d --clear-groups %s "$@"\n'):format(ID, ID, t.run.nvim)
  local path = t:write_file('as-nobody', script)
  vim.uv.fs_chmod(path, tonumber('755', 8))
  vim.uv.fs_chmod(vim.fs.dirname(t.dir), tonumber('755', 8))
  vim.uv.fs_chown(t.dir, ID, ID)
  return path
end

--- Ends the case's Neovim as the user does.
---@param t test.Case
function M.leave(t)
  t.child.rpc:notify('nvim_command', 'qa!')
  t:wait(function() return t.child:ended() end, 'Neovim ends')
end

return M
