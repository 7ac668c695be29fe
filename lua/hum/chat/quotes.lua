-- Lines of files that a question quotes: folded, and brought up to date where they have changed since.
local edit = require('hum.chat.text.edit')
local fold = require('hum.chat.view.fold')
local format = require('hum.chat.text.format')
local notify = require('hum.notify')
local origin = require('hum.chat.code.origin')
local rows = require('hum.chat.text.rows')
local snippets = require('hum.chat.text.snippets')
local target = require('hum.chat.code.target')
local turns = require('hum.chat.text.turns')

local M = {}

--- As it is written above a quote; what has none is not looked at.
local ABOVE = 'lines? %d+%-?%d*:\n'

---@param snippet hum.Snippet
---@return hum.LeftRange
local function range_of(snippet)
  local count = snippet.to - snippet.from + 1
  return {
    first = snippet.row,
    last = snippet.last,
    text = ('%d quoted %s'):format(count, count == 1 and 'line' or 'lines'),
  }
end

--- Folds the lines that questions quote.
---@param buf integer
---@param list hum.Turn[]
function M.fold(buf, list)
  local ranges = {}
  for _, turn in ipairs(list) do
    if turn.role == 'user' and turn.text:find(ABOVE) then
      for _, one in ipairs(snippets.quotes(buf, turn.last)) do
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

--- Where the lines of a quote are now: where they were marked, else where they stand as they were, else where they
--- stood.
---@param chat integer
---@param quote hum.Snippet
---@return hum.Range|nil range, string|nil why
local function range_now(chat, quote)
  local range = origin.now(chat, quote.text)
  if range then return range end
  if not quote.file then return nil, 'quote them again: nothing is known of the buffer that they came from' end
  local buf = target.buffer(chat, quote.file)
  if not buf then return nil, ('%s is not there'):format(quote.file) end
  range = origin.find(chat, buf, { text = quote.text, first = quote.lines.first })
  if range then return range end
  local count = vim.api.nvim_buf_line_count(buf)
  if quote.lines.first > count then return nil, ('%s has only %d lines'):format(quote.file, count) end
  return { buf = buf, first = quote.lines.first - 1, last = math.min(quote.lines.last, count) - 1 }
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

--- Quotes the lines as they are now.
---@param buf integer
---@param quote hum.Snippet
---@return boolean|nil changed, string|nil err
local function refresh(buf, quote)
  local range, why = range_now(buf, quote)
  if not range then return nil, why end
  local lines = vim.api.nvim_buf_get_lines(range.buf, range.first, range.last + 1, false)
  local first, last = range.first + 1, range.last + 1
  local is_same = table.concat(lines, '\n') == quote.text and first == quote.lines.first and last == quote.lines.last
  if is_same then return false end
  local new = format.quote({
    lines = lines,
    filetype = vim.bo[range.buf].filetype,
    name = quote.file or '',
    first = first,
    last = last,
  })
  local ok, err = pcall(edit.replace, buf, heading_row(buf, quote), quote.last + 1, new)
  if not ok then return nil, tostring(err) end
  origin.note(buf, { buf = range.buf, first = first, last = last })
  return true
end

--- Brings the quote at the cursor up to date, in one step of undo.
---@param buf integer
---@param row integer
function M.refresh(buf, row)
  local quote = quote_at(buf, row)
  if not quote then return notify.info('hum: no lines of a file are quoted here') end
  local changed, err = refresh(buf, quote)
  if err then return notify.warn('hum: ' .. err) end
  if not changed then return notify.info('hum: the quoted lines are as they are in the file') end
  local list = turns.of(buf).turns
  local turn = list[turns.first_of(list, function(one) return one.row > row end) - 1]
  M.fold(buf, { turn })
end

return M
