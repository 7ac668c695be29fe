-- References to what Neovim has: selection, lines, diagnostics, lists, messages, help, registers.
local T = require('harness')
local kinds = require('lib.kinds')
local test, eq = T.test, T.eq

local PURE = { ui = false }

--- A project with src/a.lua, open in the current window.
local function project(t, lines)
  t:write_file('proj/src/a.lua', table.concat(lines, '\n') .. '\n')
  t:cmd('cd ' .. t.dir .. '/proj')
  t:cmd('edit src/a.lua')
end

--- What a source says that stands for lines of a buffer.
local function lines_of(t, one)
  T.ok(not one.text)
  return t:lua(
    [[
    local buf, first, last = ...
    return table.concat(vim.api.nvim_buf_get_lines(buf, first - 1, last, false), '\n')
  ]],
    one.buf,
    one.first,
    one.last
  )
end

local CODE = { 'local M = {}', 'local one, two = 1, 2', 'return M' }

-- ---- selection -------------------------------------------------------------------------------

test('a selection of characters is these characters', function(t)
  project(t, CODE)
  t:keys('gg0jwvjl<Esc>G')
  local one = kinds.source(t, 'selection')
  eq('one, two = 1, 2\nreturn M', one.text)
  eq({ path = 'src/a.lua', first = '2', last = '3' }, one.attributes)
end)

test('a selection of lines is whole lines', function(t)
  project(t, CODE)
  t:keys('ggwVj<Esc>')
  eq('local M = {}\nlocal one, two = 1, 2', lines_of(t, kinds.source(t, 'selection')))
end)

test('a selection of a block is its columns, with tabs and wide characters', function(t)
  project(t, { 'abcdef', 'a中def', 'x\tyz', 'abcdefgh' })
  t:keys('gg0l<C-v>jjjl<Esc>')
  eq('bc\n中\n  \nbc', kinds.source(t, 'selection').text)
end)

test('a block to the ends of its lines has them, and the cursor stays', function(t)
  project(t, { 'one', 'twelve', 'a', 'four' })
  t:keys('gg0l<C-v>jjj$<Esc>gg')
  local before = t:lua('return vim.fn.winsaveview()')
  eq('ne\nwelve\n\nour', kinds.source(t, 'selection').text)
  eq(before, t:lua('return vim.fn.winsaveview()'))
  eq('n', t:lua('return vim.fn.mode()'))
end)

test('the selection of another buffer is not meant, and none is refused', function(t)
  project(t, CODE)
  t:keys('ggVj<Esc>')
  t:cmd('edit src/b.lua')
  T.match('^nothing was selected in src/b.lua yet\n', kinds.refused(t, 'selection'))
  T.match('^there is no code window\n', kinds.refused(t, 'selection', nil, { code = false }))
end)

test('a selection that stands there from before, in a window that is not the current one', function(t)
  project(t, CODE)
  t:keys('ggVj<Esc>')
  local code = t:lua('return { win = vim.api.nvim_get_current_win(), buf = vim.api.nvim_get_current_buf() }')
  t:cmd('new')
  eq('local M = {}\nlocal one, two = 1, 2', lines_of(t, kinds.source(t, 'selection', nil, { code = code })))
  t:cmd('only')
  eq(
    'local M = {}\nlocal one, two = 1, 2',
    lines_of(t, kinds.source(t, 'selection', nil, { code = { buf = code.buf } }))
  )
end)

test('a selection in a file with secrets is refused unless it is forced', PURE, function(t)
  project(t, CODE)
  t:write_file('proj/.env', 'KEY=1\n')
  t:cmd('edit .env')
  t:keys('ggV<Esc>')
  T.match('^.env: it may hold', kinds.refused(t, 'selection'))
  eq('KEY=1', lines_of(t, kinds.source(t, 'selection', nil, { force = true })))
end)

-- ---- lines -----------------------------------------------------------------------------------

test('lines of the code window are those of its buffer, saved or not', PURE, function(t)
  project(t, CODE)
  t:lua([[vim.api.nvim_buf_set_lines(0, 1, 1, false, { 'not saved' })]])
  local one = kinds.source(t, 'lines', '2-3')
  local buf = t:lua('return vim.api.nvim_get_current_buf()')
  eq({ buf, 2, 3 }, { one.buf, one.first, one.last })
  eq({ path = 'src/a.lua', first = '2', last = '3' }, one.attributes)
  eq('src/a.lua:2', kinds.source(t, 'lines', '2').title)
  eq(buf, kinds.source(t, 'lines', 'src/a.lua:1-2').buf)
end)

test('lines of a file that is in no buffer the helper reads', PURE, function(t)
  project(t, CODE)
  t:write_file('proj/src/b c.lua', 'x\n')
  local one = kinds.source(t, 'lines', 'src/b c.lua:1-20')
  eq({ t.dir .. '/proj/src/b c.lua', 1, 20 }, { one.path, one.first, one.last })
  T.ok(not one.buf)
end)

test('lines that are not there are refused, with how many there are', PURE, function(t)
  project(t, CODE)
  eq('src/a.lua has only 3 lines\nName lines that are there.', kinds.refused(t, 'lines', '2-4'))
  T.match('^line 3 is behind line 2\nDid you mean 2%-3', kinds.refused(t, 'lines', '3-2'))
  T.match('no line 0', kinds.refused(t, 'lines', '0'), true)
  for _, arg in ipairs({ 'x', '1-', '-3', '1-2-3', '99999999999999' }) do
    T.match('names no lines', kinds.refused(t, 'lines', arg), true)
  end
  T.match('names no lines', kinds.refused(t, 'lines'), true)
end)

-- ---- diagnostics -----------------------------------------------------------------------------

local function diagnose(t)
  t:lua([[
    local a = vim.api.nvim_get_current_buf()
    vim.cmd('badd src/b.lua')
    local b = vim.fn.bufnr('src/b.lua')
    local ns = vim.api.nvim_create_namespace('test')
    vim.diagnostic.set(ns, a, {
      { lnum = 1, col = 6, message = 'unused\nremove it', severity = 2, source = 'lua_ls', code = 'unused-local' },
      { lnum = 0, col = 0, message = 'a hint', severity = 4 },
    })
    vim.diagnostic.set(ns, b, { { lnum = 0, col = 2, message = 'broken', severity = 1, code = 7 } })
  ]])
end

test('diagnostics of the code window have place, severity, source, code, message and line', PURE, function(t)
  project(t, CODE)
  diagnose(t)
  local one = kinds.source(t, 'diagnostics')
  eq(
    'src/a.lua:1:1: hint: a hint\n  | local M = {}\n'
      .. 'src/a.lua:2:7: warning: unused\n    remove it [lua_ls unused-local]\n  | local one, two = 1, 2',
    one.text
  )
  eq({ of = 'src/a.lua' }, one.attributes)
end)

test('diagnostics of all buffers, and of some severities', PURE, function(t)
  project(t, CODE)
  diagnose(t)
  T.match('src/b.lua:1:3: error: broken [7]', kinds.source(t, 'diagnostics', 'all').text, true)
  eq('src/b.lua:1:3: error: broken [7]', kinds.source(t, 'diagnostics', 'workspace:error').text)
  eq('src/a.lua:1:1: hint: a hint\n  | local M = {}', kinds.source(t, 'diagnostics', 'hint,error').text)
  eq(
    'there are no error diagnostics in src/a.lua\nTake #diagnostics:error out of the message.',
    kinds.refused(t, 'diagnostics', 'error')
  )
  T.match('^#diagnostics has no "bad"\nWrite all', kinds.refused(t, 'diagnostics', 'bad'))
  eq({ 'error,warn' }, kinds.words(t, 'diagnostics', 'error,w'))
end)

test('of too many diagnostics the worst are sent, and how many are not is said', PURE, function(t)
  project(t, CODE)
  t:lua([[
    local list = {}
    for i = 1, 250 do list[i] = { lnum = 0, col = i, message = 'm' .. i, severity = i > 240 and 1 or 4 } end
    vim.diagnostic.set(vim.api.nvim_create_namespace('a'), 0, list)
  ]])
  local one = kinds.source(t, 'diagnostics')
  T.match('error: m250', one.text, true)
  eq('50 more are left out', one.note)
  T.match('%(50 more are left out%)$', one.text)
end)

test('what is said of files with secrets is left out, and that is said', PURE, function(t)
  project(t, CODE)
  diagnose(t)
  t:lua([[
    vim.cmd('badd .env')
    vim.diagnostic.set(vim.api.nvim_create_namespace('s'), vim.fn.bufnr('.env'), { { lnum = 0, col = 0, message = 'KEY=1' } })
  ]])
  local one = kinds.source(t, 'diagnostics', 'all')
  T.no_match('KEY=1', one.text)
  T.match('^left out: .env %(', one.note)
  T.match('KEY=1', kinds.source(t, 'diagnostics', 'all', { force = true }).text)
end)

-- ---- lists -----------------------------------------------------------------------------------

test('the quickfix list is its valid entries, with its title', PURE, function(t)
  project(t, CODE)
  t:lua([[vim.fn.setqflist({}, ' ', { title = ':make', items = {
    { text = 'make: entering' },
    { filename = 'src/a.lua', lnum = 2, col = 3, text = 'unused', type = 'W', nr = 12 },
    { filename = 'src/b.lua', lnum = 9, text = 'found' },
  } })]])
  local one = kinds.source(t, 'quickfix')
  eq('src/a.lua:2:3: warning 12: unused\nsrc/b.lua:9: found', one.text)
  eq({ title = ':make' }, one.attributes)
end)

test('a long quickfix list is sent in part, and that is said', PURE, function(t)
  project(t, CODE)
  t:lua([[
    local items = {}
    for i = 1, 5000 do items[i] = { filename = 'src/a.lua', lnum = i, text = 'm' .. i } end
    vim.fn.setqflist({}, ' ', { items = items })
  ]])
  local one = kinds.source(t, 'quickfix')
  T.match('src/a.lua:1: m1\n', one.text, true)
  T.match('only the first 500 of 5000', one.note, true)
  T.match('300 more are left out', one.note, true)
end)

test('the location list is that of the code window', PURE, function(t)
  project(t, CODE)
  T.match('^the location list of the code window has no places', kinds.refused(t, 'loclist'))
  T.match('^the quickfix list has no places', kinds.refused(t, 'quickfix'))
  local code = t:lua([[
    vim.fn.setloclist(0, {}, ' ', { title = 'lint', items = { { filename = 'src/a.lua', lnum = 1, text = 'here' } } })
    return { win = vim.api.nvim_get_current_win(), buf = vim.api.nvim_get_current_buf() }
  ]])
  t:cmd('new')
  t:lua([[vim.fn.setloclist(0, {}, ' ', { items = {} })]])
  eq('src/a.lua:1: here', kinds.source(t, 'loclist', nil, { code = code }).text)
end)

test('places outside the project are told, those of ignored files are not', PURE, function(t)
  project(t, CODE)
  vim.system({ 'git', 'init', '-q' }, { cwd = t.dir .. '/proj' }):wait()
  t:write_file('proj/.gitignore', 'out/\n')
  t:lua([[vim.fn.setqflist({}, ' ', { items = {
    { filename = '/usr/include/stdio.h', lnum = 2, text = 'outside' },
    { filename = 'out/x.c', lnum = 9, text = 'generated' },
  } })]])
  local one = kinds.source(t, 'quickfix')
  T.match('^/usr/include/stdio.h:2: outside', one.text)
  T.no_match('generated', one.text)
  eq('left out: out/x.c (git ignores it)', one.note)
end)

-- ---- messages, help --------------------------------------------------------------------------

test('messages, all or the last ones', function(t)
  T.match('^there are no :messages', kinds.refused(t, 'messages'))
  t:lua([[for i = 1, 5 do vim.api.nvim_echo({ { 'word ' .. i } }, true, {}) end]])
  eq('word 1\nword 2\nword 3\nword 4\nword 5', kinds.source(t, 'messages').text)
  eq('word 4\nword 5', kinds.source(t, 'messages', '2').text)
  T.match('^"x" is no number of lines', kinds.refused(t, 'messages', 'x'))
end)

test('a section of the help goes to the next one', PURE, function(t)
  local one = kinds.source(t, 'help', 'undo-two-ways')
  T.match('^%S.*%*undo%-two%-ways%*', one.text)
  T.no_match('%*undo%-blocks%*', one.text)
  T.match('the redo will not be possible anymore', one.text, true)
  eq({ tag = 'undo-two-ways', file = 'undo.txt' }, one.attributes)
end)

test('a part within a section of the help goes to the next tag', PURE, function(t)
  local one = kinds.source(t, 'help', 'tabstop')
  eq("'tabstop'", one.attributes.tag)
  T.match('tabstop', one.text, true)
  T.no_match("%*'tagbsearch'%*", one.text)
  T.match('Gets a line-range from the buffer', kinds.source(t, 'help', 'nvim_buf_get_lines').text, true)
  T.no_match('nvim_buf_get_mark%(', kinds.source(t, 'help', 'nvim_buf_get_lines()').text)
end)

test('tags as :help takes them', PURE, function(t)
  for typed, tag in pairs({
    ['*'] = 'star',
    ['ctrl-w'] = 'CTRL-W',
    vsplit = ':vsplit',
    [':w'] = ':w',
    ["'ts'"] = "'ts'",
  }) do
    eq(tag, kinds.source(t, 'help', typed).attributes.tag)
  end
  T.match('there is no help for "nosuchtag"', kinds.refused(t, 'help', 'nosuchtag'), true)
end)

test("a plugin's help, and a tag that is none", PURE, function(t)
  t:write_file('plug/doc/x.txt', '*x.txt* first\n\nall of it\n\n==\nmore\n')
  t:cmd('helptags ' .. t.dir .. '/plug/doc')
  t:cmd('set rtp+=' .. t.dir .. '/plug')
  eq('*x.txt* first\n\nall of it\n\n==\nmore\n', kinds.source(t, 'help', 'x.txt').text)
  T.match(
    '^there is no help for "undo%-two%-wayz"\nDid you mean undo%-two%-ways%?',
    kinds.refused(t, 'help', 'undo-two-wayz')
  )
  T.ok(vim.tbl_contains(kinds.words(t, 'help', 'undo-two'), 'undo-two-ways'))
end)

-- ---- clipboard -------------------------------------------------------------------------------

test("the clipboard by the user's own provider, and registers", PURE, function(t)
  t:lua([[
    local text = { { 'copied', 'lines' }, 'v' }
    local function paste() return text end
    local function copy() end
    vim.g.clipboard = { name = 'test', copy = { ['+'] = copy, ['*'] = copy }, paste = { ['+'] = paste, ['*'] = paste } }
    vim.fn.setreg('a', 'of a\n')
  ]])
  eq('copied\nlines', kinds.source(t, 'clipboard').text)
  local one = kinds.source(t, 'clipboard', 'a')
  eq({ 'of a', { register = 'a' } }, { one.text, one.attributes })
  eq('register "b is empty\nCopy something first.', kinds.refused(t, 'clipboard', 'b'))
  T.match('^there is no register', kinds.refused(t, 'clipboard', '='))
end)

test('the clipboard of the terminal is not waited for', PURE, function(t)
  t:lua([[
    local function wait() error('Neovim stands still') end
    vim.g.clipboard = { name = 'OSC 52', copy = { ['+'] = wait, ['*'] = wait }, paste = { ['+'] = wait, ['*'] = wait } }
  ]])
  T.match('^the clipboard is that of the terminal', kinds.refused(t, 'clipboard'))
end)

test('a program that has the clipboard is asked in the background', PURE, function(t)
  t:write_file('paste', '#!/bin/sh\nprintf "from a program"\n')
  vim.uv.fs_chmod(t.dir .. '/paste', 493)
  t:lua(
    [[
    local path = ...
    vim.g.clipboard = { name = 'test', copy = { ['+'] = 'true', ['*'] = 'true' }, paste = { ['+'] = path, ['*'] = path } }
    vim.fn.system = function() error('blocks') end
  ]],
    t.dir .. '/paste'
  )
  eq('from a program', kinds.source(t, 'clipboard').text)
  t:lua([[vim.g.clipboard = { name = 'x', copy = {}, paste = { ['+'] = { '/nowhere/paste' } } }]])
  T.match('^/nowhere/paste cannot be started\n', kinds.refused(t, 'clipboard'))
end)
