-- In a real terminal: what the user sees of a stream.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

local TUI = { tui = true }

local function start(t, n, interval)
  local tokens, text = chat.tokens(n)
  local srv = t:fake()
  srv:script({ tokens = tokens, interval_ms = interval })
  local buf = chat.open(t, srv)
  return srv, buf, text
end

-- Waits until the terminal has shown so many different last tokens of a stream without an end. The name of a chat's file,
-- in the status line, has six digits, too.
local function moves(t, n)
  local seen = {}
  t:wait(function()
    local last
    for token in t:screen():gmatch('%f[%S]0%d%d%d%d%d%f[%s%z]') do
      last = token
    end
    seen[last or ''] = true
    return vim.tbl_count(seen) >= n
  end, ('%d screens that differ'):format(n))
end

test('tokens are seen one after the other', TUI, function(t)
  local srv = t:fake()
  srv:script({ tokens = (chat.tokens(9000)), count = 1000000, interval_ms = 30 })
  chat.open(t, srv)
  chat.ask(t, 'hello')
  moves(t, 10)
end)

test('a window whose cursor is at the end follows the reply', TUI, function(t)
  local _, buf = start(t, 1200, 2)
  t:keys('G')
  chat.ask(t, 'hello')
  t:keys('G')
  t:wait(function() return chat.reply(t, buf):find('000800') end, 'most of the text')
  t:wait_screen('00[01]%d%d%d')
  chat.finished(t)
  t:wait_screen('001200')
end)

test('a window whose cursor is above is left alone, another one follows', TUI, function(t)
  local _, buf = start(t, 1200, 2)
  t:keys('G')
  chat.ask(t, 'hello')
  t:wait(function() return chat.reply(t, buf):find('000100') end, 'some text')
  -- Two windows on the chat: the upper one reads at the top, the lower one is at the end.
  t:cmd('split')
  t:keys('<C-w>kgg0')
  t:wait(function() return vim.deep_equal({ 1, 1 }, t:eval('[line("."), col(".")]')) end, 'the cursor is at the top')
  local top = t:lua('return vim.api.nvim_get_current_win()')
  local bottom = t:lua('return vim.fn.win_getid(2)')
  t:lua('vim.api.nvim_win_set_cursor(..., { vim.api.nvim_buf_line_count(0), 0 })', bottom)
  chat.finished(t)
  t:wait_screen('001200')
  eq({ 1, 0 }, t:api('nvim_win_get_cursor', top))
  eq(1, t:eval('line("w0", ' .. top .. ')'))
  T.ok(t:lua('return vim.fn.line("w$", ...) >= vim.api.nvim_buf_line_count(0) - 3', bottom))
end)

test('scrolling up while it streams stays where the user went', TUI, function(t)
  local _, buf = start(t, 1500, 2)
  t:keys('G')
  chat.ask(t, 'hello')
  t:keys('G')
  t:wait(function() return chat.reply(t, buf):find('000700') end, 'some text')
  t:keys('10k')
  local line = t:eval('line(".")')
  local first = t:eval('line("w0")')
  chat.finished(t)
  eq(line, t:eval('line(".")'))
  eq(first, t:eval('line("w0")'))
end)

test('dd typed while it follows deletes one line and not what came meanwhile', TUI, function(t)
  local srv = t:fake()
  srv:script({ tokens = (chat.tokens(900)) })
  local gate = t:gate(srv)
  local buf = chat.open(t, srv)
  gate:pass(200)
  t:keys('G')
  chat.ask(t, 'hello')
  t:keys('G')
  t:wait(function() return chat.reply(t, buf):find('000200') end, 'some text')
  t:keys('d')
  t:wait(function() return t.child:mode().mode:find('^no') end, 'd waits for its motion')
  gate:pass(50)
  t:wait(function() return chat.reply(t, buf):find('000250') end, 'more text meanwhile')
  t:keys('d')
  gate:pass()
  chat.finished(t)
  local _, left = chat.reply(t, buf):gsub('%d%d%d%d%d%d', '')
  T.ok(left < 900, 'a line was deleted')
  T.ok(left >= 900 - 12, ('%d of 900 tokens are left'):format(left))
end)

test('a chat of 500 kB moves on', TUI, function(t)
  local srv = t:fake()
  srv:script({ tokens = (chat.tokens(9000)), count = 1000000, interval_ms = 5 })
  local buf = chat.open(t, srv)
  t:lua(
    [[
    local buf = ...
    local block = {}
    for i = 1, 8990 do
      block[i] = i % 30 == 0 and '```lua' or i % 30 == 10 and '```'
        or ('line %d of *what* was `said` before, with **words** to colour'):format(i)
    end
    local lines = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
    local head = { '', '## » You', '', 'before', '', '## « fake', '' }
    for i, line in ipairs(lines) do
      if line:find('^## » You') then
        vim.api.nvim_buf_set_lines(buf, i - 1, i - 1, false, vim.list_extend(head, vim.list_extend(block, { '' })))
        break
      end
    end
    vim.cmd('normal! G')
  ]],
    buf
  )
  T.ok(t:eval('line2byte(line("$"))') > 500000)
  chat.ask(t, 'go on')
  t:keys('G')
  moves(t, 30)
  t:cmd('Hum stop')
  eq('cancelled', chat.finished(t).status)
end)

test('a screenful of reply is coloured as Markdown while it streams', function(t)
  local srv = t:fake()
  srv:script({
    tokens = { '# Head', '\n\n', 'plain ', '**bold** ', '`code`', '\n', 'more ', 'words' },
    interval_ms = 50,
  })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello')
  t:wait(function() return chat.reply(t, buf):find('more') end, 'the last line begins')
  local function attr(text)
    local row, col = t.child.screen:find(text)
    return row and t.child.screen:attr(row, col)
  end
  t:wait(function()
    local plain, head, bold = attr('plain'), attr('Head'), attr('bold')
    return plain and head and bold and not vim.deep_equal(plain, head) and bold.bold
  end, 'heading and bold text are coloured')
  chat.finished(t)
end)
