-- Code blocks as objects of Neovim's grammar: motions from one to the other, and text objects. So are turns.
local snippets = require('hum.chat.text.snippets')
local turns = require('hum.chat.text.turns')

local M = {}

---@return integer buf, integer row
local function here() return vim.api.nvim_get_current_buf(), vim.api.nvim_win_get_cursor(0)[1] - 1 end

--- Where a motion to a block goes: to its code.
---@param snippet hum.Snippet|nil
---@return integer|nil row
local function code_row(snippet)
  if not snippet then return nil end
  return snippet.from <= snippet.to and snippet.from or snippet.row
end

---@param buf integer
---@param row integer
---@return integer|nil
local function next_block(buf, row)
  local around = snippets.around(buf, row)
  local own = code_row(around)
  if own and own > row then return own end -- on the fence
  return code_row(snippets.below(buf, row))
end

---@param buf integer
---@param row integer
---@return integer|nil
local function prev_block(buf, row)
  local found = snippets.above(buf, row)
  local target = code_row(found)
  if target and target >= row then target = code_row(snippets.above(buf, found.row - 1)) end
  return target
end

---@param buf integer
---@param row integer
---@return integer|nil
local function next_turn(buf, row)
  for _, turn in ipairs(turns.of(buf).turns) do
    if turn.row > row then return turn.row end
  end
end

---@param buf integer
---@param row integer
---@return integer|nil
local function prev_turn(buf, row)
  local found
  for _, turn in ipairs(turns.of(buf).turns) do
    if turn.row >= row then break end
    found = turn.row
  end
  return found
end

--- What does not succeed ends the operator that waits for it, as with Neovim's own motions.
local function fail()
  if vim.api.nvim_get_mode().mode:find('^no') then vim.api.nvim_feedkeys('\27', 'ni', false) end
end

--- A motion of as many steps as its count says, or as there are.
---@param step fun(buf: integer, row: integer): integer|nil
---@return fun()
local function motion(step)
  return function()
    local buf, row = here()
    local target
    for _ = 1, vim.v.count1 do
      local further = step(buf, target or row)
      if not further then break end
      target = further
    end
    if not target then return fail() end
    vim.cmd("normal! m'")
    vim.api.nvim_win_set_cursor(0, { target + 1, 0 })
    if vim.o.foldopen:find('block', 1, true) and vim.api.nvim_get_mode().mode == 'n' then vim.cmd('normal! zv') end
  end
end

M.next_turn, M.prev_turn = motion(next_turn), motion(prev_turn)
M.next_block, M.prev_block = motion(next_block), motion(prev_block)

--- A text object, as the keys that select it: lines of the block around the cursor, or what the key means to Neovim
--- where there is none.
---@param key string
---@param rows fun(snippet: hum.Snippet): integer, integer
---@return string
local function object(key, rows)
  local snippet = snippets.around(here())
  if not snippet then return key end
  local is_operator = vim.api.nvim_get_mode().mode:find('^no') ~= nil
  local first, last = rows(snippet)
  if last < first then return is_operator and '<Esc>' or '' end
  local select = ('<Cmd>keepjumps normal! %dGzvV%dGzv<CR>'):format(first + 1, last + 1)
  return is_operator and select or '<Esc>' .. select
end

---@param key string
---@return string
function M.inner(key)
  return object(key, function(snippet) return snippet.from, snippet.to end)
end

--- With the fences.
---@param key string
---@return string
function M.outer(key)
  return object(key, function(snippet) return snippet.row, snippet.last end)
end

return M
