-- One reference at a place in a text: where it ends and what it says. Pure.
local M = {}

---@class hum.ReferenceToken
---@field stop integer   its last byte
---@field kind string
---@field arg? string
---@field force boolean

-- ---- characters -------------------------------------------------------------------------------

--- The code of the character that begins at a byte, or ends there; ASCII is its byte.
---@param text string
---@param at integer
---@return integer|nil
local function code_at(text, at)
  local byte = text:byte(at)
  if not byte or byte < 128 then return byte end
  if byte >= 240 then return 0x10000 end
  local second, third = text:byte(at + 1) or 128, text:byte(at + 2) or 128
  if byte >= 224 then return (byte - 224) * 4096 + (second - 128) * 64 + third - 128 end
  return (byte - 192) * 64 + second - 128
end

---@param text string
---@param at integer  the last byte of a character
---@return integer|nil
local function code_before(text, at)
  while at > 1 and (text:byte(at) or 0) >= 128 and text:byte(at) < 192 do
    at = at - 1
  end
  return code_at(text, at)
end

--- Letters that a word is written with. From U+2000 on there are signs, and scripts that put no blank between words.
---@param code integer|nil
---@return boolean
local function is_letter(code)
  if not code then return false end
  if code < 128 then return string.char(code):find('[%w_]') ~= nil end
  return code >= 0xC0 and code < 0x2000
end

--- In front of "#" it belongs to something else: `C#`, `&#12;`, `path/#x`, `a=#x`, `##x`.
---@param text string
---@param at integer  of the "#"
---@return boolean
local function begins(text, at)
  while at > 1 and text:byte(at - 1) == 95 do
    at = at - 1 -- emphasis: `_#buffer_`
  end
  if at == 1 then return true end
  local code = code_before(text, at - 1) --[[@as integer]]
  if is_letter(code) then return false end
  if text:sub(at - 2, at - 1) == '](' then return false end -- the target of a link
  return code >= 128 or not string.char(code):find('[#&/\\=@$%%.]')
end

-- ---- where an argument ends -------------------------------------------------------------------

--- Ends an argument wherever it stands: 、。，；and the quotes of languages that do without blanks.
local STOPS = { '\227\128\129', '\227\128\130', '\239\188\140', '\239\188\155' }

--- Signs that may close a sentence or a quotation, in some languages “ and ‘ as well: “‘–—”’»›…！？：）」』】》
local CLOSING = {
  '\226\128\156',
  '\226\128\152',
  '\226\128\147',
  '\226\128\148',
  '\226\128\157',
  '\226\128\153',
  '\194\187',
  '\226\128\186',
  '\226\128\166',
  '\239\188\129',
  '\239\188\159',
  '\239\188\154',
  '\239\188\137',
  '\227\128\141',
  '\227\128\143',
  '\227\128\145',
  '\227\128\139',
}

local OPENS = { [')'] = '(', [']'] = '[', ['}'] = '{', ['>'] = '<' }

--- Bytes up to a bracket that closes what was opened before the argument.
---@param arg string
---@return string
local function within_brackets(arg)
  local depth = { ['('] = 0, ['['] = 0, ['{'] = 0, ['<'] = 0 }
  for position, char in arg:gmatch('()([()%[%]{}<>])') do
    local at = position --[[@as integer]]
    local opened = OPENS[char]
    if not opened then
      depth[char] = depth[char] + 1
    elseif depth[opened] == 0 then
      if char ~= '>' or arg:sub(at + 1):find('^%p*$') then return arg:sub(1, at - 1) end
    else
      depth[opened] = depth[opened] - 1
    end
  end
  return arg
end

---@param arg string
---@param text string
---@return boolean
local function ends_with(arg, text) return #arg > #text and arg:sub(-#text) == text end

--- Dots that are a name, or that git writes between two commits: `..`, `main...`.
---@param arg string
---@param kind string
---@return boolean
local function ends_in_dots(arg, kind)
  local before, dots = arg:match('^(.-)(%.+)$')
  if not before or not dots then return false end
  if before == '' or before:find('/$') then return #dots <= 2 end
  return kind == 'diff' and (#dots == 2 or #dots == 3)
end

--- Quotes within it that belong together stay: `'wrap'`.
---@param arg string
---@param quote string
---@return boolean
local function is_unpaired(arg, quote)
  local _, count = arg:gsub(quote, '')
  return count % 2 == 1
end

--- Without the signs at its end that belong to the sentence.
---@param arg string
---@param kind string
---@param emphasis string  that stands in front of the reference
---@return string
local function trimmed(arg, kind, emphasis)
  local before
  repeat
    before = arg
    if arg:find('[.]$') then
      if not ends_in_dots(arg, kind) then arg = arg:sub(1, -2) end
    elseif arg:find('[,;:!?|]$') or (arg:find('[\'"]$') and is_unpaired(arg, arg:sub(-1))) then
      arg = arg:sub(1, -2)
    elseif emphasis ~= '' and vim.endswith(arg, emphasis) then
      arg, emphasis = arg:sub(1, -#emphasis - 1), ''
    elseif ends_with(arg, "'s") or ends_with(arg, '\226\128\153s') then
      arg = arg:gsub('[^\128-\255]s$', ''):gsub('\226\128\153s$', '')
    else
      for _, sign in ipairs(CLOSING) do
        if ends_with(arg, sign) then arg = arg:sub(1, -#sign - 1) end
      end
    end
  until arg == before
  return arg
end

--- An argument without quotes. A backslash before a blank makes that a part of it.
---@param text string
---@param at integer
---@param kind string
---@param emphasis string
---@param is_kind fun(name: string, arg?: string): any
---@return string raw
local function bare(text, at, kind, emphasis, is_kind)
  local stop = at
  while true do
    local blank = text:find('%s', stop) or #text + 1
    stop = blank
    if text:sub(blank - 1, blank - 1) ~= '\\' or text:sub(blank, blank) ~= ' ' then break end
    stop = blank + 1
  end
  local raw = text:sub(at, stop - 1)
  for _, sign in ipairs(STOPS) do
    raw = raw:sub(1, (raw:find(sign, 1, true) or #raw + 1) - 1)
  end
  for position, name in raw:gmatch('()[,;|]#(%a[%w_-]*)') do
    local first = position --[[@as integer]]
    if is_kind(name, '') then -- the next reference, without a blank between
      raw = raw:sub(1, first - 1)
      break
    end
  end
  return trimmed(within_brackets(raw), kind, emphasis)
end

--- An argument in quotes, in which a backslash stands before a quote or a backslash. Lines of a file may follow it:
--- `"a b.lua":10-40`.
---@param text string
---@param at integer  of the first quote
---@return string|nil arg, integer|nil stop
local function quoted(text, at)
  local quote, from = text:sub(at, at), at + 1
  while true do
    local stop = text:find('[\\\n' .. quote .. ']', from)
    local char = stop and text:sub(stop, stop)
    if not stop or char == '\n' then return nil end
    if char == quote then
      local inner = text:sub(at + 1, stop - 1):gsub('\\([\\"\'])', '%1')
      local lines = text:match('^:%d+%-?%d*', stop + 1)
      lines = lines and lines:gsub('%-$', '') or ''
      return inner .. lines, stop + #lines
    end
    from = stop + 2
  end
end

---@param text string
---@param at integer  behind the colon
---@param kind string
---@param emphasis string
---@param is_kind fun(name: string, arg?: string): any
---@return string|nil arg, integer stop  its last byte
local function argument(text, at, kind, emphasis, is_kind)
  local quote = text:match('^["\']', at)
  -- A tag of the help may be in quotes itself: 'wrap'.
  if quote == '"' or (quote and kind ~= 'help') then
    local arg, stop = quoted(text, at)
    if arg and stop then return arg, stop end
  end
  local raw = bare(text, at, kind, emphasis, is_kind)
  if raw == '' then return nil, at - 1 end
  return (raw:gsub('\\ ', ' ')), at + #raw - 1
end

-- ---- a reference ------------------------------------------------------------------------------

--- Behind a name without an argument: the name goes on as something else.
---@param text string
---@param at integer
---@return boolean
local function goes_on(text, at)
  if is_letter(code_at(text, at)) then return true end
  return text:find('^[-.:/\\=@#&$%%+]+[%w_]', at) ~= nil or text:find('^[/(=]', at) ~= nil
end

--- The reference whose "#" stands at a byte.
---@param text string
---@param at integer
---@param is_kind fun(name: string, arg?: string): any
---@return hum.ReferenceToken|nil
function M.read(text, at, is_kind)
  if not begins(text, at) then return nil end
  local name = text:match('^%a[%w_-]*', at + 1)
  if not name then return nil end
  local short = name:gsub('[_-]+$', '')
  local behind = at + 1 + #name
  local mark = text:match('^!?:', behind)
  if mark and is_kind(name, '') then
    local emphasis = text:sub(math.max(1, at - 3), at - 1):match('[*_~]+$') or ''
    local arg, stop = argument(text, behind + #mark, name, emphasis, is_kind)
    local force = mark == '!:'
    if arg or force then return { stop = arg and stop or behind + 1, kind = name, arg = arg, force = force } end
  end
  -- A kind that takes no argument can be forced as well.
  if mark == '!:' and not is_kind(name, '') and is_kind(name, nil) and not text:find('^[%w_]', behind + 2) then
    return { stop = behind + 1, kind = name, force = true }
  end
  if goes_on(text, behind) or not is_kind(short, nil) then return nil end
  return { stop = at + #short, kind = short, force = false }
end

--- The image of Markdown whose "!" stands at a byte, if it is a file.
---@param text string
---@param at integer
---@return { stop: integer, arg: string }|nil
function M.image(text, at)
  local open, target, stop = text:match('^!%[[^%]\n]*()%]%([ \t]*<([^<>\n]+)>[^()\n]*%)()', at)
  if not open then
    open, target, stop = text:match('^!%[[^%]\n]*()%]%([ \t]*([^%s()<>]+)[^()\n]*%)()', at)
  end
  if not open or not target or not stop then return nil end
  local path = target:gsub('^file://', '')
  if path:find('^%a[%w+.-]+:') and not path:find('^%a:[\\/]') or path:find('^#') then return nil end
  path = path:gsub('%%(%x%x)', function(hex) return string.char(tonumber(hex, 16) or 0) end)
  return {
    stop = stop --[[@as integer]] - 1,
    arg = path,
  }
end

return M
