-- Rules of a project and the user's own: which there are, which of them are sent, what is told.
local T = require('harness')
local chat = require('lib.chat')
local project = require('lib.project')
local test, eq, match, no_match = T.test, T.eq, T.match, T.no_match
T.once()

--- Writes files of a project, and gives its root.
---@param t test.Case
---@param files table<string, string>
---@param answer? 'yes'|'no'
---@return string
local function new(t, files, answer)
  for name, text in pairs(files) do
    t:write_file('project/' .. name, text)
  end
  project.answers(t, answer or 'yes')
  t:lua([[require('hum').setup({})]])
  return t.dir .. '/project'
end

--- Collects the rules for a file: "title state" of each, and the text for a model.
---@param t test.Case
---@param root string
---@param opts? { file?: string, named?: string[], dry?: boolean, window?: integer }
---@return string[] list, string text, string left_out
local function collect(t, root, opts)
  opts = opts or {}
  t:lua(
    [[
    local root, opts = ...
    collected = nil
    local rules = require('hum.rules')
    local wanted = { project = root, file = opts.file and root .. '/' .. opts.file, named = opts.named, dry = opts.dry }
    if opts.window then wanted.window = function(cb) cb(opts.window) end end
    rules.collect(wanted, function(err, list, window)
      collected = {
        vim.tbl_map(function(one) return one.title .. ' ' .. one.state end, list or {}),
        err or rules.text(list) or '',
        rules.left_out(list or {}, window) or '',
      }
    end)]],
    root,
    opts
  )
  local found = t:wait(function() return t:lua('return collected') end, 'the rules are collected')
  return found[1], found[2], found[3]
end

test('rules: from the root down to the file at hand, the nearest last', { ui = false }, function(t)
  local root = new(t, {
    ['AGENTS.md'] = 'Root.\n',
    ['src/AGENTS.md'] = 'Source.\n',
    ['src/deep/AGENTS.md'] = 'Deep.\n',
    ['other/AGENTS.md'] = 'Other.\n',
  })
  eq({ 'AGENTS.md ok', 'src/AGENTS.md ok', 'src/deep/AGENTS.md ok' }, (collect(t, root, { file = 'src/deep/new.lua' })))
  eq({ 'AGENTS.md ok' }, (collect(t, root)))
  eq(1, #project.asked(t), 'the root is known by the second time')
  local _, text = collect(t, root, { file = 'src/x.lua' })
  match('<rules path="AGENTS.md">\nRoot.\n</rules>\n\n<rules path="src/AGENTS.md">\nSource.\n</rules>', text, true)
end)

test('rules: of other files, too: what is beside the way to the file at hand before it', { ui = false }, function(t)
  local root = new(t, {
    ['AGENTS.md'] = 'Root.\n',
    ['src/AGENTS.md'] = 'Source.\n',
    ['src/deep/AGENTS.md'] = 'Deep.\n',
    ['src/side/AGENTS.md'] = 'Side.\n',
    ['other/AGENTS.md'] = 'Other.\n',
    ['other/deep/AGENTS.md'] = 'Other, deep.\n',
    ['third/AGENTS.md'] = 'Third.\n',
    ['.cursor/rules/py.mdc'] = '---\nglobs: "*.py"\n---\nPython.\n',
  })
  local named = { root .. '/other/deep/x.py', root .. '/src/side/y.lua', root .. '/third/', '/nowhere/z.lua' }
  eq({
    '.cursor/rules/py.mdc ok',
    'AGENTS.md ok',
    'other/AGENTS.md ok',
    'other/deep/AGENTS.md ok',
    'third/AGENTS.md ok',
    'src/AGENTS.md ok',
    'src/side/AGENTS.md ok',
    'src/deep/AGENTS.md ok',
  }, (collect(t, root, { file = 'src/deep/new.lua', named = named })))
end)

test('rules: of more folders than are looked in, that is listed', { ui = false }, function(t)
  local files, named = { ['AGENTS.md'] = 'Root.\n' }, {}
  for i = 1, 120 do
    files[('f%03d/AGENTS.md'):format(i)] = ('Rule %d.\n'):format(i)
    named[i] = ('%s/project/f%03d/x.lua'):format(t.dir, i)
  end
  local list = collect(t, new(t, files), { named = named })
  eq(101, #list)
  eq('21 more folders unused', list[101])
end)

test('rules: every file that tools have for them, each once', { ui = false }, function(t)
  local files = {
    '.goosehints',
    '.rules',
    '.clinerules',
    '.windsurfrules',
    '.cursorrules',
    '.github/copilot-instructions.md',
    'GEMINI.md',
    'CLAUDE.md',
    'CLAUDE.local.md',
    'AGENTS.md',
    '.hum.md',
  }
  local texts = {}
  for _, name in ipairs(files) do
    texts[name] = 'Rule of ' .. name .. '\n'
  end
  eq(vim.tbl_map(function(name) return name .. ' ok' end, files), (collect(t, new(t, texts))))
  eq(1, #project.asked(t), 'one question for all')
end)

test('rules: of the same text one stays, the nearest', { ui = false }, function(t)
  local root = new(t, { ['CLAUDE.md'] = 'Same.\n', ['AGENTS.md'] = 'Same.', ['src/AGENTS.md'] = 'Own.\n' })
  vim.uv.fs_symlink('AGENTS.md', root .. '/GEMINI.md')
  eq({ 'AGENTS.md ok', 'src/AGENTS.md ok' }, (collect(t, root, { file = 'src/a.lua' })))
end)

test(
  'rules: AGENTS.override.md takes the place of AGENTS.md; names count as they are written',
  { ui = false },
  function(t)
    local root = new(t, { ['AGENTS.md'] = 'No.\n', ['AGENTS.override.md'] = 'Yes.\n', ['claude.md'] = 'Lower.\n' })
    eq({ 'AGENTS.override.md ok' }, (collect(t, root)))
  end
)

test('rules: front matter with comments, and "True"', { ui = false }, function(t)
  local function rule(front, text) return ('---\n%s\n---\n%s\n'):format(front, text) end
  local root = new(t, {
    ['.cursor/rules/a.mdc'] = rule('alwaysApply: true # for all', 'A.'),
    ['.cursor/rules/b.mdc'] = rule('alwaysApply: True', 'B.'),
    ['.cursor/rules/c.mdc'] = rule('globs: # none\nalwaysApply: false # by hand', 'C.'),
    ['.cursor/rules/d.mdc'] = rule('globs: "*.lua" # code', 'D.'),
  })
  eq({
    '.cursor/rules/a.mdc ok',
    '.cursor/rules/b.mdc ok',
    '.cursor/rules/c.mdc unused',
    '.cursor/rules/d.mdc ok',
  }, (collect(t, root, { file = 'src/x.lua' })))
end)

test('rules: those of Cursor and Copilot that are for the file at hand', { ui = false }, function(t)
  local function rule(front, text) return ('---\n%s\n---\n%s\n'):format(front, text) end
  local root = new(t, {
    ['.cursor/rules/a.mdc'] = rule('description: x\nglobs: src/**/*.lua,*.vim\nalwaysApply: false', 'Lua.'),
    ['.cursor/rules/b.mdc'] = rule('globs:\nalwaysApply: true', 'Always.'),
    ['.cursor/rules/c.mdc'] = rule('description: when asked', 'Named.'),
    ['.cursor/rules/sub/d.mdc'] = rule('globs:\n  - "*.py"\n  - "*.{js,lua}"', 'List.'),
    ['.github/instructions/py.instructions.md'] = rule('applyTo: "**/*.py"', 'Python.'),
    ['.github/instructions/all.instructions.md'] = rule("applyTo: '**'", 'All.'),
    ['.claude/rules/paths.md'] = rule('paths: ["src/**"]', 'Paths.'),
    ['.claude/rules/plain.md'] = 'Plain.\n',
  })
  eq({
    '.cursor/rules/a.mdc ok',
    '.cursor/rules/b.mdc ok',
    '.cursor/rules/c.mdc unused',
    '.cursor/rules/sub/d.mdc ok',
    '.github/instructions/all.instructions.md ok',
    '.github/instructions/py.instructions.md unused',
    '.claude/rules/paths.md ok',
    '.claude/rules/plain.md ok',
  }, (collect(t, root, { file = 'src/deep/a.lua' })))
  local list, text = collect(t, root, { file = 'tool.py' })
  eq('.cursor/rules/a.mdc unused', list[1])
  match('Python.', text, true)
  no_match('alwaysApply', text)
end)

test('rules: imports, relative to their file, not in code, without circles', { ui = false }, function(t)
  local root = new(t, {
    ['CLAUDE.md'] = 'See @docs/style.md, ask @someone or me@example.org.\n`@docs/no.md`\n\n```\n@docs/no.md\n```\n@docs/gone.md',
    ['docs/style.md'] = 'Style.\n- @more/deep.md\n- @../CLAUDE.md\n',
    ['docs/more/deep.md'] = 'Deep.\n',
    ['docs/no.md'] = 'No.\n',
  })
  local list, text = collect(t, root)
  eq({ 'CLAUDE.md ok', 'docs/style.md ok', 'docs/more/deep.md ok', 'docs/gone.md unused' }, list)
  match('Deep.', text, true)
end)

test('rules: imports end at a depth of five', { ui = false }, function(t)
  local files = { ['CLAUDE.md'] = 'Zero. @1.md\n' }
  for i = 1, 7 do
    files[i .. '.md'] = ('File %d. @%d.md\n'):format(i, i + 1)
  end
  eq(6, #collect(t, new(t, files)))
end)

test('rules: an import from outside is named as that, a secret is refused', { ui = false }, function(t)
  t:write_file('outside.md', 'Outside.\n')
  t:write_file('id_rsa', 'SECRET\n')
  local root = new(t, { ['CLAUDE.md'] = '@../outside.md\n@../id_rsa\n@.env\n', ['.env'] = 'KEY=planted\n' })
  local list, text = collect(t, root)
  match('Outside.', text, true)
  no_match('SECRET', text)
  no_match('planted', text)
  match('to the model%? %S+outside%.md %(outside the project%)', project.asked(t)[1].prompt)
  match('^.env refused$', list[#list])
  match('id_rsa refused', list[#list - 1])
end)

test('rules: a link out of the project is told as what it leads to', { ui = false }, function(t)
  t:write_file('elsewhere.txt', 'Elsewhere.\n')
  local root = new(t, { ['x.txt'] = '' })
  vim.uv.fs_symlink('../elsewhere.txt', root .. '/AGENTS.md')
  collect(t, root)
  match('elsewhere%.txt %(outside the project%)', project.asked(t)[1].prompt)
end)

test('rules: what is no text is refused, and a fifo is not waited for', { ui = false }, function(t)
  local root = new(t, { ['AGENTS.md'] = 'a\0b', ['CLAUDE.md'] = ('x'):rep(300 * 1024), ['GEMINI.md'] = '\255\254' })
  vim.system({ 'mkfifo', root .. '/.rules' }):wait()
  local list, text = collect(t, root)
  eq({ 'GEMINI.md refused', 'CLAUDE.md refused', 'AGENTS.md refused' }, list)
  eq('', text)
end)

test('rules: a name with invisible characters is refused; a deep forest is not searched', { ui = false }, function(t)
  local files = { ['.cursor/rules/a\226\128\139.mdc'] = '---\nalwaysApply: true\n---\nHidden.\n' }
  for i = 1, 60 do
    files[('.cursor/rules/f%02d/x.mdc'):format(i)] = ('---\nalwaysApply: true\n---\nRule %d.\n'):format(i)
  end
  local root = new(t, files)
  vim.uv.fs_symlink('..', root .. '/.cursor/rules/loop')
  local list, text = collect(t, root)
  eq('refused', list[1]:match('%a+$'))
  no_match('Hidden', text)
  T.ok(#list < 60, 'some folders are not read')
end)

test('rules: line ends, a byte order mark and nothing at all', { ui = false }, function(t)
  local root = new(t, {
    ['AGENTS.md'] = '\239\187\191One.\r\nTwo.\r\n',
    ['CLAUDE.md'] = '\n  \n',
    ['src/AGENTS.md'] = 'Ends without a line break',
  })
  local list, text = collect(t, root, { file = 'src/a.lua' })
  eq({ 'AGENTS.md ok', 'src/AGENTS.md ok' }, list)
  match('\nOne.\nTwo.\n</rules>', text, true)
  match('Ends without a line break\n</rules>', text, true)
end)

test('rules: a project that is reached by a link, and a file of another one', { ui = false }, function(t)
  local root = new(t, { ['AGENTS.md'] = 'Root.\n', ['src/AGENTS.md'] = 'Source.\n' })
  vim.uv.fs_symlink(root, t.dir .. '/linked')
  eq({ 'AGENTS.md ok', 'src/AGENTS.md ok' }, (collect(t, t.dir .. '/linked', { file = 'src/a.lua' })))
  t:lua(
    [[
    require('hum.rules').collect({ project = (...), file = '/elsewhere/a.lua' }, function(_, list) others = #list end)]],
    root
  )
  eq(1, t:wait(function() return t:lua('return others') end, 'the rules'))
  eq(1, #project.asked(t), 'known by its real path')
end)

test('rules: emoji are fine, a soft hyphen in an import is not', { ui = false }, function(t)
  local root =
    new(t, { ['CLAUDE.md'] = 'We \226\157\164\239\184\143 tests. @more.md\n', ['more.md'] = 'so\194\173ft\n' })
  eq({ 'CLAUDE.md ok', 'more.md refused' }, (collect(t, root)))
  match('more%.md is not used: it has invisible characters:', t:messages())
end)

test('rules: the user has his own, which nobody asks for', { ui = false }, function(t)
  local folder = t:eval('stdpath("config")')
  t:lua([[vim.fn.mkdir(..., 'p')]], folder .. '/hum')
  t:lua([[vim.fn.writefile({ 'Mine. @more.md' }, ... .. '/hum/rules.md')]], folder)
  t:lua([[vim.fn.writefile({ 'More.' }, ... .. '/hum/more.md')]], folder)
  project.answers(t, 'no')
  t:lua([[require('hum').setup({ rules = { text = 'Configured.' } })]])
  local root = t.dir .. '/project'
  t:write_file('project/AGENTS.md', 'Theirs.\n')
  local list, text = collect(t, root)
  eq({ 'rules.text ok', 'your own rules ok', 'AGENTS.md denied' }, { list[1], list[2], list[#list] })
  match('<rules>\nConfigured.\n</rules>\n\n<rules>\nMine. @more.md\n</rules>', text, true)
  match('More.', text, true)
  no_match('Theirs', text)
end)

test('rules: more than their share: the most distant are left out whole, and told', { ui = false }, function(t)
  local root = new(t, {
    ['AGENTS.md'] = ('r'):rep(1000),
    ['src/AGENTS.md'] = ('s'):rep(1200),
    ['src/deep/AGENTS.md'] = ('d'):rep(300),
  })
  local list, text, told = collect(t, root, { file = 'src/deep/x.lua', window = 4096 })
  eq({ 'AGENTS.md left out', 'src/AGENTS.md ok', 'src/deep/AGENTS.md ok' }, list)
  no_match('rrr', text)
  match('^AGENTS%.md %(257 tokens%) is left out: rules may take 10 %% of the 4096 tokens', told)
  no_match('^AGENTS.md:', project.asked(t)[1].prompt)
end)

test('rules: a dry run asks nothing and tells nothing', { ui = false }, function(t)
  local root = new(t, { ['AGENTS.md'] = 'Root.\n', ['.hum.md'] = 'a\226\128\139b\n' })
  local list = collect(t, root, { dry = true })
  eq({ 'AGENTS.md asks', '.hum.md refused' }, list)
  eq({}, project.asked(t))
  eq('', t:messages())
end)

test('rules: switched off at all, for a project, by name', { ui = false }, function(t)
  local root = new(t, { ['AGENTS.md'] = 'Root.\n', ['CONVENTIONS.md'] = 'Conventions.\n' })
  local function setup(rules) t:lua([[require('hum').setup({ rules = ... })]], rules) end
  setup({ enabled = false })
  eq({}, (collect(t, root)))
  setup({ exclude = { root } })
  eq({}, (collect(t, root)))
  setup({ exclude = { t.dir .. '/*' } })
  eq({}, (collect(t, root)))
  setup({ files = { 'CONVENTIONS.md' } })
  eq({ 'CONVENTIONS.md ok' }, (collect(t, root)))
end)

test('rules: of the window that Ollama has loaded they may take a tenth; what is left out is told', function(t)
  project.new(t)
  t:write_file('project/AGENTS.md', ('Far. '):rep(500))
  t:write_file('project/src/AGENTS.md', ('Near. '):rep(200))
  local srv = t:fake()
  srv:script({ default = { text = 'Fine.' } })
  project.answers(t, 'yes')
  local buf = project.chat(t, srv, { dialect = 'ollama' })
  project.ask(t, 'hello', buf)
  local raw = project.requests(srv)[1].raw
  match('Near. Near.', raw, true)
  no_match('Far. Far.', raw)
  local told = t:wait(function()
    local text = t:messages():gsub('%s+', ' ')
    return text:find('left out') and text
  end, 'a message')
  match('AGENTS.md (641 tokens) is left out: rules may take 10 % of the 4096 tokens', told, true)
end)

test('rules: a chat whose first message is sent keeps them, whatever becomes of the files', function(t)
  project.new(t)
  t:write_file('project/AGENTS.md', 'First words.\n')
  local srv = t:fake()
  srv:script({ default = { text = 'Fine.' } })
  project.answers(t, 'yes')
  local buf = project.chat(t, srv)
  project.ask(t, 'hello', buf)
  t:write_file('project/AGENTS.md', 'Second words.\n')
  t:write_file('project/CLAUDE.md', 'More words.\n')
  project.ask(t, 'again', buf, 2)
  project.same_beginning(srv)
  eq(1, #project.asked(t))
  local path = t:eval('expand("%:p")')
  t:cmd('write')
  t:cmd('bwipeout!')
  t:cmd('edit ' .. path)
  chat.ask(t, 'and again')
  chat.finished(t, 3)
  project.same_beginning(srv)
  eq(1, #project.asked(t))
end)

test('rules: what the first message refers to has its rules, too; later ones are listed as not sent', function(t)
  project.new(t)
  t:write_file('project/AGENTS.md', 'Root words.\n')
  t:write_file('project/src/AGENTS.md', 'Source words.\n')
  for _, name in ipairs({ 'other', 'third' }) do
    t:write_file(('project/%s/AGENTS.md'):format(name), name .. ' words.\n')
    t:write_file(('project/%s/x.lua'):format(name), 'return 1\n')
  end
  local srv = t:fake()
  srv:script({ default = { text = 'Fine.' } })
  project.answers(t, 'yes')
  local buf = project.chat(t, srv)

  chat.ask(t, 'See #file:other/nowhere.lua', buf)
  t:wait(function() return t:screen():find('Not sent') end, 'the message is refused')
  eq({}, project.asked(t), 'nothing is asked for a message that cannot be sent')
  t:lua([[vim.api.nvim_buf_set_lines(..., -2, -1, false, { 'See #file:other/x.lua' })]], buf)
  t:lua([[require('hum').send(...)]], buf)
  chat.finished(t)
  local system = project.words(project.requests(srv)[1], 'system')
  match('Root words.*other words.*Source words', system)
  eq(1, #project.asked(t))

  t:lua([[vim.api.nvim_buf_set_lines(..., -2, -1, false, { 'And #file:third/x.lua' })]], buf)
  t:cmd('Hum inspect')
  t:wait(
    function() return t:text():find('third/AGENTS.md +%d+ tokens +left out: rules are decided at a chat') end,
    'a page'
  )
  no_match('\n +other/AGENTS.md +%d+ tokens +left out', t:text())
  t:cmd('bwipeout')
  t:lua([[require('hum').send(...)]], buf)
  chat.finished(t, 2)
  project.same_beginning(srv)
  eq(1, #project.asked(t))
end)

test('rules: "rules: false" in the front matter, and rules.enabled, switch them off', function(t)
  project.new(t)
  t:write_file('project/AGENTS.md', 'Use tabs.\n')
  local srv = t:fake()
  srv:script({ default = { text = 'Fine.' } })
  project.answers(t, 'yes')
  local buf = project.chat(t, srv)
  t:lua([[vim.api.nvim_buf_set_lines(..., 2, 2, false, { 'rules: false' })]], buf)
  project.ask(t, 'hello', buf)
  buf = project.chat(t, srv, nil, { rules = { enabled = false } })
  project.ask(t, 'hello', buf, 2)
  for _, request in ipairs(project.requests(srv)) do
    no_match('Use tabs', request.raw)
  end
  eq({}, project.asked(t))
end)

test('rules: a stopped message asks nothing more, and the next one asks again', function(t)
  project.new(t)
  t:write_file('project/AGENTS.md', 'Use tabs.\n')
  local srv = t:fake()
  srv:script({ default = { text = 'Fine.' } })
  t:lua([[vim.ui.select = function() opened = (opened or 0) + 1 end]])
  local buf = project.chat(t, srv)
  chat.ask(t, 'hello', buf)
  t:wait(function() return t:lua('return opened') end, 'the question')
  t:cmd('Hum stop')
  eq(0, #project.requests(srv))
  project.answers(t, 'yes')
  t:lua([[require('hum').send(...)]], buf)
  chat.finished(t)
  match('Use tabs', project.words(project.requests(srv)[1], 'system'))
end)

test('rules: an edit has them, for its file, once they are allowed', function(t)
  project.new(t)
  t:write_file('project/AGENTS.md', 'Indent with tabs.\n')
  t:write_file('project/src/AGENTS.md', 'Name things.\n')
  local srv = t:fake()
  srv:script({ default = { text = '```lua\nlocal M = { 1 }\n```' } })
  project.answers(t, 'yes')
  chat.configure(t, srv, { dialect = 'openai' })
  t:lua([[require('hum').edit({ first = 1, last = 1, instruction = 'Add one.' })]])
  t:wait_event('HumEditFinished')
  local system = project.words(project.requests(srv)[1], 'system')
  local root, near = system:find('Indent with tabs', 1, true), system:find('Name things', 1, true)
  T.ok(root and near and root < near, 'both, the nearest last')
  eq(1, #project.asked(t))
  project.answers(t, 'no')
  t:write_file('project/src/AGENTS.md', 'Other words.\n')
  t:lua([[require('hum').edit({ first = 5, last = 5, instruction = 'Add one more.' })]])
  t:wait_event('HumEditFinished', 2)
  no_match('Other words', project.requests(srv)[2].raw)
  match('Indent with tabs', project.requests(srv)[2].raw, true)
end)

test('rules: without a project only the own are looked for', { ui = false }, function(t)
  new(t, {})
  t:lua([[require('hum.rules').collect({}, function(err, list) collected = { err or '', #list } end)]])
  eq({ '', 0 }, t:wait(function() return t:lua('return collected') end, 'the rules are collected'))
end)

test('rules: the names of the default are all that are known', { ui = false }, function(t)
  local help = t:lua([[
    local names = require('hum.rules.names')
    local lines = table.concat(vim.fn.readfile(vim.api.nvim_get_runtime_file('doc/hum.txt', false)[1]), '\n')
    local section = lines:match('%*hum%-rules%-files%*(.-)\n====') or lines:match('%*hum%-rules%-files%*(.-)\n%-%-%-%-')
    return vim.tbl_filter(function(name) return not section:find(name, 1, true) end, names.DEFAULT)]])
  eq({}, help, 'not in the help')
end)
