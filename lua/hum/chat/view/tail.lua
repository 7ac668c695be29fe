-- The end of a text in so many cells: whole characters, with what belongs to them, and whole words where a text has
-- blanks. It is made for each token, so cells are estimated and measured but once. Pure, but for 'ambiwidth'.
local M = {}

local ZWJ = '\226\128\141'
--- U+1F3FB to U+1F3FF, the colours of skins: they belong to the character before.
local SKIN = '^\240\159\143[\187-\191]'

---@param text string
---@return integer
local function cells(text) return vim.fn.strdisplaywidth(text) end

--- The byte at which a text has so many cells left, or less: characters of three bytes and more are taken for wide.
---@param text string
---@param width integer
---@return integer
local function estimate(text, width)
  local two = vim.go.ambiwidth == 'double' and 2 or 1
  local at = #text + 1
  while at > 1 do
    local start = at - 1
    while start > 1 and text:byte(start) >= 128 and text:byte(start) < 192 do
      start = start - 1
    end
    local size = at - start
    width = width - (size == 1 and 1 or size == 2 and two or 2)
    if width < 0 then break end
    at = start
  end
  return at
end

--- Whether the character at a byte belongs to the one before: it is a mark on that, or joined to it.
---@param text string
---@param at integer
---@param size integer
---@return boolean
local function belongs(text, at, size)
  if size == 1 then return text:byte(at) >= 128 end
  local char = text:sub(at, at + size - 1)
  return text:sub(at - 3, at - 1) == ZWJ or char:find(SKIN) ~= nil or vim.api.nvim_strwidth('a' .. char) == 1
end

---@param text string
---@param at integer
---@return integer  of the first byte from there on that begins a character that stands for itself
local function boundary(text, at)
  while at <= #text do
    local size = vim.str_utf_end(text, at) + 1
    if text:byte(at) < 128 or not belongs(text, at, size) then return at end
    at = at + size
  end
  return at
end

--- The end of a text.
---@param text string   without line breaks
---@param width integer
---@param mark string   of one cell, for what is left out
---@return string
function M.of(text, width, mark)
  if #text <= width and not text:find('[\128-\255]') then return text end
  local at = estimate(text, width)
  if at == 1 and cells(text) <= width then return text end
  at = boundary(text, math.max(estimate(text, width - 1), 2))
  local rest = text:sub(at)
  while cells(rest) > width - 1 do -- characters that Neovim shows by their number
    at = boundary(text, at + vim.str_utf_end(text, at) + 1)
    rest = text:sub(at)
  end
  local _, blank = rest:find('^%S*%s+')
  local whole = blank and rest:sub(blank + 1) or ''
  return mark .. (#whole >= #rest / 2 and whole or vim.trim(rest))
end

return M
