-- Makes runs of cells that look alike of what tmux writes for a row: text with the sequences that select colours.
local M = {}

---@class picture.Look
---@field fg? string   "#rrggbb"; nil: the terminal's own
---@field bg? string
---@field bold? boolean
---@field italic? boolean
---@field underline? boolean
---@field strike? boolean
---@field reverse? boolean

---@class picture.Run
---@field col integer    from 0
---@field cells integer
---@field text string
---@field look picture.Look

local BASE = { '000000', 'cd0000', '00cd00', 'cdcd00', '0000ee', 'cd00cd', '00cdcd', 'e5e5e5' }
local BRIGHT = { '7f7f7f', 'ff0000', '00ff00', 'ffff00', '5c5cff', 'ff00ff', '00ffff', 'ffffff' }
local STEPS = { 0, 95, 135, 175, 215, 255 }

--- A colour of xterm's 256.
---@param n integer
---@return string
local function indexed(n)
  if n < 16 then return '#' .. (n < 8 and BASE[n + 1] or BRIGHT[n - 7]) end
  if n >= 232 then return ('#%02x%02x%02x'):format(8 + 10 * (n - 232), 8 + 10 * (n - 232), 8 + 10 * (n - 232)) end
  n = n - 16
  return ('#%02x%02x%02x'):format(STEPS[math.floor(n / 36) + 1], STEPS[math.floor(n / 6) % 6 + 1], STEPS[n % 6 + 1])
end

local FLAGS = {
  [1] = { 'bold', true },
  [3] = { 'italic', true },
  [4] = { 'underline', true },
  [7] = { 'reverse', true },
  [9] = { 'strike', true },
  [22] = { 'bold', nil },
  [23] = { 'italic', nil },
  [24] = { 'underline', nil },
  [27] = { 'reverse', nil },
  [29] = { 'strike', nil },
  [39] = { 'fg', nil },
  [49] = { 'bg', nil },
}

--- The look after a sequence "ESC [ ... m".
---@param look picture.Look
---@param codes string
---@return picture.Look
local function selected(look, codes)
  look = vim.deepcopy(look)
  local numbers = {}
  for part in (codes == '' and '0' or codes):gmatch('[^;]+') do
    -- "4:3" is a curly underline; one colour of an underline follows in parts of its own.
    numbers[#numbers + 1] = tonumber(part:match('^%d+'))
  end
  local i = 1
  while i <= #numbers do
    local n = numbers[i]
    if n == 0 then
      look = {}
    elseif FLAGS[n] then
      look[FLAGS[n][1]] = FLAGS[n][2]
    elseif n == 38 or n == 48 or n == 58 then
      local name = n == 38 and 'fg' or n == 48 and 'bg' or 'sp'
      if numbers[i + 1] == 2 then
        look[name] = ('#%02x%02x%02x'):format(numbers[i + 2], numbers[i + 3], numbers[i + 4])
        i = i + 4
      else
        look[name] = indexed(numbers[i + 2])
        i = i + 2
      end
    elseif n >= 30 and n <= 37 or n >= 90 and n <= 97 then
      look.fg = indexed(n < 90 and n - 30 or n - 82)
    elseif n >= 40 and n <= 47 or n >= 100 and n <= 107 then
      look.bg = indexed(n < 100 and n - 40 or n - 92)
    end
    i = i + 1
  end
  look.sp = nil
  return look
end

---@param a picture.Look
---@param b picture.Look
---@return boolean
local function is_same(a, b)
  for _, name in ipairs({ 'fg', 'bg', 'bold', 'italic', 'underline', 'strike', 'reverse' }) do
    if a[name] ~= b[name] then return false end
  end
  return true
end

--- The runs of a row. A cell of two columns is a run of its own, so that what follows keeps its column.
---@param row string
---@param look picture.Look  at its beginning
---@return picture.Run[], picture.Look
local function runs_of(row, look)
  local runs, col, pos, cell = {}, 0, 1, ''
  local open ---@type picture.Run|nil
  while pos <= #row do
    local codes, after = row:match('^\27%[([%d;:]*)m()', pos)
    local other = not codes and row:match('^\27%][^\27\7]*[\7\27]\\?()', pos) -- a link
    other = other or not codes and row:match('^\27.()', pos)
    if codes then
      look, pos = selected(look, codes), after
    elseif other then
      pos = other
    else
      local char = row:match('^[%z\1-\127\194-\244][\128-\191]*', pos)
      -- Marks that combine, and joined emoji, belong to the cell before.
      local width = vim.api.nvim_strwidth(cell .. char) - vim.api.nvim_strwidth(cell)
      cell = width == 0 and cell .. char or char
      if open and width == 0 then
        open.text = open.text .. char
      elseif open and width == 1 and not open.wide and is_same(open.look, look) then
        open.text, open.cells = open.text .. char, open.cells + 1
      else
        open = { col = col, cells = width, text = char, look = look, wide = width > 1 }
        runs[#runs + 1] = open
      end
      col, pos = col + width, pos + #char
    end
  end
  return runs, look
end

--- The rows of a screen. tmux tells only what changes from cell to cell, also from the end of a row to the next.
---@param rows string[]
---@return picture.Run[][]
function M.rows(rows)
  local out, look = {}, {}
  for i, row in ipairs(rows) do
    out[i], look = runs_of(row, look)
  end
  return out
end

return M
