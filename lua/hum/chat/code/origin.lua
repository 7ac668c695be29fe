-- Where the lines came from that a question quotes: marked in their buffer as long as this Neovim runs, so that they
-- are found where they have moved to. Without a mark, or where they were taken from their place as a whole, they are
-- found by their text, if that stands there once. Neovim leaves marks in their rows when it reads a file again: from
-- then on they say nothing.
local columns = require('hum.columns')
local quotes = require('hum.chat.text.quote')

local M = {}

---@class hum.Origin
---@field buf integer
---@field mark integer     of the lines; of quoted characters, of these: without what is put before or behind them
---@field wide integer     of the same, with that: where a mark is when they are replaced
---@field count integer    of lines
---@field pieces? integer[]  marks of what a block has in its lines
---@field text string
---@field second? string  line, if there is one
---@field penultimate? string
---@field columns? hum.Columns  nil: whole lines
---@field first? integer   line that was noted, as it stands above the quote
---@field name? string     of the file, in the same way
---@field path? string     of the buffer then
---@field reread? boolean  the buffer was read again since then
---@field replaced? boolean  a block was put over them: what reads like them is something else

local ns = vim.api.nvim_create_namespace('hum.origin')
local origins = {} ---@type table<integer, hum.Origin[]>  by the chat's buffer

---@class hum.Range  rows of a buffer
---@field buf integer
---@field first integer
---@field last integer
---@field columns? hum.Columns  what of them; nil: all

local group = vim.api.nvim_create_augroup('hum.origin', {})

--- Its marks say nothing once a buffer is read again (`:edit!`, 'autoread').
---@param buf integer
local function watch(buf)
  if #vim.api.nvim_get_autocmds({ group = group, buffer = buf }) > 0 then return end
  vim.api.nvim_create_autocmd('BufReadPost', {
    group = group,
    buffer = buf,
    callback = function()
      for _, list in pairs(origins) do
        for _, origin in ipairs(list) do
          if origin.buf == buf then origin.reread = true end
        end
      end
    end,
  })
end

---@param buf integer
---@param first integer
---@param last integer
---@return string
local function text_of(buf, first, last)
  return table.concat(vim.api.nvim_buf_get_lines(buf, first, last + 1, false), '\n')
end

---@param buf integer
---@param at integer[]  row, col, row, col
---@param is_wide boolean
---@return integer
local function mark_span(buf, at, is_wide)
  return vim.api.nvim_buf_set_extmark(buf, ns, at[1], at[2], {
    end_row = at[3],
    end_col = at[4],
    right_gravity = not is_wide,
    end_right_gravity = is_wide,
  })
end

---@param chat integer
---@param buf integer
---@param at integer[]  row, col, row, col
---@param text string
---@return hum.Origin
local function add(chat, buf, at, text)
  local mark, wide = mark_span(buf, at, false), mark_span(buf, at, true)
  local origin = { buf = buf, mark = mark, wide = wide, count = at[3] - at[1] + 1, text = text } ---@type hum.Origin
  if at[3] > at[1] then
    origin.second, origin.penultimate = text_of(buf, at[1] + 1, at[1] + 1), text_of(buf, at[3] - 1, at[3] - 1)
  end
  origins[chat] = origins[chat] or {}
  table.insert(origins[chat], origin)
  watch(buf)
  return origin
end

--- Remembers lines that a chat quotes.
---@param chat integer  its buffer
---@param range hum.Range
---@return hum.Origin
local function remember(chat, range)
  local buf, last = range.buf, range.last
  local width = #vim.api.nvim_buf_get_lines(buf, last, last + 1, false)[1]
  return add(chat, buf, { range.first, 0, last, width }, text_of(buf, range.first, last))
end

--- Remembers a part of lines.
---@param chat integer
---@param range hum.Range
---@return hum.Origin|nil
local function remember_part(chat, range)
  local found = columns.read(range.buf, range.first, range.last, assert(range.columns))
  if not found then return nil end
  local text = table.concat(found.lines, '\n')
  if not range.columns.block then
    local origin = add(chat, range.buf, found.spans[1], text)
    origin.columns = range.columns
    return origin
  end
  local origin = remember(chat, range)
  origin.text, origin.columns, origin.pieces = text, range.columns, {}
  for i, at in ipairs(found.spans) do
    origin.pieces[i] = mark_span(range.buf, at, false)
  end
  return origin
end

--- Remembers what a chat quotes.
---@param chat integer  its buffer
---@param quote hum.Quote
function M.note(chat, quote)
  local buf = quote.buf ~= 0 and quote.buf or vim.api.nvim_get_current_buf()
  local last = math.min(quote.last, vim.api.nvim_buf_line_count(buf)) - 1
  local range = { buf = buf, first = math.max(0, math.min(quote.first - 1, last)), last = last }
  range.columns = quote.columns
  local origin = range.columns and remember_part(chat, range) or not range.columns and remember(chat, range)
  if not origin then return end
  origin.first, origin.name = range.first + 1, quotes.name(buf)
  origin.path = vim.api.nvim_buf_get_name(buf)
end

--- A chat is gone.
---@param chat integer
function M.forget(chat)
  for _, origin in ipairs(origins[chat] or {}) do
    for _, mark in ipairs(vim.list_extend({ origin.mark, origin.wide }, origin.pieces or {})) do
      if vim.api.nvim_buf_is_loaded(origin.buf) then vim.api.nvim_buf_del_extmark(origin.buf, ns, mark) end
    end
  end
  origins[chat] = nil
end

--- Rows at which lines stand in a buffer.
---@param buf integer
---@param lines string[]
---@return integer[]
local function occurrences(buf, lines)
  local all, found = vim.api.nvim_buf_get_lines(buf, 0, -1, false), {}
  for row = 0, #all - #lines do
    local n = 1
    while n <= #lines and all[row + n] == lines[n] do
      n = n + 1
    end
    if n > #lines then found[#found + 1] = row end
  end
  return found
end

--- Where a text stands in a buffer, if it is at its row, or at one place only.
---@param buf integer
---@param text string
---@param row? integer  where it stood
---@return hum.Range|nil
local function find(buf, text, row)
  local lines = vim.split(text, '\n', { plain = true })
  local found = occurrences(buf, lines)
  local first = vim.tbl_contains(found, row) and row or #found == 1 and found[1] or nil
  return first and { buf = buf, first = first, last = first + #lines - 1 }
end

---@param origin hum.Origin
---@return hum.Range|nil  where its lines are, as they were
local function locate(origin)
  if not vim.api.nvim_buf_is_loaded(origin.buf) then return nil end
  local at = vim.api.nvim_buf_get_extmark_by_id(origin.buf, ns, origin.mark, { details = true })
  local first, last = at[1], at[1] and at[3].end_row
  if first and last and text_of(origin.buf, first, last) == origin.text then
    return { buf = origin.buf, first = first, last = last }
  end
  local is_gone = not first or not last or first == last and at[2] == at[3].end_col
  return is_gone and not origin.replaced and find(origin.buf, origin.text) or nil
end

--- Where the lines that a chat quotes are now.
---@param chat integer
---@param text string  as they were
---@return hum.Range|nil range  nil: they have changed, or are not known here
---@return boolean known
function M.of(chat, text)
  local known = false
  for _, origin in ipairs(origins[chat] or {}) do
    if origin.text == text and not origin.columns then
      local range = locate(origin)
      if range then return range, true end
      known = true
    end
  end
  return nil, known
end

--- Where a mark is now.
---@param buf integer
---@param mark integer
---@return integer[]|nil span  row, col, row, col; nil: nothing is left of it
local function span_of(buf, mark)
  local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, mark, { details = true })
  if not at[1] then return nil end
  local to = at[3] --[[@as { end_row: integer, end_col: integer }]]
  local row, col = to.end_row, to.end_col
  if row < at[1] or (row == at[1] and col <= at[2]) then return nil end
  return { at[1], at[2], row, col }
end

--- The rectangle around what a block had in its lines.
---@param origin hum.Origin
---@return hum.Columns|nil
local function block_now(origin)
  local spans = {}
  for _, mark in ipairs(origin.pieces or {}) do
    spans[#spans + 1] = span_of(origin.buf, mark)
  end
  local first, last = columns.around(origin.buf, spans)
  if not first then return nil end
  return { first = first, last = origin.columns.last and last or nil, block = true }
end

--- Where what an origin marks is now. Where all of it was replaced, the wide mark is around what did so, which may be
--- the whole file. Characters have grown by what was put directly before or behind them in their line.
---@param origin hum.Origin
---@return integer[]|nil span  row, col, row, col
local function place_of(origin)
  local at, wide = span_of(origin.buf, origin.mark), span_of(origin.buf, origin.wide)
  if not at or not wide then return wide and wide[3] - wide[1] < 2 * origin.count + 4 and wide or nil end
  if not origin.columns or origin.pieces then return at end
  local col = wide[1] == at[1] and wide[2] or at[2]
  return { at[1], col, at[3], wide[3] == at[3] and wide[4] or at[4] }
end

--- The last row of a mark: behind a line break that was put at its end there is nothing of it.
---@param at integer[]  row, col, row, col
---@return integer
local function last_of(at) return at[4] == 0 and at[3] > at[1] and at[3] - 1 or at[3] end

--- Rows of whole lines. Lines that came in above the first one are none of them, unless they have replaced it: then
--- what was the second is the first that is left. So below.
---@param origin hum.Origin
---@param at integer[]  row, col, row, col
---@return integer first, integer last
local function rows_of(origin, at)
  local wide = span_of(origin.buf, origin.wide) or at
  local function is(row, line) return vim.api.nvim_buf_get_lines(origin.buf, row, row + 1, false)[1] == line end
  local first, last = at[1], last_of(at)
  if is(first, origin.second) then first = math.min(first, wide[1]) end
  if is(last, origin.penultimate) then last = math.max(last, last_of(wide)) end
  return first, last
end

---@param origin hum.Origin
---@return hum.Range|nil  where what it marks is, whatever that says by now
local function range_of(origin)
  local buf = origin.buf
  local at = place_of(origin)
  if not at then return nil end
  if origin.columns and not origin.pieces then
    return { buf = buf, first = at[1], last = at[3], columns = columns.of_bytes(buf, at, true) }
  end
  local first, last = rows_of(origin, at)
  if not origin.pieces then return { buf = buf, first = first, last = last } end
  local now = block_now(origin)
  return now and { buf = buf, first = first, last = last, columns = now } or nil
end

--- What was noted of a quote: the same text from the same place, else, for whole lines, the same text.
---@param chat integer
---@param quote hum.Snippet
---@return hum.Origin|nil
local function origin_of(chat, quote)
  local list, like, span = origins[chat] or {}, nil, quote.lines
  for i = #list, 1, -1 do
    local origin = list[i]
    if origin.text == quote.text and (origin.columns ~= nil) == (span.columns ~= nil) then
      local is_there = origin.first == span.first and vim.deep_equal(origin.columns, span.columns)
      if is_there and (origin.name or '') == (quote.file or '') then return origin end
      if not span.columns then like = like or origin end
    end
  end
  return like
end

--- Where what a chat quotes is now, whatever it says by now.
---@param chat integer
---@param quote hum.Snippet
---@return hum.Range|nil range
---@return hum.Origin|nil origin  it is known; without a range, nothing is left in its place
function M.now(chat, quote)
  local origin = origin_of(chat, quote)
  if not origin or origin.reread or not vim.api.nvim_buf_is_loaded(origin.buf) then return nil, nil end
  return range_of(origin), origin
end

--- The same for lines that this Neovim has not seen being quoted.
---@param chat integer
---@param buf integer
---@param quote { text: string, first: integer }  and the line where it began
---@return hum.Range|nil
function M.find(chat, buf, quote)
  local range = find(buf, quote.text, quote.first - 1)
  if range then remember(chat, range) end
  return range
end

--- The lines were replaced.
---@param chat integer
---@param range hum.Range
function M.replaced(chat, range)
  for _, origin in ipairs(origins[chat] or {}) do
    if origin.buf == range.buf and vim.deep_equal(locate(origin), range) then origin.replaced = true end
  end
end

return M
