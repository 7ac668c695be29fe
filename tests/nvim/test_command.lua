-- `:Hum`, its completion and the <Plug> maps. Mostly the chat itself is replaced by a
-- recorder: what is tested is what the command makes of what was typed.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

T.once()

local RECORDER = [[
  calls = {}
  package.loaded['hum.chat'] = setmetatable({}, { __index = function(_, name)
    return function(...)
      local args = vim.deepcopy({ ... })
      if type(args[1]) == 'table' then args[1].mods = nil end
      table.insert(calls, { name, args[1] })
    end
  end })
  vim.g.hum = { endpoints = { team = { url = 'http://h:1', dialect = 'openai' } } }
]]

--- The calls that an Ex command leads to.
local function calls(t, command)
  t:lua('calls = {}')
  t:cmd(command)
  return t:lua('return calls')
end

local function said(t, command)
  t:cmd('messages clear')
  t:cmd(command)
  return t:wait(function()
    local text = t:messages()
    return text ~= '' and text
  end, 'a message')
end

-- What was typed, and what a chat is opened with; `new` is true if nothing is said of it.
local OPENED = {
  -- nothing
  ['Hum'] = { new = false },
  ['Hum chat'] = { new = false },
  ['Hum   '] = { new = false },
  -- questions without a subcommand
  ['Hum why is the sky blue?'] = { question = 'why is the sky blue?' },
  ['Hum   what is  a "fence" | here  '] = { question = 'what is  a "fence" | here' },
  ['Hum "why" isn\'t it?'] = { question = '"why" isn\'t it?' },
  ['Hum Warum ist das so, Grüße?'] = { question = 'Warum ist das so, Grüße?' },
  ['Hum what is # and % and <cword>?'] = { question = 'what is # and % and <cword>?' },
  ['Hum 为什么天空是蓝色的？'] = { question = '为什么天空是蓝色的？' },
  ['Hum qwen3:8b or mistral?'] = { question = 'qwen3:8b or mistral?' },
  ['Hum! and then there was?'] = { new = false, question = 'and then there was?' },
  -- subcommands with something behind them that they do not take
  ['Hum jobs for C programmers?'] = { question = 'jobs for C programmers?' },
  ['Hum stop it please'] = { question = 'stop it please' },
  ['Hum! stop it please'] = { new = false, question = 'stop it please' },
  ['Hum send now'] = { question = 'send now' },
  ['Hum log in fails, why?'] = { question = 'log in fails, why?' },
  ['Hum build a house?'] = { question = 'build a house?' },
  ['Hum health insurance?'] = { question = 'health insurance?' },
  ['Hum retry ?'] = { question = 'retry ?' },
  ['Hum model behaviour is odd, why?'] = { question = 'model behaviour is odd, why?' },
  ['Hum model theory?'] = { question = 'model theory?' },
  ['Hum complete this sentence'] = { question = 'complete this sentence' },
  ['Hum check mate in two?'] = { question = 'check mate in two?' },
  ['Hum new hello there'] = { question = 'new hello there' },
  ['Hum inspect my code, please'] = { question = 'inspect my code, please' },
  ['Hum accept the terms?'] = { question = 'accept the terms?' },
  ['Hum reject all of it?'] = { question = 'reject all of it?' },
  -- after "chat": models …
  ['Hum chat qwen3:8b'] = { model = 'qwen3:8b' },
  ['Hum chat   mistral  '] = { model = 'mistral' },
  ['Hum chat fake'] = { model = 'fake' },
  ['Hum chat hf.co/a/b:Q4'] = { model = 'hf.co/a/b:Q4' },
  ['Hum chat @cf/meta/llama'] = { model = '@cf/meta/llama' },
  ['Hum chat team/m'] = { endpoint = 'team', model = 'm' },
  ['Hum chat team/'] = { endpoint = 'team' },
  ['Hum chat down/'] = { endpoint = 'down' },
  ['Hum new m'] = { model = 'm' },
  ['Hum new'] = {},
  -- … questions …
  ['Hum chat hello'] = { question = 'hello' },
  ['Hum chat big'] = { question = 'big' },
  ['Hum chat jobs'] = { question = 'jobs' },
  ['Hum chat stop it'] = { question = 'stop it' },
  ['Hum chat why?'] = { question = 'why?' },
  ['Hum chat ?'] = { question = '?' },
  ['Hum chat hello there, you'] = { question = 'hello there, you' },
  ['Hum chat what is  a "fence" | here'] = { question = 'what is  a "fence" | here' },
  ['Hum chat TCP/IP or what?'] = { question = 'TCP/IP or what?' },
  ['Hum chat Note: this fails'] = { question = 'Note: this fails' },
  ['Hum chat Note:'] = { question = 'Note:' },
  ['Hum chat std::vector or list?'] = { question = 'std::vector or list?' },
  ['Hum chat src/main.c:12 is wrong?'] = { question = 'src/main.c:12 is wrong?' },
  ['Hum chat 10:30 in Tokyo?'] = { question = '10:30 in Tokyo?' },
  ['Hum chat http://h/x'] = { question = 'http://h/x' },
  ['Hum! chat and then?'] = { new = false, question = 'and then?' },
  -- … and both
  ['Hum chat qwen3:8b why?'] = { model = 'qwen3:8b', question = 'why?' },
  ['Hum chat phi4:mini   why is  it?'] = { model = 'phi4:mini', question = 'why is  it?' },
  ['Hum chat mistral why?'] = { model = 'mistral', question = 'why?' },
  ['Hum chat openai/gpt-4o why?'] = { model = 'openai/gpt-4o', question = 'why?' },
  ['Hum chat IPv4/IPv6 or what?'] = { question = 'IPv4/IPv6 or what?' },
  ['Hum chat src/mp3.lua is odd'] = { question = 'src/mp3.lua is odd' },
  ['Hum chat team/big why?'] = { endpoint = 'team', model = 'big', question = 'why?' },
  ['Hum chat team/ why?'] = { endpoint = 'team', question = 'why?' },
  ['Hum chat down/ why?'] = { endpoint = 'down', question = 'why?' },
}

--- Lists of models that an earlier Neovim has seen.
local LISTS = [[
  local path = vim.fn.stdpath('state') .. '/hum.json'
  vim.fn.mkdir(vim.fs.dirname(path), 'p')
  local names = { ollama = { 'qwen3:8b', 'qwen3:1b', 'mistral:latest' }, team = { 'big' } }
  vim.fn.writefile({ vim.json.encode({ names = names }) }, path)
  vim.g.hum = vim.tbl_deep_extend('force', vim.g.hum, { endpoints = { ollama = { model = 'fake' } } })
]]

test('a command is a subcommand with what it takes, or a question', { ui = false, init = RECORDER }, function(t)
  t:lua(LISTS)
  for command, opts in vim.spairs(OPENED) do
    if opts.new == nil then opts.new = true end
    eq({ { 'open', opts } }, calls(t, command), command)
  end
end)

test('a question has as many lines as it was given', { ui = false, init = RECORDER }, function(t)
  t:lua([[vim.cmd.Hum('why\nis this?')]])
  eq({ { 'open', { new = true, question = 'why\nis this?' } } }, t:lua('return calls'))
end)

test(
  'with a range the lines are quoted and all of the text is the question',
  { ui = false, init = RECORDER },
  function(t)
    t:api('nvim_buf_set_lines', 0, 0, -1, false, { 'a', 'b', 'c', 'd' })
    local buf = t:eval('bufnr()')
    local quote = { buf = buf, first = 2, last = 3 }
    eq({ { 'open', { new = true, quote = quote, question = 'why' } } }, calls(t, '2,3Hum chat why'))
    eq({ { 'open', { new = true, quote = quote } } }, calls(t, '2,3Hum chat'))
    eq({ { 'open', { new = false, quote = quote, question = 'x y' } } }, calls(t, '2,3Hum! chat x y'))
    eq({ { 'open', { new = true, quote = quote, question = 'why is that?' } } }, calls(t, '2,3Hum why is that?'))
    eq({ { 'open', { new = true, quote = quote, question = 'send it?' } } }, calls(t, '2,3Hum send it?'))
    eq({ { 'open', { new = true, quote = quote, model = 'a:b', question = 'why' } } }, calls(t, '2,3Hum chat a:b why'))
  end
)

test('subcommands reach the chat', { ui = false, init = RECORDER }, function(t)
  eq({ { 'send' } }, calls(t, 'Hum send'))
  eq({ { 'retry' } }, calls(t, 'Hum retry'))
  eq({ { 'stop', { all = false } } }, calls(t, 'Hum stop'))
  eq({ { 'stop', { all = true } } }, calls(t, 'Hum! stop'))
  eq({ { 'toggle' } }, calls(t, 'Hum toggle'))
  eq({ { 'ask', { question = 'why is that?' } } }, calls(t, 'Hum ask why is that?'))
  eq({ { 'ask', { question = 'why' } } }, calls(t, 'Hum ask why'))
  eq({ { 'ask', { model = 'a:b', question = 'why' } } }, calls(t, 'Hum ask a:b why'))
  local quote = { buf = t:eval('bufnr()'), first = 1, last = 1 }
  eq({ { 'ask', { question = 'why', quote = quote } } }, calls(t, '1Hum ask why'))
end)

test('what is wrong with a command is said', { ui = { 160, 24 }, init = RECORDER }, function(t)
  eq('hum: unknown subcommand ":Hum caht" (did you mean "chat"?)', said(t, 'Hum caht'))
  for prefix, word in pairs({ ['Hum '] = 'frobnicate', ['1Hum '] = 'why?', ['Hum! '] = '?', ['tab Hum '] = '为什么' }) do
    local unknown = ('hum: unknown subcommand ":Hum %s"; to ask it: ":Hum chat %s"'):format(word, word)
    eq(unknown, said(t, prefix .. word))
  end
  eq('hum: unknown subcommand ":Hum retry?" (did you mean "retry"?)', said(t, 'Hum retry?'))
  eq('hum: :Hum send takes no range', said(t, '1Hum send'))
  eq('hum: :Hum retry takes no "!"', said(t, 'Hum! retry'))
  eq('hum: write: :execute "Hum stop" | wincmd p', said(t, 'Hum stop | wincmd p'))
  T.match('"frobnicate"', said(t, 'Hum check frobnicate'), true)
  T.match('":Hum complete" expects one of', said(t, 'Hum complete frobnicate'), true)
  T.match('":Hum inspect" expects one of', said(t, 'Hum inspect frobnicate'), true)
  eq({}, t:lua('return calls'))
end)

test('one unknown word waits for no key, however small the screen is', { ui = { 40, 12 } }, function(t)
  t:keys(':Hum! nonsense<CR>')
  t:wait(function() return t:messages():find('nonsense', 1, true) end, 'the message')
  eq({ mode = 'n', blocking = false }, t.child:mode())
  -- Floats aside, which say it.
  eq(
    1,
    t:lua([[return #vim.tbl_filter(function(win) return vim.api.nvim_win_get_config(win).relative == '' end,
    vim.api.nvim_list_wins())]])
  )
end)

test(
  'subcommands and models are completed',
  { ui = false, init = RECORDER, env = { OLLAMA_HOST = '127.0.0.1:9' } },
  function(t)
    local path = t:lua([[
    local path = vim.fn.stdpath('state') .. '/hum.json'
    vim.fn.mkdir(vim.fs.dirname(path), 'p')
    vim.fn.writefile({ vim.json.encode({
      names = { ollama = { 'qwen3:8b', 'qwen3:1b', 'mistral:latest' }, team = { 'big' } } }) }, path)
    return path
  ]])
    T.ok(path)
    local function complete(line) return t:lua('return vim.fn.getcompletion(..., "cmdline")', line) end
    local all = t:lua([[
      local names = {}
      for name in pairs(require('hum.subcommands')) do
        names[name] = true
      end
      for _, name in ipairs(require('hum.library.command').names()) do
        names[name] = true
      end
      names = vim.tbl_keys(names)
      table.sort(names)
      return names]])
    eq(all, complete('Hum '))
    for _, name in ipairs({
      'ask',
      'chat',
      'chats',
      'continue',
      'model',
      'new',
      'prompt',
      'quickfix',
      'retry',
      'send',
      'stop',
      'toggle',
    }) do
      T.ok(vim.tbl_contains(all, name), name)
    end
    eq({ 'send', 'shell', 'simplify', 'stop' }, complete('Hum s'))
    eq({ 'stop' }, complete('Hum! st'))
    eq({ 'check' }, complete("tab '<,'>Hum che"))
    eq({ 'qwen3:8b', 'qwen3:1b' }, complete('Hum chat qw'))
    eq({ 'qwen3:8b', 'qwen3:1b' }, complete('Hum model q'))
    eq({ 'team/', 'team/big' }, complete('Hum new t'))
    eq({}, complete('Hum chat mistral and t'))
    eq({}, complete('Hum send q'))
  end
)

--- The explanation of a word, as the table of subcommands has it, or a prompt.
local function explained(t, name)
  return t:lua(
    [[
    local sub = require('hum.subcommands')[...]
    return sub and sub.desc or require('hum.prompt').get(...).description]],
    name
  )
end

--- The row of the screen whose first word is this one.
local function row_with(t, word)
  for _, row in ipairs(vim.split(t:screen(), '\n')) do
    if row:find(' ' .. word .. '  ') then return row end
  end
end

--- Waits until each word in the menu has its explanation beside it: that may be drawn a frame later.
local function check_rows(t, words)
  for _, word in ipairs(words) do
    local text = explained(t, word)
    t:wait(function() return (row_with(t, word) or ''):find(text, 1, true) end, word .. ': ' .. text)
  end
end

local TAB = { ui = { 100, 60 }, init = RECORDER }

test('<Tab> explains each subcommand beside the menu, until that is gone', TAB, function(t)
  local all = t:lua('return vim.fn.getcompletion("Hum ", "cmdline")')
  for _, closing in ipairs({ '<C-y>', '<C-e>', '<Esc>', ' ' }) do
    t:keys(':Hum <Tab>')
    t:wait_screen('open hum.s log')
    check_rows(t, all)
    t:keys('<Tab>')
    check_rows(t, all)
    t:keys(closing)
    t:wait(function() return not t:screen():find("open hum's log", 1, true) end, 'gone after ' .. closing)
    t:keys('<Esc>')
  end
  eq(1, #t:api('nvim_list_wins'))
end)

test(
  'a menu that scrolls has the explanations of the rows that are seen',
  { ui = { 100, 14 }, init = RECORDER },
  function(t)
    local all = t:lua('return vim.fn.getcompletion("Hum ", "cmdline")')
    t:keys(':Hum ' .. ('<Tab>'):rep(vim.fn.index(all, 'new') + 1))
    t:wait_screen('open a new chat')
    check_rows(t, { 'jobs', 'log', 'model', 'new' })
    eq(nil, row_with(t, 'ask'))
  end
)

test('at 80 columns each row is explained; what is too long is cut', { ui = { 80, 24 }, init = RECORDER }, function(t)
  t:keys(':Hum <Tab>')
  for _, word in ipairs({ 'ask', 'chat', 'compact', 'diff', 'explain' }) do
    local text = explained(t, word):sub(1, 50)
    t:wait(function() return (row_with(t, word) or ''):find(text, 1, true) end, word .. ': ' .. text)
  end
end)

test('where there is no room beside the menu, what is selected is explained above it', {
  ui = { 40, 60 },
  init = RECORDER,
}, function(t)
  local names = t:lua('return vim.fn.getcompletion("Hum ", "cmdline")')
  t:keys(':Hum <Tab>')
  local function above() return (t:screen():gsub('%s+', ' ')) end
  t:wait(function() return above():find(explained(t, names[1]), 1, true) end, 'the first')
  t:keys('<Tab><Tab>')
  t:wait(function() return above():find(explained(t, names[3]), 1, true) end, 'the third')
  T.no_match(explained(t, names[1]), above(), true)
end)

test('a line of matches, and what a plugin asks for, open no window', { ui = { 100, 30 }, init = RECORDER }, function(t)
  t:cmd('set wildoptions=')
  t:keys(':Hum <Tab>')
  t:wait_screen('ask  background  build')
  eq(1, #t:api('nvim_list_wins'))
  t:keys('<Esc>')
  t:cmd('set wildoptions=pum')
  t:lua([[vim.keymap.set('c', '<F5>', function() found = vim.fn.getcompletion('Hum ', 'cmdline') end)]])
  t:keys(':Hum x<F5><BS>')
  T.ok(#t:lua('return found') > 10, 'the words')
  eq(1, #t:api('nvim_list_wins'))
end)

test('a menu with a frame has the explanations in its rows', TAB, function(t)
  if t:eval("exists('+pumborder')") == 0 then T.skip('there is no such option') end
  for _, border in ipairs({ 'rounded', 'shadow' }) do
    t:cmd('set pumheight=8 pumborder=' .. border)
    t:keys(':Hum <Tab>')
    check_rows(t, { 'ask', 'build' })
    t:keys('<Esc>')
  end
end)

test('a Neovim whose own menu explains words is given the explanations', TAB, function(t)
  local given = t:lua([[
    -- What such a Neovim answers to a command that completes with tables.
    vim.fn.getcompletion = function() return { 'x' } end
    return require('hum.command').complete('st', 'Hum st', 6)]])
  eq({ { word = 'stop', menu = explained(t, 'stop') } }, given)
  eq(
    {},
    t:lua([[return vim.tbl_filter(function(name) return name:find('probe') end,
    vim.tbl_keys(vim.api.nvim_get_commands({})))]])
  )
  eq(1, #t:api('nvim_list_wins'))
end)

test('a menu that opens by itself is explained', TAB, function(t)
  if t:eval("exists('*wildtrigger')") == 0 then T.skip('there is no wildtrigger()') end
  t:cmd('autocmd CmdlineChanged : call wildtrigger()')
  t:cmd('set wildmode=noselect:lastused,full')
  t:keys(':Hum ')
  t:wait_screen("open hum's log", true)
  t:keys('st')
  t:wait(function() return not t:screen():find("open hum's log", 1, true) end, 'the rows of those that are left')
  check_rows(t, { 'stop' })
end)

test('words behind a subcommand are explained too, also for the menus of plugins', TAB, function(t)
  t:keys(':Hum complete <Tab>')
  t:wait_screen('toggle +switch between on and off')
  t:keys('<Esc>')
  local function explain(line, word) return t:lua('return require("hum.command").explain(...)', line, word) end
  eq(explained(t, 'model'), explain('Hum mo', 'model'))
  eq(explained(t, 'stop'), explain("'<,'>Hum! ", 'stop'))
  eq('show none', explain('Hum complete o', 'off'))
  eq('http://h:1', explain('Hum check ', 'team'))
  eq(nil, explain('Hum chat and ', 'model'))
  eq(nil, explain('edit ', 'model'))
end)

test('<Plug> maps call the same functions', { init = RECORDER }, function(t)
  t:api('nvim_buf_set_lines', 0, 0, -1, false, { 'a', 'b', 'c', 'd' })
  local buf = t:eval('bufnr()')
  t:lua([[
    for _, name in ipairs({ 'chat', 'new', 'send', 'stop', 'retry', 'ask' }) do
      vim.keymap.set('n', '<F2>' .. name, '<Plug>(hum-' .. name .. ')')
    end
    vim.keymap.set('x', '<F3>', '<Plug>(hum-chat)')
    vim.keymap.set('x', '<F4>', '<Plug>(hum-ask)')
  ]])
  local function typed(keys)
    t:lua('calls = {}')
    t:keys(keys)
    return t:wait(function() return t:lua('return calls')[1] end, 'a call')
  end
  eq({ 'open', { new = false } }, typed('<F2>chat'))
  eq({ 'open', { new = true } }, typed('<F2>new'))
  eq('send', typed('<F2>send')[1])
  eq('stop', typed('<F2>stop')[1])
  eq('retry', typed('<F2>retry')[1])
  eq({ 'ask', {} }, typed('<F2>ask'))
  local quote = { buf = buf, first = 2, last = 3 }
  eq({ 'open', { new = true, quote = quote } }, typed('3GVk<F3>'))
  eq({ 'ask', { quote = quote } }, typed('2Gvj<F4>'))
  eq('n', t.child:mode().mode)
end)

test('nothing is loaded before it is used, and no key is mapped', { ui = false }, function(t)
  eq(
    {},
    t:lua([[
    return vim.tbl_filter(function(name) return name:find('^hum') end, vim.tbl_keys(package.loaded))
  ]])
  )
  eq(1, t:eval('g:loaded_hum'))
  eq('', t:lua('return require("hum").status()'))
  local mapped = t:lua([[
    local out = {}
    for _, mode in ipairs({ 'n', 'x', 'i', 'o', 'c' }) do
      for _, map in ipairs(vim.api.nvim_get_keymap(mode)) do
        if (map.desc or ''):find('^hum') and not map.lhs:find('^<Plug>') then table.insert(out, map.lhs) end
      end
    end
    return out
  ]])
  eq({}, mapped)
end)

test('the statusline says what runs', { ui = false }, function(t)
  local function after(name, data)
    t:lua('require("hum.events").emit(...)', name, data)
    return t:lua('return require("hum").status()')
  end
  eq('waiting for ab', after('HumRequestStarted', { id = 1, buf = 1, model = 'a%b\n', endpoint = 'ollama' }))
  eq('ab is thinking', after('HumPartStarted', { id = 1, buf = 1, part = 'thinking' }))
  eq('ab is writing', after('HumPartStarted', { id = 1, buf = 1, part = 'text' }))
  eq('2 replies', after('HumRequestStarted', { id = 2, buf = 2, model = 'c', endpoint = 'ollama' }))
  eq('waiting for c', after('HumRequestFinished', { id = 1, buf = 1, status = 'done' }))
  eq('', after('HumRequestFinished', { id = 2, buf = 2, status = 'error' }))
  eq('a%b\n', t:events('HumRequestStarted')[1].data.model)
end)

for what, callback in pairs({
  ['a function'] = "callback = function() error('oops') end",
  ['a command'] = 'command = \'throw "oops"\'',
}) do
  test(("a fault in %s of the user's autocommand is told and goes no further"):format(what), {
    init = ("vim.api.nvim_create_autocmd('User', { pattern = 'HumChatOpened', %s })"):format(callback),
  }, function(t)
    t:lua('require("hum.events").emit("HumChatOpened", { buf = 1 }) went_on = true')
    eq(true, t:lua('return went_on'))
    t:wait(function() return t:log():find('oops', 1, true) end, 'the fault is told')
    T.match('an autocommand for HumChatOpened failed: [^\n]*oops\n', t:log())
    eq(false, t.child:mode().blocking)
  end)
end

test("what fails in the user's autocommand fails there, and is silent there where it is silenced", function(t)
  t:lua([[
    vim.api.nvim_create_autocmd('User', { pattern = 'HumChatOpened', callback = function()
      seen = pcall(vim.cmd, 'buffer 99999')
      vim.cmd('silent! buffer 99999')
    end })
    require('hum.events').emit('HumChatOpened', { buf = 1 })]])
  eq(false, t:lua('return seen'))
  T.no_match('failed', t:log())
end)

test("what the user's autocommand says is seen", {
  init = [[
  vim.api.nvim_create_autocmd('User', { pattern = 'HumChatOpened', callback = function() vim.notify('hello there') end })
]],
}, function(t)
  t:lua('require("hum.events").emit("HumChatOpened", { buf = 1 })')
  t:wait_screen('hello there', true)
end)

test(':Hum log shows the log at its end, in the window that modifiers ask for', { ui = { 120, 30 } }, function(t)
  T.match('the log is empty', said(t, 'Hum log'), true)
  t:lua([[for i = 1, 100 do require('hum.log').write('info', 'line ' .. i .. '\nand more') end]])
  t:lua([[require('hum.log').write('debug', 'a secret conversation')]])
  t:cmd('tab Hum log')
  eq(2, t:eval('tabpagenr("$")'))
  eq('hum.log', t:eval('expand("%:t")'))
  t:wait_screen('line 100 | and more', true)
  eq(false, t:eval('&modifiable') == 1)
  T.no_match('conversation', t:text(), true)
  eq('rw-------', t:eval('getfperm(expand("%:p"))'))
end)

test('from another buffer :Hum stop stops the reply that runs, :Hum! stop all of them', function(t)
  local srv = t:fake()
  srv:script({ count = 1000000, interval_ms = 5 })
  local function streaming(n)
    chat.ask(t, 'hello', chat.open(t, srv))
    t:wait_event('HumPartStarted', n)
  end
  streaming(1)
  t:cmd('enew')
  t:cmd('Hum stop')
  eq('cancelled', t:wait_event('HumRequestFinished').status)
  streaming(2)
  streaming(3)
  t:cmd('enew')
  t:cmd('Hum stop')
  t:wait_screen('several replies', true)
  eq(1, #t:events('HumRequestFinished'))
  t:cmd('Hum! stop')
  eq('cancelled', t:wait_event('HumRequestFinished', 3).status)
end)

test(
  'starting Neovim does not pay for file types',
  { ui = false },
  function(t) eq(nil, t:lua('return package.loaded["vim.filetype"] and true')) end
)

test('a saved chat named on the command line is a chat, other Markdown is not', { ui = false }, function(t)
  local saved = t:write_file('saved.md', '---\nhum: 1\nmodel: m\n---\n\n## » You\n\n')
  local notes = t:write_file('notes.md', '# Notes\n')
  local c = t:start({ args = { saved, notes } })
  eq('hum', c:lua('return vim.bo.filetype'))
  eq(false, c:lua('return vim.treesitter.highlighter.active[vim.api.nvim_get_current_buf()] ~= nil'))
  eq('ollama', c:lua('return require("hum.server.models").endpoint(require("hum.chat").endpoint(0))'))
  c:lua('vim.cmd.next()')
  eq('markdown', c:lua('return vim.bo.filetype'))
end)

test("whatever the user's autocommand does, the event goes no further", { ui = false }, function(t)
  t:lua([[
    local function on(pattern, callback)
      vim.api.nvim_create_autocmd('User', { pattern = pattern, callback = callback })
    end
    on('HumChatOpened', function(ev) vim.api.nvim_buf_delete(ev.data.buf, { force = true }) end)
    on('HumRequestStarted', function(ev) ev.data.model = nil error(setmetatable({}, {})) end)
    on('HumPartStarted', function() vim.cmd('bwipeout! | throw "ouch"') end)
    on('HumRequestFinished', function() require('hum.events').emit('HumPartStarted', { id = 7, part = 'text' }) error() end)
  ]])
  for _, name in ipairs({ 'HumChatOpened', 'HumRequestStarted', 'HumPartStarted', 'HumRequestFinished' }) do
    t:lua(
      [[
      local buf = vim.api.nvim_create_buf(true, false)
      vim.api.nvim_set_current_buf(buf)
      require('hum.events').emit(..., { id = 7, buf = buf, model = 'm', endpoint = 'ollama', status = 'done' })]],
      name
    )
  end
  eq('', t:lua('return require("hum").status()'))
  t:wait(function() return t:log():find('HumRequestFinished failed', 1, true) end, 'the faults are told')
  for _, name in ipairs({ 'HumRequestStarted', 'HumPartStarted' }) do
    T.match(name .. ' failed', t:log(), true)
  end
end)

--- A folder for the log that cannot be made.
local NO_STATE = { env = { XDG_STATE_HOME = '/dev/null' }, ui = { 160, 20 } }

test('where no log can be written everything else works, and that is told once', NO_STATE, function(t)
  local srv = t:fake()
  srv:script({ text = 'the answer' })
  local buf = chat.open(t, srv)
  for i = 1, 2 do
    chat.ask(t, 'hello', buf)
    eq('done', chat.finished(t, i).status)
    eq('the answer', chat.reply(t, buf))
  end
  t:lua([[require('hum.notify').warn('one'); require('hum.log').write('error', 'two')]])
  t:wait(function() return t:messages():find('one', 1, true) end, 'a message')
  local _, count = t:messages():gsub('hum: there is no log', '')
  eq(1, count, t:messages())
  T.match('there is no log, /dev/null/nvim/hum.log cannot be written', said(t, 'Hum log'), true)
  t:cmd('Hum model other')
  eq(1, #t:events('HumChatOpened'))
end)

test('a folder in the place of the log is no log', { ui = { 160, 20 } }, function(t)
  vim.fn.mkdir(t.dir .. '/state/nvim/hum.log', 'p')
  T.match('cannot be written: it is a folder', said(t, "lua require('hum.notify').warn('one')"), true)
end)

test(':Hum log in the command-line window is refused in words', { ui = { 160, 20 } }, function(t)
  t:lua([[require('hum.log').write('info', 'line')]])
  t:keys('q:')
  t:wait(function() return t:eval('getcmdwintype()') == ':' end, 'the window')
  t:cmd('Hum log')
  t:wait_screen('hum: close the command-line window first: ":Hum log"', true)
  t:cmd('quit')
end)

-- Calls with wrong arguments, and what is said of them.
local WRONG = {
  [ [[hum.send('x')]] ] = 'hum.send: buf must be the number of a buffer that exists',
  [ [[hum.send(4711)]] ] = 'hum.send: buf must be the number of a buffer that exists',
  [ [[hum.retry({})]] ] = 'hum.retry: buf must be the number of a buffer that exists',
  [ [[hum.stop(true)]] ] = 'hum.stop: opts must be a table',
  [ [[hum.stop({ buf = 'x' })]] ] = 'hum.stop: opts.buf must be the number of a buffer that exists',
  [ [[hum.stop({ al = true })]] ] = 'hum.stop: opts.al: no such option (did you mean "all"?)',
  [ [[hum.model(1)]] ] = 'hum.model: name must be a string',
  [ [[hum.chat('hello')]] ] = 'hum.chat: opts must be a table',
  [ [[hum.chat({ modle = 'm' })]] ] = 'hum.chat: opts.modle: no such option (did you mean "model"?)',
  [ [[hum.chat({ question = 1 })]] ] = 'hum.chat: opts.question must be a string',
  [ [[hum.chat({ quote = { buf = 0, first = 1 } })]] ] = 'hum.chat: opts.quote.last is missing',
  [ [[hum.ask({ buf = 0, first = 0, last = 1 })]] ] = 'hum.ask: quote.first must be the number of a line, from 1 on',
  [ [[hum.chat({ window = 'middle' })]] ] = 'hum.chat: opts.window must be one of "right", "left", "bottom", "top", '
    .. '"float", "tab", "current", "vsplit", "split", "cursor"',
  [ [[hum.queue('x')]] ] = 'hum.queue: buf must be the number of a buffer that exists',
  [ [[hum.unqueue(nil, 'x')]] ] = 'hum.unqueue: id must be a whole number, from 1 on',
  [ [[hum.continue('x')]] ] = 'hum.continue: buf must be the number of a buffer that exists',
  [ [[hum.blocks('x')]] ] = 'hum.blocks: buf must be the number of a buffer that exists',
  [ [[hum.yank({ register = 'ab' })]] ] = 'hum.yank: opts.register must be the name of a register',
  [ [[hum.put({ line = 0 })]] ] = 'hum.put: opts.line must be the number of a line, from 1 on',
  [ [[hum.file({ name = 1 })]] ] = 'hum.file: opts.name must be a string',
  [ [[hum.chats({ limit = 0 })]] ] = 'hum.chats: opts.limit must be a whole number, from 1 on',
  [ [[hum.chats({}, 1)]] ] = 'hum.chats: fn must be a function',
  [ [[hum.open()]] ] = 'hum.open: path must be a string',
  [ [[hum.fork(nil, 0)]] ] = 'hum.fork: n must be a whole number, from 1 on',
  [ [[hum.build(1)]] ] = 'hum.build: callback must be a function',
  [ [[hum.setup('x')]] ] = 'hum.setup: opts must be a table',
}

test('a wrong argument is an error that names it, where the function was called', { ui = false }, function(t)
  for call, why in vim.spairs(WRONG) do
    local ok, err = unpack(t:lua([[return { pcall(loadstring("local hum = require('hum') " .. ..., '=mine')) }]], call))
    eq(false, ok, call)
    eq('mine:1: ' .. why, err, call)
  end
  eq(1, #t:lua('return vim.api.nvim_list_bufs()'), 'nothing was done')
end)
