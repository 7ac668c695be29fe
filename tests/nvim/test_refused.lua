-- What servers refuse is asked in the other way, and so at once with the next question; and where they are.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

T.once()

local GOOD = { text = 'All is well.' }
local PATHS = { openai = '/v1/chat/completions', ollama = '/api/chat', anthropic = '/v1/messages' }

local function plain(text) return { error = { message = text } } end
local function pointed(param, text) return { error = { message = text or 'no', param = param } } end
local function schema(field) return { detail = { { loc = { 'body', field }, msg = 'Extra inputs are not permitted' } } } end
local function bare(text) return { error = text } end
--- A service in front of another.
local function quoted(inner)
  return { error = { message = 'Provider returned error', metadata = { raw = vim.json.encode(inner) } } }
end

local function has(field) return { has = field } end

local O1 = "Unsupported value: 'messages[0].role' does not support 'system' with this model."
local INSTEAD =
  "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
local LEVELS = "Unsupported value: 'reasoning_effort' does not support 'max'. Supported values are: 'low' and 'high'."
local OLLAMA = 'invalid think value: "max" (must be "high", "medium", "low", true, or false)'
local BUDGET = '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive".'
local NONE = vim.NIL

--- Each: name, dialect, what is configured, what the server refuses and how, and how the next requests look: fields, or
--- `roles`. A refusal is { when, json, status }; without `when` it is the first request's.
local CASES = {
  {
    'usage, by a closed schema',
    'openai',
    {},
    { { has('stream_options'), schema('stream_options'), 422 } },
    { stream_options = NONE },
  },
  {
    'usage, in words',
    'openai',
    {},
    { { has('stream_options'), plain('Unknown field: stream_options') } },
    { stream_options = NONE },
  },
  {
    'usage, within another error',
    'openai',
    {},
    { { has('stream_options'), quoted(pointed('stream_options.include_usage')) } },
    { stream_options = NONE },
  },
  {
    'usage, by a status of another kind',
    'openai',
    {},
    { { has('stream_options'), plain("'stream_options' is not supported"), 501 } },
    { stream_options = NONE },
  },
  {
    'usage, in an array',
    'openai',
    {},
    { { has('stream_options'), { pointed('stream_options') } } },
    { stream_options = NONE },
  },
  {
    'a limit, for its other name',
    'openai',
    { options = { max_tokens = 50 } },
    { { has('max_tokens'), pointed('max_tokens', INSTEAD) } },
    { max_tokens = NONE, max_completion_tokens = 50 },
  },
  {
    'a limit, the other way round',
    'openai',
    { options = { max_completion_tokens = 50 } },
    { { has('max_completion_tokens'), schema('max_completion_tokens'), 422 } },
    { max_tokens = 50, max_completion_tokens = NONE },
  },
  {
    'both limits',
    'openai',
    { options = { max_tokens = 50 } },
    { { has('max_tokens'), schema('max_tokens') }, { has('max_completion_tokens'), schema('max_completion_tokens') } },
    { max_tokens = NONE, max_completion_tokens = NONE },
  },
  {
    'a seed and a user',
    'openai',
    { options = { seed = 1, user = 'me' } },
    { { has('seed'), schema('seed'), 422 }, { has('user'), schema('user'), 422 } },
    { seed = NONE, user = NONE },
  },
  {
    'a temperature',
    'openai',
    { options = { temperature = 0.2 } },
    { { has('temperature'), pointed('temperature', 'Only the default (1) value is supported.') } },
    { temperature = NONE },
  },
  {
    'streams',
    'openai',
    {},
    { { nil, pointed('stream', "'stream' does not support true with this model.") } },
    { stream = false, stream_options = NONE },
  },
  {
    'a level, with a list',
    'openai',
    { think = 'max' },
    { { nil, pointed('reasoning_effort', LEVELS) } },
    { reasoning_effort = 'high' },
  },
  {
    'a level, without a list',
    'openai',
    { think = 'high' },
    { { has('reasoning_effort'), { plain('Thinking level HIGH is not supported for this model.') } } },
    { reasoning_effort = NONE },
  },
  {
    'not to think',
    'openai',
    { think = false },
    { { nil, plain("reasoning_effort: 'none' is not supported, use 'low' or 'high'") } },
    { reasoning_effort = 'low' },
  },
  {
    'the system, for the developer',
    'openai',
    {},
    { { { role = 'system' }, pointed('messages[0].role', O1) } },
    { roles = 'developer user' },
  },
  {
    'the system and the developer',
    'openai',
    {},
    {
      { { role = 'system' }, pointed('messages[0].role', O1) },
      { { role = 'developer' }, pointed('messages[0].role') },
    },
    { roles = 'user', first = 'Be brief.\n\nhello' },
  },
  {
    'the system, by a template',
    'openai',
    {},
    { { { role = 'system' }, plain('System role not supported'), 500 } },
    { roles = 'user', first = 'Be brief.\n\nhello' },
  },
  {
    'to think',
    'ollama',
    { think = true },
    { { has('think'), bare('"fake" does not support thinking') } },
    { think = NONE },
  },
  { 'a level, of Ollama', 'ollama', { think = 'max' }, { { nil, bare(OLLAMA) } }, { think = 'high' } },
  {
    'levels, of an old Ollama',
    'ollama',
    { think = 'high' },
    { { nil, bare('think must be a boolean') } },
    { think = true },
  },
  {
    'the system, of Ollama',
    'ollama',
    {},
    { { { role = 'system' }, bare('template: system role not supported') } },
    { roles = 'user', first = 'Be brief.\n\nhello' },
  },
  {
    'a temperature, of Anthropic',
    'anthropic',
    { options = { temperature = 0.2 } },
    { { has('temperature'), plain('temperature: this model does not take this parameter') } },
    { temperature = NONE },
  },
  {
    'a budget',
    'anthropic',
    { think = 2000 },
    { { { thinking = 'enabled' }, plain(BUDGET) } },
    { thinking = { type = 'adaptive', display = 'summarized' }, output_config = { effort = 'low' } },
  },
  {
    'a level, of Anthropic',
    'anthropic',
    { think = 'max' },
    { { nil, plain("output_config.effort: must be 'low', 'medium' or 'high'") } },
    { output_config = { effort = 'high' } },
  },
  {
    'not to think, of Anthropic',
    'anthropic',
    { think = false },
    { { { thinking = 'disabled' }, plain('thinking.type: disabled is not supported') } },
    { thinking = NONE },
  },
}

local function answers_of(refusals)
  local answers = {}
  for _, refusal in ipairs(refusals) do
    answers[#answers + 1] = { when = refusal[1] or { nth = 1 }, json = refusal[2], status = refusal[3] or 400 }
  end
  answers[#answers + 1] = GOOD
  return answers
end

local function check_body(body, wanted)
  for field, value in pairs(wanted) do
    if field == 'roles' then
      local roles = vim.tbl_map(function(message) return message.role end, body.messages)
      eq(value, table.concat(roles, ' '):sub(1, #value))
    elseif field == 'first' then
      eq(value, body.messages[1].content)
    elseif value == NONE then
      eq(nil, body[field])
    else
      eq(value, body[field])
    end
  end
end

for _, case in ipairs(CASES) do
  local name, dialect, endpoint, refusals, wanted = unpack(case, 1, 5)
  test(('%s is refused: %s'):format(dialect, name), function(t)
    local srv = t:fake()
    srv:play({ dialect = dialect, answers = answers_of(refusals) })
    local opened = vim.tbl_extend('force', { dialect = dialect }, endpoint)
    local buf = chat.open(t, srv, opened, { chat = { system = 'Be brief.' } })
    chat.ask(t, 'hello', buf)
    eq('done', chat.finished(t).status, chat.finished(t).message)
    local first = srv:requests(PATHS[dialect])
    eq(#refusals + 1, #first)
    check_body(first[#first].body, wanted)
    chat.ask(t, 'again', buf)
    chat.finished(t, 2)
    local all = srv:requests(PATHS[dialect])
    eq(#first + 1, #all)
    check_body(all[#all].body, wanted)
    eq('', t:messages())
    local _, told = t:log():gsub(' lua: [^\n]*endpoint "ollama"', '')
    eq(#refusals, told)
  end)
end

test('usage that is refused is not asked of another model there', function(t)
  local srv = t:fake()
  srv:play({ answers = answers_of({ { has('stream_options'), schema('stream_options'), 422 } }) })
  local buf = chat.open(t, srv, { dialect = 'openai' })
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  t:cmd('Hum model other')
  chat.ask(t, 'again', buf)
  chat.finished(t, 2)
  eq(3, #srv:requests(PATHS.openai))
  T.match('endpoint "ollama" does not take "stream_options"', t:log(), true)
end)

test('what was learned can be forgotten, and is found out again', function(t)
  local srv = t:fake()
  srv:play({ answers = answers_of({ { has('stream_options'), schema('stream_options'), 422 } }) })
  local buf = chat.open(t, srv, { dialect = 'openai' })
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  t:lua('require("hum.server.client").forget("ollama")')
  t:cmd('checkhealth hum')
  T.no_match('does not take "stream_options"', t:text(), true)
  chat.ask(t, 'again', buf)
  chat.finished(t, 2)
  eq(4, #srv:requests(PATHS.openai))
end)

test('a limit of the chat file replaces that of the endpoint under its other name', function(t)
  local srv = t:fake()
  chat.configure(t, srv, { dialect = 'openai', options = { max_tokens = 50 } }, { chat = { window = 'current' } })
  t:lua([[
    require('hum').generate({
      model = 'fake',
      messages = { { role = 'user', content = 'hi' } },
      options = { max_completion_tokens = 60 },
      on_done = function() end,
    })]])
  srv:wait_event('request', 1)
  local body = srv:requests(PATHS.openai)[1].body
  eq({ nil, 60 }, { body.max_tokens, body.max_completion_tokens })
end)

-- ---- addresses --------------------------------------------------------------------------------

local MISSING = { detail = 'Not Found' }

test('an address that is missing is asked as it is written, and from then on', function(t)
  local srv = t:fake()
  srv:script({
    rules = {
      { match = { path = '/proxy/v1/chat/completions' }, status = 404, json = MISSING },
      {
        match = { path = '/proxy/chat/completions' },
        pieces = {
          'data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
        },
      },
    },
  })
  local buf = chat.open(t, { url = srv.url .. '/proxy' }, { dialect = 'openai' })
  chat.ask(t, 'hello', buf)
  eq('done', chat.finished(t).status, chat.finished(t).message)
  chat.ask(t, 'again', buf)
  chat.finished(t, 2)
  local paths = vim.tbl_map(function(request) return request.path end, srv:requests())
  eq({ '/proxy/v1/chat/completions', '/proxy/chat/completions', '/proxy/chat/completions' }, paths)
  local told = ('endpoint "ollama" is reached at %s/proxy'):format(srv.url)
  T.match(told, t:log(), true)
  t:cmd('checkhealth hum')
  T.match(told, t:text(), true)
end)

test('if both are missing, both are named', function(t)
  local srv = t:fake()
  local rules = {}
  for _, path in ipairs({ '/proxy/v1/chat/completions', '/proxy/chat/completions' }) do
    rules[#rules + 1] = { match = { path = path }, status = 404, json = MISSING }
  end
  srv:script({ rules = rules })
  chat.ask(t, 'hello', chat.open(t, { url = srv.url .. '/proxy' }, { dialect = 'openai' }))
  local data = chat.finished(t)
  eq('error', data.status)
  T.match(srv.url .. '/proxy/chat/completions', data.message, true)
  T.match(srv.url .. '/proxy/v1/chat/completions', data.message, true)
  eq(2, #srv:requests())
end)

for name, json in
  vim.spairs({
    ['a model'] = { error = { message = 'The model `fake` does not exist', code = 'model_not_found' } },
    ['what no provider has'] = { error = { message = 'No endpoints found that support tool use.', code = 404 } },
  })
do
  test('a 404 about ' .. name .. ' is told, and no other address is asked', function(t)
    local srv = t:fake()
    srv:script({ rules = { { match = { path = '/proxy/v1/chat/completions' }, status = 404, json = json } } })
    chat.ask(t, 'hello', chat.open(t, { url = srv.url .. '/proxy' }, { dialect = 'openai' }))
    T.match(json.error.message, chat.finished(t).message, true)
    eq(1, #srv:requests())
  end)
end

test('a list is looked for at both addresses', function(t)
  local srv = t:fake()
  srv:script({
    rules = {
      { match = { path = '/proxy/v1/models' }, status = 404, body = '404 page not found' },
      { match = { path = '/proxy/models' }, json = { data = { { id = 'whale' } } } },
    },
  })
  chat.configure(t, { url = srv.url .. '/proxy' }, { dialect = 'openai' })
  t:lua([[require('hum.server.query').query('ollama', { path = '/models' }, function(err, answer)
    hum_test.got = err and err.message or answer
  end)]])
  local got = t:wait(function() return t:lua('return hum_test.got') end, 'an answer comes')
  eq({ data = { { id = 'whale' } } }, got)
  T.match('is reached at ' .. srv.url .. '/proxy', t:log(), true)
end)

-- ---- completion -------------------------------------------------------------------------------

test('completion leaves out what a server refuses, and tells no error', { env = { TEAM_KEY = 'sesame' } }, function(t)
  local srv, path = t:fake(), '/v1/fim/completions'
  local good = { choices = { { index = 0, delta = { content = '0;' }, finish_reason = 'stop' } } }
  srv:script({
    rules = {
      { match = { path = path }, when = has('temperature'), status = 422, json = schema('temperature') },
      { match = { path = path }, pieces = { ('data: %s\n\ndata: [DONE]\n\n'):format(vim.json.encode(good)) } },
    },
  })
  t:lua(
    [[
    vim.g.hum = {
      endpoint = 'codestral',
      complete = { mode = 'on', debounce = 0, prefetch = false },
      endpoints = { codestral = { url = ..., key = { env = 'TEAM_KEY' } } },
    }]],
    srv.url .. '/v1'
  )
  t:cmd('edit ' .. t:write_file('main.c', 'int main(void)\n{\n    \n    return sum;\n}\n'))
  t:keys('3GAint sum = ')
  t:wait_screen('    int sum = 0;', true)
  local bodies = vim.tbl_map(function(request) return request.body end, srv:requests(path))
  eq({ 0, nil }, { bodies[1].temperature, bodies[2].temperature })
  eq(bodies[1].prompt, bodies[2].prompt)
  T.match('does not take "temperature"', t:log(), true)
  eq('', t:messages())
end)
