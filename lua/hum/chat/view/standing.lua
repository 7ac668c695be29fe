-- Which notes stand in a chat: a note goes with the text that it is about when that is undone, and comes back with it.
--
-- Each is known by an extmark that is invalidated with its line. `u` and `<C-r>` lose it, so the text tells as well:
-- where the same text stands in the same row the note is back.
local M = {}

M.ns = vim.api.nvim_create_namespace('hum.notes')

---@class hum.Standing
---@field row integer    where it last stood
---@field line string    beside what
---@field rows integer   of the text that it is about, from there on
---@field bytes integer  of that text
---@field last string    its last line
---@field seq integer    of the undo tree, when that text was complete
---@field group string   of those that one row can have, one is seen: "figures" or "note"
---@field hidden? boolean  it is not to be seen, though its line is there
---@field past? number     another reply replaced that one: a state of the text up to this number of the undo tree is
---  another reply's unless it is the text

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

--- What is to be known of a note so that it is found again.
---@param buf integer
---@param row integer
---@param last integer  of the text that it is about
---@param group 'figures'|'note'
---@return hum.Standing|nil  nil: there is no line
function M.new(buf, row, last, group)
  local line = line_at(buf, row)
  if not line or line == '' then return nil end
  local rows = last - row + 1
  return {
    row = row,
    line = line,
    rows = rows,
    bytes = size(buf, row, rows),
    last = line_at(buf, last) or '',
    seq = changenr(buf),
    group = group,
  }
end

--- Whether the line of a note has been there all the time. Its row is up to date then.
---@param buf integer
---@param id integer
---@param note hum.Standing
---@return boolean
function M.find(buf, id, note)
  local at = vim.api.nvim_buf_get_extmark_by_id(buf, M.ns, id, { details = true })
  local valid = at[1] ~= nil and not at[3].invalid
  if valid then note.row = at[1] end
  return valid
end

--- Whether the text that a note is about stands there, as it was when it ended.
---@param buf integer
---@param note hum.Standing
---@return boolean
local function has_text(buf, note)
  local last = note.row + note.rows
  return last <= vim.api.nvim_buf_line_count(buf)
    and line_at(buf, note.row) == note.line
    and line_at(buf, last - 1) == note.last
    and size(buf, note.row, note.rows) == note.bytes
end

---@class hum.NoteHere  one that may stand in a row
---@field id integer
---@field note hum.Standing
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
---@param notes table<integer, hum.Standing>
---@return table<string, hum.NoteHere[]>
local function candidates(buf, notes)
  local out = {}
  for id, note in pairs(notes) do
    local valid = M.find(buf, id, note)
    local same = has_text(buf, note)
    if valid or same then
      local key = ('%s %d'):format(note.group, note.row)
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

--- Finds out which are to be seen now, and has those shown or hidden for which that has changed.
---@param buf integer
---@param notes table<integer, hum.Standing>  by extmark
---@param set fun(id: integer, note: hum.Standing, hidden: boolean)
function M.settle(buf, notes, set)
  for _, here in pairs(candidates(buf, notes)) do
    local best = best_of(buf, here)
    for _, one in ipairs(here) do
      local hidden = one ~= best
      if hidden ~= (one.note.hidden or false) or (not hidden and not one.valid) then set(one.id, one.note, hidden) end
    end
  end
end

return M
