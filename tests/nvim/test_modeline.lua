-- Modelines in a chat are text, whoever wrote them, and hold elsewhere as ever. As root 'modeline' is off, so these
-- cases run as another user.
local T = require('harness')
local chat = require('lib.chat')
local user = require('lib.user')
local test, eq = T.test, T.eq

T.once()

--- All that a modeline of these cases would do.
local OPTIONS = { 'filetype', 'modifiable', 'textwidth', 'wrap', 'readonly', 'shiftwidth' }

---@param t test.Case
local function start(t, args)
  t.child = t:start({ program = user.program(t), args = args })
  eq(true, t:lua('return vim.go.modeline'), "'modeline' is on, else nothing is tested here")
end

local function options(t) return t:lua('return vim.tbl_map(function(name) return vim.o[name] end, ...)', OPTIONS) end

--- A file that the user may write.
local function write(t, name, text)
  local path = t:write_file(name, text)
  vim.uv.fs_chmod(path, tonumber('666', 8))
  return path
end

local HEAD = '---\nhum: 1\nendpoint: ollama\nmodel: fake\n---\n\n## » You\n\nhello\n\n## « fake\n\n'
local TAIL = '\n\n## » You\n\n\n'

--- What somebody writes, or a model, and where it stands.
local CHATS = {
  ['a reply that ends in one'] = HEAD .. 'Here:\n\n    # vim: ft=python tw=19 noma nowrap' .. TAIL,
  ['a reply that is one'] = HEAD .. 'vim: set textwidth=17 nomodifiable ft=help:' .. TAIL,
  ['a modeline inside a fence'] = HEAD .. '```python\nx = 1\n# vim: set ft=python tw=19 noma ro:\n```' .. TAIL,
  ['a modeline at the very end'] = HEAD .. 'Hi' .. TAIL .. 'vim: noma tw=19\n',
  ['a title'] = '---\nhum: 1\ntitle: vim: set ft=python tw=19 noma:\nendpoint: ollama\n---\n\n## » You\n\nhello\n',
  ['a model'] = '---\nhum: 1\nmodel: vi:noma:tw=19\n---\n\n## » You\n\nhello\n\n## « vim: set noma tw=19 ro:\n\nHi\n',
  ['an odd key of the front matter'] = '---\nhum: 1 # vim: noma tw=19\nex: vim: noma ft=c\n---\n\n## » You\n\nhello\n',
  ['a line for another editor'] = HEAD .. 'ex: set noma tw=19 :' .. TAIL,
  ['line ends of DOS'] = (HEAD .. 'vim: noma tw=19' .. TAIL):gsub('\n', '\r\n'),
  ['blanks behind its first line'] = HEAD:gsub('\n', '  \n', 1) .. 'vim: noma tw=19' .. TAIL,
  ['a byte order mark'] = '\239\187\191' .. HEAD .. 'vim: noma tw=19' .. TAIL,
}

local WAYS = {
  [':edit'] = function(t, path)
    start(t)
    t:cmd('edit ' .. path)
  end,
  [':split, :tabedit'] = function(t, path)
    start(t)
    t:cmd('split ' .. path .. ' | tabedit ' .. path)
  end,
  ['nvim FILE'] = function(t, path) start(t, { path }) end,
  [':edit!'] = function(t, path)
    start(t)
    t:cmd('edit ' .. path .. ' | edit!')
  end,
  ['hum.open()'] = function(t, path)
    start(t)
    t:lua([[require('hum').open(...)]], path)
  end,
  ['an autocommand of the user that has modelines run'] = function(t, path)
    start(t, { '--cmd', 'autocmd BufReadPost * doautocmd User Mine', '--cmd', 'autocmd User Mine :' })
    t:cmd('edit ' .. path)
    t:cmd('doautocmd User Mine')
  end,
  ['a session'] = function(t, path)
    start(t)
    t:cmd('edit ' .. path)
    t:cmd('mksession ' .. t.dir .. '/S.vim')
    user.leave(t)
    start(t, { '-S', t.dir .. '/S.vim' })
  end,
}

for way, open in pairs(WAYS) do
  test(('none holds by %s'):format(way), { nvim = false }, function(t)
    for name, text in pairs(CHATS) do
      local path = write(t, 'chat.md', text)
      vim.fn.delete(t.dir .. '/S.vim')
      open(t, path)
      eq({ 'hum', true, 0, true, false, 8 }, options(t), name)
      user.leave(t)
    end
  end)
end

test('a file of any name that is a chat has none', { nvim = false }, function(t)
  start(t)
  for _, name in ipairs({ 'chat', 'notes.txt', 'x.py', 'README.MD', '.hidden' }) do
    t:cmd('edit ' .. write(t, name, CHATS['a reply that ends in one']))
    eq({ 'hum', true, 0 }, vim.list_slice(options(t), 1, 3), name)
  end
end)

test('elsewhere modelines hold as ever, also after a chat', { nvim = false }, function(t)
  start(t)
  local path = write(t, 'chat.md', CHATS['a reply that is one'])
  local python = t:write_file('x.py', 'x = 1\n# vim: tw=19 sw=3\n')
  local markdown = t:write_file('notes.md', '# Notes\n\n---\nhum: 1\n---\n<!-- vim: set tw=21: -->\n')
  t:cmd('edit ' .. path .. ' | edit ' .. python)
  eq({ 'python', 19, 3 }, t:lua('return { vim.bo.filetype, vim.bo.textwidth, vim.bo.shiftwidth }'))
  t:cmd('edit ' .. markdown)
  eq({ 'markdown', 21 }, t:lua('return { vim.bo.filetype, vim.bo.textwidth }'))
  t:cmd('edit ' .. path .. ' | buffer ' .. python .. ' | edit!')
  eq(19, t:eval('&textwidth'))
end)

test('a reply that ends in one is text in its own chat too', { nvim = false }, function(t)
  start(t)
  local srv = t:fake()
  srv:script({ text = 'Use this:\n\n    # vim: ft=python tw=19 noma nowrap' })
  chat.open(t, srv)
  local before = options(t)
  chat.ask(t, 'hello')
  chat.finished(t)
  t:cmd('doautocmd BufReadPost')
  eq(before, options(t))
  t:cmd('write')
  t:cmd('edit!')
  eq({ 'hum', true, 0 }, vim.list_slice(options(t), 1, 3))
  local path = t:eval('expand("%:p")')
  t:cmd('bwipeout')
  t:cmd('edit ' .. path)
  eq({ 'hum', true, 0 }, vim.list_slice(options(t), 1, 3))
end)

test('what is no file is not read to see whether it is a chat', { nvim = false }, function(t)
  start(t)
  t:lua('vim.fn.system({ "mkfifo", ... })', t.dir .. '/fifo')
  t:lua(
    [[
    vim.api.nvim_exec_autocmds('BufReadPre', { pattern = ..., modeline = false })]],
    t.dir .. '/fifo'
  )
  t:cmd('edit /nowhere/x.md')
  T.no_match('E%d+|lua', t:messages())
end)
