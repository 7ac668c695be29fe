-- The suggestion at the cursor: what it is, and how much of it has been typed.
local config = require('hum.config')
local draw = require('hum.complete.ghost.draw')
local fault = require('hum.fault')
local room = require('hum.complete.ghost.room')
local stops = require('hum.look.text').stops
local typed = require('hum.complete.ghost.typed')

-- Compiling this would cost more than it saves: see bench/README.md.
if jit then jit.off(true, true) end

local M = {}

local api = vim.api
local agree, closes, grown = typed.agree, typed.closes, typed.grown

local bases = api.nvim_create_namespace('hum.complete.base')
local BASE_MARK = 1

---@class hum.Ghost  columns are bytes, rows count from 0
---@field buf integer
---@field serial integer
---@field first integer   the byte of the answer that stands at the base
---@field text string     the answer from there on
---@field final boolean
---@field n integer       this one of
---@field of integer      so many alternatives
---@field row integer     the base, where it was first drawn
---@field col integer
---@field left string    the base line left of it
---@field right string   and right of it
---@field lines integer   of the buffer
---@field want string     left .. text
---@field at_row integer  the cursor
---@field at_col integer
---@field have integer    bytes of `want` that stand in the buffer
---@field extra integer   bytes right of the cursor that `want` closes itself
---@field tick integer        of the buffer, when that was compared
---@field asked_row? integer  the row that was looked at for others' virtual lines
---@field apart boolean       it has some
---@field same boolean        what stands there of it is so byte for byte
---@field right_here string   `right`, of the cursor's line alone
---@field extra_here integer  `extra`, of the cursor's line alone
---@field below_cursor integer  lines that came below the cursor, with what closes there
---@field closing? integer  the line break in `want` before the line that stands below already
---@field indent? string  to replace the blanks left of the cursor
---@field stops hum.TabStops
---@field cut boolean     the limit of tokens has ended it within a line
---@field drawn boolean
---@field below? hum.GhostBelow
---@field drawn_below? hum.GhostBelow
---@field hints integer     cells of others' virtual text right of the cursor ...
---@field hinted boolean    ... of which some stands at the cursor
---@field hints_row? integer  where that was asked
---@field hints_col? integer
---@field drawn_behind? hum.GhostBehind
---@field missing integer rows for which there is no room in the window
---@field beyond integer  cells of its first line that are cut at the edge
---@field floats boolean  a float has lines of it
---@field roomed boolean  room has been made for it, once
---@field waits boolean   room is to be made, once no key comes
---@field aside boolean   the info stands behind the text right of the cursor

local ghost ---@type hum.Ghost|nil

--- Options by which a window shows text.
-- stylua: ignore
local SHOWN_BY = {
  'cursorline', 'cursorlineopt', 'foldcolumn', 'list', 'linebreak', 'number', 'numberwidth', 'relativenumber',
  'signcolumn', 'statuscolumn', 'tabstop', 'vartabstop', 'winbar', 'wrap',
}

--- A window that moves while the user types would be a nuisance: so many ms no key must have come.
local QUIET_MS = 100

local key_ms = 0 ---@type integer  when the last one came

local make_room ---@type fun(g: hum.Ghost)

---@param g hum.Ghost
---@param ms integer
local function make_room_later(g, ms)
  if g.waits then return end
  g.waits = true
  vim.defer_fn(function()
    g.waits = false
    fault.guard('completion', make_room, g)
  end, ms)
end

--- Scrolls for what there is no room for, once and when all of it is known, as the window is not to
--- move with each line that comes; what has no room then is shown in a float.
---@param g hum.Ghost
make_room = function(g)
  if (g.missing == 0 and g.beyond == 0) or ghost ~= g or not g.drawn then return end
  local way = config.get().complete.overflow
  if way == 'count' then return end
  local wait = key_ms + QUIET_MS - vim.uv.now()
  if wait > 0 then return make_room_later(g, wait) end
  local most = (way == 'scroll' and not g.roomed) and room.may_scroll() or 0
  if way == 'scroll' and not g.final and g.missing < most then return end
  local has_moved = most > 0 and g.missing > 0 and room.scroll(g.missing)
  if way == 'scroll' and not g.roomed then has_moved = room.scroll_aside(g.beyond) or has_moved end
  g.roomed = true
  if has_moved then draw.show_again(g) end
  draw.float(g)
end

--- Lines that a plugin puts below the cursor, as it closes a block.
local MOST_BELOW = 3

---@param g hum.Ghost
---@param row integer
---@return integer? below  lines came between the base and the cursor, if any, so many below it, and none elsewhere
local function lines_below(g, row)
  local base = api.nvim_buf_get_extmark_by_id(g.buf, bases, BASE_MARK, {})
  local below = api.nvim_buf_line_count(g.buf) - g.lines - row + g.row
  if base[1] ~= g.row or row < g.row or below < 0 or below > MOST_BELOW then return nil end
  return below
end

--- What came right of the cursor, and below it, closes what the suggestion closes too.
---@param g hum.Ghost
---@param right string  from the cursor on, with the lines that came below
---@param have integer
---@return integer? extra, integer? closing
local function measure_right(g, right, have)
  local extra = grown(right, g.right)
  if not extra or extra == 0 then return extra end
  local left_over = g.want:sub(have + 1)
  local here, line = right:match('^([^\n]*)\n([^\n]*)') --[[@as string, string?]]
  local closing = line and typed.closing(left_over, line, here)
  -- Of an answer that is still coming nobody knows it.
  if line and not closing and g.final then return nil end
  if not line and not closes(right:sub(1, extra), left_over) then return nil end
  return extra, closing and have + closing
end

---@param g hum.Ghost
---@param row integer
---@param col integer
---@return integer? have, string? indent, integer? extra, integer? below, integer? closing
local function measure(g, row, col)
  local below = lines_below(g, row)
  if not below then return nil end
  local lines = api.nvim_buf_get_lines(g.buf, g.row, row + 1, false)
  local line = lines[#lines]
  lines[#lines] = line:sub(1, col)
  local have, indent = agree(g.want, lines, g.stops)
  if not have or have < #g.left then return nil end
  local right = line:sub(col + 1)
  if below > 0 then
    right = right .. '\n' .. table.concat(api.nvim_buf_get_lines(g.buf, row + 1, row + 1 + below, false), '\n')
  end
  local extra, closing = measure_right(g, right, have)
  if not extra then return nil end
  -- The helper compares bytes, and knows brackets.
  g.same = (#lines == 1 or table.concat(lines, '\n') == g.want:sub(1, have))
    and not (closing and right:find('\n%s*[%w@#]'))
  return have, indent, extra, below, closing
end

---@param g hum.Ghost
---@param row integer
---@param col integer
---@return boolean  the text at the cursor is the suggestion's
local function realign(g, row, col)
  local have, indent, extra, below, closing = measure(g, row, col)
  if not have then return false end
  ---@cast extra integer
  g.at_row, g.at_col = row, col
  g.tick = api.nvim_buf_get_changedtick(g.buf)
  g.have, g.indent, g.extra = have, indent, extra
  g.below_cursor, g.closing = below, closing
  -- With lines below the cursor, all that stands right of it came too.
  g.right_here = below == 0 and g.right or ''
  g.extra_here = below == 0 and extra or #api.nvim_get_current_line() - col
  return true
end

--- Takes the suggestion away.
function M.drop()
  local g = ghost
  ghost = nil
  if g and api.nvim_buf_is_loaded(g.buf) then
    draw.hide(g)
    api.nvim_buf_del_extmark(g.buf, bases, BASE_MARK)
  end
end

--- Text or cursor have changed: what agrees with the suggestion is a part of it, anything
--- else ends it. All of this happens before the change is drawn.
---@param row integer
---@param col integer
---@return integer serial  of the suggestion, 0: none
---@return integer length  bytes of the answer that are known
---@return integer|nil used  bytes of it that stand there in other words
function M.follow(row, col)
  local g = ghost
  key_ms = vim.uv.now()
  if not g then
    return 0, 0
  elseif not realign(g, row, col) then
    M.drop()
    return 0, 0
  end
  room.renew()
  draw.show(g)
  if g.final and g.have == #g.want then
    return 0, 0 -- typed whole; kept in case that the user deletes some of it
  end
  return g.serial, g.first + #g.text, not g.same and g.first + g.have - #g.left or nil
end

--- From behind the end of a line CTRL-O moves the cursor, and a user may wait then: it is not seen beside the
--- cursor.
function M.hide_aside()
  local row, col = unpack(api.nvim_win_get_cursor(0))
  if ghost and ghost.at_row == row - 1 and ghost.at_col ~= col then draw.hide(ghost) end
end

--- What stands beside it has changed.
function M.redraw()
  if ghost then
    room.renew()
    draw.show(ghost)
    make_room(ghost)
  end
end

--- The window is another, or an option by which it shows text.
---@param g hum.Ghost
local function show_again(g)
  draw.prepare()
  draw.show_again(g)
end

---@return hum.Ghost|nil  that what happens in a window happens to
local function here() return ghost and ghost.buf == api.nvim_get_current_buf() and ghost or nil end

local function on_resize()
  local g = here()
  if g and vim.tbl_contains(vim.v.event.windows or {}, api.nvim_get_current_win()) then
    show_again(g)
    make_room(g)
  end
end

--- By the user, or because text came.
local function on_scroll()
  room.renew()
  local g = here()
  if not g or not g.below then return end
  show_again(g)
  if g.roomed then make_room(g) end
end

local function on_option()
  local g = here()
  if g then show_again(g) end
end

---@param on fun(events: string, callback: fun(ev: table), pattern?: string|string[])  listens
function M.listen(on)
  on('WinResized', on_resize)
  on('WinScrolled', on_scroll)
  on('OptionSet', on_option, SHOWN_BY)
end

---@param data hum.Suggestion
local function show_new(data)
  local buf = api.nvim_get_current_buf()
  local line = api.nvim_get_current_line()
  local left = line:sub(1, data.col)
  local was = ghost
  ghost = {
    buf = buf,
    serial = data.serial,
    first = data.from,
    text = data.text,
    final = data.final,
    n = data.n,
    of = data.of,
    row = data.row,
    col = data.col,
    left = left,
    right = line:sub(data.col + 1),
    lines = api.nvim_buf_line_count(buf),
    want = left .. data.text,
    at_row = data.row,
    at_col = data.col,
    have = #left,
    extra = 0,
    tick = data.tick,
    apart = false,
    same = true,
    right_here = line:sub(data.col + 1),
    extra_here = 0,
    below_cursor = 0,
    drawn_behind = was and was.drawn_behind,
    stops = stops(buf),
    cut = data.cut == true,
    drawn = false,
    drawn_below = was and was.drawn_below,
    aside = was ~= nil and was.aside,
    hints = 0,
    hinted = false,
    missing = 0,
    beyond = 0,
    floats = false,
    roomed = false,
    waits = false,
  }
  -- Stays in front of what is typed there.
  api.nvim_buf_set_extmark(buf, bases, data.row, data.col, { id = BASE_MARK, right_gravity = false })
  room.renew()
  draw.show(ghost)
  make_room(ghost)
end

--- More of the answer that is shown, or less. It may have been sent before the latest keys.
---@param g hum.Ghost
---@param data hum.Suggestion
---@return boolean  it still goes with what was typed
local function update(g, data)
  local text
  -- All that is compared with the buffer is as it was.
  local is_more = #g.left + data.from - g.first >= g.have and g.extra == 0 and not g.indent and data.text ~= ''
  if data.from >= g.first then
    local kept = g.text:sub(1, data.from - g.first)
    if #kept < data.from - g.first then
      return true -- a piece between is missing; with the next key the helper learns that
    end
    text = kept .. data.text
  else
    text = data.text:sub(g.first - data.from + 1)
  end
  g.text, g.want = text, g.left .. text
  g.final, g.cut, g.n, g.of = data.final, data.cut == true, data.n, data.of
  if is_more and g.tick == api.nvim_buf_get_changedtick(g.buf) then return true end
  return realign(g, g.at_row, g.at_col)
end

---@param data hum.Suggestion
---@param now boolean  text and cursor are still those that it was made for
function M.suggest(data, now)
  local g = ghost
  local same = g and g.serial == data.serial
  if data.text == '' then
    if same or now then M.drop() end
  elseif g and same and update(g, data) then
    draw.show(g)
    make_room(g)
  elseif now then
    show_new(data)
  elseif same then
    M.drop()
  end
end

--- Text is about to take the place of the suggestion's lines below the cursor: with both there Neovim
--- would scroll. What is left over is drawn again when follow() learns of the text.
function M.make_way()
  if ghost then draw.make_way(ghost) end
end

---@return boolean
function M.is_visible() return ghost ~= nil and ghost.drawn end

---@return integer? n  the alternative that is seen
---@return integer? of  how many there are
function M.number()
  if ghost and ghost.drawn then return ghost.n, ghost.of end
end

---@class hum.Shown
---@field row integer    the cursor
---@field col integer
---@field left_over string  of the suggestion
---@field closers string    right of the cursor, and below it, which it has too
---@field indent? string to replace the blanks left of the cursor

---@return hum.Shown|nil
function M.shown()
  local g = ghost
  if not g or not g.drawn or g.buf ~= api.nvim_get_current_buf() then return nil end
  local lines = api.nvim_buf_get_lines(g.buf, g.at_row, g.at_row + 1 + g.below_cursor, false)
  local is_known = g.below_cursor == 0 or g.closing
  return {
    row = g.at_row,
    col = g.at_col,
    left_over = g.want:sub(g.have + 1),
    closers = is_known and table.concat(lines, '\n'):sub(g.at_col + 1, g.at_col + g.extra) or '',
    indent = g.indent,
  }
end

return M
