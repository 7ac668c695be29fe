-- A chat is kept in its file: while a reply streams, when it ends, and when the user leaves.
local T = require('harness')
local chat = require('lib.chat')
local test, eq, ok = T.test, T.eq, T.ok

T.once()

local HEAD = '---\nhum: 1\nendpoint: ollama\nmodel: fake\n---\n\n'
local START = HEAD .. '## » You\n\none\n\n## « fake\n\nreply one\n\n## » You\n\n'

--- Opens a chat that is in a file.
---@return integer buf, string path
local function open(t, srv, text, config)
  local path = t:write_file('a folder/talk.md', text or START)
  chat.configure(t, srv, {}, config)
  t:cmd('edit ' .. vim.fn.fnameescape(path))
  eq('hum', t:eval('&filetype'))
  return t:lua('return vim.api.nvim_get_current_buf()'), path
end

--- Waits until the file has all of the buffer's text.
local function wait_kept(t, path, buf)
  t:wait(function() return t:read_file(path) == t:text(buf) .. '\n' end, 'the file has the text')
end

test('a reply is in the file while it streams, and all of it at its end', function(t)
  local tokens, text = chat.tokens(240)
  local srv = t:fake()
  srv:script({ tokens = tokens, interval_ms = 10 })
  local buf, path = open(t, srv)
  chat.ask(t, 'two', buf)
  t:wait(function() return (t:read_file(path) or ''):find('000010', 1, true) end, 'some of it is in the file')
  ok(#t:events('HumRequestFinished') == 0, 'the reply streams still')
  chat.finished(t)
  eq(text, chat.reply(t, buf))
  wait_kept(t, path, buf)
  eq(0, t:eval('&modified'))
  eq('', t:lua('return table.concat(vim.fn.glob(vim.fs.dirname(...) .. "/.hum*", true, true))', path))
end)

--- What the fake server answers to any question.
local ECHO = { rules = { { text = 'Answer.' } } }

--- Asks, and waits until the answer is in the file.
local function ask(t, text, path, buf)
  local n = #t:events('HumRequestFinished')
  chat.ask(t, text, buf)
  chat.finished(t, n + 1)
  wait_kept(t, path, buf)
end

--- Gives a command, which must neither ask nor tell anything.
local function quietly(t, command)
  t:cmd('messages clear')
  t:keys(':' .. command .. '<CR>')
  eq('n', t.child:mode().mode, command .. ' asks')
  T.no_match('W1[0-9]', t:messages())
end

--- What hum did to the file is no reason for Neovim to ask.
for name, command in pairs({ write = 'silent write', checktime = 'checktime', update = 'silent wall' }) do
  test((':%s has nothing to ask after what hum wrote'):format(name), function(t)
    local srv = t:fake()
    srv:script(ECHO)
    local buf, path = open(t, srv)
    for round = 1, 3 do
      ask(t, 'question ' .. round, path, buf)
      t:keys('iand so on<Esc>')
      t:wait(function() return t:text(buf):find('and so on') and t:eval('mode()') == 'n' end, 'text is typed')
      local before = t:text(buf)
      quietly(t, command)
      eq(before, t:text(buf)) -- nothing was read anew
    end
    t:cmd('silent write')
    wait_kept(t, path, buf)
  end)
end

test('what somebody else wrote is asked about before :w writes over it', function(t)
  local srv = t:fake()
  srv:script(ECHO)
  local buf, path = open(t, srv)
  ask(t, 'two', path, buf)
  t:write_file('a folder/talk.md', START .. 'theirs\n')
  t:keys('imine<Esc>:write<CR>')
  t:wait(function() return t.child:mode().mode == 'r?' end, 'Neovim asks')
  t:keys('n')
  t:wait(function()
    local mode = t.child:mode().mode
    if mode == 'r' then t:keys('<CR>') end -- a prompt of Neovim's own
    return mode == 'n'
  end, 'it goes on')
  eq(START .. 'theirs\n', t:read_file(path))
end)

--- Ways to leave a chat: all that stood there is in its file.
local LEAVE = {
  ['qa'] = 'qa',
  ['q'] = 'q',
  ['x'] = 'x',
  ['wqa'] = 'wqa',
  ['cquit'] = 'cquit',
  ['qa!'] = 'qa!',
  ['q from another window'] = 'new | wincmd w | only | q',
}
for name, command in pairs(LEAVE) do
  test((':%s in mid-stream leaves all in the file'):format(name), function(t)
    local srv = t:fake()
    srv:script({ tokens = (chat.tokens(4000)), interval_ms = 5 })
    local buf, path = open(t, srv)
    chat.ask(t, 'two', buf)
    t:wait(function() return chat.reply(t, buf):find('000050', 1, true) end, 'some text')
    t:keys((':%s<CR>'):format(command))
    t:wait(function() return t.child:ended() end, 'Neovim ends')
    T.match('000050', t:read_file(path), true)
  end)
end

test('a draft is in the file when the user leaves', function(t)
  local buf, path = open(t, t:fake())
  chat.ask(t, '', buf)
  t:keys('Gomy draft<Esc>')
  t:wait(function() return t:text(buf):find('my draft') end, 'the draft')
  t:keys(':qa<CR>')
  t:wait(function() return t.child:ended() end, 'Neovim ends')
  T.match('my draft\n$', t:read_file(path))
end)

for name, command in pairs({
  ['edit!'] = 'edit!',
  edit = 'edit',
  bunload = 'new | bunload! %d | buffer %d',
  ['noautocmd edit'] = 'noautocmd edit!',
  bwipeout = 'bwipeout! | edit %s',
}) do
  test((':%s: the chat is there and goes on'):format(name), function(t)
    local srv = t:fake()
    srv:script(ECHO)
    local buf, path = open(t, srv)
    ask(t, 'two', path, buf)
    ask(t, 'three', path, buf)
    local before = t:text(buf)
    t:cmd((command:gsub('%%d', buf):gsub('%%s', vim.fn.fnameescape(path))))
    buf = t:lua('return vim.api.nvim_get_current_buf()')
    eq(before, t:text(buf))
    ask(t, 'four', path, buf)
    local last = srv:requests('/api/chat')[3].body.messages
    eq(
      'user assistant user assistant user assistant user',
      table.concat(vim.tbl_map(function(m) return m.role end, last), ' ')
    )
  end)
end

test(':edit ++ff writes the same file with other line ends', function(t)
  local srv = t:fake()
  srv:script(ECHO)
  local buf, path = open(t, srv)
  ask(t, 'two', path, buf)
  t:cmd('edit ++ff=dos')
  chat.ask(t, 'three', buf)
  chat.finished(t, 2)
  local function has_all() return t:read_file(path) == (t:text(buf) .. '\n'):gsub('\n', '\r\n') end
  t:wait(has_all, 'the file has the text')
  eq('', t:messages():match('hum:[^\n]*') or '')
end)

test('undo survives the end of Neovim', { init = 'vim.o.undofile = true' }, function(t)
  local srv = t:fake()
  srv:script(ECHO)
  local buf, path = open(t, srv)
  ask(t, 'two', path, buf)
  local before = t:text(buf)
  chat.ask(t, 'three', buf)
  chat.finished(t, 2)
  t:keys(':qa<CR>')
  t:wait(function() return t.child:ended() end, 'Neovim ends')
  t.child = t:start()
  chat.configure(t, srv)
  t:cmd('edit ' .. vim.fn.fnameescape(path))
  t:wait(function()
    t:cmd('silent undo')
    return t:text() == before
  end, 'the former text')
  t:keys(':qa!<CR>')
  t:wait(function() return t.child:ended() end, 'Neovim ends')
end)

--- What the two Neovims of a case have told.
local function told(children)
  local out = {}
  for _, child in ipairs(children) do
    out[#out + 1] = child:api('nvim_exec2', 'messages', { output = true }).output
  end
  return table.concat(out, '\n')
end

--- All chats in the folder of a file, as one text.
local function all_of(path)
  local out = {}
  for _, one in ipairs(vim.fn.glob(vim.fn.escape(vim.fs.dirname(path), ' ') .. '/*.md', true, true)) do
    local f = assert(io.open(one))
    out[#out + 1] = f:read('*a')
    f:close()
  end
  return table.concat(out, '\n')
end

test('two Neovims that ask in the same chat at the same moment lose nothing', function(t)
  local srv = t:fake()
  srv:script({
    rules = {
      { match = { text = 'from the first' }, text = 'Answer to the first.' },
      { match = { text = 'from the second' }, text = 'Answer to the second.' },
    },
  })
  local _, path = open(t, srv)
  local first = t.child
  local second = t:start()
  t.child = second
  chat.configure(t, srv)
  t:cmd('edit ' .. vim.fn.fnameescape(path))
  eq('n', t.child:mode().mode)
  local SEND = [[
    vim.api.nvim_buf_set_text(0, -1, -1, -1, -1, { ... })
    require('hum').send(0)
  ]]
  first.rpc:notify('nvim_exec_lua', SEND, { 'from the first' })
  second.rpc:notify('nvim_exec_lua', SEND, { 'from the second' })
  for _, child in ipairs({ first, second }) do
    t.child = child
    chat.finished(t)
    eq('n', child:mode().mode)
  end
  for _, text in ipairs({ 'from the first', 'from the second', 'Answer to the first.', 'Answer to the second.' }) do
    t:wait(function() return all_of(path):find(text, 1, true) end, text .. ' is in a file')
  end
  T.match('another Neovim has this chat open', told({ second }))
  t:wait(function() return told({ first, second }):find('goes on in%s+"talk %(2%).md"') end, 'one is told')
  -- Each goes on in its own file, without a question.
  for i, child in ipairs({ first, second }) do
    t.child = child
    chat.ask(t, i == 1 and 'from the first again' or 'from the second again', 0)
    chat.finished(t, 2)
    quietly(t, 'write')
    eq(0, t:eval('&modified'))
  end
  T.match('from the first again', all_of(path))
  T.match('from the second again', all_of(path))
end)

--- What somebody else does to the file while the chat is open, and what hum makes of it with the next reply.
local OTHERS = {
  ['touched'] = { act = function(_, path) assert(vim.uv.fs_utime(path, 1, 1)) end },
  ['written anew with the same text'] = {
    act = function(t, path)
      local text = t:read_file(path)
      os.remove(path)
      t:write_file('a folder/talk.md', text)
    end,
  },
  ['an older one'] = { act = function(t) t:write_file('a folder/talk.md', START) end },
  ['made empty'] = { act = function(t) t:write_file('a folder/talk.md', '') end },
  ['removed'] = { act = function(_, path) os.remove(path) end, told = 'was removed; it is there again' },
  ['another text'] = {
    act = function(t) t:write_file('a folder/talk.md', 'other') end,
    path = 'a folder/talk (2).md',
    told = 'goes on in%s+"talk %(2%).md"',
  },
}
for name, case in pairs(OTHERS) do
  test(('the file was %s meanwhile'):format(name), function(t)
    local srv = t:fake()
    srv:script(ECHO)
    local buf, path = open(t, srv)
    ask(t, 'two', path, buf)
    case.act(t, path)
    local now = case.path and t.dir .. '/' .. case.path or path
    ask(t, 'three', now, buf)
    ask(t, 'four', now, buf)
    if case.told then
      T.match(case.told, t:messages())
    else
      T.no_match('hum:', t:messages())
    end
    quietly(t, 'write')
    if case.path then eq('other', t:read_file(path)) end
  end)
end

test('what another program added is read, and the chat goes on from there', function(t)
  local srv = t:fake()
  srv:script(ECHO)
  local buf, path = open(t, srv)
  ask(t, 'two', path, buf)
  t:write_file('a folder/talk.md', t:read_file(path) .. 'theirs\n\n## « fake\n\nreply\n\n## » You\n\n')
  t:cmd('checktime')
  eq({ t:text(buf) .. '\n', 0 }, { t:read_file(path), t:eval('&modified') })
  ask(t, 'four', path, buf)
  local sent = vim.tbl_map(function(m) return m.content end, srv:requests('/api/chat')[2].body.messages)
  eq({ 'one', 'reply one', 'two', 'Answer.', 'theirs', 'reply', 'four' }, sent)
  t:cmd('checktime')
  t:cmd('silent write')
  eq('', (t:messages():gsub('"[^\n]*', '')))
end)

test('a folder that goes away is told once, and all is kept when it is there again', function(t)
  local srv = t:fake()
  srv:script({ tokens = (chat.tokens(300)), interval_ms = 10 })
  local buf, path = open(t, srv)
  local dir = vim.fs.dirname(path)
  chat.ask(t, 'two', buf)
  t:wait(function() return (t:read_file(path) or ''):find('000020', 1, true) end, 'some of it is in the file')
  os.rename(dir, dir .. ' away')
  t:wait(function() return t:messages():find('its folder is gone', 1, true) end, 'it is told')
  chat.finished(t)
  eq(1, select(2, t:messages():gsub('cannot be saved', '')))
  os.rename(dir .. ' away', dir)
  t:keys(':qa<CR>')
  t:wait(function() return t.child:ended() end, 'Neovim ends')
  T.match('000300', t:read_file(path))
end)

--- How lines are written: hum's writes keep to it.
local FORMATS = {
  ['dos'] = { text = START:gsub('\n', '\r\n'), line_end = '\r\n' },
  ['with a byte order mark'] = { text = '\239\187\191' .. START, begins = '\239\187\191---\nhum' },
  ['without a last line end'] = { text = START:gsub('\n+$', ''), ask = '\n\ntwo' },
  ['latin1'] = { text = START:gsub('reply one', 'gr\252n'), has = 'gr\252n' },
  ['with a NUL'] = { text = START:gsub('reply one', 'nu\0l'), has = 'nu\0l' },
  ['with umlauts'] = { text = START:gsub('reply one', 'grün'), has = 'grün' },
}
for name, case in pairs(FORMATS) do
  test(('a file %s stays one'):format(name), function(t)
    local srv = t:fake()
    srv:script(ECHO)
    local buf, path = open(t, srv, case.text)
    chat.ask(t, case.ask or 'two', buf)
    chat.finished(t)
    t:wait(function() return t:read_file(path):find('Answer', 1, true) end, 'the answer is in the file')
    local saved = t:read_file(path)
    -- What hum wrote is what Neovim writes.
    quietly(t, 'write')
    eq(t:read_file(path), saved)
    if case.has then T.match(case.has, saved, true) end
    if case.begins then T.match('^' .. vim.pesc(case.begins), saved) end
    if case.line_end then eq(select(2, saved:gsub('\n', '')), select(2, saved:gsub('\r\n', ''))) end
  end)
end

--- What must be the same after hum has written a file anew.
test('links, other names and permissions of a file stay', function(t)
  local srv = t:fake()
  srv:script(ECHO)
  local buf, path = open(t, srv)
  local link = t.dir .. '/link.md'
  local function rewrite()
    t:lua("vim.api.nvim_buf_set_lines(0, 3, 4, false, { 'model: fake ' })")
    ask(t, 'again', path, buf)
  end
  vim.uv.fs_chmod(path, tonumber('640', 8))
  t:cmd('silent edit')
  rewrite()
  eq(tonumber('640', 8), vim.uv.fs_stat(path).mode % 512)
  vim.uv.fs_link(path, link)
  rewrite()
  eq(t:read_file(path), t:read_file(link))
  vim.uv.fs_unlink(link)
  vim.uv.fs_symlink(path, link)
  t:cmd('bwipeout!')
  t:cmd('edit ' .. link)
  buf = t:lua('return vim.api.nvim_get_current_buf()')
  rewrite()
  eq('link', vim.uv.fs_lstat(link).type)
end)

--- Where the user does not want hum to write: nothing is written.
local NOT_KEPT = {
  ['chat.keep = false'] = { config = { chat = { keep = false } } },
  ["'readonly'"] = { before = 'set readonly' },
  ["'nowrite'"] = { before = 'set nowrite' },
}
for name, case in pairs(NOT_KEPT) do
  test(('%s: hum writes nothing by itself'):format(name), function(t)
    local srv = t:fake()
    srv:script(ECHO)
    local buf, path = open(t, srv, nil, case.config)
    if case.before then t:cmd(case.before) end
    chat.ask(t, 'two', buf)
    chat.finished(t)
    t:cmd('new')
    t:cmd('bunload! ' .. buf)
    eq(START, t:read_file(path))
  end)
end

test('what is written for a growing reply does not depend on the length of the chat', function(t)
  local srv = t:fake()
  srv:script({ tokens = (chat.tokens(240)), interval_ms = 10 })
  local long = {}
  for i = 1, 400 do
    long[i] = ('## » You\n\nq %d\n\n## « fake\n\n%s\n\n'):format(i, ('some text\n'):rep(40))
  end
  local buf, path = open(t, srv, HEAD .. table.concat(long) .. '## » You\n\n')
  t:lua([[
    local plan, most, plans = require('hum.chat.kept.snapshot').plan, 0, 0
    require('hum.chat.kept.snapshot').plan = function(...)
      local made = plan(...)
      if made then most, plans = math.max(most, #made.tail), plans + 1 end
      hum_test.most, hum_test.plans = most, plans
      return made
    end]])
  chat.ask(t, 'two', buf)
  chat.finished(t)
  wait_kept(t, path, buf)
  local most, plans = t:lua('return hum_test.most'), t:lua('return hum_test.plans')
  ok(most < 2500, ('%d bytes at a time of %d'):format(most, #t:text(buf)))
  ok(plans > 1, 'it was written while it came')
end)

test('while nothing comes of a reply, keeping it wakes nothing up', function(t)
  local srv = t:fake()
  local gate = t:gate(srv)
  srv:script({ tokens = { 'word1 ', 'word2 ', 'word3' } })
  local buf, path = open(t, srv)
  t:lua([[
    local methods = getmetatable(assert(vim.uv.new_timer())).__index
    local start = methods.start
    hum_test.wakes = 0
    methods.start = function(timer, timeout, again, fn)
      return start(timer, timeout, again, function()
        hum_test.wakes = hum_test.wakes + 1
        fn()
      end)
    end]])
  chat.ask(t, 'two', buf)
  local function wait_for(words)
    t:wait(function() return (t:read_file(path) or ''):find(words, 1, true) end, words .. ' is in the file')
  end
  gate:pass(2)
  wait_for('word1 word2')
  local function rests()
    local before = t:lua('return hum_test.wakes')
    t:elapse(0.3)
    return t:lua('return hum_test.wakes') == before
  end
  t:wait(rests, 'no timer wakes Neovim up')
  ok(t:lua('return hum_test.wakes') > 0, 'timers are counted')
  gate:pass(1)
  wait_for('word1 word2 word3')
end)

--- Ways to open a chat's file.
local WAYS = {
  edit = function(t, path) t:cmd('edit ' .. vim.fn.fnameescape(path)) end,
  ['hum.open()'] = function(t, path) t:lua('require("hum").open(...)', path) end,
}
for name, way in pairs(WAYS) do
  test(('%s of a chat that is open elsewhere tells it, and does not ask'):format(name), function(t)
    local srv = t:fake()
    srv:script(ECHO)
    local _, path = open(t, srv)
    t.child = t:start()
    chat.configure(t, srv)
    way(t, path)
    eq('n', t.child:mode().mode)
    eq('hum', t:eval('&filetype'))
    t:wait(function() return t:messages():find('another Neovim has this chat open', 1, true) end, 'it is told')
  end)

  test(('%s of a chat that Neovim crashed in: a draft is to be had, and told'):format(name), function(t)
    local srv = t:fake()
    local _, path = open(t, srv)
    t:keys('Gomy draft<Esc>')
    t:wait(function() return t:text():find('my draft') end, 'the draft')
    t:cmd('preserve')
    t.child:kill()
    t:wait(function() return t.child:ended() end, 'it is gone')
    t.child = t:start()
    chat.configure(t, srv)
    way(t, path)
    eq('n', t.child:mode().mode)
    eq('hum', t:eval('&filetype'))
    t:wait(function() return t:messages():find(':recover', 1, true) end, 'it is told')
    local swap = vim.fn.glob(t.dir .. '/state/nvim/swap/*.swp', true, true)[1]
    t:cmd('bwipeout!')
    t:cmd('silent! recover ' .. vim.fn.fnameescape(swap))
    T.match('my draft', t:text())
  end)
end

test('the folder of chats is made again when it was removed', function(t)
  local srv = t:fake()
  srv:script(ECHO)
  local buf = chat.open(t, srv)
  chat.ask(t, 'one', buf)
  chat.finished(t)
  local path = t:api('nvim_buf_get_name', buf)
  vim.fn.delete(t.dir .. '/data/nvim/hum', 'rf')
  ask(t, 'two', path, buf)
  eq(448, vim.uv.fs_stat(vim.fs.dirname(path)).mode % 512)
  T.match('was removed; it is there again', t:messages())
end)

test('what a crash has left in the folder is cleared away', function(t)
  local srv = t:fake()
  srv:script(ECHO)
  local buf, path = open(t, srv)
  local left = t:write_file('a folder/.hum-aside-1-1', 'half a chat')
  local fresh = t:write_file('a folder/.hum-aside-1-2', 'of another Neovim, which writes it now')
  vim.uv.fs_utime(left, 1, 1)
  t:lua("vim.api.nvim_buf_set_lines(0, 3, 4, false, { 'model: fake ' })")
  ask(t, 'two', path, buf)
  t:wait(function() return not vim.uv.fs_stat(left) end, 'it is gone')
  ok(vim.uv.fs_stat(fresh), 'the other is there')
end)
