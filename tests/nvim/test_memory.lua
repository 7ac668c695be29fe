-- What a service wants back of its thinking is kept beside the reply, for its text and no other.
local T = require('harness')
local chat = require('lib.chat')
local stream = require('lib.stream')
local test, eq = T.test, T.eq

T.once()

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

-- ---- thoughts in a field of their own ------------------------------------------------------------

--- Asks, and waits for the end.
local function ask(t, text, buf)
  t.asked = (t.asked or 0) + 1
  chat.ask(t, text, buf)
  chat.finished(t, t.asked)
end

--- A chat whose model has thought, and answered "It is 42.".
---@param endpoint table?
local function thought(t, endpoint, script)
  local srv = t:fake()
  srv:script(script or { thinking = 'let me think\nabout it', text = 'It is 42.' })
  local opts = vim.tbl_extend('force', { dialect = 'openai', model = 'thinker' }, endpoint or {})
  local buf = chat.open(t, srv, opts)
  ask(t, 'one', buf)
  return srv
end

--- The assistant's message as it is sent next.
local function sent_back(t, srv, path)
  ask(t, 'two')
  local requests = srv:requests(path or '/v1/chat/completions')
  return requests[#requests].body.messages[2]
end

local BARE = { role = 'assistant', content = 'It is 42.' }
local WITH = { role = 'assistant', content = 'It is 42.', reasoning_content = 'let me think\nabout it' }

test('without a field for them, thoughts go nowhere', function(t)
  local srv = thought(t)
  eq(BARE, sent_back(t, srv))
  srv = thought(t, { thoughts = false })
  eq(BARE, sent_back(t, srv))
end)

test('thoughts go back in the field that the endpoint has for them, and only there', function(t)
  local srv = thought(t, { thoughts = 'reasoning_content' })
  eq(WITH, sent_back(t, srv))
  srv = thought(t, { thoughts = 'thinking', dialect = 'ollama' })
  eq({ role = 'assistant', content = 'It is 42.', thinking = 'let me think\nabout it' }, sent_back(t, srv, '/api/chat'))
end)

test('thoughts that stood in the text of a reply go back there as well', function(t)
  local srv = thought(
    t,
    { thoughts = 'reasoning_content' },
    { tokens = { '<think>let me think\n', 'about it</think>', 'It is 42.' } }
  )
  eq(WITH, sent_back(t, srv))
end)

test('a reply without a thought has no field, an empty one is none', function(t)
  local srv = thought(t, { thoughts = 'reasoning_content' }, { text = 'It is 42.' })
  eq(BARE, sent_back(t, srv))
  srv = thought(t, { thoughts = 'reasoning_content' }, { tokens = { '<think>\n\n</think>\n\n', 'It is 42.' } })
  eq(BARE, sent_back(t, srv))
end)

test('thoughts go back to no other model', function(t)
  local srv = thought(t, { thoughts = 'reasoning_content' })
  t:cmd('Hum model fake')
  eq(BARE, sent_back(t, srv))
end)

test('thoughts go back to no other endpoint, and to none that a file does not name', function(t)
  local srv = thought(t, { thoughts = 'reasoning_content' })
  t:lua(
    [[
    local endpoint = { url = ..., dialect = 'openai', model = 'thinker', thoughts = 'reasoning_content' }
    require('hum').setup({ endpoints = { ollama = endpoint, other = endpoint }, chat = { window = 'current' } })
  ]],
    srv.url
  )
  t:cmd('Hum model other/thinker')
  eq(BARE, sent_back(t, srv))
end)

test('thoughts of a chat that was read from its file go back to the model that its heading names', function(t)
  local srv = thought(t, { thoughts = 'reasoning_content' })
  t:cmd('write talk.md')
  t:cmd('bwipeout | edit talk.md')
  eq(WITH, sent_back(t, srv))
  t:cmd('%s/## « thinker/## « another/')
  eq(BARE, sent_back(t, srv))
end)

test('of two replies with the same words each keeps its own thoughts when the other is deleted', OPTS, function(t)
  for row, want in pairs({ [1] = 'thinking:so#2 text:yes', [2] = 'thinking:hm#1 text:yes' }) do
    stream.open(t)
    stream.ask(t, 'one')
    reply(t, { SIGNED }, 'yes')
    stream.ask(t, 'two')
    reply(t, { { text = 'so', signature = '#2' } }, 'yes')
    t:lua(
      [[
      local n, lines = ..., vim.api.nvim_buf_get_lines(0, 0, -1, false)
      local first, last
      for i, line in ipairs(lines) do
        if line:find('^## »') then
          n = n - 1
          if n == 0 then first = i - 1 elseif n == -1 then last = i - 1 end
        end
      end
      vim.api.nvim_buf_set_lines(0, first, last, false, {})]],
      row
    )
    stream.ask(t, 'three')
    eq(want, sent(t)[2])
  end
end)
