-- Sets hum's highlight groups, in the colours of the scheme that is in use. What the user or the scheme has defined
-- stays as it is.
local groups = require('hum.look.groups')

local M = {}

local api = vim.api

local started = false

--- Ghost text looks like comments. Where those have no colour, as with Neovim's own scheme in a terminal of 256
--- colours, it is grey: it must not look like text.
local function set_ghost()
  local comment = api.nvim_get_hl(0, { name = 'Comment', link = false })
  if vim.o.termguicolors or comment.ctermfg then return end
  api.nvim_set_hl(0, 'HumGhost', vim.tbl_extend('force', comment, { ctermfg = 8, default = true }))
end

local function set()
  set_ghost()
  for _, group in ipairs(groups.list) do
    api.nvim_set_hl(0, group.name, { link = group.link, default = true })
  end
end

--- Sets the groups, if that has not been done yet, and anew from now on when the colours change.
function M.start()
  if started then return end
  started = true
  set()
  local augroup = api.nvim_create_augroup('hum.look', {})
  api.nvim_create_autocmd('ColorScheme', { group = augroup, callback = set })
end

return M
