-- The lines that an edit is about if the user names none: the function around the cursor, with what stands above it
-- and belongs to it, else the paragraph.
local definition = require('hum.definition')

local M = {}

--- Bytes of a text that is parsed for this alone: it is done at once, while the user waits.
local LARGEST = 1024 * 1024

---@class hum.LineRange  from 0, inclusive
---@field first integer
---@field last integer
---@field kind 'function'|'paragraph'

---@param node TSNode
---@return integer first, integer last  whole lines
local function rows_of(node)
  local first, _, last, col = node:range()
  return first, col == 0 and last > first and last - 1 or last
end

---@param node TSNode
---@param row integer
---@return boolean
local function is_on(node, row)
  local first, last = rows_of(node)
  return first <= row and row <= last
end

--- The smallest function at a row that a query of the language names, as nvim-treesitter-textobjects has them.
---@param buf integer
---@param root TSNode
---@param lang string
---@param row integer
---@return TSNode|nil
local function queried(buf, root, lang, row)
  local query = vim.treesitter.query.get(lang, 'textobjects')
  if not query then return nil end
  local found ---@type TSNode|nil
  for id, node in query:iter_captures(root, buf, row, row + 1) do
    if query.captures[id] == 'function.outer' and is_on(node, row) and node:type() ~= 'comment' then
      local is_smaller = not found or node:byte_length() < found:byte_length()
      if is_smaller then found = node end
    end
  end
  return found
end

--- The nearest function above a node: one that is handed to another, or has one line and no name, only if there is no
--- other.
---@param node TSNode|nil
---@return TSNode|nil
local function enclosing(node)
  local second ---@type TSNode|nil
  while node do
    local parent, kind = node:parent(), node:type()
    local first, last = rows_of(node)
    local is_function = definition.is_function(kind)
    if parent and (is_function or definition.LITERALS[kind] and last > first) then
      if not definition.ARGUMENTS[parent:type()] then return node end
      second = second or node
    end
    node = parent
  end
  return second
end

--- What a function is wrapped in that belongs to it: decorators, `export`, the variable that it is given to.
---@param node TSNode
---@return TSNode
local function wrapped(node)
  local parent = node:parent()
  while parent and parent:parent() and parent:type():find('^decorated') do
    node, parent = parent, parent:parent()
  end
  return node
end

--- The rows of a function with the comments above it.
---@param node TSNode
---@return integer first, integer last
local function with_comments(node)
  local first, last = rows_of(node)
  local before = node:prev_named_sibling()
  local outer = node:parent()
  -- `local x = function` begins the line as another node.
  while not before and outer and outer:parent() and (outer:range()) == first do
    before, outer = outer:prev_named_sibling(), outer:parent()
  end
  while before and definition.ABOVE[before:type()] do
    local top, bottom = rows_of(before)
    if bottom + 1 ~= first then break end
    local left = before:prev_named_sibling()
    if left and select(2, rows_of(left)) == top and not definition.ABOVE[left:type()] then break end -- behind code
    first, before = top, left
  end
  return first, last
end

--- The function that stands below the comment at a row.
---@param node TSNode|nil
---@return TSNode|nil
local function below_comment(node)
  while node and definition.ABOVE[node:type()] do
    local last = select(2, rows_of(node))
    local after = node:next_named_sibling()
    if not after or (after:range()) ~= last + 1 then return nil end
    node = after
  end
  return node
end

---@param node TSNode|nil
---@param row integer
---@return TSNode|nil  a function that begins with the node
local function begins(node, row)
  local first = node and (node:range())
  while node and (node:range()) == first do
    local parent = node:parent()
    if parent and first > row and definition.is_function(node:type()) then return node end
    node = node:named_child(0)
  end
end

---@param buf integer
---@return vim.treesitter.LanguageTree|nil
local function parser_of(buf)
  local is_large = vim.api.nvim_buf_get_offset(buf, vim.api.nvim_buf_line_count(buf)) > LARGEST
  if is_large and not vim.treesitter.highlighter.active[buf] then return nil end
  local ok, parser = pcall(vim.treesitter.get_parser, buf, nil, { error = false })
  return ok and parser or nil
end

---@param buf integer
---@param row integer
---@param col integer
---@return hum.LineRange|nil
local function function_at(buf, row, col)
  local parser = parser_of(buf)
  if not parser then return nil end
  parser:parse({ row, row + 1 })
  local at = { row, col, row, col }
  local part = parser:language_for_range(at)
  local tree = part:tree_for_range(at, { ignore_injections = true })
  if not tree then return nil end
  local root = tree:root()
  local inner = root:named_descendant_for_range(row, col, row, col)
  local is_comment = inner and definition.ABOVE[inner:type()]
  -- A query may want what only its plugin has.
  local ok, named = pcall(queried, buf, root, part:lang(), row)
  local found = ok and named or enclosing(inner)
  if is_comment and inner then found = begins(below_comment(inner), row) or found end
  if not found then return nil end
  local first, last = with_comments(wrapped(found))
  return { first = first, last = last, kind = 'function' }
end

---@param buf integer
---@param row integer
---@return string
local function line_at(buf, row) return vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or '' end

--- Lines without a blank one between them; a blank line is one alone.
---@param buf integer
---@param row integer
---@return hum.LineRange
local function paragraph_at(buf, row)
  local first, last, count = row, row, vim.api.nvim_buf_line_count(buf)
  if line_at(buf, row):find('%S') then
    while first > 0 and line_at(buf, first - 1):find('%S') do
      first = first - 1
    end
    while last < count - 1 and line_at(buf, last + 1):find('%S') do
      last = last + 1
    end
  end
  return { first = first, last = last, kind = 'paragraph' }
end

--- What stands around a place.
---@param buf integer
---@param row integer  from 0
---@param col integer
---@return hum.LineRange
function M.around(buf, row, col)
  local line = line_at(buf, row)
  local indent = #line:match('^%s*')
  -- On the blanks in front of a line the tree is that of what is around it.
  local ok, found = pcall(function_at, buf, row, math.min(math.max(col, indent), math.max(#line - 1, 0)))
  return ok and found or paragraph_at(buf, row)
end

return M
