-- How a suggestion is drawn: by one extmark that is always set again under its id and never
-- taken away in between, so that nothing flickers.
local config = require('hum.config')
local menu = require('hum.complete.ghost.menu')

local M = {}

local api = vim.api

local ns = api.nvim_create_namespace('hum.complete')
local MARK, INFO_MARK = 1, 2

local menu_hides = true

---@param group string
---@param link string
local function default_link(group, link) api.nvim_set_hl(0, group, { link = link, default = true }) end

--- Ghost text looks like comments. Where those have no colour, as with Neovim's own scheme in a
--- terminal of 256 colours, it is grey: it must not look like text.
function M.highlight()
  local comment = api.nvim_get_hl(0, { name = 'Comment', link = false })
  if vim.o.termguicolors or comment.ctermfg then
    default_link('HumGhost', 'Comment')
  else
    api.nvim_set_hl(0, 'HumGhost', vim.tbl_extend('force', comment, { ctermfg = 8, default = true }))
  end
  default_link('HumGhostInfo', 'NonText')
end

--- Reads the options that hold until insert mode is left.
function M.prepare() menu_hides = config.get().complete.menu == 'hide' end

---@param text string
---@param left string  what stands left of it
---@param tabstop integer
---@return string  as it can be drawn
local function drawable(text, left, tabstop)
  if not text:find('%c') then return text end
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
---@field row integer      the cursor's
---@field wrapped integer  rows that its line takes more than before
---@field text string
---@field lines table[]    those that there is room for
---@field hidden integer   the others

---@return integer rows  of the window below the cursor
local function room_below() return api.nvim_win_get_height(0) - vim.fn.winline() end

--- What stands below does not change while the cursor's line is typed, so it is kept.
---@param g hum.Ghost
---@param text string  behind the first line break
---@param wrapped integer
---@return hum.GhostBelow
local function below_of(g, text, wrapped)
  local below = g.below
  if below and below.row == g.at_row and below.wrapped == wrapped and below.text == text then return below end
  local lines = vim.split(text, '\n', { plain = true })
  local room = math.max(0, room_below() - wrapped)
  below = { row = g.at_row, wrapped = wrapped, text = text, lines = {}, hidden = math.max(0, #lines - room) }
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

--- Cells that are kept for what stands behind a line that is cut.
local CUT_ROOM = 8

--- A first line that wraps beyond the last row would make Neovim scroll the window: it is
--- cut there.
---@param g hum.Ghost
---@param first string
---@return string first
---@return integer wrapped  rows that it takes below the cursor's
local function within(g, first)
  local free = api.nvim_win_get_width(0) - vim.fn.wincol() + 1
  if #first + g.extra + #g.right <= free or not vim.wo.wrap then
    return first, 0 -- no text has more cells than bytes
  end
  local right = api.nvim_strwidth(api.nvim_get_current_line():sub(g.at_col + 1))
  local over = api.nvim_strwidth(first) + right - free
  local window = vim.fn.getwininfo(api.nvim_get_current_win())[1]
  local width = math.max(1, window.width - window.textoff)
  local wrapped, room = math.max(0, math.ceil(over / width)), room_below()
  if wrapped <= room then return first, wrapped end
  return cut(first, free + room * width - right - CUT_ROOM) .. '…', room
end

---@param g hum.Ghost
---@param left_over string
---@return string first
---@return table[] below  virtual lines
---@return string info    what else is to be known
---@return boolean whole  there is room for all lines
local function layout(g, left_over)
  local first, more = left_over:match('^([^\n]*)\n?(.*)$')
  ---@cast first string  the pattern matches any text
  ---@cast more string
  local goes_on = #first < #left_over
  local below = { lines = {}, hidden = 0 }
  local info = g.of > 1 and ('(%d/%d)'):format(g.n, g.of) or ''
  if first:find('%c') then first = drawable(first, api.nvim_get_current_line():sub(1, g.at_col), g.tabstop) end
  local wrapped
  first, wrapped = within(g, first)
  if goes_on then below = below_of(g, more, wrapped) end
  if below.hidden > 0 then info = vim.trim(('%s +%d'):format(info, below.hidden)) end
  return first, below.lines, info, below.hidden == 0
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

--- Takes the drawing away.
---@param g hum.Ghost
function M.hide(g)
  if g.drawn then
    g.drawn = false
    api.nvim_buf_del_extmark(g.buf, ns, MARK)
    draw_aside(g, nil)
  end
end

--- Overlaid text is cut at the edge of the window, where other text is wrapped.
---@param cells integer
---@return boolean  so many from the cursor on are in the window
local function fits(cells) return vim.fn.wincol() - 1 + cells <= api.nvim_win_get_width(0) end

--- The first line as it is to be drawn, given what stands right of the cursor. Closing
--- characters there that the answer has too are not to be seen twice; all that stands there
--- will stand behind the last line. Where nothing remains beside the first one, it lies under
--- the ghost text.
---@param g hum.Ghost
---@param first string
---@param goes_on boolean  there are further lines
---@return string first, 'inline'|'overlay' pos
local function beside(g, first, goes_on)
  if g.extra == 0 and (g.right == '' or not goes_on) then return first, 'inline' end
  local line = api.nvim_get_current_line()
  local right = line:sub(g.at_col + 1)
  if goes_on or g.right == '' then
    local cells = api.nvim_strwidth(first)
    local covered = api.nvim_strwidth(drawable(right, line:sub(1, g.at_col), g.tabstop))
    if fits(math.max(cells, covered)) then return first .. (' '):rep(covered - cells), 'overlay' end
    return first, 'inline'
  end
  -- If the answer ends with them, the text itself shows them.
  right = right:sub(1, g.extra)
  return vim.endswith(first, right) and first:sub(1, -1 - g.extra) or first, 'inline'
end

--- Draws what is left of it at the cursor.
---@param g hum.Ghost
function M.show(g)
  local left_over = g.want:sub(g.have + 1)
  if left_over == '' or (menu_hides and menu.is_open()) then return M.hide(g) end
  local first, below, info, whole = layout(g, left_over)
  local goes_on = #below > 0
  local pos
  first, pos = beside(g, first, goes_on)
  local line = { { first, 'HumGhost' } }
  local last = below[#below] or line
  if goes_on and whole and pos == 'overlay' then
    last[1][1] = last[1][1] .. drawable(g.right, last[1][1], g.tabstop)
    g.below = nil -- now it is another
  end
  local aside = info ~= '' and not goes_on and pos == 'inline' and g.right ~= ''
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
