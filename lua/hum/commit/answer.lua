-- What of a model's answer is a commit message, line by line as it comes. Pure.
local patterns = require('hum.patterns')

local M = {}

--- Line by line, once: words to the reader that models put in front of a message, in lower case and without marks.
local INTRODUCTIONS = {
  '^here%f[%W].*:$',
  '^sure%f[%W].*[:!.]$',
  '^certainly%f[%W].*[:!.]$',
  '^of course%f[%W].*[:!.]$',
  '^okay%f[%W].*[:!.]$',
  '%f[%w]message%f[%W].*:$',
  '^option %w+:?$',
  '^commit message$',
  '^git commit message$',
  '^%a+ed commit message$',
}
local LABELS = {
  '^commit message:%s*',
  '^git commit message:%s*',
  '^subject:%s*',
  '^subject line:%s*',
  '^title:%s*',
  '^message:%s*',
}
local BODY_LABELS = { '^body:%s*', '^description:%s*' }

--- A line that is not part of the message any more: another proposal, or words to the reader.
local FAREWELLS = {
  '^option %w+:?$',
  '^let me know%f[%W]',
  '^i hope this%f[%W]',
  '^feel free to%f[%W]',
  '^this commit message%f[%W]',
  '^%(?note: this%f[%W].*message',
  '^explanation:',
  '^alternatively%f[%W].*:$',
  '^or:?$',
}

--- A line of prose without the marks of Markdown around it, in lower case.
---@param line string
---@return string
local function plain(line)
  line = vim.trim(line):gsub('^#+%s+', ''):gsub('^[*_]+', ''):gsub('[*_]+$', ''):gsub(':[*_]+', ':')
  return line:lower()
end

---@param line string
---@return boolean
local function introduces(line) return patterns.any(plain(line), INTRODUCTIONS) end

---@param line string
---@param labels string[]
---@return string  '' if it was nothing else
local function unlabelled(line, labels)
  local bare = vim.trim(line):gsub('^#+%s+', '')
  bare = bare:gsub('^(%*%*)([%a ]+):%1', '%2:'):gsub('^(%*%*)([%a ]+:)', '%2%1')
  for _, label in ipairs(labels) do
    local _, last = bare:lower():find(label)
    if last then return bare:sub(last + 1) end
  end
  return line
end

---@param line string
---@return string
local function without_around(line)
  for _, mark in ipairs({ '*', '"', '`', "'" }) do
    line = line:match(('^[%s]+([^%s]+)[%s]+$'):format(mark, mark, mark)) or line
  end
  line = line:match('^“(.*)”$') or line
  return select(2, line:match('^<([%w_-]+)>(.*)</%1>$')) or line
end

--- A subject without what models put around it.
---@param line string
---@return string
local function bare_subject(line)
  line = vim.trim(unlabelled(line, LABELS)):gsub('^#+%s+', '')
  line = line:gsub('^[-*+•]%s+', ''):gsub('^%d+[.)]%s+', '')
  line = line:match('^git commit%s.-%-m%s*"(.-)"') or line:match("^git commit%s.-%-m%s*'(.-)'") or line
  line = without_around(without_around(vim.trim(line))):gsub('^%*%*(.-)%*%*', '%1')
  -- A line of marks alone is a rule, or a frame.
  if not line:find('[%w\128-\255]') then return '' end
  line = vim.trim(line):gsub('([^.])%.$', '%1'):gsub('。$', '')
  return line
end

---@param line string
---@return string
local function indent_of(line)
  return line:match('^%s*[-*+•]%s+') or line:match('^%s*%d+[.)]%s+') or line:match('^%s*') or ''
end

--- The words of a line. One that is wider than a line is broken where a script has no blanks.
---@param text string
---@param width integer
---@return string[]
local function words_of(text, width)
  local words = {}
  for word in text:gmatch('%S+') do
    while word:find('[\227-\237]') and vim.fn.strdisplaywidth(word) > width do
      local fits = vim.fn.printf('%.' .. width .. 'S', word)
      if fits == '' then break end
      words[#words + 1], word = fits, word:sub(#fits + 1)
    end
    words[#words + 1] = word ~= '' and word or nil
  end
  return words
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
  for _, word in ipairs(words_of(line:sub(#bullet + 1), math.max(2, width - #hang))) do
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
---@field lead? string     a line that introduces a fence, if one follows; else it is the subject
---@field close? string    pattern of the line that ends the message, which stands in a fence or a tag
---@field listed boolean   the subject is the first of several in a list
---@field verbatim boolean within a block of code of the message
---@field over boolean     what comes now is none of it
local Reader = {}
Reader.__index = Reader

--- Reads an answer as it comes.
---@param comment string
---@param width integer
---@return hum.CommitReader
function M.reader(comment, width)
  local fields = { comment = comment, width = width, held = '', blanks = 0, lines = 0 }
  fields.listed, fields.verbatim, fields.over = false, false, false
  return setmetatable(fields, Reader)
end

--- What the message stands in, if a line opens it.
---@param line string
---@return string|nil close
local function frame_of(line)
  if line:find('^%s*```+[^`]*$') or line:find('^%s*~~~+[^~]*$') then return '^%s*[`~][`~][`~]+%s*$' end
  local tag = line:match('^%s*<([%w_-]+)>%s*$')
  return tag and '^%s*</' .. vim.pesc(tag) .. '>%s*$'
end

---@param line string
---@return string[]
function Reader:_begin(line)
  local close = not self.close and frame_of(line)
  if close then
    self.close, self.lead = close, nil
    return {}
  end
  if vim.trim(line) == '' then return {} end
  if self.lead then
    local lead = self.lead
    self.lead, self.lines = nil, 1
    local lines = self:_go_on(line)
    self.lines = 0
    return vim.list_extend({ lead }, lines)
  end
  if introduces(line) then return {} end
  local subject = bare_subject(line)
  self.listed = line:find('^%s*1[.)]%s') ~= nil
  if subject:find(':$') and not self.close then
    self.lead = subject
    return {}
  end
  return subject ~= '' and { subject } or {}
end

--- Whether the message has ended before this line.
---@param line string
---@return boolean
function Reader:_ends(line)
  if self.verbatim then return false end
  if self.close then return line:find(self.close) ~= nil end
  return patterns.any(plain(line), FAREWELLS)
    or (self.listed and self.lines == 1 and line:find('^%s*2[.)]%s') ~= nil)
    or (self.blanks > 0 and line:find('^%-%-%-+$') ~= nil)
end

---@param line string
---@return string[]
function Reader:_go_on(line)
  if self:_ends(line) then
    self.over = true
    return {}
  elseif line:find('^%s*```') or line:find('^%s*~~~') then
    self.verbatim = not self.verbatim
    return { line }
  end
  line = line:gsub('%s+$', '')
  if self.verbatim then return { line } end
  return wrapped(self.lines == 1 and unlabelled(line, BODY_LABELS) or line, self.width)
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
  if final and self.lead and self.lines == 0 then out[#out + 1] = self.lead end
  return out
end

return M
