-- Which nodes of a syntax tree are definitions, and which of those are functions: by the names that grammars have for
-- them, for languages whose parser comes without queries that say so. Pure.
local M = {}

---@param names string[]
---@return table<string, true>
local function set_of(names)
  local set = {}
  for _, name in ipairs(names) do
    set[name] = true
  end
  return set
end

--- Functions that have a name, in grammars that Neovim bundles or that are widespread.
local FUNCTIONS = {
  'constructor_declaration',
  'function_declaration',
  'function_definition',
  'function_item',
  'method',
  'method_declaration',
  'method_definition',
  'singleton_method',
}

local OTHERS = {
  'class',
  'class_declaration',
  'class_definition',
  'class_specifier',
  'enum_item',
  'impl_item',
  'interface_declaration',
  'module',
  'namespace_definition',
  'struct_item',
  'struct_specifier',
  'trait_item',
}

M.NODES = set_of(vim.list_extend(vim.list_extend({}, FUNCTIONS), OTHERS))

M.FUNCTIONS = set_of(FUNCTIONS)

--- Functions that are values.
M.LITERALS = set_of({
  'anonymous_function',
  'arrow_function',
  'closure_expression',
  'func_literal',
  'function',
  'function_expression',
  'lambda',
  'lambda_expression',
})

--- A function that is handed to another one is a part of what does that.
M.ARGUMENTS = set_of({ 'arguments', 'argument_list', 'call_suffix', 'value_arguments' })

--- What stands above a definition and belongs to it.
M.ABOVE = set_of({ 'attribute_item', 'block_comment', 'comment', 'doc_comment', 'line_comment' })

--- Words for functions in the names of nodes of other grammars: "subroutine_declaration_statement".
local WORDS = { '^function', 'method', 'constructor', 'subroutine', 'procedure' }

--- Whether it is a function with a name.
---@param type string
---@return boolean
function M.is_function(type)
  if M.FUNCTIONS[type] then return true end
  if not (type:find('_definition') or type:find('_declaration') or type:find('_item$')) then return false end
  for _, word in ipairs(WORDS) do
    if type:find(word) then return true end
  end
  return false
end

return M
