-- `/explain` at the beginning of a message: what it becomes, what is no prompt, what is completed.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq
T.once()

--- What a message becomes: its text, or why not.
local function expand(t, text, where)
  t:lua(
    [[
    local text, where = ...
    expanded = nil
    require('hum.chat.slash').expand(text, where, function(err, said) expanded = { err = err, text = said } end)
  ]],
    text,
    where or vim.empty_dict()
  )
  return t:wait(function() return t:lua('return expanded') end, 'it is expanded')
end

local function begin(t)
  chat.configure(t, t:fake())
  t:cmd('edit ' .. t:write_file('code.lua', 'one\ntwo\nthree\n'))
  t:keys('ggVj<Esc>')
end

test('the first word of a message is a prompt, what follows its input', function(t)
  begin(t)
  local got = expand(t, '/explain why is it so?\n\nAnd how?')
  eq(nil, got.err)
  T.match('^Explain this code', got.text)
  T.match('\n\n#selection\n\n', got.text, true)
  T.match('in particular: why is it so%?\n\nAnd how%?$', got.text)
  T.match('\n\n#selection\n\n', expand(t, '/review').text, true)
  T.match('#diff:staged', expand(t, '/commit').text, true)
end)

test('a prompt with a system text says that first; VS Code asks, and has its answer', function(t)
  begin(t)
  local folder = t:lua([[return require('hum.prompt').folder()]])
  t:lua([[vim.fn.mkdir(..., 'p')]], folder)
  t:lua(
    [[vim.fn.writefile(...)]],
    { '## § System', 'You know.', '## » You', 'Say {{path}} {{nope}}' },
    folder .. '/say.md'
  )
  t:lua([[vim.fn.writefile(...)]], { 'A ${input:thing}.' }, folder .. '/make.prompt.md')
  eq('You know.\n\nSay code.lua {{nope}}', (expand(t, '/say').text:gsub('~/', '')))
  eq('A box.', expand(t, '/make box').text)
  eq('A lid.\n\nof wood', expand(t, '/make thing=lid of wood').text)
  t:lua([[vim.ui.input = function(_, cb) cb('hat') end]])
  eq('A hat.', expand(t, '/make').text)
  eq('A {{input_thing}}.', expand(t, '/make', { dry = true }).text)
  t:lua([[vim.ui.input = function(_, cb) cb(nil) end]])
  T.match('there was no answer', expand(t, '/make').err, true)
end)

--- Texts that are sent as they are.
local PLAIN = { '/usr/bin/env is a path', '/etc', '/tmp is full', '/ x', '//', '/*', 'a /explain', '/explain/x', '' }

test('what is no prompt is text', { ui = false }, function(t)
  begin(t)
  for _, text in ipairs(PLAIN) do
    eq({ text = text }, expand(t, text), text)
  end
  eq({ text = '/explain it' }, expand(t, '\\/explain it'))
end)

test('a name that is none is told with the nearest; nothing selected, too', function(t)
  begin(t)
  T.match('there is no prompt "/explian" (did you mean "explain"?)', expand(t, '/explian this').err, true)
  T.match('\\/explian', expand(t, '/explian').err, true)
  t:cmd('enew')
  T.match('\n\n#diff\n\n', expand(t, '/review').text, true)
  T.match('select lines in the code window first', expand(t, '/explain').err, true)
  T.match('particular: what is this?', expand(t, '/explain what is this?').text, true)
end)

test("a project's prompt is asked about as it is sent, not in a preview", { ui = false }, function(t)
  begin(t)
  t:write_file('proj/.hum/prompts/ours.md', 'Ours, {{input}}.')
  t:lua([[asked = 0 vim.ui.select = function(items, _, cb) asked = asked + 1 cb(items[1], 1) end]])
  local where = { project = t.dir .. '/proj', dry = true }
  eq({ text = '/ours please' }, expand(t, '/ours please', where))
  eq(0, t:lua('return asked'))
  where.dry = false
  eq({ text = 'Ours, please.' }, expand(t, '/ours please', where))
  eq(1, t:lua('return asked'))
  where.dry = true
  eq({ text = 'Ours, please.' }, expand(t, '/ours please', where))
end)

test('what git knows is there, too', { ui = false }, function(t)
  begin(t)
  t:cmd('cd ' .. t.dir)
  for _, args in ipairs({ 'init -q -b trunk', 'add code.lua', '-c user.name=a -c user.email=a@b commit -qm one' }) do
    t:lua([[vim.fn.system('git ' .. ...)]], args)
  end
  T.match('- one', expand(t, '/changelog').text, true)
end)

test('names are completed', { ui = false }, function(t)
  begin(t)
  eq(
    { { word = 'explain', info = 'explain code: what it does, how, and what to watch out for' } },
    t:lua([[return require('hum.chat.slash').complete('ex')]])
  )
  eq(12, #t:lua([[return require('hum.chat.slash').complete('')]]))
end)

test('the chat keeps what was typed; what it stands for is sent, and is the same in the next request', function(t)
  local srv = t:fake()
  srv:script({ text = 'A short answer.' })
  t:cmd('edit ' .. t:write_file('code.lua', 'one\ntwo\nthree\n'))
  t:keys('ggVj<Esc>')
  chat.configure(t, srv, { dialect = 'openai' })
  t:cmd('Hum new')
  chat.ask(t, '/explain why so?')
  eq('done', chat.finished(t).status)
  T.match('## » You\n\n/explain why so?\n', t:text(), true)
  local said = chat.sent(srv, 1)[1][2]
  T.match('in particular: why so?', said, true)
  local all = vim.json.encode(srv:requests('/v1/chat/completions')[1].body.messages)
  T.match('one\\ntwo', all, true)
  T.no_match('three', all, true)
  chat.ask(t, 'And?')
  eq('done', chat.finished(t, 2).status)
  local again = srv:requests('/v1/chat/completions')[2].body.messages
  eq(srv:requests('/v1/chat/completions')[1].body.messages[1], again[1])
end)

test('a message that begins with no prompt of that name is not sent, and stays', function(t)
  local srv = t:fake()
  chat.open(t, srv, { dialect = 'openai' })
  chat.ask(t, '/explian it')
  t:wait_screen('there is no prompt "/explian"', true)
  T.match('/explian it', t:text(), true)
  eq(0, #srv:requests('/v1/chat/completions'))
end)

test('a name is completed in the message', function(t)
  local srv = t:fake()
  chat.open(t, srv, { dialect = 'openai' })
  t:keys('Gi/expl<C-x><C-o>')
  t:wait(function() return t:text():find('\n/explain', 1, true) end, 'the name')
  t:keys('<C-e><Esc>')
end)

test('a message that begins with a prompt waits in the queue as any other', function(t)
  local srv = t:fake()
  srv:script({ text = 'A short answer.' })
  local gate = t:gate(srv)
  gate:pass(1)
  chat.open(t, srv, { dialect = 'openai' })
  chat.ask(t, 'one')
  t:wait(function() return t:text():find('\nA', 1, true) end, 'the reply has begun')
  t:lua([[require('hum.chat').tell(vim.api.nvim_get_current_buf(), '/shell list files')]])
  eq(1, #t:lua([[return require('hum').queue()]]))
  gate:pass()
  eq('done', chat.finished(t, 2).status)
  T.match('for this task:\n\nlist files', chat.sent(srv, 2)[3][2], true)
  T.match('\n/shell list files\n', t:text(), true)
end)
