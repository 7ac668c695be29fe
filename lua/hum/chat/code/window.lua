-- The code window: the last window of this tab page that showed an ordinary file and no chat. What is taken out of a
-- chat goes there.
local view = require('hum.chat.view.window')

local M = {}

--- Is it a window of the layout with an ordinary buffer that is no chat?
---@param win integer
---@return boolean
function M.is_code(win)
  if not vim.api.nvim_win_is_valid(win) or vim.api.nvim_win_get_config(win).relative ~= '' then return false end
  local buf = vim.api.nvim_win_get_buf(win)
  return vim.bo[buf].buftype == '' and vim.bo[buf].filetype ~= 'hum' and not vim.wo[win].previewwindow
end

--- Remembered in a variable of the tab page; a window that was closed, or shows something else now, is passed over.
---@param win integer
local function note(win)
  if M.is_code(win) then vim.t[vim.api.nvim_win_get_tabpage(win)].hum_code_window = win end
end

--- Of several windows that could be meant the one with the most room.
---@param wins integer[]
---@return integer|nil
local function largest(wins)
  local best, most = nil, -1
  for _, win in ipairs(wins) do
    local cells = vim.api.nvim_win_get_width(win) * vim.api.nvim_win_get_height(win)
    if cells > most then
      best, most = win, cells
    end
  end
  return best
end

--- What was used before hum was loaded is known of the current window and the one before alone.
---@param tab integer
---@return integer|nil
local function find_in(tab)
  local nr = vim.api.nvim_tabpage_get_number(tab)
  local before = vim.fn.win_getid(vim.fn.tabpagewinnr(nr, '#'), nr)
  for _, win in ipairs({ vim.api.nvim_tabpage_get_win(tab), vim.t[tab].hum_code_window or 0, before }) do
    if win > 0 and M.is_code(win) and vim.api.nvim_win_get_tabpage(win) == tab then return win end
  end
  return largest(vim.tbl_filter(M.is_code, vim.api.nvim_tabpage_list_wins(tab)))
end

--- The code window of this tab page.
---@return integer|nil
function M.find() return find_in(vim.api.nvim_get_current_tabpage()) end

--- The same; that of the tab page before where this one has none, as chats in tab pages of their own have it.
---@return integer|nil
function M.nearest()
  local before = vim.api.nvim_list_tabpages()[vim.fn.tabpagenr('#')]
  return M.find() or before and find_in(before)
end

--- The code window, or a new one beside the chat, which shows `buf`. The current window stays what it is.
---@param buf integer  for a window that is new
---@return integer
function M.get(buf)
  local win = M.find()
  if win then return win end
  win = vim.api.nvim_open_win(buf, false, { split = 'left', win = -1 })
  note(win)
  return win
end

--- A new window with the file whose window the chat in the current one has taken.
---@return integer|nil  nil: there is none, or no room
function M.reopen()
  local buf = view.former()
  if not buf then return nil end
  local ok, win = pcall(M.get, buf)
  return ok and win or nil
end

--- Remembers from now on which window was the last.
function M.watch()
  vim.api.nvim_create_autocmd('WinLeave', {
    group = vim.api.nvim_create_augroup('hum.code', {}),
    callback = function() note(vim.api.nvim_get_current_win()) end,
  })
end

return M
