-- Opening, sending, endings, windows, files. The case plays the helper.
local T = require('harness')
local chat = require('lib.chat')
local stream = require('lib.stream')
local test, eq = T.test, T.eq

T.once()

local OPTS = { init = stream.init, ui = { 100, 24 } }
local HEAD = '---\nhum: 1\ntitle: T\nendpoint: ollama\nmodel: fake\n---\n\n## » You\n\n'
local TAIL = '\n\n## » You\n\n'

local function setup(t, opts) T.ok(t:lua([[return require('hum').setup(...)]], opts), 'setup() refused the options') end

local function mode_is(t, mode)
  t:wait(function() return t.child:mode().mode == mode end, 'mode ' .. mode)
end

local function sent(t) return t:lua('return stub.last') end

local function wait_sent(t, n)
  t:wait(function() return sent(t) == n end, ('request %d'):format(n))
end

local function option(t, win, name)
  return t:lua([[return vim.api.nvim_get_option_value(select(2, ...), { win = ... })]], win, name)
end

test("a new chat is a file's buffer that :q does not ask about", OPTS, function(t)
  t:cmd('let g:first = bufnr()')
  local buf = stream.open(t)
  eq((HEAD:gsub('title: T\n', '')), t:text(buf))
  eq(
    { 'hum', '', false, true },
    t:lua(
      [[
    local bo = vim.bo[...]
    return { bo.filetype, bo.buftype, bo.modified, bo.modifiable }]],
      buf
    )
  )
  eq({ 9, 0 }, t:lua('return vim.api.nvim_win_get_cursor(0)'))
  eq(0, t:eval('changenr()'))
  eq({ buf = buf }, t:wait_event('HumChatOpened'))
  stream.ask(t, 'hello')
  t:cmd('new | wincmd p | quit')
  eq(buf, t:lua('return require("hum.chat.chats").latest().buf'))
end)

test('<CR> and <C-s> send, in insert mode <C-s>', OPTS, function(t)
  stream.open(t, 'T')
  t:keys('ihello<Esc><CR>')
  wait_sent(t, 1)
  eq({ { role = 'user', content = 'hello' } }, stream.said(t))
  stream.part(t, 'text')
  stream.tokens(t, 'well')
  stream.done(t)
  t:keys('iagain<C-s>')
  wait_sent(t, 2)
  mode_is(t, 'n')
  eq(
    { 'user: hello', 'assistant: well', 'user: again' },
    vim.tbl_map(function(m) return m.role .. ': ' .. m.content end, stream.said(t))
  )
  stream.done(t)
  t:keys('imore<Esc><C-s>')
  wait_sent(t, 3)
end)

test('a message sent from insert mode and its reply are two steps', OPTS, function(t)
  stream.open(t, 'T')
  t:keys('ihello<C-s>')
  wait_sent(t, 1)
  mode_is(t, 'n')
  stream.part(t, 'text')
  stream.tokens(t, 'well ', 'then\n', 'so')
  stream.done(t)
  eq(HEAD .. 'hello\n\n## « fake\n\nwell then\nso' .. TAIL, t:text())
  for _, want in ipairs({ HEAD .. 'hello', HEAD }) do
    t:keys('u')
    t:wait(function() return t:text() == want end, want)
  end
end)

test('send() called in insert mode keeps it, and undo in order', OPTS, function(t)
  stream.open(t, 'T')
  t:lua([[vim.keymap.set('i', '<F5>', function() require('hum').send() end)]])
  t:keys('ihello<F5>')
  wait_sent(t, 1)
  stream.part(t, 'text')
  stream.tokens(t, 'well ', 'then\n')
  t:keys(' typed')
  t:wait(function() return t:text():find('hello typed') end, 'typed text')
  stream.tokens(t, 'so')
  stream.done(t)
  eq('i', t.child:mode().mode)
  t:keys('<Esc>')
  mode_is(t, 'n')
  local full = HEAD .. 'hello typed\n\n## « fake\n\nwell then\nso' .. TAIL
  eq(full, t:text())
  -- One insertion was interrupted by the message's being sent: it stays one step.
  for _, want in ipairs({ HEAD .. 'hello typed', HEAD }) do
    t:keys('u')
    t:wait(function() return t:text() == want end, want)
  end
end)

test('keys are as configured, and none if switched off', OPTS, function(t)
  setup(t, { chat = { window = 'current', maps = { send = 'gs', send_insert = false, stop = false, retry = 'gr' } } })
  local buf = stream.open(t, 'T')
  local maps = t:lua(
    [[
    local out = {}
    for _, mode in ipairs({ 'n', 'i' }) do
      for _, map in ipairs(vim.api.nvim_buf_get_keymap(..., mode)) do
        local what = (map.desc or ''):match('^hum: (%a+)')
        if what == 'send' or what == 'stop' or what == 'regenerate' then out[#out + 1] = mode .. map.lhs end
      end
    end
    table.sort(out)
    return out]],
    buf
  )
  eq({ 'i<C-C>', 'ngr', 'ngs' }, maps)
  eq({}, t:lua([[return vim.tbl_filter(function(m) return m.lhs == '<CR>' end, vim.api.nvim_get_keymap('n'))]]))
end)

test('sending while a reply comes, or nothing, is told and loses nothing', OPTS, function(t)
  stream.open(t, 'T')
  t:keys('<CR>')
  t:wait(function() return t:messages():find('nothing to send') end, 'a message')
  eq(HEAD, t:text())
  stream.ask(t, 'one')
  stream.part(t, 'text')
  stream.tokens(t, 'reply')
  t:keys('<CR>')
  t:wait(function() return t:messages():find('still streaming') end, 'a message')
  eq(1, sent(t))
  stream.done(t)
  eq(HEAD .. 'one\n\n## « fake\n\nreply' .. TAIL, t:text())
end)

test('a fence that the user left open is closed, so that the reply is no code', OPTS, function(t)
  stream.open(t, 'T')
  stream.ask(t, 'why\n```lua\nx = 1')
  eq('why\n```lua\nx = 1', stream.said(t)[1].content)
  stream.tokens(t, 'so')
  stream.done(t)
  eq(HEAD .. 'why\n```lua\nx = 1\n```\n\n## « fake\n\nso' .. TAIL, t:text())
end)

test('a reply that is stopped keeps its text and a mark', OPTS, function(t)
  stream.open(t, 'T')
  stream.ask(t, 'one')
  stream.part(t, 'thinking')
  stream.tokens(t, '<think>\n', 'hm ', '```\nhm')
  t:interrupt(function() return stream.stops(t) > 0 end)
  stream.cancelled(t)
  eq(HEAD .. 'one\n\n## « fake\n\n<think>\nhm ```\nhm\n</think>\n<!-- hum: stopped -->' .. TAIL, t:text())
  eq('cancelled', t:wait_event('HumRequestFinished').status)
end)

-- Neovim itself drops a few of the keys that interrupt it; whoever presses again is heard.
test('<C-c> is heard also when it comes while Neovim is at work', OPTS, function(t)
  stream.open(t, 'T')
  for i = 1, 25 do
    stream.ask(t, 'question ' .. i)
    stream.part(t, 'thinking')
    stream.tokens(t, '<think>\n', 'hm ', '```\nhm')
    local presses = t:interrupt(function() return stream.stops(t) > 0 end)
    T.ok(presses <= 5, ('stop %d took %d presses'):format(i, presses))
    stream.cancelled(t)
  end
end)

test('an error is shown where it happened and told, and sending again asks again', OPTS, function(t)
  stream.open(t, 'T')
  stream.ask(t, 'one')
  t:wait_screen('waiting for fake')
  stream.event(
    t,
    'error',
    { code = 'connect', message = 'endpoint "ollama" is not there', hint = 'start it', stats = {} }
  )
  eq(HEAD .. 'one\n\n## « fake\n\n<!-- hum: error: endpoint "ollama" is not there -->' .. TAIL, t:text())
  t:wait(function() return t:messages():find('is not there') end, 'a message')
  t:wait_screen('\n  start it')
  T.ok(not t:screen():find('waiting for'))
  t:keys('<CR>')
  wait_sent(t, 2)
  eq({ { role = 'user', content = 'one' } }, stream.said(t))
  eq(HEAD .. 'one\n\n## « fake\n\n', t:text())
  t:wait(function() return not t:screen():find('\n  start it') end, 'the error is no longer shown')
  stream.tokens(t, 'yes')
  stream.done(t)
  eq(HEAD .. 'one\n\n## « fake\n\nyes' .. TAIL, t:text())
end)

test('a helper that is not there changes nothing in the chat', OPTS, function(t)
  stream.open(t, 'T')
  t:lua([[stub.fail = 'the helper is not built; run :Hum build']])
  stream.ask(t, 'one')
  t:wait(function() return t:messages():find('Hum build') end, 'a message')
  eq(HEAD .. 'one', t:text())
  t:lua('stub.fail = nil')
  t:keys('<CR>')
  wait_sent(t, 1)
end)

test('unknown endpoints are told by name', OPTS, function(t)
  stream.open(t, 'T')
  t:lua([[vim.api.nvim_buf_set_lines(0, 2, 3, false, { 'endpoint: olama' })]])
  stream.ask(t, 'one')
  t:wait(function() return t:messages():find('did you mean "ollama"') end, 'a message')
  eq(0, sent(t))
end)

test('front matter rules: model, think and options', OPTS, function(t)
  setup(t, {
    chat = { window = 'current', system = 'Be brief.' },
    endpoints = { ollama = { model = 'fake', options = { seed = 1, top_k = 2 } } },
  })
  stream.open(t, 'T')
  eq(
    '---\nhum: 1\ntitle: T\nendpoint: ollama\nmodel: fake\n---\n\n## § System\n\nBe brief.\n\n## » You\n\n',
    t:text()
  )
  t:lua([[vim.api.nvim_buf_set_lines(0, 3, 4, false, { 'model: other:1b', 'think: false', 'options: {"seed": 7}' })]])
  stream.ask(t, 'one')
  local request = stream.spec(t).request
  eq({ 'other:1b', false, { seed = 7, top_k = 2 } }, { request.model, request.think, request.options })
  eq({ role = 'system', content = 'Be brief.' }, stream.said(t)[1])
  T.match('## « other:1b', t:text(), true)
  stream.done(t)
  t:cmd('Hum model third')
  T.match('\nmodel: third\n', t:text(), true)
end)

test('replies are escaped and closed when they end', OPTS, function(t)
  stream.open(t, 'T')
  stream.ask(t, 'one')
  stream.part(t, 'text')
  stream.tokens(t, 'a\n', '## » You\n', 'b\n```\n## « x\n')
  stream.done(t)
  eq(HEAD .. 'one\n\n## « fake\n\na\n\\## » You\nb\n```\n## « x\n```' .. TAIL, t:text())
  stream.ask(t, 'two')
  eq('a\n## » You\nb\n```\n## « x\n```', stream.said(t)[2].content)
end)

test('a selection is quoted, and the question sent', { init = stream.init, ui = { 100, 40 } }, function(t)
  t:write_file('x.lua', 'local a = 1\n-- ``` odd\nreturn a\n')
  t:cmd('edit x.lua')
  t:keys('Vj:Hum chat why does this fail?<CR>')
  wait_sent(t, 1)
  local content = stream.said(t)[1].content
  eq('`x.lua`, lines 1-2:\n\n````lua\nlocal a = 1\n-- ``` odd\n````\n\nwhy does this fail?', content)
  eq('hum', t:eval('&filetype'))
end)

test('several chats stream side by side', OPTS, function(t)
  local one = stream.open(t, 'T')
  stream.ask(t, 'first')
  stream.write(t, 'to one')
  t:cmd('enew')
  local two = stream.open(t, 'T')
  T.ok(one ~= two)
  stream.ask(t, 'second', two)
  stream.write(t, 'to two')
  stream.done(t)
  t:lua([[stub.on[1]('done', { reason = 'stop', stats = {} })]])
  eq(HEAD .. 'first\n\n## « fake\n\nto one' .. TAIL, t:text(one))
  eq(HEAD .. 'second\n\n## « fake\n\nto two' .. TAIL, t:text(two))
end)

test("window options are the chat's only while it is shown", OPTS, function(t)
  t:cmd('set nowrap spell foldmethod=marker')
  t:cmd('edit other.txt')
  local win = t:lua('return vim.api.nvim_get_current_win()')
  local buf = stream.open(t, 'T')
  eq({ true, false, 'manual' }, { option(t, win, 'wrap'), option(t, win, 'spell'), option(t, win, 'foldmethod') })
  t:cmd('buffer other.txt')
  eq({ false, true, 'marker' }, { option(t, win, 'wrap'), option(t, win, 'spell'), option(t, win, 'foldmethod') })
  t:cmd('split third.txt')
  eq(false, t:eval('&wrap') == 1)
  t:cmd('buffer ' .. buf)
  eq(true, t:eval('&wrap') == 1)
  eq(false, t:eval('&g:wrap') == 1)
end)

test('a chat is saved under a name, goes on as a file, and can be written again', OPTS, function(t)
  local buf = stream.open(t, 'T')
  stream.ask(t, 'one')
  stream.write(t, 'reply')
  t:cmd('write talk.md')
  eq(
    { 'talk.md', '', false, 'hum' },
    t:lua(
      [[
    return { vim.fn.fnamemodify(vim.api.nvim_buf_get_name(0), ':t'), vim.bo.buftype, vim.bo.modified, vim.bo.filetype }]]
    )
  )
  stream.write(t, ' goes on')
  stream.done(t)
  t:cmd('write')
  eq(HEAD .. 'one\n\n## « fake\n\nreply goes on' .. TAIL .. '\n', t:read_file('talk.md'))
  eq(false, t:lua('return vim.bo[...].modified', buf))
  T.no_match('E%d+', t:messages())
  eq(
    { 'talk.md' },
    t:lua([[
    return vim.tbl_map(function(b) return vim.fn.fnamemodify(vim.api.nvim_buf_get_name(b), ':t') end,
      vim.tbl_filter(function(b) return vim.api.nvim_buf_get_name(b) ~= '' end, vim.api.nvim_list_bufs()))]])
  )
  t:cmd('bwipeout | edit talk.md')
  eq('hum', t:eval('&filetype'))
  stream.ask(t, 'two')
  eq({ 'one', 'reply goes on', 'two' }, vim.tbl_map(function(m) return m.content end, stream.said(t)))
end)

test('unloading a chat stops its reply', OPTS, function(t)
  local buf = stream.open(t, 'T')
  stream.ask(t, 'one')
  stream.write(t, 'reply')
  t:cmd('bwipeout! ' .. buf)
  eq(1, stream.stops(t))
  stream.cancelled(t)
  eq('cancelled', t:wait_event('HumRequestFinished').status)
  T.no_match('E%d+', t:messages())
end)

test('an ending under textlock waits for its end', OPTS, function(t)
  stream.open(t, 'T')
  stream.ask(t, 'one')
  stream.write(t, 'reply')
  chat.lock(t)
  stream.done(t)
  eq({}, t:events('HumRequestFinished'))
  t:keys('l')
  t:wait_event('HumRequestFinished')
  eq(HEAD .. 'one\n\n## « fake\n\nreply' .. TAIL, t:text())
  eq(1, #t:events('HumRequestFinished'))
end)

test("figures stand beside the heading, marked where they are not the server's own", OPTS, function(t)
  stream.open(t, 'T')
  stream.ask(t, 'one')
  stream.tokens(t, 'reply')
  stream.done(t)
  t:wait_screen('3 tokens · 50 tokens/s · first token 0.012 s', true)
  t:keys('u')
  t:wait(function() return not t:screen():find('tokens/s') end, 'no figures without their reply')
  t:keys('<C-r>')
  t:wait_screen(' 3 tokens', true)
  stream.ask(t, 'two')
  stream.event(t, 'done', { reason = 'stop', stats = { tokens = 4, server = false } })
  t:wait_screen('~4 tokens', true)
end)

test('the fold of thinking is told how long it takes', OPTS, function(t)
  local buf = stream.open(t, 'T')
  t:lua('now = 5000; vim.uv.now = function() return now end')
  stream.ask(t, 'one')
  stream.part(t, 'thinking')
  stream.tokens(t, '<think>\n', 'hm')
  local row = t:lua('return vim.api.nvim_buf_line_count(...)', buf) - 2
  local function info()
    return t:lua(
      [[local i = require('hum.chat.view.thoughts').at(...); return i and { i.running, math.floor(i.seconds) }]],
      buf,
      row
    )
  end
  eq({ true, 0 }, info())
  t:lua('now = 17400')
  eq({ true, 12 }, info())
  stream.tokens(t, '\n</think>\n\n')
  stream.part(t, 'text')
  eq({ false, 12 }, info())
  t:lua('now = 60000')
  stream.tokens(t, 'text')
  stream.done(t)
  eq({ false, 12 }, info())
end)

test(']] and [[ go from turn to turn', OPTS, function(t)
  stream.open(t, 'T')
  stream.ask(t, 'one')
  stream.tokens(t, '```\n## » You\n```')
  stream.done(t)
  for _, step in ipairs({ { 'gg', 1 }, { ']]', 8 }, { ']]', 12 }, { ']]', 18 }, { ']]', 18 }, { '2[[', 8 } }) do
    t:keys(step[1])
    t:wait(function() return t:eval('line(".")') == step[2] end, step[1] .. ' goes to ' .. step[2])
  end
end)

test('<Plug>(hum-chat) shows the latest chat, as :Hum chat does', OPTS, function(t)
  local buf = stream.open(t, 'T')
  t:cmd('enew')
  t:keys('<Plug>(hum-chat)')
  t:wait(function() return t:lua('return vim.api.nvim_get_current_buf()') == buf end, 'the chat is shown')
end)
