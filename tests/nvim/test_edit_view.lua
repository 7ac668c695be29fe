-- What is seen of an edit: in a real Neovim, with an answer that the case plays event by event.
local T = require('harness')
local preview = require('lib.preview')
local test, eq, ok = T.test, T.eq, T.ok

local UI = { ui = { 40, 14 } }

---@param t test.Case
---@param group string
---@return integer|nil bg, integer|nil fg
local function colours(t, group)
  local look = t:lua('return vim.api.nvim_get_hl(0, { name = ..., link = false })', group)
  return look.bg, look.fg
end

--- The background of the cell at which a text begins.
---@param t test.Case
---@param text string
---@param by? integer  cells behind its beginning
---@return table attr
local function attr(t, text, by)
  local row, col = t.child.screen:find(text)
  ok(row, text .. ' is not in\n' .. t:screen())
  return t.child.screen:attr(row, col + (by or 0))
end

test(
  'added rows stand in front of what is not reached, and below the removed lines once a hunk has finished',
  UI,
  function(t)
    preview.buffer(t, preview.numbered(5))
    preview.start(t, 2, 4)
    preview.open(t, 1, { 'new a', 'new b' })
    eq(
      { 'line 1', 'line 2', 'new a', 'new b', 'line 3  writing · :Hum stop stops it', 'line 4', 'line 5' },
      preview.screen(t)
    )
    local added, removed = colours(t, 'HumAdded'), colours(t, 'HumRemoved')
    local _, pending = colours(t, 'HumPending')
    eq(added, attr(t, 'new a').background)
    eq(added, attr(t, 'new a', 30).background, 'to the edge')
    eq(pending, attr(t, 'line 3').foreground)
    eq(pending, attr(t, 'line 4').foreground)
    ok(attr(t, 'line 2').foreground ~= pending)
    preview.finish(t, 2, 3, { 'new a', 'new b', 'new c' })
    eq(
      { 'line 1', 'line 2', 'line 3', 'line 4', 'new a', 'new b', 'new c', 'line 5  writing · :Hum stop stops it' },
      preview.screen(t)
    )
    eq(removed, attr(t, 'line 3').background)
    eq(removed, attr(t, 'line 4', 30).background, 'to the edge')
    eq(added, attr(t, 'new c').background)
    preview.done(t)
    eq({ 'line 1', 'line 2  1 hunk', 'line 3', 'line 4', 'new a', 'new b', 'new c', 'line 5' }, preview.screen(t))
    eq(table.concat(preview.numbered(5), '\n'), t:text())
    eq(false, t:eval('&modified') == 1)
  end
)

test('rows come one by one in order, however many, and a line that grows is the last of them', UI, function(t)
  preview.buffer(t, preview.numbered(3))
  preview.start(t, 2, 3)
  t:cmd('normal! G')
  for i = 1, 150 do
    preview.open(t, 0, { 'row ' .. i }, 'grow')
  end
  local seen = t:lua([[
    local rows = {}
    for _, name in ipairs({ 'hum.edit' }) do
      local ns = vim.api.nvim_create_namespace(name)
      for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, ns, 0, -1, { details = true })) do
        table.insert(rows, { mark[2], mark[4].virt_lines_above, #mark[4].virt_lines, vim.trim(mark[4].virt_lines[1][1][1]) })
      end
    end
    return rows
  ]])
  eq(2, #seen, 'two marks hold all rows')
  t:cmd('normal! gg')
  t:cmd('call winrestview(#{topline: 2, topfill: 11})')
  t:cmd('normal! 2G')
  local first = preview.screen(t)[1]
  local n = tonumber(first:match('row (%d+)'))
  for i, line in ipairs(preview.screen(t)) do
    if line:find('^row') then eq('row ' .. n + i - 1, line) end
  end
  ok(t:screen():find('grow', 1, true))
end)

test('the growing line is shown only if it can be none of the old ones', UI, function(t)
  preview.buffer(t, { 'first', 'local a = 1', 'local b = 2' })
  preview.start(t, 1, 3)
  local function shown(tail)
    preview.open(t, 1, {}, tail)
    return #preview.screen(t) == 4
  end
  eq(false, shown('local '))
  eq(false, shown('local b'))
  eq(true, shown('local c'))
  eq(true, shown('local c = 3'))
  eq(false, shown(''))
end)

test('pending lines need not be dimmed', UI, function(t)
  t:cmd('highlight! link HumPending HumNothing')
  preview.buffer(t, { 'return "text"', 'return "other"' }, { filetype = 'lua', treesitter = true })
  preview.start(t, 1, 2)
  preview.screen(t)
  eq(select(2, colours(t, 'String')), attr(t, '"other"').foreground)
end)

test('words that changed stand out on both sides', UI, function(t)
  preview.buffer(t, { 'one', 'call(first, second)', 'three' })
  preview.start(t, 1, 3)
  preview.finish(t, 2, 2, { 'call(first, other)' })
  preview.screen(t)
  local removed, removed_word = colours(t, 'HumRemoved'), colours(t, 'HumRemovedWord')
  local added, added_word = colours(t, 'HumAdded'), colours(t, 'HumAddedWord')
  eq(removed, attr(t, 'call(first, second)').background)
  eq(added, attr(t, 'call(first, other)').background)
  local function is_word(text, by, word, base)
    local found = attr(t, text, by)
    if word then return eq(word, found.background) end
    eq(base, found.background)
    ok(found.underline)
  end
  is_word('call(first, second)', 12, removed_word, removed)
  is_word('call(first, other)', 12, added_word, added)
end)

for _, kind in ipairs({ 'treesitter', 'syntax' }) do
  test('added rows have the colours of the language: ' .. kind, UI, function(t)
    preview.buffer(
      t,
      { 'local a = "text"', '-- a remark', 'return a' },
      { filetype = 'lua', treesitter = kind == 'treesitter' }
    )
    t:cmd('syntax on')
    preview.start(t, 1, 3)
    preview.open(t, 1, { 'local b = "other" -- more' })
    preview.screen(t)
    local added = colours(t, 'HumAdded')
    eq(added, attr(t, '"other"').background)
    eq(attr(t, '"text"').foreground, attr(t, '"other"').foreground)
    eq(select(2, colours(t, 'Comment')), attr(t, '-- more').foreground)
    -- A block that goes on over several rows is known as a whole once the hunk has finished.
    preview.finish(t, 2, 2, { 'local c = [[', 'not local', ']]' })
    preview.screen(t)
    eq(attr(t, '"text"').foreground, attr(t, 'not local').foreground)
    eq(1, t:lua('return #vim.tbl_filter(function(b) return vim.bo[b].buflisted end, vim.api.nvim_list_bufs())'))
  end)
end

test('lines that come many at a time get their colours a little later', { ui = { 40, 30 } }, function(t)
  preview.buffer(t, { 'local a = "text"', 'return a' }, { filetype = 'lua', treesitter = true })
  preview.start(t, 1, 2)
  local rows = {}
  for i = 1, 25 do
    rows[i] = ('local b%d = "b%d"'):format(i, i)
  end
  preview.open(t, 1, rows)
  preview.open(t, 1, { 'local c = "c"' }, 'local d')
  local wanted = select(2, colours(t, 'String'))
  for _, text in ipairs({ '"b1"', '"b25"', '"c"' }) do
    t:wait(function()
      preview.screen(t)
      return attr(t, text).foreground == wanted
    end, text .. ' has its colour')
  end
  eq({ 'local b25 = "b25"', 'local c = "c"', 'local d' }, vim.list_slice(preview.screen(t), 26, 28))
end)

test('a file that gets its colours later gives them to what is drawn', UI, function(t)
  preview.buffer(t, { 'local a = "text"', 'return a' })
  t:cmd('syntax on')
  preview.start(t, 1, 2)
  preview.finish(t, 2, 2, { 'return "other"' })
  preview.done(t)
  preview.screen(t)
  t:cmd('setlocal syntax=lua')
  t:wait(function()
    preview.screen(t)
    return attr(t, '"other"').foreground == attr(t, '"text"').foreground and attr(t, '"text"').foreground
  end, 'it has them')
  -- What they were found with is gone.
  t:wait(function() return #t:api('nvim_list_bufs') == 1 end, 'no other buffer is left')
end)

test('long lines go on in the next row, tabs are blanks, and nothing else is broken', { ui = { 24, 14 } }, function(t)
  preview.buffer(t, { 'one', 'two' })
  t:cmd('set tabstop=4 showbreak=>')
  preview.start(t, 1, 2)
  preview.open(t, 1, { '\tx\ty', ('0123456789'):rep(3), '日本語日本語日本語日本語', '🦙 ok' })
  local seen = preview.screen(t)
  eq('    x   y', seen[2])
  eq('012345678901234567890123', seen[3])
  eq('>456789', seen[4])
  eq('日本語日本語日本語日本語', (seen[5]:gsub(' ', '')))
  eq('🦙 ok', seen[6])
end)

test('of two windows the narrower one says where lines are broken', { ui = { 60, 10 } }, function(t)
  preview.buffer(t, { 'one', 'two' })
  preview.start(t, 1, 2)
  preview.open(t, 1, { ('x'):rep(50) })
  eq(('x'):rep(50), preview.screen(t)[2])
  t:cmd('20vsplit')
  t:wait(
    function() return preview.screen(t)[2]:find('^' .. ('x'):rep(20) .. '│' .. ('x'):rep(20) .. '%s*$') end,
    'both are broken'
  )
  t:cmd('only')
  t:wait(function() return preview.screen(t)[2] == ('x'):rep(50) end, 'in one row again')
  t:cmd('set number')
  t:cmd('30vsplit | wincmd p | only')
  t:wait(function() return preview.screen(t)[2] == '    ' .. ('x'):rep(50) end, 'beside the numbers')
end)

test('signs that make the text narrower are heeded', { ui = { 30, 8 } }, function(t)
  preview.buffer(t, { 'one', 'two' })
  preview.start(t, 1, 2)
  preview.open(t, 1, { ('0123456789'):rep(3) })
  eq(('0123456789'):rep(3), preview.screen(t)[2])
  t:cmd('sign define theirs text=>>')
  t:cmd('sign place 1 line=1 name=theirs')
  t:wait(function()
    local seen = preview.screen(t)
    return seen[2] == '  ' .. ('0123456789'):rep(2) .. '01234567' and seen[3] == '  89'
  end, 'nothing is cut')
end)

test('without wrap, rows scroll sideways with the text', { ui = { 30, 8 } }, function(t)
  if t:eval('has("nvim-0.11")') == 0 then T.skip('virtual lines do not scroll before 0.11') end
  preview.buffer(t, { ('a'):rep(60), 'two' })
  t:cmd('set nowrap')
  preview.start(t, 1, 2)
  preview.open(t, 1, { ('0123456789'):rep(6) })
  eq(('0123456789'):rep(3), preview.screen(t)[2])
  t:cmd('normal! gg20zl')
  eq(3, #preview.screen(t))
  eq(('0123456789'):rep(3), preview.screen(t)[2])
  t:cmd('normal! 5zl')
  eq('567890123456789012345678901234', preview.screen(t)[2])
end)

-- ---- places that virtual lines do not reach ------------------------------------------------------

test('what comes above the first line is seen, and goes away with the scrolling', UI, function(t)
  preview.buffer(t, preview.numbered(40))
  preview.start(t, 1, 3)
  preview.open(t, 0, { 'new a' })
  eq({ 'new a', 'line 1  writing · :Hum stop stops it' }, vim.list_slice(preview.screen(t), 1, 2))
  preview.open(t, 0, { 'new b' })
  eq({ 'new a', 'new b' }, vim.list_slice(preview.screen(t), 1, 2))
  eq({ 1, 0 }, t:api('nvim_win_get_cursor', 0))
  -- The user has scrolled it away: so it stays.
  t:keys('<C-e><C-e>')
  eq('line 1  writing · :Hum stop stops it', preview.screen(t)[1])
  preview.open(t, 0, { 'new c' })
  eq('line 1  writing · :Hum stop stops it', preview.screen(t)[1])
  -- From further below it comes again.
  t:keys('G')
  preview.screen(t)
  t:keys('gg')
  t:wait(function() return preview.screen(t)[1] == 'new a' end, 'it is seen again')
end)

test('what comes above the first line of a window is seen, too, wherever that is', UI, function(t)
  preview.buffer(t, preview.numbered(40))
  t:keys('20Gzt')
  preview.start(t, 20, 22)
  preview.open(t, 0, { 'new a' })
  eq({ 'new a', 'line 20  writing · :Hum stop stops it' }, vim.list_slice(preview.screen(t), 1, 2))
  preview.open(t, 0, { 'new b' })
  eq({ 'new a', 'new b' }, vim.list_slice(preview.screen(t), 1, 2))
  t:keys('<C-e>')
  preview.screen(t)
  preview.open(t, 0, { 'new c' })
  preview.screen(t)
  eq(1, t:eval('winsaveview().topfill'))
  eq({ 20, 0 }, t:api('nvim_win_get_cursor', 0))
end)

test('more above the first line than there is room for leaves the cursor where it is', { ui = { 40, 8 } }, function(t)
  preview.buffer(t, preview.numbered(4))
  t:cmd('normal! 3G')
  preview.start(t, 1, 2)
  preview.open(t, 0, preview.numbered(20, 'new'))
  local seen = preview.screen(t)
  eq({ 3, 0 }, t:api('nvim_win_get_cursor', 0))
  ok(table.concat(seen, '\n'):find('line 3'), table.concat(seen, '\n'))
end)

test('the window makes room for the first rows if they would be below it, and the cursor stays', UI, function(t)
  preview.buffer(t, preview.numbered(40))
  t:keys('13G')
  preview.start(t, 13, 13)
  eq('line 13', vim.split(preview.screen(t)[13], '  ')[1])
  preview.open(t, 1, { 'new a', 'new b' })
  local seen = table.concat(preview.screen(t), '\n')
  ok(seen:find('\nline 13\nnew a\nnew b\nline 14', 1, true), seen)
  eq({ 13, 0 }, t:api('nvim_win_get_cursor', 0))
  -- Once: then it is the user who scrolls.
  t:keys('<C-y><C-y>')
  local before = t:eval('line("w0")')
  preview.open(t, 1, { 'new c', 'new d', 'new e', 'new f' })
  preview.screen(t)
  eq(before, t:eval('line("w0")'))
  -- Nor for who is elsewhere.
  preview.done(t)
  t:keys('30Gzb')
  preview.start(t, 31, 32)
  local top = t:eval('line("w0")')
  t:keys('20G')
  preview.open(t, 0, { 'x' }, '', 2)
  eq(top, t:eval('line("w0")'))
end)

test('a hunk behind the last line is shown by moving there', UI, function(t)
  preview.buffer(t, preview.numbered(40))
  preview.start(t, 30, 40)
  preview.finish(t, 12, 11, preview.numbered(5, 'new'))
  preview.done(t)
  t:keys(']c')
  local seen = preview.screen(t)
  eq({ 'new 4', 'new 5' }, vim.list_slice(seen, #seen - 1))
  eq(40, t:api('nvim_win_get_cursor', 0)[1])
end)

test('a hunk taller than the window is shown from its beginning', UI, function(t)
  preview.buffer(t, preview.numbered(60))
  preview.start(t, 20, 50)
  preview.finish(t, 11, 12, preview.numbered(30, 'new'))
  preview.done(t)
  t:keys(']c')
  local seen = preview.screen(t)
  ok(seen[1]:find('^line 30'), seen[1])
  eq('new 1', seen[3])
  ok(t:screen():find('g= shows all', 1, true), 'it is said how to see the rest')
  -- Neovim has no more virtual lines above a line than fit into the window: the end can be seen, too.
  t:keys('<C-e><C-e>')
  eq('new 30', preview.screen(t)[12])
end)

test('a closed fold stays closed until one goes to the hunk in it', UI, function(t)
  preview.buffer(t, preview.numbered(12))
  t:cmd('set foldmethod=manual | 4,8fold')
  preview.start(t, 1, 12)
  preview.finish(t, 5, 5, { 'new a' })
  preview.done(t)
  ok(preview.screen(t)[4]:find('^%+%-%-.* 1 hunk$'), preview.screen(t)[4])
  eq(8, #preview.screen(t))
  t:keys(']c')
  local seen = table.concat(preview.screen(t), '\n')
  ok(seen:find('\nnew a\n', 1, true), seen)
end)

test('windows that scroll together are not scrolled', { ui = { 60, 10 } }, function(t)
  preview.buffer(t, preview.numbered(30))
  t:cmd('vsplit | windo set scrollbind')
  preview.start(t, 1, 3)
  preview.open(t, 0, { 'new a' })
  eq('line 1', vim.split(preview.screen(t)[1], '  writing')[1])
end)

test("a diagnostic's virtual lines stand below those of the hunk", UI, function(t)
  preview.buffer(t, preview.numbered(5))
  t:lua([[
    local ns = vim.api.nvim_create_namespace('theirs')
    vim.api.nvim_buf_set_extmark(0, ns, 1, 0, { virt_lines = { { { 'theirs', 'Error' } } } })
  ]])
  preview.start(t, 1, 5)
  preview.finish(t, 2, 2, { 'new a' })
  eq(
    { 'line 1', 'line 2', 'new a', 'theirs', 'line 3  writing · :Hum stop stops it' },
    vim.list_slice(preview.screen(t), 1, 5)
  )
end)

test('right to left, with list, signs, numbers and conceallevel', UI, function(t)
  preview.buffer(t, preview.numbered(3))
  t:cmd('set rightleft')
  preview.start(t, 1, 3)
  preview.finish(t, 2, 2, { 'new a' })
  preview.done(t)
  eq((' '):rep(35) .. 'a wen', preview.screen(t)[3])
  t:cmd('set norightleft list number signcolumn=yes conceallevel=2 listchars=tab:>-,eol:$')
  t:wait(function() return preview.screen(t)[3]:find('^      new a$') end, 'beside the columns')
  local added = colours(t, 'HumAdded')
  eq(added, attr(t, 'new a', 33).background, 'to the edge')
end)

test('in a review, what was removed stands above what was added', UI, function(t)
  preview.buffer(t, { 'line 1', 'new 2', 'line 3', 'line 5', 'new 6' })
  t:lua([[
    local edit = require('hum.edit')
    assert(edit.given({
      buf = 1,
      old = { 'line 1', 'line 2', 'line 3', 'line 4', 'line 5' },
      hunks = {
        { first = 2, last = 2, new = { 'new 2' } },
        { first = 4, last = 4, new = {} },
        { first = 6, last = 5, new = { 'new 6' } },
      },
      label = 'since then',
    }))
  ]])
  local function body()
    return vim.tbl_map(function(line) return (line:gsub('  +hunk.*', '')) end, preview.screen(t))
  end
  local all = { 'line 1', 'line 2', 'new 2', 'line 3', 'line 4', 'line 5', 'new 6' }
  t:wait(function() return vim.deep_equal(all, body()) end, 'both sides are shown')
  local added, removed = colours(t, 'HumAdded'), colours(t, 'HumRemoved')
  eq({ removed, added, removed, added }, {
    attr(t, 'line 2').background,
    attr(t, 'new 2').background,
    attr(t, 'line 4').background,
    attr(t, 'new 6').background,
  })
  t:keys(']cgs')
  t:wait(function() return t:eval('getline(2)') == 'line 2' end, 'it is as it was')
  eq({ 'line 1', 'line 2', 'line 3', 'line 4', 'line 5', 'new 6' }, body())
end)

-- ---- edits, undo, redo ---------------------------------------------------------------------------

test('after edits, undo and redo everything is where it belongs', UI, function(t)
  preview.buffer(t, preview.numbered(8))
  preview.start(t, 3, 6)
  preview.finish(t, 2, 2, { 'new a' })
  preview.open(t, 3, { 'new b' })
  local function body()
    return vim.tbl_map(function(line) return (line:gsub(' +writing.*', '')) end, preview.screen(t))
  end
  local before = { 'line 1', 'line 2', 'line 3', 'line 4', 'new a', 'line 5', 'new b', 'line 6', 'line 7', 'line 8' }
  eq(before, body())
  t:keys('ggO-- mine<Esc>')
  local edited = vim.list_extend({ '-- mine' }, before)
  t:wait(function() return vim.deep_equal(edited, body()) end, 'it moved along')
  local removed = colours(t, 'HumRemoved')
  eq(removed, attr(t, 'line 4').background)
  t:keys('u')
  t:wait(function() return vim.deep_equal(before, body()) end, 'after undo')
  eq(removed, attr(t, 'line 4').background)
  t:keys('<C-r>')
  t:wait(function() return vim.deep_equal(edited, body()) end, 'after redo')
  t:keys('u:5,8delete<CR>')
  t:keys('u')
  t:wait(function() return vim.deep_equal(before, body()) end, 'after lines came back')
  eq(removed, attr(t, 'line 4').background)
  ok(attr(t, 'line 5').background ~= removed)
end)

test('a file that is read anew, or written anew by a formatter, keeps what is drawn', UI, function(t)
  preview.buffer(
    t,
    preview.numbered(6),
    { file = t:write_file('a.txt', table.concat(preview.numbered(6), '\n') .. '\n') }
  )
  t:cmd('write')
  preview.start(t, 1, 6)
  preview.finish(t, 3, 3, { 'new a' })
  preview.open(t, 4, { 'new b' })
  local function holds(what)
    t:wait(function()
      local body = vim.tbl_map(function(line) return (line:gsub('  .*', '')) end, preview.screen(t))
      return vim.deep_equal({ 'line 1', 'line 2', 'line 3', 'new a', 'line 4', 'new b', 'line 5', 'line 6' }, body)
    end, what)
    eq(colours(t, 'HumRemoved'), attr(t, 'line 3').background)
    eq(select(2, colours(t, 'HumPending')), attr(t, 'line 5').foreground)
    ok(attr(t, 'line 4').foreground ~= attr(t, 'line 5').foreground)
  end
  t:cmd('edit!')
  holds('it is read anew')
  t:api('nvim_buf_set_lines', 0, 0, -1, false, preview.numbered(6))
  holds('all lines were set')
  preview.finish(t, 5, 4, { 'new b' })
  preview.done(t)
  t:keys('gA')
  eq('line 1\nline 2\nnew a\nline 4\nnew b\nline 5\nline 6', t:text())
end)

test('a hunk whose lines were changed says that it cannot be accepted', UI, function(t)
  preview.buffer(t, preview.numbered(5))
  preview.start(t, 1, 5)
  preview.finish(t, 3, 3, { 'new a' })
  preview.done(t)
  t:keys('3GA mine<Esc>')
  t:wait_screen('changed meanwhile')
  t:keys('u')
  t:wait(function() return not t:screen():find('changed meanwhile', 1, true) end, 'it is as it was')
  eq(colours(t, 'HumRemoved'), attr(t, 'line 3').background)
end)

test('accepting takes the drawing away, undo brings it back', UI, function(t)
  preview.buffer(t, preview.numbered(4))
  preview.start(t, 1, 4)
  preview.finish(t, 2, 2, { 'new a' })
  preview.finish(t, 4, 4, { 'new b' })
  preview.done(t)
  t:keys(']cga')
  eq({ 'line 1', 'new a', 'line 3', 'line 4', 'new b' }, preview.screen(t))
  ok(attr(t, 'new a').background ~= colours(t, 'HumAdded'))
  t:keys('u')
  t:wait(function() return #preview.screen(t) == 6 end, 'the hunk is there again')
  eq(colours(t, 'HumAdded'), attr(t, 'new a').background)
end)

test('an edit that has ended says how to go on, until one has been at a hunk', { ui = { 60, 14 } }, function(t)
  preview.buffer(t, preview.numbered(8))
  preview.start(t, 1, 8)
  preview.finish(t, 3, 3, { 'new 3' })
  preview.finish(t, 5, 5, { 'new 5' })
  ok(preview.screen(t)[8]:find('writing', 1, true))
  preview.done(t)
  eq('line 1  2 hunks · ]c next, gA accepts all, g? keys', preview.screen(t)[1])
  t:keys(']c')
  eq('line 1', preview.screen(t)[1])
  t:keys('gg')
  eq('line 1', preview.screen(t)[1])
end)

test('hunks are accepted and rejected while later ones come', UI, function(t)
  preview.buffer(t, preview.numbered(8), { filetype = 'lua', treesitter = true })
  preview.start(t, 1, 8)
  preview.finish(t, 2, 2, { 'new a', 'new b' })
  preview.open(t, 3, { 'new c' }, 'new d')
  t:keys('2Gga')
  local function body()
    return vim.tbl_map(function(line) return (line:gsub('  .*', '')) end, preview.screen(t))
  end
  local function wanted(...)
    local want = { ... }
    t:wait(function() return vim.deep_equal(want, body()) end, table.concat(want, ', '))
  end
  wanted('line 1', 'new a', 'new b', 'line 3', 'new c', 'new d', 'line 4', 'line 5', 'line 6', 'line 7', 'line 8')
  preview.finish(t, 4, 4, { 'new c', 'new d' })
  preview.open(t, 6, { 'new e' })
  t:keys('5Ggs')
  wanted('line 1', 'new a', 'new b', 'line 3', 'line 4', 'line 5', 'line 6', 'new e', 'line 7', 'line 8')
  t:keys('gA')
  preview.finish(t, 7, 6, { 'new e' })
  wanted('line 1', 'new a', 'new b', 'line 3', 'line 4', 'line 5', 'line 6', 'new e', 'line 7', 'line 8')
  eq('new e', t:eval('getline(8)'))
  preview.done(t)
  eq('', t:eval('maparg("ga", "n")'))
  eq(
    {},
    t:lua([[
    local left = {}
    for _, name in ipairs({ 'hum.edit', 'hum.edit.lines', 'hum.edit.pending', 'hum.edit.info' }) do
      vim.list_extend(left, vim.api.nvim_buf_get_extmarks(0, vim.api.nvim_create_namespace(name), 0, -1, {}))
    end
    return left
  ]])
  )
end)

-- ---- life ----------------------------------------------------------------------------------------

test('what the model does is said, and counted only while it is seen', UI, function(t)
  preview.buffer(t, preview.numbered(3))
  preview.start(t, 2, 3)
  local function said() return preview.screen(t)[2] end
  eq('line 2  waiting · :Hum stop stops it', said())
  preview.feed(t, 'sent', { model = 'qwen3:8b' })
  eq('line 2  waiting for qwen3:8b', said())
  preview.feed(t, 'part', { part = 'thinking' })
  eq('line 2  thinking · :Hum stop stops it', said())
  t:lua([[
    local now, at = vim.uv.now, vim.uv.now()
    vim.uv.now = function() return at + 42000 + (now() - at) end
  ]])
  t:wait(function() return said():find('thinking 4[2-9] s') end, 'the seconds go on')
  eq(true, t:lua('return require("hum.look.clock").runs()'))
  t:cmd('set hidden | enew')
  t:wait(function() return not t:lua('return require("hum.look.clock").runs()') end, 'the clock rests')
  t:cmd('buffer #')
  t:wait(function()
    t:cmd('redraw')
    return t:lua('return require("hum.look.clock").runs()')
  end, 'it goes on')
  preview.open(t, 0, { 'x' })
  t:wait(function() return not t:lua('return require("hum.look.clock").runs()') end, 'nothing is waited for')
end)

test('why an edit has ended is said as long as it has hunks to decide on', { ui = { 60, 14 } }, function(t)
  preview.buffer(t, preview.numbered(5))
  preview.start(t, 1, 5)
  preview.finish(t, 2, 2, { 'new a' })
  preview.feed(t, 'error', { code = 'connection', message = 'the server is gone' })
  ok(preview.screen(t)[1]:find('the server is gone', 1, true), t:screen())
  t:keys('2Ggs')
  t:wait(function() return #preview.screen(t) == 5 and preview.screen(t)[1] == 'line 1' end, 'nothing of it is left')
end)

test(
  'words instead of code are shown in a float that takes no focus, and can be answered',
  { ui = { 70, 16 } },
  function(t)
    preview.buffer(t, preview.numbered(5))
    preview.start(t, 2, 3)
    t:lua([[
    vim.ui.input = function(_, on_text) on_text('the second') end
    vim.api.nvim_create_user_command('Hum', function(args) ASKED = { args.args, vim.fn.line('.') } end, { nargs = '*', force = true })
  ]])
    local win = t:eval('win_getid()')
    preview.done(
      t,
      { answer = 'Which of both do you mean?\n\nThere are two.', fault = { code = 'question', message = 'it asks' } }
    )
    t:wait_screen('Which of both do you mean?')
    ok(t:screen():find('g<CR> answers', 1, true), t:screen())
    eq(win, t:eval('win_getid()'))
    -- That is enough: the message is told where all of them are.
    t:wait(function() return t:messages():find('it asks', 1, true) end, 'it is told')
    ok(not t:screen():find('it asks', 1, true), t:screen())
    t:keys('g<CR>')
    eq({ 'edit the second', 2 }, t:lua('return ASKED'))
    t:keys('<Esc>')
    t:wait(function() return not t:screen():find('Which of both', 1, true) end, 'it is closed')
    eq('', t:eval('maparg("g?", "n")'))
    eq('', t:eval('maparg("<Esc>", "n")'))
  end
)

test('in a narrow window, too, it is said how words can be answered', { ui = { 40, 12 } }, function(t)
  preview.buffer(t, preview.numbered(5))
  preview.start(t, 2, 3)
  preview.done(t, { answer = 'Which of both do you mean?', fault = { code = 'question', message = 'it asks' } })
  t:wait_screen('Which of both do you mean?')
  ok(t:screen():find('g<CR> answers', 1, true), t:screen())
end)

-- ---- cost ----------------------------------------------------------------------------------------

test('a token has its own row drawn again and no other, wherever it is', { ui = { 60, 30 } }, function(t)
  preview.buffer(t, preview.numbered(2000), { filetype = 'lua' })
  preview.start(t, 2, 1900)
  for i = 1, 100 do
    preview.open(t, 0, { 'row ' .. i })
  end
  preview.open(t, 0, preview.numbered(300, 'row'))
  preview.screen(t)
  t:lua([[
    COUNT, DRAWN = 0, 0
    local set = vim.api.nvim_buf_set_extmark
    vim.api.nvim_buf_set_extmark = function(buf, ns, row, col, opts)
      COUNT = COUNT + 1
      DRAWN = DRAWN + #(opts.virt_lines or {})
      return set(buf, ns, row, col, opts)
    end
  ]])
  preview.open(t, 0, {}, 'a token')
  preview.open(t, 0, {}, 'a token more')
  local counted = t:lua('return { COUNT, DRAWN }')
  ok(counted[1] <= 4, 'marks: ' .. counted[1])
  ok(counted[2] <= 70, 'rows: ' .. counted[2])
  -- A line that is passed has at most a few pending ones marked again.
  preview.feed(t, 'hunks', { reached = 900, open = { at = 900, rows = {} }, reset = true, finished = {}, tail = '' })
  t:lua('COUNT = 0')
  preview.feed(t, 'hunks', { reached = 901, open = { at = 901, rows = {} }, finished = {}, tail = '' })
  ok(t:lua('return COUNT') <= 3, 'marks: ' .. t:lua('return COUNT'))
end)

test('no row that is shown goes while an answer comes', { ui = { 40, 20 } }, function(t)
  preview.buffer(t, preview.numbered(8))
  preview.start(t, 1, 8)
  local shown = {}
  local function look()
    local now = {}
    for _, line in ipairs(preview.screen(t)) do
      local new = line:match('^new %d+')
      if new then now[new] = true end
    end
    for line in pairs(shown) do
      ok(now[line], line .. ' has gone:\n' .. t:screen())
    end
    shown = now
  end
  for i = 1, 3 do
    preview.open(t, 2, {}, 'ne')
    preview.open(t, 2, { 'new ' .. i })
    look()
  end
  preview.finish(t, 3, 4, { 'new 1', 'new 2', 'new 3' })
  look()
  preview.open(t, 6, { 'new 4' })
  look()
  preview.finish(t, 7, 6, { 'new 4' })
  look()
  preview.done(t)
  look()
end)

test('a new scheme and other tab stops are followed', UI, function(t)
  preview.buffer(t, { 'one', 'two' })
  preview.start(t, 1, 2)
  preview.open(t, 1, { '\tnew' })
  eq('        new', preview.screen(t)[2])
  t:cmd('set tabstop=2')
  t:wait(function() return preview.screen(t)[2] == '  new' end, 'the tab is narrower')
  local before = colours(t, 'HumAdded')
  t:cmd('colorscheme retrobox')
  t:wait(function()
    preview.screen(t)
    local now = colours(t, 'HumAdded')
    return now ~= before and attr(t, 'new').background == now
  end, "the colour is the scheme's")
end)

test('a buffer that is wiped takes everything with it', UI, function(t)
  preview.buffer(t, preview.numbered(5))
  preview.start(t, 1, 5)
  preview.finish(t, 2, 2, { 'new a' })
  t:cmd('bwipeout!')
  t:wait(function() return t:lua('return next(require("hum.edit.view").all()) == nil') end, 'no view is left')
  eq('', t:messages())
end)
