-- The helper's copy of a buffer against the buffer, byte for byte, whatever edits it.
local T = require('harness')
local complete = require('lib.complete')
local test, eq = T.test, T.eq

T.once()

--- The environment repeats a storm that failed; its name has the seed.
local SEED = tonumber(vim.env.HUM_TEST_SEED) or vim.uv.hrtime() % 1000000007

local INIT = complete.OPTS.init
  .. [==[

--- Where mirror and buffer differ, nil: nowhere.
function difference(buf)
  buf = buf or vim.api.nvim_get_current_buf()
  local channel = require('hum.server.helper').state().channel
  local mirror = vim.rpcrequest(channel, 'mirror', buf)
  if mirror == vim.NIL or mirror == nil then
    return 'there is no mirror'
  end
  local text = table.concat(vim.api.nvim_buf_get_lines(buf, 0, -1, false), '\n') .. '\n'
  if text == mirror then
    return nil
  end
  local at = 1
  while text:byte(at) == mirror:byte(at) do
    at = at + 1
  end
  return ('byte %d: buffer %q, mirror %q'):format(at, text:sub(math.max(at - 20, 1), at + 40),
    mirror:sub(math.max(at - 20, 1), at + 40))
end

function attach(buf)
  return require('hum.complete.attach').ensure(buf or vim.api.nvim_get_current_buf())
end

storm = {}
local random = math.random
local PIECES = { 'a', 'word ', '  indented', '', 'é', '日本', 'x\0y', '\t', ('long '):rep(40), '})', 'ident_1 = 2' }

local function piece()
  return PIECES[random(#PIECES)] .. (random(3) == 1 and PIECES[random(#PIECES)] or '')
end

local function pieces(n)
  local lines = {}
  for i = 1, n do
    lines[i] = piece()
  end
  return lines
end

local function row()
  return random(0, vim.api.nvim_buf_line_count(0) - 1)
end

local function keys(text)
  vim.api.nvim_feedkeys(vim.keycode(text), 'xt', false)
end

local function goto_anywhere()
  local at = row()
  local line = vim.api.nvim_buf_get_lines(0, at, at + 1, false)[1]
  vim.api.nvim_win_set_cursor(0, { at + 1, random(0, #line) })
end

local OPS = {
  function() -- lines
    local first = row()
    local last = math.min(first + random(0, 4), vim.api.nvim_buf_line_count(0))
    vim.api.nvim_buf_set_lines(0, first, last, false, pieces(random(0, 6)))
  end,
  function() -- text
    local first = row()
    local last = math.min(first + random(0, 2), vim.api.nvim_buf_line_count(0) - 1)
    local lines = vim.api.nvim_buf_get_lines(0, first, last + 1, false)
    local from = random(0, #lines[1])
    local to = random(last == first and from or 0, #lines[#lines])
    vim.api.nvim_buf_set_text(0, first, from, last, to, pieces(random(1, 4)))
  end,
  function() -- typed
    goto_anywhere()
    local how = { 'i', 'a', 'A', 'I', 'o', 'O', 'cc', 'R', 'S' }
    keys(how[random(#how)] .. 'typed é' .. (random(2) == 1 and '<CR>next<BS><C-w>' or '') .. '<Esc>')
  end,
  function()
    goto_anywhere()
    local how = { 'dd', 'x', 'J', 'yyp', 'dw', 'D', '3dd', '>>', '<<', 'gUU', 'xp', 'ddP', '~', 'g?g?', 'Vjd', '<C-v>jlx' }
    keys(how[random(#how)])
  end,
  function() keys(('u'):rep(random(1, 10))) end,
  function() keys(('<C-r>'):rep(random(1, 10))) end,
  function() vim.cmd('silent! earlier ' .. random(1, 20)) end,
  function() vim.cmd('silent! later ' .. random(1, 20)) end,
  function() vim.cmd([[silent! %s/word/w]] .. random(9) .. [[/g]]) end,
  function() vim.cmd([[silent! %s/ /\r/g]]) end,
  function() vim.cmd([[silent! %s/\n\(.\)/ \1/]]) end,
  function() vim.cmd([[silent! g/e/t.]]) end,
  function() vim.cmd([[silent! g/long/d]]) end,
  function() vim.cmd([[silent! v/[a-z]/d]]) end,
  function() vim.cmd([[silent! g/^/m0]]) end,
  function() vim.cmd('silent! sort' .. (random(2) == 1 and '!' or ' u')) end,
  function() vim.cmd('silent! ' .. (row() + 1) .. 'move ' .. row()) end,
  function()
    goto_anywhere()
    keys('gq' .. ({ 'j', 'G', 'q' })[random(3)])
  end,
  function()
    goto_anywhere()
    vim.api.nvim_paste(table.concat(pieces(random(1, 60)), '\n'):gsub('%z', ''), true, -1)
  end,
  function()
    goto_anywhere()
    keys('"_cc' .. ('pasted'):rep(random(200)) .. '<Esc>')
  end,
  function() vim.cmd('silent! retab! ' .. random(2, 8)) end,
  function() vim.cmd('silent! left ' .. random(0, 8)) end,
  function() if random(5) == 1 then vim.cmd('silent! %d _') end end,
  function() if random(3) == 1 then vim.cmd('silent! %!cat -n') end end,
}

--- So many random edits. Neither too much text nor too little of it remains.
function storm.run(n)
  vim.o.textwidth = 60
  for _ = 1, n do
    local op = random(#OPS)
    local ok, err = pcall(OPS[op])
    assert(ok, ('edit %d: %s'):format(op, err))
    if vim.api.nvim_buf_line_count(0) > 2000 then
      vim.api.nvim_buf_set_lines(0, 200, -1, false, {})
    elseif vim.api.nvim_buf_line_count(0) < 5 then
      vim.api.nvim_buf_set_lines(0, 0, 0, false, pieces(20))
    end
  end
end
]==]

local OPTS = { ui = complete.OPTS.ui, init = INIT }

--- Has hum refuse no buffer: it looks again a moment after one was entered, and would let go of
--- one whose lines are very long just then.
local function refuse_none(t) t:lua("require('hum.complete.allow').refusal = function() end") end

--- A case with these lines in an attached buffer.
local function open(t, lines, name)
  complete.start(t, { text = '' })
  refuse_none(t)
  local buf = complete.open(t, lines, { name = name })
  t:lua('assert(attach())')
  return buf
end

--- The mirror is the buffer, now that everything sent before has been read.
local function same(t, what, buf) eq(nil, t:lua('return difference(...)', buf), what) end

--- The same once the helper has the text.
local function becomes_same(t, what, buf)
  local last
  local ok = pcall(t.wait, t, function()
    last = t:lua('return difference(...)', buf)
    return last == nil
  end, what)
  T.ok(ok, ('%s: %s'):format(what, last))
end

for round = 1, 3 do
  local seed = SEED + round - 1
  test(
    ('thousands of edits, HUM_TEST_SEED=%d: after each batch the mirror is the buffer'):format(seed),
    OPTS,
    function(t)
      open(t, complete.lines(60))
      becomes_same(t, 'attached')
      t:lua('math.randomseed(...)', seed)
      for i = 1, 30 do
        t:lua('storm.run(25)')
        same(t, ('seed %d, %d edits'):format(seed, i * 25))
      end
    end
  )
end

test('insert mode attaches a buffer, and typing keeps the mirror', OPTS, function(t)
  complete.start(t, { text = '' })
  complete.open(t, { 'one', 'two' })
  complete.type(t, 'A')
  becomes_same(t, 'attached')
  complete.type(t, ' three<CR>four<BS><BS><C-w><Up><C-u>x<Esc>')
  same(t, 'typed')
  complete.type(t, 'uu<C-r>')
  same(t, 'undone')
end)

test('buffers without text, with NULs, with one long line, without a last line end', OPTS, function(t)
  local path = t:write_file('odd.src', 'a\0b\n\0\n\nlast without end')
  complete.start(t, { text = '' })
  refuse_none(t)
  t:cmd('edit ' .. path)
  t:lua('assert(attach())')
  becomes_same(t, 'NULs and no line end')
  eq(
    'a\0b\n\0\n\nlast without end\n',
    t:lua([[
    return vim.rpcrequest(require('hum.server.helper').state().channel, 'mirror', vim.api.nvim_get_current_buf())]])
  )
  t:cmd('%delete _')
  same(t, 'emptied')
  t:lua([[vim.api.nvim_buf_set_lines(0, 0, -1, false, { ('é'):rep(300000) })]])
  same(t, 'one long line')
  t:lua('vim.api.nvim_buf_set_lines(0, 0, -1, false, {})')
  same(t, 'without lines')
  t:cmd('undo')
  t:cmd('undo')
  same(t, 'undone')
  local last
  for _ = 1, 20 do
    t:cmd('silent! undo')
    t:cmd('silent! undo')
    t:cmd('silent! redo')
    last = t:lua('return difference()')
    eq(nil, last)
  end
end)

test('it survives :e!, a change from outside, and a file that was replaced', OPTS, function(t)
  local path = t:write_file('outer.src', 'one\ntwo\n')
  complete.start(t, { text = '' })
  t:cmd('edit ' .. path)
  complete.type(t, 'A')
  becomes_same(t, 'attached')
  complete.type(t, ' changed<Esc>')
  same(t, 'changed')
  t:cmd('edit!')
  complete.type(t, 'A')
  becomes_same(t, 'after :e!')
  complete.type(t, 'x<Esc>')
  same(t, 'typed after :e!')
  t:cmd('silent write')
  t:write_file('outer.src', ('from outside\n'):rep(50))
  t:cmd('set autoread')
  t:cmd('silent! checktime')
  t:cmd('edit')
  complete.type(t, 'A')
  becomes_same(t, 'after a change from outside')
  eq(50, t:eval('line("$")'))
  for _ = 1, 20 do
    complete.type_at_once(t, 'more<Esc>:silent edit!<CR>A')
  end
  becomes_same(t, 'after many :e!')
  eq(1, complete.info(t).attached)
end)

test('a file that changes outside is read again in insert mode, while an answer comes in', OPTS, function(t)
  local doc = complete.lines(12)
  complete.start(t, complete.continue(doc, { token_bytes = 4, interval_ms = 10, continue_lines = 5 }))
  local path = t:write_file('outer.src', table.concat(vim.list_slice(doc, 1, 4), '\n') .. '\n')
  t:cmd('set autoread | edit ' .. path)
  complete.type(t, 'GA')
  complete.wait_ghost(t)
  t:write_file('outer.src', 'above\n' .. table.concat(vim.list_slice(doc, 1, 6), '\n') .. '\n')
  t:cmd('silent! checktime')
  eq(7, t:eval('line("$")'))
  becomes_same(t, 'read again')
  complete.type(t, '<C-o>G<End><CR>')
  same(t, 'typed')
  complete.wait_ghost(t, table.concat(vim.list_slice(doc, 7, 11), '\n'))
end)

test('a preview of :s changes the text and gives it back', OPTS, function(t)
  open(t, complete.lines(30))
  becomes_same(t, 'attached')
  for _, preview in ipairs({ 'nosplit', 'split' }) do
    t:cmd('set inccommand=' .. preview)
    complete.type(t, ':%s/e/E_EF/g')
    t:wait_screen('E_EF')
    complete.type(t, '<Esc>')
    T.no_match('E_EF', t:text())
    same(t, 'given up, ' .. preview)
    complete.type(t, ':%s/a/A_A/g<CR>')
    same(t, 'done, ' .. preview)
  end
end)

test('a hundred thousand lines: loaded, edited in the middle, sorted, undone', OPTS, function(t)
  open(t, { 'x' })
  t:lua([[
    local lines = {}
    for i = 1, 100000 do
      lines[i] = ('line %d of many %d'):format(i, i * 7919 % 100003)
    end
    vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)]])
  becomes_same(t, 'loaded')
  t:lua([[
    for i = 1, 2000 do
      local row = i * 7919 % vim.api.nvim_buf_line_count(0)
      if i % 3 == 0 then
        vim.api.nvim_buf_set_lines(0, row, row + 1, false, {})
      else
        vim.api.nvim_buf_set_text(0, row, 2, row, 2, i % 2 == 0 and { 'in', 'two' } or { 'one' })
      end
    end]])
  same(t, 'edited')
  t:cmd('silent sort /many/')
  same(t, 'sorted')
  t:cmd([[silent %s/line/row/]])
  same(t, 'substituted')
  t:cmd('silent undo')
  t:cmd('silent undo')
  same(t, 'undone')
end)

test('a big text pasted in pieces', OPTS, function(t)
  open(t, { 'begin', 'end' })
  becomes_same(t, 'attached')
  t:lua([[
    vim.api.nvim_win_set_cursor(0, { 1, 5 })
    for i = 1, 50 do
      local text = ('pasted %d é\n'):format(i):rep(200)
      vim.api.nvim_paste(text, false, i == 1 and 1 or i == 50 and 3 or 2)
    end]])
  same(t, 'pasted')
  t:cmd('silent! undo')
  same(t, 'undone')
  complete.type(t, 'A')
  t:lua([[vim.api.nvim_paste(('in insert mode\n'):rep(3000), false, -1)]])
  same(t, 'pasted in insert mode')
end)

test('two windows and several buffers, each with a mirror of its own', OPTS, function(t)
  local one = open(t, complete.lines(20, 1), 'one.src')
  t:cmd('set hidden | vsplit')
  local two = complete.open(t, complete.lines(20, 2), { name = 'two.src' })
  t:lua('assert(attach())')
  t:cmd('split')
  becomes_same(t, 'the first', one)
  becomes_same(t, 'the second', two)
  eq(2, complete.info(t).attached)
  t:lua(
    [[
    local one, two = ...
    for i = 1, 300 do
      vim.api.nvim_buf_set_lines(i % 2 == 0 and one or two, i % 20, i % 20 + 1, false, { 'line ' .. i, 'and' })
    end
    vim.cmd('silent bufdo %s/and/&s/e')]],
    one,
    two
  )
  same(t, 'the first', one)
  same(t, 'the second', two)
  t:cmd('bwipeout! ' .. two)
  t:wait(function() return complete.info(t).attached == 1 end, 'the one that is gone is forgotten')
  same(t, 'the one that stays', one)
  t:cmd('silent edit! other.src | bunload! ' .. one)
  t:wait(function() return complete.info(t).attached == 0 end, 'the one without text is forgotten')
end)

test('buffers that are hidden, unloaded and loaded again', OPTS, function(t)
  t:write_file('hidden.src', ('text\n'):rep(20))
  complete.start(t, { text = '' })
  t:cmd('edit hidden.src')
  complete.type(t, 'A')
  becomes_same(t, 'attached')
  complete.type(t, '<Esc>')
  for _ = 1, 10 do
    t:cmd('silent edit! other.src | silent bunload! hidden.src | silent edit hidden.src')
    complete.type(t, 'Ax')
  end
  becomes_same(t, 'in the end')
  T.no_match('does not fit', t:log(), true)
end)
