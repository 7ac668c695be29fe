-- Sets hum's highlight groups from the colours of the scheme that is in use, and anew when those change. What the user
-- or the scheme has defined stays as it is.
local groups = require('hum.look.groups')
local palette = require('hum.look.palette')
local colour = require('hum.look.colour')
local spaces = require('hum.look.space')
local terminal = require('hum.look.terminal')

local M = {}

local api = vim.api

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
  'PreProc', 'Type', 'Special', 'Delimiter', 'Todo',
}

-- Attributes that a group which cannot be linked keeps of the one that it is like.
local KEPT = { 'bold', 'italic', 'underline', 'undercurl', 'strikethrough', 'nocombine' }

-- What is likely where the scheme leaves the background, or the foreground, to the terminal.
local PAPERS = { dark = { 0x181818, 0x000000, 0x2e2e2e }, light = { 0xfafafa, 0xffffff, 0xe4e4e4 } }
local PAPERS_OF_FEW = { dark = { 0x000000 }, light = { 0xffffff } }
local TEXTS = { dark = 0xe0e0e0, light = 0x181818 }

---@class hum.ColourReader  reads colours as a terminal, or a screen of all colours, shows them
---@field space hum.Space
---@field of fun(group: string): hum.Tone  with colours as numbers of sRGB
---@field scheme hum.SchemeColours
---@field text? integer  the scheme's foreground, if it has one

-- ---- reading ------------------------------------------------------------------------------------

---@param group string
---@param space hum.Space
---@return hum.Tone
local function tone_of(group, space)
  local look = api.nvim_get_hl(0, { name = group, link = false }) ---@type table<string, any>
  if not space.index then
    return look --[[@as hum.Tone]]
  end
  local tone = look.cterm and vim.deepcopy(look.cterm) or {} ---@type hum.Tone
  tone.fg = look.ctermfg and space.read(look.ctermfg)
  tone.bg = look.ctermbg and space.read(look.ctermbg, true)
  return tone
end

---@param space hum.Space
---@return hum.ColourReader
local function reader_of(space)
  local function of(group) return tone_of(group, space) end
  local normal, background = of('Normal'), vim.o.background
  local text = normal.fg or TEXTS[background]
  local papers = normal.bg and { normal.bg } or (space.hues and PAPERS_OF_FEW or PAPERS)[background]
  local accents, code = {}, {}
  for _, accent in ipairs(ACCENTS) do
    local tone = of(accent[1])
    if tone.fg and not tone.reverse then accents[#accents + 1] = { rgb = tone.fg, rank = accent[2] } end
  end
  for _, group in ipairs(CODE) do
    local tone = of(group)
    if not tone.bg and not tone.reverse then code[#code + 1] = tone.fg or text end
  end
  local alarms = {}
  for i, group in ipairs({ 'DiagnosticError', 'DiagnosticWarn' }) do
    alarms[i] = palette.readable(space, of(group).fg or text, papers, palette.TEXT)
  end
  local comment, inline = of('Comment').fg or text, of('@markup.raw').fg
  if not inline or inline == comment then inline = of('String').fg or text end
  return {
    space = space,
    of = of,
    text = normal.fg,
    scheme = {
      text = text,
      papers = papers,
      accents = accents,
      heading = palette.readable(space, of('@markup.heading').fg or text, papers, palette.TEXT),
      alarms = alarms,
      inline = inline,
      code = code,
      space = space,
    },
  }
end

-- ---- making -------------------------------------------------------------------------------------

---@param reader hum.ColourReader
---@param group hum.Group
---@return integer[]
local function papers_of(reader, group)
  local bg = group.on and reader.of(group.on).bg
  return bg and { bg } or reader.scheme.papers
end

--- Whether what stands back behind text may be in this colour: not in that of text, nor in one that says error.
---@param reader hum.ColourReader
---@param fg integer|nil
---@return boolean
local function is_muted(reader, fg)
  local text, alarm = reader.scheme.text, reader.scheme.alarms[1]
  return fg ~= nil and fg ~= text and colour.distance(fg, alarm) >= palette.APART
end

--- Whether a group may be a link: it is read, lies on the background of the text around, and says what it is.
---@param reader hum.ColourReader
---@param group hum.Group
---@param tone hum.Tone  of that group
---@return boolean
local function passes(reader, group, tone)
  local papers = papers_of(reader, group)
  if tone.reverse or (tone.bg and tone.bg ~= papers[1]) then return false end
  if group.plus and not tone[group.plus] then return false end
  if group.muted and (tone.bold or not is_muted(reader, tone.fg)) then return false end
  for _, paper in ipairs(papers) do
    if tone.fg and colour.contrast(tone.fg, paper) < palette.TEXT then return false end
  end
  return true
end

--- What a group looks like that cannot be a link.
---@param reader hum.ColourReader
---@param group hum.Group
---@param tone hum.Tone  of the one that it is like
---@param tones hum.Tones
---@return hum.Tone
local function corrected(reader, group, tone, tones)
  local made = {} ---@type table<string, any>
  for _, name in ipairs(KEPT) do
    made[name] = tone[name]
  end
  if group.plus then made[group.plus] = true end
  local fg = tone.fg
  if tone.reverse then fg = tone.bg end
  if group.muted then
    made.bold = nil
    if not is_muted(reader, fg) then fg = tones.muted.fg end
  end
  if fg then made.fg = palette.readable(reader.space, fg, papers_of(reader, group), palette.TEXT) end
  return made --[[@as hum.Tone]]
end

---@param tone hum.Tone
---@param reader hum.ColourReader
---@return hum.Tone  without what is the terminal's own
local function without_defaults(tone, reader)
  if tone.bg or reader.text or tone.fg ~= reader.scheme.text then return tone end
  return vim.tbl_extend('force', tone, { fg = vim.NIL })
end

---@param definition vim.api.keyset.highlight
---@param tone hum.Tone
---@param space hum.Space
local function add(definition, tone, space)
  local attributes = {}
  for name, value in pairs(tone) do
    if name ~= 'fg' and name ~= 'bg' then attributes[name] = value end
  end
  local function number(rgb) return rgb and rgb ~= vim.NIL and (space.index and space.index(rgb) or rgb) or nil end
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

---@return table<string, vim.api.keyset.highlight>  by name of the group
local function make()
  local readers, tones = {}, {}
  for i, space in ipairs(used()) do
    readers[i] = reader_of(space)
    tones[i] = palette.make(readers[i].scheme)
  end
  local made = {}
  for _, group in ipairs(groups.list) do
    local definition, is_linked = {}, group.like ~= nil
    for i, reader in ipairs(readers) do
      local tone = group.tone and without_defaults(tones[i][group.tone], reader)
      if group.like then
        local model = reader.of(group.like)
        is_linked = is_linked and (group.own or passes(reader, group, model))
        tone = corrected(reader, group, model, tones[i])
      end
      add(definition, tone --[[@as hum.Tone]], reader.space)
    end
    made[group.name] = is_linked and { link = group.like } or definition
  end
  return made
end

-- ---- setting ------------------------------------------------------------------------------------

local set = {} ---@type table<string, table>  what hum has set, as Neovim gives it back

---@param name string
---@return table
local function definition_of(name)
  local definition = api.nvim_get_hl(0, { name = name })
  -- Of that Neovim's own scheme makes nothing, when 'background' is set.
  definition.default = nil
  return definition
end

--- Whether a group is as hum, and nobody else, has set it.
---@param name string
---@return boolean
local function is_ours(name)
  local now = definition_of(name)
  return vim.tbl_isempty(now) or vim.deep_equal(now, set[name])
end

local function apply()
  for name, definition in pairs(make()) do
    if is_ours(name) then
      -- A link that is a default comes back with `:highlight clear`, whatever has been set since: who made it could
      -- not be told then.
      definition.default, definition.force = not definition.link, true
      api.nvim_set_hl(0, name, definition)
      set[name] = definition_of(name)
    end
  end
end

-- ---- when ---------------------------------------------------------------------------------------

local started = false
local seen = nil ---@type table|nil  the text's colours as the groups were made from them

local function refresh()
  seen = api.nvim_get_hl(0, { name = 'Normal' })
  apply()
end

-- A callback of the user's that comes later may make the background transparent, say.
local function refresh_now_and_later()
  refresh()
  vim.schedule(function()
    if not vim.deep_equal(seen, api.nvim_get_hl(0, { name = 'Normal' })) then refresh() end
  end)
end

--- Sets the groups, if that has not been done yet, and anew from now on when the colours change.
function M.start()
  if started then return end
  started = true
  refresh()
  local augroup = api.nvim_create_augroup('hum.look', {})
  api.nvim_create_autocmd('ColorScheme', { group = augroup, callback = refresh_now_and_later })
  api.nvim_create_autocmd('UIEnter', { group = augroup, callback = refresh })
  api.nvim_create_autocmd('OptionSet', { group = augroup, pattern = 'termguicolors', callback = refresh })
  api.nvim_create_autocmd('OptionSet', {
    group = augroup,
    pattern = 'background',
    -- A scheme that has a name is loaded once more, with a 'ColorScheme' of its own.
    callback = function()
      if not vim.g.colors_name then refresh() end
    end,
  })
end

return M
