-- Models in a list that is chosen from: a line for each, in columns, with what is known of it. Pure.
local count = require('hum.count')

local M = {}

---@class hum.ModelFacts
---@field loaded? boolean
---@field remote? string     the host that it runs at
---@field context? integer   tokens
---@field price? number[]    dollars for a million tokens in and out
---@field abilities string[]

---@class hum.ListedModel
---@field text string        its name
---@field in_use boolean
---@field facts hum.ModelFacts

--- The widest name that the others are aligned to, in cells.
local NAME = 48

local GAP = '  '

--- What Neovim's own vim.ui.select puts before a line: "12: ".
local NUMBER = 4

---@param dollars number
---@return string
local function money(dollars) return dollars < 0.01 and ('$%.2g'):format(dollars) or ('$%.2f'):format(dollars) end

---@param price number[]
---@return string
local function cost(price)
  if price[1] == 0 and price[2] == 0 then return 'free' end
  return ('%s in, %s out per 1M'):format(money(price[1]), money(price[2]))
end

--- What is known of a model, by column; '' where it is not.
---@param facts hum.ModelFacts
---@param in_use boolean
---@return string[]
local function cells(facts, in_use)
  local state = { in_use and 'in use' or nil }
  state[#state + 1] = facts.loaded and 'loaded' or nil
  state[#state + 1] = facts.remote and 'runs at ' .. facts.remote or nil
  return {
    table.concat(state, ', '),
    facts.context and 'context ' .. count.short(facts.context) or '',
    table.concat(facts.abilities, ', '),
    facts.price and cost(facts.price) or '',
  }
end

---@param text string
---@param width integer
---@return string
local function padded(text, width) return text .. (' '):rep(width - vim.api.nvim_strwidth(text)) end

--- The widths of columns.
---@param rows string[][]
---@return integer[]
local function widths_of(rows)
  local widths = {}
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do
      local width = vim.api.nvim_strwidth(cell)
      if i > 1 or width <= NAME then widths[i] = math.max(widths[i] or 0, width) end
    end
  end
  return widths
end

--- One row, its columns in these widths, or, where that is wider than the screen, without room between them.
---@param row string[]
---@param widths integer[]
---@param room integer
---@return string
local function line_of(row, widths, room)
  local aligned, close = {}, {}
  for i, cell in ipairs(row) do
    if (widths[i] or 0) > 0 then aligned[#aligned + 1] = padded(cell, widths[i]) end
    if cell ~= '' then close[#close + 1] = cell end
  end
  local line = table.concat(aligned, GAP):gsub('%s+$', '')
  return vim.api.nvim_strwidth(line) <= room and line or table.concat(close, GAP)
end

--- A line for each model: the one in use has a star, columns in which there is nothing are left out.
---@param models hum.ListedModel[]
---@param width integer  of the screen
---@return string[]
function M.lines(models, width)
  local rows, lines, is_marked = {}, {}, false
  for i, model in ipairs(models) do
    rows[i] = vim.list_extend({ model.text }, cells(model.facts, model.in_use))
    is_marked = is_marked or model.in_use
  end
  local widths = widths_of(rows)
  for i, row in ipairs(rows) do
    local mark = is_marked and (models[i].in_use and '* ' or '  ') or ''
    lines[i] = mark .. line_of(row, widths, width - NUMBER - #mark)
  end
  return lines
end

--- What is known of a model, in one line.
---@param facts hum.ModelFacts
---@param in_use boolean
---@return string  '': nothing
function M.words(facts, in_use)
  return table.concat(vim.tbl_filter(function(cell) return cell ~= '' end, cells(facts, in_use)), '; ')
end

return M
