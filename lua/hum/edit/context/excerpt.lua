-- What a model sees of the file around a range: whole lines, nearest first, within a number of bytes.
local M = {}

--- Lines that are read from the buffer at a time.
local STEP = 64

---@class hum.edit.Excerpt
---@field before string[]
---@field after string[]
---@field is_head boolean  `before` begins with the first line of the file
---@field is_foot boolean  `after` ends with the last one

--- Lines that fit, from the range on.
---@param buf integer
---@param row integer   from 0: the line next to the range
---@param step -1|1
---@param room integer  bytes
---@return string[] lines, boolean whole, integer left  bytes
local function gather(buf, row, step, room)
  local lines, count = {}, vim.api.nvim_buf_line_count(buf)
  local from = row
  while from >= 0 and from < count do
    local to = step > 0 and math.min(from + STEP, count) or math.max(from - STEP + 1, 0)
    local some = step > 0 and vim.api.nvim_buf_get_lines(buf, from, to, false)
      or vim.api.nvim_buf_get_lines(buf, to, from + 1, false)
    for i = step > 0 and 1 or #some, step > 0 and #some or 1, step do
      if #some[i] + 1 > room then return lines, false, room end
      room = room - #some[i] - 1
      lines[#lines + 1] = some[i]
    end
    from = step > 0 and to or to - 1
  end
  return lines, true, room
end

---@param lines string[]
---@return string[]
local function reversed(lines)
  local out = {}
  for i = #lines, 1, -1 do
    out[#out + 1] = lines[i]
  end
  return out
end

--- Two thirds of the room are for what stands above; what one side leaves, the other may have.
---@param buf integer
---@param first integer  the range, lines from 1; last = first - 1: it is empty
---@param last integer
---@param room integer   bytes
---@return hum.edit.Excerpt
function M.of(buf, first, last, room)
  local after, is_foot, left = gather(buf, last, 1, math.floor(room / 3))
  local before, is_head, rest = gather(buf, first - 2, -1, room - math.floor(room / 3) + left)
  if not is_foot and is_head then
    after, is_foot = gather(buf, last, 1, math.floor(room / 3) + rest)
  end
  return { before = reversed(before), after = after, is_head = is_head, is_foot = is_foot }
end

return M
