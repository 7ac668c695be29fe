-- `:Hum inspect`: what was sent and received, on a page and as a file from which it can be replayed.
local T = require('harness')
local chat = require('lib.chat')
local wire = require('lib.wire')
local test, eq = T.test, T.eq

T.once()

local KEY = 'team/key+0123456789abcdef=='
local KEYED = { env = { TEAM_KEY = KEY, HUM_CASE_KEY = 'sesame-key-1' }, ui = { 120, 40 } }
local CHAT = '/v1/chat/completions'

local function sse(text) return ('data: {"choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n'):format(text) end

local DONE = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'

local function open(t, srv, endpoint, config)
  return chat.open(t, srv, vim.tbl_extend('force', { dialect = 'openai' }, endpoint or {}), config)
end

local function asked(t, buf, n)
  chat.ask(t, 'hello', buf)
  return chat.finished(t, n)
end

--- The text of the page, once it is there.
local function page(t, command)
  local before = t:lua('return vim.api.nvim_get_current_buf()')
  t:cmd(command or 'Hum inspect')
  t:wait(function() return t:lua('return vim.api.nvim_get_current_buf()') ~= before end, 'the page')
  return t:text()
end

--- Writes the file and gives its text.
local function written(t, name)
  t:cmd('Hum inspect write ' .. name)
  return t:wait(function()
    local text = t:read_file(name)
    return text and text:sub(-1) == '\n' and text
  end, 'the file')
end

test('request and answer stand on a page as they went', KEYED, function(t)
  local srv = t:fake()
  srv:script({ text = 'A short answer.', headers = { ['X-Request-Id'] = 'req-7' } })
  local buf = open(t, srv, { key = { env = 'TEAM_KEY' }, headers = { ['X-Team'] = 'blue' } })
  asked(t, buf)
  local text = page(t)
  T.match('The last request of this chat', text, true)
  T.match('The reply is complete', text, true)
  T.match('POST ' .. srv.url .. CHAT, text, true)
  T.match('HTTP/1.1 200 OK', text, true)
  T.match('data: [DONE]', text, true)
  T.match('"content":"hello"', text, true)
  -- Each header that the server got stands there, but for what may be secret.
  for name, value in pairs(srv:requests(CHAT)[1].headers) do
    local line = ('\n' .. text):lower():match('\n' .. vim.pesc(name) .. ': ([^\n]*)')
    local hidden = name == 'authorization' and 'bearer ***' or name == 'x-team' and '***'
    eq(hidden or value:lower(), line, name)
  end
  T.no_match(KEY, text, true)
  T.no_match('blue', text, true)
  T.match('in %d+ reads?', text)
  eq('hum://inspect/1', t:eval('bufname()'):match('hum://.*'))
  eq({ 0, 'nofile', 'wipe' }, t:lua('return { vim.bo.modifiable and 1 or 0, vim.bo.buftype, vim.bo.bufhidden }'))
end)

for command, is_wide in pairs({ ['Hum inspect'] = true, ['vertical Hum inspect'] = false }) do
  test(('%s from a narrow window: the page is %s'):format(command, is_wide and 'wide' or 'beside it'), {
    ui = { 80, 24 },
  }, function(t)
    local srv = t:fake()
    srv:script({ text = 'Yes.' })
    asked(t, open(t, srv))
    t:cmd('vsplit')
    page(t, command)
    eq(is_wide, t:lua('return vim.api.nvim_win_get_width(0)') == 80)
    T.ok(t:lua('return vim.api.nvim_win_get_height(0)') > 8, 'it is high enough')
    t:keys('q')
    t:wait(function() return not t:eval('bufname()'):find('inspect', 1, true) end, 'it is closed')
  end)
end

test('a failure and its cure stand on top', { ui = { 120, 40 } }, function(t)
  local srv = t:fake()
  srv:play({ { status = 404, json = { error = { message = 'model "m" not found' } } } })
  local buf = open(t, srv, { model = 'm' })
  local data = asked(t, buf)
  eq('error', data.status)
  local lines = vim.split(page(t, 'Hum inspect last'), '\n')
  eq('What happened', lines[5])
  eq({ data.message, data.hint }, { lines[6], lines[7] })
end)

test('a chat without requests says so, another buffer shows the last one of all', function(t)
  local srv = t:fake()
  srv:script({ text = 'Yes.' })
  chat.configure(t, srv, { dialect = 'openai' })
  t:cmd('Hum inspect')
  t:wait(function() return t:messages():find('hum has sent nothing', 1, true) end, 'it is told')
  t:cmd('messages clear')
  local buf = open(t, srv)
  asked(t, buf)
  t:cmd('Hum new')
  t:cmd('Hum inspect')
  t:wait(function() return t:messages():find('this chat has sent nothing', 1, true) end, 'it is told')
  t:cmd('enew')
  T.match('The last request of the chat', page(t), true)
end)

test('each chat has its own last request, of which a page shows the newest', { ui = { 120, 60 } }, function(t)
  local srv = t:fake()
  srv:script({ { text = 'one', times = 1 }, { text = 'two', times = 1 }, { text = 'three' } })
  local a = open(t, srv)
  asked(t, a)
  t:cmd('Hum new')
  local b = t:lua('return vim.api.nvim_get_current_buf()')
  asked(t, b, 2)
  t:cmd('buffer ' .. a)
  T.match('one', page(t), true)
  t:cmd('wincmd p')
  asked(t, a, 3)
  t:cmd('wincmd p | Hum inspect')
  t:wait(function() return t:text():find('three', 1, true) end, 'the page shows the newest')
  t:cmd('bwipeout | buffer ' .. b)
  T.match('two', page(t), true)
end)

test('what hum.generate has asked is shown as that', function(t)
  local srv = t:fake()
  srv:script({ text = 'Yes.' })
  chat.configure(t, srv, { dialect = 'openai' })
  t:lua([[require('hum').generate({ prompt = 'what?', on_done = function() done = true end })]])
  t:wait(function() return t:lua('return done') end, 'on_done')
  T.match('The last request of hum.generate() or :Hum check', page(t), true)
end)

test('a reply that streams is shown as far as it has come', KEYED, function(t)
  local srv = t:fake()
  srv:play({ { pieces = { sse('one '), { pause_ms = 50 }, sse('two '), { ['end'] = 'stall' } } } })
  local buf = open(t, srv, { key = { env = 'HUM_CASE_KEY' } }, nil)
  chat.ask(t, 'hello', buf)
  t:wait(function() return chat.reply(t, buf):find('two') end, 'the text')
  local text = page(t)
  T.match('It is still running', text, true)
  T.match('still open', text, true)
  T.match('"content":"two "', text, true)
  T.no_match('sesame', text, true)
  -- The pieces have their times.
  local times = t:lua([[
    local out = {}
    local ns = vim.api.nvim_get_namespaces()['hum.inspect']
    for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, ns, 0, -1, { details = true })) do
      if mark[4].virt_text then out[#out + 1] = tonumber(mark[4].virt_text[1][1]:match('[%d.]+')) end
    end
    return out]])
  eq(2, #times)
  T.ok(times[2] > times[1], vim.inspect(times))
  eq(0, #t:events('HumRequestFinished'))
  t:cmd('wincmd p | Hum stop')
  eq('cancelled', chat.finished(t).status)
  t:cmd('wincmd p | Hum inspect')
  t:wait(function() return t:text():find('It was stopped', 1, true) end, 'the ending')
  T.match('closed by hum', t:text(), true)
end)

--- What servers do with a key that they got.
local REPEATS = {
  json = { error = { message = 'Invalid key ' .. KEY .. '\nsee ' .. KEY } },
  body = '{"error": "bad key ' .. KEY:gsub('/', '\\/'):gsub('%+', '\\u002B') .. '"}',
}

for name, text in pairs(REPEATS) do
  test('keys are neither on the page nor in the file: ' .. name, KEYED, function(t)
    local srv = t:fake()
    srv:play({ { status = 401, headers = { ['X-Seen'] = 'Bearer ' .. KEY, ['Set-Cookie'] = 'id=42' }, [name] = text } })
    local buf = open(t, srv, {
      key = { env = 'TEAM_KEY' },
      headers = { ['X-Short'] = { env = 'HUM_CASE_KEY' } },
    })
    chat.ask(t, 'is ' .. KEY .. ' my key?', buf)
    chat.finished(t)
    for _, seen in ipairs({ page(t), written(t, 'k.jsonl') }) do
      local plain = seen:gsub('\\/', '/'):gsub('\\u002[bB]', '+'):gsub('\\\\', '\\'):gsub('\\/', '/')
      T.no_match(KEY, plain, true)
      T.no_match(KEY:sub(1, 10), plain, true)
      T.no_match('sesame', plain, true)
      T.no_match('id=42', plain, true)
    end
  end)
end

test('a request that was sent again has all its tries', { ui = { 120, 60 } }, function(t)
  local srv = t:fake()
  srv:play({
    { when = { nth = 1 }, status = 429, headers = { ['Retry-After'] = '0.02' }, json = { error = 'slow down' } },
    { when = { nth = 2 }, status = 400, json = { error = { message = 'unknown temperature', param = 'temperature' } } },
    { pieces = { sse('Yes.'), DONE } },
  })
  local buf = open(t, srv, { options = { temperature = 0.5 } })
  eq('done', asked(t, buf).status)
  local text = page(t)
  for _, words in ipairs({ 'Request 3', 'Answer 1', 'HTTP/1.1 429', 'Retry-After: 0.02', '[the same body as before]' }) do
    T.match(words, text, true)
  end
  -- Once with, once without.
  local _, count = text:gsub('"temperature":0.5', '')
  eq(1, count)
end)

test('a proxy is named on the page', { ui = { 120, 60 } }, function(t)
  local srv = t:fake()
  local buf = open(t, { url = 'http://host.invalid' }, { proxy = srv.url })
  asked(t, buf)
  local text = page(t)
  T.match('POST http://host.invalid/v1/chat/completions', text, true)
  T.match(('[through the proxy %s'):format(srv.url), text, true)
end)

test('a server that is not there is told on the page', { ui = { 120, 60 } }, function(t)
  local buf = open(t, { url = 'http://127.0.0.1:9' })
  local data = asked(t, buf)
  local text = page(t)
  T.match(data.message, text, true)
  T.match('nothing came; no answer', text, true)
  T.match('"end": *"close"', written(t, 'none.jsonl'))
end)

test('of 100 MB a bounded part is kept', { ui = { 120, 60 } }, function(t)
  local srv = t:fake()
  local long = sse(('x'):rep(10000))
  srv:play({ { pieces = { sse('the first '), { text = long, times = 10000 }, sse(' the last'), DONE } } })
  chat.configure(t, srv, { dialect = 'openai' })
  t:lua([[require('hum').generate({ prompt = 'what?', on_done = function(result) done = result.status end })]])
  eq('done', t:wait(function() return t:lua('return done') end, 'on_done', 90))
  local text = page(t)
  T.ok(#text < 120000, #text)
  T.match('the first', text, true)
  T.match('the last', text, true)
  T.match('bytes not kept ...]', text, true)
  local file = written(t, 'long.jsonl')
  T.ok(#file < 120000, #file)
  -- What is left of it is whole.
  srv:play(file)
  local again = open(t, srv)
  eq('done', asked(t, again).status)
  T.match('^the first x+ the last$', chat.reply(t, again))
end)

test('a long request is cut on the page, and its file too', { ui = { 120, 60 } }, function(t)
  local srv = t:fake()
  srv:script({ text = 'Yes.' })
  local buf = open(t, srv)
  chat.ask(t, ('long question '):rep(50000), buf) -- 700 kB
  chat.finished(t)
  T.ok(#page(t) < 300000)
  T.match('bytes not kept ...]', t:text(), true)
  T.ok(#written(t, 'q.jsonl') < 400000)
end)

test('a file is private, and not replaced without a bang', function(t)
  local srv = t:fake()
  srv:script({ text = 'Yes.' })
  local buf = open(t, srv)
  asked(t, buf)
  t:write_file('r.jsonl', 'mine')
  t:cmd('Hum inspect write r.jsonl')
  t:wait(function() return t:messages():find('r.jsonl exists', 1, true) end, 'it is told')
  eq('mine', t:read_file('r.jsonl'))
  t:cmd('Hum! inspect write r.jsonl')
  t:wait(function() return t:read_file('r.jsonl') ~= 'mine' end, 'it is written')
  eq(384, vim.uv.fs_stat(t.dir .. '/r.jsonl').mode % 512)
  local file = vim.json.decode(t:read_file('r.jsonl'))
  eq({ 'openai', 'done' }, { file.dialect, file.recorded.ending })
  T.match('"content":"hello"', file.requests[1].body, true)
  t:cmd('Hum inspect write no/such/dir/r.jsonl')
  t:wait(function() return t:messages():find('nothing is written', 1, true) end, 'that is told')
  t:cmd('Hum inspect write')
  t:wait(function() return t:messages():find('needs the name of a file', 1, true) end, 'so is that')
  eq({ 'context', 'last', 'write' }, t:eval([[getcompletion('Hum inspect ', 'cmdline')]]))
  eq({ 'r.jsonl' }, t:eval([[getcompletion('Hum inspect write r.', 'cmdline')]]))
end)

test('a body is shown over several lines, of which nothing else is changed', { ui = false }, function(t)
  for _, body in ipairs({
    '{"model":"m","messages":[{"role":"user","content":"a, {b} [c] \\"d\\" \\\\"}],"stop":[],"options":{}}',
    '{"a":{"b":{"c":{"d":[1,2,{"e":null}]}}}}',
    '[1,2]',
    '{"a":"cut off in a str',
    '{"a":[1,',
    'no JSON',
    '',
    '}]}',
  }) do
    local lines = t:lua([[return require('hum.inspect.page').spread(...)]], body)
    local trimmed = vim.tbl_map(function(line) return (line:gsub('^ *', '')) end, lines)
    eq(body, table.concat(trimmed), body)
  end
  local lines = t:lua([[return require('hum.inspect.page').spread(...)]], '{"m":[{"r":"u","c":"x"}],"s":[]}')
  eq({ '{', '  "m":[', '    {', '      "r":"u",', '      "c":"x"', '    }', '  ],', '  "s":[]', '}' }, lines)
end)

-- ---- the same again ---------------------------------------------------------------------------

local count = 0

--- Asks in a new chat with an endpoint of which nothing is known, and gives the reply as it stands, how it ended and how
--- many requests there were.
local function replied(t, srv, case)
  count = count + 1
  local endpoint = { url = srv.url, dialect = case.dialect, model = 'm', connect_timeout = 10 + count / 1000 }
  endpoint = vim.tbl_extend('force', endpoint, case.endpoint or {})
  for name, value in pairs(endpoint) do
    if value == vim.NIL then endpoint[name] = nil end
  end
  if case.dialect == 'anthropic' then endpoint.key = { env = 'HUM_CASE_KEY' } end
  local ok = t:lua(
    [[return require('hum').setup({ endpoint = 't', endpoints = { t = ... }, chat = { window = 'current' } })]],
    endpoint
  )
  if not ok then return end
  t:lua('hum_test.events = {}')
  srv:reset()
  local buf = t:lua([[return require('hum.chat').open({ new = true })]])
  chat.ask(t, 'hello', buf)
  local data = chat.finished(t)
  return {
    buf = buf,
    reply = chat.reply(t, buf),
    seen = { data.status, data.reason or vim.NIL, data.message or vim.NIL, data.hint or vim.NIL },
    -- Of a loaded model is asked when the reply is there: by a GET, which may come too late to be counted.
    requests = #vim.tbl_filter(function(request) return request.method == 'POST' end, srv:requests()),
  }
end

--- What a server repeats of the key of these cases is not in the file.
local function masked(value)
  if type(value) == 'table' then return vim.tbl_map(masked, value) end
  return type(value) == 'string' and value:gsub('sesame', '***'):gsub('%*+', '***') or value
end

--- Plays an answer, then what was recorded of it.
local function replay(t, srv, case)
  srv:play(case.line)
  local first = replied(t, srv, case)
  if not first then return end
  t.replays = (t.replays or 0) + 1
  local file = written(t, t.replays .. '.jsonl')
  if vim.json.decode(file).recorded.left_out then return end -- too long to be kept whole
  srv:play(file)
  local second = replied(t, srv, vim.tbl_extend('force', case, { endpoint = case.endpoint }))
  for _, field in ipairs({ 'reply', 'seen', 'requests' }) do
    if vim.inspect(masked(first[field])) ~= vim.inspect(masked(second[field])) then
      return ('%s: %s\nfirst  %s\nagain  %s\n%s'):format(
        case.name,
        field,
        vim.inspect(first[field]),
        vim.inspect(second[field]),
        file
      )
    end
  end
  t:cmd(('silent! bwipeout! %d %d'):format(first.buf, second.buf))
end

--- Those that end by themselves, and without a long wait.
local function is_quick(case)
  local wants = case.want.any or { case.want }
  local waits = vim.iter(wants):any(function(want) return want.ending == 'waits' end)
  return not waits and not case.wait_ms and not case.setup and type(case.ask or '') == 'string'
end

--- So many cases share a Neovim, and one of so many is played: test_wire plays all.
local GROUP, EACH = 40, 3

for _, name in ipairs({ 'wire', 'anthropic', 'more' }) do
  local all, cases = vim.tbl_filter(is_quick, wire.read(('%s/tests/cases/%s.jsonl'):format(T.root, name))), {}
  for i = 1, #all, EACH do
    cases[#cases + 1] = all[i]
  end
  for at = 1, #cases, GROUP do
    local title = ('recorded and replayed, a case is the same: %s.jsonl, from "%s"'):format(name, cases[at].name)
    test(title, { init = wire.INIT, env = wire.ENV, ui = { 200, 40 } }, function(t)
      local srv, wrong = t:fake(), {}
      for i = at, math.min(#cases, at + GROUP - 1) do
        wrong[#wrong + 1] = replay(t, srv, cases[i])
      end
      T.ok(#wrong == 0, table.concat(wrong, '\n'))
    end)
  end
end

--- Answers of which each has something that a file must keep.
local ODD = {
  ['bytes that are no text'] = {
    { pieces = { { base64 = vim.base64.encode(sse('a\255b'):sub(1, 30)) }, sse('a\255b'):sub(31), DONE } },
  },
  ['a character in two pieces'] = { { pieces = { sse('Grü'):sub(1, 51), sse('Grü'):sub(52), DONE } } },
  ['a reset'] = { { pieces = { sse('one '), { ['end'] = 'reset' } } } },
  ['a cut'] = { { pieces = { sse('one '), { ['end'] = 'close' } } } },
  ['a reset before anything'] = { { framing = 'raw', pieces = { { ['end'] = 'reset' } } } },
  ['no HTTP'] = { { framing = 'raw', pieces = { 'SSH-2.0-OpenSSH\r\n' } } },
  ['an error of plain text'] = { { status = 502, headers = { ['Content-Type'] = 'text/html' }, body = '<h1>Bad</h1>' } },
  ['a body that is cut'] = {
    { status = 500, body = '{"error": "no memory"}', faults = { { at = 8, ['do'] = 'close' } } },
  },
  ['a busy server'] = {
    { when = { nth = 1 }, status = 503, headers = { ['Retry-After'] = '0.01' }, json = { error = 'busy' } },
    { when = { nth = 2 }, status = 529, headers = { ['retry-after-ms'] = '10' }, json = { error = 'overloaded' } },
    { pieces = { sse('Yes.'), DONE } },
  },
  ['a redirect'] = { { redirect = 'http://127.0.0.1:9/elsewhere' } },
}

test('recorded and replayed, odd answers are the same', { init = wire.INIT, ui = { 200, 40 } }, function(t)
  local srv, wrong = t:fake(), {}
  for name, answers in vim.spairs(ODD) do
    local line = vim.json.encode({ answers = answers })
    wrong[#wrong + 1] = replay(t, srv, { name = name, dialect = 'openai', line = line })
  end
  T.ok(#wrong == 0, table.concat(wrong, '\n'))
end)

test('silence that ended a reply is in the file', { init = wire.INIT, ui = { 200, 40 } }, function(t)
  local srv = t:fake()
  local line = vim.json.encode({ answers = { { pieces = { sse('one '), { ['end'] = 'stall' } } } } })
  local case = { name = 'idle', dialect = 'openai', line = line, endpoint = { idle_timeout = 0.3 } }
  eq(nil, (replay(t, srv, case)))
  local file = vim.json.decode(t:read_file('1.jsonl'))
  eq(0.3, file.endpoint.idle_timeout)
  eq('stall', file.answers[1].pieces[#file.answers[1].pieces]['end'])
end)
