-- `:Hum chats` and what is done with a chat as a whole: opened, renamed, deleted.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

T.once()

local FOLDER = 'data/nvim/hum/chats/'

--- Writes a chat with one exchange; the higher its number, the newer it is.
---@return string path
local function write(t, n, title, reply)
  t:eval('1') -- a Neovim that starts makes folders, too
  local text = ('---\nhum: 1\ntitle: %s\nmodel: m%d\n---\n\n## » You\n\nWhy?\n\n## « fake\n\n%s\n\n## » You\n\n'):format(
    title,
    n,
    reply or 'Because.'
  )
  local path = t:write_file(('%s2026-01-0%d-%s.md'):format(FOLDER, n, title:gsub(' ', '-')), text)
  local time = os.time({ year = 2026, month = 1, day = n })
  vim.uv.fs_utime(path, time, time)
  return path
end

--- Replaces vim.ui.select and vim.ui.input. Each takes the next answer: a number of an item, a text, or nothing.
---@param t test.Case
---@param answers any[]
local function answer(t, answers)
  t:lua(
    [[
    asked, answers = {}, ...
    local function ask(prompt, items, shown, opts)
      table.insert(asked, { prompt = prompt, items = items, shown = shown, kind = opts.kind })
      options = opts
      return table.remove(answers, 1)
    end
    vim.ui.select = function(items, opts, cb)
      local shown = vim.tbl_map(opts.format_item or tostring, items)
      local got = ask(opts.prompt, items, shown, opts)
      for i, text in ipairs(shown) do
        if text == got then got = i end
      end
      cb(items[got], items[got] and got or nil)
    end
    vim.ui.input = function(opts, cb)
      local got = ask(opts.prompt, nil, nil, opts)
      cb(got ~= '' and got or nil)
    end]],
    answers
  )
end

--- What was asked the `n`th time.
local function asked(t, n)
  return t:wait(function() return t:lua('return asked[...]', n) end, ('question %d'):format(n))
end

local function name(t) return t:eval('expand("%:t")') end

test(':Hum chats offers the chats, newest first, and shows the one that is chosen', function(t)
  for i, title in ipairs({ 'first', 'second', 'third' }) do
    write(t, i, title)
  end
  answer(t, { 2 })
  t:cmd('Hum chats')
  t:wait(function() return name(t) == '2026-01-02-second.md' end, 'it is shown')
  local question = asked(t, 1)
  eq({ 'hum_chats', 'Chats:' }, { question.kind, question.prompt })
  for i, title in ipairs({ 'third', 'second', 'first' }) do
    T.match(('^%s +2026%%-01%%-0%d +m%d +%%d+ B$'):format(title, 4 - i, 4 - i), question.shown[i])
  end
  eq('hum', t:eval('&filetype'))
  eq(t:eval('line("$")'), t:eval('line(".")'))
end)

test(':Hum chats with words offers those that have them, and goes to the line', function(t)
  write(t, 1, 'one', ('line\n'):rep(50) .. 'the needle is here')
  write(t, 2, 'two')
  answer(t, { 1 })
  t:cmd('Hum chats needle is')
  t:wait(function() return name(t) == '2026-01-01-one.md' end, 'it is shown')
  eq('the needle is here', t:eval('getline(".")'))
  local question = asked(t, 1)
  eq(1, #question.shown)
  eq('Chats with "needle is":', question.prompt)
  T.match('the needle is here', question.shown[1], true)
end)

test('what was found late in a line is seen in the list', function(t)
  write(t, 1, 'one', ('ü'):rep(70) .. ' the Needle is here')
  answer(t, {})
  t:cmd('Hum chats needle')
  T.match('2026%-01%-01  …[ü]+ the Needle is here  m1', asked(t, 1).shown[1])
end)

test('where there is nothing to choose, that is said', { ui = { 120, 20 } }, function(t)
  t:cmd('Hum chats')
  t:wait_screen('hum: there are no chats yet; :Hum chat begins one', true)
  write(t, 1, 'one')
  t:cmd('Hum chats nowhere at all')
  t:wait_screen('hum: no chat has "nowhere at all"', true)
end)

test('a choice that is given up changes nothing', function(t)
  write(t, 1, 'one')
  answer(t, {})
  t:cmd('Hum chats')
  asked(t, 1)
  eq('', name(t))
  answer(t, { 1 })
  t:cmd('Hum! chats')
  asked(t, 2)
  eq('', name(t))
end)

test("in Neovim's own list not more is offered than fits, and the rest is searched", { ui = { 60, 14 } }, function(t)
  for i = 1, 9 do
    write(t, i, 'chat ' .. i, ('long '):rep(60) .. i)
  end
  for i = 1, 8 do
    t:write_file(('%sold-%d.md'):format(FOLDER, i), '---\nhum: 1\ntitle: an old one\n---\n')
    vim.uv.fs_utime(t.dir .. '/' .. FOLDER .. ('old-%d.md'):format(i), 1500000000, 1500000000)
  end
  t:keys(':Hum chats<CR>')
  t:wait_screen('8 more: choose this', true)
  T.match('Chats:', t:screen(), true)
  T.match('chat 9', t:screen(), true)
  t:keys('10<CR>')
  t:wait_screen('Search in chats:', true)
  t:keys('long 3<CR>')
  t:wait_screen('1: chat 3', true)
  t:keys('1<CR>')
  t:wait(function() return name(t) == '2026-01-03-chat-3.md' end, 'it is shown')
end)

test('a preview is offered in the way of each picker', function(t)
  local path = write(t, 1, 'one', ('line\n'):rep(50) .. 'the needle')
  answer(t, {})
  t:cmd('Hum chats needle')
  local item = asked(t, 1).items[1]
  eq({ path, { 63, 0 } }, { item.file, item.pos })
  eq('file', t:lua('return options.snacks.preview'))
  local buf, row = unpack(t:lua(
    [[
    local got = options.preview_item(...)
    return { got.buf, got.pos[1] }]],
    item
  ))
  eq('the needle', t:api('nvim_buf_get_lines', buf, row - 1, row, false)[1])
  T.ok(t:lua('return vim.bo[...].filetype', buf) ~= 'hum')
  t:lua([[vim.ui.select = loadstring('return function(_, opts) options = opts end', '@/x/lua/mini/pick.lua')()]])
  t:lua('options = nil')
  t:cmd('Hum chats needle')
  t:wait(function() return t:lua('return options ~= nil') end, 'it is asked')
  local lines = t:lua('return options.preview_item(...)', item)
  eq({ 'line', 'the needle' }, { lines[1], lines[4] })
end)

-- ---- with other options and pickers -------------------------------------------------------------

--- A chat with a reply, as users have it.
---@return integer buf, string path
local function live(t, srv, config)
  t:eval('1') -- a Neovim that starts makes folders, too
  chat.configure(t, srv, {}, vim.tbl_deep_extend('keep', config or {}, { chat = { window = 'current' } }))
  t:cmd('Hum chat why is the sky blue?')
  return t:eval('bufnr()'), t:eval('expand("%:p")')
end

---@return test.Fake
local function server(t)
  local srv = t:fake()
  srv:script({ text = 'A short answer.' })
  return srv
end

for _, dir in ipairs({ 'with a blank', 'a%b#c', 'über/deep', 'slash/' }) do
  test(('chats in the folder "%s" are listed, searched, renamed and deleted'):format(dir), { ui = false }, function(t)
    live(t, server(t), { chat = { directory = t.dir .. '/' .. dir } })
    eq('done', chat.finished(t).status)
    local function found() return #t:lua('return require("hum").chats({ query = "short answer" })') end
    t:wait(function() return found() == 1 end, 'the reply is saved, and found')
    answer(t, { 1, 'Rename', 'Other' })
    t:cmd('Hum! chats')
    asked(t, 3)
    eq('Other', t:lua('return require("hum").chats()')[1].title)
    answer(t, { 'Yes' })
    t:cmd('Hum delete')
    eq({}, vim.fn.readdir(t.dir .. '/' .. dir))
  end)
end

test('with a folder for each project all chats are listed, and a fork stays in its folder', { ui = false }, function(t)
  local srv = server(t)
  for i, project in ipairs({ 'one', 'two' }) do
    vim.fn.mkdir(('%s/%s/.git'):format(t.dir, project), 'p')
    t:cmd(('cd %s/%s'):format(t.dir, project))
    local buf, path = live(t, srv, { chat = { keep = 'project' } })
    eq('done', chat.finished(t, i).status)
    local new = t:lua('return require("hum").fork(...)', buf)
    eq(vim.fs.dirname(path), vim.fs.dirname(t:api('nvim_buf_get_name', new)))
    t:cmd('enew')
  end
  eq(4, #t:lua('return require("hum").chats()'))
  eq(2, #t:lua('return require("hum").chats({ project = "one" })'))
end)

test('a chat that was moved by :w NAME stays in the list, keeps its name, and is deleted there', function(t)
  live(t, server(t))
  eq('done', chat.finished(t).status)
  local path = t.dir .. '/mine/sky.md'
  vim.fn.mkdir(vim.fs.dirname(path))
  t:cmd('write ' .. path)
  t:cmd('Hum rename Another title')
  eq(path, t:eval('expand("%:p")'))
  local entries = t:lua('return require("hum").chats()')
  eq({ 1, path, 'Another title' }, { #entries, entries[1].path, entries[1].title })
  answer(t, { 'Yes' })
  t:cmd('Hum delete')
  eq({ {}, {} }, { vim.fn.readdir(vim.fs.dirname(path)), vim.fn.readdir(t.dir .. '/' .. FOLDER) })
end)

test('a chat that is renamed while it streams is in one file, whole', function(t)
  local tokens, text = chat.tokens(300)
  local srv = t:fake()
  srv:script({ tokens = tokens, interval_ms = 2 })
  local buf = live(t, srv)
  for i = 1, 5 do
    t:wait(function() return #chat.reply(t, buf) > i * 200 end, 'some text')
    t:cmd('Hum rename title ' .. i)
  end
  eq('done', chat.finished(t).status)
  eq(text, chat.reply(t, buf))
  t:wait(function() return t:eval('&modified') == 0 end, 'all is saved')
  local files = vim.fn.readdir(t.dir .. '/' .. FOLDER)
  eq(1, #files)
  T.match('%-title%-5%.md$', files[1])
  eq(t:text(buf) .. '\n', t:read_file(FOLDER .. files[1]))
end)

test('what fails in a picker, or in the function for hum.chats(), is told in words', { ui = { 140, 20 } }, function(t)
  write(t, 1, 'one')
  t:lua('vim.ui.select = function() error("broken") end')
  t:cmd('Hum chats')
  t:wait_screen('hum: vim.ui.select failed: .*broken')
  t:lua('require("hum").chats({}, function() error("mine") end)')
  t:wait_screen('hum: the function for hum%.chats%(%) failed: .*mine')
  eq(false, t.child:mode().blocking)
end)

test('a chat that is gone when it is chosen is told in words', { ui = { 160, 20 } }, function(t)
  write(t, 1, 'one')
  t:lua([[vim.ui.select = function(items, opts, cb)
    vim.uv.fs_unlink(items[1].path)
    opts.preview_item(items[1])
    cb(items[1], 1)
  end]])
  t:cmd('Hum chats')
  t:wait_screen('cannot be opened: it is not there', true)
end)

-- ---- hum.open -----------------------------------------------------------------------------------

test('a chat that is opened goes on, in the same file', function(t)
  local srv = t:fake()
  srv:script({ text = 'More.' })
  chat.configure(t, srv, {}, { chat = { window = 'current' } })
  local path = write(t, 1, 'über "uns" %s #1')
  local buf = t:lua('return require("hum").open(...)', path)
  eq(buf, t:eval('bufnr()'))
  eq(path, t:eval('expand("%:p")'))
  eq(1, t:eval('&buflisted'))
  chat.ask(t, 'and now?', buf)
  eq('done', chat.finished(t).status)
  local messages = srv:requests('/api/chat')[1].body.messages
  eq({ 'user', 'assistant', 'user' }, vim.tbl_map(function(m) return m.role end, messages))
  t:wait(function() return t:read_file(path):find('More.', 1, true) end, 'it is kept there')
  t:cmd('enew')
  eq(buf, t:lua('return require("hum").open(...)', path))
  eq(buf, t:eval('bufnr()'))
end)

test('a chat that is open in another Neovim is opened without a prompt, and that is told', function(t)
  local path = write(t, 1, 'one')
  t:lua('return require("hum").open(...)', path)
  t:keys('Goa draft<Esc>')
  t:cmd('preserve')
  local c = t:start({ ui = { 120, 20 } })
  local buf = c:lua('return require("hum").open(...)', path)
  eq(false, c:mode().blocking)
  T.match('Because.', table.concat(c:api('nvim_buf_get_lines', buf, 0, -1, false), '\n'), true)
  t:wait(function() return c:screen_text():find('another Neovim has this chat open', 1, true) end, 'it is told')
  T.no_match('A', c:lua('return vim.o.shortmess'), true)
end)

test('files of any name are opened', { ui = false }, function(t)
  t:eval('1')
  for i, file in ipairs({
    'a b.md',
    "it's.md",
    '[x].md',
    '*.md',
    '%.md',
    '#1.md',
    '$HOME.md',
    '{a,b}.md',
    '-x.md',
    '~a',
  }) do
    local path = t:write_file('odd/' .. file, ('---\nhum: 1\ntitle: %d\n---\n'):format(i))
    t:lua('return require("hum").open(...)', path)
    eq(path, t:eval('expand("%:p")'), file)
    eq('title: ' .. i, t:eval('getline(3)'), file)
  end
  t:cmd('cd ' .. t.dir .. '/odd')
  t:lua('return require("hum").open("a b.md")')
  eq('a b.md', name(t))
end)

--- Paths below the case's folder that cannot be opened, and what is said.
local WRONG = {
  ['nowhere.md'] = 'it is not there',
  ['folder.md'] = 'it is not a file',
  ['notes.md'] = 'it is not a chat',
  ['empty.md'] = 'it is not a chat',
}

test('what cannot be opened as a chat is told in words', { ui = { 160, 20 } }, function(t)
  vim.fn.mkdir(t.dir .. '/folder.md')
  t:write_file('notes.md', '# Notes\n')
  t:write_file('empty.md', '')
  for file, why in vim.spairs(WRONG) do
    local got = t:lua('return { require("hum").open(...) }', t.dir .. '/' .. file)
    eq(vim.NIL, got[1])
    T.match(why, got[2], true)
    t:wait(function() return t:messages():find('/' .. file .. '" cannot be opened', 1, true) end, 'it is told')
  end
  eq(1, #t:lua('return vim.api.nvim_list_bufs()'), 'no buffer is left')
  eq(false, t.child:mode().blocking)
end)

-- ---- renaming ---------------------------------------------------------------------------------

test(':Hum rename gives the chat a title, and its file a name, and the chat goes on', function(t)
  local srv = t:fake()
  srv:script({ text = 'More.' })
  chat.configure(t, srv, {}, { chat = { window = 'current' } })
  local path = write(t, 1, 'one')
  local dir = vim.fs.dirname(path)
  local ref = t:lua([[return require('hum.chat.kept.belongings').put(..., 'bytes')]], path)
  local buf = t:lua('return require("hum").open(...)', path)
  t:cmd('Hum rename Über "alles": 100%!')
  eq('2026-01-01-über-alles-100.md', name(t))
  eq({ '2026-01-01-über-alles-100.files', name(t) }, vim.fn.readdir(dir))
  local new = dir .. '/' .. name(t)
  eq('bytes', t:lua([[return require('hum.chat.kept.belongings').get(...)]], new, ref))
  eq({ 'Über "alles": 100%!' }, vim.tbl_map(function(e) return e.title end, t:lua('return require("hum").chats()')))
  chat.ask(t, 'and now?', buf)
  eq('done', chat.finished(t).status)
  t:wait(function() return t:read_file(new):find('More.', 1, true) end, 'it is kept there')
  t:wait(function() return t:eval('&modified') == 0 end, 'all is saved')
  t:cmd('write')
  eq(t:text(buf) .. '\n', t:read_file(new))
  eq(nil, vim.uv.fs_stat(path))
end)

test(':Hum rename without a title asks, and an empty one changes nothing', function(t)
  local path = write(t, 1, 'one')
  t:lua('return require("hum").open(...)', path)
  for _, typed in ipairs({ '', '  ' }) do
    answer(t, { typed })
    t:cmd('Hum rename')
    eq('one', t:lua('return options.default'))
    eq('2026-01-01-one.md', name(t))
  end
  answer(t, { 'two' })
  t:cmd('Hum rename')
  eq('2026-01-01-two.md', name(t))
  T.match('\ntitle: two\n', t:read_file(vim.fs.dirname(path) .. '/2026-01-01-two.md'))
end)

test('the name of a file that the user has chosen stays', function(t)
  local text = '---\nhum: 1\n---\n\n## » You\n\n'
  for _, path in ipairs({ t:write_file('mine/2026-01-01-x.md', text), t:write_file(FOLDER .. 'mine.md', text) }) do
    t:lua('return require("hum").open(...)', path)
    t:cmd('Hum rename another')
    eq(path, t:eval('expand("%:p")'))
    eq(text:gsub('hum: 1', '%0\ntitle: another'), t:read_file(path) .. '')
  end
end)

test('a title that cannot be written is told, and the file keeps its name', { ui = { 120, 20 } }, function(t)
  local path = write(t, 1, 'one')
  t:lua('return require("hum").open(...)', path)
  for option, why in pairs({
    readonly = ":set noreadonly first: the chat is 'readonly'",
    nomodifiable = ":set modifiable first: the chat is 'nomodifiable'",
  }) do
    t:cmd('setlocal modifiable noreadonly ' .. option)
    t:cmd('Hum rename two')
    t:wait_screen(why, true)
  end
  eq({ '2026-01-01-one.md' }, vim.fn.readdir(vim.fs.dirname(path)))
  T.no_match('called', t:messages(), true)
end)

test('what another program has written is not written over by another title', { ui = { 120, 20 } }, function(t)
  t:eval('1')
  chat.configure(t, t:fake(), {}, { chat = { window = 'current', keep = false } })
  local path = write(t, 1, 'one')
  t:lua('return require("hum").open(...)', path)
  t:cmd('Hum rename two')
  path = t:eval('expand("%:p")')
  eq('2026-01-01-two.md', name(t))
  local text = t:read_file(path)
  vim.fn.writefile({ 'a word' }, path, 'a')
  t:cmd('Hum rename three')
  t:wait_screen('hum: :edit first: another program has changed the file', true)
  eq({ '2026-01-01-two.md', text .. 'a word\n' }, { name(t), t:read_file(path) })
  t:cmd('edit!')
  t:cmd('Hum rename three')
  eq('2026-01-01-three.md', name(t))
end)

test('what belongs to a chat stays with both where another program has written its file', { ui = false }, function(t)
  local path = write(t, 1, 'one')
  local ref = t:lua([[return require('hum.chat.kept.belongings').put(..., 'bytes')]], path)
  t:lua('return require("hum").open(...)', path)
  vim.fn.writefile({ 'a word' }, path, 'a')
  t:cmd('Hum rename two')
  eq('2026-01-01-two.md', name(t))
  T.match('a word', t:read_file(path))
  for _, chat_path in ipairs({ path, vim.fs.dirname(path) .. '/2026-01-01-two.md' }) do
    eq('bytes', t:lua([[return require('hum.chat.kept.belongings').get(...)]], chat_path, ref))
  end
end)

test('a file that keeps its name is told in words', { ui = { 120, 20 } }, function(t)
  local path = write(t, 1, 'one')
  t:lua('return require("hum").open(...)', path)
  t:lua([[
    local rename = vim.uv.fs_rename
    vim.uv.fs_rename = function(from, to)
      if vim.endswith(from, 'one.md') then return nil, 'EACCES: permission denied: x -> y', 'EACCES' end
      return rename(from, to)
    end]])
  t:cmd('Hum rename two')
  t:wait_screen('hum: the file keeps its name: there is no permission to write there', true)
  eq('2026-01-01-one.md', name(t))
end)

test('a name that is taken is not taken again', function(t)
  local path = write(t, 1, 'one')
  write(t, 1, 'two')
  t:lua('return require("hum").open(...)', path)
  t:cmd('Hum rename two')
  local dir = vim.fs.dirname(path)
  eq({ '2026-01-01-two-2.md', '2026-01-01-two.md' }, vim.fn.readdir(dir))
  t:cmd('Hum rename two')
  eq({ '2026-01-01-two-2.md', '2026-01-01-two.md' }, vim.fn.readdir(dir))
end)

test('a chat that is not open can be renamed from the list', function(t)
  local path = write(t, 1, 'one')
  answer(t, { 1, 'Rename', 'two' })
  t:cmd('Hum! chats')
  asked(t, 3)
  local dir = vim.fs.dirname(path)
  eq({ '2026-01-01-two.md' }, vim.fn.readdir(dir))
  eq('', name(t))
  local function listed() return #t:eval("filter(range(1, bufnr('$')), 'buflisted(v:val) && bufname(v:val) != \"\"')") end
  eq(0, listed(), 'it is in no list of buffers')
  t:lua('return require("hum").open(...)', dir .. '/2026-01-01-two.md')
  eq(1, listed())
end)

test('a long title leaves prompts in one line', { ui = { 100, 20 } }, function(t)
  t:lua('return require("hum").open(...)', write(t, 1, 'one'))
  t:cmd('Hum rename ' .. ('long '):rep(40))
  t:wait_screen('hum: this chat is called "long long .* …" now')
  answer(t, {})
  t:cmd('Hum delete')
  T.ok(vim.fn.strdisplaywidth(asked(t, 1).prompt) < 80)
end)

-- ---- deleting -----------------------------------------------------------------------------------

--- Makes what belongs to a chat.
local function put(t, path) return t:lua([[return require('hum.chat.kept.belongings').put(..., 'bytes')]], path) end

test('a chat is deleted after a yes only, with its buffer and what belongs to it', function(t)
  local path = write(t, 1, 'one')
  put(t, path)
  t:lua('return require("hum").open(...)', path)
  for i, choice in ipairs({ 'No', '' }) do
    answer(t, { choice })
    t:cmd('Hum delete')
    eq('Delete the chat "one"?', asked(t, 1).prompt, i)
    eq('2026-01-01-one.md', name(t))
    T.ok(vim.uv.fs_stat(path))
  end
  answer(t, { 'Yes' })
  t:cmd('Hum delete')
  eq(nil, vim.uv.fs_stat(path))
  eq({}, vim.fn.readdir(vim.fs.dirname(path)))
  eq('', name(t))
  eq({}, t:lua('return require("hum").chats()'))
  t:cmd('doautocmd VimLeavePre')
  eq(nil, vim.uv.fs_stat(path), 'and stays away')
end)

test(':Hum! chats asks what to do with the chat, which needs not be open', function(t)
  local path = write(t, 1, 'one')
  local other = write(t, 2, 'two')
  answer(t, { 2, 'Delete', 'Yes' })
  t:cmd('Hum! chats')
  asked(t, 3)
  eq({ 'Open', 'Rename', 'Fork', 'Delete' }, asked(t, 2).shown)
  eq({ nil, true }, { vim.uv.fs_stat(path), vim.uv.fs_stat(other) ~= nil })
  answer(t, { 1, 'Open' })
  t:cmd('Hum! chats')
  t:wait(function() return name(t) == '2026-01-02-two.md' end, 'it is shown')
end)

test('a chat that streams is stopped and deleted', function(t)
  local srv = t:fake()
  srv:script({ count = 1000000, interval_ms = 2 })
  chat.configure(t, srv, {}, { chat = { window = 'current' } })
  local path = write(t, 1, 'one')
  local buf = t:lua('return require("hum").open(...)', path)
  chat.ask(t, 'go on', buf)
  t:wait_event('HumPartStarted')
  answer(t, { 'Yes' })
  t:cmd('Hum delete')
  srv:wait_event('disconnect')
  eq(false, t:api('nvim_buf_is_valid', buf))
  t:cmd('doautocmd VimLeavePre')
  eq({}, vim.fn.readdir(vim.fs.dirname(path)))
end)

test('a chat that stands elsewhere is deleted with the links to it', function(t)
  local path = t:write_file('mine/sky.md', '---\nhum: 1\ntitle: sky\n---\n\n## » You\n\n')
  local dir = vim.fs.dirname(write(t, 1, 'one'))
  vim.uv.fs_symlink(path, dir .. '/2026-01-02-sky.md')
  answer(t, { 1, 'Delete', 'Yes' })
  t:cmd('Hum! chats')
  asked(t, 3)
  eq(nil, vim.uv.fs_lstat(path))
  eq({ '2026-01-01-one.md' }, vim.fn.readdir(dir))
end)

test('what cannot be deleted is told', { ui = { 160, 20 } }, function(t)
  local path = write(t, 1, 'one')
  t:lua([[vim.uv.fs_unlink = function() return nil, 'EACCES: permission denied: x', 'EACCES' end]])
  answer(t, { 1, 'Delete', 'Yes' })
  t:cmd('Hum! chats')
  t:wait_screen('the chat cannot be deleted: there is no permission to write there (2026-01-01-one.md)', true)
  T.ok(vim.uv.fs_stat(path))
end)

test('outside of chats there is nothing to rename, fork or delete', { ui = { 120, 20 } }, function(t)
  answer(t, {})
  for _, sub in ipairs({ 'rename x', 'fork', 'delete' }) do
    t:cmd('Hum ' .. sub)
  end
  t:wait_screen('this buffer is not a chat', true)
  eq({}, t:lua('return asked'))
end)
