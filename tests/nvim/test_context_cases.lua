-- What a chat knows of the project: references, what is refused, the next messages, rules, personas, prompts, windows,
-- images, several models. Judged by what the server received.
local T = require('harness')
local chat = require('lib.chat')
local project = require('lib.project')
local test, eq, ok, match, no_match = T.test, T.eq, T.ok, T.match, T.no_match

--- A project, a server that gives short answers, a user who says yes, a chat.
---@param t test.Case
---@param opts? { answer?: 'yes'|'no', endpoint?: table, config?: table, script?: table, before?: fun() }
---@return test.Fake srv, integer buf
local function begin(t, opts)
  opts = opts or {}
  local srv = t:fake()
  srv:script(opts.script or { text = 'A short answer.' })
  project.new(t)
  project.answers(t, opts.answer or 'yes')
  if opts.before then opts.before() end
  return srv, project.chat(t, srv, opts.endpoint, opts.config)
end

---@param srv test.Fake
---@param n? integer
---@return string  the words of the nth request, or the last
local function sent(srv, n)
  local requests = project.requests(srv)
  return project.words(requests[n or #requests])
end

-- ---- references ------------------------------------------------------------------------------

test('ref-file: the whole file is sent, no other', function(t)
  local srv, buf = begin(t)
  project.ask(t, 'Look at #file:src/b.lua please.', buf)
  local words = sent(srv)
  for i = 1, 59 do
    eq(1, project.count(words, ('local beta_%d = %d\n'):format(i, i)))
  end
  no_match('alpha_', words)
  match('Look at #file:src/b.lua please.', words, true)
  match('Look at #file:src/b.lua please.', t:text(buf), true)
end)

test('ref-file-glob: both files, not the deeper one', function(t)
  local srv, buf = begin(t)
  project.ask(t, 'Look at #file:src/*.lua', buf)
  match('alpha_7 = 7', sent(srv))
  match('beta_7 = 7', sent(srv))
  no_match('gamma', sent(srv))
end)

test('ref-buffer: unsaved text counts', function(t)
  local srv, buf = begin(t, {
    before = function() t:lua('vim.api.nvim_buf_set_lines(0, 0, 0, false, { "local unsaved = true" })') end,
  })
  project.ask(t, 'What is #buffer?', buf)
  eq(1, project.count(sent(srv), 'local unsaved = true'))
  match('alpha_38', sent(srv))
end)

test('ref-lines: these three lines, none before or behind', function(t)
  local srv, buf = begin(t)
  project.ask(t, 'Look at #lines:10-12', buf)
  for i, is_there in pairs({ [7] = false, [8] = true, [9] = true, [10] = true, [11] = false }) do
    eq(is_there and 1 or 0, project.count(sent(srv), ('alpha_%d = %d\n'):format(i, i)))
  end
end)

test('ref-selection: the two lines that were selected', function(t)
  local srv, buf = begin(t, { before = function() t:keys('4GVj<Esc>') end })
  project.ask(t, 'Look at #selection', buf)
  for i, is_there in pairs({ [1] = false, [2] = true, [3] = true, [4] = false }) do
    eq(is_there and 1 or 0, project.count(sent(srv), ('alpha_%d = %d\n'):format(i, i)))
  end
end)

test('ref-diagnostics: those of the buffer at hand, with line and number', function(t)
  local srv, buf = begin(t, {
    before = function()
      t:lua([[
        local ns = vim.api.nvim_create_namespace('case')
        local S = vim.diagnostic.severity
        vim.diagnostic.set(ns, 0, { { lnum = 6, col = 0, message = 'shaky ground', severity = S.WARN } })
        local other = vim.fn.bufadd('src/b.lua')
        vim.fn.bufload(other)
        vim.diagnostic.set(ns, other, { { lnum = 1, col = 0, message = 'elsewhere', severity = S.ERROR } })]])
    end,
  })
  project.ask(t, 'Why #diagnostics', buf)
  match('shaky ground', sent(srv))
  match('7', sent(srv), true)
  match('alpha_5 = 5', sent(srv), true)
  no_match('elsewhere', sent(srv))
end)

test('ref-quickfix: file, line and text', function(t)
  local srv, buf = begin(t, {
    before = function() t:lua('vim.fn.setqflist({ { filename = "src/b.lua", lnum = 4, text = "odd thing" } })') end,
  })
  project.ask(t, 'See #quickfix', buf)
  match('src/b%.lua', sent(srv))
  match('4', sent(srv), true)
  match('odd thing', sent(srv))
end)

test('ref-diff: the change, not the file', function(t)
  local srv, buf = begin(t, {
    before = function()
      local path = t.project .. '/src/b.lua'
      t:write_file('project/src/b.lua', (t:read_file(path):gsub('beta_30 = 30', 'beta_30 = 3000')))
    end,
  })
  project.ask(t, 'Review #diff', buf)
  match('+local beta_30 = 3000', sent(srv), true)
  match('-local beta_30 = 30', sent(srv), true)
  no_match('beta_20 ', sent(srv))
end)

test('ref-help: that part of the help', function(t)
  local srv, buf = begin(t)
  project.ask(t, 'Explain #help:undo-two-ways', buf)
  match('undo%-two%-ways', sent(srv))
  match("'u' flag", sent(srv), true)
  ok(#sent(srv) < 8000, 'not the whole file')
end)

test('ref-clipboard: its text', function(t)
  local srv, buf = begin(t, {
    before = function()
      t:lua(
        [[
        local function get() return { { 'from the clipboard' }, 'v' } end
        local function set() end
        vim.g.clipboard = { name = 'case', copy = { ['+'] = set, ['*'] = set }, paste = { ['+'] = get, ['*'] = get } }]]
      )
    end,
  })
  project.ask(t, 'What is #clipboard', buf)
  match('from the clipboard', sent(srv))
end)

test('ref-symbol: the function, not the file', function(t)
  local srv, buf = begin(t)
  project.ask(t, 'What does #symbol:compute do?', buf)
  match('return a + b', sent(srv), true)
  no_match('alpha_7', sent(srv))
end)

test('cmd-asks: asked, not run', function(t)
  local srv, buf = begin(t, { answer = 'no' })
  t:write_file('project/Makefile', 'all:\n\ttouch was_run\n')
  project.refused(t, 'Look at #cmd:make', buf)
  match('make', project.asked(t)[1].prompt .. table.concat(project.asked(t)[1].items, ' '))
  eq(nil, vim.uv.fs_stat(t.project .. '/was_run'))
  eq(0, #project.requests(srv))
  match('#cmd:make', t:text(buf), true)
end)

test('a command that may run is run in the project, and its output is sent', function(t)
  local srv, buf = begin(t)
  t:write_file('project/Makefile', 'all:\n\t@echo made here\n')
  project.ask(t, 'Look at #cmd:make', buf)
  match('made here', sent(srv))
end)

test('url-asks: asked, not fetched', function(t)
  local srv, buf = begin(t, { answer = 'no' })
  project.refused(t, ('Look at #url:%s/page'):format(srv.url), buf)
  match(srv.url .. '/page', project.asked(t)[1].prompt .. table.concat(project.asked(t)[1].items, ' '), true)
  eq(0, #srv:requests('/page'))
  eq(0, #project.requests(srv))
end)

test('hash-signs-that-are-none: sent as they stand', function(t)
  local srv, buf = begin(t)
  local text =
    'issue #12, #ffcc00, C#, #include <x>\n\n```c\n#define file 1\n#file:src/b.lua\n```\n\n`#buffer` and\n\n> #file:src/b.lua'
  project.ask(t, text, buf)
  eq(text, project.requests(srv)[1].body.messages[1].content)
end)

test('completed-while-typing: names are offered', function(t)
  begin(t)
  t:keys('GA#file:src/<C-x><C-o>')
  t:wait_screen('notes%.txt')
  match('b%.lua', t:screen())
end)

-- ---- what is not sent ------------------------------------------------------------------------

local MISSING = { ['missing-file'] = '#file:nowhere.lua', ['missing-buffer'] = '#buffer:nosuch.py' }
for name, reference in pairs(MISSING) do
  test(name .. ': nothing is sent, the name is told, the message stays', function(t)
    local srv, buf = begin(t)
    local told = project.refused(t, 'Look at ' .. reference, buf)
    match(reference:match(':(.*)'), (told:gsub(vim.pesc('Look at ' .. reference), '')), true)
    eq(0, #project.requests(srv))
    match('Look at ' .. reference, t:text(buf), true)
  end)
end

local REFUSED = {
  secret = { '.env', 'secret' },
  ignored = { 'ignored.txt', 'ignore' },
  outside = { '../outside.txt', 'outside' },
  binary = { 'data.bin', 'binary' },
}
for what, case in pairs(REFUSED) do
  test(('refused-%s: nothing is sent, told why'):format(what), function(t)
    local srv, buf = begin(t)
    local told = project.refused(t, 'Look at #file:' .. case[1], buf)
    match(case[2], (told:lower():gsub('look at [^\n]*', '')))
    eq(0, #project.requests(srv))
  end)
end

test('forced-by-name: it is sent', function(t)
  local srv, buf = begin(t)
  project.ask(t, 'Look at #file!:.env', buf)
  match('planted-0123456789abcdef', sent(srv), true)
end)

test('huge: not sent without a word, whatever is answered', function(t)
  local srv, buf = begin(t, { answer = 'no' })
  t:write_file('project/big.log', ('2026-01-01 some line of a log\n'):rep(350000))
  local told = project.refused(t, 'Look at #file:big.log', buf)
  for _, one in ipairs(project.asked(t)) do
    told = told .. one.prompt
  end
  match('big%.log', told)
  match('MB', told)
  for _, request in ipairs(project.requests(srv)) do
    ok(#request.raw < 1e6, 'less than 1 MB')
  end
end)

-- ---- the next messages -----------------------------------------------------------------------

test('unchanged-not-twice: the file once in each request, the same beginning', function(t)
  local srv, buf = begin(t)
  project.ask(t, 'Look at #file:src/b.lua', buf, 1)
  project.ask(t, 'And then?', buf, 2)
  project.ask(t, 'Once more #file:src/b.lua', buf, 3)
  for i = 1, 3 do
    eq(1, project.count(sent(srv, i), 'local beta_17 = 17\n'))
  end
  project.same_beginning(srv)
end)

test('beginning-byte-identical: over all kinds of references', function(t)
  local srv, buf = begin(t)
  for i, text in ipairs({ 'one #buffer', 'two #lines:3-5', 'three #file:src/b.lua', 'four' }) do
    project.ask(t, text, buf, i)
  end
  eq(4, #project.requests(srv))
  project.same_beginning(srv)
end)

test('changed-as-a-diff: the change behind the history, once, small', function(t)
  local srv, buf = begin(t)
  project.ask(t, 'Look at #file:src/b.lua', buf, 1)
  project.ask(t, 'And then?', buf, 2)
  t:write_file('project/src/b.lua', (t:read_file(t.project .. '/src/b.lua'):gsub('beta_30 = 30', 'beta_30 = 3000')))
  project.ask(t, 'And now?', buf, 3)
  project.ask(t, 'Thank you.', buf, 4)
  for n = 3, 4 do
    eq(1, project.count(sent(srv, n), 'beta_30 = 3000'))
    eq(1, project.count(sent(srv, n), 'local beta_17 = 17\n'))
  end
  local messages = project.requests(srv)[3].body.messages
  local last = messages[#messages]
  eq('user', last.role)
  match('beta_30 = 3000', last.content, true)
  ok(#last.content < 1200, 'the change is small')
  project.same_beginning(srv)
end)

test('no-date-in-the-system-prompt: one, the first, nothing that moves in it', function(t)
  local srv, buf = begin(t, {
    config = { chat = { system = 'Be brief.' } },
    before = function() t:write_file('project/AGENTS.md', 'Use tabs.\n') end,
  })
  project.ask(t, 'one', buf, 1)
  project.ask(t, 'two', buf, 2)
  for _, request in ipairs(project.requests(srv)) do
    eq('system', request.body.messages[1].role)
    for i = 2, #request.body.messages do
      ok(request.body.messages[i].role ~= 'system', 'one system message')
    end
    local system = request.body.messages[1].content
    match('Be brief.', system, true)
    match('Use tabs.', system, true)
    for _, moving in ipairs({
      '%d%d%d%d%-%d%d',
      '%d:%d%d',
      '%d%%',
      os.date('%Y') --[[@as string]],
    }) do
      no_match(moving, system)
    end
  end
  project.same_beginning(srv)
end)

test('preview-is-what-is-sent: roles and texts are equal, preview sends nothing', function(t)
  local srv, buf = begin(t, { config = { chat = { system = 'Be brief.' } } })
  t:lua('vim.api.nvim_buf_set_text(..., -1, -1, -1, -1, { "Compare #file:src/b.lua with #lines:3-5" })', buf)
  local preview = t:lua('return require("hum").preview(...)', buf)
  eq('number', type(preview.tokens))
  eq(0, #project.requests(srv))
  t:lua('require("hum").send(...)', buf)
  chat.finished(t)
  local body = project.requests(srv)[1].body
  eq(#body.messages, #preview.messages)
  for i, message in ipairs(body.messages) do
    eq({ message.role, message.content }, { preview.messages[i].role, preview.messages[i].content })
  end
end)

test('preview-references: in order, with their states', function(t)
  local _, buf = begin(t)
  t:lua('vim.api.nvim_buf_set_text(..., -1, -1, -1, -1, { "#file:src/b.lua and #file:nowhere.lua" })', buf)
  local found = t:lua('return require("hum").preview(...)', buf).references
  eq({ '#file:src/b.lua', '#file:nowhere.lua' }, { found[1].text, found[2].text })
  eq({ 'file', 'file' }, { found[1].kind, found[2].kind })
  match('src/b%.lua$', found[1].path)
  ok(found[1].tokens >= 100 and found[1].tokens <= 900, 'tokens: ' .. tostring(found[1].tokens))
  ok(found[1].state ~= found[2].state, 'different states')
end)

test('a preview runs, asks and fetches nothing', function(t)
  local srv, buf = begin(t, { answer = 'no' })
  t:write_file('project/Makefile', 'all:\n\ttouch was_run\n')
  t:lua(
    'local buf, url = ...; vim.api.nvim_buf_set_text(buf, -1, -1, -1, -1, { "#cmd:make #url:" .. url .. "/page" })',
    buf,
    srv.url
  )
  local found = t:lua('return require("hum").preview(...)', buf).references
  eq({ 'asks', 'asks' }, { found[1].state, found[2].state })
  eq({}, project.asked(t))
  eq(nil, vim.uv.fs_stat(t.project .. '/was_run'))
  eq(0, #srv:requests('/page'))
end)

test('inspect: a window shows what will be sent; nothing is sent', function(t)
  local srv, buf = begin(t)
  t:lua('vim.api.nvim_buf_set_text(..., -1, -1, -1, -1, { "Look at #file:src/b.lua" })', buf)
  t:cmd('Hum inspect')
  t:wait(
    function()
      return t:lua([[
      for _, win in ipairs(vim.api.nvim_list_wins()) do
        local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(win), 0, -1, false)
        if vim.list_contains(lines, 'local beta_17 = 17') then return true end
      end]])
    end,
    'the text of the file is shown'
  )
  eq(0, #project.requests(srv))
end)

-- ---- rules, personas, prompts ----------------------------------------------------------------

---@param srv test.Fake
---@param n? integer
---@return string
local function system_of(srv, n)
  local requests = project.requests(srv)
  return project.words(requests[n or #requests], 'system')
end

test('rules-agents: asked whether to trust; in the system prompt', function(t)
  local srv, buf = begin(t, { before = function() t:write_file('project/AGENTS.md', 'Use tabs.\n') end })
  project.ask(t, 'hello', buf)
  eq(1, #project.asked(t))
  match('AGENTS%.md', project.asked(t)[1].prompt .. table.concat(project.asked(t)[1].items, ' '))
  match('Use tabs.', system_of(srv), true)
end)

test('rules-denied: sent without them', function(t)
  local srv, buf = begin(t, { answer = 'no', before = function() t:write_file('project/AGENTS.md', 'Use tabs.\n') end })
  project.ask(t, 'hello', buf)
  eq(1, #project.asked(t))
  no_match('Use tabs.', sent(srv))
end)

test('rules-nearest-last: from the root down to the file at hand, no others', function(t)
  local srv, buf = begin(t, {
    before = function()
      t:write_file('project/AGENTS.md', 'Root rule.\n')
      t:write_file('project/src/AGENTS.md', 'Near rule.\n')
      t:write_file('project/other/AGENTS.md', 'Other rule.\n')
    end,
  })
  project.ask(t, 'hello', buf)
  local root, near = system_of(srv):find('Root rule', 1, true), system_of(srv):find('Near rule', 1, true)
  ok(root and near and root < near, 'the nearest is last')
  no_match('Other rule', sent(srv))
end)

test('rules-claude-import: both', function(t)
  local srv, buf = begin(t, {
    before = function()
      t:write_file('project/CLAUDE.md', 'Claude rule.\n@docs/style.md\n')
      t:write_file('project/docs/style.md', 'Imported rule.\n')
    end,
  })
  project.ask(t, 'hello', buf)
  match('Claude rule', system_of(srv))
  match('Imported rule', system_of(srv))
end)

test('rules-hum-file: in the system prompt', function(t)
  local srv, buf = begin(t, { before = function() t:write_file('project/.hum.md', 'Hum rule.\n') end })
  project.ask(t, 'hello', buf)
  match('Hum rule', system_of(srv))
end)

for name, char in pairs({ ['zero-width'] = '\226\128\139', tags = '\243\160\129\129' }) do
  test(('rules-invisible-%s: refused, whatever is answered; told'):format(name), function(t)
    local srv, buf =
      begin(t, { before = function() t:write_file('project/AGENTS.md', ('Use%s tabs.\n'):format(char)) end })
    project.ask(t, 'hello', buf)
    no_match('tabs', sent(srv))
    match('AGENTS%.md', t:messages() .. t:screen())
    match('nvisible', t:messages() .. t:screen())
  end)
end

test('trust-asked-once: in the first chat and after a change only', function(t)
  local srv, buf = begin(t, { before = function() t:write_file('project/AGENTS.md', 'Use tabs.\n') end })
  project.ask(t, 'one', buf, 1)
  eq(1, #project.asked(t))
  project.ask(t, 'two', project.chat(t, srv), 2)
  eq(1, #project.asked(t))
  t.child = t:start()
  project.answers(t, 'yes')
  t:lua('vim.cmd.cd(...)', t.project)
  project.ask(t, 'three', project.chat(t, srv), 1)
  eq(0, #project.asked(t))
  match('Use tabs.', system_of(srv), true)
  t:write_file('project/AGENTS.md', 'Use blanks.\n')
  project.ask(t, 'four', project.chat(t, srv), 2)
  eq(1, #project.asked(t))
  match('Use blanks.', system_of(srv), true)
end)

test('persona-command: system prompt, model and temperature are its own', function(t)
  local persona = { system = 'Answer tersely.', model = 'm2', options = { temperature = 0.25 } }
  local srv, buf = begin(t, {
    config = { personas = { terse = persona } },
    script = { models = { 'fake', 'm2' }, default = { text = 'A short answer.' } },
  })
  t:cmd('Hum persona terse')
  project.ask(t, 'hello', buf)
  local body = project.requests(srv)[1].body
  eq({ 'm2', 0.25 }, { body.model, body.temperature })
  match('Answer tersely.', system_of(srv), true)
end)

--- Runs a command of prompts where the code is, and gives the words of what was sent.
---@param t test.Case
---@param srv test.Fake
---@param command string
---@return string
local function run(t, srv, command)
  t:cmd('wincmd p')
  t:cmd('buffer src/a.lua')
  t:cmd(command)
  t:wait(function() return #project.requests(srv) > 0 end, 'a request')
  return sent(srv)
end

test('prompt-explain: words that ask for it, and these lines', function(t)
  local srv = begin(t)
  local words = run(t, srv, '5,6Hum explain')
  match('xplain', words)
  match('alpha_3 = 3\nlocal alpha_4 = 4\n', words, true)
  no_match('alpha_5 ', words)
end)

test('prompt-placeholders: filled in, no front matter', function(t)
  local srv = begin(t, {
    before = function()
      local folder = t:lua('return vim.fn.stdpath("config")') .. '/hum/prompts'
      vim.fn.mkdir(folder, 'p')
      local file = assert(io.open(folder .. '/polish.md', 'w'))
      file:write('---\nname: polish\nmode: chat\n---\nPolish {{selection}} as {{input}} and {{unknown}}.\n')
      file:close()
    end,
  })
  local words = run(t, srv, '5,6Hum polish gently')
  match('alpha_3 = 3', words, true)
  match('gently', words)
  no_match('mode: chat', words)
  no_match('{{selection}}', words)
  no_match('{{input}}', words)
end)

test('prompt-of-the-project-denied: asked; not sent', function(t)
  local srv, buf = begin(t, {
    answer = 'no',
    before = function() t:write_file('project/.github/prompts/tidy.prompt.md', '---\nmode: ask\n---\nTidy all.\n') end,
  })
  t:cmd('Hum prompt tidy')
  t:wait(function() return #project.asked(t) > 0 end, 'a question')
  t:elapse(0.2)
  eq(0, #project.requests(srv))
  ok(buf)
end)

test('prompts-shipped: offered as they are typed', function(t)
  begin(t)
  local names = t:lua('return vim.fn.getcompletion("Hum prompt ", "cmdline")')
  local all = t:lua('return vim.fn.getcompletion("Hum ", "cmdline")')
  local shipped = {
    'explain',
    'fix',
    'tests',
    'doc',
    'review',
    'commit',
    'rename',
    'simplify',
    'translate',
    'shell',
    'regex',
    'changelog',
  }
  for _, name in ipairs(shipped) do
    ok(vim.list_contains(names, name) or vim.list_contains(all, name), name)
  end
end)

-- ---- windows ---------------------------------------------------------------------------------

--- A chat of 30 exchanges, 22 kB, with a system prompt, read from a file.
---@param t test.Case
---@param srv test.Fake
---@param endpoint? table
---@return integer buf
local function long_chat(t, srv, endpoint)
  local lines =
    { '---', 'hum: 1', 'endpoint: ollama', 'model: fake', '---', '', '## § System', '', 'Keep this rule.', '' }
  for i = 1, 30 do
    local words = ('word%d '):format(i)
    vim.list_extend(lines, { '## » You', '', ('Question %d: %s?'):format(i, vim.trim(words:rep(45))), '' })
    vim.list_extend(lines, { '## « fake', '', ('Answer %d: %s.'):format(i, vim.trim(words:rep(45))), '' })
  end
  vim.list_extend(lines, { '## » You', '', '' })
  t:eval('1') -- a Neovim that starts makes folders, too
  local path = t:write_file('data/nvim/hum/chats/long.md', table.concat(lines, '\n'))
  chat.configure(t, srv, vim.tbl_extend('force', { dialect = 'openai' }, endpoint or {}))
  return t:lua('return (require("hum").open(...))', path)
end

--- Whether hum's own words tell that the context is too small, or what was left out.
---@param text string
---@return boolean
local function tells(text)
  text = text:lower()
  for _, words in ipairs({ 'context window', 'compact', 'left out', 'num_ctx', 'does not fit', "doesn't fit" }) do
    if text:find(words, 1, true) then return true end
  end
  return false
end

---@param t test.Case
---@return string
local function all_told(t) return t:messages() .. t:screen() end

local OVERFLOWS = {
  ['overflow-llama-server'] = {
    status = 400,
    json = {
      error = {
        code = 400,
        message = 'the request exceeds the available context size, try increasing it',
        type = 'exceed_context_size_error',
        n_prompt_tokens = 9240,
        n_ctx = 4096,
      },
    },
  },
  ['overflow-vllm'] = {
    status = 400,
    json = {
      object = 'error',
      type = 'BadRequestError',
      code = 400,
      message = "This model's maximum context length is 4096 tokens. However, you requested 9240 tokens "
        .. '(9240 in the messages, 0 in the completion).',
    },
  },
  ['overflow-openai-code'] = {
    status = 400,
    json = { error = { message = 'Bad request.', type = 'invalid_request_error', code = 'context_length_exceeded' } },
  },
}
for name, answer in pairs(OVERFLOWS) do
  test(name .. ': told', function(t)
    local srv = t:fake()
    srv:play({ answers = { answer } })
    local buf = long_chat(t, srv)
    project.ask(t, 'And the last question?', buf)
    ok(tells(all_told(t)), all_told(t))
  end)
end

test('overflow-ollama-half: told', function(t)
  local srv = t:fake()
  srv:script({ text = 'A short answer.', stats = { prompt_eval_count = 2051 } })
  local buf = long_chat(t, srv, { dialect = 'ollama', options = {} })
  project.ask(t, 'And the last question?', buf)
  ok(tells(all_told(t)), all_told(t))
end)

test(
  'overflow-goes-on: system prompt and last message are sent, nothing is deleted, what was left out is told',
  function(t)
    local srv = t:fake()
    local answer = vim.deepcopy(OVERFLOWS['overflow-llama-server'])
    answer.when = { bytes = 12001 }
    srv:play({
      answers = {
        answer,
        {
          pieces = {
            'data: {"choices":[{"delta":{"content":"Well."}}]}\n\n',
            'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
          },
        },
      },
    })
    local buf = long_chat(t, srv)
    chat.ask(t, 'And the last question?', buf)
    t:wait(function() return t:text(buf):find('Well.', 1, true) end, 'an answer')
    local requests = project.requests(srv)
    local last = requests[#requests]
    ok(#last.raw <= 12000)
    match('Keep this rule.', project.words(last), true)
    match('And the last question?', project.words(last), true)
    match('Question 1: ', t:text(buf), true)
    ok(tells(all_told(t)), all_told(t))
  end
)

test('trimmed-to-the-window: it fits, told, and the next request begins with the same messages', function(t)
  local srv = t:fake()
  srv:script({ default = { text = 'A short answer.' }, models = { 'fake' } })
  local buf = long_chat(t, srv, { dialect = 'ollama', options = { num_ctx = 4096 } })
  project.ask(t, 'And the last question?', buf, 1)
  project.ask(t, 'And then?', buf, 2)
  local requests = project.requests(srv)
  ok(#project.words(requests[1]) < 4096 * 4, 'it fits')
  match('Keep this rule.', project.words(requests[1]), true)
  match('And the last question?', project.words(requests[1]), true)
  ok(tells(all_told(t)), all_told(t))
  project.same_beginning(srv)
end)

test('window-of-the-loaded-model: not what it was trained with', function(t)
  local srv = t:fake()
  srv:script({
    default = { text = 'A short answer.' },
    models = {
      {
        name = 'fake',
        show = {
          model_info = {
            ['general.architecture'] = 'llama',
            ['llama.context_length'] = 131072,
          },
        },
      },
    },
  })
  project.new(t)
  local buf = project.chat(t, srv, { dialect = 'ollama' })
  project.ask(t, 'hello', buf)
  eq(4096, t:lua('return require("hum").preview(...).window', buf))
end)

test('tokens-after-one-answer: within 15 %', function(t)
  local srv = t:fake()
  srv:script({ text = 'A short answer.', bytes_per_token = 2.5 })
  project.new(t)
  local buf = project.chat(t, srv, { dialect = 'ollama' })
  project.ask(t, 'Look at #file:src/b.lua', buf)
  t:lua('vim.api.nvim_buf_set_text(..., -1, -1, -1, -1, { "And #buffer too." })', buf)
  local preview = t:lua('return require("hum").preview(...)', buf)
  local bytes = 0
  for _, message in ipairs(preview.messages) do
    bytes = bytes + #message.content + 16 -- what a template adds
  end
  local real = bytes / 2.5
  ok(math.abs(preview.tokens - real) <= 0.15 * real, ('%d told, %d real'):format(preview.tokens, real))
end)

-- ---- images, several models ------------------------------------------------------------------

local IMAGES = { '#image:pic.png', '#file:pic.png', '![](pic.png)' }

for _, reference in ipairs(IMAGES) do
  test('image-ollama: by ' .. reference, function(t)
    local srv, buf = begin(t, {
      endpoint = { dialect = 'ollama' },
      script = {
        models = { { name = 'fake', capabilities = { 'completion', 'vision' } } },
        default = { text = 'A short answer.' },
      },
    })
    project.ask(t, 'What is ' .. reference, buf)
    local message = project.requests(srv)[1].body.messages[1]
    eq({ vim.base64.encode(t:read_file(t.project .. '/pic.png')) }, message.images)
    eq('string', type(message.content))
    match('What is ' .. reference, message.content, true)
  end)

  test('image-openai: by ' .. reference, function(t)
    local srv, buf = begin(t)
    project.ask(t, 'What is ' .. reference, buf)
    local texts, images = {}, {}
    for _, part in ipairs(project.requests(srv)[1].body.messages[1].content) do
      if part.type == 'text' then texts[#texts + 1] = part.text end
      if part.type == 'image_url' then images[#images + 1] = part.image_url.url end
    end
    local data = vim.base64.encode(t:read_file(t.project .. '/pic.png'))
    eq({ 'data:image/png;base64,' .. data }, images)
    match('What is ' .. reference, table.concat(texts, '\n'), true)
  end)
end

test('image-without-vision: nothing is sent; told', function(t)
  local srv, buf = begin(t, {
    endpoint = { dialect = 'ollama' },
    script = { models = { { name = 'fake', capabilities = { 'completion' } } }, default = { text = 'x' } },
  })
  local told = project.refused(t, 'What is #image:pic.png', buf)
  match('image', (told:gsub('What is [^\n]*', '')))
  eq(0, #project.requests(srv))
end)

test('compare: both models are asked with the same messages', function(t)
  local srv, buf = begin(t, { script = { models = { 'm1', 'm2', 'fake' }, default = { text = 'A short answer.' } } })
  t:lua('vim.api.nvim_buf_set_text(..., -1, -1, -1, -1, { "Look at #file:src/b.lua" })', buf)
  t:cmd('Hum compare m1 m2')
  t:wait(function() return #project.requests(srv) == 2 end, 'both requests')
  local requests = project.requests(srv)
  eq(project.messages(requests[1].raw), project.messages(requests[2].raw))
  local models = { requests[1].body.model, requests[2].body.model }
  table.sort(models)
  eq({ 'm1', 'm2' }, models)
end)
