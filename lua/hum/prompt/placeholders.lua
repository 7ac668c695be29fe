-- What may stand in a prompt between two pairs of braces, and putting text there. Pure. What is put in is text and
-- nothing else: it is neither run nor looked through for placeholders again.
local spelling = require('hum.spelling')

local M = {}

--- What each of them is, for messages; `:help hum-prompts` has this list.
---@type table<string, string>
M.KNOWN = {
  branch = 'the branch that is committed to',
  diagnostics = 'the diagnostics of the range and what the compiler said of it',
  diff = 'what is to be committed',
  filetype = 'the file type of the buffer',
  input = 'what the user wrote',
  left_out = 'what of the diff is not shown',
  length = 'the longest first line of a commit message, in characters',
  lines = 'the numbers of the lines: "12-20"',
  path = 'the path of the file, from the working directory',
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

--- Why a placeholder means nothing.
---@param name string
---@return string|nil
function M.fault(name)
  if M.KNOWN[name] then return nil end
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

---@param text string
---@param value fun(name: string): string
---@return string filled
---@return boolean empty  it has placeholders, and none of them had a text
local function fill_paragraph(text, value)
  local any, some = false, false
  local filled = text:gsub('(\\?)({{%s*([%a_][%w_]*)%s*}})', function(escape, whole, name)
    if escape ~= '' then return whole end
    local new = value(name)
    any, some = true, some or new ~= ''
    return new
  end)
  return filled, any and not some
end

--- A text with its placeholders filled in. A paragraph all of whose placeholders are empty is left out.
---@param text string
---@param values table<string, string|fun(): string>
---@return string
function M.fill(text, values)
  local function value(name)
    local given = values[name]
    if type(given) == 'function' then given = given() end
    return given or ''
  end
  local out = {}
  for _, paragraph in ipairs(paragraphs(text)) do
    local filled, empty = fill_paragraph(paragraph, value)
    if not empty then out[#out + 1] = filled end
  end
  -- Not in the function above: what was put in stays as it is.
  return table.concat(out, '\n\n')
end

return M
