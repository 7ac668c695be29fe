-- What is accepted is text at once, and a moment later it is typed as well: so "." repeats it, where it
-- was among the keys of the user; so do a count (`3o`), `i_CTRL-A`, `".p` and plugins with many cursors,
-- which all read the same.
--
-- Neovim repeats keys. They are gathered where they are handled (edit.c: insertchar(), ins_eol(), ins_bs()
-- and so on call AppendToRedobuff), a change by the API is not among them, and no function adds to them: what
-- a key adds, it adds when it is typed. The register "." has the same keys. Of the ways to type text exactly
--   CTRL-R CTRL-O {register}  adds these three keys, so that "." puts what the register has by then, or
--                             asks for an expression; the register "." does not have the text,
--   CTRL-V {character}        is wrapped at 'textwidth', and in the register are the CTRL-V,
--   'paste'                   adds each character as it is, and only it (see literal.lua).
-- A line break is added as one whatever is on. When keys are repeated 'paste' is off: see replay.lua.
--
-- So, before the next key is handled: the change is taken back, and typed, and if that did not give the
-- same text, mended. Nothing is drawn meanwhile, as there are keys to be handled; no events come, and all of
-- it is in one undo block.
local literal = require('hum.complete.literal')

local M = {}

local api = vim.api

---@class hum.Insertion  a change of the buffer; rows and columns from 0, columns in bytes
---@field row integer      where it begins
---@field from integer
---@field old string[]     what stood there: blanks left of the cursor, closing characters right of it
---@field col integer      where the cursor was, in the same row
---@field lines string[]   what stands there now; the cursor is at its end
---@field gone string      closing characters of `old`
---@field indented boolean  blanks of `old` were replaced

---@class hum.Retyped  what is being typed
---@field buf integer
---@field row integer      where it begins
---@field below integer    lines below the cursor's
---@field lines string[]   from that row to the end of the cursor's line, as they have to be
---@field cursor integer[]

local queue = {} ---@type hum.Insertion[]
local typing ---@type hum.Retyped|nil
local watcher ---@type integer|nil

---@class hum.RedoListener
---@field typing fun(keys: string)  what is typed for a change
---@field typed fun(same: boolean)  that is over; `same`: text and cursor are as they were, only the number of
---    the change is not

local listener = { typing = function() end, typed = function() end } ---@type hum.RedoListener

---@param fns hum.RedoListener
function M.listen(fns) listener = fns end

local RIGHT = vim.keycode('<C-g>U<Right>')
local NO_INDENT = '0\4'
local END_MENU = vim.keycode('<C-x><C-z>')

--- Closing characters that were there are not typed again: the cursor goes over them. That they are gone
--- from lines below is not repeated, as elsewhere it would be other text.
---@param text string
---@param gone string  of the characters of `text`, in their order
---@return string keys
local function over(text, gone)
  local out, stop = '', #text
  for i = gone:find('\n') and 0 or #gone, 1, -1 do
    local at = stop
    while at > 0 and text:byte(at) ~= gone:byte(i) do
      at = at - 1
    end
    if at == 0 then break end
    out = RIGHT .. literal.escape(text:sub(at + 1, stop)) .. out
    stop = at - 1
  end
  return literal.escape(text:sub(1, stop)) .. out
end

--- What would have to be typed, with 'paste'.
---@param change hum.Insertion
---@return string keys
local function keys_of(change)
  local text = table.concat(change.lines, '\n'):gsub('[%z\1-\8\11-\31\127]', '\22%0')
  local head = change.indented and change.col > 0 and NO_INDENT or ''
  return head .. over(text, change.gone)
end

---@param change hum.Insertion
---@return integer row, integer col
local function end_of(change)
  local n = #change.lines
  return change.row + n - 1, n == 1 and change.from + #change.lines[1] or #change.lines[n]
end

---@param change hum.Insertion
---@param row integer  where it has to end
---@param col integer
---@return boolean
local function is_there(change, row, col)
  local last_row, last_col = end_of(change)
  if last_row ~= row or last_col ~= col then return false end
  local ok, lines = pcall(api.nvim_buf_get_text, 0, change.row, change.from, row, col, {})
  return ok and vim.deep_equal(lines, change.lines)
end

---@param change hum.Insertion
local function take_back(change)
  local row, col = end_of(change)
  api.nvim_buf_set_text(0, change.row, change.from, row, col, change.old)
  api.nvim_win_set_cursor(0, { change.row + 1, change.col })
end

---@param keys string
local function feed(keys) api.nvim_feedkeys(keys, 'in', false) end

---@param name string
---@return string
local function call(name) return vim.keycode(("<Cmd>lua require('hum.complete.redo').%s()<CR>"):format(name)) end

local BEGIN, FINISH, BREAK = call('begin'), call('finish'), vim.keycode('<C-g>u')

---@param first hum.Insertion
---@return hum.Retyped
local function note(first)
  local cursor = api.nvim_win_get_cursor(0)
  return {
    buf = api.nvim_get_current_buf(),
    row = first.row,
    below = api.nvim_buf_line_count(0) - cursor[1],
    lines = api.nvim_buf_get_lines(0, first.row, cursor[1], true),
    cursor = cursor,
  }
end

---@param changes hum.Insertion[]
---@return boolean  they follow each other up to the cursor, and nothing else happened
local function are_there(changes)
  local cursor = api.nvim_win_get_cursor(0)
  for i = 1, #changes - 1 do
    local row, col = end_of(changes[i])
    if row ~= changes[i + 1].row or col ~= changes[i + 1].col then return false end
  end
  return is_there(changes[#changes], cursor[1] - 1, cursor[2])
end

--- Types what was inserted; called by a key.
function M.begin()
  local changes = queue
  queue = {}
  local mode = api.nvim_get_mode().mode
  if #changes == 0 or mode:sub(1, 1) ~= 'i' then return end
  if not are_there(changes) then return feed(BREAK) end
  typing = note(changes[1])
  for i = #changes, 1, -1 do
    take_back(changes[i])
  end
  local keys = ''
  for _, change in ipairs(changes) do
    local some = keys_of(change)
    listener.typing(some)
    keys = keys .. some
  end
  literal.on()
  feed((mode == 'i' and '' or END_MENU) .. keys .. FINISH .. BREAK)
end

--- Neovim takes blanks away that it made itself, and what is left of closing characters is on other lines.
---@param want hum.Retyped
---@param stop integer  row after the last one
local function mend(want, stop)
  local got = api.nvim_buf_get_lines(0, want.row, stop, false)
  api.nvim_buf_set_text(0, want.row, 0, stop - 1, #got[#got], want.lines)
end

--- It has been typed; called by a key.
function M.finish()
  local want = typing
  if not want then return end
  typing = nil
  if watcher then
    api.nvim_del_autocmd(watcher)
    watcher = nil
  end
  literal.off()
  if want.buf ~= api.nvim_get_current_buf() then return listener.typed(false) end
  local stop = api.nvim_buf_line_count(0) - want.below
  if not vim.deep_equal(api.nvim_buf_get_lines(0, want.row, stop, false), want.lines) then mend(want, stop) end
  api.nvim_win_set_cursor(0, want.cursor)
  listener.typed(true)
end

--- An error or an interrupt takes keys away that were not handled yet: when Neovim waits for the next one
--- all must be done.
local function watch()
  if watcher then return end
  watcher = api.nvim_create_autocmd('SafeState', {
    callback = function()
      watcher, queue = nil, {}
      M.finish()
      return true
    end,
  })
end

--- Sees to it that a change which was made, and behind which the cursor is, is repeated by ".".
---@param change hum.Insertion
function M.record(change)
  queue[#queue + 1] = change
  if #queue > 1 then return end
  feed(BEGIN)
  watch()
end

return M
