-- Rows of a buffer that are exactly what is looked for: old lines in order, each hunk between them in one of its two
-- contents. Pure.
local M = {}

---@alias hum.edit.Item string|hum.edit.Site  an old line, or a hunk

---@class hum.edit.Placed
---@field row integer  from 0
---@field rows integer
---@field content? 'old'|'new'|'other'  of a site

---@param rows string[]
---@param at integer  from 0
---@param lines string[]
---@return boolean
function M.stands(rows, at, lines)
  if at < 0 or at + #lines > #rows then return false end
  for i, line in ipairs(lines) do
    if rows[at + i] ~= line then return false end
  end
  return true
end

---@param site hum.edit.Site
---@return string[]
function M.expected(site) return site.was == 'new' and site.new or site.old end

--- Both contents, the one that stood there last in front.
---@param site hum.edit.Site
---@return { [1]: 'old'|'new', [2]: string[] }[]
function M.contents(site)
  local old, new = { 'old', site.old }, { 'new', site.new }
  return site.was == 'new' and { new, old } or { old, new }
end

---@class hum.edit.Edges  what is known of the rows beside the items
---@field top boolean     the first of the items is the first of the range
---@field bottom boolean  likewise at the end
---@field open_above boolean  rows may have come in above it
---@field open_below boolean
---@field above boolean   rows that may be above or below an empty range are above
---@field taken fun(site: hum.edit.Site): boolean  it was accepted, and the buffer has not gone back behind that
---@field firm fun(site: hum.edit.Site): boolean  nothing says that its content is another now

--- Rows at which items may end, each with the row at which the first of them begins then.
---@alias hum.edit.Ends table<integer, integer>

--- Items may end there. If rows above are allowed, the items are to take as many rows as they can.
---@param ends hum.edit.Ends
---@param at integer
---@param begin integer
---@return boolean
local function reach(ends, at, begin)
  if ends[at] and ends[at] <= begin then return false end
  ends[at] = begin
  return true
end

---@param line string
---@param rows string[]
---@param before hum.edit.Ends
---@return hum.edit.Ends
local function past_line(line, rows, before)
  local after = {}
  for at, begin in pairs(before) do
    if rows[at + 1] == line then after[at + 1] = begin end
  end
  return after
end

---@param site hum.edit.Site
---@param rows string[]
---@param before hum.edit.Ends
---@param is_firm boolean  only what stood there last
---@return hum.edit.Ends
---@return table<integer, { [1]: integer, [2]: 'old'|'new' }> from  by end: where it begins, and what it is
local function past_site(site, rows, before, is_firm)
  local after, from = {}, {}
  for i, content in ipairs(M.contents(site)) do
    for at, begin in pairs((i == 1 or not is_firm) and before or {}) do
      local to = at + #content[2]
      if M.stands(rows, at, content[2]) and reach(after, to, begin) then from[to] = { at, content[1] } end
    end
  end
  return after, from
end

--- The rows are the items, and nothing else but rows at open edges.
---@param items hum.edit.Item[]
---@param rows string[]
---@param top boolean     rows above are allowed
---@param bottom boolean  rows below are
---@param firm fun(site: hum.edit.Site): boolean
---@return table<integer, hum.edit.Placed>|nil  by index of the item
local function exactly(items, rows, top, bottom, firm)
  local ends, from = {}, {}
  for at = 0, top and #rows or 0 do
    ends[at] = at
  end
  for i, item in ipairs(items) do
    if type(item) == 'string' then
      ends = past_line(item, rows, ends)
    else
      ends, from[i] = past_site(item, rows, ends, firm(item))
    end
    if not next(ends) then return end
  end
  local at = #rows
  for to in pairs(bottom and ends or {}) do
    at = ends[at] and math.max(at, to) or to
  end
  if not ends[at] then return end
  local placed = {}
  for i = #items, 1, -1 do
    local one = from[i] and from[i][at] or { at - 1 }
    placed[i] = { row = one[1], rows = at - one[1], content = one[2] }
    at = one[1]
  end
  return placed
end

local function never() return false end

---@param placed table<integer, hum.edit.Placed>|nil
---@param count integer  of items
---@return table<integer, hum.edit.Placed>|nil  unless they have no rows at all
local function with_rows(placed, count)
  local last = placed and placed[count]
  return last and placed and last.row + last.rows > placed[1].row and placed or nil
end

---@param items hum.edit.Item[]
---@param rows string[]
---@param edges hum.edit.Edges
---@return table<integer, hum.edit.Placed>|nil
function M.wholly(items, rows, edges)
  local placed = exactly(items, rows, false, false, edges.firm)
  -- Of what came in at an edge, nobody knows whose it is; a hunk there is not made of it if nothing says so.
  local above = edges.above or not edges.bottom
  if not placed and edges.open_above and above then placed = exactly(items, rows, true, false, edges.firm) end
  if not placed and edges.open_below then placed = exactly(items, rows, false, true, edges.firm) end
  placed = placed or exactly(items, rows, false, false, never)
  if not placed and (edges.top or edges.bottom) then
    placed = with_rows(exactly(items, rows, edges.top, edges.bottom, never), #items)
  end
  return placed
end

--- Are the rows the items, and nothing else?
---@param items hum.edit.Item[]
---@param rows string[]
---@return boolean
function M.fits(items, rows) return exactly(items, rows, false, false, never) ~= nil end

return M
