-- Services as they answer, one question and another: what is asked of each, what stands in the chat, what goes back.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq
T.once()

local function data(record) return ('data: %s\n\n'):format(vim.json.encode(record)) end
local function delta(fields, more)
  return data({ choices = { vim.tbl_extend('force', { index = 0, delta = fields }, more or {}) } })
end
local END = delta(vim.empty_dict(), { finish_reason = 'stop' })
local DONE = 'data: [DONE]\n\n'
local USAGE = { prompt_tokens = 9, completion_tokens = 7, total_tokens = 16 }

--- What each request may have, beside what is configured.
local USUAL = { model = true, messages = true, stream = true, stream_options = true }
local CLOSED = { model = true, messages = true, stream = true }

local function refuses(path, field)
  local json = { message = { detail = { { loc = { 'body', field }, msg = 'Extra inputs are not permitted' } } } }
  return { match = { path = path }, when = { has = field }, status = 422, json = json }
end

--- Each: the preset, the path of its url, the path that is asked; `said`: the pieces of its answer; `refuses`: fields;
--- `text`, `thinking`: in the chat; `fields`: of every request; `back`: fields of the reply's message with the next
--- question; `body`: fields with their values.
local SERVICES = {
  {
    'openrouter',
    '/api/v1',
    '/api/v1/chat/completions',
    said = {
      ': OPENROUTER PROCESSING\n\n',
      delta({ content = 'Hi', reasoning = 'Hm', reasoning_details = { { text = 'Hm' } } }),
      END,
      data({ choices = {}, usage = USAGE }),
      DONE,
    },
    thinking = 'Hm',
    fields = USUAL,
  },
  {
    'openrouter',
    '/api/v1',
    '/api/v1/chat/completions',
    about = 'a level',
    endpoint = { think = 'high' },
    said = { delta({ content = 'Hi' }), END, DONE },
    fields = vim.tbl_extend('force', USUAL, { reasoning = true }),
    body = { reasoning = { effort = 'high' } },
  },
  {
    'mistral',
    '/v1',
    '/v1/chat/completions',
    refuses = { 'stream_options', 'max_completion_tokens', 'seed', 'user' },
    said = {
      delta({ content = { { type = 'thinking', thinking = { { type = 'text', text = 'Hm' } } } } }),
      delta({ content = 'Hi' }),
      END,
      DONE,
    },
    thinking = 'Hm',
    fields = CLOSED,
  },
  {
    'mistral',
    '/v1',
    '/v1/chat/completions',
    about = 'a limit',
    endpoint = { options = { max_completion_tokens = 50 } },
    refuses = { 'stream_options', 'max_completion_tokens' },
    said = { delta({ content = 'Hi' }), END, DONE },
    fields = vim.tbl_extend('force', CLOSED, { max_tokens = true }),
    body = { max_tokens = 50 },
  },
  {
    'codestral',
    '/v1',
    '/v1/chat/completions',
    refuses = { 'stream_options' },
    said = { delta({ content = 'Hi' }), END, DONE },
    fields = CLOSED,
  },
  {
    'deepseek',
    '',
    '/v1/chat/completions',
    said = {
      ': keep-alive\n\n',
      delta({ content = vim.NIL, reasoning_content = 'Hm' }),
      delta({ content = 'Hi', reasoning_content = vim.NIL }),
      END,
      DONE,
    },
    thinking = 'Hm',
    fields = USUAL,
    back = { content = 'Hi', role = 'assistant', reasoning_content = 'Hm' },
  },
  {
    'deepseek',
    '',
    '/v1/chat/completions',
    about = 'a level',
    endpoint = { think = 'max' },
    said = { delta({ content = 'Hi' }), END, DONE },
    fields = vim.tbl_extend('force', USUAL, { thinking = true, reasoning_effort = true }),
    body = { thinking = { type = 'enabled' }, reasoning_effort = 'max' },
  },
  {
    'groq',
    '/openai/v1',
    '/openai/v1/chat/completions',
    endpoint = { options = { max_tokens = 50 } },
    said = {
      delta({ content = 'Hi' }),
      data({
        choices = { { index = 0, delta = vim.empty_dict(), finish_reason = 'stop' } },
        x_groq = { usage = USAGE },
      }),
      data({ choices = {}, usage = USAGE }),
      DONE,
    },
    fields = vim.tbl_extend('force', USUAL, { max_completion_tokens = true }),
    body = { max_completion_tokens = 50 },
  },
  {
    'dashscope',
    '/compatible-mode/v1',
    '/compatible-mode/v1/chat/completions',
    endpoint = { think = 2000 },
    said = { delta({ content = 'Hi' }), END, DONE },
    fields = vim.tbl_extend('force', USUAL, { enable_thinking = true, thinking_budget = true }),
    body = { enable_thinking = true, thinking_budget = 2000 },
  },
  {
    'z_ai',
    '/api/paas/v4',
    '/api/paas/v4/chat/completions',
    endpoint = { think = false },
    said = { delta({ content = 'Hi' }), END, DONE },
    fields = vim.tbl_extend('force', USUAL, { thinking = true }),
    body = { thinking = { type = 'disabled' } },
  },
  {
    'cerebras',
    '/v1',
    '/v1/chat/completions',
    said = { delta({ content = 'Hi', reasoning = 'Hm' }), END, DONE },
    thinking = 'Hm',
    fields = USUAL,
    back = { content = 'Hi', role = 'assistant', reasoning = 'Hm' },
  },
}

local function names_of(body)
  local names = vim.tbl_keys(body)
  table.sort(names)
  return names
end

local function check_request(case, body)
  for _, name in ipairs(names_of(body)) do
    T.ok(case.fields[name], name .. ' was not asked for')
  end
  for name, value in pairs(case.body or {}) do
    eq(value, body[name], name)
  end
end

for _, case in ipairs(SERVICES) do
  local name, path, asked = unpack(case, 1, 3)
  test(('%s%s'):format(name, case.about and ', ' .. case.about or ''), { env = { TEAM_KEY = 'sesame' } }, function(t)
    local srv, rules = t:fake(), {}
    for _, field in ipairs(case.refuses or {}) do
      rules[#rules + 1] = refuses(asked, field)
    end
    rules[#rules + 1] = { match = { path = asked }, pieces = case.said, content_type = 'text/event-stream' }
    srv:script({ rules = rules })
    local endpoint =
      vim.tbl_extend('force', { url = srv.url .. path, model = 'm', key = { env = 'TEAM_KEY' } }, case.endpoint or {})
    t:lua('require("hum").setup(...)', {
      endpoint = name,
      endpoints = { [name] = endpoint },
      chat = { window = 'current', system = 'Be brief.' },
    })
    t:cmd('Hum chat hello there, you')
    eq('done', chat.finished(t).status, chat.finished(t).message)
    eq(1, #srv:requests(asked))
    local first = srv:requests(asked)[1].body
    check_request(case, first)
    eq({ 'system', 'user' }, { first.messages[1].role, first.messages[2].role })
    local buf = t:lua('return vim.api.nvim_get_current_buf()')
    T.match('Hi', chat.reply(t, buf))
    if case.thinking then T.match(case.thinking, chat.reply(t, buf), true) end
    chat.ask(t, 'and now?', buf)
    chat.finished(t, 2)
    eq(2, #srv:requests(asked))
    local second = srv:requests(asked)[2].body
    check_request(case, second)
    eq(case.back or { content = 'Hi', role = 'assistant' }, second.messages[3])
    eq('', t:messages())
  end)
end

test('xai: an error in place of a stream', { env = { TEAM_KEY = 'sesame' } }, function(t)
  local srv = t:fake()
  srv:play({ answers = { { json = { code = 'unavailable', error = 'the lighthouse is dark' } } } })
  t:lua('require("hum").setup(...)', {
    endpoint = 'xai',
    endpoints = { xai = { url = srv.url .. '/v1', model = 'm', key = { env = 'TEAM_KEY' } } },
  })
  t:cmd('Hum chat hello there, you')
  T.match('the lighthouse is dark', chat.finished(t).message, true)
  eq(1, #srv:requests('/v1/chat/completions'))
end)
