-- Remarks on lines of files, sent back together to the chat they came from.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

--- Two files below the working directory, the first of which is shown.
---@param t test.Case
local function files(t)
  t:write_file('project/a.lua', 'local a = 1\nlocal b = 2\nlocal c = 3\nreturn a\n')
  t:write_file('project/b.txt', 'one\ntwo\n')
  t:cmd('cd ' .. t.dir .. '/project')
  t:cmd('edit a.lua')
end

--- What the last message of the last request says.
local function asked(srv)
  local requests = srv:requests('/api/chat')
  local messages = requests[#requests].body.messages
  return messages[#messages].content
end

test('remarks go back to the latest chat in one message, with their files and lines', function(t)
  local srv = t:fake()
  local buf = chat.open(t, srv)
  chat.ask(t, 'change it', buf)
  eq('done', chat.finished(t).status)
  files(t)
  t:cmd('2,3Hum remark join these two')
  t:wait_screen('join these two')
  t:cmd('edit b.txt')
  t:cmd('Hum remark why one?')
  eq(2, t:lua('return #require("hum").remarks()'))
  t:cmd('Hum send')
  eq('done', chat.finished(t, 2).status)
  local text = asked(srv)
  T.match('a.lua', text, true)
  T.match('local b = 2\nlocal c = 3\n```\n\njoin these two', text, true)
  T.match('one\n```\n\nwhy one?', text, true)
  T.no_match('local a', text, true)
  eq(0, t:lua('return #require("hum").remarks()'))
  eq(buf, t:lua('return vim.api.nvim_get_current_buf()'))
end)

test('a remark goes with its lines, also through undo and a buffer that is read again', function(t)
  local srv = t:fake()
  chat.configure(t, srv)
  files(t)
  t:cmd('3Hum remark here')
  local function line() return t:lua('return require("hum").remarks()[1].first') end
  t:keys('ggOnew<Esc>')
  eq(4, line())
  t:keys('u')
  eq(3, line())
  t:cmd('edit!')
  eq(3, line())
  t:wait_screen('here')
  t:keys('ggOnew<Esc>')
  eq(4, line())
  t:keys(':4delete<CR>')
  eq(1, t:lua('return #require("hum").remarks()'))
end)

test('without a chat a new one is asked', function(t)
  local srv = t:fake()
  chat.configure(t, srv)
  files(t)
  t:cmd('Hum remark why?')
  t:cmd('Hum send')
  eq('done', chat.finished(t).status)
  T.match('local a = 1\n```\n\nwhy?', asked(srv), true)
end)

test('a remark is written anew, or taken away', function(t)
  local srv = t:fake()
  chat.configure(t, srv)
  files(t)
  t:cmd('2Hum remark first words')
  t:keys('2G:Hum remark<CR>')
  t:wait_screen('Remark: first words')
  t:keys('<C-u>other words<CR>')
  t:wait_screen('other words')
  eq('other words', t:lua('return require("hum").remarks()[1].text'))
  t:keys('2G:Hum remark<CR><C-u><CR>')
  t:wait(function() return t:lua('return #require("hum").remarks()') == 0 end, 'it is gone')
  t:wait(function() return not t:screen():find('other words', 1, true) end, 'from the screen, too')
  eq(false, t:lua('return vim.bo.modified'))
end)

test('a long remark is wrapped to the window', { ui = { 40, 24 } }, function(t)
  local srv = t:fake()
  chat.configure(t, srv)
  files(t)
  t:cmd('Hum remark ' .. ('words '):rep(20) .. 'end')
  t:wait_screen('end')
end)

test('nothing to send, and wrong arguments, are told', function(t)
  local srv = t:fake()
  chat.configure(t, srv)
  files(t)
  t:cmd('Hum send')
  t:wait(function() return t:messages():find('not a chat', 1, true) end, 'no chat, no remarks')
  T.match(
    'opts.text is missing',
    t:lua([[return select(2, pcall(require('hum').remark, { first = 1, last = 1 }))]]),
    true
  )
end)
