-- Many requests, all endings: no memory, no descriptor and no error is left behind.
-- Run with --helper build/asan/hum or --valgrind it is also told what leaks at the end.
local T = require('harness')
local chat = require('lib.chat')
local proc = require('lib.proc')
local test, eq = T.test, T.eq

local function descriptors(pid) return #vim.fn.glob('/proc/' .. pid .. '/fd/*', false, true) end

local function resident(pid)
  local f = assert(io.open('/proc/' .. pid .. '/status'))
  local kb = tonumber(f:read('*a'):match('VmRSS:%s*(%d+)'))
  f:close()
  return kb
end

local ANSWERS = {
  { text = 'a plain reply', thinking = 'a thought' },
  { tokens = { 'one ', 'two ' }, faults = { { at = 1, ['do'] = 'cut' } } },
  { tokens = { 'one ', 'two ' }, faults = { { at = 1, ['do'] = 'reset' } } },
  { tokens = { 'one ', 'two ' }, faults = { { at = 1, ['do'] = 'error', text = 'broken' } } },
  { tokens = { 'one ', 'two ' }, faults = { { at = 1, ['do'] = 'raw', text = 'junk\n' } } },
  { status = 500, body = '{"error":"no luck"}' },
  { status = 404, body = '{"error":{"message":"no such model","code":404}}' },
  { status = 502, body = '<html>bad gateway</html>', content_type = 'text/html' },
}

-- One request after another, with every kind of answer, some stopped half-way.
local function many(t, srv, buf, rounds)
  local done = #t:events('HumRequestFinished')
  for i = 1, rounds do
    local answer = ANSWERS[i % #ANSWERS + 1]
    if i % 10 == 0 then
      srv:script({ text = 'never', first_ms = 600000 })
      chat.ask(t, 'hello', buf)
      srv:wait_event('request')
      t:lua([[require('hum').stop({ all = true })]])
    else
      srv:script({ rules = { answer } })
      chat.ask(t, 'hello', buf)
    end
    chat.finished(t, done + i)
    t:lua(
      [[
      local buf = ...
      for i, line in ipairs(vim.api.nvim_buf_get_lines(buf, 0, -1, false)) do
        if line:find('^## » You') then
          vim.api.nvim_buf_set_lines(buf, i, -1, false, { '', '' })
          break
        end
      end
    ]],
      buf
    )
  end
end

test('a hundred requests of all kinds leave nothing behind in the helper', { alone = true }, function(t)
  local srv = t:fake()
  local buf = chat.open(t, srv)
  many(t, srv, buf, 40)
  local pid = t:helper_pid()
  local fds, kb = descriptors(pid), resident(pid)
  many(t, srv, buf, 100)
  eq(pid, t:helper_pid(), 'the same helper')
  t:wait(function() return descriptors(pid) <= fds end, ('no more than %d descriptors'):format(fds))
  if not t.run.valgrind and not t.run.helper then
    T.ok(resident(pid) - kb < 1000, ('%d kB, before %d kB'):format(resident(pid), kb))
    T.ok(resident(pid) < 16000, ('%d kB'):format(resident(pid)))
  end
  T.no_match('E%d+:', t:messages())
end)

test(
  'the sanitized helper has nothing to say about streams, stops and errors',
  { nvim = false, alone = true },
  function(t)
    local asan = t.root .. '/build/asan/hum'
    if t.run.helper then
      T.skip('another helper is under test already')
    elseif vim.fn.executable(asan) == 0 then
      T.skip('build/asan/hum is not built: make debug')
    end
    t.child = t:start({ helper = asan })
    local srv = t:fake()
    local buf = chat.open(t, srv)
    many(t, srv, buf, 30)
    srv:script({ tokens = (chat.tokens(3000)) })
    chat.ask(t, 'hello', buf)
    eq('done', chat.finished(t, 31).status)
    local pid = t:helper_pid()
    t:lua([[require('hum.server.helper').stop()]])
    t:wait(function() return not proc.alive(pid) end, 'the helper ends by itself')
  end
)
