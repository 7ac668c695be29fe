-- The previews that there are, and the hunks in them as others see them.
local M = {}

---@class hum.edit.Entry
---@field preview hum.edit.Preview
---@field stop? fun(discard?: boolean)  its request
---@field on_done? fun(result: hum.EditResult)

---@class hum.PublicHunk
---@field id integer
---@field edit integer     the edit that it belongs to
---@field first integer    lines of the old text when the edit began, from 1
---@field last integer     of an insertion first - 1
---@field at integer       its line now
---@field old string[]
---@field new string[]
---@field state 'pending'|'finished'|'accepted'|'rejected'
---@field conflict? boolean  its old lines are not in the buffer as they were

local entries = {} ---@type hum.edit.Entry[]  oldest first

---@param buf? integer
---@return integer
function M.number(buf)
  return (buf or 0) == 0 and vim.api.nvim_get_current_buf() or buf --[[@as integer]]
end

---@param entry hum.edit.Entry
function M.add(entry) table.insert(entries, entry) end

---@param preview hum.edit.Preview
---@return hum.edit.Entry|nil, integer|nil
function M.entry(preview)
  for i, entry in ipairs(entries) do
    if entry.preview == preview then return entry, i end
  end
end

---@param preview hum.edit.Preview
function M.remove(preview)
  local _, i = M.entry(preview)
  if i then table.remove(entries, i) end
end

---@return hum.edit.Entry[]
function M.all() return vim.list_slice(entries) end

--- The previews of a buffer, or of all; the oldest first.
---@param buf? integer
---@return hum.edit.Preview[]
function M.list(buf)
  local list = {}
  for _, entry in ipairs(entries) do
    if not buf or entry.preview.buf == M.number(buf) then list[#list + 1] = entry.preview end
  end
  return list
end

--- The preview whose range has a row.
---@param buf integer
---@param row integer  from 0
---@return hum.edit.Preview|nil
function M.at(buf, row)
  for _, preview in ipairs(M.list(buf)) do
    local first, last = preview:range()
    if row + 1 >= first and row + 1 <= math.max(first, last) then return preview end
  end
end

---@param preview hum.edit.Preview
---@param hunk hum.edit.Hunk
---@return hum.PublicHunk
function M.public(preview, hunk)
  return {
    id = hunk.id,
    edit = preview.id,
    first = hunk.first,
    last = hunk.last,
    at = hunk.at,
    old = vim.list_slice(hunk.old),
    new = vim.list_slice(hunk.new),
    state = hunk.state,
    conflict = hunk.conflict,
  }
end

--- What is being written, as a hunk: all that is certain of it.
---@param preview hum.edit.Preview
---@return hum.PublicHunk|nil
local function pending(preview)
  local open = preview.open
  if #open.rows == 0 then return end
  return {
    id = preview:next_id(),
    edit = preview.id,
    first = preview.first + open.at - 1,
    last = preview.first + open.at - 2,
    at = preview:row_of(open.at) + 1,
    old = {},
    new = vim.list_slice(open.rows),
    state = 'pending',
  }
end

--- The hunks of a buffer; those of an edit by their place.
---@param buf? integer
---@return hum.PublicHunk[]
function M.hunks(buf)
  local list = {}
  for _, preview in ipairs(M.list(buf or 0)) do
    preview:settle()
    for _, hunk in ipairs(preview.hunks) do
      list[#list + 1] = M.public(preview, hunk)
    end
    list[#list + 1] = pending(preview)
  end
  return list
end

return M
