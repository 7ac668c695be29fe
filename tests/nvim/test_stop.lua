-- Stop in every phase: the connection is closed at once, the text stays, marked.
local T = require('harness')
local chat = require('lib.chat')
local editor = require('lib.editor')
local test, eq = T.test, T.eq

T.once()

local function stopped(t, n)
  local data = chat.finished(t, n)
  eq('cancelled', data.status, vim.inspect(data))
  return data
end

-- How many sockets wait for a port of the loopback to answer, by the kernel's own list.
local function connecting(port)
  local f = io.open('/proc/net/tcp')
  if not f then T.skip('the kernel does not list its sockets here') end
  local _, n = f:read('*a'):gsub((' 0100007F:%04X 02 '):format(port), '')
  f:close()
  return n
end

-- A listener whose backlog is full: the kernel answers nothing more.
local function deaf_listener(t)
  local tcp, fillers = vim.uv.new_tcp(), {}
  tcp:bind('127.0.0.1', 0)
  tcp:listen(1, function() end)
  local port = tcp:getsockname().port
  t:finally(function()
    for _, c in ipairs(fillers) do
      c:close()
    end
    tcp:close()
  end)
  t:wait(function()
    fillers[#fillers + 1] = vim.uv.new_tcp()
    fillers[#fillers]:connect('127.0.0.1', port, function() end)
    t:elapse(0.05)
    return connecting(port) > 0 or #fillers > 20
  end, 'the backlog is full')
  if connecting(port) == 0 then T.skip('the backlog of a listener cannot be filled here') end
  return port
end

test('stop while it connects', function(t)
  local port = deaf_listener(t)
  local before = connecting(port)
  chat.open(t, { url = 'http://127.0.0.1:' .. port }, { connect_timeout = 600 })
  chat.ask(t, 'hello')
  t:wait(function() return connecting(port) == before + 1 end, 'the helper connects')
  t:wait_screen('[Ww]ait')
  t:cmd('Hum stop')
  stopped(t)
  t:wait(function() return connecting(port) == before end, 'its socket is closed')
end)

test('a connection that is not accepted in time is told', function(t)
  local port = deaf_listener(t)
  chat.open(t, { url = 'http://127.0.0.1:' .. port }, { connect_timeout = 0.3 })
  chat.ask(t, 'hello')
  local data = chat.finished(t)
  eq({ 'error', 'timeout' }, { data.status, data.code })
  T.match('within 0.3 s', data.message, true)
end)

test('stop while the server is silent', function(t)
  local srv = t:fake()
  srv:script({ text = 'never', first_ms = 600000 })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello')
  srv:wait_event('request')
  t:cmd('Hum stop')
  srv:wait_event('disconnect')
  stopped(t)
  T.match('<!-- hum: stopped -->', t:text(buf), true)
end)

test('stop while headers have come and no token yet', function(t)
  local srv = t:fake()
  srv:script({ text = 'never', early_headers = true, first_ms = 600000 })
  chat.open(t, srv)
  chat.ask(t, 'hello')
  srv:wait_event('request')
  t:wait_screen('[Ww]ait')
  t:cmd('Hum stop')
  srv:wait_event('disconnect')
  stopped(t)
end)

for name, keys in pairs({ [':Hum stop'] = ':Hum stop<CR>', ['<C-c>'] = '<C-c>' }) do
  test('stop while it streams, by ' .. name, function(t)
    local tokens = chat.tokens(2000)
    local srv = t:fake()
    srv:script({ tokens = tokens, count = 1000000, interval_ms = 5 })
    local buf = chat.open(t, srv)
    chat.ask(t, 'hello')
    t:wait(function() return chat.reply(t, buf):find('000020') end, 'some tokens')
    if keys == '<C-c>' then
      t:interrupt(function() return t:events('HumRequestFinished')[1] end)
    else
      t:keys(keys)
    end
    srv:wait_event('disconnect')
    stopped(t)
    local reply = chat.reply(t, buf)
    T.match('\n<!%-%- hum: stopped %-%->$', reply)
    local kept = reply:gsub('\n<!%-%- hum: stopped %-%->$', '')
    local whole = table.concat(tokens):rep(20)
    eq(whole:sub(1, #kept), kept)
    -- The next question can be written at once.
    T.match('## » You\n\n$', t:text(buf))
  end)
end

test('stop in insert mode by <C-c>', function(t)
  local srv = t:fake()
  srv:script({ count = 1000000, interval_ms = 5 })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello')
  t:wait(function() return #chat.reply(t, buf) > 100 end, 'some tokens')
  t:keys('ggi')
  t:wait(function() return t.child:mode().mode == 'i' end, 'insert mode')
  t:interrupt(function() return t:events('HumRequestFinished')[1] end)
  srv:wait_event('disconnect')
  stopped(t)
end)

test('<C-c> in a buffer that is no chat stops nothing', function(t)
  local srv = t:fake()
  local tokens, text = chat.tokens(300)
  srv:script({ tokens = tokens, interval_ms = 2 })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello')
  t:cmd('new')
  for _ = 1, 20 do
    t:keys('<C-c>i<C-c>')
    t:wait(function() return t.child:mode().mode == 'n' end, 'normal mode')
  end
  eq('done', chat.finished(t).status)
  eq(text, chat.reply(t, buf))
end)

test('stop ends only the chat it is said in', function(t)
  local srv = t:fake()
  local tokens, text = chat.tokens(400)
  srv:script({
    rules = {
      { match = { text = 'first' }, tokens = tokens, interval_ms = 5 },
      { match = { text = 'second' }, tokens = tokens, count = 1000000, interval_ms = 5 },
    },
  })
  local first, second = chat.open(t, srv), chat.open(t, srv)
  chat.ask(t, 'first', first)
  chat.ask(t, 'second', second)
  t:wait(function() return chat.reply(t, second):find('000010') end, 'some tokens')
  t:cmd('Hum stop')
  local ended = {}
  for i = 1, 2 do
    local data = chat.finished(t, i)
    ended[data.buf] = data.status
  end
  eq({ [first] = 'done', [second] = 'cancelled' }, ended)
  eq(text, chat.reply(t, first))
end)

test('stop while the transfer is paused, seen at once by the server', { nvim = false }, function(t)
  local srv = t:fake()
  srv:script({ tokens = { ('x'):rep(1000) }, count = 20000 })
  local e = editor.start(t)
  e:hello()
  e.held = {}
  e.rpc:notify('chat', 1, {
    buf = 1,
    join = false,
    endpoint = editor.endpoint(srv.url),
    request = { model = 'fake', messages = { { role = 'user', parts = { { type = 'text', text = 'hi' } } } } },
  })
  -- 20 MB cannot go anywhere: the helper stops reading at its cap.
  t:wait(function() return #e.edits >= 64 end, 'a full window')
  T.ok(srv:held_back(t, 0) < 20000, 'the transfer is paused')
  eq(64, #e.edits, 'edits sent without an answer')
  local f = io.open('/proc/' .. e.proc.pid .. '/status')
  if f then
    local rss = tonumber(f:read('*a'):match('VmRSS:%s*(%d+)'))
    f:close()
    if not t.run.helper then T.ok(rss < 30000, ('the helper takes %d kB'):format(rss)) end
  end
  e.rpc:notify('stop', 1)
  srv:wait_event('disconnect')
  eq({}, vim.tbl_filter(function(x) return x.name ~= 'part' and x.name ~= 'stopping' end, e:events_of(1)))
  e:release()
  eq('cancelled', e:wait_end(1).name)
end)

test('stop twice, and stop with nothing to stop, do no harm', function(t)
  local srv = t:fake()
  srv:script({ tokens = (chat.tokens(2000)), count = 1000000, interval_ms = 5 })
  local buf = chat.open(t, srv)
  t:cmd('Hum stop')
  chat.ask(t, 'hello')
  t:wait(function() return chat.reply(t, buf):find('000005') end, 'some tokens')
  t:cmd('Hum stop')
  t:cmd('Hum stop')
  stopped(t)
  t:cmd('Hum stop')
  eq(1, #t:events('HumRequestFinished'))
  T.no_match('E%d+:', t:messages())
end)
