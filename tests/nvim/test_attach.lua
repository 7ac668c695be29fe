-- Which buffers completion reads, when it works, and what the helper is sent. The case plays
-- the helper.
local T = require('harness')
local suggest = require('lib.suggest')
local test, eq = T.test, T.eq

T.once()

local OPTS = suggest.OPTS

--- Room for whole messages.
local WIDE = { ui = { 160, 12 } }

--- Options of a case with this configuration.
local function configured(config, opts)
  local set = config and ('\nvim.g.hum = %s\n'):format(vim.inspect(config)) or ''
  return vim.tbl_extend('force', OPTS, { init = suggest.init .. set }, opts or {})
end

--- Names of the buffers that were attached since the last call.
local function attached(t)
  return vim.tbl_map(function(one) return one[3].name end, suggest.sent(t, 'attach'))
end

--- Enters insert mode, types a character, and leaves.
local function visit(t) suggest.type(t, 'Ax<Esc>') end

local function status(t) return t:lua([[return require('hum.complete').status()]]) end

--- What a command says.
local function said(t, command)
  t:cmd('messages clear')
  t:cmd(command)
  return t:wait(function()
    local text = t:messages()
    return text ~= '' and text
  end, 'a message')
end

--- Neovim's own options.
local INDENT = { tabstop = 8, vartabstop = {}, shiftwidth = 8, softtabstop = 8, expandtab = false }

test('a buffer is attached when insert mode is entered, once, with name, type and comments', OPTS, function(t)
  t:write_file('src/main.c', 'int x;\n')
  local buf = suggest.open(t, { 'int x;' }, 'src/main.c')
  t:cmd('setlocal commentstring=//\\ %s')
  eq({}, suggest.sent(t))
  suggest.type(t, 'A')
  local position = suggest.position(t)
  eq({
    { 'backend', {} },
    { 'attach', buf, { name = 'src/main.c', filetype = 'c', comment = '// %s', indent = INDENT } },
    { 'enter', buf, 1 },
    { 'key', buf, position.tick, 0, 6, 'typed', 0, 0 },
  }, suggest.sent(t))
  suggest.type(t, '<Esc>A')
  eq({ 'leave', 'enter', 'key' }, vim.tbl_map(function(one) return one[1] end, suggest.sent(t)))
  local watched = t:lua([[return #vim.api.nvim_get_autocmds({ event = 'CursorMovedI', buffer = 0 })]])
  t:cmd('setlocal filetype=cpp')
  suggest.type(t, '<Esc>A')
  eq('cpp', suggest.sent(t, 'attach')[1][3].filetype)
  eq(watched, t:lua([[return #vim.api.nvim_get_autocmds({ event = 'CursorMovedI', buffer = 0 })]]))
end)

test('a change of the indentation is sent at once, of one or of many options', OPTS, function(t)
  local buf = suggest.open(t, { 'int x;' }, 'src/main.c')
  suggest.type(t, 'A')
  suggest.sent(t)
  local function told()
    t:wait(function() return t:lua([[return #vim.fn.getbufinfo() > 0]]) end, 'what is scheduled is done')
    suggest.settle(t)
    local all = suggest.sent(t)
    for _, one in ipairs(all) do
      eq({ 'attach', buf, 'src/main.c' }, { one[1], one[2], one[3].name })
    end
    return vim.tbl_map(function(one) return one[3].indent end, all)
  end
  t:cmd('setlocal ts=4 sw=0 sts=-1')
  eq({ { tabstop = 4, vartabstop = {}, shiftwidth = 4, softtabstop = 4, expandtab = false } }, told())
  t:cmd('setlocal et vts=2,6')
  eq({ { tabstop = 4, vartabstop = { 2, 6 }, shiftwidth = 2, softtabstop = 2, expandtab = true } }, told())
  t:cmd('setlocal et tw=70')
  eq({}, told())
end)

test('treesitter says which definition is around the cursor, once for a line', OPTS, function(t)
  local lines = { 'local M = {', '  f = function()', '    local x', '    local y', '  end,', '}' }
  local buf = suggest.open(t, lines, 'a.lua')
  t:cmd('setlocal filetype=lua')
  t:lua([[
    pcall(vim.treesitter.start, 0, 'lua')
    vim.treesitter.get_parser(0, 'lua'):parse(true)
    vim.api.nvim_win_set_cursor(0, { 3, 0 })]])
  local all = {}
  local function told()
    vim.list_extend(all, suggest.sent(t, 'scope'))
    return all
  end
  suggest.type(t, 'A')
  t:wait(function() return #told() == 1 end, 'the definition is told')
  eq({ 'scope', buf, 2, { definition = 2 } }, all[1])
  suggest.type(t, ' = 1')
  eq(1, #told())
  suggest.type(t, '<Down>')
  t:wait(function() return #told() == 2 end, 'the next line is asked about')
  eq(3, all[2][3])
  suggest.type(t, '<Esc>')
  t:lua([[
    vim.api.nvim_buf_set_lines(0, 0, 0, false, { '' })
    vim.treesitter.get_parser(0, 'lua'):parse(true)
    vim.api.nvim_win_set_cursor(0, { 4, 0 })]])
  suggest.type(t, 'A')
  t:wait(function() return #told() == 3 end, 'the row is another line now')
  eq(3, all[3][3])
end)

test('of a file elsewhere only the last part of its name is sent', OPTS, function(t)
  t:write_file('here/x', '')
  local path = t:write_file('there/deep/y.txt', '')
  t:cmd('cd here')
  suggest.open(t, { '' }, path)
  suggest.type(t, 'A')
  eq({ 'y.txt' }, attached(t))
end)

test('each state of text and cursor is sent once', OPTS, function(t)
  local buf = suggest.open(t, { 'one' })
  suggest.type(t, 'A')
  suggest.sent(t)
  suggest.type(t, 'ab<Left><BS>')
  local tick = suggest.position(t).tick
  eq({
    { 'key', buf, tick - 2, 0, 4, 'typed', 0, 0 },
    { 'key', buf, tick - 1, 0, 5, 'typed', 0, 0 },
    { 'key', buf, tick - 1, 0, 4, 'typed', 0, 0 },
    { 'key', buf, tick, 0, 3, 'typed', 0, 0 },
  }, suggest.sent(t))
  suggest.type_at_once(t, 'cdef')
  eq({ { 'key', buf, suggest.position(t).tick, 0, 7, 'typed', 0, 0 } }, suggest.sent(t))
end)

test('commands that pass through insert mode send nothing', OPTS, function(t)
  suggest.open(t, { '1', '2', '3' })
  visit(t)
  suggest.sent(t)
  t:cmd('g/./normal Axyz')
  t:cmd('normal! ofoo')
  eq({}, suggest.sent(t))
end)

-- What is set up by Lua, and a part of the reason that :Hum complete status gives.
local REFUSED = {
  { 'a scratch buffer', [[vim.cmd('enew | setlocal buftype=nofile')]], 'nofile' },
  { 'a prompt', [[vim.cmd('enew | setlocal buftype=prompt')]], 'prompt' },
  { 'an unlisted buffer', [[vim.cmd('edit a.txt | setlocal nobuflisted')]], 'unlisted' },
  { 'a buffer that cannot be changed', [[vim.cmd('edit a.txt | setlocal nomodifiable')]], 'read-only' },
  { 'a binary buffer', [[vim.cmd('edit a.txt | setlocal binary')]], 'binary' },
  { 'a list of commits', [[vim.cmd('edit a.txt') vim.bo.filetype = 'gitrebase']], 'a list of commits' },
  { 'a chat', [[vim.cmd('edit a.txt') vim.bo.filetype = 'hum']], 'a chat' },
  { '.env', [[vim.cmd('edit .env')]], 'environment variables (".env")' },
  { '.env.local', [[vim.cmd('edit .env.local')]], '.env*' },
  { 'a key', [[vim.cmd('edit server.key')]], '*.key' },
  { 'a certificate', [[vim.cmd('edit SERVER.PEM')]], '*.pem' },
  { 'an SSH key', [[vim.cmd('edit id_rsa.old')]], 'it may hold keys' },
  { 'a secret', [[vim.cmd('edit my-Secrets.yml')]], 'the word "secrets"' },
  {
    'a secret by another name',
    [[
    vim.fn.writefile({ '' }, 'secret.txt')
    vim.uv.fs_symlink(vim.uv.cwd() .. '/secret.txt', 'innocent.txt')
    vim.cmd('edit innocent.txt')]],
    'the word "secret"',
  },
  { 'what pass edits', [[vim.cmd('edit /dev/shm/pass.4711/x-name.txt')]], 'a tool has decrypted' },
  { 'what gopass edits', [[vim.cmd('edit /tmp/gopass-edit123/x')]], 'a tool has decrypted' },
  { 'what is kept off the disk', [[vim.cmd('edit a.txt | setlocal noswapfile')]], 'noswapfile' },
  {
    'a long buffer',
    [[
    local lines = {}
    for i = 1, 1200 do lines[i] = ('x'):rep(900) end
    vim.cmd('edit a.txt')
    vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)]],
    'larger than 1000 kB',
  },
  {
    'long lines',
    [[
    vim.cmd('edit a.txt')
    vim.api.nvim_buf_set_lines(0, 0, -1, false, { ('x'):rep(5000), '' })
    vim.cmd('2')]],
    'very long',
  },
  {
    'a long line',
    [[
    local lines = {}
    for i = 1, 100 do lines[i] = ('x'):rep(10) end
    lines[50] = ('x'):rep(10001)
    vim.cmd('edit a.txt')
    vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)
    vim.cmd('50')]],
    'very long',
  },
}

test(
  'what is special, secret or huge is never attached, whatever is set for the buffer',
  configured({ complete = { mode = 'on', max_size = 1000 } }),
  function(t)
    suggest.open(t, { '' }, 'good.txt')
    visit(t)
    eq({ 'good.txt' }, attached(t))
    suggest.sent(t)
    for _, case in ipairs(REFUSED) do
      t:lua(case[2])
      if not case[1]:find('^a chat') and not case[1]:find('commits') then t:lua('vim.b.hum_complete = true') end
      suggest.type(t, 'A<Esc>')
      eq({}, suggest.sent(t), case[1])
      T.match(case[3], status(t), true)
      t:cmd('%bwipeout!')
      suggest.sent(t)
    end
    -- Insert mode there begins with a warning that waits for a key.
    t:cmd('edit a.txt | setlocal readonly')
    T.match('read-only', status(t), true)
    T.no_match('fault', t:log())
  end
)

test('a buffer that becomes one of these is detached', OPTS, function(t)
  local buf = suggest.open(t, { 'x' })
  visit(t)
  suggest.sent(t)
  t:cmd('file credentials.txt')
  visit(t)
  eq({ { 'detach', buf } }, suggest.sent(t))
end)

test(
  'nothing happens by default, nor is anything loaded before it is configured',
  { ui = { 60, 12 }, helper = false },
  function(t)
    suggest.open(t, { '' })
    visit(t)
    eq(
      {},
      t:lua([[return vim.tbl_filter(function(name) return vim.startswith(name, 'hum.') end,
    vim.tbl_keys(package.loaded))]])
    )
    t:lua([[require('hum').setup({ helper = '/no/such/hum' })]])
    visit(t)
    eq(nil, t:helper_pid())
    T.no_match('%S', t:messages())
    T.match('complete.mode is "off"', status(t), true)
  end
)

test(
  'the mode is told by buffer, command, file type and option, in this order',
  configured({ complete = { mode = 'on', filetypes = { python = 'off', lua = 'manual' } } }),
  function(t)
    local function mode() return t:lua([[return (require('hum.complete.allow').mode(vim.api.nvim_get_current_buf()))]]) end
    suggest.open(t, { '' }, 'a.txt')
    eq('on', mode())
    for filetype, expected in pairs({ python = 'off', lua = 'manual', c = 'on' }) do
      t:cmd('setfiletype ' .. filetype)
      t:cmd('set filetype=' .. filetype)
      eq(expected, mode())
    end
    t:cmd('Hum complete off')
    eq('off', mode())
    t:cmd('let b:hum_complete = v:true')
    eq('on', mode())
    t:cmd('Hum complete on')
    for value, expected in pairs({ ['v:false'] = 'off', ["'manual'"] = 'manual', ["'off'"] = 'off', ['1'] = 'on' }) do
      t:cmd('let b:hum_complete = ' .. value)
      eq(expected, mode(), value)
    end
    t:cmd('unlet b:hum_complete | set filetype=python')
    eq('off', mode())
  end
)

test(
  '"*" stands for file types that are not named',
  configured({ complete = { filetypes = { ['*'] = 'on', text = 'off' } } }),
  function(t)
    suggest.open(t, { '' }, 'a.txt')
    visit(t)
    eq({}, suggest.sent(t))
    suggest.open(t, { '' }, 'a.c')
    visit(t)
    eq({ 'a.c' }, attached(t))
  end
)

test(
  ':Hum complete switches at once, everywhere or with "!" in the buffer',
  configured({ complete = {} }, WIDE),
  function(t)
    local buf = suggest.open(t, { '' })
    visit(t)
    eq({}, suggest.sent(t))
    t:cmd('Hum complete on')
    visit(t)
    eq(1, #suggest.sent(t, 'attach'))
    suggest.type(t, 'A')
    suggest.suggest(t, 'GHOST')
    T.match('GHOST', t:screen())
    suggest.sent(t)
    t:cmd('Hum! complete off')
    suggest.settle(t)
    T.no_match('GHOST', t:screen())
    eq({ { 'leave', buf }, { 'detach', buf } }, suggest.sent(t))
    t:cmd('Hum! complete on')
    eq({ 'attach', 'enter', 'key' }, vim.tbl_map(function(one) return one[1] end, suggest.sent(t)))
    suggest.type(t, '<Esc>')
    T.match('completion is off in this buffer: set by b:hum_complete', said(t, 'Hum! complete toggle'), true)
    T.match('completion is on in this buffer$', said(t, 'Hum! complete toggle'))
    T.match('completion is manual in this buffer', said(t, 'let b:hum_complete = "manual" | Hum complete'), true)
    T.match('completion works in insert mode only', said(t, 'Hum complete now'), true)
    T.match('expects one of: now, off, on, status, toggle', said(t, 'Hum complete maybe'), true)
    eq({ 'off', 'on' }, t:lua([[return vim.fn.getcompletion('Hum complete o', 'cmdline')]]))
  end
)

test(
  ':Hum complete status is told whole, however narrow the screen, and asks for no key',
  vim.tbl_extend('force', configured({ complete = {} }), { ui = { 80, 24 } }),
  function(t)
    suggest.open(t, { '' }, 'a.txt')
    t:lua([[require('hum.complete.backend').text = function() return ('word '):rep(50) .. 'end' end]])
    t:cmd('Hum complete on')
    for _, command in ipairs({ 'Hum complete', 'Hum complete status' }) do
      t:cmd('messages clear')
      t:keys(':' .. command .. '<CR>')
      t:wait_screen('completion is on in this buffer; word .* word end')
      eq(false, t.child:mode().blocking)
      T.match('completion is on in this buffer; word .* word end$', (t:messages():gsub('\n', ' ')))
      T.match('word end', t:log(), true)
    end
  end
)

test('in manual mode only what is asked for is sent', configured({ complete = { mode = 'manual' } }), function(t)
  local buf = suggest.open(t, { 'x' })
  t:lua([[vim.keymap.set('i', '<C-l>', '<Plug>(hum-suggest)')]])
  suggest.type(t, 'Aa')
  eq({}, suggest.sent(t, 'key'))
  suggest.sent(t)
  suggest.type(t, '<C-l>')
  local function key(kind, serial, length)
    local position = suggest.position(t)
    return { 'key', buf, position.tick, position.row, position.col, kind, serial, length }
  end
  eq({ key('requested', 0, 0) }, suggest.sent(t, 'key'))
  suggest.suggest(t, 'bcd')
  suggest.type(t, 'b')
  eq({ key('followed', 7, 3) }, suggest.sent(t, 'key'))
  suggest.call(t, 'accept_word')
  eq({ { 'leave', buf } }, vim.tbl_filter(function(one) return one[1] ~= 'key' end, suggest.sent(t)))
  suggest.type(t, 'x')
  eq({}, suggest.sent(t))
  -- What was asked for comes too late.
  suggest.type(t, '<C-l>')
  suggest.type(t, 'yz')
  eq({ 'key', 'leave' }, vim.tbl_map(function(one) return one[1] end, suggest.sent(t)))
  suggest.type(t, '<C-o>:Hum complete now<CR>')
  eq('requested', suggest.sent(t, 'key')[1][6])
end)

test('a buffer that is wiped out is detached', OPTS, function(t)
  local buf = suggest.open(t, { 'x' })
  visit(t)
  suggest.sent(t)
  t:cmd('bwipeout!')
  eq({ { 'detach', buf, true } }, suggest.sent(t, 'detach'))
end)

test('a helper that dies learns everything again when insert mode is next entered, in good time', OPTS, function(t)
  local buf = suggest.open(t, { 'x' })
  suggest.type(t, 'A')
  suggest.suggest(t, 'GHOST')
  suggest.sent(t)
  local function lose()
    t:lua([[for _, fn in ipairs(stub.on_lost) do fn({ message = 'gone' }) end]])
    suggest.settle(t)
  end
  local function later(seconds)
    t:lua(
      [[
      now = (now or vim.uv.now()) + 1000 * ...
      vim.uv.now = function() return now end]],
      seconds
    )
  end
  later(0)
  lose()
  T.no_match('GHOST', t:screen())
  suggest.type(t, 'abc')
  eq({}, suggest.sent(t))
  later(3)
  suggest.type(t, '<Esc>A')
  eq({ 'backend', 'attach', 'enter', 'key' }, vim.tbl_map(function(one) return one[1] end, suggest.sent(t)))
  eq(2, t:lua('return stub.starts'))
  -- Again and again: each time it is given longer.
  lose()
  suggest.type(t, '<Esc>A<Esc>A')
  later(3)
  suggest.type(t, '<Esc>A')
  eq(2, t:lua('return stub.starts'))
  eq({}, suggest.sent(t))
  later(2)
  suggest.type(t, '<Esc>A')
  eq(3, t:lua('return stub.starts'))
  eq(buf, suggest.sent(t, 'attach')[1][2])
  later(120)
  lose()
  later(1.1)
  suggest.type(t, '<Esc>A')
  eq(4, t:lua('return stub.starts'))
end)

test('a helper that cannot be started is told of once, and tried again', configured(nil, WIDE), function(t)
  suggest.open(t, { 'x' })
  t:lua([[stub.why = 'the helper is not built: run :Hum build']])
  visit(t)
  t:wait(function() return t:messages():find('no completion: the helper is not built', 1, true) end, 'a message')
  t:cmd('messages clear')
  -- What is told twice in a moment is shown once in any case.
  t:lua([[
    local now = vim.uv.now
    vim.uv.now = function() return now() + 60000 end]])
  visit(t)
  visit(t)
  T.no_match('%S', t:messages())
  t:lua([[stub.why = nil]])
  visit(t)
  eq({ 'text.txt' }, attached(t))
end)

test('what a request fails of is told once for each kind', configured(nil, WIDE), function(t)
  suggest.open(t, { 'x' })
  visit(t)
  local failure = { code = 'http', status = 404, message = 'no model "x" at ollama', hint = 'Pull it.' }
  suggest.event(t, 'backend_error', failure)
  t:wait_screen('hum: completion: no model "x" at ollama. Pull it.', true)
  t:cmd('messages clear')
  suggest.event(t, 'backend_error', failure)
  T.no_match('%S', t:messages())
  suggest.event(t, 'backend_error', { code = 'connect', message = 'ollama does not answer', hint = '' })
  t:wait(function() return t:messages():find('does not answer', 1, true) end, 'another message')
end)

test('the status tells that requests fail, until text comes again', configured(nil, WIDE), function(t)
  suggest.open(t, { 'x' })
  suggest.type(t, 'A')
  suggest.event(t, 'backend_error', { code = 'connect', message = 'ollama does not answer', hint = 'Start it.' })
  local fails = '; last error at %d%d:%d%d:%d%d: ollama does not answer%. Start it%.$'
  T.match('^completion is on in this buffer; the backend is here' .. fails, status(t))
  suggest.suggest(t, '')
  T.match(fails, status(t))
  suggest.suggest(t, 'GHOST')
  eq('completion is on in this buffer; the backend is here', status(t))
end)

test('what is opened, edited, yanked and jumped to is collected', OPTS, function(t)
  local lines = {}
  for i = 1, 500 do
    lines[i] = ('line %d'):format(i)
  end
  local buf = suggest.open(t, lines)
  local function collected() return suggest.sent(t, 'collect') end
  t:cmd('set updatetime=1000000 | normal! gg')
  visit(t)
  t:cmd('doautocmd BufEnter')
  eq({ 'collect', buf, 0, 33 }, t:wait(function() return collected()[1] end, 'who stays is known to have come'))
  t:cmd('100,102yank')
  eq({ { 'collect', buf, 83, 118 } }, collected())
  t:cmd('200 | normal! x')
  t:cmd('300 | silent write!')
  eq({ { 'collect', buf, 167, 232 } }, collected())
  t:cmd('doautocmd CursorHold')
  eq({ { 'collect', buf, 267, 332 } }, collected())
  t:cmd('310 | doautocmd CursorHold')
  eq({}, collected())
  t:cmd('500 | doautocmd CursorHold')
  eq({ { 'collect', buf, 467, 500 } }, collected())
  t:write_file('other.txt', 'a\nb\nc\n')
  t:cmd('edit other.txt')
  local other = t:eval('bufnr()')
  eq({ 'collect', other, 0, 3 }, t:wait(function() return collected()[1] end, 'the opened file is collected'))
  -- Another helper knows nothing of all that.
  t:lua([[
    for _, fn in ipairs(stub.on_lost) do fn({ message = 'gone' }) end
    local now = vim.uv.now
    vim.uv.now = function() return now() + 60000 end]])
  visit(t)
  suggest.sent(t)
  t:cmd('silent write | buffer ' .. buf)
  t:wait(function()
    return vim.tbl_contains(collected(), function(one) return one[2] == buf end, { predicate = true })
  end, 'the file is collected again')
end)

test('nothing is collected of what must not be attached, nor of buffers passed by', OPTS, function(t)
  suggest.open(t, { 'x' })
  visit(t)
  for i = 1, 5 do
    t:write_file(('%d.txt'):format(i), 'text\n')
  end
  t:write_file('.env', 'KEY=1\n')
  t:cmd('edit .env')
  suggest.sent(t)
  t:cmd('normal! yy')
  t:cmd('silent write!')
  eq({}, suggest.sent(t))
  t:cmd('silent args ?.txt')
  t:cmd('silent argdo silent write!')
  local last = t:eval('bufnr()')
  t:wait(function()
    return #vim.tbl_filter(function(one) return one[1] == 'collect' end, t.sent) > 0
  end, 'the last one is collected')
  eq(
    { { 'attach', last }, { 'collect', last } },
    vim.tbl_map(function(one) return { one[1], one[2] } end, suggest.sent(t))
  )
end)

test('much that is written at once is not all collected', OPTS, function(t)
  t:cmd('set hidden')
  for i = 1, 30 do
    suggest.open(t, { 'text' }, ('f%d.txt'):format(i))
    visit(t)
  end
  suggest.sent(t)
  t:lua([[vim.uv.now = function() return 5000000 end]])
  t:cmd('silent wall')
  eq(8, #suggest.sent(t, 'collect'))
end)

test('what hum keeps for buffers does not grow with their number', configured(), function(t)
  local function count()
    return t:lua([[
      local groups = vim.fn.getcompletion('hum', 'augroup')
      local n = 0
      for _, one in ipairs(vim.api.nvim_get_autocmds({})) do
        n = n + ((one.group_name or ''):find('^hum') and 1 or 0)
      end
      return { #groups, n }]])
  end
  local function visit_new(i)
    suggest.open(t, { 'x' }, ('file%d.txt'):format(i))
    visit(t)
    suggest.type(t, '<Esc>')
    t:cmd('bwipeout!')
  end
  visit_new(0)
  local before = count()
  for i = 1, 20 do
    visit_new(i)
  end
  eq(before, count())
end)
