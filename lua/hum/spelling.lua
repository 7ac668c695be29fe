-- "Did you mean": the nearest of some names, for messages about a wrong one.
local M = {}

--- Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`.
---@param a string
---@param b string
---@return integer
local function distance(a, b)
  local before, row = {}, {}
  for j = 0, #b do
    row[j] = j
  end
  for i = 1, #a do
    local above = row
    row = { [0] = i }
    for j = 1, #b do
      local same = a:byte(i) == b:byte(j)
      row[j] = math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (same and 0 or 1))
      local swapped = i > 1 and j > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j)
      if swapped then row[j] = math.min(row[j], before[j - 2] + 1) end
    end
    before = above
  end
  return row[#b]
end

---@param word string
---@param names string[]
---@return string|nil name  the nearest name, if it is near enough to be meant
function M.nearest(word, names)
  word = word:sub(1, 40):lower()
  local best, least = nil, math.max(1, math.floor(#word / 3)) + 1
  for _, name in ipairs(names) do
    local n = distance(word, name:lower())
    if n < least then
      best, least = name, n
    end
  end
  return best
end

---@param word string
---@param names string[]
---@return string  ' (did you mean "x"?)' or ''
function M.hint(word, names)
  local name = M.nearest(word, names)
  return name and (' (did you mean "%s"?)'):format(name) or ''
end

return M
