-- What a service wants back of its thinking is kept beside the reply, for its text and no other.
local T = require('harness')
local chat = require('lib.chat')
local stream = require('lib.stream')
local test, eq = T.test, T.eq

local OPTS = { init = stream.init }
local TAIL = '\n\n## » You\n\n'

--- A reply of the last request: thoughts, then text.
local function reply(t, thoughts, text)
  for _, thought in ipairs(thoughts) do
    stream.event(t, 'thought', thought)
  end
  stream.part(t, 'text')
  stream.tokens(t, text)
  stream.done(t)
  t:wait(function() return t:text():sub(-#TAIL) == TAIL end, 'the next heading')
end

--- The parts that the last request has, as "type:text", by message.
local function sent(t)
  return vim.tbl_map(function(message)
    local parts = vim.tbl_map(
      function(part) return ('%s:%s%s'):format(part.type, part.text or part.data, part.signature or '') end,
      message.parts
    )
    return table.concat(parts, ' ')
  end, stream.spec(t).request.messages)
end

local SIGNED = { text = 'hm', signature = '#1' }

test('thoughts go back before the text, as they came', OPTS, function(t)
  stream.open(t)
  stream.ask(t, 'one')
  reply(t, { SIGNED, { redacted = 'xyz' }, { text = '', signature = '#2' } }, 'yes\n\n## » You')
  stream.ask(t, 'two')
  eq({ 'text:one', 'thinking:hm#1 redacted:xyz thinking:#2 text:yes\n\n## » You', 'text:two' }, sent(t))
  reply(t, {}, 'no')
  stream.ask(t, 'three')
  eq({ 'thinking:hm#1 redacted:xyz thinking:#2 text:yes\n\n## » You', 'text:no' }, { sent(t)[2], sent(t)[4] })
end)

test('thoughts do not go back with a text that was edited', OPTS, function(t)
  stream.open(t)
  stream.ask(t, 'one')
  reply(t, { SIGNED }, 'yes it is')
  t:cmd('%s/it is/it was')
  stream.ask(t, 'two')
  eq('text:yes it was', sent(t)[2])
  reply(t, {}, 'no')
  t:cmd('%s/it was/it is')
  t:cmd('%s/one/uno')
  stream.ask(t, 'three')
  eq('thinking:hm#1 text:yes it is', sent(t)[2])
end)

test('thoughts go back to the model that had them', OPTS, function(t)
  stream.open(t)
  stream.ask(t, 'one')
  reply(t, { SIGNED }, 'yes')
  t:cmd('Hum model other')
  stream.ask(t, 'two')
  eq('text:yes', sent(t)[2])
end)

test('replies with the same words have their own thoughts', OPTS, function(t)
  stream.open(t)
  stream.ask(t, 'one')
  reply(t, { SIGNED }, 'yes')
  stream.ask(t, 'two')
  reply(t, { { text = 'so', signature = '#2' } }, 'yes')
  stream.ask(t, 'three')
  eq({ 'thinking:hm#1 text:yes', 'thinking:so#2 text:yes' }, { sent(t)[2], sent(t)[4] })
end)

test('a regenerated reply has its new thoughts, one that was taken back none', OPTS, function(t)
  stream.open(t)
  stream.ask(t, 'one')
  reply(t, { SIGNED }, 'yes')
  t:cmd('Hum retry')
  eq({ 'text:one' }, sent(t))
  reply(t, { { text = 'so', signature = '#2' } }, 'yes')
  stream.ask(t, 'two')
  eq('thinking:so#2 text:yes', sent(t)[2])
  reply(t, { SIGNED }, 'well')
  t:keys('u')
  t:wait(function() return not t:text():find('well') end, 'the reply is undone')
  stream.ask(t, '')
  eq(3, #sent(t))
end)

test('a reply that was stopped has the thoughts that were complete', OPTS, function(t)
  stream.open(t)
  stream.ask(t, 'one')
  stream.event(t, 'thought', SIGNED)
  stream.part(t, 'text')
  stream.tokens(t, 'yes and')
  stream.cancelled(t)
  stream.ask(t, 'go on')
  eq('thinking:hm#1 text:yes and', sent(t)[2])
end)

test('a chat that was read from its file again remembers nothing', OPTS, function(t)
  stream.open(t)
  stream.ask(t, 'one')
  reply(t, { SIGNED }, 'yes')
  t:cmd('write talk.md')
  eq(nil, t:read_file('talk.md'):find('hm', 1, true))
  t:cmd('bwipeout | edit talk.md')
  stream.ask(t, 'two')
  eq('text:yes', sent(t)[2])
  reply(t, { SIGNED }, 'no')
  t:cmd('write | edit')
  stream.ask(t, 'three')
  eq('text:no', sent(t)[4])
end)

---@return table  a line of tests/cases
local function case_of(t, file, name)
  for line in t:read_file(t.root .. '/tests/cases/' .. file):gmatch('[^\n]+') do
    local case = vim.json.decode(line)
    if case.name == name then return case end
  end
  error('there is no case ' .. name)
end

for name, want in pairs({
  ['thinking-signed'] = { { type = 'thinking', thinking = 'Let me see.', signature = 'c2lnbmVkIGJ5IHRoZSBzZXJ2ZXI=' } },
  ['redacted-thinking'] = { { type = 'redacted_thinking', data = 'cmVkYWN0ZWQgZm9yIHJlYXNvbnM=' } },
}) do
  test('a service gets back what it sent: ' .. name, function(t)
    local srv = t:fake()
    srv:play(case_of(t, 'anthropic.jsonl', name))
    local buf = chat.open(t, srv, { dialect = 'anthropic' })
    chat.ask(t, 'one', buf)
    eq('done', chat.finished(t).status)
    chat.ask(t, 'two', buf)
    chat.finished(t, 2)
    t:cmd('%s/Hi/Ho/e')
    chat.ask(t, 'three', buf)
    chat.finished(t, 3)
    local requests = srv:requests('/v1/messages')
    local function thoughts(request)
      return vim.tbl_filter(function(block) return block.type ~= 'text' end, request.body.messages[2].content)
    end
    eq(want, thoughts(requests[2]))
    eq({}, thoughts(requests[3]))
  end)
end
