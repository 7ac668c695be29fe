-- #url: what is asked, what is fetched, and what is made of it.
local T = require('harness')
local kinds = require('lib.kinds')
local test, eq = T.test, T.eq
T.once()

local PURE = { ui = false }

--- The helper fetches in other tests: here it is told what came.
local function fetching(t, page, err)
  t:lua(
    [[
    page, failure = ...
    fetched = {}
    package.loaded['hum.server.fetch'] = package.loaded['hum.server.fetch'] or {
      start = function(url, cb)
        table.insert(fetched, url)
        vim.schedule(function()
          cb(failure ~= vim.NIL and failure or nil, page ~= vim.NIL and page or nil)
        end)
        return function() end
      end,
    }
  ]],
    page or vim.NIL,
    err or vim.NIL
  )
end

test('a page is its text, with title and the address it came from', PURE, function(t)
  fetching(t, { url = 'https://example.org/there', title = 'A page ', text = 'words', bytes = 5, cut = false })
  local one = kinds.source(t, 'url', 'https://example.org/here')
  eq({ 'words', 'page', 'A page' }, { one.text, one.tag, one.title })
  eq({ url = 'https://example.org/there', title = 'A page' }, one.attributes)
  eq({ 'https://example.org/here' }, t:lua('return fetched'))
  eq(nil, one.note)
  fetching(t, { url = 'http://other.example/x', text = 'words', bytes = 5 })
  eq('it came from other.example', kinds.source(t, 'url', 'https://example.org/here').note)
end)

test('an address without a scheme is https, others are refused', PURE, function(t)
  fetching(t, { url = 'https://example.org/', text = 'words', bytes = 5, cut = true })
  local one = kinds.source(t, 'url', 'example.org')
  eq('only its first 5 bytes', one.note)
  eq({ 'https://example.org' }, t:lua('return fetched'))
  T.match('^only http and https are fetched, not "file:///etc/passwd"\n', kinds.refused(t, 'url', 'file:///etc/passwd'))
  T.match('^#url names no address\n', kinds.refused(t, 'url', ''))
  eq(1, #t:lua('return fetched'))
end)

test('what cannot be fetched is told, and so is a page without text', PURE, function(t)
  fetching(t, nil, { message = 'https://example.org answers 404', hint = 'Check the address.', code = 'status' })
  eq('https://example.org answers 404\nCheck the address.', kinds.refused(t, 'url', 'https://example.org'))
  fetching(t, { url = 'https://example.org/', text = ' \n', bytes = 2 })
  local answer = kinds.resolve(t, 'url', 'https://example.org')
  T.match('^#url:https://example.org has no text\n', answer.err)
  eq({}, answer.sources)
end)

test('the question shows the whole address', PURE, function(t)
  local question = t:lua([[
    local ref = { text = '#url:example.org/a?b=c', kind = 'url', arg = 'example.org/a?b=c' }
    return require('hum.reference.kinds.url').question(ref, {})
  ]])
  eq({ verb = 'Fetch', done = 'fetched', what = 'https://example.org/a?b=c', thing = 'address' }, question)
end)
