-- An edit through the Lua API, with a real helper and the fake server: what is accepted when, and bad days.
local T = require('harness')
local chat = require('lib.chat')
local test, eq = T.test, T.eq

T.once()

local OPTS = { ui = { 80, 20 } }

--- Lines of code, all different.
---@param n integer
---@param changed? table<integer, string[]|false>  what stands there instead; false: nothing
---@return string[]
local function code(n, changed)
  local lines = {}
  for i = 1, n do
    local other = changed and changed[i]
    if other then
      vim.list_extend(lines, other)
    elseif other == nil then
      lines[#lines + 1] = ('local value_%d = compute(%d)'):format(i, i * 7)
    end
  end
  return lines
end

--- The records of an answer: a fence, then a line each.
---@param lines string[]
---@return string[]
local function tokens(lines)
  local list = { '```lua\n' }
  for _, line in ipairs(lines) do
    list[#list + 1] = line .. '\n'
  end
  list[#list + 1] = '```\n'
  return list
end

local NEW =
  { [3] = { 'local third = other()' }, [12] = { 'local twelfth = other()', 'local more = other()' }, [24] = false }

--- A buffer of code, and a server that answers with other code.
---@param t test.Case
---@param opts? { old?: string[], new?: string[], gate?: boolean, file?: boolean, script?: table }
---@return integer buf, table srv, table|nil gate
local function begin(t, opts)
  opts = opts or {}
  local srv = t:fake()
  local gate = opts.gate and t:gate(srv) or nil
  srv:script(opts.script or { tokens = tokens(opts.new or code(30, NEW)) })
  chat.configure(t, srv)
  local old = opts.old or code(30)
  local path = t:write_file('code.lua', table.concat(old, '\n') .. '\n')
  t:cmd('set noswapfile | edit ' .. path)
  t:lua([[
    DONE, HUNKS = {}, {}
    vim.api.nvim_create_autocmd('User', { pattern = 'HumEditHunk', callback = function(event)
      table.insert(HUNKS, { event.data.first, event.data.state })
    end })
  ]])
  return t:lua('return vim.api.nvim_get_current_buf()'), srv, gate
end

--- Starts an edit. What on_done was given is in DONE.
---@return integer id
local function edit(t, opts)
  return t:lua(
    [[
    local opts = ...
    opts.instruction = opts.instruction or 'Improve it.'
    opts.on_done = function(result) table.insert(DONE, result) end
    local handle, err = require('hum').edit(opts)
    HANDLE = handle
    return handle and handle.id or error(err, 0)
  ]],
    opts or { first = 1, last = 30 }
  )
end

local function done(t, n)
  t:wait(function() return t:lua('return #DONE') >= (n or 1) end, 'the edit has ended')
  return t:lua('return DONE[...]', n or 1)
end

local function lines(t, buf) return t:lua('return vim.api.nvim_buf_get_lines(..., 0, -1, false)', buf) end

--- Place and state of each hunk.
local function hunks(t, buf)
  return t:lua(
    [[return vim.tbl_map(function(one)
      return { one.first, one.last, one.at, one.conflict and 'conflict' or one.state }
    end, vim.tbl_filter(function(one) return one.state ~= 'pending' end, require('hum').hunks(...)))]],
    buf
  )
end

local function finished(t, buf, n)
  t:wait(function() return #hunks(t, buf) >= n end, ('%d hunks have finished'):format(n))
end

--- Accepts or rejects; gives the count, or why not.
local function decide(t, what, opts)
  return t:lua(
    [[
    local what, opts = ...
    local count, err = require('hum')[what](opts)
    return count or err
  ]],
    what,
    opts
  )
end

local function ids(t, buf)
  return t:lua('return vim.tbl_map(function(one) return one.id end, require("hum").hunks(...))', buf)
end

-- ---- accepting -------------------------------------------------------------------------------

test('hunks are listed, told, accepted and undone', OPTS, function(t)
  local buf = begin(t)
  edit(t)
  local result = done(t)
  eq({ 'done', 3 }, { result.status, result.hunks })
  local finished_all = { { 3, 3, 3, 'finished' }, { 12, 12, 12, 'finished' }, { 24, 24, 24, 'finished' } }
  eq(finished_all, hunks(t, buf))
  eq({ { 3, 'finished' }, { 12, 'finished' }, { 24, 'finished' } }, t:lua('return HUNKS'))
  eq(code(30), lines(t, buf), 'nothing has changed')
  eq(1, decide(t, 'accept', { id = ids(t, buf)[2] }))
  eq({ { 3, 3, 3, 'finished' }, { 12, 12, 12, 'accepted' }, { 24, 24, 25, 'finished' } }, hunks(t, buf))
  eq(code(30, { [12] = NEW[12] }), lines(t, buf))
  eq(2, decide(t, 'accept', { id = 'all' }))
  eq(code(30, NEW), lines(t, buf))
  t:keys('u')
  eq(code(30, { [12] = NEW[12] }), lines(t, buf), 'accepting all was one step')
  t:keys('u')
  eq(finished_all, hunks(t, buf))
  t:keys('<C-r>')
  eq('accepted', hunks(t, buf)[2][4])
end)

test('hunks are accepted while later ones are being written, each in its own undo step', OPTS, function(t)
  local buf, _, gate = begin(t, { gate = true })
  gate:pass(14)
  edit(t)
  finished(t, buf, 1)
  eq(1, decide(t, 'accept', { id = ids(t, buf)[1] }))
  eq(code(30, { [3] = NEW[3] }), lines(t, buf))
  eq(0, decide(t, 'accept', { id = 'all' }), 'the others will follow')
  gate:pass()
  done(t)
  t:wait(function() return vim.deep_equal(code(30, NEW), lines(t, buf)) end, 'all is accepted')
  t:keys('u')
  eq(code(30, { [3] = NEW[3], [12] = NEW[12] }), lines(t, buf))
  t:keys('uu')
  eq(code(30), lines(t, buf))
end)

test('the cursor stays in its line of a hunk that is accepted', OPTS, function(t)
  local buf = begin(t)
  edit(t)
  done(t)
  t:lua('vim.api.nvim_win_set_cursor(0, { 12, 8 })')
  eq(3, decide(t, 'accept', { id = 'all' }))
  eq({ 12, 8 }, t:lua('return vim.api.nvim_win_get_cursor(0)'))
  t:keys('u')
  t:lua('vim.api.nvim_win_set_cursor(0, { 24, 3 })')
  eq(1, decide(t, 'accept', { id = ids(t, buf)[3] }), 'the line goes')
  eq(24, t:lua('return vim.api.nvim_win_get_cursor(0)[1]'))
end)

test('rejecting all ends the request and leaves no trace', OPTS, function(t)
  local buf, _, gate = begin(t, { gate = true })
  gate:pass(14)
  edit(t)
  finished(t, buf, 1)
  eq(1, decide(t, 'reject', { id = 'all' }))
  eq('cancelled', done(t).status)
  eq('rejected', hunks(t, buf)[1][4])
  eq({ 0, false }, t:lua('return { vim.fn.undotree().seq_last, vim.bo.modified }'))
  eq(
    0,
    t:lua([[
    local n = 0
    for name, ns in pairs(vim.api.nvim_get_namespaces()) do
      if name:find('^hum') then n = n + #vim.api.nvim_buf_get_extmarks(0, ns, 0, -1, {}) end
    end
    return n]])
  )
end)

test('stopping keeps what has finished', OPTS, function(t)
  local buf, _, gate = begin(t, { gate = true })
  gate:pass(14)
  edit(t)
  finished(t, buf, 1)
  eq('fake is writing', t:lua("return require('hum').status()"))
  t:lua([[require('hum.server.client').jobs(function(jobs) JOBS = jobs end)]])
  t:wait(function() return t:lua('return JOBS ~= nil') end, 'the jobs are told')
  eq('edit', t:lua('return JOBS[1].kind'))
  t:cmd('Hum stop')
  eq('cancelled', done(t).status)
  eq({ { 3, 3, 3, 'finished' } }, hunks(t, buf))
  eq(1, decide(t, 'accept', { id = 'all' }))
  eq(code(30, { [3] = NEW[3] }), lines(t, buf))
end)

test('more than a third would go: accepting all asks once more', OPTS, function(t)
  local new = code(30, {})
  local buf = begin(t, { new = vim.list_slice(new, 1, 12) })
  edit(t)
  done(t)
  local why = decide(t, 'accept', { id = 'all' })
  T.ok(tostring(why):find('third'), 'told is ' .. tostring(why))
  eq(code(30), lines(t, buf))
  T.ok(decide(t, 'accept', { id = 'all', force = true }) > 0)
  eq(vim.list_slice(new, 1, 12), lines(t, buf))
end)

test('more than a third would go with what finishes after all was accepted: that stays', OPTS, function(t)
  local new = vim.list_slice(code(30, { [3] = NEW[3] }), 1, 12)
  local buf, _, gate = begin(t, { new = new, gate = true })
  gate:pass(14)
  edit(t)
  finished(t, buf, 1)
  eq(1, decide(t, 'accept', { id = 'all' }))
  gate:pass()
  done(t)
  t:wait(function() return t:messages():find('third', 1, true) end, 'it is told')
  eq(code(30, { [3] = NEW[3] }), lines(t, buf))
  eq(1, decide(t, 'accept', { id = 'all', force = true }))
  eq(new, lines(t, buf))
end)

test('part of a line is edited', OPTS, function(t)
  local buf = begin(t, { old = { 'local a = f(1) -- end', 'local b = 2' }, script = { text = 'g(2)' } })
  edit(t, { range = { 0, 10, 0, 14 } })
  done(t)
  eq(1, decide(t, 'accept', { id = 'all' }))
  eq({ 'local a = g(2) -- end', 'local b = 2' }, lines(t, buf))
end)

test('marks, extmarks and folds outside the hunks stay where their text is', OPTS, function(t)
  local buf = begin(t)
  t:lua([[
    local ns = vim.api.nvim_create_namespace('mine')
    MARKS = {}
    for _, row in ipairs({ 1, 3, 10, 12, 22, 24, 29 }) do
      MARKS[vim.fn.getline(row + 1)] = vim.api.nvim_buf_set_extmark(0, ns, row, 6, {})
    end
    vim.cmd("2mark a | 4mark b | 11mark c | 13mark d | 23mark e | 25mark f | 30mark g")
    NAMED = {}
    for _, name in ipairs({ 'a', 'b', 'c', 'd', 'e', 'f', 'g' }) do NAMED[name] = vim.fn.getline("'" .. name) end
    vim.cmd('15,20fold')
  ]])
  edit(t)
  done(t)
  eq(3, decide(t, 'accept', { id = 'all' }))
  eq(
    {},
    t:lua([[
    local wrong = {}
    for line, id in pairs(MARKS) do
      local at = vim.api.nvim_buf_get_extmark_by_id(0, vim.api.nvim_get_namespaces().mine, id, {})
      if vim.fn.getline(at[1] + 1) ~= line or at[2] ~= 6 then table.insert(wrong, line) end
    end
    for name, line in pairs(NAMED) do
      if vim.fn.getline("'" .. name) ~= line then table.insert(wrong, name) end
    end
    return wrong]])
  )
  eq({ 16, 21 }, t:lua('return { vim.fn.foldclosed(18), vim.fn.foldclosedend(18) }'))
  eq(code(30, NEW), lines(t, buf))
end)

-- ---- bad days --------------------------------------------------------------------------------

test('the user undoes and does again while it streams', OPTS, function(t)
  local buf, _, gate = begin(t, { gate = true })
  gate:pass(14)
  edit(t)
  finished(t, buf, 1)
  t:keys('ggOabove<Esc>')
  eq({ { 3, 3, 4, 'finished' } }, hunks(t, buf))
  decide(t, 'accept', { id = ids(t, buf)[1] })
  t:keys('uu')
  eq({ { 3, 3, 3, 'finished' } }, hunks(t, buf))
  t:keys('<C-r><C-r>')
  gate:pass()
  done(t)
  eq({ { 3, 3, 4, 'accepted' }, { 12, 12, 13, 'finished' }, { 24, 24, 25, 'finished' } }, hunks(t, buf))
end)

test('lines that the user changes meanwhile are no hunk to accept, and that is told', OPTS, function(t)
  local buf, _, gate = begin(t, { gate = true })
  gate:pass(14)
  edit(t)
  finished(t, buf, 1)
  t:keys('12Gxgg')
  gate:pass()
  done(t)
  eq({ 'finished', 'conflict', 'finished' }, vim.tbl_map(function(one) return one[4] end, hunks(t, buf)))
  T.ok(tostring(decide(t, 'accept', { id = ids(t, buf)[2] })):find('were changed meanwhile'))
  eq(2, decide(t, 'accept', { id = 'all' }))
  t:keys('uu')
  eq({ 'finished', 'finished', 'finished' }, vim.tbl_map(function(one) return one[4] end, hunks(t, buf)))
end)

test('the file is read again while it streams', OPTS, function(t)
  local buf, _, gate = begin(t, { gate = true })
  gate:pass(14)
  edit(t)
  finished(t, buf, 1)
  decide(t, 'accept', { id = ids(t, buf)[1] })
  t:cmd('edit!')
  eq({ { 3, 3, 3, 'finished' } }, hunks(t, buf))
  t:keys('ggOabove<Esc>')
  gate:pass()
  done(t)
  eq(3, decide(t, 'accept', { id = 'all' }))
  eq(vim.list_extend({ 'above' }, code(30, NEW)), lines(t, buf))
end)

test('the file has changed on the disk meanwhile', OPTS, function(t)
  local buf, _, gate = begin(t, { gate = true })
  gate:pass(14)
  edit(t)
  finished(t, buf, 1)
  t:write_file('code.lua', table.concat(vim.list_extend({ 'first', 'second' }, code(30)), '\n') .. '\n')
  t:lua([[
    vim.o.autoread = true
    vim.uv.fs_utime(vim.api.nvim_buf_get_name(0), os.time() + 10, os.time() + 10)
    vim.cmd('checktime')
  ]])
  t:wait(function() return lines(t, buf)[1] == 'first' end, 'it is read again')
  gate:pass()
  done(t)
  eq({ { 3, 3, 5, 'finished' }, { 12, 12, 14, 'finished' }, { 24, 24, 26, 'finished' } }, hunks(t, buf))
  eq(3, decide(t, 'accept', { id = 'all' }))
  eq(vim.list_extend({ 'first', 'second' }, code(30, NEW)), lines(t, buf))
end)

test('a formatter changes all lines as the file is written', OPTS, function(t)
  local buf, _, gate = begin(t, { gate = true })
  t:lua([[vim.api.nvim_create_autocmd('BufWritePre', { callback = function()
    local lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)
    lines[20] = lines[20] .. ' -- formatted'
    table.insert(lines, 1, '-- formatted')
    vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)
  end })]])
  gate:pass(14)
  edit(t)
  finished(t, buf, 1)
  t:cmd('silent write')
  gate:pass()
  done(t)
  eq({ { 3, 3, 4, 'finished' }, { 12, 12, 13, 'finished' }, { 24, 24, 25, 'finished' } }, hunks(t, buf))
  eq(3, decide(t, 'accept', { id = 'all' }))
  local line = code(30)[20] .. ' -- formatted'
  eq(vim.list_extend({ '-- formatted' }, code(30, vim.tbl_extend('force', NEW, { [20] = { line } }))), lines(t, buf))
end)

for what, command in pairs({ wiped = 'bwipeout!', unloaded = 'bunload!', deleted = 'bdelete!' }) do
  test(('the buffer is %s while it streams'):format(what), OPTS, function(t)
    local buf, _, gate = begin(t, { gate = true })
    gate:pass(14)
    edit(t)
    finished(t, buf, 1)
    t:cmd('enew | ' .. command .. ' ' .. buf)
    local result = done(t)
    eq('cancelled', result.status)
    T.ok(result.reason ~= nil, 'it is told why')
    eq(0, t:lua('return #require("hum.edit").list()'))
  end)
end

test('the buffer gets another name while it streams', OPTS, function(t)
  local buf, _, gate = begin(t, { gate = true })
  gate:pass(14)
  edit(t)
  finished(t, buf, 1)
  t:cmd('silent saveas ' .. t.dir .. '/other.lua')
  gate:pass()
  done(t)
  eq(3, decide(t, 'accept', { buf = buf, id = 'all' }))
  eq(code(30, NEW), lines(t, buf))
end)

test('text that is locked is told, and what follows by itself is accepted a moment later', OPTS, function(t)
  local buf, _, gate = begin(t, { gate = true })
  gate:pass(14)
  edit(t)
  finished(t, buf, 1)
  local why = t:lua([[
    local why
    vim.keymap.set('n', '<F5>', function()
      why = select(2, require('hum').accept({ id = 'all' }))
      return ''
    end, { expr = true })
    vim.api.nvim_feedkeys(vim.keycode('<F5>'), 'x', false)
    return why]])
  T.ok(tostring(why):find('locked'), 'told is ' .. tostring(why))
  eq(code(30), lines(t, buf))
  eq(1, decide(t, 'accept', { id = 'all' }))
  gate:pass()
  done(t)
  eq(code(30, NEW), lines(t, buf))
end)

test('two edits at once in one buffer, whose lines may not be the same', OPTS, function(t)
  local buf, srv, gate = begin(t, { gate = true })
  srv:script({
    rules = {
      { match = { text = 'First.' }, tokens = tokens(vim.list_slice(code(30, NEW), 1, 10)) },
      { match = { text = 'Second.' }, tokens = tokens(vim.list_slice(code(30, NEW), 11, 19)) },
    },
  })
  gate:pass(0)
  edit(t, { first = 1, last = 10, instruction = 'First.' })
  edit(t, { first = 11, last = 18, instruction = 'Second.' })
  local why = t:lua([[return select(2, require('hum').edit({ first = 18, last = 20, instruction = 'Third.' }))]])
  T.ok(why:find('are being edited already'), 'told is ' .. why)
  gate:pass()
  done(t, 2)
  eq({ { 3, 3, 3, 'finished' }, { 12, 12, 12, 'finished' } }, hunks(t, buf))
  eq(2, decide(t, 'accept', { id = 'all' }))
  eq(code(30, { [3] = NEW[3], [12] = NEW[12] }), lines(t, buf))
end)

test('buffers that cannot be edited are refused with the reason', OPTS, function(t)
  begin(t)
  local function refused(setup)
    return t:lua(
      [[
      vim.cmd('enew!')
      vim.cmd(...)
      return select(2, require('hum').edit({ first = 1, last = 1, instruction = 'x' })) or 'nothing'
    ]],
      setup
    )
  end
  for setup, word in pairs({
    ['setlocal nomodifiable'] = 'modifiable',
    ['setlocal readonly'] = 'readonly',
    ['setlocal binary'] = 'binary',
    ['help | only'] = 'help page',
    ['terminal true'] = 'terminal',
  }) do
    local why = refused(setup)
    T.ok(why:find(word), ('%s: %s'):format(setup, why))
  end
  eq(0, t:lua('return #require("hum.edit").list()'))
end)

test('no server, and a model that there is not', OPTS, function(t)
  local buf, srv = begin(t, { script = { default = { text = 'x = 1' } } })
  edit(t, { first = 1, last = 30, model = 'nobody' })
  local result = done(t)
  eq('error', result.status)
  T.ok(result.message:find('nobody'), result.message)
  srv:stop()
  edit(t)
  result = done(t, 2)
  eq('error', result.status)
  T.ok(#result.message > 0 and #(result.hint or '') > 0, vim.inspect(result))
  eq(code(30), lines(t, buf))
  T.ok(type(decide(t, 'accept', { id = 'all' })) == 'string', 'nothing can be accepted')
end)

test('the helper dies while it streams: what has finished stays', OPTS, function(t)
  local buf, _, gate = begin(t, { gate = true })
  gate:pass(14)
  edit(t)
  finished(t, buf, 1)
  vim.uv.kill(t:helper_pid(), 'sigkill')
  eq('error', done(t).status)
  eq({ { 3, 3, 3, 'finished' } }, hunks(t, buf))
  eq(1, decide(t, 'accept', { id = 'all' }))
end)

test('a function that fails at the end is told in a line', OPTS, function(t)
  begin(t)
  t:lua([[require('hum').edit({ first = 1, last = 30, instruction = 'x', on_done = function() error('oh no') end })]])
  t:wait(function() return t:messages():find('on_done failed') end, 'it is told')
end)

test('20,000 lines', OPTS, function(t)
  local changed = { [7] = { 'local seventh = 1' }, [10000] = false, [19990] = { 'local late = 1', 'local later = 2' } }
  local buf =
    begin(t, { old = code(20000), script = { text = table.concat(tokens(code(20000, changed))), token_bytes = 400 } })
  edit(t, { first = 1, last = 20000 })
  done(t)
  eq({ 7, 10000, 19990 }, vim.tbl_map(function(one) return one[1] end, hunks(t, buf)))
  eq(3, decide(t, 'accept', { id = 'all' }))
  eq(true, vim.deep_equal(code(20000, changed), lines(t, buf)))
end)

test('what the functions are given is checked', OPTS, function(t)
  begin(t)
  local function err(what, opts)
    return t:lua(
      [[
      local what, opts = ...
      local ok, err = pcall(require('hum')[what], opts)
      return ok and '' or err
    ]],
      what,
      opts
    )
  end
  T.ok(err('accept', { id = 'some' }):find('hum.accept: opts.id must be the id of a hunk or "all"', 1, true))
  T.ok(err('reject', { force = true }):find('hum.reject: opts.force: no such option', 1, true))
  T.ok(err('hunks', 99):find('hum.hunks: buf must be the number of a buffer', 1, true))
  eq('there is no hunk 77', decide(t, 'accept', { id = 77 }))
end)
