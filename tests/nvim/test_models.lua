-- Models: listed, completed, chosen, remembered.
local T = require('harness')
local test, eq = T.test, T.eq
T.once()

local MODELS = {
  { name = 'alpha:7b' },
  { name = 'beta:1b', capabilities = { 'completion', 'thinking' } },
  { name = 'vectors', capabilities = { 'embedding' } },
}

local function server(t, script)
  local srv = t:fake()
  srv:script(vim.tbl_extend('keep', script or {}, { models = MODELS, rules = {} }))
  return srv
end

--- The endpoints "ollama" and "team", none with a model of its own unless `fields` says so.
local function configure(c, url, fields)
  local endpoint = vim.tbl_extend('force', { url = url }, fields or {})
  T.ok(
    c:lua(
      'return require("hum").setup({ endpoints = { ollama = ..., team = { url = select(2, ...) } } })',
      endpoint,
      url
    )
  )
end

--- Calls a function of hum.server.models that calls back.
local function call(t, name, endpoint, model)
  t:lua(
    [[
    answer = nil
    local name, endpoint, model = ...
    local function cb(err, value) answer = { err = err, value = value } end
    if model then
      require('hum.server.models')[name](endpoint, model, cb)
    else
      require('hum.server.models')[name](endpoint or nil, cb)
    end
  ]],
    name,
    endpoint or false,
    model
  )
  return t:wait(function() return t:lua('return answer') end, 'an answer')
end

--- Replaces vim.ui.select by one that takes the `n`th item and keeps what it was given.
local function choose(c, n)
  c:lua(
    [[
    local n = ...
    offered = {}
    vim.ui.select = function(items, opts, cb)
      table.insert(offered, { items = items, prompt = opts.prompt })
      cb(items[n])
    end
  ]],
    n
  )
end

local function offered(c) return c:lua('return offered') end

local function paths(srv)
  return vim.tbl_map(function(request) return request.path end, srv:requests())
end

test('models that cannot chat are left out where the server tells', { ui = false }, function(t)
  configure(t, server(t).url)
  eq({ 'alpha:7b', 'beta:1b' }, call(t, 'list', 'ollama').value)
end)

test('an OpenAI-compatible server is queried as such', { ui = false }, function(t)
  local srv = server(t, { models = { { name = 'big' } } })
  configure(t, srv.url, { dialect = 'openai' })
  eq({ 'big' }, call(t, 'list', 'ollama').value)
  eq({ '/v1/models' }, paths(srv))
end)

test('the only model is taken without a question', { ui = false }, function(t)
  configure(t, server(t, { models = { { name = 'alpha:7b' } } }).url)
  choose(t, 1)
  eq({ value = 'alpha:7b' }, call(t, 'resolve', 'ollama'))
  eq({}, offered(t))
end)

test('with several the user chooses once, also for a later Neovim', { ui = false }, function(t)
  local srv = server(t)
  configure(t, srv.url)
  choose(t, 2)
  eq({ value = 'beta:1b' }, call(t, 'resolve', 'ollama'))
  eq({ { prompt = 'Select a model (ollama):', items = { 'alpha:7b', 'beta:1b' } } }, offered(t))
  eq({ value = 'beta:1b' }, call(t, 'resolve', 'ollama'))
  eq(1, #offered(t))
  t.child = t:start()
  configure(t, srv.url)
  choose(t, 1)
  eq({ value = 'beta:1b' }, call(t, 'resolve', 'ollama'))
  eq({}, offered(t))
  eq(1, #paths(srv))
end)

test('a configured model is used without asking anyone', { ui = false }, function(t)
  local srv = server(t)
  configure(t, srv.url, { model = 'mine' })
  eq({ value = 'mine' }, call(t, 'resolve', 'ollama'))
  eq({}, paths(srv))
end)

test('no answer to the question is told', { ui = false }, function(t)
  configure(t, server(t).url)
  choose(t, 0)
  eq({ err = 'hum: no model selected' }, call(t, 'resolve', 'ollama'))
end)

test("CTRL-C in Neovim's own list is an answer as any other", { ui = { 80, 20 } }, function(t)
  configure(t, server(t).url)
  t:keys(':Hum model<CR>')
  t:wait_screen('Type number', true)
  t:keys('<C-c>')
  t:wait(function() return t:messages():find('no model selected', 1, true) end, 'it is told')
  T.no_match('failed', t:messages(), true)
end)

test('a server without models, or none at all, is told with the cure', { ui = false }, function(t)
  configure(t, server(t, { models = {} }).url)
  T.match('ollama pull', call(t, 'resolve', 'ollama').err, true)
  configure(t, 'http://127.0.0.1:1')
  T.match('ollama serve', call(t, 'resolve', 'ollama').err, true)
end)

test('what to do about a refusal is not cut off', { ui = { 80, 20 } }, function(t)
  configure(t, server(t, { key = 'sesame' }).url)
  t:cmd('Hum model')
  t:wait_screen('Sign in at https://ollama.com/connect?name=fake&key=***, then try again.', true)
end)

test(':Hum model sets the model and endpoint of new chats, as long as Neovim runs', { ui = { 120, 20 } }, function(t)
  configure(t, server(t).url, { model = 'mine' })
  t:cmd('Hum model team/alpha:7b')
  t:wait_screen('new chats use team/alpha:7b', true)
  eq('team', t:lua('return require("hum.server.models").endpoint()'))
  eq({ value = 'alpha:7b' }, call(t, 'resolve'))
  choose(t, 2)
  t:cmd('Hum model ollama/')
  t:wait_screen('new chats use ollama/beta:1b', true)
  eq({ value = 'beta:1b' }, call(t, 'resolve'))
  t.child = t:start()
  configure(t, 'http://127.0.0.1:1', { model = 'mine' })
  eq({ value = 'mine' }, call(t, 'resolve'))
end)

test('completion knows the models of all endpoints and never waits', { ui = false }, function(t)
  configure(t, server(t).url)
  local function complete() return t:lua('return vim.fn.getcompletion("Hum chat ", "cmdline")') end
  eq({ 'team/' }, complete())
  t:wait(function() return #complete() > 4 end, 'the models are known')
  eq({ 'alpha:7b', 'beta:1b', 'team/', 'team/alpha:7b', 'team/beta:1b' }, complete())
end)

test('completion runs no command for a key', { ui = false }, function(t)
  local srv = server(t, { key = 'sesame' })
  local script = t:write_file('pass.sh', 'touch "$0.ran"; echo sesame\n')
  configure(t, srv.url, { key = { command = { 'sh', script } } })
  local function complete() return t:lua('return vim.fn.getcompletion("Hum chat ", "cmdline")') end
  eq({ 'team/' }, complete())
  srv:wait_event('request') -- of the other endpoint
  eq(nil, vim.uv.fs_stat(script .. '.ran'))
  -- Once the key is known there is nothing against it.
  eq({ 'alpha:7b', 'beta:1b' }, call(t, 'list', 'ollama').value)
  eq({ 'alpha:7b', 'beta:1b', 'team/' }, complete())
end)

test('what a model can do is what Ollama says', { ui = false }, function(t)
  local url = server(t).url
  configure(t, url)
  eq({ 'completion', 'thinking' }, call(t, 'capabilities', 'ollama', 'beta:1b').value)
  T.match('404', call(t, 'capabilities', 'ollama', 'no-such').err, true)
  configure(t, url, { dialect = 'openai' })
  eq({}, call(t, 'capabilities', 'ollama', 'beta:1b'))
end)

test('a state file that is broken does no harm', { ui = false }, function(t)
  configure(t, server(t).url)
  t:write_file('state/nvim/hum.json', '{"names": 3, "chosen": [')
  choose(t, 1)
  eq({ value = 'alpha:7b' }, call(t, 'resolve', 'ollama'))
  T.match('"alpha:7b"', t:read_file('state/nvim/hum.json'), true)
  -- What could not be read is there still, and what is written is for its owner alone.
  eq('{"names": 3, "chosen": [', t:read_file('state/nvim/hum.json.unused'))
  T.match('hum%.json is not used: it cannot be read', t:log())
  eq('rw-------', t:eval('getfperm(stdpath("state") .. "/hum.json")'))
end)

test('what several Neovims remember of models is kept together', { ui = false }, function(t)
  configure(t, server(t).url)
  t:lua([[require('hum.server.known').choose('ollama', 'alpha:7b')]])
  local other = t:start({ ui = false })
  other:lua([[require('hum.server.known').choose('team', 'b')]])
  t:lua([[require('hum.server.known').choose('third', 'c')]])
  local chosen = vim.json.decode(t:read_file('state/nvim/hum.json')).chosen
  eq({ ollama = 'alpha:7b', team = 'b', third = 'c' }, chosen)
  eq('b', t:lua([[return require('hum.server.known').chosen('team')]]))
end)

test('odd lists of models lose what is odd and no more', { ui = false }, function(t)
  local srv = t:fake()
  for _, list in ipairs({
    '[1]',
    'null',
    '5',
    '"x"',
    '{"a": 1}',
    '[null, {"name": null}, {"name": {}}, {"name": "a\\nb"}]',
  }) do
    srv:script({
      rules = {
        { match = { path = '/api/tags' }, body = ('{"models": %s}'):format(list) },
        { match = { path = '/v1/models' }, body = ('{"data": %s}'):format(list) },
      },
    })
    for _, dialect in ipairs({ 'ollama', 'openai' }) do
      configure(t, srv.url, { dialect = dialect })
      T.match('has no models', call(t, 'resolve', 'ollama').err, true)
    end
  end
  local mixed =
    '[null, 7, "x", {"name": "alpha:7b", "capabilities": [null, 1]}, {"model": "beta:1b", "capabilities": 5}]'
  srv:script({ rules = { { match = { path = '/api/tags' }, body = ('{"models": %s}'):format(mixed) } } })
  configure(t, srv.url)
  eq({ 'alpha:7b', 'beta:1b' }, call(t, 'list', 'ollama').value)
end)

test('odd capabilities are none', { ui = false }, function(t)
  local srv = t:fake()
  for body, expected in pairs({
    ['{"capabilities": [1, null, "completion", {}]}'] = { 'completion' },
    ['{"capabilities": "completion"}'] = false,
    ['{"capabilities": {"a": 1}}'] = {},
    ['[]'] = false,
  }) do
    srv:script({ rules = { { match = { path = '/api/show' }, body = body } } })
    configure(t, srv.url)
    eq(expected or nil, call(t, 'capabilities', 'ollama', 'm').value, body)
  end
end)

test('of a state file with odd values the good ones are used', { ui = false }, function(t)
  t:write_file(
    'state/nvim/hum.json',
    '{"names": {"ollama": [1, null, "old"], "team": 5}, "chosen": {"ollama": 5, "team": "b"}}'
  )
  configure(t, server(t).url)
  eq({ 'old', 'team/' }, t:lua('return vim.fn.getcompletion("Hum chat ", "cmdline")'))
  eq({ value = 'b' }, call(t, 'resolve', 'team'))
  choose(t, 1)
  eq({ value = 'alpha:7b' }, call(t, 'resolve', 'ollama'))
end)

--- Lua that has a model of "ollama" chosen and calls `cb(err, model)`.
local WAYS = {
  resolve = "return require('hum.server.models').resolve('ollama', cb)",
  ['a choice among the models of one endpoint'] = "return require('hum.server.choose').one('ollama', "
    .. "{ endpoint = 'ollama' }, function(err, _, model) cb(err, model) end)",
  ['a choice among those of all'] = "return require('hum.server.choose').any({ endpoint = 'ollama' }, "
    .. 'function(err, _, model) cb(err, model) end)',
}

--- Defines start(cb) in the child.
local function define(t, way) t:lua([[start = assert(loadstring('local cb = ... ' .. ...))]], way) end

for name, way in vim.spairs(WAYS) do
  test(('%s, given up, calls back no more, whatever the list of models does'):format(name), { ui = false }, function(t)
    configure(t, server(t).url)
    define(t, way)
    t:lua([[
      calls = 0
      vim.ui.select = function(items, _, cb) chosen = function() cb(items[2]) end end
      cancel = start(function() calls = calls + 1 end)]])
    t:wait(function() return t:lua('return chosen ~= nil') end, 'the list is shown')
    t:lua('cancel() chosen() cancel()')
    eq(0, t:lua('return calls'))
    eq(nil, t:lua('return require("hum.server.models").decided("ollama")'))
  end)

  test(('%s, given up before the server has answered, shows no list'):format(name), { ui = false }, function(t)
    configure(t, server(t).url)
    choose(t, 1)
    define(t, way)
    t:lua([[calls = 0; start(function() calls = calls + 1 end)()]])
    eq({ 'alpha:7b', 'beta:1b' }, call(t, 'list', 'ollama').value) -- answered later
    eq({}, offered(t))
    eq(0, t:lua('return calls'))
  end)

  test(('%s calls back once, and says so if there is no list to choose from'):format(name), { ui = false }, function(t)
    configure(t, server(t).url)
    define(t, way)
    t:lua([[
      vim.ui.select = function() error('oops') end
      start(function(err) failed = err end)]])
    local err = t:wait(function() return t:lua('return failed') end, 'an answer')
    T.match('^hum: no model chosen: vim.ui.select failed: .*oops', err)
    t:lua([[
      models = {}
      vim.ui.select = function(items, _, cb) cb(items[2]) cb(items[1]) cb(nil) end
      start(function(_, model) table.insert(models, model or 'none') end)]])
    t:wait(function() return t:lua('return #models > 0') end, 'an answer')
    eq({ 'beta:1b' }, t:lua('return models'))
  end)
end
