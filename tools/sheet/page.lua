-- The page of tools/looks: all screens, as text with colours, and their figures. One file that needs no other.
local figures = require('sheet.figures')

local M = {}

local HEAD = [[
<!doctype html><meta charset="utf-8"><title>hum.nvim: looks</title>
<style>
body { background: #777; color: #000; font: 14px sans-serif; margin: 16px }
section { display: inline-block; vertical-align: top; margin: 0 12px 24px 0 }
h2 { font-size: 15px; margin: 4px 0 }
p { margin: 2px 0; font-size: 12px; width: 0; min-width: 100% }
.fault { color: #a00000; font-weight: bold }
td, th { padding: 1px 10px 1px 0; font-size: 12px; text-align: left }
a { color: #000080 }
pre { margin: 0; white-space: pre }
pre { font: 13px/17px "DejaVu Sans Mono", "Noto Sans Mono CJK JP", "Noto Color Emoji", monospace }
i, b { font-style: normal; font-weight: normal }
b { display: inline-block; height: 17px; vertical-align: top; overflow: hidden }
.b { font-weight: bold }
.i { font-style: italic }
.u { text-decoration: underline }
.s { text-decoration: line-through }
</style>
]]

---@param text string
---@return string
local function escape(text) return (text:gsub('[&<>]', { ['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;' })) end

local WEIGHTS = { bold = 'b', italic = 'i', underline = 'u', strike = 's' }

--- A run of cells that look alike. What the font may not have in the width of a cell gets a box that has it.
---@param style looks.Style
---@param paper { fg: integer, bg: integer }  what needs no saying
---@param background string
---@param text string
---@param width? integer
---@return string
local function run(style, paper, background, text, width)
  local fg, bg = figures.seen(style, background)
  local css, classes = {}, {}
  if fg ~= paper.fg then css[#css + 1] = ('color:#%06x'):format(fg) end
  if bg ~= paper.bg then css[#css + 1] = ('background:#%06x'):format(bg) end
  if width then css[#css + 1] = ('width:%dch'):format(width) end
  for name, class in pairs(WEIGHTS) do
    if style[name] then classes[#classes + 1] = class end
  end
  if #css == 0 and #classes == 0 then return escape(text) end
  local tag = width and 'b' or 'i'
  local class = #classes > 0 and (' class="%s"'):format(table.concat(classes, ' ')) or ''
  local inline = #css > 0 and (' style="%s"'):format(table.concat(css, ';')) or ''
  return ('<%s%s%s>%s</%s>'):format(tag, class, inline, escape(text), tag)
end

-- Of the characters behind this one the font may be another, with another width.
local LAST_SAFE = 0x25ff

---@param cell looks.Cell
---@return boolean
local function is_safe(cell) return cell.width == 1 and vim.fn.char2nr(cell.text) <= LAST_SAFE and #cell.text <= 3 end

---@param row looks.Cell[]
---@param paper { fg: integer, bg: integer }
---@param background string
---@return string
local function line(row, paper, background)
  local out, i = {}, 1
  while i <= #row do
    local first, text = row[i], {}
    repeat
      text[#text + 1] = row[i].text
      i = i + 1
    until i > #row or row[i].style ~= first.style or not is_safe(row[i]) or not is_safe(first)
    local width = not is_safe(first) and first.width or nil
    out[#out + 1] = run(first.style, paper, background, table.concat(text), width)
  end
  return table.concat(out)
end

--- The colours that most cells have.
---@param screen table
---@return { fg: integer, bg: integer }
local function paper_of(screen)
  local counts, most, paper = {}, 0, { fg = 0, bg = 0 }
  for _, row in ipairs(screen.rows) do
    for _, cell in ipairs(row) do
      local fg, bg = figures.seen(cell.style, screen.scheme.background)
      local key = fg * 0x1000000 + bg
      counts[key] = (counts[key] or 0) + 1
      if counts[key] > most then
        most, paper = counts[key], { fg = fg, bg = bg }
      end
    end
  end
  return paper
end

---@param rows looks.Cell[][]
---@return integer  rows without the empty ones at the end
local function used(rows)
  local last = #rows - 2
  while last > 1 do
    local text = require('sheet.terminal').text(rows[last])
    if text ~= '' and text ~= '~' then break end
    last = last - 1
  end
  return last
end

---@param screen table
---@return string name, string anchor
local function name_of(screen)
  local name = ('%s %s, %s, %d'):format(screen.scheme.name, screen.scheme.background, screen.colours, screen.columns)
  return name, (name:gsub('[ ,]+', '-'))
end

--- A row for each scheme in each number of colours: where its screens are, and the distances.
---@param screens table[]
---@return string
local function contents(screens)
  local rows, order = {}, {}
  for _, screen in ipairs(screens) do
    local key = ('<td>%s %s</td><td>%s</td>'):format(screen.scheme.name, screen.scheme.background, screen.colours)
    local row = rows[key]
    if not row then
      row = { links = {}, facts = screen.figures.facts, faults = 0 }
      rows[key], order[#order + 1] = row, key
    end
    local _, anchor = name_of(screen)
    row.links[#row.links + 1] = ('<a href="#%s">%d</a>'):format(anchor, screen.columns)
    row.faults = row.faults + #screen.figures.faults
  end
  local out = { '<table><tr><th>scheme<th>colours<th>columns<th>distance of text / background<th>faults</tr>' }
  for _, key in ipairs(order) do
    local row = rows[key]
    local links, facts = table.concat(row.links, ' '), table.concat(row.facts, ', ')
    out[#out + 1] = ('<tr>%s<td>%s</td><td>%s</td><td>%d</td></tr>'):format(key, links, facts, row.faults)
  end
  return table.concat(out, '\n') .. '</table>'
end

---@param screen table
---@return string
local function section(screen)
  local out = {}
  local name, anchor = name_of(screen)
  out[#out + 1] = ('<section id="%s"><h2>%s</h2>'):format(anchor, name)
  local worst = screen.figures.worst[1]
  local facts = table.concat(screen.figures.facts, ', ')
  out[#out + 1] = ('<p>%s; least contrast %.1f ("%s")</p>'):format(facts, worst.contrast, escape(worst.sample))
  for _, fault in ipairs(screen.figures.faults) do
    out[#out + 1] = ('<p class="fault">%s</p>'):format(escape(fault))
  end
  local paper = paper_of(screen)
  out[#out + 1] = ('<pre style="width:%dch;color:#%06x;background:#%06x">'):format(screen.columns, paper.fg, paper.bg)
  for r = 1, used(screen.rows) do
    out[#out + 1] = line(screen.rows[r], paper, screen.scheme.background) .. '\n'
  end
  out[#out + 1] = '</pre></section>'
  return table.concat(out)
end

--- Writes the page.
---@param path string
---@param screens table[]
function M.write(path, screens)
  local file = assert(io.open(path, 'w'))
  file:write(HEAD, '<h1>Looks of a chat</h1>', contents(screens))
  for _, screen in ipairs(screens) do
    file:write(section(screen), '\n')
  end
  file:close()
end

return M
