-- How similar two names are, as Ratcliff and Obershelp have it: twice what they have in common, of all that they have.
-- Pure.
local M = {}

--- The longest run that two stretches have in common.
---@param a string
---@param b string
---@return integer from, integer to, integer length  bytes, from 1
local function longest(a, b)
  local best_a, best_b, best, before = 1, 1, 0, {}
  for i = 1, #a do
    local lengths = {}
    for j = 1, #b do
      if a:byte(i) == b:byte(j) then
        local length = (before[j - 1] or 0) + 1
        lengths[j] = length
        if length > best then
          best_a, best_b, best = i - length + 1, j - length + 1, length
        end
      end
    end
    before = lengths
  end
  return best_a, best_b, best
end

--- Bytes that two texts have in common, in the same order.
---@param a string
---@param b string
---@return integer
local function matching(a, b)
  local i, j, length = longest(a, b)
  if length == 0 then return 0 end
  return length + matching(a:sub(1, i - 1), b:sub(1, j - 1)) + matching(a:sub(i + length), b:sub(j + length))
end

---@param text string
---@return table<integer, integer>
local function counts(text)
  local found = {}
  for i = 1, #text do
    local byte = text:byte(i)
    found[byte] = (found[byte] or 0) + 1
  end
  return found
end

--- No less than `matching`, and cheap.
---@param a string
---@param b string
---@return integer
local function at_most(a, b)
  local theirs, common = counts(b), 0
  for byte, n in pairs(counts(a)) do
    common = common + math.min(n, theirs[byte] or 0)
  end
  return common
end

--- Is the ratio of two texts, from 0 to 1, at least so great?
---@param a string
---@param b string
---@param least number
---@return number|nil ratio
function M.ratio(a, b, least)
  local all = #a + #b
  if all == 0 or 2 * math.min(#a, #b) / all < least or 2 * at_most(a, b) / all < least then return nil end
  local ratio = 2 * matching(a, b) / all
  return ratio >= least and ratio or nil
end

return M
