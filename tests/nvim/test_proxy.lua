-- Proxies: who is asked through which, and what is said of one that does not let a request through.
local T = require('harness')
local ask = require('lib.ask').once
local site = require('lib.site')
local test, eq = T.test, T.eq
T.once()

local QUIET = { ui = false }

-- Nothing listens there.
local DEAD = 'http://127.0.0.1:1'

---@param t test.Case
---@param endpoint table
---@param env table<string, string>?
local function reached(t, endpoint, env)
  local told = ask(t, endpoint, env)
  T.ok(told.found, vim.inspect({ endpoint, env, told }))
end

---@param t test.Case
---@param endpoint table
---@param message string
---@param hint string
---@param env table<string, string>?
local function refused(t, endpoint, message, hint, env)
  local told = ask(t, endpoint, env)
  eq(nil, told.found)
  T.match('endpoint "there" at ' .. endpoint.url, told.message, true)
  T.match(message, told.message, true)
  T.match(hint, told.hint, true)
  for _, words in ipairs({ 'curl', 'ollama serve', 'CONNECT', 'OpenSSL', 'sesame' }) do
    T.no_match(words, told.message .. told.hint, true)
  end
  return told
end

--- The same endpoint with more.
local function with(endpoint, more) return vim.tbl_extend('force', endpoint, more) end

test('a name that only the proxy knows is reached by the variables', QUIET, function(t)
  local proxy = site.proxy()
  for _, name in ipairs({ 'http_proxy', 'all_proxy', 'ALL_PROXY' }) do
    reached(t, { url = 'http://hum.test' }, { [name] = proxy.url })
  end
  T.match('hum.test', proxy.log(), true)
  -- A server that runs programs sets this one to what a client sent.
  refused(t, { url = 'http://hum.test' }, 'the name hum.test cannot be resolved', 'url', { HTTP_PROXY = proxy.url })
end)

test('a server of this machine is reached without the proxy of the variables', QUIET, function(t)
  local s = site.tls()
  local env = { http_proxy = DEAD, https_proxy = DEAD, all_proxy = DEAD }
  reached(t, { url = s.url.plain }, env)
  reached(t, { url = (s.url.plain:gsub('127.0.0.1', 'localhost')) }, env)
  reached(t, { url = s.url.good, ca = s.dir .. '/ca.pem' }, env)
end)

test('the option proxy is used for any server, and no_proxy names those that it is not for', QUIET, function(t)
  local s, proxy = site.tls(), site.proxy()
  local plain, good = { url = s.url.plain }, { url = s.url.good, ca = s.dir .. '/ca.pem' }
  local before = #proxy.log()
  reached(t, with(plain, { proxy = proxy.url }), { http_proxy = DEAD })
  reached(t, with(good, { proxy = proxy.url }), { no_proxy = '*' })
  T.match('CONNECT 127.0.0.1:' .. s.port, proxy.log():sub(before), true)
  reached(t, with(plain, { proxy = DEAD, no_proxy = { 'example.org', '127.0.0.0/8' } }))
  reached(t, with(plain, { proxy = (DEAD:gsub('http://', '')), no_proxy = { '127.0.0.1' } }))
  refused(t, with(plain, { proxy = DEAD, no_proxy = { 'example.org' } }), 'the proxy ' .. DEAD, 'there.proxy')
end)

test('an address that is not of this machine goes through the proxy unless no_proxy has it', QUIET, function(t)
  local s, proxy = site.tls(), site.proxy()
  if not s.outer then T.skip('this machine has no address beside loopback') end
  local outer = { url = s.outer, ca = s.dir .. '/ca.pem' }
  local host = s.outer:match('//([^:]+)')
  local before = #proxy.log()
  reached(t, outer, { https_proxy = proxy.url })
  T.match('CONNECT ' .. host, proxy.log():sub(before), true)
  -- libcurl parts entries by blanks in some versions only.
  reached(t, outer, { https_proxy = DEAD, no_proxy = 'example.org ' .. host .. ' example.com' })
  reached(t, outer, { HTTPS_PROXY = DEAD, NO_PROXY = 'example.org,' .. host })
  reached(t, with(outer, { no_proxy = { host } }), { https_proxy = DEAD })
  reached(t, with(outer, { proxy = false }), { https_proxy = DEAD })
  refused(t, outer, 'the proxy ' .. DEAD .. ' cannot be reached: connection refused', 'variable https_proxy', {
    https_proxy = DEAD,
  })
end)

test('a proxy that cannot be reached is told with its address and where that is from', QUIET, function(t)
  local away = { url = 'http://hum.test' }
  local what = 'the proxy ' .. DEAD .. ' cannot be reached: connection refused'
  refused(t, away, what, 'correct the variable http_proxy', { http_proxy = DEAD })
  refused(t, with(away, { proxy = 'http://jane:sesame@127.0.0.1:1' }), what, 'correct endpoints.there.proxy')
  local nowhere = 'http://proxy.invalid:3128'
  refused(t, away, 'name of the proxy ' .. nowhere, 'variable all_proxy', { all_proxy = nowhere })
  refused(t, with(away, { proxy = 'sock5://p:1' }), 'the proxy sock5://p:1 cannot be reached', 'there.proxy')
  refused(t, with(away, { proxy = 'socks5h://127.0.0.1:1' }), 'the proxy socks5h://127.0.0.1:1 cannot', 'there.proxy')
end)

test('a proxy that refuses a server is told with its reason', QUIET, function(t)
  local s, strict = site.tls(), site.strict_proxy()
  local good = { url = s.url.good, ca = s.dir .. '/ca.pem' }
  local told = refused(
    t,
    with(good, { proxy = strict.url }),
    ('the proxy %s refuses to connect to 127.0.0.1 (HTTP 403)'):format(strict.url),
    'endpoints.there.proxy = false'
  )
  eq('connect', told.code)
  local closed = { url = 'https://127.0.0.1:1', proxy = site.proxy().url }
  refused(t, closed, 'cannot reach 127.0.0.1 (HTTP 500)', 'endpoints.there.url')
  -- Of an address without TLS nobody knows who answers.
  local plain = { url = 'http://127.0.0.1:1', proxy = site.proxy().url }
  refused(t, plain, ('(through the proxy %s) returned HTTP 500'):format(plain.proxy), '')
end)

test('a proxy that wants a login is told so, and gets it', QUIET, function(t)
  local s, proxy = site.tls(), site.login_proxy()
  local good, plain = { url = s.url.good, ca = s.dir .. '/ca.pem' }, { url = s.url.plain }
  local function login(text) return (proxy.url:gsub('//', '//' .. text:gsub('%%', '%%%%') .. '@')) end
  local cure = 'Put USER:PASSWORD@ in front of the host'
  refused(t, with(good, { proxy = proxy.url }), 'the proxy ' .. proxy.url .. ' wants a user name', cure)
  refused(t, with(good, { proxy = login('jane:zesame') }), 'refused the user name or the password', cure)
  eq(407, refused(t, with(plain, { proxy = proxy.url }), 'HTTP 407', cure).status)
  reached(t, with(good, { proxy = login('jane:open-sesame') }))
  reached(t, with(plain, { proxy = login('jane:open%2Dsesame') }))
end)

test('what is no proxy is told as that', QUIET, function(t)
  local s = site.tls()
  local good, plain = { url = s.url.good, ca = s.dir .. '/ca.pem' }, s.url.plain
  refused(t, with(good, { proxy = plain }), 'did not answer as a proxy does', 'endpoints.there.proxy')
  for _, url in ipairs({ (plain:gsub('http:', 'socks5h:')), (plain:gsub('http:', 'https:')), s.url.client }) do
    refused(t, with(good, { proxy = url }), 'the proxy ' .. url, 'endpoints.there.proxy')
  end
end)

test('what is wrong behind a proxy is told with the proxy', QUIET, function(t)
  local s, proxy = site.tls(), site.proxy().url
  local through = (' (through the proxy %s): '):format(proxy)
  local untrusted = { url = s.url.good, proxy = proxy }
  refused(t, untrusted, through .. 'its certificate is not from an authority', 'there.ca')
  local plain = { url = (s.url.plain:gsub('^http:', 'https:')), proxy = proxy }
  refused(t, plain, through .. 'the server does not speak TLS', 'http://')
end)

test('the certificate of a proxy is checked, too', QUIET, function(t)
  local s = site.tls()
  local good = { url = s.url.plain, proxy = s.url.good }
  refused(t, good, 'the certificate of the proxy ' .. s.url.good .. ' is not trusted', 'ca')
  reached(t, good, { SSL_CERT_FILE = s.dir .. '/ca.pem' })
end)

test('a proxy that answers nothing is told as that', QUIET, function(t)
  local proxy = 'http://127.0.0.1:' .. site.silent(t)
  local away = { url = 'https://hum.test', proxy = proxy, connect_timeout = t:seconds(1) }
  eq('timeout', refused(t, away, proxy .. ' opened no connection within ', 'endpoints.there.proxy').code)
end)
