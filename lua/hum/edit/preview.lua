-- hum's model of one edit in a buffer: the old lines, the hunks that the answer has brought so far, and where they are
-- now. It changes nothing in the buffer (accept.lua does) and draws nothing: whoever shows it subscribes.
--
--   subscribe(fn)  fn(preview, what, arg) is called with
--     'fed'    { reset, finished, rows }  more of the answer: hunks that finished, the first new row of the open part
--     'phase'  another phase
--     'hunks'  hunks whose state or conflict is another now
--     'moved'  rows may have moved; called soon after the change, settle() then has them
--     'over'   the answer has ended
--     'gone'   there is no preview any more
local block = require('hum.place.block')
local fault = require('hum.fault')
local feeding = require('hum.edit.feeding')
local hunks = require('hum.edit.hunk')
local new_track = require('hum.edit.track').new

---@class hum.edit.Open  what is certain of the part that is being written
---@field at integer      the old line in front of which it stands, from 1
---@field rows string[]

---@class hum.edit.Preview
---@field id integer
---@field buf integer
---@field first integer   the range's first line when the edit began, from 1
---@field old string[]
---@field label string    what it is called
---@field hunks hum.edit.Hunk[]  those that have finished, by their place
---@field open hum.edit.Open
---@field tail string     the beginning of the line that is being written
---@field reached integer  so many old lines have been passed
---@field phase 'waiting'|'thinking'|'streaming'|'done'|'stopped'|'failed'|'refused'
---@field since integer   of the phase, ms
---@field instruction? string
---@field model? string
---@field share? number   of the prompt that the server has read
---@field fault? { code?: string, message: string, hint?: string }
---@field answer? string  all of it, once it has ended
---@field shrunk? boolean  more than a third of the range would go
---@field all? boolean    hunks that finish later are accepted, too
---@field forced? boolean  even if much goes with them
---@field unwanted? boolean  all that comes yet is rejected
---@field over boolean    nothing more comes
---@field gone boolean
---@field review boolean  its hunks stand in the file already
---@field set? any        what `:Hum undo` takes back together
---@field attempts? any
---@field attempt? integer
---@field reserved? integer  the id of the hunk that is being written
---@field track hum.edit.Track
---@field listeners function[]
---@field quiet boolean   hum itself changes the buffer
---@field told boolean    changes will be looked at soon
---@field moved boolean   something was found, and is not told yet
---@field close fun()     called once when it goes
local Preview = {}
Preview.__index = Preview

local M = {}

local last_id, last_hunk = 0, 0

--- So many lines around a range are known again when all of a buffer was replaced.
local AROUND = 60

-- ---- telling ---------------------------------------------------------------------------------

---@param fn fun(preview: hum.edit.Preview, what: string, arg: any)
function Preview:subscribe(fn) table.insert(self.listeners, fn) end

---@param what string
---@param arg any
function Preview:tell(what, arg)
  for _, fn in ipairs(self.listeners) do
    fault.guard('a preview', fn, self, what, arg)
  end
end

--- One 'moved' for all changes of a turn of the loop.
function Preview:look_soon()
  if self.told then return end
  self.told = true
  vim.schedule(function()
    self.told = false
    if self.gone then return end
    self:settle()
    if self.moved then self:tell('moved') end
    self.moved = false
  end)
end

---@param phase 'waiting'|'thinking'|'streaming'
function Preview:enter(phase)
  if self.phase == phase then return end
  self.phase, self.since = phase, vim.uv.now()
  self:tell('phase')
end

-- ---- places ----------------------------------------------------------------------------------

function Preview:refresh()
  local others = {}
  for _, hunk in ipairs(self.hunks) do
    if hunks.refresh(hunk, self.review) then others[#others + 1] = hunk end
  end
  if #others > 0 then self:tell('hunks', others) end
end

--- Brings rows and states up to date after changes of the buffer. Costs nothing if there were none.
function Preview:settle()
  if self.gone or not vim.api.nvim_buf_is_loaded(self.buf) then return end
  if not self.track:settle() then return end
  self.moved = true
  self:refresh()
end

--- The lines that are the range now, from 1. Of an empty range the last is the line above the first.
---@return integer first, integer last
function Preview:range()
  self:settle()
  return self.track.top + 1, self.track.top + self.track.rows
end

--- Where a line of `old` is now.
---@param i integer  from 1; one more than there are: the row behind
---@return integer row  from 0
function Preview:row_of(i)
  self:settle()
  return self.track:row_of(i)
end

--- The hunk at a row: of one that has no lines in the buffer, the row below it; behind the buffer's end, the last row.
---@param row integer  from 0
---@return hum.edit.Hunk|nil
function Preview:hunk_at(row)
  self:settle()
  local count = vim.api.nvim_buf_line_count(self.buf)
  for _, hunk in ipairs(self.hunks) do
    local first = math.min(hunk.row, count - 1)
    if row >= first and row < math.max(hunk.row + hunk.rows, first + 1) then return hunk end
  end
end

--- Those that can be accepted: finished, not decided, and not in conflict.
---@return hum.edit.Hunk[]
function Preview:open_hunks()
  self:settle()
  return vim.tbl_filter(function(hunk) return hunk.state == 'finished' and not hunk.conflict end, self.hunks)
end

--- Does it still stream, or has it hunks about which nothing is decided?
---@return boolean
function Preview:is_live()
  if self.gone then return false end
  if not self.over then return true end
  self:settle()
  for _, hunk in ipairs(self.hunks) do
    if hunk.state == 'finished' then return true end
  end
  return false
end

-- ---- what comes ------------------------------------------------------------------------------

---@param one hum.edit.Change
---@return hum.edit.Hunk
function Preview:add(one)
  local hunk = hunks.new(self:next_id(), one, self.old, self.first)
  self.reserved = nil
  hunk.refused = self.unwanted
  self.track:add(hunk.site)
  table.insert(self.hunks, hunk)
  return hunk
end

--- Finds hunks that have just come: who shows them is told of them as such, and of others that are another now.
---@param fresh hum.edit.Hunk[]
function Preview:find(fresh)
  local looked = self.track:settle()
  for _, hunk in ipairs(fresh) do
    hunks.refresh(hunk, self.review)
  end
  if looked then self:refresh() end
end

--- The id of the hunk that finishes next.
---@return integer
function Preview:next_id()
  if not self.reserved then
    last_hunk = last_hunk + 1
    self.reserved = last_hunk
  end
  return self.reserved
end

--- So many lines would go with all hunks that are not rejected.
---@return integer
function Preview:gone_lines()
  local count = 0
  for _, hunk in ipairs(self.hunks) do
    if not hunk.refused then count = count + math.max(#hunk.old - #hunk.new, 0) end
  end
  return count
end

--- Would more than a third of the lines go? Whether that is wanted is known at the end.
---@return boolean
function Preview:takes_much()
  if self.over then return self.shrunk == true end
  return self:gone_lines() * 3 > #self.old
end

--- Takes an event: `sent` (to a model), `progress`, `part`, `hunks`, `again`, and its one ending.
---@param name string
---@param data table
function Preview:feed(name, data)
  if not self.gone and not self.over then feeding.take(self, name, data) end
end

-- ---- coming and going ------------------------------------------------------------------------

--- Takes it away. What was accepted stays.
function Preview:drop()
  if self.gone then return end
  self.gone, self.over = true, true
  self.close()
  self:tell('gone')
end

--- Watches the buffer until the preview goes. `:e!` unloads a buffer and loads it again: its lines may be others.
function Preview:watch()
  vim.api.nvim_buf_attach(self.buf, false, {
    on_lines = function(_, _, _, first, last, now)
      if self.gone then return true end
      if self.quiet then return end
      self.track:note(first, last, now - first)
      self:look_soon()
    end,
    on_reload = function()
      if self.gone then return end
      self.track:lost()
      self:look_soon()
    end,
    on_detach = vim.schedule_wrap(function()
      if self.gone then return end
      if not vim.api.nvim_buf_is_loaded(self.buf) then return self:drop() end
      self:watch()
      self.track:lost()
      self:settle()
      self:tell('moved')
    end),
  })
end

---@class hum.edit.PreviewOpts
---@field buf integer
---@field first integer    lines from 1
---@field last integer     first - 1: nothing is replaced
---@field label string
---@field instruction? string
---@field old? string[]    if other lines are there: the hunks have been taken
---@field set? any
---@field attempts? any
---@field attempt? integer
---@field close? fun()     called once when it goes

---@param opts hum.edit.PreviewOpts
---@return hum.edit.Preview
function M.new(opts)
  local buf, first, last = opts.buf, opts.first, opts.last
  local function read(from, to) return vim.api.nvim_buf_get_lines(buf, from, to, false) end
  local old = opts.old or read(first - 1, last)
  last_id = last_id + 1
  local preview = setmetatable({
    id = last_id,
    buf = buf,
    first = first,
    old = old,
    label = opts.label,
    hunks = {},
    open = { at = 1, rows = {} },
    tail = '',
    reached = 0,
    phase = 'waiting',
    since = vim.uv.now(),
    instruction = opts.instruction,
    review = opts.old ~= nil,
    over = false,
    gone = false,
    set = opts.set,
    attempts = opts.attempts,
    attempt = opts.attempt,
    listeners = {},
    quiet = false,
    told = false,
    moved = false,
    close = opts.close or function() end,
    track = new_track({
      old = old,
      top = first - 1,
      rows = opts.old and last - first + 1 or nil,
      before = read(math.max(first - 1 - AROUND, 0), first - 1),
      after = read(last, last + AROUND),
      read = read,
      count = function() return vim.api.nvim_buf_line_count(buf) end,
      changenr = function() return block.changenr(buf) end,
    }),
  }, Preview)
  preview:watch()
  return preview
end

return M
