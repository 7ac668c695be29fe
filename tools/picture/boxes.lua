-- The characters of which boxes and bars are made, as shapes: in fonts they end before the cell does, and leave gaps.
local M = {}

-- Which sides a line goes to from the middle of the cell; "round": by an arc.
local LINES = {
  ['─'] = { 'l', 'r' },
  ['│'] = { 'u', 'd' },
  ['┌'] = { 'r', 'd' },
  ['┐'] = { 'l', 'd' },
  ['└'] = { 'u', 'r' },
  ['┘'] = { 'u', 'l' },
  ['├'] = { 'u', 'd', 'r' },
  ['┤'] = { 'u', 'd', 'l' },
  ['┬'] = { 'l', 'r', 'd' },
  ['┴'] = { 'l', 'r', 'u' },
  ['┼'] = { 'l', 'r', 'u', 'd' },
  ['╭'] = { 'r', 'd', round = true },
  ['╮'] = { 'l', 'd', round = true },
  ['╰'] = { 'r', 'u', round = true },
  ['╯'] = { 'l', 'u', round = true },
}

-- The part of the cell that is filled, from the left.
local BLOCKS = { ['█'] = 1, ['▌'] = 0.5, ['▎'] = 0.25, ['▏'] = 0.125 }

---@class picture.Piece
---@field col integer  in the run, in cells
---@field cells integer
---@field text string
---@field box? string  the one character of which it is made

--- A text in pieces: boxes, each of one character that may come many times, and what is between them.
---@param text string
---@return picture.Piece[]
function M.pieces(text)
  local pieces, col = {}, 0
  for char in text:gmatch('[%z\1-\127\194-\244][\128-\191]*') do
    local box = (LINES[char] or BLOCKS[char]) and char or nil
    local last = pieces[#pieces]
    local width = vim.api.nvim_strwidth(char)
    if last and last.box == box then
      last.text, last.cells = last.text .. char, last.cells + width
    else
      pieces[#pieces + 1] = { col = col, cells = width, text = char, box = box }
    end
    col = col + width
  end
  return pieces
end

local function n(x) return (('%.1f'):format(x):gsub('%.0$', '')) end

---@param piece picture.Piece
---@param x number
---@param cell number  width of a cell
---@param row number   its height
---@param class string  of the colour
---@return string
function M.draw(piece, x, cell, row, class)
  local block, line = BLOCKS[piece.box], LINES[piece.box]
  local width = piece.cells * cell
  if block then
    local part = block == 1 and width or cell * block
    return ('<rect x="%s" width="%s" height="%d" class="%s"/>'):format(n(x), n(part), row, class)
  end
  if piece.box == '─' then return ('<path d="M%s %sh%s" class="l %s"/>'):format(n(x), n(row / 2), n(width), class) end
  local path = {}
  for i = 0, piece.cells - 1 do
    local cx, cy = x + (i + 0.5) * cell, row / 2
    local ends = { l = { cx - cell / 2, cy }, r = { cx + cell / 2, cy }, u = { cx, 0 }, d = { cx, row } }
    if line.round then
      local from, to = ends[line[1]], ends[line[2]]
      path[#path + 1] = ('M%s %sQ%s %s %s %s'):format(n(from[1]), n(from[2]), n(cx), n(cy), n(to[1]), n(to[2]))
    else
      for _, side in ipairs(line) do
        path[#path + 1] = ('M%s %sL%s %s'):format(n(cx), n(cy), n(ends[side][1]), n(ends[side][2]))
      end
    end
  end
  return ('<path d="%s" class="l %s"/>'):format(table.concat(path), class)
end

return M
