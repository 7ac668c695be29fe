-- What may stand in a prompt between two pairs of braces, and putting text there. Pure. What is put in is text and
-- nothing else: it is neither run nor looked through for placeholders again.
local spelling = require('hum.spelling')

local M = {}

--- What each of them is, for messages; `:help hum-prompts` has this list.
---@type table<string, string>
M.KNOWN = {
  branch = 'the branch that is checked out',
  commits = 'the first lines of the commits since the last tag',
  diagnostics = 'the diagnostics of the range and what the compiler said of it',
  diff = 'what is to be committed; else the reference #diff',
  file = 'the name of the file, without its folder',
  filetype = 'the file type of the buffer',
  first = 'the number of the first line',
  folder = 'the folder of the file',
  input = 'what the user wrote',
  last = 'the number of the last line',
  left_out = 'what of the diff is not shown',
  length = 'the longest first line of a commit message, in characters',
  lines = 'the numbers of the lines: "12-20"',
  path = 'the path of the file, from the working directory',
  project = 'the root of the project',
  recent = 'the first lines of the last commits',
  selection = 'the text of the range',
  written = 'what stands in the commit message already',
}

local PATTERN = '(\\?){{%s*([%a_][%w_]*)%s*}}'

---@class hum.Placeholder
---@field name string
---@field row integer  of the text, from 1

--- The placeholders of a text, in order.
---@param lines string[]
---@return hum.Placeholder[]
function M.of(lines)
  local found = {}
  for row, line in ipairs(lines) do
    for escape, name in line:gmatch(PATTERN) do
      if escape == '' then found[#found + 1] = { name = name, row = row } end
    end
  end
  return found
end

--- Whether a text has one of these placeholders.
---@param text string
---@param names string[]
---@return boolean
function M.has(text, names)
  for _, one in ipairs(M.of({ text })) do
    if vim.list_contains(names, one.name) then return true end
  end
  return false
end

--- Why a placeholder means nothing.
---@param name string
---@param own? string[]  those that the prompt itself brings along
---@return string|nil
function M.fault(name, own)
  if M.KNOWN[name] or vim.list_contains(own or {}, name) then return nil end
  local hint = spelling.hint(name, vim.tbl_keys(M.KNOWN))
  return ('take out {{%s}}, or write \\{{%s}} for the text itself: no such placeholder%s'):format(name, name, hint)
end

---@param text string
---@return string[]  what stands between blank lines; a fenced block is never taken apart
local function paragraphs(text)
  local all, open, fence = {}, nil, nil ---@type string[], string[]|nil, string|nil
  for line in vim.gsplit(text, '\n', { plain = true }) do
    local marks = line:match('^%s*(```+)') or line:match('^%s*(~~~+)')
    if marks and not fence then
      fence = marks
    elseif marks and fence and vim.startswith(marks, fence) and line:find('^%s*[`~]+%s*$') then
      fence = nil
    end
    if line:find('%S') or fence then
      open = open or {}
      open[#open + 1] = line
    elseif open then
      all[#all + 1] = table.concat(open, '\n')
      open = nil
    end
  end
  if open then all[#all + 1] = table.concat(open, '\n') end
  return all
end

--- The placeholder that is all of a paragraph, alone or between the lines of a fence.
---@param text string
---@return string|nil name
local function sole(text)
  local inner = text:match('^%s*```+[^\n`]*\n([^\n]*)\n%s*```+%s*$') or text
  return inner:match('^%s*{{%s*([%a_][%w_]*)%s*}}%s*$')
end

---@param text string
---@return string
local function last_line(text)
  local from = 1
  while true do
    local at = text:find('\n', from, true)
    if not at then return text:sub(from) end
    from = at + 1
  end
end

--- A fence that what was put in does not end.
---@param before string  the paragraph as the prompt has it
---@param filled string
---@return string
local function refenced(before, filled)
  local head, mark = before:match('^(%s*)(```+)')
  if not mark or not last_line(before):find('^%s*' .. mark .. '%s*$') then return filled end
  local longest = #mark
  local body = filled:match('^[^\n]*\n(.*)\n[^\n]*$') or ''
  for run in body:gmatch('`+') do
    if #run >= longest then longest = #run + 1 end
  end
  local info = filled:match('^%s*`+([^\n]*)\n') or ''
  local fence = head .. ('`'):rep(longest)
  return ('%s%s\n%s\n%s'):format(fence, info, body, fence)
end

---@param text string
---@param value fun(name: string, whole: string, is_fenced: boolean): string
---@return string filled
---@return boolean empty  it has placeholders, and none of them had a text
local function fill_paragraph(text, value)
  local any, some = false, false
  local is_fenced = text:find('^%s*```') ~= nil or text:find('^%s*~~~') ~= nil
  local filled = text:gsub('(\\?)({{%s*([%a_][%w_]*)%s*}})', function(escape, whole, name)
    if escape ~= '' then return whole end
    local new = value(name, whole, is_fenced)
    any, some = true, some or new ~= ''
    return new
  end)
  return filled ~= text and refenced(text, filled) or filled, any and not some
end

---@alias hum.PromptValue string|fun(is_fenced?: boolean): string
---@alias hum.PromptValues table<string, hum.PromptValue>

---@param given hum.PromptValue|nil
---@param is_fenced? boolean
---@return string|nil
local function text_of(given, is_fenced)
  if type(given) == 'function' then return given(is_fenced) end
  return given
end

--- A text with its placeholders filled in. A paragraph all of whose placeholders are empty is left out. A placeholder
--- that nobody knows stays as it stands there.
---@param text string
---@param values hum.PromptValues
---@param blocks? hum.PromptValues  what takes the place of a paragraph or fenced block that is a placeholder alone
---@return string
function M.fill(text, values, blocks)
  local function value(name, whole, is_fenced)
    local given = text_of(values[name], is_fenced)
    if given == nil and not M.KNOWN[name] then return whole end
    return given or ''
  end
  local out = {}
  for _, paragraph in ipairs(paragraphs(text)) do
    local own = blocks and text_of(blocks[sole(paragraph) or ''])
    if own then
      out[#out + 1] = own ~= '' and own or nil
    else
      local filled, empty = fill_paragraph(paragraph, value)
      if not empty then out[#out + 1] = filled end
    end
  end
  -- Not in the function above: what was put in stays as it is.
  return table.concat(out, '\n\n')
end

return M
