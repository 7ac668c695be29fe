-- Addresses as users write them, and what a server is asked: seen from outside.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

T.once()

local QUIET = { ui = false }

--- Asks a question at an address; gives the data of the ending.
local function ask(t, url, more)
  local endpoint = vim.tbl_extend('force', { url = url, dialect = 'openai', model = 'fake' }, more or {})
  eq({ true }, t:lua('return { require("hum").setup(...) }', { endpoint = 'x', endpoints = { x = endpoint } }))
  t:cmd('Hum chat hello there, you')
  return chat.finished(t)
end

-- What stands behind host and port of `url`, further options, and the path and parameters of the request.
local ASKED = {
  { '', '/v1/chat/completions' },
  { '/', '/v1/chat/completions' },
  { '/v1', '/v1/chat/completions' },
  { '/v1/', '/v1/chat/completions' },
  { '/openai/v1', '/openai/v1/chat/completions' },
  { '/openai/v1/', '/openai/v1/chat/completions' },
  { '/api/v1', '/api/v1/chat/completions' },
  { '/engines/llama.cpp/v1', '/engines/llama.cpp/v1/chat/completions' },
  { '/v1beta/openai/', '/v1beta/openai/chat/completions' },
  { '/api/paas/v4', '/api/paas/v4/chat/completions' },
  { '/v2', '/v2/chat/completions' },
  { '/v3', '/v3/chat/completions' },
  { '/api', '/api/chat/completions' },
  { '/inference', '/inference/chat/completions' },
  { '/team', '/team/v1/chat/completions' },
  { '/v1/chat/completions', '/v1/chat/completions' },
  { '/chat/completions', '/chat/completions' },
  { '/a/chat/completions?api-version=2025-04-01', '/a/chat/completions', query = 'api-version=2025-04-01' },
  { '/v1?tenant=7', '/v1/chat/completions', query = 'tenant=7' },
  { '/v1', '/my/chat', more = { path = '/my/chat' } },
  { '', '/my/chat', query = 'a=b&c=d', more = { path = '/my/chat?a=b', query = { c = 'd' } } },
  { '/v1', '/v1/chat/completions', query = 'a=x%20y', more = { query = { a = 'x y' } } },
  { '', '/v1/messages', more = { dialect = 'anthropic' } },
  { '/v1', '/v1/messages', more = { dialect = 'anthropic' } },
  { '/v1/messages', '/v1/messages', more = { dialect = 'anthropic' } },
  { '/anthropic', '/anthropic/v1/messages', more = { dialect = 'anthropic' } },
  { '/anthropic/v1/messages', '/anthropic/v1/messages', more = { dialect = 'anthropic' } },
  { '/x/messages?a=b', '/x/messages', query = 'a=b', more = { dialect = 'anthropic' } },
  { '', '/api/chat', more = { dialect = 'ollama' } },
  { '/base', '/base/api/chat', more = { dialect = 'ollama' } },
}

for _, row in ipairs(ASKED) do
  local name = row[1] .. ' ' .. (row.more and vim.inspect(row.more, { newline = ' ', indent = '' }) or '')
  test('asked is what is meant: ' .. name, QUIET, function(t)
    local srv = t:fake()
    ask(t, srv.url .. row[1], row.more)
    local asked = srv:requests()[1]
    eq({ row[2], row.query or '' }, { asked.path, asked.query })
  end)
end

-- Where the list of models is.
local LISTS = {
  { '', '/v1/models' },
  { '/api', '/api/models' },
  { '/openai/v1/', '/openai/v1/models' },
  { '/v1/chat/completions', '/v1/models' },
  { '/my/v4/chat/completions', '/my/v4/models' },
}

for _, row in ipairs(LISTS) do
  test('the list of models is beside the chat: ' .. row[1], QUIET, function(t)
    local srv = t:fake()
    local endpoint = { url = srv.url .. row[1], dialect = 'openai', key = { env = 'TEAM_KEY' } }
    t:lua('vim.env.TEAM_KEY = "sesame"')
    t:lua('require("hum").setup(...)', { endpoint = 'x', endpoints = { x = endpoint } })
    t:lua('require("hum.server.models").list("x", function(...) listed = { ... } end)')
    t:wait(function() return t:lua('return listed') end, 'the list is there, or is not')
    local asked = srv:requests()[1]
    eq({ row[2], 'Bearer sesame' }, { asked.path, asked.headers.authorization })
  end)
end

test('an address without a scheme is told with the scheme', QUIET, function(t)
  local endpoint = { url = '127.0.0.1:8080/v1', dialect = 'openai' }
  local result = t:lua('return { require("hum.config").setup(...) }', { endpoint = 'x', endpoints = { x = endpoint } })
  eq({
    'endpoints.x.url: expected a URL that begins with http:// or https://: "http://127.0.0.1:8080/v1"',
  }, result[2])
end)

test('an IPv6 zone is told as it was written', QUIET, function(t)
  local told = ask(t, 'http://[fe80::1%25lo]:9')
  T.match('http://[fe80::1%25lo]:9', told.message .. (told.hint or ''), true)
  T.no_match('%2525', told.message .. (told.hint or ''), true)
end)

test('the whole address that was asked is told', QUIET, function(t)
  local srv = t:fake()
  srv:script({
    rules = { { match = { path = '/v1/chat/completions' }, status = 404, json = { detail = 'Not Found' } } },
  })
  local told = ask(t, srv.url)
  T.match(srv.url .. '/v1/chat/completions', told.message .. ' ' .. (told.hint or ''), true)
end)

test('a field that hum sends by itself is left out', QUIET, function(t)
  local srv = t:fake()
  t:lua(
    [[
    local url = ...
    require('hum').setup({ endpoint = 'x', endpoints = { x = {
      url = url, dialect = 'openai', model = 'fake', options = { stream_options = vim.NIL, top_p = 1 },
      headers = { ['x-portkey-provider'] = 'openai', ['HTTP-Referer'] = 'https://x.example' },
    } } })
  ]],
    srv.url
  )
  t:cmd('Hum chat hello there, you')
  eq('done', chat.finished(t).status)
  local asked = srv:requests('/v1/chat/completions')[1]
  local names = vim.tbl_keys(asked.body)
  table.sort(names)
  eq({ 'messages', 'model', 'stream', 'top_p' }, names)
  eq({ 'openai', 'https://x.example' }, { asked.headers['x-portkey-provider'], asked.headers['http-referer'] })
end)

test('an Ollama whose own API is named is found at the other one', QUIET, function(t)
  local srv = t:fake()
  srv:script({ server = 'ollama', models = { 'fake' } })
  eq('done', ask(t, srv.url .. '/api').status)
  local paths = vim.tbl_map(function(request) return request.path end, srv:requests())
  eq({ '/api/chat/completions', '/v1/chat/completions' }, paths)
  chat.ask(t, 'again')
  eq('done', chat.finished(t, 2).status)
  eq('/v1/chat/completions', srv:requests()[3].path, 'it is remembered')
end)

test('an address that takes no version is asked as it was written', QUIET, function(t)
  local srv = t:fake()
  srv:script({
    rules = {
      { match = { path = '/team/v1/chat/completions' }, status = 404, body = '404 page not found' },
      {
        match = { path = '/team/chat/completions' },
        pieces = { 'data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\n', 'data: [DONE]\n\n' },
      },
    },
  })
  eq('done', ask(t, srv.url .. '/team').status)
  local paths = vim.tbl_map(function(request) return request.path end, srv:requests())
  eq({ '/team/v1/chat/completions', '/team/chat/completions' }, paths)
end)
