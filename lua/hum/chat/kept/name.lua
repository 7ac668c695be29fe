-- What a chat is called: its title, made of the first question, and its file, named by day and title.
local M = {}

--- Cells of a title; bytes of its words in the name of a file, of which some file systems take 143.
local TITLE, WORDS = 60, 80
--- Bytes of a question, of a line and of a paragraph that are looked at: a file that was pasted is of any size.
local BEGINNING, LINE, ENOUGH = 0x10000, 0x1000, 0x400

-- ---- titles -------------------------------------------------------------------------------------

---@param line string
---@return string|nil  its characters
local function fence_of(line) return line:match('^%s*(```+)[^`]*$') or line:match('^%s*(~~~+)') end

--- The lines of a question that are prose, and those of its code.
---@param question string
---@return string[] prose, string[] code
local function parted(question)
  local prose, code, open = {}, {}, nil ---@type string[], string[], string?
  for line in vim.gsplit(question, '\n', { plain = true }) do
    local fence = fence_of(line)
    if open then
      if fence and vim.startswith(fence, open) then
        open = nil
      else
        code[#code + 1] = line
      end
    elseif fence then
      open = fence
    else
      prose[#prose + 1] = line
    end
  end
  return prose, code
end

--- What Markdown puts around words.
local MARKUP = {
  { '^[%s>]*#+%s+', '' },
  { '^[%s>]*[-*+]%s+', '' },
  { '^[%s>]*>+%s*', '' },
  { '!?%[([^%]]*)%]%([^)]*%)', '%1' },
  { '%*%*', '' },
  { '__', '' },
  { '`+', '' },
  { '%f[%S]%*(%S)', '%1' },
  { '(%S)%*(%W)', '%1%2' },
}

---@param line string
---@return string  its words
local function words_of(line)
  line = line .. ' '
  for _, one in ipairs(MARKUP) do
    line = line:gsub(one[1], one[2])
  end
  return vim.trim((line:gsub('[%c%s]+', ' ')))
end

--- Of a selection that is quoted (chat/text/format.lua), and what people write above their code: not what is asked.
local ABOVE_CODE = ':%s*$'

--- The first lines that say something, up to a blank one.
---@param lines string[]
---@param passed? string  a pattern of lines that say nothing
---@return string
local function first_paragraph(lines, passed)
  local out, size = {}, 0
  for _, line in ipairs(lines) do
    local text = words_of(line:sub(1, LINE))
    if size < ENOUGH and text:find('[^%p%s]') and not (passed and text:find(passed)) then
      out[#out + 1], size = text, size + #text
    elseif #out > 0 then
      break
    end
  end
  return table.concat(out, ' ')
end

---@param text string
---@param fits fun(text: string): boolean
---@return string  as many characters of it as fit
local function fitting(text, fits)
  if fits(text) then return text end
  local chars = vim.fn.split(text, [[\zs]])
  local low, high = 0, #chars
  while low < high do
    local middle = math.ceil((low + high) / 2)
    if fits(table.concat(chars, '', 1, middle)) then
      low = middle
    else
      high = middle - 1
    end
  end
  return table.concat(chars, '', 1, low)
end

--- Cut between words, if that leaves some.
---@param text string
---@param fits fun(text: string): boolean
---@param gap string  a pattern of what is between words
---@return string
local function cut(text, fits, gap)
  local short = fitting(text, fits)
  if short == text then return text end
  if text:sub(#short + 1):find('^' .. gap) then return short end
  local whole = short:match('^(.+)' .. gap)
  return whole and #whole > #short / 2 and whole or short
end

--- The title of a chat: words of the first question, in one line.
---@param question string
---@return string
function M.title(question)
  local prose, code = parted(question:sub(1, BEGINNING))
  local text = first_paragraph(prose, ABOVE_CODE)
  if text == '' then text = first_paragraph(prose) end
  if text == '' then text = first_paragraph(code) end
  if text == '' then return 'Chat' end
  local short = cut(text, function(some) return vim.fn.strdisplaywidth(some) < TITLE end, '%s')
  return short == text and text or short .. '…'
end

-- ---- names of files -----------------------------------------------------------------------------

--- Letters and digits of all scripts: no file system, shell or sync service has trouble with them.
---@param char string
---@return boolean
local function is_letter(char)
  -- A byte may be no character, and behind a letter may be its accents.
  if #char == 1 or char:byte() < 0x80 then return char:find('^%w') ~= nil end
  local nr = vim.fn.char2nr(char)
  if nr < 0x100 then return nr >= 0xc0 and nr ~= 0xd7 and nr ~= 0xf7 end
  local class = vim.fn.charclass(char)
  local is_private = nr >= 0xe000 and nr <= 0xf8ff
  -- Not blank, punctuation, emoji or byte order mark.
  return class >= 2 and class ~= 3 and not is_private and nr ~= 0xfeff
end

--- Words for the name of a file or folder: in small letters, with hyphens.
---@param text string
---@return string
function M.words(text)
  local chars = vim.fn.split(vim.fn.tolower((text:gsub('%z', ' '))), [[\zs]]) -- with a NUL it would be a blob
  for i, char in ipairs(chars) do
    if not is_letter(char) then chars[i] = '-' end
  end
  local words = table.concat(chars):gsub('%-+', '-'):gsub('^%-', ''):gsub('%-$', '')
  local short = cut(words, function(some) return #some <= WORDS end, '%-')
  return short ~= '' and short or 'chat'
end

---@param path string
---@return boolean  a file, also a link that leads nowhere, or a buffer has that name, or what belongs to a chat of it
local function is_taken(path)
  local belongings = path:gsub('%.md$', '.files')
  return vim.uv.fs_lstat(path) ~= nil or vim.uv.fs_lstat(belongings) ~= nil or vim.fn.bufexists(path) == 1
end

---@param dir string
---@param stem string
---@return string
local function unique(dir, stem)
  local path, n = vim.fs.joinpath(dir, stem .. '.md'), 1
  while is_taken(path) do
    n = n + 1
    path = vim.fs.joinpath(dir, ('%s-%d.md'):format(stem, n))
  end
  return path
end

--- A file of a chat with a title.
---@param dir string
---@param title string
---@param day? string  "2026-01-31"; default: today
---@return string path  that nobody has
function M.file(dir, title, day) return unique(dir, ('%s-%s'):format(day or os.date('%Y-%m-%d'), M.words(title))) end

--- A file of a chat in which nothing has been asked. There is no such file, only perhaps a swap file, so the name has
--- the number of the process: two Neovims would have the same in the same second.
---@param dir string
---@return string path  that nobody has
function M.provisional(dir) return unique(dir, ('%s-%d'):format(os.date('%Y-%m-%d-%H%M%S'), vim.uv.os_getpid())) end

---@param path string
---@return boolean
function M.is_provisional(path)
  return vim.fs.basename(path):find('^%d%d%d%d%-%d%d%-%d%d%-%d%d%d%d%d%d[%d-]*%.md$') ~= nil
end

return M
