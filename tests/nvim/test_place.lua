-- Text at a place in a buffer, an extmark: delivered, merged and repaired as a reply at a buffer's end is.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

T.once()

local LINES = { 'above', 'left(|)right', 'below' }
local COL = #'left('

--- A buffer with lines around a place, and a request whose text goes there, of which `first` tokens have come. Without
--- an end, if it is endless.
local function begun(t, n, first, tokens, endless)
  local made, text = chat.tokens(n)
  if tokens then
    made, text = tokens, table.concat(tokens)
  end
  local srv = t:fake()
  local gate = t:gate(srv)
  srv:script({ tokens = made, count = endless and 1000000 or nil })
  chat.configure(t, srv)
  local lines = vim.tbl_map(function(line) return (line:gsub('|', '')) end, LINES)
  local buf = t:lua(
    [[
    vim.cmd('set hidden')
    local lines, col = ...
    local buf = vim.api.nvim_get_current_buf()
    vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
    vim.cmd('let &l:undolevels = &l:undolevels')
    done = {}
    handle = require('hum').generate({
      prompt = 'go',
      at = { buf = buf, row = 1, col = col },
      on_done = function(result) table.insert(done, result) end,
    })
    return buf]],
    lines,
    COL
  )
  gate:pass(first or 20)
  if (first or 20) > 0 then
    t:wait(function() return t:text(buf):find(vim.trim(made[first or 20]), 1, true) end, 'the first tokens')
  end
  return buf, text, gate, srv
end

local function around(text) return (table.concat(LINES, '\n'):gsub('|', (text:gsub('%%', '%%%%')))) end

local function done(t)
  t:wait(function() return t:lua('return #done > 0') end, 'on_done')
  t:wait(function() return not t:lua([[return require('hum.server.client').is_busy()]]) end, 'no request runs')
  eq(1, t:lua('return #done'), 'endings')
  return t:lua('return done[1]')
end

local function finish_well(t)
  local result = done(t)
  eq('done', result.status, vim.inspect(result))
  T.no_match('hum', t:messages())
  return result.stats
end

local function wait_token(t, buf, i)
  t:wait(function() return t:text(buf):find(('%06d'):format(i), 1, true) end, ('token %d'):format(i))
end

local function pass_rest(t, gate)
  gate:pass()
  t:wait(function() return gate:taken() end, 'the helper has taken the rest')
end

-- ---- delivery ----------------------------------------------------------------------------------

local function one_edit_each(prepare)
  return function(t)
    local buf, text, gate = begun(t, 1000, 0)
    prepare(t)
    chat.count_changes(t, buf)
    chat.pass_by_16(gate, 1000, function(i) wait_token(t, buf, i) end)
    local stats = finish_well(t)
    eq(around(text), t:text(buf))
    eq({ 1000, 0 }, { stats.edits, stats.merged })
    eq(1000, chat.changes(t, 7), 'changes of the buffer')
  end
end

for where, prepare in vim.spairs(chat.SITUATIONS) do
  test('1000 tokens make 1000 edits ' .. where, one_edit_each(prepare))
end

test('20000 tokens flat out arrive whole, within the window', function(t)
  local buf, text, gate = begun(t, 20000)
  gate:pass()
  local stats = finish_well(t)
  eq(around(text), t:text(buf))
  T.ok(stats.max_unacked <= 64, stats.max_unacked .. ' edits unacknowledged')
  eq(0, stats.redelivered)
end)

test('tokens merge while Neovim is blocked, and all are there afterwards', function(t)
  local buf, text, gate = begun(t, 600)
  t:keys('ggf')
  t:wait(function() return t.child:mode().blocking end, 'Neovim is blocked')
  pass_rest(t, gate)
  t:keys('<Esc>')
  local stats = finish_well(t)
  eq(around(text), t:text(buf))
  T.ok(stats.merged >= 1 and stats.edits < 600, vim.inspect(stats))
end)

test('thinking is not written, the text is', function(t)
  local buf, _, gate, srv = begun(t, 20)
  gate:pass()
  finish_well(t)
  srv:script({ thinking = 'let me see', text = 'so it is' })
  t:lua(
    [[local buf = ...
    vim.api.nvim_buf_set_lines(buf, 0, -1, false, { 'x' })
    done = {}
    require('hum').generate({
      prompt = 'go', model = 'thinker', think = true, at = { buf = buf, row = 0, col = 1 },
      on_done = function(result) table.insert(done, result) end,
    })]],
    buf
  )
  eq('done', done(t).status)
  eq('xso it is', t:text(buf))
end)

-- ---- edits of the user -------------------------------------------------------------------------

test('what the user does above, below and on both sides misplaces nothing', function(t)
  local buf, text, gate = begun(t, 500)
  local passed = 20
  local edits = {
    { 'ggOnew first<Esc>', 'new first\n' },
    { 'Gonew last<Esc>', '\nnew last' },
    { '/left<CR>isays <Esc>', 'says left' },
    { '/right<CR>A of it<Esc>', 'right of it' },
    { '/above<CR>dd', nil },
    { '/below<CR>ccunder<Esc>', 'under' },
  }
  for _, edit in ipairs(edits) do
    t:keys(edit[1])
    t:wait(function()
      local now = t:text(buf)
      return t.child:mode().mode == 'n'
        and (edit[2] and now:find(edit[2], 1, true) or not edit[2] and not now:find('above'))
    end, edit[1] .. ' is done')
    gate:pass(40)
    passed = passed + 40
    wait_token(t, buf, passed)
  end
  gate:pass()
  finish_well(t)
  eq('new first\nsays left(' .. text .. ')right of it\nunder\nnew last', t:text(buf))
end)

test('what the user edits inside stays, and the rest follows the end', function(t)
  local buf, text, gate = begun(t, 300)
  t:keys('/000003<CR>iMINE <Esc>')
  t:wait(function() return t:text(buf):find('MINE 000003', 1, true) and t.child:mode().mode == 'n' end, 'typed inside')
  gate:pass(100)
  wait_token(t, buf, 120)
  t:keys('gg/000050<CR>de')
  t:wait(function() return not t:text(buf):find('000050', 1, true) end, 'deleted inside')
  gate:pass()
  finish_well(t)
  eq(around(text:gsub('000003', 'MINE 000003', 1):gsub('000050', '', 1)), t:text(buf))
end)

test('the user types in insert mode beside the place all the while', function(t)
  local buf, text, gate = begun(t, 400)
  t:keys('ggA')
  local typed = ''
  for i = 1, 30 do
    t:keys(('%d,'):format(i))
    typed = typed .. i .. ','
    gate:pass(10)
    t:wait(function() return t:text(buf):find('above' .. typed, 1, true) end, 'what was typed')
  end
  t:keys('<Esc>')
  gate:pass()
  finish_well(t)
  eq((around(text):gsub('above', 'above' .. typed)), t:text(buf))
end)

-- ---- textlock ----------------------------------------------------------------------------------

test('nothing is lost or misplaced under textlock', function(t)
  local buf, text, gate = begun(t, 300)
  chat.lock(t, buf)
  pass_rest(t, gate)
  T.ok(#t:text(buf) < #text, 'the lock held text back')
  t:keys('l')
  local stats = finish_well(t)
  eq(around(text), t:text(buf))
  T.ok(stats.redelivered >= 1, 'text was delivered again')
end)

for name, token in vim.spairs({ words = 'na ', lines = '|---|\n' }) do
  test(('equal %s are not taken for those that were refused'):format(name), function(t)
    local tokens = vim.fn['repeat']({ token }, 400)
    tokens[20] = 'XX'
    local buf, text, gate = begun(t, 400, 20, tokens)
    for i = 1, 3 do
      gate:pass(60)
      t:wait(function() return #t:text(buf) >= #token * (100 * i - 40) end, ('%d tokens'):format(100 * i - 40))
      chat.lock(t, buf)
      gate:pass(40)
      t:wait(function() return gate:taken() end, 'tokens under the lock')
      t:keys('l')
      t:wait(function() return #t:text(buf) >= #token * 100 * i end, ('%d tokens'):format(100 * i))
    end
    gate:pass()
    finish_well(t)
    eq(around(text), t:text(buf))
  end)
end

test('text edited inside meanwhile is kept by the repair', function(t)
  local buf, text, gate = begun(t, 300)
  chat.edit_inside(t)
  chat.lock(t, buf)
  pass_rest(t, gate)
  t:keys('l')
  finish_well(t)
  eq(around(text:gsub('000003', 'MINE 000003', 1)), t:text(buf))
end)

test('a buffer that stays locked ends the request with a word', function(t)
  local buf, _, gate, srv = begun(t, 3000, 20, nil, true)
  t:api('nvim_set_option_value', 'modifiable', false, { buf = buf })
  gate:pass(200)
  local result = done(t)
  eq({ 'error', 'gone' }, { result.status, result.error.code })
  T.match('modifiable', result.error.message, true)
  srv:wait_event('disconnect')
end)

test('a buffer that is locked for the last of the text is no good ending', function(t)
  local buf, _, gate = begun(t, 40, 20)
  t:api('nvim_set_option_value', 'modifiable', false, { buf = buf })
  pass_rest(t, gate)
  local result = done(t)
  eq({ 'error', 'gone' }, { result.status, (result.error or {}).code })
end)

-- ---- undo --------------------------------------------------------------------------------------

local BEFORE = around('')

for name, prepare in
  vim.spairs({
    ['the current buffer'] = function() end,
    ['a buffer that is not shown'] = function(t, buf)
      t:cmd('enew')
      return function() t:cmd('buffer ' .. buf) end
    end,
    ['a buffer that is left and entered'] = function(t, buf, gate)
      t:cmd('new')
      gate:pass(20)
      wait_token(t, buf, 40)
      t:cmd('wincmd p')
      gate:pass(20)
      wait_token(t, buf, 60)
    end,
  })
do
  test(('the text is one undo step in %s'):format(name), function(t)
    local buf, text, gate = begun(t, 100)
    local back = prepare(t, buf, gate)
    gate:pass()
    finish_well(t)
    if back then back() end
    eq(around(text), t:text(buf))
    chat.press(t, 'u')
    eq(BEFORE, t:text(buf))
    chat.press(t, '<C-r>')
    eq(around(text), t:text(buf))
  end)
end

test('an edit right before the request, in a buffer that is not shown, keeps its own step', function(t)
  local srv = t:fake()
  srv:script({ text = 'it is' })
  chat.configure(t, srv)
  local buf = t:lua([[
    done = {}
    local buf = vim.api.nvim_create_buf(true, false)
    vim.api.nvim_buf_set_lines(buf, 0, -1, false, { 'mine' })
    require('hum').generate({
      prompt = 'go',
      at = { buf = buf, row = 0, col = 4 },
      on_done = function(result) table.insert(done, result) end,
    })
    return buf]])
  finish_well(t)
  eq('mineit is', t:text(buf))
  t:cmd('buffer ' .. buf)
  chat.press(t, 'u')
  eq('mine', t:text(buf))
end)

test('an edit of the user in normal mode keeps its own step', function(t)
  local buf, text, gate = begun(t, 100)
  chat.press(t, 'ggx')
  gate:pass()
  finish_well(t)
  local full = around(text):sub(2)
  eq(full, t:text(buf))
  local seen = {}
  for i = 1, 3 do
    chat.press(t, 'u')
    seen[i] = t:text(buf)
  end
  local first = text:sub(1, seen[1]:find(')right', 1, true) - 1 - #'bove\nleft(')
  eq({ around(first):sub(2), around(first), BEFORE }, seen)
end)

test('u in mid-stream takes the text away and ends the request', function(t)
  local buf, _, gate, srv = begun(t, 1000, 20, nil, true)
  chat.press(t, 'u')
  gate:pass(10)
  local result = done(t)
  eq({ 'cancelled', 'its text was undone' }, { result.status, result.reason })
  eq(BEFORE, t:text(buf))
  srv:wait_event('disconnect')
end)

test('u of an earlier edit before the first token is no undo of the text', function(t)
  local buf, text, gate = begun(t, 30, 0)
  chat.press(t, 'ggx')
  chat.press(t, 'u')
  gate:pass()
  finish_well(t)
  eq(around(text), t:text(buf))
end)

-- ---- thoughts --------------------------------------------------------------------------------

--- The opening tag stood in the template.
local LONE = { 'Let me\n', 'see.\n', '</think>', '\n\n', 'it ', 'is' }

for name, go in vim.spairs(chat.SITUATIONS) do
  test(('text that turns out to be thought is taken away, in the same step, %s'):format(name), function(t)
    local buf, _, gate = begun(t, 0, 2, LONE)
    go(t)
    gate:pass()
    finish_well(t)
    t:keys('<Esc>')
    eq(around('it is'), t:text(buf))
    t:cmd('buffer ' .. buf)
    -- What comes while the user types is a step of its own, as ever.
    if name:find('insert mode') then chat.press(t, 'u') end
    chat.press(t, 'u')
    eq(BEFORE, t:text(buf))
  end)
end

test('what the user has written beside it meanwhile stays', function(t)
  local buf, _, gate = begun(t, 0, 2, LONE)
  t:lua([[vim.api.nvim_buf_set_text(..., 0, 0, 0, 0, { 'MINE', '' })]], buf)
  gate:pass()
  finish_well(t)
  eq('MINE\n' .. around('it is'), t:text(buf))
end)

test('under textlock the text is taken away later, and nothing is lost', function(t)
  local buf, _, gate = begun(t, 0, 2, LONE)
  chat.lock(t, buf)
  pass_rest(t, gate)
  t:keys('l')
  finish_well(t)
  eq(around('it is'), t:text(buf))
end)

test('thought that is all there was leaves nothing', function(t)
  local buf, _, gate = begun(t, 0, 2, { 'Let me\n', 'see.\n', '</think>' })
  gate:pass()
  t:wait(function() return t:text(buf) == BEFORE end, 'it is taken away')
end)

test('an expected thought does not come to a place, unless it was text', function(t)
  local _, _, gate, srv = begun(t, 0, 2, LONE)
  gate:pass()
  finish_well(t)
  local function again(tokens)
    srv:script({ tokens = tokens })
    t:cmd('enew')
    chat.count_changes(t, t:lua('return vim.api.nvim_get_current_buf()'))
    t:lua([[
      done = {}
      handle = require('hum').generate({
        prompt = 'go',
        at = { buf = 0, row = 0, col = 0 },
        on_done = function(result) table.insert(done, result) end,
      })]])
    finish_well(t)
    return t:text(), t:lua('return vim.tbl_count(hum_test.changes)')
  end
  eq({ 'it is' }, { (again(LONE)) })
  local text, changes = again({ 'it\n', 'is ', '42' })
  eq({ 'it\nis 42', 1 }, { text, changes })
end)

-- ---- loss --------------------------------------------------------------------------------------

for keys, left in vim.spairs({ ['2Gdd'] = 'above\nbelow', ['ggdG'] = '' }) do
  test(('%s over the text ends the request, and no more comes in'):format(keys), function(t)
    local buf, _, gate, srv = begun(t, 1000, 5, nil, true)
    chat.press(t, keys)
    gate:pass(10)
    local result = done(t)
    eq({ 'cancelled', 'the text around it was deleted' }, { result.status, result.reason })
    eq(left, t:text(buf))
    srv:wait_event('disconnect')
  end)
end

test('the place is deleted before the first token', function(t)
  local buf, _, gate = begun(t, 1000, 0)
  chat.press(t, 'ggdG')
  gate:pass(10)
  eq('cancelled', done(t).status)
  eq('', t:text(buf))
end)

for _, command in ipairs({ 'bwipeout!', 'bunload!', 'bdelete!' }) do
  test((':%s in mid-stream ends the request'):format(command), function(t)
    local buf, _, gate, srv = begun(t, 3000, 20, nil, true)
    t:cmd('new')
    t:cmd(command .. ' ' .. buf)
    gate:pass(200)
    local result = done(t)
    T.ok(result.status == 'cancelled' or result.error.code == 'gone', vim.inspect(result))
    T.match('its buffer was', result.reason or result.error.message)
    srv:wait_event('disconnect')
    eq('', t:messages())
  end)
end

test('a buffer that is closed before the first token ends the request at once', function(t)
  local buf, _, _, srv = begun(t, 20, 0)
  srv:wait_event('request')
  t:cmd('new | bdelete! ' .. buf)
  local result = done(t)
  eq({ 'cancelled', 'its buffer was closed' }, { result.status, result.reason })
  eq(0, t:lua([[return #vim.api.nvim_get_autocmds({ group = 'hum.place' })]]))
end)

test('a buffer that is closed while a key is fetched lets nothing be sent', function(t)
  local srv = t:fake()
  t:lua(
    [[
    require('hum').setup({ endpoints = { ollama = { url = ..., model = 'fake', key = { command = { 'sleep', '9' } } } } })
    done = {}
    local buf = vim.api.nvim_create_buf(true, false)
    require('hum').generate({
      prompt = 'go',
      at = { buf = buf, row = 0, col = 0 },
      on_done = function(result) table.insert(done, result) end,
    })
    vim.api.nvim_buf_delete(buf, { force = true })]],
    srv.url
  )
  local result = done(t)
  eq({ 'cancelled', 'its buffer was closed' }, { result.status, result.reason })
  eq({}, srv:requests())
end)

test('stop keeps what has come', function(t)
  local buf, text = begun(t, 1000, 20, nil, true)
  t:lua('handle.stop()')
  eq('cancelled', done(t).status)
  eq(around(text:sub(1, 20 * 7)), t:text(buf))
end)

test('two places in one line and one buffer stream at once, each whole', function(t)
  local srv = t:fake()
  local tokens, want = {}, {}
  for i = 1, 2 do
    tokens[i] = {}
    for j = 1, 300 do
      tokens[i][j] = ('%d-%03d%s'):format(i, j, j % 7 == 0 and '\n' or ' ')
    end
    want[i] = table.concat(tokens[i])
  end
  srv:script({
    rules = {
      { match = { text = 'one' }, tokens = tokens[1], interval_ms = 1 },
      { match = { text = 'two' }, tokens = tokens[2], interval_ms = 1.5 },
    },
  })
  chat.configure(t, srv)
  t:lua([[
    vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'a() b()' })
    done = {}
    for prompt, col in pairs({ one = 2, two = 6 }) do
      require('hum').generate({
        prompt = prompt,
        at = { buf = vim.api.nvim_get_current_buf(), row = 0, col = col },
        on_done = function(result) table.insert(done, result.status) end,
      })
    end]])
  t:wait(function() return t:lua('return #done == 2') end, 'both endings')
  eq({ 'done', 'done' }, t:lua('return done'))
  eq('a(' .. want[1] .. ') b(' .. want[2] .. ')', t:text())
end)

test('a CTRL-C while text comes loses and doubles nothing', function(t)
  local buf, text, gate = begun(t, 2000)
  gate:pass()
  for _ = 1, 20 do
    t:keys('<C-c>')
    t:lua('return 0')
  end
  finish_well(t)
  eq(around(text), t:text(buf))
end)
