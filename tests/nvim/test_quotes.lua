-- Lines of a file that a question quotes: folded, as exact as they were selected, and brought up to date by a key.
local T = require('harness')
local chat = require('lib.chat')
local test, eq, match, no_match = T.test, T.eq, T.match, T.no_match

--- A file in the current window, and hum with a server.
---@param t test.Case
---@return test.Fake srv
local function begin(t)
  local srv = t:fake()
  srv:script({ text = 'ok' })
  chat.configure(t, srv, nil, { chat = { window = 'right' } })
  local lines = {}
  for i = 1, 20 do
    lines[i] = ('local value_%d = %d'):format(i, i)
  end
  t:write_file('code.lua', table.concat(lines, '\n') .. '\n')
  t:lua('vim.cmd.cd(...)', t.dir)
  t:cmd('edit code.lua')
  return srv
end

--- The chat that is open now.
---@param t test.Case
---@return integer buf
local function opened(t)
  return t:wait(function()
    local buf = t:lua('return vim.api.nvim_get_current_buf()')
    return t:lua('return vim.bo[...].filetype', buf) == 'hum' and buf
  end, 'a chat opens')
end

test('quoted lines are folded, and are in the message all the same', { ui = { 110, 30 } }, function(t)
  local srv = begin(t)
  t:cmd('5,8Hum chat')
  local buf = opened(t)
  match('`code.lua`, lines 5-8:', t:text(buf), true)
  local lnum = t:lua('return vim.fn.search("^```lua", "nw")')
  eq({ lnum, lnum + 5 }, t:lua('local l = ... return { vim.fn.foldclosed(l), vim.fn.foldclosedend(l) }', lnum))
  t:wait_screen('4 quoted lines')
  chat.ask(t, 'What is that?', buf)
  chat.finished(t, 1)
  match('local value_6 = 6', chat.sent(srv, 1, '/api/chat')[1][2], true)
end)

test('they are folded in a chat that is read from its file', function(t)
  begin(t)
  t:cmd('5,8Hum chat what is that?')
  local buf = opened(t)
  chat.finished(t, 1)
  local path = t:lua('return vim.api.nvim_buf_get_name(...)', buf)
  t:cmd('silent! bwipeout! ' .. buf)
  t:lua('require("hum").open(...)', path)
  local lnum = t:lua('return vim.fn.search("^```lua", "nw")')
  t:wait(function() return t:lua('return vim.fn.foldclosed(...)', lnum) == lnum end, 'the fold')
end)

test('a key brings them up to date where they are by now, and u takes that back', function(t)
  begin(t)
  local code = t:lua('return vim.api.nvim_get_current_buf()')
  t:cmd('5,8Hum chat')
  local buf = opened(t)
  local before = t:text(buf)
  t:lua(
    [[
    local code = ...
    vim.api.nvim_buf_set_lines(code, 0, 0, false, { '-- one', '-- two' })
    vim.api.nvim_buf_set_lines(code, 7, 8, false, { 'local value_6 = "changed"', 'local more = 1' })]],
    code
  )
  t:lua([[vim.fn.search('^`code.lua`', 'w')]])
  t:keys('g=')
  t:wait(function() return t:text(buf):find('value_6 = "changed"', 1, true) end, 'it is up to date')
  local text = t:text(buf)
  match('`code.lua`, lines 7-11:', text, true)
  match(
    'local value_5 = 5\nlocal value_6 = "changed"\nlocal more = 1\nlocal value_7 = 7\nlocal value_8 = 8\n```',
    text,
    true
  )
  no_match('value_9', text)
  t:keys('u')
  t:wait(function() return t:text(buf) == before end, 'it is as it was')
end)

test('the key says so where nothing has changed, and where nothing is quoted', function(t)
  begin(t)
  t:cmd('5,8Hum chat')
  local buf = opened(t)
  local before = t:text(buf)
  t:lua([[vim.fn.search('^`code.lua`', 'w')]])
  t:keys('g=')
  t:wait(function() return t:messages():find('the quote is up to date', 1, true) end, 'it is said')
  t:keys('ggg=')
  t:wait(function() return t:messages():find('no lines of a file are quoted here', 1, true) end, 'that is said, too')
  eq(before, t:text(buf))
end)

-- ---- parts of lines ---------------------------------------------------------------------------------------------

--- Quotes what is selected by keys, in a chat of its own.
---@param t test.Case
---@param win integer  of the code
---@param keys string
---@return string text, integer buf
local function quoted(t, win, keys)
  t:lua('vim.api.nvim_set_current_win(...)', win)
  t:keys(keys)
  local buf = opened(t)
  return t:text(buf):match('\n(`[^\n]*`, .-\n```)\n'), buf
end

test('what is selected is quoted as it is, with its lines and columns', function(t)
  begin(t)
  local win = t:lua('return vim.api.nvim_get_current_win()')
  t:cmd('xmap <F6> <Plug>(hum-chat)')
  for _, case in ipairs({
    { '3G0wve<F6>', 'line 3, columns 7-13', 'value_3' },
    { '3G0w<C-v>2je<F6>', 'lines 3-5, columns 7-13', 'value_3\nvalue_4\nvalue_5' },
    { '3G0w<C-v>2j$<F6>', 'lines 3-5, from column 7 on', 'value_3 = 3\nvalue_4 = 4\nvalue_5 = 5' },
    { '3G0ww<C-v><F6>', 'line 3, column 15', '=' },
    { '3G0v$<F6>', 'line 3', 'local value_3 = 3' },
    { '3G0vj<F6>', 'line 3, column 1 to line 4, column 1', 'local value_3 = 3\nl' },
    { '4G0wvk0<F6>', 'line 3, column 1 to line 4, column 7', 'local value_3 = 3\nlocal v' },
    { '3G0Vj<F6>', 'lines 3-4', 'local value_3 = 3\nlocal value_4 = 4' },
    -- By the command, whose range has the lines alone: what was selected of them, unless others are named.
    { '3G0wve:Hum chat<CR>', 'line 3, columns 7-13', 'value_3' },
    { "3G0w<C-v>j$<Esc>:'<LT>,'>Hum chat<CR>", 'lines 3-4, from column 7 on', 'value_3 = 3\nvalue_4 = 4' },
    { '3G0wve<Esc>:3Hum chat<CR>', 'line 3', 'local value_3 = 3' },
    { '3G0wve<Esc>:3,4Hum chat<CR>', 'lines 3-4', 'local value_3 = 3\nlocal value_4 = 4' },
    { '3G0Vj:Hum chat<CR>', 'lines 3-4', 'local value_3 = 3\nlocal value_4 = 4' },
  }) do
    local want = ('`code.lua`, %s:\n\n```lua\n%s\n```'):format(case[2], case[3])
    eq({ case[1], want }, { case[1], (quoted(t, win, case[1])) })
  end
end)

test('parts of lines are what Neovim yanks of them, whatever the characters', function(t)
  chat.configure(t, t:fake())
  local faults = t:lua([[
    local selection, columns = require('hum.selection'), require('hum.columns')
    vim.api.nvim_buf_set_lines(0, 0, -1, false, {
      'plain text', '\tone\ttab', '', 'wide 漢字 x', 'e\204\129a\204\129 composed\204\129', '漢字漢字漢字', 'x', '\t\t',
      'end\1\2 of', 'ab\255cd', ('long '):rep(30),
    })
    local faults = {}
    local function check(keys)
      vim.cmd('normal! \27')
      vim.cmd(vim.api.nvim_replace_termcodes('normal! ' .. keys, true, true, true))
      local mode, taken = vim.fn.mode(), selection.take()
      vim.cmd('silent normal! gv"zy')
      local wanted = vim.tbl_map(function(line) return line:gsub('%s+$', '') end, vim.fn.getreg('z', 1, true))
      local found = taken.columns and assert(columns.read(0, taken.first - 1, taken.last - 1, taken.columns)).lines
        or vim.api.nvim_buf_get_lines(0, taken.first - 1, taken.last, false)
      found = vim.tbl_map(function(line) return line:gsub('%s+$', '') end, found)
      if #wanted == #found + 1 and wanted[#wanted] == '' then table.remove(wanted) end -- a line break at the end
      if not vim.deep_equal(wanted, found) then
        faults[#faults + 1] = { keys, vim.o.selection, wanted, found, taken }
      end
    end
    for _, how in ipairs({ 'inclusive', 'exclusive' }) do
      vim.o.selection = how
      for lnum = 1, 9 do
        for col = 1, 7, 2 do
          for _, mode in ipairs({ 'v', '<C-v>' }) do
            for _, to in ipairs({ '', 'l', '3l', '$', 'j', '2j3l', '2jh', 'k', '2k2l', '2j$' }) do
              check(('%dG%d|%s%s'):format(lnum, col, mode, to))
            end
          end
        end
      end
    end
    return faults]])
  eq({}, vim.list_slice(faults, 1, 6), #faults .. ' faults')
end)

test('a part of lines is folded, and brought up to date as they move, change and go', { ui = { 110, 30 } }, function(t)
  begin(t)
  local win, code = t:lua('return vim.api.nvim_get_current_win()'), t:lua('return vim.api.nvim_get_current_buf()')
  t:cmd('xmap <F6> <Plug>(hum-chat)')
  --- Changes the code, and asks for the quote as it is then.
  local function now(buf, change)
    t:lua('local code, change = ... vim.api.nvim_buf_call(code, function() vim.cmd(change) end)', code, change)
    t:lua([[vim.fn.search('^`code.lua`', 'w')]])
    t:keys('g=')
    return t:text(buf):match('\n(`[^\n]*`, .-\n```)\n')
  end
  local _, buf = quoted(t, win, '3G0wve<F6>')
  t:wait_screen('▸ quoted part of 1 line')
  local function of(where, text) return ('`code.lua`, %s:\n\n```lua\n%s\n```'):format(where, text) end
  eq(of('line 4, columns 7-13', 'value_3'), now(buf, '1s/^/-- x\\r/'))
  eq(of('line 4, columns 9-15', 'value_3'), now(buf, '4s/^/é /'))
  eq(of('line 4, columns 9-21', 'value_changed'), now(buf, '4s/lue_3/lue_changed/'))
  t:wait_screen('▸ quoted part of 1 line')
  local before = t:text(buf)
  eq(of('line 4, columns 9-21', 'value_changed'), now(buf, '4delete'))
  t:wait(
    function() return t:messages():find('quote them again: what is quoted is not in code.lua any more', 1, true) end
  )
  eq(before, t:text(buf))
  eq(of('line 3, columns 7-13', 'value_3'), now(buf, 'undo'))
  -- A block is the rectangle around what it was, with lines that came into it.
  t:lua([[vim.api.nvim_buf_set_lines(..., 0, -1, false, { 'one = 1', 'two = 2', '', 'three = 3' })]], code)
  _, buf = quoted(t, win, '1G0w<C-v>3j2l<F6>')
  t:wait_screen('▸ quoted part of 4 lines')
  eq(of('lines 1-4, columns 5-7', '= 1\n= 2\n\ne ='), now(buf, '1s/$/ /'))
  eq(
    of('lines 2-6, columns 5-9', '= 1 \n  = 2\nline\n\ne = 3'),
    (now(buf, '1s/^/\\r/ | 3s/=/  =/ | 3s/$/\\rnew line/'))
  )
end)

test('parts of lines are found again in a chat that is read from its file', function(t)
  begin(t)
  t:lua([[vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'a value', 'b value', 'c value', 'the only one' })]])
  t:cmd('silent write')
  local win = t:lua('return vim.api.nvim_get_current_win()')
  t:cmd('xmap <F6> <Plug>(hum-chat)')
  for _, case in ipairs({
    { '2G0wve<F6>', 'line 2, columns 3-7', 'other', 'silent 2s/value/other/', 'check the quote' },
    { '4G0wve<F6>', 'line 5, columns 5-8', 'only', 'silent 1s/^/x\\r/' },
    { '4G0wve<F6>', 'line 4, columns 7-10', 'only', 'silent 4s/^/x /' },
    { '1G0<C-v>j3l<F6>', 'lines 2-3, columns 1-4', 'a va\nb va', 'silent 1s/^/x\\r/' },
    { '4G0wve<F6>', 'line 4, columns 5-8', 'only', 'silent 4s/.*/x/', 'line 4 has only 1 character' },
  }) do
    t:lua('vim.api.nvim_set_current_win(...)', win)
    t:cmd('edit! code.lua')
    t:cmd('messages clear')
    local _, buf = quoted(t, win, case[1])
    t:cmd('silent write')
    local path = t:lua('return vim.api.nvim_buf_get_name(...)', buf)
    t:cmd('silent! bwipeout! ' .. buf)
    t:lua('vim.api.nvim_set_current_win(...)', win)
    t:cmd(case[4])
    t:lua('require("hum").open(...)', path)
    buf = opened(t)
    t:lua([[vim.fn.search('^`code.lua`', 'w')]])
    t:keys('g=')
    if case[5] then
      t:wait(function() return t:messages():find(case[5], 1, true) end, case[5])
    else
      eq(('`code.lua`, %s:\n\n```lua\n%s\n```'):format(case[2], case[3]), t:text(buf):match('\n(`[^\n]*`, .-\n```)\n'))
    end
  end
end)

test('lines are found in a file that was read again, renamed or replaced; what is gone is told', function(t)
  begin(t)
  local code = t:lua('return vim.api.nvim_get_current_buf()')
  t:cmd('5,8Hum chat')
  local buf = opened(t)
  local function refresh()
    t:lua([[vim.fn.search('^`', 'w')]])
    t:keys('g=')
    return t:text(buf):match('\n(`[^\n]*`, lines %d+%-%d+):\n')
  end
  -- Somebody else has written the file, and one of the lines.
  local lines = t:lua('return vim.api.nvim_buf_get_lines(..., 0, -1, false)', code)
  table.insert(lines, 1, '-- above')
  lines[7] = 'changed()'
  t:write_file('code.lua', table.concat(lines, '\n') .. '\n')
  t:lua('vim.api.nvim_buf_call(..., function() vim.cmd("silent edit!") end)', code)
  eq('`code.lua`, lines 6-9', refresh())
  match('local value_5 = 5\nchanged()\nlocal value_7', t:text(buf), true)
  t:lua('vim.api.nvim_buf_call(..., function() vim.cmd("silent file other.lua") end)', code)
  eq('`other.lua`, lines 6-9', refresh())
  t:lua('vim.api.nvim_buf_set_lines(..., 5, 9, false, {})', code)
  local before = t:text(buf)
  refresh()
  t:wait(function() return t:messages():find('what is quoted is not in other.lua any more', 1, true) end, 'it is told')
  eq(before, t:text(buf))
end)

test(
  'quotes of buffers of every kind are folded and found, while a reply streams, too',
  { ui = { 110, 40 } },
  function(t)
    local srv = begin(t)
    local win = t:lua('return vim.api.nvim_get_current_win()')
    t:cmd('xmap <F6> <Plug>(hum-chat)')
    --- Refreshes the only quote of a chat.
    local function refreshed(buf)
      t:lua([[vim.fn.search('^`\\|^From', 'w')]])
      t:keys('g=')
      return t:text(buf):match('\n([^\n]*lines? [^\n]*:\n\n```.-\n```+)\n\n')
    end
    for _, case in ipairs({
      -- what is opened, what selects, what changes it, the quote then
      {
        'enew | call setline(1, ["one two", "three"])',
        'gg0wve',
        '1s/^/é/',
        'From line 1, columns 6-8:\n\n```\ntwo\n```',
      },
      {
        'enew | call setline(1, ["one two", "three"])',
        'ggVj',
        '1s/^/x/',
        'From lines 1-2:\n\n```\nxone two\nthree\n```',
      },
      {
        'call writefile(["a\r", "b c\r"], "dos.txt") | edit! dos.txt',
        '2G0wv',
        '1s/^/x\\r/',
        '`dos.txt`, line 3, column 3:\n\n```text\nc\n```',
      },
      {
        'enew | call setline(1, [repeat("long ", 200000) . "end", "x"])',
        'gg$2hve',
        '1s/end/END/',
        'From line 1, columns 1000001-1000003:\n\n```\nEND\n```',
      },
      {
        'tabnew tab.lua | call setline(1, "\ta\tb")',
        'gg0wve',
        '1s/^/\\t/',
        '`tab.lua`, line 1, columns 3-5:\n\n```lua\na\tb\n```',
      },
      { 'enew | call setline(1, ["```", "x `` y"])', 'ggVj', '2s/$/!/', 'From lines 1-2:\n\n````\n```\nx `` y!\n````' },
    }) do
      t:lua('vim.api.nvim_set_current_win(...)', win)
      t:cmd('silent ' .. case[1])
      local code = t:lua('return vim.api.nvim_get_current_buf()')
      if case[1]:find('END') or case[2] == 'gg$v' then t:cmd('normal! 3h') end
      t:keys(case[2] .. (case[2] == 'gg$v' and '2h' or '') .. '<F6>')
      local buf = opened(t)
      local first = t:lua([[return vim.fn.search('^```', 'nw')]])
      eq(first, t:lua('return vim.fn.foldclosed(...)', first))
      t:lua('local b, ex = ... vim.api.nvim_buf_call(b, function() vim.cmd(ex) end)', code, 'silent ' .. case[3])
      eq(case[4], refreshed(buf), case[1])
      t:cmd('silent! tabfirst | silent! tabonly!')
    end
    -- While a reply streams below it.
    t:lua('vim.api.nvim_set_current_win(...)', win)
    t:cmd('edit! code.lua')
    local gate = t:gate(srv)
    local code = t:lua('return vim.api.nvim_get_current_buf()')
    t:cmd('5,6Hum chat')
    local buf = opened(t)
    srv:script({ tokens = { 'one ', 'two\n', 'three' } })
    gate:pass(0)
    chat.ask(t, 'what?', buf)
    gate:pass(2)
    t:wait(function() return t:text(buf):find('one', 1, true) end, 'it streams')
    t:lua('vim.api.nvim_buf_set_lines(..., 4, 5, false, { "first()", "second()" })', code)
    match('lines 5-7:\n\n```lua\nfirst()\nsecond()\nlocal value_6 = 6\n```', refreshed(buf), true)
    t:wait_screen('▸ 3 quoted lines')
    gate:pass()
    eq('done', chat.finished(t).status)
    eq('one two\nthree', chat.reply(t, buf))
    -- The reply may be the later step, or not: when its history was built again.
    local function is_back() return t:text(buf):find('local value_5 = 5', 1, true) end
    if not is_back() then t:keys('u') end
    if not is_back() then t:keys('u') end
    t:wait(is_back, 'undone')
    t:wait_screen('▸ 2 quoted lines')
  end
)
