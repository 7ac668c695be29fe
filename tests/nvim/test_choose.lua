-- Lists of models in all shapes, and `:Hum model`, which offers those of all endpoints.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq
T.once()

--- Endpoints by name to a fake server or to fields; the first is the one of new chats.
local function configure(t, first, endpoints)
  local fields = { ollama = false }
  for name, endpoint in pairs(endpoints) do
    fields[name] = endpoint.proc and { url = endpoint.url, dialect = 'openai' } or endpoint
  end
  local opts = { endpoint = first, endpoints = fields, chat = { window = 'current' } }
  T.ok(t:lua('return require("hum").setup(...)', opts))
end

--- What a server answers to `/v1/models`, as a body or as a value; `rule` are further fields of the rule.
local function list_rule(json, rule)
  local answer = type(json) == 'string' and { body = json } or { json = json }
  answer.match = { path = '/v1/models' }
  return vim.tbl_extend('force', answer, rule or {})
end

local function server(t, json, rule)
  local srv = t:fake()
  srv:script({ rules = { list_rule(json, rule), { text = 'fine' } } })
  return srv
end

local function ids(...)
  return { data = vim.tbl_map(function(id) return { id = id } end, { ... }) }
end

--- Replaces vim.ui.select: what is offered is kept, as items and as they are shown. The item that is `taken` is
--- chosen; without one none, ever.
local function take(t, taken)
  t:lua(
    [[
    local taken = ...
    offered = {}
    vim.ui.select = function(items, opts, cb)
      table.insert(offered, { items = items, shown = vim.tbl_map(opts.format_item, items), prompt = opts.prompt })
      if taken then cb(vim.tbl_contains(items, taken) and taken or nil) end
    end]],
    taken
  )
end

--- What was offered the `n`th time.
local function offered(t, n)
  return t:wait(function() return t:lua('return offered[...]', n or 1) end, 'a list is offered')
end

local function said(t, pattern)
  return t:wait(function() return t:messages():find(pattern) and t:messages() end, pattern)
end

--- Model and path of the last chat that a server was asked for.
local function asked(srv)
  local requests = srv:requests('/v1/chat/completions')
  return requests[#requests].body.model
end

-- ---- shapes of lists ------------------------------------------------------------------------

--- What a list is to what is offered of it.
local SHAPES = {
  { '{"data": [{"id": "one"}, {"id": "two"}]}', { 'one', 'two' } },
  { '{"data": [{"id": "meta/llama", "name": "Meta: Llama 3"}, {"id": "b", "name": "B"}]}', { 'meta/llama', 'b' } },
  { '[{"id": "a/one"}, {"id": "a/two"}]', { 'a/one', 'a/two' } },
  { '["one", "two"]', { 'one', 'two' } },
  { '{"models": ["one", "two"]}', { 'one', 'two' } },
  { '{"models": [{"name": "one", "model": "one"}, {"name": "two"}]}', { 'one', 'two' } },
  { '{"models": [{"key": "org/one", "display_name": "One"}, {"key": "two", "type": "llm"}]}', { 'org/one', 'two' } },
  { '{"result": [{"id": "one"}, {"id": "two"}]}', { 'one', 'two' } },
  { '{"data": {"models": [{"id": "one"}, {"id": "two"}]}}', { 'one', 'two' } },
  { '{"result": {"data": ["one", "two"]}, "success": true}', { 'one', 'two' } },
  { '{"models": [], "data": [{"id": "one"}, {"id": "two"}]}', { 'one', 'two' } },
  { '{"data": [{"id": "models/one"}, {"id": "models/two"}]}', { 'models/one', 'models/two' } },
  { '{"data": [{"id": "one"}, {"id": "two"}, {"id": "one"}]}', { 'one', 'two' } },
  { '{"data": [null, {"id": null, "name": "one"}, {"id": 7}, {"id": "two"}]}', { 'one', 'two' } },
  -- What says of itself that it cannot chat.
  { '{"data": [{"id": "one", "type": "chat"}, {"id": "two"}, {"id": "x", "type": "embedding"}]}', { 'one', 'two' } },
  { '{"models": [{"key": "one"}, {"key": "two"}, {"key": "x", "type": "embeddings"}]}', { 'one', 'two' } },
  {
    '{"data": [{"id": "one"}, {"id": "two", "capabilities": {"completion_chat": true}},'
      .. '{"id": "x", "capabilities": {"completion_chat": false}}]}',
    { 'one', 'two' },
  },
  {
    '{"data": [{"id": "one", "architecture": {"output_modalities": ["text"]}}, {"id": "two", "architecture": null},'
      .. '{"id": "x", "architecture": {"output_modalities": ["image"]}}]}',
    { 'one', 'two' },
  },
}

test('a list is read in whichever shape it comes', { ui = false }, function(t)
  local srv = t:fake()
  configure(t, 'a', { a = srv })
  for _, case in ipairs(SHAPES) do
    srv:script({ rules = { list_rule(case[1]) } })
    take(t)
    t:cmd('Hum model')
    eq({ { items = case[2], shown = case[2], prompt = 'Select a model (a):' } }, { offered(t) }, case[1])
  end
end)

test('the id of what was chosen is sent, not its name for people', {}, function(t)
  local srv =
    server(t, { data = { { id = 'whale/one', name = 'Whale: One' }, { id = 'whale/two', name = 'Whale: Two' } } })
  configure(t, 'a', { a = srv })
  take(t, 'whale/two')
  t:cmd('Hum new')
  t:wait(function() return t:text():find('model: whale/two', 1, true) end, 'the chat has it')
  chat.ask(t, 'hello')
  eq('done', chat.finished(t).status)
  eq('whale/two', asked(srv))
end)

-- ---- pages ----------------------------------------------------------------------------------

--- The first page, the query of the second, and the second page.
local PAGES = {
  { '{"data": [{"id": "one"}], "has_more": true, "last_id": "one"}', 'after=one', '{"data": [{"id": "two"}]}' },
  { '{"data": [{"id": "one"}], "has_more": true}', 'after=one', '{"data": [{"id": "two"}], "has_more": false}' },
  { '{"data": [{"id": "one"}], "next": "https://elsewhere.example/v1/models?page=2"}', 'page=2', '["two"]' },
  { '{"data": [{"id": "one"}], "links": {"next": "/v1/models?cursor=x%2F1"}}', 'cursor=x%2F1', '["two"]' },
  { '{"models": [{"name": "one"}], "nextPageToken": "a b"}', 'pageToken=a%20b', '{"models": [{"name": "two"}]}' },
  {
    '{"result": [{"name": "one"}], "result_info": {"page": 1, "per_page": 1, "total_count": 2}}',
    'page=2',
    '{"result": [{"name": "two"}], "result_info": {"page": 2, "per_page": 1, "total_count": 2}}',
  },
  {
    '{"result": ["one"], "result_info": {"page": 1, "per_page": 1, "count": 1}}',
    'page=2',
    '{"result": ["two"], "result_info": {"page": 2, "per_page": 5, "count": 1}}',
  },
  { '{"data": ["one"], "pagination": {"page": 1, "total_pages": 2}}', 'page=2', '{"data": ["two"]}' },
  { '{"data": ["one"], "has_more": true, "next": "x 1"}', 'after=x%201', '{"data": ["two"], "next": null}' },
  { '{"data": ["one"], "next_cursor": "a+b&c=/"}', 'cursor=a%2Bb%26c%3D%2F', '{"data": ["two"]}' },
  { '{"data": ["one"], "next_cursor": "abc"}', 'cursor=abc', '{"data": ["two"], "next_cursor": ""}' },
  { '{"data": ["one"], "next_page": 2}', 'page=2', '{"data": ["two"], "next_page": null}' },
}

test('a list in pages is read to its end', { ui = false }, function(t)
  local srv = t:fake()
  configure(t, 'a', { a = srv })
  for _, case in ipairs(PAGES) do
    srv:script({
      rules = {
        list_rule(case[1], { match = { path = '/v1/models', nth = 1 } }),
        list_rule(case[3]),
      },
    })
    srv:reset()
    take(t)
    t:cmd('Hum model')
    eq({ 'one', 'two' }, offered(t).items, case[1])
    local queries = vim.tbl_map(function(request) return request.query end, srv:requests('/v1/models'))
    eq({ '', case[2] }, queries, case[1])
  end
end)

test('a server that has more pages for ever is asked for so many and no more', { ui = false }, function(t)
  local srv, rules = t:fake(), {}
  for i = 1, 60 do
    rules[i] = list_rule(
      { data = { { id = 'm' .. i } }, has_more = true },
      { match = { path = '/v1/models', nth = 1 } }
    )
  end
  srv:script({ rules = rules })
  configure(t, 'a', { a = srv })
  take(t)
  t:cmd('Hum model')
  eq(50, #offered(t).items)
  eq(50, #srv:requests('/v1/models'))
end)

test('pages that bring nothing new end', { ui = false }, function(t)
  local srv = server(t, '{"data": ["one", "two"], "has_more": true}')
  configure(t, 'a', { a = srv })
  take(t)
  t:cmd('Hum model')
  eq({ 'one', 'two' }, offered(t).items)
  eq(2, #srv:requests('/v1/models'))
end)

test('what was read before a page that fails is offered', { ui = false }, function(t)
  local srv = t:fake()
  srv:script({
    rules = {
      list_rule('{"data": ["one", "two"], "next": "?page=2"}', { match = { path = '/v1/models', nth = 1 } }),
      list_rule('{"detail": "the harbour is closed"}', { status = 500 }),
    },
  })
  configure(t, 'a', { a = srv })
  take(t)
  t:cmd('Hum model')
  eq({ 'one', 'two' }, offered(t).items)
  T.match('the harbour is closed', t:log(), true)
end)

-- ---- what lists tell besides ----------------------------------------------------------------

local FACTS = {
  { '{"id": "m", "context_length": 131072}', 'm  context 128k' },
  { '{"id": "m", "max_model_len": 32768}', 'm  context 32k' },
  { '{"id": "m", "context_window": 200000}', 'm  context 200k' },
  { '{"id": "m", "max_input_tokens": 1000000}', 'm  context 1M' },
  {
    '{"id": "m", "max_context_length": 8192, "loaded_instances": [{"config": {"context_length": 4096}}]}',
    'm  loaded  context 4k',
  },
  { '{"id": "m", "parameters": {"max_seq_len": 16384}}', 'm  context 16k' },
  { '{"id": "m", "providers": [{"context_length": 1024}, {"context_length": 2048}, null]}', 'm  context 2k' },
  { '{"id": "m", "properties": [{"property_id": "context_window", "value": "24000"}]}', 'm  context 24k' },
  { '{"id": "m", "context_length": "many", "pricing": null}', 'm' },
  { '{"id": "m", "context_length": -1, "pricing": {"prompt": "-1", "completion": "-1"}}', 'm' },
  {
    '{"id": "m", "pricing": {"prompt": "0.00000015", "completion": "0.0000006"}}',
    'm  $0.15 in, $0.60 out per 1M',
  },
  { '{"id": "m", "context_length": 8192, "pricing": {"prompt": "0", "completion": "0"}}', 'm  context 8k  free' },
  { '{"id": "m", "pricing": {"input": 2, "output": 10}}', 'm  $2.00 in, $10.00 out per 1M' },
  {
    '{"id": "m", "providers": [{"pricing": {"input": 2, "output": 3}}, {"pricing": {"input": 1, "output": 3}}, {}]}',
    'm  $1.00 in, $3.00 out per 1M',
  },
  -- What it can do.
  { '{"id": "m", "capabilities": ["completion", "thinking", "vision", "insert"]}', 'm  thinking, images, fill-in' },
  { '{"id": "m", "capabilities": ["completion", "tools"]}', 'm' },
  { '{"id": "m", "architecture": {"input_modalities": ["text", "image"]}}', 'm  images' },
  {
    '{"id": "m", "supported_parameters": ["tools", "include_reasoning"], "context_length": 8192}',
    'm  context 8k  thinking',
  },
  { '{"id": "m", "capabilities": {"completion_fim": true, "vision": false, "reasoning": null}}', 'm  fill-in' },
  {
    '{"id": "m", "capabilities": {"thinking": {"supported": true}, "image_input": {"supported": false}}}',
    'm  thinking',
  },
  { '{"id": "m", "type": "vlm", "capabilities": {"reasoning": {"allowed_options": ["on"]}}}', 'm  thinking, images' },
  {
    '{"id": "m", "tags": "vision", "supported_parameters": 7, "architecture": ["image"], "capabilities": {"vision": {}}}',
    'm',
  },
}

test('what is loaded, or goes elsewhere, is shown', {}, function(t)
  local srv = t:fake()
  local models = {
    { name = 'big:8b', capabilities = { 'completion' } },
    { name = 'small:1b', capabilities = { 'completion' }, details = { context_length = 8192 } },
    { name = 'huge:cloud', capabilities = { 'completion' } },
    { name = 'stub', capabilities = { 'completion' }, remote_model = 'x', remote_host = 'https://ollama.com:443' },
  }
  srv:script({
    rules = {
      { match = { path = '/api/tags' }, json = { models = models } },
      { match = { path = '/api/ps' }, json = { models = { { name = 'small:1b', model = 'small:1b' } } } },
      list_rule({
        data = {
          { id = 'one', status = { value = 'loaded' } },
          { id = 'two', status = { value = 'unloaded' } },
          { id = 'three', loaded_instances = { { id = 'three' } } },
          { id = 'four', loaded_instances = vim.empty_dict() },
          { id = 'five', state = 'loaded' },
        },
      }),
    },
  })
  configure(t, 'ollama', { ollama = { url = srv.url } })
  take(t)
  t:cmd('Hum model')
  eq({
    'big:8b',
    'small:1b    loaded              context 8k',
    'huge:cloud  runs at ollama.com',
    'stub        runs at ollama.com',
  }, offered(t).shown)
  configure(t, 'a', { a = srv })
  t:cmd('Hum model')
  eq({ 'one    loaded', 'two', 'three  loaded', 'four', 'five   loaded' }, offered(t, 2).shown)
end)

test('lengths of contexts and prices are shown where they are told, and kept', { ui = false }, function(t)
  local srv = t:fake()
  configure(t, 'a', { a = srv })
  for _, case in ipairs(FACTS) do
    srv:script({ rules = { list_rule(('{"data": [%s, {"id": "x"}]}'):format(case[1])) } })
    take(t)
    t:cmd('Hum model')
    eq({ case[2], 'x' }, offered(t).shown, case[1])
  end
  srv:script({
    rules = { list_rule('[{"id": "m", "context_length": 4096, "pricing": {"input": 1, "output": 2}}, "x"]') },
  })
  take(t)
  t:cmd('Hum model')
  offered(t)
  t.child = t:start()
  configure(t, 'a', { a = srv })
  eq(
    { 4096, { 1, 2 } },
    t:lua([[
    local models = require('hum.server.models')
    return { models.context('a', 'm'), models.price('a', 'm') }]])
  )
end)

test('each column begins in the same cell, whatever the names are', { ui = { 120, 24 } }, function(t)
  local long = ('x'):rep(64)
  local models = {
    { id = 'short', context_length = 8192, tags = { 'vision' } },
    { id = '模型-七', context_length = 131072, tags = { 'reasoning' }, status = 'loaded' },
    { id = long, context_length = 1024 },
    { id = 'free-one', pricing = { input = 0, output = 0 } },
  }
  local srv = server(t, { data = models })
  configure(t, 'a', { a = { url = srv.url, dialect = 'openai', model = 'short' } })
  take(t)
  t:cmd('Hum model')
  eq({
    '* short     in use  context 8k    images',
    '  模型-七   loaded  context 128k  thinking',
    '  ' .. long .. '          context 1k',
    '  free-one                                  free',
  }, offered(t).shown)
end)

test('in a narrow window a line has no room between what it says', { ui = { 40, 20 } }, function(t)
  local models = {
    { id = 'short', context_length = 8192, tags = { 'vision' } },
    { id = 'a-longer-one', context_length = 131072, tags = { 'reasoning' }, status = 'loaded' },
  }
  local srv = server(t, { data = models })
  configure(t, 'a', { a = { url = srv.url, dialect = 'openai', model = 'short' } })
  take(t)
  t:cmd('Hum model')
  eq({ '* short  in use  context 8k  images', '  a-longer-one  loaded  context 128k  thinking' }, offered(t).shown)
end)

test('what models can do is kept, and explained on the command line', { ui = false }, function(t)
  local srv = server(t, { data = { { id = 'm', tags = { 'vision' }, context_length = 4096 }, { id = 'x' } } })
  configure(t, 'a', { a = srv, b = srv })
  take(t)
  t:cmd('Hum model')
  offered(t)
  t.child = t:start()
  configure(t, 'a', { a = srv, b = srv })
  local function explain(word) return t:lua('return require("hum.command").explain("Hum model ", ...)', word) end
  eq('context 4k; images', explain('m'))
  eq('context 4k; images', explain('b/m'))
  eq(nil, explain('x'))
  eq(nil, explain('b/'))
end)

test('models that are configured are offered, and no server is asked for its own', {}, function(t)
  local srv = server(t, ids('one', 'two'))
  configure(t, 'a', { a = { url = srv.url, dialect = 'openai', models = { 'mine', 'yours' } } })
  take(t, 'yours')
  t:cmd('Hum new')
  eq({ 'mine', 'yours' }, offered(t).items)
  eq({ 'mine', 'yours' }, t:lua('return vim.fn.getcompletion("Hum model ", "cmdline")'))
  chat.ask(t, 'hello')
  eq('done', chat.finished(t).status)
  eq('yours', asked(srv))
  eq({}, srv:requests('/v1/models'))
end)

-- ---- an Ollama before 0.30 ------------------------------------------------------------------

--- An Ollama whose list does not say what its models can do; `shown` says it of some.
local function old_ollama(t, names, shown)
  local srv, rules = t:fake(), {}
  for name, can in pairs(shown) do
    rules[#rules + 1] = { match = { path = '/api/show', model = name }, json = { capabilities = can } }
  end
  rules[#rules + 1] = { match = { path = '/api/show' }, json = vim.empty_dict() }
  local models = vim.tbl_map(
    function(name) return { name = name, capabilities = vim.NIL, details = vim.NIL } end,
    names
  )
  rules[#rules + 1] = { match = { path = '/api/tags' }, json = { models = models } }
  srv:script({ rules = rules })
  return srv
end

test('an older Ollama says the length of the context with what a model can do', {}, function(t)
  local srv = t:fake()
  srv:script({
    rules = {
      { match = { path = '/api/tags' }, json = { models = { { name = 'a' }, { name = 'b' } } } },
      {
        match = { path = '/api/show', model = 'a' },
        json = {
          capabilities = { 'completion', 'vision' },
          model_info = { ['general.architecture'] = 'qwen2', ['qwen2.context_length'] = 32768 },
        },
      },
      { match = { path = '/api/show' }, json = { capabilities = { 'completion', 'insert' }, model_info = 7 } },
    },
  })
  configure(t, 'ollama', { ollama = { url = srv.url } })
  take(t)
  t:cmd('Hum model')
  eq({ 'a  context 32k  images', 'b               fill-in' }, offered(t).shown)
  t:cmd('Hum model')
  eq({ 'a  context 32k  images', 'b               fill-in' }, offered(t, 2).shown)
  eq(2, #srv:requests('/api/show'))
end)

test('an older Ollama is asked what its models can do, once', {}, function(t)
  local can = { chatty = { 'completion' }, ['my-embedder'] = { 'embedding' }, vectors = { 'embedding' } }
  local srv = old_ollama(t, { 'chatty', 'vectors', 'my-embedder' }, can)
  configure(t, 'ollama', { ollama = { url = srv.url } })
  take(t)
  t:cmd('Hum model')
  eq({ 'chatty' }, offered(t).items)
  eq('my-embedder', srv:requests('/api/show')[1].body.model) -- the suspicious ones first
  t:cmd('Hum model')
  eq({ 'chatty' }, offered(t, 2).items)
  eq(3, #srv:requests('/api/show'))
end)

test('one that does not say it at all is not asked about each model, one with many about some', {}, function(t)
  local srv = old_ollama(t, { 'one', 'two', 'three' }, {})
  configure(t, 'ollama', { ollama = { url = srv.url } })
  take(t)
  t:cmd('Hum model')
  eq({ 'one', 'two', 'three' }, offered(t).items)
  eq(1, #srv:requests('/api/show'))
  local names, can = {}, {}
  for i = 1, 40 do
    names[i] = 'm' .. i
    can[names[i]] = { 'completion' }
  end
  srv = old_ollama(t, names, can)
  configure(t, 'ollama', { ollama = { url = srv.url } })
  t:cmd('Hum model')
  eq(names, offered(t, 2).items)
  eq(24, #srv:requests('/api/show'))
end)

-- ---- what goes wrong ------------------------------------------------------------------------

--- An answer, and what must be told.
local REFUSALS = {
  { { json = ids() }, { 'has no models' } },
  { { body = '{"data": null}' }, { 'has no models' } },
  { { body = '{"models": [1]}' }, { 'has no models' } },
  { { body = '{"object": "list"}' }, { 'has no models' } },
  { { body = '{"error": {"message": "the harbour is closed"}}' }, { 'the harbour is closed' } },
  { { body = '{"data": [], "error": "the harbour is closed"}' }, { 'the harbour is closed' } },
  {
    { body = '{"base_resp": {"status_code": 1004, "status_msg": "the harbour is closed"}}' },
    { 'the harbour is closed' },
  },
  { { status = 404, json = { error = { message = 'the harbour is closed' } } }, { 'the harbour is closed', '404' } },
  { { status = 405, json = { detail = 'the harbour is closed' } }, { 'the harbour is closed', '405' } },
  {
    { status = 401, json = { error = { message = 'the harbour is closed' } } },
    { 'the harbour is closed', '401', 'key' },
  },
  { { status = 502, body = '<html><title>The harbour is closed</title></html>' }, { 'harbour is closed', '502' } },
  {
    { body = '<html><head><title>The harbour</title></head></html>' },
    { 'web page', 'The harbour', '/v1/models', '200' },
  },
  { { body = '<body><style>a {}</style><h1>The harbour</h1> is <b>closed</b></body>' }, { 'The harbour is closed' } },
  { { body = 'the harbour is closed' }, { 'no JSON ("the harbour is closed")' } },
  { { body = '"x"' }, { 'no JSON (""x"")' } },
}

test('what is wrong with a list is told', { ui = false }, function(t)
  local srv = t:fake()
  configure(t, 'a', { a = srv })
  for _, case in ipairs(REFUSALS) do
    case[1].match = { path = '/v1/models' }
    srv:script({ rules = { case[1] } })
    t:lua([[
      err = nil
      require('hum.server.choose').any({ endpoint = 'a' }, function(why) err = why or 'none' end)]])
    local text = t:wait(function() return t:lua('return err') end, 'an error')
    for _, words in ipairs(case[2]) do
      T.match(words, text, true)
    end
  end
end)

test('a key that a server repeats in place of a list is not told', {
  env = { TEAM_KEY = 'sesame-street' },
  ui = { 160, 20 },
}, function(t)
  local srv = t:fake()
  for word, secret in pairs({
    key = { key = { env = 'TEAM_KEY' } },
    header = { headers = { ['X-Team'] = { env = 'TEAM_KEY', prefix = 'Team ' } } },
  }) do
    srv:script({ rules = { list_rule({ error = ('the %s sesame-street is not known'):format(word) }) } })
    configure(t, 'a', { a = vim.tbl_extend('force', { url = srv.url, dialect = 'openai' }, secret) })
    t:cmd('messages clear')
    t:cmd('Hum model')
    T.match(('the %s *** is not known'):format(word), said(t, word .. ' .* is not known'), true)
    T.no_match('sesame', t:messages() .. t:log(), true)
  end
end)

-- ---- several endpoints ----------------------------------------------------------------------

test('the models of all endpoints are offered, the one in use is marked', {}, function(t)
  local a, b = server(t, ids('one', 'two')), server(t, ids('two', 'three'))
  configure(t, 'a', { a = a, b = b })
  t:cmd('Hum model a/two')
  take(t, 'b/two')
  t:cmd('Hum model')
  local got = offered(t)
  eq({ 'a/one', 'a/two', 'b/two', 'b/three' }, got.items)
  eq({ '  a/one', '* a/two    in use', '  b/two', '  b/three' }, got.shown)
  said(t, 'new chats use b/two')
  take(t, 'a/one')
  t:cmd('Hum model')
  eq({ '* b/two    in use', '  b/three', '  a/one', '  a/two' }, offered(t).shown)
end)

test('in a chat its own model is marked, and that of the chat is set', {}, function(t)
  local a, b = server(t, ids('one', 'two')), server(t, ids('two', 'three'))
  configure(t, 'a', { a = a, b = b })
  take(t, 'a/one')
  t:cmd('Hum new b/three')
  t:cmd('Hum model')
  eq({ '  b/two', '* b/three  in use', '  a/one', '  a/two' }, offered(t).shown)
  said(t, 'this chat uses a/one')
  chat.ask(t, 'hello')
  eq('done', chat.finished(t).status)
  eq('one', asked(a))
  eq(nil, t:lua('return require("hum.server.models").decided("a")'))
end)

test('each question goes to the address of the endpoint that was chosen last', {}, function(t)
  local a, b = server(t, ids('one')), server(t, ids('two'))
  configure(t, 'a', { a = a, b = b })
  t:cmd('Hum new a/one')
  for i, step in ipairs({ { 'a/one', a, 'one' }, { 'b/two', b, 'two' }, { 'a/one', a, 'one' }, { 'two', a, 'two' } }) do
    t:cmd('Hum model ' .. step[1])
    local before = #step[2]:requests('/v1/chat/completions')
    chat.ask(t, 'hello')
    eq('done', chat.finished(t, i).status)
    eq({ before + 1, step[3] }, { #step[2]:requests('/v1/chat/completions'), asked(step[2]) })
  end
end)

test('an endpoint that fails costs its own rows, and can be asked again', { ui = { 200, 20 } }, function(t)
  local a, b = server(t, ids('one')), server(t, { detail = 'the harbour is closed' }, { status = 500 })
  configure(t, 'a', { a = a, b = b, c = { url = 'http://127.0.0.1:1', dialect = 'openai' }, d = server(t, ids()) })
  take(t, 'b/')
  t:cmd('Hum model')
  local got = offered(t)
  eq({ 'a/one', 'b/', 'c/', 'd/' }, got.items)
  for i, words in ipairs({ 'a/one', 'b: .*500.*the harbour is closed', 'c: .*cannot reach', '"d" has no models' }) do
    T.match(words, got.shown[i])
  end
  said(t, 'the harbour is closed') -- it was asked again
  b:script({ rules = { list_rule(ids('three', 'four')), { text = 'fine' } } })
  t:cmd('messages clear')
  t:cmd('Hum model')
  eq({ 'a/one', 'b/three', 'b/four', 'c/', 'd/' }, offered(t, 2).items)
end)

test('an endpoint with a fault in its configuration costs its own row', { ui = { 200, 20 } }, function(t)
  local b = server(t, ids('one', 'two'))
  t:lua(
    [[require('hum').setup({ endpoint = 'a', endpoints = {
      ollama = false, a = { url = 5 }, b = { url = ..., dialect = 'openai' } } })]],
    b.url
  )
  take(t, 'b/two')
  t:cmd('Hum model')
  local got = offered(t)
  eq({ 'a/', 'b/one', 'b/two' }, got.items)
  T.match('^a: .*url.*nothing was sent', got.shown[1])
  said(t, 'new chats use b/two')
end)

test('an Ollama that nobody has configured is not missed', {}, function(t)
  local a = server(t, ids('one', 'two'))
  t:lua('require("hum.url").DEFAULT = "http://127.0.0.1:1"')
  configure(t, 'a', { a = a, ollama = {} })
  take(t)
  t:cmd('Hum model')
  eq({ items = { 'one', 'two' }, shown = { 'one', 'two' }, prompt = 'Select a model (a):' }, offered(t))
  configure(t, 'a', { a = a, ollama = { url = 'http://127.0.0.1:1' } })
  t:cmd('Hum model')
  eq({ 'a/one', 'a/two', 'ollama/' }, offered(t, 2).items)
end)

test('an endpoint whose key needs a command is asked once it is chosen', {}, function(t)
  local a, b = server(t, ids('one')), server(t, ids('two', 'three'))
  local script = t:write_file('pass.sh', 'touch "$0.ran"; echo sesame\n')
  configure(t, 'a', { a = a, b = { url = b.url, dialect = 'openai', key = { command = { 'sh', script } } } })
  take(t, 'b/')
  t:cmd('Hum model')
  eq({ 'a/one', 'b: choose a model …' }, offered(t).shown)
  eq({ 'two', 'three' }, offered(t, 2).items)
  eq('Bearer sesame', b:requests('/v1/models')[1].headers.authorization)
end)

test('a service whose key is in the environment is offered, and asked once it is chosen', {
  env = { OPENROUTER_API_KEY = 'sesame' },
}, function(t)
  configure(t, 'a', { a = server(t, ids('one')) })
  t:lua([[
    asked = {}
    local models = require('hum.server.models')
    local ask = models.ask
    models.ask = function(name, ...)
      table.insert(asked, name)
      if name ~= 'openrouter' then return ask(name, ...) end
      local _, cb = ...
      cb(nil, { 'whale/one', 'whale/two' })
    end]])
  local function complete(line) return t:lua('return vim.fn.getcompletion(..., "cmdline")', line) end
  eq({ 'openrouter/' }, complete('Hum model op'))
  take(t)
  t:cmd('Hum model')
  eq({ 'a/one', 'openrouter: choose a model …' }, offered(t).shown)
  eq(false, vim.tbl_contains(t:lua('return asked'), 'openrouter'))
  eq(nil, t:lua('return require("hum.config").get().endpoints.openrouter'))
  t:lua([[
    vim.ui.select = function(items, _, cb)
      cb(vim.tbl_contains(items, 'whale/two') and 'whale/two' or 'openrouter/')
    end]])
  t:cmd('Hum model')
  said(t, 'new chats use openrouter/whale/two')
  eq('https://openrouter.ai/api/v1', t:lua('return require("hum.server.endpoint").url("openrouter")'))
end)

test('a service that is offered can be named on the command line', { env = { GROQ_API_KEY = 'sesame' } }, function(t)
  configure(t, 'a', { a = server(t, ids('one')) })
  t:lua([[require('hum.server.models').ask = function(_, _, cb) cb(nil, { 'two', 'three' }) end]])
  take(t, 'two')
  t:cmd('Hum model groq/')
  said(t, 'new chats use groq/two')
end)

-- ---- waiting --------------------------------------------------------------------------------

--- A server whose list never comes.
local function mute(t) return server(t, ids('late'), { first_ms = 1000000 }) end

test('an endpoint that does not answer keeps the others from nobody', {}, function(t)
  local a, b = server(t, ids('one')), mute(t)
  configure(t, 'a', { a = a, b = b })
  take(t, 'b/')
  t:cmd('Hum model')
  local got = offered(t)
  eq({ 'a/one', 'b/' }, got.items)
  T.match('b: no answer yet', got.shown[2], true)
  -- It was chosen, so it is waited for, which is told and can be ended.
  said(t, 'waiting for the models of "b" %(:Hum stop ends it%)')
  t:cmd('Hum stop')
  b:wait_event('disconnect')
  T.no_match('no reply to stop', t:messages(), true)
end)

test('what is known of an endpoint that does not answer is offered', {}, function(t)
  local a, b = server(t, ids('one')), server(t, ids('two'))
  configure(t, 'a', { a = a, b = b })
  take(t)
  t:cmd('Hum model')
  offered(t)
  b:script({ rules = { list_rule(ids('late'), { first_ms = 1000000 }) } })
  t:cmd('Hum model')
  eq({ 'a/one', 'b/two', 'b/' }, offered(t, 2).items)
end)

test('so is what is known of the only one', {}, function(t)
  local a = server(t, ids('one', 'two'))
  configure(t, 'a', { a = a })
  take(t)
  t:cmd('Hum model')
  offered(t)
  a:script({ rules = { list_rule(ids('late', 'later'), { first_ms = 3000 }) } })
  t:cmd('Hum model')
  eq({ 'a/one', 'a/two', 'a/' }, offered(t, 2).items)
  take(t, 'later')
  t:cmd('Hum model a/') -- who asks for it by its name waits
  eq({ 'late', 'later' }, offered(t).items)
end)

test('a list may take longer than other queries', {}, function(t)
  local srv = server(t, ids('one', 'two'), { first_ms = 5500 })
  configure(t, 'a', { a = srv })
  take(t, 'two')
  t:cmd('Hum new')
  t:wait_screen('choosing a model', true)
  eq({ 'one', 'two' }, offered(t).items)
  t:wait(function() return t:text():find('model: two', 1, true) end, 'the chat has it')
end)

test('the wait in a chat is shown there, and ended there', {}, function(t)
  local srv = mute(t)
  configure(t, 'a', { a = srv })
  t:cmd('Hum new x')
  t:cmd('Hum model')
  t:wait_screen('choosing a model', true)
  srv:wait_event('request')
  t:interrupt(function() return not t.child.screen:find('choosing a model', true) end)
  srv:wait_event('disconnect')
end)

test('a list that is never answered is given up by the next one', {}, function(t)
  configure(t, 'a', { a = server(t, ids('one', 'two')) })
  t:lua([[
    asked = {}
    vim.ui.select = function(_, _, cb) table.insert(asked, cb) end]])
  for i = 1, 2 do
    t:cmd('Hum model')
    t:wait(function() return t:lua('return #asked') == i end, 'a list')
  end
  t:lua([[asked[1]('one') asked[2]('two') asked[1]('one')]])
  said(t, 'new chats use a/two')
  T.no_match('a/one', t:messages(), true)
end)

-- ---- long lists -----------------------------------------------------------------------------

--- A server with so many models, "org/model-0001" and on; one is "deep/whale".
local function many(t, n)
  local list = {}
  for i = 1, n do
    list[i] = ('org/model-%04d'):format(i)
  end
  list[n] = 'deep/whale'
  return server(t, ids(unpack(list)))
end

test('a short list is numbered by Neovim itself', {}, function(t)
  configure(t, 'a', { a = server(t, ids('one', 'two')), b = server(t, ids('three')) })
  t:keys(':Hum model<CR>')
  t:wait_screen('Select a model:', true)
  t:wait_screen('2: a/two', true)
  t:wait_screen('3: b/three', true)
  t:keys('3<CR>')
  said(t, 'new chats use b/three')
end)

test('who replaced vim.ui.select gets all of a long list', {}, function(t)
  configure(t, 'a', { a = many(t, 5000) })
  take(t, 'deep/whale')
  t:cmd('Hum model')
  eq(5000, t:wait(function() return t:lua('return offered[1] and #offered[1].items') end, 'the list'))
  said(t, 'new chats use a/deep/whale')
end)

test('of a long list what fits is shown as one types, and what alone fits is taken', {}, function(t)
  configure(t, 'a', { a = many(t, 5000) })
  t:keys(':Hum model<CR>')
  t:wait_screen('5000 models. A part of the name', true)
  t:wait_screen('org/model-0001', true)
  t:wait_screen('… 4983 more', true)
  t:keys('el-47')
  t:wait_screen('org/model-4700', true)
  t:wait(function() return not t.child.screen:find('model-0001', true) end, 'the others go')
  t:keys('<C-u>nothing like that')
  t:wait_screen('no match', true)
  t:keys('<C-u>whale<CR>')
  said(t, 'new chats use a/deep/whale')
  t:wait(function() return not t.child.screen:find('org/model', true) end, 'nothing is left of the list')
  eq(1, t:lua('return #vim.api.nvim_list_wins()'))
end)

test('of several that fit one is chosen by its number, or more is typed', {}, function(t)
  configure(t, 'a', { a = many(t, 5000) })
  t:keys(':Hum model<CR>')
  t:wait_screen('5000 models', true)
  t:keys('MODEL 123<CR>')
  t:wait_screen('2: org/model-1123', true)
  t:keys('2<CR>')
  said(t, 'new chats use a/org/model%-1123')
  t:keys(':Hum model<CR>')
  t:wait_screen('5000 models', true)
  t:keys('model<CR>')
  t:wait_screen('18: type more of the name', true)
  t:keys('18<CR>')
  t:wait_screen('4999 models match "model"', true)
  t:keys('wha<Tab><CR>')
  said(t, 'new chats use a/deep/whale')
end)

test('a long list can be left without a choice, and says what it does not have', {}, function(t)
  configure(t, 'a', { a = many(t, 200) })
  t:keys(':Hum model<CR>')
  t:wait_screen('200 models', true)
  t:keys('qqqqq<CR>')
  t:wait_screen('No model matches "qqqqq"', true)
  t:keys('<Esc>')
  said(t, 'no model selected')
  eq({ 'n', 1 }, { t.child:mode().mode, t:lua('return #vim.api.nvim_list_wins()') })
end)

test('a list that comes while a command is typed waits for its end', {}, function(t)
  local srv = server(t, ids('one', 'two'))
  configure(t, 'a', { a = srv })
  take(t)
  srv:freeze()
  t:cmd('Hum model')
  t:keys(':let typed = 1')
  srv:thaw()
  srv:wait_event('done')
  t:wait(function() return t:lua('return #require("hum.server.models").known("a")') == 2 end, 'the list is there')
  eq(0, t:lua('return #offered'))
  t:keys('<CR>')
  offered(t)
  eq(1, t:eval('typed'))
end)

test('a list that comes while the first message is typed waits for its end', {}, function(t)
  local srv = server(t, ids('one', 'two'))
  configure(t, 'a', { a = srv })
  take(t)
  srv:freeze()
  t:cmd('Hum new')
  t:keys('Gohel')
  srv:thaw()
  t:wait(function() return t:lua('return #require("hum.server.models").known("a")') == 2 end, 'the list is there')
  t:keys('lo')
  eq(0, t:lua('return #offered'))
  t:keys('<Esc>')
  eq({ 'one', 'two' }, offered(t).items)
  T.match('hello', t:text(), true)
end)

test('the command line completes any part of the names of thousands of models', {}, function(t)
  configure(t, 'a', { a = many(t, 5000), b = server(t, ids('grey/whale')) })
  take(t)
  t:cmd('Hum model')
  t:wait(function() return t:lua('return #offered') == 1 end, 'the lists are known')
  local function complete(line) return t:lua('return vim.fn.getcompletion(..., "cmdline")', line) end
  eq({ 'deep/whale', 'b/grey/whale' }, complete('Hum model whale'))
  eq({ 'org/model-4711' }, complete('Hum model 4711'))
  eq({ 'b/', 'b/grey/whale' }, complete('Hum model b'))
  eq({ 'deep/whale' }, complete('Hum model dpwhl'))
  eq(1111, #complete('Hum chat el-4') + #complete('Hum new -1000') + #complete('Hum model x-x') + 110)
end)

-- ---- services by their names ----------------------------------------------------------------

--- Name, path, the list's path, what it answers, what is offered, and the path of the chat.
local SERVICES = {
  {
    'openrouter',
    '/api/v1',
    '/api/v1/models',
    { data = { { id = 'whale/one', name = 'Whale: One' }, { id = 'whale/two', name = 'Whale: Two' } } },
    { 'whale/one', 'whale/two' },
    '/api/v1/chat/completions',
  },
  {
    'together',
    '/v1',
    '/v1/models',
    { { id = 'whale/one', type = 'chat' }, { id = 'whale/two', type = 'chat' }, { id = 'x', type = 'image' } },
    { 'whale/one', 'whale/two' },
    '/v1/chat/completions',
  },
  {
    'cloudflare',
    '/client/v4/accounts/acc0/ai/v1',
    '/client/v4/accounts/acc0/ai/models/search',
    {
      success = true,
      result = {
        { id = '0-1-2', name = '@cf/one', task = { name = 'Text Generation' } },
        { id = '0-1-3', name = '@cf/two', task = { name = 'Text Generation' } },
        { id = '0-1-4', name = '@cf/ears', task = { name = 'Automatic Speech Recognition' } },
      },
    },
    { '@cf/one', '@cf/two' },
    '/client/v4/accounts/acc0/ai/v1/chat/completions',
  },
  { 'open_webui', '/api', '/api/models', ids('one', 'two'), { 'one', 'two' }, '/api/chat/completions' },
  {
    'gemini',
    '/v1beta/openai/',
    '/v1beta/openai/models',
    ids('models/a', 'models/b'),
    { 'models/a', 'models/b' },
    '/v1beta/openai/chat/completions',
  },
  {
    'lm_studio',
    '/v1',
    '/v1/models',
    ids('one', 'two'),
    { 'one', 'two' },
    '/v1/chat/completions',
  },
}

for _, case in ipairs(SERVICES) do
  local name, path, list, answer, wanted, chats = unpack(case)
  test(('%s lists its models in its own way, and is sent what it wants'):format(name), {
    env = { TEAM_KEY = 'sesame' },
  }, function(t)
    local srv = t:fake()
    srv:script({
      rules = {
        { match = { path = list }, json = answer },
        {
          match = { path = chats },
          pieces = { 'data: {"choices": [{"delta": {"content": "Hi"}}]}\n\ndata: [DONE]\n\n' },
        },
      },
    })
    configure(t, name, { [name] = { url = srv.url .. path, key = { env = 'TEAM_KEY' } } })
    take(t, wanted[2])
    t:cmd('Hum new')
    eq(wanted, offered(t).items)
    t:wait(function() return t:text():find('model: "?' .. vim.pesc(wanted[2])) end, 'the chat has it')
    chat.ask(t, 'hello')
    eq('done', chat.finished(t).status)
    local requests = srv:requests()
    eq({ list, chats }, vim.tbl_map(function(request) return request.path end, requests))
    eq(wanted[2], requests[2].body.model)
    eq('Bearer sesame', requests[1].headers.authorization)
    eq('Bearer sesame', requests[2].headers.authorization)
  end)
end

test('a service without a list says so, and is asked for the model that is named', {
  env = { TEAM_KEY = 'sesame' },
}, function(t)
  local srv = t:fake()
  srv:script({
    rules = { { match = { path = '/v1/models' }, status = 404, json = { detail = 'no' } }, { text = 'fine' } },
  })
  configure(t, 'codestral', { codestral = { url = srv.url .. '/v1', key = { env = 'TEAM_KEY' } } })
  t:cmd('Hum model')
  said(t, 'has no list of models')
  t:cmd('Hum model codestral-latest')
  t:cmd('Hum new')
  chat.ask(t, 'hello')
  eq('done', chat.finished(t).status)
  eq({ '/v1/chat/completions' }, vim.tbl_map(function(request) return request.path end, srv:requests()))
  eq('codestral-latest', asked(srv))
end)

-- ---- whatever comes ---------------------------------------------------------------------------

--- Makes lists at random of the names that are read, with values of any type, and reads them.
local STORM = [==[
  local seed = ...
  math.randomseed(seed)
  local catalog = require('hum.server.catalog')
  local answers = require('hum.server.answer')
  local pages = require('hum.server.pages')
  local names = {
    'data', 'models', 'result', 'results', 'items', 'list', 'id', 'key', 'model', 'name', 'type', 'capabilities',
    'architecture', 'output_modalities', 'task', 'pricing', 'prompt', 'completion', 'input', 'output', 'providers',
    'context_length', 'max_model_len', 'parameters', 'max_seq_len', 'meta', 'n_ctx', 'loaded_instances', 'config',
    'properties', 'property_id', 'value', 'status', 'state', 'remote_host', 'remote_model', 'details', 'has_more',
    'last_id', 'next', 'links', 'pagination', 'page', 'total_pages', 'per_page', 'total_count', 'count', 'error',
    'errors', 'message', 'base_resp', 'detail', 'nextPageToken', 'next_page_token', 'result_info',
  }
  local plain = { '', 'x', 'a b?c=d&e#f', 'embedding', 0, -1, 1e300, 0/0, 1/0, true, false, vim.NIL, '%', '\n' }
  local function value(depth)
    local kind = depth > 0 and math.random(4) or 1
    if kind == 1 then return plain[math.random(#plain)] end
    local out = kind == 4 and vim.empty_dict() or {}
    for i = 1, math.random(0, 5) do
      out[kind == 2 and i or names[math.random(#names)]] = value(depth - 1)
    end
    return out
  end
  for _ = 1, 3000 do
    local answer = value(6)
    local list = { path = '/models?a=b', capability = math.random(2) == 1 and 'completion' or nil, limit = 'count' }
    local ok, why = pcall(function()
      if type(answer) ~= 'table' then answer = { data = answer } end
      local models = catalog.read(answer, list)
      for _, model in ipairs(models) do
        assert(type(model.id) == 'string' and model.id ~= '' and not model.id:find('%c'), 'a name')
        assert(not model.context or model.context >= 1, 'a context')
        catalog.chats(model, list)
      end
      local more = pages.next(answer, list, models[#models])
      assert(not more or vim.startswith(more, '/models?'), 'a path')
      answers.error_words(answer)
    end)
    if not ok then return why .. ': ' .. vim.inspect(answer) end
  end
]==]

local seed = tonumber(vim.env.HUM_TEST_SEED) or math.floor(vim.uv.hrtime() % 1e6)
test(
  ('whatever a list is, reading it is no fault, seed %d'):format(seed),
  { ui = false },
  function(t) eq(nil, t:lua(STORM, seed)) end
)
