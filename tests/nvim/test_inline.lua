-- What a request names by a path, the helper reads before it is sent: parts of its messages that are kept by content, and
-- images.
local T = require('harness')
local editor = require('lib.editor')
local test, eq, ok, match = T.test, T.eq, T.ok, T.match

T.once()

local BARE = { nvim = false }

--- Keeps bytes under the name of their content, as `hum.chat.kept.belongings` does.
local function keep(t, bytes, ext)
  local name = vim.fn.sha256(vim.base64.encode(bytes)) .. (ext or '')
  t:write_file(name, bytes)
  return t.dir .. '/' .. name
end

local function text(words) return { type = 'text', text = words } end
local function kept(path) return { type = 'kept', path = path } end
local function image(path) return { type = 'image', path = path, media = 'image/png', name = 'pic.png' } end

local function spec(url, parts, more)
  local messages = { { role = 'user', parts = parts } }
  return vim.tbl_deep_extend('force', {
    endpoint = editor.endpoint(url),
    request = { model = 'fake', messages = messages },
  }, more or {})
end

local function started(t, script)
  local srv = t:fake()
  srv:script(script or { tokens = { 'ok' } })
  local e = editor.start(t)
  e:hello()
  return srv, e
end

local PNG = '\137PNG\r\n\26\n' .. ('\0\255'):rep(600)

test('kept parts are in the message as the text that they are', BARE, function(t)
  local srv, e = started(t)
  local parts = { text('<file>\n'), kept(keep(t, 'local a = 1\n')), text('</file>\n'), text('What is it?') }
  e.rpc:notify('generate', 1, spec(srv.url, parts))
  eq('done', e:wait_end(1).name)
  eq('<file>\nlocal a = 1\n</file>\nWhat is it?', srv:requests('/api/chat')[1].body.messages[1].content)
end)

test('chats and edits take them too', BARE, function(t)
  local srv, e = started(t)
  local path = keep(t, 'the file')
  e.rpc:notify('chat', 1, spec(srv.url, { kept(path) }, { buf = 1 }))
  eq('done', e:wait_end(1).name)
  local more = { old = { 'a' }, before = {}, after = {}, filetype = '', name = 'a', instruction = 'b' }
  e.rpc:notify('edit', 2, spec(srv.url, { kept(path) }, more))
  eq('done', e:wait_end(2).name)
  for _, request in ipairs(srv:requests('/api/chat')) do
    eq('the file', request.body.messages[1].content)
  end
  eq(2, #srv:requests('/api/chat'))
end)

test('an image goes out as each dialect has it', BARE, function(t)
  local srv, e = started(t)
  local path, base64 = keep(t, PNG, '.png'), vim.base64.encode(PNG)
  local parts = { text('Before. '), image(path), text('What is it?') }
  e.rpc:notify('generate', 1, spec(srv.url, parts))
  eq('done', e:wait_end(1).name)
  local message = srv:requests('/api/chat')[1].body.messages[1]
  eq('Before. What is it?', message.content)
  eq({ base64 }, message.images)
  e.rpc:notify('generate', 2, spec(srv.url, parts, { endpoint = editor.endpoint(srv.url, { dialect = 'openai' }) }))
  eq('done', e:wait_end(2).name)
  eq({
    text('Before. '),
    { type = 'image_url', image_url = { url = 'data:image/png;base64,' .. base64 } },
    text('What is it?'),
  }, srv:requests('/v1/chat/completions')[1].body.messages[1].content)
  e.rpc:notify('generate', 3, spec(srv.url, parts, { endpoint = editor.endpoint(srv.url, { dialect = 'anthropic' }) }))
  eq('done', e:wait_end(3).name)
  local blocks = srv:requests('/v1/messages')[1].body.messages[1].content
  eq({ type = 'base64', media_type = 'image/png', data = base64 }, blocks[2].source)
  eq({ 'text', 'image', 'text' }, { blocks[1].type, blocks[2].type, blocks[3].type })
end)

test('nothing is sent when what was kept is missing or not as it was; the file is named', BARE, function(t)
  local srv, e = started(t)
  local path = keep(t, 'as it was')
  t:write_file(vim.fs.basename(path), 'not as it was')
  e.rpc:notify('chat', 1, spec(srv.url, { kept(path) }, { buf = 1 }))
  local ending = e:wait_end(1)
  eq('error', ending.name)
  eq('file', ending.data.code)
  match(path .. ' was changed since it was kept', ending.data.message, true)
  match('reference again', ending.data.hint, true)
  assert(vim.uv.fs_unlink(path))
  e.rpc:notify('edit', 2, spec(srv.url, { kept(path) }, { old = { 'a' }, before = {}, after = {}, filetype = '' }))
  ending = e:wait_end(2)
  match(path .. ' is missing', ending.data.message, true)
  eq(0, #srv:requests())
end)

test('what is too long in all is not read, and what to do is not to put it back', BARE, function(t)
  local _, e = started(t)
  local path = keep(t, 'long')
  local fd = assert(vim.uv.fs_open(path, 'w', tonumber('600', 8)))
  assert(vim.uv.fs_ftruncate(fd, 65 * 1024 * 1024))
  assert(vim.uv.fs_close(fd))
  e.rpc:notify('chat', 1, spec('http://127.0.0.1:1', { kept(path) }, { buf = 1 }))
  local ending = e:wait_end(1)
  eq({ 'error', 'spec' }, { ending.name, ending.data.code })
  match(path .. ' and what else the messages refer to is longer than hum can send', ending.data.message, true)
  match(':Hum new', ending.data.hint, true)
  eq(nil, ending.data.hint:find('put the file back', 1, true))
end)

test('a request that is made again is as it was, though the file is gone', BARE, function(t)
  local srv = t:fake()
  srv:play({
    answers = {
      { when = { nth = 1 }, status = 503, headers = { ['Retry-After'] = '1' }, json = { error = 'busy' } },
      { pieces = { 'data: {"choices":[{"delta":{"content":"ok"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n' } },
    },
  })
  local e = editor.start(t)
  e:hello()
  local path = keep(t, 'kept for long')
  e.rpc:notify(
    'chat',
    1,
    spec(srv.url, { kept(path) }, { buf = 1, endpoint = editor.endpoint(srv.url, { dialect = 'openai' }) })
  )
  e:wait_event('waiting', 1)
  assert(vim.uv.fs_unlink(path))
  eq('done', e:wait_end(1).name)
  local requests = srv:requests('/v1/chat/completions')
  eq(2, #requests)
  eq('kept for long', requests[2].body.messages[1].content)
  eq(requests[1].body, requests[2].body)
end)

test('it is stopped while it reads, and ends once', BARE, function(t)
  local srv, e = started(t)
  local parts = {}
  for i = 1, 20 do
    parts[i] = kept(keep(t, ('%d'):format(i):rep(200000)))
  end
  e.rpc:notify('chat', 1, spec(srv.url, parts, { buf = 1 }))
  e.rpc:notify('stop', 1)
  eq('cancelled', e:wait_end(1).name)
  e.rpc:notify('chat', 2, spec(srv.url, { text('still here') }, { buf = 1 }))
  eq('done', e:wait_end(2).name)
  eq(1, #srv:requests())
end)

test('a helper that ends while it reads leaves nothing behind', BARE, function(t)
  local srv, e = started(t)
  local path = keep(t, ('x'):rep(3000000))
  e.rpc:notify('chat', 1, spec(srv.url, { kept(path) }, { buf = 1 }))
  e.proc.stdin:close()
  eq(0, (e:join()))
  ok(#srv:requests() <= 1)
end)

test('an inspection has images in a few words', BARE, function(t)
  local srv, e = started(t)
  local path = keep(t, PNG, '.png')
  e.rpc:notify('generate', 1, spec(srv.url, { text('What?'), image(path) }))
  eq('done', e:wait_end(1).name)
  e.rpc:notify('inspect', 2, vim.empty_dict())
  local body = e:wait_event('inspection', 2).last.tries[1].body
  match('[pic.png, image/png, 1208 bytes: left out here]', body.first, true)
  ok(#body.first < 500, 'it is short')
  eq(body.bytes, #body.first + body.hidden)
end)

test('what is wrong with such a part is told', BARE, function(t)
  local srv, e = started(t)
  for id, case in ipairs({
    { kept(7), 'a kept part needs a path' },
    { { type = 'image', path = '/a' }, 'an image needs its media' },
    { kept('/etc/passwd'), '/etc/passwd is no path of what is kept' },
  }) do
    e.rpc:notify('chat', id, spec(srv.url, { case[1] }, { buf = 1 }))
    match(case[2], e:wait_end(id).data.message, true)
  end
  eq(0, #srv:requests())
end)
