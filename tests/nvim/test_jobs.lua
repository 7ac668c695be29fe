-- What runs in the helper: everything can be stopped, and is listed.
local T = require('harness')
local chat = require('lib.chat')
local complete = require('lib.complete')
local editor = require('lib.editor')
local test, eq = T.test, T.eq
T.once()

local BARE = { nvim = false }

local function query(srv, more)
  return vim.tbl_extend('force', {
    endpoint = editor.endpoint(srv.url, { name = 'desk' }),
    method = 'GET',
    path = '/api/tags',
    timeout = 0,
  }, more or {})
end

-- A server whose list of models never comes.
local function mute(t)
  local srv = t:fake()
  srv:script({ rules = { { match = { path = '/api/tags' }, json = vim.empty_dict(), first_ms = 1000000 } } })
  return srv
end

test('a query is stopped: its request ends, and so does its id, once', BARE, function(t)
  local srv = mute(t)
  local e = editor.start(t)
  e:hello()
  e.rpc:notify('query', 5, query(srv))
  srv:wait_event('request')
  e.rpc:notify('stop', 5)
  eq('cancelled', e:wait_end(5).name)
  eq('waiting', srv:wait_event('disconnect').phase)
  e.rpc:notify('stop', 5)
  e:ask('info')
  eq(1, #e:events_of(5))
end)

test('a query that was stopped leaves the others alone', BARE, function(t)
  local srv = t:fake()
  srv:script({ rules = { { match = { path = '/api/tags', nth = 1 }, json = vim.empty_dict(), first_ms = 1000000 } } })
  local e = editor.start(t)
  e:hello()
  e.rpc:notify('query', 5, query(srv))
  srv:wait_event('request')
  e.rpc:notify('query', 6, query(srv))
  e.rpc:notify('stop', 5)
  eq('cancelled', e:wait_end(5).name)
  local result = e:wait_end(6)
  eq({ 'result', 200 }, { result.name, result.data.status })
end)

test('a query has the limit of time that it is given', BARE, function(t)
  local srv = mute(t)
  local e = editor.start(t)
  e:hello()
  e.rpc:notify('query', 5, query(srv, { timeout = 0.2 }))
  local ending = e:wait_end(5)
  eq({ 'error', 'timeout' }, { ending.name, ending.data.code })
  srv:wait_event('disconnect')
end)

test('what runs is listed, oldest first, with what it does', BARE, function(t)
  local srv = t:fake()
  srv:script({
    rules = {
      { match = { path = '/api/tags' }, json = vim.empty_dict(), first_ms = 1000000 },
      { match = { text = 'think' }, thinking = 'hm hm', text = 'so', faults = { { at = 1, ['do'] = 'stall' } } },
      { text = 'three words here', faults = { { at = 2, ['do'] = 'stall' } } },
    },
  })
  local e = editor.start(t)
  e:hello()
  local function jobs(id)
    e.rpc:notify('jobs', id)
    return e:wait_event('jobs', id).jobs
  end
  eq({}, jobs(1))
  local spec = {
    buf = 1,
    join = false,
    endpoint = editor.endpoint(srv.url, { name = 'desk' }),
    request = { model = 'fake', messages = { { role = 'user', parts = { { type = 'text', text = 'say' } } } } },
  }
  e.rpc:notify('query', 2, query(srv))
  e.rpc:notify('chat', 3, spec)
  spec.request.model, spec.request.messages[1].parts[1].text = 'thinker', 'think'
  e.rpc:notify('chat', 4, vim.tbl_deep_extend('force', spec, { request = { think = true } }))
  e:wait_event('part', 3)
  e:wait_event('part', 4)
  t:wait(function() return (e.texts[1] or ''):find('words') end, 'two tokens')
  local list = jobs(5)
  for _, job in ipairs(list) do
    T.ok(job.age_ms >= 0)
    job.age_ms = nil
  end
  local text = table.concat(vim.tbl_map(function(edit) return edit.text end, e.edits))
  eq(list[2].bytes + list[3].bytes, #text)
  list[2].bytes, list[3].bytes = nil, nil
  eq({
    { id = 2, kind = 'query', state = 'waiting', endpoint = 'desk', bytes = 0 },
    { id = 3, kind = 'chat', state = 'text', endpoint = 'desk', model = 'fake' },
    { id = 4, kind = 'chat', state = 'thinking', endpoint = 'desk', model = 'thinker' },
  }, list)
  -- A reply that was stopped goes on until Neovim has handled its text.
  e.held = {}
  e.rpc:notify('stop', 3)
  e:wait_event('stopping', 3)
  eq('stopping', jobs(6)[2].state)
  e:release()
  e:wait_end(3)
  eq({ 2, 4 }, vim.tbl_map(function(job) return job.id end, jobs(7)))
end)

-- ---- streams ---------------------------------------------------------------------------------------

local PULL = { '{"status":"pulling manifest"}', '{"status":"pulling","completed":5}', '{"status":"süccess"}' }

-- What the server says to a pull, in these chunks.
local function pulling(t, pieces, more)
  local srv = t:fake()
  local rule = vim.tbl_extend('force', { match = { path = '/api/pull' }, pieces = pieces }, more or {})
  srv:script({ rules = { rule } })
  return srv
end

local function pull(srv) return query(srv, { method = 'POST', path = '/api/pull', body = '{}', stream = true }) end

local function text_of(records)
  return table.concat(vim.tbl_map(function(event) return event.data.text end, records))
end

test('each line of a stream is a record, however it is cut, and the result comes behind them', BARE, function(t)
  local whole = table.concat(PULL, '\n')
  for _, pieces in ipairs({
    vim.tbl_map(function(line) return line .. '\n' end, PULL),
    { { text = whole, split = 1 } },
    { whole .. '\n' },
  }) do
    local srv = pulling(t, pieces)
    local e = editor.start(t)
    e:hello()
    e.rpc:notify('query', 5, pull(srv))
    local result = e:wait_end(5)
    eq({ 'result', 200, '' }, { result.name, result.data.status, result.data.body })
    local records, at = e:events_of(5, 'record'), 0
    eq(3, #records)
    for i, record in ipairs(records) do
      eq({ at, PULL[i] .. '\n' }, { record.data.at, record.data.text })
      at = at + #record.data.text
    end
  end
end)

test('a stream that is refused is an error, one that breaks off too, behind what came', BARE, function(t)
  local e = editor.start(t)
  e:hello()
  local srv = t:fake()
  srv:script({ rules = { { match = { path = '/api/pull' }, status = 404, json = { error = 'no such model' } } } })
  e.rpc:notify('query', 5, pull(srv))
  local ending = e:wait_end(5)
  eq({ 'error', 'http', 404 }, { ending.name, ending.data.code, ending.data.status })
  T.match('no such model', ending.data.message)
  eq({}, e:events_of(5, 'record'))
  e.rpc:notify('query', 6, pull(pulling(t, { PULL[1] .. '\n', { ['end'] = 'reset' } })))
  eq('error', e:wait_end(6).name)
  eq(PULL[1] .. '\n', text_of(e:events_of(6, 'record')))
end)

test('a stream is stopped, and its server is told', BARE, function(t)
  local srv = pulling(t, { PULL[1] .. '\n', { pause_ms = 1000000 }, PULL[2] })
  local e = editor.start(t)
  e:hello()
  e.rpc:notify('query', 5, pull(srv))
  e:wait_event('record', 5)
  e.rpc:notify('jobs', 6)
  local job = e:wait_event('jobs', 6).jobs[1]
  eq({ 'query', 'reading', #PULL[1] + 1 }, { job.kind, job.state, job.bytes })
  e.rpc:notify('stop', 5)
  eq('cancelled', e:wait_end(5).name)
  srv:wait_event('disconnect')
end)

test('a stream waits for Neovim: no more than so much is on its way', BARE, function(t)
  local line = '{"status":"' .. ('x'):rep(1000) .. '"}\n'
  local srv = pulling(t, { { text = line, times = 40000 } })
  local e = editor.start(t)
  e:hello()
  e.held = {}
  e.rpc:notify('query', 5, pull(srv))
  local before
  t:wait(function()
    e.rpc:notify('jobs', 6)
    e:ask('info')
    local events = e:events_of(6, 'jobs')
    local now = events[#events].data.jobs[1].bytes
    local still = now == before and now > 0
    before = now
    t:elapse(0.2)
    return still
  end, 'nothing more is read')
  T.ok(before < 4000000, before .. ' bytes were read')
  T.ok(#e:events_of(5, 'record') <= 64)
  e:release()
  eq('result', e:wait_end(5).name)
  eq(#line * 40000, #text_of(e:events_of(5, 'record')))
end)

test('records come to Lua one by one and decoded, without a limit of time', function(t)
  local srv = pulling(t, { { text = table.concat(PULL, '\n') .. '\nnonsense\n', split = 7 } })
  chat.configure(t, srv)
  t:lua([[
    records, done = {}, {}
    require('hum.server.query').query('ollama', {
      method = 'POST', path = '/api/pull', body = { model = 'x' },
      on_record = function(record) table.insert(records, record) end,
    }, function(err, answer) table.insert(done, { err = err, answer = answer }) end)]])
  t:wait(function() return t:lua('return #done > 0') end, 'the end')
  eq({ { answer = vim.empty_dict() } }, t:lua('return { { err = done[1].err, answer = vim.empty_dict() } }'))
  eq(
    { 'pulling manifest', 'pulling', 'süccess' },
    t:lua('return vim.tbl_map(function(r) return r.status end, records)')
  )
  eq(5, t:lua('return records[2].completed'))
end)

-- ---- from Lua ----------------------------------------------------------------------------------

test('a query that is given up ends its request, and nobody is called', function(t)
  local srv = mute(t)
  chat.configure(t, srv)
  t:lua([[cancel = require('hum.server.query').query('ollama', { path = '/api/tags', timeout = 600 },
    function(...) called = { ... } end)]])
  srv:wait_event('request')
  t:lua('cancel()')
  srv:wait_event('disconnect')
  t:wait(function() return not t:lua([[return require('hum.server.client').is_busy()]]) end, 'the id has ended')
  eq(true, t:lua('return called == nil'), 'nobody was called')
  eq('', t:messages())
end)

test(':Hum stop while the list of models is asked for ends that request', function(t)
  local srv = mute(t)
  local buf = chat.open(t, srv)
  t:lua([[require('hum').setup({ endpoints = { ollama = { url = ... } }, chat = { window = 'current' } })]], srv.url)
  t:api('nvim_buf_set_lines', buf, 0, -1, false, { '## » You', '', 'hello' })
  t:cmd('Hum send')
  srv:wait_event('request')
  t:wait_screen('choosing a model')
  t:cmd('Hum stop')
  eq('waiting', srv:wait_event('disconnect').phase)
  t:wait(function() return not t:screen():find('choosing a model') end, 'nothing is waited for')
  eq({}, srv:requests('/api/chat'))
end)

test(':Hum jobs shows what runs', { ui = { 100, 24 } }, function(t)
  local srv = t:fake()
  srv:script({ text = 'three words here', faults = { { at = 2, ['do'] = 'stall' } } })
  t:cmd('Hum jobs')
  t:wait_screen('hum: nothing is running', true)
  eq(vim.NIL, t:helper_pid() or vim.NIL, 'that needs no helper')
  local buf = chat.open(t, srv)
  chat.ask(t, 'go on', buf)
  t:wait(function() return chat.reply(t, buf):find('words') end, 'two tokens')
  eq('fake is writing', t:lua([[return require('hum').status()]]))
  t:cmd('Hum jobs')
  t:wait_screen('job +state +endpoint +model +age +bytes')
  t:wait_screen('chat +writing +ollama +fake +%d+ s +%d+ B')
  t:keys('<CR>')
  t:cmd('Hum stop')
  chat.finished(t)
  t:cmd('Hum jobs')
  t:wait(function() return select(2, t:messages():gsub('hum: nothing is running', '')) == 2 end, 'nothing runs again')
end)

test(':Hum jobs replaces a helper that does not answer', function(t)
  local srv = t:fake()
  srv:script({ text = 'three words here', faults = { { at = 2, ['do'] = 'stall' } } })
  local buf = chat.open(t, srv)
  chat.ask(t, 'go on', buf)
  t:wait(function() return chat.reply(t, buf):find('words') end, 'two tokens')
  local pid = t:helper_pid()
  vim.uv.kill(pid, 'sigstop')
  t:finally(function() vim.uv.kill(pid, 'sigcont') end)
  t:cmd('Hum jobs')
  local data = chat.finished(t)
  eq({ 'error', 'helper' }, { data.status, data.code })
  t:wait(function() return t:messages():find('hum: nothing is running', 1, true) end, 'the answer')
end)

-- ---- completion --------------------------------------------------------------------------------

--- What runs, as the helper lists it.
local function listed(t)
  t:lua([[jobs = nil; require('hum.server.client').jobs(function(list) jobs = list end)]])
  return t:wait(function()
    local jobs = t:lua('return jobs')
    return jobs ~= vim.NIL and jobs
  end, 'the list')
end

local function stop(t, id) t:lua([[require('hum.server.client').stop(...)]], id) end

test('a request of completion is listed, and waits for the server', complete.OPTS, function(t)
  local srv = complete.start(t, { text = 'never', first_ms = 1000000 })
  complete.insert(t, { 'local x = ' })
  srv:wait_event('request')
  local job = listed(t)[1]
  T.ok(job.age_ms >= 0)
  job.age_ms = nil
  T.ok(job.id < 0, 'no id of Lua')
  job.id = nil
  eq({ kind = 'completion', state = 'waiting', endpoint = 'ollama', model = 'coder', bytes = 0 }, job)
  complete.type(t, '<Esc>')
  srv:wait_event('disconnect')
  eq({}, listed(t))
end)

test('a request of completion is stopped by its id, and the next key asks again', complete.OPTS, function(t)
  local rules = {
    { match = { nth = 1 }, tokens = { 'one(', 'two)' }, faults = { { at = 1, ['do'] = 'stall' } } },
    { text = 'three()' },
  }
  local srv = complete.start(t, rules)
  complete.insert(t, { 'local x = ' })
  complete.wait_ghost(t, 'one(')
  local job = listed(t)[1]
  eq({ 'completion', 'text', 4 }, { job.kind, job.state, job.bytes })
  stop(t, job.id)
  eq('streaming', srv:wait_event('disconnect').phase)
  eq({}, listed(t))
  eq(nil, complete.ghost(t), 'half a line is not kept')
  eq('', t:messages())
  eq(1, #complete.requests(srv))
  eq({ live = 0, cancelled = 1 }, { live = complete.info(t).live, cancelled = complete.info(t).cancelled })
  complete.type(t, '%')
  complete.wait_ghost(t, 'three()')
  stop(t, job.id) -- an id is no other's later
  eq('three()', complete.ghost(t))
end)

test('a plugin that waits for a suggestion is told when that is stopped', complete.OPTS, function(t)
  local srv = complete.start(t, { text = 'never', first_ms = 1000000 }, { complete = { mode = 'manual' } })
  complete.insert(t, { 'local x = ' })
  t:lua([[calls = {}
    require('hum.complete.source').request(function(found) table.insert(calls, found or 'nothing') end)]])
  srv:wait_event('request')
  stop(t, listed(t)[1].id)
  t:wait(function() return t:lua('return #calls > 0') end, 'the answer')
  eq({ 'nothing' }, t:lua('return calls'))
end)

test('the loading of a model is listed, stopped, and begun again by the next key', complete.OPTS, function(t)
  local srv = complete.start(t, { text = 'here()' }, { api = 'generate', more = { load_ms = 1000000 } })
  complete.insert(t, { 'local x = ' })
  srv:wait_event('load_start')
  local jobs = listed(t)
  eq(1, #jobs)
  eq({ 'completion', 'loading', 'ollama', 'fake:latest', 0 }, {
    jobs[1].kind,
    jobs[1].state,
    jobs[1].endpoint,
    jobs[1].model,
    jobs[1].bytes,
  })
  stop(t, jobs[1].id)
  srv:wait_event('load_abort')
  eq({}, listed(t))
  complete.script(srv, { text = 'here()' }, 'generate')
  complete.type(t, '%')
  complete.wait_ghost(t, 'here()')
  eq('', t:messages())
end)

-- ---- before a message is sent ------------------------------------------------------------------

test('a message that waits for its key is listed until CTRL-C', { ui = { 100, 24 } }, function(t)
  local srv = t:fake()
  local buf = chat.open(t, srv, { key = { command = { 'sleep', '1000000' } } })
  chat.ask(t, 'hello', buf)
  t:wait_screen('getting the key')
  t:keys(':Hum jobs<CR>')
  t:wait_screen('chat +preparing +ollama +fake +%d+ s +0 B')
  t:keys('<CR>')
  t:interrupt(function() return not t:screen():find('getting the key') end)
  t:cmd('Hum jobs')
  t:wait_screen('hum: nothing is running', true)
  eq({}, srv:requests('/api/chat'))
end)

test('a generation that waits for its key is listed until it is stopped', { ui = { 100, 24 } }, function(t)
  local srv = t:fake()
  chat.configure(t, srv, { key = { command = { 'sleep', '1000000' } } })
  t:lua([[run = require('hum').generate({ prompt = 'hello', on_done = function(result) ended = result end })]])
  t:keys(':Hum jobs<CR>')
  t:wait_screen('generate +preparing +ollama +%d+ s +0 B')
  t:keys('<CR>')
  t:lua('run.stop()')
  t:wait(function() return t:lua('return ended ~= nil') end, 'on_done')
  eq('cancelled', t:lua('return ended.status'))
  t:cmd('Hum jobs')
  t:wait_screen('hum: nothing is running', true)
end)
