-- An answer cut into the pieces in which it comes.
local M = {}

--- In pieces of random lengths, whole characters each.
---@param text string
---@param seed integer
---@return string[]
local function random(text, seed)
  local state, tokens, at = seed % 2147483647, {}, 1
  local function next_length()
    state = (state * 48271) % 2147483647
    return 1 + state % 12
  end
  while at <= #text do
    local last = math.min(#text, at + next_length() - 1)
    while last < #text and text:byte(last + 1) >= 0x80 and text:byte(last + 1) < 0xc0 do
      last = last + 1
    end
    tokens[#tokens + 1] = text:sub(at, last)
    at = last + 1
  end
  return tokens
end

--- Each character of a line of fence is a piece, the rest between them one each.
---@param text string
---@return string[]
local function by_fences(text)
  local tokens, rest = {}, ''
  for line in text:gmatch('[^\n]*\n?') do
    if line:find('^%s*[`~][`~][`~]') then
      if rest ~= '' then tokens[#tokens + 1] = rest end
      rest = ''
      vim.list_extend(tokens, M.cut(line, 'chars'))
    else
      rest = rest .. line
    end
  end
  if rest ~= '' then tokens[#tokens + 1] = rest end
  return tokens
end

---@param text string
---@param how 'whole'|'chars'|'fences'|integer  a number is a seed
---@return string[]
function M.cut(text, how)
  if how == 'whole' then return { text } end
  if how == 'fences' then return by_fences(text) end
  if type(how) == 'number' then return random(text, how) end
  return vim.iter(text:gmatch('[%z\1-\127\194-\244][\128-\191]*')):totable()
end

return M
