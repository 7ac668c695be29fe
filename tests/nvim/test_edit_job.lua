-- An edit in the helper, from outside: what comes of an answer, in whatever pieces, as events; and the way there in Lua.
local T = require('harness')
local chat = require('lib.chat')
local editor = require('lib.editor')
local test, eq = T.test, T.eq
T.once()

local BARE = { nvim = false }

local OLD = { 'function f()', '  one()', '  two()', '  three()', 'end' }
local NEW = { 'function f()', '  one()', '  second()', '  three()', 'end' }

local function spec(url, more)
  return vim.tbl_deep_extend('force', {
    endpoint = editor.endpoint(url),
    request = { model = 'fake', messages = { { role = 'user', parts = { { type = 'text', text = 'hi' } } } } },
    old = OLD,
    before = {},
    after = {},
    filetype = 'lua',
    name = 'f.lua',
    instruction = 'Improve it.',
  }, more or {})
end

--- Plays records of the log to a model of its own: what must come of them however they were sent.
local function play(events)
  local had, log = 0, {}
  for _, event in ipairs(events) do
    local at, text = event.data.at, event.data.text
    assert(at <= had, 'a gap in the log')
    if at + #text > had then
      log[#log + 1] = text:sub(had - at + 1)
      had = at + #text
    end
  end
  local hunks, rows = {}, {}
  for record in table.concat(log):gmatch('([^\n]*)\n') do
    local kind, text = record:sub(1, 1), record:sub(2)
    if kind == '=' then
      local first, count = text:match('^(%d+) (%d+) ')
      hunks[#hunks + 1] = { first = tonumber(first), last = first + count - 1, new = {} }
    elseif kind == ' ' then
      table.insert(hunks[#hunks].new, text)
    elseif kind == '@' then
      rows = {}
    elseif kind == '+' then
      rows[#rows + 1] = text
    end
  end
  return hunks, rows
end

test('an answer becomes hunks, and its ending has the answer', BARE, function(t)
  local srv = t:fake()
  local text = '```lua\n' .. table.concat(NEW, '\n') .. '\n```\n'
  srv:script({ text = text, token_bytes = 1 })
  local e = editor.start(t)
  e:hello()
  e.rpc:notify('edit', 1, spec(srv.url))
  local ending = e:wait_end(1)
  eq('done', ending.name, vim.inspect(ending))
  eq({ text, 'whole' }, { ending.data.answer, ending.data.form })
  eq({ { first = 3, last = 3, new = { '  second()' } } }, (play(e:events_of(1, 'hunks'))))
  eq('text', e:events_of(1, 'part')[1].data.part)
end)

test('a spec without lines is refused with words', BARE, function(t)
  local srv = t:fake()
  local e = editor.start(t)
  e:hello()
  e.rpc:notify('edit', 1, spec(srv.url, { old = 'x' }))
  local ending = e:wait_end(1)
  eq({ 'error', 'spec' }, { ending.name, ending.data.code })
  T.match('old', ending.data.message)
end)

--- Starts a helper and an edit whose answer comes as these tokens.
local function edit(t, script, more)
  local srv = t:fake()
  local gate = t:gate(srv)
  srv:script(script)
  local e = editor.start(t)
  e:hello()
  gate:pass(0)
  e.rpc:notify('edit', 1, spec(srv.url, more))
  return e, gate, srv
end

test('a row that is certain is told when its line is complete, a hunk when the texts have rejoined', BARE, function(t)
  local old = {}
  for i = 1, 40 do
    old[i] = ('  line_%02d()'):format(i)
  end
  local new = vim.list_slice(old)
  table.insert(new, 3, '  added()')
  local tokens = { '```lua\n' }
  for _, line in ipairs(new) do
    tokens[#tokens + 1] = line
    tokens[#tokens + 1] = '\n'
  end
  tokens[#tokens + 1] = '```\n'
  local e, gate = edit(t, { tokens = tokens }, { old = old })
  gate:pass(6)
  local function told() return play(e:events_of(1, 'hunks')) end
  t:wait(function() return #e:events_of(1, 'hunks') > 0 end, 'something of the answer')
  eq({}, (select(2, told())))
  gate:pass(1)
  t:wait(function() return #select(2, told()) > 0 end, 'the row')
  eq({ '  added()' }, (select(2, told())))
  gate:pass(30)
  t:wait(function() return #told() > 0 end, 'the hunk, before the end')
  eq({}, e:events_of(1, 'done'))
  gate:pass(1000)
  eq('done', e:wait_end(1).name)
  eq({ { first = 3, last = 2, new = { '  added()' } } }, (told()))
end)

test('events are bounded while Neovim is behind, and what is told then is the same', BARE, function(t)
  local old, new = {}, {}
  for i = 1, 2000 do
    old[i] = ('line %04d'):format(i)
    new[i] = i % 7 == 0 and ('changed %04d'):format(i) or old[i]
  end
  local srv = t:fake()
  srv:script({ text = table.concat(new, '\n') .. '\n', token_bytes = 3 })
  local e = editor.start(t)
  e:hello()
  e.held = {}
  e.rpc:notify('edit', 1, spec(srv.url, { old = old }))
  t:wait(function() return #e.held > 0 end, 'a fence')
  srv:wait_event('done')
  e:ask('poll')
  T.ok(#e:events_of(1, 'hunks') <= 64, #e:events_of(1, 'hunks') .. ' events that nobody has handled')
  eq({}, e:events_of(1, 'done'))
  e:release()
  local ending = e:wait_end(1)
  eq('done', ending.name)
  T.ok(ending.data.stats.max_unacked <= 64 and ending.data.stats.merged > 0, vim.inspect(ending.data.stats))
  local hunks = play(e:events_of(1, 'hunks'))
  local at, got = 1, {}
  for _, hunk in ipairs(hunks) do
    vim.list_extend(got, old, at, hunk.first - 1)
    vim.list_extend(got, hunk.new)
    at = hunk.last + 1
  end
  vim.list_extend(got, old, at)
  eq(table.concat(new, '\n'), table.concat(got, '\n'))
end)

test('what Neovim refused is sent again', BARE, function(t)
  local e, gate =
    edit(t, { tokens = { 'function f()\n', '  zero()\n', '  one()\n', '  two()\n', '  three()\n', 'end\n' } })
  gate:pass(3)
  t:wait(function() return #e:events_of(1, 'hunks') > 1 end, 'events')
  local count = #e:events_of(1, 'hunks')
  e.rpc:notify('nvim_error_event', 0, 'Error executing lua: .../hum/server/client.lua:1: Keyboard interrupt')
  t:wait(function() return #e:events_of(1, 'hunks') > count end, 'it is sent again')
  eq(0, e:events_of(1, 'hunks')[count + 1].data.at)
  gate:pass(100)
  eq('done', e:wait_end(1).name)
  eq({ { first = 2, last = 1, new = { '  zero()' } } }, (play(e:events_of(1, 'hunks'))))
end)

--- 60 lines, of which the 3rd and the 50th are changed.
local function long()
  local old, new = {}, {}
  for i = 1, 60 do
    old[i] = ('  line_%02d()'):format(i)
    new[i] = (i == 3 or i == 50) and ('  other_%02d()'):format(i) or old[i]
  end
  return old, new
end

local FIRST = { { first = 3, last = 3, new = { '  other_03()' } } }

for name, case in
  vim.spairs({
    ['cut at the limit'] = { script = { done_reason = 'length' }, ending = 'done', words = 'cut at the token limit' },
    ['an error'] = { script = { faults = { { ['do'] = 'error', text = 'the pump is broken' } } }, ending = 'error' },
    ['a lost connection'] = { script = { faults = { { ['do'] = 'close' } } }, ending = 'error' },
  })
do
  test('of an answer with ' .. name .. ' what has finished stays, and no old line goes', BARE, function(t)
    local old, new = long()
    local srv = t:fake()
    local text = table.concat(new, '\n', 1, 49) .. '\n  other_5'
    srv:script(vim.tbl_extend('force', { text = '```lua\n' .. text }, case.script))
    local e = editor.start(t)
    e:hello()
    e.rpc:notify('edit', 1, spec(srv.url, { old = old }))
    local ending = e:wait_end(1)
    eq(case.ending, ending.name, vim.inspect(ending.data))
    if case.words then T.match(case.words, ending.data.message) end
    eq(FIRST, (play(e:events_of(1, 'hunks'))))
  end)
end

test('stop keeps what has finished', BARE, function(t)
  local old, new = long()
  local tokens = {}
  for i, line in ipairs(new) do
    tokens[i] = line .. '\n'
  end
  local e, gate = edit(t, { tokens = tokens }, { old = old })
  gate:pass(40)
  t:wait(function() return #play(e:events_of(1, 'hunks')) > 0 end, 'a hunk')
  e.rpc:notify('stop', 1)
  local ending = e:wait_end(1)
  eq('cancelled', ending.name)
  eq(FIRST, (play(e:events_of(1, 'hunks'))))
  T.match('other_03', ending.data.answer)
end)

test('thought never is in the lines, be it a field, a tag, or told by a closing tag alone', BARE, function(t)
  local text = 'function f()\n  one()\n  second()\n  three()\nend\n'
  for _, script in ipairs({
    { thinking = 'Let me see.\n', text = text },
    { text = '<think>\nLet me see.\nend\n</think>\n\n' .. text },
    { text = 'Let me see.\n</think>\n\n' .. text },
  }) do
    local srv = t:fake()
    srv:script(script)
    local e = editor.start(t)
    e:hello()
    e.rpc:notify('edit', 1, spec(srv.url, { request = { model = 'thinker', think = true } }))
    eq('done', e:wait_end(1).name)
    eq({ { first = 3, last = 3, new = { '  second()' } } }, (play(e:events_of(1, 'hunks'))))
  end
end)

test('an answer that goes round in circles is ended', BARE, function(t)
  local srv = t:fake()
  srv:script({ tokens = { '  one()\n', '  two()\n' }, count = 100000 })
  local e = editor.start(t)
  e:hello()
  e.rpc:notify('edit', 1, spec(srv.url))
  local ending = e:wait_end(1)
  eq({ 'done', 'loop' }, { ending.name, ending.data.fault.code })
  T.ok(#ending.data.answer < 10000, #ending.data.answer)
  eq({}, (play(e:events_of(1, 'hunks'))))
end)

test('words behind the code are not waited for, and no limit on them makes the code less', BARE, function(t)
  local srv = t:fake()
  local code = '```lua\n' .. table.concat(NEW, '\n') .. '\n```\n'
  srv:script({ tokens = vim.list_extend({ code }, vim.split(('and so on, '):rep(1000), ' ')) })
  local e = editor.start(t)
  e:hello()
  e.rpc:notify('edit', 1, spec(srv.url))
  local ending = e:wait_end(1)
  eq({ 'done', 'good', true }, { ending.name, ending.data.ending, ending.data.complete })
  T.ok(#ending.data.answer < 4000, #ending.data.answer)
  eq({ { first = 3, last = 3, new = { '  second()' } } }, (play(e:events_of(1, 'hunks'))))
  srv:script({ text = code .. 'This', done_reason = 'length' })
  e.rpc:notify('edit', 2, spec(srv.url))
  ending = e:wait_end(2)
  eq({ 'cut', true }, { ending.data.ending, ending.data.complete })
  eq({ { first = 3, last = 3, new = { '  second()' } } }, (play(e:events_of(2, 'hunks'))))
end)

test('a call of a tool is no answer', BARE, function(t)
  local srv = t:fake()
  srv:play({
    dialect = 'openai',
    answers = {
      {
        pieces = {
          'data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"read","arguments":"{}"}}]}}]}\n\n',
          'data: {"choices":[{"delta":{},"finish_reason":"tool_calls"}]}\n\ndata: [DONE]\n\n',
        },
      },
    },
  })
  local e = editor.start(t)
  e:hello()
  local openai = spec(srv.url)
  openai.endpoint = editor.endpoint(srv.url, { dialect = 'openai' })
  e.rpc:notify('edit', 1, openai)
  local ending = e:wait_end(1)
  eq({ 'done', 'tool' }, { ending.name, (ending.data.fault or {}).code })
  eq({}, (play(e:events_of(1, 'hunks'))))
end)

-- ---- in Lua ---------------------------------------------------------------------------------

local FILE = { '-- a file', '', 'function f()', '  one()', '  two()', '  three()', 'end', '', 'return f' }

--- Starts an edit of lines 3 to 7 of a buffer, and keeps what is told.
local START = [[
  local ask, lines = ...
  got = { names = {}, hunks = {}, again = {} }
  if got_buf then vim.api.nvim_buf_delete(got_buf, { force = true }) end
  local buf = vim.api.nvim_create_buf(true, false)
  got_buf = buf
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  vim.api.nvim_buf_set_name(buf, vim.fn.getcwd() .. '/f.lua')
  vim.bo[buf].filetype = 'lua'
  ask.buf = buf
  ask.old = vim.api.nvim_buf_get_lines(buf, ask.first - 1, ask.last, false)
  request = require('hum.edit.request').start(ask, function(name, data)
    table.insert(got.names, name)
    if name == 'hunks' then vim.list_extend(got.hunks, data.finished) end
    if name == 'again' then
      got.hunks = {}
      table.insert(got.again, data.message)
    end
    if name == 'done' or name == 'error' or name == 'cancelled' then got.ending = { name = name, data = data } end
  end)
]]

local function start(t, more, lines)
  local ask = vim.tbl_extend('force', { first = 3, last = 7, instruction = 'Improve it.' }, more or {})
  t:lua(START, ask, lines or FILE)
end

local function ended(t)
  return t:wait(function() return t:lua('return got.ending or false') end, 'the ending')
end

local function answer(lines) return '```lua\n' .. table.concat(lines, '\n') .. '\n```\n' end

--- Texts of the messages of a request.
local function said(request)
  return vim.tbl_map(function(message) return message.content end, request.body.messages)
end

test('an edit goes to the endpoint and model of the options, and thinks only if it is told to', function(t)
  local srv = t:fake()
  srv:script({ text = answer(NEW) })
  chat.configure(t, srv, nil, { edit = { model = 'thinker' } })
  start(t)
  eq('done', ended(t).name)
  eq({ { first = 3, last = 3, new = { '  second()' } } }, t:lua('return got.hunks'))
  eq('sent', t:lua('return got.names[1]'))
  local body = srv:requests()[1].body
  eq({ 'thinker', false }, { body.model, body.think })
  start(t, { model = 'fake', think = true })
  ended(t)
  body = srv:requests()[2].body
  eq({ 'fake', true }, { body.model, body.think })
end)

test('an edit that cannot be sent says why', function(t)
  chat.configure(t, t:fake(), { key = { env = 'NO_SUCH_KEY' } })
  start(t)
  local ending = ended(t)
  eq({ 'error', 'start' }, { ending.name, ending.data.code })
  T.match('NO_SUCH_KEY', ending.data.message)
end)

test('the model sees the file around the lines, what may change, and what is known of them', function(t)
  local srv = t:fake()
  srv:script({ text = answer(NEW) })
  chat.configure(t, srv)
  start(t, {
    instruction = 'Call two second.',
    prompt = { system = 'Be brave.' },
    diagnostics = { { line = 5, severity = 'warning', message = 'two is undefined', source = 'luals' } },
  })
  ended(t)
  local texts = said(srv:requests()[1])
  eq(2, #texts)
  T.match('^Be brave%.', texts[1])
  local text = texts[2]
  T.match('This is the file "f.lua" %(lua%)', text)
  T.ok(
    text:find(
      table.concat({
        '<document>',
        '-- a file',
        '',
        '<rewrite_this>',
        'function f()',
        '  one()',
        '  two()',
        '  three()',
        'end',
        '</rewrite_this>',
        '',
        'return f',
        '</document>',
      }, '\n'),
      1,
      true
    ),
    text
  )
  T.ok(text:find('line 5, warning: two is undefined (luals)', 1, true), text)
  T.ok(text:find('Call two second.', 1, true), text)
end)

test('a part of a line is marked in its line', function(t)
  local srv = t:fake()
  srv:script({ text = 'second' })
  chat.configure(t, srv)
  start(t, { first = 5, last = 5, head = '  ', foot = '()' })
  ended(t)
  T.ok(said(srv:requests()[1])[2]:find('\n  <rewrite_this>two</rewrite_this>()\n', 1, true))
  eq({ { first = 1, last = 1, new = { '  second()' } } }, t:lua('return got.hunks'))
end)

test('of a long file whole lines around the range are shown, the nearest', function(t)
  local srv = t:fake()
  srv:script({ text = answer({ 'x' }) })
  chat.configure(t, srv, { options = { num_ctx = 4096 } })
  local lines = {}
  for i = 1, 20000 do
    lines[i] = ('-- line %05d'):format(i)
  end
  start(t, { first = 10000, last = 10000 }, lines)
  ended(t)
  local text = said(srv:requests()[1])[2]
  T.ok(text:find('a part of the file', 1, true))
  T.ok(text:find('-- line 09999\n<rewrite_this>\n-- line 10000\n</rewrite_this>\n-- line 10001\n', 1, true))
  T.ok(#text > 4000 and #text < 9000, #text)
  T.ok(text:match('<document>\n%-%- line %d+\n') and text:match('\n%-%- line %d+\n</document>'))
end)

test('definitions are waited for, and shown', function(t)
  local srv = t:fake()
  srv:script({ text = answer(NEW) })
  chat.configure(t, srv)
  t:lua([[later = nil]])
  t:lua(
    START:gsub(
      'request =',
      [[ask.definitions = function(cb) later = cb end
  request =]]
    ),
    { first = 3, last = 7, instruction = 'x' },
    FILE
  )
  t:wait(function() return t:lua('return later ~= nil') end, 'definitions are asked for')
  eq(0, #srv:requests())
  t:lua([[later({ { name = 'g.lua', text = 'function two() end' } })]])
  ended(t)
  T.ok(said(srv:requests()[1])[2]:find('<definition file="g.lua">\nfunction two() end\n</definition>', 1, true))
end)

test('a remark comes with what was answered, and what was rejected', function(t)
  local srv = t:fake()
  srv:script({ text = answer(NEW) })
  chat.configure(t, srv)
  start(t, {
    instruction = 'Shorter.',
    thread = {
      {
        instruction = 'Improve it.',
        answer = NEW,
        accepted = {},
        rejected = { { old = { '  two()' }, new = { '  second()' } } },
      },
    },
  })
  ended(t)
  local request = srv:requests()[1]
  eq(
    { 'system', 'user', 'assistant', 'user' },
    vim.tbl_map(function(message) return message.role end, request.body.messages)
  )
  local texts = said(request)
  eq({ 'Improve it.', vim.trim(answer(NEW):gsub('lua', '', 1)) }, { texts[2], texts[3] })
  T.ok(texts[4]:find('rejected', 1, true) and texts[4]:find('-  two()\n+  second()', 1, true), texts[4])
  T.ok(texts[4]:find('Shorter.', 1, true))
end)

-- ---- forms ----------------------------------------------------------------------------------

local BLOCK = '<<<<<<< SEARCH\n  %s\n=======\n  second()\n>>>>>>> REPLACE\n'

test('a model that is told to answer by blocks does', function(t)
  local srv = t:fake()
  srv:script({ text = BLOCK:format('two()') })
  chat.configure(t, srv, nil, { edit = { form = { fake = 'search' } } })
  start(t)
  local ending = ended(t)
  eq({ 'done', 'search' }, { ending.name, ending.data.form })
  eq(nil, ending.data.fault)
  eq({ { first = 3, last = 3, new = { '  second()' } } }, t:lua('return got.hunks'))
  T.match('<<<<<<< SEARCH', said(srv:requests()[1])[2])
end)

test('blocks that are not found are asked for once more, as whole lines, and that is told', function(t)
  local srv = t:fake()
  srv:script({ rules = { { match = { nth = 1 }, text = BLOCK:format('nowhere()') } }, default = { text = answer(NEW) } })
  chat.configure(t, srv, nil, { edit = { form = { ['*'] = 'search' } } })
  start(t)
  local ending = ended(t)
  eq({ 'done', 'whole' }, { ending.name, ending.data.form })
  eq({ { first = 3, last = 3, new = { '  second()' } } }, t:lua('return got.hunks'))
  eq(1, t:lua('return #got.again'))
  T.match('once more, for whole lines', t:lua('return got.again[1]'))
  eq(2, #srv:requests())
end)

test('blocks that come unasked are understood', function(t)
  local srv = t:fake()
  srv:script({ text = 'Here:\n\n```\n' .. BLOCK:format('two()') .. '```\n' })
  chat.configure(t, srv)
  start(t)
  local ending = ended(t)
  eq({ 'done', 'search' }, { ending.name, ending.data.form })
  eq({ { first = 3, last = 3, new = { '  second()' } } }, t:lua('return got.hunks'))
end)

test('the form that is asked for is known by the name of the model', BARE, function(t)
  package.path = t.root .. '/lua/?.lua;' .. t.root .. '/lua/?/init.lua;' .. package.path
  local form = require('hum.edit.form')
  for name, wanted in
    vim.spairs({
      ['qwen2.5-coder:7b'] = 'whole',
      ['qwen2.5-coder:32b'] = 'search',
      ['Qwen2.5-Coder-32B-Instruct'] = 'search',
      ['qwen2.5-coder:32b-instruct-q4_K_M'] = 'whole',
      ['qwen3:30b-a3b'] = 'search',
      ['qwen3-235b-a22b'] = 'search',
      ['llama3.3:70b'] = 'search',
      ['llama3.1:8b'] = 'whole',
      ['gpt-oss:120b'] = 'whole',
      ['gpt-4o'] = 'whole',
      ['gpt-4.1-mini'] = 'patch',
      ['claude-sonnet-4-5'] = 'search',
      ['mistral-large-3'] = 'whole',
      ['mistral-large-2411'] = 'search',
      ['deepseek-v3.2'] = 'search',
      ['deepseek-r1:14b'] = 'whole',
      ['deepseek-r1:70b'] = 'search',
      ['phi-4'] = 'whole',
      ['smollm2:135m'] = 'whole',
    })
  do
    eq(wanted, form.kept(name), name)
  end
end)
