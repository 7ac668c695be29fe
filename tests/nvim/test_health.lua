-- What :checkhealth hum finds, and what it advises.
local T = require('harness')
local test, eq = T.test, T.eq

T.once()

--- The report, with these options of hum.
local function report(t, options)
  t:lua('vim.g.hum = ...', options)
  t:lua('vim.g.checked = 0')
  -- Typed, as an error that is told meanwhile would fail a command of the API.
  t:keys(':checkhealth hum | let g:checked = 1<CR>')
  t:wait(function() return t:eval('get(g:, "checked")') == 1 end, 'the check is done')
  return t:text()
end

--- The part of a report about an endpoint.
local function about(text, name)
  local from = text:find(('hum: endpoint "%s"'):format(name), 1, true)
  return T.ok(from and text:sub(from):match('^(.-)\n\n') or text:sub(from), name)
end

--- The part of a report about completion.
local function completion(text)
  local from = T.ok(text:find('hum: completion', 1, true), 'the section')
  return text:sub(from):match('^(.-)\n\n') or text:sub(from)
end

test('common mistakes with addresses are named', { env = { http_proxy = 'http://127.0.0.1:1' } }, function(t)
  local srv = t:fake()
  srv:script({ models = { 'alpha:7b' }, version = '0.33.0', rules = {} })
  t:lua('vim.env.OLLAMA_HOST = ...', srv.url .. '/api')
  local text = report(t, {
    endpoints = {
      deeper = { url = srv.url .. '/base' },
      good = { url = srv.url, model = 'alpha:7b' },
      wrong_model = { url = srv.url, model = 'gamma' },
    },
  })
  T.match('OLLAMA_HOST ends in "/api"', about(text, 'ollama'), true)
  T.match('Remove "/api"', about(text, 'ollama'), true)
  T.match('returned HTTP 404', about(text, 'deeper'), true)
  T.match('base address', about(text, 'deeper'), true)
  T.match('reachable: Ollama 0.33.0', about(text, 'good'), true)
  T.match('not used for servers on this machine', about(text, 'good'), true)
  T.match('new chats use "alpha:7b" (capabilities: completion', about(text, 'good'), true)
  T.no_match('ERROR', about(text, 'good'))
  T.match('"gamma", which the server does not have', about(text, 'wrong_model'), true)
end)

test(
  'the port that a scheme implies is told',
  { env = { OLLAMA_HOST = 'http://127.0.0.1' } },
  function(t) T.match('means port 80, not 11434', report(t, {}), true) end
)

test('a host name that Ollama refuses is explained', function(t)
  local srv = t:fake()
  srv:script({ models = { 'alpha:7b' }, check_host = true, rules = {} })
  local text = report(t, { endpoints = { ollama = { url = srv.url, headers = { Host = 'gpu.example.com' } } } })
  T.match('Ollama rejects other host names with an empty 403', text, true)
end)

test('the source of a key is told, never the key', { env = { GOOD_KEY = 'sesame' } }, function(t)
  local srv = t:fake()
  srv:script({ models = { 'alpha:7b' }, key = 'sesame', rules = {} })
  local text = report(t, {
    endpoints = {
      good = { url = srv.url, dialect = 'openai', key = { env = 'GOOD_KEY' } },
      none = { url = srv.url, dialect = 'openai', key = { env = 'NO_SUCH_KEY' } },
      keyless = { url = srv.url, dialect = 'openai' },
      command = { url = srv.url, dialect = 'openai', key = { command = { 'no-such-program' } } },
    },
  })
  T.match('key: from $GOOD_KEY', about(text, 'good'), true)
  T.match('1 model: alpha:7b', about(text, 'good'), true)
  T.match('key: $NO_SUCH_KEY is not set', about(text, 'none'), true)
  T.match('returned HTTP 401', about(text, 'keyless'), true)
  T.match('endpoints.keyless.key', about(text, 'keyless'), true)
  T.match('"no-such-program" is not executable', about(text, 'command'), true)
  T.no_match('sesame', text .. t:log(), true)
end)

test('what works stands above what does not, and what is to be looked up at the end', function(t)
  local srv = t:fake()
  srv:script({ models = { 'alpha:7b' }, version = '0.33.0', rules = {} })
  local text = report(t, {
    endpoints = { a_dead = { url = 'http://127.0.0.1:1' }, ollama = { url = srv.url }, z_good = { url = srv.url } },
  })
  local titles = {}
  for title in text:gmatch('hum: ([^\n]-) ~') do
    titles[#titles + 1] = title
  end
  eq({
    'configuration',
    'helper',
    'endpoint "ollama" (default)',
    'endpoint "z_good"',
    'completion',
    'endpoint "a_dead"',
    'images and PDFs',
    'keys in chats',
    'versions',
  }, titles)
  T.match('\n%- g%?: list these keys\n', text)
  T.match('\n%- .-OK Neovim 0%.', text)
end)

test('programs for images and PDFs are named, and those that could be installed', function(t)
  local bin = t.dir .. '/bin'
  t:write_file('bin/pdftotext', '#!/bin/sh\n')
  assert(vim.uv.fs_chmod(bin .. '/pdftotext', 493))
  t:lua('vim.env.PATH, vim.env.WAYLAND_DISPLAY, vim.env.DISPLAY = ..., "wayland-0", nil', bin)
  local text = report(t, {})
  T.match('PDFs are read with pdftotext', text, true)
  T.match('install wl-clipboard', text, true)
  T.match('install ImageMagick or ffmpeg', text, true)
end)

test('faults of the configuration are listed', function(t)
  local text = report(t, { chat = { widow = 'tab' } })
  T.match('chat.widow: no such option (did you mean "window"?)', text, true)
end)

test('prompts of the user are told, and what is wrong with one', function(t)
  t:lua([[
    local folder = require('hum.prompt').folder()
    vim.fn.mkdir(folder, 'p')
    vim.fn.writefile({ 'Do it.' }, folder .. '/good.md')
    vim.fn.writefile({ '---', 'mode: bad', '---', 'x' }, folder .. '/fix.md')
    vim.fn.writefile({ '---', 'agent: ask', 'tools: [x]', '---', 'x' }, folder .. '/theirs.md')
    vim.fn.writefile({ 'a\226\128\139b' }, folder .. '/hidden.md')
  ]])
  t:write_file('proj/.hum/prompts/ours.md', 'Ours.')
  t:lua('vim.fn.mkdir(... .. "/proj/.git") vim.cmd.cd(... .. "/proj")', t.dir)
  local text = report(t, {})
  T.match('OK "theirs": .-"tools:" has no meaning here', text)
  T.match('hidden.md:1: take out what cannot be seen: line 1: zero%-width space', text)
  T.match('"ours": .-/proj/.hum/prompts/ours.md: you have not been asked yet', text)
  T.match('OK "good": ', text, true)
  T.match('fix.md:2: write "mode:" with one of', text, true)
end)

test('a helper that does not run or fit is told with the cure', function(t)
  local script = t:write_file('broken', '#!/bin/sh\necho "libuv.so.1: not found" >&2\nexit 127\n')
  vim.uv.fs_chmod(script, 493)
  local text = report(t, { helper = script, endpoints = { ollama = { url = 'http://127.0.0.1:1' } } })
  T.match('libuv.so.1: not found', text, true)
  T.match(':Hum build', text, true)
  T.match('not checked: needs the helper', text, true)
end)

test('an Ollama that is too old to think is told, a newer one is not', function(t)
  local srv = t:fake()
  for version, is_old in pairs({ ['0.8.12'] = true, ['0.9.0'] = false, ['0.10.1-rc2'] = false }) do
    srv:script({ models = { 'alpha:7b' }, version = version, rules = {} })
    local text = report(t, { endpoints = { ollama = { url = srv.url } } })
    T.match('reachable: Ollama ' .. version, text, true)
    eq(is_old, text:find('before 0.9 does not support thinking', 1, true) ~= nil, version)
  end
end)

test('a thinking level on a model that cannot think is told', function(t)
  local srv = t:fake()
  srv:script({ models = { 'alpha:7b' }, rules = {} })
  local text = report(t, { endpoints = { ollama = { url = srv.url, think = true } } })
  T.match('does not support thinking', text, true)
end)

test('a server that never answers holds the check only for a bounded while', function(t)
  local srv = t:fake()
  srv:script({ rules = { { match = { path = '/api/version' }, first_ms = 600000, json = {} } } })
  local text = report(t, { endpoints = { ollama = { url = srv.url } } })
  T.match('ERROR', about(text, 'ollama'))
  eq(false, t.child:mode().blocking)
end)

test('completion that is off is no reason to ask anyone', function(t)
  local srv = t:fake()
  srv:script({ models = { 'alpha:7b' }, rules = {} })
  local text = completion(report(t, { endpoints = { ollama = { url = srv.url } } }))
  T.match('mode: off', text, true)
  T.match('hum-complete', text, true)
  T.no_match('WARN', text)
end)

test('what :Hum complete says in the session is told beside the configured mode', function(t)
  local srv = t:fake()
  srv:script({ models = { 'alpha:7b' }, rules = {} })
  t:lua("require('hum').setup({ endpoints = { ollama = { url = ... } } })", srv.url)
  t:cmd('Hum complete on')
  t:cmd('checkhealth hum')
  T.match('mode: on (switched on in this session)', completion(t:text()), true)
end)

--- A server with one model, and completion switched on.
local function with_coder(t, options, loaded)
  local srv = t:fake()
  srv:script({
    models = { { name = 'qwen2.5-coder:1.5b' } },
    rules = {
      { match = { path = '/api/show' }, json = { capabilities = { 'completion', 'insert' } } },
      { match = { path = '/api/ps' }, json = { models = loaded and { loaded } or {} } },
    },
  })
  local complete = vim.tbl_extend('force', { mode = 'on' }, options or {})
  return { complete = complete, endpoints = { ollama = { url = srv.url } } }, srv
end

test('how completion will work is told', function(t)
  t:cmd('edit ' .. t:write_file('main.c', 'int a;\n'))
  local text = completion(report(t, (with_coder(t, { filetypes = { help = 'manual' } }))))
  T.match('mode: on; help: manual', text, true)
  T.match('FIM model: "qwen2.5-coder:1.5b" at endpoint "ollama"', text, true)
  T.match('using /api/generate with a suffix (the server knows the FIM tokens)', text, true)
  T.match('the model is not loaded', text, true)
  T.match('max_tokens = 2688 fits into the context window of 4096 tokens', text, true)
  T.match('completion in "main.c" starts with insert mode', text, true)
  T.no_match('WARN', text)
  T.no_match('ERROR', text)
end)

test('how many requests a llama-server processes at a time is told', function(t)
  local srv = t:fake()
  local props = { default_generation_settings = { n_ctx = 8192 }, total_slots = 4 }
  srv:script({
    models = { 'qwen2.5-coder' },
    rules = {
      { match = { path = '/props' }, json = props },
      { match = { path = '/infill' }, status = 501, json = { error = { message = 'no' } } },
    },
  })
  local endpoints = { ollama = { url = srv.url, dialect = 'openai' } }
  local text = completion(report(t, { complete = { mode = 'on' }, endpoints = endpoints }))
  T.match('FIM model: "qwen2.5-coder" at endpoint "ollama"', text, true)
  T.match('using /v1/completions with the FIM tokens of qwen2.5-coder (known by its name)', text, true)
  T.match('the server processes 4 request(s) at a time', text, true)
end)

test('why completion will not work is told, and what to do', function(t)
  t:cmd('edit ' .. t:write_file('secret.pem', 'x\n'))
  local loaded = { name = 'qwen2.5-coder:1.5b', context_length = 2048 }
  local options, srv = with_coder(t, { window_tokens = 4000 }, loaded)
  local text = completion(report(t, options))
  T.match('OK the model is loaded', text, true)
  T.match('max_tokens = 5152 exceeds the context window of 2048 tokens', text, true)
  T.match('endpoints.ollama.options.num_ctx', text, true)
  T.match('no completion in "secret.pem": ', text, true)
  srv:script({ models = { 'talker' }, rules = {} })
  t.child = t:start()
  text = completion(report(t, options))
  T.match('ERROR no FIM model at endpoint "ollama"', text, true)
  T.match('Run "ollama pull qwen2.5-coder:1.5b-base"', text, true)
  t.child = t:start()
  options.complete.model = 'absent:1b'
  text = completion(report(t, options))
  T.match("returned HTTP 404: model 'absent:1b' not found", text, true)
  T.match('download it with "ollama pull absent:1b"', text, true)
end)

test('why there is no completion in this buffer is told, whether there is a server or not', function(t)
  for _, case in ipairs({
    { 'edit .env', 'no completion in ".env": it may hold environment variables' },
    { 'edit a.txt | set paste', [[no completion in "a.txt": 'paste' is set]] },
    {
      'set nopaste | edit git-rebase-todo',
      'no completion in "git-rebase-todo": there is nothing to suggest in a list',
    },
    { 'edit b.txt', 'completion in "b.txt" starts with insert mode' },
  }) do
    t.child = t:start()
    t:cmd(case[1])
    if case[1]:find('rebase') then t:cmd('setlocal filetype=gitrebase') end
    local options = { complete = { mode = 'on' }, endpoints = { ollama = { url = 'http://127.0.0.1:1' } } }
    T.match(case[2], completion(report(t, options)), true)
  end
end)

test('the last error of completion is told', function(t)
  t:cmd('edit ' .. t:write_file('main.c', 'int a;\n'))
  t:lua([[
    require('hum.complete')
    local failure = { code = 'http', status = 500, message = 'ollama has no memory', hint = 'Add some.' }
    require('hum.server.client').on_event('backend_error', 0, failure)]])
  T.match('last error at %d%d:%d%d:%d%d: ollama has no memory. Add some.', completion(report(t, (with_coder(t)))))
end)

test('an endpoint that nobody uses is no error', function(t)
  local srv = t:fake()
  srv:script({ models = { 'alpha:7b' }, rules = {} })
  local options = {
    endpoints = {
      ollama = { url = srv.url },
      away = { url = 'http://127.0.0.1:1', dialect = 'openai' },
      keyless = { url = srv.url, dialect = 'openai', key = { env = 'NO_SUCH_KEY' } },
      groq = vim.empty_dict(),
    },
  }
  local text = report(t, options)
  T.no_match('ERROR', about(text, 'away'))
  T.match('WARN', about(text, 'away'))
  T.match('connection refused', about(text, 'away'))
  T.match('WARN.*NO_SUCH_KEY', about(text, 'keyless'))
  T.match('WARN.*GROQ_API_KEY', about(text, 'groq'))
  options.endpoint = 'away'
  t:lua("require('hum').setup(...)", options)
  T.match('ERROR', about(report(t, options), 'away'))
end)

test('the endpoint of a chat that is open is used', function(t)
  local srv = t:fake()
  srv:script({ models = { 'alpha:7b' }, rules = {} })
  t:lua('vim.g.hum = ...', {
    endpoints = { ollama = { url = srv.url }, away = { url = 'http://127.0.0.1:1', dialect = 'openai' } },
  })
  t:cmd('Hum new away/some-model')
  t:cmd('checkhealth hum')
  T.match('ERROR', about(t:text(), 'away'))
end)

test('all servers are asked at once', function(t)
  local one, two = t:fake(), t:fake()
  for _, srv in ipairs({ one, two }) do
    srv:script({ rules = { { match = { path = '/v1/models' }, first_ms = 600000, json = {} } } })
  end
  t:lua('vim.g.hum = ...', {
    endpoints = { one = { url = one.url, dialect = 'openai' }, two = { url = two.url, dialect = 'openai' } },
  })
  t:keys(':checkhealth hum | let g:checked = 1<CR>')
  local function listed(srv)
    for _, request in ipairs(srv:requests()) do
      if request.path == '/v1/models' then return request end
    end
  end
  local first = t:wait(function() return listed(one) end, 'the first is asked')
  local second = t:wait(function() return listed(two) end, 'the second is asked')
  local given_up = math.min(one:wait_event('disconnect').ns, two:wait_event('disconnect').ns)
  T.ok(first.ns < given_up and second.ns < given_up, 'one after the other')
end)

test('what an OpenAI-compatible server is, is told', function(t)
  local srv = t:fake()
  srv:script({ server = 'llama-server', models = { 'coder' }, rules = {} })
  local text = report(t, { endpoints = { ollama = { url = srv.url, dialect = 'openai' } } })
  T.match('reachable: llama-server', about(text, 'ollama'), true)
end)

test('a server without a list of models is no error where a model is named', function(t)
  local srv = t:fake()
  srv:script({ rules = { { match = { path = '/v1/models' }, status = 405, json = { detail = 'no list here' } } } })
  local function endpoint(model) return { url = srv.url, dialect = 'openai', model = model } end
  local text = report(t, { endpoint = 'named', endpoints = { named = endpoint('m'), bare = endpoint() } })
  T.match('new chats use "m"', about(text, 'named'), true)
  T.match('lists no models: .*405: no list here', about(text, 'named'))
  T.no_match('ERROR', about(text, 'named'), true)
  T.match('WARNING .*no list here', about(text, 'bare'))
end)

test('a list that takes longer than other answers is waited for', function(t)
  local srv = t:fake()
  srv:script({ rules = { { match = { path = '/v1/models' }, json = { data = { { id = 'late' } } }, first_ms = 6200 } } })
  local text = report(t, { endpoint = 'slow', endpoints = { slow = { url = srv.url, dialect = 'openai' } } })
  T.match('1 model: late', about(text, 'slow'), true)
end)
