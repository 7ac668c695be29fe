-- The prompt for an instruction and the operators, typed by keys. The edit itself is replaced by a recorder: what is
-- tested is what is asked for, where, and what "." and macros make of it.
local T = require('harness')
local test, eq = T.test, T.eq

local OPTS = {
  ui = { 80, 24 },
  init = [[
    started = {}
    package.loaded['hum.edit'] = {
      at = function() return nil end,
      list = function() return {} end,
      on = function() end,
      start = function(opts)
        local c = opts.range
        local where = c and table.concat(c, ',') or ('%d-%d'):format(opts.first, opts.last)
        table.insert(started, (opts.insert and 'insert ' or '') .. where .. ' ' .. opts.instruction)
        return { stop = function() end, preview = {} }
      end,
    }
    vim.keymap.set({ 'n', 'x' }, 'gE', '<Plug>(hum-edit)')
    vim.keymap.set('n', 'gEE', '<Plug>(hum-edit-line)')
    vim.keymap.set({ 'n', 'x' }, 'gX', '<Plug>(hum-fix)')
    vim.keymap.set('n', 'gI', '<Plug>(hum-insert)')
    vim.keymap.set('o', 'ae', ':<C-u>normal! ggVG<CR>', { silent = true })
    vim.keymap.set('o', 'aE', '<Cmd>normal! ggVG<CR>')
    vim.keymap.set('o', 'al', function() vim.cmd('normal! ggVG') end)
    vim.keymap.set('o', 'aP', '<Cmd>normal! Vj<CR>')
    vim.keymap.set('o', 'il', function() vim.cmd('normal! 1G0wve') end)
    vim.o.swapfile = false
  ]],
}

local LINES = { 'one two three', 'four five six', '', 'seven (eight nine) ten', '  eleven', '', 'last 日本 line' }

local function begin(t, lines)
  t:api('nvim_buf_set_lines', 0, 0, -1, false, lines or LINES)
  t:cmd('normal! gg0')
end

local function started(t) return t:lua('return started') end

--- What was started since the last look.
local function since(t)
  local list = started(t)
  t:lua('started = {}')
  return list
end

local function is_prompt(t) return t:lua([[return vim.bo.filetype == 'humprompt' and vim.fn.mode() == 'i']]) end

local function wait_prompt(t)
  t:wait(function() return is_prompt(t) end, 'a prompt')
end

local function wait_normal(t)
  t:wait(
    function()
      return t:lua(
        [[return vim.bo.filetype ~= 'humprompt' and vim.fn.mode() == 'n' and #vim.api.nvim_list_wins() == 1]]
      )
    end,
    'the prompt to be gone'
  )
end

--- Keys up to the prompt, and what is written there.
local function ask(t, keys, text)
  t:keys(keys)
  wait_prompt(t)
  t:keys(text .. '<CR>')
  wait_normal(t)
  return since(t)
end

--- Keys, where the cursor is before, and what they start.
local CASES = {
  { 'gEip', 1, 0, '1-2' },
  { 'gEE', 2, 3, '2-2' },
  { '2gEE', 1, 3, '1-2' },
  { 'gE2j', 1, 3, '1-3' },
  { '2gEj', 1, 3, '1-3' },
  { 'gEk', 2, 3, '1-2' },
  { 'gEiw', 1, 5, '0,4,0,7' },
  { 'gE$', 1, 8, '0,8,0,13' },
  { 'gEi(', 4, 10, '3,7,3,17' },
  { 'gEft', 1, 0, '0,0,0,5' },
  { 'gE/ten<CR>', 4, 6, '3,6,3,19' },
  { 'gEl', 7, 5, '6,5,6,8' },
  { 'gEae', 4, 6, '1-7' },
  { 'gEaE', 4, 6, '1-7' },
  { 'gEal', 4, 6, '1-7' },
  { 'gE:4<CR>', 2, 0, '2-3' },
  { 'VjgE', 1, 3, '1-2' },
  { 'viwgE', 1, 5, '0,4,0,7' },
  { 'v$gE', 1, 4, '0,4,0,13' },
  { 'vjgE', 1, 4, '0,4,1,5' },
  { '<C-v>jlgE', 1, 4, '1-2' },
}

test('an operator is for what the motion or the selection says', OPTS, function(t)
  begin(t)
  for _, case in ipairs(CASES) do
    t:api('nvim_win_set_cursor', 0, { case[2], case[3] })
    eq({ case[4] .. ' do it' }, ask(t, case[1], 'do it'), case[1])
    eq(LINES, t:api('nvim_buf_get_lines', 0, 0, -1, false), case[1] .. ': the text')
  end
end)

--- Keys, where, then keys to go elsewhere, and what "." starts there.
local DOTS = {
  { 'gEip', { 1, 0 }, { 4, 0 }, '4-5' },
  { 'gEE', { 1, 0 }, { 4, 2 }, '4-4' },
  { '2gEE', { 1, 0 }, { 4, 2 }, '4-5' },
  { 'gEiw', { 1, 0 }, { 4, 8 }, '3,7,3,12' },
  { 'gEft', { 1, 0 }, { 4, 0 }, '3,0,3,12' },
  { 'gEk', { 2, 0 }, { 5, 0 }, '4-5' },
  { 'gE/e.e<CR>', { 1, 0 }, { 4, 0 }, '3,0,3,1' },
  { 'gEae', { 1, 0 }, { 4, 0 }, '1-7' },
  { 'gEaE', { 1, 0 }, { 4, 0 }, '1-7' },
  { 'gEal', { 1, 0 }, { 4, 0 }, '1-7' },
  { 'VjgE', { 1, 0 }, { 4, 0 }, '4-5' },
  { 'vlgE', { 1, 0 }, { 4, 7 }, '3,7,3,9' },
}

test('"." repeats it at a new place with the same instruction', OPTS, function(t)
  begin(t)
  for _, case in ipairs(DOTS) do
    t:api('nvim_win_set_cursor', 0, case[2])
    eq(1, #ask(t, case[1], 'shorten'), case[1])
    t:api('nvim_win_set_cursor', 0, case[3])
    t:keys('.')
    t:wait(function() return #started(t) > 0 end, case[1] .. ': the repeated edit')
    eq({ case[4] .. ' shorten' }, since(t), case[1])
    eq(false, is_prompt(t), 'nothing is asked')
  end
  eq(LINES, t:api('nvim_buf_get_lines', 0, 0, -1, false))
end)

test('in a macro too, or for as much text', OPTS, function(t)
  begin(t)
  for _, case in ipairs({
    { 'gEip', '1-2', '4-5' },
    { 'gEiw', '0,0,0,3', '3,0,3,5' },
    { 'gEaP', '1-2', '4-5' },
    { 'gEil', '0,4,0,7', '3,0,3,3' },
  }) do
    t:api('nvim_win_set_cursor', 0, { 1, 0 })
    t:lua([[vim.fn.setreg('q', vim.keycode(...))]], case[1] .. 'shorten<CR>')
    t:keys('@q')
    eq({ case[2] .. ' shorten' }, t:wait(function() return started(t)[1] and since(t) end, case[1]))
    wait_normal(t)
    t:api('nvim_win_set_cursor', 0, { 4, 0 })
    t:keys('.')
    eq({ case[3] .. ' shorten' }, t:wait(function() return started(t)[1] and since(t) end, case[1] .. ' repeated'))
  end
  eq(LINES, t:api('nvim_buf_get_lines', 0, 0, -1, false))
end)

test('a fix asks for nothing and is repeated', OPTS, function(t)
  begin(t)
  t:lua([[
    local ns = vim.api.nvim_create_namespace('d')
    vim.diagnostic.set(ns, 0, { { lnum = 0, col = 0, message = 'bad' }, { lnum = 4, col = 0, message = 'worse' } })
    local list = {}
    require('hum.edit').start = function(opts) table.insert(started, opts.first .. '-' .. opts.last .. ' ' .. opts.label) end
  ]])
  t:keys('gXip')
  eq({ '1-2 fix' }, t:wait(function() return started(t)[1] and since(t) end, 'the fix'))
  t:keys('4G.')
  eq({ '4-5 fix' }, t:wait(function() return started(t)[1] and since(t) end, 'the repeated fix'))
end)

test('text is inserted at the cursor, repeated elsewhere', OPTS, function(t)
  begin(t)
  eq({ 'insert 0,0,0,0 a table' }, ask(t, 'gI', 'a table'))
  t:api('nvim_win_set_cursor', 0, { 3, 0 })
  t:keys('.')
  eq({ 'insert 2,0,2,0 a table' }, t:wait(function() return started(t)[1] and since(t) end, 'in an empty line'))
  t:keys('1G$.')
  eq({ 'insert 0,13,0,13 a table' }, t:wait(function() return started(t)[1] and since(t) end, 'at the end of a line'))
end)

test('macros have the instruction in them', OPTS, function(t)
  begin(t)
  t:keys('qqgEiw')
  wait_prompt(t)
  t:keys('up<CR>')
  wait_normal(t)
  t:keys('wq')
  eq({ '0,0,0,3 up' }, since(t))
  t:keys('2@q')
  t:wait(function() return #started(t) == 2 end, 'two edits by a macro')
  eq({ '0,4,0,7 up', '0,8,0,13 up' }, since(t))
  wait_normal(t)
  t:cmd([[global/ven/execute "normal gEEdown\<CR>"]])
  eq({ '4-4 down', '5-5 down' }, since(t), 'by :normal, for several lines')
  t:cmd('xnoremap <F5> <Cmd>Hum edit these<CR>')
  t:keys('1GVj<F5>')
  eq({ '1-2 these' }, t:wait(function() return started(t)[1] and since(t) end, 'the selected lines'))
  wait_normal(t)
  eq(LINES, t:api('nvim_buf_get_lines', 0, 0, -1, false))
end)

test('a prompt that is left leaves nothing behind', OPTS, function(t)
  begin(t)
  t:keys('dw')
  local before = { 'two three', unpack(LINES, 2) }
  t:api('nvim_win_set_cursor', 0, { 2, 7 })
  local function state()
    return t:lua([[
      return {
        bufs = #vim.api.nvim_list_bufs(), wins = #vim.api.nvim_list_wins(), cursor = vim.api.nvim_win_get_cursor(0),
        tick = vim.b.changedtick, jumps = #vim.fn.getjumplist()[1], unnamed = vim.fn.getreg('"'), mode = vim.fn.mode(),
        marks = #vim.api.nvim_buf_get_extmarks(0, -1, 0, -1, {}),
      }
    ]])
  end
  local was = state()
  for _, keys in ipairs({ 'gEip', ':Hum edit<CR>', 'gI' }) do
    for _, way in ipairs({ '<Esc>', '<C-c>', '<CR>' }) do
      t:api('nvim_win_set_cursor', 0, { 2, 7 })
      t:keys(keys)
      wait_prompt(t)
      t:keys(way)
      wait_normal(t)
      eq(was, state(), keys .. way)
    end
  end
  eq({}, since(t))
  t:keys(':Hum edit<CR>')
  wait_prompt(t)
  t:keys('some words<Esc>')
  wait_normal(t)
  eq(was.cursor, state().cursor)
  t:keys('.')
  eq(was.wins, state().wins)
  eq(before, t:api('nvim_buf_get_lines', 0, 0, -1, false), 'what was written in the prompt is not repeated')
end)

test('a buffer that cannot be changed says so before anything is written', OPTS, function(t)
  begin(t)
  t:cmd('set nomodifiable')
  t:keys('gEip')
  t:wait(function() return t:messages():find('modifiable', 1, true) end, 'a message')
  eq(false, is_prompt(t))
  t:cmd('set modifiable')
end)

test('lines that move while an instruction is written are found again', OPTS, function(t)
  begin(t)
  for _, case in ipairs({ { 'gEip', '2-3' }, { 'gEiw', '1,0,1,3' }, { ':2Hum edit<CR>', '3-3' } }) do
    begin(t)
    t:keys(case[1])
    wait_prompt(t)
    t:lua([[vim.api.nvim_buf_set_lines(vim.fn.bufnr('#') > 0 and vim.fn.bufnr('#') or 1, 0, 0, false, { 'new' })]])
    t:keys('do it<CR>')
    wait_normal(t)
    eq({ case[2] .. ' do it' }, since(t), case[1])
  end
end)

test('who goes elsewhere has left the prompt', OPTS, function(t)
  begin(t)
  t:keys(':Hum edit<CR>')
  wait_prompt(t)
  t:keys('abc<C-o><C-w>w')
  wait_normal(t)
  eq({}, since(t))
end)

test('earlier instructions are had by keys, in a later session too, and are private', OPTS, function(t)
  begin(t)
  ask(t, 'gEE', 'make it shorter')
  ask(t, 'gEE', 'use a table')
  ask(t, 'gEE', 'make it longer')
  eq({ '1-1 use a table' }, ask(t, 'gEE', '<C-p><C-p>'))
  eq({ '1-1 make it longer' }, ask(t, 'gEE', 'make<Up>'))
  eq({ '1-1 make it shorter' }, ask(t, 'gEE', 'make<Up><Up>'))
  eq({ '1-1 make x' }, ask(t, 'gEE', 'make<Up><Up><Down><Down> x'))
  local path = t:lua([[return vim.fn.stdpath('state') .. '/hum/instructions']])
  eq('rw-------', t:lua([[return vim.fn.getfperm(...)]], path))
  eq('rwx------', t:lua([[return vim.fn.getfperm(vim.fs.dirname(...))]], path))
  t:lua([[package.loaded['hum.edit.history'] = nil]])
  local all = t:lua([[return require('hum.edit.history').list()]])
  eq({ 'use a table', 'make it longer', 'make it shorter', 'make x' }, all)
  t:lua([[require('hum').setup({ chat = { keep = false } })]])
  ask(t, 'gEE', 'nobody else knows')
  eq({ '1-1 nobody else knows' }, ask(t, 'gEE', '<C-p>'))
  T.no_match('nobody', table.concat(t:lua([[return vim.fn.readfile(...)]], path), '\n'), true)
  t:lua([[require('hum').setup({})]])
  t:lua([[vim.fn.writefile({ 'damaged', '"whole"', '' }, ...)]], path)
  eq({ 'whole' }, t:lua([[return require('hum.edit.history').list()]]))
end)

test('the prompt stands beside its lines and grows with what is written', OPTS, function(t)
  local lines = {}
  for i = 1, 30 do
    lines[i] = ('line %02d'):format(i)
  end
  begin(t, lines)
  t:cmd('10')
  t:keys('gEE')
  wait_prompt(t)
  local function place()
    return t:lua([[
    local c = vim.api.nvim_win_get_config(0)
    return { c.row, c.height, c.width }
  ]])
  end
  eq({ 6, 1, 40 }, place())
  t:wait_screen('Edit line 10')
  t:keys(('word '):rep(20))
  t:wait(function() return place()[2] > 1 end, 'a second row')
  local now = place()
  eq(9, now[1] + now[2] + 2, 'it stands above the line')
  t:keys('<Esc>')
  wait_normal(t)
  t:cmd('1')
  t:keys('gEE')
  wait_prompt(t)
  eq(1, place()[1], 'below the first line, above which is no room')
  t:keys('<Esc>')
  wait_normal(t)
end)

test('what it is about is marked, and only that', OPTS, function(t)
  begin(t)
  local function marked(row)
    local cells = {}
    local plain = t.child.screen:attr(6, 60)
    for col = 1, 15 do
      cells[#cells + 1] = vim.deep_equal(t.child.screen:attr(row, col), plain) and '.' or 'x'
    end
    return table.concat(cells)
  end
  t:keys('2GwgEiw')
  wait_prompt(t)
  t:wait_screen('Edit a part of line 2')
  eq('.....xxxx......', marked(2))
  t:keys('<Esc>')
  wait_normal(t)
  t:keys('gEE')
  wait_prompt(t)
  t:wait_screen('Edit line 2')
  eq('xxxxxxxxxxxxxxx', marked(2))
  t:keys('<Esc>')
  wait_normal(t)
  t:wait(function() return marked(2) == '...............' end, 'no mark')
end)

test('the prompt has room in a tiny window', { ui = { 20, 6 }, init = OPTS.init }, function(t)
  begin(t)
  t:keys('gEip')
  wait_prompt(t)
  t:keys('some words that are longer<CR>')
  wait_normal(t)
  eq({ '1-2 some words that are longer' }, since(t))
end)

test('without a range it is the function around the cursor, else the paragraph', OPTS, function(t)
  local lua = {
    'local M = {}', -- 1
    '',
    '-- Says it.',
    '---@param x any',
    'function M.say(x)', -- 5
    '  local y = x',
    '',
    "  each(y, function() return 'a' end)",
    '  each(y, function()', -- 9
    '    print(y)',
    '  end)',
    'end', -- 12
    '',
    'local a = 1',
    'local b = function()', -- 15
    '  return 2',
    'end', -- 17
    'local c = 3',
    '',
    "it('holds', function()", -- 20
    '  check()',
    'end)', -- 22
  }
  t:write_file('more/queries/lua/textobjects.scm', '(while_statement) @function.outer')
  t:cmd('set runtimepath^=' .. t.dir .. '/more')
  begin(t, lua)
  t:cmd('set filetype=lua')
  local function around(row)
    return t:lua(
      [[
    local found = require('hum.edit.range').around(0, ..., 0)
    return { found.first + 1, found.last + 1, found.kind }
  ]],
      row - 1
    )
  end
  for row, want in pairs({
    [1] = { 1, 1, 'paragraph' },
    [2] = { 2, 2, 'paragraph' },
    [3] = { 3, 12, 'function' },
    [4] = { 3, 12, 'function' },
    [5] = { 3, 12, 'function' },
    [8] = { 3, 12, 'function' },
    [10] = { 3, 12, 'function' },
    [12] = { 3, 12, 'function' },
    [13] = { 13, 13, 'paragraph' },
    [14] = { 14, 18, 'paragraph' },
    [16] = { 15, 17, 'function' },
    [21] = { 20, 22, 'function' },
  }) do
    eq(want, around(row), 'line ' .. row)
  end
  -- What the query of the language names goes before that.
  t:api('nvim_buf_set_lines', 0, -1, -1, false, { '', 'while x do', '  y()', 'end' })
  eq({ 24, 26, 'function' }, around(25))
  t:api('nvim_buf_set_lines', 0, 22, -1, false, {})
  t:cmd('10')
  t:keys(':Hum edit tidy up<CR>')
  eq({ '3-12 tidy up' }, t:wait(function() return started(t)[1] and since(t) end, 'an edit'))
  t:cmd('set filetype=')
  t:cmd('bwipeout!')
  begin(t)
  t:keys(':2Hum edit tidy up<CR>')
  eq({ '2-2 tidy up' }, t:wait(function() return started(t)[1] and since(t) end, 'an edit of a range'))
  t:keys('5G:Hum edit tidy up<CR>')
  eq({ '4-5 tidy up' }, t:wait(function() return started(t)[1] and since(t) end, 'an edit of a paragraph'))
end)
