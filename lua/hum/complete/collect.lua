-- Excerpts that help to fill in elsewhere: lines around where a buffer was opened, jumped to,
-- edited or yanked from. The helper's copy has the lines already; it is sent their rows.
local allow = require('hum.complete.allow')
local attach = require('hum.complete.attach')
local channel = require('hum.complete.channel')
local helper = require('hum.server.helper')

local M = {}

--- Lines on each side of a row.
local AROUND = 32

--- In one second at most, for `:wall` and its like.
local MOST = 8

--- Who is in a buffer for so long has come to stay, in ms.
local STAYS = 200

---@type table<integer, integer>  the row collected last, by buffer
local latest = {}
local second, count = 0, 0

---@return boolean
local function is_in_budget()
  local now = math.floor(vim.uv.now() / 1000)
  if now ~= second then
    second, count = now, 0
  end
  count = count + 1
  return count <= MOST
end

---@param buf integer
---@param first integer  from 0
---@param last integer   not included
local function collect(buf, first, last)
  if attach.is_attached(buf) and is_in_budget() then
    latest[buf] = math.floor((first + last) / 2)
    local lines = vim.api.nvim_buf_line_count(buf)
    channel.notify('collect', buf, math.max(0, first), math.min(lines, last))
  end
end

---@param buf integer
---@param row integer
local function around(buf, row) collect(buf, row - AROUND, row + AROUND + 1) end

---@return integer
local function cursor_row() return vim.api.nvim_win_get_cursor(0)[1] - 1 end

--- The user has come to a buffer, and stays.
local function on_stay()
  local buf = vim.api.nvim_get_current_buf()
  if channel.is_open() and allow.mode(buf) ~= 'off' and attach.ensure(buf) and not latest[buf] then
    around(buf, cursor_row())
  end
end

--- The cursor rests. If that was a jump, its target is of interest.
local function on_hold()
  local buf = vim.api.nvim_get_current_buf()
  local row = cursor_row()
  if attach.is_attached(buf) and math.abs(row - (latest[buf] or row)) > 2 * AROUND then around(buf, row) end
end

helper.on_lost(function() latest = {} end)

---@param group integer
---@param guarded fun(fn: function): function
function M.start(group, guarded)
  local function on(events, callback)
    vim.api.nvim_create_autocmd(events, { group = group, callback = guarded(callback) })
  end
  local timer = assert(vim.uv.new_timer())
  local stays = vim.schedule_wrap(guarded(on_stay))
  on('BufEnter', function() timer:start(STAYS, 0, stays) end)
  on('CursorHold', on_hold)
  on('BufWritePost', function(ev)
    local change = vim.api.nvim_buf_get_mark(ev.buf, '.')[1]
    if change > 0 then around(ev.buf, change - 1) end
  end)
  on('TextYankPost', function()
    if vim.v.event.operator == 'y' then
      local buf = vim.api.nvim_get_current_buf()
      local first, last = vim.fn.line("'["), vim.fn.line("']")
      collect(buf, first - 1 - AROUND / 2, last + AROUND / 2)
    end
  end)
  on({ 'BufUnload', 'BufWipeout' }, function(ev) latest[ev.buf] = nil end)
end

return M
