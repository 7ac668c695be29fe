-- Every chat is a file from its first message on: where, of what name, for whom.
local T = require('harness')
local chat = require('lib.chat')
local user = require('lib.user')
local test, eq = T.test, T.eq

T.once()

---@return test.Fake
local function server(t)
  local srv = t:fake()
  srv:script({ text = 'A short answer.' })
  return srv
end

local function folder(t) return t.dir .. '/data/nvim/hum/chats' end

--- The chats in a folder, by name.
local function files(dir)
  local found = {}
  for name, kind in vim.fs.dir(dir, { depth = 3 }) do
    if kind == 'file' then found[#found + 1] = name end
  end
  table.sort(found)
  return found
end

local function ask(t, question, n)
  chat.ask(t, question)
  chat.finished(t, n)
  t:wait(function() return t:eval('&modified') == 0 end, 'the chat is kept')
end

test('a chat is one file from its first message on, named by day and question', function(t)
  chat.open(t, server(t))
  eq({}, files(folder(t)))
  ask(t, 'Why is the sky so blue today?')
  local name = os.date('%Y-%m-%d') .. '-why-is-the-sky-so-blue-today.md'
  eq({ name }, files(folder(t)))
  eq(folder(t) .. '/' .. name, t:eval('expand("%:p")'))
  local text = t:read_file(folder(t) .. '/' .. name)
  T.match('^%-%-%-\nhum: 1\ntitle: Why is the sky so blue today%?\n', text)
  T.match('\n## « fake\n\nA short answer.\n\n## » You\n', text)
end)

test('a chat in which nothing is asked is no file, and the next one is', function(t)
  local srv = server(t)
  chat.open(t, srv)
  t:cmd('enew')
  chat.open(t, srv)
  eq({}, files(folder(t)))
  ask(t, 'hello')
  eq(1, #files(folder(t)))
end)

test('the file is there before the request leaves', function(t)
  local srv = t:fake()
  srv:script({ first_ms = 3600000, text = 'never' })
  chat.open(t, srv)
  chat.ask(t, 'hello')
  srv:wait_event('request')
  T.match('\nhello\n', t:read_file(t:eval('expand("%:p")')))
  T.match('hello%.md$', t:eval('bufname("%")'))
end)

test('nobody else may read it, whatever the umask is', function(t)
  t:lua([[require('ffi').cdef('unsigned umask(unsigned)'); require('ffi').C.umask(0)]])
  chat.open(t, server(t))
  ask(t, 'hello')
  local path = t:eval('expand("%:p")')
  local function others(of) return bit.band(vim.uv.fs_stat(of).mode, tonumber('77', 8)) end
  eq({ 0, 0 }, { others(path), others(vim.fs.dirname(path)) })
  t:cmd('w')
  chat.ask(t, 'again')
  chat.finished(t, 2)
  t:cmd('w')
  eq(0, others(path))
  t:cmd('Hum new')
  t:cmd('w')
  eq(0, others(t:eval('expand("%:p")')))
end)

test('two chats with the same question are two files', function(t)
  local srv = server(t)
  for i = 1, 3 do
    chat.open(t, srv)
    ask(t, 'hello', i)
  end
  local day = os.date('%Y-%m-%d')
  eq({ day .. '-hello-2.md', day .. '-hello-3.md', day .. '-hello.md' }, files(folder(t)))
end)

test('chat.directory is made when it is needed, and chats are nowhere else', function(t)
  chat.open(t, server(t), {}, { chat = { directory = t.dir .. '/my own/chats %1 #2' } })
  ask(t, 'hello')
  eq(1, #files(t.dir .. '/my own/chats %1 #2'))
  eq(nil, vim.uv.fs_stat(folder(t)))
  t:cmd('w | edit! | checktime')
  eq('hum', t:eval('&filetype'))
end)

test("chat.keep = 'project': a folder for each project", function(t)
  local srv = server(t)
  for i, name in ipairs({ 'one/proj', 'two/proj' }) do
    vim.fn.mkdir(t.dir .. '/' .. name .. '/.git', 'p')
    t:cmd(('cd %s/%s'):format(t.dir, name))
    chat.open(t, srv, {}, { chat = { keep = 'project' } })
    ask(t, 'hello', i)
    T.match('\nproject: proj\nroot: ' .. t.dir .. '/' .. name .. '\n', t:text(), true)
    t:cmd('enew')
  end
  local found = files(folder(t))
  eq(2, #found)
  T.match('^proj%-%x+/', found[1])
  T.ok(vim.fs.dirname(found[1]) ~= vim.fs.dirname(found[2]))
  t:cmd('cd ' .. t.dir)
  chat.open(t, srv, {}, { chat = { keep = 'project' } })
  ask(t, 'outside', 3)
  eq(vim.uv.fs_realpath(folder(t)), t:eval('expand("%:p:h")'))
end)

test('the project is that of the file the user is at', function(t)
  vim.fn.mkdir(t.dir .. '/there/.git', 'p')
  t:cmd('edit ' .. t:write_file('there/a.c', 'int x;\n'))
  chat.open(t, server(t))
  T.match('\nproject: there\n', t:text())
end)

test("a folder of chats behind a link is hum's folder", function(t)
  vim.fn.mkdir(t.dir .. '/real')
  vim.fn.mkdir(t.dir .. '/data/nvim', 'p')
  vim.uv.fs_symlink(t.dir .. '/real', t.dir .. '/data/nvim/hum')
  chat.open(t, server(t))
  ask(t, 'hello')
  T.match('hello%.md$', t:eval('bufname("%")'))
  t:cmd('cd ' .. t.dir .. ' | w a.md')
  eq('a.md', t:eval('expand("%:t")'))
end)

test('a folder that cannot be made is told, and the reply comes', { ui = { 80, 24 } }, function(t)
  vim.fn.mkdir(t.dir .. '/data/nvim', 'p')
  t:write_file('data/nvim/hum', 'a file')
  local buf = chat.open(t, server(t))
  chat.ask(t, 'hello')
  eq('done', chat.finished(t).status)
  t:wait(
    function() return not t.child:mode().blocking and t:messages():find('something else of that') end,
    'it is told'
  )
  T.match('A short answer', t:text(buf))
  T.no_match('traceback', t:messages())
  T.no_match('%.lua', t:messages())
end)

--- What users have set, and how they start Neovim: a chat is kept all the same.
local WAYS = {
  { "'autochdir'", { '--cmd', 'set autochdir' } },
  { "'backup', 'backupcopy', 'patchmode'", { '--cmd', 'set backup backupcopy=yes patchmode=.orig backupdir=.' } },
  { "'autowriteall', 'confirm'", { '--cmd', 'set autowriteall confirm' } },
  { "'nohidden'", { '--cmd', 'set nohidden' } },
  { "'noswapfile'", { '--cmd', 'set noswapfile' } },
  { "'directory' beside the file", { '--cmd', 'set directory=. undodir=. undofile' } },
  { "'nofixendofline', 'fileformats'", { '--cmd', 'set nofixendofline fileformats=dos' } },
  { "'shortmess' empty", { '--cmd', 'set shortmess=' } },
  { 'nvim -n', { '-n' } },
  { 'nvim -R', { '-R' } },
}

for _, way in ipairs(WAYS) do
  local name, args = unpack(way)
  test(('with %s a chat is kept, and left'):format(name), { args = args, ui = { 100, 24 } }, function(t)
    local srv = server(t)
    chat.open(t, srv)
    ask(t, 'hello')
    local path, text = t:eval('expand("%:p")'), t:text()
    T.match('hello%.md$', path)
    t:cmd('enew | buffer ' .. vim.fn.fnameescape(path))
    t:cmd('w')
    t:cmd('checktime')
    eq(text, (t:read_file(path):gsub('\r\n', '\n'):gsub('\n$', '')))
    t:keys(':qa<CR>')
    t:wait(function() return t.child:ended() end, 'Neovim ends')
    eq(text, (t:read_file(path):gsub('\r\n', '\n'):gsub('\n$', '')))
  end)
end

test('a file that another Neovim makes of the same name at the same moment stays as it is', function(t)
  chat.open(t, server(t))
  t:lua([[
    local disk = require('hum.chat.kept.disk')
    local create = disk.create
    disk.create = function(path)
      disk.create = create
      local f = assert(io.open(path, 'w'))
      f:write('theirs')
      f:close()
      return create(path)
    end]])
  ask(t, 'hello')
  local theirs, own = files(folder(t))[2], files(folder(t))[1]
  T.match('hello %(2%)%.md$', own)
  eq('theirs', t:read_file(folder(t) .. '/' .. theirs))
  eq(t:text() .. '\n', t:read_file(folder(t) .. '/' .. own))
  T.match('goes%s+on%s+in', t:messages())
end)

test('where there can be no undo file a chat is kept, and nothing is told', { nvim = false }, function(t)
  t.child = t:start({ args = { '--cmd', 'set undofile undodir=/proc/nowhere' } })
  chat.open(t, server(t))
  ask(t, 'hello')
  eq(t:text() .. '\n', t:read_file(t:eval('expand("%:p")')))
  eq('', t:messages())
end)

test('nvim -M and -m: hum writes nothing', { nvim = false }, function(t)
  local srv = server(t)
  t.child = t:start({ args = { '-m' } })
  chat.open(t, srv)
  chat.ask(t, 'hello')
  eq('done', chat.finished(t).status)
  eq({}, files(folder(t)))
  user.leave(t)
  t.child = t:start({ args = { '-M' } })
  chat.configure(t, srv)
  t:cmd('Hum new')
  t:wait(function() return t:messages():find('was started with %-M') end, 'it is told')
  T.no_match('traceback', t:messages())
end)

test('hum.open() goes on in the file, which is kept where it is', function(t)
  local srv = server(t)
  chat.configure(t, srv)
  local path = t:write_file(
    'a/b c.txt',
    '---\nhum: 1\nendpoint: ollama\nmodel: fake\n---\n\n## » You\n\none\n\n## « fake\n\ntwo\n\n## » You\n\n'
  )
  t:lua([[require('hum').open(...)]], path)
  eq('hum', t:eval('&filetype'))
  ask(t, 'three')
  eq(
    { 'one', 'two', 'three' },
    vim.tbl_map(function(m) return m.content end, srv:requests('/api/chat')[1].body.messages)
  )
  eq(t:text() .. '\n', t:read_file('a/b c.txt'))
  eq({}, files(folder(t)))
end)

test('u takes the title back with the question that it was made of', function(t)
  chat.open(t, server(t))
  local new = t:text()
  ask(t, 'hello')
  chat.press(t, 'u')
  T.match('\ntitle: hello\n', t:text())
  T.no_match('A short answer', t:text())
  chat.press(t, 'u')
  eq(new, t:text())
  chat.press(t, '<C-r>')
  T.match('\ntitle: hello\n.*\nhello', t:text())
end)

test("a title of the user's own stays, and names the file", function(t)
  chat.open(t, server(t))
  t:lua([[vim.api.nvim_buf_set_lines(0, 2, 2, false, { 'title: Of my own' })]])
  ask(t, 'hello')
  T.match('%-of%-my%-own%.md$', t:eval('bufname("%")'))
  T.match('\ntitle: Of my own\n', t:text())
end)
