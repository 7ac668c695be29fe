-- What the user wrote where no heading says that it is his.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

local CHAT = '/v1/chat/completions'

local function open(t)
  local srv = t:fake()
  srv:script({ text = 'A short answer.' })
  return srv, chat.open(t, srv, { dialect = 'openai' })
end

--- What the nth request said: roles and texts.
local function sent(srv, n)
  return vim.tbl_map(
    function(message) return { message.role, message.content } end,
    srv:requests(CHAT)[n].body.messages
  )
end

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
