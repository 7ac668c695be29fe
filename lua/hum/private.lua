-- What Neovim has for itself (`vim._…`, `nvim__…`) and may take away or change: only here, and never missed.
--
-- Each function looks whether its counterpart is there, gives it nothing that it would refuse, and does the
-- next best thing with what is public where it is not. None throws.
local M = {}

--- Computes the folds of some rows of a window again, as `vim._foldupdate` does for treesitter's fold
--- expression. Public is only the setting of 'foldmethod', which computes those of the whole buffer.
---@param win integer
---@param first integer  row from 0; rows outside of the buffer are left out
---@param last integer   row after the last one
---@return boolean done  false: no such window, or no such rows
function M.foldupdate(win, first, last)
  if not vim.api.nvim_win_is_valid(win) then return false end
  local count = vim.api.nvim_buf_line_count(vim.api.nvim_win_get_buf(win))
  first, last = math.max(first, 0), math.min(last, count)
  if first >= last then return false end
  if vim._foldupdate and pcall(vim._foldupdate, win, first, last) then return true end
  return (pcall(function() vim.wo[win][0].foldmethod = vim.wo[win].foldmethod end))
end

--- Has something drawn again, as `nvim__redraw` does. Public is only `:redraw!`, which draws all, and at once.
---@param opts vim.api.keyset.redraw
---@return boolean done
function M.redraw(opts)
  if vim.api.nvim__redraw and pcall(vim.api.nvim__redraw, opts) then return true end
  return (pcall(vim.api.nvim_command, 'redraw!'))
end

--- Has the extmarks of a namespace drawn in one window only, the one that was named last. In 0.10 the window keeps
--- the namespace for good, and only extmarks with `scoped` go by it: see M.scoped.
---@param ns integer
---@param win integer
---@return boolean done  false: they are drawn wherever the buffer is
function M.bind_namespace(ns, win)
  if vim.api.nvim__ns_set then return (pcall(vim.api.nvim__ns_set, ns, { wins = { win } })) end
  if not vim.api.nvim__win_add_ns then return false end
  for _, other in ipairs(vim.api.nvim_list_wins()) do
    pcall(vim.api.nvim__win_del_ns, other, ns)
  end
  return (pcall(vim.api.nvim__win_add_ns, win, ns))
end

--- Whether an extmark must say that it goes by the windows of its namespace.
M.scoped = vim.api.nvim__ns_set == nil and vim.api.nvim__win_add_ns ~= nil or nil ---@type true|nil

return M
