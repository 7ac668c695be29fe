-- One reply is one undo step, whatever the user does meanwhile. The case plays the helper.
local T = require('harness')
local random_from = require('lib.random')
local stream = require('lib.stream')
local test, eq = T.test, T.eq

T.once()

local OPTS = { init = stream.init }

--- Types keys and waits until they are handled and, if they change the text, have done so.
local function type_keys(t, keys, what)
  local before = t:eval('b:changedtick')
  t:keys(keys)
  t:wait(function() return t:eval('b:changedtick') ~= before end, what or (keys .. ' changes the text'))
end

local function mode_is(t, mode)
  t:wait(function() return t.child:mode().mode == mode end, 'mode ' .. mode)
end

--- A chat with three lines of the user above, each an undo step of its own.
local LINES = { 'alpha', 'beta', 'gamma' }
local function prepare(t)
  local buf = stream.open(t, 'T')
  stream.ask(t, table.concat(LINES, '\n'), buf)
  stream.part(t, 'text')
  return buf, t:text(buf)
end

local HEAD = '---\nhum: 1\ntitle: T\nendpoint: ollama\nmodel: fake\n---\n\n## » You\n\n'
local TAIL = '\n\n## » You\n\n'

local function user(...) return HEAD .. table.concat({ ... }, '\n') end

local function with_reply(above, reply) return above .. '\n\n## « fake\n\n' .. reply .. TAIL end

--- Presses `u` and compares: `...` are the texts expected, one after each press.
local function undo_gives(t, ...)
  for i, want in ipairs({ ... }) do
    type_keys(t, 'u')
    eq(want, t:text(), ('after %d u'):format(i))
  end
end

--- The same with <C-r>.
local function redo_gives(t, ...)
  for i, want in ipairs({ ... }) do
    type_keys(t, '<C-r>')
    eq(want, t:text(), ('after %d <C-r>'):format(i))
  end
end

test('a reply in the current buffer is one step', OPTS, function(t)
  prepare(t)
  eq(true, stream.spec(t).join)
  stream.tokens(t, 'one ', 'two\n', 'three ', '\n', '\nfour')
  stream.done(t)
  local full = with_reply(user(unpack(LINES)), 'one two\nthree \n\nfour')
  eq(full, t:text())
  undo_gives(t, user(unpack(LINES)), HEAD)
  redo_gives(t, user(unpack(LINES)), full)
  undo_gives(t, user(unpack(LINES)))
end)

test('a reply in a hidden buffer is one step', OPTS, function(t)
  local buf = prepare(t)
  t:cmd('enew')
  t:wait(function() return t:lua('return stub.join[stub.last]') == false end, 'edits need not join')
  stream.tokens(t, 'one ', 'two\n', 'three')
  stream.done(t)
  t:cmd('buffer ' .. buf)
  eq(with_reply(user(unpack(LINES)), 'one two\nthree'), t:text())
  undo_gives(t, user(unpack(LINES)), HEAD)
end)

test('a reply during which the user comes and goes is one step', OPTS, function(t)
  local buf = prepare(t)
  stream.tokens(t, 'one ', 'two\n')
  t:cmd('new')
  stream.tokens(t, 'three\n', 'four ')
  t:cmd('wincmd p')
  stream.tokens(t, 'five\n', 'six ')
  t:cmd('wincmd p')
  stream.tokens(t, 'seven')
  stream.done(t)
  t:cmd('wincmd p')
  eq(buf, t:lua('return vim.api.nvim_get_current_buf()'))
  eq(with_reply(user(unpack(LINES)), 'one two\nthree\nfour five\nsix seven'), t:text())
  undo_gives(t, user(unpack(LINES)), HEAD)
end)

test('edits that come in the wrong form for a moment make no step of their own', OPTS, function(t)
  prepare(t)
  stream.tokens(t, 'one ')
  t:lua('stub.join[stub.last] = false')
  stream.tokens(t, 'two ', 'three ', 'four')
  stream.done(t)
  eq(with_reply(user(unpack(LINES)), 'one two three four'), t:text())
  undo_gives(t, user(unpack(LINES)), HEAD)
end)

test('what the user types above in insert mode is a step of its own', OPTS, function(t)
  prepare(t)
  stream.tokens(t, 'one ')
  type_keys(t, 'gg/beta<CR>A more')
  mode_is(t, 'i')
  stream.tokens(t, 'two\n', 'three ')
  type_keys(t, ' and more')
  t:wait(function() return t:text():find('more and more') end, 'all typed')
  stream.tokens(t, 'four')
  stream.done(t)
  local typed = user('alpha', 'beta more and more', 'gamma')
  local full = with_reply(typed, 'one two\nthree four')
  eq(full, t:text())
  eq('i', t.child:mode().mode)
  t:keys('<Esc>')
  mode_is(t, 'n')
  t:wait(function() return t:eval('changenr()') >= 4 end, 'the history is in order')
  eq(full, t:text())
  undo_gives(t, typed, user(unpack(LINES)), HEAD)
  redo_gives(t, user(unpack(LINES)), typed, full)
end)

test('a reply that ends while the user types below goes apart from what is typed', OPTS, function(t)
  prepare(t)
  t:keys('i')
  mode_is(t, 'i')
  stream.tokens(t, 'one ', 'two')
  stream.done(t)
  type_keys(t, '<C-End>next question')
  t:wait(function() return t:text():find('next question') end, 'all typed')
  t:keys('<Esc>')
  mode_is(t, 'n')
  local reply = with_reply(user(unpack(LINES)), 'one two')
  eq(reply .. 'next question', t:text())
  t:wait(function() return t:eval('undotree().entries[-1].seq') > 3 end, 'the history is in order')
  undo_gives(t, reply, user(unpack(LINES)), HEAD)
end)

test('a reply that ends while the command-line window is open is put in order once that is closed', OPTS, function(t)
  local buf = stream.open(t, 'T')
  stream.ask(t, 'question', buf)
  stream.part(t, 'text')
  stream.tokens(t, 'one ')
  local asked = t:text():match('^(.-)\n\n## «')
  t:keys('Gomine<Esc>q:')
  t:wait(function() return t:eval('getcmdwintype()') == ':' end, 'the window')
  stream.tokens(t, 'two')
  stream.done(t)
  t:keys(':q<CR>')
  t:wait(function() return t:eval('getcmdwintype()') == '' end, 'the window is closed')
  t:keys('uu')
  t:wait(function() return t:text(buf) == asked end, 'the reply is taken back')
  T.no_match('steps stay mixed', t:log())
end)

test('edits above in normal mode keep their steps', OPTS, function(t)
  prepare(t)
  stream.tokens(t, 'one ', 'two\n')
  type_keys(t, 'gg/alpha<CR>dd')
  stream.tokens(t, 'three ', 'four\n')
  type_keys(t, 'xx')
  stream.tokens(t, 'five ')
  type_keys(t, 'Onew<Esc>')
  mode_is(t, 'n')
  stream.tokens(t, 'six')
  stream.done(t)
  local full = with_reply(user('new', 'ta', 'gamma'), 'one two\nthree four\nfive six')
  eq(full, t:text())
  undo_gives(
    t,
    user('new', 'ta', 'gamma'),
    user('ta', 'gamma'),
    user('eta', 'gamma'),
    user('beta', 'gamma'),
    user(unpack(LINES)),
    HEAD
  )
  redo_gives(
    t,
    user(unpack(LINES)),
    user('beta', 'gamma'),
    user('eta', 'gamma'),
    user('ta', 'gamma'),
    user('new', 'ta', 'gamma'),
    full
  )
end)

test('a substitution over the whole chat is a step above and none in the reply', OPTS, function(t)
  prepare(t)
  stream.tokens(t, 'a cat\n', 'a bat\n')
  type_keys(t, ':%s/a/A/g<CR>')
  stream.tokens(t, 'a rat')
  stream.done(t)
  local head = '---\nhum: 1\ntitle: T\nendpoint: ollAmA\nmodel: fAke\n---\n\n## » You\n\nAlphA\nbetA\ngAmmA'
  eq(head .. '\n\n## « fAke\n\nA cAt\nA bAt\na rat' .. TAIL, t:text())
  undo_gives(t, head, user(unpack(LINES)), HEAD)
end)

test('u in mid-stream stops the reply and takes it back, <C-r> brings it again', OPTS, function(t)
  prepare(t)
  stream.tokens(t, 'one ', 'two\n', 'three')
  type_keys(t, 'u')
  t:wait(function() return stream.stops(t) == 1 end, 'the helper is told to stop')
  stream.tokens(t, ' late', ' tokens\n', 'more')
  stream.cancelled(t)
  eq(user(unpack(LINES)), t:text())
  redo_gives(t, with_reply(user(unpack(LINES)), 'one two\nthree\n<!-- hum: stopped -->'))
  undo_gives(t, user(unpack(LINES)), HEAD)
  eq(1, #t:events('HumRequestFinished'))
end)

test('u in mid-stream leaves an edit above alone', OPTS, function(t)
  prepare(t)
  stream.tokens(t, 'one ', 'two\n')
  type_keys(t, 'gg/beta<CR>dd')
  stream.tokens(t, 'three\n', 'four')
  type_keys(t, 'u')
  t:wait(function() return stream.stops(t) == 1 end, 'the helper is told to stop')
  stream.tokens(t, ' late')
  stream.cancelled(t)
  local above = user('alpha', 'gamma')
  eq(above, t:text())
  redo_gives(t, with_reply(above, 'one two\nthree\nfour\n<!-- hum: stopped -->'))
  undo_gives(t, above, user(unpack(LINES)), HEAD)
end)

test('deleting the reply in mid-stream stops it', OPTS, function(t)
  prepare(t)
  stream.tokens(t, 'one ', 'two\n')
  type_keys(t, 'gg/« fake<CR>kdG')
  t:wait(function() return stream.stops(t) == 1 end, 'the helper is told to stop')
  stream.cancelled(t)
  eq(user(unpack(LINES)), t:text())
end)

test('retry replaces the reply in one step', OPTS, function(t)
  prepare(t)
  stream.tokens(t, 'first\n', 'answer')
  stream.done(t)
  local first = with_reply(user(unpack(LINES)), 'first\nanswer')
  eq(first, t:text())
  t:cmd('Hum retry')
  stream.part(t, 'text')
  stream.tokens(t, 'second ', 'answer')
  stream.done(t)
  local second = with_reply(user(unpack(LINES)), 'second answer')
  eq(second, t:text())
  undo_gives(t, first, user(unpack(LINES)), HEAD)
  redo_gives(t, user(unpack(LINES)), first, second)
end)

test('retry keeps what the user has begun to write', OPTS, function(t)
  prepare(t)
  stream.tokens(t, 'first')
  stream.done(t)
  type_keys(t, 'Gidraft<CR>of two lines<Esc>')
  mode_is(t, 'n')
  local first = t:text()
  t:cmd('Hum retry')
  eq({ { role = 'user', content = table.concat(LINES, '\n') } }, stream.said(t))
  stream.part(t, 'text')
  stream.tokens(t, 'second')
  type_keys(t, 'gg/beta<CR>dd')
  stream.tokens(t, ' answer')
  stream.done(t)
  local above = user('alpha', 'gamma')
  eq(with_reply(above, 'second answer') .. 'draft\nof two lines', t:text())
  undo_gives(t, with_reply(above, 'first') .. 'draft\nof two lines', first)
end)

test('the history of other buffers is left alone', OPTS, function(t)
  local chat = prepare(t)
  t:cmd('new')
  local other = t:lua('return vim.api.nvim_get_current_buf()')
  stream.tokens(t, 'one ')
  type_keys(t, 'ihello<Esc>')
  stream.tokens(t, 'two\n')
  type_keys(t, 'o<Esc>')
  stream.tokens(t, 'three')
  type_keys(t, 'iworld')
  mode_is(t, 'i')
  stream.done(t)
  t:keys('<Esc>')
  mode_is(t, 'n')
  eq('hello\nworld', t:text(other))
  undo_gives(t, 'hello\n', 'hello', '')
  t:cmd('buffer ' .. chat)
  eq(with_reply(user(unpack(LINES)), 'one two\nthree'), t:text())
  undo_gives(t, user(unpack(LINES)), HEAD)
end)

test('marks, views and extmarks survive the ordering of the history', OPTS, function(t)
  local buf = prepare(t)
  stream.tokens(t, ('line\n'):rep(40))
  type_keys(t, 'gg/beta<CR>dd')
  stream.tokens(t, 'and ', 'more')
  t:lua(
    [[
    local buf = ...
    vim.api.nvim_buf_set_mark(buf, 'a', 10, 2, {})
    vim.api.nvim_buf_set_mark(buf, 'b', 31, 1, {})
    hum_test.ns = vim.api.nvim_create_namespace('mine')
    vim.api.nvim_buf_set_extmark(buf, hum_test.ns, 9, 1, { id = 1, end_col = 3, hl_group = 'Error' })
    vim.api.nvim_buf_set_extmark(buf, hum_test.ns, 30, 1, { id = 2, virt_text = { { 'x', 'Error' } } })
  ]],
    buf
  )
  t:keys('30Gzt')
  t:wait(function() return t:eval('line("w0")') == 30 end, 'line 30 is at the top')
  local function state()
    return t:lua(
      [[
      local buf = ...
      return { vim.fn.winsaveview(), vim.api.nvim_buf_get_mark(buf, 'a'), vim.api.nvim_buf_get_mark(buf, 'b'),
        vim.api.nvim_buf_get_extmarks(buf, hum_test.ns, 0, -1, { details = true }) }
    ]],
      buf
    )
  end
  local before = state()
  stream.done(t)
  T.ok(#t:eval('undotree().entries') >= 3)
  eq(before, state())
  undo_gives(t, user('alpha', 'gamma'), user(unpack(LINES)))
end)

--- Keys that change text above the reply, in the user's lines 9 to `last`.
local function storm_keys(random, i, last)
  local row = 8 + random(last - 8)
  local edits = {
    'A' .. i .. '<Esc>',
    'Iw' .. i .. '<Esc>',
    'cca' .. i .. '<CR>b' .. i .. '<Esc>',
    'yyp',
    'yyP',
    'Onew' .. i .. '<CR>c<Esc>',
    'ob' .. i .. '<Esc>',
    'A.<Left><Left>x' .. i .. '<Esc>',
    'Vc' .. i .. '<Esc>',
  }
  if last > 10 then vim.list_extend(edits, { 'dd', 'dd' }) end
  if row < last then edits[#edits + 1] = 'J' end
  return row .. 'G' .. edits[random(#edits)]
end

local function storm(seed)
  test('a storm of edits above, seed ' .. seed, OPTS, function(t)
    local random = random_from(seed)
    prepare(t)
    local steps, reply, log = { user(unpack(LINES)) }, {}, {}
    local function note(i) return ('seed %d, edit %d of %s'):format(seed, i, table.concat(log, ' ')) end
    for i = 1, 80 do
      reply[i] = ('t%d%s'):format(i, random(5) == 1 and '\n' or ' ')
      stream.tokens(t, reply[i])
      if random(3) == 1 then
        local _, last = t:text():match('^(.-)\n\n## « fake'):gsub('\n', '')
        log[#log + 1] = storm_keys(random, i, last + 1)
        t:keys(log[#log] .. (':let g:typed = %d<CR>'):format(i))
        t:wait(function() return t:eval('get(g:, "typed")') == i end, note(#log))
        steps[#steps + 1] = t:text():match('^(.-)\n\n## « fake')
      end
    end
    stream.done(t)
    eq(with_reply(steps[#steps], (table.concat(reply):gsub('\n+$', ''))), t:text(), note(#log))
    undo_gives(t, steps[#steps])
    for i = #steps - 1, 1, -1 do
      -- `A.<Left>x` is two changes.
      local presses = 0
      repeat
        type_keys(t, 'u')
        presses = presses + 1
      until t:text() == steps[i] or presses == 2
      eq(steps[i], t:text(), note(i))
    end
  end)
end

for _, seed in ipairs({ 1, 7, 1234 }) do
  storm(seed)
end
