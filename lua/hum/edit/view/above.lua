-- Rows that come above the first line of a window: Neovim hides virtual lines there, until one scrolls to them. So the
-- window is scrolled by them as they come, as far as the cursor stays in it; what the user has scrolled away stays so.
local limits = require('hum.edit.view.limits')

local M = {}

local api, fn = vim.api, vim.fn

---@class hum.WindowTop
---@field top integer     its first line, from 1
---@field hidden boolean  the user does not see all that stands above it

local tops = {} ---@type table<integer, hum.WindowTop>  by window

--- As many virtual lines above the first line as leave the cursor in the window.
---@param win integer
---@param top integer  its row
---@return integer
local function room(win, top)
  local cursor = api.nvim_win_get_cursor(win)[1]
  local height = limits.height(win)
  local below = math.min(vim.wo[win].scrolloff, math.floor((height - 1) / 2))
  local stop = math.min(cursor + below, api.nvim_buf_line_count(api.nvim_win_get_buf(win)))
  local taken = api.nvim_win_text_height(win, { start_row = top, start_vcol = 0, end_row = stop - 1 }).all
  return math.max(0, height - taken)
end

---@param win integer
---@return vim.fn.winsaveview.ret
local function view_of(win) return api.nvim_win_call(win, fn.winsaveview) end

---@param win integer
---@param top integer
---@return integer
local function wanted(win, top) return math.min(limits.fill_above(win, top - 1), room(win, top - 1)) end

--- Rows have come, or gone, above the first line of a window.
---@param win integer
function M.changed(win)
  local view = view_of(win)
  if limits.is_bound(win) or view.skipcol > 0 then return end
  local known = tops[win]
  if known and known.top == view.topline and known.hidden then return end
  tops[win] = { top = view.topline, hidden = false }
  local fill = wanted(win, view.topline)
  if fill == view.topfill then return end
  api.nvim_win_call(win, function() fn.winrestview({ topline = view.topline, topfill = fill }) end)
end

--- Windows have scrolled. One that has jumped to the first line of the buffer shows what stands above it.
---@param is_shown fun(buf: integer): boolean  there is a preview
function M.scrolled(is_shown)
  for name, by in pairs(vim.v.event) do
    local win = tonumber(name)
    if win and api.nvim_win_is_valid(win) and is_shown(api.nvim_win_get_buf(win)) then
      local view = view_of(win)
      if view.topline == 1 and by.topline < -1 then
        tops[win] = nil
        M.changed(win)
      else
        tops[win] = { top = view.topline, hidden = view.topfill < wanted(win, view.topline) }
      end
    end
  end
end

---@param win integer
function M.forget(win) tops[win] = nil end

return M
