-- How many words a text has. A part that is still coming is counted as it comes, and no byte of it twice. Characters of
-- Chinese and Japanese, which have no blanks between words, count as one each.
local M = {}

--- U+3040 to U+9FFF: kana and ideographs. Their punctuation (U+3000 …, U+FF00 …) stands between words.
local CHAR, PUNCTUATION, WIDE = '[\227-\233][\128-\191][\128-\191]', '\227\128[\128-\191]', '\239[\188\189][\128-\191]'

--- A column behind any end of a line.
local END = 1000000000

---@param text string
---@return integer
function M.count(text)
  local chars, words
  if text:find('[\227-\233\239]') then
    text = text:gsub(PUNCTUATION, ' '):gsub(WIDE, ' ')
    text, chars = text:gsub(CHAR, ' ')
  end
  words = select(2, text:gsub('%S+', ''))
  return words + (chars or 0)
end

---@param buf integer
---@param first integer
---@param last integer
---@return integer
local function count_rows(buf, first, last)
  local n = 0
  for row = first, last, 256 do
    n = n + M.count(table.concat(vim.api.nvim_buf_get_lines(buf, row, math.min(row + 256, last + 1), false), '\n'))
  end
  return n
end

---@class hum.LiveWords  of the thinking part at the end of a chat
---@field first integer  row of its `<think>`
---@field row integer    words are counted up to this row …
---@field bytes integer  … and in it up to this byte
---@field words integer
---@field within boolean a word may go on there

---@class hum.BufWords
---@field live? hum.LiveWords
---@field ended table<integer, integer>  of parts that have ended, by their first row
---@field upto integer                   rows from here on have no part in `ended`

local bufs = {} ---@type table<integer, hum.BufWords>

---@param buf integer
---@return hum.BufWords
local function of(buf)
  local b = bufs[buf] or { ended = {}, upto = 0 }
  bufs[buf] = b
  return b
end

--- What no word goes on with, and what none ends with.
local APART_FIRST, APART_LAST = {}, {}
for _, between in ipairs({ '%s', CHAR, PUNCTUATION, WIDE }) do
  table.insert(APART_FIRST, '^' .. between)
  table.insert(APART_LAST, between .. '$')
end

--- Whether a word that is broken off there may go on.
---@param text string
---@param apart string[]
---@return boolean
local function within(text, apart)
  for _, pattern in ipairs(apart) do
    if text:find(pattern) then return false end
  end
  return true
end

--- Counts what came in a row.
---@param live hum.LiveWords
---@param text string
local function add(live, text)
  if text == '' then return end
  local goes_on = live.within and within(text, APART_FIRST)
  live.words = live.words + M.count(text) - (goes_on and 1 or 0)
  live.bytes = live.bytes + #text
  live.within = within(text:sub(-3), APART_LAST)
end

--- Words of the part at the end of the chat: only what came since the last time is read.
---@param buf integer
---@param first integer  row of its `<think>`
---@param last integer
---@return integer
function M.live(buf, first, last)
  local b = of(buf)
  local live = b.live
  if not live or live.first ~= first or live.row > last then
    live = { first = first, row = first + 1, bytes = 0, words = 0, within = false }
    b.live = live
  end
  if live.row > last then return 0 end
  local ok, rest = pcall(vim.api.nvim_buf_get_text, buf, live.row, live.bytes, live.row, END, {})
  if not ok then -- the line has become shorter
    b.live = nil
    return M.live(buf, first, last)
  end
  add(live, rest[1])
  if live.row < last then
    live.words = live.words + count_rows(buf, live.row + 1, last - 1)
    live.row, live.bytes, live.within = last, 0, false
    add(live, vim.api.nvim_buf_get_lines(buf, last, last + 1, false)[1])
  end
  return live.words
end

--- Words of a part that has ended.
---@param buf integer
---@param first integer  row of its `<think>`
---@param last integer   row of its `</think>`
---@return integer
function M.ended(buf, first, last)
  local b = of(buf)
  local words = b.ended[first]
  if not words then
    words = count_rows(buf, first + 1, last - 1)
    b.ended[first] = words
    b.upto = math.max(b.upto, last + 1)
  end
  return words
end

--- Rows from `first` on have changed.
---@param buf integer
---@param first integer
function M.changed(buf, first)
  local b = bufs[buf]
  if not b then return end
  if first < b.upto then
    b.ended, b.upto, b.live = {}, 0, nil
  elseif b.live and first < b.live.row then
    b.live = nil
  end
end

---@param buf integer
function M.forget(buf) bufs[buf] = nil end

return M
