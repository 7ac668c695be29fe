-- Chats of every dialect and generations for other plugins at once, with a server that does all that
-- servers do, and a user who does anything at any moment: every request ends exactly once, and the
-- next message is answered.
local T = require('harness')
local chat = require('lib.chat')
local random_from = require('lib.random')
local test, eq = T.test, T.eq

--- The environment repeats a storm that failed; its name has the seed.
local SEED = tonumber(vim.env.HUM_TEST_SEED) or vim.uv.hrtime() % 1000000007

--- What the server does, by a word of the message.
local RULES = {
  plain = { text = 'All is well.' },
  slow = { count = 40, interval_ms = 5, thinking_count = 10 },
  long = { count = 3000 },
  tagged = { tokens = { '<think>hm\n', 'so', '</think>\n', 'Well.\n' }, count = 30, interval_ms = 3 },
  lone = { tokens = { 'hm\n', 'so\n', '```\n', 'x\n', '```\n', '</think>\n', 'Well.\n', 'Yes.' }, interval_ms = 6 },
  late = { first_ms = 60, text = 'At last.' },
  silent = { first_ms = 600000, text = 'Never.' },
  stall = { count = 9, thinking_count = 5, faults = { { at = 7, ['do'] = 'stall' } } },
  cut = { count = 9, faults = { { at = 4, ['do'] = 'cut' } } },
  reset = { count = 9, faults = { { at = 4, ['do'] = 'reset' } } },
  broken = { count = 9, faults = { { at = 4, ['do'] = 'error', text = 'out of memory' } } },
  refused = { status = 400, json = { error = { message = 'temperature is not supported' } } },
  busy = { status = 429, headers = { ['Retry-After'] = '0.05' }, json = { error = { message = 'slow down' } } },
  waiting = { status = 503, headers = { ['Retry-After'] = '100' }, json = { error = { message = 'later' } } },
}

local INIT = [==[
vim.o.hidden = true
started, finished = {}, {}
-- Where hum itself hears of them: a CTRL-C between two autocommands of an event has Neovim skip the later one.
local status, ids = require('hum.status'), { HumRequestStarted = started, HumRequestFinished = finished }
local on_event = status.on_event
function status.on_event(name, data)
  if ids[name] then table.insert(ids[name], data.id) end
  return on_event(name, data)
end

--- A chat for the endpoint, in the current window.
function open(endpoint)
  vim.cmd('Hum new')
  local buf = vim.api.nvim_get_current_buf()
  for i, line in ipairs(vim.api.nvim_buf_get_lines(buf, 0, 10, false)) do
    if line:find('^endpoint:') then vim.api.nvim_buf_set_lines(buf, i - 1, i, false, { 'endpoint: ' .. endpoint }) end
  end
  return buf
end

function send(word)
  vim.cmd('normal! G')
  local last = vim.api.nvim_buf_line_count(0)
  vim.api.nvim_buf_set_lines(0, last, last, false, { 'Be ' .. word })
  require('hum').send()
end

function edit_anywhere(row, text)
  local last = vim.api.nvim_buf_line_count(0)
  row = row % last
  vim.api.nvim_buf_set_lines(0, row, row, false, { text })
end

asked, told, handles = 0, {}, {}

--- A generation for another plugin; into a buffer that may go before it ends, if one is given.
function generate(endpoint, word, buf)
  asked = asked + 1
  local nr = asked
  handles[nr] = require('hum').generate({
    prompt = 'Be ' .. word,
    endpoint = endpoint,
    at = buf and { buf = buf, row = 0, col = 0 } or nil,
    on_text = not buf and function() end or nil,
    on_done = function() told[nr] = (told[nr] or 0) + 1 end,
  })
end

function stop_generation(i)
  local handle = handles[i % math.max(1, #handles) + 1]
  if handle then handle.stop() end
end

function kill_helper()
  local channel = require('hum.server.helper').state().channel
  local ok, pid = pcall(vim.fn.jobpid, channel or 0)
  if ok then vim.uv.kill(pid, 'sigkill') end
end
]==]

local DIALECTS = { 'ollama', 'openai', 'anthropic' }

test(('chats at random, HUM_TEST_SEED=%d'):format(SEED), { ui = { 80, 24 }, init = INIT }, function(t)
  local random = random_from(SEED)
  local srv, rules, endpoints, words = t:fake(), {}, {}, vim.tbl_keys(RULES)
  table.sort(words)
  for _, word in ipairs(words) do
    rules[#rules + 1] = vim.tbl_extend('error', { match = { text = 'Be ' .. word } }, RULES[word])
  end
  srv:script({ rules = rules })
  for _, dialect in ipairs(DIALECTS) do
    endpoints[dialect] = { url = srv.url, dialect = dialect, model = 'fake' }
  end
  chat.configure(t, srv, nil, { endpoints = endpoints, chat = { window = 'current' } })
  local bufs = {}
  local function open(i) bufs[i] = t:lua('return open(...)', DIALECTS[i]) end
  for i = 1, #DIALECTS do
    open(i)
  end
  local function send() t:lua('send(...)', words[random(#words)]) end
  local actions = {
    send,
    send,
    send,
    send,
    function() t:lua('generate(...)', DIALECTS[random(3)], words[random(#words)]) end,
    function() t:lua('generate(...)', DIALECTS[random(3)], words[random(#words)], bufs[random(#bufs)]) end,
    function() t:lua('stop_generation(...)', random(1000)) end,
    function() t:cmd('Hum stop') end,
    function() t:cmd('Hum! stop') end,
    function() t:cmd('Hum retry') end,
    function() t:lua([[require('hum.server.client').jobs(function() end)]]) end,
    function() t:cmd('silent! undo') end,
    function() t:cmd('silent! redo') end,
    function() t:cmd('silent! $-2,$delete _') end,
    function() t:cmd('silent! %delete _') end,
    function() t:cmd('normal! zMzR') end,
    function() t:keys('Gotyped<Esc>') end,
    function() t:keys('ggOabove<Esc>') end,
    function() t:keys('<C-c>') end,
    function() t:lua('edit_anywhere(...)', random(100), 'a line') end,
    function()
      local i = random(#bufs)
      t:cmd('bwipeout! ' .. bufs[i])
      open(i)
    end,
    function()
      if random(4) == 1 then t:lua('kill_helper()') end
    end,
  }
  for _ = 1, 200 do
    t:cmd('buffer ' .. bufs[random(#bufs)])
    actions[random(#actions)]()
    t:elapse(random(3) == 1 and random(30) / 1000 or 0)
  end
  t:cmd('Hum! stop')
  t:lua('for i = 1, asked do stop_generation(i) end')
  t:wait(function()
    t:cmd('Hum! stop')
    return not t:lua([[return require('hum.server.client').is_busy()]])
  end, 'everything ends')
  local open_now = t:lua('return open(...)', DIALECTS[random(3)])
  chat.ask(t, 'Be plain', open_now)
  t:wait(function() return chat.reply(t, open_now):find('All is well.', 1, true) end, 'the next message is answered')
  t:wait(function() return t:lua('return #started == #finished') end, 'as many endings as beginnings')
  local started, finished = t:lua('return started'), t:lua('return finished')
  table.sort(started)
  table.sort(finished)
  eq(started, finished, 'each ends once')
  local told = t:lua('return told')
  for nr = 1, t:lua('return asked') do
    eq(1, told[nr], ('endings of generation %d'):format(nr))
  end
  T.no_match('fault', t:log())
  T.no_match('E%d+:', t:messages())
  T.no_match('stack traceback', t:messages())
end)
