-- Old messages are replaced by a summary.
local T = require('harness')
local chat = require('lib.chat')
local project = require('lib.project')
local test, eq, ok, match = T.test, T.eq, T.ok, T.match
T.once()

--- A chat of so many exchanges, from a file.
---@param t test.Case
---@param srv test.Fake
---@param n integer
---@param more? table  options
---@return integer buf
local function long_chat(t, srv, n, more)
  local lines =
    { '---', 'hum: 1', 'endpoint: ollama', 'model: fake', '---', '', '## § System', '', 'Keep this rule.', '' }
  for i = 1, n do
    local words = ('word%d '):format(i)
    vim.list_extend(lines, { '## » You', '', ('Question %d: %s?'):format(i, vim.trim(words:rep(45))), '' })
    vim.list_extend(lines, { '## « fake', '', ('Answer %d: %s.'):format(i, vim.trim(words:rep(45))), '' })
  end
  vim.list_extend(lines, { '## » You', '', '' })
  t:eval('1') -- it has started: it makes the folder, too
  local path = t:write_file('data/nvim/hum/chats/long.md', table.concat(lines, '\n'))
  chat.configure(
    t,
    srv,
    { dialect = 'openai' },
    vim.tbl_deep_extend('force', { chat = { window = 'current' } }, more or {})
  )
  return t:lua('return (require("hum").open(...))', path)
end

---@param srv test.Fake
---@return table[]
local function bodies(srv)
  return vim.tbl_map(function(request) return request.body end, srv:requests('/v1/chat/completions'))
end

local function content(message)
  if type(message.content) == 'string' then return message.content end
  return table.concat(vim.tbl_map(function(part) return part.text or '' end, message.content))
end

local SUMMARY = { match = { text = 'Summarize the conversation' }, tokens = { 'They ', 'talked ', 'of words.' } }

local function has_summary(t, buf)
  t:wait(function() return t:text(buf):find('## § Summary', 1, true) end, 'the summary')
end

test('old messages are replaced by a summary, which is sent in their place', function(t)
  local srv = t:fake()
  srv:script({ SUMMARY, { text = 'Well.' } })
  local buf = long_chat(t, srv, 12)
  local before = t:text(buf)
  t:cmd('Hum compact')
  has_summary(t, buf)
  match('## § Summary\n\nThey talked of words.\n\n## » You\n\nQuestion 11: ', t:text(buf), true)
  match('Question 1: ', t:text(buf), true)
  match('20 messages %(about [%d,]+ tokens%) are replaced by a summary of about %d+', (t:messages():gsub('%s+', ' ')))
  chat.ask(t, 'And now?', buf)
  eq('done', chat.finished(t).status)
  local sent = bodies(srv)
  local messages = sent[#sent].messages
  eq({ 'system', 'Keep this rule.' }, { messages[1].role, content(messages[1]) })
  eq('user', messages[2].role)
  match('They talked of words.\n</summary>\n\nQuestion 11: ', content(messages[2]), true)
  eq('And now?', content(messages[#messages]))
  eq(6, #messages)
  for _ = 1, 4 do
    if t:text(buf):find('§ Summary', 1, true) then t:cmd('undo') end
  end
  eq(before, t:text(buf):sub(1, #before))
end)

test('the old messages are folded, and come back with an undo', function(t)
  local srv = t:fake()
  srv:script({ SUMMARY, { text = 'Well.' } })
  local buf = long_chat(t, srv, 12)
  t:cmd('Hum compact')
  has_summary(t, buf)
  local function closed()
    local row = t:lua('return vim.fn.search("Question 3:", "nw")')
    return t:eval(('foldclosed(%d)'):format(row))
  end
  t:wait(function() return closed() > 0 end, 'a fold')
  t:cmd('normal! gg')
  t:wait_screen('20 messages, replaced by the summary')
  t:cmd('undo')
  t:wait(function() return closed() == -1 end, 'no fold')
end)

test('a summary that is stopped, or that fails, changes nothing', function(t)
  local srv = t:fake()
  srv:script({ { match = SUMMARY.match, tokens = { 'They ' }, count = 1000000, interval_ms = 5 }, { text = 'Well.' } })
  local buf = long_chat(t, srv, 12)
  local before = t:text(buf)
  t:cmd('Hum compact')
  t:wait_screen('Summarizing 20 messages')
  t:cmd('Hum stop')
  eq(before, t:text(buf))
  srv:script({ { match = SUMMARY.match, status = 500, json = { error = { message = 'out of words' } } } })
  t:cmd('Hum compact')
  t:wait(function() return t:messages():find('there is no summary', 1, true) end, 'it is told')
  eq(before, t:text(buf))
end)

test('where little would be saved nothing is asked', function(t)
  local srv = t:fake()
  local buf = long_chat(t, srv, 2)
  t:cmd('Hum compact')
  t:wait(function() return t:messages():find('nothing to compact', 1, true) end, 'it is told')
  eq(0, #bodies(srv))
  ok(buf)
end)

test('what does not fit is summarized in portions', function(t)
  local srv = t:fake()
  srv:script({ SUMMARY, { text = 'Well.' } })
  local buf = long_chat(t, srv, 60)
  t:lua([[
    done = false
    require('hum.server.window').find('ollama', 'fake', {}, function() done = true end)]])
  t:wait(function() return t:lua('return done') end, 'the window')
  t:cmd('Hum compact')
  has_summary(t, buf)
  local sent = bodies(srv)
  ok(#sent > 2, #sent .. ' portions')
  for i, body in ipairs(sent) do
    ok(#content(body.messages[2]) < 4096 * 4, 'it fits')
    if i > 1 then match('Summary of what came before: They talked', content(body.messages[2]), true) end
  end
end)

test('Hum! compact sends all again', function(t)
  local srv = t:fake()
  srv:script({ SUMMARY, { text = 'Well.' } })
  local buf = long_chat(t, srv, 12)
  local before = t:text(buf)
  t:cmd('Hum compact')
  has_summary(t, buf)
  t:cmd('Hum! compact')
  eq(before, t:text(buf))
end)

test('by itself only where it is wanted, and once', function(t)
  local srv = t:fake()
  srv:script({ SUMMARY, { text = 'Well.' } })
  local buf = long_chat(t, srv, 9, { chat = { compact_at = 0.25 } })
  chat.ask(t, 'And now?', buf)
  chat.finished(t)
  match('## § Summary', t:text(buf), true)
  match('And now?', t:text(buf), true)
  local sent = bodies(srv)
  eq(2, #sent)
  match('They talked of words', content(sent[2].messages[2]), true)
  chat.ask(t, 'And then?', buf)
  chat.finished(t, 2)
  eq(3, #bodies(srv))
end)

test('a summary that saves nothing changes nothing, and is not asked for again by itself', function(t)
  local srv = t:fake()
  srv:script({ { match = SUMMARY.match, text = ('many words of it '):rep(1500) }, { text = 'Well.' } })
  local buf = long_chat(t, srv, 9, { chat = { compact_at = 0.25 } })
  for i = 1, 3 do
    chat.ask(t, 'And now?', buf)
    chat.finished(t, i)
  end
  T.no_match('§ Summary', t:text(buf))
  match('nothing was changed: the model wrote about [%d,]+ tokens for [%d,]+', (t:messages():gsub('%s+', ' ')))
  eq(4, #bodies(srv))
end)

test('a summary that nobody asked for and that is stopped is left out at the next send', function(t)
  local srv = t:fake()
  srv:script({ { match = SUMMARY.match, tokens = { 'They ' }, count = 1000000, interval_ms = 5 }, { text = 'Well.' } })
  local buf = long_chat(t, srv, 9, { chat = { compact_at = 0.25 } })
  chat.ask(t, 'And now?', buf)
  t:wait(function() return #bodies(srv) == 1 end, 'a summary is asked for')
  t:cmd('Hum stop')
  t:cmd('Hum send')
  eq('done', chat.finished(t).status)
  eq(2, #bodies(srv))
end)

test('a summary that was cut at its limit says so', function(t)
  local srv = t:fake()
  srv:script({ { match = SUMMARY.match, text = 'They talked of', done_reason = 'length' } })
  local buf = long_chat(t, srv, 9)
  t:cmd('Hum compact')
  has_summary(t, buf)
  match('Read its end: it was cut', (t:messages():gsub('%s+', ' ')), true)
end)

test('references count for what is replaced, and it is said that they are not sent any more', function(t)
  local srv = t:fake()
  srv:script({ SUMMARY, { text = 'Well.' } })
  local buf = long_chat(t, srv, 1)
  local file = t:write_file('one.lua', ('local planted = 1 -- word word word\n'):rep(120))
  for i, text in ipairs({ ('Look at #file!:%s'):format(file), 'And?', 'And then?' }) do
    chat.ask(t, text, buf)
    chat.finished(t, i)
  end
  t:cmd('Hum compact')
  has_summary(t, buf)
  match('one.lua is not sent any more: refer to it again', (t:messages():gsub('%s+', ' ')), true)
  chat.ask(t, 'So?', buf)
  chat.finished(t, 4)
  T.no_match('local planted', vim.json.encode(bodies(srv)[#bodies(srv)]))
end)

test('that a file has changed does not stand for the file', function(t)
  local srv = t:fake()
  srv:script({ SUMMARY, { text = 'Well.' } })
  project.new(t)
  local buf = long_chat(t, srv, 1)
  t:write_file('project/one.lua', ('local planted = 1 -- word word word\n'):rep(120))
  chat.ask(t, 'Look at #file:one.lua', buf)
  chat.finished(t, 1)
  chat.ask(t, 'And?', buf)
  chat.finished(t, 2)
  t:write_file('project/one.lua', ('\0\1\2\3'):rep(100)) -- told, and not sent
  chat.ask(t, 'And then?', buf)
  chat.finished(t, 3)
  match('it has changed since', vim.json.encode(bodies(srv)[#bodies(srv)]), true)
  t:cmd('Hum compact')
  has_summary(t, buf)
  match('one.lua is not sent any more: refer to it again', (t:messages():gsub('%s+', ' ')), true)
end)
