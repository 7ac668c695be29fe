-- TLS: which certificates are trusted, which are shown, and what is said of those that are not.
local T = require('harness')
local ask = require('lib.ask').once
local site = require('lib.site')
local test, eq = T.test, T.eq
T.once()

local QUIET = { ui = false }

--- What a failure about a certificate or TLS never says: it is no server that is down, and curl is nobody's business.
local function check_words(told)
  for _, words in ipairs({ 'curl', 'SSL certificate problem', 'ollama serve', 'OpenSSL', 'error:' }) do
    T.no_match(words, told.message .. told.hint, true)
  end
end

---@param t test.Case
---@param endpoint table
---@param message string
---@param hint string
---@param env table<string, string>?
local function refused(t, endpoint, message, hint, env)
  local told = ask(t, endpoint, env)
  eq(nil, told.found)
  eq('connect', told.code, vim.inspect(told))
  T.match(
    'endpoint "there" at ' .. (endpoint.url:find('^unix:') and 'http://localhost' or endpoint.url),
    told.message,
    true
  )
  T.match(message, told.message, true)
  T.match(hint, told.hint, true)
  check_words(told)
end

---@param t test.Case
---@param endpoint table
---@param env table<string, string>?
local function reached(t, endpoint, env)
  local told = ask(t, endpoint, env)
  T.ok(told.found, vim.inspect({ endpoint, env, told }))
end

test('a private authority is trusted by the variables of curl and OpenSSL', QUIET, function(t)
  local s = site.tls()
  local ca = s.dir .. '/ca.pem'
  reached(t, { url = s.url.good }, { SSL_CERT_FILE = ca })
  reached(t, { url = s.url.good }, { SSL_CERT_DIR = s.dir .. '/hashed' })
  reached(t, { url = s.url.good }, { CURL_CA_BUNDLE = ca })
  reached(t, { url = s.url.good }, { CURL_CA_BUNDLE = ca, SSL_CERT_FILE = '/nowhere.pem' })
  reached(t, { url = 'https://localhost:' .. s.port }, { SSL_CERT_FILE = ca })
  if s.six then
    reached(t, { url = s.six }, { SSL_CERT_FILE = ca })
    reached(t, { url = ('https://[::1%%25lo]:%d'):format(s.port) }, { SSL_CERT_FILE = ca })
  end
end)

test('a private authority is trusted by the option ca, and no other then', QUIET, function(t)
  local s = site.tls()
  reached(t, { url = s.url.good, ca = s.dir .. '/ca.pem' })
  reached(t, { url = s.url.good, ca = s.dir .. '/hashed' })
  reached(t, { url = s.url.self, ca = s.dir .. '/self.pem' })
  reached(t, { url = s.url.good, ca = s.dir .. '/ca.pem' }, { SSL_CERT_FILE = '/nowhere.pem' })
  local other = s.dir .. '/other.pem'
  refused(
    t,
    { url = s.url.good, ca = other },
    'certificate is not from an authority that is in ' .. other,
    'endpoints.there.ca',
    {
      SSL_CERT_FILE = s.dir .. '/ca.pem',
    }
  )
end)

test('a certificate that is not accepted is told with the reason and the cure', QUIET, function(t)
  local s = site.tls()
  local ca = s.dir .. '/ca.pem'
  refused(
    t,
    { url = s.url.good },
    'certificate is not from an authority that this machine trusts',
    'endpoints.there.ca'
  )
  refused(t, { url = s.url.self }, 'certificate is signed by itself', 'endpoints.there.ca')
  refused(t, { url = s.url.expired, ca = ca }, 'certificate has expired', 'clock')
  refused(t, { url = s.url.elsewhere, ca = ca }, 'certificate is for another name than 127.0.0.1', 'url')
end)

test('certificates that cannot be read are told with their path', QUIET, function(t)
  local s = site.tls()
  local gone, junk = s.dir .. '/gone.pem', t:write_file('junk.pem', 'no certificate\n')
  local url, where = s.url.good, '(SSL_CERT_FILE) cannot be read: no such file'
  refused(t, { url = url }, gone .. ' ' .. where, 'Correct the path', { SSL_CERT_FILE = gone })
  refused(t, { url = url, ca = gone }, gone .. ' (option ca)', 'Correct the path')
  refused(t, { url = url, ca = junk }, junk .. ' (option ca)', 'PEM')
end)

test('a client certificate is shown to a server that wants one', QUIET, function(t)
  local s = site.tls()
  local function with(cert, key)
    local prefix = s.dir .. '/'
    return {
      url = s.url.client,
      ca = prefix .. 'ca.pem',
      client_cert = cert and prefix .. cert,
      client_key = key and prefix .. key,
    }
  end
  reached(t, with('client.pem', 'client.key'))
  local both = t:write_file('both.pem', t:read_file(s.dir .. '/client.pem') .. t:read_file(s.dir .. '/client.key'))
  reached(t, { url = s.url.client, ca = s.dir .. '/ca.pem', client_cert = both })

  local wanted = ask(t, with())
  eq(400, wanted.status)
  T.match('client_cert', wanted.hint, true)
  local stranger = ask(t, with('stranger.pem', 'stranger.key'))
  eq(400, stranger.status)
  T.match('client_cert', stranger.hint, true)

  refused(t, with('gone.pem', 'client.key'), 'gone.pem cannot be read: no such file', 'client_cert')
  refused(t, with('client.pem', 'gone.key'), 'gone.key cannot be read: no such file', 'client_key')
  refused(t, with('client.pem', 'good.key'), 'does not belong to it', 'client_key')
  refused(t, with('client.pem', 'locked.key'), 'passphrase', 'client_key')
end)

-- These break off with an alert, with TLS 1.3 only once the request is on its way. TLS 1.2 has no alert for what is
-- missing.
for _, version in ipairs({ '-tls1_2', '-tls1_3' }) do
  test('a server that breaks off without a client certificate is understood: ' .. version, QUIET, function(t)
    local s = site.tls()
    local port = site.free_port()
    local d = s.dir .. '/'
    local server = t:spawn({
      'openssl',
      's_server',
      version,
      '-accept',
      tostring(port),
      '-cert',
      d .. 'good.pem',
      '-key',
      d .. 'good.key',
      '-CAfile',
      d .. 'ca.pem',
      '-Verify',
      '1',
      '-verify_return_error',
      '-www',
    })
    t:finally(function() server:kill() end)
    t:wait(function() return server.out:find('ACCEPT', 1, true) end, 'the server listens')
    local url = 'https://127.0.0.1:' .. port
    local what = version == '-tls1_3' and 'wants a client certificate' or 'the server refused it'
    refused(t, { url = url, ca = d .. 'ca.pem' }, what, 'client_cert')
    local stranger = { client_cert = d .. 'stranger.pem', client_key = d .. 'stranger.key' }
    stranger.url, stranger.ca = url, d .. 'ca.pem'
    refused(t, stranger, 'refused the client certificate', 'client_cert')
    -- OpenSSL closes the connection to one who speaks HTTP, without a word.
    local closed = ask(t, { url = (url:gsub('^https:', 'http:')) })
    eq('cut', closed.code)
    T.match('closed the connection without an answer', closed.message, true)
    T.match('https://', closed.hint, true)
  end)
end

test('TLS and plain HTTP that meet are told as that', QUIET, function(t)
  local s = site.tls()
  local plain = s.url.plain:gsub('^http:', 'https:')
  refused(t, { url = plain, ca = s.dir .. '/ca.pem' }, 'does not speak TLS', 'http://')
  local tls = ask(t, { url = (s.url.good:gsub('^https:', 'http:')) })
  eq(400, tls.status)
  T.match('https://', tls.hint, true)
end)

test('a server that answers TLS with silence is told as one that may not speak it', QUIET, function(t)
  local told = ask(t, { url = 'https://127.0.0.1:' .. site.silent(t), connect_timeout = t:seconds(1) })
  eq('timeout', told.code)
  T.match('did not answer as a TLS server within ', told.message, true)
  T.match('http://', told.hint, true)
end)

test('insecure asks without a check, and says so once', function(t)
  local s = site.tls()
  reached(t, { url = s.url.good, insecure = true })
  reached(t, { url = s.url.elsewhere, insecure = true })
  reached(t, { url = s.url.expired, insecure = true })
  local function warnings()
    local _, n = t:messages():gsub('endpoints%.there%.insecure', '')
    return n
  end
  t:wait(function() return warnings() > 0 end, 'a warning')
end)

test('a server behind a Unix socket is asked, and one that is not there is told with its path', QUIET, function(t)
  local s = site.tls()
  reached(t, { url = 'unix:' .. s.socket })
  T.match(
    '(socket ' .. s.socket .. ') returned HTTP 404',
    ask(t, { url = 'unix:' .. s.socket .. ':/nowhere' }).message,
    true
  )
  reached(t, { url = 'unix:' .. s.socket }, { http_proxy = 'http://127.0.0.1:1' })
  refused(t, { url = 'unix:' .. s.dir .. '/gone.sock' }, 'there is no socket ' .. s.dir .. '/gone.sock', 'url')
  refused(t, { url = 'unix:' .. s.dir .. '/ca.pem' }, 'is not a socket', 'url')
  refused(t, { url = 'unix:' .. s.dir .. ('/long'):rep(30) }, 'is too long for a socket', 'url')
  local left = vim.uv.new_pipe()
  assert(left:bind(t.dir .. '/left.sock'))
  t:finally(function() left:close() end)
  refused(
    t,
    { url = 'unix://' .. t.dir .. '/left.sock' },
    'nothing listens on the socket ' .. t.dir .. '/left.sock',
    'url'
  )
end)

test(':checkhealth says how a server is reached, without a password', QUIET, function(t)
  local pem = t:write_file('ca.pem', '')
  local function notes(endpoint, env)
    return t:lua(
      [[
      local endpoint, env = ...
      for _, name in ipairs({ 'http_proxy', 'https_proxy', 'no_proxy', 'SSL_CERT_FILE' }) do
        vim.env[name] = env[name]
      end
      assert(require('hum').setup({ endpoints = { there = endpoint } }))
      local lines = {}
      for _, note in ipairs(require('hum.server.way').notes('there')) do
        table.insert(lines, note.text .. (note.advice and ' > ' .. note.advice or ''))
      end
      return table.concat(lines, '\n')]],
      vim.tbl_extend('keep', endpoint, { dialect = 'ollama' }),
      vim.tbl_isempty(env or {}) and vim.empty_dict() or env
    )
  end
  local secret, away = 'http://jane:sesame@p:3128', 'https://hum.test'
  eq('', notes({ url = away }))
  eq('through the proxy http://p:3128 (option proxy)', notes({ url = away, proxy = secret }))
  eq('', notes({ url = away, proxy = false }, { https_proxy = secret }))
  eq(
    'through the proxy http://p:3128 ($https_proxy), unless $no_proxy has the host',
    notes({ url = away }, { https_proxy = secret, no_proxy = 'x' })
  )
  eq(
    '$http_proxy is set, but not used for servers on this machine',
    notes({ url = 'http://localhost:1' }, { http_proxy = secret })
  )
  eq('the server listens on the socket /run/x', notes({ url = 'unix:/run/x' }, { http_proxy = secret }))
  eq('trusted certificates: ' .. pem .. ' (option ca)', notes({ url = away, ca = pem }))
  T.match('cannot be read > Correct $SSL_CERT_FILE', notes({ url = away }, { SSL_CERT_FILE = '/gone.pem' }), true)
  T.match('cannot be read > Correct endpoints.there.client_key', notes({ url = away, client_key = '/gone.key' }), true)
  T.match('not checked.* > Remove endpoints.there.insecure', notes({ url = away, insecure = true }))
end)
