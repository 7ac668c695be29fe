-- Whether the plugin's files were replaced while this Neovim runs: its modules are the former ones then, and what is
-- loaded later, or built, may not go with them. Only a new Neovim helps.
local M = {}

--- What to do about it.
M.CURE = 'Restart Neovim: hum was updated while it ran.'

local since = os.time()

---@return string  the plugin's own folder
function M.root()
  local source = debug.getinfo(1, 'S').source:sub(2)
  return vim.fn.fnamemodify(source, ':p:h:h:h')
end

--- Looks at all files, some hundreds: for when something has gone wrong.
---@return boolean
function M.is()
  local lua = vim.fs.joinpath(M.root(), 'lua', 'hum')
  for name, kind in vim.fs.dir(lua, { depth = 16 }) do
    local stat = kind == 'file' and vim.uv.fs_stat(vim.fs.joinpath(lua, name))
    if stat and math.max(stat.mtime.sec, stat.ctime.sec) > since then return true end
  end
  return false
end

return M
