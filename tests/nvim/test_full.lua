-- A disk that is full, or that cannot be written: told once, the chat has all, and its file is whole as far as it goes.
local T = require('harness')
local chat = require('lib.chat')
local proc = require('lib.proc')
local test, eq, ok = T.test, T.eq, T.ok

T.once()

local DATA = 'data/nvim/hum/chats'

--- Mounts a small disk at a folder of the case.
local function mount(t, size)
  t:eval('1') -- as it starts Neovim makes folders above that one, too
  local dir = t.dir .. '/' .. DATA
  vim.fn.mkdir(dir, 'p')
  local mounted, p = pcall(proc.run, { 'mount', '-t', 'tmpfs', '-o', 'mode=700,size=' .. size, 'tmpfs', dir }, {})
  if not mounted or p.code ~= 0 then T.skip('a disk can be mounted by root only') end
  t:finally(function() proc.run({ 'umount', '-l', dir }, {}) end)
  return dir
end

local function remount(dir, options) assert(proc.run({ 'mount', '-o', 'remount,' .. options, dir }, {}).code == 0) end

local function file_in(dir)
  local found = vim.fn.glob(dir .. '/*.md', true, true)
  eq(1, #found)
  return found[1]
end

local function complaints(t)
  local n = select(2, t:messages():gsub('cannot be saved', ''))
  T.no_match('traceback', t:messages())
  T.no_match('%.lua', t:messages())
  return n
end

local SCRIPT = {
  rules = {
    { match = { text = 'one' }, text = 'A short answer.' },
    { match = { text = 'two' }, tokens = (chat.tokens(9000)), interval_ms = 0.1 },
    { match = { text = 'three' }, text = 'The end.' },
  },
}

local function begin(t, srv)
  srv:script(SCRIPT)
  local buf = chat.open(t, srv)
  chat.ask(t, 'one', buf)
  chat.finished(t)
  return buf
end

test('a full disk is told once; what is in the file is whole; with room again all of it is', function(t)
  local dir = mount(t, '16k')
  local buf = begin(t, t:fake())
  local path = file_in(dir)
  chat.ask(t, 'two', buf)
  chat.finished(t, 2)
  local _, text = chat.tokens(9000)
  eq(text, chat.reply(t, buf))
  t:wait(function() return t:messages():find('the disk is full', 1, true) end, 'it is told')
  eq(1, complaints(t))
  local saved = t:read_file(path)
  ok(vim.startswith(t:text(buf) .. '\n', saved), 'the file is what the chat begins with')
  T.match('\n$', saved)
  T.match('A short answer.', saved)
  ok(#saved > 8000, 'as much of it as there is room for')
  eq({ path }, vim.fn.glob(dir .. '/{.[^.],}*', true, true))
  eq(1, t:eval('&modified'))

  remount(dir, 'size=1m')
  chat.ask(t, 'three', buf)
  chat.finished(t, 3)
  t:wait(function() return t:read_file(path) == t:text(buf) .. '\n' end, 'the file has the text')
  eq(1, complaints(t))
  eq(0, t:eval('&modified'))
end)

test('a full disk does not keep :qa! from ending, and :qa stays', function(t)
  mount(t, '16k')
  local buf = begin(t, t:fake())
  chat.ask(t, 'two', buf)
  chat.finished(t, 2)
  t:keys(':qa<CR>')
  t:wait(function() return t:screen():find('E37') or t:screen():find('E162') end, 'it is refused')
  ok(not t.child:ended(), 'Neovim stays')
  t:keys('<CR>:qa!<CR>')
  t:wait(function() return t.child:ended() end, 'Neovim ends')
end)

test('a file system that becomes read-only is told once, and all is saved when it can be written again', function(t)
  local dir = mount(t, '1m')
  local buf = begin(t, t:fake())
  local path = file_in(dir)
  remount(dir, 'ro')
  chat.ask(t, 'two', buf)
  chat.finished(t, 2)
  t:wait(function() return t:messages():find('read-only', 1, true) end, 'it is told')
  eq(1, complaints(t))
  remount(dir, 'rw')
  t:keys(':qa<CR>')
  t:wait(function() return t.child:ended() end, 'Neovim ends')
  T.match('009000', t:read_file(path))
end)

test('a folder that cannot be made is told; the reply comes', function(t)
  t:eval('1')
  t:write_file('data/nvim/hum', 'a file')
  local srv = t:fake()
  srv:script(SCRIPT)
  local buf = chat.open(t, srv)
  chat.ask(t, 'one', buf)
  eq('done', chat.finished(t).status)
  eq('A short answer.', chat.reply(t, buf))
  t:wait(function() return t:messages():find('cannot be saved', 1, true) end, 'it is told')
  chat.ask(t, 'three', buf)
  chat.finished(t, 2)
  eq(1, complaints(t))
  eq('n', t.child:mode().mode)
end)
