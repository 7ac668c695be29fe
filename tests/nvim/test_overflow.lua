-- A chat that does not fit into the context window: each way in which servers say so, or do not.
local T = require('harness')
local chat = require('lib.chat')
local engine = require('lib.engine')
local test, eq, ok, match = T.test, T.eq, T.ok, T.match

T.once()

--- A chat of so many exchanges, from a file.
---@param t test.Case
---@param srv { url: string }
---@param endpoint table
---@param n? integer
---@return integer buf
local function long_chat(t, srv, endpoint, n)
  local lines = { '---', 'hum: 1', 'endpoint: it', 'model: fake', '---', '', '## § System', '', 'Keep this rule.', '' }
  for i = 1, n or 30 do
    local words = ('word%d '):format(i)
    vim.list_extend(lines, { '## » You', '', ('Question %d: %s?'):format(i, vim.trim(words:rep(45))), '' })
    vim.list_extend(lines, { '## « fake', '', ('Answer %d: %s.'):format(i, vim.trim(words:rep(45))), '' })
  end
  vim.list_extend(lines, { '## » You', '', '' })
  t:eval('1') -- it has started: it makes the folder, too
  local path = t:write_file('data/nvim/hum/chats/long.md', table.concat(lines, '\n'))
  t:lua([[return require('hum').setup(...)]], {
    endpoint = 'it',
    chat = { window = 'current' },
    endpoints = { it = vim.tbl_extend('force', { url = srv.url, model = 'fake' }, endpoint) },
  })
  return t:lua('return (require("hum").open(...))', path)
end

local OPENAI, OLLAMA, ANTHROPIC = { dialect = 'openai' }, { dialect = 'ollama' }, { dialect = 'anthropic', key = nil }

--- What the user sees, in one line.
---@param t test.Case
---@return string
local function told(t) return (t:messages():gsub('%s+', ' ')) end

local function generations(srv)
  return vim.tbl_filter(
    function(request) return request.path:find('chat', 1, true) or request.path == '/v1/messages' end,
    srv:requests()
  )
end

local function events(t) return t:lua('return seen') end

--- Counts what chats report.
---@param t test.Case
local function count(t)
  t:lua([[
    seen = {}
    vim.api.nvim_create_autocmd('User', { pattern = { 'HumRequestStarted', 'HumRequestFinished' }, callback = function(e)
      seen[#seen + 1] = e.match .. ' ' .. (e.data.status or '')
    end })]])
end

local SSE_END = 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
local WELL = { pieces = { 'data: {"choices":[{"delta":{"content":"Well."}}]}\n\n', SSE_END } }

--- A server that says nothing of its window.
local SECRET = { match = { path = '/v1/models' }, status = 404, json = { error = { message = 'not here' } } }

local function refusal(status, error) return { status = status, json = error, when = { bytes = 12001 } } end

for name, error in pairs({
  ['llama-server'] = {
    error = {
      code = 400,
      type = 'exceed_context_size_error',
      message = 'request (9000 tokens) exceeds the available context size (4096 tokens), try increasing it',
      n_prompt_tokens = 9000,
      n_ctx = 4096,
    },
  },
  ['vLLM'] = {
    object = 'error',
    type = 'BadRequestError',
    message = "This model's maximum context length is 4096 tokens. However, you requested 9240 tokens (5240 in the "
      .. 'messages, 4000 in the completion).',
  },
  ['vLLM, when nothing is left'] = { object = 'error', message = 'max_tokens must be at least 1, got -5144.' },
  ['LM Studio'] = {
    error = 'The number of tokens to keep from the initial prompt is greater than the context length '
      .. '(n_keep: 5832>= n_ctx: 4096). Try to load the model with a larger context length.',
  },
  ['OpenRouter'] = {
    error = {
      message = "This endpoint's maximum context length is 4096 tokens. However, you requested about 9240 tokens "
        .. '(9000 of text input, 240 in the output).',
      metadata = { provider_name = 'x' },
    },
  },
  ['a code alone'] = { error = { code = 'context_length_exceeded', message = 'Invalid request.' } },
  ['figures that have nothing to do with the estimate'] = {
    error = { message = 'prompt is too long: 208310 tokens > 200000 maximum', type = 'invalid_request_error' },
  },
  ['a window, and a prompt that would fit into it'] = {
    error = { message = 'input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000' },
  },
  ['LiteLLM'] = { error = { message = 'litellm.ContextWindowExceededError: OpenAIException - too long', code = '400' } },
  ["a template, without the user's message"] = { error = { message = 'No user query found in messages.' } },
}) do
  test('goes on by itself, in the same reply: ' .. name, function(t)
    local srv = t:fake()
    srv:script({ SECRET, refusal(400, error), WELL })
    local buf = long_chat(t, srv, OPENAI)
    local before = t:text(buf)
    count(t)
    chat.ask(t, 'And the last question?', buf)
    eq('done', chat.finished(t).status)
    eq({ 'HumRequestStarted ', 'HumRequestFinished done' }, events(t))
    local sent = generations(srv)
    eq(2, #sent, 'requests')
    local last = sent[2].body.messages
    eq({ 'system', 'Keep this rule.' }, { last[1].role, last[1].content })
    eq('And the last question?', last[#last].content)
    eq('user', last[2].role)
    eq(before, t:text(buf):sub(1, #before))
    match('Well%.', chat.reply(t, buf))
    match('left out from now on', told(t), true)
    match('Hum compact', told(t), true)
    eq(1, select(2, t:text(buf):gsub('And the last question%?\n\n## « fake', '')))
  end)
end

test("Ollama: llama-server's words within its own", function(t)
  local srv = t:fake()
  local inner = '{"error":{"code":400,"message":"request (9000 tokens) exceeds the available context size (4096 tokens)",'
    .. '"type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":4096}}'
  local done = '{"model":"fake","message":{"role":"assistant","content":"Well."},"done":true,"done_reason":"stop"}\n'
  srv:play({ answers = { refusal(400, { error = inner }), { pieces = { done } } } })
  local buf = long_chat(t, srv, OLLAMA)
  chat.ask(t, 'And the last question?', buf)
  eq('done', chat.finished(t).status)
  match('left out from now on', told(t), true)
  eq(false, generations(srv)[1].body.truncate)
end)

test('an error event within a 200', function(t)
  local srv = t:fake()
  local event = 'event: error\ndata: {"error":{"message":"Trying to keep the first 5832 tokens when context the overflows. '
    .. 'However, the model is loaded with context length of only 4096 tokens"}}\n\n'
  srv:play({ answers = { { pieces = { event }, when = { bytes = 12001 } }, WELL } })
  local buf = long_chat(t, srv, OPENAI)
  chat.ask(t, 'And the last question?', buf)
  eq('done', chat.finished(t).status)
  match('left out from now on', told(t), true)
end)

test('a window that is full in the middle of a reply', function(t)
  local srv = t:fake()
  srv:play({
    answers = {
      {
        pieces = {
          'data: {"choices":[{"delta":{"content":"It began"}}]}\n\n',
          'data: {"error":{"message":"Reached context length of 4096 tokens with this model"}}\n\n',
        },
      },
    },
  })
  local buf = long_chat(t, srv, OPENAI, 3)
  chat.ask(t, 'And the last question?', buf)
  local data = chat.finished(t)
  eq({ 'error', 'overflow' }, { data.status, data.code })
  match('It began', t:text(buf), true)
  match(':Hum compact', data.hint, true)
  eq(1, #generations(srv))
end)

test('a window that is full in the midst of thoughts', function(t)
  local srv = t:fake()
  srv:play({
    answers = {
      {
        pieces = {
          'data: {"choices":[{"delta":{"reasoning_content":"Hm, hm"}}]}\n\n',
          'data: {"choices":[{"delta":{},"finish_reason":"length"}],"usage":{"prompt_tokens":3000,'
            .. '"completion_tokens":1096}}\n\ndata: [DONE]\n\n',
        },
      },
    },
  })
  local buf = long_chat(t, srv, OPENAI, 10)
  chat.ask(t, 'And the last question?', buf)
  match('The context window is full. ', chat.finished(t).hint, true)
end)

test("Anthropic's word for a full window", function(t)
  local srv = t:fake()
  local function event(name, data) return ('event: %s\ndata: %s\n\n'):format(name, vim.json.encode(data)) end
  srv:play({
    answers = {
      {
        pieces = {
          event('message_start', { type = 'message_start', message = { usage = { input_tokens = 900 } } }),
          event(
            'content_block_start',
            { type = 'content_block_start', index = 0, content_block = { type = 'text', text = '' } }
          ),
          event('content_block_delta', {
            type = 'content_block_delta',
            index = 0,
            delta = { type = 'text_delta', text = 'It began' },
          }),
          event('message_delta', {
            type = 'message_delta',
            delta = { stop_reason = 'model_context_window_exceeded' },
            usage = { output_tokens = 2 },
          }),
          event('message_stop', { type = 'message_stop' }),
        },
      },
    },
  })
  local buf = long_chat(t, srv, ANTHROPIC, 3)
  chat.ask(t, 'And the last question?', buf)
  local data = chat.finished(t)
  match('context window is full', data.message, true)
  match(':Hum compact', data.hint, true)
end)

test('an empty answer to a large chat may be one, too', function(t)
  local srv = t:fake()
  srv:script({ SECRET, { text = '' } })
  local buf = long_chat(t, srv, OPENAI)
  chat.ask(t, 'And the last question?', buf)
  match('may not fit into the context window', chat.finished(t).message, true)
end)

test('an answer to a large chat that ends without a byte may be one, and one that breaks off is none', function(t)
  local srv = t:fake()
  local stream = { ['Content-Type'] = 'text/event-stream' }
  srv:script({
    SECRET,
    { body = '', headers = stream, times = 1 },
    { pieces = { 'data: {"choices":[{"delta":{"content":"It began"}}]}\n\n' } },
  })
  local buf = long_chat(t, srv, OPENAI)
  chat.ask(t, 'And the last question?', buf)
  local data = chat.finished(t)
  match('may not fit into the context window', data.message, true)
  match(':Hum compact', data.hint, true)
  t:cmd('Hum retry')
  data = chat.finished(t, 2)
  eq('cut', data.code)
  T.no_match('context window', data.message)
end)

test('half of a prompt, as its count tells', function(t)
  local srv = t:fake()
  srv:script({ SECRET, { text = 'Well.', stats = { prompt_eval_count = 2051 } } })
  local buf = long_chat(t, srv, OPENAI)
  chat.ask(t, 'And the last question?', buf)
  local data = chat.finished(t)
  match('has read 2,051 of about [%d,]+ tokens', data.message)
  chat.ask(t, 'And then?', buf)
  chat.finished(t, 2)
  local sent = generations(srv)
  ok(#vim.json.encode(sent[2].body.messages) < #vim.json.encode(sent[1].body.messages) / 2, 'less is sent next time')
end)

test('a message that does not fit alone is told with its size, and asked once', function(t)
  local srv = t:fake()
  local error = { error = { message = 'request (9000 tokens) exceeds the available context size (4096 tokens)' } }
  srv:play({ answers = { { status = 400, json = error } } })
  local buf = long_chat(t, srv, OPENAI, 1)
  chat.ask(t, ('much to say '):rep(2500), buf)
  local data = chat.finished(t)
  eq('overflow', data.code)
  match('9000 tokens', data.message, true)
  ok(#generations(srv) <= 2, #generations(srv) .. ' requests')
end)

test('a message that did not fit and has no answer does not stand in the way of the next one', function(t)
  local srv = t:fake()
  local error = { error = { type = 'exceed_context_size_error', message = 'no', n_prompt_tokens = 9000, n_ctx = 4096 } }
  srv:script({ SECRET, { status = 400, json = error, when = { bytes = 16000 } }, WELL })
  local buf = long_chat(t, srv, OPENAI, 1)
  local file = t:write_file('big.lua', ('local planted = 1 -- word word\n'):rep(1200))
  chat.ask(t, ('Look at #file!:%s'):format(file), buf)
  local data = chat.finished(t)
  eq('overflow', data.code)
  match('Refer to less', data.hint, true)
  chat.ask(t, 'Then without it.', buf)
  eq('done', chat.finished(t, 2).status)
  local sent = generations(srv)
  local messages = sent[#sent].body.messages
  eq({ 'Keep this rule.', 'Then without it.' }, { messages[1].content, messages[2].content })
  match('left out from now on', told(t), true)
end)

test('a model that was loaded anew with less is asked for its window again', function(t)
  local srv = t:fake()
  local function ps(n)
    return {
      match = { path = '/api/ps' },
      json = { models = { { name = 'fake', model = 'fake', context_length = n } } },
    }
  end
  srv:script({ ps(16384), { text = 'Well.' } })
  local buf = long_chat(t, srv, OLLAMA)
  chat.ask(t, 'And the last question?', buf)
  chat.finished(t)
  srv:script({ ps(4096), { text = 'Well.', stats = { prompt_eval_count = 2051 }, when = { bytes = 12001 } }, WELL })
  chat.ask(t, 'And then?', buf)
  local data = chat.finished(t, 2)
  match('has read 2,051 of about', data.message, true)
  T.no_match('16,384', data.message)
  match('num_ctx to 16384', data.hint, true)
  chat.ask(t, 'And now?', buf)
  chat.finished(t, 3)
  eq(4096, t:lua([[return require('hum.server.window').of('it', 'fake')]]))
  match('context window of fake (4,096 tokens)', told(t), true)
end)

test('what to do names the server: /v1 of Ollama takes no num_ctx', function(t)
  local srv = t:fake()
  local error = { error = { message = 'request (9000 tokens) exceeds the available context size (4096 tokens)' } }
  srv:script({ { match = { path = '/v1/chat/completions' }, status = 400, json = error } })
  local buf = long_chat(t, { url = srv.url .. '/v1' }, { dialect = 'openai', preset = 'ollama' }, 12)
  chat.ask(t, 'And the last question?', buf)
  local hint = chat.finished(t).hint
  for _, words in ipairs({ 'dialect = "ollama"', 'OLLAMA_CONTEXT_LENGTH=8192', 'PARAMETER num_ctx' }) do
    match(words, hint, true)
  end
end)

test('stopped while the shortened one is answered, the reply ends', function(t)
  local srv = t:fake()
  local error = { error = { message = 'request (9000 tokens) exceeds the available context size (4096 tokens)' } }
  srv:script({
    SECRET,
    { status = 400, json = error, when = { bytes = 12001 } },
    { tokens = { 'on ' }, count = 1000000, interval_ms = 10 },
  })
  local buf = long_chat(t, srv, OPENAI)
  chat.ask(t, 'And the last question?', buf)
  t:wait(function() return #generations(srv) > 1 end, 'a second request')
  t:cmd('Hum stop')
  eq('cancelled', chat.finished(t).status)
  match('<!-- hum: stopped -->', t:text(buf), true)
end)

test('a real llama-server: a chat that overflows goes on, and its cache holds', function(t)
  local srv = engine.start(t, '--ctx-size', '2048', '--parallel', '1')
  local buf = long_chat(t, { url = srv.url .. '/v1' }, { dialect = 'openai', options = { max_tokens = 20 } }, 12)
  chat.ask(t, 'And the last question?', buf)
  eq('done', chat.finished(t, 1).status)
  match('left out from now on', told(t), true)
  eq(2048, t:lua([[return require('hum.server.window').of('it', 'fake')]]))
  chat.ask(t, 'And then?', buf)
  local data = chat.finished(t, 2)
  eq('done', data.status)
  local stats = data.stats
  ok(stats.cached_tokens > stats.prompt_tokens * 0.8, ('%d of %d'):format(stats.cached_tokens, stats.prompt_tokens))
end)
