-- The part of YAML that the front matters of prompts are written in: maps and lists by indentation, texts in quotes or
-- without, lists in brackets, blocks of text. Pure. What is none of that is no fault here: a line that cannot be read
-- is passed over, as these files are made for others.
local settings = require('hum.chat.text.settings')

local M = {}

--- Maps in maps that are read.
local DEEPEST = 8

---@alias hum.YamlValue string|boolean|table

---@class hum.YamlLine
---@field indent integer
---@field text string

---@class hum.YamlReader
---@field lines string[]
---@field at integer  the next line

---@param text string
---@return string[]  what stands between commas outside of quotes and brackets
local function items_of(text)
  local out, depth, quote, from = {}, 0, nil, 1
  for at = 1, #text do
    local char = text:sub(at, at)
    if quote then
      quote = char ~= quote and quote or nil
    elseif char:find('["\']') then
      quote = char
    elseif char:find('[%[{]') then
      depth = depth + 1
    elseif char:find('[%]}]') then
      depth = depth - 1
    elseif char == ',' and depth == 0 then
      out[#out + 1] = text:sub(from, at - 1)
      from = at + 1
    end
  end
  out[#out + 1] = text:sub(from)
  return vim.tbl_filter(function(item) return item ~= '' end, vim.tbl_map(vim.trim, out))
end

---@param text string
---@param depth integer
---@return hum.YamlValue
local function flow(text, depth)
  local list = text:match('^%[(.*)%]$')
  local map = text:match('^{(.*)}$')
  if depth > DEEPEST or not (list or map) then
    if text == 'true' or text == 'false' then return text == 'true' end
    return settings.scalar(text)
  end
  local out = {}
  for _, item in ipairs(items_of(list or map or '')) do
    local key, value = item:match('^["\']?([%w_.-]+)["\']?%s*:%s*(.*)$')
    if list then
      out[#out + 1] = flow(item, depth + 1)
    elseif key and value then
      out[key] = flow(value, depth + 1)
    end
  end
  return out
end

---@param text string  behind `key:` or `- `
---@return hum.YamlValue
local function value_of(text)
  text = vim.trim(text)
  return flow(text:find('^[%[{]') and settings.scalar(text) or text, 0)
end

--- The next line that says something.
---@param r hum.YamlReader
---@return hum.YamlLine|nil
local function peek(r)
  while r.lines[r.at] do
    local indent, text = r.lines[r.at]:match('^( *)(.-)%s*$')
    if indent and text and text ~= '' and not text:find('^#') then return { indent = #indent, text = text } end
    r.at = r.at + 1
  end
end

--- A block of text below `key: |` or `key: >`.
---@param r hum.YamlReader
---@param indent integer  of its key
---@param folds boolean
---@return string
local function block_text(r, indent, folds)
  local out, margin = {}, nil
  while r.lines[r.at] do
    local line = r.lines[r.at]
    local own = #line:match('^ *')
    if line:find('%S') and own <= indent then break end
    margin = margin or (line:find('%S') and own or nil)
    out[#out + 1] = line:sub((margin or 0) + 1)
    r.at = r.at + 1
  end
  return vim.trim((table.concat(out, folds and ' ' or '\n')))
end

local block ---@type fun(r: hum.YamlReader, indent: integer, depth: integer): hum.YamlValue|nil

--- What belongs to a key: behind it, or below it.
---@param r hum.YamlReader
---@param rest string
---@param indent integer
---@param depth integer
---@return hum.YamlValue
local function under(r, rest, indent, depth)
  local folds = rest:match('^([|>])[+-]?%d?%s*$')
  if folds then return block_text(r, indent, folds == '>') end
  if rest ~= '' and not rest:find('^#') then return value_of(rest) end
  local line = peek(r)
  local is_list = line and line.indent == indent and line.text:find('^%-%s')
  if line and (line.indent > indent or is_list) and depth < DEEPEST then
    return block(r, line.indent, depth + 1) or ''
  end
  return ''
end

---@param r hum.YamlReader
---@param indent integer
---@param depth integer
---@return table
local function list(r, indent, depth)
  local out = {}
  while true do
    local line = peek(r)
    local mark, rest = (line and line.indent == indent and line.text or ''):match('^(%-%s*)(.*)$')
    if not line or not mark or not rest then return out end
    if rest:find('^[%w_-]+:%s') or rest:find('^[%w_-]+:$') then
      r.lines[r.at] = (' '):rep(indent + #mark) .. rest -- a map, whose first key stands behind the mark
      out[#out + 1] = block(r, indent + #mark, depth + 1) or ''
    else
      r.at = r.at + 1
      out[#out + 1] = under(r, rest, indent, depth)
    end
  end
end

---@param r hum.YamlReader
---@param indent integer
---@param depth integer
---@return table
local function map(r, indent, depth)
  local out = {}
  while true do
    local line = peek(r)
    if not line or line.indent < indent then return out end
    local key, rest = line.text:match('^["\']?([%w_.-]+)["\']?:%s*(.*)$')
    if line.indent == indent and line.text:find('^%-%s') then return out end
    r.at = r.at + 1
    if key and rest and line.indent == indent and out[key] == nil then out[key] = under(r, rest, indent, depth) end
  end
end

function block(r, indent, depth)
  local line = peek(r)
  if not line or depth > DEEPEST then return nil end
  if line.text:find('^%-%s') then return list(r, indent, depth) end
  return map(r, indent, depth)
end

--- Reads a map.
---@param lines string[]  between the `---` of a front matter
---@return table<string, hum.YamlValue>
function M.parse(lines)
  local r = { lines = vim.list_slice(lines), at = 1 }
  local out = {}
  while peek(r) do
    local at = r.at
    out = vim.tbl_extend('keep', out, map(r, peek(r).indent, 0))
    if r.at == at then r.at = at + 1 end
  end
  return out
end

--- Several texts: of a list, or of one text with commas between them.
---@param value hum.YamlValue|nil
---@return string[]
function M.texts(value)
  if type(value) == 'string' then return items_of(value) end
  local out = {}
  for _, one in ipairs(type(value) == 'table' and value or {}) do
    if type(one) == 'string' and one ~= '' then out[#out + 1] = one end
  end
  return out
end

return M
