-- The log: one file that the helper and Lua both append to, whole lines at a time.
local M = {}

local RANK = { error = 1, warn = 2, info = 3, debug = 4 }

---At this size the file moves to hum.log.old when hum starts to write, in bytes.
local LIMIT = 4 * 1024 * 1024

local fd ---@type integer|nil

---@return string
function M.path()
  return vim.fs.joinpath(vim.fn.stdpath('log') --[[@as string]], 'hum.log')
end

---Makes sure that the file can be written, and moves a long one away.
---@return string path
function M.prepare()
  local path = M.path()
  vim.fn.mkdir(vim.fs.dirname(path), 'p')
  local stat = vim.uv.fs_stat(path)
  if stat and stat.size > LIMIT then
    vim.uv.fs_rename(path, path .. '.old')
  end
  return path
end

---@return integer|nil
local function open()
  fd = fd or vim.uv.fs_open(M.prepare(), 'a', 384) -- 0600: at level debug it holds what was said
  return fd
end

---Appends a line if the configured level asks for it. No texts of chats below level
---debug, no keys ever: the caller sees to both.
---@param level 'error'|'warn'|'info'|'debug'
---@param text string
function M.write(level, text)
  local wanted = RANK[require('hum.config').get().log]
  if not wanted or RANK[level] > wanted then
    return
  end
  local file = open()
  if file then
    local line = ('%s %-5s lua: %s\n'):format(os.date('%Y-%m-%d %H:%M:%S'), level, (text:gsub('%s*\n%s*', ' | ')))
    vim.uv.fs_write(file, line)
  end
end

---Shows the end of the log in a window of its own.
function M.open()
  if not vim.uv.fs_stat(M.path()) then
    return require('hum.notify').info('hum: the log is empty: ' .. M.path())
  end
  vim.cmd.split(vim.fn.fnameescape(M.path()))
  vim.bo.autoread = true
  vim.bo.modifiable = false
  vim.bo.bufhidden = 'wipe'
  vim.cmd('normal! G')
end

return M
