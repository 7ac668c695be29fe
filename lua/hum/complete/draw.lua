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

---@param g hum.Ghost
---@param rest string
---@return string first
---@return table[] below  virtual lines
---@return string info    what else is to be known
local function layout(g, rest)
  local lines = vim.split(rest, '\n', { plain = true })
  local room = api.nvim_win_get_height(0) - vim.fn.winline()
  local info = g.of > 1 and ('(%d/%d)'):format(g.n, g.of) or ''
  local below = {}
  for i = 2, math.min(#lines, room + 1) do
    below[i - 1] = { { drawable(lines[i], '', g.tabstop), 'HumGhost' } }
  end
  local hidden = #lines - 1 - #below
  if hidden > 0 then
    info = vim.trim(('%s +%d'):format(info, hidden))
  end
  local left = api.nvim_get_current_line():sub(1, g.at_col)
  return drawable(lines[1], left, g.tabstop), below, info
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

---Closing characters right of the cursor that the answer has too are not to be seen
---twice. Where nothing follows them they lie under the ghost text, else, if the answer ends
---with them, the text itself shows them.
---@param g hum.Ghost
---@param first string
---@param only boolean  the answer ends with `first`
---@return string first, 'inline'|'overlay' pos
local function with_extra(g, first, only)
  if g.extra == 0 then
    return first, 'inline'
  elseif g.tail == '' then
    return first .. (' '):rep(g.extra - #first), 'overlay'
  end
  local right = api.nvim_get_current_line():sub(g.at_col + 1, g.at_col + g.extra)
  return only and vim.endswith(first, right) and first:sub(1, -1 - g.extra) or first, 'inline'
end

---Draws what is left of it at the cursor.
---@param g hum.Ghost
function M.show(g)
  local rest = g.want:sub(g.have + 1)
  if rest == '' or (menu_hides and menu.is_open()) then
    return M.hide(g)
  end
  local first, below, info = layout(g, rest)
  local pos
  first, pos = with_extra(g, first, #below == 0)
  local line = { { first, 'HumGhost' } }
  local aside = info ~= '' and #below == 0 and pos == 'inline' and g.tail ~= ''
  if info ~= '' and not aside then
    local last = below[#below] or line
    last[#last + 1] = { ' ' .. info, 'HumGhostInfo' }
  end
  draw_aside(g, aside and info or nil)
  g.drawn = true
  api.nvim_buf_set_extmark(g.buf, ns, g.at_row, g.at_col, {
    id = MARK,
    virt_text = line,
    virt_text_pos = pos,
    virt_lines = #below > 0 and below or nil,
    hl_mode = 'combine',
    strict = false,
  })
end

return M
