-- What is told is read: whole in `:messages`, in the log and in the chat, with the cure on the screen, and no prompt
-- asks for a key.
local T = require('harness')
local chat = require('lib.chat')
local notes = require('lib.note')
local complete = require('lib.complete')
local test, eq = T.test, T.eq

T.once()

--- A text without blanks, as it is the same on a screen of any width.
local function joined(text) return (text:gsub('%s+', '')) end

--- Checks that a text has another one, wherever lines end.
local function has(part, text) T.match(joined(part), joined(text), true) end

--- How often a text is in another one, wherever lines end.
---@param part string
---@param text string
---@return integer
local function count(part, text) return select(2, joined(text):gsub(vim.pesc(joined(part)), '')) end

local CURE = 'Start Ollama with "ollama serve".'
local NOBODY = { OLLAMA_HOST = '' }

--- Asks where no server is, as a user does, and waits for the word.
local function ask_nobody(t, url)
  t:lua(
    'vim.g.hum = ...',
    { chat = { window = 'current' }, endpoints = { ollama = { url = url or 'http://127.0.0.1:1' } } }
  )
  t:keys(':Hum chat why is the sky blue?<CR>')
  t:wait(function() return t:log():find('lua: hum: cannot reach', 1, true) end, 'the failure is told')
end

--- Checks that nothing waits for a key, and that all is in `:messages`.
local function check_told(t)
  t:wait(function() return joined(t:messages()):find('cannotreachendpoint', 1, true) end, 'it is in :messages')
  eq(false, t.child:mode().blocking)
  has('cannot reach endpoint "ollama" at http://127.0.0.1:1/api/tags: ', t:messages())
  T.match('"ollama serve"', t:messages(), true)
  has('endpoints.ollama.url.', t:messages())
end

for _, columns in ipairs({ 80, 40 }) do
  test(('%d columns: what happened and the cure stand whole on the screen'):format(columns), {
    tui = true,
    ui = { columns, 24 },
    env = NOBODY,
  }, function(t)
    ask_nobody(t)
    t:wait_screen('"ollama serve"', true)
    check_told(t)
    has('cannot reach endpoint "ollama" at http://127.0.0.1:1/api/tags: ', t:screen())
    has('correct OLLAMA_HOST or endpoints.ollama.url.', t:screen())
    eq(1, count(CURE, t:screen()))
  end)
end

-- Where a message goes.
local WAYS = {
  ['vim.notify'] = '',
  ['a vim.notify that is wrapped'] = 'local old = vim.notify vim.notify = function(...) return old(...) end',
  ['a vim.notify that is wrapped and waits'] = 'vim.notify = vim.schedule_wrap(vim.notify)',
  ['a vim.notify that is wrapped and waits longer'] = [[
    local old = vim.notify
    vim.notify = function(...)
      local given = { ... }
      vim.defer_fn(function() old(unpack(given)) end, 10)
    end]],
  ['a vim.notify that prints'] = 'vim.notify = function(text) print(text) end',
  ['a vim.notify that echoes'] = [[vim.notify = function(text) vim.api.nvim_echo({ { text, 'ErrorMsg' } }, true, {}) end]],
}

for way, init in vim.spairs(WAYS) do
  for _, height in ipairs({ 0, 1, 2 }) do
    test(("%s, 'cmdheight' %d: no prompt, and all is in :messages"):format(way, height), {
      ui = { 60, 20 },
      env = NOBODY,
      init = init,
    }, function(t)
      t:cmd('set cmdheight=' .. height)
      ask_nobody(t)
      check_told(t)
      eq(1, count(CURE, t:screen()))
    end)
  end
end

for _, flags in ipairs({ '', 'a', 'filnxtToOFTWIcCqsS' }) do
  test(("'shortmess' %q: no prompt, and all is in :messages"):format(flags), {
    ui = { 50, 12 },
    env = NOBODY,
  }, function(t)
    t:cmd('set shortmess=' .. flags)
    ask_nobody(t)
    check_told(t)
  end)
end

test('what is told while a command is typed waits until it is entered', { ui = { 60, 20 } }, function(t)
  t:keys(':echo 1')
  t:lua([[require('hum.notify').warn(...)]], ('hum: a long message '):rep(20))
  t:wait(function() return t:log():find('a long message', 1, true) end, 'it is in the log')
  T.match(':echo 1', t:screen(), true)
  t:keys('<C-c>')
  t:wait(function() return t:messages():find('a long message', 1, true) end, 'it is told')
  eq(false, t.child:mode().blocking)
end)

test('the end of a message that begins with a long path is seen', { ui = { 80, 24 } }, function(t)
  local name = 'a_server_with_a_very_long_name_' .. ('x'):rep(60)
  t:lua([[require('hum').setup({ endpoints = { [...] = { url = 'http://h', model = 'm', evn = 1 } } })]], name)
  t:wait(function() return t:messages() ~= '' end, 'it is told')
  t:wait(function() return joined(t:screen()):find('nosuchoption;expectedoneof"preset"', 1, true) end, 'it is seen')
  has('endpoints.' .. name .. '.evn', t:messages())
end)

-- Models that cannot fill in: what the server is, and what is asked of it.
local UNABLE = {
  ['Ollama has a model without FIM tokens'] = {
    dialect = 'ollama',
    script = {
      server = 'ollama',
      models = { { name = 'a-model-with-a-name-of-some-length:7b', capabilities = { 'completion' } } },
    },
    model = 'a-model-with-a-name-of-some-length:7b',
  },
  ['an OpenAI-compatible server refuses the suffix'] = {
    dialect = 'openai',
    script = {
      models = { 'a-model-with-a-name-of-some-length' },
      rules = {
        {
          match = { path = '/v1/completions' },
          status = 400,
          json = {
            error = { message = 'suffix is not currently supported by this server, which says so at some length' },
          },
        },
        { match = { path = '/props' }, status = 404, json = { detail = 'Not Found' } },
      },
    },
    model = 'a-model-with-a-name-of-some-length',
  },
  ['llama-server serves a model without FIM tokens'] = {
    dialect = 'openai',
    script = { server = 'llama-server', fim = false, models = { 'a-model-with-a-name-of-some-length' }, rules = {} },
  },
}

for name, case in vim.spairs(UNABLE) do
  test('completion at 100 columns: the cure is whole where ' .. name, { ui = { 100, 24 } }, function(t)
    local srv = t:fake()
    case.script.rules = case.script.rules or {}
    srv:script(case.script)
    t:lua('vim.g.hum = ...', {
      endpoints = { ollama = { url = srv.url, dialect = case.dialect } },
      complete = { mode = 'on', debounce = 0, model = case.model },
    })
    t:cmd('edit ' .. t:write_file('main.c', 'int a;\n'))
    complete.type(t, 'Oint b = ')
    t:wait(function() return t:log():find('lua: hum: ', 1, true) end, 'it is known')
    t:keys('<Esc>')
    t:wait_screen('hum: .*complete%.fim')
    eq(false, t.child:mode().blocking)
  end)
end

--- A reply that fails after some text.
local function failing(t)
  local srv = t:fake()
  srv:script({
    tokens = { 'alpha ', 'beta ', 'gamma ' },
    faults = { { at = 2, ['do'] = 'error', text = 'The lighthouse is dark. Nobody knows when it is lit again.' } },
  })
  local buf = chat.open(t, srv)
  chat.ask(t, 'hello')
  chat.finished(t)
  notes.wait(t, 'Retry with')
  return buf
end

local SAID = 'The lighthouse is dark. Nobody knows when it is lit again.'
local HINT = "Retry with g<CR> (:Hum retry) or go on with g. (:Hum continue). Check the server's log for details."

for _, columns in ipairs({ 40, 80, 100 }) do
  test(('%d columns: the words of an error stand once in the chat, and are whole'):format(columns), {
    ui = { columns, 30 },
  }, function(t)
    failing(t)
    local shown
    t:wait(function() -- what goes to `:messages` passes through the message area
      shown = t:screen()
      return select(2, shown:gsub('lighthouse', '')) == 1
    end, 'the words stand once')
    has(SAID, shown)
    has(HINT, shown)
  end)
end

for _, columns in ipairs({ 40, 60, 100 }) do
  test(('%d columns: the figures of a reply are whole'):format(columns), { ui = { columns, 24 } }, function(t)
    local srv = t:fake()
    local name = 'a-model-with-25-characters'
    srv:script({ models = { name }, rules = { { count = 30, interval_ms = 5 } } })
    chat.open(t, srv, { model = name })
    chat.ask(t, 'hello')
    chat.finished(t)
    t:wait(
      function() return joined(t:screen()):gsub('·', ''):find('30tokens%d+tokens/sfirsttoken[%d.]+s') end,
      'the figures'
    )
    t:cmd('set columns=100')
    t:wait_screen('\n 30 tokens · %d+ tokens/s · first token [%d.]+ s[^\n]*\n You')
  end)
end

test('a hint is wrapped again when its window is narrowed or widened', { ui = { 110, 30 } }, function(t)
  failing(t)
  eq(SAID, notes.wait(t, 'Retry').text:match('replying: (.*) Retry'))
  t:cmd('botright vnew')
  t:cmd('vertical resize 70')
  local function whole()
    local left = {}
    for line in vim.gsplit(t:screen(), '\n') do
      left[#left + 1] = vim.fn.strcharpart(line, 0, 39)
    end
    return joined(table.concat(left)):find(joined(HINT), 1, true)
  end
  t:wait(whole, 'the hint is whole in 39 columns')
  t:cmd('quit')
  notes.wait(t, HINT)
end)

test('what stands below a message is scrolled into view', { ui = { 60, 14 }, env = NOBODY }, function(t)
  t:lua('vim.g.hum = ...', { chat = { window = 'current' }, endpoints = { ollama = { url = 'http://127.0.0.1:1' } } })
  t:cmd('Hum chat')
  chat.ask(t, ('line\n'):rep(30) .. 'the last one')
  t:keys('G')
  t:cmd('Hum send')
  t:wait_screen('endpoints.ollama.url.', true)
end)

test('the log has what a message had no room for', { ui = { 40, 20 }, env = NOBODY }, function(t)
  ask_nobody(t)
  t:cmd('Hum log')
  T.match('cannot reach endpoint "ollama" at http://127.0.0.1:1/api/tags: ', t:text(), true)
  T.match(CURE .. ' If it runs elsewhere, correct OLLAMA_HOST or endpoints.ollama.url.', t:text(), true)
end)

test('the log has the words of a server and the cure, and no key', { env = { TEAM_KEY = 'sesame-1234' } }, function(t)
  local srv = t:fake()
  srv:script({ rules = { { status = 401, json = { error = 'the key sesame-1234 is no good' } } } })
  chat.open(t, srv, { key = { env = 'TEAM_KEY' } })
  chat.ask(t, 'hello')
  chat.finished(t)
  t:wait(function() return t:log():find('is no good', 1, true) end, 'it is in the log')
  T.match('the key in $TEAM_KEY was refused', t:log(), true)
  T.no_match('sesame', t:log() .. t:messages(), true)
end)

-- Configurations, what the server answers, and what is told of it.
local TOLD = {
  ['the whole address of a reply that fails'] = {
    answer = { tokens = { 'a ', 'b ' }, faults = { { at = 1, ['do'] = 'error', text = 'boom' } } },
    message = '/api/chat reported an error while replying: boom',
  },
  ['the whole address of one that is cut'] = {
    endpoint = { dialect = 'openai' },
    answer = { tokens = { 'a ', 'b ' }, faults = { { at = 1, ['do'] = 'close' } } },
    message = '/v1/chat/completions closed the connection',
  },
  ['the parameters of an address'] = {
    endpoint = { dialect = 'openai', query = { ['api-version'] = '2025-04-01' } },
    answer = { status = 500, json = { error = 'boom' } },
    message = '/v1/chat/completions?api-version=2025-04-01 returned HTTP 500: boom',
  },
  ['a key that stands in a header'] = {
    endpoint = { headers = { Authorization = { env = 'TEAM_KEY', prefix = 'Bearer ' } } },
    answer = { status = 401, json = { error = 'no' } },
    hint = 'the key in endpoints.ollama.headers.Authorization was refused',
    hint_lacks = 'no key is set',
  },
  ['that no key is set'] = {
    endpoint = { dialect = 'openai' },
    answer = { status = 401, json = { error = { message = 'Unauthorized' } } },
    hint = '(no key is set)',
  },
  ['the option that a server refuses'] = {
    endpoint = { options = { temperature = 0.2 } },
    answer = { status = 400, json = { error = "'temperature' may only be 1" } },
    hint = 'endpoints.ollama.options.temperature',
  },
  ['an OpenAI-compatible server behind "ollama"'] = {
    answer = { status = 404, json = { detail = 'Not Found' } },
    message = '/api/chat returned HTTP 404: Not Found',
    hint = "dialect = 'openai'",
  },
  ['an OpenAI-compatible server behind "anthropic"'] = {
    endpoint = { dialect = 'anthropic' },
    answer = { status = 404, json = { detail = 'Not Found' } },
    message = '/v1/messages returned HTTP 404: Not Found',
    hint = "dialect = 'openai'",
  },
  ['a model that takes no tools, and no word about the address'] = {
    endpoint = { dialect = 'openai' },
    answer = { status = 404, json = { error = { message = 'No endpoints found that support tool use.' } } },
    message = 'No endpoints found that support tool use.',
    hint_lacks = 'url',
  },
  ['an empty 403 of a server that is not Ollama'] = {
    endpoint = { dialect = 'openai' },
    answer = { status = 403, body = '' },
    hint_lacks = 'Ollama',
  },
  ['an error before any text'] = {
    answer = { tokens = {}, faults = { { ['do'] = 'error', text = 'boom' } } },
    message = 'boom',
    hint_lacks = 'kept',
  },
}

for name, case in vim.spairs(TOLD) do
  test('told is ' .. name, { env = { TEAM_KEY = 'sesame-1234' } }, function(t)
    local srv = t:fake()
    srv:script({ rules = { case.answer } })
    chat.open(t, srv, case.endpoint)
    chat.ask(t, 'hello')
    local data = chat.finished(t)
    T.match(case.message or '', data.message, true)
    T.match(case.hint or '', data.hint, true)
    if case.hint_lacks then T.no_match(case.hint_lacks, data.hint, true) end
  end)
end

test('an address of $OLLAMA_HOST is told to come from there', function(t)
  t:lua([[vim.env.OLLAMA_HOST = 'http://127.0.0.1:1']])
  chat.open(t, {}, { model = 'm' })
  chat.ask(t, 'hello')
  local data = chat.finished(t)
  T.match('http://127.0.0.1:1/api/chat (from $OLLAMA_HOST)', data.message, true)
  T.match('correct OLLAMA_HOST', data.hint, true)
end)

-- Errors as Neovim and Lua raise them, and what of them is told.
local PLAIN = {
  { "hum: /a/b/lua/hum/chat/text/edit.lua:28: Buffer is not 'modifiable'", "hum: Buffer is not 'modifiable'" },
  { 'hum: Error executing lua: vim/_editor.lua:0: Vim(split):E36: Not enough room', 'hum: E36: Not enough room' },
  { 'hum: Lua: Vim:E565: Not allowed\nstack traceback:\n\t[C]: in function', 'hum: E565: Not allowed' },
  {
    'hum: it stays: [string "?"]:355: nvim_exec2(), line 1: Vim(write):E382: Cannot write',
    'hum: it stays: E382: Cannot write',
  },
  {
    'hum: x: vim/_editor.lua:431: BufWritePost Autocommands for "<buffer=2>"..script nvim_exec2() called at '
      .. 'BufWritePost Autocommands for "<buffer=2>":0, line 1: Vim(write):E382: Cannot write',
    'hum: x: E382: Cannot write',
  },
  { 'vim/_editor.lua:431: nvim_exec2(): Vim(write):E514: Write error', 'E514: Write error' },
  { 'hum: /home/u/.config/nvim/init.lua:12: boom', 'hum: /home/u/.config/nvim/init.lua:12: boom' },
}

test('the log has why a reply ended in another way than it should', function(t)
  local srv = t:fake()
  srv:script({ rules = { { tokens = { 'a ' }, done_reason = 'content_filter' } } })
  chat.open(t, srv)
  chat.ask(t, 'hello')
  chat.finished(t)
  t:wait(
    function() return t:log():find('a content filter of the server ended the reply', 1, true) end,
    'it is in the log'
  )
end)

test('where in the code an error was raised is not told', { ui = false }, function(t)
  for _, case in ipairs(PLAIN) do
    eq(case[2], t:lua([[return require('hum.notify').plain(...)]], case[1]))
  end
end)

test('a chat that cannot be changed is told in words', function(t)
  chat.open(t, { url = 'http://127.0.0.1:1' })
  t:cmd('setlocal nomodifiable')
  t:cmd('Hum model another')
  t:wait(
    function() return t:messages():find(":set modifiable first: the chat is 'nomodifiable'", 1, true) end,
    'it is told'
  )
  T.no_match('%.lua:', t:messages())
  T.no_match('this chat uses', t:messages())
end)
