-- Kinds of the editor and of git, sent in a chat: what arrives, what is told.
local T = require('harness')
local chat = require('lib.chat')
local project = require('lib.project')
local test, eq = T.test, T.eq
T.once()

--- All that was said in the nth request.
local function sent(srv, n) return project.words(project.requests(srv)[n or 1]) end

test('what was left out of a reference is told to the user and the model', function(t)
  project.new(t)
  t:write_file('project/src/b.lua', 'local changed = 1\n')
  t:write_file('project/.env', 'API_KEY=planted-changed\n')
  local srv = t:fake()
  local buf = project.chat(t, srv)
  project.ask(t, 'What do you think of #diff?', buf)
  local text = sent(srv)
  T.match('+local changed = 1', text, true)
  T.no_match('planted', text, true)
  T.match('(left out: .env (', text, true)
  t:wait(function() return t:messages():find('#diff: left out: .env', 1, true) end, 'it is told')
end)

test('a command is asked about once for each message, and its failure is sent', function(t)
  project.new(t)
  t:write_file('project/Makefile', 'all:\n\t@echo broken; exit 1\n')
  local srv = t:fake()
  local buf = project.chat(t, srv)
  project.answers(t, 'yes')
  project.ask(t, 'Why? #cmd:make', buf)
  local text = sent(srv)
  T.match('<output command="make" exit="2">\nbroken\n', text, true)
  eq(1, #project.asked(t))
end)

test('a selection in a secret file is refused with how it is forced, and forced it is sent', function(t)
  project.new(t)
  t:cmd('edit .env')
  t:keys('ggV<Esc>')
  local srv = t:fake()
  local buf = project.chat(t, srv)
  chat.ask(t, 'See #selection.', buf)
  t:wait(function() return t.child.screen:find('#selection!:') end, 'the cure')
  eq(0, #project.requests(srv))
  t:lua(
    [[
    local buf = ...
    local lines = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
    for i, line in ipairs(lines) do
      lines[i] = line:gsub('#selection%.', '#selection!:')
    end
    vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
    require('hum').send(buf)
  ]],
    buf
  )
  chat.finished(t)
  T.match('API_KEY=planted', sent(srv), true)
end)

test(':Hum stop ends a command that a message waits for, and nothing is sent', function(t)
  project.new(t)
  local srv = t:fake()
  local buf = project.chat(t, srv)
  project.answers(t, 'yes')
  chat.ask(t, ('Why? #cmd:"echo $$ > %s/pid; sleep 1000"'):format(t.dir), buf)
  local pid = t:wait(function()
    local file = io.open(t.dir .. '/pid')
    local number = file and file:read('*n')
    if file then file:close() end
    return number
  end, 'it runs')
  t:cmd('Hum stop')
  t:wait(function() return vim.uv.kill(pid, 0) ~= 0 end, 'it is gone')
  eq(0, #project.requests(srv))
  T.match('sleep 1000', t:text(buf), true)
end)
