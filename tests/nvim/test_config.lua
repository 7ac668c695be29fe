-- Options: defaults, where they come from, and how faults are told.
local T = require('harness')
local test, eq = T.test, T.eq
T.once()

local QUIET = { ui = false }

local function get(t, path)
  return t:lua('return vim.tbl_get(require("hum.config").get(), unpack(vim.split(..., ".", { plain = true })))', path)
end

--- What setup() says about options given as Lua text.
local function problems(t, options)
  local answer = t:lua(('return { require("hum.config").setup(%s) }'):format(options))
  return answer[2] or {}
end

test('everything has a default without setup()', { ui = false }, function(t)
  eq('ollama', get(t, 'endpoint'))
  eq('ollama', get(t, 'endpoints.ollama.dialect'))
  eq(10, get(t, 'endpoints.ollama.connect_timeout'))
  eq({ '<CR>', '<C-s>' }, get(t, 'chat.maps.send'))
  eq('', t:messages())
end)

test('vim.g.hum and setup() merge, setup() last', {
  ui = false,
  init = [[
  vim.g.hum = {
    chat = { window = 'tab', size = 80 },
    endpoints = { team = { url = 'http://h:1/v1', dialect = 'openai', options = { max_tokens = 5 } } },
  }
]],
}, function(t)
  eq('tab', get(t, 'chat.window'))
  t:lua([[require('hum').setup({ chat = { window = 'split' }, endpoint = 'team',
    endpoints = { team = { model = 'm', options = { top_p = 1 } } } })]])
  eq('split', get(t, 'chat.window'))
  eq(80, get(t, 'chat.size'))
  eq(true, get(t, 'chat.follow'))
  eq('http://h:1/v1', get(t, 'endpoints.team.url'))
  eq('m', get(t, 'endpoints.team.model'))
  eq({ top_p = 1 }, get(t, 'endpoints.team.options'))
  eq(120, get(t, 'endpoints.team.idle_timeout'))
end)

test(
  'vim.g.hum may be a function, or come from Vim script',
  { ui = false, init = [[
  vim.g.hum = function() return { chat = { window = 'tab' } } end
]] },
  function(t)
    eq('tab', get(t, 'chat.window'))
    local other = t:start({ init = 'vim.cmd([[let g:hum = #{chat: #{follow: v:false, maps: #{send: v:false}}}]])' })
    eq(false, other:lua('return require("hum.config").get().chat.follow'))
    eq(false, other:lua('return require("hum.config").get().chat.maps.send'))
  end
)

test('the default endpoint can be taken away', { ui = false }, function(t)
  eq({}, problems(t, "{ endpoint = 'a', endpoints = { a = { url = 'http://h:1' }, ollama = false } }"))
  eq({ 'a' }, t:lua('return require("hum.config").endpoint_names()'))
  eq({ 'endpoint: there is no endpoint "ollama"' }, problems(t, '{ endpoints = { ollama = false } }'))
end)

test('completion is off by default, and file types have modes of their own', { ui = false }, function(t)
  eq('off', get(t, 'complete.mode'))
  eq({}, problems(t, "{ complete = { filetypes = { lua = 'on', ['*'] = 'manual' }, exclude = { '*.x' } } }"))
  eq({ lua = 'on', ['*'] = 'manual' }, get(t, 'complete.filetypes'))
  eq({ '*.x' }, get(t, 'complete.exclude'))
  eq({ suffix_first = false, stop = {} }, get(t, 'complete.fim'))
end)

test(
  'options that load a model belong to Ollama alone',
  { ui = false },
  function(t)
    eq(
      {},
      problems(
        t,
        "{ endpoints = { a = { url = 'http://h:1', dialect = 'openai' } }, "
          .. "complete = { endpoint = 'a', options = { num_ctx = 1 } } }"
      )
    )
  end
)

-- Options as Lua text, and what is said about them.
local FAULTS = {
  { "{ chat = { widow = 'tab' } }", 'chat.widow: no such option (did you mean "window"?)' },
  { '{ keys = {} }', 'keys: no such option; expected one of "endpoint", "endpoints", "chat", "commit", "complete"' },
  { '{ chat = { keys = {} } }', 'chat.keys: no such option (did you mean "maps"?)' },
  { "{ endpoints = { a = { base_url = 'x' } } }", 'endpoints.a.base_url: no such option (did you mean "url"?)' },
  {
    "{ endpoints = { ['local'] = { url = 'http://h:1', dialect = 'olama' } } }",
    'endpoints.local.dialect: expected one of "anthropic", "ollama", "openai", got "olama" (did you mean "ollama"?)',
  },
  { '{ log = 3 }', 'log: expected one of "error", "warn", "info", "debug", got 3' },
  { "{ chat = 'tab' }", 'chat: expected a table, got "tab"' },
  { "{ chat = { size = 'wide' } }", 'chat.size: expected a number of at least 0, got "wide"' },
  { '{ chat = { size = 0/0 } }', 'chat.size: expected a number of at least 0, got' },
  { '{ chat = { follow = 1 } }', 'chat.follow: expected true or false, got 1' },
  { "{ chat = { system = '' } }", 'chat.system: expected a non-empty string, got ""' },
  {
    '{ chat = { maps = { send = { 1 } } } }',
    'chat.maps.send: expected a key such as "<C-s>", a list of keys, or false, got a list',
  },
  {
    "{ endpoints = { a = { url = 'http://h:1', connect_timeout = 0 } } }",
    'endpoints.a.connect_timeout: expected a number from 0.3 to 600, got 0',
  },
  {
    "{ endpoints = { a = { url = 'http://h:1', keep_alive = '300' } } }",
    'endpoints.a.keep_alive: expected a number of seconds, or a duration such as "10m" or "1h30m", got "300"',
  },
  {
    "{ endpoints = { a = { url = 'http://h:1', think = 'hard' } } }",
    'endpoints.a.think: expected true, false, a number of tokens, or one of "none", "minimal", "low"',
  },
  {
    "{ endpoints = { a = { url = 'http://h:1', options = { f = print } } } }",
    'endpoints.a.options: "f": expected JSON-compatible values, got a function',
  },
  {
    '{ endpoints = { a = {} } }',
    'endpoints.a.url: expected the address of the server, or a preset',
  },
  { '{ endpoints = { openruoter = {} } }', 'or a preset (did you mean "openrouter"?)' },
  {
    "{ endpoints = { a = { preset = 'opnrouter' } } }",
    'endpoints.a.preset: there is no preset "opnrouter" (did you mean "openrouter"?)',
  },
  { "{ endpoints = { a = { preset = false, dialect = 'openai' } } }", 'endpoints.a.url: expected the address' },
  { '{ endpoints = { groq = { preset = false } } }', 'endpoints.groq.url: expected the address' },
  { "{ endpoints = { groq = { resource = 'r' } } }", 'endpoints.groq.resource: only for the preset "azure"' },
  { '{ endpoints = { azure = {} } }', 'endpoints.azure.resource: expected the name of your Azure resource' },
  { "{ endpoints = { azure = { resource = 'r.evil.example/' } } }", 'endpoints.azure.resource: expected the name' },
  {
    "{ endpoints = { azure = { resource = 'r', api_version = '2025-04-01' } } }",
    'endpoints.azure.deployment: expected the name of the deployment',
  },
  {
    "{ endpoints = { a = { url = 'http://h:1', options = { stream = false } } } }",
    'endpoints.a.options.stream: replies are always streamed',
  },
  { "{ endpoints = { a = { url = 'http://h:1', options = { messages = {} } } } }", 'endpoints.a.options.messages: ' },
  { "{ endpoints = { a = { url = 'http://h:1', options = { tools = {} } } } }", 'endpoints.a.options.tools: ' },
  {
    "{ endpoints = { a = { url = 'http://h:1', options = { model = 'x' } } } }",
    'endpoints.a.options.model: set the option "model" of the endpoint',
  },
  { '{ complete = { options = { stream = false } } }', 'complete.options.stream: replies are always streamed' },
  { "{ endpoints = { a = { url = 'http://h:1', query = { a = {} } } } }", 'endpoints.a.query.a: expected a string' },
  { "{ endpoints = { a = { url = 'http://h:1', query = { key = 'x' } } } }", 'endpoints.a.url: the parameter "key"' },
  { "{ endpoints = { a = { url = 'http://h:1', proxy = true } } }", 'endpoints.a.proxy: expected a non-empty string' },
  { "{ endpoints = { a = { url = 'http://h:1', think = -1 } } }", 'endpoints.a.think: expected true, false, a number' },
  {
    "{ endpoints = { a = { url = 'http://h:1', think = 'hihg' } } }",
    'got "hihg" (did you mean "high"?)',
  },
  {
    "{ endpoints = { a = { url = 'http://h:1', key = { env = 'X', prefix = 'y' } } } }",
    'endpoints.a.key: expected { env =',
  },
  {
    "{ endpoints = { a = { url = 'http://h:1', headers = { ['X-Y'] = { env = 'X', prefix = 7 } } } } }",
    'endpoints.a.headers.X-Y: prefix: expected a string in a single line',
  },
  {
    [[{ endpoints = { a = { url = 'http://h:1', headers = { ['X-Y'] = { env = 'X', prefix = "a\r\nb: " } } } } }]],
    'endpoints.a.headers.X-Y: prefix: expected a string in a single line',
  },
  { "{ endpoints = { ['a b'] = {} } }", 'endpoints.a b: expected a name of letters' },
  { "{ endpoints = { { url = 'http://h:1' } } }", 'endpoints.1: expected a name of letters' },
  { "{ endpoints = { a = { url = 'h:1' } } }", 'endpoints.a.url: expected a URL that begins with http://' },
  { "{ endpoint = 'olama' }", 'endpoint: there is no endpoint "olama" (did you mean "ollama"?)' },
  { "{ complete = { mode = 'yes' } }", 'complete.mode: expected one of "off", "on", "manual", got "yes"' },
  { '{ complete = { enabled = true } }', 'complete.enabled: no such option (did you mean "mode"?)' },
  {
    '{ complete = { filetypes = { lua = true } } }',
    'complete.filetypes.lua: expected one of "off", "on", "manual", got true',
  },
  { "{ complete = { exclude = '*.pem' } }", 'complete.exclude: expected a list of strings, got "*.pem"' },
  {
    "{ complete = { exclude = { '*.pem', 1 } } }",
    'complete.exclude: expected a list of non-empty strings, found 1',
  },
  { '{ complete = { max_lines = 1.5 } }', 'complete.max_lines: expected a whole number from 1 to 1000, got 1.5' },
  {
    "{ complete = { endpoint = 'olama' } }",
    'complete.endpoint: there is no endpoint "olama" (did you mean "ollama"?)',
  },
  {
    '{ complete = { options = { num_ctx = 8192 } } }',
    'complete.options.num_ctx: set it in endpoints.ollama.options instead',
  },
  { "{ complete = { fim = { prefix = '<PRE>' } } }", 'complete.fim: expected both "prefix" and "suffix"' },
  { "'ollama'", 'setup: expected a table of options, got a string' },
}

test('a fault is told with its path and what would be right', { ui = false }, function(t)
  for _, fault in ipairs(FAULTS) do
    local told = problems(t, fault[1])
    eq(1, #told, fault[1])
    T.match(fault[2], told[1], true)
  end
end)

test('what is faulty in one place takes nothing away from the other', QUIET, function(t)
  t:lua("vim.g.hum = { chat = { size = 'wide', window = 'tab' }, complete = { max_lines = 3 } }")
  eq({ 'chat.size: expected a number of at least 0, got "wide"' }, problems(t, '{ chat = { size = 7 } }'))
  eq({ 7, 'tab', 3 }, { get(t, 'chat.size'), get(t, 'chat.window'), get(t, 'complete.max_lines') })
  eq(2, #problems(t, '{ complete = { max_lines = 0 } }'))
  eq(3, get(t, 'complete.max_lines'))
end)

test('a secret written in clear is refused and not shown', { ui = false }, function(t)
  local fields = {
    "key = 'sesame'",
    "key = { value = 'sesame' }",
    "key = { env = 'ses ame', }",
    "key = { command = 'echo sesame' }",
    "key = { env = 'A', command = { 'sesame' } }",
    "headers = { Authorization = 'Bearer sesame' }",
    "headers = { ['x-api-key'] = 'sesame' }",
    "headers = { ['X-Auth-Token'] = 'sesame' }",
    "headers = { ['X-AuthToken'] = 'sesame' }",
    "headers = { ['x-portkey-virtual-key'] = 'sesame' }",
  }
  for _, field in ipairs(fields) do
    local told = problems(t, ("{ endpoints = { a = { url = 'http://h:1', %s } } }"):format(field))
    eq(1, #told, field)
    T.match('^endpoints%.a%.%a+', told[1])
    T.no_match('sesame', told[1], true)
  end
  local told = problems(t, "{ endpoints = { a = { url = 'http://h:1', key = 'sesame' } } }")
  T.match("{ env = 'NAME' } or { command = { 'pass', 'show', 'NAME' } }", told[1], true)
  T.no_match('sesame', t:messages() .. t:log(), true)
end)

test('headers of gateways that are no secrets are taken', QUIET, function(t)
  local headers = "{ ['x-portkey-provider'] = 'openai', ['HTTP-Referer'] = 'https://x.example', ['X-Title'] = 'hum' }"
  eq({}, problems(t, ("{ endpoints = { a = { url = 'http://h:1', headers = %s } } }"):format(headers)))
end)

test('what is faulty is left out, the rest is applied, and all faults are told', { ui = false }, function(t)
  t:cmd('set columns=200')
  t:lua([[require('hum').setup({ chat = { size = 50 } })]])
  eq(2, #problems(t, "{ chat = { size = 60, widow = 1, follow = 'x' } }"))
  eq(60, get(t, 'chat.size'))
  eq(true, get(t, 'chat.follow'))
  t:wait(
    function() return t:messages():find('chat.follow: expected true or false, got "x"', 1, true) end,
    'the fault is among the messages'
  )
end)

test(
  'a wrong vim.g.hum is told once, and what is right in it holds',
  { init = 'vim.g.hum = { chat = { widow = 1, size = 9 } }' },
  function(t)
    eq(9, get(t, 'chat.size'))
    eq(9, get(t, 'chat.size'))
    t:wait(function() return t:messages() ~= '' end, 'a message')
    eq('hum: chat.widow: no such option (did you mean "window"?)', t:messages())
    eq({ 'chat.widow: no such option (did you mean "window"?)' }, t:lua('return require("hum.config").problems()'))
  end
)

test('a long message leads to no hit-enter prompt and is whole in the log', function(t)
  t:lua([[require('hum').setup({ one = 1, two = 2, three = 3, four = 4, five = 5 })]])
  t:wait_screen('five: no such option', true)
  eq(false, t.child:mode().blocking)
  for _, name in ipairs({ 'one', 'two', 'three', 'four', 'five' }) do
    T.match('hum: ' .. name .. ': no such option', t:log(), true)
  end
end)

test('several messages at once, or one after the other, lead to no prompt either', function(t)
  t:lua([[
    local notify = require('hum.notify')
    notify.info('first') notify.error('second') notify.info('first')
    vim.schedule(function() vim.schedule(function() notify.warn('third') end) end)
  ]])
  t:wait(function() return t:messages():find('third') end, 'all is told')
  eq('first\nsecond\nthird', t:messages())
  eq(false, t.child:mode().blocking)
end)

test('in insert mode a message waits until it can be read', function(t)
  t:keys('i')
  t:wait_screen('%-%- INSERT %-%-')
  t:lua([[
    require('hum.notify').warn('first')
    vim.schedule(function() vim.schedule(function() require('hum.notify').warn('second') end) end)
  ]])
  t:wait(function() return t:log():find('second') end, 'both are in the log')
  T.match('-- INSERT --', t:screen(), true)
  t:keys('x<C-o>l')
  t:wait(function() return t:text() == 'x' end, 'the keys are done')
  eq('', t:messages())
  t:keys('<Esc>')
  t:wait_screen('first; second')
  t:cmd('set noshowmode')
  t:keys('i')
  t:lua([[require('hum.notify').warn('third')]])
  t:wait_screen('third')
  eq('i', t.child:mode().mode)
end)

test('a replacement of vim.notify gets the whole text', { ui = false }, function(t)
  t:lua([[
    vim.notify = function(text, level, opts) told = { text, level, opts } end
    require('hum').setup({ one = 1, two = 2 })
  ]])
  local told = t:wait(function() return t:lua('return told') end, 'a message')
  T.match('^hum: one: .*\nhum: two: ', told[1])
  eq(vim.log.levels.ERROR, told[2])
  eq({ title = 'hum' }, told[3])
end)

test('a value in force cannot be changed through the table that was given', { ui = false }, function(t)
  t:lua([[opts = { chat = { size = 50, maps = { send = { 'x' } } } } require('hum').setup(opts)
    opts.chat.size = 1 opts.chat.maps.send[1] = 'y']])
  eq(50, get(t, 'chat.size'))
  eq({ 'x' }, get(t, 'chat.maps.send'))
end)
