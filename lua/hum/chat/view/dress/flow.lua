-- How the text of a cell flows in a column: the bytes of each of its lines.
--
-- Words stay whole where they can; where a column is narrower than a word, or the text has no blanks, as Chinese and
-- Japanese, it is broken between characters.
local M = {}

---@class hum.Word
---@field first integer  bytes [first, last) of the text
---@field last integer
---@field width integer  cells
---@field gap integer    cells of the blanks before it
---@field hard boolean   it begins a line, if there is room for so many

---@alias hum.FlowLine { first: integer, last: integer, width: integer }

local width_of = vim.api.nvim_strwidth

--- The words of a cell, found once.
---@param cell hum.Styled
---@return hum.Word[]
local function words_of(cell)
  if cell.words then return cell.words end
  local words, past = {}, 1
  local places = cell.text:gmatch('()%S+()') --[[@as fun(): integer, integer]]
  for first, last in places do
    local hard = false
    for byte = past, first - 1 do
      hard = hard or cell.breaks[byte] or false
    end
    local width = width_of(cell.text:sub(first, last - 1))
    words[#words + 1] = { first = first, last = last, width = width, gap = first - past, hard = hard and past > 1 }
    past = last
  end
  cell.words = words
  return words
end

--- The cells of the longest word.
---@param cell hum.Styled
---@return integer
function M.longest(cell)
  local longest = 0
  for _, word in ipairs(words_of(cell)) do
    longest = math.max(longest, word.width)
  end
  return longest
end

--- The bytes of a word that fit into a width: at least one character.
---@param text string
---@param first integer
---@param last integer
---@param width integer
---@return integer after
---@return integer taken  cells
local function fitting(text, first, last, width)
  local after, cells = first, 0
  while after < last do
    local char = vim.fn.strcharpart(text:sub(after, last - 1), 0, 1, 1)
    local wide = width_of(char)
    if after > first and cells + wide > width then break end
    after, cells = after + math.max(#char, 1), cells + wide
  end
  return after, cells
end

--- The lines of a cell in a column of some width.
---@param cell hum.Styled
---@param width integer
---@param hard? boolean  keep the line breaks that the text has
---@return hum.FlowLine[]  none for an empty cell
function M.lines(cell, width, hard)
  local lines = {} ---@type hum.FlowLine[]
  local line ---@type hum.FlowLine|nil
  for _, word in ipairs(words_of(cell)) do
    if line and not (hard and word.hard) and line.width + word.gap + word.width <= width then
      line.last, line.width = word.last, line.width + word.gap + word.width
    else
      local first, cells = word.first, word.width
      while cells > width do
        local after, taken = fitting(cell.text, first, word.last, width)
        if after >= word.last then break end
        lines[#lines + 1] = { first = first, last = after, width = taken }
        first, cells = after, cells - taken
      end
      line = { first = first, last = word.last, width = cells }
      lines[#lines + 1] = line
    end
  end
  return lines
end

--- The least width in which a cell has so many lines at most.
---@param cell hum.Styled
---@param count integer
---@param whole boolean  no word may be broken
---@return integer
function M.least(cell, count, whole)
  if count <= 1 or cell.width <= 1 then return cell.width end
  local width = math.max(math.ceil(cell.width / count), whole and M.longest(cell) or 1)
  while width < cell.width and #M.lines(cell, width) > count do
    width = width + 1
  end
  return width
end

return M
