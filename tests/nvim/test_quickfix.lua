-- Files that a reply names: gf opens one, :Hum quickfix lists the places.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

T.once()

local UI = { ui = { 100, 24 } }

local FILE = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\neleven\ntwelve\n'

--- A chat in a folder with some files. Returns its buffer.
local function reply(t, text, files)
  for _, name in
    ipairs(
      files
        or { 'src/a.lua', 'b.lua', 'my file.lua', 'src/ä.lua', '[id].tsx', '12', 'C#/x.cs', 'x%y.lua', 'src/$HOME.tsx' }
    )
  do
    t:write_file('work/' .. name, FILE)
  end
  local srv = t:fake()
  srv:script({ tokens = { text } })
  chat.configure(t, srv)
  t:lua('vim.cmd.cd(...)', t.dir .. '/work')
  t:cmd('Hum chat what about this, please?')
  chat.finished(t)
  return t:eval('bufnr()')
end

--- The quickfix list, each as "path|line|column|text".
local function places(t)
  return t:lua([[
    return vim.tbl_map(function(one)
      return ('%s|%d|%d|%s'):format(vim.fn.fnamemodify(vim.fn.bufname(one.bufnr), ':.'), one.lnum, one.col, one.text)
    end, vim.fn.getqflist())]])
end

test('a reply that lists places', UI, function(t)
  reply(t, '- src/a.lua:2: this is wrong\n- `src/a.lua:3:1` – that too\n\nAt 12:30 it was fine.\n')
  t:cmd('Hum quickfix')
  eq({ 'src/a.lua|2|0|this is wrong', 'src/a.lua|3|1|that too' }, places(t))
  eq('quickfix', t:eval('&buftype'))
  t:keys('<CR>')
  eq('a.lua|2', t:lua([[return vim.fn.expand('%:t') .. '|' .. vim.fn.line('.')]]))
end)

--- name, reply, places
local CASES = {
  { 'a line of several', 'see src/a.lua:2-4', { 'src/a.lua|2|0|see src/a.lua:2-4' } },
  { 'line N of', 'line 12 of `src/a.lua` is odd', { 'src/a.lua|12|0|is odd' } },
  { 'lines N-M of', 'lines 3–5 of src/a.lua', { 'src/a.lua|3|0|lines 3–5 of src/a.lua' } },
  { 'file, line N', 'In b.lua, line 7: bad', { 'b.lua|7|0|line 7: bad' } },
  {
    'as an address',
    '`src/a.lua#L4`, [b](b.lua#L5-L6)',
    { 'src/a.lua|4|0|[b](b.lua#L5-L6)', 'b.lua|5|0|`src/a.lua#L4`, [b](b.lua#L5-L6)' },
  },
  { 'as MSVC has it', 'src/a.lua(12,3): error', { 'src/a.lua|12|3|error' } },
  { 'as Python has it', '  File "src/a.lua", line 4, in x', { 'src/a.lua|4|0|line 4, in x' } },
  { 'a line behind backquotes or bold', '`b.lua`:3:2 x\n**src/a.lua**:4 y', { 'b.lua|3|2|x', 'src/a.lua|4|0|y' } },
  { 'columns of a range', 'b.lua:3:2-5 x\nsrc/a.lua:3:2-4:5 y', { 'b.lua|3|2|x', 'src/a.lua|3|2|y' } },
  { 'L3', 'b.lua:L3 x\nsrc/a.lua (L4-L5)', { 'b.lua|3|0|x', 'src/a.lua|4|0|(L4-L5)' } },
  { 'lines N to M of', 'lines 3 to 5 of b.lua', { 'b.lua|3|0|lines 3 to 5 of b.lua' } },
  { 'file: line N', 'b.lua: line 3', { 'b.lua|3|0|line 3' } },
  { 'as Windows has it', 'src\\a.lua:3 x\n`.\\b.lua:4`', { 'src/a.lua|3|0|x', 'b.lua|4|0|`.\\b.lua:4`' } },
  { 'as links have it', '[x](my%20file.lua#L3)', { 'my file.lua|3|0|[x](my%20file.lua#L3)' } },
  {
    'marks that are not ASCII',
    '“b.lua:3”，src/a.lua:4—x',
    { 'b.lua|3|0|”，src/a.lua:4—x', 'src/a.lua|4|0|—x' },
  },
  {
    'lines that no file has',
    'b.lua:0 x, src/a.lua:99999999999999999999',
    { 'src/a.lua|2147483647|0|b.lua:0 x, src/a.lua:99999999999999999999' },
  },
  { 'in bold', '**b.lua:3** wrong', { 'b.lua|3|0|wrong' } },
  { 'in parentheses', 'wrong (b.lua:3).', { 'b.lua|3|0|wrong (b.lua:3).' } },
  { 'in a code block', '```\nb.lua:3:7: error: x\n```', { 'b.lua|3|7|error: x' } },
  { 'as if the project were the root', '/src/a.lua:3 x', { 'src/a.lua|3|0|x' } },
  { 'a folder', 'src:3 x', {} },
  { 'in a table', '| b.lua:3 | bad |', { 'b.lua|3|0|| bad |' } },
  { 'a path with ./', './b.lua:3: x', { 'b.lua|3|0|x' } },
  { 'a path of a diff', 'a/src/a.lua:3 x', { 'src/a.lua|3|0|x' } },
  { 'a name with blanks', '`my file.lua:3` x', { 'my file.lua|3|0|x' } },
  { 'umlauts', 'src/ä.lua:3 x', { 'src/ä.lua|3|0|x' } },
  { 'brackets', '`[id].tsx:3` x', { '[id].tsx|3|0|x' } },
  { 'a number sign and a per cent sign', 'C#/x.cs:3 x\nx%y.lua:4 y', { 'C#/x.cs|3|0|x', 'x%y.lua|4|0|y' } },
  {
    'two in a line',
    'b.lua:1 and src/a.lua:2',
    { 'b.lua|1|0|and src/a.lua:2', 'src/a.lua|2|0|b.lua:1 and src/a.lua:2' },
  },
  { 'the same twice', 'b.lua:1 x\nb.lua:1 y', { 'b.lua|1|0|x' } },
  { 'no place', 'b.lua is fine, at 12:30:15, 3:4', {} },
  { 'a file that is not there', 'c.lua:3 x, src/b.lua:1', {} },
  { 'addresses', 'http://localhost:3000/b.lua:3 and https://x.org/b.lua#L3, localhost:80', {} },
  { 'versions', 'lua5.1:2, v1.2.3:4, 2.0:1', {} },
  { 'a thought', '<think>\nb.lua:2 hm\n</think>\n\nb.lua:3 x', { 'b.lua|3|0|x' } },
}

for _, case in ipairs(CASES) do
  test('quickfix: ' .. case[1], UI, function(t)
    reply(t, case[2])
    t:cmd('Hum quickfix')
    eq(case[3], places(t))
    if #case[3] == 0 then
      t:wait(function() return t:messages():find('names no line of a file that is there', 1, true) end, 'it is told')
    end
  end)
end

test('the reply under the cursor, else the last; from another window the latest chat', UI, function(t)
  local srv = t:fake()
  srv:script({ tokens = { 'b.lua:1 first' } })
  t:write_file('work/b.lua', FILE)
  chat.configure(t, srv)
  t:lua('vim.cmd.cd(...)', t.dir .. '/work')
  t:cmd('Hum chat what about this, please?')
  local buf = t:eval('bufnr()')
  chat.finished(t)
  srv:script({ tokens = { 'b.lua:2 second' } })
  chat.ask(t, 'and now?', buf)
  chat.finished(t, 2)
  t:keys('G')
  t:cmd('Hum quickfix')
  eq({ 'b.lua|2|0|second' }, places(t))
  t:cmd('cclose')
  t:lua('vim.api.nvim_set_current_win(vim.fn.bufwinid(...))', buf)
  t:lua([[vim.fn.cursor(1, 1) vim.fn.search('first')]])
  t:cmd('Hum quickfix')
  eq({ 'b.lua|1|0|first' }, places(t))
  t:cmd('cclose | wincmd p | enew')
  t:lua([[require('hum').quickfix({ buf = ..., line = vim.api.nvim_buf_line_count(...) })]], buf)
  eq({ 'b.lua|2|0|second' }, places(t))
  t:cmd('cclose')
  t:lua([[vim.fn.setqflist({}, 'f')]])
  t:cmd('Hum quickfix')
  eq(1, #places(t))
end)

-- ---- gf ---------------------------------------------------------------------------------------------------

--- What the current window shows: "name|line|column".
local function here(t)
  return t:lua([[return ('%s|%d|%d'):format(vim.fn.expand('%:.'), vim.fn.line('.'), vim.fn.col('.'))]])
end

--- name, reply, where the cursor is (a pattern), what is shown
local GF = {
  { 'a path', 'see src/a.lua for it', 'a.lua', 'src/a.lua|1|1' },
  { 'with a line', 'see src/a.lua:12 for it', 'a.lua', 'src/a.lua|12|1' },
  { 'with line and column', '`src/a.lua:12:3`', 'a.lua', 'src/a.lua|12|3' },
  { 'at the line number itself', '`src/a.lua:12:3`', '12', 'src/a.lua|12|3' },
  { 'as an address', '[x](src/a.lua#L12)', 'a.lua', 'src/a.lua|12|1' },
  { 'in words', 'line 12 of `src/a.lua`', 'a.lua', 'src/a.lua|12|1' },
  { 'as MSVC has it', 'src/a.lua(12,3): x', 'a.lua', 'src/a.lua|12|3' },
  { 'a line that is not there', 'src/a.lua:99:99', 'a.lua', 'src/a.lua|12|6' },
  { 'the only one of the line', 'see src/a.lua for it', 'see', 'src/a.lua|1|1' },
  { 'the one at the cursor of two', '`b.lua` and `src/a.lua:3`', 'a.lua', 'src/a.lua|3|1' },
  { 'a name with blanks', '`my file.lua:3`', 'file', 'my file.lua|3|1' },
  { 'not a folder', 'the src code in src/a.lua', 'the', 'src/a.lua|1|1' },
  { 'a per cent sign', 'x%y.lua:3', 'y.lua', 'x%y.lua|3|1' },
  { 'a number sign', 'C#/x.cs:3', 'x.cs', 'C#/x.cs|3|1' },
  { 'brackets', '`[id].tsx:3`', 'tsx', '[id].tsx|3|1' },
  { 'a fence', 'x\n```lua:src/a.lua\nfoo\n```', 'lua:src', 'src/a.lua|1|1' },
  { 'in a block', 'x\n```lua:src/a.lua\nfoo\n```', 'foo', 'src/a.lua|1|1' },
  { 'another file in a block', 'x\n```lua:src/a.lua\ndofile("b.lua")\n```', 'b.lua', 'b.lua|1|1' },
}

for _, case in ipairs(GF) do
  test('gf: ' .. case[1], UI, function(t)
    local buf = reply(t, case[2])
    local windows = t:eval('winnr("$")')
    t:lua([[vim.fn.cursor(vim.fn.search('^## « ', 'w'), 1) vim.fn.search(...)]], case[3])
    t:keys('gf')
    eq(case[4], here(t))
    eq(windows, t:eval('winnr("$")'))
    T.ok(t:lua('return vim.fn.bufwinid(...) > 0', buf), 'the chat is still shown')
  end)
end

test('gf in visual mode opens what is selected', UI, function(t)
  reply(t, 'XXmy file.lua:3XX')
  t:lua([[vim.fn.cursor(1, 1) vim.fn.search('my file')]])
  t:keys('v12lgf')
  eq('my file.lua|3|1', here(t))
end)

test('hum.file() opens what it is given, from any window', UI, function(t)
  reply(t, 'x')
  t:cmd('wincmd p')
  t:lua([[require('hum').file({ name = 'my file.lua:3' })]])
  eq('my file.lua|3|1', here(t))
  local ok, err = unpack(t:lua([[return { pcall(require('hum').file, { path = 'x' }) }]]))
  eq(false, ok)
  T.match('hum.file: opts.path', err, true)
end)

test('gf: a file that is not there is told', UI, function(t)
  local buf = reply(t, 'see src/none.lua:3')
  t:lua([[vim.fn.cursor(1, 1) vim.fn.search('none')]])
  t:keys('gf')
  t:wait(function() return t:messages():find('there is no file "src/none.lua"', 1, true) end, 'it is told')
  eq(buf, t:eval('bufnr()'))
  t:lua([[vim.fn.cursor(vim.fn.search('^$'), 1)]])
  t:keys('gf')
  t:wait(function() return t:messages():find('no file is named here', 1, true) end, 'it is told')
end)

test('gf without a code window opens one; with one that holds its buffer, another', UI, function(t)
  local buf = reply(t, 'see src/a.lua:3')
  t:cmd('only')
  t:lua([[vim.fn.cursor(1, 1) vim.fn.search('a.lua')]])
  t:keys('gf')
  eq('src/a.lua|3|1', here(t))
  eq({ 'lua', true }, { t:eval('&filetype'), t:lua('return vim.bo.buflisted') })
  eq(2, t:eval('winnr("$")'))
  t:cmd('edit b.lua')
  t:lua([[if vim.fn.exists('+winfixbuf') == 1 then vim.wo.winfixbuf = true end]])
  t:lua('vim.api.nvim_set_current_win(vim.fn.bufwinid(...))', buf)
  t:keys('gf')
  eq('src/a.lua|3|1', here(t))
end)

test("gf leaves a changed file alone where 'hidden' is off", UI, function(t)
  local buf = reply(t, 'see src/a.lua:3')
  t:cmd('set nohidden')
  t:cmd('wincmd p | edit b.lua | call setline(1, "changed")')
  local file = t:eval('bufnr()')
  t:lua('vim.api.nvim_set_current_win(vim.fn.bufwinid(...))', buf)
  t:lua([[vim.fn.cursor(1, 1) vim.fn.search('a.lua')]])
  t:keys('gf')
  eq('changed', t:lua('return vim.api.nvim_buf_get_lines(..., 0, 1, false)[1]', file))
  t:wait(function() return t:messages():find('E37', 1, true) end, "Neovim's own error")
  eq(buf, t:eval('bufnr()'))
  T.no_match('stack traceback', t:messages(), true)
end)

test('gf finds a file that is open anywhere by the end of its name', UI, function(t)
  t:write_file('far/src/c.lua', FILE)
  local srv = t:fake()
  srv:script({ tokens = { 'see src/c.lua:3 and then' } })
  chat.configure(t, srv)
  t:lua('vim.cmd.edit(...)', t.dir .. '/far/src/c.lua')
  t:write_file('work/x', '')
  t:lua('vim.cmd.cd(...)', t.dir .. '/work')
  t:cmd('enew')
  t:cmd('Hum chat what about this, please?')
  chat.finished(t)
  t:lua([[vim.fn.cursor(1, 1) vim.fn.search('c.lua')]])
  t:keys('gf')
  eq('c.lua|3', t:lua([[return vim.fn.expand('%:t') .. '|' .. vim.fn.line('.')]]))
end)

for keys, what in pairs({ gf = 'lua', [':Hum quickfix<CR>'] = 'qf' }) do
  test(keys .. ' closes the float that would hide what it shows', UI, function(t)
    t:write_file('work/b.lua', FILE)
    local srv = t:fake()
    srv:script({ tokens = { 'see b.lua:3' } })
    chat.configure(t, srv, nil, { chat = { window = 'float' } })
    t:lua('vim.cmd.cd(...)', t.dir .. '/work')
    t:cmd('Hum chat what about this, please?')
    chat.finished(t)
    t:lua([[vim.fn.cursor(1, 1) vim.fn.search('b.lua')]])
    t:keys(keys)
    eq(what, t:eval('&filetype'))
    local floats = t:lua(
      [[
      return vim.tbl_filter(function(win) return vim.api.nvim_win_get_config(win).relative ~= '' end, vim.api.nvim_list_wins())]]
    )
    eq({}, floats)
    t:cmd('Hum toggle')
    eq('hum', t:eval('&filetype'))
  end)
end

test('gf looks in the project of the file beside the chat', UI, function(t)
  t:write_file('proj/.git/HEAD', 'x')
  t:write_file('proj/deep/b.lua', FILE)
  t:write_file('proj/lib/c.lua', FILE)
  local srv = t:fake()
  srv:script({ tokens = { 'see lib/c.lua:3' } })
  chat.configure(t, srv)
  t:lua('vim.cmd.edit(...)', t.dir .. '/proj/deep/b.lua')
  t:cmd('Hum chat what about this, please?')
  chat.finished(t)
  t:lua([[vim.fn.cursor(1, 1) vim.fn.search('c.lua')]])
  t:keys('gf')
  eq('c.lua|3', t:lua([[return vim.fn.expand('%:t') .. '|' .. vim.fn.line('.')]]))
end)
