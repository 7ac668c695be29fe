-- The page of `:checkhealth hum`. What the checks say is gathered first: parts without a complaint stand above those
-- with one, and in each part what works above what does not.
local M = {}

---@class hum.HealthLine
---@field kind 'ok'|'info'|'warn'|'error'
---@field text string
---@field advice? string[]

---@class hum.HealthPart
---@field title string
---@field last boolean
---@field lines hum.HealthLine[]

local parts = {} ---@type hum.HealthPart[]

local RANK = { ok = 1, info = 2, warn = 3, error = 4 }

--- Begins a part.
---@param title string
---@param last? boolean  it is for looking up: below all others
function M.start(title, last) parts[#parts + 1] = { title = title, last = last or false, lines = {} } end

---@param kind 'ok'|'info'|'warn'|'error'
---@return fun(text: string, advice?: string[])
local function adds(kind)
  return function(text, advice) table.insert(parts[#parts].lines, { kind = kind, text = text, advice = advice }) end
end

M.ok, M.info, M.warn, M.error = adds('ok'), adds('info'), adds('warn'), adds('error')

---@param part hum.HealthPart
---@return integer
local function rank(part)
  local worst = 1
  for _, line in ipairs(part.lines) do
    worst = math.max(worst, RANK[line.kind])
  end
  return worst > RANK.info and worst or part.last and 5 or 1
end

--- Those of a rank come in the order in which they were.
---@generic T
---@param list T[]
---@param rank_of fun(item: T): integer
---@return T[]
local function sorted(list, rank_of)
  local out = {}
  for wanted = 1, 5 do
    for _, item in ipairs(list) do
      if rank_of(item) == wanted then out[#out + 1] = item end
    end
  end
  return out
end

--- Lets the checks say what they have to say, and writes the page.
---@param check fun()
function M.write(check)
  parts = {}
  check()
  for _, part in ipairs(sorted(parts, rank)) do
    vim.health.start('hum: ' .. part.title)
    for _, line in ipairs(sorted(part.lines, function(one) return RANK[one.kind] end)) do
      vim.health[line.kind](line.text, line.advice or {})
    end
  end
end

return M
