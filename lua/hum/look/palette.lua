-- The colours of a chat, made from those of a scheme: two speakers that are told from each other and from headings at a
-- glance, and all else so that it can be read. Pure.
--
-- A colour is corrected by making it lighter or darker, so it keeps its hue. What a terminal shows behind the text of a
-- scheme without a background is not known: there it must do on all that is likely.
local colour = require('hum.look.colour')

local M = {}

-- Contrast of text and of lines, at least; text gets a little more where that can be had.
M.TEXT, M.LINE = 4.5, 3
local EASY = 5.5
-- Distance of two texts, and of two backgrounds, at least.
M.APART, M.TINTS_APART = 20, 10
-- How far from the background a bar's tint is, and the other one's where the first is too near.
local TINTS = { 15, 21, 27 }
-- Among 256 colours the steps are large: it begins with a small one, so that the other tint is not too bright.
local TINTS_OF_256 = { 11, 15, 21, 27 }
-- Below this a colour counts as grey.
M.GREY = 12
-- The rank of what is not of the scheme.
local LAST = 8
-- Hues of errors, and what a speaker loses who has one.
local RED_FROM, RED_TO, RED = 350, 65, 20
-- A bar's tint must be seen, also on black, where distances are greater than they look.
local TINT_CONTRAST = 1.25
-- Further from the background a tint is no tint any more: of 256 colours the nearest may be far.
M.TINT_FAR = 34
-- What more distance adds to the choice of speakers ends here: then their order counts.
local PLENTY = 60

---@class hum.Accent
---@field rgb integer
---@field rank integer  how gladly it is taken, the lower the more

---@class hum.SchemeColours
---@field text integer         the foreground
---@field paper? integer       the background, if it is the scheme's
---@field papers integer[]     that, or those that may be there; the first is the likeliest
---@field accents hum.Accent[]
---@field heading integer      of an answer's own headings
---@field alarms integer[]     what a speaker must not look like
---@field inline integer       `code`
---@field code integer[]       all colours of code
---@field diff table<'added'|'removed', hum.DiffColours>
---@field space hum.Space

---@class hum.DiffColours  as the scheme shows it in a diff
---@field hues integer[]  its colours, the likeliest first
---@field bg? integer     if it has nothing but that

---@class hum.Tone
---@field fg? integer
---@field bg? integer
---@field bold? boolean
---@field italic? boolean
---@field underline? boolean
---@field reverse? boolean
---@field strikethrough? boolean
---@field nocombine? boolean

---@alias hum.Tones table<string, hum.Tone>

---@param rgb integer
---@param on integer[]
---@return number  the contrast where it is worst
local function contrast(rgb, on)
  local worst = 21.0
  for _, background in ipairs(on) do
    worst = math.min(worst, colour.contrast(rgb, background))
  end
  return worst
end

--- How far it is from the nearest of others.
---@param rgb integer
---@param others integer[]
---@return number
function M.distance(rgb, others)
  local least = math.huge
  for _, other in ipairs(others) do
    least = math.min(least, colour.distance(rgb, other))
  end
  return least
end

local distance = M.distance

--- The colour, as much lighter or darker as it takes to be read there.
---@param space hum.Space
---@param rgb integer
---@param on integer[]
---@param least number
---@param apart? integer[]  what it must not look like, if that can be had
---@return integer
function M.readable(space, rgb, on, least, apart)
  local function is_read(candidate) return contrast(candidate, on) >= least end
  local function is_told(candidate) return is_read(candidate) and distance(candidate, apart or {}) >= M.APART end
  local found = apart and space.fit(rgb, is_told) or space.fit(rgb, is_read)
  if not found and apart then found = space.fit(rgb, is_read) end
  -- On a background of middle lightness nothing has enough of it.
  return found or space.fit(colour.opposite(on[1]), function() return true end) --[[@as integer]]
end

--- The background moved towards a colour until it is that far away and, if that can be had, as far from others.
---@param of hum.SchemeColours
---@param towards integer
---@param far number
---@param others integer[]
---@return integer|nil
local function tint(of, towards, far, others)
  local paper, found = of.papers[1], nil
  for i = 1, 50 do
    found = colour.blend(paper, towards, i / 50)
    if colour.distance(found, paper) >= far and colour.contrast(found, paper) >= TINT_CONTRAST then break end
  end
  local function ok(rgb) return distance(rgb, { paper }) >= M.TINTS_APART and distance(rgb, others) >= M.TINTS_APART end
  local function is_near(rgb) return ok(rgb) and colour.distance(rgb, paper) <= M.TINT_FAR end
  if of.space.index then
    return of.space.fit(found --[[@as integer]], is_near)
  end
  return ok(found --[[@as integer]]) and found or nil
end

-- ---- speakers -----------------------------------------------------------------------------------

---@class hum.Hue
---@field rank integer
---@field rgb integer
---@field text integer  as it is read on the background

--- Accents that have a colour, as they are read; of those that look alike the first.
---@param of hum.SchemeColours
---@return hum.Hue[]
local function candidates(of)
  local found, seen = {}, {}
  local function add(rgb, rank)
    if seen[rgb] or colour.chroma(rgb) < M.GREY then return end
    seen[rgb] = true
    local text = M.readable(of.space, rgb, of.papers, M.TEXT)
    if colour.chroma(text) >= M.GREY then found[#found + 1] = { rank = rank, rgb = rgb, text = text } end
  end
  for _, accent in ipairs(of.accents) do
    add(accent.rgb, accent.rank)
  end
  for _, hue in ipairs(#found > 0 and of.space.hues or {}) do
    add(hue, LAST)
  end
  return found
end

---@param of hum.SchemeColours
---@param a hum.Hue
---@param b hum.Hue
---@return number
local function score(of, a, b)
  local function far(x, y, most) return math.min(most, colour.distance(x, y)) end
  local sum = far(a.text, b.text, PLENTY) - 2.5 * (a.rank + b.rank)
  for _, one in ipairs({ a.text, b.text }) do
    local hue = colour.hue(one)
    if hue > RED_FROM or hue < RED_TO then sum = sum - RED end
    sum = sum + far(one, of.heading, PLENTY / 2) + far(one, of.text, PLENTY / 2)
    for _, alarm in ipairs(of.alarms) do
      sum = sum + far(one, alarm, PLENTY / 2)
    end
  end
  return sum
end

--- The two accents that are told apart best; the one that is taken more gladly first.
---@param of hum.SchemeColours
---@return integer|nil user, integer|nil assistant
local function choose(of)
  local all, best = candidates(of), -math.huge
  local user, assistant ---@type hum.Hue|nil, hum.Hue|nil
  for i, a in ipairs(all) do
    for j = i + 1, #all do
      local b = all[j]
      local points = colour.distance(a.text, b.text) >= M.APART and score(of, a, b) or -math.huge
      if points > best then
        best, user, assistant = points, a, b
      end
    end
  end
  if user and assistant then return user.rgb, assistant.rgb end
  return all[1] and all[1].rgb
end

--- Two tints that are told apart; a scheme of greys has two greys.
---@param of hum.SchemeColours
---@param user integer
---@param assistant integer
---@return integer|nil, integer|nil
local function two_tints(of, user, assistant)
  local tints = of.space.index and TINTS_OF_256 or TINTS
  for _, far in ipairs(tints) do
    local first = tint(of, user, far, {})
    -- Of two greys one is lighter than the background, if that can be.
    local away = colour.opposite(of.text) == colour.WHITE and colour.WHITE or colour.BLACK
    local lighter = first and assistant == of.text and tint(of, away, tints[1], { first })
    if lighter then return first, lighter end
    for _, other in ipairs(tints) do
      local second = first and tint(of, assistant, other, { first })
      if second then return first, second end
    end
  end
end

--- Bars with backgrounds.
---@param of hum.SchemeColours
---@param tones hum.Tones
---@param user integer
---@param assistant integer
local function bars(of, tones, user, assistant)
  local first, second = two_tints(of, user, assistant)
  local third = tint(of, of.text, TINTS[1] - 4, {})
  if not first or not second then return end
  -- Greys stay grey: their bars tell them apart.
  local function apart(rgb, others) return colour.chroma(rgb) >= M.GREY and others or nil end
  local user_text = M.readable(of.space, user, { first }, EASY, apart(user, { of.heading }))
  local text = M.readable(of.space, assistant, { second }, EASY, apart(assistant, { of.heading, user_text }))
  tones.user = { fg = user_text, bg = first, bold = true }
  tones.assistant = { fg = text, bg = second, bold = true }
  tones.system = { fg = M.readable(of.space, of.text, { third or of.papers[1] }, M.TEXT), bg = third, bold = true }
end

--- Lines in the speakers' colours, or in their weights where there are no colours.
---@param of hum.SchemeColours
---@param tones hum.Tones
---@param user? integer
---@param assistant? integer
local function lines(of, tones, user, assistant)
  local is_light = colour.opposite(of.papers[1]) == colour.BLACK
  local bold = not (of.space.is_bold_bright and is_light) or nil
  local function told(rgb, others)
    local text = M.readable(of.space, rgb, of.papers, M.TEXT, others)
    return distance(text, others) >= M.APART and text or nil
  end
  local first = user and told(user, { of.heading })
  local second = assistant and told(assistant, { of.heading, first })
  tones.user = { fg = first, bold = bold, reverse = not first or nil }
  tones.assistant = { fg = second, bold = bold, underline = not second or nil }
  tones.system = { bold = bold }
end

---@param of hum.SchemeColours
---@param tones hum.Tones
local function speakers(of, tones)
  local user, assistant = choose(of)
  tones.accent = { fg = M.readable(of.space, assistant or user or of.text, of.papers, M.TEXT) }
  if not of.space.hues then bars(of, tones, user or of.text, assistant or of.text) end
  if not tones.user then lines(of, tones, user, assistant) end
end

-- ---- all else -----------------------------------------------------------------------------------

--- The background of code: a little darker or lighter, so that no colour of code becomes harder to read than it may be.
---@param of hum.SchemeColours
---@return integer|nil
local function code_background(of)
  local paper = of.papers[1]
  local function ok(rgb)
    for _, one in ipairs(of.code) do
      if colour.contrast(one, rgb) < math.min(M.TEXT, colour.contrast(one, paper)) then return false end
    end
    return true
  end
  local towards = colour.opposite(paper)
  local away = towards == colour.WHITE and colour.BLACK or colour.WHITE
  for _, far in ipairs({ 5, 4, 3 }) do
    for _, pole in ipairs({ towards, away }) do
      local found = nil
      for i = 1, 40 do
        found = colour.blend(paper, pole, i / 100)
        if colour.distance(found, paper) >= far then break end
      end
      local function shows(rgb)
        local seen = colour.distance(rgb, paper)
        return seen >= 2 and seen < 12 and ok(rgb)
      end
      if of.space.index then
        found = of.space.fit(found --[[@as integer]], shows)
      end
      if found and shows(found) then return found end
    end
  end
end

---@param of hum.SchemeColours
---@param tones hum.Tones
local function rest(of, tones)
  local space, papers = of.space, of.papers
  local code = not space.hues and code_background(of) or nil
  local under = code and { code } or papers
  local everywhere = vim.list_extend({ tones.user.bg, tones.assistant.bg }, papers)
  local function muted(on, least)
    -- Between text and background, on the side of the text.
    return M.readable(space, colour.blend(papers[1], of.text, least >= M.TEXT and 0.55 or 0.35), on, least)
  end
  tones.paper = { bg = of.paper, nocombine = true }
  tones.details = { fg = muted(everywhere, M.TEXT) }
  tones.muted = { fg = muted(papers, M.TEXT) }
  tones.border = { fg = muted(papers, M.LINE) }
  tones.fence = { fg = muted(under, M.LINE), bg = code }
  tones.label = { fg = muted(under, M.TEXT), bg = code }
  tones.code = { fg = M.readable(space, of.text, under, M.TEXT), bg = code }
  tones.inline = { fg = M.readable(space, of.inline, under, M.TEXT), bg = code }
  tones.quote = { fg = M.readable(space, colour.blend(papers[1], of.text, 0.8), papers, M.TEXT) }
end

---@param of hum.SchemeColours
---@return hum.Tones
function M.make(of)
  local tones = {} ---@type hum.Tones
  speakers(of, tones)
  rest(of, tones)
  return tones
end

return M
