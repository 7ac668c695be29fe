-- A part of some lines: characters from one place to another, or a block. Columns of characters count as a reader does,
-- a base with what composes with it being one; those of a block are cells of the screen, as tabs and wide characters
-- make no block otherwise. What a block has of a tab or a wide character are blanks, as Neovim yanks them.
local M = {}

---@class hum.Columns
---@field first integer  from 1: in the first line; of a block in each
---@field last? integer  of the last line; nil: of a block, all that its lines have
---@field block? boolean

---@class hum.ColumnsText
---@field lines string[]
---@field spans integer[][]  row, col, row, col of what is meant, from 0, ends exclusive; of a block in each line

--- Bytes that one character has at most, with what composes with it.
local CLUSTER = 64

---@param line string
---@return string  as Vim script takes it: of the same length, without NUL
local function plain(line) return (line:gsub('%z', ' ')) end

---@param line string
---@param byte integer  from 0, at the end or before
---@return string  the character there, '' at the end
local function char_at(line, byte)
  local rest = line:sub(byte + 1, byte + CLUSTER)
  return rest:match('^[%z\1-\31\127]') or vim.fn.matchstr(rest:match('^[^%z\1-\31\127]*') or '', '^.')
end

--- How many characters the first bytes of a line are.
---@param line string
---@param bytes integer
---@return integer
local function count(line, bytes) return vim.fn.strchars(plain(line:sub(1, bytes)), true) end

--- Byte at which a character begins.
---@param line string
---@param char integer  from 0
---@return integer|nil  nil: there are not so many
local function byte_of(line, char)
  local byte = vim.fn.byteidx(plain(line), char)
  return byte >= 0 and byte or nil
end

---@param buf integer
---@param first integer  row
---@param last integer
---@return string[]
local function lines_of(buf, first, last) return vim.api.nvim_buf_get_lines(buf, first, last + 1, false) end

-- ---- characters -----------------------------------------------------------------------------------------------

---@param lines string[]
---@param first integer  row of the first
---@param columns hum.Columns
---@return hum.ColumnsText|nil found, string|nil why
local function characters(lines, first, columns)
  local last = #lines
  local from = byte_of(lines[1], columns.first - 1)
  if not from then return nil, ('line %d has only %d characters'):format(first + 1, count(lines[1], #lines[1])) end
  local to = columns.last and byte_of(lines[last], columns.last) or #lines[last]
  if last == 1 then to = math.max(from, to) end
  local out = vim.list_slice(lines)
  out[last] = out[last]:sub(1, to)
  out[1] = out[1]:sub(from + 1)
  return { lines = out, spans = { { first, from, first + last - 1, to } } }
end

--- The columns of bytes.
---@param buf integer
---@param at integer[]  row, col, row, col, from 0, end exclusive
---@param even_all? boolean
---@return hum.Columns|nil  nil: they are all of these lines
function M.of_bytes(buf, at, even_all)
  local head, tail = lines_of(buf, at[1], at[1])[1] or '', lines_of(buf, at[3], at[3])[1] or ''
  if at[2] == 0 and at[4] >= #tail and not even_all then return nil end
  return { first = count(head, at[2]) + 1, last = count(tail, at[4]) }
end

-- ---- blocks ---------------------------------------------------------------------------------------------------

---@param char string
---@param cell integer  of the screen, from 1
---@return integer
local function width_of(char, cell)
  if char ~= '\t' and char:find('^[%z\1-\31\127]') then return 2 end
  return vim.fn.strdisplaywidth(char, cell - 1)
end

--- Plain characters from a byte on, of which each is a cell. The last one may have something that composes with it.
---@param line string
---@param at integer  from 1
---@return string
local function run_at(line, at)
  local run = line:match('^[\32-\126]*', at) or ''
  return (line:byte(at + #run) or 0) >= 0x80 and run:sub(1, -2) or run
end

--- What a line has in some cells.
---@param line string
---@param left integer
---@param right integer
---@return string text
---@return integer|nil from  byte, from 0; nil: nothing
---@return integer|nil to
local function cells(line, left, right)
  local at, cell, out, from, to = 1, 1, {}, nil, nil
  local function add(text, first, last)
    if last > first then
      out[#out + 1], from, to = text, from or first, last
    end
  end
  while at <= #line and cell <= right do
    local run = run_at(line, at)
    local char = run == '' and char_at(line, at - 1) or nil
    local width = char and width_of(char, cell) or #run
    local skip, take = math.max(0, left - cell), math.min(width, right - cell + 1)
    if not char then
      add(run:sub(skip + 1, take), at - 1 + skip, at - 1 + math.max(skip, take))
    elseif take > skip or (width == 0 and cell >= left) then
      add(take - skip == width and char or (' '):rep(take - skip), at - 1, at - 1 + #char)
    end
    at, cell = at + #(char or run), cell + width
  end
  return table.concat(out), from, to
end

---@param buf integer
---@param lines string[]
---@param first integer
---@param columns hum.Columns
---@return hum.ColumnsText
local function block(buf, lines, first, columns)
  local out, spans = {}, {}
  vim.api.nvim_buf_call(buf, function() -- 'tabstop' is the buffer's
    for i, line in ipairs(lines) do
      local text, from, to = cells(line, columns.first, columns.last or vim.v.maxcol)
      out[i] = text
      if from then spans[#spans + 1] = { first + i - 1, from, first + i - 1, to } end
    end
  end)
  return { lines = out, spans = spans }
end

--- The block around pieces of lines.
---@param buf integer
---@param spans integer[][]
---@return integer|nil first, integer|nil last  cells; nil: there is none
function M.around(buf, spans)
  local first, last
  vim.api.nvim_buf_call(buf, function()
    for _, at in ipairs(spans) do
      local line = plain(lines_of(buf, at[1], at[1])[1] or '')
      if at[4] > at[2] then
        local left = vim.fn.strdisplaywidth(line:sub(1, at[2])) + 1
        local right = vim.fn.strdisplaywidth(line:sub(1, at[4]))
        first, last = math.min(first or left, left), math.max(last or right, right)
      end
    end
  end)
  return first, last
end

-- ---- both -----------------------------------------------------------------------------------------------------

--- What stands in some columns of lines.
---@param buf integer
---@param first integer  row, of the buffer's
---@param last integer
---@param columns hum.Columns
---@return hum.ColumnsText|nil found, string|nil why
function M.read(buf, first, last, columns)
  local lines = lines_of(buf, first, last)
  if columns.block then return block(buf, lines, first, columns) end
  return characters(lines, first, columns)
end

---@param line string
---@param byte integer  from 0
---@return integer  where the character there ends
function M.behind(line, byte) return byte + #char_at(line, byte) end

return M
