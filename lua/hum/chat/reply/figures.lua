-- The figures of a reply that has come in several parts. Pure.
local M = {}

--- Seconds that a part has taken by its rate.
---@param stats hum.Stats
---@return number|nil
local function seconds(stats)
  local rate = stats.tokens_per_second
  return rate and rate > 0 and stats.tokens / rate or nil
end

--- Those of a reply and of what has been added to it.
---@param before? hum.Stats
---@param stats? hum.Stats
---@return hum.Stats|nil
function M.sum(before, stats)
  if not before or not stats then return stats or before end
  if (stats.tokens or 0) == 0 then return before end
  local one, two = seconds(before), seconds(stats)
  local tokens = before.tokens + stats.tokens
  return vim.tbl_extend('force', stats, {
    tokens = tokens,
    tokens_per_second = one and two and tokens / (one + two) or stats.tokens_per_second,
    ttft_ms = before.ttft_ms,
    total_ms = (before.total_ms or 0) + (stats.total_ms or 0),
    filled = stats.prompt_tokens and stats.prompt_tokens + stats.tokens, -- the prompt had what was there before
    counted = before.counted and stats.counted,
    server = before.server and stats.server,
  }) --[[@as hum.Stats]]
end

return M
