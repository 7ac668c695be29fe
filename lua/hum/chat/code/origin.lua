-- Where the lines came from that a question quotes: marked in their buffer as long as this Neovim runs, so that they
-- are found where they have moved to. Without a mark, or where they were taken from their place as a whole, they are
-- found by their text, if that stands there once.
local M = {}

---@class hum.Origin
---@field buf integer
---@field mark integer
---@field text string
---@field replaced? boolean  a block was put over them: what reads like them is something else

local ns = vim.api.nvim_create_namespace('hum.origin')
local origins = {} ---@type table<integer, hum.Origin[]>  by the chat's buffer

---@class hum.Range  rows of a buffer
---@field buf integer
---@field first integer
---@field last integer

---@param buf integer
---@param first integer
---@param last integer
---@return string
local function text_of(buf, first, last)
  return table.concat(vim.api.nvim_buf_get_lines(buf, first, last + 1, false), '\n')
end

--- Remembers lines that a chat quotes.
---@param chat integer  its buffer
---@param range hum.Range
---@return hum.Origin
local function remember(chat, range)
  local buf, last = range.buf, range.last
  local mark = vim.api.nvim_buf_set_extmark(buf, ns, range.first, 0, {
    end_row = last,
    end_col = #vim.api.nvim_buf_get_lines(buf, last, last + 1, false)[1],
  })
  local origin = { buf = buf, mark = mark, text = text_of(buf, range.first, last) }
  origins[chat] = origins[chat] or {}
  table.insert(origins[chat], origin)
  return origin
end

--- Remembers what a chat quotes.
---@param chat integer  its buffer
---@param quote { buf: integer, first: integer, last: integer }  lines, from 1 on
function M.note(chat, quote)
  local last = math.min(quote.last, vim.api.nvim_buf_line_count(quote.buf)) - 1
  remember(chat, { buf = quote.buf, first = math.max(0, math.min(quote.first - 1, last)), last = last })
end

--- A chat is gone.
---@param chat integer
function M.forget(chat)
  for _, origin in ipairs(origins[chat] or {}) do
    if vim.api.nvim_buf_is_loaded(origin.buf) then vim.api.nvim_buf_del_extmark(origin.buf, ns, origin.mark) end
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
    if origin.text == text then
      local range = locate(origin)
      if range then return range, true end
      known = true
    end
  end
  return nil, known
end

--- Where lines that a chat quotes are now, whatever they say by now.
---@param chat integer
---@param text string  as they were
---@return hum.Range|nil
function M.now(chat, text)
  local list = origins[chat] or {}
  for i = #list, 1, -1 do
    local origin = list[i]
    if origin.text == text and vim.api.nvim_buf_is_loaded(origin.buf) then
      local at = vim.api.nvim_buf_get_extmark_by_id(origin.buf, ns, origin.mark, { details = true })
      local last = at[1] and at[3].end_row
      if last and (last > at[1] or at[3].end_col > at[2]) then
        -- Below a line break that was put behind them there is nothing of theirs.
        if at[3].end_col == 0 and last > at[1] then last = last - 1 end
        return { buf = origin.buf, first = at[1], last = last }
      end
    end
  end
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
