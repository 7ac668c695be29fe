-- Windows side by side, and their sizes: a chat takes of each as much as it has to, and gives it back.
local size = require('hum.chat.view.size')

local M = {}

---@class hum.Opened  what a window beside others has changed
---@field axis hum.Axis
---@field given integer     its size
---@field group integer[]   a window of each column or row that gave of its own, in order
---@field room integer      what these had
---@field wins integer[]    all windows that there were, in order
---@field restore string    makes their sizes what they were
---@field after integer[]   sizes of all windows when it was open

---@param sizes integer[]
---@return integer
local function total(sizes)
  local sum = 0
  for _, n in ipairs(sizes) do
    sum = sum + n
  end
  return sum
end

---@param win integer
---@return boolean
function M.is_float(win) return vim.api.nvim_win_get_config(win).relative ~= '' end

--- Calls a function that shows a buffer, without the line about its file that 'shortmess' may want.
---@param fn fun()
function M.silently(fn)
  local ok, err
  M._call = function()
    ok, err = pcall(fn)
  end
  vim.cmd("silent lua require('hum.chat.view.layout')._call()")
  M._call = nil
  if not ok then error(err, 0) end
end

--- Calls a function that opens or closes a window; the others are not made equal along the axis, whatever 'equalalways'
--- says. Setting that back would do it.
---@param axis hum.Axis
---@param fn function
---@param ... any
---@return any
function M.quietly(axis, fn, ...)
  local old = vim.go.eadirection
  local function set(value) vim.cmd('noautocmd set eadirection=' .. value) end
  set(axis == 'width' and 'ver' or 'hor')
  local ok, result = pcall(fn, ...)
  set(old)
  if not ok then error(result, 0) end
  return result
end

--- The branch of a layout whose leaves are along the axis, and among them a window.
---@param node table  of winlayout()
---@param kind 'row'|'col'
---@param win integer
---@return table|nil
local function branch(node, kind, win)
  if node[1] == 'leaf' then return nil end
  for _, child in ipairs(node[2]) do
    if child[1] == 'leaf' and child[2] == win then return node[1] == kind and node or nil end
    local found = branch(child, kind, win)
    if found then return found end
  end
end

---@param node table
---@return integer win
local function first_leaf(node)
  while node[1] ~= 'leaf' do
    node = node[2][1]
  end
  return node[2]
end

---@param axis hum.Axis
---@return 'row'|'col'
local function kind_of(axis) return axis == 'width' and 'row' or 'col' end

--- A window of each column or row of the whole tab page.
---@param axis hum.Axis
---@return integer[]
function M.all(axis)
  local root = vim.fn.winlayout()
  local parts = root[1] == kind_of(axis) and root[2] --[[@as table|false]]
  return parts and vim.tbl_map(first_leaf, parts) or { first_leaf(root) }
end

--- A window of each column or row that a window is in a line with, as far as they are among some.
---@param win integer
---@param axis hum.Axis
---@param among integer[]
---@return integer[]
function M.row(win, axis, among)
  local found = branch(vim.fn.winlayout(), kind_of(axis), win)
  local leaves = vim.tbl_map(first_leaf, found and found[2] or {})
  local wins = vim.tbl_filter(function(leaf) return vim.list_contains(among, leaf) end, leaves)
  return #wins > 0 and wins or { win }
end

---@param wins integer[]
---@param axis hum.Axis
---@return integer[]
local function sizes_of(wins, axis)
  return vim.tbl_map(function(win) return size.of(win, axis) end, wins)
end

---@param wins integer[]
---@param axis hum.Axis
---@return integer
function M.sum(wins, axis) return total(sizes_of(wins, axis)) end

--- Gives windows a room in proportion to their sizes. In order: what one gets is taken from those behind.
---@param wins integer[]
---@param axis hum.Axis
---@param sizes integer[]
---@param room integer
local function scale(wins, axis, sizes, room)
  local sum = total(sizes)
  for i, win in ipairs(wins) do
    size.set(win, axis, math.max(1, math.floor(sizes[i] * room / sum)))
  end
end

--- All windows of the tab page but floats, in order.
---@return integer[]
function M.wins()
  return vim.tbl_filter(function(win) return not M.is_float(win) end, vim.api.nvim_tabpage_list_wins(0))
end

---@return integer[]
local function all_sizes()
  local wins = M.wins()
  return vim.list_extend(sizes_of(wins, 'width'), sizes_of(wins, 'height'))
end

--- Opens a window that takes of the room of others.
---@param axis hum.Axis
---@param group integer[]  who gives of theirs
---@param share integer    the size of the new one
---@param fn fun(): integer  opens it
---@return integer win, hum.Opened opened
function M.open(axis, group, share, fn)
  local wins, restore, before = M.wins(), vim.fn.winrestcmd(), sizes_of(group, axis)
  local room = total(before)
  local win = M.quietly(axis, fn)
  size.set(win, axis, share)
  scale(group, axis, before, room - 1 - share)
  size.set(win, axis, share)
  ---@type hum.Opened
  local opened = {
    axis = axis,
    given = size.of(win, axis),
    group = group,
    room = room,
    wins = wins,
    restore = restore,
    after = all_sizes(),
  }
  return win, opened
end

--- Whether the other windows are those beside which a window has opened.
---@param opened hum.Opened
---@param win integer
---@return boolean
function M.is_as_opened(opened, win)
  local others = vim.tbl_filter(function(other) return other ~= win end, M.wins())
  return vim.deep_equal(others, opened.wins)
end

--- To be called before such a window closes; what it returns, after that: the others get their room back. If nothing
--- was resized meanwhile they are as they were, else in proportion to what they are now.
---@param opened hum.Opened
---@return fun()
function M.closing(opened)
  local untouched = vim.deep_equal(all_sizes(), opened.after)
  local here = #vim.tbl_filter(vim.api.nvim_win_is_valid, opened.group) == #opened.group
  local now = here and sizes_of(opened.group, opened.axis) or {}
  return function()
    if not here or not vim.deep_equal(M.wins(), opened.wins) then return end
    if untouched then return vim.cmd(opened.restore) end
    scale(opened.group, opened.axis, now, opened.room)
  end
end

return M
