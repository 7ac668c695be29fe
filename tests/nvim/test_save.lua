-- A chat is a file: saved, read, opened again, continued. What writes it, and what goes wrong, is Neovim's own.
local T = require('harness')
local chat = require('lib.chat')
local user = require('lib.user')
local test, eq = T.test, T.eq

T.once()

local function roles(request)
  return vim.tbl_map(function(m) return { m.role, m.content } end, request.body.messages)
end

test('a chat that was saved goes on in another Neovim, with its model and endpoint', function(t)
  local srv = t:fake()
  srv:script({
    models = { 'special:2b', 'fake' },
    rules = {
      { match = { text = 'first' }, text = 'reply one' },
      { match = { text = 'second' }, text = 'reply two' },
    },
  })
  local endpoints = { other = { url = srv.url, model = 'special:2b' } }
  chat.open(t, { url = 'http://127.0.0.1:1' }, {}, { endpoint = 'other', endpoints = endpoints })
  chat.ask(t, 'first')
  eq('done', chat.finished(t).status)
  local path = t.dir .. '/talk.md'
  t:cmd('write ' .. path)
  local saved = t:read_file(path)
  T.match('^%-%-%-\nhum: 1\n', saved)
  T.match('\nendpoint: other\n', saved)
  T.match('\nmodel: special:2b\n', saved)
  T.match('reply one', saved)

  -- There the defaults are others; the front matter wins.
  t.child = t:start()
  chat.configure(t, { url = 'http://127.0.0.1:1' }, { model = 'fake' }, { endpoints = endpoints })
  t:cmd('edit ' .. path)
  eq('hum', t:eval('&filetype'))
  eq(saved, t:text() .. '\n')
  chat.ask(t, 'second')
  local data = chat.finished(t)
  eq('done', data.status, vim.inspect(data))
  eq('reply two', chat.reply(t))
  local last = srv:requests('/api/chat')[2]
  eq('special:2b', last.body.model)
  eq({ { 'user', 'first' }, { 'assistant', 'reply one' }, { 'user', 'second' } }, roles(last))
  t:cmd('write')
  T.match('reply two', t:read_file(path))
end)

test('a chat is saved in mid-stream without harm', function(t)
  local tokens, text = chat.tokens(500)
  local srv = t:fake()
  srv:script({ tokens = tokens, interval_ms = 3 })
  local buf = chat.open(t, srv)
  local path = t.dir .. '/talk.md'
  chat.ask(t, 'hello')
  for i = 1, 4 do
    t:wait(function() return #chat.reply(t, buf) > i * 300 end, 'some text')
    t:cmd('silent write! ' .. path)
  end
  eq('done', chat.finished(t).status)
  eq(text, chat.reply(t, buf))
  T.match('000100', t:read_file(path))
end)

test('a plain Markdown file is not taken for a chat', function(t)
  local path = t:write_file('notes.md', '# Notes\n\n---\nhum: 1\n---\n')
  t:cmd('edit ' .. path)
  eq('markdown', t:eval('&filetype'))
end)

test('what was stopped is sent back without its mark', function(t)
  local srv = t:fake()
  srv:script({
    rules = {
      { match = { text = 'one' }, tokens = (chat.tokens(500)), count = 1000000, interval_ms = 5 },
      { match = { text = 'two' }, text = 'fine' },
    },
  })
  local buf = chat.open(t, srv)
  chat.ask(t, 'one')
  t:wait(function() return chat.reply(t, buf):find('000010') end, 'some tokens')
  t:cmd('Hum stop')
  chat.finished(t)
  chat.ask(t, 'two')
  eq('done', chat.finished(t, 2).status)
  local messages = roles(srv:requests('/api/chat')[2])
  eq('assistant', messages[2][1])
  T.match('^000001 000002', messages[2][2])
  T.no_match('hum:', messages[2][2])
end)

-- ---- commands that write -------------------------------------------------------------------------

local SHORT = 'A short answer.'

--- A chat with one reply, which is in hum's folder; the working directory is the case's.
---@return test.Fake srv, integer buf, string path
local function with_reply(t, config)
  local srv = t:fake()
  srv:script({ rules = { { match = { text = 'second' }, text = 'Another.' }, { text = SHORT } } })
  local buf = chat.open(t, srv, {}, config)
  chat.ask(t, 'why is the sky blue?')
  chat.finished(t)
  t:wait(function() return t:eval('&modified') == 0 end, 'the chat is kept')
  t:cmd('cd ' .. t.dir)
  return srv, buf, t:eval('expand("%:p")')
end

local function name(t) return vim.fs.basename(t:eval('bufname("%")')) end

--- Types a command and waits for what Neovim says to it; that may take a prompt.
local function types(t, command, answer)
  t:keys(':' .. command .. '<CR>')
  t:wait(function()
    if t.child:mode().blocking then t:keys('<CR>') end
    return not t.child:mode().blocking and t:messages():find(answer)
  end, command .. ' is answered by ' .. answer)
end

--- `:x NAME` writes a chat of which nothing was changed, wherever it is: not kept, kept elsewhere, or only looked at.
local UNCHANGED = {
  ['in no file'] = { { chat = { keep = false } }, 'w !cat' },
  ['in a file of its own'] = { {}, 'w own.md' },
  ['that is only looked at'] = { {}, 'setlocal readonly' },
}
for where, case in pairs(UNCHANGED) do
  test((':x NAME writes a chat %s, or is refused'):format(where), { ui = { 100, 24 } }, function(t)
    local _, buf = with_reply(t, case[1])
    t:cmd('silent ' .. case[2])
    local text = t:text(buf)
    types(t, 'x nodir/x.md', 'E212')
    eq({ text, 0 }, { t:text(buf), t:eval('&modified') })
    t:keys(':x x.md<CR>')
    t:wait(function() return t.child:ended() end, 'Neovim ends')
    eq(text .. '\n', t:read_file('x.md'))
  end)
end

--- Commands that cannot write: Neovim stays, says so in its own words, and the chat is as it was.
local REFUSED = {
  { 'w nodir/x.md', 'E212' },
  { 'w! nodir/x.md', 'E212' },
  { 'wq nodir/x.md', 'E212' },
  { 'wq! nodir/x.md', 'E212' },
  { 'x nodir/x.md', 'E212' },
  { 'x! nodir/x.md', 'E212' },
  { 'saveas nodir/x.md', 'E212' },
  { 'w there.md', 'E13' },
  { 'wq there.md', 'E13' },
  { 'x there.md', 'E13' },
  { 'saveas there.md', 'E13' },
  { 'w folder', 'E17' },
  { 'wq folder', 'E17' },
  { 'w loaded.md', 'E139' },
  { 'wq loaded.md', 'E139' },
  { '1,3w', 'E140' },
  { 'w >> nofile.md', 'E212' },
  { 'w ++enc=nonsense a.md', 'E213' },
  { 'wq ++enc=nonsense a.md', 'E213' },
  { 'w ++nonsense a.md', 'E474' },
  { 'set nowrite | w', 'E142' },
  { 'set nowrite | wq a.md', 'E142' },
  { 'set readonly | w', 'E45' },
  { 'set readonly | wq', 'E45' },
}

for _, case in ipairs(REFUSED) do
  local command, answer = unpack(case)
  test((':%s is refused with %s'):format(command, answer), { ui = { 100, 24 } }, function(t)
    local _, buf, path = with_reply(t)
    vim.fn.mkdir(t.dir .. '/folder')
    t:write_file('there.md', 'mine')
    t:cmd('badd loaded.md | call bufload("loaded.md")')
    local text = t:text(buf)
    types(t, command, answer)
    eq(text, t:text(buf))
    -- Neovim gives the buffer the name before it writes.
    if not command:find('saveas nodir') then eq(path, t:eval('expand("%:p")')) end
    T.no_match('[Ll]ua', t:messages())
    T.no_match('traceback', t:messages())
    eq('mine', t:read_file('there.md'))
    eq(text .. '\n', t:read_file(path))
    if not command:find('saveas nodir') then t:cmd('set write noreadonly | w') end
  end)
end

test('as another user: a place that cannot be written keeps the chat', { nvim = false, ui = { 100, 24 } }, function(t)
  t.child = t:start({ program = user.program(t) })
  local _, buf = with_reply(t)
  local text = t:text(buf)
  vim.fn.mkdir(t.dir .. '/closed')
  vim.uv.fs_chmod(t.dir .. '/closed', tonumber('555', 8))
  for _, command in ipairs({ 'w', 'wq', 'x', 'saveas' }) do
    types(t, ('messages clear | %s closed/x.md'):format(command), 'E212')
  end
  types(t, 'messages clear | wq /etc/passwd', 'E13')
  types(t, 'messages clear | wq! /proc/version', 'E') -- E505 or E212
  eq(text, t:text(buf))
  user.leave(t)
end)

--- `:wqa` and its like with a chat that cannot be written: its folder is gone, and something stands in its place.
for _, command in ipairs({ 'wqa', 'xa', 'wa', 'wq', 'x', 'w' }) do
  test((':%s stays with a chat whose folder is gone'):format(command), { ui = { 100, 24 } }, function(t)
    local _, buf, path = with_reply(t)
    vim.fn.delete(vim.fs.dirname(path), 'rf')
    t:write_file('data/nvim/hum/chats', 'a file')
    t:keys('Gimore<Esc>')
    t:wait(function() return t:text(buf):find('more') end, 'a draft')
    types(t, command, 'E%d+')
    T.match('more', t:text(buf))
    T.no_match('traceback', t:messages())
    vim.fn.delete(vim.fs.dirname(path))
    t:cmd('w ++p')
    T.match('more', t:read_file(path))
  end)
end

--- What ends Neovim, and with which file.
local LEAVES = {
  { 'wq a.md', 'a.md' },
  { 'x a.md', 'a.md' },
  { 'w a.md | q', 'a.md' },
  { 'w a.md | qa', 'a.md' },
  { 'wq! there.md', 'there.md' },
  { 'w ++p new/dir/a.md | q', 'new/dir/a.md' },
  { 'saveas a.md | q', 'a.md' },
  { 'wq' },
  { 'x' },
  { 'wqa' },
  { 'xa' },
  { 'qa' },
  { 'q' },
  { 'up | q' },
  { 'w | bwipeout | q' },
  { 'w a.md | bwipeout | q', 'a.md' },
  { 'exit' },
}

for _, case in ipairs(LEAVES) do
  local command, file = case[1], case[2]
  test((':%s leaves, and the chat is whole'):format(command), { ui = { 100, 24 } }, function(t)
    local _, buf, path = with_reply(t)
    t:write_file('there.md', 'mine')
    local text = t:text(buf)
    t:keys(':' .. command .. '<CR>')
    t:wait(function() return t.child:ended() end, 'Neovim ends')
    eq(0, t.child:ended().code)
    eq(text .. '\n', t:read_file(file or path))
    if file and not command:find('saveas') then eq(t.dir .. '/' .. file, vim.uv.fs_readlink(path)) end
  end)
end

test('the first :w NAME moves a chat: later turns are written there, and it stays in the list', function(t)
  local _, buf, path = with_reply(t)
  t:cmd('w a file.md')
  eq({ 'a file.md', 0 }, { name(t), t:eval('&modified') })
  eq(t.dir .. '/a file.md', vim.uv.fs_readlink(path))
  chat.ask(t, 'second')
  chat.finished(t, 2)
  t:wait(function() return t:read_file('a file.md') == t:text(buf) .. '\n' end, 'it is kept there')
  T.match('Another', t:read_file('a file.md'))
  eq(
    { t.dir .. '/a file.md' },
    t:lua([[
    return vim.tbl_map(function(entry) return entry.path end, require('hum').chats({}))]])
  )
  t:cmd('w')
  t:cmd('checktime')
  -- From now on that is a copy, as for any other file.
  t:cmd('w b.md')
  eq('a file.md', name(t))
  eq(t:text(buf) .. '\n', t:read_file('b.md'))
  T.no_match('E%d+', t:messages())
  T.no_match('W%d+', t:messages())
end)

test('a chat that moves to another name in its folder leaves no link', function(t)
  local _, _, path = with_reply(t)
  t:cmd('w %:h/mine.md')
  eq({ vim.fs.dirname(path) .. '/mine.md' }, vim.fn.glob(vim.fs.dirname(path) .. '/*', true, true))
  eq('mine.md', name(t))
end)

test('a chat whose new name in the folder is not that of a chat stays in the list, and private', function(t)
  local _, _, path = with_reply(t)
  t:cmd('w %:h/mine.txt')
  local mine = vim.fs.dirname(path) .. '/mine.txt'
  eq({ mine }, t:lua([[return vim.tbl_map(function(entry) return entry.path end, require('hum').chats())]]))
  eq(tonumber('600', 8), bit.band(vim.uv.fs_stat(mine).mode, tonumber('777', 8)))
  t:cmd('saveas %:h/copy.md')
  eq(tonumber('600', 8), bit.band(vim.uv.fs_stat(vim.fs.dirname(path) .. '/copy.md').mode, tonumber('777', 8)))
end)

test('a chat moves before its first message as well', function(t)
  local srv = t:fake()
  srv:script({ text = SHORT })
  chat.open(t, srv)
  t:cmd('cd ' .. t.dir)
  t:cmd('w a.md')
  eq('a.md', name(t))
  chat.ask(t, 'hello')
  chat.finished(t)
  eq('a.md', name(t))
  t:wait(function() return (t:read_file('a.md') or ''):find(SHORT, 1, true) end, 'it is kept there')
  eq(1, #t:lua([[return require('hum').chats({})]]))
end)

test('what :w is told of the file holds for what hum writes there later', function(t)
  local _, buf = with_reply(t)
  t:cmd('w ++ff=dos ++enc=latin1 a.md')
  eq({ 'dos', 'latin1' }, t:lua('return { vim.bo.fileformat, vim.bo.fileencoding }'))
  chat.ask(t, 'second')
  chat.finished(t, 2)
  local text = t:text(buf):gsub('\n', '\r\n'):gsub('»', '\187'):gsub('«', '\171') .. '\r\n'
  t:wait(function() return t:read_file('a.md') == text end, 'in that form')
end)

--- Writing that is no move. (A range that begins or ends in a closed fold takes all of it: the front matter is one.)
local COPIES = {
  { 'set nofoldenable | 1,3w a.md', '^%-%-%-\nhum: 1\ntitle[^\n]*\n$' },
  { 'silent w !cat > a.md', SHORT },
  { 'silent %w >> there.md', '^mine\n%-%-%-' },
  { 'w ++bin a.md', SHORT },
  { 'noautocmd w a.md', SHORT },
}

for _, case in ipairs(COPIES) do
  local command, pattern = unpack(case)
  test((':%s is as in any buffer'):format(command), function(t)
    local _, buf, path = with_reply(t)
    t:write_file('there.md', 'mine\n')
    local text = t:text(buf)
    t:cmd(command)
    T.match(pattern, t:read_file(command:find('there') and 'there.md' or 'a.md'))
    eq(text .. '\n', t:read_file(path))
    eq(text, t:text(buf))
    eq(0, t:eval('&modified'))
  end)
end

test(':saveas goes on in a copy, :file in a file of another name', function(t)
  local _, buf, path = with_reply(t)
  local first = t:read_file(path)
  t:cmd('saveas a.md')
  eq('a.md', name(t))
  chat.ask(t, 'second')
  chat.finished(t, 2)
  t:wait(function() return t:read_file('a.md') == t:text(buf) .. '\n' end, 'it is kept there')
  eq(first, t:read_file(path))
  t:cmd('file b.md')
  chat.ask(t, 'third')
  chat.finished(t, 3)
  t:wait(function() return t:read_file('b.md') == t:text(buf) .. '\n' end, 'it is kept there')
  t:cmd('w')
  t:cmd('w')
  T.no_match('third', t:read_file('a.md'))
end)

test(':file with the name of another file does not write over it', function(t)
  local _, buf = with_reply(t)
  t:write_file('mine.md', 'mine')
  t:cmd('file mine.md')
  chat.ask(t, 'second')
  chat.finished(t, 2)
  t:wait(function() return t:messages():find('hum:') end, 'it is told')
  eq('mine', t:read_file('mine.md'))
  T.match('Another', t:text(buf))
end)

test('a chat whose name was taken away is not kept, and says so', function(t)
  local _, buf = with_reply(t)
  t:cmd('0file')
  chat.ask(t, 'second')
  chat.finished(t, 2)
  T.match('E32', t:lua('return select(2, pcall(vim.cmd.write))'))
  t:cmd('silent! quit')
  eq(buf, t:eval('bufnr()'))
  t:cmd('w a.md')
  eq(t:text(buf) .. '\n', t:read_file('a.md'))
  chat.ask(t, 'third')
  chat.finished(t, 3)
  t:wait(function() return t:read_file('a.md') == t:text(buf) .. '\n' end, 'it is kept there')
end)

test(':w in a new chat saves it, and its first message gives the file its name', function(t)
  local srv = t:fake()
  srv:script({ text = SHORT })
  local buf = chat.open(t, srv)
  t:cmd('w')
  t:cmd('w')
  local path = t:eval('expand("%:p")')
  eq(t:text(buf) .. '\n', t:read_file(path))
  chat.ask(t, 'hello there')
  chat.finished(t)
  T.match('hello%-there%.md$', name(t))
  eq(nil, vim.uv.fs_stat(path))
  t:cmd('w')
  eq(t:text(buf) .. '\n', t:read_file(t:eval('expand("%:p")')))
end)

-- ---- commands that read --------------------------------------------------------------------------

for _, command in ipairs({ 'edit', 'edit!', 'bunload! | buffer 2', 'checktime', 'bdelete | buffer 2' }) do
  test((':%s loses nothing, and the chat goes on'):format(command), function(t)
    local srv, buf = with_reply(t)
    eq(2, buf)
    local text = t:text()
    t:cmd(command)
    eq({ text, 'hum' }, { t:text(), t:eval('&filetype') })
    chat.ask(t, 'second')
    eq('done', chat.finished(t, 2).status)
    eq(
      { { 'user', 'why is the sky blue?' }, { 'assistant', SHORT }, { 'user', 'second' } },
      roles(srv:requests('/api/chat')[2])
    )
  end)
end

test(':edit in a chat without a file is a new chat', function(t)
  chat.open(t, { url = 'http://127.0.0.1:1' }, {}, { chat = { system = 'Be brief.' } })
  local text = t:text()
  for _, command in ipairs({ 'edit', 'edit!' }) do
    t:cmd(command)
    eq({ text, 'hum', 0 }, { t:text(), t:eval('&filetype'), t:eval('&modified') })
  end
  t:keys('Gidraft<Esc>')
  t:wait(function() return t:text():find('draft') end, 'a draft')
  T.ok(not pcall(t.cmd, t, 'edit'), 'E37')
  t:cmd('edit!')
  t:keys('u')
  t:wait(function() return t:text():find('draft') end, 'u brings it back')
end)

test("a reply goes on in a hidden chat, whatever 'hidden' says", function(t)
  local srv = t:fake()
  local tokens, text = chat.tokens(100)
  srv:script({ tokens = tokens, interval_ms = 3 })
  t:cmd('set nohidden')
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello')
  t:wait(function() return chat.reply(t, buf):find('000003') end, 'some text')
  t:cmd('edit other.txt')
  chat.finished(t)
  eq(text, chat.reply(t, buf))
end)

test('a chat that is only looked at leaves its file alone', function(t)
  local _, _, path = with_reply(t)
  t:cmd('bwipeout')
  local before = vim.uv.fs_stat(path)
  for _, command in ipairs({ 'edit!', 'enew | bunload #', 'enew | bdelete #', 'enew | bwipeout #', 'enew' }) do
    t:cmd(('edit %s | %s'):format(path, command))
    local stat = vim.uv.fs_stat(path)
    eq({ before.mtime, before.ino }, { stat.mtime, stat.ino }, command)
  end
end)
