-- What an overflow has shown of a chat and its model: so many tokens were too many, whatever is known of the window. It
-- holds until a request of the chat has been answered, and for this model alone.
local M = {}

---@class hum.FitBound
---@field tokens integer  that a prompt and its answer may have
---@field endpoint string
---@field model string

local bounds = {} ---@type table<integer, hum.FitBound>  by buffer

--- The part of what did not fit that is sent at the most, where the window is not told.
local SHARE = 0.8

--- Less is no window.
local LEAST = 256

---@param buf integer
---@param endpoint string
---@param model string
---@return integer|nil tokens
function M.of(buf, endpoint, model)
  local one = bounds[buf]
  return one and one.endpoint == endpoint and one.model == model and one.tokens or nil
end

--- So many did not fit.
---@param buf integer
---@param endpoint string
---@param model string
---@param tokens integer  as estimated for the model, or counted
---@param window? integer  that the server has told
function M.set(buf, endpoint, model, tokens, window)
  local before = M.of(buf, endpoint, model) or tokens
  local most = window and math.min(window, tokens) or math.floor(math.min(tokens, before) * SHARE)
  bounds[buf] = { tokens = math.max(LEAST, most), endpoint = endpoint, model = model }
end

---@param buf integer
function M.clear(buf) bounds[buf] = nil end

return M
