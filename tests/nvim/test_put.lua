-- gp: a code block goes into the file beside the chat.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

T.once()

local UI = { ui = { 100, 24 } }

--- A file in one window, a chat with one reply in the other, which is the current one. With `quote` the question is
--- about those lines.
---@param o { name?: string, lines: string[], set?: string, cursor?: integer, reply: string, quote?: integer[] }
---@return integer file its buffer
---@return integer buf of the chat
local function beside(t, o)
  local srv = t:fake()
  srv:script({ tokens = { o.reply } })
  chat.configure(t, srv)
  local path = t.dir .. '/' .. (o.name or 'a.lua')
  t:write_file(o.name or 'a.lua', table.concat(o.lines, '\n') .. '\n')
  t:lua([[vim.cmd.edit(vim.fn.fnameescape(...))]], path)
  t:cmd('setlocal expandtab shiftwidth=2 tabstop=8')
  if o.set then t:cmd('setlocal ' .. o.set) end
  local file = t:eval('bufnr()')
  t:lua('vim.api.nvim_win_set_cursor(0, { ..., 0 })', o.cursor or 1)
  local range = o.quote and ('%d,%d'):format(o.quote[1], o.quote[2]) or ''
  t:cmd(range .. 'Hum chat what about this, please?')
  chat.finished(t)
  return file, t:eval('bufnr()')
end

local function lines(t, buf) return t:lua('return vim.api.nvim_buf_get_lines(..., 0, -1, false)', buf) end

local function fence(text, lang) return 'Here:\n\n```' .. (lang or 'lua') .. '\n' .. text .. '\n```\n' end

test('the code goes below the cursor of the file, and the chat stays as it is', UI, function(t)
  local file, buf = beside(t, { lines = { 'one', 'two', 'three' }, cursor = 2, reply = fence('print(1)\nprint(2)') })
  local before, win = t:text(buf), t:eval('win_getid()')
  t:keys('Ggp')
  eq({ 'one', 'two', 'print(1)', 'print(2)', 'three' }, lines(t, file))
  eq(before, t:text(buf))
  eq(win, t:eval('win_getid()'))
  eq({ 4, 0 }, t:lua('return vim.api.nvim_win_get_cursor(vim.fn.bufwinid(...))', file))
  t:lua([[vim.api.nvim_buf_call(..., function() vim.cmd('undo') end)]], file)
  eq({ 'one', 'two', 'three' }, lines(t, file))
end)

test('one block after the other', UI, function(t)
  local file = beside(t, { lines = { 'one', 'two' }, reply = fence('a') .. fence('b') })
  t:keys('gg]fgp]fgp')
  eq({ 'one', 'a', 'b', 'two' }, lines(t, file))
  t:lua([[vim.api.nvim_buf_call(..., function() vim.cmd('undo') end)]], file)
  eq({ 'one', 'a', 'two' }, lines(t, file))
end)

--- name, lines of the file, cursor, options, code, lines that come
local INDENTS = {
  { 'as the line of the cursor', { 'f()', '  a', 'end' }, 2, '', 'x\n  y', { '  x', '    y' } },
  { 'as what follows, if that is deeper', { 'f()', '    a', 'end' }, 1, '', 'x\n  y', { '    x', '      y' } },
  { 'not at all at the end of a block', { 'f()', '  a', 'end', '' }, 3, '', 'x', { 'x' } },
  { 'as what follows a blank line', { 'a', '', '  b' }, 2, '', 'x', { '  x' } },
  { 'without what the code has too much', { 'f()', '  a', 'end' }, 2, '', '      x\n        y', { '  x', '    y' } },
  {
    'with tabs where the file has them',
    { 'f', '\ta', 'end' },
    2,
    'noet ts=4',
    'x\n  y\n    z',
    { '\tx', '\t\ty', '\t\t\tz' },
  },
  { 'with tabs for steps of four', { 'f', '\ta', 'end' }, 2, 'noet', 'x:\n    y', { '\tx:', '\t\ty' } },
  { 'tabs of the file, whatever the options say', { 'f', '\ta', 'end' }, 2, 'et', 'x\n  y', { '\tx', '\t\ty' } },
  {
    'blanks of the file, whatever the options say',
    { 'f', '   a', 'end' },
    2,
    'noet',
    'x\n\ty',
    { '   x', '     y' },
  },
  { 'blanks for tabs', { 'f()', '    a', 'end' }, 2, 'et sw=4', '\tx\n\t\ty', { '    x', '        y' } },
  { 'blank lines stay blank', { '  a' }, 1, '', 'x\n   \n\ny', { '  x', '', '', '  y' } },
  { 'as it is where the file does not tell', { 'a', 'b' }, 1, 'noet', 'x:\n    y', { 'x:', '    y' } },
  { 'with the tabs that it has where the file does not tell', { 'a' }, 1, 'noet', 'x\n\ty', { 'x', '\ty' } },
  { 'blanks where only the option tells', { 'a' }, 1, 'et sw=4', 'x\n\ty', { 'x', '    y' } },
  { 'what is aligned', { '\ta' }, 1, 'noet', 'f(x,\n  y)', { '\tf(x,', '\t\ty)' } },
}

for _, case in ipairs(INDENTS) do
  test('indentation: ' .. case[1], UI, function(t)
    local file =
      beside(t, { lines = case[2], cursor = case[3], set = case[4] ~= '' and case[4] or nil, reply = fence(case[5]) })
    t:keys('gp')
    local got = lines(t, file)
    eq(case[6], vim.list_slice(got, case[3] + 1, case[3] + #case[6]))
    eq(#case[2] + #case[6], #got)
  end)
end

test('into an empty buffer', UI, function(t)
  local srv = t:fake()
  srv:script({ tokens = { fence('a\n  b') } })
  chat.configure(t, srv)
  t:cmd('Hum chat what about this, please?')
  chat.finished(t)
  local file = t:lua([[
    for _, win in ipairs(vim.api.nvim_list_wins()) do
      local buf = vim.api.nvim_win_get_buf(win)
      if vim.bo[buf].filetype ~= 'hum' then return buf end
    end]])
  t:keys('gp')
  eq({ 'a', '  b' }, lines(t, file))
end)

-- ---- the lines that the question is about -----------------------------------------------------------

local FILE = { 'local function f()', '  return 1', 'end', '', 'local function g()', '  return 2', 'end' }

test('over the selection, indented as that is', UI, function(t)
  local file = beside(t, { lines = FILE, quote = { 6, 6 }, cursor = 1, reply = fence('local x = 2\nreturn x') })
  t:keys('gp')
  eq({ '  local x = 2', '  return x', 'end' }, vim.list_slice(lines(t, file), 6))
  t:lua([[vim.api.nvim_buf_call(..., function() vim.cmd('undo') end)]], file)
  eq(FILE, lines(t, file))
end)

test('over a selection that begins deeper than it ends', UI, function(t)
  local file = beside(t, { lines = { 'f(', '    a', '  )', 'x' }, quote = { 2, 3 }, reply = fence('  b\n)') })
  t:keys('gp')
  eq({ 'f(', '    b', '  )', 'x' }, lines(t, file))
end)

test('over a selection that names a file in its first line', UI, function(t)
  local file = beside(t, { lines = { '-- src/other.lua', 'x' }, quote = { 1, 2 }, reply = fence('y') })
  t:keys('gp')
  eq({ 'y' }, lines(t, file))
end)

test('over a blank line', UI, function(t)
  local file = beside(t, { lines = { 'f', '', '  a' }, quote = { 2, 2 }, reply = fence('b') })
  t:keys('gp')
  eq({ 'f', '  b', '  a' }, lines(t, file))
end)

test('over the selection where it has moved to', UI, function(t)
  local file = beside(t, { lines = FILE, quote = { 1, 3 }, reply = fence('-- new') })
  t:lua('vim.api.nvim_buf_set_lines(..., 0, 0, false, { "x", "local function f()", "  return 1", "end" })', file)
  t:keys('gp')
  eq(
    { 'x', 'local function f()', '  return 1', 'end', '-- new', '', 'local function g()' },
    vim.list_slice(lines(t, file), 1, 7)
  )
end)

test('a selection that was changed is left alone, and that is told', UI, function(t)
  local file = beside(t, { lines = FILE, quote = { 1, 3 }, cursor = 7, reply = fence('-- new') })
  t:lua('vim.api.nvim_buf_set_lines(..., 1, 2, false, { "  return 7" })', file)
  t:lua('vim.api.nvim_win_set_cursor(vim.fn.bufwinid(...), { 7, 0 })', file)
  t:keys('gp')
  local got = lines(t, file)
  eq('  return 7', got[2])
  eq({ 'end', '-- new' }, vim.list_slice(got, 7))
  t:wait(function() return t:messages():find('have changed', 1, true) end, 'it is told')
end)

test('lines that were moved as a whole are found by their text', UI, function(t)
  local file = beside(t, { lines = FILE, quote = { 1, 3 }, reply = fence('-- new') })
  t:cmd('wincmd p')
  t:keys('gg3ddGp')
  t:cmd('wincmd p')
  t:keys('gp')
  eq({ '', 'local function g()', '  return 2', 'end', '-- new' }, lines(t, file))
end)

test('a change that is taken back is none', UI, function(t)
  local file = beside(t, { lines = FILE, quote = { 2, 2 }, reply = fence('return 3') })
  t:keys('gp')
  t:cmd('wincmd p')
  t:keys('u')
  t:cmd('wincmd p')
  t:keys('gp')
  eq({ 'local function f()', '  return 3', 'end' }, vim.list_slice(lines(t, file), 1, 3))
end)

test('lines that read the same elsewhere are not taken for those that were replaced', UI, function(t)
  local file = beside(t, { lines = { 'a', 'x', 'b', 'x' }, quote = { 2, 2 }, reply = fence('y') .. fence('z') })
  t:keys('gg]f]fgp]fgp')
  eq({ 'a', 'y', 'z', 'b', 'x' }, lines(t, file))
end)

test('what was put over is changed: the next goes below it', UI, function(t)
  local file = beside(t, { lines = FILE, quote = { 2, 2 }, reply = fence('return 3') .. fence('return 4') })
  t:keys('gg]f]fgp]fgp')
  eq({ 'local function f()', '  return 3', '  return 4', 'end' }, vim.list_slice(lines(t, file), 1, 4))
end)

test('a block that belongs to another file does not go there', UI, function(t)
  local file =
    beside(t, { lines = FILE, quote = { 2, 2 }, cursor = 7, reply = '`b.lua`:\n' .. fence('x'):gsub('^Here:\n\n', '') })
  t:lua('vim.api.nvim_win_set_cursor(vim.fn.bufwinid(...), { 7, 0 })', file)
  t:keys('gp')
  eq('  return 1', lines(t, file)[2])
  eq('x', lines(t, file)[8])
end)

test('two selections: where it is to go is not guessed', UI, function(t)
  local file = beside(t, { lines = FILE, quote = { 2, 2 }, reply = fence('x') })
  t:lua('vim.api.nvim_set_current_win(vim.fn.bufwinid(...))', file)
  t:lua('vim.api.nvim_win_set_cursor(0, { 7, 0 })')
  t:cmd('2Hum! chat')
  t:cmd('wincmd p')
  t:cmd('6Hum! chat and this?')
  chat.finished(t, 2)
  t:keys('Ggp')
  eq({ FILE[2], FILE[6], 'x' }, { lines(t, file)[2], lines(t, file)[6], lines(t, file)[8] })
end)

test('in a later session the selection is found by its text', UI, function(t)
  local file = beside(t, { name = 'ä b.lua', lines = FILE, quote = { 6, 6 }, reply = fence('return 3') })
  local path = t:lua('return vim.api.nvim_buf_get_name(...)', file)
  t:cmd('write! ' .. t.dir .. '/chat.md')
  t:lua('vim.api.nvim_buf_set_lines(..., 0, 0, false, { "-- above" })', file)
  t:lua('vim.api.nvim_buf_call(..., function() vim.cmd("silent write") end)', file)
  t:lua('vim.cmd.bwipeout(...)', file) -- its swap file goes too
  local cwd = t:lua('return vim.fn.getcwd()')
  t.child = t:start({ ui = { 100, 24 } })
  t:lua([[vim.cmd.cd(vim.fn.fnameescape(...))]], cwd)
  t:cmd('edit ' .. t.dir .. '/chat.md')
  t:cmd('vsplit | enew | wincmd p')
  t:keys('Ggp')
  local got = t:lua('return vim.api.nvim_buf_get_lines(vim.fn.bufnr(...), 0, -1, false)', path)
  eq({ '-- above', 'local function f()', '  return 1' }, vim.list_slice(got, 1, 3))
  eq({ '  return 3', 'end' }, vim.list_slice(got, 7))
end)

-- ---- what cannot be ------------------------------------------------------------------------------------

for _, case in ipairs({
  { 'nomodifiable', 'cannot be changed' },
  { 'readonly', 'read-only' },
}) do
  test(('a file with %q is left alone, and that is told'):format(case[1]), UI, function(t)
    local file = beside(t, { lines = { 'one' }, reply = fence('x'), set = case[1] })
    t:keys('gp')
    eq({ 'one' }, lines(t, file))
    t:wait(function() return t:messages():find(case[2], 1, true) end, 'it is told')
    T.no_match('stack traceback', t:messages(), true)
  end)
end

test('without a window for it, or without code, it is told', UI, function(t)
  local _, buf = beside(t, { lines = { 'one' }, reply = 'no code' })
  t:keys('gp')
  t:wait(function() return t:messages():find('no code block here or above', 1, true) end, 'it is told')
  t:cmd('only')
  t:lua([[vim.api.nvim_buf_set_lines(..., -1, -1, false, { '```', 'x', '```' })]], buf)
  t:keys('Ggp')
  t:wait(function() return t:messages():find('open the file beside the chat first', 1, true) end, 'it is told')
end)

for _, key in ipairs({ 'gp', 'gd' }) do
  test(key .. ' where the chat has taken the window of the file', UI, function(t)
    local srv = t:fake()
    srv:script({ tokens = { fence('x') } })
    chat.configure(t, srv, nil, { chat = { window = 'current' } })
    t:cmd('edit ' .. t:write_file('a.lua', 'one\ntwo\nthree\n') .. ' | call cursor(2, 1)')
    local file = t:eval('bufnr()')
    t:cmd('Hum chat what about this, please?')
    chat.finished(t)
    t:keys('G' .. key)
    eq(2, t:eval('winnr("$")'))
    eq(key == 'gp', t:eval('&filetype') == 'hum')
    eq(key == 'gp' and { 'one', 'two', 'x', 'three' } or { 'one', 'two', 'three' }, lines(t, file))
  end)
end

test('a chat in a tab page of its own: the file is in the one before', UI, function(t)
  local file = beside(t, { lines = { 'one', 'two' }, reply = fence('x') })
  t:cmd('tab split')
  t:keys('Ggp')
  eq({ 'one', 'x', 'two' }, lines(t, file))
  t:wait(function() return t:messages():find('put into a.lua, line 2', 1, true) end, 'it is told')
end)

test('the code window is the last one with a file, not a list, help or terminal', UI, function(t)
  local file = beside(t, { lines = { 'one' }, reply = fence('x') })
  t:cmd('wincmd p | new other.lua | wincmd p')
  t:lua('vim.api.nvim_set_current_win(vim.fn.bufwinid(...))', file)
  t:cmd('copen | help')
  t:lua([[
    for _, win in ipairs(vim.api.nvim_list_wins()) do
      if vim.bo[vim.api.nvim_win_get_buf(win)].filetype == 'hum' then vim.api.nvim_set_current_win(win) end
    end]])
  t:keys('Ggp')
  eq({ 'one', 'x' }, lines(t, file))
end)

test('it works from a float, while the reply streams, with closed folds', UI, function(t)
  local srv = t:fake()
  srv:script({ tokens = { fence('x'), 'more\n', 'and more' }, interval_ms = 5 })
  local gate = t:gate(srv)
  chat.configure(t, srv)
  t:write_file('a.lua', 'one\ntwo\n')
  t:lua('vim.cmd.edit(...)', t.dir .. '/a.lua')
  local file = t:eval('bufnr()')
  t:cmd('setlocal foldmethod=manual | %fold')
  t:cmd('Hum chat what about this, please?')
  local buf = t:eval('bufnr()')
  gate:pass(1)
  t:wait(function() return t:text(buf):find('\nx\n```', 1, true) end, 'the block')
  t:lua(
    [[
    vim.cmd('close')
    vim.api.nvim_open_win(..., true, { relative = 'editor', row = 2, col = 2, width = 40, height = 10 })]],
    buf
  )
  t:keys('Ggp')
  eq({ 'one', 'two', 'x' }, lines(t, file)) -- as `p` does
  gate:pass()
  chat.finished(t)
  T.match('and more', t:text(buf), true)
end)
