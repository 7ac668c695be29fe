-- Tables with aligned columns, each row drawn over its own text.
--
--   │ name  │ what it is   │
--   ├───────┼──────────────┤
--   │ a     │ *emphasised* │
--
-- A row keeps the rows of the screen that its text takes, and its cells are wrapped in them (see `grid`); none of the
-- text is left out. A row that does not fit, and a table that is still written, have their bars drawn and nothing else.
local cells = require('hum.chat.view.dress.cells')
local glyphs = require('hum.look.glyphs')
local grid_of = require('hum.chat.view.dress.grid')
local ink = require('hum.chat.view.ink')
local private = require('hum.private')
local scan = require('hum.chat.text.scan')
local styled = require('hum.chat.view.dress.styled')
local tables = require('hum.chat.view.dress.tables')

local M = {}

--- Bytes of a row that is drawn: of a longer one only the beginning is known.
local LONG = 4000

local set_extmark = vim.api.nvim_buf_set_extmark

---@param line string
---@param columns integer
---@param is_head boolean
---@return hum.GridRow
local function parse(line, columns, is_head)
  local parsed = {}
  for i, cell in ipairs(cells.split(line, columns)) do
    parsed[i] = styled.parse(cell, is_head and 'HumStrong' or nil)
  end
  return { cells = parsed, height = 0 }
end

--- A row of a table, read once.
---@param view hum.View
---@param entry hum.Table
---@param row integer
---@param line? string
---@return hum.GridRow
local function row_of(view, entry, row, line)
  local at = row - entry.first
  local known = entry.rows[at]
  if not known then
    line = line or vim.api.nvim_buf_get_text(view.buf, row, 0, row, LONG, {})[1]
    known = parse(line, #entry.aligns, at == 0)
    entry.rows[at] = known
  end
  return known
end

--- Rows of the screen that the text of a row takes.
---@param view hum.View
---@param row integer
---@return integer
local function height_of(view, row)
  local height = vim.api.nvim_win_text_height(view.win, { start_row = row, end_row = row })
  return height.all - height.fill
end

--- The columns of a table in a window.
---@param view hum.View
---@param entry hum.Table
---@param indent integer
---@return hum.Grid|false
local function columns_of(view, entry, indent)
  local known = entry.grids[view.win]
  if known and known.width == view.width then return known.grid end
  local rows = {}
  for i, at in ipairs(entry.sample) do
    rows[i] = row_of(view, entry, entry.first + at)
  end
  local grid = grid_of.layout(rows, #entry.aligns, view.width - indent, function()
    for i, row in ipairs(rows) do
      row.height = height_of(view, entry.first + entry.sample[i])
    end
  end) or false
  entry.grids[view.win] = { width = view.width, grid = grid }
  return grid
end

--- Draws the bars of a row in their places.
---@param view hum.View
---@param row integer
---@param line string
local function draw_bars(view, row, line)
  local bar = glyphs.get().bar
  for _, at in ipairs(cells.bars(line)) do
    ink.over(view.buf, row, at - 1, { { bar, 'HumTable' } })
  end
end

--- The line below the head, in its place.
---@param view hum.View
---@param row integer
---@param line string
---@param columns integer  of blanks before it
local function draw_line(view, row, line, columns)
  local look = glyphs.get()
  local bars = cells.bars(line)
  local text = line:sub(columns + 1):gsub('%s+$', ''):gsub('[%s:-]', look.rule)
  text = text:gsub('^|', look.tee_left)
  if #bars > 1 then text = text:gsub('|$', look.tee_right) end
  text = text:gsub('|', look.cross)
  ink.over(view.buf, row, columns, { { text, 'HumTable' } })
end

--- Chunks for one row of the screen, and the cells they take.
---@param entry hum.Table
---@param grid hum.Grid
---@param parsed hum.GridRow
---@param fitted hum.FlowedRow
---@param nr integer  of the line in the cells
---@return hum.Chunk[]
---@return integer width
local function row_chunks(entry, grid, parsed, fitted, nr)
  local bar, style = glyphs.get().bar, grid.style
  local chunks, width = {}, 0
  local function add(text, group, cells_of)
    chunks[#chunks + 1], width = { text, group }, width + (cells_of or #text)
  end
  if style.closed then add(bar, 'HumTable', 1) end
  for i, column in ipairs(fitted.widths) do
    if i > 1 then add(bar, 'HumTable', 1) end
    local line = fitted.lines[i] and fitted.lines[i][nr]
    local left = column - (line and line.width or 0)
    local align = entry.aligns[i]
    local before = align == 'right' and left or align == 'center' and math.floor(left / 2) or 0
    add((' '):rep(before + style.pad))
    if line then
      for _, chunk in ipairs(styled.chunks(parsed.cells[i], line.first, line.last)) do
        add(chunk[1], chunk[2], 0)
      end
      width = width + line.width
    end
    add((' '):rep(left - before + style.pad))
  end
  if style.closed then add(bar, 'HumTable', 1) end
  return chunks, width
end

--- The line below the head as wide as the columns.
---@param grid hum.Grid
---@return hum.Chunk[]
---@return integer width
local function line_chunks(grid)
  local look, pieces, style = glyphs.get(), {}, grid.style
  for i, column in ipairs(grid.widths) do
    pieces[i] = look.rule:rep(column + 2 * style.pad)
  end
  local text = table.concat(pieces, look.cross)
  if style.closed then text = look.tee_left .. text .. look.tee_right end
  return { { text, 'HumTable' } }, vim.api.nvim_strwidth(text)
end

--- Draws chunks over the nth row of the screen that a line takes.
---@param view hum.View
---@param row integer
---@param nr integer
---@param indent integer
---@param chunks hum.Chunk[]
---@param width integer
local function draw_over(view, row, nr, indent, chunks, width)
  local col = indent
  if nr > 1 then
    col = math.max(vim.fn.virtcol2col(view.win, row + 1, (nr - 1) * view.width + 1) - 1, 0)
    if indent > 0 then table.insert(chunks, 1, { (' '):rep(indent) }) end
  end
  local left = view.width - indent - width
  if left > 0 then chunks[#chunks + 1] = { (' '):rep(left) } end
  set_extmark(view.buf, view.ns, row, col, {
    ephemeral = true,
    virt_text = chunks,
    virt_text_win_col = nr > 1 and 0 or indent,
    hl_mode = 'combine',
  })
end

--- Rows of the screen by which a line is scrolled out at the top of its window.
---@param view hum.View
---@param row integer
---@return integer
local function hidden(view, row)
  if vim.fn.line('w0', view.win) - 1 ~= row then return 0 end
  return math.floor(vim.api.nvim_win_call(view.win, vim.fn.winsaveview).skipcol / view.width)
end

--- Draws a row in the columns of its table.
---@param view hum.View
---@param row integer
---@param line string
---@param entry hum.Table
---@return boolean
local function draw_aligned(view, row, line, entry)
  local indent = #line:match('^ *')
  local grid = columns_of(view, entry, indent)
  if not grid then return false end
  local parsed = row_of(view, entry, row, line)
  parsed.height = height_of(view, row)
  local first = parsed.height > 1 and hidden(view, row) + 1 or 1
  if row == entry.first + 1 then
    for nr = first, parsed.height do
      if nr == 1 then
        draw_over(view, row, nr, indent, line_chunks(grid))
      else
        draw_over(view, row, nr, indent, row_chunks(entry, grid, parsed, { widths = grid.widths, lines = {} }, nr))
      end
    end
    return true
  end
  if #parsed.cells > #entry.aligns then return false end
  local fitted = grid_of.fit(grid, parsed)
  if not fitted then return false end
  for nr = first, parsed.height do
    draw_over(view, row, nr, indent, row_chunks(entry, grid, parsed, fitted, nr))
  end
  return true
end

--- Whether a row is shown as it is written. One that takes several rows of the screen is only where it may be changed:
--- its words would go to other rows each time that the cursor passes.
---@param view hum.View
---@param row integer
---@return boolean
local function is_raw(view, row)
  if row ~= view.cursor then return false end
  return vim.api.nvim_get_mode().mode:sub(1, 1) ~= 'n' or height_of(view, row) == 1
end

--- Draws a row of a table.
---@param view hum.View
---@param row integer
---@param line string
---@return boolean|'whole'
function M.draw_row(view, row, line)
  if is_raw(view, row) or #line > LONG or not view.wrap then return false end
  local entry = tables.find(view.scan, row, line)
  if not entry or not (entry.aligns or entry.open and line:find('^%s*|')) then return false end
  if not entry.open and draw_aligned(view, row, line, entry) then return 'whole' end
  if row == view.cursor then return false end
  if entry.aligns and row == entry.first + 1 then
    local columns = #line:match('^%s*')
    if vim.api.nvim_strwidth(line) <= view.width then
      draw_line(view, row, line, columns)
      return 'whole'
    end
    return false
  end
  draw_bars(view, row, line)
  return true
end

--- Has rows of a table drawn again, once the redraw that goes on is over.
---@param buf integer
---@param first integer
---@param last integer
local function redraw(buf, first, last)
  vim.schedule(function()
    if vim.api.nvim_buf_is_loaded(buf) then private.redraw({ buf = buf, range = { first, last + 1 } }) end
  end)
end

--- Called when a window is drawn: a table that is complete now is aligned.
---@param _ integer
---@param buf integer
function M.on_view(_, buf)
  local s = scan.get(buf)
  if not s then return end
  local first, last = tables.completed(s)
  if first and last then redraw(buf, first, last) end
end

--- Has the row of the cursor drawn again if it is one of a table: the mode has changed (see `is_raw`).
local function redraw_cursor()
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  local buf = vim.api.nvim_get_current_buf()
  if tables.has(buf, row) then redraw(buf, row, row) end
end

--- Follows the tables' text from now on.
function M.start()
  tables.watch()
  tables.on_change(redraw)
  vim.api.nvim_create_autocmd('ModeChanged', {
    group = vim.api.nvim_create_augroup('hum.tables', {}),
    pattern = { 'n*:*', '*:n*' },
    callback = redraw_cursor,
  })
end

return M
