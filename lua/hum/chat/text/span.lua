-- Which lines are quoted, and what of them, as it stands above a quote: "lines 3-5", "line 3, columns 7-13",
-- "line 3, column 7 to line 5, column 2", "lines 3-5, columns 7-13", "lines 3-5, from column 7 on". Pure.
local M = {}

---@class hum.Span
---@field first integer  line, from 1
---@field last integer
---@field columns? hum.Columns  nil: whole lines

---@param what string
---@param first integer
---@param last integer
---@return string
local function range(what, first, last)
  if first == last then return ('%s %d'):format(what, first) end
  return ('%ss %d-%d'):format(what, first, last)
end

---@param span hum.Span
---@return string
function M.words(span)
  local first, last, columns = span.first, span.last, span.columns
  local lines = range('line', first, last)
  if not columns then return lines end
  if not columns.last then return ('%s, from column %d on'):format(lines, columns.first) end
  if columns.block or first == last then
    return ('%s, %s'):format(lines, range('column', columns.first, columns.last))
  end
  return ('line %d, column %d to line %d, column %d'):format(first, columns.first, last, columns.last)
end

--- Numbers as they stand in a text; nil where one is too large to be one.
---@param ... string
---@return integer[]|nil
local function numbers(...)
  local out = {}
  for i, text in ipairs({ ... }) do
    if #text > 9 then return nil end
    out[i] = tonumber(text)
  end
  return out
end

local SHAPES = {
  { '^lines? (%d+)$', function(a) return { first = a, last = a } end },
  { '^lines? (%d+)%-(%d+)$', function(a, b) return { first = a, last = b } end },
  {
    '^lines? (%d+), columns? (%d+)$',
    function(a, c) return { first = a, last = a, columns = { first = c, last = c } } end,
  },
  {
    '^lines? (%d+), columns? (%d+)%-(%d+)$',
    function(a, c, d) return { first = a, last = a, columns = { first = c, last = d } } end,
  },
  {
    '^line (%d+), column (%d+) to line (%d+), column (%d+)$',
    function(a, c, b, d) return { first = a, last = b, columns = { first = c, last = d } } end,
  },
  {
    '^lines? (%d+)%-(%d+), columns? (%d+)$',
    function(a, b, c) return { first = a, last = b, columns = { first = c, last = c, block = true } } end,
  },
  {
    '^lines? (%d+)%-(%d+), columns? (%d+)%-(%d+)$',
    function(a, b, c, d) return { first = a, last = b, columns = { first = c, last = d, block = true } } end,
  },
  {
    '^lines? (%d+)%-(%d+), from column (%d+) on$',
    function(a, b, c) return { first = a, last = b, columns = { first = c, block = true } } end,
  },
}

--- What `words` has written.
---@param text string
---@return hum.Span|nil
function M.read(text)
  for _, shape in ipairs(SHAPES) do
    local found = { text:match(shape[1]) } ---@type any[]
    local n = found[1] and numbers(unpack(found))
    local span = n and shape[2](unpack(n))
    if span and span.first > 0 and span.last >= span.first then return span end
  end
end

return M
