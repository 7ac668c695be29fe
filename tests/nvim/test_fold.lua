-- Thinking parts fold, live, and stay as the user left them.
local T = require('harness')
local chat = require('lib.chat')
local test, eq, ok, match = T.test, T.eq, T.ok, T.match

local SETUP = [[
  buf = vim.api.nvim_get_current_buf()
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, { '## » You', '', 'Why?', '', '## « m', '', '' })
  require('hum.chat.view.highlight').attach(buf)
  require('hum.chat.view.fold').setup_window(0)
]]

-- As the helper does it: one notification for each piece.
local function append(t, text)
  t.child.rpc:notify('nvim_buf_set_text', t.buf, -1, -1, -1, -1, vim.split(text, '\n', { plain = true }))
end

local function stream(t, text, size)
  for i = 1, #text, size do
    append(t, text:sub(i, i + size - 1))
  end
end

local function start(t)
  t:lua(SETUP)
  t.buf = t:lua('return buf')
end

test('thinking is folded while it streams and tells its last words', function(t)
  start(t)
  stream(t, '<think>\nThe user wants to\nknow why.\n\nSo I think', 3)
  t:wait_screen('▸ Thinking · 9 words · ', true)
  match('know why. So I think', t:screen(), true)
  eq('7-11', chat.fold(t, 7))
  append(t, ' about')
  t:wait_screen('10 words', true)
  match('So I think about', t:screen(), true)
  append(t, 'ness')
  t:wait_screen('think aboutness', true)
  match('10 words', t:screen(), true)
end)

test('what follows the thinking is seen at once', function(t)
  start(t)
  stream(t, '<think>\none two\nthree', 4)
  stream(t, '\n</think>\n\nBecause', 4)
  t:wait_screen('Because', true)
  match('▸ Thought · 3 words', t:screen(), true)
  eq('7-10', chat.fold(t, 7))
  eq('none', chat.fold(t, 12))
  stream(t, '\nof it', 1)
  t:wait_screen('of it', true)
  eq('7-10', chat.fold(t, 8))
end)

for _, size in ipairs({ 1, 5, 40 }) do
  test(
    ('an opened fold stays open and a closed one closed, %d bytes at a time'):format(size),
    { ui = { 80, 40 } },
    function(t)
      start(t)
      stream(t, '<think>\none\ntwo\n\n', size)
      t:wait_screen('Thinking · 2 words', true)
      t:cmd('7')
      t:keys('zo')
      t:wait_screen('<think>', true)
      stream(t, 'three\nfour\n\n\nfive\n', size)
      t:wait_screen('five', true)
      eq('open', chat.fold(t, 7))
      eq('open', chat.fold(t, 14))
      t:keys('za')
      t:wait_screen('Thinking · 5 words', true)
      stream(t, 'six\n\n\nseven\neight\n', size)
      t:wait_screen('Thinking · 8 words', true)
      eq('7-21', chat.fold(t, 7))
      t:keys('zo')
      t:wait_screen('<think>', true)
      stream(t, '\n</think>\n\nBecause\n', size)
      t:wait_screen('Because', true)
      eq('open', chat.fold(t, 7))
      eq('open', chat.fold(t, 22))
      eq('none', chat.fold(t, 24))
    end
  )
end

test('the fold grows while the user types in another window', function(t)
  start(t)
  t:cmd('new')
  t:keys('ihello')
  t:wait(function() return t.child.screen.mode == 'insert' end, 'insert mode')
  stream(t, '<think>\none two\nthree\n\nfour\nfive', 6)
  t:wait_screen('Thinking · 5 words', true)
  stream(t, '\n</think>\n\nBecause\nof it', 6)
  t:wait_screen('of it', true)
  match('Thought · 5 words', t:screen(), true)
  t:keys(' world<Esc>')
  t:wait(function() return t.child.screen.mode == 'normal' end, 'normal mode')
  eq('hello world', t:text())
  t:keys('.')
  eq('hello worlhello worldd', t:text())
  t:keys('uu')
  eq('', t:text())
  t:cmd('wincmd p')
  eq('7-13', chat.fold(t, 7))
  eq('none', chat.fold(t, 15))
end)

test('what was typed in insert mode folds when it is left', function(t)
  start(t)
  t:keys('Go<lt>think>\rone two\r<lt>/think>\rtext<Esc>')
  t:wait_screen('Thought · 2 words', true)
  match('text', t:screen(), true)
end)

test('other windows and other buffers keep their folds', function(t)
  t:write_file('other.txt', '1\n2\n3\n4\n')
  t:cmd('edit ' .. t.dir .. '/other.txt')
  t:cmd('set foldmethod=marker foldlevel=7')
  t:cmd('new')
  start(t)
  eq('marker', t:eval('getwinvar(2, "&foldmethod")'))
  eq('marker', t:eval('&g:foldmethod'))
  t:cmd('edit ' .. t.dir .. '/other.txt')
  eq({ 'marker', 7 }, { t:eval('&foldmethod'), t:eval('&foldlevel') })
end)

test('the seconds come from the times of thinking', function(t)
  start(t)
  t:lua([[
    running = { running = true, seconds = 12 }
    require('hum.chat.view.thoughts').at = function(b, row)
      return b == buf and row == 6 and running or nil
    end]])
  stream(t, '<think>\none', 4)
  t:wait_screen('▸ Thinking 12 s · 1 word · one', true)
  t:lua('running = { running = false, seconds = 14 }')
  stream(t, '\n</think>\n\nx', 4)
  t:wait_screen('▸ Thought for 14 s · 1 word', true)
  for seconds, text in pairs({ [0.02] = '<0.1', [0.42] = '0.4', [9.96] = '10', [12.5] = '13' }) do
    t:lua('running.seconds = ...', seconds)
    t:cmd('redraw!')
    t:wait_screen(('▸ Thought for %s s · 1 word'):format(text), true)
  end
end)

test('an edit within a closed fold is counted', function(t)
  start(t)
  append(t, '<think>\none two\nthree\n</think>\n\nx')
  t:wait_screen('Thought · 3 words', true)
  t:lua([[vim.api.nvim_buf_set_lines(buf, 7, 8, false, { 'a b c d' })]])
  t:wait_screen('Thought · 5 words', true)
  t:lua([[vim.api.nvim_buf_set_lines(buf, 0, 1, false, { '## » You', 'more' })]])
  t:wait_screen('more', true)
  match('Thought · 5 words', t:screen(), true)
  eq('8-11', chat.fold(t, 8))
end)

test('on request thinking starts open', function(t)
  t:lua(SETUP)
  t:lua('require("hum.chat.view.fold").setup_window(0, "show")')
  t.buf = t:lua('return buf')
  stream(t, '<think>\none\n\n\ntwo\n', 5)
  t:wait_screen('two', true)
  eq('open', chat.fold(t, 7))
  ok(not t:screen():find('▸', 1, true))
end)

-- ---- what the line says ---------------------------------------------------------------------------

--- The line of the fold in row `n` of the screen, or the row that has a text.
local function line_of(t, n)
  if type(n) == 'string' then n = t.child.screen:find(n) end
  return t.child.screen:lines()[n]
end

test('last words are whole characters, in Chinese, Japanese, Russian and emoji', { ui = { 60, 16 } }, function(t)
  start(t)
  append(t, '<think>\n')
  local all = ''
  for _, piece in ipairs({
    '我们需要考虑天空为什么是蓝色的。',
    'これは瑞利散乱によるものです。',
    'Короткие волны рассеиваются ',
    'сильнее длинных.',
    ' 👍🎉🚀',
    'é́ñ',
    '한국어도 있습니다 ',
    '空',
    '色',
    '。',
  }) do
    append(t, piece)
    all = all .. piece
    local last = vim.trim(all):sub(-3)
    t:wait(function()
      local line = line_of(t, 'Thinking')
      return line and vim.endswith(line, last)
    end, 'the last words are there: ' .. piece)
    local line = line_of(t, 'Thinking')
    eq(nil, line:match('<%x%x>') or line:match('\239\191\189'), line)
    local tail = line:match(' words?%s+·%s+(.*)$')
    ok(#tail > 6, line)
    ok(all:find(vim.trim((tail:gsub('…', ''))), 1, true), 'it is a part of the text: ' .. tail)
  end
end)

test('the end of a text has whole characters, with what belongs to them', function(t)
  local function ending(text, width) return t:lua("return require('hum.chat.view.tail').of(...)", text, width, '…') end
  for _, case in ipairs({
    { 'short', 10, 'short' },
    { 'exactly 10', 10, 'exactly 10' },
    { 'the latest words', 10, '…words' },
    { 'incomprehensibilities', 10, '…ibilities' },
    { '我们需要考虑天空', 9, '…考虑天空' },
    { '我们需要考虑天空', 10, '…考虑天空' },
    { '我们 天空', 9, '我们 天空' },
    { 'naïve café très élégant', 10, '…élégant' },
    { 'ab 👨‍👩‍👧‍👦', 6, '…' },
    { 'wörd 👍🏽👍🏽', 8, '…👍🏽👍🏽', '…👍🏽' },
    { 'xxxxxxxxxe\204\129e\204\129e\204\129', 4, '…e\204\129e\204\129e\204\129', '…e\204\129' },
    { 'zero\226\128\139width\226\128\139space', 12, '…space', '…\226\128\139space' },
    { 'שלום עולם גדול', 10, '…עולם גדול', '…גדול' },
    { '', 5, '' },
  }) do
    local got = ending(case[1], case[2])
    ok(got == case[3] or got == case[4], ('%s in %d: %s'):format(case[1], case[2], got))
    ok(t:lua('return vim.fn.strdisplaywidth(...)', got) <= case[2], got)
  end
  local text = 'a你é👍🏽b👨‍👩‍👧‍👦ё\226\128\139 العربية हिन्दी ไทย '
  for width = 2, 60 do
    local got = ending(text:rep(3), width)
    local rest = got:gsub('^…', '')
    ok(vim.endswith(text:rep(3), rest) or vim.endswith(vim.trim(text:rep(3)), rest), got)
    eq(got, t:lua('return vim.fn.iconv(..., "utf-8", "utf-8")', got))
    ok(t:lua('return vim.fn.strdisplaywidth(...)', got) <= width, got)
  end
end)

test('nothing of the line is cut at the edge of a narrow window', { ui = { 80, 16 } }, function(t)
  start(t)
  t:lua('require("hum.chat.view.thoughts").at = function() return { running = true, seconds = 1234 } end')
  append(t, '<think>\n' .. ('the user asks '):rep(30) .. '漢字漢字漢字漢字')
  for width = 78, 18, -1 do
    t:api('nvim_ui_try_resize', width, 16)
    t:wait(function() return t.child.screen.cols == width and t.child.screen:find('Thinking') end, 'the width')
    t:cmd('redraw!')
    local line = line_of(t, 'Thinking')
    match('^▸ Thinking 1234 s', line)
    local rest = line:gsub('^▸ Thinking 1234 s', '')
    ok(
      rest == '' or rest == ' · 91 words' or rest == ' · 98 words' or rest:find('^ · %d+ words · ….*漢字$'),
      line
    )
    ok(vim.fn.strdisplaywidth(line) <= width, line)
  end
end)

test('words are counted as they come, and characters of languages without blanks', function(t)
  t:lua([[
    words = require('hum.chat.view.words')
    buf = vim.api.nvim_create_buf(false, true)
  ]])
  local text = "It's a test, naïve: 天空为什么是蓝色的。カタカナ and 한국어 단어\nzwei  Wörter\n\n漢\n…"
    .. ('x'):rep(40)
    .. ' end'
  local whole = t:lua('return words.count(...)', text)
  eq(4 + 9 + 4 + 1 + 2 + 2 + 1 + 2, whole)
  for size = 1, 9 do
    eq(
      whole,
      t:lua(
        [[
        local text, size = ...
        vim.api.nvim_buf_set_lines(buf, 0, -1, false, { '<think>', '' })
        words.forget(buf)
        local chars, n = vim.fn.split(text, [=[\zs]=]), nil
        for i = 1, #chars, size do
          local piece = table.concat(vim.list_slice(chars, i, i + size - 1))
          vim.api.nvim_buf_set_text(buf, -1, -1, -1, -1, vim.split(piece, '\n'))
          n = words.live(buf, 0, vim.api.nvim_buf_line_count(buf) - 1)
        end
        return n]],
        text,
        size
      ),
      size .. ' characters at a time'
    )
  end
end)

for _, scheme in ipairs({ 'default', 'blue', 'habamax', 'morning' }) do
  test('the line has the background of the text around it in ' .. scheme, function(t)
    t:cmd('colorscheme ' .. scheme)
    t:cmd('set termguicolors')
    start(t)
    append(t, '<think>\none two\nthree\n</think>\n\nBecause')
    t:wait_screen('Thought · 3 words', true)
    local row = t.child.screen:find('Thought')
    local text = t.child.screen:find('Because')
    local normal = t.child.screen.default.background
    local function background(r, c)
      local attr = t.child.screen:attr(r, c)
      return (attr.reverse and attr.foreground or attr.background) or normal
    end
    for _, col in ipairs({ 1, 5, 40, 79 }) do
      eq(background(text, 40), background(row, col), 'column ' .. col)
    end
  end)
end

test('it counts seconds only where it is seen', function(t)
  start(t)
  t:lua([[
    fold, thoughts, clock = require('hum.chat.view.fold'), require('hum.chat.view.thoughts'), require('hum.chat.view.clock')
    fold.wake(buf)
    thoughts.begin(buf, 6)]])
  append(t, '<think>\nlet me\nthink')
  local function seconds() return tonumber(t:screen():match('Thinking (%d+) s')) end
  local function counts()
    local before = t:wait(seconds, 'seconds are shown')
    t:wait(function() return seconds() > before end, 'they go on')
  end
  local function rests()
    t:wait(function() return not t:lua('return clock.runs()') end, 'nothing counts')
  end
  counts()
  t:cmd('7')
  for away, back in
    vim.spairs({ zo = 'zc', zR = 'zM', [':enew<CR>'] = ':buffer 1<CR>', [':tabnew<CR>'] = ':tabclose<CR>' })
  do
    t:keys(away)
    rests()
    t:keys(back)
    counts()
  end
  append(t, '\n</think>\n\nBecause')
  t:lua('thoughts.finish(buf) fold.sleep(buf)')
  eq(false, t:lua('return clock.runs()'))
  t:cmd('redraw!')
  eq(false, t:lua('return clock.runs()'))
end)

-- ---- the front matter -----------------------------------------------------------------------------

local FRONT = [[
  require('hum.config').get().chat.winbar = false
  buf = vim.api.nvim_get_current_buf()
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, vim.list_extend({ '---', 'hum: 1', ... }, {
    'endpoint: ollama', 'model: qwen3:8b', '---', '', '## » You', '', 'Why?', '', '## « m', '', '' }))
  require('hum.chat.view.highlight').attach(buf)
  require('hum.chat.view.fold').setup_window(0)
]]

test('the front matter is one line that says what the chat is about', function(t)
  t:lua(FRONT, 'title: Why is the sky blue?')
  t.buf = t:lua('return buf')
  t:wait_screen('^▸ Why is the sky blue%?\n\n')
  eq('1-6', chat.fold(t, 1))
  t:lua('vim.api.nvim_buf_set_lines(buf, 2, 3, false, {})')
  t:wait_screen('^▸ qwen3:8b · ollama\n\n')
  t:lua('vim.api.nvim_buf_set_lines(buf, 3, 4, false, { "model: other" })')
  t:wait_screen('^▸ other · ollama\n\n')
  t:lua('vim.api.nvim_buf_set_lines(buf, 4, 4, false, { "think: low" })')
  t:wait_screen('^▸ other · ollama\n\n')
  eq('1-6', chat.fold(t, 6))
  eq('none', chat.fold(t, 7))
end)

test('where the bar of the window says what a chat uses, the line does not say it again', function(t)
  t:lua(FRONT, 'project: hum.nvim')
  t:wait_screen('^▸ qwen3:8b · ollama · hum.nvim\n\n')
  t:lua("require('hum.config').get().chat.winbar = true")
  t:cmd('redraw!')
  t:wait_screen('^▸ Untitled chat · hum.nvim\n\n')
end)

test('a title that is wider than the window ends with an ellipsis', { ui = { 24, 12 } }, function(t)
  t:lua(FRONT, 'title: Warum ist der Himmel blau und nicht grün?')
  t:wait_screen('^▸ Warum ist der Himmel …\n')
  t:lua('vim.api.nvim_buf_set_lines(buf, 2, 3, false, { "title: 天空为什么是蓝色的而不是绿色的呢" })')
  t:wait_screen('^▸ 天空为什么是蓝色的而 ?…\n')
end)

test('without chat.dress it is not folded, and thoughts are', function(t)
  t:lua("require('hum.config').get().chat.dress = false")
  t:lua(FRONT)
  t.buf = t:lua('return buf')
  stream(t, '<think>\none\ntwo\n</think>\n\nBecause', 3)
  t:wait_screen('Because', true)
  match('^%-%-%-\nhum: 1', t:screen())
  match('▸ Thought · 2 words', t:screen(), true)
end)

test('it opens with the usual keys, and stays as the user left it', function(t)
  t:lua(FRONT)
  t.buf = t:lua('return buf')
  t:keys('ggjk')
  t:wait(function() return t:eval('line(".")') == 1 end, 'the first line')
  eq('1-5', chat.fold(t, 1))
  for keys, expected in
    vim.spairs({ ['1zo'] = 'open', ['2zc'] = '1-5', ['3za'] = 'open', ['4zM'] = '1-5', ['5l'] = 'open' })
  do
    t:keys(keys:sub(2))
    t:wait(function() return chat.fold(t, 1) == expected end, keys .. ': ' .. expected)
  end
  t:lua("require('hum.chat.view.fold').wake(buf)")
  stream(t, '<think>\none\ntwo\n</think>\n\nBecause', 3)
  t:wait_screen('Because', true)
  eq('open', chat.fold(t, 1))
  eq({ '13-16', 'none' }, { chat.fold(t, 13), chat.fold(t, 17) })
  t:keys('zc')
  t:wait_screen('^▸ qwen3:8b · ollama')
  stream(t, '\nof\nit', 3)
  t:wait_screen('it', true)
  eq('1-5', chat.fold(t, 1))
end)

for _, state in ipairs({ 'expr', 'manual' }) do
  test(("it folds when it comes later, and comes back by undo, 'foldmethod' being %s"):format(state), function(t)
    t:lua(SETUP)
    if state == 'manual' then t:lua("require('hum.chat.view.fold').sleep(buf)") end
    eq(state, t:eval('&foldmethod'))
    t:lua([[vim.api.nvim_buf_set_lines(buf, 0, 0, false, { '---', 'hum: 1', 'title: x', '---', '' })]])
    t:wait_screen('^▸ x\n\n')
    eq('1-4', chat.fold(t, 1))
    t:keys('ggdd')
    t:wait_screen('^\n## » You')
    t:keys('u') -- 'foldopen' may open it
    t:wait(function() return t:text():find('^%-%-%-\nhum: 1') end, 'it is back')
    t:wait(function() return chat.fold(t, 1) ~= 'none' end, 'it is folded')
    t:keys('zM')
    t:wait_screen('^▸ x\n\n')
    eq({ '1-4', 'none' }, { chat.fold(t, 1), chat.fold(t, 5) })
  end)
end

test('what only looks like a front matter is not folded', function(t)
  t:lua(SETUP)
  t:lua([[vim.api.nvim_buf_set_lines(buf, 0, 0, false, { '---', 'a rule above' })]])
  t:cmd('redraw')
  eq('none', chat.fold(t, 1))
end)

test('where thinking is shown, the front matter is closed all the same', function(t)
  t:lua(FRONT)
  t:lua('require("hum.chat.view.fold").setup_window(0, "show")')
  t.buf = t:lua('return buf')
  t:wait_screen('^▸ qwen3:8b · ollama\n')
  stream(t, '<think>\none\ntwo\n</think>\n\nBecause', 3)
  t:wait_screen('▾ Thought\none\ntwo\n', true)
  t:cmd('1')
  for keys, screen in vim.spairs({ ['1zo'] = '^%-%-%-\nhum', ['2zc'] = '^▸ qwen', ['3za'] = '^%-%-%-\nhum' }) do
    t:keys(keys:sub(2))
    t:wait_screen(screen)
  end
  t:cmd('14')
  t:keys('zc')
  t:wait_screen('▸ Thought · 2 words', true)
end)

test("with 'nofoldenable' nothing is folded, and zi folds", function(t)
  t:cmd('set nofoldenable')
  t:lua(FRONT)
  t.buf = t:lua('return buf')
  stream(t, '<think>\none\ntwo\n</think>\n\nBecause', 3)
  t:wait_screen('Because', true)
  match('^%-%-%-\nhum: 1', t:screen())
  t:keys('zi')
  t:wait_screen('^▸ qwen3:8b · ollama\n.*▸ Thought · 2 words')
end)

for _, name in ipairs({ 'line', 'level' }) do
  test('a fault in the ' .. name .. ' of a fold is told once, and the editor goes on', function(t)
    start(t)
    append(t, '<think>\none two\nthree')
    t:wait_screen('▸ Thinking', true)
    t:lua(
      ([[
      local module = require('hum.chat.view.fold_%s')
      module.text, module.of = nil, nil
      setmetatable(module, { __index = function() return function() error('the fold is torn') end end })]]):format(
        name
      )
    )
    append(t, '\nfour\nfive')
    t:cmd('redraw!')
    t:wait(function() return t:messages():find('torn') end, 'it is told')
    append(t, '\nsix')
    t:cmd('redraw!')
    local _, told = t:messages():gsub('torn', '')
    eq(1, told, t:messages())
    T.no_match('E%d+:', t:messages())
    t:keys('Goseven<Esc>')
    t:wait(function() return t:text():find('seven') end, 'keys do what they do')
  end)
end

-- ---- an open part ---------------------------------------------------------------------------------

test('the tags of an open part are drawn over, keep their rows, and are raw at the cursor', function(t)
  start(t)
  t:lua([[require("hum.chat.view.thoughts").at = function(_, row) return row == 6 and { seconds = 3.2 } or nil end]])
  append(t, '<think>\none two\nthree\n</think>\n\nBecause')
  t:wait_screen('▸ Thought for 3.2 s · 3 words', true)
  t:keys('zR')
  t:cmd('setlocal conceallevel=2') -- as chats have it: the cursor's row is drawn again where it comes and goes
  t:wait_screen('\n▾ Thought for 3.2 s\none two\nthree\n\n\nBecause', true)
  t:keys('7G')
  t:wait_screen('\n<think>\none two\nthree\n\n\nBecause', true)
  t:keys('10G')
  t:wait_screen('\n▾ Thought for 3.2 s\none two\nthree\n</think>\n\nBecause', true)
end)

-- ---- hidden ---------------------------------------------------------------------------------------

for _, size in ipairs({ 1, 5, 60 }) do
  test(('hidden thinking leaves no trace, and zo shows it, %d bytes at a time'):format(size), function(t)
    t:lua(SETUP)
    t:lua('require("hum.chat.view.fold").setup_window(0, "hide")')
    t.buf = t:lua('return buf')
    stream(t, '<think>\none\n\ntwo', size)
    t:wait(function() return t:text():find('two') end, 'it thinks')
    t:cmd('redraw')
    t:wait_screen('## « m\n\n~', true)
    stream(t, '\n</think>\n\nBecause\n\n<think>\nand more\n</think>\n\nof it', size)
    t:wait_screen('## « m\n\nBecause\n\nof it\n~', true)
    t:cmd('6')
    t:keys('zo')
    t:wait_screen('## « m\n\n▾ Thought\none\n\ntwo\n', true)
  end)
end

for _, size in ipairs({ 1, 4, 60 }) do
  test(
    ('a new part begins closed, whatever is open above, %d bytes at a time'):format(size),
    { ui = { 80, 60 } },
    function(t)
      t:lua(FRONT)
      t.buf = t:lua('return buf')
      local function fold(does) t:lua(("require('hum.chat.view.fold').%s(buf)"):format(does)) end
      t:keys('gg')
      t:cmd('split') -- which has no focus from now on
      t:cmd('wincmd p')
      t:cmd('windo 1foldopen')
      fold('wake')
      stream(t, '<think>\none\n\ntwo\n</think>\n\nBecause\n\n', size)
      fold('sleep')
      t:wait_screen('▸ Thought · 2 words', true)
      local function states(...)
        return t:lua(
          [[
        local all, rows = {}, { ... }
        for _, win in ipairs(vim.api.nvim_list_wins()) do
          vim.api.nvim_win_call(win, function()
            for _, row in ipairs(rows) do table.insert(all, vim.fn.foldclosed(row)) end
          end)
        end
        return all]],
          ...
        )
      end
      eq({ -1, 13, -1, 13 }, states(1, 13))
      t:cmd('windo 13foldopen')
      fold('wake')
      stream(t, '<think>\nthree\nfour\n\nfive', size)
      t:wait_screen('▸ Thinking · 3 words', true)
      eq({ -1, -1, 21, -1, -1, 21 }, states(1, 13, 21))
    end
  )
end
