-- The rows of a screen from frame to frame: what of them changes, and whether a text stays in its row.
local M = {}

---@class test.Rows
---@field frames string[][]  the rows of each frame, without frames in which nothing has changed

--- Records the frames of a case's Neovim from now on.
---@param t test.Case
---@return test.Rows
function M.record(t)
  local self = { frames = { t.child.screen:lines() } }
  local last = table.concat(self.frames[1], '\n')
  t.child.screen.on_frame = function(screen)
    local lines = screen:lines()
    local text = table.concat(lines, '\n')
    if text == last then return end
    last = text
    self.frames[#self.frames + 1] = lines
  end
  return self
end

--- The rows in which two frames differ.
---@param before string[]
---@param after string[]
---@param ignored? fun(row: string): boolean  rows that do not count
---@return integer[]
function M.changed(before, after, ignored)
  local rows = {}
  for i = 1, math.max(#before, #after) do
    local old, new = before[i] or '', after[i] or ''
    if old ~= new and not (ignored and (ignored(old) or ignored(new))) then rows[#rows + 1] = i end
  end
  return rows
end

--- Lines of boxes, U+2500 to U+257F.
local BOXES = '\226[\148\149][\128-\191]'

--- Words of which each stands in one row only of a frame, with their rows. Marks of Markdown are no part of them.
---@param lines string[]
---@return table<string, integer>
function M.words(lines)
  local rows = {}
  for row, line in ipairs(lines) do
    for word in line:gsub(BOXES, ' '):gmatch('[%w\128-\255]+') do
      if rows[word] == nil then
        rows[word] = row
      elseif rows[word] ~= row then
        rows[word] = false
      end
    end
  end
  for word, row in pairs(rows) do
    if not row then rows[word] = nil end
  end
  return rows
end

--- The same words with their rows and columns.
---@param lines string[]
---@return table<string, string>
function M.places(lines)
  local places = {}
  for word, row in pairs(M.words(lines)) do
    local before = lines[row]:match('^(.-)%f[%w\128-\255]' .. word .. '%f[^%w\128-\255]')
    places[word] = ('%d:%d'):format(row, vim.fn.strdisplaywidth(before or ''))
  end
  return places
end

return M
