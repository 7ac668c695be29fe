-- The file that a code block is said to belong to: by the words of its fence, a comment in its first line or the line
-- above it. A wrong file is worse than none: sentences that mention files name none, nor do lines with several. Pure.
local path = require('hum.chat.text.path')
local span = require('hum.chat.text.span')

local M = {}

---@param text string
---@return string|nil
local function as_path(text)
  text = path.parse(vim.trim(text)).path
  return path.is_path(text) and text or nil
end

-- ---- the fence's words ---------------------------------------------------------------------------------

--- `title="src/a.lua"`, `path=src/a.lua`, `file='a b.lua'`, `filename: "a.lua"`.
local ATTRIBUTE = '%f[%w](%l+)%s*[=:]%s*'
local ATTRIBUTES = { path = true, file = true, filename = true, filepath = true, title = true, name = true }

---@param info string
---@return string|nil
local function attribute(info)
  for name, position in info:gmatch(ATTRIBUTE .. '()') do
    local at = position --[[@as any]]
    local value = info:match('^"([^"]*)"', at) or info:match("^'([^']*)'", at) or info:match('^[^%s,}]+', at)
    local found = ATTRIBUTES[name] and as_path(value or '')
    if found then return found end
  end
end

local LEADERS = {
  '^%s*%-%-+%s+',
  '^%s*//+%s+',
  '^%s*#+%s+',
  '^%s*;+%s+',
  '^%s*%%+%s+',
  '^%s*"%s+',
  '^%s*/%*+%s+',
  '^%s*<!%-%-%s+',
}
local LABELS = { '^[Ff]ile:?%s+', '^[Ff]ile ?[Nn]ame:%s+', '^[Pp]ath:%s+', '^@file%s+' }

--- A text without the first of some beginnings that it has.
---@param text string
---@param beginnings string[]
---@return string
---@return boolean  whether it has one
local function without(text, beginnings)
  for _, beginning in ipairs(beginnings) do
    local bare, found = text:gsub(beginning, '', 1)
    if found > 0 then return bare, true end
  end
  return text, false
end

--- The file that stands behind a language, perhaps with more behind it.
---@param text string
---@param joined boolean  by a colon: then a name with any extension is one
---@return string|nil
local function behind_language(text, joined)
  local bare = without(text, LEADERS):gsub('^[%s,(}]+', ''):gsub('[%s})]+$', '')
  local first = bare:match('^%S*') or ''
  first = first:match('^%[([^%[%]]+)%]$') or first -- as VitePress has it
  local any = joined and first:find('^[^%s:]+%.%w*%a%w*$') ~= nil
  return any and first or as_path(first) or as_path(bare)
end

--- Language and file of the words behind a fence: "lua", "lua:src/a.lua", "lua src/a.lua", "src/a.lua", `{.lua
--- file=a.lua}`, "12:40:src/a.lua".
---@param info string
---@return string|nil language
---@return string|nil file
function M.info(info)
  info = vim.trim(info)
  info = info:match('^%d+:%d+:(%S+)$') or info -- the lines that it cites
  local word, rest = info:match('^{?%s*%.?([^%s,{}:]+)(.*)$')
  if not word or not rest then return nil, nil end
  local bare = info:find('%s') == nil and word:find('%.') and as_path(info) or nil
  if bare then return vim.filetype.match({ filename = bare }), bare end
  local joined = rest:match('^:%s*(.+)$')
  return word:lower(), attribute(info) or behind_language(joined or rest, joined ~= nil)
end

-- ---- a comment in the first line -------------------------------------------------------------------------

--- The file that a comment at the beginning of code names.
---@param lines string[]
---@return string|nil file
function M.comment(lines)
  local line = lines[1] or ''
  if line:find('^#!') or line:find('^<%?') then line = lines[2] or '' end
  local text, found = without(line, LEADERS)
  if not found then return nil end
  text = without(text:gsub('%s+%*/%s*$', ''):gsub('%s+%-%->%s*$', ''), LABELS)
  return text:find('[./]') and not vim.trim(text):find('%s') and as_path(text) or nil
end

--- The file that a diff is of: the new one, else the old one.
---@param lines string[]
---@return string|nil file
function M.diff(lines)
  local old
  for _, line in ipairs(lines) do
    local sign, name = line:match('^([-+])[-+][-+] ([^\t]+)')
    local file = name and name:gsub('^[ab]/', '')
    if sign == '+' and file ~= '/dev/null' then return file end
    if sign == '-' and file ~= '/dev/null' then old = old or file end
    if line:find('^@@') then break end
  end
  return old
end

-- ---- the line above ----------------------------------------------------------------------------------------

--- First words of commands, which are no names of files with blanks.
local COMMANDS = {}
local NAMES = 'bash bun cargo cat cd chmod cmake cp curl deno docker gcc git go java less lua luajit make mkdir mv '
  .. 'nano node npm npx nvim perl php pip pnpm python python3 rm ruby rustc sh source sudo tail touch uv vi vim wget '
  .. 'yarn zsh'
for name in NAMES:gmatch('%S+') do
  COMMANDS[name] = true
end

--- Marks as they stand in other scripts and in print.
local PLAIN = { ['：'] = ':', ['，'] = ',', ['。'] = '.' }
for _, quote in ipairs({ '“', '”', '„', '«', '»' }) do
  PLAIN[quote] = '"'
end

---@param text string
---@return string
local function plain(text)
  for mark, ascii in pairs(PLAIN) do
    text = text:gsub(mark, ascii)
  end
  return text
end

--- A word without what stands around it: quotes, brackets, emphasis, punctuation.
---@param word string
---@return string
local function bare_word(word)
  word = word:gsub('^[%(%[<"\'*]+', ''):gsub('[%)%]>"\'*,.;:]+$', '')
  local _, inner = word:match('^(_+)(.+)%1$')
  return inner and inner:gsub(':$', '') or word
end

---@param text string
---@param found string[]
local function add_words(text, found)
  for word in text:gmatch('%S+') do
    found[#found + 1] = as_path(bare_word(word))
  end
end

--- What stands in backquotes: a name, which may have blanks.
---@param text string
---@return string|nil
local function in_backquotes(text)
  local bare = without(vim.trim(text):gsub(':$', ''), LABELS)
  local first = bare:match('^(%S+)%s')
  return not COMMANDS[first] and as_path(bare) or nil
end

--- What in a line may be a path: what is set off, or any word if nothing is.
---@param text string
---@return string[]
local function candidates(text)
  local found = {}
  for one in text:gmatch('`([^`]+)`') do
    found[#found + 1] = in_backquotes(one)
  end
  for label, target in text:gmatch('%[([^%]]+)%]%(([^()]+)%)') do
    found[#found + 1] = as_path(label) or as_path(target)
  end
  for _, emphasis in ipairs({ '%*%*([^*]+)%*%*', '__([^_]+)__' }) do
    for one in text:gmatch(emphasis) do
      add_words(one, found)
    end
  end
  if text:find('^<%a') then found[#found + 1] = attribute(text) end
  if #found == 0 then add_words((text:gsub('`[^`]*`', ' ')), found) end
  return found
end

--- What may follow a name at the end of a line.
local TAIL = '["\'%s*_`)>#=-]+$'

---@param text string
---@param file string
---@return boolean
local function ends_with(text, file) return vim.endswith(path.parse((text:gsub(TAIL, ''))).path, file) end

--- Does a line begin with a name, and a dash behind it?
---@param text string
---@param file string
---@return boolean
local function is_explained(text, file)
  local bare = text:gsub('^[%s#*_`%d.)>+-]+', '')
  if not vim.startswith(bare, file) then return false end
  local behind = bare:sub(#file + 1):gsub('^[`*_]+', '')
  return behind:find('^%s+%-+%s') ~= nil or behind:find('^%s+\226\128[\147\148]') ~= nil
end

--- Does a line introduce what follows: by a colon, or with the path as its last words, a remark behind it aside?
---@param text string
---@param file string
---@return boolean
local function introduces(text, file)
  local bare = text:gsub('[%s*_`]+$', '')
  if bare:find(':$') then return true end
  bare = bare:gsub('%[([^%]]+)%]%([^()]+%)', '%1') -- a link
  local remark = bare:gsub('%s*%([^()]*%)$', '')
  return ends_with(remark, file) or is_explained(bare, file)
end

--- The file that a line names for the block below it, and the lines of it, as hum itself writes above what it quotes:
--- "`a.lua`, lines 3-5:".
---@param line string
---@return string|nil file
---@return hum.Span|nil
function M.above(line)
  local text = vim.trim(line)
  local quoted, where = text:match('^`([^`]+)`, (lines? .*):$')
  local read = span.read(where or text:match('^From (lines? .*):$') or '')
  if read then return quoted, read end
  text = plain(text)
  local found = candidates(text)
  for _, other in ipairs(found) do
    if other ~= found[1] then return nil end
  end
  if found[1] and introduces(text, found[1]) then return found[1] end
end

return M
