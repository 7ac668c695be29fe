-- :Hum apply: an answer that names files is shown in them, hunk by hunk, and listed.
local T = require('harness')
local apply = require('lib.apply')
local test, eq = T.test, T.eq

T.once()

local UI = { ui = { 100, 24 } }

local FILES = {
  ['lua/a.lua'] = 'local a = 1\nlocal b = 2\nlocal c = 3\nlocal d = 4\nreturn a\n',
  ['lua/b.lua'] = 'local x = 1\nreturn x\n',
}

local ANSWER = apply.block('lua/a.lua', 'local b = 2', 'local b = 20')
  .. '\nand\n\n'
  .. apply.block('lua/a.lua', 'return a', 'return a + b')
  .. '\n'
  .. apply.block('lua/b.lua', 'local x = 1', 'local x = 10\nlocal y = 2')

--- The quickfix list, each as "path|line|text".
local function list(t)
  return t:lua([[
    return vim.tbl_map(function(one)
      local name = one.bufnr > 0 and vim.fn.fnamemodify(vim.fn.bufname(one.bufnr), ':.') or ''
      return ('%s|%d|%s'):format(name, one.lnum, one.text)
    end, vim.fn.getqflist())]])
end

local function listed(t, wanted, what)
  t:wait(function() return vim.deep_equal(list(t), wanted) end, what .. ': ' .. vim.inspect(wanted))
end

local function wins(t) return t:lua('return vim.tbl_map(vim.fn.winbufnr, vim.fn.range(1, vim.fn.winnr("$")))') end

test('hunks of all files are listed with their state, and no window is taken', UI, function(t)
  apply.chat(t, FILES, ANSWER)
  local before = wins(t)
  local done = apply.apply(t)
  eq({ 'done', 3, 2 }, { done.status, done.hunks, #done.files })
  eq(before, wins(t))
  eq(FILES['lua/a.lua'], apply.text(t, 'lua/a.lua') .. '\n')
  local a, b, c =
    'lua/a.lua|2|[%s] +1 -1  local b = 20',
    'lua/a.lua|5|[%s] +1 -1  return a + b',
    'lua/b.lua|1|[%s] +2 -1  local x = 10'
  listed(t, { a:format('open'), b:format('open'), c:format('open') }, 'the list')
  apply.decide(t, 'accept', 'lua/a.lua', 2)
  listed(t, { a:format('open'), b:format('accepted'), c:format('open') }, 'one is accepted')
  apply.decide(t, 'reject', 'lua/b.lua')
  listed(t, { a:format('open'), b:format('accepted'), c:format('rejected') }, 'one is rejected')
  apply.decide(t, 'accept', 'lua/a.lua')
  listed(t, { a:format('accepted'), b:format('accepted'), c:format('rejected') }, 'all are decided')
  eq('local a = 1\nlocal b = 20\nlocal c = 3\nlocal d = 4\nreturn a + b', apply.text(t, 'lua/a.lua'))
  eq(FILES['lua/b.lua'], apply.text(t, 'lua/b.lua') .. '\n')
  eq(FILES['lua/a.lua'], t:read_file('work/lua/a.lua'))
  t:cmd('Hum undo')
  eq(FILES['lua/a.lua'], apply.text(t, 'lua/a.lua') .. '\n')
end)

test('the command shows the list, and the focus stays in the chat', UI, function(t)
  local buf = apply.chat(t, FILES, ANSWER)
  t:cmd('Hum apply')
  t:wait_screen('3 hunks in 2 files to accept or reject')
  eq(buf, t:eval('bufnr()'))
  eq(1, t:eval('len(filter(getwininfo(), "v:val.quickfix"))'))
  t:keys('<C-w>b')
  t:wait(function() return t:eval('&buftype') == 'quickfix' end, 'the list is shown')
  t:keys('3G<CR>')
  t:wait(
    function() return t:lua([[return vim.fn.expand('%:t') .. vim.fn.line('.')]]) == 'b.lua1' end,
    'one goes to a hunk'
  )
end)

test('the list is not shown where there is no room, or while the user types', UI, function(t)
  apply.chat(t, FILES, ANSWER)
  t:keys('Gi')
  t:lua([[require('hum.chat.command').apply({ show = true })]])
  t:wait_event('HumEditFinished')
  eq(3, #list(t))
  eq(0, t:eval('len(filter(getwininfo(), "v:val.quickfix"))'))
  eq('i', t.child:mode().mode)
  t:keys('<Esc>')
  for _, name in ipairs(vim.tbl_keys(FILES)) do
    apply.decide(t, 'reject', name)
  end
  t:cmd('messages clear | only | set winheight=6 winminheight=6 lines=9')
  t:cmd('Hum apply')
  eq(3, t:wait_event('HumEditFinished', 2).hunks)
  eq('', t:eval('v:errmsg'))
end)

test('a key applies one block alone', UI, function(t)
  apply.chat(t, FILES, ANSWER)
  t:keys('gg/^return<CR>gA')
  t:wait(function() return #list(t) > 0 end, 'the block is applied')
  eq({ 'lua/a.lua|5|[open] +1 -1  return a + b' }, list(t))
end)

test('what says what to replace is not put into a file as if it were code', UI, function(t)
  apply.chat(t, FILES, ANSWER)
  t:keys('gp')
  t:wait_screen('hum: gA shows this block in its file')
  t:keys('gd')
  eq(1, t:eval('tabpagenr("$")'))
end)

test('one block, by its number', UI, function(t)
  local buf = apply.chat(t, FILES, ANSWER)
  eq(
    { 1, 'lua/b.lua' },
    (function()
      local done = apply.apply(t, { chat = buf, block = 3 })
      return { done.hunks, done.files[1].name }
    end)()
  )
end)

test('a new file is shown, and on disk once it is written after accepting', UI, function(t)
  apply.chat(t, FILES, apply.block('far/away/new.lua', '', 'local new = 1\nreturn new'))
  eq(1, apply.apply(t).hunks)
  eq('', apply.text(t, 'far/away/new.lua'))
  eq(0, t:eval('isdirectory("far")'))
  listed(t, { 'far/away/new.lua|1|[open] +2 -0  local new = 1' }, 'the list')
  apply.decide(t, 'accept', 'far/away/new.lua')
  eq(0, t:eval('isdirectory("far")'))
  eq('lua', t:lua('return vim.bo[vim.fn.bufnr("far/away/new.lua")].filetype'))
  t:cmd('silent wall')
  eq('local new = 1\nreturn new\n', t:read_file('work/far/away/new.lua'))
  t:cmd('Hum undo')
  eq(0, t:eval('filereadable("far/away/new.lua")'))
end)

test('a new file to which others have added something stays on disk', UI, function(t)
  apply.chat(t, FILES, apply.block('new.lua', '', 'return 1'))
  apply.apply(t)
  apply.decide(t, 'accept', 'new.lua')
  t:cmd('silent wall')
  t:write_file('work/new.lua', 'return 1\n-- theirs\n')
  t:cmd('Hum undo')
  eq('return 1\n-- theirs\n', t:read_file('work/new.lua'))
end)

test('the whole way by keys', UI, function(t)
  apply.chat(t, FILES, ANSWER)
  t:cmd('Hum apply')
  t:wait(function() return #list(t) == 3 end, 'the list is there')
  t:keys('<C-w>b2G<CR>')
  t:wait(
    function() return t:lua([[return vim.fn.expand('%:t') .. vim.fn.line('.')]]) == 'a.lua5' end,
    'a hunk is reached'
  )
  t:wait_screen('return a %+ b')
  t:keys('ga')
  t:wait(function() return list(t)[2]:find('[accepted]', 1, true) end, 'it is accepted')
  t:cmd('cnext')
  t:wait(function() return t:lua([[return vim.fn.expand('%:t')]]) == 'b.lua' end, 'the next file is reached')
  t:keys('gs')
  t:wait(function() return list(t)[3]:find('[rejected]', 1, true) end, 'it is rejected')
  t:wait_screen('%[rejected%] %+2 %-1')
  t:cmd('Hum undo')
  eq(FILES['lua/a.lua'], apply.text(t, 'lua/a.lua') .. '\n')
  t:wait(function() return list(t)[2]:find('[open]', 1, true) end, 'it can be accepted again')
end)

test('a new file that is rejected leaves no trace', UI, function(t)
  apply.chat(t, FILES, apply.block('far/new.lua', '', 'return 1'))
  local before = t:lua('return vim.api.nvim_list_bufs()')
  apply.apply(t)
  apply.decide(t, 'reject', 'far/new.lua')
  t:wait(function() return apply.text(t, 'far/new.lua') == nil end, 'its buffer is gone')
  t:cmd('silent wall')
  eq(0, t:eval('isdirectory("far")'))
  eq(before, t:lua('return vim.api.nvim_list_bufs()'))
end)

test('what was not written counts as it is', UI, function(t)
  apply.chat(t, FILES, ANSWER)
  t:lua([[
    local buf = vim.fn.bufadd('lua/a.lua')
    vim.fn.bufload(buf)
    vim.api.nvim_buf_set_lines(buf, 0, 0, true, { '-- mine' })]])
  apply.apply(t)
  apply.decide(t, 'accept', 'lua/a.lua')
  eq('-- mine\nlocal a = 1\nlocal b = 20\nlocal c = 3\nlocal d = 4\nreturn a + b', apply.text(t, 'lua/a.lua'))
end)

test('how a file is written on disk stays as it is', UI, function(t)
  local files = {
    ['dos.txt'] = 'one\r\ntwo\r\nthree\r\n',
    ['bom.txt'] = '\239\187\191one\ntwo',
    ['latin.txt'] = 'caf\233\ntwo\n',
    ['wide.txt'] = '\255\254o\0n\0e\0\n\0t\0w\0o\0\n\0',
  }
  local answer = ''
  for name in vim.spairs(files) do
    answer = answer .. apply.block(name, 'two', 'TWO') .. '\n'
  end
  apply.chat(t, files, answer)
  apply.apply(t)
  for name in pairs(files) do
    apply.decide(t, 'accept', name)
  end
  t:cmd('silent wall')
  eq('one\r\nTWO\r\nthree\r\n', t:read_file('work/dos.txt'))
  eq('\239\187\191one\nTWO', t:read_file('work/bom.txt'))
  eq('caf\233\nTWO\n', t:read_file('work/latin.txt'))
  eq('\255\254o\0n\0e\0\n\0T\0W\0O\0\n\0', t:read_file('work/wide.txt'))
end)

test('what is outside the project is asked about, and refused to scripts', UI, function(t)
  t:write_file('beside.txt', 'one\ntwo\n')
  apply.chat(t, FILES, apply.block('../beside.txt', 'two', 'TWO'))
  local done = apply.apply(t)
  eq({ 'error', 0 }, { done.status, done.hunks })
  T.match('outside the project', done.message, true)
  T.match('allow', done.hint, true)
  eq(-1, t:eval('bufnr("beside.txt")'))
  t:lua([[vim.ui.select = function(items, opts, cb) _G.asked = opts.prompt cb(nil) end]])
  eq(0, apply.apply(t, { ask = true }).hunks)
  T.match('beside.txt is outside the project', t:lua('return _G.asked'), true)
  t:lua([[vim.ui.select = function(items, _, cb) cb(items[1], 1) end]])
  eq(1, apply.apply(t, { ask = true }).hunks)
  apply.decide(t, 'reject', 'beside.txt')
  eq(1, apply.apply(t, { allow = { outside = true } }).hunks)
end)

test('a name that matches several files is asked about', UI, function(t)
  local files = { ['a/x.lua'] = 'return 1\n', ['b/x.lua'] = 'return 1\n' }
  apply.chat(t, files, apply.block('x.lua', 'return 1', 'return 2'))
  local done = apply.apply(t)
  eq(0, done.hunks)
  T.match('"x.lua" matches several files: a/x.lua, b/x.lua', done.message, true)
  t:lua([[vim.ui.select = function(items, _, cb) cb(items[2], 2) end]])
  done = apply.apply(t, { ask = true })
  eq(1, done.hunks)
  T.match('b/x.lua$', done.files[1].path)
end)

test('what fits is shown though something else does not', UI, function(t)
  apply.chat(
    t,
    FILES,
    apply.block('lua/a.lua', 'no such line at all', 'x') .. '\n' .. apply.block('lua/b.lua', 'return x', 'return y')
  )
  local done = apply.apply(t)
  eq({ 'done', 1 }, { done.status, done.hunks })
  T.match('lua/a.lua: ', done.message, true)
  t:wait(function() return t:messages():find('1 hunk in 1 file; lua/a.lua: ', 1, true) end, 'it is told')
  eq(2, #list(t))
end)

test('again, before all is decided', UI, function(t)
  apply.chat(t, FILES, ANSWER)
  eq(3, apply.apply(t).hunks)
  local done = apply.apply(t)
  eq({ 'error', 0 }, { done.status, done.hunks })
  T.match('are being edited already', done.message, true)
  apply.decide(t, 'reject', 'lua/a.lua')
  apply.decide(t, 'accept', 'lua/b.lua')
  done = apply.apply(t)
  eq({ 'done', 2 }, { done.status, done.hunks })
  T.match('lua/b.lua: ', done.message, true)
end)

test('an answer without a block, and a chat without an answer', UI, function(t)
  apply.chat(t, FILES, 'I would not change anything.')
  local done = apply.apply(t)
  eq('error', done.status)
  T.match('nothing to apply', done.message, true)
  eq('error', t:wait_event('HumEditFinished').status)
  t:cmd('Hum new')
  T.match('no reply yet', apply.apply(t).err, true)
  t:cmd('Hum apply')
  t:wait_screen('there is no reply yet')
end)

test('a chat, and no other buffer', UI, function(t)
  t:lua([[require('hum').setup({})]])
  t:cmd('Hum apply')
  t:wait_screen('not a chat')
  T.match('opts.blok: no such option', t:lua([[return select(2, pcall(require('hum').apply, { blok = 1 }))]]), true)
  T.match(
    'opts.block must be the number of a code block',
    t:lua([[return select(2, pcall(require('hum').apply, { block = 'x' }))]]),
    true
  )
end)

--- A patch in OpenAI's form.
local function patch(...)
  return table.concat(vim.list_extend({ '*** Begin Patch', ... }, { '*** End Patch', '' }), '\n')
end

test('a file is deleted once the user says so, and :Hum undo brings it back', UI, function(t)
  apply.chat(t, FILES, patch('*** Delete File: lua/b.lua'))
  local done = apply.apply(t)
  eq('error', done.status)
  T.match('lua/b.lua: it was not deleted', done.message, true)
  eq(1, t:eval('filereadable("lua/b.lua")'))
  t:lua([[vim.ui.select = function(items, opts, cb) _G.asked = opts.prompt cb(items[1], 1) end]])
  eq('done', apply.apply(t, { ask = true }).status)
  T.match('^Delete .*lua/b.lua%?$', t:lua('return _G.asked'))
  eq(0, t:eval('filereadable("lua/b.lua")'))
  t:cmd('Hum undo')
  eq(FILES['lua/b.lua'], t:read_file('work/lua/b.lua'))
end)

test('a file with changes that were not written is not deleted', UI, function(t)
  apply.chat(t, FILES, patch('*** Delete File: lua/b.lua'))
  t:lua([[
    local buf = vim.fn.bufadd('lua/b.lua')
    vim.fn.bufload(buf)
    vim.api.nvim_buf_set_lines(buf, 0, 1, true, { 'mine' })]])
  T.match('unsaved changes', apply.apply(t, { allow = { delete = true } }).message, true)
  eq(1, t:eval('filereadable("lua/b.lua")'))
end)

local MOVE =
  patch('*** Update File: lua/b.lua', '*** Move to: far/c.lua', '@@', '-local x = 1', '+local x = 2', ' return x')

test('a file is moved with its buffer, its changes are shown there, and :Hum undo moves it back', UI, function(t)
  apply.chat(t, FILES, MOVE)
  eq(1, apply.apply(t, { allow = { move = true } }).hunks)
  eq(nil, apply.text(t, 'lua/b.lua'))
  apply.decide(t, 'accept', 'far/c.lua')
  t:cmd('wall')
  eq('local x = 2\nreturn x\n', t:read_file('work/far/c.lua'))
  eq(0, t:eval('filereadable("lua/b.lua")'))
  t:cmd('Hum undo')
  t:cmd('wall')
  eq(FILES['lua/b.lua'], t:read_file('work/lua/b.lua'))
  eq(0, t:eval('filereadable("far/c.lua")'))
end)

test('a file that may not be moved is changed where it is, and that is told', UI, function(t)
  apply.chat(t, FILES, MOVE)
  local done = apply.apply(t)
  eq(1, done.hunks)
  T.match('not moved to far/c.lua', done.message, true)
  apply.decide(t, 'accept', 'lua/b.lua')
  eq('local x = 2\nreturn x', apply.text(t, 'lua/b.lua'))
  eq(0, t:eval('isdirectory("far")'))
end)

test('what has been applied is kept beside the chat, and taken back after a restart', UI, function(t)
  apply.chat(t, FILES, ANSWER)
  local function kept()
    return t:lua([[return vim.fn.glob(vim.fn.stdpath('data') .. '/hum/chats/**/*.files/*.json', true, true)]])
  end
  apply.apply(t)
  eq({}, kept())
  apply.decide(t, 'accept', 'lua/a.lua')
  t:wait(function() return #kept() == 1 end, 'the set is kept')
  apply.decide(t, 'accept', 'lua/b.lua')
  t:cmd('silent! wall')
  -- It is written anew with each hunk, under another name.
  t:wait(function() return t:lua('return vim.fn.getfperm(...)', kept()[1] or '') == 'rw-------' end, 'it is private')
  t.child:finish()
  t.child = t:start()
  eq(1, #kept())
  t:lua('vim.cmd.cd(...)', t.dir .. '/work')
  t:cmd('Hum undo')
  t:wait_screen('took back 3 changes in 2 files')
  t:cmd('silent wall')
  eq(FILES['lua/a.lua'], t:read_file('work/lua/a.lua'))
  eq(FILES['lua/b.lua'], t:read_file('work/lua/b.lua'))
  eq({}, kept())
end)

--- An answer, how it ends, the hunks that are shown, and what is told.
local CUT = {
  { 'lua/b.lua\n```lua\nlocal x = 10\nretur', 0, 'the answer was cut' },
  { 'lua/b.lua\n```lua\n<<<<<<< SEARCH\nreturn x\n=======\nreturn', 0, 'REPLACE marker is missing' },
  {
    apply.block('lua/b.lua', 'return x', 'return y') .. 'lua/a.lua\n```lua\n<<<<<<< SEARCH\nretu',
    1,
    'marker is missing',
  },
}

test('a cut answer: what is whole is shown, the rest is told', UI, function(t)
  for i, case in ipairs(CUT) do
    apply.chat(t, FILES, case[1], nil, { done_reason = 'length' })
    local done = apply.apply(t)
    eq(case[2], done.hunks, i)
    T.match(case[3], done.message, true)
    eq(nil, done.message:find(';', 1, true), 'it is told once')
    t:cmd('silent! %bwipeout!')
  end
end)

test('a file that cannot be changed is told, and the others are shown', UI, function(t)
  local files =
    vim.tbl_extend('force', FILES, { ['image.bin'] = 'two\0\n', ['fixed.txt'] = 'two\n', ['read.txt'] = 'two\n' })
  local answer = ANSWER
  for _, name in ipairs({ 'image.bin', 'fixed.txt', 'read.txt' }) do
    answer = answer .. '\n' .. apply.block(name, 'two', 'TWO')
  end
  apply.chat(t, files, answer)
  t:lua([[
    for name, option in pairs({ ['fixed.txt'] = 'modifiable', ['read.txt'] = 'readonly' }) do
      local buf = vim.fn.bufadd(name)
      vim.fn.bufload(buf)
      vim.bo[buf][option] = not vim.bo[buf][option]
    end]])
  local done = apply.apply(t)
  eq(3, done.hunks)
  for _, why in ipairs({
    'image.bin: it is a binary file',
    "fixed.txt: the buffer is not 'modifiable'",
    "read.txt: the buffer is 'readonly'",
  }) do
    T.match(why, done.message, true)
  end
  T.match(':setlocal modifiable', done.hint, true)
end)

test('a file that others have written meanwhile is read again', UI, function(t)
  apply.chat(t, FILES, ANSWER)
  t:lua([[vim.o.autoread = true vim.fn.bufload(vim.fn.bufadd('lua/b.lua'))]])
  t:write_file('work/lua/b.lua', '-- theirs\nlocal x = 1\nreturn x\n')
  eq(3, apply.apply(t).hunks)
  apply.decide(t, 'accept', 'lua/b.lua')
  eq('-- theirs\nlocal x = 10\nlocal y = 2\nreturn x', apply.text(t, 'lua/b.lua'))
end)

test('a chat that is kept nowhere', UI, function(t)
  apply.chat(t, FILES, ANSWER, { chat = { keep = false } })
  eq(3, apply.apply(t).hunks)
  apply.decide(t, 'accept', 'lua/b.lua')
  t:cmd('Hum undo')
  eq(FILES['lua/b.lua'], apply.text(t, 'lua/b.lua') .. '\n')
end)

test('no previews without a helper, and that is told', UI, function(t)
  apply.chat(t, FILES, ANSWER)
  t:lua([[require('hum.server.helper').replace() require('hum').setup({ helper = '/nowhere/hum' })]])
  T.match('/nowhere/hum', apply.apply(t).message, true)
end)

test('a block that names no file is for the one that the question quotes', UI, function(t)
  for name, text in pairs(FILES) do
    t:write_file('work/' .. name, text)
  end
  local srv = t:fake()
  srv:script({ tokens = { apply.block('', 'local x = 1', 'local x = 7') } })
  t:lua([[vim.fn.mkdir(... .. '/.git', 'p') vim.cmd.cd(...)]], t.dir .. '/work')
  require('lib.chat').configure(t, srv)
  t:cmd('edit lua/b.lua')
  t:cmd('1,2Hum chat change it, please?')
  t:wait_event('HumRequestFinished')
  local done = apply.apply(t)
  eq({ 1, 'lua/b.lua' }, { done.hunks, done.files[1].name })
  t:cmd('Hum new')
  require('lib.chat').ask(t, 'again')
  t:wait_event('HumRequestFinished', 2)
  done = apply.apply(t)
  eq(0, done.hunks)
  T.match('a block names no file', done.message, true)
end)

test('a reply that is still being written is not applied', UI, function(t)
  local srv = t:fake()
  srv:script({ tokens = { 'a ' }, count = 1000000, interval_ms = 5 })
  require('lib.chat').configure(t, srv)
  t:cmd('Hum chat change it, please?')
  t:wait_event('HumPartStarted')
  t:cmd('Hum apply')
  t:wait_screen('the reply is still being written')
  t:cmd('Hum stop')
  t:wait_event('HumRequestFinished')
end)
