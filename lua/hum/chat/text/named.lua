-- The file that a code block is said to belong to: by the words of its fence, a comment in its first line or the line
-- above it. A wrong file is worse than none: sentences that mention files name none, nor do lines with several. Pure.
local path = require('hum.chat.text.path')

local M = {}

---@param text string
---@return string|nil
local function as_path(text)
  text = path.parse(vim.trim(text)).path
  return path.is_path(text) and text or nil
end

-- ---- the fence's words ---------------------------------------------------------------------------------

--- `title="src/a.lua"`, `path=src/a.lua`, `file='a b.lua'`.
local ATTRIBUTE = '%f[%w](%l+)%s*=%s*'
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

--- Language and file of the words behind a fence: "lua", "lua:src/a.lua", "lua src/a.lua", "src/a.lua", `{.lua
--- file=a.lua}`.
---@param info string
---@return string|nil language
---@return string|nil file
function M.info(info)
  info = vim.trim(info)
  local word, rest = info:match('^{?%s*%.?([^%s,{}:]+)(.*)$')
  if not word or not rest then return nil, nil end
  local bare = info:find('%s') == nil and word:find('%.') and as_path(info) or nil
  if bare then return vim.filetype.match({ filename = bare }), bare end
  local behind = (rest:match('^:%s*(.+)$') or rest):gsub('^%s*%(?', ''):gsub('[%s})]+$', '')
  return word:lower(), attribute(info) or as_path(behind)
end

-- ---- a comment in the first line -------------------------------------------------------------------------

local LEADERS = { '^%s*%-%-+%s+', '^%s*//+%s+', '^%s*#+%s+', '^%s*;+%s+', '^%s*%%+%s+', '^%s*/%*+%s+', '^%s*<!%-%-%s+' }
local LABELS = { '^[Ff]ile:?%s+', '^[Ff]ile ?[Nn]ame:%s+', '^[Pp]ath:%s+' }

---@param text string
---@return string
local function without_label(text)
  for _, label in ipairs(LABELS) do
    local bare, found = text:gsub(label, '', 1)
    if found > 0 then return bare end
  end
  return text
end

---@param line string
---@return string|nil file
function M.comment(line)
  for _, leader in ipairs(LEADERS) do
    local text, found = line:gsub(leader, '', 1)
    if found > 0 then
      text = without_label(text:gsub('%s+%*/%s*$', ''):gsub('%s+%-%->%s*$', ''))
      return text:find('[./]') and not vim.trim(text):find('%s') and as_path(text) or nil
    end
  end
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

--- What is set off from the text around it.
local SET_OFF = { '`([^`]+)`', '%*%*([^*]+)%*%*', '__([^_]+)__', '%[([^%]]+)%]%(' }

--- What in a line may be a path: what is set off, or any word if nothing is.
---@param text string
---@return string[]
local function candidates(text)
  local found = {}
  for _, pattern in ipairs(SET_OFF) do
    for one in text:gmatch(pattern) do
      local bare = vim.trim(one):gsub(':$', '')
      found[#found + 1] = as_path(without_label(bare))
    end
  end
  if #found > 0 then return found end
  for word in text:gmatch('%S+') do
    local bare = word:gsub('^[%("\'%[]+', ''):gsub('[%)"\'%],.;:]+$', '')
    found[#found + 1] = as_path(bare)
  end
  return found
end

--- Does a line introduce what follows: by a colon, or with the path as its last words, a remark in parentheses aside?
---@param text string
---@param file string
---@return boolean
local function introduces(text, file)
  local bare = text:gsub('[%s*_`]+$', '')
  if bare:find(':$') then return true end
  bare = bare:gsub('%s*%([^()]*%)$', ''):gsub('[%s*_`)]+$', '')
  return vim.endswith(path.parse(bare).path, file)
end

--- The file that a line names for the block below it, and the lines of it, as hum itself writes above what it quotes:
--- "`a.lua`, lines 3-5:".
---@param line string
---@return string|nil file
---@return integer|nil first
---@return integer|nil last
function M.above(line)
  local text = vim.trim(line)
  local quoted, first, last = text:match('^`([^`]+)`, lines? (%d+)%-?(%d*):$')
  if not quoted then
    first, last = text:match('^From lines? (%d+)%-?(%d*):$')
  end
  if first then return quoted, path.whole(first), path.whole(last) or path.whole(first) end
  local found = candidates(text)
  for _, other in ipairs(found) do
    if other ~= found[1] then return nil end
  end
  if found[1] and introduces(text, found[1]) then return found[1] end
end

return M
