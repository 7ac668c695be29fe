-- The log: one file that the helper and Lua both append to, whole lines at a time. Without a
-- place for it there is no log, and nothing else is worse for that.
local M = {}

local RANK = { error = 1, warn = 2, info = 3, debug = 4 }

--- At this size the file moves to hum.log.old, once in the life of a Neovim, in bytes.
local LIMIT = 4 * 1024 * 1024

local level = 'info' ---@type 'error'|'warn'|'info'|'debug'  the option's default
local fd ---@type integer|nil
local prepared = false
local problem ---@type string|nil  why there is no log
local on_problem ---@type (fun(text: string))|nil

---@return string
function M.path()
  return vim.fs.joinpath(vim.fn.stdpath('log') --[[@as string]], 'hum.log')
end

---@param name 'error'|'warn'|'info'|'debug'
function M.set_level(name) level = name end

--- Calls `fn` once if the log cannot be written, at once if that is known by now.
---@param fn fun(text: string)
function M.on_problem(fn)
  on_problem = fn
  if problem then fn(problem) end
end

---@param err any
local function give_up(err)
  if problem then return end
  problem = ('hum: there is no log, %s cannot be written: %s'):format(M.path(), err)
  if on_problem then on_problem(problem) end
end

--- Makes the folder, and a new file of one that is long already.
---@param path string
local function make_room(path)
  vim.fn.mkdir(vim.fs.dirname(path), 'p')
  local stat = vim.uv.fs_stat(path)
  if stat and stat.type == 'directory' then error('it is a folder', 0) end
  if stat and stat.size > LIMIT then vim.uv.fs_rename(path, path .. '.old') end
end

--- Sees to it, once, that the file can be written and is not long already.
---@return string|nil path  nil: there is no log
function M.prepare()
  local path = M.path()
  if not prepared then
    prepared = true
    local ok, err = pcall(make_room, path)
    if not ok then give_up(tostring(err):gsub('^.-(E%d+:)', '%1')) end
  end
  return not problem and path or nil
end

--- Appends a line if the configured level asks for it. No texts of chats below level
--- debug, no keys ever: the caller sees to both.
---@param rank 'error'|'warn'|'info'|'debug'
---@param text string
function M.write(rank, text)
  if RANK[rank] > RANK[level] then return end
  local path = not fd and M.prepare()
  if path then
    local err
    -- 0600: at level debug the helper writes what was said.
    fd, err = vim.uv.fs_open(path, 'a', 384)
    if not fd then give_up(err) end
  end
  if fd then
    local flat = text:gsub('%s*\n%s*', ' | ')
    local when = os.date('%Y-%m-%d %H:%M:%S')
    vim.uv.fs_write(fd, ('%s %-5s lua: %s\n'):format(when, rank, flat))
  end
end

--- Shows the end of the log in a window of its own.
---@param mods? table  window modifiers, as `smods` of a user command
---@return boolean|nil ok, string|nil why
function M.open(mods)
  if not vim.uv.fs_stat(M.path()) then return nil, problem or 'hum: the log is empty: ' .. M.path() end
  -- No swap file: another Neovim may show the log too.
  mods = vim.tbl_extend('force', mods or {}, { noswapfile = true })
  local ok, err = pcall(vim.cmd.split, { vim.fn.fnameescape(M.path()), mods = mods })
  if not ok then return nil, 'hum: the log cannot be shown here: ' .. tostring(err):gsub('^.-(E%d+:)', '%1') end
  vim.bo.autoread = true
  vim.bo.modifiable = false
  vim.bo.bufhidden = 'wipe'
  vim.cmd('normal! G')
  return true
end

return M
