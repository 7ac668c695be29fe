-- Whether the user sees a row of a chat, with what stands below it.
local M = {}

--- Rows of the screen that a window has too few for what is from its first line to the end of the buffer.
---@param win integer
---@return integer
local function missing(win)
  local first = vim.fn.line('w0', win)
  local height = vim.fn.getwininfo(win)[1].height -- without the winbar
  return vim.api.nvim_win_text_height(win, { start_row = first - 1 }).all - height
end

--- Scrolls a window on by so many rows of the screen, and by what is left then of a line's own rows: one at its top is
--- whole. `<C-e>` counts lines instead, of which each may have many rows.
---@param win integer
---@param count integer
local function scroll(win, count)
  vim.api.nvim_win_call(win, function()
    local last = vim.fn.line('$')
    local view = vim.fn.winsaveview()
    local top, above = view.topline, view.topfill -- the line at the top, and rows of virtual lines above it
    while count > above and top < last do
      local fold_end = vim.fn.foldclosedend(top)
      local size = vim.api.nvim_win_text_height(win, { start_row = top - 1, end_row = top - 1 })
      count = count - above - (size.all - size.fill)
      top = math.max(top, fold_end) + 1
      if top > last then return end
      above = vim.api.nvim_win_text_height(win, { start_row = top - 1, end_row = top - 1 }).fill
    end
    vim.fn.winrestview({ topline = top, topfill = math.max(above - math.max(count, 0), 0), skipcol = 0 })
  end)
end

--- Scrolls windows whose cursor is on the last line so far that what stands below it is seen.
---@param buf integer
function M.reveal(buf)
  local count = vim.api.nvim_buf_line_count(buf)
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    local over = missing(win)
    if over > 0 and vim.api.nvim_win_get_cursor(win)[1] == count then scroll(win, over) end
  end
end

--- Rows of the screen that a window has too few for what is from its first line to a row, with what stands below that.
---@param win integer
---@param row integer
---@return integer
local function missing_to(win, row)
  -- Up to the next line, with what stands above that.
  local upto = { start_row = vim.fn.line('w0', win) - 1, start_vcol = 0, end_row = row + 1, end_vcol = 0 }
  return vim.api.nvim_win_text_height(win, upto).all - vim.api.nvim_win_get_height(win)
end

--- Scrolls a window so far that a row is seen, with what stands below it. Its cursor is there.
---@param win integer
---@param row integer  not the last one
function M.reveal_row(win, row)
  local over = missing_to(win, row)
  if over > 0 then scroll(win, over) end
end

---@param win integer
---@param row integer
---@param count integer  of lines
---@return boolean
local function is_in(win, row, count)
  local folded = vim.api.nvim_win_call(win, function() return vim.fn.foldclosed(row + 1) end)
  if vim.fn.line('w0', win) > row + 1 or folded ~= -1 then return false end
  return (row + 1 < count and missing_to(win, row) or missing(win)) <= 0
end

--- Whether a window that the user can see shows a row, and what stands below it.
---@param buf integer
---@param row integer
---@return boolean
function M.row(buf, row)
  local count = vim.api.nvim_buf_line_count(buf)
  for _, win in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    if vim.api.nvim_win_get_buf(win) == buf and is_in(win, row, count) then return true end
  end
  return false
end

return M
