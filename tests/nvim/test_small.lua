-- A real llama-server with a small real model (SmolLM2): whole chats as users have them. Where `tools/get smollm2` has not
-- got the model the cases are skipped.
local T = require('harness')
local chat = require('lib.chat')
local engine = require('lib.engine')
local test, eq = T.test, T.eq

T.once()

local OPTS = { ui = { 100, 40 } }

local function small(t, ...)
  return engine.start(t, 'smollm2', '--ctx-size', '1024', '--parallel', '1', '--no-warmup', ...)
end

--- A chat with it. The seed decides what it says.
local function open(t, srv, options, endpoint)
  return chat.open(
    t,
    srv,
    vim.tbl_extend('force', {
      dialect = 'openai',
      model = 'smollm2',
      options = vim.tbl_extend('force', { max_tokens = 24, temperature = 0, seed = 1 }, options or {}),
    }, endpoint or {})
  )
end

--- A grammar that leaves the model one thing to say, in its own tokens.
---@param text string
local function saying(text)
  local quoted = text:gsub('[\\"]', '\\%0'):gsub('\n', '\\n')
  return { grammar = ('root ::= "%s"'):format(quoted), max_tokens = 200 }
end

test('a chat of two turns, of which the second evaluates only what is new', OPTS, function(t)
  local srv = small(t)
  local buf = open(t, srv)
  chat.ask(t, 'Why is the sky blue?', buf)
  local first = chat.finished(t)
  eq('done', first.status, vim.inspect(first))
  T.ok(vim.tbl_contains({ 'stop', 'length' }, first.reason), first.reason)
  local reply = chat.reply(t, buf):gsub('\n*<!%-%- hum: cut %-%->$', '')
  T.match('%a+ %a+ %a+', reply)
  eq(true, first.stats.server)
  -- "Continue" is the next question: what was said stands in the server's cache.
  chat.ask(t, 'Go on.', buf)
  local second = chat.finished(t, 2)
  eq('done', second.status, vim.inspect(second))
  local known = first.stats.prompt_tokens + first.stats.tokens
  T.ok(second.stats.prompt_tokens > known, vim.inspect({ first.stats, second.stats }))
  T.ok(second.stats.cached_tokens >= known - 4, vim.inspect({ first.stats, second.stats }))
end)

test('a stop is heard by the server at once, and the next question is answered', OPTS, function(t)
  local srv = small(t)
  local buf = open(t, srv, { max_tokens = 900, ignore_eos = true })
  chat.ask(t, 'Tell me a long story.', buf)
  t:wait(function() return #chat.reply(t, buf) > 20 end, 'some text')
  t:cmd('Hum stop')
  eq('cancelled', chat.finished(t).status)
  t:wait(function() return not srv:is_busy() end, 'the server has stopped')
  T.match('<!-- hum: stopped -->', t:text(buf), true)
  open(t, srv)
  chat.ask(t, 'Say yes.')
  eq('done', chat.finished(t, 2).status)
end)

test('a chat longer than the context window is told, with what to do', OPTS, function(t)
  local srv = small(t)
  local buf = open(t, srv)
  chat.ask(t, ('word '):rep(1500), buf)
  local data = chat.finished(t)
  eq('error', data.status)
  T.match('context', data.message, true)
  T.match('Shorten the message', data.hint, true)
end)

test('a key that is missing or wrong is told', { env = { SMALL_KEY = 'not-this-one' }, ui = OPTS.ui }, function(t)
  local srv = small(t, '--api-key', 'sesame-sesame')
  local buf = open(t, srv)
  chat.ask(t, 'Hello', buf)
  local missing = chat.finished(t)
  eq('error', missing.status)
  T.match('key', missing.hint, true)
  buf = open(t, srv, nil, { key = { env = 'SMALL_KEY' } })
  chat.ask(t, 'Hello', buf)
  T.match('$SMALL_KEY', chat.finished(t, 2).hint, true)
  t:cmd([[let $SMALL_KEY = 'sesame-sesame']])
  chat.ask(t, 'Hello', buf)
  eq('done', chat.finished(t, 3).status)
end)

test('whether it is to think does not matter to a model that does not', OPTS, function(t)
  local srv = small(t)
  for n, think in ipairs({ true, false, 'low' }) do
    local buf = open(t, srv, nil, { think = think })
    chat.ask(t, 'Say yes.', buf)
    local data = chat.finished(t, n)
    eq('done', data.status, vim.inspect(data))
    T.no_match('<think>', chat.reply(t, buf), true)
  end
end)

--- Of a template that begins the thinking: what the model says goes on from there.
local OPENS = [[
{%- for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}{% endfor -%}
{%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}
{%- if enable_thinking is defined and not enable_thinking %}{{ '<think>\n\n</think>\n\n' }}{% else %}{{ '<think>\n' }}{% endif %}
{%- endif -%}
]]

--- What it says, and what of that must stand in the chat as thinking and as text.
local SAYS = {
  ['in tags'] = { '<think>\nHm.\n</think>\n\nYes.', 'Hm.', 'Yes.' },
  ['in tags on one line'] = { '<think>Hm.</think>Yes.', 'Hm.', 'Yes.' },
  ['nowhere: tags are explained'] = {
    'It thinks in:\n\n<think>\n\nand answers.',
    nil,
    'It thinks in:\n\n\\<think>\n\nand answers.',
  },
}

local OPENED = { ['opened by the template'] = { 'Hm.\n</think>\n\nYes.', 'Hm.', 'Yes.' } }

---@param t test.Case
---@param srv test.Engine
---@param cases table<string, table>
local function hear(t, srv, cases)
  local n = 0
  for name, case in vim.spairs(cases) do
    n = n + 1
    local says, thinks, text = case[1], case[2], case[3]
    local buf = open(t, srv, saying(says))
    chat.ask(t, 'Is it?', buf)
    eq('done', chat.finished(t, n).status)
    local want = thinks and ('<think>\n%s\n</think>\n\n%s'):format(thinks, text) or text
    eq(want, chat.reply(t, buf), name)
  end
end

test(
  'thinking that the model puts into its text',
  OPTS,
  function(t) hear(t, small(t, '--reasoning-format', 'none'), SAYS) end
)

for _, format in ipairs({ 'none', 'deepseek' }) do
  test(('thinking that the template has begun, by the format "%s"'):format(format), OPTS, function(t)
    local template = t:write_file('template.jinja', OPENS)
    hear(t, small(t, '--jinja', '--reasoning-format', format, '--chat-template-file', template), OPENED)
  end)
end

test('a template that can be told not to think is told', OPTS, function(t)
  local template = t:write_file('template.jinja', OPENS)
  local srv = small(t, '--jinja', '--reasoning-format', 'deepseek', '--chat-template-file', template)
  local buf = open(t, srv, saying('Yes.'), { think = false })
  chat.ask(t, 'Is it?', buf)
  eq('done', chat.finished(t).status)
  eq('Yes.', chat.reply(t, buf))
  local thinks = open(t, srv, saying('Hm.\n</think>\n\nYes.'), { think = true })
  chat.ask(t, 'Is it?', thinks)
  eq('done', chat.finished(t, 2).status)
  eq('<think>\nHm.\n</think>\n\nYes.', chat.reply(t, thinks))
end)

test('what it said can be recorded, and replayed without it', OPTS, function(t)
  local srv = small(t)
  local buf = open(t, srv)
  chat.ask(t, 'Name three fish.', buf)
  local first = chat.finished(t)
  local reply = chat.reply(t, buf)
  t:cmd('Hum inspect write fish.jsonl')
  local file = t:wait(function() return t:read_file('fish.jsonl') end, 'the file')
  local fake = t:fake()
  fake:play(file)
  local again = open(t, fake)
  chat.ask(t, 'Name three fish.', again)
  local second = chat.finished(t, 2)
  eq(reply, chat.reply(t, again))
  eq({ first.reason, first.stats.tokens }, { second.reason, second.stats.tokens })
end)

for dialect, path in vim.spairs({ openai = '/v1/chat/completions', anthropic = '/v1/messages' }) do
  test('a reply that was cut goes on where it stops, over ' .. path, function(t)
    local srv = small(t)
    local function options(limit)
      return { dialect = dialect, model = 'smollm2', options = { max_tokens = limit, temperature = 0 } }
    end
    local buf = chat.open(t, srv, options(14))
    chat.ask(t, 'Why is the sky blue?')
    eq('cut', chat.finished(t).ending)
    local first = chat.reply(t, buf):gsub('\n<!%-%- hum: cut.*', '')
    chat.configure(t, srv, options(24))
    t:lua('require("hum").continue(...)', buf)
    eq('done', chat.finished(t, 2).status)
    local reply = chat.reply(t, buf):gsub('\n<!%-%- hum: cut.*', '')
    eq(first, reply:sub(1, #first))
    T.ok(#reply > #first + 20, reply)
    -- The same text as without a stop: the model was given its beginning.
    local whole = chat.open(t, srv, options(38))
    chat.ask(t, 'Why is the sky blue?')
    chat.finished(t, 3)
    local wanted = chat.reply(t, whole):gsub('\n<!%-%- hum: cut.*', '')
    eq(wanted:sub(1, #first + 30), reply:sub(1, #first + 30))
  end)
end
