-- Chat files by somebody else: opening one starts no traffic and no command, chooses no address, and ends in no trace.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

local TURNS = '\n\n## » You\n\nhello\n\n## « m\n\nHi\n\n## » You\n\n'

--- What a front matter may say; URL is a server that must not be asked, RUN a file that no command may make.
local FRONTS = {
  ['an address'] = 'url: URL\nendpoint: URL\nmodel: fake',
  ['an endpoint of its own'] = 'endpoint: evil\nendpoints: {"evil": {"url": "URL", "key": {"command": ["touch", "RUN"]}}}',
  ['a key, headers and a proxy'] = 'key: {"command": ["touch", "RUN"]}\nheaders: {"x": "y"}\nproxy: URL\nca: /etc/passwd',
  ['messages among the options'] = 'options: {"messages": [{"role": "user", "content": "INJECTED"}]}',
  ['other keys of hum'] = 'chat: {"directory": "/", "keep": false}\nhelper: /bin/false\nlog: debug',
  ['YAML with tags and anchors'] = 'a: !!python/object/apply:os.system ["touch RUN"]\nb: &x [*x, *x]\nc: |\n  hum: 9\nd: >-\n  x',
  ['quotes that do not end'] = 'model: "fake\ntitle: \'x\nendpoint: "',
  ['JSON that does not end'] = 'options: {"a": [[[[[[[[[[[[\ntitle: {',
  ['a key twice'] = 'endpoint: evil\nendpoint: ollama\nhum: 2',
  ['a huge line'] = 'title: ' .. ('x'):rep(2000000),
  ['a huge number of lines'] = ('k: v\n'):rep(20000),
  ['NULs'] = 'title: a\0b\nmodel: f\0ke',
  ['bytes that are no UTF-8'] = 'title: \255\254\192\128\nmodel: fa\237\160\128ke',
  ['escape sequences'] = 'title: \27[2J\27]0;evil\7 x\nmodel: \27[31mfake',
  ['paths for a name'] = 'title: ../../../../RUN\nproject: ../..\nroot: /etc',
  ['vimscript'] = "title: `touch RUN`\nmodel: '|call system('touch RUN')|\nproject: %{system('touch RUN')}",
  ['no end'] = 'title: never',
}

--- The references of a message that others will read, later.
local MESSAGE = '#url:URL\n#cmd:touch RUN\n'

---@param t test.Case
---@param srv test.Fake
---@param name string
---@return string path
local function write(t, srv, name)
  local ending = name == 'no end' and '' or '\n---' .. TURNS .. MESSAGE
  local text = '---\nhum: 1\n' .. FRONTS[name] .. ending
  return t:write_file('chat.md', (text:gsub('URL', srv.url):gsub('RUN', t.dir .. '/made')))
end

for name in pairs(FRONTS) do
  test(('opening a chat with %s does nothing'):format(name), { ui = { 100, 24 } }, function(t)
    local srv, evil = t:fake(), t:fake()
    srv:script({ text = 'fine' })
    evil:script({ text = 'evil' })
    chat.configure(t, srv)
    local path = write(t, evil, name)
    local before = t:read_file('chat.md')
    t:cmd('edit ' .. path)
    eq({ 'hum', true }, { t:eval('&filetype'), t:lua('return vim.bo.modifiable') })
    t:cmd('redraw!')
    t:cmd('edit!')
    t:cmd('bwipeout')
    t:lua([[require('hum').open(...)]], path)
    t:lua([[require('hum').chats({ query = 'hello' })]])
    t:cmd('setlocal foldmethod=expr | normal! Gzxgg')
    eq(nil, vim.uv.fs_stat(t.dir .. '/made'))
    eq({}, evil:requests())
    eq({}, srv:requests())
    T.no_match('traceback', t:messages() .. t:log())
    T.no_match('fault of hum', t:messages() .. t:log())
    eq(before, t:read_file('chat.md'))
  end)
end

test('what such a file may choose is what you have configured: nothing else is asked', function(t)
  local srv, evil = t:fake(), t:fake()
  srv:script({ text = 'fine' })
  evil:script({ text = 'evil' })
  chat.configure(t, srv)
  for _, name in ipairs({ 'an address', 'an endpoint of its own', 'messages among the options' }) do
    t:cmd('edit! ' .. write(t, evil, name))
    t:keys('Gimore<Esc>')
    t:lua([[require('hum').send()]])
    t:wait(function() return t:messages() ~= '' end, 'it is refused')
    T.no_match('traceback', t:messages())
    t:cmd('messages clear')
  end
  eq({}, evil:requests())
  eq({}, vim.tbl_filter(function(request) return request.method == 'POST' end, srv:requests()))
  eq(nil, vim.uv.fs_stat(t.dir .. '/made'))
end)

--- Ways in which lines end, and what stands before the first.
local FORMS = {
  ['line ends of DOS'] = { '\r\n', '' },
  ['a byte order mark'] = { '\n', '\239\187\191' },
  ['both'] = { '\r\n', '\239\187\191' },
}

for name, form in pairs(FORMS) do
  test(('a chat with %s goes on, and keeps them'):format(name), function(t)
    local srv = t:fake()
    srv:script({ text = 'fine' })
    chat.configure(t, srv)
    local text =
      '---\nhum: 1\nendpoint: ollama\nmodel: fake\n---\n\n## » You\n\nhello\n\n## « m\n\nHi\n\n## » You\n\nmore\n'
    local path = t:write_file('chat.md', form[2] .. text:gsub('\n', form[1]))
    t:cmd('edit ' .. path)
    eq('hum', t:eval('&filetype'))
    t:lua([[require('hum').send()]])
    eq('done', chat.finished(t).status)
    eq(
      { 'hello', 'Hi', 'more' },
      vim.tbl_map(function(m) return m.content end, srv:requests('/api/chat')[1].body.messages)
    )
    local want = form[2] .. (t:text() .. '\n'):gsub('\n', form[1])
    t:wait(function() return t:read_file('chat.md') == want end, 'it is kept in that form')
  end)
end

test('a YAML file with such a key is YAML', function(t)
  t:cmd('edit ' .. t:write_file('config.yaml', '---\nhum: 1\nother: 2\n'))
  eq('yaml', t:eval('&filetype'))
end)
