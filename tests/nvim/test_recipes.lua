-- The recipes of the help do what they say, as they stand there.
local T = require('harness')
local apply = require('lib.apply')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

--- The Lua of a recipe, each block of it.
---@param tag string
---@return string[]
local function code(t, tag)
  local blocks, block, inside
  for line in t:read_file(t.root .. '/doc/hum.txt'):gmatch('([^\n]*)\n') do
    if line:find('*' .. tag .. '*', 1, true) then
      blocks = {}
    elseif blocks and line:find('^[=-]+$') and #line == 78 then
      break
    elseif blocks and line:find('>lua$') then
      block, inside = {}, true
    elseif inside and line == '<' then
      blocks[#blocks + 1], inside = table.concat(block, '\n'), false
    elseif inside then
      block[#block + 1] = line
    end
  end
  T.ok(blocks and #blocks > 0, 'the help has the recipe ' .. tag)
  return blocks
end

--- Puts a recipe into the configuration.
---@param n? integer  its nth block
local function use(t, tag, n)
  t:lua("vim.g.mapleader = ' '")
  t:lua(code(t, tag)[n or 1])
end

--- A repository with one file that has been changed, as the working directory.
local function repository(t)
  t:write_file('project/lion.txt', 'a lion\n')
  t:lua(
    [[
    vim.cmd.cd(...)
    local function git(...)
      local done = vim.system({ 'git', '-c', 'user.name=me', '-c', 'user.email=me@example.org', ... }, { text = true }):wait()
      assert(done.code == 0, done.stderr)
    end
    git('init', '--quiet')
    git('add', '.')
    git('commit', '--quiet', '--message', 'begin')
    vim.fn.writefile({ 'a tiger', '```' }, 'lion.txt')
    git('add', '.')
  ]],
    t.dir .. '/project'
  )
end

local function last_message(srv)
  local messages = srv:requests('/v1/chat/completions')
  messages = #messages > 0 and messages or srv:requests('/api/chat')
  return messages[#messages].body.messages[#messages[#messages].body.messages].content
end

test('recipe: a diff is reviewed', function(t)
  local srv = t:fake()
  chat.configure(t, srv)
  repository(t)
  use(t, 'hum-recipe-review')
  t:cmd('Review')
  T.match('nothing has changed', t:messages(), true)
  t:cmd('Review --staged')
  eq('done', chat.finished(t).status)
  local sent = last_message(srv)
  T.match('````diff\ndiff --git a/lion.txt b/lion.txt', sent, true)
  T.match('+a tiger\n+```\n````', sent, true)
  T.match('file:line', sent, true)
end)

test('recipe: a window with a diff is asked about', function(t)
  local srv = t:fake()
  chat.configure(t, srv)
  repository(t)
  t:cmd('enew | setfiletype diff | silent 0read !git diff --staged')
  t:cmd('%Hum what is wrong here?')
  eq('done', chat.finished(t).status)
  T.match('+a tiger', last_message(srv), true)
end)

local FISH = { 'local fish = 1', '', 'print(1)', 'print(2)' }

--- A buffer with these lines. What an edit is answered depends on a word of what is asked.
---@param answers table<string, string>
local function with_lines(t, answers)
  local srv, rules = t:fake(), {}
  for word, answer in pairs(answers) do
    rules[#rules + 1] = { match = { text = word }, tokens = { '```\n', answer, '\n```\n' } }
  end
  srv:script({ rules = rules })
  chat.configure(t, srv)
  t:api('nvim_buf_set_lines', 0, 0, -1, false, FISH)
  return srv
end

local function lines(t) return t:api('nvim_buf_get_lines', 0, 0, -1, false) end

test('recipe: operators and "." edit, and a key has an instruction of its own', { ui = { 80, 24 } }, function(t)
  local srv = with_lines(t, {
    ['```\nlocal fish = 1\n```'] = 'local fish = 2',
    ['```\nprint(1)\n```'] = 'print(3)',
    ['write a comment that says why'] = '-- Why.\nprint(3)',
  })
  use(t, 'hum-recipe-edit')
  t:keys('gg eip')
  t:wait(function() return t:eval('&filetype') == 'humprompt' end, 'it is asked what to do')
  t:keys('count on<CR>')
  eq(1, t:wait_event('HumEditFinished', 1).hunks)
  t:keys('gA')
  eq('local fish = 2', lines(t)[1])
  t:keys('3G ee')
  t:wait(function() return t:eval('&filetype') == 'humprompt' end, 'it is asked what to do')
  t:keys('count on<CR>')
  eq(1, t:wait_event('HumEditFinished', 2).hunks)
  t:keys('gA')
  eq('print(3)', lines(t)[3])
  t:keys('V k')
  eq(1, t:wait_event('HumEditFinished', 3).hunks)
  t:keys('gA')
  eq({ 'local fish = 2', '', '-- Why.', 'print(3)', 'print(2)' }, lines(t))
  eq(3, #srv:requests('/api/chat'))
end)

test('recipe: what is reported is fixed', function(t)
  local srv = with_lines(t, { ['fish is not used'] = 'print(0)' })
  use(t, 'hum-recipe-fix')
  t:lua([[
    vim.diagnostic.set(vim.api.nvim_create_namespace('test'), 0, {
      { lnum = 0, col = 6, message = 'fish is not used' },
    })
  ]])
  t:keys('gg ff')
  eq(1, t:wait_event('HumEditFinished').hunks)
  t:keys('gA')
  eq({ 'print(0)', '', 'print(1)', 'print(2)' }, lines(t))
  T.match('fish is not used', last_message(srv), true)
end)

test('recipe: an answer is applied to all its files, and taken back', { ui = { 80, 24 } }, function(t)
  local files = { ['lua/a.lua'] = 'return 1\n', ['lua/b.lua'] = 'return 2\n' }
  local answer = apply.block('lua/a.lua', 'return 1', 'return 10') .. apply.block('lua/b.lua', 'return 2', 'return 20')
  apply.chat(t, files, answer)
  use(t, 'hum-recipe-apply')
  t:keys(' a')
  t:wait_screen('2 hunks in 2 files to accept or reject')
  t:keys(' A')
  t:cmd('wall')
  eq({ 'return 10\n', 'return 20\n' }, { t:read_file('work/lua/a.lua'), t:read_file('work/lua/b.lua') })
  t:keys(' u')
  t:cmd('wall')
  eq({ 'return 1\n', 'return 2\n' }, { t:read_file('work/lua/a.lua'), t:read_file('work/lua/b.lua') })
end)

test('recipe: a command has lines rewritten, and undo takes that back', function(t)
  with_lines(t, { ['use a loop'] = 'for i = 1, 2 do\n  print(i)\nend', ['be quick'] = 'print(1, 2)' })
  use(t, 'hum-recipe-script')
  t:cmd('3,4Rewrite use a loop')
  t:wait(function() return #lines(t) == 5 end, 'it is accepted')
  eq({ 'for i = 1, 2 do', '  print(i)', 'end' }, vim.list_slice(lines(t), 3))
  t:keys('u')
  eq(FISH, lines(t))
  t:lua([[require('hum').reject({ id = 'all' })]])
  t:cmd('3,4Rewrite be quick')
  t:wait(function() return t:messages():find('third', 1, true) end, 'it is told what would go')
  eq(FISH, lines(t))
end)

test('recipe: a script waits for an edit', { ui = false }, function(t)
  with_lines(t, { translate = table.concat(FISH, '\n'):gsub('fish', 'Fisch') })
  t:cmd('file ' .. t.dir .. '/fish.lua')
  use(t, 'hum-recipe-script', 2)
  t:cmd('update')
  eq('local Fisch = 1\n\nprint(1)\nprint(2)\n', t:read_file('fish.lua'))
end)

test('recipe: a commit message is written at the top, and undone at once', function(t)
  local srv = t:fake()
  srv:script({ text = 'zoo: a tiger instead of a lion\n\nIt was asked for.' })
  chat.configure(t, srv)
  repository(t)
  use(t, 'hum-recipe-commit')
  t:write_file('project/COMMIT_EDITMSG', '\n# Please enter the commit message\n')
  t:cmd('edit ' .. t.dir .. '/project/COMMIT_EDITMSG')
  eq('gitcommit', t:eval('&filetype'))
  t:keys(' m')
  t:wait(function() return t:text():find('It was asked for.', 1, true) end, 'the message is written')
  T.match('+a tiger', last_message(srv), true)
  t:wait(
    function() return t:text():find('^zoo: a tiger instead of a lion\n\nIt was asked for%.\n\n# Please') end,
    'apart'
  )
  t:keys('u')
  T.match('^\n# Please', t:text())
end)

test('recipe: diagnostics are explained in a float', function(t)
  local srv = t:fake()
  chat.configure(t, srv)
  use(t, 'hum-recipe-diagnostics')
  t:write_file('a.c', 'int main(void)\n{\n  return x;\n}\n')
  t:cmd('edit ' .. t.dir .. '/a.c')
  t:keys(' d')
  T.match('no diagnostics', t:messages(), true)
  t:lua([[
    vim.diagnostic.set(vim.api.nvim_create_namespace('test'), 0, {
      { lnum = 2, col = 9, message = "use of undeclared identifier 'x'" },
    })
  ]])
  t:keys('3G d')
  eq('done', chat.finished(t).status)
  local sent = last_message(srv)
  T.match('int main(void)\n{\n  return x;\n}\n```', sent, true)
  T.match("- line 3: use of undeclared identifier 'x'", sent, true)
  t:wait(function() return t:lua("return vim.api.nvim_win_get_config(0).relative ~= ''") end, 'a float shows it')
end)

test('recipe: several files are quoted in one message, by hand', function(t)
  local srv = t:fake()
  chat.configure(t, srv)
  for _, name in ipairs({ 'one', 'two', 'three' }) do
    t:write_file(name .. '.lua', ('return %q\n'):format(name))
  end
  t:cmd('edit ' .. t.dir .. '/one.lua | %Hum chat')
  for _, name in ipairs({ 'two', 'three' }) do
    t:cmd('wincmd p | edit ' .. t.dir .. '/' .. name .. '.lua | %Hum! chat')
  end
  t:keys('Gohow do they differ?<Esc><CR>')
  eq('done', chat.finished(t).status)
  eq(1, #srv:requests('/api/chat'))
  T.match('return "one".*return "two".*return "three".*how do they differ%?', last_message(srv))
end)

test('recipe: a message about several files is begun by a command', function(t)
  local srv = t:fake()
  chat.configure(t, srv)
  use(t, 'hum-recipe-files')
  for _, name in ipairs({ 'a.lua', 'b.lua', 'c c.py' }) do
    t:write_file('files/' .. name, ('x = %q\n'):format(name))
  end
  t:lua('vim.cmd.cd(...)', t.dir .. '/files')
  t:cmd('AskFiles *.lua c\\ c.py')
  t:keys('Gohow do they differ?<Esc><CR>')
  eq('done', chat.finished(t).status)
  T.match('x = "a.lua".*x = "b.lua".*x = "c c.py".*how do they differ%?', last_message(srv))
end)

test('recipe: a key adds the file at hand to the message', function(t)
  local srv = t:fake()
  chat.configure(t, srv)
  use(t, 'hum-recipe-files', 2)
  t:lua('vim.cmd.cd(...)', t.dir)
  for _, name in ipairs({ 'one', 'two' }) do
    t:cmd('edit ' .. t:write_file(name .. '.lua', ('return %q\n'):format(name)))
    t:keys(' +')
    t:cmd('wincmd p')
  end
  t:cmd('Hum')
  t:keys('Gohow do they differ?<Esc><CR>')
  eq('done', chat.finished(t).status)
  T.match('return "one".*return "two".*how do they differ%?', last_message(srv))
end)

test('recipe: a second server has its key and its models', { env = { BIG_KEY = 'sesame' } }, function(t)
  local near, far = t:fake(), t:fake()
  near:script({ text = 'from near' })
  far:script({ key = 'sesame', models = { 'qwen3-235b' }, rules = { { text = 'from far' } } })
  t:lua('vim.env.OLLAMA_HOST = ...', near.url)
  near:script({ models = { 'qwen3:8b' }, rules = { { text = 'from near' } } })
  t:lua((code(t, 'hum-recipe-second')[1]:gsub('https://models.example.com', far.url)))
  eq({}, t:lua("return require('hum.config').problems()"))
  t:cmd('Hum are you near?')
  eq('qwen3:8b', chat.finished(t).model)
  t:cmd('Hum model big/qwen3-235b')
  chat.ask(t, 'and you?')
  eq({ 'big', 'qwen3-235b' }, { chat.finished(t, 2).endpoint, chat.finished(t, 2).model })
  eq('from far', chat.reply(t))
end)

test('recipe: the endpoint is chosen by a function', function(t)
  t:lua(code(t, 'hum-recipe-second')[2])
  eq('ollama', t:lua("return require('hum.config').get().endpoint"))
end)

test('recipe: what makes a slow server faster is configuration', { ui = false }, function(t)
  local blocks = code(t, 'hum-recipe-slow')
  t:lua(('vim.g.hum = { %s, %s }'):format(blocks[1], blocks[2]))
  eq({}, t:lua("return require('hum.config').problems()"))
  eq('2h', t:lua("return require('hum.config').get().endpoints.ollama.keep_alive"))
end)

--- A program that is found before any other of its name.
local function program(t, name, text)
  local path = t:write_file('bin/' .. name, '#!/bin/sh\n' .. text)
  t:lua('vim.fn.setfperm(..., "rwx------") vim.env.PATH = vim.fs.dirname(...) .. ":" .. vim.env.PATH', path)
end

test('recipe: of a reply that took long the desktop tells', function(t)
  local srv = t:fake()
  srv:script({ text = 'Here.' })
  chat.configure(t, srv)
  local told = t.dir .. '/told'
  program(t, 'notify-send', ('printf %%s "$*" >%s.new && mv %s.new %s\n'):format(told, told, told))
  t:lua((code(t, 'hum-recipe-slow')[3]:gsub('> 30000', '>= 0')))
  t:cmd('Hum are you there?')
  eq('done', chat.finished(t).status)
  t:wait(function() return vim.uv.fs_stat(told) end, 'the desktop is told')
  eq('fake has answered', t:read_file(told))
end)

test('recipe: a key comes from a password manager', function(t)
  local srv = t:fake()
  srv:script({ key = 'sesame', models = { 'm' }, rules = { { text = 'Hello.' } } })
  program(t, 'pass', '[ "$*" = "show openrouter" ] && printf "sesame\\nlogin: me\\n"\n')
  t:lua(code(t, 'hum-recipe-key-command')[1])
  t:lua(
    "vim.g.hum = vim.tbl_deep_extend('force', vim.g.hum, { endpoints = { openrouter = { url = ... } } })",
    srv.url .. '/v1'
  )
  t:cmd('Hum chat openrouter/m hello')
  eq('done', chat.finished(t).status)
  eq('Bearer sesame', srv:requests('/v1/chat/completions')[1].headers.authorization)
end)

test('recipe: prompts by keys, on lines and around the cursor', function(t)
  local srv = t:fake()
  srv:script({ text = 'Yes.' })
  chat.configure(t, srv)
  use(t, 'hum-recipe-prompts')
  t:cmd('edit ' .. t:write_file('a.lua', 'local function f()\n  return 1\nend\n\nprint(f())\n'))
  t:keys('2G x')
  eq('done', chat.finished(t).status)
  T.match('lines 1-3:', last_message(srv), true)
  t:cmd('buffer a.lua')
  t:keys('5GV x')
  eq('done', chat.finished(t, 2).status)
  T.match('line 5:', last_message(srv), true)
  t:cmd('buffer a.lua')
  t:keys(' p')
  t:wait_screen('Prompts', true)
end)
