-- What is accepted is repeated as what is typed: by ".", counts and registers. The case plays the helper.
local T = require('harness')
local random_from = require('lib.random')
local suggest = require('lib.suggest')
local test, eq = T.test, T.eq

local OPTS = {
  ui = { 80, 24 },
  init = suggest.init .. [[
    vim.keymap.set('i', '<F2>', '<Plug>(hum-accept)')
    vim.keymap.set('i', '<F3>', '<Plug>(hum-accept-word)')
    vim.keymap.set('i', '<F4>', '<Plug>(hum-accept-line)')
  ]],
}

---@alias test.DotStep string|{ once: string }|string[]  keys, all of them at once, or the text of a suggestion

local serial = 7

--- Does what a case says.
---@param steps test.DotStep[]
local function play(t, steps)
  for i, step in ipairs(steps) do
    if type(step) == 'string' then
      suggest.type(t, step)
    elseif step.once then
      suggest.type_at_once(t, step.once)
    else
      serial = serial + 1
      suggest.suggest(t, step[1], { serial = serial })
      T.ok(suggest.call(t, 'is_visible'), ('suggestion at step %d'):format(i))
    end
  end
end

local AI = 'set autoindent'
local C = 'setlocal cindent autoindent sw=4 ts=8 expandtab tw=20 formatoptions=tcroql comments=s1:/*,mb:*,ex:*/,://'

---@class test.DotCase
---@field name string
---@field set? string   options
---@field lines string[]
---@field at? integer[] row and column, both from 1; {1, 1}
---@field steps test.DotStep[]
---@field want string|string[]
---@field dot? string   the register "." afterwards

---@type test.DotCase[]
local CASES = {
  {
    name = 'between typed text',
    lines = { 'a', 'b', 'c', '' },
    steps = { 'olo', { '(x)' }, '<F2>;<Esc>G.' },
    want = 'a\nlo(x);\nb\nc\n\nlo(x);',
    dot = 'lo(x);',
  },
  {
    name = 'alone',
    lines = { 'a', 'b', 'c' },
    steps = { 'A', { ' = foo(x)' }, '<F2><Esc>j.' },
    want = 'a = foo(x)\nb = foo(x)\nc',
  },
  {
    name = 'in the line',
    lines = { 'f(x)', 'f(x)' },
    at = { 1, 3 },
    steps = { 'i', { 'y, ' }, '<F2>z<Esc>j0ll.' },
    want = 'f(y, zx)\nf(y, zx)',
  },
  {
    name = 'twice, with text between',
    lines = { 'a', 'b' },
    steps = { 'A', { '1' }, '<F2>x', { '2' }, '<F2>y<Esc>j.' },
    want = 'a1x2y\nb1x2y',
    dot = '1x2y',
  },
  {
    name = 'by words',
    lines = { 'a', 'b' },
    steps = { 'A', { ' = one(two)' }, '<F3><F3><F3>Z<Esc>j.' },
    want = 'a = one(Z\nb = one(Z',
    dot = ' = one(Z',
  },
  {
    name = 'by lines',
    lines = { 'a', '' },
    set = AI,
    steps = { 'A', { ' {\n    x\n  y\n}' }, '<F4><F4><F4><F4><Esc>G.' },
    want = 'a {\n    x\n  y\n}\n {\n    x\n  y\n}',
    dot = ' {\n    x\n  y\n}',
  },
  {
    name = 'several lines with autoindent',
    lines = { '  a', 'b' },
    set = AI,
    steps = { 'oif', { ' x {\n      y\n\tz\n}' }, '<F2>;<Esc>G.' },
    want = '  a\n  if x {\n      y\n\tz\n};\nb\nif x {\n      y\n\tz\n};',
  },
  {
    name = 'a line break that is typed keeps its indentation',
    lines = { '  a', '    b' },
    set = AI,
    steps = { 'ox', { 'y\nz' }, '<F2>w<CR>  v<CR>u', { '()\n  1' }, '<F2><Esc>G.' },
    want = '  a\n  xy\nzw\n  v\n  u()\n  1\n    b\n    xy\nzw\n  v\n  u()\n  1',
  },
  {
    name = 'C with all that helps to type it',
    set = C,
    lines = { 'int f()', '{', '    a();', '}', 'x' },
    at = { 3, 8 },
    steps = { 'A', { '\n\t// one two three four five six seven eight\n\tif (x) {\n/* y\n */ z:\n  }' }, '<F2><Esc>G.' },
    want = 'int f()\n{\n    a();\n\t// one two three four five six seven eight\n\tif (x) {\n/* y\n */ z:\n  }\n}\nx\n'
      .. '\t// one two three four five six seven eight\n\tif (x) {\n/* y\n */ z:\n  }',
  },
  {
    name = 'characters of all kinds',
    lines = { 'a', 'b' },
    set = 'set expandtab sw=3',
    steps = { 'A', { 'é\u{2000}à0^日本🙂e\u{301}\t10\27\2x^' }, '<F2>0<Esc>j.' },
    want = 'aé\u{2000}à0^日本🙂e\u{301}\t10\27\2x^0\nbé\u{2000}à0^日本🙂e\u{301}\t10\27\2x^0',
  },
  {
    name = 'a count of o',
    lines = { 'a' },
    steps = { { once = '3o' }, 'foo', { '(x)' }, '<F2>;<Esc>' },
    want = 'a\nfoo(x);\nfoo(x);\nfoo(x);',
  },
  {
    name = 'a count of o, several lines',
    lines = { '  a' },
    set = AI,
    steps = { { once = '3o' }, 'foo', { '(x)\n    1\n' }, '<F2>;<Esc>' },
    want = '  a\n  foo(x)\n    1\n;\nfoo(x)\n    1\n;\nfoo(x)\n    1\n;',
  },
  {
    name = 'a count of A, several lines',
    lines = { '  a' },
    set = AI,
    steps = { { once = '2A' }, 'foo', { '(x)\n    1\n  ' }, '<F2>;<Esc>' },
    want = '  afoo(x)\n    1\n  ;foo(x)\n    1\n  ;',
  },
  {
    name = 'a count of "."',
    lines = { 'a', 'b' },
    set = AI,
    steps = { 'o', { '  x\n    y\nz' }, '<F2><Esc>G', { once = '3.' } },
    want = 'a\n  x\n    y\nz\nb' .. ('\n  x\n    y\nz'):rep(3),
  },
  {
    name = 'again and again',
    lines = { 'a', 'b' },
    set = AI,
    steps = { 'o', { '  x\n    y\nz' }, '<F2><Esc>G..' },
    want = 'a\n  x\n    y\nz\nb' .. ('\n  x\n    y\nz'):rep(2),
  },
  {
    name = 'i_CTRL-A',
    lines = { 'a', 'b' },
    set = AI,
    steps = { 'o', { '  x\n    y\nz' }, '<F2>;<Esc>Go-<C-a>+<Esc>.' },
    want = 'a\n  x\n    y\nz;\nb' .. ('\n-  x\n    y\nz;+'):rep(2),
  },
  {
    name = 'i_CTRL-A behind what is accepted',
    lines = { 'a', 'b' },
    set = AI,
    steps = { 'o', { '  x\n    y' }, '<F2><Esc>Go<C-a><CR>z<Esc>' },
    want = 'a\n  x\n    y\nb\n  x\n    y\n    z',
  },
  {
    name = 'i_CTRL-@',
    lines = { 'a', 'b' },
    set = AI,
    steps = { 'o', { '  x\n    y' }, '<F2><Esc>Go<C-@>' },
    want = 'a\n  x\n    y\nb\n  x\n    y',
  },
  {
    name = 'the register "."',
    lines = { 'a', 'b' },
    set = AI,
    steps = { 'o', { '  x\n    y' }, '<F2><Esc>G', { once = '".p' } },
    want = 'a\n  x\n    y\nb  x\n    y',
  },
  {
    name = 'the register "." executed',
    lines = { 'a', 'b' },
    steps = { 'o', { 'rx' }, '<F2><Esc>G', { once = '@.' } },
    want = 'a\nrx\nx',
  },
  {
    name = ':normal .',
    lines = { 'a', 'b', 'c' },
    set = AI,
    steps = { 'A', { ' {\n    x\n}' }, '<F2><Esc>:g/[bc]/normal .<CR>' },
    want = 'a {\n    x\n}\nb {\n    x\n}\nc {\n    x\n}',
  },
  {
    name = 'in a macro',
    lines = { 'a', 'b', 'c' },
    set = AI,
    steps = { 'A', { ' {\n    x\n}' }, '<F2><Esc>', { once = 'qqj.q@q' } },
    want = 'a {\n    x\n}\nb {\n    x\n}\nc {\n    x\n}',
  },
  {
    name = 'keys of a plugin with many cursors',
    lines = { 'a', 'b' },
    set = AI,
    steps = { 'o', { '  x\n    y' }, '<F2>;<Esc>G', ":call feedkeys('o', '')<Bar>call feedkeys(@., 'nx')<CR>" },
    want = 'a\n  x\n    y;\nb\n  x\n    y;',
  },
  {
    name = 'by a plugin that wants no events',
    lines = { '  a', '  b', '  c' },
    set = AI,
    steps = {
      'A',
      { ' {\n    x\n  }' },
      '<F2>;<Esc>',
      ':noautocmd keepjumps call feedkeys("j.", "nx")<CR>',
      ':noautocmd normal j2.<CR>',
    },
    want = '  a {\n    x\n  };\n  b {\n    x\n  };\n  c {\n    x\n  }; {\n    x\n  };',
  },
  {
    name = 'another insertion is repeated as ever',
    lines = { '  a', 'b' },
    set = AI,
    steps = { 'o', { '  x\n    y' }, '<F2><Esc>kko1<CR>2<Esc>.' },
    want = '  a\n  1\n  2\n  1\n  2\n    x\n    y\nb',
  },
  {
    name = 'a change with an operator',
    lines = { 'a b', 'c d' },
    set = AI,
    steps = { { once = '0cw' }, { '  x\n    y' }, '<F2>-<Esc>G0.' },
    want = '  x\n    y- b\n  x\n    y- d',
  },
  {
    name = 'less indentation than Neovim made',
    lines = { '        a', '        b' },
    set = 'set autoindent expandtab sw=4',
    steps = { 'A', { '\n    c\n        d' }, '<CR><F2><Esc>G.' },
    want = '        a\n    c\n        d\n        b\n    c\n        d',
  },
}

for _, case in ipairs(CASES) do
  test(('repeated: %s'):format(case.name), OPTS, function(t)
    suggest.open(t, case.lines)
    t:cmd(case.set or 'set noautoindent')
    t:api('nvim_win_set_cursor', 0, { (case.at or { 1 })[1], (case.at or { 1, 1 })[2] - 1 })
    play(t, case.steps)
    eq(case.want, t:text())
    if case.dot then eq(case.dot, t:eval('@.')) end
    eq({ 0, 'n' }, { t:eval('&paste'), t.child:mode().mode })
    T.no_match('fault', t:log())
  end)
end

--- Opens a buffer and goes to insert mode, with a suggestion.
local function with_suggestion(t, lines, text, lua)
  suggest.open(t, lines)
  if lua then t:lua(lua) end
  suggest.type(t, 'A')
  play(t, { { text } })
end

test("Neovim's own completion, as you type, is not called by what is accepted", OPTS, function(t)
  local on = [[pcall(function() vim.o.autocomplete = true end)]]
  with_suggestion(t, { 'alpha beta', 'alphabet', '' }, 'alp\nal', on)
  suggest.type(t, '<F2>')
  eq('alpha beta\nalphabet\nalp\nal', t:text())
  eq({ 0, 'i' }, { t:eval('pumvisible()'), t.child:mode().mode })
end)

test('accepted while a menu is open: the menu ends, and the text is repeated', OPTS, function(t)
  suggest.open(t, { 'alpha', 'alphabet', '' })
  t:lua([[
    require('hum').setup({ complete = { mode = 'on', menu = 'show' } })
    vim.o.completeopt = 'menuone,noinsert']])
  suggest.type(t, 'ialp<C-n>')
  eq(1, t:eval('pumvisible()'))
  play(t, { { '-ine\nfoo' }, '<F2>;<Esc>' })
  eq('alpha\nalphabet\nalp-ine\nfoo;', t:text())
  T.match('-ine\nfoo;', t:eval('@.'), true)
end)

test('no events but those of one change, none of other plugins that watch what is typed', OPTS, function(t)
  with_suggestion(
    t,
    { '' },
    'Q\n  R',
    [[events = {}
    local names = { 'InsertCharPre', 'TextChangedI', 'CursorMovedI', 'OptionSet', 'InsertLeave', 'CompleteDone' }
    for _, name in ipairs(names) do
      vim.api.nvim_create_autocmd(name, { callback = function() events[#events + 1] = name end })
    end]]
  )
  t:lua('events = {}')
  suggest.type(t, '<F2>')
  local events = t:lua('return events')
  table.sort(events)
  eq({ 'CursorMovedI', 'TextChangedI' }, events)
end)

test('nothing of that is seen: each frame has the text, and nothing says "paste"', OPTS, function(t)
  with_suggestion(t, { '' }, 'Q\n  R', [[vim.o.ruler, vim.o.showmode, vim.o.laststatus = true, true, 2]])
  local frames, screen = {}, t.child.screen
  local redraw = screen.redraw
  screen.redraw = function(self, events)
    redraw(self, events)
    if #events > 0 and events[#events][1] == 'flush' then frames[#frames + 1] = table.concat(self:lines(), '\n') end
  end
  suggest.type(t, '<F2>')
  play(t, { '<Esc>.' })
  t:wait_screen('RQ')
  T.ok(#frames > 0)
  for _, frame in ipairs(frames) do
    T.match('^Q *\n  R', frame)
    T.no_match('paste', frame)
  end
end)

test('what is typed ahead of and behind a key that accepts', OPTS, function(t)
  with_suggestion(t, { '' }, 'xQ\n  R')
  suggest.type_at_once(t, 'x<F2>abc<Esc>u')
  eq('xQ\n  R', t:text())
  suggest.type_at_once(t, 'u')
  eq('x', t:text())
end)

test('a map that goes on, one that leaves insert mode, and one that accepts several times', OPTS, function(t)
  t:lua([[
    local complete = require('hum.complete')
    vim.keymap.set('i', '<F5>', '<Plug>(hum-accept)X<Esc>', { remap = true })
    vim.keymap.set('i', '<F6>', function() complete.accept() vim.cmd.stopinsert() end)
    vim.keymap.set('i', '<F7>', function()
      complete.accept_word() complete.accept_word() complete.accept_line()
    end)]])
  with_suggestion(t, { '' }, 'Q\n  R')
  suggest.type(t, '<F5>')
  eq({ 'Q\n  RX', 'Q\n  RX' }, { t:text(), t:eval('@.') })
  play(t, { 'a', { 'dd\n  d' }, '<F6>' })
  eq({ 'Q\n  RXdd\n  d', 'n' }, { t:text(), t.child:mode().mode })
  play(t, { 'a', { 'one(two)\nx' }, '<F7><Esc>' })
  eq({ 'Q\n  RXdd\n  done(two)', 'one(two)' }, { t:text(), t:eval('@.') })
  eq(0, t:eval('&paste'))
end)

test('behind a cursor key what is repeated begins there', OPTS, function(t)
  suggest.open(t, { 'ab' })
  play(t, { 'ixy<Left>', { 'Q\n  R' }, '<F2>z<Esc>', { once = 'gg0.' } })
  eq('Q\n  RzaxQ\n  Rzyb', t:text())
end)

-- ---- a storm ------------------------------------------------------------------------------------
-- Two blocks of text are alike. What is typed and accepted in the first, "." repeats in the second: then they are
-- alike again, whatever the options make of typed text.

local BLOCK = { 'int f(int x)', '{', '    a(x);', '', '    /*', '     * b', '     */', '\tc();', '}', '' }

--- Between the blocks: 'cindent' looks for brackets some lines above.
local BETWEEN = 80

local PAIRS = [[
  for open, close in pairs({ ['('] = ')', ['['] = ']', ['{'] = '}' }) do
    vim.keymap.set('i', open, open .. close .. '<C-g>U<Left>')
    vim.keymap.set('i', close, function()
      local right = vim.api.nvim_get_current_line():sub(vim.fn.col('.'), vim.fn.col('.'))
      return right == close and '<C-g>U<Right>' or close
    end, { expr = true })
  end
  vim.cmd('iabbrev tmp TEMPORARY')]]

--- Accepts, and says what is not as it was shown.
local ACCEPT = [[
  local name = ...
  local complete, ghost = require('hum.complete'), require('hum.complete.ghost')
  local shown = ghost.shown()
  local before = table.concat(vim.api.nvim_buf_get_text(0, 0, 0, shown.row, shown.col, {}), '\n')
  local after = table.concat(vim.api.nvim_buf_get_text(0, shown.row, shown.col, -1, -1, {}), '\n')
  if shown.indent then before = before:gsub('[ \t]*$', '') .. shown.indent end
  assert(complete[name]())
  local function text() return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n') end
  if name == 'accept' then
    local want = before .. shown.left_over .. after:sub(#shown.closers + 1)
    if text() ~= want then return ('%q\ninstead of %q'):format(text(), want) end
  end
  accepted = text()]]

local WORDS = {
  'foo',
  ' ',
  '(',
  ')',
  ' {',
  '}',
  '\n',
  '\n    ',
  '\n\t',
  '\n        ',
  ';',
  ' = 10',
  '// x y z',
  'tmp ',
  ':',
  '0',
  '^',
}

local function pick(random, list) return list[random(#list)] end

--- Something to accept: some words.
local function words(random)
  local list = {}
  for i = 1, random(7) do
    list[i] = pick(random, WORDS)
  end
  local text = table.concat(list)
  -- "/" behind the leader that Neovim made of a comment ends the comment.
  text = text:gsub('^/', ';/')
  return text:find('%S') and text or text .. 'x'
end

--- Types a key, or takes a suggestion as it comes.
local function storm_step(t, random, log, wraps)
  local dice = random(6)
  if dice <= 2 and not wraps then
    log[#log + 1] = pick(random, { 'a', 'tmp<Space>', '<CR>', '(', ')', '{', ';', '<BS>', '<Tab>', ':' })
    return suggest.type(t, log[#log])
  end
  local text = words(random)
  log[#log + 1] = ('suggest %q'):format(text)
  serial = serial + 1
  suggest.suggest(t, text, { serial = serial })
  for _ = 1, random(4) do
    if not suggest.call(t, 'is_visible') then return end
    local first = t:lua([[return require('hum.complete.ghost').shown().left_over:sub(1, 1)]])
    if not wraps and random(3) == 1 and first:find('[%w(=;]') then
      log[#log + 1] = first
      suggest.type(t, first)
    else
      log[#log + 1] = pick(random, { 'accept', 'accept_word', 'accept_line' })
      local fault = t:lua(ACCEPT, log[#log])
      T.ok(not fault, fault)
      suggest.settle(t)
      eq(t:lua('return accepted'), t:text(), 'a moment later')
    end
  end
end

local function storm_options(random)
  local list = {
    pick(random, { 'autoindent', 'noautoindent' }),
    pick(random, { 'cindent', 'nocindent', 'indentexpr=4' }),
    pick(random, { 'expandtab', 'noexpandtab', 'softtabstop=3' }),
    pick(random, { 'formatoptions=cro', 'formatoptions=tcroql', 'formatoptions=' }),
    pick(random, { 'textwidth=0', 'textwidth=0', 'textwidth=16', 'wrapmargin=60' }),
    pick(random, { 'shiftwidth=4', 'shiftwidth=8', 'shiftwidth=3' }),
  }
  return 'setlocal comments=s1:/*,mb:*,ex:*/,:// ' .. table.concat(list, ' ')
end

--- The blanks that Neovim made go when a line break is typed behind them, in the second block as ever.
local function without_blanks(lines)
  return vim.tbl_map(function(line) return (line:gsub('%s+$', '')) end, lines)
end

local function storm(seed)
  test(('a storm, HUM_TEST_SEED=%d'):format(seed), OPTS, function(t)
    local random = random_from(seed)
    local lines = vim.deepcopy(BLOCK)
    for _ = 1, BETWEEN do
      lines[#lines + 1] = 'int g;'
    end
    vim.list_extend(lines, BLOCK)
    suggest.open(t, lines)
    local log = { storm_options(random) }
    t:cmd(log[1])
    if random(2) == 1 then
      t:lua(PAIRS)
      log[#log + 1] = 'pairs'
    end
    -- Where typed text is wrapped depends on where Neovim takes the insertion to have begun: it is not typed then.
    local wraps = log[1]:find('=16') or log[1]:find('=60')
    local starts = { 'A', 'o', 'O', 'i', 'S', 'a', '2o', '2A' }
    local row, start = random(#BLOCK), starts[random(#starts)]
    vim.list_extend(log, { row, start })
    suggest.type_at_once(t, ('%dG0%s'):format(row, start))
    local ok, err = xpcall(function()
      for _ = 1, 3 + random(4) do
        storm_step(t, random, log, wraps)
      end
      suggest.type(t, '<Esc>')
      local grown = t:eval('line("$")') - #lines
      local first = without_blanks(t:api('nvim_buf_get_lines', 0, 0, #BLOCK + grown, false))
      local before = t:text()
      local second = #BLOCK + grown + BETWEEN
      suggest.type_at_once(t, ('%dG0.'):format(second + row))
      eq(first, without_blanks(t:api('nvim_buf_get_lines', 0, second, -1, false)))
      suggest.type_at_once(t, 'u')
      eq(before, t:text(), 'undone')
      eq(0, t:eval('&paste'))
    end, debug.traceback)
    if not ok then error(('%s\nafter: %s'):format(err, table.concat(log, ' | ')), 0) end
  end)
end

local SEED = tonumber(vim.env.HUM_TEST_SEED)
for i = 1, SEED and 1 or 8 do
  storm(SEED or vim.uv.hrtime() % 1000000 + i)
end
