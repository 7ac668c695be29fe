-- The lines of a page, as they are put together. Pure.
local M = {}

---@class hum.Page
---@field lines string[]
---@field marks { row: integer, group: string }[]          whole lines in a colour
---@field times { row: integer, text: string }[]           beside the lines that came then
---@field items table<integer, hum.PageItem>               what stands in a row, from 0

---@class hum.PageItem
---@field path? string   to be opened
---@field id? string     of the list of what the model has seen
---@field cut? boolean
---@field after? integer  tokens that the server reads again if it is cut

---@return hum.Page
function M.new() return { lines = {}, marks = {}, times = {}, items = {} } end

---@param page hum.Page
---@param line string   perhaps of a server, which decides nothing about lines
---@param group? string
function M.add(page, line, group)
  if group then page.marks[#page.marks + 1] = { row = #page.lines, group = group } end
  page.lines[#page.lines + 1] = (line:gsub('\n', ' '))
end

---@param page hum.Page
---@param text string
function M.heading(page, text)
  if #page.lines > 0 then M.add(page, '') end
  M.add(page, text, 'Title')
end

--- Adds another page behind this one.
---@param page hum.Page
---@param other hum.Page
function M.append(page, other)
  local rows = #page.lines
  vim.list_extend(page.lines, other.lines)
  for _, mark in ipairs(other.marks) do
    table.insert(page.marks, { row = mark.row + rows, group = mark.group })
  end
  for _, time in ipairs(other.times) do
    table.insert(page.times, { row = time.row + rows, text = time.text })
  end
  for row, item in pairs(other.items) do
    page.items[row + rows] = item
  end
end

return M
