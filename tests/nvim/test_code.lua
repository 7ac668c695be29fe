-- Colours of code blocks, seen on the screen.
local T = require('harness')
local test, eq, ok = T.test, T.eq, T.ok

local KEYWORD, PLAIN = 0x00aa01, 0x00aa02

local SETUP = [[
  vim.cmd('syntax on')
  vim.cmd('hi Statement guifg=#00aa01 gui=NONE')
  vim.cmd('hi Keyword guifg=#00aa01 gui=NONE')
  vim.cmd('hi Include guifg=#00aa01 gui=NONE')
  vim.cmd('hi HumCode guifg=#00aa02')
  buf = vim.api.nvim_get_current_buf()
  require('hum.chat.view.highlight').attach(buf)
  require('hum.chat.view.code').attach(buf)
  function append(...) vim.api.nvim_buf_set_text(buf, -1, -1, -1, -1, {...}) end
  function marks()
    local ns = vim.api.nvim_get_namespaces()['hum.code']
    return #vim.api.nvim_buf_get_extmarks(buf, ns, 0, -1, {})
  end
]]

local function colour(t, text)
  local row, col = t.child.screen:find(text)
  return row and t.child.screen:attr(row, col).foreground
end

local function wait_colour(t, text, want, what)
  t:wait(function() return colour(t, text) == want end, what)
end

--- Everything that was put off has run: what is not coloured now will not be.
local function settle(t)
  for _ = 1, 5 do
    t:lua('vim.wait(0) vim.cmd.redraw()')
  end
end

-- Lua has a treesitter parser where Neovim brings one, Python never: there it is regex syntax.
for lang, code in pairs({ lua = { 'local one = 1', 'return one' }, py = { 'class One:', '  return one' } }) do
  test('a closed block has its colours, an open one has not: ' .. lang, function(t)
    local first, second = code[1]:match('%w+'), code[2]:match('%w+')
    t:lua(SETUP)
    t:lua([[append('## « m', '', '```' .. ..., select(2, ...))]], lang, code[1])
    wait_colour(t, first, PLAIN, 'open, the block is plain')
    t:lua([[append('', ...)]], code[2])
    settle(t)
    eq(PLAIN, colour(t, first))
    eq(0, t:lua('return marks()'))
    t:lua([[append('', '```', '')]])
    wait_colour(t, first, KEYWORD, 'closed, it has its colours')
    wait_colour(t, second, KEYWORD, 'so has its second line')
    ok(colour(t, code[1]:match(' (.*)')) ~= KEYWORD)
  end)
end

test('two blocks of one syntax file are coloured side by side', function(t)
  t:lua(SETUP)
  t:lua([[
    local long = {}
    for i = 1, 500 do long[i] = 'x' .. i .. ' = f(' .. i .. ') or {"a": [1, 2, 3], "b": "text"}' end
    append('```python', 'class A: pass')
    append('', unpack(long))
    append('', 'return one', '```', '```python', 'import b', '```', '')
    vim.cmd('normal! Gzb')]])
  wait_colour(t, 'import', KEYWORD, 'the short one')
  wait_colour(t, 'return', KEYWORD, 'the end of the long one')
end)

test('a block in a list is coloured at the right columns', function(t)
  t:lua(SETUP)
  t:lua([[append('- a', '', '  ```lua', '  local one = 1', '    return one', '  ```', '')]])
  wait_colour(t, 'local', KEYWORD, 'the keyword')
  wait_colour(t, 'return', KEYWORD, 'the other one')
  ok(colour(t, 'one = 1') ~= KEYWORD)
end)

test('an unknown language, none, and a block over the cap stay plain', function(t)
  t:lua(SETUP)
  t:lua([[
    append('```nosuchlang', 'local a', '```', '```', 'local b', '```', '```lua', 'local c', '-- ' .. ('x'):rep(70000), '```', '')
    append('```lua', 'local d', '```', '')
    vim.wo.wrap = false]])
  wait_colour(t, 'local d', KEYWORD, 'the block that can be coloured')
  for _, name in ipairs({ 'a', 'b', 'c' }) do
    eq(PLAIN, colour(t, 'local ' .. name), name)
  end
  eq('', t:messages())
end)

test('with syntax off a block stays plain', function(t)
  t:lua(SETUP)
  t:lua([[
    vim.cmd('syntax off')
    vim.cmd('hi HumCode guifg=#00aa02')
    append('```python', 'import d', '```', '')]])
  wait_colour(t, 'import', PLAIN, 'plain code')
  settle(t)
  eq(0, t:lua('return marks()'))
end)

test('a changed block is coloured again, a block that is no longer one loses its colours', function(t)
  t:lua(SETUP)
  t:lua([[append('text', '```lua', 'local one = 1', 'x = 1', '```', '')]])
  wait_colour(t, 'local', KEYWORD, 'first colours')
  t:lua([[vim.api.nvim_buf_set_lines(buf, 3, 4, false, {'return one', 'y = 2'})]])
  wait_colour(t, 'return', KEYWORD, 'the new line has its colours')
  t:lua([[vim.api.nvim_buf_set_lines(buf, 0, 0, false, {'one', 'more'})]])
  settle(t)
  wait_colour(t, 'return', KEYWORD, 'it keeps its colours')
  ok(colour(t, 'y = 2') ~= KEYWORD)
  t:lua([[vim.api.nvim_buf_set_lines(buf, 3, 4, false, {'no fence'})]])
  t:wait(function() return t:lua('return marks()') == 0 end, 'no colours are left')
  t:cmd('undo')
  wait_colour(t, 'return', KEYWORD, 'undo brings them back')
end)

test('only the blocks that are shown are coloured', function(t)
  t:lua(SETUP)
  t:lua([[
    for _ = 1, 200 do append('```lua', 'local one = 1', '```', '') end
    vim.cmd('normal! gg')]])
  wait_colour(t, 'local', KEYWORD, 'what is shown')
  settle(t)
  ok(t:lua('return marks()') < 60, 'few marks')
  t:keys('G')
  t:wait(
    function() return t.child.screen:find('~') == nil and colour(t, 'local') == KEYWORD end,
    'the end is coloured when it is shown'
  )
end)

test('a wiped chat leaves nothing behind', function(t)
  t:lua(SETUP)
  t:lua([[
    for _ = 1, 20 do append('```lua', 'local one = 1', '```', '') end
    vim.cmd.redraw()
    vim.cmd('bwipeout!')]])
  settle(t)
  eq('', t:messages())
end)
