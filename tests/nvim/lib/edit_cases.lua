-- What the players of tests/cases/edit*.jsonl have in common: the lines, how they are spread over Neovims, and wants of
-- which one must hold.
local T = require('harness')

local M = {}

---@param is_mine fun(form: string): boolean
---@return table[]
local function read(is_mine)
  local found = {}
  for _, name in ipairs({ 'edit', 'edit-more' }) do
    for line in io.lines(('%s/tests/cases/%s.jsonl'):format(T.root, name)) do
      local case = vim.json.decode(line)
      if is_mine(case.form) then found[#found + 1] = case end
    end
  end
  return found
end

--- A test for so many cases at a time, in one Neovim.
---@param is_mine fun(form: string): boolean
---@param at_once integer
---@param play fun(t: test.Case, cases: table[])
function M.each(is_mine, at_once, play)
  local all = read(is_mine)
  for from = 1, #all, at_once do
    local part = vim.list_slice(all, from, from + at_once - 1)
    local name = ('%s to %s'):format(part[1].name, part[#part].name)
    T.test(name, { ui = { 100, 24 } }, function(t) play(t, part) end)
  end
end

---@param told string[]
---@param words string[]
---@return boolean  one of the words is told
local function is_told(told, words)
  local text = table.concat(told, '\n'):lower()
  return vim.iter(words):any(function(word) return text:find(word:lower(), 1, true) ~= nil end)
end

--- Why a want does not hold.
---@param want table
---@param told string[]
---@param fails fun(want: table): string|nil  why one does not, but for what is told
---@return string|nil
function M.why_not(want, told, fails)
  if want.any then
    local whys = {}
    for _, one in ipairs(want.any) do
      whys[#whys + 1] = M.why_not(one, told, fails)
    end
    return #whys == #want.any and table.concat(whys, '\n  or: ') or nil
  end
  local words = want.refused or want.told or (want.unchanged and { 'nothing to change' })
  if words and not is_told(told, words) then return 'told is ' .. vim.inspect(told) end
  return fails(want)
end

return M
