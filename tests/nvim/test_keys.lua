-- API keys: who has them, for how long, and where they never come.
local T = require('harness')
local ask = require('lib.ask').once
local chat = require('lib.chat')
local editor = require('lib.editor')
local site = require('lib.site')
local test, eq = T.test, T.eq
T.once()

local KEY = 'zesame/open+0815='

-- Neovim's own environment has it, as does everything that it starts, but the helper.
local KEYED = { ui = { 320, 30 }, env = { TEAM_KEY = KEY } }

-- A sanitizer has copies of its own, and gigabytes to look through.
local UNSANITIZED = vim.tbl_extend('error', KEYED, { helper = false })

--- Starts a helper and waits until it is itself: before that its process is still Neovim's.
local function start_helper(t)
  t:lua([[require('hum.server.helper').start()]])
  local function ready() return t:lua([[return require('hum.server.helper').state().status == 'ready']]) end
  t:wait(ready, 'the helper is ready')
end

---@return string?
local function read_proc(t, name) return t:read_file(('/proc/%d/%s'):format(t:helper_pid(), name)) end

local function need_proc()
  if not vim.uv.fs_stat('/proc/self/environ') then T.skip('there is no /proc') end
end

test('the helper is started without keys, and with all else', {
  ui = false,
  env = { TEAM_KEY = KEY, HEADER_KEY = KEY, OPENAI_API_KEY = KEY, SOME_API_KEY = KEY, HF_TOKEN = KEY, EDITOR = 'ed' },
}, function(t)
  need_proc()
  local srv = t:fake()
  chat.configure(t, srv, { key = { env = 'TEAM_KEY' }, headers = { ['X-Other'] = { env = 'HEADER_KEY' } } })
  start_helper(t)
  local env = read_proc(t, 'environ')
  T.no_match(KEY, env, true)
  for _, name in ipairs({ 'TEAM_KEY', 'HEADER_KEY', 'OPENAI_API_KEY', 'SOME_API_KEY', 'HF_TOKEN' }) do
    T.no_match(name .. '=', env, true)
  end
  for _, variable in ipairs({ 'EDITOR=ed', 'HOME=' .. t.dir, 'PATH=' }) do
    T.match(variable, env, true)
  end
end)

test('a helper that crashes leaves no core file', { ui = false }, function(t)
  need_proc()
  start_helper(t)
  for _, column in ipairs({ '%s+(%w+)', '%s+%w+%s+(%w+)' }) do
    local limit = read_proc(t, 'limits'):match('Max core file size' .. column)
    T.ok(tonumber(limit) and tonumber(limit) <= 1, limit)
  end
end)

--- How often a text stands in the memory of a process.
---@param pid integer
---@param text string
---@return integer|nil count  nil: it may not be read
local function count_in_memory(pid, text)
  local maps, memory = io.open(('/proc/%d/maps'):format(pid)), io.open(('/proc/%d/mem'):format(pid), 'rb')
  if not maps or not memory then return nil end
  local count = 0
  for line in maps:lines() do
    local from, to, rights = line:match('^(%x+)%-(%x+) (%S+)')
    local at, size = tonumber(from, 16), tonumber(to, 16) - tonumber(from, 16)
    local ok = rights:find('^rw') and memory:seek('set', at)
    local bytes = ok and memory:read(size) or ''
    for _ in bytes:gmatch(vim.pesc(text)) do
      count = count + 1
    end
  end
  maps:close()
  memory:close()
  return count
end

--- Whether the key is in the helper's memory while it waits for an answer, and when that has come.
---@param t test.Case
---@param buf integer
---@param n integer  of the request
---@param go_on fun()
local function check_memory(t, buf, n, go_on)
  chat.ask(t, 'hello', buf)
  t:wait(
    function() return #t:events('HumRequestStarted') == n and #t.server:requests('/api/chat') == n end,
    'it is asked'
  )
  local during = count_in_memory(t:helper_pid(), KEY)
  if not during then T.skip("the helper's memory cannot be read") end
  T.ok(during > 0, 'the search finds nothing at all')
  go_on()
  eq('done', chat.finished(t, n).status)
  t:wait(function() return count_in_memory(t:helper_pid(), KEY) == 0 end, 'the key is gone')
end

test('nothing of a key stays in the helper when its request has ended', UNSANITIZED, function(t)
  need_proc()
  t.server = t:fake()
  t.server:script({ tokens = { 'a', 'b' } })
  local gate = t:gate(t.server)
  gate:pass(0)
  local endpoint = { key = { env = 'TEAM_KEY' }, headers = { ['X-More'] = { env = 'TEAM_KEY' } } }
  local buf = chat.open(t, t.server, endpoint)
  check_memory(t, buf, 1, function() gate:pass() end)
  gate:pass(0)
  check_memory(t, buf, 2, function() gate:pass() end)
end)

test('nor after a request over TLS, through a proxy', UNSANITIZED, function(t)
  need_proc()
  local s, proxy = site.tls(), site.login_proxy()
  local endpoint = {
    url = s.url.good,
    ca = s.dir .. '/ca.pem',
    key = { env = 'TEAM_KEY' },
    proxy = proxy.url:gsub('//', '//jane:open-sesame@'),
  }
  chat.open(t, endpoint, endpoint)
  chat.ask(t, 'hello')
  local data = chat.finished(t)
  eq('done', data.status, vim.inspect(data))
  if not count_in_memory(t:helper_pid(), KEY) then T.skip("the helper's memory cannot be read") end
  -- Of the proxy's login curl keeps a copy as long as the connection.
  t:wait(function() return count_in_memory(t:helper_pid(), KEY) == 0 end, 'the key is gone')
end)

test(
  'the backend of completion and a wait for a busy server give the key up at their end',
  { nvim = false },
  function(t)
    need_proc()
    local srv = t:fake()
    srv:play({ { status = 503, body = '{"error": "busy"}', headers = { ['Retry-After'] = '60' } } })
    local e = editor.start(t, { t.root .. '/build/hum' })
    e:hello()
    local function count()
      e:ask('info') -- what was sent before was read
      return count_in_memory(e.proc.pid, KEY)
    end
    if not count() then T.skip("the helper's memory cannot be read") end
    local endpoint = editor.endpoint(srv.url, { key = KEY })
    e.rpc:notify('backend', editor.backend(endpoint, { api = 'generate' }))
    T.ok(count() > 0, 'the backend has it')
    e.rpc:notify('backend', vim.NIL)
    eq(0, count(), 'there is no backend any more')

    local request = { model = 'm', messages = { { role = 'user', parts = { { type = 'text', text = 'hello' } } } } }
    e.rpc:notify('chat', 1, { buf = 1, join = false, endpoint = endpoint, request = request })
    e:wait_event('waiting', 1)
    T.ok(count() > 0, 'it waits')
    e.rpc:notify('stop', 1)
    e:wait_end(1)
    eq(0, count(), 'it was stopped')
  end
)

-- A server that repeats what it was sent.
local ECHOES = {
  KEY,
  (KEY:gsub('/', '\\/')),
  (KEY:gsub('[/+=]', { ['/'] = '%2F', ['+'] = '%2B', ['='] = '%3D' })),
  'emVzYW1lL29wZW4rMDgxNT0=', -- base64
  'Bearer ' .. KEY,
}

local function with_key(text)
  return { { status = 401, body = ('{"error": {"message": "bad key %s, sir"}}'):format(text) } }
end

local ANSWERS = {
  ['in plain text'] = { { status = 401, body = 'bad key ' .. KEY .. ', sir', content_type = 'text/plain' } },
  ['in a web page'] = {
    { status = 403, body = '<title>bad key ' .. KEY .. ', sir</title>', content_type = 'text/html' },
  },
  ['in an error of a stream'] = {
    {
      pieces = {
        'data: {"choices":[{"delta":{"content":"a"}}]}\n\ndata: {"error":{"message":"bad key ' .. KEY .. '"}}\n\n',
      },
    },
  },
  ['in a reason'] = {
    {
      pieces = { 'data: {"choices":[{"delta":{"content":"a"},"finish_reason":"' .. KEY .. '"}]}\n\ndata: [DONE]\n\n' },
    },
  },
  ['in an address'] = { { redirect = 'http://elsewhere.test/?api_key=' .. KEY } },
  ['in a refusal that is asked again'] = {
    {
      when = { nth = 1 },
      status = 503,
      body = '{"error": "loading for ' .. KEY .. '"}',
      headers = { ['Retry-After'] = '0' },
    },
    { when = { nth = 2 }, status = 400, body = '{"error": "no ' .. KEY .. '"}' },
  },
}
for i, echo in ipairs(ECHOES) do
  ANSWERS['in an error, form ' .. i] = with_key(echo)
end

--- What tells the key, as it stands or in part.
local function check_untold(where, text)
  for _, part in ipairs({ 'zesame', 'open+0815', 'emVzYW1l' }) do
    if text:find(part, 1, true) then error(('%s has the key: %s'):format(where, text)) end
  end
end

test('a key that a server repeats is in no buffer, message, event or log', KEYED, function(t)
  local srv = t:fake()
  local config = { log = 'debug' }
  local buf = chat.open(t, srv, { dialect = 'openai', key = { env = 'TEAM_KEY' } }, config)
  local n = 0
  for name, answers in vim.spairs(ANSWERS) do
    srv:play(answers)
    n = n + 1
    chat.ask(t, 'hello', buf)
    local data = chat.finished(t, n)
    check_untold('the event ' .. name, vim.inspect(data))
    T.ok(data.message or data.reason, name)
    t:cmd('Hum inspect')
    check_untold(
      'the page of :Hum inspect ' .. name,
      t:wait(function()
        local page = t:text()
        return page:find('POST ', 1, true) and page
      end, 'the page')
    )
    t:cmd('close')
  end
  check_untold('the chat', t:text(buf))
  check_untold(':messages', t:messages())
  check_untold('an event', vim.inspect(t:events()))
  check_untold('the log', t:log())
  check_untold('the screen', t:screen())
  T.match('***', t:text(buf), true)
end)

test('nor does a query tell it, or a command that fails', KEYED, function(t)
  local srv = t:fake()
  srv:script({ models = { 'a' }, answers = { { status = 401, body = 'bad key ' .. KEY } } })
  local told = ask(t, { url = srv.url, key = { env = 'TEAM_KEY' } })
  check_untold('the answer', vim.inspect(told))
  local told_by_command = ask(t, {
    url = srv.url,
    key = { command = { 'sh', '-c', ('echo "%s"; echo "no %s" sk-1234567890 >&2; exit 1'):format(KEY, KEY) } },
  })
  T.match('failed with exit code 1: no ***', told_by_command.message, true)
  check_untold('the answer', vim.inspect(told_by_command))
  T.no_match('sk-', told_by_command.message, true)
end)
