-- A chat is a file: saved, read, opened again, continued.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

local function roles(request)
  return vim.tbl_map(function(m) return { m.role, m.content } end, request.body.messages)
end

test('a chat that was saved goes on in another Neovim, with its model and endpoint', function(t)
  local srv = t:fake()
  srv:script({
    models = { 'special:2b', 'fake' },
    rules = {
      { match = { text = 'first' }, text = 'reply one' },
      { match = { text = 'second' }, text = 'reply two' },
    },
  })
  local endpoints = { other = { url = srv.url, model = 'special:2b' } }
  chat.open(t, { url = 'http://127.0.0.1:1' }, {}, { endpoint = 'other', endpoints = endpoints })
  chat.ask(t, 'first')
  eq('done', chat.finished(t).status)
  local path = t.dir .. '/talk.md'
  t:cmd('write ' .. path)
  local saved = t:read_file(path)
  T.match('^%-%-%-\nhum: 1\n', saved)
  T.match('\nendpoint: other\n', saved)
  T.match('\nmodel: special:2b\n', saved)
  T.match('reply one', saved)

  -- There the defaults are others; the front matter wins.
  t.child = t:start()
  chat.configure(t, { url = 'http://127.0.0.1:1' }, { model = 'fake' }, { endpoints = endpoints })
  t:cmd('edit ' .. path)
  eq('hum', t:eval('&filetype'))
  eq(saved, t:text() .. '\n')
  chat.ask(t, 'second')
  local data = chat.finished(t)
  eq('done', data.status, vim.inspect(data))
  eq('reply two', chat.reply(t))
  local last = srv:requests('/api/chat')[2]
  eq('special:2b', last.body.model)
  eq({ { 'user', 'first' }, { 'assistant', 'reply one' }, { 'user', 'second' } }, roles(last))
  t:cmd('write')
  T.match('reply two', t:read_file(path))
end)

test('a chat is saved in mid-stream without harm', function(t)
  local tokens, text = chat.tokens(500)
  local srv = t:fake()
  srv:script({ tokens = tokens, interval_ms = 3 })
  local buf = chat.open(t, srv)
  local path = t.dir .. '/talk.md'
  chat.ask(t, 'hello')
  for i = 1, 4 do
    t:wait(function() return #chat.reply(t, buf) > i * 300 end, 'some text')
    t:cmd('silent write! ' .. path)
  end
  eq('done', chat.finished(t).status)
  eq(text, chat.reply(t, buf))
  T.match('000100', t:read_file(path))
end)

test('a plain Markdown file is not taken for a chat', function(t)
  local path = t:write_file('notes.md', '# Notes\n\n---\nhum: 1\n---\n')
  t:cmd('edit ' .. path)
  eq('markdown', t:eval('&filetype'))
end)

test('modelines in a reply are text', function(t)
  local srv = t:fake()
  srv:script({ text = 'vim: set textwidth=17 shiftwidth=3:' })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello')
  chat.finished(t)
  local path = t.dir .. '/talk.md'
  t:cmd('write ' .. path)
  t:cmd('bwipeout!')
  t:cmd('edit ' .. path)
  T.ok(t:eval('&textwidth') ~= 17)
  T.ok(buf)
end)

test('what was stopped is sent back without its mark', function(t)
  local srv = t:fake()
  srv:script({
    rules = {
      { match = { text = 'one' }, tokens = (chat.tokens(500)), count = 1000000, interval_ms = 5 },
      { match = { text = 'two' }, text = 'fine' },
    },
  })
  local buf = chat.open(t, srv)
  chat.ask(t, 'one')
  t:wait(function() return chat.reply(t, buf):find('000010') end, 'some tokens')
  t:cmd('Hum stop')
  chat.finished(t)
  chat.ask(t, 'two')
  eq('done', chat.finished(t, 2).status)
  local messages = roles(srv:requests('/api/chat')[2])
  eq('assistant', messages[2][1])
  T.match('^000001 000002', messages[2][2])
  T.no_match('hum:', messages[2][2])
end)
