-- What of a chat's text is in its file, and what has to be written to bring the rest there.
--
-- A change of the buffer costs one comparison: the first row that is not in the file as it is. What is written begins
-- there, so that it does not grow with the chat.
local scan = require('hum.chat.text.scan')

local M = {}

---@class hum.Snapshot
---@field scan? hum.Scan  that tells of changes; another one says nothing of what was before it
---@field first number    first row that has changed since; math.huge: none
---@field tick integer    the buffer's, when it was taken
---@field count integer   lines in the file
---@field last string     the last of them
---@field at integer      where that ends in the file, in bytes
---@field ended boolean   it has a line end
---@field format string   how lines are written

---@class hum.SnapshotPlan
---@field grows boolean   the file only gets longer
---@field at integer      so many bytes of it stay
---@field tail string     what follows them
---@field next hum.Snapshot  of the file then

local BOM = '\239\187\191'
local ENDS = { unix = '\n', dos = '\r\n' }

local watched = {} ---@type table<integer, hum.Snapshot>

--- Can its text be written as bytes by hum? Other encodings and the like are for Neovim to write.
---@param buf integer
---@return boolean
function M.is_plain(buf)
  local bo = vim.bo[buf]
  local encoding = bo.fileencoding
  return (encoding == '' or encoding == 'utf-8') and ENDS[bo.fileformat] ~= nil and not bo.binary
end

---@param buf integer
---@return boolean
local function has_last_end(buf) return vim.bo[buf].endofline or vim.bo[buf].fixendofline end

---@param buf integer
---@return string
local function format_of(buf)
  local bo = vim.bo[buf]
  return ('%s %s %s'):format(bo.fileformat, bo.fileencoding, bo.bomb)
end

--- Where a row begins in the file, if the rows above stand there as they are in the buffer.
---@param buf integer
---@param row integer
---@return integer
local function offset_of(buf, row)
  if row == 0 then return 0 end
  local bo = vim.bo[buf]
  local carriage_returns = bo.fileformat == 'dos' and row or 0
  return vim.api.nvim_buf_get_offset(buf, row) + carriage_returns + (bo.bomb and #BOM or 0)
end

--- The file, once it has all of the buffer's text.
---@param buf integer
---@return hum.Snapshot
local function whole(buf)
  local count = vim.api.nvim_buf_line_count(buf)
  local last = vim.api.nvim_buf_get_lines(buf, count - 1, count, false)[1] or ''
  local bom = count == 1 and vim.bo[buf].bomb and #BOM or 0
  return {
    scan = scan.get(buf),
    first = math.huge,
    tick = vim.api.nvim_buf_get_changedtick(buf),
    count = count,
    last = last,
    at = offset_of(buf, count - 1) + bom + #last,
    ended = has_last_end(buf),
    format = format_of(buf),
  }
end

--- Lines as bytes of the file. Neovim has a line break within a line where the file has a NUL.
---@param buf integer
---@param lines string[]
---@return string
local function bytes_of(buf, lines)
  for i, line in ipairs(lines) do
    if line:find('\n', 1, true) then lines[i] = line:gsub('\n', '\0') end
  end
  local line_end = ENDS[vim.bo[buf].fileformat]
  return table.concat(lines, line_end) .. (#lines > 0 and has_last_end(buf) and line_end or '')
end

--- The text only goes on behind what the file has.
---@param buf integer
---@param s hum.Snapshot
---@return hum.SnapshotPlan|nil
local function growth(buf, s)
  if s.first < s.count - 1 then return nil end
  local lines = vim.api.nvim_buf_get_lines(buf, s.count - 1, -1, false)
  if not lines[1] or not vim.startswith(lines[1], s.last) then return nil end
  lines[1] = lines[1]:sub(#s.last + 1)
  return { grows = true, at = s.at, tail = bytes_of(buf, lines), next = whole(buf) }
end

--- What has to be written; nil: nothing.
---@param buf integer
---@return hum.SnapshotPlan|nil
function M.plan(buf)
  local s = watched[buf]
  if not s then return nil end
  local now, tick = scan.get(buf), vim.api.nvim_buf_get_changedtick(buf)
  -- Neovim ends the watch right before it unloads a buffer.
  local unloads = s.scan ~= nil and s.scan.left == tick
  if (not now or now ~= s.scan) and s.tick ~= tick and not unloads then s.first = 0 end
  local same_format = s.format == format_of(buf)
  if s.first == math.huge and same_format then return nil end
  local plan = same_format and growth(buf, s) or nil
  if plan then return plan end
  local row = 0
  if same_format and s.ended then
    row = math.min(s.first, s.count) --[[@as integer]]
  end
  local lines = vim.api.nvim_buf_get_lines(buf, row, -1, false)
  local bom = row == 0 and vim.bo[buf].bomb and BOM or ''
  return { grows = false, at = offset_of(buf, row), tail = bom .. bytes_of(buf, lines), next = whole(buf) }
end

--- The file has all of the text now.
---@param buf integer
function M.take(buf) watched[buf] = whole(buf) end

--- Of the file nothing is known: all has to be written.
---@param buf integer
function M.lose(buf)
  local s = whole(buf)
  s.first, s.tick, s.format = 0, -1, ''
  watched[buf] = s
end

--- All of the text, as bytes of the file.
---@param buf integer
---@return string
function M.text(buf)
  local bom = vim.bo[buf].bomb and BOM or ''
  return bom .. bytes_of(buf, vim.api.nvim_buf_get_lines(buf, 0, -1, false))
end

--- How long a file is that has all of the text.
---@param buf integer
---@return integer
function M.size(buf)
  local s = whole(buf)
  return s.at + (vim.bo[buf].endofline and #ENDS[vim.bo[buf].fileformat] or 0)
end

--- Sees to it that changes are noticed: after `:noautocmd edit` they were not.
---@param buf integer
function M.watch(buf)
  if not scan.get(buf) then scan.attach(buf) end
end

--- A plan is being carried out. What changes from now on is not in it.
---@param buf integer
---@param plan hum.SnapshotPlan
---@return hum.Snapshot  to be given to M.revert if that fails
function M.begin(buf, plan)
  local before = watched[buf]
  watched[buf] = plan.next
  return before
end

---@param buf integer
---@param before hum.Snapshot
function M.revert(buf, before)
  local now = watched[buf]
  if not now then return end
  before.first = math.min(before.first, now.first)
  watched[buf] = before
end

--- Is all of the text in the file?
---@param buf integer
---@return boolean
function M.is_whole(buf)
  local s = watched[buf]
  return s ~= nil and s.first == math.huge
end

---@param buf integer
function M.forget(buf) watched[buf] = nil end

-- Once for each token: nothing but a comparison.
scan.listen('kept', function(buf, first)
  local s = watched[buf]
  if s and first < s.first then s.first = first end
end)

return M
