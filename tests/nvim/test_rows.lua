-- What moves on the screen while a reply streams, and when the cursor goes through it: nothing that was there.
local T = require('harness')
local chat = require('lib.chat')
local rows = require('lib.rows')
local test, eq, ok = T.test, T.eq, T.ok

--- Pieces of four characters, never cut within one.
---@param text string
---@return string[]
local function pieces(text)
  local out = {}
  for i = 0, vim.fn.strchars(text) - 1, 4 do
    out[#out + 1] = vim.fn.strcharpart(text, i, 4)
  end
  return out
end

--- Rows with clocks, figures and the cursor's place are counted apart.
local function is_apart(row)
  return row:find('fake', 1, true)
    or row:find('%d+ s')
    or row:find('%d:%d%d')
    or row:find('tokens')
    or row:find('All$')
    or row:find('%[%+%]')
end

--- Streams a text token by token, each of which is drawn before the next one comes, and gives the frames.
---@param t test.Case
---@param text string
---@return test.Rows  from the first token on
local function stream(t, text)
  local srv = t:fake()
  local gate = t:gate(srv)
  local tokens = pieces(text)
  srv:script({ tokens = tokens })
  local buf = chat.open(t, srv)
  gate:pass(0)
  chat.ask(t, 'why is it so', buf)
  local recording
  local size = 0
  gate:pass(1) -- the record that names the role
  for _, token in ipairs(tokens) do
    size = size + #token
    gate:pass(1)
    t:wait(function() return #chat.reply(t, buf) >= #vim.trim(text:sub(1, size)) end, 'a token is there')
    if not recording and t:wait_screen(vim.trim(token), true) then recording = rows.record(t) end
  end
  gate:pass()
  chat.finished(t)
  return recording
end

--- The row that holds the beginning of the last paragraph of the reply in a frame.
local function last_paragraph(lines)
  local row
  for i = #lines, 1, -1 do
    local is_text = lines[i] ~= '' and lines[i] ~= '~' and not is_apart(lines[i]) and not lines[i]:find('You')
    if is_text then
      row = i
    elseif row then
      return row
    end
  end
  return row or 1
end

--- A row without the marks of Markdown, which are concealed as they come.
local function bare(row) return (row:gsub('[%*_`%[%]()~]', ''):gsub('%s+$', '')) end

--- Looks at each frame that has come while text streamed.
---@param recording test.Rows
local function check(recording)
  local most = 0
  for n = 2, #recording.frames do
    local before, after = recording.frames[n - 1], recording.frames[n]
    local changed = rows.changed(before, after, is_apart)
    local first = math.min(last_paragraph(before), last_paragraph(after))
    most = math.max(most, #changed)
    for _, row in ipairs(changed) do
      local what = ('frame %d, row %d\nwas %q\nis  %q'):format(n, row, before[row], after[row])
      ok(row >= first, 'above the last paragraph: ' .. what)
      -- The last word may go to the next row, and come into this one.
      local kept = bare(before[row]):gsub('%s*%S*$', '')
      local is_new = before[row] == '~' or before[row] == ''
      ok(is_new or bare(after[row]):sub(1, #kept) == kept or after[row]:find('You'), 'goes back: ' .. what)
    end
  end
  ok(#recording.frames > 20, 'frames were recorded')
  ok(most <= 3, ('%d rows change at once'):format(most))
end

--- Four paragraphs of 40 words.
---@param mark fun(word: string, n: integer): string
---@return string
local function paragraphs(mark)
  local out = {}
  for p = 1, 4 do
    local words = {}
    for i = 1, 40 do
      words[i] = mark(('w%d%s'):format(p * 100 + i, ('abcdefgh'):sub(1, i % 8)), i)
    end
    out[p] = table.concat(words, ' ')
  end
  return table.concat(out, '\n\n')
end

local MARKS = {
  ['plain words'] = function(word) return word end,
  ['strong, code and emphasis'] = function(word, n)
    local sign = ({ [3] = '**', [7] = '`', [11] = '*', [15] = '***', [19] = '~~' })[n % 20]
    return sign and sign .. word .. sign or word
  end,
  ['long emphasis'] = function(word, n) return n == 5 and '**' .. word or n == 30 and word .. '**' or word end,
  ['links'] = function(word, n) return n % 9 == 4 and ('[%s](https://example.org/%s/path)'):format(word, word) or word end,
  ['wide characters'] = function(word, n) return n % 3 == 0 and '日本語' .. n or n % 5 == 0 and '😀' or word end,
}

for name, mark in vim.spairs(MARKS) do
  test(
    'finished paragraphs never change, and three rows a token at most: ' .. name,
    { ui = { 80, 50 } },
    function(t) check(stream(t, paragraphs(mark))) end
  )
end

--- The place at which each of the words first stood, and whether it ever stood in another one.
---@param recording test.Rows
---@param wanted string[]
---@param find? fun(lines: string[]): table<string, any>  `rows.words` if it is left out
local function check_places(recording, wanted, find)
  local places = {}
  for n, lines in ipairs(recording.frames) do
    local words = (find or rows.words)(lines)
    for _, word in ipairs(wanted) do
      local row = words[word]
      if row and not places[word] then
        places[word] = row
      elseif row then
        eq(places[word], row, ('frame %d: the place of %s'):format(n, word))
      end
    end
  end
  for _, word in ipairs(wanted) do
    ok(places[word], 'was seen: ' .. word)
  end
end

test('each line of a block stays in its row, also when its fence closes', { ui = { 80, 50 } }, function(t)
  local lines, wanted = { 'The intro says.', '', '```lua' }, { 'says', 'after' }
  for i = 1, 9 do
    lines[#lines + 1] = ('local name%d = call%d() -- done%d'):format(i, i, i)
    wanted[#wanted + 1] = 'name' .. i
  end
  vim.list_extend(lines, { '```', '', 'A line after it.' })
  local recording = stream(t, table.concat(lines, '\n'))
  t:wait(function() return t.child.screen:find('╰') end, 'the block is closed')
  check_places(recording, wanted)
end)

--- So many words, the first and the last of which are told.
---@param name string
---@param count integer
---@return string
local function words(name, count)
  local list = {}
  for i = 1, count do
    list[i] = ('%s%d'):format(name, i)
  end
  return table.concat(list, ' ')
end

local INDENTED = {
  code = {
    'Intro.',
    '',
    '```lua',
    'if so then',
    '    ' .. words('call', 30),
    'end',
    '```',
    '',
    '- ' .. words('item', 20),
  },
  ['a block in a list'] = { '1. Intro:', '   ```c', '   ' .. words('call', 30), '   ```', '2. ' .. words('item', 20) },
  ['a paragraph'] = { 'Intro.', '', '    ' .. words('call', 30), '', '> ' .. words('item', 20) },
}

for name, lines in vim.spairs(INDENTED) do
  for _, width in ipairs({ 80, 40 }) do
    test(('what is indented stays in its place when an item comes: %s, %d'):format(name, width), {
      ui = { width, 50 },
    }, function(t)
      local recording = stream(t, table.concat(lines, '\n'))
      t:wait_screen('item20', true)
      local wanted = {}
      for i = 1, 29 do
        wanted[i] = 'call' .. i
      end
      -- What has not come to its end may still go to the next row.
      check_places(recording, wanted, function(frame)
        local places, text = rows.places(frame), table.concat(frame, ' ')
        for i = 1, 29 do
          if not text:find(('call%d%%f[%%D]'):format(i + 1)) then places['call' .. i] = nil end
        end
        return places
      end)
    end)
  end
end

local FINISHED = [[
A paragraph with **strong1**, `code1` and a [link1](https://example.org/some/address/of/it), which is so long that
it wraps.

- item1 with **strong2** text that is so long that it takes more than a row of the screen, and so wraps around
  - nested1
- [ ] task1

> quote1 that says something

```lua
local block1 = 1
```

| name1 | value1 |
|---|---|
| left1 | right1 |

| name2 | value2 |
|---|---|
| left2 | right2 and more of it, so that it takes rows2 of the screen, here and there, as wide2 tables do |

# heading1

end1]]

for _, width in ipairs({ 80, 50, 40 }) do
  test('no text changes its row when the cursor passes: ' .. width, { ui = { width, 60 } }, function(t)
    local srv = t:fake()
    srv:script({ tokens = { (FINISHED:gsub('that\nit', 'that it')) } })
    local buf = chat.open(t, srv)
    chat.ask(t, 'why', buf)
    chat.finished(t)
    t:keys('gg')
    t:wait(function() return t.child.screen:find('end1') and t.child.screen:find('• item1') end, 'it is dressed')
    local recording = rows.record(t)
    local wanted = { 'strong1', 'code1', 'link1', 'item1', 'strong2', 'around', 'nested1', 'task1', 'quote1', 'block1' }
    vim.list_extend(wanted, { 'name1', 'value1', 'left1', 'right1', 'heading1', 'end1' })
    vim.list_extend(wanted, { 'name2', 'value2', 'left2', 'right2', 'rows2', 'wide2' })
    for line = 2, t:lua('return vim.fn.line("$")') do
      t:keys('j')
      t:wait(function() return t:lua('return vim.fn.line(".")') >= line end, 'the cursor goes down')
      t:cmd('redraw')
    end
    ok(#recording.frames > 5, 'rows were shown raw')
    check_places(recording, wanted)
  end)
end
