-- Characters that a reader does not see, and a model reads: orders hidden in files that are shared ("Rules File
-- Backdoor", Pillar Security, March 2025). Pure. What has a use in ordinary text is not found: the selectors and
-- joiners of emoji, the flags of England, Scotland and Wales, the joiners of Arabic and Indic scripts, a byte order
-- mark.
local M = {}

---@class hum.Invisible
---@field row integer   from 0
---@field col integer   from 0, in bytes
---@field bytes integer
---@field code integer
---@field name string   "zero-width space"

--- More of them are not listed: one is enough to refuse a text.
local MOST = 200

--- First and last, and what they are; sorted. Unicode 16.0: Default_Ignorable_Code_Point, and controls that terminals
--- obey.
local RANGES = {
  { 0x0000, 0x0008, 'control character' },
  { 0x000b, 0x000b, 'control character' },
  { 0x000e, 0x001f, 'control character' },
  { 0x007f, 0x009f, 'control character' },
  { 0x00ad, 0x00ad, 'soft hyphen' },
  { 0x034f, 0x034f, 'combining grapheme joiner' },
  { 0x061c, 0x061c, 'Arabic letter mark' },
  { 0x115f, 0x1160, 'Hangul filler' },
  { 0x17b4, 0x17b5, 'inherent vowel' },
  { 0x180b, 0x180f, 'Mongolian selector' },
  { 0x200b, 0x200b, 'zero-width space' },
  { 0x200c, 0x200c, 'zero-width non-joiner' },
  { 0x200d, 0x200d, 'zero-width joiner' },
  { 0x200e, 0x200f, 'direction mark' },
  { 0x2028, 0x2029, 'separator' },
  { 0x202a, 0x202e, 'direction override' },
  { 0x2060, 0x2060, 'word joiner' },
  { 0x2061, 0x2065, 'invisible operator' },
  { 0x2066, 0x2069, 'direction isolate' },
  { 0x206a, 0x206f, 'format character' },
  { 0x3164, 0x3164, 'Hangul filler' },
  { 0xfe00, 0xfe0f, 'variation selector' },
  { 0xfeff, 0xfeff, 'zero-width no-break space' },
  { 0xffa0, 0xffa0, 'Hangul filler' },
  { 0xfff0, 0xfffb, 'annotation character' },
  { 0x1bca0, 0x1bca3, 'format character' },
  { 0x1d173, 0x1d17a, 'format character' },
  { 0xe0000, 0xe007f, 'tag character' },
  { 0xe0080, 0xe00ff, 'format character' },
  { 0xe0100, 0xe01ef, 'variation selector' },
  { 0xe01f0, 0xe0fff, 'format character' },
}

--- What an emoji selector may follow, and a joiner join.
local PICTURES = {
  { 0x00a9, 0x00a9 },
  { 0x00ae, 0x00ae },
  { 0x203c, 0x203c },
  { 0x2049, 0x2049 },
  { 0x2122, 0x2122 },
  { 0x2139, 0x2139 },
  { 0x2190, 0x21ff },
  { 0x2300, 0x23ff },
  { 0x24c2, 0x24c2 },
  { 0x25a0, 0x27bf },
  { 0x2934, 0x2935 },
  { 0x2b00, 0x2bff },
  { 0x3030, 0x303d },
  { 0x3297, 0x3299 },
  { 0x1f000, 0x1faff },
}

--- Scripts whose words need joiners.
local JOINING = {
  { 0x0600, 0x109f },
  { 0x1780, 0x18af },
  { 0xfb50, 0xfdff },
  { 0xfe70, 0xfefe },
}

local SELECTOR_TEXT, SELECTOR_EMOJI, KEYCAP = 0xfe0e, 0xfe0f, 0x20e3
local NON_JOINER, JOINER, MARK = 0x200c, 0x200d, 0xfeff
local BLACK_FLAG, FIRST_TAG, LAST_TAG = 0x1f3f4, 0xe0000, 0xe007f

--- The flags that are written with tags.
local FLAGS = { gbeng = true, gbsct = true, gbwls = true }

---@param ranges table[]
---@param code integer|nil
---@return string|true|nil
local function in_ranges(ranges, code)
  if not code then return nil end
  for _, range in ipairs(ranges) do
    if code < range[1] then return nil end
    if code <= range[2] then return range[3] or true end
  end
end

---@class hum.invisible.Char
---@field code integer  or -1: a byte that is no UTF-8
---@field col integer
---@field bytes integer

--- One character of a line.
---@param line string
---@param at integer  from 1
---@return integer code, integer bytes
local function decode(line, at)
  local first = line:byte(at)
  if first < 0x80 then return first, 1 end
  local bytes = first >= 0xf0 and 4 or first >= 0xe0 and 3 or first >= 0xc2 and 2 or 1
  if bytes == 1 or first > 0xf4 then return -1, 1 end
  local code = first % (bytes == 2 and 32 or bytes == 3 and 16 or 8)
  for i = 1, bytes - 1 do
    local byte = line:byte(at + i)
    if not byte or byte < 0x80 or byte > 0xbf then return -1, 1 end
    code = code * 64 + byte % 64
  end
  return code, bytes
end

---@param line string
---@return hum.invisible.Char[]
local function chars_of(line)
  local out, at = {}, 1
  while at <= #line do
    local code, bytes = decode(line, at)
    out[#out + 1] = { code = code, col = at - 1, bytes = bytes }
    at = at + bytes
  end
  return out
end

---@param chars hum.invisible.Char[]
---@param i integer
---@return integer|nil
local function code_at(chars, i)
  local char = chars[i]
  return char and char.code or nil
end

---@param chars hum.invisible.Char[]
---@param i integer
---@return boolean  it follows an emoji, or makes a digit a keycap
local function is_emoji_selector(chars, i)
  local before = code_at(chars, i - 1)
  if in_ranges(PICTURES, before) then return true end
  local is_key = before and (before == 0x23 or before == 0x2a or (before >= 0x30 and before <= 0x39))
  return is_key == true and code_at(chars, i + 1) == KEYCAP
end

---@param chars hum.invisible.Char[]
---@param i integer
---@return boolean
local function is_joiner_of_words(chars, i)
  return in_ranges(JOINING, code_at(chars, i - 1)) ~= nil and in_ranges(JOINING, code_at(chars, i + 1)) ~= nil
end

---@param chars hum.invisible.Char[]
---@param i integer
---@return boolean  it makes one emoji of two
local function is_joiner_of_emoji(chars, i)
  local before = code_at(chars, i - 1)
  if before == SELECTOR_EMOJI then before = code_at(chars, i - 2) end
  return in_ranges(PICTURES, before) ~= nil and in_ranges(PICTURES, code_at(chars, i + 1)) ~= nil
end

--- The last character of a flag's tags, if one begins here.
---@param chars hum.invisible.Char[]
---@param i integer  of the first tag
---@return integer|nil
local function flag_end(chars, i)
  if code_at(chars, i - 1) ~= BLACK_FLAG then return nil end
  local letters, at = {}, i
  while chars[at] and chars[at].code > FIRST_TAG + 0x20 and chars[at].code < LAST_TAG do
    letters[#letters + 1] = ('%c'):format(chars[at].code - FIRST_TAG)
    at = at + 1
  end
  return code_at(chars, at) == LAST_TAG and FLAGS[table.concat(letters)] and at or nil
end

---@param chars hum.invisible.Char[]
---@param i integer
---@param is_first boolean  of the text
---@return boolean
local function has_use(chars, i, is_first)
  local code = chars[i].code
  if code == SELECTOR_TEXT or code == SELECTOR_EMOJI then return is_emoji_selector(chars, i) end
  if code == NON_JOINER then return is_joiner_of_words(chars, i) end
  if code == JOINER then return is_joiner_of_words(chars, i) or is_joiner_of_emoji(chars, i) end
  return code == MARK and is_first
end

local CONTROL = '[%z\1-\8\11\14-\31\127]'

--- The bytes of what else is in RANGES begin so, the first one alone in front: a line without them need not be read by
--- characters, and most texts do not even have the first.
local SIGNS = {
  { '\194', '\194[\128-\159\173]' },
  { '\205', '\205\143' },
  { '\216', '\216\156' },
  { '\225', '\225[\133\158\160]' },
  { '\226\128', '\226\128[\139-\143\168-\174]' },
  { '\226\129', '\226\129[\160-\175]' },
  { '\227\133', '\227\133\164' },
  { '\239', '\239[\184\187\190\191]' },
  { '\240', '\240[\155\157]' },
  { '\243', '\243\160' },
}

---@param text string
---@return boolean
local function may_have(text)
  if text:find(CONTROL) then return true end
  if not text:find('[\194-\243]') then return false end
  for _, sign in ipairs(SIGNS) do
    local at = text:find(sign[1], 1, true)
    if at and text:find(sign[2], at) then return true end
  end
  return false
end

---@param line string
---@param row integer
---@param out hum.Invisible[]
local function find_in(line, row, out)
  local chars, i = chars_of(line), 1
  while chars[i] and #out < MOST do
    local char = chars[i]
    local name = in_ranges(RANGES, char.code)
    local flag = name == 'tag character' and flag_end(chars, i)
    if flag then
      i = flag
    elseif name and not has_use(chars, i, row == 0 and i == 1) then
      out[#out + 1] = {
        row = row,
        col = char.col,
        bytes = char.bytes,
        code = char.code,
        name = name --[[@as string]],
      }
    end
    i = i + 1
  end
end

--- What of a text cannot be seen, in order; at most 200 places.
---@param text string  UTF-8; CRLF is fine
---@return hum.Invisible[]
function M.find(text)
  local out, row = {}, 0
  if not may_have(text) then return out end
  for line in vim.gsplit(text, '\n', { plain = true }) do
    if may_have(line) then find_in(line, row, out) end
    if #out >= MOST then return out end
    row = row + 1
  end
  return out
end

--- One of them in words, with its place: "line 3: zero-width space (U+200B)".
---@param one hum.Invisible
---@return string
function M.word(one) return ('line %d: %s (U+%04X)'):format(one.row + 1, one.name, one.code) end

--- All of them, in a few words.
---@param found hum.Invisible[]  at least one
---@return string  "line 3: zero-width space (U+200B), and 4 more"
function M.words(found)
  local more = #found > 1 and (', and %d more'):format(#found - 1) or ''
  return M.word(found[1]) .. more
end

return M
