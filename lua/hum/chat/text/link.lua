-- Links of one line of Markdown, for hum.chat.text.inline: where they begin and end.
local M = {}

local BACKSLASH, PAREN, BRACKET = 92, 40, 91

--- The bracket that closes each one that opens.
---@param text string
---@return table<integer, integer>
function M.brackets(text)
  local closing, stack = {}, {}
  local open, close = text:find('[', 1, true), text:find(']', 1, true)
  while close do
    if open and open < close then
      if text:byte(open - 1) ~= BACKSLASH then stack[#stack + 1] = open end
      open = text:find('[', open + 1, true)
    else
      local n = #stack
      if n > 0 and text:byte(close - 1) ~= BACKSLASH then
        closing[stack[n]], stack[n] = close, nil
      end
      close = text:find(']', close + 1, true)
    end
  end
  return closing
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
  local byte = text:byte(name_end + 1)
  if byte ~= PAREN and byte ~= BRACKET then return nil end
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
