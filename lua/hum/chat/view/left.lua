-- What of a chat is not sent any more: rows that are folded, and a line behind each that says why. They move with the
-- text; which they are, hum.chat.fitting says. Lines of files that are quoted are folded in the same way.
local glyphs = require('hum.look.glyphs')
local lines = require('hum.chat.view.lines')

local M = {}

local ns = vim.api.nvim_create_namespace('hum.left')

---@class hum.LeftRange
---@field first integer  row
---@field last integer
---@field text? string   what the line of the closed fold says; of a quote it counts its lines
---@field below? string  what the line below it says
---@field quote? boolean lines of a file, which are sent
---@field part? boolean  of a quote: not whole lines
---@field unclosed? boolean  it has no fence at its end

---@class hum.ShownLeft: hum.LeftRange
---@field id integer  extmark

local shown = {} ---@type table<integer, hum.ShownLeft[]>  by buffer

---@param buf integer
---@param one hum.ShownLeft
---@return integer|nil first, integer|nil last
local function rows_of(buf, one)
  local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, one.id, { details = true })
  local details = at[3]
  if not details or details.invalid or details.end_row <= at[1] then return nil end
  return at[1], details.end_row
end

--- What the line of a quote's fold says.
---@param one hum.LeftRange
---@param first integer  its rows now
---@param last integer
---@return string
local function words(one, first, last)
  local count = last - first - (one.unclosed and 0 or 1)
  local noun = count == 1 and 'line' or 'lines'
  return (one.part and 'quoted part of %d %s' or '%d quoted %s'):format(count, noun)
end

--- The rows that a row is among, if they are not sent.
---@param buf integer
---@param row integer
---@return integer|nil first, integer|nil last, hum.LeftRange|nil range
function M.at(buf, row)
  for _, one in ipairs(shown[buf] or {}) do
    local first, last = rows_of(buf, one)
    if first and last and row >= first and row <= last then
      if one.quote then one.text = words(one, first, last) end
      return first, last, one
    end
  end
end

--- The rows of all.
---@param buf integer
---@return { first: integer, last: integer }[]
function M.ranges(buf)
  local out = {}
  for _, one in ipairs(shown[buf] or {}) do
    local first, last = rows_of(buf, one)
    if first then out[#out + 1] = { first = first, last = last } end
  end
  return out
end

---@param buf integer
---@param row integer  that it stands above
---@param text string
local function rule(buf, row, text)
  local mark = glyphs.get().rule
  local line = { { mark:rep(2) .. ' ' .. glyphs.cut(text, math.max(20, lines.room(buf) - 4)) .. ' ', 'HumDetails' } }
  vim.api.nvim_buf_set_extmark(buf, ns, row, 0, { virt_lines = { line }, virt_lines_above = true })
end

---@param buf integer
---@param ranges hum.LeftRange[]
---@return boolean  they are those that are shown
local function are_shown(buf, ranges)
  local now = vim.tbl_filter(function(one) return not one.quote end, shown[buf] or {})
  if #now ~= #ranges then return false end
  for i, one in ipairs(now) do
    local first, last = rows_of(buf, one)
    local other = ranges[i]
    if first ~= other.first or last ~= other.last or one.text ~= other.text or one.below ~= other.below then
      return false
    end
  end
  return true
end

---@param buf integer
---@param range hum.LeftRange
local function add(buf, range)
  local opts = { end_row = range.last, end_col = 0, strict = false, end_right_gravity = false }
  -- What is quoted may be replaced up to the row of its last fence.
  if range.quote then opts.end_col = #vim.api.nvim_buf_get_lines(buf, range.last, range.last + 1, false)[1] end
  local id = vim.api.nvim_buf_set_extmark(buf, ns, range.first, 0, opts)
  shown[buf] = shown[buf] or {}
  table.insert(shown[buf], vim.tbl_extend('force', range, { id = id }))
end

--- The quotes that are folded, where they are now.
---@param buf integer
---@return hum.LeftRange[]
local function now_quoted(buf)
  local out = {}
  for _, one in ipairs(shown[buf] or {}) do
    local first, last = rows_of(buf, one)
    if one.quote and first then
      out[#out + 1] = { first = first, last = last, quote = true, part = one.part, unclosed = one.unclosed }
    end
  end
  return out
end

--- Shows what is not sent.
---@param buf integer
---@param ranges hum.LeftRange[] those that are not sent, from the first on
---@return boolean changed  folds are to be made anew
function M.set(buf, ranges)
  if are_shown(buf, ranges) then return false end
  local quotes = now_quoted(buf)
  vim.api.nvim_buf_clear_namespace(buf, ns, 0, -1)
  shown[buf] = {}
  for _, range in ipairs(ranges) do
    add(buf, range)
    if range.below then rule(buf, range.last + 1, range.below) end
  end
  for _, range in ipairs(quotes) do
    add(buf, range)
  end
  return true
end

--- Folds lines of files that are quoted, beside those that are.
---@param buf integer
---@param ranges hum.LeftRange[]
---@return boolean changed  folds are to be made anew
function M.quote(buf, ranges)
  local there, changed = {}, false
  for _, range in ipairs(now_quoted(buf)) do
    there[range.first] = range.last
  end
  for _, range in ipairs(ranges) do
    if there[range.first] ~= range.last then
      add(buf, vim.tbl_extend('force', range, { quote = true }) --[[@as hum.LeftRange]])
      changed = true
    end
  end
  return changed
end

---@param buf integer
---@return boolean  something is not sent
function M.has(buf)
  for _, one in ipairs(shown[buf] or {}) do
    if not one.quote then return true end
  end
  return false
end

---@param buf integer
function M.forget(buf) shown[buf] = nil end

return M
