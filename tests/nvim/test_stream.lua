-- What servers may send, and how hum reaches them: the same text whatever the framing.
local T = require('harness')
local chat = require('lib.chat')
local proc = require('lib.proc')
local recorded = require('lib.recorded')
local test, eq = T.test, T.eq

T.once()

local TEXT = 'Grüße, Jürgen: 値は 😀 <b>&amp;</b> "quoted" \\ back\\slash\n\n'
  .. '```c\nint main(void) {\n\treturn 0; // \t tab\n}\n```\n\nlast line, with blanks   and an end.'

-- Ways to send the same reply.
local SHAPES = {
  ['byte by byte'] = { split = 1 },
  ['in pieces of 7 bytes'] = { split = 7 },
  ['with CRLF'] = { crlf = true },
  ['with several records in one chunk'] = { per_chunk = 10 },
  ['in chunks of 3 bytes'] = { chunk_bytes = 3 },
  ['with headers long before the first token'] = { early_headers = true, first_ms = 200 },
  ['without a last line end'] = { last_newline = false },
  ['with empty records'] = { faults = { { at = 2, ['do'] = 'empty' }, { at = 5, ['do'] = 'empty' } } },
}

local SSE_SHAPES = {
  ['without a blank after data:'] = { sse_space = false },
  ['with comments'] = { comments = true },
}

local function arrives(dialect, shape)
  return function(t)
    local srv = t:fake()
    srv:script(vim.tbl_extend('force', { text = TEXT }, shape))
    local buf = chat.open(t, srv, { dialect = dialect })
    chat.ask(t, 'hello')
    local data = chat.finished(t)
    eq('done', data.status, vim.inspect(data))
    eq(TEXT, chat.reply(t, buf))
  end
end

for _, dialect in ipairs({ 'ollama', 'openai', 'anthropic' }) do
  for name, shape in vim.spairs(SHAPES) do
    test(('%s: a reply sent %s arrives unchanged'):format(dialect, name), arrives(dialect, shape))
  end
end
for _, dialect in ipairs({ 'openai', 'anthropic' }) do
  for name, shape in vim.spairs(SSE_SHAPES) do
    test(('%s: a reply sent %s arrives unchanged'):format(dialect, name), arrives(dialect, shape))
  end
end

--- The dialect of a recording.
local function dialect_of(name)
  if name:find('messages') then return 'anthropic' end
  local openai = name:find('^llama') and not name:find('ollama%-api') or name:find('/v1')
  return openai and 'openai' or 'ollama'
end

-- Streams of real servers, against what another decoder makes of them.
local NAMES = vim.list_extend(recorded.names(T.root, 'chat%-stream'), recorded.names(T.root, 'messages%-stream'))
for _, name in ipairs(NAMES) do
  local record = recorded.read(T.root, name)
  if record.status == 200 and record.text .. record.thinking ~= '' then
    test('recorded stream ' .. name .. ' arrives whole', function(t)
      local srv = t:fake()
      srv:script({ replay = name })
      local buf = chat.open(t, srv, { dialect = dialect_of(name) })
      chat.ask(t, 'hello')
      local data = chat.finished(t)
      eq('done', data.status, vim.inspect(data))
      local want = record.text
      if record.thinking ~= '' then
        want = ('<think>\n%s\n</think>\n\n%s'):format(vim.trim(record.thinking), vim.trim(record.text))
      end
      local _, fences = want:gsub('```', '')
      if fences % 2 == 1 then want = vim.trim(want) .. '\n```' end -- what is left open is closed
      -- A reply that the token limit ended says so.
      local cut = data.reason == 'length' or data.reason == 'max_tokens'
      local reply = chat.reply(t, buf):gsub(cut and '\n<!%-%- hum: cut %-%->$' or '$', '')
      eq(vim.trim(want), vim.trim(reply))
      T.ok(data.stats.tokens > 0)
    end)
  end
end

test('text in the final record is part of the reply', function(t)
  local srv = t:fake()
  srv:script({ tokens = { 'one ', 'two ' }, done_text = 'three' })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello')
  chat.finished(t)
  eq('one two three', chat.reply(t, buf))
end)

test('a token of 3 MB in one line arrives', function(t)
  local srv = t:fake()
  srv:script({ tokens = { 'a', 'b' }, faults = { { at = 1, ['do'] = 'huge', size = 3000000 } } })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello')
  eq('done', chat.finished(t).status)
  T.ok(#chat.reply(t, buf) > 3000000)
end)

test('odd characters are kept, and broken ones replaced, without harm to the rest', function(t)
  local srv = t:fake()
  srv:script({ escaped = { 'nul \\u0000 ', 'half \\ud83d ', 'pair \\ud83d\\ude00 ', 'bell \\u0007', ' end' } })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello')
  eq('done', chat.finished(t).status)
  local reply = chat.reply(t, buf)
  T.match('half \239\191\189 pair 😀 bell \7 end', reply, true)
  T.match('^nul ', reply)
end)

test('connections are kept alive and used again', function(t)
  local srv = t:fake()
  srv:script({ text = 'short reply' })
  chat.open(t, srv)
  for i = 1, 4 do
    chat.ask(t, 'hello')
    eq('done', chat.finished(t, i).status)
  end
  local used = {}
  for _, request in ipairs(srv:requests('/api/chat')) do
    used[request.conn] = true
  end
  eq(4, #srv:requests('/api/chat'))
  eq(1, vim.tbl_count(used), 'connections')
end)

test('a loopback server is reached past a proxy that is dead', {
  env = {
    http_proxy = 'http://127.0.0.1:1',
    HTTP_PROXY = 'http://127.0.0.1:1',
    all_proxy = 'http://127.0.0.1:1',
  },
}, function(t)
  local srv = t:fake()
  srv:script({ text = 'straight' })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello')
  eq('done', chat.finished(t).status)
  eq('straight', chat.reply(t, buf))
  chat.configure(t, { url = (srv.url:gsub('127%.0%.0%.1', 'localhost')) })
  chat.ask(t, 'hello')
  eq('done', chat.finished(t, 2).status)
end)

test('IPv6 loopback is reached', function(t)
  local srv = t:fake({ host = '::1' })
  srv:script({ text = 'six' })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello')
  local data = chat.finished(t)
  eq('done', data.status, vim.inspect(data))
  eq('six', chat.reply(t, buf))
end)

test('a redirect within the server is followed with the whole request', function(t)
  local srv = t:fake()
  srv:script({
    rules = {
      { match = { path = '/api/chat' }, redirect = '/moved/api/chat', status = 307 },
      {
        match = { path = '/moved/api/chat' },
        body = '{"model":"fake","message":{"role":"assistant","content":"moved"},"done":true,"done_reason":"stop"}\n',
        content_type = 'application/x-ndjson',
      },
    },
  })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello')
  local data = chat.finished(t)
  eq('done', data.status, vim.inspect(data))
  eq('moved', chat.reply(t, buf))
  local last = srv:requests('/moved/api/chat')[1]
  eq('POST', last.method)
  eq('hello', last.body.messages[1].content)
end)

test('a redirect to another server is refused, and told', { env = { SECRET = 'k-4711' } }, function(t)
  local other = t:fake()
  other:script({ text = 'stolen' })
  local srv = t:fake()
  srv:script({ rules = { { redirect = other.url .. '/api/chat', status = 307 } } })
  chat.open(t, srv, { key = { env = 'SECRET' } })
  chat.ask(t, 'hello')
  local data = chat.finished(t)
  eq('error', data.status)
  T.match('redirects', data.message)
  T.match(other.url, data.message, true)
  eq({}, other:requests())
end)

-- A key must reach the server as Bearer and nothing else at all.
local function key_stays_secret(key)
  return function(t)
    local srv = t:fake()
    srv:script({ key = 'k-secret-4711', default = { text = 'welcome', interval_ms = 20 } })
    local buf = chat.open(t, srv, { key = key }, { log = 'debug' })
    chat.ask(t, 'hello')
    t:wait(function() return chat.reply(t, buf) ~= '' end, 'the first token')
    local seen = proc.run({ 'ps', 'axeww' }).out
    for line in seen:gmatch('[^\n]+') do
      -- The environment that the user gave it by is his own; the arguments are ours.
      if line:find('k-secret-4711', 1, true) then T.match('SECRET=k-secret-4711', line, true) end
    end
    local data = chat.finished(t)
    eq('done', data.status, vim.inspect(data))
    eq('welcome', chat.reply(t, buf))
    eq('Bearer k-secret-4711', srv:requests('/api/chat')[1].headers.authorization)
    -- A wrong key next: errors must not tell it either.
    srv:script({ key = 'another', default = { text = 'no' } })
    chat.ask(t, 'again')
    eq('error', chat.finished(t, 2).status)
    for what, text in pairs({
      log = t:log(),
      messages = t:messages(),
      buffer = t:text(buf),
      screen = t:screen(),
      events = vim.inspect(t:events()),
    }) do
      T.ok(not text:find('k-secret-4711', 1, true), 'the key is in the ' .. what)
    end
  end
end

test(
  'a key from the environment stays secret',
  { env = { SECRET = 'k-secret-4711' } },
  key_stays_secret({ env = 'SECRET' })
)

test('a key from a command stays secret', function(t)
  local file = t:write_file('key', 'k-secret-4711\n')
  key_stays_secret({ command = { 'cat', file } })(t)
end)

test('a key that cannot be had is told, and nothing is sent', function(t)
  local srv = t:fake()
  srv:script({ text = 'x' })
  chat.open(t, srv, { key = { env = 'NO_SUCH_VARIABLE' } })
  chat.ask(t, 'hello')
  t:wait(function() return t:messages():find('NO_SUCH_VARIABLE') end, 'a message')
  eq({}, srv:requests('/api/chat'))
end)

test('while the server is silent the chat shows that it waits and for how long', function(t)
  local srv = t:fake()
  srv:script({ text = 'at last' })
  local gate = t:gate(srv)
  local buf = chat.open(t, srv)
  gate:pass(0)
  chat.ask(t, 'hello')
  t:wait_screen('[Ww]ait')
  local function shown() return tonumber(t:screen():match('[Ww]ait[^\n]- (%d+) s')) end
  local first = t:wait(shown, 'seconds')
  t:wait(function() return (shown() or 0) > first end, 'more seconds')
  eq('', chat.reply(t, buf))
  gate:pass()
  chat.finished(t)
  t:wait(
    function() return not t:screen():find('[Ww]aits? ') and not t:screen():find('[Ww]aiting') end,
    'the mark is gone'
  )
  eq('at last', chat.reply(t, buf))
end)

test("the end shows the server's own figures, beside the text and not in it", function(t)
  local srv = t:fake()
  srv:script({
    text = 'one two three',
    stats = {
      eval_count = 42,
      eval_duration = 2000000000,
      prompt_eval_count = 7,
    },
  })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello')
  local data = chat.finished(t)
  eq(42, data.stats.tokens)
  eq(21, math.floor(data.stats.tokens_per_second + 0.5))
  eq(7, data.stats.prompt_tokens)
  eq(true, data.stats.server)
  t:wait_screen('42 tokens')
  t:wait_screen('21[%.%d]* tokens/s')
  T.no_match('tokens', t:text(buf))
end)
