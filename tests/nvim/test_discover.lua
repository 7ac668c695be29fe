-- Every API that fills in, from the server to the screen: what each kind of server gets is what
-- stands around the cursor, and its answer becomes a suggestion.
local T = require('harness')
local complete = require('lib.complete')
local test, eq = T.test, T.eq

T.once()

local ANSWER = ' 1 + 2;'

--- A rule for requests to fill in at the position where `fill_in` types.
local function rule(path)
  return {
    match = { path = path },
    text = ANSWER,
    expect_prompt = { prefix_ends = '    int sum =', suffix_begins = '\n    return sum;\n}' },
  }
end

--- Rules of a server that is neither llama-server nor Ollama.
local function other(...)
  local rules = { ... }
  for _, path in ipairs({ '/props', '/', '/api/version' }) do
    table.insert(rules, { match = { path = path }, status = 404, json = { detail = 'Not Found' } })
  end
  return rules
end

--- What is not certain is tried first.
local function trial(path) return { match = { path = path, nth = 1 }, text = 'x' } end

--- Types in a file until the suggestion is there.
---@return table request  that brought it
local function fill_in(t, srv, path, endpoint, prompts)
  t:lua(
    [[
    local url, fields, prompts = ...
    vim.g.hum = {
      complete = { mode = 'on', debounce = 0, prefetch = false, prompts = prompts },
      endpoints = { ollama = vim.tbl_extend('force', { url = url }, fields) },
    }
  ]],
    srv.url,
    endpoint or vim.empty_dict(),
    prompts or 'hum'
  )
  t:cmd('edit ' .. t:write_file('main.c', 'int main(void)\n{\n    \n    return sum;\n}\n'))
  t:keys('3GAint sum =')
  t:wait_screen('    int sum =' .. ANSWER, true)
  eq({}, srv:events('unexpected'))
  local requests = vim.tbl_filter(function(request)
    local body = request.body
    return request.path == path and (body.stream == true) and #(body.prompt or body.input_prefix or '') > 1
  end, srv:requests())
  return requests[#requests]
end

local function server(t, model, path, fields)
  local srv = t:fake()
  srv:script(vim.tbl_extend('force', { models = { model }, rules = { rule(path) } }, fields or {}))
  return srv
end

test('Ollama, by itself', {}, function(t)
  local model = { name = 'coder:1b', capabilities = { 'completion', 'insert' } }
  local srv = server(t, model, '/api/generate', { server = 'ollama' })
  local body = fill_in(t, srv, '/api/generate', {}, 'server').body
  eq({ 'coder:1b', '\n    return sum;\n}', nil }, { body.model, body.suffix, body.raw })
  T.match(
    'completion is on in this buffer; FIM model: "coder:1b" at endpoint "ollama" '
      .. '(chosen from the models of the server), using /api/generate with a suffix',
    t:lua('return require("hum.complete").status()'),
    true
  )
end)

test('Ollama, with the tokens that its template has', {}, function(t)
  local model = {
    name = 'mine:1b',
    capabilities = { 'completion', 'insert' },
    fim = { prefix = '<PRE>', suffix = '<SUF>', middle = '<MID>' },
    show = { template = '{{- if .Suffix }}<PRE>{{ .Prompt }}<SUF>{{ .Suffix }}<MID>{{- else }}{{ .Prompt }}{{- end }}' },
  }
  local body = fill_in(t, server(t, model, '/api/generate', { server = 'ollama' }), '/api/generate').body
  eq({ true, nil }, { body.raw, body.suffix })
  T.match('^<PRE>.*<SUF>\n    return sum;\n}<MID>    int sum =$', body.prompt)
  T.match('with the FIM tokens reported by the server', t:lua('return require("hum.complete").status()'), true)
end)

for _, prompts in ipairs({ 'server', 'hum' }) do
  test(('what ends an answer of an Ollama model is not shown, prompts by the %s'):format(prompts), {}, function(t)
    local model = {
      name = 'mine:1b',
      capabilities = { 'completion', 'insert' },
      fim = { prefix = '<PRE>', suffix = '<SUF>', middle = '<MID>' },
      show = {
        template = '{{- if .Suffix }}<PRE>{{ .Prompt }}<SUF>{{ .Suffix }}<MID>{{- else }}{{ .Prompt }}{{- end }}',
        parameters = 'stop    "<my_end>"\nnum_ctx    4096',
      },
    }
    local answer = vim.tbl_extend('force', rule('/api/generate'), { text = ANSWER .. '<my_end>and more' })
    local srv = server(t, model, '/api/generate', { server = 'ollama', rules = { answer } })
    local body = fill_in(t, srv, '/api/generate', {}, prompts).body
    t:wait(function() return #srv:events('done') >= #srv:requests() end, 'the whole answer')
    t:wait_screen('    int sum =' .. ANSWER, true)
    T.no_match('my_end', t:screen(), true)
    T.no_match('and more', t:screen(), true)
    eq(prompts == 'hum', vim.tbl_contains(body.options.stop or {}, '<my_end>'))
  end)
end

test('Ollama, with the tokens of a known family', {}, function(t)
  local srv = server(t, 'qwen2.5-coder:1.5b', '/api/generate', { server = 'ollama' })
  local body = fill_in(t, srv, '/api/generate').body
  eq({ true, nil }, { body.raw, body.suffix })
  T.match('<|fim_suffix|>', body.prompt, true)
  T.match('<|file_sep|>main.c\n', body.prompt, true)
  T.match('<|fim_middle|>    int sum =$', body.prompt)
end)

test('Ollama, with a family that wants the suffix first', {}, function(t)
  local tokens = { prefix = '[PREFIX]', suffix = '[SUFFIX]', middle = '' }
  local model = { name = 'codestral:22b', fim = tokens }
  local body = fill_in(t, server(t, model, '/api/generate', { server = 'ollama' }), '/api/generate').body
  T.ok(body.prompt:find('[SUFFIX]', 1, true) < body.prompt:find('[PREFIX]', 1, true), body.prompt)
end)

test('llama-server, by /infill', {}, function(t)
  local srv = server(t, 'coder', '/infill', { server = 'llama-server', rules = { trial('/infill'), rule('/infill') } })
  local body = fill_in(t, srv, '/infill', { dialect = 'openai' }, 'server').body
  eq('    int sum =', body.prompt)
  T.match('int main%(void%)\n{\n$', body.input_prefix)
end)

test('llama-server, with the tokens that its /infill quotes', {}, function(t)
  local srv = server(t, 'coder', '/v1/completions', { server = 'llama-server' })
  local body = fill_in(t, srv, '/v1/completions', { dialect = 'openai' }).body
  eq(nil, body.suffix)
  T.match('<|file_sep|>main.c\n', body.prompt, true)
  T.match('<|fim_suffix|>\n    return sum;\n}<|fim_middle|>    int sum =$', body.prompt)
end)

test('another server, with the tokens of a known family', {}, function(t)
  local rules = other(trial('/v1/completions'), rule('/v1/completions'))
  local srv = server(t, 'deepseek-ai/deepseek-coder-6.7b-base', '/v1/completions', { rules = rules })
  local body = fill_in(t, srv, '/v1/completions', { dialect = 'openai' }).body
  eq(nil, body.suffix)
  T.match('<｜fim▁hole｜>', body.prompt, true)
  T.match('<｜fim▁end｜>    int sum =', body.prompt, true)
end)

test('another server, whose list of models takes longer than other answers', {}, function(t)
  local name = 'deepseek-ai/deepseek-coder-6.7b-base'
  local list = { match = { path = '/v1/models' }, first_ms = 5500, json = { data = { { id = name } } } }
  local rules = other(list, trial('/v1/completions'), rule('/v1/completions'))
  local srv = server(t, name, '/v1/completions', { rules = rules })
  eq(name, fill_in(t, srv, '/v1/completions', { dialect = 'openai' }).body.model)
end)

test('another server, by its suffix', {}, function(t)
  local model = { name = 'some-coder', capabilities = { 'completion', 'insert' } }
  local path = '/v1/completions' -- tried with a suffix and without
  local srv = server(t, model, path, { rules = other(trial(path), trial(path), rule(path)), server = 'ollama' })
  local body = fill_in(t, srv, '/v1/completions', { dialect = 'openai' }).body
  eq('\n    return sum;\n}', body.suffix)
  T.match('counts the tokens of the suffix', t:lua('return require("hum.complete").status()'), true)
end)

test('another server that ignores the suffix is told, with the cure, and is not asked', {}, function(t)
  local rules = other(trial('/v1/completions'))
  local srv = server(t, 'some-coder', '/v1/completions', { rules = rules, server = 'ollama', suffix = 'ignored' })
  t:lua(
    [[
    vim.notify = function(text) told = text end
    vim.g.hum = {
      complete = { mode = 'on', debounce = 0, prefetch = false },
      endpoints = { ollama = { url = ..., dialect = 'openai' } },
    }
  ]],
    srv.url
  )
  t:cmd('edit ' .. t:write_file('main.c', 'int main(void)\n{\n    \n    return sum;\n}\n'))
  t:keys('3GAint sum =')
  t:wait(function() return t:lua('return told') end, 'a message')
  T.match('ignores the text behind the cursor', t:lua('return told'), true)
  T.match('set complete.model to a model that hum knows, or complete.fim', t:lua('return told'), true)
  T.match('ignores the text behind the cursor', t:lua('return require("hum.complete").status()'), true)
  t:keys('1 + ')
  t:wait(function() return t:eval("getline('.')") == '    int sum =1 + ' end, 'it is typed')
  complete.wait_idle(t)
  eq(1, #srv:requests('/v1/completions'))
end)

test('a server that ignores the suffix gets the tokens of a known family', {}, function(t)
  local rules = other(trial('/v1/completions'), rule('/v1/completions'))
  local srv = server(t, 'qwen2.5-coder', '/v1/completions', { rules = rules, server = 'ollama', suffix = 'ignored' })
  local body = fill_in(t, srv, '/v1/completions', { dialect = 'openai' }).body
  eq({ nil, 4 }, { body.suffix, #body.stop })
  T.match('<|fim_middle|>    int sum =$', body.prompt)
end)

test('Ollama, configured as another server, in its own way', {}, function(t)
  local model = { name = 'coder:1b', capabilities = { 'completion', 'insert' } }
  local srv = server(t, model, '/api/generate', { server = 'ollama' })
  local request = fill_in(t, srv, '/api/generate', { url = srv.url .. '/v1', dialect = 'openai' }, 'server')
  eq({ 'coder:1b', '\n    return sum;\n}' }, { request.body.model, request.body.suffix })
  eq({}, srv:requests('/v1/completions'))
end)

--- Services that fill in at an address of their own: name, path, model of chats, the address, and what it says.
local SERVICES = {
  { 'codestral', '/v1', nil, '/v1/fim/completions', { delta = { content = ANSWER } } },
  { 'mistral', '/v1', 'mistral-large', '/v1/fim/completions', { delta = { content = ANSWER } } },
  { 'codestral', '/v1', 'codestral-latest', '/v1/fim/completions', { delta = { content = ANSWER } } },
  { 'mistral', '/v1', 'codestral-2508', '/v1/fim/completions', { delta = { content = ANSWER } } },
  { 'deepseek', '', 'deepseek-chat', '/beta/completions', { text = ANSWER } },
}

for _, case in ipairs(SERVICES) do
  local name, path, model, address, choice = unpack(case, 1, 5)
  local options = { env = { TEAM_KEY = 'sesame' } }
  test(('%s with %s, at an address of its own'):format(name, model or 'no model'), options, function(t)
    local srv = t:fake()
    local said = vim.tbl_extend('force', { index = 0, finish_reason = 'stop' }, choice)
    srv:script({
      rules = {
        {
          match = { path = address },
          pieces = { ('data: %s\n\ndata: [DONE]\n\n'):format(vim.json.encode({ choices = { said } })) },
        },
        { match = { path = '/v1/models' }, status = 404, json = { detail = 'Not Found' } },
      },
    })
    t:lua(
      [[
      local name, url, model = ...
      vim.g.hum = {
        endpoint = name,
        complete = { mode = 'on', debounce = 0, prefetch = false },
        endpoints = { [name] = { url = url, model = model, key = { env = 'TEAM_KEY' } } },
      }]],
      name,
      srv.url .. path,
      model
    )
    t:cmd('edit ' .. t:write_file('main.c', 'int main(void)\n{\n    \n    return sum;\n}\n'))
    t:keys('3GAint sum =')
    t:wait_screen('    int sum =' .. ANSWER, true)
    for _, request in ipairs(srv:requests()) do
      eq(address, request.path)
    end
    local request = srv:requests(address)[1]
    eq('Bearer sesame', request.headers.authorization)
    local wanted = (not model or model == 'mistral-large') and 'codestral-latest' or model
    eq({ wanted, '\n    return sum;\n}' }, { request.body.model, request.body.suffix })
    T.match('    int sum =$', request.body.prompt)
    T.no_match('fim', request.body.prompt, true)
    T.no_match('[PREFIX]', request.body.prompt, true)
    T.match("using the service's own address", t:lua('return require("hum.complete").status()'), true)
  end)
end
