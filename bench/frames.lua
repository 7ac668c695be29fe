-- What a user saw, from what Neovim sent to its UI: the rows that each frame drew anew, and marks (Chinese characters,
-- each in one line of what streams) that were there and went.
local M = {}

local MARK = '^\228[\184-\191][\128-\191]$'

---@class bench.Frames
---@field count integer
---@field rows integer   that were drawn anew, of all frames
---@field gone integer   marks that went from the screen though an older one stayed: they have not scrolled away

local function put(rows, row, col, cells)
  local line = rows[row] or {}
  rows[row] = line
  for _, cell in ipairs(cells) do
    for _ = 1, cell[3] or 1 do
      line[col] = cell[1]
      col = col + 1
    end
  end
end

local function scroll(rows, top, bottom, count)
  local old = {}
  for row = top, bottom - 1 do
    old[row] = rows[row]
  end
  for row = top, bottom - 1 do
    rows[row] = old[row + count] or {}
  end
end

local function marks_of(rows)
  local marks = {}
  for _, line in pairs(rows) do
    for _, text in pairs(line) do
      if #text == 3 and text:find(MARK) then marks[text] = true end
    end
  end
  return marks
end

---@param before table<string, true>
---@param now table<string, true>
---@return integer
local function count_gone(before, now)
  local oldest, gone = nil, 0
  for mark in pairs(now) do
    oldest = (not oldest or mark < oldest) and mark or oldest
  end
  for mark in pairs(before) do
    if not now[mark] and (not oldest or mark > oldest) then gone = gone + 1 end
  end
  return gone
end

---@param chunks string[]  msgpack, as it came
---@return bench.Frames
function M.read(chunks)
  local unpack, bytes, at = vim.mpack.Unpacker(), table.concat(chunks), 1
  local rows, touched, marks = {}, {}, {}
  local out = { count = 0, rows = 0, gone = 0 }
  local handlers = {
    grid_line = function(args)
      touched[args[2]] = true
      put(rows, args[2], args[3], args[4])
    end,
    grid_scroll = function(args) scroll(rows, args[2], args[3], args[6]) end,
    grid_clear = function() rows = {} end,
    flush = function()
      local now = marks_of(rows)
      out.gone = out.gone + count_gone(marks, now)
      out.count, out.rows = out.count + 1, out.rows + vim.tbl_count(touched)
      marks, touched = now, {}
    end,
  }
  while at <= #bytes do
    local message
    message, at = unpack(bytes, at)
    if not message then break end
    for _, event in ipairs(message[2] == 'redraw' and message[3] or {}) do
      for i = 2, #event do
        if handlers[event[1]] then handlers[event[1]](event[i]) end
      end
    end
  end
  return out
end

return M
