-- What virtual lines cannot do by themselves: be seen below the last row of a window. There the window is scrolled,
-- never the cursor moved. Above its first line: see hum.edit.view.above.
local M = {}

local api, fn = vim.api, vim.fn

---@param win integer
---@return boolean  another window would scroll, too
function M.is_bound(win) return vim.wo[win].scrollbind or vim.wo[win].diff end

--- Rows of the screen that a window has for text.
---@param win integer
---@return integer
function M.height(win) return fn.getwininfo(win)[1].height end

--- Virtual lines above a row.
---@param win integer
---@param row integer
---@return integer
function M.fill_above(win, row)
  return api.nvim_win_text_height(win, { start_row = row, end_row = row, end_vcol = 0 }).fill
end

--- Rows of the screen from a row to what stands in front of another one, or to the end.
---@param win integer
---@param first integer
---@param stop integer  row behind
---@return integer
local function rows_between(win, first, stop)
  local upto = { start_row = first, start_vcol = 0, end_row = stop, end_vcol = 0 }
  if stop >= api.nvim_buf_line_count(api.nvim_win_get_buf(win)) then
    upto.end_row, upto.end_vcol = nil, nil
  end
  return api.nvim_win_text_height(win, upto).all
end

--- The line with which a window begins that has so many rows above a row, and the virtual lines above that line.
---@param win integer
---@param row integer
---@param above integer
---@return integer row, integer fill
local function top_for(win, row, above)
  local top, fill = row, M.fill_above(win, row)
  local got = 0
  while top > 0 do
    if got + fill >= above then return top, math.max(0, above - got) end
    local before = top - 1
    local folded = fn.foldclosed(before + 1)
    if folded > 0 then before = folded - 1 end
    local size = rows_between(win, before, top) -- with what stands in front of `top`
    if got + size > above then return top, math.min(fill, above - got) end
    got, top = got + size, before
    fill = M.fill_above(win, top)
  end
  return top, math.min(fill, math.max(0, above - got))
end

--- Rows of the screen that what comes should find free, at most; half of the window where that is less.
local ROOM = 8

--- What comes in front of a row would not be seen, or hardly: the current window scrolls, if its cursor is in the
--- lines that are being edited, as far as that stays in its line and seen.
---@param buf integer
---@param row integer
---@param first integer  row of the lines
---@param last integer
function M.make_room(buf, row, first, last)
  local win = api.nvim_get_current_win()
  local cursor = api.nvim_win_get_cursor(win)[1] - 1
  local is_there = api.nvim_win_get_buf(win) == buf and cursor >= first - 1 and cursor <= last + 1
  if not is_there or M.is_bound(win) or api.nvim_get_mode().mode ~= 'n' then return end
  local top, height = fn.line('w0') - 1, M.height(win)
  local at = row > top and rows_between(win, top, row) or 0
  local by = at + math.min(ROOM, math.floor(height / 2)) - height
  local above = cursor > top and rows_between(win, top, cursor) or 0
  by = math.min(by, above - math.min(vim.wo[win].scrolloff, math.floor(height / 2)))
  local line = top
  while by > 0 and line < cursor do
    local stop = math.max(line, fn.foldclosedend(line + 1) - 1) + 1
    by = by - rows_between(win, line, stop)
    line = stop
  end
  if line > top then fn.winrestview({ topline = line + 1, topfill = 0, skipcol = 0 }) end
end

---@class hum.HunkPlace
---@field row integer     its first line, or the one in front of which its rows stand
---@field stop integer    the row behind its lines
---@field is_above boolean  it has no lines: its rows stand above `row`

--- Scrolls the current window so that all of a hunk is seen, or its beginning, if it is too tall. The cursor is in it.
---@param place hum.HunkPlace
function M.reveal(place)
  local win, view = api.nvim_get_current_win(), fn.winsaveview()
  local height = M.height(win)
  local lead = place.is_above and M.fill_above(win, place.row) or 0
  -- At the end of the buffer its rows stand below the last line.
  local last = api.nvim_buf_line_count(api.nvim_win_get_buf(win))
  local row, stop = math.min(place.row, last - 1), math.min(place.is_above and place.row + 1 or place.stop, last)
  local size = lead + rows_between(win, row, stop)
  local top = view.topline - 1
  local begins = top < row or (top == row and view.topfill >= lead)
  local ends = begins and rows_between(win, top, stop) + view.topfill <= height
  if begins and ends then return end
  local above = math.max(0, math.floor((height - size) / 2)) + lead
  local first, fill = top_for(win, row, above)
  fn.winrestview({ topline = first + 1, topfill = math.min(fill, height - 1), skipcol = 0 })
end

return M
