-- Rows of a chat that are drawn by others than its colours.
local T = require('harness')
local test, eq = T.test, T.eq

--- Has rows of a kind drawn as a text over them, and counts how often. `line` and the view's fields are in it.
local DRAW = [[
  local highlight = require('hum.chat.view.highlight')
  calls = {}
  highlight.draw_with(..., function(view, row, line)
    calls[#calls + 1] = { win = view.win, buf = view.buf, row = row, line = line, cursor = view.cursor }
    if row == view.cursor then return false end
    local text = ('<%s %d>'):format(line:sub(1, 5), view.width)
    vim.api.nvim_buf_set_extmark(view.buf, view.ns, row, 0, {
      ephemeral = true, virt_text = { { text } }, virt_text_pos = 'overlay' })
    return true
  end)]]

---@param t table
---@param lines string[]
---@param kind string
---@param setup? string  Lua for config
local function show(t, lines, kind, setup)
  t:lua(('require("hum").setup({ chat = { %s } })'):format(setup or ''))
  t:lua('require("hum.chat.view.highlight").attach(0)')
  t:lua('vim.api.nvim_buf_set_lines(0, 0, -1, false, ...)', lines)
  t:lua(DRAW, kind)
  t:cmd('redraw!')
end

local TEXT = { '## « m', 'text', '# Head **x**', '> quote', '- item', '| a |', '***', '', '```', 'code', '```', 'end' }
local ROW = { heading = 3, quote = 4, list = 5, table = 6, rule = 7, fence_open = 9, code = 10, fence_close = 11 }

test('each kind of row can be drawn by another module', function(t)
  for kind, row in vim.spairs(ROW) do
    show(t, TEXT, kind)
    t:cmd('normal! G')
    local head = ('<%s 80>'):format(TEXT[row]:sub(1, 5))
    t:wait(function() return t.child.screen:lines()[row]:sub(1, #head) == head end, kind)
  end
end)

test('the row of the cursor is raw, in the current window alone, and by an option', function(t)
  show(t, TEXT, 'quote')
  t:cmd('normal! 4G')
  t:cmd('split')
  local function count(text)
    local _, n = t.child.screen:text():gsub(text, '')
    return n
  end
  t:wait(function() return count('> quote') == 1 and count('<> quo 80>') == 1 end, 'one is raw')
  t:cmd('set concealcursor=n')
  t:wait(function() return count('<> quo 80>') == 2 end, 'none is raw')
end)

test('chat.dress: off, rows are as they are', function(t)
  show(t, TEXT, 'quote', 'dress = false')
  t:cmd('normal! G')
  t:wait_screen('end')
  eq('> quote', vim.trim(t.child.screen:lines()[4]))
  eq({}, t:lua('return calls'))
end)

test('who fails to draw is told of once, and colours stay', function(t)
  show(t, TEXT, 'quote')
  t:lua(
    [[require('hum.chat.view.highlight').draw_with('quote', function() fails = (fails or 0) + 1 error('no ink') end)]]
  )
  t:cmd('redraw!')
  t:wait(function() return t:messages():find('no ink') end, 'it is told')
  t:cmd('redraw!')
  eq(1, t:lua('return fails'))
  eq('> quote', vim.trim(t.child.screen:lines()[4]))
end)
