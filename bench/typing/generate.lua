-- Makes session.keys: what a typist does who writes three pieces of code in two files. Always
-- the same for the same seed; bench/README.md has the format.
--
--     nvim -l bench/typing/generate.lua
local SEED = 20251

local dir = vim.fs.dirname(vim.uv.fs_realpath(debug.getinfo(1, 'S').source:sub(2)))

-- Lines [first, last] of a document are not there at first, and are written in this order.
local PIECES = {
  { file = 'cache.c', first = 329, last = 339, step = 4 },
  { file = 'ghost.lua', first = 208, last = 223, step = 2 },
  { file = 'cache.c', first = 439, last = 460, step = 4 },
}

-- Medians of pauses before a key, in ms. They spread by a logarithmic normal distribution, as
-- those of typists do: about 45 words a minute, less in code because of its signs.
local LETTER, SIGN, WORD, LINE, SLIP_SEEN, MOVE = 125, 210, 190, 320, 280, 180
local SPREAD = 0.4
-- Thinking: how often, and the median.
local THINK_WORD, THINK_LINE, THINK_MS = 0.07, 0.35, 1100
-- Looking at what is suggested: in most thoughts, and now and then at the beginning of a word.
local LOOK_THOUGHT, LOOK_WORD, LOOK_MS = 0.75, 0.1, 300
-- A wrong letter, seen at once or one letter later; keys that lead nowhere.
local SLIP, LATE, STRAY = 0.025, 0.4, 0.02

local out = {}

---@param median number
---@return integer ms
local function pause(median)
  local u, v = math.random(), math.random()
  local normal = math.sqrt(-2 * math.log(1 - u)) * math.cos(2 * math.pi * v)
  return math.floor(median * math.exp(SPREAD * normal) + 0.5)
end

---@param ms integer
---@param from integer  bytes of the document that stand before the cursor, or stood there
---@param what string   keys, or what else is done
local function note(ms, from, what) out[#out + 1] = ('%d %d %s'):format(ms, from, what) end

local function look(from) note(pause(LOOK_MS), from, 'look') end

---@param from integer
---@param chance number
---@return integer ms  to wait before the next key in addition
local function think(from, chance, look_anyway)
  local thinks = math.random() < chance
  if thinks and math.random() < LOOK_THOUGHT or math.random() < look_anyway then look(from) end
  return thinks and pause(THINK_MS) or 0
end

local STRAYS = { { '<Left>', '<Right>' }, { '<Up>', '<Down>', '<End>' }, { '<Esc>', 'a' } }

local function stray(from)
  for _, key in ipairs(STRAYS[math.random(#STRAYS)]) do
    note(pause(MOVE), from, key)
  end
end

local function slip(from, letter, after)
  local wrong = string.char(97 + (letter:byte() - 97 + math.random(1, 25)) % 26)
  note(pause(LETTER), from, wrong)
  local late = after:find('%l') and math.random() < LATE
  if late then note(pause(LETTER), from, after) end
  note(pause(SLIP_SEEN), from, '<BS>')
  if late then note(pause(LETTER), from, '<BS>') end
end

local function key_of(char) return char == '<' and '<lt>' or char == ' ' and '<Space>' or char end

--- The rest of a line, behind its indentation.
---@param from integer
---@param text string
local function type_line(from, text)
  for i = 1, #text do
    local char, former = text:sub(i, i), text:sub(i - 1, i - 1)
    local at = from + i - 1
    local begins = i == 1 or former:find('[%s(]')
    local extra = 0
    if begins and char:find('%a') then
      if i > 1 and math.random() < STRAY then stray(at) end
      extra = think(at, i == 1 and THINK_LINE or THINK_WORD, LOOK_WORD)
    elseif char:find('%l') and math.random() < SLIP then
      slip(at, char, text:sub(i + 1, i + 1))
    end
    local median = char:find('%l') and (begins and WORD or LETTER) or char == ' ' and LETTER or SIGN
    note(pause(median) + extra, at, key_of(char))
  end
end

local function blanks(line) return #line:match('^ *') end

--- From the indentation that 'autoindent' gives to the line's own.
local function indent(from, given, wanted, step)
  local col = given
  while col > wanted do
    note(pause(LETTER), from, '<BS>')
    col = col % step == 0 and col - step or col - col % step
  end
  while col < wanted do
    local is_step = (wanted - col) >= step and col % step == 0
    note(pause(LETTER), from + col, is_step and '<Tab>' or '<Space>')
    col = col + (is_step and step or 1)
  end
end

---@param lines string[]  of the document
---@param piece table
---@param row integer     of the line above, in the buffer, from 1
local function write_piece(lines, piece, row)
  local before = #table.concat(vim.list_slice(lines, 1, piece.first - 1), '\n')
  local text = table.concat(vim.list_slice(lines, piece.first, piece.last), '\n')
  note(pause(THINK_MS), before, ('open %s %d %d'):format(piece.file, row, before + 1 + #text))
  local from, given = before, blanks(lines[piece.first - 1])
  for i = piece.first, piece.last do
    local line = lines[i]
    note(pause(LINE), from, i == piece.first and 'o' or '<CR>')
    from = from + 1
    if line ~= '' then
      local wanted = blanks(line)
      indent(from, given, wanted, piece.step)
      given = wanted
      type_line(from + wanted, line:sub(wanted + 1))
    end
    from = from + #line
  end
  note(pause(LINE), from, '<Esc>')
end

---@param file string
---@return string[]
local function document(file) return vim.fn.readfile(('%s/%s.txt'):format(dir, file)) end

math.randomseed(SEED)
out[1] = ('# made by generate.lua, seed %d'):format(SEED)
for _, piece in ipairs(PIECES) do
  out[#out + 1] = ('0 0 without %s %d %d'):format(piece.file, piece.first, piece.last)
end
for _, piece in ipairs(PIECES) do
  local row = piece.first - 1
  for _, other in ipairs(PIECES) do
    if other.file == piece.file and other.first < piece.first and not other.written then
      row = row - (other.last - other.first + 1)
    end
  end
  write_piece(document(piece.file), piece, row)
  piece.written = true
end
vim.fn.writefile(out, dir .. '/session.keys')
