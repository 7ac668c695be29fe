-- Makes the definitions of hum's highlight groups from the colours of the scheme that is in use.
local colour = require('hum.look.colour')
local difference = require('hum.look.difference')
local groups = require('hum.look.groups')
local palette = require('hum.look.palette')
local reader_of = require('hum.look.reader').new
local spaces = require('hum.look.space')
local terminal = require('hum.look.terminal')

local M = {}

-- Attributes that a group which cannot be linked keeps of the one that it is like.
local KEPT = { 'bold', 'italic', 'underline', 'undercurl', 'strikethrough', 'nocombine' }

---@class hum.Colours  of a space
---@field reader hum.ColourReader
---@field tones? hum.Tones  once they are needed

---@param colours hum.Colours
---@return hum.Tones
local function tones_of(colours)
  if not colours.tones then
    local of = colours.reader.colours()
    colours.tones = palette.make(of)
    difference.add(of, colours.tones)
  end
  return colours.tones
end

---@param reader hum.ColourReader
---@param group hum.Group
---@return integer[]
local function papers_of(reader, group)
  local bg = group.on and reader.of(group.on).bg
  return bg and { bg } or reader.papers
end

--- Whether what stands back behind text may be in this colour: not in that of text, nor in one that says error.
---@param reader hum.ColourReader
---@param fg integer|nil
---@return boolean
local function is_muted(reader, fg)
  return fg ~= nil and fg ~= reader.text and colour.distance(fg, reader.alarm()) >= palette.APART
end

--- Whether a group may be a link: it is read, lies on the background of the text around, and says what it is.
---@param reader hum.ColourReader
---@param group hum.Group
---@return boolean
local function passes(reader, group)
  if group.own then return true end
  local tone, papers = reader.of(group.like --[[@as string]]), papers_of(reader, group)
  if tone.reverse or (tone.bg and tone.bg ~= papers[1]) then return false end
  if group.plus and not tone[group.plus] then return false end
  if group.muted and (tone.bold or not is_muted(reader, tone.fg)) then return false end
  for _, paper in ipairs(papers) do
    if tone.fg and colour.contrast(tone.fg, paper) < palette.TEXT then return false end
  end
  return true
end

--- What a group looks like that cannot be a link.
---@param colours hum.Colours
---@param group hum.Group
---@return hum.Tone
local function corrected(colours, group)
  local reader = colours.reader
  local like, made = reader.of(group.like --[[@as string]]), {} ---@type hum.Tone, table<string, any>
  for _, name in ipairs(KEPT) do
    made[name] = like[name]
  end
  if group.plus then made[group.plus] = true end
  local fg = like.fg
  if like.reverse then fg = like.bg end
  if group.muted then
    made.bold = nil
    if not is_muted(reader, fg) then fg = tones_of(colours).muted.fg end
  end
  if fg then made.fg = palette.readable(reader.space, fg, papers_of(reader, group), palette.TEXT) end
  return made --[[@as hum.Tone]]
end

--- What a group looks like that has a tone of its own.
---@param colours hum.Colours
---@param group hum.Group
---@return hum.Tone
local function toned(colours, group)
  local tone, reader = {}, colours.reader
  for name, value in pairs(tones_of(colours)[group.tone] or {}) do
    tone[name] = value
  end
  -- The terminal's own foreground is not known: it is left as it is.
  if not tone.bg and reader.is_own and tone.fg == reader.text then tone.fg = nil end
  return tone
end

---@param definition vim.api.keyset.highlight
---@param tone hum.Tone
---@param space hum.Space
local function add(definition, tone, space)
  local attributes = {}
  for name, value in pairs(tone) do
    if name ~= 'fg' and name ~= 'bg' then attributes[name] = value end
  end
  local function number(rgb) return rgb and space.index and space.index(rgb) or rgb end
  if space.index then
    definition.cterm, definition.ctermfg, definition.ctermbg = attributes, number(tone.fg), number(tone.bg)
  else
    for name, value in pairs(attributes) do
      definition[name] = value
    end
    definition.fg, definition.bg = number(tone.fg), number(tone.bg)
  end
end

--- The spaces in which colours are shown: that of graphical interfaces always, that of the terminal where it is used.
---@return hum.Space[]
local function used()
  local shown = { spaces.all } ---@type hum.Space[]
  if not vim.o.termguicolors then shown[2] = spaces.of(vim.fn.str2nr(vim.fn.eval('&t_Co')), terminal.is_console()) end
  return shown
end

---@param group hum.Group
---@param all hum.Colours[]
---@return vim.api.keyset.highlight
local function definition_of(group, all)
  local is_linked = group.like ~= nil
  for _, colours in ipairs(all) do
    is_linked = is_linked and passes(colours.reader, group)
  end
  if is_linked then return { link = group.like } end
  local definition = {}
  for _, colours in ipairs(all) do
    add(definition, group.like and corrected(colours, group) or toned(colours, group), colours.reader.space)
  end
  return definition
end

--- The definitions of the groups of some parts.
---@param parts table<string, boolean>
---@return table<string, vim.api.keyset.highlight>  by name of the group
function M.make(parts)
  local all = vim.tbl_map(function(space) return { reader = reader_of(space) } end, used()) ---@type hum.Colours[]
  local made = {}
  for _, group in ipairs(groups.list) do
    if parts[group.part or 'chat'] then made[group.name] = definition_of(group, all) end
  end
  return made
end

return M
