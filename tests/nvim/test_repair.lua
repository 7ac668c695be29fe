-- Text that Neovim refuses: nothing is lost, doubled or misplaced, and what lasts is told.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

--- Presses a key whose mapping waits for another one, and no text can be changed meanwhile.
local function lock(t, buf)
  t:keys('<F5>')
  t:wait(
    function() return not t:lua('return (pcall(vim.api.nvim_buf_set_lines, ..., 0, 0, false, {}))', buf) end,
    'textlock'
  )
end

--- Streams `count` equal tokens under a textlock that comes and goes.
local function under_locks(t, token, count)
  local srv = t:fake()
  srv:script({ tokens = vim.fn['repeat']({ token }, count) })
  local gate = t:gate(srv)
  local buf = chat.open(t, srv)
  t:lua([[vim.keymap.set('n', '<F5>', function() return vim.fn.getcharstr() end, { expr = true })]])
  gate:pass(0)
  chat.ask(t, 'go on', buf)
  for i = 1, 3 do
    gate:pass(60)
    t:wait(function() return #chat.reply(t, buf) >= #token * (100 * i - 40) - 1 end, ('%d tokens'):format(100 * i - 40))
    lock(t, buf)
    gate:pass(40)
    t:wait(function() return gate:taken() end, 'tokens under the lock')
    t:keys('l')
    t:wait(function() return #chat.reply(t, buf) >= #token * 100 * i - 1 end, ('%d tokens'):format(100 * i))
  end
  gate:pass()
  return chat.finished(t), chat.reply(t, buf)
end

test('equal tokens are not taken for those that were refused', function(t)
  local data, reply = under_locks(t, 'na ', 400)
  eq('done', data.status)
  eq(vim.trim(('na '):rep(400)), vim.trim(reply))
  T.ok(data.stats.redelivered >= 1, 'text was delivered again')
end)

test('equal lines are not taken for those that were refused', function(t)
  local data, reply = under_locks(t, '|---|\n', 400)
  eq('done', data.status)
  eq(vim.trim(('|---|\n'):rep(400)), vim.trim(reply))
end)

test('text edited in the reply meanwhile is kept by the repair', function(t)
  local srv = t:fake()
  local tokens, text = chat.tokens(300)
  srv:script({ tokens = tokens })
  local gate = t:gate(srv)
  local buf = chat.open(t, srv)
  gate:pass(10)
  t:lua([[vim.keymap.set('n', '<F5>', function() return vim.fn.getcharstr() end, { expr = true })]])
  chat.ask(t, 'go on', buf)
  t:wait(function() return chat.reply(t, buf):find('000010') end, 'the first tokens')
  chat.edit_inside(t)
  lock(t, buf)
  gate:pass()
  t:wait(function() return gate:taken() end, 'all of it under the lock')
  t:keys('l')
  chat.finished(t)
  eq((text:gsub('000003', 'MINE 000003', 1)), chat.reply(t, buf))
end)

test('a buffer that stays locked ends the reply with a word', function(t)
  local srv = t:fake()
  srv:script({ tokens = chat.tokens(5000), count = 1000000, interval_ms = 2 })
  local buf = chat.open(t, srv)
  chat.ask(t, 'go on', buf)
  t:wait(function() return chat.reply(t, buf):find('000010') end, 'the first tokens')
  t:api('nvim_set_option_value', 'modifiable', false, { buf = buf })
  local data = chat.finished(t)
  eq('error', data.status)
  eq('gone', data.code)
  T.match('modifiable', data.message, true)
  srv:wait_event('disconnect')
end)

test('thinking is folded where it begins, also when it came while the editor was busy', function(t)
  local srv = t:fake()
  srv:script({ text = 'so it is', thinking = 'let me see', interval_ms = 2, first_ms = 100 })
  local buf = chat.open(t, srv)
  chat.ask(t, 'go on', buf)
  t:keys('f')
  srv:wait_event('done')
  t:keys('x')
  eq('done', chat.finished(t).status)
  T.match('<think>\nlet me see\n</think>\n\nso it is', t:text(buf), true)
  t:wait_screen('Thought for')
end)
