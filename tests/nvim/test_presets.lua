-- Presets: endpoints = { NAME = {} } is enough. Where they are, which key goes where, what is asked.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

T.once()

local QUIET = { ui = false }

--- Every preset has its key in the environment.
local KEYS = [[
  vim.env.CLOUDFLARE_ACCOUNT_ID = 'acc0'
  for name, known in pairs(require('hum.server.provider.presets')) do
    for _, variable in ipairs(known.key or {}) do vim.env[variable] = 'key-of-' .. name end
  end
]]

local function setup(t, endpoints)
  return t:lua('return { require("hum.config").setup(...) }', { endpoints = endpoints })
end

--- What the helper would be told.
local function resolved(t, name)
  t:lua(
    [[
    resolved = nil
    require('hum.server.endpoint').resolve(..., function(err, spec) resolved = { err = err, spec = spec } end)
  ]],
    name
  )
  return t:wait(function() return t:lua('return resolved') end, 'the endpoint is resolved')
end

-- Names as people write them, and the base of their API.
local ADDRESSES = {
  { { 'ollama' }, 'http://127.0.0.1:11434' },
  { { 'llama_server', 'llama-server', 'llamaserver', 'llama.cpp' }, 'http://127.0.0.1:8080/v1' },
  { { 'llama_swap', 'llama-swap', 'llamaswap' }, 'http://127.0.0.1:8080/v1' },
  { { 'lm_studio', 'lm-studio', 'lmstudio' }, 'http://localhost:1234/v1' },
  { { 'vllm', 'vLLM' }, 'http://localhost:8000/v1' },
  { { 'sglang' }, 'http://localhost:30000/v1' },
  { { 'litellm', 'LiteLLM' }, 'http://127.0.0.1:4000/v1' },
  { { 'jan' }, 'http://127.0.0.1:1337/v1' },
  { { 'mlx', 'mlx-lm' }, 'http://127.0.0.1:8080/v1' },
  { { 'tabbyapi', 'tabby_api' }, 'http://127.0.0.1:5000/v1' },
  { { 'text_generation_webui', 'text-generation-webui', 'textgenerationwebui' }, 'http://127.0.0.1:5000/v1' },
  { { 'localai', 'local-ai' }, 'http://localhost:8080/v1' },
  { { 'koboldcpp' }, 'http://localhost:5001/v1' },
  { { 'open_webui', 'open-webui', 'openwebui' }, 'http://localhost:3000/api' },
  { { 'openai', 'open-ai' }, 'https://api.openai.com/v1' },
  { { 'anthropic' }, 'https://api.anthropic.com' },
  { { 'gemini' }, 'https://generativelanguage.googleapis.com/v1beta/openai' },
  { { 'mistral' }, 'https://api.mistral.ai/v1' },
  { { 'codestral' }, 'https://codestral.mistral.ai/v1' },
  { { 'deepseek', 'deep-seek' }, 'https://api.deepseek.com/v1' },
  { { 'groq' }, 'https://api.groq.com/openai/v1' },
  { { 'together' }, 'https://api.together.ai/v1' },
  { { 'fireworks' }, 'https://api.fireworks.ai/inference/v1' },
  { { 'openrouter', 'open_router', 'open-router' }, 'https://openrouter.ai/api/v1' },
  { { 'cerebras' }, 'https://api.cerebras.ai/v1' },
  { { 'xai', 'x_ai', 'x-ai' }, 'https://api.x.ai/v1' },
  { { 'z_ai', 'zai', 'z-ai' }, 'https://api.z.ai/api/paas/v4' },
  { { 'dashscope' }, 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1' },
  { { 'moonshot' }, 'https://api.moonshot.ai/v1' },
  { { 'minimax', 'mini_max' }, 'https://api.minimax.io/v1' },
  { { 'hugging_face', 'huggingface', 'hugging-face' }, 'https://router.huggingface.co/v1' },
  { { 'cloudflare' }, 'https://api.cloudflare.com/client/v4/accounts/acc0/ai/v1' },
  { { 'nvidia' }, 'https://integrate.api.nvidia.com/v1' },
  { { 'sambanova', 'samba-nova' }, 'https://api.sambanova.ai/v1' },
  { { 'nebius' }, 'https://api.tokenfactory.nebius.com/v1' },
  { { 'perplexity' }, 'https://api.perplexity.ai' },
  { { 'ollama_cloud', 'ollama-cloud', 'ollamacloud' }, 'https://ollama.com' },
}

test('a name is enough, however its words are put together', QUIET, function(t)
  t:lua(KEYS)
  local seen = { azure = true }
  for _, row in ipairs(ADDRESSES) do
    for _, name in ipairs(row[1]) do
      eq({ true }, setup(t, { [name] = vim.empty_dict() }), name)
      local found = resolved(t, name)
      eq(row[2], found.spec and found.spec.endpoint.url, name)
      seen[t:lua('return require("hum.config").endpoint(...).preset', name)] = true
    end
  end
  eq(
    {},
    t:lua(
      'local seen = ... return vim.tbl_filter(function(n) return not seen[n] end, require("hum.server.provider.preset").names())',
      seen
    )
  )
end)

test('another name takes a preset by the option', QUIET, function(t)
  eq({ true }, setup(t, { fast = { preset = 'open-router', model = 'm' } }))
  eq('https://openrouter.ai/api/v1', t:lua('return require("hum.server.endpoint").url("fast")'))
  eq({ true }, setup(t, { groq = { preset = false, url = 'http://h:1', dialect = 'openai' } }))
  eq(vim.NIL, t:lua('return require("hum.config").endpoint("groq").preset or vim.NIL') or vim.NIL)
end)

test('every preset says where its facts are from, and nothing that nobody reads', QUIET, function(t)
  local known = {
    title = 'string',
    source = 'string',
    url = 'string',
    dialect = 'string',
    self_hosted = 'boolean',
    key = 'table',
    key_header = 'string',
    suffix = 'boolean',
    fill_model = 'string',
    fill = 'string',
    limit = 'string',
    refuses = 'table',
    think = 'string',
    prefill = 'string',
    prefill_think = 'string',
    progress = 'string',
    prefill_url = 'string',
    resource = 'boolean',
  }
  for name, facts in pairs(t:lua('return require("hum.server.provider.presets")')) do
    T.ok(facts.title and facts.source and facts.url, name)
    for field, value in pairs(facts) do
      if field ~= 'list' and field ~= 'thoughts' then eq(known[field], type(value), name .. '.' .. field) end
    end
    T.ok(facts.self_hosted or facts.key, name)
  end
end)

-- ---- keys --------------------------------------------------------------------------------------

test(
  "a service's key comes from its own variable, and what is missing is named before anything is sent",
  QUIET,
  function(t)
    setup(t, { openrouter = vim.empty_dict() })
    eq('no key: set $OPENROUTER_API_KEY, or endpoints.openrouter.key', resolved(t, 'openrouter').err)
    t:lua('vim.env.OPENROUTER_API_KEY = "sesame"')
    local spec = resolved(t, 'openrouter').spec.endpoint
    eq({ 'sesame', '$OPENROUTER_API_KEY' }, { spec.key, spec.key_from })
    eq({ 'OpenRouter', 'OPENROUTER_API_KEY' }, { spec.title, spec.key_variable })
    setup(t, { gemini = vim.empty_dict() })
    t:lua('vim.env.GOOGLE_API_KEY = "second"')
    eq('second', resolved(t, 'gemini').spec.endpoint.key)
  end
)

-- Endpoints, and the key that goes there.
local OWN = 'https://api.groq.com/openai/v1'
local WHOSE = {
  { { groq = vim.empty_dict() }, 'key-of-groq' },
  { { groq = { url = OWN } }, 'key-of-groq' },
  { { groq = { url = OWN .. '/chat/completions' } }, 'key-of-groq' },
  { { groq = { url = 'https://api.groq.com:443/v9' } }, 'key-of-groq' },
  { { groq = { url = 'http://api.groq.com/openai/v1' } } },
  { { groq = { url = 'https://api.groq.com:8443/openai/v1' } } },
  { { groq = { url = 'https://api.groq.com.evil.example/openai/v1' } } },
  { { groq = { url = 'https://apixgroq.com/openai/v1' } } },
  { { groq = { url = 'http://127.0.0.1:9/openai/v1' } } },
  { { groq = { url = 'unix:///run/groq.sock' } } },
  { { groq = { url = 'http://127.0.0.1:9', key = { env = 'TEAM_KEY' } } }, 'of-the-team' },
  { { groq = { key = { env = 'TEAM_KEY' } } }, 'of-the-team' },
  { { groq = { headers = { Authorization = { env = 'TEAM_KEY', prefix = 'Bearer ' } } } } },
  { { other = { url = OWN, dialect = 'openai' } } },
  { { vllm = vim.empty_dict() }, 'key-of-vllm' },
  { { vllm = { url = 'http://gpu.example.com:8000' } }, 'key-of-vllm' },
  { { lm_studio = { url = 'http://gpu.example.com:1234' } }, 'key-of-lm_studio' },
  { { llama_server = vim.empty_dict() } },
  { { azure = { url = 'https://team.openai.azure.com/openai/v1' } }, 'key-of-azure' },
  { { azure = { url = 'https://team.evil.example/.openai.azure.com/openai/v1' } } },
  { { azure = { url = 'https://evil.example/team.openai.azure.com' } } },
  { { openai = { url = 'http://127.0.0.1:9', dialect = 'openai' } } },
}

test("a service's key goes to its own address and to no other", QUIET, function(t)
  t:lua(KEYS)
  t:lua('vim.env.TEAM_KEY = "of-the-team"')
  for _, row in ipairs(WHOSE) do
    eq({ true }, setup(t, row[1]))
    local found = resolved(t, next(row[1]))
    eq(nil, found.err, vim.inspect(row[1]))
    eq(row[2], found.spec.endpoint.key, vim.inspect(row[1]))
  end
end)

test('what runs here needs no key', QUIET, function(t)
  for _, name in ipairs({ 'vllm', 'lm_studio', 'llama_server', 'open_webui', 'jan' }) do
    setup(t, { [name] = vim.empty_dict() })
    local spec = resolved(t, name).spec.endpoint
    eq(nil, spec.key, name)
  end
end)

-- ---- what the configuration says goes before -----------------------------------------------------

test('a configured url, dialect and model go before the preset', QUIET, function(t)
  t:lua(KEYS)
  setup(t, { deepseek = { url = 'https://api.deepseek.com/anthropic', dialect = 'anthropic', model = 'm' } })
  local found = resolved(t, 'deepseek').spec
  eq(
    { 'anthropic', 'https://api.deepseek.com/anthropic', 'm' },
    { found.endpoint.dialect, found.endpoint.url, found.model }
  )
  eq('key-of-deepseek', found.endpoint.key)
  eq(nil, found.endpoint.quirks, 'they are those of another API')
  eq(nil, found.endpoint.fill_url)
  setup(t, { llama_server = { dialect = 'anthropic' } })
  eq('http://127.0.0.1:8080', resolved(t, 'llama_server').spec.endpoint.url)
  setup(t, { moonshot = { thoughts = false } })
  eq('', resolved(t, 'moonshot').spec.endpoint.quirks.thoughts)
  setup(t, { moonshot = vim.empty_dict() })
  eq('reasoning_content', resolved(t, 'moonshot').spec.endpoint.quirks.thoughts)
  setup(t, { mistral = vim.empty_dict() })
  eq(
    { refuses = { 'stream_options', 'seed', 'user' }, limit = 'max_tokens', thoughts = '' },
    resolved(t, 'mistral').spec.endpoint.quirks
  )
end)

test('Ollama is where its variable says, in whichever dialect', QUIET, function(t)
  t:lua('vim.env.OLLAMA_HOST = "h:1"')
  local function address(endpoint)
    eq({ true }, setup(t, { ollama = endpoint }))
    local spec = resolved(t, 'ollama').spec.endpoint
    return { spec.url, spec.root, spec.query, spec.url_from }
  end
  eq({ 'http://h:1', nil, nil, '$OLLAMA_HOST' }, address(vim.empty_dict()))
  eq({ 'http://h:1/v1', 'http://h:1', nil, '$OLLAMA_HOST' }, address({ dialect = 'openai' }))
  eq({ 'http://h:1', nil, nil, '$OLLAMA_HOST' }, address({ dialect = 'anthropic' }))
  eq({ 'http://h:1', nil, 'a=b', '$OLLAMA_HOST' }, address({ query = { a = 'b' } }))
  t:lua('vim.env.OLLAMA_HOST = nil')
  eq({ 'http://127.0.0.1:11434' }, address(vim.empty_dict()))
end)

test('filling in has an address of its own', QUIET, function(t)
  t:lua(KEYS)
  local vectors = {
    { { codestral = vim.empty_dict() }, 'https://codestral.mistral.ai/v1/fim/completions' },
    { { codestral = { url = 'http://h:1/v1' } }, 'http://h:1/v1/fim/completions' },
    { { codestral = { url = 'http://h:1' } }, 'http://h:1/v1/fim/completions' },
    { { deepseek = vim.empty_dict() }, 'https://api.deepseek.com/beta/completions' },
    { { deepseek = { url = 'http://h:1' } }, 'http://h:1/beta/completions' },
    { { deepseek = { url = 'http://h:1/beta' } }, 'http://h:1/beta/completions' },
    { { deepseek = { url = 'http://h:1/v1/chat/completions' } }, 'http://h:1/beta/completions' },
    { { openrouter = vim.empty_dict() } },
  }
  for _, row in ipairs(vectors) do
    setup(t, row[1])
    eq(row[2], resolved(t, next(row[1])).spec.endpoint.fill_url, vim.inspect(row[1]))
  end
end)

-- ---- Azure and Cloudflare --------------------------------------------------------------------------

test('Azure has addresses of two kinds', QUIET, function(t)
  t:lua(KEYS)
  local old = 'https://team.openai.azure.com/openai/deployments/d'
  local vectors = {
    { { resource = 'team' }, 'https://team.openai.azure.com/openai/v1' },
    { { resource = 'team', deployment = 'd' }, 'https://team.openai.azure.com/openai/v1', nil, 'd' },
    { { resource = 'team', deployment = 'd', api_version = '2025-04-01' }, old, 'api-version=2025-04-01', 'd' },
    { { resource = 'team', model = 'd', api_version = '2025-04-01' }, old, 'api-version=2025-04-01', 'd' },
    { { url = 'https://team.openai.azure.com' }, 'https://team.openai.azure.com/openai/v1' },
    {
      { url = 'https://team.openai.azure.com', deployment = 'd', api_version = '2025-04-01' },
      old,
      'api-version=2025-04-01',
      'd',
    },
    {
      { url = 'https://team.openai.azure.com/openai/deployments/d/chat/completions?api-version=2025-04-01-preview' },
      old,
      'api-version=2025-04-01-preview',
      'd',
    },
    {
      { url = 'https://team.openai.azure.com/openai/deployments/d', api_version = '2025-04-01' },
      old,
      'api-version=2025-04-01',
      'd',
    },
  }
  for _, row in ipairs(vectors) do
    eq({ true }, setup(t, { azure = row[1] }))
    local found = resolved(t, 'azure').spec
    eq({ row[2], row[3], row[4] }, { found.endpoint.url, found.endpoint.query, found.model }, vim.inspect(row[1]))
    eq({ 'api-key', 'key-of-azure' }, { found.endpoint.key_header, found.endpoint.key })
  end
end)

test('the account of Cloudflare comes from the environment', QUIET, function(t)
  t:lua('vim.env.CLOUDFLARE_API_KEY = "sesame"')
  eq({ true }, setup(t, { cloudflare = vim.empty_dict() }))
  T.match('set $CLOUDFLARE_ACCOUNT_ID', resolved(t, 'cloudflare').err, true)
  t:lua('vim.env.CLOUDFLARE_ACCOUNT_ID = "../evil"')
  T.match('set $CLOUDFLARE_ACCOUNT_ID', resolved(t, 'cloudflare').err, true)
  t:lua('vim.env.CLOUDFLARE_ACCOUNT_ID = "acc0"')
  eq('https://api.cloudflare.com/client/v4/accounts/acc0/ai/v1', resolved(t, 'cloudflare').spec.endpoint.url)
end)

-- ---- what is asked ---------------------------------------------------------------------------------

-- Presets at a server of ours: the path of `url`, the path that is asked, the header with the key.
local ASKED = {
  { 'openrouter', '/api/v1', '/api/v1/chat/completions', 'authorization' },
  { 'mistral', '/v1', '/v1/chat/completions', 'authorization' },
  { 'codestral', '/v1', '/v1/chat/completions', 'authorization' },
  { 'deepseek', '', '/v1/chat/completions', 'authorization' },
  { 'groq', '/openai/v1', '/openai/v1/chat/completions', 'authorization' },
  { 'xai', '/v1', '/v1/chat/completions', 'authorization' },
  { 'gemini', '/v1beta/openai/', '/v1beta/openai/chat/completions', 'authorization' },
  { 'z_ai', '/api/paas/v4', '/api/paas/v4/chat/completions', 'authorization' },
  {
    'cloudflare',
    '/client/v4/accounts/acc0/ai/v1',
    '/client/v4/accounts/acc0/ai/v1/chat/completions',
    'authorization',
  },
  { 'open_webui', '/api', '/api/chat/completions', 'authorization' },
  { 'perplexity', '/chat/completions', '/chat/completions', 'authorization' },
  {
    'azure',
    '/openai/deployments/d/chat/completions?api-version=2025-04-01-preview',
    '/openai/deployments/d/chat/completions',
    'api-key',
  },
  { 'azure', '', '/openai/v1/chat/completions', 'api-key' },
  { 'anthropic', '', '/v1/messages', 'x-api-key' },
  { 'ollama_cloud', '', '/api/chat', 'authorization' },
}

local HEADERS = { 'authorization', 'api-key', 'x-api-key' }

for _, row in ipairs(ASKED) do
  test(('%s at "%s" is asked as it wants to be'):format(row[1], row[2]), QUIET, function(t)
    local srv = t:fake()
    t:lua('vim.env.TEAM_KEY = "sesame"')
    local endpoint = { url = srv.url .. row[2], model = 'fake', key = { env = 'TEAM_KEY' } }
    eq(
      { true },
      t:lua('return { require("hum").setup(...) }', { endpoint = row[1], endpoints = { [row[1]] = endpoint } })
    )
    t:cmd('Hum chat hello there, you')
    chat.finished(t)
    local asked = srv:requests()
    eq(row[3], asked[1].path)
    for _, header in ipairs(HEADERS) do
      local wanted = header == row[4] and (header == 'authorization' and 'Bearer sesame' or 'sesame') or nil
      eq(wanted, asked[1].headers[header], header)
    end
    eq(row[2]:match('%?(.*)') or '', asked[1].query)
  end)
end

-- Presets at a server of ours: the path of `url`, and where their list of models is.
local LISTS = {
  { 'cloudflare', '/client/v4/accounts/acc0/ai/v1', '/client/v4/accounts/acc0/ai/models/search' },
  { 'open_webui', '/api', '/api/models' },
  { 'openrouter', '/api/v1', '/api/v1/models' },
  { 'anthropic', '', '/v1/models' },
  { 'ollama_cloud', '', '/api/tags' },
}

local LIST = 'require("hum.server.models").list(..., function(err) listed = err or "" end)'

for _, row in ipairs(LISTS) do
  test(row[1] .. ' has its list of models where its documentation says', QUIET, function(t)
    local srv = t:fake()
    t:lua('vim.env.TEAM_KEY = "sesame"')
    setup(t, { [row[1]] = { url = srv.url .. row[2], key = { env = 'TEAM_KEY' } } })
    t:lua(LIST, row[1])
    t:wait(function() return t:lua('return listed') end, 'the list is there, or is not')
    eq(row[3], srv:requests()[1].path)
  end)
end

test('a service without a list is not asked for one', QUIET, function(t)
  local srv = t:fake()
  t:lua('vim.env.CODESTRAL_API_KEY = "sesame"')
  setup(t, { codestral = { url = srv.url .. '/v1', key = { env = 'CODESTRAL_API_KEY' } }, ollama = false })
  t:lua(LIST, 'codestral')
  local told = t:wait(function() return t:lua('return listed') end, 'it is told')
  T.match('endpoint "codestral" has no list of models', told, true)
  T.match('endpoints.codestral.model', told, true)
  t:cmd('checkhealth hum')
  T.match('it has no list of models', t:text(), true)
  eq({}, srv:requests())
end)

-- What stands in a request besides model, messages and stream: the preset, options of the endpoint, the fields.
local USAGE = { include_usage = true }
local BODIES = {
  { 'openrouter', {}, { stream_options = USAGE } },
  { 'mistral', {}, {} },
  { 'mistral', { options = { max_completion_tokens = 50, seed = 1, top_p = 1 } }, { max_tokens = 50, top_p = 1 } },
  { 'mistral', { think = 'high' }, { reasoning_effort = 'high' } },
  { 'codestral', {}, {} },
  { 'groq', { options = { max_tokens = 50 } }, { max_completion_tokens = 50, stream_options = USAGE } },
  { 'openai', { options = { max_tokens = 50 } }, { max_completion_tokens = 50, stream_options = USAGE } },
  { 'together', { options = { max_completion_tokens = 50 } }, { max_tokens = 50, stream_options = USAGE } },
  { 'deepseek', { think = true }, { thinking = { type = 'enabled' }, stream_options = USAGE } },
  { 'moonshot', { think = false }, { thinking = { type = 'disabled' }, stream_options = USAGE } },
  { 'minimax', { think = true }, { thinking = { type = 'adaptive' }, stream_options = USAGE } },
  { 'dashscope', { think = 2048 }, { enable_thinking = true, thinking_budget = 2048, stream_options = USAGE } },
  { 'nvidia', { think = true }, { chat_template_kwargs = { enable_thinking = true }, stream_options = USAGE } },
  { 'vllm', { think = 'low' }, { reasoning_effort = 'low', stream_options = USAGE } },
}

for _, row in ipairs(BODIES) do
  test(
    ('%s is sent what it takes: %s'):format(row[1], vim.inspect(row[2], { newline = '', indent = '' })),
    QUIET,
    function(t)
      local srv = t:fake()
      local endpoint = vim.tbl_extend('force', { url = srv.url .. '/v1', model = 'fake' }, row[2])
      local setting = { endpoint = row[1], endpoints = { [row[1]] = endpoint } }
      eq({ true }, t:lua('return { require("hum").setup(...) }', setting))
      t:cmd('Hum chat hello there, you')
      chat.finished(t)
      local body = srv:requests('/v1/chat/completions')[1].body
      eq({ 'fake', true }, { body.model, body.stream })
      body.model, body.stream, body.messages = nil, nil, nil
      eq(row[3], body)
    end
  )
end

-- A key that is refused is named by its variable, and no other was sent.
local REFUSED = {
  { 'ollama_cloud', '', 'OLLAMA_API_KEY', 'authorization', 'Bearer sesame', '/api/chat' },
  {
    'azure',
    '/openai/deployments/d/chat/completions?api-version=2025-04-01',
    'TEAM_AZURE',
    'api-key',
    'sesame',
    '/openai/deployments/d/chat/completions',
  },
  { 'groq', '/openai/v1', 'GROQ_API_KEY', 'authorization', 'Bearer sesame', '/openai/v1/chat/completions' },
}

for _, row in ipairs(REFUSED) do
  test('a key that is refused is named: ' .. row[1], QUIET, function(t)
    local srv = t:fake()
    local refusal = { status = 401, json = { error = 'unauthorized' } }
    srv:script({ rules = { vim.tbl_extend('error', refusal, { match = { path = row[6] } }) } })
    t:lua(KEYS)
    t:lua('vim.env[...] = "sesame"', row[3])
    local endpoint = { url = srv.url .. row[2], model = 'fake', key = { env = row[3] } }
    t:lua('require("hum").setup(...)', { endpoint = row[1], endpoints = { [row[1]] = endpoint } })
    t:cmd('Hum chat hello there, you')
    local told = chat.finished(t)
    T.match('$' .. row[3] .. ' was refused', told.message .. ' ' .. told.hint, true)
    for _, request in ipairs(srv:requests()) do
      eq(row[5], request.headers[row[4]])
      T.no_match('key%-of%-', vim.inspect(request.headers))
    end
  end)
end

-- ---- services that are not configured ----------------------------------------------------------------

test('a key in the environment offers its service, which is asked nothing before it is chosen', QUIET, function(t)
  eq({}, t:lua('return require("hum.config").offers()'))
  t:lua('vim.env.OPENROUTER_API_KEY, vim.env.VLLM_API_KEY = "sesame", "other"')
  local offer = { name = 'openrouter', title = 'OpenRouter', variable = 'OPENROUTER_API_KEY' }
  eq({ offer }, t:lua('return require("hum.config").offers()'))
  eq({ 'ollama' }, t:lua('return require("hum.config").endpoint_names()'))
  eq(false, t:lua('return require("hum.config").adopt("groq")'), 'it has no key')
  eq(true, t:lua('return require("hum.config").adopt("openrouter")'))
  eq({ 'ollama', 'openrouter' }, t:lua('return require("hum.config").endpoint_names()'))
  eq({}, t:lua('return require("hum.config").offers()'))
  eq('sesame', resolved(t, 'openrouter').spec.endpoint.key)
  setup(t, { ollama = { model = 'x' } })
  eq({ 'ollama', 'openrouter' }, t:lua('return require("hum.config").endpoint_names()'), 'until Neovim ends')
end)

test('what is configured, or not wanted, is not offered', QUIET, function(t)
  t:lua('vim.env.OPENROUTER_API_KEY = "sesame"')
  for _, endpoints in ipairs({
    { ['open-router'] = vim.empty_dict() },
    { mine = { preset = 'openrouter' } },
    { openrouter = false },
    { openrouter = { urll = 'x' } },
  }) do
    setup(t, endpoints)
    eq({}, t:lua('return require("hum.config").offers()'), vim.inspect(endpoints))
  end
end)

test('a chat file that names a service which is not configured asks nobody, and says what to do', QUIET, function(t)
  local srv = t:fake()
  t:lua('vim.env.OPENROUTER_API_KEY = "sesame"')
  t:lua('require("hum").setup(...)', { endpoints = { ollama = { url = srv.url, model = 'fake' } } })
  local file = '---\nhum: 1\nendpoint: openrouter\nmodel: whale/two\n---\n\n## » You\n\nhello\n'
  t:cmd('edit ' .. t:write_file('chat.md', file))
  t:cmd('Hum send')
  local told = t:wait(function() return t:log():match('there is no endpoint[^\n]*') end, 'it is told')
  T.match('set endpoints.openrouter = {}', told, true)
  eq({}, srv:requests())
  eq({ 'ollama' }, t:lua('return require("hum.config").endpoint_names()'))
end)

test(':checkhealth names the address of a preset and the variable of its key', QUIET, function(t)
  t:lua('vim.env.GROQ_API_KEY = "sesame-street"')
  setup(
    t,
    { groq = { url = 'https://api.groq.com/openai/v1', models = { 'm' } }, mistral = vim.empty_dict(), ollama = false }
  )
  t:cmd('checkhealth hum')
  local text = t:text()
  T.match('https://api.mistral.ai/v1', text, true)
  T.match('$MISTRAL_API_KEY is not set', text, true)
  T.match('from $GROQ_API_KEY', text, true)
  T.no_match('sesame-street', text, true)
end)
