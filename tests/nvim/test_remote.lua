-- The helper as a remote-plugin host: registered, asked for its specs, called.
local T = require('harness')
local test, eq = T.test, T.eq

local INIT = 'vim.cmd("call hum#remote#register()")'

test('a remote-plugin manifest is made and its function answered by the helper', function(t)
  local manifest = t.dir .. '/rplugin.vim'
  local opts = { init = INIT, env = { NVIM_RPLUGIN_MANIFEST = manifest, OPENAI_API_KEY = 'sesame' } }

  local first = t:start(opts)
  first:api('nvim_command', 'silent UpdateRemotePlugins')
  T.match("'name': 'HumInfo'", t:read_file(manifest), true)

  local second = t:start(opts)
  eq({}, second:api('nvim_eval', 'filter(nvim_list_chans(), {_, c -> c.stream ==# "job"})'))
  local info = second:api('nvim_eval', 'HumInfo()')
  eq(t:lua([[return require('hum.server.helper').PROTOCOL]]), info.protocol)
  T.ok(info.pid > 0)
  local env = t:read_file(('/proc/%d/environ'):format(info.pid))
  T.no_match('OPENAI_API_KEY', env or '', true)
end)

test('a request that the helper does not know is an error, not a wait', function(t)
  local channel = t:eval('luaeval("require(\'hum.server.helper\').start()")')
  local ok, err = unpack(t:lua([[return { pcall(vim.rpcrequest, ..., 'no_such_method') }]], channel))
  eq(false, ok)
  T.match('no method "no_such_method"', err, true)
  eq('ok', t:lua([[return vim.rpcrequest(..., 'poll')]], channel))
end)
