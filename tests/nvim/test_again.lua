-- Requests that are sent again: to a server that is busy, and without what a model refuses.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

T.once()

local CHAT = '/v1/chat/completions'

local GOOD = { text = 'All is well.' }

local function busy(headers, body)
  return { status = 429, json = body or { error = { message = 'slow down' } }, headers = headers }
end

--- A chat with a server that plays these answers, after a question.
local function asked(t, answers, endpoint, config)
  local srv = t:fake()
  srv:play(answers)
  local buf = chat.open(t, srv, vim.tbl_extend('force', { dialect = 'openai' }, endpoint or {}), config)
  chat.ask(t, 'hello', buf)
  return srv, buf
end

--- The text beside the reply that is waited for.
local function beside(t, buf)
  return t:lua(
    [[
    local texts = {}
    for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(..., -1, 0, -1, { details = true })) do
      for _, line in ipairs(vim.list_extend({ mark[4].virt_text }, mark[4].virt_lines or {})) do
        for _, chunk in ipairs(line) do texts[#texts + 1] = chunk[1] end
      end
    end
    return table.concat(texts)
  ]],
    buf
  )
end

local function wait_for_count_down(t, buf)
  return t:wait(function() return beside(t, buf):match('asking again in (%d+) s') end, 'the count-down is shown')
end

local function ns_between(srv)
  local first, second = unpack(srv:events('request'))
  return second.ns - first.ns
end

for name, case in
  vim.spairs({
    ['Retry-After in seconds'] = { headers = { ['Retry-After'] = '1' }, least = 1 },
    ['Retry-After as a fraction'] = { headers = { ['Retry-After'] = '0.2' }, least = 0.2 },
    ['retry-after-ms'] = { headers = { ['Retry-After'] = '30', ['retry-after-ms'] = '300' }, least = 0.3 },
    ['the words of the error'] = { body = { error = { message = 'Please try again in 0.4s.' } }, least = 0.4 },
  })
do
  test('a busy server is asked again when it says, by ' .. name, function(t)
    local srv, buf = asked(t, { vim.tbl_extend('force', busy(case.headers, case.body), { when = { nth = 1 } }), GOOD })
    eq('done', chat.finished(t).status)
    eq('All is well.', chat.reply(t, buf))
    eq(2, #srv:requests(CHAT))
    eq(srv:requests(CHAT)[1].body, srv:requests(CHAT)[2].body)
    T.ok(ns_between(srv) >= case.least * 1e9, 'it was asked too early')
    eq('', t:messages())
  end)
end

--- What a server is waited for at once by its own word, in each dialect. A record stands in an answer that began with 200.
local LOADS = {
  ['openai: 503 while it loads'] = { 'openai', status = 503, json = { error = { message = 'Loading model' } } },
  ['openai: 503 with a time'] = { 'openai', status = 503, body = 'no', headers = { ['Retry-After'] = '0.1' } },
  ['openai: 498'] = { 'openai', status = 498, json = { error = { message = 'flex', retry_after = 0.1 } } },
  ['openai: an array'] = { 'openai', status = 429, json = { { error = { message = 'Retry in 0.1s' } } } },
  ['openai: a time in details'] = {
    'openai',
    status = 429,
    json = { error = { message = 'You exceeded your current quota.', details = { { retryDelay = '0.1s' } } } },
  },
  ['openai: a code within the stream'] = {
    'openai',
    record = { error = { message = 'Provider returned error', code = 429, metadata = { retry_after_seconds = 0.1 } } },
  },
  ['openai: a time within the stream'] = {
    'openai',
    record = { error = { message = 'Rate limit reached. Please try again in 0.1s.' } },
  },
  ['ollama: 503'] = { 'ollama', status = 503, json = { error = 'server busy, please try again in 0.1s' } },
  ['ollama: 429'] = { 'ollama', status = 429, json = { error = 'too many' }, headers = { ['retry-after-ms'] = '100' } },
  ['anthropic: 529'] = {
    'anthropic',
    status = 529,
    json = { type = 'error', error = { type = 'overloaded_error', message = 'Overloaded' } },
    headers = { ['Retry-After'] = '0.1' },
  },
}

local PATHS = { openai = CHAT, ollama = '/api/chat', anthropic = '/v1/messages' }

for name, case in vim.spairs(LOADS) do
  local dialect = case[1]
  test('a server is asked again: ' .. name, function(t)
    local answer =
      { when = { nth = 1 }, status = case.status, json = case.json, body = case.body, headers = case.headers }
    if case.record then answer.pieces = { ('data: %s\n\n'):format(vim.json.encode(case.record)) } end
    local srv = t:fake()
    srv:play({ dialect = dialect, answers = { answer, GOOD } })
    local buf = chat.open(t, srv, { dialect = dialect })
    chat.ask(t, 'hello', buf)
    local data = chat.finished(t)
    eq({ 'done', 2 }, { data.status, #srv:requests(PATHS[dialect]) }, data.message)
    eq('All is well.', chat.reply(t, buf))
  end)
end

test('a date is waited for', function(t)
  local answers = { busy({ ['Retry-After'] = os.date('!%a, %d %b %Y %H:%M:%S GMT', os.time() + 3) }) }
  answers[1].when = { nth = 1 }
  local srv = asked(t, vim.list_extend(answers, { GOOD }))
  eq('done', chat.finished(t).status)
  eq(2, #srv:requests(CHAT))
end)

test('how long it takes is counted down, with why', function(t)
  local srv, buf = asked(t, { busy({ ['Retry-After'] = '60' }) })
  local first = tonumber(wait_for_count_down(t, buf))
  T.match('slow down', beside(t, buf))
  t:wait(function() return tonumber(wait_for_count_down(t, buf)) < first end, 'the seconds go down')
  eq(1, #srv:requests(CHAT))
  eq({}, t:events('HumRequestFinished'))
end)

local WORDS = 'This would exceed the rate limit for your organization (org-123): https://docs.example.com/rate-limits'

for name, case in
  vim.spairs({
    ['why a server is asked again'] = { busy({ ['Retry-After'] = '60' }, { error = { message = WORDS } }), WORDS },
    ['what to do after a failure'] = {
      { status = 500, json = { error = 'oh' } },
      "If it fails again, check the server's log.",
    },
  })
do
  test(name .. ' can be read in a narrow window', { ui = { 44, 30 } }, function(t)
    asked(t, { case[1] })
    local want = case[2]:gsub('%s+', '')
    t:wait(function() return t:screen():gsub('%s+', ''):find(want, 1, true) end, 'the screen shows all of it')
  end)
end

test('a stop ends the wait at once', function(t)
  local srv, buf = asked(t, { busy({ ['Retry-After'] = '60' }) })
  wait_for_count_down(t, buf)
  t:interrupt(function() return t:events('HumRequestFinished')[1] end)
  eq('cancelled', chat.finished(t).status)
  eq('', beside(t, buf))
  eq(1, #srv:requests(CHAT))
end)

test('the buffer of a chat that waits may go', function(t)
  local _, buf = asked(t, { busy({ ['Retry-After'] = '60' }) })
  wait_for_count_down(t, buf)
  t:cmd('bwipeout! ' .. buf)
  eq('cancelled', chat.finished(t).status)
end)

test('after the wait it is the model again that is waited for', function(t)
  local srv = t:fake()
  srv:play({
    vim.tbl_extend('force', busy({ ['retry-after-ms'] = '100' }), { when = { nth = 1 } }),
    { pieces = { { pause_ms = 60000 } } },
  })
  local buf = chat.open(t, srv, { dialect = 'openai' })
  chat.ask(t, 'hello', buf)
  srv:wait_event('request', 2)
  t:wait(function() return beside(t, buf):find('waiting for fake') end, 'the model is waited for')
end)

for name, answer in
  vim.spairs({
    ['longer than is waited'] = busy({ ['Retry-After'] = '3600' }),
    ['for want of money'] = busy(
      { ['Retry-After'] = '1' },
      { error = { message = 'no', code = 'insufficient_quota' } }
    ),
    ['behind some text'] = {
      pieces = {
        'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n',
        'data: {"error":{"message":"Rate limit reached. Please try again in 0.1s."}}\n\n',
      },
    },
    ['500, whatever time it tells'] = {
      status = 500,
      json = { error = { message = 'Internal server error' } },
      headers = { ['Retry-After'] = '1' },
    },
    ['402, whatever time it tells'] = {
      status = 402,
      json = { error = { message = 'pay' } },
      headers = { ['Retry-After'] = '1' },
    },
    ['an account that is locked'] = { status = 429, json = { error = { code = '1112', message = 'locked' } } },
    ['a model that cannot be loaded'] = { status = 503, json = { error = { message = 'failed loading model' } } },
    ['what says so itself'] = busy({ ['Retry-After'] = '1', ['x-should-retry'] = 'false' }),
    ['want of money within the stream'] = {
      pieces = { 'data: {"error":{"message":"You exceeded your current quota.","code":"insufficient_quota"}}\n\n' },
    },
    ['overload within the stream'] = {
      pieces = { 'data: {"error":{"type":"overloaded_error","message":"Overloaded"}}\n\n' },
    },
    ['behind a thought'] = {
      pieces = {
        'data: {"choices":[{"index":0,"delta":{"reasoning_content":"Hm"}}]}\n\n',
        'data: {"error":{"message":"Please try again in 0.1s.","code":429}}\n\n',
      },
    },
    ['500'] = { status = 500, json = { error = { message = 'Internal server error' } } },
  })
do
  test('an error is told and not repeated: ' .. name, function(t)
    local srv = asked(t, { answer })
    eq('error', chat.finished(t).status)
    eq(1, #srv:requests(CHAT))
  end)
end

test('a time that is too long to be waited for is told', function(t)
  asked(t, { busy({ ['Retry-After'] = '3600' }) })
  T.match('3600 s', chat.finished(t).hint)
end)

test('want of money is told as that, and not as load', function(t)
  asked(t, { busy({ ['Retry-After'] = '1' }, { error = { message = 'no', code = 'insufficient_quota' } }) })
  local data = chat.finished(t)
  T.match('balance', data.hint)
  T.no_match('busy', data.message .. data.hint)
end)

test('a server that stays busy is given up', function(t)
  local srv = asked(t, { busy({ ['retry-after-ms'] = '10' }) })
  local data = chat.finished(t)
  eq('error', data.status)
  T.match('slow down', data.message)
  T.match(':Hum retry', data.hint)
  eq(6, #srv:requests(CHAT))
end)

-- ---- by the user ------------------------------------------------------------------------------

local EMPTY = {
  pieces = {
    'data: {"choices":[{"index":0,"delta":{"reasoning_content":"Hm."}}]}\n\n',
    'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
  },
}

test('a reply without text says so, and one key asks again', { ui = { 160, 30 } }, function(t)
  local _, buf = asked(t, { vim.tbl_extend('force', EMPTY, { when = { nth = 1 } }), GOOD })
  local data = chat.finished(t)
  eq({ 'done', 'told' }, { data.status, data.ending })
  T.match('only thought', data.message)
  T.match('<!-- hum: ended: the model only thought', chat.reply(t, buf), true)
  t:wait_screen('Ask again with g<CR> (:Hum retry)', true)
  T.match('g<CR>', t:messages(), true)
  t:keys('g<CR>')
  eq('done', chat.finished(t, 2).status)
  eq('All is well.', chat.reply(t, buf))
end)

test('without a key for it the command is told', { ui = { 160, 30 } }, function(t)
  asked(t, { EMPTY }, {}, { chat = { maps = { retry = false } } })
  chat.finished(t)
  t:wait_screen('Ask again with :Hum retry', true)
end)

for reason, ending in vim.spairs({ stop = 'good', length = 'cut', content_filter = 'told', solar_flare = 'told' }) do
  test(('a reply that ends by "%s" is %s'):format(reason, ending), function(t)
    local record = { choices = { { index = 0, delta = { content = 'Hi' }, finish_reason = reason } } }
    local _, buf = asked(t, { { pieces = { 'data: ' .. vim.json.encode(record) .. '\n\n' } } })
    local data = chat.finished(t)
    eq({ 'done', ending, reason }, { data.status, data.ending, data.reason })
    eq(ending == 'good', data.message == '')
    local mark = ({ cut = '<!-- hum: cut -->', told = '<!-- hum: ended: ' })[ending]
    T.ok(vim.startswith(chat.reply(t, buf), mark and 'Hi\n' .. mark or 'Hi'), chat.reply(t, buf))
    if ending == 'told' then T.match(reason, data.message, true) end
  end)
end

-- ---- refusals ---------------------------------------------------------------------------------

local function refuses(field, text, status)
  return { when = { has = field }, status = status or 400, json = { error = { message = text } } }
end

local function bodies(srv)
  return vim.tbl_map(function(request) return request.body end, srv:requests(CHAT))
end

test('a field that a model refuses is left out, and from then on', function(t)
  local answers = { refuses('temperature', "'temperature' is not supported"), GOOD }
  local srv, buf = asked(t, answers, { options = { temperature = 0.2 } })
  eq('done', chat.finished(t).status)
  chat.ask(t, 'again', buf)
  eq('done', chat.finished(t, 2).status)
  eq({ 0.2, 'none', 'none' }, vim.tbl_map(function(body) return body.temperature or 'none' end, bodies(srv)))
  eq('', t:messages())
  local _, times = t:log():gsub('does not take "temperature"', '')
  eq(1, times)
  t:cmd('checkhealth hum')
  T.match('does not take "temperature"', t:text(), true)
end)

test('what was learned holds for that model alone', function(t)
  local answers = { refuses('temperature', "'temperature' is not supported"), GOOD }
  local srv, buf = asked(t, answers, { options = { temperature = 0.2 } })
  chat.finished(t)
  t:cmd('Hum model other')
  chat.ask(t, 'again', buf)
  eq('done', chat.finished(t, 2).status)
  eq(0.2, bodies(srv)[3].temperature)
end)

test('what was learned is forgotten with the configuration', function(t)
  local answers = { refuses('temperature', "'temperature' is not supported"), GOOD }
  local srv, buf = asked(t, answers, { options = { temperature = 0.2 } })
  chat.finished(t)
  chat.configure(t, srv, { dialect = 'openai', options = { temperature = 0.3 } })
  chat.ask(t, 'again', buf)
  eq('done', chat.finished(t, 2).status)
  eq(0.3, bodies(srv)[3].temperature)
end)

test(':checkhealth tells what was learned, until it is forgotten', function(t)
  local srv = asked(
    t,
    { refuses('temperature', "'temperature' is not supported"), GOOD },
    { options = { temperature = 1 } }
  )
  chat.finished(t)
  t:cmd('checkhealth hum')
  T.match('does not take "temperature"', t:text(), true)
  chat.configure(t, srv, { dialect = 'openai' })
  t:cmd('checkhealth hum')
  T.no_match('does not take "temperature"', t:text(), true)
end)

test('several fields are left out one by one', function(t)
  local srv = asked(t, {
    refuses('temperature', 'temperature: no'),
    refuses('stream_options', 'Extra inputs are not permitted: stream_options', 422),
    refuses('top_p', 'Unknown field `top_p`'),
    GOOD,
  }, { options = { temperature = 0.2, top_p = 0.5 } })
  eq('done', chat.finished(t).status)
  eq(4, #srv:requests(CHAT))
end)

test('a refusal that stays is told after one other try', function(t)
  local srv = asked(
    t,
    { { status = 400, json = { error = { message = 'temperature: no' } } } },
    { options = { temperature = 1 } }
  )
  eq('error', chat.finished(t).status)
  T.match('temperature: no', chat.finished(t).message)
  eq(2, #srv:requests(CHAT))
end)

test('a limit that the server names is kept', function(t)
  local srv, buf = asked(t, {
    {
      when = { over = { 'max_tokens', 300 } },
      status = 400,
      json = { error = { message = 'max_tokens: 5000 > 300, which is the maximum allowed number of output tokens' } },
    },
    GOOD,
  }, { options = { max_tokens = 5000 } })
  eq('done', chat.finished(t).status)
  chat.ask(t, 'again', buf)
  chat.finished(t, 2)
  eq({ 5000, 300, 300 }, vim.tbl_map(function(body) return body.max_tokens end, bodies(srv)))
end)

test('a limit is sent under its other name', function(t)
  local srv = asked(t, {
    refuses('max_tokens', "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
    GOOD,
  }, { options = { max_tokens = 50 } })
  eq('done', chat.finished(t).status)
  eq(50, bodies(srv)[2].max_completion_tokens)
  eq(nil, bodies(srv)[2].max_tokens)
end)

-- ---- secrets ----------------------------------------------------------------------------------

local KEY = 'open-sesame-1234'

test('a key that the server repeats is told nowhere', { env = { CASE_KEY = KEY }, ui = { 200, 30 } }, function(t)
  local text = ('bad key %s, bad header xyzzy-5678, try sk-abcdefghijkl'):format(KEY)
  local srv, buf = asked(t, { { status = 401, json = { error = { message = text } } } }, {
    key = { env = 'CASE_KEY' },
    headers = { ['X-Team'] = 'xyzzy-5678' },
  }, { log = 'debug' })
  local data = chat.finished(t)
  T.match('bad key ***, bad header ***, try ***', data.message, true)
  srv:play({ { status = 429, json = { error = { message = text } }, headers = { ['Retry-After'] = '60' } } })
  chat.ask(t, 'again', buf)
  wait_for_count_down(t, buf)
  local seen =
    table.concat({ t:text(buf), t:messages(), t:screen(), t:log(), beside(t, buf), vim.inspect(t:events()) }, '\n')
  for _, secret in ipairs({ KEY, 'xyzzy-5678', 'sk-abcdef' }) do
    T.no_match(secret, seen, true)
  end
end)
