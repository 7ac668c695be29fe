-- From the server's tokens to the buffer: one edit for each, nothing lost, nothing misplaced.
local T = require('harness')
local chat = require('lib.chat')
local proc = require('lib.proc')
local test, eq = T.test, T.eq

T.once()

-- Bytes of each token of chat.tokens(); no other change of a chat inserts as many.
local TOKEN = 7

local function finish_well(t, n)
  local data = chat.finished(t, n)
  eq('done', data.status, vim.inspect(data))
  return data.stats
end

-- Waits until the `i`th token of chat.tokens() is in the buffer.
local function wait_token(t, buf, i)
  t:wait(function() return chat.reply(t, buf):find(('%06d'):format(i), 1, true) end, ('token %d'):format(i))
end

local function one_edit_each(prepare)
  return function(t)
    local tokens, text = chat.tokens(1000)
    local srv = t:fake()
    local gate = t:gate(srv)
    srv:script({ tokens = tokens })
    local buf = chat.open(t, srv)
    prepare(t)
    chat.count_changes(t, buf)
    gate:pass(0)
    chat.ask(t, 'go on', buf)
    chat.pass_by_16(gate, 1000, function(i) wait_token(t, buf, i) end)
    local stats = finish_well(t)
    eq(text, chat.reply(t, buf))
    eq(0, stats.merged, 'merged')
    eq(1000, stats.edits, 'edits')
    eq(1000, chat.changes(t, TOKEN), 'changes of the buffer')
  end
end

for where, prepare in vim.spairs(chat.SITUATIONS) do
  test('1000 tokens make 1000 edits ' .. where, one_edit_each(prepare))
end

test('20000 tokens flat out arrive whole, within the window', function(t)
  local tokens, text = chat.tokens(20000)
  local srv = t:fake()
  srv:script({ tokens = tokens })
  local buf = chat.open(t, srv)
  chat.ask(t, 'go on', buf)
  local stats = finish_well(t)
  eq(text, chat.reply(t, buf))
  T.ok(stats.max_unacked <= 64, stats.max_unacked .. ' edits unacknowledged')
  T.ok(stats.edits <= 20000)
  eq(0, stats.redelivered)
end)

-- A chat of which 20 tokens have come, and the rest comes when the gate lets it.
local function begun(t, n)
  local tokens, text = chat.tokens(n)
  local srv = t:fake()
  local gate = t:gate(srv)
  srv:script({ tokens = tokens })
  local buf = chat.open(t, srv)
  gate:pass(20)
  chat.ask(t, 'go on', buf)
  wait_token(t, buf, 20)
  return buf, text, gate
end

-- Lets all the rest through and waits until the helper has it.
local function pass_rest(t, gate)
  gate:pass()
  t:wait(function() return gate:taken() end, 'the helper has taken the rest')
end

-- Blocks Neovim, lets everything come meanwhile, frees it again.
local function while_blocked(block, free)
  return function(t)
    local buf, text, gate = begun(t, 600)
    block(t)
    t:wait(function() return t.child:mode().blocking end, 'Neovim is blocked')
    pass_rest(t, gate)
    T.ok(t.child:mode().blocking, 'still blocked')
    free(t)
    local stats = finish_well(t)
    eq(text, chat.reply(t, buf))
    T.ok(stats.merged >= 1, 'tokens were merged')
    T.ok(stats.edits < 600, stats.edits .. ' edits')
    T.ok(stats.max_unacked <= 64, stats.max_unacked .. ' edits unacknowledged')
  end
end

test(
  'tokens merge while a hit-enter prompt is open, and all are there afterwards',
  while_blocked(function(t) t:keys([[:echo "one\ntwo\nthree"<CR>]]) end, function(t) t:keys('<CR>') end)
)

test(
  'tokens merge while f waits for its key, and all are there afterwards',
  while_blocked(function(t) t:keys('ggf') end, function(t) t:keys('<Esc>') end)
)

test('tokens merge while system() runs, and all are there afterwards', function(t)
  local buf, text, gate = begun(t, 600)
  -- A pipe that nobody writes to: the command, and so Neovim, waits for its end.
  local fifo = t.dir .. '/fifo'
  eq(0, proc.run({ 'mkfifo', fifo }).code)
  t.child.rpc:notify('nvim_command', ("call system('cat %s')"):format(fifo))
  -- Without a reader it cannot be opened.
  local O = vim.uv.constants
  local writer = t:wait(function() return (vim.uv.fs_open(fifo, O.O_WRONLY + O.O_NONBLOCK, 0)) end, 'system() runs')
  pass_rest(t, gate)
  vim.uv.fs_close(writer)
  local stats = finish_well(t)
  eq(text, chat.reply(t, buf))
  T.ok(stats.merged >= 1, 'tokens were merged')
end)

test('nothing is lost or misplaced under textlock', function(t)
  local buf, text, gate = begun(t, 300)
  chat.lock(t, buf)
  -- All of the rest comes while the mapping waits for its key, and is refused.
  pass_rest(t, gate)
  local before = chat.reply(t, buf)
  T.ok(#before < #text, 'the lock held text back')
  t:keys('l')
  local stats = finish_well(t)
  eq(text, chat.reply(t, buf))
  T.ok(stats.redelivered >= 1, 'text was delivered again')
end)

test('textlock comes and goes in mid-stream', function(t)
  local buf, text, gate = begun(t, 1500)
  local passed = 20
  for _ = 1, 6 do
    gate:pass(100)
    wait_token(t, buf, passed + 100)
    chat.lock(t, buf)
    gate:pass(40)
    t:wait(function() return gate:taken() end, 'tokens under the lock')
    t:keys('l')
    passed = passed + 140
    wait_token(t, buf, passed)
  end
  gate:pass()
  finish_well(t)
  eq(text, chat.reply(t, buf))
end)

test('the user types above the reply and nothing is misplaced', function(t)
  local tokens, text = chat.tokens(700)
  local srv = t:fake()
  srv:script({ tokens = tokens, interval_ms = 2 })
  local buf = chat.open(t, srv)
  chat.ask(t, 'go on', buf)
  t:wait(function() return chat.reply(t, buf):find('000010') end, 'the first tokens')
  -- Into the question, which stands above the reply.
  t:keys('gg/go on<CR>A')
  for i = 1, 40 do
    t:keys(('u%d<CR>'):format(i))
    t:wait(function() return t:text(buf):find(('u%d\n'):format(i), 1, true) end, 'what was typed')
  end
  t:keys('<Esc>')
  finish_well(t)
  eq(text, chat.reply(t, buf))
  local typed = {}
  for i = 1, 40 do
    typed[i] = 'u' .. i
  end
  T.match('go on' .. table.concat(typed, '\n') .. '\n', t:text(buf), true)
end)

test('the user works in another window and nothing is misplaced', function(t)
  local tokens, text = chat.tokens(700)
  local srv = t:fake()
  srv:script({ tokens = tokens, interval_ms = 2 })
  local buf = chat.open(t, srv)
  chat.ask(t, 'go on', buf)
  t:cmd('new')
  t:keys('i')
  local want = {}
  for i = 1, 40 do
    t:keys(('w%d<CR>'):format(i))
    want[i] = 'w' .. i
    t:wait(function() return t:text(0):find(('w%d\n'):format(i), 1, true) end, 'what was typed')
  end
  t:keys('<Esc>')
  finish_well(t)
  eq(text, chat.reply(t, buf))
  eq(table.concat(want, '\n') .. '\n', t:text(0))
end)

test('lines above are deleted in mid-stream and the reply stays whole', function(t)
  local tokens, text = chat.tokens(500)
  local srv = t:fake()
  srv:script({ tokens = tokens, interval_ms = 2 })
  local buf = chat.open(t, srv)
  chat.ask(t, 'one\ntwo\nthree\nfour', buf)
  t:wait(function() return chat.reply(t, buf):find('000010') end, 'the first tokens')
  t:keys('gg/^two<CR>dd')
  t:wait(function() return not t:text(buf):find('\ntwo\n') end, 'the line is gone')
  finish_well(t)
  eq(text, chat.reply(t, buf))
  T.match('one\nthree\nfour\n', t:text(buf), true)
end)

test('a chat that was saved and left takes the reply all the same', function(t)
  local tokens, text = chat.tokens(300)
  local srv = t:fake()
  srv:script({ tokens = tokens, interval_ms = 3 })
  local buf = chat.open(t, srv)
  local path = t.dir .. '/kept.md'
  chat.ask(t, 'go on', buf)
  t:wait(function() return chat.reply(t, buf):find('000010') end, 'the first tokens')
  t:cmd('write ' .. path)
  t:cmd('enew')
  finish_well(t)
  eq(text, chat.reply(t, buf))
end)

test('12 MB that come while a prompt is open wait outside and are all there afterwards', function(t)
  local tokens = chat.long_tokens()
  local srv = t:fake()
  srv:script({ tokens = tokens, interval_ms = 0.1 })
  local gate = t:gate(srv)
  local buf = chat.open(t, srv)
  gate:pass(10)
  chat.ask(t, 'go on', buf)
  t:wait(function() return chat.reply(t, buf):find('0000010') end, 'the first tokens')
  t:keys([[:echo "one\ntwo\nthree"<CR>]])
  t:wait(function() return t.child:mode().blocking end, 'Neovim is blocked')
  gate:pass()
  -- Nothing is acknowledged, so the helper stops reading and the server cannot write on.
  local written = srv:held_back(t, 1000)
  T.ok(written < #tokens, 'back-pressure: the server wrote ' .. written)
  t:keys('<CR>')
  finish_well(t)
  eq(vim.trim(table.concat(tokens)), vim.trim(chat.reply(t, buf)))
end)

-- What a user may do elsewhere; each leaves the modes as they were.
local BUSY = {
  'ithis and that<Esc>',
  'yypVjd',
  'qaOmacro<Esc>q@a@a',
  '/that<CR>n',
  ':s/i/o/g<CR>',
  'u<C-r>',
  ':<C-f>ihello<Esc><C-c><C-c>',
  ':tabnew<CR>itext<Esc>:tabclose!<CR>',
  '<C-w>v<C-w>c',
  'gg<C-v>Gly',
  ':vnew<CR>:terminal<CR>i<C-\\><C-n>:close<CR>',
  'ggVGJ',
  'i<C-r>=1+2<CR><Esc>',
  'O<C-x><C-n><C-e><Esc>',
}

test('a user who does many things elsewhere meets no disturbance and causes none', function(t)
  local tokens, text = chat.tokens(900)
  local srv = t:fake()
  srv:script({ tokens = tokens, interval_ms = 2 })
  local buf = chat.open(t, srv)
  chat.ask(t, 'go on', buf)
  t:cmd('new')
  local work = t:lua('return vim.api.nvim_get_current_buf()')
  for _, keys in ipairs(BUSY) do
    t:keys(keys)
    t:wait(function()
      local mode = t.child:mode()
      return not mode.blocking and mode.mode == 'n' and t:lua('return vim.api.nvim_get_current_buf() == ...', work)
    end, 'normal mode after ' .. keys)
  end
  finish_well(t)
  eq(text, chat.reply(t, buf))
  T.match('macro', t:text(work))
  T.no_match('0000', t:text(work))
end)

test('several chats stream at once, each whole', function(t)
  local srv = t:fake()
  local want, rules, bufs = {}, {}, {}
  for i = 1, 5 do
    local tokens = {}
    for j = 1, 400 do
      tokens[j] = ('%d-%03d '):format(i, j)
    end
    want[i] = table.concat(tokens)
    rules[i] = { match = { text = 'question ' .. i }, tokens = tokens, interval_ms = i }
  end
  srv:script({ rules = rules })
  for i = 1, 5 do
    bufs[i] = chat.open(t, srv)
  end
  for i = 1, 5 do
    chat.ask(t, 'question ' .. i, bufs[i])
  end
  for i = 1, 5 do
    eq('done', chat.finished(t, i).status)
  end
  for i = 1, 5 do
    eq(want[i], chat.reply(t, bufs[i]))
  end
end)
