-- What stands beside the text of a chat: the figures below a reply, and notes: why a reply ended, why a message was not
-- sent. A note about a reply is drawn over its mark, `<!-- hum: stopped -->`, as far as that has rows on the screen
-- (hum.chat.view.mark), and goes on below it; one without a mark is all below its line. Neovim cuts virtual lines
-- instead of wrapping them, so they are made anew for windows of another width.
local config = require('hum.config')
local cure = require('hum.chat.view.cure')
local figure_row = require('hum.chat.view.figure_row')
local fold = require('hum.chat.view.fold')
local lines = require('hum.chat.view.lines')
local note_rows = require('hum.chat.view.note').rows
local note_of = require('hum.chat.view.note').of_mark
local rows = require('hum.chat.text.rows')
local standing = require('hum.chat.view.standing')
local turns = require('hum.chat.text.turns')

local M = {}

local ns = standing.ns
local group = vim.api.nvim_create_augroup('hum.notes', {})

---@class hum.Note: hum.Standing
---@field stats? hum.Stats      figures
---@field figures? integer       their extmark
---@field text? hum.NoteText
---@field mark? string           the mark that it is drawn over
---@field drawn? hum.NoteRow[]   rows of the screen, from that of the mark on

local shown = {} ---@type table<integer, table<integer, hum.Note>>  by buffer and extmark

local widths = {} ---@type table<integer, string>  of the windows of a buffer, when its notes were made to fit

-- ---- how it is shown -------------------------------------------------------------------------

--- The last row of the reply with a heading, without blank lines behind it.
---@param buf integer
---@param row integer  of the heading
---@param list hum.Turn[]  those of the buffer
---@return integer
local function last_row(buf, row, list)
  local turn = list[turns.first_of(list, function(one) return one.row >= row end)]
  return rows.after_text(buf, turn and turn.row == row and turn.last + 1 or row + 1) - 1
end

--- Whether marks are drawn over.
---@return boolean
local function is_dressed()
  local chat = config.get().chat
  return chat.highlight and chat.dress ~= false
end

--- Rows of the screen that a line takes in the widest window.
---@param buf integer
---@param row integer
---@return integer
local function height(buf, row)
  local least ---@type integer|nil
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    local size = vim.api.nvim_win_text_height(win, { start_row = row, end_row = row })
    local taken = size.all - size.fill
    least = least and math.min(least, taken) or taken
  end
  return math.max(least or math.ceil(vim.fn.strdisplaywidth(rows.line(buf, row)) / vim.o.columns), 1)
end

--- The rows of a note that stand below its line.
---@param buf integer
---@param note hum.Note
---@return hum.NoteRow[]|nil
local function below_line(buf, note)
  local width = math.max(lines.room(buf), 1)
  note.drawn = nil
  local text = note.text --[[@as hum.NoteText]]
  if not note.mark then return note_rows(text, width) end
  if is_dressed() then
    local least = height(buf, note.row)
    note.drawn = note_rows(text, width, least)
    local below = vim.list_slice(note.drawn, least + 1)
    return #below > 0 and below or nil
  end
  -- The mark itself says what happened.
  return text.cure and lines.of(buf, text.cure, 'HumHint') or nil
end

---@param buf integer
---@param id integer|nil  nil: it is new
---@param note hum.Note
---@param hidden boolean
---@param list? hum.Turn[]
---@return integer id
local function set(buf, id, note, hidden, list)
  note.hidden = hidden
  local opts = { id = id, end_col = #rows.line(buf, note.row), invalidate = true }
  if note.stats then
    if hidden then
      note.figures = figure_row.hide(buf, note.figures)
    else
      local last = list and last_row(buf, note.row, list) or note.row + note.rows - 1
      note.figures = figure_row.show(buf, last, note.stats, note.figures)
    end
  elseif not hidden then
    opts.virt_lines = below_line(buf, note)
  end
  return vim.api.nvim_buf_set_extmark(buf, ns, note.row, 0, opts)
end

---@param buf integer
---@param row integer
---@param last integer  of the text that it is about
---@param what { stats?: hum.Stats, text?: hum.NoteText, mark?: string }
local function attach(buf, row, last, what)
  local note = standing.new(buf, row, last, what.stats and 'figures' or 'note') --[[@as hum.Note|nil]]
  if not note then return end
  for key, value in pairs(what) do
    note[key] = value
  end
  shown[buf] = shown[buf] or {}
  shown[buf][set(buf, nil, note, false)] = note
end

---@param buf integer
---@param id integer
local function remove(buf, id)
  figure_row.hide(buf, shown[buf][id].figures)
  vim.api.nvim_buf_del_extmark(buf, ns, id)
  shown[buf][id] = nil
end

--- Makes all fit into windows of another width, and follow a text that was edited.
---@param buf integer
local function refit(buf)
  local list = turns.of(buf).turns
  for id, note in pairs(shown[buf] or {}) do
    if standing.find(buf, id, note) and not note.hidden then set(buf, id, note, false, list) end
  end
end

-- ---- what is told ----------------------------------------------------------------------------

--- The figures of a reply.
---@param buf integer
---@param row integer   of the heading
---@param last integer  of the reply
---@param stats? hum.Stats
function M.figures(buf, row, last, stats)
  if not stats or (stats.tokens or 0) == 0 or not config.get().chat.stats then return end
  attach(buf, row, last, { stats = stats })
end

--- What is to be known, below a line.
---@param buf integer
---@param row integer
---@param text hum.NoteText
function M.add(buf, row, text) attach(buf, row, row, { text = text }) end

--- How a reply ended, at its mark. What is not given is what the mark says.
---@param buf integer
---@param row integer  of the mark
---@param mark string  'stopped', 'error: …'
---@param known { message?: string, cure?: string, stats?: hum.Stats }
function M.ended(buf, row, mark, known)
  local text = note_of(mark, known)
  if text then attach(buf, row, row, { text = text, mark = mark }) end
end

--- The note that stands at a mark.
---@param buf integer
---@param row integer
---@return hum.Note|nil
local function at_mark(buf, row)
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buf, ns, { row, 0 }, { row, 0 }, {})) do
    local note = (shown[buf] or {})[mark[1]]
    if note and note.mark and not note.hidden then return note end
  end
end

--- The rows of the screen that are drawn over a mark, and below it.
---@param buf integer
---@param row integer
---@param line string
---@return hum.NoteRow[]|nil  nil: it is none, or not drawn over
function M.drawn(buf, row, line)
  local note = at_mark(buf, row)
  return note and vim.startswith(note.line, line) and note.drawn or nil
end

--- Takes up marks that are in the text and that nobody has told of: of a chat that was read, or by undo.
---@param buf integer
---@param list hum.Turn[]
function M.adopt(buf, list)
  local is_last = true
  for i = #list, 1, -1 do
    local turn = list[i]
    local row = turn.mark and rows.after_text(buf, turn.last + 1) - 1
    if row and not at_mark(buf, row) then
      M.ended(buf, row, turn.mark --[[@as string]], { cure = is_last and cure.after(turn.text ~= '') or nil })
    end
    is_last = is_last and turn.role ~= 'assistant'
  end
end

--- Removes notes whose mark is another one now.
---@param buf integer
local function drop_edited(buf)
  for id, note in pairs(shown[buf] or {}) do
    local edited = note.mark and standing.find(buf, id, note) and rows.line(buf, note.row) ~= note.line
    if edited then remove(buf, id) end
  end
end

--- Shows notes again that `u` removed with their text, and whose text `<C-r>` has brought back. A reply that replaced
--- another one has its own.
---@param buf integer
function M.revive(buf)
  drop_edited(buf)
  local list = turns.of(buf).turns
  standing.settle(buf, shown[buf] or {}, function(id, note, hidden)
    ---@cast note hum.Note
    set(buf, id, note, hidden, list)
  end)
  for id, note in pairs(shown[buf] or {}) do
    if note.stats and not note.hidden and standing.find(buf, id, note) then set(buf, id, note, false, list) end
  end
  M.adopt(buf, list)
end

--- Not while a reply streams: the event comes for each token then.
---@param buf integer
function M.watch(buf)
  M.unwatch(buf)
  vim.api.nvim_create_autocmd('TextChanged', {
    group = group,
    buffer = buf,
    callback = function()
      M.revive(buf)
      fold.refresh(buf)
    end,
  })
end

---@param buf integer
function M.unwatch(buf) vim.api.nvim_clear_autocmds({ group = group, buffer = buf }) end

---@param buf integer
function M.forget(buf)
  if vim.api.nvim_buf_is_valid(buf) then M.unwatch(buf) end
  shown[buf], widths[buf] = nil, nil
end

--- The replies from this row on are replaced by another one, whose heading may be the same line.
---@param buf integer
---@param row integer
---@param upto? integer  those from this row on are not
function M.replace(buf, row, upto)
  for id, note in pairs(shown[buf] or {}) do
    local valid = standing.find(buf, id, note)
    if note.row >= row and note.row < (upto or math.huge) then
      note.past = math.huge
      if valid then set(buf, id, note, true) end
    end
  end
end

--- A new reply begins: what was to be done about earlier ones is not to be done any more.
---@param buf integer
function M.clear(buf)
  for id, note in pairs(shown[buf] or {}) do
    if note.mark then
      note.text.cure = nil
      if standing.find(buf, id, note) and not note.hidden then set(buf, id, note, false) end
    elseif note.text then
      remove(buf, id)
    end
  end
end

--- The widths for text of the windows that show a buffer.
---@param buf integer
---@return string
local function widths_of(buf) return table.concat(vim.tbl_map(lines.width, vim.fn.win_findbuf(buf)), ' ') end

---@param buf integer
local function refit_if_needed(buf)
  local now = widths_of(buf)
  if now == '' or now == widths[buf] then return end
  widths[buf] = now
  refit(buf)
end

vim.api.nvim_create_autocmd({ 'WinResized', 'BufWinEnter' }, {
  group = group,
  callback = function()
    for buf in pairs(shown) do
      if vim.api.nvim_buf_is_loaded(buf) then refit_if_needed(buf) end
    end
  end,
})

config.on_change(function()
  for buf in pairs(shown) do
    if vim.api.nvim_buf_is_loaded(buf) then refit(buf) end
  end
end)

return M
