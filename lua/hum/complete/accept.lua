-- A suggestion, or its first part, becomes text.
local ghost = require('hum.complete.ghost')
local keys = require('hum.complete.keys')
local typed = require('hum.complete.ghost.typed')

local M = {}

--- A word with the white space before it; what is no word is one of its own.
local WORD = [[^\_s*\%(\k\+\|\%(\k\@!\S\)\+\)]]

---@type table<string, fun(rest: string): string>
local PART = {
  all = function(rest) return rest end,
  line = function(rest) return rest:match('^\n?[^\n]*') end,
  word = function(rest)
    local word = vim.fn.matchstr(rest, WORD)
    return word ~= '' and word or rest
  end,
}

--- Closing characters that an auto-pair put right of the cursor stay as long as the
--- suggestion itself is yet to close them.
---@param right string
---@param rest string  what is left of the suggestion
---@return integer  bytes that go
local function surplus(right, rest)
  for gone = 0, #right - 1 do
    if typed.closes(right:sub(gone + 1), rest) then return gone end
  end
  return #right
end

---@param what 'all'|'line'|'word'
---@return boolean  false: there was nothing to accept
function M.accept(what)
  keys.catch_up()
  local shown = ghost.shown()
  if not shown then return false end
  local part = PART[what](shown.rest)
  local from, text = shown.col, part
  if shown.indent then
    from, text = 0, shown.indent .. part
  end
  local to = shown.col + surplus(shown.right, shown.rest:sub(#part + 1))
  local lines = vim.split(text, '\n', { plain = true })
  -- Closes the undo block: what was typed before is a step of its own. So is, by the key
  -- that follows, what is typed afterwards.
  vim.cmd('noautocmd let &l:undolevels = &l:undolevels')
  vim.api.nvim_buf_set_text(0, shown.row, from, shown.row, to, lines)
  local col = #lines == 1 and from + #text or #lines[#lines]
  vim.api.nvim_win_set_cursor(0, { shown.row + #lines, col })
  vim.api.nvim_feedkeys(vim.keycode('<C-g>u'), 'in', false)
  keys.accepted()
  return true
end

local kept = '' ---@type string  the latest fallback of keys()

--- Keys that accept, or are `fallback` if the suggestion is gone when they are handled:
--- Neovim asks an `expr` mapping ahead, before what was typed just before is text.
---@param fallback string
---@param what 'all'|'line'|'word'
---@return string
function M.keys(fallback, what)
  kept = fallback
  return ("<Cmd>lua require('hum.complete.accept').accept_or_fall_back('%s')<CR>"):format(what)
end

---@param what 'all'|'line'|'word'
function M.accept_or_fall_back(what)
  if not M.accept(what) then vim.api.nvim_feedkeys(vim.keycode(kept), 'in', false) end
end

return M
