-- Blocks of code, lists, quotes and rules as a chat shows them: drawn over their own text, each in its row.
local T = require('harness')
local chat = require('lib.chat')
local test, eq, ok = T.test, T.eq, T.ok

--- A chat that shows these lines, with the cursor in the last.
local function show(t, lines, config)
  local buf = chat.open(t, t:fake(), nil, config)
  t:lua(
    'vim.api.nvim_buf_set_lines(..., 0, -1, false, select(2, ...))',
    buf,
    vim.list_extend({ '## « m', 'start' }, lines)
  )
  t:keys('Go<Esc>')
  return buf
end

--- The row of the screen behind the first line.
local function first_row(t) return (t.child.screen:find('start') or 0) + 1 end

--- The first rows of the screen, without what is blank at their ends.
local function rows(t, count)
  local first = first_row(t)
  return vim.tbl_map(
    function(line) return (line:gsub('%s+$', '')) end,
    vim.list_slice(t.child.screen:lines(), first, first + count - 1)
  )
end

local function expect(t, lines, wanted, config)
  show(t, lines, config)
  t:wait(function() return vim.deep_equal(wanted, rows(t, #wanted)) end, 'it looks so:\n' .. table.concat(wanted, '\n'))
end

local BLOCK = { '```lua', 'local x = 1', '', '```' }

test('a block has a border with its language and keys', { ui = { 44, 20 } }, function(t)
  expect(t, BLOCK, {
    '╭ lua ─────────────────── gy yank · gp put ╮',
    'local x = 1',
    '',
    '╰──────────────────────────────────────────╯',
  })
  local screen, first = t.child.screen, first_row(t)
  local tint = screen:attr(first + 1, 1).background
  ok(tint and tint ~= screen.default.background, 'code has a background')
  for row = first, first + 3 do
    eq(tint, screen:attr(row, 44).background, 'to the edge of the window, row ' .. row)
  end
  eq(nil, screen:attr(first + 4, 44).background)
  t:keys('3G')
  t:wait_screen('```lua', true)
  eq(
    '╰──────────────────────────────────────────╯',
    rows(t, 4)[4]
  )
end)

test(
  'the keys of a border are those of the configuration',
  { ui = { 44, 20 } },
  function(t)
    expect(t, { '```', 'x', '```' }, {
      '╭─────────────────────────────── <F5> yank ╮',
      'x',
    }, { chat = { maps = { yank_block = '<F5>', put_block = false } } })
  end
)

test(
  'a border in a narrow window',
  { ui = { 24, 20 } },
  function(t)
    expect(t, { '```lua', 'x', '```' }, {
      '╭ lua ─────────────────╮',
      'x',
      '╰──────────────────────╯',
    })
  end
)

test('of a path that is too long its end is shown', { ui = { 40, 20 } }, function(t)
  local lines = {}
  for _, info in ipairs({
    'lua:src/some/folder/deep/in/it.lua',
    'c:漢字/漢字漢/漢字漢字/漢字字字.h',
    'go:a/b.go',
  }) do
    vim.list_extend(lines, { '```' .. info, '```' })
  end
  local bottom =
    '╰──────────────────────────────────────╯'
  expect(t, lines, {
    '╭ lua · …ome/folder/deep/in/it.lua ────╮',
    bottom,
    '╭ c · …/漢字漢/漢字漢字/漢字字字.h ────╮',
    bottom,
    '╭ go · a/b.go ─────── gy yank · gp put ╮',
    bottom,
  })
end)

test('what a fence says of its block', { ui = false }, function(t)
  local function label(info) return t:lua([[return { require('hum.chat.view.dress.fence').label(...) }]], info) end
  eq({ 'lua', '' }, label('lua'))
  eq({ 'c++', 'src/a.cpp' }, label(' c++:src/a.cpp '))
  eq({ 'js', 'title="a b.js"' }, label('js title="a b.js"'))
  eq({ 'python', '' }, label('{.python .numberLines}'))
  eq({ '', '' }, label('  '))
  eq({ 'ruby', '{1,3}' }, label('ruby {1,3}'))
  eq({ 'r', '' }, label('{r, echo=FALSE}'))
end)

test('a block in a list begins where its fence does', { ui = { 30, 20 } }, function(t)
  expect(t, { '1. do:', '   ```sh', '   ls', '', '   ```', '- ```c', '  x', '  ```' }, {
    '1. do:',
    '   ╭ sh ─────────────────────╮',
    '   ls',
    '',
    '   ╰─────────────────────────╯',
    '• ╭ c ───── gy yank · gp put ╮',
    '  x',
    '  ╰──────────────────────────╯',
  })
  local screen, first = t.child.screen, first_row(t)
  for row = first + 2, first + 3 do
    eq(nil, screen:attr(row, 3).background, 'nothing before it')
    ok(screen:attr(row, 4).background, 'its background')
  end
end)

test(
  'a fence that is open, one in a fence, and one of tildes',
  { ui = { 30, 20 } },
  function(t)
    expect(t, { '````md', '```lua', '```', '````', '~~~', '## » You', '~~~', '```x' }, {
      '╭ md ────── gy yank · gp put ╮',
      '```lua',
      '```',
      '╰────────────────────────────╯',
      '╭────────── gy yank · gp put ╮',
      '## » You',
      '╰────────────────────────────╯',
      '╭ x ─────── gy yank · gp put ╮',
    })
  end
)

test('code of no language is no dimmer than the text around', function(t)
  show(t, { 'prose', '```nosuch', 'code', '```' })
  t:wait_screen('code')
  local screen, first = t.child.screen, first_row(t)
  local function colour(row) return screen:attr(row, 1).foreground or screen.default.foreground end
  eq(colour(first), colour(first + 2))
end)

test('lists', { ui = { 40, 20 } }, function(t)
  expect(t, {
    '- one *a* and more',
    '  * two',
    '    + three',
    '- [x] done',
    '- [ ] open',
    '1. first',
    '   - below it',
    '10) tenth',
    '2. [X] number',
    '-no',
    '1.no',
  }, {
    '• one a and more',
    '  ◦ two',
    '    ▪ three',
    '✓ done',
    '○ open',
    '1. first',
    '   ◦ below it',
    '10) tenth',
    '2. ✓ number',
    '-no',
    '1.no',
  })
  t:keys('6G')
  t:wait_screen('- [x] done', true)
  t:keys('G')
  t:wait_screen('✓ done', true)
end)

test('quotes and rules', { ui = { 30, 20 } }, function(t)
  local quote = { '> quote', '> > in it', '>> so too', '> - item', '>   - [x] in it', '> ## A *head*', '> [!NOTE]' }
  expect(t, vim.list_extend(quote, { '---', '* * *', '111', '--' }), {
    '▎ quote',
    '▎ ▎ in it',
    '▎▎ so too',
    '▎ • item',
    '▎   ✓ in it',
    '▎ A head',
    '▎ NOTE',
    ('─'):rep(30),
    ('─'):rep(30),
    '111',
    '--',
  })
end)

local LONG_ITEM = '- one two three four five six seven eight'

test('what is wrapped hangs, once something is', { ui = { 30, 24 } }, function(t)
  local buf = show(t, { 'plain text that is wrapped somewhere' })
  t:cmd('only')
  t:wait_screen('somewhere', true)
  eq(0, t:eval('&breakindent'))
  t:lua('vim.api.nvim_buf_set_lines(..., 2, -1, false, select(2, ...))', buf, {
    LONG_ITEM,
    '  1. one two three four five six',
    '> one two three four five six seven',
    '> - one two three four five six',
    'plain text that is wrapped somewhere',
    '',
  })
  t:keys('G')
  local wanted = {
    '• one two three four five six',
    '  seven eight',
    '  1. one two three four five',
    '     six',
    '▎ one two three four five six',
    '▎ seven',
    '▎ • one two three four five',
    '▎   six',
    'plain text that is wrapped',
    'somewhere',
  }
  t:wait(function() return vim.deep_equal(wanted, rows(t, #wanted)) end, 'it hangs')
end)

test('nothing hangs where a line is very long, and the option is given back', { ui = { 200, 50 } }, function(t)
  local buf = show(t, { LONG_ITEM:rep(5), ('word '):rep(1000) })
  t:wait_screen('word', true)
  eq(0, t:eval('&breakindent'))
  t:lua('vim.api.nvim_buf_set_lines(..., 3, 4, false, {})', buf)
  t:cmd('redraw!')
  t:wait(function() return t:eval('&breakindent') == 1 end, 'an item hangs')
  t:lua('vim.api.nvim_buf_set_lines(..., 3, 3, false, { ("word "):rep(1000) })', buf)
  t:wait(function() return t:eval('&breakindent') == 0 end, 'not beside a long line')
  t:lua('vim.api.nvim_buf_set_lines(..., 3, 4, false, {})', buf)
  t:cmd('redraw!')
  t:wait(function() return t:eval('&breakindent') == 1 end, 'an item hangs again')
  t:cmd('enew')
  eq(0, t:eval('&breakindent'))
end)

test('without wrap, and with all marks shown', { ui = { 40, 20 } }, function(t)
  local buf = show(t, { '- one **two** three four five six seven eight nine', '- [ ] *task*', '- [x]' })
  t:lua('vim.wo[vim.fn.bufwinid(...)].wrap = false', buf)
  t:cmd('redraw!')
  t:wait(function() return rows(t, 1)[1] == '• one two three four five six seven eigh' end, 'more of it has room')
  eq({ '○ task', '✓' }, vim.list_slice(rows(t, 3), 2))
  t:cmd('setlocal conceallevel=0')
  t:cmd('redraw!')
  t:wait(function() return rows(t, 2)[2] == '• [ ] *task*' end, 'the box is seen')
end)

test('a block of code in a quote', { ui = { 40, 20 } }, function(t)
  local lines = {
    '> so *b*:',
    '> ```lua',
    '> x = a*b*c',
    '>   y',
    '> ```',
    '> *b*',
    '',
    '>> ~~~ md',
    '>> ```',
    '>> *c*',
    '*b* after it',
  }
  expect(t, lines, {
    '▎ so b:',
    '▎ ╭ lua ───────────────────────────────╮',
    '▎ x = a*b*c',
    '▎   y',
    '▎ ╰────────────────────────────────────╯',
    '▎ b',
    '',
    '▎▎ ╭ md ───────────────────────────────╮',
    '▎▎ ```',
    '▎▎ *c*',
    'b after it',
  })
  local screen, first = t.child.screen, first_row(t)
  for row = first + 1, first + 4 do
    eq(nil, screen:attr(row, 2).background, 'nothing before it')
    ok(screen:attr(row, 3).background and screen:attr(row, 40).background, 'its background')
  end
  t:lua('require("hum").setup({ chat = { dress = false } })')
  t:cmd('redraw!')
  t:wait_screen('> x = a*b*c', true)
end)

test('formulas and tags are left as they are', { ui = { 60, 20 } }, function(t)
  local lines = {
    '$$',
    '- x_1 * y * z',
    '+ 2 * 3 * 4',
    '$$',
    '\\[ a * b * c',
    '> d',
    '\\]',
    'so $a * b * c$ and \\(x *y* z\\) and <i class="a*b*c">',
    '| no | table |',
    '',
  }
  expect(t, lines, lines)
  local first = first_row(t)
  for i = 1, 8 do
    for col = 1, #lines[i] do
      eq({}, t.child.screen:attr(first + i - 1, col), ('row %d, column %d'):format(i, col))
    end
  end
end)

test(
  'in ASCII',
  { ui = { 44, 20 } },
  function(t)
    expect(t, vim.list_extend({ '- a', '> b', '| c |', '|---|', '| dd |', '' }, BLOCK), {
      '* a',
      '| b',
      '| c  |',
      '+----+',
      '| dd |',
      '',
      '+ lua ------------------- gy yank - gp put +',
      'local x = 1',
      '',
      '+------------------------------------------+',
    }, { glyphs = 'ascii' })
  end
)

test('thinking and what the user has switched off is not drawn over', { ui = { 40, 20 } }, function(t)
  local lines = { '- a', '> b', '```lua', 'x', '```' }
  expect(t, lines, lines, { chat = { dress = false } })
end)

--- What rows of the screen show as a reply comes, a token at a time.
local function stream(t, tokens)
  local srv = t:fake()
  srv:script({ tokens = tokens })
  local gate = t:gate(srv)
  local buf = chat.open(t, srv)
  gate:pass(0)
  chat.ask(t, 'hello', buf)
  return function(count)
    gate:pass(count - (t.passed or 0))
    t.passed = count
    local text = table.concat(vim.list_slice(tokens, 1, count))
    t:wait(function() return chat.reply(t, buf) == text end, 'the text is there: ' .. text)
    t:cmd('redraw')
  end,
    gate
end

test('nothing moves as a block is written, and when its fence closes', { ui = { 60, 30 } }, function(t)
  local tokens = { 'intro\n\n', '```', 'lua', '\n', 'one()\n', 'two()\n', '`', '``', '\n', '\nafter' }
  local pass, gate = stream(t, tokens)
  local at
  for count = 1, #tokens do
    pass(count)
    if count > 1 then
      local screen = t.child.screen
      at = at or screen:find('intro')
      eq(at, screen:find('intro'), 'intro')
      if count > 4 then ok(screen:lines()[at + 2]:find('╭ lua ─', 1, true), 'the border of the open block') end
      if count > 5 then eq(at + 3, screen:find('one()'), 'one') end
      if count > 6 then eq(at + 4, screen:find('two()'), 'two') end
      if count > 8 then ok(screen:lines()[at + 5]:find('╰─', 1, true), 'its end') end
    end
  end
  gate:pass()
  chat.finished(t)
end)
