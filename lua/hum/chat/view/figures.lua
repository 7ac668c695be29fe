-- The figures of a reply in words: what has been measured comes in, text goes out; where it stands,
-- hum.chat.view.notes says.
local count = require('hum.count')
local separator = require('hum.look.glyphs').separator

local M = {}

---@param rate number
---@return string
local function rate_text(rate) return (rate < 10 and '%.1f tokens/s' or '%.0f tokens/s'):format(rate) end

---@param ms number
---@return string
local function first_text(ms)
  local seconds = ms / 1000
  local digits = seconds < 0.1 and '%.3f' or seconds < 10 and '%.2f' or '%.0f'
  return ('first token %s s'):format(digits:format(seconds))
end

--- What of the context a chat fills once a reply is there.
---@param stats hum.Stats
---@return number|nil  tokens; nil: the server has not counted them
local function filled(stats)
  local prompt = stats.prompt_tokens
  return stats.filled or prompt and prompt > 0 and stats.tokens and prompt + stats.tokens or nil
end

--- How much of the model's context a chat fills, question and reply: "4 % of 8k".
---@param stats hum.Stats
---@return string|nil  nil: that is not known
function M.share(stats)
  local tokens, window = filled(stats), stats.window
  if not tokens or not window or window <= 0 then return nil end
  local percent = 100 * tokens / window
  local digits = percent < 1 and '%.1f' or '%.0f'
  return ('%s %% of %s'):format(digits:format(percent), count.short(window))
end

---@param stats hum.Stats
---@return string|nil
local function prompt_text(stats)
  local prompt, cached = stats.prompt_tokens or 0, stats.cached_tokens or 0
  if prompt == 0 then return cached > 0 and ('%d cached'):format(cached) or nil end
  return ('prompt %d'):format(prompt) .. (cached > 0 and (', %d cached'):format(cached) or '')
end

--- The figures, each of which stays in one piece. What hum has counted or measured itself has a "~" before it.
---@param stats hum.Stats
---@return string[]  { "512 tokens", "61 tokens/s", "first token 0.30 s", "prompt 34", "7 % of 8k" }; none: nothing came
function M.parts(stats)
  if (stats.tokens or 0) == 0 then return {} end
  local parts = { ('%s%d token%s'):format(stats.counted and '' or '~', stats.tokens, stats.tokens == 1 and '' or 's') }
  local rate = stats.tokens_per_second
  if rate then parts[#parts + 1] = (stats.server and '' or '~') .. rate_text(rate) end
  if stats.ttft_ms then parts[#parts + 1] = first_text(stats.ttft_ms) end
  parts[#parts + 1] = prompt_text(stats)
  parts[#parts + 1] = M.share(stats)
  return parts
end

--- All of them in a line.
---@param stats hum.Stats
---@return string  '' if nothing came
function M.text(stats) return table.concat(M.parts(stats), separator()) end

--- The same in as many lines as it takes: one that is too wide is broken between figures alone.
---@param stats hum.Stats
---@param width integer  cells
---@return string[]
function M.lines(stats, width)
  local lines, gap = {}, separator()
  for _, part in ipairs(M.parts(stats)) do
    local last = lines[#lines]
    local more = last and last .. gap .. part
    if more and vim.fn.strdisplaywidth(more) <= width then
      lines[#lines] = more
    else
      lines[#lines + 1] = part
    end
  end
  return lines
end

return M
