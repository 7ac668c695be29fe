-- References in instructions of edits.
local T = require('harness')
local chat = require('lib.chat')
local project = require('lib.project')
local test, eq = T.test, T.eq

---@param t test.Case
---@return test.Fake srv
local function begin(t)
  project.new(t)
  project.answers(t, 'yes')
  local srv = t:fake()
  srv:script({ tokens = { '```lua\nlocal M = {} -- new\n```' } })
  chat.configure(t, srv, { dialect = 'openai', model = 'fake' })
  return srv
end

---@param t test.Case
---@param srv test.Fake
---@return { body: table }
local function request(t, srv)
  return t:wait(function() return project.requests(srv)[1] end, 'it is sent')
end

test('reference, edits: what an instruction refers to goes in front of the question', function(t)
  local srv = begin(t)
  t:cmd('1Hum edit name it as in #file:src/b.lua and #lines:3-4')
  local messages = request(t, srv).body.messages
  local words = messages[#messages].content
  T.match('^<file path="src/b.lua">\nlocal beta_1 = 1\n', words)
  T.match('\nlocal beta_59 = 59\n</file>', words)
  T.match('local alpha_1 = 1\nlocal alpha_2 = 2', words, true)
  T.match('What is to be done: name it as in #file:src/b.lua and #lines:3-4', words, true)
end)

test('reference, edits: one that cannot be sent ends the edit with its reason', function(t)
  local srv = begin(t)
  t:write_file('project/AGENTS.md', 'Use tabs.\n')
  project.answers(t, 'yes')
  for text, why in pairs({ ['#file:nowhere.lua'] = 'there is no file "nowhere.lua"', ['#file:.env'] = 'it may hold' }) do
    t:lua('told = {}; vim.notify = function(text) table.insert(told, text) end')
    t:cmd('1Hum edit as in ' .. text)
    t:wait(function() return table.concat(t:lua('return told'), '\n'):find(why, 1, true) end, why .. ' is told')
    eq({}, project.requests(srv))
  end
  eq({}, project.asked(t), 'nothing is asked for what cannot be sent')
end)

test('reference, edits: an instruction without references is sent as before', function(t)
  local srv = begin(t)
  t:cmd('1Hum edit say #12 in C#')
  local messages = request(t, srv).body.messages
  T.match('What is to be done: say #12 in C#', messages[#messages].content, true)
  T.no_match('<file', messages[#messages].content)
end)

test('reference, edits: what the buffer of the edit has counts, saved or not', function(t)
  local srv = begin(t)
  t:lua("vim.api.nvim_buf_set_lines(0, 5, 6, false, { 'local unsaved = 1' })")
  t:cmd('$Hum edit look at #buffer')
  local messages = request(t, srv).body.messages
  T.match('<file path="src/a.lua">\nlocal M = {}\n.-local unsaved = 1', messages[#messages].content)
end)

for name, run in pairs({
  [':Hum insert'] = function(t) t:cmd('Hum insert like #file:src/notes.txt') end,
  [':Hum fix'] = function(t) t:cmd('1Hum fix as #file:src/notes.txt says') end,
  ['hum.edit()'] = function(t)
    t:lua([[require('hum').edit({ first = 1, last = 1, instruction = 'as #file:src/notes.txt says' })]])
  end,
}) do
  test('reference, edits: in ' .. name, function(t)
    local srv = begin(t)
    run(t)
    local messages = request(t, srv).body.messages
    T.match('^<file path="src/notes.txt">\nSome notes.\n</file>\n\n', messages[#messages].content)
  end)
end
