-- Which windows go along with a reply, and what they show. The case plays the helper.
local T = require('harness')
local stream = require('lib.stream')
local test, eq = T.test, T.eq

local OPTS = { init = stream.init, ui = { 60, 20 } }

local function start(t)
  local buf = stream.open(t, 'T')
  stream.ask(t, 'question', buf)
  stream.part(t, 'text')
  return buf
end

local function lines(t, from, to)
  for i = from, to do
    stream.write(t, ('line %d\n'):format(i))
  end
end

--- The cursor's line in each window, from the first to the last.
local function cursors(t)
  return t:lua(
    [[
    return vim.tbl_map(function(win) return vim.api.nvim_win_get_cursor(win)[1] end, vim.api.nvim_tabpage_list_wins(0))]]
  )
end

local function last(t, buf) return t:lua('return vim.api.nvim_buf_line_count(...)', buf) end

test('the current window follows', OPTS, function(t)
  local buf = start(t)
  lines(t, 1, 50)
  eq({ last(t, buf) }, cursors(t))
  t:wait_screen('line 50')
  stream.done(t)
  eq({ last(t, buf) }, cursors(t))
  t:wait_screen('\n You\n')
end)

test('other windows follow, those with the cursor above do not', OPTS, function(t)
  local buf = start(t)
  t:cmd('split | normal! gg')
  t:cmd('split | normal! G')
  t:cmd('new')
  lines(t, 1, 30)
  eq({ 1, last(t, buf), 1, last(t, buf) }, cursors(t))
  stream.done(t)
  eq({ 1, last(t, buf), 1, last(t, buf) }, cursors(t))
end)

test('a window is left alone from the moment that the cursor goes up, and follows again', OPTS, function(t)
  local buf = start(t)
  lines(t, 1, 20)
  t:keys('kk')
  t:wait(function() return cursors(t)[1] == last(t, buf) - 2 end, 'the cursor went up')
  local view = t:eval('winsaveview()')
  lines(t, 21, 40)
  eq(view, t:eval('winsaveview()'))
  t:keys('G')
  t:wait(function() return cursors(t)[1] == last(t, buf) end, 'the cursor is at the end')
  lines(t, 41, 60)
  eq({ last(t, buf) }, cursors(t))
end)

test('a user above the reply who inserts and deletes lines makes no other window lose the end', OPTS, function(t)
  local buf = start(t)
  t:cmd('split | normal! gg')
  lines(t, 1, 10)
  t:keys('8GOa<CR>b<CR>c<Esc>')
  t:wait(function() return t:text():find('a\nb\nc\n') and t.child:mode().mode == 'n' end, 'lines above')
  lines(t, 11, 20)
  eq(last(t, buf), cursors(t)[2])
  t:keys('8G3dd')
  t:wait(function() return not t:text():find('a\nb\nc\n') end, 'lines deleted')
  lines(t, 21, 30)
  eq({ 8, last(t, buf) }, cursors(t))
end)

test('operator-pending, visual and command-line mode are left alone and follow afterwards', OPTS, function(t)
  local buf = start(t)
  lines(t, 1, 20)
  for _, case in ipairs({ { 'd', 'no' }, { 'v', 'v' }, { 'V', 'V' }, { ':', 'c' } }) do
    local at = cursors(t)[1]
    eq(last(t, buf), at, 'at the end before ' .. case[1])
    t:keys(case[1])
    t:wait(function() return t.child:mode().mode == case[2] end, 'mode ' .. case[2])
    stream.write(t, 'x\ny\nz\n')
    eq({ at }, cursors(t), 'in mode ' .. case[2])
    t:keys('<Esc>')
    t:wait(function() return t.child:mode().mode == 'n' end, 'normal mode')
    stream.write(t, 'more\n')
    eq({ last(t, buf) }, cursors(t), 'after mode ' .. case[2])
  end
end)

test('insert mode is left alone', OPTS, function(t)
  start(t)
  lines(t, 1, 3)
  t:keys('10Gi')
  t:wait(function() return t.child:mode().mode == 'i' end, 'insert mode')
  lines(t, 4, 30)
  eq({ 10 }, cursors(t))
  t:keys('typed ')
  t:wait(function() return t:text():find('typed question', 1, true) end, 'typed text')
  stream.done(t)
  eq({ 10 }, cursors(t))
  eq('i', t.child:mode().mode)
end)

test('a paragraph that grows is seen to its end, in windows that are not current too', OPTS, function(t)
  start(t)
  t:cmd('split')
  lines(t, 1, 10)
  for _, words in ipairs({ 40, 200 }) do
    for i = 1, words do
      stream.write(t, ('w%d%s '):format(i, words))
    end
    t:wait(function()
      local _, shown = t:screen():gsub(('w%d%s'):format(words - 3, words), '')
      return shown == 2
    end, 'both windows show what came last')
    stream.write(t, '\n')
  end
end)

test('what comes while the user is in the command line or in input() is drawn', OPTS, function(t)
  start(t)
  t:keys(':echo 1')
  t:wait(function() return t.child:mode().mode == 'c' end, 'the command line')
  stream.tokens(t, 'seen ', 'at ', 'once')
  t:wait_screen('seen at once')
  t:wait_screen(':echo 1')
  t:keys('<C-c>')
  t:lua([[vim.schedule(function() vim.fn.input('Name: ') end)]])
  t:wait_screen('Name:')
  stream.tokens(t, ' and ', 'again')
  t:wait_screen('seen at once and again')
  t:wait_screen('Name:')
end)

test('following can be switched off', OPTS, function(t)
  t:lua([[require('hum').setup({ chat = { follow = false } })]])
  start(t)
  local at = cursors(t)
  stream.write(t, 'first')
  lines(t, 1, 30)
  eq(at, cursors(t))
  stream.done(t)
  eq(at, cursors(t))
end)
