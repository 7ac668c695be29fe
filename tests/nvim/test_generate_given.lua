-- What hum.generate is given beside the words: references, images, a persona.
local T = require('harness')
local chat = require('lib.chat')
local project = require('lib.project')
local test, eq, match, no_match = T.test, T.eq, T.match, T.no_match

T.once()

---@param t test.Case
---@param opts? { answer?: 'yes'|'no', script?: table, config?: table, endpoint?: table }
---@return test.Fake
local function begin(t, opts)
  opts = opts or {}
  local srv = t:fake()
  srv:script(opts.script or { text = 'A short answer.' })
  project.new(t)
  project.answers(t, opts.answer or 'yes')
  chat.configure(t, srv, vim.tbl_extend('force', { dialect = 'openai' }, opts.endpoint or {}), opts.config)
  return srv
end

--- Runs a request to its end.
---@param t test.Case
---@param opts table
---@return table result
local function generate(t, opts)
  t:lua(
    [[
    local opts = ...
    done = nil
    opts.on_done = function(result) done = result end
    require('hum').generate(opts)]],
    opts
  )
  return t:wait(function() return t:lua('return done') end, 'the ending')
end

test('references go before the last message of the user, as in a chat', function(t)
  local srv = begin(t)
  local messages = {
    { role = 'user', content = 'one' },
    { role = 'assistant', content = 'two' },
    { role = 'user', content = 'three' },
  }
  eq('done', generate(t, { messages = messages, references = { '#file:src/b.lua', '#lines:3-4' } }).status)
  local sent = project.requests(srv)[1].body.messages
  eq('one', sent[1].content)
  match('local beta_17 = 17\n', sent[3].content, true)
  match('local alpha_1 = 1\nlocal alpha_2 = 2\n', sent[3].content, true)
  no_match('alpha_3 ', sent[3].content)
  match('\nthree$', sent[3].content)
end)

test('a # in the prompt is no reference', function(t)
  local srv = begin(t)
  generate(t, { prompt = 'what is #file:src/b.lua?' })
  eq('what is #file:src/b.lua?', project.requests(srv)[1].body.messages[1].content)
end)

test('images, also from outside the project', function(t)
  local srv = begin(t)
  local path = t.dir .. '/a picture.png'
  vim.uv.fs_copyfile(t.project .. '/pic.png', path)
  generate(t, { prompt = 'what is it?', images = { path } })
  local parts = project.requests(srv)[1].body.messages[1].content
  local urls = vim.tbl_map(function(part) return part.image_url and part.image_url.url end, parts)
  eq({ 'data:image/png;base64,' .. vim.base64.encode(t:read_file(path)) }, vim.tbl_values(urls))
end)

test('one system message, whoever says what of it', function(t)
  local srv = begin(t, { config = { personas = { terse = { system = 'Be terse.' } } } })
  local messages = { { role = 'system', content = 'Own.' }, { role = 'user', content = 'hello' } }
  generate(t, { messages = messages, persona = 'terse' })
  local sent = project.requests(srv)[1].body.messages
  eq({ 2, 'Be terse.\n\nOwn.' }, { #sent, sent[1].content })
end)

test('references without a message of the user are told', function(t)
  local srv = begin(t)
  local messages = { { role = 'assistant', content = 'Once upon' } }
  local result = generate(t, { messages = messages, references = { '#file:src/b.lua' } })
  match('message of the user', result.error.message, true)
  eq(0, #project.requests(srv))
end)

--- References that cannot be sent.
for name, case in pairs({
  ['a file that is not there'] = { '#file:nowhere.lua', 'nowhere.lua' },
  ['a kind that there is not'] = { '#nosuch:x', '#nosuch:x is no reference' },
  ['more than a reference'] = { '#file:src/b.lua and more', 'it ends behind #file:src/b.lua' },
  ['a file with secrets'] = { '#file:.env', '.env' },
  ['a command that the user does not allow'] = { '#cmd:make', 'make' },
}) do
  test(name .. ' ends the request, and nothing is sent', function(t)
    local srv = begin(t, { answer = 'no' })
    local result = generate(t, { prompt = 'hello', references = { case[1] } })
    eq({ 'error', 'start' }, { result.status, result.error.code })
    match(case[2], result.error.message, true)
    eq(0, #project.requests(srv))
  end)
end

test("a persona's system prompt, model, options and references; what is said wins", function(t)
  local persona = {
    system = 'Answer tersely.',
    model = 'm2',
    options = { temperature = 0.25, top_p = 0.5 },
    references = { '#lines:3-3' },
  }
  local srv = begin(t, {
    config = { personas = { terse = persona } },
    script = { models = { 'fake', 'm2' }, default = { text = 'A short answer.' } },
  })
  generate(t, { prompt = 'hello', persona = 'terse', system = 'In French.', options = { top_p = 0.75 } })
  local body = project.requests(srv)[1].body
  eq({ 'm2', 0.25, 0.75 }, { body.model, body.temperature, body.top_p })
  eq('Answer tersely.\n\nIn French.', body.messages[1].content)
  match('alpha_1 = 1', body.messages[2].content, true)
  generate(t, { prompt = 'hello', persona = 'terse', model = 'fake' })
  eq('fake', project.requests(srv)[2].body.model)
end)

test("a project's persona is used only if the user allows it", function(t)
  local srv = begin(t, { answer = 'no' })
  t:write_file('project/.hum/personas/odd.md', '---\n---\nBe odd.\n')
  local result = generate(t, { prompt = 'hello', persona = 'odd' })
  eq({ 'error', 'start' }, { result.status, result.error.code })
  eq(0, #project.requests(srv))
end)

test('it is stopped while its references are looked up', function(t)
  local srv = begin(t)
  t:lua([[
    vim.ui.select = function() waits = true end
    handle = require('hum').generate({
      prompt = 'hello',
      references = { '#cmd:make' },
      on_done = function(result) done = result end,
    })]])
  t:wait(function() return t:lua('return waits') end, 'a question')
  t:lua('handle.stop()')
  eq('cancelled', t:wait(function() return t:lua('return done') end, 'the ending').status)
  eq(0, #project.requests(srv))
end)

--- Wrong options, and what the error says.
for name, case in pairs({
  ['a reference without "#"'] = { { references = { 'src/a.lua' } }, 'references[1] must begin with "#"' },
  ['a reference that is none'] = { { references = { 1 } }, 'references[1] must be a string' },
  ['images that are no list'] = { { images = { a = 'b' } }, 'images must be a list' },
  ['a persona that is not there'] = { { persona = 'nobody' }, 'there is no persona "nobody"' },
}) do
  test(name .. ' raises an error', { ui = false }, function(t)
    begin(t)
    local opts = vim.tbl_extend('force', { prompt = 'hello' }, case[1])
    match(case[2], t:lua('return select(2, pcall(require("hum").generate, ...))', opts), true)
  end)
end
