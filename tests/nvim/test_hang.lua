-- Nothing stays hanging: whatever throws, never calls back or goes silently, a request ends once, and the
-- chat takes the next message.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq
T.once()

--- No error of Lua or Vim has been shown.
local function no_traceback(t)
  local messages = t:messages()
  for _, sign in ipairs({ 'stack traceback', 'E5108', 'E5555', 'Error executing', 'Error in decoration', 'Lua:' }) do
    T.no_match(sign, messages, true)
  end
end

--- The chat is usable: a message is sent and answered.
---@param n integer  requests that have finished so far
local function goes_on(t, srv, buf, n)
  srv:script({ text = 'still here' })
  t:lua([[vim.api.nvim_buf_call(..., function() vim.cmd('stopinsert') end)]], buf)
  chat.ask(t, 'and now?', buf)
  eq('done', chat.finished(t, n + 1).status)
  T.match('still here', chat.reply(t, buf), true)
  eq(n + 1, #t:events('HumRequestFinished'))
  no_traceback(t)
end

local function thinking(t, opts)
  local srv = t:fake()
  local words = { 'so ', 'it ', 'seems ', 'to ', 'me\n' }
  srv:script(vim.tbl_extend('force', { thinking = words, thinking_count = 5000, interval_ms = 3 }, opts or {}))
  local buf = chat.open(t, srv, { model = 'thinker' })
  chat.ask(t, 'hello', buf)
  t:wait(function() return #chat.reply(t, buf) > 300 end, 'some thinking')
  return srv, buf
end

--- A chat in which a reply streams that does not end.
local function writing(t)
  local srv = t:fake()
  srv:script({ tokens = chat.tokens(3000), count = 1000000, interval_ms = 3 })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  t:wait(function() return chat.reply(t, buf):find('000020') end, 'some tokens')
  return srv, buf
end

--- Loads hum's modules anew; with an argument that is true, as a plugin manager does.
local RELOAD = [[
  for name in pairs(package.loaded) do
    if name == 'hum' or name:find('^hum%.') then package.loaded[name] = nil end
  end
  if ... then
    vim.g.loaded_hum = nil
    vim.cmd.runtime('plugin/hum.lua')
  end]]

--- Whether something is shown as being waited for.
local function waits(t, buf)
  local marks = [[return #vim.api.nvim_buf_get_extmarks(..., vim.api.nvim_get_namespaces()['hum.wait'], 0, -1, {})]]
  return t:lua(marks, buf) > 0
end

local function nothing_waits(t, buf)
  t:wait(function() return not waits(t, buf) end, 'nothing is waited for')
end

-- ---- edits while a model thinks or writes ------------------------------------------------

for _, kind in ipairs({ 'thinks', 'writes' }) do
  local start = kind == 'thinks' and thinking or writing
  for _, keys in ipairs({ 'u', 'ggdG', ':%d<CR>', 'ggVGd', 'ggVGc', 'ggcGtyped', 'dgg' }) do
    test(('%s while a model %s ends the request, and the chat goes on'):format(keys, kind), function(t)
      local srv, buf = start(t)
      t:keys(keys)
      eq('cancelled', chat.finished(t).status)
      srv:wait_event('disconnect')
      t:keys('<Esc>')
      goes_on(t, srv, buf, 1)
    end)
  end
end

for _, kind in ipairs({ 'thinks', 'writes' }) do
  local start = kind == 'thinks' and thinking or writing
  for _, keys in ipairs({ 'u<C-r>', 'u<C-r>u<C-r>', 'uu<C-r><C-r>' }) do
    test(('%s in one go while a model %s does no harm'):format(keys, kind), function(t)
      local srv, buf = start(t)
      t:keys(keys)
      t:lua('return 0')
      t:cmd('Hum stop')
      eq('cancelled', chat.finished(t).status)
      goes_on(t, srv, buf, 1)
    end)

    test(('%s in one go while a model %s keeps what is written below'):format(keys, kind), function(t)
      local srv, buf = start(t)
      t:keys('Gimine <Esc>' .. keys)
      t:lua('return 0')
      t:cmd('Hum stop')
      eq('cancelled', chat.finished(t).status)
      T.match('hum: stopped %-%->\n\n## » You\n\nmine $', t:text(buf))
      goes_on(t, srv, buf, 1)
    end)
  end
end

for _, keys in ipairs({ 'ggdG', ':%d<CR>', 'ggVGcmine', 'ggcGmine', 'i<C-o>:%d<CR>mine', 'ggVGs' }) do
  test(('after %s no further token comes in'):format(keys), function(t)
    local srv = t:fake()
    srv:script({ tokens = chat.tokens(20000), interval_ms = 0.2 })
    local buf = chat.open(t, srv)
    chat.ask(t, 'hello', buf)
    t:wait(function() return chat.reply(t, buf):find('000100') end, 'some tokens')
    t:keys(keys)
    eq('cancelled', chat.finished(t).status)
    local mine = keys:match('mine$') or ''
    t:wait(function() return t:text(buf) == mine end, 'the buffer has what was typed and nothing else')
    no_traceback(t)
  end)
end

test('a chat emptied from elsewhere takes no further token', function(t)
  local srv = t:fake()
  srv:script({ tokens = chat.tokens(20000), interval_ms = 0.2 })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  t:wait(function() return chat.reply(t, buf):find('000100') end, 'some tokens')
  t:cmd('new')
  t:wait(function() return chat.reply(t, buf):find('000300') end, 'tokens of a chat that is not the current buffer')
  t:lua('vim.api.nvim_buf_set_lines(..., 0, -1, false, {})', buf)
  eq('cancelled', chat.finished(t).status)
  t:wait(function() return t:text(buf) == '' end, 'the buffer is empty')
  no_traceback(t)
end)

test('an edit above in a hidden chat that thinks does no harm', function(t)
  local srv, buf = thinking(t)
  t:cmd('enew')
  for i = 1, 5 do
    t:lua([[vim.api.nvim_buf_set_lines(..., 7, 8, false, { 'a', 'b', 'c' })]], buf)
    local seen = #t:text(buf)
    t:wait(function() return #t:text(buf) > seen + 50 end, 'further thinking after edit ' .. i)
  end
  t:lua([[vim.api.nvim_buf_set_lines(..., 7, 20, false, {})]], buf)
  t:lua([[require('hum').stop({ buf = ... })]], buf)
  eq('cancelled', chat.finished(t).status)
  t:cmd('buffer ' .. buf)
  goes_on(t, srv, buf, 1)
end)

for _, window in ipairs({ 'in two windows', 'in insert mode', 'with open folds' }) do
  test('lines above taken away while a model thinks, ' .. window, function(t)
    local srv, buf = thinking(t)
    if window == 'in two windows' then t:cmd('split') end
    if window == 'in insert mode' then t:keys('ggi') end
    if window == 'with open folds' then t:keys('zR') end
    t:lua([[vim.api.nvim_buf_set_lines(..., 0, 6, false, {})]], buf)
    local seen = #t:text(buf)
    t:wait(function() return #t:text(buf) > seen + 50 end, 'further thinking')
    t:keys('<Esc>')
    t:lua([[require('hum').stop()]])
    eq('cancelled', chat.finished(t).status)
    goes_on(t, srv, buf, 1)
  end)
end

-- ---- what throws ---------------------------------------------------------------------------

for _, module in ipairs({
  { 'hum.chat.view.fold', 'sleep' },
  { 'hum.chat.view.fold', 'wake' },
  { 'hum.chat.view.notes', 'figures' },
  { 'hum.chat.view.wait', 'stop' },
  { 'hum.chat.reply.ending', 'finish' },
  { 'hum.chat.reply.follow', 'stop' },
  { 'hum.chat.reply.undo', 'settle' },
}) do
  test(
    ('a fault in %s.%s is told, and the request ends once'):format(module[1], module[2]),
    { ui = { 160, 24 } },
    function(t)
      local srv = t:fake()
      srv:script({ thinking = 'so', text = 'it is' })
      local buf = chat.open(t, srv, { model = 'thinker' })
      t:lua([[local name, field = ...; require(name)[field] = function() error('planted fault') end]], unpack(module))
      chat.ask(t, 'hello', buf)
      eq('done', chat.finished(t).status)
      T.match('it is', t:text(buf), true)
      t:wait(function() return t:messages():find('planted fault', 1, true) end, 'the fault is told')
      eq(1, #t:events('HumRequestFinished'))
      T.no_match('stack traceback', t:messages(), true)
      -- Busy no longer: the next message is taken, whatever becomes of it.
      chat.ask(t, 'again', buf)
      chat.finished(t, 2)
    end
  )
end

test('autocommands that throw do no harm', function(t)
  local srv = t:fake()
  srv:script({ thinking = 'so', text = 'it is' })
  local buf = chat.open(t, srv, { model = 'thinker' })
  t:lua([[vim.api.nvim_create_autocmd('User', { pattern = 'Hum*', callback = function() error('mine') end })]])
  chat.ask(t, 'hello', buf)
  eq('done', chat.finished(t).status)
  T.match('it is', chat.reply(t, buf), true)
  T.no_match('stack traceback', t:messages(), true)
end)

-- ---- a chat that goes away -------------------------------------------------------------------

for _, command in ipairs({
  'noautocmd bwipeout!',
  'noautocmd bdelete!',
  'bwipeout!',
  'lua vim.api.nvim_buf_delete(0, { force = true })',
  'noautocmd lua vim.api.nvim_buf_delete(0, { force = true })',
  'noautocmd bunload!',
}) do
  test(command .. ' in mid-stream gives one ending', function(t)
    local srv, buf = thinking(t)
    t:cmd(command)
    local data = chat.finished(t)
    eq(buf, data.buf)
    srv:wait_event('disconnect')
    local other = chat.open(t, srv)
    goes_on(t, srv, other, 1)
  end)
end

for _, event in ipairs({ 'HumRequestStarted', 'HumPartStarted', 'HumRequestFinished', 'HumChatOpened' }) do
  test(('an autocommand for %s that wipes the chat gives one ending'):format(event), function(t)
    local srv = t:fake()
    srv:script({ thinking = 'so', tokens = chat.tokens(50), interval_ms = 2 })
    chat.configure(t, srv, { model = 'thinker' }, { chat = { window = 'current' } })
    t:lua(
      [[
      vim.api.nvim_create_autocmd('User', { pattern = ..., once = true, callback = function(ev)
        vim.api.nvim_buf_delete(ev.data.buf, { force = true })
      end })]],
      event
    )
    t:lua([[pcall(function() require('hum').chat({ question = 'hello', new = true }) end)]])
    if event ~= 'HumChatOpened' then chat.finished(t) end
    local other = chat.open(t, srv, { model = 'thinker' })
    goes_on(t, srv, other, event == 'HumChatOpened' and 0 or 1)
  end)
end

test('an autocommand of the text that wipes the chat gives one ending', function(t)
  local srv = t:fake()
  srv:script({ tokens = chat.tokens(3000), interval_ms = 3 })
  local buf = chat.open(t, srv)
  t:lua([[
    local n = 0
    vim.api.nvim_create_autocmd('TextChanged', { callback = function()
      n = n + 1
      if n == 3 then vim.cmd('bwipeout!') end
    end })]])
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  srv:wait_event('disconnect')
  t:cmd('autocmd! TextChanged')
  goes_on(t, srv, chat.open(t, srv), 1)
end)

-- ---- preparing -----------------------------------------------------------------------------------

local SELECT = [[
  asked = 0
  vim.ui.select = function(items, opts, on_choice)
    asked = asked + 1
    choose = function() on_choice(items[1], 1) end
  end]]

--- A chat whose model is asked for when it is sent.
local function asking(t)
  local srv = t:fake()
  srv:script({ models = { 'alpha', 'beta' }, default = { text = 'still here' } })
  t:lua(SELECT)
  t:lua(
    [[
    local url = ...
    require('hum').setup({ endpoints = { ollama = { url = url } }, chat = { window = 'current' } })]],
    srv.url
  )
  t:cmd('Hum new')
  t:wait(function() return t:lua('return asked') == 1 end, 'the model is asked for when the chat opens')
  local buf = t:lua('return vim.api.nvim_get_current_buf()')
  chat.ask(t, 'hello', buf)
  t:wait(function() return t:lua('return asked') == 2 end, 'the model is asked for when the message is sent')
  return srv, buf
end

test('a choice that is closed without its callback: a new send replaces it', function(t)
  local srv, buf = asking(t)
  t:lua([[require('hum').send()]])
  t:wait(function() return t:lua('return asked') == 3 end, 'the model is asked for again')
  t:lua('choose()')
  eq('done', chat.finished(t).status)
  T.match('still here', chat.reply(t, buf), true)
  eq(1, #srv:requests('/api/chat'))
  no_traceback(t)
end)

test('a choice that comes after its message was sent again is not taken', function(t)
  local srv, buf = asking(t)
  t:lua('former = choose')
  t:lua([[require('hum').send()]])
  t:wait(function() return t:lua('return asked') == 3 end, 'the model is asked for again')
  t:lua('choose()')
  eq('done', chat.finished(t).status)
  t:lua('former()')
  eq(1, #srv:requests('/api/chat'))
  eq(1, #t:events('HumRequestStarted'))
  eq('still here', chat.reply(t, buf))
end)

for how, stop in pairs({
  ['<C-c>'] = function(t, buf)
    t:interrupt(function() return not waits(t, buf) end)
  end,
  [':Hum stop'] = function(t) t:cmd('Hum stop') end,
  [':Hum! stop from elsewhere'] = function(t)
    t:cmd('new')
    t:cmd('Hum! stop')
    t:cmd('close')
  end,
}) do
  test(('what is being prepared is shown, and %s ends it'):format(how), function(t)
    local srv, buf = asking(t)
    t:wait_screen('model')
    stop(t, buf)
    nothing_waits(t, buf)
    t:lua('choose()')
    eq({}, srv:requests('/api/chat'))
    eq({}, t:events('HumRequestStarted'))
    t:lua([[require('hum').send()]])
    t:wait(function() return t:lua('return asked') == 3 end, 'the model is asked for again')
    t:lua('choose()')
    eq('done', chat.finished(t).status)
  end)
end

for name, body in pairs({
  ['a number among the models'] = '{"models":[1]}',
  ['models that are null'] = '{"models":[null,null]}',
  ['models that are a text'] = '{"models":"none"}',
  ['models without names'] = '{"models":[{"name":5},{"model":{}}]}',
  ['a list for an answer'] = '[]',
  ['capabilities of a wrong type'] = '{"models":[{"name":"a","capabilities":7},{"name":"b","capabilities":[1,{}]}]}',
}) do
  test(name .. ': the message is not sent for ever', function(t)
    local srv = t:fake()
    srv:script({ rules = { { match = { path = '/api/tags' }, status = 200, body = body } } })
    t:lua(SELECT)
    t:lua([[require('hum').setup({ endpoints = { ollama = { url = ... } }, chat = { window = 'current' } })]], srv.url)
    t:cmd('Hum new')
    local buf = t:lua('return vim.api.nvim_get_current_buf()')
    chat.ask(t, 'hello', buf)
    t:wait(function() return t:messages() ~= '' or t:lua('return asked') > 0 end, 'something is told or asked')
    no_traceback(t)
    t:lua([[require('hum').setup({ endpoints = { ollama = { url = ..., model = 'fake' } } })]], srv.url)
    goes_on(t, srv, buf, 0)
  end)
end

test('a key command that hangs is shown, and :Hum stop ends it', function(t)
  local srv = t:fake()
  srv:script({ text = 'still here' })
  local key = { command = { 'sh', '-c', 'echo $$ > ' .. t.dir .. '/pid; exec sleep 1000' } }
  local buf = chat.open(t, srv, { key = key })
  chat.ask(t, 'hello', buf)
  local pid = t:wait(function() return tonumber(t:read_file('pid') or '') end, 'the command runs')
  t:wait_screen('key')
  t:cmd('Hum stop')
  t:wait(function() return not require('lib.proc').alive(pid) end, 'the command is ended')
  eq({}, srv:requests('/api/chat'))
  chat.configure(t, srv)
  goes_on(t, srv, buf, 0)
end)

-- ---- the helper -----------------------------------------------------------------------------------

test('a helper that hangs: stop has a deadline, then the helper is replaced', function(t)
  local srv, buf = writing(t)
  local second = chat.open(t, srv)
  chat.ask(t, 'hello', second)
  t:wait(function() return chat.reply(t, second):find('000005') end, 'tokens of the second chat')
  local pid = t:helper_pid()
  vim.uv.kill(pid, 'sigstop')
  t:finally(function() vim.uv.kill(pid, 'sigcont') end)
  t:lua([[require('hum').stop({ buf = ... })]], buf)
  for i = 1, 2 do
    local data = chat.finished(t, i)
    eq({ 'error', 'helper' }, { data.status, data.code })
    T.match('does not respond', data.message, true)
  end
  t:wait(function() return not require('lib.proc').alive(pid) end, 'the helper is gone')
  goes_on(t, srv, buf, 2)
  T.ok(t:helper_pid() ~= pid)
end)

test('a stop that Neovim is too busy to hear answered does not cost the helper', function(t)
  local srv, buf = writing(t)
  local pid = t:helper_pid()
  t:lua([[require('hum').stop({ buf = ... })]], buf)
  -- Blocked for longer than the deadline.
  t:lua([[vim.fn.system({ 'sleep', '6' })]])
  eq('cancelled', chat.finished(t).status)
  eq(pid, t:helper_pid())
  goes_on(t, srv, buf, 1)
end)

for _, sourced in ipairs({ true, false }) do
  test(
    ('modules reloaded end the running reply, %s'):format(sourced and 'by a plugin manager' or 'by hand'),
    function(t)
      local srv, buf = writing(t)
      local pid = t:helper_pid()
      t:lua(RELOAD, sourced)
      chat.configure(t, srv, nil, { chat = { window = 'current' } })
      if not sourced then t:lua([[require('hum').send(...)]], buf) end
      local data = chat.finished(t)
      eq('error', data.status)
      t:wait(function() return not require('lib.proc').alive(pid) end, 'the former helper is gone')
      local reply = chat.reply(t, buf)
      T.match('^000001 ', reply)
      T.match('<!-- hum: ', reply, true)
      goes_on(t, srv, buf, 1)
    end
  )
end

test('a chat over the limit of a message fails alone', function(t)
  local srv, buf = writing(t)
  local pid = t:helper_pid()
  local big = t:lua([[
    vim.cmd('Hum new')
    local buf = vim.api.nvim_get_current_buf()
    local line = ('x'):rep(1023)
    local lines = {}
    for i = 1, 66000 do lines[i] = line end
    vim.api.nvim_buf_set_lines(buf, -1, -1, false, lines)
    require('hum').send(buf)
    return buf]])
  t:wait(function() return t:messages():find('too long', 1, true) end, 'it is told')
  eq({}, t:events('HumRequestFinished'))
  eq(pid, t:helper_pid())
  t:lua([[require('hum').stop({ buf = ... })]], buf)
  eq('cancelled', chat.finished(t).status)
  t:cmd('bwipeout! ' .. big)
  t:cmd('buffer ' .. buf)
  goes_on(t, srv, buf, 1)
end)

test('a state folder that cannot be made costs the log, not the message', function(t)
  t:lua([[
    local log = vim.fn.stdpath('log')
    vim.fn.delete(log, 'rf')
    vim.fn.mkdir(vim.fs.dirname(log), 'p')
    vim.fn.writefile({ 'in the way' }, log)]])
  local srv = t:fake()
  srv:script({ text = 'it is' })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  eq('done', chat.finished(t).status)
  eq('it is', chat.reply(t, buf))
  no_traceback(t)
end)

-- ---- where nothing may be changed ------------------------------------------------------------------

for _, command in ipairs({ 'chat', 'new', 'chat why?', 'send', 'retry', 'log', 'model', 'complete now' }) do
  test((':Hum %s in the command-line window: words, no traceback'):format(command), function(t)
    local srv = t:fake()
    chat.configure(t, srv, nil, { chat = { window = 'current' } })
    t:keys('q:')
    t:wait(function() return t:eval('getcmdwintype()') == ':' end, 'the command-line window is open')
    local buffers = #t:api('nvim_list_bufs')
    t:cmd('Hum ' .. command)
    t:wait_screen('hum: ', true)
    no_traceback(t)
    eq(buffers, #t:api('nvim_list_bufs'))
    t:keys('<C-c><C-c>')
  end)
end

for _, command in ipairs({ 'chat', 'new', 'chat why?' }) do
  test((':Hum %s under nvim -M: words, no traceback'):format(command), { args = { '-M' } }, function(t)
    local srv = t:fake()
    chat.configure(t, srv, nil, { chat = { window = 'current' } })
    local buffers = #t:api('nvim_list_bufs')
    t:cmd('Hum ' .. command)
    t:wait(function() return t:messages():find('set modifiable', 1, true) end, 'it says what to do')
    no_traceback(t)
    eq(buffers, #t:api('nvim_list_bufs'))
  end)
end

test('augroups do not grow with the chats', function(t)
  local srv = t:fake()
  srv:script({ text = 'it is' })
  local function count()
    return t:lua([[
      local names = vim.fn.getcompletion('', 'augroup')
      return #vim.tbl_filter(function(name) return name:find('^hum') ~= nil end, names)]])
  end
  local function one(n)
    local buf = chat.open(t, srv)
    chat.ask(t, 'hello', buf)
    eq('done', chat.finished(t, n).status)
    t:cmd('bwipeout!')
  end
  one(1)
  one(2)
  local before = count()
  for n = 3, 8 do
    one(n)
  end
  eq(before, count())
end)

-- ---- the heading, the history, the locks ---------------------------------------------------------------

for _, keys in ipairs({ 'S', 'cc', '0D' }) do
  test(('%s on the heading of a reply that streams stops it'):format(keys), function(t)
    local srv, buf = writing(t)
    t:lua([[vim.fn.search('^## « ', 'w')]])
    t:keys(keys)
    eq('cancelled', chat.finished(t).status)
    t:keys('<Esc>')
    goes_on(t, srv, buf, 1)
  end)
end

test('a substitution that takes the heading away stops the reply', function(t)
  local _, buf = writing(t)
  t:keys(':%s/^.*$/x/<CR>')
  eq('cancelled', chat.finished(t).status)
  T.match('^x\nx\n', t:text(buf))
end)

for _, case in ipairs({
  { keys = 'ggVGcbaaa<Esc>', tokens = { 'a' }, want = 'baaa' },
  { keys = 'ggVGcword<Esc>oword<Esc>', tokens = { 'word', 'word', 'word', '.\n' }, want = 'word\nword' },
}) do
  test('what is typed instead of a reply is not taken for its tokens: ' .. case.want, function(t)
    local srv = t:fake()
    srv:script({ tokens = case.tokens, count = 20000, interval_ms = 0.2 })
    local buf = chat.open(t, srv)
    chat.ask(t, 'hello', buf)
    t:wait(function() return #chat.reply(t, buf) > 150 end, 'some tokens')
    t:keys(case.keys)
    eq('cancelled', chat.finished(t).status)
    t:wait(function() return t:text(buf) == case.want end, 'what was typed stands there, and nothing else')
  end)
end

test('what is done after u is kept, however long the helper takes', function(t)
  local _, buf = writing(t)
  local pid = t:helper_pid()
  vim.uv.kill(pid, 'sigstop')
  t:finally(function() vim.uv.kill(pid, 'sigcont') end)
  t:keys('u')
  t:wait(function() return not t:text(buf):find('« fake', 1, true) end, 'the reply is undone')
  t:keys('Gomine, all mine<Esc>')
  t:wait(function() return t:text(buf):find('all mine', 1, true) end, 'it is typed')
  chat.finished(t)
  T.match('all mine', t:text(buf), true)
  no_traceback(t)
end)

for _, levels in ipairs({ -1, 0 }) do
  test(("u with 'undolevels' %d while a reply streams"):format(levels), function(t)
    local srv, buf = writing(t)
    t:cmd('setlocal undolevels=' .. levels)
    t:keys('u')
    t:lua('return 0')
    t:cmd('Hum stop')
    chat.finished(t)
    goes_on(t, srv, buf, 1)
  end)
end

for _, command in ipairs({ 'edit!', 'bdelete!', 'bunload!', 'noautocmd bunload!', 'noautocmd bdelete!' }) do
  for _, place in ipairs({ 'in the current window', 'hidden' }) do
    test(('no token gets into a saved chat after :%s, %s'):format(command, place), function(t)
      local srv = t:fake()
      srv:script({ tokens = chat.tokens(20000), interval_ms = 0.2 })
      local buf = chat.open(t, srv)
      chat.ask(t, 'hello', buf)
      t:wait(function() return chat.reply(t, buf):find('000020') end, 'some tokens')
      t:cmd('write ' .. t.dir .. '/chat.md')
      if place == 'hidden' then t:cmd('enew') end
      t:wait(function() return chat.reply(t, buf):find('000900') end, 'further tokens')
      -- Blocked for a while first, so that many tokens are on their way.
      t:lua(
        [[
        local buf, command = ...
        vim.fn.system({ 'sleep', '0.1' })
        if command:find('edit') then
          vim.api.nvim_buf_call(buf, function() vim.cmd(command) end)
        else
          vim.cmd(command .. ' ' .. buf)
        end]],
        buf,
        command
      )
      chat.finished(t)
      if command == 'edit!' then
        eq((t:read_file('chat.md'):gsub('\n$', '')), t:text(buf))
        eq(false, t:lua('return vim.bo[...].modified', buf))
      else
        eq(false, t:lua('return vim.api.nvim_buf_is_loaded(...)', buf))
      end
      no_traceback(t)
    end)
  end
end

test('a stop after the server is done, while text is locked, does not cost the helper', function(t)
  local srv = t:fake()
  srv:script({ tokens = chat.tokens(600), interval_ms = 2 })
  local buf = chat.open(t, srv)
  t:lua([[vim.keymap.set('n', 'gx', function() vim.fn.getchar() return '' end, { expr = true, buffer = true })]])
  chat.ask(t, 'hello', buf)
  t:wait(function() return chat.reply(t, buf):find('000020') end, 'some tokens')
  local pid = t:helper_pid()
  t:lua([[
    vim.fn.timer_start(2000, function()
      require('hum').stop()
      vim.fn.timer_start(6000, function() vim.api.nvim_input('x') end)
    end)]])
  t:keys('gx')
  t:wait(function() return not t.child:mode().blocking and t:text(buf):find('000600') end, 'the lock ends')
  chat.finished(t)
  eq(pid, t:helper_pid())
end)

test('a helper that hangs while a model is looked for is replaced', function(t)
  local srv = t:fake()
  srv:script({ text = 'still here' })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  local pid = t:helper_pid()
  vim.uv.kill(pid, 'sigstop')
  t:finally(function() vim.uv.kill(pid, 'sigcont') end)
  t:lua([[require('hum').setup({ endpoints = { ollama = { url = ... } }, chat = { window = 'current' } })]], srv.url)
  t:lua('vim.api.nvim_buf_set_lines(0, 0, 5, false, {})')
  chat.ask(t, 'again', buf)
  t:wait(function() return t:helper_pid() ~= pid end, 'the helper is replaced')
  t:wait_screen('does not respond', true)
  no_traceback(t)
end)

for _, mode in ipairs({ 'normal', 'insert' }) do
  test(('an <expr> map waits in %s mode while thinking ends'):format(mode), function(t)
    local srv = t:fake()
    srv:script({ thinking_count = 200, text = 'the end', interval_ms = 3 })
    local buf = chat.open(t, srv, { model = 'thinker' })
    t:lua([[
      vim.keymap.set({ 'n', 'i' }, 'gx', function()
        vim.fn.getchar()
        return ''
      end, { expr = true, buffer = true })]])
    chat.ask(t, 'hello', buf)
    t:wait(function() return #chat.reply(t, buf) > 100 end, 'some thinking')
    t:keys(mode == 'insert' and 'Gogx' or 'gx')
    t:wait(function() return #srv:events('done') > 0 end, 'the server is done')
    t:keys('y<Esc>')
    chat.finished(t)
    goes_on(t, srv, buf, 1)
  end)
end

test("'nomodifiable' set while a reply streams: one ending, told, and the chat goes on", function(t)
  local srv, buf = writing(t)
  t:cmd('set nomodifiable')
  local data = chat.finished(t)
  eq('error', data.status)
  T.match("its buffer is 'nomodifiable'", data.message, true)
  T.no_match('%.lua:%d', data.message)
  T.match('## » You\n*$', t:text(buf))
  no_traceback(t)
  t:cmd('set modifiable')
  goes_on(t, srv, buf, 1)
end)

test('an end that is interrupted by CTRL-C is written once', function(t)
  local _, buf = writing(t)
  t:lua([[
    local follow, calls = require('hum.chat.reply.follow'), 0
    local to_end = follow.to_end
    follow.to_end = function(...)
      calls = calls + 1
      if calls == 1 then error('Keyboard interrupt', 0) end
      return to_end(...)
    end]])
  t:cmd('Hum stop')
  chat.finished(t)
  eq(2, select(2, t:text(buf):gsub('## » You', '')))
end)

test('autocommands that send again and stop: each request ends once', function(t)
  local srv = t:fake()
  srv:script({ text = 'still here' })
  local buf = chat.open(t, srv)
  t:lua([[
    local n = 0
    vim.api.nvim_create_autocmd('User', { pattern = 'HumRequestStarted', callback = function()
      n = n + 1
      if n == 1 then
        require('hum').stop()
        require('hum').retry()
      end
    end })
    vim.api.nvim_create_autocmd('User', { pattern = 'HumRequestFinished', once = true, callback = function()
      require('hum').retry()
    end })]])
  chat.ask(t, 'hello', buf)
  chat.finished(t, 2)
  T.match('still here\n\n## » You\n*$', t:text(buf))
  eq(2, #t:events('HumRequestStarted'))
  no_traceback(t)
end)

-- ---- modules reloaded -------------------------------------------------------------------------------

for _, sourced in ipairs({ true, false }) do
  local how = sourced and 'by a plugin manager' or 'by hand'

  test(('after a reload %s the keys of an open chat send'):format(how), function(t)
    local srv = t:fake()
    srv:script({ text = 'first' })
    local buf = chat.open(t, srv)
    chat.ask(t, 'hello', buf)
    chat.finished(t)
    t:lua(RELOAD, sourced)
    chat.configure(t, srv, nil, { chat = { window = 'current' } })
    srv:script({ text = 'second' })
    t:keys('Gsagain<Esc><C-s>')
    eq('done', chat.finished(t, 2).status)
    eq('second', chat.reply(t, buf))
  end)

  test(('a reload %s ends what is being prepared'):format(how), function(t)
    local srv, buf = asking(t)
    t:lua(RELOAD, sourced)
    t:lua([[require('hum').setup({ endpoints = { ollama = { url = ... } }, chat = { window = 'current' } })]], srv.url)
    nothing_waits(t, buf)
    t:lua('choose()')
    eq({}, srv:requests('/api/chat'))
  end)
end

test('after a reload insert mode completes, and nothing of the former modules speaks', function(t)
  local srv = t:fake()
  srv:script({ text = 'hi' })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  t:cmd('new')
  t:keys('ione<Esc>')
  t:lua(RELOAD, true)
  chat.configure(t, srv, nil, { complete = { mode = 'on' } })
  -- Whatever pauses before it starts a helper again has paused long enough.
  t:lua([[
    local now = vim.uv.now
    vim.uv.now = function() return now() + 1e7 end]])
  t:keys('otwo')
  t:wait(
    function() return t:lua("return require('hum.complete.attach').is_attached(vim.api.nvim_get_current_buf())") end,
    'completion has begun'
  )
  t:keys('<Esc>')
  no_traceback(t)
  T.no_match('reloaded', t:messages())
  T.no_match('fault', t:log())
end)

for _, where in ipairs({ 'follow.to', 'follow.start', 'record.begin', 'undo.watch' }) do
  test(('a beginning that CTRL-C interrupts in %s: one request, which can be stopped'):format(where), function(t)
    local srv = t:fake()
    srv:script({ tokens = chat.tokens(3000), interval_ms = 3 })
    local buf = chat.open(t, srv)
    t:lua(
      [[
      local name, field = (...):match('(.*)%.(.*)')
      local module, calls = require('hum.chat.reply.' .. name), 0
      local fn = module[field]
      module[field] = function(...)
        calls = calls + 1
        if calls == 1 then error('Keyboard interrupt', 0) end
        return fn(...)
      end]],
      where
    )
    chat.ask(t, 'hello', buf)
    -- The key that is given back stops it, or the user does.
    t:cmd('Hum stop')
    eq('cancelled', chat.finished(t).status)
    eq(1, #t:events('HumRequestStarted'))
    goes_on(t, srv, buf, 1)
  end)
end

test('a retry right after a reload in mid-stream', function(t)
  local srv, buf = writing(t)
  t:lua(RELOAD, true)
  chat.configure(t, srv, nil, { chat = { window = 'current' } })
  srv:script({ text = 'still here' })
  t:lua([[require('hum').retry(...)]], buf)
  chat.finished(t, 2)
  T.match('still here\n\n## » You\n*$', t:text(buf))
end)

test('nothing of the chats that were wiped stays', function(t)
  local srv = t:fake()
  srv:script({ thinking = 'hm', text = 'it is' })
  local function count()
    return t:lua([[
      local counts = {}
      for name, module in pairs(package.loaded) do
        for _, fn in pairs(name:find('^hum%.chat') and type(module) == 'table' and module or {}) do
          for i = 1, type(fn) == 'function' and 60 or 0 do
            local upvalue, value = debug.getupvalue(fn, i)
            if not upvalue then break end
            if type(value) == 'table' and value ~= module then counts[name .. ':' .. upvalue] = vim.tbl_count(value) end
          end
        end
      end
      return counts]])
  end
  local function one(n)
    local buf = chat.open(t, srv, { model = 'thinker' })
    chat.ask(t, 'hello', buf)
    chat.finished(t, n)
    t:cmd('noautocmd bwipeout!')
    t:lua('return 0')
  end
  one(1)
  local before = count()
  for n = 2, 6 do
    one(n)
  end
  local grown = {} -- by one for each chat; a table of the last one drawn may have a field more
  for name, n in pairs(count()) do
    if n >= (before[name] or 0) + 5 then grown[name] = n end
  end
  eq({}, grown)
end)
