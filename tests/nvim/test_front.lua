-- The front matter of a chat, which may be somebody else's file.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

local PURE = { ui = false }
local CHAT = '/v1/chat/completions'

--- Front matter of these lines as it is understood: its values and settings, or why not.
local function understood(t, lines)
  return t:lua(
    [[
    local front = require('hum.chat.text.read').parse(...).front
    local settings, why = require('hum.chat.text.settings').of(front)
    return { values = front.values, settings = settings, why = why }
  ]],
    vim.list_extend(vim.list_extend({ '---', 'hum: 1' }, lines), { '---', '', '## » You', '', 'hi' })
  )
end

--- Values, as YAML has them, and what they mean.
local VALUES = {
  { 'echo', 'echo' },
  { '"echo"   # the small one', 'echo' },
  { "'echo' # it's small", 'echo' },
  { 'echo # the small one', 'echo' },
  { 'qwen3:8b', 'qwen3:8b' },
  { 'hf.co/a/b#c:Q4', 'hf.co/a/b#c:Q4' },
  { '"a \\"b\\" c"', 'a "b" c' },
  { "'it''s'", "it's" },
  { '"a # b"', 'a # b' },
  { '"open', '"open' },
  { '"a" b', '"a" b' },
  { '# nothing', '' },
  { '"a\\nb"', 'a b' },
  { '', '' },
}

test('values may have quotes and comments', PURE, function(t)
  for _, case in ipairs(VALUES) do
    eq(case[2], understood(t, { 'model: ' .. case[1] }).values.model, case[1])
  end
end)

test('what is written is read back', PURE, function(t)
  for _, name in ipairs({ 'echo', 'a # b', '"x"', "it's", "'q'", '{a}', '[1]', '#1', 'a\\b "c" # d', 'x:y' }) do
    local line = t:lua([[return require('hum.chat.text.format').setting('model', ...)]], name)
    eq(name, understood(t, { line }).values.model, line)
  end
end)

--- Options that a chat may set, and what of them is sent.
local GOOD = {
  ['{"temperature": 0.5, "top_k": 40, "seed": -1}'] = { temperature = 0.5, top_k = 40, seed = -1 },
  ['{"stop": ["a", "b"], "verbosity": "low"}  # short'] = { stop = { 'a', 'b' }, verbosity = 'low' },
  ['{"stop": "###"}'] = { stop = '###' },
  ['{}'] = {},
}

test('options are read', PURE, function(t)
  for text, want in pairs(GOOD) do
    local got = understood(t, { 'options: ' .. text })
    eq(nil, got.why)
    eq(want, got.settings.options, text)
  end
  local lines = { 'options: {', '  "temperature": 0.1,', '  "seed": 2', '}', 'model: m' }
  local got = understood(t, lines)
  eq({ temperature = 0.1, seed = 2 }, got.settings.options)
  eq('m', got.values.model)
end)

--- Options that are refused, and what must be told.
local BAD = {
  { '{"messages": [{"role": "user", "content": "INJECTED"}]}', '"messages"' },
  { '{"Messages": []}', '"Messages"' },
  { '{"m\\u0065ssages": []}', '"messages"' },
  { '{"seed": 1, "model": "dear"}', '"model"' },
  { '{"tools": []}', '"tools"' },
  { '{"stream": false}', '"stream"' },
  { '{"n": 100}', '"n"' },
  { '{"temprature": 1}', 'did you mean "temperature"' },
  { '{"temperature": "hot"}', '"temperature" must be a number' },
  { '{"temperature": [1]}', '"temperature" must be a number' },
  { '{"temperature": 1e999}', '"temperature" must be a number' },
  { '{"temperature": {"messages": []}}', '"temperature" must be a number' },
  { '{"max_tokens": 1.5}', '"max_tokens" must be a whole number' },
  { '{"stop": [["a"]]}', '"stop" must be' },
  { '{"stop": {"a": 1}}', '"stop" must be' },
  { '{"stop": "' .. ('x'):rep(2000) .. '"}', '"stop" must be' },
  { '{"verbosity": {}}', '"verbosity" must be' },
  { ('['):rep(3000), 'JSON object' },
  { 'temperature: 1', 'JSON object' },
  { '[1]', 'JSON object' },
  { 'null', 'JSON object' },
}

test('what a chat may not set is named', PURE, function(t)
  for _, case in ipairs(BAD) do
    local got = understood(t, { 'options: ' .. case[1] })
    eq(nil, got.settings, case[1])
    T.match('"options:"', got.why, true)
    T.match(case[2], got.why, true)
  end
  T.match('JSON object', understood(t, { 'options:', '  temperature: 1' }).why, true)
  T.match('front matter, "think:"', understood(t, { 'think: hard' }).why, true)
end)

--- Opens a file of somebody else as a chat.
local function open_file(t, srv, lines)
  chat.configure(t, srv, { dialect = 'openai' })
  local all = vim.list_extend({ '---', 'hum: 1' }, lines)
  local path =
    t:write_file('theirs.md', table.concat(vim.list_extend(all, { '---', '', '## » You', '', 'hello', '' }), '\n'))
  t:cmd('edit ' .. path)
  t:wait(function() return t:eval('&filetype') == 'hum' end, 'a chat')
end

test('a file cannot put messages into the request: it is told, and nothing is sent', function(t)
  local srv = t:fake()
  open_file(t, srv, { 'model: fake', 'options: {"messages": [{"role": "user", "content": "INJECTED"}]}' })
  t:cmd('Hum send')
  t:wait(function() return t:messages():find('take "messages" out', 1, true) end, 'it is told')
  eq({}, srv:requests(CHAT))
  eq('', t:lua([[return require('hum').status()]]))
  -- Without that line it goes on.
  t:cmd('g/^options/d')
  t:cmd('Hum send')
  eq('done', chat.finished(t).status)
  eq({ { role = 'user', content = 'hello' } }, srv:requests(CHAT)[1].body.messages)
end)

test('a file that names an endpoint that is not configured is told, and nothing is sent', function(t)
  local srv = t:fake()
  open_file(t, srv, { 'endpoint: "evil" # mine', 'model: fake' })
  t:cmd('Hum send')
  t:wait(function() return t:messages():find('there is no endpoint "evil"', 1, true) end, 'it is told')
  eq({}, srv:requests(CHAT))
end)

test('a service that is known, whose key is set, is not asked because a file names it', {
  env = { OPENROUTER_API_KEY = 'sk-or-0123456789' },
}, function(t)
  local srv = t:fake()
  open_file(t, srv, { 'endpoint: openrouter', 'model: fake' })
  t:cmd('Hum send')
  t:wait(function() return t:messages():find('there is no endpoint "openrouter"', 1, true) end, 'it is told')
  eq(false, t:lua([[return require('hum.server.client').is_busy()]]))
end)

test('a model in quotes with a comment is sent as it is called', function(t)
  local srv = t:fake()
  open_file(t, srv, { 'model: "fake"   # the small one', 'options: {"temperature": 0.5}' })
  t:cmd('Hum send')
  eq('fake', chat.finished(t).model)
  local body = srv:requests(CHAT)[1].body
  eq({ 'fake', 0.5 }, { body.model, body.temperature })
  eq('## « fake', t:lua([[return vim.fn.getline(vim.fn.search('^## «', 'n'))]]))
  -- The comment goes with the name.
  t:cmd('Hum model echo')
  T.match('\nmodel: echo\n', t:text(), true)
end)

--- What hum would do to the text of a chat.
local CHANGES = {
  'Hum send',
  'Hum! send',
  'Hum retry',
  'Hum continue',
  'Hum model other',
  'Hum rename other',
  'lua require("hum").chat({ new = false, question = "what now?" })',
}

for _, command in ipairs(CHANGES) do
  test(('a chat of a later format is left as it is, and told, by :%s'):format(command), function(t)
    local srv = t:fake()
    chat.configure(t, srv, {}, { chat = { window = 'current' } })
    local text = '---\nhum: 2  # new\nmodel: fake\n---\n\n## » You\n\none\n\n## « fake\n\ntwo\n\n## » You\n\nthree\n'
    local path = t:write_file('later.md', text)
    t:cmd('edit ' .. path)
    eq('hum', t:eval('&filetype'))
    t:cmd(command)
    t:wait(function() return t:messages():find('hum: update hum.nvim first', 1, true) end, 'it is told')
    eq({ text, text, 0 }, { t:text() .. '\n', t:read_file(path), t:eval('&modified') })
    eq({}, srv:requests(CHAT))
  end)
end

test('the help lists the options that a chat may set', PURE, function(t)
  local help = t:read_file(T.root .. '/doc/hum.txt'):match('`options` can only set:\n\n(.-)%.\n')
  local listed = {}
  for name in help:gmatch('[%w_]+') do
    listed[#listed + 1] = name
  end
  eq(
    t:lua([[
    local names = vim.tbl_keys(require('hum.chat.text.settings').ALLOWED)
    table.sort(names)
    return names]]),
    listed
  )
end)
