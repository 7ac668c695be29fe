-- What can be computed of a screen: how well each text is read, how far apart the speakers are, what is cut.
local colour = require('hum.look.colour')
local space = require('hum.look.space')
local terminal = require('sheet.terminal')

local M = {}

local TEXT, LINE = 4.5, 3
local TEXTS_APART, BARS_APART = 20, 10

-- What the colours of a terminal are that the scheme leaves to it.
local OWN = { dark = { fg = 0xe5e5e5, bg = 0x000000 }, light = { fg = 0x000000, bg = 0xffffff } }

-- What a Linux console makes of colours, by what they are elsewhere: as text, as bold text, as a background.
local CONSOLE = { text = {}, bold = {}, paper = {} } ---@type table<string, table<integer, integer>>
for number = 0, 255 do
  local rgb = space.rgb(number)
  CONSOLE.text[rgb] = space.console_rgb(number)
  CONSOLE.paper[rgb] = space.console_rgb(number, true)
  for dark = 0, 7 do
    if space.console_rgb(dark) == CONSOLE.text[rgb] then CONSOLE.bold[rgb] = space.console_rgb(dark + 8) end
  end
end

---@param value integer|string|nil  a number of the terminal, or "#rrggbb"
---@return integer|nil
local function rgb_of(value)
  if type(value) == 'string' then return tonumber(value:sub(2), 16) end
  return value and space.rgb(value)
end

--- What is seen of a cell.
---@param style looks.Style
---@param background string
---@return integer fg, integer bg
function M.seen(style, background)
  local front, back = rgb_of(style.fg) or OWN[background].fg, rgb_of(style.bg) or OWN[background].bg
  -- What the scheme leaves to the console is as it is.
  if style.is_linux and style.fg then front = style.bold and CONSOLE.bold[front] or CONSOLE.text[front] end
  if style.is_linux and style.bg then back = CONSOLE.paper[back] end
  if style.reverse then return back, front end
  return front, back
end

--- Drawn with characters: borders, rules, bullets, signs.
---@param text string
---@return boolean
local function is_line(text)
  local code = vim.fn.char2nr(text)
  return (code >= 0x2500 and code <= 0x25ff) or (code < 128 and not text:find('%w'))
end

---@param colour_of table<string, looks.Style>
---@return table<integer, boolean> own, integer paper  the colours of the scheme's groups, its background
local function scheme_colours(colour_of, background, colours)
  local own = {}
  local function rgb(value)
    if not value or colours == 'all' then return value end
    return colours == 'linux' and space.console_rgb(value) or space.rgb(value)
  end
  for _, look in pairs(colour_of) do
    if look.fg then own[rgb(look.fg)] = true end
    if look.fg and colours == 'linux' then own[CONSOLE.bold[space.rgb(look.fg)] or 0] = true end
  end
  local normal = colour_of.Normal
  local paper = colours == 'linux' and normal.bg and space.console_rgb(normal.bg, true) or rgb(normal.bg)
  return own, paper or OWN[background].bg
end

---@param rows looks.Cell[][]
---@param text string
---@param within integer  cells from the left
---@return looks.Cell|nil  its first, below the winbar
local function cell_of(rows, text, within)
  for i = 2, #rows do
    local row = rows[i]
    local joined = terminal.text(row)
    local at = joined:find(text, 1, true)
    if at and vim.fn.strchars(joined:sub(1, at - 1)) <= within then
      return row[vim.fn.strchars(joined:sub(1, at - 1)) + 1]
    end
  end
end

--- The screen's text in one line, without borders, as words that were wrapped.
---@param rows looks.Cell[][]
---@return string
local function flat(rows)
  local lines = {}
  for i, row in ipairs(rows) do
    lines[i] = vim.trim((terminal.text(row):gsub('[│|]', ' ')))
  end
  return (table.concat(lines, ' '):gsub('%s+', ' '))
end

-- What code must keep of its contrast on what an edit adds or removes.
local KEPT = 0.7

--- The backgrounds of what an edit adds and removes, as they are seen.
---@param colour_of table<string, looks.Style>
---@param background string
---@param is_linux boolean
---@return table<integer, boolean>
local function tints_of(colour_of, background, is_linux)
  local tints = {}
  for _, name in ipairs({ 'HumAdded', 'HumRemoved', 'HumAddedWord', 'HumRemovedWord' }) do
    local bg = colour_of[name] and colour_of[name].bg
    if type(bg) == 'number' and bg > 255 then bg = ('#%06x'):format(bg) end
    if bg then tints[select(2, M.seen({ bg = bg, is_linux = is_linux }, background))] = true end
  end
  return tints
end

---@class looks.Figures
---@field faults string[]
---@field worst table[]  pairs of colours by contrast, the worst first
---@field facts string[]

---@param screen table
---@param groups table<string, looks.Style>
---@param conversation table
---@return looks.Figures
function M.of(screen, groups, conversation)
  local faults, facts, background = {}, {}, screen.scheme.background
  local function fault(...) faults[#faults + 1] = string.format(...) end
  local own, paper = scheme_colours(groups, background, screen.colours)
  local tints = tints_of(groups, background, screen.colours == 'linux')
  local pairs_seen = {}
  for r, row in ipairs(screen.rows) do
    for _, cell in ipairs(row) do
      if screen.colours == 'linux' then cell.style.is_linux = true end
      -- The last two rows are Neovim's own.
      if cell.text ~= ' ' and r < #screen.rows - 1 then
        local fg, bg = M.seen(cell.style, background)
        local kind = is_line(cell.text) and 'line' or 'text'
        local key = ('%06x/%06x %s'):format(fg, bg, kind)
        local one = pairs_seen[key] or { fg = fg, bg = bg, kind = kind, sample = '', count = 0, row = r }
        one.count = one.count + 1
        if #one.sample < 24 then one.sample = one.sample .. cell.text end
        pairs_seen[key] = one
      end
    end
  end
  local worst = {}
  for _, one in pairs(pairs_seen) do
    one.contrast = colour.contrast(one.fg, one.bg)
    local least = one.kind == 'text' and TEXT or LINE
    if own[one.fg] then least = math.min(least, colour.contrast(one.fg, paper)) end
    if tints[one.bg] then least = KEPT * least end
    if one.contrast < least - 0.01 then
      fault('contrast %.1f of %06x on %06x: "%s" (row %d)', one.contrast, one.fg, one.bg, one.sample, one.row)
    end
    worst[#worst + 1] = one
  end
  table.sort(worst, function(a, b) return a.contrast < b.contrast end)
  local found = {
    user = cell_of(screen.rows, 'You', 6),
    assistant = cell_of(screen.rows, conversation.MODEL, 6),
    heading = cell_of(screen.rows, 'What is scattered', 4),
  }
  for _, two in ipairs({ { 'user', 'assistant' }, { 'user', 'heading' }, { 'assistant', 'heading' } }) do
    local a, b = found[two[1]], found[two[2]]
    if not a or not b then
      fault('%s or %s is not seen', two[1], two[2])
    else
      local a_fg, a_bg = M.seen(a.style, background)
      local b_fg, b_bg = M.seen(b.style, background)
      local texts, bars = colour.distance(a_fg, b_fg), colour.distance(a_bg, b_bg)
      local weights = a.style.reverse ~= b.style.reverse
        or a.style.underline ~= b.style.underline
        or a.style.bold ~= b.style.bold
      facts[#facts + 1] = ('%s–%s %.0f/%.0f%s'):format(two[1], two[2], texts, bars, weights and ' w' or '')
      if texts < TEXTS_APART and bars < BARS_APART and not weights then
        fault('%s and %s look alike: %.0f, bars %.0f', two[1], two[2], texts, bars)
      end
    end
  end
  local text = flat(screen.rows)
  for _, needed in ipairs(conversation.SEEN) do
    if not text:find(needed, 1, true) then fault('cut: "%s"', needed) end
  end
  return { faults = faults, facts = facts, worst = worst }
end

return M
