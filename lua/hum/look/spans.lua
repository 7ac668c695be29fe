-- What gives a text its colours: the captures of treesitter's queries, or the groups of regex syntax.
local M = {}

--- Bytes of a line beyond which it is left plain.
M.MAX_LINE = 2000

---@alias hum.Spans any[]  first byte (from 0), end, group; three for each span

--- A piece of a text with its group.
---@alias hum.AddSpan fun(range: [integer, integer, integer, integer], group: string)

---@class hum.LanguagePart  what of a text is parsed as one language
---@field tree TSTree
---@field lang string

--- The parser and the query for a file type, if both are there.
---@param filetype string
---@return string? lang  the parser's language
---@return vim.treesitter.Query? query
function M.parser(filetype)
  local ts = vim.treesitter
  local name = ts.language.get_lang(filetype) or filetype
  if name == '' or not name:find('^[%w_]+$') then return nil end
  local ok, loaded = pcall(ts.language.add, name)
  -- 0.10 raises an error for a missing parser, later versions return nil.
  if not ok or (loaded == nil and vim.fn.has('nvim-0.11') == 1) then return nil end
  local found, query = pcall(ts.query.get, name, 'highlights')
  if not found or not query then return nil end
  return name, query
end

--- All trees of a parsed text, injected languages last so that they lie on top.
---@param parser vim.treesitter.LanguageTree
---@return hum.LanguagePart[]
function M.parts(parser)
  local list = {}
  parser:for_each_tree(function(tree, language) list[#list + 1] = { tree = tree, lang = language:lang() } end)
  return list
end

--- Finds the captures in some rows, a few at each call.
---@param part hum.LanguagePart
---@param query vim.treesitter.Query
---@param source string|integer  text or buffer
---@param first integer          row
---@param last integer           row after the last one
---@param add hum.AddSpan
---@return fun(): boolean step  whether there are more
function M.captures(part, query, source, first, last, add)
  local iter = query:iter_captures(part.tree:root(), source, first, last)
  return function()
    for _ = 1, 20 do
      local capture, node, metadata = iter()
      if not capture then return false end
      local name = query.captures[capture]
      if name:sub(1, 1) ~= '_' and name ~= 'spell' and name ~= 'nospell' then
        local range = vim.treesitter.get_range(node, source, metadata and metadata[capture])
        add({ range[1], range[2], range[4], range[5] }, '@' .. name .. '.' .. part.lang)
      end
    end
    return true
  end
end

--- Groups along one line of the current buffer.
---@param lnum integer
---@param length integer
---@return hum.Spans
function M.syntax(lnum, length)
  local spans, first, group = {}, 0, 0
  for col = 1, math.min(length, M.MAX_LINE) + 1 do
    local id = col <= length and vim.fn.synIDtrans(vim.fn.synID(lnum, col, 1)) or 0
    if id ~= group then
      if group ~= 0 then
        local n = #spans
        spans[n + 1], spans[n + 2], spans[n + 3] = first, col - 1, vim.fn.synIDattr(group, 'name')
      end
      first, group = col - 1, id
    end
  end
  return spans
end

return M
