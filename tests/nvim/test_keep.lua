-- A chat is kept in its file: while a reply streams, when it ends, and when the user leaves.
local T = require('harness')
local chat = require('lib.chat')
local test, eq, ok = T.test, T.eq, T.ok

local HEAD = '---\nhum: 1\nendpoint: ollama\nmodel: fake\n---\n\n'
local START = HEAD .. '## » You\n\none\n\n## « fake\n\nreply one\n\n## » You\n\n'

--- Opens a chat that is in a file.
---@return integer buf, string path
local function open(t, srv, text, config)
  local path = t:write_file('a folder/talk.md', text or START)
  chat.configure(t, srv, {}, config)
  t:cmd('edit ' .. vim.fn.fnameescape(path))
  eq('hum', t:eval('&filetype'))
  return t:lua('return vim.api.nvim_get_current_buf()'), path
end

--- Waits until the file has all of the buffer's text.
local function wait_kept(t, path, buf)
  t:wait(function() return t:read_file(path) == t:text(buf) .. '\n' end, 'the file has the text')
end

test('a reply is in the file while it streams, and all of it at its end', function(t)
  local tokens, text = chat.tokens(240)
  local srv = t:fake()
  srv:script({ tokens = tokens, interval_ms = 10 })
  local buf, path = open(t, srv)
  chat.ask(t, 'two', buf)
  t:wait(function() return (t:read_file(path) or ''):find('000010', 1, true) end, 'some of it is in the file')
  ok(#t:events('HumRequestFinished') == 0, 'the reply streams still')
  chat.finished(t)
  eq(text, chat.reply(t, buf))
  wait_kept(t, path, buf)
  eq(0, t:eval('&modified'))
  eq('', t:lua('return table.concat(vim.fn.glob(vim.fs.dirname(...) .. "/.hum*", true, true))', path))
end)

--- What the fake server answers to any question.
local ECHO = { rules = { { text = 'Answer.' } } }

--- Asks, and waits until the answer is in the file.
local function ask(t, text, path, buf)
  local n = #t:events('HumRequestFinished')
  chat.ask(t, text, buf)
  chat.finished(t, n + 1)
  wait_kept(t, path, buf)
end

--- Gives a command, which must neither ask nor tell anything.
local function quietly(t, command)
  t:cmd('messages clear')
  t:keys(':' .. command .. '<CR>')
  eq('n', t.child:mode().mode, command .. ' asks')
  T.no_match('W1[0-9]', t:messages())
end

--- What hum did to the file is no reason for Neovim to ask.
for name, command in pairs({ write = 'silent write', checktime = 'checktime', update = 'silent wall' }) do
  test((':%s has nothing to ask after what hum wrote'):format(name), function(t)
    local srv = t:fake()
    srv:script(ECHO)
    local buf, path = open(t, srv)
    for round = 1, 3 do
      ask(t, 'question ' .. round, path, buf)
      t:keys('iand so on<Esc>')
      t:wait(function() return t:text(buf):find('and so on') and t:eval('mode()') == 'n' end, 'text is typed')
      local before = t:text(buf)
      quietly(t, command)
      eq(before, t:text(buf)) -- nothing was read anew
    end
    t:cmd('silent write')
    wait_kept(t, path, buf)
  end)
end

test('what somebody else wrote is asked about before :w writes over it', function(t)
  local srv = t:fake()
  srv:script(ECHO)
  local buf, path = open(t, srv)
  ask(t, 'two', path, buf)
  t:write_file('a folder/talk.md', START .. 'theirs\n')
  t:keys('imine<Esc>:write<CR>')
  t:wait(function() return t.child:mode().mode == 'r?' end, 'Neovim asks')
  t:keys('n')
  t:wait(function()
    local mode = t.child:mode().mode
    if mode == 'r' then t:keys('<CR>') end -- a prompt of Neovim's own
    return mode == 'n'
  end, 'it goes on')
  eq(START .. 'theirs\n', t:read_file(path))
end)

--- Ways to leave a chat: all that stood there is in its file.
local LEAVE = {
  ['qa'] = 'qa',
  ['q'] = 'q',
  ['x'] = 'x',
  ['wqa'] = 'wqa',
  ['cquit'] = 'cquit',
  ['qa!'] = 'qa!',
  ['q from another window'] = 'new | wincmd w | only | q',
}
for name, command in pairs(LEAVE) do
  test((':%s in mid-stream leaves all in the file'):format(name), function(t)
    local srv = t:fake()
    srv:script({ tokens = (chat.tokens(4000)), interval_ms = 5 })
    local buf, path = open(t, srv)
    chat.ask(t, 'two', buf)
    t:wait(function() return chat.reply(t, buf):find('000050', 1, true) end, 'some text')
    t:keys((':%s<CR>'):format(command))
    t:wait(function() return t.child:ended() end, 'Neovim ends')
    T.match('000050', t:read_file(path), true)
  end)
end

test('a draft is in the file when the user leaves', function(t)
  local buf, path = open(t, t:fake())
  chat.ask(t, '', buf)
  t:keys('Gomy draft<Esc>')
  t:wait(function() return t:text(buf):find('my draft') end, 'the draft')
  t:keys(':qa<CR>')
  t:wait(function() return t.child:ended() end, 'Neovim ends')
  T.match('my draft\n$', t:read_file(path))
end)

for name, command in pairs({
  ['edit!'] = 'edit!',
  edit = 'edit',
  bunload = 'new | bunload! %d | buffer %d',
  ['noautocmd edit'] = 'noautocmd edit!',
  bwipeout = 'bwipeout! | edit %s',
}) do
  test((':%s: the chat is there and goes on'):format(name), function(t)
    local srv = t:fake()
    srv:script(ECHO)
    local buf, path = open(t, srv)
    ask(t, 'two', path, buf)
    ask(t, 'three', path, buf)
    local before = t:text(buf)
    t:cmd((command:gsub('%%d', buf):gsub('%%s', vim.fn.fnameescape(path))))
    buf = t:lua('return vim.api.nvim_get_current_buf()')
    eq(before, t:text(buf))
    ask(t, 'four', path, buf)
    local last = srv:requests('/api/chat')[3].body.messages
    eq(
      'user assistant user assistant user assistant user',
      table.concat(vim.tbl_map(function(m) return m.role end, last), ' ')
    )
  end)
end

test('undo survives the end of Neovim', { init = 'vim.o.undofile = true' }, function(t)
  local srv = t:fake()
  srv:script(ECHO)
  local buf, path = open(t, srv)
  ask(t, 'two', path, buf)
  local before = t:text(buf)
  chat.ask(t, 'three', buf)
  chat.finished(t, 2)
  t:keys(':qa<CR>')
  t:wait(function() return t.child:ended() end, 'Neovim ends')
  t.child = t:start()
  chat.configure(t, srv)
  t:cmd('edit ' .. vim.fn.fnameescape(path))
  t:wait(function()
    t:cmd('silent undo')
    return t:text() == before
  end, 'the former text')
  t:keys(':qa!<CR>')
  t:wait(function() return t.child:ended() end, 'Neovim ends')
end)
