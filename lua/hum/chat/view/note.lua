-- What a note looks like: why a reply ended, why a message was not sent, when it is sent again. Pure but for the
-- glyphs: words come in, rows of the screen go out; where they stand, hum.chat.view.notes says.
--
--     ╭ ✗ Error ────────────────────────────╮      ▲ Stopped after 212 tokens. Go on with g. (:Hum continue).
--       endpoint "ollama" …
--       Retry with g<CR> (:Hum retry).
--     ╰─────────────────────────────────────╯
--
-- It has no sides: what is copied from the screen has no bars in it, as with blocks of code.
local glyphs_of = require('hum.look.glyphs').get
local one_line = require('hum.chat.text.format').one_line
local wrap = require('hum.wrap')

local M = {}

---@class hum.NoteText
---@field kind 'error'|'warning'|'info'
---@field title string     a few words, without a stop at their end
---@field message? string  what happened, in the words of those who know
---@field cure? string     what to do

---@alias hum.NoteRow [string, string?][]  texts and groups

local GROUPS = { error = 'HumError', warning = 'HumWarning', info = 'HumFigures' }

local INDENT = 2
--- Lines that are longer are hard to read; fewer cells than LEAST hold no word.
local MOST, LEAST = 100, 8

local cells = vim.fn.strdisplaywidth

--- A border with a text in it, as wide as the window.
---@param left string
---@param text hum.NoteRow
---@param right string
---@param width integer
---@return hum.NoteRow
local function border(left, text, right, width)
  local used = cells(left .. right)
  for _, chunk in ipairs(text) do
    used = used + cells(chunk[1])
  end
  local row = { { left, 'HumNote' } } ---@type hum.NoteRow
  vim.list_extend(row, text)
  row[#row + 1] = { glyphs_of().rule:rep(math.max(width - used, 0)) .. right, 'HumNote' }
  return row
end

---@param text string|nil
---@param width integer
---@param group string
---@return hum.NoteRow[]
local function wrapped(text, width, group)
  local fitting = math.max(math.min(width - INDENT - 1, MOST), math.min(LEAST, width))
  local indent = (' '):rep(math.min(INDENT, math.max(width - fitting, 0)))
  return vim.tbl_map(function(line) return { { indent .. line, group } } end, wrap.lines(one_line(text or ''), fitting))
end

---@param text string
---@return string  as a sentence
local function sentence(text) return text:find('[.?!:]$') and text or text .. '.' end

--- All of it in a row, if there is nothing to be told but what the title says.
---@param note hum.NoteText
---@param width integer
---@return hum.NoteRow|nil
local function single(note, width)
  if note.message then return nil end
  local title = glyphs_of()[note.kind] .. ' ' .. note.title
  local row = { { title, GROUPS[note.kind] } } ---@type hum.NoteRow
  if note.cure then
    row[1][1] = sentence(title) .. ' '
    row[2] = { note.cure, 'HumHint' }
  end
  local text = table.concat(vim.tbl_map(function(chunk) return chunk[1] end, row))
  return cells(text) <= width and row or nil
end

--- The rows of a note.
---@param note hum.NoteText
---@param width integer   cells for text in a row
---@param least? integer  so many rows at least
---@return hum.NoteRow[]
function M.rows(note, width, least)
  local glyphs, group = glyphs_of(), GROUPS[note.kind]
  local row = single(note, width)
  local rows = { row } --[[@as hum.NoteRow[] ]]
  if not row then
    local title = (' %s %s '):format(glyphs[note.kind], note.title)
    local fits = cells(title) <= width - 2
    local head = { { fits and title or (' %s '):format(glyphs[note.kind]), group } }
    rows[1] = border(glyphs.top_left, head, glyphs.top_right, width)
    if not fits then vim.list_extend(rows, wrapped(sentence(note.title), width, group)) end
    vim.list_extend(rows, wrapped(note.message, width, group))
    vim.list_extend(rows, wrapped(note.cure, width, 'HumHint'))
  end
  local foot = row and 0 or 1
  while #rows < (least or 0) - foot do
    rows[#rows + 1] = { { '' } }
  end
  if not row then rows[#rows + 1] = border(glyphs.bottom_left, {}, glyphs.bottom_right, width) end
  return rows
end

--- So many tokens, for a title.
---@param stats? hum.Stats
---@return string
local function after_tokens(stats)
  local tokens = stats and stats.tokens or 0
  if tokens == 0 then return '' end
  return (' after %s%d token%s'):format(stats.counted and '' or '~', tokens, tokens == 1 and '' or 's')
end

--- What the mark of a reply says.
---@param mark string  'stopped', 'cut', 'ended: …', 'error: …'
---@param known? { message?: string, cure?: string, stats?: hum.Stats }  what is not in the mark
---@return hum.NoteText|nil  nil: it is none of hum's
function M.of_mark(mark, known)
  known = known or {}
  local kind, message = mark:match('^(%l+): (.*)$')
  local cure = known.cure ~= '' and known.cure or nil
  if kind == 'error' then return { kind = 'error', title = 'Error', message = message, cure = cure } end
  if kind == 'ended' then return { kind = 'warning', title = 'Incomplete', message = message, cure = cure } end
  local titles = { stopped = 'Stopped', cut = 'Reply cut at the token limit' }
  local title = titles[mark]
  return title and { kind = 'warning', title = title .. after_tokens(known.stats), cure = cure } or nil
end

return M
