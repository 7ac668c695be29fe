-- Excerpts that help to fill in elsewhere: lines around where a buffer was opened, jumped to,
-- edited, yanked from or left, and where the user was for the longest time. The helper's copy has
-- the lines already; it is sent their rows.
local allow = require('hum.complete.allow')
local attach = require('hum.complete.attach')
local channel = require('hum.complete.channel')
local dwell = require('hum.complete.dwell')
local helper = require('hum.server.helper')
local ignored = require('hum.ignored')

local M = {}

--- Lines on each side of a row.
local AROUND = 32

--- Texts of fewer lines say nothing.
local LEAST = 3

--- In one second at most, for `:wall` and its like.
local MOST = 8

--- Who is in a buffer for so long has come to stay, in ms.
local STAYS = 200

--- Of what was looked at before the helper ran: so many buffers, and so many bytes of them, for
--- all of their text is sent.
local SEEDS, SEED_BYTES = 8, 1048576

---@type table<integer, { row: integer, tick: integer }>  what was collected last, by buffer
local latest = {}
local second, count = 0, 0
local is_seeded = false

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
local function send(buf, first, last)
  local lines = vim.api.nvim_buf_line_count(buf)
  channel.notify('collect', buf, math.max(0, first), math.min(lines, last))
end

---@param buf integer
---@param first integer  from 0
---@param last integer   not included
local function collect(buf, first, last)
  if not attach.is_attached(buf) or not is_in_budget() then return end
  latest[buf] = { row = math.floor((first + last) / 2), tick = vim.api.nvim_buf_get_changedtick(buf) }
  send(buf, first, last)
end

---@param buf integer
---@param row integer
local function around(buf, row) collect(buf, row - AROUND, row + AROUND + 1) end

---@return integer
local function cursor_row() return vim.api.nvim_win_get_cursor(0)[1] - 1 end

-- ---- what was looked at before --------------------------------------------------------------

---@param info table  of getbufinfo()
---@return integer row  where the user is, or was when he left it
local function row_in(info)
  local win = info.windows[1]
  local at = win and vim.api.nvim_win_get_cursor(win)[1] or vim.api.nvim_buf_get_mark(info.bufnr, '"')[1]
  return math.max(at - 1, 0)
end

---@param current integer
---@return table[]  of getbufinfo(), what was looked at last comes first
local function seen(current)
  local infos = vim.tbl_filter(
    function(info) return info.bufnr ~= current and info.lastused > 0 and not attach.is_attached(info.bufnr) end,
    vim.fn.getbufinfo({ bufloaded = 1, buflisted = 1 })
  )
  local before = vim.fn.bufnr('#')
  table.sort(infos, function(a, b)
    if a.lastused ~= b.lastused then return a.lastused > b.lastused end
    if a.bufnr == before or b.bufnr == before then return a.bufnr == before end
    return a.bufnr > b.bufnr
  end)
  return infos
end

---@param buf integer
---@return integer
local function size_of(buf) return vim.api.nvim_buf_get_offset(buf, vim.api.nvim_buf_line_count(buf)) end

--- The first insert of a session: files that were only looked at before are known to no helper yet.
--- What this sends comes before the first key, so the first prompt has it.
--- Where git has still to say whether it ignores a file, that one comes later.
---@param current integer  its text goes to the helper anyway
function M.seed(current)
  if is_seeded or allow.refusal(current) or not channel.open() then return end
  is_seeded = true
  local chosen, bytes = {}, 0
  for _, info in ipairs(seen(current)) do
    if #chosen == SEEDS then break end
    local size = size_of(info.bufnr)
    -- Whether it may be read is found out by reading it: not for one that has no room.
    local may_fit = bytes + size <= SEED_BYTES and allow.mode(info.bufnr) ~= 'off'
    local why = may_fit and allow.refusal(info.bufnr) or nil
    is_seeded = is_seeded and why ~= ignored.ASKED
    if may_fit and not why then
      bytes = bytes + size
      table.insert(chosen, 1, info)
    end
  end
  -- In the order of their use: texts come as they are asked for, and what comes last is nearest.
  for _, info in ipairs(chosen) do
    local row = row_in(info)
    if attach.ensure(info.bufnr) then send(info.bufnr, row - AROUND, row + AROUND + 1) end
  end
end

-- ---- what happens ---------------------------------------------------------------------------

--- Takes note of where the user is.
local function note()
  local buf = vim.api.nvim_get_current_buf()
  if attach.is_attached(buf) then dwell.note(buf, cursor_row(), vim.uv.now()) end
end

--- The user has come to a buffer, and stays.
local function on_stay()
  local buf = vim.api.nvim_get_current_buf()
  if allow.mode(buf) == 'off' then return end
  if not channel.is_open() then
    allow.refusal(buf) -- git may have to be asked: by the first insert it has answered
  elseif attach.ensure(buf) then
    note()
    if not latest[buf] then around(buf, cursor_row()) end
  end
end

--- What had to be found out of a buffer is known now.
function M.renew()
  if channel.is_open() then M.seed(vim.api.nvim_get_current_buf()) end
  on_stay()
end

--- The cursor rests. If that was a jump, its target is of interest.
local function on_hold()
  local buf = vim.api.nvim_get_current_buf()
  local row = cursor_row()
  note()
  local known = latest[buf] and latest[buf].row or row
  if attach.is_attached(buf) and math.abs(row - known) > 2 * AROUND then around(buf, row) end
end

---@param buf integer
---@param row integer
---@return boolean  what was collected last is the same
local function is_known(buf, row)
  local known = latest[buf]
  return known ~= nil
    and known.tick == vim.api.nvim_buf_get_changedtick(buf)
    and math.abs(known.row - row) <= AROUND / 2
end

--- What the user was at is what he may need elsewhere; the place where he was longest counts as the
--- latest, and so stays longest.
local function on_leave()
  local buf = vim.api.nvim_get_current_buf()
  if not attach.is_attached(buf) or vim.api.nvim_buf_line_count(buf) < LEAST then return end
  note()
  dwell.leave()
  local row = cursor_row()
  local longest = dwell.longest(buf) or row
  if not is_known(buf, row) then around(buf, row) end
  if math.abs(longest - row) > 2 * AROUND then around(buf, longest) end
end

helper.on_lost(function()
  latest, is_seeded = {}, false
end)

---@param group integer
---@param guarded fun(fn: function): function
function M.start(group, guarded)
  local function on(events, callback)
    vim.api.nvim_create_autocmd(events, { group = group, callback = guarded(callback) })
  end
  local timer = assert(vim.uv.new_timer())
  local stays = vim.schedule_wrap(guarded(on_stay))
  on('BufEnter', function() timer:start(STAYS, 0, stays) end)
  on('BufLeave', on_leave)
  on('CursorHold', on_hold)
  on({ 'InsertEnter', 'InsertLeave' }, note)
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
  on({ 'BufUnload', 'BufWipeout' }, function(ev)
    latest[ev.buf] = nil
    dwell.forget(ev.buf)
  end)
end

return M
