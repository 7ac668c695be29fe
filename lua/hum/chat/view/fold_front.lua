-- The fold of a front matter that was not there when folds were computed: hum writes one, `u` brings one back.
local guard = require('hum.interrupt').guard
local level = require('hum.chat.view.fold_level')
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
end

--- Lines came or went at the top, from within `on_lines`: what is a front matter now gets its fold soon.
---@param buf integer
function M.changed(buf)
  if pending[buf] then return end
  pending[buf] = true
  vim.schedule(function() guard(make, buf) end)
end

return M
