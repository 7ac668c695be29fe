-- A question in the background: nothing is shown, and the user is told when it is answered.
local T = require('harness')
local chat = require('lib.chat')
local project = require('lib.project')
local test, eq, match = T.test, T.eq, T.match
T.once()

---@param t test.Case
---@param script? table
---@return test.Fake srv
local function begin(t, script)
  local srv = t:fake()
  srv:script(script or { text = 'A short answer.' })
  project.new(t)
  project.answers(t, 'yes')
  chat.configure(t, srv, { dialect = 'openai' })
  t:lua([[
    told = {}
    vim.api.nvim_create_autocmd('User', {
      pattern = 'HumBackgroundFinished',
      callback = function(event) table.insert(told, event.data) end,
    })]])
  return srv
end

---@param t test.Case
---@param n? integer
---@return table
local function wait_told(t, n)
  n = n or 1
  return t:wait(function() return t:lua('return told[...]', n) end, 'it is told')
end

test('no window opens; a message and an event tell that it is answered', function(t)
  local srv = begin(t)
  local layout, buf = t:eval('winlayout()'), t:eval('bufnr()')
  t:cmd('Hum background why is #file:src/b.lua so long?')
  local data = wait_told(t)
  eq('done', data.status)
  match('why is', data.title)
  eq(layout, t:eval('winlayout()'))
  eq(buf, t:eval('bufnr()'))
  t:wait_screen('has answered.*:Hum background shows it')
  match('A short answer.', t:text(data.buf), true)
  match('beta_17', project.requests(srv)[1].raw)
  t:cmd('Hum background')
  eq(data.buf, t:eval('bufnr()'))
end)

test('it is a chat as any other: listed, kept, gone on with', function(t)
  local srv = begin(t)
  t:cmd('Hum background why?')
  local buf = wait_told(t).buf
  eq({ 'why?' }, vim.tbl_map(function(entry) return entry.title end, t:lua('return require("hum").chats()')))
  chat.ask(t, 'and then?', buf)
  chat.finished(t, 2)
  eq(3, #project.requests(srv)[2].body.messages)
  eq(1, t:lua('return #told'))
end)

test('lines of a range are quoted', function(t)
  local srv = begin(t)
  t:cmd('5,6Hum background why?')
  wait_told(t)
  match('alpha_3 = 3', project.requests(srv)[1].raw)
end)

test('one that fails is told with the reason', function(t)
  begin(t, { status = 500, json = { error = 'out of order' } })
  t:cmd('Hum background why?')
  eq('error', wait_told(t).status)
  match('out%s+of%s+order', t:messages())
  match(':Hum background shows', t:messages())
end)

test('one that is refused before it is sent is told; its text is kept', function(t)
  local srv = begin(t)
  t:cmd('Hum background look at #file:nowhere.lua')
  local data = wait_told(t)
  eq('error', data.status)
  match('nowhere.lua', t:messages(), true)
  match('look at #file:nowhere.lua', t:text(data.buf), true)
  eq(0, #project.requests(srv))
end)

test('several run side by side; they are shown in the order in which they are done', function(t)
  local srv = begin(t, {
    rules = { { match = { text = 'endless' }, count = 1000000, interval_ms = 5 } },
    default = { text = 'Quick.' },
  })
  local endless = t:lua('return require("hum").background({ question = "endless" })')
  srv:wait_event('first')
  t:cmd('Hum background quick one')
  local first = wait_told(t, 1)
  t:lua('require("hum").stop({ buf = ... })', endless)
  local second = wait_told(t, 2)
  eq({ 'quick one', 'endless' }, { first.title, second.title })
  t:cmd('Hum background')
  t:cmd('Hum background')
  eq(2, #project.requests(srv))
end)

test('it is listed while it runs, and stopped as others are', function(t)
  local srv = begin(t, { count = 1000000, interval_ms = 5 })
  t:cmd('Hum background tell me all')
  srv:wait_event('first')
  t:cmd('Hum stop')
  eq('cancelled', wait_told(t).status)
end)

test('one whose chat is wiped out while it runs is cancelled, and told', function(t)
  local srv = begin(t, { count = 1000000, interval_ms = 5 })
  local buf = t:lua('return require("hum").background({ question = "endless" })')
  srv:wait_event('first')
  t:cmd('bwipeout! ' .. buf)
  local told = wait_told(t)
  eq({ buf, 'cancelled' }, { told.buf, told.status })
  T.no_match('internal error', t:log(), true)
  T.match('nothing was asked yet', t:lua('return select(2, require("hum.background").show())'), true)
end)

test('without a question the user is told what to write', function(t)
  begin(t)
  t:cmd('Hum background')
  t:wait_screen('say what to ask', true)
end)

test('from Lua: the buffer is returned, wrong arguments raise', function(t)
  begin(t)
  local buf = t:lua('return require("hum").background({ question = "why?" })')
  eq(buf, wait_told(t).buf)
  match(
    'question must be a string',
    t:lua('return select(2, pcall(require("hum").background, { question = 1 }))'),
    true
  )
  match('no question', t:lua('return select(2, require("hum").background({ question = " " }))'), true)
end)
