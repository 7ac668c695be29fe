-- Text under the user's hands stays where it is on the screen, while a reply grows above it: a window whose cursor is
-- below the reply scrolls by as many rows as the reply has become taller, and back where it has become shorter, as by
-- the blank lines at its end.
local smooth = require('hum.chat.reply.smooth')
local width_of = require('hum.chat.view.lines').width

local M = {}

---@class hum.Still  what a window showed last
---@field buf integer
---@field top integer   its first line …
---@field skip integer  … and the rows of the screen by which that is scrolled out
---@field row integer   of the screen, in which the reply ends

local seen = {} ---@type table<integer, hum.Still>  by window

---@param win integer
---@param first integer  rows from 0
---@param last integer
---@return integer
local function height(win, first, last)
  return vim.api.nvim_win_text_height(win, { start_row = first, end_row = last }).all
end

--- What the current window shows.
---@param buf integer
---@param last integer  row of the reply's end
---@return hum.Still
local function look(buf, last)
  local win, view = vim.api.nvim_get_current_win(), vim.fn.winsaveview()
  local top, skip = view.topline, math.floor(view.skipcol / width_of(win))
  return { buf = buf, top = top, skip = skip, row = height(win, top - 1, last) - skip }
end

--- Scrolls the current window.
---@param at hum.Still
---@param rows integer
local function scroll(at, rows)
  local win, top = vim.api.nvim_get_current_win(), at.top
  rows = rows + at.skip
  while true do
    local last = math.max(top, vim.fn.foldclosedend(top))
    local tall = height(win, top - 1, last - 1)
    if tall > rows then break end
    top, rows = last + 1, rows - tall
  end
  vim.fn.winrestview({ topline = top, skipcol = rows * width_of(win) })
end

--- Scrolls the current window back, as far as there is text.
---@param at hum.Still
---@param rows integer
local function scroll_back(at, rows)
  local win, top = vim.api.nvim_get_current_win(), at.top
  rows = rows - at.skip
  while rows > 0 and top > 1 do
    local folded = vim.fn.foldclosed(top - 1)
    local first = folded > 0 and folded or top - 1
    rows, top = rows - height(win, first - 1, top - 2), first
  end
  vim.fn.winrestview({ topline = top, skipcol = math.max(0, -rows) * width_of(win) })
end

--- For the current window.
---@param buf integer
---@param last integer  row of the reply's end
local function keep(buf, last)
  smooth.set(buf)
  local win = vim.api.nvim_get_current_win()
  local was = seen[win]
  if vim.fn.line('w0') > last + 1 then
    seen[win] = nil
    return
  end
  local now = look(buf, last)
  local taller = was and was.buf == buf and now.row - was.row or 0
  -- A window that the user has scrolled stays where it is.
  if taller > 0 and was.top <= now.top then
    scroll(now, taller)
  elseif taller < 0 and was.top == now.top and was.skip == now.skip then
    scroll_back(now, -taller)
  end
  seen[win] = taller == 0 and now or look(buf, last)
end

--- Called when the reply has grown.
---@param buf integer
---@param last integer  row of its end
function M.keep(buf, last)
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    if vim.api.nvim_win_get_cursor(win)[1] > last + 1 then
      vim.api.nvim_win_call(win, function() keep(buf, last) end)
    else
      seen[win] = nil
    end
  end
end

--- Called when rows that are no text, a note, have come in below the reply.
---@param buf integer
---@param last integer      row of its end
---@param others integer[]  windows that followed the reply
function M.keep_below(buf, last, others)
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    local is_below = vim.api.nvim_win_get_cursor(win)[1] > last + 1 and vim.fn.line('w0', win) <= last + 1
    if is_below and not vim.list_contains(others, win) then
      local between = { start_row = last + 1, end_row = last + 1, end_vcol = 0 }
      local rows = vim.api.nvim_win_text_height(win, between).fill
      if rows > 0 then vim.api.nvim_win_call(win, function() scroll(look(buf, last), rows) end) end
    end
  end
end

--- No reply comes into the buffer any more.
---@param buf integer
function M.stop(buf)
  for win, was in pairs(seen) do
    if was.buf == buf then seen[win] = nil end
  end
  smooth.give_back(buf)
end

return M
