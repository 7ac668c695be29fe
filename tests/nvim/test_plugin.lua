-- The plugin as a user meets it: building, health, events, the log.
local T = require('harness')
local chat = require('lib.chat')
local proc = require('lib.proc')
local test, eq = T.test, T.eq

-- The plugin's own folder as a user gets it, without what was built.
local function fresh_copy(t)
  local dir = t.dir .. '/hum.nvim'
  vim.fn.mkdir(dir, 'p')
  for _, name in ipairs({ 'src', 'lua', 'plugin', 'ftplugin', 'ftdetect', 'doc', 'tools', 'Makefile' }) do
    if vim.uv.fs_stat(t.root .. '/' .. name) then
      eq(0, proc.run({ 'cp', '-r', t.root .. '/' .. name, dir .. '/' }).code)
    end
  end
  return dir
end

test(
  'without a built helper one message gives the exact command, and :Hum build does it',
  { nvim = false, alone = true, once = true },
  function(t)
    local dir = fresh_copy(t)
    t.root = dir
    t.child = t:start({ ui = { 300, 30 }, helper = false })
    local srv = t:fake()
    srv:script({ text = 'built' })
    local buf = chat.open(t, srv)
    chat.ask(t, 'hello')
    t:wait(function() return t:messages() ~= '' end, 'a message')
    T.match(':Hum build', t:messages(), true)
    T.match('"make" in ' .. dir, t:messages(), true)
    local _, count = t:messages():gsub('not built', '')
    eq(1, count)
    t:cmd('Hum build')
    t:wait(function() return t:messages():find('is built') end, 'the helper is built', 120)
    t:lua([[require('hum').send(...)]], buf)
    eq('done', chat.finished(t).status)
    eq('built', chat.reply(t, buf))
  end
)

test('a build that fails says why', { nvim = false }, function(t)
  local dir = fresh_copy(t)
  vim.fn.delete(dir .. '/src/main.c')
  t.root = dir
  t.child = t:start({ ui = { 300, 30 } })
  t:cmd('Hum build')
  t:wait(function() return t:messages():find('building the helper failed') end, 'a message', 120)
end)

test('a build that lacks a library says what to install', { nvim = false }, function(t)
  local dir = fresh_copy(t)
  t:write_file(
    'hum.nvim/tools/deps',
    '#!/bin/sh\necho "hum: as root, run: apt-get install libuv1-dev (missing: libuv)" >&2\nexit 1\n'
  )
  t.root = dir
  t.child = t:start({ ui = { 80, 30 } })
  t:cmd('Hum build')
  t:wait(function() return t:messages():find('missing: libuv') end, 'a message')
  T.match('\nhum: as root, run: apt-get install libuv1-dev (missing: libuv)', t:messages(), true)
  T.no_match('building the helper failed', t:messages())
end)

test('what was installed from elsewhere is not built', { nvim = false }, function(t)
  local dir = fresh_copy(t)
  vim.fn.delete(dir .. '/Makefile')
  t.root = dir
  t.child = t:start({ ui = { 80, 30 } })
  t:cmd('Hum build')
  t:wait(function() return t:messages():find('run "make install" again', 1, true) end, 'a message')
end)

--- Another version of the plugin is written over the one that runs.
local function update(dir)
  local helper = dir .. '/lua/hum/server/helper.lua'
  local future = os.time() + 60
  T.ok(vim.uv.fs_utime(helper, future, future))
end

test('an update under a running Neovim says to restart it', { nvim = false }, function(t)
  local dir = fresh_copy(t)
  t.root = dir
  t.child = t:start({ ui = { 120, 30 } })
  t:lua([[require('hum')]])
  local mismatch = [[
    local helper = require('hum.server.helper')
    helper.on_lost(function(failure) hint = failure.hint end)
    vim.wait(10000, function() return helper.start() ~= nil and helper.state().status == 'ready' end)
    helper.on_ready({ version = '9.9.9', protocol = 999 })
    return hint
  ]]
  T.match('Rebuild it with :Hum build', t:lua(mismatch), true)
  update(dir)
  eq('Restart Neovim: hum was updated while it ran.', t:lua(mismatch))
  t:lua([[require('hum.fault').guard('a test', function() error('oh no') end)]])
  t:wait(function() return t:messages():find('internal error in a test', 1, true) end, 'a message')
  T.match('Restart Neovim', t:messages(), true)
end)

test('checkhealth of a good installation has no complaint', function(t)
  local srv = t:fake()
  srv:script({ models = { 'alpha:7b' }, version = '0.33.0', default = { text = 'x' } })
  chat.configure(t, srv, { model = 'alpha:7b' })
  t:cmd('checkhealth hum')
  local text = t:wait(function()
    local report = t:text()
    return report:find('alpha:7b') and report
  end, 'the report')
  T.match('Neovim', text)
  T.match('0.1.0', text, true)
  T.match('protocol', text)
  T.match('0.33.0', text, true)
  T.no_match('ERROR', text)
  T.no_match('WARN', text)
end)

test('checkhealth says what is wrong and what to do', function(t)
  chat.configure(t, { url = 'http://127.0.0.1:1' }, {}, { helper = '/no/such/hum' })
  t:cmd('checkhealth hum')
  local text = t:text()
  T.match('ERROR', text)
  T.match('/no/such/hum', text, true)
end)

test('checkhealth tells of a server that is not there, with advice', function(t)
  chat.configure(t, { url = 'http://127.0.0.1:1' })
  t:cmd('checkhealth hum')
  local text = t:wait(function()
    local report = t:text()
    return report:find('127.0.0.1:1', 1, true) and report
  end, 'the report')
  T.match('ollama serve', text, true)
end)

test('events come in order, each once, with their data', function(t)
  local srv = t:fake()
  srv:script({ thinking = 'let me see', text = 'the answer' })
  local buf = chat.open(t, srv, { model = 'thinker' })
  chat.ask(t, 'hello')
  chat.finished(t)
  local names = {}
  for _, e in ipairs(t:events()) do
    names[#names + 1] = e.name .. (e.data.part and ' ' .. e.data.part or '')
    eq(buf, e.data.buf)
  end
  eq(
    { 'HumChatOpened', 'HumRequestStarted', 'HumPartStarted thinking', 'HumPartStarted text', 'HumRequestFinished' },
    names
  )
  local started, finished = t:events('HumRequestStarted')[1].data, chat.finished(t)
  eq({ 'ollama', 'thinker' }, { started.endpoint, started.model })
  eq(started.id, finished.id)
  eq('stop', finished.reason)
  T.ok(finished.stats.tokens > 0)
end)

test('the log has no questions, answers or keys in it', { env = { SECRET = 'k-4711' } }, function(t)
  local srv = t:fake()
  srv:script({ text = 'an answer of its own' })
  chat.open(t, srv, { key = { env = 'SECRET' } })
  chat.ask(t, 'a question of mine')
  chat.finished(t)
  local log = t:log()
  T.match('chat 1: ended', log)
  for _, secret in ipairs({ 'a question of mine', 'an answer of its own', 'k-4711' }) do
    T.no_match(secret, log, true)
  end
end)
