-- A chat in a session, its swap file and its undo file: what Neovim has for files holds for it.
local T = require('harness')
local chat = require('lib.chat')
local user = require('lib.user')
local test, eq = T.test, T.eq

local NO_NVIM = { nvim = false, ui = { 100, 30 } }

---@param t test.Case
---@param srv test.Fake
---@param args? string[]
local function start(t, srv, args)
  local init = ("vim.g.hum = { endpoints = { ollama = { url = %q, model = 'fake' } }, chat = { window = 'right' } }"):format(
    srv.url
  )
  t.child = t:start({ init = init .. '\nvim.o.swapfile = true\nvim.o.undofile = true', args = args })
end

---@param t test.Case
---@return test.Fake
local function server(t)
  local srv = t:fake()
  srv:script({ rules = { { match = { text = 'second' }, text = 'Another.' }, { text = 'A short answer.' } } })
  return srv
end

local function sent(srv, n)
  return vim.tbl_map(function(m) return m.content end, srv:requests('/api/chat')[n].body.messages)
end

--- Options of the window that a chat sets.
local function window_options(t)
  return t:lua(
    [[
    return vim.tbl_map(function(name) return vim.wo[name] end, { 'wrap', 'linebreak', 'spell', 'number', 'foldmethod' })]]
  )
end

test('a session brings a chat back, and it goes on', NO_NVIM, function(t)
  local srv = server(t)
  start(t, srv)
  t:cmd('edit code.c | set number')
  t:cmd('Hum chat why is the sky blue?')
  chat.finished(t)
  local text, options, path = t:text(), window_options(t), t:eval('expand("%:p")')
  t:cmd('mksession S.vim')
  user.leave(t)
  start(t, srv, { '-S', 'S.vim' })
  t:wait(function() return t:eval('&filetype') == 'hum' end, 'the chat is back')
  eq({ text, path, '', 2 }, { t:text(), t:eval('expand("%:p")'), t:eval('&buftype'), t:eval('winnr("$")') })
  eq(options, window_options(t))
  chat.ask(t, 'second')
  chat.finished(t)
  eq({ 'why is the sky blue?', 'A short answer.', 'second' }, sent(srv, 2))
  t:wait(function() return t:read_file(path) == t:text() .. '\n' end, 'it is kept in the same file')
  T.no_match('E%d+', t:messages())
end)

test('a session brings a chat back in which nothing was asked', NO_NVIM, function(t)
  local srv = server(t)
  start(t, srv)
  t:cmd('Hum new')
  local path = t:eval('expand("%:p")')
  t:cmd('mksession S.vim')
  user.leave(t)
  eq(nil, vim.uv.fs_stat(path))
  start(t, srv, { '-S', 'S.vim' })
  t:wait(function() return t:eval('&filetype') == 'hum' end, 'the chat is back')
  T.match('^%-%-%-\nhum: 1\n.*\n## » You\n\n$', t:text())
  eq(0, t:eval('&modified'))
  chat.ask(t, 'hello there')
  chat.finished(t)
  t:wait(function() return t:eval('expand("%:t")'):find('hello%-there') end, 'it has its name')
  t:wait(function() return t:read_file(t:eval('expand("%:p")')) == t:text() .. '\n' end, 'it is kept')
end)

test('a draft that was not sent survives kill -9: :recover brings it back', NO_NVIM, function(t)
  local srv = server(t)
  start(t, srv)
  t:cmd('Hum chat why is the sky blue?')
  chat.finished(t)
  local path = t:eval('expand("%:p")')
  T.ok(t:eval('swapname("%")') ~= '', 'there is a swap file')
  t:keys('Gia draft of mine<Esc>')
  t:wait(function() return t:text():find('a draft') end, 'a draft')
  t:cmd('preserve')
  t.child:kill()
  start(t, srv)
  t:cmd('autocmd SwapExists * let v:swapchoice = "e"')
  t:cmd('edit ' .. path)
  T.no_match('a draft', t:text())
  t:cmd('silent! recover') -- E308 where hum wrote the file in another second than Neovim did
  T.match('a draft of mine', t:text())
  eq('hum', t:eval('&filetype'))
  chat.ask(t, '')
  chat.finished(t)
  eq({ 'why is the sky blue?', 'A short answer.', 'a draft of mine' }, sent(srv, 2))
end)

test('nvim -r recovers the draft of a chat that has no file yet', NO_NVIM, function(t)
  local srv = server(t)
  start(t, srv)
  t:cmd('Hum new')
  local path = t:eval('expand("%:p")')
  t:keys('Gia draft of mine<Esc>')
  t:wait(function() return t:text():find('a draft') end, 'a draft')
  t:cmd('preserve')
  t.child:kill()
  start(t, srv, { '-r', path })
  t:wait(function() return t.child:mode().blocking end, 'what Neovim says of it')
  t:keys('<CR>')
  t:wait(function() return not t.child:mode().blocking and t:text():find('a draft of mine') end, 'it is there')
  eq('hum', t:eval('&filetype'))
end)

test('an undo file: u takes a reply back that came before Neovim was left', NO_NVIM, function(t)
  local srv = server(t)
  start(t, srv)
  t:cmd('Hum chat why is the sky blue?')
  chat.finished(t)
  local path = t:eval('expand("%:p")')
  user.leave(t)
  start(t, srv, { path })
  T.match('A short answer', t:text())
  t:keys('u')
  t:wait(function() return not t:text():find('A short answer') end, 'u takes it back')
  t:keys('<C-r>')
  t:wait(function() return t:text():find('A short answer') end, '<C-r> brings it again')
  user.leave(t)
end)

--- chat.keep = false: nothing of the chat is in any file.
---@return string[]
local function files_with(t, word)
  return vim.tbl_filter(
    function(path)
      return vim.uv.fs_stat(path).type == 'file' and (io.open(path, 'rb'):read('*a') or ''):find(word, 1, true) ~= nil
    end,
    vim.fn.globpath(t.dir, '**', true, true, true)
  )
end

test('chat.keep = false: no file, no swap file, no undo file; :qa leaves', NO_NVIM, function(t)
  local srv = t:fake()
  srv:script({ text = 'Llamas hum quietly.' })
  start(t, srv)
  t:lua([[local g = vim.g.hum; g.chat.keep = false; vim.g.hum = g]])
  t:cmd('Hum chat what do they do?')
  chat.finished(t)
  eq(
    { '', '', 0, 0, '' },
    t:lua([[
    return { vim.api.nvim_buf_get_name(0), vim.bo.buftype, vim.bo.swapfile and 1 or 0, vim.bo.undofile and 1 or 0,
      vim.fn.swapname('%') }]])
  )
  eq({}, files_with(t, 'quietly'))
  t.child.rpc:notify('nvim_command', 'qa')
  t:wait(function() return t.child:ended() end, 'Neovim ends')
  eq({}, files_with(t, 'quietly'))
end)

test('chat.keep = false: :w is refused, :w NAME makes it a file, a draft is asked about', NO_NVIM, function(t)
  local srv = server(t)
  start(t, srv)
  t:lua([[local g = vim.g.hum; g.chat.keep = false; vim.g.hum = g]])
  t:cmd('Hum chat why is the sky blue?')
  chat.finished(t)
  local text = t:text()
  T.match('E32', t:lua('return select(2, pcall(vim.cmd.write))'))
  T.match('E32', t:lua('return select(2, pcall(vim.cmd.edit))'))
  eq(text, t:text())
  t:keys('Gia draft<Esc>')
  t:wait(function() return t:text():find('a draft') end, 'a draft')
  t:cmd('silent! qa')
  T.match('a draft', t:text())
  t:cmd('w a.md')
  eq({ 'a.md', 0 }, { t:eval('expand("%:t")'), t:eval('&modified') })
  eq({ 1, 1 }, { t:eval('&swapfile'), t:eval('&undofile') })
  T.ok(t:lua([[return #vim.api.nvim_get_autocmds({ buffer = 0, event = 'BufUnload' }) > 0]]), 'hum looks after it')
  eq(t:text() .. '\n', t:read_file('a.md'))
  eq({}, vim.fn.globpath(t.dir .. '/data', '**/*.md', true, true))
end)
