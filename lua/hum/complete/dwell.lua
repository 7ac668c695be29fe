-- Where in each buffer the user has spent the most time. Places move along with the text.
local M = {}

--- Rows that are one place, on each side.
local NEAR = 32

--- Places kept of a buffer.
local MOST = 8

--- Who was at a place for less than this has only passed, in ms.
local LEAST = 3000

--- Who does nothing for longer than this is elsewhere, in ms.
local AWAY = 60000

local ns = vim.api.nvim_create_namespace('hum.complete.dwell')

---@type table<integer, { mark: integer, ms: integer }[]>  by buffer
local places = {}

local last ---@type { buf: integer, mark: integer, at: integer }|nil  where the user is, and since when

---@param buf integer
---@param mark integer
---@return integer|nil row
local function row_of(buf, mark)
  local ok, at = pcall(vim.api.nvim_buf_get_extmark_by_id, buf, ns, mark, {})
  return ok and at[1] or nil
end

---@param buf integer
---@param i integer
local function drop(buf, i)
  local place = table.remove(places[buf], i)
  pcall(vim.api.nvim_buf_del_extmark, buf, ns, place.mark)
end

---@param buf integer
---@param than fun(a: integer, b: integer): boolean
---@return integer|nil i  of the place of which the time is less or more than that of the others
local function best(buf, than)
  local found ---@type integer|nil
  for i, place in ipairs(places[buf] or {}) do
    if not found or than(place.ms, places[buf][found].ms) then found = i end
  end
  return found
end

---@param a integer
---@param b integer
---@return boolean
local function less(a, b) return a < b end

---@param a integer
---@param b integer
---@return boolean
local function more(a, b) return a > b end

---@param buf integer
---@param row integer
---@return { mark: integer, ms: integer }
local function place_at(buf, row)
  places[buf] = places[buf] or {}
  for _, place in ipairs(places[buf]) do
    local there = row_of(buf, place.mark)
    if there and math.abs(there - row) <= NEAR then return place end
  end
  if #places[buf] >= MOST then drop(buf, assert(best(buf, less))) end
  local place = { mark = vim.api.nvim_buf_set_extmark(buf, ns, row, 0, {}), ms = 0 }
  table.insert(places[buf], place)
  return place
end

--- The user is there now; until now he was where he was when this was last called.
---@param buf integer
---@param row integer
---@param now integer  ms
function M.note(buf, row, now)
  local passed = last and math.min(now - last.at, AWAY) or 0
  for _, place in ipairs(last and places[last.buf] or {}) do
    if place.mark == assert(last).mark then place.ms = place.ms + passed end
  end
  last = { buf = buf, mark = place_at(buf, row).mark, at = now }
end

--- The user has left: no time passes until he is somewhere again.
function M.leave() last = nil end

---@param buf integer
---@return integer|nil row  where the user was for the longest time; nil: nowhere for long
function M.longest(buf)
  local i = best(buf, more)
  if not i or places[buf][i].ms < LEAST then return nil end
  return row_of(buf, places[buf][i].mark)
end

---@param buf integer
function M.forget(buf)
  for i = #(places[buf] or {}), 1, -1 do
    drop(buf, i)
  end
  places[buf] = nil
end

return M
