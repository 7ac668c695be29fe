-- How full the context window of a chat's model is, as it is shown: in the line above the chat, and at the heading of
-- the message that the user is writing. What is counted comes from the server; what it has not counted yet has a "~".
local count = require('hum.count')

local M = {}

local ns = vim.api.nvim_create_namespace('hum.meter')

---@class hum.Meter
---@field tokens integer     of the next request, about
---@field window? integer    nil: unknown
---@field added integer      those of them that nobody has counted yet
---@field counted boolean    the server has counted all before them
---@field warns boolean      it is nearly full

---@class hum.ShownMeter: hum.Meter
---@field mark? integer  extmark of the heading of what the user writes

local shown = {} ---@type table<integer, hum.ShownMeter>  by buffer

--- Less is not worth a figure: tokens that are new, and of a chat whose window is unknown.
local LEAST_ADDED, LEAST_UNKNOWN = 150, 1000

---@param tokens number
---@param window integer
---@return string
local function percent(tokens, window)
  local share = 100 * tokens / window
  return (share < 1 and '%.1f' or '%.0f'):format(share)
end

--- What the line above the chat says.
---@param buf integer
---@return string|nil text, string|nil group
function M.share(buf)
  local one = shown[buf]
  if not one then return nil end
  local group = one.warns and 'HumWarning' or nil
  local about = (not one.counted or one.added >= LEAST_ADDED) and '~' or ''
  if one.window then
    return ('%s%s %% of %s'):format(about, percent(one.tokens, one.window), count.short(one.window)), group
  end
  if one.tokens < LEAST_UNKNOWN then return nil end
  return ('%s%s of ? tokens'):format(about, count.grouped(one.tokens))
end

--- What stands at the heading of what the user writes: its own tokens, and how full it makes the window.
---@param buf integer
---@param row integer  of a heading
---@return string|nil text, string|nil group
function M.at(buf, row)
  local one = shown[buf]
  if not one or not one.mark or one.added < LEAST_ADDED then return nil end
  local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, one.mark, {})
  if at[1] ~= row then return nil end
  local text = ('~%s tokens'):format(count.grouped(one.added))
  if one.window then
    text = ('%s, %s %% of %s'):format(text, percent(one.tokens, one.window), count.short(one.window))
  end
  return text, one.warns and 'HumWarning' or 'HumDetails'
end

--- Sets what is shown.
---@param buf integer
---@param meter hum.Meter|nil
---@param row? integer  of the heading of what the user writes
---@return boolean changed
function M.set(buf, meter, row)
  local before = shown[buf]
  vim.api.nvim_buf_clear_namespace(buf, ns, 0, -1)
  if not meter then
    shown[buf] = nil
    return before ~= nil
  end
  local one = meter --[[@as hum.ShownMeter]]
  one.mark = row and vim.api.nvim_buf_set_extmark(buf, ns, row, 0, { right_gravity = false }) or nil
  shown[buf] = one
  return not before
    or before.tokens ~= one.tokens
    or before.window ~= one.window
    or before.added ~= one.added
    or before.warns ~= one.warns
end

--- Whether anything is shown of a chat.
---@param buf integer
---@return boolean
function M.is_shown(buf) return shown[buf] ~= nil end

---@param buf integer
function M.forget(buf) shown[buf] = nil end

return M
