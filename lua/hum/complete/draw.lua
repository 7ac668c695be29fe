-- How a suggestion is drawn: by one extmark that is always set anew under its id and never
-- taken away in between, so that nothing flickers.
local menu = require('hum.complete.menu')

local M = {}

local api = vim.api

local ns = api.nvim_create_namespace('hum.complete')
local MARK, INFO_MARK = 1, 2

local menu_hides = true

---@param group string
---@param link string
local function default_link(group, link)
  api.nvim_set_hl(0, group, { link = link, default = true })
end

---Where comments look like text, as in Neovim's own colours on a terminal of 256, ghost text
---must not.
function M.highlight()
  local comment = api.nvim_get_hl(0, { name = 'Comment', link = false })
  if vim.o.termguicolors or comment.ctermfg then
    default_link('HumGhost', 'Comment')
  else
    api.nvim_set_hl(0, 'HumGhost', vim.tbl_extend('force', comment, { ctermfg = 8, default = true }))
  end
  default_link('HumGhostInfo', 'NonText')
end

---What holds until insert mode is left.
function M.prepare()
  menu_hides = require('hum.config').get().complete.menu == 'hide'
end

---@param text string
---@param left string  what stands left of it
---@param tabstop integer
---@return string  as it can be drawn
local function drawable(text, left, tabstop)
  if not text:find('%c') then
    return text
  end
  -- Not virtcol(), which counts the drawing that is there.
  local cell = vim.fn.strdisplaywidth(left)
  local out = {}
  for part, tab in text:gmatch('([^\t]*)(\t?)') do
    part = vim.fn.strtrans(part)
    cell = cell + api.nvim_strwidth(part)
    local blanks = tab == '' and 0 or tabstop - cell % tabstop
    cell = cell + blanks
    out[#out + 1] = part .. (' '):rep(blanks)
  end
  return table.concat(out)
end

---@class hum.GhostBelow  virtual lines
---@field row integer     the cursor's
---@field text string
---@field lines table[]   those that there is room for
---@field hidden integer  the others

---What stands below does not change while the cursor's line is typed, so it is kept.
---@param g hum.Ghost
---@param text string  behind the first line break
---@return hum.GhostBelow
local function below_of(g, text)
  local below = g.below
  if below and below.row == g.at_row and below.text == text then
    return below
  end
  local lines = vim.split(text, '\n', { plain = true })
  local room = api.nvim_win_get_height(0) - vim.fn.winline()
  below = { row = g.at_row, text = text, lines = {}, hidden = math.max(0, #lines - room) }
  for i = 1, #lines - below.hidden do
    below.lines[i] = { { drawable(lines[i], '', g.tabstop), 'HumGhost' } }
  end
  g.below = below
  return below
end

---@param text string
---@param cells integer
---@return string  as much of it as fits
local function cut(text, cells)
  local part = vim.fn.strcharpart(text, 0, math.max(0, cells))
  while api.nvim_strwidth(part) > cells and part ~= '' do
    part = vim.fn.strcharpart(part, 0, vim.fn.strchars(part) - 1)
  end
  return part
end

---Cells that are kept behind a line that is cut.
local CUT_ROOM = 8

---A line that wraps beyond the last row would make Neovim scroll the window.
---@param first string
---@param right string  what stands right of the cursor
---@param room integer  rows below the cursor's
---@return string first  cut where that would be
---@return integer room  what is left
local function within(first, right, room)
  local free = api.nvim_win_get_width(0) - vim.fn.wincol() + 1
  local over = api.nvim_strwidth(first .. right) - free
  if over <= 0 or not vim.wo.wrap then
    return first, room
  end
  local info = vim.fn.getwininfo(api.nvim_get_current_win())[1]
  local width = math.max(1, info.width - info.textoff)
  local rows = math.ceil(over / width)
  if rows <= room then
    return first, room - rows
  end
  return cut(first, free + room * width - api.nvim_strwidth(right) - CUT_ROOM) .. '…', 0
end

---@param g hum.Ghost
---@param rest string
---@return string first
---@return table[] below  virtual lines
---@return string info    what else is to be known
---@return boolean whole   the last line is among them
local function layout(g, rest)
  local lines = vim.split(rest, '\n', { plain = true })
  local line = api.nvim_get_current_line()
  local first = drawable(lines[1], line:sub(1, g.at_col), g.tabstop)
  local room = api.nvim_win_get_height(0) - vim.fn.winline()
  first, room = within(first, line:sub(g.at_col + 1), room)
  local info = g.of > 1 and ('(%d/%d)'):format(g.n, g.of) or ''
  local below = {}
  for i = 2, math.min(#lines, room + 1) do
    below[i - 1] = { { drawable(lines[i], '', g.tabstop), 'HumGhost' } }
  end
  local hidden = #lines - 1 - #below
  if hidden > 0 then
    info = vim.trim(('%s +%d'):format(info, hidden))
  end
  return first, below, info, hidden == 0
end

---@param g hum.Ghost
---@param info string|nil
local function draw_aside(g, info)
  if info then
    local text = { { info, 'HumGhostInfo' } }
    local mark = { id = INFO_MARK, virt_text = text, virt_text_pos = 'eol', strict = false }
    api.nvim_buf_set_extmark(g.buf, ns, g.at_row, g.at_col, mark)
  elseif g.aside then
    api.nvim_buf_del_extmark(g.buf, ns, INFO_MARK)
  end
  g.aside = info ~= nil
end

---Takes the drawing away.
---@param g hum.Ghost
function M.hide(g)
  if g.drawn then
    g.drawn = false
    api.nvim_buf_del_extmark(g.buf, ns, MARK)
    draw_aside(g, nil)
  end
end

---Overlaid text is cut at the edge of the window, where other text is wrapped.
---@param cells integer
---@return boolean  so many from the cursor on are in the window
local function fits(cells)
  return vim.fn.wincol() - 1 + cells <= api.nvim_win_get_width(0)
end

---The first line as it is to be drawn, given what stands right of the cursor. Closing
---characters there that the answer has too are not to be seen twice; all that stands there
---will stand behind the last line. Where nothing remains beside the first one, it lies under
---the ghost text.
---@param g hum.Ghost
---@param first string
---@param goes_on boolean  there are further lines
---@return string first, 'inline'|'overlay' pos
local function beside(g, first, goes_on)
  if g.extra == 0 and (g.tail == '' or not goes_on) then
    return first, 'inline'
  end
  local line = api.nvim_get_current_line()
  local right = line:sub(g.at_col + 1)
  if goes_on or g.tail == '' then
    local cells = api.nvim_strwidth(first)
    local covered = api.nvim_strwidth(drawable(right, line:sub(1, g.at_col), g.tabstop))
    if fits(math.max(cells, covered)) then
      return first .. (' '):rep(covered - cells), 'overlay'
    end
    return first, 'inline'
  end
  -- If the answer ends with them, the text itself shows them.
  right = right:sub(1, g.extra)
  return vim.endswith(first, right) and first:sub(1, -1 - g.extra) or first, 'inline'
end

---Draws what is left of it at the cursor.
---@param g hum.Ghost
function M.show(g)
  local rest = g.want:sub(g.have + 1)
  if rest == '' or (menu_hides and menu.is_open()) then
    return M.hide(g)
  end
  local first, below, info, whole = layout(g, rest)
  local goes_on = #below > 0
  local pos
  first, pos = beside(g, first, goes_on)
  local line = { { first, 'HumGhost' } }
  local last = below[#below] or line
  if goes_on and whole and pos == 'overlay' then
    last[1][1] = last[1][1] .. drawable(g.tail, last[1][1], g.tabstop)
    g.below = nil -- now it is another
  end
  local aside = info ~= '' and not goes_on and pos == 'inline' and g.tail ~= ''
  if info ~= '' and not aside then
    last[#last + 1] = { ' ' .. info, 'HumGhostInfo' }
    g.below = nil
  end
  draw_aside(g, aside and info or nil)
  g.drawn = true
  api.nvim_buf_set_extmark(g.buf, ns, g.at_row, g.at_col, {
    id = MARK,
    virt_text = line,
    virt_text_pos = pos,
    virt_lines = goes_on and below or nil,
    -- Inline it would else look like the character behind it, a matching bracket, say;
    -- over other text it would lose the colour of the cursor's line.
    hl_mode = pos == 'inline' and 'replace' or 'combine',
    strict = false,
  })
end

return M
