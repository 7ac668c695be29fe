-- The log: one file that the helper and Lua both append to, whole lines at a time.
local M = {}

local RANK = { error = 1, warn = 2, info = 3, debug = 4 }

--- At this size the file moves to hum.log.old, once a session, in bytes.
local LIMIT = 4 * 1024 * 1024

local fd ---@type integer|nil
local prepared = false

---@return string
function M.path()
  return vim.fs.joinpath(vim.fn.stdpath('log') --[[@as string]], 'hum.log')
end

--- Sees to it, once, that the file can be written and is not long already.
---@return string path
function M.prepare()
  local path = M.path()
  if not prepared then
    prepared = true
    vim.fn.mkdir(vim.fs.dirname(path), 'p')
    local stat = vim.uv.fs_stat(path)
    if stat and stat.size > LIMIT then vim.uv.fs_rename(path, path .. '.old') end
  end
  return path
end

--- Appends a line if the configured level asks for it. No texts of chats below level
--- debug, no keys ever: the caller sees to both.
---@param level 'error'|'warn'|'info'|'debug'
---@param text string
function M.write(level, text)
  if RANK[level] > RANK[require('hum.config').get().log] then return end
  -- 0600: at level debug the helper writes what was said.
  fd = fd or vim.uv.fs_open(M.prepare(), 'a', 384)
  if fd then
    local flat = text:gsub('%s*\n%s*', ' | ')
    local when = os.date('%Y-%m-%d %H:%M:%S')
    vim.uv.fs_write(fd, ('%s %-5s lua: %s\n'):format(when, level, flat))
  end
end

--- Shows the end of the log in a window of its own.
---@param mods? table  window modifiers, as `smods` of a user command
function M.open(mods)
  if not vim.uv.fs_stat(M.path()) then return require('hum.notify').info('hum: the log is empty: ' .. M.path()) end
  -- No swap file: another Neovim may show the log too.
  mods = vim.tbl_extend('force', mods or {}, { noswapfile = true })
  vim.cmd.split({ vim.fn.fnameescape(M.path()), mods = mods })
  vim.bo.autoread = true
  vim.bo.modifiable = false
  vim.bo.bufhidden = 'wipe'
  vim.cmd('normal! G')
end

return M
