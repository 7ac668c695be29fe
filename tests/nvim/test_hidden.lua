-- A reply that ends where nobody sees it is told.
local T = require('harness')
local stream = require('lib.stream')
local test, eq, match = T.test, T.eq, T.match

local function opts(more)
  return { ui = { 80, 24 }, init = stream.init .. 'local g = vim.g.hum;' .. (more or '') .. ' vim.g.hum = g' }
end

local function ask(t)
  local buf = stream.open(t, 'Blue skies')
  stream.ask(t, 'why')
  stream.part(t, 'text')
  stream.tokens(t, 'because')
  return buf
end

local function bells(t)
  t:lua('return 0')
  return t.child.screen.bells
end

for name, hide in pairs({ ['another buffer'] = 'enew', ['another tab page'] = 'tabnew' }) do
  test('behind ' .. name .. ' the end of a reply is told, with the chat and how it is shown', opts(), function(t)
    ask(t)
    t:cmd('set hidden | ' .. hide)
    stream.done(t)
    t:wait(
      function()
        return t:messages():find('hum: fake has answered "Blue skies"', 1, true)
          and t:messages():find(':Hum chat shows it')
      end,
      'a message'
    )
    eq(true, t:events('HumRequestFinished')[1].data.hidden)
    t:cmd('Hum chat')
    match('because', t:text())
  end)
end

test('of a chat that is not the latest the message names its buffer', opts(), function(t)
  local buf = ask(t)
  t:cmd('set hidden | Hum new')
  stream.done(t)
  t:wait(function() return t:messages():find((':buffer %d shows it'):format(buf), 1, true) end, 'a message')
end)

test('a chat that is seen has no message', opts('g.chat.bell = true;'), function(t)
  ask(t)
  t:cmd('split | enew')
  stream.done(t)
  eq(false, t:wait_event('HumRequestFinished').hidden)
  t:cmd('redraw')
  T.no_match('has answered', t:messages())
  eq(0, bells(t))
end)

test('one of several messages that are queued is not told, the last is', opts(), function(t)
  ask(t)
  t:keys('Gotwo<Esc><CR>')
  t:cmd('set hidden | enew')
  stream.event(t, 'done', { reason = 'stop', ending = 'good', stats = { tokens = 3, total_ms = 60 } })
  t:wait(function() return #t:events('HumRequestStarted') == 2 end, 'the next one goes')
  T.no_match('has answered', t:messages())
  stream.part(t, 'text')
  stream.tokens(t, 'again')
  stream.done(t)
  t:wait(function() return t:messages():find('fake has answered') end, 'a message')
end)

test('of a failure its own message tells, once', opts(), function(t)
  ask(t)
  t:cmd('set hidden | enew')
  stream.event(t, 'error', { code = 'server', message = 'the runner is gone', hint = 'start it', stats = {} })
  t:wait(function() return t:messages():find('the runner is gone') end, 'a message')
  T.no_match('has answered', t:messages())
end)

test('the bell rings for those who want it, in normal and in insert mode', opts('g.chat.bell = true;'), function(t)
  ask(t)
  t:cmd('set hidden | enew')
  stream.done(t)
  t:wait(function() return bells(t) == 1 end, 'the bell')
  eq('all', t:eval('&belloff'))
  t:cmd('buffer #')
  stream.ask(t, 'more')
  stream.part(t, 'text')
  stream.tokens(t, 'so')
  t:cmd('enew')
  t:keys('itext')
  stream.done(t)
  t:wait(function() return bells(t) == 2 end, 'the bell in insert mode')
  eq('i', t.child:mode().mode)
  t:keys('!')
  eq('text!', t:text())
end)

test('it rings for a chat that is seen while Neovim has not the focus', opts('g.chat.bell = true;'), function(t)
  ask(t)
  t:cmd('doautocmd FocusLost')
  stream.done(t)
  t:wait(function() return bells(t) == 1 end, 'the bell')
end)

test('no bell without the option', opts(), function(t)
  ask(t)
  t:cmd('set hidden | enew')
  stream.done(t)
  t:wait(function() return t:messages():find('has answered') end, 'a message')
  eq(0, bells(t))
end)
