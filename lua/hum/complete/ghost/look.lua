-- Where ghost text lies over other text, and the windows that it is seen in.
local private = require('hum.private')

local M = {}

local api = vim.api

function M.highlight() require('hum.look.scheme').start('ghost') end

local ON_LINE = { 'CursorLine', 'HumGhost' }

--- What lies over other text must have the cursor line's colour, and none of that text's.
---@return string|string[]
function M.over_text()
  local on = vim.wo.cursorline and vim.wo.cursorlineopt ~= 'number'
  return on and ON_LINE or 'HumGhost'
end

--- The same for blanks that hide other text.
---@return string
function M.behind_text() return M.over_text() == ON_LINE and 'CursorLine' or 'Normal' end

local seen_in = nil ---@type integer|nil  the window that the marks are bound to, nil: none

--- Binds the marks of namespaces to the current window, as another one of the same buffer is
--- to keep its view. It draws the window anew, so it is done once there are two.
---@param buf integer
---@param namespaces integer[]
function M.bind(buf, namespaces)
  local win = api.nvim_get_current_win()
  if seen_in ~= win and (seen_in or #vim.fn.win_findbuf(buf) > 1) then
    for _, ns in ipairs(namespaces) do
      private.bind_namespace(ns, win)
    end
    seen_in = win
  end
end

--- What extmarks have to say for that.
---@return true|nil
function M.scoped() return seen_in and private.scoped end

return M
