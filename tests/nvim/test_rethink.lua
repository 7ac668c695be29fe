-- Thoughts that come as text: they move into their fold as soon as that is known, in one edit of the reply's own undo
-- step. Text that only looks like thoughts stays text, for the history as well.
local T = require('harness')
local chat = require('lib.chat')
local stream = require('lib.stream')
local test, eq = T.test, T.eq

T.once()

--- The opening tag stood in the template.
local LONE = { 'Okay, ', 'the user\n', 'greets.\n', '</think>', '\n\n', 'Hi ', 'you' }
local THOUGHT = '<think>\nOkay, the user\ngreets.\n</think>\n\n'

---@return test.Fake, integer
local function opened(t, tokens, more)
  local srv = t:fake()
  srv:script(vim.tbl_extend('force', { tokens = tokens }, more or {}))
  return srv, chat.open(t, srv)
end

--- The same with a gate, which lets nothing through yet.
---@return integer, test.Gate, test.Fake
local function gated(t, tokens, more)
  local srv = t:fake()
  local gate = t:gate(srv)
  srv:script(vim.tbl_extend('force', { tokens = tokens }, more or {}))
  gate:pass(0)
  return chat.open(t, srv), gate, srv
end

local function row_of(t, buf, line)
  for i, one in ipairs(t:api('nvim_buf_get_lines', buf, 0, -1, false)) do
    if one == line then return i end
  end
end

--- The chat's text as it was sent: role and content.
local function sent(srv, n)
  return vim.tbl_map(function(m) return m.role .. ': ' .. m.content end, srv:requests('/api/chat')[n].body.messages)
end

for name, go in vim.spairs(chat.SITUATIONS) do
  test(('text that turns out to be thought moves into a fold, in one step, %s'):format(name), function(t)
    local buf, gate = gated(t, LONE)
    chat.ask(t, 'hello', buf)
    local asked = t:text(buf):match('^(.-)\n\n## «')
    go(t)
    gate:pass(3)
    t:wait(function() return chat.reply(t, buf):find('greets', 1, true) end, 'it comes as text')
    eq(nil, chat.reply(t, buf):find('<think>', 1, true))
    gate:pass()
    eq('done', chat.finished(t).status)
    t:keys('<Esc>')
    eq(THOUGHT .. 'Hi you', chat.reply(t, buf))
    t:cmd('buffer ' .. buf)
    local first = row_of(t, buf, '<think>')
    t:wait(function() return chat.fold(t, first) == ('%d-%d'):format(first, first + 3) end, 'it is folded')
    eq('none', chat.fold(t, first + 5))
    t:wait_screen('▸ Thought')
    chat.press(t, 'u')
    eq(asked, t:text(buf))
    chat.press(t, '<C-r>')
    eq(THOUGHT .. 'Hi you', chat.reply(t, buf))
  end)
end

test('the fold is closed by the move itself, before anything is drawn', { init = stream.init }, function(t)
  local buf = stream.open(t)
  stream.ask(t, 'hello', buf)
  t:lua([[require('hum.chat.reply.repair').anchor(..., 1)]], buf)
  stream.part(t, 'text')
  stream.tokens(t, 'Okay, ', 'the user\n', 'greets.\n')
  local first = t:lua(
    [[
    require('hum.chat.reply.turn').wrap(..., 1, '<think>\n', '</think>\n\n')
    local first = vim.fn.search('^<think>', 'nw')
    return { vim.fn.foldclosed(first + 1) - first, vim.fn.foldclosedend(first + 1) - first, vim.fn.line('.') - vim.fn.line('$') }]],
    buf
  )
  eq({ 0, 3, 0 }, first)
  stream.tokens(t, 'Hi ', 'you')
  t:wait_screen('▸ Thought for', true)
  stream.done(t)
  eq(THOUGHT .. 'Hi you', chat.reply(t, buf))
end)

for _, when in ipairs({ 'before', 'after' }) do
  test(('an edit by the user %s the move keeps its own step'):format(when), function(t)
    local buf, gate = gated(t, LONE)
    chat.ask(t, 'hello', buf)
    local asked = t:text(buf):match('^(.-)\n\n## «')
    gate:pass(when == 'before' and 2 or 6)
    t:wait(function() return chat.reply(t, buf):find(when == 'before' and 'user' or 'Hi', 1, true) end, 'some of it')
    chat.press(t, 'ggOmine<Esc>')
    t:keys('G')
    gate:pass()
    eq('done', chat.finished(t).status)
    eq(THOUGHT .. 'Hi you', chat.reply(t, buf))
    chat.press(t, 'u')
    eq('mine\n' .. asked, t:text(buf))
    chat.press(t, 'u')
    eq(asked, t:text(buf))
    chat.press(t, '<C-r>')
    chat.press(t, '<C-r>')
    eq(THOUGHT .. 'Hi you', chat.reply(t, buf))
  end)
end

test('a token is one edit, and the move is none', function(t)
  local tokens, text = chat.tokens(48)
  local buf, gate = gated(t, vim.list_extend(vim.list_slice(tokens), { '\n', '</think>\n\n', 'Hi' }))
  chat.ask(t, 'hello', buf)
  chat.pass_by_16(gate, 48, function(i)
    t:wait(function() return #chat.reply(t, buf) >= #table.concat(tokens, '', 1, i) - 1 end, ('%d tokens'):format(i))
  end)
  local stats = chat.finished(t).stats
  eq({ 50, 50, 0 }, { stats.pieces, stats.edits, stats.merged })
  T.match('<think>\n' .. vim.trim(text), chat.reply(t, buf), true)
end)

test('a cursor stays on its text, and windows that follow go on', function(t)
  local long = {}
  for i = 1, 60 do
    long[i] = ('thought %d\n'):format(i)
  end
  vim.list_extend(long, { '</think>\n', 'word\n', 'and\n', 'more' })
  local buf, gate = gated(t, long)
  chat.ask(t, 'hello', buf)
  gate:pass(60)
  t:wait(function() return chat.reply(t, buf):find('thought 60', 1, true) end, 'the thought')
  t:cmd('split')
  t:cmd('2')
  gate:pass()
  chat.finished(t)
  eq({ 2, '' }, { t:eval("line('.')"), t:messages() })
  t:cmd('wincmd p')
  eq({ t:eval("line('$')"), t:eval("line('$')") }, { t:eval("line('.')"), t:eval("line('w$')") })
end)

test('what the user has written into the text stays', function(t)
  local tokens = chat.tokens(20)
  vim.list_extend(tokens, { '\n</think>\n', 'Hi' })
  local buf, gate = gated(t, tokens)
  chat.ask(t, 'hello', buf)
  gate:pass(20)
  t:wait(function() return chat.reply(t, buf):find('000019', 1, true) end, 'the thought')
  chat.edit_inside(t)
  gate:pass()
  chat.finished(t)
  local text = table.concat(tokens, '', 1, 20):gsub('000003', 'MINE 000003', 1)
  eq('<think>\n' .. text .. '\n</think>\n\nHi', (chat.reply(t, buf):gsub('\n+</think>', '\n</think>', 1)))
end)

test('under textlock it waits, and nothing is lost or doubled', function(t)
  for shown = 0, #LONE do
    local buf, gate, srv = gated(t, LONE)
    chat.ask(t, 'hello', buf)
    gate:pass(shown)
    t:wait(function() return gate:taken() end, 'the first tokens')
    chat.lock(t, buf)
    gate:pass()
    t:wait(function() return gate:taken() end, 'all of it under the lock')
    t:keys('l')
    eq('done', chat.finished(t, shown + 1).status)
    eq(THOUGHT .. 'Hi you', chat.reply(t, buf), ('%d tokens before the lock'):format(shown))
    t:cmd('bwipeout! ' .. buf)
    -- The next one is not to be expected to think.
    srv:script({ text = 'no' })
  end
end)

test('megabytes that come while the move waits are all there behind it', function(t)
  local tokens = vim.list_slice(LONE, 1, 4)
  local long = vim.list_slice(chat.long_tokens(), 1, 600)
  tokens[4] = tokens[4] .. '\n'
  local buf, gate, srv = gated(t, vim.list_extend(tokens, long))
  chat.ask(t, 'hello', buf)
  gate:pass(3)
  t:wait(function() return chat.reply(t, buf):find('greets', 1, true) end, 'the thought')
  chat.lock(t, buf)
  gate:pass(1)
  t:wait(function() return gate:taken() end, 'the tag under the lock')
  gate:pass()
  srv:held_back(t, 4)
  t:keys('l')
  eq('done', chat.finished(t).status)
  T.ok(chat.reply(t, buf) == THOUGHT .. vim.trim(table.concat(long)), 'the reply is whole')
end)

test('stopped behind the tag, it is closed and marked', function(t)
  local buf, gate, srv = gated(t, LONE, { count = 1000000, interval_ms = 5 })
  chat.ask(t, 'hello', buf)
  gate:pass(5)
  t:wait(function() return chat.reply(t, buf):find('</think>', 1, true) end, 'the tag')
  t:cmd('Hum stop')
  eq('cancelled', chat.finished(t).status)
  eq(vim.trim(THOUGHT) .. '\n<!-- hum: stopped -->', chat.reply(t, buf))
  srv:script({ text = 'yes' })
  gate:pass()
  chat.ask(t, 'and?', buf)
  chat.finished(t, 2)
  local all = table.concat(sent(srv, 2), '\n')
  eq(nil, all:find('greets', 1, true))
end)

test('undone before the tag comes, it stays undone', function(t)
  local buf, gate = gated(t, LONE, { count = 1000000, interval_ms = 5 })
  chat.ask(t, 'hello', buf)
  local asked = t:text(buf):match('^(.-)\n\n## «')
  gate:pass(3)
  t:wait(function() return chat.reply(t, buf):find('greets', 1, true) end, 'it comes as text')
  chat.press(t, 'u')
  gate:pass(10)
  eq('cancelled', chat.finished(t).status)
  eq(asked, t:text(buf))
  T.no_match('[Ee]rror', t:messages())
end)

test('a model that did so begins its next reply as thought, also another try', function(t)
  local srv, buf = opened(t, LONE)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  local gate = t:gate(srv)
  t:lua([[require('hum').setup(vim.tbl_deep_extend('force', {}, vim.g.hum or {}))]])
  chat.configure(t, srv)
  gate:pass(2)
  t:cmd('Hum retry')
  t:wait(function() return chat.reply(t, buf):find('user', 1, true) end, 'some of it')
  eq(nil, chat.reply(t, buf):find('<think>', 1, true), 'another endpoint is another model')
  gate:pass()
  chat.finished(t, 2)
  eq(THOUGHT .. 'Hi you', chat.reply(t, buf))
  gate:pass(0)
  t:cmd('Hum retry')
  gate:pass(2)
  t:wait(function() return chat.reply(t, buf):find('user', 1, true) end, 'some of it')
  eq('<think>\nOkay, the user\n', chat.reply(t, buf))
  t:wait_screen('▸ Thinking')
  gate:pass()
  chat.finished(t, 3)
  eq(THOUGHT .. 'Hi you', chat.reply(t, buf))
end)

test('a model that is told not to think is not expected to, and this is not held against it', function(t)
  local srv, buf = opened(t, LONE)
  local gate = t:gate(srv)
  chat.configure(t, srv)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  for n, case in ipairs({
    { think = 'false', tokens = { 'It ', 'is.' }, begins = 'It ' },
    { think = 'true', tokens = LONE, begins = '<think>\nOkay, ' },
  }) do
    t:lua('vim.api.nvim_buf_set_lines(0, 3, 4, false, { "think: " .. ... })', case.think)
    T.match('^%-%-%-\nhum: 1\n.-\nthink: ' .. case.think, t:text(buf))
    srv:script({ tokens = case.tokens })
    gate:pass(0)
    chat.ask(t, 'and?', buf)
    gate:pass(1)
    t:wait(function() return #chat.reply(t, buf) >= #case.begins end, 'a token')
    eq(case.begins, chat.reply(t, buf))
    gate:pass()
    chat.finished(t, n + 1)
  end
end)

--- A chat whose model has thought without an opening tag once.
local function taught(t, tokens, more)
  local srv, buf = opened(t, LONE)
  local gate = t:gate(srv)
  chat.configure(t, srv)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  srv:script(vim.tbl_extend('force', { tokens = tokens }, more or {}))
  gate:pass(0)
  chat.ask(t, 'and?', buf)
  return srv, buf, gate
end

for name, go in vim.spairs(chat.SITUATIONS) do
  test(('an expected thought that no tag closes is text in the end, %s'):format(name), function(t)
    local srv, buf, gate = taught(t, { 'It is ', '42.\n', '```\n', 'x = 1\n', '```\n', 'So.' })
    local asked = t:text(buf):match('^(.*)\n\n## «')
    gate:pass(4)
    t:wait(function() return chat.reply(t, buf):find('x = 1', 1, true) end, 'some of it')
    T.match('^<think>\n', chat.reply(t, buf))
    go(t)
    gate:pass()
    eq('done', chat.finished(t, 2).status)
    t:keys('<Esc>')
    local text = 'It is 42.\n```\nx = 1\n```\nSo.'
    eq(text, chat.reply(t, buf))
    t:cmd('buffer ' .. buf)
    t:cmd('normal! G')
    t:wait_screen('So.', true)
    t:wait(function() return chat.fold(t, row_of(t, buf, 'So.')) == 'none' end, 'it is not folded')
    chat.press(t, 'u')
    eq(asked, t:text(buf))
    chat.press(t, '<C-r>')
    srv:script({ tokens = { 'One ', 'more' } })
    gate:pass(1)
    chat.ask(t, 'what?', buf)
    t:wait(function() return chat.reply(t, buf):find('One', 1, true) end, 'the next')
    eq('One ', chat.reply(t, buf), 'it is expected no more')
    eq({ 'assistant: Hi you', 'assistant: ' .. text }, { sent(srv, 3)[2], sent(srv, 3)[4] })
    gate:pass()
    chat.finished(t, 3)
  end)
end

test('an expected thought with an opening tag in it was text, which explains the tags', function(t)
  local srv, buf, gate = taught(t, { 'So:\n\n', '<think>\n', 'hm\n', '</think>\n\n', 'and the answer.\n' })
  gate:pass()
  eq('done', chat.finished(t, 2).status)
  eq('So:\n\n\\<think>\nhm\n\\</think>\n\nand the answer.', chat.reply(t, buf))
  chat.ask(t, 'what?', buf)
  chat.finished(t, 3)
  eq('assistant: So:\n\n<think>\nhm\n</think>\n\nand the answer.', sent(srv, 3)[4])
end)

test('an expected thought that is stopped, or cut off, is none of the text', function(t)
  local srv, buf, gate = taught(t, { 'Let me ', 'see' }, { count = 1000000, interval_ms = 5 })
  gate:pass(2)
  t:wait(function() return chat.reply(t, buf):find('see', 1, true) end, 'some of it')
  t:cmd('Hum stop')
  eq('cancelled', chat.finished(t, 2).status)
  eq('<think>\nLet me see\n</think>\n<!-- hum: stopped -->', chat.reply(t, buf))
  srv:script({ tokens = { 'Let me ', 'see' }, done_reason = 'length' })
  gate:pass()
  chat.ask(t, 'what?', buf)
  local data = chat.finished(t, 3)
  eq('told', data.ending)
  T.match('while it was thinking', data.message, true)
  T.match('<think>\nLet me see\n</think>\n<!-- hum: ', chat.reply(t, buf), true)
end)

test('it is the same once it was saved and read again', function(t)
  local srv, buf = opened(t, LONE)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  local text = t:text(buf)
  t:cmd('write talk.md')
  t:cmd('bwipeout | edit talk.md')
  eq(text, t:text())
  local first = row_of(t, 0, '<think>')
  eq(('%d-%d'):format(first, first + 3), chat.fold(t, first))
  srv:script({ text = 'yes' })
  chat.ask(t, 'and?')
  chat.finished(t, 2)
  eq('assistant: Hi you', sent(srv, 2)[2])
end)

test('thinking that comes behind text begins a line of its own', function(t)
  local srv = t:fake()
  local function chunk(delta)
    return 'data: ' .. vim.json.encode({ choices = { { index = 0, delta = delta } } }) .. '\n\n'
  end
  srv:play({
    dialect = 'openai',
    answers = {
      {
        pieces = {
          chunk({ content = 'One' }),
          chunk({ reasoning_content = 'hm' }),
          chunk({ content = 'two' }),
          'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
        },
      },
    },
  })
  local buf = chat.open(t, srv, { dialect = 'openai' })
  chat.ask(t, 'hello', buf)
  eq('done', chat.finished(t).status)
  eq('One\n<think>\nhm\n</think>\n\ntwo', chat.reply(t, buf))
end)

-- ---- text that looks like thoughts ---------------------------------------------------------------

local PIECES = {
  '<think>',
  '</think>',
  '\n<think>\n',
  '\n</think>\n',
  '\n\\<think>\n',
  '\n\\\\</think>\n',
  ' <think>',
  '<thinking>\n',
  '```',
  '\n```\n',
  '\n```lua\n',
  '\n~~~\n',
  '\n````\n',
  '\n```',
  '\n``` a`b\n',
  '\n    ```\n',
  '\n   ~~~ x\n',
  '- a\n',
  '\n- ',
  '\n  1. b\n',
  '\n   ',
  '      ',
  '\n* c\n\n    ```\n',
  '10) ',
  '\t',
  '\n',
  '\n\n',
  '\r\n',
  'text',
  ' ',
  '## » You',
  '\n## « m\n',
  '<!-- hum: stopped -->',
  '\\',
}

--- A reply of some pieces, in tokens. Its first words have a tag: all of it is text.
local function some_reply(seed)
  math.randomseed(seed)
  local parts = { 'The tag `<think>`, ' }
  for i = 2, math.random(3, 20) do
    parts[i] = PIECES[math.random(#PIECES)]
  end
  parts[#parts + 1] = 'end'
  local text, tokens = table.concat(parts), {}
  while text ~= '' do
    local n = math.random(12)
    n = n + vim.str_utf_end(text, math.min(n, #text))
    tokens[#tokens + 1] = text:sub(1, n)
    text = text:sub(n + 1)
  end
  return tokens
end

for from = 1, 120, 40 do
  test(('text with tags is sent back as it came, from seed %d'):format(from), function(t)
    local srv, buf = opened(t, { 'x' })
    for seed = from, from + 39 do
      local tokens = some_reply(seed)
      srv:script({ tokens = tokens })
      chat.ask(t, 'hello', buf)
      chat.finished(t, 2 * (seed - from) + 1)
      srv:script({ text = 'yes' })
      chat.ask(t, 'and?', buf)
      chat.finished(t, 2 * (seed - from) + 2)
      local requests = srv:requests('/api/chat')
      local messages = requests[#requests].body.messages
      local want, got = table.concat(tokens), messages[2].content
      T.ok(
        #messages == 3 and vim.startswith(got, want),
        ('seed %d: wanted %q\ngot %q'):format(seed, want, vim.inspect(messages))
      )
      T.ok(got:sub(#want + 1):find('^\n? *[`~]*$'), ('seed %d: behind it is %q'):format(seed, got:sub(#want + 1)))
      t:cmd('bwipeout! ' .. buf)
      t:cmd('Hum new')
      buf = t:lua('return vim.api.nvim_get_current_buf()')
    end
  end)
end
