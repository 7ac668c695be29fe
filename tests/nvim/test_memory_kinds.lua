-- What a real llama-server keeps of a chat, by the kind of its model's memory (tests/engine): what it reads again of each
-- message, and whether what is sent fits.
local T = require('harness')
local chat = require('lib.chat')
local engine = require('lib.engine')
local test, eq = T.test, T.eq

T.once()

local OPTS = { ui = { 100, 40 } }

--- Replies are of one length if they are not to end by themselves, so that what is said fills the window as foreseen.
---@param tokens integer
---@param ends? boolean
local function open(t, srv, tokens, ends)
  return chat.open(t, srv, nil, {
    endpoint = 'real',
    endpoints = {
      real = {
        url = srv.url,
        dialect = 'openai',
        model = 'tiny',
        think = false,
        options = { max_tokens = tokens, ignore_eos = not ends, seed = 1 },
      },
    },
    reference = { large = 100000 },
  })
end

---@param t test.Case
---@param name string
---@param count integer
---@param changed? integer
local function write(t, name, count, changed)
  local lines = {}
  for i = 1, count do
    lines[i] = i == changed and 'changed = true' or ('v%d = f(%d)'):format(i, i % 97)
  end
  return t:write_file(name, table.concat(lines, '\n') .. '\n')
end

--- Says something, and gives what the server counted.
local function counter(t, buf)
  local n = 0
  return function(text, how)
    n = n + 1
    if how then
      how()
    else
      chat.ask(t, text, buf)
    end
    local data = chat.finished(t, n)
    eq('done', data.status, vim.inspect(data))
    return data.stats.prompt_tokens, data.stats.prompt_tokens - (data.stats.cached_tokens or 0)
  end
end

test('what is left out and comes back whole counts as what it is, and all that is sent fits', OPTS, function(t)
  local window = 6144
  local srv = engine.start(t, 'plain', '--ctx-size', tostring(window), '--parallel', '1')
  local first, second = write(t, 'first.lua', 400), write(t, 'second.lua', 80)
  local buf = open(t, srv, 100)
  local say = counter(t, buf)
  local function preview() return t:lua('return require("hum").preview(...)', buf) end
  local sizes = { (say(('Look at #file!:%s please.'):format(first))) }
  for i = 2, 7 do
    sizes[i] = say(('And what does number %d say?'):format(i))
    T.ok(sizes[i] > sizes[i - 1], 'there is room for it: ' .. vim.inspect(sizes))
  end
  sizes[8] = say(('Now look at #file!:%s please.'):format(second))
  T.ok(sizes[8] < sizes[7], 'the first file is left out: ' .. vim.inspect(sizes))
  T.ok(preview().left_out > 0)
  write(t, 'first.lua', 400, 150) -- its diff says nothing to who does not see it
  for i = 9, 14 do
    local foreseen = preview().tokens
    sizes[i] = say(('And what does number %d say?'):format(i))
    T.ok(sizes[i] + 100 <= window, vim.inspect(sizes))
    T.ok(math.abs(foreseen - sizes[i]) < 0.15 * sizes[i] or i == 9, vim.inspect({ foreseen, sizes }))
  end
end)

for _, kind in ipairs({ 'plain', 'window', 'hybrid' }) do
  test(('of a chat with a file a "%s" model reads only what is new'):format(kind), OPTS, function(t)
    local srv = engine.start(t, kind, '--ctx-size', '4096', '--parallel', '1')
    local path = write(t, 'first.lua', 100)
    local buf = open(t, srv, 60)
    local say = counter(t, buf)
    local whole, read = say(('Look at #file!:%s please.'):format(path))
    eq(whole, read)
    local function next_reads(text, how)
      local _, again = say(text, how)
      return again
    end
    local news = { next_reads('And what does the wind say?') }
    write(t, 'first.lua', 100, 50)
    news[2] = next_reads('And what does the rain say?')
    news[3] = next_reads('And what does the snow say?')
    news[4] = next_reads(nil, function() t:lua('require("hum").retry(...)', buf) end)
    T.ok(news[1] < 60 and news[2] < 260 and news[3] < 60 and news[4] < 60, vim.inspect(news))
  end)
end

test('a template that wants the roles to alternate is content with all that is sent', OPTS, function(t)
  local template = t.root .. '/tests/engine/gemma3.jinja'
  local srv = engine.start(t, 'plain', '--ctx-size', '4096', '--parallel', '2', '--chat-template-file', template)
  local buf = open(t, srv, 60, true)
  t:lua([[vim.api.nvim_buf_set_lines(..., 0, 0, true, { '## § System', '', 'Be brief.', '' })]], buf)
  local say = counter(t, buf)
  local long = ('And then it says all that again. '):rep(30)
  local most = 0
  for i = 1, 8 do
    local prompt = say(('%d. %s'):format(i, long))
    T.ok(prompt + 60 <= 2048, 'a slot has half of the window')
    most = math.max(most, prompt)
  end
  T.ok(most > 1000, most)
  T.ok(t:lua('return require("hum").preview(...)', buf).left_out > 0)
  say(nil, function() t:lua('require("hum").retry(...)', buf) end)
  t:lua('require("hum").compact({})')
  t:wait(function() return t:text(buf):find('\n## § Summary\n', 1, true) end, 'the summary')
  say('And now?')
end)

test('Gemma 3 itself answers, and reads no more again than its reply', OPTS, function(t)
  local srv = engine.start(t, 'gemma3', '--ctx-size', '2048', '--parallel', '1', '--no-warmup')
  local say = counter(t, open(t, srv, 12))
  local first = say('The sea is as blue as the sky. Why?')
  local second, read = say('Go on.')
  -- Its own tokens may be others than those of the reply as text; then it goes back to the checkpoint before that.
  T.ok(second > first and read <= second - first + 8, vim.inspect({ first, second, read }))
end)
