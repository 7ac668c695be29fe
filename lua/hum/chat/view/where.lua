-- Where a chat opens so that it does no harm: beside ordinary windows, which share their room with it, and never in
-- place of a quickfix list, a help text, a terminal, a tree of files or a float of somebody else. Where there is no
-- room to read it on the wanted side it opens on another, and on the smallest screens in a tab page of its own.
local layout = require('hum.chat.view.layout')
local size = require('hum.chat.view.size')

local M = {}

---@class hum.Side
---@field split 'right'|'left'|'below'|'above'
---@field axis hum.Axis
---@field other string  the side to try next

---@type table<string, hum.Side>
local SIDES = {
  right = { split = 'right', axis = 'width', other = 'bottom' },
  left = { split = 'left', axis = 'width', other = 'bottom' },
  bottom = { split = 'below', axis = 'height', other = 'right' },
  top = { split = 'above', axis = 'height', other = 'right' },
}

--- "vsplit" and "split" leave the side to the user's options.
---@param how string
---@return string
local function side_of(how)
  if how == 'vsplit' then return vim.o.splitright and 'right' or 'left' end
  if how == 'split' then return vim.o.splitbelow and 'bottom' or 'top' end
  return SIDES[how] and how or 'right'
end

--- Whether a window has a text of the user's, and so room for a chat.
---@param win integer
---@return boolean
local function is_ordinary(win)
  local wo, bo = vim.wo[win], vim.bo[vim.api.nvim_win_get_buf(win)]
  return not layout.is_float(win)
    and (bo.buftype == '' or bo.filetype == 'hum')
    and not (wo.previewwindow or wo.winfixwidth or wo.winfixheight or wo.winfixbuf)
end

---@return integer[]
local function ordinary() return vim.tbl_filter(is_ordinary, vim.api.nvim_tabpage_list_wins(0)) end

--- How far a window reaches to a side.
---@param win integer
---@param side string
---@return integer
local function reach(win, side)
  local row, col = unpack(vim.api.nvim_win_get_position(win))
  if side == 'left' then return -col end
  if side == 'top' then return -row end
  return side == 'right' and col + size.of(win, 'width') or row + size.of(win, 'height')
end

--- The window on the edge beside which the chat opens; of several the current one, else the largest.
---@param wins integer[]
---@param side string
---@return integer|nil
local function anchor(wins, side)
  local across = SIDES[side].axis == 'width' and 'height' or 'width' ---@type hum.Axis
  local current = vim.api.nvim_get_current_win()
  local best, best_rank
  for _, win in ipairs(wins) do
    local rank = { reach(win, side), win == current and 1 or 0, size.of(win, across) }
    local better = best_rank == nil
    for i = 1, better and 0 or 3 do
      if rank[i] ~= best_rank[i] then
        better = rank[i] > best_rank[i]
        break
      end
    end
    if better and size.of(win, across) >= size.LEAST[across] then
      best, best_rank = win, rank
    end
  end
  return best
end

--- What the new window is split from, and who shares the room: the whole tab page if all in it may.
---@param side string
---@param wins integer[]
---@return integer|nil at  -1: the tab page
---@return integer[] group
local function sharing(side, wins)
  local axis = SIDES[side].axis
  if #wins == #layout.wins() then return -1, layout.all(axis) end
  local at = anchor(wins, side)
  return at, at and layout.row(at, axis, wins) or {}
end

--- Opens it on a side of some windows.
---@param buf integer
---@param side string
---@param wins integer[]
---@return integer|nil win, hum.Opened|nil opened
local function beside(buf, side, wins)
  local axis = SIDES[side].axis
  local at, group = sharing(side, wins)
  local share = at and size.share(axis, layout.sum(group, axis), #group)
  if not at or not share then return nil end
  local ok, win, opened = pcall(layout.open, axis, group, share, function()
    local least = math.max(1, size.of(group[1], axis) - 2)
    local config = { win = at, split = SIDES[side].split, [axis] = math.min(share, least) }
    return vim.api.nvim_open_win(buf, false, config)
  end)
  if ok then return win, opened end
end

--- Opens a tab page.
---@param buf integer
---@return integer win
function M.in_tab(buf)
  vim.cmd('tab split')
  local win = vim.api.nvim_get_current_win()
  vim.api.nvim_win_set_buf(win, buf)
  return win
end

---@param win integer
---@return boolean
local function has_room(win)
  -- Nothing is wider than the screen.
  local least = math.min(size.LEAST.width, vim.o.columns)
  return size.of(win, 'width') >= least and size.of(win, 'height') >= size.LEAST.height
end

--- Takes the current window, else the one before, else any: of those that may be taken.
---@param buf integer
---@param wins integer[]  these
---@return integer|nil win
local function in_one_of(buf, wins)
  local last = vim.fn.win_getid(vim.fn.winnr('#'))
  for _, win in ipairs({ vim.api.nvim_get_current_win(), last, wins[1] }) do
    if vim.list_contains(wins, win) then return pcall(vim.api.nvim_win_set_buf, win, buf) and win or nil end
  end
end

--- Opens it beside windows: beside ordinary ones, else beside all.
---@param buf integer
---@param how string
---@return integer|nil win, hum.Opened|nil opened
local function on_a_side(buf, how)
  local side = side_of(how)
  for _, wins in ipairs({ ordinary(), layout.wins() }) do
    for _, one in ipairs({ side, SIDES[side].other }) do
      local win, opened = beside(buf, one, wins)
      if win then return win, opened end
    end
  end
end

--- Opens a window for a chat in this tab page.
---@param buf integer
---@param how string  `chat.window`
---@return integer|nil win  nil: it is to have a tab page of its own, as it is wanted, or for want of room
---@return hum.Opened|nil opened
function M.open(buf, how)
  if how == 'tab' then return nil end
  if how ~= 'current' then return on_a_side(buf, how) end
  local taken = in_one_of(buf, vim.tbl_filter(has_room, ordinary()))
  if taken then return taken end
  local win, opened = on_a_side(buf, how)
  if win then return win, opened end
  -- The only one has all the room that there is.
  return #layout.wins() == 1 and in_one_of(buf, ordinary()) or nil
end

return M
