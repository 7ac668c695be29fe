-- Rows of a chat that are drawn by others than its colours.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

--- Has rows of a kind drawn as a text over them, and counts how often. `line` and the view's fields are in it.
local DRAW = [[
  local highlight = require('hum.chat.view.highlight')
  calls = {}
  highlight.draw_with(..., function(view, row, line)
    calls[#calls + 1] = { win = view.win, buf = view.buf, row = row, line = line, cursor = view.cursor }
    if row == view.cursor then return false end
    local text = ('<%s %d>'):format(line:sub(1, 5), view.width)
    vim.api.nvim_buf_set_extmark(view.buf, view.ns, row, 0, {
      ephemeral = true, virt_text = { { text } }, virt_text_pos = 'overlay' })
    return true
  end)]]

---@param t table
---@param lines string[]
---@param kind string
---@param setup? string  Lua for config
local function show(t, lines, kind, setup)
  t:lua(('require("hum").setup({ chat = { %s } })'):format(setup or ''))
  t:lua('require("hum.chat.view.highlight").attach(0)')
  t:lua('vim.api.nvim_buf_set_lines(0, 0, -1, false, ...)', lines)
  t:lua(DRAW, kind)
  t:cmd('redraw!')
end

local TEXT = { '## « m', 'text', '# Head **x**', '> quote', '- item', '| a |', '***', '', '```', 'code', '```', 'end' }
local ROW = { heading = 3, quote = 4, list = 5, table = 6, rule = 7, fence_open = 9, code = 10, fence_close = 11 }

test('each kind of row can be drawn by another module', function(t)
  for kind, row in vim.spairs(ROW) do
    show(t, TEXT, kind)
    t:cmd('normal! G')
    local head = ('<%s 80>'):format(TEXT[row]:sub(1, 5))
    t:wait(function() return t.child.screen:lines()[row]:sub(1, #head) == head end, kind)
  end
end)

test('the row of the cursor is raw, in the current window alone, and by an option', function(t)
  show(t, TEXT, 'quote')
  t:cmd('normal! 4G')
  t:cmd('split')
  local function count(text)
    local _, n = t.child.screen:text():gsub(text, '')
    return n
  end
  t:wait(function() return count('> quote') == 1 and count('<> quo 80>') == 1 end, 'one is raw')
  t:cmd('set concealcursor=n')
  t:wait(function() return count('<> quo 80>') == 2 end, 'none is raw')
end)

test('chat.dress: off, rows are as they are', function(t)
  show(t, TEXT, 'quote', 'dress = false')
  t:cmd('normal! G')
  t:wait_screen('end')
  eq('> quote', vim.trim(t.child.screen:lines()[4]))
  eq({}, t:lua('return calls'))
end)

test('who fails to draw is told of once, and colours stay', function(t)
  show(t, TEXT, 'quote')
  t:lua(
    [[require('hum.chat.view.highlight').draw_with('quote', function() fails = (fails or 0) + 1 error('no ink') end)]]
  )
  t:cmd('redraw!')
  t:wait(function() return t:messages():find('no ink') end, 'it is told')
  t:cmd('redraw!')
  eq(1, t:lua('return fails'))
  eq('> quote', vim.trim(t.child.screen:lines()[4]))
end)

-- ---- within a line ------------------------------------------------------------------------------

--- Opens a chat with these lines below its heading, with the cursor on the first row of all.
local function open(t, lines, config)
  local buf = chat.open(t, t:fake(), nil, config)
  t:lua('local buf, lines = ... vim.api.nvim_buf_set_lines(buf, -1, -1, false, lines)', buf, lines)
  t:keys('gg')
  return buf
end

-- What a line is, and what it looks like.
local INSIDE = {
  { 'a *b* **c** ***d*** `e` ~~f~~ _g_ __h__', 'a b c d e f g h' },
  { 'see [the docs](https://example.org/a_b_c) and <https://x.y/z> now', 'see the docs and https://x.y/z now' },
  { 'an ![image](https://a.b/c.png) here', 'an image here' },
  { '``a ` b`` and `` `x` `` end', 'a ` b and `x` end' },
  { '\\*no\\* \\`b\\` a\\b', '*no* `b` a\\b' },
  { 'a[i][j] and [1] stay, 2 * 3 * 4 and a_b_c too', 'a[i][j] and [1] stay, 2 * 3 * 4 and a_b_c too' },
  { 'open **strong and `code', 'open **strong and `code' },
  { '日本語の**文章**です', '日本語の文章です' },
  { 'שלום **עולם** here', 'שלום עולם here' },
  { '# A *heading* ##', 'A heading' },
  { 'costs $5 and **$10** each', 'costs $5 and $10 each' },
  { '[**a**](u) [`f[0]`](u) [b [c] *d*](u)', 'a f[0] b [c] d' },
  { 'see [Foo (e)](https://f.g/Foo_(e)) and [h](u "a title") end', 'see Foo (e) and h end' },
  { 'a badge [![alt](i.png)](https://j.k) here', 'a badge alt here' },
  { '*l [m* n](u) o* and [p *q](u) r*', 'l m* n o and p *q r*' },
  { '[no](link of words) and [no *link*', '[no](link of words) and [no link' },
  { '    indented = a*b*c + __d__', '    indented = a*b*c + __d__' },
}

test('marks within a line are concealed', { ui = { 80, 40 } }, function(t)
  local lines = {}
  for i, case in ipairs(INSIDE) do
    lines[i] = case[1]
  end
  table.insert(lines, 'last')
  open(t, lines)
  t:wait_screen('\nlast')
  t:cmd('redraw')
  local shown = t.child.screen:text()
  for _, case in ipairs(INSIDE) do
    T.match('\n' .. case[2] .. '\n', shown, true)
  end
end)

local MARKED = 'some **strong** text'

test('the row of the cursor is as it is written, in insert mode with any option', function(t)
  for _, raw in ipairs({ true, false }) do
    open(t, { MARKED, 'last' }, { chat = { window = 'current', raw_at_cursor = raw } })
    t:wait_screen('some strong text\nlast')
    t:keys('Gk')
    t:wait_screen((raw and MARKED or 'some strong text') .. '\nlast', true)
    t:keys('i')
    t:wait_screen(MARKED .. '\nlast', true)
    t:keys('<Esc>gg')
    t:wait_screen('some strong text\nlast')
  end
end)

test('chat.dress: off, all is as it is written', function(t)
  open(t, { MARKED, '- item', 'last' }, { chat = { window = 'current', dress = false } })
  t:wait_screen(MARKED .. '\n- item\nlast', true)
  eq(0, t:lua('return vim.wo.conceallevel'))
end)

test('other buffers in the window have their own options', function(t)
  t:cmd('set conceallevel=1 concealcursor=n')
  open(t, { MARKED })
  eq({ 2, '' }, t:lua('return { vim.wo.conceallevel, vim.wo.concealcursor }'))
  t:cmd('enew')
  eq({ 1, 'n' }, t:lua('return { vim.wo.conceallevel, vim.wo.concealcursor }'))
  eq({ 1, 'n' }, t:lua('return { vim.go.conceallevel, vim.go.concealcursor }'))
end)

test('an address is shown where rows would be empty without it', { ui = { 60, 30 } }, function(t)
  local long = 'https://example.org/' .. ('x'):rep(130)
  open(t, {
    'one [short](https://example.org/a) end',
    ('two words and more of them here [over](https://example.org/%s) rest2'):format(('y'):rep(30)),
    ('three [long](%s) rest3'):format(long),
    'last',
  })
  t:wait_screen('last')
  t:wait_screen('one short end\ntwo words and more of them here over\nrest2\n', true)
  local shown = t.child.screen:text()
  T.match('three long%(https.-rest3', shown)
  local _, empty = shown:match('one short(.-)last'):gsub('\n\n', '')
  eq(0, empty)
end)

test('a link that is still written is shown as it is going to be', function(t)
  local srv = t:fake()
  local gate = t:gate(srv)
  srv:script({ tokens = { 'see [**bo', 'ld**](https://e.org/F', '_(x "a ti', 'tle") end' } })
  chat.open(t, srv)
  gate:pass(1)
  chat.ask(t, 'why')
  t:wait_screen('\nsee %[bo\n')
  gate:pass(1)
  t:wait_screen('\nsee bold\n')
  gate:pass(1)
  t:wait(function() return t:text():find('ti$') end, 'the title')
  t:cmd('redraw')
  T.match('\nsee bold\n', t:screen())
  gate:pass()
end)

test('a window that showed another buffer when the reply ended has the row of its cursor raw', function(t)
  local srv = t:fake()
  local gate = t:gate(srv)
  srv:script({ tokens = { 'some **str', 'ong** text' } })
  local buf = chat.open(t, srv)
  gate:pass(2)
  chat.ask(t, 'why', buf)
  t:wait_screen('some str', true)
  eq('nvc', t:eval('&concealcursor'))
  t:cmd('enew')
  gate:pass()
  chat.finished(t)
  t:cmd('buffer ' .. buf)
  eq('', t:eval('&concealcursor'))
end)

test('while a reply streams the row of the cursor is dressed, and raw when it has ended', function(t)
  local srv = t:fake()
  local gate = t:gate(srv)
  srv:script({ tokens = { 'some **str', 'ong** text' } })
  local buf = chat.open(t, srv)
  gate:pass(2)
  chat.ask(t, 'why', buf)
  t:wait_screen('some str', true)
  T.no_match('%*', t:screen())
  gate:pass()
  chat.finished(t)
  t:wait_screen('some strong text')
  t:cmd('normal! G')
  t:lua('vim.fn.search("strong", "b")')
  t:wait_screen('some **strong** text', true)
end)

local WORDS = 'words that are so many that they take more than one row of the screen'

test('items do not hang beside a long line of which the window shows a part', function(t)
  open(t, { '- item', WORDS:rep(5, ' '), 'last' })
  t:wait_screen('• item')
  eq(false, t:lua('return vim.wo.breakindent'))
  t:lua('vim.api.nvim_buf_set_lines(0, -1, -1, false, { ... })', '- ' .. WORDS .. WORDS)
  t:wait(function() return t:lua('return vim.wo.breakindent') end, 'a line takes two rows')
  t:lua('vim.api.nvim_buf_set_lines(0, -1, -1, false, { ... })', WORDS:rep(80, ' '))
  t:wait(function() return not t:lua('return vim.wo.breakindent') end, 'a long line is there')
  t:cmd('normal! gg')
  t:cmd('redraw!')
  t:cmd('redraw!')
  eq(false, t:lua('return vim.wo.breakindent'))
  t:cmd('enew')
  eq({ false, '' }, t:lua('return { vim.wo.breakindent, vim.wo.breakindentopt }'))
end)
