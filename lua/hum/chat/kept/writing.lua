-- What the user writes by `:w` and its like. Neovim does it, and tells what went wrong; hum sees to it that there is a
-- folder to write to, and that `:w NAME` gives a chat in hum's folder the place that the user wants it in.
local disk = require('hum.chat.kept.disk')
local fault = require('hum.fault')
local file = require('hum.chat.kept.file')
local folder = require('hum.chat.kept.folder')
local move = require('hum.chat.kept.move')
local name = require('hum.chat.kept.name')
local notify = require('hum.notify')

local M = {}

local group = vim.api.nvim_create_augroup('hum.writing', {})

--- Does a chat move when all of it is written there? Once it has been given a place outside of hum's folder that is a
--- copy, as for any other file.
---@param buf integer
---@param path string  as an autocommand has it
---@return boolean
local function moves_to(buf, path)
  local old = vim.api.nvim_buf_get_name(buf)
  return path ~= old and folder.contains(old) and not path:find('^%a[%w+.-]+://')
end

---@param value string
local function set_cpoptions(value) vim.cmd('noautocmd let &cpoptions = ' .. vim.fn.string(value)) end

--- Makes Neovim reset 'modified' itself: what autocommands of writing do to it, it takes back. For one write, whether
--- that succeeds or not.
local function unmodified_by_writing()
  local before = vim.o.cpoptions
  if before:find('+', 1, true) then return end
  set_cpoptions(before .. '+')
  vim.schedule(function() set_cpoptions((vim.o.cpoptions:gsub('%+', ''))) end)
end

--- `rw-------`
local PRIVATE = 384

local made = {} ---@type table<string, true>  files of hum's folder that Neovim is about to make

--- In hum's folder, which may not be there before a chat's first message, a file is the user's alone. Neovim writes
--- over what is there, and leaves its permissions. Of a file that it knows it would ask where another one came from.
---@param buf integer
---@param path string
local function before_write(buf, path)
  if moves_to(buf, path) then unmodified_by_writing() end
  if not folder.contains(path) or vim.uv.fs_stat(path) then return end
  made[path] = true
  if folder.ensure(vim.fs.dirname(path)) and name.is_provisional(path) then disk.create(path) end
end

---@param buf integer
---@param path string
local function after_write(buf, path)
  if made[path] then vim.uv.fs_chmod(path, PRIVATE) end
  made[path] = nil
  local stat = vim.uv.fs_stat(path)
  if not moves_to(buf, path) or not stat or stat.type ~= 'file' then return end
  local old = vim.api.nvim_buf_get_name(buf)
  local ok, err = move.to(buf, path, vim.v.cmdarg)
  if not ok then notify.error(('hum: the chat was written to %s, and stays in %s: %s'):format(path, old, err)) end
end

--- Commands that write what was changed, and nothing else. Of a chat that hum has written already, or that is in no
--- file, that is nothing, whatever file they name.
local CONDITIONAL = { xit = true, exit = true, update = true }

---@param command string
---@return boolean
local function writes_elsewhere(command)
  local ok, parsed = pcall(vim.api.nvim_parse_cmd, command, {})
  if not ok then return false end
  if CONDITIONAL[parsed.cmd] and #parsed.args > 0 then return true end
  local next_command = parsed.nextcmd or ''
  return next_command ~= '' and writes_elsewhere(next_command)
end

--- For one command a chat is modified, until it writes it. A write that succeeds changes more than that.
---@param buf integer
local function modified_for_now(buf)
  local tick = vim.api.nvim_buf_get_changedtick(buf)
  vim.bo[buf].modified = true
  unmodified_by_writing()
  vim.schedule(function()
    local same = vim.api.nvim_buf_is_loaded(buf) and vim.api.nvim_buf_get_changedtick(buf) == tick
    if same then vim.bo[buf].modified = false end
  end)
end

--- A command was typed: `:x NAME` is to write, and to fail, as if nothing of the chat had been written.
local function on_command()
  local buf = vim.api.nvim_get_current_buf()
  if vim.v.event.abort or vim.bo[buf].filetype ~= 'hum' or vim.bo[buf].modified then return end
  if writes_elsewhere(vim.fn.getcmdline()) then modified_for_now(buf) end
end

vim.api.nvim_create_autocmd('CmdlineLeave', {
  group = group,
  pattern = ':',
  callback = function() fault.guard('looking at a command', on_command) end,
})

--- Looks at what is written of a chat from now on.
---@param buf integer
function M.watch(buf)
  local function on(event, fn)
    vim.api.nvim_create_autocmd(event, {
      group = group,
      buffer = buf,
      nested = true, -- what else goes by the buffer's name hears of another one
      callback = function(given) fault.guard('writing', fn, buf, given.match) end,
    })
  end
  vim.api.nvim_clear_autocmds({ group = group, buffer = buf })
  on('BufWritePre', before_write)
  on('BufWritePost', after_write)
  on('BufFilePost', function()
    if not file.keeps(buf) then file.bind(buf) end -- it may have had no name
  end)
end

return M
