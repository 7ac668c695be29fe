-- The engine of completion: what is asked, when, and what of the answer is seen. Neovim, the
-- real helper and a fake server that goes on in a document from where the cursor stands, so
-- that whatever is drawn can be held against that document.
local T = require('harness')
local chat = require('lib.chat')
local complete = require('lib.complete')
local random_from = require('lib.random')
local task = require('lib.task')
local test, eq = T.test, T.eq

T.once()

local OPTS = complete.OPTS
local DOC = complete.lines(60)

--- Set to repeat a storm that failed.
local SEED = tonumber(vim.env.HUM_TEST_SEED) or vim.uv.hrtime() % 1000000007

--- The first `n` lines, and of the next one so many bytes.
local function head(n, bytes)
  local lines = vim.list_slice(DOC, 1, n)
  if bytes then lines[n + 1] = DOC[n + 1]:sub(1, bytes) end
  return lines
end

--- What follows there: the rest of a line and `n` whole ones.
local function rest(row, bytes, n)
  local lines = vim.list_slice(DOC, row + 1, row + 1 + n)
  lines[1] = lines[1]:sub(bytes + 1)
  return table.concat(lines, '\n')
end

--- How often something was told.
local function told(t, pattern) return select(2, t:messages():gsub(pattern, '')) end

local function keys_of(text) return (text:gsub('<', '<lt>'):gsub('\n', '<CR>')) end

--- The text before the cursor, of a request to /infill.
local function place_of(request) return request.body.input_prefix .. request.body.prompt end

-- ---- streaming ----------------------------------------------------------------------------

test('the first line is seen while the answer is still under way, and grows', OPTS, function(t)
  local srv = complete.start(t, complete.continue(DOC, { token_bytes = 8, faults = { { at = 14, ['do'] = 'stall' } } }))
  complete.insert(t, head(4, 3))
  srv:wait_event('stall')
  local whole = rest(4, 3, 8)
  local seen = complete.wait_ghost(t)
  T.ok(vim.startswith(whole, seen), seen)
  T.match('\n', seen)
  eq({}, srv:events('done'))
end)

test('each frame has the same text or more of it', OPTS, function(t)
  local _, gate = complete.start(t, complete.continue(DOC, { token_bytes = 4, continue_lines = 6 }), { gate = true })
  complete.open(t, head(4, 3))
  local frames = require('lib.suggest').frames(t)
  local whole, seen = rest(4, 3, 5), ''
  gate:pass(0)
  complete.type(t, 'A')
  while seen ~= whole do
    gate:pass(4)
    seen = t:wait(function()
      local now = complete.ghost(t) or ''
      return #now > #seen and now
    end, 'more of it')
  end
  local sizes, last = {}, 0
  for _, frame in ipairs(frames) do
    local size = #table.concat(frame, '\n')
    T.ok(size >= last, 'no frame has less than the one before')
    sizes[size], last = true, size
  end
  -- A busy Neovim draws several steps in one frame.
  T.ok(vim.tbl_count(sizes) > 3, ('only %d steps'):format(vim.tbl_count(sizes)))
end)

for api in pairs(complete.APIS) do
  test(('a suggestion by the api %s, typed and accepted'):format(api), OPTS, function(t)
    local srv = complete.start(t, complete.continue(DOC, { continue_lines = 3 }), { api = api })
    complete.insert(t, head(4, 3))
    complete.wait_ghost(t, rest(4, 3, 2))
    eq({}, srv:events('unexpected'))
    complete.type(t, keys_of(DOC[5]:sub(4, 8)))
    eq(true, complete.call(t, 'accept'))
    eq(table.concat(head(7), '\n'), t:text())
  end)
end

-- ---- typing through, deviating ------------------------------------------------------------

test('what is typed as suggested asks nothing', OPTS, function(t)
  local srv = complete.start(t, complete.continue(DOC, { continue_lines = 3 }))
  complete.insert(t, head(4, 3))
  local whole = rest(4, 3, 2)
  complete.wait_ghost(t, whole)
  local before = complete.wait_idle(t)
  eq(1, before.requests)
  for i = 1, #whole - 1 do
    complete.type(t, keys_of(whole:sub(i, i)))
    eq(whole:sub(i + 1), complete.ghost(t))
  end
  local after = complete.info(t)
  eq(1, after.requests)
  eq(#whole - 1, after.through - before.through)
  eq(1, #complete.requests(srv))
  complete.type(t, ('<BS>'):rep(10))
  eq(whole:sub(-11), complete.ghost(t))
  eq(1, complete.info(t).requests)
end)

test('what is typed as suggested while it streams lets the request run', OPTS, function(t)
  local srv = complete.start(t, complete.continue(DOC, { token_bytes = 4, interval_ms = 15, continue_lines = 4 }))
  complete.insert(t, head(4, 3))
  local whole = rest(4, 3, 3)
  for i = 1, 20 do
    t:wait(function() return #(complete.ghost(t) or '') > 1 end, 'text to type')
    complete.type(t, keys_of(whole:sub(i, i)))
  end
  complete.wait_ghost(t, whole:sub(21))
  eq(1, complete.wait_idle(t).requests)
  eq({}, srv:events('disconnect'))
end)

test('a deviating key takes the suggestion away and ends its request at the server at once', OPTS, function(t)
  local srv = complete.start(t, complete.continue(DOC, { token_bytes = 8, faults = { { at = 14, ['do'] = 'stall' } } }))
  complete.insert(t, head(4, 3))
  srv:wait_event('stall')
  complete.wait_ghost(t)
  complete.script(srv, { text = '' })
  complete.type(t, '#')
  eq(nil, complete.ghost(t))
  local gone = srv:wait_event('disconnect')
  eq('streaming', gone.phase)
  local second = srv:wait_event('request', 2)
  T.ok(gone.seq < second.seq, 'the first request is over before the second comes')
  eq(1, complete.info(t).cancelled)
end)

test('a deviating key ends the request without waiting for the debounce of the next one', OPTS, function(t)
  local srv = complete.start(t, complete.continue(DOC, { token_bytes = 8, faults = { { at = 14, ['do'] = 'stall' } } }))
  complete.never_rest(t)
  complete.insert(t, head(4, 3))
  complete.call(t, 'now')
  complete.wait_ghost(t)
  complete.type(t, '#')
  srv:wait_event('disconnect')
  eq(1, complete.info(t).requests)
end)

test('going back to a place that is known ends the request for another', OPTS, function(t)
  local srv = complete.start(t, {
    complete.continue(DOC, { match = { nth = 1 }, continue_lines = 2 }),
    { text = 'never', first_ms = 600000 },
  })
  complete.insert(t, head(4, 3))
  complete.wait_answer(t, rest(4, 3, 1))
  complete.type(t, '%')
  srv:wait_event('request', 2)
  complete.type(t, '<BS>')
  complete.wait_ghost(t, rest(4, 3, 1))
  srv:wait_event('disconnect')
end)

test(
  'whole lines of a suggestion that a key ended in mid-stream come back with <BS>, without a request',
  OPTS,
  function(t)
    complete.start(t, complete.continue(DOC, { token_bytes = 8, faults = { { at = 14, ['do'] = 'stall' } } }))
    complete.never_rest(t)
    complete.insert(t, head(4, 3))
    complete.call(t, 'now')
    complete.wait_ghost(t, rest(4, 3, 2))
    complete.type(t, '#')
    eq(nil, complete.ghost(t))
    complete.type(t, '<BS>')
    T.ok(vim.startswith(complete.wait_ghost(t), rest(4, 3, 1)))
    eq(1, complete.info(t).requests)
  end
)

test('a deviating key that is ahead of the answer is found out when more of it comes', OPTS, function(t)
  local _, gate = complete.start(t, {
    { match = { nth = 1 }, tokens = { 'one(', 'two, three)' } },
    { text = 'right()' },
  }, { gate = true })
  gate:pass(1)
  complete.insert(t, head(4, 3))
  complete.wait_ghost(t, 'one(')
  local frames = require('lib.suggest').frames(t)
  complete.type(t, 'one(%')
  gate:pass()
  complete.wait_ghost(t, 'right()')
  for _, frame in ipairs(frames) do
    T.no_match('%wo', table.concat(frame, '\n'), true)
  end
  eq(2, complete.info(t).requests)
end)

for name, keys in pairs({ ['<Esc>'] = '<Esc>', ['CTRL-C'] = '<C-c>', ['another buffer'] = '<C-o>:enew<CR>' }) do
  test(('%s ends the request at the server'):format(name), OPTS, function(t)
    local srv = complete.start(t, { text = 'never', first_ms = 600000 })
    complete.insert(t, head(4, 3))
    srv:wait_event('request')
    t:cmd('set hidden')
    if keys == '<C-c>' then
      t:interrupt(function() return t.child:mode().mode == 'n' end)
    else
      t:keys(keys)
    end
    srv:wait_event('disconnect')
    eq(1, complete.info(t).cancelled)
  end)
end

test('a dismissed suggestion ends its request, and does not come back before a key', OPTS, function(t)
  local srv = complete.start(t, complete.continue(DOC, { token_bytes = 8, faults = { { at = 14, ['do'] = 'stall' } } }))
  complete.insert(t, head(4, 3))
  complete.wait_ghost(t)
  complete.call(t, 'dismiss')
  eq(nil, complete.ghost(t))
  srv:wait_event('disconnect')
  eq(1, complete.info(t).requests)
  eq(nil, complete.ghost(t))
end)

-- ---- scheduling ---------------------------------------------------------------------------

for name, debounce in pairs({ none = 0, ['of 200 ms'] = 200, adapted = false }) do
  test(('the last of many keys is asked for, debounce %s'):format(name), OPTS, function(t)
    local srv = complete.start(
      t,
      complete.continue(DOC, { first_ms = 40, continue_lines = 1 }),
      { complete = { debounce = debounce or nil } }
    )
    complete.insert(t, head(4))
    for row = 4, 13 do
      t:keys(keys_of('\n' .. DOC[row + 1]:sub(1, 12)) .. ('<BS>'):rep(5))
      complete.wait_ghost(t, rest(row, 7, 0))
      t:keys(keys_of(DOC[row + 1]:sub(8)))
    end
    T.ok(complete.state(srv).active_max.fill <= 2, 'requests at a time') -- the server may see an end late
  end)
end

test('while keys come faster than the debounce, only the last is asked for', OPTS, function(t)
  local srv = complete.start(t, complete.continue(DOC, { continue_lines = 2 }), { complete = { debounce = 400 } })
  complete.open(t, head(4))
  complete.type_at_once(t, 'A' .. keys_of('\n' .. DOC[5]:sub(1, 20)))
  complete.wait_ghost(t, rest(4, 20, 1))
  T.ok(complete.info(t).requests <= 2, vim.inspect(complete.info(t)))
  T.ok(#complete.requests(srv) <= 2)
end)

--- Holds each frame from now on against the document: what is seen behind the cursor must go on
--- there as the server would. The cursor has to be at the end of the buffer.
---@return { stale: string[], drawn: integer }
local function watch(t, text)
  local found = { stale = {}, drawn = 0 }
  local screen = t.child.screen
  local function check()
    local lines, row, col = screen:lines(), unpack(screen.cursor)
    local now = lines[row + 1]
    local typed = vim.list_slice(lines, 1, row)
    typed[row + 1] = now:sub(1, col) .. (' '):rep(col - #now) -- blanks at a line's end are not seen
    local shown = { now:sub(col + 1) }
    for i = row + 2, screen.rows - 2 do
      if lines[i]:find('^~') or lines[i] == '' then break end
      shown[#shown + 1] = lines[i]
    end
    local before, ghost = table.concat(typed, '\n'):sub(-64), table.concat(shown, '\n')
    ghost = ghost:gsub(' %(%d/%d%)$', '')
    if ghost ~= '' then
      found.drawn = found.drawn + 1
      -- The server also takes the beginning of its document for it, whatever stands above.
      local begins = vim.startswith(text, typed[#typed] .. ghost)
      if not begins and not text:find(before .. ghost, 1, true) then
        table.insert(found.stale, ('behind %q: %q'):format(before, ghost))
      end
    end
  end
  local redraw = screen.redraw
  screen.redraw = function(self, events)
    redraw(self, events)
    if #events > 0 and events[#events][1] == 'flush' and self.mode == 'insert' then check() end
  end
  return found
end

local pause = task.pause

--- A document of its own for each seed, its first lines in a buffer, insert mode.
local function begin_storm(t, seed, server)
  local doc = complete.lines(300, seed % 1000)
  local text = table.concat(doc, '\n') .. '\n'
  local srv = complete.start(
    t,
    complete.continue(doc, server.answer),
    { complete = { debounce = server.debounce, prefetch = server.prefetch } }
  )
  complete.open(t, vim.list_slice(doc, 1, 3))
  local found = watch(t, text)
  complete.type(t, 'A')
  return srv, text, found
end

--- After a storm: the last state has its answer, no drawing was stale, the server has not had two
--- requests at a time, and has seen the end of each, by its answer or by a closed connection.
local function end_storm(t, srv, text, found)
  local typed = t:text()
  eq(text:sub(1, #typed), typed)
  complete.wait_ghost(t)
  local info = complete.wait_idle(t)
  local seen = complete.ghost(t)
  T.ok(text:find(typed:sub(-64) .. seen, 1, true), seen)
  eq({}, found.stale, 'stale drawings')
  T.ok(found.drawn > 0, 'no frame had a suggestion')
  T.ok(complete.state(srv).active_max.fill <= 2, 'requests at a time') -- the server may see an end late
  eq({ info.requests, 0 }, { info.done + info.cancelled + info.failed, info.failed })
  local asked = #complete.requests(srv)
  t:wait(
    function() return #srv:events('done') + #srv:events('disconnect') == asked end,
    'the server sees the end of each'
  )
end

for i, server in ipairs({
  { answer = { first_ms = 30, interval_ms = 4, token_bytes = 4, continue_lines = 3 }, debounce = 0 },
  { answer = { first_ms = 5, interval_ms = 1, token_bytes = 3, continue_lines = 6 }, debounce = 0, prefetch = true },
  { answer = { first_ms = 60, continue_lines = 2 }, debounce = 20 },
  { answer = { first_ms = 150, interval_ms = 10, token_bytes = 2, continue_lines = 2 }, debounce = 0, prefetch = true },
}) do
  local seed = SEED + i - 1
  local name = 'keys 1 ms apart, HUM_TEST_SEED=%d, the first token after %d ms'
  test(name:format(seed, server.answer.first_ms), OPTS, function(t)
    local srv, text, found = begin_storm(t, seed, server)
    local random = random_from(seed)
    local at = #t:text()
    for _ = 1, 500 do
      local what = random(20)
      if what == 1 then
        t:keys('@#')
        pause(random(4))
        t:keys('<BS><BS>')
      elseif what == 2 then
        t:keys('<Left><Right>')
      elseif what == 3 then
        local n = math.min(random(5), #text:sub(1, at):match('[^\n]*$'))
        t:keys(('<BS>'):rep(n))
        at = at - n
      elseif what == 4 then
        pause(random(60))
      else
        at = at + 1
        t:keys(keys_of(text:sub(at, at)))
      end
      pause(1)
    end
    complete.settle(t)
    eq(text:sub(1, at), t:text())
    end_storm(t, srv, text, found)
  end)

  test(('all that a user does, at random, HUM_TEST_SEED=%d'):format(seed), OPTS, function(t)
    local srv, text, found = begin_storm(t, seed, server)
    t:lua(
      [[
      text = ...
      -- The next right character, or what takes the last wrong one back.
      function next_key()
        local row, col = unpack(vim.api.nvim_win_get_cursor(0))
        local lines = vim.api.nvim_buf_get_lines(0, 0, row, false)
        lines[row] = lines[row]:sub(1, col)
        local typed = table.concat(lines, '\n')
        local right = text:sub(1, #typed) == typed
        return right and text:sub(#typed + 1, #typed + 1):gsub('\n', '\r') or vim.keycode('<BS>')
      end
      vim.keymap.set('i', '<F2>', 'v:lua.next_key()', { expr = true, replace_keycodes = false })
      for key, name in pairs({ ['<F3>'] = 'accept-word', ['<F4>'] = 'accept-line', ['<F5>'] = 'accept',
        ['<F6>'] = 'next-suggestion', ['<F7>'] = 'prev-suggestion', ['<F8>'] = 'dismiss', ['<F9>'] = 'suggest' }) do
        vim.keymap.set('i', key, '<Plug>(hum-' .. name .. ')')
      end]],
      text
    )
    local actions = {
      '<F2>',
      '<F2>',
      '<F2>',
      '<F2>',
      '<F2>',
      '<F2>',
      '<F2>',
      '<F2>',
      '<F2><F2><F2>',
      '<F3>',
      '<F3>',
      '<F4>',
      '<F5>',
      '<F6>',
      '<F7>',
      '<F8>',
      '<F9>',
      '@',
      '<BS>',
      '<C-w>',
      '<Esc>A',
      '<Esc>uGA',
      '<Esc><C-r>GA',
      '<C-g>u',
      'é<F2>',
    }
    local random = random_from(seed)
    for _ = 1, 300 do
      t:keys(actions[random(#actions)])
      pause(random(3) == 1 and random(80) or 1)
      if t:eval('line("$")') > 25 then t:keys('<C-u><Esc>:silent 4,$delete _<CR>A') end
    end
    t:wait(function()
      t:keys('<F2>')
      complete.settle(t)
      local typed = t:text()
      return text:sub(1, #typed) == typed
    end, 'what is typed is right')
    end_storm(t, srv, text, found)
    T.no_match('fault', t:log())
    T.no_match('E%d+:', t:messages())
  end)
end

--- Holds what is drawn against the document at each frame, wherever the cursor is: for windows
--- in which something else is seen too. The child then has `stale` and `drawn`.
local function watch_marks(t, text)
  t:lua(
    [[
    local doc = ...
    stale, drawn = {}, 0
    local ns = vim.api.nvim_create_namespace('hum.complete')
    local function check(buf)
      local mark = vim.api.nvim_buf_get_extmarks(buf, ns, 0, -1, { details = true })[1]
      if not mark then
        return
      end
      drawn = drawn + 1
      local cursor = vim.api.nvim_win_get_cursor(0)
      local lines = vim.api.nvim_buf_get_lines(buf, 0, mark[2] + 1, false)
      local right = lines[#lines]:sub(mark[3] + 1)
      lines[#lines] = lines[#lines]:sub(1, mark[3])
      local ghost = { mark[4].virt_text[1][1] }
      for _, line in ipairs(mark[4].virt_lines or {}) do
        ghost[#ghost + 1] = line[1][1]
      end
      if mark[4].virt_text_pos == 'overlay' then -- covers what is right of the cursor, which is drawn behind it all
        ghost[1] = ghost[1]:gsub(' +$', '')
        if vim.endswith(ghost[#ghost], right) then ghost[#ghost] = ghost[#ghost]:sub(1, -1 - #right) end
      end
      local before, shown = table.concat(lines, '\n'):sub(-64), table.concat(ghost, '\n')
      -- The server also takes the beginning of its document for it, whatever stands above.
      local right = vim.startswith(doc, lines[#lines] .. shown) or doc:find(before .. shown, 1, true)
      if not right or cursor[1] - 1 ~= mark[2] or cursor[2] ~= mark[3] then
        table.insert(stale, ('behind %q: %q; cursor %s, mark %d %d'):format(before, shown, vim.inspect(cursor), mark[2], mark[3]))
      end
    end
    vim.api.nvim_set_decoration_provider(vim.api.nvim_create_namespace('test'), {
      on_win = function(_, _, buf)
        check(buf)
      end,
    })]],
    text
  )
end

test(('all over a file, HUM_TEST_SEED=%d: whatever is drawn goes on at the cursor'):format(SEED), OPTS, function(t)
  local doc = complete.lines(30, SEED % 1000)
  local srv = complete.start(
    t,
    complete.continue(doc, { first_ms = 8, interval_ms = 1, token_bytes = 3, continue_lines = 2 }),
    { complete = { prefetch = true } }
  )
  complete.open(t, doc)
  watch_marks(t, table.concat(doc, '\n') .. '\n')
  t:lua(
    [[
    vim.g.doc = ...
    for key, name in pairs({ ['<F3>'] = 'accept-word', ['<F5>'] = 'accept', ['<F6>'] = 'next-suggestion' }) do
      vim.keymap.set('i', key, '<Plug>(hum-' .. name .. ')')
    end]],
    doc
  )
  local random = random_from(SEED)
  local steps = 0
  -- Until enough was seen, which takes a machine that is busy longer.
  while steps < 250 or t:lua('return drawn') <= 50 do
    steps = steps + 1
    local row = random(28) + 1
    local line = doc[row]
    local col = random(#line - 2) + 1
    local n = math.min(random(12), #line - col)
    local what = random(6)
    if what == 1 then -- what was there is typed again in front of it
      t:keys(('<Esc>%dGS%s'):format(row, keys_of(line:sub(1, col))))
    elseif what == 2 then -- in the middle, letter by letter
      t:keys(('<Esc>%dGS%s<Esc>%d|a'):format(row, keys_of(line:sub(1, col) .. line:sub(col + n + 1)), col))
      for i = 1, n do
        t:keys(keys_of(line:sub(col + i, col + i)))
        pause(1)
      end
    elseif what == 3 then
      t:keys(('<Esc>%dGC%s'):format(row, keys_of(line)))
    elseif what == 4 then
      t:keys('<F' .. ({ 3, 5, 6 })[random(3)] .. '>')
    elseif what == 5 then
      t:keys(
        ({ '<Esc>uA', '<Esc><C-r>A', '<Esc>uui', '<Up>', '<Down>', '<End>', '<C-o>D', '<CR>', '<C-w>' })[random(9)]
      )
    else
      t:keys(('<Esc>%dGS'):format(row))
    end
    pause(random(2) == 1 and random(60) or 1)
    if random(20) == 1 then t:keys('<Esc>:silent %delete _ | silent put =g:doc | 1delete _<CR>A') end
  end
  complete.settle(t)
  eq({}, t:lua('return stale'), 'stale drawings')
  complete.wait_idle(t)
  T.ok(complete.state(srv).active_max.fill <= 2, 'requests at a time') -- the server may see an end late
  T.no_match('fault', t:log())
end)

for api in pairs(complete.APIS) do
  test(('bytes that are no text do no harm, by %s'):format(api), OPTS, function(t)
    local srv = complete.start(t, complete.continue(DOC, { continue_lines = 1 }), { api = api })
    complete.insert(t, vim.list_extend({ 'a\255\254 \195', '\27 \237\160\128' }, head(4, 3)))
    complete.wait_ghost(t, rest(4, 3, 0))
    eq({ {}, {} }, { srv:events('bad_request'), srv:events('unexpected') })
  end)
end

test('two buffers with the same text: each gets its answer', OPTS, function(t)
  local srv = complete.start(t, complete.continue(DOC, { first_ms = 300, continue_lines = 2 }))
  t:cmd('set hidden')
  complete.open(t, head(4, 3), { name = 'other.src' })
  complete.open(t, head(4, 3), { name = 'code.src' })
  complete.type(t, 'A')
  srv:wait_event('request')
  complete.type_at_once(t, '<Esc>:buffer other.src<CR>A')
  complete.wait_ghost(t, rest(4, 3, 1))
end)

test(
  'a line break that brings its indentation, and a bracket that brings its other half, are typed through',
  OPTS,
  function(t)
    local doc = { 'function alpha(one)', '  local two = call(one, 17)', '  return two', 'end' }
    complete.start(t, complete.continue(doc, { continue_lines = 3 }))
    t:cmd('set autoindent')
    t:cmd('inoremap ( ()<Left>')
    t:cmd('inoremap <expr> ) getline(".")[col(".") - 1] == ")" ? "<Right>" : ")"')
    complete.insert(t, { doc[1], '  local' })
    complete.wait_ghost(t, ' two = call(one, 17)\n  return two\nend')
    complete.type(t, keys_of(' two = call(one, 17)\nreturn'))
    eq(' two\nend', complete.ghost(t))
    eq(doc[1] .. '\n' .. doc[2] .. '\n  return', t:text())
    eq(1, complete.wait_idle(t).requests)
  end
)

-- ---- the cache ----------------------------------------------------------------------------

test('going back, typing a part again and undoing show what is known, without a request', OPTS, function(t)
  local srv = complete.start(t, complete.continue(DOC, { continue_lines = 2 }))
  complete.insert(t, head(4, 3))
  local whole = rest(4, 3, 1)
  complete.wait_answer(t, whole)
  complete.script(srv, { text = '' }) -- whatever is asked from now on has no answer
  complete.type(t, '%')
  eq(nil, complete.ghost(t))
  local before = complete.wait_idle(t)
  complete.type(t, '<BS>')
  complete.wait_ghost(t, whole)
  complete.type(t, keys_of(whole:sub(1, 5)))
  complete.wait_ghost(t, whole:sub(6))
  complete.type(t, '<Esc>')
  complete.type(t, 'u')
  complete.type(t, '<Esc>A')
  t:wait(function() return complete.info(t).keys > before.keys end, 'keys')
  local typed = t:text():sub(#table.concat(head(4), '\n') + 2)
  complete.wait_ghost(t, DOC[5]:sub(#typed + 1) .. '\n' .. DOC[6])
  eq(before.requests, complete.info(t).requests)
  T.ok(complete.info(t).hits > before.hits, 'hits are counted')
end)

test('closers that came in behind the place of an answer are not suggested once more', OPTS, function(t)
  complete.start(t, complete.continue(DOC, { continue_lines = 2 }))
  local known = #DOC[5] - #'ember")'
  complete.insert(t, head(4, known))
  complete.wait_answer(t, rest(4, known, 1))
  complete.type(t, '")<Left><Left>')
  complete.wait_ghost(t, 'ember')
  complete.call(t, 'accept')
  eq(table.concat(head(5), '\n'), t:text())
end)

test('an answer is known again in another buffer with the same text, after :e!', OPTS, function(t)
  local srv = complete.start(t, complete.continue(DOC, { continue_lines = 2 }))
  complete.insert(t, head(4, 3))
  complete.wait_answer(t, rest(4, 3, 1))
  complete.type(t, '<Esc>')
  t:cmd('silent write')
  t:cmd('edit!')
  complete.type(t, 'GA')
  complete.wait_ghost(t, rest(4, 3, 1))
  eq(1, #complete.requests(srv))
end)

-- ---- prefetch -----------------------------------------------------------------------------

test('what comes behind a suggestion is asked for once half of it is typed', OPTS, function(t)
  local srv = complete.start(t, complete.continue(DOC, { continue_lines = 2 }), { complete = { prefetch = true } })
  complete.insert(t, head(4, 3))
  local whole = rest(4, 3, 1)
  complete.wait_answer(t, whole)
  local half = math.ceil(#whole / 2)
  complete.type(t, keys_of(whole:sub(1, half - 1)))
  eq(1, complete.wait_idle(t).requests)
  complete.type(t, keys_of(whole:sub(half, half)))
  complete.wait_count(t, 'done', 2)
  eq(1, complete.info(t).prefetched)
  eq(whole:sub(half + 1), complete.ghost(t))
  eq(2, #complete.requests(srv))
  complete.script(srv, { text = '' })
  eq(true, complete.call(t, 'accept'))
  complete.wait_ghost(t, '\n' .. table.concat(vim.list_slice(DOC, 7, 8), '\n'))
end)

test('a suggestion that is not touched asks for nothing behind it', OPTS, function(t)
  local srv = complete.start(t, complete.continue(DOC, { continue_lines = 2 }), { complete = { prefetch = true } })
  complete.insert(t, head(4, 3))
  complete.wait_answer(t, rest(4, 3, 1))
  t:elapse(1)
  eq(1, #complete.requests(srv))
end)

for api in pairs(complete.APIS) do
  test(('a request behind a suggestion only adds to the prompt before it, by %s'):format(api), OPTS, function(t)
    local whole = 'ne_5 = north(knoll, "delta ember")\nx\ny'
    local srv = complete.start(t, { text = whole }, { api = api, complete = { prefetch = true } })
    complete.insert(t, vim.list_extend(head(4, 3), DOC, 11, 20), { row = 5 })
    complete.wait_answer(t, whole)
    complete.type(t, keys_of(whole:sub(1, #whole / 2)))
    complete.wait_count(t, 'prefetched', 1)
    complete.wait_idle(t)
    local asked = complete.requests(srv)
    T.ok(vim.endswith(asked[2].body.prompt, whole), asked[2].body.prompt)
    if api ~= 'infill' then -- which is put together by the server
      T.ok(asked[2].fill.shared >= asked[1].fill.prompt_bytes, vim.inspect({ asked[1].fill, asked[2].fill }))
    end
  end)
end

test('from a slow server the next line is asked for too, as the user may end this one', OPTS, function(t)
  local srv = complete.start(t, {
    { match = { nth = 1 }, text = 'call(one, two)', first_ms = 300 },
    { match = { nth = 1 }, text = ' + wrong', first_ms = 300 },
    { text = 'right()' },
  }, { complete = { prefetch = true } })
  complete.insert(t, head(4, 3))
  complete.wait_answer(t, 'call(one, two)')
  complete.type(t, 'call(one')
  complete.wait_count(t, 'done', 3)
  eq(', two)', complete.ghost(t))
  complete.script(srv, { text = '' }) -- whatever is asked from now on has no answer
  complete.type(t, ', two)')
  complete.wait_ghost(t, ' + wrong')
  complete.type(t, '<CR>')
  complete.wait_ghost(t, 'right()')
  eq({ 3, 2 }, { complete.info(t).requests, complete.info(t).prefetched })
end)

test('a prefetch goes on while its suggestion is typed, and ends when it is left', OPTS, function(t)
  local srv = complete.start(t, {
    complete.continue(DOC, { match = { nth = 1 }, continue_lines = 2 }),
    { text = 'never', first_ms = 600000 },
  }, { complete = { prefetch = true } })
  complete.insert(t, head(4, 3))
  local whole = rest(4, 3, 1)
  complete.wait_answer(t, whole)
  complete.type(t, keys_of(whole:sub(1, #whole - 10)))
  srv:wait_event('request', 2)
  complete.type(t, keys_of(whole:sub(#whole - 9, #whole - 5)))
  eq(1, complete.info(t).live)
  eq({}, srv:events('disconnect'))
  complete.type(t, '%')
  srv:wait_event('disconnect')
end)

test('after acceptance the next place is asked for without a pause', OPTS, function(t)
  complete.start(t, complete.continue(DOC, { continue_lines = 2 }))
  complete.never_rest(t)
  complete.insert(t, head(4, 3))
  complete.call(t, 'now')
  complete.wait_ghost(t, rest(4, 3, 1))
  complete.call(t, 'accept')
  complete.wait_ghost(t, '\n' .. table.concat(vim.list_slice(DOC, 7, 8), '\n'))
end)

-- ---- the model ----------------------------------------------------------------------------

test('entering insert mode loads the model; keys do not cancel that, and the last one is asked for', OPTS, function(t)
  local srv = complete.start(
    t,
    complete.continue(DOC, { continue_lines = 2 }),
    { api = 'generate', more = { load_ms = t:seconds(1.2) * 1000 } }
  )
  complete.insert(t, head(4))
  srv:wait_event('load_start')
  srv:freeze() -- the keys come while it is loading
  complete.type(t, keys_of('\n' .. DOC[5]:sub(1, 9)) .. '<BS><BS>')
  srv:thaw()
  complete.wait_ghost(t, rest(4, 7, 1))
  eq({}, srv:events('load_abort'))
  local loaded = srv:wait_event('load_done').seq
  local asked = complete.requests(srv)
  eq(1, #asked)
  T.ok(asked[1].seq > loaded, 'nothing is asked while the model is loaded')
  eq(1, complete.info(t).warmed)
  eq(0, complete.info(t).cancelled)
end)

test('leaving insert mode does not throw the load away either', OPTS, function(t)
  local srv = complete.start(
    t,
    complete.continue(DOC, { continue_lines = 2 }),
    { api = 'generate', more = { load_ms = t:seconds(0.6) * 1000 } }
  )
  complete.insert(t, head(4, 3))
  srv:wait_event('load_start')
  srv:freeze()
  complete.type(t, '<Esc>')
  srv:thaw()
  srv:wait_event('load_done')
  eq({}, srv:events('load_abort'))
  eq({}, complete.requests(srv))
  complete.type(t, 'A')
  complete.wait_ghost(t, rest(4, 3, 1))
  eq(1, complete.info(t).warmed)
end)

test('a model that the server has given up by now is loaded again', OPTS, function(t)
  local kept = t:seconds(0.2)
  local srv = complete.start(
    t,
    complete.continue(DOC, { continue_lines = 1 }),
    { api = 'generate', endpoint = { keep_alive = ('%dms'):format(kept * 1000) } }
  )
  complete.insert(t, head(4, 3))
  complete.wait_ghost(t, rest(4, 3, 0))
  local warmed = complete.info(t).warmed
  t:elapse(kept * 1.1)
  complete.type(t, '%')
  complete.wait_count(t, 'warmed', warmed + 1)
  complete.wait_count(t, 'done', 2)
  local kinds = vim.tbl_map(
    function(request) return (request.body.prompt or '') == '' and 'load' or 'ask' end,
    srv:requests('/api/generate')
  )
  -- Twice, where it took so long that it was given up again.
  T.match('^load [load ]*ask load [load ]*ask$', table.concat(kinds, ' '))
end)

test('a model that the server does not keep is not loaded before it is asked', OPTS, function(t)
  local srv = complete.start(
    t,
    complete.continue(DOC, { continue_lines = 1 }),
    { api = 'generate', endpoint = { keep_alive = 0 } }
  )
  complete.insert(t, head(4, 3))
  complete.wait_ghost(t, rest(4, 3, 0))
  eq(1, #srv:requests('/api/generate'))
end)

--- That none of these requests, which all failed, came before its pause was over: 0.5 s, 1 s, 2 s, …
--- The helper counts in milliseconds. A key that comes just when one of them goes out cancels it.
local function backs_off(t, requests)
  local due, cancelled = 0.5, complete.info(t).cancelled
  for i = 2, #requests do
    local after = (requests[i].ns - requests[i - 1].ns) / 1e9
    if after > due - 0.005 then
      due = due * 2
    else
      T.ok(cancelled > 0, ('request %d came %.3f s after the one before, not %g s'):format(i, after, due))
      cancelled = cancelled - 1
    end
  end
end

test('a model that cannot be loaded: told once, and asked again later', OPTS, function(t)
  local srv = complete.start(
    t,
    { { match = { load = true }, status = 500, json = { error = 'no memory' } } },
    { api = 'generate' }
  )
  complete.insert(t, head(4))
  t:wait(function() return told(t, 'hum: completion') == 1 end, 'a word about it')
  for char in ('\n' .. DOC[5]:sub(1, 7)):gmatch('.') do
    complete.type(t, keys_of(char))
    complete.wait_idle(t)
  end
  backs_off(t, srv:requests('/api/generate'))
  complete.script(srv, complete.continue(DOC, { continue_lines = 1 }), 'generate')
  complete.wait_ghost(t, rest(4, 7, 0))
  eq(1, told(t, 'hum: completion'))
end)

-- ---- chats --------------------------------------------------------------------------------

--- A chat and a code buffer on one server with one slot; the code buffer is current.
local function with_chat(t, chat_rule, fill_rules, complete_opts)
  local rules = { vim.tbl_extend('force', chat_rule, { match = { path = '/api/chat' } }) }
  for _, rule in ipairs(vim.islist(fill_rules) and fill_rules or { fill_rules }) do
    table.insert(rules, vim.tbl_extend('force', rule, { match = { path = '/api/generate' } }))
  end
  local srv, gate = complete.start(t, rules, {
    api = 'generate',
    gate = true,
    config = { chat = { window = 'current' } },
    complete = complete_opts,
    endpoint = { model = 'fake' },
  })
  t:cmd('set hidden | Hum new')
  local buf = t:wait(function()
    local here = t:lua('return vim.api.nvim_get_current_buf()')
    return t:lua('return vim.bo[...].filetype', here) == 'hum' and here
  end, 'a chat opens')
  return srv, buf, gate
end

test('while a chat streams nothing is asked, then the last key is', OPTS, function(t)
  local srv, buf, gate = with_chat(
    t,
    { tokens = (chat.tokens(400)) },
    complete.continue(DOC, { continue_lines = 2 }),
    { during_chat = 'never' }
  )
  gate:pass(20)
  chat.ask(t, 'hello', buf)
  t:wait(function() return chat.reply(t, buf):find('000020') end, 'the chat streams')
  complete.insert(t, head(4))
  complete.type(t, keys_of('\n' .. DOC[5]:sub(1, 7)))
  complete.info(t)
  eq({}, complete.requests(srv))
  eq(0, #t:events('HumRequestFinished'), 'the chat still streams')
  gate:pass()
  complete.wait_ghost(t, rest(4, 7, 1))
  eq('done', chat.finished(t).status)
  eq(1, complete.state(srv).active_max.all)
end)

test('a model is the same one with the tag that it has anyway', OPTS, function(t)
  local srv, buf = with_chat(
    t,
    { tokens = (chat.tokens(200)), interval_ms = 5 },
    complete.continue(DOC, { continue_lines = 2 }),
    { during_chat = 'never', model = 'fake:latest' }
  )
  chat.ask(t, 'hello', buf)
  srv:wait_event('first')
  complete.insert(t, head(4, 3))
  complete.wait_ghost(t, rest(4, 3, 1))
  eq('done', chat.finished(t).status)
  eq(1, complete.state(srv).active_max.all)
end)

test('a chat that begins ends what is asked, which is asked again when it is over', OPTS, function(t)
  local srv, buf = with_chat(
    t,
    { tokens = (chat.tokens(20)), interval_ms = 2 },
    { { text = 'never', first_ms = 600000, times = 1 }, complete.continue(DOC, { continue_lines = 2 }) },
    { during_chat = 'never' }
  )
  complete.insert(t, head(4, 3))
  t:wait(function() return #complete.requests(srv) == 1 end, 'a request to fill in')
  chat.ask(t, 'hello', buf)
  srv:wait_event('disconnect')
  eq('done', chat.finished(t).status)
  complete.wait_ghost(t, rest(4, 3, 1))
  eq(1, complete.info(t).cancelled)
  eq(2, #complete.requests(srv))
end)

test('a server that serves both at a time is asked for both', OPTS, function(t)
  local srv, buf = with_chat(
    t,
    { tokens = (chat.tokens(2000)), count = 1000000, interval_ms = 5 },
    complete.continue(DOC, { continue_lines = 2 }),
    { during_chat = 'always' }
  )
  chat.ask(t, 'hello', buf)
  srv:wait_event('first')
  complete.insert(t, head(4, 3))
  complete.wait_ghost(t, rest(4, 3, 1))
  eq(0, #t:events('HumRequestFinished'))
end)

test('code is typed and completed beside a chat that streams, and neither loses anything', OPTS, function(t)
  local tokens, reply = chat.tokens(900)
  local srv, buf = with_chat(
    t,
    { tokens = tokens, interval_ms = t:seconds(0.003) * 1000 },
    complete.continue(DOC, { first_ms = 10, interval_ms = 2, token_bytes = 4, continue_lines = 3 }),
    { during_chat = 'always', prefetch = true }
  )
  t:cmd('split')
  complete.open(t, head(2))
  local text = table.concat(DOC, '\n')
  watch_marks(t, text)
  chat.ask(t, 'hello', buf)
  srv:wait_event('first')
  complete.type(t, 'A')
  local from = #t:text()
  for at = from + 1, from + 400 do
    t:keys(keys_of(text:sub(at, at)))
    if at % 10 == 0 then
      complete.wait_ghost(t)
    else
      pause(2)
    end
  end
  complete.settle(t)
  eq(text:sub(1, from + 400), t:text())
  eq({}, t:lua('return stale'), 'stale drawings')
  T.ok(t:lua('return drawn') > 20, 'hardly anything was drawn')
  eq('done', chat.finished(t).status)
  eq(reply, chat.reply(t, buf))
  -- One, and on a busy machine one more whose end the server has not seen yet.
  T.ok(complete.state(srv).active_max.fill <= 2, 'requests at a time')
  T.ok(complete.info(t).through > 200, vim.inspect(complete.info(t)))
end)

-- ---- stop early ---------------------------------------------------------------------------

--- The cursor is behind the first line of `above`; the server goes on in `doc` for ever.
local function stopped(t, doc, above, below, opts)
  local rule = complete.continue(doc, { token_bytes = 4, interval_ms = 5, continue_lines = 0 })
  rule.continue = rule.continue .. table.concat(complete.lines(300, 99), '\n')
  local srv = complete.start(t, rule, opts)
  local lines = vim.list_extend(vim.list_slice(above), below)
  complete.insert(t, lines, { row = #above, col = opts and opts.col or #above[#above] })
  srv:wait_event('disconnect')
  local info = complete.wait_idle(t)
  eq({ 1, 0 }, { info.done, info.cancelled })
  return complete.ghost(t), srv
end

test('enough lines end the request at the server', OPTS, function(t)
  local seen = stopped(t, DOC, head(4, 3), {}, { complete = { max_lines = 3 } })
  eq(rest(4, 3, 2), seen)
end)

test('an answer that comes to what stands below ends the request', OPTS, function(t)
  local seen = stopped(t, DOC, head(4, 3), vim.list_slice(DOC, 7, 20))
  eq(rest(4, 3, 1), seen)
end)

test('an answer that leaves the block ends the request', OPTS, function(t)
  local doc = { 'function alpha(one)', '  local two = one * 17', '  return two + beta(one)', 'end', 'function gamma()' }
  local seen = stopped(t, doc, { doc[1], '  local' }, {})
  T.match('^ two = one %* 17\n  return two %+ beta%(one%)', seen)
  T.no_match('gamma', seen, true)
end)

test('text right of the cursor makes it one line, without what stands there already', OPTS, function(t)
  local doc = { DOC[1], 'value = first(second, third)', DOC[2] }
  eq('second, third', (stopped(t, doc, { DOC[1], 'value = first()' }, { DOC[2] }, { col = 14 })))
end)

test('an answer that says the same again and again ends the request', OPTS, function(t)
  local interval = t:seconds(0.01) * 1000
  local srv = complete.start(t, { tokens = { 'the same line again\n' }, count = 100000, interval_ms = interval })
  complete.insert(t, head(4))
  srv:wait_event('disconnect')
  eq(1, complete.wait_idle(t).done)
  T.ok(srv:tokens_written() < 100, srv:tokens_written())
end)

test('mid-line, what follows is not repeated and the rest stays where it is', OPTS, function(t)
  local line = 'value = first(second, third)'
  complete.start(t, complete.continue({ DOC[1], line, DOC[2] }, { continue_lines = 1 }))
  complete.insert(t, { DOC[1], 'value = first()' }, { row = 2, col = 14 })
  complete.wait_ghost(t, 'second, third')
  complete.call(t, 'accept')
  eq(DOC[1] .. '\n' .. line, t:text())
end)

-- ---- alternatives and confidence ----------------------------------------------------------

test('alternatives are asked for one by one, and known ones are shown again', OPTS, function(t)
  local srv = complete.start(t, {
    { match = { nth = 1 }, text = 'first_answer()' },
    { match = { nth = 1 }, text = 'second_answer()' },
    { match = { nth = 1 }, text = 'third_answer()' },
  })
  complete.insert(t, head(4, 3))
  complete.wait_ghost(t, 'first_answer()')
  -- While an answer still comes in, there is no alternative to it.
  complete.wait_count(t, 'done', 1)
  complete.call(t, 'next')
  complete.wait_ghost(t, 'second_answer()')
  t:wait_screen('second_answer() (2/2)', true)
  complete.wait_count(t, 'done', 2)
  complete.call(t, 'next')
  complete.wait_ghost(t, 'third_answer()')
  complete.wait_count(t, 'done', 3)
  complete.call(t, 'prev')
  complete.wait_ghost(t, 'second_answer()')
  complete.call(t, 'prev')
  complete.wait_ghost(t, 'first_answer()')
  complete.call(t, 'next')
  complete.wait_ghost(t, 'second_answer()')
  local asked = complete.requests(srv)
  eq(3, #asked)
  T.ok(asked[2].body.temperature > asked[1].body.temperature, 'alternatives are sampled')
  T.ok(asked[2].body.seed ~= asked[3].body.seed, 'and differ in their seed')
  complete.type(t, 'sec')
  complete.wait_ghost(t, 'ond_answer()')
  complete.call(t, 'accept')
  T.match('second_answer%(%)$', t:text())
end)

for _, api in ipairs({ 'completions', 'infill' }) do
  test(('a suggestion that the model doubts is held back, by %s'):format(api), OPTS, function(t)
    local srv = complete.start(
      t,
      complete.continue(DOC, { continue_lines = 2, logprob = -3 }),
      { api = api, complete = { confidence = 0.5 } }
    )
    complete.insert(t, head(4, 3))
    complete.wait_count(t, 'done', 1)
    complete.settle(t)
    eq(nil, complete.ghost(t))
    complete.script(srv, complete.continue(DOC, { continue_lines = 2, logprob = -0.1 }), api)
    complete.type(t, keys_of(DOC[5]:sub(4, 4)))
    complete.wait_ghost(t, rest(4, 4, 1))
  end)
end

-- ---- what goes wrong ----------------------------------------------------------------------

local FAULTS = {
  ['an unknown model'] = { status = 404, json = { error = { message = 'model "coder" not found', code = 404 } } },
  ['a fault of the server'] = { status = 500, json = { error = { message = 'out of memory', code = 500 } } },
  ['garbage'] = { status = 200, body = '<html>not json</html>' },
  ['an answer that is cut'] = { text = 'cut cut', faults = { { at = 1, ['do'] = 'reset' } } },
  ['too many requests'] = { status = 429, headers = { ['Retry-After'] = '1' }, json = { error = 'slow down' } },
}

for name, rule in pairs(FAULTS) do
  test(('%s: told once, no storm of requests, and then it goes on'):format(name), OPTS, function(t)
    local srv = complete.start(t, rule)
    complete.insert(t, head(4, 0))
    complete.wait_count(t, 'failed', 1)
    for i = 1, 20 do
      complete.type(t, keys_of(DOC[5]:sub(i, i)))
      complete.wait_idle(t) -- lest a key cancels what has just been asked
    end
    backs_off(t, complete.requests(srv))
    t:wait(function() return told(t, 'hum: completion') > 0 end, 'a word about it')
    eq(1, told(t, 'hum: completion'), t:messages())
    complete.script(srv, complete.continue(DOC, { continue_lines = 2 }))
    complete.type(t, keys_of(DOC[5]:sub(21, 21)))
    complete.wait_ghost(t, rest(4, 21, 1))
    eq(1, told(t, 'hum: completion'), t:messages())
  end)
end

test('a server that fails again and again is asked less and less', OPTS, function(t)
  local srv = complete.start(t, { status = 500, json = { error = 'no' } })
  complete.insert(t, head(4, 0))
  complete.wait_count(t, 'failed', 1)
  local keys = 0
  t:wait(function()
    keys = keys + 1
    complete.type(t, keys % 30 == 0 and '<C-u>' or 'x')
    return complete.wait_idle(t).failed == 3
  end, 'it is asked twice more')
  backs_off(t, complete.requests(srv))
end)

test('a server that says when to ask again is not asked before', OPTS, function(t)
  local srv = complete.start(t, { status = 429, headers = { ['Retry-After'] = '2' }, json = { error = 'slow down' } })
  complete.insert(t, head(4, 0))
  complete.wait_count(t, 'failed', 1)
  complete.type(t, 'x')
  srv:wait_event('request', 2)
  local asked = complete.requests(srv)
  T.ok(asked[2].ns - asked[1].ns >= 1.9e9, ('after %.1f s'):format((asked[2].ns - asked[1].ns) / 1e9))
end)

test('a server that is gone: told once, and completion goes on when it is back', OPTS, function(t)
  local srv = complete.start(t, complete.continue(DOC))
  complete.open(t, head(4, 0))
  srv:stop()
  local began = task.now()
  complete.type(t, 'A')
  local before = complete.wait_count(t, 'failed', 1)
  complete.type(t, keys_of(DOC[5]:sub(1, 20)))
  -- So many pauses of 0.5 s, 1 s, … may have passed.
  local pauses = math.floor(math.log((task.now() - began) / 500 + 1) / math.log(2))
  local info = complete.info(t)
  T.ok(info.requests - info.cancelled <= before.requests + pauses, ('%d pauses, %s'):format(pauses, vim.inspect(info)))
  eq(1, told(t, 'hum: completion'), t:messages())
  complete.type(t, '<C-u>' .. keys_of(DOC[5]:sub(1, 20)))
  srv = t:fake({ args = { '--port', tostring(srv.port) } })
  complete.script(srv, complete.continue(DOC, { continue_lines = 2 }))
  complete.type(t, '%<BS>')
  complete.wait_ghost(t, rest(4, 20, 1))
end)

test('a helper that is killed: typing goes on, and so does completion', OPTS, function(t)
  local srv = complete.start(t, complete.continue(DOC, { token_bytes = 8, faults = { { at = 14, ['do'] = 'stall' } } }))
  complete.insert(t, head(4, 3))
  complete.wait_ghost(t)
  local pid = t:helper_pid()
  vim.uv.kill(pid, 'sigkill')
  srv:wait_event('disconnect')
  complete.type(t, keys_of(DOC[5]:sub(4)))
  eq(table.concat(head(5), '\n'), t:text())
  t:wait(function() return complete.ghost(t) == nil end, 'the suggestion is gone')
  complete.script(srv, complete.continue(DOC, { continue_lines = 2 }))
  t:wait(function()
    complete.type(t, '<Esc>A')
    return t:helper_pid() and t:helper_pid() ~= pid
  end, 'another helper')
  complete.type(t, keys_of('\n' .. DOC[6]:sub(1, 3)))
  complete.wait_ghost(t, rest(5, 3, 1))
  T.no_match('E%d+:', t:messages())
end)

test('another backend ends the requests to the former one and gets its own', OPTS, function(t)
  local srv = complete.start(t, { text = 'never', first_ms = 600000 })
  complete.insert(t, head(4, 3))
  srv:wait_event('request')
  local other = t:fake()
  complete.script(other, complete.continue(DOC, { continue_lines = 2 }))
  t:lua(
    [[require('hum').setup({
    endpoints = { ollama = { url = ..., dialect = 'openai' } },
    complete = { mode = 'on', debounce = 0, prefetch = false },
  })]],
    other.url
  )
  srv:wait_event('disconnect')
  complete.wait_ghost(t, rest(4, 3, 1))
  eq(1, #complete.requests(srv))
end)

-- ---- the prompt ---------------------------------------------------------------------------

test('prompts of one place share their beginning: one key processes little again', OPTS, function(t)
  local srv = complete.start(t, { text = '' }, { complete = { window_tokens = 1024 } })
  local lines = complete.lines(1500, 5)
  complete.insert(t, lines, { row = 700 })
  local typed = '\n' .. table.concat(complete.lines(5, 77), '\n')
  for i = 1, #typed do
    complete.type(t, keys_of(typed:sub(i, i)))
    complete.wait_idle(t)
  end
  local asked = complete.requests(srv)
  T.ok(#asked > #typed / 2, #asked)
  local little, jumps = 0, 0
  for i = 2, #asked do
    local fill = asked[i].fill
    little = little + (fill.prompt_bytes - fill.shared <= 8 and 1 or 0)
    jumps = jumps + (fill.shared < fill.prefix_bytes / 2 and 1 or 0)
  end
  T.ok(jumps <= 1, ('%d of %d prompts begin again'):format(jumps, #asked))
  T.ok(little > 0.9 * #asked, ('%d of %d prompts have up to 8 bytes that are new'):format(little, #asked))
end)

test('the cursor moves through a long file and the window follows in big steps', OPTS, function(t)
  local srv = complete.start(t, { text = '' }, { api = 'infill', complete = { window_tokens = 512 } })
  local lines = complete.lines(1000, 5)
  complete.insert(t, lines, { row = 500 })
  for i = 1, 100 do
    complete.type(t, '<Down>x')
    if i % 5 == 0 then complete.wait_idle(t) end
  end
  local former, starts = nil, 0
  for _, request in ipairs(complete.requests(srv)) do
    local first = place_of(request):match('^[^\n]*')
    starts = starts + (first ~= former and 1 or 0)
    former = first
  end
  -- A step is 6 lines of the 34 that fit; how many are seen depends on how many of the lines are asked about.
  T.ok(starts >= 2 and starts <= 20, ('%d beginnings over 100 lines'):format(starts))
end)

test('a prompt keeps to its budgets, whatever the lines are like', OPTS, function(t)
  local srv = complete.start(t, { text = '' }, { api = 'infill', complete = { window_tokens = 200, ring_tokens = 0 } })
  local bytes = 200 * 3
  local function check(lines, row, col)
    t:cmd('silent! %delete _')
    complete.insert(t, lines, { row = row, col = col })
    complete.call(t, 'now')
    complete.wait_idle(t)
    complete.type(t, '<Esc>')
  end
  check(complete.lines(500, 3), 250)
  check(complete.lines(500, 3), 1, 0)
  check(complete.lines(500, 3), 500)
  local long = complete.lines(40, 3)
  long[20], long[21] = ('word '):rep(1000), ('é日本'):rep(500)
  check(long, 20, 2500)
  check(long, 21, 8 * 250)
  check(long, 22)
  check(vim.split(('\n'):rep(3000), '\n'), 1500)
  local asked = complete.requests(srv)
  T.ok(#asked >= 6, #asked)
  for _, request in ipairs(asked) do
    local fill = request.fill
    -- What one side does not need the other has.
    T.ok(fill.prefix_bytes <= bytes and fill.suffix_bytes <= bytes + 1, vim.inspect(fill))
    T.ok(fill.prefix_bytes + fill.suffix_bytes <= bytes + 1, vim.inspect(fill))
    T.no_match('\239\191\189', place_of(request))
  end
end)

test('pieces of other places stand before the text, and stay as they are while it is typed', OPTS, function(t)
  t:write_file('helper.src', table.concat(complete.lines(12, 41), '\n') .. '\n')
  t:write_file('third.src', table.concat(complete.lines(12, 43), '\n') .. '\n')
  local srv = complete.start(t, { text = '' }, { api = 'infill' })
  t:cmd('set hidden | edit helper.src')
  complete.wait_count(t, 'attached', 1)
  complete.insert(t, head(20, 3))
  complete.wait_count(t, 'done', 1)
  local first = complete.requests(srv)[1].body
  eq('helper.src', first.input_extra[1].filename)
  T.match(complete.lines(12, 41)[5], first.input_extra[1].text, true)
  complete.type(t, '<Esc>')
  t:cmd('edit third.src')
  complete.wait_count(t, 'attached', 3)
  t:cmd('buffer code.src')
  complete.type(t, 'A' .. keys_of('abc def'))
  complete.wait_idle(t)
  local last = complete.requests(srv)
  last = last[#last]
  eq(first.input_extra, last.body.input_extra, 'a new piece waits until the prompt begins again')
  T.ok(last.fill.shared > last.fill.prompt_bytes / 2)
end)

test('pieces of other places keep to their budget', OPTS, function(t)
  local srv = complete.start(t, { text = '' }, { api = 'infill', complete = { ring_tokens = 200 } })
  t:cmd('set hidden')
  for i = 1, 3 do
    t:write_file(('other%d.src'):format(i), table.concat(complete.lines(6, 100 + i), '\n') .. '\n')
    t:cmd(('edit other%d.src'):format(i))
    complete.wait_count(t, 'attached', i)
  end
  complete.insert(t, head(4, 3))
  complete.wait_count(t, 'done', 1)
  local size, names = 0, {}
  for _, one in ipairs(complete.requests(srv)[1].body.input_extra) do
    size = size + #one.text + #one.filename
    table.insert(names, one.filename)
  end
  T.ok(size > 200 and size <= 600, size)
  eq({ 'other2.src', 'other3.src' }, names, 'the latest ones')
end)

test('what is yanked is known elsewhere', OPTS, function(t)
  local srv = complete.start(t, { text = '' }, { api = 'infill' })
  t:cmd('set hidden')
  complete.open(t, complete.lines(400, 51), { name = 'yanked.src', row = 1 })
  complete.wait_count(t, 'attached', 1)
  complete.type(t, ':300,310yank<CR>')
  complete.insert(t, head(20, 3))
  complete.wait_count(t, 'done', 1)
  local extra = complete.requests(srv)[1].body.input_extra
  local text = table.concat(vim.tbl_map(function(one) return one.text end, extra))
  T.match(complete.lines(400, 51)[305], text, true)
end)

-- ---- what Lua never says -------------------------------------------------------------------

test('what makes no sense is borne by the helper, which completes afterwards', OPTS, function(t)
  complete.start(t, complete.continue(DOC, { continue_lines = 2 }))
  local buf = complete.insert(t, head(4, 3))
  complete.wait_ghost(t, rest(4, 3, 1))
  complete.wait_count(t, 'done', 1) -- what is left earlier is known in part only
  local pid = t:helper_pid()
  t:lua(
    [[
    local buf = ...
    local notify = require('hum.complete.channel').notify
    local huge = 2 ^ 53
    for _, method in ipairs({ 'attach', 'enter', 'key', 'cycle', 'leave', 'collect', 'detach', 'nvim_buf_lines_event',
      'nvim_buf_detach_event', 'nvim_buf_changedtick_event' }) do
      for _, args in ipairs({ {}, { 'text' }, { -1 }, { huge }, { 99999, {} }, { buf }, { buf, 'text', {}, {}, {}, {}, {} },
        { buf, 1, huge, huge, 'typed', huge, huge }, { buf, 1, -1, -1, 'typed', -1, -1 }, { buf, 1, 2, 3, 'nonsense', 0, 0 },
        { buf, 1, 2, 3, 'typed', 12345, 0 }, { buf, huge, 4, 4, huge }, { buf, 1, 4, 3, -5 }, { buf, -5, 5 }, { buf, 3, 1 },
        { buf, 0, huge }, { buf, 1, 0, 9999, { 'a' } }, { buf, 1, 0, -1, { 1, {} } }, { buf, 1, 0, -1, 'text' },
        { buf, { name = {}, filetype = 1, comment = '%s%s' } }, { buf, 1, 4, 0, 'accepted', 1, huge },
        { buf, 1, 4, 0, 'requested', 1, 1 } }) do
        notify(method, unpack(args))
      end
    end]],
    buf
  )
  t:lua([[require('hum.complete.attach').detach(...)]], buf) -- so that it is attached again
  complete.type(t, '<Esc>A')
  complete.wait_ghost(t, rest(4, 3, 1))
  eq(pid, t:helper_pid())
end)

test('a backend that makes no sense is told, and then there is none', OPTS, function(t)
  complete.start(t, complete.continue(DOC, { continue_lines = 2 }))
  complete.insert(t, head(4, 3))
  complete.wait_ghost(t, rest(4, 3, 1))
  local requests = complete.info(t).requests
  t:lua([[
    local notify = require('hum.complete.channel').notify
    local endpoint = { name = 'x', url = 'http://127.0.0.1:1', dialect = 'openai', headers = vim.empty_dict() }
    for _, spec in ipairs({ 'text', 5, {}, { api = 'infill' }, { endpoint = {}, api = 'infill' }, { endpoint = endpoint },
      { endpoint = endpoint, api = 'nonsense' }, { endpoint = endpoint, api = 'completions', tokens = { prefix = 'a' } },
      { endpoint = endpoint, api = 'completions', tokens = 5 }, vim.NIL }) do
      notify('backend', spec)
    end]])
  complete.type(t, '%')
  complete.settle(t)
  eq(requests, complete.info(t).requests)
  t:wait(function() return t:log():find('endpoint.name is missing', 1, true) end, 'a word about it')
end)

-- ---- what is not asked --------------------------------------------------------------------

test('buffers with secrets never reach the server', OPTS, function(t)
  local srv = complete.start(t, complete.continue(DOC, { continue_lines = 2 }))
  t:cmd('set hidden')
  local lines = vim.tbl_map(function(line) return 'SECRET ' .. line end, complete.lines(20, 61))
  for _, name in ipairs({ '.env', 'my-password.txt', 'id_rsa', 'server.pem' }) do
    local buf = complete.insert(t, lines, { name = name })
    complete.type(t, 'SECRET<Esc>:%yank<CR>')
    t:cmd('silent write!')
    complete.type(t, 'O# SECRET<Esc>')
    eq(
      nil,
      t:lua(
        [[
      local text = vim.rpcrequest(require('hum.server.helper').state().channel, 'mirror', ...)
      return text ~= vim.NIL and text or nil]],
        buf
      ),
      name
    )
  end
  -- A buffer that becomes one.
  complete.insert(t, vim.list_extend(head(10), lines), { name = 'plain.src' })
  complete.type(t, '<Esc>')
  t:cmd('silent write') -- its change is worth knowing elsewhere
  t:cmd('silent file .env.local')
  local before = #complete.requests(srv)
  complete.type(t, 'Ax<Esc>:yank<CR>')
  eq(before, #complete.requests(srv))
  t:cmd('bwipeout! .env.local')
  complete.reset(srv)
  complete.insert(t, head(4, 3))
  complete.wait_ghost(t, rest(4, 3, 1))
  for _, request in ipairs(srv:requests()) do
    T.no_match('SECRET', vim.inspect(request.body), true)
  end
end)

for _, command in ipairs({ 'bwipeout!', 'bdelete!', 'enew!', 'tabnew | bwipeout! #' }) do
  test((':%s ends the request at the server, and Neovim complains of nothing'):format(command), OPTS, function(t)
    local srv = complete.start(t, { text = 'never', first_ms = 600000 })
    complete.insert(t, head(4, 3))
    srv:wait_event('request')
    t:lua('local command = ... vim.schedule(function() vim.cmd(command) end)', command)
    srv:wait_event('disconnect')
    t:wait(function() return complete.info(t).cancelled == 1 end, 'the helper knows it')
    complete.settle(t)
    T.no_match('refused', t:log())
  end)
end

test('in manual mode only an explicit request asks', OPTS, function(t)
  local srv = complete.start(t, complete.continue(DOC, { continue_lines = 2 }), { complete = { mode = 'manual' } })
  complete.insert(t, head(4))
  complete.type(t, keys_of('\n' .. DOC[5]:sub(1, 5)))
  eq(0, complete.info(t).requests)
  complete.call(t, 'now')
  complete.wait_ghost(t, rest(4, 5, 1))
  complete.type(t, keys_of(DOC[5]:sub(6, 9)))
  eq(rest(4, 9, 1), complete.ghost(t))
  complete.type(t, '%%<BS><BS>')
  complete.type(t, '<Esc>A%')
  eq(1, complete.wait_idle(t).requests)
  eq(1, #complete.requests(srv))
end)

test('in the middle of a word nothing is asked but on an explicit request', OPTS, function(t)
  local srv = complete.start(t, complete.continue(DOC, { continue_lines = 1 }))
  complete.insert(t, head(6), { row = 5, col = 2 })
  complete.type(t, 'x<BS>')
  eq(0, complete.wait_idle(t).requests)
  complete.call(t, 'now')
  complete.wait_count(t, 'done', 1)
  complete.type(t, '<End>')
  complete.wait_count(t, 'done', 2)
  eq(2, #complete.requests(srv))
end)

for _, case in ipairs({ { 'f(▏x)', 'y, ' }, { '▏x', 'local ' }, { 'return ▏x', '-' }, { '[▏é]', 'a, ' } }) do
  test(('in front of a word it is asked: %s'):format(case[1]), OPTS, function(t)
    complete.start(t, { text = case[2] })
    local left, right = case[1]:match('^(.*)▏(.*)$')
    complete.insert(t, { 'f(x)', left .. right, 'f(x)' }, { row = 2, col = #left })
    complete.wait_answer(t, case[2])
    complete.call(t, 'accept')
    eq(left .. case[2] .. right, t:eval('getline(2)'))
  end)
end

test('a wish of the user goes before debounce and back-off', OPTS, function(t)
  -- Neither ends before the case does.
  local busy = { status = 429, headers = { ['Retry-After'] = '600' }, json = { error = 'slow down' } }
  local srv = complete.start(t, busy)
  complete.never_rest(t)
  complete.insert(t, head(4, 3))
  for i = 1, 6 do
    complete.call(t, 'now')
    complete.wait_count(t, 'failed', i)
  end
  complete.script(srv, complete.continue(DOC, { continue_lines = 2 }))
  complete.call(t, 'now')
  complete.wait_ghost(t, rest(4, 3, 1))
end)

test('switched off nothing is asked, nor any helper started', { ui = OPTS.ui, init = OPTS.init }, function(t)
  local srv = t:fake()
  t:lua([[require('hum').setup({ endpoints = { ollama = { url = ... } }, complete = { mode = 'off' } })]], srv.url)
  complete.insert(t, head(4, 3))
  complete.type(t, 'abc<Esc>oabc')
  eq(nil, t:helper_pid())
  eq({}, srv:requests())
end)

test('switched off later, what is asked ends at the server and mirrors are dropped', OPTS, function(t)
  local srv = complete.start(t, { text = 'never', first_ms = 600000 })
  complete.insert(t, head(4, 3))
  srv:wait_event('request')
  t:cmd('Hum complete off')
  srv:wait_event('disconnect')
  t:wait(function() return complete.info(t).attached == 0 end, 'no buffer is attached')
  complete.type(t, 'abc')
  eq(1, #complete.requests(srv))
end)
