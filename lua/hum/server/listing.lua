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

---@param dollars number
---@return string
local function money(dollars) return dollars < 0.01 and ('$%.2g'):format(dollars) or ('$%.2f'):format(dollars) end

---@param price number[]
---@return string
local function cost(price)
  if price[1] == 0 and price[2] == 0 then return 'free' end
  return ('%s in, %s out per 1M tokens'):format(money(price[1]), money(price[2]))
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
local function padded(text, width) return text .. (' '):rep(width - vim.fn.strdisplaywidth(text)) end

--- The widths of columns.
---@param rows string[][]
---@return integer[]
local function widths_of(rows)
  local widths = {}
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do
      local width = vim.fn.strdisplaywidth(cell)
      if i > 1 or width <= NAME then widths[i] = math.max(widths[i] or 0, width) end
    end
  end
  return widths
end

--- A line for each model: the one in use has a star, columns in which there is nothing are left out.
---@param models hum.ListedModel[]
---@return string[]
function M.lines(models)
  local rows, lines, is_marked = {}, {}, false
  for i, model in ipairs(models) do
    rows[i] = vim.list_extend({ model.text }, cells(model.facts, model.in_use))
    is_marked = is_marked or model.in_use
  end
  local widths = widths_of(rows)
  for n, row in ipairs(rows) do
    local line = is_marked and (models[n].in_use and '* ' or '  ') or ''
    for i, cell in ipairs(row) do
      local width = widths[i] or 0
      if width > 0 then line = line .. (i > 1 and GAP or '') .. padded(cell, width) end
    end
    lines[n] = line:gsub('%s+$', '')
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
