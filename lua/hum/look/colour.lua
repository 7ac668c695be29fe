-- Colours as numbers, 0xRRGGBB: how well one is read on another, how far apart two are, and what lies between them.
-- Pure.
local bit = require('bit')

local M = {}

M.BLACK, M.WHITE = 0x000000, 0xffffff

---@param rgb integer
---@return number, number, number  each 0 to 255
local function channels(rgb) return bit.rshift(rgb, 16), bit.band(bit.rshift(rgb, 8), 255), bit.band(rgb, 255) end

local LIGHT = {} ---@type table<number, number>
for i = 0, 255 do
  local x = i / 255
  LIGHT[i] = x <= 0.04045 and x / 12.92 or ((x + 0.055) / 1.055) ^ 2.4
end

--- How much light the channels of sRGB are, each 0 to 1.
---@param rgb integer
---@return number, number, number
local function light(rgb)
  local r, g, b = channels(rgb)
  return LIGHT[r] or 0, LIGHT[g] or 0, LIGHT[b] or 0
end

-- The same few colours are asked for again and again while a palette is made.
local MOST = 4096
local count = 0
local luminances = {} ---@type table<integer, number>
local labs = {} ---@type table<integer, { l: number, a: number, b: number }>

local function make_room()
  count = count + 1
  if count <= MOST then return end
  count, luminances, labs = 0, {}, {}
end

--- How bright it is, 0 to 1, as WCAG 2 has it.
---@param rgb integer
---@return number
function M.luminance(rgb)
  local known = luminances[rgb]
  if known then return known end
  make_room()
  local r, g, b = light(rgb)
  luminances[rgb] = 0.2126 * r + 0.7152 * g + 0.0722 * b
  return luminances[rgb]
end

--- How well one is read on the other, 1 to 21, as WCAG 2 has it.
---@param a integer
---@param b integer
---@return number
function M.contrast(a, b)
  local la, lb = M.luminance(a), M.luminance(b)
  return (math.max(la, lb) + 0.05) / (math.min(la, lb) + 0.05)
end

---@param t number
---@return number
local function lightness(t) return t > 216 / 24389 and t ^ (1 / 3) or (24389 / 27 * t + 16) / 116 end

--- Lightness, and how red and how yellow it is: CIELAB under D65.
---@param rgb integer
---@return number l, number a, number b
function M.lab(rgb)
  local known = labs[rgb]
  if known then return known.l, known.a, known.b end
  make_room()
  local r, g, b = light(rgb)
  local x = lightness((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047)
  local y = lightness(0.2126729 * r + 0.7151522 * g + 0.0721750 * b)
  local z = lightness((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883)
  labs[rgb] = { l = 116 * y - 16, a = 500 * (x - y), b = 200 * (y - z) }
  return M.lab(rgb)
end

--- How far apart they look: CIE76. 2 can just be seen; 100 is from black to white.
---@param a integer
---@param b integer
---@return number
function M.distance(a, b)
  local l1, a1, b1 = M.lab(a)
  local l2, a2, b2 = M.lab(b)
  return math.sqrt((l1 - l2) ^ 2 + (a1 - a2) ^ 2 + (b1 - b2) ^ 2)
end

--- How far it is from grey.
---@param rgb integer
---@return number
function M.chroma(rgb)
  local _, a, b = M.lab(rgb)
  return math.sqrt(a * a + b * b)
end

--- Its hue, in degrees: 0 is a purplish red, 40 red, 100 yellow, 135 green, 195 cyan, 300 blue.
---@param rgb integer
---@return number  0 to 360
function M.hue(rgb)
  local _, a, b = M.lab(rgb)
  return math.deg(math.atan2(b, a)) % 360
end

--- What lies between them: `share` of the second. Towards white or black the hue stays.
---@param a integer
---@param b integer
---@param share number  0 to 1
---@return integer
function M.blend(a, b, share)
  local r1, g1, b1 = channels(a)
  local r2, g2, b2 = channels(b)
  local function between(from, to) return math.floor(from + (to - from) * share + 0.5) end
  return between(r1, r2) * 65536 + between(g1, g2) * 256 + between(b1, b2)
end

--- The same hue with less grey in it; as bright as it can be, or no brighter.
---@param rgb integer
---@param bright boolean
---@return integer
function M.vivid(rgb, bright)
  local r, g, b = channels(rgb)
  local grey = 0.85 * math.min(r, g, b)
  local by = bright and 255 / math.max(r - grey, g - grey, b - grey, 1) or 1
  local function part(x) return math.floor((x - grey) * by + 0.5) end
  return part(r) * 65536 + part(g) * 256 + part(b)
end

--- The end of the way from a background on which text is read better.
---@param background integer
---@return integer
function M.opposite(background)
  return M.contrast(background, M.WHITE) >= M.contrast(background, M.BLACK) and M.WHITE or M.BLACK
end

return M
