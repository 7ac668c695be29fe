-- Which rows of a chat belong to a fold: the front matter, and thinking parts with their tags. With `chat.thinking` set
-- to "hide" the blank lines around a part belong to its fold as well, which then looks like the one blank line that
-- stands there without it.
local block = require('hum.chat.text.block')
local config = require('hum.config')
local left = require('hum.chat.view.left')
local scan = require('hum.chat.text.scan')
local user = require('hum.chat.view.fold_user')

local M = {}

--- Lines of a front matter at most, what is longer is none; so many are read at a time.
M.FRONT = 64
local FEW = 8

--- Levels of folds. Where thinking is shown, "foldlevel" is that of an open part, and a front matter is closed by its
--- deeper level.
M.SHOWN = 1

---@param s hum.Scan
---@param row integer
---@return boolean  it is below a `<think>`, up to its `</think>`
function M.thinking(s, row) return block.def(scan.at(s, row)).thinking end

local thinking = M.thinking

---@param buf integer
---@param row integer
---@param size integer
---@return string  the beginning of a line
local function head(buf, row, size) return vim.api.nvim_buf_get_text(buf, row, 0, row, size, {})[1] end

---@param buf integer
---@param row integer
---@return boolean
local function blank(buf, row) return not vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1]:find('%S') end

--- Does the last line, beyond which no state is known, open a part? A token asks for it twice.
---@param s hum.Scan
---@param row integer
---@return boolean
local function opens(s, row)
  local id = scan.at(s, row)
  if block.def(id).role ~= 'assistant' then return false end
  local line = head(s.buf, row, 16)
  return line:byte(1) == 60 and block.def((block.next(id, line))).thinking
end

--- Whether a row has the `<think>` of a part.
---@param s hum.Scan
---@param row integer
---@return boolean
local function is_first(s, row)
  if thinking(s, row) then return false end
  if row < s.known then return thinking(s, row + 1) end
  return opens(s, row)
end

---@param s hum.Scan
---@param row integer
---@return boolean  the row above has the `</think>` of a part
local function is_below(s, row) return row > 0 and not thinking(s, row) and thinking(s, row - 1) end

--- The last row of the front matter; nil: there is none, or it is shown as it is. It is read, since Neovim asks for
--- the folds of changed rows before `scan` hears of the change.
---@param buf integer
---@return integer|nil
function M.front(buf)
  if not config.get().chat.dress then return nil end
  if not head(buf, 0, 4):find('^%-%-%-%s*$') then return nil end
  for first = 1, M.FRONT, FEW do
    for i, line in ipairs(vim.api.nvim_buf_get_lines(buf, first, first + FEW, false)) do
      if line:find('^%-%-%-%s*$') then return first + i - 1 end
      if block.heading(line) then return nil end
    end
  end
end

--- Whether a blank line belongs to the part above or below, where thinking is hidden.
---@param s hum.Scan
---@param row integer
---@return integer|string|nil level
local function around(s, row)
  local last = vim.api.nvim_buf_line_count(s.buf) - 1
  if row == 0 or row >= last then return nil end -- text may still come into the last line
  scan.sync(s.buf, math.min(row + 2, last))
  local below = is_below(s, row)
  if not (below or is_first(s, row + 1)) or not blank(s.buf, row) then return nil end
  return below and 1 or '>1'
end

--- The level of a row by the front matter and the parts.
---@param s hum.Scan
---@param row integer
---@param how hum.ShownThinking
---@return integer|string
local function of_parts(s, row, how)
  local buf = s.buf
  if row > s.known or s.dirty then scan.sync(buf, row) end
  local front = row <= M.FRONT and M.front(buf)
  if front and row <= front then
    local level = how == 'show' and M.SHOWN + 1 or 1
    return row == 0 and '>' .. level or level
  end
  if thinking(s, row) then
    -- The heading below a part that is still running is none of it.
    if row == s.known and row + 1 < vim.api.nvim_buf_line_count(buf) then scan.sync(buf, row + 1) end
    return row < s.known and block.def(scan.at(s, row + 1)).role ~= 'assistant' and 0 or 1
  end
  local hidden = how == 'hide'
  if is_first(s, row) then return hidden and around(s, row - 1) == '>1' and 1 or '>1' end
  return hidden and around(s, row) or 0
end

--- The level of a row within so many more folds.
---@param level integer|string
---@param more integer
---@param begins boolean  one of these
---@return integer|string
local function deeper(level, more, begins)
  if type(level) == 'string' then return '>' .. more + tonumber(level:sub(2)) end
  return begins and '>' .. more + level or more + level
end

--- The level of a row, as 'foldexpr' has it. What is not sent any more is a fold, in which those of its parts are; all
--- are in those that the user has made.
---@param s hum.Scan
---@param row integer
---@param how hum.ShownThinking
---@return integer|string
function M.of(s, row, how)
  local first = left.at(s.buf, row)
  local level = of_parts(s, row, how)
  if first then level = deeper(level, how == 'show' and M.SHOWN + 1 or 1, row == first) end
  return user.level(row, level)
end

--- The rows of a part's fold.
---@param s hum.Scan
---@param first integer  of its `<think>`
---@param last integer   of its `</think>`, or the last one that it has
---@param how hum.ShownThinking
---@return integer first, integer last
function M.extent(s, first, last, how)
  if how ~= 'hide' then return first, last end
  local above = first > 0 and around(s, first - 1) == '>1'
  local below = last + 1 < vim.api.nvim_buf_line_count(s.buf) and around(s, last + 1) == 1
  return above and first - 1 or first, below and last + 1 or last
end

--- The last row of a part: the heading below one that goes on is none of it.
---@param s hum.Scan
---@param last integer  row below its `<think>`, with nothing of it behind
---@return integer
local function end_of(s, last)
  local is_heading = last < s.known and block.def(scan.at(s, last + 1)).role ~= 'assistant'
  return is_heading and last - 1 or last
end

--- The rows of the folds of all parts. Reads the whole chat, as computing its folds does.
---@param buf integer
---@param how hum.ShownThinking
---@return integer[][]
function M.parts(buf, how)
  local found, count = {}, vim.api.nvim_buf_line_count(buf)
  local first ---@type integer|nil
  local s = scan.sync(buf, count)
  if not s then return found end
  while not scan.complete(buf, count) do
    scan.sync(buf, count)
  end
  for row = 0, s.known + 1 do
    local now = row <= s.known and row < count and thinking(s, row)
    if now and not first then first = row - 1 end
    if first and not now then
      found[#found + 1] = { M.extent(s, first, end_of(s, row - 1), how) }
      first = nil
    end
  end
  return found
end

--- The last row of the part whose `<think>` is in a row.
---@param s hum.Scan
---@param first integer
---@param most integer  row
---@return integer
function M.last_row(s, first, most)
  local row = first
  while row < most and row < s.known and thinking(s, row + 1) do
    row = row + 1
  end
  return math.max(first, end_of(s, row))
end

--- Row of the `<think>` of the part that `row` is in. A part is walked through at most once: the row found is
--- kept as long as it is one.
---@param s hum.Scan
---@param row integer
---@param guess? integer
---@return integer
function M.first_row(s, row, guess)
  if guess and guess < row and thinking(s, guess + 1) and not thinking(s, guess) then return guess end
  while row > 0 and thinking(s, row) do
    row = row - 1
  end
  return row
end

return M
