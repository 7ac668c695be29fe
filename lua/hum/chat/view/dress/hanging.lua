-- Hanging indents: the rows of the screen that an item, a quote or an indented line takes begin where its text does, by
-- 'breakindent'.
--
-- That option makes a token dearer by a quarter while a window is full of wrapped lines, and twenty times in a line of
-- 100 kB. So a window has it only once it shows a line that hangs and is about to be wrapped; nothing else on the
-- screen moves then, code included. And it has it no longer while it shows a line that is very long.
local M = {}

--- A line is about to be wrapped if it takes this share of the window's width, or all but so many cells, which may come
--- at once.
local NEARLY, ROOM = 0.75, 40

-- A quote's bars, then an item's marker. Neovim matches it for each line that it measures: a simple one, and the engine
-- for those, take a quarter of the option's cost away.
local PATTERN = [[\%#=1^[ \t>]*\%([-*+]\s\+\|\d\+[.)]\s\+\)\?]]

local LIST = 'list:-1'

--- Bytes of a line that is very long.
local LONG = 4096

---@param win integer
---@param buf integer
---@return boolean
local function shows(win, buf) return vim.api.nvim_win_is_valid(win) and vim.api.nvim_win_get_buf(win) == buf end

--- Whether a window shows a line that is very long.
---@param win integer
---@param buf integer
---@return boolean
local function has_long(win, buf)
  local info = vim.fn.getwininfo(win)[1]
  -- A line of which the window shows but a part stands behind `botline`.
  for row = info.topline - 1, info.botline do
    if #(vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or '') >= LONG then return true end
  end
  return false
end

local asked = {} ---@type table<integer, true>  windows whose option is about to be set

--- Sets the option of a window once the redraw is over.
---@param win integer
---@param buf integer
---@param on boolean
local function set(win, buf, on)
  if asked[win] then return end
  asked[win] = true
  vim.schedule(function()
    asked[win] = nil
    if not shows(win, buf) or (on and has_long(win, buf)) then return end
    local wo = vim.wo[win][0]
    if on then
      vim.bo[buf].formatlistpat = PATTERN
      wo.breakindentopt = LIST
    end
    wo.breakindent = on
  end)
end

--- Whether lines hang in a window.
---@param win integer
---@return boolean
function M.is_on(win) return vim.wo[win].breakindent and vim.wo[win].breakindentopt == LIST end

--- Called for a line that is drawn and hangs: an item, a quote, one that is indented.
---@param view hum.View
---@param line string
function M.want(view, line)
  if #line >= LONG then return M.avoid(view) end
  -- Some cells more than `view.width`, which most items need not know.
  local width = vim.api.nvim_win_get_width(view.win)
  if #line < math.min(NEARLY * width, width - ROOM) or not view.wrap or M.is_on(view.win) then return end
  set(view.win, view.buf, true)
end

--- The same, for `highlight`.
---@param view hum.View
---@param _ integer
---@param line string
function M.want_row(view, _, line) M.want(view, line) end

--- Called for a line that is drawn and very long.
---@param view hum.View
function M.avoid(view)
  if M.is_on(view.win) then set(view.win, view.buf, false) end
end

return M
