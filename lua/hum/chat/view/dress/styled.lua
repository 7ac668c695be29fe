-- A piece of Markdown as it is to be seen: its text without the marks, and the groups of highlighting along it.
local ink = require('hum.chat.view.ink')
local inline = require('hum.chat.text.inline')
local marks = require('hum.chat.text.marks')

local M = {}

---@class hum.Styled
---@field text string
---@field width integer       cells of the text
---@field spans hum.StyledSpan[]
---@field breaks table<integer, boolean>  bytes where a `<br>` was: there the text has a blank
---@field words? hum.Word[]   kept by hum.chat.view.dress.flow

---@class hum.StyledSpan
---@field first integer  bytes [first, last) of the text, from 1
---@field last integer
---@field group string

local GROUP = ink.INLINE

--- Leaves the backslash of `\|` out; a line break in HTML becomes "\n".
---@param text string
---@return string
local function plain(text) return (text:gsub('\\|', '|'):gsub('%s*<[bB][rR]%s*/?>%s*', '\n'):gsub('[\t\r]', ' ')) end

---@param text string
---@param base? string  a group that lies below all others
---@return hum.Styled
function M.parse(text, base)
  text = plain(text)
  local spans, hidden = {}, {} ---@type hum.StyledSpan[], integer[]
  local function hide(first, last)
    for byte = first, last - 1 do
      hidden[byte] = 1
    end
  end
  inline.parse(text, function(first, last, kind)
    if GROUP[kind] then spans[#spans + 1] = { first = first, last = last, group = GROUP[kind] } end
    marks.of(text, first, last, kind, hide)
  end)
  if next(hidden) then
    local kept, place = {}, {} ---@type string[], integer[]
    for byte = 1, #text do
      place[byte] = #kept + 1
      if not hidden[byte] then kept[#kept + 1] = text:sub(byte, byte) end
    end
    place[#text + 1] = #kept + 1
    for _, span in ipairs(spans) do
      span.first, span.last = place[span.first], place[span.last]
    end
    text = table.concat(kept)
  end
  if base then table.insert(spans, 1, { first = 1, last = #text + 1, group = base }) end
  local breaks = {}
  for at in text:gmatch('()\n') do
    breaks[at] = true
  end
  text = text:gsub('\n', ' ')
  return { text = text, width = vim.api.nvim_strwidth(text), spans = spans, breaks = breaks }
end

--- The bytes [first, last) as chunks of virtual text.
---@param styled hum.Styled
---@param first integer
---@param last integer
---@return [string, string[]?][]
function M.chunks(styled, first, last)
  local cuts = { first, last } ---@type integer[]
  for _, span in ipairs(styled.spans) do
    for _, cut in ipairs({ span.first, span.last }) do
      if cut > first and cut < last then cuts[#cuts + 1] = cut end
    end
  end
  table.sort(cuts)
  local chunks = {}
  for i = 1, #cuts - 1 do
    local from, to = cuts[i], cuts[i + 1]
    if to > from then
      local groups = {}
      for _, span in ipairs(styled.spans) do
        if span.first <= from and span.last >= to then groups[#groups + 1] = span.group end
      end
      chunks[#chunks + 1] = { styled.text:sub(from, to - 1), groups[1] and groups or nil }
    end
  end
  return chunks
end

return M
