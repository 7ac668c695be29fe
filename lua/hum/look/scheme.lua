-- Sets hum's highlight groups from the colours of the scheme that is in use, and anew when those change. What the user
-- or the scheme has defined stays as it is.
local make = require('hum.look.definition').make

local M = {}

local api = vim.api

local parts = {} ---@type table<string, boolean>  whose groups are set
local set = {} ---@type table<string, table>  what hum has set, as Neovim gives it back
local listeners = {} ---@type table<string, fun()>
local seen = nil ---@type table|nil  the text's colours as the groups were made from them

---@param name string
---@return table
local function definition_of(name)
  local definition = api.nvim_get_hl(0, { name = name })
  -- Of that Neovim's own scheme makes nothing, when 'background' is set.
  definition.default = nil
  return definition
end

--- Whether a group is as hum, and nobody else, has set it.
---@param name string
---@return boolean
local function is_ours(name)
  local now = definition_of(name)
  return vim.tbl_isempty(now) or vim.deep_equal(now, set[name])
end

local function refresh()
  seen = api.nvim_get_hl(0, { name = 'Normal' })
  for name, definition in pairs(make(parts)) do
    if is_ours(name) then
      -- A link that is a default comes back with `:highlight clear`, whatever has been set since: who made it could
      -- not be told then.
      definition.default, definition.force = not definition.link, true
      api.nvim_set_hl(0, name, definition)
      set[name] = definition_of(name)
    end
  end
  for _, fn in pairs(listeners) do
    fn()
  end
end

-- A callback of the user's that comes later may make the background transparent, say.
local function refresh_now_and_later()
  refresh()
  vim.schedule(function()
    if not vim.deep_equal(seen, api.nvim_get_hl(0, { name = 'Normal' })) then refresh() end
  end)
end

local function watch()
  local augroup = api.nvim_create_augroup('hum.look', {})
  api.nvim_create_autocmd('ColorScheme', { group = augroup, callback = refresh_now_and_later })
  api.nvim_create_autocmd('UIEnter', { group = augroup, callback = refresh })
  api.nvim_create_autocmd('OptionSet', { group = augroup, pattern = 'termguicolors', callback = refresh })
  api.nvim_create_autocmd('OptionSet', {
    group = augroup,
    pattern = 'background',
    -- A scheme that has a name is loaded once more, with a 'ColorScheme' of its own.
    callback = function()
      if not vim.g.colors_name then refresh() end
    end,
  })
end

--- Sets the function that is called when the groups have been set anew.
---@param key string
---@param fn fun()
function M.on_change(key, fn) listeners[key] = fn end

--- Sets the groups of a part, if that has not been done yet, and anew from now on when the colours change.
---@param part? 'chat'|'ghost'|'edit'  nil: the chat
function M.start(part)
  part = part or 'chat'
  if parts[part] then return end
  if not next(parts) then watch() end
  parts[part] = true
  refresh()
end

return M
