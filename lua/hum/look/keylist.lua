-- A list of keys as text: in groups, a line for what they do, in one column or in two. Pure.
local wrap = require('hum.wrap')

local M = {}

---@class hum.ListedKey
---@field lhs string
---@field modes string  a letter each
---@field desc string
---@field group string

---@class hum.KeyMark
---@field row integer    from 0
---@field first integer  byte, from 0
---@field last integer   exclusive
---@field group string   of highlighting

---@class hum.KeyList
---@field lines string[]
---@field marks hum.KeyMark[]
---@field width integer

--- Between the keys and what they do, and between two columns, in cells.
local GAP, BETWEEN = 2, 4

local INDENT = '  '

---@class hum.KeyEntry
---@field keys string[]
---@field insert string[]  those of them that are mapped in insert mode
---@field normal string[]  those in another one
---@field desc string

--- What the keys do, by group: keys for the same are one entry.
---@param list hum.ListedKey[]
---@return { name: string, entries: hum.KeyEntry[] }[]
local function grouped(list)
  local groups, by_name, by_desc = {}, {}, {}
  for _, key in ipairs(list) do
    local group = by_name[key.group]
    if not group then
      group = { name = key.group, entries = {} }
      by_name[key.group], groups[#groups + 1] = group, group
    end
    local entry = by_desc[key.desc]
    if not entry then
      entry = { keys = {}, insert = {}, normal = {}, desc = key.desc }
      by_desc[key.desc], group.entries[#group.entries + 1] = entry, entry
    end
    if not vim.list_contains(entry.keys, key.lhs) then table.insert(entry.keys, key.lhs) end
    if key.modes:find('i') then table.insert(entry.insert, key.lhs) end
    if key.modes:find('[^i]') then table.insert(entry.normal, key.lhs) end
  end
  return groups
end

--- What they do, and which of them do it in insert mode.
---@param entry hum.KeyEntry
---@return string
local function text_of(entry)
  if #entry.insert == 0 then return entry.desc end
  if #entry.normal == 0 then return entry.desc .. ', in insert mode' end
  local which = #entry.insert < #entry.keys and table.concat(entry.insert, ' ') .. ' ' or ''
  return ('%s (%salso in insert mode)'):format(entry.desc, which)
end

---@param groups { name: string, entries: hum.KeyEntry[] }[]
---@return integer keys, integer texts  the widest of both
local function widths(groups)
  local keys, texts = 1, 1
  for _, group in ipairs(groups) do
    for _, entry in ipairs(group.entries) do
      keys = math.max(keys, vim.fn.strdisplaywidth(table.concat(entry.keys, ' ')))
      texts = math.max(texts, vim.fn.strdisplaywidth(text_of(entry)))
    end
  end
  return keys, texts
end

--- Adds a group to a list.
---@param list hum.KeyList
---@param group { name: string, entries: hum.KeyEntry[] }
---@param keys integer   cells for the keys
---@param texts integer  cells for what they do
local function add(list, group, keys, texts)
  local function mark(first, last, name)
    table.insert(list.marks, { row = #list.lines - 1, first = first, last = last, group = name })
  end
  if #list.lines > 0 then table.insert(list.lines, '') end
  table.insert(list.lines, group.name)
  mark(0, #group.name, 'HumListHeading')
  for _, entry in ipairs(group.entries) do
    local lhs = table.concat(entry.keys, ' ')
    local head = INDENT .. lhs .. (' '):rep(keys - vim.fn.strdisplaywidth(lhs) + GAP)
    for i, line in ipairs(wrap.lines(text_of(entry), texts)) do
      table.insert(list.lines, (i == 1 and head or (' '):rep(#INDENT + keys + GAP)) .. line)
      if i == 1 then mark(#INDENT, #INDENT + #lhs, 'HumListKey') end
    end
  end
end

---@param groups { name: string, entries: hum.KeyEntry[] }[]
---@param keys integer
---@param texts integer
---@return hum.KeyList
local function column(groups, keys, texts)
  local list = { lines = {}, marks = {}, width = #INDENT + keys + GAP + texts } ---@type hum.KeyList
  for _, group in ipairs(groups) do
    add(list, group, keys, texts)
  end
  return list
end

--- Two lists as one, the second at the right of the first.
---@param left hum.KeyList
---@param right hum.KeyList
---@return hum.KeyList
local function beside(left, right)
  local lines, marks = {}, vim.list_slice(left.marks)
  for row = 1, math.max(#left.lines, #right.lines) do
    local line = left.lines[row] or ''
    local pad = left.width + BETWEEN - vim.fn.strdisplaywidth(line)
    lines[row] = right.lines[row] and line .. (' '):rep(pad) .. right.lines[row] or line
    for _, mark in ipairs(right.marks) do
      if mark.row == row - 1 then
        local by = #line + pad
        marks[#marks + 1] = { row = mark.row, first = mark.first + by, last = mark.last + by, group = mark.group }
      end
    end
  end
  return { lines = lines, marks = marks, width = left.width + BETWEEN + right.width }
end

--- So many of the groups stand at the left that both sides are about as long.
---@param groups { name: string, entries: hum.KeyEntry[] }[]
---@return integer
local function half(groups)
  local all, sum = 0, 0
  for _, group in ipairs(groups) do
    all = all + #group.entries + 2
  end
  for i, group in ipairs(groups) do
    sum = sum + #group.entries + 2
    if 2 * sum >= all then return i end
  end
  return #groups
end

--- The list for so much room: in two columns where one would be too long and there is room for two.
---@param list hum.ListedKey[]
---@param width integer   cells
---@param height integer  rows
---@return hum.KeyList
function M.layout(list, width, height)
  local groups = grouped(list)
  local keys, texts = widths(groups)
  local room = math.max(1, width - #INDENT - keys - GAP)
  local single = column(groups, keys, math.min(texts, room))
  if #single.lines <= height then return single end
  local n = half(groups)
  local double =
    beside(column(vim.list_slice(groups, 1, n), keys, texts), column(vim.list_slice(groups, n + 1), keys, texts))
  return double.width <= width and double or single
end

return M
