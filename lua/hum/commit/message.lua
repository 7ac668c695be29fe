-- The text of a commit message's buffer: what of it is the message, where a new one goes, and what of a model's answer
-- is one. Pure.
local patterns = require('hum.patterns')

local M = {}

--- What git takes for comments if nothing is configured, and what it may choose from by itself: builtin/commit.c.
local DEFAULT, CHOICE = '#', '#;@!$%^&|:'

--- Of the line from which on git cuts everything: wt-status.c.
local SCISSORS = ' ------------------------ >8 ------------------------'

--- What comments begin with in these lines.
---@param lines string[]
---@param configured string|nil  core.commentString, or core.commentChar, which may be "auto"
---@return string
function M.comment(lines, configured)
  for _, line in ipairs(lines) do
    if vim.endswith(line, SCISSORS) then return line:sub(1, -#SCISSORS - 1) end
  end
  if configured and configured ~= '' and configured ~= 'auto' then return configured end
  for i = #lines, 1, -1 do
    local char = lines[i]:match('^(%p)[ \t]') or lines[i]:match('^(%p)$')
    if char and CHOICE:find(char, 1, true) and configured == 'auto' then return char end
  end
  return DEFAULT
end

---@class hum.CommitPlace
---@field row integer     of the message, from 0
---@field text string[]   that stands above the first comment already
---@field blank boolean   the row is there, and empty

---@param lines string[]
---@return boolean
local function is_blank(lines) return not table.concat(lines):find('%S') end

--- Where a message goes: above the first comment, and above what stands there already.
---@param lines string[]
---@param comment string
---@return hum.CommitPlace
function M.place(lines, comment)
  local count = #lines
  for i, line in ipairs(lines) do
    if vim.startswith(line, comment) then
      count = i - 1
      break
    end
  end
  local text = vim.list_slice(lines, 1, count)
  if is_blank(text) then return { row = 0, text = {}, blank = count > 0 } end
  return { row = 0, text = text, blank = false }
end

-- ---- a model's answer --------------------------------------------------------------------------

--- Line by line, once: words to the reader that models put in front of a message.
local INTRODUCTIONS = { '^here%f[%W].*:$', '^sure%f[%W].*[:!.]$', '^certainly%f[%W].*[:!.]$', '^okay%f[%W].*[:!.]$' }
local LABELS = { '^%*%*commit message:?%*%*:?%s*', '^commit message:%s*', '^subject:%s*', '^message:%s*' }

---@param line string
---@return boolean
local function introduces(line) return patterns.any(line:lower(), INTRODUCTIONS) end

---@param line string
---@return string  '' if it was nothing else
local function unlabelled(line)
  for _, label in ipairs(LABELS) do
    local _, last = line:lower():find(label)
    if last then return line:sub(last + 1) end
  end
  return line
end

--- A subject without what models put around it.
---@param line string
---@return string
local function bare_subject(line)
  line = vim.trim(unlabelled(line))
  line = line:gsub('^#+%s+', '')
  for _, around in ipairs({ '%*%*', '"', '`', "'" }) do
    line = line:match('^' .. around .. '(.*)' .. around .. '$') or line
  end
  return (line:gsub('^%s+', ''):gsub('([^.])%.$', '%1'))
end

---@param line string
---@return string
local function indent_of(line)
  return line:match('^%s*[-*+•]%s+') or line:match('^%s*%d+[.)]%s+') or line:match('^%s*') or ''
end

--- Wraps a line of prose; what stands deeper is code or a table and stays.
---@param line string
---@param width integer  of cells
---@return string[]
local function wrapped(line, width)
  if vim.fn.strdisplaywidth(line) <= width or line:find('^    ') or line:find('^\t') or line:find('^|') then
    return { line }
  end
  local bullet = indent_of(line)
  local lines, current = {}, bullet
  local hang = (' '):rep(vim.fn.strdisplaywidth(bullet))
  for word in line:sub(#bullet + 1):gmatch('%S+') do
    local bare = current == bullet and #lines == 0 or current == hang
    local longer = bare and current .. word or current .. ' ' .. word
    if not bare and vim.fn.strdisplaywidth(longer) > width then
      lines[#lines + 1], longer = current, hang .. word
    end
    current = longer
  end
  lines[#lines + 1] = current
  return lines
end

---@class hum.CommitReader
---@field comment string   no line of the message may begin so
---@field width integer    of the body
---@field held string      the line that has not ended
---@field blanks integer   empty lines that wait for what follows
---@field lines integer    that were given out
---@field fence? string    that the message stands in
---@field verbatim boolean within a block of code of the message
---@field over boolean     what comes now is none of it
local Reader = {}
Reader.__index = Reader

--- Reads an answer as it comes.
---@param comment string
---@param width integer
---@return hum.CommitReader
function M.reader(comment, width)
  local fields = { comment = comment, width = width, held = '', blanks = 0, lines = 0, verbatim = false, over = false }
  return setmetatable(fields, Reader)
end

---@param line string
---@return string[]
function Reader:_begin(line)
  local fence = line:match('^%s*(```+)') or line:match('^%s*(~~~+)')
  if fence and not self.fence then
    self.fence = fence
    return {}
  end
  line = vim.trim(line)
  if line == '' or introduces(line) then return {} end
  local subject = bare_subject(line)
  return subject ~= '' and { subject } or {}
end

---@param line string
---@return string[]
function Reader:_go_on(line)
  local is_fence = line:find('^%s*```') or line:find('^%s*~~~')
  if self.fence and not self.verbatim and is_fence and line:find('^%s*[`~]+%s*$') then
    self.over = true
    return {}
  elseif is_fence then
    self.verbatim = not self.verbatim
    return { line }
  end
  line = line:gsub('%s+$', '')
  return self.verbatim and { line } or wrapped(line, self.width)
end

---@param line string
---@param out string[]
function Reader:_line(line, out)
  if self.over then return end
  local lines = self.lines == 0 and self:_begin(line) or self:_go_on(line)
  for _, each in ipairs(lines) do
    if each == '' then
      self.blanks = self.blanks + 1
    else
      -- The body stands apart from the subject, and empty lines are one.
      local blanks = self.lines == 1 and 1 or math.min(self.blanks, 1)
      for _ = 1, self.lines > 0 and blanks or 0 do
        out[#out + 1] = ''
      end
      if vim.startswith(each, self.comment) then each = ' ' .. each end
      out[#out + 1] = each
      self.blanks, self.lines = 0, self.lines + 1
    end
  end
end

--- The lines of the message that are whole now.
---@param text string
---@param final? boolean  no more comes
---@return string[]
function Reader:feed(text, final)
  local out = {}
  self.held = self.held .. text:gsub('\r\n', '\n')
  while true do
    local at = self.held:find('\n', 1, true)
    if not at then break end
    self:_line(self.held:sub(1, at - 1), out)
    self.held = self.held:sub(at + 1)
  end
  if final and self.held ~= '' then self:_line(self.held, out) end
  return out
end

return M
