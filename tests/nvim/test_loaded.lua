-- The window that a server has loaded, asked where each tells it.
local T = require('harness')
local test, eq = T.test, T.eq

T.once()

---@param t hum.TestCase
---@param routes table[]  rules of the fake server
---@param endpoint? table
---@return table srv, fun(model?: string, num_ctx?: integer): any find
local function setup(t, routes, endpoint)
  local srv = t:fake()
  srv:script({ rules = #routes > 0 and routes or { { text = 'nothing' } } })
  local dialect = (endpoint or {}).dialect or 'openai'
  local path = dialect == 'openai' and '/v1' or ''
  t:lua(
    [[require('hum').setup({ endpoint = 'a', endpoints = { a = ... } })]],
    vim.tbl_extend('force', { dialect = dialect, url = srv.url .. path, model = 'm' }, endpoint or {})
  )
  return srv,
    function(model, num_ctx)
      return t:lua(
        [[
        local model, num_ctx = ...
        local done, got
        require('hum.server.window').find('a', model, { num_ctx = num_ctx ~= vim.NIL and num_ctx or nil }, function(n)
          done, got = true, n
        end)
        vim.wait(5000, function() return done end, 5)
        return done and (got or 'unknown') or 'never']],
        model or 'm',
        num_ctx or vim.NIL
      )
    end
end

local function get(path, json, status) return { match = { path = path }, json = json, status = status } end

local function listed(item)
  return get(
    '/v1/models',
    { object = 'list', data = { vim.tbl_extend('force', { id = 'm', object = 'model' }, item) } }
  )
end

local OLLAMA = { dialect = 'ollama' }
local SHOWN = { model_info = { ['general.architecture'] = 'llama', ['llama.context_length'] = 131072 } }

test('Ollama: what is loaded, not what the model was trained with', { ui = false }, function(t)
  local ps = get('/api/ps', { models = { { name = 'm:latest', model = 'm:latest', context_length = 4096 } } })
  local _, find = setup(t, { ps, get('/api/show', SHOWN) }, OLLAMA)
  eq(4096, find())
end)

test('Ollama: names are the same in any case of their letters', { ui = false }, function(t)
  local ps = get('/api/ps', { models = { { name = 'M:Latest', context_length = 8192 } } })
  local _, find = setup(t, { ps, get('/api/show', SHOWN) }, OLLAMA)
  eq(8192, find())
end)

test('Ollama: the request that names its window has it', { ui = false }, function(t)
  local srv, find = setup(t, { get('/api/ps', { models = {} }) }, OLLAMA)
  eq(16384, find('m', 16384))
  eq(0, #srv:requests('/api/ps'))
end)

test('Ollama: a num_ctx that is no size names no window', { ui = false }, function(t)
  local ps = get('/api/ps', { models = { { name = 'm', context_length = 4096 } } })
  local _, find = setup(t, { ps, get('/api/show', SHOWN) }, OLLAMA)
  for _, num_ctx in ipairs({ 0, -1, 'many' }) do
    eq(4096, find('m', num_ctx))
  end
end)

test('Ollama: a model that is not loaded gets what its Modelfile says, else it is unknown', { ui = false }, function(t)
  local shown =
    vim.tbl_extend('force', SHOWN, { parameters = 'stop "<|im_end|>"\nnum_ctx                        8192' })
  local _, find = setup(t, { get('/api/ps', { models = {} }), get('/api/show', shown) }, OLLAMA)
  eq(8192, find())
end)

test('Ollama: nothing is known of a model that is not loaded', { ui = false }, function(t)
  local _, find = setup(t, { get('/api/ps', { models = {} }), get('/api/show', SHOWN) }, OLLAMA)
  eq('unknown', find())
end)

test('Ollama behind its OpenAI-compatible API: what is loaded, whatever num_ctx says', { ui = false }, function(t)
  local ps = get('/api/ps', { models = { { name = 'm', model = 'm', context_length = 4096 } } })
  local _, find = setup(t, { listed({ owned_by = 'library' }), ps })
  eq(4096, find('m', 32768))
end)

test('another server where Ollama was: it is asked as what its list says it is', { ui = false }, function(t)
  local props = get('/props', { default_generation_settings = { n_ctx = 4096 } })
  local none = get('/api/ps', { error = { message = 'File Not Found' } }, 404)
  local _, find = setup(t, { none, props, listed({ owned_by = 'llamacpp' }) }, { preset = 'ollama' })
  eq(4096, find())
  eq('llama_server', t:lua([[return require('hum.server.loaded').kind('a')]]))
end)

test('llama-server: what a slot has', { ui = false }, function(t)
  local _, find = setup(t, {
    listed({ owned_by = 'llamacpp', meta = { n_ctx_train = 131072 } }),
    get('/props', { default_generation_settings = { n_ctx = 4096 }, total_slots = 2 }),
  })
  eq(4096, find())
end)

test('llama-server: its list', { ui = false }, function(t)
  local _, find = setup(t, { listed({ owned_by = 'llamacpp', meta = { n_ctx = 2048, n_ctx_train = 131072 } }) })
  eq(2048, find())
end)

test('a router of llama-server', { ui = false }, function(t)
  local _, find = setup(t, {
    get('/props', { role = 'router', default_generation_settings = { n_ctx = 0 } }),
    listed({ owned_by = 'llamacpp', context_length = 8192, meta = { n_ctx = 2048, n_ctx_train = 8192 } }),
  }, { preset = 'llama_server' })
  eq(2048, find())
end)

test('vLLM', { ui = false }, function(t)
  local _, find = setup(t, { listed({ owned_by = 'vllm', max_model_len = 32768 }) })
  eq(32768, find())
end)

test('vLLM: an adapter has the window of its model', { ui = false }, function(t)
  local list =
    { { id = 'base', owned_by = 'vllm', max_model_len = 32768 }, { id = 'm', owned_by = 'vllm', parent = 'base' } }
  local _, find = setup(t, { get('/v1/models', { object = 'list', data = list }) })
  eq(32768, find())
end)

test('LM Studio: the instance that is loaded', { ui = false }, function(t)
  local item = { key = 'm', max_context_length = 131072, loaded_instances = { { config = { context_length = 4096 } } } }
  local _, find =
    setup(t, { listed({ owned_by = 'organization_owner' }), get('/api/v1/models', { models = { item } }) })
  eq(4096, find())
end)

test('an older LM Studio', { ui = false }, function(t)
  local item = { id = 'm', max_context_length = 131072, loaded_context_length = 4096 }
  local _, find = setup(t, {
    get('/api/v1/models', { error = 'unknown' }, 404),
    get('/api/v0/models', { data = { item } }),
  }, { preset = 'lm_studio' })
  eq(4096, find())
end)

test('a server that says nothing', { ui = false }, function(t)
  local _, find = setup(t, { listed({ owned_by = 'me', context_length = 131072 }) })
  eq('unknown', find())
end)

test('a server that is not there', { ui = false }, function(t)
  local srv, find = setup(t, {})
  srv:stop()
  eq('unknown', find())
end)

test('what an error has told counts until it is asked for', { ui = false }, function(t)
  local _, find = setup(t, { listed({ owned_by = 'me' }) })
  eq('unknown', find())
  t:lua("require('hum.server.window').told('a', 'm', 4096)")
  eq(4096, find())
  eq(4096, t:lua("return require('hum.server.window').of('a', 'm')"))
end)
