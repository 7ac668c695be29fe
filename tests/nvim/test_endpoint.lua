-- Addresses and keys: OLLAMA_HOST, configured URLs, secrets.
local T = require('harness')
local proc = require('lib.proc')
local test, eq = T.test, T.eq

T.once()

-- What Ollama's own tools make of the variable, and what can be connected to where that
-- differs. From the vectors of Ollama's envconfig package and runs of it.
local VECTORS = {
  { '', 'http://127.0.0.1:11434' },
  { '1.2.3.4', 'http://1.2.3.4:11434' },
  { ':1234', 'http://:1234', 'http://127.0.0.1:1234' },
  { ':66000', 'http://:11434', 'http://127.0.0.1:11434' },
  { ':-1', 'http://:11434', 'http://127.0.0.1:11434' },
  { '1.2.3.4:1234', 'http://1.2.3.4:1234' },
  { 'example.com', 'http://example.com:11434' },
  { 'example.com:1234', 'http://example.com:1234' },
  { 'example.com/', 'http://example.com:11434' },
  { 'example.com/a/b', 'http://example.com:11434/a/b' },
  { 'localhost', 'http://localhost:11434' },
  { 'localhost:', 'http://localhost:11434' },
  { '[::1]', 'http://[::1]:11434' },
  { '::1', 'http://[::1]:11434' },
  { '[::1]:1337', 'http://[::1]:1337' },
  { '[::]', 'http://[::]:11434', 'http://[::1]:11434' },
  { '::', 'http://[::]:11434', 'http://[::1]:11434' },
  { 'fe80::1%eth0', 'http://[fe80::1%25eth0]:11434' },
  { '[fe80::1%eth0]:99', 'http://[fe80::1%25eth0]:99' },
  { '0.0.0.0', 'http://0.0.0.0:11434', 'http://127.0.0.1:11434' },
  { '0.0.0.0:8080', 'http://0.0.0.0:8080', 'http://127.0.0.1:8080' },
  { ' 1.2.3.4 ', 'http://1.2.3.4:11434' },
  { '"1.2.3.4"', 'http://1.2.3.4:11434' },
  { "'1.2.3.4'", 'http://1.2.3.4:11434' },
  { ' " 1.2.3.4 " ', 'http://1.2.3.4:11434' },
  { 'http://1.2.3.4', 'http://1.2.3.4:80' },
  { 'http://1.2.3.4:4321', 'http://1.2.3.4:4321' },
  { 'http://example.com/', 'http://example.com:80' },
  { 'http://localhost:', 'http://localhost:80' },
  { 'http://[::1]', 'http://[::1]:80' },
  { 'http://::1', 'http://[::1]:80' },
  { 'http://[::]:1', 'http://[::]:1', 'http://[::1]:1' },
  { 'https://1.2.3.4', 'https://1.2.3.4:443' },
  { 'https://1.2.3.4:4321', 'https://1.2.3.4:4321' },
  { 'https://0.0.0.0:4321', 'https://0.0.0.0:4321', 'https://127.0.0.1:4321' },
  { 'https://[::1]/x', 'https://[::1]:443/x' },
  { 'https://example.com/ollama', 'https://example.com:443/ollama' },
  { 'https://example.com/ollama/', 'https://example.com:443/ollama' },
  { 'http://example.com:8080/a//b/', 'http://example.com:8080/a/b' },
  { 'http://', 'http://127.0.0.1:80' },
  { 'https://', 'https://127.0.0.1:443' },
  { 'ollama.com', 'https://ollama.com:443' },
  { 'https://ollama.com', 'https://ollama.com:443' },
  { 'http://ollama.com', 'http://ollama.com:80' },
  { 'ollama.com:443', 'http://ollama.com:443' },
  { 'OLLAMA.COM', 'http://OLLAMA.COM:11434' },
  { 'www.ollama.com', 'http://www.ollama.com:11434' },
  { 'HTTP://h', 'HTTP://h:11434', 'http://h:11434' },
  { 'HTTPS://h', 'HTTPS://h:11434', 'https://h:11434' },
  { '//h', 'http://127.0.0.1:11434/h' },
  { 'h:abc', 'http://h:11434' },
  { 'http://h:65535', 'http://h:65535' },
  { 'http://h:65536', 'http://h:80' },
  { 'http://h:1/p?x=y#f', 'http://h:1/p%3Fx=y%23f' },
  { 'http://h:1?x=y', 'http://h:80' },
  { 'http://h/%2f/x', 'http://h:80/%252f/x' },
  { '127.1', 'http://127.1:11434' },
  { '1234', 'http://1234:11434' },
  { 'http://h:11434/api', 'http://h:11434/api' },
  { 'http://h:11434/v1', 'http://h:11434/v1' },
}

-- What would only fail on use, or cannot be connected to.
local REFUSED = {
  { ':0', 'port 0' },
  { 'ftp://h', 'unknown scheme "ftp"' },
  { 'unix:///run/s', 'unknown scheme "unix"' },
  { 'http:/h', 'slash is missing' },
  { 'h:80:90', 'cannot tell host and port apart' },
  { 'http://user:pw@h:1', 'passwords are not supported' },
}

test('OLLAMA_HOST means what it means to Ollama', { ui = false }, function(t)
  for _, vector in ipairs(VECTORS) do
    local got = t:lua('return { require("hum.url").ollama_host(...) }', vector[1])
    eq({ base = vector[2], url = vector[3] or vector[2] }, got[1], vector[1])
  end
end)

test('what cannot work in OLLAMA_HOST is refused with the reason', { ui = false }, function(t)
  for _, vector in ipairs(REFUSED) do
    local url, why = unpack(t:lua('return { require("hum.url").ollama_host(...) }', vector[1]))
    eq(vim.NIL, url, vector[1])
    T.match(vector[2], why, true)
    T.no_match('pw', why, true)
  end
end)

test('the default endpoint follows OLLAMA_HOST', { ui = false }, function(t)
  eq('http://127.0.0.1:11434', t:lua('return require("hum.server.endpoint").url()'))
  t:lua('vim.env.OLLAMA_HOST = "0.0.0.0:8080"')
  eq('http://127.0.0.1:8080', t:lua('return require("hum.server.endpoint").url()'))
end)

test('the url of an endpoint is brought into one form', { ui = false }, function(t)
  local vectors = {
    { 'http://127.0.0.1:11434', 'ollama', 'http://127.0.0.1:11434' },
    { 'HTTP://h:11434/', 'ollama', 'http://h:11434' },
    { 'https://h', 'ollama', 'https://h' },
    { 'https://h:443', 'ollama', 'https://h' },
    { 'https://h:80', 'ollama', 'https://h:80' },
    { 'http://h', 'ollama', 'http://h' },
    { 'http://h:80/x', 'ollama', 'http://h/x' },
    { 'http://h:8080/a%20b/c d', 'ollama', 'http://h:8080/a%20b/c%20d' },
    { 'http://[::1]:1', 'ollama', 'http://[::1]:1' },
    { 'http://[fe80::1%25lo]:9', 'ollama', 'http://[fe80::1%25lo]:9' },
    { 'http://[fe80::1%lo]:9', 'ollama', 'http://[fe80::1%25lo]:9' },
    { 'http://0.0.0.0:1', 'ollama', 'http://127.0.0.1:1' },
    { 'h:11434', 'ollama', nil, 'begins with http:// or https://: "http://h:11434"' },
    { '127.0.0.1/x', 'ollama', nil, '"http://127.0.0.1/x"' },
    { 'api.example.com/v1', 'openai', nil, '"https://api.example.com/v1"' },
    { 'ftp://h', 'ollama', nil, 'begins with http:// or https://' },
    { 'http://me:secret@h:1', 'ollama', nil, 'password in a URL is not accepted' },
    { 'me:secret@h:1', 'ollama', nil, 'begins with http:// or https://' },
    { 'http://h:1/?key=secret', 'ollama', nil, 'the parameter "key" is not accepted' },
    { 'http://h:1/?a=b&api_key=secret', 'openai', nil, 'the parameter "api_key" is not accepted' },
    { 'http://h:1/#x', 'openai', nil, '"#" is not accepted' },
    { 'http://h:11434/api', 'ollama', nil, 'remove "/api"' },
    { 'http://h:11434/api/chat', 'ollama', nil, 'remove "/api"' },
    { 'http://h:11434/v1', 'ollama', nil, 'dialect = "openai"' },
    { 'http://h/v1/chat/completions', 'ollama', nil, 'dialect = "openai"' },
    { 'http://h/v1/chat/completions', 'anthropic', nil, 'dialect = "openai"' },
    { 'http://h/v1/messages', 'openai', nil, 'dialect = "anthropic"' },
    { 'http://h/v1/responses', 'openai', nil, 'remove "/responses"' },
    { 'http://h:11434/api/chat', 'openai', nil, 'dialect = "ollama"' },
    { 'http://::1:80', 'ollama', nil, 'needs brackets' },
    { 'http://h:0', 'ollama', nil, 'port from 1 to 65535' },
    { 'http://h:65536', 'ollama', nil, 'port from 1 to 65535' },
    { 'http://h:x', 'ollama', nil, 'port from 1 to 65535' },
    { 'http:///x', 'ollama', nil, 'has no host' },
    { 'http://[::zz]:1', 'ollama', nil, 'not a valid IPv6 address' },
    { 'unix:s.sock', 'ollama', nil, 'the whole path of a socket' },
  }
  for _, vector in ipairs(vectors) do
    local got = t:lua('return { require("hum.address").of(...) }', vector[1], vector[2])
    eq(vector[3] or vim.NIL, got[1] ~= vim.NIL and got[1].url or vim.NIL, vector[1])
    if vector[4] then
      T.match(vector[4], got[2], true)
      T.no_match('secret', got[2], true)
    end
  end
end)

-- What is below http://h:1, as it is asked: the base, the root if it is another, another base.
local BASES = {
  { '', '/v1', '' },
  { '/', '/v1', '' },
  { '/v1', '/v1', '' },
  { '/v1/', '/v1', '' },
  { '/v1//', '/v1', '' },
  { '/V1', '/V1', '' },
  { '/v3', '/v3', '' },
  { '/v2.0', '/v2.0', '' },
  { '/v1beta', '/v1beta', '' },
  { '/v1alpha1', '/v1alpha1', '' },
  { '/openai/v1', '/openai/v1', '/openai' },
  { '/api/v1', '/api/v1', '/api' },
  { '/base//v1', '/base/v1', '/base' },
  { '/engines/llama.cpp/v1', '/engines/llama.cpp/v1', '/engines/llama.cpp' },
  { '/engines', '/engines/v1', '/engines', '/engines' },
  { '/v1beta/openai/', '/v1beta/openai', '/v1beta/openai' },
  { '/api/paas/v4', '/api/paas/v4', '/api/paas' },
  { '/inference', '/inference', '/inference' },
  { '/v1/acc/gateway/compat', '/v1/acc/gateway/compat', '/v1/acc/gateway/compat' },
  { '/api', '/api', '', '/v1' },
  { '/team/api/', '/team/api', '/team', '/team/v1' },
  { '/team', '/team/v1', '/team', '/team' },
  { '/vault', '/vault/v1', '/vault', '/vault' },
  { '/v8engine', '/v8engine/v1', '/v8engine', '/v8engine' },
  { '/v1/chat/completions', '/v1', '' },
  { '/chat/completions', '', '' },
  { '/team/chat/completions/', '/team', '/team' },
  { '/v1/completions', '/v1', '' },
  { '/v1/chat', '/v1', '' },
  { '/team/v1/chat', '/team/v1', '/team' },
  { '/chat', '/chat/v1', '/chat', '/chat' },
  { '/v1/models', '/v1', '' },
  { '/openai/deployments/d', '/openai/deployments/d', '/openai/deployments/d' },
  { '/openai/deployments/d/chat/completions', '/openai/deployments/d', '/openai/deployments/d' },
}

test('the base of an OpenAI-compatible API is found from what its documentation says', { ui = false }, function(t)
  for _, vector in ipairs(BASES) do
    local got = t:lua('return require("hum.address").of("http://h:1" .. ..., "openai")', vector[1])
    local function at(path) return path and 'http://h:1' .. path end
    eq({ url = at(vector[2]), root = at(vector[3]), as_written = at(vector[4]) }, got, vector[1])
  end
end)

test('parameters of an address are kept, and added to', { ui = false }, function(t)
  local function query(url, opts) return t:lua('return require("hum.address").of(...)', url, 'openai', opts or {}).query end
  eq('api-version=2025-04-01', query('http://h/v1/chat/completions?api-version=2025-04-01'))
  eq('a=b&c=d%20e', query('http://h/v1?a=b&c=d e'))
  eq('a=x%20y%26z&n=2', query('http://h/v1', { query = { a = 'x y&z', n = 2 } }))
  eq('a=new&c=d&e=true', query('http://h/v1?a=b&c=d', { query = { a = 'new', e = true } }))
  local refused = t:lua('return { require("hum.address").of("http://h", "openai", { query = { token = "sesame" } }) }')
  T.match('the parameter "token" is not accepted', refused[2], true)
end)

test('a path of its own is the whole path of a chat', { ui = false }, function(t)
  local function of(url, path) return t:lua('return require("hum.address").of(...)', url, 'openai', { path = path }) end
  eq({ url = 'http://h:1/v1', root = 'http://h:1', chat_url = 'http://h:1/my/chat' }, of('http://h:1', '/my/chat'))
  eq('http://h:1/my/chat', of('http://h:1/team/v1', 'my//chat/').chat_url)
  eq('http://h:1/team/v1', of('http://h:1/team/v1', 'my//chat/').url)
  eq('http://h:1/llm/v9', of('http://h:1', '/llm/v9/chat/completions').url)
  eq('a=b', of('http://h:1', '/chat?a=b').query)
end)

test('a Unix socket has the paths of a server', { ui = false }, function(t)
  local function of(url, dialect) return t:lua('return require("hum.address").of(...)', url, dialect or 'openai') end
  eq({ url = 'http://localhost/v1', root = 'http://localhost', socket = '/run/a/s.sock' }, of('unix:///run/a/s.sock'))
  eq('/run/s.sock', of('unix:/run/s.sock').socket)
  eq('/run/a b.sock', of('unix:///run/a%20b.sock').socket)
  eq({ url = 'http://localhost/api/v4', root = 'http://localhost/api', socket = '/s' }, of('unix:///s:/api/v4'))
  eq({ url = 'http://localhost/v4', root = 'http://localhost', socket = '/a/s.sock' }, of('unix:///a/s.sock/v4'))
  eq('a=b', of('unix:///a/s.sock?a=b').query)
  eq({ url = 'http://localhost', socket = '/s' }, of('unix:///s', 'ollama'))
end)

test("Anthropic's API is below what its documentation says", { ui = false }, function(t)
  local function of(url) return t:lua('return require("hum.address").of(...)', url, 'anthropic') end
  for _, path in ipairs({ '', '/', '/v1', '/v1/', '/v1/messages' }) do
    eq({ url = 'http://h:1' }, of('http://h:1' .. path), path)
  end
  eq({ url = 'http://h:1/anthropic' }, of('http://h:1/anthropic'))
  eq({ url = 'http://h:1/anthropic' }, of('http://h:1/anthropic/v1/messages'))
  eq({ url = 'http://h:1/x', chat_url = 'http://h:1/x/messages', query = 'a=b' }, of('http://h:1/x/messages?a=b'))
end)

local RESOLVE = [[
  resolved = nil
  require('hum.server.endpoint').resolve(..., function(err, spec)
    resolved = { err = err, spec = spec }
  end)
]]

local function resolved(t, name)
  t:lua(RESOLVE, name)
  return t:wait(function() return t:lua('return resolved') end, 'the endpoint is resolved')
end

local function with_key(key)
  return ([[
    vim.g.hum = { endpoints = { team = { url = 'http://h:1', dialect = 'openai', key = %s } } }
  ]]):format(key)
end

test('a key comes from an environment variable', {
  ui = false,
  init = with_key("{ env = 'TEAM_KEY' }"),
  env = { TEAM_KEY = ' sesame\n' },
}, function(t)
  local spec = resolved(t, 'team').spec
  eq('sesame', spec.endpoint.key)
  eq('http://h:1/v1', spec.endpoint.url)
  eq('team', spec.endpoint.name)
  eq('openai', spec.endpoint.dialect)
end)

test(
  'a variable that is not set is named',
  { ui = false, init = with_key("{ env = 'TEAM_KEY' }") },
  function(t) eq('no key: endpoints.team.key: $TEAM_KEY is not set', resolved(t, 'team').err) end
)

test('a key put where its variable belongs is not shown', {
  ui = false,
  init = with_key("{ env = 'sk_live_1234' }"),
}, function(t)
  local err = resolved(t, 'team').err
  T.match('is not set', err, true)
  T.no_match('sk_live', err, true)
end)

test('a key is the first line that a command prints, and the command runs once', { ui = false }, function(t)
  local script = t:write_file('pass.sh', 'echo ran >> "$0.count"\nprintf "\\n  sesame  \\nuser: me\\n"\n')
  t:lua(
    [[return require('hum').setup({ endpoints = { team = {
      url = 'http://h:1', dialect = 'openai', key = { command = { 'sh', ... } },
    } } })]],
    script
  )
  eq('sesame', resolved(t, 'team').spec.endpoint.key)
  eq('sesame', resolved(t, 'team').spec.endpoint.key)
  eq('ran\n', t:read_file(script .. '.count'))
  T.no_match('sesame', t:lua('return vim.inspect(require("hum.config").get())'), true)
  T.no_match('sesame', t:messages() .. t:log(), true)
end)

test('a key that a server refuses is asked for again', { ui = false }, function(t)
  local srv = t:fake()
  srv:script({ key = 'new', models = { 'alpha:7b' }, rules = {} })
  local script = t:write_file('pass.sh', '[ -e "$0.again" ] && echo new || echo old; touch "$0.again"\n')
  t:lua(
    [[require('hum').setup({ endpoints = { ollama = { url = ..., key = { command = { 'sh', select(2, ...) } } } } })]],
    srv.url,
    script
  )
  local function list()
    t:lua(
      'answer = nil require("hum.server.models").list("ollama", function(err, names) answer = { err = err, names = names } end)'
    )
    return t:wait(function() return t:lua('return answer') end, 'an answer')
  end
  T.match('returned HTTP 401', list().err, true)
  eq({ 'alpha:7b' }, list().names)
end)

test('a command that fails is named with what it said', {
  ui = false,
  init = with_key("{ command = { 'sh', '-c', 'echo half-a-key; echo locked >&2; exit 3' } }"),
}, function(t)
  local err = resolved(t, 'team').err
  eq('no key: endpoints.team.key: "sh" failed with exit code 3: locked', err)
end)

test('a command that is not there or says nothing is named', {
  ui = false,
  init = [[
  vim.g.hum = { endpoints = {
    a = { url = 'http://h:1', key = { command = { 'no-such-program' } } },
    b = { url = 'http://h:1', key = { command = { 'true' } } },
  } }
]],
}, function(t)
  T.match('endpoints.a.key: "no-such-program" cannot be run', resolved(t, 'a').err, true)
  T.match('endpoints.b.key: "true" printed nothing', resolved(t, 'b').err, true)
end)

test('headers take secrets too', {
  ui = false,
  env = { PROXY_KEY = 'sesame' },
  init = [[
  vim.g.hum = { endpoints = { a = { url = 'http://h:1', headers = {
    ['X-Team'] = 'blue', ['X-Api-Key'] = { env = 'PROXY_KEY' },
  } } } }
]],
}, function(t) eq({ ['X-Team'] = 'blue', ['X-Api-Key'] = 'sesame' }, resolved(t, 'a').spec.endpoint.headers) end)

test(
  'an unknown endpoint is told with the nearest name',
  { ui = false },
  function(t) eq('there is no endpoint "olama" (did you mean "ollama"?)', resolved(t, 'olama').err) end
)

test('a first part before a slash is an endpoint only if one has that name', { ui = false }, function(t)
  local function split(text)
    return t:lua('local a, b = require("hum.server.endpoint").split_model(...) return { a or "-", b or "-" }', text)
  end
  eq({ 'ollama', 'qwen3:8b' }, split('ollama/qwen3:8b'))
  eq({ 'ollama', '-' }, split('ollama/'))
  eq({ '-', 'hf.co/some/model:Q4' }, split('hf.co/some/model:Q4'))
  eq({ '-', 'qwen3:8b' }, split('qwen3:8b'))
  eq({ '-', '-' }, split(''))
end)

--- Resolves the endpoint "team", whose key a script prints, `n` times. Their ends are in `ends`,
--- and `cancels[i]()` gives one up.
---@return string script
local function wait_for_key(t, text, n)
  local script = t:write_file('pass.sh', 'echo $$ > "$0.pid"\n' .. text)
  t:lua(
    [[
    local script, n = ...
    require('hum').setup({ endpoints = { team = {
      url = 'http://h:1', dialect = 'openai', key = { command = { 'sh', script } },
    } } })
    ends, cancels = {}, {}
    for i = 1, n do
      cancels[i] = require('hum.server.endpoint').resolve('team', function(err, spec)
        table.insert(ends, i .. ' ' .. (err or spec.endpoint.key))
      end)
    end]],
    script,
    n or 1
  )
  t:wait(function() return (t:read_file(script .. '.pid') or ''):find('\n') end, 'the command runs')
  return script
end

local function wait_gone(t, script)
  local pid = tonumber((t:read_file(script .. '.pid')))
  t:wait(function() return not proc.alive(pid) end, 'the command is gone')
end

--- The same with a command that prints the key only after let_go().
local function wait_for_held_key(t, n)
  eq(0, proc.run({ 'mkfifo', t.dir .. '/go' }).code)
  return wait_for_key(t, ("read -r _ <'%s/go'; echo sesame\n"):format(t.dir), n)
end

local function let_go(t)
  -- Without a reader it cannot be opened, and a blocking open would hang if there were none.
  local O = vim.uv.constants
  local open = function() return (vim.uv.fs_open(t.dir .. '/go', O.O_WRONLY + O.O_NONBLOCK, 0)) end
  vim.uv.fs_close(t:wait(open, 'the command still runs'))
end

test('a command for a key is ended when the last one who waits gives up', { ui = false }, function(t)
  local script = wait_for_key(t, 'exec sleep 1000\n', 2)
  t:lua('cancels[1]()')
  T.ok(proc.alive(tonumber((t:read_file(script .. '.pid')))), 'one still waits')
  t:lua('cancels[2]() cancels[2]()')
  wait_gone(t, script)
  eq({}, t:lua('return ends'))
  -- The next one runs it again.
  t:write_file('pass.sh', 'echo sesame\n')
  eq('sesame', resolved(t, 'team').spec.endpoint.key)
end)

test('a command that heeds no signal is ended too', { ui = false }, function(t)
  local script = wait_for_key(t, 'trap "" TERM INT HUP\nwhile :; do sleep 1; done\n')
  t:lua('cancels[1]()')
  wait_gone(t, script)
end)

test('one who gives up a key takes it from nobody else', { ui = false }, function(t)
  local script = wait_for_held_key(t, 2)
  t:lua('cancels[1]()')
  let_go(t)
  t:wait(function() return #t:lua('return ends') > 0 end, 'a key')
  eq({ '2 sesame' }, t:lua('return ends'))
  wait_gone(t, script)
end)

test('the fault of one who waits takes the key from nobody else', { ui = false }, function(t)
  wait_for_held_key(t)
  t:lua([[
    local source = require('hum.config').get().endpoints.team.key
    require('hum.server.secret').resolve(source, function() error('oops') end)
    require('hum.server.secret').resolve(source, function(_, value) key = value end)]])
  let_go(t)
  eq('sesame', t:wait(function() return t:lua('return key') end, 'a key'))
end)

test('a command that hangs ends at its limit', { ui = false }, function(t)
  t:lua([[require('hum.server.secret').WITHIN = 200]])
  -- The child of the command keeps the pipe open, too.
  local script = wait_for_key(t, 'sleep 20 &\nexec sleep 1000\n')
  t:wait(function() return #t:lua('return ends') > 0 end, 'an end')
  eq({ '1 no key: endpoints.team.key: "sh" did not end within 1 s' }, t:lua('return ends'))
  wait_gone(t, script)
end)

test('a command that prints without end is ended', { ui = false }, function(t)
  local script = wait_for_key(t, 'exec cat /dev/zero\n')
  t:wait(function() return #t:lua('return ends') > 0 end, 'an end')
  eq({ '1 no key: endpoints.team.key: "sh" printed too much to be a key' }, t:lua('return ends'))
  wait_gone(t, script)
end)

test('garbage is no key', { ui = false }, function(t)
  wait_for_key(t, [[printf 'a\000b\033[31m\n']])
  t:wait(function() return #t:lua('return ends') > 0 end, 'an end')
  eq({ '1 no key: endpoints.team.key: it contains control characters' }, t:lua('return ends'))
end)
