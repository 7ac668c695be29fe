-- The characters that hum draws with: those of Unicode, those that the fonts of a Linux console have, or ASCII.
-- Each is one cell wide; where the user's settings make one of them two cells wide, it is ASCII.
local config = require('hum.config')
local notice = require('hum.notice')
local terminal = require('hum.look.terminal')

local M = {}

---@class hum.Glyphs
---@field rule string
---@field bar string
---@field top_left string
---@field top_right string
---@field bottom_left string
---@field bottom_right string
---@field tee_left string   `├`
---@field tee_right string  `┤`
---@field cross string
---@field bullets string[]   by depth
---@field open string        of a fold
---@field closed string
---@field checked string
---@field unchecked string
---@field quote string
---@field warning string
---@field error string
---@field info string
---@field dot string         between figures
---@field ellipsis string

---@type hum.Glyphs
local UNICODE = {
  rule = '─',
  bar = '│',
  top_left = '╭',
  top_right = '╮',
  bottom_left = '╰',
  bottom_right = '╯',
  tee_left = '├',
  tee_right = '┤',
  cross = '┼',
  bullets = { '•', '◦', '▪' },
  open = '▾',
  closed = '▸',
  checked = '✓',
  unchecked = '○',
  quote = '▎',
  warning = '▲',
  error = '✗',
  info = '●',
  dot = '·',
  ellipsis = '…',
}

--- Of code page 437 and Latin-1: no font of the console has more.
---@type hum.Glyphs
local CONSOLE = vim.tbl_extend('force', UNICODE, {
  top_left = '┌',
  top_right = '┐',
  bottom_left = '└',
  bottom_right = '┘',
  bullets = { '•', '○', '■' },
  open = '▼',
  closed = '►',
  checked = '√',
  quote = '│',
  error = '×',
  info = '•',
})

---@type hum.Glyphs
local ASCII = {
  rule = '-',
  bar = '|',
  top_left = '+',
  top_right = '+',
  bottom_left = '+',
  bottom_right = '+',
  tee_left = '+',
  tee_right = '+',
  cross = '+',
  bullets = { '*', '-', '+' },
  open = 'v',
  closed = '>',
  checked = 'x',
  unchecked = 'o',
  quote = '|',
  warning = '!',
  error = 'x',
  info = 'i',
  dot = '-',
  ellipsis = '~',
}

---@param glyphs hum.Glyphs
---@return boolean  none is two cells wide here
local function are_narrow(glyphs)
  for _, glyph in pairs(glyphs) do
    local text = type(glyph) == 'table' and table.concat(glyph) or glyph --[[@as string]]
    if vim.fn.strdisplaywidth(text) ~= vim.fn.strchars(text) then return false end
  end
  return true
end

---@return hum.Glyphs
local function choose()
  local option = config.get().glyphs
  local glyphs = option == 'ascii' and ASCII or option == 'auto' and terminal.is_console() and CONSOLE or UNICODE
  return are_narrow(glyphs) and glyphs or ASCII
end

local chosen = nil ---@type hum.Glyphs|nil
local is_watched = false

local function forget() chosen = nil end

local function watch()
  is_watched = true
  config.on_change(forget)
  local group = vim.api.nvim_create_augroup('hum.look.glyphs', {})
  vim.api.nvim_create_autocmd({ 'UIEnter', 'UILeave' }, { group = group, callback = forget })
  vim.api.nvim_create_autocmd('OptionSet', { group = group, pattern = 'ambiwidth', callback = forget })
end

--- The characters in use now. Not to be kept: settings and terminals change.
---@return hum.Glyphs
function M.get()
  if not is_watched then watch() end
  chosen = chosen or choose()
  return chosen
end

--- What stands between figures and the like: " · ".
---@return string
function M.separator() return (' %s '):format(M.get().dot) end

--- A text in so many cells: what does not fit is left out at its end.
---@param text string
---@param width integer
---@return string
function M.cut(text, width)
  if vim.fn.strdisplaywidth(text) <= width then return text end
  return vim.fn.printf(('%%.%dS'):format(math.max(width - 1, 0)), text) .. M.get().ellipsis
end

--- The frame of a float, as nvim_open_win() takes it.
---@return string[]
function M.frame()
  local g = M.get()
  return { g.top_left, g.rule, g.top_right, g.bar, g.bottom_right, g.rule, g.bottom_left, g.bar }
end

notice.framed(M.frame)

return M
