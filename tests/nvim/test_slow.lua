-- Servers that are slower than the keys: what is under way while the user types on, and what becomes
-- of it. tests/c/test_slow.c counts, for many servers and typists, how often a suggestion is seen.
local T = require('harness')
local complete = require('lib.complete')
local test, eq = T.test, T.eq
T.once()

local OPTS = complete.OPTS
local HEAD = { 'local one = 1', '' }

--- Types, and the helper knows it.
local function type_known(t, keys)
  complete.type(t, keys)
  complete.info(t)
end

--- A server behind a gate, its first request under way, of which nothing has come.
local function start(t, rules, opts)
  local srv, gate = complete.start(t, rules, vim.tbl_extend('force', { gate = true }, opts or {}))
  gate:pass(0)
  complete.insert(t, HEAD)
  srv:wait_event('request')
  return srv, gate
end

test('keys that add text let a request go on, and its answer is shown if it agrees', OPTS, function(t)
  local srv, gate = start(t, { tokens = { 'local ', 'two = ', '2' } })
  type_known(t, 'local t')
  eq(1, #complete.requests(srv))
  eq(nil, complete.ghost(t))
  gate:pass()
  complete.wait_ghost(t, 'wo = 2')
  eq({ 1, 0 }, { complete.wait_idle(t).requests, complete.info(t).cancelled })
end)

test('an answer whose first bytes disagree is ended, and the place of then asked for', OPTS, function(t)
  local srv, gate = start(t, {
    { match = { nth = 1 }, tokens = { 'return ', 'one' }, count = 1000000, interval_ms = 50 },
    { tokens = { 'l two = 2' } },
  })
  type_known(t, 'loca')
  gate:pass()
  complete.wait_ghost(t, 'l two = 2')
  eq(2, #complete.requests(srv))
  T.match('loca$', complete.requests(srv)[2].body.prompt)
  srv:wait_event('disconnect')
end)

test('an answer that comes slowly is compared as it grows', OPTS, function(t)
  local srv, gate = start(t, {
    { match = { nth = 1 }, tokens = { 'lo', 'ck', 'ed' }, count = 1000000, interval_ms = 50 },
    { tokens = { ' two = 2' } },
  })
  type_known(t, 'local')
  gate:pass(1)
  t:wait(function() return gate:taken() end, 'the first token')
  eq({ 1, 0 }, { complete.info(t).requests, complete.info(t).cancelled })
  gate:pass()
  complete.wait_ghost(t, ' two = 2')
  eq(2, #complete.requests(srv))
end)

test('an answer that is only as long as what was typed meanwhile is followed by a request', OPTS, function(t)
  local srv, gate = start(t, {
    { match = { nth = 1 }, tokens = { 'lo' } },
    { tokens = { 'al two' } },
  })
  type_known(t, 'loc')
  gate:pass()
  complete.wait_ghost(t, 'al two')
  eq(2, complete.wait_idle(t).requests)
  eq(0, complete.info(t).cancelled)
  eq(2, #complete.requests(srv))
end)

test('who requests a suggestion meanwhile gets that answer', OPTS, function(t)
  local srv, gate = start(t, { tokens = { 'local ', 'two = 2' } })
  type_known(t, 'loc')
  complete.call(t, 'now')
  complete.info(t)
  eq(1, #complete.requests(srv))
  gate:pass()
  complete.wait_ghost(t, 'al two = 2')
end)

test('who requests the next alternative meanwhile gets an answer for where he is', OPTS, function(t)
  local srv = complete.start(t, {
    { match = { nth = 1 }, text = 'never', first_ms = 600000 },
    { text = 'al two = 2' },
  })
  complete.insert(t, HEAD)
  srv:wait_event('request')
  complete.type(t, 'loc')
  complete.call(t, 'next')
  srv:wait_event('disconnect')
  complete.wait_ghost(t, 'al two = 2')
  eq(2, #complete.requests(srv))
end)

test('what follows a line break and its indentation agrees too', OPTS, function(t)
  local _, gate = start(t, { tokens = { 'if one', ' then\n', '    two()\n', 'end' } })
  t:cmd('setlocal autoindent')
  type_known(t, 'if one then<CR>    tw')
  gate:pass()
  complete.wait_ghost(t, 'o()\nend')
end)

for name, keys in pairs({
  ['a move'] = 'ab<Left>',
  ['a deletion'] = 'ab<BS>',
  ['a deletion of what stood there before'] = '<BS>',
  ['another line'] = '<Up>',
}) do
  test(('%s ends the request at once'):format(name), OPTS, function(t)
    local srv = complete.start(t, { text = 'never', first_ms = 600000 })
    complete.insert(t, { 'local one = 1', 'x' })
    srv:wait_event('request')
    complete.type(t, keys)
    eq('waiting', srv:wait_event('disconnect').phase)
  end)
end

test('what is written elsewhere in the buffer does not end it', OPTS, function(t)
  local srv, gate = start(t, { text = 'two = 2' })
  t:lua("vim.api.nvim_buf_set_lines(0, 0, 1, false, { 'local one = 1' })")
  complete.info(t)
  gate:pass()
  complete.wait_ghost(t, 'two = 2')
  eq({ 1, 0 }, { #complete.requests(srv), complete.info(t).cancelled })
end)

test('one that the user has left a line behind makes room for the place where he is', OPTS, function(t)
  local srv = complete.start(t, {
    { match = { nth = 1 }, text = 'never', first_ms = 600000 },
    { text = 'here' },
  })
  complete.insert(t, HEAD)
  srv:wait_event('request')
  complete.type(t, ('x'):rep(90))
  complete.wait_ghost(t)
  eq('waiting', srv:wait_event('disconnect').phase)
end)

test('one that takes for ever makes room once the user has typed on', OPTS, function(t)
  local srv = complete.start(t, {
    { match = { nth = 1 }, text = 'never', first_ms = 600000 },
    { text = 'here' },
  })
  complete.insert(t, HEAD)
  srv:wait_event('request')
  complete.type(t, 'x')
  complete.wait_ghost(t, 'here')
  srv:wait_event('disconnect')
end)

test('never more than one request is alive, however the user types', OPTS, function(t)
  local srv = complete.start(t, { text = 'wrong', first_ms = 30 }, { more = { slots = 1 } })
  complete.insert(t, HEAD)
  for _ = 1, 10 do
    complete.type(t, 'abc<BS><CR>')
  end
  complete.wait_idle(t)
  T.ok(complete.state(srv).active_max.fill <= 2, 'requests at a time') -- the server may see an end late
end)

-- ---- who wants to know ----------------------------------------------------------------------

local function watch(t)
  t:lua([[
    asking = {}
    require('hum.server.client').on('asking', function(_, data) table.insert(asking, data.asking) end)
    require('hum.complete.channel').notify('watch', true)]])
end

test('who watches is told when a request begins and ends, others are not', OPTS, function(t)
  local srv, gate = complete.start(t, { text = 'local two = 2' }, { gate = true })
  gate:pass(0)
  watch(t)
  complete.insert(t, HEAD)
  srv:wait_event('request')
  t:wait(function() return #t:lua('return asking') == 1 end, 'the beginning is told')
  type_known(t, 'loc')
  gate:pass()
  complete.wait_answer(t, 'al two = 2')
  t:wait(function() return #t:lua('return asking') == 2 end, 'the end is told')
  eq({ true, false }, t:lua('return asking'))
  t:lua("require('hum.complete.channel').notify('watch', false)")
  complete.type(t, '%')
  complete.wait_count(t, 'done', 2)
  complete.settle(t)
  eq({ true, false }, t:lua('return asking'))
end)

test('a request that another follows at once has not ended for who watches', OPTS, function(t)
  local srv, gate = complete.start(t, {
    { match = { nth = 1 }, text = 'return' },
    { text = 'cal' },
  }, { gate = true })
  gate:pass(0)
  watch(t)
  complete.insert(t, HEAD)
  srv:wait_event('request')
  type_known(t, 'lo')
  gate:pass()
  complete.wait_answer(t, 'cal')
  t:wait(function() return #t:lua('return asking') == 2 end, 'the end is told')
  eq({ true, false }, t:lua('return asking'))
end)
