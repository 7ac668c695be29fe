-- The shape that rows of virtual lines must have for the windows that show a buffer.
--
-- Neovim cuts them at the edge of a window. Where lines wrap, and before 0.11 everywhere, they are broken for the
-- narrowest of these windows. From 0.11 on, a window that does not wrap scrolls them sideways with its text.
local stops_of = require('hum.look.text').stops

local M = {}

local SCROLLS = vim.fn.has('nvim-0.11') == 1

--- Of extmarks with virtual lines.
M.OVERFLOW = SCROLLS and 'scroll' or nil ---@type 'scroll'|nil

--- A window so narrow that nothing could be read is not counted.
local LEAST = 4

---@class hum.Widths
---@field width? integer  nil: none is to be broken
---@field pad integer
---@field win? integer    whose 'showbreak' and 'breakindent' hold

---@param buf integer
---@return hum.Widths
local function widths(buf)
  local found = { pad = 0 } ---@type hum.Widths
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    local info = vim.fn.getwininfo(win)[1]
    local width = math.max(LEAST, info.width - info.textoff)
    found.pad = math.max(found.pad, width)
    if (vim.wo[win].wrap or not SCROLLS) and width < (found.width or math.huge) then
      found.width, found.win = width, win
    end
  end
  if found.pad == 0 then
    found.width, found.pad = vim.o.columns, vim.o.columns
  end
  return found
end

---@param win integer|nil
---@return string
local function showbreak(win)
  local text = win and vim.wo[win].wrap and vim.wo[win].showbreak or ''
  return text == 'NONE' and '' or text
end

--- Whether the language's colours lie on the background of a group. Without one, a text says by its colour what it is.
---@param group string
---@return boolean
local function has_background(group)
  local look = vim.api.nvim_get_hl(0, { name = group, link = false })
  for _, ui in ipairs(vim.api.nvim_list_uis()) do
    local is_rgb = vim.o.termguicolors or (ui.rgb and not ui.stdout_tty)
    if not look[is_rgb and 'bg' or 'ctermbg'] then return false end
  end
  return true
end

---@param buf integer
---@return table<'added'|'removed', hum.RowShape>
function M.of(buf)
  local found = widths(buf)
  local shared = {
    width = found.width,
    pad = found.pad,
    stops = stops_of(buf),
    showbreak = showbreak(found.win),
    indents = found.win ~= nil and vim.wo[found.win].wrap and vim.wo[found.win].breakindent,
  }
  local function with(base, word)
    local own = { base = base, word = word, coloured = has_background(base) }
    return vim.tbl_extend('error', own, shared) --[[@as hum.RowShape]]
  end
  return { added = with('HumAdded', 'HumAddedWord'), removed = with('HumRemoved', 'HumRemovedWord') }
end

--- Whether rows that were made for one shape are right for the other.
---@param a hum.RowShape
---@param b hum.RowShape
---@return boolean
function M.is_same(a, b)
  return a.width == b.width
    and a.pad == b.pad
    and a.coloured == b.coloured
    and a.showbreak == b.showbreak
    and a.indents == b.indents
    and table.concat(a.stops, ',') == table.concat(b.stops, ',')
end

return M
