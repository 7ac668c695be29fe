-- The colours that a file's language gives to lines which are not in the file.
--
-- They are found on a canvas: a hidden buffer with lines from before the edited range, and below these the new text
-- as far as it is known. What comes is appended there, parsed by what has changed, and only the new rows are asked
-- about: treesitter where it colours the file itself, else regex syntax. So a row costs the same wherever it stands,
-- and has the colours of its surroundings. Of unchanged lines only the last ones are put there.
local fault = require('hum.fault')
local spans_of = require('hum.look.spans')

local M = {}

--- Lines and bytes of the file before the range; unchanged lines of the range before a change, at most.
local BEFORE, BEFORE_BYTES = 300, 32 * 1024
M.KEPT = 100

--- Before 0.11 injected languages are looked for in all of a text: no longer once it has so many rows.
local SLICED, INJECTED = vim.fn.has('nvim-0.11') == 1, 500

---@class hum.Canvas
---@field buf integer
---@field settled integer  rows that do not change any more
---@field lang? string     of treesitter
---@field parser? vim.treesitter.LanguageTree
---@field query? vim.treesitter.Query
---@field parsed boolean   the lines before the range are, or more

local api = vim.api

---@param buf integer
---@param row integer  of the range
---@return string[]
local function before(buf, row)
  local lines, bytes = api.nvim_buf_get_lines(buf, math.max(0, row - BEFORE), row, false), 0
  for i = #lines, 1, -1 do
    bytes = bytes + #lines[i] + 1
    if bytes > BEFORE_BYTES then return vim.list_slice(lines, i + 1) end
  end
  return lines
end

---@param buf integer
---@return boolean
local function has_highlighter(buf)
  local highlighter = package.loaded['vim.treesitter.highlighter']
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
  local part = { tree = c.parser:trees()[1], lang = c.lang }
  spans_of.captures(part, c.query, c.buf, 0, 1, function() end)()
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
  local c = { buf = canvas, settled = #lines, parsed = false } ---@type hum.Canvas
  vim.bo[canvas].undolevels = -1
  vim.bo[canvas].bufhidden = 'hide'
  api.nvim_buf_set_lines(canvas, 0, -1, false, lines)
  if with_parser then
    local lang, query = spans_of.parser(vim.treesitter.language.get_lang(vim.bo[buf].filetype) or vim.bo[buf].filetype)
    local ok, parser = pcall(vim.treesitter.get_parser, canvas, lang)
    if not lang or not ok or not parser then return M.drop(c) end
    c.lang, c.query, c.parser = lang, query, parser
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

--- Puts rows behind those that are settled and `ahead` more.
---@param c hum.Canvas
---@param ahead integer
---@param lines string[]
function M.put(c, ahead, lines)
  if not api.nvim_buf_is_valid(c.buf) then return end
  -- The one line that an empty buffer has is none of the text.
  api.nvim_buf_set_lines(c.buf, c.settled + ahead, -1, false, lines)
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
  parse(c, is_settled and (SLICED or last < INJECTED) and { first, last } or nil)
  for _, part in ipairs(spans_of.parts(c.parser)) do
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

---@param c hum.Canvas
---@param ahead integer
---@param lines string[]
---@param is_settled boolean
---@return hum.Spans[]|nil
local function spans(c, ahead, lines, is_settled)
  if #lines == 0 or not api.nvim_buf_is_valid(c.buf) then return nil end
  local first = c.settled + ahead
  local ok, found = pcall(function()
    M.put(c, ahead, lines)
    if c.parser then return with_treesitter(c, first, lines, is_settled) end
    return with_syntax(c, first, lines)
  end)
  c.parsed = true
  return ok and found or nil
end

--- The colours of lines of which more may come, or others: they stand behind `ahead` lines that did so before.
---@param c hum.Canvas
---@param ahead integer
---@param lines string[]
---@return hum.Spans[]|nil  nil: there are none
function M.growing(c, ahead, lines) return spans(c, ahead, lines, false) end

--- Lines of which no more come: those that stay as they were, and what a hunk has instead of what follows them.
---@param c hum.Canvas
---@param kept string[]
---@param new string[]
---@return hum.Spans[]|nil  of the new ones
function M.settle(c, kept, new)
  if not api.nvim_buf_is_valid(c.buf) then return nil end
  M.put(c, 0, kept)
  c.settled = c.settled + #kept
  local found = spans(c, 0, new, true)
  c.settled = c.settled + #new
  return found
end

return M
