-- What must stand in a buffer in which an edit streams, hunks are accepted, and a user works: a model of its own, of
-- old lines, hunks and what the user did, with no place in it that could be wrong.
local World = {}
World.__index = World

local M = {}

--- Lines that the user puts between others; where exactly is nobody's business.
local MINE = '^%-%- mine %d+$'

---@class test.World
---@field above string[]
---@field below string[]
---@field old string[]      of the range when the edit began
---@field now (string|false)[]  the same as the user has changed them; false: deleted
---@field first integer     the range's first line, from 1
---@field mine table<string, integer>  lines that the user has put in, and behind which of the range; out of it a number of
---  no line
---@field accepted table<integer, table>  hunks by their id

---@param lines string[]
---@param first integer
---@param last integer
---@return test.World
function M.new(lines, first, last)
  local old = vim.list_slice(lines, first, last)
  return setmetatable({
    above = vim.list_slice(lines, 1, first - 1),
    below = vim.list_slice(lines, last + 1),
    old = old,
    now = vim.list_slice(old),
    first = first,
    mine = {},
    accepted = {},
  }, World)
end

---@return test.World
function World:copy() return setmetatable(vim.deepcopy(self), World) end

--- The lines with the accepted hunks, each with its owner: a list and the number in it, or nothing if it is a hunk's.
---@return { text: string, list?: table, at?: integer }[]
function World:rows()
  local out = {}
  local function add(text, list, at)
    if text then out[#out + 1] = { text = text, list = list, at = at } end
  end
  for i, line in ipairs(self.above) do
    add(line, self.above, i)
  end
  local covered = {}
  for i = 1, #self.old + 1 do
    for _, hunk in pairs(self.accepted) do
      if hunk.first - self.first + 1 == i then
        vim.iter(hunk.new):each(function(line) add(line) end)
        for k = i, hunk.last - self.first + 1 do
          covered[k] = true
        end
      end
    end
    if i <= #self.old and not covered[i] then add(self.now[i], self.now, i) end
  end
  for i, line in ipairs(self.below) do
    add(line, self.below, i)
  end
  return out
end

--- Whether the user has changed a line of a hunk or put one between them, and whether he has done so beside it.
---@return boolean own
---@return boolean beside
function World:touches(hunk)
  local own, beside = false, false
  for i, line in ipairs(self.old) do
    local at = self.first + i - 1
    if self.now[i] ~= line then
      own = own or at >= hunk.first and at <= hunk.last
      beside = beside or at >= hunk.first - 1 and at <= hunk.last + 1
    end
  end
  for _, at in pairs(self.mine) do
    own = own or at >= hunk.first and at < hunk.last
    beside = beside or at == hunk.first - 1 or at == hunk.last
  end
  return own, beside
end

--- The lines of a buffer without the user's own, with their rows (from 1), and those.
---@param lines string[]
---@return string[], integer[], table<string, true>
function M.split(lines)
  local rest, rows, mine = {}, {}, {}
  for row, line in ipairs(lines) do
    if line:find(MINE) then
      mine[line] = true
    else
      rest[#rest + 1], rows[#rows + 1] = line, row
    end
  end
  return rest, rows, mine
end

return M
