-- Who ends when: the helper, Neovim, the server, the buffer.
local T = require('harness')
local chat = require('lib.chat')
local proc = require('lib.proc')
local test, eq = T.test, T.eq

T.once()

-- A chat whose reply has begun and has so many tokens, or no end.
local function streaming(t, n)
  local tokens, text = chat.tokens(n or 3000)
  local srv = t:fake()
  srv:script({ tokens = tokens, count = n or 1000000, interval_ms = 3 })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  t:wait(function() return chat.reply(t, buf):find('000020') end, 'some tokens')
  return srv, buf, n and text or text:rep(20)
end

local function gone(t, pid)
  t:wait(function() return not proc.alive(pid) end, 'process ' .. pid .. ' is gone')
end

test('the helper is started when a chat is opened, not before', function(t)
  t:lua([[require('hum').status()]])
  eq(nil, t:helper_pid())
  t:cmd('Hum new')
  t:wait(function() return t:helper_pid() end, 'the helper runs')
  t:lua([[require('hum').status()]])
  eq('', t:messages())
end)

test('a chat that is loaded from a file starts the helper once something is written in it', function(t)
  t:write_file('talk.hum', '---\nhum: 1\n---\n\n## » You\n\n')
  t:cmd('edit talk.hum | set filetype=hum')
  t:elapse(0.3)
  eq(nil, t:helper_pid())
  t:keys('Gohello<Esc>')
  t:wait(function() return t:helper_pid() end, 'the helper runs')
end)

test('a helper that cannot be run is told when a message is sent, not when a chat is opened', function(t)
  local srv = t:fake()
  chat.open(t, srv, nil, { helper = '/nowhere/hum' })
  t:elapse(0.3)
  eq('', t:messages())
  chat.ask(t, 'hello')
  T.match('the helper set in the option "helper" cannot be r', t:messages(), true)
end)

test('one helper serves all chats', function(t)
  local srv = streaming(t)
  local pid = T.ok(t:helper_pid())
  local second = chat.open(t, srv)
  chat.ask(t, 'hello', second)
  t:wait(function() return chat.reply(t, second):find('000005') end, 'tokens of the second chat')
  eq(pid, t:helper_pid())
end)

test('libcurl is loaded with the first edit, before a message is sent', function(t)
  if not vim.uv.fs_stat('/proc/self/maps') then T.skip('no /proc') end
  local srv = t:fake()
  srv:script({ tokens = { 'a' } })
  chat.open(t, srv)
  local pid = t:wait(function() return t:helper_pid() end, 'the helper runs')
  local maps = ('/proc/%d/maps'):format(pid)
  t:lua('vim.rpcrequest(require("hum.server.helper").state().channel, "poll")')
  T.no_match('libcurl', t:read_file(maps), true)
  t:keys('Ahello')
  t:wait(function() return t:read_file(maps):find('libcurl', 1, true) end, 'libcurl is there')
  eq({}, srv:requests())
end)

test('a helper that is killed is told in each chat, the text stays, the next send starts another', function(t)
  local srv, first, text = streaming(t)
  local second = chat.open(t, srv)
  chat.ask(t, 'hello', second)
  t:wait(function() return chat.reply(t, second):find('000005') end, 'tokens of the second chat')
  local pid = t:helper_pid()
  vim.uv.kill(pid, 'sigkill')
  local seen = {}
  for i = 1, 2 do
    local data = chat.finished(t, i)
    eq({ 'error', 'helper' }, { data.status, data.code })
    T.match('helper', data.message)
    seen[data.buf] = true
  end
  eq({ [first] = true, [second] = true }, seen)
  for _, buf in ipairs({ first, second }) do
    local reply = chat.reply(t, buf)
    T.match('<!-- hum: error', reply, true)
    local kept = reply:gsub('\n<!%-%- hum: error.*', '')
    eq(text:sub(1, #kept), kept)
    T.ok(#kept > 30)
  end
  srv:wait_event('disconnect', 2)
  srv:script({ text = 'back again' })
  chat.ask(t, 'and now?', second)
  eq('done', chat.finished(t, 3).status)
  eq('back again', chat.reply(t, second))
  T.ok(t:helper_pid() ~= pid)
end)

test('a helper that is killed while idle is no matter', function(t)
  local srv = t:fake()
  srv:script({ text = 'fine' })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello')
  chat.finished(t)
  local pid = t:helper_pid()
  vim.uv.kill(pid, 'sigkill')
  t:wait(function() return t:helper_pid() ~= pid end, 'Neovim notices')
  chat.ask(t, 'again', buf)
  eq('done', chat.finished(t, 2).status)
end)

test('kill -9 of Neovim ends the helper and the request', function(t)
  local srv = streaming(t)
  local pid = t:helper_pid()
  t.child:kill()
  gone(t, pid)
  srv:wait_event('disconnect')
end)

test('SIGTERM of Neovim ends the helper', function(t)
  local srv = streaming(t)
  local pid = t:helper_pid()
  vim.uv.kill(t.child.pid, 'sigterm')
  t.child.killed = true
  gone(t, pid)
  srv:wait_event('disconnect')
end)

-- It is told by SIGTERM; what does not end then is waited for, for 2 s, and killed.
test(':qa! while it streams ends the helper, which need not be killed', { nvim = false }, function(t)
  local helper = t:write_file(
    'helper',
    ("#!/bin/sh\ntrap : TERM\n'%s' \"$@\"\necho $? >'%s/status'\n"):format(
      t.run.helper or t.root .. '/build/hum',
      t.dir
    )
  )
  vim.uv.fs_chmod(helper, 493)
  t.child = t:start({ helper = helper })
  local srv = streaming(t)
  local pid = t:helper_pid()
  t.child.rpc:notify('nvim_command', 'qa!')
  t:wait(function() return t.child:ended() end, 'Neovim ends')
  eq(0, t.child:ended().signal)
  gone(t, pid)
  eq('0\n', t:read_file('status'), 'status of the helper')
  srv:wait_event('disconnect')
end)

test(':qa while it streams warns of nothing: a chat is no unsaved file', function(t)
  streaming(t)
  t.child.rpc:notify('nvim_command', 'qa')
  t:wait(function() return t.child:ended() end, 'Neovim ends')
end)

for _, command in ipairs({ 'bwipeout!', 'bdelete!' }) do
  test(command .. ' of the chat while it streams ends the request', function(t)
    local srv, buf = streaming(t)
    t:cmd(command)
    srv:wait_event('disconnect')
    local data = chat.finished(t)
    T.ok(data.status ~= 'done', data.status)
    eq(buf, data.buf)
    T.no_match('E%d+:', t:messages())
    T.no_match('Invalid buffer', t:messages())
    -- The helper lives on and serves the next.
    srv:script({ text = 'fine' })
    chat.open(t, srv)
    chat.ask(t, 'hello')
    eq('done', chat.finished(t, 2).status)
  end)
end

test('the file type is set again in mid-stream without harm', function(t)
  local _, buf, text = streaming(t, 400)
  t:cmd('set filetype=markdown')
  t:cmd('set filetype=hum')
  eq('done', chat.finished(t).status)
  eq(text, chat.reply(t, buf))
end)

test(':edit! of the chat in mid-stream ends the request once and breaks nothing', function(t)
  local srv, buf = streaming(t)
  t:cmd('edit!')
  chat.finished(t)
  srv:script({ text = 'fine' })
  local second = chat.open(t, srv)
  chat.ask(t, 'hello', second)
  eq('done', chat.finished(t, 2).status)
  eq({ buf, second }, vim.tbl_map(function(e) return e.data.buf end, t:events('HumRequestFinished')))
  T.no_match('E%d+:', t:messages())
end)

-- A program that greets as a helper of another protocol does.
local function stranger(t, ready)
  local message = vim.mpack.encode({
    2,
    'nvim_exec_lua',
    {
      "require('hum.server.client').on_event(...)",
      { 'ready', 0, ready },
    },
  })
  local octal = message:gsub('.', function(c) return ('\\%03o'):format(c:byte()) end)
  -- No exec: its output must stay open, or Neovim drops the channel with the greeting in it.
  local path = t:write_file('stranger', "#!/bin/sh\nprintf '" .. octal .. "'\ncat >/dev/null\n")
  vim.uv.fs_chmod(path, 493)
  return path
end

test('a helper of another protocol is told with the cure', function(t)
  local path = stranger(t, { version = '9.9.9', protocol = 99 })
  local buf = chat.open(t, { url = 'http://127.0.0.1:1' }, {}, { helper = path })
  chat.ask(t, 'hello')
  local data = chat.finished(t)
  eq({ 'error', 'helper' }, { data.status, data.code })
  T.match('9.9.9', data.message, true)
  T.match('99', data.message, true)
  t:wait_screen(':Hum build', true)
  T.match('<!-- hum: error', t:text(buf), true)
end)

test('a helper that cannot be run is told once, with its path', { ui = { 200, 24 } }, function(t)
  local buf = chat.open(t, { url = 'http://127.0.0.1:1' }, {}, { helper = t.dir .. '/nothing-here' })
  chat.ask(t, 'hello')
  t:wait(function() return t:messages() ~= '' end, 'a message')
  T.match('nothing-here', t:messages(), true)
  -- What the user wrote is still there to be sent.
  T.match('## » You\n\nhello', t:text(buf), true)
  T.no_match('## « ', t:text(buf))
end)

test('a program that is no helper is found out', function(t)
  local path = t:write_file('cat', '#!/bin/sh\necho I am no helper >&2\nexit 3\n')
  vim.uv.fs_chmod(path, 493)
  chat.open(t, { url = 'http://127.0.0.1:1' }, {}, { helper = path })
  chat.ask(t, 'hello')
  local data = chat.finished(t)
  eq({ 'error', 'helper' }, { data.status, data.code })
  T.match('status 3', data.message)
end)

test(':qa leaves no error in the log', function(t)
  local srv = t:fake()
  srv:script({ text = 'fine' })
  chat.open(t, srv)
  chat.ask(t, 'hello')
  chat.finished(t)
  local pid = t:helper_pid()
  t.child.rpc:notify('nvim_command', 'qa!')
  t:wait(function() return t.child:ended() end, 'Neovim ends')
  gone(t, pid)
  T.match('started', t:log(), true)
  T.no_match(' error ', t:log(), true)
end)

test('a helper that is to start while Neovim ends does not keep it', function(t)
  t:lua([[
    local start = require('hum.server.client').start
    vim.api.nvim_create_autocmd('VimLeave', { callback = function() vim.defer_fn(start, 0) end })
  ]])
  t:keys(':qa!<CR>')
  t:wait(function() return t.child:ended() end, 'Neovim ends')
end)

-- Looks through what hum's modules hold for tables with a number as their key.
local KEPT = [[
  local number, seen, found = ..., {}, {}
  local function look(value, name, depth)
    if seen[value] or depth > 12 then return end
    if type(value) == 'table' then
      seen[value] = true
      if rawget(value, number) ~= nil then found[name] = true end
      for key, inner in next, value do
        look(inner, type(key) == 'string' and not name:find(':', 1, true) and name .. ':' .. key or name, depth + 1)
      end
    elseif type(value) == 'function' then
      seen[value] = true
      local i = 1
      while true do
        local upvalue, inner = debug.getupvalue(value, i)
        if not upvalue then return end
        local from = debug.getinfo(value, 'S').source:match('lua/(hum/.*)%.lua')
        if from then look(inner, from .. ':' .. upvalue, depth + 1) end
        i = i + 1
      end
    end
  end
  for name, module in pairs(package.loaded) do
    if name:find('^hum%.') then look(module, name, 0) end
  end
  return vim.tbl_keys(found)]]

test('nothing is kept of a chat that was wiped', function(t)
  local srv = t:fake()
  srv:script({
    thinking = 'let me see',
    text = table.concat({
      '# One',
      '- an *item* that is so long that it is wrapped where the window ends, and goes on in the next row of it',
      '',
      '| a | b |',
      '|---|---|',
      '| 1 | 2 |',
      '',
      '```lua',
      'local x = 1',
      '```',
      '',
      '> quoted',
    }, '\n'),
  })
  -- A number that nothing else has.
  t:lua('for _ = 1, 3000 do vim.api.nvim_buf_delete(vim.api.nvim_create_buf(false, true), { force = true }) end')
  local buf = chat.open(t, srv)
  T.ok(buf > 3000)
  chat.ask(t, 'go on', buf)
  chat.finished(t)
  t:wait_screen('│ 1 │ 2 │', true)
  T.ok(#t:lua(KEPT, buf) > 5, 'too little is looked at: ' .. vim.inspect(t:lua(KEPT, buf)))
  t:cmd('bwipeout!')
  t:wait(function() return #t:lua(KEPT, buf) == 0 end, 'nothing is kept of it: ' .. vim.inspect(t:lua(KEPT, buf)))
end)
