-- The list of chats: what is in it, in which order, what a search finds, and what it costs.
local T = require('harness')
local test, eq = T.test, T.eq

T.once()

local FOLDER = 'data/nvim/hum/chats/'

--- Writes a chat.
---@param t test.Case
---@param name string
---@param fields { front: string?, question: string?, reply: string?, time: integer? }
---@return string path
local function write(t, name, fields)
  t:eval('1') -- a Neovim that starts makes folders, too
  local text = ('---\nhum: 1\n%s---\n\n## » You\n\n%s\n\n## « fake\n\n%s\n\n## » You\n\n'):format(
    fields.front or '',
    fields.question or 'Why is the sky blue?',
    fields.reply or 'It scatters.'
  )
  local path = t:write_file(FOLDER .. name, text)
  if fields.time then vim.uv.fs_utime(path, fields.time, fields.time) end
  return path
end

---@return table[] entries
local function chats(t, opts) return t:lua('return require("hum").chats(...)', opts or vim.empty_dict()) end

---@return string[]
local function titles(t, opts)
  return vim.tbl_map(function(entry) return entry.title end, chats(t, opts))
end

test('a chat is listed with its path, title, model, project, time and size', { ui = false }, function(t)
  local front = 'title: "Sky: blue"\nmodel: qwen3:8b\nproject: proj\nroot: /home/u/proj\n'
  local path = write(t, '2026-01-02-sky.md', { front = front, time = 1700000000 })
  eq({
    {
      path = path,
      title = 'Sky: blue',
      model = 'qwen3:8b',
      project = 'proj',
      time = 1700000000,
      size = #t:read_file(path),
    },
  }, chats(t))
end)

test('chats are listed newest first, with the same time by name, as many as are wanted', { ui = false }, function(t)
  for i, day in ipairs({ 3, 1, 5, 2, 4 }) do
    write(t, ('x%d.md'):format(i), { front = 'title: day ' .. day .. '\n', time = 1700000000 + day * 86400 })
  end
  eq({ 'day 5', 'day 4', 'day 3', 'day 2', 'day 1' }, titles(t))
  eq({ 'day 5', 'day 4' }, titles(t, { limit = 2 }))
  for _, name in ipairs({ '2026-01-02-b', '2026-01-03-c', '2026-01-01-a' }) do
    write(t, name .. '.md', { front = ('title: %s\n'):format(name), time = 1800000000 })
  end
  eq({ '2026-01-03-c', '2026-01-02-b', '2026-01-01-a' }, titles(t, { limit = 3 }))
end)

test('there is no folder, or nothing in it: there are no chats', { ui = false }, function(t)
  eq({}, chats(t))
  vim.fn.mkdir(t.dir .. '/' .. FOLDER, 'p')
  eq({}, chats(t))
  eq({}, chats(t, { query = 'sky' }))
end)

test('with a function chats are handed to it later, without one they are waited for', { ui = false }, function(t)
  write(t, 'a.md', { front = 'title: one\n' })
  t:lua([[
    require('hum').chats({}, function(entries) got = entries end)
    at_once = got ~= nil]])
  t:wait(function() return t:lua('return got ~= nil') end, 'the list')
  eq(false, t:lua('return at_once'))
  eq('one', t:lua('return got[1].title'))
end)

test('only chats of a project are listed, by its name or folder', { ui = false }, function(t)
  write(t, 'a.md', { front = 'title: a\nproject: one\nroot: /x/one\n' })
  write(t, 'b.md', { front = 'title: b\nproject: one\nroot: /y/one\n' })
  write(t, 'c.md', { front = 'title: c\nproject: two\nroot: /x/two\n' })
  eq({ 'b', 'a' }, titles(t, { project = 'one' }))
  eq({ 'a' }, titles(t, { project = '/x/one' }))
  eq({}, titles(t, { project = 'three' }))
end)

--- Beginnings of files and the titles they give; false: it is no chat.
local TITLES = {
  ['a title of the user'] = { '---\nhum: 1\ntitle: Mine\n---\n\n## » You\n\nelse\n', 'Mine' },
  ['an empty one'] = { '---\nhum: 1\ntitle: ""\n---\n\n## » You\n\nthe question\n', 'the question' },
  ['none'] = { '---\nhum: 1\n---\n\n## » You\n\nthe question\nof two lines\n', 'the question of two lines' },
  ['a system prompt before it'] = {
    '---\nhum: 1\n---\n\n## § System\n\n' .. ('Be brief. '):rep(900) .. '\n\n## » You\n\nbehind it\n',
    'behind it',
  },
  ['nothing asked'] = { '---\nhum: 1\n---\n\n## » You\n\n', 'name' },
  ['only the front matter'] = { '---\nhum: 1\n---', 'name' },
  ['a front matter that does not end'] = { '---\nhum: 1\ntitle: open', 'open' },
  ['line ends of DOS'] = { '---\r\nhum: 1\r\ntitle: dos\r\nmodel: m\r\n---\r\n\r\n## » You\r\n\r\nx\r\n', 'dos' },
  ['blanks behind the first line'] = { '--- \t\nhum: 1\ntitle: blanks\n---\n', 'blanks' },
  ['a byte order mark'] = { '\239\187\191---\nhum: 1\ntitle: marked\n---\n', 'marked' },
  ['control characters'] = { '---\nhum: 1\ntitle: a\tb\27[31mc\n---\n', 'a b [31mc' },
  ['a long title'] = { '---\nhum: 1\ntitle: ' .. ('ü'):rep(300) .. '\n---\n', ('ü'):rep(100) .. '…' },
  ['a question of one huge line'] = { '---\nhum: 1\n---\n\n## » You\n\n' .. ('word '):rep(40000), 'word word word' },
  ['bytes that are no text'] = { '---\nhum: 1\ntitle: \255\254x\n---\n\0\1\2', '\255\254x' },
  ['Markdown of another kind'] = { '---\ntitle: notes\n---\n\n# Notes\n', false },
  ['a hum that is not on the second line'] = { '---\ntitle: x\nhum: 1\n---\n', false },
  ['an empty file'] = { '', false },
  ['a binary file'] = { '\0\1\2\255', false },
}

for name, case in vim.spairs(TITLES) do
  test('the title of a chat with ' .. name, { ui = false }, function(t)
    t:eval('1')
    t:write_file(FOLDER .. 'name.md', case[1])
    local entries = chats(t)
    if not case[2] then return eq({}, entries) end
    eq(1, #entries)
    eq(case[2], entries[1].title:sub(1, #case[2]))
    T.no_match('[%z\1-\31\127]', entries[1].title)
  end)
end

test('the list is as the folder is now', { ui = false }, function(t)
  local a = write(t, 'a.md', { front = 'title: a\n', time = 1700000001 })
  local b = write(t, 'b.md', { front = 'title: b\n', time = 1700000002 })
  eq({ 'b', 'a' }, titles(t))
  vim.uv.fs_rename(a, vim.fs.dirname(a) .. '/über uns.md')
  vim.uv.fs_unlink(b)
  write(t, 'deep/er/c.md', { front = 'title: c\n', time = 1700000003 })
  eq({ 'c', 'a' }, titles(t))
  T.match('/über uns%.md$', chats(t)[2].path)
  write(t, 'über uns.md', { front = 'title: A\n', time = 1700000001 }) -- the same size and time
  eq({ 'c', 'A' }, titles(t))
end)

test('links are followed to what they lead to, once, and not in circles', { ui = false }, function(t)
  local here = write(t, 'a.md', { front = 'title: a\n', time = 1700000001 })
  local dir = vim.fs.dirname(here)
  local away = t:write_file('elsewhere/moved.md', '---\nhum: 1\ntitle: moved\n---\n')
  vim.uv.fs_utime(away, 1700000002, 1700000002)
  vim.uv.fs_symlink(away, dir .. '/2026-01-01-moved.md')
  vim.uv.fs_symlink(here, dir .. '/again.md')
  vim.uv.fs_symlink(t.dir .. '/nowhere.md', dir .. '/dangling.md')
  vim.uv.fs_symlink(dir, dir .. '/circle')
  vim.uv.fs_symlink(dir .. '/self.md', dir .. '/self.md')
  eq({ 'moved', 'a' }, titles(t))
  eq(away, chats(t)[1].path)
  eq({ 'moved' }, titles(t, { query = 'moved' }))
end)

test('what is not a chat does not harm the list', { ui = false }, function(t)
  local path = write(t, 'a.md', { front = 'title: a\n' })
  local dir = vim.fs.dirname(path)
  vim.fn.mkdir(dir .. '/folder.md', 'p')
  t:write_file(FOLDER .. 'a.files/x.md', '---\nhum: 1\ntitle: belongs to a\n---\n')
  t:write_file(FOLDER .. '.hidden/x.md', '---\nhum: 1\ntitle: hidden\n---\n')
  t:write_file(FOLDER .. 'notes.md', '# Notes\n')
  t:write_file(FOLDER .. 'a.txt', '---\nhum: 1\n---\n')
  eq(0, vim.fn.system({ 'mkfifo', dir .. '/pipe.md' }) and vim.v.shell_error)
  eq({ 'a' }, titles(t))
end)

--- Counts files that are opened in the child, by the end of their names.
local COUNT = [[
  opened = {}
  local open = vim.uv.fs_open
  vim.uv.fs_open = function(path, ...)
    opened[#opened + 1] = path
    return open(path, ...)
  end]]

--- The chats among them since the last time.
local function read_files(t)
  return t:lua([[
    local names = {}
    for _, path in ipairs(opened) do
      if path:find('%.md$') then names[#names + 1] = vim.fs.basename(path) end
    end
    opened = {}
    table.sort(names)
    return names]])
end

test('no file is read twice for the list, not even by the next Neovim', { ui = false }, function(t)
  for _, name in ipairs({ 'a', 'b', 'c' }) do
    write(t, name .. '.md', { front = ('title: %s\n'):format(name) })
  end
  t:write_file(FOLDER .. 'notes.md', '# Notes\n')
  t:lua(COUNT)
  eq({ 'c', 'b', 'a' }, titles(t))
  eq({ 'a.md', 'b.md', 'c.md', 'notes.md' }, read_files(t))
  titles(t)
  eq({}, read_files(t))
  t.child = t:start()
  t:lua(COUNT)
  write(t, 'b.md', { front = 'title: changed\n', time = 1900000000 })
  eq({ 'changed', 'c', 'a' }, titles(t))
  eq({ 'b.md' }, read_files(t))
end)

test('of a list with a limit only what it shows is read', { ui = false }, function(t)
  for i = 1, 9 do
    write(t, ('%d.md'):format(i), { time = 1700000000 + i })
  end
  t:lua(COUNT)
  eq(2, #chats(t, { limit = 2 }))
  eq({ '8.md', '9.md' }, read_files(t))
  eq(9, #chats(t))
  eq(7, #read_files(t))
end)

---@return string path of the one index that is there
local function index_of(t)
  local found = vim.fn.glob(t.dir .. '/cache/nvim/hum/chats-*', false, true)
  eq(1, #found)
  return found[1]
end

test('the index is private, and can be thrown away', { ui = false }, function(t)
  write(t, 'a.md', { front = 'title: a\n' })
  eq({ 'a' }, titles(t))
  local path = index_of(t)
  eq('rw-------', vim.fn.getfperm(path))
  vim.fn.delete(t.dir .. '/cache', 'rf')
  eq({ 'a' }, titles(t))
  t.child = t:start()
  eq({ 'a' }, titles(t))
  eq(path, index_of(t))
end)

--- What may have become of an index.
local BROKEN = {
  ['is empty'] = function() return '' end,
  ['was cut'] = function(text) return text:sub(1, #text - 9) end,
  ['is text of another kind'] = function() return '{"chats": []}\n' end,
  ["is another folder's"] = function(text) return (text:gsub('^([^\n]*)chats\n', '%1elsewhere\n')) end,
  ['is of another version'] = function(text) return (text:gsub('^hum chats %d+', 'hum chats 0')) end,
  ['has lines that mean nothing'] = function(text) return (text:gsub('\t', '\n')) end,
  ['is bytes'] = function() return '\0\255\n\t\t\t\n' end,
}

--- An index without the times of the last change, which some file systems set a moment after a file was written.
---@param text string
local function without_change(text) return (text:gsub('%.%d+%.%d+\t', '\t')) end

for name, make in vim.spairs(BROKEN) do
  test('an index that ' .. name .. ' is passed over', { ui = false }, function(t)
    write(t, 'a.md', { front = 'title: a\n' })
    eq({ 'a' }, titles(t))
    local path = index_of(t)
    local whole = t:read_file(path)
    local f = assert(io.open(path, 'w'))
    f:write(make(whole))
    f:close()
    t.child = t:start()
    eq({ 'a' }, titles(t))
    eq(without_change(whole), without_change(t:read_file(path)))
  end)
end

test('where no index can be written the list is the same', { ui = false }, function(t)
  write(t, 'a.md', { front = 'title: a\n' })
  t:write_file('cache/nvim', 'a file')
  eq({ 'a' }, titles(t))
  t.child = t:start()
  eq({ 'a' }, titles(t))
end)

test('two Neovims that list at the same time do each other no harm', { ui = false }, function(t)
  for i = 1, 300 do
    write(t, ('%03d.md'):format(i), { time = 1700000000 + i })
  end
  local other = t:start()
  for round = 1, 5 do
    write(t, ('new%d.md'):format(round), { time = 1800000000 + round })
    for _, c in ipairs({ t.child, other }) do
      c:lua('got = nil require("hum").chats({}, function(entries) got = #entries end)')
    end
    for _, c in ipairs({ t.child, other }) do
      t:wait(function() return c:lua('return got ~= nil') end, 'the list')
      eq(300 + round, c:lua('return got'))
    end
  end
  eq(305, #chats(t))
  T.match('\nend 305\n$', t:read_file(index_of(t)))
end)

test('what the user may not read is left out, and told when it is opened', { nvim = false }, function(t)
  if vim.uv.getuid() ~= 0 then T.skip('only root can become another user') end
  local text = '---\nhum: 1\ntitle: %s\n---\n\n## » You\n\nneedle\n'
  t:write_file('chats/a.md', text:format('a'))
  local hidden = t:write_file('chats/b.md', text:format('b'))
  t:write_file('chats/closed/c.md', text:format('c'))
  local script = t:write_file(
    'list.lua',
    ([[
    vim.opt.runtimepath:prepend(%q)
    local dir = %q
    local hum = require('hum')
    hum.setup({ chat = { directory = dir } })
    local function titles(entries) return table.concat(vim.tbl_map(function(e) return e.title end, entries), ' ') end
    io.write(titles(hum.chats()), '|', titles(hum.chats({ query = 'needle' })), '|', select(2, hum.open(dir .. '/b.md')))
  ]]):format(t.root, t.dir .. '/chats')
  )
  vim.fn.system({ 'chmod', '-R', 'a+rwX', vim.fs.dirname(t.dir) })
  vim.uv.fs_chmod(hidden, 0)
  vim.uv.fs_chmod(t.dir .. '/chats/closed', 0)
  local argv = { 'setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', t.run.nvim, '--clean', '-l', script }
  local p = t:spawn(argv)
  t:wait(function() return p.code end, 'it ends')
  T.match('a|a|"[^"]*/chats/b%.md" cannot be opened: you have no permission to read it', p.out .. p.err)
end)

-- ---- search -----------------------------------------------------------------------------------

test('a search finds titles and text deep in a reply, newest first', { ui = false }, function(t)
  local lines = {}
  for i = 1, 400 do
    lines[i] = i == 390 and 'here is the needle, at last' or 'line ' .. i
  end
  write(t, 'a.md', { front = 'title: oldest needle\n', time = 1700000001 })
  write(t, 'b.md', { front = 'title: deep\n', reply = table.concat(lines, '\n'), time = 1700000002 })
  write(t, 'c.md', { front = 'title: other\n', time = 1700000003 })
  local found = chats(t, { query = 'needle' })
  eq({ 'deep', 'oldest needle' }, titles(t, { query = 'needle' }))
  eq({ 'here is the needle, at last', 401 }, { found[1].match, found[1].line })
  eq({ 'oldest needle' }, { found[2].match, found[2].line })
  eq({ 'deep' }, titles(t, { query = 'needle', limit = 1 }))
  eq({}, titles(t, { query = 'nowhere' }))
  eq(3, #chats(t, { query = ' ' }), 'nothing is searched for')
end)

--- Texts of a reply, what is searched for, and the line that is found; false: none.
local SEARCHES = {
  ['small letters find large ones'] = { 'The Sky IS blue', 'sky is', 'The Sky IS blue' },
  ['large letters find only such'] = { 'the sky is blue', 'Sky', false },
  ['large letters find such'] = { 'the sky\nthe Sky', 'Sky', 'the Sky' },
  ['umlauts have small letters'] = { 'ÜBERALL STRAßEN', 'überall straßen', 'ÜBERALL STRAßEN' },
  ['an umlaut that is large'] = { 'überall', 'Überall', false },
  ['letters of other scripts'] = { 'ПРИВЕТ, МИР', 'привет, мир', 'ПРИВЕТ, МИР' },
  ['Chinese'] = { '天空为什么是蓝色的', '为什么', '天空为什么是蓝色的' },
  ['a pattern is text'] = { 'a.b [x] (y)* ^$ %d \\n', '[x] (y)* ^$ %d \\n', 'a.b [x] (y)* ^$ %d \\n' },
  ['a pattern is no pattern'] = { 'axb', 'a.b', false },
  ['an option of a command is text'] = { 'try --hidden -e x', '--hidden -e', 'try --hidden -e x' },
  ['quotes are text'] = { [[say "it's" so]], [["it's"]], [[say "it's" so]] },
  ['blanks around are not meant'] = { 'some text', '  some text ', 'some text' },
  ['several words that stand apart'] = { 'blue is\nthe sky', 'sky blue', 'the sky' },
  ['one of them is nowhere'] = { 'blue is the sky', 'sky green', false },
  ['one of them is in the title'] = { 'scattering', 'scattering entitled', 'scattering' },
  ['a phrase within a word'] = { 'unbelievable', 'believ', 'unbelievable' },
  ['a heading is not text'] = { 'x', 'You', false },
  ['a model in a heading is not text'] = { 'x', 'fake', false },
  ['front matter is not text'] = { 'x', 'hum: 1', false },
  ['a model is not text'] = { 'x', 'qwen', false },
  ['a mark is not text'] = { 'x\n\n<!-- hum: stopped -->', 'stopped', false },
  ['a system prompt is not text'] = { 'x', 'helpful', false },
  ['text that only looks like front matter'] = { 'a\n---\nhum: 1\n---', 'hum: 1', 'hum: 1' },
  ['text behind a heading in a fence'] = { '```\n## » You\n```\nbehind', 'behind', 'behind' },
  ['a carriage return'] = { 'one\r\ntwo\r', 'two', 'two' },
  ['bytes that are no text'] = { 'a \255 needle \0', 'needle', 'a \255 needle \0' },
  ['an indented line'] = { '    local x = 1  ', 'local', 'local x = 1' },
  ['a letter with another length'] = { 'Ⱥ first\nneedle Ⱥ', 'needle', 'needle Ⱥ' },
}

--- Who searches, in the child.
local WAYS = {
  ['by ripgrep'] = [[
    asked = 0
    local system = vim.system
    vim.system = function(argv, ...)
      asked = asked + (argv[1] == 'rg' and 1 or 0)
      return system(argv, ...)
    end]],
  ['by hum'] = [[
    local executable = vim.fn.executable
    vim.fn.executable = function(name) return name == 'rg' and 0 or executable(name) end]],
}

--- What stands before those texts.
local HEAD = [[
---
hum: 1
title: entitled
model: qwen3:8b
---

## § System

You are helpful.

## » You

question

## « fake

]]

--- A chat so long that ripgrep is asked, and the list's oldest.
---@param t test.Case
local function write_long(t)
  local line = ('filler without anything '):rep(40) .. '\n'
  write(t, '0-long.md', { front = 'title: long\n', question = 'filler', reply = line:rep(5000), time = 1500000000 })
end

for way, setup in vim.spairs(WAYS) do
  test('each search finds what it should ' .. way, { ui = false }, function(t)
    if way == 'by ripgrep' and vim.fn.executable('rg') == 0 then T.skip('there is no ripgrep') end
    t:lua(setup)
    write_long(t)
    for name, case in vim.spairs(SEARCHES) do
      local text = HEAD .. case[1] .. '\n\n'
      t:write_file(FOLDER .. 'case.md', text)
      local found = chats(t, { query = case[2] })
      eq(case[3] or nil, found[1] and found[1].match, name)
      local line = found[1] and vim.trim(vim.split(text, '\n')[found[1].line])
      eq(case[3] or nil, line, name .. ': its line')
    end
    if way == 'by ripgrep' then T.ok(t:lua('return asked') >= vim.tbl_count(SEARCHES), 'ripgrep was asked') end
  end)
end

test('a long chat is searched to its end, and its lines are counted', { ui = false }, function(t)
  t:lua(WAYS['by hum'])
  write_long(t)
  local path = t.dir .. '/' .. FOLDER .. '0-long.md'
  local text = t:read_file(path)
  t:write_file(FOLDER .. '0-long.md', text .. 'the needle ' .. ('x'):rep(1000) .. '\n')
  local found = chats(t, { query = 'needle' })[1]
  eq(select(2, text:gsub('\n', '')) + 1, found.line)
  T.match('^the needle x+…$', found.match)
  T.ok(#found.match < 200, found.match)
end)

test('what was found in a long line is shown with some of what stands around it', { ui = false }, function(t)
  write(t, 'a.md', { reply = ('ü'):rep(500) .. ' needle ' .. ('ö'):rep(500) })
  local match = chats(t, { query = 'needle' })[1].match
  T.match('^…[ü]+ needle [ö]+…$', match)
  T.ok(#match < 200, match)
end)

local WORDS =
  { 'sky', 'Blue', 'über', 'ÜBER', 'naïve', 'x_1', '"q"', 'a.b', 'the', 'ſ', 'K', 'İ', 'ß', 'ς', 'Σ' }

test('ripgrep and hum find the same in 120 random chats', { ui = false }, function(t)
  if vim.fn.executable('rg') == 0 then T.skip('there is no ripgrep') end
  math.randomseed(tonumber(vim.env.HUM_TEST_SEED) or 11)
  local function words(n)
    local out = {}
    for i = 1, n do
      out[i] = WORDS[math.random(#WORDS)]:rep(math.random(8) == 1 and 2 or 1) .. (math.random(6) == 1 and '\n' or '')
    end
    return table.concat(out, ' ')
  end
  write_long(t)
  for i = 1, 120 do
    local front = ('title: %s\nmodel: %s\n'):format(words(1), WORDS[math.random(#WORDS)])
    write(t, i .. '.md', { front = front, question = words(3), reply = words(math.random(2, 12)) })
  end
  for _ = 1, 60 do
    local query = words(math.random(2))
    if math.random(2) == 1 then query = query:sub(math.random(2), -2) end
    local function search() return chats(t, { query = query }) end
    local by_ripgrep = search()
    t:lua('real = vim.fn.executable; vim.fn.executable = function() return 0 end')
    eq(search(), by_ripgrep, vim.inspect(query))
    t:lua('vim.fn.executable = real')
  end
end)

test('a ripgrep that fails is not believed', { ui = false }, function(t)
  write_long(t)
  write(t, 'a.md', { front = 'title: a\n', reply = 'the needle' })
  t:lua([[
    vim.fn.executable = function() return 1 end
    local system = vim.system
    vim.system = function(_, ...) return system({ 'sh', '-c', 'exit 2' }, ...) end]])
  eq({ 'a' }, titles(t, { query = 'needle' }))
  t:lua([[vim.system = function() error('ENOENT: no such file or directory') end]])
  eq({ 'a' }, titles(t, { query = 'needle' }))
end)
