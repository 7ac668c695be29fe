-- How the pieces of a reply arrive: one by one, as they are made, or held back and sent in blocks, as a proxy that
-- buffers does. Pure.
local M = {}

--- Pieces that come within so many ms of each other were sent in one go: no model is that fast for long.
local TOGETHER = 2

--- Fewer say nothing.
local LEAST = 8

--- So many at a time, so far apart in ms, are blocks. Fewer may be a server that sends some tokens for each event.
local BLOCK, APART = 4, 80

--- A whole reply in one go is no wonder so soon after it was asked for, in ms, or if the server took no longer for it.
local SOON, SLOW = 500, 100

---@class hum.Arrival
---@field kind 'few'|'steady'|'groups'|'blocks'|'once'|'fast'
---@field pieces integer
---@field each number   pieces that come together, on the average
---@field apart number  ms between those, the median
---@field span number   ms from the first to the last

---@param times number[]
---@return number[]
local function gaps_of(times)
  local gaps = {}
  for i = 2, #times do
    gaps[#gaps + 1] = times[i] - times[i - 1]
  end
  return gaps
end

---@param numbers number[]
---@return number
local function median(numbers)
  local sorted = vim.deepcopy(numbers)
  table.sort(sorted)
  return sorted[math.floor(#sorted / 2) + 1] or 0
end

--- The pauses between groups of pieces. Neovim itself may be late by some ms within one: what is much shorter than
--- the others is none.
---@param times number[]
---@return number[]
local function pauses_of(times)
  local function longer_than(least)
    return vim.tbl_filter(function(gap) return gap >= least end, gaps_of(times))
  end
  return longer_than(math.max(TOGETHER, median(longer_than(TOGETHER)) / 4))
end

--- Whether a reply that came all at once was held back.
---@param first number
---@param took? number
---@return boolean
local function is_held(first, took)
  if took then return took > SLOW end
  return first > SOON
end

---@param times number[]  when each piece came, in ms since it was asked for
---@param took? number     ms that the server says it was at work on them
---@return hum.Arrival
function M.judge(times, took)
  local pauses = pauses_of(times)
  local each, apart = #times / (#pauses + 1), median(pauses)
  local span = #times > 0 and times[#times] - times[1] or 0
  local kind
  if #times < LEAST then
    kind = 'few'
  elseif span / (#times - 1) < TOGETHER then
    kind = is_held(times[1], took) and 'once' or 'fast'
  elseif each >= BLOCK and apart >= APART then
    kind = 'blocks'
  else
    kind = each >= 1.5 and 'groups' or 'steady'
  end
  return { kind = kind, pieces = #times, each = each, apart = apart, span = span }
end

local CURE = {
  "Switch off the proxy's buffering for this address: nginx: proxy_buffering off; Caddy: flush_interval -1;",
  'Apache: SetEnv proxy-sendchunked 1 and no mod_deflate. A compressing proxy holds replies back, too.',
}

---@param ms number
---@return string
local function seconds(ms) return ('%.1f s'):format(ms / 1000) end

---@param a hum.Arrival
---@param first number  ms until the first piece
---@return boolean ok, string text, string[]|nil advice
function M.describe(a, first)
  if a.kind == 'few' then
    return true, ('the reply came in %d pieces: too few to tell how tokens arrive'):format(a.pieces)
  elseif a.kind == 'fast' then
    return true, ('%d tokens arrived at once: too fast to tell whether something holds them back'):format(a.pieces)
  elseif a.kind == 'once' then
    local text = 'all %d tokens arrived at once, after %s: something on the way holds the reply back'
    return false, text:format(a.pieces, seconds(first)), CURE
  elseif a.kind == 'blocks' then
    local text = 'tokens arrive in blocks of about %.0f every %s: something on the way holds them back'
    return false, text:format(a.each, seconds(a.apart)), CURE
  elseif a.kind == 'groups' then
    return true, ('tokens arrive about %.1f at a time, %d in %s'):format(a.each, a.pieces, seconds(a.span))
  end
  return true, ('tokens arrive one by one, %d in %s'):format(a.pieces, seconds(a.span))
end

return M
