-- Which messages of a chat are sent to a model whose context window does not hold them all. Pure.
--
-- What is sent begins with one message, and those behind it follow to the last: so the server's prompt cache holds from
-- one request to the next. Therefore that first message stays the same until the window is full again, and then moves
-- in one big step, down to half of the window.
local M = {}

--- The part of the window that is filled at the most, for sizes are estimates, and what is left after a step.
local FULL, STEP = 0.95, 0.5

--- Where the window has become larger, all is sent again if it takes no more than this part of the room.
local LARGER = 0.9

--- A reply is given a quarter of the window, at most so much, if nothing says how long it may be.
local REPLY_SHARE, REPLY_MOST = 0.25, 4096

--- Tokens that an answer has in any case, where the last message takes the rest.
local LEAST_REPLY = 256

---@class hum.FitAsked
---@field sizes integer[]    tokens of each message behind the system message, in order
---@field system integer     of the system message, its rules and all; 0: there is none
---@field window? integer    nil: unknown
---@field reserve? integer   for the answer
---@field from? integer      the first message that is sent by now; 1: all
---@field starts? boolean[]  which messages may be the first: those of the user. nil: all
---@field larger? boolean    the window is larger than the one that did not hold them all
---@field least? integer     the least message that may be the first: what an overflow has shown not to fit

---@class hum.FitPlan
---@field from integer     the first message that is sent
---@field reason? 'full'|'grown'  why it is another one than before
---@field tokens integer   of all that is sent
---@field room? integer    that there is for it; nil: unknown
---@field fits boolean     false: the last message alone is too long. Nobody leaves it out

---@param window integer
---@param reserve? integer
---@return integer  tokens that are kept free for the answer: never more than half of the window
function M.reserve(window, reserve)
  local usual = math.min(REPLY_MOST, math.floor(window * REPLY_SHARE))
  return math.min(reserve or usual, math.floor(window / 2))
end

--- Tokens from a message to the last.
---@param asked hum.FitAsked
---@param from integer
---@return integer
local function sum(asked, from)
  local tokens = asked.system
  for i = from, #asked.sizes do
    tokens = tokens + asked.sizes[i]
  end
  return tokens
end

---@param asked hum.FitAsked
---@param i integer
---@return boolean
local function may_start(asked, i) return i == #asked.sizes or not asked.starts or asked.starts[i] == true end

--- The first message from which on all fits, and that may be the first.
---@param asked hum.FitAsked
---@param from integer
---@param room number
---@return integer
local function first_fitting(asked, from, room)
  local tokens, last = sum(asked, from), #asked.sizes
  while from < last and (tokens > room or not may_start(asked, from)) do
    tokens = tokens - asked.sizes[from]
    from = from + 1
  end
  return from
end

--- What is sent.
---@param asked hum.FitAsked
---@return hum.FitPlan
function M.plan(asked)
  local last = #asked.sizes
  local before = math.max(1, math.min(asked.from or 1, last))
  local least = math.min(math.max(before, asked.least or 1), math.max(1, last))
  if not asked.window then
    local from = first_fitting(asked, least, math.huge)
    return { from = from, reason = from ~= before and 'full' or nil, tokens = sum(asked, from), fits = true }
  end
  local room = math.max(0, math.floor(asked.window * FULL) - M.reserve(asked.window, asked.reserve))
  -- The system message counts in every step: what is left to messages is halved, not what it takes.
  local step = asked.system + math.max(0, room - asked.system) * STEP
  local from, reason = before, nil ---@type integer, 'full'|'grown'|nil
  if not asked.least and before > 1 and sum(asked, 1) <= (asked.larger and room * LARGER or step) then
    from, reason = 1, 'grown' -- a larger window, or shorter messages: they have room again, and for some time
  elseif sum(asked, least) > room or least > before then
    from, reason = first_fitting(asked, least, step), 'full'
    if from == before then reason = nil end
  end
  local tokens = sum(asked, from)
  -- A short answer is better than none.
  local most = asked.window * FULL - math.min(M.reserve(asked.window, asked.reserve), LEAST_REPLY)
  return { from = from, reason = reason, tokens = tokens, room = room, fits = tokens <= most or last == 0 }
end

return M
