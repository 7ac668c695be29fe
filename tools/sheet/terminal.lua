-- A screen as `tmux capture-pane -e` writes it, read into cells.
local M = {}

---@class looks.Style
---@field fg? integer|string  a number of the terminal, or 'rrggbb'
---@field bg? integer|string
---@field bold? boolean
---@field dim? boolean
---@field italic? boolean
---@field underline? boolean
---@field reverse? boolean
---@field strike? boolean

---@class looks.Cell
---@field text string
---@field width integer
---@field style looks.Style

local ON = { [1] = 'bold', [2] = 'dim', [3] = 'italic', [4] = 'underline', [7] = 'reverse', [9] = 'strike' }
local OFF = { [23] = 'italic', [24] = 'underline', [27] = 'reverse', [29] = 'strike' }

--- A colour after 38 or 48: "5;n" or "2;r;g;b".
---@param codes integer[]
---@param i integer  of the 38 or 48
---@return integer|string|nil colour, integer last
local function extended(codes, i)
  if codes[i + 1] == 5 then return codes[i + 2], i + 2 end
  return ('%02x%02x%02x'):format(codes[i + 2], codes[i + 3], codes[i + 4]), i + 4
end

---@param style looks.Style
---@param parameters string
---@return looks.Style
local function styled(style, parameters)
  style = vim.deepcopy(style)
  local codes = {}
  for code in (parameters == '' and '0' or parameters):gmatch('[^;]+') do
    codes[#codes + 1] = tonumber(code:match('^%d+'))
  end
  local i = 1
  while i <= #codes do
    local code = codes[i]
    if code == 0 then
      style = {}
    elseif code == 22 then
      style.bold, style.dim = nil, nil
    elseif code == 38 then
      style.fg, i = extended(codes, i)
    elseif code == 48 then
      style.bg, i = extended(codes, i)
    elseif code == 58 then
      _, i = extended(codes, i)
    elseif code == 39 then
      style.fg = nil
    elseif code == 49 then
      style.bg = nil
    elseif code >= 30 and code <= 37 then
      style.fg = code - 30
    elseif code >= 40 and code <= 47 then
      style.bg = code - 40
    elseif code >= 90 and code <= 97 then
      style.fg = code - 90 + 8
    elseif code >= 100 and code <= 107 then
      style.bg = code - 100 + 8
    elseif ON[code] then
      style[ON[code]] = true
    elseif OFF[code] then
      style[OFF[code]] = nil
    end
    i = i + 1
  end
  return style
end

--- The rows of a screen.
---@param captured string
---@return looks.Cell[][]
function M.read(captured)
  local rows, style = {}, {}
  for line in (captured:gsub('\n$', '') .. '\n'):gmatch('(.-)\n') do
    local cells = {}
    line = line:gsub('[\14\15]', '')
    while line ~= '' do
      local parameters, rest = line:match('^\27%[([%d;:]*)m(.*)$')
      if parameters then
        style, line = styled(style, parameters), rest
      else
        local text = line:match('^[^\27]+') or line:sub(1, 1)
        for _, char in ipairs(vim.fn.split(text, '\\zs')) do
          cells[#cells + 1] = { text = char, width = vim.fn.strwidth(char), style = style }
        end
        line = line:sub(#text + 1)
      end
    end
    rows[#rows + 1] = cells
  end
  return rows
end

---@param row looks.Cell[]
---@return string
function M.text(row)
  local texts = {}
  for i, cell in ipairs(row) do
    texts[i] = cell.text
  end
  return (table.concat(texts):gsub('%s+$', ''))
end

return M
