-- A chat in no file (`chat.keep = false`): nothing of it is written anywhere, and what it says is not missed. Only what
-- the user has not sent yet is a change that Neovim asks about.
local turns = require('hum.chat.text.turns')

local M = {}

local group = vim.api.nvim_create_augroup('hum.unkept', {})
local unkept = {} ---@type table<integer, true>

---@param buf integer
---@return boolean
local function has_draft(buf)
  local list = turns.of(buf).turns
  local last = list[#list]
  return last ~= nil and last.role == 'user' and last.text ~= ''
end

--- Sets 'modified' as it is with such a chat.
---@param buf integer
function M.settle(buf)
  if not vim.api.nvim_buf_is_loaded(buf) then unkept[buf] = nil end
  if not unkept[buf] then return end
  if vim.bo[buf].modified and not has_draft(buf) then vim.bo[buf].modified = false end
end

--- The user has made it a file: an ordinary one, whose swap and undo files are as he has them.
---@param buf integer
function M.release(buf)
  if not unkept[buf] or vim.api.nvim_buf_get_name(buf) == '' then return end
  unkept[buf] = nil
  vim.api.nvim_clear_autocmds({ group = group, buffer = buf })
  vim.bo[buf].swapfile, vim.bo[buf].undofile = vim.go.swapfile, vim.go.undofile
end

-- Before Neovim looks whether there is anything that was not saved.
vim.api.nvim_create_autocmd({ 'QuitPre', 'ExitPre' }, {
  group = group,
  callback = function()
    for _, buf in ipairs(vim.tbl_keys(unkept)) do
      M.settle(buf)
    end
  end,
})

--- A new buffer is such a chat's.
---@param buf integer
function M.bind(buf)
  unkept[buf] = true
  vim.bo[buf].swapfile, vim.bo[buf].undofile = false, false
  vim.api.nvim_clear_autocmds({ group = group, buffer = buf })
  vim.api.nvim_create_autocmd('BufFilePost', { group = group, buffer = buf, callback = function() M.release(buf) end })
end

return M
