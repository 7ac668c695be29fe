-- A screen as `tmux capture-pane -e` writes it, read into cells.
local screen = require('picture.screen')

local M = {}

---@class looks.Style: picture.Look
---@field fg? string|integer  "#rrggbb", or a number of the terminal's
---@field bg? string|integer
---@field is_linux? boolean  on a console: bold text is bright

---@class looks.Cell
---@field text string
---@field width integer
---@field style looks.Style

--- The rows of a screen.
---@param captured string
---@return looks.Cell[][]
function M.read(captured)
  return vim.tbl_map(function(runs)
    local cells = {}
    for _, run in ipairs(runs) do
      for _, char in ipairs(vim.fn.split(run.text, '\\zs')) do
        cells[#cells + 1] = { text = char, width = vim.fn.strwidth(char), style = run.look }
      end
    end
    return cells
  end, screen.rows(vim.split((captured:gsub('\n$', '')), '\n')))
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
