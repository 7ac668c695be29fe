-- What an overflow has shown of a chat: so many tokens were too many, whatever is known of the window. It holds until
-- a request of the chat has been answered.
local M = {}

local bounds = {} ---@type table<integer, integer>  by buffer, in tokens

--- The part of what did not fit that is sent at the most, where the window is not told.
local SHARE = 0.8

---@param buf integer
---@return integer|nil tokens  that a prompt and its answer may have
function M.of(buf) return bounds[buf] end

--- So many did not fit.
---@param buf integer
---@param tokens integer  as estimated for the model, or counted
---@param window? integer  that the server has told
function M.set(buf, tokens, window)
  local most = math.floor(math.min(tokens, bounds[buf] or tokens) * SHARE)
  bounds[buf] = math.max(256, window and math.min(window, tokens) or most)
end

---@param buf integer
function M.clear(buf) bounds[buf] = nil end

return M
