-- How a suggestion is drawn: by one extmark that is always set again under its id and never
-- taken away in between, so that nothing flickers. Others have what it cannot: lines that must stand
-- before those of other plugins, and what follows lines that stand below the cursor already.
local config = require('hum.config')
local float = require('hum.complete.ghost.float')
local look = require('hum.complete.ghost.look')
local menu = require('hum.complete.ghost.menu')
local room = require('hum.complete.ghost.room')
local text = require('hum.look.text')

-- Compiling this would cost more than it saves: see bench/README.md.
if jit then jit.off(true, true) end

local M = {}

local api = vim.api

local ns = api.nvim_create_namespace('hum.complete')
local below_ns = api.nvim_create_namespace('hum.complete.below')
local MARK, INFO_MARK = 1, 2

--- Over the virtual text of others, which else would show behind a short line.
local OVER = 60000
--- Virtual text of others at the cursor belongs to what follows: inlay hints, say.
local FIRST = 1

local menu_hides = true

M.highlight = look.highlight

--- Reads the options that hold until insert mode is left.
function M.prepare()
  menu_hides = config.get().complete.menu == 'hide'
  look.bind(api.nvim_get_current_buf(), { ns, below_ns })
end

---@class hum.GhostBelow  virtual lines
---@field row integer      the cursor's
---@field wrapped integer  rows that its line takes more than before
---@field text string
---@field tail string      what will stand behind the last one
---@field n integer        this one of
---@field of integer       so many alternatives
---@field cut boolean      the last line is not whole
---@field stops hum.TabStops
---@field all string[]
---@field lines table[]    those that there is room for
---@field hidden integer   the others
---@field apart boolean    they have a mark of their own

---@param g hum.Ghost
---@param hidden integer  lines
---@return string  which one of how many, and how many lines are not seen
local function info_of(g, hidden)
  local info = g.of > 1 and ('(%d/%d)'):format(g.n, g.of) or ''
  return hidden > 0 and not g.floats and vim.trim(('%s +%d'):format(info, hidden)) or info
end

--- What follows the last line that is seen.
---@param g hum.Ghost
---@param chunks table[]  of that line
---@param whole boolean   there are no others
---@param right string
---@param info string
local function finish(g, chunks, whole, right, info)
  if whole and g.cut then chunks[#chunks + 1] = { '…', 'HumGhostInfo' } end
  if whole and right ~= '' then chunks[#chunks + 1] = { text.drawable(right, chunks[1][1], g.stops), 'HumGhost' } end
  if info ~= '' then chunks[#chunks + 1] = { ' ' .. info, 'HumGhostInfo' } end
end

---@param g hum.Ghost
---@return boolean  others have virtual lines in the cursor's line
local function has_others(g)
  local from, to = { g.at_row, 0 }, { g.at_row, -1 }
  for _, mark in ipairs(api.nvim_buf_get_extmarks(g.buf, -1, from, to, { details = true, type = 'virt_lines' })) do
    local id = mark[4].ns_id
    if id ~= below_ns and id ~= ns then return true end
  end
  return false
end

--- That is asked once for each row: as an answer comes in pieces it would be asked for each.
---@param g hum.Ghost
---@return boolean
local function is_apart(g)
  if g.asked_row ~= g.at_row then
    g.asked_row, g.apart = g.at_row, has_others(g)
  end
  return g.apart
end

--- No window that completion is of use in is narrower.
local SHORT = 10

---@param g hum.Ghost
---@param more string  behind the first line break
---@param wrapped integer
---@param tail string
---@return hum.GhostBelow
local function new_below(g, more, wrapped, tail)
  local all, lines = text.lines(more), {}
  local taken = g.drawn_behind and g.drawn_behind.rows or 0
  local hidden = math.max(0, #all - math.max(0, room.below() - wrapped - taken))
  for i = 1, #all - hidden do
    local line = text.drawable(all[i], '', g.stops)
    if #line > SHORT then line = text.within(line, room.width()) end
    lines[i] = { { line, 'HumGhost' } }
  end
  if #lines > 0 then finish(g, lines[#lines], hidden == 0, tail, info_of(g, hidden)) end
  return {
    row = g.at_row,
    wrapped = wrapped,
    text = more,
    tail = tail,
    n = g.n,
    of = g.of,
    cut = g.cut,
    stops = g.stops,
    all = all,
    lines = lines,
    hidden = hidden,
    apart = #lines > 0 and is_apart(g),
  }
end

--- What stands below does not change while the cursor's line is typed, so it is kept.
---@param g hum.Ghost
---@param more string
---@param wrapped integer
---@param tail string
---@return hum.GhostBelow
local function below_of(g, more, wrapped, tail)
  local b = g.below
  local same = b and b.row == g.at_row and b.wrapped == wrapped and b.text == more and b.tail == tail
  if b and same and b.n == g.n and b.of == g.of and b.cut == g.cut then return b end
  b = new_below(g, more, wrapped, tail)
  g.below = b
  return b
end

--- Cells that are kept for what stands behind a line that is cut.
local CUT_ROOM = 8

---@param g hum.Ghost
---@return string  what stands right of the cursor, as it is drawn
local function right_of(g)
  local line = api.nvim_get_current_line()
  return text.drawable(line:sub(g.at_col + 1), line:sub(1, g.at_col), g.stops)
end

--- A first line that wraps beyond the last row would make Neovim scroll the window: it is
--- cut there.
---@param g hum.Ghost
---@param first string
---@return string first
---@return integer wrapped  rows that it takes below the cursor's
---@return integer missing  rows that it would take beyond the window
local function within(g, first)
  local free = room.right()
  if #first + g.extra_here + #g.right_here <= free or not room.wraps() then
    return first, 0, 0 -- no text has more cells than bytes
  end
  local right = api.nvim_strwidth(right_of(g))
  local width, rows = room.width(), room.below()
  local wrapped = math.max(0, math.ceil((api.nvim_strwidth(first) + right - free) / width))
  if wrapped <= rows then return first, wrapped, 0 end
  return text.cut(first, free + rows * width - right - CUT_ROOM) .. '…', rows, wrapped - rows
end

---@param g hum.Ghost
---@return integer cells  of others' virtual text within the text right of the cursor
local function measure_hints(g)
  g.hinted = false
  local cells, from, to = 0, { g.at_row, g.at_col }, { g.at_row, -1 }
  local marks = api.nvim_buf_get_extmarks(g.buf, -1, from, to, { details = true, type = 'virt_text' })
  for _, mark in ipairs(marks) do
    local details = mark[4] --[[@as table]]
    if details.virt_text_pos == 'inline' and details.ns_id ~= ns then
      g.hinted = g.hinted or mark[3] == g.at_col
      for _, chunk in ipairs(details.virt_text) do
        cells = cells + api.nvim_strwidth(chunk[1])
      end
    end
  end
  return cells
end

--- The same, asked once for each place of the cursor, and for a row that had none not again.
---@param g hum.Ghost
---@return integer cells
local function hint_cells(g)
  local is_known = g.hints_row == g.at_row and (g.hints == 0 or g.hints_col == g.at_col)
  if not is_known then
    g.hints_row, g.hints_col, g.hints = g.at_row, g.at_col, measure_hints(g)
  end
  return g.hints
end

--- What ends so many cells before the edge need not be measured, 'sidescrolloff' being less.
local CLOSE = 32

---@param first string
---@return boolean  it has no room in the line
local function is_beyond(first)
  if #first < room.right() - CLOSE or room.wraps() then return false end
  return api.nvim_strwidth(first) > room.inline()
end

--- The first line as it is to be drawn, given what stands right of the cursor. Closing
--- characters there that the answer has too are not to be seen twice; all that stands there
--- will stand behind the last line. Where nothing remains beside the first one, it lies under
--- the ghost text.
---@param g hum.Ghost
---@param first string
---@param goes_on boolean  there are further lines
---@return string first
---@return integer covers  cells to the edge of the window that blanks take behind it; -1: it stands between
local function beside(g, first, goes_on)
  local hints = (goes_on or g.extra_here > 0) and hint_cells(g) or 0
  if g.extra_here == 0 and (not goes_on or g.right_here == '') and hints == 0 then
    return first, g.right_here == '' and is_beyond(first) and 0 or -1
  end
  if goes_on or g.right_here == '' then
    -- Overlaid text is cut at the edge of the window, where other text is wrapped.
    local free, cells, covered = room.right(), api.nvim_strwidth(first), api.nvim_strwidth(right_of(g))
    if room.wraps() and math.max(cells, covered) + hints > free then return first, -1 end
    first = first .. (' '):rep(covered - cells)
    return first, math.max(0, free - math.max(cells, covered))
  end
  -- If the answer ends with them, the text itself shows them.
  local right = api.nvim_get_current_line():sub(g.at_col + 1, g.at_col + g.extra_here)
  return vim.endswith(first, right) and first:sub(1, -1 - g.extra_here) or first, -1
end

---@param g hum.Ghost
---@param info string|nil
local function draw_aside(g, info)
  if info then
    local chunks = { { info, 'HumGhostInfo' } }
    local mark = { id = INFO_MARK, virt_text = chunks, virt_text_pos = 'eol', strict = false, scoped = look.scoped() }
    api.nvim_buf_set_extmark(g.buf, ns, g.at_row, g.at_col, mark)
  elseif g.aside then
    api.nvim_buf_del_extmark(g.buf, ns, INFO_MARK)
  end
  g.aside = info ~= nil
end

--- Lines below are drawn with the first one, so that they go with the cursor to the next line when that is
--- typed. If others have virtual lines in the line, diagnostics, say, they are drawn apart, to the left of
--- all marks: so they stand together, the others behind them.
---@param g hum.Ghost
---@param below hum.GhostBelow|nil
local function draw_apart(g, below)
  if below and not below.apart then below = nil end
  if below == g.drawn_below then return end
  if below then
    api.nvim_buf_set_extmark(g.buf, below_ns, g.at_row, 0, {
      id = MARK,
      virt_lines = below.lines,
      right_gravity = false,
      scoped = look.scoped(),
    })
  else
    api.nvim_buf_del_extmark(g.buf, below_ns, MARK)
  end
  g.drawn_below = below
end

---@class hum.GhostBehind  what stands below the cursor already, and what follows that
---@field text string  of the suggestion
---@field row integer  the cursor's
---@field lines integer  that stand there
---@field rows integer  that all of it takes

--- Over what stands there, if it is to become something else.
---@param g hum.Ghost
---@param row integer
---@param line string
---@return table[]|nil chunks
local function over(g, row, line)
  local now = text.drawable(api.nvim_buf_get_lines(g.buf, row, row + 1, true)[1], '', g.stops)
  line = text.drawable(line, '', g.stops)
  if now == line then return nil end
  return { { line .. (' '):rep(api.nvim_strwidth(now) - api.nvim_strwidth(line)), 'HumGhost' } }
end

---@param g hum.Ghost
---@param behind string  lines of the suggestion, from that on that stands below the cursor
local function set_behind(g, behind)
  local all = text.lines(behind .. g.right)
  local count = g.below_cursor
  for i = 1, count do
    local further = {}
    for n = count + 1, i == count and #all or 0 do
      further[#further + 1] = { { text.within(text.drawable(all[n], '', g.stops), room.width()), 'HumGhost' } }
    end
    api.nvim_buf_set_extmark(g.buf, below_ns, g.at_row + i, 0, {
      id = MARK + i,
      virt_text = all[i] and over(g, g.at_row + i, all[i]),
      virt_text_pos = 'overlay',
      virt_lines = #further > 0 and further or nil,
      hl_mode = 'replace',
      priority = OVER,
      scoped = look.scoped(),
    })
  end
  local rows = math.max(count, #all)
  g.drawn_behind = { text = behind, row = g.at_row, lines = count, rows = rows }
end

---@param g hum.Ghost
---@param behind string|nil
local function draw_behind(g, behind)
  local drawn = g.drawn_behind
  if not drawn and not behind then return end
  if drawn and drawn.text == behind and drawn.row == g.at_row and drawn.lines == g.below_cursor then return end
  for i = 1, drawn and drawn.lines or 0 do
    api.nvim_buf_del_extmark(g.buf, below_ns, MARK + i)
  end
  g.drawn_behind, g.below = nil, nil
  if behind then set_behind(g, behind) end
end

--- Neovim draws over what follows others' virtual text at the cursor, and not over that, unless it is told the
--- column of the window. That is only right in the first row of a line that wraps.
---@param g hum.Ghost
---@param inline boolean
---@return integer|nil column
local function window_column(g, inline)
  if inline or not g.hinted or g.hints_col ~= g.at_col then return nil end
  return room.is_first_row() and room.column() or nil
end

---@param g hum.Ghost
---@param chunks table[]
---@param covers integer
---@param below hum.GhostBelow|nil
local function draw_line(g, chunks, covers, below)
  local inline = covers < 0
  if covers > 0 then chunks[#chunks + 1] = { (' '):rep(covers), look.behind_text() } end
  api.nvim_buf_set_extmark(g.buf, ns, g.at_row, g.at_col, {
    id = MARK,
    virt_text = chunks,
    virt_text_pos = inline and 'inline' or 'overlay',
    virt_text_win_col = window_column(g, inline),
    virt_lines = below and not below.apart and #below.lines > 0 and below.lines or nil,
    -- Else it would look like the text at the cursor, a matching bracket, say.
    hl_mode = 'replace',
    priority = inline and FIRST or OVER,
    strict = false,
    scoped = look.scoped(),
  })
end

--- Takes away all that takes room: text is about to come there.
---@param g hum.Ghost
function M.make_way(g)
  api.nvim_buf_del_extmark(g.buf, ns, MARK)
  draw_apart(g, nil)
  draw_behind(g, nil)
  float.close()
end

--- Takes the drawing away.
---@param g hum.Ghost
function M.hide(g)
  if g.drawn then
    g.drawn, g.missing, g.floats = false, 0, false
    draw_aside(g, nil)
    M.make_way(g)
  end
end

--- Where lines do not wrap, the edge is to say that it goes on.
---@param g hum.Ghost
---@param chunks table[]  of the first line
---@param covers integer
local function keep_to_edge(g, chunks, covers)
  local cells = 0
  for i = 1, #chunks do
    cells = cells + #chunks[i][1]
  end
  if cells < room.right() - CLOSE or room.wraps() then return end
  local free = covers < 0 and room.inline() or room.right()
  if cells <= free then return end
  for i = 2, #chunks do
    free = free - api.nvim_strwidth(chunks[i][1])
  end
  g.beyond = math.max(0, api.nvim_strwidth(chunks[1][1]) - free)
  chunks[1][1] = text.within(chunks[1][1], math.max(1, free))
end

---@param g hum.Ghost
---@param below hum.GhostBelow|nil
---@param first string
---@param covers integer
local function draw(g, below, first, covers)
  local chunks = { { first, covers < 0 and 'HumGhost' or look.over_text() } }
  local hidden = below and below.hidden or 0
  g.missing = g.missing + hidden
  local aside = nil
  if not below or #below.lines == 0 then
    local info = info_of(g, hidden)
    if info ~= '' and covers < 0 and g.right_here ~= '' then
      aside, info = info, ''
    end
    finish(g, chunks, hidden == 0, '', info)
  end
  keep_to_edge(g, chunks, covers)
  draw_aside(g, aside)
  draw_apart(g, below)
  draw_line(g, chunks, covers, below)
end

--- What is left of it, apart from lines that stand below the cursor already, and what follows these.
---@param g hum.Ghost
---@return string left_over
---@return string|nil behind  nil: nothing is to be drawn there
local function parts(g)
  if not g.closing then return g.want:sub(g.have + 1), nil end
  local left_over, behind = g.want:sub(g.have + 1, g.closing - 1), g.want:sub(g.closing + 1)
  if left_over == '' then
    local lines = api.nvim_buf_get_lines(g.buf, g.at_row + 1, g.at_row + 1 + g.below_cursor, false)
    if vim.trim(table.concat(lines, '\n')) == vim.trim(behind .. g.right) then return '', nil end
  end
  return left_over, behind
end

---@param g hum.Ghost
---@param wrapped integer
---@return boolean  lines below can be drawn
local function has_room(g, wrapped)
  local b = g.below
  if b and b.row == g.at_row and b.wrapped == wrapped then return #b.lines > 0 end
  return room.below() > wrapped
end

--- What a float shows is not counted.
---@param g hum.Ghost
---@param floats boolean
local function set_floats(g, floats)
  if floats ~= g.floats then
    g.floats = floats
    M.show_again(g)
  end
end

--- Draws what is left of it at the cursor.
---@param g hum.Ghost
function M.show(g)
  local left_over, behind = parts(g)
  if (left_over == '' and not behind) or (menu_hides and menu.is_open()) then return M.hide(g) end
  draw_behind(g, behind)
  local stop = left_over:find('\n', 1, true)
  local goes_on = stop ~= nil
  local first = stop and left_over:sub(1, stop - 1) or left_over
  if first:find('%c') then first = text.drawable(first, api.nvim_get_current_line():sub(1, g.at_col), g.stops) end
  local wrapped, covers, below
  g.beyond = 0
  first, wrapped, g.missing = within(g, first)
  first, covers = beside(g, first, goes_on and has_room(g, wrapped))
  if covers >= 0 then
    wrapped, g.missing = 0, 0
  end
  if stop then below = below_of(g, left_over:sub(stop + 1), wrapped, covers >= 0 and g.right_here or '') end
  g.drawn = true
  draw(g, below, first, covers)
  if float.is_open() then set_floats(g, float.show(below)) end
end

--- Shows in a float what there is no room for.
---@param g hum.Ghost
function M.float(g) set_floats(g, float.show(g.below)) end

--- The window, or how it shows text, is another.
---@param g hum.Ghost
function M.show_again(g)
  room.renew()
  g.below, g.stops, g.asked_row, g.hints_row = nil, text.stops(g.buf), nil, nil
  M.show(g)
end

return M
