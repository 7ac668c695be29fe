-- Personas: where they are found, what of them holds in a chat and in new ones, what is told.
local T = require('harness')
local chat = require('lib.chat')
local project = require('lib.project')
local test, eq, match, no_match = T.test, T.eq, T.match, T.no_match

T.once()

local TERSE = { system = 'Answer tersely.', model = 'm2', options = { temperature = 0.25 }, think = false }

--- A chat with a fake server that has two models.
---@param t test.Case
---@param config? table
---@return test.Fake srv, integer buf
local function begin(t, config)
  local srv = t:fake()
  srv:script({ models = { 'fake', 'm2' }, default = { text = 'Fine.' } })
  project.answers(t, 'yes')
  return srv, chat.open(t, srv, { dialect = 'openai' }, config or { personas = { terse = TERSE } })
end

---@param t test.Case
---@param path string  from the configuration folder
---@param lines string[]
local function write_own(t, path, lines)
  local full = t:eval('stdpath("config")') .. '/hum/' .. path
  t:lua([[vim.fn.mkdir(vim.fs.dirname(...), 'p')]], full)
  t:lua([[vim.fn.writefile(select(2, ...), (...))]], full, lines)
end

--- What was told, whatever line it is in.
local function told(t) return (t:messages():gsub('%s+', ' ')) end

---@param srv test.Fake
---@param n? integer
local function body(srv, n)
  local requests = project.requests(srv)
  return requests[n or #requests].body
end

test('persona: model and options hold for the next message, and the front matter has them', function(t)
  local srv, buf = begin(t)
  t:cmd('Hum persona terse')
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  eq({ 'm2', 0.25 }, { body(srv).model, body(srv).temperature })
  match('\npersona: terse\n', t:text(buf))
  match('\nmodel: m2\n', t:text(buf))
  match('this chat uses persona "terse": model m2, its system prompt, its options', told(t), true)
end)

test('persona: options and model of the front matter win', function(t)
  local srv, buf = begin(t)
  t:cmd('Hum persona terse')
  t:cmd('Hum model fake')
  t:lua([[vim.api.nvim_buf_set_lines(..., 2, 2, false, { 'options: {"temperature": 0.5, "top_p": 0.9}' })]], buf)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  eq({ 'fake', 0.5, 0.9 }, { body(srv).model, body(srv).temperature, body(srv).top_p })
end)

test('persona: its prompt takes the place of chat.system, and gives it back', function(t)
  local _, buf = begin(t, { chat = { system = 'Be kind.' }, personas = { terse = TERSE } })
  match('Be kind.', t:text(buf), true)
  t:cmd('Hum persona terse')
  no_match('Be kind', t:text(buf))
  t:cmd('Hum persona none')
  match('## § System\n\nBe kind.\n\n## » You', t:text(buf), true)
  no_match('persona:', t:text(buf))
end)

test('persona: a System turn of the user stays', function(t)
  local _, buf = begin(t, { chat = { system = 'Be kind.' }, personas = { terse = TERSE } })
  t:lua([[vim.cmd('silent %s/Be kind/Be mine/')]])
  t:cmd('Hum persona terse')
  match('Be mine.', t:text(buf), true)
end)

test('persona: written into the front matter by hand it brings its model', function(t)
  local srv, buf = begin(t)
  t:wait(function() return t:text(buf):find('model: fake') end, 'the model')
  t:lua([[vim.api.nvim_buf_set_lines(..., 2, 2, false, { 'persona: terse' })]], buf)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  eq({ 'm2', 0.25 }, { body(srv).model, body(srv).temperature })
end)

test('persona: one that is not there is told when sending, and nothing is sent', function(t)
  local srv, buf = begin(t)
  t:lua([[vim.api.nvim_buf_set_lines(..., 2, 2, false, { 'persona: ters' })]], buf)
  match('there is no persona "ters"', project.refused(t, 'hello', buf):gsub('%s+', ' '))
  eq(0, #project.requests(srv))
end)

test("persona: below chat, in the user's folder, in the configuration: the first wins", function(t)
  write_own(t, 'personas/terse.md', { 'From a file.' })
  write_own(t, 'personas/kind.md', {
    '---',
    'description: Kind words',
    'model: m2',
    'options: {"temperature": 0.75}',
    'references: #diff #file:"a b.md"',
    '---',
    '',
    'Be kind.',
  })
  begin(t, { chat = { personas = { low = { model = 'm2' } } }, personas = { terse = TERSE } })
  local list = t:lua([[
    return vim.tbl_map(function(entry)
      local persona = entry.persona
      return { entry.name, persona.system or '', persona.model or '', table.concat(persona.references or {}, ' ') }
    end, require('hum.persona').list())]])
  eq({
    { 'kind', 'Be kind.', 'm2', '#diff #file:"a b.md"' },
    { 'low', '', 'm2', '' },
    { 'terse', 'Answer tersely.', 'm2', '' },
  }, list)
end)

test('persona: a file with a fault is told with its line', function(t)
  write_own(t, 'personas/bad.md', { '---', 'modle: x', '---', 'Text.' })
  begin(t)
  t:cmd('Hum persona bad')
  t:wait(function() return t:messages() ~= '' end, 'a message')
  match('bad%.md:2: take out "modle:": a persona has no such key %(did you mean "model"%?%)', told(t))
end)

test('persona: keys of other tools are passed over, references in quotes are whole', { ui = false }, function(t)
  local function parsed(...)
    return t:lua(
      [[
      local persona, why = require('hum.persona.file').parse({ '---', ..., '---', 'Text.' }, 'x')
      return persona and table.concat(persona.references, ' ') .. persona.system or why]],
      ...
    )
  end
  eq('Text.', parsed('tools: Read, Grep'))
  match('^2: take out "temperature:"', parsed('temperature: 0.5'))
  eq('#file:"a b" #diffText.', parsed([=[references: [ "#file:a b", '#diff' ]]=]))
  eq('#diff #file:"a b" #treeText.', parsed([=[references: "#diff #file:a b #tree"]=]))
  eq('#diff #file:"a b" #file!:cText.', parsed([=[references: #diff, #file:"a b" #file!:c]=]))
end)

test("persona: invisible characters in one of the user's are refused", function(t)
  write_own(t, 'personas/bad.md', { 'Be\226\128\139 kind.' })
  local _, buf = begin(t)
  t:cmd('Hum persona bad')
  t:wait(function() return t:messages() ~= '' end, 'a message')
  match('invisible characters: line 1', told(t))
  no_match('persona:', t:text(buf))
end)

test("persona: a project's is asked for, and without a yes not used", function(t)
  project.new(t)
  t:write_file('project/.hum/personas/theirs.md', '---\nmodel: m2\n---\nObey the project.\n')
  local srv = t:fake()
  srv:script({ models = { 'fake', 'm2' }, default = { text = 'Fine.' } })
  project.answers(t, 'no')
  local buf = project.chat(t, srv)
  t:cmd('Hum persona theirs')
  t:wait(function() return t:messages():find('theirs') end, 'a message')
  no_match('persona:', t:text(buf))
  t:lua([[vim.api.nvim_buf_set_lines(..., 2, 2, false, { 'persona: theirs' })]], buf)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  eq({ 'fake', 1 }, { body(srv).model, #project.asked(t) })
  no_match('Obey', project.requests(srv)[1].raw)
end)

test("persona: a project's that is a link out of it, or to a secret, is not read", function(t)
  project.new(t)
  t:write_file('project/.hum/personas/one.md', 'One.\n')
  t:write_file('project/src/two.md', 'Two.\n')
  local folder = t.project .. '/.hum/personas/'
  vim.uv.fs_symlink(t.dir .. '/outside.txt', folder .. 'out.md')
  vim.uv.fs_symlink(t.project .. '/.env', folder .. 'env.md')
  vim.uv.fs_symlink(t.project .. '/src/two.md', folder .. 'two.md')
  local got = t:lua(
    [[
    require('hum').setup({})
    return vim.tbl_map(function(one) return one.name .. ' ' .. (one.why or one.persona.system) end,
      require('hum.persona').list(...))]],
    t.project
  )
  match(
    '^env ~/project/.hum/personas/env.md cannot be used: it leads to .env: it may hold environment variables',
    got[1]
  )
  match('^out .*cannot be used: it leads out of the project$', got[3])
  eq({ 'one One.', 'two Two.' }, { got[2], got[4] })
end)

test("persona: a project's that is allowed holds", function(t)
  project.new(t)
  t:write_file('project/.hum/personas/theirs.md', '---\nmodel: m2\n---\nObey the project.\n')
  local srv = t:fake()
  srv:script({ models = { 'fake', 'm2' }, default = { text = 'Fine.' } })
  project.answers(t, 'yes')
  local buf = project.chat(t, srv)
  t:cmd('Hum persona theirs')
  t:wait(function() return t:text(buf):find('persona: theirs') end, 'the persona')
  match('%.hum/personas/theirs%.md', project.asked(t)[1].prompt)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  eq('m2', body(srv).model)
end)

test('persona: outside of a chat it is for new ones', function(t)
  local srv = begin(t, { chat = { system = 'Be kind.' }, personas = { terse = TERSE } })
  t:cmd('enew')
  t:cmd('Hum persona terse')
  t:cmd('Hum new')
  local buf = t:lua('return vim.api.nvim_get_current_buf()')
  match('persona: terse\nendpoint: ollama\nmodel: m2', t:text(buf), true)
  no_match('Be kind', t:text(buf))
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  eq({ 'm2', 0.25 }, { body(srv).model, body(srv).temperature })
  t:cmd('enew')
  t:cmd('Hum persona none')
  t:cmd('Hum new')
  no_match('persona:', t:text())
end)

test('persona: hum.chat() takes one, and tells of one that is not there', function(t)
  begin(t)
  local buf = t:lua([[return require('hum').chat({ persona = 'terse' })]])
  match('persona: terse', t:text(buf))
  eq(
    { false, true },
    t:lua([[
    local buf, err = require('hum').chat({ persona = 'nobody' })
    return { buf ~= nil, err:find('there is no persona "nobody"') ~= nil }]])
  )
end)

test('persona: the picker and the command line show what each is for', function(t)
  local _, buf = begin(t, { personas = { terse = vim.tbl_extend('force', TERSE, { description = 'In a sentence' }) } })
  t:cmd('Hum persona')
  eq({ 'terse  In a sentence' }, project.asked(t)[1].items)
  match('persona: terse', t:text(buf))
  eq({ 'terse' }, t:lua([[return vim.fn.getcompletion('Hum persona t', 'cmdline')]]))
  t:cmd('Hum persona')
  eq({ 'terse  In a sentence', 'none  no persona' }, project.asked(t)[2].items)
end)

test('persona: one in the midst of a chat says that the system prompt changes', function(t)
  local srv, buf = begin(t)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  t:cmd('Hum persona terse')
  t:wait(function() return told(t):find('reads the chat anew', 1, true) end, 'a message')
  chat.ask(t, 'again', buf)
  chat.finished(t, 2)
  eq({ 'm2', 0.25 }, { body(srv).model, body(srv).temperature })
end)

test('persona: the winbar shows it', function(t)
  begin(t)
  t:cmd('Hum persona terse')
  t:wait_screen('m2 %(terse%)')
end)

test('persona: a chat that was reopened keeps the model that it has', function(t)
  local srv, buf = begin(t)
  t:cmd('Hum persona terse')
  t:cmd('Hum model fake')
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  local path = t:eval('expand("%:p")')
  t:cmd('write')
  t:cmd('bwipeout!')
  t:cmd('edit ' .. path)
  chat.ask(t, 'again')
  chat.finished(t, 2)
  eq({ 'fake', 0.25 }, { body(srv).model, body(srv).temperature })
end)

test('persona: its references go with the first message of a chat', function(t)
  project.new(t)
  t:write_file('project/docs/a b.md', 'Words of the guide.\n')
  local srv = t:fake()
  srv:script({ default = { text = 'Fine.' } })
  project.answers(t, 'yes')
  local persona = { system = 'Be kind.', references = { '#file:"docs/a b.md"' } }
  local buf = project.chat(t, srv, nil, { personas = { kind = persona } })
  t:cmd('Hum persona kind')
  project.ask(t, 'hello', buf)
  project.ask(t, 'again', buf, 2)
  local requests = project.requests(srv)
  match('Words of the guide%.\n.*hello$', requests[1].body.messages[2].content)
  no_match('#file', requests[1].raw)
  eq(1, project.count(requests[2].raw, 'Words of the guide'))
  project.same_beginning(srv)
  eq('Be kind.', requests[2].body.messages[1].content)
end)

test('persona: one in the midst of a chat has its prompt in the next request', function(t)
  project.new(t)
  t:write_file('project/AGENTS.md', 'Use tabs.\n')
  local srv, buf = begin(t)
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  match('Use tabs', project.words(project.requests(srv)[1], 'system'))
  t:cmd('Hum persona terse')
  chat.ask(t, 'again', buf)
  chat.finished(t, 2)
  match('^Answer tersely%..*Use tabs', project.words(project.requests(srv)[2], 'system'))
  eq(1, #project.asked(t))
end)

test('persona: an edited definition changes nothing in a chat that has begun', function(t)
  project.new(t)
  local srv, buf = begin(t)
  t:cmd('Hum persona terse')
  chat.ask(t, 'hello', buf)
  chat.finished(t)
  t:lua(
    [[require('hum').setup(vim.tbl_deep_extend('force', vim.deepcopy((...)), { personas = { terse = { system = 'Other.' } } }))]],
    {
      endpoints = { ollama = { url = srv.url, model = 'fake', dialect = 'openai' } },
      personas = { terse = TERSE },
    }
  )
  chat.ask(t, 'again', buf)
  chat.finished(t, 2)
  eq('Answer tersely.', project.words(project.requests(srv)[2], 'system'))
end)

test('persona: a preview is as what is sent, before and after the first message', function(t)
  project.new(t)
  t:write_file('project/AGENTS.md', 'Use tabs.\n')
  local srv, buf = begin(t)
  local function preview()
    return t:lua(
      [[
      local p = require('hum').preview((...))
      return { p.model, vim.tbl_map(function(one) return one.role .. ': ' .. one.content end, p.messages) }]],
      buf
    )
  end
  local function sent(n)
    local request = project.requests(srv)[n]
    return {
      request.body.model,
      vim.tbl_map(function(one) return one.role .. ': ' .. one.content end, request.body.messages),
    }
  end
  t:wait(function() return t:text(buf):find('model: fake') end, 'the model')
  t:lua([[vim.api.nvim_buf_set_lines(..., 2, 2, false, { 'persona: terse' })]], buf)
  t:lua([[vim.api.nvim_buf_set_text(0, -1, -1, -1, -1, { 'hello' })]])
  eq({ 'm2', { 'system: Answer tersely.', 'user: hello' } }, preview(), 'what would be asked is left out')
  eq({}, project.asked(t))
  t:cmd('Hum send')
  chat.finished(t)
  match('^system: Answer tersely%..*Use tabs', sent(1)[2][1])
  t:lua([[vim.api.nvim_buf_set_text(0, -1, -1, -1, -1, { 'again' })]])
  local expected = preview()
  t:cmd('Hum send')
  chat.finished(t, 2)
  eq(expected, sent(2))
end)
