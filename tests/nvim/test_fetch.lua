-- Pages of the web as text, from outside: what of them arrives, and what is refused.
local T = require('harness')
local sites = require('lib.site')
local test, eq, ok, match, no_match = T.test, T.eq, T.ok, T.match, T.no_match
T.once()

local HTML = [[<!doctype html><html><head><title>A page</title><script>var a = 1</script></head>
<body><nav>menu</nav><h1>Hello</h1><p>One <a href="/x">link</a>.</p><pre><code class="language-lua">local a = 1
</code></pre></body></html>]]

--- Pages by their paths: { body, type?, and what else answers of the fake server have }.
local function site(t, pages)
  local srv = t:fake()
  local rules = {}
  for path, page in pairs(pages) do
    local rule = vim.tbl_extend('force', {}, page)
    rule.body = rule.body or page[1]
    rule[1], rule.type = nil, nil
    rule.match = { path = path }
    rule.headers = vim.tbl_extend('force', { ['Content-Type'] = page.type or 'text/html' }, page.headers or {})
    rules[#rules + 1] = rule
  end
  srv:script({ rules = rules })
  return srv
end

--- Reads a page in the child.
local function start(t, url, options)
  t:lua(
    [[local url, options = ...
      require('hum').setup({ reference = { fetch = options } })
      _G.pages = {}
      _G.cancel = require('hum.server.fetch').start(url, function(err, page)
        table.insert(_G.pages, { err = err, page = page })
      end)]],
    url,
    options
  )
end

local function fetched(t, url, options)
  start(t, url, options)
  local pages = t:wait(function()
    local all = t:lua('return _G.pages')
    return #all > 0 and all
  end, 'the page')
  eq(1, #pages)
  return pages[1].page, pages[1].err
end

local function refused(t, url, words, options)
  local page, err = fetched(t, url, options)
  eq(nil, page)
  match(words, err.message, true)
  ok(err.hint ~= '', 'what to do is told')
  return err
end

test('a page is read as Markdown, with its title', function(t)
  local srv = site(t, { ['/doc'] = { HTML } })
  local page = fetched(t, srv.url .. '/doc?a=1#top')
  eq('# Hello\n\nOne link.\n\n```lua\nlocal a = 1\n```', page.text)
  eq('A page', page.title)
  eq(srv.url .. '/doc?a=1#top', page.url)
  eq({ false, #HTML, 'text/html' }, { page.cut, page.bytes, page.media })
end)

test('nothing of the user goes along', { env = { OPENAI_API_KEY = 'sk-secret' } }, function(t)
  local srv = site(t, { ['/doc'] = { HTML, headers = { ['Set-Cookie'] = 'id=7' } } })
  fetched(t, srv.url .. '/doc')
  fetched(t, srv.url .. '/doc')
  local request = srv:requests('/doc')[2]
  eq('GET', request.method)
  for _, name in ipairs({ 'cookie', 'authorization', 'referer', 'content-type' }) do
    eq(nil, request.headers[name])
  end
  no_match('secret', vim.inspect(request))
end)

test('text, JSON and the like arrive as they are', function(t)
  local srv = site(t, {
    ['/a.txt'] = { '<b>not HTML</b>\n', type = 'text/plain; charset=utf-8' },
    ['/b.json'] = { '{"a": [1]}', type = 'application/json' },
    ['/c'] = { 'key: 1', type = 'application/octet-stream' },
    ['/d.svg'] = { '<svg><title>x</title></svg>', type = 'image/svg+xml' },
  })
  eq('<b>not HTML</b>\n', fetched(t, srv.url .. '/a.txt').text)
  eq('{"a": [1]}', fetched(t, srv.url .. '/b.json').text)
  eq('key: 1', fetched(t, srv.url .. '/c').text)
  eq('<svg><title>x</title></svg>', fetched(t, srv.url .. '/d.svg').text)
end)

test('other encodings become UTF-8', function(t)
  local srv = site(t, {
    ['/a'] = { pieces = { { base64 = vim.base64.encode('<p>gr\252n') } }, type = 'text/html; charset=iso-8859-1' },
    ['/b'] = { pieces = { { base64 = vim.base64.encode('<meta charset="shift_jis"><p>\130\160') } } },
    ['/c'] = { 'x', type = 'text/plain; charset=x-klingon' },
  })
  eq('grün', fetched(t, srv.url .. '/a').text)
  eq('あ', fetched(t, srv.url .. '/b').text)
  refused(t, srv.url .. '/c', 'encoding that is not known, "x-klingon"')
end)

test('what is no page of text is refused, by its kind', function(t)
  local png = { pieces = { { base64 = vim.base64.encode('\137PNG\r\n\26\n\0\0') } } }
  local srv = site(t, {
    ['/pic.png'] = vim.tbl_extend('force', { type = 'image/png' }, png),
    ['/unsaid'] = vim.tbl_extend('force', { type = 'application/octet-stream' }, png),
    ['/paper.pdf'] = { '%PDF-1.7', type = 'application/pdf' },
    ['/script'] = { '<script>render()</script><div id=app></div>' },
  })
  refused(t, srv.url .. '/pic.png', 'is not a page of text: the server calls it "image/png"')
  refused(t, srv.url .. '/unsaid', 'is not a page of text')
  match('#file:NAME.pdf', refused(t, srv.url .. '/paper.pdf', 'is a PDF').hint, true)
  refused(t, srv.url .. '/script', 'may be made by scripts')
end)

test('an address that is none, and one with a login, are not asked', function(t)
  local srv = site(t, {})
  refused(t, 'file:///etc/passwd', 'is not an address of the web')
  refused(t, 'example.org', 'is not an address of the web')
  refused(t, (srv.url:gsub('//', '//me:pw@')) .. '/x', 'has a login in it')
  eq(0, #srv:requests())
end)

test('an error of the server is told with its address', function(t)
  local srv = site(t, { ['/busy'] = { 'no', status = 503 } })
  local err = refused(t, srv.url .. '/nowhere', srv.url .. '/nowhere returned HTTP 404')
  eq({ 'http', 404 }, { err.code, err.status })
  refused(t, srv.url .. '/busy', 'returned HTTP 503')
  srv:stop()
  refused(t, srv.url .. '/doc', 'cannot reach ' .. srv.url .. '/doc')
end)

test('redirects are followed, and the last address is told', function(t)
  local srv = site(t, {
    ['/a'] = { redirect = '/b', status = 301 },
    ['/b'] = { redirect = '/doc', status = 302 },
    ['/doc'] = { '<p>there' },
    ['/loop'] = { redirect = '/loop', status = 302 },
    ['/file'] = { redirect = 'file:///etc/passwd', status = 302 },
  })
  local page = fetched(t, srv.url .. '/a')
  eq({ 'there', srv.url .. '/doc', srv.url .. '/a' }, { page.text, page.url, page.asked })
  refused(t, srv.url .. '/loop', 'redirects again and again')
  refused(t, srv.url .. '/file', 'redirects to what is no page of the web')
end)

test('a redirect to another host is followed if that is allowed', function(t)
  local other = site(t, { ['/doc'] = { '<p>elsewhere' } })
  local there = other.url:gsub('127%.0%.0%.1', 'localhost') .. '/doc'
  local srv = site(t, { ['/a'] = { redirect = there, status = 302 } })
  eq(there, fetched(t, srv.url .. '/a').url)
  refused(t, srv.url .. '/a', 'redirects to another host: ' .. there, { allow_redirects = false })
end)

-- A proxy answers for the page of the web. That a name leads there is for test_network.c: none does without a resolver.
test('a page of the web does not lead into the own network', function(t)
  local inside = site(t, { ['/doc'] = { '<p>secret' } })
  local there = inside.url .. '/doc'
  local proxy = site(t, {
    ['/a'] = { redirect = there, status = 302 },
    ['/b'] = { redirect = '/doc', status = 302 },
    ['/doc'] = { '<p>public' },
  })
  t:lua('vim.env.http_proxy = ...', proxy.url)
  refused(t, 'http://page.example/a', 'http://page.example/a redirects into your own network: ' .. there)
  eq({ 0, 1 }, { #inside:requests(), #proxy:requests() })
  eq('public', fetched(t, 'http://page.example/b').text)
end)

test('of a long page the beginning is read', function(t)
  local srv = site(t, { ['/long'] = { pieces = { { text = ('word '):rep(1000), times = 100 } }, type = 'text/plain' } })
  local page = fetched(t, srv.url .. '/long', { largest = 20000 })
  eq({ true, 20000 }, { page.cut, page.bytes })
  eq(20000, #page.text)
end)

test('a page that goes on for ever ends at the limit of size', function(t)
  local pieces = { { text = ('a '):rep(500), times = 400 }, { ['end'] = 'stall' } }
  local srv = site(t, { ['/for-ever'] = { pieces = pieces, type = 'text/plain' } })
  ok(fetched(t, srv.url .. '/for-ever', { largest = 50000 }).cut)
  srv:wait_event('disconnect')
end)

test('limits of time end a page that does not come', function(t)
  local srv = site(t, {
    ['/silent'] = { pieces = { 'a', { ['end'] = 'stall' } } },
    ['/slow'] = { 'a', first_ms = 3600000 },
  })
  match('sent nothing for', refused(t, srv.url .. '/silent', srv.url, { idle_timeout = 0.2 }).message, true)
  match('was not read within', refused(t, srv.url .. '/slow', srv.url, { timeout = 0.2 }).message, true)
end)

test('it is cancelled: nothing is called, the connection is closed', function(t)
  local srv = site(t, { ['/slow'] = { 'a', first_ms = 3600000 }, ['/doc'] = { '<p>b' } })
  start(t, srv.url .. '/slow')
  srv:wait_event('request')
  t:lua('_G.cancel()')
  srv:wait_event('disconnect')
  eq({}, t:lua('return _G.pages'))
  eq('b', fetched(t, srv.url .. '/doc').text)
end)

test('a page is fetched through a proxy, as configured or as the variables say', function(t)
  local proxy = sites.proxy()
  t:lua('vim.env.http_proxy = ...', proxy.url) -- the helper is started with it
  eq('Ollama is running', fetched(t, 'http://hum.test/').text)
  refused(t, 'http://hum.test/', 'cannot reach', { proxy = false })
  eq('Ollama is running', fetched(t, 'http://hum.test/', { proxy = proxy.url }).text)
  match('hum.test', proxy.log(), true)
end)

test('without the proxy, and through one that is none, it is told what is wrong', function(t)
  match('name hum.test cannot be resolved', refused(t, 'http://hum.test/', 'cannot reach').message, true)
  local err = refused(t, 'http://hum.test/', 'cannot reach', { proxy = 'http://127.0.0.1:1' })
  match('the proxy http://127.0.0.1:1 cannot be reached', err.message, true)
  match('HTTPS_PROXY', err.hint, true)
end)

test('a certificate that nobody vouches for is refused', function(t)
  local s = sites.tls()
  local err = refused(t, s.url.good .. '/', 'certificate')
  match('SSL_CERT_FILE', err.hint, true)
end)

test('it is cancelled while it is made readable, and the helper goes on', function(t)
  local srv = site(t, {
    ['/large'] = { pieces = { { text = ('<p>some <b>words</b> &amp; more'):rep(100), times = 150 } } },
    ['/doc'] = { HTML },
  })
  for i = 1, 10 do
    start(t, srv.url .. '/large')
    srv:wait_event('done', i)
    t:lua('_G.cancel()')
  end
  eq('A page', fetched(t, srv.url .. '/doc').title)
end)

test('a helper that ends while it reads a page leaves nothing behind', { nvim = false }, function(t)
  local editor = require('lib.editor')
  local srv = site(t, { ['/large'] = { pieces = { { text = ('<p>a'):rep(1000), times = 100 } } } })
  local e = editor.start(t)
  e:hello()
  local limits = { largest = 1000000, timeout = 0, idle_timeout = 0, connect_timeout = 10 }
  e.rpc:notify('fetch', 1, vim.tbl_extend('error', limits, { url = srv.url .. '/large' }))
  srv:wait_event('done')
  e.proc.stdin:close()
  eq(0, (e:join()))
end)
