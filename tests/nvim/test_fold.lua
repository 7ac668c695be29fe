-- Thinking parts fold, live, and stay as the user left them.
local T = require('harness')
local chat = require('lib.chat')
local test, eq, ok, match = T.test, T.eq, T.ok, T.match

local SETUP = [[
  buf = vim.api.nvim_get_current_buf()
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, { '## » You', '', 'Why?', '', '## « m', '', '' })
  require('hum.chat.view.highlight').attach(buf)
  require('hum.chat.view.fold').setup_window(0)
]]

-- As the helper does it: one notification for each piece.
local function append(t, text)
  t.child.rpc:notify('nvim_buf_set_text', t.buf, -1, -1, -1, -1, vim.split(text, '\n', { plain = true }))
end

local function stream(t, text, size)
  for i = 1, #text, size do
    append(t, text:sub(i, i + size - 1))
  end
end

local function start(t)
  t:lua(SETUP)
  t.buf = t:lua('return buf')
end

test('thinking is folded while it streams and tells its last words', function(t)
  start(t)
  stream(t, '<think>\nThe user wants to\nknow why.\n\nSo I think', 3)
  t:wait_screen('▸ Thinking · 9 words · ', true)
  match('know why. So I think', t:screen(), true)
  eq('7-11', chat.fold(t, 7))
  append(t, ' about')
  t:wait_screen('10 words', true)
  match('So I think about', t:screen(), true)
  append(t, 'ness')
  t:wait_screen('think aboutness', true)
  match('10 words', t:screen(), true)
end)

test('what follows the thinking is seen at once', function(t)
  start(t)
  stream(t, '<think>\none two\nthree', 4)
  stream(t, '\n</think>\n\nBecause', 4)
  t:wait_screen('Because', true)
  match('▸ Thought · 3 words', t:screen(), true)
  eq('7-10', chat.fold(t, 7))
  eq('none', chat.fold(t, 12))
  stream(t, '\nof it', 1)
  t:wait_screen('of it', true)
  eq('7-10', chat.fold(t, 8))
end)

for _, size in ipairs({ 1, 5, 40 }) do
  test(
    ('an opened fold stays open and a closed one closed, %d bytes at a time'):format(size),
    { ui = { 80, 40 } },
    function(t)
      start(t)
      stream(t, '<think>\none\ntwo\n\n', size)
      t:wait_screen('Thinking · 2 words', true)
      t:cmd('7')
      t:keys('zo')
      t:wait_screen('<think>', true)
      stream(t, 'three\nfour\n\n\nfive\n', size)
      t:wait_screen('five', true)
      eq('open', chat.fold(t, 7))
      eq('open', chat.fold(t, 14))
      t:keys('za')
      t:wait_screen('Thinking · 5 words', true)
      stream(t, 'six\n\n\nseven\neight\n', size)
      t:wait_screen('Thinking · 8 words', true)
      eq('7-21', chat.fold(t, 7))
      t:keys('zo')
      t:wait_screen('<think>', true)
      stream(t, '\n</think>\n\nBecause\n', size)
      t:wait_screen('Because', true)
      eq('open', chat.fold(t, 7))
      eq('open', chat.fold(t, 22))
      eq('none', chat.fold(t, 24))
    end
  )
end

test('the fold grows while the user types in another window', function(t)
  start(t)
  t:cmd('new')
  t:keys('ihello')
  t:wait(function() return t.child.screen.mode == 'insert' end, 'insert mode')
  stream(t, '<think>\none two\nthree\n\nfour\nfive', 6)
  t:wait_screen('Thinking · 5 words', true)
  stream(t, '\n</think>\n\nBecause\nof it', 6)
  t:wait_screen('of it', true)
  match('Thought · 5 words', t:screen(), true)
  t:keys(' world<Esc>')
  t:wait(function() return t.child.screen.mode == 'normal' end, 'normal mode')
  eq('hello world', t:text())
  t:keys('.')
  eq('hello worlhello worldd', t:text())
  t:keys('uu')
  eq('', t:text())
  t:cmd('wincmd p')
  eq('7-13', chat.fold(t, 7))
  eq('none', chat.fold(t, 15))
end)

test('what was typed in insert mode folds when it is left', function(t)
  start(t)
  t:keys('Go<lt>think>\rone two\r<lt>/think>\rtext<Esc>')
  t:wait_screen('Thought · 2 words', true)
  match('text', t:screen(), true)
end)

test('other windows and other buffers keep their folds', function(t)
  t:write_file('other.txt', '1\n2\n3\n4\n')
  t:cmd('edit ' .. t.dir .. '/other.txt')
  t:cmd('set foldmethod=marker foldlevel=7')
  t:cmd('new')
  start(t)
  eq('marker', t:eval('getwinvar(2, "&foldmethod")'))
  eq('marker', t:eval('&g:foldmethod'))
  t:cmd('edit ' .. t.dir .. '/other.txt')
  eq({ 'marker', 7 }, { t:eval('&foldmethod'), t:eval('&foldlevel') })
end)

test('the seconds come from the times of thinking', function(t)
  start(t)
  t:lua([[
    running = { running = true, seconds = 12 }
    require('hum.chat.view.thoughts').at = function(b, row)
      return b == buf and row == 6 and running or nil
    end]])
  stream(t, '<think>\none', 4)
  t:wait_screen('▸ Thinking 12 s · 1 word · one', true)
  t:lua('running = { running = false, seconds = 14 }')
  stream(t, '\n</think>\n\nx', 4)
  t:wait_screen('▸ Thought for 14 s · 1 word', true)
  for seconds, text in pairs({ [0.02] = '<0.1', [0.42] = '0.4', [9.96] = '10', [12.5] = '13' }) do
    t:lua('running.seconds = ...', seconds)
    t:cmd('redraw!')
    t:wait_screen(('▸ Thought for %s s · 1 word'):format(text), true)
  end
end)

test('an edit within a closed fold is counted', function(t)
  start(t)
  append(t, '<think>\none two\nthree\n</think>\n\nx')
  t:wait_screen('Thought · 3 words', true)
  t:lua([[vim.api.nvim_buf_set_lines(buf, 7, 8, false, { 'a b c d' })]])
  t:wait_screen('Thought · 5 words', true)
  t:lua([[vim.api.nvim_buf_set_lines(buf, 0, 1, false, { '## » You', 'more' })]])
  t:wait_screen('more', true)
  match('Thought · 5 words', t:screen(), true)
  eq('8-11', chat.fold(t, 8))
end)

test('on request thinking starts open', function(t)
  t:lua(SETUP)
  t:lua('require("hum.chat.view.fold").setup_window(0, false)')
  t.buf = t:lua('return buf')
  stream(t, '<think>\none\n\n\ntwo\n', 5)
  t:wait_screen('two', true)
  eq('open', chat.fold(t, 7))
  ok(not t:screen():find('▸', 1, true))
end)
