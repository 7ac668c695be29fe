-- Names of files in text: what may be one, and the lines that stand with it. Pure, but for asking Neovim which names of
-- files it knows: whether a file is there is for others to find out.
local M = {}

--- Longer than any path that somebody writes into a text.
local MAX = 255

--- What reads like the name of a file and is that of something else.
local NO_FILES = {}
for _, name in ipairs({
  'asp.net',
  'console.log',
  'd3.js',
  'express.js',
  'nest.js',
  'next.js',
  'node.js',
  'nuxt.js',
  'process.env',
  'react.js',
  'socket.io',
  'three.js',
  'vue.js',
}) do
  NO_FILES[name] = true
end

--- Extensions of one letter; other such words are fields of code: `self.x`.
local SHORT = { c = true, h = true, r = true, R = true, S = true, v = true }

--- Extensions of which Neovim (0.10) needs the text of the file to say what it is.
local KNOWN = {}
local BY_TEXT =
  'asm bas bash bat cls csh env h htm html inc ini ksh m mm php pl pm r R S sh sql tcsh tex tf ts txt v xml'
for extension in BY_TEXT:gmatch('%S+') do
  KNOWN[extension] = true
end

---@param base string  the last part of a path
---@return boolean
local function is_known(base)
  if NO_FILES[base:lower()] then return false end
  local extension = base:match('%.([^.]*)$')
  if extension and #extension == 1 and not SHORT[extension] then return false end
  return KNOWN[extension] or vim.filetype.match({ filename = base }) ~= nil
end

--- Does a text look like the path of a file, and of nothing else? Words with a slash need an extension, words without
--- one a name that Neovim knows the type of.
---@param text string
---@return boolean
function M.is_path(text)
  if text == '' or #text > MAX or text:find('[%c<>|*?"`]') or text:find('^%s') or text:find('%s$') then return false end
  if text:find('://') or text:find(':%s') or text:find('^www%.') or text:find('%)$') then return false end
  if text:find('^[%w-]+%.[cnod][oere][mtgv]/') then return false end -- a host: .com, .net, .org, .dev
  local folder, base = text:match('^(.-)([^/\\]+)$')
  if not base then return false end
  local extension = base:match('%.([%w_+-]*%a[%w_+-]*)$')
  if folder ~= '' and extension and not text:find('%s') then return true end
  return is_known(base)
end

---@class hum.FileMention
---@field path string
---@field line? integer
---@field column? integer
---@field last? integer  the last line, if it is about several

--- How a line stands behind a path, without a blank: `a.lua:12:3`, `a.lua:12-20`, `a.lua#L12-L20`, `a.lua(12,3)`.
local SUFFIXES = {
  { '^(.-):(%d+):(%d+):?$', 'column' },
  { '^(.-):(%d+):(%d+)%-[%d:]*%d:?$', 'column' },
  { '^(.-):(%d+)%-(%d+):?$', 'last' },
  { '^(.-):(%d+)\226\128\147(%d+):?$', 'last' }, -- an en dash
  { '^(.-):(%d+):?$' },
  { '^(.-):L(%d+)%-L?(%d+):?$', 'last' },
  { '^(.-):L(%d+):?$' },
  { '^(.-)#L(%d+)C?%d*%-L?(%d+)C?%d*$', 'last' },
  { '^(.-)#L(%d+)C?%d*$' },
  { '^(.-)%((%d+),%s?(%d+)%):?$', 'column' },
  { '^(.-)%((%d+)%):?$' },
}

--- Neovim has no greater numbers of lines.
local MAX_LINE = 2 ^ 31 - 1

---@param digits? string
---@return integer|nil  a line, from 1 on
function M.whole(digits)
  local number = digits and tonumber(digits)
  if not number or number < 1 then return nil end
  return math.min(number, MAX_LINE) --[[@as integer]]
end

--- A path with the line behind it, if one is there.
---@param text string
---@return hum.FileMention
function M.parse(text)
  for _, suffix in ipairs(SUFFIXES) do
    local path, line, other = text:match(suffix[1])
    if path and path ~= '' then
      local found = { path = path, line = M.whole(line) } ---@type hum.FileMention
      if suffix[2] then found[suffix[2]] = M.whole(other) end
      return found
    end
  end
  return { path = text }
end

-- ---- references in a line of text -----------------------------------------------------------------

---@class hum.PlacedFileMention: hum.FileMention
---@field first integer  bytes in the line, from 1
---@field stop integer

---@class hum.PathSpan  a piece of a line that may name a file
---@field first integer  bytes in the line, from 1
---@field last integer
---@field text string

--- What stands in backquotes, in quotes, or in the parentheses of a link, may have blanks.
local QUOTED = { '`([^`]+)`', '"([^"]+)"', '%]%(<?([^()<>]+)>?%)' }

--- What words are separated by, and what may stand around one.
local WORD, BEFORE, AFTER = '[^%s"`,;|<>]+', "^[%(%[{'*_]+", "[%]}'*_.:!?]+$"
local SEPARATORS =
  { '“', '”', '„', '«', '»', '…', '—', '：', '，', '。', '；', '、', '（', '）', '「', '」' }

---@param line string
---@param spans hum.PathSpan[]
local function add_words(line, spans)
  -- A comma within parentheses belongs to a word: a.lua(12,3).
  local text = line:gsub('(%(%d+),( ?%d+%))', '%1\1%2')
  for _, mark in ipairs(SEPARATORS) do
    text = text:gsub(mark, (' '):rep(#mark))
  end
  for position, word in text:gmatch('()(' .. WORD .. ')') do
    local first = position --[[@as any]]
    local lead = #(word:match(BEFORE) or '')
    word = word:sub(lead + 1):gsub('\1', ',')
    word = (word:match('^(.-)[*_]+:%d') or word):gsub(AFTER, '')
    if not word:find('%(') then word = word:gsub('[%)%]}]+$', '') end
    if word ~= '' then spans[#spans + 1] = { first = first + lead, last = first + lead + #word - 1, text = word } end
  end
end

--- Takes in a line that stands behind the closing mark: "`a.lua`:12:3".
---@param line string
---@param span hum.PathSpan
local function extend(line, span)
  local marks, behind = line:match('^([`*_)]+)(:L?%d[%d:-]*)', span.last + 1)
  if not marks or not behind or M.parse(span.text).line then return end
  behind = behind:gsub('[:-]+$', '')
  span.text, span.last = span.text .. behind, span.last + #marks + #behind
end

---@param line string
---@return hum.PathSpan[]  those in quotes first
local function spans_of(line)
  local spans = {}
  for _, pattern in ipairs(QUOTED) do
    for first, text in line:gmatch('()' .. pattern) do
      local from = line:find(text, first --[[@as integer]], true) or first
      spans[#spans + 1] = { first = from, last = from + #text - 1, text = vim.trim(text) }
    end
  end
  add_words(line, spans)
  for _, span in ipairs(spans) do
    extend(line, span)
  end
  return spans
end

--- Words between the first and the last of some lines.
local TO = { ['and'] = true, ['or'] = true, ['to'] = true, through = true }

--- Words about lines in one form: "lines 3-5".
---@param text string
---@return string
local function plain_range(text)
  text = text:lower():gsub('\226\128\147', '-') -- an en dash
  text = text:gsub('(%d) (%l+) (%d)', function(first, word, last) return TO[word] and first .. '-' .. last or nil end)
  return (text:gsub('(%d)%-l(%d)', '%1-%2'))
end

--- The line of which the words around a path speak: "line 12 of a.lua", "a.lua, lines 3-5", `File "a.py", line 12`,
--- "a.lua (L3-L5)".
---@param line string
---@param span hum.PathSpan
---@return integer|nil first, integer|nil last
local function line_beside(line, span)
  local before, after = plain_range(line:sub(1, span.first - 1)), plain_range(line:sub(span.last + 1))
  local first, last = before:match('lines? (%d+)%-?(%d*) [oi][fn] ["\'`*(]*$')
  if not first then
    first, last = after:match('^["\'`*:)]*,? ?%(?[oa]?[nt]? ?lines? (%d+)%-?(%d*)')
  end
  if not first then
    first, last = after:match('^["\'`*:)]*,? ?%(?l(%d+)%-?(%d*)')
  end
  return M.whole(first), M.whole(last)
end

--- All that may name files in a line of text, in the order in which it stands there; more than one for a place at
--- which it can be read in several ways.
---@param line string
---@return hum.PlacedFileMention[]
function M.references(line)
  local found = {} ---@type hum.PlacedFileMention[]
  for _, span in ipairs(spans_of(line)) do
    local text = span.text:gsub('^file://', '')
    if not text:find('://') then
      local reference = M.parse(text)
      if not reference.line then
        reference.line, reference.last = line_beside(line, span)
      end
      found[#found + 1] = vim.tbl_extend('error', reference, { first = span.first, stop = span.last })
    end
  end
  table.sort(found, function(a, b)
    if a.first ~= b.first then return a.first < b.first end
    return a.stop > b.stop
  end)
  return found
end

return M
