-- The marks around what `inline` has found: what is left out where the text is shown as it is meant.
local M = {}

local OPEN_PAREN, OPEN_BRACKET, LESS, BANG = 40, 91, 60, 33

--- How many bytes are marks at each end.
---@param text string
---@param first integer
---@param last integer
---@param kind hum.InlineKind
---@return integer
local function length(text, first, last, kind)
  if kind == 'strong' then return 2 end
  if kind == 'strike' then return #text:match('^~*', first) end
  if kind ~= 'code' then return 1 end
  local run = #text:match('^`*', first)
  -- A blank on both sides is not meant (CommonMark 6.1).
  local inner = text:byte(first + run) == 32 and text:sub(first + run, last - run - 1)
  return inner and inner:find('^ .*%S.* $') and run + 1 or run
end

--- Calls `hide` with the marks of a piece [first, last), each from its first byte to the one behind it. What refers to
--- an address that stands elsewhere, as `[text][1]`, keeps them: so does `a[i][j]`.
---@param text string
---@param first integer
---@param last integer
---@param kind hum.InlineKind
---@param hide fun(first: integer, last: integer)
function M.of(text, first, last, kind, hide)
  if kind == 'escape' then return hide(first, last) end
  local byte = text:byte(first)
  if kind == 'url' then
    if byte == OPEN_PAREN then return hide(first, last) end
    if byte ~= LESS then return end
  elseif kind == 'link' then
    if text:byte(last) == OPEN_BRACKET then return end
    hide(text:byte(first - 1) == BANG and first - 1 or first, first + 1)
    return hide(last - 1, last)
  end
  local n = length(text, first, last, kind)
  hide(first, first + n)
  hide(last - n, last)
end

return M
