-- Hanging indents: the rows of the screen that an item or a quote takes begin where its text does, by 'breakindent'.
--
-- That option makes a token dearer by a quarter while a window is full of wrapped lines, and twenty times in a line of
-- 100 kB. So a window has it only once it shows an item that is about to be wrapped; nothing else on the screen moves
-- then. And it has it no longer while it shows a line that is very long.
local M = {}

--- Of an item that is about to be wrapped: the share of the window's width that it takes.
local NEARLY = 0.75

-- A quote's bars, then an item's marker.
local PATTERN = [[^\s*\%(>\s\?\)*\%(\%([-*+]\|\d\+[.)]\)\s\+\|>\s\?\)]]

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

--- Called for an item or a quote that is drawn.
---@param view hum.View
---@param line string
function M.want(view, line)
  if #line < NEARLY * view.width or not vim.wo[view.win].wrap or M.is_on(view.win) then return end
  set(view.win, view.buf, true)
end

--- Called for a line that is drawn and very long.
---@param view hum.View
function M.avoid(view)
  if M.is_on(view.win) then set(view.win, view.buf, false) end
end

return M
