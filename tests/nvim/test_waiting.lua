-- What a chat shows between sending a message and the first text: what the server does, as far as it says so.
local T = require('harness')
local chat = require('lib.chat')
local test, eq, ok = T.test, T.eq, T.ok
T.once()

local FIRST = 'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":null}}],"prompt_progress":'
local LAST = 'data: {"choices":[{"index":0,"delta":{"content":"so"}}]}\n\n'
  .. 'data: {"choices":[{"index":0,"finish_reason":"stop","delta":{}}]}\n\ndata: [DONE]\n\n'

--- An answer that tells of the prompt, waits, and goes on.
---@param read integer  of 8
local function telling(read)
  local progress = ('{"total":8,"cache":0,"processed":%d,"time_ms":1}}\n\n'):format(read)
  return { answers = { { pieces = { FIRST .. progress, { pause_ms = 1500 }, LAST } } } }
end

test('a chat counts seconds by itself while nothing comes', {}, function(t)
  local srv = t:fake()
  srv:script({ rules = { { text = 'so', first_ms = 60000 } } })
  chat.open(t, srv)
  chat.ask(t, 'why')
  t:wait_screen('\n *waiting for fake [1-9]%d* s\n')
  t:wait_screen('\n *waiting for fake [3-9]%d* s\n')
  t:cmd('Hum stop')
  chat.finished(t)
  ok(not t:screen():find('waiting'))
end)

test('Ollama says that it loads the model', {}, function(t)
  local srv = t:fake()
  srv:script({ load_ms = 4000, rules = { { text = 'so', first_ms = 3000 } } })
  chat.open(t, srv)
  chat.ask(t, 'why')
  t:wait_screen('\n *loading the model [1-9]%d* s\n')
  t:wait_screen('\n *reading the prompt')
  eq('done', chat.finished(t).status)
end)

test('of a model that was there it is not asked twice, nor where nobody sees the chat', {}, function(t)
  local srv = t:fake()
  srv:script({ rules = { { times = 1, text = 'so' }, { text = 'so', first_ms = 4500 } } })
  local buf = chat.open(t, srv)
  chat.ask(t, 'why')
  chat.finished(t)
  local before = #srv:requests('/api/ps')
  chat.ask(t, 'why so', buf)
  t:wait_screen('waiting for fake [34] s')
  ok(#srv:requests('/api/ps') <= before + 1)
  chat.finished(t, 2)
end)

test('a llama-server says how much of the prompt it has read', {}, function(t)
  local srv = t:fake()
  srv:script(telling(3))
  chat.configure(t, srv, nil, {
    endpoint = 'llama_server',
    endpoints = { llama_server = { url = srv.url .. '/v1', model = 'fake' } },
    chat = { window = 'current' },
  })
  t:cmd('Hum new')
  chat.ask(t, 'why')
  t:wait_screen('reading the prompt 37 %%')
  eq('done', chat.finished(t).status)
  eq(true, srv:requests('/v1/chat/completions')[1].body.return_progress)
end)

test('one that is not named so is known by its list, once that was read', {}, function(t)
  local srv = t:fake()
  srv:script(telling(4))
  chat.open(t, srv, { dialect = 'openai', url = srv.url .. '/v1' })
  chat.ask(t, 'why')
  chat.finished(t)
  eq({}, srv:requests('/v1/models'))
  t:lua([[require('hum.server.models').list('ollama', function() end)]])
  t:wait(function() return t:lua([[return require('hum.server.models').is_llama_server('ollama')]]) end, 'the list')
  chat.ask(t, 'why so')
  t:wait_screen('reading the prompt 50 %%')
  chat.finished(t, 2)
  local requests = srv:requests('/v1/chat/completions')
  eq({ nil, true }, { requests[1].body.return_progress, requests[2].body.return_progress })
end)

test('the context of a model is found out while a reply takes its time, and not for a quick one', {}, function(t)
  local srv = t:fake()
  srv:script({
    rules = { { match = { text = 'quick' }, text = 'so' }, { tokens = { 'a ', 'b ', 'c ', 'd ' }, interval_ms = 1000 } },
  })
  local buf = chat.open(t, srv)
  chat.ask(t, 'quick', buf)
  chat.finished(t)
  chat.ask(t, 'slow', buf)
  chat.finished(t, 2)
  t:wait_screen('prompt %d+ · [%d.]+ %% of 4k')
  eq(1, #srv:requests('/api/ps'))
end)
