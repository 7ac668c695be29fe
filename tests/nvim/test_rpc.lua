-- The helper alone, driven over its pipe: what it does with good and bad messages.
local T = require('harness')
local editor = require('lib.editor')
local proc = require('lib.proc')
local test, eq = T.test, T.eq

T.once()

local BARE = { nvim = false }

local function spec(url, more)
  return vim.tbl_deep_extend('force', {
    buf = 1,
    join = false,
    endpoint = editor.endpoint(url),
    request = { model = 'm', messages = { { role = 'user', parts = { { type = 'text', text = 'hi' } } } } },
  }, more or {})
end

-- Sends bytes that are wrong in some way. The helper may go on or leave; it must not crash,
-- and must say in its log what was wrong.
local function survives(t, bytes)
  local e = editor.start(t)
  e:hello()
  e.rpc.write(bytes)
  e.rpc:send('info')
  t:wait(function() return e.proc.code or e.rpc.answers[1] end, 'an answer to what follows, or the end')
  eq(0, e.proc.signal or 0, 'signal')
  e.proc:eof()
  local _, signal = e:join()
  eq(0, signal)
  eq('', e.proc.err:match('runtime error.*') or '')
  T.match('%S', t:read_file('hum.log') or '')
  return e, t:read_file('hum.log')
end

test('is ready after hello, and names itself as an RPC client', BARE, function(t)
  local e = editor.start(t)
  local ready = e:hello()
  eq(10, ready.protocol)
  T.match('^%d+%.%d+%.%d+', ready.version)
  t:wait(function() return e.client end, 'client info')
  eq({ name = 'hum', type = 'msgpack-rpc' }, e.client)
end)

test('takes messages split at every byte', BARE, function(t)
  local e = editor.start(t)
  local hello = vim.mpack.encode({ 2, 'hello', { { protocol = 10, log_file = t.dir .. '/hum.log' } } })
  for i = 1, #hello do
    e.rpc.write(hello:sub(i, i))
  end
  e:wait_event('ready', 0)
end)

test('answers requests in their order, each once', BARE, function(t)
  local e = editor.start(t)
  local ids = {}
  for i = 1, 50 do
    ids[i] = e.rpc:send(i % 2 == 0 and 'poll' or 'info')
  end
  local seen = {}
  local feed = e.rpc.answers
  t:wait(function()
    for _, id in ipairs(ids) do
      if not feed[id] then return false end
      seen[id] = feed[id]
    end
    return true
  end, '50 answers')
  eq('ok', seen[ids[2]].result)
  eq(10, seen[ids[1]].result.protocol)
  eq(e.proc.pid, seen[ids[1]].result.pid)
end)

test('answers an unknown request with an error and goes on', BARE, function(t)
  local e = editor.start(t)
  e:hello()
  local answer = e:ask('no_such_method', 1, 2)
  T.match('no_such_method', vim.inspect(answer.err))
  eq(vim.NIL, answer.result)
  T.ok(e:ask('info').result)
end)

test('answers requests that it cannot read, so that nobody waits', BARE, function(t)
  local e = editor.start(t)
  e:hello()
  local encode = vim.mpack.encode
  local deep = ('\x91'):rep(40) .. '\xc0'
  local requests = {
    encode('info') .. deep,
    encode('info') .. encode({ a = 1 }),
    encode(5) .. encode({}),
    encode(('x'):rep(5000)) .. encode({}),
  }
  for i, rest in ipairs(requests) do
    local id = 70000 + i
    e.rpc.write('\x94\x00' .. encode(id) .. rest)
    local answer = t:wait(function() return e.rpc.answers[id] end, 'an answer')
    T.ok(answer.err ~= vim.NIL, vim.inspect(answer))
  end
  eq('ok', e:ask('poll').result)
end)

test('logs an unknown notification and goes on', BARE, function(t)
  local e = editor.start(t)
  e:hello()
  e.rpc:notify('no_such_method', { a = 1 })
  T.ok(e:ask('info').result)
  T.match('no_such_method', t:read_file('hum.log'))
end)

test('does not answer an answer that nobody waits for', BARE, function(t)
  local e = editor.start(t)
  e:hello()
  e.rpc.write(vim.mpack.encode({ 1, 4711, vim.NIL, 'surprise' }))
  T.ok(e:ask('info').result)
  eq(nil, e.rpc.broken)
end)

for name, bytes in pairs({
  ['text'] = 'GET / HTTP/1.1\r\n\r\n',
  ['a byte that msgpack never uses'] = '\xc1',
  ['a number'] = '\x05',
  ['a message of an unknown kind'] = vim.mpack.encode({ 7, 'x', {} }),
  ['an array too short'] = vim.mpack.encode({ 2, 'x' }),
  ['a method that is no string'] = vim.mpack.encode({ 2, 42, {} }),
  ['arguments that are no array'] = vim.mpack.encode({ 2, 'hello', 'x' }),
  ['an array said to have 4 billion items'] = '\x93\x02\xa5hello\xdd\xff\xff\xff\xff',
  ['200 nested arrays'] = '\x93\x02\xa5hello' .. ('\x91'):rep(200) .. '\xc0',
}) do
  test('survives ' .. name, BARE, function(t) survives(t, bytes) end)
end

test('refuses a message said to be 4 GB', BARE, function(t)
  local e = editor.start(t)
  e:hello()
  e.rpc.write('\x93\x02\xa5hello\x91\xdb\xff\xff\xff\xff')
  t:wait(function() return e.proc.code end, 'the helper leaves')
  eq(0, e.proc.signal)
  T.match('size limit', t:read_file('hum.log'))
end)

test('skips a message of 65 MB, ends its chat and reads on', BARE, function(t)
  local e = survives(t, '\x93\x02\xa4chat\x92\x07\xdb\x04\x10\x00\x00' .. ('x'):rep(65 * 1024 * 1024))
  T.match('over 64 MB was not read: chat', t:read_file('hum.log'))
  local events = e:events_of(7)
  eq(1, #events)
  eq('error', events[1].name)
  T.match('longer than hum can read', events[1].data.message)
  T.match(':Hum new', events[1].data.hint)
  T.ok(e.rpc.answers[1], 'what follows is answered')
end)

test('a chat that is over 64 MB as JSON ends with what to do', BARE, function(t)
  local e = editor.start(t)
  e:hello()
  local text = ('\1'):rep(11 * 1024 * 1024) -- each "\\u0001"
  e.rpc:notify(
    'chat',
    7,
    spec('http://127.0.0.1:1', {
      request = { messages = { { role = 'user', parts = { { type = 'text', text = text } } } } },
    })
  )
  local ending = e:wait_end(7)
  eq({ 'error', 'spec' }, { ending.name, ending.data.code })
  T.match('longer than hum can send', ending.data.message)
  T.match(':Hum new', ending.data.hint)
end)

test('an edit of 65 MB ends the suggestions for its buffer alone, until its text comes again', BARE, function(t)
  local e = editor.start(t)
  e:hello()
  local function lines(buf, first, last, text) e.rpc:notify('nvim_buf_lines_event', buf, 5, first, last, text, false) end
  local function mirrors() return { e:ask('mirror', 1).result, e:ask('mirror', 2).result } end
  for buf = 1, 2 do
    e.rpc:notify('attach', buf, { name = 'a.lua', filetype = 'lua', comment = '' })
    lines(buf, 0, -1, { 'one', 'two' })
  end
  eq({ 'one\ntwo\n', 'one\ntwo\n' }, mirrors())
  t:wait(function() return e.requests == 2 end, 'both are attached')
  local long = '\xdb\x04\x10\x00\x00' .. ('x'):rep(65 * 1024 * 1024)
  e.rpc.write('\x93\x02\xb4nvim_buf_lines_event\x96\x01\x06\x00\x01\x91' .. long .. '\xc2')
  eq({ vim.NIL, 'one\ntwo\n' }, mirrors())
  T.match('buffer 1: no suggestions, its text is too long', t:read_file('hum.log'))
  lines(1, 1, 2, { 'an edit of text that is not known' })
  e.rpc:notify('enter', 1, 2)
  e.rpc:notify('key', 1, 7, 0, 0, 'typed', 0, 0)
  e.rpc:notify('collect', 1, 0, 2)
  eq(vim.NIL, mirrors()[1])
  eq(2, e.requests, 'to attach again would bring the same text')
  lines(1, 0, -1, { 'short' })
  eq({ 'short\n', 'one\ntwo\n' }, mirrors())
end)

test('refuses each wrong spec with one error that names the field', BARE, function(t)
  local e = editor.start(t)
  e:hello()
  local wrong = {
    { 'spec', 'no map at all' },
    { 'endpoint', spec('http://127.0.0.1:1', { endpoint = 'x' }) },
    { 'url', spec('http://127.0.0.1:1', { endpoint = { url = 7 } }) },
    { 'dialect', spec('http://127.0.0.1:1', { endpoint = { dialect = 'klingon' } }) },
    { 'none of "ollama", "openai"', spec('http://127.0.0.1:1', { endpoint = { dialect = 'klingon' } }) },
    { 'cannot chat', spec('http://127.0.0.1:1', { endpoint = { dialect = 'llamacpp' } }) },
    { 'request', spec('http://127.0.0.1:1', { request = 'x' }) },
    { 'model', spec('http://127.0.0.1:1', { request = { model = 3 } }) },
    { 'messages', spec('http://127.0.0.1:1', { request = { messages = 'x' } }) },
    { 'buf', spec('http://127.0.0.1:1', { buf = 'x' }) },
  }
  for id, case in ipairs(wrong) do
    e.rpc:notify('chat', id, case[2])
  end
  for id, case in ipairs(wrong) do
    local ending = e:wait_end(id)
    eq('error', ending.name, case[1])
    eq('spec', ending.data.code, case[1])
    if id > 1 then T.match(case[1], ending.data.message) end
    eq(1, #e:events_of(id), case[1])
  end
  eq({}, e.edits)
end)

--- Each field that must be there, taken away.
local function without(map)
  return vim.tbl_map(function(name)
    local less = vim.deepcopy(map)
    less[name] = nil
    return { name, less }
  end, vim.tbl_keys(map))
end

test('a field that is missing is an error that names it', BARE, function(t)
  local e = editor.start(t)
  e:hello()
  local cases = {}
  local endpoint = editor.endpoint('http://127.0.0.1:1')
  local query = { method = 'GET', path = '/x', timeout = 1 }
  for _, case in ipairs(without(endpoint)) do
    table.insert(cases, { 'endpoint.' .. case[1], 'query', vim.tbl_extend('error', query, { endpoint = case[2] }) })
  end
  for _, case in ipairs(without(query)) do
    table.insert(cases, { 'query.' .. case[1], 'query', vim.tbl_extend('error', case[2], { endpoint = endpoint }) })
  end
  for id, case in ipairs(cases) do
    e.rpc:notify(case[2], id, case[3])
    local ending = e:wait_end(id)
    eq({ 'error', 'spec' }, { ending.name, ending.data.code }, case[1])
    T.match(case[1] .. ' is ', ending.data.message, true)
  end
end)

test('a query that is refused is explained in the words of a chat', BARE, function(t)
  local srv = t:fake()
  local missing = { error = "model 'm' not found" }
  local cut_off = 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 1000\r\n\r\n{"error":"no"}'
  srv:script({
    rules = {
      { match = { path = '/api/show' }, status = 404, json = missing },
      { match = { path = '/api/chat' }, status = 404, json = missing },
      { match = { path = '/cut' }, framing = 'raw', pieces = { cut_off } },
    },
  })
  local e = editor.start(t)
  e:hello()
  local about = spec(srv.url)
  local query =
    { endpoint = about.endpoint, method = 'POST', path = '/api/show', body = '{}', model = 'm', timeout = 9 }
  e.rpc:notify('chat', 1, about)
  e.rpc:notify('query', 2, query)
  e.rpc:notify('query', 3, vim.tbl_extend('force', query, { path = '/cut' }))
  local chat, failed, cut = e:wait_end(1), e:wait_end(2), e:wait_end(3)
  eq({ 'error', 'http', 404 }, { failed.name, failed.data.code, failed.data.status })
  eq(chat.data.message:gsub('/api/chat', '/api/show'), failed.data.message)
  eq(chat.data.hint, failed.data.hint)
  T.match('ollama pull m', failed.data.hint, true)
  eq({ 'http', 401 }, { cut.data.code, cut.data.status }, 'the status counts, however the body ends')
  T.match('endpoints.fake.key', cut.data.hint, true)
end)

test('bears calls without arguments and with wrong ones', BARE, function(t)
  local e = editor.start(t)
  e:hello()
  for _, method in ipairs({ 'chat', 'stop', 'join', 'jobs', 'query', 'warm', 'hello' }) do
    e.rpc:notify(method)
    e.rpc:notify(method, 'x')
    e.rpc:notify(method, 'x', 'y', 'z')
    e.rpc:notify(method, vim.NIL, vim.NIL)
  end
  e.rpc:notify('stop', 12345)
  e.rpc:notify('join', 12345, true)
  T.ok(e:ask('info').result)
end)

test('leaves at the end of input', BARE, function(t)
  local e = editor.start(t)
  e:hello()
  e.proc:eof()
  eq({ 0, 0 }, { e:join() })
end)

test('leaves on SIGTERM', BARE, function(t)
  local e = editor.start(t)
  e:hello()
  e.proc:kill('sigterm')
  eq({ 0, 0 }, { e:join() })
end)

test('leaves when nobody reads its output any more', BARE, function(t)
  local e = editor.start(t)
  e:hello()
  e.proc.stdout:close()
  for _ = 1, 100 do
    e.rpc:send('info')
  end
  local _, signal = e:join()
  eq(0, signal)
end)

test('edits keep their order when their form changes', BARE, function(t)
  local tokens, text = require('lib.chat').tokens(400)
  local srv = t:fake()
  srv:script({ tokens = tokens })
  local gate = t:gate(srv)
  local e = editor.start(t)
  e:hello()
  gate:pass(0)
  e.rpc:notify('chat', 1, spec(srv.url))
  for i = 1, 10 do
    gate:pass(16)
    t:wait(function() return #(e.texts[1] or '') >= i * 16 * 7 end, 'more text')
    e.rpc:notify('join', 1, i % 2 == 1)
    e:ask('info')
  end
  gate:pass()
  eq('done', e:wait_end(1).name)
  eq(text, e.texts[1])
  local forms = { [true] = 0, [false] = 0 }
  for _, edit in ipairs(e.edits) do
    forms[edit.join] = forms[edit.join] + 1
  end
  T.ok(forms[true] > 0 and forms[false] > 0, vim.inspect(forms))
end)

test('however often thinking and text take turns, no part overtakes the text before it', BARE, function(t)
  local srv, pieces = t:fake(), {}
  local function say(field, text) table.insert(pieces, vim.json.encode({ message = { [field] = text } }) .. '\n') end
  for _ = 1, 80 do
    say('content', 'a ')
  end
  for _ = 1, 30 do
    say('thinking', 'hm ')
    say('content', 'so ')
  end
  table.insert(pieces, '{"done":true,"done_reason":"stop"}\n')
  srv:script({ pieces = pieces })
  local e = editor.start(t)
  e:hello()
  e.held = {}
  local generate = spec(srv.url)
  generate.buf = nil
  e.rpc:notify('generate', 1, generate)
  srv:wait_event('done')
  t:wait(function() return #e:events_of(1, 'text') == 64 end, 'a full window')
  e:ask('info')
  e:release()
  eq('done', e:wait_end(1).name)
  local said, part = { text = '', thinking = '' }, nil
  for _, event in ipairs(e:events_of(1)) do
    if event.name == 'part' then
      part = event.data.part
    elseif event.name == 'text' then
      said[part] = said[part] .. event.data.text
    end
  end
  eq({ text = ('a '):rep(80) .. ('so '):rep(30), thinking = ('hm '):rep(30) }, said)
end)

test('edits wait for their answers, and none is lost', BARE, function(t)
  local tokens, text = require('lib.chat').tokens(2000)
  local srv = t:fake()
  srv:script({ tokens = tokens })
  local e = editor.start(t)
  e:hello()
  e.held = {}
  e.rpc:notify('chat', 1, spec(srv.url))
  srv:wait_event('done')
  t:wait(function() return #e.edits == 64 end, 'a full window')
  T.ok(e:ask('info').result, 'the helper listens')
  eq(64, #e.edits, 'edits without an answer')
  e:release()
  local ending = e:wait_end(1)
  eq('done', ending.name)
  eq(text, e.texts[1])
  eq(64, ending.data.stats.max_unacked)
  T.ok(#e.edits < 200, ('what waited is merged: %d edits'):format(#e.edits))
end)

test('reads what came before a reset', BARE, function(t)
  local srv = t:fake()
  srv:script({ tokens = { 'alpha ', 'beta ', 'gamma' }, first_ms = 100, faults = { { at = 2, ['do'] = 'reset' } } })
  local e = editor.start(t)
  e:hello()
  e.rpc:notify('chat', 1, spec(srv.url))
  srv:wait_event('request')
  -- Stopped, it finds the text and the reset together when it goes on.
  e.proc:kill('sigstop')
  srv:wait_event('token', 2)
  srv:wait_event('close')
  e.proc:kill('sigcont')
  eq('cut', e:wait_end(1).data.code)
  eq('alpha beta ', e.texts[1])
end)

local function asleep(pid)
  local f = io.open('/proc/' .. pid .. '/stat')
  if not f then return true end
  local stat = f:read('*a')
  f:close()
  return stat:match('%) (%a)') == 'S'
end

--- That the helper does nothing for 3 s.
local function rests(t, e)
  if vim.fn.executable('strace') == 0 then
    T.skip('no strace here')
  elseif t.run.valgrind then
    T.skip('valgrind makes calls of its own')
  end
  -- It waits for events, and for nothing else.
  t:wait(function() return e:ask('info') and asleep(e.proc.pid) end, 'the helper sleeps')
  local trace = t.dir .. '/strace'
  local s = t:spawn({ 'strace', '-f', '-o', trace, '-p', tostring(e.proc.pid) })
  t:wait(function() return s.err:find('attached') or s.code end, 'strace attached')
  if s.code then T.skip('strace may not attach: ' .. s.err) end
  t:elapse(3)
  s:kill('sigint')
  s:join()
  -- One call is on the way all the time: the wait for events, cut off by strace's leaving.
  local calls = {}
  for line in (t:read_file(trace) or ''):gmatch('[^\n]+') do
    if not line:find('detached') and not line:find('epoll_p?wait') then table.insert(calls, line) end
  end
  eq({}, calls)
  local _, waits = (t:read_file(trace) or ''):gsub('epoll_p?wait%d?%(', '')
  T.ok(waits <= 1, ('woke %d times'):format(waits))
end

test('makes no system call while idle', { nvim = false, alone = true }, function(t)
  local srv = t:fake()
  srv:script({ tokens = { 'a', 'b' } })
  local e = editor.start(t)
  e:hello()
  -- With a connection kept alive behind it: that one must not be polled either.
  e.rpc:notify('chat', 1, spec(srv.url))
  eq('done', e:wait_end(1).name)
  rests(t, e)
end)

test('says its version and its use', BARE, function(t)
  local exe = t.run.helper or t.root .. '/build/hum'
  local version = proc.run({ exe, '--version' })
  eq(0, version.code)
  T.match('^hum %d+%.%d+%.%d+', version.out)
  local help = proc.run({ exe, '--help' })
  eq(0, help.code)
  T.match('Neovim', help.out)
  local wrong = proc.run({ exe, '--no-such-option' })
  T.ok(wrong.code ~= 0)
  T.match('no%-such%-option', wrong.err)
  eq('', wrong.out)
end)

test('started by hand in a terminal says what it is for', BARE, function(t)
  local exe = t.run.helper or t.root .. '/build/hum'
  local out = t:in_terminal({ exe })
  T.match('Neovim', out)
end)

-- ---- libcurl -------------------------------------------------------------------------------

--- The libraries that a helper has in its memory, as Linux tells.
local function libraries(t, e)
  if not vim.uv.fs_stat('/proc/self/maps') then T.skip('no /proc') end
  return t:read_file(('/proc/%d/maps'):format(e.proc.pid))
end

test('loads libcurl with the first request, or when one is near', BARE, function(t)
  local srv = t:fake()
  srv:script({ rules = { { text = 'one' } } })
  for _, first in ipairs({ 'chat', 'warm' }) do
    local e = editor.start(t)
    e:hello()
    e:ask('info')
    T.no_match('libcurl', libraries(t, e), true)
    e.rpc:notify(first, 1, spec(srv.url))
    if first == 'chat' then e:wait_end(1) end
    e:ask('info')
    T.match('libcurl', libraries(t, e), true)
  end
end)

test('without libcurl requests end with the cure', BARE, function(t)
  local dir = vim.fs.dirname(t:write_file('lib/libcurl.so.4', 'not a library'))
  t:write_file('lib/libcurl-gnutls.so.4', 'not a library')
  local e = editor.start(t, { 'env', 'LD_LIBRARY_PATH=' .. dir, t.run.helper or t.root .. '/build/hum' })
  e:hello()
  libraries(t, e)
  e.rpc:notify('warm')
  for id = 1, 2 do
    e.rpc:notify('chat', id, spec('http://127.0.0.1:1'))
    local ending = e:wait_end(id)
    eq({ 'error', 'spec' }, { ending.name, ending.data.code })
    T.match('libcurl cannot be loaded: .*libcurl%.so%.4', ending.data.message)
    T.match('Install libcurl', ending.data.hint, true)
  end
end)

-- ---- completion ---------------------------------------------------------------------------

--- A helper that completes in buffer 1 with a server that answers by `rules`.
local function completer(t, rules, more)
  local srv = t:fake()
  srv:script({ server = 'llama-server', models = { 'coder' }, rules = rules })
  local e = editor.start(t)
  e:hello()
  e.backend = editor.backend(editor.endpoint(srv.url, { dialect = 'openai' }), more)
  e.rpc:notify('backend', e.backend)
  e.rpc:notify('attach', 1, { name = 'a.src', filetype = 'code' })
  e.rpc:notify('nvim_buf_lines_event', 1, 1, 0, -1, { 'x', '' }, false)
  return srv, e
end

test('a field of a backend that is missing is an error that names it', BARE, function(t)
  local _, e = completer(t, {})
  for _, case in ipairs(without(e.backend)) do
    local before = #e:events_of(0, 'backend_error')
    e.rpc:notify('backend', case[2])
    e:ask('info')
    local told = e:events_of(0, 'backend_error')[before + 1]
    if case[1] == 'debounce_ms' then
      eq(nil, told, 'it may be absent')
    elseif case[1] == 'endpoint' then
      T.match('endpoint.name is missing', told.data.message, true)
    else
      T.match(('backend.%s is missing'):format(case[1]), told.data.message, true)
    end
  end
end)

local function counts(e) return e:ask('info').result.complete end

for name, piece in pairs({
  ['of blanks'] = function() return (' '):rep(1000) end,
  ['of one line'] = function(i) return ('w%d '):format(i * 7919 % 65537) end,
}) do
  test(('an answer %s that never ends is ended'):format(name), BARE, function(t)
    local records = {}
    for i = 1, 40000 do
      records[i] = ('data: {"choices":[{"index":0,"text":"%s"}]}\n\n'):format(piece(i))
    end
    local endless =
      { tokens = { '' }, faults = { { at = 0, ['do'] = 'raw', text = table.concat(records) }, { ['do'] = 'stall' } } }
    local srv, e = completer(t, { endless }, { prefetch = false })
    e.rpc:notify('key', 1, 1, 1, 0, 'typed', 0, 0)
    srv:wait_event('request')
    t:wait(function() return counts(e).done == 1 end, 'an end')
    eq(0, counts(e).live)
  end)
end

test('makes no system call while a suggestion is shown', { nvim = false, alone = true }, function(t)
  local _, e = completer(t, { { text = 'one(two)' } })
  for _, kind in ipairs({ 'typed', 'requested' }) do
    e.rpc:notify('key', 1, 1, 1, 0, kind, 0, 0)
  end
  t:wait(function() return counts(e).done == 1 end, 'the answer')
  eq(0, counts(e).prefetched)
  rests(t, e)
end)

test('a short prompt, of which most tokens are not text, does not make later ones short', BARE, function(t)
  local usage = 'data: {"choices":[],"usage":{"prompt_tokens":8,"completion_tokens":1}}\n\n'
  local srv, e = completer(
    t,
    { { tokens = { '1' }, faults = { { ['do'] = 'raw', text = usage } } } },
    { window_tokens = 400, prefetch = false }
  )
  e.rpc:notify('nvim_buf_lines_event', 1, 2, 0, 2, { 'local x = ' }, false)
  e.rpc:notify('key', 1, 2, 0, 10, 'typed', 0, 0)
  t:wait(function() return counts(e).done == 1 end, 'an answer')
  local lines = {}
  for i = 1, 100 do
    lines[i] = ('local variable_%d = %d'):format(i, i)
  end
  e.rpc:notify('nvim_buf_lines_event', 1, 3, 0, 1, lines, false)
  e.rpc:notify('key', 1, 3, 99, #lines[100], 'typed', 0, 0)
  t:wait(function() return counts(e).done == 2 end, 'another answer')
  T.ok(srv:requests()[2].fill.prompt_bytes > 400, vim.inspect(srv:requests()[2].fill))
end)
--- The text as it was, once more.
local function send_text(e) e.rpc:notify('nvim_buf_lines_event', 1, 1, 0, -1, { 'x', '' }, false) end

for name, opts in pairs({
  ['a key'] = { during = function(e) e.rpc:notify('key', 1, 1, 1, 0, 'typed', 0, 0) end },
  ['a key and another backend'] = {
    during = function(e, _, t)
      e.rpc:notify('key', 1, 1, 1, 0, 'typed', 0, 0)
      e.rpc:notify('backend', e.backend)
      t:elapse(0.05)
    end,
  },
  ['the end of the debounce'] = {
    debounce_ms = 100,
    before = function(e) e.rpc:notify('key', 1, 1, 1, 0, 'typed', 0, 0) end,
    during = function(_, _, t) t:elapse(0.15) end,
  },
  ['the answer'] = {
    before = function(e, srv)
      e.rpc:notify('key', 1, 1, 1, 0, 'typed', 0, 0)
      srv:wait_event('request')
    end,
    during = function(e, _, t)
      t:wait(function() return counts(e).done == 1 end, 'the answer')
    end,
  },
}) do
  test(('%s while the text is read again is not lost'):format(name), BARE, function(t)
    local srv, e = completer(
      t,
      { { text = 'one', first_ms = 200 } },
      { prefetch = false, debounce_ms = opts.debounce_ms }
    )
    if opts.before then opts.before(e, srv) end
    e.rpc:notify('nvim_buf_detach_event', 1) -- as :e! does
    eq(vim.NIL, e:ask('mirror', 1).result)
    opts.during(e, srv, t)
    send_text(e)
    eq('one', e:wait_event('suggest', 1).text)
    eq(1, counts(e).requests)
  end)
end

test('an answer that ends between an edit and its key asks nothing more', BARE, function(t)
  local srv, e = completer(t, { { text = 'one', first_ms = 100 } }, { prefetch = false })
  e.rpc:notify('key', 1, 1, 1, 0, 'typed', 0, 0)
  srv:wait_event('request')
  e.rpc:notify('nvim_buf_lines_event', 1, 2, 1, 2, { 'o' }, false)
  t:wait(function() return counts(e).done == 1 end, 'the answer')
  e.rpc:notify('key', 1, 2, 1, 1, 'typed', 0, 0)
  t:wait(function()
    local events = e:events_of(1, 'suggest')
    return #events > 0 and events[#events].data.tick == 2 and events[#events].data.text == 'ne'
  end, 'what is left of it')
  eq(1, counts(e).requests)
end)

for what, backend in pairs({
  ['a URL'] = { endpoint = editor.endpoint('nonsense:') },
  ['options'] = {
    endpoint = editor.endpoint('http://127.0.0.1:1'),
    options = { x = 0 / 0 },
  },
}) do
  for _, load in ipairs({ true, false }) do
    test(
      ('tells of %s that cannot be sent, %s'):format(what, load and 'to load the model' or 'to ask'),
      BARE,
      function(t)
        local _, e = completer(t, {}, vim.tbl_extend('force', backend, { api = 'generate', load = load }))
        e.rpc:notify('key', 1, 1, 1, 0, 'typed', 0, 0)
        eq('spec', e:wait_event('backend_error', 0).code)
      end
    )
  end
end

-- ---- garbage ------------------------------------------------------------------------------

--- Set to repeat a storm that failed.
local SEED = tonumber(vim.env.HUM_TEST_SEED) or vim.uv.hrtime() % 1000000007

local ODD = {
  vim.NIL,
  true,
  false,
  0,
  1,
  -1,
  255,
  2 ^ 31,
  2 ^ 53,
  -2 ^ 53,
  0.5,
  1 / 0,
  0 / 0,
  '',
  'x',
  '\0',
  '\255\254',
  ('y'):rep(5000),
  'typed',
  'infill',
  'http://',
  'http://127.0.0.1:1',
  '%s',
  {},
  { 1 },
  vim.empty_dict(),
  { a = 1 },
  { '', '' },
  { [''] = '' },
  { { {} } },
}

local function pick(list) return list[math.random(#list)] end

--- A copy in which each part may have become another, and one more may have come.
local function spoil(value, chance)
  if math.random() < chance then
    return vim.deepcopy(pick(ODD))
  elseif type(value) ~= 'table' then
    return value
  end
  local spoilt = setmetatable({}, getmetatable(value))
  for key, item in pairs(value) do
    spoilt[key] = spoil(item, chance)
  end
  if math.random() < chance then spoilt[vim.islist(value) and #spoilt + 1 or 'more'] = vim.deepcopy(pick(ODD)) end
  return spoilt
end

--- Each notification as it should be, and how often it comes.
local function calls(url)
  local buf = math.random(3)
  local endpoint = editor.endpoint(url, { dialect = 'openai', headers = { A = 'b' } })
  return {
    hello = { 1, { protocol = 10, log_level = 'debug' } },
    chat = { 1, math.random(50), spec(url) },
    stop = { 1, math.random(50) },
    warm = { 1 },
    join = { 1, math.random(50), true },
    query = {
      1,
      math.random(51, 99),
      { endpoint = endpoint, path = '/v1/models', method = 'GET', body = 'x', timeout = 1 },
    },
    nvim_error_event = { 1, 0, 'x' },
    backend = {
      1,
      {
        endpoint = endpoint,
        api = pick({ 'completions', 'infill', 'generate' }),
        model = 'coder',
        project = 'p',
        tokens = pick({
          { prefix = '<P%s>', suffix = '<S>', middle = '<M>', file = '<F>', repo = '<R>', stop = { '<E>' } },
          vim.NIL,
        }),
        options = { top_k = 2, stop = { 'x' } },
        extra = { seed = 1 },
        keep_alive = '5m',
        kept_ms = 1000,
        max_tokens = 9,
        load = math.random() < 0.3,
        max_lines = 4,
        window_tokens = 100,
        ring_tokens = 100,
        cache_bytes = 1000,
        debounce_ms = 0,
        confidence = 0.1,
        prefetch = true,
        during_chat = true,
      },
    },
    attach = { 2, buf, { name = 'a.src', filetype = 'code', comment = '// %s' } },
    detach = { 1, buf, false },
    enter = { 2, buf, 4 },
    key = { 12, buf, 5, 1, 3, pick({ 'typed', 'followed', 'accepted', 'source', 'requested' }), math.random(9), 3 },
    cycle = { 3, buf, 5, 1, 3, pick({ 1, -1 }) },
    leave = { 1, buf },
    collect = { 2, buf, 0, 4 },
    nvim_buf_lines_event = {
      6,
      buf,
      5,
      pick({ 0, 0, 0, 1, 2 }),
      pick({ -1, -1, -1, 1, 2 }),
      { 'local one = two', 'three(four)', '  five = six', 'return 7' },
      false,
    },
    nvim_buf_changedtick_event = { 1, buf, 6 },
    nvim_buf_detach_event = { 1, buf },
  }
end

test(('goes on, whatever its methods are called with, HUM_TEST_SEED=%d'):format(SEED), BARE, function(t)
  math.randomseed(SEED)
  local srv = t:fake()
  srv:script({ server = 'llama-server', models = { 'coder' }, rules = { { text = 'one(two)\nthree' } } })
  local e = editor.start(t)
  e:hello()
  local bag = {}
  for name, call in pairs(calls(srv.url)) do
    vim.list_extend(bag, vim.fn['repeat']({ name }, call[1]))
  end
  table.sort(bag)
  for i = 1, 4000 do
    local name = pick(bag)
    local chance = pick({ 0, 0, 0, 0.05, 0.3 })
    local params = spoil(vim.list_slice(calls(srv.url)[name], 2), chance)
    e.rpc.write(vim.mpack.encode({ 2, name, params }))
    if math.random() < 0.05 then e.rpc:send(pick({ 'mirror', 'info', 'poll', 'specs' }), vim.deepcopy(pick(ODD))) end
    if i % 20 == 0 then T.ok((e:ask('info') or {}).result, ('no answer after %d calls'):format(i)) end
  end
  T.ok(counts(e).keys > 100 and counts(e).requests > 10, vim.inspect(counts(e)))
  e.proc:eof()
  eq({ 0, 0 }, { e:join() })
end)
