-- What of a chat is sent to a model whose window does not hold all of it, and what the chat shows of that.
local T = require('harness')
local chat = require('lib.chat')
local engine = require('lib.engine')
local test, eq, ok, match, no_match = T.test, T.eq, T.ok, T.match, T.no_match
T.once()

---@param t test.Case
---@param srv { url: string }
---@param endpoint table
---@param n? integer
---@return integer buf
local function long_chat(t, srv, endpoint, n)
  local lines = { '---', 'hum: 1', 'endpoint: it', 'model: fake', '---', '', '## § System', '', 'Keep this rule.', '' }
  for i = 1, n or 30 do
    local words = ('word%d '):format(i)
    vim.list_extend(lines, { '## » You', '', ('Question %d: %s?'):format(i, vim.trim(words:rep(45))), '' })
    vim.list_extend(lines, { '## « fake', '', ('Answer %d: %s.'):format(i, vim.trim(words:rep(45))), '' })
  end
  vim.list_extend(lines, { '## » You', '', '' })
  t:eval('1') -- it has started: it makes the folder, too
  local path = t:write_file('data/nvim/hum/chats/long.md', table.concat(lines, '\n'))
  t:lua([[return require('hum').setup(...)]], {
    endpoint = 'it',
    chat = { window = 'current' },
    endpoints = { it = vim.tbl_extend('force', { url = srv.url, model = 'fake' }, endpoint) },
  })
  return t:lua('return (require("hum").open(...))', path)
end

local OLLAMA = { dialect = 'ollama', options = { num_ctx = 4096 } }

--- Whether the line with a text is in a closed fold.
local function is_folded(t, text)
  local row = t:lua('return vim.fn.search(..., "nw")', text)
  return t:eval(('foldclosed(%d)'):format(row)) > 0
end

local function bodies(srv)
  return vim.tbl_map(function(request) return request.body end, srv:requests('/api/chat'))
end

test('what is left out is folded, marked, and sent no more when the chat is opened again', function(t)
  local srv = t:fake()
  srv:script({ text = 'Well.' })
  local buf = long_chat(t, srv, OLLAMA)
  chat.ask(t, 'And the last question?', buf)
  chat.finished(t)
  t:wait(function() return is_folded(t, 'Question 1:') end, 'a fold')
  eq(false, is_folded(t, 'Question 30:'))
  t:cmd('normal! gg')
  t:wait_screen('%d+ messages left out: the context window is too small')
  t:cmd('write')
  t:cmd('bwipeout!')
  t:cmd('edit ' .. t.dir .. '/data/nvim/hum/chats/long.md')
  buf = t:lua('return vim.api.nvim_get_current_buf()')
  t:wait(function() return is_folded(t, 'Question 1:') end, 'the fold again')
  chat.ask(t, 'And then?', buf)
  chat.finished(t, 2)
  local sent = bodies(srv)
  eq(sent[1].messages[2].content, sent[2].messages[2].content)
  match('Question 1: ', t:text(buf), true)
end)

test('a larger window has all of it sent again', function(t)
  local srv = t:fake()
  srv:script({ text = 'Well.' })
  local buf = long_chat(t, srv, OLLAMA)
  chat.ask(t, 'And the last question?', buf)
  chat.finished(t)
  t:wait(function() return is_folded(t, 'Question 1:') end, 'a fold')
  t:lua([[require('hum').setup(...)]], {
    endpoint = 'it',
    endpoints = { it = { url = srv.url, model = 'fake', dialect = 'ollama', options = { num_ctx = 65536 } } },
  })
  chat.ask(t, 'And then?', buf)
  chat.finished(t, 2)
  match('Question 1: ', bodies(srv)[2].messages[2].content, true)
  t:wait(function() return not is_folded(t, 'Question 1:') end, 'no fold')
end)

test('a model with a larger window is sent all that it holds, and another one is not', function(t)
  local srv = t:fake()
  local list = {
    { name = 'fake', model = 'fake', context_length = 4096 },
    { name = 'm2', model = 'm2', context_length = 16384 },
  }
  local ps = { match = { path = '/api/ps' }, json = { models = list } }
  srv:script({ models = { 'fake', 'm2' }, rules = { ps, { text = 'Well.' } } })
  local buf = long_chat(t, srv, { dialect = 'ollama' })
  for i, model in ipairs({ 'fake', 'm2', 'fake' }) do
    t:cmd('Hum model ' .. model)
    chat.ask(t, 'And the last question?', buf)
    chat.finished(t, i)
  end
  local sent = bodies(srv)
  eq({ 'm2', 64 }, { sent[2].model, #sent[2].messages })
  ok(#sent[1].messages < 30 and #sent[3].messages < 40, #sent[1].messages .. ' and ' .. #sent[3].messages)
end)

test('a message that is too long says what of it is', function(t)
  local srv = t:fake()
  srv:script({ text = 'Well.' })
  local file = t:write_file('big.lua', ('local planted = 1 -- word word\n'):rep(1200))
  local buf = long_chat(t, srv, OLLAMA, 1)
  local function told() return (t:messages():gsub('%s+', ' ')) end
  chat.ask(t, ('much to say '):rep(3000), buf)
  chat.finished(t)
  match('the message alone has about [%d,]+ tokens, and .- holds 4,096 Shorten the message', told())
  match('options.num_ctx to 16384', told(), true) -- in 8192 it would have no room either
  chat.ask(t, ('#file!:%s'):format(file), buf)
  chat.finished(t, 2)
  match('[%d,]+ of them what it refers to, and .- Refer to less', told())
  t:lua(
    [[
    local buf, rule = ...
    local row = vim.fn.search('^Keep this rule', 'nw')
    vim.api.nvim_buf_set_lines(buf, row - 1, row, false, { rule })]],
    buf,
    ('a rule to be kept '):rep(2500)
  )
  chat.ask(t, 'hello', buf)
  chat.finished(t, 3)
  match('[%d,]+ of them the system prompt, and .- Shorten the system prompt', told())
end)

test('a retry of an early message sends what stands before it', function(t)
  local srv = t:fake()
  srv:script({ text = 'Well.' })
  local buf = long_chat(t, srv, OLLAMA, 4)
  chat.ask(t, 'And the last question?', buf)
  chat.finished(t)
  no_match('left out', t:messages())
  eq(10, #bodies(srv)[1].messages)
end)

test('a file that was left out is sent whole again when it is referred to', function(t)
  local srv = t:fake()
  srv:script({ text = 'Well.' })
  local file = t:write_file('one.lua', ('local planted = 1 -- %s\n'):format(('word '):rep(20)))
  local buf = long_chat(t, srv, OLLAMA, 2)
  chat.ask(t, ('Look at #file!:%s please.'):format(file), buf)
  chat.finished(t)
  match('local planted', vim.json.encode(bodies(srv)[1]), true)
  for i = 1, 4 do
    chat.ask(t, ('more of it %d: '):format(i) .. ('many words '):rep(400), buf)
    chat.finished(t, i + 1)
  end
  no_match('local planted', vim.json.encode(bodies(srv)[5]))
  match('one.lua is not sent any more: refer to it again', (t:messages():gsub('%s+', ' ')), true)
  chat.ask(t, ('And again #file!:%s'):format(file), buf)
  chat.finished(t, 6)
  match('local planted', vim.json.encode(bodies(srv)[6]), true)
end)

test('a real llama-server counts the chat before it is sent: it fits at the first try', function(t)
  local srv = engine.start(t, '--ctx-size', '2048', '--parallel', '1')
  local endpoint = { dialect = 'openai', preset = 'llama_server', options = { max_tokens = 20 } }
  local buf = long_chat(t, { url = srv.url .. '/v1' }, endpoint, 12)
  chat.ask(t, 'And the last question?', buf)
  local stats = chat.finished(t).stats
  ok(stats.prompt_tokens > 300 and stats.prompt_tokens < 2048, stats.prompt_tokens)
  local factor = t:lua([[return (require('hum.server.tokens').factor('it', 'fake'))]])
  ok(factor ~= 1, 'the tokenizer is known')
  local log = table.concat(vim.fn.readfile(t:lua("return vim.fn.stdpath('log') .. '/hum.log'")), '\n')
  no_match('overflow', log)
end)

--- Notes what the helper is asked: 'chat', 'gather'.
local function note_asked(t)
  t:lua([[
    local client = require('hum.server.client')
    _G.asked = {}
    for _, name in ipairs({ 'chat', 'gather' }) do
      local real = client[name]
      client[name] = function(...)
        table.insert(_G.asked, name)
        return real(...)
      end
    end]])
end

--- What was asked before the message went.
local function before_sent(t)
  local asked = t:lua('return _G.asked')
  for i, name in ipairs(asked) do
    if name == 'chat' then return i - 1 end
  end
end

test('a message waits for a measure where something depends on it, and then but once', function(t)
  local srv = t:fake()
  srv:script({ text = ('Well. '):rep(1000) })
  local buf = long_chat(t, srv, { dialect = 'ollama', options = { num_ctx = 16384 } }, 15)
  note_asked(t)
  t:elapse(0.5)
  eq({}, t:lua('return _G.asked'), 'nobody sends anything there')
  chat.ask(t, 'One?', buf)
  chat.finished(t)
  ok(before_sent(t) > 0, 'it was measured')
  local function is_known()
    return t:lua(
      [[
      local list = require('hum.chat.text.turns').of(...).turns
      return require('hum.server.estimate').known(list[#list - 1].text) ~= nil]],
      buf
    )
  end
  t:wait(is_known, 'the reply is measured')
  t:lua('_G.asked = {}')
  chat.ask(t, 'Two?', buf)
  chat.finished(t, 2)
  eq(0, before_sent(t))
end)

test('a message does not wait for a measure where all fits in any case', function(t)
  local srv = t:fake()
  srv:script({ text = 'Well.' })
  local buf = long_chat(t, srv, { dialect = 'ollama', options = { num_ctx = 65536 } }, 15)
  note_asked(t)
  chat.ask(t, 'One?', buf)
  chat.finished(t)
  eq(0, before_sent(t))
end)

test('what was counted of a chat counts for its next message, whatever its kinds of text are', function(t)
  local srv = t:fake()
  srv:script({ text = 'Well.' })
  local file = t:write_file('one.lua', ('local beta = 1\n'):rep(80))
  local buf = long_chat(t, srv, { dialect = 'ollama', options = { num_ctx = 16384 } }, 1)
  chat.ask(t, ('Look at #file!:%s'):format(file), buf)
  chat.finished(t)
  chat.ask(t, ('0123456789'):rep(120) .. (' = - + '):rep(500), buf)
  local stats = chat.finished(t, 2).stats
  t:lua('vim.api.nvim_buf_set_text(..., -1, -1, -1, -1, { "So?" })', buf)
  local tokens, real = t:lua('return require("hum").preview(...).tokens', buf), stats.prompt_tokens + stats.tokens + 5
  ok(math.abs(tokens - real) <= 0.1 * real, ('%d told, %d real'):format(tokens, real))
end)

test('what was not measured before it was sent is known once it was counted', function(t)
  local srv = t:fake()
  srv:script({ text = 'Well.' })
  local buf = long_chat(t, srv, { dialect = 'ollama', options = { num_ctx = 65536 } })
  chat.ask(t, 'And the last question?', buf)
  local stats = chat.finished(t).stats
  t:lua('vim.api.nvim_buf_set_text(..., -1, -1, -1, -1, { "So?" })', buf)
  local tokens, real = t:lua('return require("hum").preview(...).tokens', buf), stats.prompt_tokens + stats.tokens + 5
  ok(math.abs(tokens - real) <= 0.1 * real, ('%d told, %d real'):format(tokens, real))
end)
