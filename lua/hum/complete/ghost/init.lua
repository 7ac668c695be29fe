-- The suggestion at the cursor: what it is, and how much of it has been typed.
local draw = require('hum.complete.ghost.draw')
local typed = require('hum.complete.ghost.typed')

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
---@field indent? string  to replace the blanks left of the cursor
---@field tabstop integer
---@field drawn boolean
---@field below? hum.GhostBelow
---@field aside boolean   the info stands behind the text right of the cursor

local ghost ---@type hum.Ghost|nil

---@param g hum.Ghost
---@param row integer
---@return boolean  lines came between the base and the cursor, if any, and nowhere else
local function is_in_place(g, row)
  local base = api.nvim_buf_get_extmark_by_id(g.buf, bases, BASE_MARK, {})
  return base[1] == g.row and row >= g.row and api.nvim_buf_line_count(g.buf) == g.lines + row - g.row
end

---@param g hum.Ghost
---@param row integer
---@param col integer
---@return integer? have, string? indent, integer? extra
local function measure(g, row, col)
  if not is_in_place(g, row) then return nil end
  local lines = api.nvim_buf_get_lines(g.buf, g.row, row + 1, false)
  local line = lines[#lines]
  local extra = grown(line:sub(col + 1), g.right)
  if not extra then return nil end
  lines[#lines] = line:sub(1, col)
  local have, indent = agree(g.want, lines, g.tabstop)
  if not have or have < #g.left then
    return nil
  elseif extra > 0 and not closes(line:sub(col + 1, col + extra), g.want:sub(have + 1)) then
    return nil
  end
  return have, indent, extra
end

---@param g hum.Ghost
---@return boolean  the text at the cursor is the suggestion's
local function realign(g, row, col)
  local have, indent, extra = measure(g, row, col)
  if not have then return false end
  g.at_row, g.at_col = row, col
  g.have, g.indent, g.extra = have, indent, extra
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
function M.follow(row, col)
  local g = ghost
  if not g then
    return 0, 0
  elseif not realign(g, row, col) then
    M.drop()
    return 0, 0
  end
  draw.show(g)
  if g.final and g.have == #g.want then
    return 0, 0 -- typed whole; kept in case that the user deletes some of it
  end
  return g.serial, g.first + #g.text
end

function M.redraw()
  if ghost then draw.show(ghost) end
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
    tabstop = vim.bo.tabstop,
    drawn = false,
    aside = was ~= nil and was.aside,
  }
  -- Stays in front of what is typed there.
  api.nvim_buf_set_extmark(buf, bases, data.row, data.col, { id = BASE_MARK, right_gravity = false })
  draw.show(ghost)
end

--- More of the answer that is shown, or less. It may have been sent before the latest keys.
---@param g hum.Ghost
---@param data hum.Suggestion
---@return boolean  it still goes with what was typed
local function update(g, data)
  local text
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
  g.final, g.n, g.of = data.final, data.n, data.of
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
  elseif now then
    show_new(data)
  elseif same then
    M.drop()
  end
end

---@return boolean
function M.is_visible() return ghost ~= nil and ghost.drawn end

---@class hum.Shown
---@field row integer    the cursor
---@field col integer
---@field left_over string  of the suggestion
---@field closers string    right of the cursor, which it has too
---@field indent? string to replace the blanks left of the cursor

---@return hum.Shown|nil
function M.shown()
  local g = ghost
  if not g or not g.drawn or g.buf ~= api.nvim_get_current_buf() then return nil end
  local line = api.nvim_get_current_line()
  return {
    row = g.at_row,
    col = g.at_col,
    left_over = g.want:sub(g.have + 1),
    closers = line:sub(g.at_col + 1, g.at_col + g.extra),
    indent = g.indent,
  }
end

return M
