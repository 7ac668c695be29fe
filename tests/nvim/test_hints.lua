-- What an empty chat says of what one can do there.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

--- The lines of the hints, as they are on the screen.
local function lines(t)
  local found = {}
  for _, row in ipairs(vim.split(t:screen(), '\n')) do
    local text = row:match('│(.*)') or row
    if
      text:find('sends your message', 1, true)
      or text:find('selects the model', 1, true)
      or text:find('lists all keys', 1, true)
    then
      found[#found + 1] = vim.trim(text)
    end
  end
  return found
end

local HINTS = {
  '<CR> sends your message · <C-s> in insert mode',
  'gm selects the model · gL lists your chats',
  'g? lists all keys · :Hum <Tab> lists all commands',
}

local WIDE = { ui = { 120, 24 } }

local function wait_gone(t, what)
  t:wait(function() return #lines(t) == 0 end, 'the hints are gone after ' .. what)
end

for _, keys in ipairs({ 'ihello', 'j', 'G', '<F3>' }) do
  test(('an empty chat says what one can do, until %s is typed'):format(keys), WIDE, function(t)
    local buf = chat.open(t, t:fake())
    t:wait(function() return #lines(t) == 3 end, 'three lines')
    eq(HINTS, lines(t))
    local text = t:text(buf)
    t:keys(keys)
    wait_gone(t, keys)
    t:keys('<Esc>')
    if not keys:find('hello') then eq(text, t:text(buf)) end
    -- No work is left for the keys that follow.
    eq({}, t:lua([[return vim.api.nvim_get_autocmds({ group = 'hum.hints' })]]))
  end)
end

test('keys in other windows leave the hints where they are', WIDE, function(t)
  local buf = chat.open(t, t:fake(), nil, { chat = { window = 'right' } })
  t:wait(function() return #lines(t) == 3 end, 'three lines')
  t:lua('vim.cmd("noautocmd wincmd p")')
  t:keys('jkihello<Esc>')
  t:wait(function() return t:eval('getline(1)') == 'hello' end, 'it is typed')
  eq(HINTS, lines(t))
  t:cmd('bdelete! ' .. buf)
  wait_gone(t, 'the chat was deleted')
  eq('', t:eval('v:errmsg'))
end)

test('a message that a function sends takes the hints away', WIDE, function(t)
  local buf = chat.open(t, t:fake())
  t:wait(function() return #lines(t) == 3 end, 'three lines')
  chat.ask(t, 'hello', buf)
  eq('done', chat.finished(t).status)
  wait_gone(t, 'a message')
end)

test('the hints name the keys that are configured, and no other', WIDE, function(t)
  chat.open(t, t:fake(), nil, {
    chat = { maps = { send = '<F5>', send_insert = false, model = false, chats = '<F6>', keys = false } },
  })
  t:wait_screen('sends your message')
  local text = t:screen()
  T.match('<F5> sends your message', text, true)
  T.match('<F6> lists your chats', text, true)
  T.match(':Hum <Tab> lists all commands', text, true)
  T.match(':Hum model selects the model', text, true) -- without a key
  for _, wrong in ipairs({ 'insert mode', 'gm', 'lists all keys' }) do
    T.no_match(wrong, text, true)
  end
end)

test('no hint is cut in a narrow window, also after it has been resized', { ui = { 36, 20 } }, function(t)
  chat.open(t, t:fake(), nil, { chat = { window = 'current' } })
  t:wait(function() return #lines(t) == 3 end, 'three lines')
  eq({ '<CR> sends your message', 'gm selects the model', 'g? lists all keys' }, lines(t))
  t:api('nvim_ui_try_resize', 60, 20)
  t:wait(function() return vim.deep_equal(lines(t), HINTS) end, 'there is room for all')
end)

test('a chat with a question, or one that goes on, has no hints', WIDE, function(t)
  local srv = t:fake()
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  eq('done', chat.finished(t).status)
  t:cmd('Hum')
  t:cmd('Hum what is this?')
  chat.finished(t, 2)
  eq({}, lines(t))
end)

-- ---- insert mode ----------------------------------------------------------------------------

local function mode(t) return t.child:mode().mode end

test('with chat.start_insert the message can be typed at once', WIDE, function(t)
  local srv = t:fake()
  local buf = chat.open(t, srv, nil, { chat = { start_insert = true } })
  t:wait(function() return mode(t) == 'i' end, 'insert mode')
  eq(HINTS, lines(t))
  t:keys('hello')
  wait_gone(t, 'the first letter')
  T.match('## » You\n\nhello$', t:text(buf))
  t:keys('<Esc>gg')
  -- The latest chat, where the user reads.
  t:cmd('Hum chat')
  eq('n', mode(t))
  t:keys('G')
  t:cmd('Hum chat')
  t:wait(function() return mode(t) == 'i' end, 'insert mode')
  t:keys(' again<Esc>')
  T.match('hello again$', t:text(buf))
end)

test('a question that is asked with the command begins no insert mode', WIDE, function(t)
  chat.open(t, t:fake(), nil, { chat = { start_insert = true } })
  t:keys('<Esc>')
  t:cmd('Hum what is this?')
  eq('done', chat.finished(t).status)
  eq('n', mode(t))
end)

--- A chat in which the first reply is on its way, behind a gate; the question was sent from insert mode.
local function send(t, opts)
  local srv = t:fake()
  srv:script({ tokens = { 'one ', 'two ', 'three' } })
  local gate = t:gate(srv)
  gate:pass(0)
  local buf = chat.open(t, srv, nil, { chat = opts })
  t:keys('Gifirst<C-s>')
  t:wait(function() return #srv:requests('/api/chat') == 1 end, 'it is sent')
  return srv, gate, buf
end

test('<C-s> in insert mode ends it', function(t)
  local _, gate, buf = send(t, {})
  eq('n', mode(t))
  gate:pass()
  eq('done', chat.finished(t).status)
  T.match('one two three', t:text(buf), true)
end)

test('with chat.stay_in_insert one writes on below, and queues from there', function(t)
  local srv, gate, buf = send(t, { stay_in_insert = true })
  eq('i', mode(t))
  t:keys('second')
  t:wait(function() return t:text(buf):find('## » You\n\nsecond$') end, 'it is under a heading')
  gate:pass(2)
  t:wait(function() return t:text(buf):find('one ', 1, true) end, 'the reply comes above')
  t:keys('<C-s>third')
  t:wait(function() return t:text(buf):find('second\n\n## » You\n\nthird$') end, 'the next one has its heading')
  eq('i', mode(t))
  eq({ 'second' }, vim.tbl_map(function(one) return one.text end, t:lua('return require("hum").queue(...)', buf)))
  gate:pass()
  chat.finished(t, 2)
  t:keys('<Esc>')
  local sent = vim.tbl_map(function(message) return message.content end, srv:requests('/api/chat')[2].body.messages)
  eq({ 'first', 'one two three', 'second' }, sent)
  T.match('third$', t:text(buf))
end)

test('nothing to send leaves cursor and mode as they are', function(t)
  chat.open(t, t:fake(), nil, { chat = { stay_in_insert = true } })
  t:keys('Gi<C-s>')
  t:wait(function() return t:log():find('nothing to send', 1, true) end, 'it is told')
  eq('i', mode(t))
  eq(t:eval('line("$")'), t:eval('line(".")'))
end)

test('insert mode ends where the user is asked for a model', function(t)
  local srv = t:fake()
  srv:script({ models = { 'one', 'two' }, default = { text = 'Fine.' } })
  t:lua([[
    modes = {}
    vim.ui.select = function(items, _, cb)
      table.insert(modes, vim.api.nvim_get_mode().mode)
      cb(modes[2] and items[2])
    end]])
  t:lua([[require('hum').setup(...)]], { endpoints = { ollama = { url = srv.url } }, chat = { stay_in_insert = true } })
  t:cmd('Hum chat')
  t:wait(function() return #t:lua('return modes') == 1 end, 'the model is asked for')
  t:keys('Gihello<C-s>')
  eq('done', chat.finished(t).status)
  eq({ 'n', 'n' }, t:lua('return modes'))
  eq('two:latest', srv:requests('/api/chat')[1].body.model)
end)
