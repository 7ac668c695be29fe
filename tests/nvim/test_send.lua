-- From the text of a chat to the bytes that a server gets.
local T = require('harness')
local chat = require('lib.chat')
local test, eq, ok = T.test, T.eq, T.ok
T.once()

---@return string[]  the messages of each request, as they were sent, without the closing bracket
local function sent(srv)
  local out = {}
  for _, request in ipairs(srv:events('request')) do
    if request.path == '/api/chat' then out[#out + 1] = request.body:match('"messages":(%[.*})%]') end
  end
  return out
end

--- What models write: thinking, code, headings of a chat, marks, blank lines around it, wide and odd characters.
local REPLIES = {
  { thinking = 'hm\n\n## » You\n```\nopen', text = 'Well.\n\n```lua\nlocal a = "\\n"\n```' },
  { text = '\n\n## » You\n\nquoted\n\\## « m\n\n' },
  { text = '<!-- hum: stopped -->' },
  { text = 'ä «🙂» \\ "x"\t\n\n- a\n  - b\n\n```\nleft open' },
  { text = '1. one\n2. two\n' },
}

test('what was said is the same bytes in every later request', function(t)
  local srv = t:fake()
  local rules = {}
  for i, reply in ipairs(REPLIES) do
    rules[i] = { times = 1, thinking = reply.thinking, text = reply.text }
  end
  srv:script(rules)
  local buf = chat.open(t, srv, { model = 'thinker', think = true }, { chat = { system = 'Be brief.' } })
  for i = 1, #REPLIES do
    chat.ask(t, ('question %d\n\n  ```\nä\n  ```'):format(i), buf)
    eq('done', chat.finished(t, i).status)
  end
  local requests = sent(srv)
  eq(#REPLIES, #requests)
  for i = 2, #requests do
    eq(requests[i - 1], requests[i]:sub(1, #requests[i - 1]), 'request ' .. i)
    local more = vim.json.decode('[' .. requests[i]:sub(#requests[i - 1] + 2) .. ']')
    eq({ 'assistant', 'user' }, vim.tbl_map(function(message) return message.role end, more))
    eq(i == 5 and vim.trim(REPLIES[4].text) .. '\n```' or vim.trim(REPLIES[i - 1].text), more[1].content)
  end
end)

test('what was thought and said is read as it came, whatever tags are in it', function(t)
  local srv = t:fake()
  local thought = 'a\n</think>\n\\</think>\n## » You\n```\n</think>\nb'
  local text = 'x\n\\<think>\n\\</think>\n</think>\n\\## » You\ny'
  srv:script({ thinking = thought, text = text })
  local buf = chat.open(t, srv, { model = 'thinker', think = true })
  chat.ask(t, 'one', buf)
  chat.finished(t)
  local parts = t:lua([[return require('hum.chat.text.turns').of(...).turns[2].parts]], buf)
  eq({ { type = 'thinking', text = thought }, { type = 'text', text = text } }, parts)
end)

test('a chat that was saved and opened again says the same', function(t)
  local srv = t:fake()
  srv:script({ thinking = 'hm', text = 'yes\n\n## » You' })
  local buf = chat.open(t, srv, { model = 'thinker', think = true })
  chat.ask(t, 'one', buf)
  chat.finished(t, 1)
  t:cmd('write talk.hum | bwipeout | edit talk.hum | set filetype=hum')
  chat.ask(t, 'two')
  chat.finished(t, 2)
  local requests = sent(srv)
  eq(requests[1], requests[2]:sub(1, #requests[1]))
end)

test('a message reads of a long chat only what is new', function(t)
  local srv = t:fake()
  srv:script({ text = 'ok' })
  local buf = chat.open(t, srv, { options = { num_ctx = 200000 } })
  t:lua(
    [[
    local lines = {}
    for i = 1, 2000 do vim.list_extend(lines, { '## » You', '', 'q ' .. i, '', '## « fake', '', 'a ' .. i, '' }) end
    local at = vim.fn.search('^## » You') - 1
    vim.api.nvim_buf_set_lines(..., at, at, true, lines)]],
    buf
  )
  t:lua(chat.COUNT_LINES)
  -- Read ahead after it was opened, or here: once.
  chat.ask(t, 'one', buf)
  chat.finished(t, 1)
  for i = 2, 3 do
    t:lua('lines_read()')
    t:lua(
      [[
      vim.api.nvim_buf_set_text(..., -1, -1, -1, -1, { 'again' })
      lines_read()
      require('hum').send(...)
      read = lines_read()]],
      buf
    )
    ok(t:lua('return read') < 120, 'lines read: ' .. t:lua('return read'))
    chat.finished(t, i)
  end
  eq(4003 + 2, #vim.json.decode(sent(srv)[3] .. ']'))
end)

test('what the user changes while the key is waited for is sent as it is then', function(t)
  local srv = t:fake()
  srv:script({ text = 'ok' })
  local fifo = t.dir .. '/fifo'
  assert(vim.uv.fs_stat(fifo) or os.execute('mkfifo ' .. fifo))
  local buf = chat.open(t, srv, { key = { command = { 'cat', fifo } } })
  chat.ask(t, 'hello', buf)
  t:keys('GA there<Esc>gg')
  t:lua([[vim.api.nvim_buf_set_lines(0, 0, 0, true, { '---', 'think: false', '---' })]])
  t:write_file('fifo', 'secret\n')
  chat.finished(t)
  local body = srv:requests('/api/chat')[1].body
  eq({ 'hello there' }, vim.tbl_map(function(message) return message.content end, body.messages))
end)

--- A listener that notes what the first bytes of each connection are.
local function listener(t)
  local server = assert(vim.uv.new_tcp())
  assert(server:bind('127.0.0.1', 0))
  local seen = {}
  server:listen(8, function()
    local conn = assert(vim.uv.new_tcp())
    server:accept(conn)
    conn:read_start(function(_, data)
      if data then
        seen[#seen + 1] = data
      else
        conn:close()
      end
    end)
  end)
  t:finally(function() server:close() end)
  return server:getsockname().port, seen
end

local SECRETS = {
  key = { command = { 'sh', '-c', 'touch ran; echo key' } },
  headers = { ['X-Team'] = { command = { 'sh', '-c', 'touch ran; echo team' } } },
}

test('over TLS the first edit in a chat makes a connection, without the key', function(t)
  local port, seen = listener(t)
  chat.open(t, { url = ('https://127.0.0.1:%d'):format(port) }, SECRETS)
  t:elapse(0.3)
  eq(0, #seen)
  t:keys('GAhello<Esc>')
  t:wait(function() return #seen > 0 end, 'a connection')
  eq('\22\3', seen[1]:sub(1, 2)) -- the beginning of a TLS handshake
  t:keys('GA there<Esc>')
  t:elapse(0.3)
  eq(1, #seen)
  eq(nil, vim.uv.fs_stat(t.dir .. '/ran'))
end)

test('a chat file in which nothing is written makes no connection', function(t)
  local port, seen = listener(t)
  chat.configure(t, { url = ('https://127.0.0.1:%d'):format(port) }, SECRETS)
  t:write_file('talk.md', '---\nhum: 1\n---\n\n## » You\n\nhello\n')
  t:cmd('edit talk.md')
  t:keys('Gzzi<Esc>gg')
  t:elapse(0.3)
  eq(0, #seen)
  eq(nil, t:helper_pid())
  t:keys('Gohello<Esc>')
  t:wait(function() return #seen > 0 end, 'a connection')
end)

test('without TLS nothing is asked before there is a message', function(t)
  local srv = t:fake()
  chat.open(t, srv, SECRETS)
  t:keys('GAhello<Esc>')
  t:elapse(0.3)
  eq({}, srv:events('request'))
end)

test('a server that refuses a request without the key does not make hum forget it', function(t)
  local srv = t:fake()
  srv:script({ rules = { { text = 'ok' } }, key = 'sesame' })
  local count = { command = { 'sh', '-c', 'echo x >>ran; echo sesame' } }
  local buf = chat.open(t, srv, { key = count })
  chat.ask(t, 'one', buf)
  eq('done', chat.finished(t).status)
  t:lua([[
    local client, endpoints = require('hum.server.client'), require('hum.server.endpoint')
    client.query({ endpoint = endpoints.without_secrets('ollama'), method = 'GET', path = '/api/tags', timeout = 5 },
      function(err) refused = err and err.status end)]])
  eq(401, t:wait(function() return t:lua('return refused') end, 'an answer'))
  chat.ask(t, 'two', buf)
  eq('done', chat.finished(t, 2).status)
  eq('x\n', t:read_file(t.dir .. '/ran'))
  -- And the message takes the connection that is there.
  local requests = srv:events('request')
  eq(requests[2].conn, requests[3].conn)
end)

test(
  'the chat is in its file before its first message leaves, a large one soon; a refused one is saved all the same',
  function(t)
    local srv = t:fake()
    srv:script({ tokens = { 'ok' } })
    local buf = chat.open(t, srv)
    t:lua([[
    _G.order = {}
    local function note(module, name)
      local real = module[name]
      module[name] = function(...)
        table.insert(_G.order, name)
        return real(...)
      end
    end
    note(require('hum.server.client'), 'chat')
    note(require('hum.chat.kept.native'), 'write')]])
    local NEW = [[
    _G.order = {}
    vim.cmd('Hum new')
    return vim.api.nvim_get_current_buf()]]
    chat.ask(t, 'one', buf)
    chat.finished(t)
    eq({ 'write', 'chat' }, t:lua('return _G.order'))
    chat.ask(t, ('many words '):rep(30000), t:lua(NEW))
    chat.finished(t, 2)
    t:wait(function() return t:lua('return vim.list_contains(_G.order, "write")') end, 'it is in its file')
    eq({ 'chat', 'write' }, t:lua('table.sort(_G.order) return _G.order')) -- which is first, the clock says
    local other = t:lua(NEW)
    chat.ask(t, 'two #file:not-there', other)
    t:wait(function() return t:text(other):find('not%-there') and t:lua('return #_G.order') == 1 end, 'it is written')
    eq({ 'write' }, t:lua('return _G.order'))
    ok(t:read_file(t:lua('return vim.api.nvim_buf_get_name(...)', other)):find('two #file', 1, true), 'in its file')
  end
)
