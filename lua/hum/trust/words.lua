-- What is asked and told of texts that a project brings along, in words. Pure.
local M = {}

--- What users call a text: in one line.
---@param item hum.TrustItem
---@return string
function M.title(item) return ((item.title or vim.fn.fnamemodify(item.path, ':~')):gsub('%c', '?')) end

---@param items hum.TrustItem[]
---@return string  "AGENTS.md, CLAUDE.md and 3 more"
function M.names(items)
  local names = vim.tbl_map(M.title, vim.list_slice(items, 1, #items > 4 and 3 or 4))
  if #items > #names then return ('%s and %d more'):format(table.concat(names, ', '), #items - #names) end
  local last = table.remove(names) --[[@as string]]
  return #names > 0 and table.concat(names, ', ') .. ' and ' .. last or last
end

local KINDS = { rules = 'rules', prompt = 'prompts', persona = 'personas' }

---@param items hum.TrustItem[]
---@return string  "rules and personas"
local function kinds_of(items)
  local kinds = {} ---@type string[]
  for _, item in ipairs(items) do
    local kind = KINDS[item.what] or item.what
    if not vim.list_contains(kinds, kind) then kinds[#kinds + 1] = kind end
  end
  return table.concat(kinds, ' and ')
end

--- The question, in one line.
---@param items hum.TrustItem[]
---@param is_changed fun(item: hum.TrustItem): boolean  another text of it is allowed
---@return string
function M.question(items, is_changed)
  local changed = vim.tbl_filter(is_changed, items)
  local state = #changed == #items and 'changed' or #changed > 0 and 'new or changed' or 'new'
  return ('hum: send %s of this project to the model? %s: %s'):format(kinds_of(items), M.names(items), state)
end

return M
