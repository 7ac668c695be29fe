-- From the server's tokens to the buffer: one edit for each, nothing lost, nothing misplaced.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

-- Bytes of each token of chat.tokens(); no other change of a chat inserts as many.
local TOKEN = 7

local function finish_well(t, n)
  local data = chat.finished(t, n)
  eq('done', data.status, vim.inspect(data))
  return data.stats
end

-- 1000 tokens, 3 ms apart, with the chat prepared by `prepare`.
local function one_edit_each(prepare)
  return function(t)
    local tokens, text = chat.tokens(1000)
    local srv = t:fake()
    srv:script({ tokens = tokens, interval_ms = 3 })
    local buf = chat.open(t, srv)
    prepare(t, buf)
    -- Tokens merge only behind a full window, which takes a machine that stood still for
    -- 64 × 3 ms. That is not what is under test: then once more.
    for attempt = 1, 3 do
      chat.count_changes(t, buf)
      chat.ask(t, 'go on', buf)
      local stats = finish_well(t, attempt)
      eq(text, chat.reply(t, buf))
      if stats.max_unacked < 64 or attempt == 3 then
        eq(0, stats.merged, 'merged')
        eq(1000, stats.edits, 'edits')
        eq(1000, chat.changes(t, TOKEN), 'changes of the buffer')
        return
      end
    end
  end
end

test('1000 tokens make 1000 edits in the current buffer', one_edit_each(function() end))

test('1000 tokens make 1000 edits in a buffer that is not shown', one_edit_each(function(t) t:cmd('enew') end))

test('1000 tokens make 1000 edits in another window', one_edit_each(function(t) t:cmd('new') end))

test(
  '1000 tokens make 1000 edits while the user is in insert mode',
  one_edit_each(function(t)
    t:keys('gg0i')
    t:wait(function() return t.child:mode().mode == 'i' end, 'insert mode')
  end)
)

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

-- Blocks Neovim, lets the server write everything meanwhile, frees it again.
local function while_blocked(block, free)
  return function(t)
    local tokens, text = chat.tokens(600)
    local srv = t:fake()
    srv:script({ tokens = tokens, interval_ms = 1, faults = { { at = 20, ['do'] = 'pause', ms = 300 } } })
    local buf = chat.open(t, srv)
    chat.ask(t, 'go on', buf)
    t:wait(function() return chat.reply(t, buf):find('000010') end, 'the first tokens')
    block(t)
    t:wait(function() return t.child:mode().blocking end, 'Neovim is blocked')
    srv:wait_event('done')
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
  local tokens, text = chat.tokens(600)
  local srv = t:fake()
  srv:script({ tokens = tokens, interval_ms = 1 })
  local buf = chat.open(t, srv)
  chat.ask(t, 'go on', buf)
  t:wait(function() return chat.reply(t, buf):find('000010') end, 'the first tokens')
  -- A pipe without a writer: the command, and so Neovim, waits until the gate opens.
  local gate = t.dir .. '/gate'
  vim.fn.system({ 'mkfifo', gate })
  t.child.rpc:notify('nvim_command', ("call system('cat %s')"):format(gate))
  srv:wait_event('done')
  t:write_file('gate', '')
  local stats = finish_well(t)
  eq(text, chat.reply(t, buf))
  T.ok(stats.merged >= 1, 'tokens were merged')
end)

test('nothing is lost or misplaced under textlock', function(t)
  local tokens, text = chat.tokens(300)
  local srv = t:fake()
  srv:script({ tokens = tokens, interval_ms = 2 })
  local buf = chat.open(t, srv)
  t:lua([[vim.keymap.set('n', '<F5>', function() return vim.fn.getcharstr() end, { expr = true })]])
  chat.ask(t, 'go on', buf)
  t:wait(function() return chat.reply(t, buf):find('000010') end, 'the first tokens')
  t:keys('<F5>')
  -- All of the rest comes while the mapping waits for its key, and is refused.
  srv:wait_event('done')
  local before = chat.reply(t, buf)
  T.ok(#before < #text, 'the lock held text back')
  t:keys('l')
  local stats = finish_well(t)
  eq(text, chat.reply(t, buf))
  T.ok(stats.redelivered >= 1, 'text was delivered again')
end)

test('textlock comes and goes in mid-stream', function(t)
  local tokens, text = chat.tokens(1500)
  local srv = t:fake()
  srv:script({ tokens = tokens, interval_ms = 2 })
  local buf = chat.open(t, srv)
  t:lua([[vim.keymap.set('n', '<F5>', function() return vim.fn.getcharstr() end, { expr = true })]])
  chat.ask(t, 'go on', buf)
  for i = 1, 6 do
    t:wait(function() return #chat.reply(t, buf) > i * 1000 end, ('%d bytes'):format(i * 1000))
    local sent = srv:tokens_written()
    t:keys('<F5>')
    t:wait(function() return srv:tokens_written() > sent + 25 end, 'tokens under the lock')
    t:keys('l')
  end
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
  t:keys('gg/two<CR>dd')
  t:wait(function() return not t:text(buf):find('two') end, 'the line is gone')
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
  local tokens = {}
  for i = 1, 3000 do
    tokens[i] = ('%07d'):format(i) .. ('x'):rep(3992) .. '\n'
  end
  local srv = t:fake()
  srv:script({ tokens = tokens, interval_ms = 0.1, faults = { { at = 10, ['do'] = 'pause', ms = 300 } } })
  local buf = chat.open(t, srv)
  chat.ask(t, 'go on', buf)
  t:wait(function() return chat.reply(t, buf):find('0000005') end, 'the first tokens')
  t:keys([[:echo "one\ntwo\nthree"<CR>]])
  t:wait(function() return t.child:mode().blocking end, 'Neovim is blocked')
  -- Nothing is acknowledged, so the helper stops reading and the server cannot write on.
  local before
  t:wait(function()
    local now = srv:tokens_written()
    local still = now == before and now > 1000
    before = now
    t:elapse(0.2)
    return still
  end, 'the server is held back')
  T.ok(before < 3000, 'back-pressure: the server wrote ' .. before)
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
