-- What was sent stays as it was sent: each request begins with the messages of the one before, to the byte, whatever
-- happens in between. Judged by the bodies that the server received.
local T = require('harness')
local chat = require('lib.chat')
local project = require('lib.project')
local test, eq, ok, match, no_match = T.test, T.eq, T.ok, T.match, T.no_match

T.once()

--- A project, a server that gives short answers, a chat.
---@param t test.Case
---@param config? table
---@return test.Fake srv, integer buf
local function begin(t, config)
  local srv = t:fake()
  srv:script({ text = 'A short answer.' })
  project.new(t)
  project.answers(t, 'yes')
  return srv, project.chat(t, srv, nil, config)
end

--- The texts of the messages of a request, with their roles.
---@param request { body: table }
---@return { role: string, content: string }[]
local function messages(request)
  return vim.tbl_map(function(message)
    local content = message.content
    if type(content) == 'table' then
      content = table.concat(vim.tbl_map(function(part) return part.text or '<image>' end, content))
    end
    return { role = message.role, content = content }
  end, request.body.messages)
end

---@param srv test.Fake
---@return { role: string, content: string }[]
local function last(srv)
  local requests = project.requests(srv)
  return messages(requests[#requests])
end

---@param t test.Case
---@param name string
---@param text string
local function write(t, name, text) t:write_file('project/' .. name, text) end

--- `src/b.lua` with one line changed.
---@param t test.Case
---@param line string
local function change(t, line)
  local text = t:read_file('project/src/b.lua')
  write(t, 'src/b.lua', (text:gsub('local beta_30 = [^\n]*', line)))
end

--- The file of the chat in a buffer.
---@param t test.Case
---@param buf integer
---@return string
local function path_of(t, buf) return t:lua('return vim.api.nvim_buf_get_name(...)', buf) end

---@param t test.Case
---@param buf integer
---@return string  folder of what belongs to it
local function folder_of(t, buf) return (path_of(t, buf):gsub('%.md$', '.files')) end

--- Opens a chat's file in another Neovim, which knows nothing but what is on the disk.
---@param t test.Case
---@param srv test.Fake
---@param path string
---@return integer buf
local function reopened(t, srv, path)
  local before = t.child
  t:keys(':qa!<CR>')
  t:wait(function() return before:ended() end, 'the first Neovim ends')
  t.child = t:start()
  chat.configure(t, srv, { dialect = 'openai' })
  project.answers(t, 'yes')
  t:lua('vim.cmd.cd(...)', t.project)
  t:cmd('edit src/a.lua')
  return t:lua('return require("hum").open(...)', path)
end

test('a file goes once, then what has changed of it, with the next message', function(t)
  local srv, buf = begin(t)
  project.ask(t, 'See #file:src/b.lua', buf, 1)
  project.ask(t, 'go on', buf, 2)
  change(t, 'local beta_30 = "new"')
  project.ask(t, 'and now', buf, 3)
  project.ask(t, 'the same #file:src/b.lua', buf, 4)
  project.same_beginning(srv)
  local all = last(srv)
  eq(7, #all)
  match('<file path="src/b.lua">\nlocal beta_1 = 1\n', all[1].content, true)
  eq('go on', all[3].content)
  match('^<diff path="src/b.lua">\n', all[5].content)
  match('-local beta_30 = 30\n+local beta_30 = "new"', all[5].content, true)
  match('and now$', all[5].content)
  eq('the same #file:src/b.lua', all[7].content)
end)

test('a file that goes is told of once, and is whole when it is back', function(t)
  local srv, buf = begin(t)
  project.ask(t, 'See #file:src/b.lua', buf, 1)
  local text = t:read_file('project/src/b.lua')
  vim.uv.fs_unlink(t.project .. '/src/b.lua')
  project.ask(t, 'gone?', buf, 2)
  project.ask(t, 'still?', buf, 3)
  write(t, 'src/b.lua', text)
  project.ask(t, 'again', buf, 4)
  project.same_beginning(srv)
  local all = last(srv)
  match('not there any more', all[3].content, true)
  eq('still?', all[5].content)
  match('local beta_59 = 59', all[7].content, true)
end)

test('a retry after nothing has changed sends the same bytes', function(t)
  local srv, buf = begin(t)
  project.ask(t, 'See #file:src/b.lua and #lines:3-5', buf, 1)
  t:lua('require("hum").retry(...)', buf)
  chat.finished(t, 2)
  local requests = project.requests(srv)
  eq(requests[1].raw, requests[2].raw)
  change(t, 'local beta_30 = "new"')
  t:lua('require("hum").retry(...)', buf)
  chat.finished(t, 3)
  local words = project.words(project.requests(srv)[3])
  match('local beta_30 = "new"', words, true)
  no_match('local beta_30 = 30', words)
end)

for how, act in pairs({
  ['opened in a new Neovim'] = function(t, srv, buf) return reopened(t, srv, path_of(t, buf)), 1 end,
  ['read anew'] = function(t, _, buf)
    t:lua('vim.cmd.edit({ bang = true })')
    return buf
  end,
  ['forked'] = function(t, _, buf) return t:lua('return require("hum").fork(...)', buf) end,
  ['renamed'] = function(t, _, buf)
    t:cmd('Hum rename Another title for it')
    return buf
  end,
  ['written elsewhere'] = function(t, _, buf)
    t:cmd('write ' .. t.dir .. '/elsewhere.md')
    return buf
  end,
}) do
  test('it holds in a chat that was ' .. how, function(t)
    local srv, buf = begin(t)
    project.ask(t, 'See #file:src/b.lua', buf, 1)
    change(t, 'local beta_30 = "new"')
    project.ask(t, 'go on', buf, 2)
    local other, n = act(t, srv, buf)
    change(t, 'local beta_30 = "newer"')
    project.ask(t, 'and now', other, n or 3)
    project.same_beginning(srv)
    local all = last(srv)
    eq(5, #all)
    match('-local beta_30 = "new"\n+local beta_30 = "newer"', all[5].content, true)
  end)
end

test('a reply that was stopped, and one that failed, change nothing before them', function(t)
  local srv, buf = begin(t)
  srv:script({ { match = { nth = 1 }, tokens = { 'a ', 'b ' }, count = 1000000, interval_ms = 5 }, { text = 'ok' } })
  chat.ask(t, 'See #file:src/b.lua', buf)
  t:wait(function() return t:text(buf):find('a b', 1, true) end, 'it streams')
  t:lua('require("hum").stop({ buf = ... })', buf)
  chat.finished(t, 1)
  project.ask(t, 'and then', buf, 2)
  local requests = project.requests(srv)
  eq(messages(requests[1])[1], messages(requests[2])[1])
  srv:script({ status = 500, text = 'x' })
  project.ask(t, 'fails', buf, 3)
  srv:script({ text = 'ok' })
  project.ask(t, 'goes on', buf, 4)
  requests = project.requests(srv)
  local before, now = messages(requests[2]), messages(requests[#requests])
  for i, message in ipairs(before) do
    eq(message, now[i])
  end
  eq(1, project.count(project.words(requests[#requests]), 'local beta_30 = 30'))
end)

test('an earlier question that was edited changes what follows it, and nothing before', function(t)
  local srv, buf = begin(t)
  project.ask(t, 'See #file:src/b.lua', buf, 1)
  project.ask(t, 'second', buf, 2)
  t:lua(
    [[
    local buf = ...
    vim.api.nvim_win_set_cursor(0, { vim.fn.search('^second', 'w'), 0 })
    vim.api.nvim_buf_set_lines(buf, vim.fn.line('.') - 1, vim.fn.line('.'), true, { 'second #file:src/notes.txt' })
    require('hum').send()]],
    buf
  )
  chat.finished(t, 3)
  local requests = project.requests(srv)
  local before, now = messages(requests[2]), messages(requests[3])
  eq({ before[1], before[2] }, { now[1], now[2] })
  match('Some notes.', now[3].content, true)
end)

test('what is kept and was deleted is kept again, or sent as it is now', function(t)
  local srv, buf = begin(t)
  project.ask(t, 'See #file:src/b.lua', buf, 1)
  local folder = folder_of(t, buf)
  local function delete()
    for name in vim.fs.dir(folder) do
      if name ~= 'context.json' then vim.uv.fs_unlink(folder .. '/' .. name) end
    end
  end
  delete()
  project.ask(t, 'nothing has changed', buf, 2)
  project.same_beginning(srv)
  delete()
  change(t, 'local beta_30 = "new"')
  project.ask(t, 'it has changed', buf, 3)
  local words = project.words(project.requests(srv)[3])
  match('local beta_30 = "new"', words, true)
  no_match('local beta_30 = 30', words)
end)

test('what is kept and was changed is told, and sent as it is now with the next attempt', function(t)
  local srv, buf = begin(t)
  project.ask(t, 'See #file:src/b.lua', buf, 1)
  local folder = folder_of(t, buf)
  for name in vim.fs.dir(folder) do
    if name ~= 'context.json' then
      local text = t:read_file(folder .. '/' .. name)
      local file = assert(io.open(folder .. '/' .. name, 'w'))
      file:write((text:gsub('beta_30', 'BETA_30')))
      file:close()
    end
  end
  change(t, 'local beta_30 = "new"')
  project.ask(t, 'go on', buf, 2)
  eq(1, #project.requests(srv), 'nothing that somebody has changed is sent')
  t:lua('require("hum").retry(...)', buf)
  chat.finished(t, 3)
  local words = project.words(project.requests(srv)[2])
  match('local beta_30 = "new"', words, true)
  no_match('BETA_30', words)
  match('the saved copy of src/b.lua is gone', t:messages(), true)
end)

for name, text in pairs({
  ['no JSON'] = '{"version":1,"turns":[',
  ['a list'] = '[1,2,3]',
  ['another version'] = '{"version":99,"turns":[]}',
  ['names that lead elsewhere'] = '{"version":1,"turns":[{"key":"'
    .. ('a'):rep(64)
    .. '","n":1,"at":0,"pieces":[{"id":"file:/x",'
    .. '"title":"x","tag":"file","form":"whole","kept":"../../../../etc/passwd","size":{}}]}]}',
  ['wrong types'] = '{"version":1,"turns":[{"key":7,"n":"x","pieces":{"a":1}}],"system":[],"fit":3,"choices":"x"}',
  ['numbers beyond measure'] = '{"version":1,"turns":[],"system":{"key":"' .. ('b'):rep(64) .. '","tokens":1e400}}',
  ['nothing'] = '',
  ['deeply nested'] = ('['):rep(100000),
}) do
  test("a ledger that is not hum's is survived: " .. name, function(t)
    local srv, buf = begin(t)
    project.ask(t, 'See #file:src/b.lua', buf, 1)
    local path = path_of(t, buf)
    local file = io.open(folder_of(t, buf) .. '/context.json', 'w')
    file:write(text)
    file:close()
    t:cmd('silent! bwipeout! ' .. buf)
    local again = t:lua('return require("hum").open(...)', path)
    project.ask(t, 'go on', again, 2)
    eq(1, project.count(project.words(project.requests(srv)[2]), 'local beta_30 = 30'))
    no_match('root:', project.words(project.requests(srv)[2]))
  end)
end

local HELD = '<file path="src/b.lua">\n(it has changed since, and what it says now is not sent)\n</file>\n\n'

test('what is followed and has become what is not sent unasked is held back, and that is told', function(t)
  local srv, buf = begin(t)
  local path = t.project .. '/src/b.lua'
  local text = t:read_file(path)
  project.ask(t, 'See #file:src/b.lua', buf, 1)
  local n = 1
  for words, replace in
    vim.spairs({
      ['it may hold secrets'] = function() vim.uv.fs_symlink(t.project .. '/.env', path) end,
      ['outside the project'] = function() vim.uv.fs_symlink(t.dir .. '/outside.txt', path) end,
      ['binary'] = function() write(t, 'src/b.lua', ('\0\1\2\3'):rep(100)) end,
      ['an image'] = function() write(t, 'src/b.lua', t:read_file(t.project .. '/pic.png')) end,
      ['a directory'] = function() vim.uv.fs_mkdir(path, 493) end,
      ['large'] = function() write(t, 'src/b.lua', ('one line of a log\n'):rep(40000)) end,
    })
  do
    vim.uv.fs_unlink(path)
    replace()
    n = n + 1
    project.ask(t, 'and now?', buf, n)
    local all = last(srv)
    eq((n == 2 and HELD or '') .. 'and now?', all[#all].content, 'the model is told once')
    local function is_told() return t:messages():gsub('%s+', ' '):find(words, 1, true) end
    t:wait(is_told, words .. ' is told')
    vim.uv.fs_rmdir(path)
  end
  vim.uv.fs_unlink(path)
  write(t, 'src/b.lua', text)
  project.ask(t, 'back?', buf, n + 1)
  local all = last(srv)
  eq('<file path="src/b.lua">\n(as it stands above, again)\n</file>\n\nback?', all[#all].content)
  write(t, 'src/b.lua', ("local key = 'ghp_%s'\n"):format(('a1B2c3'):rep(6)))
  project.ask(t, 'and a secret in it?', buf, n + 2)
  all = last(srv)
  eq(HELD .. 'and a secret in it?', all[#all].content)
  t:cmd('Hum inspect context')
  t:wait(function() return t:text():find('src/b.lua.*changed since, which is not sent') end, 'the list')
  t:cmd('bwipeout')
  write(t, 'src/b.lua', text .. 'local last = 1\n')
  project.ask(t, 'and now?', buf, n + 3)
  all = last(srv)
  match('%+local last = 1', all[#all].content)
  project.same_beginning(srv)
end)

test('what has become large is asked about when it is named again', function(t)
  local srv, buf = begin(t)
  project.answers(t, 'no')
  project.ask(t, 'See #file:src/b.lua', buf, 1)
  write(t, 'src/b.lua', ('one line of a log\n'):rep(40000))
  match('large', project.refused(t, 'again #file:src/b.lua', buf))
  eq(1, #project.requests(srv))
end)

test('what "!" has sent is followed, also in a new Neovim, and a number of a buffer means nothing there', function(t)
  local srv, buf = begin(t)
  local number = t:lua([[
    local buf = vim.api.nvim_create_buf(true, false)
    vim.api.nvim_buf_set_lines(buf, 0, -1, false, { 'scratch words' })
    return buf
  ]])
  project.ask(t, 'See #file!:.env and #buffer:' .. number, buf, 1)
  match('scratch words', last(srv)[1].content)
  buf = reopened(t, srv, path_of(t, buf))
  t:lua([[
    for _ = 1, 50 do
      local buf = vim.api.nvim_create_buf(true, false)
      vim.api.nvim_buf_set_lines(buf, 0, -1, false, { 'private words' })
    end
  ]])
  write(t, '.env', 'API_KEY=another-0123456789abcdef\n')
  project.ask(t, 'and now?', buf, 1)
  local words = last(srv)[3].content
  match('another-0123456789abcdef', words, true)
  match('<buffer name="[No Name]">\n(not there any more)', words, true)
  no_match('private words', words)
  project.same_beginning(srv)
end)

test('a failure of a reference stops the sending, in words, and loses nothing', function(t)
  local srv, buf = begin(t)
  local told = project.refused(t, 'See #file:src/nowhere.lua', buf)
  match('nowhere', told)
  eq(0, #project.requests(srv))
  match('See #file:src/nowhere.lua', t:text(buf), true)
  write(t, 'src/nowhere.lua', 'local now_here = true\n')
  t:lua('require("hum").send(...)', buf)
  chat.finished(t, 1)
  match('now_here', project.words(project.requests(srv)[1]))
end)

test('a chat in no file holds as long as its buffer', function(t)
  local srv, buf = begin(t, { chat = { keep = false } })
  project.ask(t, 'See #file:src/b.lua', buf, 1)
  change(t, 'local beta_30 = "new"')
  project.ask(t, 'go on', buf, 2)
  project.same_beginning(srv)
  eq(1, project.count(last(srv)[3].content, '+local beta_30 = "new"'))
end)

test('what is cut is not sent any more, and may be named again', function(t)
  local srv, buf = begin(t)
  project.ask(t, 'See #file:src/b.lua', buf, 1)
  local items = t:lua('return require("hum").context(...)', buf)
  eq({ 1, 'src/b.lua', 'whole', false }, { #items, items[1].title, items[1].form, items[1].cut })
  ok(items[1].tokens > 100)
  t:lua('require("hum").cut(...)', buf, items[1].id)
  project.ask(t, 'without it', buf, 2)
  no_match('beta_30', project.words(project.requests(srv)[2]))
  project.ask(t, 'with it #file:src/b.lua', buf, 3)
  project.ask(t, 'go on', buf, 4)
  eq(1, project.count(project.words(project.requests(srv)[4]), 'local beta_30 = 30'))
end)

test('the list says what has changed since', function(t)
  local _, buf = begin(t)
  project.ask(t, 'See #file:src/b.lua and #file:src/notes.txt', buf, 1)
  change(t, 'local beta_30 = "new"')
  local found = {}
  for _, item in ipairs(t:lua('return require("hum").context(...)', buf)) do
    found[item.title] = item.changed
  end
  eq({ ['src/b.lua'] = true, ['src/notes.txt'] = false }, found)
end)

test(':Hum inspect shows what will be sent, and takes out what the cursor is on', { ui = { 110, 40 } }, function(t)
  local srv, buf = begin(t)
  project.ask(t, 'See #file:src/b.lua', buf, 1)
  t:lua('vim.api.nvim_buf_set_text(..., -1, -1, -1, -1, { "and #file:src/notes.txt #file:nowhere" })', buf)
  t:cmd('Hum inspect')
  t:wait(function() return t:eval('bufname()'):find('inspect/draft', 1, true) end, 'the page')
  local text = t:text()
  match('What will be sent of', text, true)
  match('#file:src/notes.txt +%d+ tokens', text)
  match('#file:nowhere +missing', text)
  match('cannot be sent as it is, because of #file:nowhere\n', text, true)
  match('src/b.lua', text, true)
  match('Some notes.', text, true)
  eq(1, #project.requests(srv))
  t:lua([[vim.fn.search('^  src/b.lua', 'w')]])
  t:keys('d')
  t:wait(function() return t:text():find('taken out', 1, true) end, 'it is taken out')
  no_match('local beta_30', t:text())
  t:keys('q')
  t:wait(function() return not t:eval('bufname()'):find('inspect', 1, true) end, 'it is closed')
end)

test('q on a page that has the last window goes back to the chat', { ui = { 80, 24 } }, function(t)
  local _, buf = begin(t)
  t:lua('vim.api.nvim_buf_set_text(..., -1, -1, -1, -1, { "See #file:src/notes.txt" })', buf)
  t:cmd('Hum inspect')
  t:wait(function() return t:eval('bufname()'):find('inspect/draft', 1, true) end, 'the page')
  t:cmd('only')
  t:keys('q')
  t:wait(function() return t:eval('bufnr()') == buf end, 'the chat is back')
  eq('', t:messages())
end)

test('what is written on while the references are read is sent as it is then', function(t)
  local srv, buf = begin(t)
  t:lua(
    [[
    local buf = ...
    vim.api.nvim_buf_set_text(buf, -1, -1, -1, -1, { 'See #file:src/notes.txt' })
    require('hum').send(buf)
    vim.api.nvim_buf_set_text(buf, -1, -1, -1, -1, { ' and #file:src/deep/c.lua' })]],
    buf
  )
  chat.finished(t, 1)
  local all = last(srv)
  match('Some notes.', all[1].content, true)
  match('local gamma = 1', all[1].content, true)
  match('and #file:src/deep/c.lua$', all[1].content)
  project.ask(t, 'go on', buf, 2)
  project.same_beginning(srv)
end)

test('unsaved text and the file are one source, of which the last one named is followed', function(t)
  local srv, buf = begin(t)
  project.ask(t, 'See #file:src/a.lua', buf, 1)
  t:lua([[
    local code = vim.fn.bufnr('src/a.lua')
    vim.api.nvim_buf_set_lines(code, 2, 3, false, { 'local alpha_1 = "unsaved"' })]])
  project.ask(t, 'the file has not changed', buf, 2)
  project.ask(t, 'but #buffer has', buf, 3)
  project.ask(t, 'nothing since', buf, 4)
  project.same_beginning(srv)
  local all = last(srv)
  eq('the file has not changed', all[3].content)
  match('+local alpha_1 = "unsaved"', all[5].content, true)
  no_match('alpha_30', all[5].content)
  eq('nothing since', all[7].content)
end)

test('a file and its buffer in one message are one text, the unsaved one, and that is told', function(t)
  local srv, buf = begin(t)
  t:lua([[vim.api.nvim_buf_set_lines(vim.fn.bufnr('src/a.lua'), 2, 3, false, { 'local alpha_1 = "unsaved"' })]])
  project.ask(t, '#file:src/a.lua and #file:src/*.lua and #buffer', buf, 1)
  local said = last(srv)[1].content
  eq(1, project.count(said, '<file path="src/a.lua">'))
  eq(1, project.count(said, 'local alpha_30 = 30'))
  eq(1, project.count(said, 'local beta_30 = 30'))
  match('local alpha_1 = "unsaved"', said, true)
  no_match('local alpha_1 = 1\n', said)
  local function is_told()
    return t:messages():gsub('%s+', ' '):find('#file:src/a.lua: its text in Neovim is sent', 1, true)
  end
  t:wait(is_told, 'it is told')
  project.ask(t, 'nothing since', buf, 2)
  project.same_beginning(srv)
  eq('nothing since', last(srv)[3].content)
end)

test('two files that have the same name, of two projects, are told apart', function(t)
  local srv, buf = begin(t)
  t:write_file('other/src/b.lua', 'local other_b = 1\n')
  t:write_file('other/x.lua', 'local x = 1\n')
  project.ask(t, 'See #file:src/b.lua', buf, 1)
  t:lua(
    [[
    local folder = ...
    vim.api.nvim_win_call(vim.fn.win_findbuf(vim.fn.bufnr('src/a.lua'))[1], function() vim.cmd.edit(folder .. '/x.lua') end)
    vim.cmd.cd(folder)]],
    t.dir .. '/other'
  )
  change(t, 'local beta_30 = "new"')
  project.ask(t, 'and #file:src/b.lua here', buf, 2)
  project.same_beginning(srv)
  local said = last(srv)[3].content
  match('^<diff path="src/b.lua">\n', said)
  match('<file path="~/other/src/b.lua">\nlocal other_b = 1\n</file>', said, true)
  t:write_file('other/src/b.lua', 'local other_b = 2\n')
  project.ask(t, 'and now', buf, 3)
  match('^<file path="~/other/src/b.lua">\nlocal other_b = 2\n', last(srv)[5].content)
end)

test('a chat without references has no ledger', function(t)
  local _, buf = begin(t)
  project.ask(t, 'hello', buf, 1)
  eq(nil, vim.uv.fs_stat(folder_of(t, buf)))
end)

test('a reply that goes on has what went with its question', function(t)
  local srv, buf = begin(t)
  srv:script({ { match = { nth = 1 }, tokens = { 'a ', 'b ' }, count = 1000000, interval_ms = 5 }, { text = 'c' } })
  chat.ask(t, 'See #file:src/b.lua', buf)
  t:wait(function() return t:text(buf):find('a b', 1, true) end, 'it streams')
  t:lua('require("hum").stop({ buf = ... })', buf)
  chat.finished(t, 1)
  change(t, 'local beta_30 = "new"')
  t:lua('require("hum").continue(...)', buf)
  chat.finished(t, 2)
  local requests = project.requests(srv)
  eq(messages(requests[1])[1], messages(requests[2])[1])
end)

test('a preview is what is sent, with what has changed since', function(t)
  local srv, buf = begin(t)
  project.ask(t, 'See #file:src/b.lua', buf, 1)
  change(t, 'local beta_30 = "new"')
  t:lua('vim.api.nvim_buf_set_text(..., -1, -1, -1, -1, { "now, with #lines:3-5" })', buf)
  local kept = #vim.fn.readdir(folder_of(t, buf))
  local preview = t:lua('return require("hum").preview(...)', buf)
  eq(kept, #vim.fn.readdir(folder_of(t, buf)), 'it leaves nothing behind')
  t:lua('require("hum").send(...)', buf)
  chat.finished(t, 2)
  local shown = vim.tbl_map(
    function(message) return { role = message.role, content = message.content } end,
    preview.messages
  )
  eq(last(srv), shown)
  match('+local beta_30 = "new"', shown[3].content, true)
end)

test('rules are decided once, whatever becomes of their files', function(t)
  local srv, buf = begin(t)
  write(t, 'AGENTS.md', 'Always answer in rhymes.\n')
  project.ask(t, 'hello', buf, 1)
  match('in rhymes', project.words(project.requests(srv)[1], 'system'))
  write(t, 'AGENTS.md', 'Never answer in rhymes.\n')
  project.ask(t, 'again', buf, 2)
  project.same_beginning(srv)
  buf = reopened(t, srv, path_of(t, buf))
  project.ask(t, 'and again', buf, 1)
  project.same_beginning(srv)
end)

test('a prompt that was named stays what it was', function(t)
  local srv, buf = begin(t)
  project.ask(t, '/explain #file:src/notes.txt', buf, 1)
  project.ask(t, 'go on', buf, 2)
  project.same_beginning(srv)
  local first = last(srv)[1].content
  no_match('/explain', first)
  match('Some notes.', first, true)
  match('/explain #file:src/notes.txt', t:text(buf), true)
  buf = reopened(t, srv, path_of(t, buf))
  project.ask(t, 'and on', buf, 1)
  project.same_beginning(srv)
end)

test('what is left out and changes is sent whole again', function(t)
  local srv = t:fake()
  srv:script({ text = 'A short answer.' })
  project.new(t)
  project.answers(t, 'yes')
  local buf = project.chat(t, srv, { dialect = 'ollama', options = { num_ctx = 2048 } })
  project.ask(t, 'See #file:src/b.lua', buf, 1)
  local n = 1
  while project.words(project.requests(srv)[n]):find('beta_30', 1, true) do
    ok(n < 12, 'it is left out at last')
    n = n + 1
    project.ask(t, ('words and more words '):rep(40) .. n, buf, n)
  end
  project.ask(t, 'short', buf, n + 1)
  no_match('beta_30', project.words(project.requests(srv)[n + 1]))
  change(t, 'local beta_30 = "new"')
  project.ask(t, 'it has changed', buf, n + 2)
  local all = last(srv)
  match('<file path="src/b.lua">', all[#all].content, true)
  match('local beta_30 = "new"', all[#all].content, true)
  no_match('beta_30 = 30', project.words(project.requests(srv)[n + 2]))
end)

test('an image is sent once, by whichever kinds it is named', function(t)
  local srv, buf = begin(t)
  project.ask(t, 'See #image:pic.png, ![it](pic.png) and #file:pic.png', buf, 1)
  project.ask(t, 'again #file:pic.png', buf, 2)
  local all = last(srv)
  eq(1, project.count(all[1].content, '<image>'))
  eq('again #file:pic.png', all[3].content)
  project.same_beginning(srv)
end)

test('two files with the same text cost it once', function(t)
  local srv, buf = begin(t)
  write(t, 'src/copy.lua', t:read_file('project/src/b.lua'))
  project.ask(t, 'See #file:src/b.lua and #file:src/copy.lua', buf, 1)
  local all = last(srv)
  eq(1, project.count(all[1].content, 'local beta_30 = 30'))
  match('<file path="src/copy.lua">\n(the same text as src/b.lua above)', all[1].content, true)
end)

-- ---- sessions at random ----------------------------------------------------------------------

--- What the model knows of `src/b.lua` by the messages of a request: the last whole text, and each diff applied to it.
---@param all { role: string, content: string }[]
---@param dir string  for files
---@return string|nil
local function known(all, dir)
  local text
  for _, message in ipairs(all) do
    local at = 1
    while message.role == 'user' do
      local from, _, tag = message.content:find('<(%l+) path="src/b.lua">\n', at)
      if not from then break end
      local _, head = message.content:find('\n', from, true)
      local stop = assert(message.content:find('\n</' .. tag .. '>', head, true), 'it does not end')
      local body = message.content:sub(head + 1, stop)
      if body == '(not there any more)\n' then
        text = nil
      elseif tag == 'file' then
        text = body
      else
        assert(text, 'a diff of nothing')
        vim.fn.writefile(vim.split(text, '\n', { plain = true }), dir .. '/known', 'b')
        local done = vim
          .system(
            { 'patch', '-s', dir .. '/known', '-' },
            { stdin = '--- a\n+++ b\n' .. body:gsub('^%-%-%-[^\n]*\n%+%+%+[^\n]*\n', '') }
          )
          :wait()
        assert(done.code == 0, (done.stdout or '') .. (done.stderr or '') .. body)
        local file = assert(io.open(dir .. '/known', 'rb'))
        text = file:read('*a')
        file:close()
      end
      at = stop + 1
    end
  end
  return text
end

local seeds = { tonumber(vim.env.HUM_TEST_SEED) or 1, 2, 3, 4 }
for _, seed in ipairs(vim.env.HUM_TEST_SEED and { seeds[1] } or seeds) do
  test(('a session at random: %d'):format(seed), function(t)
    math.randomseed(seed)
    local srv, buf = begin(t)
    local sent, finished, before = 0, 0, nil
    local function wait()
      finished = finished + 1
      chat.finished(t, finished)
    end
    local function ask(text)
      sent = sent + 1
      chat.ask(t, text .. ' ' .. sent, buf)
      wait()
    end
    local function check(may_change)
      local requests = project.requests(srv)
      local now = messages(requests[#requests])
      for i, message in ipairs(before or {}) do
        if i == #before and may_change then break end
        eq(message, now[i], ('message %d of request %d'):format(i, #requests))
      end
      before = now
      local file = t:read_file('project/src/b.lua')
      local text = known(now, t.dir)
      eq(file, text or file, 'what the model knows')
    end
    local acts = {
      function()
        ask('See #file:src/b.lua')
        check()
      end,
      function()
        ask('go on')
        check()
      end,
      function() change(t, ('local beta_30 = %d'):format(math.random(1000))) end,
      function()
        write(t, 'src/b.lua', t:read_file('project/src/b.lua') .. ('local more_%d = 1\n'):format(math.random(99)))
      end,
      function()
        t:lua('require("hum").retry(...)', buf)
        wait()
        check(true)
      end,
      function() buf = t:lua('return require("hum").fork(...)', buf) end,
      function()
        local path = path_of(t, buf)
        t:cmd('silent! bwipeout! ' .. buf)
        buf = t:lua('return require("hum").open(...)', path)
      end,
      function()
        buf, finished = reopened(t, srv, path_of(t, buf)), 0
      end,
      function()
        -- Undone and brought back, the chat says the same.
        t:lua('vim.api.nvim_buf_call(..., function() vim.cmd("silent undo | silent redo") end)', buf)
      end,
    }
    ask('See #file:src/b.lua')
    check()
    for _ = 1, 14 do
      acts[math.random(#acts)]()
    end
  end)
end
