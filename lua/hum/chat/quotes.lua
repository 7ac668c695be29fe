-- Lines of files that a question quotes: folded, and brought up to date where they have changed since.
local edit = require('hum.chat.text.edit')
local fold = require('hum.chat.view.fold')
local format = require('hum.chat.text.format')
local notify = require('hum.notify')
local origin = require('hum.chat.code.origin')
local quotes = require('hum.chat.text.quote')
local rows = require('hum.chat.text.rows')
local snippets = require('hum.chat.text.snippets')
local turns = require('hum.chat.text.turns')
local whereabouts = require('hum.chat.code.whereabouts')

local M = {}

--- As it is written above a quote; what has none is not looked at.
local ABOVE = 'lines? %d[^\n]*:\n'

local GUESSED = 'hum: check the quote: its old text is no longer in %s, so the lines with the same numbers are quoted'

---@param snippet hum.Snippet
---@return hum.LeftRange
local function range_of(snippet)
  return {
    first = snippet.row,
    last = snippet.last,
    part = snippet.lines.columns ~= nil,
    unclosed = snippet.to == snippet.last,
  }
end

--- Folds the lines that questions quote.
---@param buf integer
---@param list hum.Turn[]
function M.fold(buf, list)
  local ranges = {}
  for _, turn in ipairs(list) do
    if turn.role == 'user' and turn.text:find(ABOVE) then
      for _, one in ipairs(snippets.quotes(buf, turn.last, true)) do
        if one.row > turn.row and one.last <= turn.last then ranges[#ranges + 1] = range_of(one) end
      end
    end
  end
  fold.quotes(buf, ranges)
end

--- Folds what was quoted last.
---@param buf integer
function M.fold_last(buf)
  local list = turns.of(buf).turns
  M.fold(buf, { list[#list] })
end

-- ---- bringing them up to date -----------------------------------------------------------------

--- The quote in a row, or below it where its name stands.
---@param buf integer
---@param row integer
---@return hum.Snippet|nil
local function quote_at(buf, row)
  for at = row, row + 2 do
    local found = snippets.around(buf, at)
    if found then return found.lines and found or nil end
  end
end

--- The row of the line that says whose lines they are.
---@param buf integer
---@param quote hum.Snippet
---@return integer
local function heading_row(buf, quote)
  local row = quote.row - 1
  while row > 0 and not rows.line(buf, row):find('%S') do
    row = row - 1
  end
  return row
end

--- Replaces a quote. Its fences stay, and with them its fold, also where the user takes that back.
---@param buf integer
---@param quote hum.Snippet
---@param new string[]
local function write(buf, quote, new)
  local heading = heading_row(buf, quote)
  if quote.to == quote.last then return edit.replace(buf, heading, quote.last + 1, new) end -- it was not closed
  edit.replace(buf, quote.last, quote.last + 1, { new[#new] })
  edit.replace(buf, quote.from, quote.to + 1, vim.list_slice(new, 4, #new - 1))
  edit.replace(buf, quote.row, quote.row + 1, { new[3] })
  edit.replace(buf, heading, heading + 1, { new[1] })
end

--- Quotes the lines, or what of them is meant, as they are now.
---@param buf integer
---@param quote hum.Snippet
---@return hum.Whereabouts|nil range  nil: it could not be done
---@return string|nil err  nil without a range: nothing has changed
local function refresh(buf, quote)
  local range, why = whereabouts.of(buf, quote)
  if not range then return nil, why end
  local span = { first = range.first + 1, last = range.last + 1, columns = range.columns }
  local lines, err = quotes.text(range.buf, span)
  if not lines then return nil, err end
  local is_there = span.first == quote.lines.first and span.last == quote.lines.last
  local is_same = is_there and vim.deep_equal(span.columns, quote.lines.columns)
  if is_same and table.concat(lines, '\n') == quote.text and range.name == (quote.file or '') then return nil end
  local new = format.quote(vim.tbl_extend('force', span, {
    lines = lines,
    filetype = vim.bo[range.buf].filetype,
    name = range.name,
  }) --[[@as hum.QuotedLines]])
  local ok, fault = pcall(write, buf, quote, new)
  if not ok then return nil, tostring(fault) end
  origin.note(buf, vim.tbl_extend('force', span, { buf = range.buf }) --[[@as hum.Quote]])
  return range
end

--- Folds what the turn in a row quotes.
---@param buf integer
---@param row integer
local function fold_turn(buf, row)
  local list = turns.of(buf).turns
  M.fold(buf, { list[turns.first_of(list, function(one) return one.row > row end) - 1] })
end

--- Brings the quote at the cursor up to date, in one step of undo.
---@param buf integer
---@param row integer
function M.refresh(buf, row)
  local quote = quote_at(buf, row)
  if not quote then return notify.info('hum: no lines of a file are quoted here') end
  local range, err = refresh(buf, quote)
  if range then fold_turn(buf, row) end
  if err then return notify.warn('hum: ' .. err) end
  if not range then return notify.info('hum: the quote is up to date') end
  if range.guessed then notify.info(GUESSED:format(range.name)) end
end

return M
