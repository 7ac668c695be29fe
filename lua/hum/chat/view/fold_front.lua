-- The fold of a front matter that was not there when folds were computed: hum writes one, `u` brings one back.
local guard = require('hum.interrupt').guard
local level = require('hum.chat.view.fold_level')
local own = require('hum.chat.view.fold_own')
local windows = require('hum.chat.view.fold_window')

local M = {}

local pending = {} ---@type table<integer, true>  by buffer

---@param buf integer
local function make(buf)
  pending[buf] = nil
  if not vim.api.nvim_buf_is_loaded(buf) then return end
  local last = level.front(buf)
  if not last or windows.in_insert() then return end
  for _, win in ipairs(windows.of(buf)) do
    windows.make(win, 0, last)
  end
  own.add(buf, 0, last)
end

--- Lines came or went in a row, from within `on_lines`: what is a front matter now gets its fold soon.
---@param buf integer
---@param first integer  row
function M.changed(buf, first)
  if pending[buf] or first > level.FRONT or (first > 0 and first > (level.front(buf) or 0)) then return end
  pending[buf] = true
  vim.schedule(function() guard(make, buf) end)
end

return M
