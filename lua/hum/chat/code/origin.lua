-- Where the lines came from that a question quotes: marked in their buffer as long as this Neovim runs, so that they
-- are found where they have moved to; after that by their text, near where they were.
local M = {}

---@class hum.Origin
---@field buf integer
---@field mark integer
---@field text string

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

--- Remembers what a chat quotes.
---@param chat integer  its buffer
---@param quote { buf: integer, first: integer, last: integer }  lines, from 1 on
function M.note(chat, quote)
  local last = math.min(quote.last, vim.api.nvim_buf_line_count(quote.buf)) - 1
  local first = math.max(0, math.min(quote.first - 1, last))
  local mark = vim.api.nvim_buf_set_extmark(quote.buf, ns, first, 0, {
    end_row = last,
    end_col = #vim.api.nvim_buf_get_lines(quote.buf, last, last + 1, false)[1],
    right_gravity = false,
    end_right_gravity = true,
  })
  origins[chat] = origins[chat] or {}
  table.insert(origins[chat], { buf = quote.buf, mark = mark, text = text_of(quote.buf, first, last) })
end

--- A chat is gone.
---@param chat integer
function M.forget(chat)
  for _, origin in ipairs(origins[chat] or {}) do
    if vim.api.nvim_buf_is_loaded(origin.buf) then vim.api.nvim_buf_del_extmark(origin.buf, ns, origin.mark) end
  end
  origins[chat] = nil
end

---@param origin hum.Origin
---@return hum.Range|nil  if its lines are as they were
local function unchanged(origin)
  if not vim.api.nvim_buf_is_loaded(origin.buf) then return nil end
  local at = vim.api.nvim_buf_get_extmark_by_id(origin.buf, ns, origin.mark, { details = true })
  if not at[1] or not at[3].end_row or text_of(origin.buf, at[1], at[3].end_row) ~= origin.text then return nil end
  return { buf = origin.buf, first = at[1], last = at[3].end_row }
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

--- Where a text stands in a buffer: at its row, or at the only other one.
---@param buf integer
---@param text string
---@param row integer  where it stood
---@return hum.Range|nil
function M.find(buf, text, row)
  local lines = vim.split(text, '\n', { plain = true })
  local last = row + #lines - 1
  if text_of(buf, row, last) == text then return { buf = buf, first = row, last = last } end
  local found = occurrences(buf, lines)
  return #found == 1 and { buf = buf, first = found[1], last = found[1] + #lines - 1 } or nil
end

--- Where the lines that a chat quotes are now, if this Neovim has seen them being quoted.
---@param chat integer
---@param text string
---@return hum.Range|nil range
---@return boolean known  they were quoted in this Neovim
function M.of(chat, text)
  local known = false
  for _, origin in ipairs(origins[chat] or {}) do
    if origin.text == text then
      local range = unchanged(origin)
      if range then return range, true end
      known = true
    end
  end
  return nil, known
end

return M
