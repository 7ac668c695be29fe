-- The lines that are selected, and what of them: by characters, or as a block.
local columns = require('hum.columns')

local M = {}

---@class hum.Selection  lines from 1
---@field buf integer
---@field first integer
---@field last integer
---@field columns? hum.Columns  nil: whole lines

---@param buf integer
---@param lnum integer
---@return string
local function line_of(buf, lnum) return vim.api.nvim_buf_get_lines(buf, lnum - 1, lnum, false)[1] or '' end

---@param buf integer
---@param at integer[]  row, col, row, col, from 0, end exclusive
---@return hum.Selection
local function of_bytes(buf, at)
  return { buf = buf, first = at[1] + 1, last = at[3] + 1, columns = columns.of_bytes(buf, at) }
end

--- Characters, whichever end the cursor is at. With 'selection' set to "exclusive" the last one is none of them, unless
--- it is the only one.
---@param buf integer
---@param from integer[]  as getpos() has it
---@param to integer[]
---@return hum.Selection
local function characters(buf, from, to)
  if from[2] > to[2] or (from[2] == to[2] and from[3] > to[3]) then
    from, to = to, from
  end
  local start = math.min(from[3] - 1, #line_of(buf, from[2]))
  local last, tail = to[2], line_of(buf, to[2])
  local stop = math.min(to[3] - 1, #tail)
  local is_same = from[2] == last and start == stop
  if vim.o.selection ~= 'exclusive' or is_same then
    stop = columns.behind(tail, stop)
  elseif stop == 0 and last > from[2] then
    last = last - 1
    stop = #line_of(buf, last)
  end
  return of_bytes(buf, { from[2] - 1, start, last - 1, stop })
end

--- Cells of a block as Neovim has them: from one corner to the other, of a tab or wide character there all. With
--- 'selection' set to "exclusive" that of the lower corner is none of them if it is the right one.
---@param from integer[]  as getpos() has it
---@param to integer[]
---@return integer first, integer last
local function cells(from, to)
  if from[2] > to[2] or (from[2] == to[2] and from[3] > to[3]) then
    from, to = to, from
  end
  local upper = vim.fn.virtcol({ from[2], from[3], from[4] }, true) --[[@as integer[] ]]
  local lower = vim.fn.virtcol({ to[2], to[3], to[4] }, true) --[[@as integer[] ]]
  local last = math.max(upper[2], lower[2])
  local is_less = vim.o.selection == 'exclusive' and lower[2] > upper[2] and lower[1] > upper[2]
  return math.max(1, math.min(upper[1], lower[1])), math.max(1, is_less and lower[1] - 1 or last)
end

--- A block. In a single line it is characters; where it has all of its lines, it is these.
---@param buf integer
---@param from integer[]  as getpos() has it
---@param to integer[]
---@param to_ends boolean  it goes to the ends of its lines
---@return hum.Selection
local function block(buf, from, to, to_ends)
  local first, last = math.min(from[2], to[2]), math.max(from[2], to[2])
  local left, right = cells(from, to)
  local about = { first = left, last = not to_ends and right or nil, block = true } ---@type hum.Columns
  local found = assert(columns.read(buf, first - 1, last - 1, about))
  local span = found.spans[1]
  if first == last and span then return of_bytes(buf, span) end
  local whole = vim.api.nvim_buf_get_lines(buf, first - 1, last, false)
  local is_whole = vim.deep_equal(found.lines, whole)
  return { buf = buf, first = first, last = last, columns = not is_whole and about or nil }
end

---@param buf integer
---@param mode string
---@param from integer[]  as getpos() has it
---@param to integer[]
---@param to_ends fun(): boolean
---@return hum.Selection
local function selected(buf, mode, from, to, to_ends)
  if mode == 'v' then return characters(buf, from, to) end
  if mode == '\22' then return block(buf, from, to, to_ends()) end
  return { buf = buf, first = math.min(from[2], to[2]), last = math.max(from[2], to[2]) }
end

--- What is selected in visual mode, which this ends.
---@return hum.Selection
function M.take()
  local mode = vim.api.nvim_get_mode().mode:sub(1, 1)
  local taken = selected(
    vim.api.nvim_get_current_buf(),
    mode,
    vim.fn.getpos('v'),
    vim.fn.getpos('.'),
    function() return vim.fn.winsaveview().curswant >= vim.v.maxcol end
  )
  vim.api.nvim_feedkeys(vim.keycode('<Esc>'), 'nx', false)
  return taken
end

--- Whether the block that was selected last goes to the ends of its lines ("$"), of which only the cursor of visual
--- mode knows: it is begun again for a moment.
---@return boolean
local function went_to_ends()
  local ignored, to_ends = vim.o.eventignore, false
  vim.o.eventignore = 'all'
  pcall(function()
    local view = vim.fn.winsaveview()
    vim.cmd('silent! keepjumps normal! gv')
    to_ends = vim.fn.winsaveview().curswant >= vim.v.maxcol
    vim.cmd('silent! keepjumps normal! \27')
    vim.fn.winrestview(view)
  end)
  vim.o.eventignore = ignored
  return to_ends
end

--- What was selected last in a buffer.
---@param buf integer
---@return hum.Selection|nil
function M.last(buf)
  return vim.api.nvim_buf_call(buf, function()
    local from, to = vim.fn.getpos("'<"), vim.fn.getpos("'>")
    local count = vim.api.nvim_buf_line_count(buf)
    if from[2] == 0 or to[2] == 0 or from[2] > count then return nil end
    to[2] = math.min(to[2], count)
    return selected(buf, vim.fn.visualmode(), from, to, went_to_ends)
  end)
end

--- Whether the command that runs was typed with lines of its own.
---@param text string  what it says
---@return boolean
local function names_lines(text)
  local range, rest = vim.fn.histget(':', -1):match('^(.-)%f[%a]Hum!?%s+%a+%s*(.-)%s*$')
  return range ~= nil and rest == vim.trim(text) and not range:find("'<", 1, true)
end

--- The lines of a command's range, or what was selected of them, if it is the range of visual mode: Neovim tells a
--- command the lines alone.
---@param range { buf: integer, first: integer, last: integer }
---@param text string  what the command says
---@return hum.Selection
function M.of_range(range, text)
  local from, to = vim.fn.getpos("'<"), vim.fn.getpos("'>")
  if from[2] ~= range.first or to[2] ~= range.last or names_lines(text) then return range end
  local last = M.last(range.buf)
  return last and last.columns and last or range
end

return M
