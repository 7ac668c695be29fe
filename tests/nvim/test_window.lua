-- How much of a prompt there is: by the context that the server has loaded, by how fast it reads, or as
-- the user says.
local T = require('harness')
local complete = require('lib.complete')
local test, eq = T.test, T.eq
T.once()

local OPTS = complete.OPTS
local LINES = complete.lines(6000, 7)

--- Estimates: the first prompts have three bytes for each token, the next ones may have more.
local BYTES, MOST_BYTES = 3, 5

-- ---- what is loaded, in numbers ---------------------------------------------------------------

for _, case in ipairs({
  -- context, the user's own, text, ring
  { nil, {}, 1536, 1024 },
  { 4096, {}, 1536, 1024 },
  { 2048, {}, 768, 512 },
  { 8192, {}, 2048, 1024 },
  { 16384, {}, 4096, 2048 },
  { 32768, {}, 8192, 4096 },
  { 1048576, {}, 16384, 4096 },
  { 32768, { window_tokens = 900 }, 900, 4096 },
  { 32768, { ring_tokens = 0 }, 8192, 0 },
  { 4096, { window_tokens = 3000 }, 3000, 456 },
  { 4096, { max_tokens = 1536 }, 1536, 512 },
  { 2048, { window_tokens = 4000 }, 4000, 1024 },
  { nil, { window_tokens = 200, ring_tokens = 100 }, 200, 100 },
}) do
  local context, own = case[1], case[2]
  local what = vim.inspect(own):gsub('%s+', ' ')
  test(('a context of %s with %s'):format(context, what), { ui = false }, function(t)
    local got = t:lua(
      [[
      local context, own = ...
      local complete = vim.tbl_extend('force', { max_tokens = 128 }, own)
      return require('hum.complete.backend.window').of(context ~= vim.NIL and context or nil, complete)]],
      context or vim.NIL,
      next(own) and own or vim.empty_dict()
    )
    eq({ case[3], case[4] }, { got.window_tokens, got.ring_tokens })
    eq({ own.window_tokens == nil, own.ring_tokens == nil }, { got.window_adapts, got.ring_adapts })
  end)
end

-- ---- what is sent -----------------------------------------------------------------------------

local OLLAMA = { dialect = 'ollama' }
local OPENAI = { dialect = 'openai' }

local INSERTS = { name = 'coder', capabilities = { 'completion', 'insert' } }

local function show(fields)
  local answer = { capabilities = { 'completion', 'insert' }, model_info = { ['qwen2.context_length'] = 131072 } }
  return { match = { path = '/api/show' }, json = vim.tbl_extend('force', answer, fields or {}) }
end

local function ps(context)
  local item = { name = 'coder', model = 'coder', context_length = context }
  return { match = { path = '/api/ps' }, json = { models = context and { item } or {} } }
end

local function props(n_ctx)
  return { match = { path = '/props' }, json = { default_generation_settings = { n_ctx = n_ctx }, total_slots = 1 } }
end

local function list(fields)
  local item = vim.tbl_extend('force', { id = 'qwen2.5-coder', object = 'model' }, fields)
  return { match = { path = '/v1/models' }, json = { object = 'list', data = { item } } }
end

local NO_PROPS = { match = { path = '/props' }, status = 404, json = { error = 'not found' } }

--- hum knows how large prompts may be.
local function knows(t, tokens)
  local size = ('up to %d tokens of this file'):format(tokens)
  t:wait(function() return t:lua("return require('hum.complete.backend').text()"):find(size, 1, true) end, size)
end

--- A long file, the cursor in its middle, an answer after each of some keys. Returns bytes of text in
--- the prompts.
local function prompts(t, server, rules, opts)
  local srv = t:fake()
  local answer = { text = '', stats = opts.stats, first_ms = opts.first_ms }
  local script =
    { models = { server == 'ollama' and INSERTS or 'qwen2.5-coder' }, rules = vim.list_extend(rules, { answer }) }
  script.server = server ~= 'openai' and server or nil
  srv:script(script)
  local endpoint =
    vim.tbl_extend('force', { url = srv.url }, server == 'ollama' and OLLAMA or OPENAI, opts.endpoint or {})
  local own = vim.tbl_extend('force', { mode = 'on', debounce = 0, prefetch = false }, opts.complete or {})
  own.model = server == 'ollama' and 'coder' or nil
  t:lua("assert(require('hum').setup(...)); require('hum.complete').start()", {
    endpoints = { ollama = endpoint },
    complete = own,
  })
  complete.insert(t, LINES, { row = 3000 })
  complete.wait_count(t, 'done', 1)
  if opts.settled then
    t:wait(function() return opts.settled(srv) end, 'more is known')
    knows(t, opts.last)
  end
  complete.type(t, '<Esc>')
  t:cmd('1000')
  complete.type(t, 'A')
  complete.wait_count(t, 'done', 2)
  for i, char in ipairs({ 'a', 'b' }) do
    complete.type(t, char)
    complete.wait_count(t, 'done', 2 + i)
  end
  local sizes = {}
  for _, request in ipairs(complete.requests(srv)) do
    local fill = request.fill
    local size = fill.prefix_bytes + fill.suffix_bytes
    if size > 100 then sizes[#sizes + 1] = size end -- others are trials
  end
  return sizes, srv
end

local function asked(path)
  return function(srv) return #srv:requests(path) > 0 end
end

for _, case in ipairs({
  { 'nothing is known', 'llama-server', { props(0) }, first = 1536, last = 1536 },
  { 'llama-server says what a slot has', 'llama-server', { props(16384) }, first = 3072, last = 4096 },
  { 'a small slot', 'llama-server', { props(2048) }, first = 768, last = 768 },
  {
    'Ollama says it once the model is loaded, and what the model was trained with does not count',
    'ollama',
    { show(), ps(8192) },
    first = 1536,
    last = 2048,
    settled = asked('/api/ps'),
  },
  { 'Ollama has not loaded it', 'ollama', { show(), ps() }, first = 1536, last = 1536, settled = asked('/api/ps') },
  {
    'num_ctx is set',
    'ollama',
    { show(), ps(4096) },
    endpoint = { options = { num_ctx = 16384 } },
    first = 3072,
    last = 4096,
  },
  {
    'num_ctx is more than the model takes',
    'ollama',
    { show({ model_info = { ['qwen2.context_length'] = 8192 } }), ps() },
    endpoint = { options = { num_ctx = 100000 } },
    first = 2048,
    last = 2048,
  },
  {
    'vLLM says what it serves',
    'llama-server',
    { NO_PROPS, list({ max_model_len = 16384 }) },
    first = 1536,
    last = 4096,
    settled = function(srv) return #srv:requests('/v1/models') > 1 end,
  },
  {
    "the user's own wins",
    'llama-server',
    { props(16384) },
    complete = { window_tokens = 1000 },
    first = 1000,
    last = 1000,
  },
}) do
  test('the window: ' .. case[1], OPTS, function(t)
    local sizes = prompts(t, case[2], case[3], case)
    T.ok(#sizes == 4, vim.inspect(sizes))
    for name, size in pairs({ first = sizes[1], last = sizes[#sizes] }) do
      local tokens = case[name]
      T.ok(size <= tokens * MOST_BYTES and (name == 'last' or size <= tokens * BYTES), name .. vim.inspect(sizes))
      T.ok(size >= tokens * BYTES * 0.5, name .. vim.inspect(sizes))
    end
    if case.last > case.first then T.ok(sizes[#sizes] > sizes[1] * 1.1, vim.inspect(sizes)) end
  end)
end

test('a window that has grown keeps what the server has of prompts as long as the place is the same', OPTS, function(t)
  local srv = t:fake()
  srv:script({ server = 'ollama', models = { INSERTS }, rules = { show(), ps(8192), { text = '' } } })
  t:lua("assert(require('hum').setup(...)); require('hum.complete').start()", {
    endpoints = { ollama = { url = srv.url, dialect = 'ollama' } },
    complete = { mode = 'on', debounce = 0, prefetch = false, model = 'coder' },
  })
  complete.insert(t, LINES, { row = 3000 })
  complete.wait_count(t, 'done', 1)
  knows(t, 2048)
  for i, char in ipairs({ 'a', 'b', 'c' }) do
    complete.type(t, char)
    complete.wait_count(t, 'done', i + 1)
  end
  local all = complete.requests(srv)
  for i = 2, #all do
    local former, now = all[i - 1].body.prompt, all[i].body.prompt
    T.ok(vim.startswith(now, former), ('prompt %d begins differently'):format(i))
  end
end)
