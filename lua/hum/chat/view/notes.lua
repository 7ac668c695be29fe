-- What stands beside the text of a reply: its figures, and an error.
local config = require('hum.config')
local figures = require('hum.chat.view.figures')
local fold = require('hum.chat.view.fold')
local lines = require('hum.chat.view.lines')
local scheme = require('hum.look.scheme')

local M = {}

local ns = vim.api.nvim_create_namespace('hum.notes')
local group = vim.api.nvim_create_augroup('hum.notes', {})

scheme.start()

---@class hum.Note
---@field row integer    where it last stood
---@field line string    beside what
---@field rows integer   of the text that it is about, from there on
---@field bytes integer  of that text
---@field last string    its last line
---@field seq integer    of the undo tree, when that text was complete
---@field opts vim.api.keyset.set_extmark
---@field texts? [string, string][]  text and group of its virtual lines
---@field figures? string             its text, if it has figures
---@field hidden? boolean  it is not to be seen, though its line is there
---@field past? number     another reply replaced that one: a state of the text up to this number of the undo tree is
---  another reply's unless it is the text

local shown = {} ---@type table<integer, table<integer, hum.Note>>  by buffer and extmark

---@param buf integer
---@param row integer
---@return string|nil
local function line_at(buf, row) return vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1] end

---@param buf integer
---@param row integer
---@param rows integer
---@return integer
local function size(buf, row, rows)
  return vim.api.nvim_buf_get_offset(buf, row + rows) - vim.api.nvim_buf_get_offset(buf, row)
end

---@param buf integer
---@return integer
local function changenr(buf) return vim.api.nvim_buf_call(buf, vim.fn.changenr) end

--- The highest number of the undo tree: an edit that comes has a higher one.
---@param buf integer
---@return integer
local function seq_last(buf)
  return vim.api.nvim_buf_call(buf, function() return vim.fn.undotree().seq_last end)
end

-- The mark is invalidated with its line: after `u` nothing of it is left on other lines.
---@param buf integer
---@param row integer
---@param last integer  of the text that it is about
---@param opts vim.api.keyset.set_extmark
---@param made { texts?: [string, string][], figures?: string }  what it was made of
local function attach(buf, row, last, opts, made)
  local line = line_at(buf, row)
  if not line or line == '' then return end
  opts.end_col, opts.invalidate = #line, true
  local id = vim.api.nvim_buf_set_extmark(buf, ns, row, 0, opts)
  local rows = last - row + 1
  shown[buf] = shown[buf] or {}
  shown[buf][id] = {
    row = row,
    line = line,
    rows = rows,
    bytes = size(buf, row, rows),
    last = line_at(buf, last) or '',
    seq = changenr(buf),
    opts = opts,
    texts = made.texts,
    figures = made.figures,
  }
end

--- Whether the text that a note is about stands there, as it was when it ended.
---@param buf integer
---@param note hum.Note
---@return boolean
local function has_text(buf, note)
  local last = note.row + note.rows
  return last <= vim.api.nvim_buf_line_count(buf)
    and line_at(buf, note.row) == note.line
    and line_at(buf, last - 1) == note.last
    and size(buf, note.row, note.rows) == note.bytes
end

---@param buf integer
---@param id integer
---@param note hum.Note
---@param hidden boolean
local function set(buf, id, note, hidden)
  note.hidden = hidden
  local opts = hidden and { end_col = note.opts.end_col, invalidate = true } or note.opts
  opts.id = id
  vim.api.nvim_buf_set_extmark(buf, ns, note.row, 0, opts)
end

---@class hum.NoteHere  one that may stand in a row
---@field id integer
---@field note hum.Note
---@field valid boolean  its line has been there all the time
---@field same boolean   so is the text that it is about

--- Of replies that stood in the same row the one whose text is there; of those with the same words the last one that
--- the history had by now.
---@param a hum.NoteHere
---@param b hum.NoteHere
---@param now integer
---@return boolean  a rather than b
local function precedes(a, b, now)
  if a.same ~= b.same then return a.same end
  local past, other = a.note.seq <= now, b.note.seq <= now
  if past ~= other then return past end
  return (a.note.seq > b.note.seq) == past
end

--- Those whose line is there, by what they are and by row.
---@param buf integer
---@return table<string, hum.NoteHere[]>
local function candidates(buf)
  local out = {}
  for id, note in pairs(shown[buf] or {}) do
    local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, id, { details = true })
    local valid = at[1] ~= nil and not at[3].invalid
    if valid then note.row = at[1] end
    local same = has_text(buf, note)
    if valid or same then
      local key = (note.figures and 'figures %d' or 'failure %d'):format(note.row)
      out[key] = out[key] or {}
      table.insert(out[key], { id = id, note = note, valid = valid, same = same })
    end
  end
  return out
end

--- The one that is to be seen of those that could.
---@param buf integer
---@param here hum.NoteHere[]
---@return hum.NoteHere|nil
local function best_of(buf, here)
  if #here == 1 and not here[1].note.past then return here[1] end
  local now, best = changenr(buf), nil ---@type integer, hum.NoteHere|nil
  for _, one in ipairs(here) do
    local may = one.same or not one.note.past or now > one.note.past
    if may and (not best or precedes(one, best, now)) then best = one end
  end
  if best and best.same and best.note.past then best.note.past = seq_last(buf) end
  return best
end

--- Shows notes again that `u` removed with their text, and whose text `<C-r>` has brought back. A reply that replaced
--- another one has its own.
---@param buf integer
function M.revive(buf)
  for _, here in pairs(candidates(buf)) do
    local best = best_of(buf, here)
    for _, one in ipairs(here) do
      local hidden = one ~= best
      if hidden ~= (one.note.hidden or false) or (not hidden and not one.valid) then
        set(buf, one.id, one.note, hidden)
      end
    end
  end
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
  shown[buf] = nil
end

--- Behind the heading, or below it where windows are too narrow for that.
---@param buf integer
---@param row integer
---@param text string
---@return vim.api.keyset.set_extmark
local function figures_opts(buf, row, text)
  local heading = line_at(buf, row) or ''
  if vim.fn.strdisplaywidth(heading .. ' ' .. text) <= lines.room(buf) then
    return { virt_text = { { text, 'HumFigures' } }, virt_text_pos = 'eol' }
  end
  return { virt_lines = lines.of(buf, text, 'HumFigures') }
end

---@param buf integer
---@param row integer   of the heading
---@param last integer  of the reply
---@param stats? hum.Stats
function M.stats(buf, row, last, stats)
  if not stats or (stats.tokens or 0) == 0 or not config.get().chat.stats then return end
  local text = figures.text(stats)
  attach(buf, row, last, figures_opts(buf, row, text), { figures = text })
end

---@param buf integer
---@param texts [string, string][]
---@return [string, string][][]
local function virtual_lines(buf, texts)
  local all = {}
  for _, text in ipairs(texts) do
    vim.list_extend(all, lines.of(buf, text[1], text[2]))
  end
  return all
end

--- What went wrong, below a line. The mark of a reply has the message: it is not said twice.
---@param buf integer
---@param row integer
---@param failure { message?: string, hint?: string }
function M.failure(buf, row, failure)
  local texts = { { failure.message or '', 'HumError' }, { failure.hint or '', 'HumHint' } }
  attach(buf, row, row, { virt_lines = virtual_lines(buf, texts) }, { texts = texts })
end

--- Scrolls windows whose cursor is on the last line so far that what stands below it is seen.
---@param buf integer
function M.reveal(buf)
  local count = vim.api.nvim_buf_line_count(buf)
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    local first = vim.fn.line('w0', win)
    local over = vim.api.nvim_win_text_height(win, { start_row = first - 1 }).all - vim.api.nvim_win_get_height(win)
    if over > 0 and vim.api.nvim_win_get_cursor(win)[1] == count then
      vim.api.nvim_win_call(win, function() vim.cmd(('normal! %d\5'):format(over)) end)
    end
  end
end

---@param buf integer
---@param note hum.Note
local function refit(buf, note)
  local made = note.figures and figures_opts(buf, note.row, note.figures)
    or { virt_lines = virtual_lines(buf, note.texts or {}) }
  note.opts.virt_text, note.opts.virt_text_pos = made.virt_text, made.virt_text_pos
  note.opts.virt_lines = made.virt_lines
end

--- Makes them fit into windows of another width.
---@param buf integer
local function refit_all(buf)
  for id, note in pairs(shown[buf] or {}) do
    local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, id, { details = true })
    local valid = at[1] and not at[3].invalid
    if valid then note.row = at[1] end
    refit(buf, note)
    if valid and not note.hidden then set(buf, id, note, false) end
  end
end

vim.api.nvim_create_autocmd({ 'WinResized', 'BufWinEnter' }, {
  group = group,
  callback = function()
    for buf in pairs(shown) do
      if vim.api.nvim_buf_is_loaded(buf) then refit_all(buf) end
    end
  end,
})

--- The replies from this row on are replaced by another one, whose heading may be the same line.
---@param buf integer
---@param row integer
---@param upto? integer  those from this row on are not
function M.replace(buf, row, upto)
  for id, note in pairs(shown[buf] or {}) do
    local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, id, { details = true })
    local valid = at[1] and not at[3].invalid
    if valid then note.row = at[1] end
    if note.row >= row and note.row < (upto or math.huge) then
      note.past = math.huge
      if valid then set(buf, id, note, true) end
    end
  end
end

--- Removes the notes of earlier failures.
---@param buf integer
function M.clear_failures(buf)
  for id, note in pairs(shown[buf] or {}) do
    if note.texts then
      vim.api.nvim_buf_del_extmark(buf, ns, id)
      shown[buf][id] = nil
    end
  end
end

return M
