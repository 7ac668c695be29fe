-- #cmd: the question before a command runs, and what it writes.
local T = require('harness')
local kinds = require('lib.kinds')
local test, eq = T.test, T.eq

T.once()

local PURE = { ui = false }

--- Has every question answered with the nth choice (0: with none), and writes them down.
local function answering(t, n)
  t:lua(
    [[
    local n = ...
    asked = asked or {}
    vim.ui.select = function(items, opts, on_choice)
      table.insert(asked, { prompt = opts.prompt, items = items })
      if n ~= 'never' then on_choice(items[n], items[n] and n or nil) end
    end
  ]],
    n
  )
end

--- What the question before a reference says.
---@return string|false err  false: it may be done
local function ask(t, command, base)
  t:lua(
    [[
    local command, base = ...
    base = base or vim.fn.getcwd()
    where = { project = base, base = base, dry = false }
    ref = { text = '#cmd:' .. command, kind = 'cmd', arg = command, force = false }
    allowed = nil
    cancel = require('hum.reference.consent').ask(require('hum.reference.kinds.cmd'), ref, where, function(err)
      allowed = { err or false }
    end)
  ]],
    command,
    base
  )
  return t:wait(function() return t:lua('return allowed') end, 'the answer')[1]
end

-- ---- the question ----------------------------------------------------------------------------

test('the question shows what will run and where; no means no', PURE, function(t)
  answering(t, 3)
  eq('#cmd:make -j4 was not run: you did not allow it\nAllow it, or take it out of the message.', ask(t, 'make -j4'))
  local asked = t:lua('return asked')
  T.match('make -j4', asked[1].prompt, true)
  T.match(t:lua([[return vim.fn.fnamemodify(vim.fn.getcwd(), ':~')]]), asked[1].prompt, true)
  answering(t, 0)
  T.ok(ask(t, 'make -j4'), 'no answer is no')
end)

test('once is once; always holds for this command in this project, and after a new start', PURE, function(t)
  answering(t, 1)
  eq(false, ask(t, 'make'))
  eq(false, ask(t, 'make'))
  eq(2, #t:lua('return asked'))
  answering(t, 2)
  eq(false, ask(t, 'make'))
  answering(t, 3)
  eq(false, ask(t, 'make'))
  eq(3, #t:lua('return asked'))
  T.ok(ask(t, 'make all'))
  t:write_file('other/x', '')
  T.ok(ask(t, 'make', t.dir .. '/other'))
  eq(5, #t:lua('return asked'))
  local again = t:start()
  again:lua(
    [[
    local base = ...
    local ref = { text = '#cmd:make', kind = 'cmd', arg = 'make', force = false }
    vim.ui.select = function() error('asked again') end
    require('hum.reference.consent').ask(require('hum.reference.kinds.cmd'), ref, { project = base, base = base }, function(err)
      allowed = { err or false }
    end)
  ]],
    t:lua('return vim.fn.getcwd()')
  )
  eq({ false }, t:wait(function() return again:lua('return allowed') end, 'the answer'))
end)

test('two questions come one after the other, and a cancelled one makes room', PURE, function(t)
  answering(t, 'never')
  t:lua([[
    local consent, kind = require('hum.reference.consent'), require('hum.reference.kinds.cmd')
    local base = vim.fn.getcwd()
    local where = { project = base, base = base }
    heard = {}
    local function start(command)
      return consent.ask(kind, { text = '#cmd:' .. command, arg = command }, where, function(err) table.insert(heard, command) end)
    end
    first, second = start('one'), start('two')
  ]])
  t:wait(function() return #t:lua('return asked') == 1 end, 'the first question')
  answering(t, 1)
  t:lua('first()')
  t:wait(function() return #t:lua('return heard') == 1 end, 'the second answer')
  eq({ 'two' }, t:lua('return heard'))
end)

test('a picker that fails, or is interrupted, has not allowed anything', PURE, function(t)
  t:lua([[vim.ui.select = function() error('no picker here') end]])
  T.match('was not run', ask(t, 'make'), true)
  T.match('no picker here', t:log(), true)
  t:lua([[vim.ui.select = function() error('Keyboard interrupt') end]])
  T.match('was not run', ask(t, 'make'), true)
  answering(t, 1)
  eq(false, ask(t, 'make'))
end)

test('what could hide a part of the command is shown', PURE, function(t)
  answering(t, 3)
  ask(t, 'echo \226\128\174x\226\128\139\27[8m')
  T.match('echo <202e>x<200b>^[[8m', t:lua('return asked[1].prompt'), true)
end)

-- ---- what it writes --------------------------------------------------------------------------

test('the output of a command has its streams in order and its exit code', PURE, function(t)
  local one = kinds.source(t, 'cmd', 'echo one; echo two >&2; echo three; exit 3')
  eq('one\ntwo\nthree', one.text)
  eq({ command = 'echo one; echo two >&2; echo three; exit 3', exit = '3' }, one.attributes)
end)

test('a command runs in the folder of the project, without input', PURE, function(t)
  t:write_file('proj/x', '')
  eq(t.dir .. '/proj', kinds.source(t, 'cmd', 'pwd', { base = t.dir .. '/proj' }).text)
  eq('(no output)', kinds.source(t, 'cmd', 'cat').text)
end)

test('colours, lines that were written over and bytes that are no text are gone', PURE, function(t)
  local one =
    kinds.source(t, 'cmd', [[printf '\033[1;31mred\033[0m \033]0;title\007x\r\n 10%%\r 50%%\r100%%\nab\bc\000\377\n']])
  eq('red x\n100%\nac\239\191\189', one.text)
end)

test('of much output beginning and end are kept, and what is left out is said', PURE, function(t)
  local one = kinds.source(t, 'cmd', 'seq 1 200000')
  T.match('^1\n2\n', one.text)
  T.match('\n200000$', one.text)
  T.ok(#one.text < 64 * 1024, #one.text)
  T.match('bytes left out', one.text, true)
  T.match('only the beginning and the end', one.note, true)
  for line in one.text:gmatch('[^\n]+') do
    T.ok(line:find('^%d+$') or line:find('left out', 1, true), line)
  end
end)

test('a command that is cancelled ends with all it has started', PURE, function(t)
  kinds.start(t, 'cmd', ('sleep 1000 & echo $! > %s/pid; wait'):format(t.dir))
  local pid = t:wait(function()
    local file = io.open(t.dir .. '/pid')
    local text = file and file:read('*n')
    if file then file:close() end
    return text
  end, 'it runs')
  t:lua('cancel()')
  t:wait(function() return vim.uv.kill(pid, 0) ~= 0 end, 'it is gone')
  eq(0, t:lua('return calls'))
end)

test('a command ends with Neovim', PURE, function(t)
  kinds.start(t, 'cmd', ('trap "" TERM; sleep 1000 & echo $! > %s/pid; wait'):format(t.dir))
  local pid = t:wait(function()
    local file = io.open(t.dir .. '/pid')
    local text = file and file:read('*n')
    if file then file:close() end
    return text
  end, 'it runs')
  pcall(t.cmd, t, 'qall!')
  t:wait(function() return vim.uv.kill(pid, 0) ~= 0 end, 'it is gone')
end)

test('a command that takes too long is stopped, which is said', PURE, function(t)
  t:lua([[require('hum').setup({ reference = { cmd_timeout = 0.3 } })]])
  local one = kinds.source(t, 'cmd', 'echo before; sleep 1000')
  eq({ 'before', 'stopped after 0.3 s' }, { one.text, one.attributes.exit })
  T.match('it was stopped after 0.3 s', one.note, true)
end)

test('a shell that is not there, and one with options', PURE, function(t)
  t:cmd('set shell=/bin/sh\\ -u')
  eq('x', kinds.source(t, 'cmd', 'echo x').text)
  t:cmd('set shell=/nowhere/sh')
  T.match('127', kinds.source(t, 'cmd', 'echo x').attributes.exit, true)
end)
