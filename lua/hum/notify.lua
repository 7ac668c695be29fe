-- The one way to tell the user something. Safe from any context, scheduled, written to
-- the log as well, and never repeated within a moment.
local M = {}

---The same message again within this time is dropped, in ms.
local QUIET = 2000

local seen = {} ---@type table<string, integer>

---Neovim's own vim.notify prints to the message area, where a long text ends in a
---hit-enter prompt: it gets one line. Replacements of it have room for the whole.
---@param text string
---@return string
local function fitted(text)
  -- Neovim's own Lua is compiled in: "@vim/_editor.lua" up to 0.11, stripped to "?" later.
  local source = debug.getinfo(vim.notify, 'S').source
  local builtin = source:find('^@vim/') ~= nil or source:find('^=?%?$') ~= nil
  local room = vim.o.columns * math.max(1, vim.o.cmdheight) - 13
  local line = text:gsub('%s*\n%s*', '; ')
  if not builtin or vim.fn.strdisplaywidth(line) <= room and not text:find('\n') then
    return text
  elseif vim.fn.strdisplaywidth(line) <= room then
    return line
  end
  local rest = ' … (:Hum log)'
  return vim.fn.strcharpart(line, 0, math.max(20, room - #rest)) .. rest
end

---@param text string
---@param level integer
local function tell(text, level)
  local now = vim.uv.now()
  local id = level .. text
  if seen[id] and now - seen[id] < QUIET then
    return
  end
  seen[id] = now
  local names = { [vim.log.levels.ERROR] = 'error', [vim.log.levels.WARN] = 'warn' }
  vim.schedule(function()
    require('hum.log').write(names[level] or 'info', text)
    vim.notify(fitted(text), level, { title = 'hum' })
  end)
end

---@param text string
function M.info(text)
  tell(text, vim.log.levels.INFO)
end

---@param text string
function M.warn(text)
  tell(text, vim.log.levels.WARN)
end

---@param text string
function M.error(text)
  tell(text, vim.log.levels.ERROR)
end

return M
