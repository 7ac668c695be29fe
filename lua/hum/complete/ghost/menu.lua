-- Whether a completion menu is open: Neovim's own, nvim-cmp's or blink.cmp's. Theirs are plain
-- windows, for which Neovim has no event; both plugins have events of their own.
local M = {}

local heard = {} ---@type table<string, boolean>  plugins that are listened to

---@param name string
---@param method string
---@return boolean
local function says(name, method)
  local plugin = package.loaded[name]
  if type(plugin) ~= 'table' or type(plugin[method]) ~= 'function' then return false end
  local ok, open = pcall(plugin[method])
  return ok and open == true
end

local pum = false ---@type boolean  Neovim's own is open

---@return boolean
function M.is_open() return pum or says('cmp', 'visible') or says('blink.cmp', 'is_menu_visible') end

---@param on_change fun()
local function listen_to_cmp(on_change)
  local cmp = package.loaded['cmp']
  if type(cmp) == 'table' and type(cmp.event) == 'table' and not heard.cmp then
    heard.cmp = true
    cmp.event:on('menu_opened', on_change)
    cmp.event:on('menu_closed', on_change)
  end
end

---@param on_change fun()
local function listen_to_blink(on_change)
  if not heard.blink then
    heard.blink = true
    vim.api.nvim_create_autocmd('User', {
      group = vim.api.nvim_create_augroup('hum.complete.menu', {}),
      pattern = { 'BlinkCmpMenuOpen', 'BlinkCmpMenuClose' },
      callback = on_change,
    })
  end
end

--- Neovim's own menu is there (CompleteChanged), or goes (CompleteDone). Asking pumvisible()
--- at each key would cost more than drawing does.
---@param open boolean
function M.note(open) pum = open end

--- Looks whether it is there: what opens it in an autocommand of another plugin causes no event.
function M.look() pum = vim.fn.pumvisible() == 1 end

--- It may have come or gone without a word; with 'autocomplete' it does.
---@param event string  that of a key: while the menu is there it is TextChangedP
function M.heard(event)
  if event == 'TextChangedP' then
    pum = true
  elseif pum then
    M.look()
  end
end

--- Calls back, scheduled, whenever a menu of a plugin that is loaded by now opens or closes.
---@param callback fun()
function M.listen(callback)
  local function on_change() vim.schedule(callback) end
  listen_to_cmp(on_change)
  listen_to_blink(on_change)
end

return M
