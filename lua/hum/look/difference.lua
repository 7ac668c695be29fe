-- The colours of what an edit adds and removes: those that the scheme has for a diff, where code is read on them as on
-- the background; else its hues, or green and red, as far from the background as code bears. Pure.
local colour = require('hum.look.colour')
local palette = require('hum.look.palette')

local M = {}

-- How far from the background what is added or removed lies, and how far from that its changed words; what of the
-- contrast of code may be lost there, the less the better; and what a scheme of greys gets.
local DIFF_FAR, WORD_FAR, DIFF_LEAST = { 16, 13, 10, 8 }, { 14, 11, 8 }, 5
local LEFT = { 1, 0.9, 0.8, 0.7 }
-- Among 256 colours the next one that is no grey may be far.
local DIFF_MOST = 66
local GREEN, RED_TONE = 0x2ea043, 0xf85149

--- Whether all colours of code are read there about as well as on the background.
---@param of hum.SchemeColours
---@param rgb integer
---@param left number  of their contrast
---@return boolean
local function bears_code(of, rgb, left)
  for _, one in ipairs(of.code) do
    if colour.contrast(one, rgb) < left * math.min(palette.TEXT, colour.contrast(one, of.papers[1])) then
      return false
    end
  end
  return true
end

--- A background moved towards a colour so far that it is seen, and no further than code bears.
---@param of hum.SchemeColours
---@param from integer
---@param towards integer
---@param fars integer[]
---@param others integer[]  what it must not look like
---@return integer|nil
local function moved(of, from, towards, fars, others)
  for _, left in ipairs(LEFT) do
    for _, far in ipairs(fars) do
      local found = from
      for i = 1, 50 do
        found = colour.blend(from, towards, i / 50)
        if colour.distance(found, from) >= far then break end
      end
      local function ok(rgb)
        local seen, most = colour.distance(rgb, from), of.space.index and DIFF_MOST or 2 * far
        if seen < DIFF_LEAST or seen > most or palette.distance(rgb, others) < DIFF_LEAST then return false end
        -- Among 256 colours the nearest is a grey, which says nothing.
        return (not of.space.index or colour.chroma(rgb) >= palette.GREY) and bears_code(of, rgb, left)
      end
      local fitted = found ---@type integer|nil
      if of.space.index then fitted = of.space.fit(found, ok) end
      if fitted and ok(fitted) then return fitted end
    end
  end
end

---@param of hum.SchemeColours
---@return integer added, integer removed  hues that are told apart
local function diff_hues(of)
  local is_light = colour.opposite(of.papers[1]) == colour.BLACK
  local function first(which)
    for _, rgb in ipairs(of.diff[which].hues) do
      if colour.chroma(rgb) >= palette.GREY then return colour.vivid(rgb, is_light) end
    end
  end
  local added, removed = first('added'), first('removed')
  if not added or not removed or colour.distance(added, removed) < palette.APART then
    return colour.vivid(GREEN, is_light), colour.vivid(RED_TONE, is_light)
  end
  return added, removed
end

--- What is added and what is removed: backgrounds, on which code keeps its colours; where there are too few colours for
--- that, colours of the text.
---@param of hum.SchemeColours
---@param tones hum.Tones
function M.add(of, tones)
  local added, removed = diff_hues(of)
  local paper, found = of.papers[1], {} ---@type integer, table<string, integer>
  for which, hue in pairs({ added = added, removed = removed }) do
    local own = of.diff[which].bg
    local far = own and colour.distance(own, paper) or 0
    local is_good = own and far >= DIFF_LEAST and far <= palette.TINT_FAR and bears_code(of, own, LEFT[#LEFT])
    found[which] = not of.space.hues and (is_good and own or moved(of, paper, hue, DIFF_FAR, {})) or nil
  end
  local is_told = found.added and found.removed and colour.distance(found.added, found.removed) >= DIFF_LEAST
  for which, hue in pairs({ added = added, removed = removed }) do
    local bg = is_told and found[which] or nil
    local word = bg and moved(of, bg, hue, WORD_FAR, { paper, found.added, found.removed })
    tones[which .. '_word'] = word and { bg = word } or { underline = true }
    tones[which] = { bg = bg, fg = not bg and palette.readable(of.space, hue, of.papers, palette.TEXT) or nil }
  end
  if not is_told then tones.removed.strikethrough = true end
end

return M
