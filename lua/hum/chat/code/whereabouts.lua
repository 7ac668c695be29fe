-- Where what a chat quotes is by now: where it was marked; else where it stands as it was; else where those of its
-- lines stand that have not changed; else in the lines of these numbers, which is a guess, and is told.
local columns = require('hum.columns')
local origin = require('hum.chat.code.origin')
local target = require('hum.chat.code.target')

local M = {}

---@param buf integer
---@return string[]
local function all_lines(buf) return vim.api.nvim_buf_get_lines(buf, 0, -1, false) end

---@param lines string[]
---@return table<string, integer|false>  row of each line that is there once, false for others; none is blank
local function rows_of_unique(lines)
  local rows = {}
  for i, line in ipairs(lines) do
    if line:find('%w') then rows[line] = rows[line] == nil and i - 1 end
  end
  return rows
end

--- Lines that have changed, by those among them that have not: each is once in the file and once in the quote, and they
--- are in the same order.
---@param buf integer
---@param quote hum.Snippet
---@return hum.Range|nil
local function by_anchors(buf, quote)
  local old = vim.split(quote.text, '\n', { plain = true })
  local here, there = rows_of_unique(old), rows_of_unique(all_lines(buf))
  local first, last ---@type integer|nil, integer|nil
  local before = -1
  for i, line in ipairs(old) do
    local row = here[line] and there[line]
    if row then
      if row <= before then return nil end
      first, last, before = first or row - (i - 1), row + #old - i, row
    end
  end
  if not first or not last then return nil end
  local most = vim.api.nvim_buf_line_count(buf) - 1
  return { buf = buf, first = math.max(0, first), last = math.min(most, last) }
end

---@param buf integer
---@param first integer  row
---@param count integer  of lines
---@param about hum.Columns
---@return string|nil
local function text_in(buf, first, count, about)
  if first < 0 or first + count > vim.api.nvim_buf_line_count(buf) then return nil end
  local found = columns.read(buf, first, first + count - 1, about)
  return found and table.concat(found.lines, '\n')
end

--- A part of lines in the same columns of other lines, if it stands there once.
---@param buf integer
---@param quote hum.Snippet
---@return hum.Range|nil
local function in_other_lines(buf, quote)
  local span, found = quote.lines, nil
  local count = span.last - span.first + 1
  local head = vim.split(quote.text, '\n', { plain = true })[1]
  for row, line in ipairs(all_lines(buf)) do
    local is_like = line:find(head, 1, true) and text_in(buf, row - 1, count, assert(span.columns)) == quote.text
    if is_like and found then return nil end
    if is_like then found = { buf = buf, first = row - 1, last = row + count - 2, columns = span.columns } end
  end
  return found
end

--- Characters wherever they stand, if that is in one place.
---@param buf integer
---@param quote hum.Snippet
---@return hum.Range|nil
local function anywhere(buf, quote)
  local text = table.concat(all_lines(buf), '\n')
  local at, to = text:find(quote.text, 1, true)
  if not at or quote.text == '' or text:find(quote.text, at + 1, true) then return nil end
  local function place(byte)
    local before = text:sub(1, byte)
    local _, row = before:gsub('\n', '')
    return row, #before:match('[^\n]*$')
  end
  local first, col = place(at - 1)
  local last, end_col = place(to)
  return { buf = buf, first = first, last = last, columns = columns.of_bytes(buf, { first, col, last, end_col }, true) }
end

--- By its text, or what is left of that.
---@param chat integer
---@param buf integer
---@param quote hum.Snippet
---@return hum.Range|nil
local function by_text(chat, buf, quote)
  local span = quote.lines
  if not span.columns then
    return origin.find(chat, buf, { text = quote.text, first = span.first }) or by_anchors(buf, quote)
  end
  if text_in(buf, span.first - 1, span.last - span.first + 1, span.columns) == quote.text then
    return { buf = buf, first = span.first - 1, last = span.last - 1, columns = span.columns }
  end
  return in_other_lines(buf, quote) or not span.columns.block and anywhere(buf, quote) or nil
end

--- By its numbers.
---@param buf integer
---@param quote hum.Snippet
---@return hum.Range|nil range, string|nil why
local function by_numbers(buf, quote)
  local span, count = quote.lines, vim.api.nvim_buf_line_count(buf)
  local name = quote.file
  if span.first > count then
    return nil, ('quote the lines again: %s has only %d %s'):format(name, count, count == 1 and 'line' or 'lines')
  end
  local range = { buf = buf, first = span.first - 1, last = math.min(span.last, count) - 1, columns = span.columns }
  if span.columns then
    local found, why = columns.read(buf, range.first, range.last, span.columns)
    if not found then return nil, ('quote it again: %s of %s'):format(why, name) end
  end
  return range
end

---@class hum.Whereabouts: hum.Range
---@field name string    of the file, as it stands in a chat
---@field guessed? true  by numbers alone

--- The file's name as it stands above a quote, unless the buffer has another one by now.
---@param quote hum.Snippet
---@param known? hum.Origin
---@param range hum.Range
---@return hum.Whereabouts
local function named(quote, known, range)
  local is_renamed = known and known.path ~= vim.api.nvim_buf_get_name(range.buf)
  local name = is_renamed and require('hum.chat.text.quote').name(range.buf) or quote.file or ''
  return vim.tbl_extend('force', range, { name = name }) --[[@as hum.Whereabouts]]
end

---@param chat integer  its buffer
---@param quote hum.Snippet
---@return hum.Whereabouts|nil range, string|nil why
function M.of(chat, quote)
  local range, known = origin.now(chat, quote)
  if range then return named(quote, known, range) end
  local buf = known and known.buf
  if not buf then
    if not quote.file then return nil, 'quote them again: the buffer that they came from is not known any more' end
    buf = target.buffer(chat, quote.file)
    if not buf then return nil, ('quote them again: %s is not there any more'):format(quote.file) end
  end
  range = by_text(chat, buf, quote)
  if range then return named(quote, known, range) end
  if known then
    return nil, ('quote them again: what is quoted is not in %s any more'):format(quote.file or 'its buffer')
  end
  local guess, why = by_numbers(buf, quote)
  if not guess then return nil, why end
  local found = vim.tbl_extend('force', named(quote, nil, guess), { guessed = true }) --[[@as hum.Whereabouts]]
  return found, why
end

return M
