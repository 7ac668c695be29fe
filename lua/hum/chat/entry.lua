-- A chat in a list, in one line: its title, when it was written, what was found in it, its model, project and size.
local wrap = require('hum.wrap')

local M = {}

--- The widest that a column becomes, in cells.
local TITLE, MATCH, NAME = 44, 60, 20

--- So much of a line is shown before what was found in it, in bytes.
local BEFORE = 12

---@param time integer
---@return integer  of the day, in local time
local function midnight(time)
  local date = os.date('*t', time) --[[@as { year: integer, month: integer, day: integer }]]
  return os.time({ year = date.year, month = date.month, day = date.day, hour = 0 })
end

--- A time as people say it.
---@param time integer
---@param now integer
---@return string
function M.when(time, now)
  local days = math.floor((midnight(now) - midnight(time)) / 86400 + 0.5)
  if time > now + 60 then
    return os.date('%Y-%m-%d', time) --[[@as string]]
  end
  if now - time < 60 then return 'just now' end
  if now - time < 3600 then return ('%d min ago'):format(math.floor((now - time) / 60)) end
  if days == 0 then
    return os.date('today %H:%M', time) --[[@as string]]
  end
  if days == 1 then
    return os.date('yesterday %H:%M', time) --[[@as string]]
  end
  if days < 7 then
    return os.date('%A %H:%M', time) --[[@as string]]
  end
  return os.date('%Y-%m-%d', time) --[[@as string]]
end

---@param bytes integer
---@return string
local function size(bytes)
  if bytes < 1000 then return bytes .. ' B' end
  if bytes < 1e6 then return ('%.0f kB'):format(bytes / 1000) end
  return ('%.1f MB'):format(bytes / 1e6)
end

--- What was found, with little before it: the end of the line may not fit.
---@param entry hum.ChatEntry
---@param query string
---@return string
local function found(entry, query)
  local match = entry.match
  if not match or match == entry.title then return '' end
  local at = match:lower():find(query:lower(), 1, true) or 1
  local from = math.max(1, at - BEFORE)
  from = from + vim.str_utf_start(match, from)
  return wrap.cut((from > 1 and '…' or '') .. match:sub(from), MATCH)
end

---@param entry hum.ChatEntry
---@param query string
---@param now integer
---@return string[]
local function cells(entry, query, now)
  return {
    wrap.cut(entry.title, TITLE),
    M.when(entry.time, now),
    found(entry, query),
    wrap.cut(entry.model, NAME),
    wrap.cut(entry.project, NAME),
    size(entry.size),
  }
end

--- Rows without the columns in which none has anything.
---@param rows string[][]
---@return string[][]
local function without_empty(rows)
  local used = {}
  for _, row in ipairs(rows) do
    for i, text in ipairs(row) do
      used[i] = used[i] or text ~= ''
    end
  end
  return vim.tbl_map(function(row)
    local out = {}
    for i, text in ipairs(row) do
      if used[i] then out[#out + 1] = text end
    end
    return out
  end, rows)
end

--- How each chat of a list is shown, in columns.
---@param entries hum.ChatEntry[]
---@param query string  what was searched for, or ''
---@return string[]
function M.lines(entries, query)
  local now = os.time()
  local rows = vim.tbl_map(function(entry) return cells(entry, query, now) end, entries)
  return wrap.columns(without_empty(rows))
end

return M
