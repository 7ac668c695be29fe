-- What Neovim itself does with a chat's file: the first write of a buffer under its name, the undo file, the swap file.
local folder = require('hum.chat.kept.folder')

local M = {}

--- While a file is written: no copy of it that stays, and no waiting for the disk. What 'writebackup' makes is for a
--- crash meanwhile.
local BRIEF = 'noautocmd set nobackup patchmode= nofsync'
local CHANGED = { 'backup', 'patchmode', 'fsync' }

---@param fn fun()
---@return boolean ok, any err
local function briefly(fn)
  local values = {}
  for _, name in ipairs(CHANGED) do
    values[name] = vim.api.nvim_get_option_value(name, { scope = 'global' })
  end
  vim.cmd(BRIEF)
  local ok, err = pcall(fn)
  for name, value in pairs(values) do
    if type(value) == 'boolean' then value = value and 1 or 0 end
    vim.cmd(('noautocmd let &g:%s = %s'):format(name, vim.fn.string(value)))
  end
  return ok, err
end

--- What is wrong with the undo file only, which is written once the file is: there is no folder for it, or no right to
--- write there.
---@param err string
---@return boolean
local function is_of_undo(err) return err:find('E5003:', 1, true) ~= nil or err:find('E82[89]:') ~= nil end

--- Writes all of a buffer to its file, over what is there. Only that makes the file the buffer's for Neovim: before,
--- `:w` is refused (E13).
---@param buf integer
---@return boolean|nil ok, string|nil err
function M.write(buf)
  local ok, err = briefly(function()
    vim.api.nvim_buf_call(buf, function() vim.cmd('silent noautocmd keepalt lockmarks write!') end)
  end)
  if not ok and not is_of_undo(tostring(err)) then return nil, tostring(err) end
  return true
end

--- Gives a buffer another name, and leaves none behind.
---@param buf integer
---@param path string
---@return boolean|nil ok, string|nil err
function M.rename(buf, path)
  local old = vim.api.nvim_buf_get_name(buf)
  local ok, err = pcall(
    vim.api.nvim_buf_call,
    buf,
    function() vim.cmd.file({ args = { vim.fn.fnameescape(path) }, mods = { keepalt = true, silent = true } }) end
  )
  if not ok then return nil, tostring(err) end
  -- Neovim keeps the old name for a buffer of its own.
  for _, other in ipairs(vim.api.nvim_list_bufs()) do
    if other ~= buf and vim.api.nvim_buf_get_name(other) == old and not vim.api.nvim_buf_is_loaded(other) then
      pcall(vim.api.nvim_buf_delete, other, { force = true })
    end
  end
  return true
end

--- Writes the undo file, which `:write` would write: the text must be the file's, as Neovim compares both when it
--- reads it.
---@param buf integer
---@param path string
function M.write_undo(buf, path)
  if not vim.bo[buf].undofile then return end
  local undo = vim.fn.undofile(path)
  if undo == '' then return end
  pcall(vim.api.nvim_buf_call, buf, function() vim.cmd('silent noautocmd wundo! ' .. vim.fn.fnameescape(undo)) end)
end

--- Is there a folder for the swap file of a buffer? Where there is none Neovim complains, and waits for a key (E303).
---@param buf integer
---@return boolean
function M.has_room_for_swap(buf)
  local beside = vim.fs.dirname(vim.api.nvim_buf_get_name(buf))
  for _, entry in ipairs(vim.opt.directory:get()) do
    local dir = entry:gsub('//+$', ''):gsub('^%.%f[/%z]', function() return beside end)
    if folder.ensure(dir) and vim.fn.filewritable(dir) == 2 then return true end
  end
  return false
end

return M
