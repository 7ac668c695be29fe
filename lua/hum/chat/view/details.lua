-- When a turn was sent, and from where a reply came: what stands at the right of a role line. It is in no file, so of
-- turns that were read from one nothing is known.
local M = {}

---@class hum.Details
---@field row integer     of the heading, where it last stood
---@field line string     the heading
---@field time integer    seconds, as os.time()
---@field endpoint? string  of a reply

local ns = vim.api.nvim_create_namespace('hum.details')
local known = {} ---@type table<integer, table<integer, hum.Details>>  by buffer and extmark
local last_mark = 0 -- ours, not a buffer's: that begins anew when its text is read again

---@param buf integer
---@param row integer
---@return string|nil
local function line_at(buf, row) return vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1] end

--- The one whose heading has stood in a row all the time.
---@param buf integer
---@param row integer
---@return integer|nil mark
local function standing(buf, row)
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buf, ns, { row, 0 }, { row, -1 }, { details = true })) do
    if not mark[4].invalid then return mark[1] end
  end
end

--- The last one that stood in a row with this heading and was taken away by `u`, or by reading the file again.
---@param buf integer
---@param row integer
---@param line string
---@return integer|nil mark
local function fallen(buf, row, line)
  local last
  for id, one in pairs(known[buf]) do
    if one.row == row and one.line == line and id > (last or 0) then
      local mark = vim.api.nvim_buf_get_extmark_by_id(buf, ns, id, { details = true })
      if not mark[1] or mark[3].invalid then last = id end
    end
  end
  return last
end

--- A turn is sent, or a reply begins or goes on.
---@param buf integer
---@param row integer  of the heading
---@param endpoint? string
function M.note(buf, row, endpoint)
  local line = line_at(buf, row)
  if not line or line == '' then return end
  known[buf] = known[buf] or {}
  local before = standing(buf, row)
  if before then
    vim.api.nvim_buf_del_extmark(buf, ns, before)
    known[buf][before] = nil
  end
  last_mark = last_mark + 1
  vim.api.nvim_buf_set_extmark(buf, ns, row, 0, { id = last_mark, end_col = #line, invalidate = true })
  known[buf][last_mark] = { row = row, line = line, time = os.time(), endpoint = endpoint }
end

--- What is known of a turn. `u` takes a heading away, and what marks it with it, and so does `:edit`: one that has come
--- back is known by its row.
---@param buf integer
---@param row integer  of the heading
---@param line string  the heading
---@return hum.Details|nil
function M.at(buf, row, line)
  local all = known[buf]
  if not all then return nil end
  local one = all[standing(buf, row) or fallen(buf, row, line) or 0]
  if one then one.row = row end
  return one
end

--- The time of a turn: "14:02", with the day where that is another one.
---@param time integer
---@param now? integer
---@return string
function M.time(time, now)
  local same = os.date('%Y%j', time) == os.date('%Y%j', now or os.time())
  return os.date(same and '%H:%M' or '%Y-%m-%d %H:%M', time) --[[@as string]]
end

--- The text of a chat has gone, and may come back unless its buffer has gone, too.
---@param buf integer
function M.forget(buf)
  if not vim.api.nvim_buf_is_valid(buf) then known[buf] = nil end
end

vim.api.nvim_create_autocmd('BufWipeout', {
  group = vim.api.nvim_create_augroup('hum.details', {}),
  callback = function(event) known[event.buf] = nil end,
})

return M
