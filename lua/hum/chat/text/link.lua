-- Links of one line of Markdown, for hum.chat.text.inline: where they begin and end.
local M = {}

--- The bracket that closes each one that opens.
---@param text string
---@return table<integer, integer>
function M.brackets(text)
  local pairs_of, stack = {}, {}
  local at = text:find('[%[%]]')
  while at do
    if text:byte(at - 1) ~= 92 then
      if text:byte(at) == 91 then
        stack[#stack + 1] = at
      elseif stack[1] then
        pairs_of[table.remove(stack)] = at
      end
    end
    at = text:find('[%[%]]', at + 1)
  end
  return pairs_of
end

--- What may stand in the parentheses of a link: an address, in `<>` too, and a title.
---@param text string
---@return boolean
local function is_target(text)
  return text:find('^%s*%S*%s*$') ~= nil
    or text:find('^%s*<[^<>]*>') ~= nil
    or text:find('^%s*%S+%s+["\'(].*["\')]%s*$') ~= nil
end

--- `[text](url)` or `[text][ref]` at `i`.
---@param text string
---@param i integer
---@param name_end integer  where its `]` stands
---@param emit hum.Emit
---@return integer? last
function M.find(text, i, name_end, emit)
  local _, last = text:find('^%b()', name_end + 1)
  if last and not is_target(text:sub(name_end + 2, last - 1)) then last = nil end
  if not last then
    _, last = text:find('^%[[^%[%]]*%]', name_end + 1)
  end
  if not last then return nil end
  emit(i, name_end + 1, 'link')
  emit(name_end + 1, last + 1, 'url')
  return last
end

--- `[text](addr` at the end of a line that still grows.
---@param text string
---@param i integer
---@param name_end integer
---@param emit_open hum.EmitOpen
---@return boolean
function M.find_open(text, i, name_end, emit_open)
  if not (text:find('^%(%s*%S*$', name_end + 1) or text:find('^%(%S+%s+["\'(]', name_end + 1)) then return false end
  emit_open(i, i + 1, 'link')
  emit_open(name_end, #text + 1)
  return true
end

return M
