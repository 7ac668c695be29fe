-- An earlier question is changed and sent: what followed it is kept.
local T = require('harness')
local chat = require('lib.chat')
local test, eq, ok = T.test, T.eq, T.ok

T.once()

local CHAT = '/v1/chat/completions'

--- A chat of three exchanges; the answers are counted.
local function open(t, config)
  local srv = t:fake()
  srv:script({
    { times = 1, text = 'answer one' },
    { times = 1, text = 'answer two' },
    { times = 1, text = 'answer three' },
    { text = 'answer anew' },
  })
  local buf = chat.open(t, srv, { dialect = 'openai' }, config)
  for i, word in ipairs({ 'first', 'second', 'third' }) do
    chat.ask(t, 'the ' .. word .. ' question', buf)
    chat.finished(t, i)
  end
  return srv, buf
end

---@return string[]  texts of the last request
local function sent(srv)
  local requests = srv:requests(CHAT)
  return vim.tbl_map(function(message) return message.content end, requests[#requests].body.messages)
end

--- All that the buffers but one say.
local function others(t, buf)
  return t:lua(
    [[
    local texts = {}
    for _, other in ipairs(vim.api.nvim_list_bufs()) do
      if other ~= ... and vim.api.nvim_buf_is_loaded(other) then
        texts[#texts + 1] = table.concat(vim.api.nvim_buf_get_lines(other, 0, -1, false), '\n')
      end
    end
    return table.concat(texts, '\n')]],
    buf
  )
end

--- Changes a question, in whose line the cursor stays.
local function change(t, word, to)
  t:keys(('gg/^the %s question<CR>cc%s<Esc>'):format(word, to))
  t:wait(function() return t:text():find('\n' .. to .. '\n') end, 'it is changed')
end

for _, keys in ipairs({ '<CR>', '<C-s>', 'A<C-s>', ':Hum send<CR>' }) do
  for _, keep in ipairs({ 'true', 'false' }) do
    test(('a question that was changed is asked anew by %s, keep = %s'):format(keys, keep), function(t)
      local srv, buf = open(t, { chat = { keep = keep == 'true' } })
      change(t, 'first', 'another question')
      t:keys(keys)
      chat.finished(t, 4)
      eq({ 'another question' }, sent(srv))
      T.match('another question\n\n## « fake\n\nanswer anew\n\n## » You\n*$', t:text(buf))
      T.no_match('second', t:text(buf))
      local kept = others(t, buf)
      T.match('the first question\n\n## « fake\n\nanswer one\n\n## » You\n\nthe second question.*answer three', kept)
      t:wait(function() return t:messages():find('what followed is kept in', 1, true) end, 'it is told')
      ok(keep == 'false' or t:messages():find('%.md'), 'the file is named')
    end)
  end
end

test('the last question is asked anew in the same way', function(t)
  local srv, buf = open(t)
  change(t, 'third', 'another question')
  t:keys('<CR>')
  chat.finished(t, 4)
  eq({ 'the first question', 'answer one', 'the second question', 'answer two', 'another question' }, sent(srv))
  T.match('the third question\n\n## « fake\n\nanswer three', others(t, buf))
end)

-- The cursor stays in the question; the answers have code.
local OPEN = {
  ['no code below'] = 'answer',
  ['code below'] = 'See:\n\n```lua\nx\n```\n\nand more',
}

for name, answer in pairs(OPEN) do
  for _, from in ipairs({ 'asked here', 'read from a file' }) do
    test(('a fence that is left open in an earlier question hides no turn: %s, %s'):format(name, from), function(t)
      local srv = t:fake()
      srv:script({ text = answer })
      local buf = chat.open(t, srv, { dialect = 'openai' })
      for i, word in ipairs({ 'first', 'second' }) do
        chat.ask(t, 'the ' .. word .. ' question', buf)
        chat.finished(t, i)
      end
      if from == 'read from a file' then
        t:write_file('talk.md', t:text(buf))
        t:cmd('edit talk.md')
      end
      t:keys('gg/^the first question<CR>o```lua<CR>print(1<Esc>')
      t:wait(function() return t:text():find('print(1', 1, true) end, 'it is written')
      t:keys('Gia third question<Esc><CR>')
      chat.finished(t, 3)
      eq({
        'the first question\n```lua\nprint(1\n```',
        answer,
        'the second question',
        answer,
        'a third question',
      }, sent(srv))
      change(t, 'second', 'another question')
      t:keys('o```<CR>y<Esc><CR>')
      chat.finished(t, 4)
      eq({ 'the first question\n```lua\nprint(1\n```', answer, 'another question\n```\ny\n```' }, sent(srv))
    end)
  end
end

test('one undo step brings back what followed', function(t)
  local _, buf = open(t)
  change(t, 'first', 'another question')
  local before = t:text(buf)
  t:keys('<CR>')
  chat.finished(t, 4)
  t:keys('u')
  t:wait(function() return t:text(buf) == before end, 'all is back')
end)

test('a question that was not changed sends nothing', function(t)
  local srv, buf = open(t)
  local before = t:text(buf)
  t:keys('gg/^the first question<CR><CR>')
  t:wait(function() return t:messages():find('nothing to send', 1, true) end, 'it is told')
  eq(3, #srv:requests(CHAT))
  eq(before, t:text(buf))
end)

test('a question that was changed and is as it was again is not changed', function(t)
  local srv, buf = open(t)
  change(t, 'first', 'another question')
  t:keys('ccthe first question<Esc>')
  t:wait(function() return t:text(buf):find('the first question', 1, true) end, 'it is as it was')
  t:keys('<CR>')
  t:wait(function() return t:messages():find('nothing to send', 1, true) end, 'it is told')
  eq(3, #srv:requests(CHAT))
end)

test('a fork that has no file knows what was asked', function(t)
  local srv, buf = open(t, { chat = { keep = false } })
  local other = t:lua([[return require('hum').fork(...)]], buf)
  t:keys('gg/^the first question<CR><CR>')
  t:wait(function() return t:messages():find('nothing to send', 1, true) end, 'it is told')
  eq(3, #srv:requests(CHAT))
  ok(other ~= buf)
end)

test('a draft is sent wherever the cursor is', function(t)
  local srv, buf = open(t)
  t:keys('Gia draft<Esc>gg/^the first question<CR><CR>')
  chat.finished(t, 4)
  eq('a draft', sent(srv)[7])
  T.match('the first question.*the third question', t:text(buf))
end)

test('with a draft and a changed question the user says which', function(t)
  local srv, buf = open(t)
  t:keys('Gia draft<Esc>')
  change(t, 'first', 'another question')
  t:keys('<CR>')
  t:wait(function() return t:messages():find('you have a draft below', 1, true) end, 'he is asked')
  eq(3, #srv:requests(CHAT))
  t:keys('<CR>')
  chat.finished(t, 4)
  eq({ 'another question' }, sent(srv))
  T.match('answer anew\n\n## » You\n\na draft\n*$', t:text(buf))
  t:keys('G<CR>')
  chat.finished(t, 5)
  eq({ 'another question', 'answer anew', 'a draft' }, sent(srv))
end)

test('a script sends the draft', function(t)
  local srv, buf = open(t)
  change(t, 'first', 'another question')
  chat.ask(t, 'a draft', buf)
  chat.finished(t, 4)
  eq({ 'another question', 'answer one' }, vim.list_slice(sent(srv), 1, 2))
  eq('a draft', sent(srv)[7])
end)
