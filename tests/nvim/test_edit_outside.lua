-- What an edit leaves alone: language servers, diagnostics, jumps, folds, windows, modes; and what the functions give.
local T = require('harness')
local chat = require('lib.chat')
local preview = require('lib.preview')
local test, eq = T.test, T.eq

local OPTS = { ui = { 80, 20 } }

---@param n integer
---@param changed? table<integer, string[]>  what stands there instead
---@return string[]
local function code(n, changed)
  local lines = {}
  for i = 1, n do
    vim.list_extend(lines, changed and changed[i] or { ('local value_%d = compute(%d)'):format(i, i * 7) })
  end
  return lines
end

local NEW = { [4] = { 'local fourth = other()' }, [11] = { 'local a = 1', 'local b = 2' }, [18] = {} }

---@param t test.Case
---@param opts? { old?: string[], new?: string[], text?: string, gate?: boolean }
---@return table srv, table|nil gate
local function begin(t, opts)
  opts = opts or {}
  local srv = t:fake()
  local gate = opts.gate and t:gate(srv) or nil
  local tokens = { '```lua\n' }
  for _, line in ipairs(opts.new or code(30, NEW)) do
    tokens[#tokens + 1] = line .. '\n'
  end
  tokens[#tokens + 1] = '```\n'
  srv:script(opts.text and { text = opts.text } or { tokens = tokens })
  chat.configure(t, srv)
  local path = t:write_file('code.lua', table.concat(opts.old or code(30), '\n') .. '\n')
  t:cmd('set noswapfile | edit ' .. path)
  t:lua([[
    DONE, HUNKS = {}, {}
    vim.api.nvim_create_autocmd('User', { pattern = 'HumEditHunk', callback = function(event)
      table.insert(HUNKS, event.data)
    end })
  ]])
  return srv, gate
end

local function edit(t, opts)
  return t:lua(
    [[
    local opts = ...
    opts.instruction = opts.instruction or 'Improve it.'
    opts.on_done = function(result) table.insert(DONE, result) end
    HANDLE = assert(require('hum').edit(opts))
    return HANDLE.id
  ]],
    opts or { first = 1, last = 30 }
  )
end

local function done(t, n)
  t:wait(function() return t:lua('return #DONE') >= (n or 1) end, 'the edit has ended')
  return t:lua('return DONE[...]', n or 1)
end

local function lines(t) return t:api('nvim_buf_get_lines', 0, 0, -1, false) end

local function hunks(t) return t:lua('return require("hum").hunks()') end

local function finished(t, n)
  t:wait(function()
    return #vim.tbl_filter(function(one) return one.state ~= 'pending' end, hunks(t)) >= n
  end, n .. ' hunks have finished')
end

local function accept(t, opts)
  return t:lua('local n, err = require("hum").accept(...) return n or err', opts or { id = 'all' })
end

test('a hunk has the fields that are promised', OPTS, function(t)
  local _, gate = begin(t, { gate = true })
  gate:pass(13)
  edit(t)
  finished(t, 1)
  t:wait(function() return #hunks(t) == 2 end, 'rows of the open part')
  local first, open = unpack(hunks(t))
  setmetatable(first, nil)
  local id = first.id
  eq({
    id = id,
    first = 4,
    last = 4,
    at = 4,
    old = { code(4)[4] },
    new = NEW[4],
    state = 'finished',
    edit = first.edit,
  }, first)
  eq('pending', open.state)
  for _, key in ipairs({ 'first', 'last', 'at' }) do
    eq('number', type(open[key]), key)
  end
  gate:pass()
  done(t)
  eq(
    { 'accepted', 'finished', 'finished' },
    (function()
      eq(1, accept(t, { id = id }))
      return vim.tbl_map(function(one) return one.state end, hunks(t))
    end)()
  )
  eq(id, hunks(t)[1].id)
end)

test('what is only inserted has its last line before its first', OPTS, function(t)
  begin(t, { new = code(30, { [1] = { 'local zero = 0', code(1)[1] }, [30] = { code(30)[30], 'return 1' } }) })
  edit(t)
  done(t)
  eq(
    { { 1, 0, 1, {}, { 'local zero = 0' } }, { 31, 30, 31, {}, { 'return 1' } } },
    vim.tbl_map(function(one) return { one.first, one.last, one.at, one.old, one.new } end, hunks(t))
  )
  eq(2, accept(t))
  eq(code(30, { [1] = { 'local zero = 0', code(1)[1] }, [30] = { code(30)[30], 'return 1' } }), lines(t))
end)

test('a language server sees the changes of hunks and nothing else', OPTS, function(t)
  local _, gate = begin(t, { gate = true })
  t:lua([[
    SEEN, CHANGES = nil, 0
    local function offset(line, character) return character end
    local function apply(change)
      CHANGES = CHANGES + 1
      if not change.range then SEEN = change.text return end
      local list = vim.split(SEEN, '\n', { plain = true })
      local function at(pos)
        local n = 0
        for i = 1, pos.line do n = n + #list[i] + 1 end
        return n + pos.character
      end
      SEEN = SEEN:sub(1, at(change.range.start)) .. change.text .. SEEN:sub(at(change.range['end']) + 1)
      LARGEST = math.max(LARGEST or 0, change.range['end'].line - change.range.start.line)
    end
    vim.lsp.start({ name = 'fake', root_dir = vim.fn.getcwd(), cmd = function()
      local stopped = false
      return {
        request = function(method, params, callback)
          if method == 'initialize' then
            callback(nil, { capabilities = { textDocumentSync = { openClose = true, change = 2 } } })
          else
            callback(nil, nil)
          end
          return true, 1
        end,
        notify = function(method, params)
          if method == 'textDocument/didOpen' then SEEN = params.textDocument.text end
          if method == 'textDocument/didChange' then
            for _, change in ipairs(params.contentChanges) do apply(change) end
          end
          return true
        end,
        is_closing = function() return stopped end,
        terminate = function() stopped = true end,
      }
    end })
  ]])
  t:wait(function() return t:lua('return SEEN ~= nil') end, 'the server has the file')
  gate:pass(14)
  edit(t)
  finished(t, 1)
  local function same()
    t:wait(
      function()
        return t:lua([[
        for _, client in ipairs(vim.lsp.get_clients()) do pcall(vim.lsp._changetracking.flush, client, 0) end
        return SEEN == table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n') .. '\n'
      ]])
      end,
      'the server sees what the buffer has'
    )
  end
  eq(0, t:lua('return CHANGES'), 'a preview is no change')
  eq(1, accept(t, { id = hunks(t)[1].id }))
  same()
  gate:pass()
  done(t)
  eq(2, accept(t))
  same()
  eq(1, t:lua('return LARGEST'), 'small changes')
  t:keys('u')
  same()
  t:keys('<C-r>')
  same()
  eq(code(30, NEW), lines(t))
end)

test('diagnostics, the jump list and the change list stay with their lines', OPTS, function(t)
  begin(t)
  t:lua([[
    NS = vim.api.nvim_create_namespace('probe')
    local list = {}
    for _, line in ipairs({ 2, 9, 15, 25 }) do
      table.insert(list, { lnum = line - 1, col = 6, end_lnum = line - 1, end_col = 11, message = vim.fn.getline(line) })
    end
    vim.diagnostic.set(NS, 0, list)
  ]])
  t:keys('9GG25G2G')
  local before = t:lua([[
    return vim.tbl_map(function(jump) return vim.fn.getline(jump.lnum) end, vim.fn.getjumplist()[1])]])
  edit(t)
  done(t)
  eq(
    before,
    t:lua([[return vim.tbl_map(function(jump) return vim.fn.getline(jump.lnum) end, vim.fn.getjumplist()[1])]]),
    'an edit makes no jump'
  )
  eq(3, accept(t))
  eq(
    {},
    t:lua([[
    local wrong = {}
    for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, vim.diagnostic.get_namespace(NS).user_data.underline_ns
        or -1, 0, -1, { details = true })) do
      local line = vim.api.nvim_buf_get_lines(0, mark[2], mark[2] + 1, false)[1]
      if mark[3] ~= 6 or not line:find('^local value_') then table.insert(wrong, { mark[2], line }) end
    end
    return wrong]])
  )
  eq(
    before,
    t:lua([[return vim.tbl_map(function(jump) return vim.fn.getline(jump.lnum) end, vim.fn.getjumplist()[1])]])
  )
end)

test('windows of one buffer keep their cursors and what they show', OPTS, function(t)
  begin(t)
  t:cmd('split | normal! 25G')
  t:cmd('wincmd p | normal! 2G')
  local win = t:api('nvim_get_current_win')
  edit(t)
  done(t)
  eq(3, accept(t))
  eq(win, t:api('nvim_get_current_win'))
  eq(
    { 'local value_2 = compute(14)', 'local value_25 = compute(175)' },
    t:lua([[
    local all = vim.tbl_map(function(w) return vim.fn.getline(vim.api.nvim_win_get_cursor(w)[1]) end,
      vim.api.nvim_list_wins())
    table.sort(all)
    return all]])
  )
end)

test('who types while hunks are accepted by themselves goes on typing', OPTS, function(t)
  local _, gate = begin(t, { gate = true })
  gate:pass(0)
  edit(t)
  eq(0, accept(t))
  t:keys('28Gobefore ')
  gate:pass()
  done(t)
  t:wait(function() return vim.tbl_contains(lines(t), 'local b = 2') end, 'hunks are taken')
  t:keys('after<Esc>')
  local want = code(30, vim.tbl_extend('force', NEW, { [28] = { code(28)[28], 'before after' } }))
  eq(want, lines(t))
  eq('n', t:api('nvim_get_mode').mode)
end)

for name, case in pairs({
  empty = { '', 'empty' },
  prose = { 'I am sorry, but I cannot help with changing this code, since it is not clear to me.', nil },
  question = { 'Which of the two values should I change, and should the names stay as they are?', nil },
}) do
  test(('an answer that is %s is told, and nothing can be accepted'):format(name), OPTS, function(t)
    begin(t, { text = case[1] })
    local win = t:api('nvim_get_current_win')
    edit(t)
    local result = done(t)
    eq('error', result.status)
    if name == 'empty' then
      T.match('the reply is empty', result.message, true)
    else
      eq(name, result.code)
    end
    eq(0, result.hunks)
    eq('string', type(accept(t)))
    eq(code(30), lines(t))
    eq(win, t:api('nvim_get_current_win'), 'the focus stays')
    if name ~= 'empty' then t:wait_screen(case[1]:sub(1, 20)) end
  end)
end

test('an answer that changes nothing says so', OPTS, function(t)
  begin(t, { new = code(30) })
  edit(t)
  local result = done(t)
  eq({ 'done', 0, 'nothing to change' }, { result.status, result.hunks, result.message })
  t:wait(function() return t:messages():find('nothing to change', 1, true) end, 'it is told')
  T.match('nothing to change', accept(t), true)
  eq({}, t:lua('return vim.api.nvim_buf_get_keymap(0, "n")'), 'no keys stay')
end)

test('a buffer that may not be changed any more is told, and changed when it may', OPTS, function(t)
  begin(t)
  edit(t)
  done(t)
  t:cmd('setlocal nomodifiable')
  T.match("'modifiable'", accept(t), true)
  t:cmd('setlocal modifiable readonly')
  T.match("'readonly'", accept(t), true)
  t:cmd('setlocal noreadonly')
  eq(3, accept(t))
  eq(code(30, NEW), lines(t))
end)

test('an empty buffer is written into without a line too many', OPTS, function(t)
  begin(t, { old = {}, new = { 'local a = 1', 'return a' } })
  t:cmd('enew! | setlocal filetype=lua')
  t:cmd('Hum insert a value')
  t:wait_event('HumEditFinished')
  t:cmd('Hum accept all')
  eq({ 'local a = 1', 'return a' }, lines(t))
  t:keys('u')
  eq({ '' }, lines(t))
end)

test('a closed fold over all of the range stays, and its hunks are accepted', OPTS, function(t)
  begin(t)
  t:cmd('2,28fold')
  edit(t)
  done(t)
  eq({ 2, 28 }, t:lua('return { vim.fn.foldclosed(10), vim.fn.foldclosedend(10) }'))
  eq(3, accept(t))
  eq(2, t:lua('return vim.fn.foldclosed(10)'))
  eq(code(30, NEW), lines(t))
end)

test('lines longer than the window', { ui = { 40, 12 } }, function(t)
  local long = ('word '):rep(400)
  begin(
    t,
    { old = { 'a = 1', 'b = "' .. long .. '"', 'c = 3' }, new = { 'a = 1', 'b = "' .. long .. 'end"', 'c = 3' } }
  )
  edit(t, { first = 1, last = 3 })
  done(t)
  t:keys('3G')
  t:keys(']c')
  t:keys('[c')
  eq(1, accept(t))
  eq('b = "' .. long .. 'end"', lines(t)[2])
  t:keys('u')
  eq('b = "' .. long .. '"', lines(t)[2])
end)

-- ---- orders, undo, files, words ------------------------------------------------------------------

test('accepted and rejected in every order, while it streams', OPTS, function(t)
  local _, gate = begin(t, { gate = true })
  for _, order in ipairs({ '123', '132', '213', '231', '312', '321' }) do
    for _, what in ipairs({ 'aaa', 'ara', 'rar', 'arr', 'rra' }) do
      t:cmd('silent edit!')
      gate:pass(27)
      edit(t)
      finished(t, 3)
      local ids = vim.tbl_map(function(one) return one.id end, hunks(t))
      local want = {}
      for n = 1, 3 do
        local i = tonumber(order:sub(n, n))
        local accepts = what:sub(i, i) == 'a'
        eq(
          1,
          t:lua(
            'local what, id = ... return require("hum")[what]({ id = id })',
            accepts and 'accept' or 'reject',
            ids[i]
          )
        )
        local line = ({ 4, 11, 18 })[i]
        if accepts then want[line] = NEW[line] end
        eq(code(30, want), lines(t), order .. ' ' .. what)
      end
      t:lua('HANDLE.stop()')
      t:wait(function() return t:lua('return #DONE > 0') end, 'the end')
      t:lua('DONE = {}')
      eq(want[4] and 'accepted' or 'rejected', hunks(t)[1].state)
      t:cmd('silent edit!')
      t:lua('require("hum.edit").list()[1]:drop()')
    end
  end
end)

test('what was rejected may be accepted after all', OPTS, function(t)
  begin(t)
  edit(t)
  done(t)
  local id = hunks(t)[2].id
  eq(1, t:lua('return require("hum").reject({ id = ... })', id))
  eq('rejected', hunks(t)[2].state)
  eq(1, accept(t, { id = id }))
  eq(code(30, { [11] = NEW[11] }), lines(t))
end)

test('an edit of a buffer that is not shown', OPTS, function(t)
  begin(t)
  local buf = t:eval('bufnr()')
  t:cmd('set hidden | enew')
  edit(t, { buf = buf, first = 1, last = 30 })
  done(t)
  eq(3, t:lua('return #require("hum").hunks(...)', buf))
  eq(3, accept(t, { buf = buf, id = 'all' }))
  eq(code(30, NEW), t:api('nvim_buf_get_lines', buf, 0, -1, false))
  eq({ '' }, lines(t))
  eq(1, t:lua('return #vim.api.nvim_list_wins()'))
end)

test('the user rejects with undo: each accept can be undone in any state of the stream', OPTS, function(t)
  local _, gate = begin(t, { gate = true })
  gate:pass(14)
  edit(t)
  finished(t, 1)
  eq(1, accept(t, { id = hunks(t)[1].id }))
  t:keys('u')
  eq('finished', hunks(t)[1].state)
  eq(1, t:lua('return require("hum").reject({ id = ... })', hunks(t)[1].id))
  t:keys('<C-r>')
  eq('accepted', hunks(t)[1].state)
  gate:pass()
  done(t)
  t:keys('u')
  eq(code(30), lines(t))
end)

test('the range is deleted while it streams', OPTS, function(t)
  local _, gate = begin(t, { gate = true })
  gate:pass(14)
  edit(t)
  finished(t, 1)
  t:keys('gg30dd')
  gate:pass()
  local result = done(t)
  eq('string', type(accept(t)), vim.inspect(result))
  eq({ '' }, lines(t))
  t:keys('u')
  eq(3, accept(t))
  eq(code(30, NEW), lines(t))
end)

test('the range is moved while it streams', OPTS, function(t)
  local _, gate = begin(t, { gate = true })
  gate:pass(14)
  edit(t, { first = 1, last = 30 })
  finished(t, 1)
  t:cmd('normal! Gonew line')
  t:cmd('1,5move $')
  gate:pass()
  done(t)
  local n = accept(t)
  local all = lines(t)
  T.ok(vim.tbl_contains(all, 'local b = 2') and vim.tbl_contains(all, 'new line'), vim.inspect({ n, all }))
end)

test('completion of the commands', OPTS, function(t)
  begin(t)
  eq({ 'all' }, t:lua('return vim.fn.getcompletion("Hum accept ", "cmdline")'))
  eq({ 'all' }, t:lua('return vim.fn.getcompletion("Hum reject ", "cmdline")'))
  local names = t:lua('return vim.fn.getcompletion("Hum ", "cmdline")')
  for _, name in ipairs({
    'edit',
    'insert',
    'fix',
    'accept',
    'reject',
    'stop',
    'apply',
    'undo',
    'diff',
    'remark',
    'commit',
  }) do
    T.ok(vim.tbl_contains(names, name), name)
  end
end)

test('mistakes in commands say what is right', OPTS, function(t)
  begin(t)
  for cmd, word in pairs({
    ['3,99Hum edit x'] = 'E16',
    ['Hum accept'] = 'begins one',
    ['Hum undo'] = 'nothing',
    ['Hum stop'] = 'to stop',
    ['Hum apply'] = 'chat',
    ['Hum diff nonsense'] = 'git',
  }) do
    t:cmd('messages clear')
    t:keys(':' .. cmd .. '<CR>')
    local text = t:wait(function()
      local m = t:messages()
      return m ~= '' and m
    end, cmd)
    T.ok(text:find(word, 1, true), cmd .. ': ' .. text)
    T.ok(not text:find('stack traceback', 1, true), cmd .. ': ' .. text)
  end
end)

test('maps of the user, and the file type', OPTS, function(t)
  begin(t)
  t:lua([[
    vim.keymap.set('n', 'ga', function() MINE = (MINE or 0) + 1 end, { buffer = true, desc = 'mine' })
    vim.keymap.set('n', ']c', '<Nop>', { desc = 'global' })
  ]])
  local before = t:lua(
    [[return { vim.fn.maparg('ga', 'n', false, true).desc, vim.bo.filetype, vim.fn.maparg(']c', 'n', false, true).desc }]]
  )
  edit(t)
  done(t)
  t:keys('4Gga')
  eq(code(30, { [4] = NEW[4] }), lines(t))
  t:cmd('Hum reject all')
  eq(
    before,
    t:lua(
      [[return { vim.fn.maparg('ga', 'n', false, true).desc, vim.bo.filetype, vim.fn.maparg(']c', 'n', false, true).desc }]]
    )
  )
  t:keys('ga')
  eq(1, t:lua('return MINE'))
end)

test('many at once: accept all for what comes later, though the user works in between', OPTS, function(t)
  local _, gate = begin(t, { gate = true })
  gate:pass(3)
  edit(t)
  eq(0, accept(t))
  t:keys('Goat the end<Esc>ggOat the top<Esc>')
  gate:pass(12)
  t:keys('u')
  gate:pass()
  done(t)
  local want = code(30, NEW)
  table.insert(want, 'at the end')
  t:wait(function() return #lines(t) == #want end, 'all taken')
  eq(want, lines(t))
end)

test('what would take too much away is asked for at the end, too, where all was accepted before', OPTS, function(t)
  local _, gate = begin(t, { gate = true, new = vim.list_slice(code(30, { [4] = NEW[4] }), 1, 12) })
  gate:pass(10)
  edit(t)
  finished(t, 1)
  eq(1, accept(t))
  gate:pass()
  done(t)
  t:wait(function() return t:messages():find('a third of the lines') end, 'it is told')
  eq(code(30, { [4] = NEW[4] }), lines(t))
  T.match('third', accept(t), true)
  eq(1, accept(t, { id = 'all', force = true }))
  eq(vim.list_slice(code(30, { [4] = NEW[4] }), 1, 12), lines(t))
end)

test('without undo, and with none of the levels', OPTS, function(t)
  for _, levels in ipairs({ -1, 0, 1 }) do
    begin(t)
    t:cmd('edit! | set undolevels=' .. levels)
    edit(t)
    done(t)
    eq(3, accept(t))
    eq(code(30, NEW), lines(t))
    eq(levels, t:lua('return vim.o.undolevels'))
    t:cmd('edit!')
    t:lua('for _, p in ipairs(require("hum.edit").list()) do p:drop() end')
  end
end)

test('undo to the beginning and again, with all and with a part', OPTS, function(t)
  local _, gate = begin(t, { gate = true })
  t:keys('Gofirst of mine<Esc>')
  gate:pass(14)
  edit(t)
  finished(t, 1)
  eq(1, accept(t, { id = hunks(t)[1].id }))
  t:keys('Gosecond of mine<Esc>')
  t:cmd('undo 0')
  eq(code(30), lines(t))
  eq('finished', hunks(t)[1].state)
  gate:pass()
  done(t)
  t:keys('9999<C-r>')
  eq('accepted', hunks(t)[1].state)
  eq(2, accept(t))
  eq(vim.list_extend(code(30, NEW), { 'first of mine', 'second of mine' }), lines(t))
  t:cmd('earlier 100')
  eq(code(30), lines(t))
  eq(3, accept(t))
  eq(code(30, NEW), lines(t))
end)

for name, bytes in pairs({
  ['DOS'] = 'a = 1\r\nb = 2\r\nc = 3\r\n',
  ['no newline at the end'] = 'a = 1\nb = 2\nc = 3',
  ['a BOM'] = '\239\187\191a = 1\nb = 2\nc = 3\n',
  ['latin1'] = '-- \228\246\na = 1\nb = 2\nc = 3\n',
}) do
  test('a file keeps its form: ' .. name, OPTS, function(t)
    begin(t, { text = '```lua\nb = 20\n```' })
    local path = t:write_file('form.lua', bytes)
    t:cmd('edit ' .. path)
    local line = t:eval('search("^b = 2")')
    edit(t, { first = line, last = line })
    done(t)
    eq(1, accept(t))
    t:cmd('silent write')
    eq((bytes:gsub('b = 2', 'b = 20')), t:read_file('form.lua'))
    t:keys('u')
    t:cmd('silent write')
    eq(bytes, t:read_file('form.lua'))
  end)
end

test('accepted from insert mode and from a selection', OPTS, function(t)
  begin(t)
  edit(t)
  done(t)
  t:keys('4GAtail<Cmd>Hum accept all<CR>more<Esc>')
  T.ok(vim.tbl_contains(lines(t), 'local b = 2'), 'the others are taken')
  t:keys('uuu')
  eq(code(30), lines(t))
  t:keys('4GVj<Cmd>Hum accept all<CR><Esc>')
  eq(code(30, NEW), lines(t))
end)

test('what takes much away in the midst of an answer asks, too', OPTS, function(t)
  preview.buffer(t, preview.numbered(9))
  preview.start(t, 1, 9)
  preview.finish(t, 2, 6, {})
  preview.finish(t, 8, 8, { 'new' })
  T.match('third', accept(t), true)
  eq(9, #lines(t))
  eq(2, accept(t, { id = 'all', force = true }))
  eq(4, #lines(t))
end)
