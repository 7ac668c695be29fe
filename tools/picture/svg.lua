-- Draws a film as an SVG that moves by CSS alone. A row that looks like another is there once; what stands in which row
-- of the screen from when to when is an animation of its visibility, shared by all that come and go together. Where
-- nothing may move (a printer, somebody who wants no motion) one frame is shown.
local boxes = require('boxes')

local M = {}

local CELL, ROW, FONT, BASELINE = 8.4, 18, 14, 13.4
local MARGIN = 14

local ESCAPES = { ['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;' }

---@param x number
---@return string
local function number(x) return (('%.1f'):format(x):gsub('%.0$', '')) end

---@class picture.Drawing
---@field film picture.Film
---@field fg string
---@field bg string
---@field colours table<string, integer>
---@field symbols table<string, string>  id of a row by what is in it
---@field definitions string[]
local Drawing = {}
Drawing.__index = Drawing

--- The class of a colour.
---@param colour string
---@return string
function Drawing:class(colour)
  if not self.colours[colour] then self.colours[colour] = vim.tbl_count(self.colours) end
  return 'c' .. self.colours[colour]
end

---@param look picture.Look
---@return string fg, string bg
function Drawing:colours_of(look)
  local fg, bg = look.fg or self.fg, look.bg or self.bg
  if look.reverse then return bg, fg end
  return fg, bg
end

--- Text and the lines of boxes in one run.
---@param run picture.Run
---@param out string[]
function Drawing:run(run, out)
  local fg = self:colours_of(run.look)
  local class = self:class(fg)
  local style = class
    .. (run.look.bold and ' b' or '')
    .. (run.look.italic and ' i' or '')
    .. (run.look.underline and ' u' or '')
    .. (run.look.strike and ' s' or '')
  for _, piece in ipairs(boxes.pieces(run.text)) do
    local x = (run.col + piece.col) * CELL
    if piece.box then
      out[#out + 1] = boxes.draw(piece, x, CELL, ROW, class)
    else
      local lead = #piece.text:match('^ *')
      local text = vim.trim(piece.text)
      if text ~= '' then
        local cells = vim.api.nvim_strwidth(text)
        local length = cells > 1 and (' textLength="%s"'):format(number(cells * CELL)) or ''
        out[#out + 1] = ('<text x="%s" y="%s" class="%s"%s>%s</text>'):format(
          number(x + lead * CELL),
          BASELINE,
          style,
          length,
          (text:gsub('[&<>]', ESCAPES))
        )
      end
    end
  end
end

--- What a row looks like, at the top left corner.
---@param runs picture.Run[]
---@return string
function Drawing:row(runs)
  local out, rect = {}, nil
  for _, run in ipairs(runs) do
    local _, bg = self:colours_of(run.look)
    if rect and rect.bg == bg and rect.col + rect.cells == run.col then
      rect.cells = rect.cells + run.cells
    elseif bg ~= self.bg then
      rect = { col = run.col, cells = run.cells, bg = bg, at = #out + 1 }
      out[#out + 1] = ''
    else
      rect = nil
    end
    if rect then
      out[rect.at] = ('<rect x="%s" width="%s" height="%d" class="%s"/>'):format(
        number(rect.col * CELL),
        number(rect.cells * CELL),
        ROW,
        self:class(bg)
      )
    end
  end
  for _, run in ipairs(runs) do
    self:run(run, out)
  end
  return table.concat(out)
end

--- The id of what is drawn; nil if that is nothing.
---@param drawn string
---@return string|nil
function Drawing:symbol(drawn)
  if drawn == '' then return end
  if not self.symbols[drawn] then
    local id = 'r' .. vim.tbl_count(self.symbols)
    self.symbols[drawn] = id
    self.definitions[#self.definitions + 1] = ('<g id="%s">%s</g>'):format(id, drawn)
  end
  return self.symbols[drawn]
end

---@param cursor {row: integer, col: integer}
---@return string
function Drawing:cursor(cursor)
  local x, y = number(cursor.col * CELL), cursor.row * ROW
  return ('<rect x="%s" y="%d" width="%s" height="%d" class="%s" opacity=".55"/>'):format(
    x,
    y,
    CELL,
    ROW,
    self:class(self.fg)
  )
end

--- What is on the screen from one frame to another: { from, to (not included), use }.
---@return {first: integer, last: integer, use: string}[]
function Drawing:stays()
  local stays, open = {}, {}
  local function put(place, frame, use)
    if open[place] and open[place].use == use then return end
    if open[place] then open[place].last = frame end
    open[place] = use and { first = frame, last = #self.film.frames + 1, use = use } or nil
    stays[#stays + 1] = open[place]
  end
  for n, frame in ipairs(self.film.frames) do
    for i, runs in ipairs(frame.rows) do
      local id = self:symbol(self:row(runs))
      put(i, n, id and ('<use href="#%s" y="%d"/>'):format(id, (i - 1) * ROW) or nil)
    end
    put('cursor', n, frame.cursor and self:cursor(frame.cursor) or nil)
  end
  return stays
end

-- Neovim's own scheme, in which the scenes are recorded.
local GROUND = {
  dark = { fg = '#e0e2ea', bg = '#14161b' },
  light = { fg = '#14161b', bg = '#e0e2ea' },
}

--- The groups of what comes and goes together, and the rules that move them.
---@return string[] groups, string[] rules
function Drawing:groups()
  local film, by_time, order = self.film, {}, {}
  local function percent(frame)
    local at = frame == 1 and 0 or frame > #film.frames and film.length or film.frames[frame].at
    return number(100 * at / film.length * 10) / 10
  end
  for _, stay in ipairs(self:stays()) do
    local key = stay.first .. '-' .. stay.last
    if not by_time[key] then
      by_time[key] = { stay = stay, uses = {} }
      order[#order + 1] = by_time[key]
    end
    table.insert(by_time[key].uses, stay.use)
  end
  local groups, rules = {}, {}
  for n, group in ipairs(order) do
    local from, to = percent(group.stay.first), percent(group.stay.last)
    local is_still = group.stay.first <= film.still and film.still < group.stay.last
    local class = from == 0 and to == 100 and '' or ('a k%d'):format(n) .. (is_still and ' p' or '')
    if class ~= '' then
      local rule = (from > 0 and '0%{visibility:hidden}' or '')
        .. ('%g%%{visibility:visible}'):format(from)
        .. (to < 100 and ('%g%%{visibility:hidden}'):format(to) or '')
      rules[#rules + 1] = ('.k%d{animation-name:k%d}@keyframes k%d{%s}'):format(n, n, n, rule)
    end
    groups[#groups + 1] = ('<g%s>%s</g>'):format(
      class ~= '' and (' class="%s"'):format(class) or '',
      table.concat(group.uses)
    )
  end
  return groups, rules
end

local PAGE = [[
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" xml:space="preserve">
<title>%s</title>
<style>
text{font:%dpx ui-monospace,SFMono-Regular,"DejaVu Sans Mono",Menlo,Consolas,monospace;white-space:pre}
.b{font-weight:700}.i{font-style:italic}.u{text-decoration:underline}.s{text-decoration:line-through}
.l{fill:none;stroke-width:1.2}
g rect{shape-rendering:crispEdges}
.a{visibility:hidden;animation:%gs step-end infinite}.p{visibility:visible}
@media (prefers-reduced-motion:reduce){.a{animation:none}}
%s
%s
</style>
<defs>
%s
</defs>
<rect x=".5" y=".5" width="%d" height="%d" rx="8" fill="%s" stroke="#8888" stroke-width="1"/>
<g transform="translate(%d %d)">
%s
</g>
</svg>
]]

---@param film picture.Film
---@param opts {title: string, background: 'dark'|'light'}
---@return string
function M.draw(film, opts)
  local ground = GROUND[opts.background]
  local self = { film = film, fg = ground.fg, bg = ground.bg, colours = {}, symbols = {}, definitions = {} }
  setmetatable(self, Drawing)
  local groups, rules = self:groups()
  local colours = {}
  for colour, n in pairs(self.colours) do
    colours[n + 1] = ('.c%d{fill:%s}.l.c%d{fill:none;stroke:%s}'):format(n, colour, n, colour)
  end
  local width = math.ceil(film.columns * CELL + 2 * MARGIN)
  local height = film.rows * ROW + 2 * MARGIN
  return PAGE:format(
    width,
    height,
    width,
    height,
    (opts.title:gsub('[&<>]', ESCAPES)),
    FONT,
    film.length,
    table.concat(colours),
    table.concat(rules, '\n'),
    table.concat(self.definitions, '\n'),
    width - 1,
    height - 1,
    ground.bg,
    MARGIN,
    MARGIN,
    table.concat(groups, '\n')
  )
end

return M
