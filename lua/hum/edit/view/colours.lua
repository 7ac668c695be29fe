-- The colours that a file's language gives to lines which are not in the file.
--
-- They are found on a canvas: a hidden buffer with lines from before the edited range, and below these the new text
-- as far as it is known. What comes is appended there, and only the new rows are asked about: treesitter where it
-- colours the file itself, else regex syntax. So a row has the colours of its surroundings. What has long been there is
-- taken away, as a parser walks over all of it for each row: LEFT rows stay.
local fault = require('hum.fault')
local spans_of = require('hum.look.spans')

local M = {}

--- Rows that a canvas has at most, those that are left of them then, and their bytes at the beginning.
local MOST, LEFT, BEFORE_BYTES = 160, 80, 16 * 1024
--- Unchanged lines of the range before a change, at most.
M.KEPT = 40

---@class hum.Canvas
---@field buf integer
---@field settled integer  rows that do not change any more
---@field rows integer     all that there are
---@field parser? vim.treesitter.LanguageTree
---@field parsed boolean   the lines before the range are, or more

local api = vim.api

---@param buf integer
---@param row integer  of the range
---@return string[]
local function before(buf, row)
  local lines, bytes = api.nvim_buf_get_lines(buf, math.max(0, row - LEFT), row, false), 0
  for i = #lines, 1, -1 do
    bytes = bytes + #lines[i] + 1
    if bytes > BEFORE_BYTES then return vim.list_slice(lines, i + 1) end
  end
  return lines
end

---@param buf integer
---@return boolean
local function has_highlighter(buf)
  local highlighter = package.loaded['vim.treesitter.highlighter'] ---@type table|nil
  return highlighter ~= nil and highlighter.active[buf] ~= nil
end

--- Parses what is there; with a range, injected languages there, too. Those are found once rows do not change any more.
---@param c hum.Canvas
---@param range? [integer, integer]
local function parse(c, range)
  c.parser:parse(range)
  c.parsed = true
end

--- What the first row would have to wait for: the parsing of the lines before, and the first use of a query.
---@param c hum.Canvas
local function warm_up(c)
  if not c.parser then
    return api.nvim_buf_call(c.buf, function() spans_of.syntax(vim.fn.prevnonblank('$'), 1) end)
  end
  parse(c)
  for _, part in ipairs(spans_of.parts(c.parser)) do
    local query = vim.treesitter.query.get(part.lang, 'highlights')
    if query then spans_of.captures(part, query, c.buf, 0, 1, function() end)() end
  end
end

---@param c hum.Canvas
local function prepare(c)
  vim.schedule(function()
    if not c.parsed and api.nvim_buf_is_valid(c.buf) then fault.guard('colouring a preview', warm_up, c) end
  end)
end

--- A canvas for an edit, nil where the file has no colours.
---@param buf integer
---@param row integer  of the first line of the range
---@return hum.Canvas|nil
function M.new(buf, row)
  local with_parser = has_highlighter(buf)
  local syntax = vim.bo[buf].syntax
  if not with_parser and (syntax == '' or syntax == 'OFF' or not vim.g.syntax_on) then return nil end
  local canvas = api.nvim_create_buf(false, true)
  local lines = before(buf, row)
  local c = { buf = canvas, settled = #lines, rows = #lines, parsed = false } ---@type hum.Canvas
  vim.bo[canvas].undolevels = -1
  vim.bo[canvas].bufhidden = 'hide'
  api.nvim_buf_set_lines(canvas, 0, -1, false, lines)
  if with_parser then
    local lang = spans_of.parser(vim.bo[buf].filetype)
    local ok, parser = pcall(vim.treesitter.get_parser, canvas, lang)
    if not lang or not ok or not parser then return M.drop(c) end
    c.parser = parser
  else
    vim.bo[canvas].synmaxcol = spans_of.MAX_LINE
    -- No file type: plugins are not to see it.
    if not pcall(api.nvim_buf_call, canvas, function() vim.bo[canvas].syntax = syntax end) then return M.drop(c) end
  end
  prepare(c)
  return c
end

---@param c hum.Canvas
---@return nil
function M.drop(c)
  if api.nvim_buf_is_valid(c.buf) then pcall(api.nvim_buf_delete, c.buf, { force = true }) end
  return nil
end

--- Puts rows behind the first ones, and takes away what has long been there.
---@param c hum.Canvas
---@param after integer  so many rows stay before them
---@param lines string[]
local function put(c, after, lines)
  -- The one line that an empty buffer has is none of the text.
  api.nvim_buf_set_lines(c.buf, after, -1, false, lines)
  c.rows = after + #lines
end

---@param c hum.Canvas
local function trim(c)
  if c.rows <= MOST then return end
  local count = c.rows - LEFT
  api.nvim_buf_set_lines(c.buf, 0, count, false, {})
  c.rows, c.settled = LEFT, math.max(0, c.settled - count)
end

---@param c hum.Canvas
---@param first integer  row
---@param lines string[]
---@param is_settled boolean
---@return hum.Spans[]
local function with_treesitter(c, first, lines, is_settled)
  local found, last = {}, first + #lines
  for i = 1, #lines do
    found[i] = {}
  end
  local function add(range, group)
    for row = math.max(range[1], first), math.min(range[3], last - 1) do
      local from = row == range[1] and range[2] or 0
      local to = row == range[3] and range[4] or #lines[row - first + 1]
      local s = found[row - first + 1]
      if to > from then
        s[#s + 1], s[#s + 2], s[#s + 3] = from, to, group
      end
    end
  end
  parse(c, is_settled and { first, last } or nil)
  for _, part in
    ipairs(spans_of.parts(c.parser --[[@as vim.treesitter.LanguageTree]]))
  do
    local top, _, bottom = part.tree:root():range()
    local query = top < last and bottom >= first and vim.treesitter.query.get(part.lang, 'highlights')
    if query then
      local step = spans_of.captures(part, query, c.buf, first, last, add)
      while step() do
      end
    end
  end
  return found
end

---@param c hum.Canvas
---@param first integer
---@param lines string[]
---@return hum.Spans[]
local function with_syntax(c, first, lines)
  local found = {}
  api.nvim_buf_call(c.buf, function()
    for i, line in ipairs(lines) do
      found[i] = spans_of.syntax(first + i, #line)
    end
  end)
  return found
end

--- The colours of rows at the end.
---@param c hum.Canvas
---@param lines string[]
---@param is_settled boolean
---@return hum.Spans[]|nil  nil: there are none
local function spans(c, lines, is_settled)
  if #lines == 0 then return nil end
  local first = c.rows - #lines
  local ok, found = pcall(function()
    if c.parser then return with_treesitter(c, first, lines, is_settled) end
    return with_syntax(c, first, lines)
  end)
  c.parsed = true
  return ok and found or nil
end

--- What is put there from now on stands behind lines that stay as they are; other lines may come instead.
---@param c hum.Canvas
---@param kept string[]
function M.begin(c, kept)
  if api.nvim_buf_is_valid(c.buf) then put(c, c.settled, kept) end
end

--- The colours of further lines.
---@param c hum.Canvas
---@param lines string[]
---@return hum.Spans[]|nil
function M.growing(c, lines)
  if not api.nvim_buf_is_valid(c.buf) then return nil end
  trim(c)
  put(c, c.rows, lines)
  return spans(c, lines, false)
end

--- The same of lines that stay.
---@param c hum.Canvas
---@param lines string[]
---@return hum.Spans[]|nil
function M.settle(c, lines)
  if not api.nvim_buf_is_valid(c.buf) then return nil end
  trim(c)
  put(c, c.rows, lines)
  c.settled = c.rows
  return spans(c, lines, true)
end

return M
