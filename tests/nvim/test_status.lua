-- What completion says of itself: a word for statuslines, the sentence of :Hum complete status, and its messages.
local T = require('harness')
local complete = require('lib.complete')
local suggest = require('lib.suggest')
local test, eq = T.test, T.eq
T.once()

local OPTS = suggest.OPTS

--- The first time that it is wanted it comes a little later.
local function word(t)
  t:lua([[require('hum.complete').statusline()]])
  suggest.settle(t)
  return t:lua([[return require('hum.complete').statusline()]])
end

local function status(t) return t:lua([[return require('hum.complete').status()]]) end

--- Keeps the words that the event tells from now on.
local function listen(t)
  t:lua([[
    _G.words = {}
    vim.api.nvim_create_autocmd('User', {
      pattern = 'HumCompleteChanged',
      callback = function(ev) table.insert(_G.words, ev.data.word) end,
    })
    require('hum.complete').statusline()]])
  word(t)
end

local function words(t)
  suggest.settle(t)
  return t:lua('local seen = words; words = {}; return seen')
end

-- ---- the word ---------------------------------------------------------------------------------

test('there is no word before hum is configured, nor is anything loaded for it', { ui = { 60, 12 } }, function(t)
  suggest.open(t, { '' })
  eq('', word(t))
  eq(
    {},
    t:lua(
      [[return vim.tbl_filter(function(name) return name:find('^hum%.complete%.') end, vim.tbl_keys(package.loaded))]]
    )
  )
end)

test('where completion is off there is no word', OPTS, function(t)
  for _, command in ipairs({
    'edit .env',
    'edit a.txt | let b:hum_complete = "off"',
    'enew | setlocal buftype=nofile',
    'edit b.txt | set paste',
    'set nopaste | Hum complete off',
  }) do
    t:cmd(command)
    eq('', word(t), command)
  end
  t:cmd('Hum complete on')
  eq('ready', word(t))
end)

test('it says what is shown, asked and wrong, and each change is told once', OPTS, function(t)
  local buf = suggest.open(t, { 'x' })
  listen(t)
  eq('ready', word(t))
  suggest.type(t, 'A')
  eq({ { 'watch', true } }, suggest.sent(t, 'watch'), 'who is asked')
  eq({}, words(t))
  suggest.event(t, 'asking', { asking = true })
  eq('asking', word(t))
  suggest.suggest(t, 'abc', { n = 1, of = 2 })
  eq('shown 1/2', word(t))
  suggest.event(t, 'asking', { asking = false })
  suggest.type(t, 'ab')
  eq('shown 1/2', word(t))
  suggest.type(t, 'x')
  eq('ready', word(t))
  eq({ 'asking', 'shown 1/2', 'ready' }, words(t))
  suggest.event(t, 'backend_error', { code = 'connect', message = 'ollama does not answer', hint = '' })
  eq('offline', word(t))
  T.match('ollama does not answer', status(t), true)
  suggest.suggest(t, 'abc', { serial = 8 })
  eq('shown 1/1', word(t))
  suggest.type(t, '<Esc>')
  eq('ready', word(t))
  eq({ 'offline', 'shown 1/1', 'ready' }, words(t))
  suggest.event(t, 'loading', { loading = true })
  eq('loading', word(t))
  suggest.event(t, 'loading', { loading = false })
  eq({ 'loading', 'ready' }, words(t))
  t:cmd('bwipeout! ' .. buf)
end)

test('a suggestion that is dismissed or accepted is not shown any more', OPTS, function(t)
  suggest.open(t, { 'x' })
  listen(t)
  for _, action in ipairs({ 'dismiss', 'accept' }) do
    suggest.type(t, 'A')
    suggest.suggest(t, 'abc')
    eq('shown 1/1', word(t))
    suggest.call(t, action)
    eq('ready', word(t))
    suggest.type(t, '<Esc>')
    eq({ 'shown 1/1', 'ready' }, words(t))
  end
end)

test('the statusline shows it, without being asked to be drawn', OPTS, function(t)
  t:cmd([[set laststatus=2 statusline=[%{%v:lua.require'hum.complete'.statusline()%}]\ %f]])
  suggest.open(t, { 'x' })
  suggest.type(t, 'A')
  t:wait_screen('%[ready%]')
  suggest.event(t, 'asking', { asking = true })
  t:wait_screen('%[asking%]')
  suggest.suggest(t, 'abc')
  t:wait_screen('%[shown 1/1%]')
  t:cmd('edit .env')
  t:wait_screen('%[%] %.env')
end)

test('it does not hold up the start', { ui = { 60, 12 } }, function(t)
  t:lua([[vim.g.hum = { complete = { mode = 'on' } }]])
  eq('', t:lua([[return require('hum.complete').statusline()]]))
  eq('ready', word(t))
end)

test('who does not want the word pays nothing for it', OPTS, function(t)
  suggest.open(t, { 'x' })
  suggest.type(t, 'Ax')
  eq({}, suggest.sent(t, 'watch'))
  eq(false, t:lua([[return package.loaded['hum.complete.word'] ~= nil]]))
end)

test('another helper is told again that the word is wanted', OPTS, function(t)
  suggest.open(t, { 'x' })
  listen(t)
  suggest.type(t, 'A')
  suggest.event(t, 'asking', { asking = true })
  suggest.sent(t)
  t:lua([[
    for _, fn in ipairs(stub.on_lost) do fn({ message = 'gone' }) end
    local now = vim.uv.now
    vim.uv.now = function() return now() + 60000 end]])
  eq('ready', word(t))
  suggest.type(t, '<Esc>A')
  eq({ { 'watch', true } }, suggest.sent(t, 'watch'))
end)

test(
  'a helper that cannot be started is "offline", and the status says why',
  { ui = { 160, 12 }, init = OPTS.init },
  function(t)
    suggest.open(t, { 'x' })
    listen(t)
    t:lua([[stub.why = 'the helper is not built: run :Hum build']])
    suggest.type(t, 'A')
    eq('offline', word(t))
    T.match('there is no helper: the helper is not built: run :Hum build', status(t), true)
  end
)

test('with a real helper the word goes from "asking" to "shown"', complete.OPTS, function(t)
  local srv, gate = complete.start(t, { text = 'local two = 2' }, { gate = true })
  listen(t)
  gate:pass(0)
  complete.insert(t, { 'local one = 1', '' })
  srv:wait_event('request')
  t:wait(function() return word(t) == 'asking' end, 'the request is told')
  gate:pass()
  complete.wait_answer(t, 'local two = 2')
  t:wait(function() return word(t) == 'shown 1/1' end, 'the suggestion is told')
end)

test('a model that is being loaded is told', complete.OPTS, function(t)
  local srv = complete.start(
    t,
    { text = 'local two = 2' },
    { api = 'generate', more = { load_ms = t:seconds(1.2) * 1000 } }
  )
  listen(t)
  complete.insert(t, { 'local one = 1', '' })
  srv:wait_event('load_start')
  t:wait(function() return vim.tbl_contains(t:lua('return words'), 'loading') end, 'the beginning is told')
  complete.wait_ghost(t, 'local two = 2')
  eq('shown 1/1', word(t))
end)

-- ---- the sentence -----------------------------------------------------------------------------

test("'paste' is told by the status, and nothing is asked meanwhile", OPTS, function(t)
  suggest.open(t, { 'x' })
  suggest.type(t, 'A')
  suggest.sent(t)
  suggest.type(t, '<C-o>:set paste<CR>abc')
  eq({}, suggest.sent(t, 'key'))
  T.match("completion is off in this buffer: 'paste' is set", status(t), true)
  t:cmd('let b:hum_complete = v:true')
  T.match("'paste' is set", status(t), true)
  t:cmd('set nopaste')
  suggest.settle(t)
  suggest.type(t, 'd')
  T.ok(#suggest.sent(t, 'key') > 0)
  T.match('completion is on', status(t), true)
end)

-- File types in which nobody wants suggestions, and some in which many do.
test('lists are off, unless they are named in the configuration', OPTS, function(t)
  suggest.open(t, { 'x' }, 'a.txt')
  local function mode(filetype)
    t:cmd('noautocmd setlocal filetype=' .. filetype)
    return t:lua([[return (require('hum.complete.allow').mode(0))]])
  end
  for filetype, wanted in pairs({
    gitrebase = 'off',
    hghistedit = 'off',
    qf = 'off',
    netrw = 'off',
    hum = 'off',
    gitcommit = 'on',
    markdown = 'on',
    yaml = 'on',
    lua = 'on',
  }) do
    eq(wanted, mode(filetype), filetype)
  end
  t:lua([[require('hum').setup({ complete = { mode = 'on', filetypes = { gitrebase = 'on' } } })]])
  eq('on', mode('gitrebase'))
end)

test('the status tells model, way, family and size of prompts', complete.OPTS, function(t)
  complete.start(t, { text = '' })
  complete.insert(t, { 'x' })
  local text = status(t)
  T.match('completion is on in this buffer; FIM model: "coder" at endpoint "ollama"', text, true)
  T.match('prompts have up to %d+ tokens of this file and %d+ of others', text)
end)

-- ---- messages ---------------------------------------------------------------------------------

local LONG = {
  code = 'http',
  status = 404,
  message = 'ollama at http://gpu-server.internal.example.com:11434 has no model "qwen2.5-coder:1.5b-base-q8_0"',
  hint = 'Run "ollama pull qwen2.5-coder:1.5b-base-q8_0" on the server. Or set complete.model to another one.',
}

-- With 'showmode' a message waits for the end of insert mode; without, it comes at once.
for name, showmode in pairs({ ["with 'showmode'"] = true, ["without 'showmode'"] = false }) do
  for _, columns in ipairs({ 40, 60, 80, 120 }) do
    local opts = { ui = { columns, 12 }, init = suggest.init .. '\nvim.o.showmode = ' .. tostring(showmode) }
    test(
      ('a long message asks for no key and is whole in :messages, %s, %d columns'):format(name, columns),
      opts,
      function(t)
        suggest.open(t, { 'x' })
        suggest.type(t, 'A')
        suggest.event(t, 'backend_error', LONG)
        suggest.type(t, 'abc')
        eq(false, t.child:mode().blocking)
        if showmode then
          T.match('INSERT', t:screen(), true)
          suggest.type(t, '<Esc>')
        end
        t:wait(function() return t:messages():find('another', 1, true) end, 'the message')
        eq(false, t.child:mode().blocking)
        local said = t:messages():gsub('%s+', '')
        T.match(LONG.message:gsub('%s+', ''), said, true)
        T.match(LONG.hint:gsub('%s+', ''), said, true)
        -- What to do is seen.
        t:wait_screen('Run "ollama')
        T.match('xabc', t:text(), true)
      end
    )
  end
end

test('several at once ask for no key either', { ui = { 60, 12 }, init = suggest.init }, function(t)
  suggest.open(t, { 'x' })
  suggest.type(t, 'A')
  for i, code in ipairs({ 'connect', 'timeout', 'http', 'bad' }) do
    suggest.event(t, 'backend_error', vim.tbl_extend('force', LONG, { code = code, message = i .. LONG.message }))
  end
  suggest.type(t, '<Esc>')
  t:wait(function() return select(2, t:messages():gsub('another', '')) == 4 end, 'all of them')
  eq(false, t.child:mode().blocking)
  suggest.type(t, 'Ay<Esc>')
  T.match('xy', t:text(), true)
end)

test('what stands against a backend is told whole', { ui = { 80, 12 }, init = suggest.init }, function(t)
  t:lua([[
    require('hum.complete.backend').resolve = function(cb)
      cb('hum: completion: endpoint "ollama" at http://gpu-server.internal.example.com:11434 cannot be reached\n' ..
        'Start it with "ollama serve". Or correct endpoints.ollama.url in the configuration.')
    end]])
  suggest.open(t, { 'x' })
  suggest.type(t, 'Ay<Esc>')
  t:wait(function() return t:messages():find('configuration', 1, true) end, 'the message')
  eq(false, t.child:mode().blocking)
  t:wait_screen('Start it with "ollama serve"', true)
  eq('xy', t:text())
end)

test(
  'what is said of completion is whole on 80 columns if it fits without its subject',
  { ui = { 80, 12 }, init = suggest.init },
  function(t)
    suggest.open(t, { 'x' })
    suggest.type(t, 'A')
    local message = 'no key: endpoints.x.key: $NO_SUCH_KEY_AT_ALL is not set'
    suggest.event(t, 'backend_error', { code = 'key', message = message, hint = '' })
    suggest.type(t, '<Esc>')
    t:wait_screen('hum: ' .. message, true)
    T.match('hum: completion: ' .. message, (t:messages():gsub('%s+', ' ')), true)
  end
)

test("without a line of its own a message waits for the end of insert mode, 'showmode' or not", {
  ui = { 80, 12 },
  init = suggest.init .. '\nvim.o.showmode = false vim.o.cmdheight = 0',
}, function(t)
  suggest.open(t, { 'x' })
  suggest.type(t, 'A')
  suggest.event(t, 'backend_error', { code = 'connect', message = 'ollama does not answer', hint = '' })
  suggest.type(t, 'abc')
  T.no_match('does not answer', t:messages())
  suggest.type(t, '<Esc>')
  t:wait_screen('ollama does not answer', true)
  eq(false, t.child:mode().blocking)
end)
