-- 'smoothscroll' in windows whose text is kept still: lines of several rows are scrolled out row by row, by Neovim as
-- well. It stays set as long as the reply comes, or the window would jump.
local M = {}

local set = {} ---@type table<integer, true>  buffers in whose windows it was set
local group = vim.api.nvim_create_augroup('hum.smooth', {})

--- For the current window.
---@param buf integer
function M.set(buf)
  if vim.wo.smoothscroll then return end
  vim.cmd('noautocmd setlocal smoothscroll')
  set[buf] = true
  vim.api.nvim_clear_autocmds({ group = group, buffer = buf })
end

--- The first line that a window shows, and what of it is scrolled out.
---@param win integer
---@return integer[]
local function top_of(win)
  local view = vim.api.nvim_win_call(win, vim.fn.winsaveview)
  return { view.topline, view.skipcol }
end

--- Unsets it where that moves nothing, and where the user has scrolled.
---@param buf integer
---@param ended table<integer, integer[]>  what windows showed when the reply ended
---@return boolean done  in all windows
local function unset(buf, ended)
  if vim.go.smoothscroll then return true end -- the user has set it meanwhile
  local done = true
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    local top = top_of(win)
    if top[2] == 0 or not vim.deep_equal(top, ended[win]) then
      vim.api.nvim_win_call(win, function() vim.cmd('noautocmd setlocal nosmoothscroll') end)
    else
      done = false
    end
  end
  return done
end

--- The reply has ended.
---@param buf integer
function M.give_back(buf)
  if not set[buf] then return end
  set[buf] = nil
  if not vim.api.nvim_buf_is_loaded(buf) then return end
  local ended = {}
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    ended[win] = top_of(win)
  end
  local function on(name, fn) vim.api.nvim_create_autocmd(name, { group = group, buffer = buf, callback = fn }) end
  -- A window that shows something else now has the option again when it shows the chat.
  on('BufWinEnter', function() unset(buf, ended) end)
  if not unset(buf, ended) then on('WinScrolled', function() return unset(buf, ended) end) end
end

return M
