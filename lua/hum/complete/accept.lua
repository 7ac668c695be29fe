-- A suggestion, or its first part, becomes text.
local ghost = require('hum.complete.ghost')
local keys = require('hum.complete.keys')
local notify = require('hum.notify')
local redo = require('hum.complete.redo')
local replay = require('hum.complete.replay')
local typed = require('hum.complete.ghost.typed')

local M = {}

--- A word with the white space before it; what is no word is one of its own.
local WORD = [[^\_s*\%(\k\+\|\%(\k\@!\S\)\+\)]]

---@type table<string, fun(left_over: string): string>
local PART = {
  all = function(left_over) return left_over end,
  line = function(left_over) return left_over:match('^\n?[^\n]*') or '' end,
  word = function(left_over)
    local word = vim.fn.matchstr(left_over, WORD)
    return word ~= '' and word or left_over
  end,
}

--- Closing characters that an auto-pair put right of the cursor stay as long as the
--- suggestion itself is yet to close them.
---@param right string
---@param left_over string  of the suggestion
---@return integer  bytes that go
local function surplus(right, left_over)
  for gone = 0, #right - 1 do
    if typed.closes(right:sub(gone + 1), left_over) then return gone end
  end
  return #right
end

--- Where closing characters end that begin at the cursor.
---@param shown hum.Shown
---@param closers string
---@return integer row, integer col
local function stop_of(shown, closers)
  local _, breaks = closers:gsub('\n', '')
  if breaks == 0 then return shown.row, shown.col + #closers end
  return shown.row + breaks, #closers:match('[^\n]*$')
end

--- Changes the buffer, and puts the cursor behind the new text.
---@param shown hum.Shown
---@param part string  of the suggestion
local function insert(shown, part)
  local from, text = shown.col, part
  if shown.indent then
    from, text = 0, shown.indent .. part
  end
  local gone = shown.closers:sub(1, surplus(shown.closers, shown.left_over:sub(#part + 1)))
  local to_row, to_col = stop_of(shown, gone)
  local lines = vim.split(text, '\n', { plain = true })
  ghost.make_way()
  local old = vim.api.nvim_buf_get_text(0, shown.row, from, to_row, to_col, {})
  -- Closes the undo block: what was typed before is a step of its own. So is, by the key
  -- that follows, what is typed afterwards.
  vim.cmd('noautocmd let &l:undolevels = &l:undolevels')
  vim.api.nvim_buf_set_text(0, shown.row, from, to_row, to_col, lines)
  local col = #lines == 1 and from + #text or #lines[#lines]
  vim.api.nvim_win_set_cursor(0, { shown.row + #lines, col })
  redo.record({
    row = shown.row,
    from = from,
    old = old,
    col = shown.col,
    lines = lines,
    gone = gone,
    indented = shown.indent ~= nil,
  })
end

--- Why the text cannot be changed, in words.
---@param err any  of Neovim
---@return string
local function refusal(err)
  if not vim.bo.modifiable then
    return "'nomodifiable' is set"
  elseif tostring(err):find('E565', 1, true) then
    return 'text is locked at this moment (E565)'
  end
  local line = tostring(err):match('^[^\n]*') or ''
  return (line:gsub('^.-:%d+: ', ''):gsub('^Vim%b():', ''))
end

---@param what 'all'|'line'|'word'
---@return boolean  false: there was nothing to accept
function M.accept(what)
  keys.catch_up()
  local shown = ghost.shown()
  if not shown then return false end
  local ok, err = pcall(insert, shown, PART[what](shown.left_over))
  if ok then
    keys.accepted()
  else
    keys.dismiss()
    notify.warn('hum: the suggestion cannot be inserted: ' .. refusal(err))
  end
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

redo.listen({
  typing = replay.add,
  typed = function(same)
    replay.go_on()
    if same then keys.accepted() end
  end,
})

return M
