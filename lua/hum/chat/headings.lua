-- The headings of what was said, by extmarks. A fence that the user leaves open in an earlier turn would hide those
-- below it: it is closed before the next one.
local edit = require('hum.chat.text.edit')
local format = require('hum.chat.text.format')
local heading_of = require('hum.chat.text.block').heading
local read = require('hum.chat.text.read')
local rows = require('hum.chat.text.rows')
local turns = require('hum.chat.text.turns')

local M = {}

local ns = vim.api.nvim_create_namespace('hum.headings')

--- What hum writes above a message of the user.
local OURS = { format.heading('user'), format.heading('user', nil, '## > You') }

--- Notes where turns begin.
---@param buf integer
---@param list hum.Turn[]
function M.note(buf, list)
  for _, turn in ipairs(list) do
    if #vim.api.nvim_buf_get_extmarks(buf, ns, { turn.row, 0 }, { turn.row, -1 }, { limit = 1 }) == 0 then
      local size = #rows.line(buf, turn.row)
      vim.api.nvim_buf_set_extmark(buf, ns, turn.row, 0, { end_col = size, invalidate = true })
    end
  end
end

--- The heading in a row as hum has written or read it, without what was joined to it since.
---@param buf integer
---@param row integer
---@return string|nil
function M.own(buf, row)
  local line = rows.line(buf, row)
  local mark = vim.api.nvim_buf_get_extmarks(buf, ns, { row, 0 }, { row, 0 }, { limit = 1, details = true })[1]
  if mark and not mark[4].invalid then return line:sub(1, mark[4].end_col) end
  for _, heading in ipairs(OURS) do
    if vim.startswith(line, heading) then return heading end
  end
end

---@param buf integer
---@param id integer
---@return boolean  the heading is there
local function is_there(buf, id)
  local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, id, { details = true })
  return not at[3].invalid and heading_of(rows.line(buf, at[1])) ~= nil
end

--- The first heading that begins no turn any more, and the turn that it stands in. Of most marks the row is all that is
--- asked for: details of thousands would cost several times as much.
---@param buf integer
---@param list hum.Turn[]
---@return integer|nil row, hum.Turn|nil turn
local function swallowed(buf, list)
  local i = 1
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buf, ns, 0, -1, {})) do
    local row = mark[2]
    while list[i + 1] and list[i + 1].row <= row do
      i = i + 1
    end
    local turn = list[i]
    if turn and row > turn.row and is_there(buf, mark[1]) then return row, turn end
  end
end

--- Closes what hides the headings of turns. Raises where the text cannot be changed.
---@param buf integer
function M.mend(buf)
  local row, turn = swallowed(buf, turns.of(buf).turns)
  while row and turn do
    local closing = read.closing_of(vim.api.nvim_buf_get_lines(buf, turn.row, row, false))
    local at = rows.after_text(buf, row)
    if #closing == 0 then return end
    edit.replace(buf, at, at, closing)
    row, turn = swallowed(buf, turns.of(buf).turns)
  end
end

return M
