-- The cells of a row of a table, and what the row below a table's head says of its columns (GFM 4.10).
local M = {}

---@alias hum.Align 'left'|'center'|'right'

--- Where the next `|` stands that has no backslash before it.
---@param line string
---@param from integer
---@return integer|nil
local function next_bar(line, from)
  local at = line:find('|', from, true)
  while at do
    local backslashes = 0
    while line:byte(at - 1 - backslashes) == 92 do
      backslashes = backslashes + 1
    end
    if backslashes % 2 == 0 then return at end
    at = line:find('|', at + 1, true)
  end
end

--- Where the bars of a row stand.
---@param line string
---@return integer[]
function M.bars(line)
  local bars, at = {}, next_bar(line, 1)
  while at do
    bars[#bars + 1] = at
    at = next_bar(line, at + 1)
  end
  return bars
end

--- A row as long as another one, of which bars in `code` are something else.
---@param line string
---@return string
local function without_code(line)
  return (line:gsub('`+[^`]+`+', function(code) return (code:gsub('|', ' ')) end))
end

---@param line string
---@param bars_of string  the line, or another one of which the bars count
---@return string[]
local function split(line, bars_of)
  local cells, from = {}, line:find('%S') or 1
  if line:byte(from) == 124 then from = from + 1 end
  while true do
    local bar = next_bar(bars_of, from)
    if not bar then break end
    cells[#cells + 1] = vim.trim(line:sub(from, bar - 1))
    from = bar + 1
  end
  local rest = vim.trim(line:sub(from))
  if rest ~= '' then cells[#cells + 1] = rest end
  return cells
end

--- The texts of a row's cells, without the blanks around them.
---@param line string
---@param columns? integer  of its table. A bar in `code` ends a cell (GFM 4.10), but was not meant to where that makes
---  too many of them
---@return string[]
function M.split(line, columns)
  local cells = split(line, line)
  if columns and #cells > columns then
    local meant = split(line, without_code(line))
    if #meant == columns then return meant end
  end
  return cells
end

--- How the columns are aligned, of the row below a table's head; nil: it is another row.
---@param line string
---@return hum.Align[]|nil
function M.aligns(line)
  if not line:find('^%s*|?[%s|:-]*%-[%s|:-]*$') or not line:find('|', 1, true) then return nil end
  local aligns = {}
  for i, cell in ipairs(M.split(line)) do
    local left, right = cell:match('^(:?)%-+(:?)$')
    if not left then return nil end
    aligns[i] = right == '' and 'left' or left == '' and 'right' or 'center'
  end
  return aligns[1] and aligns or nil
end

return M
