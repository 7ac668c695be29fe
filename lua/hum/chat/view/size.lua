-- How wide chats at the side are, and how high above or below: as the user left the last one, else as `chat.size` says,
-- else a fair share.
local config = require('hum.config')

local M = {}

---@alias hum.Axis 'width'|'height'

--- What a chat needs to be read.
M.LEAST = { width = 30, height = 10 } ---@type table<hum.Axis, integer>

--- What stays for what it is beside.
local LEFT = { width = 12, height = 3 } ---@type table<hum.Axis, integer>

---@class hum.KeptSize
---@field size integer
---@field whole integer  of the screen then
---@field option number  `chat.size` then: another one counts again

local kept = {} ---@type table<hum.Axis, hum.KeptSize|nil>

--- Of the screen.
---@param axis hum.Axis
---@return integer
local function whole(axis) return axis == 'width' and vim.o.columns or vim.o.lines end

---@param win integer
---@param axis hum.Axis
---@return integer
function M.of(win, axis)
  local get = axis == 'width' and vim.api.nvim_win_get_width or vim.api.nvim_win_get_height
  return get(win)
end

---@param win integer
---@param axis hum.Axis
---@param size integer
function M.set(win, axis, size)
  if axis == 'width' then
    vim.api.nvim_win_set_width(win, size)
  else
    vim.api.nvim_win_set_height(win, size)
  end
end

--- Keeps a size for the next window.
---@param axis hum.Axis
---@param size integer
function M.keep(axis, size) kept[axis] = { size = size, whole = whole(axis), option = config.get().chat.size } end

---@param axis hum.Axis
---@return integer|nil
local function wanted(axis)
  local option, last = config.get().chat.size, kept[axis]
  if last and last.option == option then
    return last.whole == whole(axis) and last.size or math.floor(last.size * whole(axis) / last.whole)
  end
  if option > 0 then return math.floor(option < 1 and option * whole(axis) or option) end
end

--- The size of a chat that shares `room` with `count` windows; nil: there is not enough for all.
---@param axis hum.Axis
---@param room integer
---@param count integer
---@return integer|nil
function M.share(axis, room, count)
  local most = room - 1 - count * LEFT[axis]
  if most < M.LEAST[axis] then return nil end
  local size = wanted(axis) or math.floor((room - 1) / (count + 1))
  return math.max(M.LEAST[axis], math.min(size, most))
end

return M
