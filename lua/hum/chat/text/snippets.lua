-- The code blocks of a chat. Those of a turn that has ended are read once and kept with it, as long as `turns` keeps
-- it; rows are kept from its heading on, so that they move with it. What a key costs does not grow with the chat.
--
-- Blocks are fenced: by backquotes or tildes, in lists, in block quotes, and open at the end of a turn. What a model
-- thinks has none: it is no answer.
local block = require('hum.chat.text.block')
local named = require('hum.chat.text.named')
local turns = require('hum.chat.text.turns')

local M = {}

---@class hum.Snippet
---@field row integer        of the opening fence
---@field last integer       of the closing fence, or of the last line with text if there is none
---@field from integer       first row of the code
---@field to integer         last row of the code, `from - 1` if it has none
---@field language? string
---@field file? string       that it belongs to, as the fence, a comment or the line above it says
---@field lines? hum.Span  of that file, if it is quoted
---@field text string        the code, without the fence's indentation

--- State of a line that is neither the first one nor in a turn.
local INSIDE = block.next(block.FIRST, '')

--- Block quotes in block quotes that are looked for.
local DEEP = 20

--- How far above a block a line may stand that names its file.
local NEAR = 2

---@class hum.OpenSnippet
---@field row integer
---@field depth integer  of block quotes
---@field indent integer  of the fence, in columns
---@field info string
---@field above? string

---@class hum.SnippetReader
---@field lines string[]
---@field id integer        state before the line, outside of block quotes
---@field quoted integer    the same, within them
---@field depth integer     of the line before
---@field open? hum.OpenSnippet
---@field above? { row: integer, text: string }  the last line that is neither blank nor of a block
---@field found hum.Snippet[]

--- What a mark of a block quote may stand behind: white space, or what begins an item of a list.
local BEFORE_QUOTE = { '^%s*', '^%s*[-*+]%s+', '^%s*%d+[.)]%s+' }

---@param line string
---@return string|nil  without its first mark of a block quote
local function unquote_once(line)
  for _, before in ipairs(BEFORE_QUOTE) do
    local rest = line:match(before .. '> ?(.*)$')
    if rest then return rest end
  end
end

--- A line without the marks of block quotes.
---@param line string
---@param most integer  marks that are taken
---@return integer depth
---@return string inner
local function unquote(line, most)
  local depth, inner = 0, line
  while depth < most do
    local rest = unquote_once(inner)
    if not rest then break end
    depth, inner = depth + 1, rest
  end
  return depth, inner
end

--- A line without so many columns of white space at its start.
---@param line string
---@param columns integer
---@return string
local function dedent(line, columns)
  local at, column = 1, 0
  while column < columns do
    local byte = line:byte(at)
    if byte == 32 then
      column = column + 1
    elseif byte == 9 then
      column = column + 4 - column % 4
    else
      break
    end
    at = at + 1
  end
  return (' '):rep(math.max(0, column - columns)) .. line:sub(at)
end

---@param r hum.SnippetReader
---@param open hum.OpenSnippet
---@param to integer
---@return string[]
local function code(r, open, to)
  local lines, is_dos = {}, r.lines[open.row + 1]:find('\r$')
  for row = open.row + 1, to do
    local _, inner = unquote(r.lines[row + 1], open.depth)
    local line = dedent(inner, open.indent)
    lines[#lines + 1] = is_dos and line:gsub('\r$', '') or line
  end
  return lines
end

--- Commands mention files, and belong to none of another kind.
local SHELLS = {}
for name in ('bash sh zsh fish shell console shellsession powershell ps1 bat'):gmatch('%S+') do
  SHELLS[name] = true
end

---@param language? string
---@param file string
---@return boolean
local function belongs(language, file)
  if not language or not SHELLS[language] then return true end
  local known = vim.filetype.match({ filename = file }) or file:match('%.([^.]*)$')
  return known ~= nil and SHELLS[known] == true
end

---@param open hum.OpenSnippet
---@param lines string[]
---@return string|nil language
---@return string|nil file
---@return hum.Span|nil
local function identity(open, lines)
  local language, file = named.info(open.info)
  local above, span = named.above(open.above or '')
  if span then return language, above, span end
  if language == 'diff' or language == 'patch' then
    file = file or named.diff(lines)
  else
    file = file or named.comment(lines)
  end
  return language, file or above and belongs(language, above) and above or nil
end

--- The open block ends.
---@param r hum.SnippetReader
---@param last integer    its last row
---@param closed boolean  that is a fence
local function finish(r, last, closed)
  local open = r.open --[[@as hum.OpenSnippet]]
  while not closed and last > open.row and not r.lines[last + 1]:find('[^%s>]') do
    last = last - 1
  end
  local to = closed and last - 1 or last
  local lines = code(r, open, to)
  local language, file, range = identity(open, lines)
  r.found[#r.found + 1] = {
    row = open.row,
    last = last,
    from = open.row + 1,
    to = to,
    language = language,
    file = file,
    lines = range,
    text = table.concat(lines, '\n'),
  }
  r.open, r.above = nil, nil
end

---@param r hum.SnippetReader
---@param row integer
---@param depth integer
---@param inner string
---@param fence hum.BlockFence
local function begin(r, row, depth, inner, fence)
  local above = r.above
  r.open = {
    row = row,
    depth = depth,
    indent = fence.indent,
    info = inner:match('^[^`~]*[`~]+(.*)$') or '', -- perhaps behind a list marker
    above = above and row - above.row <= NEAR and above.text or nil,
  }
end

--- The states after a line: of the text, and of what is quoted in it.
---@param r hum.SnippetReader
---@param line string
---@param depth integer
---@param inner string
---@return integer id       of the text that the line belongs to
---@return hum.BlockKind kind
local function advance(r, line, depth, inner)
  local id, kind = block.next(r.id, line)
  if depth == 0 then
    r.id = id
    return id, kind
  end
  if not r.open then r.id = id end
  if depth ~= r.depth then r.quoted = INSIDE end
  local quoted, what = block.next(r.quoted, inner)
  if block.def(quoted).role then
    quoted, what = INSIDE, 'text'
  end -- no turn begins in a quote
  r.quoted = quoted
  return quoted, what
end

---@param r hum.SnippetReader
---@param row integer
local function read_line(r, row)
  local line = r.lines[row + 1]
  local is_code = r.open ~= nil and r.open.depth == 0 or block.def(r.id).thinking
  local depth, inner = unquote(line, is_code and 0 or r.open and r.open.depth or DEEP)
  if r.open and depth < r.open.depth then
    finish(r, row - 1, false) -- the quote ends, and what is in it
    depth, inner = unquote(line, DEEP)
  end
  local id, kind = advance(r, line, depth, inner)
  r.depth = depth
  local def = block.def(id)
  if def.thinking then
    r.above = nil
  elseif kind == 'fence_open' then
    begin(r, row, depth, inner, def.fence --[[@as hum.BlockFence]])
  elseif kind == 'fence_close' and r.open then
    finish(r, row, true)
  elseif kind == 'text' then
    r.above = { row = row, text = inner }
  end
end

--- The blocks of a turn.
---@param lines string[]  of it, its heading first
---@return hum.Snippet[]  with rows from the heading on
function M.read(lines)
  local r = { lines = lines, id = INSIDE, quoted = INSIDE, depth = 0, found = {} } ---@type hum.SnippetReader
  for row = 0, #lines - 1 do
    read_line(r, row)
  end
  if r.open then finish(r, #lines - 1, false) end
  return r.found
end

--- By turn, and gone with it.
---@type table<hum.Turn, hum.Snippet[]>
local kept = setmetatable({}, { __mode = 'k' })

local reply_end = function(buf) return vim.api.nvim_buf_line_count(buf) end ---@type fun(buf: integer): integer

--- Sets the function that knows the last row of a reply that streams: what the user writes below it is his, though a
--- fence may be open above.
---@param fn fun(buf: integer): integer
function M.on_reply_end(fn) reply_end = fn end

---@param buf integer
---@param turn hum.Turn
---@return hum.Snippet[]  with rows from its heading on; not to be changed
local function of_turn(buf, turn)
  local found = kept[turn]
  if not found then
    local upto = reply_end(buf)
    local last = turn.row <= upto and math.min(turn.last, upto) or turn.last
    found = M.read(vim.api.nvim_buf_get_lines(buf, turn.row, last + 1, false))
    kept[turn] = found
  end
  return found
end

---@param turn hum.Turn
---@param one hum.Snippet|nil
---@return hum.Snippet|nil  with rows in the buffer
local function placed(turn, one)
  if not one then return nil end
  return {
    row = one.row + turn.row,
    last = one.last + turn.row,
    from = one.from + turn.row,
    to = one.to + turn.row,
    language = one.language,
    file = one.file,
    lines = one.lines,
    text = one.text,
  }
end

--- The code blocks of a chat, from its beginning on.
---@param buf integer
---@return hum.Snippet[]
function M.of(buf)
  local all = {}
  for _, turn in ipairs(turns.of(buf).turns) do
    for _, one in ipairs(of_turn(buf, turn)) do
      all[#all + 1] = placed(turn, one)
    end
  end
  return all
end

---@param list hum.Turn[]
---@param row integer
---@return integer  index of the turn that a row is in, or 0
local function turn_at(list, row)
  return turns.first_of(list, function(turn) return turn.row > row end) - 1
end

---@param buf integer
---@param turn hum.Turn
---@param row integer
---@return hum.Snippet[] blocks
---@return integer index  of the last one that begins at the row or above, or 0
local function split(buf, turn, row)
  local blocks = of_turn(buf, turn)
  return blocks, turns.first_of(blocks, function(one) return one.row + turn.row > row end) - 1
end

--- The block that a row is in, else the nearest above.
---@param buf integer
---@param row integer
---@return hum.Snippet|nil
function M.above(buf, row)
  local list = turns.of(buf).turns
  for i = turn_at(list, row), 1, -1 do
    local blocks, n = split(buf, list[i], row)
    if n > 0 then return placed(list[i], blocks[n]) end
  end
end

--- The next block that begins below a row.
---@param buf integer
---@param row integer
---@return hum.Snippet|nil
function M.below(buf, row)
  local list = turns.of(buf).turns
  for i = math.max(1, turn_at(list, row)), #list do
    local blocks, n = split(buf, list[i], row)
    if blocks[n + 1] then return placed(list[i], blocks[n + 1]) end
  end
end

--- The block that a row is in, fences included.
---@param buf integer
---@param row integer
---@return hum.Snippet|nil
function M.around(buf, row)
  local found = M.above(buf, row)
  return found and row <= found.last and found or nil
end

--- The lines of files that the last question above a row quotes.
---@param buf integer
---@param row integer
---@param parts? boolean  those too that are parts of lines
---@return hum.Snippet[]
function M.quotes(buf, row, parts)
  local list = turns.of(buf).turns
  for i = turn_at(list, row), 1, -1 do
    local turn = list[i]
    local found = {}
    for _, one in ipairs(turn.role == 'user' and of_turn(buf, turn) or {}) do
      if one.lines and (parts or not one.lines.columns) then found[#found + 1] = placed(turn, one) end
    end
    if #found > 0 then return found end
  end
  return {}
end

return M
