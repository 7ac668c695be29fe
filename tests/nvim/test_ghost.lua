-- Suggestions as the user meets them: drawn, typed through, accepted. The case plays the helper.
local T = require('harness')
local suggest = require('lib.suggest')
local test, eq = T.test, T.eq

T.once()

local OPTS = suggest.OPTS

--- A buffer with these lines, the cursor behind the last one, in insert mode.
local function insert(t, lines, name)
  local buf = suggest.open(t, lines, name)
  suggest.type(t, 'A')
  suggest.sent(t)
  return buf
end

--- The last state of text and cursor that the helper was sent.
local function last_key(t)
  local keys = suggest.sent(t, 'key')
  return keys[#keys]
end

local function count(t) t:lua([[require('hum').setup({ complete = { overflow = 'count' } })]]) end

local function ghost_mark(t)
  return t:lua([[
    local ns = vim.api.nvim_create_namespace('hum.complete')
    return vim.api.nvim_buf_get_extmarks(0, ns, 0, -1, { details = true })]])
end

test('a suggestion is drawn at the cursor, its further lines below, in colours of its own', OPTS, function(t)
  insert(t, { 'local x', 'end' })
  suggest.type(t, '<Up><End>')
  suggest.suggest(t, ' = {\n  1,\n}')
  eq({ 'local x = {', '  1,', '}', 'end' }, suggest.seen(t))
  eq('local x\nend', t:text())
  eq({ 0, 7 }, t.child.screen.cursor)
  local comment = t:lua([[return vim.api.nvim_get_hl(0, { name = 'Comment', link = false }).fg]])
  eq(comment, t.child.screen:attr(1, 9).foreground)
  eq(comment, t.child.screen:attr(2, 3).foreground)
  t:cmd('colorscheme evening')
  suggest.settle(t)
  eq('Comment', t:lua([[return vim.api.nvim_get_hl(0, { name = 'HumGhost' }).link]]))
end)

test('it grows while it streams, and may become shorter at its end', OPTS, function(t)
  insert(t, { 'a' })
  suggest.suggest(t, 'b', { final = false })
  eq({ 'ab' }, suggest.seen(t))
  suggest.suggest(t, 'bc\nd', { final = false })
  eq({ 'abc', 'd' }, suggest.seen(t))
  suggest.suggest(t, 'e', { from = 4, final = false })
  eq({ 'abc', 'de' }, suggest.seen(t))
  suggest.suggest(t, 'bc')
  eq({ 'abc' }, suggest.seen(t))
  suggest.suggest(t, '')
  eq({ 'a' }, suggest.seen(t))
end)

test('what was made for another text, cursor or mode is not drawn', OPTS, function(t)
  insert(t, { 'one', 'two' })
  local position = suggest.position(t)
  suggest.suggest(t, 'GHOST', { tick = position.tick - 1 })
  suggest.suggest(t, 'GHOST', { col = position.col - 1 })
  suggest.suggest(t, 'GHOST', { row = position.row - 1 })
  eq({ 'one', 'two' }, suggest.seen(t))
  suggest.type(t, '<Esc>')
  suggest.suggest(t, 'GHOST')
  eq({ 'one', 'two' }, suggest.seen(t))
  eq({}, ghost_mark(t))
end)

test('typed text that agrees is taken from the suggestion, and no frame is without it', OPTS, function(t)
  insert(t, { 'x' })
  suggest.suggest(t, ' = function(a)\n  return a\nend')
  local full = { 'x = function(a)', '  return a', 'end' }
  local frames = suggest.frames(t)
  suggest.type(t, ' = function(a)')
  T.ok(#frames >= 14, 'each key is drawn')
  for i, frame in ipairs(frames) do
    eq(full, frame, 'frame ' .. i)
  end
  suggest.type(t, '<CR>  ret')
  eq(full, suggest.seen(t))
  eq('x = function(a)\n  ret', t:text())
end)

test('the helper is sent how much of which suggestion is known', OPTS, function(t)
  local buf = insert(t, { 'x' })
  suggest.suggest(t, 'abc', { serial = 9, final = false })
  suggest.type(t, 'a')
  local position = suggest.position(t)
  eq({ 'key', buf, position.tick, 0, 2, 'typed', 9, 3 }, last_key(t))
  suggest.suggest(t, 'cdef', { serial = 9, from = 2 })
  suggest.type(t, 'b')
  position = suggest.position(t)
  eq({ 'key', buf, position.tick, 0, 3, 'typed', 9, 6 }, last_key(t))
  suggest.type(t, 'X')
  eq({ 'typed', 0, 0 }, vim.list_slice(last_key(t), 6))
end)

test('text that differs ends the suggestion before it is drawn itself', OPTS, function(t)
  insert(t, { 'x' })
  suggest.suggest(t, 'abcdef\nghi')
  local frames = suggest.frames(t)
  suggest.type(t, 'abX')
  for _, frame in ipairs(frames) do
    local has = frame[1]:find('X') and { 'xabX' } or { 'xabcdef', 'ghi' }
    eq(has, frame)
  end
  eq({ 'xabX' }, suggest.seen(t))
  suggest.type(t, '<BS>')
  eq({ 'xab' }, suggest.seen(t))
end)

test('going back gives back what was typed of it, up to where it began', OPTS, function(t)
  insert(t, { 'x' })
  suggest.suggest(t, 'ab\ncd')
  suggest.type(t, 'ab<CR>c')
  eq({ 'xab', 'cd' }, suggest.seen(t))
  local frames = suggest.frames(t)
  suggest.type(t, '<BS><BS><BS><BS>')
  for _, frame in ipairs(frames) do
    eq({ 'xab', 'cd' }, frame)
  end
  eq('x', t:text())
  suggest.type(t, '<BS>')
  eq({ '' }, suggest.seen(t))
end)

test('a suggestion that was typed to its end comes back as well', OPTS, function(t)
  insert(t, { 'x' })
  suggest.suggest(t, 'ab')
  suggest.type(t, 'ab')
  eq(false, suggest.call(t, 'is_visible'))
  suggest.type(t, '<BS>')
  eq(true, suggest.call(t, 'is_visible'))
  eq({ 'xab' }, suggest.seen(t))
end)

test('several characters that come at once are taken together', OPTS, function(t)
  insert(t, { 'x' })
  suggest.suggest(t, 'abc\n  def\nghi')
  suggest.type_at_once(t, 'abc<CR>  de')
  eq({ 'xabc', '  def', 'ghi' }, suggest.seen(t))
  eq(1, #suggest.sent(t, 'key'))
  suggest.type_at_once(t, 'fX')
  eq({ 'xabc', '  defX' }, suggest.seen(t))
end)

test('more of the answer that crosses a typed key is not lost', OPTS, function(t)
  insert(t, { 'x' })
  local position = suggest.position(t)
  suggest.suggest(t, 'abcd', { final = false })
  suggest.type(t, 'ab')
  position.from, position.final = 0, false
  suggest.suggest(t, 'abcdefg', position)
  eq({ 'xabcdefg' }, suggest.seen(t))
  position.from = 4
  suggest.suggest(t, 'efgh\ni', position)
  eq({ 'xabcdefgh', 'i' }, suggest.seen(t))
  -- One that knows of the first key only.
  suggest.suggest(t, 'bcdE', { tick = position.tick + 1, col = 2, from = 1 })
  eq({ 'xabcdE' }, suggest.seen(t))
  -- One that has become something else where the user has typed already.
  position.from = 0
  suggest.suggest(t, 'aBc', position)
  eq({ 'xab' }, suggest.seen(t))
end)

test('a piece that does not join what is known is not drawn', OPTS, function(t)
  insert(t, { 'x' })
  suggest.suggest(t, 'abc', { final = false })
  suggest.suggest(t, 'xyz', { from = 9, tick = 1 })
  eq({ 'xabc' }, suggest.seen(t))
end)

test('who types as fast as the answer comes sees the rest as soon as it is there', OPTS, function(t)
  insert(t, { 'x' })
  suggest.suggest(t, 'ab', { final = false })
  suggest.type(t, 'ab')
  eq({ 7, 2 }, vim.list_slice(last_key(t), 7))
  suggest.suggest(t, 'cd', { from = 2 })
  eq({ 'xabcd' }, suggest.seen(t))
  suggest.type(t, '<BS>')
  eq({ 'xabcd' }, suggest.seen(t))
end)

test('an answer that is trimmed below what was typed is gone', OPTS, function(t)
  insert(t, { 'x' })
  suggest.suggest(t, 'abcd', { final = false })
  suggest.type(t, 'abc')
  suggest.suggest(t, 'ab', { tick = 1 })
  eq({ 'xabc' }, suggest.seen(t))
end)

test('a withdrawn suggestion goes, also when keys have come since, another stays', OPTS, function(t)
  insert(t, { 'x' })
  suggest.suggest(t, 'abcd')
  suggest.type(t, 'a')
  suggest.suggest(t, '', { serial = 6, tick = 1 })
  eq({ 'xabcd' }, suggest.seen(t))
  suggest.suggest(t, '', { tick = 1 })
  eq({ 'xa' }, suggest.seen(t))
end)

test('text right of the cursor stays there', OPTS, function(t)
  insert(t, { 'f(x) + 1' })
  suggest.type(t, '<Home><Right><Right>')
  suggest.suggest(t, 'a, b, ')
  eq({ 'f(a, b, x) + 1' }, suggest.seen(t))
  suggest.type(t, 'a, ')
  eq({ 'f(a, b, x) + 1' }, suggest.seen(t))
  eq(true, suggest.call(t, 'accept'))
  eq('f(a, b, x) + 1', t:text())
  eq({ 0, 8 }, t.child.screen.cursor)
  suggest.suggest(t, 'c, ')
  suggest.type(t, '<Del>')
  eq({ 'f(a, b, ) + 1' }, suggest.seen(t))
end)

test('moving the cursor and changes elsewhere end it', OPTS, function(t)
  insert(t, { 'one', 'two' })
  suggest.suggest(t, 'abc')
  suggest.type(t, 'a<Left>')
  eq({ 'one', 'twoa' }, suggest.seen(t))
  suggest.type(t, '<End>')
  suggest.suggest(t, 'abc')
  t:api('nvim_buf_set_lines', 0, 0, 0, false, { 'zero' })
  suggest.settle(t)
  eq({ 'zero', 'one', 'twoa' }, suggest.seen(t))
end)

test('a line that comes above is not taken for a typed one', OPTS, function(t)
  insert(t, { 'x' })
  suggest.suggest(t, '\nx + 1')
  t:api('nvim_buf_set_lines', 0, 0, 0, false, { 'x' })
  suggest.settle(t)
  eq({ 'x', 'x' }, suggest.seen(t))
end)

test('indentation that Neovim makes may be another than the suggestion has', OPTS, function(t)
  insert(t, { '    if x' })
  t:cmd('set autoindent expandtab shiftwidth=4')
  suggest.suggest(t, ' {\n        y\n    }')
  suggest.type(t, ' {<CR>')
  eq('    if x {\n    ', t:text())
  eq({ '    if x {', '        y', '    }' }, suggest.seen(t))
  suggest.type(t, '    y<CR>')
  eq('    if x {\n        y\n        ', t:text())
  T.ok(suggest.call(t, 'is_visible'), 'less indentation is still to come')
  suggest.call(t, 'accept')
  eq('    if x {\n        y\n    }', t:text())
end)

test('indentation of the same width stays as it was made', OPTS, function(t)
  insert(t, { '\tif x' })
  t:cmd('set autoindent noexpandtab tabstop=8')
  suggest.suggest(t, '\n        y\n        z')
  suggest.type(t, '<CR>')
  eq('\tif x\n\t', t:text())
  suggest.call(t, 'accept_line')
  eq('\tif x\n\ty', t:text())
  suggest.call(t, 'accept')
  eq('\tif x\n\ty\n        z', t:text())
end)

test('a line that is indented again while it is typed still agrees', OPTS, function(t)
  insert(t, { '\tif (x) {', '\t\ty;' }, 'a.c')
  t:cmd('set cindent tabstop=8 shiftwidth=8')
  suggest.suggest(t, '\n\t}\n\tz;')
  suggest.type(t, '<CR>')
  eq('\t\t', t:eval('getline(".")'))
  suggest.type(t, '}')
  eq('\t}', t:eval('getline(".")'))
  T.match('z;', t:screen())
  suggest.call(t, 'accept')
  eq('\tif (x) {\n\t\ty;\n\t}\n\tz;', t:text())
end)

test('blanks that the user types and the suggestion has not end it', OPTS, function(t)
  insert(t, { '    ' })
  suggest.suggest(t, 'abc')
  suggest.type(t, ' ')
  eq(false, suggest.call(t, 'is_visible'))
end)

local PAIRS = [[
  for open, close in pairs({ ['('] = ')', ['['] = ']', ['{'] = '}', ['"'] = '"' }) do
    vim.keymap.set('i', open, function()
      local right = vim.api.nvim_get_current_line():sub(vim.fn.col('.'), vim.fn.col('.'))
      return right == close and '<Right>' or open .. close .. '<Left>'
    end, { expr = true })
  end
  for _, close in ipairs({ ')', ']', '}' }) do
    vim.keymap.set('i', close, function()
      local right = vim.api.nvim_get_current_line():sub(vim.fn.col('.'), vim.fn.col('.'))
      return right == close and '<Right>' or close
    end, { expr = true })
  end]]

test('brackets that an auto-pair plugin adds are those of the suggestion', OPTS, function(t)
  insert(t, { 'x' })
  t:lua(PAIRS)
  suggest.suggest(t, '(a, [1, 2]); y()')
  suggest.type(t, '(')
  eq('x()', t:text())
  eq({ 'x(a, [1, 2]); y()' }, suggest.seen(t))
  suggest.type(t, 'a, [')
  eq('x(a, [])', t:text())
  eq({ 'x(a, [1, 2]); y()' }, suggest.seen(t))
  suggest.type(t, '1, 2]')
  eq({ 'x(a, [1, 2]); y()' }, suggest.seen(t))
  suggest.type(t, ')')
  eq('x(a, [1, 2])', t:text())
  eq({ 'x(a, [1, 2]); y()' }, suggest.seen(t))
  suggest.call(t, 'accept')
  eq('x(a, [1, 2]); y()', t:text())
end)

test('accepting puts no bracket twice', OPTS, function(t)
  insert(t, { 'x' })
  t:lua(PAIRS)
  suggest.suggest(t, '({ a = 1 }, 2)')
  suggest.type(t, '({')
  eq('x({})', t:text())
  suggest.call(t, 'accept_word')
  eq('x({ a})', t:text())
  suggest.call(t, 'accept_word')
  suggest.call(t, 'accept_word')
  suggest.call(t, 'accept_word')
  eq('x({ a = 1 },)', t:text())
  eq({ 'x({ a = 1 }, 2)' }, suggest.seen(t))
  suggest.call(t, 'accept')
  eq('x({ a = 1 }, 2)', t:text())
  eq({ 0, 15 }, t.child.screen.cursor)
end)

test('what lights up the text at the cursor, as a matching bracket, leaves ghost text as it is', OPTS, function(t)
  insert(t, { 'f()' })
  suggest.type(t, '<Left>')
  suggest.suggest(t, 'abc')
  eq({ 'f(abc)' }, suggest.seen(t))
  eq(true, t.child.screen:attr(1, 6).bold)
  eq(nil, t.child.screen:attr(1, 3).bold)
  eq(nil, t.child.screen:attr(1, 5).bold)
end)

test('where it goes on below, brackets at the cursor are seen behind it, where they will be', OPTS, function(t)
  count(t)
  insert(t, { 'f({})', 'end' })
  suggest.type(t, '<Up><End><Left><Left>')
  suggest.suggest(t, '\n  a = 1,\n')
  eq({ 'f({', '  a = 1,', '})', 'end' }, suggest.seen(t))
  suggest.type(t, 'x')
  eq({ 'f({x})', 'end' }, suggest.seen(t))
  suggest.type(t, '<BS>')
  suggest.suggest(t, ' -- 1\n  a = 1,\n', { serial = 8, n = 1, of = 2 })
  eq({ 'f({ -- 1', '  a = 1,', '}) (1/2)', 'end' }, suggest.seen(t))
  eq({ 0, 3 }, t.child.screen.cursor)
  suggest.call(t, 'accept')
  eq({ 'f({ -- 1', '  a = 1,', '})', 'end' }, suggest.seen(t))
  eq({ 2, 0 }, t.child.screen.cursor)
  suggest.type(t, '<Esc>kO<C-o>:resize 3<CR>')
  suggest.type(t, '[]<Left>')
  suggest.suggest(t, ('1,\n'):rep(6), { serial = 9 })
  eq({ '[1,', '1,', '1, +4' }, vim.list_slice(suggest.seen(t), 1, 3))
end)

test('brackets of an auto-pair plugin in front of others are seen behind it, too', OPTS, function(t)
  insert(t, { 'f()' })
  t:lua(PAIRS)
  suggest.type(t, '<Left>')
  suggest.suggest(t, '{\n  1,\n}')
  eq({ 'f({', '  1,', '})' }, suggest.seen(t))
  suggest.type(t, '{')
  eq('f({})', t:text())
  eq({ 'f({', '  1,', '})' }, suggest.seen(t))
  suggest.call(t, 'accept')
  eq('f({\n  1,\n})', t:text())
end)

test('a first line too long for the window is wrapped, whatever stands right of it', OPTS, function(t)
  local long = ('0123456789'):rep(6)
  insert(t, { 'f()' })
  suggest.type(t, '<Left>')
  suggest.suggest(t, long .. '\nb')
  eq({ 'f(' .. long:sub(1, 58), '89)', 'b' }, suggest.seen(t))
  suggest.type(t, '<Esc>')
  insert(t, { 'g' }, 'other.txt')
  t:lua(PAIRS)
  suggest.suggest(t, '(' .. long .. ')')
  suggest.type(t, '(')
  eq({ 'g(' .. long:sub(1, 58), '89))' }, suggest.seen(t))
end)

test('brackets that the suggestion does not close end it', OPTS, function(t)
  insert(t, { 'x' })
  t:lua(PAIRS)
  suggest.suggest(t, '(a')
  suggest.type(t, '(')
  eq({ 'x()' }, suggest.seen(t))
end)

--- A buffer whose last line has the cursor at "|", in insert mode.
local function insert_at(t, line)
  local col = line:find('|', 1, true)
  insert(t, { (line:gsub('|', '')) })
  for _ = col, #line - 1 do
    suggest.type(t, '<Left>')
  end
end

-- What plugins that close blocks map, in the order of their edits.
local SPLIT = {
  -- mini.pairs, blink.pairs
  open_above = [[
    vim.keymap.set('i', '<CR>', function()
      local line, col = vim.api.nvim_get_current_line(), vim.fn.col('.')
      local around = line:sub(col - 1, col)
      local between = around == '{}' or around == '()' or around == '[]'
      return between and '<CR><C-o>O' or '<CR>'
    end, { expr = true })]],
  -- nvim-autopairs
  up_and_end = [[
    vim.keymap.set('i', '<CR>', function()
      local line, col = vim.api.nvim_get_current_line(), vim.fn.col('.')
      local around = line:sub(col - 1, col)
      local between = around == '{}' or around == '()' or around == '[]'
      return between and '<C-g>u<CR><Cmd>normal! ====<CR><Up><End><CR>' or '<CR>'
    end, { expr = true })]],
  -- vim-endwise
  endwise = [[
    vim.keymap.set('i', '<CR>', function()
      local opens = vim.api.nvim_get_current_line():find('function.*%)$') or vim.api.nvim_get_current_line():find('then$')
      return opens and '<CR>end<C-o>O' or '<CR>'
    end, { expr = true })]],
}

-- The buffer, the suggestion, what is typed of it, and what is seen then.
local SPLITS = {
  {
    'as suggested',
    line = 'local x|',
    text = ' = foo(a, {\n  b = 1,\n})',
    keys = ' = foo(a, {<CR>',
    seen = { 'local x = foo(a, {', '  b = 1,', '})' },
  },
  {
    'with text behind it',
    line = 'local x|',
    text = ' = foo(a, {\n  b = 1,\n})\nreturn x',
    keys = ' = foo(a, {<CR>',
    seen = { 'local x = foo(a, {', '  b = 1,', '})', 'return x' },
  },
  {
    'with a closing line that goes on',
    line = 'local x|',
    text = ' = foo(a, {\n  b = 1,\n}, 2)',
    keys = ' = foo(a, {<CR>',
    seen = { 'local x = foo(a, {', '  b = 1,', '}, 2)' },
  },
  {
    'with a bracket that stood there before',
    line = 'foo(|)',
    text = '{\n  b = 1,\n}',
    keys = '{<CR>',
    seen = { 'foo({', '  b = 1,', '})' },
  },
  {
    'with brackets inside',
    line = 'local x|',
    text = ' = {\n  b = { 1 },\n  c = {\n    "}",\n  },\n}',
    keys = ' = {<CR>',
    seen = { 'local x = {', '  b = { 1 },', '  c = {', '    "}",', '  },', '}' },
  },
  {
    'a block in a block',
    line = 'x|',
    text = ' = {\n  a = {\n    1,\n  },\n}',
    keys = ' = {<CR>  a = {<CR>',
    seen = { 'x = {', '  a = {', '    1,', '  },', '}' },
  },
  {
    'words that end a block',
    line = 'local|',
    text = ' function f()\n  return 1\nend',
    keys = ' function f()<CR>',
    seen = { 'local function f()', '  return 1', 'end' },
    way = 'endwise',
  },
  {
    'words that end a block, with a block inside',
    line = 'local|',
    text = ' function f()\n  if x then\n    y()\n  end\nend\nf()',
    keys = ' function f()<CR>',
    seen = { 'local function f()', '  if x then', '    y()', '  end', 'end', 'f()' },
    way = 'endwise',
  },
}

for _, case in ipairs(SPLITS) do
  for way, map in pairs(SPLIT) do
    if (case.way or 'brackets') == (way == 'endwise' and way or 'brackets') then
      test(('a block that is closed at <CR> goes on %s (%s)'):format(case[1], way), OPTS, function(t)
        insert_at(t, case.line)
        t:cmd('set autoindent expandtab shiftwidth=2')
        t:lua(PAIRS)
        t:lua(map)
        suggest.suggest(t, case.text)
        suggest.type(t, case.keys)
        eq(true, suggest.call(t, 'is_visible'))
        eq(case.seen, suggest.seen(t))
        eq(7, last_key(t)[7])
        local before, after = case.line:match('^(.*)|(.*)$')
        local rows = t:eval('line("$")')
        suggest.call(t, 'accept_line')
        eq(case.seen, suggest.seen(t))
        T.ok(t:eval('line("$")') >= rows)
        suggest.call(t, 'accept')
        eq(before .. case.text .. after, t:text())
        eq(case.seen, suggest.seen(t))
      end)
    end
  end
end

test('what closes a block in another way than suggested ends it', OPTS, function(t)
  for _, text in ipairs({ ' = {\n  1,\n]', ' = {\n  1', ' = {' }) do
    insert_at(t, 'x|')
    t:lua(PAIRS)
    t:lua(SPLIT.open_above)
    suggest.suggest(t, text)
    suggest.type(t, ' = {<CR>')
    eq('x = {\n\n}', t:text())
    eq(false, suggest.call(t, 'is_visible'))
    eq({ 'x = {', '', '}' }, suggest.seen(t))
    suggest.type(t, '<Esc>')
    t:cmd('enew!')
  end
end)

test('accepted whole, the cursor is at its end, and one undo takes back just that', OPTS, function(t)
  insert(t, { 'one', '' })
  suggest.type(t, 'foo')
  suggest.suggest(t, '(\n  bar\n)')
  suggest.sent(t)
  eq(true, suggest.call(t, 'accept'))
  eq('one\nfoo(\n  bar\n)', t:text())
  eq({ 'accepted', 0, 0 }, vim.list_slice(last_key(t), 6))
  suggest.type(t, ';')
  eq('one\nfoo(\n  bar\n);', t:text())
  suggest.type(t, '<Esc>u')
  eq('one\nfoo(\n  bar\n)', t:text())
  suggest.type(t, 'u')
  eq('one\nfoo', t:text())
  suggest.type(t, 'u')
  eq('one\n', t:text())
  suggest.type(t, '<C-r><C-r><C-r>')
  eq('one\nfoo(\n  bar\n);', t:text())
end)

test('accepted by lines and by words, the rest stays', OPTS, function(t)
  insert(t, { 'x' })
  suggest.suggest(t, ' = { añb, c2 }\n\n  next(line)\nlast', { serial = 3 })
  local whole = { 'x = { añb, c2 }', '', '  next(line)', 'last' }
  for _, text in ipairs({ 'x =', 'x = {', 'x = { añb', 'x = { añb,' }) do
    eq(true, suggest.call(t, 'accept_word'))
    eq(text, t:text())
    eq(whole, suggest.seen(t))
    eq({ 'accepted', 3, 34 }, vim.list_slice(last_key(t), 6))
  end
  eq(true, suggest.call(t, 'accept_line'))
  eq('x = { añb, c2 }', t:text())
  suggest.call(t, 'accept_line')
  eq('x = { añb, c2 }\n', t:text())
  suggest.call(t, 'accept_word')
  eq('x = { añb, c2 }\n\n  next', t:text())
  suggest.call(t, 'accept_line')
  eq(whole, suggest.seen(t))
  suggest.call(t, 'accept_line')
  eq(table.concat(whole, '\n'), t:text())
  eq(false, suggest.call(t, 'accept_line'))
  suggest.type(t, '<Esc>u')
  eq('x = { añb, c2 }\n\n  next(line)', t:text())
end)

test('mappings accept, and fall back when there is nothing to accept', OPTS, function(t)
  insert(t, { 'x' })
  t:lua([[
    vim.keymap.set('i', '<Tab>', function() return require('hum.complete').accept_keys('<Tab>') end, { expr = true })
    vim.keymap.set('i', '<C-l>', '<Plug>(hum-accept-line)')
    vim.keymap.set('i', '<C-f>', '<Plug>(hum-accept-word)')
    vim.keymap.set('i', '<C-e>', '<Plug>(hum-accept)')
    vim.keymap.set('i', '<C-x>', '<Plug>(hum-dismiss)')]])
  suggest.type(t, '<Tab>')
  eq('x\t', t:text())
  suggest.suggest(t, 'abc def')
  suggest.type(t, '<C-f>')
  eq('x\tabc', t:text())
  suggest.type(t, '<Tab>')
  eq('x\tabc def', t:text())
  suggest.type(t, '<C-l><C-e>')
  eq('x\tabc def', t:text())
  suggest.suggest(t, '\none\ntwo', { serial = 8 })
  suggest.type(t, '<C-l>')
  eq('x\tabc def\none', t:text())
  suggest.type(t, '<C-e>')
  eq('x\tabc def\none\ntwo', t:text())
  suggest.suggest(t, 'gone')
  suggest.type(t, '<C-x>')
  eq(false, suggest.call(t, 'is_visible'))
  eq('i', t.child:mode().mode)
end)

test('a mapping of <Tab> goes to the next place of a snippet first', OPTS, function(t)
  insert(t, { 'x' })
  t:lua([[
    vim.keymap.set({ 'i', 's' }, '<Tab>', function() return require('hum.complete').accept_keys('<Tab>') end, { expr = true })
    vim.snippet.expand('(${1:k}, ${2:v})$0')]])
  suggest.type(t, 'key')
  suggest.suggest(t, 's_of_it')
  suggest.type(t, '<Tab><Tab>')
  eq('x(key, v)', t:text())
  suggest.suggest(t, ' + 1', { serial = 8 })
  suggest.type(t, '<Tab>')
  eq('x(key, v) + 1', t:text())
end)

test('a mapping knows what was typed ahead of it', OPTS, function(t)
  insert(t, { 'x' })
  t:lua([[
    vim.keymap.set('i', '<Tab>', function() return require('hum.complete').accept_keys('#') end, { expr = true })
    vim.keymap.set('i', '<C-e>', '<Plug>(hum-accept)')]])
  suggest.suggest(t, 'abc')
  suggest.type_at_once(t, 'a<Tab>!')
  eq('xabc!', t:text())
  suggest.suggest(t, 'abc', { serial = 8 })
  suggest.type_at_once(t, 'X<Tab>')
  eq('xabc!X#', t:text())
  suggest.suggest(t, 'abc', { serial = 9 })
  suggest.type_at_once(t, 'ab<C-e>')
  eq('xabc!X#abc', t:text())
  suggest.suggest(t, 'abc', { serial = 10 })
  suggest.type_at_once(t, 'X<C-e>')
  eq('xabc!X#abcX', t:text())
end)

test('"." repeats what was typed and accepted', OPTS, function(t)
  insert(t, { 'x' })
  suggest.type(t, 'a')
  suggest.suggest(t, 'BC')
  suggest.call(t, 'accept')
  suggest.type(t, 'd<Esc>o<Esc>kA<Esc>')
  eq('xaBCd\n', t:text())
  suggest.type(t, 'Ae')
  suggest.suggest(t, 'FG')
  suggest.call(t, 'accept')
  suggest.type(t, 'h<Esc>j.')
  eq('xaBCdeFGh\neFGh', t:text())
end)

test('alternatives say which one of how many is shown', OPTS, function(t)
  local buf = insert(t, { 'x' })
  suggest.suggest(t, 'abc\nd', { n = 2, of = 3 })
  eq({ 'xabc', 'd (2/3)' }, suggest.seen(t))
  local position = suggest.position(t)
  suggest.call(t, 'next')
  suggest.call(t, 'prev')
  eq({
    { 'cycle', buf, position.tick, 0, 1, 1 },
    { 'cycle', buf, position.tick, 0, 1, -1 },
  }, suggest.sent(t, 'cycle'))
  local frames = suggest.frames(t)
  suggest.suggest(t, 'xyz', { serial = 8, n = 3, of = 3 })
  eq({ 'xxyz (3/3)' }, suggest.seen(t))
  for _, frame in ipairs(frames) do
    T.ok(#frame[1] > 1, 'no frame is without a suggestion')
  end
  -- What was typed just before counts.
  t:cmd([[inoremap <C-l> <Cmd>lua require('hum.complete').next()<CR>]])
  suggest.sent(t)
  suggest.type_at_once(t, 'X<C-l>')
  eq({ 'xX' }, suggest.seen(t))
  position = suggest.position(t)
  eq({
    { 'key', buf, position.tick, 0, 2, 'typed', 0, 0 },
    { 'cycle', buf, position.tick, 0, 2, 1 },
  }, suggest.sent(t))
end)

test('which one of how many stands behind text right of the cursor', OPTS, function(t)
  insert(t, { 'f()' })
  suggest.type(t, '<Left>')
  suggest.suggest(t, 'ab', { n = 1, of = 2 })
  eq({ 'f(ab) (1/2)' }, suggest.seen(t))
  suggest.type(t, 'a')
  eq({ 'f(ab) (1/2)' }, suggest.seen(t))
  suggest.suggest(t, 'xy', { serial = 8 })
  eq({ 'f(axy)' }, suggest.seen(t))
  suggest.suggest(t, 'ab', { serial = 9, of = 2 })
  suggest.type(t, '<Left>')
  eq({ 'f(a)' }, suggest.seen(t))
end)

test('a dismissed suggestion is gone and the helper knows', OPTS, function(t)
  local buf = insert(t, { 'x' })
  suggest.suggest(t, 'abc')
  eq(true, suggest.call(t, 'dismiss'))
  eq({ 'x' }, suggest.seen(t))
  suggest.suggest(t, 'abcdef') -- was on its way
  eq({ 'x' }, suggest.seen(t))
  eq({ { 'leave', buf } }, suggest.sent(t, 'leave'))
  eq(false, suggest.call(t, 'dismiss'))
  eq(false, suggest.call(t, 'accept'))
  eq('x', t:text())
end)

test('a first line that the window has no room for is cut, and the window does not scroll', OPTS, function(t)
  count(t)
  local lines = {}
  for i = 1, 30 do
    lines[i] = ('line %d'):format(i)
  end
  insert(t, lines)
  local top = t:eval('line("w0")')
  suggest.suggest(t, (' word'):rep(40) .. '\nnext')
  eq(top, t:eval('line("w0")'))
  T.match('^line 30 word word .*… %+1$', suggest.seen(t)[10])
  T.ok(#suggest.seen(t)[10] > 50)
  suggest.type(t, '<Esc>kA')
  suggest.suggest(t, (' wörd'):rep(40) .. '\nnext', { serial = 8 })
  eq(top, t:eval('line("w0")'))
  T.match('^line 29 wörd wörd ', suggest.seen(t)[9])
  T.match('wörd.*… %+1$', suggest.seen(t)[10])
  suggest.type(t, '<Esc>kA')
  suggest.suggest(t, (' word'):rep(15) .. '\nnext', { serial = 9 })
  eq('next', suggest.seen(t)[10])
  t:cmd('set nowrap')
  suggest.type(t, '<Esc>GA')
  suggest.suggest(t, (' word'):rep(40) .. '\nnext', { serial = 10 })
  eq(top, t:eval('line("w0")'))
  T.match('^line 30 word word .* wor… %+1$', suggest.seen(t)[10])
end)

test('tabs and control characters are drawn as they will look', OPTS, function(t)
  insert(t, { 'ab' })
  t:cmd('set tabstop=4')
  suggest.suggest(t, '\tc\n\tdé\te\27[31m')
  eq({ 'ab  c', '    dé  e^[[31m' }, suggest.seen(t))
  suggest.call(t, 'accept')
  eq('ab\tc\n\tdé\te\27[31m', t:text())
  suggest.type(t, '<CR>')
  suggest.suggest(t, 'xy\tz', { serial = 8 })
  eq('    xy  z', suggest.seen(t)[3])
  suggest.type(t, 'x')
  eq('    xy  z', suggest.seen(t)[3])
  suggest.type(t, 'y')
  eq('    xy  z', suggest.seen(t)[3])
end)

test('lines that the window has no room for are counted', OPTS, function(t)
  count(t)
  insert(t, { '1', '2', '3', '4', '5', '6', '7' })
  suggest.suggest(t, 'a\nb\nc\nd\ne\nf')
  eq({ '1', '2', '3', '4', '5', '6', '7a', 'b', 'c', 'd +2' }, suggest.seen(t))
  suggest.call(t, 'accept')
  T.match('7a\nb\nc\nd\ne\nf$', t:text())
end)

test('the popup menu has the place to itself, and what it leaves is drawn again', OPTS, function(t)
  insert(t, { 'abacus', 'abandon', 'x' })
  t:cmd('set completeopt=menu,menuone,noinsert,noselect')
  suggest.type(t, '<CR>ab')
  suggest.suggest(t, 'acus()')
  T.match('abacus()', t:screen(), true)
  t:keys('<C-n>')
  t:wait(function() return t:eval('pumvisible()') == 1 end, 'the menu is open')
  suggest.settle(t)
  T.no_match('abacus()', t:screen(), true)
  eq(false, suggest.call(t, 'is_visible'))
  suggest.type(t, 'a')
  T.no_match('abacus()', t:screen(), true)
  t:keys('<C-e>')
  t:wait(function() return t:eval('pumvisible()') == 0 end, 'the menu is closed')
  suggest.settle(t)
  T.match('abacus()', t:screen(), true)
  suggest.call(t, 'accept')
  eq('abacus()', t:eval('getline(".")'))
end)

test('a menu that another plugin opens and closes hides it no longer than that', OPTS, function(t)
  insert(t, { 'x', '' })
  t:cmd('set completeopt=menu,menuone,noinsert,noselect')
  t:cmd([[inoremap <C-l> <Cmd>call complete(col('.'), ['abacus', 'abandon'])<CR>]])
  for _, close in ipairs({ '<C-e>', '<C-y>' }) do
    suggest.suggest(t, 'ghost')
    suggest.type(t, '<C-l>')
    eq(1, t:eval('pumvisible()'))
    T.no_match('ghost', t:screen())
    suggest.type(t, close)
    eq(0, t:eval('pumvisible()'))
    T.match('ghost', t:screen())
  end
end)

test('or it shares the place, as configured', OPTS, function(t)
  t:lua([[require('hum').setup({ complete = { menu = 'show' } })]])
  insert(t, { 'abacus', 'abandon', 'x' })
  t:cmd('set completeopt=menu,menuone,noinsert,noselect')
  suggest.type(t, '<CR>ab')
  suggest.suggest(t, 'acus()')
  t:keys('<C-n>')
  t:wait(function() return t:eval('pumvisible()') == 1 end, 'the menu is open')
  suggest.settle(t)
  T.match('abacus()', t:screen(), true)
end)

for name, keys in pairs({ Esc = '<Esc>', ['CTRL-C'] = '<C-c>', ['CTRL-O'] = '<C-o>' }) do
  test(('nothing is left of it after %s'):format(name), OPTS, function(t)
    local buf = insert(t, { 'x' })
    suggest.suggest(t, 'abc')
    if keys == '<C-c>' then
      t:interrupt(function() return t.child:mode().mode == 'n' end)
    else
      suggest.type(t, keys)
    end
    t:wait(function() return suggest.seen(t)[1] == 'x' end, 'the ghost text is gone')
    eq({ { 'leave', buf } }, suggest.sent(t, 'leave'))
    eq({}, ghost_mark(t))
  end)
end

-- CTRL-O moves the cursor from behind the line's end, so that a frame would show it beside the cursor.
test('nor is it drawn while CTRL-O waits for its command', OPTS, function(t)
  insert(t, { 'x' })
  suggest.suggest(t, 'abc')
  t:lua([[
    local ns = vim.api.nvim_create_namespace('hum.complete')
    vim.api.nvim_create_autocmd('ModeChanged', {
      pattern = 'i:niI',
      callback = function() marks = #vim.api.nvim_buf_get_extmarks(0, ns, 0, -1, {}) end,
    })]])
  suggest.type(t, '<C-o>')
  eq(0, t:lua('return marks'))
end)

test('nothing is left of it in a buffer that is left or wiped out', OPTS, function(t)
  local buf = insert(t, { 'x' })
  suggest.suggest(t, 'abc')
  t:cmd('set hidden | enew')
  eq(
    {},
    t:lua(
      [[
    local ns = vim.api.nvim_create_namespace('hum.complete')
    return vim.api.nvim_buf_get_extmarks(..., ns, 0, -1, {})]],
      buf
    )
  )
  suggest.suggest(t, 'abc')
  eq({ '' }, suggest.seen(t))
  t:cmd('buffer ' .. buf)
  suggest.type(t, '<Esc>A')
  suggest.suggest(t, 'abc')
  eq({ 'xabc' }, suggest.seen(t))
  t:cmd('bwipeout! ' .. buf)
  suggest.settle(t)
  eq({ { 'detach', buf, true } }, suggest.sent(t, 'detach'))
  eq('', t:messages())
end)

test('other windows of the buffer show it in its place, and keep theirs', OPTS, function(t)
  suggest.open(t, { '1', '2', '3' })
  t:cmd('split | normal! gg')
  suggest.type(t, 'A')
  suggest.suggest(t, 'abc')
  suggest.call(t, 'accept')
  t:cmd('wincmd w')
  eq(2, suggest.position(t).row)
  eq('1abc\n2\n3', t:text())
end)

test('modes of their own get no suggestions and are not disturbed', OPTS, function(t)
  local function nothing(what)
    eq({}, suggest.sent(t, 'key'), what)
    suggest.suggest(t, 'GHOST')
    T.no_match('GHOST', t:screen())
    suggest.type(t, '<Esc>')
    eq({}, suggest.sent(t, 'key'), what)
  end
  suggest.open(t, { 'one', 'two', 'three' })
  t:cmd('normal! gg0')
  suggest.type(t, 'Rab')
  nothing('replace mode')
  eq('abe\ntwo\nthree', t:text())
  t:cmd('normal! gg0')
  suggest.type(t, '0<C-v>jjIab')
  nothing('a visual block')
  eq('ababe\nabtwo\nabthree', t:text())
  t:cmd('normal! gg0')
  suggest.type_at_once(t, '0qq')
  suggest.type(t, 'ifoo')
  nothing('recording')
  suggest.type(t, 'q')
  suggest.type_at_once(t, '3@q')
  nothing('a macro')
  T.match('^fofofofoooo', t:text())
  t:cmd('%normal Axyz')
  nothing(':normal')
  T.match('xyz\n.*xyz\n.*xyz', t:text())
  suggest.type_at_once(t, 'q:')
  suggest.type(t, 'iabc')
  nothing('the command-line window')
  t:cmd('quit')
  suggest.type(t, ':echo 1<CR>')
  nothing('the command line')
  eq({}, suggest.sent(t, 'key'))
  T.no_match('hum', t:messages())
  T.no_match('fault', t:log())
  suggest.type(t, 'A')
  eq(1, #suggest.sent(t, 'key'))
end)

test('with "virtualedit" a cursor where no text is gets none', OPTS, function(t)
  local buf = insert(t, { 'x' })
  suggest.type(t, '<Esc>')
  t:cmd('set virtualedit=all')
  suggest.type(t, 'A')
  suggest.suggest(t, 'abc')
  eq({ 'xabc' }, suggest.seen(t))
  suggest.type(t, '<Right><Right>')
  eq({ 'x' }, suggest.seen(t))
  suggest.sent(t)
  suggest.suggest(t, 'abc')
  eq({ 'x' }, suggest.seen(t))
  suggest.type(t, 'y')
  eq('x  y', t:text())
  eq({ 'key', buf, suggest.position(t).tick, 0, 4, 'typed', 0, 0 }, last_key(t))
end)

test('folded lines make no trouble', OPTS, function(t)
  suggest.open(t, { '1', '2', '3', '4' })
  t:cmd('set foldmethod=manual foldopen= | 2,3fold | 2')
  suggest.type(t, 'A')
  suggest.suggest(t, 'abc\ndef')
  suggest.type(t, 'ab')
  suggest.call(t, 'accept')
  T.match('^1\n.-abc\ndef\n', t:text())
  T.no_match('fault', t:log())
end)

-- What others draw at the cursor's line: columns, or Lua; the cursor is at the "|" of the last line.
local BESIDE = {
  {
    'inlay hints, one at the cursor and one behind the line, with further lines',
    line = '  call(x|)',
    others = { { col = 7, virt_text = 'a: ' }, { col = 9, virt_text = ': string' } },
    text = 'y,\n    z\n  ',
    seen = { '  call(a: xy,', '    z', '  )' },
  },
  {
    'inlay hints, with one line',
    line = '  call(x|)',
    others = { { col = 7, virt_text = 'a: ' }, { col = 9, virt_text = ': string' } },
    text = 'y, z',
    seen = { '  call(a: xy, z): string' },
  },
  {
    'an inlay hint that stands at the cursor: it belongs to what follows',
    line = '  call(|x)',
    others = { { col = 7, virt_text = 'a: ' } },
    text = 'y, ',
    seen = { '  call(y, a: x)' },
  },
  {
    'an inlay hint behind the line',
    line = 'local x|',
    others = { { col = 7, virt_text = ': table' } },
    text = ' = {\n  1,\n}',
    seen = { 'local x = {', '  1,', '}' },
  },
  {
    'an inlay hint at the cursor, with further lines',
    line = '  call(|x)',
    others = { { col = 7, virt_text = 'a: ' }, { col = 9, virt_text = ': string' } },
    text = 'y,\n    ',
    seen = { '  call(y,', '    x)' },
  },
  {
    'an inlay hint that is wider than the first line',
    line = 'f(|)',
    others = { { col = 3, virt_text = ': a very long type of it' } },
    text = '1,\n  2',
    seen = { 'f(1,', '  2)' },
  },
  {
    'text at the end of the line, with further lines over a bracket',
    line = 'f(|)',
    others = { { col = 0, virt_text = 'blame', virt_text_pos = 'eol' } },
    text = 'one_operand,\n  2',
    seen = { 'f(one_operand,', '  2)' },
  },
  {
    'text at the end of the line, with one line',
    line = 'f(|)',
    others = { { col = 0, virt_text = 'blame', virt_text_pos = 'eol' } },
    text = 'one_operand',
    seen = { 'f(one_operand) blame' },
  },
  {
    'text at the end of the line, with further lines and nothing behind the cursor',
    line = 'f(|',
    others = { { col = 0, virt_text = 'blame', virt_text_pos = 'eol' } },
    text = 'one_operand,\n  2)',
    seen = { 'f(one_operand, blame', '  2)' },
  },
  {
    'virtual lines of the line, with further lines',
    line = '  a = |',
    others = { { col = 0, virt_lines = 'DIAGNOSTIC' }, { col = 2, virt_lines = 'OTHER' } },
    text = 'y +\n    z +\n    q',
    seen = { '  a = y +', '    z +', '    q', 'DIAGNOSTIC', 'OTHER' },
  },
  {
    'virtual lines of the line, with one line',
    line = '  a = |',
    others = { { col = 0, virt_lines = 'DIAGNOSTIC' } },
    text = 'y + z',
    seen = { '  a = y + z', 'DIAGNOSTIC' },
  },
}

local SET_OTHERS = [[
  local ns = vim.api.nvim_create_namespace('zzz.others')
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  for _, other in ipairs(...) do
    local opts = { virt_text_pos = other.virt_text and (other.virt_text_pos or 'inline') }
    if other.virt_text then opts.virt_text = { { other.virt_text, 'Special' } } end
    if other.virt_lines then opts.virt_lines = { { { other.virt_lines, 'Special' } } } end
    vim.api.nvim_buf_set_extmark(0, ns, row, other.col, opts)
  end]]

for _, case in ipairs(BESIDE) do
  test('not mixed with ' .. case[1], OPTS, function(t)
    insert_at(t, case.line)
    t:lua(SET_OTHERS, case.others)
    suggest.suggest(t, case.text)
    eq(case.seen, suggest.seen(t))
    local first = case.text:match('^[^\n]')
    suggest.type(t, first)
    eq(case.seen, suggest.seen(t), 'typed through')
    suggest.type(t, '<BS>')
    suggest.call(t, 'accept')
    t:lua([[vim.api.nvim_buf_clear_namespace(0, vim.api.nvim_create_namespace('zzz.others'), 0, -1)]])
    local before, after = case.line:match('^(.*)|(.*)$')
    eq(before .. case.text .. after, t:text())
  end)
end

test("the lines stand together before diagnostics' virtual lines, also when the next is typed", OPTS, function(t)
  insert(t, { 'x', '  a = ' })
  local real = t:lua([[
    vim.diagnostic.config({ virtual_lines = true, virtual_text = false, signs = false, update_in_insert = true })
    local ns = vim.api.nvim_create_namespace('test')
    vim.diagnostic.set(ns, 0, { { lnum = 1, col = 4, message = 'TROUBLE' } })
    return vim.diagnostic.handlers.virtual_lines ~= nil]])
  if not real then t:lua(SET_OTHERS, { { col = 0, virt_lines = 'TROUBLE' } }) end
  suggest.suggest(t, 'y +\n    z +\n    q')
  local seen = suggest.seen(t)
  eq({ 'x', '  a = y +', '    z +', '    q' }, vim.list_slice(seen, 1, 4))
  T.match('TROUBLE', seen[5])
  suggest.type(t, 'y +<CR>')
  seen = suggest.seen(t)
  eq({ 'x', '  a = y +' }, vim.list_slice(seen, 1, 2))
  T.match('\n    z %+\n    q', table.concat(seen, '\n'))
end)

test('ghost text has the colour of the line, and none of a matched bracket', OPTS, function(t)
  t:cmd('set cursorline')
  t:cmd('highlight CursorLine guibg=#112233')
  t:cmd('highlight MatchParen guibg=#ff0000 gui=bold')
  for _, text in ipairs({ '1,\n  2', '1, 2' }) do
    insert_at(t, 'local x(|)')
    suggest.settle(t)
    local screen = t.child.screen
    eq(0xff0000, screen:attr(1, 9).background)
    suggest.suggest(t, text)
    for col = 9, 10 do
      eq(0x112233, screen:attr(1, col).background)
      eq(nil, screen:attr(1, col).bold)
      eq(screen:attr(1, 9).foreground, screen:attr(1, col).foreground)
    end
    suggest.type(t, '<Esc>')
    t:cmd('enew!')
  end
  insert_at(t, 'local x(|)')
  suggest.suggest(t, '1,\n  2', { serial = 9 })
  eq(0x112233, t.child.screen:attr(1, 9).background)
  t:cmd('set nocursorline')
  suggest.settle(t)
  eq(nil, t.child.screen:attr(1, 9).background)
end)

-- The limit of tokens has ended the answer within its last line.
local CUT = {
  { 'x|', 'abc', { 'xabc…' } },
  { 'f(|)', 'abc', { 'f(abc…)' } },
  { 'x|', 'abc\n  de', { 'xabc', '  de…' } },
  { 'f(|)', 'abc\n  de', { 'f(abc', '  de…)' } },
}

for _, case in ipairs(CUT) do
  test(('"…" says that %q at %q was cut, and is not inserted'):format(case[2], case[1]), OPTS, function(t)
    insert_at(t, case[1])
    suggest.suggest(t, case[2], { cut = true, final = false })
    eq(case[3], suggest.seen(t))
    local row = #case[3]
    local col = vim.fn.strwidth(case[3][row]:match('^(.-)…')) + 1
    local info = t:lua([[return vim.api.nvim_get_hl(0, { name = 'NonText', link = false }).fg]])
    eq(info, t.child.screen:attr(row, col).foreground)
    suggest.type(t, 'a')
    eq(case[3], suggest.seen(t))
    suggest.call(t, 'accept')
    T.no_match('…', t:text())
    T.no_match('…', t:screen())
  end)
end

test('"…" goes when the rest comes', OPTS, function(t)
  insert(t, { 'x' })
  suggest.suggest(t, 'abc\nd', { cut = true, final = false })
  eq({ 'xabc', 'd…' }, suggest.seen(t))
  suggest.suggest(t, 'abc\nde')
  eq({ 'xabc', 'de' }, suggest.seen(t))
end)

-- Options, where the cursor is, the suggestion, and what is seen: 60 cells.
local EDGE = {
  { 'nowrap', 'local x = |', ('0123456789'):rep(12), { 'local x = ' .. ('0123456789'):rep(4) .. '012345678…' } },
  { 'nowrap', 'f(|)', ('0123456789'):rep(12), { 'f(' .. ('0123456789'):rep(5) .. '012345…)' } },
  { 'nowrap', 'f(|)', ('0123456789'):rep(12) .. '\n2', { 'f(' .. ('0123456789'):rep(5) .. '0123456…', '2)' } },
  { 'nowrap', 'x|', ('世界'):rep(20), { 'x' .. ('世界'):rep(14) .. '世…' } },
  { 'nowrap', 'x|', ('0123456789'):rep(5) .. '012345678', { 'x' .. ('0123456789'):rep(5) .. '012345678' } },
  { 'nowrap number', 'x|', ('0123456789'):rep(7), { '  1 x' .. ('0123456789'):rep(5) .. '0123…' } },
  { 'nowrap', 'x|', 'a\n' .. ('0123456789'):rep(7), { 'xa', ('0123456789'):rep(5) .. '012345678…' } },
  { 'wrap', 'x|', 'a\n' .. ('0123456789'):rep(7), { 'xa', ('0123456789'):rep(5) .. '012345678…' } },
  { 'wrap', 'x|', 'a\n' .. ('0123456789'):rep(6), { 'xa', ('0123456789'):rep(6) } },
  { 'vartabstop=4,8', 'ab|', '\tc\td\n\t\te\tf', { 'ab  c       d', '            e       f' } },
  { 'list listchars=eol:$,tab:>-', 'f(|)', 'a\n  b', { 'f(a', '  b)' } },
  { 'conceallevel=2', 'x|', ' = 1\n  b', { 'x = 1', '  b' } },
  { 'wrap', 'x|', ' = "😀é世"\n  👩', { 'x = "😀é世"', '  👩' } },
}

for i, case in ipairs(EDGE) do
  test(('at the edge and in cells, %d: %s, %s'):format(i, case[1], case[2]), OPTS, function(t)
    t:cmd('set ' .. case[1])
    insert_at(t, case[2])
    suggest.suggest(t, case[3])
    local seen = suggest.seen(t)
    for n, line in ipairs(seen) do
      seen[n] = line:gsub('[%s]+$', '')
    end
    eq(case[4], seen)
    eq(0, t:lua('return vim.fn.winsaveview().leftcol'))
    suggest.call(t, 'accept')
    local before, after = case[2]:match('^(.*)|(.*)$')
    eq(before .. case[3] .. after, t:text())
    T.no_match('fault', t:log())
  end)
end

-- Work is counted instead of time: steps of Lua, and bytes, as whatever reads the buffer makes some.
test('a key costs the same in a long buffer as in a short one, and little', OPTS, function(t)
  insert(t, { 'x' })
  suggest.suggest(t, ('y'):rep(40) .. '\n' .. ('z\n'):rep(10), { final = false })
  local function cost()
    return t:lua([[
      local keys = require('hum.complete.keys')
      local cursor, col = vim.api.nvim_win_set_cursor, #vim.api.nvim_get_current_line()
      local row = vim.api.nvim_win_get_cursor(0)[1]
      local function type_keys()
        for i = 1, 100 do
          cursor(0, { row, i % 2 == 0 and col or col - 1 })
          keys.on_key()
        end
      end
      jit.off()
      jit.flush()
      type_keys()
      local steps = 0
      debug.sethook(function() steps = steps + 1 end, '', 1)
      type_keys()
      debug.sethook()
      collectgarbage()
      collectgarbage('stop')
      local before = collectgarbage('count')
      type_keys()
      local bytes = (collectgarbage('count') - before) * 1024
      collectgarbage('restart')
      return { steps = steps / 100, bytes = bytes / 100 }]])
  end
  local short = cost()
  t:lua([[
    local lines = {}
    for i = 1, 50000 do lines[i] = ('line %d'):format(i) end
    vim.api.nvim_buf_set_lines(0, 0, 0, false, lines)]])
  local long = cost()
  local told = vim.inspect({ short = short, long = long })
  T.ok(short.steps < 200 and short.bytes < 1000, told)
  T.ok(long.steps <= 1.1 * short.steps and long.bytes <= 1.1 * short.bytes, told)
end)

-- A storm: keys, suggestions of any age, and what the user may do with them, in any order.
local STORM = [==[
storm = {}
local complete, ghost = require('hum.complete'), require('hum.complete.ghost')
local random = math.random
-- Bytes are characters, as a piece may begin at any.
local TEXTS = { 'abc', 'a(b)c', '\n  x', ' = { 1,\n  2 }', '"q"', '(', 'ab', '}\n', '\tt' }
local serial, past = 0, {}

local function random_position()
  local cursor = vim.api.nvim_win_get_cursor(0)
  return { tick = vim.b.changedtick, row = cursor[1] - 1, col = cursor[2] }
end

local function text()
  local pieces = {}
  for i = 1, random(4) do pieces[i] = TEXTS[random(#TEXTS)] end
  return table.concat(pieces)
end

--- One event: for here and now, or for a state that was.
function storm.suggest()
  local data = random_position()
  table.insert(past, data)
  if #past > 5 then table.remove(past, 1) end
  data = vim.deepcopy(random(4) == 1 and past[random(#past)] or data)
  if random(3) > 1 then serial = serial + 1 end
  data.serial, data.from, data.n, data.of = serial, random(4) == 1 and random(6) or 0, 1, random(2)
  data.text, data.final = random(12) == 1 and '' or text(), random(2) == 1
  require('hum.server.client').on_event('suggest', vim.api.nvim_get_current_buf(), data)
end

--- A key that goes on in the suggestion, or nil.
function storm.agreeing()
  local shown = ghost.shown()
  return shown and shown.left_over:match('^[%z\1-\127\194-\244][\128-\191]*')
end

function storm.accept(name)
  local shown = ghost.shown()
  local before = table.concat(vim.api.nvim_buf_get_text(0, 0, 0, shown.row, shown.col, {}), '\n')
  local after = table.concat(vim.api.nvim_buf_get_text(0, shown.row, shown.col, -1, -1, {}), '\n')
  assert(complete[name]())
  if name == 'accept' then
    if shown.indent then before = before:gsub('[ \t]*$', '') .. shown.indent end
    local got = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
    local want = before .. shown.left_over .. after:sub(#shown.closers + 1)
    return got ~= want and ('%q\ninstead of %q'):format(got, want) or nil
  end
end

--- What is not as it has to be, nil: all is.
function storm.fault()
  local ns = vim.api.nvim_create_namespace('hum.complete')
  local mark = vim.api.nvim_buf_get_extmarks(0, ns, { 0, 0 }, { -1, -1 }, {})[1]
  local at = random_position()
  if (mark ~= nil) ~= ghost.is_visible() then
    return 'drawn is not what it says'
  elseif mark and (mark[2] ~= at.row or mark[3] ~= at.col) then
    return 'drawn elsewhere than at the cursor'
  elseif mark and not vim.api.nvim_get_mode().mode:find('^i') then
    return 'drawn outside insert mode'
  end
end
]==]

local KEYS = {
  'a',
  'b',
  '(',
  ')',
  '"',
  ' ',
  '<CR>',
  '<BS>',
  '<BS>',
  '<C-w>',
  '<C-u>',
  '<Left>',
  '<Right>',
  '<Tab>',
  '<Up>',
  '<Del>',
  '<Esc>A',
  '<Esc>ua',
  '<C-o>x',
  '<C-n><C-e>',
  '}',
  'x',
}

--- Set to repeat a storm that failed.
local SEED = tonumber(vim.env.HUM_TEST_SEED)

test('whatever is typed and whatever comes, it is drawn at the cursor or not at all', OPTS, function(t)
  local seed = SEED or vim.uv.hrtime() % 1000000
  insert(t, { 'one(', '\ttwo {', '', '}' })
  t:cmd('set autoindent backspace=indent,eol,start')
  t:lua(STORM .. ('math.randomseed(%d)'):format(seed))
  t:lua(PAIRS)
  t:lua(seed % 2 == 0 and SPLIT.open_above or SPLIT.up_and_end)
  math.randomseed(seed)
  local done = {}
  local function check()
    local fault = t:lua('return storm.fault()')
    if fault then
      error(('%s\nHUM_TEST_SEED=%d after: %s'):format(fault, seed, table.concat(done, ' ', math.max(1, #done - 15))))
    end
  end
  local function step()
    local dice = math.random(10)
    local agreeing = dice > 3 and t:lua('return storm.agreeing()')
    if dice <= 3 then
      t:lua('storm.suggest()')
      return 'suggest'
    elseif agreeing and dice <= 8 then
      local key = agreeing:gsub('[\n\t]', { ['\n'] = '<CR>', ['\t'] = '<Tab>' })
      suggest.type(t, key)
      return key
    elseif agreeing and dice == 9 then
      local name = ({ 'accept', 'accept_line', 'accept_word', 'dismiss' })[math.random(4)]
      local fault = t:lua('return storm.accept(...)', name)
      T.ok(not fault, ('%s, HUM_TEST_SEED=%d'):format(fault, seed))
      return name
    end
    local key = KEYS[math.random(#KEYS)]
    suggest.type_at_once(t, key)
    return key
  end
  for _ = 1, 500 do
    done[#done + 1] = step()
    suggest.settle(t)
    check()
  end
  T.no_match('hum', t:messages())
  T.no_match('fault', t:log())
end)

local WIDE = { init = suggest.init, ui = { 120, 12 } }

--- Waits for a message that says it, and nothing of Lua's own.
local function wait_told(t, text)
  t:wait(function() return t:messages():find(text, 1, true) end, 'a message')
  T.no_match('traceback', t:messages())
  T.no_match('[Ll]ua:', t:messages())
end

test('where nothing may be changed accepting says so, and the suggestion goes', WIDE, function(t)
  t:lua([[vim.o.showmode = false]])
  insert(t, { 'x' })
  for _, name in ipairs({ 'accept', 'accept_line', 'accept_word' }) do
    t:cmd('messages clear')
    suggest.type(t, 'y')
    suggest.suggest(t, 'abc\ndef')
    t:cmd('setlocal nomodifiable')
    t:lua('local now = vim.uv.now vim.uv.now = function() return now() + 60000 end')
    eq(true, suggest.call(t, name))
    wait_told(t, "hum: the suggestion cannot be inserted: 'nomodifiable' is set")
    eq(false, suggest.call(t, 'is_visible'))
    T.no_match('abc', t:screen() .. t:text())
    t:cmd('setlocal modifiable')
  end
  suggest.type(t, 'y')
  suggest.suggest(t, 'z', { serial = 8 })
  eq(true, suggest.call(t, 'accept'))
  eq('xyyyyz', t:text())
end)

test('while text is locked accepting says so, and the suggestion goes', WIDE, function(t)
  t:lua(
    [[
    vim.o.showmode = false
    vim.keymap.set('i', '<Tab>', function() return require('hum.complete').accept() and '' or '#' end, { expr = true })]]
  )
  insert(t, { 'x' })
  suggest.suggest(t, 'abc')
  suggest.type(t, '<Tab>')
  wait_told(t, 'hum: the suggestion cannot be inserted: text is locked at this moment (E565)')
  eq({ false, 'x', 'i' }, { suggest.call(t, 'is_visible'), t:text(), t.child:mode().mode })
  suggest.type(t, 'y')
  eq('xy', t:text())
end)

--- Calls all of the API, and what other plugins call, and gives what was raised.
local CALL_ALL = [[
  local failed = {}
  local complete, source = require('hum.complete'), require('hum.complete.source')
  local function call(name, fn, ...)
    local ok, err = pcall(fn, ...)
    if not ok then table.insert(failed, name .. ': ' .. err) end
  end
  for _, name in ipairs({ 'accept', 'accept_line', 'accept_word', 'next', 'prev', 'dismiss', 'is_visible', 'now', 'status',
    'start' }) do
    call(name, complete[name])
  end
  for _, name in ipairs({ 'off', 'on', 'toggle', 'toggle' }) do
    call(name, complete[name], { here = true })
  end
  call('accept_keys', complete.accept_keys, 'x')
  call('omnifunc', require('hum.complete.omni').omnifunc, 1)
  call('cmp', require('hum.complete.cmp').complete, nil, nil, function() end)
  call('blink', function() require('hum.complete.blink').new():get_completions(nil, function() end)() end)
  for _, sub in ipairs({ 'status', 'now', 'on', 'off', 'toggle', '! on', '! off', '! toggle', 'on' }) do
    local bang, name = sub:match('^(!?) ?(%w+)$')
    call(sub, vim.cmd, ('silent Hum%s complete %s'):format(bang, name))
  end
  return failed]]

for name, open in pairs({
  ['the command-line window'] = function(t) suggest.type_at_once(t, 'q:') end,
  ['a terminal'] = function(t) t:cmd('terminal') end,
  ['help'] = function(t) t:cmd('help') end,
  ['the quickfix window'] = function(t) t:cmd('copen') end,
  ['a prompt'] = function(t) t:cmd('new | set buftype=prompt') end,
  ['a preview that is wiped when it is left'] = function(t)
    t:cmd('pedit other.txt | wincmd P | setlocal bufhidden=wipe buftype=nofile nomodifiable')
  end,
  ['a floating window'] = function(t)
    t:lua([[vim.api.nvim_open_win(vim.api.nvim_create_buf(false, true), true,
      { relative = 'editor', row = 1, col = 1, width = 9, height = 3 })]])
  end,
}) do
  test(('the API in %s raises nothing'):format(name), WIDE, function(t)
    insert(t, { 'x' })
    suggest.suggest(t, 'abc')
    suggest.type(t, '<Esc>')
    open(t)
    suggest.settle(t)
    eq({}, t:lua(CALL_ALL))
    suggest.type(t, 'i')
    suggest.settle(t)
    eq({}, t:lua(CALL_ALL))
    suggest.settle(t)
    T.no_match('traceback', t:messages())
    T.no_match('fault of hum', t:messages() .. t:log())
  end)
end

test('a buffer that changes or goes without a word is borne', WIDE, function(t)
  local buf = insert(t, { 'x' })
  for _, change in ipairs({ 'noautocmd hide enew', 'noautocmd enew!', 'noautocmd bwipeout! ' .. buf }) do
    suggest.suggest(t, 'abc')
    t:cmd(change)
    eq({}, t:lua(CALL_ALL), change)
    suggest.settle(t)
    t:keys('<Esc>')
    if change:find('hide') then t:cmd('buffer ' .. buf) end
    if not change:find('wipe') then
      t:cmd('buffer! ' .. buf)
      t:keys('A')
      suggest.settle(t)
    end
  end
  T.no_match('fault of hum', t:messages() .. t:log())
end)
