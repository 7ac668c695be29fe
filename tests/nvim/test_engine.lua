-- A real llama-server with a tiny model: whole chats and completion through the plugin.
local T = require('harness')
local chat = require('lib.chat')
local complete = require('lib.complete')
local engine = require('lib.engine').start
local test, eq = T.test, T.eq

T.once()

test('an edit is answered, and leaves the buffer alone', function(t)
  local srv = engine(t)
  chat.configure(t, srv, { dialect = 'openai', model = 'tiny-reciter', options = { max_tokens = 60 } })
  t:lua([[
    vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'local a = 1', 'local b = 2', 'return a + b' })
    vim.bo.filetype, vim.bo.modified = 'lua', false
    require('hum').edit({ first = 1, last = 2, instruction = 'Improve it.', on_done = function(r) result = r end })
  ]])
  local result = t:wait(function() return t:lua('return result or false') end, 'the ending')
  -- It recites, so there is no code in it, or it is cut.
  T.ok(vim.tbl_contains({ 'done', 'error' }, result.status), vim.inspect(result))
  T.ok(result.stats and result.stats.tokens > 0, vim.inspect(result))
  eq('local a = 1\nlocal b = 2\nreturn a + b', t:text())
  eq(false, t:lua('return vim.bo.modified'))
end)

for dialect, path in vim.spairs({ openai = '/v1/chat/completions', anthropic = '/v1/messages' }) do
  test(('a whole chat with thinking over %s'):format(path), function(t)
    local srv = engine(t, '--parallel', '1') -- the second message meets what the first left in the cache
    local buf = chat.open(t, srv, {
      dialect = dialect,
      model = 'tiny-reciter',
      think = dialect == 'anthropic' or nil,
      options = { max_tokens = 300, temperature = 0.3 },
    })
    chat.ask(t, 'Tell me about the sea.')
    local data = chat.finished(t)
    eq('done', data.status, vim.inspect(data))
    local reasons = { 'stop', 'length', 'end_turn', 'max_tokens' }
    T.ok(vim.tbl_contains(reasons, data.reason), data.reason)
    local reply = chat.reply(t, buf)
    T.match('^<think>\n', reply)
    T.match('\n</think>\n', reply)
    T.ok(#reply > 100, reply)
    T.ok(data.stats.tokens > 10)
    -- /v1/messages tells no durations: there is a rate only if there was time to measure it.
    eq(dialect == 'openai', data.stats.server)
    T.ok((data.stats.tokens_per_second or (data.stats.server and 0 or 1)) > 0)
    eq(0, data.stats.redelivered)
    -- The second turn carries the first.
    chat.ask(t, 'And now?')
    local second = chat.finished(t, 2)
    eq('done', second.status, vim.inspect(second))
    T.ok(second.stats.prompt_tokens > data.stats.prompt_tokens)
    -- The beginning is the same, and in the server's cache.
    T.ok(second.stats.cached_tokens > 10, vim.inspect(second.stats))
    t:cmd('normal! Gzb')
    t:wait_screen((', %d cached'):format(second.stats.cached_tokens), true)
  end)

  test(('a long reply over %s is stopped, and the next question is answered'):format(path), function(t)
    local srv = engine(t)
    local buf = chat.open(t, srv, {
      dialect = dialect,
      model = 'tiny-reciter',
      options = { max_tokens = 4000, temperature = 0.3, ignore_eos = true },
    })
    chat.ask(t, 'Tell me everything.')
    t:wait(function() return #chat.reply(t, buf) > 50 end, 'some text')
    t:cmd('Hum stop')
    local data = chat.finished(t)
    -- The tiny model may come to its end before it is stopped.
    T.ok(data.status == 'cancelled' or data.status == 'done', vim.inspect(data))
    chat.configure(t, srv, {
      dialect = dialect,
      model = 'tiny-reciter',
      options = { max_tokens = 50 },
    })
    chat.ask(t, 'And now?')
    eq('done', chat.finished(t, 2).status)
  end)

  test(('the models of the engine are offered, dialect %s'):format(dialect), function(t)
    local srv = engine(t)
    chat.configure(t, srv, { dialect = dialect })
    t:wait(
      function() return vim.tbl_contains(t:eval([[getcompletion('Hum chat ', 'cmdline')]]), 'tiny-reciter') end,
      'the model in the completion'
    )
  end)
end

test('the engine over /v1/messages is healthy', function(t)
  local srv = engine(t)
  chat.configure(t, srv, { dialect = 'anthropic' })
  t:cmd('checkhealth hum')
  local text = t:wait(function()
    local text = t:text()
    return text:find('tiny%-reciter') and text
  end, 'the report')
  T.match('dialect "anthropic"', text, true)
  T.ok(not text:find('ERROR'), text)
end)

test('a fault of the engine over /v1/messages is told in its own words', function(t)
  local srv = engine(t)
  chat.open(t, srv, { dialect = 'anthropic', model = 'tiny-reciter', options = { max_tokens = 'many' } })
  chat.ask(t, 'hello')
  local data = chat.finished(t)
  eq('error', data.status)
  T.match('max_tokens', data.message .. (data.hint or ''), true)
end)

test('the engine tells its fill-in tokens', function(t)
  local srv = engine(t)
  chat.configure(t, srv, { dialect = 'openai', model = 'tiny-reciter' })
  t:lua([[require('hum.complete.backend').find(function(err, found) answer = { err = err, found = found } end)]])
  local answer = t:wait(function() return t:lua('return answer') end, 'an answer')
  eq(nil, answer.err)
  eq({ 'completions', 'tiny-reciter', true }, { answer.found.api, answer.found.model, answer.found.parallel })
  T.ok(answer.found.context >= 4096, answer.found.context)
end)

--- What the server told of each prompt: so many tokens, so many of them evaluated again.
local function prompts(t)
  local list = {}
  for all, cached in t:log():gmatch('fetch: (%d+) prompt tokens, (%d+) of them cached') do
    list[#list + 1] = { all = tonumber(all), new = all - cached }
  end
  return list
end

--- Types so many keys, each one after the answer to the former. Gives what was told of the prompts
--- but for the first two, between which hum learns how dense the text is.
local function complete_with(t, api, keys)
  local srv = engine(t)
  complete.configure(t, srv, {
    api = api,
    config = { log = 'debug' },
    endpoint = { model = 'tiny-reciter' },
    complete = { max_tokens = 6 },
  })
  complete.insert(t, complete.lines(120), { row = 60 })
  complete.wait_count(t, 'done', 1)
  local shown = 0
  for char in ('\n' .. complete.lines(1, 9)[1]):sub(1, keys):gmatch('.') do
    complete.type(t, char == '\n' and '<CR>' or char)
    complete.wait_idle(t)
    shown = shown + (complete.ghost(t) and 1 or 0)
  end
  local info = complete.info(t)
  eq({ 0, 0 }, { info.failed, info.cancelled })
  T.ok(shown > 0, 'no suggestion was seen')
  local told = prompts(t)
  T.ok(#told > keys / 2, #told)
  return vim.list_slice(told, 3), vim.inspect(told)
end

test('completion by the engine: of a prompt it evaluates one or two tokens for a key', complete.OPTS, function(t)
  local told, all = complete_with(t, 'completions', 30)
  local few = vim.tbl_filter(function(prompt) return prompt.new <= 4 end, told)
  T.ok(#few >= 0.9 * #told, all)
end)

test('by /infill, which has the suffix behind what is typed, it evaluates that too', complete.OPTS, function(t)
  local told, all = complete_with(t, 'infill', 16)
  for i = 2, #told do
    T.ok(told[i].new < told[i].all / 3, all)
  end
end)

test('a look behind a suggestion leaves the prompt cache of the only slot what it was', complete.OPTS, function(t)
  local srv = engine(t, '--parallel', '1')
  complete.configure(t, srv, {
    config = { log = 'debug' },
    endpoint = { model = 'tiny-reciter' },
    complete = { max_tokens = 24, prefetch = true, window_tokens = 1024 },
  })
  complete.insert(t, complete.lines(120), { row = 60 })
  complete.type(t, '<CR>' .. complete.lines(1, 9)[1]:sub(1, 8))
  complete.wait_ghost(t)
  complete.wait_idle(t)
  local ghost = complete.ghost(t)
  complete.type(t, (ghost:sub(1, -2):gsub('<', '<lt>'):gsub('\n', '<CR>')))
  complete.wait_count(t, 'prefetched', 1)
  complete.wait_idle(t)
  complete.type(t, '%')
  complete.wait_idle(t)
  local told = prompts(t)
  for i = #told - 1, #told do -- what is suggested is evaluated, no more
    T.ok(told[i].new <= #ghost, vim.inspect({ #ghost, told }))
  end
end)
