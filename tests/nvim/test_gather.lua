-- What messages refer to, gathered by the helper: files, lines of them, texts and buffers; what is not read; what is kept.
local T = require('harness')
local editor = require('lib.editor')
local test, eq = T.test, T.eq

T.once()

local BARE = { nvim = false }

--- Starts a helper, for a project `proj` in the case's folder.
local function start(t)
  t:write_file('proj/a.lua', 'local a = 1\nlocal b = 2\n')
  local e = editor.start(t)
  e:hello()
  local last = 0
  --- Gathers items; the results, or the error.
  function e.gather(items, more)
    last = last + 1
    local spec = { folder = t.dir .. '/kept', root = vim.uv.fs_realpath(t.dir .. '/proj'), items = items }
    e.rpc:notify('gather', last, vim.tbl_extend('force', spec, more or {}))
    local ending = e:wait_end(last)
    return ending.data.items, ending
  end
  e.last = function() return last end
  function e.kept(name) return t:read_file('kept/' .. name) end
  return e, t.dir .. '/proj/'
end

test('a file is read, measured and kept under the name of its content', BARE, function(t)
  local e, proj = start(t)
  local one = e.gather({ { path = proj .. 'a.lua' } })[1]
  eq('ok', one.state)
  eq('text', one.kind)
  eq({ 24, 2 }, { one.bytes, one.lines })
  T.ok(one.tokens >= 6 and one.tokens <= 12, 'tokens')
  eq(proj .. 'a.lua', one.path)
  eq('local a = 1\nlocal b = 2\n', one.head)
  eq('local a = 1\nlocal b = 2\n', e.kept(one.kept))
  eq(vim.fn.sha256(vim.base64.encode('local a = 1\nlocal b = 2\n')) .. '.txt', one.kept)
  eq(tonumber('600', 8), vim.uv.fs_stat(t.dir .. '/kept/' .. one.kept).mode % 512)
  eq(tonumber('700', 8), vim.uv.fs_stat(t.dir .. '/kept').mode % 512)
end)

test('without a folder nothing is kept', BARE, function(t)
  local e, proj = start(t)
  local one = e.gather({ { path = proj .. 'a.lua' } }, { folder = '' })[1]
  eq({ 'ok', nil, 24 }, { one.state, one.kept, one.bytes })
  eq(nil, vim.uv.fs_stat(t.dir .. '/kept'))
end)

test('a text is kept as it is, in one piece or several', BARE, function(t)
  local e = start(t)
  local one = e.gather({ { text = 'a ```` b' } })[1]
  eq({ 'ok', 4, 'a ```` b' }, { one.state, one.fence, e.kept(one.kept) })
  local id = e.last() + 1
  e.rpc:notify('gather', id, { folder = t.dir .. '/kept', items = { { text = 'x' }, { pieces = 2 } } })
  e.rpc:notify('piece', id, 2, 'one\n')
  e.rpc:notify('piece', id, 2, 'two\n')
  local items = e:wait_end(id).data.items
  eq({ 'x', 'one\ntwo\n' }, { e.kept(items[1].kept), e.kept(items[2].kept) })
end)

test('what is no text of the project is not read, and said to be so', BARE, function(t)
  local e, proj = start(t)
  t:write_file('outside.txt', 'o\n')
  t:write_file('proj/nul.bin', 'a\0b')
  vim.uv.fs_symlink(t.dir .. '/outside.txt', proj .. 'link')
  vim.uv.fs_symlink('loop', proj .. 'loop')
  vim.system({ 'mkfifo', proj .. 'fifo' }):wait()
  local names = { 'none', 'a.lua/x', '../outside.txt', 'link', 'nul.bin', 'fifo', '../proj', 'loop' }
  local items = vim.tbl_map(function(name) return { path = proj .. name } end, names)
  vim.list_extend(items, { { path = '/dev/zero' }, { path = '/proc/self/environ', force = true } })
  local states = vim.tbl_map(function(one) return one.state end, (e.gather(items)))
  local wanted = { 'missing', 'missing', 'outside', 'outside', 'binary', 'special', 'directory', 'unreadable' }
  vim.list_extend(wanted, { 'outside', 'special' })
  eq(wanted, states)
  eq('ok', e.gather({ { path = proj .. 'link', force = true } })[1].state)
end)

test('the editor: a buffer with what is not saved, lines of it, a text of megabytes', function(t)
  t:write_file('a.lua', 'one\ntwo\nthree\n')
  t:cmd('edit ' .. t.dir .. '/a.lua')
  t:api('nvim_buf_set_lines', 0, 1, 2, true, { 'zwei', 'drei' })
  local dir = t.dir .. '/kept'
  t:lua(
    [[
    local buf, dir = vim.api.nvim_get_current_buf(), ...
    local big = ('0123456789abcdef'):rep(100000)
    require('hum.server.gather').start({ folder = dir, items = {
      { buf = buf }, { buf = buf, first = 2, last = 3 }, { buf = buf, first = 3, last = 9 }, { text = big, want = 'whole' },
      { buf = 4711 },
    } }, function(err, items) _G.got = { err = err, items = items } end)
  ]],
    dir
  )
  t:wait(function() return t:lua('return _G.got ~= nil') end, 'the result')
  local got = t:lua('return _G.got')
  eq(nil, got.err)
  local items = got.items
  eq({ 'ok', 'ok', 'range', 'ok', 'missing' }, vim.tbl_map(function(one) return one.state end, items))
  eq('one\nzwei\ndrei\nthree\n', t:read_file('kept/' .. items[1].kept))
  eq('zwei\ndrei\n', t:read_file('kept/' .. items[2].kept))
  eq(4, items[3].lines)
  eq(1600000, #t:read_file('kept/' .. items[4].kept))
end)

test('the editor: texts are measured, each once, and much of them in slices', function(t)
  t:lua([[
    local estimate, gather = require('hum.server.estimate'), require('hum.server.gather')
    local asked, real = {}, gather.start
    gather.start = function(spec, ...)
      asked[#asked + 1] = #spec.items
      return real(spec, ...)
    end
    local short, long = 'one two', ('x '):rep(60000)
    local texts = { '', short, long, short, long .. '2', long .. '3', long .. '4' }
    estimate.of(texts, function(err, tokens)
      local before = asked
      asked = {}
      estimate.of({ long .. '3', short }, function(_, again)
        _G.got = { err = err, tokens = tokens, again = again, before = before, calls = #asked }
      end)
    end)
  ]])
  t:wait(function() return t:lua('return _G.got ~= nil') end, 'the result')
  local got = t:lua('return _G.got')
  eq(nil, got.err)
  eq({ 4, 2 }, got.before)
  eq(0, got.calls)
  eq({ got.tokens[6], got.tokens[2] }, got.again)
  eq(got.tokens[2], got.tokens[4])
  T.ok(got.tokens[2] < got.tokens[3], 'the longer text has more')
end)

test('a gathering that was stopped ends once, as does one that is wrong', BARE, function(t)
  local e = start(t)
  e.rpc:notify('gather', 1, { items = { { pieces = 2 } } })
  e.rpc:notify('stop', 1, true)
  eq('cancelled', e:wait_end(1).name)
  e.rpc:notify('piece', 1, 1, 'late')
  for id, items in pairs({ [2] = { {} }, [3] = { { path = 'relative' } }, [4] = { { glob = '*' } } }) do
    e.rpc:notify('gather', id, { items = items })
    eq({ 'error', 'spec' }, { e:wait_end(id).name, e:wait_end(id).data.code })
  end
end)

--- Writes empty files below `proj`.
local function files(t, ...)
  for _, name in ipairs({ ... }) do
    t:write_file('proj/' .. name, '')
  end
end

test('names that match a pattern, without what git ignores', BARE, function(t)
  local e, proj = start(t)
  files(
    t,
    'src/b.lua',
    'src/deep/c.lua',
    'src/deep/out/d.lua',
    'src/.hidden.lua',
    'node/x.lua',
    'src/n\nl.lua',
    'src/\xff.lua'
  )
  t:write_file('proj/.gitignore', 'out/\n/node\n')
  t:write_file('proj/.git/info/exclude', 'b.*\n')
  vim.uv.fs_symlink('..', proj .. 'src/up')
  vim.uv.fs_symlink(t.dir, proj .. 'src/away')
  local function glob(pattern, more)
    local item = vim.tbl_extend('force', { glob = pattern, base = proj }, more or {})
    return e.gather({ item })[1]
  end
  local all = glob('**/*.lua')
  eq({ 'a.lua', 'src/deep/c.lua', 'src/n\nl.lua', 'src/\xff.lua' }, all.names)
  eq({ 0, 3, 'ok' }, { all.more, all.ignored, all.state })
  eq({ 'src/b.lua', 'src/deep/c.lua' }, glob('src/**/{b,c}.lua', { force = true }).names)
  eq({ 'src/up/a.lua' }, glob('src/up/*.lua').names)
  eq({}, glob('src/away/**').names)
  eq({}, glob('../*').names)
  eq(
    { names = { 'a.lua' }, more = 3 },
    (function(one) return { names = one.names, more = one.more } end)(glob('**/*.lua', { most = 1 }))
  )
  eq('outside', e.gather({ { glob = '*', base = t.dir } })[1].state)
  eq('missing', e.gather({ { glob = '*', base = proj .. 'none' } })[1].state)
end)

test('what is in a folder, and a tree that is cut at its deepest', BARE, function(t)
  local e, proj = start(t)
  files(t, 'src/b.lua', 'src/deep/c.lua', 'src/deep/er/d.lua', 'x/y', '.git/config', 'ign/z')
  t:write_file('proj/.gitignore', 'ign\n')
  local dir, tree, cut, shallow = unpack((e.gather({
    { dir = proj },
    { tree = proj },
    { tree = proj, most = 7 },
    { tree = proj .. 'src', depth = 1 },
  })))
  eq({ '.gitignore', 'a.lua', 'src/', 'x/' }, dir.names)
  eq({
    '.gitignore',
    'a.lua',
    'src/',
    'src/b.lua',
    'src/deep/',
    'src/deep/c.lua',
    'src/deep/er/',
    'src/deep/er/d.lua',
    'x/',
    'x/y',
  }, tree.names)
  eq({ '.gitignore', 'a.lua', 'src/', 'src/b.lua', 'src/deep/', 'x/', 'x/y' }, cut.names)
  eq({ 3, 1 }, { cut.more, cut.ignored })
  eq({ 'b.lua', 'deep/' }, shallow.names)
end)

test('a large file is told with its outline, and taken whole or as that if so wanted', BARE, function(t)
  local e, proj = start(t)
  local text = 'local M = {}\n' .. ('function M.f() return 1 end\n'):rep(500)
  t:write_file('proj/big.lua', text)
  local path = proj .. 'big.lua'
  local fits, large, whole, short = unpack((e.gather({
    { path = path },
    { path = path, want = 'outline' },
    { path = path, want = 'whole' },
    { path = path, first = 2, last = 3 },
  }, { largest = 4096 })))
  eq({ 'large', nil, 501, #text }, { fits.state, fits.kept, fits.lines, fits.bytes })
  T.match('^501 lines; what begins at which:\n2: function M.f', e.kept(fits.outline.kept))
  T.ok(fits.outline.tokens < fits.tokens, 'an outline is shorter')
  eq({ 'ok', fits.outline.kept, nil }, { large.state, large.outline.kept, large.kept })
  eq({ 'ok', text }, { whole.state, e.kept(whole.kept) })
  eq({ 'ok', 2, 501 }, { short.state, short.lines, short.total })
  eq(
    { 'range', 501 },
    (function(one) return { one.state, one.lines } end)(e.gather({ { path = path, first = 500, last = 502 } })[1])
  )
end)

--- Applies a diff with patch(1), which takes it behind a head.
local function patched(t, old, diff)
  t:write_file('patch/old', old)
  t:write_file('patch/diff', '--- old\n+++ new\n' .. diff)
  local done = vim.system({ 'patch', '-s', '-o', '-', 'old', 'diff' }, { cwd = t.dir .. '/patch' }):wait()
  eq(0, done.code, done.stdout)
  return done.stdout
end

test('what has changed since the model has seen it comes as a diff that patch takes', BARE, function(t)
  local e, proj = start(t)
  local lines = {}
  for i = 1, 60 do
    lines[i] = ('line %d'):format(i)
  end
  local old = table.concat(lines, '\n') .. '\n'
  t:write_file('proj/f.txt', old)
  local path = proj .. 'f.txt'
  local seen = e.gather({ { path = path } })[1].kept
  local same = e.gather({ { path = path, since = { 'x', seen } } })[1]
  eq({ true, nil, seen }, { same.same, same.diff, same.kept })
  lines[7], lines[10], lines[40] = 'seven', 'line 10\nmore', nil
  table.remove(lines, 50)
  local new = table.concat(lines, '\n', 1, 39) .. '\nthe end'
  t:write_file('proj/f.txt', new)
  local one = e.gather({ { path = path, since = seen } })[1]
  eq({ nil, new }, { one.same, e.kept(one.kept) })
  eq({ 3, 22 }, { one.diff.added, one.diff.removed })
  eq(one.diff.text, e.kept(one.diff.kept))
  T.match('^@@ %-4,10 %+4,11 @@\n line 4\n', one.diff.text)
  eq(new, patched(t, old, one.diff.text))
  eq(nil, e.gather({ { path = path, since = ('0'):rep(64) } })[1].diff)
end)

test('texts of other encodings come as UTF-8, images with their size', BARE, function(t)
  local e, proj = start(t)
  t:write_file('proj/bom.txt', '\xEF\xBB\xBFa\r\nb\r\n')
  t:write_file('proj/l1.txt', 'gr\xfc\xdfe \x80\n')
  t:write_file('proj/u16.txt', '\xff\xfea\0\r\0\n\0\xe4\0')
  t:write_file('proj/log.txt', 'gr\xc3\xbc\xc3 \xc3\xa4\n')
  t:write_file('proj/p.png', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x08\0\0\1\0')
  t:write_file('proj/p.pdf', '%PDF-1.4\nx')
  local names = { 'bom.txt', 'l1.txt', 'u16.txt', 'log.txt', 'p.png', 'p.pdf' }
  local items = e.gather(vim.tbl_map(function(name) return { path = proj .. name } end, names))
  eq(
    { 'a\nb\n', 'grüße €\n', 'a\nä', 'grü\xef\xbf\xbd ä\n' },
    vim.tbl_map(function(i) return e.kept(items[i].kept) end, { 1, 2, 3, 4 })
  )
  eq({ nil, 'latin1', 'utf-16' }, { items[1].encoding, items[2].encoding, items[3].encoding })
  eq(
    { 'image', 'image/png', 8, 256, 0 },
    { items[5].kind, items[5].media, items[5].width, items[5].height, items[5].tokens }
  )
  T.match('%.png$', items[5].kept)
  eq({ 'binary', 'pdf' }, { items[6].state, items[6].kind })
end)

test('a binary file is text if it has to be', BARE, function(t)
  local e, proj = start(t)
  t:write_file('proj/x.bin', 'a\0\0\xffb\xc3\xa4\0')
  local one = e.gather({ { path = proj .. 'x.bin', as_text = true } })[1]
  eq({ 'ok', 'a\xef\xbf\xbdbä\xef\xbf\xbd' }, { one.state, e.kept(one.kept) })
end)

test('what cannot be kept is told with the folder', BARE, function(t)
  local e, proj = start(t)
  t:write_file('kept', 'a file')
  local _, ending = e.gather({ { path = proj .. 'a.lua' } })
  eq({ 'error', 'bad' }, { ending.name, ending.data.code })
  T.match('move it away: .* cannot be kept in ' .. vim.pesc(t.dir .. '/kept'), ending.data.message)
end)

test('what changes while it is read is whole, what vanishes is missing; two gather the same at once', BARE, function(t)
  local e, proj = start(t)
  local text = ('a line of a text that is not short\n'):rep(20000)
  t:write_file('proj/same.txt', text)
  local items = {}
  for i = 1, 20 do
    items[i] = { path = proj .. 'same.txt', want = 'whole' }
  end
  for id = 101, 104 do
    e.rpc:notify('gather', id, { folder = t.dir .. '/kept', items = items })
  end
  vim.uv.fs_unlink(proj .. 'same.txt')
  for id = 101, 104 do
    for _, one in ipairs(e:wait_end(id).data.items) do
      T.ok(one.state == 'missing' or one.state == 'ok' and e.kept(one.kept) == text, one.state)
    end
  end
  for name in vim.fs.dir(t.dir .. '/kept') do
    T.match('^%x+%.txt$', name)
  end
end)

test('a gathering under way is stopped, and the helper goes on', BARE, function(t)
  local e, proj = start(t)
  t:write_file('proj/big.txt', ('0123456789abcde\n'):rep(500000))
  local items = {}
  for i = 1, 200 do
    items[i] = { path = proj .. 'big.txt', want = 'whole' }
  end
  e.rpc:notify('gather', 1, { items = items })
  e.rpc:notify('jobs', 2)
  local jobs = e:wait_event('jobs', 2).jobs
  eq({ 1, 'gather', 'reading' }, { #jobs, jobs[1].kind, jobs[1].state })
  e.rpc:notify('stop', 1)
  eq('cancelled', e:wait_end(1).name)
  e.rpc:notify('gather', 3, { items = { { path = proj .. 'a.lua' } } })
  eq('ok', e:wait_end(3).data.items[1].state)
  eq(1, #e:events_of(1))
end)

test('the editor: a gathering that is given up calls nobody', function(t)
  t:lua([[
    local gather = require('hum.server.gather')
    vim.api.nvim_buf_set_lines(0, 0, -1, true, vim.split((('x'):rep(99) .. '\n'):rep(9000), '\n'))
    local buf, calls = vim.api.nvim_get_current_buf(), {}
    for i, items in ipairs({ { { buf = buf } }, { { text = ('y'):rep(1000000) } }, { { text = 'z' } } }) do
      gather.start({ items = items }, function() calls[#calls + 1] = i end)()
    end
    local client = require('hum.server.client')
    local real = client.gather
    client.gather = function() return nil, 'no helper' end
    gather.start({ items = { { text = 'z' } } }, function() calls[#calls + 1] = 'refused' end)()
    client.gather = real
    gather.start({ items = { { text = 'last' } } }, function() _G.calls = calls end)
  ]])
  t:wait(function() return t:lua('return _G.calls ~= nil') end, 'the last one')
  eq({}, t:lua('return _G.calls'))
end)

test(
  'the editor: what comes behind work in slices has one of its own, and is not done once that is given up',
  function(t)
    t:lua([[
    local slices = require('hum.slices')
    _G.order = {}
    local function note(what) table.insert(_G.order, what) end
    slices.each({ 1, 2 }, function(n)
      note(n)
      vim.schedule(function() note('drawn') end)
    end, function() note('done') end, 0)
    slices.each({ 3 }, note, function() note('at once') end)
    local stop
    stop = slices.each({ 4, 5 }, function(n)
      if n == 5 then vim.schedule(stop) end
    end, function() note('wrong') end, 0)
  ]])
    t:wait(function() return t:lua('return vim.list_contains(_G.order, "done")') end, 'the end')
    eq({ 1, 3, 'at once', 'drawn', 2, 'drawn', 'done' }, t:lua('return _G.order'))
  end
)
