-- kill -9 while a reply streams: what stood there for more than a second is in the file, and the chat goes on.
local T = require('harness')
local chat = require('lib.chat')
local slow = require('lib.slow')
local task = require('lib.task')
local test, eq, ok = T.test, T.eq, T.ok

T.once()

--- Rounds; `make storm` has more of them. The environment repeats those of a run: their names have the seeds.
local ROUNDS = tonumber(vim.env.HUM_STORM) or 4
local SEED = tonumber(vim.env.HUM_TEST_SEED) or vim.uv.hrtime() % 1000000007

--- What stood there so long must be in the file, in ms.
local AGE = 1250

--- Numbered words, eight on a line.
---@return string[]
local function words(n)
  local out = {}
  for i = 1, n do
    out[i] = ('w%d%s'):format(i - 1, i % 8 == 0 and '\n' or ' ')
  end
  return out
end

---@return integer  number of the last whole word in a text, -1: none
local function last_word(text)
  local last = -1
  for n in text:gmatch('w(%d+)[ \n]') do
    last = math.max(last, tonumber(n))
  end
  return last
end

--- Watches the words on the screen for `ms`: when each number was seen.
local function watch(t, buf, ms)
  local seen, till = {}, task.now() + ms
  while task.now() < till do
    seen[#seen + 1] = { at = task.now(), word = last_word(t:text(buf)) }
    task.pause(math.min(20, math.max(1, till - task.now())))
  end
  return seen
end

---@return integer  the last word of those that stood there long enough before the end
local function old_word(seen, died)
  local word = -1
  for _, one in ipairs(seen) do
    if died - one.at > AGE * slow.factor() then word = math.max(word, one.word) end
  end
  return word
end

--- Rules of a server that streams words, and answers what is asked afterwards.
local SCRIPT = {
  rules = {
    { match = { text = 'short' }, text = 'It is fine.' },
    { tokens = words(4000), interval_ms = 20 },
  },
}

--- The chat's file, in the folder of a Neovim's data.
local function file_of(t)
  local found = vim.fn.glob(t.dir .. '/data/nvim/hum/chats/*.md', true, true)
  eq(1, #found, 'files in the folder')
  return found[1]
end

--- Goes on with the chat in another Neovim, and looks what is sent.
local function go_on(t, srv, path, body)
  t.child = t:start()
  chat.configure(t, srv)
  t:cmd('edit ' .. vim.fn.fnameescape(path))
  eq('hum', t:eval('&filetype'))
  eq(false, t.child:mode().blocking)
  t:cmd('Hum! chat short, what now?')
  eq('done', chat.finished(t).status)
  local requests = srv:requests('/api/chat')
  local messages = requests[#requests].body.messages
  local roles = vim.tbl_map(function(m) return m.role end, messages)
  if vim.trim(body) == '' then -- of the reply nothing had come
    return eq('tell me words\n\nshort, what now?', messages[1].content)
  end
  eq({ 'user', 'assistant', 'user' }, roles)
  eq(vim.trim(body), vim.trim(messages[2].content))
  eq('tell me words', messages[1].content)
  eq('short, what now?', messages[3].content)
end

--- What of the reply is in a file.
local function body_of(text)
  local body = text:match('\n## « [^\n]*\n\n?(.*)$')
  return body or ''
end

---@param signal? string  default: SIGKILL
local function round(t, seed, signal)
  math.randomseed(seed)
  local after = 50 + math.random() * 3150
  local srv = t:fake()
  srv:script(SCRIPT)
  local buf = chat.open(t, srv)
  chat.ask(t, 'tell me words', buf)
  t:wait(function() return last_word(t:text(buf)) >= 0 end, 'the first word')
  local seen = watch(t, buf, after)
  t.child:kill(signal)
  local died = task.now()
  task.await(function() return t.child:ended() end, slow.LIMITS.finish)
  local path = file_of(t)
  local text = t:read_file(path)
  T.match('^%-%-%-\nhum: 1\n', text)
  T.match('\n$', text)
  local body = body_of(text)
  local got, want = last_word(body), old_word(seen, died)
  ok(got >= want, ('word %d stood there, word %d is in the file, killed after %d ms'):format(want, got, after))
  local whole = table.concat(words(got + 1))
  eq(vim.trim(whole), vim.trim((body:gsub('w%d*%s*$', function(part) return part:find('%s') and part or '' end))))
  go_on(t, srv, path, body)
end

for i = 1, ROUNDS do
  local seed = SEED + i
  test(('kill -9 loses nothing older than a second (seed %d)'):format(seed), function(t) round(t, seed) end)
end

-- Neovim has unloaded all buffers before the first autocommand of such an end: no more can be saved.
for _, signal in ipairs({ 'sigterm', 'sighup' }) do
  test(('%s loses no more of a reply'):format(signal), function(t) round(t, SEED, signal) end)

  test(('%s leaves a draft in the swap file'):format(signal), function(t)
    local srv = t:fake()
    srv:script(SCRIPT)
    local buf = chat.open(t, srv)
    chat.ask(t, 'short', buf)
    chat.finished(t)
    t:keys('Gomy draft<Esc>')
    t:wait(function() return t:text(buf):find('my draft', 1, true) end, 'the draft')
    t.child:kill(signal)
    task.await(function() return t.child:ended() end, slow.LIMITS.finish)
    local path = file_of(t)
    T.match('It is fine.', t:read_file(path), true)
    t.child = t:start()
    chat.configure(t, srv)
    t:cmd('edit ' .. vim.fn.fnameescape(path))
    t:wait(function() return t:messages():find(':recover', 1, true) end, 'it is told')
    local swap = vim.fn.glob(t.dir .. '/state/nvim/swap/*.swp', true, true)[1]
    t:cmd('bwipeout!')
    t:cmd('silent! recover ' .. vim.fn.fnameescape(swap))
    T.match('my draft', t:text(), true)
  end)
end
