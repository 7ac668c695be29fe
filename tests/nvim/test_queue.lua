-- Messages that are sent while a reply streams wait below it, and go one after the other.
local T = require('harness')
local chat = require('lib.chat')
local test, eq, ok = T.test, T.eq, T.ok

T.once()

local CHAT = '/v1/chat/completions'
local WORDS = 'one two three four five six seven eight nine ten'

--- A chat whose first reply has begun, behind a gate; the answers to come are short.
local function begin(t, rules)
  local srv = t:fake()
  local tokens = vim.split(WORDS, ' ')
  for i = 1, #tokens - 1 do
    tokens[i] = tokens[i] .. ' '
  end
  srv:script(rules or { { times = 1, tokens = tokens }, { text = 'Short.' } })
  local gate = t:gate(srv)
  gate:pass(3)
  local buf = chat.open(t, srv, { dialect = 'openai' })
  chat.ask(t, 'first', buf)
  t:wait(function() return t:text(buf):find('one two', 1, true) end, 'the reply has begun')
  return srv, gate, buf
end

--- Types keys and waits until they are handled.
local function type_keys(t, keys)
  t.typed = (t.typed or 0) + 1
  t:keys(keys .. ('<Esc>:let g:typed = %d<CR>'):format(t.typed))
  t:wait(function() return t:eval('get(g:, "typed")') == t.typed end, keys)
end

---@return string[]  the last message of each request
local function last_sent(srv)
  return vim.tbl_map(function(request)
    local messages = request.body.messages
    return messages[#messages].content
  end, srv:requests(CHAT))
end

---@return string[]  roles and texts of the nth request
local function sent(srv, n)
  return vim.tbl_map(
    function(message) return message.role .. ': ' .. message.content end,
    srv:requests(CHAT)[n].body.messages
  )
end

---@return string[]  texts of what waits
local function queued(t, buf)
  return vim.tbl_map(function(one) return one.text end, t:lua([[return require('hum').queue(...)]], buf))
end

local function turns(text)
  local out = {}
  for line in text:gmatch('[^\n]+') do
    if line:find('^## [»«] ') or line:find('^## ...') then out[#out + 1] = line end
  end
  return out
end

test('what is sent while a reply streams waits, is shown so, and goes when it has ended', function(t)
  local srv, gate, buf = begin(t)
  type_keys(t, 'Gothe second question')
  t:keys('<CR>')
  t:wait(function() return #queued(t, buf) == 1 end, 'it is queued')
  eq({ 'the second question' }, queued(t, buf))
  t:wait_screen('queued; g<BS> takes it back')
  eq(1, #srv:requests(CHAT))
  -- And the next can be written.
  T.match('the second question\n\n## » You\n\n$', t:text(buf))
  eq(t:lua('return vim.fn.line("$")'), t:lua('return vim.fn.line(".")'))
  gate:pass()
  chat.finished(t, 2)
  eq({ 'first', 'the second question' }, last_sent(srv))
  eq({ 'user: first', 'assistant: ' .. WORDS, 'user: the second question' }, sent(srv, 2))
  eq({}, queued(t, buf))
  T.match(WORDS .. '\n\n## » You\n\nthe second question\n\n## « fake\n\nShort%.\n\n## » You\n*$', t:text(buf))
end)

for keys, in_line in pairs({ J = 'kkJJ', gJ = 'kk3gJ' }) do
  test('what waits goes where it was joined to its heading: ' .. keys, function(t)
    local srv, gate, buf = begin(t)
    type_keys(t, 'Gothe second question')
    t:keys('<CR>')
    t:wait(function() return #queued(t, buf) == 1 end, 'it is queued')
    type_keys(t, 'G?the second<CR>' .. in_line)
    t:wait(function() return t:text(buf):find('## » You ?the second question') end, 'it is joined')
    gate:pass()
    chat.finished(t, 2)
    eq({ 'first', 'the second question' }, last_sent(srv))
    eq({}, queued(t, buf))
  end)
end

test('what waits and was joined to its heading does not go while the user types there', function(t)
  local srv, gate, buf = begin(t)
  type_keys(t, 'Gothe second question')
  t:keys('<CR>')
  t:wait(function() return #queued(t, buf) == 1 end, 'it is queued')
  type_keys(t, 'G?the second<CR>0')
  t:keys('i<BS><BS>')
  t:wait(function() return t:text(buf):find('You ?the second question') end, 'it is joined')
  gate:pass()
  chat.finished(t, 1)
  t:keys(', now')
  t:wait(function() return t:text(buf):find('You, nowthe second', 1, true) end, 'it is typed')
  eq(1, #srv:requests(CHAT))
  t:keys('<Esc>')
  chat.finished(t, 2)
  eq(', nowthe second question', last_sent(srv)[2])
end)

test('several go in their order, each once', function(t)
  local srv, gate, buf = begin(t)
  type_keys(t, 'Gothe second question')
  t:keys('<CR>')
  t:wait(function() return #queued(t, buf) == 1 end, 'one is queued')
  type_keys(t, 'Gothe third question')
  t:keys('<CR>')
  t:wait(function() return #queued(t, buf) == 2 end, 'two are queued')
  type_keys(t, 'Goa draft')
  gate:pass()
  chat.finished(t, 3)
  eq({ 'first', 'the second question', 'the third question' }, last_sent(srv))
  eq({
    'user: first',
    'assistant: ' .. WORDS,
    'user: the second question',
    'assistant: Short.',
    'user: the third question',
  }, sent(srv, 3))
  T.match('the third question\n\n## « fake\n\nShort%.\n\n## » You\n\n+a draft\n*$', t:text(buf))
  t:elapse(0.2)
  eq(3, #srv:requests(CHAT))
end)

-- The ways to queue a message.
local WAYS = {
  ['<CR>'] = function(t) t:keys('Gomine<Esc><CR>') end,
  ['<C-s>'] = function(t) t:keys('Gomine<Esc><C-s>') end,
  ['<C-s> in insert mode'] = function(t) t:keys('Gomine<C-s>') end,
  [':Hum send'] = function(t) t:keys('Gomine<Esc>:Hum send<CR>') end,
  [':Hum! chat'] = function(t) t:cmd('Hum! chat mine') end,
  ['hum.send'] = function(t, buf)
    t:lua([[vim.api.nvim_buf_set_lines(..., -1, -1, false, { '', 'mine' }) require('hum').send(...)]], buf)
  end,
  [':Hum! chat with the chat hidden'] = function(t)
    t:cmd('enew')
    t:cmd('Hum! chat mine')
  end,
}

for name, keys in pairs({
  ['while it waits'] = { 'Gomine', '<CR>', [[?^mine<CR>?^## » You<CR>3JJ]] },
  ['before it is queued'] = { [[Gomine<Esc>?^## » You<CR>3JJ]], '<CR>' },
}) do
  test('a message that was joined to its heading goes: ' .. name, function(t)
    local srv, gate, buf = begin(t)
    type_keys(t, keys[1])
    t:keys(keys[2])
    t:wait(function() return #queued(t, buf) == 1 end, 'it is queued')
    if keys[3] then type_keys(t, keys[3]) end
    gate:pass()
    if keys[3] then
      chat.finished(t)
      t:cmd('Hum send')
    end
    chat.finished(t, 2)
    eq({ 'first', 'mine' }, last_sent(srv))
  end)
end

for name, way in pairs(WAYS) do
  test('a message is queued by ' .. name, function(t)
    local srv, gate, buf = begin(t)
    way(t, buf)
    t:wait(function() return #queued(t, buf) == 1 end, 'it is queued')
    eq({ 'mine' }, queued(t, buf))
    gate:pass()
    chat.finished(t, 2)
    eq({ 'first', 'mine' }, last_sent(srv))
    T.match(WORDS .. '\n\n## » You\n\n+mine\n\n## « fake\n\nShort%.\n\n## » You\n*$', t:text(buf))
  end)
end

--- Queues messages by command.
local function queue(t, buf, ...)
  for _, text in ipairs({ ... }) do
    t:lua([[require('hum').chat({ new = false, question = ... })]], text)
  end
  eq({ ... }, queued(t, buf))
end

test('each undo takes something back after messages have gone by themselves', function(t)
  local _, gate, buf = begin(t)
  type_keys(t, 'Gosecond')
  t:keys('<CR>')
  t:wait(function() return #queued(t, buf) == 1 end, 'it is queued')
  gate:pass()
  chat.finished(t, 2)
  local last = t:text(buf)
  while t:lua('return vim.fn.undotree().seq_cur') > 0 do
    t:cmd('silent undo')
    ok(t:text(buf) ~= last, 'nothing was undone below\n' .. last)
    last = t:text(buf)
  end
end)

test('a message may be changed until it goes', function(t)
  local srv, gate, buf = begin(t)
  queue(t, buf, 'second thing', 'third')
  t:cmd('%s/second thing/another\\rthought/')
  eq({ 'another\nthought', 'third' }, queued(t, buf))
  gate:pass()
  chat.finished(t, 3)
  eq({ 'first', 'another\nthought', 'third' }, last_sent(srv))
end)

test('a message that is taken back stays as a draft', function(t)
  local srv, gate, buf = begin(t)
  queue(t, buf, 'second', 'third')
  local id = t:lua([[return require('hum').queue(...)[1].id]], buf)
  eq(true, t:lua([[return require('hum').unqueue(...)]], buf, id))
  eq(false, t:lua([[return require('hum').unqueue(...)]], buf, id))
  eq({ 'third' }, queued(t, buf))
  gate:pass()
  chat.finished(t, 2)
  eq({ 'first', 'third' }, last_sent(srv))
  T.match('third\n\n## « fake\n\nShort%.\n\n## » You\n\nsecond\n*$', t:text(buf))
  t:cmd('Hum send')
  chat.finished(t, 3)
  eq('second', last_sent(srv)[3])
end)

test('the key takes back the message with the cursor, or the last', function(t)
  local _, _, buf = begin(t)
  queue(t, buf, 'second', 'third', 'fourth')
  t:keys('gg/^second<CR>g<BS>')
  t:wait(function() return #queued(t, buf) == 2 end, 'one is taken back')
  eq({ 'third', 'fourth' }, queued(t, buf))
  t:keys('Gg<BS>')
  t:wait(function() return #queued(t, buf) == 1 end, 'the last is taken back')
  eq({ 'third' }, queued(t, buf))
  T.match('\n## » You\n\nfourth\n\nsecond\n*$', t:text(buf))
end)

test('a message whose heading is deleted waits no longer, and undo brings it back', function(t)
  local _, _, buf = begin(t)
  queue(t, buf, 'second', 'third')
  t:keys('gg/^third<CR>?^##<CR>d}')
  t:wait(function() return #queued(t, buf) == 1 end, 'one is left')
  eq({ 'second\n\n\nthird' }, queued(t, buf))
  t:keys('u')
  t:wait(function() return #queued(t, buf) == 2 end, 'both are back')
  eq({ 'second', 'third' }, queued(t, buf))
end)

-- How a reply ends after which the queue waits for the user.
local ENDS = {
  ['a stop'] = { stop = true },
  ['a failure'] = { rule = { faults = { { at = 4, ['do'] = 'reset' } } } },
  ['a cut'] = { rule = { done_reason = 'length' } },
}

for name, how in pairs(ENDS) do
  test('the queue waits after ' .. name .. ', and goes on when the user sends', function(t)
    local rule = vim.tbl_extend('error', { times = 1, tokens = { 'one ', 'two ', 'three ', 'four' } }, how.rule or {})
    local srv, gate, buf = begin(t, { rule, { text = 'Short.' } })
    queue(t, buf, 'second', 'third')
    if how.stop then
      t:cmd('Hum stop')
    else
      gate:pass()
    end
    chat.finished(t)
    gate:pass()
    t:wait(
      function() return t:messages():find('2 messages are queued; <CR> sends the first', 1, true) end,
      'it is told'
    )
    eq({ 'second', 'third' }, queued(t, buf))
    t:elapse(0.2)
    eq(1, #srv:requests(CHAT))
    t:keys('G<CR>')
    chat.finished(t, 3)
    eq({ 'first', 'second', 'third' }, last_sent(srv))
    eq({}, queued(t, buf))
  end)
end

-- What is done to queued messages, and what waits then.
local CHANGES = {
  ['its text is deleted'] = { 'gg/^second<CR>dd', { 'third' } },
  ['its text is deleted, and back by undo'] = { 'gg/^second<CR>ddu', { 'second', 'third' } },
  ['it is moved behind the other'] = { 'gg:silent /^second/-2,/^second/+1move /^third/+1<CR>', { 'third', 'second' } },
  ['the other is moved before it'] = { 'gg:silent /^third/-2,/^third/+1move /^second/-3<CR>', { 'third', 'second' } },
  ['all of it is deleted'] = { 'gg/^second<CR>kkd3j', { 'third' } },
  ['all of it is deleted, and back by undo'] = { 'gg/^second<CR>kkd3ju', { 'second', 'third' } },
  ['all of it is deleted, undo, redo'] = { 'gg/^second<CR>kkd3ju<C-r>', { 'third' } },
  ['the heading for the next is deleted'] = { 'Gdkdk', { 'second', 'third' } },
  ['its heading has more words'] = { 'gg/^second<CR>kkA, again<Esc>', { 'second', 'third' } },
  ['it is folded'] = { 'gg/^second<CR>kkzfGzM', { 'second', 'third' } },
  ['it is indented and sorted'] = {
    'gg/^second<CR>oanother<Esc>:silent /^second/,/^another/sort<CR>',
    { 'another\nsecond', 'third' },
  },
  ['the model is another'] = { ':silent Hum model ollama/thinker<CR>', { 'second', 'third' } },
  ['folds, and a window of its own'] = { ':split<CR>gg:silent %foldopen!<CR>', { 'second', 'third' } },
}

for name, case in pairs(CHANGES) do
  test('the queue is as the text has it: ' .. name, function(t)
    local srv, gate, buf = begin(t)
    queue(t, buf, 'second', 'third')
    type_keys(t, case[1])
    eq(case[2], queued(t, buf))
    gate:pass()
    chat.finished(t, 1 + #case[2])
    eq(vim.list_extend({ 'first' }, case[2]), last_sent(srv))
    t:elapse(0.1)
    eq(1 + #case[2], #srv:requests(CHAT))
  end)
end

test('a hidden chat goes on', function(t)
  local srv, gate, buf = begin(t)
  queue(t, buf, 'second', 'third')
  t:cmd('enew')
  gate:pass()
  chat.finished(t, 3)
  eq({ 'first', 'second', 'third' }, last_sent(srv))
  T.match('third\n\n## « fake\n\nShort%.\n\n## » You\n*$', t:text(buf))
end)

test('a chat whose file is read again keeps its queue, which waits', function(t)
  local srv, gate, buf = begin(t)
  queue(t, buf, 'second', 'third')
  t:cmd('edit!')
  chat.finished(t)
  t:wait(function() return #queued(t, buf) == 2 end, 'it is read')
  eq({ 'second', 'third' }, queued(t, buf))
  gate:pass()
  t:elapse(0.2)
  eq(1, #srv:requests(CHAT))
  t:cmd('Hum send')
  chat.finished(t, 3)
  eq({ 'first', 'second', 'third' }, last_sent(srv))
end)

test('headings that are pasted into a message for the queue are told', function(t)
  local srv, gate, buf = begin(t)
  t:lua([[vim.fn.setreg('a', { 'see:', '## » You', 'Hello', '## « model', 'Hi' }, 'l')]])
  type_keys(t, 'Go<Esc>"ap')
  t:keys('<CR>')
  t:wait(function() return t:messages():find('would begin a turn', 1, true) end, 'it is told')
  eq({}, queued(t, buf))
  t:keys('<CR>')
  t:wait(function() return #queued(t, buf) == 1 end, 'it is queued')
  gate:pass()
  chat.finished(t, 2)
  eq({ 'first', 'see:\n## » You\nHello\n## « model\nHi' }, last_sent(srv))
end)

test('headings that come into a message that is queued are told when it would go', function(t)
  local srv, gate, buf = begin(t)
  queue(t, buf, 'second', 'third')
  t:cmd([[call append(search('^second', 'w'), ['## « model', 'Hi'])]])
  gate:pass()
  chat.finished(t)
  t:wait(function() return t:messages():find('would begin a turn', 1, true) end, 'it is told')
  eq(1, #srv:requests(CHAT))
  t:keys('<CR>')
  chat.finished(t, 3)
  eq({ 'first', 'second\n## « model\nHi', 'third' }, last_sent(srv))
end)

test('a chat with headings in ASCII queues under such', function(t)
  local srv, gate = begin(t)
  t:cmd('Hum stop')
  chat.finished(t)
  t:write_file('ascii.md', '---\nhum: 1\nmodel: fake\n---\n\n## > You\n\nfirst\n')
  srv:script({ { times = 1, tokens = vim.split(WORDS, ' ') }, { text = 'Short.' } })
  gate:pass(3)
  t:cmd('edit ascii.md')
  t:cmd('Hum send')
  t:wait(function() return t:text():find('## < fake\n\none', 1, true) end, 'the reply has begun')
  queue(t, t:lua('return vim.api.nvim_get_current_buf()'), 'second')
  gate:pass()
  chat.finished(t, 3)
  T.match('\n## > You\n\nsecond\n\n## < fake\n\nShort%.\n\n## > You\n*$', t:text())
end)

test('a message goes when text is locked no more', function(t)
  local srv, gate, buf = begin(t)
  queue(t, buf, 'second')
  chat.lock(t, buf)
  gate:pass()
  t:elapse(0.2)
  t:keys('l')
  chat.finished(t, 2)
  eq({ 'first', 'second' }, last_sent(srv))
end)

test('a chat that cannot be changed keeps its queue', function(t)
  local srv, gate, buf = begin(t)
  queue(t, buf, 'second')
  t:cmd('setlocal nomodifiable')
  gate:pass()
  chat.finished(t)
  t:wait(function() return t:messages():find('nomodifiable', 1, true) end, 'it is told')
  T.no_match('stack traceback', t:messages())
  eq(1, #srv:requests(CHAT))
  eq({ 'second' }, queued(t, buf))
  t:cmd('setlocal modifiable | Hum send')
  chat.finished(t, 2)
  eq({ 'first', 'second' }, last_sent(srv))
end)

test('a message is not sent while the user is typing in it', function(t)
  local srv, gate, buf = begin(t)
  queue(t, buf, 'second')
  t:keys('gg/^second<CR>A and')
  t:wait(function() return t:text(buf):find('second and', 1, true) end, 'he types')
  gate:pass()
  chat.finished(t)
  t:keys(' more')
  t:wait(function() return t:text(buf):find('second and more', 1, true) end, 'he types on')
  t:elapse(0.2)
  eq(1, #srv:requests(CHAT))
  t:keys('<Esc>')
  chat.finished(t, 2)
  eq({ 'first', 'second and more' }, last_sent(srv))
end)

test('a message goes while the user types below it', function(t)
  local srv, gate, buf = begin(t)
  queue(t, buf, 'second')
  t:keys('Goa dr')
  t:wait(function() return t:text(buf):find('a dr', 1, true) end, 'he types')
  gate:pass()
  chat.finished(t, 2)
  t:keys('aft<Esc>')
  t:wait(function() return t:text(buf):find('a draft', 1, true) end, 'he types on')
  eq({ 'first', 'second' }, last_sent(srv))
  T.match('second\n\n## « fake\n\nShort%.\n\n## » You\n\n+a draft\n*$', t:text(buf))
end)

test('a fence that a queued message leaves open is closed', function(t)
  local srv, gate, buf = begin(t)
  type_keys(t, 'Gowhy?<CR>```lua<CR>print(1')
  t:keys('<CR>')
  t:wait(function() return #queued(t, buf) == 1 end, 'it is queued')
  t:cmd('Hum! chat and now?')
  gate:pass()
  chat.finished(t, 3)
  eq({ 'first', 'why?\n```lua\nprint(1\n```', 'and now?' }, last_sent(srv))
  eq('user: why?\n```lua\nprint(1\n```', sent(srv, 3)[3])
end)

test('a fence that is left open in a message after it was queued swallows nothing', function(t)
  local srv, gate, buf = begin(t)
  queue(t, buf, 'second', 'third')
  t:cmd([[%s/^second$/```lua\rx/]])
  gate:pass()
  chat.finished(t, 3)
  eq({ 'first', '```lua\nx\n```', 'third' }, last_sent(srv))
end)

test('another reply to the last message leaves the queue alone', function(t)
  local srv, gate, buf = begin(t)
  queue(t, buf, 'second', 'third')
  t:cmd('Hum stop')
  chat.finished(t)
  t:cmd('Hum retry')
  gate:pass()
  chat.finished(t, 4)
  eq({ 'first', 'first', 'second', 'third' }, last_sent(srv))
  eq({ 'user: first', 'assistant: Short.', 'user: second' }, sent(srv, 3))
end)

-- What stands below the reply that another one replaces.
local STANDS = {
  ['a draft'] = function(t) t:keys('Gia draft<Esc>') end,
  ['messages'] = function(t, buf)
    t:lua(
      [[
      vim.api.nvim_buf_set_lines(..., -1, -1, false, { 'second', '', '## » You', '', 'a draft' })
      require('hum.chat.queue').restore(..., require('hum.chat.text.turns').of(...).turns)]],
      buf
    )
  end,
}

for name, stands in pairs(STANDS) do
  for _, edits in ipairs({ false, true }) do
    test(
      ('another reply keeps %s below, and goes by undo%s'):format(name, edits and ', beside an edit' or ''),
      function(t)
        local srv, gate, buf = begin(t)
        gate:pass()
        chat.finished(t)
        stands(t, buf)
        t:wait(function() return t:text(buf):find('a draft\n*$') end, 'it is written')
        local before = t:text(buf)
        srv:script({ text = 'Another one, of a few words.' })
        gate:pass(2)
        t:cmd('Hum retry')
        t:wait(function() return t:text(buf):find('\n\nAnother', 1, true) end, 'the reply has begun')
        if edits then type_keys(t, 'gg/^first$<CR>ccgone') end
        local waits = #queued(t, buf)
        t:lua([[for _, one in ipairs(require('hum').queue(...)) do require('hum').unqueue(..., one.id) end]], buf)
        gate:pass()
        chat.finished(t, 2)
        eq(name == 'messages' and 1 or 0, waits)
        T.match('a draft', t:text(buf))
        T.no_match(WORDS, t:text(buf))
        t:keys(('u'):rep(1 + (edits and 1 or 0) + waits)) -- what was taken back is a step of its own
        t:wait(function() return t:text(buf) == before end, 'all is as it was')
      end
    )
  end
end

-- What is undone and redone around a reply; then the next question goes as ever, and nothing is told.
for _, keys in ipairs({ 'u<C-r>', 'uu<C-r><C-r>', ':undo 0<CR>99<C-r>', 'u<C-r>u<C-r>' }) do
  for _, when in ipairs({ 'after', 'in the midst of' }) do
    test(('%s %s a second reply brings no headings that are not known'):format(keys, when), function(t)
      local srv, gate, buf = begin(t)
      gate:pass()
      chat.finished(t)
      srv:script({ { times = 1, tokens = { 'a ', 'few ', 'words ', 'more' } }, { text = 'Short.' } })
      gate:pass(when == 'after' and 100 or 3)
      chat.ask(t, 'second', buf)
      t:wait(function() return t:text(buf):find('\na few', 1, true) end, 'the reply has begun')
      if when == 'after' then chat.finished(t, 2) end
      type_keys(t, keys)
      t:cmd('Hum stop')
      chat.finished(t, 2)
      gate:pass()
      t:cmd('Hum! chat and now?')
      chat.finished(t, 3)
      T.no_match('would begin', t:messages())
      T.match('and now%?$', last_sent(srv)[3])
      eq(1, select(2, table.concat(sent(srv, 3), '\n'):gsub('second', '')))
    end)
  end
end

test('a reply whose end is not known is no message of the user', function(t)
  local srv, gate, buf = begin(t)
  gate:pass()
  chat.finished(t)
  t:lua([[
    local endings = require('hum.chat.reply.ending')
    local finish = endings.finish
    endings.finish = function()
      endings.finish = finish
      error('broken')
    end]])
  chat.ask(t, 'second', buf)
  chat.finished(t, 2)
  chat.ask(t, 'third', buf)
  chat.finished(t, 3)
  T.no_match('would begin', t:messages())
  eq({ 'first', 'second', 'third' }, last_sent(srv))
end)

test('queues of several chats go by themselves', function(t)
  local srv, gate, buf = begin(t)
  queue(t, buf, 'second')
  t:cmd('Hum new')
  local other = t:lua('return vim.api.nvim_get_current_buf()')
  gate:pass()
  chat.ask(t, 'elsewhere', other)
  chat.finished(t, 3)
  local last = last_sent(srv)
  table.sort(last)
  eq({ 'elsewhere', 'first', 'second' }, last)
  ok(t:text(other):find('elsewhere', 1, true) and not t:text(other):find('second', 1, true))
end)

test('messages that waited when the chat was left wait when it is read again', function(t)
  local srv, gate, buf = begin(t)
  queue(t, buf, 'second', 'third')
  t:cmd('Hum stop')
  chat.finished(t)
  local text = t:text(buf)
  t:write_file('again.md', text)
  gate:pass()
  t:cmd('edit again.md')
  local again = t:lua('return vim.api.nvim_get_current_buf()')
  eq({ 'second', 'third' }, queued(t, again))
  t:cmd('Hum send')
  chat.finished(t, 3)
  eq({ 'first', 'second', 'third' }, last_sent(srv))
  eq(turns(text)[1], turns(t:text(again))[1])
end)

test('what stands above the queue and is not queued is not sent by itself', function(t)
  local srv, gate, buf = begin(t)
  queue(t, buf, 'second', 'third')
  t:keys('gg/^second<CR>?^##<CR>dd')
  t:wait(function() return #queued(t, buf) == 1 end, 'one is left')
  gate:pass()
  chat.finished(t)
  t:wait(function() return t:messages():find('line %d+ stands before the queue; <CR> sends it') end, 'it is told')
  t:keys('<CR>')
  chat.finished(t, 3)
  eq({ 'first', 'second', 'third' }, last_sent(srv))
end)

test('nothing to queue is told', function(t)
  local _, _, buf = begin(t)
  t:keys('<CR>')
  t:wait(function() return t:messages():find('still streaming', 1, true) end, 'it is told')
  eq({}, queued(t, buf))
end)

test('a question while a message is prepared waits for it', function(t)
  local srv = t:fake()
  srv:script({ text = 'ok' })
  local fifo = t.dir .. '/fifo'
  assert(vim.uv.fs_stat(fifo) or os.execute('mkfifo ' .. fifo))
  local buf = chat.open(t, srv, { dialect = 'openai', key = { command = { 'cat', fifo } } })
  t:cmd('Hum! chat first thing')
  t:cmd('Hum! chat second thing')
  eq({ 'second thing' }, queued(t, buf))
  t:write_file('fifo', 'secret\n')
  chat.finished(t, 2)
  eq({ 'first thing', 'second thing' }, last_sent(srv))
end)

test('a stop while the next message is prepared leaves it in the queue, and says so', function(t)
  local srv = t:fake()
  srv:script({ text = 'ok' })
  local key = { command = { 'sh', '-c', ('cat %s/key 2>&- || exec sleep 1000'):format(t.dir) } }
  local buf = chat.open(t, srv, { dialect = 'openai', key = key })
  t:cmd('Hum! chat first thing')
  t:cmd('Hum! chat second thing')
  t:cmd('Hum stop')
  t:wait(function() return t:messages():find('a message is queued; <CR> sends it', 1, true) end, 'it is told')
  eq({ 'second thing' }, queued(t, buf))
  t:write_file('key', 'secret\n')
  t:cmd('Hum send')
  chat.finished(t, 2)
  eq({ 'first thing', 'second thing' }, last_sent(srv))
end)

test('the cursor goes where the user writes on', function(t)
  local _, _, buf = begin(t)
  queue(t, buf, 'second', 'third')
  t:keys('gg/^second<CR>g<BS>')
  t:wait(function() return #queued(t, buf) == 1 end, 'it is taken back')
  eq({ t:lua('return vim.fn.line("$")'), 'second' }, { t:lua('return vim.fn.line(".")'), t:eval('getline(".")') })
  t:cmd('vsplit')
  t:keys('<CR>')
  t:wait(function() return #queued(t, buf) == 2 end, 'it is queued again')
  local last = t:lua('return vim.fn.line("$")')
  eq(
    { last, last },
    t:lua([[return vim.tbl_map(function(win) return vim.fn.line('.', win) end, vim.fn.win_findbuf(...))]], buf)
  )
end)

test('while a choice of the model is open, sending again sends the message with the one that is set', function(t)
  local srv = t:fake()
  srv:script({ text = 'ok' })
  t:lua(
    [[
    require('hum').setup({ chat = { window = 'current' }, endpoints = { ollama = { url = ..., dialect = 'openai' } } })
    vim.ui.select = function() asked = true end]],
    srv.url
  )
  t:write_file('talk.md', '---\nhum: 1\n---\n\n## » You\n\n')
  t:cmd('edit talk.md')
  local buf = t:lua('return vim.api.nvim_get_current_buf()')
  t:lua([[vim.api.nvim_buf_set_text(..., -1, -1, -1, -1, { 'hello' }) require('hum').send(...)]], buf)
  t:wait(function() return t:lua('return asked') end, 'the choice is open')
  t:cmd('Hum model ollama/fake')
  t:cmd('Hum send')
  chat.finished(t)
  eq({ 'hello' }, last_sent(srv))
  eq({}, queued(t, buf))
end)

--- What a user does at random while replies come, one step of it.
local STEPS = {
  function(t, n) t:keys(('<Esc>Go<Esc>imessage %d<Esc><CR>'):format(n)) end,
  function(t, n) t:keys(('<Esc>GA message %d<C-s>'):format(n)) end,
  function(t, n) t:cmd(('Hum! chat message %d'):format(n)) end,
  function(t) t:keys('<Esc>gg}}') end,
  function(t) t:keys('<Esc>GAa draft') end,
  function(t) t:keys('<Esc>:split<CR>') end,
  function(t) t:cmd('enew') end,
  function(t, _, buf) t:cmd('buffer ' .. buf) end,
}

for seed = 1, 4 do
  seed = tonumber(vim.env.HUM_TEST_SEED) or os.time() + seed
  test('no message goes twice, and each goes whole, seed ' .. seed, function(t)
    math.randomseed(seed)
    local srv = t:fake()
    srv:script({ tokens = vim.split(WORDS, ' '), interval_ms = 5 })
    local buf = chat.open(t, srv, { dialect = 'openai' })
    chat.ask(t, 'message 0', buf)
    for n = 1, 20 do
      STEPS[math.random(#STEPS)](t, n, buf)
      if math.random(3) == 1 then t:elapse(0.02) end
    end
    t:keys('<Esc><Esc>')
    t:cmd('buffer ' .. buf)
    t:wait(function()
      t:lua('require("hum").send(...)', buf)
      return #queued(t, buf) == 0 and t:lua('return require("hum.chat.reply").of(...) == nil', buf)
    end, 'all of it went')
    local seen = {}
    for _, text in ipairs(last_sent(srv)) do
      for number in text:gmatch('message (%d+)') do
        ok(not seen[number], 'once: ' .. text)
        seen[number] = true
      end
      T.no_match('« fake', text)
    end
    T.no_match('stack traceback', t:messages())
  end)
end
