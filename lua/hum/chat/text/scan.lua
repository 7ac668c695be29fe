-- The block state at the start of every line of a chat, kept up to date lazily.
--
-- A change of the buffer costs O(1): `on_lines` only records what is no longer known. Lines are read when
-- somebody asks (redraw, fold, code blocks), and only as many as needed:
-- * After an append these are the lines that it ended; the last line itself is never read, since the state *before* it
--   does not depend on its text. A token that does not end a line costs nothing.
-- * An edit further up is followed until the new states agree with the old ones.
-- * A call reads at most BUDGET lines. The others are read in later slices, outside redraws, and the
--   windows are then drawn again.
local block = require('hum.chat.text.block')
local fault = require('hum.fault')
local interrupt = require('hum.interrupt')
local private = require('hum.private')

local M = {}

--- Lines read in one call: about 2 ms. CHUNK of them at a time are copied from the buffer.
local BUDGET, CHUNK = 5000, 256
--- Where the states may soon agree with the old ones: at first.
local FEW = 8
--- An edit with fewer lines than this behind it just forgets those lines.
local NEAR_END = 64

---@class hum.Scan
---@field buf integer
---@field count integer     lines in the buffer
---@field state table<integer, integer>  by row, from 0: the state before the line
---@field known integer     the states of rows 0 .. known are right, those in `dirty` excepted
---@field dirty? hum.ScanDirty
---@field closings integer  fences that were seen to close
---@field scheduled boolean a slice is on its way
---@field left? integer     the buffer's changedtick when Neovim ended the watch

---@class hum.ScanDirty
---@field first integer  rows first + 1 .. last have to be found again
---@field last integer
---@field shift integer  rows from `last` on still stand this many rows earlier in `state`

---@type table<integer, hum.Scan>
local scans = {}
--- Rows [first, old_last) became [first, new_last). Behind them come the number of lines, and changedtick: nil for what
--- 'inccommand' shows, and takes back before anything else happens.
---@alias hum.ScanListener fun(buf: integer, first: integer, old: integer, new: integer, count: integer, tick?: integer)

---@type table<string, hum.ScanListener>
local listeners = {}
local on_detach ---@type fun(buf: integer)|nil
local faulty = {} ---@type table<string, boolean>  listeners whose fault was reported

---@param buf integer
---@param first integer
---@param old_last integer
---@param new_last integer
---@param count integer
---@param tick? integer
local function publish(buf, first, old_last, new_last, count, tick)
  for key, fn in pairs(listeners) do
    local ok, err = xpcall(fn, debug.traceback, buf, first, old_last, new_last, count, tick)
    if not ok and interrupt.is_interrupt(err) then
      interrupt.give_back()
      ok, err = xpcall(fn, debug.traceback, buf, first, old_last, new_last, count, tick)
    end
    if not ok and not faulty[key] then -- once: the next token would bring it again
      faulty[key] = true
      fault.report(('following the text (%s)'):format(key), tostring(err))
    end
  end
end

--- Records that rows [first, old_last) have become [first, new_last). All there is to do for an append is the
--- first comparison: nothing from the last line on was known.
---
--- Neovim updates folds before it calls `on_lines`, and they ask here: then new text was read already, as
--- the count shows, and what is known from the change on is of no use.
---@param s hum.Scan
---@param first integer
---@param old_last integer
---@param new_last integer
local function invalidate(s, first, old_last, new_last)
  local shift = new_last - old_last
  local count = vim.api.nvim_buf_line_count(s.buf)
  local asked = s.count + shift ~= count
  s.count = count
  if first >= s.known then return end
  local dirty = s.dirty
  if asked or old_last > s.known or count - new_last < NEAR_END then
    s.known = first
    if dirty and dirty.last > first then
      s.known = math.min(first, dirty.first)
      s.dirty = nil
    end
    return
  end
  s.known = s.known + shift
  if dirty then
    dirty.first = math.min(dirty.first, first)
    dirty.last = math.max(dirty.last, old_last) + shift
    dirty.shift = dirty.shift + shift
  else
    s.dirty = { first = first, last = new_last, shift = shift }
  end
end

--- Reads lines from `row` on, `state[row]` being right, up to `last` or until the states agree with the old ones again.
---@param s hum.Scan
---@param row integer
---@param last integer    first row not to be read
---@param converged number  from this row on, meeting the state that is there already ends the reading
---@return integer row    the row reached: states up to it are right
---@return boolean agreed
local function read(s, row, last, converged)
  local state, next_state = s.state, block.next
  local id = state[row]
  local size = converged < math.huge and FEW or CHUNK
  while row < last do
    local lines = vim.api.nvim_buf_get_lines(s.buf, row, math.min(row + size, last), false)
    size = math.min(2 * size, CHUNK)
    for i = 1, #lines do
      local after = next_state(id, lines[i])
      if after ~= id and block.def(id).fence then s.closings = s.closings + 1 end
      id = after
      row = row + 1
      if row >= converged and state[row] == id then return row, true end
      state[row] = id
    end
    if #lines == 0 then break end
  end
  return row, false
end

---@param s hum.Scan
---@param budget integer
---@return integer left
local function repair(s, budget)
  local dirty = s.dirty
  if not dirty then return budget end
  local from, state = dirty.first, s.state
  if dirty.shift ~= 0 then
    local id = state[from]
    ---@diagnostic disable-next-line: access-invisible  LuaJIT has it
    table.move(state, dirty.last - dirty.shift, s.known - dirty.shift, dirty.last)
    dirty.shift = 0
    if from == dirty.last and state[from] ~= id then -- lines were deleted that had meant something
      state[from] = id
    elseif from == dirty.last then
      s.dirty = nil
      return budget
    end
  end
  local row, agreed = read(s, from, math.min(s.known, from + budget), dirty.last)
  if agreed or row >= s.known then
    s.dirty = nil
  else
    -- The state just written at `row` must not pass for an old one that agrees.
    dirty.first, dirty.last = row, math.max(dirty.last, row + 1)
  end
  return budget - (row - from)
end

---@param s hum.Scan
---@param row integer
---@param budget integer
---@return boolean done
local function advance(s, row, budget)
  s.count = vim.api.nvim_buf_line_count(s.buf)
  row = math.min(row, s.count)
  budget = repair(s, budget)
  if s.known < row and budget > 0 then s.known = read(s, s.known, math.min(row, s.known + budget), math.huge) end
  return not s.dirty and s.known >= row
end

--- Reads the other lines in slices, each in an iteration of the loop of its own, so that keys and tokens come between.
---@param s hum.Scan
---@param row integer
local function later(s, row)
  if s.scheduled then return end
  s.scheduled = true
  vim.defer_fn(function()
    s.scheduled = false
    if scans[s.buf] ~= s or not vim.api.nvim_buf_is_loaded(s.buf) then return end
    if advance(s, row, BUDGET) then
      private.redraw({ buf = s.buf, valid = false })
    else
      later(s, row)
    end
  end, 1)
end

--- Makes the states of rows 0 .. `row` known as far as one budget goes.
---@param buf integer
---@param row integer
---@return hum.Scan?  nil: the buffer is not watched
function M.sync(buf, row)
  local s = scans[buf]
  if not s then return nil end
  if (s.dirty or s.known < row) and not advance(s, row, BUDGET) then later(s, row) end
  return s
end

--- What is known already, without reading a line.
---@param buf integer
---@return hum.Scan?
function M.get(buf) return scans[buf] end

--- State before a row; the nearest known one above when the scan is not there yet.
---@param s hum.Scan
---@param row integer
---@return integer
function M.at(s, row) return s.state[math.min(row, s.known)] end

--- State before a row (row `line_count`: after the last line).
---@param buf integer
---@param row integer
---@return hum.BlockState?
function M.state(buf, row)
  local s = M.sync(buf, row)
  return s and block.def(M.at(s, row)) or nil
end

--- Is all known up to `row`?
---@param buf integer
---@param row integer
---@return boolean
function M.complete(buf, row)
  local s = scans[buf]
  return s ~= nil and not s.dirty and s.known >= math.min(row, s.count)
end

--- Calls `fn` for each change of a watched buffer, from within `on_lines`: it must be quick and change
--- nothing. The colours' modules share this one callback because each one is paid for per token.
---@param key string
---@param fn hum.ScanListener
function M.listen(key, fn) listeners[key] = fn end

--- Sets the function that is called when a buffer is watched no longer.
---@param fn fun(buf: integer)
function M.on_detach(fn) on_detach = fn end

---@param buf integer
---@return hum.Scan
local function reset(buf)
  local s = {
    buf = buf,
    count = vim.api.nvim_buf_line_count(buf),
    state = { [0] = block.FIRST },
    known = 0,
    closings = 0,
    scheduled = false,
  }
  scans[buf] = s
  return s
end

--- Watches a buffer until it is unloaded. Calling it again changes nothing.
---@param buf integer
function M.attach(buf)
  if buf == 0 then buf = vim.api.nvim_get_current_buf() end
  if scans[buf] then return end
  reset(buf)
  vim.api.nvim_buf_attach(buf, false, {
    on_lines = function(_, _, tick, first, old_last, new_last)
      local s = M.get(buf)
      if not s then return true end
      invalidate(s, first, old_last, new_last)
      publish(buf, first, old_last, new_last, s.count, tick)
    end,
    on_reload = function()
      local s = M.get(buf)
      if not s then return end
      local count = reset(buf).count
      publish(buf, 0, s.count, count, count, vim.api.nvim_buf_get_changedtick(buf))
    end,
    on_detach = function()
      local s = M.get(buf)
      if s and vim.api.nvim_buf_is_valid(buf) then s.left = vim.api.nvim_buf_get_changedtick(buf) end
      scans[buf] = nil
      if on_detach then on_detach(buf) end
    end,
  })
end

--- Stops watching.
---@param buf integer
function M.detach(buf) scans[buf] = nil end

return M
