-- The dialect "anthropic" beyond the events of a reply (see the cases of anthropic.jsonl): addresses, keys, lists of
-- models, limits, stopping, what it cannot do.
local T = require('harness')
local chat = require('lib.chat')
local editor = require('lib.editor')
local test, eq = T.test, T.eq

T.once()

local KEY = { env = { HUM_TEST_KEY = 'sesame' } }

--- One event of a stream.
local function event(type, fields)
  local data = vim.tbl_extend('error', { type = type }, fields or {})
  return ('event: %s\ndata: %s\n\n'):format(type, vim.json.encode(data))
end

local function delta(index, fields) return event('content_block_delta', { index = index, delta = fields }) end

local function text(index, said) return delta(index, { type = 'text_delta', text = said }) end

local END = event('message_delta', { delta = { stop_reason = 'end_turn' }, usage = { output_tokens = 2 } })
  .. event('message_stop')

local SIGNED = delta(0, { type = 'thinking_delta', thinking = 'Let me see.' })
  .. delta(0, { type = 'signature_delta', signature = 'c2ln' })
  .. event('content_block_stop', { index = 0 })

--- A server that answers every message with these pieces.
local function server(t, pieces, rules)
  local srv = t:fake()
  rules = rules or {}
  rules[#rules + 1] = { match = { path = '/v1/messages' }, pieces = pieces or { text(0, 'Hi you'), END } }
  srv:script({ rules = rules })
  return srv
end

local function open(t, srv, endpoint, config)
  local fields = vim.tbl_extend('keep', endpoint or {}, { dialect = 'anthropic', key = { env = 'HUM_TEST_KEY' } })
  return chat.open(t, srv, fields, config)
end

--- What was asked at a path.
local function asked(srv, path)
  return vim.tbl_filter(function(request) return request.path == path end, srv:requests())
end

--- The messages of a request as "role: text".
local function said(request)
  return vim.tbl_map(function(message)
    local blocks = vim.tbl_map(function(block) return block.text or block.type end, message.content)
    return message.role .. ': ' .. table.concat(blocks, '+')
  end, request.body.messages)
end

local function list(t)
  t:lua([[
    answer = nil
    require('hum.server.models').list('ollama', function(err, names) answer = { err = err, names = names } end)]])
  return t:wait(function() return t:lua('return answer') end, 'the list')
end

local PAGES = {
  {
    match = { path = '/v1/models', nth = 1 },
    json = {
      data = { { id = 'crab-1', display_name = 'Crab', max_tokens = 300 }, { id = 'crab-2' } },
      has_more = true,
      last_id = 'crab-2',
    },
  },
  { match = { path = '/v1/models' }, json = { data = { { id = 'eel/3' } }, has_more = false, last_id = 'eel/3' } },
}

for url, path in
  vim.spairs({
    [''] = '/v1/messages',
    ['/'] = '/v1/messages',
    ['/v1'] = '/v1/messages',
    ['/v1/messages'] = '/v1/messages',
    ['/anthropic'] = '/anthropic/v1/messages',
  })
do
  test(('the address "%s" is asked at %s'):format(url, path), KEY, function(t)
    local srv = t:fake()
    srv:script({ rules = { { match = { path = path }, pieces = { text(0, 'Hi you'), END } } } })
    local buf = open(t, { url = srv.url .. url })
    chat.ask(t, 'hello')
    eq('done', chat.finished(t).status)
    eq('Hi you', chat.reply(t, buf))
  end)
end

test('without an address it is the service itself, whatever OLLAMA_HOST says', { ui = false }, function(t)
  t:lua([[vim.env.OLLAMA_HOST = 'http://h:1']])
  T.ok(t:lua([[return require('hum').setup({ endpoints = { claude = { dialect = 'anthropic' } } })]]))
  eq('https://api.anthropic.com', t:lua([[return require('hum.server.endpoint').url('claude')]]))
end)

test('the list has pages, and is asked with key and version', KEY, function(t)
  local srv = server(t, nil, vim.deepcopy(PAGES))
  open(t, srv)
  eq({ names = { 'crab-1', 'crab-2', 'eel/3' } }, list(t))
  local requests = asked(srv, '/v1/models')
  eq({ 'limit=1000', 'limit=1000&after_id=crab-2' }, vim.tbl_map(function(r) return r.query end, requests))
  for _, request in ipairs(requests) do
    eq({ 'sesame', '2023-06-01' }, { request.headers['x-api-key'], request.headers['anthropic-version'] })
    eq(nil, request.headers.authorization)
  end
end)

test('a server whose next page brings nothing new is not asked for another', KEY, function(t)
  local page = { data = { { id = 'crab' } }, has_more = true, last_id = 'crab' }
  local srv = server(t, nil, { { match = { path = '/v1/models' }, json = page } })
  open(t, srv)
  eq({ 'crab' }, list(t).names)
  eq(2, #asked(srv, '/v1/models'))
end)

test('the longest reply of a listed model is asked for, also by a later Neovim', KEY, function(t)
  local srv = server(t, nil, vim.deepcopy(PAGES))
  open(t, srv, { model = 'crab-1' })
  chat.ask(t, 'one')
  chat.finished(t)
  list(t)
  chat.ask(t, 'two')
  chat.finished(t, 2)
  t.child = t:start()
  open(t, srv, { model = 'crab-1' })
  chat.ask(t, 'three')
  chat.finished(t)
  open(t, srv, { model = 'crab-1', options = { max_tokens = 77 } })
  chat.ask(t, 'four')
  chat.finished(t, 2)
  eq({ 8192, 300, 300, 77 }, vim.tbl_map(function(r) return r.body.max_tokens end, asked(srv, '/v1/messages')))
  eq(2, #asked(srv, '/v1/models')) -- no message waits for a list
end)

test('a header of the user is the only key, with what stands before it', KEY, function(t)
  local srv = server(t, nil, vim.deepcopy(PAGES))
  open(t, srv, { headers = { authorization = { env = 'HUM_TEST_KEY', prefix = 'Bearer ' } } })
  chat.ask(t, 'hello')
  chat.finished(t)
  list(t)
  for _, request in ipairs(srv:requests()) do
    eq({ 'Bearer sesame' }, { request.headers.authorization, request.headers['x-api-key'] })
  end
  open(t, srv, { headers = { ['anthropic-version'] = '2027-01-01', ['x-api-key'] = { env = 'HUM_TEST_KEY' } } })
  chat.ask(t, 'hello')
  chat.finished(t, 2)
  local headers = asked(srv, '/v1/messages')[2].headers
  eq({ 'sesame', '2027-01-01' }, { headers['x-api-key'], headers['anthropic-version'] })
end)

test('with other dialects too a header of the user replaces the key', KEY, function(t)
  local srv = t:fake()
  chat.open(t, srv, {
    dialect = 'openai',
    key = { env = 'HUM_TEST_KEY' },
    headers = { Authorization = { env = 'HUM_TEST_KEY', prefix = 'Basic ' } },
  })
  chat.ask(t, 'hello')
  chat.finished(t)
  eq('Basic sesame', srv:requests()[1].headers.authorization)
end)

test('a refused list is told in the words of the server, with the variable of the key', KEY, function(t)
  local refused = { type = 'error', error = { type = 'authentication_error', message = 'invalid x-api-key' } }
  open(t, server(t, nil, { { match = { path = '/v1/models' }, status = 401, json = refused } }))
  local err = list(t).err
  T.match('invalid x-api-key', err, true)
  T.match('HUM_TEST_KEY', err, true)
end)

test('it cannot fill in, which is told, and chats', KEY, function(t)
  local srv = server(t)
  local buf = open(t, srv)
  t:lua([[require('hum.complete.backend').find(function(err) answer = err end)]])
  local err = t:wait(function() return t:lua('return answer') end, 'an answer')
  T.match('endpoint "ollama" cannot fill in', err, true)
  T.match('set complete.endpoint', err, true)
  chat.ask(t, 'hello')
  eq('done', chat.finished(t).status)
  eq('Hi you', chat.reply(t, buf))
  eq({ '/v1/messages' }, vim.tbl_map(function(r) return r.path end, srv:requests()))
end)

for phase, rule in
  vim.spairs({
    ['before the head of the answer'] = { first_ms = 600000, pieces = { text(0, 'late'), END } },
    ['while it thinks'] = {
      pieces = { delta(0, { type = 'thinking_delta', thinking = 'Let me see.' }), { pause_ms = 600000 } },
    },
  })
do
  test(('stopped %s, both questions are one message'):format(phase), KEY, function(t)
    rule = vim.tbl_extend('error', rule, { match = { path = '/v1/messages', nth = 1 } })
    local srv = server(t, nil, { rule })
    local buf = open(t, srv)
    chat.ask(t, 'one')
    t:wait(function() return #asked(srv, '/v1/messages') == 1 end, 'the request')
    if not rule.first_ms then t:wait(function() return chat.reply(t, buf):find('see') end, 'a thought') end
    t:cmd('Hum stop')
    eq('cancelled', chat.finished(t).status)
    t:wait(function() return #srv:events('disconnect') == 1 end, 'the connection is closed')
    chat.ask(t, 'two')
    eq('done', chat.finished(t, 2).status)
    local request = asked(srv, '/v1/messages')[2]
    eq(1, #request.body.messages)
    T.match('^user: one.*two$', said(request)[1])
    T.ok(not vim.inspect(request.body):find('Let me see', 1, true))
  end)
end

test('stopped while the text comes, what has come goes back as its reply', KEY, function(t)
  local streams = { text(0, 'Half of'), { pause_ms = 600000 } }
  local srv = server(t, nil, { { match = { path = '/v1/messages', nth = 1 }, pieces = streams } })
  local buf = open(t, srv)
  chat.ask(t, 'one')
  t:wait(function() return chat.reply(t, buf):find('Half of') end, 'some text')
  t:cmd('Hum stop')
  eq('cancelled', chat.finished(t).status)
  srv:wait_event('disconnect')
  chat.ask(t, 'two')
  eq('done', chat.finished(t, 2).status)
  eq({ 'user: one', 'assistant: Half of', 'user: two' }, said(asked(srv, '/v1/messages')[2]))
end)

test('stopped while an overloaded service is waited for, it is not asked again', KEY, function(t)
  local overloaded = { type = 'error', error = { type = 'overloaded_error', message = 'Overloaded' } }
  local rule = { match = { path = '/v1/messages', nth = 1 }, status = 529, json = overloaded }
  local srv = server(t, nil, { rule })
  open(t, srv)
  chat.ask(t, 'one')
  t:wait_screen('asking again in')
  t:cmd('Hum stop')
  eq('cancelled', chat.finished(t).status)
  eq(1, #asked(srv, '/v1/messages'))
  chat.ask(t, 'two')
  eq('done', chat.finished(t, 2).status)
  eq({ 'user: one\n\ntwo' }, said(asked(srv, '/v1/messages')[2]))
end)

test('after a failure the next question goes with the first, and roles alternate', KEY, function(t)
  local broken = { type = 'error', error = { type = 'api_error', message = 'Internal server error' } }
  local srv = server(t, nil, { { match = { path = '/v1/messages', nth = 1 }, status = 500, json = broken } })
  open(t, srv, nil, { chat = { system = 'Be brief.' } })
  chat.ask(t, 'one')
  T.match('Internal server error', chat.finished(t).message, true)
  chat.ask(t, 'two')
  chat.finished(t, 2)
  chat.ask(t, 'three')
  chat.finished(t, 3)
  local request = asked(srv, '/v1/messages')[3]
  local messages = said(request)
  eq(3, #messages)
  T.match('^user: one.*two$', messages[1])
  eq({ 'assistant: Hi you', 'user: three' }, { messages[2], messages[3] })
  eq('Be brief.', request.body.system[1].text)
end)

test('the health check names the endpoint and where its key comes from, not the key', KEY, function(t)
  local srv = server(t, nil, vim.deepcopy(PAGES))
  open(t, srv, { model = 'crab-1' })
  t:cmd('checkhealth hum')
  local report = t:wait(function()
    local seen = t:text()
    return seen:find('crab%-2') and seen
  end, 'the report')
  T.match('dialect "anthropic"', report, true)
  T.match('HUM_TEST_KEY', report, true)
  T.ok(not report:find('sesame') and not report:find('ERROR'), report)
end)

--- The types of the blocks of a request's messages.
local function blocks(request)
  return vim.tbl_map(function(message)
    return vim.tbl_map(function(block) return block.type end, message.content)
  end, request.body.messages)
end

test('signed and redacted thoughts go back in front of their reply, while that is as it was', KEY, function(t)
  local redacted = { index = 1, content_block = { type = 'redacted_thinking', data = 'eHl6' } }
  local srv = server(t, { SIGNED, event('content_block_start', redacted), text(2, 'Hi you'), END })
  local buf = open(t, srv)
  chat.ask(t, 'one')
  chat.finished(t)
  chat.ask(t, 'two')
  chat.finished(t, 2)
  local second = asked(srv, '/v1/messages')[2]
  eq({ { 'text' }, { 'thinking', 'redacted_thinking', 'text' }, { 'text' } }, blocks(second))
  local sent = second.body.messages[2].content
  eq({ 'Let me see.', 'c2ln', 'eHl6', 'Hi you' }, { sent[1].thinking, sent[1].signature, sent[2].data, sent[3].text })
  -- The first reply is edited: nobody may say that the service thought this.
  t:lua(
    [[
    local buf = ...
    for row, line in ipairs(vim.api.nvim_buf_get_lines(buf, 0, -1, false)) do
      if line == 'Hi you' then return vim.api.nvim_buf_set_lines(buf, row - 1, row, false, { 'Hi all' }) end
    end]],
    buf
  )
  chat.ask(t, 'three')
  chat.finished(t, 3)
  local thoughts = { 'thinking', 'redacted_thinking', 'text' }
  eq({ { 'text' }, { 'text' }, { 'text' }, thoughts, { 'text' } }, blocks(asked(srv, '/v1/messages')[3]))
end)

test('what a service signed goes to no other', KEY, function(t)
  local srv = server(t, { SIGNED, text(1, 'Hi you'), END })
  open(t, srv)
  chat.ask(t, 'one')
  chat.finished(t)
  chat.configure(t, srv, { dialect = 'openai' })
  chat.ask(t, 'two')
  chat.finished(t, 2)
  eq({ role = 'assistant', content = 'Hi you' }, asked(srv, '/v1/chat/completions')[1].body.messages[2])
end)

test('what a thought has to go back with comes from the helper', { nvim = false }, function(t)
  local redacted = { type = 'redacted_thinking', data = 'eHl6' }
  local pieces = {
    SIGNED,
    event('content_block_start', { index = 1, content_block = redacted }),
    text(2, 'Hi you'),
    END,
  }
  local srv = server(t, pieces)
  local e = editor.start(t)
  e:hello()
  e.rpc:notify('chat', 1, {
    buf = 1,
    endpoint = editor.endpoint(srv.url, { dialect = 'anthropic' }),
    request = { model = 'm', messages = { { role = 'user', parts = { { type = 'text', text = 'hi' } } } } },
  })
  eq('done', e:wait_end(1).name)
  local thoughts = {}
  for _, one in ipairs(e:events_of(1)) do
    if one.name == 'thought' then thoughts[#thoughts + 1] = one.data end
  end
  eq({ { text = 'Let me see.', signature = 'c2ln' }, { redacted = 'eHl6' } }, thoughts)
end)
