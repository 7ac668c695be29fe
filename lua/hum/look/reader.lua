-- Reads the colours of the scheme that is in use, as a screen of all colours, or a terminal, shows them.
local palette = require('hum.look.palette')

local M = {}

---@class hum.ColourReader
---@field space hum.Space
---@field of fun(group: string): hum.Tone  a group, with colours as numbers of sRGB
---@field text integer      the foreground
---@field papers integer[]  the background, or those that may be there; the first is the likeliest
---@field is_own boolean    the foreground is not the scheme's but the terminal's own
---@field alarm fun(): integer  the colour of errors
---@field colours fun(): hum.SchemeColours  all of which a palette is made

-- Groups from which two are chosen for the speakers, and how gladly each is taken.
local ACCENTS = {
  { 'Function', 0 },
  { 'Identifier', 1 },
  { 'Directory', 2 },
  { 'String', 1 },
  { 'Statement', 2 },
  { 'Type', 2 },
  { 'Special', 3 },
  { 'Constant', 3 },
  { 'PreProc', 3 },
  { 'Title', 4 },
  { 'Comment', 6 },
}

-- The groups that colour code.
-- stylua: ignore
local CODE = {
  'Comment', 'Constant', 'String', 'Number', 'Boolean', 'Identifier', 'Function', 'Statement', 'Operator', 'Keyword',
  'PreProc', 'Type', 'Special', 'Delimiter', 'Todo', 'Added', 'Changed', 'Removed', 'Title', 'Underlined', 'Error',
}

-- What is likely where the scheme leaves the background, or the foreground, to the terminal.
local PAPERS = { dark = { 0x181818, 0x000000, 0x2e2e2e }, light = { 0xfafafa, 0xffffff, 0xe4e4e4 } }
local PAPERS_OF_FEW = { dark = { 0x000000 }, light = { 0xffffff } }
local TEXTS = { dark = 0xe0e0e0, light = 0x181818 }

---@param group string
---@param space hum.Space
---@return hum.Tone
local function tone_of(group, space)
  local look = vim.api.nvim_get_hl(0, { name = group, link = false }) ---@type table<string, any>
  if not space.index then
    return look --[[@as hum.Tone]]
  end
  local tone = look.cterm and vim.deepcopy(look.cterm) or {} ---@type hum.Tone
  tone.fg = look.ctermfg and space.read(look.ctermfg)
  tone.bg = look.ctermbg and space.read(look.ctermbg, true)
  return tone
end

--- A function that is called once at most.
---@generic T
---@param fn fun(): T
---@return fun(): T
local function once(fn)
  local value = nil
  return function()
    value = value or fn()
    return value
  end
end

---@param reader hum.ColourReader
---@return hum.Accent[]
local function accents_of(reader)
  local accents = {}
  for _, accent in ipairs(ACCENTS) do
    local tone = reader.of(accent[1])
    if tone.fg and not tone.reverse then accents[#accents + 1] = { rgb = tone.fg, rank = accent[2] } end
  end
  return accents
end

---@param reader hum.ColourReader
---@return integer[]
local function code_of(reader)
  local code = {}
  for _, group in ipairs(CODE) do
    local tone = reader.of(group)
    if not tone.bg and not tone.reverse then code[#code + 1] = tone.fg or reader.text end
  end
  return code
end

--- A group's colour, as it is read.
---@param reader hum.ColourReader
---@param group string
---@return integer
local function readable(reader, group)
  return palette.readable(reader.space, reader.of(group).fg or reader.text, reader.papers, palette.TEXT)
end

--- What code in a line looks like: in many schemes that of Markdown is a comment.
---@param reader hum.ColourReader
---@return integer
local function inline_of(reader)
  local inline = reader.of('@markup.raw').fg
  if not inline or inline == reader.of('Comment').fg then inline = reader.of('String').fg end
  return inline or reader.text
end

-- Groups that schemes have for what a diff shows, the likeliest first.
local DIFF = { added = { 'DiffAdd', 'Added' }, removed = { 'DiffDelete', 'Removed' } }

---@param reader hum.ColourReader
---@return table<'added'|'removed', hum.DiffColours>
local function diff_of(reader)
  local found = {}
  for which, groups in pairs(DIFF) do
    local hues = {}
    for _, group in ipairs(groups) do
      local tone = reader.of(group)
      hues[#hues + 1] = tone.bg
      hues[#hues + 1] = tone.fg
    end
    local tone = reader.of(groups[1])
    found[which] = { hues = hues, bg = not tone.reverse and not tone.fg and tone.bg or nil }
  end
  return found
end

---@param space hum.Space
---@return hum.ColourReader
function M.new(space)
  local normal, background = tone_of('Normal', space), vim.o.background
  local papers = normal.bg and { normal.bg } or (space.hues and PAPERS_OF_FEW or PAPERS)[background]
  local reader ---@type hum.ColourReader
  reader = {
    space = space,
    of = function(group) return tone_of(group, space) end,
    text = normal.fg or TEXTS[background],
    papers = papers,
    is_own = normal.fg == nil,
    alarm = once(function() return readable(reader, 'DiagnosticError') end),
    colours = once(
      function()
        return {
          space = space,
          text = reader.text,
          paper = normal.bg,
          papers = papers,
          accents = accents_of(reader),
          heading = readable(reader, '@markup.heading'),
          alarms = { reader.alarm(), readable(reader, 'DiagnosticWarn') },
          inline = inline_of(reader),
          code = code_of(reader),
          diff = diff_of(reader),
        }
      end
    ),
  }
  return reader
end

return M
