-- The colours that can be shown: all of them, or the 256, 16 or 8 of a terminal. Pure.
local colour = require('hum.look.colour')

local M = {}

---@class hum.Space
---@field fit fun(target: integer, ok: fun(rgb: integer): boolean?): integer|nil  the nearest colour that will do
---@field index? fun(rgb: integer): integer  its number in the terminal
---@field is_few boolean  so few that tints cannot be had

-- Steps in which a colour is made lighter or darker.
local STEPS = 40

--- Lighter or darker, whichever needs less, until it will do.
---@param target integer
---@param ok fun(rgb: integer): boolean?
---@return integer|nil
local function shift(target, ok)
  for i = 0, STEPS do
    local lighter = colour.blend(target, colour.WHITE, i / STEPS)
    if ok(lighter) then return lighter end
    local darker = colour.blend(target, colour.BLACK, i / STEPS)
    if ok(darker) then return darker end
  end
end

---@type hum.Space
M.all = { fit = shift, is_few = false }

-- As xterm has them. Terminals have palettes of their own for the first 16, near to these.
-- stylua: ignore
local FIRST = {
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
  0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
}
--- Of these, those with a hue that is read on black or on white.
M.HUES = { FIRST[5], FIRST[7], FIRST[3], FIRST[6], FIRST[13] }

local LEVELS = { 0x00, 0x5f, 0x87, 0xaf, 0xd7, 0xff } ---@type integer[]

--- What a terminal shows for a number of its 256 colours.
---@param index integer
---@return integer
function M.rgb(index)
  if index < 16 then return FIRST[index + 1] or 0 end
  if index >= 232 then return (8 + (index - 232) * 10) * 0x010101 end
  local n = index - 16
  local r, g, b = math.floor(n / 36), math.floor(n / 6) % 6, n % 6
  return LEVELS[r + 1] * 0x10000 + LEVELS[g + 1] * 0x100 + LEVELS[b + 1]
end

---@type table<integer, hum.Space>  by their last number
local made = {}

---@param first integer
---@param last integer
---@return hum.Space
local function of(first, last)
  local numbers = {} ---@type table<integer, integer>
  local all = {} ---@type { rgb: integer, l: number, a: number, b: number }[]
  for index = last, first, -1 do
    local rgb = M.rgb(index)
    if not numbers[rgb] then
      local l, a, b = colour.lab(rgb)
      all[#all + 1] = { rgb = rgb, l = l, a = a, b = b }
    end
    numbers[rgb] = index
  end
  local function fit(target, ok)
    local best, nearest = nil, math.huge
    local l, a, b = colour.lab(target)
    for _, one in ipairs(all) do
      local far = (one.l - l) ^ 2 + (one.a - a) ^ 2 + (one.b - b) ^ 2
      if far < nearest and ok(one.rgb) then
        best, nearest = one.rgb, far
      end
    end
    return best
  end
  return { is_few = last < 255, fit = fit, index = function(rgb) return numbers[rgb] end }
end

--- Those of a terminal with so many. Of 256 those are used that are the same in every terminal.
---@param count integer
---@return hum.Space
function M.of(count)
  local first, last = 16, 255
  if count < 256 then
    first, last = 0, count >= 16 and 15 or 7
  end
  made[last] = made[last] or of(first, last)
  return made[last]
end

return M
