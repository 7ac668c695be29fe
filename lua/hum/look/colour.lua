-- Colours as numbers, 0xRRGGBB: how well one is read on another, how far apart two are, and what lies between them.
-- Pure.
local bit = require('bit')

local M = {}

---@param rgb integer
---@return number, number, number  each 0 to 1
local function channels(rgb)
  return bit.band(bit.rshift(rgb, 16), 255) / 255, bit.band(bit.rshift(rgb, 8), 255) / 255, bit.band(rgb, 255) / 255
end

---@param r number
---@param g number
---@param b number
---@return integer
local function rgb_of(r, g, b)
  local function byte(x) return math.floor(math.min(1, math.max(0, x)) * 255 + 0.5) end
  return byte(r) * 65536 + byte(g) * 256 + byte(b)
end

--- A channel of sRGB as an amount of light, and back.
---@param x number
---@return number
local function linear(x) return x <= 0.04045 and x / 12.92 or ((x + 0.055) / 1.055) ^ 2.4 end

--- How bright it is, 0 to 1, as WCAG 2 has it.
---@param rgb integer
---@return number
function M.luminance(rgb)
  local r, g, b = channels(rgb)
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
end

--- How well one is read on the other, 1 to 21, as WCAG 2 has it.
---@param a integer
---@param b integer
---@return number
function M.contrast(a, b)
  local la, lb = M.luminance(a), M.luminance(b)
  return (math.max(la, lb) + 0.05) / (math.min(la, lb) + 0.05)
end

--- Lightness, and how red and how yellow it is: CIELAB under D65.
---@param rgb integer
---@return number l, number a, number b
function M.lab(rgb)
  local r, g, b = channels(rgb)
  r, g, b = linear(r), linear(g), linear(b)
  local function f(t) return t > 216 / 24389 and t ^ (1 / 3) or (24389 / 27 * t + 16) / 116 end
  local x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047)
  local y = f(0.2126729 * r + 0.7151522 * g + 0.0721750 * b)
  local z = f((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883)
  return 116 * y - 16, 500 * (x - y), 200 * (y - z)
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

--- What lies between them: `share` of the second.
---@param a integer
---@param b integer
---@param share number  0 to 1
---@return integer
function M.blend(a, b, share)
  local r1, g1, b1 = channels(a)
  local r2, g2, b2 = channels(b)
  return rgb_of(r1 + (r2 - r1) * share, g1 + (g2 - g1) * share, b1 + (b2 - b1) * share)
end

return M
