-- Headings in ASCII, and lines of a reply that look like headings.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

local function open(t, answer)
  local srv = t:fake()
  srv:script(answer or { text = 'A short answer.' })
  chat.configure(t, srv, { dialect = 'openai' }, { chat = { window = 'current' } })
  return srv
end

local sent = chat.sent

--- Opens a chat file that says this below its front matter.
local function edit(t, text)
  t:write_file('talk.md', '---\nhum: 1\nmodel: fake\n---\n\n' .. text)
  t:cmd('edit talk.md')
end

test('a chat with headings in ASCII is read, and keeps them', function(t)
  local srv = open(t)
  edit(t, '## > You\n\nq\n\n## < small:8b\n\na\n\n## > You\n\nand now?\n')
  t:cmd('Hum send')
  chat.finished(t)
  eq({ { 'user', 'q' }, { 'assistant', 'a' }, { 'user', 'and now?' } }, sent(srv, 1))
  T.match('and now%?\n\n## < fake\n\nA short answer%.\n\n## > You\n\n$', t:text())
  t:cmd('Hum! chat what now?')
  chat.finished(t, 2)
  eq({ 'user', 'what now?' }, sent(srv, 2)[5])
  T.match('what now%?\n\n## < fake\n', t:text())
end)

test('a heading in ASCII is told from what Markdown has as such', { ui = false }, function(t)
  local roles = {
    ['## > You'] = 'user',
    ['## > You  '] = 'user',
    ['## < qwen3:8b'] = 'assistant',
    ['## < hf.co/a/b-GGUF:Q4_K_M\r'] = 'assistant',
    ['## > quoted'] = '',
    ['## > you'] = '',
    ['## >You'] = '',
    ['## > You and I'] = '',
    ['##  > You'] = '',
    ['# > You'] = '',
    ['### > You'] = '',
    ['## < 5 ms'] = '',
    ['## <'] = '',
    ['## < '] = '',
    ['## <model'] = '',
    ['> ## > You'] = '',
    [' ## > You'] = '',
  }
  local got = t:lua(
    [[
    local out = {}
    for line in pairs(...) do out[line] = require('hum.chat.text.block').heading(line) or '' end
    return out]],
    roles
  )
  eq(roles, got)
end)

test('a model whose name has blanks, or none, has the heading that is read', { ui = false }, function(t)
  local heading = [[return require('hum.chat.text.format').heading('assistant', ..., '## > You')]]
  eq('## < m:8b', t:lua(heading, 'm:8b'))
  eq('## « my model', t:lua(heading, 'my model'))
  eq('## « ', t:lua(heading, ''))
end)

local QUOTING = table.concat({
  '## > You',
  'x',
  '## < other',
  '\\## > You',
  '## » You',
  '\\\\## « m',
  '## > quoted',
  '## < 5 ms',
  '```',
  '## > You',
  '```',
  '## »',
  '##',
}, '\n')

for _, size in ipairs({ 1, 3, 1000 }) do
  test('a reply that quotes headings never looks like turns, in pieces of ' .. size, function(t)
    local tokens, n = {}, 0
    for char in QUOTING:gmatch('[%z\1-\127\194-\244][\128-\191]*') do
      local at = math.floor(n / size) + 1
      tokens[at], n = (tokens[at] or '') .. char, n + 1
    end
    local srv = open(t, { { times = 1, tokens = tokens }, { text = 'ok' } })
    t:cmd('Hum new')
    -- Whenever Neovim has handled an edit of the helper.
    t:lua([[
      most = 0
      vim.api.nvim_buf_attach(0, false, { on_lines = function(_, buf)
        vim.schedule(function() most = math.max(most, #require('hum.chat.text.turns').of(buf).turns) end)
      end })]])
    chat.ask(t, 'hello')
    chat.finished(t)
    chat.ask(t, 'next')
    chat.finished(t, 2)
    eq({ { 'user', 'hello' }, { 'assistant', QUOTING }, { 'user', 'next' } }, sent(srv, 2))
    eq(5, t:lua('return most'))
  end)
end

local PIECES = {
  '## » You',
  '## « m',
  '## > You',
  '## < m',
  '## > no',
  '## ',
  '#',
  '\\',
  '```',
  '~~~',
  '\n',
  '\n',
  '\n',
  '\n',
  'x',
  ' ',
  '- ',
  '»',
  '> You',
  '< ',
}

--- What is sent back of a reply: without blank lines around it, and with what it left open closed.
local function kept(t, text)
  repeat
    local n
    text, n = text:gsub('\n *$', '')
  until n == 0
  return t:lua(
    [[
    local format, read = require('hum.chat.text.format'), require('hum.chat.text.read')
    local lines = format.body({ { type = 'text', text = ... } }, 'assistant')
    return read.parse(vim.list_extend({ '## « m' }, lines)).turns[1].text]],
    text
  )
end

test('random replies come back as they were, in any pieces', function(t)
  local seed = tonumber(vim.env.HUM_TEST_SEED) or os.time()
  math.randomseed(seed)
  local srv = open(t)
  t:cmd('Hum new')
  for n = 1, 40 do
    local tokens = { 'x' }
    for i = 2, math.random(30) do
      tokens[i] = PIECES[math.random(#PIECES)]
    end
    local text = table.concat(tokens)
    srv:script({ tokens = tokens })
    chat.ask(t, 'next')
    chat.finished(t, n)
    local got = t:lua([[
      local list = require('hum.chat.text.turns').of(0).turns
      return { #list, list[#list - 1].text }]])
    eq({ 2 * n + 1, kept(t, text) }, got, ('seed %d, %q'):format(seed, text))
  end
end)
