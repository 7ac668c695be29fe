-- Thinking: its own part, folded, visibly alive, never sent back as content.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

local function thinker(t, answer)
  local srv = t:fake()
  srv:script(vim.tbl_extend('force', { thinking = 'let me think\nabout it', text = 'It is 42.' }, answer or {}))
  return srv
end

local PATHS = { ollama = '/api/chat', openai = '/v1/chat/completions', anthropic = '/v1/messages' }

for dialect, path in vim.spairs(PATHS) do
  test(dialect .. ': thinking is a part of its own, before the text', function(t)
    local srv = thinker(t)
    local buf = chat.open(t, srv, { model = 'thinker', dialect = dialect })
    chat.ask(t, 'hello')
    eq('done', chat.finished(t).status)
    eq('<think>\nlet me think\nabout it\n</think>\n\nIt is 42.', chat.reply(t, buf))
  end)

  test(dialect .. ': thinking is not sent back as content', function(t)
    local srv = thinker(t)
    chat.open(t, srv, { model = 'thinker', dialect = dialect })
    chat.ask(t, 'one')
    chat.finished(t)
    chat.ask(t, 'two')
    eq('done', chat.finished(t, 2).status)
    local messages = srv:requests(path)[2].body.messages
    eq(3, #messages)
    local content = messages[2].content
    eq({ 'assistant', 'It is 42.' }, { messages[2].role, type(content) == 'table' and content[1].text or content })
  end)
end

test('thinking and text in one record are kept apart', function(t)
  local srv = thinker(t, { together = true })
  local buf = chat.open(t, srv, { model = 'thinker' })
  chat.ask(t, 'hello')
  eq('done', chat.finished(t).status)
  eq('<think>\nlet me think\nabout it\n</think>\n\nIt is 42.', chat.reply(t, buf))
end)

test('thinking that is stopped is closed and marked', function(t)
  local srv = t:fake()
  srv:script({ thinking_count = 1000000, interval_ms = 5 })
  local buf = chat.open(t, srv, { model = 'thinker' })
  chat.ask(t, 'hello')
  t:wait(function() return #chat.reply(t, buf) > 100 end, 'some thinking')
  t:cmd('Hum stop')
  eq('cancelled', chat.finished(t).status)
  local reply = chat.reply(t, buf)
  T.match('^<think>\n', reply)
  T.match('\n</think>\n', reply)
  T.match('<!-- hum: stopped -->', reply, true)
end)

test('in a terminal thinking is folded and alive while it runs, and the text is not folded', { tui = true }, function(t)
  local srv = t:fake()
  local thoughts = {}
  for i = 1, 400 do
    thoughts[i] = ('thought%03d%s'):format(i, i % 5 == 0 and '\n' or ' ')
  end
  srv:script({ thinking = thoughts, text = 'It is 42.' })
  local gate = t:gate(srv)
  local buf = chat.open(t, srv, { model = 'thinker' })
  gate:pass(0)
  chat.ask(t, 'hello')
  -- Folded: the thoughts themselves are not on the screen, once the first line has ended.
  local screen
  for i = 50, 100, 10 do
    gate:pass(i == 50 and 50 or 10)
    t:wait(function() return chat.reply(t, buf):find(('thought%03d'):format(i)) end, 'more thinking')
    local former = screen
    screen = t:wait(function()
      local now = t:screen()
      return now:find('▸') and not now:find('\nthought') and now ~= former and now
    end, 'it is folded, and something has changed')
  end
  gate:pass()
  chat.finished(t)
  t:wait_screen('It is 42.', true)
  t:wait(function() return not t:screen():find('\nthought') end, 'the thoughts are not seen')
  -- It can be opened.
  t:lua([[vim.fn.search('^<think>', 'bw')]])
  t:cmd('normal! zo')
  t:wait_screen('thought001')
end)

test('thinking is not folded when the option says so', function(t)
  local srv = thinker(t)
  chat.open(t, srv, { model = 'thinker' }, { chat = { fold_thinking = false } })
  chat.ask(t, 'hello')
  chat.finished(t)
  t:wait_screen('let me think', true)
end)

-- Asked about lines of a file, in a chat that is opened for it: its folds are new as well.
test('text that streams after the thinking is seen at once, below one fold', { ui = { 100, 32 } }, function(t)
  local srv = t:fake()
  local thoughts, words = {}, {}
  for i = 1, 44 do
    thoughts[i] = 'hm' .. i .. (i == 44 and '\n' or ' ')
    words[i] = 'word' .. i .. ' '
  end
  srv:script({
    thinking = thoughts,
    tokens = words,
    interval_ms = 8,
    faults = { { at = 44 + 20, ['do'] = 'stall' } },
  })
  chat.configure(t, srv, { model = 'thinker' })
  t:cmd('edit ' .. t:write_file('a.c', ('int a;\n'):rep(60) .. '    }\n}\n\n'))
  t:cmd('61,63Hum chat why does this fail?')
  t:wait_screen('word19')
  local _, folds = t:screen():gsub('▸', '')
  eq(1, folds, t:screen())
end)
