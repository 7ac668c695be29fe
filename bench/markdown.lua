-- Tables of figures in Markdown.
local M = {}

---@param list number[]  is sorted
function M.median(list)
  table.sort(list)
  return list[math.ceil(#list / 2)]
end

---@param sorted number[]
---@param p number  0 to 1
function M.percentile(sorted, p) return sorted[math.max(1, math.ceil(#sorted * p))] end

---@param list number[]
function M.mean(list)
  local sum = 0
  for _, value in ipairs(list) do
    sum = sum + value
  end
  return sum / #list
end

---@param value number?
---@param digits integer?
---@return string
function M.number(value, digits)
  if not value then return '–' end
  return (value >= 100 and '%.0f' or '%.' .. (digits or 2) .. 'f'):format(value)
end

---@param out string[]
---@param cells any[]
function M.row(out, cells) out[#out + 1] = '| ' .. table.concat(cells, ' | ') .. ' |' end

--- A table's first line and the rule below it.
---@param out string[]
---@param head string[]
function M.head(out, head)
  M.row(out, head)
  out[#out + 1] = '|' .. (' --- |'):rep(#head)
end

--- The heading of aims, and a function that adds one.
---@param out string[]
---@return fun(what: string, limit: number, value: number?, where: string?, at_least: boolean?)
function M.aims(out)
  M.head(out, { 'aim', 'limit', 'worst', 'where', 'met' })
  return function(what, limit, value, where, at_least)
    local met = value and (at_least and value >= limit or not at_least and value <= limit)
    M.row(out, {
      what,
      (at_least and '≥ ' or '≤ ') .. limit,
      M.number(value),
      where or '',
      value == nil and '–' or met and 'yes' or '**no**',
    })
  end
end

return M
