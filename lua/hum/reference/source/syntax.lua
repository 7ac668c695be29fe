-- Names in a syntax tree: where they are defined, and where they stand. Without a language server this is all that is
-- known, so a name means whatever is called that.
local definition = require('hum.definition')

local M = {}

--- So many places of a word are looked at; so many nodes, and so long in ns, for a list of names.
local PLACES, NODES, PATIENCE = 2000, 20000, 8e6

--- What gives something a name, in the names that grammars have for it: strong, as functions and types, before what
--- declares, before what only assigns.
local STRONG = {
  'type_spec$',
  'type_alias',
  'type_item$',
  'enum_declaration',
  'enum_specifier',
  'union_',
  'macro_definition',
  'preproc_function_def',
  'record_declaration',
  'object_definition',
}
local DECLARES =
  { 'declar', '_spec$', '_item$', 'preproc_def', 'enumerator', 'let_statement', 'type_definition', 'field_definition' }
local ASSIGNS = { 'assignment', 'variable_list', 'field$', 'pair$' }

--- Fields of such nodes that hold the name.
local FIELDS = { 'name', 'declarator', 'left', 'pattern', 'key' }

--- What stands around a definition and belongs to it; and what does so if nothing else is in it.
local AROUND =
  { decorated_definition = true, export_statement = true, template_declaration = true, function_definition = true }
local ALONE = {
  variable_declaration = true,
  lexical_declaration = true,
  declaration = true,
  type_declaration = true,
  const_declaration = true,
  var_declaration = true,
  expression_statement = true,
  assignment_statement = true,
  variable_declarator = true,
  init_declarator = true,
}

local DECLARATORS = {
  function_declarator = true,
  pointer_declarator = true,
  reference_declarator = true,
  array_declarator = true,
  parenthesized_declarator = true,
}

---@param type string
---@param patterns string[]
---@return boolean
local function matches(type, patterns)
  for _, pattern in ipairs(patterns) do
    if type:find(pattern) then return true end
  end
  return false
end

---@param type string
---@return integer|nil  1: strong
local function rank_of(type)
  -- A declarator of C is a part of what it is the name of.
  if type:find('parameter') or type:find('argument') or DECLARATORS[type] then return nil end
  if definition.NODES[type] or definition.is_function(type) or matches(type, STRONG) then return 1 end
  if matches(type, DECLARES) then return 2 end
  return matches(type, ASSIGNS) and 3 or nil
end

---@param outer TSNode
---@param inner TSNode
---@return boolean
local function contains(outer, inner)
  local a, b, c, d = outer:range()
  local row, col, end_row, end_col = inner:range()
  return (a < row or (a == row and b <= col)) and (c > end_row or (c == end_row and d >= end_col))
end

--- Whether a node is the name that a definition gives: the last one of "M.compute", and no parameter.
---@param of TSNode
---@param node TSNode
---@return boolean
local function names(of, node)
  for _, field in ipairs(FIELDS) do
    for _, named in ipairs(of:field(field)) do
      local inner = named
      while inner:field('declarator')[1] do
        inner = inner:field('declarator')[1]
      end
      local _, _, row, col = inner:range()
      local _, _, end_row, end_col = node:range()
      if contains(inner, node) and row == end_row and col == end_col then return true end
    end
  end
  return false
end

---@param node TSNode
---@return boolean  a function is assigned
local function holds_function(node)
  local list = { node }
  for _ = 1, 3 do
    local inner = {}
    for _, one in ipairs(list) do
      for child in one:iter_children() do
        if definition.LITERALS[child:type()] or definition.is_function(child:type()) then return true end
        if child:named() and #inner < 20 then inner[#inner + 1] = child end
      end
    end
    list = inner
  end
  return false
end

--- The whole of a definition, with what stands around it and the comments above.
---@param node TSNode
---@return integer first, integer last  rows
local function extent(node)
  local parent = node:parent()
  while parent do
    local alone = ALONE[parent:type()] and parent:named_child_count() <= 2
    if not alone and not AROUND[parent:type()] then break end
    node, parent = parent, parent:parent()
  end
  local first, _, last, col = node:range()
  if col == 0 and last > first then last = last - 1 end
  local above = node:prev_named_sibling()
  while above and definition.ABOVE[above:type()] do
    local row, _, end_row, end_col = above:range()
    if end_col == 0 and end_row > row then end_row = end_row - 1 end
    if end_row < first - 1 or end_row > first then break end
    first, above = math.min(first, row), above:prev_named_sibling()
  end
  return first, last
end

---@class hum.ReferenceFound
---@field first integer  rows from 0
---@field last integer
---@field rank integer   1: a function, a type; 2: a declaration; 3: an assignment
---@field name integer   row of the name

---@param node TSNode  a name
---@return hum.ReferenceFound|nil
local function defined_by(node)
  local up = node:parent()
  for _ = 1, 8 do
    if not up then return nil end
    local rank = rank_of(up:type())
    -- "struct widget *w" only names what is defined elsewhere.
    local is_mention = up:type():find('_specifier$') and not up:field('body')[1]
    if rank and not is_mention and names(up, node) then
      if rank > 1 and holds_function(up:type() == 'variable_list' and up:parent() or up) then rank = 1 end
      if rank == 3 and (up:parent() and up:parent():parent() or up):type():find('declar') then rank = 2 end
      local first, last = extent(up)
      return { first = first, last = last, rank = rank, name = (node:start()) }
    end
    if rank == 1 then return nil end
    up = up:parent()
  end
end

--- Calls `visit` with the nodes that are exactly this word.
---@param text hum.ReferenceText
---@param word string
---@param visit fun(node: TSNode, row: integer)
local function each(text, word, visit)
  local looked = 0
  for i, line in ipairs(text.lines) do
    local at = 1 ---@type integer|nil
    while at do
      local first, last = line:find(word, at, true)
      at = last and last + 1
      local is_whole = first
        and not line:sub(first - 1, first - 1):find('[%w_]')
        and not line:sub(last + 1, last + 1):find('[%w_]')
      if is_whole and first then
        looked = looked + 1
        if looked > PLACES then return end
        local node = text.root:named_descendant_for_range(i - 1, first - 1, i - 1, last --[[@as integer]])
        if node then visit(node, i - 1) end
      end
    end
  end
end

---@param node TSNode
---@return boolean  a comment or a text is no use of a name
local function is_code(node)
  local type = node:type()
  return not (type:find('comment') or type:find('string') or type:find('^text') or type == 'source')
end

--- Where a name is defined, and where else it stands.
---@param text hum.ReferenceText  with a root
---@param name string  "M.compute" and "Class::method" are called by their last part
---@return hum.ReferenceFound[] found  the strongest ones
---@return integer[] rows  of the other places
function M.find(text, name)
  local list, rows, best = {}, {}, 4
  each(text, name:match('[^.:#]+$') or name, function(node, row)
    local qualifier = name:match('^(.*[^.:#])[.:#]+[^.:#]+$')
    local one = defined_by(node)
    if one and qualifier and not M.is_within(text, one, qualifier) then one = nil end
    if one then
      list[#list + 1], best = one, math.min(best, one.rank)
    elseif is_code(node) and rows[#rows] ~= row then
      rows[#rows + 1] = row
    end
  end)
  -- A name is assigned again and again: the first time is what defines it.
  local kept = vim.tbl_filter(function(one) return one.rank == best end, list) --[[@as hum.ReferenceFound[] ]]
  if best == 3 then kept = { kept[1] } end
  for _, one in ipairs(list) do
    if not vim.tbl_contains(kept, one) then rows[#rows + 1] = one.name end
  end
  table.sort(rows)
  return kept, rows
end

--- Whether a definition is called "Class.name", or stands in what is called "Class".
---@param text hum.ReferenceText
---@param one hum.ReferenceFound
---@param qualifier string
---@return boolean
function M.is_within(text, one, qualifier)
  local last = qualifier:match('[^.:#]+$') or qualifier
  if (text.lines[one.name + 1] or ''):find('%f[%w_]' .. vim.pesc(last) .. '[.:#]+') then return true end
  local found = false
  each(text, last, function(node)
    local outer = not found and defined_by(node)
    found = found or (outer and outer.first <= one.first and outer.last >= one.last) or false
  end)
  return found
end

--- The definition that begins at a row.
---@param text hum.ReferenceText  with a root
---@param row integer
---@return integer|nil first, integer|nil last
function M.at(text, row)
  local line = text.lines[row + 1] or ''
  local col = #(line:match('^%s*') or '')
  local node = text.root:named_descendant_for_range(row, col, row, #line)
  while node do
    local rank = rank_of(node:type())
    if rank and rank < 3 then return extent(node) end
    local parent = node:parent()
    if not parent or (parent:start()) ~= row then break end
    node = parent
  end
end

--- Names of the functions, types and the like of a text, as far as a moment allows.
---@param text hum.ReferenceText  with a root
---@return string[]
function M.names(text)
  local list, seen, looked, till = {}, {}, 0, vim.uv.hrtime() + PATIENCE
  local queue, at = { text.root }, 1
  while queue[at] and looked < NODES and vim.uv.hrtime() < till do
    local node = queue[at]
    at = at + 1
    for child in node:iter_children() do
      looked = looked + 1
      local named = rank_of(child:type()) == 1 and (child:field('name')[1] or child:field('declarator')[1]) or nil
      while named and named:field('declarator')[1] do
        named = named:field('declarator')[1]
      end
      local name = named and vim.treesitter.get_node_text(named, text.source)
      if name and not name:find('\n') and not seen[name] then
        seen[name] = true
        list[#list + 1] = name
      end
      if child:named() and child:named_child_count() > 0 then queue[#queue + 1] = child end
    end
  end
  return list
end

return M
