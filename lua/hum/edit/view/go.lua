-- From hunk to hunk, and which one the cursor is in.
local info = require('hum.edit.view.info')
local limits = require('hum.edit.view.limits')

local M = {}

local api, fn = vim.api, vim.fn

---@class hum.Stop  a hunk to which one can go
---@field view hum.EditView
---@field hunk hum.edit.Hunk

--- Whether something is to be decided about it.
---@param hunk hum.edit.Hunk
---@return boolean
function M.is_open(hunk) return hunk.state == 'finished' end

local is_open = M.is_open

--- All hunks of a buffer about which nothing is decided, by their place.
---@param views hum.EditView[]
---@return hum.Stop[]
function M.stops(views)
  local list = {}
  for _, view in ipairs(views) do
    local p = view.preview
    p:settle()
    for _, hunk in ipairs(p.hunks) do
      local counts = hunk.state == 'finished'
      if counts then list[#list + 1] = { view = view, hunk = hunk } end
    end
  end
  table.sort(list, function(a, b)
    if a.hunk.row ~= b.hunk.row then return a.hunk.row < b.hunk.row end
    return a.hunk.id < b.hunk.id
  end)
  return list
end

---@param hunk hum.edit.Hunk
---@param count integer  lines of the buffer
---@return integer first, integer stop  rows in which the cursor is in it
local function span(hunk, count)
  local first = math.min(hunk.row, count - 1)
  return first, math.max(hunk.row + hunk.rows, first + 1)
end

--- The hunk that a row is in.
---@param stops hum.Stop[]
---@param buf integer
---@param row integer
---@return integer|nil
function M.at(stops, buf, row)
  local count = api.nvim_buf_line_count(buf)
  for i, stop in ipairs(stops) do
    local first, last = span(stop.hunk, count)
    if row >= first and row < last then return i end
  end
end

--- The n-th hunk behind a row, or in front of it; the last one that there is, if there are fewer.
---@param stops hum.Stop[]
---@param buf integer
---@param row integer
---@param step integer  negative: backwards
---@return hum.Stop|nil
local function find(stops, buf, row, step)
  local count, found = api.nvim_buf_line_count(buf), {}
  for _, stop in ipairs(stops) do
    local first = span(stop.hunk, count)
    if step > 0 and first > row then
      found[#found + 1] = stop
    elseif step < 0 and first < row then
      table.insert(found, 1, stop)
    end
  end
  return found[math.min(math.abs(step), #found)]
end

--- Shows a hunk: folds around it are opened, and the window scrolls as far as it must.
---@param hunk hum.edit.Hunk
function M.show(hunk)
  local count = api.nvim_buf_line_count(0)
  local first, stop = span(hunk, count)
  if vim.wo.foldenable then
    -- Those around rows that stand in front of a line, too.
    local top = math.max(1, hunk.rows == 0 and first or first + 1)
    local range = { top, math.min(stop, count) }
    pcall(vim.cmd.foldopen, { range = range, bang = true, mods = { emsg_silent = true, silent = true } })
  end
  limits.reveal({ row = hunk.row, stop = hunk.row + hunk.rows, is_above = hunk.rows == 0 and hunk.row < count })
end

--- Whether there is a hunk behind the cursor, or in front of it.
---@param views hum.EditView[]
---@param step integer
---@return boolean
function M.can_move(views, step)
  return find(M.stops(views), api.nvim_get_current_buf(), api.nvim_win_get_cursor(0)[1] - 1, step) ~= nil
end

--- Moves the cursor to another hunk.
---@param views hum.EditView[]
---@param step integer
---@return boolean  false: there is none
function M.move(views, step)
  local buf = api.nvim_get_current_buf()
  local row = api.nvim_win_get_cursor(0)[1] - 1
  local stop = find(M.stops(views), buf, row, step)
  if not stop then return false end
  vim.cmd("mark '")
  local at = math.min(stop.hunk.row, api.nvim_buf_line_count(buf) - 1)
  local line = api.nvim_buf_get_lines(buf, at, at + 1, false)[1] or ''
  api.nvim_win_set_cursor(0, { at + 1, (line:find('%S') or 1) - 1 })
  M.show(stop.hunk)
  return true
end

--- Whether a hunk has more added rows than the current window could show.
---@param stop hum.Stop
---@return boolean
function M.is_tall(stop)
  local rows = stop.view.rows[stop.hunk.id]
  return rows ~= nil and #rows.rows >= limits.height(api.nvim_get_current_win())
end

local keys_of = function(_) return nil end ---@type fun(is_tall: boolean): string|nil

local onward_keys = function() return nil end ---@type fun(): string|nil

--- Sets the functions that say what to press, at a hunk and where there is none.
---@param at_hunk fun(is_tall: boolean): string|nil
---@param onward fun(): string|nil
function M.hint_with(at_hunk, onward)
  keys_of, onward_keys = at_hunk, onward
end

--- Whether an edit has ended and none of its hunks was looked at.
---@param view hum.EditView
---@return boolean
local function is_new(view)
  local p = view.preview
  return p.phase == 'done' and not p.review and not view.visited and not view.hidden and p:is_live()
end

---@param p hum.edit.Preview
---@return string|nil
local function attempt(p)
  local all = type(p.attempts) == 'table' and #p.attempts or 0
  return all > 1 and p.attempt and ('attempt %d of %d'):format(p.attempt, all) or nil
end

--- The hunk that a row is in. It is asked for whenever the cursor moves, so that nothing is made for it.
---@param views hum.EditView[]
---@param buf integer
---@param row integer
---@return hum.Stop|nil
local function find_here(views, buf, row)
  local lines = api.nvim_buf_line_count(buf)
  for _, view in ipairs(views) do
    view.preview:settle()
    for _, hunk in ipairs(view.preview.hunks) do
      local first, last = span(hunk, lines)
      if row >= first and row < last and is_open(hunk) then return { view = view, hunk = hunk } end
    end
  end
end

---@param views hum.EditView[]
---@param hunk hum.edit.Hunk
---@return integer n, integer of  which one it is of those that are open
local function count(views, hunk)
  local n, of = 1, 0
  for _, view in ipairs(views) do
    for _, other in ipairs(view.preview.hunks) do
      if is_open(other) then
        of = of + 1
        if other.row < hunk.row or (other.row == hunk.row and other.id < hunk.id) then n = n + 1 end
      end
    end
  end
  return n, of
end

--- Says at the hunk that the cursor of the current window is in which one of how many it is.
---@param views hum.EditView[]
---@param buf integer
function M.number(views, buf)
  local here = api.nvim_get_current_buf() == buf
  local stop = here and find_here(views, buf, api.nvim_win_get_cursor(0)[1] - 1)
  for _, view in ipairs(views) do
    if not stop and here and is_new(view) then
      info.onward(view.preview, view.info, #view.preview:open_hunks(), onward_keys())
    elseif not stop or stop.view ~= view then
      info.no_number(buf, view.info)
    end
  end
  if not stop then return end
  stop.view.visited = true
  local n, of = count(views, stop.hunk)
  local goes_on = false
  for _, view in ipairs(views) do
    goes_on = goes_on or not view.preview.over
  end
  info.number(buf, stop.view.info, fn.line('.') - 1, {
    n = n,
    of = of,
    goes_on = goes_on,
    conflict = stop.hunk.conflict == true,
    keys = keys_of(M.is_tall(stop)),
    attempt = attempt(stop.view.preview),
  })
end

return M
