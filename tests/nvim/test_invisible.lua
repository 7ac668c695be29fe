-- What a reader does not see in a text, by a table of texts.
local T = require('harness')
local test, eq = T.test, T.eq
T.once()

local function char(code) return ('\\U%08x'):format(code) end

--- Finds in a text, in which \UXXXXXXXX is a character.
local function found(t, text)
  return t:lua(
    [[
    local text = (...):gsub('\\U(%x%x%x%x%x%x%x%x)', function(hex) return vim.fn.nr2char(tonumber(hex, 16)) end)
    local invisible = require('hum.invisible')
    return vim.tbl_map(invisible.word, invisible.find(text))]],
    text
  )
end

local HIDDEN = {
  { 'a zero-width space', 'a' .. char(0x200b) .. 'b', 'line 1: zero-width space (U+200B)' },
  { 'a tag', 'one\ntwo' .. char(0xe0041), 'line 2: tag character (U+E0041)' },
  { 'a direction override', char(0x202e) .. 'x', 'line 1: direction override (U+202E)' },
  { 'a direction isolate', char(0x2066) .. 'x', 'line 1: direction isolate (U+2066)' },
  { 'a soft hyphen', 'soft' .. char(0xad) .. 'hyphen', 'line 1: soft hyphen (U+00AD)' },
  { 'a selector behind a letter', 'a' .. char(0xfe0f), 'line 1: variation selector (U+FE0F)' },
  { 'a second selector', char(0x2764) .. char(0xfe0f) .. char(0xfe0f), 'line 1: variation selector (U+FE0F)' },
  { 'a selector of the supplement', char(0x1f600) .. char(0xe0101), 'line 1: variation selector (U+E0101)' },
  { 'a joiner between letters', 'a' .. char(0x200d) .. 'b', 'line 1: zero-width joiner (U+200D)' },
  { 'a mark inside a text', 'a' .. char(0xfeff), 'line 1: zero-width no-break space (U+FEFF)' },
  { 'a filler', char(0x3164), 'line 1: Hangul filler (U+3164)' },
  { 'a word joiner', 'a' .. char(0x2060) .. 'b', 'line 1: word joiner (U+2060)' },
  { 'an escape', 'a\27[8mhidden', 'line 1: control character (U+001B)' },
  { 'a backspace', 'a\8', 'line 1: control character (U+0008)' },
}

for _, case in ipairs(HIDDEN) do
  test(('invisible: %s is found'):format(case[1]), { ui = false }, function(t) eq({ case[3] }, found(t, case[2])) end)
end

test('invisible: a flag that is none is found, tag by tag', { ui = false }, function(t)
  local text = char(0x1f3f4) .. char(0xe0078) .. char(0xe0078) .. char(0xe007f)
  eq(3, #found(t, text))
end)

local PLAIN = {
  { 'plain text', '# Rules\r\n\n- tabs\tand "quotes"\n' },
  { 'text of many scripts', 'Grüße, 日本語、Ελληνικά, русский — “so” …' },
  { 'a heart', 'We ' .. char(0x2764) .. char(0xfe0f) .. ' tests' },
  { 'a text heart', char(0x2764) .. char(0xfe0e) },
  { 'a family', char(0x1f468) .. char(0x200d) .. char(0x1f469) .. char(0x200d) .. char(0x1f467) },
  { 'a coder with a skin', char(0x1f469) .. char(0x1f3fd) .. char(0x200d) .. char(0x1f4bb) },
  { 'a rainbow flag', char(0x1f3f3) .. char(0xfe0f) .. char(0x200d) .. char(0x1f308) },
  { 'a keycap', '1' .. char(0xfe0f) .. char(0x20e3) },
  {
    'the flag of England',
    char(0x1f3f4) .. char(0xe0067) .. char(0xe0062) .. char(0xe0065) .. char(0xe006e) .. char(0xe0067) .. char(0xe007f),
  },
  { 'a joiner of Persian', 'می' .. char(0x200c) .. 'خواهم' },
  { 'a joiner of Hindi', 'क्' .. char(0x200d) .. 'ष' },
  { 'a byte order mark', char(0xfeff) .. '# Rules' },
}

for _, case in ipairs(PLAIN) do
  test(('invisible: %s is fine'):format(case[1]), { ui = false }, function(t) eq({}, found(t, case[2])) end)
end
