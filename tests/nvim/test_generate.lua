-- hum.generate, as another plugin uses it: each piece as it comes, and one ending, whatever happens.
local T = require('harness')
local chat = require('lib.chat')
local editor = require('lib.editor')
local test, eq = T.test, T.eq

T.once()

-- The plugin: keeps what it is told, and throws in the function named `throws`.
local FOREIGN = [[
  local opts, more = ...
  more = more or {}
  got = { text = {}, thinking = {}, done = {} }
  opts.on_text = function(text) table.insert(got.text, text); if more.throws == 'on_text' then error('oh no') end end
  opts.on_thinking = function(text)
    table.insert(got.thinking, text)
    if more.throws == 'on_thinking' then error('oh no') end
  end
  opts.on_done = function(result)
    table.insert(got.done, result)
    if more.throws == 'on_done' then error('oh no') end
  end
  if more.rethinks then
    for _, name in ipairs({ 'text', 'thinking' }) do
      opts['on_' .. name] = function(text) table.insert(got.text, name .. ': ' .. text) end
    end
    opts.on_rethink = function(part) table.insert(got.text, 'all is ' .. part) end
  end
  if opts.at then opts.on_text, opts.on_thinking = nil, nil end
  handle = require('hum').generate(opts)
  return #got.done
]]

local function generate(t, opts, more) eq(0, t:lua(FOREIGN, opts, more), 'on_done before the handle was there') end

--- Waits for the ending. That it is the only one shows once nothing of hum's waits any more.
local function done(t)
  t:wait(function() return t:lua('return #got.done > 0') end, 'on_done')
  t:wait(function() return not t:lua([[return require('hum.server.client').is_busy()]]) end, 'no request runs')
  t:lua('vim.schedule(function() settled = true end)')
  t:wait(function() return t:lua('return settled') end, 'what was scheduled has run')
  eq(1, t:lua('return #got.done'), 'endings')
  return t:lua('return got.done[1]')
end

local function text(t) return t:lua('return table.concat(got.text)') end

for _, dialect in ipairs({ 'ollama', 'openai', 'anthropic' }) do
  test(dialect .. ': each piece of thinking and text comes by itself, in order', function(t)
    local srv = t:fake()
    srv:script({ thinking = { 'let ', 'me ', 'see' }, tokens = { 'it ', 'is\n', 'só' } })
    chat.configure(t, srv, { dialect = dialect })
    generate(t, { prompt = 'what?', model = 'thinker', think = true })
    local result = done(t)
    eq('done', result.status)
    eq({ dialect == 'anthropic' and 'end_turn' or 'stop', 'good' }, { result.reason, result.ending })
    T.ok(result.stats.tokens > 0 and result.error == nil)
    eq({ 'let ', 'me ', 'see' }, t:lua('return got.thinking'))
    eq({ 'it ', 'is\n', 'só' }, t:lua('return got.text'))
    eq('', t:messages())
  end)
end

test('a plugin is told that text was thought, or the other way round', function(t)
  local srv = t:fake()
  srv:script({ tokens = { 'hm\n', '</think>', '\n\n', 'yes' } })
  chat.configure(t, srv)
  generate(t, { prompt = 'what?' }, { rethinks = true })
  eq('good', done(t).ending)
  eq({ 'text: hm\n', 'all is thinking', 'text: yes' }, t:lua('return got.text'))
  srv:script({ tokens = { 'hm\n', 'yes' } })
  generate(t, { prompt = 'what?' }, { rethinks = true })
  eq('good', done(t).ending)
  eq({ 'thinking: hm\n', 'thinking: yes', 'all is text' }, t:lua('return got.text'))
end)

test('a plugin that cannot be told gets text that was taken for thought', function(t)
  local srv = t:fake()
  srv:script({ tokens = { 'hm\n', '</think>', '\n\n', 'yes' } })
  chat.configure(t, srv)
  generate(t, { prompt = 'what?' })
  eq('good', done(t).ending)
  srv:script({ tokens = { 'hm\n', 'yes' } })
  generate(t, { prompt = 'what?' })
  eq('good', done(t).ending)
  eq({ 'hm\n', 'yes', 'hm\nyes' }, t:lua('return vim.list_extend(got.thinking, got.text)'))
  srv:script({ tokens = { 'so ', 'it is' } })
  generate(t, { prompt = 'what?' })
  done(t)
  eq({ 'so ', 'it is' }, t:lua('return got.text'))
end)

test('tags are none of what a plugin gets, and later ones are text as it came', function(t)
  local srv = t:fake()
  srv:script({ tokens = { '<think>hm', '</think>', 'A\n', '<think>\n', 'B' } })
  chat.configure(t, srv)
  generate(t, { prompt = 'what?' })
  eq('good', done(t).ending)
  eq({ 'hm', 'A\n<think>\nB' }, t:lua('return { table.concat(got.thinking), table.concat(got.text) }'))
end)

for _, dialect in ipairs({ 'ollama', 'openai' }) do
  test(dialect .. ': system, conversation and options are sent as they are told', function(t)
    local srv = t:fake()
    srv:script({ text = 'yes' })
    chat.configure(t, srv, { dialect = dialect, options = { temperature = 0.5, seed = 1 } })
    generate(t, {
      system = 'be brief',
      messages = {
        { role = 'user', content = 'one?' },
        { role = 'assistant', content = 'two' },
        { role = 'user', content = 'three?' },
      },
      options = { seed = 7 },
    })
    eq('done', done(t).status)
    local body = srv:requests(dialect == 'ollama' and '/api/chat' or '/v1/chat/completions')[1].body
    eq({
      { role = 'system', content = 'be brief' },
      { role = 'user', content = 'one?' },
      { role = 'assistant', content = 'two' },
      { role = 'user', content = 'three?' },
    }, body.messages)
    local options = dialect == 'ollama' and body.options or body
    eq({ 0.5, 7 }, { options.temperature, options.seed })
    eq('fake', body.model)
  end)
end

test('1000 tokens make 1000 calls', function(t)
  local srv = t:fake()
  local gate = t:gate(srv)
  local tokens, whole = chat.tokens(1000)
  srv:script({ tokens = tokens })
  chat.configure(t, srv)
  gate:pass(0)
  generate(t, { prompt = 'go' })
  chat.pass_by_16(gate, 1000, function(i)
    t:wait(function() return t:lua('return #got.text') >= i end, ('piece %d'):format(i))
  end)
  local stats = done(t).stats
  eq(tokens, t:lua('return got.text'))
  eq(whole, text(t))
  eq({ 1000, 0 }, { stats.edits, stats.merged })
end)

test('pieces merge while Neovim is blocked, and nothing is lost', function(t)
  local srv = t:fake()
  local gate = t:gate(srv)
  local tokens, whole = chat.tokens(600)
  srv:script({ tokens = tokens })
  chat.configure(t, srv)
  gate:pass(20)
  generate(t, { prompt = 'go' })
  t:wait(function() return t:lua('return #got.text') == 20 end, 'the first pieces')
  t:keys('f')
  t:wait(function() return t.child:mode().blocking end, 'Neovim is blocked')
  gate:pass()
  t:wait(function() return gate:taken() end, 'the helper has taken the rest')
  t:keys('<Esc>')
  local stats = done(t).stats
  eq(whole, text(t))
  T.ok(stats.merged >= 1 and stats.edits < 600 and stats.max_unacked <= 64, vim.inspect(stats))
end)

test('12 MB wait outside while Neovim is blocked', function(t)
  local tokens = chat.long_tokens()
  local srv = t:fake()
  srv:script({ tokens = tokens, interval_ms = 0.1 })
  local gate = t:gate(srv)
  chat.configure(t, srv)
  gate:pass(10)
  generate(t, { prompt = 'go' })
  t:wait(function() return t:lua('return #got.text') == 10 end, 'the first pieces')
  t:keys('f')
  t:wait(function() return t.child:mode().blocking end, 'Neovim is blocked')
  gate:pass()
  local written = srv:held_back(t, 1000)
  T.ok(written < #tokens, 'back-pressure: the server wrote ' .. written)
  t:keys('<Esc>')
  eq('done', done(t).status)
  eq(table.concat(tokens), text(t))
end)

test('what comes twice is dropped, and what misses something before it waits for that', function(t)
  local srv = t:fake()
  local gate = t:gate(srv)
  srv:script({ tokens = { 'one ', 'two ', 'three' } })
  chat.configure(t, srv)
  gate:pass(2)
  generate(t, { prompt = 'go' })
  t:wait(function() return t:lua('return #got.text') == 2 end, 'two pieces')
  -- As the helper sends text again after Neovim refused some, here in all ways at once.
  t:lua([[
    local on_event = require('hum.server.client').on_event
    on_event('text', 1, { at = 0, text = 'one ' })
    on_event('text', 1, { at = 4, text = 'two ' })
    on_event('text', 1, { at = 20, text = 'behind a gap' })
    on_event('text', 1, { at = 4, text = 'two th' })]])
  eq({ 'one ', 'two ', 'th' }, t:lua('return got.text'))
  gate:pass()
  eq('done', done(t).status)
  eq({ 'one ', 'two ', 'th', 'ree' }, t:lua('return got.text'))
end)

test('the helper sends again what Neovim may have refused', { nvim = false }, function(t)
  local srv = t:fake()
  srv:script({ tokens = { 'one ', 'two ', 'three' }, faults = { { at = 3, ['do'] = 'stall' } } })
  local e = editor.start(t)
  e:hello()
  e.rpc:notify('generate', 3, {
    endpoint = editor.endpoint(srv.url),
    request = { model = 'fake', messages = { { role = 'user', parts = { { type = 'text', text = 'go' } } } } },
  })
  local function texts()
    return vim.tbl_map(function(event) return { event.data.at, event.data.text } end, e:events_of(3, 'text'))
  end
  t:wait(function() return #texts() == 3 end, 'three pieces')
  eq({ { 0, 'one ' }, { 4, 'two ' }, { 8, 'three' } }, texts())
  e.rpc:notify('nvim_error_event', 0, 'Error executing lua: [string "<nvim>"]:1: unknown, of anybody else')
  e:ask('info')
  eq(3, #texts())
  e.rpc:notify('nvim_error_event', 0, 'Error executing lua: .../hum/server/client.lua:1: Keyboard interrupt')
  t:wait(function() return #texts() == 4 end, 'all of it again')
  eq({ 0, 'one two three' }, texts()[4])
  e.rpc:notify('stop', 3, true)
  eq(1, e:wait_end(3).data.stats.redelivered)
end)

-- ---- endings -----------------------------------------------------------------------------------

local function endless(t)
  local srv = t:fake()
  srv:script({ tokens = chat.tokens(100), count = 1000000, interval_ms = 2 })
  chat.configure(t, srv)
  return srv
end

test('a reply that is cut says so', function(t)
  local srv = t:fake()
  srv:script({ text = 'and so on and', done_reason = 'length' })
  chat.configure(t, srv)
  generate(t, { prompt = 'go' })
  local result = done(t)
  eq({ 'done', 'length', 'cut' }, { result.status, result.reason, result.ending })
  T.match('%S', result.message)
end)

test('stop() ends the request, and no piece comes after it', function(t)
  local srv = endless(t)
  generate(t, { prompt = 'go' })
  t:wait(function() return t:lua('return #got.text') > 3 end, 'some pieces')
  local n = t:lua('handle.stop() return #got.text')
  local result = done(t)
  eq({ 'cancelled', 'it was stopped' }, { result.status, result.reason })
  eq(n, t:lua('return #got.text'))
  srv:wait_event('disconnect')
  t:lua('handle.stop()')
  eq(1, t:lua('return #got.done'))
end)

test('stop() from within on_text is heard, and pieces that wait already are dropped', function(t)
  local srv = t:fake()
  local gate = t:gate(srv)
  srv:script({ tokens = chat.tokens(600) })
  chat.configure(t, srv)
  t:lua([[
    got = { text = {}, done = {} }
    handle = require('hum').generate({
      prompt = 'go',
      on_text = function(text) table.insert(got.text, text); if #got.text == 2 then handle.stop() end end,
      on_done = function(result) table.insert(got.done, result) end,
    })]])
  gate:pass(1)
  t:wait(function() return t:lua('return #got.text') == 1 end, 'the first piece')
  t:keys('f')
  t:wait(function() return t.child:mode().blocking end, 'Neovim is blocked')
  gate:pass(20)
  t:wait(function() return gate:taken() end, 'the helper has taken more')
  t:keys('<Esc>')
  eq('cancelled', done(t).status)
  eq('000001 000002 ', text(t))
end)

test('stop() before anything was sent is an ending too, and ends what runs for it', function(t)
  local srv = t:fake()
  -- With its only model the list would let the request go on.
  srv:script({ { match = { path = '/api/tags' }, json = { models = { { name = 'fake' } } }, first_ms = 200 } })
  t:lua([[require('hum').setup({ endpoints = { ollama = { url = ... } } })]], srv.url)
  generate(t, { prompt = 'go' })
  srv:wait_event('request')
  eq(0, t:lua('handle.stop() return #got.done'))
  eq({ 'cancelled', 'it was stopped' }, { done(t).status, done(t).reason })
  eq({}, srv:requests('/api/chat'))
end)

for _, name in ipairs({ 'on_text', 'on_thinking' }) do
  test(name .. ' that throws ends the request with an error that names it', function(t)
    local srv = t:fake()
    srv:script({ thinking = 'hm hm hm', text = 'so it is', count = 100000, thinking_count = 50, interval_ms = 1 })
    chat.configure(t, srv)
    generate(t, { prompt = 'go', model = 'thinker', think = true }, { throws = name })
    local result = done(t)
    eq({ 'error', 'callback' }, { result.status, result.error.code })
    T.match(name .. ' failed: .*oh no', result.error.message)
    eq(1, t:lua('return #got[...]', name == 'on_text' and 'text' or 'thinking'), 'calls')
    T.match('hum: ' .. name .. ' failed: ', t:messages(), true)
    T.no_match('stack traceback', t:messages(), true)
    T.match('stack traceback', t:log(), true)
    srv:wait_event('disconnect')
  end)
end

test('on_done that throws is told, and called once all the same', function(t)
  local srv = t:fake()
  srv:script({ text = 'fine' })
  chat.configure(t, srv)
  generate(t, { prompt = 'go' }, { throws = 'on_done' })
  eq('done', done(t).status)
  t:wait(function() return t:messages():find('hum: on_done failed: ', 1, true) end, 'the message')
  T.no_match('stack traceback', t:messages(), true)
  generate(t, { prompt = 'again' })
  eq('done', done(t).status)
end)

test('a helper that is killed is an ending with an error', function(t)
  local srv = endless(t)
  generate(t, { prompt = 'go' })
  t:wait(function() return t:lua('return #got.text') > 3 end, 'some pieces')
  vim.uv.kill(t:helper_pid(), 'sigkill')
  local result = done(t)
  eq({ 'error', 'helper' }, { result.status, result.error.code })
  T.match('killed', result.error.message)
  T.match('%S', result.error.hint)
  srv:wait_event('disconnect')
end)

test('a reload of hum is an ending with an error', function(t)
  local srv = endless(t)
  generate(t, { prompt = 'go' })
  t:wait(function() return t:lua('return #got.text') > 3 end, 'some pieces')
  t:lua([[
    for name in pairs(package.loaded) do
      if name == 'hum' or vim.startswith(name, 'hum.') then package.loaded[name] = nil end
    end
    require('hum').chat()]])
  t:wait(function() return t:lua('return #got.done == 1') end, 'on_done')
  local result = t:lua('return got.done[1]')
  eq({ 'error', 'helper' }, { result.status, result.error.code })
  T.match('reloaded', result.error.message)
  srv:wait_event('disconnect')
end)

test('what to do after a failure has nothing of chats in it', function(t)
  local srv = t:fake()
  srv:script({ status = 500, json = { error = 'boom' } })
  chat.configure(t, srv)
  generate(t, { prompt = 'what?' })
  local failed = done(t).error
  T.match('Try again.', failed.hint, true)
  eq(500, failed.status)
end)

test('an error without an answer has no status', function(t)
  chat.configure(t, { url = 'http://127.0.0.1:1' })
  generate(t, { prompt = 'what?' })
  local failed = done(t).error
  eq({ 'connect' }, { failed.code, failed.status })
end)

test('what fails before anything is sent is told by on_done, later', function(t)
  local srv = t:fake()
  t:lua(
    [[require('hum').setup({ endpoints = {
      ollama = { url = ..., model = 'fake' },
      locked = { url = ..., model = 'fake', key = { command = { 'sh', '-c', 'echo locked >&2; exit 3' } } },
    } })]],
    srv.url
  )
  generate(t, { prompt = 'go', endpoint = 'olama' })
  local result = done(t)
  eq({ 'error', 'start' }, { result.status, result.error.code })
  eq('there is no endpoint "olama" (did you mean "ollama"?)', result.error.message)
  generate(t, { prompt = 'go', endpoint = 'locked' })
  result = done(t)
  eq({ 'error', 'start' }, { result.status, result.error.code })
  T.match('endpoints.locked.key: "sh" failed with exit code 3: locked', result.error.message, true)
  generate(t, { prompt = 'go', model = 'unknown' })
  result = done(t)
  eq({ 'error', 'http', 404 }, { result.status, result.error.code, result.error.status })
  T.match('%S', result.error.hint)
  t:lua([[require('hum').setup({ helper = '/nowhere/hum' })]])
  t:lua([[require('hum.server.helper').stop()]])
  generate(t, { prompt = 'go', endpoint = 'ollama' })
  result = done(t)
  eq({ 'error', 'start' }, { result.status, result.error.code })
  T.match('/nowhere/hum', result.error.message, true)
  eq(0, #t:lua('return got.text'))
end)

test('wrong options are refused, with the name of the field', { ui = false }, function(t)
  local function refused(code)
    return t:lua(
      [[
      local ok, err = pcall(require('hum').generate, loadstring('return ' .. ...)())
      return ok and 'taken' or err
    ]],
      code
    )
  end
  for code, want in pairs({
    ['nil'] = 'the options must be a table',
    ['{}'] = 'either prompt or messages must be given',
    ['{ prompt = "a", messages = { { role = "user", content = "b" } } }'] = 'either prompt or messages',
    ['{ promt = "a" }'] = 'promt is no option (did you mean "prompt"?)',
    ['{ prompt = 7 }'] = 'prompt must be a string',
    ['{ messages = {} }'] = 'messages must be a list that is not empty',
    ['{ messages = { role = "user" } }'] = 'messages must be a list',
    ['{ messages = { { role = "tool", content = "x" } } }'] = 'messages[1].role must be',
    ['{ messages = { { role = "user", content = "x" }, { role = "user" } } }'] = 'messages[2].content must be',
    ['{ prompt = "" }'] = 'prompt must not be empty',
    ['{ prompt = "a", model = "" }'] = 'model must not be empty',
    ['{ messages = { { role = "system", content = "x" } } }'] = 'messages must have text of the user or assistant',
    ['{ messages = { { role = "user", content = "" } } }'] = 'messages must have text of the user or assistant',
    ['{ prompt = "a", options = { 1 } }'] = 'options: expected a table of names and values',
    ['{ prompt = "a", options = { f = print } }'] = 'options: "f": expected JSON-compatible values, got a function',
    ['{ prompt = "a", think = {} }'] = 'think must be a boolean or a string or a number',
    ['{ prompt = "a", think = "hard" }'] = 'think: expected true, false',
    ['{ prompt = "a", think = -1 }'] = 'think: expected true, false',
    ['{ prompt = "a", options = "x" }'] = 'options must be a table',
    ['{ prompt = "a", on_text = "x" }'] = 'on_text must be a function',
    ['{ prompt = "a", at = {} }'] = 'at.buf must be a whole number',
    ['{ prompt = "a", at = { buf = 999, row = 0, col = 0 } }'] = 'at.buf must be a loaded buffer',
    ['{ prompt = "a", at = { buf = 1, row = 5, col = 0 } }'] = 'at.row must be a row of the buffer',
    ['{ prompt = "a", at = { buf = 1, row = 0, col = 5 } }'] = 'at.col must not be behind the end of its row',
    ['{ prompt = "a", at = { buf = 1, row = 0, col = 0.5 } }'] = 'at.col must be a whole number',
    ['{ prompt = "a", at = { buf = 1, row = 0, col = 0 }, on_text = print }'] = 'on_text, on_thinking and on_rethink are not',
  }) do
    T.match('hum.generate: ' .. want, refused(code), true)
  end
  t:cmd('setlocal nomodifiable')
  T.match("at.buf must not be 'nomodifiable'", refused('{ prompt = "a", at = { buf = 1, row = 0, col = 0 } }'), true)
  eq(vim.NIL, t:helper_pid() or vim.NIL)
end)

test('at.buf = 0 is the buffer that is current now', function(t)
  local srv = t:fake()
  srv:script({ tokens = { 'it ', 'is' } })
  chat.configure(t, srv)
  local buf = t:eval('bufnr()')
  generate(t, { prompt = 'what?', at = { buf = 0, row = 0, col = 0 } })
  t:cmd('new')
  eq('done', done(t).status)
  eq('it is', t:text(buf))
end)

-- ---- seen --------------------------------------------------------------------------------------

test('the statusline and :Hum jobs show it, :Hum stop does not end it', { ui = { 100, 24 } }, function(t)
  local srv = t:fake()
  srv:script({ text = 'three words here', faults = { { at = 2, ['do'] = 'stall' } } })
  chat.configure(t, srv)
  generate(t, { prompt = 'go' })
  t:wait(function() return text(t):find('words') end, 'two tokens')
  eq('fake is writing', t:lua([[return require('hum').status()]]))
  t:cmd('Hum! stop')
  t:cmd('Hum jobs')
  t:wait_screen('generate +writing +ollama +fake +%d+ s +%d+ B')
  t:keys('<CR>')
  eq({}, t:events())
  t:lua('handle.stop()')
  done(t)
  eq('', t:lua([[return require('hum').status()]]))
end)

test("a model's name does no harm in the statusline and in :Hum jobs", { ui = { 100, 24 } }, function(t)
  local srv = t:fake()
  srv:script({ models = { '%{odd}\27\n' }, rules = { { text = 'x', first_ms = 60000 } } })
  chat.configure(t, srv, { model = '%{odd}\27\n' })
  generate(t, { prompt = 'go' })
  srv:wait_event('request')
  eq('waiting for {odd}', t:lua([[return require('hum').status()]]))
  t:cmd('Hum jobs')
  t:wait_screen('generate  waiting  ollama    %{odd}  ', true)
  t:keys('<CR>')
  t:lua('handle.stop()')
  done(t)
end)

test('a CTRL-C while pieces come loses none of them', function(t)
  local srv = t:fake()
  local tokens, whole = chat.tokens(2000)
  srv:script({ tokens = tokens, interval_ms = 1 })
  chat.configure(t, srv)
  t:lua([[presses = 0; vim.keymap.set('n', '<C-c>', function() presses = presses + 1 end)]])
  generate(t, { prompt = 'go' })
  for _ = 1, 20 do
    t:keys('<C-c>')
    t:lua('return 0')
  end
  local result = done(t)
  if result.status == 'cancelled' then
    eq('CTRL-C interrupted on_text', result.reason)
    eq(text(t), whole:sub(1, #text(t)))
  else
    eq({ 'done', whole }, { result.status, text(t) })
  end
end)

--- Options whose functions note what they are told.
local NOTING = [[
  local opts, throws = ...
  told = {}
  opts.on_wait = function(seconds, message)
    table.insert(told, { 'wait', seconds > 0, message })
    if throws then error('oh no') end
  end
  opts.on_learned = function(message) table.insert(told, { 'learned', message }) end
  opts.on_done = function(result) done = result end
  require('hum').generate(opts)
]]

local BUSY = { status = 429, headers = { ['Retry-After'] = '0.01' }, json = { error = { message = 'slow down' } } }
local REFUSED = {
  status = 400,
  json = { error = { message = 'Unsupported parameter: temperature', param = 'temperature' } },
}

test('a wait for a busy server, and what was learned, are told', function(t)
  local srv = t:fake()
  srv:script({
    { match = { nth = 1 }, status = BUSY.status, headers = BUSY.headers, json = BUSY.json },
    { match = { nth = 1 }, status = REFUSED.status, json = REFUSED.json },
    { text = 'Yes.' },
  })
  chat.configure(t, srv, { dialect = 'openai' })
  t:lua(NOTING, { prompt = 'what?', options = { temperature = 0.5 } })
  eq('done', t:wait(function() return t:lua('return done') end, 'on_done').status)
  local told = t:lua('return told')
  eq({ 'wait', 'learned' }, { told[1][1], told[2][1] })
  eq(true, told[1][2])
  T.match('slow down', told[1][3], true)
  T.match('temperature', told[2][2], true)
  eq(2, #told)
end)

test('on_wait that throws ends the request', function(t)
  local srv = t:fake()
  -- Longer than the case may take: the helper does not ask again before it hears that it is not to.
  srv:script({ { status = 429, headers = { ['Retry-After'] = '100' }, json = BUSY.json } })
  chat.configure(t, srv, { dialect = 'openai' })
  t:lua(NOTING, { prompt = 'what?' }, true)
  local result = t:wait(function() return t:lua('return done') end, 'on_done')
  eq({ 'error', 'callback' }, { result.status, result.error.code })
  eq(1, #srv:requests('/v1/chat/completions'))
end)
