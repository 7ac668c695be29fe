-- Indentation that fits: code from a chat, indented as the file is around the place where it is put. Lines keep their
-- indentation relative to each other, in tabs or blanks as the file has it.
local M = {}

---@class hum.IndentStyle
---@field tabs? boolean  nil: there is nothing to tell by, so the code stays as it is
---@field width integer  columns of a tab, or of a step in blanks

--- How far a line is indented.
---@param line string
---@param width integer  columns of a tab
---@return integer columns
---@return string text  what follows
function M.split(line, width)
  local columns = 0
  local first = line:find('%S') or #line + 1
  for char in line:sub(1, first - 1):gmatch('.') do
    columns = columns + (char == '\t' and width - columns % width or 1)
  end
  return columns, line:sub(first)
end

--- How far a buffer's line is indented, in columns; nil: it is blank, or not there.
---@param buf integer
---@param row integer
---@return integer|nil
local function indent_at(buf, row)
  local line = row >= 0 and vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or ''
  return line:find('%S') and (M.split(line, vim.bo[buf].tabstop)) or nil
end

--- Of the nearest line with text, so many lines away at most.
local NEAR = 100

---@param buf integer
---@param row integer
---@return integer columns  0 if there is none
local function indent_from(buf, row)
  for at = row, row + NEAR do
    local columns = indent_at(buf, at)
    if columns then return columns end
  end
  return 0
end

--- The columns by which lines below a row are to be indented: as the row, or deeper if what follows is deeper.
---@param buf integer
---@param row integer
---@return integer
function M.below(buf, row)
  local following = indent_from(buf, row + 1)
  return math.max(indent_at(buf, row) or following, following)
end

--- The columns by which the outermost line of rows is indented.
---@param range hum.Range
---@return integer
function M.of(range)
  local least
  for row = range.first, range.last do
    local columns = indent_at(range.buf, row)
    if columns then least = math.min(least or columns, columns) end
  end
  return least or indent_from(range.buf, range.last)
end

--- Whether the lines near a row are indented with tabs; nil: none is indented.
---@param buf integer
---@param row integer
---@return boolean|nil
local function tabs_near(buf, row)
  for _, line in ipairs(vim.api.nvim_buf_get_lines(buf, math.max(0, row - NEAR), row + NEAR, false)) do
    local blanks = line:match('^([\t ][\t ]*)%S')
    if blanks and (blanks:find('\t') or #blanks > 1) then return blanks:find('^\t') ~= nil end
  end
end

--- What a file indents with: what it does near a row, else blanks if 'expandtab' is set; if not, it may mean nothing.
---@param buf integer
---@param row integer
---@return hum.IndentStyle
function M.style(buf, row)
  local bo, tabs = vim.bo[buf], tabs_near(buf, row)
  if tabs == nil and bo.expandtab then tabs = false end
  return { tabs = tabs, width = (tabs ~= false or bo.shiftwidth == 0) and bo.tabstop or bo.shiftwidth }
end

--- The smallest step by which lines stand deeper than the one above.
---@param columns table<integer, integer>
---@return integer|nil
local function step_of(columns)
  local step, before
  for _, column in vim.spairs(columns) do
    if before and column > before then step = math.min(step or column, column - before) end
    before = column
  end
  return step
end

--- Columns as tabs, for each step of the code one, and blanks for what is left.
---@param columns integer
---@param base integer
---@param step integer|nil
---@param width integer|nil  of a tab; nil: blanks only
---@return string
local function blanks(columns, base, step, width)
  if not width then return (' '):rep(base + columns) end
  if step then columns = math.floor(columns / step) * width + columns % step end
  local all = base + columns
  return ('\t'):rep(math.floor(all / width)) .. (' '):rep(all % width)
end

---@param lines string[]
---@return boolean
local function has_tabs(lines)
  for _, line in ipairs(lines) do
    if line:find('^ *\t') then return true end
  end
  return false
end

--- Lines of code with so many columns before the outermost of them.
---@param lines string[]
---@param base integer
---@param style hum.IndentStyle
---@return string[]
function M.fit(lines, base, style)
  local columns, texts, least = {}, {}, math.huge
  for i, line in ipairs(lines) do
    local indent, text = M.split(line, style.width)
    texts[i] = text
    if text ~= '' then
      columns[i], least = indent, math.min(least, indent)
    end
  end
  local step, tabs = step_of(columns), style.tabs
  if tabs == nil then tabs = has_tabs(lines) end
  local out = {}
  for i, text in ipairs(texts) do
    out[i] = columns[i] and blanks(columns[i] - least, base, step, tabs and style.width or nil) .. text or ''
  end
  return out
end

return M
