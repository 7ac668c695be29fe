-- References from the chat to the server: what arrives of them, by each way in which a message can be sent.
local T = require('harness')
local chat = require('lib.chat')
local project = require('lib.project')
local test, eq = T.test, T.eq
T.once()

---@param t test.Case
---@return integer buf
---@return test.Fake srv
local function begin(t)
  project.new(t)
  project.answers(t, 'yes')
  local srv = t:fake()
  return project.chat(t, srv), srv
end

---@param srv test.Fake
---@param n integer
---@return string
local function sent(srv, n) return project.words(project.requests(srv)[n], 'user') end

test('reference, chat: a binary file that is forced is sent as text', function(t)
  local buf, srv = begin(t)
  project.ask(t, 'What is in #file!:data.bin', buf)
  T.match('<file path="data.bin">', sent(srv, 1), true)
  T.match('ABCDEFGHIJ', sent(srv, 1), true)
end)

test('reference, chat: one that stands twice in a message is sent once', function(t)
  local buf, srv = begin(t)
  project.ask(t, 'Compare #file:src/notes.txt with #file:./src/notes.txt', buf)
  eq(1, project.count(sent(srv, 1), 'Some notes.'))
end)

test('reference, chat: a question of the command line has references, too', function(t)
  local _, srv = begin(t)
  t:cmd('wincmd p')
  t:cmd('Hum chat what is in #file:src/notes.txt?')
  chat.finished(t)
  T.match('Some notes.', sent(srv, 1), true)
end)

test('reference, chat: a quick question means the code that it is asked from', function(t)
  local _, srv = begin(t)
  t:cmd('wincmd p')
  t:cmd('Hum ask what is #buffer?')
  chat.finished(t)
  T.match('<file path="src/a.lua">', sent(srv, 1), true)
end)

test('reference, chat: quotes, code and replies refer to nothing', function(t)
  local buf, srv = begin(t)
  srv:script({ tokens = { 'See ', '#file:src/notes.txt' } })
  local text = '> #file:src/notes.txt\n\n`#file:src/notes.txt`\n\n```\n#file:nowhere\n```\n\nC# and issue #12'
  project.ask(t, text, buf)
  project.ask(t, 'And now?', buf, 2)
  T.no_match('Some notes', sent(srv, 2))
  eq(text, sent(srv, 1))
end)

test('reference, chat: a function of the user is called once for a message', function(t)
  local buf, srv = begin(t)
  t:lua([[
    calls = 0
    require('hum.config').get().reference.kinds.ticket = function(arg, where)
      if not where.dry then calls = calls + 1 end
      return 'the ticket ' .. arg
    end
  ]])
  project.ask(t, 'What about #ticket:17?', buf)
  T.match('<ticket.->\nthe ticket 17\n</ticket>', sent(srv, 1))
  eq(1, t:lua('return calls'))
  project.ask(t, 'And?', buf, 2)
  eq(1, project.count(sent(srv, 2), 'the ticket 17'))
  eq(1, t:lua('return calls'))
end)

test('reference, chat: a function of the user that fails stops the message, with its name', function(t)
  local buf, srv = begin(t)
  t:lua([[require('hum.config').get().reference.kinds.ticket = function() error('no network') end]])
  local told = project.refused(t, 'What about #ticket:17?', buf)
  T.match('#ticket', told, true)
  T.match('no network', told, true)
  eq({}, project.requests(srv))
end)

test('reference, chat: stopping while something is found out sends nothing', function(t)
  local buf, srv = begin(t)
  t:lua([[
    require('hum.config').get().reference.kinds.slow = {
      resolve = function(_, where)
        if where.dry then return end
        started = true
        return function() cancelled = true end
      end,
    }
  ]])
  chat.ask(t, 'Wait for #slow', buf)
  t:wait(function() return t:lua('return started or false') end, 'it is asked')
  t:cmd('Hum stop')
  t:wait(function() return t:lua('return cancelled or false') end, 'it is cancelled')
  eq({}, project.requests(srv))
  T.match('Wait for #slow', t:text(buf), true)
end)
