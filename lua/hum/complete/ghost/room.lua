-- The room that a suggestion has in its window, and more of it by scrolling. What is asked is kept until renew(),
-- as an answer that comes in pieces asks it for each.
-- Compiling this would cost more than it saves: see bench/README.md.
if jit then jit.off(true, true) end

local M = {}

local api, fn = vim.api, vim.fn

---@class hum.Room
---@field right? integer
---@field below? integer
---@field width? integer
---@field wraps? boolean
---@field inline? integer
local known = {} ---@type hum.Room

--- The cursor, the window or how it shows text may be another.
function M.renew()
  known.right, known.below, known.width, known.wraps, known.inline = nil, nil, nil, nil, nil
end

---@return integer cells  from the cursor to the edge of the window
function M.right()
  known.right = known.right or api.nvim_win_get_width(0) - fn.wincol() + 1
  return known.right
end

---@return integer rows  below the cursor's
function M.below()
  known.below = known.below or fn.winheight(0) - fn.winline()
  return known.below
end

---@return integer cells  of a row of text
function M.width()
  if not known.width then
    local window = fn.getwininfo(api.nvim_get_current_win())[1]
    known.width = math.max(1, window.width - window.textoff)
  end
  return known.width
end

---@return boolean  lines that are too long are wrapped
function M.wraps()
  if known.wraps == nil then known.wraps = vim.wo.wrap end
  return known.wraps
end

--- What stands in the line must end before the edge where lines do not wrap, or Neovim would scroll
--- sideways.
---@return integer cells
function M.inline()
  known.inline = known.inline or M.right() - 1 - vim.o.sidescrolloff
  return known.inline
end

---@return boolean  the cursor is in the first row of its line
function M.is_first_row()
  local lnum, col = fn.line('.'), fn.col('.')
  return fn.screenpos(0, lnum, 1).row == fn.screenpos(0, lnum, math.max(1, col - 1)).row
end

---@return integer column  of the cursor in its row of text, from 0
function M.column()
  local window = fn.getwininfo(api.nvim_get_current_win())[1]
  return fn.wincol() - 1 - window.textoff
end

--- More than half of the window would be hard to follow, and above the cursor there is to be
--- as much as 'scrolloff' says; if that is half of the window, the cursor has its row.
---@return integer rows  that the window may be scrolled
local function may_scroll()
  -- Another window would scroll too.
  if vim.wo.scrollbind or vim.wo.diff then return 0 end
  local height, kept = fn.winheight(0), vim.o.scrolloff
  if 2 * kept >= height then return 0 end
  return math.max(0, math.min(math.floor(height / 2), fn.winline() - 1 - kept))
end

M.may_scroll = may_scroll

--- A line is not scrolled by a part of its rows.
---@param rows integer
---@param most integer  rows
---@return integer? topline  nil: it cannot be done
local function topline_for(rows, most)
  local last = api.nvim_win_get_cursor(0)[1]
  local top, gone, at = fn.line('w0'), 0, nil
  while top < last and gone < rows do
    local stop = math.max(top, fn.foldclosedend(top))
    gone = gone + api.nvim_win_text_height(0, { start_row = top - 1, end_row = stop - 1 }).all
    top = stop + 1
    if gone > most or top > last then break end
    at = top
  end
  return at
end

--- Scrolls up, once, by so many rows or as many as may be. The cursor stays on its line and seen.
---@param rows integer
---@return boolean  it has scrolled
function M.scroll(rows)
  local most = may_scroll()
  if most == 0 then return false end
  local top = topline_for(math.min(rows, most), most)
  if not top then return false end
  M.renew()
  fn.winrestview({ topline = top, topfill = 0, skipcol = 0 })
  return true
end

--- Where lines do not wrap and the cursor is near the edge: scrolls sideways by so many cells, or by as many as
--- leave the cursor half of a row. Elsewhere the beginning of the lines is worth more.
---@param cells integer
---@return boolean  it has scrolled
function M.scroll_aside(cells)
  if cells == 0 or M.wraps() or vim.wo.scrollbind or vim.wo.diff then return false end
  local half = math.floor(M.width() / 2)
  local by = math.min(cells, half, M.column() - vim.o.sidescrolloff)
  if M.right() > half / 2 or by <= 0 then return false end
  M.renew()
  fn.winrestview({ leftcol = fn.winsaveview().leftcol + by })
  return true
end

return M
