-- Where a chat is shown, and how. Options are local to window and buffer, so Neovim puts
-- them away when another buffer takes the window.
local config = require('hum.config')
local fold = require('hum.chat.view.fold')

local M = {}

---@param mods? table  as `smods` of a user command
---@return boolean  they say where the window goes
local function has_position(mods)
  return mods ~= nil and (mods.vertical or mods.horizontal or (mods.tab or -1) >= 0 or (mods.split or '') ~= '')
end

---@param mods? table
local function split(mods)
  local how = config.get().chat.window
  if has_position(mods) then
    vim.cmd({ cmd = 'split', mods = mods })
  elseif how == 'vsplit' then
    vim.cmd('vsplit')
  elseif how == 'split' then
    vim.cmd('split')
  elseif how == 'tab' then
    vim.cmd('tab split')
  end
  return not has_position(mods) and how or nil
end

---@param how? string
local function resize(how)
  local size = config.get().chat.size
  local function share(whole) return math.floor(size < 1 and size * whole or size) end
  if size > 0 and how == 'vsplit' then
    vim.api.nvim_win_set_width(0, share(vim.o.columns))
  elseif size > 0 and how == 'split' then
    vim.api.nvim_win_set_height(0, share(vim.o.lines))
  end
end

--- Shows a chat and makes its window the current one.
---@param buf integer
---@param mods? table
---@return boolean|nil ok, string|nil err
function M.show(buf, mods)
  for _, win in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    if vim.api.nvim_win_get_buf(win) == buf and not has_position(mods) then
      vim.api.nvim_set_current_win(win)
      return true
    end
  end
  local ok, err = pcall(function()
    resize(split(mods))
    vim.cmd(('silent call nvim_win_set_buf(0, %d)'):format(buf)) -- no line about the file, see 'shortmess'
  end)
  return ok or nil, not ok and tostring(err) or nil
end

--- Sets the options of the windows that show a chat, once for each.
---@param buf integer
function M.setup(buf)
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    if vim.w[win].hum_chat ~= buf then
      vim.w[win].hum_chat = buf
      local wo = vim.wo[win][0]
      wo.wrap = true
      -- Not 'breakindent': it makes a token seven times as dear (15 ms) in a paragraph of 100 kB.
      wo.linebreak = true
      wo.spell = false
      fold.setup_window(win, config.get().chat.fold_thinking)
    end
  end
end

--- Puts the cursor of the current window on the last line.
---@param buf integer  nothing happens if the window shows another one
function M.to_end(buf)
  if vim.api.nvim_get_current_buf() == buf then
    vim.api.nvim_win_set_cursor(0, { vim.api.nvim_buf_line_count(buf), 0 })
  end
end

return M
