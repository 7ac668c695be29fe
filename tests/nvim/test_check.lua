-- `:Hum check`: what an endpoint is, whether it answers, and how its tokens arrive.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq
T.once()

--- Runs the check and gives its report, once it is done.
local function check_again(t)
  local before = t:lua('return vim.api.nvim_get_current_buf()')
  t:keys(':Hum check<CR>')
  return t:wait(function()
    local text = t:lua('return vim.api.nvim_get_current_buf()') ~= before and t:text() or ''
    return text:find('\ndone', 1, true) and text
  end, 'the check is done')
end

local function check(t, srv, endpoint)
  chat.configure(t, srv, endpoint)
  return check_again(t)
end

--- The same until the report has a text: a machine that is busy tears pieces apart that came together, and the other
--- way round.
local function check_until(t, pattern, srv, endpoint)
  local text = check(t, srv, endpoint)
  for _ = 1, 20 do
    if text:find(pattern) then return text end
    text = check_again(t)
  end
  T.match(pattern, text)
end

test('tokens that come one by one are told as that', function(t)
  local srv = t:fake()
  srv:script({ version = '0.33.0', models = { 'fake' }, rules = { { count = 20, interval_ms = 60 } } })
  local text = check_until(t, 'OK tokens arrive one by one, 20 in', srv)
  T.match('check of endpoint "ollama"', text, true)
  T.match(srv.url .. ', dialect "ollama"', text, true)
  T.match('OK reachable: Ollama 0.33.0', text, true)
  T.match('OK 1 model: fake', text, true)
  T.match('OK "fake" answers: first token after ', text, true)
  T.no_match('WARNING', text)
  T.no_match('ERROR', text)
  eq(64, srv:requests('/api/chat')[1].body.options.num_predict)
end)

test('a proxy that sends tokens in blocks is found, and its cure told', function(t)
  local srv = t:fake()
  srv:script({ models = { 'fake' }, rules = { { count = 48, interval_ms = 30, per_chunk = 12 } } })
  local text = check_until(t, 'WARNING tokens arrive in blocks of about 1%d', srv, { dialect = 'openai' })
  T.match('proxy_buffering off', text, true)
  eq(64, srv:requests('/v1/chat/completions')[1].body.max_tokens)
end)

test('a reply that is held back until its end is found', function(t)
  local srv = t:fake()
  srv:script({ models = { 'fake' }, rules = { { count = 30, first_ms = 900 } } })
  local text = check_until(t, 'WARNING all 30 tokens arrived at once', srv, { dialect = 'openai' })
  T.match('proxy_buffering off', text, true)
end)

test('the reply is short whatever limit the endpoint has, under the name that it has', function(t)
  local srv = t:fake()
  srv:script({ models = { 'fake' }, rules = { { count = 10, interval_ms = 10 } } })
  check(t, srv, { dialect = 'openai', options = { max_completion_tokens = 5000 } })
  local body = srv:requests('/v1/chat/completions')[1].body
  eq({ 64 }, { body.max_completion_tokens, body.max_tokens })
end)

test('a key that a preset knows is told, too', { env = { VLLM_API_KEY = 'sesame-1234' } }, function(t)
  local srv = t:fake()
  srv:script({ models = { 'fake' }, key = 'sesame-1234', rules = { { count = 10, interval_ms = 10 } } })
  T.match('OK the key is accepted ($VLLM_API_KEY)', check(t, srv, { preset = 'vllm' }), true)
end)

test('a key that is accepted is told, and one that is refused', { env = { TEAM_KEY = 'sesame-1234' } }, function(t)
  local srv = t:fake()
  srv:script({ models = { 'fake' }, key = 'sesame-1234', rules = { { count = 10, interval_ms = 10 } } })
  local endpoint = { dialect = 'openai', key = { env = 'TEAM_KEY' } }
  T.match('OK the key is accepted ($TEAM_KEY)', check(t, srv, endpoint), true)
  srv:script({ models = { 'fake' }, key = 'another', rules = {} })
  t:keys(':Hum check<CR>')
  t:wait(function() return t:text():find('was refused', 1, true) end, 'the refusal is told')
  T.match('ERROR endpoint "ollama" at ' .. srv.url, t:text(), true)
  T.match('the key in $TEAM_KEY was refused', t:text(), true)
  T.no_match('sesame', t:text(), true)
  eq(2, #t:lua('return vim.api.nvim_list_wins()'), 'the window is used again')
end)

test('a server that is not there is told, with the hint of the chat', function(t)
  local text = check(t, { url = 'http://127.0.0.1:1' })
  T.match('ERROR cannot reach endpoint "ollama" at http://127.0.0.1:1/api/version', text, true)
  T.match('ollama serve', text, true)
end)

test('an error of the model is told, with the hint of the chat', function(t)
  local srv = t:fake()
  srv:script({
    models = { 'fake' },
    rules = { { status = 500, json = { error = 'model requires more system memory (9 GiB) than is available' } } },
  })
  local text = check(t, srv)
  T.match('ERROR .*more system memory', text)
  T.match('smaller model', text, true)
end)

test('what was learned is forgotten first, and found out anew', function(t)
  local srv = t:fake()
  local refused = { status = 400, json = { error = 'Unknown field: stream_options' } }
  srv:script({
    models = { 'fake' },
    rules = { vim.tbl_extend('force', refused, { times = 1 }), { count = 10, interval_ms = 10 } },
  })
  local buf = chat.open(t, srv, { dialect = 'openai' })
  chat.ask(t, 'hello', buf)
  eq('done', chat.finished(t).status)
  chat.ask(t, 'again', buf)
  chat.finished(t, 2)
  T.no_match('stream_options', check_again(t), true)
  local asks = vim.tbl_map(
    function(request) return request.body.stream_options ~= nil end,
    srv:requests('/v1/chat/completions')
  )
  eq({ true, false, false, true }, asks)
end)

test('an endpoint that does not exist is told, and opens nothing', function(t)
  t:cmd('Hum check nowhere')
  t:wait(function() return t:messages():find('no endpoint "nowhere"', 1, true) end, 'it is told')
  eq(1, #t:lua('return vim.api.nvim_list_wins()'))
end)

test('the names of endpoints are completed', function(t)
  chat.configure(t, { url = 'http://127.0.0.1:1' })
  eq({ 'ollama' }, t:lua([[return vim.fn.getcompletion('Hum check o', 'cmdline')]]))
end)

test('closing the window ends the check', function(t)
  local srv = t:fake()
  srv:script({ models = { 'fake' }, rules = { { count = 10, first_ms = 600000 } } })
  chat.configure(t, srv)
  t:keys(':Hum check<CR>')
  t:wait(function() return #srv:requests('/api/chat') == 1 end, 'the model is asked')
  eq({ 1, 0 }, t:lua('return { vim.fn.eval("&l:linebreak"), vim.fn.eval("&g:linebreak") }'), 'of that window alone')
  t:keys('q')
  srv:wait_event('disconnect')
  eq(1, #t:lua('return vim.api.nvim_list_wins()'))
end)

-- When pieces came, in ms, what that is, and the server's own figure.
local JUDGED = {
  { { 10, 60, 110, 160, 210, 260, 310, 360, 410 }, 'steady' },
  { { 10, 11, 60, 61, 110, 111, 160, 161, 210, 211 }, 'groups' },
  { { 300, 300.1, 300.2, 300.3, 600, 600.1, 600.2, 600.3, 900, 900.1, 900.2, 900.3 }, 'blocks' },
  { { 300, 300.1, 304.2, 304.3, 600, 600.1, 600.2, 600.3, 900, 900.1, 900.2, 900.3 }, 'blocks' },
  { { 900, 900.1, 900.2, 900.3, 903.4, 903.5, 903.6, 903.7, 903.8 }, 'once' },
  { { 90, 90.1, 90.2, 90.3, 90.4, 90.5, 90.6, 90.7, 90.8 }, 'fast' },
  { { 90, 90.1, 90.2, 90.3, 90.4, 90.5, 90.6, 90.7, 90.8 }, 'once', 800 },
  { { 900, 900.1, 900.2, 900.3, 900.4, 900.5, 900.6, 900.7, 900.8 }, 'fast', 3 },
  { { 10, 60 }, 'few' },
  { {}, 'few' },
}

test('when pieces come says what holds them back', { ui = false }, function(t)
  for i, case in ipairs(JUDGED) do
    local kind = t:lua([[return require('hum.check.arrival').judge(...).kind]], case[1], case[3])
    eq(case[2], kind, 'row ' .. i)
  end
end)
