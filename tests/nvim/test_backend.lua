-- How completion finds a model and a kind of request that fill in.
local T = require('harness')
local test, eq = T.test, T.eq

T.once()

--- Configures hum for a server and finds the backend. `complete` and `endpoint` are options.
local function resolve(t, srv, complete, endpoint)
  t:lua(
    [[
    local url, complete, endpoint = ...
    local fields = vim.tbl_extend('force', { url = url }, endpoint)
    assert(require('hum').setup({ complete = complete, endpoints = { ollama = fields } }))
  ]],
    srv.url,
    complete or vim.empty_dict(),
    endpoint or vim.empty_dict()
  )
  return t:resolve_again()
end

--- A case's backend, without another setup(). Secrets are left out.
local function again(t)
  t:lua([[
    answer = nil
    local backend = require('hum.complete.backend')
    backend.resolve(function(err, found)
      answer = { err = err, backend = found }
      backend.find(function(_, seen) answer.found = seen and vim.tbl_extend('force', seen, { text = backend.describe(seen) }) end)
    end)
  ]])
  return t:wait(function() return t:lua('return answer') end, 'an answer')
end

local function backend_test(name, fn)
  test(name, { ui = false }, function(t)
    t.resolve_again = again
    fn(t)
  end)
end

--- An Ollama with these models: name to fields of /api/show; `size`, `loaded`, `tags` are for the lists.
local function ollama(t, models)
  local srv, rules, tags, ps = t:fake(), {}, {}, {}
  for name, model in vim.spairs(models) do
    local tag = vim.tbl_extend('force', { name = name, model = name, size = model.size or 1e9 }, model.tags or {})
    table.insert(tags, tag)
    if model.loaded then table.insert(ps, { name = name, model = name, context_length = 4096 }) end
    local shown = {
      capabilities = model.capabilities or { 'completion' },
      model_info = model.model_info,
      template = model.template,
      parameters = model.parameters,
    }
    shown.remote_host = (model.tags or {}).remote_host
    table.insert(rules, { match = { path = '/api/show', model = name }, json = shown })
  end
  table.insert(rules, { match = { path = '/api/tags' }, json = { models = tags } })
  table.insert(rules, { match = { path = '/api/ps' }, json = { models = ps } })
  srv:script({ rules = rules })
  return srv
end

--- Another server: models that it lists, and further rules.
local function openai(t, models, rules)
  local srv, data = t:fake(), {}
  for _, name in ipairs(models) do
    table.insert(data, type(name) == 'table' and name or { id = name, object = 'model' })
  end
  rules = vim.list_extend(rules or {}, {
    { match = { path = '/v1/models' }, json = { object = 'list', data = data } },
    { match = { path = '/v1/completions' }, json = { choices = { { text = 'x' } } } },
  })
  for _, path in ipairs({ '/props', '/infill', '/', '/api/version' }) do
    table.insert(rules, { match = { path = path }, status = 404, json = { detail = 'Not Found' } })
  end
  srv:script({ rules = rules })
  return srv
end

local function props(fields)
  local json =
    vim.tbl_extend('force', { total_slots = 1, default_generation_settings = { n_ctx = 2048 } }, fields or {})
  return { match = { path = '/props' }, json = json }
end

local INFILL = { match = { path = '/infill' }, json = { content = 'x', stop = true } }
local NO_INFILL = {
  match = { path = '/infill' },
  status = 501,
  json = { error = { code = 501, message = 'Infill is not supported by this model.', type = 'not_supported_error' } },
}
local OPENAI = { dialect = 'openai' }
local INSERTS = { 'completion', 'insert' }

local function paths(srv)
  return vim.tbl_map(function(request) return request.path end, srv:requests())
end

local function family(t, name)
  return t:lua('local f = require("hum.complete.backend.families").of(...) return f and f.name', name)
end

backend_test('Ollama fills in by itself with a model that can', function(t)
  local got = resolve(t, ollama(t, { ['mine:1b'] = { capabilities = INSERTS, tags = { capabilities = INSERTS } } }))
  eq(nil, got.err)
  eq('mine:1b', got.backend.model)
  eq('generate', got.backend.api)
  eq(nil, got.backend.tokens)
  eq(true, got.backend.load)
  eq(false, got.backend.during_chat)
  eq(
    '"mine:1b" at endpoint "ollama" (chosen from the models of the server), using /api/generate with a suffix '
      .. '(the server knows the FIM tokens)',
    got.found.text
  )
end)

backend_test('without that, tokens of a known family make a raw prompt', function(t)
  local got = resolve(t, ollama(t, { ['hf.co/u/Qwen2.5-Coder-1.5B-GGUF:Q8_0'] = {} }))
  eq('generate', got.backend.api)
  eq({
    prefix = '<|fim_prefix|>',
    suffix = '<|fim_suffix|>',
    middle = '<|fim_middle|>',
    repo = '<|repo_name|>%s\n',
    file = '<|file_sep|>%s\n',
    stop = { '<|endoftext|>', '<|fim_pad|>', '<|repo_name|>', '<|file_sep|>' },
  }, got.backend.tokens)
  T.match('with the FIM tokens of qwen2.5-coder', got.found.text, true)
end)

--- The learned tokens of this are in the order and with the blanks of no family.
local STRANGE = '{{- if .Suffix }}<A>{{ .Prompt }}<B>{{ .Suffix }}<C><D>{{- else }}{{ .Prompt }}{{ end }}'

for _, case in ipairs({
  {
    "of a family: the model's own stop parameters hold as well",
    'qwen2.5-coder:7b',
    { parameters = 'stop    "<|im_start|>"\ntemperature 0.7\nstop    "a\\nb"\nstop   <raw>' },
    { '<|endoftext|>', '<|fim_pad|>', '<|repo_name|>', '<|file_sep|>', '<|im_start|>', 'a\nb', '<raw>' },
    { '<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>', '<|im_end|>' },
  },
  {
    'learned of a template, with stop parameters',
    'mine',
    { capabilities = INSERTS, template = STRANGE, parameters = 'stop "<E>"' },
    { '<E>', '<A>', '<B>', '<C>', '<D>' },
    {},
  },
  {
    'learned of a template, without',
    'mine',
    { capabilities = INSERTS, template = STRANGE },
    { '<|endoftext|>' },
    { '<|im_end|>', '<EOT>', '<A>', '<B>', '<C>', '<D>' },
  },
  {
    'learned of a template of a known family, in another form',
    'codellama:7b-code',
    { capabilities = INSERTS, template = '{{ if .Suffix }}<PRE>{{ .Prompt }} <SUF>{{ .Suffix }}<MID>{{ end }}' },
    { '<EOT>', '<PRE>', '<SUF>', '<MID>' },
    { '</s>' },
  },
  {
    "where prompts are the server's business",
    'qwen2.5-coder:7b',
    { capabilities = INSERTS, parameters = 'stop "<E>"' },
    { '<|endoftext|>', '<|fim_pad|>', '<|repo_name|>', '<|file_sep|>', '<E>' },
    { '<|fim_middle|>' },
  },
}) do
  local what, model, shown, first, more = unpack(case)
  backend_test('all that ends an answer is known, ' .. what, function(t)
    local got = resolve(t, ollama(t, { [model] = shown }), { model = model })
    eq(first, vim.list_slice(got.backend.ends, 1, #first))
    for _, text in ipairs(more) do
      T.ok(vim.tbl_contains(got.backend.ends, text), text)
    end
    eq(nil, got.backend.stop_max)
  end)
end

backend_test('of no model but the template and no family: nothing is known to end an answer', function(t)
  local got = resolve(t, ollama(t, { mine = { capabilities = INSERTS } }), { model = 'mine' })
  eq({ nil, nil }, { got.backend.ends, got.backend.tokens })
end)

backend_test("OpenAI's API takes four stop strings, the user's among them; llama-server any number", function(t)
  local srv = openai(t, { 'qwen2.5-coder' })
  local function most(stop) return resolve(t, srv, { options = { stop = stop } }, OPENAI).backend.stop_max end
  eq({ 4, 3, 2, 0 }, { most(nil), most('x'), most({ 'x', 'y' }), most({ '1', '2', '3', '4', '5' }) })
  local got = resolve(t, openai(t, { 'qwen2.5-coder' }, { props(), NO_INFILL }), nil, OPENAI)
  eq(nil, got.backend.stop_max)
  T.ok(#got.backend.ends > 4, 'all of them')
end)

backend_test('how many requests a server does at a time is known where it says so', function(t)
  local function slots(...)
    local got = resolve(t, openai(t, { 'qwen2.5-coder' }, { props(...), NO_INFILL }), nil, OPENAI)
    return got.found.slots, got.found.text
  end
  eq({ 1, 4 }, { slots(), (slots({ total_slots = 4 })) })
  eq({ nil, nil }, { slots({ total_slots = {} }), (slots({ total_slots = 0 })) })
  eq(nil, resolve(t, ollama(t, { ['qwen2.5-coder:7b'] = {} })).found.slots)
end)

backend_test('a model of another name is known by what it was made from', function(t)
  local srv = ollama(t, {
    ['mine:latest'] = { model_info = { ['general.architecture'] = 'qwen2', ['general.basename'] = 'Qwen2.5-Coder' } },
  })
  eq('qwen2.5-coder', resolve(t, srv, { model = 'mine:latest' }).found.family)
end)

backend_test('a server that tells no capabilities is judged by the template', function(t)
  local srv = ollama(t, { old = { capabilities = {}, template = '<A>{{ .Prompt }}<B>{{ .Suffix }}<C>' } })
  local got = resolve(t, srv, { model = 'old' })
  eq({ 'generate', nil }, { got.backend.api, got.backend.tokens })
end)

backend_test('of several the suitable one is taken', function(t)
  local function chosen(models) return resolve(t, ollama(t, models)).backend.model end
  local coder, small, base = 'qwen2.5-coder:7b', 'qwen2.5-coder:1.5b', 'qwen2.5-coder:7b-base'
  eq(small, chosen({ [coder] = { size = 4.7e9 }, [small] = { size = 1e9 }, ['codellama:7b-code'] = {} }))
  eq(base, chosen({ [base] = { size = 4.7e9 }, ['qwen2.5-coder:7b-instruct'] = { size = 4e9 } }))
  eq('starcoder2:3b', chosen({ ['qwen3-coder:30b'] = { size = 18e9 }, ['starcoder2:3b'] = { size = 1.7e9 } }))
  eq(coder, chosen({ [coder] = { size = 4.7e9, loaded = true }, [small] = { size = 1e9 } }))
end)

backend_test('models that think, or are elsewhere, are not taken unasked', function(t)
  local thinks = { capabilities = { 'completion', 'insert', 'thinking' } }
  local remote = { tags = { remote_host = 'https://ollama.com' } }
  local srv = ollama(t, {
    ['qwen3-coder:480b-cloud'] = {},
    ['qwen2.5-coder:mine'] = remote,
    ['seed-coder:8b-reasoning'] = {},
    ['codestral:thinks'] = thinks,
    ['starcoder2:3b'] = {},
  })
  eq('starcoder2:3b', resolve(t, srv).backend.model)
  eq('starcoder2:3b', resolve(t, srv, nil, { model = 'qwen2.5-coder:mine' }).backend.model)
  eq('codestral:thinks', resolve(t, srv, { model = 'codestral:thinks' }).backend.model)
  eq(false, resolve(t, srv, { model = 'qwen2.5-coder:mine' }).backend.load)
end)

backend_test('the model of chats is taken if it fills in', function(t)
  local models = { ['qwen2.5-coder:7b'] = { capabilities = INSERTS }, ['starcoder2:3b'] = {}, ['qwen3:8b'] = {} }
  local srv = ollama(t, models)
  eq('qwen2.5-coder:7b', resolve(t, srv, nil, { model = 'qwen2.5-coder:7b' }).backend.model)
  eq('starcoder2:3b', resolve(t, srv, { model = 'starcoder2:3b' }, { model = 'qwen2.5-coder:7b' }).backend.model)
  eq('qwen2.5-coder:7b', resolve(t, srv, nil, { model = 'qwen3:8b' }).backend.model)
  eq('starcoder2:3b', resolve(t, srv, nil, { model = 'starcoder2:3b' }).backend.model)
end)

backend_test('no model that fills in is told with the cure', function(t)
  local srv = ollama(t, { ['qwen3:8b'] = { capabilities = { 'completion', 'thinking' } } })
  local err = resolve(t, srv).err
  T.match('no FIM model at endpoint "ollama"', err, true)
  T.match('ollama pull qwen2.5-coder:1.5b-base', err, true)
  err = resolve(t, srv, { model = 'qwen3:8b' }).err
  T.match('"qwen3:8b" is not a known FIM model', err, true)
  T.match('complete.fim', err, true)
end)

backend_test("the user's own tokens go before all else", function(t)
  local fim = { prefix = '<P>', suffix = '<S>', stop = { '<E>' } }
  local got = resolve(t, ollama(t, { any = { capabilities = INSERTS } }), { model = 'any', fim = fim })
  eq('generate', got.backend.api)
  eq({ prefix = '<P>', suffix = '<S>', middle = '', suffix_first = false, stop = { '<E>' } }, got.backend.tokens)
  T.match('the FIM tokens in complete.fim', got.found.text, true)
  got = resolve(t, openai(t, { 'any' }, { props(), NO_INFILL }), { fim = fim }, OPENAI)
  eq({ 'completions', '<P>' }, { got.backend.api, got.backend.tokens.prefix })
end)

backend_test('llama-server has an API of its own', function(t)
  local srv = openai(t, { '/srv/models/coder.gguf' }, { props({ total_slots = 2 }), INFILL })
  local got = resolve(t, srv, nil, OPENAI)
  eq(nil, got.err)
  eq('infill', got.backend.api)
  eq(true, got.backend.during_chat)
  eq(2048, got.found.context)
  eq(1, srv:requests('/infill')[1].body.n_predict)
  srv = openai(t, { 'coder' }, { props(), INFILL })
  eq(false, resolve(t, srv, nil, OPENAI).backend.during_chat)
  eq(true, resolve(t, srv, { during_chat = 'always' }, OPENAI).backend.during_chat)
end)

backend_test('a llama-server with several models is sent which', function(t)
  local router = props({ role = 'router', default_generation_settings = { n_ctx = 0 } })
  local models = {
    { id = 'Qwen2.5-Coder-7B', status = { value = 'unloaded' } },
    { id = 'starcoder2-3b', status = { value = 'loaded' } },
    { id = 'talker', status = { value = 'loaded' } },
  }
  local srv = openai(t, models, { router, INFILL })
  local got = resolve(t, srv, nil, OPENAI)
  eq({ 'infill', 'starcoder2-3b', 'already loaded' }, { got.backend.api, got.backend.model, got.found.why })
  eq('starcoder2-3b', srv:requests('/infill')[1].body.model)
  eq(nil, got.found.context)
  eq('Qwen2.5-Coder-7B', resolve(t, srv, { model = 'Qwen2.5-Coder-7B' }, OPENAI).backend.model)
end)

backend_test('llama-server tells which file it serves under any name, and what ends its answers', function(t)
  local rule = props({ model_path = '/srv/models/Seed-Coder-8B-Base.Q8_0.gguf', eos_token = '<[eos]>' })
  local got = resolve(t, openai(t, { 'code' }, { rule, NO_INFILL }), nil, OPENAI)
  eq({ 'completions', 'seed-coder' }, { got.backend.api, got.found.family })
  eq('as the server lists it', got.found.how)
  T.ok(vim.tbl_contains(got.backend.ends, '<[eos]>'), 'the end of text')
  for _, odd in ipairs({ {}, { model_path = {}, eos_token = 5 }, { model_path = '', eos_token = '' } }) do
    T.match('has no FIM tokens', resolve(t, openai(t, { 'code' }, { props(odd), NO_INFILL }), nil, OPENAI).err, true)
  end
end)

backend_test('llama-server with a model without tokens', function(t)
  local got = resolve(t, openai(t, { 'codestral-22b' }, { props(), NO_INFILL }), nil, OPENAI)
  eq({ 'completions', true }, { got.backend.api, got.backend.tokens.suffix_first })
  T.match('has no FIM tokens', resolve(t, openai(t, { 'talker' }, { props(), NO_INFILL }), nil, OPENAI).err, true)
end)

backend_test('other servers get raw prompts of a known family', function(t)
  local srv = openai(t, { 'meta/talker', 'deepseek-ai/deepseek-coder-6.7b-base' })
  local got = resolve(t, srv, nil, OPENAI)
  eq({ 'completions', 'deepseek-ai/deepseek-coder-6.7b-base' }, { got.backend.api, got.backend.model })
  eq('<｜fim▁hole｜>', got.backend.tokens.suffix)
  eq({ true, false }, { got.backend.during_chat, got.backend.load })
  eq(nil, srv:requests('/v1/completions')[1].body.suffix)
end)

backend_test('or a suffix, if they take one', function(t)
  local srv = openai(t, { 'coder-x' })
  local got = resolve(t, srv, nil, OPENAI)
  eq({ 'completions', nil }, { got.backend.api, got.backend.tokens })
  T.match('^b b b', srv:requests('/v1/completions')[1].body.suffix)
  local refusal = { error = { message = 'suffix is not currently supported' } }
  srv = openai(t, { 'coder-x' }, { { match = { path = '/v1/completions' }, status = 400, json = refusal } })
  local err = resolve(t, srv, nil, OPENAI).err
  T.match('suffix is not currently supported', err, true)
  T.match('hum-fim', err, true)
  T.match('no FIM model at endpoint "ollama"', resolve(t, openai(t, { 'a', 'b' }), nil, OPENAI).err, true)
end)

backend_test('a server that takes the suffix without a word is found out by what it counts', function(t)
  --- With a suffix, and without.
  local function counting(with, without)
    local function rule(n, when)
      local answer = { choices = { { text = 'x' } }, usage = { prompt_tokens = n } }
      return { match = { path = '/v1/completions' }, when = when, json = answer }
    end
    return openai(t, { 'coder-x' }, { rule(with, { has = 'suffix' }), rule(without) })
  end
  for _, case in ipairs({ { 35, 1 }, { 100, 66 } }) do
    local got = resolve(t, counting(unpack(case)), nil, OPENAI)
    eq({ 'completions', 'the server counts the tokens of the suffix' }, { got.backend.api, got.found.how })
  end
  local got = resolve(t, counting(0, 0), nil, OPENAI)
  eq('completions', got.backend.api)
  T.match('it counts no tokens', got.found.how, true)
  for _, case in ipairs({ { 2, 2 }, { 35, 35 }, { 90, 88 } }) do
    local err = resolve(t, counting(unpack(case)), nil, OPENAI).err
    T.match('ignores the text behind the cursor', err, true)
    T.match('complete.fim', err, true)
  end
end)

backend_test('what a server makes of a suffix is found out once for a model', function(t)
  local answer = { choices = { { text = 'x' } }, usage = { prompt_tokens = 2 } }
  local srv = openai(t, { 'coder-x', 'coder-y' }, { { match = { path = '/v1/completions' }, json = answer } })
  local function asked(model)
    T.match('ignores the text behind', resolve(t, srv, { model = model }, OPENAI).err, true)
    return #srv:requests('/v1/completions')
  end
  eq({ 1, 1, 2, 2 }, { asked('coder-x'), asked('coder-x'), asked('coder-y'), asked('coder-x') })
  local message = '"coder-x": the server ignores the suffix'
  T.match(message, t:log(), true)
  T.ok(vim.tbl_contains(t:lua('return require("hum.server.learned").of("ollama")'), message), 'shown by health')
  t:lua('require("hum.server.client").forget("ollama")') -- as `:Hum check` does
  eq(3, asked('coder-x'))
end)

backend_test('a server that serves a model under a name of its own may list which it is', function(t)
  local srv = openai(t, { { id = 'code', root = 'Qwen/Qwen2.5-Coder-7B' }, { id = 'talk', root = 'meta/talker' } })
  for _, complete in ipairs({ { model = 'code' }, vim.empty_dict() }) do
    local got = resolve(t, srv, complete, OPENAI)
    eq({ 'code', 'qwen2.5-coder' }, { got.backend.model, got.found.family })
    eq('as the server lists it', got.found.how)
  end
end)

backend_test('one that does not take it may have /infill all the same, as llama-swap', function(t)
  local refusal = { error = { message = 'suffix is not supported' } }
  local srv = openai(
    t,
    { 'coder-x' },
    { INFILL, { match = { path = '/v1/completions' }, status = 400, json = refusal } }
  )
  local got = resolve(t, srv, nil, OPENAI)
  eq({ 'infill', 'coder-x', false }, { got.backend.api, got.backend.model, got.backend.during_chat })
end)

backend_test("behind Mistral's API, as Azure and others have it, a model fills in at a path of its own", function(t)
  local none = { match = { path = '/v1/completions' }, status = 404, json = { detail = 'Not Found' } }
  local fim = { match = { path = '/v1/fim/completions' }, json = { choices = { { message = { content = 'x' } } } } }
  local no_fim = { match = { path = '/v1/fim/completions' }, status = 404, json = { detail = 'Not Found' } }
  for _, model in ipairs({ 'Codestral-2501', 'devstral-2507' }) do
    local got = resolve(t, openai(t, { model }, { none, fim }), nil, OPENAI)
    eq({ 'fim', nil }, { got.backend.api, got.backend.tokens })
    T.match("using the service's own address", got.found.text, true)
    T.match('404', resolve(t, openai(t, { model }, { none, no_fim }), nil, OPENAI).err, true)
  end
  local srv = openai(t, { 'Codestral-2501' }, { fim })
  eq('completions', resolve(t, srv, nil, OPENAI).backend.api)
  eq({}, srv:requests('/v1/fim/completions'))
end)

backend_test('where a model is named a list that is none does no harm', function(t)
  local none = { match = { path = '/v1/models' }, status = 404, json = { detail = 'Not Found' } }
  local name = 'qwen2.5-coder:7b'
  local got = resolve(t, openai(t, {}, { none }), nil, { dialect = 'openai', model = name })
  eq({ name, 'completions' }, { got.backend.model, got.backend.api })
  got = resolve(t, openai(t, {}, { none }), { model = 'coder-x' }, OPENAI)
  eq('coder-x', got.backend.model)
  T.match('404', resolve(t, openai(t, {}, { none }), nil, { dialect = 'openai', model = 'talker' }).err, true)
end)

--- Adds what an Ollama answers at its root; without its greeting behind a proxy that hides it.
local function as_openai(t, models, greeting)
  local srv, names = t:fake(), {}
  local rules = {
    { match = { path = '/props' }, status = 404, body = '404 page not found', content_type = 'text/plain' },
    { match = { path = '/v1/completions' }, json = { choices = { { text = 'Sure, here is' } } } },
  }
  if not greeting then rules[#rules + 1] = { match = { path = '/' }, status = 404, body = 'nothing here' } end
  for name, shown in vim.spairs(models) do
    names[#names + 1] = { name = name, model = name, capabilities = shown.capabilities }
    rules[#rules + 1] = { match = { path = '/api/show', model = name }, json = shown }
  end
  rules[#rules + 1] = { match = { path = '/api/tags' }, json = { models = names } }
  srv:script({ server = 'ollama', rules = rules })
  return srv
end

for _, greeting in ipairs({ true, false }) do
  local how = greeting and 'by its greeting' or 'by its list'
  backend_test(('an Ollama that is configured as another server is known %s'):format(how), function(t)
    local srv = as_openai(t, { ['mine:1b'] = { capabilities = INSERTS } }, greeting)
    local endpoint = { url = srv.url .. '/v1', dialect = 'openai', options = { max_tokens = 9, temperature = 0.2 } }
    local got = resolve(t, srv, { options = { top_k = 3 } }, endpoint)
    eq({ 'generate', 'mine:1b', nil }, { got.backend.api, got.backend.model, got.backend.tokens })
    eq({ { top_k = 3 }, false }, { got.backend.options, got.backend.during_chat })
    eq(srv.url .. '/v1', got.backend.endpoint.url)
    T.match("using Ollama's own /api/generate with a suffix", got.found.text, true)
    eq({}, srv:requests('/v1/completions'))
  end)
end

backend_test('so is one whose address has the path of its own API', function(t)
  local srv = as_openai(t, { ['mine:1b'] = { capabilities = INSERTS } }, true)
  local got = resolve(t, srv, nil, { url = srv.url .. '/api', dialect = 'openai' })
  eq({ 'generate', srv.url }, { got.backend.api, got.backend.endpoint.root })
  eq({}, srv:requests('/v1/completions'))
end)

backend_test('what is known of a server by its name spares questions', function(t)
  local vllm = { preset = 'vllm', dialect = 'openai' }
  local srv = openai(t, { 'coder-x' })
  local err = resolve(t, srv, nil, vllm).err
  T.match('vLLM fills in with FIM tokens only', err, true)
  T.match('complete.fim', err, true)
  eq({}, srv:requests('/v1/completions'))
  eq('completions', resolve(t, openai(t, { 'starcoder2-3b' }), nil, vllm).backend.api)
  -- A service is no llama-server, and nothing is asked of it that costs.
  srv = openai(t, { 'gpt-x', 'talker' })
  T.match('no FIM model', resolve(t, srv, nil, { preset = 'groq', dialect = 'openai', model = 'gpt-x' }).err, true)
  eq({ '/v1/models' }, paths(srv))
end)

backend_test('a service with one model for chats lists those that fill in', function(t)
  local srv = openai(t, { 'deepseek-reasoner', 'deepseek-chat' })
  local function found(endpoint) return resolve(t, srv, nil, vim.tbl_extend('force', { preset = 'deepseek' }, endpoint)) end
  eq('deepseek-chat', found({ dialect = 'openai', model = 'deepseek-reasoner' }).backend.model)
  eq(srv.url .. '/beta/completions', found({ dialect = 'openai' }).backend.endpoint.fill_url)
  eq({}, srv:requests('/beta/completions'))
end)

backend_test('a server that has an Ollama behind another path is no Ollama', function(t)
  local srv = openai(t, { 'starcoder2-3b' }, {
    { match = { path = '/api/version' }, json = { version = '0.5.0' } }, -- as Open WebUI
    { match = { path = '/api/tags' }, status = 404, json = { detail = 'Not Found' } },
  })
  eq('completions', resolve(t, srv, nil, OPENAI).backend.api)
end)

backend_test('a server that cannot be asked is no server without models', function(t)
  T.match('ollama serve', resolve(t, { url = 'http://127.0.0.1:1' }).err, true)
  T.match('cannot reach', resolve(t, { url = 'http://127.0.0.1:1' }, nil, OPENAI).err, true)
  local srv = t:fake()
  srv:script({ key = 'sesame', rules = {} })
  T.match('Set a valid API key', resolve(t, srv, nil, OPENAI).err, true)
  srv:script({
    rules = { { match = { path = '/props' }, status = 503, json = { error = { message = 'Loading model' } } } },
  })
  T.match('the model is still loading', resolve(t, srv, nil, OPENAI).err, true)
end)

backend_test('what was found is remembered until something changes', function(t)
  local srv = ollama(t, { ['starcoder2:3b'] = {}, ['codestral:22b'] = { size = 13e9 } })
  eq('starcoder2:3b', resolve(t, srv).backend.model)
  local before = #paths(srv)
  eq('starcoder2:3b', again(t).backend.model)
  eq(before, #paths(srv))
  t:cmd('Hum model codestral:22b')
  eq('codestral:22b', again(t).backend.model)
  eq('starcoder2:3b', resolve(t, srv, { model = 'starcoder2:3b' }).backend.model)
end)

backend_test('several who ask at once share one search', function(t)
  local srv = ollama(t, { ['starcoder2:3b'] = {} })
  resolve(t, srv)
  t:lua([[
    require('hum').setup(require('hum.config').get())
    answers = {}
    for i = 1, 3 do require('hum.complete.backend').find(function(_, found) answers[i] = found.model end) end
    said = require('hum.complete.backend').text()
  ]])
  t:wait(function() return #t:lua('return answers') == 3 end, 'three answers')
  eq(2, #srv:requests('/api/tags'))
  eq('looking for a FIM model', t:lua('return said'))
end)

backend_test('the helper is sent limits and options', function(t)
  local complete = {
    max_tokens = 64,
    max_lines = 5,
    window_tokens = 900,
    ring_tokens = 0,
    debounce = 80.5,
    cache = 1,
    confidence = 0.5,
    prefetch = false,
    options = { temperature = 0.1 },
  }
  local endpoint = { options = { num_ctx = 2048, temperature = 1 }, keep_alive = '1h30m', headers = { ['X-A'] = 'b' } }
  local backend = resolve(t, ollama(t, { ['starcoder2:3b'] = {} }), complete, endpoint).backend
  eq({ num_ctx = 2048, temperature = 0.1 }, backend.options)
  eq({ 64, 5, 900, 0, 80, 1048576, 0.5, false }, {
    backend.max_tokens,
    backend.max_lines,
    backend.window_tokens,
    backend.ring_tokens,
    backend.debounce_ms,
    backend.cache_bytes,
    backend.confidence,
    backend.prefetch,
  })
  eq({ '1h30m', 5400000 }, { backend.keep_alive, backend.kept_ms })
  eq(
    { 'ollama', 'ollama', { ['X-A'] = 'b' } },
    { backend.endpoint.name, backend.endpoint.dialect, backend.endpoint.headers }
  )
  eq(vim.fs.basename(t:lua('return vim.fn.getcwd()')), backend.project)
end)

--- Keeps what the helper is sent as a backend, and what the user is told.
local function keep_sent(t)
  t:lua([[
    backends, told = {}, {}
    local rpcnotify = vim.rpcnotify
    vim.rpcnotify = function(channel, method, ...)
      if method ~= 'backend' then return rpcnotify(channel, method, ...) end
      local backend = ...
      table.insert(backends, backend ~= vim.NIL and backend.model or 'none')
    end
    vim.notify = function(text) table.insert(told, text) end
  ]])
end

--- Waits until the helper was sent so many, and gives the names of their models.
local function sent(t, n)
  t:wait(function() return #t:lua('return backends') >= n end, n .. ' backends')
  return t:lua('return backends')
end

backend_test('the helper is sent the backend again when something changes', function(t)
  local srv = ollama(t, { ['starcoder2:3b'] = {}, ['codestral:22b'] = { size = 13e9 } })
  keep_sent(t)
  resolve(t, srv)
  t:lua('require("hum.complete.channel").open()')
  eq({ 'starcoder2:3b' }, sent(t, 1))
  t:cmd('Hum model codestral:22b')
  eq({ 'starcoder2:3b', 'codestral:22b' }, sent(t, 2))
  resolve(t, srv, { model = 'starcoder2:3b' })
  eq({ 'starcoder2:3b', 'codestral:22b', 'starcoder2:3b' }, sent(t, 3))
end)

backend_test('what stands against completion is told once, and searched for again later', function(t)
  local srv = ollama(t, { talker = {} })
  keep_sent(t)
  resolve(t, srv)
  t:lua('require("hum.complete.channel").open()')
  eq({ 'none' }, sent(t, 1))
  t:wait(function() return #t:lua('return told') > 0 end, 'a message')
  srv:script({ models = { 'starcoder2:3b' }, rules = {} })
  t:lua('require("hum.complete.backend").renew()')
  eq({ 'none' }, sent(t, 1)) -- too soon
  t:lua('local now = vim.uv.now vim.uv.now = function() return now() + 60000 end')
  t:lua('require("hum.complete.backend").renew() require("hum.complete.backend").renew()')
  eq({ 'none', 'starcoder2:3b' }, sent(t, 2))
  t:lua('require("hum.complete.backend").renew()')
  eq({ 'none', 'starcoder2:3b' }, sent(t, 2))
  local told = t:lua('return told')
  eq(1, #told)
  T.match('ollama pull', told[1], true)
end)

backend_test('a model that is gone is looked for again', function(t)
  local srv = ollama(t, { ['starcoder2:3b'] = {} })
  keep_sent(t)
  resolve(t, srv)
  t:lua('require("hum.complete.channel").open()')
  eq({ 'starcoder2:3b' }, sent(t, 1))
  srv:script({ models = { 'codestral:22b' }, rules = {} })
  local gone = 'require("hum.complete.backend").on_error({ code = "http", status = 404, message = "" })'
  t:lua('require("hum.complete.backend").on_error({ code = "http", status = 429, message = "" })' .. gone)
  eq('starcoder2:3b', again(t).backend.model) -- an error right behind it is no news
  t:lua('local now = vim.uv.now vim.uv.now = function() return now() + 60000 end')
  t:lua(gone)
  eq({ 'starcoder2:3b', 'codestral:22b' }, sent(t, 2))
end)

test('families are known by the names that servers give them', { ui = false }, function(t)
  local names = {
    ['qwen2.5-coder'] = {
      'qwen2.5-coder:1.5b-base-q8_0',
      'Qwen/Qwen2.5-Coder-32B-Instruct',
      '/m/qwen2.5_coder_7b.gguf',
      'hf.co/bartowski/Qwen2.5-Coder-7B-GGUF:Q4_K_M',
      'Qwen2.5 Coder 7B',
    },
    ['qwen3-coder'] = { 'qwen3-coder:30b', 'Qwen3-Coder-30B-A3B-Instruct', 'qwen3-coder-next' },
    ['codellama'] = { 'codellama:7b-code', 'codellama:code', 'codellama/CodeLlama-13b-hf', 'codellama-7b.Q4_K_M.gguf' },
    ['starcoder2'] = { 'starcoder2:3b', 'bigcode/starcoder2-15b' },
    ['starcoder'] = { 'starcoder:1b', 'bigcode/starcoderbase-3b', 'tiny_starcoder_py' },
    ['deepseek-coder'] = {
      'deepseek-coder:1.3b-base',
      'deepseek-coder-v2:16b-lite-base-q4_0',
      'DeepSeek-Coder-V2-Lite-Base',
    },
    ['codestral'] = { 'codestral:22b', 'mistralai/Codestral-22B-v0.1' },
    ['codegemma'] = { 'codegemma:2b-code', 'google/codegemma-7b' },
    ['granite-code'] = { 'granite-code:3b', 'ibm-granite/granite-8b-code-base-4k' },
    ['stable-code'] = { 'stable-code:3b-code', 'stabilityai/stable-code-3b' },
    ['codeqwen'] = { 'codeqwen:7b-code', 'Qwen/CodeQwen1.5-7B' },
    ['seed-coder'] = { 'ByteDance-Seed/Seed-Coder-8B-Base' },
    ['mellum'] = { 'JetBrains/Mellum-4b-base' },
  }
  for expected, list in pairs(names) do
    for _, name in ipairs(list) do
      eq(expected, family(t, name), name)
    end
  end
  for _, name in ipairs({
    'llama3.2:3b',
    'qwen2.5:7b',
    'qwen3:8b',
    'deepseek-r1:7b',
    'codellama:7b',
    'codellama:13b-python',
    'codellama:34b-code',
    'CodeLlama-7b-Instruct-hf',
    'codegemma:7b-instruct',
    'google/codegemma-7b-it',
    'granite3.3:8b',
    'Seed-Coder-8B-Reasoning',
    'codestral-embed',
  }) do
    eq(nil, family(t, name), name)
  end
end)

test('no family asks for more stop texts than servers take', { ui = false }, function(t)
  for _, one in ipairs(t:lua('return require("hum.complete.backend.families").list')) do
    T.ok(#one.tokens.stop >= 1 and #one.tokens.stop <= 4, one.name)
  end
end)

backend_test('a template teaches its tokens, whatever its order and blanks', function(t)
  local function learned(template)
    return t:lua('return require("hum.complete.backend.tokens").from_template(...)', template)
  end
  local qwen = '{{- if .Suffix }}<|fim_prefix|>{{ .Prompt }}<|fim_suffix|>{{ .Suffix }}<|fim_middle|>\n'
    .. '{{- else if .Messages }}{{ range .Messages }}{{ .Content }}{{ end }}{{ end }}'
  eq('<|fim_middle|>', learned(qwen).middle)
  eq({ '<|fim_prefix|>', '<|fim_suffix|>' }, { learned(qwen).prefix, learned(qwen).suffix })
  local llama = '{{- if .Suffix }}<PRE> {{ .Prompt }} <SUF>{{ .Suffix }} <MID>\n{{- else }}{{ .Prompt }}{{ end }}'
  eq({ '<PRE> ', ' <SUF>', ' <MID>' }, { learned(llama).prefix, learned(llama).suffix, learned(llama).middle })
  local mistral = '{{- if .Suffix }}[SUFFIX]{{ .Suffix }}[PREFIX] {{ .Prompt }}\n{{- else }}x{{ end }}'
  eq(
    { '[PREFIX] ', '[SUFFIX]', true },
    { learned(mistral).prefix, learned(mistral).suffix, learned(mistral).suffix_first }
  )
  for _, template in ipairs({
    '',
    '{{ .Prompt }}',
    '{{ if .Suffix }}{{ .Prompt }}{{ .Suffix }}{{ end }}',
    '{{ if .Suffix }}<A>{{ if .System }}{{ end }}{{ .Prompt }}<B>{{ .Suffix }}{{ else }}{{ end }}',
  }) do
    eq(nil, learned(template), template)
  end
end)

backend_test('a family that was trained in one order is not asked in that of llama-server', function(t)
  local quoted = { content = 'x', stop = true, prompt = '<fim_prefix>hum_before_0<fim_suffix>hum_after_1<fim_middle>' }
  local srv = openai(t, { 'Mellum-4b-dpo-all.Q8_0.gguf' }, {
    props(),
    { match = { path = '/infill' }, json = quoted },
  })
  local got = resolve(t, srv, nil, OPENAI)
  eq({ 'completions', 'mellum', true }, { got.backend.api, got.found.family, got.backend.tokens.suffix_first })
  eq('<filename>%s\n', got.backend.tokens.file)
  quoted.prompt = '<P>hum_before_0<fim_suffix>hum_after_1<fim_middle>' -- other tokens are believed
  srv = openai(t, { 'Mellum-4b-dpo-all.Q8_0.gguf' }, { props(), { match = { path = '/infill' }, json = quoted } })
  got = resolve(t, srv, nil, OPENAI)
  eq({ nil, '<P>', nil }, { got.found.family, got.backend.tokens.prefix, got.backend.tokens.suffix_first })
end)

backend_test('a quoted prompt teaches its tokens', function(t)
  local function learned(prompt)
    return t:lua(
      [[
      local tokens = require('hum.complete.backend.tokens')
      return tokens.from_infill((...):gsub('BEFORE', tokens.BEFORE):gsub('AFTER', tokens.AFTER))
    ]],
      prompt
    )
  end
  local qwen =
    learned('<|repo_name|>myproject\n<|file_sep|>filename\n<|fim_prefix|>BEFORE<|fim_suffix|>AFTER<|fim_middle|>')
  eq({ '<|repo_name|>%s\n', '<|file_sep|>%s\n' }, { qwen.repo, qwen.file })
  eq({ '<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>' }, { qwen.prefix, qwen.suffix, qwen.middle })
  local llama = learned('<s><PRE>BEFORE<SUF>AFTER<MID>')
  eq({ '<PRE>', '<SUF>', '<MID>', nil }, { llama.prefix, llama.suffix, llama.middle, llama.file })
  eq(nil, learned('something else'))
  eq(nil, learned('BEFOREAFTER'))
end)

--- Answers that no server should give, as JSON; `LIST` is the field that has the list.
local ODD = {
  'null',
  '5',
  '[]',
  '[1, null]',
  '{"LIST": null}',
  '{"LIST": "text"}',
  '{"LIST": {"a": 1}}',
  '{"LIST": [1]}',
  '{"LIST": [null, null]}',
  '{"LIST": [[], {}, "x", true]}',
  '{"LIST": [{"name": 5, "model": {}, "id": null, "status": {"value": 1}}]}',
  '{"LIST": [{"name": "a\\nb", "id": "a\\nb"}]}',
  '{"LIST": [{"name": "starcoder2:3b", "id": "starcoder2:3b", "size": {}, "capabilities": [1, null, {}],'
    .. ' "context_length": "many", "status": 5, "remote_host": null}]}',
  '{"capabilities": "insert", "template": {}, "details": 5, "model_info": [1], "remote_host": null}',
  '{"capabilities": {"a": null}, "template": "{{ if .Suffix }}", "details": {"parent_model": 5}, "model_info": "x"}',
  '{"default_generation_settings": {"n_ctx": {}}, "total_slots": "many", "prompt": 5, "choices": 5}',
  '{"default_generation_settings": {"n_ctx": -1}, "total_slots": {}, "prompt": {}, "choices": [null]}',
}

--- Good answers to all paths, but for `path`, which has this one.
local function with_odd(dialect, path, body)
  local list = { { name = 'starcoder2:3b', id = 'starcoder2:3b', model = 'starcoder2:3b' }, { name = 'x', id = 'y' } }
  local rules = { { match = { path = path }, body = body } }
  if dialect == 'ollama' then
    table.insert(rules, { match = { path = '/api/tags' }, json = { models = list } })
    table.insert(rules, { match = { path = '/api/ps' }, json = { models = list } })
    table.insert(rules, { match = { path = '/api/show' }, json = { capabilities = { 'completion', 'insert' } } })
  else
    table.insert(rules, { match = { path = '/v1/models' }, json = { data = list } })
    table.insert(rules, props())
    table.insert(rules, { match = { path = '/infill' }, json = { content = 'x', prompt = 'x' } })
    table.insert(rules, { match = { path = '/v1/completions' }, json = { choices = { { text = 'x' } } } })
  end
  return { rules = rules }
end

for path, dialect in pairs({
  ['/api/tags'] = 'ollama',
  ['/api/ps'] = 'ollama',
  ['/api/show'] = 'ollama',
  ['/v1/models'] = 'openai',
  ['/props'] = 'openai',
  ['/infill'] = 'openai',
  ['/v1/completions'] = 'openai',
}) do
  backend_test(('whatever %s answers, the search ends'):format(path), function(t)
    local srv = t:fake()
    for _, body in ipairs(ODD) do
      srv:script(with_odd(dialect, path, (body:gsub('LIST', dialect == 'ollama' and 'models' or 'data'))))
      local answer = resolve(t, srv, nil, { dialect = dialect })
      T.ok(answer.err or answer.backend, body)
      T.no_match('fault of hum', (answer.err or '') .. t:messages(), true)
      T.no_match('looked for', t:lua('return require("hum.complete.backend").text()'), true)
    end
  end)
end

backend_test('among odd entries of a list the good ones are found', function(t)
  local srv, body = t:fake(), '{"LIST": [null, 1, {"name": 7}, "x", {"name": "starcoder2:3b", "id": "starcoder2:3b"}]}'
  srv:script(with_odd('ollama', '/api/tags', (body:gsub('LIST', 'models'))))
  eq('starcoder2:3b', resolve(t, srv).backend.model)
  srv:script(with_odd('openai', '/v1/models', (body:gsub('LIST', 'data'))))
  eq('starcoder2:3b', resolve(t, srv, nil, OPENAI).backend.model)
end)

backend_test('a search that dies of a fault is told, ends, and is made again later', function(t)
  local srv = ollama(t, { ['starcoder2:3b'] = {} })
  t:lua([[
    local families = require('hum.complete.backend.families')
    of = families.of
    families.of = function() error('oops') end]])
  keep_sent(t)
  local answer = resolve(t, srv)
  T.match('model at endpoint "ollama" ended by a fault of hum: .*oops', answer.err)
  T.match('fault of hum: .*oops', t:lua('return require("hum.complete.backend").text()'))
  T.match('stack traceback', t:log(), true)
  t:lua('require("hum.complete.channel").open()')
  eq({ 'none' }, sent(t, 1))
  t:wait(function() return #t:lua('return told') > 0 end, 'a message')
  t:lua('require("hum.complete.backend.families").of = of')
  t:lua('local now = vim.uv.now vim.uv.now = function() return now() + 60000 end')
  t:lua('require("hum.complete.backend").renew()')
  eq({ 'none', 'starcoder2:3b' }, sent(t, 2))
end)

backend_test('the fault of one who waits for a search keeps it from nobody else', function(t)
  local srv = ollama(t, { ['starcoder2:3b'] = {} })
  resolve(t, srv)
  t:lua([[
    require('hum').setup(require('hum.config').get())
    local backend = require('hum.complete.backend')
    backend.find(function() error('oops') end)
    backend.find(function(_, found) model = found.model end)]])
  t:wait(function() return t:lua('return model') end, 'an answer')
end)

backend_test('what a server is found not to be is no warning in the log', function(t)
  resolve(t, openai(t, { 'starcoder2-3b' }), nil, OPENAI)
  T.no_match('warn', t:log())
end)
