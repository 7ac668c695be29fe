-- `:Hum ask`: a short answer in a float at the cursor, which goes with a key and is a chat like any other.
local T = require('harness')
local chat = require('lib.chat')
local windows = require('lib.windows')
local test, eq = T.test, T.eq

local WIDE = { ui = { 100, 30 } }

local function code(t) t:cmd('edit ' .. t:write_file('a.c', ('int a;\n'):rep(60)) .. ' | call cursor(3, 4)') end

--- The lines of the float that can be seen.
local function shown(t)
  return t:lua(
    [[
    local win = ...
    return vim.api.nvim_win_call(win, function()
      return vim.api.nvim_buf_get_lines(0, vim.fn.line('w0') - 1, vim.fn.line('w$'), false)
    end)]],
    windows.of(t, 'chat').win
  )
end

for _, key in ipairs({ '<Esc>', 'q' }) do
  test('the answer is read at the cursor and gone with ' .. key, WIDE, function(t)
    windows.setup(t)
    code(t)
    local view, width = t:eval('winsaveview()'), windows.of(t, 'a.c').width
    windows.ask(t, 'Hum ask why is that?')
    t:wait_screen('A short answer.', true)
    local float = windows.of(t, 'chat')
    eq({ true, true, 3 }, { float.float, float.current, float.row })
    eq({ width, view }, {
      windows.of(t, 'a.c').width,
      t:lua([[
      return vim.api.nvim_win_call(vim.fn.win_getid(1), vim.fn.winsaveview)]]),
    })
    t:wait(function() return #shown(t) == 4 end, 'the reply and its figures')
    eq({ '## « fake', '', 'A short answer.', '' }, shown(t))
    t:keys(key)
    t:wait(function() return windows.kinds(t) == 'a.c' end, 'the float is gone')
    eq(view, t:eval('winsaveview()'))
    t:cmd('Hum chat')
    T.match('why is that%?', t:text(windows.of(t, 'chat').buf))
    eq('', t:eval("maparg('q', 'n')"))
    eq(false, windows.of(t, 'chat').float)
  end)
end

test('it grows with the answer up to a bound, and then follows', WIDE, function(t)
  local srv = t:fake()
  local gate = t:gate(srv)
  srv:script({ tokens = vim.split(('line\n \n'):rep(60) .. 'end', ' ') })
  chat.configure(t, srv)
  code(t)
  t:cmd('Hum ask why is that?')
  local last = 0
  for _ = 1, 3 do
    gate:pass(4)
    t:wait(function() return windows.of(t, 'chat').height > last end, 'it grows')
    last = windows.of(t, 'chat').height
  end
  gate:pass()
  t:wait_event('HumRequestFinished')
  t:wait_screen('end')
  eq(20, windows.of(t, 'chat').height)
  local float = windows.of(t, 'chat')
  T.ok(float.row + float.height + 2 <= 30, vim.inspect(float))
end)

test('one long paragraph makes it grow, too', WIDE, function(t)
  local srv = t:fake()
  srv:script({ tokens = vim.split(('word_ '):rep(100), ' ') })
  chat.configure(t, srv)
  code(t)
  windows.ask(t, 'Hum ask why is that?')
  t:wait(function() return windows.of(t, 'chat').height == 3 + math.ceil(500 / 80) end, 'its rows and its figures')
end)

test('where there is no room below, it stands above', WIDE, function(t)
  windows.setup(t)
  code(t)
  t:cmd('call cursor(27, 1)')
  windows.ask(t, 'Hum ask why is that?')
  t:wait(function() return #shown(t) == 4 end, 'the reply and its figures')
  local float = windows.of(t, 'chat')
  eq(26, float.row + float.height + 2)
  for _, screen in ipairs({ { 40, 10 }, { 20, 5 }, { 100, 30 } }) do
    t:api('nvim_ui_try_resize', unpack(screen))
    t:wait(function() return t:eval('&columns') == screen[1] and t:eval('&lines') == screen[2] end, 'another screen')
    float = windows.of(t, 'chat')
    T.ok(float.row >= 0 and float.col + float.width + 2 <= screen[1], vim.inspect(float))
    T.ok(float.row + float.height + 2 <= screen[2], vim.inspect(float))
  end
end)

test('a key takes it to the chat window, where it goes on', WIDE, function(t)
  windows.setup(t)
  code(t)
  windows.ask(t, 'Hum ask why is that?')
  local buf = windows.of(t, 'chat').buf
  t:keys('go')
  t:wait(function() return windows.of(t, 'chat').float == false end, 'the chat window')
  eq({ buf, true }, { windows.of(t, 'chat').buf, windows.of(t, 'chat').current })
  chat.ask(t, 'and now?', buf)
  eq('done', t:wait_event('HumRequestFinished', 2).status)
end)

test('lines are quoted: of a range and of a selection', WIDE, function(t)
  local srv = windows.setup(t)
  code(t)
  windows.ask(t, '2,3Hum ask why is that?')
  T.match('int a;\nint a;\n```\n\nwhy is that?', srv:requests('/api/chat')[1].body.messages[1].content, true)
  t:keys('<Esc>')
  t:wait(function() return windows.kinds(t) == 'a.c' end, 'the float is gone')
  t:lua([[
    vim.ui.input = function(_, cb) cb('what is it?') end
    vim.keymap.set('x', '<F4>', '<Plug>(hum-ask)')]])
  t:keys('2GVj<F4>')
  t:wait_event('HumRequestFinished', 2)
  T.match('int a;\nint a;\n```\n\nwhat is it?', srv:requests('/api/chat')[2].body.messages[1].content, true)
  eq(true, windows.of(t, 'chat').float)
end)

test('the next answer takes the place of the last, and the chat window stays', WIDE, function(t)
  windows.setup(t)
  code(t)
  t:cmd('Hum new')
  t:cmd('wincmd p')
  windows.ask(t, 'Hum ask why is that?')
  local first = t:eval('bufnr()')
  windows.ask(t, 'Hum ask and what is this?', 2)
  eq('a.c chat chat', windows.kinds(t))
  eq(
    nil,
    t:lua(
      'for _, map in ipairs(vim.api.nvim_buf_get_keymap(..., "n")) do if map.lhs == "q" then return map end end',
      first
    )
  )
  t:keys('q')
  t:wait(function() return windows.kinds(t) == 'a.c chat' end, 'the float is gone')
  eq(true, windows.of(t, 'a.c').current)
end)

test(':Hum toggle in the float closes it', WIDE, function(t)
  windows.setup(t)
  code(t)
  windows.ask(t, 'Hum ask why is that?')
  t:cmd('Hum toggle')
  eq('a.c', windows.kinds(t))
  t:cmd('Hum toggle')
  eq({ 'a.c chat', false }, { windows.kinds(t), windows.of(t, 'chat').float })
end)

test("chat.ask = 'window' asks in the chat window; a model can be named", WIDE, function(t)
  local srv = windows.setup(t, { ask = 'window' })
  code(t)
  windows.ask(t, 'Hum ask ollama/thinker why is that?')
  eq({ 'a.c chat', false }, { windows.kinds(t), windows.of(t, 'chat').float })
  eq('thinker', srv:requests('/api/chat')[1].body.model)
end)

test('without a question it is asked for, and the model that is named answers', WIDE, function(t)
  local srv = windows.setup(t)
  code(t)
  t:lua([[vim.ui.input = function(_, cb) cb('what is it?') end]])
  windows.ask(t, '2,3Hum ask ollama/thinker')
  local body = srv:requests('/api/chat')[1].body
  eq('thinker', body.model)
  T.match('int a;\nint a;\n```\n\nwhat is it?', body.messages[1].content, true)
  t:lua([[vim.ui.input = function(_, cb) cb(' ') end]])
  t:cmd('Hum ask')
  eq(1, #srv:requests('/api/chat'))
end)

test('a float is closed while the answer comes: it comes all the same', WIDE, function(t)
  local srv = t:fake()
  local gate = t:gate(srv)
  srv:script({ tokens = { 'one ', 'two ', 'three' } })
  chat.configure(t, srv)
  code(t)
  t:cmd('Hum ask why is that?')
  gate:pass(1)
  t:wait_screen('one')
  local buf = windows.of(t, 'chat').buf
  t:keys('<Esc>')
  t:wait(function() return windows.kinds(t) == 'a.c' end, 'the float is gone')
  gate:pass()
  eq('done', t:wait_event('HumRequestFinished').status)
  eq('one two three', chat.reply(t, buf))
end)

test('from insert mode the answer is read in normal mode', WIDE, function(t)
  windows.setup(t)
  code(t)
  t:lua([[vim.keymap.set('i', '<F6>', '<Cmd>Hum ask why is that?<CR>')]])
  t:keys('i<F6>')
  t:wait_event('HumRequestFinished')
  t:wait(function() return t.child:mode().mode == 'n' end, 'normal mode')
  t:keys('q')
  t:wait(function() return windows.kinds(t) == 'a.c' end, 'the float is gone')
end)

test('what fails is seen in the float', { ui = { 100, 30 } }, function(t)
  local srv = t:fake()
  srv:play({ answers = { { status = 500, json = { error = 'the runner has died of thirst' } } } })
  chat.configure(t, srv)
  code(t)
  windows.ask(t, 'Hum ask why is that?')
  t:wait(function()
    local float = windows.of(t, 'chat')
    local text = table.concat(vim.list_slice(vim.split(t:screen(), '\n'), float.row + 1, float.row + float.height + 2))
    return text:find('thirst', 1, true)
  end, 'the error')
end)

test('why a question cannot be sent is seen in the float', { ui = { 100, 30 } }, function(t)
  local key = { env = 'HUM_TEST_NO_KEY' }
  chat.configure(t, t:fake(), { dialect = 'openai', key = key })
  code(t)
  t:cmd('Hum ask why is that?')
  t:wait(function()
    local float = windows.of(t, 'chat')
    local rows = vim.list_slice(vim.split(t:screen(), '\n'), float.row + 2, float.row + float.height + 1)
    return #rows > 3
      and rows[1]:find('why is that?', 1, true)
      and rows[2]:find('Not sent', 1, true)
      and rows[3]:find('HUM_TEST_NO_KEY', 1, true)
      and rows[#rows]:find('│╰', 1, true)
  end, 'the reason')
end)
