-- What becomes of an edit's answer, from the log that the helper sends: src/edit/journal.h has its records. They may
-- be cut anywhere, and be joined.
local M = {}

---@class hum.EditHunk  lines of the old text from 1 on, `last` is first - 1 of an insertion
---@field first integer
---@field last integer
---@field new string[]

---@class hum.EditNews  what is new; what is absent is as it was
---@field finished hum.EditHunk[]  they never change any more
---@field open { at?: integer, rows: string[] }  rows that are added to the open part, behind `at` old lines
---@field reset boolean            the open part begins anew with these rows
---@field restart boolean          nothing of what came before counts
---@field reached? integer         so many old lines have been passed
---@field tail? string             of the line that grows, "": there is none

---@return hum.EditNews
local function nothing() return { finished = {}, open = { rows = {} }, reset = false, restart = false } end

--- A line as Neovim has it.
---@param text string
---@return string
local function line_of(text) return (text:gsub('%z', '\n')) end

---@param digits? string
---@return integer
local function integer(digits)
  return tonumber(digits) --[[@as integer]]
end

---@type table<string, fun(reader: hum.HunkReader, text: string)>  by the first byte of a record
local RECORDS = {
  ['='] = function(reader, text)
    local first, count, new = text:match('^(%d+) (%d+) (%d+)$')
    reader.hunk = { first = integer(first), last = integer(first) + integer(count) - 1, new = {} }
    reader.missing = integer(new)
  end,
  [' '] = function(reader, text)
    table.insert(reader.hunk.new, line_of(text))
    reader.missing = (reader.missing or 0) - 1
  end,
  ['@'] = function(reader, text)
    reader.news.open = { at = integer(text), rows = {} }
    reader.news.reset = true
  end,
  ['+'] = function(reader, text) table.insert(reader.news.open.rows, line_of(text)) end,
  ['>'] = function(reader, text) reader.news.reached = integer(text) end,
  ['~'] = function(reader, text)
    reader.tail = reader.tail .. line_of(text)
    reader.news.tail = reader.tail
  end,
  ['^'] = function(reader)
    reader.tail = ''
    reader.news.tail = ''
  end,
  ['!'] = function(reader)
    reader.tail, reader.hunk = '', nil
    reader.news = nothing()
    reader.news.restart = true
  end,
}

---@class hum.HunkReader
---@field news hum.EditNews
---@field tail string
---@field hunk? hum.EditHunk  whose lines are still coming
---@field missing? integer    so many of them

---@param reader hum.HunkReader
---@param record string
local function read(reader, record)
  RECORDS[record:sub(1, 1)](reader, record:sub(2))
  if reader.hunk and reader.missing == 0 then
    table.insert(reader.news.finished, reader.hunk)
    reader.hunk = nil
  end
end

--- Reads a log piece by piece.
---@return fun(text: string): hum.EditNews|nil  nil: nothing that can be acted on
function M.reader()
  local reader, rest = { news = nothing(), tail = '' }, ''
  return function(text)
    local records = vim.split(rest .. text, '\n', { plain = true })
    rest = table.remove(records)
    if #records == 0 then return nil end
    for _, record in ipairs(records) do
      read(reader, record)
    end
    local news = reader.news
    reader.news = nothing()
    return news
  end
end

return M
