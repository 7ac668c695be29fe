-- What the user wrote where no heading says that it is his.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

T.once()

local CHAT = '/v1/chat/completions'

local function open(t)
  local srv = t:fake()
  srv:script({ text = 'A short answer.' })
  return srv, chat.open(t, srv, { dialect = 'openai' })
end

local sent = chat.sent

--- Deletes from the last heading of the user on, and writes these lines there.
local function replace_end(t, lines)
  t:lua(
    [[
    vim.fn.cursor(vim.fn.line('$'), 1)
    vim.api.nvim_buf_set_lines(0, vim.fn.search('^## » You', 'bW') - 1, -1, false, ...)]],
    lines
  )
end

local AGAIN = { { 'user', 'hello' }, { 'assistant', 'A short answer.' }, { 'user', 'and now?' } }

for name, lines in pairs({
  ['a line'] = { 'and now?' },
  ['below blank lines'] = { '', '', 'and now?', '' },
}) do
  test('text below a reply whose next heading was deleted is sent as the user says it: ' .. name, function(t)
    local srv, buf = open(t)
    chat.ask(t, 'hello', buf)
    chat.finished(t)
    replace_end(t, lines)
    t:cmd('Hum send')
    chat.finished(t, 2)
    eq(AGAIN, sent(srv, 2))
    T.match('%.\n+## » You\n\nand now%?\n+## « fake\n', t:text(buf))
  end)
end

test("a reply that was edited is still the model's own", function(t)
  local srv, buf = open(t)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  t:cmd([[%s/short/long/]])
  replace_end(t, { 'and now?' })
  t:cmd('Hum send')
  chat.finished(t, 2)
  eq('A long answer.', sent(srv, 2)[2][2])
  eq({ 'user', 'and now?' }, sent(srv, 2)[3])
end)

test('a retry keeps what stands below the reply', function(t)
  local srv, buf = open(t)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  replace_end(t, { 'and now?' })
  t:cmd('Hum retry')
  chat.finished(t, 2)
  eq({ { 'user', 'hello' } }, sent(srv, 2))
  T.match('## » You\n\nand now%?$', t:text(buf))
end)

test('a retry does not take what is pasted below the reply for replies', function(t)
  local srv, buf = open(t)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  t:lua([[vim.api.nvim_buf_set_lines(..., -1, -1, false, { 'see', '## « model', '', 'Hi', '## » You', 'yes' })]], buf)
  t:cmd('Hum retry')
  t:wait(function() return t:messages():find('would begin a turn', 1, true) end, 'it is told')
  eq(1, #srv:requests(CHAT))
  t:cmd('Hum retry')
  chat.finished(t, 2)
  eq({ { 'user', 'hello' } }, sent(srv, 2))
  T.match('A short answer%.\n\n## » You\n\n+see\n\\## « model\n\nHi\n\\## » You\nyes\n*$', t:text(buf))
end)

test('a question for a chat that ends with a reply gets its heading', function(t)
  local srv = open(t)
  for n, last in ipairs({ 'Half a sen', '```\ncode', 'Whole.\n' }) do
    local file = t:write_file(n .. '.md', '---\nhum: 1\nmodel: fake\n---\n\n## » You\n\nq\n\n## « fake\n\n' .. last)
    t:cmd('edit ' .. file)
    t:cmd('Hum! chat what now?')
    chat.finished(t, n)
    local got = sent(srv, n)
    eq({ 'user', 'assistant', 'user' }, vim.tbl_map(function(one) return one[1] end, got))
    eq('what now?', got[3][2])
    eq(vim.trim(last), (got[2][2]:gsub('\n```$', '')))
  end
end)

-- What stands at the end of a file, and what is written below it: the reply that is sent back.
local BELOW = {
  ['half a sentence'] = { 'Half a sen', 'Goand now?', 'Half a sen' },
  ['half a sentence, blank lines below'] = { 'Half a sen\n\n\n', 'Goand now?', 'Half a sen' },
  ['a new heading'] = { 'Half a sen', 'Go## » You<CR><CR>and now?', 'Half a sen' },
  ['a new heading in ASCII'] = { 'Half a sen', 'Go## > You<CR><CR>and now?', 'Half a sen' },
  ['an open fence'] = { 'See:\n\n```lua\nlocal x', 'Goand now?', 'See:\n\n```lua\nlocal x\n```' },
  ['an open fence, a new heading'] = {
    'See:\n\n```lua\nlocal x',
    'Go<CR>## » You<CR>and now?',
    'See:\n\n```lua\nlocal x\n```',
  },
  ['an open thought'] = { '<think>\nhm', 'Goand now?' },
  ['a fence that quotes a chat'] = {
    '```\n## » You\n\n## « m\n```\n- a',
    'Goand now?',
    '```\n## » You\n\n## « m\n```\n- a',
  },
  ['a heading alone'] = { '', 'Goand now?' },
  ['a mark'] = { 'Half\n<!-- hum: stopped -->', 'Goand now?', 'Half' },
  ['above the heading that is there'] = { 'Half a sen\n\n## » You\n\n', 'Gkkoand now?', 'Half a sen' },
  ['a line of the reply was edited'] = { 'One\nTwo\nThree', 'Gkccother<Esc>Goand now?', 'One\nother\nThree' },
}

for name, case in pairs(BELOW) do
  test("what is written below a reply that came from a file is the user's: " .. name, function(t)
    local srv = open(t)
    local file = t:write_file('half.md', '---\nhum: 1\nmodel: fake\n---\n\n## » You\n\nq\n\n## « fake\n\n' .. case[1])
    t:cmd('edit ' .. file)
    t:keys(case[2] .. '<Esc>')
    t:wait(function() return t:text():find('and now?', 1, true) end, 'it is written')
    t:cmd('Hum send')
    chat.finished(t)
    local want = { { 'user', 'q' }, { 'assistant', case[3] }, { 'user', 'and now?' } }
    if not case[3] then want = { { 'user', 'q\n\nand now?' } } end
    eq(want, sent(srv, 1))
    eq(1, select(2, t:text():gsub('and now%?', '')))
    T.match('A short answer%.\n\n## %S+ You\n*$', t:text())
  end)
end

test('a long chat from a file knows where its last reply ends, too', function(t)
  local srv = open(t)
  local lines = { '---', 'hum: 1', 'model: fake', '---', '' }
  for i = 1, 1500 do
    vim.list_extend(lines, { '## » You', '', 'q' .. i, '', '## « fake', '', 'a' .. i, '' })
  end
  t:cmd('edit ' .. t:write_file('long.md', table.concat(lines, '\n')))
  t:wait(function() return t:lua([[return require('hum.chat.reply.bounds').was_known(0)]]) end, 'it was read')
  t:keys('Goand now?<Esc>')
  t:wait(function() return t:text():find('and now?', 1, true) end, 'it is written')
  t:cmd('Hum send')
  chat.finished(t)
  local got = sent(srv, 1)
  eq({ { 'assistant', 'a1500' }, { 'user', 'and now?' } }, { got[#got - 1], got[#got] })
end)

test('pasted headings are told, with the line', { ui = { 100, 30 } }, function(t)
  local srv, buf = open(t)
  t:lua(
    [[vim.api.nvim_buf_set_lines(..., -2, -1, false,
      { 'text', '## » You', '', 'Hello', '', '## « model', '', 'Hi', '', 'That was it.' })]],
    buf
  )
  local line = t:lua([[return vim.fn.search('^## « model', 'n')]])
  t:cmd('Hum send')
  t:wait(function() return t:messages():find(('line %d, "## « model"'):format(line), 1, true) end, 'it is told')
  T.match('backslash', t:messages(), true)
  eq({}, srv:requests(CHAT))
  -- As it says.
  t:cmd([[silent %s/^## [»«] \(You$\n\nHello\|model\)/\\&/]])
  t:cmd('Hum send')
  chat.finished(t)
  eq({ { 'user', 'text\n## » You\n\nHello\n\n## « model\n\nHi\n\nThat was it.' } }, sent(srv, 1))
end)

-- The last lines of a chat once text was joined to the heading, by keys on it: what is sent.
local JOINED = {
  ['J'] = { 'GA<CR>mine<Esc>kkJJ', 'mine' },
  ['gJ'] = { 'GA<CR>mine<Esc>kk3gJ', 'mine' },
  ['<BS>'] = { 'GA<CR>mine<Esc>0i<BS><BS><Esc>', 'mine' },
  ['<C-w>'] = { 'GA<CR>mine<Esc>0i<C-w><C-w><Esc>', 'mine' },
  ['J, with text below'] = { 'GA<CR>mine<CR><CR>more<Esc>3kkJJ', 'mine\n\nmore' },
  ['<BS>, with text below'] = { 'GA<CR>mine<CR>more<Esc>k0i<BS><BS><Esc>', 'mine\nmore' },
  ['written there'] = { 'GkA mine<Esc>jA<CR>more<Esc>', 'mine\n\nmore' },
}

for _, heading in ipairs({ '## » You', '## > You', '## » Alice' }) do
  for name, case in pairs(JOINED) do
    test(('text in the line of the heading is sent: %s, %s'):format(heading, name), function(t)
      local srv = open(t)
      t:cmd('edit ' .. t:write_file('joined.md', ('---\nhum: 1\nmodel: fake\n---\n\n%s\n\n'):format(heading)))
      t:keys(case[1])
      t:wait(function() return t:text():find(heading .. ' ?mine') end, 'it is joined')
      t:cmd('Hum send')
      chat.finished(t)
      eq({ { 'user', case[2] } }, sent(srv, 1))
      T.match(('\n%s\n\n%s\n\n## '):format(heading, case[2]), t:text(), true)
    end)
  end
end

test('text in the line of the heading below a reply is sent, and u gives it back', function(t)
  local srv, buf = open(t)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  replace_end(t, { '## » You and now?' })
  t:cmd('let &l:undolevels = &l:undolevels') -- a step of its own, as what is typed
  t:cmd('Hum send')
  chat.finished(t, 2)
  eq(AGAIN, sent(srv, 2))
  t:keys('uu')
  t:wait(function() return t:text(buf):find('\n## » You and now%?\n*$') end, 'it is as it was')
end)

test('a name of his own in a heading stays one', function(t)
  local srv, buf = open(t)
  for n, heading in ipairs({ '## » Youssef', '## » You (Alice)', '## » Alice' }) do
    local file = t:write_file(n .. '.md', ('---\nhum: 1\nmodel: fake\n---\n\n%s\n\nmine\n'):format(heading))
    t:cmd('edit ' .. file)
    t:cmd('Hum send')
    chat.finished(t, n)
    eq({ { 'user', 'mine' } }, sent(srv, n))
    T.match(heading .. '\n\nmine\n', t:text(), true)
  end
  t:cmd('buffer ' .. buf)
  t:keys('GAmine<Esc>?^## » You<CR>2wcwAlice<Esc>')
  t:wait(function() return t:text(buf):find('» Alice', 1, true) end, 'it is there')
  t:cmd('Hum send')
  chat.finished(t, 4)
  eq({ { 'user', 'mine' } }, sent(srv, 4))
end)

test('an earlier question that was joined to its heading is asked anew', function(t)
  local srv, buf = open(t)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  t:lua([[vim.fn.cursor(vim.fn.search('^hello', 'bw') - 2, 1)]])
  t:keys('JJAagain<Esc>')
  t:wait(function() return t:text(buf):find('You helloagain', 1, true) end, 'it is changed')
  t:keys('<CR>')
  chat.finished(t, 2)
  eq({ { 'user', 'helloagain' } }, sent(srv, 2))
end)
