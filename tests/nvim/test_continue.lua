-- A reply goes on where it stops: by its beginning where the server takes that, else because it is asked to.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

T.once()

local OPENAI, OLLAMA, ANTHROPIC = '/v1/chat/completions', '/api/chat', '/v1/messages'

--- Servers, and what the last message is that they get. One without a way is asked.
local SERVERS = {
  ollama = { endpoint = {}, path = OLLAMA, last = 'assistant' },
  anthropic = { endpoint = { dialect = 'anthropic' }, path = ANTHROPIC, last = 'assistant' },
  ['llama-server'] = { endpoint = { dialect = 'openai', preset = 'llama_server' }, path = OPENAI, last = 'assistant' },
  ['a server that says that it is llama-server'] = {
    endpoint = { dialect = 'openai' },
    path = OPENAI,
    last = 'assistant',
  },
  ['another server'] = { endpoint = { dialect = 'openai', preset = 'lm_studio' }, path = OPENAI, last = 'user' },
}
local ASKED = SERVERS['another server'].endpoint

--- Opens a chat with a reply that was cut by the limit of its length, and tells the server what comes then.
---@param first string
---@param second table  an answer
---@param endpoint? table
local function cut(t, first, second, endpoint)
  local srv = t:fake()
  srv:script({ rules = { { times = 1, text = first, done_reason = 'length' }, second } })
  local buf = chat.open(t, srv, endpoint)
  chat.ask(t, 'hello', buf)
  eq('cut', chat.finished(t).ending)
  return buf, srv
end

local function continue(t, n)
  t:cmd('Hum continue')
  return chat.finished(t, n or 2)
end

local sent = chat.sent

for name, server in pairs(SERVERS) do
  test('a reply that was cut goes on: ' .. name, function(t)
    local buf, srv = cut(t, 'The sky is bl', { text = 'ue because of the air.' }, server.endpoint)
    T.match('<!%-%- hum: cut %-%->', t:text(buf))
    eq('done', continue(t).status)
    eq('The sky is blue because of the air.', chat.reply(t, buf))
    T.no_match('hum: ', (t:text(buf):gsub('^.-\n## ', '')))
    T.match('the air%.\n\n## » You\n\n$', t:text(buf))
    local messages = sent(srv, 2, server.path)
    eq({ 'user', 'hello' }, messages[1])
    eq({ 'assistant', 'The sky is bl' }, messages[2])
    eq(server.last, messages[#messages][1])
    if server.last == 'user' then T.match('"The sky is bl"', messages[3][2], true) end
  end)

  test('one that was stopped in the middle of a word goes on: ' .. name, function(t)
    local srv = t:fake()
    srv:script({
      rules = {
        { times = 1, tokens = { 'Uns', 'topp', 'able' }, faults = { { at = 2, ['do'] = 'stall' } } },
        { text = 'able force.' },
      },
    })
    local buf = chat.open(t, srv, server.endpoint)
    chat.ask(t, 'hello', buf)
    t:wait(function() return chat.reply(t, buf) == 'Unstopp' end, 'half a word')
    t:cmd('Hum stop')
    eq('cancelled', chat.finished(t).status)
    eq('done', continue(t).status)
    eq('Unstoppable force.', chat.reply(t, buf))
    eq({ 'assistant', 'Unstopp' }, sent(srv, 2, server.path)[2])
  end)
end

--- What is there, what comes, and what of that is added. Of a model that was asked.
local REPEATS = {
  ['its last 14 bytes'] = { 'w0 w1 w2 w3 w4 w5 w6 w7', '3 w4 w5 w6 w7 w8 w9', ' w8 w9' },
  ['its last 14 bytes at the end of a line'] = { 'w0 w1 w2 w3 w4 w5 w6 w7', '3 w4 w5 w6 w7\nw8 w9', '\nw8 w9' },
  ['all of it'] = { 'One.\n\nTwo has wo', 'One.\n\nTwo has words.', 'rds.' },
  ['the half word'] = { 'It is contin', 'continued.', 'ued.' },
  ['characters of more bytes'] = { 'Die Größe der Straßenbä', 'der Straßenbäume: groß.', 'ume: groß.' },
  ['the fence'] = { 'Code:\n\n```lua\nlocal x = 1\nlocal y', '```lua\nlocal y = 2\n```\nDone.', ' = 2\n```\nDone.' },
  ['a lead-in'] = { 'It is in the mid', 'Continuing:\n\nin the middle.', 'dle.' },
  ['nothing, in a text that repeats'] = { 'ha ha ha', ' ha ha!', ' ha ha!' },
  ['nothing, in a table'] = { '| a | b |\n|---|---|\n| 1 | 2 |', '\n| 3 | 4 |\n', '\n| 3 | 4 |' },
}

for name, case in pairs(REPEATS) do
  for bytes = 1, 7, 2 do
    test(('nothing is twice when the answer repeats %s, %d bytes at a time'):format(name, bytes), function(t)
      local buf = cut(t, case[1], { text = case[2], token_bytes = bytes }, ASKED)
      continue(t)
      eq(vim.trim(case[1] .. case[3]), chat.reply(t, buf))
    end)
  end
end

test('a whole answer that begins with the text that was given is joined, too', function(t)
  local buf = cut(t, 'one, two, thr', { text = 'one, two, three, four' }, SERVERS['llama-server'].endpoint)
  continue(t)
  eq('one, two, three, four', chat.reply(t, buf))
end)

test('a server that sends back the last words of what it was given adds what is new', function(t)
  local buf = cut(t, 'It is blue because air scat', { text = 'because air scatters.' })
  continue(t)
  eq('It is blue because air scatters.', chat.reply(t, buf))
end)

test('the fence that hum had closed is open again', function(t)
  local buf, srv = cut(t, 'Code:\n\n```lua\nlocal x', { text = ' = 1\n```\nDone.' })
  T.match('local x\n```\n<!%-%- hum: cut', t:text(buf))
  continue(t)
  eq('Code:\n\n```lua\nlocal x = 1\n```\nDone.', chat.reply(t, buf))
  eq('Code:\n\n```lua\nlocal x', sent(srv, 2, OLLAMA)[2][2])
end)

test('a fence that the model had closed stays', function(t)
  local buf, srv = cut(t, 'Code:\n\n```lua\nlocal x\n```', { text = '\n\nDone.' })
  continue(t)
  eq('Code:\n\n```lua\nlocal x\n```\n\nDone.', chat.reply(t, buf))
  eq('Code:\n\n```lua\nlocal x\n```', sent(srv, 2, OLLAMA)[2][2])
end)

test('the line break behind the last word is sent again', function(t)
  local buf, srv = cut(t, 'One line.\n', { text = 'Another.' })
  continue(t)
  eq('One line.\nAnother.', chat.reply(t, buf))
  eq('One line.\n', sent(srv, 2, OLLAMA)[2][2])
end)

test('it is one step: u brings back the reply with its mark, and it can go on again', function(t)
  local buf, srv = cut(t, 'The sky is bl', { tokens = { 'ue', '.' } })
  local before = t:text(buf)
  continue(t)
  local after = t:text(buf)
  t:keys('u')
  t:wait(function() return t:text(buf) == before end, 'the reply as it was')
  t:keys('<C-r>')
  t:wait(function() return t:text(buf) == after end, 'the continuation')
  t:keys('u')
  t:wait(function() return t:text(buf) == before end, 'the reply as it was')
  continue(t, 3)
  eq(after, t:text(buf))
  eq({ 'assistant', 'The sky is bl' }, sent(srv, 3, OLLAMA)[2])
end)

test('what the user has begun to write stays below, while it streams and after', function(t)
  local srv = t:fake()
  local gate = t:gate(srv)
  srv:script({
    rules = { { times = 1, text = 'The sky is bl', done_reason = 'length' }, { tokens = { 'ue', ' air' } } },
  })
  local buf = chat.open(t, srv)
  gate:pass()
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  t:keys('Goand what of the sea?<Esc>')
  gate:pass(0)
  t:cmd('Hum continue')
  gate:pass(1)
  t:wait(function() return t:text(buf):find('is blue\n\n## » You\n\n+and what of the sea%?') end, 'the draft below')
  gate:pass()
  chat.finished(t, 2)
  T.match('is blue air\n\n## » You\n\n+and what of the sea%?\n*$', t:text(buf))
  T.no_match('the sea', sent(srv, 2, OLLAMA)[2][2])
end)

test('it is stopped again, and goes on again', function(t)
  local srv = t:fake()
  local gate = t:gate(srv)
  srv:script({
    rules = {
      { times = 1, text = 'one ', done_reason = 'length' },
      { times = 1, tokens = { 'two', ' three' } },
      { text = ' four' },
    },
  })
  local buf = chat.open(t, srv)
  gate:pass()
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  gate:pass(1)
  t:cmd('Hum continue')
  t:wait(function() return chat.reply(t, buf):find('two') end, 'the second part')
  t:cmd('Hum stop')
  eq('cancelled', chat.finished(t, 2).status)
  T.match('one two\n<!%-%- hum: stopped %-%->', t:text(buf))
  gate:pass()
  continue(t, 3)
  eq('one two four', chat.reply(t, buf))
end)

test('in the demo it goes on as with Ollama', function(t)
  local srv = t:fake({ args = { '--demo' } })
  local buf = chat.open(t, srv, { model = 'hum-demo' })
  chat.ask(t, 'hello', buf)
  t:wait(function() return chat.reply(t, buf):find('not a lang') end, 'the first part')
  t:cmd('Hum stop')
  chat.finished(t)
  t:cmd('Hum continue')
  t:wait(function() return chat.reply(t, buf):find('forty a second') end, 'the second part')
  T.match('%*%*I am not a language model%.%*%* I am a small stand%-in server', chat.reply(t, buf))
  t:cmd('Hum stop')
  chat.finished(t, 2)
end)

test('a failure leaves its mark, and it goes on again', function(t)
  local srv = t:fake()
  srv:script({
    rules = {
      { times = 1, text = 'one', done_reason = 'length' },
      { times = 1, tokens = { ' two', ' three' }, faults = { { at = 1, ['do'] = 'close' } } },
      { text = ' three' },
    },
  })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  eq('error', continue(t).status)
  T.match('one two\n<!%-%- hum: error', t:text(buf))
  continue(t, 3)
  eq('one two three', chat.reply(t, buf))
end)

--- How an answer ends that says the text again, before it is certain that it does.
local BROKEN = {
  ['it is stopped'] = { 'stopped', { ['do'] = 'stall' }, 'Hum stop' },
  ['it fails'] = { 'error', { ['do'] = 'close' } },
  ['it is too long'] = { 'cut' },
}

for how, case in pairs(BROKEN) do
  test('nothing is twice when an answer begins with all of the text, and ' .. how, function(t)
    local mark, fault, command = unpack(case)
    local answer = { tokens = { 'w0', ' w1' }, done_reason = 'length' }
    if fault then answer.faults = { vim.tbl_extend('error', { at = 2 }, fault) } end
    local buf, srv = cut(t, 'w0 w1 w2 w3 w49', answer)
    t:cmd('Hum continue')
    if command then
      t:wait_event('HumPartStarted', 2)
      t:cmd(command)
    end
    chat.finished(t, 2)
    T.match('\nw0 w1 w2 w3 w49\n<!%-%- hum: ' .. mark, t:text(buf))
    srv:script({ text = ' w50.' })
    continue(t, 3)
    eq('w0 w1 w2 w3 w49 w50.', chat.reply(t, buf))
  end)
end

for name, error in pairs({
  ['as Anthropic says it'] = 'This model does not support assistant message prefill.',
  ['as llama-server says it'] = 'Assistant response prefill is incompatible with enable_thinking.',
  ['in words that nobody knows'] = 'no',
}) do
  test('a model that does not take the beginning is asked, from then on: ' .. name, function(t)
    local srv = t:fake()
    local short = { { text = 'The sky is bl', done_reason = 'length' } }
    srv:script({
      rules = {
        { times = 1, text = short[1].text, done_reason = 'length' },
        { times = 1, status = 400, json = { error = error } },
        { times = 1, text = 'The sky is blue, and', done_reason = 'length' },
        { text = 'blue, and red.' },
      },
    })
    local buf = chat.open(t, srv)
    chat.ask(t, 'hello', buf)
    chat.finished(t)
    continue(t)
    continue(t, 3)
    eq('The sky is blue, and red.', chat.reply(t, buf))
    local roles = {}
    for n = 2, 4 do
      local messages = sent(srv, n, OLLAMA)
      roles[#roles + 1] = messages[#messages][1]
    end
    eq({ 'assistant', 'user', 'user' }, roles)
    T.no_match('exactly where', t:text(buf))
  end)
end

test('a file that ends in the middle of a reply goes on', function(t)
  local srv = t:fake()
  srv:script({ text = 'n answer.' })
  chat.configure(t, srv)
  local file = t:write_file('chat.md', '---\nhum: 1\nmodel: fake\n---\n\n## » You\n\nq\n\n## « fake\n\nHalf a')
  t:cmd('edit ' .. file)
  continue(t, 1)
  local buf = t:lua('return vim.api.nvim_get_current_buf()')
  eq('Half an answer.', chat.reply(t, buf))
  eq({ { 'user', 'q' }, { 'assistant', 'Half a' } }, sent(srv, 1, OLLAMA))
end)

test('so does one with a mark and a fence that hum has closed', function(t)
  local srv = t:fake()
  srv:script({ text = ' = 1\n```' })
  chat.configure(t, srv)
  local text =
    '---\nhum: 1\nmodel: fake\n---\n\n## » You\n\nq\n\n## « fake\n\n```lua\nx\n```\n<!-- hum: stopped -->\n\n## » You\n\n'
  t:cmd('edit ' .. t:write_file('chat.md', text))
  continue(t, 1)
  eq('```lua\nx = 1\n```', chat.reply(t, t:lua('return vim.api.nvim_get_current_buf()')))
  eq('```lua\nx', sent(srv, 1, OLLAMA)[2][2])
end)

test('thoughts come before the text, and never into it, though none were asked for', function(t)
  local buf, srv = cut(t, 'The sky is bl', { text = 'no' })
  local function record(message) return vim.json.encode({ message = message, done = false }) .. '\n' end
  srv:play({
    {
      headers = { ['Content-Type'] = 'application/x-ndjson' },
      pieces = {
        record({ role = 'assistant', content = '', thinking = 'Where was ' }),
        record({ role = 'assistant', content = '', thinking = 'I?' }),
        record({ role = 'assistant', content = 'u' }),
        record({ role = 'assistant', content = '', thinking = 'On.' }),
        record({ role = 'assistant', content = 'e.' }),
        vim.json.encode({ message = { role = 'assistant', content = '' }, done = true, done_reason = 'stop' }) .. '\n',
      },
    },
  })
  continue(t)
  local thoughts = '<think>\nWhere was I%?\n</think>\n\n<think>\nOn%.\n</think>\n\n'
  T.match('## « fake\n\n' .. thoughts .. 'The sky is blue%.\n\n## » You', t:text(buf))
  eq(false, srv:requests(OLLAMA)[2].body.think)
end)

test('thoughts that come as text go there as well', function(t)
  local buf = cut(t, 'The sky is bl', { text = '<think>\nWhere was I?\n</think>\n\nue.' })
  continue(t)
  T.match('## « fake\n\n<think>\nWhere was I%?\n</think>\n\nThe sky is blue%.\n\n## » You', t:text(buf))
end)

test('so does text that turns out to have been a thought', function(t)
  local buf = cut(t, 'The sky is bl', { text = 'Where was I?\nOn.\n</think>\n\nue.' }, ASKED)
  continue(t)
  T.match('## « fake\n\n<think>\nWhere was I%?\nOn%.\n</think>\n\nThe sky is blue%.\n\n## » You', t:text(buf))
end)

test('a reply of nothing but thoughts is asked for again', function(t)
  local srv = t:fake()
  srv:script({ rules = { { times = 1, thinking = 'hm', text = '', done_reason = 'length' }, { text = 'Yes.' } } })
  local buf = chat.open(t, srv, { model = 'thinker' })
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  continue(t)
  eq('Yes.', chat.reply(t, buf))
  eq({ { 'user', 'hello' } }, sent(srv, 2, OLLAMA))
end)

test('the new model goes on, and that is said', function(t)
  local buf, srv = cut(t, 'The sky is bl', { text = 'ue.' })
  t:cmd('Hum model thinker')
  continue(t)
  T.match('## « fake\n\nThe sky is blue%.', t:text(buf))
  eq('thinker', srv:requests(OLLAMA)[2].body.model)
  T.match('thinker goes on', t:messages())
end)

test('a reply that is complete may go on, or has nothing to add', function(t)
  local srv = t:fake()
  srv:script({ rules = { { times = 1, text = 'All is said.' }, { times = 1, text = '' }, { text = ' And more.' } } })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  local text = t:text(buf)
  eq('good', continue(t).ending)
  eq(text, t:text(buf))
  T.match('nothing to add', t:messages())
  continue(t, 3)
  eq('All is said. And more.', chat.reply(t, buf))
end)

test('the figures are those of both parts', function(t)
  local buf = cut(t, 'one two', { tokens = { ' three', ' four' } })
  local first = chat.finished(t).stats.tokens
  local second = continue(t).stats.tokens
  eq(2, second)
  t:wait_screen((' %d tokens'):format(first + second))
  T.no_match(' %d tokens.* %d tokens', t:screen())
  eq('one two three four', chat.reply(t, buf))
end)

test('it is told what stands in the way', function(t)
  local srv = t:fake()
  chat.configure(t, srv)
  t:cmd('enew')
  t:cmd('Hum continue')
  T.match('not a chat', t:messages())
  local buf = chat.open(t, srv)
  t:cmd('Hum continue')
  T.match('no reply to go on with', t:messages())
  srv:script({ count = 1000000, interval_ms = 5 })
  chat.ask(t, 'hello', buf)
  t:wait(function() return chat.reply(t, buf) ~= '' end, 'text')
  t:cmd('Hum continue')
  T.match('still streaming', t:messages())
  t:cmd('Hum stop')
  chat.finished(t)
end)

test('the key goes on, and hum.continue() with a buffer', function(t)
  local buf = cut(t, 'one', { text = ' two', done_reason = 'length' })
  t:keys('g.')
  chat.finished(t, 2)
  t:cmd('new')
  t:lua('require("hum").continue(...)', buf)
  chat.finished(t, 3)
  T.match('^one two two\n', chat.reply(t, buf))
end)

-- ---- other chats -------------------------------------------------------------------------------

test('lines that look like headings and tags are sent, and stay, as they are', function(t)
  local first = 'It is:\n## » You\n<think>\n\\## > You\n- x'
  local buf, srv = cut(t, first, { text = ' y\n## « me\nend' })
  local before = chat.reply(t, buf):gsub('\n<!.*', '')
  continue(t)
  eq(first, sent(srv, 2, OLLAMA)[2][2])
  eq(before .. ' y\n\\## « me\nend', chat.reply(t, buf))
end)

test('it goes on from what the user has made of it', function(t)
  local buf, srv = cut(t, 'The sky is red', { text = 'lue.' })
  t:cmd([[%s/red$/b/]])
  continue(t)
  eq('The sky is blue.', chat.reply(t, buf))
  eq('The sky is b', sent(srv, 2, OLLAMA)[2][2])
end)

for what, command in pairs({
  ['the mark'] = [[g/^<!-- hum/d]],
  ['the mark and his heading'] = [[/^<!-- hum/,$d]],
  ['his heading'] = [[normal! GkdG]],
}) do
  test('it goes on although the user has deleted ' .. what, function(t)
    local buf, srv = cut(t, 'The sky is bl', { text = 'ue.' })
    t:cmd(command)
    continue(t)
    eq('The sky is blue.', chat.reply(t, buf))
    eq('The sky is bl', sent(srv, 2, OLLAMA)[2][2])
  end)
end

test('it goes on in the last of several exchanges, with what the system said', function(t)
  local srv = t:fake()
  srv:script({
    rules = {
      { times = 1, text = 'First.' },
      { times = 1, text = 'Second', done_reason = 'length' },
      { text = ' and last.' },
    },
  })
  local buf = chat.open(t, srv, nil, { chat = { system = 'Be brief.' } })
  chat.ask(t, 'one', buf)
  chat.finished(t)
  chat.ask(t, 'two', buf)
  chat.finished(t, 2)
  continue(t, 3)
  eq({
    { 'system', 'Be brief.' },
    { 'user', 'one' },
    { 'assistant', 'First.' },
    { 'user', 'two' },
    { 'assistant', 'Second' },
  }, sent(srv, 3, OLLAMA))
  eq('Second and last.', chat.reply(t, buf))
end)

test('u while it goes on stops it, and brings back the reply as it was', function(t)
  local srv = t:fake()
  srv:script({
    rules = { { times = 1, text = 'The sky is bl', done_reason = 'length' }, { count = 100000, interval_ms = 5 } },
  })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  local before = t:text(buf)
  t:cmd('Hum continue')
  t:wait(function() return not t:text(buf):find('hum: cut') and #chat.reply(t, buf) > 60 end, 'text')
  t:keys('u')
  eq('cancelled', chat.finished(t, 2).status)
  t:wait(function() return t:text(buf) == before end, 'the reply as it was')
end)

test('what is typed while it goes on stands below, and is sent behind it', function(t)
  local srv = t:fake()
  local gate = t:gate(srv)
  srv:script({
    rules = {
      { times = 1, text = 'The sky is bl', done_reason = 'length' },
      { times = 1, tokens = { 'ue', ' air' } },
      { text = 'Yes.' },
    },
  })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  gate:pass(0)
  t:cmd('Hum continue')
  gate:pass(1)
  t:wait(function() return t:text(buf):find('is blue') end, 'text')
  t:keys('Goand you?<Esc><CR>')
  gate:pass()
  chat.finished(t, 3)
  T.match('is blue air\n\n## » You\n\nand you%?\n\n## « fake\n\nYes%.', t:text(buf))
  eq({ { 'user', 'hello' }, { 'assistant', 'The sky is blue air' }, { 'user', 'and you?' } }, sent(srv, 3, OLLAMA))
end)

test('a retry replaces both parts, and u brings them back', function(t)
  local srv = t:fake()
  srv:script({
    rules = {
      { times = 1, text = 'The sky is bl', done_reason = 'length' },
      { times = 1, text = 'ue.' },
      { text = 'Another.' },
    },
  })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  continue(t)
  t:cmd('Hum retry')
  chat.finished(t, 3)
  eq('Another.', chat.reply(t, buf))
  t:keys('u')
  t:wait(function() return chat.reply(t, buf) == 'The sky is blue.' end, 'both parts')
end)

test('it goes on after :edit, and the file has it', function(t)
  local _, srv = cut(t, 'Code:\n\n~~~lua\nlocal x', { text = ' = 1\n~~~' })
  t:cmd('write')
  t:cmd('edit')
  continue(t)
  local buf = t:lua('return vim.api.nvim_get_current_buf()')
  eq('Code:\n\n~~~lua\nlocal x = 1\n~~~', chat.reply(t, buf))
  eq('Code:\n\n~~~lua\nlocal x', sent(srv, 2, OLLAMA)[2][2])
  local name = t:lua('return vim.api.nvim_buf_get_name(0)')
  t:wait(function() return t:read_file(name):find('local x = 1\n~~~\n') end, 'it is in the file')
  T.no_match('hum: cut', t:read_file(name))
end)

test('the file has what comes while it goes on, with and without something below', function(t)
  for n, typed in ipairs({ '', 'and you?' }) do
    local srv = t:fake()
    srv:script({
      rules = {
        { times = 1, text = 'The sky is bl', done_reason = 'length' },
        { tokens = { 'ue', ' and', ' wide' }, faults = { { at = 3, ['do'] = 'stall' } } },
      },
    })
    local buf = chat.open(t, srv)
    chat.ask(t, 'hello', buf)
    chat.finished(t, 2 * n - 1)
    if typed ~= '' then t:keys('Go' .. typed .. '<Esc>') end
    t:cmd('Hum continue')
    local name = t:lua('return vim.api.nvim_buf_get_name(...)', buf)
    t:wait(function() return t:read_file(name):find('\nThe sky is blue and wide\n') end, 'it is in the file')
    T.no_match('hum: cut', t:read_file(name))
    t:cmd('Hum stop')
    chat.finished(t, 2 * n)
    T.match(vim.pesc(typed) .. '\n*$', t:text(buf))
  end
end)

test('headings in ASCII stay so', function(t)
  local srv = t:fake()
  srv:script({ text = ' answer.' })
  chat.configure(t, srv)
  t:cmd('edit ' .. t:write_file('chat.md', '---\nhum: 1\nmodel: fake\n---\n\n## > You\n\nq\n\n## < fake\n\nHalf an'))
  continue(t, 1)
  T.match('\n## < fake\n\nHalf an answer%.\n\n## > You\n', t:text())
end)

test('a chat that cannot be changed is told, and so is a server that does not answer', function(t)
  local buf, srv = cut(t, 'The sky is bl', { status = 500, json = { error = 'the runner has died' } })
  t:cmd('setlocal nomodifiable')
  t:cmd('Hum continue')
  T.match("'nomodifiable'", t:messages())
  t:cmd('setlocal modifiable')
  eq('error', continue(t).status)
  T.match('is bl\n<!%-%- hum: error: ', t:text(buf))
  srv:script({ text = 'ue.' })
  continue(t, 3)
  eq('The sky is blue.', chat.reply(t, buf))
end)

test('a message that waits stays below, and is sent behind the reply', function(t)
  local srv = t:fake()
  srv:script({
    rules = {
      { times = 1, tokens = { 'The sky', ' is bl', 'ue' }, faults = { { at = 2, ['do'] = 'stall' } } },
      { times = 1, text = 'ue.' },
      { text = 'Yes.' },
    },
  })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  t:wait(function() return chat.reply(t, buf) == 'The sky is bl' end, 'text')
  t:keys('Goand you?<Esc><CR>')
  t:wait(function() return #t:lua('return require("hum").queue(...)', buf) == 1 end, 'the message waits')
  t:cmd('Hum stop')
  chat.finished(t)
  t:cmd('Hum continue')
  chat.finished(t, 3)
  T.match('The sky is blue%.\n\n## » You\n\nand you%?\n\n## « fake\n\nYes%.', t:text(buf))
  eq({ { 'user', 'hello' }, { 'assistant', 'The sky is bl' } }, sent(srv, 2, OLLAMA))
  eq({}, t:lua('return require("hum").queue(...)', buf))
end)

test('a server that does not say what it is is asked that once, and then to go on', function(t)
  local srv = t:fake()
  srv:script({
    rules = {
      { times = 1, text = 'The sky is b', done_reason = 'length' },
      { times = 1, text = 'is blue', done_reason = 'length' },
      { text = 'blue.' },
    },
  })
  local buf = chat.open(t, srv, { dialect = 'openai' })
  t:lua([[
    asked = {}
    require('hum.server.query').query = function(_, what, fn)
      table.insert(asked, what.path)
      fn({ message = 'not found' })
      return function() end
    end]])
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  continue(t)
  continue(t, 3)
  eq('The sky is blue.', chat.reply(t, buf))
  eq('user', sent(srv, 3, OPENAI)[3][1])
  eq(3, t:lua('return #asked'))
end)

test('a newer model of Anthropic is asked, and nothing is twice', function(t)
  local srv = t:fake()
  local said = 'This model does not support assistant message prefill.'
  srv:script({
    rules = {
      { times = 1, text = 'The sky is blue because ', done_reason = 'length' },
      { times = 1, status = 400, json = { error = { type = 'invalid_request_error', message = said } } },
      { text = 'blue because of the air.' },
    },
  })
  local buf = chat.open(t, srv, { dialect = 'anthropic' })
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  eq('done', continue(t).status)
  eq('The sky is blue because of the air.', chat.reply(t, buf))
end)

test('white space that Anthropic does not take is not doubled', function(t)
  local buf, srv = cut(t, 'The sky is ', { text = ' blue.' }, { dialect = 'anthropic' })
  continue(t)
  eq('The sky is blue.', chat.reply(t, buf))
  eq('The sky is', sent(srv, 2, ANTHROPIC)[2][2])
end)

for what, case in pairs({
  ['a short line'] = { 'One.\n\nTwo words  \n', 'Two words' },
  ['a long line, from a word on'] = { ('word '):rep(30) .. 'end', ('word '):rep(17) .. 'end' },
  ['a long line without blanks, in whole characters'] = { ('語'):rep(40) .. 'x', ('語'):rep(29) .. 'x' },
}) do
  test('a model that is asked is told the last words of ' .. what, function(t)
    local _, srv = cut(t, case[1], { text = ' x' }, ASKED)
    continue(t)
    T.match(('last words, "%s",'):format(case[2]), sent(srv, 2, OPENAI)[3][2], true)
  end)
end

--- Texts that are cut anywhere, by a server that repeats as much as it likes when it is asked.
local ANYWHERE = {
  'w0 w1 w2 w3 w4 w5 w6 w7\nw8 w9 w10 w11 w12',
  'Größe: 日本語の文章, é — 🦙 x\n\n- ä\n- ö und ü, dann noch mehr',
  'So:\n\n```lua\nlocal a = 1\nreturn a\n```\n\nDone, it is.',
}

for n, text in ipairs(ANYWHERE) do
  test('a text that is cut at any character is whole again: ' .. n, { ui = false }, function(t)
    local srv = t:fake()
    for _, endpoint in ipairs({ {}, ASKED }) do
      local path, count = endpoint.dialect and OPENAI or OLLAMA, 0
      for at = 12, vim.fn.strchars(text) - 1, 3 do
        local first = vim.fn.strcharpart(text, 0, at)
        local second = vim.fn.strcharpart(text, path == OPENAI and math.max(0, at - 14) or at)
        srv:script({
          rules = { { times = 1, text = first, done_reason = 'length' }, { text = second, token_bytes = 2 } },
        })
        local buf = chat.open(t, srv, endpoint)
        local before = #t:events('HumRequestFinished')
        chat.ask(t, 'hello', buf)
        chat.finished(t, before + 1)
        continue(t, before + 2)
        eq(text, chat.reply(t, buf), ('%s, cut behind %q'):format(path, first))
        count = count + 1
      end
      T.ok(count > 5)
    end
  end)
end

-- ---- presets -----------------------------------------------------------------------------------

--- What is set at an endpoint with this preset.
local function set(t, name, url)
  return t:lua(
    [[
    local name, url = ...
    local known = require('hum.server.provider.presets')[name]
    local spec = { url = url or known.url, dialect = known.dialect or 'openai', quirks = { limit = 'max_tokens' } }
    local says = require('hum.server.prefill').set(spec, known)
    return { spec.quirks.prefill or '', spec.quirks.think or '', spec.chat_url or '', says, spec.quirks.limit }]],
    name,
    url
  )
end

for name, wanted in pairs({
  ollama = { 'plain', '', '', true },
  ollama_cloud = { 'plain', '', '', true },
  anthropic = { 'plain', '', '', true },
  llama_server = { 'plain', 'template', '', true },
  vllm = { 'fields', 'template', '', true },
  mistral = { 'prefix', '', '', false },
  codestral = { 'prefix', '', '', false },
  deepseek = { 'prefix', '', 'https://api.deepseek.com/beta/chat/completions', false },
  moonshot = { 'partial', '', '', false },
  dashscope = { 'partial', '', '', false },
  groq = { 'plain', '', '', false },
  openrouter = { 'plain', '', '', false },
  openai = { '', '', '', false },
  litellm = { '', '', '', false },
}) do
  test('what is known of a service: ' .. name, { ui = false }, function(t)
    eq(vim.list_extend(vim.list_slice(wanted), { 'max_tokens' }), set(t, name))
    if name == 'deepseek' then eq('', set(t, name, 'http://127.0.0.1:1')[3]) end
  end)
end

test('the way of the service is in the request', function(t)
  local wanted = {
    mistral = function(body) return body.messages[2].prefix end,
    moonshot = function(body) return body.messages[2].partial end,
    vllm = function(body)
      return body.continue_final_message and body.add_generation_prompt == false and not body.messages[3]
    end,
  }
  t:lua([[vim.env.MISTRAL_API_KEY, vim.env.MOONSHOT_API_KEY = 'a', 'b']])
  for preset, has in pairs(wanted) do
    local srv = t:fake()
    srv:script({ rules = { { times = 1, text = 'Half', done_reason = 'length' }, { text = ' a sentence.' } } })
    local buf = chat.open(t, srv, { dialect = 'openai', preset = preset, key = { env = 'MISTRAL_API_KEY' } })
    local before = #t:events('HumRequestFinished')
    chat.ask(t, 'hello', buf)
    chat.finished(t, before + 1)
    continue(t, before + 2)
    eq('Half a sentence.', chat.reply(t, buf), preset)
    eq(true, has(srv:requests(OPENAI)[2].body), preset)
  end
end)
