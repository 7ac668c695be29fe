-- Each error is told: in the chat, in a message that says what to do, in the event.
local T = require('harness')
local chat = require('lib.chat')
local notes = require('lib.note')
local recorded = require('lib.recorded')
local test, eq = T.test, T.eq

T.once()

-- Wide enough that no message is shortened.
local WIDE = { ui = { 320, 30 } }

--- The error that a request ended with, and in `hint` what the chat says below it is to be done.
--- Checks that the user was told of it.
local function told(t, buf, n)
  local data = chat.finished(t, n)
  eq('error', data.status, vim.inspect(data))
  T.match('"ollama"', data.message)
  T.match('<!-- hum: error: ', chat.reply(t, buf), true)
  T.match('## » You\n\n$', t:text(buf))
  T.ok(not t.child:mode().blocking, 'a prompt asks for a key')
  T.match('hum: ', t:messages(), true)
  local note = notes.wait(t, data.message)
  data.hint = note.text:sub(#data.message + 2)
  T.ok(data.hint ~= '', 'the chat shows what to do')
  return data
end

local function endpoint_for(name)
  local openai = name:find('^llama') or name:find('/v1')
  return { dialect = openai and 'openai' or 'ollama' }
end

-- What to do is said in these words; for the rest any word will do.
local CURES = {
  ['ollama/error-unknown-model.http'] = 'ollama pull',
  ['ollama/v1-error-unknown-model.http'] = ':Hum model',
  ['ollama/error-not-found.http'] = 'url',
  ['ollama/gotemplate-error-think.http'] = 'think',
  ['ollama/chat-stream-too-long.http'] = 'num_ctx',
  ['llama-server/error-no-key.http'] = 'key',
  ['llama-server/error-wrong-key.http'] = 'key',
  ['llama-server/error-context-stream.http'] = ':Hum compact',
  ['llama-server/error-not-found.http'] = 'url',
  ['llama-server/router-error-unknown-model.http'] = ':Hum model',
  ['llama-server/ollama-api-chat-default.http'] = 'url',
}

local names = vim.tbl_filter(
  function(name) return recorded.read(T.root, name).status >= 400 end,
  recorded.names(T.root, 'error')
)
for name in pairs(CURES) do
  if not vim.tbl_contains(names, name) then names[#names + 1] = name end
end
table.sort(names)

-- Of these hum knows that less is to be sent.
local TOO_LONG = { ['ollama/chat-stream-too-long.http'] = true, ['llama-server/error-context-stream.http'] = true }

-- A server that says so of itself is asked again: see test_again.lua.
names = vim.tbl_filter(function(name) return not name:find('loading') end, names)

for _, name in ipairs(names) do
  test('recorded error ' .. name .. ' is told', WIDE, function(t)
    local record = recorded.read(t.root, name)
    local srv = t:fake()
    srv:script({ replay = name })
    local buf = chat.open(t, srv, endpoint_for(name))
    chat.ask(t, 'hello')
    local data = told(t, buf)
    eq(TOO_LONG[name] and 'overflow' or 'http', data.code)
    T.match(tostring(record.status), data.message, true)
    if record.error then T.match(record.error:sub(1, 60), data.message, true) end
    T.match(CURES[name] or '%a%a%a', data.hint)
  end)
end

-- Streams that go wrong after two tokens: what has come stays, and can be asked for again.
local FAULTS = {
  ['ends without its last record'] = { fault = { ['do'] = 'cut' }, code = 'cut' },
  ['stops in the middle of a chunk'] = { fault = { ['do'] = 'truncate' }, code = 'cut' },
  ['is closed'] = { fault = { ['do'] = 'close' }, code = 'cut' },
  ['is reset'] = { fault = { ['do'] = 'reset' }, code = 'cut' },
  ['tells an error'] = {
    fault = { ['do'] = 'error', text = 'the model has lost its mind' },
    code = 'server',
    word = 'lost its mind',
  },
  ['sends junk'] = {
    fault = { ['do'] = 'raw', text = '{"model": oops\n\n' },
    code = 'bad',
    cure = 'dialect',
  },
  ['falls silent'] = { fault = { ['do'] = 'stall' }, code = 'timeout', idle = 1 },
  ['sends a record of 17 MB'] = {
    fault = { ['do'] = 'huge', size = 17 * 1048576 },
    code = 'toobig',
    cure = 'url',
  },
}

for _, dialect in ipairs({ 'ollama', 'openai', 'anthropic' }) do
  for name, case in vim.spairs(FAULTS) do
    test(('%s: a stream that %s is told, and its text stays'):format(dialect, name), WIDE, function(t)
      local srv = t:fake()
      srv:script({
        rules = {
          {
            match = { text = 'one' },
            tokens = { 'alpha ', 'beta ', 'gamma ', 'delta' },
            interval_ms = case.fault['do'] == 'reset' and 0 or 5,
            faults = { vim.tbl_extend('force', { at = 2 }, case.fault) },
          },
          { match = { text = 'two' }, text = 'all is well' },
        },
      })
      local raw_sse = dialect ~= 'ollama' and case.fault['do'] == 'raw'
      if raw_sse then
        srv:script({
          rules = {
            {
              match = { text = 'one' },
              tokens = { 'alpha ', 'beta ', 'gamma ' },
              faults = { { at = 2, ['do'] = 'raw', text = 'data: {"choices": oops\n\n' } },
            },
            { match = { text = 'two' }, text = 'all is well' },
          },
        })
      end
      local buf = chat.open(t, srv, { dialect = dialect, idle_timeout = case.idle and t:seconds(case.idle) })
      chat.ask(t, 'one')
      local data = told(t, buf)
      eq(case.code, data.code, data.message)
      T.match(case.word or '', data.message)
      T.match('^alpha beta', chat.reply(t, buf))
      T.no_match('gamma', chat.reply(t, buf))
      T.match(case.cure or ':Hum retry', data.hint)
      -- The next request works on.
      chat.ask(t, 'two')
      eq('done', chat.finished(t, 2).status)
      eq('all is well', chat.reply(t, buf))
    end)
  end
end

test('a server that is not there is told, with where and what to do', WIDE, function(t)
  local buf = chat.open(t, { url = 'http://127.0.0.1:1' })
  chat.ask(t, 'hello')
  local data = told(t, buf)
  eq('connect', data.code)
  T.match('http://127.0.0.1:1', data.message, true)
  T.match('ollama serve', data.hint, true)
end)

test('a host name that does not exist is told', WIDE, function(t)
  local buf = chat.open(t, { url = 'http://no-such-host.invalid:11434' })
  chat.ask(t, 'hello')
  eq('connect', told(t, buf).code)
end)

test('a server that is no model server is told', WIDE, function(t)
  local srv = t:fake()
  srv:script({
    rules = {
      {
        status = 200,
        body = '<html><body>Welcome</body></html>',
        content_type = 'text/html',
      },
    },
  })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello')
  local data = told(t, buf)
  eq('bad', data.code)
  T.match('url', data.hint)
end)

for name, answer in
  vim.spairs({
    ['200 without a body'] = { status = 200, body = '', content_type = 'application/x-ndjson' },
    ['403 without a body'] = { status = 403, body = '' },
    ['429 with a long Retry-After'] = {
      status = 429,
      body = '{"error":"slow down"}',
      headers = { ['Retry-After'] = '3600' },
    },
    ['500 in plain text'] = { status = 500, body = 'boom', content_type = 'text/plain' },
    ['502 in HTML'] = { status = 502, body = '<html><h1>Bad Gateway</h1></html>', content_type = 'text/html' },
    ['503 without a body'] = { status = 503, body = '' },
  })
do
  test('an answer ' .. name .. ' is told', WIDE, function(t)
    local srv = t:fake()
    srv:script({ rules = { answer } })
    local buf = chat.open(t, srv)
    chat.ask(t, 'hello')
    local data = told(t, buf)
    T.ok(#data.hint > 10, data.hint)
    if answer.headers then T.match('3600 s', data.hint, true) end
  end)
end

test('no token within first_timeout is told', WIDE, function(t)
  local srv = t:fake()
  srv:script({ text = 'late', first_ms = 600000 })
  local buf = chat.open(t, srv, { first_timeout = 1 })
  chat.ask(t, 'hello')
  local data = told(t, buf)
  eq('timeout', data.code)
  T.match('first_timeout', data.hint)
  srv:wait_event('disconnect')
end)

test('timeouts below a second are kept', WIDE, function(t)
  local srv = t:fake()
  srv:script({ tokens = { 'a', 'b', 'c' }, faults = { { at = 1, ['do'] = 'stall' } } })
  local buf = chat.open(t, srv, { idle_timeout = t:seconds(0.5) })
  chat.ask(t, 'hello')
  eq('timeout', told(t, buf).code)
end)

test('errors in a narrow window ask for no key', { ui = { 60, 15 } }, function(t)
  local buf = chat.open(t, { url = 'http://127.0.0.1:1' })
  chat.ask(t, 'hello')
  told(t, buf)
  T.ok(not t.child:mode().blocking)
end)

test('a wrong answer of the server is never run: text of an error is text', WIDE, function(t)
  local srv = t:fake()
  srv:script({
    rules = {
      {
        status = 500,
        body = vim.json.encode({ error = "\27]0;title\7 %s \n|call system('touch " .. t.dir .. "/ran')|" }),
      },
    },
  })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello')
  told(t, buf)
  eq(nil, vim.uv.fs_stat(t.dir .. '/ran'))
end)
