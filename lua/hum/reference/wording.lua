-- How what a reference stands for reads to the model: the words around it. Pure, and the one place that has them. No
-- date, size or percentage stands in them: what was sent once is sent the same again, or a server's cache is worth
-- nothing.
local M = {}

--- Attributes that come first, in this order; others follow in that of their names.
local FIRST = { 'path', 'first', 'last' }

local ENTITIES = { ['&'] = '&amp;', ['"'] = '&quot;', ['<'] = '&lt;', ['>'] = '&gt;' }

---@param value any
---@return string text  in one line; nothing in it ends it
local function escaped(value) return (tostring(value):gsub('[%c]', ' '):gsub('[&"<>]', ENTITIES)) end

---@param attributes table<string, any>
---@return string[]
local function names_of(attributes)
  local rest = vim.tbl_filter(function(name) return not vim.list_contains(FIRST, name) end, vim.tbl_keys(attributes))
  table.sort(rest)
  local present = vim.tbl_filter(function(name) return attributes[name] ~= nil end, FIRST)
  return vim.list_extend(present, rest)
end

---@param tag string
---@param attributes table<string, any>
---@return string  such as 'file path="src/a.lua"'
local function opening(tag, attributes)
  local out = { tag }
  for _, name in ipairs(names_of(attributes)) do
    if name:find('^[%a_][%w_-]*$') then out[#out + 1] = ('%s="%s"'):format(name, escaped(attributes[name])) end
  end
  return table.concat(out, ' ')
end

---@class hum.Worded  what is named: a source, or a piece of one as a ledger has it
---@field title string
---@field tag string
---@field attributes? table<string, any>

---@param named hum.Worded
---@return string tag, table<string, any> attributes
local function name_of(named)
  local tag = named.tag:find('^%a[%w_-]*$') and named.tag or 'source'
  local attributes = named.attributes or {}
  if next(attributes) == nil and named.title ~= '' then
    attributes = tag == 'file' and { path = named.title } or { name = named.title }
  end
  return tag, attributes
end

--- What goes before and behind a source's content.
---@param named hum.Worded
---@param is_closed? boolean  it ends with a line break
---@return string head, string tail
function M.whole(named, is_closed)
  local tag, attributes = name_of(named)
  return ('<%s>\n'):format(opening(tag, attributes)), ('%s</%s>'):format(is_closed and '' or '\n', tag)
end

--- The same around what has changed of it since the model has seen it.
---@param named hum.Worded
---@param is_closed? boolean  it ends with a line break
---@return string head, string tail
function M.diff(named, is_closed)
  local _, attributes = name_of(named)
  return ('<%s>\n'):format(opening('diff', attributes)), (is_closed and '' or '\n') .. '</diff>'
end

--- The same around the outline of what is too large.
---@param named hum.Worded
---@param is_closed? boolean  it ends with a line break
---@return string head, string tail
function M.outline(named, is_closed)
  local _, attributes = name_of(named)
  return ('<%s>\n'):format(opening('outline', attributes)), (is_closed and '' or '\n') .. '</outline>'
end

--- What stands before an image.
---@param named hum.Worded
---@return string
function M.image(named)
  local _, attributes = name_of(named)
  return ('<%s/>'):format(opening('image', attributes))
end

--- What is said of a source that is not there any more.
---@param named hum.Worded
---@return string
function M.gone(named)
  local tag, attributes = name_of(named)
  return ('<%s>\n(not there any more)\n</%s>'):format(opening(tag, attributes), tag)
end

--- What is said of a source whose changes are not sent: without it the model would take what it has seen for the source
--- as it is.
---@param named hum.Worded
---@return string
function M.held(named)
  local tag, attributes = name_of(named)
  return ('<%s>\n(it has changed since, and what it says now is not sent)\n</%s>'):format(opening(tag, attributes), tag)
end

--- What is said when such a source is as the model has seen it, again.
---@param named hum.Worded
---@return string
function M.back(named)
  local tag, attributes = name_of(named)
  return ('<%s>\n(as it stands above, again)\n</%s>'):format(opening(tag, attributes), tag)
end

--- What is said instead of a content that the model has already seen as another source's.
---@param named hum.Worded
---@param other hum.Worded
---@return string
function M.twin(named, other)
  local tag, attributes = name_of(named)
  return ('<%s>\n(the same text as %s above)\n</%s>'):format(opening(tag, attributes), escaped(other.title), tag)
end

--- What ends each piece: the next one, or the user's words, begin below a blank line.
M.BETWEEN = '\n\n'

return M
