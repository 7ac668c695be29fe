-- What a model is told about an edit: the messages of its request. The newest one shows the place, and stands alone;
-- earlier attempts of a thread come before it, as turns.
local rules = require('hum.edit.context.rules')

local M = {}

---@class hum.edit.Asked  what is to be done where; lines as Neovim has them
---@field name string      of the file, as the model is to know it
---@field filetype string
---@field old string[]     the whole lines of the range
---@field before string[]  lines above it, a bounded part of the file
---@field after string[]   lines below it
---@field is_head boolean  the file begins with `before`
---@field is_foot boolean  the file ends with `after`
---@field head string      what stands left of a range that begins in mid-line
---@field foot string      what stands right of a range that ends in mid-line
---@field insert? boolean  nothing is rewritten: lines are written between `before` and `after`
---@field form hum.EditForm
---@field instruction string
---@field prompt? { system?: string, text?: string }  what a prompt's file says; text stands for the instruction
---@field rules? string  of the user and the project
---@field diagnostics? { line: integer, last?: integer, severity?: string, message: string, source?: string }[]
---@field definitions? { name: string, text: string }[]
---@field references? table[]  parts of a message: what the instruction refers to
---@field thread? { instruction: string, answer?: string[], accepted: table[], rejected: table[] }[]  oldest first

--- A range of more lines is not shown twice.
local TWICE = 150

local SYSTEM = [[
You edit a part of a file for its author, who sees your answer as changes of that part and takes over what is good.
Do what is asked, and no more. If it cannot be done, or you must know more, say so in a sentence, without code.]]

---@param role string
---@param content string
---@return table  as |hum-protocol| has it
local function message(role, content) return { role = role, parts = { { type = 'text', text = content } } } end

---@param asked hum.edit.Asked
---@return 'rewrite'|'part'|'insert'
local function kind_of(asked)
  if asked.insert or #asked.old == 0 then return 'insert' end
  return (asked.head ~= '' or asked.foot ~= '') and 'part' or 'rewrite'
end

--- The lines of the range with marks around what may change.
---@param asked hum.edit.Asked
---@return string[]
local function marked(asked)
  local kind = kind_of(asked)
  if kind == 'insert' then return { asked.head .. '<insert_here>' .. asked.foot } end
  if kind == 'rewrite' then
    local lines = { '<rewrite_this>' }
    vim.list_extend(lines, asked.old)
    return vim.list_extend(lines, { '</rewrite_this>' })
  end
  local lines = vim.list_slice(asked.old)
  lines[1] = asked.head .. '<rewrite_this>' .. lines[1]:sub(#asked.head + 1)
  lines[#lines] = lines[#lines]:sub(1, #lines[#lines] - #asked.foot) .. '</rewrite_this>' .. asked.foot
  return lines
end

---@param asked hum.edit.Asked
---@return string
local function document(asked)
  local lines = {}
  local name = asked.name ~= '' and ('"%s"'):format(asked.name) or 'without a name'
  local language = asked.filetype ~= '' and (' (%s)'):format(asked.filetype) or ''
  local is_whole = asked.is_head and asked.is_foot
  lines[1] = ('This is %s %s%s:'):format(is_whole and 'the file' or 'a part of the file', name, language)
  lines[2] = ''
  lines[3] = '<document>'
  vim.list_extend(lines, asked.before)
  vim.list_extend(lines, marked(asked))
  vim.list_extend(lines, asked.after)
  lines[#lines + 1] = '</document>'
  return table.concat(lines, '\n')
end

--- What the marks are around, once more: small models keep to what stands next to the instruction, in the form in which
--- they are to answer.
---@param asked hum.edit.Asked
---@return string|nil
local function section(asked)
  local kind = kind_of(asked)
  if kind == 'insert' or #asked.old > TWICE then return nil end
  local lines, title = vim.list_slice(asked.old), 'These are the lines to rewrite:'
  if kind == 'part' then
    lines[#lines] = lines[#lines]:sub(1, #lines[#lines] - #asked.foot)
    lines[1] = lines[1]:sub(#asked.head + 1)
    title = 'This is the text to rewrite:'
  end
  local text = table.concat(lines, '\n')
  local is_fenced = rules.is_fenced(asked.filetype) or text:find('```', 1, true)
  local form = is_fenced and '<rewrite_this>\n%s%s\n</rewrite_this>' or '```%s\n%s\n```'
  return title .. '\n\n' .. form:format(is_fenced and '' or asked.filetype, text)
end

---@param asked hum.edit.Asked
---@return string|nil
local function diagnostics(asked)
  local list = asked.diagnostics or {}
  if #list == 0 then return nil end
  local lines = { 'What is reported of these lines:' }
  for _, one in ipairs(list) do
    local source = one.source and (' (%s)'):format(one.source) or ''
    lines[#lines + 1] = ('- line %d, %s: %s%s'):format(one.line, one.severity or 'error', one.message, source)
  end
  return table.concat(lines, '\n')
end

---@param asked hum.edit.Asked
---@return string|nil
local function definitions(asked)
  local list = asked.definitions or {}
  if #list == 0 then return nil end
  local lines = { 'Definitions of what is used there, from other places:' }
  for _, one in ipairs(list) do
    vim.list_extend(lines, { '', ('<definition file="%s">'):format(one.name), one.text, '</definition>' })
  end
  return table.concat(lines, '\n')
end

---@param title string
---@param changes { old: string[], new: string[] }[]
---@param lines string[]
local function add_changes(title, changes, lines)
  if #changes == 0 then return end
  lines[#lines + 1] = title
  for _, change in ipairs(changes) do
    lines[#lines + 1] = '```diff'
    for _, line in ipairs(change.old) do
      lines[#lines + 1] = '-' .. line
    end
    for _, line in ipairs(change.new) do
      lines[#lines + 1] = '+' .. line
    end
    lines[#lines + 1] = '```'
  end
end

--- What became of the last attempt, which the lines that are shown now do not tell.
---@param asked hum.edit.Asked
---@return string|nil
local function verdict(asked)
  local last = asked.thread and asked.thread[#asked.thread]
  if not last then return nil end
  local lines = {}
  add_changes('Of your last answer these changes were accepted, and stand in the file now:', last.accepted, lines)
  add_changes('These were rejected, and are not wanted:', last.rejected, lines)
  return #lines > 0 and table.concat(lines, '\n') or nil
end

---@param asked hum.edit.Asked
---@return string
local function question(asked)
  local name = asked.name ~= '' and asked.name or 'file'
  local parts = {} ---@type string[]
  local function add(text) parts[#parts + 1] = text end
  add(document(asked))
  add(definitions(asked))
  add(diagnostics(asked))
  add(verdict(asked))
  add(rules.of(asked.form, kind_of(asked), asked.filetype, name))
  add(section(asked))
  local instruction = asked.prompt and asked.prompt.text or asked.instruction
  add((instruction:find('\n') and 'What is to be done:\n\n%s' or 'What is to be done: %s'):format(instruction))
  return table.concat(parts, '\n\n')
end

--- The attempts before this one. What they saw is not repeated: the lines as they are now are shown last.
---@param asked hum.edit.Asked
---@param out table[]
local function add_thread(asked, out)
  for _, one in ipairs(asked.thread or {}) do
    if one.answer then
      local fence = rules.is_fenced(asked.filetype) and '' or '```'
      local answer = ('%s\n%s\n%s'):format(fence, table.concat(one.answer, '\n'), fence)
      out[#out + 1] = message('user', one.instruction)
      out[#out + 1] = message('assistant', vim.trim(answer))
    end
  end
end

---@param asked hum.edit.Asked
---@return table[] messages  as |hum-protocol| has them
function M.messages(asked)
  local parts = {} ---@type string[]
  for _, text in ipairs({ asked.prompt and asked.prompt.system or '', asked.rules or '', SYSTEM }) do
    if text ~= '' then parts[#parts + 1] = text end
  end
  local out = { message('system', table.concat(parts, '\n\n')) }
  add_thread(asked, out)
  local last = message('user', question(asked))
  last.parts = vim.list_extend(vim.list_extend({}, asked.references or {}), last.parts)
  out[#out + 1] = last
  return out
end

return M
