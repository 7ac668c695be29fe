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

--- Ends an operator that waits, and what would be repeated with it, as a motion of Neovim's own does that fails. Of a
--- map only an error message does that.
---@param why string
local function fail(why)
  if not vim.api.nvim_get_mode().mode:find('^no') then return end
  if vim.fn.has('nvim-0.11') == 1 then
    vim.api.nvim_echo({ { why } }, true, { err = true })
  else
    vim.api.nvim_err_writeln(why) ---@diagnostic disable-line: deprecated
  end
end

--- A motion of as many steps as its count says, or as there are.
---@param what string  'code block'
---@param step fun(buf: integer, row: integer): integer|nil
---@return fun()
local function motion(what, step)
  return function()
    local buf, row = here()
    local target
    for _ = 1, vim.v.count1 do
      local further = step(buf, target or row)
      if not further then break end
      target = further
    end
    if not target then return fail(('hum: there is no other %s'):format(what)) end
    vim.cmd("normal! m'")
    vim.api.nvim_win_set_cursor(0, { target + 1, 0 })
    if vim.o.foldopen:find('block', 1, true) and vim.api.nvim_get_mode().mode == 'n' then vim.cmd('normal! zv') end
  end
end

--- By the names of their keys.
---@type table<string, fun()>
M.motions = {
  next_turn = motion('turn', next_turn),
  prev_turn = motion('turn', prev_turn),
  next_block = motion('code block', next_block),
  prev_block = motion('code block', prev_block),
}

--- The lines of a block that a text object is.
---@type table<string, fun(snippet: hum.Snippet): integer, integer>
local ROWS = {
  inner = function(snippet) return snippet.from, snippet.to end,
  outer = function(snippet) return snippet.row, snippet.last end, -- with the fences
}

--- Selects lines of the block around the cursor, which may be another one when an operator is repeated.
---@param which 'inner'|'outer'
function M.select(which)
  local snippet = snippets.around(here())
  if not snippet then return fail('hum: there is no code block here') end
  local first, last = ROWS[which](snippet)
  if last < first then return fail('hum: the code block is empty') end
  vim.cmd(('keepjumps normal! %dGzvV%dGzv'):format(first + 1, last + 1))
end

local SELECT = "<Cmd>lua require('hum.chat.code.object').select('%s')<CR>"

--- A text object as keys: what selects it, or what the key means to Neovim where there is no block.
---@param which 'inner'|'outer'
---@param key string
---@return string
function M.keys(which, key)
  local snippet = snippets.around(here())
  if not snippet then return key end
  local is_operator = vim.api.nvim_get_mode().mode:find('^no') ~= nil
  local first, last = ROWS[which](snippet)
  if last < first then return is_operator and '<Esc>' or '' end
  return (is_operator and '' or '<Esc>') .. SELECT:format(which)
end

return M
