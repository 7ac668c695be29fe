-- The colours that can be shown: all of them, or the 256, 16 or 8 of a terminal. Pure.
local colour = require('hum.look.colour')

local M = {}

---@class hum.Space
---@field fit fun(target: integer, ok: fun(rgb: integer): boolean?): integer|nil  the nearest that will do
---@field index? fun(rgb: integer): integer  its number in the terminal
---@field read? fun(index: integer, is_background?: boolean): integer  what that shows for a number
---@field hues? integer[]  if there are too few for tints: what a scheme with colours may have beside its own
---@field is_bold_bright? boolean  bold text is in another colour, a brighter one

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
M.all = { fit = shift }

-- The first 16, as xterm has them, and as a Linux console does. Other terminals have palettes near to the former.
-- stylua: ignore
local XTERM = {
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
  0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
}
-- stylua: ignore
local CONSOLE = {
  0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa,
  0x555555, 0xff5555, 0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff,
}
local LEVELS = { 0x00, 0x5f, 0x87, 0xaf, 0xd7, 0xff } ---@type integer[]

---@param index integer  of the colours from 16 on, which are the same everywhere
---@return integer, integer, integer  each 0 to 255
local function channels(index)
  if index >= 232 then
    local grey = 8 + (index - 232) * 10
    return grey, grey, grey
  end
  local n = index - 16
  return LEVELS[math.floor(n / 36) + 1], LEVELS[math.floor(n / 6) % 6 + 1], LEVELS[n % 6 + 1]
end

--- What a terminal shows for a number of its 256 colours.
---@param index integer
---@return integer
function M.rgb(index)
  if index < 16 then return XTERM[index + 1] or 0 end
  local r, g, b = channels(index)
  return r * 0x10000 + g * 0x100 + b
end

--- What a Linux console shows for it: one of 16, of 8 as a background, as its driver finds them (rgb_foreground and
--- rgb_background of drivers/tty/vt/vt.c).
---@param index integer
---@param is_background? boolean
---@return integer
function M.console_rgb(index, is_background)
  if index < 16 then return CONSOLE[index + 1] or 0 end
  local r, g, b = channels(index)
  local most = math.max(r, g, b)
  local least = is_background and 0x7f or most / 2
  local hue = 0 ---@type integer
  if r > least then hue = hue + 1 end
  if g > least then hue = hue + 2 end
  if b > least then hue = hue + 4 end
  if is_background then return M.console_rgb(hue) end
  if hue == 7 and most <= 0x55 then return M.console_rgb(8) end
  return M.console_rgb(most > 0xaa and hue + 8 or hue)
end

---@param first integer
---@param last integer
---@param read fun(index: integer, is_background?: boolean): integer
---@return hum.Space
local function of(first, last, read)
  local numbers = {} ---@type table<integer, integer>
  local all = {} ---@type { rgb: integer, l: number, a: number, b: number }[]
  for index = last, first, -1 do
    local rgb = read(index)
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
  local hues = last < 255 and { read(4), read(6), read(2), read(5), read(12) } or nil
  return {
    hues = hues,
    is_bold_bright = last == 7 or read == M.console_rgb,
    read = read,
    fit = fit,
    index = function(rgb) return numbers[rgb] end,
  }
end

---@type table<string, hum.Space>
local made = {}

--- Those of a terminal with so many. Of 256 those are used that are the same in every terminal.
---@param count integer
---@param is_console? boolean  it is a Linux console: Neovim takes it for one of 256
---@return hum.Space
function M.of(count, is_console)
  local name = is_console and 'console' or count >= 256 and '256' or count >= 16 and '16' or '8'
  if not made[name] then
    local first, last = 0, name == '8' and 7 or 15
    if name == '256' then
      first, last = 16, 255
    end
    made[name] = of(first, last, is_console and M.console_rgb or M.rgb)
  end
  return made[name]
end

return M
