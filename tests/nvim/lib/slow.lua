-- How slow the machine is just now, and the clock by which all limits of waiting are kept.
--
-- The clock runs slower than time by as much as the machine is slower than a quiet one, and what
-- passes while the driver itself does not run does not count for more than a moment. So a limit
-- is the same amount of work on a quiet machine and on one that is busy with other things.
local uv = vim.uv

local M = {}

--- Limits, in milliseconds on a quiet machine. None is for something that is meant to take time.
M.LIMITS = {
  wait = 30000, -- a state that a case waits for
  answer = 30000, -- an answer of a child
  start = 30000, -- a child is ready
  finish = 15000, -- a child ends when it is told to
  case = 300000, -- a whole case
}

-- From the start of a Neovim to its first answer, on a quiet machine with two cases at a time.
local QUIET_START_MS = 40

-- The driver's own loop is to turn this often.
local TURN_MS = 50

-- What counts at most of the time between two looks at the clock.
local MOMENT_MS = 200

local starts, turns = 1, 1 -- how slow, by each of the two measures
local worst = 1
local clock, looked = 0, uv.hrtime() / 1e6

--- Rises at once and falls slowly.
local function follow(former, now) return math.max(1, now, 0.8 * former + 0.2 * now) end

--- How many times slower the machine is than a quiet one; at least 1.
---@return number
function M.factor() return math.max(starts, turns) end

--- The most it has been.
---@return number
function M.worst() return worst end

--- Milliseconds of patience that have passed.
---@return number
function M.now()
  local now = uv.hrtime() / 1e6
  clock = clock + math.min(now - looked, MOMENT_MS) / M.factor()
  looked = now
  return clock
end

local function measured()
  M.now() -- what has passed, by the former measure
  worst = math.max(worst, M.factor())
end

--- Tells how long the start of a Neovim took.
function M.started(ms)
  starts = follow(starts, ms / QUIET_START_MS)
  measured()
end

local function turned(ms)
  -- Some work of the driver's own is no sign of anything.
  turns = follow(turns, ms / TURN_MS / 2)
  measured()
end

local timer = assert(uv.new_timer())
local fired = uv.hrtime() / 1e6
timer:start(TURN_MS, TURN_MS, function()
  local now = uv.hrtime() / 1e6
  turned(now - fired)
  fired = now
end)
timer:unref()

--- Words for what has lasted `ms`, for messages of waits that failed.
---@param ms number of real time
function M.describe(ms)
  return ('%.1f s, the machine is %.1f times slower than a quiet one'):format(ms / 1000, M.factor())
end

return M
