-- A note says how a reply ended: drawn over its mark, whole in windows of any width, told once; it follows the text.
local T = require('harness')
local chat = require('lib.chat')
local notes = require('lib.note')
local test, eq = T.test, T.eq

T.once()

local SAID = 'The lighthouse is dark. Nobody knows when it is lit again.'
local FAILS = {
  tokens = { 'alpha ', 'beta ', 'gamma ' },
  faults = { { at = 2, ['do'] = 'error', text = SAID } },
}

--- A text without blanks, as it is the same on a screen of any width.
local function joined(text) return (text:gsub('%s+', '')) end

--- How often a text is on the screen, wherever lines end.
local function count(t, part) return select(2, joined(t:screen()):gsub(vim.pesc(joined(part)), '')) end

--- A chat whose reply ends as a script says, in a window without anything beside it.
local function ended(t, rule, config)
  local srv = t:fake()
  srv:script({ rules = { rule } })
  local buf = chat.open(t, srv, nil, config)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  return buf, srv
end

--- A chat file with a mark, opened as any file.
local function read(t, mark)
  t:lua('return require("hum").setup({ chat = { window = "current" } })')
  local text = '---\nhum: 1\nmodel: fake\n---\n\n## » You\n\nhello\n\n## « fake\n\nalpha\n%s\n\n## » You\n\n'
  t:cmd('edit ' .. t:write_file('a.md', text:format(mark)))
end

local function lacks_mark(t) T.no_match('<!--', t:screen(), true) end

for _, columns in ipairs({ 20, 40, 80, 120 }) do
  for _, height in ipairs({ 0, 1, 2 }) do
    test(("%d columns, 'cmdheight' %d: an error is told once, whole, and no prompt"):format(columns, height), {
      ui = { columns, columns == 20 and 60 or 40 },
      init = 'vim.o.cmdheight = ' .. height,
    }, function(t)
      ended(t, FAILS)
      t:wait(function() return count(t, "Check the server's log for details.") == 1 end, 'the cure')
      eq(1, count(t, SAID))
      eq(1, count(t, 'Retry with g<CR> (:Hum retry) or go on with g. (:Hum continue).'))
      lacks_mark(t)
      eq(false, t.child:mode().blocking)
      t:wait(function() return joined(t:messages()):find(joined(SAID), 1, true) end, 'it is in :messages')
      eq(1, count(t, SAID))
      eq('✗ Error', notes.find(t:screen()).title)
    end)
  end
end

test('a stop takes one row', { ui = { 80, 24 } }, function(t)
  local srv = t:fake()
  srv:script({ rules = { { count = 1000000, interval_ms = 1 } } })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  t:wait(function() return #chat.reply(t, buf) > 20 end, 'text')
  t:cmd('Hum stop')
  chat.finished(t)
  t:wait_screen('\n▲ Stopped after ~%d+ tokens%. Go on with g%. %(:Hum continue%)%. *\n')
  lacks_mark(t)
end)

test('a reply that was cut is told once, with the cure', { ui = { 80, 24 } }, function(t)
  ended(t, { count = 30, done_reason = 'length' })
  local note = notes.wait(t, "num_predict) in the endpoint's options.")
  eq('▲ Reply cut at the token limit after 30 tokens', note.title)
  T.match('^Go on with g%. %(:Hum continue%)%. Raise max_tokens', note.text)
  lacks_mark(t)
  t:wait(function() return t:messages():find('token limit', 1, true) end, 'it is in :messages')
end)

local BUSY = { status = 500, json = { error = 'The graphics card has only four gigabytes of free memory.' } }

for name, rule in
  vim.spairs({
    ['an error'] = FAILS,
    ['an error before any text'] = BUSY,
    ['a cut'] = { count = 9, done_reason = 'length' },
  })
do
  for _, columns in ipairs({ 40, 100 }) do
    test(('%d columns: what the event says of %s is what the chat shows'):format(columns, name), {
      ui = { columns, 30 },
    }, function(t)
      ended(t, rule)
      local data = chat.finished(t)
      for _, said in ipairs({ data.message, data.hint }) do
        local wanted = joined(said):lower()
        t:wait(function() return joined(t:screen()):lower():find(wanted, 1, true) end, said)
      end
    end)
  end
end

test('a note is scrolled into view as far as needed, below lines of many rows', {
  ui = { 40, 30 },
  env = { OLLAMA_HOST = '' },
}, function(t)
  t:lua('vim.g.hum = ...', { chat = { window = 'current' }, endpoints = { ollama = { url = 'http://127.0.0.1:1' } } })
  t:cmd('Hum chat')
  local many = ('word '):rep(60)
  chat.ask(t, many .. '\n\nThe second: ' .. many .. '\n\n1\n2\n3\n4\n5')
  t:wait_screen('Not sent')
  T.match('The second: ', t:screen())
end)

test('where the chat is not seen a message is shown', { ui = { 200, 24 } }, function(t)
  local srv = t:fake()
  srv:script({ rules = { FAILS } })
  local gate = t:gate(srv)
  local buf = chat.open(t, srv)
  gate:pass(1)
  chat.ask(t, 'hello', buf)
  t:wait(function() return t:text(buf):find('## « ', 1, true) end, 'the reply has begun')
  t:cmd('enew')
  gate:pass()
  chat.finished(t)
  t:wait_screen('hum: .*Retry with g<CR> %(:Hum retry%)')
end)

test('where the end of the chat is not seen a message is shown', { ui = { 200, 24 } }, function(t)
  local srv = t:fake()
  srv:script({ rules = { FAILS } })
  local gate = t:gate(srv)
  local buf = chat.open(t, srv)
  gate:pass(1)
  chat.ask(t, ('line\n'):rep(60), buf)
  t:wait(function() return t:text(buf):find('## « ', 1, true) end, 'the reply has begun')
  t:keys('gg')
  gate:pass()
  chat.finished(t)
  t:wait_screen('hum: .*Retry with g<CR> %(:Hum retry%)')
end)

test('marks of a chat that is read are drawn over', { ui = { 60, 24 } }, function(t)
  read(t, '<!-- hum: error: ' .. SAID .. ' -->')
  local note = notes.wait(t)
  eq({ title = '✗ Error', text = SAID .. ' Go on with g. (:Hum continue).' }, note)
  lacks_mark(t)
end)

test('with chat.dress = false the mark itself says it', { ui = { 60, 24 } }, function(t)
  ended(t, FAILS, { chat = { dress = false } })
  t:wait_screen('<!-- hum: error: endpoint', true)
  t:wait(function() return count(t, "Check the server's log for details.") == 1 end, 'the cure')
  eq(1, count(t, SAID))
end)

test('a note goes with u and comes back with <C-r>', { ui = { 60, 24 } }, function(t)
  ended(t, FAILS)
  local first = notes.wait(t)
  t:keys('u')
  t:wait(function() return not notes.find(t:screen()) end, 'it is gone')
  t:keys('<C-r>')
  eq(first, notes.wait(t))
end)

test('with the next message what was to be done is gone', { ui = { 80, 40 } }, function(t)
  local srv = t:fake()
  srv:script({ rules = { vim.tbl_extend('force', FAILS, { times = 1 }), { text = 'Fine.' } } })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  notes.wait(t, 'Retry with')
  chat.ask(t, 'again', buf)
  chat.finished(t, 2)
  t:wait_screen('Fine%.')
  local note = notes.wait(t)
  T.match(SAID .. '$', note.text)
end)

test('a message that cannot be sent has a note below it', { ui = { 40, 24 }, env = { OLLAMA_HOST = '' } }, function(t)
  t:lua('vim.g.hum = ...', { chat = { window = 'current' }, endpoints = { ollama = { url = 'http://127.0.0.1:1' } } })
  t:cmd('Hum chat')
  chat.ask(t, 'hello')
  local note = notes.wait(t)
  eq('✗ Not sent', note.title)
  T.match('^cannot reach endpoint', note.text)
  T.match('endpoints.ollama.url.', note.text, true)
end)

test('notes of windows of two widths are whole in both', { ui = { 120, 40 } }, function(t)
  ended(t, FAILS)
  notes.wait(t)
  t:cmd('vsplit | vertical resize 30')
  for _, side in ipairs({ { 0, 30 }, { 31, 89 } }) do
    t:wait(function()
      local lines = {}
      for line in vim.gsplit(t:screen(), '\n') do
        lines[#lines + 1] = vim.trim(vim.fn.strcharpart(line, side[1], side[2]))
      end
      local text = joined(table.concat(lines))
      return text:find(joined(SAID), 1, true) and text:find(joined("Check the server's log for details."), 1, true)
    end, ('whole in the window of %d columns'):format(side[2]))
  end
end)

for _, long in ipairs({ false, true }) do
  test(('in the float of an answer%s a note is whole'):format(long and ' that is longer than the screen' or ''), {
    ui = { 60, 18 },
  }, function(t)
    local srv = t:fake()
    local tokens = long and chat.tokens(300) or FAILS.tokens
    local faults = { { at = long and 280 or 2, ['do'] = 'error', text = SAID } }
    srv:script({ rules = { { tokens = tokens, faults = faults } } })
    chat.configure(t, srv)
    t:cmd('Hum ask why')
    chat.finished(t)
    t:wait(function()
      local bare = t:screen():gsub('│', '')
      return joined(bare):find(joined(SAID), 1, true) and joined(bare):find('logfordetails%.')
    end, 'the note')
    lacks_mark(t)
    t:wait(function() return t:messages():find('lighthouse', 1, true) end, 'it is in :messages')
    eq(1, count(t, 'lighthouse'))
  end)
end

for _, columns in ipairs({ 20, 40, 80, 120 }) do
  test(('%d columns: a busy server has a note while it is asked again later'):format(columns), {
    ui = { columns, 40 },
  }, function(t)
    local srv = t:fake()
    srv:play({ { status = 429, json = { error = { message = SAID } }, headers = { ['Retry-After'] = '30' } } })
    chat.open(t, srv, { dialect = 'openai' })
    chat.ask(t, 'hello')
    t:wait(function() return count(t, SAID) == 1 end, 'what the server says')
    eq('▲ Busy', notes.find(t:screen()).title)
    t:wait_screen('asking again in %d+ s')
    eq(false, t.child:mode().blocking)
    t:cmd('Hum stop')
    chat.finished(t)
  end)

  for name, words in pairs({
    ['of two cells'] = '灯台は暗くなっている。いつまた明るくなるのか、誰にもわからないのだ。',
    ['of emoji'] = ('🙂🙃 '):rep(20) .. 'end.',
    ['from right to left'] = 'המגדלור חשוך ואיש אינו יודע מתי יואר שוב במקום הזה.',
    ['that is one word'] = ('lighthouse'):rep(16),
  }) do
    test(('%d columns: an error %s is whole'):format(columns, name), { ui = { columns, 90 } }, function(t)
      ended(t, vim.tbl_extend('force', FAILS, { faults = { { at = 2, ['do'] = 'error', text = words } } }))
      t:wait(function() return count(t, words) == 1 end, 'the words')
      t:wait(function() return count(t, "Check the server's log for details.") == 1 end, 'the cure')
      lacks_mark(t)
    end)
  end
end

test('the frame is of ASCII where the user wants that', { ui = { 60, 24 } }, function(t)
  ended(t, FAILS, { glyphs = 'ascii' })
  t:wait_screen('\n%+ x Error %-+%+\n')
  t:wait_screen('details%.\n%+%-+%+\n')
end)

test('front matter that is wrong is told below the message', { ui = { 40, 30 } }, function(t)
  local buf = chat.open(t, { url = 'http://127.0.0.1:1' })
  t:lua('vim.api.nvim_buf_set_lines(..., 1, 1, false, { "think: perhaps" })', buf)
  chat.ask(t, 'hello', buf)
  T.match('perhaps', notes.wait(t, 'think').text)
end)

test(
  'a mark is seen as it is in the row of the cursor in insert mode, and nothing moves',
  { ui = { 60, 24 } },
  function(t)
    read(t, '<!-- hum: error: ' .. SAID .. ' -->')
    local note = notes.wait(t)
    local function below() return t:screen():match('Go on with.* You') end
    local last = below()
    t:cmd('call search("hum: error", "w")')
    t:cmd('redraw')
    eq(note, notes.find(t:screen()))
    t:keys('i')
    t:wait_screen('<!-- hum: error: The lighthouse is dark. Nobody knows when', true)
    eq(last, below())
    t:keys('<Esc>')
    eq(note, notes.wait(t))
    T.ok(last ~= nil and below() == last, 'the rows below it stay')
  end
)

test('a note goes with its mark, and a mark that is pasted has one', { ui = { 60, 24 } }, function(t)
  ended(t, FAILS)
  notes.wait(t)
  t:cmd('call search("hum: error", "w")')
  t:keys('dd')
  t:wait(function() return not notes.find(t:screen()) end, 'it is gone')
  t:keys('P')
  T.match(SAID, notes.wait(t).text, true)
end)

test('what is typed below a reply that fails stays in its row of the screen', { ui = { 60, 24 } }, function(t)
  local srv = t:fake()
  srv:script({
    rules = {
      vim.tbl_extend(
        'force',
        FAILS,
        { tokens = chat.tokens(300), faults = {
          { at = 280, ['do'] = 'error', text = SAID },
        } }
      ),
    },
  })
  local gate = t:gate(srv)
  gate:pass(250)
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello', buf)
  t:wait(function() return chat.reply(t, buf):find('000240', 1, true) end, 'some of it')
  t:keys('Gomine<C-o>zz')
  t:wait(function() return (t.child.screen:find('mine') or 99) < 15 end, 'it is in the middle')
  gate:pass(24)
  t:wait(function() return chat.reply(t, buf):find('000270', 1, true) end, 'more of it')
  t:cmd('redraw')
  local row = t.child.screen:find('mine')
  gate:pass()
  chat.finished(t)
  t:wait(function() return not t:lua('return require("hum.chat.reply").of(...) ~= nil', buf) end, 'it has ended')
  t:wait_screen('╰')
  eq(row, (t.child.screen:find('mine')))
end)
